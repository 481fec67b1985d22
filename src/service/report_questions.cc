// Item analysis: how the questions of a course's quizzes do (U4).
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "provost/internal/v1/assessment_rows.pb.h"
#include "quiz/analysis.h"
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
    return End(call, rows);
  }

 private:
  absl::Status Add(const ReadCall& call, uint64_t uid) {
    absl::StatusOr<std::optional<rows::AttemptRow>> row =
        ReadAttempt(report_.view->reader(), call.tenant->number(), uid);
    if (!row.ok()) return row.status();
    if (!row->has_value() || !(*row)->has_end_time()) return absl::OkStatus();
    if (report_.group.has_value() && !report_.group->contains((*row)->learner())) {
      return absl::OkStatus();
    }
    std::vector<QuestionResult> results;
    for (const rows::AttemptRow::Asked& asked : (*row)->questions()) {
      if (asked.points() <= 0) continue;
      results.push_back({KeyOf(asked), asked.reached_hundredths(), int64_t{asked.points()} * 100});
    }
    Count((*row)->learner());
    quizzes_[(*row)->quiz()].Add(results);
    return absl::OkStatus();
  }

  absl::StatusOr<bool> End(const ReadCall& call, std::vector<ReportRow>* rows) {
    const store::Reader& reader = report_.view->reader();
    for (const auto& [uid, analysis] : quizzes_) {
      absl::StatusOr<std::optional<NamedItem>> quiz =
          ReadItemByUid(reader, call.tenant->number(), uid);
      if (!quiz.ok()) return quiz.status();
      if (!quiz->has_value()) continue;  // Its questions are gone with it.
      for (const QuestionFigures& figures : analysis.Figures()) {
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
  std::string after_;                         // The key that it has come to.
  std::map<uint64_t, QuizAnalysis> quizzes_;  // By uid.
};

}  // namespace

absl::Span<const absl::string_view> QuestionColumns() { return kColumns; }

std::unique_ptr<ReportSource> MakeQuestionReport(const ReadCall&, ReportCall report) {
  return std::make_unique<QuestionReport>(std::move(report));
}

}  // namespace provost
