// How groups stand in one another: nesting limits, order, and the closures that checks read.
#ifndef PROVOST_POLICY_WORLD_GROUP_GRAPH_H_
#define PROVOST_POLICY_WORLD_GROUP_GRAPH_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "policy/world/state.h"

namespace provost {

// How many groups a subject may be directly in.
inline constexpr size_t kMaxGroupsOfSubject = 256;

// Refuses (INVALID_ARGUMENT) to put group `member` into `group` where that would make a cycle, the
// chain of which is named, or nest groups more than kMaxGroupDepth deep. Cost: the groups above
// and below.
absl::Status CheckNesting(const WorldState& state, SubjectId group, SubjectId member);

// `group` and every group below it, each after all of those above it that are in the list.
std::vector<SubjectId> GroupsBelowInOrder(const WorldState& state, SubjectId group);

// The closure of `group` from the closures of the groups that it is a direct member of, which must
// be fresh: for each group above, disjoint intervals in order (rule 2: the union, over chains, of
// the intersection of the windows along each).
std::vector<MembershipRecord> ComputeClosure(const WorldState& state, SubjectId group);

}  // namespace provost

#endif  // PROVOST_POLICY_WORLD_GROUP_GRAPH_H_
