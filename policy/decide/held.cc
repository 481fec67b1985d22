#include "policy/decide/held.h"

#include <algorithm>
#include <functional>

#include "absl/container/flat_hash_set.h"

namespace provost {
namespace {

void AddHolder(const WorldState& state, SubjectId holder, const ScopePath& path, absl::Time time,
               absl::Time until, std::vector<HeldRole>* held) {
  for (const AssignmentRecord& record : state.AssignmentsOf(holder)) {
    if (!record.LiveAt(time) || !path.Contains(record.scope)) continue;
    held->push_back({RoleId(record.role), holder, &record, std::min(until, record.window.expires)});
  }
}

}  // namespace

std::vector<HeldRole> RolesOnPath(const WorldState& state, SubjectId subject, ScopeId scope,
                                  absl::Time time) {
  std::vector<HeldRole> held;
  if (!state.HasSubject(subject) || !state.HasScope(scope) || state.IsSuspended(subject) ||
      state.suspended()) {
    return held;
  }
  const ScopePath path = state.PathOf(scope);
  if (state.KindOf(subject) == SubjectKind::kUser && state.matrix().default_role().has_value()) {
    held.push_back({*state.matrix().default_role(), subject, nullptr, absl::InfiniteFuture()});
  }
  AddHolder(state, subject, path, time, absl::InfiniteFuture(), &held);
  std::vector<MembershipRecord> memberships;  // every chain's, of every group
  for (const MembershipRecord& direct : state.GroupsOf(subject)) {
    const GroupClosure* closure = state.closure(direct.group);
    if (closure == nullptr) continue;
    for (uint64_t i = 0; i < closure->count; ++i) {
      const MembershipRecord& above = closure->entries()[i];
      const Window both{std::max(direct.window.not_before, above.window.not_before),
                        std::min(direct.window.expires, above.window.expires)};
      if (both.expires > time) memberships.push_back({above.group, both});
    }
  }
  std::sort(memberships.begin(), memberships.end(),
            [](const MembershipRecord& a, const MembershipRecord& b) {
              return a.group != b.group ? a.group < b.group
                                        : a.window.not_before < b.window.not_before;
            });
  for (size_t i = 0; i < memberships.size();) {
    const uint32_t group = memberships[i].group;
    // Chains that take over from one another without a gap are one membership (rule 2).
    const bool live = memberships[i].window.not_before <= time;
    absl::Time until = time;
    for (; i < memberships.size() && memberships[i].group == group; ++i) {
      if (memberships[i].window.not_before <= until) {
        until = std::max(until, memberships[i].window.expires);
      }
    }
    if (live) AddHolder(state, SubjectId(group), path, time, until, &held);
  }
  return held;
}

std::set<RoleId> DelegableRoles(const WorldState& state, SubjectId subject, ScopeId scope,
                                absl::Time time) {
  std::set<RoleId> roles;
  for (const HeldRole& held : RolesOnPath(state, subject, scope, time)) {
    const std::vector<RoleId>& reachable = state.matrix().AssignableFrom(held.role);
    roles.insert(reachable.begin(), reachable.end());
  }
  return roles;
}

std::vector<SubjectId> SubjectsBelow(const WorldState& state, SubjectId subject) {
  std::vector<SubjectId> all;
  absl::flat_hash_set<uint32_t> seen;
  std::function<void(SubjectId)> visit = [&](SubjectId id) {
    if (!seen.insert(id.value).second) return;
    all.push_back(id);
    if (state.KindOf(id) != SubjectKind::kGroup) return;
    state.ForEachMember(id, SubjectId(0), [&](SubjectId member) {
      visit(member);
      return true;
    });
  };
  visit(subject);
  return all;
}

std::vector<MembershipRecord> GroupsAbove(const WorldState& state, SubjectId subject) {
  std::vector<MembershipRecord> all;
  std::function<void(SubjectId, Window)> visit = [&](SubjectId id, Window window) {
    for (const MembershipRecord& seen : all) {
      if (seen.group == id.value && seen.window.not_before <= window.not_before &&
          window.expires <= seen.window.expires) {
        return;
      }
    }
    all.push_back({id.value, window});
    for (const MembershipRecord& above : state.GroupsOf(id)) {
      const Window both{std::max(window.not_before, above.window.not_before),
                        std::min(window.expires, above.window.expires)};
      if (!both.empty()) visit(SubjectId(above.group), both);
    }
  };
  visit(subject, Window());
  return all;
}

}  // namespace provost
