// The competency framework of catalogs, and what courses give of it.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/competency_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "tests/service/safety_and_office.h"

namespace provost {
namespace {

using google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kInvalid = grpc::StatusCode::INVALID_ARGUMENT;
constexpr auto kNotFound = grpc::StatusCode::NOT_FOUND;

constexpr char kWarden[] =
    "display_name: 'Fire warden' home_scope: 'tenants/acme/catalogs/safety' "
    "levels { id: 'basic' display_name: 'Basic' } levels { id: 'expert' display_name: 'Expert' }";

class CompetencyTest : public SafetyAndOfficeTest {
 protected:
  Answer<v1::Competency> Make(absl::string_view actor, const std::string& id,
                              const std::string& text = kWarden) {
    v1::CreateCompetencyRequest request;
    request.set_parent(Full(""));
    request.set_competency_id(id);
    *request.mutable_competency() = Parse<v1::Competency>(text);
    return Call<v1::Competency>(actor, request);
  }
  Answer<v1::Competency> Get(absl::string_view actor, absl::string_view id) {
    v1::GetCompetencyRequest request;
    request.set_name(Full(absl::StrCat("competencies/", id)));
    return Call<v1::Competency>(actor, request);
  }
  Answer<v1::Competency> Update(absl::string_view actor, const std::string& text,
                                const std::vector<std::string>& mask = {}) {
    v1::UpdateCompetencyRequest request;
    *request.mutable_competency() = Parse<v1::Competency>(text);
    for (const std::string& path : mask) request.mutable_update_mask()->add_paths(path);
    return Call<v1::Competency>(actor, request);
  }
  Answer<Empty> Delete(absl::string_view actor, absl::string_view id, bool force = false) {
    v1::DeleteCompetencyRequest request;
    request.set_name(Full(absl::StrCat("competencies/", id)));
    request.set_force(force);
    return Call<Empty>(actor, request);
  }
  Answer<v1::CourseCompetencies> Give(absl::string_view actor, const std::string& entries,
                                      absl::string_view course = "courses/fire") {
    auto request = Parse<v1::SetCourseCompetenciesRequest>(entries);
    request.set_course(Full(course));
    return Call<v1::CourseCompetencies>(actor, request);
  }
  std::vector<std::string> Given(absl::string_view actor) {
    v1::ListCourseCompetenciesRequest request;
    request.set_course(Full("courses/fire"));
    std::vector<std::string> given;
    const auto answer = Call<v1::CourseCompetencies>(actor, request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    for (const auto& entry : answer.value.entries()) {
      given.push_back(absl::StrCat(entry.competency(), " ", entry.level()));
    }
    return given;
  }
  std::vector<std::string> List(absl::string_view actor, const std::string& home = "",
                                int page_size = 0) {
    v1::ListCompetenciesRequest request;
    request.set_parent(Full(""));
    if (!home.empty()) request.set_home_scope(Full(home));
    request.set_page_size(page_size);
    std::vector<std::string> names;
    for (;;) {
      const auto answer = Call<v1::ListCompetenciesResponse>(actor, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      for (const auto& competency : answer.value.competencies()) {
        names.push_back(competency.display_name());
      }
      if (answer.value.next_page_token().empty()) return names;
      request.set_page_token(answer.value.next_page_token());
    }
  }
};

constexpr char kGiveBasic[] =
    "entries { competency: 'tenants/acme/competencies/warden' level: 'basic' }";

TEST_F(CompetencyTest, KA4_CatalogAdministratorsKeepTheFramework) {
  const auto made = Make("users/kim", "warden");
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(made.value.name(), Full("competencies/warden"));
  EXPECT_EQ(made.value.levels_size(), 2);
  EXPECT_EQ(Get("users/otto", "warden").value.display_name(), "Fire warden")
      << "browsing catalogs is for everybody";
  const auto changed =
      Update("users/kim", "name: 'tenants/acme/competencies/warden' display_name: 'Warden'");
  ASSERT_TRUE(changed.ok()) << changed.message();
  EXPECT_EQ(changed.value.display_name(), "Warden");
  EXPECT_EQ(changed.value.levels_size(), 2);
  EXPECT_NE(changed.value.etag(), made.value.etag());
  EXPECT_EQ(Get("users/kim", "warden").value.etag(), changed.value.etag());
  EXPECT_TRUE(Delete("users/kim", "warden").ok());
  EXPECT_EQ(Get("users/kim", "warden").code(), kNotFound);
}

TEST_F(CompetencyTest, KA4_OthersDoNot) {
  ASSERT_TRUE(Make("users/kim", "warden").ok());
  for (const char* other : {"users/olga", "users/lara", "users/dan", "users/otto"}) {
    EXPECT_EQ(Make(other, "other").code(), kDenied) << other;
    EXPECT_EQ(Update(other, "name: 'tenants/acme/competencies/warden' display_name: 'X'").code(),
              kDenied)
        << other;
    EXPECT_EQ(Delete(other, "warden").code(), kDenied) << other;
  }
  EXPECT_EQ(Give("users/olga", kGiveBasic).code(), kDenied);
}

TEST_F(CompetencyTest, KA4_BadInputIsToldFieldByField) {
  const auto bad = Make("users/kim", "Bad Id",
                        "home_scope: 'tenants/acme/catalogs/safety' "
                        "levels { id: 'a' display_name: 'A' } levels { id: 'a' } levels {}");
  EXPECT_EQ(bad.code(), kInvalid);
  EXPECT_THAT(bad.bad_fields(),
              ElementsAre(Key("competency.display_name"), Key("competency.levels[1].display_name"),
                          Key("competency.levels[1].id"), Key("competency.levels[2].display_name"),
                          Key("competency.levels[2].id"), Key("competency_id")));
  EXPECT_THAT(Make("users/kim", "w", "display_name: 'W' home_scope: 'tenants/acme/catalogs/safety'")
                  .bad_fields(),
              ElementsAre(Key("competency.levels")));
  EXPECT_THAT(Make("users/kim", "w",
                   "display_name: 'W' home_scope: 'tenants/acme/courses/fire' levels { id: 'a' "
                   "display_name: 'A' }")
                  .bad_fields(),
              ElementsAre(Key("competency.home_scope")));
  ASSERT_TRUE(Make("users/kim", "warden").ok());
  EXPECT_EQ(Make("users/kim", "warden").code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(Update("users/kim",
                     "name: 'tenants/acme/competencies/warden' home_scope: "
                     "'tenants/acme/catalogs/office' display_name: 'X'")
                  .bad_fields(),
              ElementsAre(Pair("competency.home_scope", HasSubstr("cannot be changed"))));
  EXPECT_THAT(Update("users/kim", "name: 'tenants/acme/competencies/warden'", {"uid"}).bad_fields(),
              ElementsAre(Key("update_mask.paths[0]")));
  auto stale =
      Update("users/kim", "name: 'tenants/acme/competencies/warden' display_name: 'X' etag: '0-0'");
  EXPECT_EQ(stale.code(), grpc::StatusCode::ABORTED);
}

TEST_F(CompetencyTest, KA4_CoursesGiveCompetencies) {
  ASSERT_TRUE(Make("users/kim", "warden").ok());
  const auto given = Give("users/dan", kGiveBasic);
  ASSERT_TRUE(given.ok()) << given.message();
  EXPECT_THAT(Given("users/dan"), ElementsAre("tenants/acme/competencies/warden basic"));
  EXPECT_THAT(
      Give("users/dan", "entries { competency: 'tenants/acme/competencies/warden' level: 'none' }")
          .bad_fields(),
      ElementsAre(Pair("entries[0].level", HasSubstr("basic, expert"))));
  EXPECT_THAT(Give("users/dan", absl::StrCat(kGiveBasic, kGiveBasic)).bad_fields(),
              ElementsAre(Key("entries[1].competency")));
  EXPECT_EQ(
      Give("users/dan", "entries { competency: 'tenants/acme/competencies/none' level: 'basic' }")
          .code(),
      kDenied)
      << "what is missing is refused as what is hidden is";
  EXPECT_THAT(Given("users/dan"), ElementsAre("tenants/acme/competencies/warden basic"));
  ASSERT_TRUE(Give("users/dan", "").ok());
  EXPECT_THAT(Given("users/dan"), IsEmpty());
}

TEST_F(CompetencyTest, KA4_WhatACourseGivesStays) {
  ASSERT_TRUE(Make("users/kim", "warden").ok());
  ASSERT_TRUE(Give("users/dan", kGiveBasic).ok());
  const std::string without =
      "name: 'tenants/acme/competencies/warden' levels { id: 'expert' display_name: 'E' }";
  EXPECT_THAT(Update("users/kim", without).violations(), ElementsAre("IN_USE"));
  EXPECT_THAT(Delete("users/kim", "warden").violations(), ElementsAre("IN_USE"));
  ASSERT_TRUE(Delete("users/kim", "warden", /*force=*/true).ok());
  EXPECT_THAT(Given("users/dan"), IsEmpty());
  ASSERT_TRUE(Make("users/kim", "warden").ok()) << "another of the same name is given by nobody";
  EXPECT_TRUE(Update("users/kim", without).ok());
  EXPECT_TRUE(Delete("users/kim", "warden").ok());
}

TEST_F(CompetencyTest, Rule25_CoursesThatAreHiddenAreCountedAndNotNamed) {
  ASSERT_TRUE(Make("users/kim", "warden").ok());
  for (const char* course : {"print", "copy"}) {
    MakeCourse(course, "catalogs/office");
    const auto given = Give("users/olga", kGiveBasic, absl::StrCat("courses/", course));
    ASSERT_TRUE(given.ok()) << given.message();
  }
  const std::string without =
      "name: 'tenants/acme/competencies/warden' levels { id: 'expert' display_name: 'E' }";
  EXPECT_THAT(Delete("users/kim", "warden").message(), HasSubstr("given by 2 courses;"));
  EXPECT_THAT(Update("users/kim", without).message(), HasSubstr("given by 2 courses"));
  ASSERT_TRUE(Give("users/dan", kGiveBasic).ok());
  for (const std::string& refusal :
       {Delete("users/kim", "warden").message(), Update("users/kim", without).message()}) {
    EXPECT_THAT(refusal, HasSubstr("given by `courses/fire` and 2 more"));
    EXPECT_THAT(refusal, Not(HasSubstr("print")));
    EXPECT_THAT(refusal, Not(HasSubstr("copy")));
  }
}

TEST_F(CompetencyTest, KA4_GoesWithItsCatalogAndItsCourse) {
  MakeCatalog("sub", "catalogs/safety");
  const std::string sub =
      "display_name: 'Sub' home_scope: 'tenants/acme/catalogs/sub' "
      "levels { id: 'basic' display_name: 'Basic' }";
  ASSERT_TRUE(Make("users/kim", "warden", sub).ok());
  ASSERT_TRUE(Give("users/dan", kGiveBasic).ok());
  v1::DeleteCatalogRequest catalog;
  catalog.set_name(Full("catalogs/sub"));
  EXPECT_THAT(Call<Empty>("users/ann", catalog).violations(), ElementsAre("NOT_EMPTY"));
  catalog.set_force(true);
  const auto gone = Call<Empty>("users/ann", catalog);
  ASSERT_TRUE(gone.ok()) << gone.message();
  EXPECT_THAT(Given("users/dan"), IsEmpty());
  EXPECT_EQ(Get("users/kim", "warden").code(), kNotFound);

  ASSERT_TRUE(Make("users/kim", "warden").ok());
  ASSERT_TRUE(Give("users/dan", kGiveBasic).ok());
  v1::DeleteCourseRequest course;
  course.set_name(Full("courses/fire"));
  ASSERT_TRUE(Call<Empty>("users/kim", course).ok());
  EXPECT_TRUE(Delete("users/kim", "warden").ok()) << "no course gives it any more";
}

TEST_F(CompetencyTest, KA4_ListsInPagesAndByHome) {
  for (const char* id : {"c", "a", "b"}) {
    ASSERT_TRUE(Make("users/kim", id,
                     absl::StrCat("display_name: '", id,
                                  "' home_scope: 'tenants/acme/catalogs/safety' levels { id: 'x' "
                                  "display_name: 'X' }"))
                    .ok());
  }
  ASSERT_TRUE(Make("users/olga", "o",
                   "display_name: 'o' home_scope: 'tenants/acme/catalogs/office' levels { id: 'x' "
                   "display_name: 'X' }")
                  .ok());
  EXPECT_THAT(List("users/otto", "", 2), ElementsAre("a", "b", "c", "o"));
  EXPECT_THAT(List("users/otto", "catalogs/safety", 1), ElementsAre("a", "b", "c"));
  EXPECT_THAT(List("users/otto", "catalogs/none"), IsEmpty());
  EXPECT_THAT(List("users/otto", "catalogs/office"), ElementsAre("o"));
}

TEST_F(CompetencyTest, KA4_OneIsReadWithoutScanning) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Make("users/kim", absl::StrCat("w", i)).ok());
  const uint64_t before = server().rows_read();
  ASSERT_TRUE(Get("users/otto", "w7").ok());
  EXPECT_LE(server().rows_read() - before, 3u);
}

}  // namespace
}  // namespace provost
