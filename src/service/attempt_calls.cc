#include "service/attempt_calls.h"

#include <openssl/rand.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "provost/v1/assessment_service.pb.h"
#include "quiz/feedback.h"
#include "quiz/score.h"
#include "service/attempt_quiz.h"
#include "service/content_courses.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/subject_resource.h"
#include "service/work_list.h"
#include "tenant/assessment_rows.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr absl::string_view kTake = "submission.create";

// An attempt as it stands at one time: where its time has run out, as if that had been noted.
struct Standing {
  rows::AttemptRow row;
  std::unique_ptr<const AttemptQuiz> quiz;  // Null: it was deleted.

  v1::Attempt::State state() const {
    if (row.cancelled() || (quiz == nullptr && !row.has_end_time())) return v1::Attempt::CANCELLED;
    return row.has_end_time() ? v1::Attempt::ENDED : v1::Attempt::OPEN;
  }
};

absl::StatusOr<Standing> StandingOf(const WorkView& view, rows::AttemptRow row) {
  Standing standing{std::move(row), nullptr};
  absl::StatusOr<std::unique_ptr<const AttemptQuiz>> quiz =
      ReadAttemptQuiz(view.reader, view.tenant, standing.row);
  if (!quiz.ok()) return quiz.status();
  standing.quiz = *std::move(quiz);
  if (standing.quiz != nullptr && !standing.row.has_end_time() && IsOver(standing.row, view.now)) {
    ScoreTimedOut(*standing.quiz, &standing.row);
  }
  return standing;
}

// --- what is shown ---

// All but what depends on the quiz itself.
absl::StatusOr<v1::Attempt> Outline(const WorkView& view, uint64_t uid, const rows::AttemptRow& row,
                                    v1::Attempt::State state, ItemsByUid& items) {
  v1::Attempt attempt;
  attempt.set_name(NameIn(view.id, Collection::kAttempts, absl::StrCat(uid)));
  attempt.set_course(ScopeFullName(view.state, view.id, ScopeId(row.course())));
  attempt.set_learner(SubjectFullName(view.state, view.id, SubjectId(row.learner())));
  absl::StatusOr<std::string> quiz = items.NameOf(row.quiz());
  if (!quiz.ok()) return quiz.status();
  attempt.set_quiz(*std::move(quiz));
  attempt.set_quiz_display_name(row.quiz_display_name());
  attempt.set_quiz_version(row.quiz_version());
  attempt.set_cycle(row.cycle());
  attempt.set_number(row.number());
  attempt.set_state(state);
  *attempt.mutable_start_time() = row.start_time();
  if (row.has_deadline()) *attempt.mutable_deadline() = row.deadline();
  if (row.has_save_time()) *attempt.mutable_save_time() = row.save_time();
  if (row.has_end_time()) *attempt.mutable_end_time() = row.end_time();
  if (state != v1::Attempt::ENDED) return attempt;
  attempt.set_timed_out(row.timed_out());
  attempt.mutable_score()->set_points(row.reached_hundredths() / 100.0);
  attempt.mutable_score()->set_max_points(row.max_points());
  attempt.mutable_score()->set_passed(row.passed());
  return attempt;
}

// Whether the learner is told which answers were right.
absl::StatusOr<bool> IsToldAnswers(const WorkView& view, uint64_t uid, const Standing& attempt) {
  const rows::AttemptRow& row = attempt.row;
  absl::StatusOr<rows::QuizStandingRow> all = ReadQuizStanding(
      view.reader, view.tenant, EnrollmentId{row.course(), row.learner()}, row.quiz());
  if (!all.ok()) return all.status();
  QuizStanding standing;
  standing.passed = row.passed();
  standing.attempts_left = !row.last();
  if (all->cycle() == row.cycle()) {
    const int32_t allowed = attempt.quiz->body().attempts_allowed();
    const bool another_open =
        all->open() != 0 && all->open() != uid &&
        !(all->has_open_deadline() && view.now >= FromTimestamp(all->open_deadline()));
    standing.passed |= all->passed();
    standing.attempts_left = allowed == 0 || all->begun() < allowed || another_open;
  }
  return ShowsAnswers(attempt.quiz->body().feedback(), standing);
}

absl::StatusOr<v1::Attempt> ToMessage(const WorkView& view, uint64_t uid,
                                      const Standing& standing) {
  ItemsByUid items(view);
  const rows::AttemptRow& row = standing.row;
  absl::StatusOr<v1::Attempt> attempt = Outline(view, uid, row, standing.state(), items);
  if (!attempt.ok()) return attempt;
  *attempt->mutable_answers() = row.answers();
  const bool is_own = SubjectId(row.learner()) == view.actor;
  const bool has_ended = standing.state() == v1::Attempt::ENDED;
  bool told = false;
  if (standing.quiz != nullptr) {
    const QuizDrawing& drawing = standing.quiz->drawing;
    for (size_t i = 0; i < drawing.size(); ++i) {
      *attempt->add_questions() = PoseQuestion(drawing[i], static_cast<int>(i));
    }
    absl::StatusOr<const NamedItem*> item = items.Find(row.quiz());
    if (!item.ok()) return item.status();
    told =
        has_ended && *item != nullptr && view.content.ReadAccess((*item)->row) != ItemAccess::kNone;
    if (has_ended && is_own && !told) {
      absl::StatusOr<bool> by_policy = IsToldAnswers(view, uid, standing);
      if (!by_policy.ok()) return by_policy.status();
      told = *by_policy;
    }
  }
  for (int i = 0; has_ended && i < row.questions_size(); ++i) {
    const double points = row.questions(i).reached_hundredths() / 100.0;
    if (told || !is_own) attempt->mutable_score()->add_question_points(points);
    if (!told || static_cast<size_t>(i) >= standing.quiz->drawing.size()) continue;
    *attempt->add_feedback() =
        FeedbackOn(standing.quiz->drawing[static_cast<size_t>(i)], i, points);
  }
  return attempt;
}

// --- StartAttempt ---

absl::Status ValidateStart(const v1::StartAttemptRequest& request) {
  return CheckWorkNames(request.course(), "quiz", request.quiz(), Collection::kQuizzes);
}

absl::StatusOr<uint64_t> NewSeed() {
  uint64_t seed = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&seed), sizeof(seed)) != 1) {
    return absl::InternalError("there are no random numbers to draw questions by");
  }
  return seed;
}

// The attempt under way, if there is one; one of another cycle, or whose time is up, is ended.
absl::StatusOr<std::optional<Standing>> Resume(MutateCall& call, const WorkView& view, uint64_t uid,
                                               int32_t cycle) {
  using Found = std::optional<Standing>;
  if (uid == 0) return Found();
  absl::StatusOr<std::optional<rows::AttemptRow>> row = ReadAttempt(view.reader, view.tenant, uid);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return Found();
  absl::StatusOr<Standing> open = StandingOf(view, **std::move(row));
  if (!open.ok()) return open.status();
  if (open->state() == v1::Attempt::OPEN && open->row.cycle() != cycle) {
    ScoreAttempt(*open->quiz, view.now, /*timed_out=*/false, &open->row);
  }
  if (open->state() == v1::Attempt::OPEN) return Found(*std::move(open));
  absl::Status status = PutEndedAttempt(call.draft, uid, /*actor=*/0, &open->row);
  if (!status.ok()) return status;
  return Found();
}

absl::Status DoStart(MutateCall& call, const v1::StartAttemptRequest& request,
                     v1::Attempt* response) {
  const WorkView view(call);
  const SubjectId learner = call.actor();
  absl::StatusOr<ScopeId> course = ResolveScope(view.state, view.id, "course", request.course());
  if (!course.ok()) return course.status();
  const EnrollmentId id{course->value, learner.value};
  absl::StatusOr<rows::EnrollmentRow> enrollment = FindAdmitted(view, id);
  if (!enrollment.ok()) return enrollment.status();
  absl::StatusOr<PlacedItem> item = FindPlacedItem(view.content, request.course(), request.quiz());
  if (!item.ok()) return item.status();
  const uint64_t quiz_uid = item->row.uid();
  const int32_t cycle = enrollment->enrollment().cycle();
  call.draft.Describe(request.quiz());

  absl::StatusOr<rows::QuizStandingRow> standing =
      ReadQuizStanding(view.reader, view.tenant, id, quiz_uid);
  if (!standing.ok()) return standing.status();
  absl::StatusOr<std::optional<Standing>> open = Resume(call, view, standing->open(), cycle);
  if (!open.ok()) return open.status();
  if (open->has_value()) {
    absl::StatusOr<v1::Attempt> message = ToMessage(view, standing->open(), **open);
    if (!message.ok()) return message.status();
    *response = *std::move(message);
    return absl::OkStatus();
  }
  standing = ReadQuizStanding(view.reader, view.tenant, id, quiz_uid);  // One may have ended by it.
  if (!standing.ok()) return standing.status();
  if (standing->cycle() != cycle) {
    standing->Clear();
    standing->set_cycle(cycle);
  }
  const v1::QuizBody& quiz = item->version.body().quiz();
  const int32_t allowed = quiz.attempts_allowed();
  if (allowed != 0 && standing->begun() >= allowed) {
    return FailedPrecondition(
        "NO_ATTEMPT_LEFT", request.quiz(),
        absl::StrCat("the quiz allows ", allowed, allowed == 1 ? " attempt" : " attempts",
                     ", and none is left"));
  }

  absl::StatusOr<uint64_t> seed = NewSeed();
  if (!seed.ok()) return seed.status();
  absl::StatusOr<std::unique_ptr<const AttemptQuiz>> drawn =
      DrawAttempt(view.reader, view.tenant, request.quiz(), item->version, *seed);
  if (!drawn.ok()) return drawn.status();
  const uint64_t uid = call.draft.NewItem();
  Standing begun{rows::AttemptRow(), *std::move(drawn)};
  rows::AttemptRow& row = begun.row;
  row.set_course(course->value);
  row.set_learner(learner.value);
  row.set_quiz(quiz_uid);
  row.set_quiz_version(item->version.version().number());
  row.set_quiz_display_name(item->row.content_item().display_name());
  row.set_cycle(cycle);
  row.set_number(standing->begun() + 1);
  row.set_last(row.number() == allowed);
  row.set_seed(*seed);
  *row.mutable_start_time() = ToTimestamp(call.now());
  standing->set_begun(row.number());
  standing->set_open(uid);
  standing->clear_open_deadline();
  if (quiz.has_time_limit()) {
    const absl::Time deadline = call.now() + absl::Seconds(quiz.time_limit().seconds());
    *row.mutable_deadline() = ToTimestamp(deadline);
    *standing->mutable_open_deadline() = row.deadline();
    PutMoment(call.draft, AttemptEnd(id, uid, deadline));
  }
  SetQuestions(*begun.quiz, &row);
  PutAttempt(call.draft, uid, row);
  call.draft.Write(store::Table::kAttempts, QuizStandingKey(view.tenant, id, quiz_uid), *standing);

  absl::StatusOr<v1::Attempt> message = ToMessage(view, uid, begun);
  if (!message.ok()) return message.status();
  *response = *std::move(message);
  // Whoever only asks would see as many questions as they like.
  if (request.validate_only()) response->clear_questions();
  return absl::OkStatus();
}

// --- GetAttempt, ListAttempts ---

template <typename Request>
absl::Status ValidateName(const Request& request) {
  absl::Status status;
  CheckNameIn(Collection::kAttempts, "name", request.name(), &status);
  return status;
}

absl::StatusOr<rows::AttemptRow> FindAttempt(const WorkView& view, absl::string_view name) {
  absl::StatusOr<std::optional<rows::AttemptRow>> row =
      ReadAttempt(view.reader, view.tenant, WorkUidIn(name));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(CollectionNoun(Collection::kAttempts), name);
  return **std::move(row);
}

absl::Status Show(const WorkView& view, absl::string_view name, const Standing& standing,
                  v1::Attempt* response) {
  absl::StatusOr<v1::Attempt> message = ToMessage(view, WorkUidIn(name), standing);
  if (!message.ok()) return message.status();
  *response = *std::move(message);
  return absl::OkStatus();
}

absl::Status DoGet(ReadCall& call, const v1::GetAttemptRequest& request, v1::Attempt* response) {
  const WorkView view(call);
  absl::StatusOr<rows::AttemptRow> row = FindAttempt(view, request.name());
  if (!row.ok()) return row.status();
  absl::StatusOr<Standing> standing = StandingOf(view, *std::move(row));
  if (!standing.ok()) return standing.status();
  return Show(view, request.name(), *standing, response);
}

absl::Status ValidateList(const v1::ListAttemptsRequest& request) {
  return CheckWorkList(request.course(), request.learner(), "quiz", request.quiz(),
                       Collection::kQuizzes);
}

absl::Status DoList(ReadCall& call, const v1::ListAttemptsRequest& request,
                    v1::ListAttemptsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const WorkView view(call);
  absl::StatusOr<std::optional<store::KeyRange>> range =
      FindWorkRange(view, WorkKind::kAttempt, request.course(), request.learner(), request.quiz());
  if (!range.ok()) return range.status();
  if (!range->has_value()) return absl::OkStatus();
  ItemsByUid items(view);
  std::string last;
  return WalkWork(
      view.reader, **range, page->cursor,
      [&](uint64_t uid, const std::string& cursor) -> absl::StatusOr<bool> {
        absl::StatusOr<std::optional<rows::AttemptRow>> row =
            ReadAttempt(view.reader, view.tenant, uid);
        if (!row.ok()) return row.status();
        if (!row->has_value()) return true;
        if (response->attempts_size() == page->limit) {
          response->set_next_page_token(call.backend.pages->TokenAfter(*page, last));
          return false;
        }
        Standing standing{**std::move(row), nullptr};
        if (!standing.row.has_end_time()) {  // What the quiz says is needed for these alone.
          absl::StatusOr<Standing> open = StandingOf(view, std::move(standing.row));
          if (!open.ok()) return open.status();
          standing = *std::move(open);
        }
        absl::StatusOr<v1::Attempt> attempt =
            Outline(view, uid, standing.row, standing.state(), items);
        if (!attempt.ok()) return attempt.status();
        *response->add_attempts() = *std::move(attempt);
        last = cursor;
        return true;
      });
}

// --- SaveAnswers, SubmitAttempt ---

// One's own alone. What is somebody else's and what is missing are refused in the same words.
template <typename Request>
absl::Status MustBeOwn(const RuleCall& call, const Request& request) {
  absl::StatusOr<std::optional<rows::AttemptRow>> row =
      ReadAttempt(call.reader, call.tenant.number(), WorkUidIn(request.name()));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(CollectionNoun(Collection::kAttempts), request.name());
  if (SubjectId((*row)->learner()) == call.actor) return absl::OkStatus();
  return NotPermitted(kTake, request.name());
}

absl::Status CheckQuizOf(const WorkView& view, const rows::AttemptRow& row,
                         const std::string& wanted) {
  if (wanted.empty()) return absl::OkStatus();
  ItemsByUid items(view);
  absl::StatusOr<std::string> quiz = items.NameOf(row.quiz());
  if (!quiz.ok()) return quiz.status();
  if (*quiz == wanted) return absl::OkStatus();
  return BadField("quiz", wanted,
                  absl::StrCat("wanted ", Quoted(*quiz), ", which the attempt is at"));
}

absl::Status DoSave(MutateCall& call, const v1::SaveAnswersRequest& request,
                    v1::Attempt* response) {
  const WorkView view(call);
  absl::StatusOr<rows::AttemptRow> found = FindAttempt(view, request.name());
  if (!found.ok()) return found.status();
  absl::StatusOr<Standing> standing = StandingOf(view, *std::move(found));
  if (!standing.ok()) return standing.status();
  rows::AttemptRow& row = standing->row;
  if (standing->state() != v1::Attempt::OPEN) {
    return FailedPrecondition("ATTEMPT_OVER", request.name(),
                              standing->state() == v1::Attempt::CANCELLED ? "the quiz was deleted"
                              : row.timed_out()                           ? "its time has run out"
                                                                          : "it was submitted");
  }
  absl::Status status = CheckQuizOf(view, row, request.quiz());
  if (!status.ok()) return status;
  for (const QuizProblem& problem : CheckAnswers(standing->quiz->drawing, request.answers(), "")) {
    AddBadField(&status, problem.field, problem.value, problem.wanted);
  }
  if (!status.ok()) return status;
  std::map<int32_t, v1::Answer> answers;
  for (const v1::Answer& answer : row.answers()) answers[answer.position()] = answer;
  for (const v1::Answer& answer : request.answers()) {
    if (answer.value_case() == v1::Answer::VALUE_NOT_SET) {
      answers.erase(answer.position());
    } else {
      answers[answer.position()] = answer;
    }
  }
  row.clear_answers();
  for (auto& [position, answer] : answers) *row.add_answers() = std::move(answer);
  *row.mutable_save_time() = ToTimestamp(call.now());
  PutAttempt(call.draft, WorkUidIn(request.name()), row);
  call.draft.Describe(request.name());
  return Show(view, request.name(), *standing, response);
}

absl::Status DoSubmit(MutateCall& call, const v1::SubmitAttemptRequest& request,
                      v1::Attempt* response) {
  const WorkView view(call);
  absl::StatusOr<rows::AttemptRow> found = FindAttempt(view, request.name());
  if (!found.ok()) return found.status();
  const bool was_noted = found->has_end_time();
  absl::StatusOr<Standing> standing = StandingOf(view, *std::move(found));
  if (!standing.ok()) return standing.status();
  call.draft.Describe(request.name());
  // Whoever only asks is not told what the answers are worth.
  if (was_noted || standing->quiz == nullptr || request.validate_only()) {
    return Show(view, request.name(), *standing, response);
  }
  const bool timed_out = standing->row.has_end_time();
  if (!timed_out) {
    ScoreAttempt(*standing->quiz, call.now(), /*timed_out=*/false, &standing->row);
  }
  absl::Status status = PutEndedAttempt(call.draft, WorkUidIn(request.name()),
                                        timed_out ? 0 : call.actor_uid(), &standing->row);
  if (!status.ok()) return status;
  return Show(view, request.name(), *standing, response);
}

}  // namespace

void RegisterAttempts(Methods& methods) {
  methods.Mutate<v1::StartAttemptRequest, v1::Attempt>(ValidateStart, DoStart);
  Method& get = methods.Read<v1::GetAttemptRequest, v1::Attempt>(DoGet);
  Methods::ValidateBy<v1::GetAttemptRequest>(get, ValidateName<v1::GetAttemptRequest>);
  Method& list = methods.Scan<v1::ListAttemptsRequest, v1::ListAttemptsResponse>(DoList);
  Methods::ValidateBy<v1::ListAttemptsRequest>(list, ValidateList);
  Method& save = methods.Mutate<v1::SaveAnswersRequest, v1::Attempt>(
      ValidateName<v1::SaveAnswersRequest>, DoSave);
  Methods::AuthorizeBy<v1::SaveAnswersRequest>(save, MustBeOwn<v1::SaveAnswersRequest>);
  Method& submit = methods.Mutate<v1::SubmitAttemptRequest, v1::Attempt>(
      ValidateName<v1::SubmitAttemptRequest>, DoSubmit);
  Methods::AuthorizeBy<v1::SubmitAttemptRequest>(submit, MustBeOwn<v1::SubmitAttemptRequest>);
}

}  // namespace provost
