#include "tenant/homed_rows.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tenant/external_trainings.h"
#include "tenant/held_competencies.h"
#include "tenant/index_parts.h"
#include "tenant/key_walk.h"
#include "tenant/notification_leads.h"
#include "tenant/reports.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

// The ids that end the keys of `range`, whose second part says which index it is, and before which
// `skip` reads what else there is.
template <typename Skip>
absl::StatusOr<std::vector<std::string>> LastStrings(const store::Reader& reader,
                                                     const store::KeyRange& range, Skip skip) {
  std::vector<std::string> strings;
  absl::Status status = ForEachIndex(reader, range, [&](store::KeyReader& key) {
    skip(key);
    strings.push_back(key.String());
  });
  if (!status.ok()) return status;
  return strings;
}

template <typename Row>
std::string RelativeOf(absl::string_view id) {
  return absl::StrCat(CollectionName(RowCollection<Row>::kValue), "/", id);
}

template <typename Row>
void EraseRow(TenantDraft& draft, absl::string_view id, const Row& row) {
  constexpr Collection kCollection = RowCollection<Row>::kValue;
  draft.Erase(TableOf(kCollection), EntityKey(draft.number(), kCollection, id));
  draft.Erase(Table::kIndexes,
              HomedAtKey(draft.number(), ScopeId(row.home()), RelativeOf<Row>(id)));
}

// Takes away the thing of that id with `erase`, if it is there.
template <typename Row>
absl::Status EraseById(TenantDraft& draft, absl::string_view id,
                       absl::Status (*erase)(TenantDraft&, absl::string_view, const Row&)) {
  absl::StatusOr<std::optional<Row>> row = draft.Get<Row>(id);
  if (!row.ok()) return row.status();
  return row->has_value() ? erase(draft, id, **row) : absl::OkStatus();
}

}  // namespace

std::string HomedAtKey(uint64_t tenant, ScopeId scope, absl::string_view relative) {
  return KeyWriter(tenant).U8(kHomeIndex).U32(scope.value).String(relative).Take();
}
store::KeyRange HomedAt(uint64_t tenant, ScopeId scope) {
  return KeyWriter(tenant).U8(kHomeIndex).U32(scope.value).Range();
}
store::KeyRange HomedAt(uint64_t tenant, ScopeId scope, Collection collection) {
  return KeyWriter(tenant)
      .U8(kHomeIndex)
      .U32(scope.value)
      .StringPrefix(absl::StrCat(CollectionName(collection), "/"))
      .Range();
}

absl::StatusOr<std::vector<std::string>> IdsHomedAt(const store::Reader& reader, uint64_t tenant,
                                                    ScopeId scope, Collection collection) {
  absl::StatusOr<std::vector<std::string>> names = LastStrings(
      reader, HomedAt(tenant, scope, collection), [](store::KeyReader& key) { key.U32(); });
  if (!names.ok()) return names.status();
  for (std::string& name : *names) name = std::string(SplitRelative(name)->id);
  return names;
}

absl::StatusOr<bool> HasHomedAt(const store::Reader& reader, uint64_t tenant, ScopeId scope) {
  store::ScanOptions options;
  options.limit = 1;
  store::Cursor cursor = reader.Scan(Table::kIndexes, HomedAt(tenant, scope), options);
  const bool found = cursor.Next();
  if (!cursor.status().ok()) return cursor.status();
  return found;
}

std::string TemplateRuleKey(uint64_t tenant, absl::string_view id, absl::string_view rule) {
  return KeyWriter(tenant).U8(kTemplateRuleIndex).String(id).String(rule).Take();
}
absl::StatusOr<std::vector<std::string>> RulesWithTemplate(const store::Reader& reader,
                                                           uint64_t tenant, absl::string_view id) {
  return LastStrings(reader, KeyWriter(tenant).U8(kTemplateRuleIndex).String(id).Range(),
                     [](store::KeyReader& key) { key.String(); });
}

std::string CourseCompetenciesKey(uint64_t tenant, ScopeId course) {
  return KeyWriter(tenant).U8(kCourseCompetencyIndex).U32(course.value).Take();
}
std::string CompetencyCourseKey(uint64_t tenant, absl::string_view id, ScopeId course) {
  return KeyWriter(tenant).U8(kCompetencyCourseIndex).String(id).U32(course.value).Take();
}
absl::StatusOr<rows::CourseCompetenciesRow> ReadCourseCompetencies(const store::Reader& reader,
                                                                   uint64_t tenant,
                                                                   ScopeId course) {
  absl::StatusOr<std::optional<rows::CourseCompetenciesRow>> row =
      ReadRow<rows::CourseCompetenciesRow>(reader, Table::kIndexes,
                                           CourseCompetenciesKey(tenant, course));
  if (!row.ok()) return row.status();
  return row->value_or(rows::CourseCompetenciesRow());
}
absl::StatusOr<std::vector<ScopeId>> CoursesWithCompetency(const store::Reader& reader,
                                                           uint64_t tenant, absl::string_view id) {
  std::vector<ScopeId> courses;
  absl::Status status =
      ForEachIndex(reader, KeyWriter(tenant).U8(kCompetencyCourseIndex).String(id).Range(),
                   [&](store::KeyReader& key) {
                     key.String();
                     courses.emplace_back(key.U32());
                   });
  if (!status.ok()) return status;
  return courses;
}

absl::StatusOr<rows::NotificationPreferencesRow> ReadPreferences(const store::Reader& reader,
                                                                 uint64_t tenant, SubjectId user) {
  absl::StatusOr<std::optional<rows::NotificationPreferencesRow>> row =
      ReadRow<rows::NotificationPreferencesRow>(reader, Table::kNotifications,
                                                PreferencesKey(tenant, user));
  if (!row.ok()) return row.status();
  return row->value_or(rows::NotificationPreferencesRow());
}

absl::Status EraseCompetency(TenantDraft& draft, absl::string_view id,
                             const rows::CompetencyRow& row) {
  if (absl::Status status = EraseHeld(draft, id, row.uid()); !status.ok()) return status;
  absl::StatusOr<std::vector<ScopeId>> courses =
      CoursesWithCompetency(draft.reader(), draft.number(), id);
  if (!courses.ok()) return courses.status();
  for (ScopeId course : *courses) {
    absl::StatusOr<rows::CourseCompetenciesRow> given =
        ReadCourseCompetencies(draft.reader(), draft.number(), course);
    if (!given.ok()) return given.status();
    rows::CourseCompetenciesRow left;
    for (const rows::CourseCompetenciesRow::Entry& entry : given->entries()) {
      if (entry.competency() != id) *left.add_entries() = entry;
    }
    left.set_revision(draft.revision());
    draft.Write(Table::kIndexes, CourseCompetenciesKey(draft.number(), course), left);
    draft.Erase(Table::kIndexes, CompetencyCourseKey(draft.number(), id, course));
  }
  EraseRow(draft, id, row);
  return absl::OkStatus();
}

absl::Status EraseNotificationRule(TenantDraft& draft, absl::string_view id,
                                   const rows::NotificationRuleRow& row) {
  draft.Erase(Table::kIndexes, TemplateRuleKey(draft.number(), row.template_(), id));
  EraseRow(draft, id, row);
  return FollowRule(draft, id, nullptr);
}

absl::Status EraseNotificationTemplate(TenantDraft& draft, absl::string_view id,
                                       const rows::NotificationTemplateRow& row) {
  absl::StatusOr<std::vector<std::string>> rules =
      RulesWithTemplate(draft.reader(), draft.number(), id);
  if (!rules.ok()) return rules.status();
  for (const std::string& rule : *rules) {
    absl::Status status = EraseById(draft, rule, EraseNotificationRule);
    if (!status.ok()) return status;
  }
  EraseRow(draft, id, row);
  return absl::OkStatus();
}

absl::Status EraseHomedAt(TenantDraft& draft, ScopeId scope) {
  absl::StatusOr<rows::CourseCompetenciesRow> given =
      ReadCourseCompetencies(draft.reader(), draft.number(), scope);
  if (!given.ok()) return given.status();
  for (const rows::CourseCompetenciesRow::Entry& entry : given->entries()) {
    draft.Erase(Table::kIndexes, CompetencyCourseKey(draft.number(), entry.competency(), scope));
  }
  if (given->revision() != 0) {
    draft.Erase(Table::kIndexes, CourseCompetenciesKey(draft.number(), scope));
  }
  absl::StatusOr<std::vector<std::string>> names = LastStrings(
      draft.reader(), HomedAt(draft.number(), scope), [](store::KeyReader& key) { key.U32(); });
  if (!names.ok()) return names.status();
  for (const std::string& relative : *names) {
    const std::optional<RelativeName> name = SplitRelative(relative);
    absl::Status status;
    switch (name->collection) {
      case Collection::kCompetencies:
        status = EraseById(draft, name->id, EraseCompetency);
        break;
      case Collection::kNotificationRules:
        status = EraseById(draft, name->id, EraseNotificationRule);
        break;
      case Collection::kReports:
        status = EraseById(draft, name->id, EraseReport);
        break;
      case Collection::kExternalTrainings: {
        const std::optional<ExternalTrainingId> id = ParseExternalTrainingId(name->id);
        if (!id.has_value()) return absl::DataLossError("an index names no external training");
        absl::StatusOr<std::optional<rows::ExternalTrainingRow>> row =
            ReadExternalTraining(draft.reader(), draft.number(), *id);
        if (!row.ok()) return row.status();
        if (row->has_value()) EraseExternalTraining(draft, *id, **row);
        break;
      }
      default:
        status = EraseById(draft, name->id, EraseNotificationTemplate);
        break;
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace provost
