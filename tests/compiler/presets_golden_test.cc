// Compiled presets, held by dumps: a change of the language or of a preset shows up cell by cell.
#include <string>

#include "absl/strings/str_cat.h"
#include "policy/compiler/compiler.h"
#include "policy/compiler/dump.h"
#include "tests/compiler/golden.h"

namespace provost {
namespace {

class PresetGoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(PresetGoldenTest, DumpIsThatOfTheGolden) {
  const auto matrix = CompilePreset(GetParam());
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  ExpectGolden(DumpMatrix(**matrix), absl::StrCat(PROVOST_TEST_DATA_DIR, "/", GetParam(), ".dump"));
}

// The compiler has nothing to warn of either.
TEST_P(PresetGoldenTest, HasNoDiagnostics) {
  CompileOptions options;
  options.file_name = GetParam() + ".textproto";
  options.preset_rules = true;
  EXPECT_EQ(ToString(CompileText(*PresetText(GetParam()), options).diagnostics), "");
}

TEST_P(PresetGoldenTest, IsLoadedAsItWasSaved) {
  const auto matrix = CompilePreset(GetParam());
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  const auto loaded = Matrix::Load((*matrix)->Serialize());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(DumpMatrix(**loaded), DumpMatrix(**matrix));
}

INSTANTIATE_TEST_SUITE_P(Presets, PresetGoldenTest, testing::ValuesIn(PresetNames()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

}  // namespace
}  // namespace provost
