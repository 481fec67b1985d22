#ifndef PROVOST_STORE_TABLE_H_
#define PROVOST_STORE_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace provost::store {

/// The tables of a database. Each is one column family, so each is ordered, compacted and scanned
/// on its own, while a group of rows may span them all and is still written as one.
///
/// The set is fixed by the version of the program and its names are part of the format on disk. A
/// later version may add tables: opening an older database creates those that are missing. A table
/// is never renamed, and its name is never used again. A database that has a table which this
/// version does not know is refused with that table's name.
///
/// Keys begin with the tenant's number everywhere but in `kMeta` (see key.h). What stands behind
/// it, and what the values hold, is the business of the rooms above.
enum class Table : uint8_t {
  kMeta,                 ///< About the database itself: `format_version`. Keys are plain names.
  kTenants,              ///< One row a tenant, with its settings and its last revision.
  kPolicies,             ///< Policy versions.
  kUsers,                ///< User profiles and service accounts.
  kGroups,               ///< Groups.
  kMembers,              ///< Memberships of groups.
  kCatalogs,             ///< Catalogs.
  kCourses,              ///< Courses.
  kPlans,                ///< Training plans.
  kSessions,             ///< Sessions of courses.
  kAssignments,          ///< Who holds which role where.
  kOverrides,            ///< Overrides and freezes.
  kIndexes,              ///< Second ways to find a row of any other table.
  kChanges,              ///< The change feed: one row a revision.
  kAudit,                ///< Who did what.
  kRequests,             ///< First answers to requests that carry an id, for retries.
  kSettings,             ///< Settings of a tenant, and their history.
  kContent,              ///< Content items.
  kContentVersions,      ///< Versions of content items, with comments on them.
  kContentChunks,        ///< The bytes of uploaded packages.
  kJobs,                 ///< Imports, with what they report.
  kCompetencies,         ///< Competencies.
  kNotifications,        ///< Rules and templates of mails, and how people want to be mailed.
  kEnrollments,          ///< Who is enrolled where.
  kTrainingAssignments,  ///< Courses and plans that are assigned to people and groups.
  kStatistics,           ///< How many joined and left, by month.
  kOutbox,               ///< Mails to be sent, and those that were.
  kRecords,              ///< What happened in trainings, person by person, and how far they are.
  kTimers,               ///< What is to happen when, and how far that was carried out.
  kCertificates,         ///< Certificates.
  kAttempts,             ///< Attempts at quizzes.
  kSubmissions,          ///< Work that was handed in.
  kDiscussions,          ///< Discussions of courses, and messages.
  kReports,              ///< Definitions of reports.
};

/// How many tables there are.
inline constexpr size_t kTableCount = 34;

/// Every table, in the order of the enumeration.
const std::array<Table, kTableCount>& AllTables();

/// The table's name, as it is spelled on disk and in errors: `users`.
absl::string_view TableName(Table table);

/// The table of that name, or nothing where this version knows none.
std::optional<Table> TableOfName(absl::string_view name);

}  // namespace provost::store

#endif  // PROVOST_STORE_TABLE_H_
