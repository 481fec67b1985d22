#include "tenant/rows.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

// What the second part of a key in kTenants says.
constexpr uint8_t kTenantPart = 0;
constexpr uint8_t kCountersPart = 1;
// What the second part of a key in kRequests says, beside the times at which answers are forgotten.
constexpr uint8_t kAnswerPart = 1;

template <typename Row, typename Resource>
PutScope ScopeOp(Collection collection, ScopeKind kind, absl::string_view id, const Row& row,
                 const Resource& resource) {
  return PutScope{ScopeId(row.uid()),
                  kind,
                  absl::StrCat(CollectionName(collection), "/", id),
                  ScopeId(row.parent()),
                  resource.archived(),
                  resource.held()};
}

}  // namespace

std::string TenantRowKey(uint64_t tenant) { return KeyWriter(tenant).U8(kTenantPart).Take(); }
std::string CountersKey(uint64_t tenant) { return KeyWriter(tenant).U8(kCountersPart).Take(); }
std::string PolicyKey(uint64_t tenant, uint64_t version) {
  return KeyWriter(tenant).U64(version).Take();
}
std::string EntityKey(uint64_t tenant, Collection collection, absl::string_view id) {
  // Where several collections share a table, the name of the collection keeps them apart.
  const Table table = TableOf(collection);
  if (table == Table::kUsers || table == Table::kContent || table == Table::kNotifications) {
    return KeyWriter(tenant).String(absl::StrCat(CollectionName(collection), "/", id)).Take();
  }
  return KeyWriter(tenant).String(id).Take();
}

Table TableOf(Collection collection) {
  switch (collection) {
    case Collection::kTenant:
      return Table::kTenants;
    case Collection::kUsers:
    case Collection::kServiceAccounts:
      return Table::kUsers;
    case Collection::kGroups:
      return Table::kGroups;
    case Collection::kCatalogs:
      return Table::kCatalogs;
    case Collection::kCourses:
      return Table::kCourses;
    case Collection::kPlans:
      return Table::kPlans;
    case Collection::kSessions:
      return Table::kSessions;
    case Collection::kAssignments:
      return Table::kAssignments;
    case Collection::kOverrides:
      return Table::kOverrides;
    case Collection::kPolicyVersions:
      return Table::kPolicies;
    case Collection::kPackages:
    case Collection::kPages:
    case Collection::kQuizzes:
    case Collection::kQuestionPools:
    case Collection::kTasks:
    case Collection::kCertificateTemplates:
      return Table::kContent;
    case Collection::kEnrollments:
      return Table::kEnrollments;
    case Collection::kTrainingAssignments:
      return Table::kTrainingAssignments;
    case Collection::kImports:
      return Table::kJobs;
    case Collection::kCompetencies:
      return Table::kCompetencies;
    case Collection::kNotificationRules:
    case Collection::kNotificationTemplates:
      return Table::kNotifications;
    case Collection::kOutboxMessages:
      return Table::kOutbox;
    case Collection::kRecordEvents:
    case Collection::kExternalTrainings:
      return Table::kRecords;
    case Collection::kCertificates:
      return Table::kCertificates;
    case Collection::kAttempts:
      return Table::kAttempts;
    case Collection::kSubmissions:
      return Table::kSubmissions;
    case Collection::kDiscussions:
    case Collection::kPosts:
    case Collection::kMessages:
      return Table::kDiscussions;
    case Collection::kReports:
      return Table::kReports;
  }
  return Table::kMeta;
}

std::string PreferencesKey(uint64_t tenant, SubjectId user) {
  // No name of a rule or a template: those have a slash.
  return KeyWriter(tenant).String("preferences").U32(user.value).Take();
}
std::string MemberKey(uint64_t tenant, SubjectId group, SubjectId member) {
  return KeyWriter(tenant).U32(group.value).U32(member.value).Take();
}
std::string AssignmentKey(uint64_t tenant, AssignmentId assignment) {
  return KeyWriter(tenant).U64(assignment.value).Take();
}
std::string OverrideKey(uint64_t tenant, ScopeId scope, absl::string_view role,
                        absl::string_view permission) {
  return KeyWriter(tenant).U32(scope.value).String(role).String(permission).Take();
}
std::string RevisionKey(uint64_t tenant, uint64_t revision) {
  return KeyWriter(tenant).U64(revision).Take();
}
std::string AuditIndexKey(uint64_t tenant, IndexPart part, absl::string_view name,
                          uint64_t revision) {
  return KeyWriter(tenant).U8(part).String(name).U64(revision).Take();
}
std::string EmailIndexKey(uint64_t tenant, absl::string_view email) {
  return KeyWriter(tenant).U8(kEmailIndex).String(absl::AsciiStrToLower(email)).Take();
}
std::string ExternalIdKey(uint64_t tenant, absl::string_view external_id) {
  return KeyWriter(tenant).U8(kExternalIdIndex).String(external_id).Take();
}
std::string ReportKey(uint64_t tenant, uint32_t manager, uint32_t report) {
  return KeyWriter(tenant).U8(kReportIndex).U32(manager).U32(report).Take();
}
store::KeyRange ReportKeys(uint64_t tenant, uint32_t manager) {
  return KeyWriter(tenant).U8(kReportIndex).U32(manager).Range();
}
std::string ProfileAnswerKey(uint64_t tenant, uint32_t user, absl::string_view request_id) {
  return KeyWriter(tenant).U8(kProfileAnswerIndex).U32(user).String(request_id).Take();
}
store::KeyRange ProfileAnswerKeys(uint64_t tenant, uint32_t user) {
  return KeyWriter(tenant).U8(kProfileAnswerIndex).U32(user).Range();
}
std::string KeptAnswerKey(uint64_t tenant, absl::string_view request_id) {
  return KeyWriter(tenant).U8(kAnswerPart).String(request_id).Take();
}

std::string PlanIndexKey(uint64_t tenant, ScopeId course, ScopeId plan) {
  return KeyWriter(tenant).U8(kPlanIndex).U32(course.value).U32(plan.value).Take();
}
store::KeyRange PlanIndexRange(uint64_t tenant, ScopeId course) {
  return store::KeyRange::Prefix(KeyWriter(tenant).U8(kPlanIndex).U32(course.value).bytes());
}
std::string AudienceIndexKey(uint64_t tenant, SubjectId group, ScopeId catalog) {
  return KeyWriter(tenant).U8(kAudienceIndex).U32(group.value).U32(catalog.value).Take();
}
store::KeyRange AudienceIndexRange(uint64_t tenant, SubjectId group) {
  return store::KeyRange::Prefix(KeyWriter(tenant).U8(kAudienceIndex).U32(group.value).bytes());
}
absl::StatusOr<ScopeId> IndexedScope(absl::string_view key) {
  store::KeyReader reader(Table::kIndexes, key);
  reader.U64();
  reader.U8();
  reader.U32();
  const ScopeId scope(reader.U32());
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  return scope;
}

ChangeOp ToOp(absl::string_view id, const rows::UserRow& row) {
  return PutSubject{SubjectId(row.uid()), SubjectKind::kUser, absl::StrCat("users/", id),
                    ScopeId(row.home()), row.user().suspended()};
}
ChangeOp ToOp(absl::string_view id, const rows::ServiceAccountRow& row) {
  return PutSubject{SubjectId(row.uid()), SubjectKind::kServiceAccount,
                    absl::StrCat("serviceAccounts/", id), kRootScope,
                    row.service_account().suspended()};
}
ChangeOp ToOp(absl::string_view id, const rows::GroupRow& row) {
  return PutSubject{SubjectId(row.uid()), SubjectKind::kGroup,     absl::StrCat("groups/", id),
                    ScopeId(row.home()),  row.group().suspended(), row.by_rule()};
}
ChangeOp ToOp(absl::string_view id, const rows::CatalogRow& row) {
  return ScopeOp(Collection::kCatalogs, ScopeKind::kCatalog, id, row, row.catalog());
}
ChangeOp ToOp(absl::string_view id, const rows::CourseRow& row) {
  return ScopeOp(Collection::kCourses, ScopeKind::kCourse, id, row, row.course());
}
ChangeOp ToOp(absl::string_view id, const rows::TrainingPlanRow& row) {
  return ScopeOp(Collection::kPlans, ScopeKind::kCourse, id, row, row.training_plan());
}
ChangeOp ToOp(absl::string_view id, const rows::SessionRow& row) {
  return ScopeOp(Collection::kSessions, ScopeKind::kSession, id, row, row.session());
}
ChangeOp ToOp(AssignmentId uid, const rows::AssignmentRow& row) {
  return PutAssignment{uid,
                       SubjectId(row.subject()),
                       row.assignment().role(),
                       ScopeId(row.scope()),
                       WindowOf(row.assignment()),
                       row.assignment().suspended()};
}
ChangeOp ToOp(SubjectId group, SubjectId member, const rows::MemberRow& row) {
  return PutMember{group, member, WindowOf(row.member())};
}
ChangeOp ToOp(ScopeId scope, const rows::OverrideRow& row) {
  const v1::Override& override = row.override();
  PutOverride op{scope,
                 override.role(),
                 override.permission(),
                 static_cast<Effect>(override.effect()),
                 override.locked(),
                 std::nullopt};
  if (override.has_facts()) {
    op.facts.emplace(override.facts().facts().begin(), override.facts().facts().end());
  }
  return op;
}
ChangeOp RootOp(const rows::TenantRow& row) {
  return PutScope{kRootScope, ScopeKind::kTenant, std::string(kRootScopeName),
                  ScopeId(0), row.archived(),     row.held()};
}

}  // namespace provost
