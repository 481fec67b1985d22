#include "policy/decide/freeze.h"

#include "absl/strings/str_cat.h"

namespace provost {
namespace {

constexpr uint8_t kFreezes = ScopeLine::kArchived | ScopeLine::kHeld;

absl::Status FrozenError(const WorldState& state, uint32_t scope) {
  const uint8_t flags = state.scope_line(scope)->flags & kFreezes;
  return absl::FailedPreconditionError(absl::StrCat("scope `", state.ScopeName(ScopeId(scope)),
                                                    "` is ",
                                                    flags == kFreezes ? "archived and on hold"
                                                    : flags == ScopeLine::kArchived ? "archived"
                                                                                    : "on hold"));
}

}  // namespace

bool FreezeIsLifted(const WorldState& state, const Question& question, const ScopeLine& line) {
  if (line.frozen_mask != 1u << (line.depth - 1)) return false;
  const uint8_t freezes = line.flags & kFreezes;
  if (freezes == kFreezes) return false;
  return state.matrix().Lifts(question.permission, line.kind,
                              freezes == ScopeLine::kArchived ? Freeze::kArchive : Freeze::kHold);
}

absl::Status CheckPathNotFrozen(const WorldState& state, ScopeId scope) {
  const ScopeLine* line = state.scope_line(scope.value);
  if (line == nullptr || line->frozen_mask == 0) return absl::OkStatus();
  return FrozenError(state, state.PathOf(scope).ids[__builtin_ctz(line->frozen_mask)]);
}

absl::Status CheckSubtreeNotFrozen(const WorldState& state, ScopeId top) {
  absl::Status status = CheckPathNotFrozen(state, top);
  if (!status.ok()) return status;
  state.ForEachInSubtree(top, [&](ScopeId scope) {
    if ((state.scope_line(scope.value)->flags & kFreezes) != 0) {
      status = FrozenError(state, scope.value);
    }
    return status.ok();
  });
  return status;
}

}  // namespace provost
