#include "tenant/names.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tenant/errors.h"

namespace provost {
namespace {

// What the ids of a collection look like.
enum class IdForm {
  kGiven,
  kNumber,
  kUuid,
  kOverride,
  kEnrollment,
  kRecordEvent,
  kExternalTraining
};

constexpr struct {
  Collection collection;
  absl::string_view name;
  absl::string_view noun;
  IdForm form = IdForm::kGiven;
} kCollections[] = {
    {Collection::kUsers, "users", "user"},
    {Collection::kServiceAccounts, "serviceAccounts", "service account"},
    {Collection::kGroups, "groups", "group"},
    {Collection::kCatalogs, "catalogs", "catalog"},
    {Collection::kCourses, "courses", "course"},
    {Collection::kPlans, "plans", "training plan"},
    {Collection::kSessions, "sessions", "session"},
    {Collection::kAssignments, "assignments", "assignment", IdForm::kNumber},
    {Collection::kOverrides, "overrides", "override", IdForm::kOverride},
    {Collection::kPolicyVersions, "policyVersions", "policy version", IdForm::kNumber},
    {Collection::kPackages, "packages", "content package"},
    {Collection::kPages, "pages", "page"},
    {Collection::kQuizzes, "quizzes", "quiz"},
    {Collection::kQuestionPools, "questionPools", "question pool"},
    {Collection::kTasks, "tasks", "task"},
    {Collection::kCertificateTemplates, "certificateTemplates", "certificate template"},
    {Collection::kImports, "imports", "import", IdForm::kUuid},
    {Collection::kCompetencies, "competencies", "competency"},
    {Collection::kNotificationRules, "notificationRules", "notification rule"},
    {Collection::kNotificationTemplates, "notificationTemplates", "notification template"},
    {Collection::kOutboxMessages, "outboxMessages", "outbox message", IdForm::kNumber},
    {Collection::kEnrollments, "enrollments", "enrollment", IdForm::kEnrollment},
    {Collection::kTrainingAssignments, "trainingAssignments", "training assignment",
     IdForm::kNumber},
    {Collection::kRecordEvents, "recordEvents", "event of a training record", IdForm::kRecordEvent},
    {Collection::kExternalTrainings, "externalTrainings", "external training",
     IdForm::kExternalTraining},
    {Collection::kCertificates, "certificates", "certificate", IdForm::kNumber},
    {Collection::kAttempts, "attempts", "attempt", IdForm::kNumber},
    {Collection::kSubmissions, "submissions", "submission", IdForm::kNumber},
    {Collection::kDiscussions, "discussions", "discussion", IdForm::kNumber},
    {Collection::kPosts, "posts", "post", IdForm::kNumber},
    {Collection::kMessages, "messages", "message", IdForm::kNumber},
    {Collection::kReports, "reports", "report"},
};

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::optional<Collection> FindCollection(absl::string_view name) {
  for (const auto& entry : kCollections) {
    if (entry.name == name) return entry.collection;
  }
  return std::nullopt;
}

// A number as the server writes it: no sign, no leading zero, not 0.
bool IsNumberId(absl::string_view id) {
  uint64_t number = 0;
  return absl::SimpleAtoi(id, &number) && number > 0 && absl::StrCat(number) == id;
}

IdForm FormOf(Collection collection) {
  for (const auto& entry : kCollections) {
    if (entry.collection == collection) return entry.form;
  }
  return IdForm::kGiven;
}

// What the id should have been, where it is not.
std::optional<absl::string_view> WantedInstead(IdForm form, absl::string_view id) {
  switch (form) {
    case IdForm::kNumber:
      if (!IsNumberId(id)) return "a number from 1 on";
      break;
    case IdForm::kUuid:
      if (!IsUuid(id) || id != absl::AsciiStrToLower(id)) return "a UUID in lower case";
      break;
    case IdForm::kOverride:
      if (!ParseOverrideId(id).has_value()) return "<scope uid>.<role>.<permission>";
      break;
    case IdForm::kEnrollment:
      if (!ParseEnrollmentId(id).has_value()) return "<training uid>.<learner uid>";
      break;
    case IdForm::kRecordEvent:
      if (!ParseRecordEventId(id).has_value()) return "<training uid>.<learner uid>.<number>";
      break;
    case IdForm::kExternalTraining:
      if (!ParseExternalTrainingId(id).has_value()) return "<learner uid>.<uid>";
      break;
    case IdForm::kGiven:
      if (!IsValidId(id)) return kIdForm;
      break;
  }
  return std::nullopt;
}

}  // namespace

const absl::string_view kIdForm = "[a-z0-9][a-z0-9._-]{0,62}";

absl::string_view CollectionName(Collection collection) {
  for (const auto& entry : kCollections) {
    if (entry.collection == collection) return entry.name;
  }
  return "";
}

absl::string_view CollectionNoun(Collection collection) {
  for (const auto& entry : kCollections) {
    if (entry.collection == collection) return entry.noun;
  }
  return "tenant";
}

bool IsValidId(absl::string_view id) {
  if (id.empty() || id.size() > kMaxIdBytes || !IsLowerOrDigit(id[0])) return false;
  for (char c : id) {
    if (!IsLowerOrDigit(c) && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) {
      return false;
    }
  }
  return true;
}

std::string ResourceName::ToString() const {
  if (collection == Collection::kTenant) return absl::StrCat("tenants/", tenant);
  return absl::StrCat("tenants/", tenant, "/", CollectionName(collection), "/", id);
}

std::string ResourceName::Relative() const {
  if (collection == Collection::kTenant) return std::string(kRootScopeName);
  return absl::StrCat(CollectionName(collection), "/", id);
}

absl::StatusOr<ResourceName> ParseName(absl::string_view name) {
  if (name.empty()) return absl::InvalidArgumentError("a name is needed, like `tenants/acme`");
  if (name.size() > kMaxResourceNameBytes) {
    return absl::InvalidArgumentError(absl::StrCat("has ", name.size(), " bytes; at most ",
                                                   kMaxResourceNameBytes, " are wanted"));
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts[0] != "tenants" || (parts.size() != 2 && parts.size() != 4)) {
    return absl::InvalidArgumentError(
        "wanted a name of the form `tenants/<id>` or `tenants/<id>/<collection>/<id>`");
  }
  ResourceName result;
  if (!IsValidId(parts[1])) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(parts[1]), " is no id of a tenant; wanted ", kIdForm));
  }
  result.tenant = std::string(parts[1]);
  if (parts.size() == 2) return result;
  const std::optional<Collection> collection = FindCollection(parts[2]);
  if (!collection.has_value()) {
    std::string known;
    for (const auto& entry : kCollections) {
      absl::StrAppend(&known, known.empty() ? "" : ", ", entry.name);
    }
    return absl::InvalidArgumentError(
        absl::StrCat("there is no collection ", Quoted(parts[2]), "; wanted one of ", known));
  }
  if (const auto wanted = WantedInstead(FormOf(*collection), parts[3]); wanted.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(parts[3]), " is no id in ", parts[2], "; wanted ", *wanted));
  }
  result.collection = *collection;
  result.id = std::string(parts[3]);
  return result;
}

std::string FullName(absl::string_view tenant, absl::string_view relative) {
  if (relative == kRootScopeName) return absl::StrCat("tenants/", tenant);
  return absl::StrCat("tenants/", tenant, "/", relative);
}

std::optional<RelativeName> SplitRelative(absl::string_view relative) {
  if (relative == kRootScopeName) return RelativeName{Collection::kTenant, ""};
  const size_t slash = relative.find('/');
  if (slash == absl::string_view::npos) return std::nullopt;
  const std::optional<Collection> collection = FindCollection(relative.substr(0, slash));
  if (!collection.has_value()) return std::nullopt;
  return RelativeName{*collection, relative.substr(slash + 1)};
}

std::string OverrideId::ToString() const { return absl::StrCat(scope, ".", role, ".", permission); }

std::optional<OverrideId> ParseOverrideId(absl::string_view id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(id, absl::MaxSplits('.', 2));
  if (parts.size() != 3 || !IsNumberId(parts[0])) return std::nullopt;
  OverrideId result;
  if (!absl::SimpleAtoi(parts[0], &result.scope)) return std::nullopt;
  for (absl::string_view part : {parts[1], parts[2]}) {
    if (part.empty()) return std::nullopt;
    for (char c : part) {
      if (!IsLowerOrDigit(c) && c != '_' && c != '.') return std::nullopt;
    }
  }
  result.role = std::string(parts[1]);
  result.permission = std::string(parts[2]);
  return result;
}

std::string EnrollmentId::ToString() const { return absl::StrCat(training, ".", learner); }

std::optional<EnrollmentId> ParseEnrollmentId(absl::string_view id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(id, '.');
  EnrollmentId result;
  if (parts.size() != 2 || !IsNumberId(parts[0]) || !IsNumberId(parts[1]) ||
      !absl::SimpleAtoi(parts[0], &result.training) ||
      !absl::SimpleAtoi(parts[1], &result.learner)) {
    return std::nullopt;
  }
  return result;
}

std::string RecordEventId::ToString() const {
  return absl::StrCat(enrollment.ToString(), ".", number);
}

std::optional<RecordEventId> ParseRecordEventId(absl::string_view id) {
  const size_t dot = id.rfind('.');
  if (dot == absl::string_view::npos) return std::nullopt;
  const std::optional<EnrollmentId> enrollment = ParseEnrollmentId(id.substr(0, dot));
  RecordEventId result;
  if (!enrollment.has_value() || !IsNumberId(id.substr(dot + 1)) ||
      !absl::SimpleAtoi(id.substr(dot + 1), &result.number)) {
    return std::nullopt;
  }
  result.enrollment = *enrollment;
  return result;
}

std::string ExternalTrainingId::ToString() const { return absl::StrCat(learner, ".", uid); }

std::optional<ExternalTrainingId> ParseExternalTrainingId(absl::string_view id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(id, '.');
  ExternalTrainingId result;
  if (parts.size() != 2 || !IsNumberId(parts[0]) || !IsNumberId(parts[1]) ||
      !absl::SimpleAtoi(parts[0], &result.learner) || !absl::SimpleAtoi(parts[1], &result.uid)) {
    return std::nullopt;
  }
  return result;
}

}  // namespace provost
