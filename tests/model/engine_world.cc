#include "tests/model/engine_world.h"

#include <set>
#include <utility>

#include "policy/compiler/compiler.h"
#include "tests/model/random_world.h"

namespace provost::model {
namespace {

template <typename HasWindow>
Window WindowOf(const HasWindow& message) {
  Window window;
  if (message.has_not_before()) window.not_before = TimeOf(message.not_before());
  if (message.has_expires()) window.expires = TimeOf(message.expires());
  return window;
}

// Compiled, with the roles marked that stand for an extension's.
absl::StatusOr<std::shared_ptr<const Matrix>> MatrixOf(const v1::PolicySource& policy) {
  CompileResult compiled = Compile(policy);
  if (compiled.matrix == nullptr) return compiled.status();
  const std::set<std::string> customs = naive::CustomRolesOf(policy);
  if (customs.empty()) return std::move(compiled.matrix);
  MatrixData data = compiled.matrix->data();
  for (RoleInfo& role : data.roles) role.is_custom = customs.count(role.name) > 0;
  return Matrix::Create(std::move(data));
}

uint32_t HandleOf(const std::string& name, std::map<std::string, uint32_t>* handles,
                  std::map<uint32_t, std::string>* names) {
  const auto [found, added] = handles->insert({name, static_cast<uint32_t>(handles->size()) + 1});
  if (added) names->insert({found->second, name});
  return found->second;
}

}  // namespace

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

absl::StatusOr<std::unique_ptr<EngineWorld>> EngineWorld::Create(const v1::Scenario& scenario) {
  absl::StatusOr<std::shared_ptr<const Matrix>> matrix = MatrixOf(scenario.inline_policy());
  if (!matrix.ok()) return matrix.status();
  return Create(scenario, *std::move(matrix));
}

absl::StatusOr<std::unique_ptr<EngineWorld>> EngineWorld::Create(
    const v1::Scenario& scenario, std::shared_ptr<const Matrix> matrix) {
  std::unique_ptr<EngineWorld> engine(new EngineWorld(std::move(matrix)));
  absl::Status built = engine->Build(scenario);
  if (!built.ok()) return built;
  return engine;
}

absl::Status EngineWorld::Build(const v1::Scenario& scenario) {
  Change change;
  for (const auto& node : scenario.scopes()) change.ops.push_back(OpFor(node));
  for (const auto& group : scenario.groups()) change.ops.push_back(OpFor(group));
  for (const auto& user : scenario.users()) change.ops.push_back(OpFor(user));
  // Whoever is named exists as well.
  const auto add_named = [&](const std::string& name) {
    if (subjects_.count(name) > 0) return;
    v1::Scenario::User user;
    user.set_id(name);
    change.ops.push_back(OpFor(user));
  };
  for (const auto& group : scenario.groups()) {
    for (const auto& member : group.members()) add_named(member.id());
  }
  for (const auto& assignment : scenario.assignments()) add_named(assignment.subject());
  for (const auto& group : scenario.groups()) {
    for (const auto& member : group.members()) change.ops.push_back(OpFor(group, member));
  }
  for (int i = 0; i < scenario.assignments_size(); ++i) {
    change.ops.push_back(OpFor(scenario.assignments(i), AssignmentId(i + 1)));
  }
  for (const auto& override : scenario.overrides()) change.ops.push_back(OpFor(override));
  return world_.Apply(change);
}

SubjectId EngineWorld::Subject(const std::string& name) const {
  if (name.empty()) return kAnonymous;
  const auto found = subjects_.find(name);
  return found == subjects_.end() ? kUnknownSubject : SubjectId(found->second);
}

ScopeId EngineWorld::Scope(const std::string& name) const {
  const auto found = scopes_.find(name);
  return found == scopes_.end() ? kUnknownScope : ScopeId(found->second);
}

Question EngineWorld::QuestionOf(const v1::Scenario::Expectation& expectation) const {
  Question question;
  question.subject = Subject(expectation.subject());
  question.permission = Permission(expectation.permission());
  question.scope = Scope(expectation.scope());
  question.facts = Facts(expectation.facts());
  question.time = TimeOf(expectation.time());
  if (expectation.has_acting_as()) {
    question.acting_as =
        ActingAs{Role(expectation.acting_as().role()), Scope(expectation.acting_as().scope())};
  }
  return question;
}

PutSubject EngineWorld::OpFor(const v1::Scenario::User& user) {
  PutSubject op;
  op.uid = SubjectId(HandleOf(user.id(), &subjects_, &subject_names_));
  op.kind = SubjectKind::kUser;
  op.name = user.id();
  op.suspended = user.suspended();
  return op;
}

PutSubject EngineWorld::OpFor(const v1::Scenario::Group& group) {
  PutSubject op;
  op.uid = SubjectId(HandleOf(group.id(), &subjects_, &subject_names_));
  op.kind = SubjectKind::kGroup;
  op.name = group.id();
  op.suspended = group.suspended();
  op.by_rule = group.by_rule();
  if (!group.home().empty()) op.home = Scope(group.home());
  return op;
}

PutScope EngineWorld::OpFor(const v1::Scenario::ScopeNode& node) {
  PutScope op;
  op.uid = ScopeId(HandleOf(node.id(), &scopes_, &scope_names_));
  op.kind = static_cast<ScopeKind>(node.kind());
  op.name = node.id();
  if (!node.parent().empty()) op.parent = Scope(node.parent());
  op.archived = node.frozen() == v1::Scope::ARCHIVE;
  op.held = node.frozen() == v1::Scope::HOLD;
  return op;
}

PutMember EngineWorld::OpFor(const v1::Scenario::Group& group, const v1::Scenario::Member& member) {
  return {Subject(group.id()), Subject(member.id()), WindowOf(member)};
}

PutAssignment EngineWorld::OpFor(const v1::Scenario::Assignment& assignment, AssignmentId uid) {
  PutAssignment op;
  op.uid = uid;
  op.subject = Subject(assignment.subject());
  op.role = assignment.role();
  op.scope = Scope(assignment.scope());
  op.window = WindowOf(assignment);
  op.suspended = assignment.suspended();
  return op;
}

PutOverride EngineWorld::OpFor(const v1::Scenario::Override& override) {
  PutOverride op;
  op.scope = Scope(override.scope());
  op.role = override.role();
  op.permission = override.permission();
  op.effect = static_cast<Effect>(override.effect());
  op.locked = override.locked();
  if (override.has_facts()) {
    op.facts.emplace(override.facts().facts().begin(), override.facts().facts().end());
  }
  return op;
}

absl::Status EngineWorld::Apply(ChangeOp op) {
  Change change;
  change.ops.push_back(std::move(op));
  return world_.Apply(change);
}

absl::Status EngineWorld::SetPolicyTo(const v1::PolicySource& policy) {
  absl::StatusOr<std::shared_ptr<const Matrix>> matrix = MatrixOf(policy);
  if (!matrix.ok()) return matrix.status();
  absl::Status applied = Apply(SetPolicy{*matrix});
  if (applied.ok()) matrix_ = *std::move(matrix);
  return applied;
}

}  // namespace provost::model
