#include "tests/cli/golden.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

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
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(golden.str(), text) << "in " << path
                                << "; if the change is meant, rewrite it with "
                                   "PROVOST_UPDATE_GOLDEN=1";
}

}  // namespace provost::cli
