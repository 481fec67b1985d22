// The derivation of an answer as a tree that a person reads at a glance.
#ifndef PROVOST_TOOLS_PROVOST_EXPLAIN_TREE_H_
#define PROVOST_TOOLS_PROVOST_EXPLAIN_TREE_H_

#include <string>

#include "provost/v1/access_service.pb.h"
#include "tools/provost/look.h"
#include "tools/provost/names.h"

namespace provost::cli {

// The answer, the path, every role held with how it came to be held and what it says, what is in
// the way, what expires when, and for a denial the nearest miss with the command that would help.
// The time of the answer is told if `with_time`. Pure: distances in time are from the explanation's
// own time. Any thread.
std::string RenderExplanation(const v1::Explanation& explanation, const Names& names,
                              const Look& look, bool with_time);

// What a reason means, in a few words; empty for ALLOWED.
std::string DescribeReason(v1::Decision::Reason reason);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_EXPLAIN_TREE_H_
