// Item analysis: how the questions of the quizzes that a course has do (U4). Figures are of
// learners who came to the questions afresh: each counts once for a quiz, with the first attempt
// that they ended when they last did the course. Whoever tries again has seen the questions.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "provost/internal/v1/assessment_rows.pb.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "quiz/analysis.h"
#include "service/content_rows.h"
#include "service/lookup.h"
#include "service/report_source.h"
#include "tenant/assessment_rows.h"
#include "tenant/content_items.h"

namespace provost {
namespace {

using store::Table;

constexpr std::array<absl::string_view, 7> kColumns = {
    "quiz", "quiz_display_name", "question", "pool", "n", "difficulty", "discrimination",
};

// A question as the analysis knows it: those of pools have ids of their own, which the quiz's may
// have too.
std::string KeyOf(const rows::AttemptRow::Asked& asked) {
  return absl::StrCat(asked.pool(), "/", asked.question());
}

class QuestionReport : public ReportSource {
 public:
  explicit QuestionReport(ReportCall report) : report_(std::move(report)) {}

  absl::StatusOr<bool> Next(ReadCall& call, std::vector<ReportRow>* rows) override {
    if (!begun_) {
      if (absl::Status status = Begin(call); !status.ok()) return status;
      begun_ = true;
    }
    store::ScanOptions options;
    options.limit = kReportStoreRows / 5;
    store::KeyRange range = WorkInCourse(call.tenant->number(), WorkKind::kAttempt, report_.scope);
    if (!after_.empty()) range.begin = after_ + '\0';
    store::Cursor cursor = report_.view->reader().Scan(Table::kIndexes, range, options);
    bool any = false;
    while (cursor.Next()) {
      any = true;
      after_ = std::string(cursor.key());
      absl::StatusOr<uint64_t> attempt = WorkIdIn(cursor.key());
      if (!attempt.ok()) return attempt.status();
      if (absl::Status status = Add(call, *attempt); !status.ok()) return status;
    }
    if (!cursor.status().ok()) return cursor.status();
    if (any) return true;
    Settle();
    return End(call, rows);
  }

 private:
  absl::Status Begin(const ReadCall& call) {
    absl::StatusOr<std::optional<rows::CourseItemsRow>> items =
        ReadRow<rows::CourseItemsRow>(report_.view->reader(), Table::kIndexes,
                                      CourseItemsKey(call.tenant->number(), report_.scope));
    if (!items.ok()) return items.status();
    if (!items->has_value()) return absl::OkStatus();
    for (const rows::CourseItemsRow::Entry& entry : (*items)->items()) {
      items_.push_back(entry.item());
      quizzes_.try_emplace(entry.item());
    }
    return absl::OkStatus();
  }

  // Attempts come by learner and quiz, those of one in the order in which they were begun.
  absl::Status Add(const ReadCall& call, uint64_t uid) {
    absl::StatusOr<std::optional<rows::AttemptRow>> row =
        ReadAttempt(report_.view->reader(), call.tenant->number(), uid);
    if (!row.ok()) return row.status();
    if (!row->has_value() || !(*row)->has_end_time() || (*row)->cancelled() ||
        !quizzes_.contains((*row)->quiz())) {
      return absl::OkStatus();
    }
    if (report_.group.has_value() && !report_.group->contains((*row)->learner())) {
      return absl::OkStatus();
    }
    if (first_.has_value() && first_->learner() == (*row)->learner() &&
        first_->quiz() == (*row)->quiz()) {
      if ((*row)->cycle() > first_->cycle()) first_ = **std::move(row);
      return absl::OkStatus();
    }
    Settle();
    first_ = **std::move(row);
    return absl::OkStatus();
  }

  // Nothing else of that learner comes for that quiz.
  void Settle() {
    if (!first_.has_value()) return;
    const rows::AttemptRow row = *std::exchange(first_, std::nullopt);
    std::vector<QuestionResult> results;
    for (const rows::AttemptRow::Asked& asked : row.questions()) {
      if (asked.points() <= 0) continue;
      results.push_back({KeyOf(asked), asked.reached_hundredths(), int64_t{asked.points()} * 100});
    }
    Count(row.learner());
    quizzes_.at(row.quiz()).Add(results);
  }

  absl::StatusOr<bool> End(const ReadCall& call, std::vector<ReportRow>* rows) {
    const store::Reader& reader = report_.view->reader();
    for (uint64_t uid : items_) {
      absl::StatusOr<std::optional<NamedItem>> quiz =
          ReadItemByUid(reader, call.tenant->number(), uid);
      if (!quiz.ok()) return quiz.status();
      if (!quiz->has_value()) continue;
      for (const QuestionFigures& figures : quizzes_.at(uid).Figures()) {
        const std::pair<std::string, std::string> key =
            absl::StrSplit(figures.question, absl::MaxSplits('/', 1));
        uint64_t pool = 0;
        std::string pool_name;
        if (absl::SimpleAtoi(key.first, &pool) && pool != 0) {
          absl::StatusOr<std::optional<NamedItem>> item =
              ReadItemByUid(reader, call.tenant->number(), pool);
          if (!item.ok()) return item.status();
          if (item->has_value()) pool_name = FullName(call.tenant->id(), (*item)->relative);
        }
        rows->push_back({FullName(call.tenant->id(), (*quiz)->relative),
                         (*quiz)->row.content_item().display_name(), key.second, pool_name,
                         absl::StrCat(figures.n), absl::StrFormat("%.3f", figures.difficulty),
                         figures.discrimination.has_value()
                             ? absl::StrFormat("%.3f", *figures.discrimination)
                             : std::string()});
      }
    }
    return false;
  }

  const ReportCall report_;
  bool begun_ = false;
  std::string after_;                                    // The key that it has come to.
  std::vector<uint64_t> items_;                          // In the course's order.
  absl::flat_hash_map<uint64_t, QuizAnalysis> quizzes_;  // All items: of others nothing comes.
  std::optional<rows::AttemptRow> first_;  // What counts so far of whose attempts it looks at.
};

}  // namespace

absl::Span<const absl::string_view> QuestionColumns() { return kColumns; }

std::unique_ptr<ReportSource> MakeQuestionReport(const ReadCall&, ReportCall report) {
  return std::make_unique<QuestionReport>(std::move(report));
}

}  // namespace provost
