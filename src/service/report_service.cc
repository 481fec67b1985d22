#include "service/report_service.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/report_service.pb.h"
#include "service/authorize.h"
#include "service/export_rows.h"
#include "service/lookup.h"
#include "service/my_dashboard.h"
#include "service/report_definition.h"
#include "service/report_document.h"
#include "service/report_source.h"
#include "service/saved_reports.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using v1::ReportDefinition;

constexpr size_t kRowsOfMessage = 1000;
constexpr int kMaxTrainings = 100;

// --- RunReport ---

template <typename Request>
absl::Status ValidateRun(const Request& request) {
  absl::Status status;
  CheckReportDefinition("definition", request.definition(), &status);
  return status;
}

// Rows that were made wait here until there is room for them in a message.
struct Run {
  ReportColumns columns;
  std::unique_ptr<ReportSource> source;
  v1::RunReportResponse::Header header;
  std::vector<ReportRow> rows;
  size_t next = 0;
  bool begun = false;
  bool made_all = false;
  bool ended = false;
  int64_t row_count = 0;
};

absl::StatusOr<bool> NextMessage(Run& run, ReadCall& call, v1::RunReportResponse* message) {
  if (run.ended) return false;
  if (!run.begun) {
    run.begun = true;
    *message->mutable_header() = run.header;
  }
  if (run.next == run.rows.size() && !run.made_all) {
    run.rows.clear();
    run.next = 0;
    absl::StatusOr<bool> more = run.source->Next(call, &run.rows);
    if (!more.ok()) return more.status();
    run.made_all = !*more;
  }
  for (size_t taken = 0; run.next < run.rows.size() && taken < kRowsOfMessage; ++taken) {
    v1::RunReportResponse::Row* row = message->add_rows();
    for (std::string& cell : run.columns.Pick(run.rows[run.next++])) {
      row->add_cells(std::move(cell));
    }
    ++run.row_count;
  }
  if (run.next == run.rows.size() && run.made_all) {
    run.ended = true;
    message->mutable_summary()->set_row_count(run.row_count);
    message->mutable_summary()->set_learner_count(run.source->learner_count());
  }
  return true;
}

absl::StatusOr<Source<v1::RunReportResponse>> OpenRun(ReadCall& call,
                                                      const v1::RunReportRequest& request) {
  absl::StatusOr<ReportCall> report = OpenReport(call, "definition", request.definition());
  if (!report.ok()) return report.status();
  auto run = std::make_shared<Run>(Run{report->columns, nullptr, {}, {}});
  for (std::string& name : report->columns.Names()) run->header.add_columns(std::move(name));
  run->header.set_revision(static_cast<int64_t>(report->view->revision()));
  *run->header.mutable_read_time() = ToTimestamp(report->view->time());
  run->source = MakeReportSource(call, *std::move(report));
  return Source<v1::RunReportResponse>([run](ReadCall& at, v1::RunReportResponse* message) {
    return NextMessage(*run, at, message);
  });
}

// --- ExportReport ---

absl::Status ValidateExport(const v1::ExportReportRequest& request) {
  absl::Status status = ValidateRun(request);
  CheckExport(request.options(), {}, {}, &status);
  return status;
}

// Beside the permission to export: the one to read.
absl::Status MayExport(const RuleCall& call, const v1::ExportReportRequest& request) {
  const ResourceName name = *ParseName(request.definition().scope());
  const ScopeId scope = call.state.FindScope(name.Relative());
  if (IsAllowed(call.state, call.actor, ReportPermission(name.collection), scope,
                /*about_self=*/false, call.now)) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(absl::StrCat("not permitted: `",
                                                  ReportPermission(name.collection), "` at ",
                                                  name.ToString(), " is needed too"));
}

// --- GetDashboard ---

absl::Status ValidateDashboard(const v1::GetDashboardRequest& request) {
  const absl::StatusOr<ResourceName> scope = ParseName(request.scope());
  if (scope.ok() && IsReportedAt(ReportDefinition::PROGRESS, scope->collection))
    return absl::OkStatus();
  return BadField("scope", request.scope(),
                  absl::StrCat("wanted ", ScopesOf(ReportDefinition::PROGRESS)));
}

// What waits for somebody.
int64_t PendingCount(const v1::TrainingFigures& figures) {
  return figures.overdue_count() + figures.requested_count() + figures.waiting_count() +
         figures.ungraded_count();
}

absl::Status DoGetDashboard(ReadCall& call, const v1::GetDashboardRequest& request,
                            v1::Dashboard* response) {
  absl::StatusOr<std::shared_ptr<const RecordView>> view = RecordView::Open(call);
  if (!view.ok()) return view.status();
  const ScopeId scope = call.state.FindScope(ParseName(request.scope())->Relative());
  std::vector<std::pair<ScopeId, v1::TrainingFigures>> trainings;
  for (ScopeId each : TrainingsBelow(call.state, scope)) {
    absl::StatusOr<v1::TrainingFigures> figures =
        CountTraining(**view, call.tenant->number(), each);
    if (!figures.ok()) return figures.status();
    AddFigures(*figures, response->mutable_figures());
    trainings.emplace_back(each, *std::move(figures));
  }
  response->set_training_count(static_cast<int32_t>(trainings.size()));
  std::stable_sort(trainings.begin(), trainings.end(), [](const auto& a, const auto& b) {
    return PendingCount(a.second) > PendingCount(b.second);
  });
  for (auto& [uid, figures] : trainings) {
    if (response->trainings_size() == kMaxTrainings) break;
    absl::StatusOr<std::optional<Training>> training =
        ReadTraining((*view)->reader(), call.tenant->number(), call.state, uid);
    if (!training.ok()) return training.status();
    if (training->has_value()) figures.set_display_name((*training)->display_name);
    figures.set_training(ScopeFullName(call.state, call.tenant->id(), uid));
    *response->add_trainings() = std::move(figures);
  }
  response->set_revision(static_cast<int64_t>((*view)->revision()));
  *response->mutable_read_time() = ToTimestamp((*view)->time());
  return absl::OkStatus();
}

}  // namespace

void RegisterReportService(Methods& methods) {
  RegisterMyDashboard(methods);
  RegisterSavedReports(methods);
  Method& dashboard = methods.Scan<v1::GetDashboardRequest, v1::Dashboard>(DoGetDashboard);
  Methods::ValidateBy<v1::GetDashboardRequest>(dashboard, ValidateDashboard);
  Method& run = methods.Send<v1::RunReportRequest, v1::RunReportResponse>(OpenRun);
  Methods::ValidateBy<v1::RunReportRequest>(run, ValidateRun<v1::RunReportRequest>);
  Method& exported = methods.Send<v1::ExportReportRequest, v1::ExportReportResponse>(
      [](ReadCall& call, const v1::ExportReportRequest& request) {
        return OpenReportDocument(call, request, nullptr);
      });
  Methods::ValidateBy<v1::ExportReportRequest>(exported, ValidateExport);
  Methods::AuthorizeBy<v1::ExportReportRequest>(exported, MayExport);
}

}  // namespace provost
