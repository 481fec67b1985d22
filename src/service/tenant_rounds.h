#ifndef PROVOST_SERVICE_TENANT_ROUNDS_H_
#define PROVOST_SERVICE_TENANT_ROUNDS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "tenant/mutation.h"
#include "tenant/registry.h"
#include "tenant/writer.h"

namespace provost {

/// A thread that looks at each tenant when it is time for that, one after the other: what the
/// mailer and the timekeeper have in common. Tenants take turns: next is the one that has waited
/// longest.
class TenantRounds {
 public:
  struct Hooks {
    /// Looks at a tenant, on the thread: returns when to look again, InfiniteFuture for not before
    /// it is noted. After an error it is looked at a minute later.
    std::function<absl::StatusOr<absl::Time>(const std::shared_ptr<Tenant>&)> look;
    /// A tenant of that number is gone; on the thread. May be empty.
    std::function<void(uint64_t)> forget;
    /// Told, on the thread, what look returned, and when a change cannot be written for a while.
    /// May be empty.
    std::function<void(const absl::Status&)> on_error;
  };

  /// `registry` outlives it.
  TenantRounds(TenantRegistry* registry, Hooks hooks);
  /// Stops.
  ~TenantRounds();
  TenantRounds(const TenantRounds&) = delete;
  TenantRounds& operator=(const TenantRounds&) = delete;

  /// Begins, with a look at every tenant. `writer` takes changes until Join() has returned.
  void Start(TenantWriter* writer);
  /// Asks it to stop, and waits for the look that is under way, for `patience` at most.
  void Stop(absl::Duration patience) ABSL_LOCKS_EXCLUDED(mutex_);
  /// After Stop(): waits for the end of the thread.
  void Join();

  /// A tenant is to be looked at, at `time` or before. Any thread; a short lock.
  void Note(const std::shared_ptr<Tenant>& tenant, absl::Time time) ABSL_LOCKS_EXCLUDED(mutex_);
  /// No tenant is looked at before `time`.
  void Rest(absl::Time time) ABSL_LOCKS_EXCLUDED(mutex_);
  /// Waits until every tenant whose time has come was looked at, and none is any more. For tests,
  /// after the clock was put on. Not on the thread.
  void Settle() ABSL_LOCKS_EXCLUDED(mutex_);

  bool IsStopping() ABSL_LOCKS_EXCLUDED(mutex_);
  /// Waits; returns false when it is stopped.
  bool Pause(absl::Duration time) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Makes a change as the server itself, and waits for it; on the thread. Tries again for as long
  /// as the database takes no changes and it is not stopped; returns what else is wrong. Nothing is
  /// to be done for a tenant that was deleted.
  absl::Status Commit(const std::shared_ptr<Tenant>& tenant, const std::string& method,
                      const std::function<absl::Status(MutationContext&)>& change);

 private:
  struct Look {
    std::weak_ptr<Tenant> tenant;  // One that was deleted is not kept for this.
    absl::Time time;
  };

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // The next tenant to be looked at, once it is time; nothing when it is stopped.
  std::shared_ptr<Tenant> NextLook() ABSL_LOCKS_EXCLUDED(mutex_);
  std::map<uint64_t, Look>::iterator First() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  TenantRegistry* const registry_;
  const Hooks hooks_;
  TenantWriter* writer_ = nullptr;  // Once started.

  Mutex mutex_;
  CondVar changed_;
  std::map<uint64_t, Look> looks_ ABSL_GUARDED_BY(mutex_);  // By tenant.
  absl::Time not_before_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool looking_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = true;
  std::thread thread_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_TENANT_ROUNDS_H_
