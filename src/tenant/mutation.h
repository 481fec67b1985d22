#ifndef PROVOST_TENANT_MUTATION_H_
#define PROVOST_TENANT_MUTATION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tenant/draft.h"
#include "tenant/tenant.h"

namespace provost {

class GroupBuilder;

/// Who acts: a subject of one tenant. The uid is what counts; the name is for people.
struct Actor {
  std::shared_ptr<Tenant> tenant;  ///< Null: the server itself.
  SubjectId subject;
  std::string name;  ///< `tenants/acme/users/ann`; `server` for the server itself.
};

/// What a mutation is prepared with, in the lane.
class MutationContext {
 public:
  MutationContext(GroupBuilder* builder, store::WriteGroup* group, const Actor* actor,
                  absl::Time now)
      : builder_(builder), group_(group), actor_(actor), now_(now) {}
  MutationContext(const MutationContext&) = delete;
  MutationContext& operator=(const MutationContext&) = delete;

  /// The time of the commit. Never earlier than that of any commit before.
  absl::Time now() const { return now_; }
  const Actor& actor() const { return *actor_; }
  /// The actor's uid where the actor is of this tenant; 0 otherwise: what rows keep.
  uint32_t ActorUidIn(const Tenant& tenant) const {
    return actor_->tenant.get() == &tenant ? actor_->subject.value : 0;
  }

  /// The draft of the tenant that the mutation is about.
  TenantDraft& draft() { return *drafts_.front(); }
  const WorldState& state() const { return drafts_.front()->state(); }
  const store::Reader& reader() const { return *group_; }

  /// The successor of any tenant: for authorizing.
  const WorldState& StateOf(const std::shared_ptr<Tenant>& tenant) const;

  /// One of many things that a mutation does, which may fail by itself: `part` gets a draft of its
  /// own, and sees what the parts before it did, in rows and in `state()`. What fails leaves no
  /// trace, and prepare may go on. Returns whether anything was changed. A state() that was taken
  /// before is no longer valid.
  absl::StatusOr<bool> Part(absl::FunctionRef<absl::Status(TenantDraft&)> part);

  /// The draft of another tenant, for a mutation that concerns two.
  TenantDraft& In(const std::shared_ptr<Tenant>& tenant);

  /// The draft of a tenant to be made, with its root scope and policy. ALREADY_EXISTS for an id
  /// that is taken.
  absl::StatusOr<TenantDraft*> CreateTenant(rows::TenantRow row, rows::PolicyRow policy,
                                            std::shared_ptr<const Matrix> matrix);

  /// Deletes a tenant with all its rows, those of the feed included.
  void DeleteTenant(const std::shared_ptr<Tenant>& tenant);

 private:
  friend class GroupBuilder;

  GroupBuilder* const builder_;
  store::WriteGroup* const group_;
  const Actor* const actor_;
  const absl::Time now_;
  std::vector<std::unique_ptr<TenantDraft>> drafts_;  // the tenant that it is about first
};

/// What became of a mutation.
struct MutationResult {
  std::string response;         ///< What prepare returned, or returned the first time.
  uint64_t revision = 0;        ///< Of the tenant that it was about.
  bool replayed = false;        ///< The first answer to the same request id.
  uint64_t deleted_tenant = 0;  ///< The number of a tenant that it deleted.
};

/// One change, as it is handed to the lane.
struct TenantMutation {
  /// The tenant that it is about, whose audit it goes into.
  std::shared_ptr<Tenant> tenant;
  /// Where the answer to its request id is kept, so that one that deletes `tenant` can be given
  /// again. Null: in `tenant`.
  std::shared_ptr<Tenant> answers;
  Actor actor;
  std::string method;       ///< `RoleService.CreateAssignment`.
  std::string call_id;      ///< For the audit row.
  std::string request_id;   ///< Empty: the answer is not kept.
  std::string body_digest;  ///< SHA-256 of the request; only with a request_id.
  absl::Time deadline = absl::InfiniteFuture();
  /// Prepare, and refuse what would be refused, but change nothing.
  bool validate_only = false;

  /// Whether the actor may, decided on the successor state at the time of the commit (rule 23).
  /// Also asked when the answer to a request id is given again: `replaying` is true then, and what
  /// the request was about may be gone by that very request. Empty: nobody is asked.
  absl::AnyInvocable<absl::Status(MutationContext&, bool replaying)> authorize;
  /// Checks the change against what is there, and drafts it. It touches nothing but its drafts, so
  /// it may fail at any point. Returns the serialised response.
  absl::AnyInvocable<absl::StatusOr<std::string>(MutationContext&)> prepare;
  /// Told once, quickly, on the lane's thread (or within Submit).
  absl::AnyInvocable<void(absl::StatusOr<MutationResult>)> done;
};

}  // namespace provost

#endif  // PROVOST_TENANT_MUTATION_H_
