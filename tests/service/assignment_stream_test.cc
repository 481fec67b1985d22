// Assignments from CSV and out again, under the coreachieve matrix: an administrator may, an
// attendee manager within what is theirs to give, an author may not.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "provost/v1/role_service.grpc.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"
#include "tests/service/stream_calls.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kAnn[] = "users/ann";  // administrator
constexpr char kMae[] = "users/mae";  // attendee_manager
constexpr char kAut[] = "users/aut";  // author

class AssignmentStreamTest : public AcmeTest {
 protected:
  AssignmentStreamTest() : AcmeTest("coreachieve") {
    MakeUser("mae");
    MakeUser("aut");
    MakeUser("u0", "", "u0@acme.example");
    MakeUser("u1", "", "u1@acme.example");
    MakeGroup("ops");
    MakeCatalog("safety");
    MakeCourse("fire", "catalogs/safety");
    Assign(kMae, "attendee_manager", "");
    Assign(kAut, "author", "");
  }

  Answer<v1::Import> Import(absl::string_view actor, absl::string_view document,
                            v1::ImportOptions::Mode mode = v1::ImportOptions::BEST_EFFORT,
                            bool dry_run = false) {
    const auto start = StartImport<v1::ImportAssignmentsRequest>(imports_++, mode, dry_run);
    const auto stub = v1::RoleService::NewStub(channel());
    return SendImport(actor, start, document,
                      [&](grpc::ClientContext* context, v1::Import* answer) {
                        return stub->ImportAssignments(context, answer);
                      });
  }
  Answer<std::string> Export(absl::string_view actor, absl::string_view scope = "") {
    v1::ExportAssignmentsRequest request;
    request.set_parent(Full(""));
    if (!scope.empty()) request.set_scope(Full(scope));
    const auto stub = v1::RoleService::NewStub(channel());
    return ReadExport<v1::ExportAssignmentsResponse>(actor, [&](grpc::ClientContext* context) {
      return stub->ExportAssignments(context, request);
    });
  }
  // `learner at courses/fire`, of one subject.
  std::vector<std::string> Held(absl::string_view subject) {
    v1::ListAssignmentsRequest request;
    request.set_parent(Full(""));
    request.set_subject(Full(subject));
    std::vector<std::string> held;
    const auto list = Call<v1::ListAssignmentsResponse>(kAnn, request);
    for (const v1::Assignment& assignment : list.value.assignments()) {
      held.push_back(
          absl::StrCat(assignment.role(), " at ", assignment.scope().substr(Full("").size())));
    }
    return held;
  }

 private:
  int imports_ = 0;
};

TEST_F(AssignmentStreamTest, M5_AnAdministratorImportsAssignments) {
  const auto given =
      Import(kAnn,
             "subject,role,scope,expires,reason\r\n"
             "u0,instructor,courses/fire,2030-01-01T00:00:00Z,\"stands in, for Kim\"\r\n"
             "groups/ops,author,tenants/acme/catalogs/safety,,\r\n"
             "users/u1,author,,,\r\n"
             "u1,author,,,again\r\n");
  ASSERT_TRUE(given.ok()) << given.message();
  EXPECT_EQ(given.value.method(), "RoleService.ImportAssignments");
  EXPECT_EQ(given.value.created(), 3) << given.value.DebugString();
  EXPECT_EQ(given.value.skipped(), 1) << "what is assigned already";
  EXPECT_THAT(Held("users/u0"), ElementsAre("instructor at /courses/fire"));
  EXPECT_THAT(Held("groups/ops"), ElementsAre("author at /catalogs/safety"));
  EXPECT_THAT(Held("users/u1"), ElementsAre("author at "));

  const auto taken = Import(kAnn,
                            "email,role,scope,action\n"
                            "u1@acme.example,author,,remove\n"
                            "u1@acme.example,author,,remove\n"
                            "u0@acme.example,instructor,courses/fire,remove\n"
                            "u0@acme.example,learner,courses/fire,assign\n");
  ASSERT_TRUE(taken.ok()) << taken.message();
  EXPECT_EQ(taken.value.updated(), 2) << taken.value.DebugString();
  EXPECT_EQ(taken.value.skipped(), 1);
  EXPECT_EQ(taken.value.created(), 1);
  EXPECT_THAT(Held("users/u1"), IsEmpty());
  EXPECT_THAT(Held("users/u0"), ElementsAre("learner at /courses/fire"));
  // An import of assignments is its owner's alone to look at.
  v1::GetImportRequest get;
  get.set_name(taken.value.name());
  EXPECT_TRUE(Call<v1::Import>(kAnn, get).ok());
  EXPECT_EQ(Call<v1::Import>(kMae, get).code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(AssignmentStreamTest, M5_AnAuthorMayNot) {
  const auto answer = Import(kAut, "subject,role,scope\nu0,learner,courses/fire\n");
  EXPECT_EQ(answer.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(Held("users/u0"), IsEmpty());
}

TEST_F(AssignmentStreamTest, Rule11_EachRowIsJudgedByItself) {
  // An attendee manager may give `learner`, and nothing else.
  const auto answer = Import(kMae,
                             "subject,role,scope\n"
                             "u0,learner,courses/fire\n"
                             "u0,administrator,\n"
                             "mae,author,\n"
                             "u1,learner,courses/fire\n");
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.created(), 2) << answer.value.DebugString();
  EXPECT_THAT(ErrorPlaces(answer.value), ElementsAre("3:0 ", "4:0 "));
  EXPECT_THAT(Held(kMae), ElementsAre("attendee_manager at "));
  // Whether somebody holds what one may not give is not told.
  Assign("users/u1", "author", "");
  const auto known = Import(kMae,
                            "subject,role,scope,action\nu1,author,,assign\nu0,author,,assign\n"
                            "u1,author,,remove\nu0,author,,remove\n");
  EXPECT_EQ(known.value.failed(), 4) << known.value.DebugString();
  EXPECT_EQ(known.value.errors(0).message(), known.value.errors(1).message());
  EXPECT_EQ(known.value.errors(2).message(), known.value.errors(3).message());
  EXPECT_THAT(Held("users/u1"), ElementsAre("learner at /courses/fire", "author at "));
}

TEST_F(AssignmentStreamTest, Rule22_TheLastAdministratorStays) {
  const auto twice = Import(kAnn,
                            "subject,role,expires,action\n"
                            "u0,administrator,2031-01-01T00:00:00Z,assign\n"
                            "ann,administrator,,remove\n");
  EXPECT_EQ(twice.value.created(), 1) << twice.value.DebugString();
  EXPECT_THAT(ErrorPlaces(twice.value), ElementsAre("3:0 "));
  EXPECT_THAT(Held(kAnn), ElementsAre("administrator at "));
  // With another one, made by a row before, it goes.
  const auto handed = Import(kAnn,
                             "subject,role,action\n"
                             "u1,administrator,assign\n"
                             "ann,administrator,remove\n");
  EXPECT_EQ(handed.value.created(), 1) << handed.value.DebugString();
  EXPECT_EQ(handed.value.updated(), 1);
}

TEST_F(AssignmentStreamTest, M5_WrongRowsAreToldByLineAndColumn) {
  const std::string document =
      "email,role,scope,not_before,expires,suspended,action\n"
      "u0@acme.example,learner,courses/fire,,,,\n"
      "u0@acme.example,lerner,courses/fire,,,,\n"
      "u0@acme.example,learner,courses/none,,,,\n"
      "no@acme.example,learner,courses/fire,,,,\n"
      "u0@acme.example,learner,courses/fire,2030-01-01,,,\n"
      "u0@acme.example,learner,courses/fire,2030-01-01T00:00:00Z,2029-01-01T00:00:00Z,,\n"
      "u0@acme.example,learner,courses/fire,,,maybe,\n"
      "u0@acme.example,learner,courses/fire,,,,give\n"
      "u1@acme.example,learner,courses/fire,,,true,\n";
  const auto dry = Import(kAnn, document, v1::ImportOptions::ALL_OR_NOTHING, /*dry_run=*/true);
  const auto none = Import(kAnn, document, v1::ImportOptions::ALL_OR_NOTHING);
  EXPECT_EQ(none.value.state(), v1::Import::FAILED);
  EXPECT_THAT(Held("users/u0"), IsEmpty());
  const auto answer = Import(kAnn, document);
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.created(), 2);
  EXPECT_THAT(ErrorPlaces(answer.value),
              ElementsAre("3:2 role", "4:0 ", "5:1 email", "6:4 not_before", "7:5 expires",
                          "8:6 suspended", "9:7 action"))
      << answer.value.DebugString();
  EXPECT_EQ(ErrorPlaces(dry.value), ErrorPlaces(answer.value));
  EXPECT_EQ(ErrorPlaces(none.value), ErrorPlaces(answer.value));
  EXPECT_THAT(answer.value.errors(2).message(), Not(HasSubstr("no@acme")));
}

TEST_F(AssignmentStreamTest, M4_AnAdministratorExportsAssignments) {
  ASSERT_EQ(Import(kAnn,
                   "subject,role,scope,expires,suspended,reason\n"
                   "u0,instructor,courses/fire,2030-01-01T00:00:00Z,,\"a, b\"\n"
                   "groups/ops,author,catalogs/safety,,true,\n")
                .value.created(),
            2);
  const auto all = Export(kAnn);
  ASSERT_TRUE(all.ok()) << all.message();
  EXPECT_THAT(all.value, HasSubstr("users/ann,administrator,tenant,,,false,\r\n"));
  const auto below = Export(kAnn, "catalogs/safety");
  EXPECT_EQ(below.value,
            "subject,role,scope,not_before,expires,suspended,reason\r\n"
            "users/u0,instructor,courses/fire,,2030-01-01T00:00:00Z,false,\"a, b\"\r\n"
            "groups/ops,author,catalogs/safety,,,true,\r\n");
  // What came out goes in again, and is what is there.
  const auto again = Import(kAnn, all.value);
  EXPECT_EQ(again.value.skipped(), 5) << again.value.DebugString();
  EXPECT_EQ(again.value.failed(), 0) << again.value.DebugString();
}

TEST_F(AssignmentStreamTest, M4_AnAuthorMayNot) {
  EXPECT_EQ(Export(kAut).code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Export(kAut, "courses/fire").code(), grpc::StatusCode::PERMISSION_DENIED);
}

}  // namespace
}  // namespace provost
