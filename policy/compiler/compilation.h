// The state of compiling one policy. compiler.h is the interface.
#ifndef PROVOST_POLICY_COMPILER_COMPILATION_H_
#define PROVOST_POLICY_COMPILER_COMPILATION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "policy/compiler/compiler.h"
#include "policy/compiler/permission_set.h"
#include "policy/compiler/source_map.h"
#include "policy/matrix/matrix.h"
#include "provost/v1/policy.pb.h"

namespace provost {

// Takes one policy through the phases, in the order of Run(); each finds what it can whatever the
// others found. What it refers to must outlive it.
class Compilation {
 public:
  // `whole`: false if parts of the text could not be read, so that nothing is said to be missing.
  Compilation(const v1::PolicySource& source, const CompileOptions& options, bool whole,
              const SourceMap& map, Report& report);

  // The matrix, or null if there is an error in the report.
  std::shared_ptr<const Matrix> Run();

 private:
  using Message = google::protobuf::Message;

  // declarations.cc: what the policy names.
  void ReadHeader();
  void ReadBase();
  void RemoveRoles();
  void DeclareFacts();
  void DeclarePermissions();
  void ReadPermission(const v1::Permission& permission, PermissionInfo& info);
  void CloseImplications();
  void DeclareRoles();
  void CheckName(const Message& message, int field, int index, absl::string_view what,
                 absl::string_view name);
  void CheckText(const Message& message, int field, absl::string_view what, absl::string_view text,
                 size_t limit);

  // roles.cc: what roles may do with roles.
  void ReadNamedRoles();
  std::optional<RoleId> ReadNamedRole(int field, const std::string& name);
  void ReadRoleLists();
  std::vector<RoleId> RoleIds(const Message& message, int field, absl::string_view list,
                              const google::protobuf::RepeatedPtrField<std::string>& names);
  // The role and all that `may_assign` reaches from it.
  std::vector<RoleId> AssignableFrom(RoleId role) const;
  void ReadExclusiveSets();
  void CheckExclusiveSet(const ExclusiveSetInfo& set, const SourceElement& place);
  void CheckTopRole();
  void CheckReachableRoles();
  void CheckGrantedPermissions();

  // grants.cc: what roles may do.
  void ExpandGrants();
  void RemoveCells();

  // Helpers of all phases.
  KindSet ReadKinds(const Message& message, int field, absl::string_view name,
                    const google::protobuf::RepeatedField<int>& kinds);
  // The id of a name, or nothing with the problem reported.
  std::optional<RoleId> FindRole(const SourceElement& place, const std::string& name);
  std::optional<PermissionId> FindPermission(const SourceElement& place, const std::string& name);
  std::optional<int> FindFact(const SourceElement& place, const std::string& name);
  // "; did you mean `x`?" with the nearest name, or nothing.
  template <typename Item>
  std::string Nearest(const std::string& name, const std::vector<Item>& items) {
    if (!report_.suggests()) return "";
    std::vector<absl::string_view> names;
    names.reserve(items.size());
    for (const Item& item : items) names.push_back(item.name);
    return report_.DidYouMean(name, names);
  }
  // Whether to complain that a field is not set: not if something wrong is written there.
  bool Missing(const Message& message, int field) const;
  // An error in a preset, else a warning.
  void Unusable(const SourceElement& place, std::string message);
  // " (the first is in line N)", or nothing where there are no lines.
  std::string FirstAt(const SourceElement& place) const;
  // Kinds that the role can be held at.
  KindSet HeldAt(RoleId role) const;
  // Kinds at and below those.
  KindSet UsableAt(RoleId role) const;

  friend class RoleExpansion;

  const v1::PolicySource& source_;
  const CompileOptions& options_;
  const SourceMap& map_;
  Report& report_;
  bool whole_;        // see the constructor
  bool names_known_;  // false: names may be declared where they could not be read

  std::shared_ptr<const Matrix> base_;  // null: the policy stands alone
  MatrixData data_;
  size_t base_permissions_ = 0;
  size_t base_roles_ = 0;
  bool role_lists_known_ = true;  // false after an unknown name in a list of roles

  absl::flat_hash_map<std::string, RoleId> role_index_;
  absl::flat_hash_map<std::string, PermissionId> permission_index_;
  absl::flat_hash_map<std::string, int> fact_index_;
  std::vector<const v1::Role*> role_sources_;              // by RoleId; null: the base's alone
  std::vector<const v1::Permission*> permission_sources_;  // by PermissionId; null: the base's
  std::vector<std::vector<const v1::Role*>> role_parts_;   // by RoleId: all messages of that name

  // After CloseImplications.
  std::vector<PermissionSet> closure_;  // by PermissionId, without itself
  PermissionSet asked_at_[kScopeKindCount];
  PermissionSet explicit_;
};

// "COURSE", "CATALOG and COURSE", "nowhere".
std::string KindNames(KindSet kinds);

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_COMPILATION_H_
