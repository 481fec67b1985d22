#include "policy/compiler/format.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "policy/compiler/compiler.h"
#include "tests/compiler/golden.h"

namespace provost {
namespace {

std::string Format(absl::string_view text) {
  const absl::StatusOr<std::string> formatted = FormatPolicy(text, "p.textproto");
  EXPECT_TRUE(formatted.ok()) << formatted.status();
  if (!formatted.ok()) return "";
  EXPECT_EQ(*FormatPolicy(*formatted, "p.textproto"), *formatted) << "formatting is not idempotent";
  return *formatted;
}

TEST(Format, PresetsAreInCanonicalForm) {
  for (const std::string& name : PresetNames()) {
    const std::string text = *PresetText(name);
    EXPECT_EQ(Format(text), text) << name;
  }
}

TEST(Format, KeepsWhatItMeansAndEachComment) {
  const std::string text = R"(
#first

  # second
name :'x',version: "a" # joins
  'b';  # behind version


title: 'say "hi"' roles{name:'r'grants:[{permissions:['*'] source:'A'},# one
{permissions:"a.b"}  # two
] # three
  # before the end
}
roles { # opening
  # lonely
}
roles { name: "flat" may_assign: [ "a" , 'b' ] }  # flat
exclusive_sets {
  name: "s"
  roles: [ # of the list
    # before a
    "a", # behind a
    "b" # behind b
    # last in list
  ] # behind list

  # last in set
}
# last
)";
  const std::string formatted = Format(text);
  EXPECT_EQ(formatted, R"(#first

# second
name: "x"
# joins
version: "ab"  # behind version

title: "say \"hi\""
roles {
  name: "r"
  grants: [
    {
      permissions: "*"
      source: "A"
      # one
    },
    {
      permissions: "a.b"
      # two
    }
  ]  # three
  # before the end
}
roles {  # opening
  # lonely
}
roles { name: "flat" may_assign: ["a", "b"] }  # flat
exclusive_sets {
  name: "s"
  roles: [  # of the list
    # before a
    "a",  # behind a
    "b"  # behind b
    # last in list
  ]  # behind list

  # last in set
}
# last
)");
  v1::PolicySource before, after;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &before));
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(formatted, &after));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(before, after));
}

TEST(Format, FillsListsThatAreTooLong) {
  std::string text = "roles {\n  name: \"r\"\n  may_assign: [";
  for (int i = 0; i < 30; ++i) absl::StrAppend(&text, i > 0 ? "," : "", "\"role_", i, "\"");
  const std::string formatted = Format(text + "]\n}\n");
  size_t lines = 0;
  for (absl::string_view rest = formatted; !rest.empty(); ++lines) {
    const size_t end = rest.find('\n');
    EXPECT_LE(end, static_cast<size_t>(kFormatColumns)) << rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  EXPECT_EQ(lines, 9u) << formatted;
}

TEST(Format, KeepsBytesThatAreEscaped) {
  EXPECT_EQ(Format("title: '\\377 \\n \\001 \\t'"), "title: '\\377 \\n \\001 \\t'\n");
  EXPECT_EQ(Format("title: 'Z\xc3\xbc \\n \\001 \\t \\'a\\''"),
            "title: \"Z\xc3\xbc \\n \\001 \\t 'a'\"\n");
}

TEST(Format, RefusesWhatIsNotWellFormedWithItsPlace) {
  EXPECT_EQ(FormatPolicy("name: 'a'\nroles {", "p.textproto").status().message(),
            "p.textproto:2:8: error: wanted `}` for the `{` in line 2, found the end of the text");
  EXPECT_EQ(FormatPolicy("name: 'a'\n# Z\xc3\xbc\xff", "p.textproto").status().message(),
            "p.textproto:2:5: error: the text is not UTF-8: byte `\\xff`");
}

// Every scenario and case of this repository that is a policy, or near one.
TEST(Format, IsIdempotentAndKeepsMeaningOnAllFilesOfTheTests) {
  size_t seen = 0;
  for (const char* folder : {"/tests/compiler/cases", "/tests/cases", "/policy/presets"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(PROVOST_SOURCE_DIR) + folder)) {
      if (entry.path().extension() != ".textproto") continue;
      const std::string text = ReadFile(entry.path().string());
      const absl::StatusOr<std::string> once = FormatPolicy(text, "f");
      if (!once.ok()) continue;  // cases of broken syntax
      ++seen;
      EXPECT_EQ(*FormatPolicy(*once, "f"), *once) << entry.path();
      CompileOptions options;
      const CompileResult before = CompileText(text, options);
      const CompileResult after = CompileText(*once, options);
      ASSERT_EQ(before.diagnostics.size(), after.diagnostics.size()) << entry.path();
      if (before.matrix != nullptr) {
        EXPECT_EQ(before.matrix->digest(), after.matrix->digest());
      }
    }
  }
  EXPECT_GT(seen, 30u);
}

}  // namespace
}  // namespace provost
