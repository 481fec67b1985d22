#ifndef PROVOST_TENANT_SETTINGS_ROW_H_
#define PROVOST_TENANT_SETTINGS_ROW_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "provost/internal/v1/people_rows.pb.h"
#include "store/reader.h"
#include "tenant/rows.h"

namespace provost {

/// In kSettings: a tenant's current settings.
std::string SettingsKey(uint64_t tenant);

/// The settings' row; an empty one where nothing was ever set. Reads one row.
absl::StatusOr<rows::SettingsRow> ReadSettings(const store::Reader& reader, uint64_t tenant);

/// The language and the time zone of whoever has none of their own.
std::string DefaultLanguage(const rows::SettingsRow& row);
std::string DefaultTimeZone(const rows::SettingsRow& row);

}  // namespace provost

#endif  // PROVOST_TENANT_SETTINGS_ROW_H_
