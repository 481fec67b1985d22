// Who is enrolled where, why and how far, and what goes with that: roles, seats, lines, moments.
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/time_text.h"
#include "policy/matrix/matrix.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/homed_rows.h"
#include "tenant/moments.h"
#include "tenant/record_rows.h"
#include "tenant/times.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;
using v1::Enrollment;

class TrainingAssignmentChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Note(VerifiedRow& row) override {
    tenant_.NoteItem(row.rest.U64(), Collection::kTrainingAssignments);
  }

  void Check(VerifiedRow& row) override {
    const uint64_t uid = row.rest.U64();
    if (!tenant_.IsWhole(row)) return;
    const auto assignment = tenant_.Parse<rows::TrainingAssignmentRow>(row);
    if (!assignment.has_value()) return;
    tenant_.Revision(assignment->revision());
    tenant_.ScopeIn(assignment->training(), {Collection::kCourses, Collection::kPlans}, "training");
    tenant_.Subject(assignment->assignee(), "assignee");
    tenant_.Doer(assignment->assigned_by(), "assigned_by");
    tenant_.Wants(Table::kIndexes,
                  AssigneeKey(tenant_.number(), SubjectId(assignment->assignee()), uid));
    tenant_.Wants(Table::kIndexes,
                  AssignedTrainingKey(tenant_.number(), ScopeId(assignment->training()), uid));
  }
};

// Whether being enrolled gives a role, by the policy in force.
bool GivesRole(const TenantVerifier& tenant) {
  const auto row = ReadRow<rows::PolicyRow>(
      tenant.reader(), Table::kPolicies, PolicyKey(tenant.number(), tenant.row().policy_version()));
  if (!row.ok() || !row->has_value()) return false;  // The World cannot be built either.
  const absl::StatusOr<std::shared_ptr<const Matrix>> matrix = Matrix::Load((*row)->matrix());
  return matrix.ok() && LearnerRole(**matrix).has_value();
}

class EnrollmentChecker : public TableChecker {
 public:
  explicit EnrollmentChecker(TenantVerifier& tenant)
      : TableChecker(tenant), gives_role_(GivesRole(tenant)) {}

  void Check(VerifiedRow& row) override {
    EnrollmentId id;
    id.training = row.rest.U32();
    id.learner = row.rest.U32();
    if (!tenant_.IsWhole(row)) return;
    const auto enrollment = tenant_.Parse<rows::EnrollmentRow>(row);
    if (!enrollment.has_value()) return;
    if (id.training != training_) BeginTraining(id.training);
    tenant_.Revision(enrollment->revision());
    tenant_.ScopeIn(id.training, {Collection::kCourses, Collection::kPlans}, "training");
    tenant_.User(id.learner, "learner");
    tenant_.Doer(enrollment->enrolled_by(), "enrolled_by");
    tenant_.Wants(Table::kIndexes, LearnerKey(tenant_.number(), id));
    CheckSources(id, *enrollment);
    CheckState(id, *enrollment);
    CheckRole(id, *enrollment);
    tenant_.Has(row.table, row.key,
                LogOutcome(enrollment->last_event(), enrollment->enrollment().cycle(),
                           enrollment->enrollment().state()));
    if (tenant_.IsReevaluated(id.training)) return;
    WantsMoments(id, enrollment->enrollment());
    WantsCompetencies(id, enrollment->enrollment());
  }

  void End() override { EndTraining(); }

 private:
  void BeginTraining(uint32_t training) {
    EndTraining();
    training_ = training;
    gives_.clear();
    const auto given =
        ReadCourseCompetencies(tenant_.reader(), tenant_.number(), ScopeId(training));
    if (!given.ok()) return;  // The checker of indexes says what is wrong.
    for (const rows::CourseCompetenciesRow::Entry& entry : given->entries()) {
      const auto competency = ReadRow<rows::CompetencyRow>(
          tenant_.reader(), Table::kCompetencies,
          EntityKey(tenant_.number(), Collection::kCompetencies, entry.competency()));
      if (competency.ok() && competency->has_value()) {
        gives_.emplace_back((*competency)->uid(), entry);
      }
    }
  }

  void EndTraining() {
    if (admitted_ == 0 && waiting_ == 0) return;
    tenant_.Wants(Table::kIndexes, SeatsKey(tenant_.number(), ScopeId(training_)),
                  SeatsText(admitted_, waiting_));
    admitted_ = 0;
    waiting_ = 0;
  }

  void CheckSources(EnrollmentId id, const rows::EnrollmentRow& row) {
    if (row.sources().empty() != (row.enrollment().state() == Enrollment::WITHDRAWN)) {
      tenant_.Figure(absl::StrCat("is ", Enrollment::State_Name(row.enrollment().state()),
                                  " and rests on ", row.sources_size(), " reasons"));
    }
    std::set<uint64_t> seen;
    absl::Time due = absl::InfiniteFuture();
    for (const rows::EnrollmentRow::Source& source : row.sources()) {
      const uint64_t assignment = source.training_assignment();
      if (!seen.insert(assignment).second) {
        tenant_.Figure(absl::StrCat("rests on training assignment ", assignment, " twice"));
      }
      if (source.has_due_time()) due = std::min(due, FromTimestamp(source.due_time()));
      if (assignment == 0) continue;
      tenant_.Item(assignment, {Collection::kTrainingAssignments}, "sources.training_assignment");
    }
    for (uint64_t assignment : seen) {
      if (assignment == 0) continue;
      tenant_.Wants(Table::kIndexes, SourceKey(tenant_.number(), assignment, id));
    }
    const absl::Time kept = row.enrollment().has_due_time()
                                ? FromTimestamp(row.enrollment().due_time())
                                : absl::InfiniteFuture();
    if (kept != due) {
      tenant_.Figure(absl::StrCat("is due at ", TimeText(kept), "; ", TimeText(due),
                                  " follows from its reasons"));
    }
  }

  void CheckState(EnrollmentId id, const rows::EnrollmentRow& row) {
    const Enrollment& enrollment = row.enrollment();
    if (enrollment.state() == Enrollment::STATE_UNSPECIFIED ||
        !Enrollment::State_IsValid(enrollment.state())) {
      tenant_.Figure("is in no state");
    }
    if (IsAdmitted(enrollment.state())) ++admitted_;
    if (enrollment.state() == Enrollment::WAITING) {
      ++waiting_;
      tenant_.Wants(Table::kIndexes, KeyWriter(tenant_.number())
                                         .U8(kWaitingIndex)
                                         .U32(id.training)
                                         .U32(static_cast<uint32_t>(enrollment.waiting_position()))
                                         .U32(id.learner)
                                         .Take());
    } else if (enrollment.waiting_position() != 0) {
      tenant_.Figure(absl::StrCat("has place ", enrollment.waiting_position(),
                                  " in the line, and does not wait"));
    }
    if (enrollment.state() == Enrollment::REQUESTED) {
      tenant_.Wants(
          Table::kIndexes,
          KeyWriter(tenant_.number()).U8(kRequestedIndex).U32(id.training).U32(id.learner).Take());
    }
  }

  void CheckRole(EnrollmentId id, const rows::EnrollmentRow& row) {
    const bool is_admitted = IsAdmitted(row.enrollment().state());
    if ((row.assignment() != 0) != (is_admitted && gives_role_)) {
      tenant_.Figure(absl::StrCat(
          "is ", Enrollment::State_Name(row.enrollment().state()),
          row.assignment() != 0 ? " and gives a role" : " and does not give the role"));
    }
    if (row.assignment() == 0) return;
    tenant_.Wants(Table::kAssignments,
                  AssignmentKey(tenant_.number(), AssignmentId(row.assignment())),
                  RoleOfEnrollment(id.learner, id.training, kLearnerRole));
  }

  void WantsMoments(EnrollmentId id, const Enrollment& enrollment) {
    const auto want = [&](MomentKind kind, absl::Time time) {
      WantsMoment(tenant_, Moment{kind, time, id.training, id.learner, 0});
    };
    if (enrollment.has_due_time() && IsOpen(enrollment.state())) {
      want(MomentKind::kDue, FromTimestamp(enrollment.due_time()));
    }
    if (!enrollment.has_expire_time()) return;
    const absl::Time expiry = FromTimestamp(enrollment.expire_time());
    const bool is_complete = enrollment.state() == Enrollment::COMPLETED;
    const auto while_valid = [&](MomentKind kind, absl::Time time) {
      const bool begun_before = enrollment.state() == Enrollment::RECERTIFYING &&
                                FromTimestamp(enrollment.cycle_start_time()) < time;
      if (is_complete || begun_before) want(kind, time);
    };
    const TenantVerifier::ValidityNote rule = tenant_.ValidityOf(id.training);
    while_valid(MomentKind::kExpire, expiry);
    while_valid(MomentKind::kLapse, expiry + absl::Hours(24) * rule.grace_days);
    if (rule.automatic && is_complete) {
      want(MomentKind::kWindow, expiry - absl::Hours(24) * rule.window_days);
    }
  }

  void WantsCompetencies(EnrollmentId id, const Enrollment& enrollment) {
    if (!enrollment.has_complete_time() || !IsAdmitted(enrollment.state())) return;
    for (const auto& [competency, entry] : gives_) {
      rows::HeldCompetencyRow held;
      held.set_competency(entry.competency());
      held.set_level(entry.level());
      *held.mutable_gain_time() = enrollment.complete_time();
      if (enrollment.has_expire_time()) *held.mutable_expire_time() = enrollment.expire_time();
      tenant_.Wants(Table::kRecords,
                    HeldCompetencyKey(tenant_.number(), SubjectId(id.learner), competency,
                                      ScopeId(id.training)),
                    FormatRow(held));
    }
  }

  const bool gives_role_;
  // The training at hand, and how many are where in it.
  uint32_t training_ = 0;
  int64_t admitted_ = 0;
  int64_t waiting_ = 0;
  std::vector<std::pair<uint64_t, rows::CourseCompetenciesRow::Entry>> gives_;
};

// One that is empty may be kept or not.
void CheckSeats(TenantVerifier& tenant, VerifiedRow& row) {
  const auto seats = tenant.Parse<rows::SeatsRow>(row);
  if (!seats.has_value() || (seats->admitted() == 0 && seats->waiting() == 0)) return;
  tenant.Has(row.table, row.key, SeatsText(seats->admitted(), seats->waiting()));
}

}  // namespace

std::string SeatsText(int64_t admitted, int64_t waiting) {
  return absl::StrCat("admitted ", admitted, ", waiting ", waiting);
}

std::string RoleOfEnrollment(uint32_t learner, uint32_t training, absl::string_view role) {
  return absl::StrCat("the role ", role, " of subject ", learner, " at scope ", training,
                      " by an enrollment");
}

std::string LogOutcome(uint64_t event, int32_t cycle, Enrollment::State state) {
  return absl::StrCat(Enrollment::State_Name(state), " in cycle ", cycle, " after event ", event);
}

CheckSet EnrollmentChecks() {
  return {
      {{Table::kTrainingAssignments, MakeChecker<TrainingAssignmentChecker>, /*has_notes=*/true},
       {Table::kEnrollments, MakeChecker<EnrollmentChecker>}},
      {{kAssigneeIndex, "48"},
       {kLearnerIndex, "44"},
       {kAssignedTrainingIndex, "48"},
       {kEnrollmentSourceIndex, "844"},
       {kSeatsIndex, "4", IndexCheck::Value::kBytes, CheckSeats},
       {kWaitingIndex, "444"},
       {kRequestedIndex, "44"}},
  };
}

}  // namespace provost
