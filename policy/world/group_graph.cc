#include "policy/world/group_graph.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace provost {
namespace {

bool IsGroup(const WorldState& state, uint32_t id) {
  const SubjectLine* line = state.subject_line(id);
  return line != nullptr && (line->flags & SubjectLine::kGroup) != 0;
}

// Levels of groups from `id` upwards (or downwards), itself included.
using DepthMemo = absl::flat_hash_map<uint32_t, size_t>;

size_t LevelsAbove(const WorldState& state, uint32_t id, DepthMemo* memo) {
  auto found = memo->find(id);
  if (found != memo->end()) return found->second;
  size_t levels = 0;
  for (const MembershipRecord& above : state.GroupsOf(SubjectId(id))) {
    levels = std::max(levels, LevelsAbove(state, above.group, memo));
  }
  return (*memo)[id] = levels + 1;
}

size_t LevelsBelow(const WorldState& state, uint32_t id, DepthMemo* memo) {
  auto found = memo->find(id);
  if (found != memo->end()) return found->second;
  size_t levels = 0;
  state.ForEachMember(SubjectId(id), SubjectId(0), [&](SubjectId member) {
    if (IsGroup(state, member.value)) {
      levels = std::max(levels, LevelsBelow(state, member.value, memo));
    }
    return true;
  });
  return (*memo)[id] = levels + 1;
}

// The chain of names from `from` up to `to`, if `to` is above it.
bool ChainUp(const WorldState& state, uint32_t from, uint32_t to,
             absl::flat_hash_map<uint32_t, bool>* seen, std::string* chain) {
  if (from == to) {
    *chain = absl::StrCat("`", state.SubjectName(SubjectId(from)), "`");
    return true;
  }
  if (!seen->emplace(from, true).second) return false;
  for (const MembershipRecord& above : state.GroupsOf(SubjectId(from))) {
    if (ChainUp(state, above.group, to, seen, chain)) {
      *chain = absl::StrCat("`", state.SubjectName(SubjectId(from)), "` in ", *chain);
      return true;
    }
  }
  return false;
}

}  // namespace

absl::Status CheckNesting(const WorldState& state, SubjectId group, SubjectId member) {
  std::string chain;
  absl::flat_hash_map<uint32_t, bool> seen;
  if (ChainUp(state, group.value, member.value, &seen, &chain)) {
    return absl::InvalidArgumentError(
        absl::StrCat("group `", state.SubjectName(member), "` cannot be a member of `",
                     state.SubjectName(group), "`: that would make a cycle, since ", chain));
  }
  DepthMemo above;
  DepthMemo below;
  const size_t depth =
      LevelsAbove(state, group.value, &above) + LevelsBelow(state, member.value, &below);
  if (depth > kMaxGroupDepth) {
    return absl::InvalidArgumentError(absl::StrCat(
        "group `", state.SubjectName(member), "` in `", state.SubjectName(group),
        "` would nest groups ", depth, " deep; at most ", kMaxGroupDepth, " are allowed"));
  }
  return absl::OkStatus();
}

std::vector<SubjectId> GroupsBelowInOrder(const WorldState& state, SubjectId group) {
  std::vector<SubjectId> order;
  absl::flat_hash_map<uint32_t, bool> seen;
  // Post-order, reversed: every group comes before those below it.
  std::function<void(uint32_t)> visit = [&](uint32_t id) {
    if (!seen.emplace(id, true).second) return;
    state.ForEachMember(SubjectId(id), SubjectId(0), [&](SubjectId member) {
      if (IsGroup(state, member.value)) visit(member.value);
      return true;
    });
    order.push_back(SubjectId(id));
  };
  visit(group.value);
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
