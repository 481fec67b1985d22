// What of the presets does not stand in the tables, and what of the tables not in the presets: each
// by name and with its reason. An entry that nothing needs any more fails the test.
#ifndef PROVOST_TESTS_PRESETS_EXCEPTIONS_H_
#define PROVOST_TESTS_PRESETS_EXCEPTIONS_H_

#include <set>
#include <string>
#include <vector>

#include "policy/matrix/types.h"

namespace provost::presets {

// A row whose base permission goes by another name, or is asked elsewhere than the row says.
struct OwnRow {
  std::string row;
  std::string permission;
  std::set<ScopeKind> kinds;  // where the thing lives
};
const std::vector<OwnRow>& OwnRows();

// Rows that are no permissions at all.
struct NoPermission {
  std::string row;
  std::string reason;
};
const std::vector<NoPermission>& RowsWithoutPermission();

// Rows of the learner's column that the default role carries.
struct DefaultRoleRow {
  std::string row;
  std::set<std::string> facts;
  std::string reason;
};
const std::vector<DefaultRoleRow>& DefaultRoleRows();

// Cells of the tables that the role does not have itself.
struct Drop {
  std::string preset;
  std::string role;
  std::string row;
  std::string reason;
};
const std::vector<Drop>& Drops();

// A kind at which a role could be asked and has no cell.
struct NotAt {
  std::string preset;
  std::string role;
  std::string permission;
  ScopeKind kind;
  std::string reason;
};
const std::vector<NotAt>& NotAtKind();

// A reach beside the one that the table's arrow names.
struct MoreReach {
  std::string preset;
  std::string role;
  std::string permission;
  ScopeKind kind;
  std::string reason;
};
const std::vector<MoreReach>& MoreReaches();

// What PlutoLMS's course creators may do at catalogs only with the fact `creator`. At courses and
// sessions they need it for every WRITE.
struct NeedsCreator {
  std::string permission;
  std::string reason;
};
const std::vector<NeedsCreator>& NeedCreatorAtCatalogs();

// Kinds at which a permission can be asked beyond the table's scopes.
struct AlsoAsked {
  std::string permission;
  ScopeKind kind;
  std::string reason;
};
const std::vector<AlsoAsked>& AlsoAskedAt();

// Who has a permission that the tables lack.
struct AddedCell {
  std::string preset;
  std::string role;
  std::string source;
  std::set<std::string> facts;
  std::set<ScopeKind> kinds;  // empty: every kind where the role can be asked
  std::set<ScopeKind> reach = {};
};

// A permission that the tables lack.
struct Added {
  std::string permission;
  std::set<ScopeKind> kinds;
  Access access;
  bool is_explicit;
  std::set<std::string> implies;
  std::string reason;
  std::vector<AddedCell> cells;
};
const std::vector<Added>& AddedPermissions();

// Implications from a permission of the tables to an added one.
struct AddedImplication {
  std::string from;
  std::string to;
};
const std::vector<AddedImplication>& AddedImplications();

// The roles that a row `role.assign.*` means in a preset.
struct AssignRow {
  std::string preset;
  std::string row;
  std::set<std::string> roles;
};
const std::vector<AssignRow>& AssignRows();

// An entry of `may_assign` that no row `role.assign.*` speaks of.
struct MoreAssign {
  std::string preset;
  std::string role;
  std::string assigned;
  std::string reason;
};
const std::vector<MoreAssign>& MoreAssigns();

}  // namespace provost::presets

#endif  // PROVOST_TESTS_PRESETS_EXCEPTIONS_H_
