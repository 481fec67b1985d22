#include "service/export_records.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "service/export_run.h"
#include "service/subject_resource.h"
#include "tenant/enrollment_rows.h"

namespace provost {
namespace {

using store::Table;
using MaybeCells = std::optional<std::vector<std::string>>;

bool IsTraining(const WorldState& state, ScopeId scope) {
  return state.HasScope(scope) && state.KindOf(scope) == ScopeKind::kCourse;
}

// The records of the trainings at a scope and below it, training by training.
class RecordExport : public ExportKind {
 public:
  explicit RecordExport(const ReadCall& call)
      : scope_(call.state.FindScope(call.subject.places[0].name.Relative())) {}

  std::vector<std::string> Columns() const override {
    return {"learner",
            "training",
            "state",
            "cycle",
            "due_time",
            "start_time",
            "complete_time",
            "expire_time",
            "progress_percent",
            "score_hundredths",
            "credit_hundredths"};
  }
  Table table() const override { return Table::kEnrollments; }
  std::optional<store::KeyRange> Range(const ReadCall& call) const override {
    if (scope_ == call.state.root()) return store::KeyRange::Tenant(call.tenant->number());
    if (!IsTraining(call.state, scope_)) return std::nullopt;
    return EnrollmentsAt(call.tenant->number(), scope_);
  }
  std::vector<uint64_t> List(const ReadCall& call) const override {
    std::vector<uint64_t> ids;
    call.state.ForEachInSubtree(scope_, [&](ScopeId at) {
      if (!IsTraining(call.state, at)) return true;
      const absl::StatusOr<std::vector<EnrollmentId>> there =
          ReadEnrollmentIds(call.reader(), EnrollmentsAt(call.tenant->number(), at));
      if (!there.ok()) return false;
      for (const EnrollmentId& id : *there) {
        ids.push_back(uint64_t{id.training} << 32 | id.learner);
      }
      return true;
    });
    return ids;
  }
  std::optional<std::string> KeyOf(const ReadCall& call, uint64_t id) const override {
    return EnrollmentKey(call.tenant->number(),
                         {static_cast<uint32_t>(id >> 32), static_cast<uint32_t>(id)});
  }
  absl::StatusOr<MaybeCells> Cells(const ReadCall& call, Asked& asked, absl::string_view key,
                                   absl::string_view value) const override {
    const WorldState& state = call.state;
    absl::StatusOr<rows::EnrollmentRow> row = ParseRow<rows::EnrollmentRow>(table(), key, value);
    if (!row.ok()) return row.status();
    store::KeyReader reader(table(), key);
    reader.U64();
    const ScopeId training(reader.U32());
    const SubjectId learner(reader.U32());
    if (absl::Status status = reader.Finish(); !status.ok()) return status;
    // Rows are a moment newer than the state.
    if (!state.HasSubject(learner) || !state.HasScope(training) ||
        !state.IsOnPath(scope_, training) || !asked.May(call, "record.export", training)) {
      return MaybeCells();
    }
    const v1::Enrollment& kept = row->enrollment();
    return MaybeCells({std::string(state.SubjectName(learner)),
                       std::string(state.ScopeName(training)),
                       v1::Enrollment::State_Name(kept.state()), absl::StrCat(kept.cycle()),
                       kept.has_due_time() ? TimeCell(kept.due_time()) : "",
                       kept.has_start_time() ? TimeCell(kept.start_time()) : "",
                       kept.has_complete_time() ? TimeCell(kept.complete_time()) : "",
                       kept.has_expire_time() ? TimeCell(kept.expire_time()) : "",
                       absl::StrCat(kept.progress_percent()),
                       kept.has_score_hundredths() ? absl::StrCat(kept.score_hundredths()) : "",
                       absl::StrCat(kept.credit_hundredths())});
  }

 private:
  const ScopeId scope_;
};

absl::Status Validate(const v1::ExportRecordsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckExport(request.options(), {}, {}, &status);
  return status;
}

}  // namespace

void RegisterExportRecords(Methods& methods) {
  Method& method = methods.Send<v1::ExportRecordsRequest, v1::ExportRecordsResponse>(
      [](ReadCall& call, const v1::ExportRecordsRequest& request)
          -> absl::StatusOr<Source<v1::ExportRecordsResponse>> {
        return OpenExport<v1::ExportRecordsResponse>(
            call, std::make_unique<const RecordExport>(call), request.options());
      });
  Methods::ValidateBy<v1::ExportRecordsRequest>(method, Validate);
}

}  // namespace provost
