#ifndef PROVOST_TENANT_HOMED_ROWS_H_
#define PROVOST_TENANT_HOMED_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/rows.h"

namespace provost {

/// How competencies, notification rules and notification templates are kept: things that have a
/// home scope, and that refer to each other. Each row names its kind by RowCollection, so
/// `draft.Get<rows::CompetencyRow>("fire-warden")` reads one.
template <>
struct RowCollection<rows::CompetencyRow> {
  static constexpr Collection kValue = Collection::kCompetencies;
};
template <>
struct RowCollection<rows::NotificationRuleRow> {
  static constexpr Collection kValue = Collection::kNotificationRules;
};
template <>
struct RowCollection<rows::NotificationTemplateRow> {
  static constexpr Collection kValue = Collection::kNotificationTemplates;
};

/// In kIndexes: what has its home at a scope, by relative name, all of it or one collection's.
std::string HomedAtKey(uint64_t tenant, ScopeId scope, absl::string_view relative);
store::KeyRange HomedAt(uint64_t tenant, ScopeId scope);
store::KeyRange HomedAt(uint64_t tenant, ScopeId scope, Collection collection);
/// The ids of what of a collection has its home at a scope, in order. Reads a row for each.
absl::StatusOr<std::vector<std::string>> IdsHomedAt(const store::Reader& reader, uint64_t tenant,
                                                    ScopeId scope, Collection collection);

/// Whether anything has. Reads one row.
absl::StatusOr<bool> HasHomedAt(const store::Reader& reader, uint64_t tenant, ScopeId scope);

/// In kIndexes: the rules that mail a template, by id.
std::string TemplateRuleKey(uint64_t tenant, absl::string_view id, absl::string_view rule);
absl::StatusOr<std::vector<std::string>> RulesWithTemplate(const store::Reader& reader,
                                                           uint64_t tenant, absl::string_view id);

/// In kIndexes: what completing a course gives; and which courses give a competency.
std::string CourseCompetenciesKey(uint64_t tenant, ScopeId course);
std::string CompetencyCourseKey(uint64_t tenant, absl::string_view id, ScopeId course);
absl::StatusOr<rows::CourseCompetenciesRow> ReadCourseCompetencies(const store::Reader& reader,
                                                                   uint64_t tenant, ScopeId course);
absl::StatusOr<std::vector<ScopeId>> CoursesWithCompetency(const store::Reader& reader,
                                                           uint64_t tenant, absl::string_view id);

/// How a user wants to be mailed; an empty row where they never said. Reads one row.
absl::StatusOr<rows::NotificationPreferencesRow> ReadPreferences(const store::Reader& reader,
                                                                 uint64_t tenant, SubjectId user);

/// Takes away a competency, and from courses; a rule; a template, with the rules that mail it.
absl::Status EraseCompetency(TenantDraft& draft, absl::string_view id,
                             const rows::CompetencyRow& row);
absl::Status EraseNotificationRule(TenantDraft& draft, absl::string_view id,
                                   const rows::NotificationRuleRow& row);
absl::Status EraseNotificationTemplate(TenantDraft& draft, absl::string_view id,
                                       const rows::NotificationTemplateRow& row);

/// Before a scope goes: takes away what has its home there, trainings from elsewhere that were
/// entered there included, and what completing it gives.
absl::Status EraseHomedAt(TenantDraft& draft, ScopeId scope);

}  // namespace provost

#endif  // PROVOST_TENANT_HOMED_ROWS_H_
