#ifndef PROVOST_LEARNING_KEPT_H_
#define PROVOST_LEARNING_KEPT_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "learning/facts.h"

namespace provost {

/// Completions that stay though what their training asks for has changed: the server itself says so
/// in the log (IsKeptCompletion), and the completion stands until what it rests on is taken back.

/// What in the log no longer counts where the completion of `cycle` that has held since `since`
/// stays: that the rule decides, as somebody has said since, which was said of the rule of then.
/// The numbers of events; pure.
std::vector<uint64_t> OutdatedByKeeping(const std::vector<NumberedEvent>& events, int cycle,
                                        absl::Time since);

/// Those of `cycle` that say so of a completion at `time` or later. The numbers of events; pure.
std::vector<uint64_t> KeptSince(const std::vector<NumberedEvent>& events, int cycle,
                                absl::Time time);

/// Whether `added` may take something back. Pure.
bool MayTakeBack(const std::vector<rows::RecordEventRow>& added);

/// Which kept completions of `cycle` are kept no longer once `added` comes into the log: those from
/// before which it takes something back, be it corrected to less or a signature. The numbers of
/// events; pure.
std::vector<uint64_t> NoLongerKept(const std::vector<NumberedEvent>& events, int cycle,
                                   const std::vector<rows::RecordEventRow>& added);

}  // namespace provost

#endif  // PROVOST_LEARNING_KEPT_H_
