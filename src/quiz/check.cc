#include "quiz/check.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "quiz/text.h"

namespace provost {
namespace {

constexpr int64_t kMaxTimeLimitSeconds = 30 * 24 * 3600;

class Checker {
 public:
  std::vector<QuizProblem> Take() { return std::move(problems_); }

  void CheckQuestion(const std::string& prefix, const v1::Question& question) {
    CheckId(absl::StrCat(prefix, "id"), question.id());
    if (!question.id().empty() && !ids_.insert(question.id()).second) {
      Add(absl::StrCat(prefix, "id"), question.id(), "wanted another one: a question has it above");
    }
    CheckText(absl::StrCat(prefix, "text"), question.text(), 1, kMaxQuestionText);
    CheckText(absl::StrCat(prefix, "explanation"), question.explanation(), 0, kMaxQuestionText);
    CheckRange(absl::StrCat(prefix, "points"), question.points(), 1, kMaxQuestionPoints);
    CheckTags(absl::StrCat(prefix, "tags"), question.tags());
    switch (question.kind_case()) {
      case v1::Question::kSingleChoice: {
        const auto& choice = question.single_choice();
        const std::string path = absl::StrCat(prefix, "single_choice.");
        CheckTexts(absl::StrCat(path, "options"), choice.options(), 2, kMaxChoices);
        CheckIndex(absl::StrCat(path, "correct"), choice.correct(), choice.options_size());
        break;
      }
      case v1::Question::kMultipleChoice:
        CheckMultipleChoice(absl::StrCat(prefix, "multiple_choice."), question.multiple_choice());
        break;
      case v1::Question::kTrueFalse:
        break;
      case v1::Question::kNumeric: {
        const auto& numeric = question.numeric();
        if (!std::isfinite(numeric.value())) {
          Add(absl::StrCat(prefix, "numeric.value"), absl::StrCat(numeric.value()),
              "wanted a finite number");
        }
        if (!std::isfinite(numeric.tolerance()) || numeric.tolerance() < 0) {
          Add(absl::StrCat(prefix, "numeric.tolerance"), absl::StrCat(numeric.tolerance()),
              "wanted a finite number, 0 or more");
        }
        break;
      }
      case v1::Question::kShortText: {
        const std::string path = absl::StrCat(prefix, "short_text.accepted");
        const auto& accepted = question.short_text().accepted();
        CheckTexts(path, accepted, 1, kMaxAccepted);
        for (int i = 0; i < accepted.size(); ++i) {
          if (!accepted[i].empty() && ComparableText(accepted[i], true).empty()) {
            Add(absl::StrCat(path, "[", i, "]"), accepted[i], "wanted more than white space");
          }
        }
        break;
      }
      case v1::Question::kOrdering:
        CheckTexts(absl::StrCat(prefix, "ordering.entries"), question.ordering().entries(), 2,
                   kMaxChoices);
        break;
      case v1::Question::kMatching:
        CheckMatching(absl::StrCat(prefix, "matching."), question.matching());
        break;
      case v1::Question::KIND_NOT_SET:
        Add(absl::StrCat(prefix, "kind"), "",
            "wanted one of single_choice, multiple_choice, true_false, numeric, short_text, "
            "ordering, matching");
        break;
    }
  }

  void CheckDraw(const std::string& prefix, const v1::PoolDraw& draw) {
    if (draw.pool().empty()) {
      Add(absl::StrCat(prefix, "pool"), "", "wanted the name of a question pool");
    }
    CheckRange(absl::StrCat(prefix, "count"), draw.count(), 1, kMaxDrawCount);
    CheckTags(absl::StrCat(prefix, "tags"), draw.tags());
  }

  void CheckTerms(absl::string_view prefix, const v1::QuizBody& quiz) {
    if (quiz.has_time_limit()) {
      const auto& limit = quiz.time_limit();
      if (limit.seconds() < 1 || limit.seconds() > kMaxTimeLimitSeconds || limit.nanos() != 0) {
        Add(absl::StrCat(prefix, "time_limit"), absl::StrCat(limit.seconds(), "s"),
            "wanted whole seconds, from 1 to 30 days of them");
      }
    }
    CheckRange(absl::StrCat(prefix, "attempts_allowed"), quiz.attempts_allowed(), 0,
               kMaxAttemptsAllowed);
    CheckRange(absl::StrCat(prefix, "pass_percent"), quiz.pass_percent(), 0, 100);
    if (!v1::QuizBody::Feedback_IsValid(quiz.feedback())) {
      Add(absl::StrCat(prefix, "feedback"), absl::StrCat(static_cast<int>(quiz.feedback())),
          "wanted NEVER, EACH_ATTEMPT, PASSED or LAST_ATTEMPT");
    }
  }

  void CheckRange(const std::string& field, int64_t value, int64_t min, int64_t max) {
    if (value < min || value > max) {
      Add(field, absl::StrCat(value), absl::StrCat("wanted ", min, " to ", max));
    }
  }

  void Add(std::string field, absl::string_view value, std::string wanted) {
    // A pool of nothing but mistakes is not worth a longer answer.
    if (problems_.size() < 100) {
      problems_.push_back({std::move(field), std::string(value), std::move(wanted)});
    }
  }

 private:
  void CheckId(const std::string& field, absl::string_view id) {
    bool fine = !id.empty() && id.size() <= 63;
    for (size_t i = 0; i < id.size(); ++i) {
      const char c = id[i];
      const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      fine = fine && (plain || (i > 0 && (c == '.' || c == '_' || c == '-')));
    }
    if (!fine) Add(field, id, "wanted [a-z0-9][a-z0-9._-]{0,62}");
  }

  void CheckText(const std::string& field, absl::string_view text, size_t min, size_t max) {
    size_t characters = 0;
    for (char c : text) {
      if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++characters;
    }
    if (characters < min || characters > max) {
      Add(field, text, absl::StrCat("wanted ", min, " to ", max, " characters, got ", characters));
    }
  }

  template <typename Tags>
  void CheckTags(const std::string& field, const Tags& tags) {
    CheckRange(field, tags.size(), 0, kMaxTags);
    for (int i = 0; i < tags.size(); ++i)
      CheckText(absl::StrCat(field, "[", i, "]"), tags[i], 1, 63);
  }

  // So many texts, none empty, all different.
  template <typename Texts>
  void CheckTexts(const std::string& field, const Texts& texts, int min, int max) {
    if (texts.size() < min || texts.size() > max) {
      Add(field, absl::StrCat(texts.size()), absl::StrCat("wanted ", min, " to ", max, " of them"));
    }
    absl::flat_hash_set<std::string> seen;
    for (int i = 0; i < texts.size(); ++i) {
      const std::string path = absl::StrCat(field, "[", i, "]");
      CheckText(path, texts[i], 1, kMaxChoiceText);
      if (!seen.insert(texts[i]).second) {
        Add(path, texts[i], "wanted one that is not above already");
      }
    }
  }

  void CheckIndex(const std::string& field, int index, int size) {
    if (index < 0 || index >= size) {
      Add(field, absl::StrCat(index),
          absl::StrCat("wanted the index of an option, from 0; there are ", size));
    }
  }

  void CheckMultipleChoice(const std::string& path, const v1::Question::MultipleChoice& choice) {
    CheckTexts(absl::StrCat(path, "options"), choice.options(), 2, kMaxChoices);
    if (choice.correct().empty()) {
      Add(absl::StrCat(path, "correct"), "", "wanted at least one right option");
    }
    absl::flat_hash_set<int> seen;
    for (int i = 0; i < choice.correct_size(); ++i) {
      const std::string field = absl::StrCat(path, "correct[", i, "]");
      CheckIndex(field, choice.correct(i), choice.options_size());
      if (!seen.insert(choice.correct(i)).second) {
        Add(field, absl::StrCat(choice.correct(i)), "wanted one that is not above already");
      }
    }
  }

  // Several left sides may have the same right one, but a distractor belongs to nothing.
  void CheckMatching(const std::string& path, const v1::Question::Matching& matching) {
    const std::string pairs = absl::StrCat(path, "pairs");
    if (matching.pairs_size() < 2 || matching.pairs_size() > kMaxChoices) {
      Add(pairs, absl::StrCat(matching.pairs_size()),
          absl::StrCat("wanted 2 to ", kMaxChoices, " of them"));
    }
    absl::flat_hash_set<std::string> lefts;
    absl::flat_hash_set<std::string> rights;
    for (int i = 0; i < matching.pairs_size(); ++i) {
      const std::string pair = absl::StrCat(pairs, "[", i, "].");
      CheckText(absl::StrCat(pair, "left"), matching.pairs(i).left(), 1, kMaxChoiceText);
      CheckText(absl::StrCat(pair, "right"), matching.pairs(i).right(), 1, kMaxChoiceText);
      if (!lefts.insert(matching.pairs(i).left()).second) {
        Add(absl::StrCat(pair, "left"), matching.pairs(i).left(),
            "wanted one that is not above already");
      }
      rights.insert(matching.pairs(i).right());
    }
    const std::string distractors = absl::StrCat(path, "distractors");
    CheckTexts(distractors, matching.distractors(), 0, kMaxChoices);
    for (int i = 0; i < matching.distractors_size(); ++i) {
      if (rights.contains(matching.distractors(i))) {
        Add(absl::StrCat(distractors, "[", i, "]"), matching.distractors(i),
            "wanted one that is right for nothing");
      }
    }
  }

  std::vector<QuizProblem> problems_;
  absl::flat_hash_set<std::string> ids_;
};

}  // namespace

std::vector<QuizProblem> CheckQuiz(const v1::QuizBody& quiz, absl::string_view prefix) {
  Checker checker;
  checker.CheckRange(absl::StrCat(prefix, "parts"), quiz.parts_size(), 0, kMaxQuizParts);
  for (int i = 0; i < quiz.parts_size(); ++i) {
    const std::string part = absl::StrCat(prefix, "parts[", i, "].");
    switch (quiz.parts(i).from_case()) {
      case v1::QuizPart::kQuestion:
        checker.CheckQuestion(absl::StrCat(part, "question."), quiz.parts(i).question());
        break;
      case v1::QuizPart::kDraw:
        checker.CheckDraw(absl::StrCat(part, "draw."), quiz.parts(i).draw());
        break;
      case v1::QuizPart::FROM_NOT_SET:
        checker.Add(absl::StrCat(part, "from"), "", "wanted a question or a draw");
        break;
    }
  }
  checker.CheckTerms(prefix, quiz);
  return checker.Take();
}

std::vector<QuizProblem> CheckPool(const v1::QuestionPoolBody& pool, absl::string_view prefix) {
  Checker checker;
  checker.CheckRange(absl::StrCat(prefix, "questions"), pool.questions_size(), 0,
                     kMaxPoolQuestions);
  for (int i = 0; i < pool.questions_size(); ++i) {
    checker.CheckQuestion(absl::StrCat(prefix, "questions[", i, "]."), pool.questions(i));
  }
  return checker.Take();
}

}  // namespace provost
