// Rule 20: items are asked about at home or where they are shared with.
#include "tests/service/content.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;
using Item = v1::ContentItem;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kNotFound = grpc::StatusCode::NOT_FOUND;
constexpr auto kUse = v1::ContentShare::USE;
constexpr auto kManage = v1::ContentShare::MANAGE;

// ann runs both catalogs, kim catalogs/safety, olga catalogs/office, dan courses/desk in it, where
// otto learns. pages/p is safety's.
class ShareTest : public ContentTest {
 protected:
  ShareTest() : ContentTest(kLms365) {
    for (const char* catalog : {"safety", "office"}) {
      MakeCatalog(catalog);
      Assign("users/ann", "catalog_admin", absl::StrCat("catalogs/", catalog));
    }
    MakeCourse("desk", "catalogs/office");
    MakeCourse("fire", "catalogs/safety");
    for (const char* user : {"kim", "olga", "dan", "otto"}) MakeUser(user, "catalogs/safety");
    Assign("users/kim", "catalog_admin", "catalogs/safety");
    Assign("users/olga", "catalog_admin", "catalogs/office");
    Assign("users/dan", "course_admin", "courses/desk");
    Assign("users/otto", "learner", "courses/desk");
    EXPECT_TRUE(Make("users/kim", Item::PAGE, "p", "catalogs/safety", kPage).ok());
  }
};

TEST_F(ShareTest, Rule20_SharingNeedsThePermissionToManageAtTheTarget) {
  EXPECT_EQ(Share("users/kim", "pages/p", "catalogs/office", kUse).code(), kDenied);
  EXPECT_EQ(Share("users/olga", "pages/p", "catalogs/office", kUse).code(), kDenied);
  EXPECT_EQ(Share("users/kim", "pages/p", "catalogs/none", kUse).code(), kDenied);
  const auto shared = Share("users/ann", "pages/p", "catalogs/office", kUse);
  ASSERT_TRUE(shared.ok()) << shared.message();
  ASSERT_THAT(shared.value.shares(), SizeIs(1));
  EXPECT_EQ(shared.value.shares(0).scope(), Full("catalogs/office"));
  EXPECT_EQ(shared.value.shares(0).shared_by(), Full("users/ann"));
  EXPECT_TRUE(Share("users/kim", "pages/p", "courses/fire", kManage).ok());
  EXPECT_THAT(Share("users/kim", "pages/p", "catalogs/safety", kUse).bad_fields(),
              ElementsAre(Key("scope")));
  // A pool cannot be managed at a course, so it cannot be shared with one.
  ASSERT_TRUE(Make("users/ann", Item::QUESTION_POOL, "pool", "catalogs/safety", kPool).ok());
  EXPECT_EQ(Share("users/ann", "questionPools/pool", "courses/fire", kUse).code(), kDenied);
  Hold("catalogs/office");
  EXPECT_THAT(Share("users/ann", "pages/p", "courses/desk", kUse).violations(),
              ElementsAre("FROZEN"));
}

TEST_F(ShareTest, Rule20_AShareForUseShowsPublishedVersionsAlone) {
  ASSERT_TRUE(Share("users/ann", "pages/p", "catalogs/office", kUse).ok());
  EXPECT_EQ(Get("users/olga", "pages/p").code(), kNotFound);
  EXPECT_THAT(List("users/olga", "catalogs/office"), IsEmpty());
  Publish("users/kim", "pages/p");
  ASSERT_TRUE(Change("users/kim", "pages/p", "page { markdown: 'draft' }").ok());
  const auto seen = Get("users/olga", "pages/p");
  ASSERT_TRUE(seen.ok()) << seen.message();
  EXPECT_EQ(seen.value.body().page().markdown(), "# Fire");
  EXPECT_EQ(seen.value.draft_version(), 0);
  EXPECT_THAT(seen.value.shares(), IsEmpty());
  EXPECT_EQ(Get("users/olga", "pages/p", 2).code(), kNotFound);
  EXPECT_THAT(List("users/olga", "catalogs/office"), ElementsAre("pages/p"));
  v1::ListContentVersionsRequest versions;
  versions.set_name(Full("pages/p"));
  EXPECT_THAT(Call<v1::ListContentVersionsResponse>("users/olga", versions).value.versions(),
              SizeIs(1));
  EXPECT_THAT(Call<v1::ListContentVersionsResponse>("users/kim", versions).value.versions(),
              SizeIs(2));
  EXPECT_EQ(Change("users/olga", "pages/p", kPage).code(), kDenied);
  EXPECT_EQ(Delete("users/olga", "pages/p").code(), kDenied);
}

TEST_F(ShareTest, Rule20_AShareToManageGivesAllButSharingAndDeleting) {
  ASSERT_TRUE(Share("users/ann", "pages/p", "catalogs/office", kManage).ok());
  EXPECT_TRUE(Change("users/olga", "pages/p", "page { markdown: 'by olga' }").ok());
  EXPECT_EQ(Get("users/olga", "pages/p").value.body().page().markdown(), "by olga");
  EXPECT_TRUE(Submit("users/olga", "pages/p").ok());
  EXPECT_EQ(Delete("users/olga", "pages/p").code(), kDenied);
  EXPECT_EQ(Share("users/olga", "pages/p", "courses/desk", kUse).code(), kDenied);
  EXPECT_EQ(Unshare("users/olga", "pages/p", "catalogs/office").code(), kDenied);
  ASSERT_TRUE(Share("users/ann", "pages/p", "catalogs/office", kUse).ok());  // Less from now on.
  EXPECT_EQ(Submit("users/olga", "pages/p", /*withdraw=*/true).code(), kDenied);
}

TEST_F(ShareTest, Rule20_AFreezeAtHomeHoldsThroughEveryShare) {
  ASSERT_TRUE(Share("users/ann", "pages/p", "catalogs/office", kManage).ok());
  Hold("catalogs/safety");
  EXPECT_THAT(Change("users/olga", "pages/p", kPage).violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Change("users/kim", "pages/p", kPage).violations(), ElementsAre("FROZEN"));
  EXPECT_TRUE(Get("users/olga", "pages/p").ok());
}

TEST_F(ShareTest, CA3_CoursesHaveWhatIsSharedWithThemOrAbove) {
  Publish("users/kim", "pages/p");
  EXPECT_EQ(Place("users/dan", "courses/desk", {"pages/p"}).code(), kDenied);
  EXPECT_THAT(Place("users/ann", "courses/desk", {"pages/p"}).violations(),
              ElementsAre("NOT_SHARED"));
  ASSERT_TRUE(Share("users/ann", "pages/p", "courses/desk", kUse).ok());
  ASSERT_TRUE(Place("users/dan", "courses/desk", {"pages/p"}).ok());
  EXPECT_TRUE(Read("users/otto", "courses/desk", "pages/p").ok());

  EXPECT_THAT(Unshare("users/ann", "pages/p", "courses/desk").violations(), ElementsAre("IN_USE"));
  ASSERT_TRUE(Share("users/ann", "pages/p", "catalogs/office", kUse).ok());
  EXPECT_TRUE(Unshare("users/ann", "pages/p", "courses/desk").ok());  // There by the other one.
  EXPECT_TRUE(Read("users/otto", "courses/desk", "pages/p").ok());
  EXPECT_TRUE(Unshare("users/ann", "pages/p", "catalogs/office", /*force=*/true).ok());
  EXPECT_THAT(Placed("users/dan", "courses/desk"), IsEmpty());
  EXPECT_EQ(Read("users/otto", "courses/desk", "pages/p").code(), kNotFound);
  EXPECT_EQ(Get("users/olga", "pages/p").code(), kDenied);
}

TEST_F(ShareTest, OnePastTheMostShares) {
  for (int i = 0; i < 256; ++i) {
    MakeCatalog(absl::StrCat("c", i), "catalogs/safety");
    ASSERT_TRUE(Share("users/kim", "pages/p", absl::StrCat("catalogs/c", i), kUse).ok());
  }
  EXPECT_THAT(Share("users/kim", "pages/p", "courses/fire", kUse).violations(),
              ElementsAre("TOO_MANY_SHARES"));
}

}  // namespace
}  // namespace provost
