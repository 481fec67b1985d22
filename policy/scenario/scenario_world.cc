#include "policy/scenario/scenario_world.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace provost {

Change ChangeOf(const v1::Scenario& scenario) {
  Change change;
  absl::flat_hash_map<absl::string_view, ScopeId> scopes;
  scopes[""] = ScopeId(0);
  for (const v1::Scenario::ScopeNode* node : ScopesInOrder(scenario)) {
    PutScope put;
    put.uid = ScopeId(static_cast<uint32_t>(scopes.size()));
    put.kind = static_cast<ScopeKind>(node->kind());
    put.name = node->id();
    put.parent = scopes[node->parent()];
    put.archived = node->frozen() == v1::Scope::ARCHIVE;
    put.held = node->frozen() == v1::Scope::HOLD;
    scopes[node->id()] = put.uid;
    change.ops.emplace_back(std::move(put));
  }
  absl::flat_hash_map<std::string, SubjectId> subjects;
  for (const ScenarioSubject& subject : SubjectsOf(scenario)) {
    PutSubject put;
    put.uid = SubjectId(static_cast<uint32_t>(subjects.size() + 1));
    put.kind = subject.kind;
    put.name = subject.id;
    put.home = scopes[subject.home];
    put.suspended = subject.suspended;
    put.by_rule = subject.by_rule;
    subjects[subject.id] = put.uid;
    change.ops.emplace_back(std::move(put));
  }
  for (const v1::Scenario::Group& group : scenario.groups()) {
    for (const v1::Scenario::Member& member : group.members()) {
      change.ops.emplace_back(
          PutMember{subjects[group.id()], subjects[member.id()], WindowOf(member)});
    }
  }
  uint64_t assignments = 0;
  for (const v1::Scenario::Assignment& assignment : scenario.assignments()) {
    PutAssignment put;
    put.uid = AssignmentId(++assignments);
    put.subject = subjects[assignment.subject()];
    put.role = assignment.role();
    put.scope = scopes[assignment.scope()];
    put.window = WindowOf(assignment);
    put.suspended = assignment.suspended();
    change.ops.emplace_back(std::move(put));
  }
  for (const v1::Scenario::Override& each : scenario.overrides()) {
    PutOverride put;
    put.scope = scopes[each.scope()];
    put.role = each.role();
    put.permission = each.permission();
    put.effect = static_cast<Effect>(each.effect());
    put.locked = each.locked();
    if (each.has_facts()) {
      put.facts.emplace(each.facts().facts().begin(), each.facts().facts().end());
    }
    change.ops.emplace_back(std::move(put));
  }
  return change;
}

absl::StatusOr<std::unique_ptr<World>> BuildWorld(const ScenarioFile& file) {
  auto world = std::make_unique<World>(file.matrix());
  const absl::Status status = world->Apply(ChangeOf(file.scenario()));
  if (!status.ok()) {
    return absl::Status(status.code(), absl::StrCat(file.path(), ": error: ", status.message()));
  }
  return world;
}

}  // namespace provost
