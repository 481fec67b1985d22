// Groups that rules fill (rule 13), on real presets: who comes in and leaves by every way in which
// a person changes, what is refused, and what it costs.
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/text_format.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/policy_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/settings.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.grpc.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::google::protobuf::TextFormat;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kRefused = grpc::StatusCode::FAILED_PRECONDITION;

constexpr char kFields[] = R"pb(
  user_fields {
    fields { id: "department" display_name: "Department" type: TEXT }
    fields { id: "grade" display_name: "Grade" type: INTEGER }
    fields { id: "remote" display_name: "Works remotely" type: BOOLEAN owner_writable: true }
    fields { id: "hired" display_name: "Hired" type: DATE }
    fields { id: "site" display_name: "Site" type: CHOICE choices: "Linz" choices: "Graz" }
  }
)pb";

class GroupRuleTest : public AcmeTest {
 protected:
  explicit GroupRuleTest(absl::string_view policy) : AcmeTest(policy) {}

  static v1::GroupRule RuleOf(const std::string& text) {
    v1::GroupRule rule;
    EXPECT_TRUE(TextFormat::ParseFromString(text, &rule)) << text;
    return rule;
  }
  Answer<v1::Group> Create(absl::string_view actor, absl::string_view id, const std::string& rule,
                           absl::string_view home = "") {
    v1::CreateGroupRequest request;
    request.set_parent(Full(""));
    request.set_group_id(std::string(id));
    request.mutable_group()->set_display_name(std::string(id));
    if (!home.empty()) request.mutable_group()->set_home_scope(Full(home));
    *request.mutable_group()->mutable_rule() = RuleOf(rule);
    return Call<v1::Group>(actor, request);
  }
  Answer<v1::Group> SetRule(absl::string_view actor, absl::string_view group,
                            const std::string& rule) {
    v1::UpdateGroupRequest request;
    request.mutable_group()->set_name(Full(group));
    if (!rule.empty()) *request.mutable_group()->mutable_rule() = RuleOf(rule);
    request.mutable_update_mask()->add_paths("rule");
    return Call<v1::Group>(actor, request);
  }
  Answer<v1::User> Update(absl::string_view actor, absl::string_view user, const std::string& text,
                          const std::vector<std::string>& mask) {
    v1::UpdateUserRequest request;
    EXPECT_TRUE(TextFormat::ParseFromString(text, request.mutable_user()));
    request.mutable_user()->set_name(Full(user));
    for (const std::string& path : mask) request.mutable_update_mask()->add_paths(path);
    return Call<v1::User>(actor, request);
  }
  Answer<v1::User> Make(absl::string_view actor, absl::string_view id, const std::string& text) {
    v1::CreateUserRequest request;
    EXPECT_TRUE(TextFormat::ParseFromString(text, request.mutable_user()));
    request.mutable_user()->set_display_name(std::string(id));
    request.set_parent(Full(""));
    request.set_user_id(std::string(id));
    return Call<v1::User>(actor, request);
  }
  std::vector<v1::Member> List(absl::string_view group, bool held_back = false) {
    std::vector<v1::Member> members;
    v1::ListMembersRequest request;
    request.set_group(Full(group));
    request.set_held_back(held_back);
    request.set_page_size(2);
    for (;;) {
      const auto answer = Call<v1::ListMembersResponse>("users/ann", request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      members.insert(members.end(), answer.value.members().begin(), answer.value.members().end());
      if (answer.value.next_page_token().empty()) return members;
      request.set_page_token(answer.value.next_page_token());
    }
  }
  std::vector<std::string> Members(absl::string_view group, bool held_back = false) {
    std::vector<std::string> ids;
    for (const v1::Member& member : List(group, held_back)) {
      ids.push_back(member.member().substr(member.member().rfind('/') + 1));
    }
    return ids;
  }
  std::vector<std::string> HeldBack(absl::string_view group) { return Members(group, true); }
};

// CoreAchieve's administrator, `users/ann`, may do everything; `users/max` manages attendees and
// `users/uma` is an author.
class Rule13Test : public GroupRuleTest {
 protected:
  Rule13Test() : GroupRuleTest("coreachieve") {
    Appoint({{"max", "attendee_manager"}, {"uma", "author"}, {"bob", ""}, {"cat", ""}});
    const auto defined = Define(kFields);
    EXPECT_TRUE(defined.ok()) << defined.message();
  }
  Answer<v1::Settings> Define(const std::string& settings) {
    v1::UpdateSettingsRequest request;
    EXPECT_TRUE(TextFormat::ParseFromString(settings, request.mutable_settings()));
    request.mutable_settings()->set_tenant(Full(""));
    request.set_section(v1::Settings::USER_FIELDS);
    return Call<v1::Settings>("users/ann", request);
  }
  void SetField(absl::string_view user, const std::string& field, const std::string& value) {
    const auto answer = Update(
        "users/max", user, absl::StrCat("fields { field: \"", field, "\" value: \"", value, "\" }"),
        {absl::StrCat("fields.", field)});
    ASSERT_TRUE(answer.ok()) << answer.message();
  }
};

constexpr char kVienna[] =
    R"pb(conditions { field: "time_zone" comparison: ANY_OF values: "Europe/Vienna" })pb";
constexpr char kToVienna[] = R"pb(time_zone: "Europe/Vienna")pb";

TEST_F(Rule13Test, M3_EverybodyIsInTheRightPlaceFromTheBeginning) {
  ASSERT_TRUE(Update("users/max", "users/bob", kToVienna, {"time_zone"}).ok());
  const auto made = Create("users/max", "vienna", kVienna);
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(made.value.rule().DebugString(), RuleOf(kVienna).DebugString());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("bob")) << "who was there before";
  EXPECT_TRUE(List("groups/vienna")[0].by_rule());

  ASSERT_TRUE(Make("users/max", "dora", kToVienna).ok());
  ASSERT_TRUE(Make("users/max", "emil", "").ok());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("bob", "dora")) << "who is made";
  ASSERT_TRUE(Update("users/max", "users/cat", kToVienna, {"time_zone"}).ok());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("bob", "cat", "dora")) << "who changes";
  Restart();
  ASSERT_TRUE(Update("users/max", "users/bob", "time_zone: \"UTC\"", {"time_zone"}).ok());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("cat", "dora")) << "and who no longer is";
  v1::SuspendUserRequest suspend;
  suspend.set_name(Full("users/cat"));
  ASSERT_TRUE(Call<v1::User>("users/max", suspend).ok());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("cat", "dora")) << "no rule reads that";
  v1::DeleteUserRequest erase;
  erase.set_name(Full("users/dora"));
  ASSERT_TRUE(Call<Empty>("users/ann", erase).ok());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("cat"));

  // Another rule, and none.
  ASSERT_TRUE(SetRule("users/max", "groups/vienna",
                      R"pb(conditions { field: "time_zone" comparison: ANY_OF values: "UTC" })pb")
                  .ok());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("bob"));
  ASSERT_TRUE(SetRule("users/max", "groups/vienna", "").ok());
  ASSERT_TRUE(Update("users/max", "users/bob", kToVienna, {"time_zone"}).ok());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("bob")) << "by hand";
  EXPECT_FALSE(List("groups/vienna")[0].by_rule());
  AddMember("groups/vienna", "users/cat");
}

TEST_F(Rule13Test, M3_AnAuthorFillsNoGroup) {
  EXPECT_EQ(Create("users/uma", "vienna", kVienna).code(), kDenied);
  MakeGroup("vienna");
  EXPECT_EQ(SetRule("users/uma", "groups/vienna", kVienna).code(), kDenied);
  EXPECT_EQ(SetRule("tenants/other/users/max", "groups/vienna", kVienna).code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(Rule13Test, Rule13_ConditionsAreComparedByType) {
  ASSERT_TRUE(Update("users/max", "users/bob", R"pb(
                       email: "bob@Acme.example"
                       locale: "de-AT"
                       external_id: "HR-17"
                       manager: "tenants/acme/users/cat"
                       fields { field: "department" value: "Fire and rescue" }
                       fields { field: "grade" value: "9" }
                       fields { field: "hired" value: "2024-02-29" }
                       fields { field: "site" value: "Graz" })pb",
                     {"email", "locale", "external_id", "manager", "fields"})
                  .ok());
  ASSERT_TRUE(Update("users/max", "users/cat", R"pb(
                       locale: "en"
                       fields { field: "grade" value: "10" }
                       fields { field: "hired" value: "2023-12-31" }
                       fields { field: "site" value: "Linz" })pb",
                     {"locale", "fields"})
                  .ok());
  int number = 0;
  const auto members = [&](const std::string& field, const std::string& comparison,
                           const std::vector<std::string>& values) {
    std::string text = absl::StrCat("conditions { field: \"", field, "\" comparison: ", comparison);
    for (const std::string& value : values) absl::StrAppend(&text, " values: \"", value, "\"");
    // Those who are nothing but there are left out.
    absl::StrAppend(&text, " } conditions { field: \"fields.site\" comparison: IS_SET }");
    const std::string id = absl::StrCat("g", ++number);
    const auto made = Create("users/max", id, text);
    EXPECT_TRUE(made.ok()) << made.message();
    return Members(absl::StrCat("groups/", id));
  };
  EXPECT_THAT(members("email_domain", "ANY_OF", {"ACME.example"}), ElementsAre("bob"));
  EXPECT_THAT(members("email_domain", "NONE_OF", {"acme.example"}), ElementsAre("cat"));
  EXPECT_THAT(members("locale", "STARTS_WITH", {"de"}), ElementsAre("bob"));
  EXPECT_THAT(members("locale", "ANY_OF", {"de-AT", "en"}), ElementsAre("bob", "cat"));
  EXPECT_THAT(members("external_id", "IS_SET", {}), ElementsAre("bob"));
  EXPECT_THAT(members("manager", "ANY_OF", {"tenants/acme/users/cat"}), ElementsAre("bob"));
  EXPECT_THAT(members("manager", "NONE_OF", {"tenants/acme/users/cat"}), ElementsAre("cat"));
  EXPECT_THAT(members("fields.department", "STARTS_WITH", {"Fire"}), ElementsAre("bob"));
  EXPECT_THAT(members("fields.grade", "AT_LEAST", {"10"}), ElementsAre("cat")) << "numbers";
  EXPECT_THAT(members("fields.grade", "AT_MOST", {"9"}), ElementsAre("bob"));
  EXPECT_THAT(members("fields.hired", "AT_LEAST", {"2024-01-01"}), ElementsAre("bob"));
  EXPECT_THAT(members("fields.hired", "AT_MOST", {"2023-12-31"}), ElementsAre("cat"));
  EXPECT_THAT(members("fields.site", "NONE_OF", {"Linz"}), ElementsAre("bob"));
  SetField("users/bob", "grade", "11");
  EXPECT_THAT(Members("groups/g9"), ElementsAre("bob", "cat"));
  EXPECT_THAT(Members("groups/g10"), IsEmpty());

  // A manager who goes is in no rule any more.
  v1::DeleteUserRequest erase;
  erase.set_name(Full("users/cat"));
  ASSERT_TRUE(Call<Empty>("users/ann", erase).ok());
  EXPECT_THAT(Members("groups/g6"), IsEmpty());
  EXPECT_THAT(Members("groups/g7"), ElementsAre("bob"));
  v1::GetGroupRequest get;
  get.set_name(Full("groups/g6"));
  EXPECT_THAT(Call<v1::Group>("users/ann", get).value.rule().conditions(0).values(), IsEmpty());
}

TEST_F(Rule13Test, Rule13_WhatIsWrongWithARuleIsToldFieldByField) {
  const auto bad = Create("users/max", "wrong", R"pb(
    conditions { field: "shoe_size" comparison: ANY_OF values: "43" }
    conditions { field: "locale" comparison: AT_LEAST values: "de" }
    conditions { field: "time_zone" comparison: IS_SET values: "UTC" }
    conditions { field: "manager" comparison: ANY_OF values: "cat" }
    conditions { field: "locale" comparison: STARTS_WITH }
    conditions { field: "locale" values: "de" }
    conditions { field: "locale" comparison: ANY_OF values: "" }
  )pb");
  EXPECT_THAT(bad.bad_fields(), UnorderedElementsAre(Key("group.rule.conditions[0].field"),
                                                     Key("group.rule.conditions[1].comparison"),
                                                     Key("group.rule.conditions[2].values"),
                                                     Key("group.rule.conditions[3].values[0]"),
                                                     Key("group.rule.conditions[4].values"),
                                                     Key("group.rule.conditions[5].comparison"),
                                                     Key("group.rule.conditions[6].values[0]")));
  const auto missing = Create("users/max", "wrong", R"pb(
    conditions { field: "locale" comparison: IS_SET }
    conditions { field: "fields.grade" comparison: ANY_OF values: "high" }
    conditions { field: "fields.shoe_size" comparison: IS_SET }
    conditions { field: "fields.grade" comparison: STARTS_WITH values: "1" }
    conditions { field: "fields.department" comparison: AT_LEAST values: "1" }
  )pb");
  EXPECT_EQ(missing.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(missing.bad_fields(),
              UnorderedElementsAre(Key("group.rule.conditions[1].values[0]"),
                                   Key("group.rule.conditions[2].field"),
                                   Key("group.rule.conditions[3].comparison"),
                                   Key("group.rule.conditions[4].comparison")));
  EXPECT_THAT(Create("users/max", "wrong", R"pb(conditions {
                                                  field: "manager"
                                                  comparison: ANY_OF
                                                  values: "tenants/acme/users/nobody"
                                                })pb")
                  .bad_fields(),
              ElementsAre(Key("group.rule.conditions[0].values[0]")));
  EXPECT_THAT(Create("users/max", "wrong", "").bad_fields(),
              ElementsAre(Key("group.rule.conditions")));
  std::string most;
  for (int i = 0; i < 16; ++i) absl::StrAppend(&most, kVienna);
  EXPECT_TRUE(Create("users/max", "right", most).ok());
  EXPECT_THAT(Create("users/max", "wrong", absl::StrCat(most, kVienna)).bad_fields(),
              ElementsAre(Key("group.rule.conditions")));
}

TEST_F(Rule13Test, Rule13_FilledByHandOrByARule) {
  ASSERT_TRUE(Create("users/max", "vienna", kVienna).ok());
  v1::AddMemberRequest add;
  add.set_group(Full("groups/vienna"));
  add.set_member(Full("users/bob"));
  EXPECT_THAT(Call<v1::Member>("users/max", add).violations(), ElementsAre("FILLED_BY_RULE"));
  v1::RemoveMemberRequest remove;
  remove.set_group(Full("groups/vienna"));
  remove.set_member(Full("users/bob"));
  EXPECT_THAT(Call<Empty>("users/max", remove).violations(), ElementsAre("FILLED_BY_RULE"));
  MakeGroup("hand");
  AddMember("groups/hand", "users/bob");
  EXPECT_THAT(SetRule("users/max", "groups/hand", kVienna).violations(),
              ElementsAre("MEMBERS_BY_HAND"));
}

TEST_F(Rule13Test, Rule13_TheFieldThatARuleReadsIsNotForItsOwner) {
  ASSERT_TRUE(Update("users/bob", "users/bob", kToVienna, {"time_zone"}).ok());
  ASSERT_TRUE(
      Create("users/max", "vienna", R"pb(
        conditions { field: "time_zone" comparison: ANY_OF values: "Europe/Vienna" }
        conditions { field: "fields.remote" comparison: NONE_OF values: "true" }
        conditions { field: "email_domain" comparison: NONE_OF values: "acme.example" })pb")
          .ok());
  EXPECT_EQ(Update("users/bob", "users/bob", "time_zone: \"UTC\"", {"time_zone"}).code(), kDenied);
  EXPECT_EQ(Update("users/bob", "users/bob", R"pb(fields { field: "remote" value: "true" })pb",
                   {"fields.remote"})
                .code(),
            kDenied);
  EXPECT_EQ(Update("users/bob", "users/bob", "email: \"bob@acme.example\"", {"email"}).code(),
            kDenied);
  EXPECT_EQ(Update("users/max", "users/max", kToVienna, {"time_zone"}).code(), kDenied)
      << "whatever they may do to others";
  EXPECT_TRUE(Update("users/bob", "users/bob", kToVienna, {"time_zone"}).ok()) << "as it is";
  EXPECT_TRUE(Update("users/bob", "users/bob", "locale: \"de\"", {"locale"}).ok());
  EXPECT_TRUE(Update("users/max", "users/bob", "time_zone: \"UTC\"", {"time_zone"}).ok());
  EXPECT_THAT(Members("groups/vienna"), IsEmpty());
}

TEST_F(Rule13Test, Rule13_AFieldThatARuleReadsDoesNotGo) {
  ASSERT_TRUE(Create("users/max", "graz", R"pb(
                conditions { field: "fields.site" comparison: ANY_OF values: "Graz" })pb")
                  .ok());
  constexpr char kWithout[] =
      R"pb(user_fields { fields { id: "department" display_name: "Department" type: TEXT } })pb";
  const auto refused = Define(kWithout);
  EXPECT_EQ(refused.code(), kRefused);
  EXPECT_THAT(refused.message(), HasSubstr("tenants/acme/groups/graz"));
  ASSERT_TRUE(SetRule("users/max", "groups/graz", "").ok());
  EXPECT_TRUE(Define(kWithout).ok());
}

TEST_F(Rule13Test, Rule13_SuchAGroupHoldsHarmlessRolesAlone) {
  ASSERT_TRUE(Create("users/max", "vienna", kVienna).ok());
  MakeCatalog("safety");
  MakeCourse("fire", "catalogs/safety");
  Assign("groups/vienna", "learner", "courses/fire");
  v1::CreateAssignmentRequest request;
  request.set_parent(Full(""));
  request.mutable_assignment()->set_subject(Full("groups/vienna"));
  request.mutable_assignment()->set_role("attendee_manager");
  request.mutable_assignment()->set_scope(Full(""));
  const auto refused = Call<v1::Assignment>("users/ann", request);
  EXPECT_EQ(refused.code(), kRefused);
  EXPECT_THAT(refused.message(), HasSubstr("`attendee_manager`"));

  MakeGroup("managers");
  Assign("groups/managers", "attendee_manager", "");
  EXPECT_EQ(SetRule("users/ann", "groups/managers", kVienna).code(), kRefused);
  EXPECT_EQ(SetRule("users/max", "groups/managers", kVienna).code(), kDenied)
      << "nor may everybody say who is in it";
  v1::AddMemberRequest nest;
  nest.set_group(Full("groups/managers"));
  nest.set_member(Full("groups/vienna"));
  EXPECT_EQ(Call<v1::Member>("users/ann", nest).code(), kRefused);
}

TEST_F(Rule13Test, Rule13_ARuleCoversItsHomeAndWhatStandsBelow) {
  MakeCatalog("safety");
  MakeCatalog("fire", "catalogs/safety");
  MakeCatalog("sales");
  for (const char* home : {"safety", "fire", "sales"}) {
    ASSERT_TRUE(Make("users/ann", absl::StrCat("in_", home),
                     absl::StrCat(kToVienna, " home_scope: \"tenants/acme/catalogs/", home, "\""))
                    .ok());
  }
  ASSERT_TRUE(Create("users/ann", "vienna", kVienna, "catalogs/safety").ok());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("in_safety", "in_fire"));
  const auto move = [&](absl::string_view to) {
    v1::MoveCatalogRequest request;
    request.set_name(Full("catalogs/fire"));
    request.set_parent_scope(Full(to));
    const auto moved = Call<v1::Catalog>("users/ann", request);
    EXPECT_TRUE(moved.ok()) << moved.message();
  };
  move("catalogs/sales");
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("in_safety"));
  move("catalogs/safety");
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("in_safety", "in_fire"));
  v1::DeleteCatalogRequest remove;
  remove.set_name(Full("catalogs/safety"));
  remove.set_force(true);
  ASSERT_TRUE(Call<Empty>("users/ann", remove).ok());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("in_safety", "in_fire"))
      << "their homes, and the group's, are the tenant now; its rule would bring in everybody";
  EXPECT_FALSE(List("groups/vienna")[0].by_rule());
}

TEST_F(Rule13Test, Rule13_ImportsBringPeopleIn) {
  ASSERT_TRUE(Create("users/max", "vienna", kVienna).ok());
  for (const auto mode : {v1::ImportOptions::BEST_EFFORT, v1::ImportOptions::ALL_OR_NOTHING}) {
    const std::string prefix = mode == v1::ImportOptions::BEST_EFFORT ? "a" : "b";
    v1::ImportUsersRequest request;
    request.set_parent(Full(""));
    request.mutable_options()->set_mode(mode);
    request.mutable_options()->set_import_id(
        absl::StrCat("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5", prefix));
    request.set_missing(v1::ImportUsersRequest::APPLY);
    request.set_data(absl::StrCat("user_id,display_name,time_zone\n", prefix,
                                  "1,One,Europe/Vienna\n", prefix, "2,Two,UTC\n", prefix,
                                  "3,Three,Europe/Vienna\n"));
    auto stub = v1::UserService::NewStub(channel());
    grpc::ClientContext context;
    context.AddMetadata("provost-actor", Full("users/max"));
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    v1::Import answer;
    auto writer = stub->ImportUsers(&context, &answer);
    v1::ImportUsersRequest data;
    data.set_data(request.data());
    request.clear_data();
    writer->Write(request);
    writer->Write(data);
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(answer.created(), 3);
  }
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("a1", "a3", "b1", "b3"));
}

TEST_F(Rule13Test, Rule13_WhatItCosts) {
  for (int i = 0; i < 2000; ++i) {
    v1::CreateUserRequest request;
    request.set_parent(Full(""));
    request.set_user_id(absl::StrCat("p", i));
    request.mutable_user()->set_display_name("Somebody");
    if (i % 2 == 0) request.mutable_user()->set_time_zone("Europe/Vienna");
    ASSERT_TRUE(Call<v1::User>("users/ann", request).ok());
  }
  const absl::Time begin = absl::Now();
  ASSERT_TRUE(Create("users/max", "vienna", kVienna).ok());
  std::cout << "a rule over 2 000 people, of whom half come in: "
            << absl::ToInt64Milliseconds(absl::Now() - begin) << " ms\n";
  EXPECT_THAT(Members("groups/vienna"), SizeIs(1000));
  const auto reads = [&](const std::string& text, const std::string& field) {
    const uint64_t before = server().rows_read();
    const auto answer = Update("users/max", "users/p7", text, {field});
    EXPECT_TRUE(answer.ok()) << answer.message();
    return server().rows_read() - before;
  };
  const uint64_t read = reads(kToVienna, "time_zone");
  std::cout << "a person who comes in: " << read << " rows read\n";
  EXPECT_LE(read, 30u);
  EXPECT_LE(reads("locale: \"de\"", "locale"), 20u);
  EXPECT_THAT(Members("groups/vienna"), SizeIs(1001));
}

// A tenant where trainers and auditors exclude each other.
class HeldBackTest : public GroupRuleTest {
 protected:
  HeldBackTest() : GroupRuleTest("acme_policy.textproto") {
    MakeUser("bob");
    MakeUser("cat");
    MakeCatalog("safety");
  }
};

TEST_F(HeldBackTest, Rule17_WhoeverHoldsAnExcludedRoleIsHeldBack) {
  const std::string auditor = Assign("users/bob", "auditor", "");
  MakeGroup("vienna");
  Assign("groups/vienna", "trainer", "catalogs/safety");
  for (const char* user : {"users/bob", "users/cat"}) {
    ASSERT_TRUE(Update("users/ann", user, kToVienna, {"time_zone"}).ok());
  }
  const auto filled = SetRule("users/ann", "groups/vienna", kVienna);
  ASSERT_TRUE(filled.ok()) << filled.message();
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("cat"));
  EXPECT_THAT(HeldBack("groups/vienna"), ElementsAre("bob"));
  EXPECT_THAT(List("groups/vienna", true)[0].held_back_reason(), HasSubstr("excludes"));
  // Whoever is in by a rule gets no role that excludes the group's.
  v1::CreateAssignmentRequest request;
  request.set_parent(Full(""));
  request.mutable_assignment()->set_subject(Full("users/cat"));
  request.mutable_assignment()->set_role("auditor");
  request.mutable_assignment()->set_scope(Full(""));
  EXPECT_EQ(Call<v1::Assignment>("users/ann", request).code(), kRefused);

  Unassign(auditor);
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("bob", "cat")) << "nothing keeps bob out now";
  EXPECT_THAT(HeldBack("groups/vienna"), IsEmpty());
}

TEST_F(HeldBackTest, Rule17_TwoGroupsThatExcludeEachOtherTakeInOne) {
  for (const char* group : {"one", "two"}) MakeGroup(group);
  Assign("groups/one", "trainer", "catalogs/safety");
  Assign("groups/two", "auditor", "");
  for (const char* group : {"groups/one", "groups/two"}) {
    ASSERT_TRUE(SetRule("users/ann", group, kVienna).ok());
  }
  ASSERT_TRUE(Update("users/ann", "users/bob", kToVienna, {"time_zone"}).ok());
  EXPECT_THAT(Members("groups/one"), ElementsAre("bob"));
  EXPECT_THAT(HeldBack("groups/two"), ElementsAre("bob"));
  v1::DeleteGroupRequest remove;
  remove.set_name(Full("groups/one"));
  ASSERT_TRUE(Call<Empty>("users/ann", remove).ok());
  EXPECT_THAT(Members("groups/two"), ElementsAre("bob"));
}

TEST_F(HeldBackTest, Rule19_NobodyComesIntoAFrozenPlace) {
  MakeGroup("vienna");
  Assign("groups/vienna", "learner", "catalogs/safety");
  ASSERT_TRUE(SetRule("users/ann", "groups/vienna", kVienna).ok());
  Hold("catalogs/safety");
  ASSERT_TRUE(Update("users/ann", "users/bob", kToVienna, {"time_zone"}).ok());
  EXPECT_THAT(Members("groups/vienna"), IsEmpty());
  EXPECT_THAT(List("groups/vienna", true)[0].held_back_reason(), HasSubstr("frozen"));
  v1::UnfreezeScopeRequest lift;
  lift.set_name(Full("catalogs/safety"));
  lift.set_freeze(v1::Scope::HOLD);
  ASSERT_TRUE(Call<v1::ScopeState>("users/ann", lift).ok());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("bob"));
}

TEST_F(HeldBackTest, Rule13_WhoMayNotSayWhoIsInAGroupDoesNotByAField) {
  MakeUser("rita");
  MakeUser("paul");
  Assign("users/rita", "people", "catalogs/safety");
  Assign("users/paul", "people", "");
  ASSERT_TRUE(Create("users/ann", "vienna", kVienna).ok());
  const auto make = [&](absl::string_view actor, absl::string_view id, const std::string& text) {
    return Make(actor, id, absl::StrCat(text, " home_scope: \"tenants/acme/catalogs/safety\""));
  };
  EXPECT_EQ(make("users/rita", "dora", kToVienna).code(), kDenied) << "the group is the tenant's";
  ASSERT_TRUE(make("users/rita", "dora", "").ok());
  EXPECT_EQ(Update("users/rita", "users/dora", kToVienna, {"time_zone"}).code(), kDenied);
  EXPECT_TRUE(Update("users/rita", "users/dora", "locale: \"de\"", {"locale"}).ok());
  EXPECT_TRUE(Update("users/paul", "users/dora", kToVienna, {"time_zone"}).ok());
  EXPECT_THAT(Members("groups/vienna"), ElementsAre("dora"));
}

TEST_F(HeldBackTest, Rule13_AThousandGroupsAtMost) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(Create("users/ann", absl::StrCat("g", i), kVienna).ok());
  }
  EXPECT_THAT(Create("users/ann", "one_more", kVienna).violations(), ElementsAre("TOO_MANY_RULES"));
  ASSERT_TRUE(SetRule("users/ann", "groups/g7", "").ok());
  EXPECT_TRUE(Create("users/ann", "one_more", kVienna).ok());
}

}  // namespace
}  // namespace provost
