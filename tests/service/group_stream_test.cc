// Members from CSV and groups out again, under the coreachieve matrix: an attendee manager may, an
// author may not.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "provost/v1/group_service.grpc.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"
#include "tests/service/stream_calls.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr char kId[] = "7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f";
constexpr char kMae[] = "users/mae";  // attendee_manager
constexpr char kAut[] = "users/aut";  // author

class GroupStreamTest : public AcmeTest {
 protected:
  GroupStreamTest() : AcmeTest("coreachieve") {
    MakeUser("mae");
    MakeUser("aut");
    Assign(kMae, "attendee_manager", "");
    Assign(kAut, "author", "");
    MakeCatalog("safety");
    MakeGroup("ops");
    MakeGroup("night");
    MakeGroup("fire", "catalogs/safety");
    for (int i = 0; i < 5; ++i) {
      MakeUser(absl::StrCat("u", i), "", absl::StrCat("u", i, "@acme.example"));
    }
  }

  Answer<v1::Import> Import(absl::string_view actor, absl::string_view document,
                            v1::ImportOptions::Mode mode = v1::ImportOptions::BEST_EFFORT,
                            bool dry_run = false) {
    const auto start = StartImport<v1::ImportMembersRequest>(imports_++, mode, dry_run);
    return Send(actor, start, document);
  }
  Answer<v1::Import> Send(absl::string_view actor, const v1::ImportMembersRequest& start,
                          absl::string_view document) {
    const auto stub = v1::GroupService::NewStub(channel());
    return SendImport(actor, start, document,
                      [&](grpc::ClientContext* context, v1::Import* answer) {
                        return stub->ImportMembers(context, answer);
                      });
  }
  Answer<std::string> Export(absl::string_view actor, bool members, absl::string_view home = "",
                             v1::ExportOptions::Format format = v1::ExportOptions::CSV) {
    v1::ExportGroupsRequest request;
    request.set_parent(Full(""));
    if (!home.empty()) request.set_home_scope(Full(home));
    request.set_members(members);
    request.mutable_options()->set_format(format);
    const auto stub = v1::GroupService::NewStub(channel());
    return ReadExport<v1::ExportGroupsResponse>(
        actor, [&](grpc::ClientContext* context) { return stub->ExportGroups(context, request); });
  }
  std::vector<std::string> Members(absl::string_view group) {
    v1::ListMembersRequest request;
    request.set_group(Full(absl::StrCat("groups/", group)));
    std::vector<std::string> members;
    const auto list = Call<v1::ListMembersResponse>("users/ann", request);
    for (const v1::Member& member : list.value.members()) {
      members.push_back(member.member().substr(Full("").size() + 1));
    }
    return members;
  }

 private:
  int imports_ = 0;
};

TEST_F(GroupStreamTest, M5_AnAttendeeManagerImportsMembers) {
  const auto added = Import(kMae,
                            "group,member,expires\r\n"
                            "ops,u0,\r\n"
                            "groups/ops,users/u1,2030-01-01T00:00:00Z\r\n"
                            "tenants/acme/groups/night,tenants/acme/groups/ops,\r\n"
                            "fire,u2,\r\n"
                            "ops,u0,\r\n");
  ASSERT_TRUE(added.ok()) << added.message();
  EXPECT_EQ(added.value.method(), "GroupService.ImportMembers");
  EXPECT_EQ(added.value.created(), 4) << added.value.DebugString();
  EXPECT_EQ(added.value.skipped(), 1);
  EXPECT_EQ(added.value.failed(), 0);
  EXPECT_THAT(Members("ops"), ElementsAre("users/u0", "users/u1"));
  EXPECT_THAT(Members("night"), ElementsAre("groups/ops"));
  EXPECT_THAT(Members("fire"), ElementsAre("users/u2"));
  // Another window, and one who leaves; whoever is not in it is left out.
  const auto changed = Import(kMae,
                              "group,email,action,not_before\n"
                              "ops,U1@acme.example,add,2029-01-01T00:00:00+01:00\n"
                              "ops,u0@acme.example,remove,\n"
                              "ops,u4@acme.example,remove,\n");
  ASSERT_TRUE(changed.ok()) << changed.message();
  EXPECT_EQ(changed.value.updated(), 2) << changed.value.DebugString();
  EXPECT_EQ(changed.value.skipped(), 1);
  EXPECT_THAT(Members("ops"), ElementsAre("users/u1"));
  // Progress is for its owner, and for whoever may manage members.
  v1::GetImportRequest get;
  get.set_name(changed.value.name());
  EXPECT_TRUE(Call<v1::Import>(kMae, get).ok());
  EXPECT_TRUE(Call<v1::Import>("users/ann", get).ok());
  EXPECT_EQ(Call<v1::Import>(kAut, get).code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(GroupStreamTest, M5_AnAuthorMayNot) {
  const auto answer = Import(kAut, "group,member\nops,u0\n");
  EXPECT_EQ(answer.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(Members("ops"), IsEmpty());
}

TEST_F(GroupStreamTest, Rule25_ARowWithAHiddenGroupIsRefusedAsOneWithAMissingOne) {
  MakeUser("max");
  Assign("users/max", "attendee_manager", "catalogs/safety");
  const auto answer = Import("users/max", "group,member\nfire,groups/ops\nfire,groups/opx\n");
  ASSERT_EQ(answer.value.errors_size(), 2) << answer.value.DebugString();
  EXPECT_EQ(answer.value.errors(0).message(), answer.value.errors(1).message());
  EXPECT_THAT(Members("fire"), IsEmpty());
}

TEST_F(GroupStreamTest, M5_WrongRowsAreToldByLineAndColumn) {
  const std::string document =
      "group,email,expires,action\n"
      "ops,u0@acme.example,,\n"
      "nowhere,u1@acme.example,,\n"
      "ops,nobody@acme.example,,\n"
      "ops,u1@acme.example,tomorrow,\n"
      "ops,u1@acme.example,,expel\n"
      ",u1@acme.example,,\n"
      "ops,,,\n"
      "Ops!,u1@acme.example,,\n"
      "ops,u1@acme.example\n"
      "ops,u2@acme.example,,\n";
  const auto dry = Import(kMae, document, v1::ImportOptions::BEST_EFFORT, /*dry_run=*/true);
  EXPECT_THAT(Members("ops"), IsEmpty());
  const auto none = Import(kMae, document, v1::ImportOptions::ALL_OR_NOTHING);
  EXPECT_EQ(none.value.state(), v1::Import::FAILED);
  EXPECT_THAT(Members("ops"), IsEmpty());
  const auto answer = Import(kMae, document);
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.created(), 2);
  EXPECT_THAT(ErrorPlaces(answer.value),
              ElementsAre("3:0 ", "4:2 email", "5:3 expires", "6:4 action", "7:1 group",
                          "8:2 email", "9:1 group", "10:0 "))
      << answer.value.DebugString();
  EXPECT_EQ(ErrorPlaces(dry.value), ErrorPlaces(answer.value));
  EXPECT_EQ(ErrorPlaces(none.value), ErrorPlaces(answer.value));
  EXPECT_THAT(Members("ops"), ElementsAre("users/u0", "users/u2"));
  EXPECT_THAT(answer.value.errors(1).message(), Not(HasSubstr("nobody@")));
}

TEST_F(GroupStreamTest, Rule12_EachRowIsJudgedByItself) {
  // What the group confers is not the attendee manager's to give.
  Assign("groups/night", "administrator", "");
  const auto answer = Import(kMae, "group,member\nops,u0\nnight,u0\nnight,mae\nops,u1\n");
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.created(), 2);
  EXPECT_THAT(ErrorPlaces(answer.value), ElementsAre("3:0 ", "4:0 "));
  EXPECT_THAT(Members("night"), IsEmpty());
  // Nor by nesting a group below it, in a row that comes after.
  EXPECT_EQ(Import(kMae, "group,member\nnight,groups/ops\n").value.failed(), 1);
  EXPECT_EQ(Import("users/ann", "group,member\nnight,groups/ops\n").value.created(), 1);
  EXPECT_EQ(Import(kMae, "group,member\nops,u2\n").value.failed(), 1);
}

TEST_F(GroupStreamTest, ColumnsAndFirstMessages) {
  EXPECT_THAT(Import(kMae, "member\nu0\n").message(), HasSubstr("no column is `group`"));
  EXPECT_THAT(Import(kMae, "group\nops\n").message(), HasSubstr("no column says who"));
  EXPECT_THAT(Import(kMae, "group,member,email\nops,u0,\n").message(),
              HasSubstr("`member`, `email`"));
  EXPECT_THAT(Import(kMae, "group,member,shoe\nops,u0,\n").message(), HasSubstr("`shoe`"));
  v1::ImportMembersRequest start;
  start.set_parent(Full("catalogs/safety"));
  start.mutable_options()->set_import_id("7");
  EXPECT_THAT(Send(kMae, start, "").code(), grpc::StatusCode::INVALID_ARGUMENT);
  start.set_parent(Full(""));
  EXPECT_THAT(Send(kMae, start, "").bad_fields(),
              UnorderedElementsAre(Key("options.import_id"), Key("options.mode")));
  start.set_parent("tenants/system");
  start.mutable_options()->set_import_id(kId);
  start.mutable_options()->set_mode(v1::ImportOptions::BEST_EFFORT);
  EXPECT_EQ(Send(kMae, start, "").code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(GroupStreamTest, M4_AnAttendeeManagerExportsGroupsAndMembers) {
  ASSERT_EQ(Import(kMae,
                   "group,member,expires\nops,u0,\nops,u1,2030-01-01T00:00:00Z\n"
                   "night,groups/ops,\nfire,u2,\n")
                .value.created(),
            4);
  const auto groups = Export(kMae, false);
  ASSERT_TRUE(groups.ok()) << groups.message();
  EXPECT_THAT(groups.value, HasSubstr("group,display_name,home_scope,suspended\r\n"));
  EXPECT_THAT(groups.value, HasSubstr("tenants/acme/catalogs/safety,false\r\n"));
  const auto members = Export(kMae, true);
  ASSERT_TRUE(members.ok()) << members.message();
  EXPECT_EQ(members.value,
            "group,member,not_before,expires\r\n"
            "ops,users/u0,,\r\n"
            "ops,users/u1,,2030-01-01T00:00:00Z\r\n"
            "night,groups/ops,,\r\n"
            "fire,users/u2,,\r\n");
  EXPECT_EQ(Export(kMae, true, "catalogs/safety").value,
            "group,member,not_before,expires\r\nfire,users/u2,,\r\n");
  EXPECT_THAT(Export(kMae, false, "catalogs/safety").value, Not(HasSubstr("night")));
  EXPECT_THAT(Export(kMae, true, "", v1::ExportOptions::JSON_LINES).value,
              HasSubstr("{\"group\":\"night\",\"member\":\"groups/ops\",\"not_before\":\"\","
                        "\"expires\":\"\"}\n"));
  // What came out goes in again, and is what is there.
  const auto again = Import(kMae, members.value);
  EXPECT_EQ(again.value.skipped(), 4) << again.value.DebugString();
}

TEST_F(GroupStreamTest, M4_AnAuthorMayNot) {
  EXPECT_EQ(Export(kAut, false).code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Export(kAut, true).code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Export(kMae, true, "groups/ops").code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace provost
