// Who did what, over a real server, under the plutolms matrix: an administrator may see it, a
// reporter may not.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "provost/v1/audit_service.pb.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr char kAnn[] = "users/ann";    // administrator
constexpr char kRep[] = "users/rep";    // reporter
constexpr char kBoss[] = "users/boss";  // administrator

using Request = v1::ListAuditEntriesRequest;
using Response = v1::ListAuditEntriesResponse;

class AuditTest : public AcmeTest {
 protected:
  AuditTest() : AcmeTest("plutolms") {
    MakeUser("rep");
    MakeUser("boss");
    Assign(kRep, "reporter", "");
    Assign(kBoss, "administrator", "");
  }

  static Request Of(absl::string_view actor, absl::string_view resource = "") {
    Request request;
    request.set_parent(Full(""));
    if (!actor.empty()) request.set_actor(Full(actor));
    if (!resource.empty()) request.set_resource(Full(resource));
    return request;
  }
  std::vector<v1::AuditEntry> All(Request request) {
    std::vector<v1::AuditEntry> entries;
    for (;;) {
      const auto page = Call<Response>(kAnn, request);
      EXPECT_TRUE(page.ok()) << page.message();
      entries.insert(entries.end(), page.value.entries().begin(), page.value.entries().end());
      if (page.value.next_page_token().empty()) return entries;
      request.set_page_token(page.value.next_page_token());
    }
  }
  static std::vector<std::string> MethodsOf(const std::vector<v1::AuditEntry>& entries) {
    std::vector<std::string> methods;
    for (const v1::AuditEntry& entry : entries) methods.push_back(entry.method());
    return methods;
  }
  void Make(absl::string_view actor, absl::string_view catalog) {
    v1::CreateCatalogRequest request;
    request.set_parent(Full(""));
    request.set_catalog_id(std::string(catalog));
    request.mutable_catalog()->set_display_name("Catalog");
    const auto answer = Call<v1::Catalog>(actor, request);
    ASSERT_TRUE(answer.ok()) << answer.message();
  }
  void Delete(absl::string_view actor, absl::string_view catalog) {
    v1::DeleteCatalogRequest request;
    request.set_name(Full(absl::StrCat("catalogs/", catalog)));
    const auto answer = Call<google::protobuf::Empty>(actor, request);
    ASSERT_TRUE(answer.ok()) << answer.message();
  }
};

TEST_F(AuditTest, AD3_AnAdministratorSeesWhoDidWhatAndWhy) {
  v1::CreateAssignmentRequest assign;
  assign.mutable_assignment()->set_subject(Full(kAnn));
  assign.mutable_assignment()->set_role("reporter");
  assign.mutable_assignment()->set_scope(Full(""));
  assign.mutable_assignment()->set_reason("stands in for Kim");
  const auto made = Call<v1::Assignment>(kBoss, assign);
  ASSERT_TRUE(made.ok()) << made.message();

  const std::vector<v1::AuditEntry> entries = All(Of(""));
  ASSERT_GE(entries.size(), 2u);
  EXPECT_EQ(entries[0].actor(), Full(kBoss));
  EXPECT_EQ(entries[0].method(), "RoleService.CreateAssignment");
  EXPECT_EQ(entries[0].resource(), made.value.name());
  EXPECT_EQ(entries[0].reason(), "stands in for Kim");
  EXPECT_THAT(entries[0].call_id(), Not(IsEmpty()));
  EXPECT_EQ(entries[0].time().seconds(), made.value.create_time().seconds());
  EXPECT_EQ(entries.back().revision(), 1u);
  EXPECT_EQ(entries.back().method(), "TenantService.SetUp");
  EXPECT_EQ(entries.back().actor(), "server");
  for (size_t i = 1; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].revision() + 1, entries[i - 1].revision()) << "the newest first, no gaps";
  }
}

TEST_F(AuditTest, AD3_AReporterMayNot) {
  const auto answer = Call<Response>(kRep, Of(""));
  EXPECT_EQ(answer.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Call<Response>("", Of("")).code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(AuditTest, AD3_ByActorAndByResource) {
  Make(kBoss, "safety");
  Make(kAnn, "other");
  Delete(kBoss, "safety");
  EXPECT_THAT(MethodsOf(All(Of(kBoss))),
              ElementsAre("CatalogService.DeleteCatalog", "CatalogService.CreateCatalog"));
  EXPECT_THAT(MethodsOf(All(Of("", "catalogs/safety"))),
              ElementsAre("CatalogService.DeleteCatalog", "CatalogService.CreateCatalog"));
  EXPECT_THAT(MethodsOf(All(Of("", "catalogs/other"))),
              ElementsAre("CatalogService.CreateCatalog"));
  // A name is all of it, and no beginning of one.
  EXPECT_THAT(All(Of("", "catalogs/othe")), IsEmpty());
  EXPECT_THAT(All(Of("users/bos")), IsEmpty());
  // The server itself.
  Request server = Of("");
  server.set_actor("server");
  EXPECT_THAT(MethodsOf(All(server)), ElementsAre("TenantService.SetUp"));
  // What changes nothing leaves no entry.
  const size_t before = All(Of("")).size();
  v1::CreateCatalogRequest test;
  test.set_parent(Full(""));
  test.set_catalog_id("dry");
  test.mutable_catalog()->set_display_name("Dry");
  test.set_validate_only(true);
  ASSERT_TRUE(Call<v1::Catalog>(kAnn, test).ok());
  Call<v1::Catalog>(kRep, test);
  EXPECT_EQ(All(Of("")).size(), before);
}

TEST_F(AuditTest, AD3_ByTime) {
  for (int i = 0; i < 9; ++i) Make(i % 2 == 0 ? kAnn : kBoss, absl::StrCat("c", i));
  const std::vector<v1::AuditEntry> all = All(Of(""));
  for (size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(i);
    Request until = Of("");
    *until.mutable_before() = all[i].time();
    EXPECT_EQ(All(until).size(), all.size() - i - 1);
    Request since = Of("");
    *since.mutable_since() = all[i].time();
    EXPECT_EQ(All(since).size(), i + 1);
  }
  // c3, c4 and c5, of which boss made the first and the last.
  Request between = Of(kBoss);
  *between.mutable_since() = all[5].time();
  *between.mutable_before() = all[2].time();
  EXPECT_EQ(All(between).size(), 2u);
  std::swap(*between.mutable_since(), *between.mutable_before());
  EXPECT_THAT(All(between), IsEmpty());
}

TEST_F(AuditTest, AD3_PagesAndTheRowsThatTheyRead) {
  for (int i = 0; i < 40; ++i) Make(i % 4 == 0 ? kBoss : kAnn, absl::StrCat("c", i));
  for (Request request : {Of(""), Of(kBoss), Of("", "catalogs/c8")}) {
    SCOPED_TRACE(request.DebugString());
    const std::vector<v1::AuditEntry> whole = All(request);
    request.set_page_size(3);
    EXPECT_EQ(MethodsOf(All(request)), MethodsOf(whole));
    const uint64_t before = server().rows_read();
    ASSERT_TRUE(Call<Response>(kAnn, request).ok());
    EXPECT_LE(server().rows_read() - before, 7u) << "three entries, four of the index";
  }
  Request request = Of(kBoss);
  *request.mutable_since() = All(Of(kBoss)).back().time();
  request.set_page_size(3);
  const uint64_t before = server().rows_read();
  ASSERT_TRUE(Call<Response>(kAnn, request).ok());
  EXPECT_LE(server().rows_read() - before, 13u) << "and six to find the time among fifty";

  // A list shows what there was when it began; its token is for the same list of the same caller.
  request = Of("");
  request.set_page_size(2);
  auto page = Call<Response>(kAnn, request);
  Make(kAnn, "late");
  request.set_page_token(page.value.next_page_token());
  auto next = Call<Response>(kAnn, request);
  ASSERT_TRUE(next.ok()) << next.message();
  EXPECT_EQ(next.value.entries(0).revision() + 1, page.value.entries(1).revision());
  EXPECT_EQ(Call<Response>(kBoss, request).code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_actor(Full(kBoss));
  EXPECT_EQ(Call<Response>(kAnn, request).code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AuditTest, BadInputNamesEachField) {
  Request request = Of("");
  request.set_actor(Full("groups/ops"));
  request.set_resource("fire");
  request.mutable_since()->set_nanos(-1);
  request.mutable_before()->set_seconds(int64_t{1} << 60);
  EXPECT_THAT(Call<Response>(kAnn, request).bad_fields(),
              UnorderedElementsAre(Key("actor"), Key("resource"), Key("since"), Key("before")));
  EXPECT_THAT(Call<Response>(kAnn, Of(kBoss, "catalogs/c")).bad_fields(),
              UnorderedElementsAre(Key("resource")));
  request = Of("");
  request.set_page_size(-1);
  EXPECT_THAT(Call<Response>(kAnn, request).bad_fields(), UnorderedElementsAre(Key("page_size")));
  request.set_parent(Full(kAnn));
  EXPECT_EQ(Call<Response>(kAnn, request).code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AuditTest, ATenantSeesItsOwnAlone) {
  v1::SuspendTenantRequest suspend;
  suspend.set_name(Full(""));
  constexpr char kOperator[] = "tenants/system/users/root";
  const auto suspended = Call<v1::Tenant>(kOperator, suspend);
  ASSERT_TRUE(suspended.ok()) << suspended.message();
  EXPECT_EQ(Call<Response>(kAnn, Of("")).code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Call<Response>(kOperator, Of("")).code(), grpc::StatusCode::PERMISSION_DENIED);
  v1::ResumeTenantRequest resume;
  resume.set_name(Full(""));
  ASSERT_TRUE(Call<v1::Tenant>(kOperator, resume).ok());
  // What an operator did to the tenant is the tenant's own to see, by the operator's name.
  Request request = Of("");
  request.set_actor(kOperator);
  EXPECT_THAT(MethodsOf(All(request)),
              ElementsAre("TenantService.ResumeTenant", "TenantService.SuspendTenant"));
  // Somebody of the same uid or id in another tenant is somebody else.
  for (const v1::AuditEntry& entry : All(Of(kAnn))) EXPECT_EQ(entry.actor(), Full(kAnn));
  request = Of("");
  request.set_parent("tenants/system");
  EXPECT_EQ(Call<Response>(kAnn, request).code(), grpc::StatusCode::PERMISSION_DENIED);
  const auto own = Call<Response>(kOperator, request);
  ASSERT_TRUE(own.ok()) << own.message();
  EXPECT_EQ(own.value.entries(0).method(), "TenantService.SetUp");
}

}  // namespace
}  // namespace provost
