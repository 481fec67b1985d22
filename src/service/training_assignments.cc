#include "service/training_assignments.h"

#include <google/protobuf/empty.pb.h>

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/enrollment_service.pb.h"
#include "service/enrollment_requests.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/places.h"
#include "service/plan_steps.h"
#include "service/resource.h"
#include "service/subject_resource.h"
#include "service/training_filter.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollments.h"
#include "tenant/errors.h"

namespace provost {
namespace {

using v1::TrainingAssignment;

constexpr absl::string_view kNoun = "training assignment";
constexpr int kMaxDueDays = 3660;

uint64_t UidIn(absl::string_view name) {
  uint64_t uid = 0;
  return absl::SimpleAtoi(IdOf(name), &uid) ? uid : 0;
}

std::string EtagOf(uint64_t uid, const rows::TrainingAssignmentRow& row) {
  return provost::EtagOf(uid, row.revision());
}

TrainingAssignment ToMessage(const WorldState& state, const std::string& tenant, uint64_t uid,
                             const rows::TrainingAssignmentRow& row) {
  TrainingAssignment message = row.training_assignment();
  message.set_name(NameIn(tenant, Collection::kTrainingAssignments, absl::StrCat(uid)));
  message.set_training(ScopeFullName(state, tenant, ScopeId(row.training())));
  message.set_assignee(SubjectFullName(state, tenant, SubjectId(row.assignee())));
  message.set_assigned_by(SubjectFullName(state, tenant, SubjectId(row.assigned_by())));
  message.set_etag(EtagOf(uid, row));
  return message;
}

absl::StatusOr<rows::TrainingAssignmentRow> FindAssignment(const store::Reader& reader,
                                                           uint64_t tenant,
                                                           absl::string_view name) {
  absl::StatusOr<std::optional<rows::TrainingAssignmentRow>> row =
      ReadTrainingAssignment(reader, tenant, UidIn(name));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(kNoun, name);
  return **std::move(row);
}

template <typename Request>
absl::Status ValidateName(const Request& request) {
  absl::Status status;
  CheckNameIn(Collection::kTrainingAssignments, "name", request.name(), &status);
  return status;
}

// Rule 20: what is done with a plan has to be allowed at each of its courses.
absl::Status CheckPlanCourses(const RuleCall& call, ScopeId training,
                              absl::string_view permission) {
  const std::optional<RelativeName> name = SplitRelative(call.state.ScopeName(training));
  if (!name.has_value() || name->collection != Collection::kPlans) return absl::OkStatus();
  absl::StatusOr<std::optional<rows::TrainingPlanRow>> plan =
      ReadRow<rows::TrainingPlanRow>(call.reader, TableOf(Collection::kPlans),
                                     EntityKey(call.tenant.number(), Collection::kPlans, name->id));
  if (!plan.ok()) return plan.status();
  if (!plan->has_value()) return absl::OkStatus();
  std::vector<ScopeId> courses;
  for (const rows::PlanStepRow& step : (*plan)->steps()) {
    for (uint32_t course : step.courses()) courses.push_back(ScopeId(course));
  }
  return CheckAtCourses(call, permission, courses);
}

// --- CreateTrainingAssignment ---

void CheckAssigneeName(absl::string_view field, absl::string_view name, absl::string_view parent,
                       absl::Status* status) {
  absl::StatusOr<ResourceName> assignee = ParseName(name);
  absl::StatusOr<ResourceName> tenant = ParseName(parent);
  if (!assignee.ok() ||
      (assignee->collection != Collection::kUsers && assignee->collection != Collection::kGroups)) {
    AddBadField(status, field, name, "wanted a user or a group, `tenants/<tenant>/groups/<id>`");
  } else if (tenant.ok() && assignee->tenant != tenant->tenant) {
    AddBadField(status, field, name, absl::StrCat("wanted one of ", Quoted(parent)));
  }
}

absl::Status ValidateCreate(const v1::CreateTrainingAssignmentRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  const TrainingAssignment& wanted = request.training_assignment();
  CheckTrainingName("training_assignment.training", wanted.training(), request.parent(), &status);
  CheckAssigneeName("training_assignment.assignee", wanted.assignee(), request.parent(), &status);
  if (wanted.due().has_time()) {
    CheckTime("training_assignment.due.time", wanted.due().time(), &status);
  }
  if (wanted.due().has_days_after_enrollment()) {
    const int days = wanted.due().days_after_enrollment();
    if (days < 1 || days > kMaxDueDays) {
      AddBadField(&status, "training_assignment.due.days_after_enrollment", absl::StrCat(days),
                  absl::StrCat("wanted 1 to ", kMaxDueDays));
    }
  }
  if (wanted.due().has_days_after_hire()) {
    const int days = wanted.due().days_after_hire();
    if (days < 1 || days > kMaxDueDays) {
      AddBadField(&status, "training_assignment.due.days_after_hire", absl::StrCat(days),
                  absl::StrCat("wanted 1 to ", kMaxDueDays));
    }
  }
  if (!TrainingAssignment::OnLeave_IsValid(wanted.on_leave())) {
    AddBadField(&status, "training_assignment.on_leave", absl::StrCat(wanted.on_leave()),
                "wanted KEEP or WITHDRAW");
  }
  return status;
}

absl::Status MayCreate(const RuleCall& call, const v1::CreateTrainingAssignmentRequest& request) {
  absl::StatusOr<ResourceName> name = ParseName(request.training_assignment().training());
  if (!name.ok()) return name.status();
  const ScopeId training = call.state.FindScope(name->Relative());
  if (!call.state.HasScope(training)) {
    return NotFound("training", request.training_assignment().training());
  }
  return CheckPlanCourses(call, training, "enrollment.create");
}

absl::Status DoCreate(MutateCall& call, const v1::CreateTrainingAssignmentRequest& request,
                      TrainingAssignment* response) {
  const TrainingAssignment& wanted = request.training_assignment();
  const ScopeId training = call.state().FindScope(ParseName(wanted.training())->Relative());
  if (!call.state().HasScope(training)) return NotFound("training", wanted.training());
  const SubjectId assignee = call.state().FindSubject(ParseName(wanted.assignee())->Relative());
  // What is hidden and what is missing are refused alike.
  if (!Knows(call.state(), call.actor(), assignee, call.now())) {
    return BadField("training_assignment.assignee", wanted.assignee(),
                    "wanted a user or a group that you may see");
  }
  absl::StatusOr<std::vector<uint64_t>> before =
      ReadAssignedIds(call.draft.reader(), AssignedTo(call.draft.number(), assignee));
  if (!before.ok()) return before.status();
  for (uint64_t uid : *before) {
    absl::StatusOr<std::optional<rows::TrainingAssignmentRow>> other =
        ReadTrainingAssignment(call.draft.reader(), call.draft.number(), uid);
    if (!other.ok()) return other.status();
    if (other->has_value() && ScopeId((*other)->training()) == training) {
      return AlreadyExists(
          kNoun, NameIn(call.draft.id(), Collection::kTrainingAssignments, absl::StrCat(uid)));
    }
  }
  rows::TrainingAssignmentRow row;
  row.set_training(training.value);
  row.set_assignee(assignee.value);
  row.set_assigned_by(call.actor_uid());
  TrainingAssignment* const kept = row.mutable_training_assignment();
  if (wanted.has_due()) *kept->mutable_due() = wanted.due();
  kept->set_on_leave(wanted.on_leave() == TrainingAssignment::WITHDRAW
                         ? TrainingAssignment::WITHDRAW
                         : TrainingAssignment::KEEP);
  absl::StatusOr<std::vector<EnrollmentId>> applications = OwnApplications(call);
  if (!applications.ok()) return applications.status();
  absl::StatusOr<uint64_t> uid = AddTrainingAssignment(call.draft, std::move(row));
  if (!uid.ok()) return uid.status();
  absl::Status own = CheckStillApplications(call, *applications);
  if (!own.ok()) return own;
  absl::StatusOr<std::optional<rows::TrainingAssignmentRow>> made =
      ReadTrainingAssignment(call.draft.reader(), call.draft.number(), *uid);
  if (!made.ok()) return made.status();
  *response = ToMessage(call.state(), call.draft.id(), *uid, **made);
  call.draft.Describe(response->name());
  return absl::OkStatus();
}

// --- GetTrainingAssignment, ListTrainingAssignments ---

absl::Status DoGet(ReadCall& call, const v1::GetTrainingAssignmentRequest& request,
                   TrainingAssignment* response) {
  absl::StatusOr<rows::TrainingAssignmentRow> row =
      FindAssignment(call.reader(), call.tenant->number(), request.name());
  if (!row.ok()) return row.status();
  *response = ToMessage(call.state, call.tenant->id(), UidIn(request.name()), *row);
  return absl::OkStatus();
}

absl::Status ValidateList(const v1::ListTrainingAssignmentsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  if (!request.assignee().empty()) {
    CheckAssigneeName("assignee", request.assignee(), request.parent(), &status);
  }
  if (!request.training().empty()) {
    CheckTrainingName("training", request.training(), request.parent(), &status);
  }
  return status;
}

absl::Status DoList(ReadCall& call, const v1::ListTrainingAssignmentsRequest& request,
                    v1::ListTrainingAssignmentsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const std::optional<TrainingFilter> filter =
      FindTrainingFilter(call.state, request.training(), request.assignee());
  if (!filter.has_value()) return absl::OkStatus();
  const ScopeId training = filter->training;
  const SubjectId assignee = filter->subject;
  uint64_t after = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &after)) {
    return BadField("page_token", request.page_token(), "wanted a `next_page_token`");
  }
  const uint64_t tenant = call.tenant->number();
  ReadableTrainings readable(call);
  uint64_t last = 0;
  // False once the page is full.
  const auto add = [&](uint64_t uid, const rows::TrainingAssignmentRow& row) {
    const ScopeId at(row.training());
    if ((training.value != 0 && at != training) || !readable.Has(at)) return true;
    if (response->training_assignments_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(last)));
      return false;
    }
    *response->add_training_assignments() = ToMessage(call.state, call.tenant->id(), uid, row);
    last = uid;
    return true;
  };
  if (training.value == 0 && assignee.value == 0) {
    store::KeyRange range = store::KeyRange::Tenant(tenant);
    range.begin = TrainingAssignmentKey(tenant, after + 1);
    constexpr auto kTable = store::Table::kTrainingAssignments;
    store::Cursor cursor = call.reader().Scan(kTable, range);
    while (cursor.Next()) {
      store::KeyReader key(kTable, cursor.key());
      key.U64();
      const uint64_t uid = key.U64();
      if (absl::Status status = key.Finish(); !status.ok()) return status;
      absl::StatusOr<rows::TrainingAssignmentRow> row =
          ParseRow<rows::TrainingAssignmentRow>(kTable, cursor.key(), cursor.value());
      if (!row.ok()) return row.status();
      if (!add(uid, *row)) return absl::OkStatus();
    }
    return cursor.status();
  }
  absl::StatusOr<std::vector<uint64_t>> uids =
      ReadAssignedIds(call.reader(), assignee.value != 0 ? AssignedTo(tenant, assignee)
                                                         : AssignedAt(tenant, training));
  if (!uids.ok()) return uids.status();
  for (uint64_t uid : *uids) {
    if (uid <= after) continue;
    absl::StatusOr<std::optional<rows::TrainingAssignmentRow>> row =
        ReadTrainingAssignment(call.reader(), tenant, uid);
    if (!row.ok()) return row.status();
    if (row->has_value() && !add(uid, **row)) return absl::OkStatus();
  }
  return absl::OkStatus();
}

// --- DeleteTrainingAssignment ---

// What ends enrollments at the courses of a plan has to be allowed there too.
absl::Status MayDelete(const RuleCall& call, const v1::DeleteTrainingAssignmentRequest& request) {
  absl::StatusOr<rows::TrainingAssignmentRow> row =
      FindAssignment(call.reader, call.tenant.number(), request.name());
  if (absl::IsNotFound(row.status()) && request.allow_missing()) return absl::OkStatus();
  if (!row.ok()) return row.status();
  if (row->training_assignment().on_leave() != TrainingAssignment::WITHDRAW) {
    return absl::OkStatus();
  }
  return CheckPlanCourses(call, ScopeId(row->training()), "enrollment.remove");
}

absl::Status DoDelete(MutateCall& call, const v1::DeleteTrainingAssignmentRequest& request,
                      google::protobuf::Empty*) {
  absl::StatusOr<rows::TrainingAssignmentRow> row =
      FindAssignment(call.draft.reader(), call.draft.number(), request.name());
  if (absl::IsNotFound(row.status()) && request.allow_missing()) return absl::OkStatus();
  if (!row.ok()) return row.status();
  const uint64_t uid = UidIn(request.name());
  absl::Status status = CheckEtag(request.name(), request.etag(), EtagOf(uid, *row));
  if (!status.ok()) return status;
  call.draft.Describe(request.name());
  return EraseTrainingAssignment(call.draft, uid);
}

}  // namespace

void CheckTrainingName(absl::string_view field, absl::string_view name, absl::string_view parent,
                       absl::Status* status) {
  absl::StatusOr<ResourceName> training = ParseName(name);
  absl::StatusOr<ResourceName> tenant = ParseName(parent);
  if (!training.ok() || (training->collection != Collection::kCourses &&
                         training->collection != Collection::kPlans)) {
    AddBadField(status, field, name,
                "wanted a course or a training plan, `tenants/<tenant>/courses/<id>`");
  } else if (tenant.ok() && training->tenant != tenant->tenant) {
    AddBadField(status, field, name, absl::StrCat("wanted one of ", Quoted(parent)));
  }
}

bool ReadableTrainings::Has(ScopeId training) {
  const auto known = known_.find(training.value);
  if (known != known_.end()) return known->second;
  const ItemQuestion question(call_.state, call_.reader(), call_.tenant->number(), call_.self(),
                              call_.now);
  return known_[training.value] =
             question.AskAt(training, SubjectId(0), "enrollment.read").allowed();
}

void RegisterTrainingAssignments(Methods& methods) {
  Methods::AuthorizeBy<v1::CreateTrainingAssignmentRequest>(
      methods.Mutate<v1::CreateTrainingAssignmentRequest, TrainingAssignment>(ValidateCreate,
                                                                              DoCreate),
      MayCreate);
  Method& get = methods.Read<v1::GetTrainingAssignmentRequest, TrainingAssignment>(DoGet);
  Methods::ValidateBy<v1::GetTrainingAssignmentRequest>(
      get, ValidateName<v1::GetTrainingAssignmentRequest>);
  Method& list =
      methods.Scan<v1::ListTrainingAssignmentsRequest, v1::ListTrainingAssignmentsResponse>(DoList);
  Methods::ValidateBy<v1::ListTrainingAssignmentsRequest>(list, ValidateList);
  Methods::AuthorizeBy<v1::DeleteTrainingAssignmentRequest>(
      methods.Mutate<v1::DeleteTrainingAssignmentRequest, google::protobuf::Empty>(
          ValidateName<v1::DeleteTrainingAssignmentRequest>, DoDelete),
      MayDelete);
}

}  // namespace provost
