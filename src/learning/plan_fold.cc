#include "learning/plan_fold.h"

#include <algorithm>
#include <functional>

namespace provost {
namespace {

using Event = rows::RecordEventRow;
using Outcome = Event::Override::Outcome;

class Steps {
 public:
  Steps(const PlanTerms& terms, int cycle, absl::Time cycle_start,
        std::optional<absl::Time> completed)
      : terms_(terms), cycle_(cycle), cycle_start_(cycle_start), completed_(completed) {}

  // Since when all steps have what they need; nothing while they do not.
  std::optional<absl::Time> MetSince() const {
    if (terms_.steps.empty()) return std::nullopt;
    absl::Time since = absl::InfinitePast();
    bool recertified = false;
    for (const PlanTerms::Step& step : terms_.steps) {
      std::vector<absl::Time> times;
      for (uint32_t uid : step.courses) {
        if (!IsDone(uid)) continue;
        times.push_back(*terms_.courses.at(uid).complete_time);
        recertified |= terms_.courses.at(uid).recertified;
      }
      const size_t need = Need(step);
      if (times.size() < need) return std::nullopt;
      std::sort(times.begin(), times.end());
      since = std::max(since, times[need - 1]);
    }
    if (recertified && completed_.has_value()) since = std::min(since, *completed_);
    return since;
  }

  std::optional<absl::Time> Start() const {
    std::optional<absl::Time> start;
    ForEachCourse([&](const PlanTerms::Course& course) {
      if (!course.start_time.has_value()) return;
      if (cycle_ > 1 && *course.start_time < cycle_start_) return;
      if (!start.has_value() || *course.start_time < *start) start = course.start_time;
    });
    return start;
  }

  int Percent() const {
    int64_t sum = 0;
    int64_t count = 0;
    for (const PlanTerms::Step& step : terms_.steps) {
      std::vector<int> percents;
      for (uint32_t uid : step.courses) percents.push_back(PercentOf(uid));
      std::sort(percents.begin(), percents.end(), std::greater<int>());
      percents.resize(Need(step));
      for (int percent : percents) sum += percent;
      count += static_cast<int64_t>(percents.size());
    }
    return count == 0 ? 0 : static_cast<int>(std::min<int64_t>(99, sum / count));
  }

  void AddUnmet(std::vector<Unmet>* unmet) const {
    if (terms_.steps.empty()) unmet->push_back(Unmet{Unmet::Kind::kNothingAsked, {}});
    for (size_t i = 0; i < terms_.steps.size(); ++i) {
      const PlanTerms::Step& step = terms_.steps[i];
      Unmet open{Unmet::Kind::kStep, {}};
      for (uint32_t uid : step.courses) {
        if (!IsDone(uid)) open.uids.push_back(uid);
      }
      open.have = static_cast<int64_t>(step.courses.size() - open.uids.size());
      open.need = static_cast<int64_t>(Need(step));
      open.step = static_cast<int>(i);
      if (open.have < open.need) unmet->push_back(std::move(open));
    }
  }

 private:
  static size_t Need(const PlanTerms::Step& step) {
    if (step.required_count == 0) return step.courses.size();
    return std::min(static_cast<size_t>(step.required_count), step.courses.size());
  }

  bool IsDone(uint32_t uid) const {
    const auto course = terms_.courses.find(uid);
    if (course == terms_.courses.end() || !course->second.complete_time.has_value()) return false;
    if (cycle_ > 1 && *course->second.complete_time < cycle_start_) return false;
    return !course->second.lapsed || completed_.has_value();
  }

  int PercentOf(uint32_t uid) const {
    if (IsDone(uid)) return 100;
    const auto course = terms_.courses.find(uid);
    if (course == terms_.courses.end()) return 0;
    // What was done in an earlier cycle of the plan is not done in this one.
    if (course->second.complete_time.has_value()) return 0;
    return course->second.progress_percent;
  }

  template <typename Visit>
  void ForEachCourse(Visit visit) const {
    for (const PlanTerms::Step& step : terms_.steps) {
      for (uint32_t uid : step.courses) {
        const auto course = terms_.courses.find(uid);
        if (course != terms_.courses.end()) visit(course->second);
      }
    }
  }

  const PlanTerms& terms_;
  const int cycle_;
  const absl::Time cycle_start_;
  const std::optional<absl::Time> completed_;
};

}  // namespace

LearningState FoldPlan(const PlanTerms& terms, absl::Span<const NumberedEvent> events, int cycle,
                       absl::Time cycle_start, std::optional<absl::Time> completed) {
  LearningState state;
  const Steps steps(terms, cycle, cycle_start, completed);
  const std::optional<absl::Time> met = steps.MetSince();
  state.rule_met = met.has_value();
  Outcome outcome = Event::Override::OUTCOME_UNSPECIFIED;
  Holding holding;
  bool met_is_due = met.has_value();
  const auto judge = [&](absl::Time time) {
    const bool rule = met.has_value() && *met <= time;
    holding.Set(time, outcome == Event::Override::COMPLETED ||
                          (outcome == Event::Override::OUTCOME_UNSPECIFIED && rule));
  };
  for (const Event* event : CountedFacts(events)) {
    if (event->has_credit()) {
      state.credit_hundredths += event->credit().credit_hundredths();
      if (event->cycle() == cycle) {
        state.cycle_credit_hundredths += event->credit().credit_hundredths();
      }
    }
    if (!event->has_override() || event->cycle() != cycle) continue;
    if (met_is_due && *met < TimeOf(*event)) {
      judge(*met);
      met_is_due = false;
    }
    if (IsKeptCompletion(*event)) holding.Set(TimeOf(*event), false);
    outcome = event->override().outcome();
    judge(TimeOf(*event));
  }
  if (met_is_due) judge(*met);

  state.start_time = steps.Start();
  if (holding.since().has_value()) {
    state.state = v1::Enrollment::COMPLETED;
    state.complete_time = holding.since();
    state.progress_percent = 100;
    return state;
  }
  state.progress_percent = steps.Percent();
  steps.AddUnmet(&state.unmet);
  if (outcome == Event::Override::FAILED) {
    state.state = v1::Enrollment::FAILED;
    state.unmet.push_back(Unmet{Unmet::Kind::kFailedByHand, {}});
  } else if (state.start_time.has_value()) {
    state.state = v1::Enrollment::IN_PROGRESS;
  }
  return state;
}

}  // namespace provost
