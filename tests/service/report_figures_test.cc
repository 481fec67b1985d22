// What stands behind the figures of reports, and who sees what in them.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "provost/v1/attendance_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/report_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "tests/service/assessment.h"
#include "tests/service/reports.h"
#include "tests/service/safety_and_office.h"
#include "tests/service/sessions.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;
using v1::Enrollment;

std::string Of(absl::string_view kind, absl::string_view scope) {
  return absl::StrCat("kind: ", kind, " scope: '", AcmeTest::Full(scope), "'");
}

// lea, leo and lin learn in courses/fire; lea, dan and others in courses/desk.
class ReportFiguresTest : public SessionTest {
 protected:
  ReportAnswer Must(absl::string_view actor, const std::string& report) {
    ReportAnswer answer = RunReportAs(channel(), actor, report);
    EXPECT_TRUE(answer.ok()) << report << ": " << answer.last.message();
    return answer;
  }
  v1::Dashboard Dashboard(absl::string_view actor, absl::string_view scope) {
    v1::GetDashboardRequest request;
    request.set_scope(Full(scope));
    const auto found = Call<v1::Dashboard>(actor, request);
    EXPECT_TRUE(found.ok()) << found.message();
    return found.value;
  }
  void Override(absl::string_view learner, v1::OverrideCompletionRequest::Outcome outcome) {
    v1::ListEnrollmentsRequest list;
    list.set_parent(Full(""));
    list.set_training(Full("courses/fire"));
    list.set_learner(Full(learner));
    const auto found = Call<v1::ListEnrollmentsResponse>("users/ann", list);
    ASSERT_THAT(found.value.enrollments(), SizeIs(1)) << found.message();
    v1::OverrideCompletionRequest request;
    request.set_name(found.value.enrollments(0).name());
    request.set_outcome(outcome);
    request.set_reason("has shown it");
    const auto done = Call<v1::TrainingRecord>("users/dan", request);
    ASSERT_TRUE(done.ok()) << done.message();
  }
  // How many there are of each state, and how many are late, as a dashboard says it.
  static std::map<std::string, int64_t> FiguresOf(const v1::TrainingFigures& figures) {
    return {{"learners", figures.learner_count()},
            {"enrolled", figures.enrolled_count()},
            {"in_progress", figures.in_progress_count()},
            {"completed", figures.completed_count()},
            {"failed", figures.failed_count()},
            {"expired", figures.expired_count()},
            {"recertifying", figures.recertifying_count()},
            {"overdue", figures.overdue_count()},
            {"requested", figures.requested_count()},
            {"waiting", figures.waiting_count()}};
  }
  // The same of a report with these columns, all rows together.
  static std::map<std::string, int64_t> SumsOf(const ReportAnswer& report) {
    std::map<std::string, int64_t> sums = FiguresOf(v1::TrainingFigures());
    for (const auto& row : report.rows) {
      for (auto& [column, sum] : sums) sum += std::stoll(row.at(column));
    }
    return sums;
  }
};

// Of each kind of report against the dashboards: one revision, the same numbers.
TEST_F(ReportFiguresTest, CA6_U4_ReportsAndDashboardsSayTheSame) {
  const auto rules = Parse<v1::UpdateTrainingRulesRequest>(
      "training: 'tenants/acme/courses/fire' section: ENROLLMENT "
      "rules { enrollment { capacity: 4 waiting_list: true } }");
  ASSERT_TRUE(Call<v1::UpdateTrainingRulesResponse>("users/dan", rules).ok());
  MustMake("meet", When(1));
  for (const char* learner : {"ian", "otto"}) Enroll(learner, "fire");  // otto has to wait.
  EnrollDue("lea", "desk", 5);
  EnrollDue("leo", "desk", 9);
  GoTo(8);
  ASSERT_TRUE(Mark("users/dan", "lin", "meet", "status: PRESENT").ok());
  Override("users/lea", v1::OverrideCompletionRequest::COMPLETED);
  Override("users/leo", v1::OverrideCompletionRequest::FAILED);

  const v1::Dashboard all = Dashboard("users/ann", "");
  const std::map<std::string, int64_t> figures = FiguresOf(all.figures());
  EXPECT_EQ(figures, (std::map<std::string, int64_t>{{"learners", 6},
                                                     {"enrolled", 3},
                                                     {"in_progress", 1},
                                                     {"completed", 1},
                                                     {"failed", 1},
                                                     {"expired", 0},
                                                     {"recertifying", 0},
                                                     {"overdue", 1},
                                                     {"requested", 0},
                                                     {"waiting", 1}}));
  for (const char* kind : {"TENANT", "CATALOG"}) {
    const ReportAnswer report = Must("users/ann", Of(kind, ""));
    EXPECT_EQ(report.header.revision(), all.revision());
    EXPECT_EQ(SumsOf(report), figures) << kind;
  }
  EXPECT_THAT(Must("users/ann", Of("PROGRESS", "")).rows, SizeIs(figures.at("learners")));
  EXPECT_THAT(Must("users/ann", Of("OVERDUE", "")).rows, SizeIs(figures.at("overdue")));

  // Training by training.
  ASSERT_THAT(all.trainings(), SizeIs(3));  // courses/drill has nobody.
  for (const v1::TrainingFigures& one : all.trainings()) {
    const std::string training = one.training().substr(Full("").size() + 1);
    const std::map<std::string, int64_t> here = FiguresOf(one);
    EXPECT_EQ(FiguresOf(Dashboard("users/ann", training).figures()), here) << training;
    std::map<std::string, int64_t> states = FiguresOf(v1::TrainingFigures());
    for (const auto& row : Must("users/ann", Of("COURSE", training)).rows) {
      const std::string& state = row.at("state");
      ++states[absl::AsciiStrToLower(state)];
      if (state != "REQUESTED" && state != "WAITING") ++states["learners"];
      if (row.at("overdue") == "yes") ++states["overdue"];
    }
    EXPECT_EQ(states, here) << training;
    const ReportAnswer statistics = Must("users/ann", Of("COURSE_STATISTICS", training));
    EXPECT_EQ(statistics.rows.at(0).at("learners"), absl::StrCat(here.at("learners"))) << training;
    EXPECT_EQ(statistics.rows.at(0).at("completed"), absl::StrCat(here.at("completed")));
    EXPECT_EQ(statistics.summary().learner_count(), here.at("learners"));
  }
  for (const auto& row : Must("users/ann", Of("CATALOG", "")).rows) {
    const std::string catalog = row.at("catalog").substr(Full("").size() + 1);
    EXPECT_EQ(SumsOf(Must("users/ann", Of("CATALOG", catalog))),
              FiguresOf(Dashboard("users/ann", catalog).figures()))
        << catalog;
  }
}

// Who was completed by hand, and did nothing, tells nothing of how long it takes.
TEST_F(ReportFiguresTest, U4_TimesAreOfThoseWhoDidSomething) {
  MustMake("meet", When(1));
  GoTo(2);
  Override("users/lea", v1::OverrideCompletionRequest::COMPLETED);
  ReportAnswer report = Must("users/dan", Of("COURSE_STATISTICS", "courses/fire"));
  EXPECT_EQ(report.rows.at(0).at("completed"), "1");
  EXPECT_EQ(report.rows.at(0).at("mean_minutes"), "");
  EXPECT_EQ(report.rows.at(0).at("median_minutes"), "");
  ASSERT_TRUE(Mark("users/dan", "lin", "meet", "status: PRESENT").ok());
  Override("users/lin", v1::OverrideCompletionRequest::COMPLETED);
  report = Must("users/dan", Of("COURSE_STATISTICS", "courses/fire"));
  EXPECT_EQ(report.rows.at(0).at("completed"), "2");
  // Two days, and what the test took.
  EXPECT_NEAR(std::stod(report.rows.at(0).at("mean_minutes")), 2 * 24 * 60, 5);
  EXPECT_EQ(report.rows.at(0).at("median_minutes"), report.rows.at(0).at("mean_minutes"));
}

TEST_F(ReportFiguresTest, TimesAreWrittenAsTheContractWritesThem) {
  EnrollDue("lea", "desk", 5);
  const ReportAnswer report = Must("users/ann", Of("PROGRESS", "courses/desk"));
  EXPECT_THAT(report.Column("due_time"),
              ElementsAre(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", At(5), absl::UTCTimeZone())));
}

// On the preset plutolms, where ira teaches courses/fire, rae reports, and cara makes courses: she
// may read reports of them, and not who was at a session.
class PlutoFiguresTest : public AssessmentTest {
 protected:
  PlutoFiguresTest() : AssessmentTest("plutolms") {
    MakeUser("rae");
    Assign("users/rae", "reporter", "");
    MakeUser("cara");
    Assign("users/cara", "course_creator", "");
  }
  ReportAnswer Run(absl::string_view actor, absl::string_view kind) {
    return RunReportAs(channel(), actor, Of(kind, "courses/fire"));
  }
  void GoTo(absl::Duration after) { server().GoTo(start_ + after); }

  const absl::Time start_ = absl::Now();
};

TEST_F(PlutoFiguresTest, P1_NotesOfMarksAreForThoseWhoMaySeeAttendance) {
  const auto wall = [&](absl::Duration after) {
    return absl::FormatTime("%Y-%m-%dT%H:%M", start_ + after, absl::UTCTimeZone());
  };
  const auto create = Parse<v1::CreateSessionRequest>(absl::StrCat(
      "parent: 'tenants/acme' session_id: 'meet' session { display_name: 'Meet' parent_scope: "
      "'tenants/acme/courses/fire' time_zone: 'Etc/UTC' start: '",
      wall(absl::Hours(24)), "' end: '", wall(absl::Hours(27)), "' }"));
  const auto made = Call<v1::Session>("users/ira", create);
  ASSERT_TRUE(made.ok()) << made.message();
  GoTo(absl::Hours(48));
  const auto mark = Parse<v1::MarkAttendanceRequest>(
      "session: 'tenants/acme/sessions/meet' attendance { learner: 'tenants/acme/users/lea' "
      "status: EXCUSED note: 'At the doctor' }");
  ASSERT_TRUE(Call<v1::Attendance>("users/ira", mark).ok());
  v1::ListAttendanceRequest list;
  list.set_session(Full("sessions/meet"));
  const std::map<std::string, std::string> notes = {
      {"users/ira", "At the doctor"}, {"users/rae", "At the doctor"}, {"users/cara", ""}};
  for (const auto& [actor, note] : notes) {
    const ReportAnswer report = Run(actor, "ATTENDANCE");
    ASSERT_TRUE(report.ok()) << actor << ": " << report.last.message();
    std::map<std::string, std::string> said;
    for (const auto& row : report.rows) said[row.at("learner")] = row.at("note");
    EXPECT_THAT(said, ElementsAre(Pair(Full("users/lea"), note), Pair(Full("users/leo"), "")))
        << actor;
    EXPECT_THAT(report.Column("status"), testing::Contains("EXCUSED"));
    EXPECT_EQ(Call<v1::ListAttendanceResponse>(actor, list).ok(), !note.empty()) << actor;
  }
}

TEST_F(PlutoFiguresTest, U4_QuestionsAreAnalysedOverWhatLearnersMetFirst) {
  const std::string question =
      "parts { question { id: 'a' text: 'A?' points: 1 true_false: true } }";
  AddQuiz("quizzes/q", question);
  AddQuiz("quizzes/r", question);
  Take("users/lea", "quizzes/q", true);
  Take("users/lea", "quizzes/q", false);  // She has seen it: that says no more of the question.
  Take("users/leo", "quizzes/q", false);
  Take("users/leo", "quizzes/r", true);
  ReportAnswer report = Run("users/rae", "ITEM_ANALYSIS");
  EXPECT_THAT(report.Column("quiz"), ElementsAre(Full("quizzes/q"), Full("quizzes/r")));
  EXPECT_THAT(report.Column("n"), ElementsAre("2", "1"));
  EXPECT_THAT(report.Column("difficulty"), ElementsAre("0.500", "1.000"));
  EXPECT_EQ(report.summary().learner_count(), 2);

  // What is no longer of the course is left out.
  ASSERT_TRUE(Place("users/ann", "courses/fire", {"quizzes/r"}).ok());
  report = Run("users/rae", "ITEM_ANALYSIS");
  EXPECT_THAT(report.Column("quiz"), ElementsAre(Full("quizzes/r")));
  EXPECT_EQ(report.summary().learner_count(), 1);
}

TEST_F(PlutoFiguresTest, U4_QuestionsAreAnalysedOverTheLastTimeThatTheCourseWasDone) {
  AddQuiz("quizzes/q", "parts { question { id: 'a' text: 'A?' points: 1 true_false: true } }");
  for (const char* rules :
       {"section: COMPLETION rules { completion { } }",
        "section: RECERTIFICATION rules { recertification { valid_days: 10 automatic: true "
        "window_days: 5 grace_days: 100 } }"}) {
    const auto request = Parse<v1::UpdateTrainingRulesRequest>(
        absl::StrCat("training: 'tenants/acme/courses/fire' ", rules));
    const auto set = Call<v1::UpdateTrainingRulesResponse>("users/ann", request);
    ASSERT_TRUE(set.ok()) << set.message();
  }
  Take("users/lea", "quizzes/q", true);
  Take("users/leo", "quizzes/q", true);
  EXPECT_EQ(Record(lea_).state(), Enrollment::COMPLETED);
  GoTo(absl::Hours(24 * 6));
  EXPECT_EQ(Record(lea_).cycle(), 2);
  // Until they have answered anew, what they answered last stands.
  EXPECT_THAT(Run("users/rae", "ITEM_ANALYSIS").Column("difficulty"), ElementsAre("1.000"));
  Take("users/lea", "quizzes/q", false);
  const ReportAnswer report = Run("users/rae", "ITEM_ANALYSIS");
  EXPECT_THAT(report.Column("n"), ElementsAre("2"));
  EXPECT_THAT(report.Column("difficulty"), ElementsAre("0.500"));
}

}  // namespace
}  // namespace provost
