// The commands of all resources: what each can do is read from its service's descriptor, so that a
// method that the contract gains is a command at once.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/certificate_service.pb.h"
#include "provost/v1/content_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "provost/v1/report_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/enrollment_name.h"
#include "tools/provost/render_message.h"
#include "tools/provost/resource_request.h"
#include "tools/provost/resource_types.h"

namespace provost::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

// Whether somebody comes into a training by it, or waits for that.
bool LetsIn(const std::string& word) {
  return word == "create" || word == "approve" || word == "promote";
}

absl::StatusOr<int> RunVerb(Context& context, const Verb& verb, const ResourceValues& values) {
  auto request = MakeResourceRequest(context, verb, values);
  if (!request.ok()) return request.status();
  const std::unique_ptr<Message> response(
      MessageFactory::generated_factory()->GetPrototype(verb.method->output_type())->New());
  const std::string method = absl::StrCat(verb.method->service()->name(), ".", verb.method->name());
  const Names names = context.names();
  if (verb.word == "list") {
    absl::Status status = context.CallPages(method, **request, *response, values.limit);
    if (!status.ok()) return status;
    context.Answer(*response, RenderList(*response, names, context.look()));
    return kExitOk;
  }
  if (absl::Status status = context.Call(method, **request, *response); !status.ok()) return status;
  if (verb.word == "get") {
    context.Answer(*response, RenderMessage(*response, names, context.look()));
    return kExitOk;
  }
  // What it is called, or was.
  std::string name = values.id;
  for (const Message* const message : {response.get(), request->get()}) {
    const FieldDescriptor* const field = message->GetDescriptor()->FindFieldByName("name");
    if (field == nullptr) continue;
    name = message->GetReflection()->GetString(*message, field);
    break;
  }
  const std::string would = values.IsDryRun() ? "would be " : "";
  // What came of it may be another thing: who is approved where it is full waits.
  if (const auto* const enrollment = dynamic_cast<const v1::Enrollment*>(response.get());
      enrollment != nullptr && LetsIn(verb.word)) {
    context.Answer(*response, absl::StrCat(would, EnrollmentStateText(*enrollment, names), "\n"));
    return kExitOk;
  }
  context.Answer(*response, absl::StrCat(would, PastTense(verb.word), " ",
                                         Printable(names.Short(name)), "\n"));
  return kExitOk;
}

void AddVerb(Tool& tool, CLI::App& group, const Verb& verb) {
  auto values = std::make_shared<ResourceValues>();
  CLI::App* const command = AddCommand(group, verb.word, SummaryOf(verb), ExampleOf(verb));
  AddResourceOptions(command, verb, *values);
  OnRun(tool, command, values, [verb](Context& context, const ResourceValues& given) {
    return RunVerb(context, verb, given);
  });
}

}  // namespace

void AddResourceCommands(Tool& tool) {
  CLI::App* notifications = nullptr;
  for (const ResourceType& type : ResourceTypes()) {
    CLI::App* above = &tool.app;
    if (*type.above != '\0') {
      if (notifications == nullptr) notifications = AddNotificationCommands(tool);
      above = notifications;
    }
    CLI::App* const group =
        AddGroup(*above, type.command, absl::StrCat("Manages ", PluralOf(type), "."),
                 absl::StrCat(type.Path(), " list"));
    if (above == &tool.app) group->group("Resources");
    for (const Verb& verb : VerbsOf(type)) AddVerb(tool, *group, verb);
    // What is of this kind of resource alone.
    if (type.message == v1::Group::descriptor()) AddGroupMemberCommands(tool, *group);
    if (type.message == v1::Catalog::descriptor()) AddCatalogDefinitionCommands(tool, *group);
    if (type.message == v1::TrainingPlan::descriptor()) AddPlanCommands(tool, *group);
    if (type.message == v1::Enrollment::descriptor()) AddEnrollmentCommands(tool, *group);
    if (type.message == v1::TrainingPlan::descriptor() ||
        type.message == v1::Course::descriptor()) {
      AddTrainingRulesCommand(tool, *group, type.collection);
    }
    if (type.message == v1::User::descriptor()) AddUserFieldCommands(tool, *group);
    if (type.message == v1::Course::descriptor()) {
      AddCourseItemCommands(tool, *group);
      AddCourseCompetencyCommands(tool, *group);
    }
    if (type.message == v1::Certificate::descriptor()) AddCertificateCommands(tool, *group);
    if (type.message == v1::Session::descriptor()) {
      AddSessionCommands(tool, *group);
      AddSessionSheetCommand(tool, *group);
    }
    if (type.message == v1::ContentItem::descriptor()) {
      AddContentCommands(tool, *group);
      AddContentReviewCommands(tool, *group);
      AddPackageCommands(tool, *group);
      AddQuizCommands(tool, *group);
    }
    if (type.message == v1::Report::descriptor()) AddSavedReportCommands(tool, *group);
    if (type.message == v1::NotificationTemplate::descriptor()) {
      AddNotificationTemplateCommands(tool, *group);
    }
  }
}

}  // namespace provost::cli
