#ifndef PROVOST_SERVICE_TIMEKEEPER_H_
#define PROVOST_SERVICE_TIMEKEEPER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "service/moment_handlers.h"
#include "service/tenant_rounds.h"
#include "tenant/moments.h"
#include "tenant/registry.h"
#include "tenant/writer.h"

namespace provost {

/// What was skipped because it is frozen.
struct FrozenMoments {
  std::string scope;  ///< `tenants/acme/courses/fire`.
  std::string what;   ///< `recertification begins`.
  size_t count = 0;
};

struct TimekeeperOptions {
  /// Told, on the timekeeper's thread, what is skipped (rule 19). May be empty.
  std::function<void(const FrozenMoments&)> on_frozen;
  /// Told, on the timekeeper's thread, what else is left undone. May be empty.
  std::function<void(const absl::Status&)> on_error;
};

/// Does what is to happen when its time has come (tenant/moments.h), for all tenants, from a thread
/// of its own: at most 256 moments of one kind with one commit, one commit at a time.
///
/// What is done and that it is done are one commit, so each moment comes once, whatever happens to
/// the server; what came while no server ran is done when one does. Nobody is told of what is past
/// by then, nor ahead of time of what was put only after that time. While a tenant is suspended,
/// all of it waits.
///
/// What is to be carried out at a frozen scope stays, is told, and is looked at again as a freeze
/// is lifted, an hour later, and after a start; so does what cannot be done for another reason.
/// What people are to be told of at a frozen scope is skipped for good.
class Timekeeper {
 public:
  /// `registry` outlives it.
  Timekeeper(TenantRegistry* registry, TimekeeperOptions options);
  /// Stops.
  ~Timekeeper();

  /// Looks at every tenant once, and keeps time from then on. `writer` takes changes until Stop()
  /// has returned.
  void Start(TenantWriter* writer);

  /// For GroupBuilder::Options::on_moment. Any thread; a short lock.
  void Note(const std::shared_ptr<Tenant>& tenant, absl::Time time) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Waits until all that is due is done: for tests, after the clock was put on.
  void Settle() { rounds_.Settle(); }

  /// Does no more. The commit under way is waited for. More calls do nothing.
  void Stop();

 private:
  // Of a kind that is carried out: moments that were left where they are.
  struct Left {
    MomentCursor until;
    absl::Time again;  // Then they are looked at again.
  };
  using Progress = std::map<MomentKind, Left>;
  // What became of a batch.
  struct Batch {
    std::map<std::string, size_t> frozen;  // By scope.
    std::vector<absl::Status> errors;
    size_t done = 0;
    bool left = false;  // Some were left where they are,
    MomentCursor last;  // and this is the last that was looked at.
  };

  // Does a batch of what is due, if any is; returns when to look again.
  absl::StatusOr<absl::Time> LookAt(const std::shared_ptr<Tenant>& tenant);
  // Forgets what was left where something came before it.
  void TakeNotes(uint64_t tenant, Progress* progress) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status CarryOut(const std::shared_ptr<Tenant>& tenant, const MomentHandler& handler,
                        Progress* progress);
  absl::Status Tell(const std::shared_ptr<Tenant>& tenant, const MomentHandler& handler,
                    const Lead& lead);
  void Report(const MomentHandler& handler, const Batch& batch) const;

  TenantRegistry* const registry_;
  const TimekeeperOptions options_;
  std::map<uint64_t, Progress> progress_;  // By tenant; the timekeeper's thread alone.

  Mutex mutex_;
  std::map<uint64_t, absl::Time> noted_ ABSL_GUARDED_BY(mutex_);  // By tenant: the earliest.

  TenantRounds rounds_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_TIMEKEEPER_H_
