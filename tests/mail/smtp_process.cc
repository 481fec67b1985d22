#include "tests/mail/smtp_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

namespace provost {

SmtpProcess::SmtpProcess(const std::vector<std::string>& arguments) {
  std::string folder = (std::filesystem::temp_directory_path() / "provost-smtp-XXXXXX").string();
  int input[2];
  int output[2];
  if (mkdtemp(folder.data()) == nullptr || pipe2(input, O_CLOEXEC) != 0 ||
      pipe2(output, O_CLOEXEC) != 0) {
    std::perror("cannot start the SMTP server");
    std::abort();
  }
  folder_ = folder;
  std::vector<std::string> command = {PROVOST_PYTHON3,
                                      PROVOST_SOURCE_DIR "/tests/mail/smtp_server.py", folder_};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : command) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(input[0]);
  close(output[1]);
  input_ = input[1];
  std::string port;
  for (char c = 0; read(output[0], &c, 1) == 1 && c != '\n';) port.push_back(c);
  close(output[0]);
  if (port.empty()) {
    std::fprintf(stderr, "the SMTP server did not start; is python3-aiosmtpd installed?\n");
    std::abort();
  }
  address_ = absl::StrCat("127.0.0.1:", port);
}

SmtpProcess::~SmtpProcess() {
  close(input_);
  kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::vector<std::string> SmtpProcess::Mails() const {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() == ".eml") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> mails;
  for (const std::string& path : paths) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    mails.push_back(text.str());
  }
  return mails;
}

std::vector<std::string> SmtpProcess::WaitForMails(size_t count) const {
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  for (;;) {
    std::vector<std::string> mails = Mails();
    if (mails.size() >= count || absl::Now() > give_up) return mails;
    absl::SleepFor(absl::Milliseconds(10));
  }
}

void SmtpProcess::Say(absl::string_view file, absl::string_view text) const {
  std::ofstream(absl::StrCat(folder_, "/", file)) << text;
}

void SmtpProcess::Unsay(absl::string_view file) const {
  std::filesystem::remove(absl::StrCat(folder_, "/", file));
}

std::string HeaderOf(absl::string_view mail, absl::string_view name) {
  std::string value;
  bool in_it = false;
  for (absl::string_view line : absl::StrSplit(mail.substr(0, mail.find("\r\n\r\n")), "\r\n")) {
    if (in_it && absl::StartsWith(line, " ")) {
      absl::StrAppend(&value, line);
    } else {
      in_it = absl::StartsWith(line, absl::StrCat(name, ": "));
      if (in_it) value = std::string(line.substr(name.size() + 2));
    }
  }
  return value;
}

std::string TextOf(absl::string_view mail) {
  const size_t body = mail.find("\r\n\r\n");
  std::string text;
  if (body == absl::string_view::npos || !absl::Base64Unescape(mail.substr(body + 4), &text)) {
    return "";
  }
  return text;
}

}  // namespace provost
