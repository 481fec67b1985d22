#include "tenant/held_competencies.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "store/key.h"
#include "tenant/enrollment_rows.h"
#include "tenant/homed_rows.h"
#include "tenant/record_rows.h"
#include "tenant/rows.h"

namespace provost {
namespace {

using store::Table;

void EraseOne(TenantDraft& draft, SubjectId learner, const HeldCompetency& held) {
  draft.Erase(Table::kRecords,
              HeldCompetencyKey(draft.number(), learner, held.competency, held.course));
}

}  // namespace

absl::StatusOr<std::vector<HeldCompetency>> ReadHeldCompetencies(const store::Reader& reader,
                                                                 uint64_t tenant,
                                                                 SubjectId learner) {
  std::vector<HeldCompetency> found;
  store::Cursor cursor = reader.Scan(Table::kRecords, HeldCompetenciesOf(tenant, learner));
  while (cursor.Next()) {
    store::KeyReader key(Table::kRecords, cursor.key());
    key.U64();
    key.U32();
    key.U32();
    key.U8();
    HeldCompetency held;
    held.competency = key.U64();
    held.course = ScopeId(key.U32());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::HeldCompetencyRow> row =
        ParseRow<rows::HeldCompetencyRow>(Table::kRecords, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    held.row = *std::move(row);
    found.push_back(std::move(held));
  }
  if (!cursor.status().ok()) return cursor.status();
  return found;
}

absl::Status FollowHeldCompetencies(TenantDraft& draft, EnrollmentId enrollment,
                                    const rows::EnrollmentRow& row) {
  const SubjectId learner(enrollment.learner);
  const ScopeId course(enrollment.training);
  absl::StatusOr<std::vector<HeldCompetency>> held =
      ReadHeldCompetencies(draft.reader(), draft.number(), learner);
  if (!held.ok()) return held.status();
  absl::StatusOr<rows::CourseCompetenciesRow> given =
      ReadCourseCompetencies(draft.reader(), draft.number(), course);
  if (!given.ok()) return given.status();
  if (!row.enrollment().has_complete_time()) given->clear_entries();

  std::vector<uint64_t> kept;
  for (const rows::CourseCompetenciesRow::Entry& entry : given->entries()) {
    absl::StatusOr<std::optional<rows::CompetencyRow>> competency =
        draft.Get<rows::CompetencyRow>(entry.competency());
    if (!competency.ok()) return competency.status();
    if (!competency->has_value()) continue;
    rows::HeldCompetencyRow gained;
    gained.set_competency(entry.competency());
    gained.set_level(entry.level());
    *gained.mutable_gain_time() = row.enrollment().complete_time();
    if (row.enrollment().has_expire_time()) {
      *gained.mutable_expire_time() = row.enrollment().expire_time();
    }
    const uint64_t uid = (*competency)->uid();
    kept.push_back(uid);
    const auto same = std::find_if(held->begin(), held->end(), [&](const HeldCompetency& each) {
      return each.competency == uid && each.course == course;
    });
    if (same != held->end() && same->row.SerializeAsString() == gained.SerializeAsString()) {
      continue;
    }
    draft.Write(Table::kRecords, HeldCompetencyKey(draft.number(), learner, uid, course), gained);
  }
  for (const HeldCompetency& each : *held) {
    if (each.course != course) continue;
    if (std::find(kept.begin(), kept.end(), each.competency) == kept.end()) {
      EraseOne(draft, learner, each);
    }
  }
  return absl::OkStatus();
}

absl::Status EraseHeldFrom(TenantDraft& draft, EnrollmentId enrollment) {
  const SubjectId learner(enrollment.learner);
  absl::StatusOr<std::vector<HeldCompetency>> held =
      ReadHeldCompetencies(draft.reader(), draft.number(), learner);
  if (!held.ok()) return held.status();
  for (const HeldCompetency& each : *held) {
    if (each.course.value == enrollment.training) EraseOne(draft, learner, each);
  }
  return absl::OkStatus();
}

absl::Status EraseHeld(TenantDraft& draft, absl::string_view id, uint64_t competency) {
  absl::StatusOr<std::vector<ScopeId>> courses =
      CoursesWithCompetency(draft.reader(), draft.number(), id);
  if (!courses.ok()) return courses.status();
  for (ScopeId course : *courses) {
    absl::StatusOr<std::vector<EnrollmentId>> ids =
        ReadEnrollmentIds(draft.reader(), EnrollmentsAt(draft.number(), course));
    if (!ids.ok()) return ids.status();
    for (const EnrollmentId& enrollment : *ids) {
      const std::string key =
          HeldCompetencyKey(draft.number(), SubjectId(enrollment.learner), competency, course);
      absl::StatusOr<std::optional<std::string>> value = draft.reader().Get(Table::kRecords, key);
      if (!value.ok()) return value.status();
      if (value->has_value()) draft.Erase(Table::kRecords, key);
    }
  }
  return absl::OkStatus();
}

}  // namespace provost
