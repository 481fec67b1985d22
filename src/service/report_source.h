#ifndef PROVOST_SERVICE_REPORT_SOURCE_H_
#define PROVOST_SERVICE_REPORT_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "google/protobuf/timestamp.pb.h"
#include "policy/world/state.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "provost/v1/report_service.pb.h"
#include "service/export_run.h"
#include "service/methods.h"
#include "service/record_view.h"

namespace provost {

/// A cell for each of the kind's columns, those that are not asked for left empty.
using ReportRow = std::vector<std::string>;

/// Which columns a report asks for, by the position in its kind's.
class ReportColumns {
 public:
  ReportColumns(absl::Span<const absl::string_view> all, const v1::ReportDefinition& report);

  bool Wants(size_t column) const { return wanted_[column]; }
  /// Those that were asked for, in that order.
  std::vector<std::string> Names() const;
  ReportRow Pick(const ReportRow& row) const;

 private:
  std::vector<std::string> names_;
  std::vector<size_t> order_;
  std::vector<bool> wanted_;
};

/// How many rows of the store Next() looks at, or one learner's or training's more.
inline constexpr int kReportStoreRows = 5000;

/// What a report is made with.
struct ReportCall {
  v1::ReportDefinition report;
  std::shared_ptr<const RecordView> view;
  ScopeId scope;
  ReportColumns columns;
  std::optional<absl::flat_hash_set<uint32_t>> group;  ///< The learners of the filter's group.
  /// As many where what Next() adds may have to wait in memory: a row each of reports of learners.
  int store_rows = kReportStoreRows;
};

/// Makes the rows of one report, some at a time. Keeps nothing of the state that a call is pinned
/// to between two calls. Not thread-safe.
class ReportSource {
 public:
  virtual ~ReportSource() = default;

  /// Looks at no more than some thousand rows of the store, and adds what comes of that to `rows`,
  /// which may be nothing. False once that was all.
  virtual absl::StatusOr<bool> Next(ReadCall& call, std::vector<ReportRow>* rows) = 0;
  /// Whether the caller may, on the state and at the time of `call`, see all that the last Next()
  /// has shown of what is not for everybody who may have the report.
  virtual bool StillMay(const ReadCall& call) const {
    static_cast<void>(call);
    return true;
  }
  /// Whom it has told of so far, each once.
  int64_t learner_count() const { return static_cast<int64_t>(learners_.size()); }

 protected:
  void Count(uint32_t learner) { learners_.insert(learner); }

 private:
  absl::flat_hash_set<uint32_t> learners_;
};

/// The columns of a kind, which last as long as the program.
absl::Span<const absl::string_view> ColumnsOf(v1::ReportDefinition::Kind kind);
/// At which kinds of scopes a kind can be asked for, for people; whether it can at this one.
absl::string_view ScopesOf(v1::ReportDefinition::Kind kind);
bool IsReportedAt(v1::ReportDefinition::Kind kind, Collection collection);

std::unique_ptr<ReportSource> MakeReportSource(const ReadCall& call, ReportCall report);

// --- for the kinds ---

/// The courses and plans at and below a scope, parents before what stands in them.
std::vector<ScopeId> TrainingsBelow(const WorldState& state, ScopeId scope);

/// Calls `visit` for each enrollment of a training, by the learner's uid, until it fails. Cost: a
/// row each.
absl::Status ForEachEnrollment(
    const RecordView& view, uint64_t tenant, ScopeId training,
    absl::FunctionRef<absl::Status(SubjectId, const rows::EnrollmentRow&)> visit);

/// Counts one enrollment where it belongs.
void CountEnrollment(const v1::Enrollment& enrollment, absl::Time now,
                     v1::TrainingFigures* figures);
/// How many are where in one training. Cost: a row for each of its enrollments and submissions.
absl::StatusOr<v1::TrainingFigures> CountTraining(const RecordView& view, uint64_t tenant,
                                                  ScopeId training);
/// Adds the numbers.
void AddFigures(const v1::TrainingFigures& from, v1::TrainingFigures* to);

/// Whether somebody is late: an open enrollment that was due.
bool IsOverdue(const v1::Enrollment& enrollment, absl::Time now);

/// `87.50` for 8750; empty where there is none.
std::string HundredthsCell(std::optional<int64_t> hundredths);

absl::Span<const absl::string_view> LearnerColumns();
std::unique_ptr<ReportSource> MakeLearnerReport(const ReadCall& call, ReportCall report);
absl::Span<const absl::string_view> FigureColumns();
std::unique_ptr<ReportSource> MakeFigureReport(const ReadCall& call, ReportCall report);
absl::Span<const absl::string_view> CourseColumns();
std::unique_ptr<ReportSource> MakeCourseReport(const ReadCall& call, ReportCall report);
absl::Span<const absl::string_view> QuestionColumns();
std::unique_ptr<ReportSource> MakeQuestionReport(const ReadCall& call, ReportCall report);
absl::Span<const absl::string_view> AttendanceColumns();
std::unique_ptr<ReportSource> MakeAttendanceReport(const ReadCall& call, ReportCall report);

}  // namespace provost

#endif  // PROVOST_SERVICE_REPORT_SOURCE_H_
