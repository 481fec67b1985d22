#include "service/scenario_loader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/lookup.h"
#include "tenant/errors.h"
#include "tenant/rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr size_t kMaxScenarioIdBytes = 256;

std::string At(absl::string_view field, absl::string_view list, int i, absl::string_view rest) {
  return absl::StrCat(field, ".", list, "[", i, "]", rest);
}

void CheckScenarioId(const std::string& field, const std::string& id, absl::Status* bad) {
  if (id.empty() || id.size() > kMaxScenarioIdBytes) {
    AddBadField(bad, field, id,
                absl::StrCat("has ", id.size(), " bytes; wanted 1 to ", kMaxScenarioIdBytes));
  }
}

// Which names are left in a collection.
class Namer {
 public:
  // The id itself where it can be a name and is free; else one that is made.
  std::string NameFor(Collection collection, const std::string& id, uint32_t uid) {
    std::set<std::string>& taken = taken_[collection];
    std::string name = id;
    if (!IsValidId(id) || taken.count(id) > 0) name = absl::StrCat("x-", uid);
    while (!taken.insert(name).second) name += "-x";
    return name;
  }

 private:
  std::map<Collection, std::set<std::string>> taken_;
};

class Loader {
 public:
  Loader(const v1::Scenario& scenario, absl::Time now, TenantDraft& draft,
         v1::LoadScenarioResponse* response)
      : scenario_(scenario), now_(now), draft_(draft), response_(response) {}

  void Scopes() {
    std::map<std::string, std::vector<int>> children;
    for (int i = 0; i < scenario_.scopes_size(); ++i) {
      const v1::Scenario::ScopeNode& node = scenario_.scopes(i);
      if (node.parent().empty()) {
        scopes_[node.id()] = kRootScope;
        names_[node.id()] = std::string(kRootScopeName);
      } else {
        children[node.parent()].push_back(i);
      }
    }
    // Parents first; the order is that of the scenario otherwise.
    std::vector<std::string> open;
    for (const auto& [id, scope] : scopes_) open.push_back(id);
    for (size_t at = 0; at < open.size(); ++at) {
      for (int i : children[open[at]]) {
        Scope(scenario_.scopes(i), scopes_[open[at]]);
        open.push_back(scenario_.scopes(i).id());
      }
    }
    for (const v1::Scenario::ScopeNode& node : scenario_.scopes()) {
      auto* name = response_->add_scopes();
      name->set_id(node.id());
      name->set_name(FullName(draft_.id(), names_[node.id()]));
    }
  }

  void Subjects() {
    for (const v1::Scenario::Group& group : scenario_.groups()) {
      rows::GroupRow row;
      row.set_uid(draft_.NewSubject().value);
      row.set_home(group.home().empty() ? kRootScope.value : scopes_[group.home()].value);
      Stamp(group.id(), row.mutable_group());
      row.mutable_group()->set_suspended(group.suspended());
      row.set_by_rule(group.by_rule());
      const std::string name = namer_.NameFor(Collection::kGroups, group.id(), row.uid());
      Know(group.id(), SubjectId(row.uid()), absl::StrCat("groups/", name));
      draft_.Put(name, std::move(row));
    }
    for (const v1::Scenario::User& user : scenario_.users()) User(user.id(), user.suspended());
    // Whoever a group or an assignment names exists as well.
    for (const v1::Scenario::Group& group : scenario_.groups()) {
      for (const v1::Scenario::Member& member : group.members()) Need(member.id());
    }
    for (const v1::Scenario::Assignment& assignment : scenario_.assignments()) {
      Need(assignment.subject());
    }
  }

  absl::Status Members() {
    for (const v1::Scenario::Group& group : scenario_.groups()) {
      for (const v1::Scenario::Member& member : group.members()) {
        rows::MemberRow row;
        SetWindow(WindowOf(member), row.mutable_member());
        *row.mutable_member()->mutable_create_time() = ToTimestamp(now_);
        absl::Status status =
            draft_.PutMemberRow(subjects_[group.id()], subjects_[member.id()], row);
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  void Assign(const std::string& subject, const std::string& role, ScopeId scope,
              const Window& window, bool suspended) {
    rows::AssignmentRow row;
    row.set_subject(subjects_[subject].value);
    row.set_scope(scope.value);
    v1::Assignment& assignment = *row.mutable_assignment();
    assignment.set_role(role);
    SetWindow(window, &assignment);
    assignment.set_suspended(suspended);
    *assignment.mutable_create_time() = ToTimestamp(now_);
    *assignment.mutable_update_time() = assignment.create_time();
    draft_.PutAssignmentRow(draft_.NewAssignment(), std::move(row));
    response_->set_assignment_count(response_->assignment_count() + 1);
  }

  void Assignments() {
    for (const v1::Scenario::Assignment& assignment : scenario_.assignments()) {
      Assign(assignment.subject(), assignment.role(), scopes_[assignment.scope()],
             WindowOf(assignment), assignment.suspended());
    }
  }

  void Overrides() {
    for (const v1::Scenario::Override& override : scenario_.overrides()) {
      rows::OverrideRow row;
      v1::Override& kept = *row.mutable_override();
      kept.set_role(override.role());
      kept.set_permission(override.permission());
      kept.set_effect(override.effect());
      kept.set_locked(override.locked());
      if (override.has_facts()) {
        kept.mutable_facts();
        for (const std::string& fact : override.facts().facts()) {
          kept.mutable_facts()->add_facts(fact);
        }
      }
      *kept.mutable_create_time() = ToTimestamp(now_);
      *kept.mutable_update_time() = kept.create_time();
      draft_.PutOverrideRow(scopes_[override.scope()], std::move(row));
      response_->set_override_count(response_->override_count() + 1);
    }
  }

  bool HasSubject(const std::string& id) const { return subjects_.count(id) > 0; }

 private:
  template <typename Resource>
  void Stamp(const std::string& id, Resource* resource) {
    resource->set_display_name(id);
    *resource->mutable_create_time() = ToTimestamp(now_);
    *resource->mutable_update_time() = resource->create_time();
  }

  void Scope(const v1::Scenario::ScopeNode& node, ScopeId parent) {
    switch (node.kind()) {
      case v1::Scope::CATALOG: {
        rows::CatalogRow row;
        PutIn(node, parent, &row, row.mutable_catalog());
        break;
      }
      case v1::Scope::COURSE: {
        rows::CourseRow row;
        PutIn(node, parent, &row, row.mutable_course());
        break;
      }
      default: {
        rows::SessionRow row;
        PutIn(node, parent, &row, row.mutable_session());
        break;
      }
    }
  }

  template <typename Row, typename Resource>
  void PutIn(const v1::Scenario::ScopeNode& node, ScopeId parent, Row* row, Resource* resource) {
    constexpr Collection kCollection = RowCollection<Row>::kValue;
    const ScopeId uid = draft_.NewScope();
    row->set_uid(uid.value);
    row->set_parent(parent.value);
    Stamp(node.id(), resource);
    resource->set_archived(node.frozen() == v1::Scope::ARCHIVE);
    resource->set_held(node.frozen() == v1::Scope::HOLD);
    const std::string name = namer_.NameFor(kCollection, node.id(), uid.value);
    scopes_[node.id()] = uid;
    names_[node.id()] = absl::StrCat(CollectionName(kCollection), "/", name);
    draft_.Put(name, *row);
  }

  void Know(const std::string& id, SubjectId uid, const std::string& relative) {
    subjects_[id] = uid;
    auto* name = response_->add_subjects();
    name->set_id(id);
    name->set_name(FullName(draft_.id(), relative));
  }

  void User(const std::string& id, bool suspended) {
    const std::string kept = absl::StrCat("users/", id);
    if (const SubjectId known = draft_.state().FindSubject(kept);
        draft_.state().HasSubject(known)) {
      Know(id, known, kept);  // Somebody who was there before the scenario.
      return;
    }
    rows::UserRow row;
    row.set_uid(draft_.NewSubject().value);
    row.set_home(kRootScope.value);
    Stamp(id, row.mutable_user());
    row.mutable_user()->set_suspended(suspended);
    const std::string name = namer_.NameFor(Collection::kUsers, id, row.uid());
    Know(id, SubjectId(row.uid()), absl::StrCat("users/", name));
    draft_.Put(name, std::move(row));
  }

  void Need(const std::string& id) {
    if (!HasSubject(id)) User(id, false);
  }

  const v1::Scenario& scenario_;
  const absl::Time now_;
  TenantDraft& draft_;
  v1::LoadScenarioResponse* const response_;
  Namer namer_;
  std::map<std::string, ScopeId> scopes_;
  std::map<std::string, std::string> names_;  // of scopes, relative
  std::map<std::string, SubjectId> subjects_;
};

}  // namespace

absl::Status CheckScenarioWorld(absl::string_view field, const v1::Scenario& scenario) {
  absl::Status bad;
  std::map<std::string, const v1::Scenario::ScopeNode*> scopes;
  int roots = 0;
  for (int i = 0; i < scenario.scopes_size(); ++i) {
    const v1::Scenario::ScopeNode& node = scenario.scopes(i);
    CheckScenarioId(At(field, "scopes", i, ".id"), node.id(), &bad);
    if (!scopes.emplace(node.id(), &node).second) {
      AddBadField(&bad, At(field, "scopes", i, ".id"), node.id(), "comes twice");
    }
    const bool is_root = node.parent().empty();
    roots += is_root ? 1 : 0;
    if (is_root != (node.kind() == v1::Scope::TENANT) || !v1::Scope::Kind_IsValid(node.kind()) ||
        node.kind() == v1::Scope::KIND_UNSPECIFIED) {
      AddBadField(&bad, At(field, "scopes", i, ".kind"), absl::StrCat(node.kind()),
                  "wanted CATALOG, COURSE or SESSION with a parent, or TENANT without one");
    }
  }
  if (roots != 1) {
    AddBadField(&bad, absl::StrCat(field, ".scopes"), absl::StrCat(roots),
                "wanted exactly one scope without a parent: the tenant");
  }
  for (int i = 0; i < scenario.scopes_size(); ++i) {
    const v1::Scenario::ScopeNode* node = &scenario.scopes(i);
    int steps = 0;
    while (node != nullptr && !node->parent().empty() && steps <= scenario.scopes_size()) {
      auto parent = scopes.find(node->parent());
      node = parent == scopes.end() ? nullptr : parent->second;
      ++steps;
    }
    if (node == nullptr || steps > scenario.scopes_size()) {
      AddBadField(&bad, At(field, "scopes", i, ".parent"), scenario.scopes(i).parent(),
                  "wanted a scope from which parents lead to the tenant");
    }
  }
  auto check_scope = [&](const std::string& where, const std::string& id) {
    if (scopes.count(id) == 0) AddBadField(&bad, where, id, "wanted a scope of the scenario");
  };
  std::set<std::string> subjects;
  for (int i = 0; i < scenario.users_size(); ++i) {
    CheckScenarioId(At(field, "users", i, ".id"), scenario.users(i).id(), &bad);
    if (!subjects.insert(scenario.users(i).id()).second) {
      AddBadField(&bad, At(field, "users", i, ".id"), scenario.users(i).id(), "comes twice");
    }
  }
  for (int i = 0; i < scenario.groups_size(); ++i) {
    const v1::Scenario::Group& group = scenario.groups(i);
    CheckScenarioId(At(field, "groups", i, ".id"), group.id(), &bad);
    if (!subjects.insert(group.id()).second) {
      AddBadField(&bad, At(field, "groups", i, ".id"), group.id(), "comes twice");
    }
    if (!group.home().empty()) check_scope(At(field, "groups", i, ".home"), group.home());
    for (int j = 0; j < group.members_size(); ++j) {
      const std::string where = At(field, "groups", i, absl::StrCat(".members[", j, "]."));
      CheckScenarioId(absl::StrCat(where, "id"), group.members(j).id(), &bad);
      CheckWindow(where, group.members(j), &bad);
    }
  }
  for (int i = 0; i < scenario.assignments_size(); ++i) {
    const v1::Scenario::Assignment& assignment = scenario.assignments(i);
    CheckScenarioId(At(field, "assignments", i, ".subject"), assignment.subject(), &bad);
    check_scope(At(field, "assignments", i, ".scope"), assignment.scope());
    CheckWindow(At(field, "assignments", i, "."), assignment, &bad);
  }
  for (int i = 0; i < scenario.overrides_size(); ++i) {
    check_scope(At(field, "overrides", i, ".scope"), scenario.overrides(i).scope());
  }
  return bad;
}

absl::Status CheckScenarioPolicy(absl::string_view field, const v1::Scenario& scenario,
                                 const Matrix& matrix) {
  absl::Status bad;
  std::map<std::string, ScopeKind> kinds;
  for (const v1::Scenario::ScopeNode& node : scenario.scopes()) {
    kinds[node.id()] = static_cast<ScopeKind>(node.kind());
  }
  for (int i = 0; i < scenario.assignments_size(); ++i) {
    const v1::Scenario::Assignment& assignment = scenario.assignments(i);
    const std::string where = At(field, "assignments", i, ".role");
    absl::StatusOr<RoleId> role = matrix.ResolveRole(assignment.role());
    if (!role.ok()) {
      AddBadField(&bad, where, assignment.role(), role.status().message());
    } else if (const ScopeKind kind = kinds[assignment.scope()];
               !matrix.role(*role).assignable_at.Has(kind)) {
      AddBadField(&bad, where, assignment.role(),
                  absl::StrCat("cannot be held at a ", ScopeKindName(kind)));
    }
  }
  for (int i = 0; i < scenario.overrides_size(); ++i) {
    const v1::Scenario::Override& override = scenario.overrides(i);
    const auto check = [&](absl::string_view part, const std::string& value,
                           const absl::Status& status) {
      if (!status.ok()) AddBadField(&bad, At(field, "overrides", i, part), value, status.message());
    };
    check(".role", override.role(), matrix.ResolveRole(override.role()).status());
    check(".permission", override.permission(),
          matrix.ResolvePermission(override.permission()).status());
    for (const std::string& fact : override.facts().facts()) {
      check(".facts", fact, matrix.ResolveFact(fact).status());
    }
    if (override.effect() == v1::EFFECT_UNSPECIFIED || !v1::Effect_IsValid(override.effect())) {
      AddBadField(&bad, At(field, "overrides", i, ".effect"), absl::StrCat(override.effect()),
                  "wanted ALLOW, PREVENT or PROHIBIT");
    }
  }
  return bad;
}

void FreezesOfTenant(const v1::Scenario& scenario, rows::TenantRow* row) {
  for (const v1::Scenario::ScopeNode& node : scenario.scopes()) {
    if (!node.parent().empty()) continue;
    row->set_archived(node.frozen() == v1::Scope::ARCHIVE);
    row->set_held(node.frozen() == v1::Scope::HOLD);
  }
}

absl::Status DraftScenario(const v1::Scenario& scenario, const std::string& administrator,
                           const Matrix& matrix, absl::Time now, TenantDraft& draft,
                           v1::LoadScenarioResponse* response) {
  Loader loader(scenario, now, draft, response);
  loader.Scopes();
  loader.Subjects();
  if (absl::Status status = loader.Members(); !status.ok()) return status;
  loader.Assignments();
  loader.Overrides();
  if (administrator.empty()) return absl::OkStatus();
  if (!loader.HasSubject(administrator)) {
    return BadField("administrator", administrator, "wanted a user of the scenario");
  }
  loader.Assign(administrator, matrix.role(*matrix.top_role()).name, kRootScope, Window(), false);
  return absl::OkStatus();
}

}  // namespace provost
