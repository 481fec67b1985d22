#include "mail/smtp.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace provost {
namespace {

constexpr size_t kMaxText = 300;

// What is left to send.
struct Upload {
  absl::string_view rest;
};

size_t TakeUpload(char* into, size_t size, size_t count, void* data) {
  auto* upload = static_cast<Upload*>(data);
  const size_t taken = std::min(size * count, upload->rest.size());
  std::memcpy(into, upload->rest.data(), taken);
  upload->rest.remove_prefix(taken);
  return taken;
}

// How far the conversation has come.
struct Talk {
  bool mail = false;       // MAIL was said.
  bool recipient = false;  // RCPT was said: what is refused now is this mail.
  bool quit = false;       // What follows is a farewell.
  std::string answer;      // The server's last line before that.
};

int Listen(CURL*, curl_infotype type, char* bytes, size_t size, void* data) {
  auto* talk = static_cast<Talk*>(data);
  const absl::string_view text(bytes, size);
  if (type == CURLINFO_HEADER_IN && !talk->quit) {
    talk->answer = std::string(absl::StripAsciiWhitespace(text));
  } else if (type == CURLINFO_HEADER_OUT) {
    talk->mail |= absl::StartsWith(text, "MAIL ");
    talk->recipient |= absl::StartsWith(text, "RCPT ");
    talk->quit |= absl::StartsWith(text, "QUIT");
  }
  return 0;
}

int IsStopped(void* data, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<std::atomic<bool>*>(data)->load() ? 1 : 0;
}

// One line that prints, of a bounded length.
std::string ForLog(absl::string_view text) {
  std::string line(text.substr(0, kMaxText));
  for (char& c : line) {
    if (c < 0x20 || c == 0x7F) c = '?';  // Bytes beyond ASCII are negative, and go too.
  }
  return line;
}

// Whether the server's last answer has a code that begins with `digit`.
bool Answered(const Talk& talk, char digit) {
  int code = 0;
  return talk.answer.size() >= 3 && talk.answer[0] == digit &&
         absl::SimpleAtoi(talk.answer.substr(0, 3), &code);
}

SmtpOutcome Judge(CURLcode code, const char* what, const Talk& talk) {
  using Kind = SmtpOutcome::Kind;
  if (code == CURLE_OK) return {Kind::kTaken, ForLog(talk.answer)};
  const bool answered = talk.mail && (Answered(talk, '4') || Answered(talk, '5'));
  const std::string text = ForLog(answered        ? talk.answer
                                  : *what != '\0' ? what
                                                  : curl_easy_strerror(code));
  // Whoever does not take MAIL takes none of ours; 421 says that it ends the connection; 530 that
  // it wants STARTTLS or a password.
  if (!answered || !talk.recipient || absl::StartsWith(talk.answer, "421") ||
      absl::StartsWith(talk.answer, "530")) {
    return {Kind::kNoServer, text};
  }
  return {Answered(talk, '5') ? Kind::kRefused : Kind::kLater, text};
}

}  // namespace

struct SmtpClient::Handle {
  ~Handle() { curl_easy_cleanup(curl); }
  CURL* curl = nullptr;
};

bool IsSmtpServer(absl::string_view text) {
  const size_t colon = text.rfind(':');
  int port = 0;
  return colon != absl::string_view::npos && colon > 0 &&
         text.find_first_of("/@?# \r\n") == absl::string_view::npos &&
         absl::SimpleAtoi(text.substr(colon + 1), &port) && port >= 1 && port <= 65535;
}

absl::StatusOr<std::unique_ptr<SmtpClient>> SmtpClient::Make(SmtpOptions options) {
  if (!IsSmtpServer(options.server)) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", options.server, "` is no SMTP server; wanted host:port"));
  }
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  std::unique_ptr<SmtpClient> client(new SmtpClient(std::move(options)));
  client->handle_->curl = curl_easy_init();
  if (initialised != CURLE_OK || client->handle_->curl == nullptr) {
    return absl::InternalError("libcurl cannot be used");
  }
  return client;
}

SmtpClient::SmtpClient(SmtpOptions options)
    : options_(std::move(options)), handle_(std::make_unique<Handle>()) {}

SmtpClient::~SmtpClient() = default;

SmtpOutcome SmtpClient::Send(const std::string& from, const std::string& to,
                             const std::string& data) {
  CURL* const curl = handle_->curl;
  curl_easy_reset(curl);  // Keeps the connection.
  Upload upload{data};
  Talk talk;
  char error[CURL_ERROR_SIZE] = "";
  const std::string url = absl::StrCat("smtp://", options_.server);
  const std::string sender = absl::StrCat("<", from, ">");
  const std::string recipient = absl::StrCat("<", to, ">");
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(
      curl_slist_append(nullptr, recipient.c_str()), &curl_slist_free_all);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // Not what the environment says for the web.
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.connect_timeout)));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.send_timeout)));
  switch (options_.tls) {
    case SmtpTls::kRequired:
      curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
      break;
    case SmtpTls::kOpportunistic:
      // Whoever stands in between could take STARTTLS out of the conversation just as well.
      curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));
      curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
      break;
    case SmtpTls::kOff:
      curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_NONE));
      break;
  }
  if (!options_.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
  if (!options_.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.password.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, &TakeUpload);
  curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(data.size()));
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &IsStopped);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stopped_);
  curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);  // Told to Listen alone.
  curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, &Listen);
  curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &talk);
  const CURLcode code = curl_easy_perform(curl);
  return Judge(code, error, talk);
}

}  // namespace provost
