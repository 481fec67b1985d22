// Who is enrolled where, and why.
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tenant/enrollment_rows.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::Table;

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

class EnrollmentChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    EnrollmentId id;
    id.training = row.rest.U32();
    id.learner = row.rest.U32();
    if (!tenant_.IsWhole(row)) return;
    const auto enrollment = tenant_.Parse<rows::EnrollmentRow>(row);
    if (!enrollment.has_value()) return;
    tenant_.Revision(enrollment->revision());
    tenant_.ScopeIn(id.training, {Collection::kCourses, Collection::kPlans}, "training");
    tenant_.User(id.learner, "learner");
    tenant_.Doer(enrollment->enrolled_by(), "enrolled_by");
    tenant_.Wants(Table::kIndexes, LearnerKey(tenant_.number(), id));
    std::set<uint64_t> seen;
    for (const rows::EnrollmentRow::Source& source : enrollment->sources()) {
      const uint64_t assignment = source.training_assignment();
      if (!seen.insert(assignment).second) {
        tenant_.Figure(absl::StrCat("rests on training assignment ", assignment, " twice"));
        continue;
      }
      if (assignment == 0) continue;
      tenant_.Item(assignment, {Collection::kTrainingAssignments}, "sources.training_assignment");
      tenant_.Wants(Table::kIndexes, SourceKey(tenant_.number(), assignment, id));
    }
  }
};

}  // namespace

CheckSet EnrollmentChecks() {
  return {
      {{Table::kTrainingAssignments, MakeChecker<TrainingAssignmentChecker>, /*has_notes=*/true},
       {Table::kEnrollments, MakeChecker<EnrollmentChecker>}},
      {{kAssigneeIndex, "48"},
       {kLearnerIndex, "44"},
       {kAssignedTrainingIndex, "48"},
       {kEnrollmentSourceIndex, "844"}},
  };
}

}  // namespace provost
