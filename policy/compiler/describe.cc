#include "policy/compiler/describe.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace provost {

std::string DescribeKinds(KindSet kinds) {
  std::string text;
  for (ScopeKind kind : kAllScopeKinds) {
    if (kinds.Has(kind)) absl::StrAppend(&text, text.empty() ? "" : ", ", ScopeKindName(kind));
  }
  return text;
}

std::string DescribeRoles(const Matrix& matrix, const std::vector<RoleId>& roles) {
  return absl::StrJoin(roles, ", ", [&](std::string* out, RoleId role) {
    absl::StrAppend(out, matrix.role(role).name);
  });
}

std::string DescribePermissions(const Matrix& matrix,
                                const std::vector<PermissionId>& permissions) {
  return absl::StrJoin(permissions, ", ", [&](std::string* out, PermissionId permission) {
    absl::StrAppend(out, matrix.permission(permission).name);
  });
}

std::string DescribeFacts(const Matrix& matrix, const Alternatives& alternatives) {
  return absl::StrJoin(alternatives, " | ", [&](std::string* out, FactSet facts) {
    absl::StrAppend(out, absl::StrJoin(matrix.FactNames(facts), " & "));
  });
}

absl::string_view RankName(Rank rank) {
  switch (rank) {
    case Rank::kWildcard:
      return "wildcard";
    case Rank::kImplied:
      return "implied";
    case Rank::kExact:
      return "exact";
  }
  return "unknown";
}

absl::string_view AccessName(Access access) { return access == Access::kRead ? "READ" : "WRITE"; }

}  // namespace provost
