#ifndef PROVOST_SERVICE_RECORD_VIEW_H_
#define PROVOST_SERVICE_RECORD_VIEW_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/methods.h"
#include "store/database.h"

namespace provost {

/// The rows of a tenant as they were at one revision: what figures that have to agree with each
/// other are made from. Names and places come from the state that a call is pinned to, which is
/// older or newer by a moment: what it does not know is left out.
///
/// Keeps what is overwritten meanwhile from being merged away, so it lives no longer than a call,
/// a stream, or a list that can be continued. Thread-safe.
class RecordView {
 public:
  /// As of now, for the call's tenant and time. Cost: one row.
  static absl::StatusOr<std::shared_ptr<const RecordView>> Open(const ReadCall& call);

  const store::Reader& reader() const { return *rows_; }
  uint64_t revision() const { return revision_; }
  absl::Time time() const { return time_; }

 private:
  RecordView(std::unique_ptr<store::Snapshot> rows, uint64_t revision, absl::Time time)
      : rows_(std::move(rows)), revision_(revision), time_(time) {}

  const std::unique_ptr<store::Snapshot> rows_;
  const uint64_t revision_;
  const absl::Time time_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_RECORD_VIEW_H_
