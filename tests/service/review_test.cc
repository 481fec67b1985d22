// CoreAchieve: authors make content, and administrators review it before learners get it.
#include "tests/service/content.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;
using Item = v1::ContentItem;
using State = v1::ContentVersion;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;

// ann is the administrator, aron an author, mia manages attendees.
class ReviewTest : public ContentTest {
 protected:
  ReviewTest() : ContentTest(kCoreAchieve) {
    MakeCatalog("all");
    for (const char* user : {"aron", "mia"}) MakeUser(user);
    Assign("users/aron", "author", "");
    Assign("users/mia", "attendee_manager", "");
  }

  std::vector<std::string> Comments(absl::string_view actor, absl::string_view name,
                                    int page_size = 0, int version = 0) {
    std::vector<std::string> texts;
    v1::ListReviewCommentsRequest request;
    request.set_name(Full(name));
    request.set_page_size(page_size);
    request.set_version(version);
    for (;;) {
      const auto answer = Call<v1::ListReviewCommentsResponse>(actor, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      for (const v1::ReviewComment& comment : answer.value.comments()) {
        texts.push_back(absl::StrCat(comment.version(), " ",
                                     comment.author().substr(Full("users/").size()), ": ",
                                     comment.text()));
      }
      if (answer.value.next_page_token().empty()) return texts;
      request.set_page_token(answer.value.next_page_token());
    }
  }
};

TEST_F(ReviewTest, U1_U2_AuthorsMakeContentAndAttendeeManagersDoNot) {
  EXPECT_EQ(Make("users/mia", Item::PAGE, "p", "catalogs/all", kPage).code(), kDenied);
  const auto made = Make("users/aron", Item::PAGE, "p", "catalogs/all", kPage);
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_TRUE(Make("users/aron", Item::QUIZ, "q", "catalogs/all", kQuiz).ok());
  EXPECT_TRUE(Make("users/aron", Item::QUESTION_POOL, "pool", "", kPool).ok());
  EXPECT_TRUE(Change("users/aron", "pages/p", "page { markdown: 'more' }").ok());
  EXPECT_EQ(Change("users/mia", "pages/p", kPage).code(), kDenied);
  EXPECT_EQ(Get("users/mia", "quizzes/q").code(), kDenied);
}

TEST_F(ReviewTest, A5_A6_AdministratorsReviewBeforeAnythingIsPublished) {
  ASSERT_TRUE(Make("users/aron", Item::PAGE, "p", "catalogs/all", kPage).ok());
  EXPECT_EQ(Decide("users/ann", "pages/p", 1, Review::APPROVE).violations(),
            std::vector<std::string>{"STATE"});
  const auto submitted = Submit("users/aron", "pages/p", false, "Please look");
  ASSERT_TRUE(submitted.ok()) << submitted.message();
  EXPECT_EQ(submitted.value.state(), State::IN_REVIEW);
  EXPECT_EQ(submitted.value.state_by(), Full("users/aron"));
  EXPECT_THAT(Change("users/aron", "pages/p", kPage).violations(), ElementsAre("NOT_A_DRAFT"));
  EXPECT_THAT(Submit("users/aron", "pages/p").violations(), ElementsAre("STATE"));
  for (const auto decision : {Review::COMMENT, Review::APPROVE, Review::REQUEST_CHANGES}) {
    EXPECT_EQ(Decide("users/aron", "pages/p", 1, decision, "x").code(), kDenied);
    EXPECT_EQ(Decide("users/mia", "pages/p", 1, decision, "x").code(), kDenied);
  }
  EXPECT_TRUE(Decide("users/ann", "pages/p", 1, Review::COMMENT, "Hm").ok());
  EXPECT_THAT(Decide("users/ann", "pages/p", 1, Review::REQUEST_CHANGES).bad_fields(),
              ElementsAre(Key("comment")));
  EXPECT_EQ(Decide("users/ann", "pages/p", 1, Review::REQUEST_CHANGES, "Shorter").value.state(),
            State::DRAFT);
  ASSERT_TRUE(Change("users/aron", "pages/p", "page { markdown: 'short' }").ok());
  ASSERT_TRUE(Submit("users/aron", "pages/p").ok());
  EXPECT_THAT(Decide("users/ann", "pages/p", 1, Review::PUBLISH).violations(),
              ElementsAre("STATE"));
  EXPECT_EQ(Decide("users/ann", "pages/p", 1, Review::APPROVE).value.state(), State::APPROVED);
  EXPECT_EQ(Decide("users/aron", "pages/p", 1, Review::PUBLISH).code(), kDenied);
  EXPECT_EQ(Decide("users/ann", "pages/p", 1, Review::PUBLISH, "Good").value.state(),
            State::PUBLISHED);
  EXPECT_EQ(Get("users/aron", "pages/p").value.published_version(), 1);
  EXPECT_EQ(Get("users/aron", "pages/p").value.draft_version(), 0);

  const std::vector<std::string> all = {"1 aron: Please look", "1 ann: Hm", "1 ann: Shorter",
                                        "1 ann: Good"};
  EXPECT_EQ(Comments("users/aron", "pages/p"), all);
  EXPECT_EQ(Comments("users/aron", "pages/p", 1), all);
  v1::ListReviewCommentsRequest comments;
  comments.set_name(Full("pages/p"));
  EXPECT_EQ(Call<v1::ListReviewCommentsResponse>("users/mia", comments).code(), kDenied);
}

TEST_F(ReviewTest, A6_PublishingRetiresWhatWasPublished) {
  ASSERT_TRUE(Make("users/aron", Item::PAGE, "p", "catalogs/all", kPage).ok());
  Publish("users/ann", "pages/p");
  EXPECT_THAT(Submit("users/aron", "pages/p").violations(), ElementsAre("NO_DRAFT"));
  ASSERT_EQ(Change("users/aron", "pages/p", "page { markdown: '2' }").value.draft_version(), 2);
  ASSERT_TRUE(Submit("users/aron", "pages/p", false, "Second").ok());
  EXPECT_EQ(Submit("users/aron", "pages/p", /*withdraw=*/true).value.state(), State::DRAFT);
  EXPECT_THAT(Submit("users/aron", "pages/p", /*withdraw=*/true).violations(),
              ElementsAre("STATE"));
  Publish("users/ann", "pages/p");
  v1::ListContentVersionsRequest request;
  request.set_name(Full("pages/p"));
  request.set_page_size(1);
  const auto newest = Call<v1::ListContentVersionsResponse>("users/aron", request);
  ASSERT_THAT(newest.value.versions(), SizeIs(1));
  EXPECT_EQ(newest.value.versions(0).number(), 2);
  EXPECT_EQ(newest.value.versions(0).state(), State::PUBLISHED);
  request.set_page_token(newest.value.next_page_token());
  const auto oldest = Call<v1::ListContentVersionsResponse>("users/aron", request);
  ASSERT_THAT(oldest.value.versions(), SizeIs(1));
  EXPECT_EQ(oldest.value.versions(0).state(), State::RETIRED);
  EXPECT_THAT(oldest.value.next_page_token(), IsEmpty());
  EXPECT_THAT(Comments("users/aron", "pages/p", 0, 2), ElementsAre("2 aron: Second"));
  EXPECT_THAT(Comments("users/aron", "pages/p", 0, 1), IsEmpty());
  EXPECT_EQ(Decide("users/ann", "pages/p", 3, Review::APPROVE).code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ReviewTest, APublishedQuizKeepsThePoolVersionsThatItWasReviewedWith) {
  ASSERT_TRUE(Make("users/aron", Item::QUESTION_POOL, "pool", "", kPool).ok());
  ASSERT_TRUE(Submit("users/aron", "questionPools/pool").ok());
  // Pools are reviewed by those who manage them.
  ASSERT_TRUE(Decide("users/aron", "questionPools/pool", 1, Review::APPROVE).ok());
  ASSERT_TRUE(Decide("users/aron", "questionPools/pool", 1, Review::PUBLISH).ok());
  ASSERT_TRUE(Make("users/aron", Item::QUIZ, "q", "catalogs/all",
                   absl::StrCat("quiz { parts { draw { pool: '", Full("questionPools/pool"),
                                "' count: 3 } } }"))
                  .ok());
  Publish("users/ann", "quizzes/q");
  v1::PreviewQuizRequest preview;
  preview.set_name(Full("quizzes/q"));
  preview.set_seed(3);
  const auto before = Call<v1::PreviewQuizResponse>("users/aron", preview);
  ASSERT_TRUE(before.ok()) << before.message();
  ASSERT_TRUE(Change("users/aron", "questionPools/pool",
                     "question_pool { questions { id: 'z' text: 'Z?' points: 1 true_false: true } "
                     "}")
                  .ok());
  Publish("users/aron", "questionPools/pool");
  EXPECT_EQ(Call<v1::PreviewQuizResponse>("users/aron", preview).value.SerializeAsString(),
            before.value.SerializeAsString());
}

TEST_F(ReviewTest, WhatIsEmptyIsNotHandedIn) {
  ASSERT_TRUE(Make("users/aron", Item::QUIZ, "q", "catalogs/all", "quiz {}").ok());
  ASSERT_TRUE(Make("users/aron", Item::QUESTION_POOL, "pool", "", "question_pool {}").ok());
  ASSERT_TRUE(Make("users/aron", Item::PACKAGE, "k", "catalogs/all", "").ok());
  EXPECT_THAT(Submit("users/aron", "quizzes/q").violations(), ElementsAre("NO_QUESTIONS"));
  EXPECT_THAT(Submit("users/aron", "questionPools/pool").violations(), ElementsAre("NO_QUESTIONS"));
  EXPECT_THAT(Submit("users/aron", "packages/k").violations(), ElementsAre("NO_FILE"));
}

}  // namespace
}  // namespace provost
