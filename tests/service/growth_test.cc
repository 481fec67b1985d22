// How a tenant grows, under the coreachieve matrix: an administrator may see it, an attendee
// manager may not.
#include <google/protobuf/empty.pb.h>

#include <map>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.grpc.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"
#include "tests/service/stream_calls.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr char kAnn[] = "users/ann";  // administrator
constexpr char kMae[] = "users/mae";  // attendee_manager

using google::protobuf::Empty;
using Growth = v1::GetGrowthResponse;

class GrowthTest : public AcmeTest {
 protected:
  GrowthTest() : AcmeTest("coreachieve") {
    MakeUser("mae");
    Assign(kMae, "attendee_manager", "");
  }

  Answer<Growth> Get(absl::string_view actor, absl::string_view first = "",
                     absl::string_view last = "") {
    v1::GetGrowthRequest request;
    request.set_tenant(Full(""));
    request.set_first_month(std::string(first));
    request.set_last_month(std::string(last));
    return Call<Growth>(actor, request);
  }
  // All that was counted so far, however the months fall while the test runs.
  struct Sums {
    int64_t joined = 0;
    int64_t left = 0;
    int64_t suspended = 0;
    int64_t reactivated = 0;
    int64_t people = 0;
    std::map<std::string, std::vector<int64_t>> roles;  // given, taken, there
  };
  Sums SumsNow() {
    const absl::CivilMonth now = absl::ToCivilMonth(absl::Now(), absl::UTCTimeZone());
    const auto answer = Get(kAnn, absl::FormatCivilTime(now - 1));
    EXPECT_TRUE(answer.ok()) << answer.message();
    Sums sums;
    for (const Growth::Month& month : answer.value.months()) {
      sums.joined += month.joined();
      sums.left += month.left();
      sums.suspended += month.suspended();
      sums.reactivated += month.reactivated();
      sums.people = month.people();
      for (const Growth::Role& role : month.roles()) {
        std::vector<int64_t>& of_role = sums.roles[role.role()];
        of_role.resize(3);
        of_role[0] += role.given();
        of_role[1] += role.taken();
        of_role[2] = role.assignments();
      }
    }
    return sums;
  }
  template <typename Response, typename Request>
  void Do(absl::string_view name) {
    Request request;
    request.set_name(Full(name));
    const auto answer = Call<Response>(kAnn, request);
    ASSERT_TRUE(answer.ok()) << answer.message();
  }
};

TEST_F(GrowthTest, A3_AnAdministratorSeesWhoJoinedAndLeft) {
  EXPECT_EQ(SumsNow().people, 2);
  for (int i = 0; i < 4; ++i) MakeUser(absl::StrCat("u", i));
  Do<v1::User, v1::SuspendUserRequest>("users/u0");
  Do<v1::User, v1::SuspendUserRequest>("users/u1");
  Do<v1::User, v1::ReactivateUserRequest>("users/u1");
  // Changes that are neither, and those that were refused or only tried.
  v1::UpdateUserRequest update;
  update.mutable_user()->set_name(Full("users/u0"));
  update.mutable_user()->set_display_name("Someone");
  update.mutable_update_mask()->add_paths("display_name");
  ASSERT_TRUE(Call<v1::User>(kAnn, update).ok());
  v1::CreateUserRequest create;
  create.set_parent(Full(""));
  create.set_user_id("u0");
  create.mutable_user()->set_display_name("Taken");
  EXPECT_FALSE(Call<v1::User>(kAnn, create).ok());
  create.set_user_id("new");
  create.set_validate_only(true);
  EXPECT_TRUE(Call<v1::User>(kAnn, create).ok());
  // A service account is no person.
  v1::CreateServiceAccountRequest account;
  account.set_parent(Full(""));
  account.set_service_account_id("crm");
  account.mutable_service_account()->set_display_name("CRM");
  ASSERT_TRUE(Call<v1::ServiceAccount>(kAnn, account).ok());

  Sums sums = SumsNow();
  EXPECT_EQ(sums.joined, 6);
  EXPECT_EQ(sums.left, 0);
  EXPECT_EQ(sums.suspended, 2);
  EXPECT_EQ(sums.reactivated, 1);
  EXPECT_EQ(sums.people, 6);

  // Erasing somebody leaves what was counted.
  Do<Empty, v1::DeleteUserRequest>("users/u0");
  Do<Empty, v1::DeleteUserRequest>("users/u2");
  sums = SumsNow();
  EXPECT_EQ(sums.joined, 6);
  EXPECT_EQ(sums.left, 2);
  EXPECT_EQ(sums.suspended, 2);
  EXPECT_EQ(sums.people, 4);
  Restart();
  EXPECT_EQ(SumsNow().left, 2);
}

TEST_F(GrowthTest, A3_PerRoleGivenAndTaken) {
  MakeCatalog("safety");
  MakeCourse("fire", "catalogs/safety");
  for (int i = 0; i < 3; ++i) MakeUser(absl::StrCat("u", i));
  MakeGroup("ops");
  const std::string first = Assign("users/u0", "learner", "courses/fire");
  Assign("users/u1", "learner", "courses/fire");
  Assign("users/u1", "instructor", "courses/fire");
  Assign("users/u2", "author", "");
  Assign("groups/ops", "author", "catalogs/safety");
  EXPECT_THAT(SumsNow().roles, UnorderedElementsAre(Pair("administrator", ElementsAre(1, 0, 1)),
                                                    Pair("attendee_manager", ElementsAre(1, 0, 1)),
                                                    Pair("author", ElementsAre(2, 0, 2)),
                                                    Pair("instructor", ElementsAre(1, 0, 1)),
                                                    Pair("learner", ElementsAre(2, 0, 2))));
  // By hand, with the holder, and with the scope; each once, though u1 holds two roles there.
  Unassign(first);
  Do<Empty, v1::DeleteUserRequest>("users/u2");
  v1::DeleteCatalogRequest remove;
  remove.set_name(Full("catalogs/safety"));
  remove.set_force(true);
  const auto removed = Call<Empty>(kAnn, remove);
  ASSERT_TRUE(removed.ok()) << removed.message();
  EXPECT_THAT(SumsNow().roles, UnorderedElementsAre(Pair("administrator", ElementsAre(1, 0, 1)),
                                                    Pair("attendee_manager", ElementsAre(1, 0, 1)),
                                                    Pair("author", ElementsAre(2, 2, 0)),
                                                    Pair("instructor", ElementsAre(1, 1, 0)),
                                                    Pair("learner", ElementsAre(2, 2, 0))));
}

TEST_F(GrowthTest, A3_ImportsCountToo) {
  v1::ImportUsersRequest start;
  start.set_parent(Full(""));
  start.mutable_options()->set_import_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f");
  start.mutable_options()->set_mode(v1::ImportOptions::BEST_EFFORT);
  start.set_missing(v1::ImportUsersRequest::APPLY);
  start.set_existing(v1::ImportUsersRequest::APPLY);
  std::string document = "user_id,display_name\n";
  for (int i = 0; i < 600; ++i) {
    absl::StrAppend(&document, i % 100 == 7 ? "No id " : "p", i, ",Person\n");
  }
  absl::StrAppend(&document, "p1,Changed\n");
  const auto stub = v1::UserService::NewStub(channel());
  const auto imported =
      SendImport(kMae, start, document, [&](grpc::ClientContext* context, v1::Import* answer) {
        return stub->ImportUsers(context, answer);
      });
  ASSERT_TRUE(imported.ok()) << imported.message();
  EXPECT_EQ(imported.value.created(), 594);
  EXPECT_EQ(imported.value.updated(), 1);
  EXPECT_EQ(SumsNow().joined, 2 + 594);
  // A report reads a row for each month and role, and nothing of the people.
  const uint64_t before = server().rows_read();
  ASSERT_TRUE(Get(kAnn).ok());
  EXPECT_LE(server().rows_read() - before, 6u);
}

TEST_F(GrowthTest, A3_AnAttendeeManagerMayNot) {
  EXPECT_EQ(Get(kMae).code(), grpc::StatusCode::PERMISSION_DENIED);
  v1::GetGrowthRequest request;
  request.set_tenant("tenants/system");
  EXPECT_EQ(Call<Growth>(kAnn, request).code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(GrowthTest, MonthsAreNoneLeftOut) {
  const auto ten_years = Get(kAnn, "2015-03", "2025-02");
  ASSERT_TRUE(ten_years.ok()) << ten_years.message();
  ASSERT_EQ(ten_years.value.months_size(), 120);
  EXPECT_EQ(ten_years.value.months(0).month(), "2015-03");
  EXPECT_EQ(ten_years.value.months(9).month(), "2015-12");
  EXPECT_EQ(ten_years.value.months(119).month(), "2025-02");
  EXPECT_EQ(ten_years.value.months(119).people(), 0) << "before there was a tenant";
  EXPECT_THAT(ten_years.value.months(119).roles(), IsEmpty());
  // What is there stays in the months after.
  const auto later = Get(kAnn, "9999-11", "9999-12");
  ASSERT_TRUE(later.ok()) << later.message();
  EXPECT_EQ(later.value.months(1).people(), 2);
  EXPECT_EQ(later.value.months(1).joined(), 0);
  EXPECT_EQ(later.value.months(1).roles_size(), 2);
  EXPECT_EQ(Get(kAnn).value.months_size(), 1);
}

TEST_F(GrowthTest, BadInputNamesEachField) {
  EXPECT_THAT(Get(kAnn, "2026", "2026-13").bad_fields(),
              UnorderedElementsAre(Key("first_month"), Key("last_month")));
  EXPECT_THAT(Get(kAnn, "0000-01", "2026-1a").bad_fields(),
              UnorderedElementsAre(Key("first_month"), Key("last_month")));
  EXPECT_THAT(Get(kAnn, "2015-02", "2025-02").bad_fields(),
              UnorderedElementsAre(Key("first_month")));
  EXPECT_THAT(Get(kAnn, "2025-03", "2025-02").bad_fields(),
              UnorderedElementsAre(Key("first_month")));
}

}  // namespace
}  // namespace provost
