// Saved reports on the presets lms365 and plutolms: who may save, change and read them, what they
// go with, and their rows page by page.
#include <google/protobuf/empty.pb.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/report_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/assessment.h"
#include "tests/service/reports.h"
#include "tests/service/sessions.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;
using v1::Report;
using v1::ReportSchedule;

constexpr char kOperator[] = "tenants/system/users/root";
constexpr char kDaily[] = "schedule { frequency: DAILY time: '07:30' time_zone: 'Europe/Berlin' }";
constexpr char kRequestId[] = "3b1d2f80-7a42-4c1e-8f50-94d0a1b2c3d4";

// What a report needs beside its definition.
std::string Definition(absl::string_view kind, absl::string_view scope,
                       absl::string_view rest = "") {
  return absl::StrCat("display_name: 'R' definition { kind: ", kind, " scope: '",
                      AcmeTest::Full(scope), "' ", rest, " } ");
}
std::string Name(absl::string_view id) { return AcmeTest::Full(absl::StrCat("reports/", id)); }

v1::CreateReportRequest NewReport(const std::string& id, const std::string& report) {
  v1::CreateReportRequest request;
  request.set_parent(AcmeTest::Full(""));
  request.set_report_id(id);
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(report, request.mutable_report()))
      << report;
  return request;
}

// What every fixture of a tenant can do with reports.
template <typename Base>
class WithReports : public Base {
 protected:
  using Base::Base;

  Answer<Report> Save(absl::string_view actor, const std::string& id, const std::string& report) {
    return this->template Call<Report>(actor, NewReport(id, report));
  }
  Report MustSave(absl::string_view actor, const std::string& id, const std::string& report) {
    const auto made = Save(actor, id, report);
    EXPECT_TRUE(made.ok()) << made.message();
    return made.value;
  }
  Answer<Report> Get(absl::string_view actor, absl::string_view id) {
    v1::GetReportRequest request;
    request.set_name(Name(id));
    return this->template Call<Report>(actor, request);
  }
  Answer<Report> Change(absl::string_view actor, const std::string& id, const std::string& report,
                        const std::vector<std::string>& mask = {}) {
    v1::UpdateReportRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(report, request.mutable_report()))
        << report;
    request.mutable_report()->set_name(Name(id));
    for (const std::string& path : mask) request.mutable_update_mask()->add_paths(path);
    return this->template Call<Report>(actor, request);
  }
  Answer<Empty> Delete(absl::string_view actor, absl::string_view id) {
    v1::DeleteReportRequest request;
    request.set_name(Name(id));
    return this->template Call<Empty>(actor, request);
  }
  // The ids that a list has, page by page.
  std::vector<std::string> Ids(absl::string_view actor, absl::string_view scope = "*",
                               int page_size = 0) {
    v1::ListReportsRequest request;
    request.set_parent(AcmeTest::Full(""));
    if (scope != "*") request.set_scope(AcmeTest::Full(scope));
    request.set_page_size(page_size);
    std::vector<std::string> ids;
    do {
      const auto list = this->template Call<v1::ListReportsResponse>(actor, request);
      EXPECT_TRUE(list.ok()) << list.message();
      for (const Report& report : list.value.reports()) {
        ids.push_back(report.name().substr(Name("").size()));
      }
      request.set_page_token(list.value.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
  Answer<v1::ListReportRowsResponse> Rows(absl::string_view actor, absl::string_view id,
                                          int page_size = 0, const std::string& token = "") {
    v1::ListReportRowsRequest request;
    request.set_name(Name(id));
    request.set_page_size(page_size);
    request.set_page_token(token);
    return this->template Call<v1::ListReportRowsResponse>(actor, request);
  }
};

// lea, leo and lin are in courses/fire, which dan administers; kim administers catalogs/safety, in
// which it stands, olga catalogs/office. ann is the tenant's administrator, and of both catalogs.
class SavedReportTest : public WithReports<SessionTest> {
 protected:
  std::string RecordOf(absl::string_view learner) {
    v1::ListEnrollmentsRequest request;
    request.set_parent(Full(""));
    request.set_training(Full("courses/fire"));
    const auto list = Call<v1::ListEnrollmentsResponse>("users/ann", request);
    for (const auto& each : list.value.enrollments()) {
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
    ASSERT_TRUE(Call<v1::TrainingRecord>("users/dan", request).ok());
  }
  void DeleteGroup(absl::string_view group) {
    v1::DeleteGroupRequest request;
    request.set_name(Full(group));
    const auto gone = Call<Empty>("users/ann", request);
    ASSERT_TRUE(gone.ok()) << gone.message();
  }
  Answer<Empty> DeleteCourse(absl::string_view course, bool force) {
    v1::DeleteCourseRequest request;
    request.set_name(Full(course));
    request.set_force(force);
    return Call<Empty>("users/ann", request);
  }
};

TEST_F(SavedReportTest, CA6_ACourseAdministratorSavesReportsAndALearnerDoesNot) {
  const Report made =
      MustSave("users/dan", "late", Definition("OVERDUE", "courses/fire", "columns: 'learner'"));
  EXPECT_EQ(made.name(), Name("late"));
  EXPECT_EQ(made.owner(), Full("users/dan"));
  EXPECT_EQ(made.definition().scope(), Full("courses/fire"));
  EXPECT_TRUE(made.has_create_time());
  EXPECT_NE(made.etag(), "");
  EXPECT_FALSE(made.has_next_run_time());
  for (const char* actor : {"users/lea", "users/olga", "users/otto"}) {
    const auto refused = Save(actor, "mine", Definition("OVERDUE", "courses/fire"));
    EXPECT_EQ(refused.code(), kDenied) << actor;
    EXPECT_EQ(Get(actor, "late").code(), kDenied) << actor;
    EXPECT_EQ(Rows(actor, "late").code(), kDenied) << actor;
    EXPECT_THAT(Ids(actor), IsEmpty()) << actor;
  }
  EXPECT_EQ(Save("", "mine", Definition("OVERDUE", "courses/fire")).code(),
            grpc::StatusCode::UNAUTHENTICATED);
  // Of the course, and of nothing above it.
  EXPECT_EQ(Save("users/dan", "mine", Definition("OVERDUE", "catalogs/safety")).code(), kDenied);
  EXPECT_EQ(Save("users/dan", "mine", Definition("OVERDUE", "")).code(), kDenied);
  // Whoever may read reports of the course reads those that were saved of it.
  const auto seen = Get("users/kim", "late");
  ASSERT_TRUE(seen.ok()) << seen.message();
  EXPECT_EQ(seen.value.SerializeAsString(), made.SerializeAsString());
  // An id that was not given is made.
  const Report other = MustSave("users/dan", "", Definition("COURSE", "courses/fire"));
  EXPECT_TRUE(Get("users/dan", other.name().substr(Name("").size())).ok()) << other.name();
}

TEST_F(SavedReportTest, CA6_WhoMayReadReportsOfACatalogOrTheTenantSavesThem) {
  MustSave("users/kim", "catalog", Definition("CATALOG", "catalogs/safety"));
  MustSave("users/ann", "tenant", Definition("TENANT", ""));
  EXPECT_EQ(Get("users/kim", "tenant").code(), kDenied);
  EXPECT_EQ(Get("users/olga", "catalog").code(), kDenied);
  EXPECT_EQ(Save("users/olga", "x", Definition("CATALOG", "catalogs/safety")).code(), kDenied);
  EXPECT_TRUE(Get("users/ann", "tenant").ok());
  // That a name is taken is for whoever may read what has it.
  EXPECT_EQ(Save("users/kim", "catalog", Definition("CATALOG", "catalogs/safety")).code(),
            grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Save("users/kim", "tenant", Definition("CATALOG", "catalogs/safety")).code(), kDenied);
}

TEST_F(SavedReportTest, CA6_ASavedReportIsRunAndExportedByItsDefinition) {
  MustSave("users/dan", "all",
           Definition("COURSE", "courses/fire", "columns: 'state' columns: 'learner'"));
  const std::string definition = Get("users/kim", "all").value.definition().ShortDebugString();
  const ReportAnswer run = RunReportAs(channel(), "users/kim", definition);
  ASSERT_TRUE(run.ok()) << run.last.message();
  const auto rows = Rows("users/kim", "all");
  ASSERT_TRUE(rows.ok()) << rows.message();
  EXPECT_EQ(rows.value.header().columns(0), "state");
  EXPECT_EQ(rows.value.header().revision(), run.header.revision());
  ASSERT_EQ(rows.value.rows_size(), 3);
  EXPECT_EQ(rows.value.summary().row_count(), 3);
  EXPECT_EQ(rows.value.summary().learner_count(), 3);
  EXPECT_EQ(rows.value.next_page_token(), "");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(rows.value.rows(i).cells(1), run.rows[static_cast<size_t>(i)].at("learner"));
  }
  const auto csv = ExportReportAs(channel(), "users/kim", definition);
  EXPECT_THAT(csv.value, HasSubstr("ENROLLED,tenants/acme/users/lea"));
}

TEST_F(SavedReportTest, CA6_OnlyTheOwnerChangesAReport) {
  const Report made = MustSave("users/dan", "late", Definition("OVERDUE", "courses/fire"));
  const auto refused = Change("users/kim", "late", "display_name: 'Mine'");
  EXPECT_EQ(refused.code(), kFailed);
  EXPECT_THAT(refused.violations(), ElementsAre("NOT_OWNER"));
  EXPECT_THAT(refused.message(), HasSubstr("`tenants/acme/users/dan`'s"));
  EXPECT_THAT(refused.message(), HasSubstr("create one of your own"));
  for (const char* actor : {"users/lea", "users/olga"}) {
    EXPECT_EQ(Change(actor, "late", "display_name: 'Mine'").code(), kDenied) << actor;
  }
  const auto renamed = Change("users/dan", "late",
                              absl::StrCat("display_name: 'Too late' etag: '", made.etag(), "'"));
  ASSERT_TRUE(renamed.ok()) << renamed.message();
  EXPECT_EQ(renamed.value.display_name(), "Too late");
  EXPECT_EQ(renamed.value.definition().kind(), v1::ReportDefinition::OVERDUE);
  EXPECT_NE(renamed.value.etag(), made.etag());
  const auto stale =
      Change("users/dan", "late", absl::StrCat("display_name: 'X' etag: '", made.etag(), "'"));
  EXPECT_EQ(stale.code(), grpc::StatusCode::ABORTED);
  const auto other =
      Change("users/dan", "late",
             Definition("COURSE", "courses/fire", "filter { states: ENROLLED } columns: 'learner'"),
             {"definition"});
  ASSERT_TRUE(other.ok()) << other.message();
  EXPECT_EQ(other.value.definition().kind(), v1::ReportDefinition::COURSE);
  EXPECT_EQ(other.value.display_name(), "Too late");
  EXPECT_THAT(Rows("users/dan", "late").value.rows(), SizeIs(3));
  // What it is about stays.
  const auto moved = Change("users/dan", "late", Definition("COURSE", "courses/drill"));
  EXPECT_THAT(moved.bad_fields(), ElementsAre(Key("report.definition.scope")));
  EXPECT_THAT(moved.message(), HasSubstr("it is `tenants/acme/courses/fire`"));
}

TEST_F(SavedReportTest, CA6_OnesOwnCanAlwaysBeDeletedAndOthersBySomebodyWhoManagesThere) {
  const std::string role = Assign("users/otto", "course_admin", "courses/fire");
  MustSave("users/otto", "ottos", Definition("COURSE", "courses/fire"));
  MustSave("users/dan", "dans", Definition("COURSE", "courses/fire"));
  MustSave("users/kim", "kims", Definition("CATALOG", "catalogs/safety"));
  Unassign(role);
  EXPECT_EQ(Get("users/otto", "ottos").code(), kDenied);
  EXPECT_EQ(Delete("users/otto", "dans").code(), kDenied);
  const auto own = Delete("users/otto", "ottos");
  EXPECT_TRUE(own.ok()) << own.message();
  for (const char* actor : {"users/lea", "users/olga"}) {
    EXPECT_EQ(Delete(actor, "dans").code(), kDenied) << actor;
    EXPECT_EQ(Delete(actor, "kims").code(), kDenied) << actor;
  }
  EXPECT_EQ(Delete("users/dan", "kims").code(), kDenied);
  EXPECT_TRUE(Delete("users/kim", "dans").ok());
  // To whoever may not read everywhere, what is missing is as what is hidden.
  EXPECT_EQ(Delete("users/kim", "dans").code(), kDenied);
  v1::DeleteReportRequest request;
  request.set_name(Name("kims"));
  request.set_etag("another");
  EXPECT_EQ(Call<Empty>("users/kim", request).code(), grpc::StatusCode::ABORTED);
  request.clear_etag();
  request.set_validate_only(true);
  EXPECT_TRUE(Call<Empty>("users/ann", request).ok());
  EXPECT_TRUE(Get("users/kim", "kims").ok());
}

TEST_F(SavedReportTest, RetriesGetTheFirstAnswer) {
  v1::CreateReportRequest request = NewReport("late", Definition("OVERDUE", "courses/fire"));
  request.set_validate_only(true);
  EXPECT_TRUE(Call<Report>("users/dan", request).ok());
  EXPECT_EQ(Get("users/dan", "late").code(), kDenied);
  request.set_validate_only(false);
  request.set_request_id(kRequestId);
  const auto first = Call<Report>("users/dan", request);
  ASSERT_TRUE(first.ok()) << first.message();
  const auto again = Call<Report>("users/dan", request);
  EXPECT_EQ(again.value.SerializeAsString(), first.value.SerializeAsString());
}

TEST_F(SavedReportTest, Rule23_AScheduleNeedsTheRightToExport) {
  // ann may read reports of the tenant, and export none.
  MustSave("users/ann", "all", Definition("TENANT", ""));
  EXPECT_EQ(Save("users/ann", "daily", Definition("TENANT", "") + kDaily).code(), kDenied);
  EXPECT_EQ(Change("users/ann", "all", kDaily).code(), kDenied);
  const Report made =
      MustSave("users/kim", "daily", Definition("CATALOG", "catalogs/safety") + kDaily);
  const absl::Time next = FromTimestamp(made.next_run_time());
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &zone));
  EXPECT_EQ(absl::FormatTime("%H:%M", next, zone), "07:30");
  EXPECT_GT(next, FromTimestamp(made.create_time()));
  EXPECT_LE(next, FromTimestamp(made.create_time()) + absl::Hours(25));

  // What else changes leaves it as it is.
  const auto renamed = Change("users/kim", "daily", "display_name: 'N'");
  EXPECT_EQ(FromTimestamp(renamed.value.next_run_time()), next);
  const auto moved = Change("users/kim", "daily",
                            "schedule { frequency: DAILY time: '09:00' time_zone: 'Etc/UTC' }");
  ASSERT_TRUE(moved.ok()) << moved.message();
  EXPECT_EQ(
      absl::FormatTime("%H:%M", FromTimestamp(moved.value.next_run_time()), absl::UTCTimeZone()),
      "09:00");
  const auto never = Change("users/kim", "daily", "", {"schedule"});
  ASSERT_TRUE(never.ok()) << never.message();
  EXPECT_FALSE(never.value.has_schedule());
  EXPECT_FALSE(never.value.has_next_run_time());
}

TEST_F(SavedReportTest, Rule23_WhoMayNoLongerExportCanOnlyTakeTheScheduleAway) {
  MustSave("users/dan", "daily", Definition("COURSE", "courses/fire") + kDaily);
  v1::CreateOverrideRequest prevent;
  prevent.set_parent(Full(""));
  *prevent.mutable_override() = Parse<v1::Override>(
      "scope: 'tenants/acme/courses/fire' role: 'course_admin' permission: 'report.export' "
      "effect: PREVENT");
  const auto prevented = Call<v1::Override>("users/ann", prevent);
  ASSERT_TRUE(prevented.ok()) << prevented.message();
  EXPECT_EQ(Change("users/dan", "daily", "display_name: 'N'").code(), kDenied);
  EXPECT_TRUE(Rows("users/dan", "daily").ok()) << "they may read still";
  const auto never =
      Change("users/dan", "daily", "display_name: 'N'", {"display_name", "schedule"});
  ASSERT_TRUE(never.ok()) << never.message();
  EXPECT_FALSE(never.value.has_schedule());
  EXPECT_EQ(never.value.display_name(), "N");
}

TEST_F(SavedReportTest, AReportGoesWithItsScopeAndItsGroup) {
  MakeGroup("crew", "catalogs/safety");
  const std::string crew = absl::StrCat("filter { group: '", Full("groups/crew"), "' }");
  MustSave("users/kim", "crews", Definition("COURSE", "courses/fire", crew) + kDaily);
  MustSave("users/kim", "fires", Definition("COURSE", "courses/fire") + kDaily);
  MustSave("users/kim", "other", Definition("CATALOG", "catalogs/safety"));
  EXPECT_THAT(Ids("users/kim"), ElementsAre("crews", "fires", "other"));
  DeleteGroup("groups/crew");
  EXPECT_THAT(Ids("users/kim"), ElementsAre("fires", "other"));
  MakeCourse("brief", "catalogs/safety");
  MustSave("users/kim", "briefs", Definition("COURSE", "courses/brief") + kDaily);
  const auto kept = DeleteCourse("courses/brief", /*force=*/false);
  EXPECT_THAT(kept.violations(), ElementsAre("NOT_EMPTY"));
  EXPECT_THAT(kept.message(), HasSubstr("saved reports"));
  ASSERT_TRUE(DeleteCourse("courses/brief", /*force=*/true).ok());
  EXPECT_THAT(Ids("users/kim"), ElementsAre("fires", "other"));
  EXPECT_EQ(Get("users/kim", "briefs").code(), kDenied);
  // The name can be given again.
  MustSave("users/kim", "briefs", Definition("CATALOG", "catalogs/safety"));
}

TEST_F(SavedReportTest, Rule25_AGroupThatIsHiddenIsNotShownAndNeverMeansAll) {
  MakeGroup("crew", "catalogs/safety");
  MakeGroup("secret", "catalogs/office");
  AddMember("groups/crew", "users/lea");
  const std::string crew = absl::StrCat("filter { group: '", Full("groups/crew"), "' }");
  const Report made = MustSave("users/kim", "crews", Definition("COURSE", "courses/fire", crew));
  EXPECT_EQ(made.definition().filter().group(), Full("groups/crew"));
  EXPECT_THAT(Rows("users/kim", "crews").value.rows(), SizeIs(1));
  // dan may not read groups: neither the name is for him, nor what hangs on it.
  const Report shown = Get("users/dan", "crews").value;
  EXPECT_EQ(shown.definition().filter().group(), Full("groups/-"));
  EXPECT_EQ(Rows("users/dan", "crews").code(), kDenied);
  const ReportAnswer run =
      RunReportAs(channel(), "users/dan", shown.definition().ShortDebugString());
  EXPECT_THAT(run.last.bad_fields(), ElementsAre(Key("definition.filter.group")));
  // What is hidden and what is missing are refused alike.
  for (const char* group : {"groups/crew", "groups/nothing"}) {
    const auto refused = Save("users/dan", "x",
                              Definition("COURSE", "courses/fire",
                                         absl::StrCat("filter { group: '", Full(group), "' }")));
    EXPECT_THAT(refused.bad_fields(), ElementsAre(Key("report.definition.filter.group"))) << group;
  }
  EXPECT_EQ(Save("users/kim", "x",
                 Definition("COURSE", "courses/fire",
                            absl::StrCat("filter { group: '", Full("groups/secret"), "' }")))
                .code(),
            kInvalid);
  // What stands for a hidden group says that it stays.
  const std::string hidden = absl::StrCat("filter { group: '", Full("groups/-"), "' }");
  EXPECT_EQ(Save("users/kim", "x", Definition("COURSE", "courses/fire", hidden)).code(), kInvalid);
  const auto same = Change("users/kim", "crews", Definition("PROGRESS", "courses/fire", hidden));
  ASSERT_TRUE(same.ok()) << same.message();
  EXPECT_EQ(same.value.definition().filter().group(), Full("groups/crew"));
  EXPECT_THAT(Rows("users/kim", "crews").value.rows(), SizeIs(1));
  const auto all = Change("users/kim", "crews", Definition("COURSE", "courses/fire"));
  EXPECT_EQ(all.value.definition().filter().group(), "");
  EXPECT_THAT(Rows("users/dan", "crews").value.rows(), SizeIs(3));
  const auto none = Change("users/kim", "crews", Definition("COURSE", "courses/fire", hidden));
  EXPECT_THAT(none.bad_fields(), ElementsAre(Key("report.definition.filter.group")));
}

TEST_F(SavedReportTest, OtherTenantsAndSuspendedOnesSeeNothing) {
  MustSave("users/ann", "all", Definition("TENANT", ""));
  v1::CreateTenantRequest create;
  create.set_tenant_id("rival");
  create.mutable_policy()->set_preset("lms365");
  create.mutable_administrator()->set_user_id("ann");
  ASSERT_TRUE(Call<v1::Tenant>(kOperator, create).ok());
  for (const char* actor : {"tenants/rival/users/ann", kOperator}) {
    EXPECT_EQ(Get(actor, "all").code(), kDenied) << actor;
    EXPECT_EQ(Rows(actor, "all").code(), kDenied) << actor;
    EXPECT_EQ(Save(actor, "x", Definition("TENANT", "")).code(), kDenied) << actor;
    EXPECT_EQ(Delete(actor, "all").code(), kDenied) << actor;
    v1::ListReportsRequest list;
    list.set_parent(Full(""));
    EXPECT_EQ(Call<v1::ListReportsResponse>(actor, list).code(), kDenied) << actor;
  }
  v1::SuspendTenantRequest suspend;
  suspend.set_name(Full(""));
  ASSERT_TRUE(Call<v1::Tenant>(kOperator, suspend).ok());
  EXPECT_EQ(Get("users/ann", "all").code(), kDenied);
  EXPECT_EQ(Rows("users/ann", "all").code(), kDenied);
}

TEST_F(SavedReportTest, WhatIsWrongWithAReportIsSaidFieldByField) {
  const std::map<std::string, std::vector<std::string>> cases = {
      {"", {"report.definition.kind", "report.display_name"}},
      {Definition("COURSE", "catalogs/safety"), {"report.definition.scope"}},
      // Of a session nothing is saved.
      {Definition("ATTENDANCE", "sessions/monday"), {"report.definition.scope"}},
      {Definition("COURSE", "courses/fire", "columns: 'learnr' columns: 'state' columns: 'state'"),
       {"report.definition.columns[0]", "report.definition.columns[2]"}},
      {Definition("ITEM_ANALYSIS", "courses/fire",
                  "filter { states: ENROLLED missing_only: true }"),
       {"report.definition.filter", "report.definition.filter.missing_only"}},
      {Definition("COURSE", "courses/fire", "filter { group: 'tenants/other/groups/g' }"),
       {"report.definition.filter.group"}},
      {Definition("COURSE", "courses/fire") + "schedule { frequency: DAILY day: 3 time: '7' }",
       {"report.schedule.day", "report.schedule.time"}},
      {Definition("COURSE", "courses/fire") + "schedule { time: '07:30' time_zone: 'Mars/Base' }",
       {"report.schedule.frequency", "report.schedule.time_zone"}},
  };
  for (const auto& [report, fields] : cases) {
    const auto answer = Save("users/ann", "x", report);
    EXPECT_EQ(answer.code(), kInvalid) << report;
    std::vector<std::string> bad;
    for (const auto& [field, what] : answer.bad_fields()) bad.push_back(field);
    EXPECT_EQ(bad, fields) << report << ": " << answer.message();
  }
  EXPECT_THAT(Save("users/ann", "Not an id", Definition("COURSE", "courses/fire")).bad_fields(),
              ElementsAre(Key("report_id")));
  EXPECT_EQ(Save("users/ann", "x", Definition("COURSE", "courses/nothing")).code(), kDenied);
  MustSave("users/dan", "late", Definition("OVERDUE", "courses/fire"));
  EXPECT_EQ(Change("users/dan", "late", "owner: 'x'", {"owner"}).code(), kInvalid);
  EXPECT_THAT(Change("users/dan", "late", "display_name: ''", {"display_name"}).bad_fields(),
              ElementsAre(Key("report.display_name")));
  v1::ListReportsRequest list;
  list.set_parent(Full(""));
  list.set_scope(Full("sessions/monday"));
  EXPECT_THAT(Call<v1::ListReportsResponse>("users/ann", list).bad_fields(),
              ElementsAre(Key("scope")));
}

TEST_F(SavedReportTest, ListsHaveWhatMayBeReadWhereverItStands) {
  for (const char* id : {"a", "b", "c"}) {
    MustSave("users/dan", id, Definition("COURSE", "courses/fire"));
  }
  MustSave("users/olga", "desk", Definition("COURSE", "courses/desk"));
  MustSave("users/kim", "safety", Definition("CATALOG", "catalogs/safety"));
  MustSave("users/ann", "top", Definition("TENANT", ""));
  EXPECT_THAT(Ids("users/dan"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Ids("users/kim"), ElementsAre("a", "b", "c", "safety"));
  EXPECT_THAT(Ids("users/olga"), ElementsAre("desk"));
  EXPECT_THAT(Ids("users/ann", "*", 2), ElementsAre("a", "b", "c", "desk", "safety", "top"));
  EXPECT_THAT(Ids("users/ann", ""), ElementsAre("top"));
  EXPECT_THAT(Ids("users/ann", "courses/fire", 1), ElementsAre("a", "b", "c"));
  // A scope that is hidden and one that is missing look alike.
  EXPECT_THAT(Ids("users/dan", "courses/desk"), IsEmpty());
  EXPECT_THAT(Ids("users/dan", "courses/nothing"), IsEmpty());
}

TEST_F(SavedReportTest, NoCallReadsMoreAsTheTenantHasMoreReports) {
  MustSave("users/dan", "fire", Definition("COURSE", "courses/fire"));
  const auto read_by = [&](const std::function<void()>& call) {
    const uint64_t before = server().rows_read();
    call();
    return server().rows_read() - before;
  };
  const auto get = [&] { EXPECT_TRUE(Get("users/dan", "fire").ok()); };
  const auto list = [&] { EXPECT_THAT(Ids("users/dan", "courses/fire"), ElementsAre("fire")); };
  const uint64_t get_before = read_by(get);
  const uint64_t list_before = read_by(list);
  for (int i = 0; i < 20; ++i) {
    MustSave("users/olga", absl::StrCat("desk", i), Definition("COURSE", "courses/desk"));
  }
  EXPECT_EQ(read_by(get), get_before);
  EXPECT_EQ(read_by(list), list_before);
  EXPECT_LE(get_before, 3u);
  EXPECT_LE(list_before, 3u);
}

// --- rows ---

TEST_F(SavedReportTest, CA6_PagesAreOfOneRevisionWhateverIsWritten) {
  MustSave("users/dan", "all",
           Definition("COURSE", "courses/fire", "columns: 'learner' columns: 'state'"));
  const auto whole = Rows("users/dan", "all").value;
  ASSERT_THAT(whole.rows(), SizeIs(3));
  auto page = Rows("users/dan", "all", 1);
  ASSERT_TRUE(page.ok()) << page.message();
  const std::string second = page.value.next_page_token();
  const auto header = page.value.header();
  Complete("users/lin");
  v1::DeleteEnrollmentRequest leave;
  leave.set_name(RecordOf("users/leo"));
  ASSERT_TRUE(Call<Empty>("users/dan", leave).ok());
  MakeUser("new", "catalogs/safety");
  Enroll("new", "fire");
  ASSERT_TRUE(
      Change("users/dan", "all", Definition("COURSE", "courses/fire", "filter { states: FAILED }"))
          .ok());
  std::vector<std::string> tokens = {""};
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(page.ok()) << page.message();
    ASSERT_THAT(page.value.rows(), SizeIs(1));
    EXPECT_EQ(page.value.rows(0).ShortDebugString(), whole.rows(i).ShortDebugString());
    EXPECT_EQ(page.value.header().ShortDebugString(), header.ShortDebugString());
    EXPECT_EQ(page.value.has_summary(), i == 2);
    EXPECT_EQ(page.value.next_page_token().empty(), i == 2);
    if (i < 2) page = Rows("users/dan", "all", 1, page.value.next_page_token());
  }
  EXPECT_EQ(page.value.summary().row_count(), 3);
  EXPECT_EQ(page.value.summary().learner_count(), 3);
  // A page that lies behind is the same once more.
  const auto again = Rows("users/dan", "all", 1, second);
  EXPECT_EQ(again.value.rows(0).ShortDebugString(), whole.rows(1).ShortDebugString());
  // A list that is begun is of now: nobody has failed.
  const auto now = Rows("users/dan", "all", 1).value;
  EXPECT_THAT(now.rows(), IsEmpty());
  EXPECT_GT(now.header().revision(), header.revision());
  EXPECT_THAT(now.header().columns(), Not(IsEmpty()));
  EXPECT_TRUE(now.has_summary());
  EXPECT_EQ(now.next_page_token(), "");
}

TEST_F(SavedReportTest, ARunThatIsLongGoesOnWhereItWasLeft) {
  for (int i = 0; i < 130; ++i) {
    const std::string user = absl::StrCat("learner", i);
    MakeUser(user, "catalogs/safety");
    ASSERT_TRUE(Enroll(user, "fire").ok());
  }
  MustSave("users/dan", "all", Definition("COURSE", "courses/fire", "columns: 'learner'"));
  std::vector<std::string> whole;
  const auto all = Rows("users/dan", "all", 1000).value;
  for (const auto& row : all.rows()) whole.push_back(row.cells(0));
  ASSERT_THAT(whole, SizeIs(133));
  std::vector<std::string> tokens;
  std::string token;
  do {
    tokens.push_back(token);
    const auto page = Rows("users/dan", "all", 15, token);
    ASSERT_TRUE(page.ok()) << page.message();
    token = page.value.next_page_token();
  } while (!token.empty());
  ASSERT_THAT(tokens, SizeIs(9));
  // Backwards, and by two at once.
  const auto check = [&](size_t i) {
    const auto page = Rows("users/dan", "all", 15, tokens[i]);
    EXPECT_TRUE(page.ok()) << page.message();
    std::vector<std::string> found;
    for (const auto& row : page.value.rows()) found.push_back(row.cells(0));
    const size_t end = std::min(whole.size(), (i + 1) * 15);
    EXPECT_EQ(found, std::vector<std::string>(whole.begin() + static_cast<ptrdiff_t>(i * 15),
                                              whole.begin() + static_cast<ptrdiff_t>(end)))
        << i;
  };
  for (size_t i = tokens.size(); i-- > 1;) check(i);
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 1; i < tokens.size(); ++i) check(t == 0 ? i : tokens.size() - i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(SavedReportTest, Rule23_EachPageIsAuthorizedAnew) {
  const std::string role = Assign("users/otto", "course_admin", "courses/fire");
  MakeGroup("crew", "catalogs/safety");
  for (const char* member : {"users/lea", "users/leo"}) AddMember("groups/crew", member);
  MustSave("users/dan", "all", Definition("COURSE", "courses/fire"));
  MustSave("users/kim", "crews",
           Definition("COURSE", "courses/fire",
                      absl::StrCat("filter { group: '", Full("groups/crew"), "' }")));
  const auto first = Rows("users/otto", "all", 1);
  ASSERT_TRUE(first.ok()) << first.message();
  // A token is the caller's own, and of one report.
  const auto others = Rows("users/dan", "all", 1, first.value.next_page_token());
  EXPECT_THAT(others.bad_fields(), ElementsAre(Key("page_token")));
  EXPECT_TRUE(Rows("users/otto", "all", 1, first.value.next_page_token()).ok());
  Unassign(role);
  EXPECT_EQ(Rows("users/otto", "all", 1, first.value.next_page_token()).code(), kDenied);

  const auto crews = Rows("users/kim", "crews", 1);
  ASSERT_TRUE(crews.ok()) << crews.message();
  EXPECT_THAT(Rows("users/kim", "all", 1, crews.value.next_page_token()).bad_fields(),
              ElementsAre(Key("page_token")));
  // With the group its reports are gone, those that are being read too.
  DeleteGroup("groups/crew");
  EXPECT_FALSE(Rows("users/kim", "crews", 1, crews.value.next_page_token()).ok());
}

TEST_F(SavedReportTest, Rule23_WhatMayNoLongerBeReadIsOnNoLaterPage) {
  const std::string role = Assign("users/otto", "catalog_admin", "catalogs/safety");
  Assign("users/otto", "course_admin", "courses/fire");
  MustSave("users/dan", "all", Definition("COURSE", "courses/fire", "columns: 'learner_email'"));
  MustSave("users/dan", "plain", Definition("COURSE", "courses/fire", "columns: 'learner'"));
  const auto all = Rows("users/otto", "all", 1);
  ASSERT_TRUE(all.ok()) << all.message();
  EXPECT_THAT(all.value.rows(0).cells(0), HasSubstr("@acme.example"));
  const auto plain = Rows("users/otto", "plain", 1);
  // A course_admin has reports of the course, and does not read profiles.
  Unassign(role);
  const auto second = Rows("users/otto", "all", 1, all.value.next_page_token());
  EXPECT_EQ(second.code(), grpc::StatusCode::ABORTED);
  EXPECT_THAT(second.message(), HasSubstr("begin again without a page_token"));
  EXPECT_EQ(Rows("users/otto", "all", 1).value.rows(0).cells(0), "");
  const auto more = Rows("users/otto", "plain", 1, plain.value.next_page_token());
  EXPECT_TRUE(more.ok()) << more.message();
}

TEST_F(SavedReportTest, Rule25_WhatIsHiddenIsRefusedInTheWordsOfWhatIsMissing) {
  MustSave("users/olga", "course", Definition("COURSE", "courses/desk"));
  MustSave("users/olga", "office", Definition("CATALOG", "catalogs/office"));
  MustSave("users/ann", "whole", Definition("TENANT", ""));
  const auto told = [](const auto& answer, const std::string& id) {
    EXPECT_EQ(answer.code(), kDenied) << id;
    return absl::StrReplaceAll(answer.message(), {{Name(id), "it"}});
  };
  for (const char* hidden : {"course", "office", "whole"}) {
    const std::string id = hidden;
    EXPECT_EQ(told(Get("users/dan", id), id), told(Get("users/dan", "nothing"), "nothing"));
    EXPECT_EQ(told(Rows("users/dan", id), id), told(Rows("users/dan", "nothing"), "nothing"));
    EXPECT_EQ(told(Delete("users/dan", id), id), told(Delete("users/dan", "nothing"), "nothing"));
    EXPECT_EQ(told(Change("users/dan", id, "display_name: 'N'"), id),
              told(Change("users/dan", "nothing", "display_name: 'N'"), "nothing"));
  }
}

TEST_F(SavedReportTest, WhatIsSaidMoreThanOnceIsNotKept) {
  v1::CreateReportRequest request =
      NewReport("all", Definition("COURSE", "courses/fire", "columns: 'learner'"));
  v1::ReportDefinition& definition = *request.mutable_report()->mutable_definition();
  for (int i = 0; i < 100'000; ++i) {
    definition.mutable_filter()->add_states(v1::Enrollment::FAILED);
    definition.add_columns("learner");
  }
  const auto refused = Call<Report>("users/dan", request);
  EXPECT_THAT(refused.bad_fields(), Contains(Key("report.definition.columns")));
  EXPECT_THAT(refused.bad_fields(), Contains(Key("report.definition.filter.states")));
  EXPECT_LT(refused.message().size(), 2000u);
}

TEST_F(SavedReportTest, ATokenGoesWithItsReport) {
  MustSave("users/dan", "all", Definition("COURSE", "courses/fire"));
  const auto first = Rows("users/dan", "all", 1);
  ASSERT_TRUE(Delete("users/dan", "all").ok());
  MustSave("users/dan", "all", Definition("COURSE", "courses/fire"));
  const auto other = Rows("users/dan", "all", 1, first.value.next_page_token());
  EXPECT_EQ(other.code(), grpc::StatusCode::ABORTED);
  EXPECT_THAT(other.message(), HasSubstr("begin again without a page_token"));
}

TEST_F(SavedReportTest, ATokenIsHeldForAWhile) {
  Restart([](ServerOptions* options) { options->list_hold = absl::Nanoseconds(1); });
  MustSave("users/dan", "all", Definition("COURSE", "courses/fire"));
  const auto first = Rows("users/dan", "all", 1);
  ASSERT_TRUE(first.ok()) << first.message();
  const auto late = Rows("users/dan", "all", 1, first.value.next_page_token());
  EXPECT_EQ(late.code(), grpc::StatusCode::ABORTED);
  EXPECT_THAT(late.message(), HasSubstr("begin again without a page_token"));
}

// The reporter of PlutoLMS.
class PlutoSavedReportTest : public WithReports<AssessmentTest> {
 protected:
  PlutoSavedReportTest() : WithReports<AssessmentTest>("plutolms") {
    MakeUser("rae");
    Assign("users/rae", "reporter", "");
  }
};

TEST_F(PlutoSavedReportTest, RE1_RE2_ReportersSaveAndScheduleReportsEverywhere) {
  MustSave("users/rae", "tenant", Definition("TENANT", "") + kDaily);
  MustSave("users/rae", "safety", Definition("PROGRESS", "catalogs/safety") + kDaily);
  MustSave("users/rae", "fire", Definition("COURSE_STATISTICS", "courses/fire") + kDaily);
  EXPECT_THAT(Ids("users/rae"), ElementsAre("fire", "safety", "tenant"));
  EXPECT_EQ(Get("users/rae", "nothing").code(), kMissing);
  EXPECT_THAT(Rows("users/rae", "safety").value.rows(), SizeIs(2));
  // An instructor reads reports of the course, and saves none.
  EXPECT_TRUE(Get("users/ira", "fire").ok());
  EXPECT_TRUE(Rows("users/ira", "fire").ok());
  EXPECT_EQ(Save("users/ira", "mine", Definition("COURSE", "courses/fire")).code(), kDenied);
  EXPECT_EQ(Change("users/ira", "fire", "display_name: 'N'").code(), kDenied);
  for (const char* id : {"tenant", "safety", "fire"}) {
    EXPECT_EQ(Get("users/lea", id).code(), kDenied) << id;
    EXPECT_EQ(Delete("users/lea", id).code(), kDenied) << id;
    EXPECT_TRUE(Delete("users/rae", id).ok()) << id;
    EXPECT_EQ(Delete("users/rae", id).code(), kMissing) << id;
    v1::DeleteReportRequest request;
    request.set_name(Name(id));
    request.set_allow_missing(true);
    EXPECT_TRUE(Call<Empty>("users/rae", request).ok()) << id;
  }
}

// CoreAchieve, whose administrators erase people.
class CoreSavedReportTest : public WithReports<AssessmentTest> {
 protected:
  CoreSavedReportTest() : WithReports<AssessmentTest>("coreachieve") {}
};

TEST_F(CoreSavedReportTest, U4_I4_WhoMakesACourseSavesItsReportsAndTheyGoWithThem) {
  MakeUser("una");
  Assign("users/una", "author", "catalogs/safety");
  MustSave("users/una", "statistics", Definition("COURSE_STATISTICS", "courses/fire") + kDaily);
  MustSave("users/ann", "questions", Definition("ITEM_ANALYSIS", "courses/fire"));
  EXPECT_THAT(Ids("users/ira"), ElementsAre("questions", "statistics"));
  EXPECT_THAT(Rows("users/ira", "statistics").value.rows(), SizeIs(1));
  EXPECT_EQ(Save("users/ira", "mine", Definition("COURSE", "courses/fire")).code(), kDenied);
  EXPECT_EQ(Get("users/lea", "statistics").code(), kDenied);
  v1::DeleteUserRequest request;
  request.set_name(Full("users/una"));
  const auto gone = Call<Empty>("users/ann", request);
  ASSERT_TRUE(gone.ok()) << gone.message();
  EXPECT_THAT(Ids("users/ann"), ElementsAre("questions"));
  EXPECT_EQ(Get("users/ann", "statistics").code(), kMissing);
}

}  // namespace
}  // namespace provost
