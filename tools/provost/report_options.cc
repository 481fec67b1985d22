#include "tools/provost/report_options.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using v1::ReportDefinition;
using v1::ReportFilter;
using v1::ReportSchedule;

constexpr absl::string_view kDays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};

absl::Status FillTime(const char* option, const std::string& text,
                      google::protobuf::Timestamp* (*mutable_time)(ReportFilter*),
                      ReportFilter* filter) {
  if (text.empty()) return absl::OkStatus();
  const auto time = ReadTime(option, text);
  if (!time.ok()) return time.status();
  *mutable_time(filter) = *time;
  return absl::OkStatus();
}

// `daily@07:30`, `monday@07:30`, `15@07:30`.
absl::Status ReadMail(const std::string& text, ReportSchedule* schedule) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('@', 1));
  const auto day = std::find(std::begin(kDays), std::end(kDays), parts.first);
  int number = 0;
  if (parts.first == "daily") {
    schedule->set_frequency(ReportSchedule::DAILY);
  } else if (day != std::end(kDays)) {
    schedule->set_frequency(ReportSchedule::WEEKLY);
    number = static_cast<int>(day - std::begin(kDays)) + 1;
  } else if (absl::SimpleAtoi(parts.first, &number)) {
    schedule->set_frequency(ReportSchedule::MONTHLY);
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        "--mail `", text,
        "`: wanted when, such as daily@07:30, monday@07:30, 15@07:30 for a day of each month, or "
        "never"));
  }
  schedule->set_day(number);
  schedule->set_time(parts.second);
  return absl::OkStatus();
}

}  // namespace

ReportDefinition::Kind ReportKind(absl::string_view word) {
  return static_cast<ReportDefinition::Kind>(
      EnumNumber(*ReportDefinition::Kind_descriptor(), word));
}

std::vector<std::string> ReportKindWords() {
  return EnumWords(*ReportDefinition::Kind_descriptor());
}

void ReportFilterOptions::AddOptions(CLI::App* command) {
  command->add_option("--columns", columns_, "Which columns, in order (all)")
      ->type_name("COLUMN,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--state", states_, "Only those in one of these states, with commas")
      ->type_name("STATE,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember(EnumWords(*v1::Enrollment::State_descriptor())));
  command->add_option("--group", group_, "Learners in this group alone")->type_name("GROUP");
  command->add_option("--due-before", due_before_, "Due before")->type_name("TIME");
  command->add_option("--completed-from", completed_from_, "Completed from then on")
      ->type_name("TIME");
  command->add_option("--completed-before", completed_before_, "Completed before")
      ->type_name("TIME");
  command->add_flag("--missing", missing_only_,
                    "In a compliance report, who does not have what they have to have");
}

bool ReportFilterOptions::AnyGiven() const {
  return missing_only_ || !columns_.empty() || !states_.empty() || !group_.empty() ||
         !due_before_.empty() || !completed_from_.empty() || !completed_before_.empty();
}

absl::Status ReportFilterOptions::Fill(const Names& names, ReportDefinition* definition) const {
  if (!columns_.empty()) *definition->mutable_columns() = {columns_.begin(), columns_.end()};
  ReportFilter filter = definition->filter();
  if (!states_.empty()) filter.clear_states();
  for (const std::string& state : states_) {
    filter.add_states(
        static_cast<v1::Enrollment::State>(EnumNumber(*v1::Enrollment::State_descriptor(), state)));
  }
  if (!group_.empty()) {
    absl::StatusOr<std::string> group = names.Full(group_, "groups");
    if (!group.ok()) return group.status();
    filter.set_group(*std::move(group));
  }
  absl::Status status = FillTime(
      "--due-before", due_before_, [](ReportFilter* each) { return each->mutable_due_before(); },
      &filter);
  if (status.ok()) {
    status = FillTime(
        "--completed-from", completed_from_,
        [](ReportFilter* each) { return each->mutable_completed_from(); }, &filter);
  }
  if (status.ok()) {
    status = FillTime(
        "--completed-before", completed_before_,
        [](ReportFilter* each) { return each->mutable_completed_before(); }, &filter);
  }
  if (!status.ok()) return status;
  if (missing_only_) filter.set_missing_only(true);
  *definition->mutable_filter() = std::move(filter);
  return absl::OkStatus();
}

void SavedReportOptions::AddOptions(CLI::App* command, bool is_new) {
  command->add_option("--kind", kind_, "What the rows are")
      ->check(CLI::IsMember(ReportKindWords()))
      ->type_name("KIND")
      ->required(is_new);
  if (is_new) {
    command->add_option("--of", scope_, "Of this scope and what is below it (the tenant)")
        ->type_name("SCOPE");
  } else {
    command->add_flag("--all", all_, "First take away the filter and the columns that it has");
  }
  filter_.AddOptions(command);
  command
      ->add_option("--mail", mail_,
                   absl::StrCat("When it is mailed to you: daily@07:30, monday@07:30, 15@07:30",
                                is_new ? "" : ", never"))
      ->type_name("WHEN");
  command->add_option("--mail-zone", mail_zone_, "By whose clocks: Europe/Vienna (the tenant's)")
      ->type_name("ZONE");
  command
      ->add_option("--mail-format", mail_format_,
                   "What is mailed: csv, spreadsheet (CSV without formulas), jsonl (csv)")
      ->check(CLI::IsMember({"csv", "spreadsheet", "jsonl"}))
      ->type_name("FORMAT");
}

absl::Status SavedReportOptions::FillSchedule(v1::Report& report) const {
  if (mail_ == "never") {
    report.clear_schedule();
    return absl::OkStatus();
  }
  if (mail_.empty() && !report.has_schedule()) {
    return absl::InvalidArgumentError(
        "it is never mailed: say when with --mail, such as --mail monday@07:30");
  }
  ReportSchedule* const schedule = report.mutable_schedule();
  if (!mail_.empty()) {
    if (absl::Status status = ReadMail(mail_, schedule); !status.ok()) return status;
  }
  if (!mail_zone_.empty()) schedule->set_time_zone(mail_zone_);
  if (!mail_format_.empty()) {
    v1::ExportOptions& written = *schedule->mutable_options();
    written.set_format(mail_format_ == "jsonl" ? v1::ExportOptions::JSON_LINES
                                               : v1::ExportOptions::CSV);
    written.set_spreadsheet(mail_format_ == "spreadsheet");
  }
  return absl::OkStatus();
}

absl::Status SavedReportOptions::Fill(Context& context, v1::Report& report,
                                      google::protobuf::FieldMask* mask) const {
  const bool has_definition = mask == nullptr || all_ || !kind_.empty() || filter_.AnyGiven();
  const bool has_schedule = !mail_.empty() || !mail_zone_.empty() || !mail_format_.empty();
  if (!has_definition && !has_schedule) return absl::OkStatus();
  if (mask != nullptr) {
    // As it is, with its etag: what the options do not say stays.
    v1::GetReportRequest request;
    request.set_name(report.name());
    v1::Report present;
    absl::Status status = context.Call("ReportService.GetReport", request, present);
    if (!status.ok()) return status;
    *report.mutable_definition() = present.definition();
    if (present.has_schedule()) *report.mutable_schedule() = present.schedule();
    if (report.etag().empty()) report.set_etag(present.etag());
  } else {
    absl::StatusOr<std::string> scope = context.names().Full(scope_);
    if (!scope.ok()) return scope.status();
    report.mutable_definition()->set_scope(*std::move(scope));
  }
  if (has_definition) {
    v1::ReportDefinition* const definition = report.mutable_definition();
    if (all_) {
      definition->clear_filter();
      definition->clear_columns();
    }
    if (!kind_.empty()) definition->set_kind(ReportKind(kind_));
    absl::Status status = filter_.Fill(context.names(), definition);
    if (!status.ok()) return status;
    if (mask != nullptr) mask->add_paths("definition");
  }
  if (has_schedule) {
    if (absl::Status status = FillSchedule(report); !status.ok()) return status;
    if (mask != nullptr) mask->add_paths("schedule");
  }
  return absl::OkStatus();
}

std::string ScheduleText(const v1::Report& report) {
  if (!report.has_schedule()) return "";
  const ReportSchedule& schedule = report.schedule();
  std::string when = "daily";
  if (schedule.frequency() == ReportSchedule::WEEKLY && schedule.day() >= 1 &&
      schedule.day() <= 7) {
    when = std::string(kDays[schedule.day() - 1]);
  } else if (schedule.frequency() == ReportSchedule::MONTHLY) {
    when = absl::StrCat(schedule.day());
  }
  return absl::StrCat(when, "@", schedule.time(),
                      schedule.time_zone().empty() ? "" : absl::StrCat(" ", schedule.time_zone()));
}

}  // namespace provost::cli
