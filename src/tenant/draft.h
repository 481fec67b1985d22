#ifndef PROVOST_TENANT_DRAFT_H_
#define PROVOST_TENANT_DRAFT_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/world/change.h"
#include "policy/world/state.h"
#include "provost/internal/v1/people_rows.pb.h"
#include "store/write_group.h"
#include "tenant/names.h"
#include "tenant/rows.h"
#include "tenant/tenant.h"

namespace provost {

namespace v1 {
enum NotificationRule_Event : int;
}

/// Something on which notification rules may ask for a mail (notify.h).
struct MailCause {
  v1::NotificationRule_Event event;
  EnrollmentId enrollment;  ///< Whose training it is about.
  uint32_t session = 0;     ///< The uid of the session that it is about; 0: none.
  uint64_t grant = 0;       ///< The uid of the role assignment that it is about; 0: none.
  int lead_days = 0;        ///< Of what is still to come: rules with this lead ask.
};

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
              rows::TenantCounters counters, rows::TenantRow row, absl::Time now)
      : tenant_(std::move(tenant)),
        state_(&state),
        group_(group),
        counters_(std::move(counters)),
        row_(std::move(row)),
        now_(now),
        known_subjects_(counters_.last_subject()),
        known_assignments_(counters_.last_assignment()) {
    counters_.set_revision(counters_.revision() + 1);
  }

  Tenant& tenant() const { return *tenant_; }
  const std::shared_ptr<Tenant>& shared_tenant() const { return tenant_; }
  const std::string& id() const { return tenant_->id(); }
  uint64_t number() const { return tenant_->number(); }
  const WorldState& state() const { return *state_; }
  /// The time of the commit.
  absl::Time now() const { return now_; }
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
  /// The rows as they are without the draft.
  const store::Reader& before() const { return group_.beneath(); }

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
    if constexpr (kCollection == Collection::kUsers) CountUser(row);
    AddIfNew(ToOp(id, row));
    if constexpr (kCollection == Collection::kUsers) touched_users_.insert(std::string(id));
    if constexpr (kCollection == Collection::kGroups) touched_groups_.insert(std::string(id));
    Write(TableOf(kCollection), EntityKey(number(), kCollection, id), row);
  }
  void PutAssignmentRow(AssignmentId uid, rows::AssignmentRow row);
  void PutOverrideRow(ScopeId scope, rows::OverrideRow row);
  /// Also enrolls whoever comes into a group by it, or withdraws them where it has ended: see
  /// tenant/enrollments.h.
  absl::Status PutMemberRow(SubjectId group, SubjectId member, const rows::MemberRow& row);
  /// Puts a policy in force as the next version, which is returned.
  uint64_t PutPolicy(rows::PolicyRow row, std::shared_ptr<const Matrix> matrix);

  // --- removing: each takes every reference with it, in the same commit ---
  void EraseAssignment(AssignmentId uid, const rows::AssignmentRow& row);
  void EraseOverride(ScopeId scope, absl::string_view role, absl::string_view permission);
  /// Also withdraws whoever leaves the group by it.
  absl::Status EraseMember(SubjectId group, SubjectId member);
  /// The user, service account or group with its row, assignments, memberships and members, and the
  /// trainings assigned to it; of a user the enrollments, the indexes of the profile, the kept
  /// answers that show it, and the place above those who report to them; of a group its place in
  /// the audience of catalogs; what was counted of it stays (growth.h). Cost: a row for each.
  absl::Status EraseSubject(SubjectId subject);
  /// A scope and all that stands below it, with assignments, overrides and enrollments, and out of
  /// the steps of plans. Users and groups whose home was there get the nearest scope above `top` as
  /// their home, and the groups lose their rules, not their members. `top` is not the tenant.
  absl::Status EraseSubtree(ScopeId top);

  // --- who is in which group, by this draft's own changes too ---
  /// The groups that it is directly in.
  std::vector<MembershipRecord> GroupsOf(SubjectId member) const;
  /// Whoever is directly in it, by memberships that have ended too. Cost: also of all members that
  /// the draft has changed, of whatever group.
  std::vector<SubjectId> MembersOf(SubjectId group) const;
  bool IsUser(SubjectId subject) const;

  /// One more enrollment is made: how many it is.
  size_t AddEnrolled(EnrollmentId enrollment) {
    enrolled_.push_back(enrollment);
    return enrolled_.size();
  }
  /// Those, in their order; some may have ended again.
  const std::vector<EnrollmentId>& enrolled() const { return enrolled_; }

  /// Something happened that people may be mailed about. What happened twice counts once.
  void AddMailCause(const MailCause& cause) { mail_causes_.push_back(cause); }
  /// Those, in their order; what they are about may be gone again.
  const std::vector<MailCause>& mail_causes() const { return mail_causes_; }

  /// Something is to happen at `time` (moments.h).
  void NoteMoment(absl::Time time) { next_moment_ = std::min(next_moment_, time); }

  /// Something that it needs could not be read, or was refused where nobody could be told: it is
  /// not committed, and this is why. The first one counts.
  void Fail(absl::Status status) { failure_.Update(std::move(status)); }

  /// A mail was put that is to be sent at `next` (outbox.h).
  void NoteMail(absl::Time next) { next_mail_ = std::min(next_mail_, next); }

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

  // --- what it has done, for what follows from that ---
  const Change& change() const { return change_; }
  /// The ids of users and groups whose rows were written or taken away.
  const std::set<std::string>& touched_users() const { return touched_users_; }
  const std::set<std::string>& touched_groups() const { return touched_groups_; }
  /// Scopes that stand below another parent than before.
  const std::vector<ScopeId>& moved_scopes() const { return moved_scopes_; }
  /// Whether a freeze was lifted.
  bool has_thawed() const { return has_thawed_; }

  /// What the audit row says the change was about and why.
  void Describe(absl::string_view resource, absl::string_view reason = "") {
    resource_ = std::string(resource);
    reason_ = std::string(reason);
  }

 private:
  friend class GroupBuilder;
  friend class MutationContext;

  void AddIfNew(ChangeOp op);
  // Each takes what refers to something that goes out of the rows that refer to it.
  absl::Status LeaveAudiences(SubjectId group);
  absl::Status LeavePlans(ScopeId course);
  // The rows by which others find `scope`.
  absl::Status EraseIndexes(ScopeId scope, const RelativeName& name);
  absl::StatusOr<std::vector<ScopeId>> Indexed(const store::KeyRange& range) const;
  // What becomes known as growth (growth.h).
  void CountUser(const rows::UserRow& row);
  void EraseHeld(const AssignmentRecord& record);
  void EraseEntity(absl::string_view relative);
  // The memberships of `subject` and, of a group, its members.
  absl::Status EraseMemberships(SubjectId subject);
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
  std::set<std::string> touched_users_;
  std::set<std::string> touched_groups_;
  std::vector<ScopeId> moved_scopes_;
  bool has_thawed_ = false;
  size_t applied_ops_ = 0;  // Those of change_ that `state()` has.
  bool applied_ = false;    // Some were tried on it.
  std::string resource_;
  std::string reason_;
  const absl::Time now_;
  // By member, then group: the window that the draft put, or nothing where it took the member out.
  absl::flat_hash_map<uint32_t, absl::flat_hash_map<uint32_t, std::optional<Window>>> members_;
  std::vector<EnrollmentId> enrolled_;
  std::vector<MailCause> mail_causes_;
  absl::Status failure_;
  absl::Time next_mail_ = absl::InfiniteFuture();    // Of the mails that it put.
  absl::Time next_moment_ = absl::InfiniteFuture();  // Of what it wants to happen.
  // The last uids that were given before this draft: a row with a greater one is new.
  uint32_t known_subjects_;
  uint64_t known_assignments_;
  std::map<std::string, rows::GrowthRow> growth_;  // By role; of people under the empty one.
};

}  // namespace provost

#endif  // PROVOST_TENANT_DRAFT_H_
