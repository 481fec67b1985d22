// What a verification finds in discussions and messages: each kind of row is damaged by hand, and
// the damage is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "store/record.h"
#include "store/write_group.h"
#include "tenant/discussion_rows.h"
#include "tenant/message_rows.h"
#include "tenant/verify.h"
#include "world.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t kAcme = 2;  // the first tenant after `system`

// ann opens a discussion of `fire`, bob replies and reads; they write to each other.
class VerifyDiscussionsTest : public ::testing::Test {
 protected:
  VerifyDiscussionsTest() {
    fixture_.MakeAcme();
    Must([&](TenantDraft& draft) {
      bob_ = TenantFixture::PutUser(draft, "bob");
      fire_ = TenantFixture::PutCourse(draft, "fire", kRootScope);
      return absl::OkStatus();
    });
    Must([&](TenantDraft& draft) -> absl::Status {
      discussion_ = draft.NewItem();
      rows::DiscussionRow row;
      row.set_training(fire_.value);
      row.set_title("Exits");
      row.set_author(ann_.value);
      row.set_first_state(v1::Post::PUBLISHED);
      if (absl::Status status = Post(draft, &row, ann_, 0, &first_); !status.ok()) return status;
      row.set_first_post(first_);
      PutDiscussion(draft, discussion_, nullptr, row);
      const rows::DiscussionRow before = row;
      absl::Status status = Post(draft, &row, bob_, first_, &second_);
      if (!status.ok()) return status;
      PutDiscussion(draft, discussion_, &before, row);
      return PutReadMark(draft, {discussion_, second_}, 2, bob_);
    });
    Must([&](TenantDraft& draft) -> absl::Status {
      rows::MessageRow row;
      row.set_training(fire_.value);
      row.set_sender(ann_.value);
      row.set_recipient(bob_.value);
      row.set_text("Hello");
      absl::StatusOr<uint64_t> uid = AddMessage(draft, row);
      if (uid.ok()) message_ = *uid;
      return uid.status();
    });
  }

  absl::Status Post(TenantDraft& draft, rows::DiscussionRow* discussion, SubjectId author,
                    uint64_t reply_to, uint64_t* uid) {
    rows::PostRow row;
    row.set_author(author.value);
    row.set_text("Where?");
    row.set_reply_to(reply_to);
    absl::StatusOr<uint64_t> post = AddPost(draft, discussion_, discussion, row);
    if (post.ok()) *uid = *post;
    return post.status();
  }

  void Must(const std::function<absl::Status(TenantDraft&)>& prepare) {
    const absl::StatusOr<MutationResult> done = fixture_.Change(
        fixture_.acme(), [&](MutationContext& context) -> absl::StatusOr<std::string> {
          if (absl::Status status = prepare(context.draft()); !status.ok()) return status;
          return std::string();
        });
    ASSERT_TRUE(done.ok()) << done.status();
  }

  std::string Problems() {
    const absl::StatusOr<VerifyReport> report = VerifyStore(fixture_.database());
    EXPECT_TRUE(report.ok()) << report.status();
    std::string text;
    for (const VerifyProblem& problem : report->problems) {
      absl::StrAppend(&text, problem.ToString(), "\n");
    }
    return text;
  }

  // Puts a row, or takes it away where there is no value; tells what is found then, and puts it
  // back.
  std::string With(Table table, const std::string& key, const std::optional<std::string>& value) {
    const auto before = *fixture_.database().Get(table, key);
    Set(table, key, value);
    const std::string found = Problems();
    Set(table, key, before);
    return found;
  }
  template <typename Row>
  std::string Edited(const std::string& key, const std::function<void(Row&)>& edit) {
    auto row = ReadRow<Row>(fixture_.database(), Table::kDiscussions, key);
    EXPECT_TRUE(row.ok() && row->has_value());
    edit(**row);
    return With(Table::kDiscussions, key, FormatRow(**row));
  }
  void Set(Table table, const std::string& key, const std::optional<std::string>& value) {
    store::WriteGroup group(&fixture_.database());
    if (value.has_value()) {
      group.Put(table, key, *value);
    } else {
      group.Delete(table, key);
    }
    ASSERT_TRUE(fixture_.database().Commit(group).ok());
  }

  // A key of kDiscussions that nothing else has to know.
  static KeyWriter Part(uint8_t part) {
    KeyWriter key(kAcme);
    key.U8(part);
    return key;
  }

  const SubjectId ann_{1};
  TenantFixture fixture_;
  SubjectId bob_;
  ScopeId fire_;
  uint64_t discussion_ = 0;
  uint64_t first_ = 0;
  uint64_t second_ = 0;
  uint64_t message_ = 0;
};

TEST_F(VerifyDiscussionsTest, NothingIsWrongWithWhatIsWhole) {
  EXPECT_THAT(Problems(), Not(HasSubstr("discussions[")));
  Must([&](TenantDraft& draft) { return MarkMessages(draft, bob_, ann_, message_); });
  EXPECT_THAT(Problems(), Not(HasSubstr("discussions[")));
  Must([&](TenantDraft& draft) -> absl::Status {
    const auto row = ReadMessage(draft.reader(), kAcme, message_);
    return EraseMessageCopy(draft, message_, **row, ann_);
  });
  EXPECT_THAT(Problems(), Not(HasSubstr("discussions[")));
  Must([&](TenantDraft& draft) { return draft.EraseSubject(bob_); });
  EXPECT_THAT(Problems(), Not(HasSubstr("discussions[")));
  Must([&](TenantDraft& draft) { return draft.EraseSubtree(fire_); });
  EXPECT_THAT(Problems(), Not(HasSubstr("discussions[")));
  store::Cursor left =
      fixture_.database().Scan(Table::kDiscussions, store::KeyRange::Tenant(kAcme));
  EXPECT_FALSE(left.Next());
}

TEST_F(VerifyDiscussionsTest, RowsThatAreMissing) {
  const std::vector<std::string> keys = {
      DiscussionKey(kAcme, discussion_),
      PostKey(kAcme, {discussion_, first_}),
      Part(3).U64(first_).Take(),                                           // where a post is
      MessageKey(kAcme, message_),                                          //
      Part(6).U32(ann_.value).U32(bob_.value).Take(),                       // a conversation
      Part(7).U32(ann_.value).U8(0).U64(~message_).U64(bob_.value).Take(),  // its place
      Part(8).U32(bob_.value).U32(ann_.value).U64(message_).Take(),         // unread
      Part(9).U32(fire_.value).U64(message_).Take()};                       // of the course
  for (const std::string& key : keys) {
    ASSERT_TRUE((*fixture_.database().Get(Table::kDiscussions, key)).has_value());
    EXPECT_NE(With(Table::kDiscussions, key, std::nullopt), Problems())
        << store::PrintableKey(Table::kDiscussions, key);
  }
  const std::vector<std::string> indexes = {
      MessageCopyKey(kAcme, ann_, bob_, message_), MessageCopyKey(kAcme, bob_, ann_, message_),
      absl::StrCat(DiscussionOrder(kAcme, fire_),
                   KeyWriter().U8(1).U64(~second_).U64(discussion_).Take())};
  for (const std::string& key : indexes) {
    ASSERT_TRUE((*fixture_.database().Get(Table::kIndexes, key)).has_value());
    EXPECT_NE(With(Table::kIndexes, key, std::nullopt), Problems())
        << store::PrintableKey(Table::kIndexes, key);
  }
}

TEST_F(VerifyDiscussionsTest, RowsThatSaySomethingElse) {
  const std::string discussion = DiscussionKey(kAcme, discussion_);
  using Discussion = rows::DiscussionRow;
  EXPECT_THAT(Edited<Discussion>(discussion, [](Discussion& row) { row.set_post_count(3); }),
              HasSubstr("3 posts from"));
  EXPECT_THAT(Edited<Discussion>(discussion, [](Discussion& row) { row.set_training(99); }),
              HasSubstr("names course 99 as `training`"));
  EXPECT_THAT(Edited<Discussion>(discussion, [](Discussion& row) { row.set_first_post(99); }),
              HasSubstr("2 posts from 99"));
  EXPECT_THAT(Edited<Discussion>(discussion, [](Discussion& row) { row.set_last_post(99); }),
              HasSubstr("to 99"));
  const std::string second = PostKey(kAcme, {discussion_, second_});
  using Row = rows::PostRow;
  EXPECT_THAT(Edited<Row>(second, [](Row& row) { row.set_number(7); }),
              HasSubstr("is number 7; 2 was wanted"));
  EXPECT_THAT(Edited<Row>(second, [](Row& row) { row.set_reply_to(99); }),
              HasSubstr("answers post 99"));
  EXPECT_THAT(Edited<Row>(second, [](Row& row) { row.set_author(99); }),
              HasSubstr("names subject 99 as `author`"));
  EXPECT_THAT(Edited<Row>(second, [](Row& row) { row.set_state(v1::Post::DELETED); }),
              HasSubstr("is deleted, and has a text"));
  const std::string mark = Part(4).U64(discussion_).U32(bob_.value).Take();
  EXPECT_THAT(Edited<rows::ReadMarkRow>(mark, [](rows::ReadMarkRow& row) { row.set_read(3); }),
              HasSubstr("has read 3 posts; there are 2"));
  using Message = rows::MessageRow;
  EXPECT_THAT(
      Edited<Message>(MessageKey(kAcme, message_), [](Message& row) { row.set_recipient(99); }),
      HasSubstr("names subject 99 as `recipient`"));
  EXPECT_THAT(
      Edited<Message>(MessageKey(kAcme, message_), [](Message& row) { row.set_read(true); }),
      HasSubstr("nothing wants it"));
  using Conversation = rows::ConversationRow;
  const std::string bobs = Part(6).U32(bob_.value).U32(ann_.value).Take();
  EXPECT_THAT(Edited<Conversation>(bobs, [](Conversation& row) { row.set_unread(2); }),
              HasSubstr("says that 2 messages are unread; there are 1"));
  EXPECT_THAT(Edited<Conversation>(bobs, [](Conversation& row) { row.set_last_message(99); }),
              HasSubstr("says that its newest message is 99; it is 4"));
  EXPECT_THAT(With(Table::kDiscussions, Part(42).Take(), store::MakeRecord("")),
              HasSubstr("is of part 42 of the discussions"));
}

}  // namespace
}  // namespace provost
