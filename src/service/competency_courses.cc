#include "service/competency_courses.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/competency_service.pb.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "tenant/errors.h"
#include "tenant/homed_rows.h"
#include "tenant/record_events.h"

namespace provost {
namespace {

using store::Table;

constexpr int kMaxCourseCompetencies = 50;

bool Gives(const rows::CourseCompetenciesRow& row, absl::string_view competency) {
  return std::any_of(row.entries().begin(), row.entries().end(),
                     [&](const rows::CourseCompetenciesRow::Entry& entry) {
                       return entry.competency() == competency;
                     });
}

std::string PathOf(int entry, absl::string_view field) {
  return absl::StrCat("entries[", entry, "].", field);
}

// --- SetCourseCompetencies ---

absl::Status ValidateSet(const v1::SetCourseCompetenciesRequest& request) {
  absl::StatusOr<ResourceName> course =
      ParseNameIn(Collection::kCourses, "course", request.course());
  if (!course.ok()) return course.status();
  absl::Status status;
  if (request.entries_size() > kMaxCourseCompetencies) {
    AddBadField(&status, "entries", absl::StrCat(request.entries_size()),
                absl::StrCat("wanted at most ", kMaxCourseCompetencies));
  }
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < request.entries_size(); ++i) {
    const v1::CourseCompetencies::Entry& entry = request.entries(i);
    absl::StatusOr<ResourceName> name = ParseName(entry.competency());
    if (!name.ok() || name->collection != Collection::kCompetencies ||
        name->tenant != course->tenant) {
      AddBadField(&status, PathOf(i, "competency"), entry.competency(),
                  absl::StrCat("wanted `tenants/", course->tenant, "/competencies/<id>`"));
    } else if (!seen.insert(entry.competency()).second) {
      AddBadField(&status, PathOf(i, "competency"), entry.competency(),
                  "wanted each competency once");
    }
    if (!IsValidId(entry.level())) {
      AddBadField(&status, PathOf(i, "level"), entry.level(),
                  "wanted the id of a level of the competency");
    }
  }
  return status;
}

// What a course newly gives has to be readable by who says so. What is hidden and what is missing
// are refused in the same words.
absl::Status MayGive(const RuleCall& call, const v1::SetCourseCompetenciesRequest& request) {
  absl::StatusOr<ResourceName> course = ParseName(request.course());
  if (!course.ok()) return course.status();
  absl::StatusOr<rows::CourseCompetenciesRow> before = ReadCourseCompetencies(
      call.reader, call.tenant.number(), call.state.FindScope(course->Relative()));
  if (!before.ok()) return before.status();
  for (const v1::CourseCompetencies::Entry& entry : request.entries()) {
    absl::StatusOr<ResourceName> name = ParseName(entry.competency());
    if (!name.ok()) return name.status();
    if (Gives(*before, name->id)) continue;
    absl::StatusOr<std::optional<rows::CompetencyRow>> row = ReadRow<rows::CompetencyRow>(
        call.reader, Table::kCompetencies,
        EntityKey(call.tenant.number(), Collection::kCompetencies, name->id));
    if (!row.ok()) return row.status();
    if (!row->has_value() || !IsAllowed(call.state, call.actor, "catalog.read",
                                        ScopeId((*row)->home()), false, call.now)) {
      return NotPermitted("catalog.read", entry.competency());
    }
  }
  return absl::OkStatus();
}

absl::Status DoSet(MutateCall& call, const v1::SetCourseCompetenciesRequest& request,
                   v1::CourseCompetencies* response) {
  const uint64_t tenant = call.draft.number();
  absl::StatusOr<ScopeId> course =
      ResolveScope(call.state(), call.draft.id(), "course", request.course());
  if (!course.ok()) return course.status();
  absl::StatusOr<rows::CourseCompetenciesRow> before =
      ReadCourseCompetencies(call.draft.reader(), tenant, *course);
  if (!before.ok()) return before.status();
  absl::Status status =
      CheckEtag(request.course(), request.etag(), EtagOf(course->value, before->revision()));
  if (!status.ok()) return status;
  rows::CourseCompetenciesRow row;
  row.set_revision(call.draft.revision());
  for (int i = 0; i < request.entries_size(); ++i) {
    const v1::CourseCompetencies::Entry& wanted = request.entries(i);
    const std::string id = ParseName(wanted.competency())->id;
    absl::StatusOr<std::optional<rows::CompetencyRow>> competency =
        call.draft.Get<rows::CompetencyRow>(id);
    if (!competency.ok()) return competency.status();
    if (!competency->has_value()) {
      return NotFound(CollectionNoun(Collection::kCompetencies), wanted.competency());
    }
    const auto& levels = (*competency)->competency().levels();
    if (std::none_of(levels.begin(), levels.end(), [&](const v1::CompetencyLevel& level) {
          return level.id() == wanted.level();
        })) {
      std::string known;
      for (const v1::CompetencyLevel& level : levels) {
        absl::StrAppend(&known, known.empty() ? "" : ", ", level.id());
      }
      AddBadField(&status, PathOf(i, "level"), wanted.level(),
                  absl::StrCat("wanted a level of the competency: ", known));
      continue;
    }
    rows::CourseCompetenciesRow::Entry* entry = row.add_entries();
    entry->set_competency(id);
    entry->set_level(wanted.level());
    call.draft.WriteBytes(Table::kIndexes, CompetencyCourseKey(tenant, id, *course),
                          store::MakeRecord(""));
  }
  if (!status.ok()) return status;
  for (const rows::CourseCompetenciesRow::Entry& entry : before->entries()) {
    if (Gives(row, entry.competency())) continue;
    call.draft.Erase(Table::kIndexes, CompetencyCourseKey(tenant, entry.competency(), *course));
  }
  call.draft.Write(Table::kIndexes, CourseCompetenciesKey(tenant, *course), row);
  response->set_course(request.course());
  *response->mutable_entries() = request.entries();
  response->set_etag(EtagOf(course->value, row.revision()));
  call.draft.Describe(request.course());
  return ReevaluateCourseLater(call.draft, *course);
}

// --- ListCourseCompetencies ---

absl::Status ValidateList(const v1::ListCourseCompetenciesRequest& request) {
  return ParseNameIn(Collection::kCourses, "course", request.course()).status();
}

absl::Status DoList(ReadCall& call, const v1::ListCourseCompetenciesRequest& request,
                    v1::CourseCompetencies* response) {
  absl::StatusOr<ScopeId> course =
      ResolveScope(call.state, call.tenant->id(), "course", request.course());
  if (!course.ok()) return course.status();
  absl::StatusOr<rows::CourseCompetenciesRow> row =
      ReadCourseCompetencies(call.reader(), call.tenant->number(), *course);
  if (!row.ok()) return row.status();
  for (const rows::CourseCompetenciesRow::Entry& entry : row->entries()) {
    v1::CourseCompetencies::Entry* given = response->add_entries();
    given->set_competency(NameIn(call.tenant->id(), Collection::kCompetencies, entry.competency()));
    given->set_level(entry.level());
  }
  response->set_course(request.course());
  response->set_etag(EtagOf(course->value, row->revision()));
  return absl::OkStatus();
}

}  // namespace

void RegisterCompetencyCourses(Methods& methods) {
  Method& set =
      methods.Mutate<v1::SetCourseCompetenciesRequest, v1::CourseCompetencies>(ValidateSet, DoSet);
  Methods::AuthorizeBy<v1::SetCourseCompetenciesRequest>(set, MayGive);
  Method& list = methods.Read<v1::ListCourseCompetenciesRequest, v1::CourseCompetencies>(DoList);
  Methods::ValidateBy<v1::ListCourseCompetenciesRequest>(list, ValidateList);
}

}  // namespace provost
