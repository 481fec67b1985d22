// The commands of the documentation, each as a reader would type it: those of a page run one after
// the other against a real server, which is set up and has the sample organisation as
// tools/quickstart has it.
//
// In a code block a line that begins with `provost` or `printf` is a command; a backslash at its
// end continues it. It has to succeed, unless the comment behind it says that it is `refused`,
// `denied` or `wrong`. `PROVOST_TENANT=...` in a line of `export` names the tenant of what follows.
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/server.h"
#include "tests/verify/verified_store.h"

namespace provost::cli {
namespace {

// The first command of an empty server. The page that shows it has had it run.
constexpr char kSetUp[] =
    "provost --tenant first setup --secret-file provost-data/bootstrap-secret --admin ann --preset "
    "lms365";
constexpr char kSample[] =
    "provost --as tenants/system/users/root scenario load docs/sample/acme.textproto --tenant-id "
    "acme";

std::vector<std::string> Pages() {
  const std::filesystem::path docs = std::filesystem::path(PROVOST_SOURCE_DIR) / "docs";
  std::vector<std::string> pages = {"assessments.md", "audit.md",    "certificates.md",
                                    "content.md",     "groups.md",   "import.md",
                                    "records.md",     "sessions.md", "store.md"};
  for (const auto& entry : std::filesystem::directory_iterator(docs / "roles")) {
    if (entry.path().extension() == ".md") {
      pages.push_back(absl::StrCat("roles/", entry.path().filename().string()));
    }
  }
  std::sort(pages.begin(), pages.end());
  return pages;
}

struct Command {
  int line = 0;
  std::string tenant;
  std::string text;  // as bash takes it
  bool is_refused = false;
};

// The commands of a page.
std::vector<Command> CommandsOf(const std::string& page) {
  std::vector<Command> commands;
  std::ifstream file(absl::StrCat(PROVOST_SOURCE_DIR, "/docs/", page));
  EXPECT_TRUE(file.good()) << page;
  std::string tenant = "acme";
  std::string line;
  bool in_fence = false;
  bool continues = false;
  for (int number = 1; std::getline(file, line); ++number) {
    if (absl::StartsWith(line, "```")) in_fence = !in_fence;
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
      commands.push_back({number, tenant, text, false});
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

class PagesTest : public ::testing::TestWithParam<std::string> {
 protected:
  PagesTest()
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
  ~PagesTest() override {
    server_.reset();
    ExpectVerified((folder_ / "provost-data").string());
    std::filesystem::remove_all(folder_);
  }

  struct Result {
    int code = 0;
    std::string output;  // of both streams
  };

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

TEST_P(PagesTest, Runs) {
  for (const char* first : {kSetUp, kSample}) {
    const Result result = Run("acme", first);
    ASSERT_EQ(result.code, 0) << result.output;
  }
  const std::vector<Command> commands = CommandsOf(GetParam());
  EXPECT_FALSE(commands.empty()) << "docs/" << GetParam() << " has no command";
  for (const Command& command : commands) {
    if (command.text == kSetUp) continue;
    const Result result = Run(command.tenant, command.text);
    const std::string place = absl::StrCat("docs/", GetParam(), ":", command.line, ": ",
                                           command.text, "\n", result.output);
    if (command.is_refused) {
      EXPECT_TRUE(result.code == 1 || result.code == 2) << result.code << " at " << place;
      // By the server, not because nobody could read the command.
      EXPECT_FALSE(absl::StrContains(result.output, "`provost --help` lists")) << place;
    } else {
      EXPECT_EQ(result.code, 0) << place;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Docs, PagesTest, ::testing::ValuesIn(Pages()),
                         [](const ::testing::TestParamInfo<std::string>& page) {
                           return absl::StrReplaceAll(page.param, {{"/", "_"}, {".", "_"}});
                         });

}  // namespace
}  // namespace provost::cli
