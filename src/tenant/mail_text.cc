#include "tenant/mail_text.h"

#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/language.h"

namespace provost {

std::string RenderMailText(absl::string_view text, const MailFields& fields) {
  std::string rendered;
  for (;;) {
    const size_t open = text.find("{{");
    absl::StrAppend(&rendered, text.substr(0, open));
    if (open == absl::string_view::npos) return rendered;
    text.remove_prefix(open);
    if (absl::StartsWith(text, "{{{{")) {
      rendered += "{{";
      text.remove_prefix(4);
      continue;
    }
    const size_t close = text.find("}}");
    if (close == absl::string_view::npos) return rendered;
    const auto field = fields.find(text.substr(2, close - 2));
    if (field != fields.end()) rendered += field->second;
    text.remove_prefix(close + 2);
  }
}

const v1::NotificationText& ChooseMailText(const v1::NotificationTemplate& from,
                                           absl::string_view locale, absl::string_view fallback) {
  std::vector<std::string> offered;
  for (const v1::NotificationText& text : from.texts()) offered.push_back(text.locale());
  for (absl::string_view wanted : {locale, fallback}) {
    if (wanted.empty()) continue;
    const std::optional<size_t> nearest = NearestLanguage(wanted, offered);
    if (nearest.has_value()) return from.texts(static_cast<int>(*nearest));
  }
  return from.texts(0);
}

}  // namespace provost
