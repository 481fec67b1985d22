// An SMTP server of its own process, for tests that send mail.
#ifndef PROVOST_TESTS_MAIL_SMTP_PROCESS_H_
#define PROVOST_TESTS_MAIL_SMTP_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace provost {

// tests/mail/smtp_server.py, with a folder of its own; ends when this does. Aborts the test program
// where it cannot be started.
class SmtpProcess {
 public:
  // `arguments` as smtp_server.py takes them, without the folder.
  explicit SmtpProcess(const std::vector<std::string>& arguments = {});
  ~SmtpProcess();
  SmtpProcess(const SmtpProcess&) = delete;
  SmtpProcess& operator=(const SmtpProcess&) = delete;

  // `127.0.0.1:40123`.
  const std::string& address() const { return address_; }
  const std::string& folder() const { return folder_; }

  // The mails that came in whole, in their order, as they came, the envelope in front.
  std::vector<std::string> Mails() const;
  // The same, once there are as many; fewer where that takes longer than 20 seconds.
  std::vector<std::string> WaitForMails(size_t count) const;

  // Makes a file that says what the server does, and takes it away.
  void Say(absl::string_view file, absl::string_view text) const;
  void Unsay(absl::string_view file) const;

 private:
  std::string folder_;
  std::string address_;
  pid_t pid_ = 0;
  int input_ = -1;
};

// What a header of a mail says, without the line's end; empty where it has none.
std::string HeaderOf(absl::string_view mail, absl::string_view name);
// The text of a mail whose body is in base64.
std::string TextOf(absl::string_view mail);

}  // namespace provost

#endif  // PROVOST_TESTS_MAIL_SMTP_PROCESS_H_
