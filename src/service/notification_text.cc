#include "service/notification_text.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/language.h"
#include "service/field_text.h"
#include "service/resource.h"
#include "tenant/errors.h"

namespace provost {
namespace {

constexpr int kMaxTexts = 50;
constexpr size_t kMaxTextBytes = 64 << 10;

constexpr absl::string_view kFields[] = {
    "learner.display_name",   "learner.family_name",   "learner.given_name",
    "manager.display_name",   "manager.family_name",   "manager.given_name",
    "recipient.display_name", "recipient.family_name", "recipient.given_name",
    "tenant.display_name",    "training.display_name", "training.name"};

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
  AddBadField(status, path, absl::StrCat(static_cast<int>(event)),
              "wanted ENROLLED, DUE_SOON, OVERDUE, SESSION_CHANGED, COMPLETED or EXPIRING");
}

void CheckTexts(absl::string_view path, const v1::NotificationTemplate& wanted,
                absl::Status* status) {
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
    CheckFieldText(at + "subject", text.subject(), "a notification", kFields, status);
    if (text.text().empty() || text.text().size() > kMaxTextBytes) {
      AddBadField(status, at + "text", text.text(),
                  absl::StrCat("wanted 1 to ", kMaxTextBytes, " bytes, got ", text.text().size()));
    } else if (!IsPlain(text.text())) {
      AddBadField(status, at + "text", text.text(),
                  "wanted no control characters but line feeds and tabs");
    }
    CheckFieldText(at + "text", text.text(), "a notification", kFields, status);
  }
}

}  // namespace provost
