// Rows of the mission that no other file is about: each done by a role of the preset that may, and
// refused to one that may not.
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "provost/v1/access_service.pb.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.grpc.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"
#include "tests/service/stream_calls.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kOk = grpc::StatusCode::OK;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;

class MissionTest : public AcmeTest {
 protected:
  using AcmeTest::AcmeTest;

  template <typename Request>
  static Request Parse(const std::string& text) {
    Request request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
    return request;
  }
  template <typename Response, typename Request>
  grpc::StatusCode Do(absl::string_view actor, const std::string& text) {
    const auto answer = Call<Response>(actor, Parse<Request>(text));
    message_ = answer.message();
    return answer.code();
  }
  grpc::StatusCode AssignAs(absl::string_view actor, absl::string_view subject,
                            absl::string_view role, absl::string_view scope) {
    v1::CreateAssignmentRequest request;
    request.set_parent(Full(""));
    request.mutable_assignment()->set_subject(Full(subject));
    request.mutable_assignment()->set_role(std::string(role));
    request.mutable_assignment()->set_scope(Full(scope));
    const auto answer = Call<v1::Assignment>(actor, request);
    if (answer.ok()) assignment_ = answer.value.name();
    return answer.code();
  }
  grpc::StatusCode UnassignAs(absl::string_view actor, const std::string& assignment) {
    v1::DeleteAssignmentRequest request;
    request.set_name(assignment);
    return Call<Empty>(actor, request).code();
  }

  std::string assignment_;  // The last that was made.
  std::string message_;     // Of the last refusal.
};

// ann is tenant_admin, lou lms_admin, cat runs catalogs/safety, cor courses/fire in it, ina leads a
// session of it, and lea learns there.
class Lms365Mission : public MissionTest {
 protected:
  Lms365Mission() : MissionTest("lms365") {
    Appoint(
        {{"lou", "lms_admin"}, {"cat", ""}, {"cor", ""}, {"ina", ""}, {"lea", ""}, {"new", ""}});
    MakeCatalog("safety");
    MakeCatalog("office");
    Assign("users/cat", "catalog_admin", "catalogs/safety");
    EXPECT_EQ(NewCourse("users/cat", "fire", "catalogs/safety"), kOk);
    EXPECT_EQ(AssignAs("users/cat", "users/cor", "course_admin", "courses/fire"), kOk);
    EXPECT_EQ((Do<v1::Session, v1::CreateSessionRequest>(
                  "users/cor",
                  "parent: 'tenants/acme' session_id: 'monday' session { display_name: 'Monday' "
                  "parent_scope: 'tenants/acme/courses/fire' }")),
              kOk);
    EXPECT_EQ(AssignAs("users/cor", "users/ina", "instructor", "sessions/monday"), kOk);
    EXPECT_EQ(AssignAs("users/cor", "users/lea", "learner", "courses/fire"), kOk);
  }

  grpc::StatusCode NewCourse(absl::string_view actor, absl::string_view id,
                             absl::string_view parent) {
    return Do<v1::Course, v1::CreateCourseRequest>(
        actor, absl::StrCat("parent: 'tenants/acme' course_id: '", id,
                            "' course { display_name: 'Course' parent_scope: 'tenants/acme/",
                            parent, "' }"));
  }
  grpc::StatusCode NewPlan(absl::string_view actor, absl::string_view id,
                           absl::string_view parent) {
    return Do<v1::TrainingPlan, v1::CreateTrainingPlanRequest>(
        actor, absl::StrCat("parent: 'tenants/acme' training_plan_id: '", id,
                            "' training_plan { display_name: 'Plan' parent_scope: 'tenants/acme/",
                            parent, "' steps { courses: 'tenants/acme/courses/fire' } }"));
  }
  grpc::StatusCode NewCatalog(absl::string_view actor, absl::string_view id,
                              absl::string_view parent) {
    return Do<v1::Catalog, v1::CreateCatalogRequest>(
        actor, absl::StrCat("parent: 'tenants/acme' catalog_id: '", id,
                            "' catalog { display_name: 'Catalog' parent_scope: '", parent, "' }"));
  }
};

TEST_F(Lms365Mission, TA4_TheTenantAdministratorAddsAndRemovesLmsAndCatalogAdministrators) {
  EXPECT_EQ(AssignAs("users/ann", "users/new", "lms_admin", ""), kOk);
  EXPECT_EQ(UnassignAs("users/ann", assignment_), kOk);
  EXPECT_EQ(AssignAs("users/ann", "users/new", "catalog_admin", "catalogs/office"), kOk);
  const std::string given = assignment_;
  for (const char* other : {"users/cat", "users/cor", "users/ina", "users/lea", "users/new"}) {
    EXPECT_EQ(AssignAs(other, "users/new", "lms_admin", ""), kDenied) << other;
    EXPECT_EQ(AssignAs(other, "users/lea", "catalog_admin", "catalogs/office"), kDenied) << other;
    EXPECT_EQ(AssignAs(other, "users/lea", "catalog_admin", "catalogs/safety"), kDenied) << other;
    EXPECT_EQ(UnassignAs(other, given), kDenied) << other;
  }
  EXPECT_EQ(UnassignAs("users/ann", given), kOk);
}

TEST_F(Lms365Mission, LA1_TheLmsAdministratorAddsAndRemovesThemTooAndNoTenantAdministrator) {
  EXPECT_EQ(AssignAs("users/lou", "users/new", "lms_admin", ""), kOk);
  EXPECT_EQ(UnassignAs("users/lou", assignment_), kOk);
  EXPECT_EQ(AssignAs("users/lou", "users/new", "catalog_admin", "catalogs/office"), kOk);
  EXPECT_EQ(UnassignAs("users/lou", assignment_), kOk);
  EXPECT_EQ(AssignAs("users/lou", "users/new", "tenant_admin", ""), kDenied);
  EXPECT_EQ(AssignAs("users/lou", "users/lou", "tenant_admin", ""), kDenied);
}

TEST_F(Lms365Mission, KA1_CatalogAdministratorsMakeCoursesAndPlansInTheirOwnCatalogAlone) {
  EXPECT_EQ(NewCourse("users/cat", "smoke", "catalogs/safety"), kOk);
  EXPECT_EQ(NewPlan("users/cat", "basics", "catalogs/safety"), kOk);
  EXPECT_EQ(
      (Do<v1::Course, v1::UpdateCourseRequest>(
          "users/cat", "course { name: 'tenants/acme/courses/smoke' display_name: 'Smoke' }")),
      kOk);
  for (const char* other : {"users/lou", "users/ann", "users/cor", "users/ina", "users/lea"}) {
    EXPECT_EQ(NewCourse(other, "other", "catalogs/safety"), kDenied) << other;
    EXPECT_EQ(NewPlan(other, "other", "catalogs/safety"), kDenied) << other;
  }
  EXPECT_EQ(NewCourse("users/cat", "other", "catalogs/office"), kDenied);
  EXPECT_EQ(NewPlan("users/cat", "other", "catalogs/office"), kDenied);
}

TEST_F(Lms365Mission, KA1_CatalogAdministratorsAssignCourseAdministratorsOfTheirOwnCatalogAlone) {
  MakeCatalog("sub", "catalogs/safety");
  EXPECT_EQ(NewCourse("users/cat", "deep", "catalogs/sub"), kOk);
  Assign("users/new", "catalog_admin", "catalogs/office");
  EXPECT_EQ(NewCourse("users/new", "desk", "catalogs/office"), kOk);
  EXPECT_EQ(AssignAs("users/cat", "users/lea", "course_admin", "courses/deep"), kOk);
  EXPECT_EQ(UnassignAs("users/cat", assignment_), kOk);
  EXPECT_EQ(AssignAs("users/cat", "users/lea", "course_admin", "courses/desk"), kDenied);
  EXPECT_EQ(AssignAs("users/cat", "users/lea", "catalog_admin", "catalogs/safety"), kDenied);
  for (const char* other : {"users/ann", "users/lou", "users/ina", "users/lea"}) {
    EXPECT_EQ(AssignAs(other, "users/lea", "course_admin", "courses/deep"), kDenied) << other;
  }
}

TEST_F(Lms365Mission, TA2_TheTenantAdministratorCreatesAndManagesCatalogs) {
  EXPECT_EQ(NewCatalog("users/ann", "new", "tenants/acme"), kOk);
  EXPECT_EQ(NewCatalog("users/ann", "sub", "tenants/acme/catalogs/new"), kOk);
  EXPECT_EQ(
      (Do<v1::Catalog, v1::UpdateCatalogRequest>(
          "users/ann", "catalog { name: 'tenants/acme/catalogs/new' display_name: 'Newer' }")),
      kOk);
  EXPECT_EQ((Do<v1::Catalog, v1::MoveCatalogRequest>(
                "users/ann",
                "name: 'tenants/acme/catalogs/sub' parent_scope: 'tenants/acme/catalogs/office'")),
            kOk);
  EXPECT_EQ((Do<v1::Catalog, v1::ArchiveCatalogRequest>("users/ann",
                                                        "name: 'tenants/acme/catalogs/office'")),
            kOk);
  // An archive freezes what is in it.
  Assign("users/new", "catalog_admin", "catalogs/new");
  EXPECT_EQ(
      (Do<v1::Catalog, v1::UpdateCatalogRequest>(
          "users/ann", "catalog { name: 'tenants/acme/catalogs/sub' display_name: 'Other' }")),
      grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(message_, HasSubstr("archived or on hold"));
  EXPECT_EQ((Do<v1::Catalog, v1::UnarchiveCatalogRequest>("users/ann",
                                                          "name: 'tenants/acme/catalogs/office'")),
            kOk);
  EXPECT_EQ((Do<v1::DeleteCatalogResponse, v1::DeleteCatalogRequest>(
                "users/ann", "name: 'tenants/acme/catalogs/sub'")),
            kOk);
  for (const char* other : {"users/cor", "users/ina", "users/lea"}) {
    EXPECT_EQ(NewCatalog(other, "other", "tenants/acme"), kDenied) << other;
    EXPECT_EQ((Do<v1::DeleteCatalogResponse, v1::DeleteCatalogRequest>(
                  other, "name: 'tenants/acme/catalogs/new'")),
              kDenied)
        << other;
  }
}

TEST_F(Lms365Mission, LA2_TheLmsAdministratorManagesCatalogsAndTheCatalogAdministratorItsOwn) {
  const std::string rename = "catalog { name: 'tenants/acme/catalogs/office' display_name: 'X' }";
  const std::string own = "catalog { name: 'tenants/acme/catalogs/safety' display_name: 'X' }";
  EXPECT_EQ((Do<v1::Catalog, v1::UpdateCatalogRequest>("users/lou", rename)), kOk);
  EXPECT_EQ((Do<v1::Catalog, v1::UpdateCatalogRequest>("users/cat", own)), kOk);
  EXPECT_EQ((Do<v1::Catalog, v1::UpdateCatalogRequest>("users/cat", rename)), kDenied);
  EXPECT_EQ((Do<v1::DeleteCatalogResponse, v1::DeleteCatalogRequest>(
                "users/cat", "name: 'tenants/acme/catalogs/safety' force: true")),
            kDenied);
  // To create catalogs is the tenant administrator's alone (d2).
  EXPECT_EQ(NewCatalog("users/lou", "other", "tenants/acme"), kDenied);
  EXPECT_EQ((Do<v1::DeleteCatalogResponse, v1::DeleteCatalogRequest>(
                "users/lou", "name: 'tenants/acme/catalogs/office'")),
            kOk);
}

TEST_F(Lms365Mission, P5_WhatOneCanDoHereIsOneCall) {
  const auto permissions = [&](absl::string_view actor, absl::string_view subject,
                               absl::string_view scope) {
    v1::ListPermissionsRequest request;
    request.set_subject(Full(subject));
    request.set_scope(Full(scope));
    request.set_page_size(1000);
    const auto answer = Call<v1::ListPermissionsResponse>(actor, request);
    EXPECT_EQ(answer.value.next_page_token(), "");
    return answer;
  };
  const auto own = permissions("users/lea", "users/lea", "courses/fire");
  ASSERT_TRUE(own.ok()) << own.message();
  EXPECT_THAT(own.value.permissions(), Contains("course.access"));
  EXPECT_THAT(own.value.permissions(), Not(Contains("course.update")));
  const auto runs = permissions("users/cor", "users/cor", "courses/fire");
  EXPECT_THAT(runs.value.permissions(), Contains("course.update"));
  EXPECT_THAT(runs.value.permissions(), Not(Contains("course.delete")));
  EXPECT_EQ(permissions("users/lea", "users/cor", "courses/fire").code(), kDenied);
  EXPECT_TRUE(permissions("users/cat", "users/cor", "courses/fire").ok());
}

// ann is administrator, max manages attendees, uma is an author, ivo teaches courses/fire.
class CoreAchieveMission : public MissionTest {
 protected:
  CoreAchieveMission() : MissionTest("coreachieve") {
    Appoint({{"max", "attendee_manager"}, {"uma", "author"}, {"ivo", ""}, {"bob", ""}});
    MakeCourse("fire");
    Assign("users/ivo", "instructor", "courses/fire");
  }

  v1::CheckResponse CheckAs(absl::string_view subject, absl::string_view permission,
                            absl::string_view role) {
    v1::CheckRequest request;
    request.set_subject(Full(subject));
    request.set_permission(std::string(permission));
    request.set_scope(Full("courses/fire"));
    if (!role.empty()) {
      request.mutable_acting_as()->set_role(std::string(role));
      request.mutable_acting_as()->set_scope(Full("courses/fire"));
    }
    const auto answer = Call<v1::CheckResponse>(subject, request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    return answer.value;
  }
};

TEST_F(CoreAchieveMission, A2_AdministratorsTakeOnAnyOtherRole) {
  // As a learner they see what a learner sees, and no more.
  EXPECT_TRUE(CheckAs("users/ann", "course.access", "learner").allowed());
  EXPECT_FALSE(CheckAs("users/ann", "course.update", "learner").allowed());
  EXPECT_TRUE(CheckAs("users/ann", "course.update", "author").allowed());
  EXPECT_TRUE(CheckAs("users/ann", "assessment.grade", "instructor").allowed());
  EXPECT_TRUE(CheckAs("users/ann", "enrollment.create", "attendee_manager").allowed());
  // An author previews as a learner, who writes nothing that the author could not.
  EXPECT_TRUE(CheckAs("users/uma", "course.read", "learner").allowed());
  EXPECT_FALSE(CheckAs("users/uma", "assessment.grade", "instructor").allowed());
  EXPECT_FALSE(CheckAs("users/max", "course.access", "learner").allowed());
  EXPECT_FALSE(CheckAs("users/max", "course.update", "author").allowed());
}

TEST_F(CoreAchieveMission, A2_AdministratorsManageTheRolesUnderneath) {
  for (const char* role : {"attendee_manager", "author"}) {
    EXPECT_EQ(AssignAs("users/ann", "users/bob", role, ""), kOk) << role;
    const std::string given = assignment_;
    for (const char* other : {"users/max", "users/uma", "users/ivo"}) {
      EXPECT_EQ(AssignAs(other, "users/bob", role, ""), kDenied) << role << " " << other;
      EXPECT_EQ(UnassignAs(other, given), kDenied) << role << " " << other;
    }
    EXPECT_EQ(UnassignAs("users/ann", given), kOk) << role;
  }
  v1::ListRolesRequest roles;
  roles.set_parent(Full(""));
  EXPECT_EQ(Call<v1::ListRolesResponse>("users/ann", roles).value.roles_size(), 6);
  EXPECT_EQ(Call<v1::ListRolesResponse>("users/uma", roles).code(), kDenied);
}

TEST_F(CoreAchieveMission, A3_HowManyHaveEachRoleIsOneReport) {
  Assign("users/bob", "author", "");
  v1::GetGrowthRequest request;
  request.set_tenant(Full(""));
  const auto growth = Call<v1::GetGrowthResponse>("users/ann", request);
  ASSERT_TRUE(growth.ok()) << growth.message();
  std::vector<std::string> counts;
  for (const auto& role : growth.value.months(0).roles()) {
    counts.push_back(absl::StrCat(role.role(), "=", role.assignments()));
  }
  EXPECT_THAT(counts,
              ElementsAre("administrator=1", "attendee_manager=1", "author=2", "instructor=1"));
  for (const char* other : {"users/max", "users/uma", "users/ivo"}) {
    EXPECT_EQ(Call<v1::GetGrowthResponse>(other, request).code(), kDenied) << other;
  }
}

TEST_F(CoreAchieveMission, M1_ErasureTakesThePersonAndKeepsTheStatistics) {
  Assign("users/bob", "learner", "courses/fire");
  const auto month = [&] {
    v1::GetGrowthRequest request;
    request.set_tenant(Full(""));
    const auto growth = Call<v1::GetGrowthResponse>("users/ann", request);
    EXPECT_TRUE(growth.ok()) << growth.message();
    return growth.value.months(0);
  };
  const auto before = month();
  const std::string name = "name: 'tenants/acme/users/bob'";
  for (const char* other : {"users/max", "users/uma", "users/bob"}) {
    EXPECT_EQ((Do<Empty, v1::DeleteUserRequest>(other, name)), kDenied) << other;
  }
  EXPECT_EQ((Do<Empty, v1::DeleteUserRequest>("users/ann", name)), kOk);
  EXPECT_EQ((Do<v1::User, v1::GetUserRequest>("users/ann", name)), grpc::StatusCode::NOT_FOUND);
  const auto after = month();
  EXPECT_EQ(after.joined(), before.joined()) << "who joined, joined";
  EXPECT_EQ(after.left(), before.left() + 1);
  EXPECT_EQ(after.people(), before.people() - 1);
  for (const auto& role : after.roles()) {
    if (role.role() != "learner") continue;
    EXPECT_EQ(role.given(), 1);
    EXPECT_EQ(role.taken(), 1);
  }
}

TEST_F(CoreAchieveMission, M2_AttendeeManagersCreateProfilesAndGroupsAndOthersDoNot) {
  const std::string user = "parent: 'tenants/acme' user_id: 'eva' user { display_name: 'Eva' }";
  const std::string group =
      "parent: 'tenants/acme' group_id: 'crew' group { display_name: 'Crew' }";
  const std::string member = "group: 'tenants/acme/groups/crew' member: 'tenants/acme/users/eva'";
  for (const char* other : {"users/uma", "users/ivo", "users/bob"}) {
    EXPECT_EQ((Do<v1::User, v1::CreateUserRequest>(other, user)), kDenied) << other;
    EXPECT_EQ((Do<v1::Group, v1::CreateGroupRequest>(other, group)), kDenied) << other;
  }
  EXPECT_EQ((Do<v1::User, v1::CreateUserRequest>("users/max", user)), kOk);
  EXPECT_EQ((Do<v1::Group, v1::CreateGroupRequest>("users/max", group)), kOk);
  EXPECT_EQ((Do<v1::Member, v1::AddMemberRequest>("users/uma", member)), kDenied);
  EXPECT_EQ((Do<v1::Member, v1::AddMemberRequest>("users/max", member)), kOk);
}

TEST_F(CoreAchieveMission, M5_AStrayQuoteAtLine70000LeavesEverythingAsItWas) {
  std::string document = "user_id,display_name\r\n";
  for (int line = 2; line <= 70010; ++line) {
    absl::StrAppend(&document, "p", line, line == 70000 ? ",Per\"son\r\n" : ",Person\r\n");
  }
  auto start = StartImport<v1::ImportUsersRequest>(1, v1::ImportOptions::ALL_OR_NOTHING, false);
  start.set_missing(v1::ImportUsersRequest::APPLY);
  const auto stub = v1::UserService::NewStub(channel());
  const auto answer = SendImport(
      "users/max", start, document,
      [&](grpc::ClientContext* context, v1::Import* import) {
        return stub->ImportUsers(context, import);
      },
      500000);
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.state(), v1::Import::FAILED);
  EXPECT_EQ(answer.value.created(), 0);
  EXPECT_THAT(ErrorPlaces(answer.value), ElementsAre("70000:2 display_name"));
  EXPECT_EQ((Do<v1::User, v1::GetUserRequest>("users/ann", "name: 'tenants/acme/users/p2'")),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(CoreAchieveMission, U1_AuthorsCreateCoursesAndAttendeeManagersDoNot) {
  const std::string course =
      "parent: 'tenants/acme' course_id: 'smoke' course { display_name: 'Smoke' "
      "parent_scope: 'tenants/acme' }";
  const std::string change =
      "course { name: 'tenants/acme/courses/fire' display_name: 'Fire drill' }";
  for (const char* other : {"users/max", "users/ivo", "users/bob"}) {
    EXPECT_EQ((Do<v1::Course, v1::CreateCourseRequest>(other, course)), kDenied) << other;
    EXPECT_EQ((Do<v1::Course, v1::UpdateCourseRequest>(other, change)), kDenied) << other;
  }
  EXPECT_EQ((Do<v1::Course, v1::CreateCourseRequest>("users/uma", course)), kOk);
  EXPECT_EQ((Do<v1::Course, v1::UpdateCourseRequest>("users/uma", change)), kOk);
}

// cor and cam create courses; ann is administrator.
class PlutoMission : public MissionTest {
 protected:
  PlutoMission() : MissionTest("plutolms") {
    Appoint({{"cor", "course_creator"}, {"cam", "course_creator"}, {"rep", "reporter"}});
  }
};

TEST_F(PlutoMission, CC1_CC2_CC3_CourseCreatorsEditTheirOwnCoursesAlone) {
  const std::string course =
      "parent: 'tenants/acme' course_id: 'fire' course { display_name: 'Fire' "
      "parent_scope: 'tenants/acme' }";
  const std::string change = "course { name: 'tenants/acme/courses/fire' display_name: 'Smoke' }";
  EXPECT_EQ((Do<v1::Course, v1::CreateCourseRequest>("users/rep", course)), kDenied);
  EXPECT_EQ((Do<v1::Course, v1::CreateCourseRequest>("users/cor", course)), kOk);
  EXPECT_EQ((Do<v1::Course, v1::UpdateCourseRequest>("users/cor", change)), kOk);
  EXPECT_EQ((Do<v1::Course, v1::UpdateCourseRequest>("users/cam", change)), kDenied);
  EXPECT_EQ(
      (Do<v1::Course, v1::ArchiveCourseRequest>("users/cam", "name: 'tenants/acme/courses/fire'")),
      kDenied);
  // Seeing it is another matter (r1).
  EXPECT_EQ(
      (Do<v1::Course, v1::GetCourseRequest>("users/cam", "name: 'tenants/acme/courses/fire'")),
      kOk);
  EXPECT_EQ((Do<Empty, v1::DeleteCourseRequest>("users/cor", "name: 'tenants/acme/courses/fire'")),
            kDenied)
      << "d1";
}

TEST_F(PlutoMission, AD2_AdministratorsManageAccountsContentAndSettingsAndReportersDoNot) {
  const std::string user = "parent: 'tenants/acme' user_id: 'eva' user { display_name: 'Eva' }";
  const std::string settings =
      "settings { tenant: 'tenants/acme' general { support_email: 'help@acme.example' } } "
      "section: GENERAL";
  const std::string course =
      "parent: 'tenants/acme' course_id: 'fire' course { display_name: 'Fire' "
      "parent_scope: 'tenants/acme' }";
  EXPECT_EQ((Do<v1::User, v1::CreateUserRequest>("users/rep", user)), kDenied);
  EXPECT_EQ((Do<v1::Settings, v1::UpdateSettingsRequest>("users/rep", settings)), kDenied);
  EXPECT_EQ((Do<v1::Course, v1::CreateCourseRequest>("users/rep", course)), kDenied);
  EXPECT_EQ((Do<v1::User, v1::CreateUserRequest>("users/ann", user)), kOk);
  EXPECT_EQ((Do<v1::Settings, v1::UpdateSettingsRequest>("users/ann", settings)), kOk);
  EXPECT_EQ((Do<v1::Course, v1::CreateCourseRequest>("users/ann", course)), kOk);
}

}  // namespace
}  // namespace provost
