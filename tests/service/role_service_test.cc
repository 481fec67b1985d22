#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "provost/v1/access_service.pb.h"
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
constexpr auto kAborted = grpc::StatusCode::ABORTED;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kMissing = grpc::StatusCode::NOT_FOUND;

// `safety` > `fire` and `sales`; `pete` is `people` at `safety`.
class RoleServiceTest : public AcmeTest {
 protected:
  RoleServiceTest() : AcmeTest("roles_policy.textproto") {
    MakeCatalog("safety");
    MakeCatalog("sales");
    MakeCourse("fire", "catalogs/safety");
    for (const char* id : {"bob", "pete"}) MakeUser(id);
    Assign("users/pete", "people", "catalogs/safety");
  }

  template <typename Request>
  static Request Named(absl::string_view name) {
    Request request;
    request.set_name(std::string(name));
    return request;
  }

  // --- assignments; names are within `acme` but for those of assignments ---
  static v1::CreateAssignmentRequest Assigning(absl::string_view subject, absl::string_view role,
                                               absl::string_view scope, int64_t not_before = 0,
                                               int64_t expires = 0) {
    v1::CreateAssignmentRequest request;
    request.set_parent(Full(""));
    v1::Assignment& assignment = *request.mutable_assignment();
    assignment.set_subject(Full(subject));
    assignment.set_role(std::string(role));
    assignment.set_scope(Full(scope));
    if (not_before != 0) assignment.mutable_not_before()->set_seconds(not_before);
    if (expires != 0) assignment.mutable_expires()->set_seconds(expires);
    return request;
  }
  Answer<v1::Assignment> Give(absl::string_view actor, absl::string_view subject,
                              absl::string_view role, absl::string_view scope,
                              int64_t not_before = 0, int64_t expires = 0) {
    return Call<v1::Assignment>(actor, Assigning(subject, role, scope, not_before, expires));
  }
  Answer<v1::Assignment> Read(absl::string_view actor, const std::string& name) {
    return Call<v1::Assignment>(actor, Named<v1::GetAssignmentRequest>(name));
  }
  Answer<Empty> Take(absl::string_view actor, const std::string& name) {
    return Call<Empty>(actor, Named<v1::DeleteAssignmentRequest>(name));
  }
  // Sets the fields of `mask` to what they are in a message where only `expires`, `not_before` and
  // `suspended` are set.
  Answer<v1::Assignment> Change(absl::string_view actor, const std::string& name,
                                const std::vector<std::string>& mask, int64_t time = 0,
                                bool suspended = false) {
    v1::UpdateAssignmentRequest request;
    request.mutable_assignment()->set_name(name);
    for (const std::string& path : mask) {
      request.mutable_update_mask()->add_paths(path);
      if (time == 0) continue;
      if (path == "expires") request.mutable_assignment()->mutable_expires()->set_seconds(time);
      if (path == "not_before") {
        request.mutable_assignment()->mutable_not_before()->set_seconds(time);
      }
    }
    request.mutable_assignment()->set_suspended(suspended);
    return Call<v1::Assignment>(actor, request);
  }
  v1::TestAssignResponse Test(absl::string_view caller, absl::string_view subject,
                              absl::string_view role, absl::string_view scope,
                              absl::string_view actor = "") {
    v1::TestAssignRequest request;
    if (!actor.empty()) request.set_actor(Full(actor));
    request.set_subject(Full(subject));
    request.set_role(std::string(role));
    request.set_scope(Full(scope));
    const auto answer = Call<v1::TestAssignResponse>(caller, request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    return answer.value;
  }
  // `subject role scope` of each, shortened.
  std::vector<std::string> Assignments(absl::string_view actor, absl::string_view scope = "",
                                       absl::string_view subject = "", absl::string_view role = "",
                                       int page_size = 0) {
    std::vector<std::string> found;
    v1::ListAssignmentsRequest request;
    request.set_parent(Full(""));
    if (!scope.empty()) request.set_scope(Full(scope == "." ? "" : scope));
    if (!subject.empty()) request.set_subject(Full(subject));
    request.set_role(std::string(role));
    request.set_page_size(page_size);
    for (;;) {
      const auto answer = Call<v1::ListAssignmentsResponse>(actor, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      for (const v1::Assignment& each : answer.value.assignments()) {
        found.push_back(Short(absl::StrCat(each.subject(), " ", each.role(), " ", each.scope())));
      }
      if (answer.value.next_page_token().empty()) return found;
      EXPECT_GT(answer.value.assignments_size(), 0);
      request.set_page_token(answer.value.next_page_token());
    }
  }
  static std::string Short(const std::string& text) {
    return absl::StrReplaceAll(text, {{"tenants/acme/", ""}});
  }
  bool ReadsUsers(absl::string_view user) {
    v1::GetUserRequest request;
    request.set_name(Full("users/ann"));
    return Call<v1::User>(user, request).ok();
  }

  // --- overrides ---
  static v1::CreateOverrideRequest Overriding(absl::string_view scope, absl::string_view role,
                                              absl::string_view permission, v1::Effect effect) {
    v1::CreateOverrideRequest request;
    request.set_parent(Full(""));
    v1::Override& override = *request.mutable_override();
    override.set_scope(Full(scope));
    override.set_role(std::string(role));
    override.set_permission(std::string(permission));
    override.set_effect(effect);
    return request;
  }
  Answer<v1::Override> Override(absl::string_view actor, absl::string_view scope,
                                absl::string_view role, absl::string_view permission,
                                v1::Effect effect) {
    return Call<v1::Override>(actor, Overriding(scope, role, permission, effect));
  }
  // With facts, and locked where `lock` says so.
  Answer<v1::Override> Allow(absl::string_view actor, absl::string_view scope,
                             absl::string_view permission, const std::vector<std::string>& facts,
                             bool lock = false) {
    v1::CreateOverrideRequest request = Overriding(scope, "learner", permission, v1::ALLOW);
    for (const std::string& fact : facts) {
      request.mutable_override()->mutable_facts()->add_facts(fact);
    }
    request.mutable_override()->mutable_facts();
    request.mutable_override()->set_locked(lock);
    return Call<v1::Override>(actor, request);
  }
  std::vector<std::string> Overrides(absl::string_view actor, absl::string_view scope = "",
                                     absl::string_view role = "", int page_size = 0) {
    std::vector<std::string> found;
    v1::ListOverridesRequest request;
    request.set_parent(Full(""));
    if (!scope.empty()) request.set_scope(Full(scope));
    request.set_role(std::string(role));
    request.set_page_size(page_size);
    for (;;) {
      const auto answer = Call<v1::ListOverridesResponse>(actor, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      for (const v1::Override& each : answer.value.overrides()) {
        found.push_back(
            Short(absl::StrCat(each.scope(), " ", each.role(), " ", each.permission())));
      }
      if (answer.value.next_page_token().empty()) return found;
      EXPECT_EQ(answer.value.overrides_size(), page_size);
      request.set_page_token(answer.value.next_page_token());
    }
  }
  bool May(absl::string_view subject, absl::string_view permission, absl::string_view scope,
           const std::vector<std::string>& facts = {}) {
    v1::CheckRequest request;
    request.set_subject(Full(subject));
    request.set_permission(std::string(permission));
    request.set_scope(Full(scope));
    for (const std::string& fact : facts) request.add_facts(fact);
    const auto answer = Call<v1::CheckResponse>("users/ann", request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    return answer.value.allowed();
  }

  // --- freezes ---
  Answer<v1::ScopeState> Freeze(absl::string_view actor, absl::string_view scope,
                                v1::Scope::Freeze freeze) {
    auto request = Named<v1::FreezeScopeRequest>(Full(scope));
    request.set_freeze(freeze);
    return Call<v1::ScopeState>(actor, request);
  }
  Answer<v1::ScopeState> Lift(absl::string_view actor, absl::string_view scope,
                              v1::Scope::Freeze freeze) {
    auto request = Named<v1::UnfreezeScopeRequest>(Full(scope));
    request.set_freeze(freeze);
    return Call<v1::ScopeState>(actor, request);
  }
};

TEST_F(RoleServiceTest, AssignmentsHaveTheStandardMethods) {
  auto create = Assigning("users/bob", "learner", "courses/fire", 0, kYear2100);
  create.mutable_assignment()->set_reason("enrolled");
  create.mutable_assignment()->set_granted_by(Full("users/bob"));
  const auto created = Call<v1::Assignment>("users/ann", create);
  ASSERT_TRUE(created.ok()) << created.message();
  const std::string name = created.value.name();
  EXPECT_EQ(created.value.granted_by(), Full("users/ann"));
  EXPECT_EQ(created.value.subject(), Full("users/bob"));
  EXPECT_EQ(created.value.scope(), Full("courses/fire"));
  EXPECT_EQ(created.value.reason(), "enrolled");
  EXPECT_GT(created.value.create_time().seconds(), 0);
  EXPECT_EQ(Read("users/ann", name).value.SerializeAsString(), created.value.SerializeAsString());
  // Another of the same is another.
  const auto twin = Call<v1::Assignment>("users/ann", create);
  ASSERT_TRUE(twin.ok()) << twin.message();
  EXPECT_NE(twin.value.name(), name);

  v1::UpdateAssignmentRequest update;
  update.mutable_assignment()->set_name(name);
  update.mutable_assignment()->set_reason("moved here");
  update.mutable_assignment()->set_etag(created.value.etag());
  const auto updated = Call<v1::Assignment>("users/ann", update);
  ASSERT_TRUE(updated.ok()) << updated.message();
  EXPECT_EQ(updated.value.reason(), "moved here");
  EXPECT_EQ(updated.value.expires().seconds(), kYear2100);  // not in the mask
  EXPECT_NE(updated.value.etag(), created.value.etag());
  EXPECT_EQ(Call<v1::Assignment>("users/ann", update).code(), kAborted);
  Restart();
  EXPECT_EQ(Read("users/ann", name).value.SerializeAsString(), updated.value.SerializeAsString());

  auto remove = Named<v1::DeleteAssignmentRequest>(name);
  remove.set_etag(created.value.etag());
  EXPECT_EQ(Call<Empty>("users/ann", remove).code(), kAborted);
  remove.set_etag(updated.value.etag());
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());
  EXPECT_EQ(Call<Empty>("users/ann", remove).code(), kMissing);
  remove.set_allow_missing(true);
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());
  EXPECT_EQ(Read("users/ann", name).code(), kMissing);
  EXPECT_THAT(Assignments("users/ann", "courses/fire"),
              ElementsAre("users/bob learner courses/fire"));
}

TEST_F(RoleServiceTest, AssignmentsBadInputNamesEachField) {
  v1::CreateAssignmentRequest create;
  create.set_parent(Full(""));
  create.mutable_assignment()->set_scope(Full("courses/fire"));
  create.mutable_assignment()->set_reason(std::string(1001, 'x'));
  create.mutable_assignment()->mutable_expires()->set_nanos(-1);
  EXPECT_THAT(Call<v1::Assignment>("users/ann", create).bad_fields(),
              ElementsAre(Key("assignment.expires"), Key("assignment.reason"),
                          Key("assignment.role"), Key("assignment.subject")));
  const auto typo = Give("users/ann", "users/bob", "lerner", "courses/fire");
  ASSERT_THAT(typo.bad_fields(), ElementsAre(Key("assignment.role")));
  EXPECT_THAT(typo.message(), HasSubstr("`learner`"));
  EXPECT_THAT(Give("users/ann", "users/bob", "learner", "").bad_fields(),
              ElementsAre(Key("assignment.scope")));  // not held at a tenant
  EXPECT_THAT(Give("users/ann", "courses/fire", "learner", "courses/fire").bad_fields(),
              ElementsAre(Key("assignment.subject")));
  EXPECT_THAT(
      Give("users/ann", "users/bob", "learner", "courses/fire", kYear2100, kYear2100).bad_fields(),
      ElementsAre(Key("assignment.expires")));
  create = Assigning("users/bob", "learner", "courses/fire");
  create.mutable_assignment()->set_subject("tenants/other/users/bob");
  EXPECT_THAT(Call<v1::Assignment>("users/ann", create).bad_fields(),
              ElementsAre(Key("assignment.subject")));
  create.set_request_id("7");
  EXPECT_THAT(Call<v1::Assignment>("users/ann", create).bad_fields(),
              ElementsAre(Key("request_id")));
  EXPECT_EQ(Give("users/ann", "users/bob", "learner", "courses/none").code(), kMissing);
  EXPECT_EQ(Give("users/ann", "users/none", "learner", "courses/fire").code(), kMissing);

  const std::string name = Assign("users/bob", "learner", "courses/fire");
  EXPECT_THAT(Change("users/ann", name, {"role"}).bad_fields(),
              ElementsAre(Key("update_mask.paths[0]")));
  EXPECT_THAT(Change("users/ann", Full("users/bob"), {"reason"}).bad_fields(),
              ElementsAre(Key("assignment.name")));
  EXPECT_THAT(Take("users/ann", Full("users/bob")).bad_fields(), ElementsAre(Key("name")));
  // One name each.
  const size_t id = name.rfind('/') + 1;
  const std::string padded = absl::StrCat(name.substr(0, id), "0", name.substr(id));
  EXPECT_THAT(Read("users/ann", padded).bad_fields(), ElementsAre(Key("name")));
  // Both ends of the window count, one of them as it was.
  ASSERT_TRUE(Change("users/ann", name, {"expires"}, kYear2100).ok());
  EXPECT_THAT(Change("users/ann", name, {"not_before"}, kYear2100 + 1).bad_fields(),
              ElementsAre(Key("assignment.expires")));
}

TEST_F(RoleServiceTest, Rule2_AssignmentsCountInTheirWindowAndUnlessSuspended) {
  const std::string name = Assign("users/bob", "reader", "");
  EXPECT_TRUE(ReadsUsers("users/bob"));
  ASSERT_TRUE(Change("users/ann", name, {"suspended"}, 0, true).ok());
  EXPECT_FALSE(ReadsUsers("users/bob"));
  ASSERT_TRUE(Change("users/ann", name, {"suspended"}, 0, false).ok());
  EXPECT_TRUE(ReadsUsers("users/bob"));
  ASSERT_TRUE(Change("users/ann", name, {"not_before"}, kYear2100).ok());
  EXPECT_FALSE(ReadsUsers("users/bob"));
  // A mask with an unset field clears it.
  const auto open = Change("users/ann", name, {"not_before"});
  EXPECT_FALSE(open.value.has_not_before());
  EXPECT_TRUE(ReadsUsers("users/bob"));
  ASSERT_TRUE(Change("users/ann", name, {"expires"}, 1).ok());
  Restart();
  EXPECT_FALSE(ReadsUsers("users/bob"));
  ASSERT_TRUE(Change("users/ann", name, {"expires"}, kYear2100).ok());
  EXPECT_TRUE(ReadsUsers("users/bob"));
}

TEST_F(RoleServiceTest, Rule11_OneGivesAndTakesWhatARoleHeldOnThePathMayAssign) {
  const auto given = Give("users/pete", "users/bob", "learner", "courses/fire");
  ASSERT_TRUE(given.ok()) << given.message();
  EXPECT_EQ(given.value.granted_by(), Full("users/pete"));
  EXPECT_EQ(Give("users/pete", "users/bob", "learner", "catalogs/sales").code(), kDenied);
  EXPECT_EQ(Give("users/pete", "users/bob", "auditor", "catalogs/safety").code(), kDenied);
  EXPECT_EQ(Give("users/bob", "users/bob", "learner", "courses/fire").code(), kDenied);
  EXPECT_TRUE(Take("users/pete", given.value.name()).ok());
  const std::string elsewhere = Assign("users/bob", "learner", "catalogs/sales");
  const std::string other = Assign("users/bob", "auditor", "catalogs/safety");
  EXPECT_EQ(Take("users/pete", elsewhere).code(), kDenied);
  EXPECT_EQ(Take("users/pete", other).code(), kDenied);
  EXPECT_EQ(Change("users/pete", other, {"suspended"}, 0, true).code(), kDenied);
  // A right that has ended, or has yet to begin, gives nothing.
  Assign("users/bob", "people", "", 2);
  EXPECT_EQ(Give("users/bob", "users/pete", "learner", "courses/fire").code(), kDenied);
}

TEST_F(RoleServiceTest, Rule11_ARightToDelegateIsNotGivenForLongerThanOneHasIt) {
  MakeUser("tom");
  Assign("users/tom", "owner", "", kYear2100);
  EXPECT_EQ(Give("users/tom", "users/bob", "people", "").code(), kDenied);
  EXPECT_EQ(Give("users/tom", "users/bob", "people", "", 0, kYear2100 + 1).code(), kDenied);
  EXPECT_TRUE(Give("users/tom", "users/bob", "reader", "").ok());  // delegates nothing
  const auto given = Give("users/tom", "users/bob", "people", "", 0, kYear2100);
  ASSERT_TRUE(given.ok()) << given.message();
  EXPECT_EQ(Change("users/tom", given.value.name(), {"expires"}).code(), kDenied);

  // Narrowing is taking away: the end may still be one that tom could not give, and what has been
  // narrowed or suspended does not come back by the same right.
  const std::string name = Assign("users/bob", "people", "");
  EXPECT_TRUE(Change("users/tom", name, {"expires"}, kYear2100 + 2).ok());
  EXPECT_EQ(Change("users/tom", name, {"expires"}, kYear2100 + 3).code(), kDenied);
  ASSERT_TRUE(Change("users/tom", name, {"suspended"}, 0, true).ok());
  EXPECT_EQ(Change("users/tom", name, {"suspended"}, 0, false).code(), kDenied);
  EXPECT_TRUE(Take("users/tom", name).ok());
}

TEST_F(RoleServiceTest, Rule25_HiddenAndMissingAnswerInTheSameWords) {
  const std::string there = Assign("users/bob", "learner", "courses/fire");
  const std::string missing = Full("assignments/999");
  const auto override =
      Override("users/ann", "courses/fire", "learner", "course.read", v1::PREVENT);
  ASSERT_TRUE(override.ok()) << override.message();
  const std::string no_override = absl::StrReplaceAll(override.value.name(), {{"read", "grade"}});
  const auto same = [](const auto& a, const std::string& name_a, const auto& b,
                       const std::string& name_b) {
    EXPECT_EQ(a.code(), kDenied) << a.message();
    EXPECT_EQ(b.code(), kDenied) << b.message();
    EXPECT_EQ(absl::StrReplaceAll(a.message(), {{name_a, "X"}}),
              absl::StrReplaceAll(b.message(), {{name_b, "X"}}));
  };
  for (const char* caller : {"users/bob", "users/pete"}) {
    same(Read(caller, there), there, Read(caller, missing), missing);
  }
  same(Take("users/bob", there), there, Take("users/bob", missing), missing);
  same(Change("users/bob", there, {"reason"}), there, Change("users/bob", missing, {"reason"}),
       missing);
  same(Call<v1::Override>("users/bob", Named<v1::GetOverrideRequest>(override.value.name())),
       override.value.name(),
       Call<v1::Override>("users/bob", Named<v1::GetOverrideRequest>(no_override)), no_override);
  same(Call<Empty>("users/bob", Named<v1::DeleteOverrideRequest>(override.value.name())),
       override.value.name(),
       Call<Empty>("users/bob", Named<v1::DeleteOverrideRequest>(no_override)), no_override);
  // Scopes and subjects of a grant, whatever the role. Allowing what is missing tells nothing.
  for (const char* role : {"learner", "owner"}) {
    same(Give("users/bob", "users/pete", role, "courses/fire"), "courses/fire",
         Give("users/bob", "users/pete", role, "courses/none"), "courses/none");
    same(Give("users/bob", "users/pete", role, "courses/fire"), "",
         Give("users/bob", "users/none", role, "courses/fire"), "");
  }
  auto remove = Named<v1::DeleteAssignmentRequest>(missing);
  remove.set_allow_missing(true);
  EXPECT_EQ(Call<Empty>("users/bob", remove).code(), kDenied);

  // Who may read roles there is told what is the matter.
  Assign("users/bob", "viewer", "catalogs/safety");
  EXPECT_THAT(Give("users/bob", "users/pete", "reader", "catalogs/safety").message(),
              HasSubstr("may assign `reader`"));
  EXPECT_TRUE(Read("users/bob", there).ok());
  EXPECT_EQ(Read("users/bob", missing).code(), kDenied);
  EXPECT_EQ(Read("users/ann", missing).code(), kMissing);
}

TEST_F(RoleServiceTest, Rule17_ExclusiveRolesAreNotHeldOnOnePath) {
  Assign("users/bob", "auditor", "catalogs/safety", kYear2100);
  const auto refused = Give("users/ann", "users/bob", "trainer", "");
  EXPECT_THAT(refused.violations(), ElementsAre("EXCLUSIVE_ROLES"));
  EXPECT_THAT(refused.message(), HasSubstr("`audit`"));
  EXPECT_TRUE(Give("users/ann", "users/bob", "trainer", "catalogs/sales").ok());
  // Windows that never meet; one that is then made to.
  const auto later = Give("users/ann", "users/bob", "trainer", "", kYear2100);
  ASSERT_TRUE(later.ok()) << later.message();
  EXPECT_THAT(Change("users/ann", later.value.name(), {"not_before"}, kYear2100 - 1).violations(),
              ElementsAre("EXCLUSIVE_ROLES"));
  EXPECT_THAT(Give("users/ann", "users/bob", "auditor", "catalogs/sales").violations(),
              ElementsAre("EXCLUSIVE_ROLES"));
  // Groups count, and suspended assignments.
  MakeGroup("crew");
  AddMember("groups/crew", "users/bob");
  EXPECT_THAT(Give("users/ann", "groups/crew", "trainer", "catalogs/safety").violations(),
              ElementsAre("EXCLUSIVE_ROLES"));
  MakeUser("cat");
  const std::string asleep = Assign("users/cat", "auditor", "");
  ASSERT_TRUE(Change("users/ann", asleep, {"suspended"}, 0, true).ok());
  EXPECT_THAT(Give("users/ann", "users/cat", "trainer", "").violations(),
              ElementsAre("EXCLUSIVE_ROLES"));

  // Who may not read the roles of the subject does not learn which and where.
  const auto blind = Give("users/pete", "users/cat", "trainer", "catalogs/safety");
  EXPECT_THAT(blind.violations(), ElementsAre("EXCLUSIVE_ROLES"));
  EXPECT_THAT(blind.message(), Not(HasSubstr("auditor")));
  EXPECT_THAT(Test("users/pete", "users/cat", "trainer", "catalogs/safety").why(),
              Not(HasSubstr("auditor")));
}

TEST_F(RoleServiceTest, Rule19_UnderAFreezeGrantsGoAndDoNotCome) {
  const std::string one = Assign("users/bob", "learner", "courses/fire");
  const std::string two = Assign("users/bob", "learner", "courses/fire", kYear2100);
  const std::string asleep = Assign("users/bob", "reader", "catalogs/safety");
  ASSERT_TRUE(Change("users/ann", asleep, {"suspended"}, 0, true).ok());
  Hold("catalogs/safety");
  const auto refused = Give("users/ann", "users/bob", "learner", "courses/fire");
  EXPECT_THAT(refused.violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(refused.message(), HasSubstr("on hold"));
  EXPECT_THAT(Change("users/ann", asleep, {"suspended"}).violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Change("users/ann", two, {"expires"}, kYear2100 + 1).violations(),
              ElementsAre("FROZEN"));
  EXPECT_THAT(Change("users/ann", two, {"reason"}).violations(), ElementsAre("FROZEN"));
  EXPECT_TRUE(Change("users/ann", two, {"expires"}, kYear2100 - 1).ok());
  EXPECT_TRUE(Change("users/ann", two, {"suspended"}, 0, true).ok());
  EXPECT_TRUE(Take("users/ann", one).ok());
  EXPECT_THAT(
      Override("users/ann", "courses/fire", "learner", "course.read", v1::PREVENT).violations(),
      ElementsAre("FROZEN"));
}

TEST_F(RoleServiceTest, Rule22_SomebodyAlwaysHoldsTheTopRole) {
  v1::ListAssignmentsRequest list;
  list.set_parent(Full(""));
  list.set_role("owner");
  const auto owners = Call<v1::ListAssignmentsResponse>("users/ann", list);
  ASSERT_EQ(owners.value.assignments_size(), 1);
  const std::string anns = owners.value.assignments(0).name();
  // Neither by a group, nor for a time, nor from later on, nor asleep.
  MakeGroup("owners");
  AddMember("groups/owners", "users/bob");
  Assign("groups/owners", "owner", "");
  Assign("users/bob", "owner", "", kYear2100);
  ASSERT_TRUE(Give("users/ann", "users/bob", "owner", "", kYear2100).ok());
  const std::string bobs = Assign("users/bob", "owner", "");
  ASSERT_TRUE(Change("users/ann", bobs, {"suspended"}, 0, true).ok());
  EXPECT_THAT(Take("users/ann", anns).violations(), ElementsAre("TOP_ROLE"));
  EXPECT_THAT(Change("users/ann", anns, {"suspended"}, 0, true).violations(),
              ElementsAre("TOP_ROLE"));
  EXPECT_THAT(Change("users/ann", anns, {"expires"}, kYear2100).violations(),
              ElementsAre("TOP_ROLE"));
  EXPECT_THAT(Change("users/ann", anns, {"not_before"}, kYear2100).violations(),
              ElementsAre("TOP_ROLE"));
  EXPECT_TRUE(Change("users/ann", anns, {"reason"}).ok());
  ASSERT_TRUE(Change("users/ann", bobs, {"suspended"}).ok());
  EXPECT_TRUE(Take("users/ann", anns).ok());
  EXPECT_EQ(Take("users/ann", bobs).code(), kDenied);
  EXPECT_THAT(Take("users/bob", bobs).violations(), ElementsAre("TOP_ROLE"));
}

TEST_F(RoleServiceTest, Rule25_ListsShowWhatTheCallerMayRead) {
  MakeUser("vera");
  Assign("users/vera", "viewer", "catalogs/safety");
  Assign("users/bob", "learner", "courses/fire");
  Assign("users/bob", "learner", "catalogs/sales");
  Assign("users/bob", "reader", "");
  const std::vector<std::string> all = {
      "users/ann owner tenants/acme",      "users/pete people catalogs/safety",
      "users/vera viewer catalogs/safety", "users/bob learner courses/fire",
      "users/bob learner catalogs/sales",  "users/bob reader tenants/acme"};
  EXPECT_EQ(Assignments("users/ann"), all);
  EXPECT_EQ(Assignments("users/ann", "", "", "", 1), all);
  EXPECT_THAT(Assignments("users/ann", "."), ElementsAre(all[0], all[5]));
  EXPECT_THAT(Assignments("users/ann", "catalogs/safety"), ElementsAre(all[1], all[2]));
  EXPECT_THAT(Assignments("users/ann", "", "users/bob"), ElementsAre(all[3], all[4], all[5]));
  EXPECT_THAT(Assignments("users/ann", "", "users/bob", "learner"), ElementsAre(all[3], all[4]));
  EXPECT_THAT(Assignments("users/ann", "courses/fire", "", "reader"), IsEmpty());
  // At `safety` and below.
  EXPECT_THAT(Assignments("users/vera"), ElementsAre(all[1], all[2], all[3]));
  EXPECT_THAT(Assignments("users/vera", "", "users/bob"), ElementsAre(all[3]));
  for (const char* hidden : {"catalogs/sales", "catalogs/none"}) {
    EXPECT_THAT(Assignments("users/vera", hidden), IsEmpty());
  }
  EXPECT_THAT(Assignments("users/vera", "", "users/none"), IsEmpty());
  EXPECT_THAT(Assignments("users/pete", "courses/fire"), IsEmpty());
  // A further page would tell that there is something hidden.
  v1::ListAssignmentsRequest request;
  request.set_parent(Full(""));
  request.set_page_size(3);
  EXPECT_EQ(Call<v1::ListAssignmentsResponse>("users/vera", request).value.next_page_token(), "");

  // About oneself, by the fact `self`, without granter and reason.
  const auto own = Call<v1::ListAssignmentsResponse>("users/bob", request);
  ASSERT_EQ(own.value.assignments_size(), 2);  // `self` is asked at the tenant and catalogs here
  EXPECT_EQ(own.value.assignments(0).role(), "learner");
  EXPECT_EQ(own.value.assignments(0).granted_by(), "");
  request.set_page_size(-1);
  EXPECT_THAT(Call<v1::ListAssignmentsResponse>("users/ann", request).bad_fields(),
              ElementsAre(Key("page_size")));
}

TEST_F(RoleServiceTest, Rule10_ListsContinueAsTheyBegan) {
  for (int i = 0; i < 4; ++i) Assign("users/bob", "learner", "courses/fire");
  v1::ListAssignmentsRequest request;
  request.set_parent(Full(""));
  request.set_scope(Full("courses/fire"));
  request.set_page_size(2);
  const auto first = Call<v1::ListAssignmentsResponse>("users/ann", request);
  ASSERT_EQ(first.value.assignments_size(), 2);
  Assign("users/pete", "learner", "courses/fire");
  request.set_page_token(first.value.next_page_token());
  request.set_page_size(0);
  const auto second = Call<v1::ListAssignmentsResponse>("users/ann", request);
  ASSERT_EQ(second.value.assignments_size(), 2);
  EXPECT_EQ(second.value.assignments(1).subject(), Full("users/bob"));
  EXPECT_EQ(second.value.next_page_token(), "");
  // A token is for its request and its caller.
  EXPECT_THAT(Call<v1::ListAssignmentsResponse>("users/pete", request).bad_fields(),
              ElementsAre(Key("page_token")));
  request.set_role("learner");
  EXPECT_THAT(Call<v1::ListAssignmentsResponse>("users/ann", request).bad_fields(),
              ElementsAre(Key("page_token")));
}

TEST_F(RoleServiceTest, RetriesGetTheFirstAnswerAndValidateOnlyChangesNothing) {
  auto create = Assigning("users/bob", "learner", "courses/fire");
  create.set_validate_only(true);
  create.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f");
  EXPECT_TRUE(Call<v1::Assignment>("users/ann", create).ok());
  EXPECT_EQ(Call<v1::Assignment>("users/bob", create).code(), kDenied);
  EXPECT_THAT(Assignments("users/ann", "courses/fire"), IsEmpty());
  create.set_validate_only(false);
  const auto first = Call<v1::Assignment>("users/ann", create);
  const auto again = Call<v1::Assignment>("users/ann", create);
  EXPECT_EQ(again.value.SerializeAsString(), first.value.SerializeAsString());
  EXPECT_EQ(Assignments("users/ann", "courses/fire").size(), 1u);
  create.mutable_assignment()->set_reason("another");
  EXPECT_THAT(Call<v1::Assignment>("users/ann", create).bad_fields(),
              ElementsAre(Key("request_id")));

  auto remove = Named<v1::DeleteAssignmentRequest>(first.value.name());
  remove.set_validate_only(true);
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());
  EXPECT_TRUE(Read("users/ann", first.value.name()).ok());
  remove.set_validate_only(false);
  remove.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e60");
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());
}

TEST_F(RoleServiceTest, TestAssignSaysWhatCreateAssignmentWouldAndByWhichRule) {
  Assign("users/bob", "auditor", "catalogs/safety");
  EXPECT_TRUE(Test("users/ann", "users/bob", "learner", "courses/fire").allowed());
  EXPECT_EQ(Test("users/ann", "users/bob", "learner", "courses/fire").rule(), 0);
  EXPECT_THAT(Assignments("users/ann", "courses/fire"), IsEmpty());
  const auto expect = [&](const v1::TestAssignResponse& answer, int rule, const char* why) {
    EXPECT_FALSE(answer.allowed());
    EXPECT_EQ(answer.rule(), rule) << answer.why();
    EXPECT_THAT(answer.why(), HasSubstr(why));
  };
  expect(Test("users/ann", "users/none", "learner", "courses/fire"), 1, "there is no subject");
  expect(Test("users/ann", "users/bob", "learner", "courses/none"), 1, "there is no scope");
  expect(Test("users/ann", "users/bob", "learner", ""), 0, "cannot be held at a TENANT");
  expect(Test("users/ann", "users/bob", "trainer", "catalogs/safety"), 17, "`audit`");
  expect(Test("users/ann", "users/bob", "learner", "courses/fire", "users/bob"), 11,
         "`users/bob` holds no role");
  Hold("catalogs/safety");
  expect(Test("users/ann", "users/bob", "learner", "courses/fire"), 19, "on hold");
  v1::SuspendUserRequest suspend;
  suspend.set_name(Full("users/pete"));
  ASSERT_TRUE(Call<v1::User>("users/ann", suspend).ok());
  expect(Test("users/ann", "users/bob", "learner", "catalogs/sales", "users/pete"), 6, "suspended");

  v1::TestAssignRequest request;
  request.set_subject(Full("users/bob"));
  request.set_role("lerner");
  request.set_scope(Full("courses/fire"));
  EXPECT_THAT(Call<v1::TestAssignResponse>("users/ann", request).bad_fields(),
              ElementsAre(Key("role")));
}

TEST_F(RoleServiceTest, TestAssignGoesByTheTimeAndWindowAskedAbout) {
  MakeUser("tom");
  Assign("users/tom", "owner", "", kYear2100);
  v1::TestAssignRequest request;
  request.set_subject(Full("users/bob"));
  request.set_role("people");
  request.set_scope(Full(""));
  const auto allowed = [&] {
    const auto answer = Call<v1::TestAssignResponse>("users/tom", request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    return answer.value.allowed();
  };
  EXPECT_FALSE(allowed());  // for longer than tom has the right
  request.mutable_expires()->set_seconds(kYear2100);
  EXPECT_TRUE(allowed());
  request.mutable_time()->set_seconds(kYear2100);
  EXPECT_FALSE(allowed());
  request.mutable_time()->set_nanos(1000000000);
  EXPECT_THAT(Call<v1::TestAssignResponse>("users/tom", request).bad_fields(),
              ElementsAre(Key("time")));
}

TEST_F(RoleServiceTest, Rule25_TestAssignTellsNoMoreThanIsReadable) {
  // Bob may nothing: no right, no scope and no subject look alike.
  const v1::TestAssignResponse plain = Test("users/bob", "users/pete", "learner", "courses/fire");
  EXPECT_FALSE(plain.allowed());
  EXPECT_EQ(plain.rule(), 11);
  EXPECT_THAT(plain.why(), Not(HasSubstr("role")));
  const std::string why = absl::StrReplaceAll(plain.why(), {{"courses/fire", "X"}});
  for (const char* scope : {"courses/fire", "courses/none", "catalogs/none", ""}) {
    for (const char* subject : {"users/pete", "users/none"}) {
      for (const char* role : {"learner", "owner"}) {
        const v1::TestAssignResponse answer = Test("users/bob", subject, role, scope);
        EXPECT_EQ(answer.rule(), 11);
        EXPECT_EQ(absl::StrReplaceAll(answer.why(), {{Full(scope), "tenants/acme/X"}}), why);
      }
    }
  }
  // About others it takes `access.explain` there.
  v1::TestAssignRequest about;
  about.set_actor(Full("users/pete"));
  about.set_subject(Full("users/bob"));
  about.set_role("learner");
  about.set_scope(Full("courses/fire"));
  EXPECT_EQ(Call<v1::TestAssignResponse>("users/bob", about).code(), kDenied);
  Assign("users/bob", "inquirer", "catalogs/safety");
  EXPECT_TRUE(Test("users/bob", "users/bob", "learner", "courses/fire", "users/pete").allowed());
  about.set_scope(Full("catalogs/sales"));
  EXPECT_EQ(Call<v1::TestAssignResponse>("users/bob", about).code(), kDenied);
}

TEST_F(RoleServiceTest, OverridesHaveTheStandardMethods) {
  Assign("users/bob", "learner", "courses/fire");
  EXPECT_TRUE(May("users/bob", "course.read", "courses/fire"));
  auto create = Overriding("catalogs/safety", "learner", "course.read", v1::PREVENT);
  create.mutable_override()->set_reason("closed");
  create.mutable_override()->set_author(Full("users/bob"));
  create.set_validate_only(true);
  ASSERT_TRUE(Call<v1::Override>("users/ann", create).ok());
  EXPECT_TRUE(May("users/bob", "course.read", "courses/fire"));
  create.set_validate_only(false);
  const auto created = Call<v1::Override>("users/ann", create);
  ASSERT_TRUE(created.ok()) << created.message();
  EXPECT_FALSE(May("users/bob", "course.read", "courses/fire"));
  EXPECT_THAT(created.value.name(), HasSubstr(".learner.course.read"));
  EXPECT_EQ(created.value.author(), Full("users/ann"));
  EXPECT_EQ(created.value.scope(), Full("catalogs/safety"));
  EXPECT_EQ(Call<v1::Override>("users/ann", create).code(), grpc::StatusCode::ALREADY_EXISTS);

  v1::UpdateOverrideRequest update;
  update.mutable_override()->set_name(created.value.name());
  update.mutable_override()->set_effect(v1::ALLOW);
  update.mutable_override()->mutable_facts()->add_facts("published");
  update.mutable_override()->set_etag(created.value.etag());
  const auto updated = Call<v1::Override>("users/ann", update);
  ASSERT_TRUE(updated.ok()) << updated.message();
  EXPECT_EQ(updated.value.reason(), "closed");
  EXPECT_FALSE(May("users/bob", "course.read", "courses/fire"));
  EXPECT_TRUE(May("users/bob", "course.read", "courses/fire", {"published"}));
  EXPECT_EQ(Call<v1::Override>("users/ann", update).code(), kAborted);
  Restart();
  const auto get = Named<v1::GetOverrideRequest>(created.value.name());
  EXPECT_EQ(Call<v1::Override>("users/ann", get).value.SerializeAsString(),
            updated.value.SerializeAsString());
  EXPECT_TRUE(May("users/bob", "course.read", "courses/fire", {"published"}));
  // Set to nothing, the facts are those of the cell again, which are none.
  update.Clear();
  update.mutable_override()->set_name(created.value.name());
  update.mutable_update_mask()->add_paths("facts");
  EXPECT_FALSE(Call<v1::Override>("users/ann", update).value.has_facts());
  EXPECT_TRUE(May("users/bob", "course.read", "courses/fire"));

  auto remove = Named<v1::DeleteOverrideRequest>(created.value.name());
  remove.set_etag(created.value.etag());
  EXPECT_EQ(Call<Empty>("users/ann", remove).code(), kAborted);
  remove.clear_etag();
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());
  EXPECT_EQ(Call<Empty>("users/ann", remove).code(), kMissing);
  remove.set_allow_missing(true);
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());
  EXPECT_EQ(Call<v1::Override>("users/ann", get).code(), kMissing);
}

TEST_F(RoleServiceTest, OverridesBadInputNamesEachField) {
  auto create = Overriding("courses/fire", "lerner", "course.rea", v1::ALLOW);
  const auto typos = Call<v1::Override>("users/ann", create);
  EXPECT_THAT(typos.bad_fields(), ElementsAre(Key("override.permission"), Key("override.role")));
  EXPECT_THAT(typos.message(), HasSubstr("`course.read`"));
  create = Overriding("courses/fire", "learner", "course.read", v1::EFFECT_UNSPECIFIED);
  create.mutable_override()->set_reason(std::string(1001, 'x'));
  EXPECT_THAT(Call<v1::Override>("users/ann", create).bad_fields(),
              ElementsAre(Key("override.effect"), Key("override.reason")));
  create = Overriding("courses/fire", "learner", "course.read", v1::PREVENT);
  create.mutable_override()->mutable_facts()->add_facts("publishd");
  EXPECT_THAT(Call<v1::Override>("users/ann", create).bad_fields(),
              ElementsAre(Key("override.facts"), Key("override.facts.facts[0]")));
  create.mutable_override()->set_scope(Full("courses/none"));
  EXPECT_EQ(Call<v1::Override>("users/ann", create).code(), kMissing);

  const auto made = Allow("users/ann", "courses/fire", "course.read", {});
  ASSERT_TRUE(made.ok()) << made.message();
  v1::UpdateOverrideRequest update;
  update.mutable_override()->set_name(Full("users/bob"));
  EXPECT_THAT(Call<v1::Override>("users/ann", update).bad_fields(),
              ElementsAre(Key("override.name")));
  update.mutable_override()->set_name(made.value.name());
  update.mutable_update_mask()->add_paths("permission");
  EXPECT_THAT(Call<v1::Override>("users/ann", update).bad_fields(),
              ElementsAre(Key("update_mask.paths[0]")));
  update.mutable_update_mask()->set_paths(0, "effect");
  EXPECT_THAT(Call<v1::Override>("users/ann", update).bad_fields(),
              ElementsAre(Key("override.effect")));
}

TEST_F(RoleServiceTest, Rule16_AnOverrideGivesNoMoreThanItsWriterMay) {
  MakeUser("lea");
  Assign("users/lea", "lead", "catalogs/safety");
  const auto taken = Override("users/lea", "courses/fire", "learner", "course.read", v1::PREVENT);
  ASSERT_TRUE(taken.ok()) << taken.message();
  // What was taken may be given again, by who is allowed it there.
  EXPECT_TRUE(Call<Empty>("users/lea", Named<v1::DeleteOverrideRequest>(taken.value.name())).ok());
  EXPECT_EQ(Allow("users/lea", "courses/fire", "course.update", {}).code(), kDenied);
  // Under the facts under which lea may it herself.
  EXPECT_EQ(Allow("users/lea", "courses/fire", "course.grade", {}).code(), kDenied);
  EXPECT_EQ(Allow("users/lea", "courses/fire", "course.grade", {"manages"}).code(), kDenied);
  const auto given = Allow("users/lea", "courses/fire", "course.grade", {"manages", "published"});
  ASSERT_TRUE(given.ok()) << given.message();
  v1::UpdateOverrideRequest widen;
  widen.mutable_override()->set_name(given.value.name());
  widen.mutable_override()->mutable_facts()->add_facts("manages");
  EXPECT_EQ(Call<v1::Override>("users/lea", widen).code(), kDenied);
  // Neither another role, nor elsewhere.
  EXPECT_EQ(Override("users/lea", "courses/fire", "viewer", "course.read", v1::PREVENT).code(),
            kDenied);
  EXPECT_EQ(Override("users/lea", "catalogs/sales", "learner", "course.read", v1::PREVENT).code(),
            kDenied);
  // Without `role.override` there is nothing to be judged.
  EXPECT_EQ(Override("users/pete", "courses/fire", "learner", "course.read", v1::PREVENT).code(),
            kDenied);

  // Removing a PREVENT gives what it took.
  ASSERT_TRUE(Override("users/ann", "courses/fire", "learner", "course.update", v1::ALLOW).ok());
  const auto above =
      Override("users/ann", "courses/fire", "learner", "course.archive", v1::PREVENT);
  ASSERT_TRUE(above.ok()) << above.message();
  EXPECT_TRUE(Call<Empty>("users/lea", Named<v1::DeleteOverrideRequest>(above.value.name())).ok());
}

TEST_F(RoleServiceTest, Rule16_ProhibitAndLocksAreTouchedOnlyWithRoleProhibit) {
  MakeUser("lea");
  Assign("users/lea", "lead", "catalogs/safety");
  EXPECT_EQ(Override("users/lea", "courses/fire", "learner", "course.read", v1::PROHIBIT).code(),
            kDenied);
  EXPECT_EQ(Allow("users/lea", "courses/fire", "course.read", {}, /*lock=*/true).code(), kDenied);
  const auto mine = Allow("users/lea", "courses/fire", "course.read", {});
  ASSERT_TRUE(mine.ok()) << mine.message();
  v1::UpdateOverrideRequest update;
  update.mutable_override()->set_name(mine.value.name());
  update.mutable_override()->set_locked(true);
  EXPECT_EQ(Call<v1::Override>("users/lea", update).code(), kDenied);
  ASSERT_TRUE(Call<v1::Override>("users/ann", update).ok());
  // A locked one is not hers to change, nor to remove.
  update.mutable_override()->set_locked(false);
  update.mutable_update_mask()->add_paths("locked");
  EXPECT_EQ(Call<v1::Override>("users/lea", update).code(), kDenied);
  const auto remove = Named<v1::DeleteOverrideRequest>(mine.value.name());
  EXPECT_EQ(Call<Empty>("users/lea", remove).code(), kDenied);
  EXPECT_TRUE(Call<Empty>("users/ann", remove).ok());

  Assign("users/bob", "learner", "courses/fire");
  ASSERT_TRUE(Allow("users/ann", "catalogs/safety", "course.read", {}, /*lock=*/true).ok());
  ASSERT_TRUE(Override("users/ann", "courses/fire", "learner", "course.read", v1::PREVENT).ok());
  EXPECT_TRUE(May("users/bob", "course.read", "courses/fire"));  // below a lock
  ASSERT_TRUE(Override("users/ann", "", "learner", "course.read", v1::PROHIBIT).ok());
  EXPECT_FALSE(May("users/bob", "course.read", "courses/fire"));
}

TEST_F(RoleServiceTest, Rule3_OverridesOfOneScopeNameAtMostFourSetsOfFacts) {
  Assign("users/bob", "learner", "courses/fire");
  ASSERT_TRUE(Override("users/ann", "", "learner", "course.read", v1::PREVENT).ok());
  ASSERT_TRUE(Allow("users/ann", "courses/fire", "course.archive", {"self"}).ok());
  ASSERT_TRUE(Allow("users/ann", "courses/fire", "course.update", {"published"}).ok());
  ASSERT_TRUE(Allow("users/ann", "courses/fire", "course.export", {"manages"}).ok());
  const auto fourth = Allow("users/ann", "courses/fire", "course.grade", {"same_cohort"});
  ASSERT_TRUE(fourth.ok()) << fourth.message();
  for (const char* fact : {"self", "published", "manages", "same_cohort"}) {
    EXPECT_TRUE(May("users/bob", "course.read", "courses/fire", {fact})) << fact;
  }
  const auto fifth = Allow("users/ann", "courses/fire", "course.share", {"enrollment_open"});
  EXPECT_THAT(fifth.violations(), ElementsAre("TOO_MANY_FACT_SETS"));
  EXPECT_THAT(fifth.message(), HasSubstr("`course.read`"));
  EXPECT_THAT(fifth.message(), HasSubstr("the limit of 4"));
  // The same set again is none more, and neither is another effect or another scope.
  const auto same = Allow("users/ann", "courses/fire", "course.share", {"same_cohort"});
  ASSERT_TRUE(same.ok()) << same.message();
  v1::UpdateOverrideRequest update;
  update.mutable_override()->set_name(same.value.name());
  update.mutable_override()->mutable_facts()->add_facts("enrollment_open");
  EXPECT_THAT(Call<v1::Override>("users/ann", update).violations(),
              ElementsAre("TOO_MANY_FACT_SETS"));
  ASSERT_TRUE(Call<Empty>("users/ann", Named<v1::DeleteOverrideRequest>(fourth.value.name())).ok());
  EXPECT_THAT(Call<v1::Override>("users/ann", update).violations(),
              ElementsAre());  // four of them now
  EXPECT_TRUE(May("users/bob", "course.read", "courses/fire", {"enrollment_open"}));
  EXPECT_TRUE(Allow("users/ann", "catalogs/safety", "course.grade", {"same_cohort"}).ok());
}

TEST_F(RoleServiceTest, Rule25_ListsOfOverridesShowWhatTheCallerMayRead) {
  ASSERT_TRUE(Override("users/ann", "courses/fire", "learner", "course.read", v1::PREVENT).ok());
  ASSERT_TRUE(Override("users/ann", "courses/fire", "lead", "course.read", v1::PREVENT).ok());
  ASSERT_TRUE(Override("users/ann", "catalogs/sales", "learner", "course.grade", v1::ALLOW).ok());
  const std::vector<std::string> all = {"catalogs/sales learner course.grade",
                                        "courses/fire lead course.read",
                                        "courses/fire learner course.read"};
  EXPECT_EQ(Overrides("users/ann"), all);
  EXPECT_EQ(Overrides("users/ann", "", "", 1), all);
  EXPECT_THAT(Overrides("users/ann", "", "learner"), ElementsAre(all[0], all[2]));
  EXPECT_THAT(Overrides("users/ann", "courses/fire"), ElementsAre(all[1], all[2]));
  EXPECT_THAT(Overrides("users/ann", "catalogs/safety"), IsEmpty());
  Assign("users/bob", "viewer", "catalogs/safety");
  EXPECT_THAT(Overrides("users/bob"), ElementsAre(all[1], all[2]));
  EXPECT_THAT(Overrides("users/bob", "catalogs/sales"), IsEmpty());
  EXPECT_THAT(Overrides("users/bob", "catalogs/none"), IsEmpty());
  EXPECT_THAT(Overrides("users/pete"), IsEmpty());
}

TEST_F(RoleServiceTest, Rule19_FreezesAreLiftedWhereTheyStandByTheirOwnPermission) {
  MakeUser("leo");
  Assign("users/leo", "locker", "catalogs/safety");
  const auto frozen = Freeze("users/leo", "courses/fire", v1::Scope::ARCHIVE);
  ASSERT_TRUE(frozen.ok()) << frozen.message();
  EXPECT_TRUE(frozen.value.archived());
  EXPECT_FALSE(frozen.value.held());
  EXPECT_EQ(frozen.value.parent_scope(), Full("catalogs/safety"));
  EXPECT_EQ(frozen.value.kind(), v1::Scope::COURSE);
  EXPECT_EQ(Freeze("users/leo", "courses/fire", v1::Scope::HOLD).code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  ASSERT_TRUE(Freeze("users/leo", "catalogs/safety", v1::Scope::HOLD).ok());
  Restart();
  // Not while a freeze above stands, and not by lifting that one.
  EXPECT_THAT(Lift("users/leo", "courses/fire", v1::Scope::ARCHIVE).violations(),
              ElementsAre("FROZEN"));
  EXPECT_TRUE(Lift("users/leo", "catalogs/safety", v1::Scope::HOLD).ok());
  EXPECT_FALSE(May("users/ann", "course.update", "courses/fire"));
  const auto lifted = Lift("users/leo", "courses/fire", v1::Scope::ARCHIVE);
  ASSERT_TRUE(lifted.ok()) << lifted.message();
  EXPECT_FALSE(lifted.value.archived());
  EXPECT_TRUE(May("users/ann", "course.update", "courses/fire"));
  EXPECT_TRUE(Lift("users/leo", "courses/fire", v1::Scope::ARCHIVE).ok());  // nothing to lift

  EXPECT_EQ(Freeze("users/leo", "catalogs/sales", v1::Scope::HOLD).code(), kDenied);
  EXPECT_EQ(Freeze("users/pete", "courses/fire", v1::Scope::HOLD).message(),
            absl::StrReplaceAll(Freeze("users/pete", "courses/none", v1::Scope::HOLD).message(),
                                {{"none", "fire"}}));
  EXPECT_THAT(Freeze("users/ann", "courses/fire", v1::Scope::NOT_FROZEN).bad_fields(),
              ElementsAre(Key("freeze")));
  EXPECT_THAT(Freeze("users/ann", "users/bob", v1::Scope::HOLD).bad_fields(),
              ElementsAre(Key("name")));
  EXPECT_EQ(Freeze("users/ann", "courses/none", v1::Scope::HOLD).code(), kMissing);
}

TEST_F(RoleServiceTest, Rule19_AFrozenTenantIsLiftedByItsOwnPermission) {
  MakeUser("leo");
  Assign("users/leo", "locker", "");
  for (const auto freeze : {v1::Scope::ARCHIVE, v1::Scope::HOLD}) {
    auto request = Named<v1::FreezeScopeRequest>(Full(""));
    request.set_freeze(freeze);
    request.set_validate_only(true);
    ASSERT_TRUE(Call<v1::ScopeState>("users/leo", request).ok());
    EXPECT_TRUE(May("users/ann", "course.update", "courses/fire"));
    request.set_validate_only(false);
    ASSERT_TRUE(Call<v1::ScopeState>("users/leo", request).ok());
    EXPECT_FALSE(May("users/ann", "course.update", "courses/fire"));
    EXPECT_THAT(Give("users/ann", "users/bob", "learner", "courses/fire").violations(),
                ElementsAre("FROZEN"));
    EXPECT_THAT(
        Lift("users/leo", "", freeze == v1::Scope::HOLD ? v1::Scope::ARCHIVE : v1::Scope::HOLD)
            .violations(),
        ElementsAre("FROZEN"));
    const auto lifted = Lift("users/leo", "", freeze);
    ASSERT_TRUE(lifted.ok()) << lifted.message();
    EXPECT_EQ(lifted.value.parent_scope(), "");
    EXPECT_TRUE(May("users/ann", "course.update", "courses/fire"));
  }
}

TEST_F(RoleServiceTest, ListRolesIsForWhoReadsRoles) {
  v1::ListRolesRequest request;
  request.set_parent(Full(""));
  EXPECT_EQ(Call<v1::ListRolesResponse>("users/pete", request).code(), kDenied);
  request.set_page_size(4);
  std::vector<std::string> names;
  for (;;) {
    const auto answer = Call<v1::ListRolesResponse>("users/ann", request);
    ASSERT_TRUE(answer.ok()) << answer.message();
    for (const v1::RoleSummary& role : answer.value.roles()) {
      names.push_back(role.role());
      EXPECT_EQ(role.top_role(), role.role() == "owner");
      EXPECT_EQ(role.default_role(), role.role() == "member");
      EXPECT_FALSE(role.custom());
      if (role.role() == "learner") {
        EXPECT_EQ(role.title(), "Learns");
        EXPECT_THAT(role.assignable_at(), ElementsAre(v1::Scope::CATALOG, v1::Scope::COURSE));
      }
      if (role.role() == "people") {
        EXPECT_THAT(role.may_assign(),
                    ::testing::UnorderedElementsAre("learner", "reader", "trainer"));
      }
    }
    if (answer.value.next_page_token().empty()) break;
    request.set_page_token(answer.value.next_page_token());
  }
  EXPECT_THAT(names, ElementsAre("owner", "people", "lead", "viewer", "inquirer", "reader",
                                 "locker", "trainer", "auditor", "learner", "member"));
}

}  // namespace
}  // namespace provost
