#include "service/explain_message.h"

#include <algorithm>
#include <string>

#include "service/lookup.h"
#include "tenant/names.h"
#include "tenant/times.h"

namespace provost {
namespace {

class Writer {
 public:
  Writer(const WorldState& state, absl::string_view tenant, bool about_self,
         absl::FunctionRef<bool(ScopeId)> may_see, v1::Explanation* out)
      : state_(state), tenant_(tenant), about_self_(about_self), may_see_(may_see), out_(out) {}

  void Write(const Explanation& explanation) {
    const Question& question = explanation.question;
    out_->set_allowed(explanation.decision.allowed());
    out_->set_reason(static_cast<v1::Decision::Reason>(explanation.decision.reason));
    *out_->mutable_time() = ToTimestamp(question.time);
    AddFacts(question.facts, out_->mutable_facts());
    if (state_.HasScope(question.scope)) {
      const ScopePath path = state_.PathOf(question.scope);
      for (uint32_t i = 0; i < path.size; ++i) out_->add_path(Name(ScopeId(path.ids[i])));
    }
    const bool shows_miss = MayName(explanation);
    const RoleDerivation* nearest = nullptr;
    for (const RoleDerivation& role : explanation.roles) {
      if (role.missing != 0 && role.effect.effect == Effect::kAllow && nearest == nullptr &&
          IsVisible(role)) {
        nearest = &role;
      }
      WriteRole(role, question);
    }
    const bool writes = state_.matrix().permission(question.permission).access == Access::kWrite;
    for (const FrozenScope& frozen : explanation.frozen) {
      if (!writes) break;  // Nothing that is only read is held up.
      if (frozen.archived) AddFrozen(frozen.scope, v1::Scope::ARCHIVE);
      if (frozen.held) AddFrozen(frozen.scope, v1::Scope::HOLD);
    }
    if (explanation.decision.reason == Reason::kMissingFacts) {
      const FactSet missing =
          explanation.nearest_miss.kind == NearestMiss::Kind::kFact && shows_miss
              ? explanation.nearest_miss.missing
          : nearest != nullptr ? nearest->missing
                               : 0;
      AddFacts(missing, out_->mutable_missing_facts());
    }
    if (shows_miss) WriteMiss(explanation);
    if (explanation.allowed_until != absl::InfiniteFuture()) {
      *out_->mutable_changes_at() = ToTimestamp(explanation.allowed_until);
    }
    if (question.acting_as.has_value()) {
      out_->mutable_acting_as()->set_role(state_.matrix().role(question.acting_as->role).name);
      out_->mutable_acting_as()->set_scope(Name(question.acting_as->scope));
    }
  }

 private:
  std::string Name(ScopeId scope) const { return ScopeFullName(state_, tenant_, scope); }

  template <typename Names>
  void AddFacts(FactSet facts, Names* names) const {
    for (std::string& name : state_.matrix().FactNames(facts)) names->Add(std::move(name));
  }

  template <typename Sets>
  void AddAlternatives(const CellValue& value, Sets* sets) const {
    for (uint8_t i = 0; i < value.count; ++i) AddFacts(value.sets[i], sets->Add()->mutable_facts());
  }

  void AddFrozen(ScopeId scope, v1::Scope::Freeze freeze) {
    auto* frozen = out_->add_freezes();
    frozen->set_scope(Name(scope));
    frozen->set_freeze(freeze);
  }

  static bool StandsSomewhere(const RoleDerivation& role) {
    return role.via == RoleDerivation::Via::kAssignment || role.via == RoleDerivation::Via::kReach;
  }
  bool IsVisible(const RoleDerivation& role) const {
    return !StandsSomewhere(role) || about_self_ || may_see_(role.scope);
  }

  // A miss must not name a role that the asker cannot see to be held. A role that is not held at
  // all, and so would have to be assigned, is no secret.
  bool MayName(const Explanation& explanation) const {
    const NearestMiss& miss = explanation.nearest_miss;
    if (miss.kind == NearestMiss::Kind::kNone || miss.kind == NearestMiss::Kind::kAssignment) {
      return true;
    }
    return std::any_of(
        explanation.roles.begin(), explanation.roles.end(),
        [&](const RoleDerivation& role) { return role.role == miss.role && IsVisible(role); });
  }

  void WriteRole(const RoleDerivation& role, const Question& question) {
    const bool stands_somewhere = StandsSomewhere(role);
    if (!IsVisible(role)) {
      out_->set_redacted(true);
      return;
    }
    auto* held = out_->add_roles();
    held->set_role(state_.matrix().role(role.role).name);
    switch (role.via) {
      case RoleDerivation::Via::kDefault:
        held->set_through(v1::Explanation::HeldRole::DEFAULT_ROLE);
        break;
      case RoleDerivation::Via::kAnonymous:
        held->set_through(v1::Explanation::HeldRole::ANONYMOUS_ROLE);
        break;
      case RoleDerivation::Via::kAssignment:
        held->set_through(v1::Explanation::HeldRole::ASSIGNMENT);
        break;
      case RoleDerivation::Via::kReach:
        held->set_through(v1::Explanation::HeldRole::REACH);
        break;
      case RoleDerivation::Via::kActingAs:
        held->set_through(v1::Explanation::HeldRole::ACTING_AS);
        break;
    }
    if (stands_somewhere) {
      ResourceName name;
      name.tenant = std::string(tenant_);
      name.collection = Collection::kAssignments;
      name.id = std::to_string(role.assignment.value);
      held->set_assignment(name.ToString());
      Window window = role.window;
      for (const GroupStep& step : role.chain) {
        window.not_before = std::max(window.not_before, step.window.not_before);
        window.expires = std::min(window.expires, step.window.expires);
      }
      SetWindow(window, held->mutable_window());
    }
    held->set_scope(Name(role.scope));
    for (const GroupStep& step : role.chain) {
      auto* link = held->add_groups();
      link->set_group(SubjectFullName(state_, tenant_, step.group));
      SetWindow(step.window, link->mutable_window());
    }
    if (role.cell != nullptr) {
      auto* cell = held->mutable_cell();
      cell->set_effect(static_cast<v1::Effect>(role.cell->effect));
      cell->set_rank(
          static_cast<v1::Explanation::MatrixCell::Rank>(static_cast<int>(role.cell->rank) + 1));
      cell->set_source(role.cell->source);
      cell->set_at(static_cast<v1::Scope::Kind>(role.cell->at));
      cell->set_reach(role.cell->reach);
    }
    for (const OverrideTrace& trace : role.overrides) WriteOverride(trace, held);
    held->set_effect(static_cast<v1::Effect>(role.effect.effect));
    AddAlternatives(role.effect, held->mutable_alternatives());
    if (role.effect.effect == Effect::kAllow && !role.effect.AllowedBy(question.facts)) {
      AddFacts(role.missing, held->mutable_missing_facts());
    }
  }

  void WriteOverride(const OverrideTrace& trace, v1::Explanation::HeldRole* held) {
    if (!may_see_(trace.scope)) {
      out_->set_redacted(true);
      return;
    }
    auto* applied = held->add_overrides();
    applied->set_scope(Name(trace.scope));
    applied->set_effect(static_cast<v1::Effect>(trace.record.effect));
    applied->set_locked(trace.record.locked);
    applied->set_ignored(trace.below_a_lock || trace.outranked);
    if (trace.record.facts_set) {
      AddFacts(trace.record.facts, applied->add_alternatives()->mutable_facts());
    }
    const Matrix& matrix = state_.matrix();
    ResourceName name;
    name.tenant = std::string(tenant_);
    name.collection = Collection::kOverrides;
    name.id = OverrideId{trace.scope.value, matrix.role(RoleId(trace.record.role)).name,
                         matrix.permission(PermissionId(trace.record.permission)).name}
                  .ToString();
    applied->set_name(name.ToString());
  }

  void WriteMiss(const Explanation& explanation) {
    const NearestMiss& miss = explanation.nearest_miss;
    const Matrix& matrix = state_.matrix();
    switch (miss.kind) {
      case NearestMiss::Kind::kNone:
        return;
      case NearestMiss::Kind::kFact: {
        auto* fact = out_->mutable_nearest_miss()->mutable_fact();
        fact->set_role(matrix.role(miss.role).name);
        AddFacts(miss.missing, fact->mutable_facts());
        return;
      }
      case NearestMiss::Kind::kPrevent:
      case NearestMiss::Kind::kProhibit: {
        if (miss.blocking.has_value() && !may_see_(miss.blocking->scope)) {
          out_->set_redacted(true);
          return;
        }
        auto* effect = miss.kind == NearestMiss::Kind::kPrevent
                           ? out_->mutable_nearest_miss()->mutable_prevent()
                           : out_->mutable_nearest_miss()->mutable_prohibit();
        effect->set_role(matrix.role(miss.role).name);
        if (miss.blocking.has_value()) {
          effect->set_scope(Name(miss.blocking->scope));
          return;
        }
        for (const RoleDerivation& role : explanation.roles) {
          if (role.role != miss.role || role.cell == nullptr) continue;
          effect->set_source(role.cell->source);
          return;
        }
        return;
      }
      case NearestMiss::Kind::kAssignment: {
        auto* assignment = out_->mutable_nearest_miss()->mutable_assignment();
        assignment->set_role(matrix.role(miss.role).name);
        assignment->set_scope(Name(miss.scope));
        AddFacts(miss.missing, assignment->mutable_facts());
        return;
      }
    }
  }

  const WorldState& state_;
  const absl::string_view tenant_;
  const bool about_self_;
  const absl::FunctionRef<bool(ScopeId)> may_see_;
  v1::Explanation* const out_;
};

}  // namespace

void ToProto(const Explanation& explanation, const WorldState& state, absl::string_view tenant,
             bool about_self, absl::FunctionRef<bool(ScopeId)> may_see, v1::Explanation* message) {
  Writer(state, tenant, about_self, may_see, message).Write(explanation);
}

}  // namespace provost
