// Profiles of people on the real presets: rows M1 and P1, what is unique, who is whose manager, the
// fields that a tenant defines, erasure, and how many rows a call about one person reads.
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/settings.pb.h"
#include "provost/v1/tenant_service.pb.h"
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
using ::testing::UnorderedElementsAre;

constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kTaken = grpc::StatusCode::ALREADY_EXISTS;
constexpr auto kRequestId = "7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f";

// What the tenant of these tests knows of its people.
constexpr char kFields[] = R"pb(
  user_fields {
    fields { id: "department" display_name: "Department" type: TEXT visibility: PUBLIC }
    fields { id: "grade" display_name: "Grade" type: INTEGER }
    fields { id: "remote" display_name: "Works remotely" type: BOOLEAN owner_writable: true }
    fields { id: "hired" display_name: "Hired" type: DATE }
    fields { id: "site" display_name: "Site" type: CHOICE choices: "Linz" choices: "Graz" }
  }
)pb";

class UserProfileTest : public AcmeTest {
 protected:
  // CoreAchieve's administrator, `users/ann`, may do everything; `users/max` manages attendees and
  // `users/uma` is an author.
  UserProfileTest() : AcmeTest("coreachieve") {
    Appoint({{"max", "attendee_manager"}, {"uma", "author"}, {"bob", ""}, {"cat", ""}});
    Define(kFields);
  }

  void Define(const std::string& settings) {
    v1::UpdateSettingsRequest request;
    ASSERT_TRUE(
        google::protobuf::TextFormat::ParseFromString(settings, request.mutable_settings()));
    request.mutable_settings()->set_tenant(Full(""));
    request.set_section(v1::Settings::USER_FIELDS);
    const auto answer = Call<v1::Settings>("users/ann", request);
    ASSERT_TRUE(answer.ok()) << answer.message();
  }
  static v1::UpdateUserRequest Change(absl::string_view user, const std::string& text,
                                      const std::vector<std::string>& mask = {}) {
    v1::UpdateUserRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.mutable_user()));
    request.mutable_user()->set_name(Full(user));
    for (const std::string& path : mask) request.mutable_update_mask()->add_paths(path);
    return request;
  }
  Answer<v1::User> Update(absl::string_view actor, absl::string_view user, const std::string& text,
                          const std::vector<std::string>& mask = {}) {
    return Call<v1::User>(actor, Change(user, text, mask));
  }
  Answer<v1::User> Get(absl::string_view actor, absl::string_view user,
                       v1::User::View view = v1::User::FULL) {
    v1::GetUserRequest request;
    request.set_name(Full(user));
    request.set_view(view);
    return Call<v1::User>(actor, request);
  }
  std::vector<std::string> List(absl::string_view actor, v1::User::View view,
                                absl::string_view manager = "") {
    v1::ListUsersRequest request;
    request.set_parent(Full(""));
    request.set_view(view);
    if (!manager.empty()) request.set_manager(Full(manager));
    const auto answer = Call<v1::ListUsersResponse>(actor, request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    std::vector<std::string> ids;
    for (const v1::User& user : answer.value.users()) {
      ids.push_back(user.name().substr(user.name().rfind('/') + 1));
    }
    return ids;
  }
  Answer<v1::User> SetManager(absl::string_view user, absl::string_view manager) {
    v1::UpdateUserRequest request = Change(user, "", {"manager"});
    if (!manager.empty()) request.mutable_user()->set_manager(Full(manager));
    return Call<v1::User>("users/ann", request);
  }
  Answer<Empty> Erase(absl::string_view user) {
    v1::DeleteUserRequest request;
    request.set_name(Full(user));
    return Call<Empty>("users/ann", request);
  }
  static std::vector<std::string> FieldsOf(const v1::User& user) {
    std::vector<std::string> fields;
    for (const v1::UserFieldValue& field : user.fields()) {
      fields.push_back(absl::StrCat(field.field(), "=", field.value()));
    }
    return fields;
  }
};

// --- the rows of the mission ---

constexpr char kWhole[] = R"pb(
  display_name: "Bob Berger"
  given_name: "Bob"
  family_name: "Berger"
  email: "bob@acme.example"
  locale: "de-AT"
  time_zone: "Europe/Vienna"
  external_id: "HR-17"
  manager: "tenants/acme/users/cat"
  fields { field: "department" value: "Fire" }
  fields { field: "grade" value: "-3" }
  fields { field: "remote" value: "true" }
  fields { field: "hired" value: "2024-02-29" }
  fields { field: "site" value: "Graz" }
)pb";

TEST_F(UserProfileTest, M1_TheAttendeeManagerKeepsProfiles) {
  const auto updated = Update("users/max", "users/bob", kWhole);
  ASSERT_TRUE(updated.ok()) << updated.message();
  Restart();
  const auto read = Get("users/max", "users/bob");
  ASSERT_TRUE(read.ok()) << read.message();
  EXPECT_EQ(read.value.SerializeAsString(), updated.value.SerializeAsString());
  EXPECT_EQ(read.value.given_name(), "Bob");
  EXPECT_EQ(read.value.family_name(), "Berger");
  EXPECT_EQ(read.value.locale(), "de-AT");
  EXPECT_EQ(read.value.time_zone(), "Europe/Vienna");
  EXPECT_EQ(read.value.external_id(), "HR-17");
  EXPECT_EQ(read.value.manager(), Full("users/cat"));
  EXPECT_THAT(FieldsOf(read.value), ElementsAre("department=Fire", "grade=-3", "remote=true",
                                                "hired=2024-02-29", "site=Graz"));
  EXPECT_EQ(Update("users/uma", "users/bob", kWhole).code(), kDenied);
  EXPECT_EQ(Get("users/uma", "users/bob").code(), kDenied);

  // Made with all of it at once.
  v1::CreateUserRequest create;
  create.set_parent(Full(""));
  create.set_user_id("dan");
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(kWhole, create.mutable_user()));
  create.mutable_user()->set_email("dan@acme.example");
  create.mutable_user()->set_external_id("HR-18");
  EXPECT_EQ(Call<v1::User>("users/uma", create).code(), kDenied);
  const auto made = Call<v1::User>("users/max", create);
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(Get("users/max", "users/dan").value.SerializeAsString(),
            made.value.SerializeAsString());
}

TEST_F(UserProfileTest, P1_OthersSeeWhatIsPublic) {
  ASSERT_TRUE(Update("users/max", "users/bob", kWhole).ok());
  const auto seen = Get("users/uma", "users/bob", v1::User::PUBLIC);
  ASSERT_TRUE(seen.ok()) << seen.message();
  v1::User expected;
  expected.set_name(Full("users/bob"));
  expected.set_display_name("Bob Berger");
  expected.add_fields()->set_field("department");
  expected.mutable_fields(0)->set_value("Fire");
  EXPECT_EQ(seen.value.DebugString(), expected.DebugString());
  EXPECT_EQ(Get("users/uma", "users/bob", v1::User::FULL).code(), kDenied);
  EXPECT_EQ(Get("users/uma", "users/nobody", v1::User::FULL).code(), kDenied);
  // One's own, all of it; and who may read profiles.
  EXPECT_EQ(Get("users/bob", "users/bob").value.external_id(), "HR-17");
  EXPECT_EQ(Get("users/max", "users/bob").value.external_id(), "HR-17");

  EXPECT_THAT(List("users/uma", v1::User::PUBLIC), ElementsAre("ann", "bob", "cat", "max", "uma"));
  EXPECT_THAT(List("users/uma", v1::User::FULL), ElementsAre("uma"));
  EXPECT_THAT(List("users/max", v1::User::FULL), ElementsAre("ann", "bob", "cat", "max", "uma"));
  v1::GetUserRequest odd;
  odd.set_name(Full("users/bob"));
  odd.set_view(static_cast<v1::User::View>(7));
  EXPECT_THAT(Call<v1::User>("users/max", odd).bad_fields(), ElementsAre(Key("view")));

  v1::ListUserFieldsRequest fields;
  fields.set_tenant(Full(""));
  const auto known = Call<v1::ListUserFieldsResponse>("users/bob", fields);
  ASSERT_EQ(known.value.fields_size(), 5) << known.message();
  EXPECT_EQ(known.value.fields(4).id(), "site");
}

TEST_F(UserProfileTest, P1_OneselfChangesWhatIsTheirs) {
  ASSERT_TRUE(Update("users/max", "users/bob", kWhole).ok());
  EXPECT_TRUE(Update("users/bob", "users/bob", R"pb(locale: "en" time_zone: "UTC")pb").ok());
  EXPECT_TRUE(Update("users/bob", "users/bob", R"pb(fields { field: "remote" value: "false" })pb",
                     {"fields.remote"})
                  .ok());
  // What stays as it is may be sent along.
  EXPECT_TRUE(Update("users/bob", "users/bob", R"pb(external_id: "HR-17" given_name: "B")pb").ok());
  for (const char* path : {"external_id", "manager", "fields.department", "fields"}) {
    const auto refused = Update("users/bob", "users/bob", "", {path});
    EXPECT_EQ(refused.code(), kDenied) << path;
    EXPECT_THAT(refused.message(), HasSubstr("not for oneself")) << path;
  }
  EXPECT_EQ(Get("users/bob", "users/bob").value.manager(), Full("users/cat"));
  EXPECT_EQ(Update("users/bob", "users/cat", R"pb(locale: "en")pb").code(), kDenied);
}

// --- what is wrong by itself ---

TEST_F(UserProfileTest, P1_LineManagersWhereThePolicyLetsThem) {
  ASSERT_TRUE(Update("users/ann", "users/bob", kWhole).ok());
  ASSERT_TRUE(SetManager("users/bob", "users/cat").ok());
  // No role of a preset has anything by being somebody's manager.
  EXPECT_EQ(Get("users/cat", "users/bob").code(), kDenied);
  EXPECT_THAT(List("users/cat", v1::User::FULL), ElementsAre("cat"));

  v1::CreateOverrideRequest allow;
  allow.set_parent(Full(""));
  allow.mutable_override()->set_scope(Full(""));
  allow.mutable_override()->set_role("member");
  allow.mutable_override()->set_permission("user.read");
  allow.mutable_override()->set_effect(v1::ALLOW);
  allow.mutable_override()->mutable_facts()->add_facts("manages");
  const auto allowed = Call<v1::Override>("users/ann", allow);
  ASSERT_TRUE(allowed.ok()) << allowed.message();
  EXPECT_EQ(Get("users/cat", "users/bob").value.email(), "bob@acme.example");
  EXPECT_THAT(List("users/cat", v1::User::FULL), Contains("bob"));
  EXPECT_THAT(List("users/cat", v1::User::FULL, "users/cat"), ElementsAre("bob"));
  for (const char* other : {"users/uma", "users/bob"}) {
    EXPECT_EQ(Get(other, "users/max").code(), kDenied) << other;
    EXPECT_THAT(List(other, v1::User::FULL), Not(Contains("max"))) << other;
  }
  EXPECT_EQ(Get("users/uma", "users/bob").code(), kDenied);
  // One's manager's manager is not one's manager.
  ASSERT_TRUE(SetManager("users/cat", "users/uma").ok());
  EXPECT_EQ(Get("users/uma", "users/bob").code(), kDenied);
  EXPECT_TRUE(Get("users/uma", "users/cat").ok());

  ASSERT_TRUE(SetManager("users/bob", "").ok());
  EXPECT_EQ(Get("users/cat", "users/bob").code(), kDenied);
  EXPECT_THAT(List("users/cat", v1::User::FULL), Not(Contains("bob")));
}

TEST_F(UserProfileTest, EachBadFieldIsNamed) {
  const auto refused =
      Update("users/ann", "users/bob",
             R"pb(locale: "xx-AT" time_zone: "Mars/Base" manager: "tenants/acme/groups/ops")pb",
             {"locale", "time_zone", "manager", "display_name"});
  EXPECT_THAT(refused.bad_fields(),
              UnorderedElementsAre(Key("user.locale"), Key("user.time_zone"), Key("user.manager"),
                                   Key("user.display_name")));
  EXPECT_THAT(Update("users/ann", "users/bob", "", {"colour"}).bad_fields(),
              ElementsAre(Key("update_mask.paths[0]")));
  v1::UpdateUserRequest request = Change("users/bob", "", {"external_id"});
  request.mutable_user()->set_external_id(std::string(201, 'x'));
  EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(),
              ElementsAre(Key("user.external_id")));
}

TEST_F(UserProfileTest, ValuesAreOfTheirFieldsType) {
  const auto refused = Update("users/ann", "users/bob",
                              R"pb(fields { field: "grade" value: "3.5" }
                                   fields { field: "remote" value: "yes" }
                                   fields { field: "hired" value: "2026-02-29" }
                                   fields { field: "site" value: "Wien" }
                                   fields { field: "colour" value: "red" }
                                   fields { field: "department" value: "a" }
                                   fields { field: "department" value: "b" })pb");
  EXPECT_THAT(refused.bad_fields(),
              UnorderedElementsAre(Key("user.fields[0].value"), Key("user.fields[1].value"),
                                   Key("user.fields[2].value"), Key("user.fields[3].value"),
                                   Key("user.fields[4].field"), Key("user.fields[6].field")));
  EXPECT_THAT(refused.message(), HasSubstr("wanted one of `Linz`, `Graz`"));
  EXPECT_THAT(FieldsOf(Get("users/ann", "users/bob").value), IsEmpty());

  v1::UpdateUserRequest request = Change("users/bob", "", {"fields.department"});
  v1::UserFieldValue& value = *request.mutable_user()->add_fields();
  value.set_field("department");
  value.set_value(std::string(4096, 'x'));
  EXPECT_TRUE(Call<v1::User>("users/ann", request).ok());
  value.set_value(std::string(4097, 'x'));
  EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(),
              ElementsAre(Key("user.fields[0].value")));
  EXPECT_THAT(Update("users/ann", "users/bob", "", {"fields.colour"}).bad_fields(),
              ElementsAre(Key("user.fields.colour")));
}

TEST_F(UserProfileTest, OneFieldOrAllOfThemAreReplaced) {
  ASSERT_TRUE(Update("users/ann", "users/bob", kWhole).ok());
  const auto one = Update("users/ann", "users/bob",
                          R"pb(fields { field: "grade" value: "4" }
                               fields { field: "site" value: "Linz" })pb",
                          {"fields.grade", "given_name"});
  EXPECT_EQ(one.value.given_name(), "");
  EXPECT_THAT(FieldsOf(one.value), ElementsAre("department=Fire", "grade=4", "remote=true",
                                               "hired=2024-02-29", "site=Graz"));
  EXPECT_THAT(FieldsOf(Update("users/ann", "users/bob", "", {"fields.hired"}).value),
              ElementsAre("department=Fire", "grade=4", "remote=true", "site=Graz"));
  EXPECT_THAT(
      FieldsOf(
          Update("users/ann", "users/bob", R"pb(fields { field: "grade" value: "5" })pb").value),
      ElementsAre("grade=5"));
}

TEST_F(UserProfileTest, AFieldThatIsMadeAgainHasNoOldValues) {
  ASSERT_TRUE(Update("users/ann", "users/bob", kWhole).ok());
  ASSERT_TRUE(
      Update("users/ann", "users/uma", R"pb(fields { field: "department" value: "Ink" })pb").ok());
  // A choice that is offered no longer stays with those who have it, and is given to nobody else.
  Define(R"pb(user_fields {
                fields { id: "site" display_name: "Site" type: CHOICE choices: "Linz" }
                fields { id: "grade" display_name: "Grade" type: INTEGER required: true }
              })pb");
  EXPECT_THAT(FieldsOf(Get("users/ann", "users/bob").value), ElementsAre("site=Graz", "grade=-3"));
  EXPECT_TRUE(Update("users/ann", "users/bob",
                     R"pb(fields { field: "site" value: "Graz" }
                          fields { field: "grade" value: "1" })pb")
                  .ok());
  EXPECT_THAT(Update("users/ann", "users/cat", R"pb(fields { field: "site" value: "Graz" })pb")
                  .bad_fields(),
              ElementsAre(Key("user.fields[0].value")));
  Define(kFields);
  EXPECT_THAT(FieldsOf(Get("users/ann", "users/bob").value), ElementsAre("grade=1", "site=Graz"));
  EXPECT_THAT(FieldsOf(Get("users/ann", "users/uma").value), IsEmpty());
}

TEST_F(UserProfileTest, ARequiredFieldHasToBeThere) {
  Define(R"pb(user_fields {
                fields { id: "grade" display_name: "Grade" type: INTEGER required: true }
              })pb");
  v1::CreateUserRequest create;
  create.set_parent(Full(""));
  create.set_user_id("dan");
  create.mutable_user()->set_display_name("Dan");
  EXPECT_THAT(Call<v1::User>("users/ann", create).bad_fields(),
              ElementsAre(Key("user.fields.grade")));
  v1::UserFieldValue& grade = *create.mutable_user()->add_fields();
  grade.set_field("grade");
  grade.set_value("7");
  EXPECT_TRUE(Call<v1::User>("users/ann", create).ok());
  EXPECT_THAT(Update("users/ann", "users/dan", "", {"fields.grade"}).bad_fields(),
              ElementsAre(Key("user.fields.grade")));
  // Who was there before the field was is not held to it until it is about fields.
  EXPECT_TRUE(Update("users/ann", "users/bob", R"pb(given_name: "B")pb").ok());
}

// --- unique external ids ---

TEST_F(UserProfileTest, ExternalIdsAreUniqueInTheTenant) {
  ASSERT_TRUE(Update("users/ann", "users/bob", R"pb(external_id: "HR-1")pb").ok());
  EXPECT_EQ(Update("users/ann", "users/cat", R"pb(external_id: "HR-1")pb").code(), kTaken);
  EXPECT_TRUE(Update("users/ann", "users/cat", R"pb(external_id: "hr-1")pb").ok());
  EXPECT_TRUE(Update("users/ann", "users/bob", R"pb(external_id: "HR-1")pb").ok());
  Restart();
  ASSERT_TRUE(Update("users/ann", "users/bob", R"pb(external_id: "HR-2")pb").ok());
  EXPECT_TRUE(Update("users/ann", "users/cat", R"pb(external_id: "HR-1")pb").ok());
  ASSERT_TRUE(Erase("users/bob").ok());
  EXPECT_TRUE(Update("users/ann", "users/max", R"pb(external_id: "HR-2")pb").ok());
}

TEST_F(UserProfileTest, OfTwoThatTakeOneExternalIdAtTheSameMomentOneGetsIt) {
  std::vector<grpc::StatusCode> codes(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < codes.size(); ++i) {
    threads.emplace_back([&, i] {
      v1::CreateUserRequest request;
      request.set_parent(Full(""));
      request.mutable_user()->set_display_name("Twin");
      request.mutable_user()->set_external_id("HR-9");
      codes[i] = Call<v1::User>("users/ann", request).code();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(codes.begin(), codes.end(), grpc::StatusCode::OK), 1);
  EXPECT_EQ(std::count(codes.begin(), codes.end(), kTaken), 7);
}

// --- managers ---

TEST_F(UserProfileTest, NobodyIsAboveThemselves) {
  ASSERT_TRUE(SetManager("users/bob", "users/cat").ok());
  ASSERT_TRUE(SetManager("users/cat", "users/max").ok());
  for (const char* below : {"users/max", "users/cat", "users/bob"}) {
    EXPECT_THAT(SetManager("users/max", below).violations(), ElementsAre("MANAGER")) << below;
  }
  EXPECT_TRUE(SetManager("users/cat", "").ok());
  EXPECT_TRUE(SetManager("users/max", "users/bob").ok());
  EXPECT_THAT(List("users/ann", v1::User::FULL, "users/bob"), ElementsAre("max"));
  EXPECT_THAT(List("users/ann", v1::User::FULL, "users/max"), IsEmpty());
  EXPECT_THAT(List("users/ann", v1::User::FULL, "users/nobody"), IsEmpty());
  // Whom one may not read is not among them, and the public part has no managers.
  EXPECT_THAT(List("users/uma", v1::User::FULL, "users/bob"), IsEmpty());
  v1::ListUsersRequest request;
  request.set_parent(Full(""));
  request.set_view(v1::User::PUBLIC);
  request.set_manager(Full("users/bob"));
  EXPECT_THAT(Call<v1::ListUsersResponse>("users/uma", request).bad_fields(),
              ElementsAre(Key("manager")));
}

TEST_F(UserProfileTest, AManagerIsAUserWhoIsThere) {
  EXPECT_THAT(SetManager("users/bob", "users/nobody").bad_fields(),
              ElementsAre(Key("user.manager")));
  EXPECT_EQ(Update("users/ann", "users/bob", R"pb(manager: "tenants/other/users/ann")pb").code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(UserProfileTest, AChainOfManagersEnds) {
  MakeUser("m0");
  for (int i = 1; i <= 32; ++i) {
    MakeUser(absl::StrCat("m", i));
    const auto answer = SetManager(absl::StrCat("users/m", i), absl::StrCat("users/m", i - 1));
    ASSERT_TRUE(answer.ok()) << i << ": " << answer.message();
  }
  EXPECT_THAT(SetManager("users/bob", "users/m32").violations(), ElementsAre("MANAGER"));
  EXPECT_TRUE(SetManager("users/bob", "users/m31").ok());
}

// --- erasure ---

TEST_F(UserProfileTest, ErasureTakesEverythingPersonalInOneCommit) {
  MakeGroup("ops");
  AddMember("groups/ops", "users/cat");
  ASSERT_TRUE(SetManager("users/bob", "users/cat").ok());
  v1::UpdateUserRequest request = Change("users/cat", kWhole);
  request.mutable_user()->set_manager(Full("users/max"));
  request.set_request_id(kRequestId);
  const auto updated = Call<v1::User>("users/max", request);
  ASSERT_TRUE(updated.ok()) << updated.message();
  Restart();  // Which looks for uploads that broke off, and takes nothing else for one.
  EXPECT_EQ(Call<v1::User>("users/max", request).value.external_id(), "HR-17");

  ASSERT_TRUE(Erase("users/cat").ok());
  EXPECT_EQ(Get("users/ann", "users/cat").code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Get("users/ann", "users/bob").value.manager(), "");
  EXPECT_THAT(List("users/ann", v1::User::FULL, "users/max"), IsEmpty());
  // The kept answer is a profile no more.
  EXPECT_THAT(Call<v1::User>("users/max", request).value.DebugString(), IsEmpty());
  Restart();
  EXPECT_THAT(Call<v1::User>("users/max", request).value.DebugString(), IsEmpty());

  // Another one of the id has nothing of it, and what was unique is free again.
  MakeUser("cat");
  const v1::User again = Get("users/ann", "users/cat").value;
  EXPECT_EQ(again.external_id(), "");
  EXPECT_THAT(FieldsOf(again), IsEmpty());
  EXPECT_THAT(List("users/ann", v1::User::FULL, "users/cat"), IsEmpty());
  EXPECT_TRUE(
      Update("users/ann", "users/bob", R"pb(external_id: "HR-17" email: "bob@acme.example")pb")
          .ok());
}

// --- how much a call reads ---

TEST_F(UserProfileTest, ACallAboutOnePersonReadsAFewRows) {
  for (int i = 0; i < 200; ++i)
    MakeUser(absl::StrCat("u", i), "", absl::StrCat(i, "@acme.example"));
  ASSERT_TRUE(SetManager("users/u1", "users/u2").ok());
  // By how many rows the reading of `call` may grow with the tenant: not at all.
  const auto rows_of = [&](auto call) {
    const uint64_t before = server().rows_read();
    EXPECT_TRUE(call().ok());
    return server().rows_read() - before;
  };
  EXPECT_LE(rows_of([&] { return Get("users/ann", "users/u7"); }), 2u);
  EXPECT_LE(rows_of([&] { return Get("users/uma", "users/u7", v1::User::PUBLIC); }), 2u);
  EXPECT_LE(rows_of([&] { return Update("users/ann", "users/u7", R"pb(given_name: "U")pb"); }), 8u);
  EXPECT_LE(rows_of([&] { return Update("users/ann", "users/u7", R"pb(external_id: "7")pb"); }),
            8u);
  EXPECT_LE(rows_of([&] { return SetManager("users/u7", "users/u1"); }), 12u);
  EXPECT_LE(rows_of([&] {
              v1::ListUsersRequest request;
              request.set_parent(Full(""));
              request.set_manager(Full("users/u2"));
              return Call<v1::ListUsersResponse>("users/ann", request);
            }),
            4u);
  EXPECT_LE(rows_of([&] { return Erase("users/u7"); }), 12u);
  // The counter counts: a list of everybody does read everybody.
  EXPECT_GE(rows_of([&] {
              v1::ListUsersRequest request;
              request.set_parent(Full(""));
              request.set_page_size(150);
              return Call<v1::ListUsersResponse>("users/ann", request);
            }),
            150u);
}

}  // namespace
}  // namespace provost
