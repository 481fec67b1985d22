#include "tenant/record_events.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/time_text.h"
#include "learning/facts.h"
#include "learning/kept.h"
#include "learning/validity.h"
#include "tenant/certificates.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/held_competencies.h"
#include "tenant/learning_state.h"
#include "tenant/moments.h"
#include "tenant/record_log.h"
#include "tenant/record_rows.h"
#include "tenant/rows.h"
#include "tenant/sessions.h"
#include "tenant/settings_row.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using store::Table;
using v1::Enrollment;
using State = Enrollment::State;
using Event = rows::RecordEventRow;

constexpr absl::string_view kWhyKept = "it was completed before what it asks for changed";
constexpr absl::string_view kWhyNotKept = "what it was completed by was corrected";

std::string NameOf(const TenantDraft& draft, EnrollmentId id) {
  return FullName(draft.id(),
                  absl::StrCat(CollectionName(Collection::kEnrollments), "/", id.ToString()));
}

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

// The timekeeper has not come to all of the training's records since its terms changed.
bool AreTermsNew(TenantDraft& draft, ScopeId training) {
  return TimeOfMoment(draft, Moment{MomentKind::kReevaluate, draft.now(), training.value, 0, 0})
      .has_value();
}

bool HoldsCompletion(const Enrollment& enrollment) {
  return enrollment.state() == Enrollment::COMPLETED || enrollment.state() == Enrollment::EXPIRED;
}

// One time that an enrollment is worked out.
class Evaluation {
 public:
  Evaluation(TenantDraft& draft, EnrollmentId id, const Training& training, rows::EnrollmentRow row)
      : draft_(draft), id_(id), training_(training), before_(row), row_(std::move(row)) {}

  rows::EnrollmentRow& row() { return row_; }
  // What is worked out follows from facts, after KeepPlans.
  void SetFactsAdded() { facts_added_ = true; }

  // What the training asks for may have changed since the enrollment was last worked out, and
  // nobody loses a completion by that, nor is it at another time: the log says that it stays.
  // Before facts are added, which may undo it. Cost: nothing unless there is a completion, else a
  // row; where that says so, as for Run().
  absl::Status KeepCompletion(bool terms_changed) {
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
    if (!is_completed || !(terms_changed || came_back || AreTermsNew(draft_, training_.uid)))
      return absl::OkStatus();
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

  // Before facts are added: where they take back what a completion that was kept rests on, the rule
  // of now decides. Cost: nothing where they take nothing back, else a row for each event.
  absl::Status FollowTakenBack(const std::vector<Event>& added) {
    if (!row_.enrollment().has_complete_time() || !MayTakeBack(added)) return absl::OkStatus();
    absl::StatusOr<std::vector<NumberedEvent>> events =
        ReadRecordEvents(draft_.reader(), draft_.number(), id_);
    if (!events.ok()) return events.status();
    for (uint64_t kept : NoLongerKept(*events, row_.enrollment().cycle(), added)) {
      Retract(kept, kWhyNotKept);
    }
    return absl::OkStatus();
  }

  // Of a plan: a course of it was completed at `time`, and is no longer.
  absl::Status FollowLost(absl::Time time) {
    if (!row_.enrollment().has_complete_time()) return absl::OkStatus();
    absl::StatusOr<std::vector<NumberedEvent>> events =
        ReadRecordEvents(draft_.reader(), draft_.number(), id_);
    if (!events.ok()) return events.status();
    for (uint64_t kept : KeptSince(*events, row_.enrollment().cycle(), time)) {
      Retract(kept, kWhyNotKept);
    }
    return absl::OkStatus();
  }

  // Works it out and writes the row.
  absl::Status Run(const MoveCause& cause) {
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

 private:
  void Retract(uint64_t number, absl::string_view why) {
    Event event;
    event.set_reason(std::string(why));
    event.mutable_retraction()->set_event(number);
    AppendRecordEvent(draft_, id_, &row_, std::move(event));
  }

  // Where it stands by its log, which is put into `events`.
  absl::StatusOr<LearningState> Fold(std::vector<NumberedEvent>* events) const {
    absl::StatusOr<std::vector<NumberedEvent>> read =
        ReadRecordEvents(draft_.reader(), draft_.number(), id_);
    if (!read.ok()) return read.status();
    *events = *std::move(read);
    return FoldRecord(draft_.reader(), draft_.number(), draft_.state(), training_, id_, row_,
                      *events);
  }

  void SetFigures(const LearningState& learning) {
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

  absl::Status SetCompletion(const LearningState& learning,
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

  bool HasLapsed() const {
    if (!row_.enrollment().has_expire_time()) return false;
    return FromTimestamp(row_.enrollment().expire_time()) +
               absl::Hours(24) * training_.rules.recertification().grace_days() <=
           draft_.now();
  }

  // Where the enrollment is to stand by what follows from its facts.
  State Target(State by_facts) const {
    const State now = row_.enrollment().state();
    if (by_facts == Enrollment::COMPLETED) {
      return now == Enrollment::EXPIRED && HasLapsed() ? now : by_facts;
    }
    if (by_facts == Enrollment::FAILED) return by_facts;
    const bool again = now == Enrollment::RECERTIFYING || now == Enrollment::EXPIRED ||
                       row_.enrollment().cycle() > 1;
    return again ? Enrollment::RECERTIFYING : by_facts;
  }

  absl::Status Move(State by_facts, const MoveCause& cause) {
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

  // The next state on the way to `target`: where that is no legal one, what comes between.
  static State Next(State from, State target) {
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

  static std::string WhyOf(State from, State to) {
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

  // What is kept of each item, but for what only the learner's client knows.
  absl::Status SetItems(const LearningState& learning) {
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

  // What else follows from what has changed.
  absl::Status Follow(const MoveCause& cause) {
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

  // What was issued for a completion that is taken back, or that was at another time, is revoked.
  absl::Status FollowCertificate(const MoveCause& cause) {
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

  TenantDraft& draft_;
  const EnrollmentId id_;
  const Training& training_;
  const rows::EnrollmentRow before_;
  rows::EnrollmentRow row_;
  bool facts_added_ = false;
};

// The enrollment and its training; nothing where either is missing.
struct Found {
  rows::EnrollmentRow row;
  Training training;
};
absl::StatusOr<std::optional<Found>> Find(const TenantDraft& draft, EnrollmentId id) {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(draft.reader(), draft.number(), id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::optional<Found>();
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(draft.reader(), draft.number(), draft.state(), ScopeId(id.training));
  if (!training.ok()) return training.status();
  if (!training->has_value()) return std::optional<Found>();
  return std::optional<Found>(Found{**std::move(row), **std::move(training)});
}

// Works an enrollment out, and before that does what may be said in its log.
absl::Status WorkOut(TenantDraft& draft, EnrollmentId enrollment,
                     absl::FunctionRef<absl::Status(Evaluation&)> before) {
  absl::StatusOr<std::optional<Found>> found = Find(draft, enrollment);
  if (!found.ok()) return found.status();
  if (!found->has_value() || !IsAdmitted((*found)->row.enrollment().state())) {
    return absl::OkStatus();
  }
  Evaluation evaluation(draft, enrollment, (*found)->training, std::move((*found)->row));
  if (absl::Status status = before(evaluation); !status.ok()) return status;
  return evaluation.Run(MoveCause());
}

// The plans that a course is a step of.
absl::StatusOr<std::vector<ScopeId>> PlansOf(const TenantDraft& draft, ScopeId course) {
  std::vector<ScopeId> plans;
  store::Cursor cursor =
      draft.reader().Scan(Table::kIndexes, PlanIndexRange(draft.number(), course));
  while (cursor.Next()) {
    absl::StatusOr<ScopeId> plan = IndexedScope(cursor.key());
    if (!plan.ok()) return plan.status();
    plans.push_back(*plan);
  }
  if (!cursor.status().ok()) return cursor.status();
  return plans;
}

absl::Status CheckTimeOfEvent(const TenantDraft& draft, const Enrollment& enrollment,
                              const rows::RecordEventRow& event) {
  if (!event.has_time()) return absl::OkStatus();
  const absl::Time time = FromTimestamp(event.time());
  const absl::Time start = FromTimestamp(enrollment.cycle_start_time());
  if (time > draft.now()) {
    return BadField("time", TimeText(time), "wanted a time that is not in the future");
  }
  if (time < start) {
    return BadField("time", TimeText(time),
                    absl::StrCat("wanted a time since the enrollment, or what was last begun of "
                                 "it: from ",
                                 TimeText(start), " on"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddRecordEvent(TenantDraft& draft, EnrollmentId enrollment,
                            rows::RecordEventRow event) {
  std::vector<rows::RecordEventRow> events;
  events.push_back(std::move(event));
  return AddRecordEvents(draft, enrollment, std::move(events));
}

absl::Status AddRecordEvents(TenantDraft& draft, EnrollmentId enrollment,
                             std::vector<rows::RecordEventRow> events, uint64_t* first) {
  absl::StatusOr<std::optional<Found>> found = Find(draft, enrollment);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return NotFound("enrollment", NameOf(draft, enrollment));
  const Enrollment& kept = (*found)->row.enrollment();
  if (!IsAdmitted(kept.state())) {
    return FailedPrecondition(
        "NOT_ENROLLED", NameOf(draft, enrollment),
        absl::StrCat("it is `", Enrollment::State_Name(kept.state()), "`; wanted `",
                     Enrollment::State_Name(Enrollment::ENROLLED),
                     "`, or another state in which people take the training"));
  }
  for (const rows::RecordEventRow& event : events) {
    absl::Status status = CheckTimeOfEvent(draft, kept, event);
    if (!status.ok()) return status;
  }
  const bool kept_complete = kept.has_complete_time();
  Evaluation evaluation(draft, enrollment, (*found)->training, std::move((*found)->row));
  absl::Status kept_status = evaluation.KeepCompletion(false);
  if (kept_status.ok()) kept_status = evaluation.FollowTakenBack(events);
  if (kept_status.ok() && kept_complete) kept_status = KeepPlans(draft, enrollment);
  if (!kept_status.ok()) return kept_status;
  evaluation.SetFactsAdded();
  if (first != nullptr) *first = evaluation.row().last_event() + 1;
  MoveCause cause;
  for (rows::RecordEventRow& event : events) {
    cause.actor = event.actor();
    // Why somebody decides or corrects something is also why what follows from it does.
    if (event.has_override() || event.has_retraction()) cause.reason = event.reason();
    absl::Status status = FollowMark(draft, enrollment, evaluation.row().last_event() + 1, event);
    if (!status.ok()) return status;
    AppendRecordEvent(draft, enrollment, &evaluation.row(), std::move(event));
  }
  return evaluation.Run(cause);
}

absl::Status Reevaluate(TenantDraft& draft, EnrollmentId enrollment, bool terms_changed) {
  return WorkOut(draft, enrollment, [terms_changed](Evaluation& evaluation) {
    return evaluation.KeepCompletion(terms_changed);
  });
}

absl::Status FollowEnrolled(TenantDraft& draft) {
  const std::vector<EnrollmentId> enrolled = draft.enrolled();
  for (const EnrollmentId& id : enrolled) {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
        ReadEnrollment(draft.reader(), draft.number(), id);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;
    // Of a course nothing but that they came in is known.
    const bool is_new = (*row)->last_event() == 1;
    if (is_new && draft.state().HasScope(ScopeId(id.training))) {
      const std::optional<RelativeName> name =
          SplitRelative(draft.state().ScopeName(ScopeId(id.training)));
      if (name.has_value() && name->collection == Collection::kCourses) continue;
    }
    if (absl::Status status = Reevaluate(draft, id); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status StartCycle(TenantDraft& draft, EnrollmentId enrollment, const MoveCause& cause) {
  absl::StatusOr<std::optional<Found>> found = Find(draft, enrollment);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return NotFound("enrollment", NameOf(draft, enrollment));
  Evaluation evaluation(draft, enrollment, (*found)->training, std::move((*found)->row));
  Enrollment* const kept = evaluation.row().mutable_enrollment();
  // The change of state is the first event of the new cycle.
  kept->set_cycle(kept->cycle() + 1);
  absl::Status status = MoveEnrollment(draft, enrollment, &evaluation.row(),
                                       Enrollment::RECERTIFYING, cause, &(*found)->training);
  if (!status.ok()) return status;
  *kept->mutable_cycle_start_time() = ToTimestamp(draft.now());
  return evaluation.Run(cause);
}

absl::Status ReevaluateCourseLater(TenantDraft& draft, ScopeId training) {
  PutMoment(draft, Moment{MomentKind::kReevaluate, draft.now(), training.value, 0, 0});
  return absl::OkStatus();
}

absl::Status KeepPlans(TenantDraft& draft, EnrollmentId enrollment) {
  absl::StatusOr<std::vector<ScopeId>> plans = PlansOf(draft, ScopeId(enrollment.training));
  if (!plans.ok()) return plans.status();
  for (ScopeId plan : *plans) {
    if (!AreTermsNew(draft, plan)) continue;
    absl::Status status = Reevaluate(draft, EnrollmentId{plan.value, enrollment.learner});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status FollowCourse(TenantDraft& draft, EnrollmentId enrollment) {
  absl::StatusOr<std::vector<ScopeId>> plans = PlansOf(draft, ScopeId(enrollment.training));
  if (!plans.ok()) return plans.status();
  for (ScopeId plan : *plans) {
    absl::Status status = Reevaluate(draft, EnrollmentId{plan.value, enrollment.learner});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status FollowFacts(TenantDraft& draft, EnrollmentId enrollment, absl::Time lost) {
  absl::StatusOr<std::vector<ScopeId>> plans = PlansOf(draft, ScopeId(enrollment.training));
  if (!plans.ok()) return plans.status();
  for (ScopeId plan : *plans) {
    absl::Status status = WorkOut(
        draft, EnrollmentId{plan.value, enrollment.learner}, [lost](Evaluation& evaluation) {
          return lost == absl::InfiniteFuture() ? absl::OkStatus() : evaluation.FollowLost(lost);
        });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace provost
