#include "service/report_mail.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/report_service.pb.h"
#include "service/door.h"
#include "service/report_definition.h"
#include "service/report_document.h"
#include "tenant/errors.h"
#include "tenant/names.h"
#include "tenant/report_schedule.h"
#include "tenant/reports.h"

namespace provost {
namespace {

using google::protobuf::Message;
using v1::ReportSchedule;

constexpr absl::string_view kMethod = "ReportService.ExportReport";
constexpr absl::string_view kWeekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                           "Friday", "Saturday", "Sunday"};

// `every Monday at 07:30`, of a schedule that was checked.
std::string InWords(const ReportSchedule& schedule, const absl::TimeZone& zone) {
  std::string day = "every day";
  if (schedule.frequency() == ReportSchedule::WEEKLY) {
    day = absl::StrCat("every ", kWeekdays[schedule.day() - 1]);
  } else if (schedule.frequency() == ReportSchedule::MONTHLY) {
    day = absl::StrCat("on day ", schedule.day(), " of every month, or its last");
  }
  return absl::StrCat(day, " at ", schedule.time(), " (", zone.name(), ")");
}

// True where the owner is told of it. Anything else may be over by the next time.
bool IsAnswer(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
      return true;
    default:
      return false;
  }
}

// A report as it is to be made now.
struct Making {
  std::string name;
  v1::Report report;
  v1::ExportReportRequest request;
  SubjectId group{0};  // Of its filter.
  Actor owner;
  absl::TimeZone zone;
};

absl::StatusOr<Making> FindReport(const TenantRegistry& registry,
                                  const std::shared_ptr<Tenant>& tenant,
                                  const rows::OutboxRow& mail) {
  const SubjectId owner(mail.recipient());
  absl::StatusOr<std::optional<NamedReport>> found =
      ReadReportOf(registry.database(), tenant->number(), owner, mail.report());
  if (!found.ok()) return found.status();
  const auto state = tenant->world().Read();
  if (!found->has_value() || !(*found)->row.report().has_schedule() || !state->HasSubject(owner)) {
    return absl::NotFoundError("the report is no longer there, or no longer mailed");
  }
  Making making;
  making.name = ResourceName{tenant->id(), Collection::kReports, (*found)->id}.ToString();
  making.report = (*found)->row.report();
  *making.request.mutable_definition() = DefinitionOf(*state, tenant->id(), (*found)->row);
  making.group = SubjectId((*found)->row.group());
  *making.request.mutable_options() = making.report.schedule().options();
  making.owner = Actor{tenant, owner, FullName(tenant->id(), state->SubjectName(owner))};
  absl::StatusOr<absl::TimeZone> zone =
      ReportZone(registry.database(), tenant->number(), making.report.schedule());
  if (!zone.ok()) return zone.status();
  making.zone = *zone;
  return making;
}

std::string WhyItComes(const Making& making) {
  return absl::StrCat("It is mailed to you alone, ", InWords(making.report.schedule(), making.zone),
                      ", because you saved it so. That ends when you delete the report, or unset "
                      "its schedule.\n");
}

std::string TextOf(const Making& making, const ReportFigures& figures, const std::string& file,
                   absl::string_view made) {
  const v1::ReportDefinition& definition = making.request.definition();
  return absl::StrCat(making.report.display_name(), "\n\nReport:   ", making.name,
                      "\nKind:     ", v1::ReportDefinition::Kind_Name(definition.kind()),
                      definition.has_filter() ? ", filtered" : "",
                      "\nScope:    ", definition.scope(), "\nRows:     ", figures.row_count,
                      "\nLearners: ", figures.learner_count,
                      " stand behind them\nRevision: ", figures.revision, "\nMade:     ", made,
                      "\n\nThe rows are in the file that comes with this mail, ", file,
                      ": those that you could read when it was made.\n\n", WhyItComes(making));
}

std::string Refusal(const Making& making, absl::string_view why, absl::string_view when) {
  return absl::StrCat(making.report.display_name(), "\n\nThe report ", making.name,
                      " was to be mailed to you and could not be made, ", when, ":\n\n    ", why,
                      "\n\nNothing of it was sent. It is tried again when it is next due.\n\n",
                      WhyItComes(making));
}

}  // namespace

absl::StatusOr<ReportMail> MakeReportMail(Door& door, const TenantRegistry& registry,
                                          const std::shared_ptr<Tenant>& tenant,
                                          const rows::OutboxRow& mail,
                                          const ReportMailOptions& options) {
  absl::StatusOr<Making> making = FindReport(registry, tenant, mail);
  if (!making.ok()) return making.status();
  const bool is_json = making->request.options().format() == v1::ExportOptions::JSON_LINES;
  const absl::Time now = registry.clock().Now();
  const std::string date = absl::FormatTime("%Y-%m-%d", now, making->zone);
  const std::string time = absl::FormatTime("%Y-%m-%d %H:%M %Z", now, making->zone);
  const auto figures = std::make_shared<ReportFigures>();
  std::string document;

  StoredWork work;
  work.method = kMethod;
  work.actor = making->owner;
  work.request = &making->request;
  work.at_most = options.at_most;
  work.open = [&](ReadCall& call) -> absl::StatusOr<Source<Message>> {
    // In words that do not name it.
    if (absl::Status status = CheckSavedGroup(call, making->group); !status.ok()) return status;
    absl::StatusOr<Source<v1::ExportReportResponse>> source =
        OpenReportDocument(call, making->request, figures);
    if (!source.ok()) return source.status();
    const SubjectId group = making->group;
    return Source<Message>(
        [group, next = *std::move(source)](ReadCall& at, Message* message) -> absl::StatusOr<bool> {
          if (absl::Status status = CheckSavedGroup(at, group); !status.ok()) return status;
          return next(at, static_cast<v1::ExportReportResponse*>(message));
        });
  };
  absl::Status status = door.CarryOut(work, [&](const Message& message) -> absl::Status {
    document += static_cast<const v1::ExportReportResponse&>(message).data();
    if (static_cast<int64_t>(document.size()) <= options.max_bytes) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("its document has more than ", options.max_bytes,
                     " bytes, which is the most that is mailed (`max_mailed_report_bytes`); choose "
                     "fewer columns, or a filter"));
  });
  if (absl::IsDeadlineExceeded(status)) {
    status = absl::DeadlineExceededError(
        absl::StrCat("making it took longer than ", absl::FormatDuration(options.at_most),
                     ", which is the most (`mailed_report_time`); choose a filter, or a smaller "
                     "scope"));
  }
  if (!status.ok() && !IsAnswer(status)) return status;

  ReportMail made;
  made.subject = absl::StrCat(making->report.display_name(), ", ", date);
  if (!status.ok()) {
    absl::StrAppend(&made.subject, ": could not be made");
    made.error = std::string(status.message());
    made.text = Refusal(*making, made.error, time);
    return made;
  }
  const std::string file = absl::StrCat(mail.report_id(), "-", date, is_json ? ".jsonl" : ".csv");
  made.text = TextOf(*making, *figures, file, time);
  made.files.push_back(
      {file, is_json ? "application/x-ndjson" : "text/csv; charset=utf-8", std::move(document)});
  return made;
}

}  // namespace provost
