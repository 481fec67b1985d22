// What enrollments say of how far people are, beside what follows from their logs.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/time_text.h"
#include "learning/course_fold.h"
#include "learning/facts.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/learning_state.h"
#include "tenant/record_rows.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::Table;
using v1::Enrollment;
using ItemRecords = std::vector<std::pair<uint64_t, rows::ItemRecordRow>>;

// What the fourth part of a key in kRecords says (record_rows.cc).
constexpr uint8_t kEventPart = 1;
constexpr uint8_t kItemPart = 2;

std::string Text(std::optional<absl::Time> time) {
  return time.has_value() ? TimeText(*time) : "nothing";
}
std::string Text(std::optional<int> number) {
  return number.has_value() ? absl::StrCat(*number) : "nothing";
}

template <typename Message>
std::optional<absl::Time> TimeIn(bool has, const Message& time) {
  return has ? std::optional<absl::Time>(FromTimestamp(time)) : std::nullopt;
}

// Reads the records of a tenant along with its enrollments, which are in the same order.
class RecordWalk {
 public:
  explicit RecordWalk(const TenantVerifier& tenant)
      : rows_(tenant.reader().Scan(Table::kRecords, store::KeyRange::Tenant(tenant.number()),
                                   Bulk())) {
    Step();
  }

  // The events and items of an enrollment behind the one before. Rows that cannot be read are left
  // out: their own checker says so.
  void Read(EnrollmentId id, std::vector<NumberedEvent>* events, ItemRecords* items) {
    events->clear();
    items->clear();
    for (; has_row_ && std::pair(at_.training, at_.learner) <= std::pair(id.training, id.learner);
         Step()) {
      if (at_.training != id.training || at_.learner != id.learner) continue;
      if (part_ == kEventPart) {
        auto row = ParseRow<rows::RecordEventRow>(Table::kRecords, rows_.key(), rows_.value());
        if (row.ok()) events->emplace_back(number_, *std::move(row));
      } else if (part_ == kItemPart) {
        auto row = ParseRow<rows::ItemRecordRow>(Table::kRecords, rows_.key(), rows_.value());
        if (row.ok()) items->emplace_back(number_, *std::move(row));
      }
    }
  }

  const absl::Status& status() const { return rows_.status(); }

 private:
  static store::ScanOptions Bulk() {
    store::ScanOptions options;
    options.bulk = true;
    return options;
  }

  void Step() {
    has_row_ = rows_.Next();
    if (!has_row_) return;
    store::KeyReader key(Table::kRecords, rows_.key());
    key.U64();
    at_.training = key.U32();
    at_.learner = key.U32();
    part_ = key.U8();
    number_ = key.U64();
  }

  store::Cursor rows_;
  bool has_row_ = false;
  EnrollmentId at_;
  uint8_t part_ = 0;
  uint64_t number_ = 0;
};

class LearningVerifier {
 public:
  LearningVerifier(TenantVerifier& tenant, const WorldState& state)
      : tenant_(tenant), state_(state), records_(tenant) {}

  absl::Status Run() {
    store::ScanOptions options;
    options.bulk = true;
    store::Cursor cursor = tenant_.reader().Scan(
        Table::kEnrollments, store::KeyRange::Tenant(tenant_.number()), options);
    while (cursor.Next()) {
      store::KeyReader key(Table::kEnrollments, cursor.key());
      key.U64();
      EnrollmentId id;
      id.training = key.U32();
      id.learner = key.U32();
      const auto row =
          ParseRow<rows::EnrollmentRow>(Table::kEnrollments, cursor.key(), cursor.value());
      records_.Read(id, &events_, &items_);
      if (!row.ok() || !IsAdmitted(row->enrollment().state()) ||
          tenant_.IsReevaluated(id.training)) {
        continue;
      }
      tenant_.StandAt(Table::kEnrollments, cursor.key());
      if (absl::Status status = Check(id, *row); !status.ok()) return status;
    }
    return cursor.status().ok() ? records_.status() : cursor.status();
  }

 private:
  absl::Status Check(EnrollmentId id, const rows::EnrollmentRow& row) {
    if (!training_.has_value() || training_->uid.value != id.training) {
      absl::StatusOr<std::optional<Training>> training =
          ReadTraining(tenant_.reader(), tenant_.number(), state_, ScopeId(id.training));
      if (!training.ok()) return training.status();
      if (!training->has_value()) return absl::OkStatus();  // Told of already.
      training_ = **std::move(training);
      if (training_->collection == Collection::kCourses) {
        absl::StatusOr<CourseTerms> terms =
            ReadCourseTerms(tenant_.reader(), tenant_.number(), state_, *training_);
        if (!terms.ok()) return terms.status();
        terms_ = *std::move(terms);
      }
    }
    if (training_->collection == Collection::kCourses) {
      const LearningState learning = FoldCourse(terms_, events_, row.enrollment().cycle(),
                                                FromTimestamp(row.enrollment().cycle_start_time()));
      CheckFigures(row.enrollment(), learning);
      CheckItems(id, row.enrollment().cycle(), learning);
      return absl::OkStatus();
    }
    const absl::StatusOr<LearningState> learning =
        FoldRecord(tenant_.reader(), tenant_.number(), state_, *training_, id, row, events_);
    if (!learning.ok()) return learning.status();
    CheckFigures(row.enrollment(), *learning);
    return absl::OkStatus();
  }

  template <typename Value>
  void Compare(absl::string_view what, const Value& is, const Value& wanted) {
    tenant_.CountFigure();
    if (is == wanted) return;
    tenant_.Figure(absl::StrCat("has ", Text(is), " as `", what, "`; ", Text(wanted),
                                " follows from its log"));
  }

  void CheckFigures(const Enrollment& row, const LearningState& learning) {
    using Number = std::optional<int>;
    Compare("progress_percent", Number(row.progress_percent()), Number(learning.progress_percent));
    Compare("credit_hundredths", Number(row.credit_hundredths()),
            Number(static_cast<int>(learning.credit_hundredths)));
    Compare("score_hundredths",
            row.has_score_hundredths() ? Number(row.score_hundredths()) : std::nullopt,
            learning.score_hundredths);
    Compare("start_time", TimeIn(row.has_start_time(), row.start_time()), learning.start_time);
    // Of an earlier cycle, where this one is not completed.
    if (learning.complete_time.has_value() || row.cycle() == 1) {
      Compare("complete_time", TimeIn(row.has_complete_time(), row.complete_time()),
              learning.complete_time);
    }
    CheckState(row, learning.state);
  }

  void CheckState(const Enrollment& row, Enrollment::State by_facts) {
    tenant_.CountFigure();
    const Enrollment::State state = row.state();
    bool fits = state == by_facts;
    if (by_facts == Enrollment::COMPLETED) {
      fits |= state == Enrollment::EXPIRED;
    } else if (by_facts != Enrollment::FAILED) {
      fits |=
          state == Enrollment::RECERTIFYING || (row.cycle() > 1 && state == Enrollment::EXPIRED);
    }
    if (fits) return;
    tenant_.Figure(absl::StrCat("is ", Enrollment::State_Name(state), "; ",
                                Enrollment::State_Name(by_facts), " follows from its log"));
  }

  void CheckItems(EnrollmentId id, int cycle, const LearningState& learning) {
    for (const auto& [item, row] : items_) {
      if (row.cycle() != cycle) continue;
      tenant_.StandAt(Table::kRecords, ItemRecordKey(tenant_.number(), id, item));
      const uint64_t uid = item;
      const auto found = std::find_if(learning.items.begin(), learning.items.end(),
                                      [uid](const ItemFigures& each) { return each.uid == uid; });
      CheckItem(row, found == learning.items.end() ? ItemFigures() : *found);
    }
    for (const ItemFigures& figures : learning.items) {
      if (std::any_of(items_.begin(), items_.end(),
                      [&](const auto& each) { return each.first == figures.uid; })) {
        continue;
      }
      tenant_.StandAt(Table::kRecords, ItemRecordKey(tenant_.number(), id, figures.uid));
      tenant_.Problem(VerifyProblem::Kind::kMissing,
                      "is not there; the log says that it was begun");
    }
  }

  void CheckItem(const rows::ItemRecordRow& row, const ItemFigures& figures) {
    using Number = std::optional<int>;
    Compare("percent", Number(row.percent()), Number(figures.percent));
    Compare("scored_count", Number(row.scored_count()), Number(figures.scored_count));
    Compare("score_hundredths",
            row.has_score_hundredths() ? Number(row.score_hundredths()) : std::nullopt,
            figures.score_hundredths);
    Compare("complete_time", TimeIn(row.has_complete_time(), row.complete_time()),
            figures.complete_time);
  }

  TenantVerifier& tenant_;
  const WorldState& state_;
  RecordWalk records_;
  // The training at hand.
  std::optional<Training> training_;
  CourseTerms terms_;
  // The enrollment at hand.
  std::vector<NumberedEvent> events_;
  ItemRecords items_;
};

}  // namespace

absl::Status VerifyLearning(TenantVerifier& tenant, const WorldState& state) {
  return LearningVerifier(tenant, state).Run();
}

}  // namespace provost
