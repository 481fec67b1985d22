// Expected texts in files. They are rewritten where the environment has UPDATE_GOLDENS=1, and never
// otherwise; a missing one fails.
#ifndef PROVOST_TESTS_COMPILER_GOLDEN_H_
#define PROVOST_TESTS_COMPILER_GOLDEN_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace provost {

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path << " cannot be read";
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

inline void ExpectGolden(const std::string& actual, const std::string& path) {
  const char* const update = std::getenv("UPDATE_GOLDENS");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream out(path, std::ios::binary);
    out << actual;
    ASSERT_TRUE(out.good()) << path << " cannot be written";
    return;
  }
  EXPECT_EQ(actual, ReadFile(path)) << "UPDATE_GOLDENS=1 rewrites " << path;
}

}  // namespace provost

#endif  // PROVOST_TESTS_COMPILER_GOLDEN_H_
