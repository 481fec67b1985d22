#include "service/enrollment_service.h"

#include <google/protobuf/empty.pb.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/enrollment_service.pb.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/resource.h"
#include "service/subject_resource.h"
#include "service/training_assignments.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollments.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr absl::string_view kNoun = "enrollment";

std::string EtagOf(EnrollmentId id, const rows::EnrollmentRow& row) {
  return provost::EtagOf(id.learner, row.revision());
}

v1::Enrollment ToMessage(const WorldState& state, const std::string& tenant, EnrollmentId id,
                         const rows::EnrollmentRow& row) {
  v1::Enrollment enrollment = row.enrollment();
  enrollment.set_name(NameIn(tenant, Collection::kEnrollments, id.ToString()));
  enrollment.set_learner(SubjectFullName(state, tenant, SubjectId(id.learner)));
  enrollment.set_training(ScopeFullName(state, tenant, ScopeId(id.training)));
  enrollment.set_enrolled_by(SubjectFullName(state, tenant, SubjectId(row.enrolled_by())));
  enrollment.set_etag(EtagOf(id, row));
  for (const rows::EnrollmentRow::Source& source : row.sources()) {
    if (source.training_assignment() == 0) {
      enrollment.set_independent(true);
    } else {
      enrollment.add_training_assignments(NameIn(tenant, Collection::kTrainingAssignments,
                                                 absl::StrCat(source.training_assignment())));
    }
    if (source.has_due_time() &&
        (!enrollment.has_due_time() ||
         FromTimestamp(source.due_time()) < FromTimestamp(enrollment.due_time()))) {
      *enrollment.mutable_due_time() = source.due_time();
    }
  }
  return enrollment;
}

// The id in a name that was found to be well formed.
EnrollmentId IdIn(absl::string_view name) {
  return ParseEnrollmentId(IdOf(name)).value_or(EnrollmentId());
}

absl::StatusOr<rows::EnrollmentRow> FindEnrollment(const store::Reader& reader, uint64_t tenant,
                                                   absl::string_view name) {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(reader, tenant, IdIn(name));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(kNoun, name);
  return **std::move(row);
}

template <typename Request>
absl::Status ValidateName(const Request& request) {
  absl::Status status;
  CheckNameIn(Collection::kEnrollments, "name", request.name(), &status);
  return status;
}

// --- CreateEnrollment ---

absl::Status ValidateCreate(const v1::CreateEnrollmentRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  const v1::Enrollment& wanted = request.enrollment();
  CheckUserName("enrollment.learner", wanted.learner(), request.parent(), &status);
  CheckTrainingName("enrollment.training", wanted.training(), request.parent(), &status);
  if (wanted.has_due_time()) CheckTime("enrollment.due_time", wanted.due_time(), &status);
  return status;
}

absl::Status DoCreate(MutateCall& call, const v1::CreateEnrollmentRequest& request,
                      v1::Enrollment* response) {
  const v1::Enrollment& wanted = request.enrollment();
  const ScopeId training = call.state().FindScope(ParseName(wanted.training())->Relative());
  if (!call.state().HasScope(training)) return NotFound("training", wanted.training());
  const SubjectId learner = call.state().FindSubject(ParseName(wanted.learner())->Relative());
  // What is hidden and what is missing are refused alike.
  if (!Knows(call.state(), call.actor(), learner, call.now())) {
    return BadField("enrollment.learner", wanted.learner(),
                    "wanted a user whose profile you may see");
  }
  const EnrollmentId id{training.value, learner.value};
  const std::string name = NameIn(call.draft.id(), Collection::kEnrollments, id.ToString());
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(call.draft.reader(), call.draft.number(), id);
  if (!row.ok()) return row.status();
  if (row->has_value()) {
    for (const rows::EnrollmentRow::Source& source : (*row)->sources()) {
      if (source.training_assignment() == 0) return AlreadyExists(kNoun, name);
    }
  }
  rows::EnrollmentRow::Source source;
  if (wanted.has_due_time()) *source.mutable_due_time() = wanted.due_time();
  MoveCause cause;
  cause.actor = call.actor_uid();
  absl::Status status = Enroll(call.draft, id, source, Entry::kByHand, cause);
  if (!status.ok()) return status;
  row = ReadEnrollment(call.draft.reader(), call.draft.number(), id);
  if (!row.ok()) return row.status();
  *response = ToMessage(call.state(), call.draft.id(), id, **row);
  call.draft.Describe(name);
  return absl::OkStatus();
}

// --- GetEnrollment ---

absl::Status DoGet(ReadCall& call, const v1::GetEnrollmentRequest& request,
                   v1::Enrollment* response) {
  absl::StatusOr<rows::EnrollmentRow> row =
      FindEnrollment(call.reader(), call.tenant->number(), request.name());
  if (!row.ok()) return row.status();
  *response = ToMessage(call.state, call.tenant->id(), IdIn(request.name()), *row);
  return absl::OkStatus();
}

// --- ListEnrollments ---

absl::Status ValidateList(const v1::ListEnrollmentsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  if (request.learner().empty() && request.training().empty()) {
    AddBadField(&status, "learner", "", "wanted a learner, or a training");
  }
  if (!request.learner().empty()) {
    CheckUserName("learner", request.learner(), request.parent(), &status);
  }
  if (!request.training().empty()) {
    CheckTrainingName("training", request.training(), request.parent(), &status);
  }
  return status;
}

// The enrollments that the list may be of, from those after `cursor` on; more than one page of them
// at a training only where they are read from its rows.
absl::StatusOr<std::vector<EnrollmentId>> Candidates(const ReadCall& call, ScopeId training,
                                                     SubjectId learner, const std::string& cursor,
                                                     bool may_read_training, int limit) {
  const std::optional<EnrollmentId> after = ParseEnrollmentId(cursor);
  const uint64_t tenant = call.tenant->number();
  std::vector<EnrollmentId> ids;
  if (training.value == 0) {
    absl::StatusOr<std::vector<EnrollmentId>> all =
        ReadLearnerIds(call.reader(), EnrollmentsOf(tenant, learner));
    if (!all.ok()) return all.status();
    for (const EnrollmentId& id : *all) {
      if (!after.has_value() || id.training > after->training) ids.push_back(id);
    }
    return ids;
  }
  if (learner.value != 0 || !may_read_training) {
    const SubjectId person = learner.value != 0 ? learner : call.self();
    if (!after.has_value()) ids.push_back(EnrollmentId{training.value, person.value});
    return ids;
  }
  store::KeyRange range = EnrollmentsAt(tenant, training);
  if (after.has_value()) range.begin = EnrollmentKey(tenant, *after) + '\0';
  store::ScanOptions options;
  options.limit = static_cast<uint64_t>(limit) + 1;
  return ReadEnrollmentIds(call.reader(), range, options);
}

absl::Status DoList(ReadCall& call, const v1::ListEnrollmentsRequest& request,
                    v1::ListEnrollmentsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  // What is missing and what is hidden look alike: nothing is listed.
  ScopeId training(0);
  if (!request.training().empty()) {
    training = call.state.FindScope(ParseName(request.training())->Relative());
    if (!call.state.HasScope(training)) return absl::OkStatus();
  }
  SubjectId learner(0);
  if (!request.learner().empty()) {
    learner = call.state.FindSubject(ParseName(request.learner())->Relative());
    if (!call.state.HasSubject(learner)) return absl::OkStatus();
  }
  ReadableTrainings readable(call);
  absl::StatusOr<std::vector<EnrollmentId>> ids =
      Candidates(call, training, learner, page->cursor,
                 training.value != 0 && readable.Has(training), page->limit);
  if (!ids.ok()) return ids.status();
  std::string last;
  for (const EnrollmentId& id : *ids) {
    if (SubjectId(id.learner) != call.self() && !readable.Has(ScopeId(id.training))) continue;
    absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
        ReadEnrollment(call.reader(), call.tenant->number(), id);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;
    if (response->enrollments_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, last));
      return absl::OkStatus();
    }
    *response->add_enrollments() = ToMessage(call.state, call.tenant->id(), id, **row);
    last = id.ToString();
  }
  return absl::OkStatus();
}

// --- DeleteEnrollment ---

absl::Status DoDelete(MutateCall& call, const v1::DeleteEnrollmentRequest& request,
                      google::protobuf::Empty*) {
  absl::StatusOr<rows::EnrollmentRow> row =
      FindEnrollment(call.draft.reader(), call.draft.number(), request.name());
  if (absl::IsNotFound(row.status()) && request.allow_missing()) return absl::OkStatus();
  if (!row.ok()) return row.status();
  const EnrollmentId id = IdIn(request.name());
  absl::Status status = CheckEtag(request.name(), request.etag(), EtagOf(id, *row));
  if (!status.ok()) return status;
  call.draft.Describe(request.name());
  MoveCause cause;
  cause.actor = call.actor_uid();
  return Withdraw(call.draft, id, cause);
}

}  // namespace

void RegisterEnrollmentService(Methods& methods) {
  methods.Mutate<v1::CreateEnrollmentRequest, v1::Enrollment>(ValidateCreate, DoCreate);
  Method& get = methods.Read<v1::GetEnrollmentRequest, v1::Enrollment>(DoGet);
  Methods::ValidateBy<v1::GetEnrollmentRequest>(get, ValidateName<v1::GetEnrollmentRequest>);
  Method& list = methods.Scan<v1::ListEnrollmentsRequest, v1::ListEnrollmentsResponse>(DoList);
  Methods::ValidateBy<v1::ListEnrollmentsRequest>(list, ValidateList);
  methods.Mutate<v1::DeleteEnrollmentRequest, google::protobuf::Empty>(
      ValidateName<v1::DeleteEnrollmentRequest>, DoDelete);
  RegisterTrainingAssignments(methods);
}

}  // namespace provost
