#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

constexpr int64_t kYear2100 = 4102444800;

class GroupServiceTest : public AcmeTest {
 protected:
  explicit GroupServiceTest(absl::string_view policy = "acme_policy.textproto")
      : AcmeTest(policy) {}

  template <typename Request>
  static Request Named(absl::string_view name) {
    Request request;
    request.set_name(Full(name));
    return request;
  }
  static v1::AddMemberRequest Adding(absl::string_view group, absl::string_view member,
                                     int64_t not_before = 0, int64_t expires = 0) {
    v1::AddMemberRequest request;
    request.set_group(Full(group));
    request.set_member(Full(member));
    if (not_before != 0) request.mutable_not_before()->set_seconds(not_before);
    if (expires != 0) request.mutable_expires()->set_seconds(expires);
    return request;
  }
  Answer<v1::Member> Add(absl::string_view actor, absl::string_view group, absl::string_view member,
                         int64_t not_before = 0, int64_t expires = 0) {
    return Call<v1::Member>(actor, Adding(group, member, not_before, expires));
  }
  Answer<Empty> Remove(absl::string_view actor, absl::string_view group, absl::string_view member) {
    v1::RemoveMemberRequest request;
    request.set_group(Full(group));
    request.set_member(Full(member));
    return Call<Empty>(actor, request);
  }
  Answer<v1::Group> Suspend(absl::string_view actor, absl::string_view group) {
    return Call<v1::Group>(actor, Named<v1::SuspendGroupRequest>(group));
  }
  Answer<v1::Group> Reactivate(absl::string_view actor, absl::string_view group) {
    return Call<v1::Group>(actor, Named<v1::ReactivateGroupRequest>(group));
  }
  Answer<Empty> Delete(absl::string_view actor, absl::string_view group) {
    return Call<Empty>(actor, Named<v1::DeleteGroupRequest>(group));
  }
  std::vector<std::string> Members(absl::string_view actor, absl::string_view group,
                                   int page_size = 0) {
    std::vector<std::string> names;
    v1::ListMembersRequest request;
    request.set_group(Full(group));
    request.set_page_size(page_size);
    for (;;) {
      const auto answer = Call<v1::ListMembersResponse>(actor, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      for (const v1::Member& member : answer.value.members()) {
        EXPECT_EQ(member.group(), Full(group));
        names.push_back(member.member().substr(13));
      }
      if (answer.value.next_page_token().empty()) return names;
      request.set_page_token(answer.value.next_page_token());
    }
  }
  std::vector<std::string> Groups(absl::string_view actor, absl::string_view home = "",
                                  int page_size = 0) {
    std::vector<std::string> ids;
    v1::ListGroupsRequest request;
    request.set_parent(Full(""));
    request.set_page_size(page_size);
    if (!home.empty()) request.set_home_scope(Full(home));
    for (;;) {
      const auto answer = Call<v1::ListGroupsResponse>(actor, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      for (const v1::Group& group : answer.value.groups()) ids.push_back(group.name().substr(20));
      if (answer.value.next_page_token().empty()) return ids;
      request.set_page_token(answer.value.next_page_token());
    }
  }
  // True if `user` may read ann, which in these tests a group gives by the role `reader`.
  bool Reads(absl::string_view user) {
    v1::GetUserRequest request;
    request.set_name(Full("users/ann"));
    return Call<v1::User>(user, request).ok();
  }
};

TEST_F(GroupServiceTest, StandardMethods) {
  MakeCourse("fire");
  v1::CreateGroupRequest create;
  create.set_parent(Full(""));
  create.set_group_id("ops");
  create.mutable_group()->set_display_name("Operations");
  create.mutable_group()->set_home_scope(Full("courses/fire"));
  const auto created = Call<v1::Group>("users/ann", create);
  ASSERT_TRUE(created.ok()) << created.message();
  EXPECT_EQ(created.value.name(), Full("groups/ops"));
  EXPECT_EQ(created.value.home_scope(), Full("courses/fire"));
  EXPECT_EQ(Call<v1::Group>("users/ann", create).code(), grpc::StatusCode::ALREADY_EXISTS);

  v1::UpdateGroupRequest update;
  update.mutable_group()->set_name(Full("groups/ops"));
  update.mutable_group()->set_display_name("Ops");
  update.mutable_group()->set_etag(created.value.etag());
  update.set_validate_only(true);
  EXPECT_EQ(Call<v1::Group>("users/ann", update).value.display_name(), "Ops");
  update.set_validate_only(false);
  const auto updated = Call<v1::Group>("users/ann", update);
  ASSERT_TRUE(updated.ok()) << updated.message();
  EXPECT_EQ(Call<v1::Group>("users/ann", update).code(), grpc::StatusCode::ABORTED);

  // Members are not part of a group's etag.
  MakeUser("bob");
  AddMember("groups/ops", "users/bob");
  Restart();
  const auto read = Call<v1::Group>("users/ann", Named<v1::GetGroupRequest>("groups/ops"));
  EXPECT_EQ(read.value.SerializeAsString(), updated.value.SerializeAsString());
  EXPECT_EQ(read.value.display_name(), "Ops");
  EXPECT_THAT(Members("users/ann", "groups/ops"), ElementsAre("users/bob"));

  EXPECT_TRUE(Delete("users/ann", "groups/ops").ok());
  EXPECT_EQ(Delete("users/ann", "groups/ops").code(), grpc::StatusCode::NOT_FOUND);
  v1::DeleteGroupRequest missing = Named<v1::DeleteGroupRequest>("groups/ops");
  missing.set_allow_missing(true);
  EXPECT_TRUE(Call<Empty>("users/ann", missing).ok());
}

TEST_F(GroupServiceTest, BadInputNamesEachField) {
  MakeGroup("ops");
  MakeUser("bob");
  v1::CreateGroupRequest create;
  create.set_parent("acme");
  create.set_group_id("-");
  EXPECT_THAT(Call<v1::Group>("users/ann", create).bad_fields(), ElementsAre(Key("parent")));
  create.set_parent(Full(""));
  EXPECT_THAT(Call<v1::Group>("users/ann", create).bad_fields(),
              ElementsAre(Key("group.display_name"), Key("group_id")));
  create.set_group_id("x");
  create.mutable_group()->set_display_name("X");
  create.mutable_group()->set_home_scope(Full("sessions/s"));
  EXPECT_THAT(Call<v1::Group>("users/ann", create).bad_fields(),
              ElementsAre(Key("group.home_scope")));

  EXPECT_THAT(Add("users/ann", "groups/ops", "courses/fire").bad_fields(),
              ElementsAre(Key("member")));
  EXPECT_THAT(Add("users/ann", "users/bob", "users/bob").bad_fields(), ElementsAre(Key("group")));
  v1::AddMemberRequest add = Adding("groups/ops", "users/bob");
  add.set_member("tenants/other/users/bob");
  EXPECT_THAT(Call<v1::Member>("users/ann", add).bad_fields(), ElementsAre(Key("member")));
  EXPECT_EQ(Add("users/ann", "groups/ops", "users/nobody").code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Add("users/ann", "groups/none", "users/bob").code(), grpc::StatusCode::NOT_FOUND);

  // Times out of order, and the first instant after the year 9999.
  EXPECT_THAT(Add("users/ann", "groups/ops", "users/bob", kYear2100, kYear2100).bad_fields(),
              ElementsAre(Key("expires")));
  EXPECT_TRUE(Add("users/ann", "groups/ops", "users/bob", kYear2100, kYear2100 + 1).ok());
  EXPECT_THAT(Add("users/ann", "groups/ops", "users/bob", 0, 253402300800).bad_fields(),
              ElementsAre(Key("expires")));
  EXPECT_TRUE(Add("users/ann", "groups/ops", "users/bob", 0, 253402300799).ok());
  add = Adding("groups/ops", "users/bob");
  add.mutable_not_before()->set_nanos(-1);
  EXPECT_THAT(Call<v1::Member>("users/ann", add).bad_fields(), ElementsAre(Key("not_before")));
}

TEST_F(GroupServiceTest, CyclesAreRefusedWithTheirChain) {
  for (const char* id : {"a", "b", "c"}) MakeGroup(id);
  AddMember("groups/a", "groups/b");
  AddMember("groups/b", "groups/c");
  const auto cycle = Add("users/ann", "groups/c", "groups/a");
  EXPECT_EQ(cycle.code(), grpc::StatusCode::INVALID_ARGUMENT);
  ASSERT_THAT(cycle.bad_fields(), ElementsAre(Key("member")));
  EXPECT_THAT(cycle.message(), HasSubstr("`groups/c` in `groups/b` in `groups/a`"));
  EXPECT_THAT(Add("users/ann", "groups/a", "groups/a").bad_fields(), ElementsAre(Key("member")));
  EXPECT_THAT(Members("users/ann", "groups/c"), IsEmpty());
}

TEST_F(GroupServiceTest, GroupsNestSixteenDeep) {
  MakeGroup("g1");
  for (int i = 2; i <= 16; ++i) {
    MakeGroup(absl::StrCat("g", i));
    AddMember(absl::StrCat("groups/g", i - 1), absl::StrCat("groups/g", i));
  }
  MakeGroup("g17");
  const auto deep = Add("users/ann", "groups/g16", "groups/g17");
  ASSERT_THAT(deep.bad_fields(), ElementsAre(Key("member")));
  EXPECT_THAT(deep.message(), HasSubstr("17 deep; at most 16"));
}

TEST_F(GroupServiceTest, ASubjectIsInAtMost256Groups) {
  MakeUser("bob");
  for (int i = 0; i < 256; ++i) {
    MakeGroup(absl::StrCat("g", i));
    AddMember(absl::StrCat("groups/g", i), "users/bob");
  }
  MakeGroup("more");
  const auto refused = Add("users/ann", "groups/more", "users/bob");
  EXPECT_THAT(refused.violations(), ElementsAre("TOO_MANY_GROUPS"));
  EXPECT_THAT(refused.message(), HasSubstr("256"));
  // Those that there are can be changed.
  EXPECT_TRUE(Add("users/ann", "groups/g7", "users/bob", 0, kYear2100).ok());
}

TEST_F(GroupServiceTest, WindowsOfMembershipsCount) {
  MakeUser("bob");
  MakeGroup("readers");
  Assign("groups/readers", "reader", "");
  const auto added = Add("users/ann", "groups/readers", "users/bob", kYear2100);
  ASSERT_TRUE(added.ok()) << added.message();
  EXPECT_EQ(added.value.member(), Full("users/bob"));
  EXPECT_FALSE(Reads("users/bob"));
  // Added again, it is the window that changes.
  const auto again = Add("users/ann", "groups/readers", "users/bob", 1, kYear2100);
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(again.value.create_time().seconds(), added.value.create_time().seconds());
  EXPECT_TRUE(Reads("users/bob"));
  ASSERT_TRUE(Add("users/ann", "groups/readers", "users/bob", 1, 2).ok());
  EXPECT_FALSE(Reads("users/bob"));
  ASSERT_TRUE(Add("users/ann", "groups/readers", "users/bob").ok());
  Restart();
  EXPECT_TRUE(Reads("users/bob"));
  EXPECT_TRUE(Remove("users/ann", "groups/readers", "users/bob").ok());
  EXPECT_FALSE(Reads("users/bob"));
}

TEST_F(GroupServiceTest, RemovingWhoIsNotThere) {
  MakeUser("bob");
  MakeGroup("ops");
  EXPECT_EQ(Remove("users/ann", "groups/ops", "users/bob").code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Remove("users/ann", "groups/ops", "users/nobody").code(), grpc::StatusCode::NOT_FOUND);
  v1::RemoveMemberRequest request;
  request.set_group(Full("groups/ops"));
  request.set_member(Full("users/nobody"));
  request.set_allow_missing(true);
  EXPECT_TRUE(Call<Empty>("users/ann", request).ok());
  request.set_group(Full("groups/none"));
  EXPECT_TRUE(Call<Empty>("users/ann", request).ok());
  MakeUser("cat");
  EXPECT_EQ(Call<Empty>("users/cat", request).code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(GroupServiceTest, Rule12_MembersComeAndGoOnlyByWhoMayAssignTheGroupsRoles) {
  MakeUser("pete");
  Assign("users/pete", "people", "");
  MakeUser("bob");
  MakeGroup("ops");
  EXPECT_TRUE(Add("users/pete", "groups/ops", "users/bob").ok());
  EXPECT_TRUE(Remove("users/pete", "groups/ops", "users/bob").ok());
  Assign("groups/ops", "reader", "");
  EXPECT_TRUE(Add("users/pete", "groups/ops", "users/bob").ok());
  Assign("groups/ops", "trainer", "");
  EXPECT_EQ(Remove("users/pete", "groups/ops", "users/bob").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  const auto denied = Add("users/pete", "groups/ops", "users/pete");
  EXPECT_EQ(denied.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(denied.message(), Not(HasSubstr("trainer")));
  // Whether the member exists makes no difference to who may add nobody.
  EXPECT_EQ(Add("users/pete", "groups/ops", "users/nobody").message(), denied.message());
  // Who may read roles there is told which.
  MakeUser("ada");
  Assign("users/ada", "adder", "");
  EXPECT_THAT(Add("users/ada", "groups/ops", "users/ada").message(), HasSubstr("`reader`"));
}

TEST_F(GroupServiceTest, Rule12_RolesOfTheGroupsAboveCount) {
  MakeUser("pete");
  Assign("users/pete", "people", "");
  MakeUser("bob");
  for (const char* id : {"top", "middle", "low", "beside"}) MakeGroup(id);
  AddMember("groups/top", "groups/middle");
  AddMember("groups/middle", "groups/low");
  AddMember("groups/beside", "users/bob");
  Assign("groups/top", "owner", "");
  EXPECT_EQ(Add("users/pete", "groups/low", "users/pete").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Add("users/pete", "groups/low", "groups/beside").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Remove("users/pete", "groups/top", "groups/middle").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  // What a member has of its own is no matter of the group that it joins.
  EXPECT_TRUE(Add("users/pete", "groups/beside", "groups/top").ok());
}

TEST_F(GroupServiceTest, Rule11_ARightToDelegateIsNotGivenForLongerThanOneHasIt) {
  MakeUser("tom");
  Assign("users/tom", "owner", "", kYear2100);
  MakeUser("bob");
  MakeGroup("people");
  Assign("groups/people", "people", "");
  EXPECT_EQ(Add("users/tom", "groups/people", "users/bob").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Add("users/tom", "groups/people", "users/bob", 0, kYear2100 + 1).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Add("users/tom", "groups/people", "users/bob", 0, kYear2100).ok());
  // The same when a suspended group comes back: its members stay for ever here.
  AddMember("groups/people", "users/bob");
  ASSERT_TRUE(Suspend("users/tom", "groups/people").ok());
  EXPECT_EQ(Reactivate("users/tom", "groups/people").code(), grpc::StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(Add("users/ann", "groups/people", "users/bob", 0, kYear2100).ok());
  EXPECT_TRUE(Reactivate("users/tom", "groups/people").ok());
}

TEST_F(GroupServiceTest, Rule17_ExclusiveRolesAreNotBroughtTogetherByAGroup) {
  MakeCatalog("safety");
  MakeUser("bob");
  MakeGroup("trainers");
  MakeGroup("nested");
  Assign("groups/trainers", "trainer", "");
  Assign("users/bob", "auditor", "catalogs/safety");
  const auto refused = Add("users/ann", "groups/trainers", "users/bob");
  EXPECT_EQ(refused.code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(refused.violations(), ElementsAre("ROLES"));
  EXPECT_THAT(refused.message(), HasSubstr("`audit`"));
  AddMember("groups/nested", "users/bob");
  EXPECT_EQ(Add("users/ann", "groups/trainers", "groups/nested").code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  // A window that has passed does no harm; one to come does.
  EXPECT_EQ(Add("users/ann", "groups/trainers", "users/bob", kYear2100).code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(Add("users/ann", "groups/trainers", "users/bob", 1, 2).ok());
}

TEST_F(GroupServiceTest, Rule19_UnderAFreezeMembersGoAndDoNotCome) {
  MakeCatalog("safety");
  MakeUser("bob");
  MakeUser("cat");
  MakeGroup("readers");
  Assign("groups/readers", "reader", "catalogs/safety");
  AddMember("groups/readers", "users/bob");
  Hold("catalogs/safety");
  const auto refused = Add("users/ann", "groups/readers", "users/cat");
  EXPECT_EQ(refused.code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(refused.message(), HasSubstr("on hold"));
  ASSERT_TRUE(Suspend("users/ann", "groups/readers").ok());
  EXPECT_EQ(Reactivate("users/ann", "groups/readers").code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(Remove("users/ann", "groups/readers", "users/bob").ok());
  // Nobody comes back with it now.
  EXPECT_TRUE(Reactivate("users/ann", "groups/readers").ok());

  // A frozen home.
  MakeCatalog("sales");
  MakeGroup("sellers", "catalogs/sales");
  Hold("catalogs/sales");
  EXPECT_EQ(Add("users/ann", "groups/sellers", "users/cat").code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Delete("users/ann", "groups/sellers").code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(GroupServiceTest, Rule12_SuspendingAndDeletingAreRemovingEveryMember) {
  MakeUser("pete");
  Assign("users/pete", "people", "");
  MakeUser("bob");
  MakeGroup("readers");
  Assign("groups/readers", "reader", "");
  AddMember("groups/readers", "users/bob");
  EXPECT_TRUE(Reads("users/bob"));
  const auto suspended = Suspend("users/pete", "groups/readers");
  ASSERT_TRUE(suspended.ok()) << suspended.message();
  EXPECT_TRUE(suspended.value.suspended());
  EXPECT_FALSE(Reads("users/bob"));
  EXPECT_THAT(Suspend("users/pete", "groups/readers").violations(), ElementsAre("SUSPENDED"));
  EXPECT_TRUE(Reactivate("users/pete", "groups/readers").ok());
  EXPECT_TRUE(Reads("users/bob"));
  EXPECT_THAT(Reactivate("users/pete", "groups/readers").violations(),
              ElementsAre("NOT_SUSPENDED"));

  Assign("groups/readers", "auditor", "");
  EXPECT_EQ(Suspend("users/pete", "groups/readers").code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Delete("users/pete", "groups/readers").code(), grpc::StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(Suspend("users/ann", "groups/readers").ok());
  EXPECT_EQ(Reactivate("users/pete", "groups/readers").code(), grpc::StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(Reactivate("users/ann", "groups/readers").ok());

  ASSERT_TRUE(Delete("users/ann", "groups/readers").ok());
  EXPECT_FALSE(Reads("users/bob"));
  // Another of the name confers nothing, and has nobody in it.
  MakeGroup("readers");
  EXPECT_THAT(Members("users/ann", "groups/readers"), IsEmpty());
  AddMember("groups/readers", "users/bob");
  EXPECT_FALSE(Reads("users/bob"));
}

TEST_F(GroupServiceTest, ListsShowWhatTheCallerMayRead) {
  MakeCatalog("safety");
  MakeCourse("fire", "catalogs/safety");
  MakeCatalog("sales");
  MakeGroup("zeta");
  MakeGroup("crew", "courses/fire");
  MakeGroup("keepers", "catalogs/safety");
  MakeGroup("agents", "catalogs/sales");
  MakeUser("rita");
  Assign("users/rita", "reader", "catalogs/safety");
  EXPECT_THAT(Groups("users/ann", "", 1), ElementsAre("agents", "crew", "keepers", "zeta"));
  EXPECT_THAT(Groups("users/ann", "courses/fire"), ElementsAre("crew"));
  EXPECT_THAT(Groups("users/rita", "", 1), ElementsAre("crew", "keepers"));
  EXPECT_THAT(Groups("users/rita", "catalogs/sales"), IsEmpty());
  MakeUser("bob");
  AddMember("groups/zeta", "users/bob");
  EXPECT_THAT(Groups("users/bob"), IsEmpty());
  for (const char* group : {"groups/zeta", "groups/none"}) {
    EXPECT_EQ(Call<v1::Group>("users/bob", Named<v1::GetGroupRequest>(group)).code(),
              grpc::StatusCode::PERMISSION_DENIED);
    v1::ListMembersRequest members;
    members.set_group(Full(group));
    EXPECT_EQ(Call<v1::ListMembersResponse>("users/bob", members).code(),
              grpc::StatusCode::PERMISSION_DENIED);
  }
}

TEST_F(GroupServiceTest, MembersArePagedAsTheyWereAtFirst) {
  MakeGroup("ops");
  MakeGroup("inner");
  for (const char* id : {"zoe", "bob", "cat", "dan"}) {
    MakeUser(id);
    AddMember("groups/ops", absl::StrCat("users/", id));
  }
  AddMember("groups/ops", "groups/inner");
  const std::vector<std::string> all = {"groups/inner", "users/zoe", "users/bob", "users/cat",
                                        "users/dan"};
  EXPECT_EQ(Members("users/ann", "groups/ops"), all);
  EXPECT_EQ(Members("users/ann", "groups/ops", 1), all);
  EXPECT_EQ(Members("users/ann", "groups/ops", 5), all);

  v1::ListMembersRequest request;
  request.set_group(Full("groups/ops"));
  request.set_page_size(2);
  const auto first = Call<v1::ListMembersResponse>("users/ann", request);
  ASSERT_EQ(first.value.members_size(), 2);
  MakeUser("eve");
  AddMember("groups/ops", "users/eve");
  ASSERT_TRUE(Remove("users/ann", "groups/ops", "users/cat").ok());
  request.set_page_token(first.value.next_page_token());
  request.set_page_size(0);
  const auto second = Call<v1::ListMembersResponse>("users/ann", request);
  ASSERT_EQ(second.value.members_size(), 2);
  EXPECT_EQ(second.value.members(0).member(), Full("users/bob"));
  EXPECT_EQ(second.value.members(1).member(), Full("users/dan"));
  request.set_group(Full("groups/inner"));
  EXPECT_THAT(Call<v1::ListMembersResponse>("users/ann", request).bad_fields(),
              ElementsAre(Key("page_token")));
}

TEST_F(GroupServiceTest, RetriesGetTheFirstAnswer) {
  MakeGroup("ops");
  MakeUser("bob");
  v1::AddMemberRequest add = Adding("groups/ops", "users/bob");
  add.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f");
  const auto first = Call<v1::Member>("users/ann", add);
  ASSERT_TRUE(first.ok()) << first.message();
  ASSERT_TRUE(Remove("users/ann", "groups/ops", "users/bob").ok());
  const auto again = Call<v1::Member>("users/ann", add);
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(again.value.SerializeAsString(), first.value.SerializeAsString());
  EXPECT_THAT(Members("users/ann", "groups/ops"), IsEmpty());

  v1::DeleteGroupRequest remove = Named<v1::DeleteGroupRequest>("groups/ops");
  remove.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e60");
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());
}

// Max manages attendees in catalogs/k1, and reads no group elsewhere.
class GroupServiceCoreAchieveTest : public GroupServiceTest {
 protected:
  GroupServiceCoreAchieveTest() : GroupServiceTest("coreachieve") {
    MakeCatalog("k1");
    MakeUser("max");
    MakeUser("sue");
    Assign("users/max", "attendee_manager", "catalogs/k1");
    for (const char* id : {"low", "high"}) MakeGroup(id, "catalogs/k1");
    MakeGroup("secret");
    AddMember("groups/secret", "users/sue");
  }
};

TEST_F(GroupServiceCoreAchieveTest, Rule25_AHiddenGroupAsAMemberIsRefusedAsAMissingOne) {
  const auto hidden = Add("users/max", "groups/low", "groups/secret");
  const auto missing = Add("users/max", "groups/low", "groups/none");
  EXPECT_EQ(hidden.code(), grpc::StatusCode::NOT_FOUND) << hidden.message();
  EXPECT_EQ(hidden.code(), missing.code());
  EXPECT_EQ(absl::StrReplaceAll(hidden.message(), {{"secret", "none"}}), missing.message());
  EXPECT_THAT(Members("users/ann", "groups/low"), IsEmpty());
  // Groups that max reads come in, and people of other homes.
  EXPECT_TRUE(Add("users/max", "groups/low", "groups/high").ok());
  EXPECT_TRUE(Add("users/max", "groups/low", "users/sue").ok());
  EXPECT_TRUE(Add("users/ann", "groups/low", "groups/secret").ok());
}

TEST_F(GroupServiceCoreAchieveTest, Rule25_ACycleIsShownByGroupsThatTheCallerMayRead) {
  AddMember("groups/secret", "groups/low");
  AddMember("groups/high", "groups/secret");
  const auto cycle = Add("users/max", "groups/low", "groups/high");
  ASSERT_THAT(cycle.bad_fields(), ElementsAre(Key("member")));
  EXPECT_THAT(cycle.message(), HasSubstr("would make a cycle"));
  EXPECT_THAT(cycle.message(), Not(HasSubstr("secret")));
  EXPECT_THAT(cycle.message(), Not(HasSubstr(" in `")));
  EXPECT_THAT(Add("users/ann", "groups/low", "groups/high").message(),
              HasSubstr("`groups/low` in `groups/secret` in `groups/high`"));
  // By a chain of groups that max reads, where there is one.
  MakeGroup("middle", "catalogs/k1");
  AddMember("groups/middle", "groups/low");
  AddMember("groups/high", "groups/middle");
  const auto shown = Add("users/max", "groups/low", "groups/high");
  EXPECT_THAT(shown.message(), HasSubstr("`groups/low` in `groups/middle` in `groups/high`"));
  EXPECT_THAT(shown.message(), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace provost
