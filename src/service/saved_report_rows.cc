#include "service/saved_report_rows.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/mutex.h"
#include "provost/v1/report_service.pb.h"
#include "service/authorize.h"
#include "service/pages.h"
#include "service/report_definition.h"
#include "service/report_source.h"
#include "service/subject_resource.h"
#include "tenant/errors.h"
#include "tenant/reports.h"
#include "tenant/times.h"

namespace provost {
namespace {

// Rows of the store that one step of a run looks at: what it makes of them waits between pages.
constexpr int kStepRows = 250;
// Steps for one page: where there is much to look through, pages are short, and none is late.
constexpr int kStepsOfPage = 200;

// Where a page begins: after so many steps, with that row. A page that ended for lack of rows has
// gone further than its rows say.
struct Place {
  uint64_t steps = 0;
  uint64_t row = 0;
};

std::string CursorAt(const Place& place) { return absl::StrCat(place.steps, " ", place.row); }

std::optional<Place> ParseCursor(absl::string_view cursor) {
  Place place;
  if (cursor.empty()) return place;
  const std::vector<absl::string_view> parts = absl::StrSplit(cursor, ' ');
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &place.steps) ||
      !absl::SimpleAtoi(parts[1], &place.row)) {
    return std::nullopt;
  }
  return place;
}

absl::Status Ended(absl::string_view why) {
  return WithErrorInfo(absl::AbortedError(absl::StrCat("the rows cannot be continued: ", why,
                                                       "; begin again without a page_token")),
                       "LIST_ENDED");
}

// A run that waits for its next page. Thread-safe: pages that are asked for at the same time are
// made one after the other.
class PausedRun : public HeldByList {
 public:
  PausedRun(uint64_t uid, SubjectId group, ReportCall report)
      : uid_(uid), group_(group), report_(std::move(report)) {}

  // Of which report, and of which group its filter was; 0: none.
  uint64_t uid() const { return uid_; }
  SubjectId group() const { return group_; }

  // The rows from `place` on, `limit` at most. Sets where the next page begins; nothing there: this
  // was the last. `call` is pinned to the state that the list began with, `now` is not: what it
  // shows has to be for the caller by both.
  absl::Status Fill(ReadCall& call, const ReadCall& now, const Place& place, int limit,
                    v1::ListReportRowsResponse* response, std::optional<Place>* next)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    absl::Status status = FillLocked(call, now, place, limit, response, next);
    if (!status.ok()) source_.reset();  // It may have come no one knows how far.
    return status;
  }

 private:
  absl::Status FillLocked(ReadCall& call, const ReadCall& now, const Place& place, int limit,
                          v1::ListReportRowsResponse* response, std::optional<Place>* next)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (source_ == nullptr || steps_ > place.steps) Begin(call);
    while (steps_ < place.steps && !made_all_) {
      if (absl::Status status = Step(call); !status.ok()) return status;
    }
    if (place.row < first_ || place.row > first_ + rows_.size()) {
      return absl::InternalError("a report's rows are not as they were");
    }
    for (std::string& name : report_.columns.Names()) {
      response->mutable_header()->add_columns(std::move(name));
    }
    response->mutable_header()->set_revision(static_cast<int64_t>(report_.view->revision()));
    *response->mutable_header()->mutable_read_time() = ToTimestamp(report_.view->time());

    uint64_t row = place.row;
    const uint64_t last_step = place.steps + kStepsOfPage;
    for (;;) {
      if (row < first_ + rows_.size() && !source_->StillMay(now)) {
        return Ended("you may no longer read all that they have");
      }
      while (row < first_ + rows_.size() && response->rows_size() < limit) {
        const ReportRow& cells = rows_[row++ - first_];
        *response->add_rows()->mutable_cells() = {cells.begin(), cells.end()};
      }
      if (row < first_ + rows_.size()) break;
      if (made_all_) {
        response->mutable_summary()->set_row_count(static_cast<int64_t>(row));
        response->mutable_summary()->set_learner_count(source_->learner_count());
        *next = std::nullopt;
        return absl::OkStatus();
      }
      if (steps_ >= last_step) break;
      if (absl::Status status = Step(call); !status.ok()) return status;
    }
    *next = Place{steps_, row};
    return absl::OkStatus();
  }

  void Begin(const ReadCall& call) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    source_ = MakeReportSource(call, report_);
    steps_ = 0;
    first_ = 0;
    rows_.clear();
    made_all_ = false;
  }

  // Makes some more rows in the place of those that were made last.
  absl::Status Step(ReadCall& call) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::vector<ReportRow> made;
    absl::StatusOr<bool> more = source_->Next(call, &made);
    if (!more.ok()) return more.status();
    ++steps_;
    first_ += rows_.size();
    rows_.clear();
    for (const ReportRow& row : made) rows_.push_back(report_.columns.Pick(row));
    made_all_ = !*more;
    return absl::OkStatus();
  }

  const uint64_t uid_;
  const SubjectId group_;
  const ReportCall report_;
  Mutex mutex_;
  std::unique_ptr<ReportSource> source_ ABSL_GUARDED_BY(mutex_);
  uint64_t steps_ ABSL_GUARDED_BY(mutex_) = 0;           // That it has made.
  std::vector<ReportRow> rows_ ABSL_GUARDED_BY(mutex_);  // Of the last one.
  uint64_t first_ ABSL_GUARDED_BY(mutex_) = 0;           // The number of the first of those.
  bool made_all_ ABSL_GUARDED_BY(mutex_) = false;
};

absl::Status Validate(const v1::ListReportRowsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kReports, "name", request.name(), &status);
  return status;
}

// Cost: the rows of the store that it takes to make the page; all those before too, where a page is
// asked for that the run has left behind.
absl::Status DoListReportRows(ReadCall& call, const v1::ListReportRowsRequest& request,
                              v1::ListReportRowsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const std::string id = IdOf(request.name());
  absl::StatusOr<std::optional<rows::ReportRow>> row =
      ReadReport(call.reader(), call.tenant->number(), id);
  if (!row.ok()) return row.status();
  // The caller was let in to see this one; the name may be another's since.
  if (!row->has_value() || !MayReadReport(call.state, call.self(), **row, call.now)) {
    return NotFound(CollectionNoun(Collection::kReports), request.name());
  }

  ReadCall at{call.backend,          call.actor,          call.tenant, call.subject,
              *page->snapshot->view, page->snapshot->time};
  if (request.page_token().empty()) {
    absl::StatusOr<ReportCall> report = OpenSavedReport(at, **row);
    if (!report.ok()) return report.status();
    report->store_rows = kStepRows;
    page->held =
        std::make_shared<PausedRun>((*row)->uid(), SubjectId((*row)->group()), *std::move(report));
  }
  auto* const run = dynamic_cast<PausedRun*>(page->held.get());
  const std::optional<Place> place = ParseCursor(page->cursor);
  if (run == nullptr || !place.has_value() || run->uid() != (*row)->uid()) {
    return Ended("the report is another by now");
  }
  if (absl::Status status = CheckSavedGroup(call, run->group()); !status.ok()) return status;
  std::optional<Place> next;
  absl::Status status = run->Fill(at, call, *place, page->limit, response, &next);
  if (!status.ok()) return status;
  if (next.has_value()) {
    response->set_next_page_token(call.backend.pages->TokenAfter(*page, CursorAt(*next)));
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterSavedReportRows(Methods& methods) {
  Method& list =
      methods.Scan<v1::ListReportRowsRequest, v1::ListReportRowsResponse>(DoListReportRows);
  Methods::ValidateBy<v1::ListReportRowsRequest>(list, Validate);
}

}  // namespace provost
