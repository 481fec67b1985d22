// What a report is, and when it is mailed, as options of a command.
#ifndef PROVOST_TOOLS_PROVOST_REPORT_OPTIONS_H_
#define PROVOST_TOOLS_PROVOST_REPORT_OPTIONS_H_

#include <google/protobuf/field_mask.pb.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "provost/v1/report_service.pb.h"
#include "tools/provost/context.h"
#include "tools/provost/names.h"

namespace provost::cli {

// Which rows and columns a report has. Not thread-safe; `command` may not outlive it.
class ReportFilterOptions {
 public:
  void AddOptions(CLI::App* command);

  bool AnyGiven() const;
  // Sets in `definition` what was given. INVALID_ARGUMENT names the option.
  absl::Status Fill(const Names& names, v1::ReportDefinition* definition) const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::string> states_;
  std::string group_;
  std::string due_before_;
  std::string completed_from_;
  std::string completed_before_;
  bool missing_only_ = false;
};

// The number of a kind that people call by its word, or none.
v1::ReportDefinition::Kind ReportKind(absl::string_view word);
// The words for all kinds.
std::vector<std::string> ReportKindWords();

// A report that is saved: what it is and when it is mailed. Not thread-safe; `command` may not
// outlive it.
class SavedReportOptions {
 public:
  // `is_new`: of one that is made.
  void AddOptions(CLI::App* command, bool is_new);

  // Sets in `report` what the options say. With a mask, of one that is there: its definition and
  // its schedule are read and changed as the options say, and named in the mask.
  absl::Status Fill(Context& context, v1::Report& report, google::protobuf::FieldMask* mask) const;

 private:
  absl::Status FillSchedule(v1::Report& report) const;

  std::string kind_;
  std::string scope_ = ".";
  ReportFilterOptions filter_;
  bool all_ = false;
  std::string mail_;
  std::string mail_zone_;
  std::string mail_format_;
};

// `monday at 07:30 (Europe/Vienna)`; empty: never.
std::string ScheduleText(const v1::Report& report);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_REPORT_OPTIONS_H_
