#include "service/notification_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/language.h"
#include "service/field_text.h"
#include "service/resource.h"
#include "tenant/errors.h"
#include "tenant/mail_topics.h"

namespace provost {
namespace {

using v1::NotificationRule;

constexpr int kMaxTexts = 50;
constexpr size_t kMaxTextBytes = 64 << 10;

// What templates for an event may name; unspecified: for some event.
std::vector<absl::string_view> FieldsOf(NotificationRule::Event event) {
  if (event != NotificationRule::EVENT_UNSPECIFIED) return MailFieldsOf(event);
  std::vector<absl::string_view> fields;
  for (int each = 1; each < NotificationRule::Event_ARRAYSIZE; ++each) {
    for (absl::string_view field : MailFieldsOf(static_cast<NotificationRule::Event>(each))) {
      fields.push_back(field);
    }
  }
  std::sort(fields.begin(), fields.end());
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  return fields;
}

// Lines of plain text: no control characters but their ends and tabs.
bool IsPlain(absl::string_view text) {
  for (const char c : text) {
    if (c == '\n' || c == '\t') continue;
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  }
  return true;
}

}  // namespace

void CheckEvent(absl::string_view path, v1::NotificationRule::Event event, absl::Status* status) {
  if (event != v1::NotificationRule::EVENT_UNSPECIFIED &&
      v1::NotificationRule::Event_IsValid(event)) {
    return;
  }
  AddBadField(
      status, path, absl::StrCat(static_cast<int>(event)),
      "wanted ENROLLED, DUE_SOON, OVERDUE, SESSION_CHANGED, COMPLETED, EXPIRING, SESSION_SOON "
      "or GRANT_EXPIRING");
}

void CheckTexts(absl::string_view path, const v1::NotificationTemplate& wanted,
                NotificationRule::Event event, absl::Status* status) {
  const std::vector<absl::string_view> fields = FieldsOf(event);
  if (wanted.texts_size() < 1 || wanted.texts_size() > kMaxTexts) {
    AddBadField(status, path, absl::StrCat(wanted.texts_size()),
                absl::StrCat("wanted 1 to ", kMaxTexts));
  }
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < wanted.texts_size(); ++i) {
    const v1::NotificationText& text = wanted.texts(i);
    const std::string at = absl::StrCat(path, "[", i, "].");
    if (absl::Status language = CheckLanguage(text.locale()); !language.ok()) {
      AddBadField(status, at + "locale", text.locale(), language.message());
    } else if (!seen.insert(text.locale()).second) {
      AddBadField(status, at + "locale", text.locale(), "wanted each language once");
    }
    CheckText(at + "subject", text.subject(), 1, kMaxDisplayName, status);
    CheckFieldText(at + "subject", text.subject(), "a notification", fields, status);
    if (text.text().empty() || text.text().size() > kMaxTextBytes) {
      AddBadField(status, at + "text", text.text(),
                  absl::StrCat("wanted 1 to ", kMaxTextBytes, " bytes, got ", text.text().size()));
    } else if (!IsPlain(text.text())) {
      AddBadField(status, at + "text", text.text(),
                  "wanted no control characters but line feeds and tabs");
    }
    CheckFieldText(at + "text", text.text(), "a notification", fields, status);
  }
}

}  // namespace provost
