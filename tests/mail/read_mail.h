// Mails as those who get them see them.
#ifndef PROVOST_TESTS_MAIL_READ_MAIL_H_
#define PROVOST_TESTS_MAIL_READ_MAIL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace provost {

struct ReadFile {
  std::string name;
  std::string media_type;
  std::string bytes;
};

struct ReadMessage {
  std::string subject;
  std::string text;
  std::vector<ReadFile> files;
};

// What Python's package for mails makes of one. Aborts the test program for one with defects.
ReadMessage ReadMail(absl::string_view mail);

}  // namespace provost

#endif  // PROVOST_TESTS_MAIL_READ_MAIL_H_
