#include "policy/decide/question.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace provost {

absl::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kNotAsked:
      return "REASON_UNSPECIFIED";
    case Reason::kAllowed:
      return "ALLOWED";
    case Reason::kUnknownSubject:
      return "UNKNOWN_SUBJECT";
    case Reason::kSuspended:
      return "SUSPENDED";
    case Reason::kUnknownScope:
      return "UNKNOWN_SCOPE";
    case Reason::kProhibited:
      return "PROHIBITED";
    case Reason::kFrozen:
      return "FROZEN";
    case Reason::kMissingFacts:
      return "MISSING_FACTS";
    case Reason::kPrevented:
      return "PREVENTED";
    case Reason::kNoRole:
      return "NO_ROLE";
    case Reason::kNotGranted:
      return "NOT_GRANTED";
  }
  return "REASON_UNSPECIFIED";
}

absl::StatusOr<FactSet> ResolveFacts(const Matrix& matrix,
                                     absl::Span<const absl::string_view> names) {
  FactSet facts = 0;
  for (absl::string_view name : names) {
    absl::StatusOr<int> bit = matrix.ResolveFact(name);
    if (!bit.ok()) return bit.status();
    facts |= FactSet{1} << *bit;
  }
  return facts;
}

absl::StatusOr<Question> Resolve(const WorldState& state, const NamedQuestion& named) {
  const Matrix& matrix = state.matrix();
  Question question;
  absl::StatusOr<PermissionId> permission = matrix.ResolvePermission(named.permission);
  if (!permission.ok()) return permission.status();
  question.permission = *permission;
  absl::StatusOr<FactSet> facts = ResolveFacts(matrix, named.facts);
  if (!facts.ok()) return facts.status();
  question.facts = *facts;
  question.time = named.time;
  question.subject = named.subject.empty() ? kAnonymous : state.FindSubject(named.subject);
  question.scope = state.FindScope(named.scope);
  if (!named.acting_role.empty()) {
    absl::StatusOr<RoleId> role = matrix.ResolveRole(named.acting_role);
    if (!role.ok()) return role.status();
    question.acting_as = ActingAs{*role, state.FindScope(named.acting_scope)};
  } else if (!named.acting_scope.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("acting at scope `", named.acting_scope, "` without a role; wanted both"));
  }
  return question;
}

absl::Status NotAskedError(const Matrix& matrix, PermissionId permission, ScopeKind kind) {
  const PermissionInfo& info = matrix.permission(permission);
  std::vector<absl::string_view> kinds;
  for (ScopeKind each : kAllScopeKinds) {
    if (info.asked_at.Has(each)) kinds.push_back(ScopeKindName(each));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("permission `", info.name, "` cannot be asked at a ", ScopeKindName(kind),
                   "; it can be asked at ", absl::StrJoin(kinds, ", ")));
}

}  // namespace provost
