#ifndef PROVOST_TENANT_DRAFT_H_
#define PROVOST_TENANT_DRAFT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/world/change.h"
#include "policy/world/state.h"
#include "store/write_group.h"
#include "tenant/names.h"
#include "tenant/rows.h"
#include "tenant/tenant.h"

namespace provost {

/// What a mutation is about to do to one tenant: rows, what they say to the World, and uids.
///
/// Nothing here touches the tenant: a draft that is dropped leaves no trace. Reads of rows see what
/// the draft wrote and, beneath it, the mutations before this one; `state()` is the successor of
/// the published World with the mutations before this one, without this one's own ops.
///
/// The lane's thread alone.
class TenantDraft {
 public:
  TenantDraft(std::shared_ptr<Tenant> tenant, const WorldState& state, store::WriteGroup& group,
              rows::TenantCounters counters, rows::TenantRow row)
      : tenant_(std::move(tenant)),
        state_(&state),
        group_(group),
        counters_(std::move(counters)),
        row_(std::move(row)) {
    counters_.set_revision(counters_.revision() + 1);
  }

  Tenant& tenant() const { return *tenant_; }
  const std::shared_ptr<Tenant>& shared_tenant() const { return tenant_; }
  const std::string& id() const { return tenant_->id(); }
  uint64_t number() const { return tenant_->number(); }
  const WorldState& state() const { return *state_; }
  /// The revision that the draft becomes if it commits: for the `revision` of rows that it writes.
  uint64_t revision() const { return counters_.revision(); }

  // --- uids, never given twice ---
  SubjectId NewSubject() {
    counters_.set_last_subject(counters_.last_subject() + 1);
    return SubjectId(counters_.last_subject());
  }
  ScopeId NewScope() {
    counters_.set_last_scope(counters_.last_scope() + 1);
    return ScopeId(counters_.last_scope());
  }
  AssignmentId NewAssignment() {
    counters_.set_last_assignment(counters_.last_assignment() + 1);
    return AssignmentId(counters_.last_assignment());
  }
  /// For whatever is neither subject, scope nor assignment: one row of numbers for all of it.
  uint64_t NewItem() {
    counters_.set_last_item(counters_.last_item() + 1);
    return counters_.last_item();
  }

  // --- rows and what they say to the World ---
  const store::Reader& reader() const { return group_; }

  /// The row of a user, group, catalog..., by the id in its name; nothing where there is none.
  template <typename Row>
  absl::StatusOr<std::optional<Row>> Get(absl::string_view id) const {
    constexpr Collection kCollection = RowCollection<Row>::kValue;
    return ReadRow<Row>(group_, TableOf(kCollection), EntityKey(number(), kCollection, id));
  }
  absl::StatusOr<std::optional<rows::AssignmentRow>> GetAssignment(AssignmentId uid) const;
  absl::StatusOr<std::optional<rows::OverrideRow>> GetOverride(ScopeId scope,
                                                               absl::string_view role,
                                                               absl::string_view permission) const;
  absl::StatusOr<std::optional<rows::MemberRow>> GetMember(SubjectId group, SubjectId member) const;
  absl::StatusOr<std::optional<rows::PolicyRow>> GetPolicy(uint64_t version) const;

  /// Writes a row, and adds what it says to the World where that is news. The row's revision is
  /// set.
  template <typename Row>
  void Put(absl::string_view id, Row row) {
    constexpr Collection kCollection = RowCollection<Row>::kValue;
    row.set_revision(revision());
    AddIfNew(ToOp(id, row));
    Write(TableOf(kCollection), EntityKey(number(), kCollection, id), row);
  }
  void PutAssignmentRow(AssignmentId uid, rows::AssignmentRow row);
  void PutOverrideRow(ScopeId scope, rows::OverrideRow row);
  void PutMemberRow(SubjectId group, SubjectId member, const rows::MemberRow& row);
  /// Puts a policy in force as the next version, which is returned.
  uint64_t PutPolicy(rows::PolicyRow row, std::shared_ptr<const Matrix> matrix);

  // --- removing: each takes every reference with it, in the same commit ---
  void EraseAssignment(AssignmentId uid, SubjectId subject);
  void EraseOverride(ScopeId scope, absl::string_view role, absl::string_view permission);
  void EraseMember(SubjectId group, SubjectId member);
  /// The user, service account or group with its row, assignments, memberships and members; of a
  /// user the indexes of the profile, the kept answers that show it, and the place above those who
  /// report to them. Cost: a row for each.
  absl::Status EraseSubject(SubjectId subject);
  /// A scope and all that stands below it, with assignments and overrides. Users and groups whose
  /// home was there get the nearest scope above `top` as their home. `top` is not the tenant.
  absl::Status EraseSubtree(ScopeId top);

  // --- the tenant's own row ---
  const rows::TenantRow& row() const { return row_; }
  /// Changes the tenant's row, and what it says to the World.
  void PutTenant(rows::TenantRow row);

  /// A row that says nothing to the World: an index, say.
  template <typename Row>
  void Write(store::Table table, absl::string_view key, const Row& row) {
    group_.Put(table, key, FormatRow(row));
    dirty_ = true;
  }
  void WriteBytes(store::Table table, absl::string_view key, absl::string_view value) {
    group_.Put(table, key, value);
    dirty_ = true;
  }
  void Erase(store::Table table, absl::string_view key) {
    group_.Delete(table, key);
    dirty_ = true;
  }
  void Add(ChangeOp op) {
    change_.ops.push_back(std::move(op));
    dirty_ = true;
  }

  /// What the audit row says the change was about and why.
  void Describe(absl::string_view resource, absl::string_view reason = "") {
    resource_ = std::string(resource);
    reason_ = std::string(reason);
  }

 private:
  friend class GroupBuilder;
  friend class MutationContext;

  void AddIfNew(ChangeOp op);
  void EraseEntity(absl::string_view relative);
  absl::Status EraseProfile(const rows::UserRow& row);

  const std::shared_ptr<Tenant> tenant_;
  const WorldState* state_;
  store::WriteGroup& group_;
  rows::TenantCounters counters_;
  rows::TenantRow row_;
  bool row_changed_ = false;
  bool dirty_ = false;
  bool created_ = false;
  bool deleted_ = false;
  Change change_;
  size_t applied_ops_ = 0;  // Those of change_ that `state()` has.
  bool applied_ = false;    // Some were tried on it.
  std::string resource_;
  std::string reason_;
};

}  // namespace provost

#endif  // PROVOST_TENANT_DRAFT_H_
