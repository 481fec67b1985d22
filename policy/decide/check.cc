#include "policy/decide/check.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "absl/base/attributes.h"
#include "policy/decide/acting.h"
#include "policy/decide/effect.h"
#include "policy/decide/freeze.h"

namespace provost {
namespace {

// What the effects counted so far add up to (rule 5).
struct Tally {
  bool any_role = false;  // a role other than the default one is held on the path
  bool prohibited = false;
  bool allowed = false;
  bool missing = false;
  bool prevented = false;

  void Add(const CellValue& value, FactSet facts) {
    switch (value.effect) {
      case Effect::kNone:
        break;
      case Effect::kAllow:
        (value.AllowedBy(facts) ? allowed : missing) = true;
        break;
      case Effect::kPrevent:
        prevented = true;
        break;
      case Effect::kProhibit:
        prohibited = true;
        break;
    }
  }
};

// Bit i: line.scopes[i] is on the path of `scope`, which is scope number `id` below `root`.
inline uint32_t MatchInline(const SubjectLine& line, uint32_t root, const ScopeLine& scope,
                            uint32_t id) {
  static_assert(SubjectLine::kInline == 10);
  const int between = scope.depth - 2;
#if defined(__SSE2__)
  // Three vectors cover the ten scopes; the third begins at the seventh.
  const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line.scopes));
  const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line.scopes + 4));
  const __m128i c = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line.scopes + 6));
  const __m128i first = _mm_set1_epi32(static_cast<int>(root));
  const __m128i last = _mm_set1_epi32(static_cast<int>(id));
  __m128i hit_a = _mm_or_si128(_mm_cmpeq_epi32(a, first), _mm_cmpeq_epi32(a, last));
  __m128i hit_b = _mm_or_si128(_mm_cmpeq_epi32(b, first), _mm_cmpeq_epi32(b, last));
  __m128i hit_c = _mm_or_si128(_mm_cmpeq_epi32(c, first), _mm_cmpeq_epi32(c, last));
  for (int i = 0; i < between; ++i) {
    const __m128i each = _mm_set1_epi32(static_cast<int>(scope.between[i]));
    hit_a = _mm_or_si128(hit_a, _mm_cmpeq_epi32(a, each));
    hit_b = _mm_or_si128(hit_b, _mm_cmpeq_epi32(b, each));
    hit_c = _mm_or_si128(hit_c, _mm_cmpeq_epi32(c, each));
  }
  const uint32_t hits = static_cast<uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(hit_a))) |
                        static_cast<uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(hit_b))) << 4 |
                        static_cast<uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(hit_c))) << 6;
#else
  uint32_t hits = 0;
  for (int j = 0; j < SubjectLine::kInline; ++j) {
    bool hit = line.scopes[j] == root || line.scopes[j] == id;
    for (int i = 0; i < between; ++i) hit |= line.scopes[j] == scope.between[i];
    hits |= static_cast<uint32_t>(hit) << j;
  }
#endif
  return hits & ((1u << line.count) - 1);
}

// One question under way.
class Evaluation {
 public:
  Evaluation(const WorldState& state, const Question& question, const ScopeLine& scope_line,
             const CellCode* column)
      : state_(state),
        matrix_(state.matrix()),
        column_(column),
        reach_column_(matrix_.ReachColumn(question.permission, scope_line.kind)),
        scope_line_(scope_line),
        scope_(question.scope.value),
        facts_(question.facts),
        time_(question.time) {
    place_.state = &state;
    place_.permission = question.permission;
    place_.kind = scope_line.kind;
    place_.override_mask = scope_line.override_mask;
    state.PathOf(scope_, scope_line, &place_.path);
  }

  // Everything that a subject holds, itself and through groups.
  void AddSubject(const SubjectLine& line, uint32_t subject) {
    AddHolder(line, subject);
    if ((line.flags & SubjectLine::kHasGroups) == 0) return;
    const SubjectDetail* detail = state_.subject_detail(subject);
    for (uint32_t i = 0; i < detail->group_count; ++i) {
      const MembershipRecord& direct = detail->groups()[i];
      if (!direct.window.Contains(time_)) continue;
      const GroupClosure* closure = state_.closure(direct.group);
      if (closure == nullptr) continue;
      for (uint64_t j = 0; j < closure->count; ++j) {
        const MembershipRecord& above = closure->entries()[j];
        if (above.window.Contains(time_)) {
          AddHolder(*state_.subject_line(above.group), above.group);
        }
      }
    }
  }

  // The default role, which is held at the tenant without an assignment.
  void AddGiven(RoleId role) {
    AddEffect(role.value);
    if (has_reach()) AddReach(role.value, state_.root().value);
  }
  // The same for the role of anonymous.
  void AddAnonymous(RoleId role) {
    tally_.any_role = true;
    AddGiven(role);
  }

  // A role held at a scope on the path. The default role is no other for being assigned as well.
  void AddRole(uint16_t role) {
    tally_.any_role |= matrix_.default_role() != RoleId(role);
    AddEffect(role);
  }

  // A role held anywhere, for the one permission that reaches (rule 2).
  void AddReach(uint16_t role, uint32_t at) {
    const CellCode code = reach_column_[role];
    if (code == kCodeNone || state_.NearestOfKind(ScopeId(at), place_.kind).value != scope_) return;
    tally_.Add(ApplyOverrides(place_, RoleId(role), matrix_.value(code), true, nullptr), facts_);
  }
  bool has_reach() const { return reach_column_ != nullptr; }

  const Tally& tally() const { return tally_; }

 private:
  void AddEffect(uint16_t role) {
    const CellCode code = column_[role];
    if (place_.override_mask == 0) {
      if (code == kCodeAllow) {
        tally_.allowed = true;
      } else if (code != kCodeNone) {
        tally_.Add(matrix_.value(code), facts_);
      }
      return;
    }
    tally_.Add(ApplyOverrides(place_, RoleId(role), matrix_.value(code), false, nullptr), facts_);
  }

  // The assignments of one subject or group.
  void AddHolder(const SubjectLine& line, uint32_t holder) {
    for (uint32_t hits = MatchInline(line, state_.root().value, scope_line_, scope_); hits != 0;
         hits &= hits - 1) {
      AddRole(line.roles[__builtin_ctz(hits)]);
    }
    if (has_reach()) {
      for (int i = 0; i < line.count; ++i) AddReach(line.roles[i], line.scopes[i]);
    }
    if ((line.flags & SubjectLine::kMoreAssignments) == 0) return;
    const SubjectDetail* detail = state_.subject_detail(holder);
    int plain = 0;
    for (uint32_t i = 0; i < detail->assignment_count; ++i) {
      const AssignmentRecord& record = detail->assignments()[i];
      if (record.suspended) continue;
      if (record.window.always()) {
        if (plain++ < SubjectLine::kInline) continue;  // seen in the line
      } else if (!record.window.Contains(time_)) {
        continue;
      }
      if (place_.path.Contains(record.scope)) AddRole(record.role);
      if (has_reach()) AddReach(record.role, record.scope);
    }
  }

  const WorldState& state_;
  const Matrix& matrix_;
  const CellCode* const column_;
  const CellCode* const reach_column_;
  const ScopeLine& scope_line_;
  const uint32_t scope_;
  const FactSet facts_;
  const absl::Time time_;
  Place place_;
  Tally tally_;
};

// Rules 5, 6 and 8, from what the effects add up to.
inline Reason Conclude(const WorldState& state, const Question& question, const ScopeLine& line,
                       const Tally& tally) {
  if (tally.prohibited) return Reason::kProhibited;
  if (tally.allowed) {
    if (line.frozen_mask == 0 && question.subject != kAnonymous) return Reason::kAllowed;
    if (state.matrix().permission(question.permission).access == Access::kRead) {
      return Reason::kAllowed;
    }
    // FROZEN is the reason only of what would be allowed without the freeze.
    if (question.subject == kAnonymous) return Reason::kNotGranted;
    if (!FreezeIsLifted(state, question, line)) return Reason::kFrozen;
    return Reason::kAllowed;
  }
  if (tally.missing) return Reason::kMissingFacts;
  if (tally.prevented) return Reason::kPrevented;
  if (!tally.any_role) return Reason::kNoRole;
  return Reason::kNotGranted;
}

// The commonest of all questions, decided without anything being written to memory: the line holds
// all that the subject holds, and the path has no overrides. Answers what Decide() answers.
inline Reason DecidePlain(const WorldState& state, const Question& question,
                          const SubjectLine& subject, const ScopeLine& scope,
                          const CellCode* column) {
  const Matrix& matrix = state.matrix();
  const std::optional<RoleId> default_role = matrix.default_role();
  Tally tally;
  const auto add = [&](uint16_t role) {
    const CellCode code = column[role];
    if (code == kCodeAllow) {
      tally.allowed = true;
    } else if (code != kCodeNone) {
      tally.Add(matrix.value(code), question.facts);
    }
  };
  for (uint32_t hits = MatchInline(subject, state.root().value, scope, question.scope.value);
       hits != 0; hits &= hits - 1) {
    const uint16_t role = subject.roles[__builtin_ctz(hits)];
    tally.any_role |= default_role != RoleId(role);
    add(role);
  }
  if ((subject.flags & SubjectLine::kUser) != 0 && default_role.has_value()) {
    add(default_role->value);
  }
  return Conclude(state, question, scope, tally);
}

// The question as oneself, subject and scope known to be there. Kept out of Check(), as is
// CheckActing(), so that the commonest question does not pay for the registers that they save.
ABSL_ATTRIBUTE_NOINLINE Reason Decide(const WorldState& state, const Question& question,
                                      const SubjectLine* subject, const ScopeLine& scope,
                                      const CellCode* column) {
  Evaluation evaluation(state, question, scope, column);
  const Matrix& matrix = state.matrix();
  if (subject == nullptr) {
    if (matrix.anonymous_role().has_value()) evaluation.AddAnonymous(*matrix.anonymous_role());
  } else {
    evaluation.AddSubject(*subject, question.subject.value);
    if ((subject->flags & SubjectLine::kUser) != 0 && matrix.default_role().has_value()) {
      evaluation.AddGiven(*matrix.default_role());
    }
  }
  return Conclude(state, question, scope, evaluation.tally());
}

// Rule 7, for a question at or below the scope that is acted at.
Reason DecideActing(const WorldState& state, const Question& question, const SubjectLine* subject,
                    const ScopeLine& scope, const CellCode* column) {
  Question own = question;
  own.acting_as.reset();
  const Reason as_self = Decide(state, own, subject, scope, column);
  if (as_self == Reason::kProhibited) return as_self;
  Evaluation evaluation(state, question, scope, column);
  evaluation.AddRole(question.acting_as->role.value);
  if (evaluation.has_reach()) {
    evaluation.AddReach(question.acting_as->role.value, question.acting_as->scope.value);
  }
  const Matrix& matrix = state.matrix();
  if (subject != nullptr && (subject->flags & SubjectLine::kUser) != 0 &&
      matrix.default_role().has_value()) {
    evaluation.AddGiven(*matrix.default_role());
  }
  const Reason as_role = Conclude(state, question, scope, evaluation.tally());
  if (as_role != Reason::kAllowed) return as_role;
  const bool write = matrix.permission(question.permission).access == Access::kWrite;
  return write ? as_self : as_role;
}

ABSL_ATTRIBUTE_NOINLINE Decision CheckActing(const WorldState& state, const Question& question,
                                             const SubjectLine* subject, const ScopeLine& scope,
                                             const CellCode* column) {
  const ActingAs& acting = *question.acting_as;
  if (!state.HasScope(acting.scope)) return {Reason::kUnknownScope};
  if (!MayActAs(state, question)) return {Reason::kNotGranted};
  if (!state.IsOnPath(acting.scope, question.scope)) {
    return {Decide(state, question, subject, scope, column)};
  }
  return {DecideActing(state, question, subject, scope, column)};
}

}  // namespace

Decision Check(const WorldState& state, const Question& question) {
  const SubjectLine* subject = nullptr;
  const ScopeLine* scope = state.scope_line(question.scope.value);
  if (question.subject != kAnonymous) {
    subject = state.subject_line(question.subject.value);
    // Both lines are needed whatever the answer: fetch them side by side.
    if (scope != nullptr) __builtin_prefetch(scope);
  }
  const bool scope_exists = scope != nullptr && (scope->flags & ScopeLine::kExists) != 0;
  const CellCode* column = nullptr;
  if (scope_exists) {
    column = state.matrix().Column(question.permission, scope->kind);
    if (column == nullptr) return {Reason::kNotAsked};
  }
  if (question.subject != kAnonymous) {
    if (subject == nullptr || (subject->flags & SubjectLine::kExists) == 0) {
      return {Reason::kUnknownSubject};
    }
    if ((subject->flags & SubjectLine::kSuspended) != 0) return {Reason::kSuspended};
  }
  if (state.suspended()) return {Reason::kSuspended};
  if (!scope_exists) return {Reason::kUnknownScope};
  if (question.acting_as.has_value()) {
    return CheckActing(state, question, subject, *scope, column);
  }
  const bool is_plain =
      subject != nullptr && scope->override_mask == 0 &&
      (subject->flags & (SubjectLine::kMoreAssignments | SubjectLine::kHasGroups)) == 0 &&
      state.matrix().ReachColumn(question.permission, scope->kind) == nullptr;
  if (is_plain) return {DecidePlain(state, question, *subject, *scope, column)};
  return {Decide(state, question, subject, *scope, column)};
}

void CheckBatch(const WorldState& state, absl::Span<const Question> questions,
                absl::Span<Decision> decisions) {
  constexpr size_t kAhead = 12;
  auto prefetch = [&](size_t i) {
    const SubjectLine* subject = state.subject_line(questions[i].subject.value);
    if (subject != nullptr) __builtin_prefetch(subject);
    const ScopeLine* scope = state.scope_line(questions[i].scope.value);
    if (scope != nullptr) __builtin_prefetch(scope);
  };
  for (size_t i = 0; i < questions.size() && i < kAhead; ++i) prefetch(i);
  for (size_t i = 0; i < questions.size(); ++i) {
    if (i + kAhead < questions.size()) prefetch(i + kAhead);
    decisions[i] = Check(state, questions[i]);
  }
}

absl::StatusOr<Decision> CheckNamed(const WorldState& state, const NamedQuestion& named) {
  absl::StatusOr<Question> question = Resolve(state, named);
  if (!question.ok()) return question.status();
  const Decision decision = Check(state, *question);
  if (decision.reason == Reason::kNotAsked) {
    return NotAskedError(state.matrix(), question->permission, state.KindOf(question->scope));
  }
  return decision;
}

void CheckGrid(const WorldState& state, SubjectId subject,
               absl::Span<const PermissionId> permissions, absl::Span<const ScopeId> scopes,
               FactSet facts, absl::Time time, const std::optional<ActingAs>& acting_as,
               absl::Span<bool> allowed) {
  Question question;
  question.subject = subject;
  question.facts = facts;
  question.time = time;
  question.acting_as = acting_as;
  for (size_t p = 0; p < permissions.size(); ++p) {
    question.permission = permissions[p];
    for (size_t s = 0; s < scopes.size(); ++s) {
      question.scope = scopes[s];
      allowed[p * scopes.size() + s] = Check(state, question).allowed();
    }
  }
}

}  // namespace provost
