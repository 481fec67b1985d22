#include "quiz/analysis.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace provost {
namespace {

using Attempt = std::vector<QuestionResult>;

std::vector<QuestionFigures> FiguresOf(const std::vector<Attempt>& attempts) {
  QuizAnalysis analysis;
  for (const Attempt& attempt : attempts) analysis.Add(attempt);
  EXPECT_EQ(analysis.n(), static_cast<int64_t>(attempts.size()));
  return analysis.Figures();
}

// The textbook's formula, over all pairs at once.
std::optional<double> Correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const double n = static_cast<double>(x.size());
  double mean_x = 0;
  double mean_y = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / n;
    mean_y += y[i] / n;
  }
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  if (x.size() < 2 || xx < 1e-9 || yy < 1e-9) return std::nullopt;
  return xy / std::sqrt(xx * yy);
}

TEST(QuizAnalysisTest, U4_DifficultyIsTheMeanShareOfThePoints) {
  const std::vector<QuestionFigures> figures =
      FiguresOf({{{"a", 100, 100}, {"b", 0, 200}}, {{"a", 50, 100}, {"b", 200, 200}}});
  ASSERT_EQ(figures.size(), 2u);
  EXPECT_EQ(figures[0].question, "a");
  EXPECT_EQ(figures[0].n, 2);
  EXPECT_DOUBLE_EQ(figures[0].difficulty, 0.75);
  EXPECT_DOUBLE_EQ(figures[1].difficulty, 0.5);
  // Who had more of the one had less of the other.
  ASSERT_TRUE(figures[0].discrimination.has_value());
  EXPECT_DOUBLE_EQ(*figures[0].discrimination, -1);
}

TEST(QuizAnalysisTest, U4_WhatCannotBeSaidIsNotSaid) {
  EXPECT_TRUE(FiguresOf({}).empty());
  // One attempt; attempts without another question; everybody the same of it; of the rest.
  const std::vector<std::vector<Attempt>> cases = {
      {{{"a", 100, 100}, {"b", 0, 100}}},
      {{{"a", 100, 100}}, {{"a", 0, 100}}},
      {{{"a", 30, 90}, {"b", 0, 100}}, {{"a", 30, 90}, {"b", 100, 100}}},
      {{{"a", 0, 100}, {"b", 30, 90}}, {{"a", 100, 100}, {"b", 30, 90}}},
  };
  for (const std::vector<Attempt>& attempts : cases) {
    for (const QuestionFigures& figures : FiguresOf(attempts)) {
      EXPECT_FALSE(figures.discrimination.has_value());
      EXPECT_FALSE(std::isnan(figures.difficulty));
    }
  }
}

TEST(QuizAnalysisTest, AQuestionThatComesTwiceCountsOnce) {
  const std::vector<QuestionFigures> figures = FiguresOf({{{"a", 100, 100}, {"a", 0, 100}}});
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_EQ(figures[0].n, 1);
  EXPECT_DOUBLE_EQ(figures[0].difficulty, 0.5);
}

// Questions drawn from a pool: each attempt has others, in any order.
TEST(QuizAnalysisTest, U4_FiguresOfDrawnQuestionsAreThoseOfTheFormulaInAnyOrder) {
  std::mt19937_64 random(20261122);
  for (int round = 0; round < 50; ++round) {
    std::vector<Attempt> attempts(40);
    for (Attempt& attempt : attempts) {
      for (int question = 0; question < 8; ++question) {
        if (random() % 3 == 0) continue;
        const int64_t max = 100 * (1 + question % 3);
        attempt.push_back({std::string(1, static_cast<char>('a' + question)),
                           static_cast<int64_t>(random() % static_cast<uint64_t>(max + 1)), max});
      }
    }
    const std::vector<QuestionFigures> figures = FiguresOf(attempts);
    for (const QuestionFigures& one : figures) {
      std::vector<double> x;
      std::vector<double> y;
      double sum = 0;
      int64_t n = 0;
      for (const Attempt& attempt : attempts) {
        double points = 0;
        double max = 0;
        const QuestionResult* mine = nullptr;
        for (const QuestionResult& result : attempt) {
          if (result.question == one.question) {
            mine = &result;
          } else {
            points += static_cast<double>(result.points);
            max += static_cast<double>(result.max_points);
          }
        }
        if (mine == nullptr) continue;
        const double share =
            static_cast<double>(mine->points) / static_cast<double>(mine->max_points);
        ++n;
        sum += share;
        if (max == 0) continue;
        x.push_back(share);
        y.push_back(points / max);
      }
      EXPECT_EQ(one.n, n);
      EXPECT_NEAR(one.difficulty, sum / static_cast<double>(n), 1e-12);
      const std::optional<double> wanted = Correlation(x, y);
      ASSERT_EQ(one.discrimination.has_value(), wanted.has_value());
      EXPECT_NEAR(one.discrimination.value_or(0), wanted.value_or(0), 1e-9);
    }
    std::shuffle(attempts.begin(), attempts.end(), random);
    const std::vector<QuestionFigures> shuffled = FiguresOf(attempts);
    ASSERT_EQ(shuffled.size(), figures.size());
    for (size_t i = 0; i < figures.size(); ++i) {
      EXPECT_EQ(shuffled[i].n, figures[i].n);
      EXPECT_NEAR(shuffled[i].difficulty, figures[i].difficulty, 1e-12);
    }
  }
}

}  // namespace
}  // namespace provost
