#include "service/plan_steps.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "service/authorize.h"
#include "service/lookup.h"
#include "service/places.h"
#include "service/resource.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollments.h"
#include "tenant/errors.h"

namespace provost {
namespace {

constexpr char kSteps[] = "training_plan.steps";

std::string CourseField(int step, int course) {
  return absl::StrCat(kSteps, "[", step, "].courses[", course, "]");
}

absl::flat_hash_set<uint32_t> CoursesOf(const rows::TrainingPlanRow& row) {
  absl::flat_hash_set<uint32_t> courses;
  for (const rows::PlanStepRow& step : row.steps()) {
    courses.insert(step.courses().begin(), step.courses().end());
  }
  return courses;
}

}  // namespace

void CheckPlanSteps(const v1::TrainingPlan& plan, absl::Status* status) {
  if (plan.steps_size() > kMaxPlanSteps) {
    AddBadField(status, kSteps, absl::StrCat(plan.steps_size(), " steps"),
                absl::StrCat("wanted at most ", kMaxPlanSteps));
    return;
  }
  absl::flat_hash_set<std::string> seen;
  int courses = 0;
  for (int i = 0; i < plan.steps_size(); ++i) {
    const v1::PlanStep& step = plan.steps(i);
    const std::string field = absl::StrCat(kSteps, "[", i, "]");
    CheckText(absl::StrCat(field, ".display_name"), step.display_name(), 0, kMaxDisplayName,
              status);
    if (step.courses().empty()) {
      AddBadField(status, absl::StrCat(field, ".courses"), "", "wanted at least one course");
    }
    courses += step.courses_size();
    if (courses > kMaxPlanCourses) {
      AddBadField(status, kSteps, "more courses than fit",
                  absl::StrCat("wanted at most ", kMaxPlanCourses, " in all steps together"));
      return;
    }
    for (int c = 0; c < step.courses_size(); ++c) {
      absl::StatusOr<ResourceName> name =
          ParseNameIn(Collection::kCourses, CourseField(i, c), step.courses(c));
      if (!name.ok()) {
        AddBadField(status, CourseField(i, c), step.courses(c),
                    "wanted a course, `tenants/<tenant>/courses/<id>`");
      } else if (!seen.insert(step.courses(c)).second) {
        AddBadField(status, CourseField(i, c), step.courses(c),
                    "stands in the plan twice; wanted each course once");
      }
    }
    if (step.required_count() < 0 || step.required_count() > step.courses_size()) {
      AddBadField(status, absl::StrCat(field, ".required_count"),
                  absl::StrCat(step.required_count()),
                  absl::StrCat("wanted 0 for all, or 1 to ", step.courses_size(),
                               ", the courses of the step"));
    }
  }
}

absl::Status StorePlanSteps(MutateCall& call, const v1::TrainingPlan& wanted,
                            rows::TrainingPlanRow* row) {
  const WorldState& state = call.state();
  const rows::TrainingPlanRow old = *row;
  const absl::flat_hash_set<uint32_t> before = CoursesOf(old);
  row->clear_steps();
  absl::Status status;
  for (int i = 0; i < wanted.steps_size(); ++i) {
    const v1::PlanStep& step = wanted.steps(i);
    rows::PlanStepRow* const to = row->add_steps();
    to->set_display_name(step.display_name());
    to->set_required_count(step.required_count());
    for (int c = 0; c < step.courses_size(); ++c) {
      const absl::StatusOr<ResourceName> name = ParseName(step.courses(c));
      const ScopeId course =
          name->tenant == call.draft.id() ? state.FindScope(name->Relative()) : ScopeId(0);
      // What is hidden and what is missing are refused in the same words.
      if (!state.HasScope(course) ||
          (!before.contains(course.value) &&
           !IsAllowed(state, call.actor(), "course.read", course, false, call.now()))) {
        AddBadField(&status, CourseField(i, c), step.courses(c),
                    "wanted a course that you may read");
        continue;
      }
      to->add_courses(course.value);
    }
  }
  if (!status.ok()) return status;
  const absl::flat_hash_set<uint32_t> after = CoursesOf(*row);
  const uint64_t tenant = call.draft.number();
  for (uint32_t course : before) {
    if (after.contains(course)) continue;
    call.draft.Erase(store::Table::kIndexes,
                     PlanIndexKey(tenant, ScopeId(course), ScopeId(row->uid())));
  }
  for (uint32_t course : after) {
    if (before.contains(course)) continue;
    call.draft.WriteBytes(store::Table::kIndexes,
                          PlanIndexKey(tenant, ScopeId(course), ScopeId(row->uid())), "1");
  }
  return FollowSteps(call.draft, old, *row);
}

absl::Status CheckAtCourses(const RuleCall& call, absl::string_view permission,
                            const std::vector<ScopeId>& courses) {
  const ItemQuestion question(call.state, call.reader, call.tenant.number(), call.actor, call.now);
  for (ScopeId course : courses) {
    const Decision decision = question.AskAt(course, SubjectId(0), permission);
    if (decision.allowed()) continue;
    const std::string name = ScopeFullName(call.state, call.tenant.id(), course);
    if (decision.reason != Reason::kFrozen) return NotPermitted(permission, name);
    return FailedPrecondition(
        "FROZEN", name, absl::StrCat(Quoted(name), " or a scope above it is archived or on hold"));
  }
  return absl::OkStatus();
}

absl::Status MayUpdateSteps(const RuleCall& call, const v1::UpdateTrainingPlanRequest& request) {
  constexpr absl::string_view kUpdatable[] = {"display_name", "steps"};
  absl::StatusOr<std::vector<std::string>> fields =
      FieldsToUpdate(request.update_mask(), request.training_plan(), kUpdatable);
  if (!fields.ok()) return fields.status();
  if (std::find(fields->begin(), fields->end(), "steps") == fields->end()) return absl::OkStatus();
  const std::string& name = request.training_plan().name();
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) return parsed.status();
  absl::StatusOr<std::optional<rows::TrainingPlanRow>> row = ReadRow<rows::TrainingPlanRow>(
      call.reader, TableOf(Collection::kPlans),
      EntityKey(call.tenant.number(), Collection::kPlans, parsed->id));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound("training plan", name);
  absl::StatusOr<std::vector<uint64_t>> assigned =
      ReadAssignedIds(call.reader, AssignedAt(call.tenant.number(), ScopeId((*row)->uid())));
  if (!assigned.ok()) return assigned.status();
  if (assigned->empty()) return absl::OkStatus();
  const absl::flat_hash_set<uint32_t> before = CoursesOf(**row);
  std::vector<ScopeId> added;
  for (const v1::PlanStep& step : request.training_plan().steps()) {
    for (const std::string& course : step.courses()) {
      absl::StatusOr<ResourceName> at = ParseName(course);
      if (!at.ok()) return at.status();
      const ScopeId scope = call.state.FindScope(at->Relative());
      // What is not there, or may not be read, is told of alike when the steps are stored.
      if (!call.state.HasScope(scope) || before.contains(scope.value)) continue;
      if (IsAllowed(call.state, call.actor, "course.read", scope, /*about_self=*/false, call.now)) {
        added.push_back(scope);
      }
    }
  }
  return CheckAtCourses(call, "enrollment.create", added);
}

void ShowPlanSteps(const WorldState& state, absl::string_view tenant,
                   const rows::TrainingPlanRow& row, v1::TrainingPlan* plan) {
  plan->clear_steps();
  for (const rows::PlanStepRow& step : row.steps()) {
    v1::PlanStep* const to = plan->add_steps();
    to->set_display_name(step.display_name());
    to->set_required_count(step.required_count());
    for (uint32_t course : step.courses()) {
      std::string name = ScopeFullName(state, tenant, ScopeId(course));
      if (!name.empty()) to->add_courses(std::move(name));
    }
  }
}

}  // namespace provost
