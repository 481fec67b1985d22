#ifndef PROVOST_QUIZ_ANALYSIS_H_
#define PROVOST_QUIZ_ANALYSIS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace provost {

/// What somebody got for one question of one attempt, in hundredths of a point.
struct QuestionResult {
  std::string question;  ///< Its id.
  int64_t points = 0;
  int64_t max_points = 0;  ///< Above 0.
};

/// How a question did, over the attempts that were added in which it was posed (U4). With one
/// attempt of each learner, `n` is how many learners stand behind it.
struct QuestionFigures {
  std::string question;
  int64_t n = 0;  ///< In how many attempts it was posed: what the figures stand on.
  double difficulty =
      0;  ///< The mean share of its points that was got, 0 to 1: the easier, the more.
  /// How well it tells who knows from who does not: the correlation, -1 to 1, of the share that was
  /// got of it with the share that was got of all other questions of the same attempt. None where
  /// fewer than two attempts had others, or all got the same of the one or the other.
  std::optional<double> discrimination;
};

/// Item analysis of a quiz, one attempt after the other: in whatever order they come, the figures
/// are the same but for rounding. Memory: some numbers for each question. Not thread-safe.
class QuizAnalysis {
 public:
  /// One attempt, with a result for each question that was posed in it. A question that comes twice
  /// counts once, with all its points.
  void Add(absl::Span<const QuestionResult> attempt);

  /// How many attempts were added.
  int64_t n() const { return n_; }
  /// By question.
  std::vector<QuestionFigures> Figures() const;

 private:
  // Sums about `x`, the share got of a question, and `y`, that of the rest, in the way of Welford:
  // without the loss that sums of squares bring.
  struct Sums {
    int64_t n = 0;
    double mean = 0;  // of x, over all attempts
    int64_t pairs = 0;
    double mean_x = 0;
    double mean_y = 0;
    double xx = 0;
    double yy = 0;
    double xy = 0;
  };

  int64_t n_ = 0;
  std::map<std::string, Sums> sums_;
};

}  // namespace provost

#endif  // PROVOST_QUIZ_ANALYSIS_H_
