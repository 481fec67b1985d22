#include "service/attempt_quiz.h"

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/decide/freeze.h"
#include "quiz/score.h"
#include "service/content_rows.h"
#include "service/work_record.h"
#include "tenant/assessment_rows.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

int32_t Hundredths(double points) { return static_cast<int32_t>(std::llround(points * 100)); }

// Makes the score part of the record.
absl::Status AddScore(TenantDraft& draft, uint64_t uid, uint32_t actor, rows::AttemptRow* row) {
  WorkScore work;
  work.score.set_item(row->quiz());
  work.score.set_work(uid);
  work.score.set_score_hundredths(ScoreHundredths(row->reached_hundredths(), row->max_points()));
  work.score.set_passed(row->passed());
  work.score.set_last(row->last());
  work.cycle = row->cycle();
  work.time = FromTimestamp(row->end_time());
  work.actor = actor;
  work.reason = absl::StrCat("attempt ", row->number(), " at ", Quoted(row->quiz_display_name()),
                             row->timed_out() ? ", whose time ran out" : "");
  absl::StatusOr<uint64_t> event =
      RecordWork(draft, EnrollmentId{row->course(), row->learner()}, work);
  if (!event.ok()) return event.status();
  row->set_event(*event);
  return absl::OkStatus();
}

// Writes an attempt that has ended, and how the person stands with the quiz.
absl::Status PutEnd(TenantDraft& draft, uint64_t uid, const rows::AttemptRow& row) {
  const EnrollmentId id{row.course(), row.learner()};
  absl::StatusOr<rows::QuizStandingRow> standing =
      ReadQuizStanding(draft.reader(), draft.number(), id, row.quiz());
  if (!standing.ok()) return standing.status();
  if (standing->open() == uid) {
    standing->clear_open();
    standing->clear_open_deadline();
  }
  if (standing->cycle() == row.cycle()) standing->set_passed(standing->passed() || row.passed());
  draft.Write(store::Table::kAttempts, QuizStandingKey(draft.number(), id, row.quiz()), *standing);
  if (row.has_deadline()) EraseMoment(draft, AttemptEnd(id, uid));
  PutAttempt(draft, uid, row);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<const AttemptQuiz>> DrawAttempt(
    const store::Reader& reader, uint64_t tenant, absl::string_view quiz_name,
    const rows::ContentVersionRow& version, uint64_t seed) {
  auto quiz = std::make_unique<AttemptQuiz>();
  quiz->version = version;
  absl::StatusOr<QuizPools> pools =
      ReadQuizPools(reader, tenant, quiz_name, quiz->version, /*pin=*/false);
  if (!pools.ok()) return pools.status();
  quiz->pools = *std::move(pools);
  absl::StatusOr<QuizDrawing> drawing = DrawQuiz(quiz->body(), quiz->pools.of_draws, seed);
  if (!drawing.ok()) {
    return FailedPrecondition("TOO_FEW_QUESTIONS", quiz_name, drawing.status().message());
  }
  quiz->drawing = *std::move(drawing);
  return std::unique_ptr<const AttemptQuiz>(std::move(quiz));
}

absl::StatusOr<std::unique_ptr<const AttemptQuiz>> ReadAttemptQuiz(const store::Reader& reader,
                                                                   uint64_t tenant,
                                                                   const rows::AttemptRow& row) {
  absl::StatusOr<std::optional<NamedItem>> item = ReadItemByUid(reader, tenant, row.quiz());
  if (!item.ok()) return item.status();
  if (!item->has_value()) return std::unique_ptr<const AttemptQuiz>();
  absl::StatusOr<rows::ContentVersionRow> version =
      ReadVersion(reader, tenant, row.quiz(), row.quiz_version());
  if (!version.ok()) return version.status();
  return DrawAttempt(reader, tenant, (*item)->relative, *version, row.seed());
}

void SetQuestions(const AttemptQuiz& quiz, rows::AttemptRow* row) {
  std::vector<uint64_t> pool_of_part;
  int draw = 0;
  for (const v1::QuizPart& part : quiz.body().parts()) {
    pool_of_part.push_back(part.has_draw() ? quiz.version.pools(draw++) : 0);
  }
  int32_t max_points = 0;
  for (const DrawnQuestion& drawn : quiz.drawing) {
    rows::AttemptRow::Asked* asked = row->add_questions();
    asked->set_question(drawn.question->id());
    asked->set_pool(pool_of_part[static_cast<size_t>(drawn.part)]);
    asked->set_points(drawn.question->points());
    max_points += drawn.question->points();
  }
  row->set_max_points(max_points);
}

bool IsOver(const rows::AttemptRow& row, absl::Time now) {
  return row.has_end_time() || (row.has_deadline() && now >= FromTimestamp(row.deadline()));
}

void ScoreAttempt(const AttemptQuiz& quiz, absl::Time end, bool timed_out, rows::AttemptRow* row) {
  const v1::QuizScore score = ScoreQuiz(quiz.drawing, row->answers(), quiz.body().pass_percent());
  for (int i = 0; i < score.question_points_size() && i < row->questions_size(); ++i) {
    row->mutable_questions(i)->set_reached_hundredths(Hundredths(score.question_points(i)));
  }
  row->set_reached_hundredths(Hundredths(score.points()));
  row->set_passed(score.passed());
  *row->mutable_end_time() = ToTimestamp(end);
  row->set_timed_out(timed_out);
}

void ScoreTimedOut(const AttemptQuiz& quiz, rows::AttemptRow* row) {
  ScoreAttempt(quiz, FromTimestamp(row->deadline()), /*timed_out=*/true, row);
}

absl::Status PutEndedAttempt(TenantDraft& draft, uint64_t uid, uint32_t actor,
                             rows::AttemptRow* row) {
  if (absl::Status status = AddScore(draft, uid, actor, row); !status.ok()) return status;
  return PutEnd(draft, uid, *row);
}

absl::Status EndAttemptOnTime(TenantDraft& draft, uint64_t uid) {
  absl::StatusOr<std::optional<rows::AttemptRow>> found =
      ReadAttempt(draft.reader(), draft.number(), uid);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return absl::OkStatus();
  rows::AttemptRow row = **std::move(found);
  if (row.has_end_time() || !IsOver(row, draft.now())) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<const AttemptQuiz>> quiz =
      ReadAttemptQuiz(draft.reader(), draft.number(), row);
  if (!quiz.ok()) return quiz.status();
  if (*quiz == nullptr) return absl::OkStatus();
  ScoreTimedOut(**quiz, &row);
  return PutEndedAttempt(draft, uid, /*actor=*/0, &row);
}

absl::Status EndAttemptsAt(TenantDraft& draft, uint64_t quiz) {
  absl::StatusOr<std::vector<uint64_t>> uids =
      ReadWorkIds(draft.reader(), WorkAt(draft.number(), WorkKind::kAttempt, quiz));
  if (!uids.ok()) return uids.status();
  for (uint64_t uid : *uids) {
    absl::StatusOr<std::optional<rows::AttemptRow>> row =
        ReadAttempt(draft.reader(), draft.number(), uid);
    if (!row.ok()) return row.status();
    if (!row->has_value() || (*row)->has_end_time()) continue;
    // What is frozen keeps its record as it is (rule 19).
    const bool counts = IsOver(**row, draft.now()) &&
                        CheckPathNotFrozen(draft.state(), ScopeId((*row)->course())).ok();
    absl::Status status;
    if (counts) {
      status = EndAttemptOnTime(draft, uid);
    } else {
      *(*row)->mutable_end_time() = ToTimestamp(draft.now());
      (*row)->set_cancelled(true);
      status = PutEnd(draft, uid, **row);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace provost
