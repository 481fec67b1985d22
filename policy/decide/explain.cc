#include "policy/decide/explain.h"

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>

#include "policy/decide/acting.h"
#include "policy/decide/check.h"
#include "policy/decide/freeze.h"

namespace provost {
namespace {

using Via = RoleDerivation::Via;

int BitCount(FactSet facts) { return __builtin_popcount(facts); }

// What the alternative that lacks the fewest facts lacks.
FactSet LeastMissing(const CellValue& value, FactSet facts) {
  FactSet least = 0;
  for (uint8_t i = 0; i < value.count; ++i) {
    const FactSet missing = value.sets[i] & ~facts;
    if (i == 0 || BitCount(missing) < BitCount(least)) least = missing;
  }
  return least;
}

// Every group that the subject is in at `time`, with one shortest chain to each: breadth first,
// groups of one level in the order of their uids.
std::map<uint32_t, std::vector<GroupStep>> ChainsOf(const WorldState& state, SubjectId subject,
                                                    absl::Time time) {
  std::map<uint32_t, std::vector<GroupStep>> chains;
  std::deque<uint32_t> queue = {subject.value};
  chains[subject.value] = {};
  while (!queue.empty()) {
    const uint32_t at = queue.front();
    queue.pop_front();
    const std::vector<GroupStep> chain = chains[at];
    for (const MembershipRecord& direct : state.GroupsOf(SubjectId(at))) {
      if (!direct.window.Contains(time) || state.IsSuspended(SubjectId(direct.group)) ||
          chains.count(direct.group) > 0) {
        continue;
      }
      std::vector<GroupStep> longer = chain;
      longer.push_back({SubjectId(direct.group), direct.window});
      chains[direct.group] = std::move(longer);
      queue.push_back(direct.group);
    }
  }
  return chains;
}

absl::Time EndOf(const RoleDerivation& derivation) {
  absl::Time end = derivation.window.expires;
  for (const GroupStep& step : derivation.chain) end = std::min(end, step.window.expires);
  return end;
}

class Explainer {
 public:
  Explainer(const WorldState& state, const Question& question)
      : state_(state), matrix_(state.matrix()), question_(question) {
    const ScopeLine& line = *state.scope_line(question.scope.value);
    place_.state = &state;
    place_.permission = question.permission;
    place_.kind = line.kind;
    place_.override_mask = line.override_mask;
    place_.path = state.PathOf(question.scope);
    reach_column_ = matrix_.ReachColumn(question.permission, line.kind);
  }

  void AddGiven(RoleId role, Via via) {
    RoleDerivation derivation;
    derivation.role = role;
    derivation.via = via;
    derivation.holder = question_.subject;
    derivation.scope = state_.root();
    Finish(std::move(derivation));
  }

  void AddActing() {
    RoleDerivation derivation;
    derivation.role = question_.acting_as->role;
    derivation.via = Via::kActingAs;
    derivation.holder = question_.subject;
    derivation.scope = question_.acting_as->scope;
    AddHeldAt(derivation);
  }

  void AddSubject() {
    for (const auto& [holder, chain] : ChainsOf(state_, question_.subject, question_.time)) {
      for (const AssignmentRecord& record : state_.AssignmentsOf(SubjectId(holder))) {
        if (!record.LiveAt(question_.time)) continue;
        RoleDerivation derivation;
        derivation.role = RoleId(record.role);
        derivation.assignment = AssignmentId(record.uid);
        derivation.holder = SubjectId(holder);
        derivation.scope = ScopeId(record.scope);
        derivation.window = record.window;
        derivation.chain = chain;
        derivation.until = EndOf(derivation);
        AddHeldAt(derivation);
      }
    }
  }

  std::vector<RoleDerivation> TakeRoles() {
    auto order = [this](const RoleDerivation& d) {
      uint32_t level = place_.path.size;
      for (uint32_t i = 0; i < place_.path.size; ++i) {
        if (place_.path.ids[i] == d.scope.value) level = i;
      }
      return std::make_tuple(level, d.role.value, d.assignment.value, d.holder.value);
    };
    std::stable_sort(
        roles_.begin(), roles_.end(),
        [&](const RoleDerivation& a, const RoleDerivation& b) { return order(a) < order(b); });
    return std::move(roles_);
  }

  const Place& place() const { return place_; }

 private:
  // The ordinary effect where the role is held on the path, and the reach where it has one.
  void AddHeldAt(const RoleDerivation& derivation) {
    if (place_.path.Contains(derivation.scope.value)) Finish(derivation);
    if (reach_column_ != nullptr && reach_column_[derivation.role.value] != kCodeNone &&
        state_.NearestOfKind(derivation.scope, place_.kind) == question_.scope) {
      RoleDerivation reach = derivation;
      if (reach.via == Via::kAssignment) reach.via = Via::kReach;
      Finish(std::move(reach), true);
    }
  }

  void Finish(RoleDerivation derivation, bool reach = false) {
    const CellCode* column = reach ? reach_column_ : matrix_.Column(place_.permission, place_.kind);
    const CellValue& cell = matrix_.value(column[derivation.role.value]);
    derivation.cell = matrix_.FindCell(derivation.role, place_.permission, place_.kind, reach);
    derivation.effect = ApplyOverrides(place_, derivation.role, cell, reach, &derivation.overrides);
    if (derivation.effect.effect == Effect::kAllow) {
      derivation.missing = LeastMissing(derivation.effect, question_.facts);
    }
    roles_.push_back(std::move(derivation));
  }

  const WorldState& state_;
  const Matrix& matrix_;
  const Question& question_;
  const CellCode* reach_column_;
  Place place_;
  std::vector<RoleDerivation> roles_;
};

bool Grants(const RoleDerivation& role, FactSet facts) { return role.effect.AllowedBy(facts); }

// The last override that made the effect what it is; unset if that was the cell.
std::optional<OverrideTrace> DecidingOverride(const RoleDerivation& role) {
  std::optional<OverrideTrace> deciding;
  for (const OverrideTrace& trace : role.overrides) {
    if (trace.below_a_lock || trace.outranked || trace.record.effect != role.effect.effect) {
      continue;
    }
    deciding = trace;
    if (role.effect.effect == Effect::kProhibit) break;
  }
  return deciding;
}

// What `role` would have without the overrides and the cell that block it: its ALLOW cell, or the
// ALLOW overrides that stand on the path.
bool WouldGrantUnblocked(const WorldState& state, const Place& place, const RoleDerivation& role,
                         FactSet facts) {
  const CellCode* column = state.matrix().Column(place.permission, place.kind);
  const CellValue& cell = state.matrix().value(column[role.role.value]);
  if (cell.AllowedBy(facts)) return true;
  for (const OverrideTrace& trace : role.overrides) {
    if (trace.record.effect == Effect::kAllow && !trace.below_a_lock && !trace.outranked &&
        (trace.record.facts & ~facts) == 0) {
      return true;
    }
  }
  return false;
}

// The role that would have allowed the question, had it been assigned on the path: the one with
// the fewest cells, as deep as it may be held.
NearestMiss MissingAssignment(const WorldState& state, const Place& place,
                              const Question& question) {
  NearestMiss miss;
  const Matrix& matrix = state.matrix();
  const CellCode* column = matrix.Column(place.permission, place.kind);
  std::vector<size_t> cells(matrix.roles().size());
  for (const CellInfo& cell : matrix.cells()) ++cells[cell.role.value];
  size_t fewest = SIZE_MAX;
  for (size_t r = 0; r < matrix.roles().size(); ++r) {
    const RoleId role(static_cast<uint16_t>(r));
    const CellValue effect = ApplyOverrides(place, role, matrix.value(column[r]), false, nullptr);
    if (!effect.AllowedBy(question.facts) || cells[r] >= fewest) continue;
    for (uint32_t i = place.path.size; i-- > 0;) {
      const ScopeId scope(place.path.ids[i]);
      if (!matrix.role(role).assignable_at.Has(state.KindOf(scope))) continue;
      miss.kind = NearestMiss::Kind::kAssignment;
      miss.role = role;
      miss.scope = scope;
      fewest = cells[r];
      break;
    }
  }
  return miss;
}

NearestMiss FindNearestMiss(const WorldState& state, const Place& place, const Question& question,
                            const Explanation& explanation) {
  NearestMiss miss;
  const RoleDerivation* prohibiting = nullptr;
  size_t prohibits = 0;
  bool otherwise_allowed = false;
  for (const RoleDerivation& role : explanation.roles) {
    if (role.effect.effect == Effect::kProhibit) {
      if (prohibiting == nullptr || prohibiting->role != role.role) ++prohibits;
      prohibiting = &role;
    }
    otherwise_allowed |= Grants(role, question.facts);
  }
  if (prohibits > 0) {
    if (prohibits == 1 &&
        (otherwise_allowed || WouldGrantUnblocked(state, place, *prohibiting, question.facts))) {
      miss.kind = NearestMiss::Kind::kProhibit;
      miss.role = prohibiting->role;
      miss.blocking = DecidingOverride(*prohibiting);
    }
    return miss;
  }
  for (const RoleDerivation& role : explanation.roles) {
    if (role.effect.effect != Effect::kAllow) continue;
    if (miss.kind == NearestMiss::Kind::kNone || BitCount(role.missing) < BitCount(miss.missing)) {
      miss.kind = NearestMiss::Kind::kFact;
      miss.role = role.role;
      miss.missing = role.missing;
    }
  }
  if (miss.kind != NearestMiss::Kind::kNone) return miss;
  for (const RoleDerivation& role : explanation.roles) {
    if (role.effect.effect == Effect::kPrevent &&
        WouldGrantUnblocked(state, place, role, question.facts)) {
      miss.kind = NearestMiss::Kind::kPrevent;
      miss.role = role.role;
      miss.blocking = DecidingOverride(role);
      return miss;
    }
  }
  return MissingAssignment(state, place, question);
}

}  // namespace

Explanation Explain(const WorldState& state, const Question& question) {
  Explanation explanation;
  explanation.question = question;
  explanation.decision = Check(state, question);
  const Reason reason = explanation.decision.reason;
  if (reason == Reason::kNotAsked || reason == Reason::kUnknownSubject ||
      reason == Reason::kUnknownScope || !state.HasScope(question.scope)) {
    return explanation;
  }
  const Matrix& matrix = state.matrix();
  const ScopePath path = state.PathOf(question.scope);
  for (uint32_t i = 0; i < path.size; ++i) {
    const uint8_t flags = state.scope_line(path.ids[i])->flags;
    if ((flags & (ScopeLine::kArchived | ScopeLine::kHeld)) == 0) continue;
    explanation.frozen.push_back({ScopeId(path.ids[i]), (flags & ScopeLine::kArchived) != 0,
                                  (flags & ScopeLine::kHeld) != 0});
  }

  Explainer explainer(state, question);
  if (question.acting_as.has_value()) {
    Question own = question;
    own.acting_as.reset();
    explanation.as_self = std::make_unique<Explanation>(Explain(state, own));
    const bool acts = MayActAs(state, question) && path.Contains(question.acting_as->scope.value);
    if (!acts) return explanation;
    explainer.AddActing();
  } else if (question.subject == kAnonymous) {
    if (matrix.anonymous_role().has_value()) {
      explainer.AddGiven(*matrix.anonymous_role(), Via::kAnonymous);
    }
  } else {
    explainer.AddSubject();
  }
  const bool is_user =
      question.subject != kAnonymous && state.KindOf(question.subject) == SubjectKind::kUser;
  if (is_user && matrix.default_role().has_value()) {
    explainer.AddGiven(*matrix.default_role(), Via::kDefault);
  }
  explanation.roles = explainer.TakeRoles();

  if (explanation.decision.allowed()) {
    absl::Time until = absl::InfinitePast();
    for (const RoleDerivation& role : explanation.roles) {
      if (Grants(role, question.facts)) until = std::max(until, role.until);
    }
    explanation.allowed_until = until;
  } else if (reason != Reason::kFrozen && reason != Reason::kSuspended) {
    explanation.nearest_miss = FindNearestMiss(state, explainer.place(), question, explanation);
  }
  return explanation;
}

}  // namespace provost
