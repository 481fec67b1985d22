#include "tests/mail/read_mail.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace provost {
namespace {

[[noreturn]] void GiveUp(absl::string_view mail) {
  std::fprintf(stderr, "cannot read the mail:\n%s\n", std::string(mail.substr(0, 4000)).c_str());
  std::abort();
}

}  // namespace

ReadMessage ReadMail(absl::string_view mail) {
  std::string path = (std::filesystem::temp_directory_path() / "provost-mail-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) GiveUp(mail);
  close(file);
  std::ofstream(path, std::ios::binary) << mail;
  const std::string command =
      absl::StrCat(PROVOST_PYTHON3 " -B " PROVOST_SOURCE_DIR "/tests/mail/read_mail.py < ", path);
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) GiveUp(mail);
  std::string output;
  char buffer[4096];
  for (size_t size = 0; (size = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) {
    output.append(buffer, size);
  }
  const int status = pclose(pipe);
  std::filesystem::remove(path);
  if (status != 0) GiveUp(mail);
  ReadMessage message;
  bool is_first = true;
  for (absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    std::vector<std::string> fields;
    for (absl::string_view field : absl::StrSplit(line, '\t')) {
      if (!absl::Base64Unescape(field, &fields.emplace_back())) GiveUp(mail);
    }
    if (fields.size() != (is_first ? 2 : 3)) GiveUp(mail);
    if (is_first) {
      message.subject = fields[0];
      message.text = fields[1];
    } else {
      message.files.push_back({fields[0], fields[1], fields[2]});
    }
    is_first = false;
  }
  return message;
}

}  // namespace provost
