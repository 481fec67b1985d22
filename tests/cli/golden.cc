#include "tests/cli/golden.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace provost::cli {

void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = std::string(PROVOST_TEST_DATA_DIR) + "/" + name;
  const char* const update = std::getenv("PROVOST_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << text;
    ADD_FAILURE() << "rewrote " << path;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  const std::string golden = content.str();
  if (golden == text) return;
  const std::vector<absl::string_view> wanted = absl::StrSplit(golden, '\n');
  const std::vector<absl::string_view> got = absl::StrSplit(text, '\n');
  size_t line = 0;
  while (line < wanted.size() && line < got.size() && wanted[line] == got[line]) ++line;
  ADD_FAILURE() << path << ":" << line + 1 << ": wanted `"
                << (line < wanted.size() ? wanted[line] : "the end") << "`, got `"
                << (line < got.size() ? got[line] : "the end")
                << "`; if the change is meant, rewrite the file with PROVOST_UPDATE_GOLDEN=1";
}

}  // namespace provost::cli
