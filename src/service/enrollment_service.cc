#include "service/enrollment_service.h"

#include <google/protobuf/empty.pb.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/time_text.h"
#include "provost/v1/enrollment_service.pb.h"
#include "service/enrollment_message.h"
#include "service/enrollment_requests.h"
#include "service/enrollment_waiting.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/open_training_list.h"
#include "service/pages.h"
#include "service/rule21.h"
#include "service/subject_resource.h"
#include "service/training_assignments.h"
#include "service/training_filter.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollments.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

using v1::Enrollment;

constexpr absl::string_view kNoun = "enrollment";

// A person's own application is for others to decide about (rule 21).
absl::Status CheckNotOwnApplication(const MutateCall& call, EnrollmentId id,
                                    const rows::EnrollmentRow& row) {
  if (row.enrollment().state() != Enrollment::REQUESTED) return absl::OkStatus();
  return CheckNotOneself(call.actor(), SubjectId(id.learner), "approve");
}

// --- CreateEnrollment ---

absl::Status ValidateCreate(const v1::CreateEnrollmentRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  const Enrollment& wanted = request.enrollment();
  CheckUserName("enrollment.learner", wanted.learner(), request.parent(), &status);
  CheckTrainingName("enrollment.training", wanted.training(), request.parent(), &status);
  if (wanted.has_due_time()) CheckTime("enrollment.due_time", wanted.due_time(), &status);
  return status;
}

absl::Status DoCreate(MutateCall& call, const v1::CreateEnrollmentRequest& request,
                      Enrollment* response) {
  const Enrollment& wanted = request.enrollment();
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
    if (absl::Status own = CheckNotOwnApplication(call, id, **row); !own.ok()) return own;
    const bool has_applied = (*row)->enrollment().state() == Enrollment::REQUESTED;
    for (const rows::EnrollmentRow::Source& source : (*row)->sources()) {
      if (source.training_assignment() == 0 && !has_applied) return AlreadyExists(kNoun, name);
    }
  }
  if (wanted.has_due_time() && FromTimestamp(wanted.due_time()) < call.now()) {
    return BadField("enrollment.due_time", TimeText(FromTimestamp(wanted.due_time())),
                    "is before the enrollment, which is now; wanted a later time");
  }
  rows::EnrollmentRow::Source source;
  if (wanted.has_due_time()) *source.mutable_due_time() = wanted.due_time();
  absl::Status status = Enroll(call.draft, id, source, Entry::kByHand, CauseOf(call, ""));
  if (!status.ok()) return status;
  return Answer(call, id, "", response);
}

// --- GetEnrollment ---

absl::Status ValidateGet(const v1::GetEnrollmentRequest& request) {
  return CheckMove(request.name(), "", 0);
}

absl::Status DoGet(ReadCall& call, const v1::GetEnrollmentRequest& request, Enrollment* response) {
  absl::StatusOr<rows::EnrollmentRow> row =
      FindEnrollment(call.reader(), call.tenant->number(), request.name());
  if (!row.ok()) return row.status();
  const EnrollmentId id = EnrollmentIdIn(request.name());
  *response = ToMessage(call.state, call.tenant->id(), id, *row);
  return SetWaitingPosition(call.reader(), call.tenant->number(), id, response);
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
  for (int i = 0; i < request.states_size(); ++i) {
    const int state = request.states(i);
    if (!Enrollment::State_IsValid(state) || state == Enrollment::STATE_UNSPECIFIED) {
      AddBadField(&status, absl::StrCat("states[", i, "]"), absl::StrCat(state),
                  "wanted a state of an enrollment");
    }
  }
  return status;
}

// One page of a list.
class Listing {
 public:
  Listing(ReadCall& call, const v1::ListEnrollmentsRequest& request, const Pages::Page& page,
          v1::ListEnrollmentsResponse* response)
      : call_(call), page_(page), readable_(call), response_(response) {
    for (int state : request.states()) states_ |= 1u << state;
    if (states_ == 0) states_ = ~(1u << Enrollment::WITHDRAWN);
  }

  // All of a person's, or the one at `training`.
  absl::Status OfPerson(SubjectId learner, ScopeId training) {
    const std::optional<EnrollmentId> after = ParseEnrollmentId(page_.cursor);
    absl::StatusOr<std::vector<EnrollmentId>> ids =
        std::vector<EnrollmentId>{EnrollmentId{training.value, learner.value}};
    if (training.value == 0) ids = ReadLearnerIds(call_.reader(), EnrollmentsOf(tenant(), learner));
    if (!ids.ok()) return ids.status();
    for (const EnrollmentId& id : *ids) {
      if (after.has_value() && id.training <= after->training) continue;
      absl::StatusOr<bool> more = Read(id);
      if (!more.ok()) return more.status();
      if (!*more) break;
    }
    return absl::OkStatus();
  }

  // All at a training where the caller may read them.
  absl::Status AtTraining(ScopeId training) {
    if (states_ == 1u << Enrollment::WAITING) return InLine(training);
    const std::optional<EnrollmentId> after = ParseEnrollmentId(page_.cursor);
    if (states_ == 1u << Enrollment::REQUESTED) {
      absl::StatusOr<std::vector<EnrollmentId>> ids =
          ReadRequestedIds(call_.reader(), RequestedAt(tenant(), training));
      if (!ids.ok()) return ids.status();
      for (const EnrollmentId& id : *ids) {
        if (after.has_value() && id.learner <= after->learner) continue;
        absl::StatusOr<bool> more = Read(id);
        if (!more.ok()) return more.status();
        if (!*more) break;
      }
      return absl::OkStatus();
    }
    store::KeyRange range = EnrollmentsAt(tenant(), training);
    if (after.has_value()) range.begin = EnrollmentKey(tenant(), *after) + '\0';
    store::Cursor cursor = call_.reader().Scan(store::Table::kEnrollments, range);
    while (cursor.Next()) {
      store::KeyReader key(store::Table::kEnrollments, cursor.key());
      key.U64();
      const uint32_t at = key.U32();
      const EnrollmentId id{at, key.U32()};
      if (absl::Status status = key.Finish(); !status.ok()) return status;
      absl::StatusOr<rows::EnrollmentRow> row =
          ParseRow<rows::EnrollmentRow>(store::Table::kEnrollments, cursor.key(), cursor.value());
      if (!row.ok()) return row.status();
      absl::StatusOr<bool> more = Add(id, *row, id.ToString());
      if (!more.ok()) return more.status();
      if (!*more) return absl::OkStatus();
    }
    return cursor.status();
  }

  bool MayRead(ScopeId training) { return readable_.Has(training); }

 private:
  // Those who wait, in their order. The list goes on behind the place of the last who was shown.
  absl::Status InLine(ScopeId training) {
    int32_t after = 0;
    if (!page_.cursor.empty() && !absl::SimpleAtoi(page_.cursor, &after)) after = 0;
    absl::StatusOr<std::vector<EnrollmentId>> ids =
        ReadWaitingIds(call_.reader(), WaitingAt(tenant(), training));
    if (!ids.ok()) return ids.status();
    for (const EnrollmentId& id : *ids) {
      absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
          ReadEnrollment(call_.reader(), tenant(), id);
      if (!row.ok()) return row.status();
      if (!row->has_value()) continue;
      const int32_t place = (*row)->enrollment().waiting_position();
      if (place <= after) continue;
      absl::StatusOr<bool> more = Add(id, **row, absl::StrCat(place));
      if (!more.ok()) return more.status();
      if (!*more) break;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Read(EnrollmentId id) {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
        ReadEnrollment(call_.reader(), tenant(), id);
    if (!row.ok()) return row.status();
    return row->has_value() ? Add(id, **row, id.ToString()) : true;
  }

  // False once the page is full.
  absl::StatusOr<bool> Add(EnrollmentId id, const rows::EnrollmentRow& row, std::string cursor) {
    if ((states_ >> row.enrollment().state() & 1u) == 0) return true;
    if (SubjectId(id.learner) != call_.self() && !readable_.Has(ScopeId(id.training))) {
      absl::StatusOr<bool> decides =
          IsDecidingManager(call_.state, call_.reader(), tenant(), id, row, call_.self());
      if (!decides.ok()) return decides;
      if (!*decides) return true;
    }
    if (response_->enrollments_size() == page_.limit) {
      response_->set_next_page_token(call_.backend.pages->TokenAfter(page_, last_));
      return false;
    }
    *response_->add_enrollments() = ToMessage(call_.state, call_.tenant->id(), id, row);
    last_ = std::move(cursor);
    return true;
  }

  uint64_t tenant() const { return call_.tenant->number(); }

  ReadCall& call_;
  const Pages::Page& page_;
  ReadableTrainings readable_;
  v1::ListEnrollmentsResponse* const response_;
  unsigned states_ = 0;  // A bit for each that is listed.
  std::string last_;
};

absl::Status DoList(ReadCall& call, const v1::ListEnrollmentsRequest& request,
                    v1::ListEnrollmentsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const std::optional<TrainingFilter> filter =
      FindTrainingFilter(call.state, request.training(), request.learner());
  if (!filter.has_value()) return absl::OkStatus();
  const auto [training, learner] = *filter;
  Listing listing(call, request, *page, response);
  if (learner.value != 0) return listing.OfPerson(learner, training);
  if (!listing.MayRead(training)) return listing.OfPerson(call.self(), training);
  return listing.AtTraining(training);
}

// --- DeleteEnrollment ---

absl::Status ValidateDelete(const v1::DeleteEnrollmentRequest& request) {
  return CheckMove(request.name(), request.reason(), 0);
}

absl::Status DoDelete(MutateCall& call, const v1::DeleteEnrollmentRequest& request,
                      google::protobuf::Empty*) {
  absl::StatusOr<rows::EnrollmentRow> row = FindForChange(call, request.name(), request.etag());
  if (absl::IsNotFound(row.status()) && request.allow_missing()) return absl::OkStatus();
  if (!row.ok()) return row.status();
  if (row->enrollment().state() == Enrollment::WITHDRAWN && request.allow_missing()) {
    return absl::OkStatus();
  }
  const EnrollmentId id = EnrollmentIdIn(request.name());
  const rows::EnrollmentRow before = *row;
  absl::Status status =
      MoveEnrollment(call.draft, id, &*row, Enrollment::WITHDRAWN, CauseOf(call, request.reason()));
  if (!status.ok()) return status;
  PutEnrollment(call.draft, id, &before, *std::move(row));
  call.draft.Describe(request.name(), request.reason());
  return absl::OkStatus();
}

}  // namespace

void RegisterEnrollmentService(Methods& methods) {
  methods.Mutate<v1::CreateEnrollmentRequest, Enrollment>(ValidateCreate, DoCreate);
  Method& get = methods.Read<v1::GetEnrollmentRequest, Enrollment>(DoGet);
  Methods::ValidateBy<v1::GetEnrollmentRequest>(get, ValidateGet);
  Method& list = methods.Scan<v1::ListEnrollmentsRequest, v1::ListEnrollmentsResponse>(DoList);
  Methods::ValidateBy<v1::ListEnrollmentsRequest>(list, ValidateList);
  methods.Mutate<v1::DeleteEnrollmentRequest, google::protobuf::Empty>(ValidateDelete, DoDelete);
  RegisterEnrollmentRequests(methods);
  RegisterEnrollmentWaiting(methods);
  RegisterOpenTrainingList(methods);
  RegisterTrainingAssignments(methods);
}

}  // namespace provost
