#ifndef PROVOST_SERVICE_SCOPE_ROWS_H_
#define PROVOST_SERVICE_SCOPE_ROWS_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "tenant/draft.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {

/// What the rows of catalogs, courses, plans and sessions have in common.

inline v1::Catalog& ResourceOf(rows::CatalogRow& row) { return *row.mutable_catalog(); }
inline v1::Course& ResourceOf(rows::CourseRow& row) { return *row.mutable_course(); }
inline v1::TrainingPlan& ResourceOf(rows::TrainingPlanRow& row) {
  return *row.mutable_training_plan();
}
inline v1::Session& ResourceOf(rows::SessionRow& row) { return *row.mutable_session(); }

/// Reads the row of `id`, lets `change` alter it, and writes it back with a new update_time.
/// NOT_FOUND where there is none.
template <typename Row, typename Change>
absl::Status ChangeScopeRow(TenantDraft& draft, absl::string_view id, absl::Time now,
                            Change change) {
  absl::StatusOr<std::optional<Row>> row = draft.Get<Row>(id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound("scope", id);
  if (absl::Status status = change(**row); !status.ok()) return status;
  *ResourceOf(**row).mutable_update_time() = ToTimestamp(now);
  draft.Put(id, **std::move(row));
  return absl::OkStatus();
}

/// Calls `change` with the row of any scope but the tenant.
template <typename Change>
absl::Status ChangeAnyScopeRow(TenantDraft& draft, const RelativeName& name, absl::Time now,
                               Change change) {
  switch (name.collection) {
    case Collection::kCatalogs:
      return ChangeScopeRow<rows::CatalogRow>(draft, name.id, now, change);
    case Collection::kCourses:
      return ChangeScopeRow<rows::CourseRow>(draft, name.id, now, change);
    case Collection::kPlans:
      return ChangeScopeRow<rows::TrainingPlanRow>(draft, name.id, now, change);
    case Collection::kSessions:
      return ChangeScopeRow<rows::SessionRow>(draft, name.id, now, change);
    default:
      return absl::InternalError(absl::StrCat("`", name.id, "` is no scope with a row"));
  }
}

/// Lays or lifts a freeze of a scope, the tenant included (rule 19).
absl::Status SetFreeze(TenantDraft& draft, ScopeId scope, Freeze freeze, bool frozen,
                       absl::Time now);

}  // namespace provost

#endif  // PROVOST_SERVICE_SCOPE_ROWS_H_
