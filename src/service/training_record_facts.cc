#include "service/training_record_facts.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "service/enrollment_message.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/rule21.h"
#include "service/subject_resource.h"
#include "service/training_record_message.h"
#include "store/key.h"
#include "tenant/content_items.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/index_parts.h"
#include "tenant/record_events.h"
#include "tenant/record_rows.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using store::Table;
using Event = rows::RecordEventRow;

constexpr int kMaxScoreHundredths = 10000;
constexpr int kMaxCreditHundredths = 1000000;
constexpr int kMaxPositionBytes = 4096;
constexpr int kMaxReportSeconds = 24 * 60 * 60;

template <typename Request>
void CheckReason(const Request& request, size_t min, absl::Status* status) {
  CheckText("reason", request.reason(), min, kMaxReasonChars, status);
}

template <typename Request>
absl::Status ValidateName(const Request& request) {
  absl::Status status;
  CheckNameIn(Collection::kEnrollments, "name", request.name(), &status);
  return status;
}

// Of what somebody enters about somebody else.
template <typename Request>
absl::Status ValidateFact(const Request& request, size_t min_reason) {
  absl::Status status = ValidateName(request);
  if (request.has_time()) CheckTime("time", request.time(), &status);
  CheckReason(request, min_reason, &status);
  return status;
}

void CheckItemName(absl::string_view item, absl::string_view of, absl::Status* status) {
  absl::StatusOr<ResourceName> name = ParseName(item);
  absl::StatusOr<ResourceName> record = ParseName(of);
  const auto is_item = [](Collection collection) {
    return collection == Collection::kPackages || collection == Collection::kPages ||
           collection == Collection::kQuizzes || collection == Collection::kTasks;
  };
  if (!name.ok() || !is_item(name->collection)) {
    AddBadField(status, "item", item, "wanted the name of a package, page, quiz or task");
  } else if (record.ok() && record->tenant != name->tenant) {
    AddBadField(status, "item", item,
                absl::StrCat("wanted an item of `tenants/", record->tenant, "`"));
  }
}

// The uid of an item that the course has; a bad field `item` where it does not, in the same words
// where there is no such item.
absl::StatusOr<uint64_t> FindItem(const MutateCall& call, EnrollmentId id,
                                  const std::string& item) {
  const uint64_t tenant = call.draft.number();
  const absl::Status missing = BadField("item", item, "wanted an item of the training");
  absl::StatusOr<std::optional<rows::ContentRow>> row =
      ReadItem(call.draft.reader(), tenant, *ParseName(item));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return missing;
  absl::StatusOr<std::optional<rows::CourseItemsRow>> items = ReadRow<rows::CourseItemsRow>(
      call.draft.reader(), Table::kIndexes,
      store::KeyWriter(tenant).U8(kCourseItemIndex).U32(id.training).Take());
  if (!items.ok()) return items.status();
  const uint64_t uid = (*row)->uid();
  if (!items->has_value() || std::none_of((*items)->items().begin(), (*items)->items().end(),
                                          [&](const auto& entry) { return entry.item() == uid; })) {
    return missing;
  }
  return uid;
}

// Adds a fact and answers with the record.
absl::Status AddAndAnswer(MutateCall& call, EnrollmentId id, absl::string_view reason, Event event,
                          v1::TrainingRecord* response) {
  event.set_actor(call.actor_uid());
  event.set_reason(std::string(reason));
  absl::Status status = AddRecordEvent(call.draft, id, std::move(event));
  if (!status.ok()) return status;
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(call.draft.reader(), call.draft.number(), id);
  if (!row.ok()) return row.status();
  absl::StatusOr<v1::TrainingRecord> record = TrainingRecordView(call).Record(id, **row);
  if (!record.ok()) return record.status();
  *response = *std::move(record);
  call.draft.Describe(NameIn(call.draft.id(), Collection::kEnrollments, id.ToString()), reason);
  return absl::OkStatus();
}

template <typename Request>
void SetTime(const Request& request, Event* event) {
  if (request.has_time()) *event->mutable_time() = request.time();
}

// --- ReportProgress ---

absl::Status ValidateProgress(const v1::ReportProgressRequest& request) {
  absl::Status status = ValidateName(request);
  CheckItemName(request.item(), request.name(), &status);
  if (request.percent() < 0 || request.percent() > 100) {
    AddBadField(&status, "percent", absl::StrCat(request.percent()), "wanted 0 to 100");
  }
  if (request.position().size() > kMaxPositionBytes) {
    AddBadField(&status, "position", absl::StrCat(request.position().size(), " bytes"),
                absl::StrCat("wanted at most ", kMaxPositionBytes, " bytes"));
  }
  if (request.seconds() < 0 || request.seconds() > kMaxReportSeconds) {
    AddBadField(&status, "seconds", absl::StrCat(request.seconds()),
                absl::StrCat("wanted 0 to ", kMaxReportSeconds));
  }
  return status;
}

// Nobody learns for somebody else.
absl::Status MayReport(const RuleCall& call, const v1::ReportProgressRequest& request) {
  if (call.actor.value != 0 && EnrollmentIdIn(request.name()).learner == call.actor.value) {
    return absl::OkStatus();
  }
  return NotPermitted("course.complete", request.name());
}

absl::Status DoProgress(MutateCall& call, const v1::ReportProgressRequest& request,
                        v1::TrainingRecord* response) {
  absl::StatusOr<rows::EnrollmentRow> row =
      FindEnrollment(call.draft.reader(), call.draft.number(), request.name());
  if (!row.ok()) return row.status();
  const EnrollmentId id = EnrollmentIdIn(request.name());
  absl::StatusOr<uint64_t> item = FindItem(call, id, request.item());
  if (!item.ok()) return item.status();
  const Collection kind = ParseName(request.item())->collection;
  const bool is_scored = kind == Collection::kQuizzes || kind == Collection::kTasks;
  if (is_scored && request.percent() == 100) {
    return FailedPrecondition(
        "SCORED_ITEM", request.item(),
        absl::StrCat("a ", CollectionNoun(kind), " is completed by a score that passes"));
  }
  const std::string key = ItemRecordKey(call.draft.number(), id, *item);
  const auto read = [&] {
    return ReadRow<rows::ItemRecordRow>(call.draft.reader(), Table::kRecords, key);
  };
  absl::StatusOr<std::optional<rows::ItemRecordRow>> before = read();
  if (!before.ok()) return before.status();
  const int cycle = row->enrollment().cycle();
  const bool begun = before->has_value() && (*before)->cycle() == cycle;
  // What says nothing new is no event: where to go on is told often.
  const bool is_news = !begun || request.percent() > (*before)->percent();
  if (is_news || !IsAdmitted(row->enrollment().state())) {
    Event event;
    event.mutable_progress()->set_item(*item);
    event.mutable_progress()->set_percent(request.percent());
    event.set_actor(call.actor_uid());
    absl::Status status = AddRecordEvent(call.draft, id, std::move(event));
    if (!status.ok()) return status;
  }
  absl::StatusOr<std::optional<rows::ItemRecordRow>> after = read();
  if (!after.ok()) return after.status();
  rows::ItemRecordRow figures = after->value_or(rows::ItemRecordRow());
  figures.set_cycle(cycle);
  figures.set_position(request.position());
  figures.set_seconds(figures.seconds() + request.seconds());
  *figures.mutable_update_time() = ToTimestamp(call.now());
  call.draft.Write(Table::kRecords, key, figures);

  row = FindEnrollment(call.draft.reader(), call.draft.number(), request.name());
  if (!row.ok()) return row.status();
  absl::StatusOr<v1::TrainingRecord> record = TrainingRecordView(call).Record(id, *row);
  if (!record.ok()) return record.status();
  *response = *std::move(record);
  call.draft.Describe(request.name());
  return absl::OkStatus();
}

// --- EnterScore ---

absl::Status ValidateScore(const v1::EnterScoreRequest& request) {
  absl::Status status = ValidateFact(request, 0);
  CheckItemName(request.item(), request.name(), &status);
  if (request.score_hundredths() < 0 || request.score_hundredths() > kMaxScoreHundredths) {
    AddBadField(&status, "score_hundredths", absl::StrCat(request.score_hundredths()),
                absl::StrCat("wanted 0 to ", kMaxScoreHundredths));
  }
  return status;
}

absl::Status DoScore(MutateCall& call, const v1::EnterScoreRequest& request,
                     v1::TrainingRecord* response) {
  const EnrollmentId id = EnrollmentIdIn(request.name());
  absl::Status status = CheckNotOneself(call.actor(), SubjectId(id.learner), "grade");
  if (!status.ok()) return status;
  absl::StatusOr<uint64_t> item = FindItem(call, id, request.item());
  if (!item.ok()) return item.status();
  Event event;
  SetTime(request, &event);
  event.mutable_score()->set_item(*item);
  event.mutable_score()->set_score_hundredths(request.score_hundredths());
  event.mutable_score()->set_passed(request.passed());
  return AddAndAnswer(call, id, request.reason(), std::move(event), response);
}

// --- SignOff ---

absl::StatusOr<Training> FindTraining(const MutateCall& call, EnrollmentId id) {
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(call.draft.reader(), call.draft.number(), call.state(), ScopeId(id.training));
  if (!training.ok()) return training.status();
  if (!training->has_value()) {
    return NotFound("training", NameIn(call.draft.id(), Collection::kEnrollments, id.ToString()));
  }
  return **std::move(training);
}

absl::Status ValidateSignOff(const v1::SignOffRequest& request) { return ValidateFact(request, 0); }

absl::Status DoSignOff(MutateCall& call, const v1::SignOffRequest& request,
                       v1::TrainingRecord* response) {
  const EnrollmentId id = EnrollmentIdIn(request.name());
  absl::Status status = CheckNotOneself(call.actor(), SubjectId(id.learner), "sign off");
  if (!status.ok()) return status;
  absl::StatusOr<Training> training = FindTraining(call, id);
  if (!training.ok()) return training.status();
  if (training->collection != Collection::kCourses || !training->rules.completion().sign_off()) {
    return FailedPrecondition("NO_SIGN_OFF", request.name(),
                              "the completion rule of the training asks for no signature");
  }
  Event event;
  SetTime(request, &event);
  event.mutable_sign_off()->set_signed_(!request.take_back());
  return AddAndAnswer(call, id, request.reason(), std::move(event), response);
}

// --- OverrideCompletion ---

absl::Status ValidateOverride(const v1::OverrideCompletionRequest& request) {
  absl::Status status = ValidateFact(request, 1);
  if (request.outcome() < v1::OverrideCompletionRequest::COMPLETED ||
      request.outcome() > v1::OverrideCompletionRequest::RULE) {
    AddBadField(&status, "outcome", absl::StrCat(request.outcome()),
                "wanted COMPLETED, FAILED or RULE");
  }
  return status;
}

absl::Status DoOverride(MutateCall& call, const v1::OverrideCompletionRequest& request,
                        v1::TrainingRecord* response) {
  const EnrollmentId id = EnrollmentIdIn(request.name());
  absl::Status status = CheckNotOneself(call.actor(), SubjectId(id.learner), "complete");
  if (!status.ok()) return status;
  Event event;
  SetTime(request, &event);
  event.mutable_override()->set_outcome(
      request.outcome() == v1::OverrideCompletionRequest::RULE
          ? Event::Override::OUTCOME_UNSPECIFIED
          : static_cast<Event::Override::Outcome>(request.outcome()));
  return AddAndAnswer(call, id, request.reason(), std::move(event), response);
}

// --- AwardCredit ---

absl::Status ValidateAward(const v1::AwardCreditRequest& request) {
  absl::Status status;
  absl::StatusOr<ResourceName> scope = ParseName(request.scope());
  if (!scope.ok() ||
      (scope->collection != Collection::kCourses && scope->collection != Collection::kPlans &&
       scope->collection != Collection::kSessions)) {
    AddBadField(&status, "scope", request.scope(), "wanted the name of a course, plan or session");
  } else {
    CheckUserName("learner", request.learner(), absl::StrCat("tenants/", scope->tenant), &status);
  }
  if (request.credit_hundredths() < -kMaxCreditHundredths ||
      request.credit_hundredths() > kMaxCreditHundredths) {
    AddBadField(&status, "credit_hundredths", absl::StrCat(request.credit_hundredths()),
                absl::StrCat("wanted ", -kMaxCreditHundredths, " to ", kMaxCreditHundredths));
  }
  CheckReason(request, request.override() || request.credit_hundredths() < 0 ? 1 : 0, &status);
  return status;
}

// The training that the scope is, or that the session is of.
ScopeId TrainingOf(const WorldState& state, const std::string& name) {
  const ScopeId scope = state.FindScope(ParseName(name)->Relative());
  if (!state.HasScope(scope)) return ScopeId(0);
  return ParseName(name)->collection == Collection::kSessions ? state.ParentOf(scope) : scope;
}

absl::Status MayOverride(const RuleCall& call, const v1::AwardCreditRequest& request) {
  if (!request.override()) return absl::OkStatus();
  const ScopeId training = TrainingOf(call.state, request.scope());
  if (training.value == 0) return NotFound("training", request.scope());
  if (IsAllowed(call.state, call.actor, "completion.override", training, false, call.now)) {
    return absl::OkStatus();
  }
  return NotPermitted("completion.override", request.scope());
}

absl::Status DoAward(MutateCall& call, const v1::AwardCreditRequest& request,
                     v1::TrainingRecord* response) {
  const ScopeId training_uid = TrainingOf(call.state(), request.scope());
  const SubjectId learner = call.state().FindSubject(ParseName(request.learner())->Relative());
  if (absl::Status status = CheckNotOneself(call.actor(), learner, "credit"); !status.ok())
    return status;
  const EnrollmentId id{training_uid.value, learner.value};
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(call.draft.reader(), call.draft.number(), id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) {
    return BadField("learner", request.learner(), "wanted somebody who is enrolled there");
  }
  absl::StatusOr<Training> training = FindTraining(call, id);
  if (!training.ok()) return training.status();
  const TrainingRecordView view(call);
  absl::StatusOr<LearningState> learning = view.Learning(id, **row);
  if (!learning.ok()) return learning.status();

  int64_t credit = request.credit_hundredths();
  if (credit == 0) {
    credit = training->rules.completion().credit_hundredths() - learning->cycle_credit_hundredths;
    if (credit <= 0) {
      return FailedPrecondition(
          "NO_CREDIT_LEFT", request.scope(),
          absl::StrCat("it is worth ", training->rules.completion().credit_hundredths(),
                       " hundredths of a credit, and ", learning->cycle_credit_hundredths,
                       " were given; say how many to give anyway"));
    }
  }
  if (learning->credit_hundredths + credit < 0) {
    return BadField("credit_hundredths", absl::StrCat(credit),
                    absl::StrCat("wanted at least ", -learning->credit_hundredths,
                                 ": no more is taken back than was given"));
  }
  if (learning->credit_hundredths + credit > kMaxCreditHundredthsInAll) {
    return BadField(
        "credit_hundredths", absl::StrCat(credit),
        absl::StrCat("wanted at most ", kMaxCreditHundredthsInAll - learning->credit_hundredths,
                     ": a training gives nobody more than ", kMaxCreditHundredthsInAll, " in all"));
  }
  const bool is_unearned = credit > 0 && !learning->has_earned_credit();
  if (is_unearned && !request.override()) {
    absl::StatusOr<std::vector<v1::MissingRequirement>> missing =
        view.Missing(*learning, training->collection == Collection::kPlans);
    if (!missing.ok()) return missing.status();
    std::string text;
    for (const v1::MissingRequirement& each : *missing) {
      absl::StrAppend(&text, text.empty() ? "" : "; ", each.text());
    }
    return FailedPrecondition("CREDIT_NOT_EARNED",
                              NameIn(call.draft.id(), Collection::kEnrollments, id.ToString()),
                              absl::StrCat("the training is not completed: ", text));
  }
  Event event;
  event.mutable_credit()->set_credit_hundredths(static_cast<int32_t>(credit));
  event.mutable_credit()->set_overridden(is_unearned);
  return AddAndAnswer(call, id, request.reason(), std::move(event), response);
}

}  // namespace

void RegisterTrainingRecordFacts(Methods& methods) {
  Method& progress =
      methods.Mutate<v1::ReportProgressRequest, v1::TrainingRecord>(ValidateProgress, DoProgress);
  Methods::AuthorizeBy<v1::ReportProgressRequest>(progress, MayReport);
  methods.Mutate<v1::EnterScoreRequest, v1::TrainingRecord>(ValidateScore, DoScore);
  methods.Mutate<v1::SignOffRequest, v1::TrainingRecord>(ValidateSignOff, DoSignOff);
  methods.Mutate<v1::OverrideCompletionRequest, v1::TrainingRecord>(ValidateOverride, DoOverride);
  Method& award =
      methods.Mutate<v1::AwardCreditRequest, v1::TrainingRecord>(ValidateAward, DoAward);
  Methods::AuthorizeBy<v1::AwardCreditRequest>(award, MayOverride);
}

}  // namespace provost
