#include "policy/decide/lists.h"

#include <algorithm>
#include <functional>

#include "absl/container/flat_hash_set.h"
#include "policy/decide/check.h"
#include "policy/decide/effect.h"
#include "policy/decide/held.h"

namespace provost {
namespace {

Question MakeQuestion(SubjectId subject, PermissionId permission, ScopeId scope,
                      const ListContext& context) {
  Question question;
  question.subject = subject;
  question.permission = permission;
  question.scope = scope;
  question.facts = context.facts;
  question.time = context.time;
  question.acting_as = context.acting_as;
  return question;
}

// True if holding `role` at a scope on the path could allow the question: whom to look at.
bool CouldAllow(const Place& place, RoleId role) {
  const Matrix& matrix = place.state->matrix();
  const CellCode code = matrix.Column(place.permission, place.kind)[role.value];
  if (matrix.value(code).effect == Effect::kAllow) return true;
  return place.override_mask != 0 && HasOverrideFor(place, role, false);
}

// True if what everybody holds without an assignment could allow `permission` somewhere.
bool GivenCouldAllow(const WorldState& state, SubjectId subject, PermissionId permission) {
  const Matrix& matrix = state.matrix();
  const std::optional<RoleId> given =
      subject == kAnonymous ? matrix.anonymous_role() : matrix.default_role();
  if (!given.has_value()) return false;
  for (ScopeKind kind : kAllScopeKinds) {
    const CellCode* column = matrix.Column(permission, kind);
    if (column != nullptr && matrix.value(column[given->value]).effect == Effect::kAllow) {
      return true;
    }
  }
  // Held at the tenant, it reaches no further than the tenant.
  const CellCode* reach = matrix.ReachColumn(permission, ScopeKind::kTenant);
  if (reach != nullptr && reach[given->value] != kCodeNone) return true;
  bool overridden = false;
  state.ForEachOverriddenScope([&](ScopeId scope) {
    for (const OverrideRecord& record : state.OverridesAt(scope)) {
      overridden |= record.role == given->value;
    }
    return !overridden;
  });
  return overridden;
}

// The least subject after `after` among the holders of `role` at `scope`, groups followed down to
// who is in them by any chain.
class Holders {
 public:
  explicit Holders(const WorldState& state) : state_(state) {}

  void Add(ScopeId scope, RoleId role) {
    ranges_.push_back({scope, role});
    state_.ForEachHolder(scope, role, SubjectId(0), [&](SubjectId holder) {
      if (state_.KindOf(holder) == SubjectKind::kGroup) AddGroup(holder);
      return true;
    });
  }

  void AddEveryone() { everyone_ = true; }

  // Visits candidates in order; each once.
  void ForEach(SubjectId first, const std::function<bool(SubjectId)>& visit) const {
    if (everyone_) {
      state_.ForEachSubject(first, [&](SubjectId id, const SubjectLine& line) {
        return (line.flags & SubjectLine::kGroup) != 0 || visit(id);
      });
      return;
    }
    for (SubjectId next = Least(first); next != kUnknownSubject;
         next = Least(SubjectId(next.value + 1))) {
      if (state_.KindOf(next) != SubjectKind::kGroup && !visit(next)) return;
    }
  }

 private:
  struct Range {
    ScopeId scope;
    RoleId role;
  };

  void AddGroup(SubjectId group) {
    if (!seen_.insert(group.value).second) return;
    groups_.push_back(group);
    state_.ForEachMember(group, SubjectId(0), [&](SubjectId member) {
      if (state_.KindOf(member) == SubjectKind::kGroup) AddGroup(member);
      return true;
    });
  }

  // The least candidate that is not below `first`.
  SubjectId Least(SubjectId first) const {
    SubjectId least = kUnknownSubject;
    for (const Range& range : ranges_) {
      state_.ForEachHolder(range.scope, range.role, first, [&](SubjectId id) {
        least = std::min(least, id);
        return false;
      });
    }
    for (SubjectId group : groups_) {
      state_.ForEachMember(group, first, [&](SubjectId id) {
        least = std::min(least, id);
        return false;
      });
    }
    return least;
  }

  const WorldState& state_;
  std::vector<Range> ranges_;
  std::vector<SubjectId> groups_;
  absl::flat_hash_set<uint32_t> seen_;
  bool everyone_ = false;
};

// Collects who could be allowed: the holders, at the scopes of the path, of roles that could allow,
// and the holders below of roles that reach.
void CollectHolders(const Place& place, ScopeId scope, const ListContext& context,
                    Holders* holders) {
  const WorldState& state = *place.state;
  const Matrix& matrix = state.matrix();
  const CellCode* reach = matrix.ReachColumn(place.permission, place.kind);
  for (size_t r = 0; r < matrix.roles().size(); ++r) {
    const RoleId role(static_cast<uint16_t>(r));
    if (CouldAllow(place, role)) {
      if (matrix.default_role() == role) return holders->AddEveryone();
      for (uint32_t i = 0; i < place.path.size; ++i) holders->Add(ScopeId(place.path.ids[i]), role);
    }
    if (reach != nullptr && reach[r] != kCodeNone) {
      if (matrix.default_role() == role && place.kind == ScopeKind::kTenant) {
        return holders->AddEveryone();
      }
      // Below the scope, down to where a nearer one of its kind takes over.
      std::function<void(ScopeId)> below = [&](ScopeId at) {
        holders->Add(at, role);
        state.ForEachChild(at, ScopeId(0), [&](ScopeId child) {
          if (state.KindOf(child) != place.kind) below(child);
          return true;
        });
      };
      below(scope);
    }
  }
  // Whoever may act as another role holds role.switch where that is acted.
  if (context.acting_as.has_value()) holders->AddEveryone();
}

}  // namespace

std::vector<PermissionId> ListPermissions(const WorldState& state, SubjectId subject, ScopeId scope,
                                          const ListContext& context) {
  std::vector<PermissionId> permissions;
  for (size_t p = 0; p < state.matrix().permissions().size(); ++p) {
    const PermissionId permission(static_cast<uint16_t>(p));
    if (Check(state, MakeQuestion(subject, permission, scope, context)).allowed()) {
      permissions.push_back(permission);
    }
  }
  return permissions;
}

SubjectPage ListSubjects(const WorldState& state, PermissionId permission, ScopeId scope,
                         SubjectId after, size_t limit, const ListContext& context) {
  SubjectPage page;
  const ScopeLine* line = state.scope_line(scope.value);
  if (!state.HasScope(scope) || state.matrix().Column(permission, line->kind) == nullptr) {
    return page;
  }
  Place place;
  place.state = &state;
  place.permission = permission;
  place.kind = line->kind;
  place.override_mask = line->override_mask;
  place.path = state.PathOf(scope);
  Holders holders(state);
  CollectHolders(place, scope, context, &holders);
  holders.ForEach(SubjectId(after.value + 1), [&](SubjectId candidate) {
    if (!Check(state, MakeQuestion(candidate, permission, scope, context)).allowed()) return true;
    if (page.subjects.size() == limit) {
      page.more = true;
      return false;
    }
    page.subjects.push_back(candidate);
    return true;
  });
  return page;
}

ScopePage ListScopes(const WorldState& state, SubjectId subject, PermissionId permission,
                     std::optional<ScopeKind> kind, ScopeId after, size_t limit,
                     const ListContext& context) {
  ScopePage page;
  const Matrix& matrix = state.matrix();
  if (state.root().value == 0) return page;

  // Where something is held, and what stands above it: the only places worth a look, unless a role
  // is held at the tenant.
  absl::flat_hash_set<uint32_t> held;
  absl::flat_hash_set<uint32_t> above;
  auto add = [&](uint32_t scope) {
    held.insert(scope);
    const ScopePath path = state.PathOf(ScopeId(scope));
    above.insert(path.ids, path.ids + path.size);
  };
  const SubjectLine* line = state.subject_line(subject.value);
  if ((subject == kAnonymous || (line != nullptr && (line->flags & SubjectLine::kUser) != 0)) &&
      GivenCouldAllow(state, subject, permission)) {
    add(state.root().value);
  }
  for (const MembershipRecord& group : GroupsAbove(state, subject)) {
    for (const AssignmentRecord& record : state.AssignmentsOf(SubjectId(group.group))) {
      add(record.scope);
    }
  }
  if (context.acting_as.has_value() && state.HasScope(context.acting_as->scope)) {
    add(context.acting_as->scope.value);
  }

  const ScopePath resume = after.value == 0 ? ScopePath() : state.PathOf(after);
  // Walks the tree in preorder. `level` is the depth up to which the walk is still on the way to
  // where the last page ended.
  std::function<bool(ScopeId, bool, uint32_t)> walk = [&](ScopeId scope, bool under_held,
                                                          uint32_t level) {
    const bool here = under_held || held.contains(scope.value);
    if (!here && !above.contains(scope.value)) return true;
    const bool resuming = level < resume.size && resume.ids[level] == scope.value;
    if (!resuming) {
      const ScopeKind at = state.KindOf(scope);
      if ((!kind.has_value() || *kind == at) && matrix.Column(permission, at) != nullptr &&
          Check(state, MakeQuestion(subject, permission, scope, context)).allowed()) {
        if (page.scopes.size() == limit) {
          page.more = true;
          return false;
        }
        page.scopes.push_back(scope);
      }
    }
    const bool deeper = resuming && level + 1 < resume.size;
    bool go_on = true;
    state.ForEachChild(scope, deeper ? ScopeId(resume.ids[level + 1]) : ScopeId(0),
                       [&](ScopeId child) {
                         return go_on = walk(child, here, resuming ? level + 1 : UINT32_MAX);
                       });
    return go_on;
  };
  walk(state.root(), false, 0);
  return page;
}

}  // namespace provost
