// `provost attempts` and `provost submissions`, against a real server, by mission row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/cli/acme.h"

namespace provost::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kAnn[] = "users/ann";  // administrator
constexpr char kIna[] = "users/ina";  // instructor of the course
constexpr char kLea[] = "users/lea";  // enrolled in it
constexpr char kLeo[] = "users/leo";  // enrolled in it

class AssessmentTest : public AcmeTest {
 protected:
  AssessmentTest() : AcmeTest("coreachieve") {
    Do(kAnn, {"courses", "create", "fire"});
    for (const char* user : {"ina", "lea", "leo"}) Do(kAnn, {"users", "create", user});
    Do(kAnn, {"assign", kIna, "instructor", "courses/fire"});
    for (const char* learner : {kLea, kLeo}) {
      Do(kAnn, {"enrollments", "create", "--learner", learner, "--in", "courses/fire"});
    }
    Add("quizzes/q",
        "parts { question { id: 'hot' text: 'Is it hot?' points: 2 true_false: true "
        "explanation: 'It burns.' } } parts { question { id: 'how' text: 'How many?' points: 1 "
        "numeric { value: 7 } } } parts { question { id: 'way' text: 'Which way?' points: 1 "
        "single_choice { options: ['The lift', 'The stairs'] correct: 1 } } } pass_percent: 40 "
        "feedback: EACH_ATTEMPT");
    Add("tasks/t",
        "instructions: 'Draw it.' max_points: 10 rubric { id: 'way' display_name: 'The way' "
        "points: 7 } rubric { id: 'form' display_name: 'Form' points: 3 }");
    Do(kAnn, {"courses", "set-items", "fire", "quizzes/q", "tasks/t"});
  }

  void Add(const std::string& name, const std::string& body) {
    Do(kAnn, {"content", "create", name, "--home", "courses/fire", "--body", body});
    for (const char* step : {"submit", "approve", "publish"}) Do(kAnn, {"content", step, name});
  }
  // The name that a line begins with.
  static std::string FirstWord(const std::string& text) {
    return text.substr(0, text.find_first_of(",\t"));
  }
};

TEST_F(AssessmentTest, LE1_PL1_AQuizIsTakenFromTheCommandLine) {
  const std::string begun = Do(kLea, {"attempts", "start", "fire", "q"});
  EXPECT_THAT(begun, HasSubstr(", attempt 1 at q: open\n"));
  EXPECT_THAT(begun, HasSubstr("1. Is it hot? (2 points; true or false)\n"));
  const std::string name = FirstWord(begun);
  EXPECT_THAT(Do(kLea, {"attempts", "answer", name, "--answer", "1=true"}),
              HasSubstr("answered 1=true\n"));
  EXPECT_THAT(As(kLea, {"attempts", "answer", name, "--answer", "1=perhaps"}).err,
              HasSubstr("--answer `1=perhaps`: wanted true or false"));
  EXPECT_THAT(As(kLeo, {"attempts", "answer", name, "--answer", "1=true"}).err,
              HasSubstr("submission.read"));
  // Each attempt has its own order of the options.
  const bool lift_is_first = absl::StrContains(begun, "1) The lift\n");
  const std::string lift = lift_is_first ? "3=1" : "3=2";
  const std::string stairs = lift_is_first ? "2" : "1";
  EXPECT_THAT(Do(kLea, {"attempts", "answer", name, "--answer", "2=8", "--answer", lift}),
              HasSubstr(absl::StrCat("answered ", lift, " (The lift)\n")));
  EXPECT_THAT(Do(kLea, {"attempts", "answer", name, "--answer", "2=8", "--submit"}),
              AllOf(HasSubstr(": ended\n"), HasSubstr("2 of 4 points: passed\n"),
                    HasSubstr("1. Is it hot? (2 points; true or false) - 2 of 2\n"),
                    HasSubstr("2. How many? (1 point; a number) - 0 of 1\n"),
                    HasSubstr(absl::StrCat("answered ", lift, " (The lift): wrong; right is ",
                                           stairs, " (The stairs)\n")),
                    HasSubstr("answered 1=true: right (It burns.)\n"),
                    HasSubstr("answered 2=8: wrong; right is 7\n")));
  EXPECT_EQ(Do(kLea, {"attempts", "submit", name}), Do(kLea, {"attempts", "get", name}));
  EXPECT_THAT(Do(kIna, {"attempts", "list", "fire", "--quiz", "q"}),
              StartsWith("name\tlearner\tquiz\tnumber\tstate\tpoints\tresult\tstarted\n"));
  EXPECT_THAT(Do(kIna, {"attempts", "list", "fire", "--quiz", "q"}),
              HasSubstr(absl::StrCat(name, "\tusers/lea\tquizzes/q\t1\tended\t2 of 4\tpassed\t")));
  EXPECT_EQ(As(kLea, {"attempts", "list", "fire"}).code, 2);
  EXPECT_THAT(Do(kLea, {"attempts", "list", "fire", "--learner", "lea"}), HasSubstr(name));
  EXPECT_THAT(Do(kLeo, {"attempts", "start", "fire", "q", "--dry-run"}), Not(HasSubstr("hot")));
}

TEST_F(AssessmentTest, LE1_I1_WorkIsHandedInAndGradedFromTheCommandLine) {
  const std::string text = Do(kLea, {"submissions", "hand-in", "fire", "t", "--text", "Here."});
  EXPECT_THAT(text,
              AllOf(HasSubstr(", work of users/lea on t: handed-in\n"),
                    HasSubstr("criterion way: The way, 7 points\n"), HasSubstr("    Here.\n")));
  const std::string name = FirstWord(text);
  const std::string path = Write("plan.txt", "Left, then right.");
  EXPECT_THAT(Do(kLea, {"submissions", "hand-in", "fire", "t", "--file", path, "--comment", "All"}),
              HasSubstr("plan.txt, 17 B (All)\n"));
  EXPECT_THAT(As(kLea, {"submissions", "hand-in", "fire", "t", "--file", path, "--dry-run"}).err,
              HasSubstr("go with --text"));
  EXPECT_THAT(Do(kIna, {"submissions", "list", "fire", "--state", "handed-in"}),
              HasSubstr(absl::StrCat(name, "\tusers/lea\ttasks/t\thanded-in\t2\t\t\t\n")));
  const std::string output = Write("out.txt", "");
  Do(kIna, {"submissions", "download", name, "--output", output});
  std::ifstream file(output);
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, "Left, then right.");
  EXPECT_EQ(As(kLeo, {"submissions", "download", name}).code, 2);
  EXPECT_EQ(As(kLea, {"submissions", "grade", name, "--version", "2", "--criterion", "way=7",
                      "--criterion", "form=3"})
                .code,
            2);
  EXPECT_THAT(As(kIna, {"submissions", "grade", name, "--version", "2", "--points", "7.555"}).err,
              HasSubstr("--points `7.555`: wanted points, like 7.5, to the hundredth"));
  EXPECT_THAT(Do(kIna, {"submissions", "grade", name, "--version", "2", "--criterion", "way=6.5",
                        "--criterion", "form=2", "--feedback", "Well."}),
              AllOf(HasSubstr("8.50 of 10, passed\n    Well.\n"), HasSubstr("    way: 6.50\n")));
  EXPECT_THAT(Do(kIna, {"submissions", "return", name, "--comment", "And back?", "--due", "+7d"}),
              HasSubstr("returned:\n    And back?\n"));
  EXPECT_THAT(Do(kIna, {"submissions", "assign", "fire", "t", "leo", "--due", "+1d"}),
              AllOf(StartsWith("assigned submissions/"), HasSubstr(" to users/leo\n")));
  EXPECT_THAT(Do(kLeo, {"submissions", "list", "fire", "--learner", "leo"}),
              HasSubstr("\tassigned\t"));
}

}  // namespace
}  // namespace provost::cli
