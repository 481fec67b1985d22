#include "service/moment_handlers.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "provost/v1/notification_service.pb.h"
#include "service/attempt_quiz.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/outbox.h"
#include "tenant/record_events.h"
#include "tenant/report_schedule.h"
#include "tenant/reports.h"
#include "tenant/session_rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

using v1::NotificationRule;

// Each may take a hundred rows, and other changes wait meanwhile.
constexpr size_t kReevaluatedAtOnce = 64;

EnrollmentId EnrollmentOf(const Moment& moment) { return EnrollmentId{moment.a, moment.b}; }

// Whether somebody is still to be told is asked where the mail is written (tenant/notify.h).
absl::Status TellDue(TenantDraft& draft, Firing* firing) {
  draft.AddMailCause(
      {firing->lead_days > 0 ? NotificationRule::DUE_SOON : NotificationRule::OVERDUE,
       EnrollmentOf(firing->moment), 0, 0, firing->lead_days});
  return absl::OkStatus();
}

absl::Status TellExpiry(TenantDraft& draft, Firing* firing) {
  draft.AddMailCause(
      {NotificationRule::EXPIRING, EnrollmentOf(firing->moment), 0, 0, firing->lead_days});
  return absl::OkStatus();
}

absl::Status TellGrant(TenantDraft& draft, Firing* firing) {
  draft.AddMailCause({NotificationRule::GRANT_EXPIRING, EnrollmentOf(firing->moment), 0,
                      firing->moment.c, firing->lead_days});
  return absl::OkStatus();
}

// Whoever has not yet done the training of a session takes part in it.
absl::Status TellLearners(TenantDraft& draft, const rows::SessionRow& row, Firing* firing) {
  const ScopeId training(row.parent());
  store::KeyRange range = EnrollmentsAt(draft.number(), training);
  range.begin =
      EnrollmentKey(draft.number(), {training.value, static_cast<uint32_t>(firing->from) + 1});
  store::ScanOptions options;
  options.limit = firing->room;
  absl::StatusOr<std::vector<EnrollmentId>> ids = ReadEnrollmentIds(draft.reader(), range, options);
  if (!ids.ok()) return ids.status();
  for (const EnrollmentId& id : *ids) {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> enrollment =
        ReadEnrollment(draft.reader(), draft.number(), id);
    if (!enrollment.ok()) return enrollment.status();
    if (!enrollment->has_value() || !IsOpen((*enrollment)->enrollment().state())) continue;
    draft.AddMailCause({NotificationRule::SESSION_SOON, id, row.uid(), 0, firing->lead_days});
  }
  if (ids->size() == firing->room) firing->rest = ids->back().learner;
  firing->room -= ids->size();
  return absl::OkStatus();
}

absl::Status TellRegistered(TenantDraft& draft, const rows::SessionRow& row, Firing* firing) {
  absl::StatusOr<std::vector<std::pair<SubjectId, rows::ParticipationRow>>> people =
      ReadParticipations(draft.reader(), draft.number(), ScopeId(row.uid()),
                         SubjectId(static_cast<uint32_t>(firing->from)), firing->room);
  if (!people.ok()) return people.status();
  for (const auto& [person, participation] : *people) {
    if (participation.seat() != rows::ParticipationRow::REGISTERED) continue;
    draft.AddMailCause({NotificationRule::SESSION_SOON, EnrollmentId{row.parent(), person.value},
                        row.uid(), 0, firing->lead_days});
  }
  if (people->size() == firing->room) firing->rest = people->back().first.value;
  firing->room -= people->size();
  return absl::OkStatus();
}

absl::Status TellSession(TenantDraft& draft, Firing* firing) {
  absl::StatusOr<std::optional<rows::SessionRow>> row =
      ReadSession(draft.reader(), draft.state(), draft.number(), ScopeId(firing->moment.a));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return absl::OkStatus();
  return (*row)->session().registration() ? TellRegistered(draft, **row, firing)
                                          : TellLearners(draft, **row, firing);
}

// The completion and its grace are over, and were not when the window opened: it has lapsed, and
// nobody was there to do it again.
bool HasLapsedSince(TenantDraft& draft, const Moment& window) {
  Moment lapse = window;
  lapse.kind = MomentKind::kLapse;
  const std::optional<absl::Time> time = TimeOfMoment(draft, lapse);
  return time.has_value() && *time <= draft.now() && window.time < *time;
}

absl::Status OpenWindow(TenantDraft& draft, Firing* firing) {
  const EnrollmentId id = EnrollmentOf(firing->moment);
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(draft.reader(), draft.number(), id);
  if (!row.ok()) return row.status();
  if (!row->has_value() || HasLapsedSince(draft, firing->moment)) return absl::OkStatus();
  MoveCause cause;
  cause.reason = "the time to do it again has come";
  return StartCycle(draft, id, cause);
}

absl::Status Lapse(TenantDraft& draft, Firing* firing) {
  const EnrollmentId id = EnrollmentOf(firing->moment);
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(draft.reader(), draft.number(), id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return absl::OkStatus();
  const rows::EnrollmentRow before = **row;
  MoveCause cause;
  cause.reason = "what was completed is no longer valid";
  absl::Status status = MoveEnrollment(draft, id, &**row, v1::Enrollment::EXPIRED, cause);
  if (!status.ok()) return status;
  PutEnrollment(draft, id, &before, **std::move(row));
  return FollowCourse(draft, id);
}

absl::Status ReevaluateTraining(TenantDraft& draft, Firing* firing) {
  const ScopeId training(firing->moment.a);
  store::KeyRange range = EnrollmentsAt(draft.number(), training);
  range.begin =
      EnrollmentKey(draft.number(), {training.value, static_cast<uint32_t>(firing->from) + 1});
  store::ScanOptions options;
  options.limit = std::min(firing->room, kReevaluatedAtOnce);
  absl::StatusOr<std::vector<EnrollmentId>> ids = ReadEnrollmentIds(draft.reader(), range, options);
  if (!ids.ok()) return ids.status();
  for (const EnrollmentId& id : *ids) {
    if (absl::Status status = Reevaluate(draft, id, /*terms_changed=*/true); !status.ok()) {
      return status;
    }
    // What is to happen goes by the rules too, where nothing else has changed.
    absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
        ReadEnrollment(draft.reader(), draft.number(), id);
    if (!row.ok()) return row.status();
    if (row->has_value()) SyncMoments(draft, id, &**row, &**row);
  }
  if (ids->size() == options.limit) firing->rest = ids->back().learner;
  firing->room -= ids->size();
  return absl::OkStatus();
}

absl::Status EndAttempt(TenantDraft& draft, Firing* firing) {
  return EndAttemptOnTime(draft, firing->moment.c);
}

// The nearest catalog, or the tenant: where mails are asked about.
ScopeId NotificationHome(const WorldState& state, ScopeId scope) {
  while (state.KindOf(scope) > ScopeKind::kCatalog) scope = state.ParentOf(scope);
  return scope;
}

// Writes the mail that brings the report, which is made as that is sent; unless the one before
// still waits, which brings it as it will be then.
absl::Status MailReport(TenantDraft& draft, Firing* firing) {
  absl::StatusOr<std::optional<NamedReport>> found =
      ReadReportOf(draft.reader(), draft.number(), SubjectId(firing->moment.b), firing->moment.c);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return absl::OkStatus();
  const rows::ReportRow& before = (*found)->row;
  rows::ReportRow row = before;
  v1::Report& report = *row.mutable_report();
  absl::StatusOr<absl::TimeZone> zone =
      ReportZone(draft.reader(), draft.number(), report.schedule());
  if (!zone.ok()) return zone.status();
  // After now, so that after a downtime it comes once.
  const absl::Time next = NextReportRun(report.schedule(), *zone, draft.now());
  report.clear_next_run_time();
  if (next != absl::InfiniteFuture()) *report.mutable_next_run_time() = ToTimestamp(next);
  *report.mutable_last_run_time() = ToTimestamp(draft.now());
  absl::StatusOr<std::optional<rows::OutboxRow>> last =
      ReadOutbox(draft.reader(), draft.number(), row.last_message());
  if (!last.ok()) return last.status();
  if (draft.state().KindOf(SubjectId(row.owner())) != SubjectKind::kUser) {
    report.set_last_error("a service account has no e-mail address");
  } else if (!last->has_value() || (*last)->message().state() != v1::OutboxMessage::WAITING) {
    report.clear_last_error();
    row.set_last_message(draft.NewItem());
    rows::OutboxRow mail;
    mail.set_recipient(row.owner());
    mail.set_home(NotificationHome(draft.state(), ScopeId(row.home())).value);
    mail.set_report(row.uid());
    mail.set_report_id((*found)->id);
    v1::OutboxMessage& message = *mail.mutable_message();
    message.set_state(v1::OutboxMessage::WAITING);
    *message.mutable_create_time() = ToTimestamp(draft.now());
    *message.mutable_next_time() = ToTimestamp(draft.now());
    PutOutbox(draft, row.last_message(), nullptr, std::move(mail));
  }
  PutReport(draft, (*found)->id, &before, row);
  return absl::OkStatus();
}

constexpr MomentHandler kHandlers[] = {
    {MomentKind::kDue, "people are told of due times", true, TellDue},
    {MomentKind::kExpire, "people are told what will expire", true, TellExpiry},
    {MomentKind::kReevaluate, "records follow the rules", true, ReevaluateTraining},
    {MomentKind::kWindow, "recertification begins", true, OpenWindow},
    {MomentKind::kLapse, "completions lapse", true, Lapse},
    {MomentKind::kAttemptEnd, "attempts end as their time runs out", true, EndAttempt},
    {MomentKind::kSessionStart, "people are told of sessions", true, TellSession},
    {MomentKind::kGrantEnd, "people are told of roles that will end", true, TellGrant},
    // It reads what is frozen and changes none of it.
    {MomentKind::kReportRun, "saved reports are mailed", false, MailReport},
};

}  // namespace

absl::Span<const MomentHandler> MomentHandlers() { return kHandlers; }

}  // namespace provost
