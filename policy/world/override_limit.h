// How much the overrides at one scope may say about one question (rule 3).
#ifndef PROVOST_POLICY_WORLD_OVERRIDE_LIMIT_H_
#define PROVOST_POLICY_WORLD_OVERRIDE_LIMIT_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "policy/matrix/matrix.h"
#include "policy/world/state.h"

namespace provost {

// FAILED_PRECONDITION if the ALLOWs among `records`, all that stands at one scope, name more
// different sets of facts for one permission of `role` than a decision keeps (kMaxAlternatives).
// Only overrides of permissions that imply another add up so: of each permission there is one.
// Counts every set, those that others make redundant too, so that taking an override away never
// breaks the limit. `changed` names the one permission whose override is new, where the others are
// known to keep to the limit; unset: all are looked at. Cost: the overrides of the role where they
// name few fact sets in all; else times what their permissions imply.
absl::Status CheckOverrideLimit(const Matrix& matrix, RoleId role,
                                absl::Span<const OverrideRecord> records,
                                absl::string_view scope_name,
                                std::optional<PermissionId> changed = std::nullopt);

}  // namespace provost

#endif  // PROVOST_POLICY_WORLD_OVERRIDE_LIMIT_H_
