#ifndef PROVOST_TENANT_REGISTRY_H_
#define PROVOST_TENANT_REGISTRY_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "policy/matrix/matrix.h"
#include "provost/v1/policy.pb.h"
#include "store/database.h"
#include "tenant/clock.h"
#include "tenant/sealer.h"
#include "tenant/tenant.h"

namespace provost {

/// A policy with what it was compiled to.
struct CompiledPolicy {
  v1::PolicySource source;
  std::shared_ptr<const Matrix> matrix;
};

struct RegistryOptions {
  /// What the built-in `system` tenant runs. Where the stored one differs, as after an upgrade,
  /// this becomes its next version.
  CompiledPolicy system_policy;
  /// Told while tenants are loaded: how many of how many, and the rows read so far.
  std::function<void(size_t loaded, size_t total, uint64_t rows)> progress;
};

/// The tenants of a database. Thread-safe; lookups take a short lock.
class TenantRegistry {
 public:
  /// Rebuilds the World of each tenant from its rows, each published once. An empty database gets
  /// the `system` tenant. DATA_LOSS names the table and the key of a row that cannot be read or
  /// does not fit the others: nothing is skipped. Cost: reads every row that says something to a
  /// World.
  static absl::StatusOr<std::unique_ptr<TenantRegistry>> Open(store::Database* database,
                                                              RegistryOptions options);

  TenantRegistry(const TenantRegistry&) = delete;
  TenantRegistry& operator=(const TenantRegistry&) = delete;

  /// Null where there is none.
  std::shared_ptr<Tenant> Find(absl::string_view id) const ABSL_LOCKS_EXCLUDED(mutex_);
  const std::shared_ptr<Tenant>& system() const { return system_; }
  /// All of them, `system` included, by id.
  std::vector<std::shared_ptr<Tenant>> All() const ABSL_LOCKS_EXCLUDED(mutex_);

  store::Database& database() const { return *database_; }
  const Sealer& sealer() const { return *sealer_; }
  Clock& clock() const { return *clock_; }

  /// The first-time set-up has not been done: nobody is in the `system` tenant.
  bool empty() const { return system_->world().Read()->user_count() == 0; }

  /// Tenants that were deleted and whose rows are still to be purged.
  std::vector<uint64_t> unpurged() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class GroupBuilder;

  explicit TenantRegistry(store::Database* database) : database_(database) {}

  absl::Status LoadMeta();
  absl::Status LoadTenants(const RegistryOptions& options);
  absl::Status MakeSystem(const RegistryOptions& options);

  void Add(std::shared_ptr<Tenant> tenant) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remove(const Tenant& tenant) ABSL_LOCKS_EXCLUDED(mutex_);
  void Purged(uint64_t number) ABSL_LOCKS_EXCLUDED(mutex_);

  // Constant after opening.
  store::Database* const database_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<Clock> clock_;
  std::shared_ptr<Tenant> system_;

  // The lane's thread alone, once opened.
  uint64_t last_tenant_number_ = 0;

  mutable Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<Tenant>> tenants_ ABSL_GUARDED_BY(mutex_);
  std::vector<uint64_t> unpurged_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace provost

#endif  // PROVOST_TENANT_REGISTRY_H_
