#include "tenant/settings_row.h"

#include <optional>

#include "store/key.h"

namespace provost {
namespace {

constexpr uint8_t kCurrentPart = 0;

}  // namespace

std::string SettingsKey(uint64_t tenant) {
  return store::KeyWriter(tenant).U8(kCurrentPart).Take();
}

absl::StatusOr<rows::SettingsRow> ReadSettings(const store::Reader& reader, uint64_t tenant) {
  absl::StatusOr<std::optional<rows::SettingsRow>> row =
      ReadRow<rows::SettingsRow>(reader, store::Table::kSettings, SettingsKey(tenant));
  if (!row.ok()) return row.status();
  return row->value_or(rows::SettingsRow());
}

std::string DefaultLanguage(const rows::SettingsRow& row) {
  const auto& languages = row.settings().localization().languages();
  return languages.empty() ? "en" : languages.Get(0);
}

std::string DefaultTimeZone(const rows::SettingsRow& row) {
  const std::string& zone = row.settings().localization().time_zone();
  return zone.empty() ? "UTC" : zone;
}

}  // namespace provost
