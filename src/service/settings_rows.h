#ifndef PROVOST_SERVICE_SETTINGS_ROWS_H_
#define PROVOST_SERVICE_SETTINGS_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/internal/v1/people_rows.pb.h"
#include "provost/v1/settings.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/mutation.h"
#include "tenant/settings_row.h"

namespace provost {

/// How a tenant's settings are kept: the current ones in one row (settings_row.h), each change of a
/// section in one of its own.

/// What a row's settings mean, those that were never set included, without `tenant`.
v1::Settings SettingsOf(const rows::SettingsRow& row);

/// Changes with every change of any section.
std::string EtagOfSettings(const rows::SettingsRow& row);

/// The keys of all changes, oldest first, and of those before the one that a key names.
store::KeyRange SettingsChanges(uint64_t tenant);

/// Makes `sections` of `draft`'s settings what they are in `wanted`, with a row of history for each
/// that differs, and puts the row that results in `row`. INVALID_ARGUMENT under `settings.` for
/// what the current settings do not allow. The sections were checked before (settings_check.h).
absl::Status DraftSettings(MutationContext& context, TenantDraft& draft,
                           const std::vector<v1::Settings::Section>& sections,
                           const v1::Settings& wanted, rows::SettingsRow* row);

}  // namespace provost

#endif  // PROVOST_SERVICE_SETTINGS_ROWS_H_
