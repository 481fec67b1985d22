#include "learning/course_fold.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace provost {
namespace {

using Event = rows::RecordEventRow;
using Attendance = Event::Attendance;

class Replay {
 public:
  Replay(const CourseTerms& terms, absl::Time cycle_start)
      : terms_(terms), cycle_start_(cycle_start) {
    for (const CourseTerms::Item& item : terms.items) items_[item.uid].scored = item.scored;
    const absl::flat_hash_set<uint64_t> named(terms.rule_items.begin(), terms.rule_items.end());
    const bool has_required =
        std::any_of(terms.items.begin(), terms.items.end(),
                    [](const CourseTerms::Item& item) { return item.required; });
    for (const CourseTerms::Item& item : terms.items) {
      const bool needed = !named.empty() ? named.contains(item.uid)
                          : has_required ? item.required
                                         : true;
      if (needed) needed_.push_back(item.uid);
    }
    const size_t wanted = static_cast<size_t>(terms.rule.required_count());
    count_ = wanted == 0 ? needed_.size() : std::min(wanted, needed_.size());
  }

  void Apply(const Event& event) {
    const absl::Time time = TimeOf(event);
    switch (event.event_case()) {
      case Event::kProgress: {
        Start(time);
        const auto item = items_.find(event.progress().item());
        if (item == items_.end()) return;
        // What is scored is done by a score alone.
        const int most = item->second.scored ? 99 : 100;
        item->second.percent =
            std::max(item->second.percent, std::min(event.progress().percent(), most));
        if (item->second.percent == 100) Done(item->second, time);
        item->second.begun = true;
        return;
      }
      case Event::kScore: {
        Start(time);
        const auto item = items_.find(event.score().item());
        if (item == items_.end()) return;
        Item& at = item->second;
        at.begun = true;
        ++at.scored_count;
        at.best = std::max(at.best, event.score().score_hundredths());
        at.exhausted |= event.score().last();
        if (event.score().passed()) {
          at.percent = 100;
          Done(at, time);
        }
        return;
      }
      case Event::kAttendance:
        marks_[event.attendance().session()] = &event.attendance();
        if (IsPresent(event.attendance().status())) Start(time);
        return;
      case Event::kSignOff:
        signed_off_ = event.sign_off().signed_();
        if (signed_off_) Start(time);
        return;
      case Event::kOverride:
        outcome_ = event.override().outcome();
        return;
      default:
        return;
    }
  }

  bool IsCompleted() const {
    if (outcome_ != Event::Override::OUTCOME_UNSPECIFIED) {
      return outcome_ == Event::Override::COMPLETED;
    }
    return IsRuleMet();
  }

  void Finish(std::optional<absl::Time> completed_since, LearningState* state) const {
    state->start_time = start_;
    state->rule_met = IsRuleMet();
    state->signed_off = signed_off_;
    for (const auto& [uid, item] : items_) {
      if (!item.begun) continue;
      ItemFigures figures;
      figures.uid = uid;
      figures.percent = item.percent;
      if (item.scored_count > 0) figures.score_hundredths = item.best;
      figures.scored_count = item.scored_count;
      figures.complete_time = item.done;
      state->items.push_back(figures);
    }
    for (const auto& [uid, mark] : marks_) {
      state->sessions.push_back(SessionFigures{uid, mark->status(), mark->minutes()});
    }
    SetScore(state);
    if (completed_since.has_value()) {
      state->state = v1::Enrollment::COMPLETED;
      state->complete_time = completed_since;
      state->progress_percent = 100;
      return;
    }
    state->progress_percent = Percent();
    AddUnmet(state);
    if (outcome_ == Event::Override::FAILED || HasNoAttemptLeft()) {
      state->state = v1::Enrollment::FAILED;
    } else if (start_.has_value()) {
      state->state = v1::Enrollment::IN_PROGRESS;
    }
  }

 private:
  struct Item {
    bool scored = false;
    bool begun = false;
    int percent = 0;
    int best = 0;
    int scored_count = 0;
    bool exhausted = false;
    std::optional<absl::Time> done;
  };
  struct Sessions {
    int64_t counted = 0;
    int64_t present = 0;
    int64_t excused = 0;
    int64_t need = 0;
    bool met = true;
  };
  // The mean of `count` scores is their sum divided by it.
  struct Mean {
    int64_t sum = 0;
    int64_t count = 0;
  };

  static bool IsPresent(Attendance::Status status) {
    return status == Attendance::PRESENT || status == Attendance::LATE;
  }
  static void Done(Item& item, absl::Time time) {
    if (!item.done.has_value()) item.done = time;
  }
  void Start(absl::Time time) {
    if (!start_.has_value()) start_ = time;
  }

  const Item& at(uint64_t uid) const { return items_.at(uid); }

  size_t CountDone() const {
    return static_cast<size_t>(std::count_if(
        needed_.begin(), needed_.end(), [&](uint64_t uid) { return at(uid).done.has_value(); }));
  }

  bool AsksForSomething() const {
    return count_ > 0 || terms_.rule.attendance_percent() > 0 || terms_.rule.sign_off();
  }

  bool IsRuleMet() const {
    return AsksForSomething() && CountDone() >= count_ && IsScoreMet() && CountSessions().met &&
           (!terms_.rule.sign_off() || signed_off_);
  }

  // What `pass_percent` is held against.
  Mean NeededMean() const {
    std::vector<int> scores;
    for (uint64_t uid : needed_) {
      if (at(uid).scored) scores.push_back(at(uid).best);
    }
    std::sort(scores.begin(), scores.end(), std::greater<int>());
    scores.resize(std::min(scores.size(), count_));
    Mean mean;
    for (int score : scores) mean.sum += score;
    mean.count = static_cast<int64_t>(scores.size());
    return mean;
  }

  bool IsScoreMet() const {
    const Mean mean = NeededMean();
    return mean.sum >= int64_t{terms_.rule.pass_percent()} * 100 * mean.count;
  }

  Sessions CountSessions() const {
    Sessions sessions;
    const int64_t percent = terms_.rule.attendance_percent();
    if (percent == 0) return sessions;
    for (const CourseTerms::Session& session : terms_.sessions) {
      const auto mark = marks_.find(session.uid);
      const Attendance::Status status =
          mark == marks_.end() ? Attendance::STATUS_UNSPECIFIED : mark->second->status();
      if (status == Attendance::EXCUSED) {
        ++sessions.excused;
      } else if (status != Attendance::STATUS_UNSPECIFIED ||
                 (!session.registration && session.end > cycle_start_)) {
        ++sessions.counted;
        if (IsPresent(status)) ++sessions.present;
      }
    }
    sessions.need = (percent * sessions.counted + 99) / 100;
    if (sessions.counted == 0 && sessions.excused == 0) sessions.need = 1;
    sessions.met = sessions.present >= sessions.need;
    return sessions;
  }

  bool HasNoAttemptLeft() const {
    if (!terms_.rule.fail_without_attempts() || outcome_ != Event::Override::OUTCOME_UNSPECIFIED) {
      return false;
    }
    const auto lost = std::count_if(needed_.begin(), needed_.end(), [&](uint64_t uid) {
      return at(uid).exhausted && !at(uid).done.has_value();
    });
    return static_cast<size_t>(lost) > needed_.size() - count_;
  }

  void SetScore(LearningState* state) const {
    Mean mean;
    for (uint64_t uid : needed_) {
      if (at(uid).scored_count == 0) continue;
      mean.sum += at(uid).best;
      ++mean.count;
    }
    if (mean.count > 0) state->score_hundredths = static_cast<int>(mean.sum / mean.count);
  }

  int Percent() const {
    std::vector<int> percents;
    for (uint64_t uid : needed_) percents.push_back(at(uid).percent);
    std::sort(percents.begin(), percents.end(), std::greater<int>());
    percents.resize(count_);
    if (terms_.rule.attendance_percent() > 0) {
      const Sessions sessions = CountSessions();
      percents.push_back(sessions.need == 0 ? 100
                                            : static_cast<int>(std::min<int64_t>(
                                                  100, sessions.present * 100 / sessions.need)));
    }
    if (terms_.rule.sign_off()) percents.push_back(signed_off_ ? 100 : 0);
    if (percents.empty()) return 0;
    int64_t sum = 0;
    for (int percent : percents) sum += percent;
    return static_cast<int>(std::min<int64_t>(99, sum / static_cast<int64_t>(percents.size())));
  }

  void AddUnmet(LearningState* state) const {
    std::vector<Unmet>& unmet = state->unmet;
    if (!AsksForSomething()) unmet.push_back(Unmet{Unmet::Kind::kNothingAsked, {}});
    std::vector<uint64_t> open;
    for (uint64_t uid : needed_) {
      if (!at(uid).done.has_value()) open.push_back(uid);
    }
    if (CountDone() < count_ && count_ < needed_.size()) {
      unmet.push_back(Unmet{Unmet::Kind::kItems, std::move(open), static_cast<int64_t>(CountDone()),
                            static_cast<int64_t>(count_)});
    } else if (CountDone() < count_) {
      for (uint64_t uid : open) {
        const Item& item = at(uid);
        unmet.push_back(Unmet{Unmet::Kind::kItem,
                              {uid},
                              item.scored ? int64_t{item.best} : int64_t{item.percent},
                              item.scored ? 0 : 100});
      }
    }
    if (!IsScoreMet()) {
      const Mean mean = NeededMean();
      unmet.push_back(Unmet{Unmet::Kind::kScore,
                            {},
                            mean.sum / mean.count,
                            int64_t{terms_.rule.pass_percent()} * 100});
    }
    if (const Sessions sessions = CountSessions(); !sessions.met) {
      unmet.push_back(Unmet{Unmet::Kind::kAttendance, {}, sessions.present, sessions.need});
    }
    if (terms_.rule.sign_off() && !signed_off_) {
      unmet.push_back(Unmet{Unmet::Kind::kSignOff, {}});
    }
    if (outcome_ == Event::Override::FAILED) {
      unmet.push_back(Unmet{Unmet::Kind::kFailedByHand, {}});
    }
  }

  const CourseTerms& terms_;
  const absl::Time cycle_start_;
  std::vector<uint64_t> needed_;
  size_t count_ = 0;  // How many of them.
  std::map<uint64_t, Item> items_;
  std::map<uint32_t, const Attendance*> marks_;
  bool signed_off_ = false;
  Event::Override::Outcome outcome_ = Event::Override::OUTCOME_UNSPECIFIED;
  std::optional<absl::Time> start_;
};

// Whether it may change that a course is completed.
bool Matters(const Event& event) {
  return !event.has_progress() || event.progress().percent() == 100;
}

}  // namespace

LearningState FoldCourse(const CourseTerms& terms, absl::Span<const NumberedEvent> events,
                         int cycle, absl::Time cycle_start) {
  LearningState state;
  Replay replay(terms, cycle_start);
  Holding completed;
  const std::vector<const Event*> facts = CountedFacts(events);
  bool matters = false;
  bool is_kept = false;
  for (size_t i = 0; i < facts.size(); ++i) {
    const Event& event = *facts[i];
    if (event.has_credit()) {
      state.credit_hundredths += event.credit().credit_hundredths();
      if (event.cycle() == cycle) {
        state.cycle_credit_hundredths += event.credit().credit_hundredths();
      }
    } else if (event.cycle() == cycle) {
      replay.Apply(event);
      matters |= Matters(event);
      is_kept |= IsKeptCompletion(event);
    }
    // What happened at one time is judged together.
    if (matters && (i + 1 == facts.size() || TimeOf(*facts[i + 1]) != TimeOf(event))) {
      if (is_kept) completed.Set(TimeOf(event), false);
      completed.Set(TimeOf(event), replay.IsCompleted());
      matters = is_kept = false;
    }
  }
  // Nothing of what is asked for can be met by nothing.
  replay.Finish(completed.since(), &state);
  return state;
}

}  // namespace provost
