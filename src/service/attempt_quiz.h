#ifndef PROVOST_SERVICE_ATTEMPT_QUIZ_H_
#define PROVOST_SERVICE_ATTEMPT_QUIZ_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "provost/internal/v1/assessment_rows.pb.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "quiz/draw.h"
#include "service/content_quiz.h"
#include "store/reader.h"
#include "tenant/draft.h"

namespace provost {

/// What one attempt is made of. Neither copied nor moved: the drawing points into the rest.
struct AttemptQuiz {
  rows::ContentVersionRow version;
  QuizPools pools;
  QuizDrawing drawing;

  const v1::QuizBody& body() const { return version.body().quiz(); }
};

/// Draws a published version of a quiz. FAILED_PRECONDITION with TOO_FEW_QUESTIONS.
absl::StatusOr<std::unique_ptr<const AttemptQuiz>> DrawAttempt(
    const store::Reader& reader, uint64_t tenant, absl::string_view quiz_name,
    const rows::ContentVersionRow& version, uint64_t seed);

/// What an attempt was made of when it began; null where the quiz was deleted.
absl::StatusOr<std::unique_ptr<const AttemptQuiz>> ReadAttemptQuiz(const store::Reader& reader,
                                                                   uint64_t tenant,
                                                                   const rows::AttemptRow& row);

/// The questions, as they are kept with a new attempt.
void SetQuestions(const AttemptQuiz& quiz, rows::AttemptRow* row);

/// Its time is up at `now`, whether or not that was noted; one that has ended is over too. Pure.
bool IsOver(const rows::AttemptRow& row, absl::Time now);

/// Ends it at `end`, by what was saved. Pure.
void ScoreAttempt(const AttemptQuiz& quiz, absl::Time end, bool timed_out, rows::AttemptRow* row);
/// As its time runs out.
void ScoreTimedOut(const AttemptQuiz& quiz, rows::AttemptRow* row);

/// Writes an attempt that was just scored, with all that follows: how the person stands with the
/// quiz, and the score in the record of the enrollment, where that is of the same cycle and the
/// person is admitted. `actor`: the uid of who ended it; 0: the server itself.
absl::Status PutEndedAttempt(TenantDraft& draft, uint64_t uid, uint32_t actor,
                             rows::AttemptRow* row);

/// For the timekeeper: the time of an attempt is up. Nothing happens where it is gone, has ended,
/// or its quiz was deleted.
absl::Status EndAttemptOnTime(TenantDraft& draft, uint64_t uid);

/// For whoever deletes a quiz, before its versions go: attempts whose time is up are scored, and
/// those that are under way end without a score. Cost: two rows for each attempt at it.
absl::Status EndAttemptsAt(TenantDraft& draft, uint64_t quiz);

}  // namespace provost

#endif  // PROVOST_SERVICE_ATTEMPT_QUIZ_H_
