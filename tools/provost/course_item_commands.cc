// What `provost courses` has beside the commands that every resource has: the items of a course.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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
  bool is_required = false;  // add-item: all of those
  bool none = false;
  std::string etag;
};

struct ReadOptions {
  std::string course;
  std::string item;
};

absl::StatusOr<v1::CourseItems> ItemsOf(Context& context, const std::string& course) {
  v1::ListCourseItemsRequest request;
  request.set_course(course);
  v1::CourseItems items;
  absl::Status status = context.Call("ContentService.ListCourseItems", request, items);
  if (!status.ok()) return status;
  return items;
}

absl::StatusOr<int> RunItems(Context& context, const ItemsOptions& options) {
  auto course = context.names().Full(options.course, "courses");
  if (!course.ok()) return course.status();
  const absl::StatusOr<v1::CourseItems> items = ItemsOf(context, *course);
  if (!items.ok()) return items.status();
  context.Answer(*items, RenderList(*items, context.names(), context.look()));
  return kExitOk;
}

using ItemList = google::protobuf::RepeatedPtrField<v1::CourseItem>;

template <typename Items>
auto* FindItem(Items& items, const std::string& name) {
  const auto found = std::find_if(items.begin(), items.end(),
                                  [&](const v1::CourseItem& item) { return item.item() == name; });
  return found == items.end() ? nullptr : &*found;
}

// How many of `items` are not in `others`.
int CountNew(const ItemList& items, const ItemList& others) {
  return static_cast<int>(std::count_if(
      items.begin(), items.end(),
      [&](const v1::CourseItem& item) { return FindItem(others, item.item()) == nullptr; }));
}

// Makes the course have the items of `request`, and says how many came and went. `before` is what
// it had, null where the caller may not see that.
absl::StatusOr<int> SetItems(Context& context, const ItemsOptions& options,
                             const v1::CourseItems* before, v1::SetCourseItemsRequest& request) {
  if (!options.etag.empty()) request.set_etag(options.etag);
  options.FillChange(request);
  v1::CourseItems response;
  absl::Status status = context.Call("ContentService.SetCourseItems", request, response);
  if (!status.ok()) return status;
  std::vector<std::string> changes;
  if (before != nullptr) {
    const int gone = CountNew(before->items(), response.items());
    const int come = CountNew(response.items(), before->items());
    if (gone != 0) changes.push_back(absl::StrCat("-", gone));
    if (come != 0) changes.push_back(absl::StrCat("+", come));
  }
  context.Answer(
      response,
      absl::StrCat(Printable(context.names().Short(request.course())),
                   options.dry_run ? " would have " : " has ", response.items_size(),
                   response.items_size() == 1 ? " item" : " items",
                   changes.empty() ? "" : absl::StrCat(" (", absl::StrJoin(changes, " "), ")"),
                   "\n"));
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
    auto name = names.Full(given, "", "pages");
    if (!name.ok()) return name.status();
    required.push_back(*std::move(name));
  }
  for (const std::string& given : options.items) {
    auto name = names.Full(given, "", "pages");
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
  const absl::StatusOr<v1::CourseItems> before = ItemsOf(context, request.course());
  return SetItems(context, options, before.ok() ? &*before : nullptr, request);
}

// What a course has and the full names that were given.
struct Edited {
  v1::CourseItems before;
  std::vector<std::string> items;
};

absl::StatusOr<Edited> ReadEdited(Context& context, const ItemsOptions& options) {
  auto course = context.names().Full(options.course, "courses");
  if (!course.ok()) return course.status();
  Edited edited;
  for (const std::string& given : options.items) {
    auto name = context.names().Full(given, "", "pages");
    if (!name.ok()) return name.status();
    edited.items.push_back(*std::move(name));
  }
  absl::StatusOr<v1::CourseItems> before = ItemsOf(context, *course);
  if (!before.ok()) return before.status();
  edited.before = *std::move(before);
  return edited;
}

absl::StatusOr<int> RunAddItem(Context& context, const ItemsOptions& options) {
  const absl::StatusOr<Edited> edited = ReadEdited(context, options);
  if (!edited.ok()) return edited.status();
  v1::SetCourseItemsRequest request;
  request.set_course(edited->before.course());
  request.set_etag(edited->before.etag());
  *request.mutable_items() = edited->before.items();
  for (const std::string& name : edited->items) {
    v1::CourseItem* item = FindItem(*request.mutable_items(), name);
    if (item == nullptr) {
      item = request.add_items();
      item->set_item(name);
    }
    // One that is there stays as it is.
    if (options.is_required) item->set_required(true);
  }
  return SetItems(context, options, &edited->before, request);
}

absl::StatusOr<int> RunRemoveItem(Context& context, const ItemsOptions& options) {
  const absl::StatusOr<Edited> edited = ReadEdited(context, options);
  if (!edited.ok()) return edited.status();
  v1::SetCourseItemsRequest request;
  request.set_course(edited->before.course());
  request.set_etag(edited->before.etag());
  for (const v1::CourseItem& item : edited->before.items()) {
    const auto& removed = edited->items;
    if (std::find(removed.begin(), removed.end(), item.item()) == removed.end()) {
      *request.add_items() = item;
    }
  }
  for (const std::string& name : edited->items) {
    if (FindItem(edited->before.items(), name) == nullptr) {
      return absl::NotFoundError(absl::StrCat("`", context.names().Short(name), "` is no item of ",
                                              context.names().Short(request.course()),
                                              "; `provost courses items` lists those"));
    }
  }
  return SetItems(context, options, &edited->before, request);
}

absl::StatusOr<int> RunRead(Context& context, const ReadOptions& options) {
  const Names names = context.names();
  v1::GetPublishedItemRequest request;
  auto course = names.Full(options.course, "courses");
  if (!course.ok()) return course.status();
  request.set_course(*std::move(course));
  auto name = names.Full(options.item, "", "pages");
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

void AddChange(CLI::App* command, ItemsOptions& options) {
  command->add_option("--etag", options.etag, "Refuse if it has changed since this etag was read");
  options.AddChangeOptions(command);
}

}  // namespace

void AddCourseItemCommands(Tool& tool, CLI::App& courses) {
  auto listed = std::make_shared<ItemsOptions>();
  CLI::App* command = AddCommand(courses, "items", "Lists the items of a course, in their order.",
                                 "provost courses items fire");
  command->add_option("course", listed->course, "The course")->required();
  OnRun(tool, command, listed, RunItems);

  auto set = std::make_shared<ItemsOptions>();
  command = AddCommand(courses, "set-items",
                       "Says which items a course has, in which order: all of them.",
                       "provost courses set-items fire pages/fire-rules quizzes/fire-basics "
                       "--required quizzes/fire-basics");
  command->add_option("course", set->course, "The course")->required();
  command->add_option("items", set->items, "All of them, such as pages/fire-rules");
  command->add_flag("--none", set->none, "It is to have none");
  command->add_option("--required", set->required, "One that completing needs; again for more")
      ->type_name("ITEM")
      ->allow_extra_args(false);
  AddChange(command, *set);
  OnRun(tool, command, set, RunSetItems);

  auto added = std::make_shared<ItemsOptions>();
  command = AddCommand(courses, "add-item", "Puts items behind those that a course has.",
                       "provost courses add-item fire tasks/route --required");
  command->add_option("course", added->course, "The course")->required();
  command->add_option("items", added->items, "Which, such as tasks/route")->required();
  command->add_flag("--required", added->is_required, "Completing the course needs them");
  AddChange(command, *added);
  OnRun(tool, command, added, RunAddItem);

  auto removed = std::make_shared<ItemsOptions>();
  command = AddCommand(courses, "remove-item", "Takes items out of a course.",
                       "provost courses remove-item fire pages/fire-rules");
  command->add_option("course", removed->course, "The course")->required();
  command->add_option("items", removed->items, "Which, such as pages/fire-rules")->required();
  AddChange(command, *removed);
  OnRun(tool, command, removed, RunRemoveItem);

  auto read = std::make_shared<ReadOptions>();
  command = AddCommand(courses, "read", "Shows an item of a course as its learners may read it.",
                       "provost courses read fire pages/fire-rules");
  command->add_option("course", read->course, "The course")->required();
  command->add_option("item", read->item, "An item of it")->required();
  OnRun(tool, command, read, RunRead);
}

}  // namespace provost::cli
