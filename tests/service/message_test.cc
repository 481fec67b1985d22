// Messages between two people of a course (I1, PL2): who writes to whom, and who reads it.
#include "provost/v1/role_service.pb.h"
#include "tests/service/discussion.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST_F(SchoolTest, I1_PL2_PeopleOfACourseWriteToEachOther) {
  const auto sent = Write("users/ina", "users/lea", "courses/fire", "How is it?\nTell me.");
  ASSERT_TRUE(sent.ok()) << sent.message();
  EXPECT_EQ(sent.value.sender(), Full("users/ina"));
  EXPECT_EQ(sent.value.recipient(), Full("users/lea"));
  EXPECT_EQ(sent.value.training(), Full("courses/fire"));
  EXPECT_FALSE(sent.value.unread());
  EXPECT_TRUE(Write("users/lea", "users/ina", "courses/fire", "Fine").ok());
  EXPECT_TRUE(Write("users/lea", "users/leo", "courses/fire", "Psst").ok());  // peers
  EXPECT_THAT(MessagesOf("users/lea", "users/ina"), ElementsAre("Fine", "How is it?\nTell me.*"));
  EXPECT_THAT(MessagesOf("users/ina", "users/lea"), ElementsAre("Fine*", "How is it?\nTell me."));
  EXPECT_THAT(ConversationsOf("users/lea"), ElementsAre("users/leo 0: Psst", "users/ina 1: Fine"));

  // Neither an attendee manager nor an author, nor a learner of another course.
  for (const char* other : {"users/mia", "users/aron", "users/sam", "tenants/system/users/root"}) {
    EXPECT_EQ(Write(other, "users/lea", "courses/fire").code(), kDenied) << other;
  }
  EXPECT_EQ(Write("users/lea", "users/ina", "courses/pitch").code(), kDenied);
}

TEST_F(SchoolTest, Rule25_WhoCannotBeWrittenToIsLikeNobody) {
  MakeUser("sue");
  Assign("users/sue", "learner", "courses/fire");
  v1::SuspendUserRequest suspend;
  suspend.set_name(Full("users/sue"));
  ASSERT_TRUE(Call<v1::User>("users/ann", suspend).ok());
  const auto reason = [&](const std::string& whom) {
    const auto answer = Write("users/lea", whom, "courses/fire");
    EXPECT_FALSE(answer.ok()) << whom;
    const auto fields = answer.bad_fields();
    EXPECT_THAT(fields, ElementsAre(Key("recipient"))) << whom;
    const std::string& text = fields.begin()->second;
    return text.substr(text.find(':'));
  };
  const std::string nobody = reason("users/nobody");
  for (const char* whom : {"users/sam", "users/mia", "users/aron", "users/sue"}) {
    EXPECT_EQ(reason(whom), nobody) << whom;
  }
  EXPECT_THAT(Messages("users/lea", "users/nobody").value.messages(), IsEmpty());
  EXPECT_THAT(Messages("users/lea", "users/sam").value.messages(), IsEmpty());
  EXPECT_EQ(MarkMessages("users/lea", "users/nobody").code(), kMissing);
  EXPECT_EQ(MarkMessages("users/lea", "users/sam").code(), kMissing);
}

TEST_F(SchoolTest, A1_NobodyElseReadsThemByWhateverRole) {
  const std::string secret = Write("users/ina", "users/lea", "courses/fire", "Secret").value.name();
  for (const char* other : {"users/ann", "users/leo", "users/mia"}) {
    EXPECT_THAT(ConversationsOf(other), IsEmpty()) << other;
    for (const char* of : {"users/ina", "users/lea"}) {
      EXPECT_THAT(MessagesOf(other, of), IsEmpty()) << other;
      EXPECT_EQ(MarkMessages(other, of, secret).code(), kMissing) << other;
    }
    const auto hidden = DeleteMessage(other, secret);
    const auto missing = DeleteMessage(other, Full("messages/99999"));
    EXPECT_EQ(hidden.code(), kMissing) << other;
    EXPECT_EQ(missing.code(), kMissing) << other;
  }
  for (const char* other : {"tenants/system/users/root", ""}) {
    EXPECT_FALSE(Messages(other, "users/ina").ok());
    EXPECT_FALSE(Conversations(other).ok());
    EXPECT_FALSE(DeleteMessage(other, secret).ok());
  }
  // Nor do they look as if they had been written by somebody else.
  ASSERT_TRUE(Write("users/ann", "users/lea", "courses/fire", "Hi").ok());
  EXPECT_THAT(MarkMessages("users/ann", "users/lea", secret).bad_fields(),
              ElementsAre(Key("message")));
  EXPECT_THAT(MessagesOf("users/lea", "users/ina"), ElementsAre("Secret*"));
}

TEST_F(SchoolTest, PL2_WhatIsUnreadIsCountedAndMarked) {
  std::vector<std::string> names;
  for (const char* text : {"1", "2", "3"}) {
    names.push_back(Write("users/ina", "users/lea", "courses/fire", text).value.name());
  }
  ASSERT_TRUE(Write("users/lea", "users/ina", "courses/fire", "Slowly").ok());
  EXPECT_THAT(ConversationsOf("users/lea"), ElementsAre("users/ina 3: Slowly"));
  EXPECT_THAT(ConversationsOf("users/ina"), ElementsAre("users/lea 1: Slowly"));
  EXPECT_EQ(MarkMessages("users/lea", "users/ina", names[1]).value.unread_count(), 1);
  EXPECT_THAT(MessagesOf("users/lea", "users/ina"), ElementsAre("Slowly", "3*", "2", "1"));
  EXPECT_EQ(MarkMessages("users/lea", "users/ina", names[0]).value.unread_count(), 1);
  const auto all = MarkMessages("users/lea", "users/ina");
  EXPECT_EQ(all.value.unread_count(), 0);
  EXPECT_EQ(all.value.person(), Full("users/ina"));
  EXPECT_EQ(all.value.last_message().text(), "Slowly");
  EXPECT_THAT(ConversationsOf("users/ina"), ElementsAre("users/lea 1: Slowly"));
}

TEST_F(SchoolTest, PL2_ConversationsStayInOrderWhileMessagesComeIn) {
  std::vector<std::string> people;
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    people.push_back(absl::StrCat("users/", id));
    MakeUser(id);
    Assign(people.back(), "learner", "courses/fire");
    ASSERT_TRUE(Write(people.back(), "users/ina", "courses/fire").ok());
  }
  auto page = Conversations("users/ina", 2);
  std::vector<std::string> seen;
  const auto take = [&] {
    for (const v1::Conversation& each : page.value.conversations()) {
      seen.push_back(Short(each.person()));
    }
  };
  take();
  ASSERT_TRUE(Write("users/e", "users/ina", "courses/fire").ok());    // was shown
  ASSERT_TRUE(Write("users/ina", "users/a", "courses/fire").ok());    // is yet to come
  ASSERT_TRUE(Write("users/lea", "users/ina", "courses/fire").ok());  // is new
  while (!page.value.next_page_token().empty()) {
    page = Conversations("users/ina", 2, page.value.next_page_token());
    ASSERT_TRUE(page.ok()) << page.message();
    take();
  }
  EXPECT_THAT(seen, ElementsAre("users/e", "users/d", "users/c", "users/b", "users/a"));
  EXPECT_THAT(ConversationsOf("users/ina"),
              ElementsAre("users/lea 1: Hello", "users/a 1: Hello", "users/e 2: Hello",
                          "users/d 1: Hello", "users/c 1: Hello", "users/b 1: Hello"));
  // Messages newest first; what comes in meanwhile is left out.
  for (const char* text : {"1", "2", "3"}) Write("users/ina", "users/b", "courses/fire", text);
  auto messages = Messages("users/b", "users/ina", 2);
  std::vector<std::string> texts;
  for (;;) {
    ASSERT_TRUE(messages.ok()) << messages.message();
    for (const v1::Message& each : messages.value.messages()) texts.push_back(each.text());
    if (messages.value.next_page_token().empty()) break;
    Write("users/ina", "users/b", "courses/fire", "late");
    messages = Messages("users/b", "users/ina", 2, messages.value.next_page_token());
  }
  EXPECT_THAT(texts, ElementsAre("3", "2", "1", "Hello"));
}

TEST_F(SchoolTest, PL2_OnesOwnCopyIsDeleted) {
  std::vector<std::string> names;
  for (const char* text : {"1", "2", "3"}) {
    names.push_back(Write("users/ina", "users/lea", "courses/fire", text).value.name());
  }
  ASSERT_TRUE(DeleteMessage("users/lea", names[2]).ok());
  EXPECT_THAT(MessagesOf("users/lea", "users/ina"), ElementsAre("2*", "1*"));
  EXPECT_THAT(ConversationsOf("users/lea"), ElementsAre("users/ina 2: 2"));
  EXPECT_THAT(MessagesOf("users/ina", "users/lea"), ElementsAre("3", "2", "1"));
  EXPECT_EQ(DeleteMessage("users/lea", names[2]).code(), kMissing);
  ASSERT_TRUE(DeleteMessage("users/ina", names[2]).ok());
  ASSERT_TRUE(DeleteMessage("users/lea", names[0]).ok());
  ASSERT_TRUE(DeleteMessage("users/lea", names[1]).ok());
  EXPECT_THAT(ConversationsOf("users/lea"), IsEmpty());
  EXPECT_EQ(MarkMessages("users/lea", "users/ina").code(), kMissing);
  EXPECT_THAT(ConversationsOf("users/ina"), ElementsAre("users/lea 0: 2"));
  // It goes on with the next one.
  ASSERT_TRUE(Write("users/ina", "users/lea", "courses/fire", "4").ok());
  EXPECT_THAT(ConversationsOf("users/lea"), ElementsAre("users/ina 1: 4"));

  // What is on hold is kept; marks are not of the course.
  Hold("courses/fire");
  const std::string fourth = Messages("users/lea", "users/ina").value.messages(0).name();
  EXPECT_THAT(DeleteMessage("users/lea", fourth).violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Write("users/lea", "users/ina", "courses/fire").violations(), ElementsAre("FROZEN"));
  EXPECT_EQ(MarkMessages("users/lea", "users/ina").value.unread_count(), 0);
}

TEST_F(SchoolTest, RuleUid_MessagesGoWithEitherPersonAndWithTheCourse) {
  Assign("users/lea", "learner", "courses/pitch");
  Assign("users/ina", "learner", "courses/pitch");
  const std::string deleted = Write("users/leo", "users/lea", "courses/fire", "Bye").value.name();
  ASSERT_TRUE(DeleteMessage("users/leo", deleted).ok());
  ASSERT_TRUE(Write("users/ina", "users/lea", "courses/pitch", "Kick-off").ok());
  ASSERT_TRUE(Write("users/ina", "users/lea", "courses/fire", "Exits").ok());
  ASSERT_TRUE(Write("users/lea", "users/ina", "courses/fire", "Yes").ok());
  // leo has no copy left, and is erased all the same.
  Erase("users/leo");
  EXPECT_THAT(ConversationsOf("users/lea"), ElementsAre("users/ina 2: Yes"));
  MakeUser("leo");
  EXPECT_THAT(MessagesOf("users/lea", "users/leo"), IsEmpty());

  EraseCourse("courses/fire");
  EXPECT_THAT(MessagesOf("users/lea", "users/ina"), ElementsAre("Kick-off*"));
  EXPECT_THAT(ConversationsOf("users/lea"), ElementsAre("users/ina 1: Kick-off"));
  EXPECT_THAT(ConversationsOf("users/ina"), ElementsAre("users/lea 0: Kick-off"));
  Erase("users/ina");
  EXPECT_THAT(ConversationsOf("users/lea"), IsEmpty());
}

TEST_F(SchoolTest, WhatIsWrongWithAMessageIsToldFieldByField) {
  EXPECT_THAT(Write("users/lea", "groups/all", "catalogs/all", "").bad_fields(),
              UnorderedElementsAre(Key("training"), Key("recipient"), Key("text")));
  EXPECT_THAT(Write("users/lea", "users/ina", "courses/fire", std::string(10001, 'x')).bad_fields(),
              ElementsAre(Key("text")));
  EXPECT_TRUE(Write("users/lea", "users/ina", "courses/fire", std::string(10000, 'x')).ok());
  EXPECT_THAT(Write("users/lea", "users/lea", "courses/fire").bad_fields(),
              ElementsAre(Key("recipient")));
  EXPECT_THAT(Messages("users/lea", "courses/fire").bad_fields(), ElementsAre(Key("person")));
  EXPECT_THAT(MarkMessages("users/lea", "users/ina", Full("posts/1")).bad_fields(),
              ElementsAre(Key("message")));
  EXPECT_THAT(DeleteMessage("users/lea", Full("posts/1")).bad_fields(), ElementsAre(Key("name")));
}

}  // namespace
}  // namespace provost
