#include <google/protobuf/text_format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "provost/v1/access_service.pb.h"
#include "provost/v1/policy_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

// ann, the owner, may add every cell. `amy` writes policies, and holds no other role than `author`,
// which may assign `learner`.
class PolicyServiceTest : public AcmeTest {
 protected:
  void SetUp() override {
    MakeUser("amy");
    MakeUser("bob");
    Assign("users/amy", "author", "");
    std::ifstream file(absl::StrCat(PROVOST_TEST_DATA_DIR, "/acme_policy.textproto"));
    std::ostringstream text;
    text << file.rdbuf();
    text_ = text.str();
  }

  // What the tenant runs, with `from` replaced by `to`, which must stand in it.
  std::string Edited(absl::string_view from, absl::string_view to) const {
    EXPECT_THAT(text_, HasSubstr(std::string(from)));
    return absl::StrReplaceAll(text_, {{from, to}});
  }
  // Learners may read users too.
  std::string Wider() const {
    return Edited("title: \"Learns\"",
                  "title: \"Learns\" grants { permissions: \"user.read\" source: \"w\" }");
  }
  static v1::PolicySource Parsed(const std::string& text) {
    v1::PolicySource source;
    if (!google::protobuf::TextFormat::ParseFromString(text, &source)) std::abort();
    return source;
  }

  static v1::ValidatePolicyRequest Validating(const std::string& text) {
    v1::ValidatePolicyRequest request;
    request.set_parent(Full(""));
    request.set_source_text(text);
    return request;
  }
  static v1::ApplyPolicyRequest Applying(const std::string& text) {
    v1::ApplyPolicyRequest request;
    request.set_parent(Full(""));
    request.set_source_text(text);
    return request;
  }
  static v1::RollbackPolicyRequest RollingBack(int version) {
    v1::RollbackPolicyRequest request;
    request.set_name(Version(version));
    return request;
  }
  static std::string Version(int number) { return Full(absl::StrCat("policyVersions/", number)); }

  Answer<v1::ValidatePolicyResponse> Validate(const std::string& text) {
    return Call<v1::ValidatePolicyResponse>("users/ann", Validating(text));
  }
  Answer<v1::PolicyVersion> Apply(absl::string_view actor, const std::string& text) {
    return Call<v1::PolicyVersion>(actor, Applying(text));
  }
  Answer<v1::PolicyVersion> RollBack(absl::string_view actor, int version) {
    return Call<v1::PolicyVersion>(actor, RollingBack(version));
  }
  Answer<v1::PolicyVersion> Get(absl::string_view actor, const std::string& name) {
    v1::GetPolicyRequest request;
    request.set_name(name);
    return Call<v1::PolicyVersion>(actor, request);
  }
  std::string InForce() { return Get("users/ann", Full("")).value.name(); }
  std::vector<std::string> Versions(int page_size) {
    std::vector<std::string> names;
    v1::ListPolicyVersionsRequest request;
    request.set_parent(Full(""));
    request.set_page_size(page_size);
    for (;;) {
      const auto answer = Call<v1::ListPolicyVersionsResponse>("users/ann", request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      for (const v1::PolicyVersion& version : answer.value.policy_versions()) {
        EXPECT_FALSE(version.has_source());
        EXPECT_EQ(version.active(), names.empty());
        names.push_back(version.name());
      }
      if (answer.value.next_page_token().empty()) return names;
      request.set_page_token(answer.value.next_page_token());
    }
  }
  bool Allowed(absl::string_view subject, const std::string& permission, absl::string_view scope) {
    v1::CheckRequest request;
    request.set_subject(Full(subject));
    request.set_permission(permission);
    request.set_scope(Full(scope));
    const auto answer = Call<v1::CheckResponse>("users/ann", request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    return answer.value.allowed();
  }
  // What would break, as the failed preconditions say it.
  template <typename Response>
  static std::vector<std::string> Breaks(const Answer<Response>& answer) {
    EXPECT_EQ(answer.code(), grpc::StatusCode::FAILED_PRECONDITION) << answer.message();
    std::vector<std::string> breaks;
    google::rpc::Status details;
    details.ParseFromString(answer.status.error_details());
    for (const auto& any : details.details()) {
      google::rpc::PreconditionFailure failure;
      if (!any.UnpackTo(&failure)) continue;
      for (const auto& violation : failure.violations()) {
        EXPECT_EQ(violation.type(), "POLICY_BREAKS");
        EXPECT_EQ(violation.subject(), Full(""));
        breaks.push_back(violation.description());
      }
    }
    return breaks;
  }

  std::string text_;
};

TEST_F(PolicyServiceTest, WhoMayDoWhat) {
  v1::ListPolicyVersionsRequest list;
  list.set_parent(Full(""));
  v1::DiffPoliciesRequest diff;
  diff.set_parent(Full(""));
  diff.set_to(Version(1));
  const auto statuses = [&](absl::string_view actor) {
    return std::vector<grpc::Status>{
        Call<v1::ValidatePolicyResponse>(actor, Validating(text_)).status,
        Get(actor, Full("")).status,
        Get(actor, Version(1)).status,
        Call<v1::ListPolicyVersionsResponse>(actor, list).status,
        Call<v1::DiffPoliciesResponse>(actor, diff).status,
        Apply(actor, text_).status,
        RollBack(actor, 1).status};
  };
  for (const grpc::Status& status : statuses("users/amy")) {
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  for (const grpc::Status& status : statuses("users/bob")) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << status.error_message();
  }
  // Nor do the names of versions tell how many there were.
  const std::string hidden = RollBack("users/bob", 1).message();
  EXPECT_EQ(RollBack("users/bob", 9).message(),
            absl::StrReplaceAll(hidden, {{"policyVersions/1", "policyVersions/9"}}));
  EXPECT_EQ(Get("users/bob", Version(9)).message(),
            absl::StrReplaceAll(Get("users/bob", Version(1)).message(),
                                {{"policyVersions/1", "policyVersions/9"}}));
  EXPECT_EQ(Versions(0).size(), 3u);
}

TEST_F(PolicyServiceTest, ValidateTellsAllProblemsAtTheirPlace) {
  const auto answer = Validate(R"(name: "x"
top_role: "admn"
permissions { name: "course.read" asked_at: COURSE access: READ }
roles {
  name: "admin"
  assignable_at: TENANT
  grants { permissions: ["course.read", "course.raed"] requires: "slef" }
}
facts { name: "self" }
)");
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_FALSE(answer.value.valid());
  EXPECT_EQ(answer.value.digest(), "");
  std::vector<std::string> seen;
  for (const v1::PolicyDiagnostic& each : answer.value.diagnostics()) {
    if (each.severity() != v1::PolicyDiagnostic::ERROR) continue;
    EXPECT_THAT(each.message(), HasSubstr(each.word()));
    seen.push_back(
        absl::StrCat(each.line(), ":", each.column(), " ", each.word(), " -> ", each.nearest()));
  }
  EXPECT_THAT(seen, ElementsAre("2:11 admn -> admin", "7:41 course.raed -> course.read",
                                "7:66 slef -> self"));
  // The tenant still runs what it ran.
  EXPECT_EQ(InForce(), Version(1));
}

TEST_F(PolicyServiceTest, ValidateTakesTextOrAMessage) {
  const auto text = Validate(text_);
  ASSERT_TRUE(text.ok()) << text.message();
  EXPECT_TRUE(text.value.valid());
  EXPECT_THAT(text.value.breaks(), IsEmpty());
  EXPECT_EQ(text.value.digest(), Get("users/ann", Full("")).value.digest());
  EXPECT_THAT(text.value.digest(), ::testing::MatchesRegex("[0-9a-f]{64}"));
  v1::ValidatePolicyRequest request;
  request.set_parent(Full(""));
  *request.mutable_source() = Parsed(text_);
  EXPECT_EQ(Call<v1::ValidatePolicyResponse>("users/ann", request).value.digest(),
            text.value.digest());
  request.mutable_source()->mutable_roles(0)->add_may_assign("pepole");
  const auto wrong = Call<v1::ValidatePolicyResponse>("users/ann", request);
  ASSERT_EQ(wrong.value.diagnostics_size(), 1);
  EXPECT_EQ(wrong.value.diagnostics(0).word(), "pepole");
  EXPECT_EQ(wrong.value.diagnostics(0).nearest(), "people");
  EXPECT_EQ(wrong.value.diagnostics(0).line(), 0);
  // A warning does not stand in the way.
  const auto warned =
      Validate(Edited("may_switch: \"learner\"", "may_switch: [\"learner\", \"learner\"]"));
  EXPECT_TRUE(warned.value.valid());
  ASSERT_EQ(warned.value.diagnostics_size(), 1);
  EXPECT_EQ(warned.value.diagnostics(0).severity(), v1::PolicyDiagnostic::WARNING);

  request.set_source_text(text_);
  EXPECT_THAT(Call<v1::ValidatePolicyResponse>("users/ann", request).bad_fields(), SizeIs(1));
  request.clear_source();
  request.clear_source_text();
  EXPECT_THAT(Call<v1::ValidatePolicyResponse>("users/ann", request).bad_fields(), SizeIs(1));
  request.set_source_text(std::string((1 << 20) + 1, '#'));
  EXPECT_THAT(Call<v1::ValidatePolicyResponse>("users/ann", request).bad_fields(),
              ElementsAre(Pair("source_text", HasSubstr("1048576 bytes"))));
  request.set_source_text("name: \"\xff\"");
  EXPECT_THAT(Call<v1::ValidatePolicyResponse>("users/ann", request).bad_fields(),
              ElementsAre(Pair("source_text", HasSubstr("UTF-8"))));
}

TEST_F(PolicyServiceTest, ApplyPutsAPolicyInForce) {
  MakeCatalog("safety");
  Assign("users/bob", "learner", "catalogs/safety");
  EXPECT_FALSE(Allowed("users/bob", "user.read", "catalogs/safety"));
  v1::ApplyPolicyRequest request = Applying(Wider());
  request.set_comment("learners see each other");
  const auto applied = Call<v1::PolicyVersion>("users/ann", request);
  ASSERT_TRUE(applied.ok()) << applied.message();
  EXPECT_EQ(applied.value.name(), Version(2));
  EXPECT_TRUE(applied.value.active());
  EXPECT_EQ(applied.value.author(), Full("users/ann"));
  EXPECT_EQ(applied.value.comment(), "learners see each other");
  EXPECT_EQ(applied.value.rolled_back_to(), "");
  EXPECT_GT(applied.value.create_time().seconds(), 0);
  EXPECT_TRUE(Allowed("users/bob", "user.read", "catalogs/safety"));
  Restart();
  EXPECT_TRUE(Allowed("users/bob", "user.read", "catalogs/safety"));
  const auto read = Get("users/amy", Full(""));
  EXPECT_EQ(read.value.SerializeAsString(), applied.value.SerializeAsString());
  EXPECT_EQ(read.value.source().SerializeAsString(), Parsed(Wider()).SerializeAsString());
  const auto first = Get("users/amy", Version(1));
  EXPECT_FALSE(first.value.active());
  EXPECT_NE(first.value.digest(), read.value.digest());
  EXPECT_EQ(first.value.source().SerializeAsString(), Parsed(text_).SerializeAsString());
}

TEST_F(PolicyServiceTest, ApplyNamesAllThatIsWrong) {
  const auto text = Apply("users/ann", Edited("may_assign: [\"learner\", \"reader\"]",
                                              "may_assign: [\"lerner\", \"raeder\"]"));
  EXPECT_EQ(text.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(text.bad_fields(), ElementsAre(Key("source_text")));
  EXPECT_THAT(text.message(),
              AllOf(HasSubstr("line "), HasSubstr("`lerner`"), HasSubstr("`learner`"),
                    HasSubstr("`raeder`"), HasSubstr("`reader`")));
  v1::ApplyPolicyRequest request;
  request.set_parent(Full(""));
  *request.mutable_source() = Parsed(text_);
  request.mutable_source()->mutable_roles(1)->set_may_assign(0, "lerner");
  request.mutable_source()->set_top_role("");
  const auto message = Call<v1::PolicyVersion>("users/ann", request);
  EXPECT_EQ(message.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(
      message.bad_fields(),
      AllOf(SizeIs(2),
            Contains(Pair("source.roles[1].may_assign[0]",
                          AllOf(HasSubstr("`lerner`: "), HasSubstr("did you mean `learner`"))))));
  EXPECT_THAT(Call<v1::PolicyVersion>("users/bob", request).code(),
              grpc::StatusCode::INVALID_ARGUMENT);

  request = Applying(text_);
  request.set_comment(std::string(1001, 'x'));
  request.set_request_id("again");
  EXPECT_THAT(Call<v1::PolicyVersion>("users/ann", request).code(),
              grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_request_id();
  EXPECT_THAT(Call<v1::PolicyVersion>("users/ann", request).bad_fields(),
              ElementsAre(Pair("comment", HasSubstr("1000"))));
  request.clear_comment();
  request.set_parent("tenants/system");
  EXPECT_EQ(Call<v1::PolicyVersion>("users/ann", request).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(InForce(), Version(1));
}

TEST_F(PolicyServiceTest, ApplyRefusesWithTheListOfWhatWouldBreak) {
  MakeCatalog("safety");
  Assign("users/bob", "learner", "catalogs/safety");
  Assign("users/bob", "locker", "");
  v1::CreateOverrideRequest create;
  create.set_parent(Full(""));
  create.mutable_override()->set_scope(Full(""));
  create.mutable_override()->set_role("learner");
  create.mutable_override()->set_permission("course.update");
  create.mutable_override()->set_effect(v1::PREVENT);
  ASSERT_TRUE(Call<v1::Override>("users/ann", create).ok());

  v1::PolicySource source = Parsed(text_);
  const auto erase = [](auto* from, absl::string_view name) {
    for (int i = from->size() - 1; i >= 0; --i) {
      if (from->Get(i).name() == name) from->DeleteSubrange(i, 1);
    }
  };
  erase(source.mutable_roles(), "locker");
  erase(source.mutable_permissions(), "course.update");
  for (v1::Role& role : *source.mutable_roles()) {
    for (int i = role.may_assign_size() - 1; i >= 0; --i) {
      if (role.may_assign(i) == "locker") role.mutable_may_assign()->DeleteSubrange(i, 1);
    }
    if (role.name() == "learner") {
      role.clear_assignable_at();
      role.add_assignable_at(v1::Scope::COURSE);
    }
    if (role.name() == "editor") role.mutable_grants()->DeleteSubrange(0, 1);
  }
  v1::ApplyPolicyRequest request;
  request.set_parent(Full(""));
  *request.mutable_source() = source;
  const std::vector<std::string> breaks = Breaks(Call<v1::PolicyVersion>("users/ann", request));
  EXPECT_THAT(breaks,
              ::testing::UnorderedElementsAre(
                  AllOf(HasSubstr("role `locker` is gone"), HasSubstr("TENANT")),
                  AllOf(HasSubstr("role `learner` may no longer be held"), HasSubstr("CATALOG")),
                  AllOf(HasSubstr("override of `course.update` for `learner` at `tenants/acme`"),
                        HasSubstr("which is gone"))));
  // Validate says the same beforehand.
  v1::ValidatePolicyRequest validate;
  validate.set_parent(Full(""));
  *validate.mutable_source() = source;
  const auto validated = Call<v1::ValidatePolicyResponse>("users/ann", validate);
  EXPECT_TRUE(validated.value.valid());
  EXPECT_EQ(
      std::vector<std::string>(validated.value.breaks().begin(), validated.value.breaks().end()),
      breaks);
  EXPECT_EQ(InForce(), Version(1));
  EXPECT_TRUE(Allowed("users/bob", "user.deactivate", ""));
}

TEST_F(PolicyServiceTest, Rule17_ApplyRefusesExclusiveSetsThatAreBroken) {
  Assign("users/bob", "clerk", "");
  Assign("users/bob", "reader", "");
  const std::string text =
      absl::StrCat(text_, "exclusive_sets { name: \"desk\" roles: [\"clerk\", \"reader\"] }");
  EXPECT_THAT(Breaks(Apply("users/ann", text)),
              ElementsAre(AllOf(HasSubstr("users/bob"), HasSubstr("`clerk`"), HasSubstr("`reader`"),
                                HasSubstr("`desk`"))));
}

TEST_F(PolicyServiceTest, Rule22_ApplyLeavesAHolderOfTheTopRole) {
  const std::string clerks = absl::StrReplaceAll(
      Edited("top_role: \"owner\"", "top_role: \"clerk\""),
      {{"title: \"Users and groups, and no role to give\"",
        "may_assign: \"clerk\" "
        "grants { permissions: [\"policy.apply\", \"role.prohibit\"] source: \"t\" }"}});
  EXPECT_THAT(Breaks(Apply("users/ann", clerks)),
              Contains(HasSubstr("nobody holds the top role `clerk`")));
  // Nor is it got round by having none.
  EXPECT_FALSE(Apply("users/ann", Edited("top_role: \"owner\"", "")).ok());
  Assign("users/bob", "clerk", "");
  EXPECT_TRUE(Apply("users/ann", clerks).ok());
}

// Errors travel in trailers, of which clients take little.
TEST_F(PolicyServiceTest, OfManyBreaksAnErrorNamesTheFirst) {
  for (int i = 0; i < 120; ++i) {
    MakeUser(absl::StrCat("u", i));
    Assign(absl::StrCat("users/u", i), "clerk", "");
    Assign(absl::StrCat("users/u", i), "reader", "");
  }
  const std::string text =
      absl::StrCat(text_, "exclusive_sets { name: \"desk\" roles: [\"clerk\", \"reader\"] }");
  const std::vector<std::string> breaks = Breaks(Apply("users/ann", text));
  ASSERT_GT(breaks.size(), 5u);
  EXPECT_THAT(breaks[0], HasSubstr("users/u0"));
  EXPECT_THAT(breaks.back(), HasSubstr("and more"));
  EXPECT_EQ(Validate(text).value.breaks_size(), 120);

  std::string wrong = text_;
  for (int i = 0; i < 500; ++i) {
    absl::StrAppend(&wrong, "exclusive_sets { name: \"s", i,
                    "\" roles: [\"clrk\", \"reader\"] }\n");
  }
  const auto refused = Apply("users/ann", wrong);
  EXPECT_EQ(refused.code(), grpc::StatusCode::INVALID_ARGUMENT) << refused.message();
  EXPECT_THAT(refused.message(), AllOf(HasSubstr("`clerk`"), HasSubstr("and more")));
  EXPECT_EQ(Validate(wrong).value.diagnostics_size(), 500);
}

TEST_F(PolicyServiceTest, Rule15_AuthorsAddOnlyWhatTheyCouldHandOut) {
  // amy holds `author` and may assign `learner`, which may read courses and nothing else.
  const auto wider = Apply("users/amy", Wider());
  EXPECT_EQ(wider.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(RollBack("users/amy", 1).code(), grpc::StatusCode::OK);
  EXPECT_FALSE(
      Apply("users/amy", Edited("may_assign: \"learner\"", "may_assign: [\"learner\", \"clerk\"]"))
          .ok());
  EXPECT_FALSE(
      Apply("users/amy", Edited("default_role: \"member\"", "default_role: \"clerk\"")).ok());
  // Taking away, and giving what a learner has.
  EXPECT_TRUE(Apply("users/amy", Edited("grants { permissions: \"role.switch\" source: \"e2\" }",
                                        "grants { permissions: \"course.read\" source: \"e2\" }"))
                  .ok());
  // Rolling back is judged in the same way: it would give editors `role.switch` again.
  const auto back = RollBack("users/amy", 1);
  EXPECT_EQ(back.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(RollBack("users/ann", 1).ok());
  // What stood in the way is told to who may read roles.
  Assign("users/amy", "adder", "");
  EXPECT_THAT(Apply("users/amy", Wider()).message(),
              AllOf(HasSubstr("`user.read` for `learner`"), HasSubstr("`users/amy`")));
}

TEST_F(PolicyServiceTest, EtagsValidateOnlyAndRequestIds) {
  const std::string etag = Get("users/ann", Full("")).value.etag();
  v1::ApplyPolicyRequest apply = Applying(Wider());
  apply.set_etag(etag);
  apply.set_validate_only(true);
  const auto tried = Call<v1::PolicyVersion>("users/ann", apply);
  EXPECT_EQ(tried.value.name(), Version(2)) << tried.message();
  EXPECT_EQ(InForce(), Version(1));

  apply.set_validate_only(false);
  apply.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f");
  const auto applied = Call<v1::PolicyVersion>("users/ann", apply);
  ASSERT_TRUE(applied.ok()) << applied.message();
  // The retry is the same change, though its etag is stale by now.
  const auto again = Call<v1::PolicyVersion>("users/ann", apply);
  EXPECT_EQ(again.value.SerializeAsString(), applied.value.SerializeAsString());
  EXPECT_EQ(InForce(), Version(2));

  apply.clear_request_id();
  const auto stale = Call<v1::PolicyVersion>("users/ann", apply);
  EXPECT_EQ(stale.code(), grpc::StatusCode::ABORTED);
  EXPECT_THAT(stale.message(), AllOf(HasSubstr(Version(2)), HasSubstr(applied.value.etag())));
  v1::RollbackPolicyRequest back = RollingBack(1);
  back.set_etag(etag);
  EXPECT_EQ(Call<v1::PolicyVersion>("users/ann", back).code(), grpc::StatusCode::ABORTED);
  back.set_etag(applied.value.etag());
  back.set_validate_only(true);
  EXPECT_EQ(Call<v1::PolicyVersion>("users/ann", back).value.name(), Version(3));
  EXPECT_EQ(InForce(), Version(2));
}

TEST_F(PolicyServiceTest, GetByName) {
  EXPECT_EQ(Get("users/amy", Full("")).value.name(), Version(1));
  EXPECT_EQ(Get("users/amy", Version(1)).value.name(), Version(1));
  EXPECT_EQ(Get("users/amy", Version(2)).code(), grpc::StatusCode::NOT_FOUND);
  for (const char* name : {"policyVersions/0", "policyVersions/x", "catalogs/safety",
                           "policyVersions/99999999999999999999"}) {
    EXPECT_THAT(Get("users/ann", Full(name)).bad_fields(), ElementsAre(Key("name"))) << name;
  }
  EXPECT_EQ(Get("users/ann", "tenants/system/policyVersions/1").code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(PolicyServiceTest, ListsAreNewestFirstAndInPages) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Apply("users/ann", i % 2 == 0 ? Wider() : text_).ok());
  const std::vector<std::string> all = {Version(5), Version(4), Version(3), Version(2), Version(1)};
  EXPECT_EQ(Versions(0), all);
  EXPECT_EQ(Versions(1), all);
  EXPECT_EQ(Versions(5), all);

  v1::ListPolicyVersionsRequest request;
  request.set_parent(Full(""));
  request.set_page_size(2);
  const auto first = Call<v1::ListPolicyVersionsResponse>("users/ann", request);
  ASSERT_TRUE(Apply("users/ann", Wider()).ok());
  request.set_page_token(first.value.next_page_token());
  EXPECT_THAT(Call<v1::ListPolicyVersionsResponse>("users/amy", request).bad_fields(),
              ElementsAre(Key("page_token")));
  const auto second = Call<v1::ListPolicyVersionsResponse>("users/ann", request);
  ASSERT_EQ(second.value.policy_versions_size(), 2);
  EXPECT_EQ(second.value.policy_versions(0).name(), Version(3));
  request.set_page_size(-1);
  EXPECT_THAT(Call<v1::ListPolicyVersionsResponse>("users/ann", request).bad_fields(),
              ElementsAre(Key("page_size")));
}

TEST_F(PolicyServiceTest, DiffTellsEachCellAndAllElse) {
  ASSERT_TRUE(Apply("users/ann", Wider()).ok());
  v1::DiffPoliciesRequest request;
  request.set_parent(Full(""));
  request.set_from(Version(1));
  request.set_to(Version(2));
  const auto gained = Call<v1::DiffPoliciesResponse>("users/ann", request);
  ASSERT_TRUE(gained.ok()) << gained.message();
  ASSERT_EQ(gained.value.cells_size(), 2);
  EXPECT_THAT(gained.value.others(), IsEmpty());
  EXPECT_EQ(gained.value.cells(0).role(), "learner");
  EXPECT_EQ(gained.value.cells(0).permission(), "user.read");
  EXPECT_EQ(gained.value.cells(0).at(), v1::Scope::CATALOG);
  EXPECT_EQ(gained.value.cells(0).before(), v1::EFFECT_UNSPECIFIED);
  EXPECT_EQ(gained.value.cells(0).after(), v1::ALLOW);
  EXPECT_EQ(gained.value.cells(1).at(), v1::Scope::COURSE);
  // From the one in force.
  request.clear_from();
  request.set_to(Version(1));
  const auto lost = Call<v1::DiffPoliciesResponse>("users/ann", request);
  ASSERT_EQ(lost.value.cells_size(), 2);
  EXPECT_EQ(lost.value.cells(0).before(), v1::ALLOW);
  EXPECT_EQ(lost.value.cells(0).after(), v1::EFFECT_UNSPECIFIED);
  // To a source: a fact less for editors, and another list.
  request.clear_to();
  v1::PolicySource source = Parsed(Wider());
  for (v1::Role& role : *source.mutable_roles()) {
    if (role.name() == "editor") role.mutable_grants(0)->add_requires("self");
    if (role.name() == "author") role.add_may_assign("reader");
  }
  *request.mutable_to_source() = source;
  const auto changed = Call<v1::DiffPoliciesResponse>("users/ann", request);
  ASSERT_EQ(changed.value.cells_size(), 1) << changed.message();
  EXPECT_EQ(changed.value.cells(0).facts_before(), "published");
  EXPECT_THAT(changed.value.cells(0).facts_after(),
              AllOf(HasSubstr("published"), HasSubstr("self"), HasSubstr("+")));
  // By default an author may override what it may assign.
  ASSERT_EQ(changed.value.others_size(), 2);
  EXPECT_THAT(changed.value.others(0).description(),
              AllOf(HasSubstr("role `author`: may assign"), HasSubstr("reader")));
  EXPECT_THAT(changed.value.others(1).description(),
              AllOf(HasSubstr("role `author`: may override"), HasSubstr("reader")));

  request.mutable_to_source()->mutable_roles(1)->set_may_assign(0, "lerner");
  EXPECT_THAT(Call<v1::DiffPoliciesResponse>("users/ann", request).bad_fields(),
              ElementsAre(Pair("to_source.roles[1].may_assign[0]", HasSubstr("`learner`"))));
  request.clear_to_source();
  EXPECT_THAT(Call<v1::DiffPoliciesResponse>("users/ann", request).bad_fields(),
              ElementsAre(Key("to")));
  request.set_to(Version(7));
  EXPECT_EQ(Call<v1::DiffPoliciesResponse>("users/ann", request).code(),
            grpc::StatusCode::NOT_FOUND);
  request.set_to("tenants/system/policyVersions/1");
  EXPECT_THAT(Call<v1::DiffPoliciesResponse>("users/ann", request).bad_fields(),
              ElementsAre(Key("to")));
}

TEST_F(PolicyServiceTest, RollbackAppliesAnEarlierVersionAnew) {
  MakeCatalog("safety");
  Assign("users/bob", "learner", "catalogs/safety");
  ASSERT_TRUE(Apply("users/ann", Wider()).ok());
  v1::RollbackPolicyRequest request = RollingBack(1);
  request.set_comment("too much");
  const auto back = Call<v1::PolicyVersion>("users/ann", request);
  ASSERT_TRUE(back.ok()) << back.message();
  EXPECT_EQ(back.value.name(), Version(3));
  EXPECT_EQ(back.value.rolled_back_to(), Version(1));
  EXPECT_EQ(back.value.comment(), "too much");
  EXPECT_EQ(back.value.digest(), Get("users/ann", Version(1)).value.digest());
  EXPECT_FALSE(Allowed("users/bob", "user.read", "catalogs/safety"));
  EXPECT_EQ(RollBack("users/ann", 9).code(), grpc::StatusCode::NOT_FOUND);
  request.set_name(Full(""));
  EXPECT_THAT(Call<v1::PolicyVersion>("users/ann", request).bad_fields(), ElementsAre(Key("name")));

  // What has come to be held where it could not be before keeps the policy from going back.
  ASSERT_TRUE(Apply("users/ann", Edited("assignable_at: [CATALOG, COURSE]\n  grants { permissions: "
                                        "\"course.read\" source: \"t\" }",
                                        "assignable_at: [TENANT, CATALOG, COURSE]\n  grants { "
                                        "permissions: \"course.read\" source: \"t\" }"))
                  .ok());
  Assign("users/bob", "learner", "");
  EXPECT_THAT(Breaks(RollBack("users/ann", 1)),
              ElementsAre(HasSubstr("role `learner` may no longer be held at a TENANT")));
  EXPECT_EQ(InForce(), Version(4));
}

}  // namespace
}  // namespace provost
