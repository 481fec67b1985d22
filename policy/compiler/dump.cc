#include "policy/compiler/dump.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "policy/compiler/describe.h"
#include "policy/matrix/utf8.h"

namespace provost {
namespace {

std::string Quoted(absl::string_view text) { return absl::StrCat("\"", Printable(text), "\""); }

// "  what: text" on a line of its own, or nothing if there is no text.
void Append(std::string& out, absl::string_view what, absl::string_view text) {
  if (!text.empty()) absl::StrAppend(&out, "  ", what, ": ", text, "\n");
}

std::string NameOf(const Matrix& matrix, const std::optional<RoleId>& role) {
  return role.has_value() ? matrix.role(*role).name : "";
}

}  // namespace

std::string DumpMatrix(const Matrix& matrix) {
  const MatrixData& data = matrix.data();
  std::string out = absl::StrCat("policy ", data.name, "\n");
  Append(out, "version", Quoted(data.version));
  Append(out, "title", Quoted(data.title));
  if (!data.base_name.empty()) {
    Append(out, "extends", absl::StrCat(data.base_name, " ", data.base_digest));
  }
  Append(out, "digest", matrix.digest());
  Append(out, "default role", NameOf(matrix, data.default_role));
  Append(out, "anonymous role", NameOf(matrix, data.anonymous_role));
  Append(out, "top role", NameOf(matrix, data.top_role));

  for (const FactInfo& fact : data.facts) {
    absl::StrAppend(&out, "fact ", fact.name, " ", Quoted(fact.title), "\n");
  }
  for (const PermissionInfo& permission : data.permissions) {
    absl::StrAppend(&out, "permission ", permission.name, " ", AccessName(permission.access),
                    permission.is_explicit ? " explicit" : "", " at ",
                    DescribeKinds(permission.asked_at), " ", Quoted(permission.title), "\n");
    Append(out, "implies", DescribePermissions(matrix, permission.implies));
    if (permission.implies_all.size() != permission.implies.size()) {
      Append(out, "implies in all", DescribePermissions(matrix, permission.implies_all));
    }
  }
  for (const RoleInfo& role : data.roles) {
    absl::StrAppend(&out, "role ", role.name, role.is_custom ? " custom" : "", " ",
                    Quoted(role.title), "\n");
    Append(out, "assignable at", DescribeKinds(role.assignable_at));
    Append(out, "may assign", DescribeRoles(matrix, role.may_assign));
    if (role.may_assign_subset) Append(out, "may assign subset", "true");
    Append(out, "may override", DescribeRoles(matrix, role.may_override));
    if (role.may_switch.has_value()) {
      Append(out, "may switch", absl::StrCat("[", DescribeRoles(matrix, *role.may_switch), "]"));
    }
  }
  for (const ExclusiveSetInfo& set : data.exclusive_sets) {
    absl::StrAppend(&out, "exclusive ", set.name, ": ", DescribeRoles(matrix, set.roles), "\n");
  }
  for (const CellInfo& cell : data.cells) {
    const std::string facts = DescribeFacts(matrix, cell.alternatives);
    absl::StrAppend(&out, "cell ", matrix.role(cell.role).name, " ",
                    matrix.permission(cell.permission).name, " ", cell.reach ? "reach " : "",
                    ScopeKindName(cell.at), " ", EffectName(cell.effect), " ", RankName(cell.rank),
                    facts.empty() ? "" : " if ", facts, " ", Quoted(cell.source), "\n");
  }
  return out;
}

}  // namespace provost
