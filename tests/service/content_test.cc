// Content items on the real presets: who makes, reads, changes and deletes them.
#include <string>

#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "tests/service/content.h"

namespace provost {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using Item = v1::ContentItem;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kNotFound = grpc::StatusCode::NOT_FOUND;

// kim runs catalogs/safety, olga catalogs/office, cora courses/fire, which is in safety and where
// lea learns; otto learns at courses/desk, which is in office.
class Lms365ContentTest : public ContentTest {
 protected:
  Lms365ContentTest() : ContentTest(kLms365) {
    for (const char* catalog : {"safety", "office"}) {
      MakeCatalog(catalog);
      Assign("users/ann", "catalog_admin", absl::StrCat("catalogs/", catalog));
    }
    MakeCourse("fire", "catalogs/safety");
    MakeCourse("desk", "catalogs/office");
    for (const char* user : {"kim", "olga", "cora", "lea", "otto"}) {
      MakeUser(user, "catalogs/safety");
    }
    Assign("users/kim", "catalog_admin", "catalogs/safety");
    Assign("users/olga", "catalog_admin", "catalogs/office");
    Assign("users/cora", "course_admin", "courses/fire");
    Assign("users/lea", "learner", "courses/fire");
    Assign("users/otto", "learner", "courses/desk");
  }
};

TEST_F(Lms365ContentTest, KA3_CatalogAdministratorsMakeQuizzesTemplatesAndAllPools) {
  const struct {
    Item::Kind kind;
    const char* id;
    const char* name;
    const char* home;
    const char* body;
  } kItems[] = {
      {Item::QUIZ, "q", "quizzes/q", "catalogs/safety", kQuiz},
      {Item::CERTIFICATE_TEMPLATE, "c", "certificateTemplates/c", "catalogs/safety",
       "certificate_template { title: 'For {{learner.display_name}}' }"},
      {Item::QUESTION_POOL, "p", "questionPools/p", "catalogs/safety", kPool},
      {Item::PAGE, "g", "pages/g", "catalogs/safety", kPage},
      {Item::PACKAGE, "k", "packages/k", "catalogs/safety", ""},
      {Item::TASK, "t", "tasks/t", "courses/fire", "task { instructions: 'Do' max_points: 5 }"},
  };
  for (const auto& item : kItems) {
    SCOPED_TRACE(item.name);
    for (const char* actor : {"users/olga", "users/lea"}) {
      EXPECT_EQ(Make(actor, item.kind, item.id, item.home, item.body).code(), kDenied) << actor;
    }
    const auto made = Make("users/kim", item.kind, item.id, item.home, item.body);
    ASSERT_TRUE(made.ok()) << made.message();
    EXPECT_EQ(made.value.name(), Full(item.name));
    EXPECT_EQ(made.value.creator(), Full("users/kim"));
    EXPECT_EQ(made.value.draft_version(), 1);
    EXPECT_EQ(made.value.version().state(), v1::ContentVersion::DRAFT);
    const auto read = Get("users/kim", item.name);
    ASSERT_TRUE(read.ok()) << read.message();
    EXPECT_EQ(read.value.home_scope(), Full(item.home));
    EXPECT_EQ(Get("users/lea", item.name).code(), kDenied);
    if (item.kind != Item::QUESTION_POOL) {
      EXPECT_EQ(Get("users/olga", item.name).code(), kDenied);
    }
  }
  // All of the tenant's pools, by reach; those of another catalog are that catalog's.
  ASSERT_TRUE(Make("users/kim", Item::QUESTION_POOL, "all", "", kPool).ok());
  EXPECT_TRUE(Change("users/olga", "questionPools/all", kPool).ok());
  EXPECT_EQ(Change("users/olga", "questionPools/p", kPool).code(), kDenied);
  EXPECT_THAT(List("users/kim"),
              ElementsAre("certificateTemplates/c", "packages/k", "pages/g", "questionPools/all",
                          "questionPools/p", "quizzes/q", "tasks/t"));
  EXPECT_THAT(List("users/kim", "", 2),
              ElementsAre("certificateTemplates/c", "packages/k", "pages/g", "questionPools/all",
                          "questionPools/p", "quizzes/q", "tasks/t"));
  EXPECT_THAT(List("users/kim", "courses/fire"), ElementsAre("tasks/t"));
  EXPECT_THAT(List("users/olga"), ElementsAre("questionPools/all"));
  EXPECT_THAT(List("users/lea"), IsEmpty());
  Restart();
  EXPECT_TRUE(Get("users/kim", "quizzes/q").ok());
}

TEST_F(Lms365ContentTest, CA3_CourseAdministratorsReachTheParentCatalogsQuizzesAndAllPools) {
  ASSERT_TRUE(Make("users/kim", Item::QUIZ, "ours", "catalogs/safety", kQuiz).ok());
  ASSERT_TRUE(Make("users/olga", Item::QUIZ, "theirs", "catalogs/office", kQuiz).ok());
  ASSERT_TRUE(Make("users/kim", Item::QUESTION_POOL, "all", "", kPool).ok());
  ASSERT_TRUE(Make("users/kim", Item::PAGE, "page", "catalogs/safety", kPage).ok());
  EXPECT_TRUE(Get("users/cora", "quizzes/ours").ok());
  EXPECT_TRUE(Change("users/cora", "quizzes/ours", kQuiz).ok());
  EXPECT_EQ(Get("users/cora", "quizzes/theirs").code(), kDenied);
  EXPECT_EQ(Change("users/cora", "quizzes/theirs", kQuiz).code(), kDenied);
  EXPECT_TRUE(Change("users/cora", "questionPools/all", kPool).ok());
  EXPECT_EQ(Get("users/cora", "pages/page").code(), kDenied);  // Not shared with the course.
  EXPECT_TRUE(Make("users/cora", Item::PAGE, "own", "courses/fire", kPage).ok());
  EXPECT_EQ(Make("users/cora", Item::PAGE, "up", "catalogs/safety", kPage).code(), kDenied);
}

TEST_F(Lms365ContentTest, BadInputNamesEachField) {
  const auto bad = [&](const v1::CreateContentItemRequest& request) {
    return Call<Item>("users/kim", request).bad_fields();
  };
  EXPECT_THAT(bad(New(Item::QUIZ, "-", "catalogs/safety", "page { markdown: 'x' }")),
              ElementsAre(Key("content_item.body"), Key("content_item_id")));
  EXPECT_THAT(
      bad(New(Item::TASK, "t", "catalogs/safety", "task { instructions: 'x' }")),
      ElementsAre(Key("content_item.body.task.max_points"), Key("content_item.home_scope")));
  EXPECT_THAT(bad(New(Item::CERTIFICATE_TEMPLATE, "c", "catalogs/safety",
                      "certificate_template { title: 'x' text: '{{learner.shoe_size}} {{' }")),
              ElementsAre(Key("content_item.body.certificate_template.text")));
  EXPECT_THAT(bad(New(Item::QUIZ, "q", "catalogs/safety",
                      "quiz { parts { draw { pool: 'x' count: 1 } } }")),
              ElementsAre(Key("content_item.body.quiz.parts[0].draw.pool")));
  EXPECT_THAT(bad(New(Item::PACKAGE, "p", "catalogs/safety", "package { file_name: 'x' }")),
              ElementsAre(Key("content_item.body")));
  auto large = New(Item::PAGE, "p", "catalogs/safety", kPage);
  large.mutable_content_item()->mutable_body()->mutable_page()->set_markdown(
      std::string((1 << 20) - 8, 'x'));
  EXPECT_TRUE(Call<Item>("users/kim", large).ok());
  large.set_content_item_id("p2");
  large.mutable_content_item()->mutable_body()->mutable_page()->set_markdown(
      std::string(1 << 20, 'x'));
  EXPECT_THAT(bad(large), ElementsAre(Key("content_item.body")));
  v1::SetCourseItemsRequest items;
  items.set_course(Full("courses/fire"));
  for (int i = 0; i < 500; ++i) items.add_items()->set_item(Full(absl::StrCat("pages/n", i)));
  EXPECT_EQ(Call<v1::CourseItems>("users/kim", items).code(), kDenied);  // There are none.
  items.add_items()->set_item(Full("pages/n500"));
  EXPECT_THAT(Call<v1::CourseItems>("users/kim", items).bad_fields(), ElementsAre(Key("items")));
  items.clear_items();
  items.add_items()->set_item(Full("pages/p"));
  items.add_items()->set_item(Full("pages/p"));
  items.add_items()->set_item(Full("questionPools/p"));
  EXPECT_THAT(Call<v1::CourseItems>("users/kim", items).bad_fields(),
              ElementsAre(Key("items[1].item"), Key("items[2].item")));
  // A name of another kind never gets through where the permission goes by the kind.
  v1::PreviewQuizRequest preview;
  preview.set_name(Full("pages/p"));
  EXPECT_THAT(Call<v1::PreviewQuizResponse>("users/kim", preview).bad_fields(),
              ElementsAre(Key("name")));
  EXPECT_THAT(Get("users/kim", "courses/fire").bad_fields(), ElementsAre(Key("name")));
}

TEST_F(Lms365ContentTest, U1_ItemsAreChangedByEtagAndTakenIdsAreTold) {
  const auto made = Make("users/kim", Item::PAGE, "p", "catalogs/safety", kPage);
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(Make("users/kim", Item::PAGE, "p", "catalogs/safety", kPage).code(),
            grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Make("users/olga", Item::PAGE, "p", "catalogs/office", kPage).code(), kDenied);
  const auto changed =
      Change("users/kim", "pages/p", "page { markdown: 'new' }", made.value.etag());
  ASSERT_TRUE(changed.ok()) << changed.message();
  EXPECT_EQ(changed.value.body().page().markdown(), "new");
  EXPECT_EQ(Change("users/kim", "pages/p", kPage, made.value.etag()).code(),
            grpc::StatusCode::ABORTED);
  EXPECT_TRUE(Delete("users/kim", "pages/p").ok());
  EXPECT_EQ(Delete("users/kim", "pages/p").code(), kDenied);  // As for all that is not there.
  EXPECT_TRUE(Make("users/kim", Item::PAGE, "p", "catalogs/safety", kPage).ok());
}

TEST_F(Lms365ContentTest, P2_LearnersReadPublishedItemsOfTheirCourseWithoutAnswers) {
  ASSERT_TRUE(Make("users/kim", Item::QUIZ, "q", "catalogs/safety", kQuiz).ok());
  ASSERT_TRUE(Make("users/kim", Item::PAGE, "p", "courses/fire", kPage).ok());
  ASSERT_TRUE(Make("users/kim", Item::PAGE, "else", "courses/fire", kPage).ok());
  EXPECT_EQ(Place("users/lea", "courses/fire", {"pages/p"}).code(), kDenied);
  const auto placed = Place("users/cora", "courses/fire", {"quizzes/q", "pages/p"});
  ASSERT_TRUE(placed.ok()) << placed.message();
  EXPECT_THAT(Placed("users/lea", "courses/fire"), ElementsAre("quizzes/q", "pages/p"));
  EXPECT_EQ(Read("users/lea", "courses/fire", "pages/p").code(), kNotFound);  // A draft.
  for (const char* name : {"quizzes/q", "pages/p", "pages/else"}) Publish("users/kim", name);

  const auto page = Read("users/lea", "courses/fire", "pages/p");
  ASSERT_TRUE(page.ok()) << page.message();
  EXPECT_EQ(page.value.page().markdown(), "# Fire");
  const auto quiz = Read("users/lea", "courses/fire", "quizzes/q");
  ASSERT_TRUE(quiz.ok()) << quiz.message();
  EXPECT_EQ(quiz.value.quiz().question_count(), 1);
  EXPECT_THAT(quiz.value.SerializeAsString(), Not(HasSubstr("hot")));

  // Drafts go on without learners seeing them.
  ASSERT_TRUE(Change("users/kim", "pages/p", "page { markdown: 'draft' }").ok());
  EXPECT_EQ(Read("users/lea", "courses/fire", "pages/p").value.page().markdown(), "# Fire");
  EXPECT_EQ(Get("users/kim", "pages/p").value.body().page().markdown(), "draft");
  EXPECT_EQ(Get("users/kim", "pages/p", 1).value.body().page().markdown(), "# Fire");

  EXPECT_EQ(Read("users/lea", "courses/fire", "pages/else").code(), kNotFound);
  EXPECT_EQ(Read("users/otto", "courses/fire", "pages/p").code(), kDenied);
  EXPECT_EQ(Read("users/otto", "courses/desk", "pages/p").code(), kNotFound);
  EXPECT_EQ(Get("users/lea", "pages/p").code(), kDenied);
  ASSERT_TRUE(Decide("users/kim", "pages/p", 1, Review::RETIRE).ok());
  EXPECT_EQ(Read("users/lea", "courses/fire", "pages/p").code(), kNotFound);
}

TEST_F(Lms365ContentTest, WhatIsInUseIsDeletedByForceAlone) {
  ASSERT_TRUE(Make("users/kim", Item::PAGE, "p", "catalogs/safety", kPage).ok());
  ASSERT_TRUE(Make("users/kim", Item::QUESTION_POOL, "pool", "", kPool).ok());
  const std::string drawing =
      absl::StrCat("quiz { parts { draw { pool: '", Full("questionPools/pool"), "' count: 2 } } }");
  ASSERT_TRUE(Make("users/kim", Item::QUIZ, "q", "catalogs/safety", drawing).ok());
  ASSERT_TRUE(Place("users/kim", "courses/fire", {"pages/p"}).ok());
  EXPECT_THAT(Delete("users/kim", "pages/p").violations(), ElementsAre("IN_USE"));
  EXPECT_TRUE(Delete("users/kim", "pages/p", /*force=*/true).ok());
  EXPECT_THAT(Placed("users/kim", "courses/fire"), IsEmpty());
  EXPECT_THAT(Delete("users/kim", "questionPools/pool", /*force=*/true).violations(),
              ElementsAre("IN_USE"));
  EXPECT_TRUE(Delete("users/kim", "quizzes/q").ok());
  EXPECT_TRUE(Delete("users/kim", "questionPools/pool").ok());
}

TEST_F(Lms365ContentTest, KA5_ACatalogGoesWithItsContentByForceAlone) {
  ASSERT_TRUE(Make("users/olga", Item::PAGE, "p", "courses/desk", kPage).ok());
  ASSERT_TRUE(Make("users/ann", Item::PAGE, "shared", "catalogs/safety", kPage).ok());
  ASSERT_TRUE(Share("users/ann", "pages/shared", "courses/desk", v1::ContentShare::USE).ok());
  v1::DeleteCourseRequest request;
  request.set_name(Full("courses/desk"));
  EXPECT_THAT(Call<google::protobuf::Empty>("users/ann", request).violations(),
              ElementsAre("NOT_EMPTY"));
  request.set_force(true);
  const auto deleted = Call<google::protobuf::Empty>("users/ann", request);
  ASSERT_TRUE(deleted.ok()) << deleted.message();
  EXPECT_THAT(List("users/ann"), ElementsAre("pages/shared"));
  EXPECT_THAT(Get("users/ann", "pages/shared").value.shares(), IsEmpty());
}

TEST_F(Lms365ContentTest, U2_QuizzesArePreviewedAndScored) {
  ASSERT_TRUE(Make("users/kim", Item::QUESTION_POOL, "pool", "", kPool).ok());
  const std::string drawing =
      absl::StrCat("quiz { parts { draw { pool: '", Full("questionPools/pool"), "' count: 2 } } }");
  ASSERT_TRUE(Make("users/kim", Item::QUIZ, "q", "catalogs/safety", drawing).ok());
  EXPECT_EQ(Get("users/kim", "quizzes/q").value.body().quiz().parts(0).draw().pool(),
            Full("questionPools/pool"));
  v1::PreviewQuizRequest request;
  request.set_name(Full("quizzes/q"));
  request.set_seed(7);
  EXPECT_EQ(Call<v1::PreviewQuizResponse>("users/lea", request).code(), kDenied);
  const auto shown = Call<v1::PreviewQuizResponse>("users/kim", request);
  ASSERT_TRUE(shown.ok()) << shown.message();
  ASSERT_EQ(shown.value.questions_size(), 2);
  EXPECT_FALSE(shown.value.has_score());
  EXPECT_THAT(shown.value.SerializeAsString(), Not(HasSubstr("secret")));
  EXPECT_EQ(Call<v1::PreviewQuizResponse>("users/cora", request).value.SerializeAsString(),
            shown.value.SerializeAsString());
  // The answer of question `X?` is `secret-x`.
  request.add_answers()->set_text(
      absl::StrCat("SECRET-", shown.value.questions(0).text().substr(0, 1)));
  const auto scored = Call<v1::PreviewQuizResponse>("users/kim", request);
  ASSERT_TRUE(scored.ok()) << scored.message();
  EXPECT_THAT(scored.value.score().question_points(), ElementsAre(1, 0));
  request.mutable_answers(0)->set_truth(true);
  EXPECT_THAT(Call<v1::PreviewQuizResponse>("users/kim", request).bad_fields(),
              ElementsAre(Key("answers[0].truth")));
}

TEST_F(Lms365ContentTest, AQuizDrawsFromPoolsThatItsAuthorMayRead) {
  ASSERT_TRUE(Make("users/kim", Item::QUESTION_POOL, "ours", "catalogs/safety", kPool).ok());
  const std::string drawing =
      absl::StrCat("quiz { parts { draw { pool: '", Full("questionPools/ours"), "' count: 4 } } }");
  const auto refused = Make("users/olga", Item::QUIZ, "q", "catalogs/office", drawing);
  const auto missing = Make("users/olga", Item::QUIZ, "q", "catalogs/office",
                            "quiz { parts { draw { pool: 'tenants/acme/questionPools/none' "
                            "count: 1 } } }");
  EXPECT_EQ(refused.code(), kDenied);
  EXPECT_EQ(missing.code(), kDenied);
  ASSERT_TRUE(Make("users/kim", Item::QUIZ, "q", "catalogs/safety", drawing).ok());
  EXPECT_THAT(Submit("users/kim", "quizzes/q").violations(), ElementsAre("POOL_NOT_PUBLISHED"));
  Publish("users/kim", "questionPools/ours");
  EXPECT_THAT(Submit("users/kim", "quizzes/q").violations(), ElementsAre("TOO_FEW_QUESTIONS"));
}

// Course creators of PlutoLMS: cleo made courses/own, and courses/other is ann's.
class PlutoContentTest : public ContentTest {
 protected:
  PlutoContentTest() : ContentTest(kPlutoLms) {
    MakeCatalog("all");
    MakeUser("cleo");
    MakeUser("rob");
    Assign("users/cleo", "course_creator", "");
    Assign("users/rob", "reporter", "");
    MakeCourse("other", "catalogs/all");
    v1::CreateCourseRequest request;
    request.set_parent(Full(""));
    request.set_course_id("own");
    request.mutable_course()->set_display_name("own");
    request.mutable_course()->set_parent_scope(Full("catalogs/all"));
    EXPECT_TRUE(Call<v1::Course>("users/cleo", request).ok());
  }
};

TEST_F(PlutoContentTest, CC1_CC2_CC3_CourseCreatorsMakeContentOfTheirOwnCoursesAlone) {
  for (const char* course : {"own", "other"}) {
    SCOPED_TRACE(course);
    const std::string home = absl::StrCat("courses/", course);
    const bool own = home == "courses/own";
    const auto page = Make("users/cleo", Item::PAGE, absl::StrCat("p-", course), home, kPage);
    const auto quiz = Make("users/cleo", Item::QUIZ, absl::StrCat("q-", course), home, kQuiz);
    EXPECT_EQ(page.ok(), own) << page.message();
    EXPECT_EQ(quiz.ok(), own) << quiz.message();
    EXPECT_EQ(Make("users/rob", Item::PAGE, "r", home, kPage).code(), kDenied);
    if (!own) {
      ASSERT_TRUE(Make("users/ann", Item::PAGE, "p-other", home, kPage).ok());
      ASSERT_TRUE(Make("users/ann", Item::QUIZ, "q-other", home, kQuiz).ok());
    }
    const std::string name = absl::StrCat("pages/p-", course);
    EXPECT_EQ(Change("users/cleo", name, kPage).ok(), own);
    EXPECT_EQ(Get("users/cleo", name).ok(), own);
    EXPECT_EQ(Change("users/cleo", absl::StrCat("quizzes/q-", course), kQuiz).ok(), own);
    EXPECT_EQ(Place("users/cleo", home, {name}).ok(), own);
    EXPECT_EQ(Get("users/rob", name).code(), kDenied);
  }
  // In one's own course, an item that somebody else made there too: the course is one's own.
  ASSERT_TRUE(Make("users/ann", Item::PAGE, "by-ann", "courses/own", kPage).ok());
  EXPECT_TRUE(Change("users/cleo", "pages/by-ann", kPage).ok());
}

}  // namespace
}  // namespace provost
