// The commands of the documentation, each as a reader would type it: those of a page run one after
// the other against a real server, which is set up and has the sample organisation as
// tools/quickstart has it.
//
// Then all of them once more on one server, in the order in which the quickstart names them, and
// those of roles backwards: each page has tenants of its own, and runs again once those are
// deleted.
//
// In a code block a line that begins with `provost` or `printf` is a command; a backslash at its
// end continues it. It has to succeed, unless the comment behind it says that it is `refused`,
// `denied` or `wrong`. `PROVOST_TENANT=...` in a line of `export` names the tenant of what follows.
// A block of `text` is what the command before it prints, line by line but for spaces; what `...`
// stands for is left out.
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "server/server.h"
#include "tests/verify/verified_store.h"

namespace provost::cli {
namespace {

// The first command of an empty server.
constexpr char kSetUp[] =
    "provost --tenant first setup --secret-file provost-data/bootstrap-secret --admin ann --preset "
    "lms365";
constexpr char kSample[] =
    "provost --as tenants/system/users/root scenario load docs/sample/acme.textproto --tenant-id "
    "acme";

// Those that have commands: all but these.
bool HasCommands(const std::string& page) {
  for (const char* without : {"README.md", "coming_from.md", "discussions.md", "notifications.md",
                              "semantics.md", "timers.md"}) {
    if (page == without) return false;
  }
  return true;
}

// In the order in which the quickstart names pages of roles, then the others.
std::vector<std::string> Pages() {
  const std::filesystem::path docs = std::filesystem::path(PROVOST_SOURCE_DIR) / "docs";
  std::vector<std::string> others;
  const std::vector<std::string> named = {"roles/course_admin.md", "roles/instructor.md",
                                          "roles/learner.md", "roles/reporter.md"};
  for (const char* folder : {"", "roles/"}) {
    for (const auto& entry : std::filesystem::directory_iterator(docs / folder)) {
      const std::string page = absl::StrCat(folder, entry.path().filename().string());
      if (entry.path().extension() == ".md" && HasCommands(page) &&
          std::find(named.begin(), named.end(), page) == named.end()) {
        others.push_back(page);
      }
    }
  }
  std::sort(others.begin(), others.end());
  std::vector<std::string> pages = named;
  pages.insert(pages.end(), others.begin(), others.end());
  return pages;
}

struct Command {
  int line = 0;
  std::string tenant;
  std::string text;  // as bash takes it
  bool is_refused = false;
  std::vector<std::string> answer;  // Lines, as OneSpaced has them.
};

// As it is whether or not it stands in columns.
std::string OneSpaced(absl::string_view line) {
  return absl::StrJoin(absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty()), " ");
}

// The commands of a page.
std::vector<Command> CommandsOf(const std::string& page) {
  std::vector<Command> commands;
  std::ifstream file(absl::StrCat(PROVOST_SOURCE_DIR, "/docs/", page));
  EXPECT_TRUE(file.good()) << page;
  std::string tenant = "acme";
  std::string line;
  bool in_fence = false;
  bool in_answer = false;
  bool continues = false;
  for (int number = 1; std::getline(file, line); ++number) {
    if (absl::StartsWith(line, "```")) {
      in_fence = !in_fence;
      in_answer = line == "```text";
      continue;
    }
    if (in_answer && !commands.empty()) {
      commands.back().answer.push_back(OneSpaced(line));
      continue;
    }
    if (!in_fence && !absl::StartsWith(line, "    ")) continue;
    const std::string text(absl::StripAsciiWhitespace(line));
    if (continues) {
      absl::StrAppend(&commands.back().text, "\n", text);
    } else if (absl::StartsWith(text, "export ")) {
      const size_t at = text.find("PROVOST_TENANT=");
      if (at != std::string::npos) {
        const size_t begin = at + absl::string_view("PROVOST_TENANT=").size();
        tenant = text.substr(begin, text.find(' ', begin) - begin);
      }
      continue;
    } else if (absl::StartsWith(text, "provost ") || absl::StartsWith(text, "printf ")) {
      commands.push_back({number, tenant, text, false, {}});
    } else {
      continue;
    }
    continues = absl::EndsWith(text, "\\");
    const size_t comment = text.rfind(" # ");
    if (comment == std::string::npos) continue;
    for (const char* word : {"refused", "denied", "wrong"}) {
      if (absl::StrContains(text.substr(comment), word)) commands.back().is_refused = true;
    }
  }
  return commands;
}

class PagesBase : public ::testing::Test {
 protected:
  PagesBase()
      : folder_(std::filesystem::path(::testing::TempDir()) /
                absl::StrCat("provost_pages_", getpid())) {
    std::filesystem::create_directories(folder_);
    std::filesystem::create_directory_symlink(std::filesystem::path(PROVOST_SOURCE_DIR) / "docs",
                                              folder_ / "docs");
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.data = (folder_ / "provost-data").string();
    options.log_level = "off";
    auto server = Server::Start(options);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  ~PagesBase() override {
    server_.reset();
    ExpectVerified((folder_ / "provost-data").string());
    std::filesystem::remove_all(folder_);
  }

  struct Result {
    int code = 0;
    std::string output;  // of both streams
  };

  void SetUp() override {
    for (const char* first : {kSetUp, kSample}) {
      const Result result = Run("acme", first);
      ASSERT_EQ(result.code, 0) << result.output;
    }
  }

  // Runs the commands of a page.
  void RunPage(const std::string& page) {
    const std::vector<Command> commands = CommandsOf(page);
    EXPECT_FALSE(commands.empty()) << "docs/" << page << " has no command";
    for (const Command& command : commands) {
      const Result result = Run(command.tenant, command.text);
      const std::string place =
          absl::StrCat("docs/", page, ":", command.line, ": ", command.text, "\n", result.output);
      if (command.is_refused) {
        EXPECT_TRUE(result.code == 1 || result.code == 2) << result.code << " at " << place;
        // By the server, not because nobody could read the command.
        EXPECT_FALSE(absl::StrContains(result.output, "--help` ")) << place;
      } else {
        EXPECT_EQ(result.code, 0) << place;
      }
      ExpectAnswer(command.answer, place);
    }
  }

  // Checks that an answer is in what a command printed: a line after the other.
  static void ExpectAnswer(const std::vector<std::string>& answer, const std::string& printed) {
    const std::vector<std::string> lines = absl::StrSplit(printed, '\n');
    size_t at = 0;
    for (const std::string& wanted : answer) {
      if (wanted == "...") continue;
      while (at < lines.size() && OneSpaced(lines[at]) != wanted) ++at;
      ASSERT_LT(at, lines.size()) << "`" << wanted << "` does not come at " << printed;
      ++at;
    }
  }

  // Runs a command as bash does, in the folder of the test.
  Result Run(const std::string& tenant, const std::string& command) {
    const std::string script = (folder_ / "command.sh").string();
    std::ofstream(script) << "cd '" << folder_.string() << "'\n"
                          << "export PATH='" << PROVOST_BIN_DIR << "':$PATH\n"
                          << "export PROVOST_SERVER=" << server_->address() << "\n"
                          << "export PROVOST_TENANT=" << tenant << "\n"
                          << "unset PROVOST_ACTOR\nset -o pipefail\n"
                          << command << "\n";
    Result result;
    FILE* const pipe = popen(absl::StrCat("bash '", script, "' 2>&1 </dev/null").c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    if (pipe == nullptr) return result;
    char block[4096];
    while (const size_t got = std::fread(block, 1, sizeof(block), pipe)) {
      result.output.append(block, got);
    }
    const int status = pclose(pipe);
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return result;
  }

  const std::filesystem::path folder_;
  std::unique_ptr<Server> server_;
};

class PagesTest : public PagesBase, public ::testing::WithParamInterface<std::string> {};

TEST_P(PagesTest, Runs) { RunPage(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Docs, PagesTest, ::testing::ValuesIn(Pages()),
                         [](const ::testing::TestParamInfo<std::string>& page) {
                           return absl::StrReplaceAll(page.param, {{"/", "_"}, {".", "_"}});
                         });

class AllPagesTest : public PagesBase {};

TEST_F(AllPagesTest, RunAfterEachOtherAndAgain) {
  std::vector<std::string> pages = Pages();
  for (const std::string& page : pages) RunPage(page);
  std::reverse(pages.begin(), pages.end());
  for (const std::string& page : pages) {
    if (!absl::StartsWith(page, "roles/")) continue;
    std::set<std::string> tenants;
    for (const Command& command : CommandsOf(page)) tenants.insert(command.tenant);
    for (const std::string& tenant : tenants) {
      if (tenant == "acme") continue;  // It is there already, and no page changes it.
      const Result result = Run(
          tenant, absl::StrCat("provost --as tenants/system/users/root tenants delete ", tenant));
      EXPECT_EQ(result.code, 0) << result.output;
    }
    RunPage(page);
  }
}

}  // namespace
}  // namespace provost::cli
