#ifndef PROVOST_TENANT_TENANT_H_
#define PROVOST_TENANT_TENANT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"
#include "policy/world/world.h"
#include "tenant/rows.h"

namespace provost {

/// One tenant as it is served: its World and what every call needs to know of it. Shared by whoever
/// works with it, so it outlives its deletion for as long as a call takes.
///
/// Thread-safe. Only the commit lane changes it.
class Tenant {
 public:
  Tenant(rows::TenantRow row, rows::TenantCounters counters, std::shared_ptr<const Matrix> matrix)
      : id_(row.id()),
        number_(row.number()),
        world_(std::move(matrix)),
        counters_(std::move(counters)),
        row_(std::make_shared<const rows::TenantRow>(std::move(row))) {}
  Tenant(const Tenant&) = delete;
  Tenant& operator=(const Tenant&) = delete;

  const std::string& id() const { return id_; }
  /// The first part of the keys of all its rows.
  uint64_t number() const { return number_; }
  World& world() { return world_; }
  const World& world() const { return world_; }

  /// What its row says, as last committed.
  std::shared_ptr<const rows::TenantRow> row() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    return row_;
  }

  /// A revision and the consistency token that speaks of it. Sealing one takes longer than a check,
  /// and reads between two changes all give out the same: the last one is kept.
  struct RevisionToken {
    uint64_t revision = 0;
    std::string token;
  };
  std::shared_ptr<const RevisionToken> revision_token() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    return revision_token_;
  }
  void KeepRevisionToken(RevisionToken token) const ABSL_LOCKS_EXCLUDED(mutex_) {
    auto next = std::make_shared<const RevisionToken>(std::move(token));
    MutexLock lock(&mutex_);
    revision_token_ = std::move(next);
  }

 private:
  friend class GroupBuilder;
  friend class TenantRegistry;

  void SetRow(rows::TenantRow row) ABSL_LOCKS_EXCLUDED(mutex_) {
    auto next = std::make_shared<const rows::TenantRow>(std::move(row));
    MutexLock lock(&mutex_);
    row_ = std::move(next);
  }

  // Constant after construction.
  const std::string id_;
  const uint64_t number_;

  // Has its own synchronization.
  World world_;

  // The lane's thread alone.
  rows::TenantCounters counters_;

  mutable Mutex mutex_;
  std::shared_ptr<const rows::TenantRow> row_ ABSL_GUARDED_BY(mutex_);
  mutable std::shared_ptr<const RevisionToken> revision_token_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace provost

#endif  // PROVOST_TENANT_TENANT_H_
