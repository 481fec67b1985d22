#ifndef PROVOST_TENANT_WRITER_H_
#define PROVOST_TENANT_WRITER_H_

#include <memory>

#include "absl/status/status.h"
#include "store/lane.h"
#include "tenant/group_builder.h"
#include "tenant/mutation.h"
#include "tenant/registry.h"

namespace provost {

struct TenantWriterOptions {
  store::LaneOptions lane;
  GroupBuilder::Options group;
  /// Rows of a deleted tenant that are taken away in one mutation.
  size_t purge_rows = 2000;
};

/// The one way in for every change of a tenant: mutations go through the commit lane, each
/// authorized and prepared on top of those before it, and are told after their group is on disk and
/// published. Thread-safe but for the destructor.
class TenantWriter {
 public:
  /// `registry` outlives the writer; there is one writer for it. Purging what deleted tenants left
  /// behind goes on at once.
  TenantWriter(TenantRegistry* registry, TenantWriterOptions options);
  /// Stops.
  ~TenantWriter();

  /// Queues a mutation; does not block. `done` gets RESOURCE_EXHAUSTED where too many wait,
  /// DEADLINE_EXCEEDED where its turn comes too late, UNAVAILABLE where the database cannot be
  /// written to; otherwise what authorize and prepare say. INVALID_ARGUMENT for a request id that
  /// was used for another request.
  void Submit(TenantMutation mutation);

  /// Finishes what was accepted, and takes no more.
  void Stop() { lane_->Stop(); }

  absl::Status status() const { return lane_->status(); }
  store::LaneStats stats() const { return lane_->stats(); }

 private:
  void SubmitPurge(uint64_t tenant);

  const TenantWriterOptions options_;
  GroupBuilder builder_;  // the lane's thread alone
  std::unique_ptr<store::CommitLane> lane_;
};

}  // namespace provost

#endif  // PROVOST_TENANT_WRITER_H_
