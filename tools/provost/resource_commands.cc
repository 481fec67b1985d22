// The commands of all resources: what each can do is read from its service's descriptor, so that a
// method that the contract gains is a command at once.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/content_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/initial_tenant.h"
#include "tools/provost/render_message.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// One kind of resource.
struct ResourceType {
  const char* command;     // its commands are under this word
  const char* noun;        // as methods have it: CreateCourse
  const char* service;     // whose methods they are
  const char* collection;  // in names; empty for tenants, and where there are several
  const char* words;       // for people, after "a" or "the"
  const char* example;     // an id
  const char* parent;      // an example of where one is made; empty: it has no such place
  const Descriptor* message;
};

// What a value of a field is written as.
enum class FieldForm { kText, kScope, kSubject, kTime, kBool };

struct FieldFlag {
  const char* field;
  const char* flag;
  FieldForm form;
  const char* help;
};

// The fields that people set. What a request or a resource has of them is an option of its command.
constexpr FieldFlag kFieldFlags[] = {
    {"display_name", "--display-name", FieldForm::kText,
     "Its name for people; a new one without is called by its id"},
    {"email", "--email", FieldForm::kText, "What the user signs in with"},
    {"given_name", "--given-name", FieldForm::kText, "The given name"},
    {"family_name", "--family-name", FieldForm::kText, "The family name"},
    {"locale", "--locale", FieldForm::kText, "The language: de-AT"},
    {"time_zone", "--time-zone", FieldForm::kText, "The time zone: Europe/Vienna"},
    {"external_id", "--external-id", FieldForm::kText, "What another system calls the user"},
    {"manager", "--manager", FieldForm::kSubject, "The line manager: users/cat"},
    {"parent_scope", "--parent", FieldForm::kScope, "The scope that it is directly under"},
    {"home_scope", "--home", FieldForm::kScope, "The scope at which questions about it are asked"},
    {"scope", "--at", FieldForm::kScope, "The scope where the role is held"},
    {"subject", "--of", FieldForm::kSubject, "Who holds the role"},
    {"learner", "--learner", FieldForm::kSubject, "Who is enrolled: users/lea"},
    {"assignee", "--to", FieldForm::kSubject, "Who takes it: users/lea, groups/crew"},
    {"training", "--in", FieldForm::kScope, "The course or the training plan: courses/fire"},
    {"due_time", "--due", FieldForm::kTime, "When it is due: 2026-11-03, +30d"},
    {"role", "--role", FieldForm::kText, "A role of the policy"},
    {"not_before", "--from", FieldForm::kTime,
     "Counts from then on: 2026-11-03, now, +2d; never for no bound"},
    {"expires", "--until", FieldForm::kTime,
     "Counts up to then: 2026-11-03, +30d; never for no end"},
    {"suspended", "--suspended", FieldForm::kBool, "Whether it does not count: true or false"},
    {"reason", "--reason", FieldForm::kText, "Why, for the records"},
    {"etag", "--etag", FieldForm::kText, "Refuse if it has changed since this etag was read"},
    {"request_id", "--request-id", FieldForm::kText, "A UUID that makes a retry harmless"},
};

// Fields of a resource that only the server sets, for those resources that have them.
bool IsOutputOnly(const Descriptor& resource, const std::string& field) {
  if (field == "suspended") return &resource != v1::Assignment::descriptor();
  return false;
}

// Fields of a resource that are set when it is made and never changed by Update.
bool IsFixed(const std::string& field) {
  return field == "parent_scope" || field == "home_scope" || field == "scope" ||
         field == "subject" || field == "role" || field == "learner" || field == "assignee" ||
         field == "training";
}

struct BoolFlag {
  const char* field;
  const char* flag;
  const char* help;
};

constexpr BoolFlag kBoolFlags[] = {
    {"validate_only", "--dry-run", "Do everything but the change"},
    {"allow_missing", "--allow-missing", "Succeed where there is none"},
    {"force", "--force", "Delete what is in it too, and take it out of what has it"},
    {"offered_only", "--offered", "Only those that are for you"},
};

// A method of a resource, as a command.
struct Verb {
  const ResourceType* type = nullptr;
  const MethodDescriptor* method = nullptr;
  std::string word;  // create, list, move...
  // The field of the request that holds the resource, for create and update; else null.
  const FieldDescriptor* resource_field = nullptr;

  const Descriptor& request() const { return *method->input_type(); }
};

// The values that a command line gives, by field. Addresses of what is in it stay.
struct Values {
  std::string id;      // create: the id; else the name
  std::string target;  // move: where to
  std::map<std::string, std::string> texts;
  std::map<std::string, bool> flags;
  InitialTenant initial;
  std::vector<std::string> user_fields;  // id=value
  bool is_public = false;
  std::string due;  // of a training that is assigned
  int due_days = 0;
  bool withdraw = false;
  size_t limit = 0;
};

const std::vector<ResourceType>& ResourceTypes() {
  static const auto* const types = new std::vector<ResourceType>{
      {"tenants", "Tenant", "TenantService", "", "tenant", "acme", "", v1::Tenant::descriptor()},
      {"users", "User", "UserService", "users", "user", "bob", "", v1::User::descriptor()},
      {"service-accounts", "ServiceAccount", "UserService", "serviceAccounts", "service account",
       "crm", "", v1::ServiceAccount::descriptor()},
      {"groups", "Group", "GroupService", "groups", "group", "ops", "", v1::Group::descriptor()},
      {"catalogs", "Catalog", "CatalogService", "catalogs", "catalog", "safety", ".",
       v1::Catalog::descriptor()},
      {"courses", "Course", "CourseService", "courses", "course", "fire", "catalogs/safety",
       v1::Course::descriptor()},
      {"plans", "TrainingPlan", "CourseService", "plans", "training plan", "onboarding",
       "catalogs/safety", v1::TrainingPlan::descriptor()},
      {"sessions", "Session", "CourseService", "sessions", "session", "2026-11-03", "courses/fire",
       v1::Session::descriptor()},
      {"content", "ContentItem", "ContentService", "", "content item", "pages/fire-rules", "",
       v1::ContentItem::descriptor()},
      {"assignments", "Assignment", "RoleService", "assignments", "assignment", "17", "",
       v1::Assignment::descriptor()},
      {"enrollments", "Enrollment", "EnrollmentService", "enrollments", "enrollment", "12.7", "",
       v1::Enrollment::descriptor()},
      {"training-assignments", "TrainingAssignment", "EnrollmentService", "trainingAssignments",
       "training assignment", "17", "", v1::TrainingAssignment::descriptor()},
  };
  return *types;
}

const FieldDescriptor* RepeatedMessageField(const Descriptor& message) {
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->is_repeated() &&
        message.field(i)->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return message.field(i);
    }
  }
  return nullptr;
}

// The verb that `method` is of the resource, or an empty word.
std::string WordOf(const MethodDescriptor& method, const ResourceType& type) {
  absl::string_view name = method.name();
  const FieldDescriptor* const listed = RepeatedMessageField(*method.output_type());
  if (absl::StartsWith(name, "List")) {
    return listed != nullptr && listed->message_type() == type.message ? "list" : "";
  }
  if (!absl::ConsumeSuffix(&name, type.noun)) return "";
  const bool is_about_it = method.output_type() == type.message || name == "Delete";
  return is_about_it ? absl::AsciiStrToLower(name) : "";
}

std::vector<Verb> VerbsOf(const ResourceType& type) {
  const ServiceDescriptor* const service = type.message->file()->FindServiceByName(type.service);
  std::vector<Verb> verbs;
  for (int i = 0; i < service->method_count(); ++i) {
    Verb verb{&type, service->method(i), WordOf(*service->method(i), type), nullptr};
    // Roles are given and taken back by `assign` and `revoke`.
    const bool is_grant = type.message == v1::Assignment::descriptor() &&
                          (verb.word == "create" || verb.word == "delete");
    // A content item has a body, versions and shares: content_commands.cc.
    const bool is_content = type.message == v1::ContentItem::descriptor() && verb.word != "delete";
    // What a catalog is has options of its own.
    if (verb.word.empty() || verb.word == "define" || is_grant || is_content) continue;
    for (int f = 0; f < verb.request().field_count(); ++f) {
      if (verb.request().field(f)->message_type() == type.message) {
        verb.resource_field = verb.request().field(f);
      }
    }
    verbs.push_back(verb);
  }
  return verbs;
}

std::string PastTense(const std::string& word) {
  return absl::EndsWith(word, "e") ? absl::StrCat(word, "d") : absl::StrCat(word, "ed");
}

std::string Article(absl::string_view word) {
  return absl::StrCat(absl::StrContains("aeio", word.substr(0, 1)) ? "an " : "a ", word);
}

std::string SummaryOf(const Verb& verb) {
  const std::string words = verb.type->words;
  static const auto* const summaries = new std::map<std::string, std::string>{
      {"create", "Makes $a."},
      {"get", "Shows $a with all its fields."},
      {"list", "Lists the $ws that you may read."},
      {"update", "Changes fields of $a."},
      {"delete", "Deletes $a."},
      {"move", "Puts $a under another scope."},
      {"archive", "Freezes $a and all that is in it."},
      {"unarchive", "Lifts the archive of $a."},
      {"suspend", "Suspends $a."},
      {"reactivate", "Ends the suspension of $a."},
      {"resume", "Ends the suspension of $a."},
  };
  const auto found = summaries->find(verb.word);
  const std::string summary =
      found != summaries->end() ? found->second : absl::StrCat(verb.word, " $a.");
  return absl::StrReplaceAll(summary, {{"$a", Article(words)}, {"$w", words}});
}

std::string ExampleOf(const Verb& verb) {
  const ResourceType& type = *verb.type;
  std::string example = absl::StrCat("provost ", type.command, " ", verb.word);
  if (type.message == v1::Enrollment::descriptor() &&
      (verb.word == "list" || verb.word == "create")) {
    return absl::StrCat(example, verb.word == "list" ? "" : " --learner users/lea",
                        " --in courses/fire");
  }
  if (type.message == v1::TrainingAssignment::descriptor() && verb.word == "create") {
    return absl::StrCat(example, " --in plans/onboarding --to groups/crew --due-days 30");
  }
  if (verb.word == "list") return example;
  absl::StrAppend(&example, " ", type.example);
  if (verb.word == "create") {
    if (*type.parent != '\0') absl::StrAppend(&example, " --parent ", type.parent);
    if (InitialTenant::IsWantedBy(verb.request())) {
      absl::StrAppend(&example, " --preset lms365 --admin ann");
    }
  }
  if (verb.word == "update") {
    absl::StrAppend(&example, type.message->FindFieldByName("expires") != nullptr
                                  ? " --until +30d"
                                  : " --display-name \"A new name\"");
  }
  if (verb.word == "move") absl::StrAppend(&example, " ", type.parent);
  return example;
}

// --- from the command line to a request ---

absl::Status SetField(Context& context, const FieldFlag& flag, const std::string& text,
                      Message& message) {
  const auto* const reflection = message.GetReflection();
  const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(flag.field);
  switch (flag.form) {
    case FieldForm::kText:
      reflection->SetString(&message, field, text);
      return absl::OkStatus();
    case FieldForm::kScope:
    case FieldForm::kSubject: {
      auto name = flag.form == FieldForm::kScope ? context.names().Full(text)
                                                 : context.names().Subject(text);
      if (!name.ok()) return name.status();
      reflection->SetString(&message, field, *std::move(name));
      return absl::OkStatus();
    }
    case FieldForm::kTime: {
      if (text == "never") {
        reflection->ClearField(&message, field);
        return absl::OkStatus();
      }
      const auto time = ParseTime(text, absl::Now());
      if (!time.ok()) return time.status();
      reflection->MutableMessage(&message, field)->CopyFrom(*time);
      return absl::OkStatus();
    }
    case FieldForm::kBool:
      reflection->SetBool(&message, field, text == "true");
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

void SetText(Message& message, const std::string& field, const std::string& text) {
  if (const FieldDescriptor* found = message.GetDescriptor()->FindFieldByName(field)) {
    message.GetReflection()->SetString(&message, found, text);
  }
}

// Sets what the command line says of `message`'s own fields, and names them in `mask` if there is
// one.
absl::Status SetFields(Context& context, const Values& values, Message& message,
                       google::protobuf::FieldMask* mask) {
  for (const FieldFlag& flag : kFieldFlags) {
    const auto given = values.texts.find(flag.field);
    if (given == values.texts.end() || given->second.empty()) continue;
    if (message.GetDescriptor()->FindFieldByName(flag.field) == nullptr) continue;
    if (absl::Status status = SetField(context, flag, given->second, message); !status.ok()) {
      return status;
    }
    if (mask != nullptr && absl::string_view(flag.field) != "etag") mask->add_paths(flag.field);
  }
  return absl::OkStatus();
}

// Sets the fields of a user that the tenant defines, each by itself.
absl::Status SetUserFields(const std::vector<std::string>& given, v1::User& user,
                           google::protobuf::FieldMask* mask) {
  for (const std::string& text : given) {
    const size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("--field `", text, "`: wanted a field and its value, like department=Fire"));
    }
    v1::UserFieldValue& field = *user.add_fields();
    field.set_field(text.substr(0, equals));
    field.set_value(text.substr(equals + 1));
    if (mask != nullptr) mask->add_paths(absl::StrCat("fields.", field.field()));
  }
  return absl::OkStatus();
}

absl::Status SetTrainingAssignment(const Values& values, v1::TrainingAssignment& assignment) {
  if (!values.due.empty()) {
    const auto time = ParseTime(values.due, absl::Now());
    if (!time.ok()) return time.status();
    *assignment.mutable_due()->mutable_time() = *time;
  }
  if (values.due_days != 0) {
    assignment.mutable_due()->set_days_after_enrollment(values.due_days);
  }
  assignment.set_on_leave(values.withdraw ? v1::TrainingAssignment::WITHDRAW
                                          : v1::TrainingAssignment::KEEP);
  return absl::OkStatus();
}

// Which part of a user is shown; null for requests that do not ask.
const FieldDescriptor* ViewField(const Descriptor& request) {
  const FieldDescriptor* const field = request.FindFieldByName("view");
  return field != nullptr && field->enum_type() == v1::User::View_descriptor() ? field : nullptr;
}

absl::StatusOr<std::string> NameOf(const Names& names, const ResourceType& type,
                                   const std::string& id) {
  if (type.message != v1::Tenant::descriptor()) return names.Full(id, type.collection);
  if (absl::StartsWith(id, "tenants/")) return id;
  return id == "." ? names.Tenant() : absl::StrCat("tenants/", id);
}

absl::StatusOr<std::unique_ptr<Message>> MakeRequest(Context& context, const Verb& verb,
                                                     const Values& values) {
  std::unique_ptr<Message> request(
      MessageFactory::generated_factory()->GetPrototype(&verb.request())->New());
  const auto* const reflection = request->GetReflection();
  const Names names = context.names();
  if (verb.request().FindFieldByName("parent") != nullptr) {
    const auto tenant = names.Tenant();
    if (!tenant.ok()) return tenant.status();
    SetText(*request, "parent", *tenant);
  }
  google::protobuf::FieldMask* mask = nullptr;
  if (const FieldDescriptor* field = verb.request().FindFieldByName("update_mask")) {
    mask =
        static_cast<google::protobuf::FieldMask*>(reflection->MutableMessage(request.get(), field));
  }
  Message* const resource = verb.resource_field == nullptr
                                ? nullptr
                                : reflection->MutableMessage(request.get(), verb.resource_field);
  if (verb.word == "create") {
    SetText(*request, absl::StrCat(verb.resource_field->name(), "_id"), values.id);
  } else if (!values.id.empty()) {
    const auto name = NameOf(names, *verb.type, values.id);
    if (!name.ok()) return name.status();
    SetText(resource == nullptr ? *request : *resource, "name", *name);
  }
  if (!values.target.empty()) {
    const auto target = names.Full(values.target);
    if (!target.ok()) return target.status();
    SetText(*request, "parent_scope", *target);
  }
  absl::Status status = SetFields(context, values, *request, nullptr);
  if (resource != nullptr) {
    // Something without a name for people is called by its id.
    if (verb.word == "create") SetText(*resource, "display_name", values.id);
    status.Update(SetFields(context, values, *resource, mask));
    if (auto* const user = dynamic_cast<v1::User*>(resource)) {
      status.Update(SetUserFields(values.user_fields, *user, mask));
    }
    if (auto* const assignment = dynamic_cast<v1::TrainingAssignment*>(resource)) {
      status.Update(SetTrainingAssignment(values, *assignment));
    }
  }
  if (values.is_public) {
    reflection->SetEnumValue(request.get(), ViewField(verb.request()), v1::User::PUBLIC);
  }
  for (const auto& [field, is_set] : values.flags) {
    if (is_set) {
      reflection->SetBool(request.get(), verb.request().FindFieldByName(field), true);
    }
  }
  if (InitialTenant::IsWantedBy(verb.request())) {
    status.Update(values.initial.Fill(context, *request));
  }
  if (status.ok() && mask != nullptr && mask->paths().empty()) {
    status = absl::InvalidArgumentError(absl::StrCat("nothing to change is given; `provost ",
                                                     verb.type->command,
                                                     " update --help` lists "
                                                     "what can be"));
  }
  if (!status.ok()) return status;
  return request;
}

absl::StatusOr<int> RunVerb(Context& context, const Verb& verb, const Values& values) {
  auto request = MakeRequest(context, verb, values);
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
  std::string name = values.id;
  if (const FieldDescriptor* field = response->GetDescriptor()->FindFieldByName("name")) {
    name = response->GetReflection()->GetString(*response, field);
  } else if (const auto full = NameOf(names, *verb.type, values.id); full.ok()) {
    name = *full;
  }
  const auto dry = values.flags.find("validate_only");
  const bool is_dry = dry != values.flags.end() && dry->second;
  context.Answer(*response, absl::StrCat(is_dry ? "would be " : "", PastTense(verb.word), " ",
                                         Printable(names.Short(name)), "\n"));
  return kExitOk;
}

// --- the options of a verb ---

void AddFieldOption(CLI::App* command, const FieldFlag& flag, Values& values, bool is_required) {
  CLI::Option* const option = command->add_option(flag.flag, values.texts[flag.field], flag.help);
  switch (flag.form) {
    case FieldForm::kText:
      option->type_name("TEXT");
      break;
    case FieldForm::kScope:
      option->type_name("SCOPE");
      break;
    case FieldForm::kSubject:
      option->type_name("SUBJECT");
      break;
    case FieldForm::kTime:
      option->type_name("TIME");
      break;
    case FieldForm::kBool:
      option->type_name("BOOL")->check(CLI::IsMember({"true", "false"}));
      break;
  }
  option->required(is_required);
}

void AddVerb(Tool& tool, CLI::App& group, const Verb& verb) {
  auto values = std::make_shared<Values>();
  CLI::App* const command = AddCommand(group, verb.word, SummaryOf(verb), ExampleOf(verb));
  const Descriptor& request = verb.request();
  if (verb.word == "create") {
    // Enrollments are called by numbers that the server gives.
    const std::string id = absl::StrCat(verb.resource_field->name(), "_id");
    if (request.FindFieldByName(id) != nullptr) {
      command->add_option("id", values->id, "Its id; made by the server if left out");
    }
  } else if (verb.word != "list") {
    command->add_option("name", values->id, absl::StrCat("Which one, such as ", verb.type->example))
        ->required();
  }
  if (verb.word == "move") {
    command->add_option("parent", values->target, "The scope to put it under")->required();
  }
  for (const FieldFlag& flag : kFieldFlags) {
    const bool is_of_request = request.FindFieldByName(flag.field) != nullptr;
    const bool is_of_resource = verb.resource_field != nullptr &&
                                verb.type->message->FindFieldByName(flag.field) != nullptr &&
                                !IsOutputOnly(*verb.type->message, flag.field) &&
                                !(verb.word == "update" && IsFixed(flag.field)) &&
                                !(verb.word == "create" && absl::string_view(flag.field) == "etag");
    const bool is_target = verb.word == "move" && absl::string_view(flag.field) == "parent_scope";
    if ((is_of_request || is_of_resource) && !is_target) {
      const Descriptor* const made = verb.type->message;
      const bool is_required =
          verb.word == "create" && IsFixed(flag.field) &&
          (made == v1::Session::descriptor() || made == v1::Enrollment::descriptor() ||
           made == v1::TrainingAssignment::descriptor());
      AddFieldOption(command, flag, *values, is_required);
    }
  }
  for (const BoolFlag& flag : kBoolFlags) {
    if (request.FindFieldByName(flag.field) == nullptr) continue;
    command->add_flag(flag.flag, values->flags[flag.field], flag.help);
  }
  if (verb.resource_field != nullptr && verb.type->message == v1::User::descriptor()) {
    command
        ->add_option("--field", values->user_fields,
                     "A field that the tenant defines; again for more of them")
        ->type_name("ID=VALUE");
  }
  if (verb.resource_field != nullptr &&
      verb.type->message == v1::TrainingAssignment::descriptor()) {
    auto* const due = command->add_option("--due", values->due, "When it is due: 2026-11-03, +30d")
                          ->type_name("TIME");
    command->add_option("--due-days", values->due_days, "Due so many days after the enrollment")
        ->type_name("N")
        ->excludes(due);
    command->add_flag("--withdraw", values->withdraw,
                      "Who leaves the group withdraws; without, they stay enrolled");
  }
  if (ViewField(request) != nullptr) {
    command->add_flag("--public", values->is_public, "What everybody may see, and nothing else");
  }
  if (InitialTenant::IsWantedBy(request)) values->initial.AddOptions(command);
  if (verb.word == "list") {
    command->add_option("--limit", values->limit, "Stop after this many (default: all)")
        ->type_name("N");
  }
  OnRun(tool, command, values,
        [verb](Context& context, const Values& given) { return RunVerb(context, verb, given); });
}

}  // namespace

void AddResourceCommands(Tool& tool) {
  for (const ResourceType& type : ResourceTypes()) {
    CLI::App* const group =
        AddGroup(tool.app, type.command, absl::StrCat("Manages ", type.words, "s."),
                 absl::StrCat("provost ", type.command, " list"));
    group->group("Resources");
    for (const Verb& verb : VerbsOf(type)) AddVerb(tool, *group, verb);
    // What is of this kind of resource alone.
    if (type.message == v1::Group::descriptor()) AddGroupMemberCommands(tool, *group);
    if (type.message == v1::Catalog::descriptor()) AddCatalogDefinitionCommands(tool, *group);
    if (type.message == v1::TrainingPlan::descriptor()) AddPlanCommands(tool, *group);
    if (type.message == v1::User::descriptor()) AddUserFieldCommands(tool, *group);
    if (type.message == v1::Course::descriptor()) AddCourseItemCommands(tool, *group);
    if (type.message == v1::ContentItem::descriptor()) {
      AddContentCommands(tool, *group);
      AddContentReviewCommands(tool, *group);
      AddPackageCommands(tool, *group);
      AddQuizCommands(tool, *group);
    }
  }
}

}  // namespace provost::cli
