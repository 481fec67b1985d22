#include "service/role_freezes.h"

#include "absl/strings/str_cat.h"
#include "provost/v1/role_service.pb.h"
#include "service/lookup.h"
#include "service/scope_rows.h"
#include "tenant/errors.h"

namespace provost {
namespace {

template <typename Request>
absl::Status ValidateFreeze(const Request& request) {
  absl::Status bad;
  if (request.freeze() != v1::Scope::ARCHIVE && request.freeze() != v1::Scope::HOLD) {
    AddBadField(&bad, "freeze",
                v1::Scope::Freeze_IsValid(request.freeze())
                    ? v1::Scope::Freeze_Name(request.freeze())
                    : absl::StrCat(request.freeze()),
                "wanted ARCHIVE or HOLD");
  }
  CheckText("reason", request.reason(), 0, kMaxReasonChars, &bad);
  return bad;
}

template <typename Request>
absl::Status ChangeFreeze(MutateCall& call, const Request& request, bool frozen,
                          v1::ScopeState* response) {
  TenantDraft& draft = call.draft;
  const WorldState& state = draft.state();
  absl::StatusOr<ScopeId> scope = ResolveScope(state, draft.id(), "name", request.name());
  if (!scope.ok()) return scope.status();
  const Freeze freeze = request.freeze() == v1::Scope::ARCHIVE ? Freeze::kArchive : Freeze::kHold;
  if (absl::Status status = SetFreeze(draft, *scope, freeze, frozen, call.now()); !status.ok()) {
    return status;
  }
  const uint8_t flags = state.scope_line(scope->value)->flags;
  response->set_name(request.name());
  response->set_archived(freeze == Freeze::kArchive ? frozen : (flags & ScopeLine::kArchived) != 0);
  response->set_held(freeze == Freeze::kHold ? frozen : (flags & ScopeLine::kHeld) != 0);
  if (*scope != state.root()) {
    response->set_parent_scope(ScopeFullName(state, draft.id(), state.ParentOf(*scope)));
  }
  response->set_kind(static_cast<v1::Scope::Kind>(state.KindOf(*scope)));
  draft.Describe(request.name(), request.reason());
  return absl::OkStatus();
}

absl::Status FreezeScope(MutateCall& call, const v1::FreezeScopeRequest& request,
                         v1::ScopeState* response) {
  return ChangeFreeze(call, request, true, response);
}
absl::Status UnfreezeScope(MutateCall& call, const v1::UnfreezeScopeRequest& request,
                           v1::ScopeState* response) {
  return ChangeFreeze(call, request, false, response);
}

}  // namespace

void RegisterFreezes(Methods& methods) {
  methods.Mutate<v1::FreezeScopeRequest, v1::ScopeState>(ValidateFreeze<v1::FreezeScopeRequest>,
                                                         FreezeScope);
  methods.Mutate<v1::UnfreezeScopeRequest, v1::ScopeState>(ValidateFreeze<v1::UnfreezeScopeRequest>,
                                                           UnfreezeScope);
}

}  // namespace provost
