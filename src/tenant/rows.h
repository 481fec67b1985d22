#ifndef PROVOST_TENANT_ROWS_H_
#define PROVOST_TENANT_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "policy/world/change.h"
#include "provost/internal/v1/rows.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "store/record.h"
#include "tenant/index_parts.h"
#include "tenant/names.h"

namespace provost {

/// The keys of the rows of a tenant, and the one way between rows and what they say to a World.
namespace rows = internal::v1;

std::string TenantRowKey(uint64_t tenant);
std::string CountersKey(uint64_t tenant);
std::string PolicyKey(uint64_t tenant, uint64_t version);
/// For what has a name that people give: by the relative name where several collections share a
/// table (users and service accounts; content), everything else by its id.
std::string EntityKey(uint64_t tenant, Collection collection, absl::string_view id);
/// In kNotifications: how a user wants to be mailed.
std::string PreferencesKey(uint64_t tenant, SubjectId user);
/// The table of a collection. kTenant, kOverrides and kPolicyVersions have keys of their own.
store::Table TableOf(Collection collection);
std::string MemberKey(uint64_t tenant, SubjectId group, SubjectId member);
std::string AssignmentKey(uint64_t tenant, AssignmentId assignment);
std::string OverrideKey(uint64_t tenant, ScopeId scope, absl::string_view role,
                        absl::string_view permission);
std::string RevisionKey(uint64_t tenant, uint64_t revision);  ///< In kChanges and kAudit.
/// In kIndexes: the changes that somebody made, or that were about something, by full name.
std::string AuditIndexKey(uint64_t tenant, IndexPart part, absl::string_view name,
                          uint64_t revision);
/// In kIndexes. Addresses that differ in case alone have one key.
std::string EmailIndexKey(uint64_t tenant, absl::string_view email);
/// In kIndexes: that a course is in a step of a plan, and all plans that it is in.
std::string PlanIndexKey(uint64_t tenant, ScopeId course, ScopeId plan);
store::KeyRange PlanIndexRange(uint64_t tenant, ScopeId course);
/// In kIndexes: that a catalog is for a group, and all catalogs that are.
std::string AudienceIndexKey(uint64_t tenant, SubjectId group, ScopeId catalog);
store::KeyRange AudienceIndexRange(uint64_t tenant, SubjectId group);
/// The uid that ends the key of such a row.
absl::StatusOr<ScopeId> IndexedScope(absl::string_view key);
std::string ExternalIdKey(uint64_t tenant, absl::string_view external_id);
/// In kIndexes: who reports to a user, and all who do.
std::string ReportKey(uint64_t tenant, uint32_t manager, uint32_t report);
store::KeyRange ReportKeys(uint64_t tenant, uint32_t manager);
/// In kIndexes: a kept answer (KeptAnswerKey) that shows a user's profile, and all that do.
std::string ProfileAnswerKey(uint64_t tenant, uint32_t user, absl::string_view request_id);
store::KeyRange ProfileAnswerKeys(uint64_t tenant, uint32_t user);
/// In kRequests: the first answer to a request id.
std::string KeptAnswerKey(uint64_t tenant, absl::string_view request_id);

template <typename Row>
std::string FormatRow(const Row& row) {
  return store::MakeRecord(row.SerializeAsString());
}

/// DATA_LOSS naming table and key for a value that is no such row.
template <typename Row>
absl::StatusOr<Row> ParseRow(store::Table table, absl::string_view key, absl::string_view value) {
  absl::StatusOr<absl::string_view> payload = store::RecordPayload(table, key, value);
  if (!payload.ok()) return payload.status();
  Row row;
  if (!row.ParseFromArray(payload->data(), static_cast<int>(payload->size()))) {
    return absl::DataLossError(absl::StrCat("row `", store::PrintableKey(table, key), "` is no ",
                                            Row::descriptor()->name()));
  }
  return row;
}

/// The row, or nothing where there is none.
template <typename Row>
absl::StatusOr<std::optional<Row>> ReadRow(const store::Reader& reader, store::Table table,
                                           absl::string_view key) {
  absl::StatusOr<std::optional<std::string>> value = reader.Get(table, key);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<Row>();
  absl::StatusOr<Row> row = ParseRow<Row>(table, key, **value);
  if (!row.ok()) return row.status();
  return std::optional<Row>(*std::move(row));
}

/// What a row says to the World. `id` is the id of its name.
ChangeOp ToOp(absl::string_view id, const rows::UserRow& row);
ChangeOp ToOp(absl::string_view id, const rows::ServiceAccountRow& row);
ChangeOp ToOp(absl::string_view id, const rows::GroupRow& row);
ChangeOp ToOp(absl::string_view id, const rows::CatalogRow& row);
ChangeOp ToOp(absl::string_view id, const rows::CourseRow& row);
ChangeOp ToOp(absl::string_view id, const rows::TrainingPlanRow& row);
ChangeOp ToOp(absl::string_view id, const rows::SessionRow& row);
ChangeOp ToOp(AssignmentId uid, const rows::AssignmentRow& row);
ChangeOp ToOp(SubjectId group, SubjectId member, const rows::MemberRow& row);
ChangeOp ToOp(ScopeId scope, const rows::OverrideRow& row);
/// The tenant's root scope, which is scope 1 everywhere.
ChangeOp RootOp(const rows::TenantRow& row);
inline constexpr ScopeId kRootScope{1};

/// The collection of each kind of row that has a name.
template <typename Row>
struct RowCollection;
template <>
struct RowCollection<rows::UserRow> {
  static constexpr Collection kValue = Collection::kUsers;
};
template <>
struct RowCollection<rows::ServiceAccountRow> {
  static constexpr Collection kValue = Collection::kServiceAccounts;
};
template <>
struct RowCollection<rows::GroupRow> {
  static constexpr Collection kValue = Collection::kGroups;
};
template <>
struct RowCollection<rows::CatalogRow> {
  static constexpr Collection kValue = Collection::kCatalogs;
};
template <>
struct RowCollection<rows::CourseRow> {
  static constexpr Collection kValue = Collection::kCourses;
};
template <>
struct RowCollection<rows::TrainingPlanRow> {
  static constexpr Collection kValue = Collection::kPlans;
};
template <>
struct RowCollection<rows::SessionRow> {
  static constexpr Collection kValue = Collection::kSessions;
};

}  // namespace provost

#endif  // PROVOST_TENANT_ROWS_H_
