#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "provost/v1/access_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

using Held = v1::Explanation::HeldRole;
using Strings = std::vector<std::string>;

constexpr int64_t kYear2100 = 4102444800;

// What users of these tests hold: bob and the group `crew`, with eve in it, learn; dan edits; cat
// asks about others. Two catalogs with a course each: `fire` in `safety`, `cook` in `kitchen`.
class AccessServiceTest : public AcmeTest {
 protected:
  void SetUp() override {
    MakeCatalog("safety");
    MakeCatalog("kitchen");
    MakeCourse("fire", "catalogs/safety");
    MakeCourse("cook", "catalogs/kitchen");
    for (const char* id : {"bob", "cat", "dan", "eve"}) MakeUser(id);
    MakeGroup("crew");
    AddMember("groups/crew", "users/eve");
    Assign("users/bob", "learner", "courses/fire");
    Assign("users/cat", "inquirer", "catalogs/safety");
    Assign("users/dan", "editor", "catalogs/safety");
    Assign("groups/crew", "learner", "catalogs/safety");
  }

  template <typename Request = v1::CheckRequest>
  static Request Ask(absl::string_view subject, absl::string_view permission,
                     absl::string_view scope, const Strings& facts = {}) {
    Request request;
    if (!subject.empty()) request.set_subject(Full(subject));
    request.set_permission(std::string(permission));
    request.set_scope(Full(scope));
    for (const std::string& fact : facts) request.add_facts(fact);
    return request;
  }
  template <typename Request>
  static Request As(Request request, absl::string_view role, absl::string_view scope) {
    request.mutable_acting_as()->set_role(std::string(role));
    request.mutable_acting_as()->set_scope(Full(scope));
    return request;
  }
  template <typename Request>
  static Request At(Request request, int64_t seconds, int32_t nanos = 0) {
    request.mutable_time()->set_seconds(seconds);
    request.mutable_time()->set_nanos(nanos);
    return request;
  }

  // The reason, or what the call was refused with.
  std::string Reason(absl::string_view actor, const v1::CheckRequest& request) {
    const auto answer = Call<v1::CheckResponse>(actor, request);
    if (!answer.ok()) return answer.message();
    EXPECT_EQ(answer.value.allowed(), answer.value.reason() == v1::Decision::ALLOWED);
    return v1::Decision::Reason_Name(answer.value.reason());
  }
  std::string Reason(absl::string_view subject, absl::string_view permission,
                     absl::string_view scope, const Strings& facts = {}) {
    return Reason("users/ann", Ask(subject, permission, scope, facts));
  }
  v1::Explanation Explain(absl::string_view actor, const v1::ExplainRequest& request) {
    const auto answer = Call<v1::ExplainResponse>(actor, request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    return answer.value.explanation();
  }
  v1::Explanation Explain(absl::string_view actor, absl::string_view subject,
                          absl::string_view permission, absl::string_view scope) {
    return Explain(actor, Ask<v1::ExplainRequest>(subject, permission, scope));
  }
  std::string Override(absl::string_view role, absl::string_view permission,
                       absl::string_view scope, v1::Effect effect, bool locked = false) {
    v1::CreateOverrideRequest request;
    request.set_parent(Full(""));
    request.mutable_override()->set_scope(Full(scope));
    request.mutable_override()->set_role(std::string(role));
    request.mutable_override()->set_permission(std::string(permission));
    request.mutable_override()->set_effect(effect);
    request.mutable_override()->set_locked(locked);
    const auto answer = Call<v1::Override>("users/ann", request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    return answer.value.name();
  }
  void Suspend(absl::string_view user) {
    v1::SuspendUserRequest request;
    request.set_name(Full(user));
    const auto answer = Call<v1::User>("users/ann", request);
    ASSERT_TRUE(answer.ok()) << answer.message();
  }

  static v1::ListPermissionsRequest PermissionsOf(absl::string_view subject,
                                                  absl::string_view scope) {
    v1::ListPermissionsRequest request;
    request.set_subject(Full(subject));
    request.set_scope(Full(scope));
    return request;
  }
  static v1::ListSubjectsRequest SubjectsThat(absl::string_view permission,
                                              absl::string_view scope) {
    v1::ListSubjectsRequest request;
    request.set_permission(std::string(permission));
    request.set_scope(Full(scope));
    return request;
  }
  static v1::ListScopesRequest ScopesWhere(absl::string_view subject,
                                           absl::string_view permission) {
    v1::ListScopesRequest request;
    request.set_parent(Full(""));
    request.set_subject(Full(subject));
    request.set_permission(std::string(permission));
    return request;
  }
  static v1::CheckGridRequest Grid(absl::string_view subject, const Strings& permissions,
                                   const Strings& scopes) {
    v1::CheckGridRequest request;
    request.set_subject(Full(subject));
    for (const std::string& permission : permissions) request.add_permissions(permission);
    for (const std::string& scope : scopes) request.add_scopes(Full(scope));
    return request;
  }

  static Strings Items(const v1::ListPermissionsResponse& page) {
    return Strings(page.permissions().begin(), page.permissions().end());
  }
  static Strings Items(const v1::ListSubjectsResponse& page) {
    return Strings(page.subjects().begin(), page.subjects().end());
  }
  static Strings Items(const v1::ListScopesResponse& page) {
    return Strings(page.scopes().begin(), page.scopes().end());
  }
  // A whole list, read in pages of `page_size`.
  template <typename Response, typename Request>
  Strings List(absl::string_view actor, Request request, int page_size = 0) {
    Strings all;
    request.set_page_size(page_size);
    for (;;) {
      const auto answer = Call<Response>(actor, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      const Strings items = Items(answer.value);
      EXPECT_LE(static_cast<int>(items.size()), page_size == 0 ? 100 : page_size);
      all.insert(all.end(), items.begin(), items.end());
      if (answer.value.next_page_token().empty()) return all;
      EXPECT_THAT(items, Not(IsEmpty()));
      request.set_page_token(answer.value.next_page_token());
    }
  }
  Strings List(const v1::ListPermissionsRequest& request, int page_size = 0) {
    return List<v1::ListPermissionsResponse>("users/ann", request, page_size);
  }
  Strings List(const v1::ListSubjectsRequest& request, int page_size = 0) {
    return List<v1::ListSubjectsResponse>("users/ann", request, page_size);
  }
  Strings List(const v1::ListScopesRequest& request, int page_size = 0) {
    return List<v1::ListScopesResponse>("users/ann", request, page_size);
  }

  // Every method of the service that asks about one subject, at one scope, as `actor`: the status
  // of each, by the method's name. ListScopes looks at the whole tenant.
  std::vector<std::pair<std::string, grpc::Status>> AskAll(absl::string_view actor,
                                                           absl::string_view subject,
                                                           absl::string_view scope) {
    const std::string permission = "course.read";
    v1::BatchCheckRequest batch;
    *batch.add_requests() = Ask(subject, permission, scope);
    return {
        {"Check", Call<v1::CheckResponse>(actor, Ask(subject, permission, scope)).status},
        {"BatchCheck", Call<v1::BatchCheckResponse>(actor, batch).status},
        {"CheckGrid",
         Call<v1::CheckGridResponse>(actor, Grid(subject, {permission}, {std::string(scope)}))
             .status},
        {"Explain",
         Call<v1::ExplainResponse>(actor, Ask<v1::ExplainRequest>(subject, permission, scope))
             .status},
        {"ListPermissions",
         Call<v1::ListPermissionsResponse>(actor, PermissionsOf(subject, scope)).status},
        {"ListScopes",
         Call<v1::ListScopesResponse>(actor, ScopesWhere(subject, permission)).status},
    };
  }
};

TEST_F(AccessServiceTest, Rule8_TheFirstReasonThatApplies) {
  Suspend("users/bob");
  Assign("users/dan", "banned", "courses/cook");
  Override("learner", "course.read", "courses/cook", v1::PREVENT);
  Assign("users/eve", "learner", "courses/cook");
  Hold("catalogs/kitchen");

  EXPECT_EQ(Reason("users/eve", "course.read", "courses/fire"), "ALLOWED");
  EXPECT_EQ(Reason("users/nobody", "course.read", "courses/none"), "UNKNOWN_SUBJECT");
  EXPECT_EQ(Reason("users/bob", "course.read", "courses/none"), "SUSPENDED");
  EXPECT_EQ(Reason("users/dan", "course.read", "courses/none"), "UNKNOWN_SCOPE");
  EXPECT_EQ(Reason("users/dan", "course.read", "courses/cook"), "PROHIBITED");
  EXPECT_EQ(Reason("users/ann", "course.update", "courses/cook"), "FROZEN");
  EXPECT_EQ(Reason("users/ann", "course.read", "courses/cook"), "ALLOWED");
  EXPECT_EQ(Reason("users/dan", "course.update", "courses/fire"), "MISSING_FACTS");
  EXPECT_EQ(Reason("users/eve", "course.read", "courses/cook"), "PREVENTED");
  EXPECT_EQ(Reason("users/cat", "course.read", "courses/cook"), "NO_ROLE");
  EXPECT_EQ(Reason("users/cat", "course.read", "courses/fire"), "NOT_GRANTED");
}

// One question put in all seven ways, for every subject, permission and scope of a small world.
TEST_F(AccessServiceTest, Rules9And10_AllAnswersAgree) {
  Override("learner", "course.read", "courses/fire", v1::PREVENT);
  Assign("users/bob", "learner", "courses/cook", kYear2100);
  Assign("users/dan", "banned", "courses/cook");
  Hold("courses/cook");
  const Strings subjects = {"users/ann", "users/bob", "users/dan", "users/eve", "groups/crew"};
  const Strings scopes = {"", "catalogs/safety", "courses/fire", "courses/cook"};
  const Strings permissions = {"course.read", "course.update", "user.read", "role.switch"};
  const std::set<std::string> only_courses = {"course.read", "course.update"};
  int allowed_count = 0;
  int denied_count = 0;
  for (const Strings& facts : {Strings(), Strings({"published", "self"})}) {
    for (const int64_t seconds : {int64_t{0}, kYear2100}) {
      const auto with = [&](auto request) {
        request.clear_facts();
        for (const std::string& fact : facts) request.add_facts(fact);
        if (seconds != 0) request.mutable_time()->set_seconds(seconds);
        return request;
      };
      for (const std::string& subject : subjects) {
        const std::string bits =
            Call<v1::CheckGridResponse>("users/ann", with(Grid(subject, permissions, scopes)))
                .value.allowed();
        for (size_t p = 0; p < permissions.size(); ++p) {
          const Strings where = List(with(ScopesWhere(subject, permissions[p])), 1);
          for (size_t s = 0; s < scopes.size(); ++s) {
            SCOPED_TRACE(absl::StrCat(subject, " ", permissions[p], " ", scopes[s]));
            const size_t n = p * scopes.size() + s;
            const bool bit = (bits[n / 8] >> (n % 8) & 1) != 0;
            const Strings of = List(with(PermissionsOf(subject, scopes[s])), 3);
            const Strings who = List(with(SubjectsThat(permissions[p], scopes[s])), 1);
            const auto has = [](const Strings& all, const std::string& one) {
              return std::count(all.begin(), all.end(), one);
            };
            EXPECT_EQ(has(where, Full(scopes[s])), bit);
            EXPECT_EQ(has(of, permissions[p]), bit);
            EXPECT_EQ(has(who, Full(subject)), bit && subject != "groups/crew");
            ++(bit ? allowed_count : denied_count);

            const auto question = with(Ask(subject, permissions[p], scopes[s]));
            const auto check = Call<v1::CheckResponse>("users/ann", question);
            if (only_courses.count(permissions[p]) > 0 && s < 2) {
              EXPECT_THAT(check.bad_fields(), ElementsAre(Key("scope")));
              EXPECT_FALSE(bit);
              continue;
            }
            ASSERT_TRUE(check.ok()) << check.message();
            EXPECT_EQ(check.value.allowed(), bit);
            v1::BatchCheckRequest batch;
            *batch.add_requests() = question;
            const auto answers = Call<v1::BatchCheckResponse>("users/ann", batch).value;
            ASSERT_EQ(answers.responses_size(), 1);
            EXPECT_EQ(answers.responses(0).SerializeAsString(), check.value.SerializeAsString());
            const v1::Explanation why = Explain(
                "users/ann", with(Ask<v1::ExplainRequest>(subject, permissions[p], scopes[s])));
            EXPECT_EQ(why.allowed(), bit);
            EXPECT_EQ(why.reason(), check.value.reason());
          }
        }
      }
    }
  }
  EXPECT_GT(allowed_count, 50);
  EXPECT_GT(denied_count, 50);
}

TEST_F(AccessServiceTest, FactsAreTheCallersToState) {
  EXPECT_EQ(Reason("users/dan", "course.update", "courses/fire", {"self"}), "MISSING_FACTS");
  EXPECT_EQ(Reason("users/dan", "course.update", "courses/fire", {"self", "published"}), "ALLOWED");
  // Not even `self` is computed where one asks about oneself.
  EXPECT_EQ(Reason("users/bob", Ask("users/bob", "user.update", "")), "MISSING_FACTS");
  EXPECT_EQ(Reason("users/bob", Ask("users/bob", "user.update", "", {"self"})), "ALLOWED");
}

TEST_F(AccessServiceTest, TheTimeAskedAbout) {
  Assign("users/cat", "learner", "courses/cook", kYear2100);
  const v1::CheckRequest ask = Ask("users/cat", "course.read", "courses/cook");
  EXPECT_EQ(Reason("users/ann", ask), "ALLOWED");
  EXPECT_EQ(Reason("users/ann", At(ask, kYear2100 - 1, 999999999)), "ALLOWED");
  EXPECT_EQ(Reason("users/ann", At(ask, kYear2100)), "NO_ROLE");
  EXPECT_EQ(Reason("users/ann", At(ask, -62135596800)), "ALLOWED");  // The year 1.

  for (const auto& bad : {At(ask, 253402300800), At(ask, -62135596801), At(ask, 0, -1),
                          At(ask, std::numeric_limits<int64_t>::max(), 1000000000)}) {
    EXPECT_THAT(Call<v1::CheckResponse>("users/ann", bad).bad_fields(),
                ElementsAre(Pair("time", HasSubstr("years 1 to 9999"))));
  }
  EXPECT_THAT(Call<v1::ListSubjectsResponse>(
                  "users/ann", At(SubjectsThat("course.read", "courses/cook"), 253402300800))
                  .bad_fields(),
              ElementsAre(Key("time")));
}

TEST_F(AccessServiceTest, Rule7_ActingAs) {
  const v1::CheckRequest read = Ask("users/dan", "course.read", "courses/fire");
  EXPECT_EQ(Reason("users/dan", read), "NOT_GRANTED");
  EXPECT_EQ(Reason("users/dan", As(read, "learner", "courses/fire")), "ALLOWED");
  EXPECT_EQ(Reason("users/dan", As(read, "learner", "catalogs/safety")), "ALLOWED");
  // Not in may_switch; no role.switch there; elsewhere nothing changes.
  EXPECT_EQ(Reason("users/dan", As(read, "owner", "courses/fire")), "NOT_GRANTED");
  EXPECT_EQ(Reason("users/bob",
                   As(Ask("users/bob", "course.read", "courses/fire"), "learner", "courses/fire")),
            "NOT_GRANTED");
  EXPECT_EQ(Reason("users/dan", As(Ask("users/dan", "course.update", "courses/fire", {"published"}),
                                   "learner", "")),
            "NOT_GRANTED");

  const v1::Explanation why =
      Explain("users/dan", As(Ask<v1::ExplainRequest>("users/dan", "course.read", "courses/fire"),
                              "learner", "courses/fire"));
  EXPECT_TRUE(why.allowed());
  EXPECT_EQ(why.acting_as().role(), "learner");
  EXPECT_EQ(why.acting_as().scope(), Full("courses/fire"));
  ASSERT_GT(why.roles_size(), 0);
  const auto acted = std::find_if(why.roles().begin(), why.roles().end(), [](const Held& role) {
    return role.through() == Held::ACTING_AS;
  });
  ASSERT_NE(acted, why.roles().end());
  EXPECT_EQ(acted->role(), "learner");

  const auto lists = [&](auto request) { return List(As(request, "learner", "courses/fire")); };
  EXPECT_THAT(lists(PermissionsOf("users/dan", "courses/fire")), ElementsAre("course.read"));
  EXPECT_THAT(lists(ScopesWhere("users/dan", "course.read")), ElementsAre(Full("courses/fire")));
  const auto grid = Call<v1::CheckGridResponse>(
      "users/ann", As(Grid("users/dan", {"course.read"}, {"courses/fire", "courses/cook"}),
                      "learner", "courses/fire"));
  EXPECT_EQ(grid.value.allowed(), std::string("\x01"));
}

TEST_F(AccessServiceTest, Rule25_AskingAboutOneselfIsFree) {
  for (const auto& [method, status] : AskAll("users/bob", "users/bob", "courses/fire")) {
    EXPECT_TRUE(status.ok()) << method << ": " << status.error_message();
  }
  for (const auto& [method, status] : AskAll("users/bob", "users/eve", "courses/fire")) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << method;
  }
  // That bob may use the permission himself does not let him ask who may.
  EXPECT_EQ(Call<v1::ListSubjectsResponse>("users/bob", SubjectsThat("course.read", "courses/fire"))
                .code(),
            grpc::StatusCode::PERMISSION_DENIED);
  // `anonymous` is nobody's self.
  EXPECT_EQ(Call<v1::CheckResponse>("users/bob", Ask("", "course.read", "courses/fire")).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  // One question about somebody else in a batch, and the batch is refused.
  v1::BatchCheckRequest batch;
  *batch.add_requests() = Ask("users/bob", "course.read", "courses/fire");
  EXPECT_TRUE(Call<v1::BatchCheckResponse>("users/bob", batch).ok());
  *batch.add_requests() = Ask("users/eve", "course.read", "courses/fire");
  EXPECT_EQ(Call<v1::BatchCheckResponse>("users/bob", batch).code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(AccessServiceTest, Rule25_AskingAboutOthersNeedsThePermissionThere) {
  for (const auto& [method, status] : AskAll("users/cat", "users/bob", "courses/fire")) {
    // ListScopes asks about the whole tenant, of which cat's catalog is a part.
    EXPECT_EQ(status.error_code(),
              method == "ListScopes" ? grpc::StatusCode::PERMISSION_DENIED : grpc::StatusCode::OK)
        << method << ": " << status.error_message();
  }
  EXPECT_TRUE(
      Call<v1::ListSubjectsResponse>("users/cat", SubjectsThat("course.read", "courses/fire"))
          .ok());
  Assign("users/dan", "inquirer", "");
  for (const auto& [method, status] : AskAll("users/dan", "users/bob", "courses/cook")) {
    EXPECT_TRUE(status.ok()) << method << ": " << status.error_message();
  }
  // In a grid the permission is needed at each scope.
  EXPECT_EQ(Call<v1::CheckGridResponse>(
                "users/cat", Grid("users/bob", {"course.read"}, {"courses/fire", "courses/cook"}))
                .code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(AccessServiceTest, Rule25_MissingAndHiddenAnswerAlike) {
  const auto replaced = [](std::string text) {
    const size_t at = text.find("courses/cook");
    return at == std::string::npos ? text : text.replace(at, 12, "courses/none");
  };
  const auto hidden = AskAll("users/cat", "users/bob", "courses/cook");
  const auto missing = AskAll("users/cat", "users/bob", "courses/none");
  const auto nobody = AskAll("users/cat", "users/nobody", "courses/none");
  for (size_t i = 0; i < hidden.size(); ++i) {
    const grpc::Status& status = hidden[i].second;
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << hidden[i].first;
    EXPECT_EQ(replaced(status.error_message()), missing[i].second.error_message());
    EXPECT_EQ(nobody[i].second.error_message(), missing[i].second.error_message());
  }
  const auto who =
      Call<v1::ListSubjectsResponse>("users/cat", SubjectsThat("course.read", "courses/cook"));
  const auto nowhere =
      Call<v1::ListSubjectsResponse>("users/cat", SubjectsThat("course.read", "courses/none"));
  EXPECT_EQ(who.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(replaced(who.message()), nowhere.message());
}

TEST_F(AccessServiceTest, Rule25_AboutOneselfToo_MissingAndHiddenAnswerAlike) {
  MakeCourse("gas", "catalogs/kitchen");
  Hold("catalogs/kitchen");
  // bob holds something at courses/fire alone.
  for (const char* hidden :
       {"courses/cook", "courses/gas", "catalogs/kitchen", "catalogs/safety"}) {
    const std::string missing = absl::StrCat(hidden, "-none");
    for (const char* permission : {"course.read", "course.update", "catalog.create", "user.read"}) {
      const v1::CheckRequest ask = Ask("users/bob", permission, hidden);
      const v1::CheckRequest nowhere = Ask("users/bob", permission, missing);
      EXPECT_EQ(Reason("users/bob", ask), "UNKNOWN_SCOPE") << permission << " " << hidden;
      EXPECT_EQ(Reason("users/bob", nowhere), "UNKNOWN_SCOPE");
      v1::BatchCheckRequest batch;
      *batch.add_requests() = ask;
      *batch.add_requests() = nowhere;
      const auto both = Call<v1::BatchCheckResponse>("users/bob", batch);
      ASSERT_EQ(both.value.responses_size(), 2) << both.message();
      EXPECT_EQ(both.value.responses(0).reason(), v1::Decision::UNKNOWN_SCOPE);
      EXPECT_EQ(both.value.responses(1).reason(), v1::Decision::UNKNOWN_SCOPE);
      v1::ExplainRequest why =
          At(Ask<v1::ExplainRequest>("users/bob", permission, hidden), kYear2100);
      v1::Explanation there = Explain("users/bob", why);
      why.set_scope(Full(missing));
      v1::Explanation gone = Explain("users/bob", why);
      EXPECT_EQ(there.path_size(), 0);
      gone.set_scope(there.scope());
      EXPECT_EQ(there.ShortDebugString(), gone.ShortDebugString());
    }
  }
  // What is allowed stays so, and so does a reason at scopes that one may know of.
  EXPECT_EQ(Reason("users/bob", Ask("users/bob", "user.read", "catalogs/kitchen", {"self"})),
            "ALLOWED");
  EXPECT_EQ(Reason("users/bob", Ask("users/bob", "course.update", "courses/fire")), "NOT_GRANTED");
  EXPECT_EQ(Reason("users/bob", Ask("users/bob", "catalog.create", "")), "NO_ROLE");
  // So does everything for who may ask about others there.
  EXPECT_EQ(Reason("users/cat", Ask("users/cat", "course.read", "courses/fire")), "NOT_GRANTED");
  EXPECT_EQ(Reason("users/cat", Ask("users/cat", "course.read", "courses/cook")), "UNKNOWN_SCOPE");
  EXPECT_EQ(Reason("users/ann", Ask("users/bob", "course.read", "courses/cook")), "NO_ROLE");
}

TEST_F(AccessServiceTest, Rules7And25_AScopeToActAtMissingAndHiddenAnswerAlike) {
  for (const char* asked : {"courses/fire", "courses/cook", ""}) {
    for (const char* permission : {"user.read", "access.check"}) {
      const v1::CheckRequest ask = Ask("users/bob", permission, asked, {"self"});
      EXPECT_EQ(Reason("users/bob", As(ask, "learner", "courses/cook")), "UNKNOWN_SCOPE");
      EXPECT_EQ(Reason("users/bob", As(ask, "learner", "courses/none")), "UNKNOWN_SCOPE");
      v1::ExplainRequest why =
          At(As(Ask<v1::ExplainRequest>("users/bob", permission, asked), "learner", "courses/cook"),
             kYear2100);
      const std::string there = Explain("users/bob", why).ShortDebugString();
      why.mutable_acting_as()->set_scope(Full("courses/none"));
      EXPECT_EQ(there, Explain("users/bob", why).ShortDebugString());
    }
  }
}

TEST_F(AccessServiceTest, Rule1_WhatDoesNotExistIsADenial) {
  for (const auto& [subject, scope] : std::vector<std::pair<std::string, std::string>>{
           {"users/nobody", "courses/fire"}, {"users/bob", "courses/none"}}) {
    for (const auto& [method, status] : AskAll("users/ann", subject, scope)) {
      EXPECT_TRUE(status.ok()) << method << ": " << status.error_message();
    }
    EXPECT_THAT(List(PermissionsOf(subject, scope)), IsEmpty());
    const v1::Explanation why = Explain("users/ann", subject, "course.read", scope);
    EXPECT_FALSE(why.allowed());
    EXPECT_EQ(why.subject(), Full(subject));
    EXPECT_EQ(why.scope(), Full(scope));
    EXPECT_EQ(why.roles_size(), 0);
  }
  EXPECT_THAT(List(ScopesWhere("users/nobody", "course.read")), IsEmpty());
  EXPECT_THAT(List(SubjectsThat("course.read", "courses/none")), IsEmpty());
  EXPECT_EQ(Reason("", "course.read", "courses/fire"), "NO_ROLE");
}

TEST_F(AccessServiceTest, Rule1_UnknownNamesOfThePolicyAreErrorsWithTheNearest) {
  v1::CheckRequest ask = As(Ask("users/bob", "course.raed", "courses/fire", {"self", "publshed"}),
                            "lerner", "courses/fire");
  const auto answer = Call<v1::CheckResponse>("users/bob", ask);
  EXPECT_EQ(answer.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(
      answer.bad_fields(),
      ElementsAre(
          Pair("acting_as.role", AllOf(HasSubstr("`lerner`"), HasSubstr("`learner`"))),
          Pair("facts[1]", AllOf(HasSubstr("`publshed`"), HasSubstr("`published`"))),
          Pair("permission", AllOf(HasSubstr("`course.raed`"), HasSubstr("`course.read`")))));

  v1::BatchCheckRequest batch;
  *batch.add_requests() = Ask("users/bob", "course.read", "courses/fire");
  *batch.add_requests() = ask;
  EXPECT_THAT(Call<v1::BatchCheckResponse>("users/bob", batch).bad_fields(),
              ElementsAre(Key("requests[1].acting_as.role"), Key("requests[1].facts[1]"),
                          Pair("requests[1].permission", HasSubstr("`course.read`"))));
  EXPECT_THAT(Call<v1::CheckGridResponse>(
                  "users/bob", Grid("users/bob", {"course.read", "cours.read"}, {"courses/fire"}))
                  .bad_fields(),
              ElementsAre(Pair("permissions[1]", HasSubstr("`course.read`"))));
  EXPECT_THAT(Call<v1::ExplainResponse>("users/ann",
                                        Ask<v1::ExplainRequest>("users/nobody", "", "courses/none"))
                  .bad_fields(),
              ElementsAre(Pair("permission", HasSubstr("is empty"))));
  EXPECT_THAT(
      Call<v1::ListSubjectsResponse>("users/ann", SubjectsThat("course.raed", "")).bad_fields(),
      ElementsAre(Pair("permission", HasSubstr("`course.read`"))));
  EXPECT_THAT(Call<v1::ListScopesResponse>("users/bob", ScopesWhere("users/bob", "course.raed"))
                  .bad_fields(),
              ElementsAre(Pair("permission", HasSubstr("`course.read`"))));
}

TEST_F(AccessServiceTest, MalformedNamesAreToldOnce) {
  v1::CheckRequest ask = Ask("courses/fire", "course.read", "courses/fire");
  const auto kind = Call<v1::CheckResponse>("users/ann", ask);
  EXPECT_THAT(kind.bad_fields(),
              ElementsAre(Pair("subject",
                               "`tenants/acme/courses/fire`: wanted a user, a service "
                               "account or a group")));
  ask.set_subject("tenants/acme/people/bob");
  EXPECT_THAT(Call<v1::CheckResponse>("users/ann", ask).bad_fields(),
              ElementsAre(Pair("subject", HasSubstr("no collection `people`"))));
  ask = Ask("users/bob", "course.read", "courses/fire");
  for (const char* scope : {"", "acme", "tenants/acme/", "tenants/acme/courses/FIRE",
                            "tenants/acme/users/bob", "tenants//courses/fire"}) {
    ask.set_scope(scope);
    EXPECT_THAT(Call<v1::CheckResponse>("users/bob", ask).bad_fields(), ElementsAre(Key("scope")))
        << scope;
  }
  ask = As(Ask("users/bob", "course.read", "courses/fire"), "learner", "users/bob");
  EXPECT_THAT(Call<v1::CheckResponse>("users/bob", ask).bad_fields(),
              ElementsAre(Pair("acting_as.scope",
                               "`tenants/acme/users/bob`: wanted a scope: a tenant, catalog, "
                               "course, plan or session")));
  // A permission asked where it cannot be.
  EXPECT_THAT(
      Call<v1::CheckResponse>("users/bob", Ask("users/bob", "course.read", "")).bad_fields(),
      ElementsAre(Pair("scope", AllOf(HasSubstr("`tenants/acme`"), HasSubstr("`course.read`"),
                                      HasSubstr("COURSE")))));
}

TEST_F(AccessServiceTest, TextThatIsNotUtf8) {
  v1::CheckRequest ask = Ask("users/bob", "course.read", "courses/fire", {"self"});
  ask.add_facts("pub\xff");
  EXPECT_THAT(Call<v1::CheckResponse>("users/bob", ask).bad_fields(),
              ElementsAre(Pair("facts[1]", HasSubstr("UTF-8"))));
  v1::BatchCheckRequest batch;
  *batch.add_requests() = Ask("users/bob", "course.read", "courses/fire");
  *batch.add_requests() = Ask("users/bob\xc3", "course.read", "courses/fire");
  EXPECT_THAT(Call<v1::BatchCheckResponse>("users/bob", batch).bad_fields(),
              ElementsAre(Pair("requests[1].subject", HasSubstr("UTF-8"))));
}

TEST_F(AccessServiceTest, NoQuestionReachesIntoAnotherTenant) {
  v1::CheckRequest ask = Ask("users/ann", "course.read", "courses/fire");
  std::set<std::string> messages;
  for (const char* tenant : {"system", "nowhere"}) {
    ask.set_scope(absl::StrCat("tenants/", tenant, "/courses/fire"));
    const auto answer = Call<v1::CheckResponse>("users/ann", ask);
    EXPECT_EQ(answer.code(), grpc::StatusCode::PERMISSION_DENIED);
    messages.insert(answer.message().substr(0, answer.message().find('`', 40)));
    v1::ListScopesRequest list = ScopesWhere("users/ann", "course.read");
    list.set_parent(absl::StrCat("tenants/", tenant));
    EXPECT_EQ(Call<v1::ListScopesResponse>("users/ann", list).code(),
              grpc::StatusCode::PERMISSION_DENIED);
    // Nor does a subject from elsewhere: it is refused by its name alone.
    ask = Ask("", "course.read", "courses/fire");
    ask.set_subject(absl::StrCat("tenants/", tenant, "/users/ann"));
    EXPECT_THAT(Call<v1::CheckResponse>("users/ann", ask).bad_fields(),
                ElementsAre(Pair("subject", HasSubstr("wanted a subject of `tenants/acme`"))));
  }
  EXPECT_EQ(messages.size(), 1u);
  v1::BatchCheckRequest batch;
  *batch.add_requests() = Ask("users/ann", "course.read", "courses/fire");
  *batch.add_requests() = batch.requests(0);
  batch.mutable_requests(1)->set_scope("tenants/system");
  EXPECT_THAT(Call<v1::BatchCheckResponse>("users/ann", batch).bad_fields(),
              ElementsAre(Key("requests[1].scope")));
}

TEST_F(AccessServiceTest, BatchesAnswerInOrderAndHaveACap) {
  v1::BatchCheckRequest batch;
  *batch.add_requests() = Ask("users/eve", "course.read", "courses/cook");
  *batch.add_requests() = Ask("users/eve", "course.read", "courses/fire");
  *batch.add_requests() = Ask("users/dan", "course.update", "courses/fire");
  *batch.add_requests() = Ask("users/dan", "course.update", "courses/fire", {"published"});
  const auto answer = Call<v1::BatchCheckResponse>("users/ann", batch);
  ASSERT_EQ(answer.value.responses_size(), 4) << answer.message();
  EXPECT_EQ(answer.value.responses(0).reason(), v1::Decision::NO_ROLE);
  EXPECT_TRUE(answer.value.responses(1).allowed());
  EXPECT_EQ(answer.value.responses(2).reason(), v1::Decision::MISSING_FACTS);
  EXPECT_TRUE(answer.value.responses(3).allowed());

  batch.set_parent("tenants/system");
  EXPECT_THAT(Call<v1::BatchCheckResponse>("users/ann", batch).bad_fields(),
              ElementsAre(Key("requests[0].scope"), Key("requests[1].scope"),
                          Key("requests[2].scope"), Key("requests[3].scope")));
  batch.set_parent(Full(""));
  while (batch.requests_size() < 1000) *batch.add_requests() = batch.requests(1);
  EXPECT_EQ(Call<v1::BatchCheckResponse>("users/ann", batch).value.responses_size(), 1000);
  *batch.add_requests() = batch.requests(1);
  // Whoever asks: how many is wrong whatever they may know.
  for (const char* actor : {"users/ann", "users/bob"}) {
    EXPECT_THAT(Call<v1::BatchCheckResponse>(actor, batch).bad_fields(),
                ElementsAre(Pair("requests", "`1001`: wanted 1 to 1000 questions")));
  }
  batch.clear_requests();
  EXPECT_THAT(Call<v1::BatchCheckResponse>("users/ann", batch).bad_fields().size(), 1u);
}

TEST_F(AccessServiceTest, GridsAreBitsByPermissionAndHaveCaps) {
  // 3 permissions times 3 scopes: bits 0 to 8, in two bytes.
  v1::CheckGridRequest grid = Grid("users/eve", {"user.read", "course.update", "course.read"},
                                   {"", "courses/cook", "courses/fire"});
  grid.add_facts("self");
  const auto answer = Call<v1::CheckGridResponse>("users/ann", grid);
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.allowed(), std::string({'\x01', '\x01'}));
  // Who may ask gets false for what is not there.
  grid.add_scopes(Full("courses/none"));
  EXPECT_EQ(Call<v1::CheckGridResponse>("users/ann", grid).value.allowed(),
            std::string({'\x01', '\x04'}));

  const auto sized = [](int permissions, int scopes) {
    v1::CheckGridRequest request;
    request.set_subject(Full("users/ann"));
    for (int i = 0; i < permissions; ++i) request.add_permissions("course.read");
    for (int i = 0; i < scopes; ++i) request.add_scopes(Full("courses/fire"));
    return request;
  };
  EXPECT_EQ(Call<v1::CheckGridResponse>("users/ann", sized(1000, 1000)).value.allowed(),
            std::string(125000, '\xff'));
  const auto fields = [&](int permissions, int scopes) {
    return Call<v1::CheckGridResponse>("users/ann", sized(permissions, scopes)).bad_fields();
  };
  EXPECT_THAT(fields(1001, 1), ElementsAre(Pair("permissions", HasSubstr("1 to 1000"))));
  EXPECT_THAT(fields(0, 1), ElementsAre(Pair("permissions", HasSubstr("1 to 1000"))));
  EXPECT_THAT(fields(1, 10001), ElementsAre(Pair("scopes", HasSubstr("1 to 10000"))));
  EXPECT_THAT(fields(1, 0), ElementsAre(Key("scopes")));
  // However much is wrong, the answer can be received.
  v1::CheckGridRequest wrong = sized(0, 1);
  for (int i = 0; i < 1000; ++i) wrong.add_permissions("course.raed");
  const auto refused = Call<v1::CheckGridResponse>("users/ann", wrong);
  EXPECT_EQ(refused.code(), grpc::StatusCode::INVALID_ARGUMENT) << refused.message();
  EXPECT_THAT(refused.message(), AllOf(HasSubstr("`course.read`"), HasSubstr("and more")));
  EXPECT_THAT(fields(101, 10000), ElementsAre(Pair("scopes", HasSubstr("at most 1000000"))));
}

TEST_F(AccessServiceTest, Rule10_ListsAreCompleteAndInAStableOrder) {
  const Strings permissions = List(PermissionsOf("users/ann", "courses/fire"));
  EXPECT_TRUE(std::is_sorted(permissions.begin(), permissions.end()));
  EXPECT_THAT(permissions, ::testing::Contains("course.update"));
  EXPECT_EQ(List(PermissionsOf("users/ann", "courses/fire"), 3), permissions);

  const Strings subjects = List(SubjectsThat("course.read", "courses/fire"));
  EXPECT_THAT(subjects, ::testing::UnorderedElementsAre(Full("users/ann"), Full("users/bob"),
                                                        Full("users/eve")));
  EXPECT_EQ(List(SubjectsThat("course.read", "courses/fire"), 1), subjects);

  const Strings scopes = List(ScopesWhere("users/ann", "role.switch"));
  EXPECT_THAT(scopes, ElementsAre(Full(""), Full("catalogs/safety"), Full("courses/fire"),
                                  Full("catalogs/kitchen"), Full("courses/cook")));
  EXPECT_EQ(List(ScopesWhere("users/ann", "role.switch"), 2), scopes);
  v1::ListScopesRequest courses = ScopesWhere("users/ann", "role.switch");
  courses.set_kind(v1::Scope::COURSE);
  EXPECT_THAT(List(courses, 1), ElementsAre(Full("courses/fire"), Full("courses/cook")));
  courses.set_kind(static_cast<v1::Scope::Kind>(9));
  EXPECT_THAT(Call<v1::ListScopesResponse>("users/ann", courses).bad_fields(),
              ElementsAre(Pair("kind", HasSubstr("TENANT"))));
  courses = ScopesWhere("users/ann", "role.switch");
  courses.set_parent(Full("catalogs/safety"));
  EXPECT_THAT(Call<v1::ListScopesResponse>("users/ann", courses).bad_fields(),
              ElementsAre(Key("parent")));
}

// Rule 10: a list goes on at the revision and time of its first page.
TEST_F(AccessServiceTest, Rule10_ListsGoOnWhereTheyBegan) {
  v1::ListSubjectsRequest who = SubjectsThat("course.read", "courses/fire");
  v1::ListScopesRequest where = ScopesWhere("users/ann", "role.switch");
  v1::ListPermissionsRequest what = PermissionsOf("users/eve", "");
  what.add_facts("self");
  who.set_page_size(1);
  where.set_page_size(1);
  what.set_page_size(1);
  const auto first_who = Call<v1::ListSubjectsResponse>("users/ann", who);
  const auto first_where = Call<v1::ListScopesResponse>("users/ann", where);
  const auto first_what = Call<v1::ListPermissionsResponse>("users/ann", what);
  EXPECT_THAT(Items(first_what.value), ElementsAre("user.read"));
  Assign("users/cat", "learner", "catalogs/safety");
  Suspend("users/eve");
  MakeCourse("later");
  // Pages may differ in size.
  who.set_page_size(1000);
  who.set_page_token(first_who.value.next_page_token());
  EXPECT_THAT(Items(Call<v1::ListSubjectsResponse>("users/ann", who).value),
              ElementsAre(Full("users/bob"), Full("users/eve")));
  where.set_page_size(5000);
  where.set_page_token(first_where.value.next_page_token());
  EXPECT_THAT(Items(Call<v1::ListScopesResponse>("users/ann", where).value),
              ElementsAre(Full("catalogs/safety"), Full("courses/fire"), Full("catalogs/kitchen"),
                          Full("courses/cook")));
  what.set_page_token(first_what.value.next_page_token());
  EXPECT_THAT(Items(Call<v1::ListPermissionsResponse>("users/ann", what).value),
              ElementsAre("user.update"));
  who.clear_page_token();
  EXPECT_THAT(Items(Call<v1::ListSubjectsResponse>("users/ann", who).value),
              ElementsAre(Full("users/ann"), Full("users/bob"), Full("users/cat")));
}

TEST_F(AccessServiceTest, PageTokensAreForOneRequestOfOneCaller) {
  Assign("users/dan", "owner", "");
  v1::ListSubjectsRequest who = SubjectsThat("course.read", "courses/fire");
  who.set_page_size(1);
  who.set_page_token(Call<v1::ListSubjectsResponse>("users/ann", who).value.next_page_token());
  ASSERT_THAT(who.page_token(), Not(IsEmpty()));
  ASSERT_TRUE(Call<v1::ListSubjectsResponse>("users/ann", who).ok());
  EXPECT_THAT(Call<v1::ListSubjectsResponse>("users/dan", who).bad_fields(),
              ElementsAre(Key("page_token")));
  std::vector<v1::ListSubjectsRequest> others(4, who);
  others[0].set_scope(Full("courses/cook"));
  others[1].add_facts("self");
  others[2].mutable_time()->set_seconds(1);
  others[3].mutable_page_token()->back() ^= 1;
  for (const auto& other : others) {
    EXPECT_THAT(Call<v1::ListSubjectsResponse>("users/ann", other).bad_fields(),
                ElementsAre(Key("page_token")));
  }
  v1::ListScopesRequest where = ScopesWhere("users/ann", "course.read");
  where.set_page_token(who.page_token());
  EXPECT_THAT(Call<v1::ListScopesResponse>("users/ann", where).bad_fields(),
              ElementsAre(Key("page_token")));
  v1::ListPermissionsRequest what = PermissionsOf("users/ann", "courses/fire");
  what.set_page_size(-1);
  EXPECT_THAT(Call<v1::ListPermissionsResponse>("users/ann", what).bad_fields(),
              ElementsAre(Pair("page_size", HasSubstr("1000"))));
  // What was lost in between counts: a list is authorized for every page.
  who = SubjectsThat("course.read", "courses/fire");
  who.set_page_size(1);
  who.set_page_token(Call<v1::ListSubjectsResponse>("users/dan", who).value.next_page_token());
  Suspend("users/dan");
  EXPECT_EQ(Call<v1::ListSubjectsResponse>("users/dan", who).code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(AccessServiceTest, Rule9_TheDerivationOfAnAllow) {
  v1::AddMemberRequest member;
  member.set_group(Full("groups/crew"));
  member.set_member(Full("users/eve"));
  member.mutable_not_before()->set_seconds(1000);
  member.mutable_expires()->set_seconds(kYear2100);
  ASSERT_TRUE(Call<v1::Member>("users/ann", member).ok());
  const v1::Explanation why = Explain("users/ann", "users/eve", "course.read", "courses/fire");
  EXPECT_TRUE(why.allowed());
  EXPECT_EQ(why.reason(), v1::Decision::ALLOWED);
  EXPECT_EQ(why.subject(), Full("users/eve"));
  EXPECT_EQ(why.permission(), "course.read");
  EXPECT_GT(why.time().seconds(), 0);
  EXPECT_THAT(why.path(), ElementsAre(Full(""), Full("catalogs/safety"), Full("courses/fire")));
  EXPECT_FALSE(why.has_nearest_miss());
  EXPECT_FALSE(why.redacted());
  EXPECT_EQ(why.changes_at().seconds(), kYear2100);

  ASSERT_EQ(why.roles_size(), 2);
  EXPECT_EQ(why.roles(0).role(), "member");
  EXPECT_EQ(why.roles(0).through(), Held::DEFAULT_ROLE);
  EXPECT_EQ(why.roles(0).scope(), Full(""));
  EXPECT_FALSE(why.roles(0).has_cell());
  const Held& held = why.roles(1);
  EXPECT_EQ(held.role(), "learner");
  EXPECT_EQ(held.through(), Held::ASSIGNMENT);
  EXPECT_EQ(held.scope(), Full("catalogs/safety"));
  ASSERT_EQ(held.groups_size(), 1);
  EXPECT_EQ(held.groups(0).group(), Full("groups/crew"));
  EXPECT_EQ(held.groups(0).window().expires().seconds(), kYear2100);
  // The assignment has no window of its own: what is left is the membership's.
  EXPECT_EQ(held.window().not_before().seconds(), 1000);
  EXPECT_EQ(held.window().expires().seconds(), kYear2100);
  EXPECT_EQ(held.cell().effect(), v1::ALLOW);
  EXPECT_EQ(held.cell().rank(), v1::Explanation::MatrixCell::EXACT);
  EXPECT_EQ(held.cell().source(), "t");
  EXPECT_EQ(held.cell().at(), v1::Scope::COURSE);
  EXPECT_EQ(held.effect(), v1::ALLOW);
  ASSERT_EQ(held.alternatives_size(), 1);
  EXPECT_EQ(held.alternatives(0).facts_size(), 0);
  EXPECT_EQ(held.missing_facts_size(), 0);
  v1::GetAssignmentRequest get;
  get.set_name(held.assignment());
  EXPECT_EQ(Call<v1::Assignment>("users/ann", get).value.subject(), Full("groups/crew"));
}

TEST_F(AccessServiceTest, Rule9_TheNearestMiss) {
  v1::Explanation why = Explain("users/ann", "users/dan", "course.update", "courses/fire");
  EXPECT_EQ(why.nearest_miss().fact().role(), "editor");
  EXPECT_THAT(why.nearest_miss().fact().facts(), ElementsAre("published"));
  EXPECT_THAT(why.missing_facts(), ElementsAre("published"));

  why = Explain("users/ann", "users/cat", "course.read", "courses/cook");
  EXPECT_EQ(why.nearest_miss().assignment().role(), "learner");
  EXPECT_EQ(why.nearest_miss().assignment().scope(), Full("courses/cook"));

  Assign("users/eve", "banned", "courses/fire");
  why = Explain("users/ann", "users/eve", "course.read", "courses/fire");
  EXPECT_EQ(why.reason(), v1::Decision::PROHIBITED);
  EXPECT_EQ(why.nearest_miss().prohibit().role(), "banned");
  EXPECT_EQ(why.nearest_miss().prohibit().scope(), "");
  EXPECT_EQ(why.nearest_miss().prohibit().source(), "b1");

  const std::string name = Override("learner", "course.read", "catalogs/safety", v1::PREVENT);
  why = Explain("users/ann", "users/bob", "course.read", "courses/fire");
  EXPECT_EQ(why.reason(), v1::Decision::PREVENTED);
  EXPECT_EQ(why.nearest_miss().prevent().role(), "learner");
  EXPECT_EQ(why.nearest_miss().prevent().scope(), Full("catalogs/safety"));
  ASSERT_EQ(why.roles_size(), 2);
  ASSERT_EQ(why.roles(1).overrides_size(), 1);
  EXPECT_EQ(why.roles(1).overrides(0).name(), name);
  EXPECT_EQ(why.roles(1).overrides(0).effect(), v1::PREVENT);
  EXPECT_EQ(why.roles(1).effect(), v1::PREVENT);
  EXPECT_EQ(why.roles(1).cell().effect(), v1::ALLOW);
}

TEST_F(AccessServiceTest, Rule9_OverridesBelowALockAreShownAsIgnored) {
  Override("learner", "course.read", "courses/fire", v1::PREVENT);
  Override("learner", "course.read", "catalogs/safety", v1::ALLOW, /*locked=*/true);
  const v1::Explanation why = Explain("users/ann", "users/bob", "course.read", "courses/fire");
  EXPECT_TRUE(why.allowed());
  ASSERT_EQ(why.roles_size(), 2);
  ASSERT_EQ(why.roles(1).overrides_size(), 2);
  EXPECT_EQ(why.roles(1).overrides(0).scope(), Full("catalogs/safety"));
  EXPECT_TRUE(why.roles(1).overrides(0).locked());
  EXPECT_FALSE(why.roles(1).overrides(0).ignored());
  EXPECT_EQ(why.roles(1).overrides(1).scope(), Full("courses/fire"));
  EXPECT_TRUE(why.roles(1).overrides(1).ignored());
}

TEST_F(AccessServiceTest, Rule9_FreezesAreShownWhereTheyMatter) {
  Hold("catalogs/safety");
  const v1::Explanation write = Explain("users/ann", "users/ann", "course.update", "courses/fire");
  EXPECT_EQ(write.reason(), v1::Decision::FROZEN);
  ASSERT_EQ(write.freezes_size(), 1);
  EXPECT_EQ(write.freezes(0).scope(), Full("catalogs/safety"));
  EXPECT_EQ(write.freezes(0).freeze(), v1::Scope::HOLD);
  // Reading is not held up.
  const v1::Explanation read = Explain("users/ann", "users/ann", "course.read", "courses/fire");
  EXPECT_TRUE(read.allowed());
  EXPECT_EQ(read.freezes_size(), 0);
}

TEST_F(AccessServiceTest, Rule25_ExplainLeavesOutWhatTheAskerMayNotRead) {
  // cat may ask why at the catalog, and read no role there.
  v1::Explanation why = Explain("users/cat", "users/bob", "course.read", "courses/fire");
  EXPECT_TRUE(why.allowed());
  EXPECT_TRUE(why.redacted());
  ASSERT_EQ(why.roles_size(), 1);
  EXPECT_EQ(why.roles(0).role(), "member");

  // Nor is a role named as what came near.
  why = Explain("users/cat", "users/dan", "course.update", "courses/fire");
  EXPECT_EQ(why.reason(), v1::Decision::MISSING_FACTS);
  EXPECT_TRUE(why.redacted());
  EXPECT_FALSE(why.has_nearest_miss());
  EXPECT_EQ(why.missing_facts_size(), 0);
  Assign("users/eve", "banned", "courses/fire");
  why = Explain("users/cat", "users/eve", "course.read", "courses/fire");
  EXPECT_EQ(why.reason(), v1::Decision::PROHIBITED);
  EXPECT_FALSE(why.has_nearest_miss());
  EXPECT_THAT(why.ShortDebugString(), Not(HasSubstr("banned")));

  // What bob holds himself he is told, and not what others wrote at the scope.
  Override("learner", "course.read", "catalogs/safety", v1::PREVENT);
  why = Explain("users/bob", "users/bob", "course.read", "courses/fire");
  EXPECT_EQ(why.reason(), v1::Decision::PREVENTED);
  ASSERT_EQ(why.roles_size(), 2);
  EXPECT_EQ(why.roles(1).role(), "learner");
  EXPECT_EQ(why.roles(1).scope(), Full("courses/fire"));
  EXPECT_EQ(why.roles(1).overrides_size(), 0);
  EXPECT_TRUE(why.redacted());
  EXPECT_FALSE(why.has_nearest_miss());

  Assign("users/cat", "adder", "");  // Reads roles everywhere.
  why = Explain("users/cat", "users/dan", "course.update", "courses/fire");
  EXPECT_FALSE(why.redacted());
  EXPECT_EQ(why.nearest_miss().fact().role(), "editor");
}

}  // namespace
}  // namespace provost
