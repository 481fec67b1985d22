// Reports with one row for each training of each learner.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/authorize.h"
#include "service/lookup.h"
#include "service/report_source.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/moments.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using store::Table;
using v1::Enrollment;
using v1::ReportDefinition;

enum Column : size_t {
  kTraining,
  kTrainingDisplayName,
  kLearner,
  kLearnerDisplayName,
  kLearnerEmail,
  kState,
  kCycle,
  kAssigned,
  kEnrollTime,
  kDueTime,
  kOverdue,
  kDaysOverdue,
  kStartTime,
  kCompleteTime,
  kExpireTime,
  kProgressPercent,
  kScorePercent,
  kCredits,
  kCompliant,
};
constexpr std::array<absl::string_view, 19> kColumns = {
    "training",      "training_display_name",
    "learner",       "learner_display_name",
    "learner_email", "state",
    "cycle",         "assigned",
    "enroll_time",   "due_time",
    "overdue",       "days_overdue",
    "start_time",    "complete_time",
    "expire_time",   "progress_percent",
    "score_percent", "credits",
    "compliant",
};

std::string TimeCellOf(bool has, const google::protobuf::Timestamp& time) {
  return has ? TimeCell(time) : "";
}
std::string YesOrNo(bool value) { return value ? "yes" : "no"; }

class LearnerReport : public ReportSource {
 public:
  LearnerReport(const ReadCall& call, ReportCall report)
      : report_(std::move(report)), trainings_(TrainingsBelow(call.state, report_.scope)) {}

  absl::StatusOr<bool> Next(ReadCall& call, std::vector<ReportRow>* rows) override {
    asked_.Forget();
    const int at_once = std::exchange(at_once_, report_.store_rows);
    for (int looked_at = 0; next_ < trainings_.size();) {
      if (!begun_) {
        if (absl::Status status = Begin(call); !status.ok()) return status;
      }
      if (training_.has_value()) {
        store::ScanOptions options;
        options.limit = static_cast<uint64_t>(at_once - looked_at);
        store::KeyRange range = EnrollmentsAt(call.tenant->number(), trainings_[next_]);
        if (!after_.empty()) range.begin = after_ + '\0';
        store::Cursor cursor = view().Scan(Table::kEnrollments, range, options);
        int read = 0;
        while (cursor.Next()) {
          ++read;
          after_ = std::string(cursor.key());
          absl::Status status = Add(call, cursor.key(), cursor.value(), rows);
          if (!status.ok()) return status;
        }
        if (!cursor.status().ok()) return cursor.status();
        looked_at += read;
        if (looked_at >= at_once) return true;
      }
      ++next_;
      ++looked_at;
      begun_ = false;
    }
    return false;
  }

  bool StillMay(const ReadCall& call) const override { return asked_.StillMay(call); }

 private:
  const store::Reader& view() const { return report_.view->reader(); }

  absl::Status Begin(const ReadCall& call) {
    begun_ = true;
    after_.clear();
    absl::StatusOr<std::optional<Training>> training =
        ReadTraining(view(), call.tenant->number(), call.state, trainings_[next_]);
    if (!training.ok()) return training.status();
    training_ = *std::move(training);
    return absl::OkStatus();
  }

  absl::Time GraceEnd(const Enrollment& enrollment) const {
    if (!enrollment.has_expire_time()) return absl::InfiniteFuture();
    return FromTimestamp(enrollment.expire_time()) +
           absl::Hours(24) * training_->rules.recertification().grace_days();
  }
  // Has what the training is there for, now.
  bool IsCompliant(const Enrollment& enrollment) const {
    return (enrollment.state() == Enrollment::COMPLETED ||
            enrollment.state() == Enrollment::RECERTIFYING) &&
           enrollment.has_complete_time() && report_.view->time() < GraceEnd(enrollment);
  }
  static bool IsAssigned(const rows::EnrollmentRow& row) {
    return std::any_of(row.sources().begin(), row.sources().end(),
                       [](const auto& source) { return source.training_assignment() != 0; });
  }

  // By what the kind of report is about, and by its filter.
  bool Has(uint32_t learner, const rows::EnrollmentRow& row) const {
    const Enrollment& enrollment = row.enrollment();
    switch (report_.report.kind()) {
      case ReportDefinition::PROGRESS:
        if (!IsAdmitted(enrollment.state())) return false;
        break;
      case ReportDefinition::OVERDUE:
        if (!IsOverdue(enrollment, report_.view->time())) return false;
        break;
      case ReportDefinition::COMPLIANCE:
        if (!IsAssigned(row)) return false;
        break;
      default:
        break;
    }
    const v1::ReportFilter& filter = report_.report.filter();
    if (filter.states_size() > 0 && std::find(filter.states().begin(), filter.states().end(),
                                              enrollment.state()) == filter.states().end()) {
      return false;
    }
    if (filter.has_due_before() &&
        (!enrollment.has_due_time() ||
         FromTimestamp(enrollment.due_time()) >= FromTimestamp(filter.due_before()))) {
      return false;
    }
    const bool is_completed = enrollment.has_complete_time();
    if (filter.has_completed_from() &&
        (!is_completed ||
         FromTimestamp(enrollment.complete_time()) < FromTimestamp(filter.completed_from()))) {
      return false;
    }
    if (filter.has_completed_before() &&
        (!is_completed ||
         FromTimestamp(enrollment.complete_time()) >= FromTimestamp(filter.completed_before()))) {
      return false;
    }
    if (filter.missing_only() && IsCompliant(enrollment)) return false;
    return !report_.group.has_value() || report_.group->contains(learner);
  }

  absl::Status Add(ReadCall& call, absl::string_view key, absl::string_view value,
                   std::vector<ReportRow>* rows) {
    store::KeyReader reader(Table::kEnrollments, key);
    reader.U64();
    reader.U32();
    const SubjectId learner(reader.U32());
    if (absl::Status status = reader.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::EnrollmentRow> row =
        ParseRow<rows::EnrollmentRow>(Table::kEnrollments, key, value);
    if (!row.ok()) return row.status();
    if (!call.state.HasSubject(learner) || !Has(learner.value, *row)) return absl::OkStatus();
    const Enrollment& enrollment = row->enrollment();
    const absl::Time now = report_.view->time();
    const bool is_overdue = IsOverdue(enrollment, now);
    Count(learner.value);
    ReportRow cells(kColumns.size());
    cells[kTraining] = ScopeFullName(call.state, call.tenant->id(), training_->uid);
    cells[kTrainingDisplayName] = training_->display_name;
    cells[kLearner] = SubjectFullName(call.state, call.tenant->id(), learner);
    if (report_.columns.Wants(kLearnerDisplayName) || report_.columns.Wants(kLearnerEmail)) {
      if (absl::Status status = AddPerson(call, learner, &cells); !status.ok()) return status;
    }
    cells[kState] = Enrollment::State_Name(enrollment.state());
    cells[kCycle] = absl::StrCat(enrollment.cycle());
    cells[kAssigned] = YesOrNo(IsAssigned(*row));
    cells[kEnrollTime] = TimeCellOf(enrollment.has_create_time(), enrollment.create_time());
    cells[kDueTime] = TimeCellOf(enrollment.has_due_time(), enrollment.due_time());
    cells[kOverdue] = YesOrNo(is_overdue);
    if (is_overdue) {
      cells[kDaysOverdue] =
          absl::StrCat((now - FromTimestamp(enrollment.due_time())) / absl::Hours(24));
    }
    cells[kStartTime] = TimeCellOf(enrollment.has_start_time(), enrollment.start_time());
    cells[kCompleteTime] = TimeCellOf(enrollment.has_complete_time(), enrollment.complete_time());
    cells[kExpireTime] = TimeCellOf(enrollment.has_expire_time(), enrollment.expire_time());
    cells[kProgressPercent] = absl::StrCat(enrollment.progress_percent());
    cells[kScorePercent] = HundredthsCell(
        enrollment.has_score_hundredths() ? std::optional<int64_t>(enrollment.score_hundredths())
                                          : std::nullopt);
    cells[kCredits] = HundredthsCell(enrollment.credit_hundredths());
    cells[kCompliant] = YesOrNo(IsCompliant(enrollment));
    rows->push_back(std::move(cells));
    return absl::OkStatus();
  }

  absl::Status AddPerson(ReadCall& call, SubjectId learner, ReportRow* cells) {
    const std::optional<RelativeName> name = SplitRelative(call.state.SubjectName(learner));
    absl::StatusOr<std::optional<rows::UserRow>> row = ReadRow<rows::UserRow>(
        view(), Table::kUsers, EntityKey(call.tenant->number(), Collection::kUsers, name->id));
    if (!row.ok()) return row.status();
    if (!row->has_value()) return absl::OkStatus();
    (*cells)[kLearnerDisplayName] = (*row)->user().display_name();
    // P1: an address is for those who may read profiles.
    if (asked_.May(call, "user.read", call.state.HomeOf(learner))) {
      (*cells)[kLearnerEmail] = (*row)->user().email();
    }
    return absl::OkStatus();
  }

  const ReportCall report_;
  const std::vector<ScopeId> trainings_;
  int at_once_ = 100;                 // Store rows; whoever waits sees the first ones early.
  size_t next_ = 0;                   // The training that it is at.
  bool begun_ = false;                // With that one.
  std::optional<Training> training_;  // Nothing where that one is gone.
  std::string after_;                 // The key that it has come to.
  ExportKind::Asked asked_;
};

}  // namespace

absl::Span<const absl::string_view> LearnerColumns() { return kColumns; }

std::unique_ptr<ReportSource> MakeLearnerReport(const ReadCall& call, ReportCall report) {
  return std::make_unique<LearnerReport>(call, std::move(report));
}

}  // namespace provost
