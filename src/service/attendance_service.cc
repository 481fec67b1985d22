#include "service/attendance_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/time_text.h"
#include "provost/v1/attendance_service.pb.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/rule21.h"
#include "service/session_registrations.h"
#include "service/subject_resource.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/errors.h"
#include "tenant/record_events.h"
#include "tenant/record_rows.h"
#include "tenant/session_rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

using Mark = rows::RecordEventRow::Attendance;
using rows::ParticipationRow;

constexpr int kMaxMarks = 1000;
constexpr size_t kMaxNoteChars = 1000;

v1::Attendance ToMessage(const WorldState& state, absl::string_view tenant,
                         const rows::SessionRow& session, SubjectId person,
                         const ParticipationRow& row) {
  v1::Attendance message;
  message.set_session(ScopeFullName(state, tenant, ScopeId(session.uid())));
  message.set_learner(SubjectFullName(state, tenant, person));
  message.set_status(static_cast<v1::Attendance::Status>(row.status()));
  if (row.status() == Mark::STATUS_UNSPECIFIED) return message;
  message.set_minutes(row.minutes());
  message.set_note(row.note());
  message.set_marked_by(SubjectFullName(state, tenant, SubjectId(row.marked_by())));
  *message.mutable_mark_time() = row.mark_time();
  const RecordEventId event{EnrollmentId{session.parent(), person.value}, row.event()};
  message.set_record_event(NameIn(tenant, Collection::kRecordEvents, event.ToString()));
  return message;
}

bool SameMark(const v1::Attendance& wanted, const ParticipationRow& row) {
  return static_cast<int>(wanted.status()) == static_cast<int>(row.status()) &&
         wanted.minutes() == row.minutes() && wanted.note() == row.note();
}

// --- what is wrong with a mark by itself ---

void CheckMark(absl::string_view field, absl::string_view session, const v1::Attendance& mark,
               bool may_be_none, absl::Status* status) {
  const auto at = [&](absl::string_view name) { return absl::StrCat(field, ".", name); };
  if (!mark.session().empty() && mark.session() != session) {
    AddBadField(status, at("session"), mark.session(),
                absl::StrCat("wanted ", Quoted(session), ", or none"));
  }
  CheckNameIn(Collection::kUsers, at("learner"), mark.learner(), status);
  const bool none = mark.status() == v1::Attendance::STATUS_UNSPECIFIED;
  if (!v1::Attendance::Status_IsValid(mark.status()) || (none && !may_be_none)) {
    AddBadField(status, at("status"), absl::StrCat(mark.status()),
                "wanted PRESENT, LATE, EXCUSED or ABSENT");
  }
  const bool was_there =
      mark.status() == v1::Attendance::PRESENT || mark.status() == v1::Attendance::LATE;
  if (mark.minutes() < 0 || (mark.minutes() > 0 && !was_there)) {
    AddBadField(status, at("minutes"), absl::StrCat(mark.minutes()),
                was_there ? "wanted 0 or more" : "wanted 0, for the person was not there");
  }
  CheckText(at("note"), mark.note(), 0, kMaxNoteChars, status);
  if (none && may_be_none && !mark.note().empty()) {
    AddBadField(status, at("note"), mark.note(), "wanted none, for nothing is said any more");
  }
}

absl::Status ValidateMark(const v1::MarkAttendanceRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSessions, "session", request.session(), &status);
  CheckMark("attendance", request.session(), request.attendance(), false, &status);
  return status;
}

absl::Status ValidateAmend(const v1::AmendAttendanceRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSessions, "session", request.session(), &status);
  CheckMark("attendance", request.session(), request.attendance(), true, &status);
  CheckText("reason", request.reason(), 1, kMaxReasonChars, &status);
  return status;
}

std::string FieldOf(int i) { return absl::StrCat("attendances[", i, "]"); }

absl::Status ValidateBulk(const v1::BulkMarkAttendanceRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSessions, "session", request.session(), &status);
  if (request.attendances().empty() || request.attendances_size() > kMaxMarks) {
    AddBadField(&status, "attendances", absl::StrCat(request.attendances_size(), " of them"),
                absl::StrCat("wanted 1 to ", kMaxMarks));
    return status;
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < request.attendances_size(); ++i) {
    const v1::Attendance& mark = request.attendances(i);
    CheckMark(FieldOf(i), request.session(), mark, false, &status);
    if (!seen.insert(mark.learner()).second) {
      AddBadField(&status, absl::StrCat(FieldOf(i), ".learner"), mark.learner(),
                  "stands here twice; wanted each person once");
    }
  }
  return status;
}

// --- rule 21 ---

absl::Status CheckNotOwn(const RuleCall& call, absl::string_view learner) {
  const SubjectId person = call.state.FindSubject(ParseName(learner)->Relative());
  return CheckNotOneself(call.actor, person, "mark");
}
absl::Status MayMark(const RuleCall& call, const v1::MarkAttendanceRequest& request) {
  return CheckNotOwn(call, request.attendance().learner());
}
absl::Status MayAmend(const RuleCall& call, const v1::AmendAttendanceRequest& request) {
  return CheckNotOwn(call, request.attendance().learner());
}
absl::Status MayBulk(const RuleCall& call, const v1::BulkMarkAttendanceRequest& request) {
  for (const v1::Attendance& mark : request.attendances()) {
    if (absl::Status status = CheckNotOwn(call, mark.learner()); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// --- marking ---

// The session, once people can have been there.
absl::StatusOr<rows::SessionRow> FindBegun(const MutateCall& call, absl::string_view name) {
  absl::StatusOr<rows::SessionRow> session =
      FindSession(call.draft.reader(), call.state(), call.draft.number(), name);
  if (!session.ok()) return session.status();
  if (IsCancelled(*session)) return FailedPrecondition("CANCELLED", name, "it is cancelled");
  const std::optional<TimeSpan> time = TimeOfSession(*session);
  if (!time.has_value()) return FailedPrecondition("NOT_BEGUN", name, "it has no time yet");
  if (time->start > call.now()) {
    return FailedPrecondition("NOT_BEGUN", name,
                              absl::StrCat("it begins at ", TimeText(time->start)));
  }
  return session;
}

// Somebody whose attendance is to be marked.
struct Marked {
  SubjectId person;
  EnrollmentId enrollment;
  rows::EnrollmentRow row;
  ParticipationRow before;
};

absl::StatusOr<Marked> FindMarked(const MutateCall& call, const rows::SessionRow& session,
                                  absl::string_view field, const v1::Attendance& mark) {
  Marked marked;
  absl::StatusOr<SubjectId> person = ResolveSubject(
      call.state(), call.draft.id(), absl::StrCat(field, ".learner"), mark.learner());
  marked.person = person.value_or(kUnknownSubject);
  const TimeSpan time = *TimeOfSession(session);
  const int64_t minutes = absl::ToInt64Minutes(time.length());
  if (mark.minutes() > minutes) {
    return BadField(absl::StrCat(field, ".minutes"), absl::StrCat(mark.minutes()),
                    absl::StrCat("wanted at most ", minutes, ", as long as the session lasts"));
  }
  // Who is not there is not enrolled either.
  absl::StatusOr<rows::EnrollmentRow> row =
      FindAdmitted(call, session, marked.person, mark.learner());
  if (!row.ok()) return row.status();
  marked.row = *std::move(row);
  marked.enrollment = EnrollmentId{session.parent(), marked.person.value};
  const v1::Enrollment& enrollment = marked.row.enrollment();
  if (enrollment.cycle() > 1 && time.end <= FromTimestamp(enrollment.cycle_start_time())) {
    return FailedPrecondition("EARLIER_CYCLE", mark.learner(),
                              absl::StrCat("the session was over before ", Quoted(mark.learner()),
                                           " began the training anew"));
  }
  absl::StatusOr<ParticipationRow> before = ReadParticipation(
      call.draft.reader(), call.draft.number(), ScopeId(session.uid()), marked.person);
  if (!before.ok()) return before.status();
  marked.before = *std::move(before);
  return marked;
}

rows::RecordEventRow EventOf(const MutateCall& call, const rows::SessionRow& session,
                             const Marked& marked, const v1::Attendance& mark) {
  rows::RecordEventRow event;
  // Who was enrolled while it went on was there from then on.
  const absl::Time time = std::max(TimeOfSession(session)->start,
                                   FromTimestamp(marked.row.enrollment().cycle_start_time()));
  *event.mutable_time() = ToTimestamp(time);
  event.set_actor(call.actor_uid());
  event.set_reason(mark.note());
  event.mutable_attendance()->set_session(session.uid());
  event.mutable_attendance()->set_status(static_cast<Mark::Status>(mark.status()));
  event.mutable_attendance()->set_minutes(mark.minutes());
  return event;
}

absl::Status ShowMark(const MutateCall& call, const rows::SessionRow& session, SubjectId person,
                      v1::Attendance* response) {
  absl::StatusOr<ParticipationRow> row =
      ReadParticipation(call.draft.reader(), call.draft.number(), ScopeId(session.uid()), person);
  if (!row.ok()) return row.status();
  *response = ToMessage(call.state(), call.draft.id(), session, person, *row);
  return absl::OkStatus();
}

std::string AlreadyText(const ParticipationRow& before) {
  return absl::StrCat("is marked as ", Mark::Status_Name(before.status()),
                      " already; AmendAttendance corrects that, with a reason");
}

absl::Status DoMark(MutateCall& call, const v1::MarkAttendanceRequest& request,
                    v1::Attendance* response) {
  absl::StatusOr<rows::SessionRow> session = FindBegun(call, request.session());
  if (!session.ok()) return session.status();
  const v1::Attendance& mark = request.attendance();
  absl::StatusOr<Marked> marked = FindMarked(call, *session, "attendance", mark);
  if (!marked.ok()) return marked.status();
  call.draft.Describe(request.session());
  if (marked->before.status() != Mark::STATUS_UNSPECIFIED) {
    if (SameMark(mark, marked->before)) return ShowMark(call, *session, marked->person, response);
    return FailedPrecondition(
        "MARKED", mark.learner(),
        absl::StrCat(Quoted(mark.learner()), " ", AlreadyText(marked->before)));
  }
  absl::Status status =
      AddRecordEvent(call.draft, marked->enrollment, EventOf(call, *session, *marked, mark));
  if (!status.ok()) return status;
  return ShowMark(call, *session, marked->person, response);
}

// What is wrong with one of many, as a field of the request.
void AddMarkProblem(const absl::Status& problem, int i, absl::string_view learner,
                    absl::Status* bad) {
  AddBadField(bad, absl::StrCat(FieldOf(i), ".learner"), learner, problem.message());
}

absl::Status DoBulk(MutateCall& call, const v1::BulkMarkAttendanceRequest& request,
                    v1::BulkMarkAttendanceResponse* response) {
  absl::StatusOr<rows::SessionRow> session = FindBegun(call, request.session());
  if (!session.ok()) return session.status();
  call.draft.Describe(request.session());
  absl::Status bad;
  const int64_t minutes = absl::ToInt64Minutes(TimeOfSession(*session)->length());
  for (int i = 0; i < request.attendances_size(); ++i) {
    const v1::Attendance& mark = request.attendances(i);
    if (mark.minutes() > minutes) {
      AddBadField(&bad, absl::StrCat(FieldOf(i), ".minutes"), absl::StrCat(mark.minutes()),
                  absl::StrCat("wanted at most ", minutes, ", as long as the session lasts"));
      continue;
    }
    absl::StatusOr<Marked> marked = FindMarked(call, *session, FieldOf(i), mark);
    if (absl::IsFailedPrecondition(marked.status())) {
      AddMarkProblem(marked.status(), i, mark.learner(), &bad);
      continue;
    }
    if (!marked.ok()) return marked.status();
    if (marked->before.status() != Mark::STATUS_UNSPECIFIED) {
      if (!SameMark(mark, marked->before)) {
        AddBadField(&bad, absl::StrCat(FieldOf(i), ".learner"), mark.learner(),
                    AlreadyText(marked->before));
      }
    } else if (bad.ok()) {
      absl::Status status =
          AddRecordEvent(call.draft, marked->enrollment, EventOf(call, *session, *marked, mark));
      if (!status.ok()) return status;
    }
    if (bad.ok()) {
      absl::Status status = ShowMark(call, *session, marked->person, response->add_attendances());
      if (!status.ok()) return status;
    }
  }
  return bad;
}

absl::Status DoAmend(MutateCall& call, const v1::AmendAttendanceRequest& request,
                     v1::Attendance* response) {
  absl::StatusOr<rows::SessionRow> session = FindBegun(call, request.session());
  if (!session.ok()) return session.status();
  const v1::Attendance& mark = request.attendance();
  absl::StatusOr<Marked> marked = FindMarked(call, *session, "attendance", mark);
  if (!marked.ok()) return marked.status();
  if (marked->before.status() == Mark::STATUS_UNSPECIFIED) {
    return FailedPrecondition(
        "NOT_MARKED", mark.learner(),
        absl::StrCat("nothing was said of ", Quoted(mark.learner()), "; MarkAttendance does"));
  }
  if (SameMark(mark, marked->before)) {
    return FailedPrecondition("MARKED", mark.learner(), "that is what was said already");
  }
  absl::StatusOr<std::optional<rows::RecordEventRow>> old = ReadRow<rows::RecordEventRow>(
      call.draft.reader(), store::Table::kRecords,
      RecordEventKey(call.draft.number(),
                     RecordEventId{marked->enrollment, marked->before.event()}));
  if (!old.ok()) return old.status();
  if (!old->has_value() || (*old)->cycle() != marked->row.enrollment().cycle()) {
    return FailedPrecondition(
        "EARLIER_CYCLE", mark.learner(),
        absl::StrCat("it was marked before ", Quoted(mark.learner()), " began the training anew"));
  }
  std::vector<rows::RecordEventRow> events(1);
  *events[0].mutable_time() = (*old)->time();
  events[0].set_actor(call.actor_uid());
  events[0].set_reason(request.reason());
  events[0].mutable_retraction()->set_event(marked->before.event());
  if (mark.status() != v1::Attendance::STATUS_UNSPECIFIED) {
    events.push_back(EventOf(call, *session, *marked, mark));
    *events[1].mutable_time() = (*old)->time();
  }
  absl::Status status = AddRecordEvents(call.draft, marked->enrollment, std::move(events));
  if (!status.ok()) return status;
  call.draft.Describe(request.session(), request.reason());
  return ShowMark(call, *session, marked->person, response);
}

// --- ListAttendance ---

absl::Status ValidateList(const v1::ListAttendanceRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSessions, "session", request.session(), &status);
  if (!request.learner().empty()) {
    CheckNameIn(Collection::kUsers, "learner", request.learner(), &status);
  }
  return status;
}

// Those who are to be there or were, in the order of their uids: by participations, and where
// nobody registers by enrollments, both read piece by piece.
class Roster {
 public:
  using Person = std::pair<SubjectId, ParticipationRow>;

  Roster(const ReadCall& call, const rows::SessionRow& session, SubjectId after)
      : call_(call), session_(session), participation_after_(after), enrollment_after_(after) {}

  absl::StatusOr<std::optional<Person>> Next() {
    for (;;) {
      absl::Status status = Fill();
      if (!status.ok()) return status;
      const bool has_row = next_row_ < rows_.size();
      const bool has_learner = next_learner_ < learners_.size();
      if (!has_row && !has_learner) return std::optional<Person>();
      const bool row_first =
          has_row && (!has_learner || !(learners_[next_learner_] < rows_[next_row_].first));
      if (!row_first) {
        const SubjectId learner = learners_[next_learner_++];
        absl::StatusOr<bool> admitted = IsAdmittedNow(learner);
        if (!admitted.ok()) return admitted.status();
        if (*admitted) return std::optional<Person>({learner, ParticipationRow()});
        continue;
      }
      Person person = rows_[next_row_++];
      const bool is_learner = has_learner && learners_[next_learner_] == person.first;
      if (is_learner) ++next_learner_;
      if (person.second.status() != Mark::STATUS_UNSPECIFIED ||
          person.second.seat() == ParticipationRow::REGISTERED) {
        return std::optional<Person>(std::move(person));
      }
      if (!is_learner) continue;
      absl::StatusOr<bool> admitted = IsAdmittedNow(person.first);
      if (!admitted.ok()) return admitted.status();
      if (*admitted) return std::optional<Person>(std::move(person));
    }
  }

 private:
  static constexpr uint64_t kChunk = 128;

  absl::Status Fill() {
    const uint64_t tenant = call_.tenant->number();
    if (next_row_ == rows_.size() && !rows_end_) {
      auto rows = ReadParticipations(call_.reader(), tenant, ScopeId(session_.uid()),
                                     participation_after_, kChunk);
      if (!rows.ok()) return rows.status();
      rows_end_ = rows->size() < kChunk;
      rows_ = *std::move(rows);
      next_row_ = 0;
      if (!rows_.empty()) participation_after_ = rows_.back().first;
    }
    if (next_learner_ == learners_.size() && !learners_end_ && !session_.session().registration()) {
      store::KeyRange range = EnrollmentsAt(tenant, ScopeId(session_.parent()));
      if (enrollment_after_.value != 0) {
        range.begin =
            EnrollmentKey(tenant, EnrollmentId{session_.parent(), enrollment_after_.value}) + '\0';
      }
      store::ScanOptions options;
      options.limit = kChunk;
      absl::StatusOr<std::vector<EnrollmentId>> ids =
          ReadEnrollmentIds(call_.reader(), range, options);
      if (!ids.ok()) return ids.status();
      learners_end_ = ids->size() < kChunk;
      learners_.clear();
      for (const EnrollmentId& id : *ids) learners_.push_back(SubjectId(id.learner));
      next_learner_ = 0;
      if (!learners_.empty()) enrollment_after_ = learners_.back();
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> IsAdmittedNow(SubjectId learner) const {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> row = ReadEnrollment(
        call_.reader(), call_.tenant->number(), EnrollmentId{session_.parent(), learner.value});
    if (!row.ok()) return row.status();
    return row->has_value() && IsAdmitted((*row)->enrollment().state());
  }

  const ReadCall& call_;
  const rows::SessionRow& session_;
  SubjectId participation_after_;
  SubjectId enrollment_after_;
  std::vector<Person> rows_;
  size_t next_row_ = 0;
  bool rows_end_ = false;
  std::vector<SubjectId> learners_;
  size_t next_learner_ = 0;
  bool learners_end_ = false;
};

absl::Status DoList(ReadCall& call, const v1::ListAttendanceRequest& request,
                    v1::ListAttendanceResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  absl::StatusOr<std::optional<rows::SessionRow>> session =
      ReadSession(call.reader(), call.state, call.tenant->number(),
                  call.state.FindScope(ParseName(request.session())->Relative()));
  if (!session.ok()) return session.status();
  // Whoever asks about themselves is told nothing of what is there.
  if (!session->has_value()) return absl::OkStatus();
  uint32_t after = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &after)) {
    return absl::InternalError("a page ended nowhere");
  }
  SubjectId only(0);
  if (!request.learner().empty()) {
    only = call.state.FindSubject(ParseName(request.learner())->Relative());
    if (!call.state.HasSubject(only)) return absl::OkStatus();
    after = only.value - 1;
  }
  Roster roster(call, **session, SubjectId(after));
  SubjectId last(after);
  for (;;) {
    absl::StatusOr<std::optional<Roster::Person>> person = roster.Next();
    if (!person.ok()) return person.status();
    if (!person->has_value()) return absl::OkStatus();
    if (only.value != 0 && (*person)->first != only) return absl::OkStatus();
    if (response->attendances_size() == page->limit) {
      response->set_next_page_token(
          call.backend.pages->TokenAfter(*page, absl::StrCat(last.value)));
      return absl::OkStatus();
    }
    last = (*person)->first;
    *response->add_attendances() =
        ToMessage(call.state, call.tenant->id(), **session, last, (*person)->second);
  }
}

}  // namespace

void RegisterAttendanceService(Methods& methods) {
  RegisterSessionRegistrations(methods);
  Method& mark = methods.Mutate<v1::MarkAttendanceRequest, v1::Attendance>(ValidateMark, DoMark);
  Methods::AuthorizeBy<v1::MarkAttendanceRequest>(mark, MayMark);
  Method& bulk = methods.Mutate<v1::BulkMarkAttendanceRequest, v1::BulkMarkAttendanceResponse>(
      ValidateBulk, DoBulk);
  Methods::AuthorizeBy<v1::BulkMarkAttendanceRequest>(bulk, MayBulk);
  Method& amend =
      methods.Mutate<v1::AmendAttendanceRequest, v1::Attendance>(ValidateAmend, DoAmend);
  Methods::AuthorizeBy<v1::AmendAttendanceRequest>(amend, MayAmend);
  Method& list = methods.Scan<v1::ListAttendanceRequest, v1::ListAttendanceResponse>(DoList);
  Methods::ValidateBy<v1::ListAttendanceRequest>(list, ValidateList);
}

}  // namespace provost
