#include "service/report_service.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "provost/v1/report_service.pb.h"
#include "service/authorize.h"
#include "service/export_rows.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/my_dashboard.h"
#include "service/report_source.h"
#include "service/resource.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using v1::Report;

constexpr size_t kRowsOfMessage = 1000;
constexpr int kMaxTrainings = 100;

// --- what is asked ---

bool IsLearnerKind(Report::Kind kind) {
  return kind == Report::COURSE || kind == Report::PROGRESS || kind == Report::OVERDUE ||
         kind == Report::COMPLIANCE;
}

void CheckFilter(const Report& report, absl::Status* status) {
  const v1::ReportFilter& filter = report.filter();
  const bool is_of_learners = filter.states_size() > 0 || filter.has_due_before() ||
                              filter.has_completed_from() || filter.has_completed_before();
  if (is_of_learners && !IsLearnerKind(report.kind())) {
    AddBadField(status, "report.filter", "set",
                "states and times are for reports with rows of learners: COURSE, PROGRESS, "
                "OVERDUE, COMPLIANCE");
  }
  for (int i = 0; i < filter.states_size(); ++i) {
    if (!v1::Enrollment::State_IsValid(filter.states(i)) || filter.states(i) == 0) {
      AddBadField(status, absl::StrCat("report.filter.states[", i, "]"),
                  absl::StrCat(filter.states(i)), "wanted a state of enrollments");
    }
  }
  if (filter.has_due_before()) CheckTime("report.filter.due_before", filter.due_before(), status);
  if (filter.has_completed_from()) {
    CheckTime("report.filter.completed_from", filter.completed_from(), status);
  }
  if (filter.has_completed_before()) {
    CheckTime("report.filter.completed_before", filter.completed_before(), status);
  }
  if (filter.missing_only() && report.kind() != Report::COMPLIANCE) {
    AddBadField(status, "report.filter.missing_only", "true", "is for COMPLIANCE alone");
  }
}

absl::Status CheckReport(const Report& report) {
  absl::Status status;
  if (!Report::Kind_IsValid(report.kind()) || report.kind() == Report::KIND_UNSPECIFIED) {
    return BadField("report.kind", absl::StrCat(report.kind()), "wanted what the rows are");
  }
  const absl::StatusOr<ResourceName> scope = ParseName(report.scope());
  if (!scope.ok() || !IsReportedAt(report.kind(), scope->collection)) {
    AddBadField(&status, "report.scope", report.scope(),
                absl::StrCat("a report ", Report::Kind_Name(report.kind()), " is made of ",
                             ScopesOf(report.kind())));
    return status;
  }
  const absl::Span<const absl::string_view> columns = ColumnsOf(report.kind());
  for (int i = 0; i < report.columns_size(); ++i) {
    const std::string& column = report.columns(i);
    const std::string path = absl::StrCat("report.columns[", i, "]");
    const auto end = report.columns().begin() + i;
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      AddBadField(&status, path, column,
                  absl::StrCat("wanted one of `", absl::StrJoin(columns, "`, `"), "`"));
    } else if (std::find(report.columns().begin(), end, column) != end) {
      AddBadField(&status, path, column, "is there twice");
    }
  }
  CheckFilter(report, &status);
  if (!report.filter().group().empty()) {
    const absl::StatusOr<ResourceName> group = ParseName(report.filter().group());
    if (!group.ok() || group->collection != Collection::kGroups || group->tenant != scope->tenant) {
      AddBadField(&status, "report.filter.group", report.filter().group(),
                  absl::StrCat("wanted a group of the same tenant, `tenants/", scope->tenant,
                               "/groups/...`"));
    }
  }
  return status;
}

// Everybody in a group, through groups in it too.
absl::StatusOr<absl::flat_hash_set<uint32_t>> PeopleOf(const ReadCall& call,
                                                       absl::string_view name) {
  const SubjectId group = call.state.FindSubject(ParseName(name)->Relative());
  // What is hidden and what is missing are refused alike.
  if (!call.state.HasSubject(group) || !Knows(call.state, call.self(), group, call.now)) {
    return BadField("report.filter.group", name, "wanted a group that you may read");
  }
  absl::flat_hash_set<uint32_t> seen = {group.value};
  std::vector<SubjectId> found = {group};
  for (size_t i = 0; i < found.size(); ++i) {
    call.state.ForEachMember(found[i], SubjectId(0), [&](SubjectId member) {
      for (const MembershipRecord& record : call.state.GroupsOf(member)) {
        if (record.group != found[i].value || call.now < record.window.not_before ||
            call.now >= record.window.expires) {
          continue;
        }
        if (seen.insert(member.value).second && call.state.KindOf(member) == SubjectKind::kGroup) {
          found.push_back(member);
          break;
        }
      }
      return true;
    });
  }
  return seen;
}

absl::StatusOr<ReportCall> Open(const ReadCall& call, const Report& report) {
  absl::StatusOr<std::shared_ptr<const RecordView>> view = RecordView::Open(call);
  if (!view.ok()) return view.status();
  ReportCall made{report, *std::move(view),
                  call.state.FindScope(ParseName(report.scope())->Relative()),
                  ReportColumns(ColumnsOf(report.kind()), report), std::nullopt};
  if (!report.filter().group().empty()) {
    absl::StatusOr<absl::flat_hash_set<uint32_t>> group = PeopleOf(call, report.filter().group());
    if (!group.ok()) return group.status();
    made.group = *std::move(group);
  }
  return made;
}

// --- RunReport ---

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
  absl::StatusOr<ReportCall> report = Open(call, request.report());
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
  absl::Status status = CheckReport(request.report());
  CheckExport(request.options(), {}, {}, &status);
  return status;
}

absl::string_view ReadPermission(Collection collection) {
  switch (collection) {
    case Collection::kTenant:
      return "report.tenant.read";
    case Collection::kCatalogs:
      return "report.catalog.read";
    default:
      return "report.course.read";
  }
}

// Beside the permission to export: the one to read.
absl::Status MayExport(const RuleCall& call, const v1::ExportReportRequest& request) {
  const ResourceName name = *ParseName(request.report().scope());
  const ScopeId scope = call.state.FindScope(name.Relative());
  if (IsAllowed(call.state, call.actor, ReadPermission(name.collection), scope,
                /*about_self=*/false, call.now)) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(absl::StrCat("not permitted: `",
                                                  ReadPermission(name.collection), "` at ",
                                                  name.ToString(), " is needed too"));
}

absl::StatusOr<Source<v1::ExportReportResponse>> OpenExportReport(
    ReadCall& call, const v1::ExportReportRequest& request) {
  absl::StatusOr<ReportCall> report = Open(call, request.report());
  if (!report.ok()) return report.status();
  struct Export {
    ReportColumns columns;
    ExportFormat format;
    std::unique_ptr<ReportSource> source;
    bool begun = false;
    bool ended = false;
  };
  const ReportColumns columns = report->columns;
  std::unique_ptr<ReportSource> source = MakeReportSource(call, *std::move(report));
  auto run = std::make_shared<Export>(
      Export{columns, ExportFormat(request.options(), columns.Names()), std::move(source)});
  return Source<v1::ExportReportResponse>(
      [run](ReadCall& at, v1::ExportReportResponse* message) -> absl::StatusOr<bool> {
        std::string* const data = message->mutable_data();
        if (!run->begun) run->format.AppendHeader(data);
        run->begun = true;
        while (!run->ended && data->size() < kExportBytes) {
          std::vector<ReportRow> rows;
          absl::StatusOr<bool> more = run->source->Next(at, &rows);
          if (!more.ok()) return more.status();
          run->ended = !*more;
          for (const ReportRow& row : rows) run->format.AppendRow(run->columns.Pick(row), data);
        }
        return !data->empty();
      });
}

// --- GetDashboard ---

absl::Status ValidateDashboard(const v1::GetDashboardRequest& request) {
  const absl::StatusOr<ResourceName> scope = ParseName(request.scope());
  if (scope.ok() && IsReportedAt(Report::PROGRESS, scope->collection)) return absl::OkStatus();
  return BadField("scope", request.scope(), absl::StrCat("wanted ", ScopesOf(Report::PROGRESS)));
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
  Method& dashboard = methods.Scan<v1::GetDashboardRequest, v1::Dashboard>(DoGetDashboard);
  Methods::ValidateBy<v1::GetDashboardRequest>(dashboard, ValidateDashboard);
  Method& run = methods.Send<v1::RunReportRequest, v1::RunReportResponse>(OpenRun);
  Methods::ValidateBy<v1::RunReportRequest>(
      run, [](const v1::RunReportRequest& request) { return CheckReport(request.report()); });
  Method& exported =
      methods.Send<v1::ExportReportRequest, v1::ExportReportResponse>(OpenExportReport);
  Methods::ValidateBy<v1::ExportReportRequest>(exported, ValidateExport);
  Methods::AuthorizeBy<v1::ExportReportRequest>(exported, MayExport);
}

}  // namespace provost
