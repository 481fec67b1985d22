// What callers are told when they are refused: that it reaches them, that it can be shown to people
// and read by programs, and that it tells nothing of what is hidden.
#include "service/refusal.h"

#include <google/protobuf/empty.pb.h>
#include <google/rpc/error_details.pb.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "policy/matrix/utf8.h"
#include "provost/internal/v1/error_info.pb.h"
#include "provost/v1/access_service.pb.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tenant/errors.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr absl::string_view kAnn = "users/ann";
constexpr absl::string_view kRoot = "tenants/system/users/root";

bool IsPlain(const std::string& text) { return Printable(text) == text; }

class RefusalTest : public AcmeTest {
 protected:
  template <typename Response>
  static std::optional<internal::v1::ErrorInfo> InfoOf(const Answer<Response>& answer) {
    google::rpc::Status details;
    details.ParseFromString(answer.status.error_details());
    for (const auto& any : details.details()) {
      internal::v1::ErrorInfo info;
      if (any.type_url() == kErrorInfoUrl && info.ParseFromString(any.value())) return info;
    }
    return std::nullopt;
  }
  template <typename Response>
  static std::map<std::string, std::string> MetadataOf(const Answer<Response>& answer) {
    const auto info = InfoOf(answer);
    if (!info.has_value()) return {};
    EXPECT_EQ(info->domain(), "provost");
    return {info->metadata().begin(), info->metadata().end()};
  }
  template <typename Response>
  static std::string ReasonOf(const Answer<Response>& answer) {
    const auto info = InfoOf(answer);
    return info.has_value() ? info->reason() : "";
  }

  static v1::CheckRequest Ask(const std::string& subject, const std::string& permission,
                              const std::string& scope) {
    v1::CheckRequest request;
    request.set_subject(subject);
    request.set_permission(permission);
    request.set_scope(scope);
    return request;
  }
  Answer<v1::Tenant> MakeTenant(const std::string& id) {
    v1::CreateTenantRequest request;
    request.set_tenant_id(id);
    request.mutable_policy()->set_preset("lms365");
    request.mutable_administrator()->set_user_id("ann");
    return Call<v1::Tenant>(kRoot, request);
  }
  Answer<google::protobuf::Empty> RemoveTenant(const std::string& id, const std::string& etag) {
    v1::DeleteTenantRequest request;
    request.set_name(absl::StrCat("tenants/", id));
    request.set_etag(etag);
    return Call<google::protobuf::Empty>(kRoot, request);
  }
};

// --- what arrives ---

TEST_F(RefusalTest, ALongNameIsRefusedInAnAnswerThatArrives) {
  for (const std::string unit : {"c", "\xC3\xBC", "\x01", "%", "\xF0\x9F\x8E\x93"}) {
    for (size_t count : {100, 3000, 20000}) {
      std::string name;
      for (size_t i = 0; i < count; ++i) name += unit;
      v1::CheckRequest ask = Ask(name, name, name);
      const auto names = Call<v1::CheckResponse>(kAnn, ask);
      EXPECT_EQ(names.code(), grpc::StatusCode::INVALID_ARGUMENT) << names.message();
      EXPECT_FALSE(names.bad_fields().empty());
      ask = Ask(Full(kAnn), name, Full(""));
      ask.add_facts(name);
      ask.mutable_acting_as()->set_role(name);
      ask.mutable_acting_as()->set_scope(Full(""));
      const auto words = Call<v1::CheckResponse>(kAnn, ask);
      EXPECT_EQ(words.code(), grpc::StatusCode::INVALID_ARGUMENT) << words.message();
      EXPECT_THAT(words.bad_fields(), ::testing::Contains(Key("permission")));
      EXPECT_LT(words.message().size(), 2000u);
    }
  }
}

TEST(ForCallerTest, WhatIsLongIsCutBetweenCharacters) {
  std::string text;
  while (text.size() < 20000) text += "\xC3\xBC";
  for (const absl::Status& status :
       {absl::InternalError(text), absl::PermissionDeniedError(text), BadField(text, text, text),
        FailedPrecondition("T", text, text), NotFound(text, text), NotPermitted(text, text),
        StaleEtag(text, text, text)}) {
    const absl::Status cut = ForCaller(status, "acme");
    EXPECT_EQ(cut.code(), status.code());
    EXPECT_LE(cut.message().size(), 1703u);
    EXPECT_TRUE(IsPlain(std::string(cut.message())));
    size_t details = 0;
    cut.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
      details += url.size() + payload.size();
    });
    EXPECT_LE(details, 2000u);
  }
}

TEST_F(RefusalTest, NoControlCharacterComesBack) {
  const std::string bad = "k\x1b[31m\x07\xC2\x9B";
  for (const std::string& name :
       {absl::StrCat("tenants/acme/users/", bad), absl::StrCat("tenants/", bad),
        absl::StrCat("tenants/acme/", bad, "/k"), bad}) {
    const auto answer = Call<v1::CheckResponse>(kAnn, Ask(name, bad, name));
    EXPECT_EQ(answer.code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_TRUE(IsPlain(answer.message())) << Printable(answer.message());
    EXPECT_THAT(answer.message(), HasSubstr("\\x1b"));
    for (const auto& [field, text] : answer.bad_fields()) EXPECT_TRUE(IsPlain(text)) << field;
  }
  v1::CreateUserRequest create;
  create.set_parent(Full(""));
  create.mutable_user()->set_display_name(
      "a\xC2\x9B"
      "b");
  EXPECT_THAT(Call<v1::User>(kAnn, create).bad_fields(), ElementsAre(Key("user.display_name")));
}

// --- what programs read (AIP-193) ---

TEST_F(RefusalTest, ARefusalHasAReasonThatProgramsCanRead) {
  MakeUser("bob");
  v1::CreateUserRequest create;
  create.set_parent(Full(""));
  create.set_user_id("eve");
  create.mutable_user()->set_display_name("Eve");
  const auto denied = Call<v1::User>("users/bob", create);
  EXPECT_EQ(denied.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(denied), "NOT_PERMITTED");
  EXPECT_THAT(MetadataOf(denied), UnorderedElementsAre(Pair("permission", "user.create"),
                                                       Pair("resource", "tenants/acme")));

  v1::SuspendUserRequest suspend;
  suspend.set_name(Full(kAnn));
  const auto last = Call<v1::User>(kAnn, suspend);
  EXPECT_EQ(last.code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(last), "TOP_ROLE");
  EXPECT_THAT(MetadataOf(last), ElementsAre(Pair("resource", Full(kAnn))));

  suspend.set_name(Full("users/bob"));
  suspend.set_etag("stale");
  const auto stale = Call<v1::User>(kAnn, suspend);
  EXPECT_EQ(stale.code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(stale), "ETAG");
}

// --- what people read ---

TEST_F(RefusalTest, WordsNameOneThingAndWhereItIs) {
  v1::CreateUserRequest user;
  user.set_parent(Full(""));
  user.set_user_id("ann");
  user.mutable_user()->set_display_name("Ann");
  EXPECT_EQ(Call<v1::User>(kAnn, user).message(),
            "there is a user `tenants/acme/users/ann` already");
  v1::GetGroupRequest group;
  group.set_name(Full("groups/none"));
  EXPECT_EQ(Call<v1::Group>(kAnn, group).message(), "there is no group `tenants/acme/groups/none`");
  v1::GetAssignmentRequest assignment;
  assignment.set_name(Full("assignments/99"));
  EXPECT_EQ(Call<v1::Assignment>(kAnn, assignment).message(),
            "there is no assignment `tenants/acme/assignments/99`");
  // What concerns no tenant is judged in the system's, and is no matter of the caller's own name.
  EXPECT_EQ(Call<v1::ListTenantsResponse>(kAnn, v1::ListTenantsRequest()).message(),
            "not permitted: needs `tenant.read` for `tenants/system`");
  v1::CreateTenantRequest create;
  create.mutable_policy()->set_preset("lms365");
  create.mutable_administrator()->set_user_id("ann");
  EXPECT_EQ(Call<v1::Tenant>(kAnn, create).message(),
            "not permitted: needs `tenant.create` for `tenants/system`");
}

TEST_F(RefusalTest, TheEnginesRefusalsKnowTheTenantByItsFullName) {
  MakeUser("bob");
  MakeUser("rick");
  Assign("users/bob", "adder", "");
  v1::CreateAssignmentRequest assign;
  assign.set_parent(Full(""));
  assign.mutable_assignment()->set_subject(Full("users/rick"));
  assign.mutable_assignment()->set_role("owner");
  assign.mutable_assignment()->set_scope(Full(""));
  const auto answer = Call<v1::Assignment>("users/bob", assign);
  EXPECT_EQ(answer.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(answer.message(), AllOf(HasSubstr("`tenants/acme`"), Not(HasSubstr("`tenant`"))));
}

TEST_F(RefusalTest, InASuspendedTenantTheTenantIsWhatIsSuspended) {
  v1::SuspendTenantRequest suspend;
  suspend.set_name("tenants/acme");
  ASSERT_TRUE(Call<v1::Tenant>(kRoot, suspend).ok());
  v1::GetUserRequest get;
  get.set_name(Full(kAnn));
  const auto answer = Call<v1::User>(kAnn, get);
  EXPECT_EQ(answer.message(), "`tenants/acme` is suspended");
  EXPECT_EQ(ReasonOf(answer), "SUSPENDED");
}

// --- what is not told ---

TEST_F(RefusalTest, Rule25_AnOperatorsRefusalsTellNoScratchTenantFromAnother) {
  v1::LoadScenarioRequest load;
  load.set_tenant_id("lab");
  load.mutable_scenario()->set_policy("lms365");
  load.mutable_ttl()->set_seconds(3600);
  auto* tenant = load.mutable_scenario()->add_scopes();
  tenant->set_id("t");
  tenant->set_kind(v1::Scope::TENANT);
  const auto loaded = Call<v1::LoadScenarioResponse>(kRoot, load);
  ASSERT_TRUE(loaded.ok()) << loaded.message();
  v1::CreateUserRequest create;
  create.set_parent("tenants/system");
  create.set_user_id("clerk");
  create.mutable_user()->set_display_name("Clerk");
  ASSERT_TRUE(Call<v1::User>(kRoot, create).ok());
  const auto said = [&](const std::string& tenant) {
    const std::string root = absl::StrCat("tenants/", tenant);
    v1::TestAssignRequest assign;
    assign.set_subject(absl::StrCat(root, "/users/u"));
    assign.set_role("learner");
    assign.set_scope(root);
    assign.set_actor(absl::StrCat(root, "/users/v"));
    const auto check = Call<v1::CheckResponse>(
        "tenants/system/users/clerk", Ask(absl::StrCat(root, "/users/u"), "course.read", root));
    const auto test = Call<v1::TestAssignResponse>("tenants/system/users/clerk", assign);
    EXPECT_EQ(check.code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(test.code(), grpc::StatusCode::PERMISSION_DENIED);
    std::string all = absl::StrCat(check.message(), "\n", test.message(), "\n", ReasonOf(check),
                                   "\n", ReasonOf(test));
    for (size_t at = 0; (at = all.find(root)) != std::string::npos;) {
      all.replace(at, root.size(), "TENANT");
    }
    return all;
  };
  EXPECT_EQ(said("lab"), said("none"));
  EXPECT_EQ(said("acme"), said("none"));
}

TEST_F(RefusalTest, Rule25_ATakenIdIsToldToWhoMayReadTheOther) {
  MakeCatalog("safety");
  MakeUser("hidden");
  MakeGroup("secret");
  MakeUser("seen", "catalogs/safety");
  MakeUser("bob");
  Assign("users/bob", "people", "catalogs/safety");
  v1::CreateUserRequest user;
  user.set_parent(Full(""));
  user.mutable_user()->set_display_name("X");
  user.mutable_user()->set_home_scope(Full("catalogs/safety"));
  user.set_user_id("seen");
  EXPECT_EQ(Call<v1::User>("users/bob", user).code(), grpc::StatusCode::ALREADY_EXISTS);
  user.set_user_id("hidden");
  const auto hidden = Call<v1::User>("users/bob", user);
  EXPECT_EQ(hidden.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(hidden.message(), "not permitted on `tenants/acme/users/hidden`");
  v1::CreateGroupRequest group;
  group.set_parent(Full(""));
  group.mutable_group()->set_display_name("X");
  group.mutable_group()->set_home_scope(Full("catalogs/safety"));
  group.set_group_id("secret");
  EXPECT_EQ(Call<v1::Group>("users/bob", group).code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Call<v1::Group>(kAnn, group).code(), grpc::StatusCode::ALREADY_EXISTS);
}

// --- retries and etags ---

TEST_F(RefusalTest, ARetryMayWriteItsIdInTheOtherCase) {
  v1::CreateUserRequest create;
  create.set_parent(Full(""));
  create.set_user_id("eve");
  create.mutable_user()->set_display_name("Eve");
  create.set_request_id("6f1c7a52-3b1e-4a0e-9f7d-0d9f2b6c1a11");
  const auto first = Call<v1::User>(kAnn, create);
  ASSERT_TRUE(first.ok()) << first.message();
  create.set_request_id("6F1C7A52-3B1E-4A0E-9F7D-0D9F2B6C1A11");
  const auto again = Call<v1::User>(kAnn, create);
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(again.value.ShortDebugString(), first.value.ShortDebugString());
  create.set_user_id("mallory");
  EXPECT_FALSE(Call<v1::User>(kAnn, create).ok());
}

TEST_F(RefusalTest, ATenantsEtagIsNotThatOfItsNamesake) {
  const auto before = MakeTenant("globex");
  ASSERT_TRUE(before.ok()) << before.message();
  ASSERT_TRUE(RemoveTenant("globex", before.value.etag()).ok());
  const auto after = MakeTenant("globex");
  ASSERT_TRUE(after.ok()) << after.message();
  EXPECT_NE(after.value.etag(), before.value.etag());
  EXPECT_EQ(RemoveTenant("globex", before.value.etag()).code(), grpc::StatusCode::ABORTED);
  EXPECT_TRUE(RemoveTenant("globex", after.value.etag()).ok());
}

}  // namespace
}  // namespace provost
