#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

constexpr char kRequestId[] = "7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f";

class UserServiceTest : public AcmeTest {
 protected:
  static v1::CreateUserRequest NewUser(absl::string_view id, absl::string_view email = "") {
    v1::CreateUserRequest request;
    request.set_parent(Full(""));
    request.set_user_id(std::string(id));
    request.mutable_user()->set_display_name(std::string(id));
    request.mutable_user()->set_email(std::string(email));
    return request;
  }
  Answer<v1::User> Get(absl::string_view actor, absl::string_view user) {
    v1::GetUserRequest request;
    request.set_name(Full(user));
    return Call<v1::User>(actor, request);
  }
  Answer<v1::User> SetEmail(absl::string_view actor, absl::string_view user,
                            absl::string_view email) {
    v1::UpdateUserRequest request;
    request.mutable_user()->set_name(Full(user));
    request.mutable_user()->set_email(std::string(email));
    request.mutable_update_mask()->add_paths("email");
    return Call<v1::User>(actor, request);
  }
  Answer<v1::User> SetDisplayName(absl::string_view actor, absl::string_view user,
                                  absl::string_view text) {
    v1::UpdateUserRequest request;
    request.mutable_user()->set_name(Full(user));
    request.mutable_user()->set_display_name(std::string(text));
    return Call<v1::User>(actor, request);
  }
  Answer<v1::User> Suspend(absl::string_view actor, absl::string_view user) {
    v1::SuspendUserRequest request;
    request.set_name(Full(user));
    return Call<v1::User>(actor, request);
  }
  Answer<v1::User> Reactivate(absl::string_view actor, absl::string_view user) {
    v1::ReactivateUserRequest request;
    request.set_name(Full(user));
    return Call<v1::User>(actor, request);
  }
  Answer<Empty> Delete(absl::string_view actor, absl::string_view user) {
    v1::DeleteUserRequest request;
    request.set_name(Full(user));
    return Call<Empty>(actor, request);
  }
  static v1::ListUsersRequest ListOf(absl::string_view home = "", int page_size = 0) {
    v1::ListUsersRequest request;
    request.set_parent(Full(""));
    if (!home.empty()) request.set_home_scope(Full(home));
    request.set_page_size(page_size);
    return request;
  }
  // The ids of one page, or of all of them; the pages are asked for one by one.
  static void AddIds(const v1::ListUsersResponse& page, std::vector<std::string>* ids) {
    for (const v1::User& user : page.users()) ids->push_back(user.name().substr(19));
  }
  std::vector<std::string> List(absl::string_view actor, absl::string_view home = "",
                                int page_size = 0) {
    std::vector<std::string> ids;
    v1::ListUsersRequest request = ListOf(home, page_size);
    for (;;) {
      const auto answer = Call<v1::ListUsersResponse>(actor, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      AddIds(answer.value, &ids);
      EXPECT_LE(answer.value.users_size(), page_size > 0 ? page_size : 100);
      if (answer.value.next_page_token().empty()) return ids;
      request.set_page_token(answer.value.next_page_token());
    }
  }
};

TEST_F(UserServiceTest, WhatIsCreatedIsRead) {
  MakeCatalog("safety");
  v1::CreateUserRequest request = NewUser("bob", "Bob@acme.example");
  request.mutable_user()->set_home_scope(Full("catalogs/safety"));
  request.mutable_user()->set_suspended(true);  // Output only: has no effect.
  const auto created = Call<v1::User>("users/ann", request);
  ASSERT_TRUE(created.ok()) << created.message();
  EXPECT_EQ(created.value.name(), Full("users/bob"));
  EXPECT_EQ(created.value.email(), "Bob@acme.example");
  EXPECT_EQ(created.value.home_scope(), Full("catalogs/safety"));
  EXPECT_FALSE(created.value.suspended());
  EXPECT_GT(created.value.create_time().seconds(), 0);
  EXPECT_FALSE(created.value.etag().empty());

  const auto read = Get("users/ann", "users/bob");
  ASSERT_TRUE(read.ok()) << read.message();
  EXPECT_EQ(read.value.SerializeAsString(), created.value.SerializeAsString());

  EXPECT_EQ(Call<v1::User>("users/ann", NewUser("bob")).code(), grpc::StatusCode::ALREADY_EXISTS);

  const auto unnamed = Call<v1::User>("users/ann", [] {
    v1::CreateUserRequest request = NewUser("");
    request.mutable_user()->set_display_name("Somebody");
    return request;
  }());
  ASSERT_TRUE(unnamed.ok()) << unnamed.message();
  EXPECT_TRUE(Get("users/ann", unnamed.value.name().substr(13)).ok());
  EXPECT_EQ(unnamed.value.home_scope(), Full(""));

  Restart();
  const auto again = Get("users/ann", "users/bob");
  EXPECT_EQ(again.value.SerializeAsString(), created.value.SerializeAsString());
}

TEST_F(UserServiceTest, BadInputNamesEachField) {
  MakeCourse("fire");
  v1::CreateUserRequest request = NewUser("Bob", "not an address");
  request.mutable_user()->set_display_name(std::string(201, 'x'));
  const auto answer = Call<v1::User>("users/ann", request);
  EXPECT_EQ(answer.code(), grpc::StatusCode::INVALID_ARGUMENT);
  const auto fields = answer.bad_fields();
  EXPECT_THAT(fields, Contains(Key("user_id")));
  EXPECT_THAT(fields, Contains(Key("user.email")));
  ASSERT_THAT(fields, Contains(Key("user.display_name")));
  EXPECT_THAT(fields.at("user.display_name"), HasSubstr("wanted 1 to 200 characters, got 201"));

  request = NewUser("bob");
  request.mutable_user()->set_display_name(std::string(200, 'x'));
  request.mutable_user()->set_home_scope(Full("courses/fire"));
  EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(),
              ElementsAre(Key("user.home_scope")));
  request.mutable_user()->set_home_scope("tenants/other/catalogs/safety");
  EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(),
              ElementsAre(Key("user.home_scope")));
  request.mutable_user()->clear_home_scope();
  request.clear_parent();
  request.mutable_user()->set_home_scope(Full(""));
  EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(), ElementsAre(Key("parent")));

  request = NewUser("");
  request.clear_user();
  EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(),
              ElementsAre(Key("user.display_name")));
  // 255 bytes: one more than an address may have.
  request = NewUser("bob", absl::StrCat(std::string(242, 'b'), "@acme.example"));
  EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(), ElementsAre(Key("user.email")));
  // What no mail gets to; letters beyond ASCII could be one address in two spellings.
  for (const char* email : {"b\xC3\xB6"
                            "b@acme.example",
                            "<bob@acme.example>", "bob@acme@example"}) {
    request = NewUser("bob", email);
    EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(), ElementsAre(Key("user.email")));
  }
  request = NewUser("bob");
  request.set_request_id("1");
  EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(), ElementsAre(Key("request_id")));

  EXPECT_THAT(Get("users/ann", "groups/ops").bad_fields(), ElementsAre(Key("name")));
  EXPECT_THAT(Get("users/ann", "users/Bob").bad_fields(), ElementsAre(Key("name")));

  v1::UpdateUserRequest update;
  update.mutable_user()->set_name(Full("users/ann"));
  update.mutable_update_mask()->add_paths("suspended");
  const auto bad_mask = Call<v1::User>("users/ann", update).bad_fields();
  ASSERT_THAT(bad_mask, ElementsAre(Key("update_mask.paths[0]")));
  EXPECT_THAT(bad_mask.begin()->second, HasSubstr("display_name, email"));
}

TEST_F(UserServiceTest, EmailIsUniqueWhateverItsCase) {
  MakeUser("bob", "", "bob@acme.example");
  EXPECT_EQ(Call<v1::User>("users/ann", NewUser("rob", "BOB@acme.example")).code(),
            grpc::StatusCode::ALREADY_EXISTS);
  MakeUser("rob", "", "rob@acme.example");
  EXPECT_EQ(SetEmail("users/ann", "users/rob", "bob@Acme.example").code(),
            grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Get("users/ann", "users/rob").value.email(), "rob@acme.example");
  // One's own address in other letters is no conflict.
  EXPECT_TRUE(SetEmail("users/ann", "users/rob", "Rob@acme.example").ok());

  // It is free again when its user takes another, gives it up, or is deleted, over restarts too.
  ASSERT_TRUE(SetEmail("users/ann", "users/bob", "robert@acme.example").ok());
  MakeUser("bobby", "", "bob@acme.example");
  ASSERT_TRUE(SetEmail("users/ann", "users/rob", "").ok());
  Restart();
  EXPECT_EQ(Call<v1::User>("users/ann", NewUser("x", "Robert@acme.example")).code(),
            grpc::StatusCode::ALREADY_EXISTS);
  ASSERT_TRUE(Delete("users/ann", "users/bob").ok());
  MakeUser("x", "", "Robert@acme.example");
  MakeUser("y", "", "rob@acme.example");
  // The administrator's own, which SetUp took.
  EXPECT_EQ(Call<v1::User>("users/ann", NewUser("z", "ann@acme.example")).code(),
            grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(UserServiceTest, OfRacingCreatesWithOneEmailOneWins) {
  constexpr int kRacers = 8;
  std::vector<grpc::StatusCode> codes(kRacers);
  std::vector<std::thread> racers;
  for (int i = 0; i < kRacers; ++i) {
    racers.emplace_back([this, i, &codes] {
      codes[i] =
          Call<v1::User>("users/ann", NewUser(absl::StrCat("u", i), "bob@acme.example")).code();
    });
  }
  for (std::thread& racer : racers) racer.join();
  EXPECT_EQ(std::count(codes.begin(), codes.end(), grpc::StatusCode::OK), 1);
  EXPECT_EQ(std::count(codes.begin(), codes.end(), grpc::StatusCode::ALREADY_EXISTS), kRacers - 1);
  EXPECT_EQ(List("users/ann").size(), 2);
}

TEST_F(UserServiceTest, ListsShowWhatTheCallerMayRead) {
  MakeCatalog("safety");
  MakeCatalog("deep", "catalogs/safety");
  MakeCatalog("sales");
  MakeUser("zoe");
  MakeUser("bob", "catalogs/safety");
  MakeUser("dan", "catalogs/deep");
  MakeUser("cat", "catalogs/sales");
  MakeUser("rita");
  Assign("users/rita", "reader", "catalogs/safety");

  EXPECT_THAT(List("users/ann"), ElementsAre("ann", "bob", "cat", "dan", "rita", "zoe"));
  EXPECT_THAT(List("users/ann", "", 1), ElementsAre("ann", "bob", "cat", "dan", "rita", "zoe"));
  EXPECT_THAT(List("users/ann", "catalogs/safety"), ElementsAre("bob"));
  EXPECT_THAT(List("users/rita"), ElementsAre("bob", "dan", "rita"));
  EXPECT_THAT(List("users/rita", "", 1), ElementsAre("bob", "dan", "rita"));
  EXPECT_THAT(List("users/rita", "catalogs/deep"), ElementsAre("dan"));
  // Hidden and missing alike.
  EXPECT_THAT(List("users/rita", "catalogs/sales"), IsEmpty());
  EXPECT_THAT(List("users/rita", "catalogs/nothing"), IsEmpty());
  // Everybody sees themselves.
  EXPECT_THAT(List("users/cat"), ElementsAre("cat"));
  EXPECT_THAT(List("users/cat", "catalogs/sales"), ElementsAre("cat"));
  EXPECT_THAT(List("users/zoe"), ElementsAre("zoe"));
  EXPECT_THAT(List("users/ann", ""), Not(IsEmpty()));

  v1::ListUsersRequest of_tenant = ListOf();
  of_tenant.set_home_scope(Full(""));
  std::vector<std::string> ids;
  AddIds(Call<v1::ListUsersResponse>("users/ann", of_tenant).value, &ids);
  EXPECT_THAT(ids, ElementsAre("ann", "rita", "zoe"));
  ids.clear();
  AddIds(Call<v1::ListUsersResponse>("users/rita", of_tenant).value, &ids);
  EXPECT_THAT(ids, ElementsAre("rita"));

  v1::ListUsersRequest bad = ListOf("courses/fire");
  EXPECT_THAT(Call<v1::ListUsersResponse>("users/ann", bad).bad_fields(),
              ElementsAre(Key("home_scope")));
  bad = ListOf("", -1);
  EXPECT_THAT(Call<v1::ListUsersResponse>("users/ann", bad).bad_fields(),
              ElementsAre(Key("page_size")));
}

TEST_F(UserServiceTest, PagesGoOnWhereTheFirstBegan) {
  for (const char* id : {"bob", "cat", "dan", "eve"}) MakeUser(id);
  v1::ListUsersRequest request = ListOf("", 2);
  const auto first = Call<v1::ListUsersResponse>("users/ann", request);
  std::vector<std::string> ids;
  AddIds(first.value, &ids);
  EXPECT_THAT(ids, ElementsAre("ann", "bob"));
  ASSERT_FALSE(first.value.next_page_token().empty());

  MakeUser("carl");                                    // Made since: not part of the list.
  ASSERT_TRUE(Delete("users/ann", "users/dan").ok());  // Gone: shown no more.
  ASSERT_TRUE(Delete("users/ann", "users/eve").ok());
  MakeUser("eve");  // Another one of that name.
  request.set_page_token(first.value.next_page_token());
  request.set_page_size(10);  // May differ from page to page.
  const auto second = Call<v1::ListUsersResponse>("users/ann", request);
  ASSERT_TRUE(second.ok()) << second.message();
  ids.clear();
  AddIds(second.value, &ids);
  EXPECT_THAT(ids, ElementsAre("cat"));
  EXPECT_EQ(second.value.next_page_token(), "");

  // The token is for this request and caller alone.
  EXPECT_THAT(Call<v1::ListUsersResponse>("users/bob", request).bad_fields(),
              ElementsAre(Key("page_token")));
  request.set_home_scope(Full(""));
  EXPECT_THAT(Call<v1::ListUsersResponse>("users/ann", request).bad_fields(),
              ElementsAre(Key("page_token")));
}

TEST_F(UserServiceTest, PagesShowNothingThatMayNoLongerBeRead) {
  MakeCatalog("safety");
  for (const char* id : {"bob", "cat", "dan"}) MakeUser(id, "catalogs/safety");
  MakeUser("rita");
  const std::string right = Assign("users/rita", "reader", "catalogs/safety");
  v1::ListUsersRequest request = ListOf("", 1);
  const auto first = Call<v1::ListUsersResponse>("users/rita", request);
  ASSERT_EQ(first.value.users_size(), 1);
  Unassign(right);
  request.set_page_token(first.value.next_page_token());
  request.set_page_size(100);
  const auto second = Call<v1::ListUsersResponse>("users/rita", request);
  ASSERT_TRUE(second.ok()) << second.message();
  std::vector<std::string> ids;
  AddIds(second.value, &ids);
  EXPECT_THAT(ids, ElementsAre("rita"));
}

TEST_F(UserServiceTest, UpdatesChangeWhatTheMaskNames) {
  MakeUser("bob", "", "bob@acme.example");
  const std::string etag = Get("users/ann", "users/bob").value.etag();
  v1::UpdateUserRequest request;
  request.mutable_user()->set_name(Full("users/bob"));
  request.mutable_user()->set_display_name("Bob B.");
  request.mutable_user()->set_email("other@acme.example");
  request.mutable_update_mask()->add_paths("display_name");
  const auto masked = Call<v1::User>("users/ann", request);
  ASSERT_TRUE(masked.ok()) << masked.message();
  EXPECT_EQ(masked.value.display_name(), "Bob B.");
  EXPECT_EQ(masked.value.email(), "bob@acme.example");
  EXPECT_NE(masked.value.etag(), etag);

  // A stale etag.
  request.mutable_user()->set_etag(etag);
  const auto stale = Call<v1::User>("users/ann", request);
  EXPECT_EQ(stale.code(), grpc::StatusCode::ABORTED);
  EXPECT_THAT(stale.violations(), ElementsAre("ETAG"));

  // No mask: what is set. Nothing that is news: nothing changes.
  request.Clear();
  *request.mutable_user() = masked.value;
  const auto same = Call<v1::User>("users/ann", request);
  ASSERT_TRUE(same.ok()) << same.message();
  EXPECT_EQ(same.value.SerializeAsString(), masked.value.SerializeAsString());

  // `*`: what is not set is cleared.
  request.Clear();
  request.mutable_user()->set_name(Full("users/bob"));
  request.mutable_user()->set_display_name("Bob");
  request.mutable_update_mask()->add_paths("*");
  EXPECT_EQ(Call<v1::User>("users/ann", request).value.email(), "");
  request.mutable_user()->clear_display_name();
  EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(),
              ElementsAre(Key("user.display_name")));

  // The home stays.
  MakeCatalog("safety");
  request.Clear();
  request.mutable_user()->set_name(Full("users/bob"));
  request.mutable_user()->set_home_scope(Full("catalogs/safety"));
  const auto moved = Call<v1::User>("users/ann", request);
  ASSERT_THAT(moved.bad_fields(), ElementsAre(Key("user.home_scope")));

  // Only tried.
  request.Clear();
  request.mutable_user()->set_name(Full("users/bob"));
  request.mutable_user()->set_display_name("Rob");
  request.set_validate_only(true);
  EXPECT_EQ(Call<v1::User>("users/ann", request).value.display_name(), "Rob");
  EXPECT_EQ(Get("users/ann", "users/bob").value.display_name(), "Bob");
}

TEST_F(UserServiceTest, RetriesGetTheFirstAnswer) {
  v1::CreateUserRequest request = NewUser("bob");
  request.set_request_id(kRequestId);
  const auto first = Call<v1::User>("users/ann", request);
  const auto second = Call<v1::User>("users/ann", request);
  ASSERT_TRUE(second.ok()) << second.message();
  EXPECT_EQ(second.value.SerializeAsString(), first.value.SerializeAsString());
  request.mutable_user()->set_display_name("Another");
  EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(), ElementsAre(Key("request_id")));

  v1::DeleteUserRequest remove;
  remove.set_name(Full("users/bob"));
  remove.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e60");
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());
  EXPECT_FALSE(Get("users/ann", "users/bob").ok());
}

TEST_F(UserServiceTest, Rule14_TheAddressOfSomebodyWithMoreRolesStays) {
  MakeCatalog("safety");
  MakeUser("pete");
  Assign("users/pete", "people", "");
  MakeUser("bob", "", "bob@acme.example");
  EXPECT_TRUE(SetEmail("users/pete", "users/bob", "b@acme.example").ok());
  Assign("users/bob", "learner", "catalogs/safety");
  EXPECT_TRUE(SetEmail("users/pete", "users/bob", "bob@acme.example").ok());
  Assign("users/bob", "trainer", "catalogs/safety");
  const auto denied = SetEmail("users/pete", "users/bob", "pete@acme.example");
  EXPECT_EQ(denied.code(), grpc::StatusCode::PERMISSION_DENIED);
  // Who may not read roles there does not learn of them.
  EXPECT_THAT(denied.message(), Not(HasSubstr("trainer")));
  EXPECT_THAT(denied.message(), Not(HasSubstr("safety")));
  // What is no login may be changed all the same, and by no mask but with the same address too.
  EXPECT_TRUE(SetDisplayName("users/pete", "users/bob", "Bobby").ok());
  EXPECT_TRUE(SetEmail("users/pete", "users/bob", "bob@acme.example").ok());
  // One's own: what one holds is in one's own D.
  EXPECT_TRUE(SetEmail("users/bob", "users/bob", "bobby@acme.example").ok());
  // Roles that a group gives count.
  MakeUser("cat", "", "cat@acme.example");
  MakeGroup("ops");
  AddMember("groups/ops", "users/cat");
  Assign("groups/ops", "auditor", "");
  EXPECT_EQ(SetEmail("users/pete", "users/cat", "x@acme.example").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  // Who may assign it may.
  EXPECT_TRUE(SetEmail("users/ann", "users/cat", "x@acme.example").ok());
}

TEST_F(UserServiceTest, Rule14_SuspendingAndErasingNeedEveryRole) {
  MakeUser("pete");
  Assign("users/pete", "people", "");
  MakeUser("tom");
  Assign("users/tom", "owner", "");
  EXPECT_EQ(Suspend("users/pete", "users/ann").code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Delete("users/pete", "users/ann").code(), grpc::StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(Suspend("users/ann", "users/tom").ok());
  EXPECT_EQ(Reactivate("users/pete", "users/tom").code(), grpc::StatusCode::PERMISSION_DENIED);
  MakeUser("bob");
  EXPECT_TRUE(Suspend("users/pete", "users/bob").ok());
  EXPECT_TRUE(Reactivate("users/pete", "users/bob").ok());
  EXPECT_TRUE(Delete("users/pete", "users/bob").ok());
}

TEST_F(UserServiceTest, Rule22_TheLastHolderOfTheTopRoleStays) {
  const auto suspended = Suspend("users/ann", "users/ann");
  EXPECT_EQ(suspended.code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(suspended.violations(), ElementsAre("TOP_ROLE"));
  EXPECT_EQ(Delete("users/ann", "users/ann").code(), grpc::StatusCode::FAILED_PRECONDITION);
  // Somebody whose right ends does not count, and neither does a group.
  MakeUser("tom");
  Assign("users/tom", "owner", "", 4102444800);
  MakeUser("eve");
  MakeGroup("owners");
  AddMember("groups/owners", "users/eve");
  Assign("groups/owners", "owner", "");
  EXPECT_EQ(Delete("users/ann", "users/ann").code(), grpc::StatusCode::FAILED_PRECONDITION);
  Assign("users/tom", "owner", "");
  EXPECT_TRUE(Suspend("users/ann", "users/ann").ok());
  EXPECT_EQ(Suspend("users/tom", "users/tom").code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(UserServiceTest, Rule6_TheSuspendedMayNothing) {
  MakeUser("bob");
  ASSERT_TRUE(Get("users/bob", "users/bob").ok());
  const auto suspended = Suspend("users/ann", "users/bob");
  ASSERT_TRUE(suspended.ok()) << suspended.message();
  EXPECT_TRUE(suspended.value.suspended());
  EXPECT_EQ(Get("users/bob", "users/bob").code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(Suspend("users/ann", "users/bob").violations(), ElementsAre("SUSPENDED"));
  Restart();
  EXPECT_EQ(Get("users/bob", "users/bob").code(), grpc::StatusCode::PERMISSION_DENIED);
  const auto back = Reactivate("users/ann", "users/bob");
  ASSERT_TRUE(back.ok()) << back.message();
  EXPECT_FALSE(back.value.suspended());
  EXPECT_TRUE(Get("users/bob", "users/bob").ok());
  EXPECT_THAT(Reactivate("users/ann", "users/bob").violations(), ElementsAre("NOT_SUSPENDED"));
}

TEST_F(UserServiceTest, Rule25_TheAddressIsForThoseWhoMayReadTheProfile) {
  MakeUser("bob", "", "bob@acme.example");
  MakeUser("lou");
  Assign("users/lou", "locker", "");
  EXPECT_EQ(Get("users/lou", "users/bob").code(), grpc::StatusCode::PERMISSION_DENIED);
  const auto suspended = Suspend("users/lou", "users/bob");
  ASSERT_TRUE(suspended.ok()) << suspended.message();
  EXPECT_EQ(suspended.value.email(), "");
  EXPECT_EQ(Reactivate("users/ann", "users/bob").value.email(), "bob@acme.example");
  EXPECT_EQ(Get("users/bob", "users/bob").value.email(), "bob@acme.example");
}

TEST_F(UserServiceTest, HiddenAndMissingAreRefusedAlike) {
  MakeCatalog("safety");
  MakeUser("bob");
  MakeUser("rita");
  Assign("users/rita", "people", "catalogs/safety");
  for (const char* user : {"users/bob", "users/nobody"}) {
    EXPECT_EQ(Get("users/rita", user).code(), grpc::StatusCode::PERMISSION_DENIED) << user;
    EXPECT_EQ(Suspend("users/rita", user).code(), grpc::StatusCode::PERMISSION_DENIED) << user;
    EXPECT_EQ(Delete("users/rita", user).code(), grpc::StatusCode::PERMISSION_DENIED) << user;
    v1::DeleteUserRequest request;
    request.set_name(Full(user));
    request.set_allow_missing(true);
    EXPECT_EQ(Call<Empty>("users/rita", request).code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(SetEmail("users/rita", user, "x@acme.example").code(),
              grpc::StatusCode::PERMISSION_DENIED);
  }
  EXPECT_EQ(Get("users/ann", "users/nobody").code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(UserServiceTest, DeletingTakesEveryReferenceAlong) {
  MakeCatalog("safety");
  MakeGroup("ops");
  MakeUser("bob", "catalogs/safety");
  AddMember("groups/ops", "users/bob");
  Assign("users/bob", "people", "catalogs/safety");
  EXPECT_THAT(List("users/bob"), ElementsAre("bob"));
  v1::DeleteUserRequest request;
  request.set_name(Full("users/bob"));
  request.set_etag("0-0");
  EXPECT_EQ(Call<Empty>("users/ann", request).code(), grpc::StatusCode::ABORTED);
  request.set_etag(Get("users/ann", "users/bob").value.etag());
  ASSERT_TRUE(Call<Empty>("users/ann", request).ok());
  EXPECT_EQ(Get("users/ann", "users/bob").code(), grpc::StatusCode::NOT_FOUND);

  v1::ListMembersRequest members;
  members.set_group(Full("groups/ops"));
  EXPECT_EQ(Call<v1::ListMembersResponse>("users/ann", members).value.members_size(), 0);
  v1::ListAssignmentsRequest assignments;
  assignments.set_parent(Full(""));
  assignments.set_scope(Full("catalogs/safety"));
  EXPECT_EQ(Call<v1::ListAssignmentsResponse>("users/ann", assignments).value.assignments_size(),
            0);

  // Another one of the name has nothing of it, after a restart either.
  Restart();
  MakeUser("bob");
  MakeUser("cat", "catalogs/safety");
  EXPECT_THAT(List("users/bob"), ElementsAre("bob"));

  request.set_name(Full("users/nobody"));
  request.clear_etag();
  EXPECT_EQ(Call<Empty>("users/ann", request).code(), grpc::StatusCode::NOT_FOUND);
  request.set_allow_missing(true);
  EXPECT_TRUE(Call<Empty>("users/ann", request).ok());
}

TEST_F(UserServiceTest, Rule19_NothingIsWrittenUnderAFreeze) {
  MakeCatalog("safety");
  MakeUser("bob", "catalogs/safety");
  Hold("catalogs/safety");
  EXPECT_EQ(SetDisplayName("users/ann", "users/bob", "Bobby").code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Suspend("users/ann", "users/bob").code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Delete("users/ann", "users/bob").code(), grpc::StatusCode::FAILED_PRECONDITION);
  v1::CreateUserRequest request = NewUser("cat");
  request.mutable_user()->set_home_scope(Full("catalogs/safety"));
  EXPECT_EQ(Call<v1::User>("users/ann", request).code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(Get("users/ann", "users/bob").ok());
}

TEST_F(UserServiceTest, Rule14_PeopleOfACatalogAreItsOwn) {
  MakeCatalog("safety");
  MakeCatalog("sales");
  MakeUser("kim");
  Assign("users/kim", "people", "catalogs/safety");
  v1::CreateUserRequest request = NewUser("bob", "bob@acme.example");
  EXPECT_EQ(Call<v1::User>("users/kim", request).code(), grpc::StatusCode::PERMISSION_DENIED);
  request.mutable_user()->set_home_scope(Full("catalogs/sales"));
  EXPECT_EQ(Call<v1::User>("users/kim", request).code(), grpc::StatusCode::PERMISSION_DENIED);
  request.mutable_user()->set_home_scope(Full("catalogs/safety"));
  EXPECT_TRUE(Call<v1::User>("users/kim", request).ok());
  EXPECT_TRUE(Delete("users/kim", "users/bob").ok());
  EXPECT_EQ(Delete("users/kim", "users/ann").code(), grpc::StatusCode::PERMISSION_DENIED);
}

// --- service accounts ---

class ServiceAccountTest : public UserServiceTest {
 protected:
  Answer<v1::ServiceAccount> Make(absl::string_view actor, absl::string_view id) {
    v1::CreateServiceAccountRequest request;
    request.set_parent(Full(""));
    request.set_service_account_id(std::string(id));
    request.mutable_service_account()->set_display_name("CRM");
    return Call<v1::ServiceAccount>(actor, request);
  }
  template <typename Request>
  static Request Named(absl::string_view name) {
    Request request;
    request.set_name(Full(name));
    return request;
  }
};

TEST_F(ServiceAccountTest, StandardMethods) {
  const auto made = Make("users/ann", "crm");
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(made.value.name(), Full("serviceAccounts/crm"));
  EXPECT_EQ(Make("users/ann", "crm").code(), grpc::StatusCode::ALREADY_EXISTS);
  ASSERT_TRUE(Make("users/ann", "bus").ok());
  MakeUser("crm");  // Users and service accounts do not take ids from one another.

  v1::UpdateServiceAccountRequest update;
  update.mutable_service_account()->set_name(Full("serviceAccounts/crm"));
  update.mutable_service_account()->set_display_name("Customers");
  update.mutable_service_account()->set_etag(made.value.etag());
  const auto updated = Call<v1::ServiceAccount>("users/ann", update);
  ASSERT_TRUE(updated.ok()) << updated.message();
  EXPECT_EQ(Call<v1::ServiceAccount>("users/ann", update).code(), grpc::StatusCode::ABORTED);
  Restart();
  const auto read = Call<v1::ServiceAccount>(
      "users/ann", Named<v1::GetServiceAccountRequest>("serviceAccounts/crm"));
  EXPECT_EQ(read.value.SerializeAsString(), updated.value.SerializeAsString());
  EXPECT_EQ(read.value.display_name(), "Customers");

  v1::ListServiceAccountsRequest list;
  list.set_parent(Full(""));
  list.set_page_size(1);
  auto page = Call<v1::ListServiceAccountsResponse>("users/ann", list);
  ASSERT_EQ(page.value.service_accounts_size(), 1);
  EXPECT_EQ(page.value.service_accounts(0).name(), Full("serviceAccounts/bus"));
  list.set_page_token(page.value.next_page_token());
  page = Call<v1::ListServiceAccountsResponse>("users/ann", list);
  ASSERT_EQ(page.value.service_accounts_size(), 1);
  EXPECT_EQ(page.value.service_accounts(0).name(), Full("serviceAccounts/crm"));
  EXPECT_EQ(page.value.next_page_token(), "");

  EXPECT_TRUE(
      Call<Empty>("users/ann", Named<v1::DeleteServiceAccountRequest>("serviceAccounts/crm")).ok());
  EXPECT_EQ(Call<Empty>("users/ann", Named<v1::DeleteServiceAccountRequest>("serviceAccounts/crm"))
                .code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ServiceAccountTest, AreForThoseWhoManageIntegrations) {
  ASSERT_TRUE(Make("users/ann", "crm").ok());
  MakeUser("pete");
  Assign("users/pete", "people", "");
  EXPECT_EQ(Make("users/pete", "bus").code(), grpc::StatusCode::PERMISSION_DENIED);
  for (const char* name : {"serviceAccounts/crm", "serviceAccounts/none"}) {
    EXPECT_EQ(
        Call<v1::ServiceAccount>("users/pete", Named<v1::GetServiceAccountRequest>(name)).code(),
        grpc::StatusCode::PERMISSION_DENIED);
  }
  v1::ListServiceAccountsRequest list;
  list.set_parent(Full(""));
  EXPECT_EQ(Call<v1::ListServiceAccountsResponse>("users/pete", list).value.service_accounts_size(),
            0);
}

TEST_F(ServiceAccountTest, ActUntilSuspended) {
  ASSERT_TRUE(Make("users/ann", "crm").ok());
  Assign("serviceAccounts/crm", "people", "");
  const auto made = Call<v1::User>("serviceAccounts/crm", NewUser("bob"));
  EXPECT_TRUE(made.ok()) << made.message();
  const auto suspended = Call<v1::ServiceAccount>(
      "users/ann", Named<v1::SuspendServiceAccountRequest>("serviceAccounts/crm"));
  ASSERT_TRUE(suspended.ok()) << suspended.message();
  EXPECT_TRUE(suspended.value.suspended());
  EXPECT_EQ(Call<v1::User>("serviceAccounts/crm", NewUser("cat")).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(Call<v1::ServiceAccount>(
                  "users/ann", Named<v1::ReactivateServiceAccountRequest>("serviceAccounts/crm"))
                  .ok());
  EXPECT_TRUE(Call<v1::User>("serviceAccounts/crm", NewUser("cat")).ok());
}

TEST_F(ServiceAccountTest, Rule22_OneMayBeTheLastHolderOfTheTopRole) {
  ASSERT_TRUE(Make("users/ann", "crm").ok());
  Assign("serviceAccounts/crm", "owner", "");
  ASSERT_TRUE(Suspend("users/ann", "users/ann").ok());
  const auto suspended = Call<v1::ServiceAccount>(
      "serviceAccounts/crm", Named<v1::SuspendServiceAccountRequest>("serviceAccounts/crm"));
  EXPECT_THAT(suspended.violations(), ElementsAre("TOP_ROLE"));
}

}  // namespace
}  // namespace provost
