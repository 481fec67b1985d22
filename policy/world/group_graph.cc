#include "policy/world/group_graph.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace provost {
namespace {

bool IsGroup(const WorldState& state, uint32_t id) {
  const SubjectLine* line = state.subject_line(id);
  return line != nullptr && (line->flags & SubjectLine::kGroup) != 0;
}

// The chain of names from `from` up to `to`, if `to` is above it. `least` is the number of levels
// above `to`: whatever is below it has more.
bool ChainUp(const WorldState& state, uint32_t from, uint32_t to, size_t least, GroupLevels* levels,
             absl::flat_hash_set<uint32_t>* seen, std::string* chain) {
  if (from == to) {
    *chain = absl::StrCat("`", state.SubjectName(SubjectId(from)), "`");
    return true;
  }
  if (levels->Above(state, SubjectId(from)) <= least || !seen->insert(from).second) return false;
  for (const MembershipRecord& above : state.GroupsOf(SubjectId(from))) {
    if (ChainUp(state, above.group, to, least, levels, seen, chain)) {
      *chain = absl::StrCat("`", state.SubjectName(SubjectId(from)), "` in ", *chain);
      return true;
    }
  }
  return false;
}

}  // namespace

size_t GroupLevels::Above(const WorldState& state, SubjectId group) {
  const auto found = above_.find(group.value);
  if (found != above_.end()) return found->second;
  size_t levels = 0;
  for (const MembershipRecord& above : state.GroupsOf(group)) {
    levels = std::max(levels, Above(state, SubjectId(above.group)));
  }
  return above_[group.value] = levels + 1;
}

size_t GroupLevels::Below(const WorldState& state, SubjectId group) {
  const auto found = below_.find(group.value);
  if (found != below_.end()) return found->second;
  size_t levels = 0;
  state.ForEachMember(group, SubjectId(0), [&](SubjectId member) {
    if (IsGroup(state, member.value)) levels = std::max(levels, Below(state, member));
    return true;
  });
  return below_[group.value] = levels + 1;
}

void GroupLevels::Added(const WorldState& state, SubjectId group, SubjectId member) {
  RaiseAbove(state, member, Above(state, group) + 1);
  RaiseBelow(state, group, Below(state, member) + 1);
}

void GroupLevels::RaiseAbove(const WorldState& state, SubjectId group, size_t levels) {
  const auto found = above_.find(group.value);
  if (found == above_.end() || found->second >= levels) return;
  found->second = levels;
  state.ForEachMember(group, SubjectId(0), [&](SubjectId member) {
    if (IsGroup(state, member.value)) RaiseAbove(state, member, levels + 1);
    return true;
  });
}

void GroupLevels::RaiseBelow(const WorldState& state, SubjectId group, size_t levels) {
  const auto found = below_.find(group.value);
  if (found == below_.end() || found->second >= levels) return;
  found->second = levels;
  for (const MembershipRecord& above : state.GroupsOf(group)) {
    RaiseBelow(state, SubjectId(above.group), levels + 1);
  }
}

void GroupLevels::Forget() {
  above_.clear();
  below_.clear();
}

absl::Status CheckNesting(const WorldState& state, SubjectId group, SubjectId member,
                          GroupLevels* levels) {
  std::string chain;
  absl::flat_hash_set<uint32_t> seen;
  const size_t above_member = levels->Above(state, member);
  // What is above `group` has more levels below it than `group` has.
  if ((group == member || levels->Below(state, member) > levels->Below(state, group)) &&
      ChainUp(state, group.value, member.value, above_member, levels, &seen, &chain)) {
    return absl::InvalidArgumentError(
        absl::StrCat("group `", state.SubjectName(member), "` cannot be a member of `",
                     state.SubjectName(group), "`: that would make a cycle, since ", chain));
  }
  const size_t depth = levels->Above(state, group) + levels->Below(state, member);
  if (depth > kMaxGroupDepth) {
    return absl::InvalidArgumentError(absl::StrCat(
        "group `", state.SubjectName(member), "` in `", state.SubjectName(group),
        "` would nest groups ", depth, " deep; at most ", kMaxGroupDepth, " are allowed"));
  }
  return absl::OkStatus();
}

std::vector<SubjectId> GroupsBelowInOrder(const WorldState& state,
                                          absl::Span<const uint32_t> groups) {
  std::vector<SubjectId> order;
  absl::flat_hash_set<uint32_t> seen;
  // Post-order, reversed: every group comes before those below it.
  std::function<void(uint32_t)> visit = [&](uint32_t id) {
    if (!seen.insert(id).second) return;
    state.ForEachMember(SubjectId(id), SubjectId(0), [&](SubjectId member) {
      if (IsGroup(state, member.value)) visit(member.value);
      return true;
    });
    order.push_back(SubjectId(id));
  };
  for (uint32_t group : groups) visit(group);
  std::reverse(order.begin(), order.end());
  return order;
}

std::vector<MembershipRecord> ComputeClosure(const WorldState& state, SubjectId group) {
  std::vector<MembershipRecord> entries;
  if (state.IsSuspended(group)) return entries;
  std::map<uint32_t, std::vector<Window>> windows;
  for (const MembershipRecord& above : state.GroupsOf(group)) {
    const GroupClosure* closure = state.closure(above.group);
    if (closure == nullptr) continue;
    for (uint64_t i = 0; i < closure->count; ++i) {
      const MembershipRecord& entry = closure->entries()[i];
      const Window both{std::max(entry.window.not_before, above.window.not_before),
                        std::min(entry.window.expires, above.window.expires)};
      if (!both.empty()) windows[entry.group].push_back(both);
    }
  }
  windows[group.value] = {Window()};
  for (auto& [id, list] : windows) {
    std::sort(list.begin(), list.end(),
              [](const Window& a, const Window& b) { return a.not_before < b.not_before; });
    Window open = list[0];
    for (size_t i = 1; i < list.size(); ++i) {
      if (list[i].not_before <= open.expires) {
        open.expires = std::max(open.expires, list[i].expires);
      } else {
        entries.push_back({id, open});
        open = list[i];
      }
    }
    entries.push_back({id, open});
  }
  return entries;
}

}  // namespace provost
