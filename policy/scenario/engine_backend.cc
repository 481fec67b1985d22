#include "policy/scenario/engine_backend.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "policy/decide/check.h"
#include "policy/decide/delegation.h"
#include "policy/decide/explain.h"
#include "policy/decide/lists.h"
#include "policy/decide/question.h"
#include "policy/scenario/scenario_world.h"
#include "policy/world/world.h"

namespace provost {
namespace {

// Large enough to be one page for most, small enough that lists are continued in tests as well.
constexpr size_t kPageSize = 100;

class EngineBackend : public ScenarioBackend {
 public:
  explicit EngineBackend(std::unique_ptr<World> world) : world_(std::move(world)) {}

  absl::StatusOr<ScenarioDecision> Check(const ScenarioQuestion& question) override {
    const PinnedView view = world_->Read();
    absl::StatusOr<Question> resolved = ResolveQuestion(*view, question);
    if (!resolved.ok()) return resolved.status();
    const Decision decision = provost::Check(*view, *resolved);
    if (decision.reason == Reason::kNotAsked) {
      return NotAskedError(view->matrix(), resolved->permission, view->KindOf(resolved->scope));
    }
    return ScenarioDecision{decision.allowed(), static_cast<v1::Decision::Reason>(decision.reason)};
  }

  absl::StatusOr<ExplanationText> Explain(const ScenarioQuestion& question) override {
    const PinnedView view = world_->Read();
    absl::StatusOr<Question> resolved = ResolveQuestion(*view, question);
    if (!resolved.ok()) return resolved.status();
    return Describe(*view, provost::Explain(*view, *resolved), question.subject, question.scope,
                    question.acting_scope);
  }

  absl::StatusOr<std::vector<std::string>> List(const v1::Scenario::ListExpectation& list,
                                                absl::Time time) override {
    using ListExpectation = v1::Scenario::ListExpectation;
    const PinnedView view = world_->Read();
    const std::vector<absl::string_view> names(list.facts().begin(), list.facts().end());
    absl::StatusOr<FactSet> facts = ResolveFacts(view->matrix(), names);
    if (!facts.ok()) return facts.status();
    ListContext context;
    context.facts = *facts;
    context.time = time;
    switch (list.question_case()) {
      case ListExpectation::kPermissionsOf:
        return PermissionsOf(*view, list.permissions_of(), context);
      case ListExpectation::kSubjectsThatMay:
        return SubjectsThatMay(*view, list.subjects_that_may(), context);
      case ListExpectation::kScopesWhere:
        return ScopesWhere(*view, list.scopes_where(), context);
      case ListExpectation::QUESTION_NOT_SET:
        break;
    }
    return absl::InvalidArgumentError("a list without a question");
  }

  absl::StatusOr<ScenarioDelegation> MayAssign(
      const v1::Scenario::DelegationExpectation& delegation, absl::Time time) override {
    const PinnedView view = world_->Read();
    absl::StatusOr<RoleId> role = view->matrix().ResolveRole(delegation.role());
    if (!role.ok()) return role.status();
    const absl::Status status = CheckAssign(*view, FindSubject(*view, delegation.actor()),
                                            FindSubject(*view, delegation.subject()), *role,
                                            view->FindScope(delegation.scope()), Window(), time);
    return ScenarioDelegation{status.ok(), std::string(status.message())};
  }

 private:
  static SubjectId FindSubject(const WorldState& state, const std::string& id) {
    return id.empty() ? kAnonymous : state.FindSubject(id);
  }

  static absl::StatusOr<Question> ResolveQuestion(const WorldState& state,
                                                  const ScenarioQuestion& question) {
    if (question.acting) {
      // An empty role would be asked as oneself.
      absl::StatusOr<RoleId> role = state.matrix().ResolveRole(question.acting_role);
      if (!role.ok()) return role.status();
    }
    const std::vector<absl::string_view> facts(question.facts.begin(), question.facts.end());
    NamedQuestion named;
    named.subject = question.subject;
    named.permission = question.permission;
    named.scope = question.scope;
    named.facts = facts;
    named.time = question.time;
    if (question.acting) {
      named.acting_role = question.acting_role;
      named.acting_scope = question.acting_scope;
    }
    return Resolve(state, named);
  }

  static std::vector<std::string> PermissionsOf(const WorldState& state,
                                                const v1::Scenario::PermissionsOf& list,
                                                const ListContext& context) {
    std::vector<std::string> names;
    for (PermissionId id : ListPermissions(state, FindSubject(state, list.subject()),
                                           state.FindScope(list.scope()), context)) {
      names.push_back(state.matrix().permission(id).name);
    }
    return names;
  }

  static absl::StatusOr<std::vector<std::string>> SubjectsThatMay(
      const WorldState& state, const v1::Scenario::SubjectsThatMay& list,
      const ListContext& context) {
    absl::StatusOr<PermissionId> permission = state.matrix().ResolvePermission(list.permission());
    if (!permission.ok()) return permission.status();
    std::vector<std::string> names;
    SubjectId after = kAnonymous;
    for (bool more = true; more;) {
      const SubjectPage page = ListSubjects(state, *permission, state.FindScope(list.scope()),
                                            after, kPageSize, context);
      for (SubjectId id : page.subjects) names.emplace_back(state.SubjectName(id));
      more = page.more;
      if (more) after = page.subjects.back();
    }
    return names;
  }

  static absl::StatusOr<std::vector<std::string>> ScopesWhere(const WorldState& state,
                                                              const v1::Scenario::ScopesWhere& list,
                                                              const ListContext& context) {
    absl::StatusOr<PermissionId> permission = state.matrix().ResolvePermission(list.permission());
    if (!permission.ok()) return permission.status();
    std::optional<ScopeKind> kind;
    if (list.kind() != v1::Scope::KIND_UNSPECIFIED) kind = static_cast<ScopeKind>(list.kind());
    std::vector<std::string> names;
    ScopeId after(0);
    for (bool more = true; more;) {
      const ScopePage page = ListScopes(state, FindSubject(state, list.subject()), *permission,
                                        kind, after, kPageSize, context);
      for (ScopeId id : page.scopes) names.emplace_back(state.ScopeName(id));
      more = page.more;
      if (more) after = page.scopes.back();
    }
    return names;
  }

  const std::unique_ptr<World> world_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ScenarioBackend>> OpenInEngine(const ScenarioFile& file) {
  absl::StatusOr<std::unique_ptr<World>> world = BuildWorld(file);
  if (!world.ok()) return world.status();
  return std::make_unique<EngineBackend>(*std::move(world));
}

}  // namespace provost
