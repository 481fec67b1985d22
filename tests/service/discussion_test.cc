// Discussions (I1, PI3, PL2, LE2): who takes part in them, who moderates them, what was read.
#include <thread>

#include "provost/v1/audit_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "tests/service/discussion.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using v1::Post;

TEST_F(SchoolTest, I1_LE2_PeopleOfACourseDiscussAndOthersDoNot) {
  const auto opened = Open("users/lea", "courses/fire", "Exits", "Where are they?\n\n- here?");
  ASSERT_TRUE(opened.ok()) << opened.message();
  const std::string exits = opened.value.name();
  EXPECT_EQ(opened.value.training(), Full("courses/fire"));
  EXPECT_EQ(opened.value.author(), Full("users/lea"));
  EXPECT_EQ(opened.value.post_count(), 1);
  EXPECT_EQ(opened.value.unread_count(), 0);
  const auto answer = Reply("users/leo", exits, "Behind you");
  ASSERT_TRUE(answer.ok()) << answer.message();
  const auto thanks = Reply("users/ina", exits, "Well seen", answer.value.name());
  ASSERT_TRUE(thanks.ok()) << thanks.message();
  EXPECT_EQ(thanks.value.reply_to(), answer.value.name());
  const auto posts = Posts("users/lea", exits);
  EXPECT_THAT(Texts(posts.value),
              ElementsAre("Where are they?\n\n- here?", "Behind you", "Well seen"));
  EXPECT_EQ(posts.value.posts(1).author(), Full("users/leo"));
  EXPECT_EQ(posts.value.posts(1).state(), Post::PUBLISHED);
  EXPECT_EQ(posts.value.posts(1).discussion(), exits);
  // Authors look at what is said of their courses (r5).
  EXPECT_EQ(Get("users/aron", exits).value.title(), "Exits");

  // Attendee managers have no part in it, nor do learners of another course.
  for (const char* other : {"users/mia", "users/sam", "tenants/system/users/root"}) {
    EXPECT_EQ(Open(other, "courses/fire", "Mine").code(), kDenied) << other;
    EXPECT_EQ(Get(other, exits).code(), kDenied) << other;
    EXPECT_EQ(List(other, "courses/fire").code(), kDenied) << other;
    EXPECT_EQ(Posts(other, exits).code(), kDenied) << other;
    EXPECT_EQ(Reply(other, exits, "Me too").code(), kDenied) << other;
    EXPECT_EQ(Mark(other, exits).code(), kDenied) << other;
    EXPECT_EQ(Edit(other, answer.value.name(), "No").code(), kDenied) << other;
    EXPECT_EQ(Delete(other, answer.value.name()).code(), kDenied) << other;
    // What is not there is refused in the same words as what is hidden.
    EXPECT_EQ(Get(other, Full("discussions/99999")).code(), kDenied) << other;
  }
  EXPECT_EQ(Get("users/ann", Full("discussions/99999")).code(), kMissing);
  EXPECT_THAT(List("users/lea", "courses/fire").value.discussions(), SizeIs(1));
  EXPECT_THAT(List("users/sam", "courses/pitch").value.discussions(), IsEmpty());
}

TEST_F(SchoolTest, I1_InstructorsPinLockAndRemove) {
  const std::string first = Opened("users/lea", "courses/fire", "First");
  const std::string second = Opened("users/leo", "courses/fire", "Second");
  const auto spam = Reply("users/leo", first, "Buy this");
  ASSERT_TRUE(spam.ok()) << spam.message();
  for (const char* other : {"users/lea", "users/leo", "users/aron", "users/mia"}) {
    EXPECT_EQ(Pin(other, second).code(), kDenied) << other;
    EXPECT_EQ(Lock(other, second).code(), kDenied) << other;
    EXPECT_EQ(Remove(other, spam.value.name()).code(), kDenied) << other;
  }
  EXPECT_THAT(Titles(List("users/lea", "courses/fire").value), ElementsAre("First", "Second"));
  ASSERT_TRUE(Pin("users/ina", second).ok());
  EXPECT_THAT(Titles(List("users/lea", "courses/fire").value), ElementsAre("Second", "First"));
  EXPECT_TRUE(List("users/lea", "courses/fire").value.discussions(0).pinned());
  ASSERT_TRUE(Pin("users/ina", second, /*unpin=*/true).ok());
  EXPECT_THAT(Titles(List("users/lea", "courses/fire").value), ElementsAre("First", "Second"));

  // A locked one takes posts of moderators alone.
  EXPECT_TRUE(Lock("users/ina", first).value.locked());
  EXPECT_THAT(Reply("users/lea", first, "But").violations(), ElementsAre("LOCKED"));
  EXPECT_THAT(Edit("users/leo", spam.value.name(), "Buy that").violations(), ElementsAre("LOCKED"));
  EXPECT_TRUE(Reply("users/ina", first, "That is all").ok());
  EXPECT_FALSE(Lock("users/ina", first, /*unlock=*/true).value.locked());
  EXPECT_TRUE(Reply("users/lea", first, "Thanks").ok());

  // What is removed is seen by its author and by moderators.
  const auto removed = Remove("users/ina", spam.value.name(), "Advertising");
  ASSERT_TRUE(removed.ok()) << removed.message();
  EXPECT_EQ(removed.value.text(), "Buy this");
  EXPECT_THAT(Texts(Posts("users/lea", first).value),
              ElementsAre("What about it?", "", "That is all", "Thanks"));
  EXPECT_EQ(Posts("users/lea", first).value.posts(1).state(), Post::REMOVED);
  EXPECT_EQ(Posts("users/lea", first).value.posts(1).reason(), "");
  for (const char* sees : {"users/ina", "users/leo", "users/ann"}) {
    const auto posts = Posts(sees, first);
    EXPECT_EQ(posts.value.posts(1).text(), "Buy this") << sees;
    EXPECT_EQ(posts.value.posts(1).reason(), "Advertising") << sees;
  }
  EXPECT_THAT(Remove("users/ina", spam.value.name()).violations(), ElementsAre("STATE"));
  EXPECT_THAT(Edit("users/leo", spam.value.name(), "Sorry").violations(), ElementsAre("STATE"));
  EXPECT_THAT(Delete("users/leo", spam.value.name()).violations(), ElementsAre("STATE"));

  // The title goes with the first post.
  const std::string opening = Posts("users/lea", second).value.posts(0).name();
  ASSERT_TRUE(Remove("users/ina", opening).ok());
  EXPECT_EQ(Get("users/lea", second).value.title(), "");
  EXPECT_EQ(Get("users/ina", second).value.title(), "Second");
  EXPECT_EQ(Get("users/leo", second).value.title(), "Second");

  v1::ListAuditEntriesRequest audit;
  audit.set_parent(Full(""));
  audit.set_resource(spam.value.name());
  const auto entries = Call<v1::ListAuditEntriesResponse>("users/ann", audit);
  ASSERT_TRUE(entries.ok()) << entries.message();
  EXPECT_EQ(entries.value.entries(0).method(), "DiscussionService.RemovePost");
  EXPECT_EQ(entries.value.entries(0).actor(), Full("users/ina"));
  EXPECT_EQ(entries.value.entries(0).reason(), "Advertising");
}

TEST_F(SchoolTest, PL2_OnesOwnPostsAreChangedAndDeleted) {
  const std::string exits = Opened("users/lea", "courses/fire", "Exists");
  const auto post = Reply("users/leo", exits, "Their");
  ASSERT_TRUE(post.ok()) << post.message();
  const std::string name = post.value.name();
  EXPECT_FALSE(post.value.has_edit_time());
  const auto edited = Edit("users/leo", name, "There", "", post.value.etag());
  ASSERT_TRUE(edited.ok()) << edited.message();
  EXPECT_EQ(edited.value.text(), "There");
  EXPECT_TRUE(Posts("users/lea", exits).value.posts(1).has_edit_time());
  EXPECT_EQ(Edit("users/leo", name, "Here", "", post.value.etag()).code(),
            grpc::StatusCode::ABORTED);
  // Nobody else's, by whatever role.
  for (const char* other : {"users/lea", "users/ina", "users/ann"}) {
    EXPECT_EQ(Edit(other, name, "No").code(), kDenied) << other;
    EXPECT_EQ(Delete(other, name).code(), kDenied) << other;
  }
  EXPECT_THAT(Edit("users/leo", name, "", "Exits").bad_fields(), ElementsAre(Key("title")));
  const std::string opening = Posts("users/lea", exits).value.posts(0).name();
  ASSERT_TRUE(Edit("users/lea", opening, "", "Exits").ok());
  EXPECT_EQ(Get("users/leo", exits).value.title(), "Exits");
  EXPECT_EQ(Posts("users/leo", exits).value.posts(0).text(), "What about it?");

  const auto deleted = Delete("users/leo", name);
  ASSERT_TRUE(deleted.ok()) << deleted.message();
  EXPECT_EQ(deleted.value.state(), Post::DELETED);
  for (const char* reader : {"users/lea", "users/leo", "users/ina"}) {
    EXPECT_THAT(Texts(Posts(reader, exits).value), ElementsAre("What about it?", "")) << reader;
  }
  EXPECT_THAT(Delete("users/leo", name).violations(), ElementsAre("STATE"));
  EXPECT_THAT(Remove("users/ina", name).violations(), ElementsAre("STATE"));
  // What answers it stays, and may still come.
  EXPECT_TRUE(Reply("users/lea", exits, "Pity", name).ok());
  ASSERT_TRUE(Delete("users/lea", opening).ok());
  for (const char* reader : {"users/lea", "users/leo", "users/ina"}) {
    EXPECT_EQ(Get(reader, exits).value.title(), "") << reader;
  }
  EXPECT_EQ(Get("users/lea", exits).value.author(), Full("users/lea"));
}

TEST_F(SchoolTest, PL2_WhatIsUnreadIsCountedForEach) {
  const std::string exits = Opened("users/lea", "courses/fire", "Exits");
  const std::string alarms = Opened("users/lea", "courses/fire", "Alarms");
  const auto unread = [&](absl::string_view who) { return Get(who, exits).value.unread_count(); };
  EXPECT_EQ(unread("users/lea"), 0);
  EXPECT_EQ(unread("users/leo"), 1);
  std::vector<std::string> posts;
  for (const char* text : {"1", "2", "3"}) {
    posts.push_back(Reply("users/leo", exits, text).value.name());
  }
  EXPECT_EQ(unread("users/lea"), 3);
  EXPECT_EQ(unread("users/leo"), 1);  // lea's; one's own are no news
  EXPECT_EQ(unread("users/ina"), 4);
  // Whoever posts has not read more for that.
  const std::string own = Reply("users/lea", exits, "4").value.name();
  Reply("users/leo", exits, "5");
  EXPECT_EQ(unread("users/lea"), 4);
  EXPECT_EQ(Mark("users/lea", exits, posts[1]).value.unread_count(), 2);
  EXPECT_EQ(Mark("users/lea", exits, posts[0]).value.unread_count(), 2);  // stays read
  const auto listed = Posts("users/lea", exits);
  std::vector<std::string> news;
  for (const Post& post : listed.value.posts()) {
    if (post.unread()) news.push_back(post.text());
  }
  EXPECT_THAT(news, ElementsAre("3", "5"));
  EXPECT_EQ(Mark("users/lea", exits).value.unread_count(), 0);
  EXPECT_EQ(unread("users/leo"), 2);
  // A post that is deleted or removed is news as well.
  ASSERT_TRUE(Delete("users/lea", own).ok());
  EXPECT_EQ(unread("users/leo"), 2);
  const auto list = List("users/leo", "courses/fire");
  ASSERT_THAT(list.value.discussions(), SizeIs(2));
  EXPECT_EQ(list.value.discussions(0).unread_count(), 2);  // exits
  EXPECT_EQ(list.value.discussions(1).unread_count(), 1);
  EXPECT_THAT(Mark("users/leo", alarms, posts[0]).bad_fields(), ElementsAre(Key("post")));
  EXPECT_THAT(Mark("users/leo", alarms, Full("posts/99999")).bad_fields(),
              ElementsAre(Key("post")));
}

TEST_F(SchoolTest, PL2_TwoPeopleReplyAtOnce) {
  const std::string exits = Opened("users/ina", "courses/fire", "Exits");
  constexpr int kEach = 20;
  const auto reply = [&](const std::string& who) {
    for (int i = 0; i < kEach; ++i) {
      const auto answer = Reply(who, exits, absl::StrCat(who, " ", i));
      EXPECT_TRUE(answer.ok()) << answer.message();
    }
  };
  std::thread other([&] { reply("users/leo"); });
  reply("users/lea");
  other.join();
  EXPECT_EQ(Get("users/ina", exits).value.post_count(), 1 + 2 * kEach);
  EXPECT_EQ(Get("users/ina", exits).value.unread_count(), 2 * kEach);
  // Neither has missed one of the other's.
  EXPECT_EQ(Get("users/lea", exits).value.unread_count(), 1 + kEach);
  EXPECT_EQ(Get("users/leo", exits).value.unread_count(), 1 + kEach);
  std::vector<std::string> leas;
  for (const std::string& text : Texts(Posts("users/ina", exits).value)) {
    if (text.find("lea") != std::string::npos) leas.push_back(text);
  }
  ASSERT_THAT(leas, SizeIs(kEach));
  for (int i = 0; i < kEach; ++i) EXPECT_EQ(leas[i], absl::StrCat("users/lea ", i));
}

TEST_F(SchoolTest, PL2_PagesStayInOrderWhilePostsComeIn) {
  std::vector<std::string> names;
  for (const char* title : {"A", "B", "C", "D", "E", "F"}) {
    names.push_back(Opened("users/lea", "courses/fire", title));
  }
  ASSERT_TRUE(Pin("users/ina", names[0]).ok());
  // A (pinned), F, E, D, C, B
  auto page = List("users/leo", "courses/fire", 2);
  std::vector<std::string> seen = Titles(page.value);
  Reply("users/ina", names[5], "F was shown");
  Reply("users/ina", names[1], "B is yet to come");
  Reply("users/ina", names[3], "so is D");
  Opened("users/lea", "courses/fire", "New");
  while (!page.value.next_page_token().empty()) {
    page = List("users/leo", "courses/fire", 2, page.value.next_page_token());
    ASSERT_TRUE(page.ok()) << page.message();
    for (const std::string& title : Titles(page.value)) seen.push_back(title);
    Reply("users/ina", names[2], "so is C");
  }
  EXPECT_THAT(seen, ElementsAre("A", "F", "E", "D", "C", "B"));
  EXPECT_THAT(Titles(List("users/leo", "courses/fire").value),
              ElementsAre("A", "C", "New", "D", "B", "F", "E"));

  // Of posts, those that come in are on the last page; newest first they are left out.
  for (int i = 1; i < 5; ++i) Reply("users/ina", names[4], absl::StrCat(i));
  for (const bool newest_first : {false, true}) {
    const std::vector<std::string> before =
        Texts(Posts("users/leo", names[4], 0, "", newest_first).value);
    auto posts = Posts("users/leo", names[4], 2, "", newest_first);
    std::vector<std::string> texts = Texts(posts.value);
    ASSERT_TRUE(Reply("users/ina", names[4], "late").ok());
    while (!posts.value.next_page_token().empty()) {
      posts = Posts("users/leo", names[4], 2, posts.value.next_page_token(), newest_first);
      ASSERT_TRUE(posts.ok()) << posts.message();
      for (const std::string& text : Texts(posts.value)) texts.push_back(text);
    }
    std::vector<std::string> expected = before;
    if (!newest_first) expected.push_back("late");
    EXPECT_THAT(texts, ElementsAreArray(expected)) << newest_first;
  }
}

TEST_F(SchoolTest, Rule6_AFreezeStopsWritingAndNotReading) {
  const std::string exits = Opened("users/lea", "courses/fire", "Exits");
  const auto post = Reply("users/leo", exits, "Buy this");
  ASSERT_TRUE(Remove("users/ina", post.value.name()).ok());
  const auto own = Reply("users/leo", exits, "Sorry");
  Hold("courses/fire");
  EXPECT_THAT(Open("users/lea", "courses/fire", "More").violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Reply("users/leo", exits, "More").violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Edit("users/leo", own.value.name(), "More").violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Delete("users/leo", own.value.name()).violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Remove("users/ina", own.value.name()).violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Pin("users/ina", exits).violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Lock("users/ina", exits).violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Texts(Posts("users/lea", exits).value), ElementsAre("What about it?", "", "Sorry"));
  EXPECT_THAT(Texts(Posts("users/ina", exits).value),
              ElementsAre("What about it?", "Buy this", "Sorry"));
  EXPECT_EQ(Mark("users/lea", exits).value.unread_count(), 0);
}

TEST_F(SchoolTest, WhatIsWrongIsToldFieldByField) {
  const std::string exits = Opened("users/lea", "courses/fire", "Exits");
  const std::string other = Opened("users/lea", "courses/fire", "Others");
  const std::string elsewhere = Posts("users/lea", other).value.posts(0).name();
  EXPECT_THAT(Open("users/lea", "courses/fire", "", " \n ").bad_fields(),
              UnorderedElementsAre(Key("discussion.title"), Key("text")));
  EXPECT_THAT(Open("users/lea", "catalogs/all", "Exits").bad_fields(),
              ElementsAre(Key("discussion.training")));
  EXPECT_THAT(Open("users/lea", "courses/fire", std::string(201, 'x')).bad_fields(),
              ElementsAre(Key("discussion.title")));
  EXPECT_THAT(Open("users/lea", "courses/fire", "two\nlines").bad_fields(),
              ElementsAre(Key("discussion.title")));
  EXPECT_THAT(Reply("users/lea", exits, "").bad_fields(), ElementsAre(Key("text")));
  EXPECT_THAT(Reply("users/lea", exits, "\x1b[31m").bad_fields(), ElementsAre(Key("text")));
  EXPECT_THAT(Reply("users/lea", exits, std::string(10001, 'x')).bad_fields(),
              ElementsAre(Key("text")));
  EXPECT_TRUE(Reply("users/lea", exits, std::string(10000, 'x')).ok());
  EXPECT_THAT(Reply("users/lea", Full("posts/1"), "").bad_fields(),
              UnorderedElementsAre(Key("discussion"), Key("text")));
  // A post of another discussion is as good as none.
  EXPECT_THAT(Reply("users/lea", exits, "Yes", elsewhere).bad_fields(),
              ElementsAre(Key("reply_to")));
  EXPECT_THAT(Reply("users/lea", exits, "Yes", Full("posts/99999")).bad_fields(),
              ElementsAre(Key("reply_to")));
  EXPECT_THAT(Edit("users/lea", elsewhere, "").bad_fields(), ElementsAre(Key("text")));
  EXPECT_THAT(Remove("users/ina", elsewhere, "").bad_fields(), ElementsAre(Key("reason")));
  EXPECT_THAT(List("users/lea", "catalogs/all").bad_fields(), ElementsAre(Key("training")));
  EXPECT_THAT(Posts("users/lea", exits, -1).bad_fields(), ElementsAre(Key("page_size")));
  EXPECT_THAT(Get("users/lea", Full("discussions/x")).bad_fields(), ElementsAre(Key("name")));
}

TEST_F(SchoolTest, RuleUid_WhoIsErasedHasSaidNothing) {
  constexpr char kRequestId[] = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const std::string leas = Opened("users/lea", "courses/fire", "Lea's");
  const std::string leos = Opened("users/leo", "courses/fire", "Leo's");
  ASSERT_TRUE(Reply("users/leo", leas, "I said so", "", kRequestId).ok());
  ASSERT_TRUE(Mark("users/leo", leas).ok());
  const auto removed = Reply("users/leo", leas, "Buy this");
  ASSERT_TRUE(Remove("users/ina", removed.value.name()).ok());
  ASSERT_TRUE(Reply("users/lea", leos, "Hm").ok());
  EXPECT_EQ(Get("users/lea", leas).value.unread_count(), 2);
  Erase("users/leo");
  const auto posts = Posts("users/ina", leas);
  EXPECT_THAT(Texts(posts.value), ElementsAre("What about it?", "", ""));
  EXPECT_EQ(posts.value.posts(1).author(), "");
  EXPECT_EQ(posts.value.posts(1).state(), Post::DELETED);
  EXPECT_EQ(posts.value.posts(2).state(), Post::DELETED);
  EXPECT_EQ(posts.value.posts(2).reason(), "");
  const auto opened = Get("users/ina", leos);
  EXPECT_EQ(opened.value.title(), "");
  EXPECT_EQ(opened.value.author(), "");
  EXPECT_THAT(Texts(Posts("users/ina", leos).value), ElementsAre("", "Hm"));
  EXPECT_EQ(Get("users/lea", leas).value.unread_count(), 2);
  EXPECT_EQ(Edit("users/lea", posts.value.posts(1).name(), "Mine").code(), kDenied);
  // Another one of the id has none of it.
  MakeUser("leo");
  Assign("users/leo", "learner", "courses/fire");
  EXPECT_EQ(Get("users/leo", leas).value.unread_count(), 3);
  EXPECT_EQ(Delete("users/leo", posts.value.posts(1).name()).code(), kDenied);
}

TEST_F(SchoolTest, RuleUid_DiscussionsGoWithTheirCourse) {
  const std::string exits = Opened("users/lea", "courses/fire", "Exits");
  const std::string post = Reply("users/leo", exits, "There").value.name();
  const std::string pitch = Opened("users/sam", "courses/pitch", "Kick-off");
  ASSERT_TRUE(Mark("users/ina", exits).ok());
  EraseCourse("courses/fire");
  EXPECT_EQ(Get("users/ann", exits).code(), kMissing);
  EXPECT_EQ(Posts("users/ann", exits).code(), kMissing);
  EXPECT_EQ(Remove("users/ann", post).code(), kMissing);
  EXPECT_EQ(Get("users/sam", pitch).value.title(), "Kick-off");
  MakeCourse("fire", "catalogs/all");
  EXPECT_THAT(List("users/ann", "courses/fire").value.discussions(), IsEmpty());
}

TEST_F(SchoolTest, RetriesGetTheFirstAnswer) {
  constexpr char kRequestId[] = "1f8fad5b-d9cb-469f-a165-70867728950e";
  const std::string exits = Opened("users/lea", "courses/fire", "Exits");
  const auto once = Reply("users/leo", exits, "There", "", kRequestId);
  ASSERT_TRUE(once.ok()) << once.message();
  const auto twice = Reply("users/leo", exits, "There", "", kRequestId);
  EXPECT_EQ(twice.value.name(), once.value.name());
  EXPECT_EQ(Get("users/leo", exits).value.post_count(), 2);
  // Erasing who wrote it empties the kept answer; nobody of that name may ask for it then.
  Erase("users/leo");
  EXPECT_EQ(Reply("users/leo", exits, "There", "", kRequestId).code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

// LMS365: what an instructor needs of the course comes by reach; catalog administrators moderate.
class CatalogTest : public DiscussionTest {
 protected:
  CatalogTest() : DiscussionTest("lms365") {
    MakeCatalog("safety");
    Assign("users/ann", "catalog_admin", "catalogs/safety");
    for (const char* course : {"fire", "pitch"}) MakeCourse(course, "catalogs/safety");
    for (const char* user : {"carl", "kim", "olaf", "lea", "sam"})
      MakeUser(user, "catalogs/safety");
    MakeSession("fire-1", "courses/fire");
    Assign("users/carl", "catalog_admin", "catalogs/safety");
    Assign("users/kim", "course_admin", "courses/fire");
    Assign("users/olaf", "instructor", "sessions/fire-1");
    Assign("users/lea", "learner", "courses/fire");
    Assign("users/sam", "learner", "courses/pitch");
  }

  void MakeSession(const std::string& id, absl::string_view course) {
    v1::CreateSessionRequest request;
    request.set_parent(Full(""));
    request.set_session_id(id);
    request.mutable_session()->set_display_name(id);
    request.mutable_session()->set_parent_scope(Full(course));
    const auto answer = Call<v1::Session>("users/ann", request);
    ASSERT_TRUE(answer.ok()) << answer.message();
  }
};

TEST_F(CatalogTest, PL2_InstructorsOfASessionTakePartInTheCourse) {
  const std::string exits = Opened("users/olaf", "courses/fire", "Exits");
  EXPECT_TRUE(Reply("users/lea", exits, "Where?").ok());
  EXPECT_TRUE(Reply("users/carl", exits, "There").ok());
  EXPECT_EQ(Open("users/olaf", "courses/pitch", "Exits").code(), kDenied);
  EXPECT_EQ(List("users/sam", "courses/fire").code(), kDenied);
  // Moderating is the administrators' of the course and the catalog.
  EXPECT_EQ(Pin("users/olaf", exits).code(), kDenied);
  EXPECT_TRUE(Pin("users/kim", exits).ok());
  EXPECT_TRUE(Lock("users/carl", exits).ok());
  EXPECT_THAT(Reply("users/olaf", exits, "But").violations(), ElementsAre("LOCKED"));
  EXPECT_TRUE(Reply("users/kim", exits, "No").ok());
}

// PlutoLMS: creators take part in what they made, reporters in nothing.
class PlutoTest : public DiscussionTest {
 protected:
  PlutoTest() : DiscussionTest("plutolms") {
    for (const char* user : {"cora", "ivo", "rita", "lea"}) MakeUser(user);
    Assign("users/cora", "course_creator", "");
    Assign("users/rita", "reporter", "");
    for (const char* maker : {"users/ann", "users/cora"}) {
      v1::CreateCourseRequest request;
      request.set_parent(Full(""));
      request.set_course_id(std::string(maker == std::string("users/ann") ? "fire" : "pitch"));
      request.mutable_course()->set_display_name("Course");
      request.mutable_course()->set_parent_scope(Full(""));
      const auto answer = Call<v1::Course>(maker, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
    }
    for (const char* course : {"courses/fire", "courses/pitch"}) {
      Assign("users/ivo", "instructor", course);
      Assign("users/lea", "learner", course);
    }
  }
};

TEST_F(PlutoTest, PI3_PL2_LearnersCommunicateWithInstructorsAndPeers) {
  const std::string exits = Opened("users/lea", "courses/fire", "Exits");
  const std::string kick_off = Opened("users/ivo", "courses/pitch", "Kick-off");
  EXPECT_TRUE(Reply("users/ivo", exits, "There").ok());
  EXPECT_TRUE(Reply("users/lea", kick_off, "Now").ok());
  EXPECT_TRUE(Reply("users/cora", kick_off, "Mine").ok());
  EXPECT_EQ(Get("users/cora", exits).code(), kDenied);
  EXPECT_EQ(Reply("users/cora", exits, "Not mine").code(), kDenied);
  EXPECT_EQ(Get("users/rita", exits).code(), kDenied);
  EXPECT_EQ(List("users/rita", "courses/fire").code(), kDenied);
  EXPECT_TRUE(Pin("users/ivo", kick_off).ok());
  EXPECT_EQ(Pin("users/cora", kick_off).code(), kDenied);
}

TEST_F(PlutoTest, PI3_PL2_MessagesGoBetweenInstructorsAndLearners) {
  EXPECT_TRUE(Write("users/ivo", "users/lea", "courses/fire").ok());
  EXPECT_TRUE(Write("users/lea", "users/ivo", "courses/fire", "Hello you").ok());
  EXPECT_THAT(ConversationsOf("users/ivo"), ElementsAre("users/lea 1: Hello you"));
  // Course creators and reporters have no part in it.
  for (const char* other : {"users/cora", "users/rita"}) {
    EXPECT_EQ(Write(other, "users/lea", "courses/pitch").code(), kDenied) << other;
    EXPECT_THAT(Write("users/lea", other, "courses/pitch").bad_fields(),
                ElementsAre(Key("recipient")))
        << other;
  }
  // An administrator has full control (AD1), and can be answered.
  EXPECT_TRUE(Write("users/ann", "users/lea", "courses/fire").ok());
  EXPECT_TRUE(Write("users/lea", "users/ann", "courses/fire").ok());
}

}  // namespace
}  // namespace provost
