#include "policy/decide/held.h"

#include <algorithm>
#include <functional>

#include "absl/container/flat_hash_map.h"
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

// Disjoint, in order; those that meet are one.
std::vector<Window> MergeWindows(std::vector<Window> windows) {
  std::sort(windows.begin(), windows.end(),
            [](const Window& a, const Window& b) { return a.not_before < b.not_before; });
  std::vector<Window> merged;
  for (const Window& window : windows) {
    if (!merged.empty() && window.not_before <= merged.back().expires) {
      merged.back().expires = std::max(merged.back().expires, window.expires);
    } else {
      merged.push_back(window);
    }
  }
  return merged;
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
  for (const auto& [group, until] : MembershipEnds(state, subject, time)) {
    AddHolder(state, SubjectId(group), path, time, until, &held);
  }
  return held;
}

std::map<uint32_t, absl::Time> MembershipEnds(const WorldState& state, SubjectId subject,
                                              absl::Time time) {
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
  std::map<uint32_t, absl::Time> ends;
  for (size_t i = 0; i < memberships.size();) {
    const uint32_t group = memberships[i].group;
    // Chains that take over from one another without a gap are one membership.
    const bool live = memberships[i].window.not_before <= time;
    absl::Time until = time;
    for (; i < memberships.size() && memberships[i].group == group; ++i) {
      if (memberships[i].window.not_before <= until) {
        until = std::max(until, memberships[i].window.expires);
      }
    }
    if (live) ends[group] = until;
  }
  return ends;
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
  // Each after all from which it is reached, so that every group is looked at once.
  std::vector<uint32_t> order;
  absl::flat_hash_set<uint32_t> seen;
  std::function<void(uint32_t)> visit = [&](uint32_t id) {
    if (!seen.insert(id).second) return;
    for (const MembershipRecord& above : state.GroupsOf(SubjectId(id))) visit(above.group);
    order.push_back(id);
  };
  visit(subject.value);
  std::reverse(order.begin(), order.end());

  absl::flat_hash_map<uint32_t, std::vector<Window>> windows;
  windows[subject.value] = {Window()};
  std::vector<MembershipRecord> all;
  for (uint32_t id : order) {
    std::vector<Window> merged = MergeWindows(std::move(windows[id]));
    for (const Window& window : merged) all.push_back({id, window});
    for (const MembershipRecord& above : state.GroupsOf(SubjectId(id))) {
      std::vector<Window>& ways = windows[above.group];
      for (const Window& window : merged) {
        const Window both{std::max(window.not_before, above.window.not_before),
                          std::min(window.expires, above.window.expires)};
        if (!both.empty()) ways.push_back(both);
      }
    }
  }
  return all;
}

}  // namespace provost
