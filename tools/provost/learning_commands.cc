// What `provost catalogs` and `provost plans` have beside the commands that every resource has:
// what a catalog is, the ways into its courses, and the steps of a plan.
#include <google/protobuf/field_mask.pb.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/render_message.h"

namespace provost::cli {
namespace {

// What all of these have.
struct Change : ChangeOptions {
  std::string name;
  std::string etag;

  template <typename Request, typename Resource>
  void Fill(Request& request, Resource& resource) const {
    resource.set_etag(etag);
    FillChange(request);
  }
  void AddOptions(CLI::App* command) {
    command->add_option("--etag", etag, "Refuse if it has changed since this etag was read");
    AddChangeOptions(command);
  }
  std::string Done(absl::string_view what, absl::string_view short_name) const {
    return absl::StrCat(Would(), what, " ", short_name, "\n");
  }
};

// --- catalogs define ---

struct DefineOptions {
  Change change;
  std::string description;
  std::vector<std::string> categories;
  std::vector<std::string> audience;
  bool no_categories = false;
  bool for_all = false;
};

absl::StatusOr<int> RunDefine(Context& context, const DefineOptions& options) {
  v1::DefineCatalogRequest request;
  v1::Catalog& catalog = *request.mutable_catalog();
  auto name = context.names().Full(options.change.name, "catalogs");
  if (!name.ok()) return name.status();
  catalog.set_name(*name);
  options.change.Fill(request, catalog);
  google::protobuf::FieldMask& mask = *request.mutable_update_mask();
  if (!options.description.empty()) {
    catalog.set_description(options.description);
    mask.add_paths("description");
  }
  for (const std::string& text : options.categories) {
    const size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--category `", text, "`: wanted an id and its name, like fire=\"Fire safety\""));
    }
    v1::Category& category = *catalog.add_categories();
    category.set_id(text.substr(0, equals));
    category.set_display_name(text.substr(equals + 1));
  }
  if (!options.categories.empty() || options.no_categories) mask.add_paths("categories");
  for (const std::string& text : options.audience) {
    auto group = context.names().Full(text, "groups");
    if (!group.ok()) return group.status();
    catalog.add_audience(*group);
  }
  if (!options.audience.empty() || options.for_all) mask.add_paths("audience");
  if (mask.paths().empty()) {
    return absl::InvalidArgumentError(
        "nothing to change is given; `provost catalogs define --help` lists what can be");
  }
  v1::Catalog response;
  absl::Status status = context.Call("CatalogService.DefineCatalog", request, response);
  if (!status.ok()) return status;
  context.Answer(response, options.change.Done("defined", context.names().Short(*name)));
  return kExitOk;
}

// --- catalogs flows ---

struct FlowsOptions {
  Change change;
  std::vector<std::string> flows;
  bool inherit = false;
};

std::string FlowsText(const v1::Catalog& catalog) {
  if (catalog.enrollment_flows().empty()) return "those of the catalog above, in the end all";
  std::vector<std::string> words;
  for (int flow : catalog.enrollment_flows()) {
    words.push_back(
        EnumWord(v1::Catalog::EnrollmentFlow_Name(static_cast<v1::Catalog::EnrollmentFlow>(flow))));
  }
  return absl::StrJoin(words, ", ");
}

absl::StatusOr<int> ShowFlows(Context& context, const std::string& name) {
  v1::GetCatalogRequest request;
  request.set_name(name);
  v1::Catalog catalog;
  absl::Status status = context.Call("CatalogService.GetCatalog", request, catalog);
  if (!status.ok()) return status;
  context.Answer(catalog, absl::StrCat(FlowsText(catalog), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunFlows(Context& context, const FlowsOptions& options) {
  v1::ConfigureEnrollmentFlowsRequest request;
  v1::Catalog& catalog = *request.mutable_catalog();
  auto name = context.names().Full(options.change.name, "catalogs");
  if (!name.ok()) return name.status();
  if (options.flows.empty() && !options.inherit) return ShowFlows(context, *name);
  catalog.set_name(*name);
  options.change.Fill(request, catalog);
  for (const std::string& word : options.flows) {
    v1::Catalog::EnrollmentFlow flow = v1::Catalog::ENROLLMENT_FLOW_UNSPECIFIED;
    v1::Catalog::EnrollmentFlow_Parse(absl::AsciiStrToUpper(word), &flow);
    catalog.add_enrollment_flows(flow);
  }
  request.mutable_update_mask()->add_paths("enrollment_flows");
  v1::Catalog response;
  absl::Status status = context.Call("CatalogService.ConfigureEnrollmentFlows", request, response);
  if (!status.ok()) return status;
  context.Answer(response,
                 absl::StrCat(options.change.Would(), "configured ", context.names().Short(*name),
                              ": ", FlowsText(response), "\n"));
  return kExitOk;
}

// --- plans steps ---

struct StepsOptions {
  Change change;
  std::vector<std::string> steps;
  bool none = false;
};

// A line for each step.
std::string StepsText(const v1::TrainingPlan& plan, const Names& names) {
  if (plan.steps().empty()) return "no steps\n";
  std::string text;
  for (int i = 0; i < plan.steps_size(); ++i) {
    absl::StrAppend(&text, i + 1, ". ", Printable(PlanStepText(plan.steps(i), names)), "\n");
  }
  return text;
}

absl::StatusOr<int> ShowSteps(Context& context, const std::string& name) {
  v1::GetTrainingPlanRequest request;
  request.set_name(name);
  v1::TrainingPlan plan;
  absl::Status status = context.Call("CourseService.GetTrainingPlan", request, plan);
  if (!status.ok()) return status;
  context.Answer(plan, StepsText(plan, context.names()));
  return kExitOk;
}

// `fire,first-aid`, or `1:hoists,cranes` where one of them is enough.
absl::Status ParseStep(const Names& names, const std::string& text, v1::PlanStep& step) {
  absl::string_view courses = text;
  if (const size_t colon = text.find(':'); colon != std::string::npos) {
    int count = 0;
    if (!absl::SimpleAtoi(text.substr(0, colon), &count) || count < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("--step `", text, "`: wanted courses, like fire,first-aid, or how many of ",
                       "them are required before a colon, like 1:hoists,cranes"));
    }
    step.set_required_count(count);
    courses.remove_prefix(colon + 1);
  }
  for (absl::string_view course : absl::StrSplit(courses, ',', absl::SkipEmpty())) {
    auto name = names.Full(course, "courses");
    if (!name.ok()) return name.status();
    step.add_courses(*name);
  }
  return absl::OkStatus();
}

absl::StatusOr<int> RunSteps(Context& context, const StepsOptions& options) {
  v1::UpdateTrainingPlanRequest request;
  v1::TrainingPlan& plan = *request.mutable_training_plan();
  auto name = context.names().Full(options.change.name, "plans");
  if (!name.ok()) return name.status();
  if (options.steps.empty() && !options.none) return ShowSteps(context, *name);
  plan.set_name(*name);
  options.change.Fill(request, plan);
  for (const std::string& text : options.steps) {
    absl::Status status = ParseStep(context.names(), text, *plan.add_steps());
    if (!status.ok()) return status;
  }
  request.mutable_update_mask()->add_paths("steps");
  v1::TrainingPlan response;
  absl::Status status = context.Call("CourseService.UpdateTrainingPlan", request, response);
  if (!status.ok()) return status;
  context.Answer(response,
                 absl::StrCat(options.change.Done("updated", context.names().Short(*name)),
                              StepsText(response, context.names())));
  return kExitOk;
}

}  // namespace

void AddCatalogDefinitionCommands(Tool& tool, CLI::App& catalogs) {
  auto defined = std::make_shared<DefineOptions>();
  CLI::App* command =
      AddCommand(catalogs, "define", "Says what a catalog is, and whom it is for.",
                 "provost catalogs define safety --category fire=\"Fire\" --audience crew");
  command->add_option("name", defined->change.name, "Which one, such as safety")->required();
  command->add_option("--description", defined->description, "What it is about, in markdown");
  auto* const categories =
      command
          ->add_option("--category", defined->categories,
                       "A heading that courses are listed under, in order; again for more")
          ->type_name("ID=NAME");
  command->add_flag("--no-categories", defined->no_categories, "Without any")->excludes(categories);
  auto* const audience =
      command->add_option("--audience", defined->audience, "A group that it is for; again for more")
          ->type_name("GROUP");
  command->add_flag("--for-all", defined->for_all, "Without an audience of its own")
      ->excludes(audience);
  defined->change.AddOptions(command);
  OnRun(tool, command, defined, RunDefine);

  auto flows = std::make_shared<FlowsOptions>();
  command = AddCommand(catalogs, "flows",
                       "Shows or says by which ways people come into the courses of a catalog.",
                       "provost catalogs flows safety self approval");
  command->add_option("name", flows->change.name, "Which one, such as safety")->required();
  auto* const flow =
      command->add_option("flow", flows->flows, "All that there are to be; left out: shows them")
          ->check(CLI::IsMember({"self", "approval", "automatic"}));
  command
      ->add_flag("--inherit", flows->inherit,
                 "Those of the catalog above it, in the end all of them")
      ->excludes(flow);
  flows->change.AddOptions(command);
  OnRun(tool, command, flows, RunFlows);
}

void AddPlanCommands(Tool& tool, CLI::App& plans) {
  auto options = std::make_shared<StepsOptions>();
  CLI::App* const command =
      AddCommand(plans, "steps", "Shows or says of which courses a plan is made, in their order.",
                 "provost plans steps onboarding --step fire,first-aid --step 1:hoists,cranes");
  command->add_option("name", options->change.name, "Which one, such as onboarding")->required();
  auto* const step =
      command
          ->add_option("--step", options->steps,
                       "Courses of one step, after a number where only so many are required; again "
                       "for the next: all of them")
          ->type_name("[N:]COURSE,...");
  command->add_flag("--none", options->none, "It is to have no steps")->excludes(step);
  options->change.AddOptions(command);
  OnRun(tool, command, options, RunSteps);
}

}  // namespace provost::cli
