#include "tools/generate/load.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/group_service.grpc.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "provost/v1/user_service.grpc.pb.h"

namespace provost::generate {
namespace {

// All that there is stands below this catalog.
constexpr absl::string_view kTop = "catalogs/company";
constexpr size_t kPieceBytes = 512 << 10;

// Sends a document in pieces behind `first`, and waits for what became of it.
template <typename Stub, typename Request, typename Method>
absl::Status Import(Stub& stub, Method method, absl::string_view actor, const Request& first,
                    const std::string& document, int64_t rows) {
  grpc::ClientContext context;
  context.AddMetadata("provost-actor", std::string(actor));
  v1::Import answer;
  auto writer = (stub.*method)(&context, &answer);
  Request request = first;
  bool is_open = true;
  for (size_t at = 0; is_open && at < document.size(); at += kPieceBytes) {
    request.set_data(document.substr(at, kPieceBytes));
    is_open = writer->Write(request);
    request.Clear();
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  const std::string name(first.GetTypeName());
  if (!status.ok()) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                        absl::StrCat(name, ": ", status.error_message()));
  }
  if (answer.state() != v1::Import::DONE || answer.created() != rows) {
    return absl::InternalError(absl::StrCat(name, ": ", answer.created(), " of ", rows,
                                            " rows were done: ", answer.ShortDebugString()));
  }
  return absl::OkStatus();
}

v1::ImportOptions OptionsOf(int number, uint64_t seed) {
  v1::ImportOptions options;
  options.set_import_id(absl::StrFormat("%08x-0000-4000-8000-%012x", number, seed));
  options.set_mode(v1::ImportOptions::BEST_EFFORT);
  return options;
}

}  // namespace

Loader::Loader(const Organisation& organisation, const std::shared_ptr<grpc::Channel>& channel,
               const LoadOptions& options)
    : organisation_(organisation),
      channel_(channel),
      options_(options),
      administrator_(Name(absl::StrCat("users/", options.administrator))),
      caller_(channel, options.in_flight) {}

std::string Loader::Name(absl::string_view relative) const {
  const std::string tenant = absl::StrCat("tenants/", options_.tenant);
  return relative.empty() ? tenant : absl::StrCat(tenant, "/", relative);
}

std::string Loader::ItemOf(absl::string_view collection, uint32_t course) const {
  return Name(
      absl::StrCat(collection, "/", Organisation::CatalogId(organisation_.CatalogOf(course))));
}

absl::Status Loader::LoadAll() {
  for (auto step : {&Loader::MakeCatalogs, &Loader::ImportUsers, &Loader::MakeGroups,
                    &Loader::MakeCourses, &Loader::AssignCourses, &Loader::ReportProgress}) {
    if (absl::Status status = (this->*step)(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Loader::MakeCatalogs() {
  const auto make = [&](absl::string_view id, absl::string_view parent) {
    v1::CreateCatalogRequest request;
    request.set_parent(Name(""));
    request.set_catalog_id(std::string(id));
    request.mutable_catalog()->set_display_name(std::string(id));
    request.mutable_catalog()->set_parent_scope(Name(parent));
    return caller_.Call(administrator_, request);
  };
  if (absl::Status status = make("company", ""); !status.ok()) return status;
  v1::CreateAssignmentRequest role;
  role.set_parent(Name(""));
  role.mutable_assignment()->set_subject(administrator_);
  role.mutable_assignment()->set_role("catalog_admin");
  role.mutable_assignment()->set_scope(Name(kTop));
  if (absl::Status status = caller_.Call(administrator_, role); !status.ok()) return status;
  for (uint32_t catalog = 0; catalog < Organisation::kCatalogs; ++catalog) {
    absl::Status status = make(Organisation::CatalogId(catalog), kTop);
    if (!status.ok()) return status;
  }
  options_.progress(absl::StrCat(Organisation::kCatalogs + 1, " catalogs"));
  return absl::OkStatus();
}

absl::Status Loader::ImportUsers() {
  const auto users = v1::UserService::NewStub(channel_);
  v1::ImportUsersRequest request;
  request.set_parent(Name(""));
  request.set_home_scope(Name(kTop));
  *request.mutable_options() = OptionsOf(1, organisation_.size().seed);
  request.set_missing(v1::ImportUsersRequest::APPLY);
  request.set_existing(v1::ImportUsersRequest::SKIP);
  absl::Status status = Import(*users, &v1::UserService::Stub::ImportUsers, administrator_, request,
                               organisation_.UsersCsv(), organisation_.size().users);
  if (status.ok()) options_.progress(absl::StrCat(organisation_.size().users, " people"));
  return status;
}

absl::Status Loader::MakeGroups() {
  size_t groups = 0;
  size_t members = 0;
  for (const std::vector<GroupSpec>& level : organisation_.levels()) {
    members = groups + organisation_.size().users;  // All but those of the last level.
    for (const GroupSpec& group : level) {
      v1::CreateGroupRequest request;
      request.set_parent(Name(""));
      request.set_group_id(group.id);
      request.mutable_group()->set_display_name(group.id);
      request.mutable_group()->set_home_scope(Name(kTop));
      caller_.Start(administrator_, request);
      ++groups;
    }
  }
  if (absl::Status status = caller_.Finish(); !status.ok()) return status;
  const auto service = v1::GroupService::NewStub(channel_);
  v1::ImportMembersRequest request;
  request.set_parent(Name(""));
  *request.mutable_options() = OptionsOf(2, organisation_.size().seed);
  absl::Status status = Import(*service, &v1::GroupService::Stub::ImportMembers, administrator_,
                               request, organisation_.MembersCsv(), static_cast<int64_t>(members));
  if (status.ok()) options_.progress(absl::StrCat(groups, " groups with ", members, " members"));
  return status;
}

absl::Status Loader::MakeItem(absl::string_view collection, v1::ContentItem item) {
  v1::CreateContentItemRequest create;
  create.set_parent(Name(""));
  create.set_content_item_id(item.display_name());
  item.set_home_scope(Name(absl::StrCat("catalogs/", item.display_name())));
  *create.mutable_content_item() = item;
  if (absl::Status status = caller_.Call(administrator_, create); !status.ok()) return status;
  v1::SubmitVersionRequest submit;
  submit.set_name(Name(absl::StrCat(collection, "/", item.display_name())));
  if (absl::Status status = caller_.Call(administrator_, submit); !status.ok()) return status;
  for (const auto decision :
       {v1::ReviewVersionRequest::APPROVE, v1::ReviewVersionRequest::PUBLISH}) {
    v1::ReviewVersionRequest review;
    review.set_name(submit.name());
    review.set_version(1);
    review.set_decision(decision);
    if (absl::Status status = caller_.Call(administrator_, review); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Loader::MakeItems() {
  for (uint32_t catalog = 0; catalog < Organisation::kCatalogs; ++catalog) {
    v1::ContentItem page;
    page.set_kind(v1::ContentItem::PAGE);
    page.set_display_name(Organisation::CatalogId(catalog));
    page.mutable_body()->mutable_page()->set_markdown("# Read this\n\nAnd take care.\n");
    if (absl::Status status = MakeItem("pages", page); !status.ok()) return status;
    v1::ContentItem quiz;
    quiz.set_kind(v1::ContentItem::QUIZ);
    quiz.set_display_name(page.display_name());
    v1::Question& question = *quiz.mutable_body()->mutable_quiz()->add_parts()->mutable_question();
    question.set_id("care");
    question.set_text("Do you take care?");
    question.set_points(1);
    question.set_true_false(true);
    if (absl::Status status = MakeItem("quizzes", quiz); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Loader::MakeCourses() {
  if (absl::Status status = MakeItems(); !status.ok()) return status;
  const uint32_t courses = organisation_.size().courses;
  const auto name = [&](uint32_t course) {
    return Name(absl::StrCat("courses/", Organisation::CourseId(course)));
  };
  for (uint32_t course = 0; course < courses; ++course) {
    v1::CreateCourseRequest request;
    request.set_parent(Name(""));
    request.set_course_id(Organisation::CourseId(course));
    request.mutable_course()->set_display_name(organisation_.CourseName(course));
    request.mutable_course()->set_parent_scope(
        Name(absl::StrCat("catalogs/", Organisation::CatalogId(organisation_.CatalogOf(course)))));
    caller_.Start(administrator_, request);
  }
  if (absl::Status status = caller_.Finish(); !status.ok()) return status;
  for (uint32_t course = 0; course < courses; ++course) {
    v1::SetCourseItemsRequest items;
    items.set_course(name(course));
    items.add_items()->set_item(ItemOf("pages", course));
    items.mutable_items(0)->set_required(true);
    items.add_items()->set_item(ItemOf("quizzes", course));
    caller_.Start(administrator_, items);
  }
  if (absl::Status status = caller_.Finish(); !status.ok()) return status;
  for (uint32_t course = 0; course < courses; ++course) {
    v1::PublishCourseRequest publish;
    publish.set_name(name(course));
    caller_.Start(administrator_, publish);
  }
  if (absl::Status status = caller_.Finish(); !status.ok()) return status;
  options_.progress(absl::StrCat(courses, " courses"));
  return absl::OkStatus();
}

absl::Status Loader::AssignCourses() {
  for (const AssignmentSpec& assignment : organisation_.assignments()) {
    v1::CreateTrainingAssignmentRequest request;
    request.set_parent(Name(""));
    v1::TrainingAssignment& wanted = *request.mutable_training_assignment();
    wanted.set_training(Name(absl::StrCat("courses/", Organisation::CourseId(assignment.course))));
    wanted.set_assignee(Name(absl::StrCat("groups/", assignment.group)));
    if (assignment.due_days > 0)
      wanted.mutable_due()->set_days_after_enrollment(assignment.due_days);
    caller_.Start(administrator_, request);
  }
  if (absl::Status status = caller_.Finish(); !status.ok()) return status;
  options_.progress(absl::StrCat(organisation_.assignments().size(), " training assignments, ",
                                 organisation_.enrollments(), " enrollments"));
  return absl::OkStatus();
}

absl::Status Loader::ReportProgress() {
  const std::string users = Name("users/u");
  Caller lists(channel_, 1);  // What is under way meanwhile need not end for them.
  uint64_t begun = 0;
  uint64_t done = 0;
  for (uint32_t course = 0; course < organisation_.size().courses; ++course) {
    v1::ListEnrollmentsRequest list;
    list.set_parent(Name(""));
    list.set_training(Name(absl::StrCat("courses/", Organisation::CourseId(course))));
    list.set_page_size(static_cast<int32_t>(std::min<uint32_t>(options_.active_learners, 1000)));
    uint32_t left = options_.active_learners;
    while (left > 0) {
      v1::ListEnrollmentsResponse page;
      absl::Status status = lists.Call(administrator_, list, &page);
      if (!status.ok()) return status;
      for (const v1::Enrollment& enrollment : page.enrollments()) {
        absl::string_view number = enrollment.learner();
        uint32_t user = 0;
        if (left == 0 || !absl::ConsumePrefix(&number, users) || !absl::SimpleAtoi(number, &user)) {
          continue;
        }
        --left;
        const Fate fate = organisation_.FateOf(course, user);
        if (fate == Fate::kNothing) continue;
        ++(fate == Fate::kDone ? done : begun);
        v1::ReportProgressRequest request;
        request.set_name(enrollment.name());
        request.set_item(ItemOf("pages", course));
        request.set_percent(fate == Fate::kDone ? 100 : 50);
        request.set_seconds(600);
        caller_.Start(enrollment.learner(), request);
        if (fate != Fate::kDone) continue;
        v1::EnterScoreRequest score;
        score.set_name(enrollment.name());
        score.set_item(ItemOf("quizzes", course));
        score.set_score_hundredths(organisation_.ScoreOf(course, user));
        score.set_passed(true);
        caller_.Start(administrator_, score);
      }
      if (page.next_page_token().empty()) break;
      list.set_page_token(page.next_page_token());
    }
  }
  if (absl::Status status = caller_.Finish(); !status.ok()) return status;
  options_.progress(absl::StrCat(begun, " have begun, ", done, " are done and have a score"));
  return absl::OkStatus();
}

}  // namespace provost::generate
