#include "quiz/analysis.h"

#include <algorithm>
#include <cmath>

namespace provost {

void QuizAnalysis::Add(absl::Span<const QuestionResult> attempt) {
  std::map<std::string, QuestionResult> results;
  int64_t points = 0;
  int64_t max_points = 0;
  for (const QuestionResult& result : attempt) {
    QuestionResult& one = results[result.question];
    one.points += result.points;
    one.max_points += result.max_points;
    points += result.points;
    max_points += result.max_points;
  }
  ++n_;
  for (const auto& [question, result] : results) {
    Sums& sums = sums_[question];
    const double x = static_cast<double>(result.points) / static_cast<double>(result.max_points);
    ++sums.n;
    sums.mean += (x - sums.mean) / static_cast<double>(sums.n);
    const int64_t rest = max_points - result.max_points;
    if (rest == 0) continue;
    const double y = static_cast<double>(points - result.points) / static_cast<double>(rest);
    ++sums.pairs;
    const double n = static_cast<double>(sums.pairs);
    const double dx = x - sums.mean_x;
    const double dy = y - sums.mean_y;
    sums.mean_x += dx / n;
    sums.mean_y += dy / n;
    sums.xx += dx * (x - sums.mean_x);
    sums.yy += dy * (y - sums.mean_y);
    sums.xy += dx * (y - sums.mean_y);
  }
}

std::vector<QuestionFigures> QuizAnalysis::Figures() const {
  // What is left of equal shares by rounding is no variance.
  constexpr double kNothing = 1e-12;
  std::vector<QuestionFigures> figures;
  for (const auto& [question, sums] : sums_) {
    QuestionFigures one;
    one.question = question;
    one.n = sums.n;
    one.difficulty = sums.mean;
    const double n = static_cast<double>(sums.pairs);
    if (sums.pairs >= 2 && sums.xx > kNothing * n && sums.yy > kNothing * n) {
      one.discrimination = std::clamp(sums.xy / std::sqrt(sums.xx * sums.yy), -1.0, 1.0);
    }
    figures.push_back(std::move(one));
  }
  return figures;
}

}  // namespace provost
