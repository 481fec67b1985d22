// How a course is taken: as a whole, and item by item (U4).
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "service/content_rows.h"
#include "service/lookup.h"
#include "service/report_source.h"
#include "tenant/content_items.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/record_rows.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using store::Table;
using v1::Enrollment;

constexpr std::array<absl::string_view, 12> kColumns = {
    "item",         "display_name",    "learners",     "reached",
    "completed",    "completion_rate", "stopped_here", "drop_off_rate",
    "mean_minutes", "median_minutes",  "mean_score",   "scored",
};

// The median and the mean of what comes, which is kept.
class Numbers {
 public:
  void Add(double value) { values_.push_back(value); }
  size_t count() const { return values_.size(); }
  std::string Mean() const {
    if (values_.empty()) return "";
    double sum = 0;
    for (double value : values_) sum += value;
    return absl::StrFormat("%.2f", sum / static_cast<double>(values_.size()));
  }
  // Of an even number of values the mean of the two in the middle.
  std::string Median() {
    if (values_.empty()) return "";
    std::sort(values_.begin(), values_.end());
    const size_t middle = values_.size() / 2;
    const double median =
        values_.size() % 2 == 1 ? values_[middle] : (values_[middle - 1] + values_[middle]) / 2;
    return absl::StrFormat("%.2f", median);
  }

 private:
  std::vector<double> values_;
};

std::string Share(int64_t part, int64_t whole) {
  if (whole == 0) return "";
  return absl::StrFormat("%.2f", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

struct ItemSums {
  uint64_t item = 0;
  int64_t reached = 0;
  int64_t completed = 0;
  int64_t stopped = 0;
  Numbers minutes;
  Numbers scores;
};

class CourseReport : public ReportSource {
 public:
  explicit CourseReport(ReportCall report) : report_(std::move(report)) {}

  absl::StatusOr<bool> Next(ReadCall& call, std::vector<ReportRow>* rows) override {
    if (!begun_) {
      if (absl::Status status = Begin(call); !status.ok()) return status;
      begun_ = true;
    }
    store::ScanOptions options;
    options.limit = kReportStoreRows / (items_.size() + 1) + 1;
    store::KeyRange range = EnrollmentsAt(call.tenant->number(), report_.scope);
    if (!after_.empty()) range.begin = after_ + '\0';
    store::Cursor cursor = report_.view->reader().Scan(Table::kEnrollments, range, options);
    bool any = false;
    while (cursor.Next()) {
      any = true;
      after_ = std::string(cursor.key());
      absl::Status status = Add(call, cursor.key(), cursor.value());
      if (!status.ok()) return status;
    }
    if (!cursor.status().ok()) return cursor.status();
    if (any) return true;
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
      positions_[entry.item()] = items_.size();
      items_.emplace_back().item = entry.item();
    }
    return absl::OkStatus();
  }

  absl::Status Add(const ReadCall& call, absl::string_view key, absl::string_view value) {
    store::KeyReader reader(Table::kEnrollments, key);
    reader.U64();
    reader.U32();
    const EnrollmentId id{report_.scope.value, reader.U32()};
    if (absl::Status status = reader.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::EnrollmentRow> row =
        ParseRow<rows::EnrollmentRow>(Table::kEnrollments, key, value);
    if (!row.ok()) return row.status();
    const Enrollment& enrollment = row->enrollment();
    if (!IsAdmitted(enrollment.state())) return absl::OkStatus();
    if (report_.group.has_value() && !report_.group->contains(id.learner)) return absl::OkStatus();
    Count(id.learner);
    ++learners_;
    const bool is_complete = enrollment.state() == Enrollment::COMPLETED;
    if (enrollment.has_start_time() || is_complete) ++started_;
    if (is_complete) {
      ++completed_;
      // What was completed by hand, with nothing done, says nothing of how long it takes.
      if (enrollment.has_start_time() && enrollment.has_cycle_start_time() &&
          enrollment.has_complete_time()) {
        minutes_.Add(absl::ToDoubleMinutes(FromTimestamp(enrollment.complete_time()) -
                                           FromTimestamp(enrollment.cycle_start_time())));
      }
    }
    if (enrollment.has_score_hundredths()) scores_.Add(enrollment.score_hundredths() / 100.0);
    return AddItems(call, id, enrollment.cycle(), is_complete);
  }

  absl::Status AddItems(const ReadCall& call, EnrollmentId id, int cycle, bool is_complete) {
    absl::StatusOr<std::vector<std::pair<uint64_t, rows::ItemRecordRow>>> records =
        ReadItemRecords(report_.view->reader(), call.tenant->number(), id);
    if (!records.ok()) return records.status();
    std::optional<size_t> last;  // The item, in the course's order, that the person has come to.
    for (const auto& [item, record] : *records) {
      const auto at = positions_.find(item);
      if (at == positions_.end() || record.cycle() != cycle) continue;
      ItemSums& sums = items_[at->second];
      ++sums.reached;
      last = std::max(last.value_or(0), at->second);
      if (record.has_complete_time()) ++sums.completed;
      if (record.seconds() > 0) sums.minutes.Add(static_cast<double>(record.seconds()) / 60);
      if (record.has_score_hundredths()) sums.scores.Add(record.score_hundredths() / 100.0);
    }
    if (is_complete) return absl::OkStatus();
    if (last.has_value()) {
      ++items_[*last].stopped;
    } else {
      ++stopped_before_;
    }
    return absl::OkStatus();
  }

  // The rows, once everybody was counted.
  absl::StatusOr<bool> End(const ReadCall& call, std::vector<ReportRow>* rows) {
    absl::StatusOr<std::optional<Training>> training =
        ReadTraining(report_.view->reader(), call.tenant->number(), call.state, report_.scope);
    if (!training.ok()) return training.status();
    const auto number = [](int64_t value) { return absl::StrCat(value); };
    rows->push_back({ScopeFullName(call.state, call.tenant->id(), report_.scope),
                     training->has_value() ? (*training)->display_name : std::string(),
                     number(learners_), number(started_), number(completed_),
                     Share(completed_, learners_), number(stopped_before_),
                     Share(stopped_before_, learners_), minutes_.Mean(), minutes_.Median(),
                     scores_.Mean(), number(static_cast<int64_t>(scores_.count()))});
    for (ItemSums& sums : items_) {
      absl::StatusOr<std::optional<NamedItem>> item =
          ReadItemByUid(report_.view->reader(), call.tenant->number(), sums.item);
      if (!item.ok()) return item.status();
      if (!item->has_value()) continue;
      rows->push_back(
          {FullName(call.tenant->id(), (*item)->relative),
           (*item)->row.content_item().display_name(), number(learners_), number(sums.reached),
           number(sums.completed), Share(sums.completed, learners_), number(sums.stopped),
           Share(sums.stopped, sums.reached), sums.minutes.Mean(), sums.minutes.Median(),
           sums.scores.Mean(), number(static_cast<int64_t>(sums.scores.count()))});
    }
    return false;
  }

  const ReportCall report_;
  bool begun_ = false;
  std::string after_;  // The key that it has come to.
  absl::flat_hash_map<uint64_t, size_t> positions_;
  std::vector<ItemSums> items_;  // In the course's order.
  int64_t learners_ = 0;
  int64_t started_ = 0;
  int64_t completed_ = 0;
  int64_t stopped_before_ = 0;  // They have come to no item.
  Numbers minutes_;
  Numbers scores_;
};

}  // namespace

absl::Span<const absl::string_view> CourseColumns() { return kColumns; }

std::unique_ptr<ReportSource> MakeCourseReport(const ReadCall&, ReportCall report) {
  return std::make_unique<CourseReport>(std::move(report));
}

}  // namespace provost
