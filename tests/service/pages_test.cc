#include "service/pages.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "provost/v1/access_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::testing::HasSubstr;

constexpr absl::string_view kAnn = "users/ann";

// Each list is of one's own permissions, one on a page, so that the first page is never the last.
class PagesTest : public AcmeTest {
 protected:
  v1::ListPermissionsRequest Own(absl::string_view actor) {
    v1::ListPermissionsRequest request;
    request.set_subject(actor[0] == 't' ? std::string(actor) : Full(actor));
    request.set_scope(request.subject().substr(0, request.subject().find("/users")));
    request.add_facts("self");
    request.set_page_size(1);
    return request;
  }
  // The token of a list that `actor` begins.
  std::string Begin(absl::string_view actor) {
    const auto answer = Call<v1::ListPermissionsResponse>(actor, Own(actor));
    EXPECT_TRUE(answer.ok()) << answer.message();
    EXPECT_NE(answer.value.next_page_token(), "");
    return answer.value.next_page_token();
  }
  Answer<v1::ListPermissionsResponse> Continue(absl::string_view actor, const std::string& token) {
    v1::ListPermissionsRequest request = Own(actor);
    request.set_page_token(token);
    return Call<v1::ListPermissionsResponse>(actor, request);
  }
};

TEST_F(PagesTest, WhoBeginsTooManyListsLosesTheirOwnOldest) {
  MakeUser("bob");
  const std::string anns = Begin(kAnn);
  const Pages::Options options;
  std::vector<std::string> bobs;
  for (size_t i = 0; i < 2 * options.max_held_per_tenant; ++i) bobs.push_back(Begin("users/bob"));
  EXPECT_TRUE(Continue(kAnn, anns).ok());
  const auto oldest = Continue("users/bob", bobs.front());
  EXPECT_EQ(oldest.code(), grpc::StatusCode::ABORTED);
  EXPECT_THAT(oldest.message(), HasSubstr("begin again"));
  for (size_t i = bobs.size() - options.max_held_per_caller; i < bobs.size(); ++i) {
    EXPECT_TRUE(Continue("users/bob", bobs[i]).ok()) << i;
  }
}

TEST_F(PagesTest, AFullTenantTakesFromWhoHasTheMost) {
  Restart([](ServerOptions* options) { options->max_held_lists = 6; });
  MakeUser("bob");
  MakeUser("cat");
  const std::string anns = Begin(kAnn);
  std::vector<std::string> bobs;
  for (int i = 0; i < 5; ++i) bobs.push_back(Begin("users/bob"));
  const std::string cats = Begin("users/cat");
  EXPECT_TRUE(Continue(kAnn, anns).ok());
  EXPECT_TRUE(Continue("users/cat", cats).ok());
  EXPECT_EQ(Continue("users/bob", bobs[0]).code(), grpc::StatusCode::ABORTED);
  EXPECT_TRUE(Continue("users/bob", bobs[1]).ok());
}

TEST_F(PagesTest, NoTenantTakesFromAnother) {
  v1::CreateTenantRequest create;
  create.set_tenant_id("rival");
  create.mutable_policy()->set_preset("lms365");
  create.mutable_administrator()->set_user_id("ann");
  ASSERT_TRUE(Call<v1::Tenant>("tenants/system/users/root", create).ok());
  const std::string anns = Begin(kAnn);
  std::vector<std::string> users;
  const Pages::Options options;
  const size_t needed = options.max_held_per_tenant / options.max_held_per_caller + 2;
  for (size_t i = 0; i < needed; ++i) {
    MakeUser(absl::StrCat("u", i));
    users.push_back(absl::StrCat("users/u", i));
  }
  const std::string rivals = Begin("tenants/rival/users/ann");
  for (const std::string& user : users) {
    for (size_t i = 0; i <= options.max_held_per_caller; ++i) Begin(user);
  }
  EXPECT_TRUE(Continue("tenants/rival/users/ann", rivals).ok());
  EXPECT_TRUE(Continue(kAnn, anns).ok());
}

}  // namespace
}  // namespace provost
