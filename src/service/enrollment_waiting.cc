#include "service/enrollment_waiting.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/enrollment_service.pb.h"
#include "service/enrollment_message.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/rule21.h"
#include "tenant/errors.h"
#include "tenant/record_rows.h"

namespace provost {
namespace {

using v1::Enrollment;

// --- PromoteEnrollment, MoveInWaitingList ---

absl::StatusOr<rows::EnrollmentRow> FindWaiting(const MutateCall& call, const std::string& name,
                                                const std::string& etag) {
  absl::StatusOr<rows::EnrollmentRow> row = FindForChange(call, name, etag);
  if (!row.ok()) return row;
  absl::Status status =
      CheckNotOneself(call.actor(), SubjectId(EnrollmentIdIn(name).learner), "approve");
  if (status.ok()) status = CheckState(name, *row, Enrollment::WAITING, "NOT_WAITING");
  if (!status.ok()) return status;
  return row;
}

absl::Status DoPromote(MutateCall& call, const v1::PromoteEnrollmentRequest& request,
                       Enrollment* response) {
  absl::StatusOr<rows::EnrollmentRow> row = FindWaiting(call, request.name(), request.etag());
  if (!row.ok()) return row.status();
  const EnrollmentId id = EnrollmentIdIn(request.name());
  const rows::EnrollmentRow before = *row;
  absl::Status status =
      MoveEnrollment(call.draft, id, &*row, Enrollment::ENROLLED, CauseOf(call, request.reason()));
  if (!status.ok()) return status;
  PutEnrollment(call.draft, id, &before, *std::move(row));
  return Answer(call, id, request.reason(), response);
}

absl::Status ValidateMoveInLine(const v1::MoveInWaitingListRequest& request) {
  absl::Status status = CheckMove(request.name(), "", 0);
  if (request.position() < 1) {
    AddBadField(&status, "position", absl::StrCat(request.position()), "wanted 1 or more");
  }
  return status;
}

absl::Status DoMoveInLine(MutateCall& call, const v1::MoveInWaitingListRequest& request,
                          Enrollment* response) {
  absl::StatusOr<rows::EnrollmentRow> row = FindWaiting(call, request.name(), request.etag());
  if (!row.ok()) return row.status();
  const EnrollmentId id = EnrollmentIdIn(request.name());
  const rows::EnrollmentRow before = *row;
  absl::Status status = MoveInLine(call.draft, id, request.position(), &*row);
  if (!status.ok()) return status;
  if (row->enrollment().waiting_position() != before.enrollment().waiting_position()) {
    PutEnrollment(call.draft, id, &before, *std::move(row));
  }
  return Answer(call, id, "", response);
}

// --- ListEnrollmentTransitions ---

absl::Status ValidateList(const v1::ListEnrollmentTransitionsRequest& request) {
  return CheckMove(request.name(), "", 0);
}

absl::Status DoList(ReadCall& call, const v1::ListEnrollmentTransitionsRequest& request,
                    v1::ListEnrollmentTransitionsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const uint64_t tenant = call.tenant->number();
  const EnrollmentId id = EnrollmentIdIn(request.name());
  absl::StatusOr<rows::EnrollmentRow> row = FindEnrollment(call.reader(), tenant, request.name());
  if (!row.ok()) return row.status();
  uint64_t after = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &after)) {
    return BadField("page_token", request.page_token(), "wanted a `next_page_token`");
  }
  store::KeyRange range = RecordEventsOf(tenant, id);
  range.begin = RecordEventKey(tenant, RecordEventId{id, after + 1});
  uint64_t last = 0;
  store::Cursor cursor = call.reader().Scan(store::Table::kRecords, range);
  while (cursor.Next()) {
    store::KeyReader key(store::Table::kRecords, cursor.key());
    key.U64();
    key.U32();
    key.U32();
    key.U8();
    const uint64_t number = key.U64();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::RecordEventRow> event =
        ParseRow<rows::RecordEventRow>(store::Table::kRecords, cursor.key(), cursor.value());
    if (!event.ok()) return event.status();
    if (!event->has_transition() && !event->has_manager_approval()) continue;
    if (response->transitions_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(last)));
      return absl::OkStatus();
    }
    last = number;
    v1::EnrollmentTransition* const shown = response->add_transitions();
    if (event->has_transition()) {
      shown->set_from(event->transition().from());
      shown->set_to(event->transition().to());
    } else {
      shown->set_from(Enrollment::REQUESTED);
      shown->set_to(Enrollment::REQUESTED);
    }
    *shown->mutable_time() = event->time();
    *shown->mutable_record_time() = event->record_time();
    const SubjectId actor(event->actor());
    if (Knows(call.state, call.self(), actor, call.now)) {
      shown->set_actor(SubjectFullName(call.state, call.tenant->id(), actor));
    }
    shown->set_reason(event->reason());
    shown->set_cycle(event->cycle());
  }
  return cursor.status();
}

}  // namespace

void RegisterEnrollmentWaiting(Methods& methods) {
  methods.Mutate<v1::PromoteEnrollmentRequest, Enrollment>(
      [](const v1::PromoteEnrollmentRequest& request) {
        return CheckMove(request.name(), request.reason(), 0);
      },
      DoPromote);
  methods.Mutate<v1::MoveInWaitingListRequest, Enrollment>(ValidateMoveInLine, DoMoveInLine);
  Method& list =
      methods.Scan<v1::ListEnrollmentTransitionsRequest, v1::ListEnrollmentTransitionsResponse>(
          DoList);
  Methods::ValidateBy<v1::ListEnrollmentTransitionsRequest>(list, ValidateList);
}

}  // namespace provost
