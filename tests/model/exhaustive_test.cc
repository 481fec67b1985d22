// Small worlds, all of them: every way to combine the cells of one role with overrides down a path,
// every way to chain windows through two groups, every freeze on a path.

#include <array>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/model/compare.h"

namespace provost::model {
namespace {

using v1::Scenario;
using v1::Scope;

Scenario Parse(const std::string& text) {
  Scenario scenario;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &scenario)) << text;
  return scenario;
}

Scenario::Expectation Ask(const std::string& subject, const std::string& permission,
                          const std::string& scope, int64_t seconds) {
  Scenario::Expectation question;
  question.set_subject(subject);
  question.set_permission(permission);
  question.set_scope(scope);
  question.mutable_time()->set_seconds(seconds);
  return question;
}

constexpr char kOneRole[] = R"pb(
  name: "exhaustive"
  inline_policy {
    name: "small"
    version: "1"
    facts { name: "creator" }
    permissions { name: "course.read" asked_at: COURSE access: READ }
    permissions { name: "course.update" asked_at: COURSE access: WRITE implies: "course.read" }
    roles { name: "editor" assignable_at: TENANT }
    roles {
      name: "admin"
      assignable_at: TENANT
      may_assign: [ "admin", "editor" ]
    }
    top_role: "admin"
  }
  scopes { id: "tenant" kind: TENANT }
  scopes { id: "catalog" kind: CATALOG parent: "tenant" }
  scopes { id: "course" kind: COURSE parent: "catalog" }
  assignments { subject: "ann" role: "editor" scope: "tenant" }
)pb";

// Rules 3 and 4 for one role: 125 sets of cells under 11 x 21 x 11 overrides.
TEST(Exhaustive, CellsAndOverridesOfOneRole) {
  // What one grant can say: nothing, ALLOW, ALLOW with a fact, PREVENT, PROHIBIT.
  const auto add_grant = [](v1::Role* role, const std::string& permission, int choice) {
    if (choice == 0) return;
    v1::Grant* grant = role->add_grants();
    grant->add_permissions(permission);
    grant->set_effect(choice <= 2 ? v1::ALLOW : choice == 3 ? v1::PREVENT : v1::PROHIBIT);
    if (choice == 2) grant->add_requires("creator");
  };
  // What one override can say: nothing, or five things with and without a lock. Beyond those, the
  // same about the permission that implies the other.
  const auto add_override = [](Scenario* scenario, const std::string& scope, int choice) {
    if (choice == 0) return;
    Scenario::Override* override = scenario->add_overrides();
    override->set_scope(scope);
    override->set_role("editor");
    override->set_permission(choice <= 10 ? "course.read" : "course.update");
    const int what = (choice - 1) % 10;
    override->set_locked(what >= 5);
    switch (what % 5) {
      case 0:
        override->set_effect(v1::ALLOW);
        break;
      case 1:
        override->set_effect(v1::ALLOW);
        override->mutable_facts();
        break;
      case 2:
        override->set_effect(v1::ALLOW);
        override->mutable_facts()->add_facts("creator");
        break;
      case 3:
        override->set_effect(v1::PREVENT);
        break;
      default:
        override->set_effect(v1::PROHIBIT);
    }
  };
  Scenario::Expectation question = Ask("ann", "course.read", "course", 0);
  Scenario::Expectation with_fact = question;
  with_fact.add_facts("creator");

  Counters counters;
  for (int cells = 0; cells < 125; ++cells) {
    Scenario base = Parse(kOneRole);
    v1::Role* role = base.mutable_inline_policy()->mutable_roles(0);
    add_grant(role, "course.read", cells % 5);
    add_grant(role, "course.update", cells / 5 % 5);
    add_grant(role, "course.*", cells / 25);
    Pair pair;
    pair.scenario = base;
    ASSERT_TRUE(pair.Build());
    for (int at_tenant = 0; at_tenant < 11; ++at_tenant) {
      for (int at_catalog = 0; at_catalog < 21; ++at_catalog) {
        for (int at_course = 0; at_course < 11; ++at_course) {
          Change change;
          for (const Scenario::Override& old : pair.scenario.overrides()) {
            change.ops.push_back(
                RemoveOverride{pair.engine->Scope(old.scope()), old.role(), old.permission()});
          }
          pair.scenario.clear_overrides();
          add_override(&pair.scenario, "tenant", at_tenant);
          add_override(&pair.scenario, "catalog", at_catalog);
          add_override(&pair.scenario, "course", at_course);
          for (const Scenario::Override& put : pair.scenario.overrides()) {
            change.ops.push_back(pair.engine->OpFor(put));
          }
          ASSERT_TRUE(pair.engine->world().Apply(change).ok());
          pair.RebuildTwin();
          const std::string where = absl::StrCat("cells ", cells, ", overrides ", at_tenant, " ",
                                                 at_catalog, " ", at_course);
          CompareDecision(pair, question, /*explain=*/false, where, &counters);
          CompareDecision(pair, with_fact, /*explain=*/false, where, &counters);
          if (HasFailure()) return;
        }
      }
    }
  }
  std::cout << counters.decisions << " decisions\n";
  EXPECT_EQ(counters.decisions, 125u * 11 * 21 * 11 * 2);
}

constexpr char kTwoChains[] = R"pb(
  name: "exhaustive"
  inline_policy {
    name: "small"
    version: "1"
    permissions { name: "course.read" asked_at: TENANT access: READ }
    roles {
      name: "reader"
      assignable_at: TENANT
      grants { permissions: "course.read" }
    }
    roles {
      name: "admin"
      assignable_at: TENANT
      may_assign: [ "admin", "reader" ]
    }
    top_role: "admin"
  }
  scopes { id: "tenant" kind: TENANT }
  groups {
    id: "top"
    members { id: "east" }
    members { id: "west" }
  }
  groups {
    id: "east"
    members { id: "ann" }
  }
  groups {
    id: "west"
    members { id: "ann" }
  }
  assignments { subject: "top" role: "reader" scope: "tenant" }
)pb";

// Rule 2: each window of two chains to one group, and of the assignment, is one of eight.
TEST(Exhaustive, WindowsAlongTwoChains) {
  struct Bounds {
    int begin;  // 0: unset; else the second
    int end;
  };
  const std::array<Bounds, 8> kWindows = {
      {{0, 0}, {0, 2}, {0, 3}, {1, 0}, {1, 2}, {1, 3}, {2, 0}, {2, 3}}};
  const auto set = [](const Bounds& bounds, auto* message) {
    message->clear_not_before();
    message->clear_expires();
    if (bounds.begin > 0) message->mutable_not_before()->set_seconds(bounds.begin);
    if (bounds.end > 0) message->mutable_expires()->set_seconds(bounds.end);
  };
  Pair pair;
  pair.scenario = Parse(kTwoChains);
  ASSERT_TRUE(pair.Build());
  Counters counters;
  for (int world = 0; world < 8 * 8 * 8 * 8 * 8; ++world) {
    Scenario::Group* top = pair.scenario.mutable_groups(0);
    Scenario::Group* east = pair.scenario.mutable_groups(1);
    Scenario::Group* west = pair.scenario.mutable_groups(2);
    Scenario::Assignment* assignment = pair.scenario.mutable_assignments(0);
    set(kWindows[world % 8], top->mutable_members(0));
    set(kWindows[world / 8 % 8], top->mutable_members(1));
    set(kWindows[world / 64 % 8], east->mutable_members(0));
    set(kWindows[world / 512 % 8], west->mutable_members(0));
    set(kWindows[world / 4096], assignment);
    Change change;
    change.ops.push_back(pair.engine->OpFor(*top, top->members(0)));
    change.ops.push_back(pair.engine->OpFor(*top, top->members(1)));
    change.ops.push_back(pair.engine->OpFor(*east, east->members(0)));
    change.ops.push_back(pair.engine->OpFor(*west, west->members(0)));
    change.ops.push_back(pair.engine->OpFor(*assignment, AssignmentId(1)));
    ASSERT_TRUE(pair.engine->world().Apply(change).ok());
    pair.RebuildTwin();
    const std::string where = absl::StrCat("windows ", world);
    for (int64_t second = 0; second <= 3; ++second) {
      CompareDecision(pair, Ask("ann", "course.read", "tenant", second), /*explain=*/world % 7 == 0,
                      where, &counters);
    }
    if (HasFailure()) return;
  }
  std::cout << counters.decisions << " decisions\n";
}

constexpr char kFreezes[] = R"pb(
  name: "exhaustive"
  inline_policy {
    name: "small"
    version: "1"
    permissions {
      name: "tenant.archive"
      asked_at: [ TENANT, CATALOG, COURSE, SESSION ]
      access: WRITE
    }
    permissions {
      name: "catalog.archive"
      asked_at: [ TENANT, CATALOG, COURSE, SESSION ]
      access: WRITE
    }
    permissions {
      name: "catalog.manage"
      asked_at: [ TENANT, CATALOG, COURSE, SESSION ]
      access: WRITE
    }
    permissions {
      name: "course.archive"
      asked_at: [ TENANT, CATALOG, COURSE, SESSION ]
      access: WRITE
    }
    permissions {
      name: "session.archive"
      asked_at: [ TENANT, CATALOG, COURSE, SESSION ]
      access: WRITE
    }
    permissions {
      name: "scope.hold"
      asked_at: [ TENANT, CATALOG, COURSE, SESSION ]
      access: WRITE
    }
    permissions {
      name: "course.update"
      asked_at: [ TENANT, CATALOG, COURSE, SESSION ]
      access: WRITE
    }
    permissions {
      name: "course.read"
      asked_at: [ TENANT, CATALOG, COURSE, SESSION ]
      access: READ
    }
    roles {
      name: "editor"
      assignable_at: TENANT
      grants { permissions: "*" }
    }
    roles {
      name: "admin"
      assignable_at: TENANT
      may_assign: [ "admin", "editor" ]
    }
    top_role: "admin"
    anonymous_role: "editor"
  }
  scopes { id: "tenant" kind: TENANT }
  scopes { id: "catalog" kind: CATALOG parent: "tenant" }
  scopes { id: "course" kind: COURSE parent: "catalog" }
  scopes { id: "session" kind: SESSION parent: "course" }
  assignments { subject: "ann" role: "editor" scope: "tenant" }
)pb";

// Rules 6 and 19: every freeze at each of four scopes, each permission at each scope, and what may
// still be assigned.
TEST(Exhaustive, FreezesOnAPath) {
  Pair pair;
  pair.scenario = Parse(kFreezes);
  ASSERT_TRUE(pair.Build());
  Counters counters;
  naive::Rng rng(1);
  for (int world = 0; world < 81; ++world) {
    int rest = world;
    for (Scenario::ScopeNode& node : *pair.scenario.mutable_scopes()) {
      node.set_frozen(static_cast<Scope::Freeze>(rest % 3));
      rest /= 3;
      ASSERT_TRUE(pair.engine->Apply(pair.engine->OpFor(node)).ok());
    }
    pair.RebuildTwin();
    for (const Scenario::ScopeNode& node : pair.scenario.scopes()) {
      for (const v1::Permission& permission : pair.scenario.inline_policy().permissions()) {
        for (const std::string& subject : {std::string("ann"), std::string()}) {
          const Scenario::Expectation question = Ask(subject, permission.name(), node.id(), 0);
          CompareDecision(pair, question, /*explain=*/true, absl::StrCat("freezes ", world),
                          &counters);
          CompareLists(rng, pair, question, absl::StrCat("freezes ", world), &counters);
        }
      }
    }
    if (HasFailure()) return;
  }
  EXPECT_EQ(counters.decisions, 81u * 4 * 8 * 2);
}

}  // namespace
}  // namespace provost::model
