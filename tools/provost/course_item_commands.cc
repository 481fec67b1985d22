// What `provost courses` has beside the commands that every resource has: the items of a course.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "provost/v1/content_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/progress.h"
#include "tools/provost/render_message.h"

namespace provost::cli {
namespace {

struct ItemsOptions : ChangeOptions {
  std::string course;
  std::vector<std::string> items;
  std::vector<std::string> required;
  bool none = false;
  std::string etag;
};

struct ReadOptions {
  std::string course;
  std::string item;
};

absl::StatusOr<int> RunItems(Context& context, const ItemsOptions& options) {
  v1::ListCourseItemsRequest request;
  auto course = context.names().Full(options.course, "courses");
  if (!course.ok()) return course.status();
  request.set_course(*std::move(course));
  v1::CourseItems response;
  absl::Status status = context.Call("ContentService.ListCourseItems", request, response);
  if (!status.ok()) return status;
  context.Answer(response, RenderList(response, context.names(), context.look()));
  return kExitOk;
}

absl::StatusOr<int> RunSetItems(Context& context, const ItemsOptions& options) {
  const Names names = context.names();
  v1::SetCourseItemsRequest request;
  auto course = names.Full(options.course, "courses");
  if (!course.ok()) return course.status();
  request.set_course(*std::move(course));
  if (options.items.empty() != options.none) {
    return absl::InvalidArgumentError("say which items the course is to have, or --none");
  }
  std::vector<std::string> required;
  for (const std::string& given : options.required) {
    auto name = names.Full(given);
    if (!name.ok()) return name.status();
    required.push_back(*std::move(name));
  }
  for (const std::string& given : options.items) {
    auto name = names.Full(given);
    if (!name.ok()) return name.status();
    v1::CourseItem& item = *request.add_items();
    const auto found = std::find(required.begin(), required.end(), *name);
    item.set_required(found != required.end());
    if (found != required.end()) required.erase(found);
    item.set_item(*std::move(name));
  }
  if (!required.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--required `", names.Short(required.front()),
                     "`: wanted one of the items that the course is to have"));
  }
  request.set_etag(options.etag);
  options.FillChange(request);
  v1::CourseItems response;
  absl::Status status = context.Call("ContentService.SetCourseItems", request, response);
  if (!status.ok()) return status;
  context.Answer(response,
                 absl::StrCat(Printable(names.Short(request.course())),
                              options.dry_run ? " would have " : " has ", response.items_size(),
                              response.items_size() == 1 ? " item\n" : " items\n"));
  return kExitOk;
}

absl::StatusOr<int> RunRead(Context& context, const ReadOptions& options) {
  const Names names = context.names();
  v1::GetPublishedItemRequest request;
  auto course = names.Full(options.course, "courses");
  if (!course.ok()) return course.status();
  request.set_course(*std::move(course));
  auto name = names.Full(options.item);
  if (!name.ok()) return name.status();
  request.set_item(*std::move(name));
  v1::PublishedItem item;
  absl::Status status = context.Call("ContentService.GetPublishedItem", request, item);
  if (!status.ok()) return status;
  std::string text =
      absl::StrCat(Printable(item.display_name()), ", version ", item.version(), "\n\n");
  switch (item.body_case()) {
    case v1::PublishedItem::kPage:
      // What its author wrote, line by line.
      text += PrintableLines(item.page().markdown());
      break;
    case v1::PublishedItem::kTask:
      absl::StrAppend(&text, PrintableLines(item.task().instructions()), "at most ",
                      item.task().max_points(), " points\n");
      break;
    case v1::PublishedItem::kPackage:
      absl::StrAppend(&text, Printable(item.package().file_name()), ", ",
                      Printable(item.package().media_type()), ", ",
                      FormatBytes(item.package().size_bytes()), "\n");
      break;
    case v1::PublishedItem::kQuiz: {
      const v1::QuizTerms& quiz = item.quiz();
      absl::StrAppend(&text, quiz.question_count(), " questions, ", quiz.pass_percent(),
                      " % to pass");
      if (quiz.attempts_allowed() > 0) {
        absl::StrAppend(&text, ", ", quiz.attempts_allowed(), " attempts");
      }
      if (quiz.has_time_limit()) {
        absl::StrAppend(&text, ", ",
                        absl::FormatDuration(absl::Seconds(quiz.time_limit().seconds())));
      }
      absl::StrAppend(&text, "\n");
      break;
    }
    default:
      break;
  }
  context.Answer(item, text);
  return kExitOk;
}

}  // namespace

void AddCourseItemCommands(Tool& tool, CLI::App& courses) {
  auto listed = std::make_shared<ItemsOptions>();
  CLI::App* command = AddCommand(courses, "items", "Lists the items of a course, in their order.",
                                 "provost courses items fire");
  command->add_option("course", listed->course, "The course")->required();
  OnRun(tool, command, listed, RunItems);

  auto set = std::make_shared<ItemsOptions>();
  command = AddCommand(courses, "set-items", "Says which items a course has, in which order.",
                       "provost courses set-items fire pages/fire-rules quizzes/fire-basics "
                       "--required quizzes/fire-basics");
  command->add_option("course", set->course, "The course")->required();
  command->add_option("items", set->items, "All of them, such as pages/fire-rules");
  command->add_flag("--none", set->none, "It is to have none");
  command->add_option("--required", set->required, "One that completing needs; again for more")
      ->type_name("ITEM")
      ->allow_extra_args(false);
  command->add_option("--etag", set->etag, "Refuse if it has changed since this etag was read");
  set->AddChangeOptions(command);
  OnRun(tool, command, set, RunSetItems);

  auto read = std::make_shared<ReadOptions>();
  command = AddCommand(courses, "read", "Shows an item of a course as its learners may read it.",
                       "provost courses read fire pages/fire-rules");
  command->add_option("course", read->course, "The course")->required();
  command->add_option("item", read->item, "An item of it")->required();
  OnRun(tool, command, read, RunRead);
}

}  // namespace provost::cli
