// Reports with one row for each training or catalog: how many are where.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
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
using v1::TrainingFigures;

constexpr std::array<absl::string_view, 15> kColumns = {
    "scope",       "display_name", "trainings", "learners",        "enrolled",
    "in_progress", "completed",    "failed",    "expired",         "recertifying",
    "overdue",     "requested",    "waiting",   "completion_rate", "catalog",
};

// A row of the report, with the trainings that it sums up.
struct Part {
  ScopeId scope;  // What it is about; the tenant for what stands beside its catalogs.
  std::vector<ScopeId> trainings;
};

std::vector<Part> PartsOf(const WorldState& state, const ReportCall& report) {
  std::vector<Part> parts;
  if (report.report.kind() == ReportDefinition::CATALOG) {
    for (ScopeId training : TrainingsBelow(state, report.scope)) {
      parts.push_back({training, {training}});
    }
    return parts;
  }
  Part beside{report.scope, {}};
  state.ForEachChild(report.scope, ScopeId(0), [&](ScopeId child) {
    std::vector<ScopeId> trainings = TrainingsBelow(state, child);
    if (state.KindOf(child) == ScopeKind::kCatalog) {
      parts.push_back({child, std::move(trainings)});
    } else {
      beside.trainings.insert(beside.trainings.end(), trainings.begin(), trainings.end());
    }
    return true;
  });
  if (!beside.trainings.empty()) parts.push_back(std::move(beside));
  return parts;
}

class FigureReport : public ReportSource {
 public:
  FigureReport(const ReadCall& call, ReportCall report)
      : report_(std::move(report)), parts_(PartsOf(call.state, report_)) {}

  absl::StatusOr<bool> Next(ReadCall& call, std::vector<ReportRow>* rows) override {
    int64_t looked_at = 0;
    while (next_ < parts_.size()) {
      const Part& part = parts_[next_];
      while (training_ < part.trainings.size()) {
        if (looked_at >= kReportStoreRows) return true;
        absl::StatusOr<TrainingFigures> figures =
            Count(call, part.trainings[training_], &looked_at);
        if (!figures.ok()) return figures.status();
        AddFigures(*figures, &sum_);
        ++training_;
      }
      absl::StatusOr<std::optional<ReportRow>> row = RowOf(call, part);
      if (!row.ok()) return row.status();
      if (row->has_value()) rows->push_back(**std::move(row));
      ++next_;
      training_ = 0;
      sum_.Clear();
    }
    return false;
  }

 private:
  absl::StatusOr<TrainingFigures> Count(const ReadCall& call, ScopeId training,
                                        int64_t* looked_at) {
    TrainingFigures figures;
    absl::Status status = ForEachEnrollment(
        *report_.view, call.tenant->number(), training,
        [&](SubjectId learner, const rows::EnrollmentRow& row) {
          ++*looked_at;
          if (report_.group.has_value() && !report_.group->contains(learner.value)) {
            return absl::OkStatus();
          }
          if (IsAdmitted(row.enrollment().state())) ReportSource::Count(learner.value);
          CountEnrollment(row.enrollment(), report_.view->time(), &figures);
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
    ++*looked_at;
    return figures;
  }

  absl::StatusOr<std::optional<ReportRow>> RowOf(const ReadCall& call, const Part& part) {
    std::optional<ReportRow> none;
    if (!call.state.HasScope(part.scope)) return none;
    std::string display_name;
    const ScopeKind kind = call.state.KindOf(part.scope);
    const std::optional<RelativeName> name = SplitRelative(call.state.ScopeName(part.scope));
    if (kind == ScopeKind::kCatalog) {
      absl::StatusOr<std::optional<rows::CatalogRow>> row = ReadRow<rows::CatalogRow>(
          report_.view->reader(), Table::kCatalogs,
          EntityKey(call.tenant->number(), Collection::kCatalogs, name->id));
      if (!row.ok()) return row.status();
      if (!row->has_value()) return none;
      display_name = (*row)->catalog().display_name();
    } else if (kind == ScopeKind::kCourse) {
      absl::StatusOr<std::optional<Training>> training =
          ReadTraining(report_.view->reader(), call.tenant->number(), call.state, part.scope);
      if (!training.ok()) return training.status();
      if (!training->has_value()) return none;
      display_name = (*training)->display_name;
    }
    const std::string& tenant = call.tenant->id();
    const auto number = [](int64_t value) { return absl::StrCat(value); };
    ScopeId catalog = part.scope;
    while (call.state.KindOf(catalog) == ScopeKind::kCourse) catalog = call.state.ParentOf(catalog);
    return std::optional<ReportRow>(ReportRow{
        ScopeFullName(call.state, tenant, part.scope), display_name,
        number(static_cast<int64_t>(part.trainings.size())), number(sum_.learner_count()),
        number(sum_.enrolled_count()), number(sum_.in_progress_count()),
        number(sum_.completed_count()), number(sum_.failed_count()), number(sum_.expired_count()),
        number(sum_.recertifying_count()), number(sum_.overdue_count()),
        number(sum_.requested_count()), number(sum_.waiting_count()),
        sum_.learner_count() == 0
            ? std::string()
            : absl::StrFormat("%.2f", 100.0 * static_cast<double>(sum_.completed_count()) /
                                          static_cast<double>(sum_.learner_count())),
        ScopeFullName(call.state, tenant, catalog)});
  }

  const ReportCall report_;
  const std::vector<Part> parts_;
  size_t next_ = 0;
  size_t training_ = 0;  // Of that part.
  TrainingFigures sum_;  // Of its trainings so far.
};

}  // namespace

absl::Span<const absl::string_view> FigureColumns() { return kColumns; }

std::unique_ptr<ReportSource> MakeFigureReport(const ReadCall& call, ReportCall report) {
  return std::make_unique<FigureReport>(call, std::move(report));
}

}  // namespace provost
