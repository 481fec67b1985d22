// What `provost courses` has about competencies: which of them completing a course gives.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/competency_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/render_message.h"

namespace provost::cli {
namespace {

struct CompetenciesOptions : ChangeOptions {
  std::string course;
  std::vector<std::string> entries;
  bool none = false;
  std::string etag;
};

absl::StatusOr<int> RunCompetencies(Context& context, const CompetenciesOptions& options) {
  v1::ListCourseCompetenciesRequest request;
  auto course = context.names().Full(options.course, "courses");
  if (!course.ok()) return course.status();
  request.set_course(*std::move(course));
  v1::CourseCompetencies response;
  absl::Status status = context.Call("CompetencyService.ListCourseCompetencies", request, response);
  if (!status.ok()) return status;
  context.Answer(response, RenderList(response, context.names(), context.look()));
  return kExitOk;
}

absl::StatusOr<int> RunSetCompetencies(Context& context, const CompetenciesOptions& options) {
  const Names names = context.names();
  v1::SetCourseCompetenciesRequest request;
  auto course = names.Full(options.course, "courses");
  if (!course.ok()) return course.status();
  request.set_course(*std::move(course));
  if (options.entries.empty() != options.none) {
    return absl::InvalidArgumentError("say which competencies the course gives, or --none");
  }
  for (const std::string& text : options.entries) {
    const size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", text, "`: wanted a competency and its level, like fire-warden=basic"));
    }
    auto name = names.Full(text.substr(0, equals), "competencies");
    if (!name.ok()) return name.status();
    v1::CourseCompetencies::Entry& entry = *request.add_entries();
    entry.set_competency(*std::move(name));
    entry.set_level(text.substr(equals + 1));
  }
  request.set_etag(options.etag);
  options.FillChange(request);
  v1::CourseCompetencies response;
  absl::Status status = context.Call("CompetencyService.SetCourseCompetencies", request, response);
  if (!status.ok()) return status;
  const int count = response.entries_size();
  context.Answer(response, absl::StrCat(Printable(names.Short(request.course())),
                                        options.dry_run ? " would give " : " gives ", count,
                                        count == 1 ? " competency\n" : " competencies\n"));
  return kExitOk;
}

}  // namespace

void AddCourseCompetencyCommands(Tool& tool, CLI::App& courses) {
  auto listed = std::make_shared<CompetenciesOptions>();
  CLI::App* command =
      AddCommand(courses, "competencies", "Lists the competencies that completing a course gives.",
                 "provost courses competencies fire");
  command->add_option("course", listed->course, "The course")->required();
  OnRun(tool, command, listed, RunCompetencies);

  auto set = std::make_shared<CompetenciesOptions>();
  command = AddCommand(courses, "set-competencies",
                       "Says which competencies completing a course gives, and at which level.",
                       "provost courses set-competencies fire fire-warden=basic");
  command->add_option("course", set->course, "The course")->required();
  command->add_option("competencies", set->entries, "All of them, such as fire-warden=basic")
      ->type_name("COMPETENCY=LEVEL");
  command->add_flag("--none", set->none, "It is to give none");
  command->add_option("--etag", set->etag, "Refuse if it has changed since this etag was read");
  set->AddChangeOptions(command);
  OnRun(tool, command, set, RunSetCompetencies);
}

}  // namespace provost::cli
