#include "tenant/record_evaluation.h"

#include <algorithm>
#include <optional>

#include "learning/kept.h"
#include "learning/validity.h"
#include "tenant/certificates.h"
#include "tenant/enrollment_rows.h"
#include "tenant/held_competencies.h"
#include "tenant/learning_state.h"
#include "tenant/moments.h"
#include "tenant/record_events.h"
#include "tenant/record_log.h"
#include "tenant/record_rows.h"
#include "tenant/rows.h"
#include "tenant/settings_row.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;
using v1::Enrollment;
using Event = rows::RecordEventRow;

constexpr absl::string_view kWhyKept = "it was completed before what it asks for changed";
constexpr absl::string_view kWhyNotKept = "what it was completed by was corrected";

template <typename Message>
void SetTime(std::optional<absl::Time> time, Message* message,
             google::protobuf::Timestamp* (Message::*mutable_field)(), void (Message::*clear)()) {
  if (time.has_value()) {
    *(message->*mutable_field)() = ToTimestamp(*time);
  } else {
    (message->*clear)();
  }
}

// When the training was completed in a cycle before this one, as the log says.
std::optional<absl::Time> EarlierCompletion(const std::vector<NumberedEvent>& events, int cycle) {
  std::optional<absl::Time> completion;
  for (const auto& [number, event] : events) {
    if (event.transition().to() == Enrollment::COMPLETED && event.cycle() < cycle) {
      completion = TimeOf(event);
    }
  }
  return completion;
}

bool HoldsCompletion(const Enrollment& enrollment) {
  return enrollment.state() == Enrollment::COMPLETED || enrollment.state() == Enrollment::EXPIRED;
}

}  // namespace

bool AreTermsNew(TenantDraft& draft, ScopeId training) {
  return TimeOfMoment(draft, Moment{MomentKind::kReevaluate, draft.now(), training.value, 0, 0})
      .has_value();
}

absl::Status RecordEvaluation::KeepCompletion(bool terms_changed) {
  const Enrollment& kept = row_.enrollment();
  // Nothing is worked out for who has left. Of a plan it is not known what has changed since: the
  // steps, or what was done in them.
  const bool came_back = kept.state() == Enrollment::ENROLLED && kept.has_complete_time() &&
                         training_.collection == Collection::kCourses;
  // What has expired may be from the cycle before, and so may what somebody has that came back.
  const bool is_completed = kept.state() == Enrollment::COMPLETED ||
                            ((kept.state() == Enrollment::EXPIRED || came_back) &&
                             (kept.cycle() == 1 || FromTimestamp(kept.complete_time()) >=
                                                       FromTimestamp(kept.cycle_start_time())));
  if (!is_completed || !(terms_changed || came_back || AreTermsNew(draft_, training_.uid))) {
    return absl::OkStatus();
  }
  std::vector<NumberedEvent> events;
  absl::StatusOr<LearningState> learning = Fold(&events);
  if (!learning.ok()) return learning.status();
  const absl::Time since = FromTimestamp(kept.complete_time());
  if (learning->complete_time == since) return absl::OkStatus();
  for (uint64_t outdated : OutdatedByKeeping(events, kept.cycle(), since)) {
    Retract(outdated, kWhyKept);
  }
  Event event;
  *event.mutable_time() = kept.complete_time();
  event.set_reason(std::string(kWhyKept));
  event.mutable_override()->set_outcome(Event::Override::COMPLETED);
  AppendRecordEvent(draft_, id_, &row_, std::move(event));
  return absl::OkStatus();
}

absl::Status RecordEvaluation::FollowTakenBack(const std::vector<Event>& added) {
  if (!row_.enrollment().has_complete_time() || !MayTakeBack(added)) return absl::OkStatus();
  absl::StatusOr<std::vector<NumberedEvent>> events =
      ReadRecordEvents(draft_.reader(), draft_.number(), id_);
  if (!events.ok()) return events.status();
  for (uint64_t kept : NoLongerKept(*events, row_.enrollment().cycle(), added)) {
    Retract(kept, kWhyNotKept);
  }
  return absl::OkStatus();
}

absl::Status RecordEvaluation::FollowLost(absl::Time time) {
  if (!row_.enrollment().has_complete_time()) return absl::OkStatus();
  absl::StatusOr<std::vector<NumberedEvent>> events =
      ReadRecordEvents(draft_.reader(), draft_.number(), id_);
  if (!events.ok()) return events.status();
  for (uint64_t kept : KeptSince(*events, row_.enrollment().cycle(), time)) {
    Retract(kept, kWhyNotKept);
  }
  return absl::OkStatus();
}

absl::Status RecordEvaluation::Run(const MoveCause& cause) {
  std::vector<NumberedEvent> events;
  absl::StatusOr<LearningState> learning = Fold(&events);
  if (!learning.ok()) return learning.status();
  SetFigures(*learning);
  absl::Status status = SetCompletion(*learning, events);
  if (status.ok()) status = Move(learning->state, cause);
  if (status.ok()) status = SetItems(*learning);
  if (!status.ok()) return status;
  if (row_.SerializeAsString() == before_.SerializeAsString()) return absl::OkStatus();
  PutEnrollment(draft_, id_, &before_, row_);
  return Follow(cause);
}

void RecordEvaluation::Retract(uint64_t number, absl::string_view why) {
  Event event;
  event.set_reason(std::string(why));
  event.mutable_retraction()->set_event(number);
  AppendRecordEvent(draft_, id_, &row_, std::move(event));
}

absl::StatusOr<LearningState> RecordEvaluation::Fold(std::vector<NumberedEvent>* events) const {
  absl::StatusOr<std::vector<NumberedEvent>> read =
      ReadRecordEvents(draft_.reader(), draft_.number(), id_);
  if (!read.ok()) return read.status();
  *events = *std::move(read);
  return FoldRecord(draft_.reader(), draft_.number(), draft_.state(), training_, id_, row_,
                    *events);
}

void RecordEvaluation::SetFigures(const LearningState& learning) {
  Enrollment* const kept = row_.mutable_enrollment();
  SetTime(learning.start_time, kept, &Enrollment::mutable_start_time,
          &Enrollment::clear_start_time);
  kept->set_progress_percent(learning.progress_percent);
  kept->set_credit_hundredths(static_cast<int32_t>(learning.credit_hundredths));
  if (learning.score_hundredths.has_value()) {
    kept->set_score_hundredths(*learning.score_hundredths);
  } else {
    kept->clear_score_hundredths();
  }
}

absl::Status RecordEvaluation::SetCompletion(const LearningState& learning,
                                             const std::vector<NumberedEvent>& events) {
  Enrollment* const kept = row_.mutable_enrollment();
  std::optional<absl::Time> complete = learning.complete_time;
  if (!complete.has_value()) complete = EarlierCompletion(events, kept->cycle());
  SetTime(complete, kept, &Enrollment::mutable_complete_time, &Enrollment::clear_complete_time);
  std::optional<absl::Time> expire;
  const v1::Recertification& rule = training_.rules.recertification();
  if (complete.has_value() && rule.validity_case() != v1::Recertification::VALIDITY_NOT_SET) {
    absl::StatusOr<rows::SettingsRow> settings = ReadSettings(draft_.reader(), draft_.number());
    if (!settings.ok()) return settings.status();
    absl::TimeZone zone;
    if (!absl::LoadTimeZone(DefaultTimeZone(*settings), &zone)) zone = absl::UTCTimeZone();
    expire = ExpireTime(rule, *complete, zone);
  }
  SetTime(expire, kept, &Enrollment::mutable_expire_time, &Enrollment::clear_expire_time);
  return absl::OkStatus();
}

bool RecordEvaluation::HasLapsed() const {
  if (!row_.enrollment().has_expire_time()) return false;
  return FromTimestamp(row_.enrollment().expire_time()) +
             absl::Hours(24) * training_.rules.recertification().grace_days() <=
         draft_.now();
}

RecordEvaluation::State RecordEvaluation::Target(State by_facts) const {
  const State now = row_.enrollment().state();
  if (by_facts == Enrollment::COMPLETED) {
    return now == Enrollment::EXPIRED && HasLapsed() ? now : by_facts;
  }
  if (by_facts == Enrollment::FAILED) return by_facts;
  const bool again = now == Enrollment::RECERTIFYING || now == Enrollment::EXPIRED ||
                     row_.enrollment().cycle() > 1;
  return again ? Enrollment::RECERTIFYING : by_facts;
}

absl::Status RecordEvaluation::Move(State by_facts, const MoveCause& cause) {
  const State target = Target(by_facts);
  while (row_.enrollment().state() != target) {
    const State next = Next(row_.enrollment().state(), target);
    MoveCause why = cause;
    if (next == Enrollment::COMPLETED) {
      why.time = FromTimestamp(row_.enrollment().complete_time());
    }
    if (why.reason.empty()) why.reason = WhyOf(row_.enrollment().state(), next);
    absl::Status status = MoveEnrollment(draft_, id_, &row_, next, why, &training_);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

RecordEvaluation::State RecordEvaluation::Next(State from, State target) {
  const auto is_legal = [](State a, State b) {
    const std::vector<State> next = LegalNext(a);
    return std::find(next.begin(), next.end(), b) != next.end();
  };
  if (is_legal(from, target)) return target;
  for (State between : {Enrollment::IN_PROGRESS, Enrollment::RECERTIFYING}) {
    if (is_legal(from, between) && is_legal(between, target)) return between;
  }
  return target;  // Refused, with what would be legal.
}

std::string RecordEvaluation::WhyOf(State from, State to) {
  switch (to) {
    case Enrollment::COMPLETED:
      return "what it asks for is done";
    case Enrollment::FAILED:
      return "it cannot be done any more";
    default:
      return from == Enrollment::ENROLLED ? "something was done"
                                          : "what it asks for is not done after all";
  }
}

absl::Status RecordEvaluation::SetItems(const LearningState& learning) {
  if (training_.collection != Collection::kCourses) return absl::OkStatus();
  absl::StatusOr<std::vector<std::pair<uint64_t, rows::ItemRecordRow>>> kept =
      ReadItemRecords(draft_.reader(), draft_.number(), id_);
  if (!kept.ok()) return kept.status();
  const int cycle = row_.enrollment().cycle();
  const auto put = [&](uint64_t item, const rows::ItemRecordRow& before,
                       const ItemFigures& figures) {
    rows::ItemRecordRow row;
    if (before.cycle() == cycle) row = before;
    row.set_cycle(cycle);
    row.set_percent(figures.percent);
    row.set_scored_count(figures.scored_count);
    row.clear_score_hundredths();
    if (figures.score_hundredths.has_value()) row.set_score_hundredths(*figures.score_hundredths);
    SetTime(figures.complete_time, &row, &rows::ItemRecordRow::mutable_complete_time,
            &rows::ItemRecordRow::clear_complete_time);
    if (row.SerializeAsString() == before.SerializeAsString()) return;
    *row.mutable_update_time() = ToTimestamp(draft_.now());
    draft_.Write(Table::kRecords, ItemRecordKey(draft_.number(), id_, item), row);
  };
  for (const ItemFigures& figures : learning.items) {
    const auto before = std::find_if(kept->begin(), kept->end(),
                                     [&](const auto& each) { return each.first == figures.uid; });
    put(figures.uid, before == kept->end() ? rows::ItemRecordRow() : before->second, figures);
  }
  for (const auto& [item, row] : *kept) {
    const uint64_t uid = item;
    const bool is_known = std::any_of(learning.items.begin(), learning.items.end(),
                                      [&](const ItemFigures& each) { return each.uid == uid; });
    if (!is_known && row.cycle() == cycle) put(uid, row, ItemFigures());
  }
  return absl::OkStatus();
}

absl::Status RecordEvaluation::Follow(const MoveCause& cause) {
  const Enrollment& was = before_.enrollment();
  const Enrollment& is = row_.enrollment();
  if (absl::Status status = FollowCertificate(cause); !status.ok()) return status;
  if (training_.collection != Collection::kCourses) return absl::OkStatus();
  if (was.has_complete_time() || is.has_complete_time()) {
    absl::Status status = FollowHeldCompetencies(draft_, id_, row_);
    if (!status.ok()) return status;
  }
  if (!facts_added_) return FollowCourse(draft_, id_);
  const bool is_lost = HoldsCompletion(was) && !HoldsCompletion(is) && was.cycle() == is.cycle();
  return FollowFacts(draft_, id_,
                     is_lost ? FromTimestamp(was.complete_time()) : absl::InfiniteFuture());
}

absl::Status RecordEvaluation::FollowCertificate(const MoveCause& cause) {
  const Enrollment& was = before_.enrollment();
  const Enrollment& is = row_.enrollment();
  const bool is_same = HoldsCompletion(was) && HoldsCompletion(is) && was.cycle() == is.cycle() &&
                       FromTimestamp(was.complete_time()) == FromTimestamp(is.complete_time());
  if (is_same) return absl::OkStatus();
  if (HoldsCompletion(was) && was.cycle() == is.cycle()) {
    absl::Status status = RevokeCertificates(
        draft_, id_, was.cycle(),
        {cause.actor,
         cause.reason.empty() ? "the training is not completed as it said" : cause.reason});
    if (!status.ok()) return status;
  }
  if (is.state() != Enrollment::COMPLETED || training_.certificate_template == 0) {
    return absl::OkStatus();
  }
  return IssueCertificate(draft_, id_, row_, training_.certificate_template, CertificateCause())
      .status();
}

}  // namespace provost
