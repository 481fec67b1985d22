#ifndef PROVOST_TENANT_GROUP_BUILDER_H_
#define PROVOST_TENANT_GROUP_BUILDER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "policy/world/world.h"
#include "store/write_group.h"
#include "tenant/mutation.h"
#include "tenant/registry.h"

namespace provost {

/// Builds one group at a time: the rows of its mutations, and beside them the successors of the
/// Worlds that they change, which become visible together once the rows are on disk.
///
/// One thread: the lane's.
class GroupBuilder {
 public:
  struct Options {
    /// How long the answer to a request id is kept.
    absl::Duration request_ttl = absl::Hours(24);
    /// Told of each commit that puts mails to be sent, with the first time at which one is, or
    /// that changes what the tenant is: quickly, on the lane's thread, once readers see it. May be
    /// empty.
    std::function<void(const std::shared_ptr<Tenant>&, absl::Time)> on_mail;
    /// The same of each commit that puts moments (moments.h), changes what the tenant is or lifts a
    /// freeze.
    std::function<void(const std::shared_ptr<Tenant>&, absl::Time)> on_moment;
  };

  GroupBuilder(TenantRegistry* registry, Options options)
      : registry_(registry), options_(std::move(options)) {}

  /// Prepares a mutation and adds it to the group; on an error, group and successors are as before.
  absl::StatusOr<MutationResult> Prepare(TenantMutation& mutation, store::WriteGroup& group);

  /// Adds what is said once a group.
  absl::Status BeforeWrite(store::WriteGroup& group);
  /// The group is on disk: readers see the successors from here on.
  void Publish();
  /// The group has not happened.
  void Drop();

  /// The last row of a deleted tenant is gone.
  void Purged(uint64_t tenant) { registry_->Purged(tenant); }

 private:
  friend class MutationContext;

  // A tenant that the group changes.
  struct Successor {
    std::shared_ptr<Tenant> tenant;
    std::unique_ptr<WorldEdit> edit;
    std::vector<Change> applied;  // to build the edit again when a mutation spoils it
    rows::TenantCounters counters;
    rows::TenantRow row;
    bool created = false;
    bool deleted = false;
    bool row_changed = false;
    absl::Time next_mail = absl::InfiniteFuture();
    absl::Time next_moment = absl::InfiniteFuture();
  };

  Successor& SuccessorOf(const std::shared_ptr<Tenant>& tenant);
  const WorldState& StateOf(const std::shared_ptr<Tenant>& tenant);
  uint64_t NewTenantNumber();
  // True if there is, or will be with this group, a tenant of that id.
  bool IsTaken(absl::string_view id) const;

  absl::StatusOr<std::string> PrepareFresh(TenantMutation& mutation, MutationContext& context);
  // The kept answer; nothing where the id is new.
  absl::StatusOr<std::optional<std::string>> FindAnswer(const TenantMutation& mutation,
                                                        const store::WriteGroup& group,
                                                        absl::Time now) const;
  void KeepAnswer(const TenantMutation& mutation, absl::string_view response, absl::Time now,
                  store::WriteGroup& group) const;
  void WriteFeed(const TenantMutation& mutation, TenantDraft& draft, absl::Time now,
                 store::WriteGroup& group) const;
  // Applies what the draft says to its successor, but for what was applied already. On an error the
  // successor is spoiled.
  absl::Status Apply(TenantDraft& draft);
  // Applies a draft and all that follows from it.
  absl::Status Finish(TenantDraft& draft, absl::Time now);
  absl::StatusOr<bool> PreparePart(TenantDraft& whole, absl::Time now,
                                   absl::FunctionRef<absl::Status(TenantDraft&)> part);
  void Rebuild(Successor& successor);

  TenantRegistry* const registry_;
  const Options options_;
  absl::flat_hash_map<uint64_t, Successor> successors_;  // by tenant number
  uint64_t last_tenant_number_ = 0;                      // as of the group; 0: unchanged
};

/// Deletes up to `limit` rows of a deleted tenant. Returns whether any is left.
absl::StatusOr<bool> PurgeRows(uint64_t tenant, size_t limit, store::WriteGroup& group);

}  // namespace provost

#endif  // PROVOST_TENANT_GROUP_BUILDER_H_
