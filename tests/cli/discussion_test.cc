// `provost discussions` and `provost messages` against a real server (I1, PL2).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tests/cli/acme.h"

namespace provost::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kAnn[] = "users/ann";  // administrator
constexpr char kIna[] = "users/ina";  // instructor of `fire`
constexpr char kLea[] = "users/lea";  // learns there
constexpr char kSam[] = "users/sam";  // has nothing to do with it

class DiscussionCommandTest : public AcmeTest {
 protected:
  DiscussionCommandTest() : AcmeTest("coreachieve") {
    Do(kAnn, {"courses", "create", "fire"});
    for (const char* user : {"ina", "lea", "sam"}) Do(kAnn, {"users", "create", user});
    Do(kAnn, {"assign", kIna, "instructor", "courses/fire"});
    Do(kAnn, {"assign", kLea, "learner", "courses/fire"});
  }

  // The id at the end of `opened discussions/12`.
  std::string IdOf(const std::string& said, absl::string_view before) {
    absl::string_view rest = said;
    EXPECT_TRUE(absl::ConsumePrefix(&rest, before)) << said;
    return std::string(absl::StripSuffix(rest, "\n"));
  }
};

TEST_F(DiscussionCommandTest, I1_PL2_ADiscussion) {
  const std::string id = IdOf(Do(kLea, {"discussions", "open", "fire", "--title", "Exits", "--file",
                                        Write("first.txt", "Where are they?\nI see none.\n")}),
                              "opened discussions/");
  EXPECT_THAT(
      Do(kIna, {"discussions", "list", "fire"}),
      AllOf(StartsWith("name\ttraining\ttitle\tauthor\t"),
            HasSubstr(absl::StrCat("discussions/", id, "\tcourses/fire\tExits\tusers/lea"))));
  const std::string answer =
      IdOf(Do(kIna, {"discussions", "reply", id, "--text", "Behind the stage"}), "posted posts/");
  // A name is as good as a number.
  Do(kLea, {"discussions", "reply", absl::StrCat("discussions/", id), "--to",
            absl::StrCat("posts/", answer), "--text", "Thanks"});
  const std::string posts = Do(kLea, {"discussions", "posts", id});
  EXPECT_THAT(posts, HasSubstr("users/lea\n    Where are they?\n    I see none.\n"));
  EXPECT_THAT(posts, HasSubstr("users/ina, new\n    Behind the stage\n"));
  EXPECT_THAT(posts, HasSubstr(absl::StrCat("answers posts/", answer, "\n    Thanks\n")));
  EXPECT_EQ(Do(kLea, {"discussions", "mark-read", id, "--through", answer}),
            absl::StrCat("discussions/", id, ": 0 unread\n"));
  EXPECT_EQ(Do(kIna, {"discussions", "edit", answer, "--text", "Behind the curtain"}),
            absl::StrCat("edited posts/", answer, "\n"));
  EXPECT_THAT(Do(kLea, {"discussions", "posts", id, "--newest-first"}),
              HasSubstr("users/ina, edited\n    Behind the curtain\n"));

  // Moderating is not a learner's, and none of it anybody else's.
  EXPECT_THAT(Refused(kLea, {"discussions", "pin", id}), HasSubstr("discussion.moderate"));
  EXPECT_THAT(Refused(kSam, {"discussions", "list", "fire"}), HasSubstr("discussion.read"));
  EXPECT_EQ(Do(kIna, {"discussions", "pin", id}), absl::StrCat("pinned discussions/", id, "\n"));
  EXPECT_EQ(Do(kIna, {"discussions", "lock", id, "--reason", "It is settled", "--dry-run"}),
            absl::StrCat("would be locked discussions/", id, "\n"));
  Do(kIna, {"discussions", "lock", id});
  EXPECT_THAT(Do(kLea, {"discussions", "list", "fire"}), HasSubstr("pinned, locked"));
  EXPECT_THAT(Refused(kLea, {"discussions", "reply", id, "--text", "But"}), HasSubstr("is locked"));
  Do(kIna, {"discussions", "unlock", id});
  Do(kIna, {"discussions", "unpin", id});
  const std::string spam =
      IdOf(Do(kLea, {"discussions", "reply", id, "--text", "Buy this"}), "posted posts/");
  Do(kIna, {"discussions", "remove", spam, "--reason", "Advertising"});
  EXPECT_THAT(Do(kIna, {"discussions", "posts", id}),
              HasSubstr("users/lea, removed (Advertising), new\n    Buy this\n"));
  EXPECT_EQ(Do(kIna, {"discussions", "delete", answer}),
            absl::StrCat("deleted posts/", answer, "\n"));
  EXPECT_THAT(Do(kLea, {"discussions", "posts", id}),
              AllOf(HasSubstr("users/ina, edited, deleted\n"), Not(HasSubstr("curtain"))));
  EXPECT_EQ(As(kLea, {"discussions", "reply", id, "--text", "a", "--file", "b"}).code, 2);
  EXPECT_THAT(Refused(kLea, {"discussions", "reply", id}), HasSubstr("text"));
}

TEST_F(DiscussionCommandTest, I1_PL2_Messages) {
  const std::string id =
      IdOf(Do(kIna, {"messages", "send", "lea", "--in", "fire", "--text", "Well done\nreally"}),
           "sent messages/");
  EXPECT_THAT(Do(kLea, {"messages", "list"}), MatchesRegex("users/ina  .*Z  1 unread\n"));
  EXPECT_THAT(Do(kLea, {"messages", "with", "ina"}),
              AllOf(StartsWith(absl::StrCat("messages/", id, "  ")),
                    HasSubstr("users/ina, courses/fire, new\n    Well done\n    really\n")));
  EXPECT_EQ(Do(kLea, {"messages", "mark-read", "ina", "--through", id}), "users/ina: 0 unread\n");
  // Nobody else's, an administrator's least of all.
  EXPECT_EQ(Do(kAnn, {"messages", "with", "ina"}), "");
  EXPECT_THAT(Refused(kAnn, {"messages", "delete", id}), HasSubstr("there is no message"));
  EXPECT_THAT(Refused(kSam, {"messages", "send", "lea", "--in", "fire", "--text", "Hi"}),
              HasSubstr("message.send"));
  EXPECT_THAT(Refused(kLea, {"messages", "send", "sam", "--in", "fire", "--text", "Hi"}),
              HasSubstr("recipient"));
  EXPECT_EQ(Do(kLea, {"messages", "delete", absl::StrCat("messages/", id)}),
            absl::StrCat("deleted messages/", id, "\n"));
  EXPECT_EQ(Do(kLea, {"messages", "list"}), "");
  EXPECT_THAT(Do(kIna, {"messages", "with", "lea"}), HasSubstr("Well done"));
}

}  // namespace
}  // namespace provost::cli
