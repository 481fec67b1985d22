#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "learning/course_fold.h"
#include "tests/learning/events.h"
#include "tests/learning/naive_fold.h"

namespace provost {
namespace {

using Event = rows::RecordEventRow;
using Attendance = Event::Attendance;

// Histories as they can be, drawn from a seed.
class Histories {
 public:
  explicit Histories(uint64_t seed) : random_(seed) {}

  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint64_t>(limit)); }
  bool Maybe(int percent) { return Below(100) < percent; }

  CourseTerms Terms() {
    CourseTerms terms;
    const int items = Below(5);
    for (int i = 1; i <= items; ++i) {
      terms.items.push_back({static_cast<uint64_t>(i), Maybe(30), Maybe(50)});
      if (Maybe(20)) terms.rule_items.push_back(i);
    }
    const int sessions = Below(4);
    for (int i = 1; i <= sessions; ++i) {
      terms.sessions.push_back({static_cast<uint32_t>(i), At(Below(40) - 10), Maybe(30)});
    }
    if (Maybe(30)) terms.rule.set_required_count(1 + Below(4));
    if (Maybe(40)) terms.rule.set_pass_percent(Below(101));
    if (Maybe(50)) terms.rule.set_attendance_percent(Below(101));
    terms.rule.set_sign_off(Maybe(25));
    terms.rule.set_fail_without_attempts(Maybe(50));
    return terms;
  }

  // One event. Instants are few, so that many coincide.
  Event Fact() {
    const int second = Below(30);
    Event event;
    switch (Below(10)) {
      case 0:
      case 1:
      case 2:
        event = Progress(second, 1 + Below(5), Maybe(50) ? 100 : Below(100));
        break;
      case 3:
      case 4:
      case 5: {
        const int percent = Below(101);
        event = Score(second, 1 + Below(5), percent, percent >= 50, Maybe(25));
        break;
      }
      case 6:
      case 7:
        event = Mark(second, 1 + Below(4), static_cast<Attendance::Status>(1 + Below(4)));
        event.mutable_attendance()->set_minutes(Below(3) * 30);
        break;
      case 8:
        event = Maybe(60) ? Sign(second, Maybe(70)) : Award(second, Below(200) - 50);
        break;
      default:
        event = Maybe(40) ? Kept(second)
                          : ByHand(second, static_cast<Event::Override::Outcome>(Below(3)));
        break;
    }
    if (Maybe(10)) event.set_cycle(2);
    return event;
  }

  // Those that are retracted, by their place among the facts.
  struct History {
    std::vector<Event> facts;
    std::vector<int> retracted;
  };
  History Draw() {
    History history;
    const int facts = Below(25);
    for (int i = 0; i < facts; ++i) {
      history.facts.push_back(Fact());
      if (Maybe(20)) history.retracted.push_back(i);
    }
    return history;
  }

  // The history as one of the logs that it can be: in any order in which nothing is retracted
  // before it came in, with changes of state between.
  std::vector<NumberedEvent> Arrive(const History& history) {
    struct Entry {
      int fact;
      bool retracts;
    };
    std::vector<Entry> order;
    for (size_t i = 0; i < history.facts.size(); ++i) order.push_back({static_cast<int>(i), false});
    for (int fact : history.retracted) order.push_back({fact, true});
    std::shuffle(order.begin(), order.end(), random_);
    std::map<int, size_t> place;
    for (size_t i = 0; i < order.size(); ++i) {
      const auto [first, is_new] = place.try_emplace(order[i].fact, i);
      if (is_new) continue;
      order[first->second].retracts = false;
      order[i].retracts = true;
    }
    std::vector<NumberedEvent> log;
    std::map<int, uint64_t> numbers;
    for (const Entry& entry : order) {
      if (Maybe(20)) {
        Event transition = EventAt(Below(30));
        transition.mutable_transition()->set_to(v1::Enrollment::IN_PROGRESS);
        log.emplace_back(log.size() + 1, transition);
      }
      const uint64_t number = log.size() + 1;
      if (entry.retracts) {
        log.emplace_back(number, Retract(Below(30), numbers.at(entry.fact)));
      } else {
        Event event = history.facts[entry.fact];
        event.mutable_record_time()->set_seconds(static_cast<int64_t>(number));
        log.emplace_back(number, std::move(event));
        numbers[entry.fact] = number;
      }
    }
    // The rows, too, may be read in any order.
    std::shuffle(log.begin(), log.end(), random_);
    return log;
  }

 private:
  std::mt19937_64 random_;
};

std::string Told(const std::vector<NumberedEvent>& log) {
  std::string text;
  for (const auto& [number, event] : log) {
    absl::StrAppend(&text, number, ": ", event.ShortDebugString(), "\n");
  }
  return text;
}

std::string Told(const LearningState& state) {
  std::string text =
      absl::StrCat(v1::Enrollment::State_Name(state.state), " start ",
                   absl::FormatTime(state.start_time.value_or(absl::InfinitePast())), " complete ",
                   absl::FormatTime(state.complete_time.value_or(absl::InfiniteFuture())), " ",
                   state.progress_percent, " % score ", state.score_hundredths.value_or(-1),
                   " credit ", state.credit_hundredths, " of which ", state.cycle_credit_hundredths,
                   " now, met ", state.rule_met, " signed ", state.signed_off, "\n");
  for (const ItemFigures& item : state.items) {
    absl::StrAppend(&text, "item ", item.uid, " ", item.percent, " % ",
                    item.score_hundredths.value_or(-1), " x ", item.scored_count, " ",
                    absl::FormatTime(item.complete_time.value_or(absl::InfiniteFuture())), "\n");
  }
  for (const SessionFigures& session : state.sessions) {
    absl::StrAppend(&text, "session ", session.uid, " ", session.status, " ", session.minutes,
                    "\n");
  }
  return text;
}

TEST(Replay, TheSameEventsGiveTheSameStateInAnyOrderOfArrival) {
  std::map<v1::Enrollment::State, int> seen;
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    Histories histories(seed);
    const CourseTerms terms = histories.Terms();
    const Histories::History history = histories.Draw();
    const std::vector<NumberedEvent> log = histories.Arrive(history);
    const LearningState state = FoldCourse(terms, log, 1, At(0));
    ++seen[state.state];
    for (int i = 0; i < 4; ++i) {
      const std::vector<NumberedEvent> other = histories.Arrive(history);
      ASSERT_TRUE(FoldCourse(terms, other, 1, At(0)) == state) << "seed " << seed << "\n"
                                                               << Told(log) << "and\n"
                                                               << Told(other);
    }
  }
  // The histories are not all of a kind.
  for (auto state : {v1::Enrollment::ENROLLED, v1::Enrollment::IN_PROGRESS,
                     v1::Enrollment::COMPLETED, v1::Enrollment::FAILED}) {
    EXPECT_GT(seen[state], 100) << v1::Enrollment::State_Name(state);
  }
}

TEST(Replay, AgreesWithTheNaiveTwin) {
  for (uint64_t seed = 10001; seed <= 14000; ++seed) {
    Histories histories(seed);
    const CourseTerms terms = histories.Terms();
    const std::vector<NumberedEvent> log = histories.Arrive(histories.Draw());
    LearningState state = FoldCourse(terms, log, 1, At(0));
    EXPECT_EQ(state.unmet.empty(), state.state == v1::Enrollment::COMPLETED) << "seed " << seed;
    state.unmet.clear();
    ASSERT_EQ(Told(NaiveFold(terms, log, 1, At(0))), Told(state))
        << "seed " << seed << "\n"
        << terms.rule.ShortDebugString() << "\n"
        << Told(log);
  }
}

}  // namespace
}  // namespace provost
