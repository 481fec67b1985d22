#include "store/table.h"

namespace provost::store {
namespace {

struct NamedTable {
  Table table;
  absl::string_view name;
};

constexpr std::array<NamedTable, kTableCount> kNamedTables = {{
    {Table::kMeta, "meta"},
    {Table::kTenants, "tenants"},
    {Table::kPolicies, "policies"},
    {Table::kUsers, "users"},
    {Table::kGroups, "groups"},
    {Table::kMembers, "members"},
    {Table::kCatalogs, "catalogs"},
    {Table::kCourses, "courses"},
    {Table::kPlans, "plans"},
    {Table::kSessions, "sessions"},
    {Table::kAssignments, "assignments"},
    {Table::kOverrides, "overrides"},
    {Table::kIndexes, "indexes"},
    {Table::kChanges, "changes"},
    {Table::kAudit, "audit"},
    {Table::kRequests, "requests"},
    {Table::kSettings, "settings"},
    {Table::kContent, "content"},
    {Table::kContentVersions, "content_versions"},
    {Table::kContentChunks, "content_chunks"},
    {Table::kJobs, "jobs"},
    {Table::kCompetencies, "competencies"},
    {Table::kNotifications, "notifications"},
    {Table::kEnrollments, "enrollments"},
    {Table::kTrainingAssignments, "training_assignments"},
    {Table::kStatistics, "statistics"},
    {Table::kOutbox, "outbox"},
    {Table::kRecords, "training_records"},
    {Table::kTimers, "timers"},
    {Table::kCertificates, "certificates"},
    {Table::kAttempts, "attempts"},
    {Table::kSubmissions, "submissions"},
    {Table::kDiscussions, "discussions"},
    {Table::kReports, "reports"},
}};

}  // namespace

const std::array<Table, kTableCount>& AllTables() {
  static constexpr std::array<Table, kTableCount> kTables = [] {
    std::array<Table, kTableCount> tables{};
    for (size_t i = 0; i < kTableCount; ++i) tables[i] = kNamedTables[i].table;
    return tables;
  }();
  return kTables;
}

absl::string_view TableName(Table table) {
  const size_t index = static_cast<size_t>(table);
  return index < kTableCount ? kNamedTables[index].name : "unknown";
}

std::optional<Table> TableOfName(absl::string_view name) {
  for (const NamedTable& named : kNamedTables) {
    if (named.name == name) return named.table;
  }
  return std::nullopt;
}

}  // namespace provost::store
