#include "tenant/training_rules.h"

#include <algorithm>
#include <utility>

#include "absl/time/civil_time.h"
#include "provost/internal/v1/rows.pb.h"
#include "tenant/rows.h"
#include "tenant/settings_row.h"
#include "tenant/times.h"

namespace provost {
namespace {

template <typename Row>
absl::StatusOr<std::optional<Row>> ReadNamed(const store::Reader& reader, uint64_t tenant,
                                             const RelativeName& name) {
  return ReadRow<Row>(reader, TableOf(name.collection),
                      EntityKey(tenant, name.collection, name.id));
}

// What courses and plans have in common; `resource` is that of the row.
template <typename Resource>
Training Of(const RelativeName& name, ScopeId uid, uint64_t certificate_template,
            Resource* resource) {
  Training training;
  training.uid = uid;
  training.collection = name.collection;
  training.id = std::string(name.id);
  training.display_name = std::move(*resource->mutable_display_name());
  training.description = std::move(*resource->mutable_description());
  training.published = resource->published();
  training.rules = std::move(*resource->mutable_rules());
  training.certificate_template = certificate_template;
  return training;
}

// The end of the day that is `days` after the person was hired, by their clock;
// nothing where that day is not known.
absl::StatusOr<std::optional<absl::Time>> AfterHire(int days, const store::Reader& reader,
                                                    uint64_t tenant, const WorldState& state,
                                                    SubjectId learner) {
  if (!state.HasSubject(learner)) return std::nullopt;
  const std::optional<RelativeName> name = SplitRelative(state.SubjectName(learner));
  if (!name.has_value() || name->collection != Collection::kUsers) return std::nullopt;
  absl::StatusOr<std::optional<rows::UserRow>> row =
      ReadNamed<rows::UserRow>(reader, tenant, *name);
  if (!row.ok()) return row.status();
  absl::CivilDay hired;
  if (!row->has_value() || !absl::ParseCivilTime((*row)->user().hire_date(), &hired)) {
    return std::nullopt;
  }
  absl::TimeZone zone;
  if (const std::string& own = (*row)->user().time_zone();
      own.empty() || !absl::LoadTimeZone(own, &zone)) {
    absl::StatusOr<rows::SettingsRow> settings = ReadSettings(reader, tenant);
    if (!settings.ok()) return settings.status();
    if (!absl::LoadTimeZone(DefaultTimeZone(*settings), &zone)) zone = absl::UTCTimeZone();
  }
  return absl::FromCivil(hired + days + 1, zone);
}

}  // namespace

absl::StatusOr<std::optional<Training>> ReadTraining(const store::Reader& reader, uint64_t tenant,
                                                     const WorldState& state, ScopeId uid) {
  if (!state.HasScope(uid)) return std::nullopt;
  const std::optional<RelativeName> name = SplitRelative(state.ScopeName(uid));
  if (!name.has_value()) return std::nullopt;
  if (name->collection == Collection::kCourses) {
    absl::StatusOr<std::optional<rows::CourseRow>> row =
        ReadNamed<rows::CourseRow>(reader, tenant, *name);
    if (!row.ok()) return row.status();
    // The name may be another's by a moment.
    if (!row->has_value() || (*row)->uid() != uid.value) return std::nullopt;
    Training training = Of(*name, uid, (*row)->certificate_template(), (*row)->mutable_course());
    training.completion_items.assign((*row)->completion_items().begin(),
                                     (*row)->completion_items().end());
    return training;
  }
  if (name->collection != Collection::kPlans) return std::nullopt;
  absl::StatusOr<std::optional<rows::TrainingPlanRow>> row =
      ReadNamed<rows::TrainingPlanRow>(reader, tenant, *name);
  if (!row.ok()) return row.status();
  if (!row->has_value() || (*row)->uid() != uid.value) return std::nullopt;
  return Of(*name, uid, (*row)->certificate_template(), (*row)->mutable_training_plan());
}

absl::StatusOr<absl::Time> DueTime(const v1::DueRule& rule, const store::Reader& reader,
                                   uint64_t tenant, const WorldState& state, SubjectId learner,
                                   absl::Time enrolled) {
  switch (rule.rule_case()) {
    case v1::DueRule::kTime:
      return std::max(FromTimestamp(rule.time()), enrolled);
    case v1::DueRule::kDaysAfterEnrollment:
      return enrolled + absl::Hours(24) * rule.days_after_enrollment();
    case v1::DueRule::kDaysAfterHire: {
      absl::StatusOr<std::optional<absl::Time>> due =
          AfterHire(rule.days_after_hire(), reader, tenant, state, learner);
      if (!due.ok()) return due.status();
      if (due->has_value() && **due > enrolled) {
        // Beyond the times that can be told, nothing is due.
        return IsValidTimestamp(ToTimestamp(**due)) ? **due : absl::InfiniteFuture();
      }
      return enrolled + absl::Hours(24) * rule.days_after_hire();
    }
    case v1::DueRule::RULE_NOT_SET:
      break;
  }
  return absl::InfiniteFuture();
}

}  // namespace provost
