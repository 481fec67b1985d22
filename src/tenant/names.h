#ifndef PROVOST_TENANT_NAMES_H_
#define PROVOST_TENANT_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace provost {

/// What a resource name names. Names are flat under the tenant (`tenants/acme/courses/fire`), so a
/// move renames nothing and a name cannot lie about its parents.
enum class Collection : uint8_t {
  kTenant,                 ///< `tenants/acme` itself.
  kUsers,                  ///< `users`
  kServiceAccounts,        ///< `serviceAccounts`
  kGroups,                 ///< `groups`
  kCatalogs,               ///< `catalogs`
  kCourses,                ///< `courses`
  kPlans,                  ///< `plans`
  kSessions,               ///< `sessions`
  kAssignments,            ///< `assignments`; the id is a decimal uid.
  kOverrides,              ///< `overrides`; the id is `<scope uid>.<role>.<permission>`.
  kPolicyVersions,         ///< `policyVersions`; the id is a decimal number.
  kPackages,               ///< `packages`
  kPages,                  ///< `pages`
  kQuizzes,                ///< `quizzes`
  kQuestionPools,          ///< `questionPools`
  kTasks,                  ///< `tasks`: work that learners hand in.
  kCertificateTemplates,   ///< `certificateTemplates`
  kImports,                ///< `imports`; the id is a UUID that the caller made.
  kCompetencies,           ///< `competencies`
  kNotificationRules,      ///< `notificationRules`
  kNotificationTemplates,  ///< `notificationTemplates`
  kOutboxMessages,         ///< `outboxMessages`; the id is a number.
  kEnrollments,            ///< `enrollments`; the id is `<training uid>.<learner uid>`.
  kTrainingAssignments,    ///< `trainingAssignments`; the id is a decimal uid.
  kRecordEvents,           ///< `recordEvents`; the id is `<training uid>.<learner uid>.<number>`.
  kExternalTrainings,      ///< `externalTrainings`; the id is `<learner uid>.<uid>`.
  kCertificates,           ///< `certificates`; the id is a decimal uid.
  kAttempts,               ///< `attempts`; the id is a decimal uid.
  kSubmissions,            ///< `submissions`; the id is a decimal uid.
  kDiscussions,            ///< `discussions`; the id is a decimal uid.
  kPosts,                  ///< `posts`: what is said in discussions; the id is a decimal uid.
  kMessages,               ///< `messages`; the id is a decimal uid.
  kReports,                ///< `reports`: definitions of reports.
};

/// As it stands in names: `users`. Empty for kTenant.
absl::string_view CollectionName(Collection collection);

/// What one of them is, for people: `user`, `training plan`; `tenant` for kTenant.
absl::string_view CollectionNoun(Collection collection);

inline constexpr size_t kMaxIdBytes = 63;
inline constexpr size_t kMaxResourceNameBytes = 512;

/// What an id has to look like, for errors: "[a-z0-9][a-z0-9._-]{0,62}".
extern const absl::string_view kIdForm;

/// True for ids that people give: `kIdForm`.
bool IsValidId(absl::string_view id);

/// True for a UUID as RFC 9562 writes it, in letters of either case.
bool IsUuid(absl::string_view text);

/// The id of the built-in tenant in which everything above tenants is judged.
inline constexpr absl::string_view kSystemTenantId = "system";

/// The name of a tenant's root scope within its World, where names are relative to the tenant.
inline constexpr absl::string_view kRootScopeName = "tenant";

/// A parsed resource name. A plain value.
struct ResourceName {
  std::string tenant;
  Collection collection = Collection::kTenant;
  std::string id;  ///< Empty for kTenant.

  /// `tenants/acme/users/ann`.
  std::string ToString() const;
  /// `users/ann`: how the World knows it; `kRootScopeName` for the tenant.
  std::string Relative() const;

  bool IsSubject() const {
    return collection == Collection::kUsers || collection == Collection::kServiceAccounts ||
           collection == Collection::kGroups;
  }
  bool IsScope() const {
    return collection == Collection::kTenant || collection == Collection::kCatalogs ||
           collection == Collection::kCourses || collection == Collection::kPlans ||
           collection == Collection::kSessions;
  }
  friend bool operator==(const ResourceName& a, const ResourceName& b) {
    return a.tenant == b.tenant && a.collection == b.collection && a.id == b.id;
  }
};

/// INVALID_ARGUMENT says what is wrong with the name; it does not repeat the name.
absl::StatusOr<ResourceName> ParseName(absl::string_view name);

/// The full name of what a World calls `relative`.
std::string FullName(absl::string_view tenant, absl::string_view relative);

/// `users/ann` in two; none where there is no such collection.
struct RelativeName {
  Collection collection;
  absl::string_view id;
};
std::optional<RelativeName> SplitRelative(absl::string_view relative);

/// The parts of the id of an override. None where it is no such id.
struct OverrideId {
  uint32_t scope = 0;
  std::string role;
  std::string permission;

  std::string ToString() const;
};
std::optional<OverrideId> ParseOverrideId(absl::string_view id);

/// A person in a course or a training plan, by uids: there is one enrollment of each such pair.
struct EnrollmentId {
  uint32_t training = 0;
  uint32_t learner = 0;

  std::string ToString() const;
};
/// None where it is no such id.
std::optional<EnrollmentId> ParseEnrollmentId(absl::string_view id);

/// One of the events of an enrollment's log.
struct RecordEventId {
  EnrollmentId enrollment;
  uint64_t number = 0;

  std::string ToString() const;
};
/// None where it is no such id.
std::optional<RecordEventId> ParseRecordEventId(absl::string_view id);

/// A training from elsewhere, of a person.
struct ExternalTrainingId {
  uint32_t learner = 0;
  uint64_t uid = 0;

  std::string ToString() const;
};
/// None where it is no such id.
std::optional<ExternalTrainingId> ParseExternalTrainingId(absl::string_view id);

}  // namespace provost

#endif  // PROVOST_TENANT_NAMES_H_
