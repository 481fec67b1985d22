#include "policy/decide/explain.h"

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "policy/decide/acting.h"
#include "policy/decide/check.h"
#include "policy/decide/freeze.h"
#include "policy/decide/held.h"

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
    AddHeldAt(derivation);
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
    const std::map<uint32_t, absl::Time> ends =
        MembershipEnds(state_, question_.subject, question_.time);
    for (const auto& [holder, chain] : ChainsOf(state_, question_.subject, question_.time)) {
      const auto end = ends.find(holder);
      for (const AssignmentRecord& record : state_.AssignmentsOf(SubjectId(holder))) {
        if (!record.LiveAt(question_.time)) continue;
        RoleDerivation derivation;
        derivation.role = RoleId(record.role);
        derivation.assignment = AssignmentId(record.uid);
        derivation.holder = SubjectId(holder);
        derivation.scope = ScopeId(record.scope);
        derivation.window = record.window;
        derivation.chain = chain;
        derivation.until = record.window.expires;
        if (end != ends.end()) derivation.until = std::min(derivation.until, end->second);
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
    derivation.reach = reach;
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

// One thing that might have been otherwise.
struct WhatIf {
  const OverrideTrace* without_override = nullptr;
  std::optional<RoleId> without_cell;  // the ordinary cell of this role
  std::optional<RoleId> with_role;     // held at `at` as well
  ScopeId at;
};

// What `roles` would decide, had that one thing been so: rules 5 and 6 for a subject and a tenant
// that are active.
class Alternative {
 public:
  Alternative(const Place& place, const Question& question, const WhatIf& what_if)
      : state_(*place.state), question_(question), what_if_(what_if), place_(place) {
    if (what_if.without_override == nullptr) return;
    const OverrideTrace& trace = *what_if.without_override;
    for (const OverrideRecord& record : state_.OverridesAt(trace.scope)) {
      if (record.role != trace.record.role || record.permission != trace.record.permission) {
        others_.push_back(record);
      }
    }
    place_.substitute_scope = trace.scope.value;
    place_.substitute = others_;
  }

  bool Allows(const std::vector<RoleDerivation>& roles) const {
    Outcome outcome;
    for (const RoleDerivation& role : roles) Add(role.role, role.reach, &outcome);
    if (what_if_.with_role.has_value()) {
      Add(*what_if_.with_role, false, &outcome);
      if (state_.NearestOfKind(what_if_.at, place_.kind) == question_.scope) {
        Add(*what_if_.with_role, true, &outcome);
      }
    }
    if (outcome.prohibited || !outcome.allowed) return false;
    if (state_.matrix().permission(question_.permission).access == Access::kRead) return true;
    const ScopeLine& line = *state_.scope_line(question_.scope.value);
    return question_.subject != kAnonymous &&
           (line.frozen_mask == 0 || FreezeIsLifted(state_, question_, line));
  }

  bool Prohibits(const std::vector<RoleDerivation>& roles) const {
    Outcome outcome;
    for (const RoleDerivation& role : roles) Add(role.role, role.reach, &outcome);
    return outcome.prohibited;
  }

 private:
  struct Outcome {
    bool allowed = false;
    bool prohibited = false;
  };

  void Add(RoleId role, bool reach, Outcome* outcome) const {
    const Matrix& matrix = state_.matrix();
    const CellCode* column = reach ? matrix.ReachColumn(place_.permission, place_.kind)
                                   : matrix.Column(place_.permission, place_.kind);
    if (column == nullptr || (reach && column[role.value] == kCodeNone)) return;
    CellValue cell = matrix.value(column[role.value]);
    if (!reach && what_if_.without_cell == role) cell = CellValue();
    const CellValue effect = ApplyOverrides(place_, role, cell, reach, nullptr);
    outcome->prohibited |= effect.effect == Effect::kProhibit;
    outcome->allowed |= effect.AllowedBy(question_.facts);
  }

  const WorldState& state_;
  const Question& question_;
  const WhatIf& what_if_;
  Place place_;
  std::vector<OverrideRecord> others_;
};

// Looks for the one thing that would have made a denial an allow.
class MissFinder {
 public:
  MissFinder(const WorldState& state, const Place& place, const Explanation& explanation)
      : state_(state),
        matrix_(state.matrix()),
        place_(place),
        question_(explanation.question),
        explanation_(explanation) {}

  NearestMiss Find() const {
    NearestMiss miss = MissingFact();
    if (miss.kind == NearestMiss::Kind::kNone) miss = Blocker(Effect::kPrevent);
    if (miss.kind == NearestMiss::Kind::kNone) miss = Blocker(Effect::kProhibit);
    if (miss.kind == NearestMiss::Kind::kNone) miss = MissingAssignment();
    return miss;
  }

 private:
  // The roles that a change of the world's records would be judged by. Asked as a role, a WRITE
  // must be allowed to oneself too, and nothing that oneself is prohibited.
  bool WouldAllow(const WhatIf& what_if) const {
    const Alternative alternative(place_, question_, what_if);
    if (explanation_.as_self == nullptr) return alternative.Allows(explanation_.roles);
    // An assignment more is oneself's, and nothing to the role that is acted as.
    WhatIf as_role = what_if;
    as_role.with_role.reset();
    if (!Alternative(place_, question_, as_role).Allows(explanation_.roles)) return false;
    const bool write = matrix_.permission(question_.permission).access == Access::kWrite;
    return write ? alternative.Allows(explanation_.as_self->roles)
                 : !alternative.Prohibits(explanation_.as_self->roles);
  }

  NearestMiss MissingFact() const {
    NearestMiss miss;
    const auto look = [&](const std::vector<RoleDerivation>& roles) {
      for (const RoleDerivation& role : roles) {
        if (role.effect.effect != Effect::kAllow || role.missing == 0) continue;
        if (miss.kind != NearestMiss::Kind::kNone &&
            BitCount(role.missing) >= BitCount(miss.missing)) {
          continue;
        }
        Question with = question_;
        with.facts |= role.missing;
        if (!Check(state_, with).allowed()) continue;
        miss.kind = NearestMiss::Kind::kFact;
        miss.role = role.role;
        miss.missing = role.missing;
      }
    };
    look(explanation_.roles);
    if (explanation_.as_self != nullptr) look(explanation_.as_self->roles);
    return miss;
  }

  // An override of `effect`, or for PROHIBIT a cell, that alone stands in the way. (A cell that
  // prevents stands in nothing's way but its own.)
  NearestMiss Blocker(Effect effect) const {
    NearestMiss miss;
    const auto look = [&](const std::vector<RoleDerivation>& roles) {
      for (const RoleDerivation& role : roles) {
        if (role.effect.effect != effect || miss.kind != NearestMiss::Kind::kNone) continue;
        WhatIf what_if;
        if (effect == Effect::kProhibit) {
          what_if.without_cell = role.role;
          if (role.cell != nullptr && role.cell->effect == effect && WouldAllow(what_if)) {
            Set(effect, role.role, nullptr, &miss);
            continue;
          }
          what_if.without_cell.reset();
        }
        // The deepest counts last.
        for (size_t i = role.overrides.size(); i-- > 0;) {
          const OverrideTrace& trace = role.overrides[i];
          if (trace.record.effect != effect || trace.below_a_lock || ConcernsActing(trace))
            continue;
          what_if.without_override = &trace;
          if (!WouldAllow(what_if)) continue;
          Set(effect, role.role, &trace, &miss);
          break;
        }
      }
    };
    look(explanation_.roles);
    if (explanation_.as_self != nullptr) look(explanation_.as_self->roles);
    return miss;
  }

  static void Set(Effect effect, RoleId role, const OverrideTrace* trace, NearestMiss* miss) {
    miss->kind =
        effect == Effect::kPrevent ? NearestMiss::Kind::kPrevent : NearestMiss::Kind::kProhibit;
    miss->role = role;
    if (trace != nullptr) miss->blocking = *trace;
  }

  // True if the override may also decide whether the role may be acted as.
  bool ConcernsActing(const OverrideTrace& trace) const {
    if (explanation_.as_self == nullptr || !matrix_.switch_permission().has_value()) return false;
    const PermissionId to_switch = *matrix_.switch_permission();
    const PermissionId named(trace.record.permission);
    const std::vector<PermissionId>& implied = matrix_.permission(named).implies_all;
    return named == to_switch || std::binary_search(implied.begin(), implied.end(), to_switch);
  }

  // True if holding `role` would forbid acting as the role that the question is asked as.
  bool ForbidsActing(RoleId role) const {
    if (explanation_.as_self == nullptr || !matrix_.switch_permission().has_value()) return false;
    const ScopeId at = question_.acting_as->scope;
    const ScopeLine& line = *state_.scope_line(at.value);
    Place place;
    place.state = &state_;
    place.permission = *matrix_.switch_permission();
    place.kind = line.kind;
    place.override_mask = line.override_mask;
    place.path = state_.PathOf(at);
    for (const bool reach : {false, true}) {
      const CellCode* column = reach ? matrix_.ReachColumn(place.permission, place.kind)
                                     : matrix_.Column(place.permission, place.kind);
      if (column == nullptr || (reach && column[role.value] == kCodeNone)) continue;
      const CellValue& cell = matrix_.value(column[role.value]);
      if (ApplyOverrides(place, role, cell, reach, nullptr).effect == Effect::kProhibit)
        return true;
    }
    return false;
  }

  // The role that would have allowed the question, had it been assigned on the path: the one with
  // the fewest cells, as deep as it may be held.
  NearestMiss MissingAssignment() const {
    NearestMiss miss;
    if (question_.subject == kAnonymous) return miss;
    std::vector<size_t> cells(matrix_.roles().size());
    for (const CellInfo& cell : matrix_.cells()) ++cells[cell.role.value];
    size_t fewest = SIZE_MAX;
    for (size_t r = 0; r < matrix_.roles().size(); ++r) {
      WhatIf what_if;
      what_if.with_role = RoleId(static_cast<uint16_t>(r));
      if (cells[r] >= fewest || ForbidsActing(*what_if.with_role)) continue;
      for (uint32_t i = place_.path.size; i-- > 0;) {
        what_if.at = ScopeId(place_.path.ids[i]);
        if (!matrix_.role(*what_if.with_role).assignable_at.Has(state_.KindOf(what_if.at)))
          continue;
        if (!WouldAllow(what_if)) break;
        miss.kind = NearestMiss::Kind::kAssignment;
        miss.role = *what_if.with_role;
        miss.scope = what_if.at;
        fewest = cells[r];
        break;
      }
    }
    return miss;
  }

  const WorldState& state_;
  const Matrix& matrix_;
  const Place& place_;
  const Question& question_;
  const Explanation& explanation_;
};

// True if an assignment at a scope may take part in the answer to `question`: it is on the path
// that is asked about or acted at, or might reach up to it.
class TakesPart {
 public:
  TakesPart(const WorldState& state, const Question& question) { Add(state, question); }

  bool operator()(const AssignmentRecord& record) const {
    if (record.suspended) return false;
    if (reaches_) return true;
    for (const ScopePath& path : paths_) {
      if (path.Contains(record.scope)) return true;
    }
    return false;
  }

 private:
  void Add(const WorldState& state, const Question& question) {
    reaches_ |=
        state.matrix().ReachColumn(question.permission, state.KindOf(question.scope)) != nullptr;
    paths_.push_back(state.PathOf(question.scope));
    if (!question.acting_as.has_value() || !state.matrix().switch_permission().has_value()) return;
    Question may_switch = question;
    may_switch.acting_as.reset();
    may_switch.permission = *state.matrix().switch_permission();
    may_switch.scope = question.acting_as->scope;
    Add(state, may_switch);
  }

  bool reaches_ = false;
  std::vector<ScopePath> paths_;
};

// The first instant after that of `question`, which is allowed, at which it is so no more: some
// window of what the subject holds begins or ends then.
absl::Time EndOfAllow(const WorldState& state, const Question& question) {
  std::vector<absl::Time> bounds;
  const auto add = [&](const Window& window) {
    for (absl::Time bound : {window.not_before, window.expires}) {
      if (bound > question.time && bound != absl::InfiniteFuture()) bounds.push_back(bound);
    }
  };
  const TakesPart takes_part(state, question);
  // True if anything of what `holder` has takes part.
  const auto add_holder = [&](SubjectId holder) {
    bool any = false;
    for (const AssignmentRecord& record : state.AssignmentsOf(holder)) {
      if (!takes_part(record)) continue;
      any = true;
      add(record.window);
    }
    return any;
  };
  add_holder(question.subject);
  absl::flat_hash_map<uint32_t, bool> seen;
  for (const MembershipRecord& direct : state.GroupsOf(question.subject)) {
    const GroupClosure* closure = state.closure(direct.group);
    if (closure == nullptr) continue;
    for (uint64_t i = 0; i < closure->count; ++i) {
      const MembershipRecord& above = closure->entries()[i];
      const auto [known, is_new] = seen.emplace(above.group, false);
      if (is_new) known->second = add_holder(SubjectId(above.group));
      if (!known->second) continue;
      add(direct.window);
      add(above.window);
    }
  }
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  Question later = question;
  for (absl::Time bound : bounds) {
    later.time = bound;
    if (!Check(state, later).allowed()) return bound;
  }
  return absl::InfiniteFuture();
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
    if (!acts) {
      if (explanation.decision.allowed()) explanation.allowed_until = EndOfAllow(state, question);
      return explanation;
    }
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
    explanation.allowed_until = EndOfAllow(state, question);
  } else if (reason != Reason::kFrozen && reason != Reason::kSuspended) {
    explanation.nearest_miss = MissFinder(state, explainer.place(), explanation).Find();
  }
  return explanation;
}

}  // namespace provost
