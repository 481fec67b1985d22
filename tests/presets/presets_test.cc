// Every cell of the compiled presets against the tables of tables.md.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/compiler/compiler.h"
#include "policy/matrix/matrix.h"
#include "tests/presets/exceptions.h"
#include "tests/presets/tables.h"

namespace provost::presets {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

constexpr char kMember[] = "member";

// A column of a table: the role, and where it is assigned.
struct Column {
  std::string role;
  std::set<ScopeKind> assignable_at;
};

struct Preset {
  std::string name;
  std::string top_role;
  std::vector<Column> columns;
};
std::ostream& operator<<(std::ostream& out, const Preset& preset) { return out << preset.name; }

const std::vector<Preset>& Presets() {
  constexpr ScopeKind kT = ScopeKind::kTenant;
  constexpr ScopeKind kK = ScopeKind::kCatalog;
  constexpr ScopeKind kC = ScopeKind::kCourse;
  constexpr ScopeKind kS = ScopeKind::kSession;
  static const auto& presets = *new std::vector<Preset>{
      {"lms365",
       "tenant_admin",
       {{"tenant_admin", {kT}},
        {"lms_admin", {kT}},
        {"catalog_admin", {kK}},
        {"course_admin", {kC}},
        {"instructor", {kS}},
        {"learner", {kC}}}},
      {"plutolms",
       "administrator",
       {{"administrator", {kT}},
        {"course_creator", {kT}},
        {"instructor", {kC}},
        {"reporter", {kT}},
        {"learner", {kC}}}},
      {"coreachieve",
       "administrator",
       {{"administrator", {kT}},
        {"attendee_manager", {kT, kK}},
        {"author", {kT, kK}},
        {"instructor", {kC}},
        {"learner", {kC}}}},
  };
  return presets;
}

// What one cell says, in words that can be compared and printed.
struct Said {
  std::set<std::string> facts;
  std::string source;

  friend bool operator==(const Said& a, const Said& b) {
    return a.facts == b.facts && a.source == b.source;
  }
};
std::ostream& operator<<(std::ostream& out, const Said& said) {
  return out << "ALLOW {" << absl::StrJoin(said.facts, ", ") << "} from `" << said.source << "`";
}

struct Place {
  std::string role;
  std::string permission;
  ScopeKind at;
  bool reach;

  std::tuple<const std::string&, const std::string&, ScopeKind, bool> key() const {
    return std::tie(role, permission, at, reach);
  }
  friend bool operator<(const Place& a, const Place& b) { return a.key() < b.key(); }
};
std::string Text(const Place& place) {
  return absl::StrCat(place.role, " ", place.permission, " at ", ScopeKindName(place.at),
                      place.reach ? " by reach" : "");
}

// A compiled preset as a map of what its cells say, and a memory of which of them were asked for.
class Compiled {
 public:
  explicit Compiled(std::shared_ptr<const Matrix> matrix) : matrix_(std::move(matrix)) {
    for (const CellInfo& cell : matrix_->cells()) {
      const Place place{matrix_->role(cell.role).name, matrix_->permission(cell.permission).name,
                        cell.at, cell.reach};
      EXPECT_EQ(cell.effect, Effect::kAllow) << Text(place);
      EXPECT_EQ(cell.alternatives.size(), 1u) << Text(place);
      Said said;
      said.source = cell.source;
      if (!cell.alternatives.empty()) {
        for (std::string& fact : matrix_->FactNames(cell.alternatives[0])) {
          said.facts.insert(std::move(fact));
        }
      }
      cells_.emplace(place, std::move(said));
    }
  }

  const Matrix& matrix() const { return *matrix_; }

  // The cell, which counts as accounted for from now on.
  std::optional<Said> Take(const Place& place) {
    const auto found = cells_.find(place);
    if (found == cells_.end()) return std::nullopt;
    taken_.insert(place);
    return found->second;
  }
  bool Has(const Place& place) const { return cells_.count(place) > 0; }

  std::vector<std::string> NotTaken() const {
    std::vector<std::string> rest;
    for (const auto& [place, said] : cells_) {
      if (taken_.count(place) == 0) rest.push_back(absl::StrCat(Text(place), ": ", said.source));
    }
    return rest;
  }

 private:
  std::shared_ptr<const Matrix> matrix_;
  std::map<Place, Said> cells_;
  std::set<Place> taken_;
};

const Tables& TheTables() {
  static const auto& tables = *new absl::StatusOr<Tables>(
      ReadTables(absl::StrCat(PROVOST_SOURCE_DIR, "/tests/presets/tables.md")));
  EXPECT_TRUE(tables.ok()) << tables.status();
  return *tables;
}

const Table& TableOf(const Preset& preset) {
  return preset.name == "lms365"     ? TheTables().lms365
         : preset.name == "plutolms" ? TheTables().plutolms
                                     : TheTables().coreachieve;
}

std::shared_ptr<const Matrix> Compile(const std::string& name) {
  auto matrix = CompilePreset(name);
  EXPECT_TRUE(matrix.ok()) << matrix.status();
  return matrix.ok() ? *std::move(matrix) : nullptr;
}

bool IsPermission(const std::string& row) {
  const auto& rows = RowsWithoutPermission();
  return std::none_of(rows.begin(), rows.end(),
                      [&](const NoPermission& none) { return none.row == row; });
}

const OwnRow* OwnRowOf(const std::string& row) {
  for (const OwnRow& own : OwnRows()) {
    if (own.row == row) return &own;
  }
  return nullptr;
}

const Row* RowNamed(const std::string& name) {
  for (const Row& row : TheTables().rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string PermissionOf(const std::string& row) {
  const OwnRow* own = OwnRowOf(row);
  return own == nullptr ? row : own->permission;
}

const DefaultRoleRow* DefaultRoleRowOf(const std::string& row) {
  for (const DefaultRoleRow& of_default : DefaultRoleRows()) {
    if (of_default.row == row) return &of_default;
  }
  return nullptr;
}

// PlutoLMS's sentences IN and LE are PI and PL in the preset.
std::string SourceIn(const Preset& preset, const std::string& source) {
  if (preset.name != "plutolms") return source;
  absl::string_view rest = source;
  if (absl::ConsumePrefix(&rest, "IN")) return absl::StrCat("PI", rest);
  if (absl::ConsumePrefix(&rest, "LE")) return absl::StrCat("PL", rest);
  return source;
}

bool AtOrBelow(ScopeKind kind, const std::set<ScopeKind>& held) {
  return std::any_of(held.begin(), held.end(), [&](ScopeKind at) { return at <= kind; });
}

std::set<ScopeKind> Kinds(KindSet kinds) {
  std::set<ScopeKind> set;
  for (ScopeKind kind : kAllScopeKinds) {
    if (kinds.Has(kind)) set.insert(kind);
  }
  return set;
}

// The facts that PlutoLMS's course creator needs at `kind`.
std::set<std::string> CreatorFacts(const PermissionInfo& permission, ScopeKind kind) {
  const auto& at_catalogs = NeedCreatorAtCatalogs();
  const bool at_course = kind == ScopeKind::kCourse || kind == ScopeKind::kSession;
  const bool listed =
      std::any_of(at_catalogs.begin(), at_catalogs.end(),
                  [&](const NeedsCreator& needs) { return needs.permission == permission.name; });
  if ((at_course && permission.access == Access::kWrite) ||
      (kind == ScopeKind::kCatalog && listed)) {
    return {"creator"};
  }
  return {};
}

// Holds one preset against its table. What it uses of the exceptions is remembered.
class Comparison {
 public:
  Comparison(const Preset& preset, std::shared_ptr<const Matrix> matrix)
      : preset_(preset), compiled_(std::move(matrix)) {}

  void Run() {
    const Table& table = TableOf(preset_);
    for (const auto& [row, cells] : table.cells) {
      if (!IsPermission(row)) continue;
      ASSERT_EQ(cells.size(), preset_.columns.size()) << row;
      for (size_t i = 0; i < cells.size(); ++i) CompareCell(preset_.columns[i], row, cells[i]);
    }
    CompareAdded();
    EXPECT_THAT(compiled_.NotTaken(), IsEmpty()) << "cells that neither table nor list speaks of";
    for (const Drop& drop : Drops()) {
      if (drop.preset == preset_.name) {
        EXPECT_EQ(used_drops_.count({drop.role, drop.row}), 1u)
            << drop.role << " " << drop.row << ": there is nothing to drop any more";
      }
    }
    for (const NotAt& cell : NotAtKind()) {
      if (cell.preset == preset_.name) {
        EXPECT_EQ(used_not_at_.count({cell.role, cell.permission}), 1u)
            << cell.role << " " << cell.permission << ": nothing is left out any more";
      }
    }
    for (const MoreReach& reach : MoreReaches()) {
      if (reach.preset == preset_.name) {
        EXPECT_EQ(used_reaches_.count({reach.role, reach.permission}), 1u)
            << reach.role << " " << reach.permission << ": the table has this reach itself";
      }
    }
  }

 private:
  bool IsDropped(const std::string& role, const std::string& row) {
    for (const Drop& drop : Drops()) {
      if (drop.preset == preset_.name && drop.role == role && drop.row == row) {
        used_drops_.insert({role, row});
        return true;
      }
    }
    return false;
  }
  bool IsLeftOut(const std::string& role, const std::string& permission, ScopeKind kind) {
    for (const NotAt& cell : NotAtKind()) {
      if (cell.preset == preset_.name && cell.role == role && cell.permission == permission &&
          cell.kind == kind) {
        used_not_at_.insert({role, permission});
        return true;
      }
    }
    return false;
  }

  void CompareCell(const Column& column, const std::string& row, const TableCell& cell) {
    SCOPED_TRACE(absl::StrCat(preset_.name, ", ", column.role, ", ", row));
    const auto id = compiled_.matrix().FindPermission(PermissionOf(row));
    ASSERT_TRUE(id.has_value());
    const PermissionInfo& permission = compiled_.matrix().permission(*id);
    if (!cell.allowed) {
      ExpectNothing(column.role, row, permission);
    } else if (column.role == "learner" && DefaultRoleRowOf(row) != nullptr) {
      ExpectInDefaultRole(row, permission, SourceIn(preset_, cell.source));
    } else if (OwnRowOf(row) != nullptr) {
      ExpectOwn(column, row, permission, SourceIn(preset_, cell.source));
    } else if (IsDropped(column.role, row)) {
      ExpectNothing(column.role, row, permission);
    } else {
      ExpectCells(column, permission, cell);
    }
  }

  // A row of one's own says nothing about what the role may do to others.
  void ExpectNothing(const std::string& role, const std::string& row,
                     const PermissionInfo& permission) {
    if (OwnRowOf(row) != nullptr && row != permission.name &&
        RowNamed(permission.name) != nullptr) {
      return;
    }
    for (ScopeKind kind : kAllScopeKinds) {
      EXPECT_FALSE(compiled_.Has({role, permission.name, kind, false})) << ScopeKindName(kind);
      EXPECT_FALSE(compiled_.Has({role, permission.name, kind, true})) << ScopeKindName(kind);
    }
  }

  void ExpectInDefaultRole(const std::string& row, const PermissionInfo& permission,
                           const std::string& source) {
    const OwnRow* own = OwnRowOf(row);
    const std::set<ScopeKind> kinds = own == nullptr ? Kinds(permission.asked_at) : own->kinds;
    for (ScopeKind kind : kinds) {
      EXPECT_EQ(compiled_.Take({kMember, permission.name, kind, false}),
                std::make_optional(Said{DefaultRoleRowOf(row)->facts, source}))
          << ScopeKindName(kind);
    }
    ExpectNothing("learner", row, permission);
  }

  // One's own things: through the default role, as part of everybody's, or with `self`.
  void ExpectOwn(const Column& column, const std::string& row, const PermissionInfo& permission,
                 const std::string& source) {
    for (ScopeKind kind : OwnRowOf(row)->kinds) {
      const auto by_default = compiled_.Take({kMember, permission.name, kind, false});
      if (by_default == std::make_optional(Said{{"self"}, source})) continue;
      const auto own = compiled_.Take({column.role, permission.name, kind, false});
      ASSERT_TRUE(own.has_value()) << ScopeKindName(kind);
      EXPECT_EQ(own->source, source) << ScopeKindName(kind);
      if (!(own->facts.empty() && RowNamed(permission.name) != nullptr)) {
        EXPECT_THAT(own->facts, UnorderedElementsAreArray({"self"})) << ScopeKindName(kind);
      }
    }
  }

  void ExpectCells(const Column& column, const PermissionInfo& permission, const TableCell& cell) {
    const std::string source = SourceIn(preset_, cell.source);
    std::set<ScopeKind> ordinary;
    std::set<ScopeKind> reach = cell.arrows;
    for (ScopeKind kind : Kinds(permission.asked_at)) {
      if (AtOrBelow(kind, column.assignable_at)) ordinary.insert(kind);
    }
    if (ordinary.empty() && reach.empty()) reach.insert(*Kinds(permission.asked_at).rbegin());
    for (const MoreReach& more : MoreReaches()) {
      if (more.preset == preset_.name && more.role == column.role &&
          more.permission == permission.name && reach.insert(more.kind).second) {
        used_reaches_.insert({more.role, more.permission});
      }
    }
    for (ScopeKind kind : ordinary) {
      if (IsLeftOut(column.role, permission.name, kind)) {
        EXPECT_FALSE(compiled_.Has({column.role, permission.name, kind, false}));
        continue;
      }
      ExpectCell(column.role, permission, kind, false, source);
    }
    for (ScopeKind kind : reach) ExpectCell(column.role, permission, kind, true, source);
  }

  // A cell of the role itself or, with the same source, of the default role.
  void ExpectCell(const std::string& role, const PermissionInfo& permission, ScopeKind kind,
                  bool reach, const std::string& source) {
    Said expected{{}, source};
    if (role == "course_creator") expected.facts = CreatorFacts(permission, kind);
    const auto own = compiled_.Take({role, permission.name, kind, reach});
    if (own == std::make_optional(expected)) return;
    const Place of_default{kMember, permission.name, kind, false};
    const auto by_default = compiled_.Take(of_default);
    if (by_default.has_value()) {
      EXPECT_EQ(*by_default, expected) << Text(of_default);
      return;
    }
    EXPECT_EQ(own, std::make_optional(expected)) << ScopeKindName(kind) << (reach ? " reach" : "");
  }

  void CompareAdded() {
    for (const Added& added : AddedPermissions()) {
      std::set<std::string> roles;
      for (const AddedCell& cell : added.cells) {
        if (cell.preset != preset_.name) continue;
        roles.insert(cell.role);
        const auto column = std::find_if(preset_.columns.begin(), preset_.columns.end(),
                                         [&](const Column& c) { return c.role == cell.role; });
        const bool is_default = cell.role == kMember;  // held everywhere, and in no column
        ASSERT_TRUE(is_default || column != preset_.columns.end()) << cell.role;
        for (ScopeKind kind : cell.kinds.empty() ? added.kinds : cell.kinds) {
          if (!is_default && !AtOrBelow(kind, column->assignable_at)) continue;
          const Place place{cell.role, added.permission, kind, false};
          EXPECT_EQ(compiled_.Take(place), std::make_optional(Said{cell.facts, cell.source}))
              << Text(place);
        }
        for (ScopeKind kind : cell.reach) {
          const Place place{cell.role, added.permission, kind, true};
          EXPECT_EQ(compiled_.Take(place), std::make_optional(Said{cell.facts, cell.source}))
              << Text(place);
        }
      }
    }
  }

  const Preset& preset_;
  Compiled compiled_;
  std::set<std::pair<std::string, std::string>> used_drops_;
  std::set<std::pair<std::string, std::string>> used_not_at_;
  std::set<std::pair<std::string, std::string>> used_reaches_;
};

class PresetTest : public ::testing::TestWithParam<Preset> {};

TEST(TablesTest, AreReadWhole) {
  const Tables& tables = TheTables();
  EXPECT_EQ(tables.rows.size(), 111u);
  const auto count = [&](const Table& table) {
    size_t allowed = 0;
    size_t denied = 0;
    for (const auto& [row, cells] : table.cells) {
      EXPECT_NE(RowNamed(row), nullptr) << row;
      for (const TableCell& cell : cells) ++(cell.allowed ? allowed : denied);
    }
    return std::make_pair(allowed, denied);
  };
  // The sums that stand below the tables.
  EXPECT_EQ(count(tables.lms365), std::make_pair(size_t{66 + 144}, size_t{456}));
  EXPECT_EQ(count(tables.plutolms), std::make_pair(size_t{135 + 68}, size_t{352}));
  EXPECT_EQ(count(tables.coreachieve), std::make_pair(size_t{134 + 75}, size_t{346}));
}

TEST_P(PresetTest, EveryCellAgreesWithItsTable) {
  auto matrix = Compile(GetParam().name);
  ASSERT_NE(matrix, nullptr);
  Comparison(GetParam(), matrix).Run();
}

TEST_P(PresetTest, RolesStandWhereTheColumnsSay) {
  const auto matrix = Compile(GetParam().name);
  ASSERT_NE(matrix, nullptr);
  std::vector<std::string> expected = {kMember};
  for (const Column& column : GetParam().columns) {
    expected.push_back(column.role);
    const auto id = matrix->FindRole(column.role);
    ASSERT_TRUE(id.has_value()) << column.role;
    EXPECT_EQ(Kinds(matrix->role(*id).assignable_at), column.assignable_at) << column.role;
  }
  std::vector<std::string> roles;
  for (const RoleInfo& role : matrix->roles()) roles.push_back(role.name);
  EXPECT_THAT(roles, UnorderedElementsAreArray(expected));
  ASSERT_TRUE(matrix->top_role().has_value());
  EXPECT_EQ(matrix->role(*matrix->top_role()).name, GetParam().top_role);
  ASSERT_TRUE(matrix->default_role().has_value());
  EXPECT_EQ(matrix->role(*matrix->default_role()).name, kMember);
  EXPECT_FALSE(matrix->anonymous_role().has_value());
  EXPECT_THAT(matrix->data().exclusive_sets, IsEmpty());
}

// A permission of the tables by d1 or d3: in any of them.
bool IsDangerous(const std::string& row) {
  for (const Preset& preset : Presets()) {
    const auto cells = TableOf(preset).cells.find(row);
    if (cells == TableOf(preset).cells.end()) continue;
    for (const TableCell& cell : cells->second) {
      if (!cell.allowed && (cell.source == "d1" || cell.source == "d3")) return true;
    }
  }
  return false;
}

TEST_P(PresetTest, VocabularyIsTheTables) {
  const auto matrix = Compile(GetParam().name);
  ASSERT_NE(matrix, nullptr);
  std::set<std::string> expected_names;
  std::set<std::pair<std::string, ScopeKind>> used_kinds;
  for (const Row& row : TheTables().rows) {
    if (!IsPermission(row.name)) continue;
    const std::string name = PermissionOf(row.name);
    const bool is_base = name == row.name || RowNamed(name) == nullptr;
    expected_names.insert(name);
    if (!is_base) continue;
    SCOPED_TRACE(name);
    const auto id = matrix->FindPermission(name);
    ASSERT_TRUE(id.has_value());
    const PermissionInfo& permission = matrix->permission(*id);
    std::set<ScopeKind> kinds = row.kinds;
    if (const OwnRow* own = OwnRowOf(row.name); own != nullptr) kinds = own->kinds;
    for (const AlsoAsked& also : AlsoAskedAt()) {
      if (also.permission != name) continue;
      EXPECT_TRUE(kinds.insert(also.kind).second)
          << "the table has " << ScopeKindName(also.kind) << " itself";
    }
    EXPECT_EQ(Kinds(permission.asked_at), kinds);
    EXPECT_EQ(permission.access, row.access);
    EXPECT_EQ(permission.is_explicit, IsDangerous(row.name));
    EXPECT_FALSE(permission.title.empty());
    std::set<std::string> implies;
    if (const auto of_table = TheTables().implies.find(name);
        of_table != TheTables().implies.end()) {
      implies = of_table->second;
    }
    for (const AddedImplication& more : AddedImplications()) {
      if (more.from == name) {
        EXPECT_TRUE(implies.insert(more.to).second);
      }
    }
    std::set<std::string> actual;
    for (PermissionId implied : permission.implies) {
      actual.insert(matrix->permission(implied).name);
    }
    EXPECT_EQ(actual, implies);
  }
  for (const Added& added : AddedPermissions()) {
    SCOPED_TRACE(added.permission);
    EXPECT_TRUE(expected_names.insert(added.permission).second) << "the tables have it";
    const auto id = matrix->FindPermission(added.permission);
    ASSERT_TRUE(id.has_value());
    const PermissionInfo& permission = matrix->permission(*id);
    EXPECT_EQ(Kinds(permission.asked_at), added.kinds);
    EXPECT_EQ(permission.access, added.access);
    EXPECT_EQ(permission.is_explicit, added.is_explicit);
    EXPECT_FALSE(permission.title.empty());
    std::set<std::string> actual;
    for (PermissionId implied : permission.implies) {
      actual.insert(matrix->permission(implied).name);
    }
    EXPECT_EQ(actual, added.implies);
  }
  std::set<std::string> names;
  for (const PermissionInfo& permission : matrix->permissions()) names.insert(permission.name);
  EXPECT_EQ(names, expected_names);
  for (const auto& [from, to] : TheTables().implies) {
    EXPECT_EQ(names.count(from), 1u) << from;
  }
}

// The facts that the server's methods compute. Overrides may require any of them.
TEST_P(PresetTest, FactsAreThoseThatTheServerComputes) {
  const auto matrix = Compile(GetParam().name);
  ASSERT_NE(matrix, nullptr);
  std::vector<std::string> names;
  for (const FactInfo& fact : matrix->facts()) names.push_back(fact.name);
  EXPECT_THAT(names, UnorderedElementsAreArray({"self", "creator", "manages", "same_cohort",
                                                "published", "enrollment_open"}));
}

std::set<std::string> RoleNames(const Matrix& matrix, const std::vector<RoleId>& ids) {
  std::set<std::string> names;
  for (RoleId id : ids) names.insert(matrix.role(id).name);
  return names;
}

// The facts of the one ALLOW that the role has for it.
std::optional<FactSet> FactsOf(const Matrix& matrix, RoleId role, absl::string_view permission,
                               ScopeKind at) {
  const auto id = matrix.FindPermission(permission);
  const CellInfo* cell = id ? matrix.FindCell(role, *id, at, false) : nullptr;
  if (cell == nullptr || cell->effect != Effect::kAllow || cell->alternatives.size() != 1) {
    return std::nullopt;
  }
  return cell->alternatives[0];
}

bool AllowsFreely(const Matrix& matrix, RoleId role, absl::string_view permission, ScopeKind at) {
  return FactsOf(matrix, role, permission, at) == std::make_optional(FactSet{0});
}

TEST_P(PresetTest, Rule11_MayAssignIsTheRowsRoleAssign) {
  const Preset& preset = GetParam();
  const auto matrix = Compile(preset.name);
  ASSERT_NE(matrix, nullptr);
  const Table& table = TableOf(preset);
  for (size_t i = 0; i < preset.columns.size(); ++i) {
    const std::string& name = preset.columns[i].role;
    SCOPED_TRACE(absl::StrCat(preset.name, ", ", name));
    const RoleId id = *matrix->FindRole(name);
    std::set<std::string> expected;
    for (const AssignRow& row : AssignRows()) {
      if (row.preset == preset.name && table.cells.at(row.row)[i].allowed) {
        expected.insert(row.roles.begin(), row.roles.end());
      }
    }
    for (const MoreAssign& more : MoreAssigns()) {
      if (more.preset == preset.name && more.role == name) {
        EXPECT_TRUE(expected.insert(more.assigned).second) << more.assigned << ": the rows have it";
      }
    }
    // Being enrolled is the learner role, so who assigns it by hand enrolls and unenrolls anyone.
    if (AllowsFreely(*matrix, id, "enrollment.create", ScopeKind::kCourse) &&
        AllowsFreely(*matrix, id, "enrollment.remove", ScopeKind::kCourse)) {
      expected.insert("learner");
    }
    EXPECT_EQ(RoleNames(*matrix, matrix->role(id).may_assign), expected);
    EXPECT_EQ(matrix->role(id).may_assign_subset, table.cells.at("role.assign.custom")[i].allowed);
  }
  EXPECT_THAT(matrix->role(*matrix->default_role()).may_assign, IsEmpty());
}

TEST_P(PresetTest, TopRoleReachesEveryRole) {
  const auto matrix = Compile(GetParam().name);
  ASSERT_NE(matrix, nullptr);
  for (const RoleInfo& role : matrix->roles()) {
    if (role.name == kMember) continue;
    EXPECT_EQ(RoleNames(*matrix, matrix->AssignableFrom(*matrix->top_role())).count(role.name), 1u)
        << role.name;
  }
}

// Whoever overrides roles overrides no role that stands above, and never the own one: an
// administrator who prevents the administrators could not take it back.
TEST_P(PresetTest, Rule16_MayOverrideStaysBelow) {
  const Preset& preset = GetParam();
  const auto matrix = Compile(preset.name);
  ASSERT_NE(matrix, nullptr);
  size_t overriding = 0;
  for (size_t i = 0; i < preset.columns.size(); ++i) {
    const std::string& name = preset.columns[i].role;
    if (!TableOf(preset).cells.at("role.override")[i].allowed) continue;
    ++overriding;
    std::set<std::string> below = {kMember};
    for (size_t j = i + 1; j < preset.columns.size(); ++j) below.insert(preset.columns[j].role);
    EXPECT_EQ(RoleNames(*matrix, matrix->role(*matrix->FindRole(name)).may_override), below)
        << name;
  }
  EXPECT_GT(overriding, 0u);
}

// What a preview may show (r10): nothing that its viewer does not see anyway, but for taking part.
TEST_P(PresetTest, Rule7_PreviewShowsNothingNewOfOthers) {
  const Preset& preset = GetParam();
  const auto matrix = Compile(preset.name);
  ASSERT_NE(matrix, nullptr);
  const std::set<std::string> taking_part = {"course.access", "lti.launch"};
  const Table& table = TableOf(preset);
  for (size_t i = 0; i < preset.columns.size(); ++i) {
    const TableCell& may_switch = table.cells.at("role.switch")[i];
    const RoleInfo& role = matrix->role(*matrix->FindRole(preset.columns[i].role));
    SCOPED_TRACE(absl::StrCat(preset.name, ", ", role.name));
    if (!may_switch.allowed) {
      EXPECT_FALSE(role.may_switch.has_value());
      continue;
    }
    ASSERT_TRUE(role.may_switch.has_value());
    const std::set<std::string> targets = RoleNames(*matrix, *role.may_switch);
    EXPECT_EQ(targets.count(role.name), 0u);
    EXPECT_EQ(targets.count(preset.top_role), 0u);
    EXPECT_EQ(targets.count("learner"), 1u);
    if (may_switch.source != "r10") {
      // "They can take on any other role."
      EXPECT_EQ(targets.size(), matrix->roles().size() - 1);
      continue;
    }
    for (const CellInfo& cell : matrix->cells()) {
      const PermissionInfo& permission = matrix->permission(cell.permission);
      if (targets.count(matrix->role(cell.role).name) == 0 || cell.reach ||
          permission.access != Access::kRead || taking_part.count(permission.name) > 0 ||
          cell.at < ScopeKind::kCourse || cell.role == *matrix->default_role()) {
        continue;
      }
      // Where a preview takes facts, they hold for what is seen in it.
      const RoleId viewer = *matrix->FindRole(role.name);
      const std::optional<FactSet> seen = FactsOf(*matrix, viewer, permission.name, cell.at);
      const FactSet held = FactsOf(*matrix, viewer, "role.switch", cell.at).value_or(0);
      EXPECT_TRUE(seen.has_value() && (*seen & ~held) == 0)
          << matrix->role(cell.role).name << " sees " << permission.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Presets, PresetTest, ::testing::ValuesIn(Presets()),
                         [](const auto& info) { return info.param.name; });

// Every entry of the lists names what exists; whether it is needed is asked above.
TEST(ExceptionsTest, NameRowsAndReasons) {
  for (const NoPermission& row : RowsWithoutPermission()) {
    EXPECT_NE(RowNamed(row.row), nullptr) << row.row;
    EXPECT_FALSE(row.reason.empty());
  }
  for (const OwnRow& row : OwnRows()) EXPECT_NE(RowNamed(row.row), nullptr) << row.row;
  for (const DefaultRoleRow& row : DefaultRoleRows()) {
    EXPECT_NE(RowNamed(row.row), nullptr) << row.row;
    EXPECT_FALSE(row.reason.empty());
  }
  for (const AlsoAsked& also : AlsoAskedAt()) {
    EXPECT_NE(RowNamed(also.permission), nullptr) << also.permission;
    EXPECT_FALSE(also.reason.empty());
  }
  for (const Drop& drop : Drops()) EXPECT_FALSE(drop.reason.empty());
  for (const Added& added : AddedPermissions()) EXPECT_FALSE(added.reason.empty());
  const Preset& pluto = Presets()[1];
  for (const NeedsCreator& needs : NeedCreatorAtCatalogs()) {
    EXPECT_FALSE(needs.reason.empty());
    ASSERT_EQ(pluto.columns[1].role, "course_creator");
    EXPECT_TRUE(TableOf(pluto).cells.at(needs.permission)[1].allowed) << needs.permission;
  }
}

}  // namespace
}  // namespace provost::presets
