// Attempts at quizzes, and work that was handed in.
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "tenant/assessment_rows.h"
#include "tenant/times.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::Table;

// What the second part of a key in kAttempts says (assessment_rows.cc).
constexpr uint8_t kAttemptPart = 1;
constexpr uint8_t kStandingPart = 2;
// What the third part of a key in kSubmissions says.
constexpr uint8_t kSubmissionPart = 0;
constexpr uint8_t kHandInPart = 1;
constexpr uint8_t kGradePart = 2;

// By what a piece of work is found; by its quiz or task only while that is there.
void WantsIndexes(TenantVerifier& tenant, WorkKind kind, EnrollmentId enrollment, uint64_t item,
                  uint64_t work) {
  tenant.Enrollment(enrollment, "enrollment");
  tenant.GivenItem(work, "uid");
  tenant.GivenItem(item, kind == WorkKind::kAttempt ? "quiz" : "task");
  tenant.Wants(Table::kIndexes, WorkOfKey(tenant.number(), kind, enrollment, item, work));
  if (!tenant.FindItem(item).has_value()) return;
  tenant.Wants(Table::kIndexes,
               WorkAtKey(tenant.number(), kind, item, ScopeId(enrollment.training), work));
}

class AttemptChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint8_t part = row.rest.U8();
    if (part == kAttemptPart) {
      const uint64_t uid = row.rest.U64();
      if (!tenant_.IsWhole(row)) return;
      if (const auto attempt = tenant_.Parse<rows::AttemptRow>(row)) CheckAttempt(uid, *attempt);
    } else if (part == kStandingPart) {
      EnrollmentId enrollment;
      enrollment.training = row.rest.U32();
      enrollment.learner = row.rest.U32();
      const uint64_t quiz = row.rest.U64();
      if (!tenant_.IsWhole(row)) return;
      const auto standing = tenant_.Parse<rows::QuizStandingRow>(row);
      if (standing.has_value()) CheckStanding(row, enrollment, quiz, *standing);
    } else {
      tenant_.Unknown(absl::StrCat("is of part ", part, " of the attempts"));
    }
  }

 private:
  void CheckAttempt(uint64_t uid, const rows::AttemptRow& row) {
    const EnrollmentId enrollment{row.course(), row.learner()};
    tenant_.Revision(row.revision());
    WantsIndexes(tenant_, WorkKind::kAttempt, enrollment, row.quiz(), uid);
    if (row.has_end_time()) return;
    tenant_.Wants(Table::kAttempts, QuizStandingKey(tenant_.number(), enrollment, row.quiz()),
                  OpenText(uid));
    if (!row.has_deadline()) return;
    WantsMoment(tenant_, AttemptEnd(enrollment, uid, FromTimestamp(row.deadline())));
  }

  void CheckStanding(const VerifiedRow& row, EnrollmentId enrollment, uint64_t quiz,
                     const rows::QuizStandingRow& standing) {
    tenant_.Enrollment(enrollment, "enrollment");
    tenant_.GivenItem(quiz, "quiz");
    if (standing.open() != 0) tenant_.Has(row.table, row.key, OpenText(standing.open()));
  }

  static std::string OpenText(uint64_t attempt) {
    return absl::StrCat("attempt ", attempt, " is under way");
  }
};

class SubmissionChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint64_t uid = row.rest.U64();
    const uint8_t part = row.rest.U8();
    row.rest.U32();
    if (!tenant_.IsWhole(row)) return;
    if (part == kSubmissionPart) {
      const auto submission = tenant_.Parse<rows::SubmissionRow>(row);
      if (submission.has_value()) CheckSubmission(uid, *submission);
    } else if (part == kHandInPart) {
      tenant_.Has(row.table, row.key);
      const auto work = tenant_.Parse<rows::HandInRow>(row);
      if (work.has_value() && work->blob() != 0) {
        WantsFile(tenant_, work->blob(), work->hand_in().file().size_bytes());
      }
    } else if (part == kGradePart) {
      tenant_.Has(row.table, row.key);
      const auto grade = tenant_.Parse<rows::GradeRow>(row);
      if (grade.has_value()) tenant_.Doer(grade->grader(), "grader");
    } else {
      tenant_.Unknown(absl::StrCat("is of part ", part, " of a submission"));
    }
  }

 private:
  void CheckSubmission(uint64_t uid, const rows::SubmissionRow& row) {
    tenant_.Revision(row.revision());
    tenant_.Doer(row.assigned_by(), "assigned_by");
    WantsIndexes(tenant_, WorkKind::kSubmission, EnrollmentId{row.course(), row.learner()},
                 row.task(), uid);
    for (int32_t version = 1; version <= row.last_hand_in(); ++version) {
      tenant_.Wants(Table::kSubmissions, HandInKey(tenant_.number(), uid, version));
    }
    for (int32_t number = 1; number <= row.last_grade(); ++number) {
      tenant_.Wants(Table::kSubmissions, GradeKey(tenant_.number(), uid, number));
    }
  }
};

}  // namespace

CheckSet AssessmentChecks() {
  return {
      {{Table::kAttempts, MakeChecker<AttemptChecker>},
       {Table::kSubmissions, MakeChecker<SubmissionChecker>}},
      {{kAttemptLearnerIndex, "4488"},
       {kAttemptQuizIndex, "848"},
       {kSubmissionLearnerIndex, "4488"},
       {kSubmissionTaskIndex, "848"}},
  };
}

}  // namespace provost
