#include "tools/provost/resource_types.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/certificate_service.pb.h"
#include "provost/v1/competency_service.pb.h"
#include "provost/v1/content_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "provost/v1/report_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tools/provost/initial_tenant.h"

namespace provost::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

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

// Whether the verb has a command of its own elsewhere.
bool IsSpecial(const ResourceType& type, const std::string& word) {
  // Roles are given and taken back by `assign` and `revoke`.
  if (type.message == v1::Assignment::descriptor()) return word == "create" || word == "delete";
  // Issuing one has more to be told than the others: certificate_commands.cc.
  if (type.message == v1::Certificate::descriptor()) return word == "issue";
  // What somebody applies for is a training: enrollment_commands.cc.
  if (type.message == v1::Enrollment::descriptor()) return word == "request";
  // A content item has a body, versions and shares: content_commands.cc.
  if (type.message == v1::ContentItem::descriptor()) return word != "delete";
  // What a catalog is has options of its own.
  if (type.message == v1::Catalog::descriptor()) return word == "define";
  // What a report is made of, and when it is mailed: saved_report_commands.cc.
  if (type.message == v1::Report::descriptor()) return word == "get" || word == "list";
  // A template's texts are shown line by line: notification_commands.cc.
  if (type.message == v1::NotificationTemplate::descriptor()) return word == "get";
  return false;
}

std::string Article(absl::string_view word) {
  return absl::StrCat(absl::StrContains("aeio", word.substr(0, 1)) ? "an " : "a ", word);
}

}  // namespace

std::string ResourceType::Path() const {
  return absl::StrCat("provost ", above, *above == '\0' ? "" : " ", command);
}

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
      {"competencies", "Competency", "CompetencyService", "competencies", "competency",
       "fire-warden", "", v1::Competency::descriptor()},
      {"assignments", "Assignment", "RoleService", "assignments", "assignment", "17", "",
       v1::Assignment::descriptor()},
      {"enrollments", "Enrollment", "EnrollmentService", "enrollments", "enrollment", "12.7", "",
       v1::Enrollment::descriptor()},
      {"training-assignments", "TrainingAssignment", "EnrollmentService", "trainingAssignments",
       "training assignment", "17", "", v1::TrainingAssignment::descriptor()},
      {"certificates", "Certificate", "CertificateService", "certificates", "certificate", "17", "",
       v1::Certificate::descriptor()},
      {"reports", "Report", "ReportService", "reports", "saved report", "late", "",
       v1::Report::descriptor()},
      {"rules", "NotificationRule", "NotificationService", "notificationRules", "rule for mails",
       "welcome", "", v1::NotificationRule::descriptor(), "notifications"},
      {"templates", "NotificationTemplate", "NotificationService", "notificationTemplates",
       "template of mails", "welcome", "", v1::NotificationTemplate::descriptor(), "notifications"},
      {"outbox", "OutboxMessage", "NotificationService", "outboxMessages", "mail", "17", "",
       v1::OutboxMessage::descriptor(), "notifications"},
  };
  return *types;
}

std::vector<Verb> VerbsOf(const ResourceType& type) {
  // It may stand in another file than what it is about.
  const ServiceDescriptor* const service =
      type.message->file()->pool()->FindServiceByName(absl::StrCat("provost.v1.", type.service));
  std::vector<Verb> verbs;
  for (int i = 0; i < service->method_count(); ++i) {
    Verb verb{&type, service->method(i), WordOf(*service->method(i), type), nullptr};
    if (verb.word.empty() || IsSpecial(type, verb.word)) continue;
    for (int f = 0; f < verb.request().field_count(); ++f) {
      if (verb.request().field(f)->message_type() == type.message) {
        verb.resource_field = verb.request().field(f);
      }
    }
    verbs.push_back(verb);
  }
  return verbs;
}

std::string PluralOf(const ResourceType& type) {
  absl::string_view words = type.words;
  // `rules for mails`
  const size_t end = std::min(words.find(" for "), words.find(" of "));
  const absl::string_view rest = words.substr(std::min(end, words.size()));
  words = words.substr(0, end);
  if (absl::ConsumeSuffix(&words, "y")) return absl::StrCat(words, "ies", rest);
  return absl::StrCat(words, "s", rest);
}

std::string PastTense(absl::string_view word) {
  if (word == "withdraw") return "withdrawn";
  if (word == "cancel") return "cancelled";
  if (absl::ConsumeSuffix(&word, "y")) return absl::StrCat(word, "ied");
  return absl::StrCat(word, absl::EndsWith(word, "e") ? "d" : "ed");
}

std::string SummaryOf(const Verb& verb) {
  if (verb.type->message == v1::Enrollment::descriptor() && verb.word == "delete") {
    return "Ends an enrollment, whatever it came from; its record stays.";
  }
  if (verb.word == "list" && (verb.type->message == v1::Enrollment::descriptor() ||
                              verb.type->message == v1::Certificate::descriptor())) {
    return absl::StrCat("Lists the ", PluralOf(*verb.type),
                        " of a training or a person; your own if neither is said.");
  }
  static const auto* const summaries = new std::map<std::string, std::string>{
      {"create", "Makes $a."},
      {"get", "Shows $a with all its fields."},
      {"list", "Lists the $s that you may read."},
      {"update", "Changes fields of $a."},
      {"delete", "Deletes $a."},
      {"move", "Puts $a under another scope."},
      {"archive", "Freezes $a and all that is in it."},
      {"unarchive", "Lifts the archive of $a."},
      {"suspend", "Suspends $a."},
      {"reactivate", "Ends the suspension of $a."},
      {"resume", "Ends the suspension of $a."},
      {"revoke", "Revokes $a for good."},
      {"cancel", "Cancels $a for good, and tells whoever takes part."},
      {"publish", "Opens $a to learners."},
      {"unpublish", "Closes $a to learners again."},
      {"approve", "Approves what somebody has applied for."},
      {"reject", "Turns down what somebody has applied for."},
      {"withdraw", "Leaves a training, its waiting list, or takes back an application."},
      {"promote", "Lets somebody in who waits."},
      {"retry", "Tries once more to send $a that was given up."},
  };
  const auto found = summaries->find(verb.word);
  const std::string summary =
      found != summaries->end() ? found->second : absl::StrCat(verb.word, " $a.");
  return absl::StrReplaceAll(summary,
                             {{"$a", Article(verb.type->words)}, {"$s", PluralOf(*verb.type)}});
}

std::string ExampleOf(const Verb& verb) {
  const ResourceType& type = *verb.type;
  std::string example = absl::StrCat(type.Path(), " ", verb.word);
  if (type.message == v1::Enrollment::descriptor() &&
      (verb.word == "list" || verb.word == "create")) {
    return absl::StrCat(example, verb.word == "list" ? "" : " --learner users/lea",
                        " --in courses/fire");
  }
  if (type.message == v1::Enrollment::descriptor()) {
    absl::StrAppend(&example, " courses/fire", verb.word == "withdraw" ? "" : " users/lea");
    return verb.word == "reject" ? absl::StrCat(example, " --reason \"Next year\"") : example;
  }
  if (type.message == v1::TrainingAssignment::descriptor() && verb.word == "create") {
    return absl::StrCat(example, " --in plans/onboarding --to groups/crew --due-days 30");
  }
  if (type.message == v1::OutboxMessage::descriptor() && verb.word == "list") {
    return absl::StrCat(example, " --to users/lea --state failed");
  }
  if (type.message == v1::Certificate::descriptor() && verb.word == "list") {
    return absl::StrCat(example, " --learner users/lea");
  }
  if (verb.word == "list") return example;
  absl::StrAppend(&example, " ", type.example);
  if (verb.word == "create") {
    if (*type.parent != '\0') absl::StrAppend(&example, " --parent ", type.parent);
    if (InitialTenant::IsWantedBy(verb.request())) {
      absl::StrAppend(&example, " --preset lms365 --admin ann");
    }
    if (type.message == v1::Session::descriptor()) {
      absl::StrAppend(&example,
                      " --start 2026-11-03T09:00 --end 2026-11-03T12:00 --room \"Room 7\" "
                      "--instructor users/ian");
    }
    if (type.message == v1::Report::descriptor()) {
      absl::StrAppend(&example, " --kind overdue --of courses/fire --mail monday@07:30");
    }
    if (type.message == v1::Competency::descriptor()) {
      absl::StrAppend(&example, " --home catalogs/safety --level basic --level full=\"On duty\"");
    }
    if (type.message == v1::NotificationRule::descriptor()) {
      absl::StrAppend(&example,
                      " --home catalogs/safety --on enrolled --template welcome "
                      "--to learner,manager");
    }
    if (type.message == v1::NotificationTemplate::descriptor()) {
      absl::StrAppend(&example,
                      " --home catalogs/safety --on enrolled "
                      "--subject en=\"You are in\" --text en=\"See you there.\"");
    }
  }
  if (verb.word == "update") {
    absl::StrAppend(&example, type.message->FindFieldByName("expires") != nullptr
                                  ? " --until +30d"
                                  : " --display-name \"A new name\"");
  }
  if (verb.word == "move") absl::StrAppend(&example, " ", type.parent);
  if (verb.word == "cancel") absl::StrAppend(&example, " --reason \"The instructor is ill\"");
  if (verb.word == "revoke") absl::StrAppend(&example, " --reason \"Issued by mistake\"");
  return example;
}

}  // namespace provost::cli
