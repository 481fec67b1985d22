// Parts of a matrix in words, as dump, diff and print show them.
#ifndef PROVOST_POLICY_COMPILER_DESCRIBE_H_
#define PROVOST_POLICY_COMPILER_DESCRIBE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "policy/matrix/matrix.h"

namespace provost {

// "TENANT, COURSE"; empty for none.
std::string DescribeKinds(KindSet kinds);

// Names, ", " between them; empty for none.
std::string DescribeRoles(const Matrix& matrix, const std::vector<RoleId>& roles);
std::string DescribePermissions(const Matrix& matrix, const std::vector<PermissionId>& permissions);

// What an ALLOW requires: "" for nothing, "self", "creator & published", with " | " between
// alternatives.
std::string DescribeFacts(const Matrix& matrix, const Alternatives& alternatives);

// "exact", "implied", "wildcard".
absl::string_view RankName(Rank rank);

// "READ", "WRITE".
absl::string_view AccessName(Access access);

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_DESCRIBE_H_
