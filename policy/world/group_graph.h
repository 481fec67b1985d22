// How groups stand in one another: nesting limits, order, and the closures that checks read.
#ifndef PROVOST_POLICY_WORLD_GROUP_GRAPH_H_
#define PROVOST_POLICY_WORLD_GROUP_GRAPH_H_

#include <cstddef>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "policy/world/state.h"

namespace provost {

// How many groups a subject may be directly in.
inline constexpr size_t kMaxGroupsOfSubject = 256;

// How many groups deep each group stands, and how deep the nest is below it: itself included, at
// most kMaxGroupDepth. Keeps what it was asked, so it goes with one state that is being built and
// must be told what that does to its groups.
class GroupLevels {
 public:
  // Cost: the groups above (below) that were not asked about before.
  size_t Above(const WorldState& state, SubjectId group);
  size_t Below(const WorldState& state, SubjectId group);

  // Group `member` was put into `group`: `state` has it already. Cost: the groups that stand deeper
  // for it.
  void Added(const WorldState& state, SubjectId group, SubjectId member);
  // Something else was done to groups.
  void Forget();

 private:
  void RaiseAbove(const WorldState& state, SubjectId group, size_t levels);
  void RaiseBelow(const WorldState& state, SubjectId group, size_t levels);

  absl::flat_hash_map<uint32_t, size_t> above_;
  absl::flat_hash_map<uint32_t, size_t> below_;
};

// Refuses (INVALID_ARGUMENT) to put group `member` into `group` where that would make a cycle, the
// chain of which is named, or nest groups more than kMaxGroupDepth deep. Cost: what `levels` does
// not know yet and, where the levels leave room for a cycle, the groups between the two.
absl::Status CheckNesting(const WorldState& state, SubjectId group, SubjectId member,
                          GroupLevels* levels);

// `groups` and every group below them, each once and after all of those above it that are in the
// list.
std::vector<SubjectId> GroupsBelowInOrder(const WorldState& state,
                                          absl::Span<const uint32_t> groups);

// The closure of `group` from the closures of the groups that it is a direct member of, which must
// be fresh: for each group above, disjoint intervals in order (rule 2: the union, over chains, of
// the intersection of the windows along each).
std::vector<MembershipRecord> ComputeClosure(const WorldState& state, SubjectId group);

}  // namespace provost

#endif  // PROVOST_POLICY_WORLD_GROUP_GRAPH_H_
