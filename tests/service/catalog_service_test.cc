// What is particular to catalogs: they nest. The rest is in course_service_test.cc.
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "provost/v1/role_service.pb.h"
#include "tests/service/scope_kits.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;

constexpr char kAnn[] = "users/ann";

class CatalogServiceTest : public ScopesTest {
 protected:
  // c<first> under `top`, and so on down to c<last>.
  void MakeChain(absl::string_view top, int first, int last) {
    std::string parent(top);
    for (int i = first; i <= last; ++i) {
      MakeCatalog(absl::StrCat("c", i), parent);
      parent = absl::StrCat("catalogs/c", i);
    }
  }
};

TEST_F(CatalogServiceTest, CyclesAreRefused) {
  MakeChain("", 1, 3);
  for (const char* place : {"catalogs/c1", "catalogs/c2", "catalogs/c3"}) {
    const auto cycle = Move<CatalogKit>(kAnn, "c1", place);
    EXPECT_THAT(cycle.bad_fields(), ElementsAre(Key("parent_scope")));
    EXPECT_THAT(cycle.message(), HasSubstr("cycle"));
  }
  EXPECT_EQ(Get<CatalogKit>(kAnn, "c1").value.parent_scope(), Full(""));
  EXPECT_TRUE(Move<CatalogKit>(kAnn, "c3", "catalogs/c1").ok());
  EXPECT_TRUE(Move<CatalogKit>(kAnn, "c3", "").ok());
}

TEST_F(CatalogServiceTest, OfTwoMovesThatWouldMakeACycleOneIsRefused) {
  for (int round = 0; round < 10; ++round) {
    const std::string a = absl::StrCat("a", round);
    const std::string b = absl::StrCat("b", round);
    MakeCatalog(a);
    MakeCatalog(b);
    std::atomic<int> done{0};
    std::thread other(
        [&] { done += Move<CatalogKit>(kAnn, a, absl::StrCat("catalogs/", b)).ok() ? 1 : 0; });
    done += Move<CatalogKit>(kAnn, b, absl::StrCat("catalogs/", a)).ok() ? 1 : 0;
    other.join();
    EXPECT_EQ(done, 1);
  }
}

TEST_F(CatalogServiceTest, AtMost16ScopesStandOneBelowTheOther) {
  MakeChain("", 2, 16);  // The tenant is the first.
  EXPECT_THAT(Make<CatalogKit>(kAnn, "deep", "catalogs/c16").bad_fields(),
              ElementsAre(Key("catalog.parent_scope")));
  EXPECT_THAT(Make<CourseKit>(kAnn, "deep", "catalogs/c16").bad_fields(),
              ElementsAre(Key("course.parent_scope")));
  ASSERT_TRUE(Make<CourseKit>(kAnn, "lowest", "catalogs/c15").ok());
  EXPECT_THAT(Make<SessionKit>(kAnn, "deep", "courses/lowest").bad_fields(),
              ElementsAre(Key("session.parent_scope")));

  // Moved, the deepest below what is moved counts.
  const auto deep = Move<CatalogKit>(kAnn, "here", "catalogs/c15");  // It has a course in it.
  EXPECT_THAT(deep.bad_fields(), ElementsAre(Key("parent_scope")));
  EXPECT_THAT(deep.message(), HasSubstr("16"));
  EXPECT_TRUE(Move<CatalogKit>(kAnn, "here", "catalogs/c14").ok());
  EXPECT_THAT(Make<SessionKit>(kAnn, "deep", "courses/here").bad_fields(),
              ElementsAre(Key("session.parent_scope")));
  Restart();
  EXPECT_EQ(Get<CatalogKit>(kAnn, "here").value.parent_scope(), Full("catalogs/c14"));
}

TEST_F(CatalogServiceTest, DeletingByForceTakesEverythingAlong) {
  MakeChain("", 1, 3);
  ASSERT_TRUE(Make<CourseKit>(kAnn, "fire", "catalogs/c3").ok());
  ASSERT_TRUE(Make<SessionKit>(kAnn, "monday", "courses/fire").ok());
  MakeUser("bob");
  Assign("users/bob", "viewer", "courses/fire");
  const auto refused = Delete<CatalogKit>(kAnn, "c1");
  EXPECT_THAT(refused.violations(), ElementsAre("NOT_EMPTY"));
  EXPECT_THAT(refused.message(), HasSubstr("4 "));
  auto force = Named<CatalogKit, v1::DeleteCatalogRequest>("c1");
  force.set_force(true);
  force.set_validate_only(true);
  EXPECT_TRUE(Call<Empty>(kAnn, force).ok());
  EXPECT_TRUE(Get<SessionKit>(kAnn, "monday").ok());
  force.set_validate_only(false);
  EXPECT_TRUE(Call<Empty>(kAnn, force).ok());
  EXPECT_THAT(List<CatalogKit>(kAnn), ElementsAre("here", "there"));
  EXPECT_THAT(List<CourseKit>(kAnn), ElementsAre("here"));
  EXPECT_THAT(List<SessionKit>(kAnn), IsEmpty());
  // The name given again gives nobody what the old one gave.
  ASSERT_TRUE(Make<CourseKit>(kAnn, "fire").ok());
  EXPECT_THAT(List<CourseKit>("users/bob"), IsEmpty());
  Restart();
  EXPECT_THAT(List<CourseKit>("users/bob"), IsEmpty());
  EXPECT_EQ(Get<CatalogKit>(kAnn, "c2").code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(CatalogServiceTest, Rule19_AnArchiveIsLiftedWhereItWasLaid) {
  MakeChain("", 1, 2);
  ASSERT_TRUE(Archive<CatalogKit>(kAnn, "c2").ok());
  // The ancestor neither has it nor lifts it, and goes nowhere with it.
  EXPECT_FALSE(Get<CatalogKit>(kAnn, "c1").value.archived());
  EXPECT_THAT(Unarchive<CatalogKit>(kAnn, "c1").violations(), ElementsAre("NOT_ARCHIVED"));
  EXPECT_THAT(Move<CatalogKit>(kAnn, "c1", "catalogs/here").violations(), ElementsAre("FROZEN"));
  EXPECT_TRUE(Rename<CatalogKit>(kAnn, "c1", "Still mine").ok());
  // Only by its own right.
  MakeUser("vic");
  Assign("users/vic", "viewer", "");
  EXPECT_EQ(Unarchive<CatalogKit>("users/vic", "c2").code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Unarchive<CatalogKit>(kAnn, "c2").ok());
  EXPECT_TRUE(Move<CatalogKit>(kAnn, "c1", "catalogs/here").ok());
}

TEST_F(CatalogServiceTest, Rule18_LeavingAProhibitionNeedsTheRightToProhibit) {
  MakeCatalog("one", "catalogs/here");
  MakeUser("ben");
  Assign("users/ben", "builder", "");
  v1::CreateOverrideRequest prohibit;
  prohibit.set_parent(Full(""));
  prohibit.mutable_override()->set_scope(Full("catalogs/here"));
  prohibit.mutable_override()->set_role("viewer");
  prohibit.mutable_override()->set_permission("course.read");
  prohibit.mutable_override()->set_effect(v1::PROHIBIT);
  const auto set = Call<v1::Override>(kAnn, prohibit);
  ASSERT_TRUE(set.ok()) << set.message();
  EXPECT_EQ(Move<CatalogKit>("users/ben", "one", "catalogs/there").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Move<CatalogKit>("users/ben", "there", "catalogs/here").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Move<CatalogKit>("users/ben", "there", "catalogs/one").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Move<CatalogKit>(kAnn, "one", "catalogs/there").ok());
}

TEST_F(CatalogServiceTest, LongListsAreCompleteAndInOrder) {
  // More than a list gathers beforehand, so that it walks over the rows.
  constexpr int kCount = 10100;
  std::atomic<int> next{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = next++; i < kCount; i = next++) {
        ASSERT_TRUE(Make<CourseKit>(kAnn, absl::StrCat("n", 90000 - i)).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::vector<std::string> ids = List<CourseKit>(kAnn, "", 1000);
  ASSERT_EQ(ids.size(), kCount + 1u);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(List<CourseKit>(kAnn, "catalogs/here", 999), ids);
  MakeUser("vic");
  Assign("users/vic", "viewer", "courses/n80000");
  EXPECT_THAT(List<CourseKit>("users/vic", "", 1), ElementsAre("n80000"));
}

}  // namespace
}  // namespace provost
