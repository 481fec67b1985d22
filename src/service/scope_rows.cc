#include "service/scope_rows.h"

namespace provost {

absl::Status SetFreeze(TenantDraft& draft, ScopeId scope, Freeze freeze, bool frozen,
                       absl::Time now) {
  const WorldState& state = draft.state();
  const uint8_t flag = freeze == Freeze::kArchive ? ScopeLine::kArchived : ScopeLine::kHeld;
  if (((state.scope_line(scope.value)->flags & flag) != 0) == frozen) return absl::OkStatus();
  if (scope == state.root()) {
    rows::TenantRow row = draft.row();
    if (freeze == Freeze::kArchive) {
      row.set_archived(frozen);
    } else {
      row.set_held(frozen);
    }
    draft.PutTenant(std::move(row));
    return absl::OkStatus();
  }
  const std::string relative(state.ScopeName(scope));
  return ChangeAnyScopeRow(draft, *SplitRelative(relative), now, [&](auto& row) {
    auto& resource = ResourceOf(row);
    if (freeze == Freeze::kArchive) {
      resource.set_archived(frozen);
    } else {
      resource.set_held(frozen);
    }
    return absl::OkStatus();
  });
}

}  // namespace provost
