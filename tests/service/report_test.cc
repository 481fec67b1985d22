// Dashboards and reports on the preset lms365, as time passes.
#include "tests/service/reports.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "provost/v1/attendance_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/report_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "tests/service/assessment.h"
#include "tests/service/sessions.h"

namespace provost {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using v1::DashboardSettings;
using v1::Enrollment;

// lea, leo and lin are in courses/fire, which dan administers.
class ReportTest : public SessionTest {
 protected:
  ReportAnswer Run(absl::string_view actor, const std::string& report) {
    return RunReportAs(channel(), actor, report);
  }
  // It has to succeed.
  ReportAnswer Must(absl::string_view actor, const std::string& report) {
    ReportAnswer answer = Run(actor, report);
    EXPECT_TRUE(answer.ok()) << answer.last.message();
    return answer;
  }
  static std::string Of(absl::string_view kind, absl::string_view scope,
                        absl::string_view rest = "") {
    return absl::StrCat("kind: ", kind, " scope: '", Full(scope), "' ", rest);
  }
  std::vector<Enrollment> EnrollmentsIn(absl::string_view training) {
    v1::ListEnrollmentsRequest request;
    request.set_parent(Full(""));
    request.set_training(Full(training));
    for (int state = Enrollment::State_MIN + 1; state <= Enrollment::State_MAX; ++state) {
      request.add_states(static_cast<Enrollment::State>(state));
    }
    const auto list = Call<v1::ListEnrollmentsResponse>("users/ann", request);
    EXPECT_TRUE(list.ok()) << list.message();
    return {list.value.enrollments().begin(), list.value.enrollments().end()};
  }
  std::string RecordOf(absl::string_view learner) {
    for (const Enrollment& each : EnrollmentsIn("courses/fire")) {
      if (each.learner() == Full(learner)) return each.name();
    }
    ADD_FAILURE() << learner;
    return "";
  }
  void Complete(absl::string_view learner) {
    v1::OverrideCompletionRequest request;
    request.set_name(RecordOf(learner));
    request.set_outcome(v1::OverrideCompletionRequest::COMPLETED);
    request.set_reason("has done it elsewhere");
    const auto done = Call<v1::TrainingRecord>("users/dan", request);
    ASSERT_TRUE(done.ok()) << done.message();
  }
  Answer<v1::MyDashboard> MyDashboard(absl::string_view actor, absl::string_view learner) {
    v1::GetMyDashboardRequest request;
    request.set_parent(Full(""));
    request.set_learner(Full(learner));
    return Call<v1::MyDashboard>(actor, request);
  }
  // The trainings of each tile, by its name.
  static std::map<std::string, std::vector<std::string>> TilesOf(const v1::MyDashboard& dashboard) {
    std::map<std::string, std::vector<std::string>> tiles;
    for (const v1::DashboardTile& tile : dashboard.tiles()) {
      auto& trainings = tiles[DashboardSettings::Tile_Name(tile.tile())];
      for (const v1::DashboardEntry& entry : tile.entries()) {
        trainings.push_back(entry.enrollment().training());
      }
      EXPECT_GE(tile.total_count(), static_cast<int>(trainings.size()));
    }
    return tiles;
  }
};

TEST_F(ReportTest, LE4_MyTrainingDashboardIsOneCall) {
  EnrollDue("lea", "desk", 5);
  MustMake("meet", absl::StrCat(When(3), "place: 'Hall' registration: false"));
  MustMake("private", absl::StrCat(When(4), "registration: true"));
  MustMake("gone", When(2));
  ASSERT_TRUE(Cancel("users/dan", "gone").ok());
  const auto found = MyDashboard("users/lea", "users/lea");
  ASSERT_TRUE(found.ok()) << found.message();
  const v1::MyDashboard& dashboard = found.value;
  EXPECT_EQ(dashboard.training_count(), 2);
  EXPECT_GT(dashboard.revision(), 0);
  const auto tiles = TilesOf(dashboard);
  // What is due before what is not.
  EXPECT_THAT(tiles.at("NEXT"), ElementsAre(Full("courses/desk"), Full("courses/fire")));
  EXPECT_THAT(tiles.at("DUE"), ElementsAre(Full("courses/desk")));
  EXPECT_THAT(tiles.at("OVERDUE"), IsEmpty());
  EXPECT_THAT(tiles.at("COMPLETED"), IsEmpty());
  ASSERT_THAT(dashboard.sessions(), SizeIs(1));
  EXPECT_EQ(dashboard.sessions(0).session(), Full("sessions/meet"));
  EXPECT_EQ(dashboard.sessions(0).place(), "Hall");

  Complete("users/lea");
  GoTo(6);
  const auto later = TilesOf(MyDashboard("users/lea", "users/lea").value);
  EXPECT_THAT(later.at("NEXT"), ElementsAre(Full("courses/desk")));
  EXPECT_THAT(later.at("DUE"), IsEmpty());
  EXPECT_THAT(later.at("OVERDUE"), ElementsAre(Full("courses/desk")));
  EXPECT_THAT(later.at("COMPLETED"), ElementsAre(Full("courses/fire")));
}

TEST_F(ReportTest, LE4_NobodySeesTheDashboardOfAnother) {
  for (const char* actor : {"users/ann", "users/dan", "users/leo", ""}) {
    EXPECT_FALSE(MyDashboard(actor, "users/lea").ok()) << actor;
  }
  const auto wrong = MyDashboard("users/lea", "courses/fire");
  EXPECT_THAT(wrong.bad_fields(), ElementsAre(Key("learner")));
}

TEST_F(ReportTest, LA3_DashboardsShowTheTilesThatTheTenantSays) {
  MakeUser("lala", "catalogs/safety");
  Assign("users/lala", "lms_admin", "");
  v1::UpdateSettingsRequest request;
  request.set_section(v1::Settings::DASHBOARD);
  request.mutable_settings()->set_tenant(Full(""));
  DashboardSettings& wanted = *request.mutable_settings()->mutable_dashboard();
  wanted.add_tiles(DashboardSettings::ANNOUNCEMENT);
  wanted.add_tiles(DashboardSettings::NEXT);
  wanted.set_announcement("Hello");
  const auto set = Call<v1::Settings>("users/lala", request);
  ASSERT_TRUE(set.ok()) << set.message();
  const auto found = MyDashboard("users/lea", "users/lea");
  ASSERT_THAT(found.value.tiles(), SizeIs(2));
  EXPECT_EQ(found.value.tiles(0).tile(), DashboardSettings::ANNOUNCEMENT);
  EXPECT_EQ(found.value.tiles(1).tile(), DashboardSettings::NEXT);
  EXPECT_EQ(found.value.announcement(), "Hello");
}

TEST_F(ReportTest, CA6_ACourseReportAgreesWithTheRecords) {
  Complete("users/lea");
  v1::DeleteEnrollmentRequest leave;
  leave.set_name(RecordOf("users/lin"));
  ASSERT_TRUE(Call<google::protobuf::Empty>("users/dan", leave).ok());
  const ReportAnswer report = Must("users/dan", Of("COURSE", "courses/fire"));
  std::map<std::string, Enrollment> records;
  for (const Enrollment& each : EnrollmentsIn("courses/fire")) records[each.learner()] = each;
  ASSERT_EQ(report.rows.size(), records.size());
  EXPECT_EQ(report.summary().learner_count(), 3);
  for (const auto& row : report.rows) {
    const Enrollment& record = records.at(row.at("learner"));
    EXPECT_EQ(row.at("state"), Enrollment::State_Name(record.state()));
    EXPECT_EQ(row.at("cycle"), absl::StrCat(record.cycle()));
    EXPECT_EQ(row.at("progress_percent"), absl::StrCat(record.progress_percent()));
    EXPECT_EQ(row.at("complete_time").empty(), !record.has_complete_time());
    EXPECT_EQ(row.at("training"), Full("courses/fire"));
  }
  EXPECT_THAT(report.Column("state"), UnorderedElementsAre("COMPLETED", "ENROLLED", "WITHDRAWN"));
  EXPECT_THAT(Must("users/dan", Of("COURSE", "courses/fire", "filter { states: COMPLETED }"))
                  .Column("learner"),
              ElementsAre(Full("users/lea")));
}

TEST_F(ReportTest, CA6_WhoMayNotReportIsRefused) {
  for (const char* actor : {"users/lea", "users/olga", "users/otto", ""}) {
    EXPECT_EQ(Run(actor, Of("COURSE", "courses/fire")).last.code(),
              *actor == '\0' ? grpc::StatusCode::UNAUTHENTICATED : kDenied)
        << actor;
  }
  // Of the course, and of nothing above it.
  EXPECT_EQ(Run("users/dan", Of("PROGRESS", "catalogs/safety")).last.code(), kDenied);
  EXPECT_EQ(Run("users/dan", Of("PROGRESS", "")).last.code(), kDenied);
  EXPECT_TRUE(Run("users/kim", Of("PROGRESS", "catalogs/safety")).ok());
  EXPECT_TRUE(Run("users/ann", Of("PROGRESS", "")).ok());
}

TEST_F(ReportTest, P1_AddressesAreForThoseWhoMayReadProfiles) {
  const auto by_dan = Must("users/dan", Of("COURSE", "courses/fire"));
  EXPECT_THAT(by_dan.Column("learner_email"), Each(""));
  const auto by_kim = Must("users/kim", Of("COURSE", "courses/fire"));
  EXPECT_THAT(by_kim.Column("learner_email"), Contains("lin@acme.example"));
}

TEST_F(ReportTest, WhoIsOverdueIsReported) {
  EnrollDue("lea", "desk", 5);
  EnrollDue("leo", "desk", 9);
  EXPECT_THAT(Must("users/ann", Of("OVERDUE", "")).rows, IsEmpty());
  GoTo(8);
  const ReportAnswer report = Must("users/ann", Of("OVERDUE", ""));
  EXPECT_THAT(report.Column("learner"), ElementsAre(Full("users/lea")));
  EXPECT_THAT(report.Column("days_overdue"), ElementsAre("3"));
  EXPECT_THAT(Must("users/olga", Of("OVERDUE", "catalogs/office")).rows, SizeIs(1));
}

// Who must have what, and has not.
TEST_F(ReportTest, ComplianceSaysWhoHasWhatWasAssigned) {
  MakeGroup("crew", "catalogs/safety");
  for (const char* member : {"users/lea", "users/leo"}) AddMember("groups/crew", member);
  v1::CreateTrainingAssignmentRequest assign;
  assign.set_parent(Full(""));
  assign.mutable_training_assignment()->set_training(Full("courses/fire"));
  assign.mutable_training_assignment()->set_assignee(Full("groups/crew"));
  ASSERT_TRUE(Call<v1::TrainingAssignment>("users/ann", assign).ok());
  Complete("users/lea");
  const ReportAnswer report = Must("users/kim", Of("COMPLIANCE", "catalogs/safety"));
  std::map<std::string, std::string> has;
  for (const auto& row : report.rows) has[row.at("learner")] = row.at("compliant");
  EXPECT_THAT(has, ElementsAre(Pair(Full("users/lea"), "yes"), Pair(Full("users/leo"), "no")));
  EXPECT_THAT(
      Must("users/kim", Of("COMPLIANCE", "catalogs/safety", "filter { missing_only: true }"))
          .Column("learner"),
      ElementsAre(Full("users/leo")));
  EXPECT_THAT(Must("users/ann", Of("COURSE", "courses/fire",
                                   absl::StrCat("filter { group: '", Full("groups/crew"), "' }")))
                  .rows,
              SizeIs(2));
}

TEST_F(ReportTest, FiguresOfCatalogsAreTheSumsOfTheirTrainings) {
  Complete("users/lea");
  EnrollDue("leo", "desk", 5);
  GoTo(7);
  const ReportAnswer trainings = Must("users/ann", Of("CATALOG", ""));
  const ReportAnswer catalogs = Must("users/ann", Of("TENANT", ""));
  std::map<std::string, std::map<std::string, int>> sums;
  for (const auto& row : trainings.rows) {
    for (const char* column : {"learners", "completed", "overdue", "enrolled"}) {
      sums[row.at("catalog")][column] += std::stoi(row.at(column));
    }
  }
  // Of the tenant's report those at the top, with what is in them.
  for (const char* column : {"learners", "completed", "overdue", "enrolled"}) {
    int below = 0;
    int whole = 0;
    for (const auto& [catalog, sum] : sums) below += sum.at(column);
    for (const auto& row : catalogs.rows) whole += std::stoi(row.at(column));
    EXPECT_EQ(whole, below) << column;
  }
  EXPECT_THAT(catalogs.Column("scope"),
              UnorderedElementsAre(Full("catalogs/safety"), Full("catalogs/office")));
  EXPECT_EQ(sums[Full("catalogs/safety")]["learners"], 3);
  EXPECT_EQ(sums[Full("catalogs/safety")]["completed"], 1);
  EXPECT_EQ(sums[Full("catalogs/office")]["overdue"], 1);
  EXPECT_EQ(trainings.summary().learner_count(), 3);

  v1::GetDashboardRequest request;
  request.set_scope(Full(""));
  const auto dashboard = Call<v1::Dashboard>("users/ann", request);
  ASSERT_TRUE(dashboard.ok()) << dashboard.message();
  EXPECT_EQ(dashboard.value.figures().learner_count(), 4);
  EXPECT_EQ(dashboard.value.figures().overdue_count(), 1);
  // Those with most to do first.
  EXPECT_EQ(dashboard.value.trainings(0).training(), Full("courses/desk"));
  for (const char* actor : {"users/dan", "users/lea"}) {
    EXPECT_EQ(Call<v1::Dashboard>(actor, request).code(), kDenied) << actor;
  }
  request.set_scope(Full("courses/fire"));
  EXPECT_TRUE(Call<v1::Dashboard>("users/dan", request).ok());
}

TEST_F(ReportTest, U4_StatisticsOfACourseSayWhereLearnersStop) {
  Complete("users/lea");
  const ReportAnswer report = Must("users/dan", Of("COURSE_STATISTICS", "courses/fire"));
  ASSERT_THAT(report.rows, SizeIs(1));  // It has no items.
  EXPECT_EQ(report.rows[0].at("learners"), "3");
  EXPECT_EQ(report.rows[0].at("completed"), "1");
  EXPECT_EQ(report.rows[0].at("completion_rate"), "33.33");
  EXPECT_EQ(report.rows[0].at("stopped_here"), "2");
  EXPECT_EQ(Run("users/olga", Of("COURSE_STATISTICS", "courses/fire")).last.code(), kDenied);
}

TEST_F(ReportTest, AttendanceIsReportedSessionBySession) {
  MustMake("meet", When(1));
  GoTo(2);
  v1::MarkAttendanceRequest mark;
  mark.set_session(Full("sessions/meet"));
  mark.mutable_attendance()->set_learner(Full("users/lea"));
  mark.mutable_attendance()->set_status(v1::Attendance::PRESENT);
  const auto marked = Call<v1::Attendance>("users/dan", mark);
  ASSERT_TRUE(marked.ok()) << marked.message();
  const ReportAnswer report = Must("users/dan", Of("ATTENDANCE", "courses/fire"));
  std::map<std::string, std::string> seen;
  for (const auto& row : report.rows) seen[row.at("learner")] = row.at("status");
  EXPECT_THAT(seen, ElementsAre(Pair(Full("users/lea"), "PRESENT"), Pair(Full("users/leo"), ""),
                                Pair(Full("users/lin"), "")));
  EXPECT_THAT(Must("users/dan", Of("ATTENDANCE", "sessions/meet")).rows, SizeIs(3));
  EXPECT_EQ(Run("users/lea", Of("ATTENDANCE", "sessions/meet")).last.code(), kDenied);
}

TEST_F(ReportTest, RE2_ReportsAreDocumentsToo) {
  const std::string columns = "columns: 'learner' columns: 'state'";
  const auto csv = ExportReportAs(channel(), "users/dan", Of("COURSE", "courses/fire", columns));
  ASSERT_TRUE(csv.ok()) << csv.message();
  EXPECT_THAT(csv.value, HasSubstr("learner,state\r\n"));
  EXPECT_THAT(csv.value, HasSubstr("tenants/acme/users/lea,ENROLLED\r\n"));
  const auto lines = ExportReportAs(channel(), "users/dan", Of("COURSE", "courses/fire", columns),
                                    "format: JSON_LINES");
  EXPECT_THAT(lines.value, HasSubstr(R"({"learner":"tenants/acme/users/lea","state":"ENROLLED"})"));
  // ann may read reports of the tenant, and export none.
  EXPECT_EQ(ExportReportAs(channel(), "users/ann", Of("PROGRESS", "")).code(), kDenied);
}

TEST_F(ReportTest, WhatIsWrongWithAReportIsSaidFieldByField) {
  const std::map<std::string, std::vector<std::string>> cases = {
      {Of("KIND_UNSPECIFIED", "courses/fire"), {"definition.kind"}},
      {Of("COURSE", ""), {"definition.scope"}},
      {Of("TENANT", "catalogs/safety"), {"definition.scope"}},
      {Of("ITEM_ANALYSIS", "plans/start"), {"definition.scope"}},
      {Of("COURSE", "courses/fire", "columns: 'learnr' columns: 'state' columns: 'state'"),
       {"definition.columns[0]", "definition.columns[2]"}},
      {Of("CATALOG", "", "filter { states: COMPLETED missing_only: true }"),
       {"definition.filter", "definition.filter.missing_only"}},
      {Of("COURSE", "courses/fire", "filter { group: 'tenants/other/groups/g' }"),
       {"definition.filter.group"}},
      {Of("COURSE", "courses/fire", "filter { due_before { seconds: -99999999999999 } }"),
       {"definition.filter.due_before"}},
  };
  for (const auto& [report, fields] : cases) {
    const ReportAnswer answer = Run("users/ann", report);
    EXPECT_EQ(answer.last.code(), kInvalid) << report;
    std::vector<std::string> bad;
    for (const auto& [field, what] : answer.last.bad_fields()) bad.push_back(field);
    EXPECT_EQ(bad, fields) << report << ": " << answer.last.message();
  }
  // One that is hidden is refused like one that is missing.
  MakeGroup("secret", "catalogs/office");
  for (const char* group : {"groups/secret", "groups/nothing"}) {
    const ReportAnswer answer =
        Run("users/dan",
            Of("COURSE", "courses/fire", absl::StrCat("filter { group: '", Full(group), "' }")));
    EXPECT_THAT(answer.last.bad_fields(), ElementsAre(Key("definition.filter.group"))) << group;
  }
}

// The reporter of PlutoLMS, over quizzes that were taken.
class PlutoReportTest : public AssessmentTest {
 protected:
  PlutoReportTest() : AssessmentTest("plutolms") {
    MakeUser("rae");
    Assign("users/rae", "reporter", "");
  }
  ReportAnswer Run(absl::string_view actor, absl::string_view kind, absl::string_view scope) {
    return RunReportAs(channel(), actor,
                       absl::StrCat("kind: ", kind, " scope: '", Full(scope), "'"));
  }
};

TEST_F(PlutoReportTest, RE1_RE2_ReportersReadAndExportAndChangeNothing) {
  for (const char* kind : {"PROGRESS", "OVERDUE", "COMPLIANCE", "CATALOG", "TENANT"}) {
    EXPECT_TRUE(Run("users/rae", kind, "").ok()) << kind;
    EXPECT_EQ(Run("users/lea", kind, "").last.code(), kDenied) << kind;
  }
  EXPECT_THAT(Run("users/rae", "PROGRESS", "").rows, SizeIs(3));
  for (const char* kind : {"COURSE", "COURSE_STATISTICS", "ITEM_ANALYSIS", "ATTENDANCE"}) {
    EXPECT_TRUE(Run("users/rae", kind, "courses/fire").ok()) << kind;
  }
  const std::string report = absl::StrCat("kind: PROGRESS scope: '", Full(""), "'");
  const auto csv = ExportReportAs(channel(), "users/rae", report);
  EXPECT_TRUE(csv.ok()) << csv.message();
  EXPECT_EQ(ExportReportAs(channel(), "users/ira", report).code(), kDenied);
  // Nothing of a record is theirs to change.
  v1::DeleteEnrollmentRequest remove;
  remove.set_name(lea_);
  EXPECT_EQ(Call<google::protobuf::Empty>("users/rae", remove).code(), kDenied);
  v1::SignOffRequest sign;
  sign.set_name(lea_);
  EXPECT_EQ(Call<v1::TrainingRecord>("users/rae", sign).code(), kDenied);
}

TEST_F(PlutoReportTest, U4_QuestionsAreAnalysedOverAllAttempts) {
  AddQuiz("quizzes/q", R"(
    parts { question { id: 'a' text: 'A?' points: 1 true_false: true } }
    parts { question { id: 'b' text: 'B?' points: 3 true_false: true } })");
  EXPECT_THAT(Run("users/rae", "ITEM_ANALYSIS", "courses/fire").rows, IsEmpty());
  Take("users/lea", "quizzes/q", true);
  Take("users/leo", "quizzes/q", false);
  Begin("users/leo", "quizzes/q");  // Does not count before it has ended.
  for (const char* actor : {"users/rae", "users/ira"}) {
    const ReportAnswer report = Run(actor, "ITEM_ANALYSIS", "courses/fire");
    ASSERT_TRUE(report.ok()) << report.last.message();
    EXPECT_EQ(report.summary().learner_count(), 2);
    EXPECT_THAT(report.Column("question"), ElementsAre("a", "b"));
    EXPECT_THAT(report.Column("n"), Each("2"));
    EXPECT_THAT(report.Column("difficulty"), Each("0.500"));
    // Who has the one right has the other.
    EXPECT_THAT(report.Column("discrimination"), Each("1.000"));
  }
  EXPECT_EQ(Run("users/lea", "ITEM_ANALYSIS", "courses/fire").last.code(), kDenied);
  const ReportAnswer statistics = Run("users/rae", "COURSE_STATISTICS", "courses/fire");
  ASSERT_THAT(statistics.rows, SizeIs(2));
  EXPECT_EQ(statistics.rows[1].at("item"), Full("quizzes/q"));
  EXPECT_EQ(statistics.rows[1].at("reached"), "2");
  EXPECT_EQ(statistics.rows[1].at("scored"), "2");
  EXPECT_EQ(statistics.rows[1].at("mean_score"), "50.00");
}

}  // namespace
}  // namespace provost
