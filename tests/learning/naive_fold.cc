#include "tests/learning/naive_fold.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

namespace provost {
namespace {

using Event = rows::RecordEventRow;
using Override = Event::Override;
using Attendance = Event::Attendance;

// All questions about what had happened by some instant.
class Instant {
 public:
  Instant(const CourseTerms& terms, std::vector<Event> known, absl::Time cycle_start)
      : terms_(terms), known_(std::move(known)), cycle_start_(cycle_start) {}

  bool Completed() const {
    switch (Outcome()) {
      case Override::COMPLETED:
        return true;
      case Override::FAILED:
        return false;
      default:
        return RuleMet();
    }
  }

  bool RuleMet() const {
    const bool asks =
        HowMany() > 0 || terms_.rule.attendance_percent() > 0 || terms_.rule.sign_off();
    return asks && HowManyDone() >= HowMany() && ScoreSuffices() && AttendanceShare() >= 1.0 &&
           (!terms_.rule.sign_off() || SignedOff());
  }

  bool Failed() const {
    if (Outcome() == Override::FAILED) return true;
    if (Outcome() == Override::COMPLETED || !terms_.rule.fail_without_attempts()) return false;
    int possible = 0;
    for (const CourseTerms::Item& item : Needed())
      possible += Done(item) || !Lost(item.uid) ? 1 : 0;
    return possible < HowMany();
  }

  Override::Outcome Outcome() const {
    Override::Outcome outcome = Override::OUTCOME_UNSPECIFIED;
    absl::Time last = absl::InfinitePast();
    // From the one that gives least on: at the same time, the first to be found stays.
    for (auto wanted : {Override::FAILED, Override::OUTCOME_UNSPECIFIED, Override::COMPLETED}) {
      for (const Event& event : known_) {
        if (!event.has_override() || event.override().outcome() != wanted) continue;
        if (TimeOf(event) <= last) continue;
        last = TimeOf(event);
        outcome = wanted;
      }
    }
    return outcome;
  }

  bool SignedOff() const {
    absl::Time on = absl::InfinitePast();
    absl::Time off = absl::InfinitePast();
    for (const Event& event : known_) {
      if (!event.has_sign_off()) continue;
      absl::Time& last = event.sign_off().signed_() ? on : off;
      last = std::max(last, TimeOf(event));
    }
    return on > off;
  }

  // Of the session, or nothing where nobody has marked it.
  std::optional<Event> Mark(uint32_t session) const {
    std::optional<Event> latest;
    for (const Event& event : known_) {
      if (!event.has_attendance() || event.attendance().session() != session) continue;
      const auto rank = [](const Event& each) {
        return std::make_tuple(TimeOf(each), static_cast<int>(each.attendance().status()),
                               -each.attendance().minutes());
      };
      if (!latest.has_value() || rank(*latest) < rank(event)) latest = event;
    }
    return latest;
  }

  std::vector<CourseTerms::Item> Needed() const {
    std::vector<CourseTerms::Item> named;
    std::vector<CourseTerms::Item> required;
    for (const CourseTerms::Item& item : terms_.items) {
      if (item.required) required.push_back(item);
      for (uint64_t uid : terms_.rule_items) {
        if (uid == item.uid) named.push_back(item);
      }
    }
    if (!terms_.rule_items.empty()) return named;
    return required.empty() ? terms_.items : required;
  }

  int HowMany() const {
    const int there = static_cast<int>(Needed().size());
    return terms_.rule.required_count() == 0 ? there
                                             : std::min(there, terms_.rule.required_count());
  }

  int HowManyDone() const {
    int done = 0;
    for (const CourseTerms::Item& item : Needed()) done += Done(item) ? 1 : 0;
    return done;
  }

  bool Done(const CourseTerms::Item& item) const { return PercentOf(item) == 100; }

  int PercentOf(const CourseTerms::Item& item) const {
    int percent = 0;
    for (const Event& event : known_) {
      if (event.progress().item() == item.uid)
        percent = std::max(percent, event.progress().percent());
    }
    for (const Event& event : known_) {
      if (event.score().item() == item.uid && event.score().passed()) return 100;
    }
    return item.scored ? std::min(percent, 99) : percent;
  }

  bool Lost(uint64_t item) const {
    return std::any_of(known_.begin(), known_.end(), [&](const Event& event) {
      return event.score().item() == item && event.score().last();
    });
  }

  std::vector<int> Scores(uint64_t item) const {
    std::vector<int> scores;
    for (const Event& event : known_) {
      if (event.has_score() && event.score().item() == item) {
        scores.push_back(event.score().score_hundredths());
      }
    }
    return scores;
  }

  bool ScoreSuffices() const {
    std::multiset<int> best;
    for (const CourseTerms::Item& item : Needed()) {
      if (!item.scored) continue;
      const std::vector<int> scores = Scores(item.uid);
      best.insert(scores.empty() ? 0 : *std::max_element(scores.begin(), scores.end()));
    }
    while (static_cast<int>(best.size()) > HowMany()) best.erase(best.begin());
    const int total = std::accumulate(best.begin(), best.end(), 0);
    return total >= static_cast<int>(best.size()) * terms_.rule.pass_percent() * 100;
  }

  // 1 and more: enough.
  double AttendanceShare() const {
    if (terms_.rule.attendance_percent() == 0) return 1;
    int present = 0;
    int counted = 0;
    bool excused = false;
    for (const CourseTerms::Session& session : terms_.sessions) {
      const std::optional<Event> mark = Mark(session.uid);
      if (mark.has_value() && mark->attendance().status() == Attendance::EXCUSED) {
        excused = true;
        continue;
      }
      if (!mark.has_value() && (session.registration || session.end <= cycle_start_)) continue;
      ++counted;
      if (mark.has_value() && mark->attendance().status() != Attendance::ABSENT) ++present;
    }
    if (counted == 0) return excused ? 1 : 0;
    int need = 0;
    while (need * 100 < terms_.rule.attendance_percent() * counted) ++need;
    return static_cast<double>(present) / need;
  }

  int Percent() const {
    std::vector<int> parts;
    for (const CourseTerms::Item& item : Needed()) parts.push_back(PercentOf(item));
    std::sort(parts.rbegin(), parts.rend());
    parts.resize(HowMany());
    if (terms_.rule.attendance_percent() > 0) {
      parts.push_back(std::min(100, static_cast<int>(AttendanceShare() * 100 + 1e-9)));
    }
    if (terms_.rule.sign_off()) parts.push_back(SignedOff() ? 100 : 0);
    if (parts.empty()) return 0;
    return std::min(
        99, std::accumulate(parts.begin(), parts.end(), 0) / static_cast<int>(parts.size()));
  }

 private:
  const CourseTerms& terms_;
  const std::vector<Event> known_;
  const absl::Time cycle_start_;
};

bool BeginsSomething(const Event& event) {
  return event.has_progress() || event.has_score() || event.sign_off().signed_() ||
         event.attendance().status() == Attendance::PRESENT ||
         event.attendance().status() == Attendance::LATE;
}

}  // namespace

LearningState NaiveFold(const CourseTerms& terms, const std::vector<NumberedEvent>& events,
                        int cycle, absl::Time cycle_start) {
  LearningState state;
  std::vector<Event> valid;
  for (const auto& [number, event] : events) {
    bool is_retracted = false;
    for (const auto& [other, by] : events) {
      is_retracted |= by.has_retraction() && by.retraction().event() == number;
    }
    if (is_retracted || event.has_transition() || event.has_retraction()) continue;
    state.credit_hundredths += event.credit().credit_hundredths();
    if (event.cycle() != cycle) continue;
    state.cycle_credit_hundredths += event.credit().credit_hundredths();
    valid.push_back(event);
  }

  std::set<absl::Time> times;
  for (const Event& event : valid) times.insert(TimeOf(event));
  const auto at = [&](absl::Time time) {
    std::vector<Event> known;
    for (const Event& event : valid) {
      if (TimeOf(event) <= time) known.push_back(event);
    }
    return Instant(terms, std::move(known), cycle_start);
  };
  // Backwards from the end for as long as it holds.
  for (auto time = times.rbegin(); time != times.rend() && at(*time).Completed(); ++time) {
    state.complete_time = *time;
    const bool is_kept = std::any_of(valid.begin(), valid.end(), [&](const Event& event) {
      return event.override().outcome() == Override::COMPLETED && event.actor() == 0 &&
             TimeOf(event) == *time;
    });
    if (is_kept) break;
  }

  const Instant end = at(absl::InfiniteFuture());
  for (const Event& event : valid) {
    if (!BeginsSomething(event)) continue;
    if (!state.start_time.has_value() || TimeOf(event) < *state.start_time) {
      state.start_time = TimeOf(event);
    }
  }
  state.rule_met = end.RuleMet();
  state.signed_off = end.SignedOff();
  state.state = state.complete_time.has_value() ? v1::Enrollment::COMPLETED
                : end.Failed()                  ? v1::Enrollment::FAILED
                : state.start_time.has_value()  ? v1::Enrollment::IN_PROGRESS
                                                : v1::Enrollment::ENROLLED;
  state.progress_percent = state.complete_time.has_value() ? 100 : end.Percent();

  std::vector<int> best;
  for (const CourseTerms::Item& item : end.Needed()) {
    const std::vector<int> scores = end.Scores(item.uid);
    if (!scores.empty()) best.push_back(*std::max_element(scores.begin(), scores.end()));
  }
  if (!best.empty()) {
    state.score_hundredths =
        std::accumulate(best.begin(), best.end(), 0) / static_cast<int>(best.size());
  }

  for (const CourseTerms::Item& item : terms.items) {
    ItemFigures figures;
    figures.uid = item.uid;
    figures.percent = end.PercentOf(item);
    const std::vector<int> scores = end.Scores(item.uid);
    figures.scored_count = static_cast<int>(scores.size());
    if (!scores.empty()) figures.score_hundredths = *std::max_element(scores.begin(), scores.end());
    bool begun = !scores.empty();
    for (const Event& event : valid) begun |= event.progress().item() == item.uid;
    for (absl::Time time : times) {
      if (at(time).Done(item)) {
        figures.complete_time = time;
        break;
      }
    }
    if (begun) state.items.push_back(figures);
  }
  std::set<uint32_t> marked;
  for (const Event& event : valid) {
    if (event.has_attendance()) marked.insert(event.attendance().session());
  }
  for (uint32_t session : marked) {
    const Attendance mark = end.Mark(session)->attendance();
    state.sessions.push_back(SessionFigures{session, mark.status(), mark.minutes()});
  }
  return state;
}

}  // namespace provost
