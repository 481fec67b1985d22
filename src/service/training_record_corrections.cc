#include "service/training_record_corrections.h"

#include <google/protobuf/empty.pb.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/decide/freeze.h"
#include "provost/v1/training_record_service.pb.h"
#include "service/enrollment_message.h"
#include "service/lookup.h"
#include "service/record_deletion.h"
#include "service/rule21.h"
#include "service/subject_resource.h"
#include "service/training_record_facts.h"
#include "service/training_record_message.h"
#include "tenant/content_items.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/record_events.h"
#include "tenant/record_rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;
using Event = rows::RecordEventRow;
using v1::RecordEvent;

// --- CorrectRecord ---

absl::Status ValidateCorrect(const v1::CorrectRecordRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kRecordEvents, "name", request.name(), &status);
  CheckText("reason", request.reason(), 1, kMaxReasonChars, &status);
  if (!request.has_replacement()) return status;
  const RecordEvent& with = request.replacement();
  if (with.has_time()) CheckTime("replacement.time", with.time(), &status);
  const auto check_range = [&](absl::string_view field, int value, int min, int max) {
    if (value >= min && value <= max) return;
    AddBadField(&status, absl::StrCat("replacement.", field), absl::StrCat(value),
                absl::StrCat("wanted ", min, " to ", max));
  };
  switch (with.event_case()) {
    case RecordEvent::kProgress:
      check_range("progress.percent", with.progress().percent(), 0, 100);
      break;
    case RecordEvent::kScore:
      check_range("score.score_hundredths", with.score().score_hundredths(), 0, 10000);
      break;
    case RecordEvent::kCredit:
      check_range("credit.credit_hundredths", with.credit().credit_hundredths(), -1000000, 1000000);
      break;
    case RecordEvent::kOverride:
      check_range("override.outcome", with.override().outcome(), 1, 3);
      break;
    case RecordEvent::kSignOff:
      break;
    default:
      AddBadField(&status, "replacement", "",
                  "wanted progress, a score, a signature, a completion by hand or credit");
  }
  return status;
}

// What is put in the place of `fact`: of the same kind, and about the same thing.
absl::StatusOr<Event> Replacement(const MutateCall& call, const RecordEvent& with,
                                  const Event& fact) {
  Event event;
  *event.mutable_time() = with.has_time() ? with.time() : fact.time();
  const auto check_item = [&](absl::string_view field, const std::string& item,
                              uint64_t uid) -> absl::Status {
    if (item.empty()) return absl::OkStatus();  // The same.
    absl::StatusOr<std::optional<NamedItem>> named =
        ReadItemByUid(call.draft.reader(), call.draft.number(), uid);
    if (!named.ok()) return named.status();
    const std::string name =
        named->has_value() ? FullName(call.draft.id(), (*named)->relative) : "";
    if (name == item) return absl::OkStatus();
    return BadField(absl::StrCat("replacement.", field), item,
                    absl::StrCat("wanted ", Quoted(name), ", which the fact is about"));
  };
  absl::Status status;
  if (with.has_progress() && fact.has_progress()) {
    status = check_item("progress.item", with.progress().item(), fact.progress().item());
    *event.mutable_progress() = fact.progress();
    event.mutable_progress()->set_percent(with.progress().percent());
  } else if (with.has_score() && fact.has_score()) {
    status = check_item("score.item", with.score().item(), fact.score().item());
    *event.mutable_score() = fact.score();
    event.mutable_score()->set_score_hundredths(with.score().score_hundredths());
    event.mutable_score()->set_passed(with.score().passed());
    event.mutable_score()->set_last(with.score().last());
  } else if (with.has_sign_off() && fact.has_sign_off()) {
    event.mutable_sign_off()->set_signed_(!with.sign_off().taken_back());
  } else if (with.has_override() && fact.has_override()) {
    event.mutable_override()->set_outcome(
        with.override().outcome() == v1::OverrideCompletionRequest::RULE
            ? Event::Override::OUTCOME_UNSPECIFIED
            : static_cast<Event::Override::Outcome>(with.override().outcome()));
  } else if (with.has_credit() && fact.has_credit()) {
    *event.mutable_credit() = fact.credit();
    event.mutable_credit()->set_credit_hundredths(with.credit().credit_hundredths());
  } else {
    return BadField("replacement", "", "wanted one of the kind of the fact that it replaces");
  }
  if (!status.ok()) return status;
  return event;
}

// Whether the fact may be corrected, and here.
absl::Status CheckCorrectable(const std::string& name, const Event& fact, int cycle,
                              bool is_retracted) {
  if (is_retracted) {
    return FailedPrecondition("RETRACTED", name, "it counts no more; correct what is in its place");
  }
  if (fact.has_attendance()) {
    return FailedPrecondition("ATTENDANCE", name,
                              "attendance is amended with AttendanceService.AmendAttendance");
  }
  if (!fact.has_progress() && !fact.has_score() && !fact.has_sign_off() && !fact.has_override() &&
      !fact.has_credit()) {
    return FailedPrecondition("NO_FACT", name,
                              "it follows from facts, or corrects one; correct those");
  }
  if (fact.cycle() != cycle && !fact.has_credit()) {
    return FailedPrecondition("EARLIER_CYCLE", name,
                              absl::StrCat("it belongs to the ", fact.cycle(),
                                           ". time that the training was done; it is "
                                           "done for the ",
                                           cycle, ". time now"));
  }
  return absl::OkStatus();
}

absl::Status DoCorrect(MutateCall& call, const v1::CorrectRecordRequest& request,
                       v1::TrainingRecord* response) {
  const std::optional<RecordEventId> id = ParseRecordEventId(IdOf(request.name()));
  if (!id.has_value()) return NotFound("record event", request.name());
  const EnrollmentId enrollment = id->enrollment;
  absl::Status status = CheckNotOneself(call.actor(), SubjectId(enrollment.learner), "correct");
  if (!status.ok()) return status;
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(call.draft.reader(), call.draft.number(), enrollment);
  if (!row.ok()) return row.status();
  absl::StatusOr<std::vector<NumberedEvent>> log =
      ReadRecordEvents(call.draft.reader(), call.draft.number(), enrollment);
  if (!log.ok()) return log.status();
  const Event* fact = nullptr;
  bool is_retracted = false;
  for (const auto& [number, event] : *log) {
    if (number == id->number) fact = &event;
    if (event.retraction().event() == id->number) is_retracted = true;
  }
  if (fact == nullptr || !row->has_value()) return NotFound("record event", request.name());
  status = CheckCorrectable(request.name(), *fact, (*row)->enrollment().cycle(), is_retracted);
  if (!status.ok()) return status;

  if (fact->has_credit()) {
    const int64_t rest =
        int64_t{(*row)->enrollment().credit_hundredths()} - fact->credit().credit_hundredths();
    const int64_t with = request.replacement().credit().credit_hundredths();
    if (rest + with < 0 || rest + with > kMaxCreditHundredthsInAll) {
      return BadField("replacement.credit.credit_hundredths", absl::StrCat(with),
                      absl::StrCat("wanted ", -rest, " to ", kMaxCreditHundredthsInAll - rest,
                                   ": the other credit of the training is ", rest));
    }
  }

  std::vector<Event> events(1);
  events[0].set_actor(call.actor_uid());
  events[0].set_reason(request.reason());
  events[0].mutable_retraction()->set_event(id->number);
  if (request.has_replacement()) {
    absl::StatusOr<Event> with = Replacement(call, request.replacement(), *fact);
    if (!with.ok()) return with.status();
    with->set_actor(call.actor_uid());
    with->set_reason(request.reason());
    // Credit of an earlier cycle stays where it was.
    if (fact->cycle() != (*row)->enrollment().cycle()) with->clear_time();
    events.push_back(*std::move(with));
  }
  status = AddRecordEvents(call.draft, enrollment, std::move(events));
  if (absl::IsInvalidArgument(status)) return WithFieldPrefix(status, "replacement.");
  if (!status.ok()) return status;
  row = ReadEnrollment(call.draft.reader(), call.draft.number(), enrollment);
  if (!row.ok()) return row.status();
  absl::StatusOr<v1::TrainingRecord> record = TrainingRecordView(call).Record(enrollment, **row);
  if (!record.ok()) return record.status();
  *response = *std::move(record);
  call.draft.Describe(response->name(), request.reason());
  return absl::OkStatus();
}

// --- DeleteTrainingRecord ---

absl::Status ValidateDelete(const v1::DeleteTrainingRecordRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kEnrollments, "name", request.name(), &status);
  CheckText("reason", request.reason(), 1, kMaxReasonChars, &status);
  return status;
}

absl::Status DoDelete(MutateCall& call, const v1::DeleteTrainingRecordRequest& request,
                      google::protobuf::Empty*) {
  absl::StatusOr<rows::EnrollmentRow> row = FindForChange(call, request.name(), request.etag());
  if (!row.ok()) return row.status();
  const EnrollmentId id = EnrollmentIdIn(request.name());
  absl::Status status = CheckNotOneself(call.actor(), SubjectId(id.learner), "delete");
  if (!status.ok()) return status;
  const absl::Status frozen = CheckPathNotFrozen(call.state(), ScopeId(id.training));
  if (!frozen.ok()) return FailedPrecondition("FROZEN", request.name(), frozen.message());
  status = KeepPlans(call.draft, id);
  if (status.ok()) status = EraseEnrollmentRecord(call.draft, id);
  if (!status.ok()) return status;
  call.draft.Describe(request.name(), request.reason());
  return FollowFacts(call.draft, id,
                     row->enrollment().has_complete_time()
                         ? FromTimestamp(row->enrollment().complete_time())
                         : absl::InfiniteFuture());
}

}  // namespace

void RegisterTrainingRecordCorrections(Methods& methods) {
  methods.Mutate<v1::CorrectRecordRequest, v1::TrainingRecord>(ValidateCorrect, DoCorrect);
  Method& del = methods.Mutate<v1::DeleteTrainingRecordRequest, google::protobuf::Empty>(
      ValidateDelete, DoDelete);
  Methods::AuthorizeBy<v1::DeleteTrainingRecordRequest>(
      del, MayDeleteRecord<v1::DeleteTrainingRecordRequest>);
}

}  // namespace provost
