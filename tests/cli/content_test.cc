// `provost content` and the items of courses, against a real server, by mission row.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/content_service.pb.h"
#include "tests/cli/acme.h"

namespace provost::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kAnn[] = "users/ann";  // administrator
constexpr char kAut[] = "users/aut";  // author
constexpr char kLea[] = "users/lea";  // learner of the course

std::string Sample(const std::string& file) {
  return absl::StrCat(PROVOST_SOURCE_DIR, "/docs/sample/", file);
}

class ContentTest : public AcmeTest {
 protected:
  ContentTest() : AcmeTest("coreachieve") {
    Do(kAnn, {"catalogs", "create", "safety"});
    Do(kAnn, {"catalogs", "create", "it"});
    Do(kAnn, {"courses", "create", "fire", "--parent", "catalogs/safety"});
    for (const char* user : {"aut", "lea"}) Do(kAnn, {"users", "create", user});
    Do(kAnn, {"assign", kAut, "author", "catalogs/safety"});
    Do(kAnn, {"assign", kLea, "learner", "courses/fire"});
  }

  // The pool and the quiz of the sample, the pool published.
  void MakeQuiz() {
    Do(kAut, {"content", "create", "questionPools/fire", "--home", "catalogs/safety", "--file",
              Sample("fire-questions.textproto")});
    for (const char* step : {"submit", "approve", "publish"}) {
      Do(kAut, {"content", step, "questionPools/fire"});
    }
    Do(kAut, {"content", "create", "quizzes/fire-basics", "--home", "courses/fire", "--file",
              Sample("fire-basics.textproto")});
  }
};

TEST_F(ContentTest, U1_U2_APageIsMadeChangedAndDeleted) {
  EXPECT_EQ(Do(kAut, {"content", "create", "pages/rules", "--home", "courses/fire", "--file",
                      Sample("fire-rules.md"), "--dry-run"}),
            "would be created pages/rules\n");
  EXPECT_EQ(Do(kAut, {"content", "create", "pages/rules", "--home", "courses/fire", "--file",
                      Sample("fire-rules.md"), "--display-name", "When it burns"}),
            "created pages/rules\n");
  // Not a learner's.
  EXPECT_THAT(As(kLea, {"content", "create", "pages/mine", "--home", "courses/fire", "--body",
                        "markdown: 'x'"})
                  .err,
              HasSubstr("content.create"));
  EXPECT_EQ(Do(kAut, {"content", "update", "pages/rules", "--body", "markdown: \"Run.\""}),
            "updated pages/rules, version 1\n");
  EXPECT_EQ(Do(kAut, {"content", "update", "pages/rules", "--file",
                      Write("rules.json", "{\"markdown\": \"Walk.\"}")}),
            "updated pages/rules, version 1\n");
  EXPECT_EQ(Do(kAut, {"content", "get", "pages/rules", "--body"}), "markdown: \"Walk.\"\n");
  EXPECT_THAT(Do(kAut, {"content", "get", "pages/rules"}),
              AllOf(StartsWith("name\tpages/rules\ndisplay name\tWhen it burns\n"),
                    HasSubstr("versions\t1 on its way\nshown\tversion 1, DRAFT by users/aut, "),
                    HasSubstr("\n\nmarkdown: \"Walk.\"\n")));
  EXPECT_THAT(Do(kAut, {"content", "create", "pages", "--home", "courses/fire", "--display-name",
                        "More", "--body", "markdown: 'More.'"}),
              StartsWith("created pages/"));
  EXPECT_THAT(As(kAut, {"content", "create", "pages/empty", "--home", "courses/fire"}).err,
              HasSubstr("content_item.body"));
  EXPECT_THAT(Do(kAut, {"content", "list", "--kind", "page", "--at", "courses/fire"}),
              HasSubstr("pages/rules\tWhen it burns\tcourses/fire\t1 on its way\t\n"));
  EXPECT_THAT(Do(kAut, {"content", "list", "--kind", "quiz"}), Not(HasSubstr("pages/")));
  EXPECT_EQ(Do(kAut, {"content", "delete", "pages/rules", "--dry-run"}),
            "would be deleted pages/rules\n");
  EXPECT_EQ(Do(kAut, {"content", "delete", "pages/rules"}), "deleted pages/rules\n");
  EXPECT_EQ(As(kAut, {"content", "get", "pages/rules"}).code, 2);
}

TEST_F(ContentTest, WhatIsWrongInAFileIsToldWithItsPlace) {
  const std::string file = Write("quiz.textproto", "pass_percent: 60\npart {}\n");
  CliRun run =
      As(kAut, {"content", "create", "quizzes/q", "--home", "courses/fire", "--file", file});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr(absl::StrCat(file, ":2:6: ")));
  run = As(kAut, {"content", "create", "quizzes/q", "--home", "courses/fire", "--file",
                  Write("quiz.json", "{\"parst\": []}")});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("parst"));
  run = As(kAut, {"content", "create", "quizes/q", "--home", "courses/fire"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("`quizes/q` is no content item; wanted a name like"));
  EXPECT_THAT(As(kAut, {"content", "get", "quizzes"}).err, HasSubstr("names a collection"));
  EXPECT_THAT(As(kAut, {"content", "update", "pages/x"}).err, HasSubstr("nothing to change"));
}

TEST_F(ContentTest, A5_A6_FromDraftToPublished) {
  Do(kAut, {"content", "create", "pages/rules", "--home", "courses/fire", "--file",
            Sample("fire-rules.md")});
  EXPECT_THAT(As(kAnn, {"content", "approve", "pages/rules"}).err, HasSubstr("DRAFT"));
  EXPECT_EQ(Do(kAut, {"content", "submit", "pages/rules", "--comment", "Please look"}),
            "pages/rules version 1 is in review\n");
  EXPECT_EQ(Do(kAut, {"content", "withdraw", "pages/rules"}), "pages/rules version 1 is draft\n");
  Do(kAut, {"content", "submit", "pages/rules"});
  // Reviewing is an administrator's.
  EXPECT_THAT(As(kAut, {"content", "approve", "pages/rules"}).err, HasSubstr("content.review"));
  EXPECT_EQ(As(kAnn, {"content", "request-changes", "pages/rules"}).code, 2);
  EXPECT_EQ(Do(kAnn, {"content", "request-changes", "pages/rules", "--comment", "Which door?"}),
            "pages/rules version 1 is draft\n");
  Do(kAut, {"content", "submit", "pages/rules"});
  EXPECT_EQ(Do(kAnn, {"content", "comment", "pages/rules", "--comment", "Better\nnow"}),
            "pages/rules version 1 is in review\n");
  EXPECT_EQ(Do(kAnn, {"content", "approve", "pages/rules", "--version", "1", "--dry-run"}),
            "pages/rules version 1 would be approved\n");
  EXPECT_EQ(Do(kAnn, {"content", "approve", "pages/rules"}), "pages/rules version 1 is approved\n");
  EXPECT_EQ(Do(kAnn, {"content", "publish", "pages/rules"}),
            "pages/rules version 1 is published\n");
  EXPECT_EQ(Do(kAut, {"content", "update", "pages/rules", "--body", "markdown: 'Two'"}),
            "updated pages/rules, version 2\n");
  EXPECT_THAT(Do(kAut, {"content", "list"}), HasSubstr("\t1 published, 2 on its way\t"));
  EXPECT_THAT(
      Do(kAut, {"content", "versions", "pages/rules"}),
      AllOf(HasSubstr("\n2\tDRAFT\tusers/aut\t"), HasSubstr("\n1\tPUBLISHED\tusers/ann\t")));
  EXPECT_EQ(Do(kAnn, {"content", "retire", "pages/rules"}), "pages/rules version 1 is retired\n");
  EXPECT_THAT(As(kAnn, {"content", "retire", "pages/rules"}).err,
              HasSubstr("has no version that is published"));
  const std::string comments = Do(kAut, {"content", "comments", "pages/rules", "--version", "1"});
  EXPECT_THAT(comments, HasSubstr("  users/aut  version 1, now in review: Please look\n"));
  EXPECT_THAT(comments, HasSubstr("  users/ann  version 1, now draft: Which door?\n"));
  EXPECT_THAT(comments, HasSubstr("  users/ann  version 1: Better\\x0anow\n"));
}

TEST_F(ContentTest, AQuizDrawsFromAPoolAndIsPreviewed) {
  MakeQuiz();
  EXPECT_THAT(Do(kAut, {"content", "get", "quizzes/fire-basics", "--body"}),
              HasSubstr("pool: \"questionPools/fire\""));
  const std::string posed = Do(kAut, {"content", "preview", "quizzes/fire-basics", "--seed", "7"});
  EXPECT_THAT(posed, StartsWith("1. Where do you meet when the alarm sounds? (2 points; one of)\n"
                                "   1) "));
  EXPECT_THAT(posed, HasSubstr("\n3. "));
  EXPECT_THAT(posed, Not(HasSubstr("points: ")));
  // The flagpole is where the seed put it.
  int right = 0;
  for (int option = 1; option <= 3; ++option) {
    const std::string scored = Do(kAut, {"content", "preview", "fire-basics", "--seed", "7",
                                         "--answer", absl::StrCat("1=", option)});
    if (scored.find("one of) - 2 of 2\n") != std::string::npos) {
      EXPECT_THAT(posed, HasSubstr(absl::StrCat("   ", option, ") At the flagpole\n")));
      ++right;
    }
  }
  EXPECT_EQ(right, 1);
  for (const char* answer : {"4=1", "1", "1=4", "1=x"}) {
    const CliRun run = As(kAut, {"content", "preview", "fire-basics", "--answer", answer});
    EXPECT_EQ(run.code, 2) << answer;
    EXPECT_THAT(run.err, HasSubstr(absl::StrCat("--answer `", answer, "`: wanted ")));
  }
  // Answers are in it: no learner's.
  EXPECT_THAT(As(kLea, {"content", "preview", "fire-basics"}).err, HasSubstr("quiz.read"));
}

TEST_F(ContentTest, P2_ACourseHasItemsThatItsLearnersRead) {
  MakeQuiz();
  Do(kAut, {"content", "create", "pages/rules", "--home", "catalogs/safety", "--file",
            Sample("fire-rules.md")});
  EXPECT_EQ(Do(kAut, {"courses", "set-items", "fire", "pages/rules", "quizzes/fire-basics",
                      "--required", "quizzes/fire-basics"}),
            "courses/fire has 2 items (+2)\n");
  EXPECT_EQ(Do(kAut, {"courses", "items", "fire"}),
            "item\tdisplay name\tpublished version\tstate\npages/rules\trules\t\t\n"
            "quizzes/fire-basics\tfire-basics\t\trequired\n");
  EXPECT_EQ(As(kLea, {"courses", "read", "fire", "pages/rules"}).code, 2);
  for (const char* item : {"pages/rules", "quizzes/fire-basics"}) {
    Do(kAut, {"content", "submit", item});
    Do(kAnn, {"content", "approve", item});
    Do(kAnn, {"content", "publish", item});
  }
  EXPECT_THAT(Do(kLea, {"courses", "read", "fire", "pages/rules"}),
              StartsWith("rules, version 1\n\n# When the alarm sounds\n\n1. Leave by"));
  EXPECT_EQ(Do(kLea, {"courses", "read", "fire", "quizzes/fire-basics"}),
            "fire-basics, version 1\n\n3 questions, 60 % to pass, 3 attempts\n");
  EXPECT_THAT(As(kLea, {"courses", "set-items", "fire", "--none"}).err, HasSubstr("course.update"));
  EXPECT_THAT(As(kAut, {"courses", "set-items", "fire"}).err, HasSubstr("or --none"));
  EXPECT_THAT(
      As(kAut, {"courses", "set-items", "fire", "pages/rules", "--required", "pages/other"}).err,
      HasSubstr("--required `pages/other`"));
  EXPECT_EQ(Do(kAut, {"courses", "set-items", "fire", "--none", "--dry-run"}),
            "courses/fire would have 0 items (-2)\n");
  Do(kAut, {"content", "create", "pages/exits", "--home", "catalogs/safety", "--body",
            "markdown: 'There.'"});
  EXPECT_EQ(Do(kAut, {"courses", "add-item", "fire", "pages/exits", "--required"}),
            "courses/fire has 3 items (+1)\n");
  EXPECT_THAT(Do(kAut, {"courses", "items", "fire"}),
              HasSubstr("quizzes/fire-basics\tfire-basics\t1\trequired\n"
                        "pages/exits\texits\t\trequired\n"));
  // Who says it twice has said it once.
  EXPECT_EQ(Do(kAut, {"courses", "add-item", "fire", "pages/exits"}), "courses/fire has 3 items\n");
  EXPECT_EQ(Do(kAut, {"courses", "remove-item", "fire", "pages/exits", "--dry-run"}),
            "courses/fire would have 2 items (-1)\n");
  EXPECT_EQ(Do(kAut, {"courses", "set-items", "fire", "pages/rules", "pages/exits"}),
            "courses/fire has 2 items (-1)\n");
  EXPECT_EQ(Do(kAut, {"courses", "remove-item", "fire", "pages/exits"}),
            "courses/fire has 1 item (-1)\n");
  EXPECT_THAT(As(kAut, {"courses", "remove-item", "fire", "pages/exits"}).err,
              HasSubstr("`pages/exits` is no item of courses/fire"));
  EXPECT_EQ(As(kAut, {"courses", "add-item", "fire", "pages/exits", "--etag", "1-1"}).code, 2);
  EXPECT_THAT(As(kLea, {"courses", "add-item", "fire", "pages/exits"}).err,
              HasSubstr("course.update"));
  // What is in a course goes only with force.
  EXPECT_EQ(As(kAut, {"content", "delete", "pages/rules"}).code, 2);
  Do(kAut, {"content", "delete", "pages/rules", "--force"});
  EXPECT_THAT(Do(kAut, {"courses", "items", "fire"}), Not(HasSubstr("pages/")));
}

TEST_F(ContentTest, Rule20_AnItemIsSharedAndTakenBack) {
  Do(kAnn, {"content", "create", "pages/rules", "--home", "catalogs/safety", "--body",
            "markdown: 'Walk.'"});
  // An author has no `content_package.share`.
  EXPECT_THAT(As(kAut, {"content", "share", "pages/rules", "catalogs/it"}).err,
              HasSubstr("content_package.share"));
  EXPECT_EQ(Do(kAnn, {"content", "share", "pages/rules", "catalogs/it"}),
            "shared pages/rules with catalogs/it, to use\n");
  EXPECT_EQ(Do(kAnn, {"content", "share", "pages/rules", "catalogs/it", "--manage"}),
            "shared pages/rules with catalogs/it, to manage\n");
  EXPECT_THAT(Do(kAnn, {"content", "get", "pages/rules"}),
              HasSubstr("shared with\tcatalogs/it (to manage)\n"));
  EXPECT_THAT(Do(kAnn, {"content", "list", "--at", "catalogs/it"}), HasSubstr("pages/rules\t"));
  EXPECT_EQ(Do(kAnn, {"content", "unshare", "pages/rules", "catalogs/it"}),
            "no longer shared: pages/rules with catalogs/it\n");
  EXPECT_THAT(Do(kAnn, {"content", "list", "--at", "catalogs/it"}), Not(HasSubstr("pages/rules")));
}

TEST_F(ContentTest, JsonIsThatOfTheContract) {
  Do(kAut, {"content", "create", "pages/rules", "--home", "courses/fire", "--file",
            Sample("fire-rules.md")});
  v1::ContentItem item;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  Do(kAut, {"content", "get", "pages/rules", "--json"}), &item)
                  .ok());
  EXPECT_EQ(item.kind(), v1::ContentItem::PAGE);
  EXPECT_EQ(item.body().page().markdown(), ReadFile(Sample("fire-rules.md")));
}

}  // namespace
}  // namespace provost::cli
