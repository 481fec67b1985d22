// The parser beside protobuf's own.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "policy/compiler/compiler.h"
#include "policy/compiler/read_source.h"
#include "policy/compiler/syntax.h"

namespace provost {
namespace {

using google::protobuf::TextFormat;
using google::protobuf::util::MessageDifferencer;

// The message that our parser reads, or the problems.
std::string Read(absl::string_view text, v1::PolicySource& source) {
  SourceMap map;
  Report report("t", source, map);
  const SyntaxTree tree = ParseSyntax(text);
  for (const SyntaxProblem& problem : tree.problems) report.ErrorAt(problem.at, problem.message);
  ReadSource(tree, source, map, report);
  return ToString(report.Take());
}

void ExpectSameAsProtobuf(const std::string& text) {
  v1::PolicySource ours, theirs;
  ASSERT_EQ(Read(text, ours), "") << text;
  ASSERT_TRUE(TextFormat::ParseFromString(text, &theirs)) << text;
  EXPECT_TRUE(MessageDifferencer::Equals(ours, theirs)) << text;
}

TEST(Syntax, ReadsThePresetsAsProtobufDoes) {
  for (const std::string& name : PresetNames()) ExpectSameAsProtobuf(*PresetText(name));
}

TEST(Syntax, ReadsEveryFormThatProtobufReads) {
  for (const char* text : {
           "",
           "# only a comment",
           "name: 'single' version: \"dou'ble\"",
           "name: 'a' \"b\"\n 'c' # joined\n",
           "name: 'a' # between\n 'b'",
           "name:\"x\";version:\"y\",title:\"z\"",
           "roles < name: 'a' grants < permissions: '*' > >",
           "roles: { name: 'a' } roles { name: 'b' }",
           "roles [ { name: 'a' }, < name: 'b' > ]",
           "roles: [{ name: 'a' }]",
           "roles { grants: [] assignable_at: [] }",
           "roles { assignable_at: [TENANT, COURSE] assignable_at: SESSION }",
           "roles { may_assign_subset: true } roles { may_assign_subset: f } roles { "
           "may_assign_subset: 1 }",
           "roles { assignable_at: [1, 2, 0x3, 04, 0, -0] } permissions { access: 2 }",
           "roles { may_assign_subset: 0x1 } roles { may_assign_subset: 00 }",
           "roles { may_assign_subset: True } roles { may_assign_subset: False }",
           "title: '\\n\\t\\\\\\'\\\"\\x41\\101\\u00e4\\U0001F600\\?\\a\\b\\f\\v\\r'",
           "title: 'Z\xc3\xbcrich'",
           "title: '\\x4g' ",
           "title: '\\1018'",
           "name : \t\r\n 'spaces'\r\n",
       }) {
    ExpectSameAsProtobuf(text);
  }
}

TEST(Syntax, RefusesWhatProtobufRefuses) {
  for (const char* text : {
           "name: 'open",
           "name 'colon'",
           "name: 'a' name: 'b'",
           "name: ['a']",
           "roles { name: 'a'",
           "roles { name: 'a' > ",
           "roles { name: 'a' } }",
           "roles { assignable_at: [TENANT COURSE] }",
           "roles { assignable_at: [TENANT,] }",
           "roles: 'a'",
           "name: { }",
           "name: 5",
           "name: x",
           "unknown: 'a'",
           "[provost.v1.x] { }",
           "roles { assignable_at: NOWHERE }",
           "roles { assignable_at: 08 }",
           "roles { assignable_at: 0x }",
           "roles { assignable_at: 1.0 }",
           "roles { assignable_at: 2147483648 }",
           "roles { assignable_at: '1' }",
           "roles { may_assign_subset: 2 }",
           "roles { may_assign_subset: -0 }",
           "roles { may_assign_subset: '1' }",
           "roles { may_assign_subset: maybe }",
           "title: '\\q'",
           "title: '\\x'",
           "title: '\\u12'",
           "title: 'two\nlines'",
           "name: 'a' @",
           "- name: 'a'",
           ": 'a'",
       }) {
    v1::PolicySource ours, theirs;
    EXPECT_NE(Read(text, ours), "") << text;
    EXPECT_FALSE(TextFormat::ParseFromString(text, &theirs)) << text;
  }
}

// Protobuf keeps the numbers of enums that it does not know; a policy may not have them.
TEST(Syntax, RefusesNumbersThatNoEnumHas) {
  v1::PolicySource source;
  EXPECT_EQ(
      Read("roles { assignable_at: 5 } permissions { access: -1 }", source),
      "t:1:24: error: `assignable_at` wants one of TENANT, CATALOG, COURSE, SESSION, not `5`\n"
      "t:1:50: error: `access` wants one of READ, WRITE, not `-1`\n");
}

// Editors of other systems write one; protobuf refuses it.
TEST(Syntax, SkipsAByteOrderMark) {
  v1::PolicySource source;
  EXPECT_EQ(Read("\xEF\xBB\xBFname: 'bom'", source), "");
  EXPECT_EQ(source.name(), "bom");
}

TEST(Syntax, CountsLinesAndCharactersFromOne) {
  const SyntaxTree tree =
      ParseSyntax("# Zürich\r\n\tname: 'a'\n  roles { may_assign: [ 'ü', 'b' ] }");
  ASSERT_TRUE(tree.problems.empty());
  EXPECT_EQ(tree.fields[0].at, (Position{2, 2}));
  EXPECT_EQ(tree.fields[0].values[0].at, (Position{2, 8}));
  const SyntaxField& list = tree.fields[1].values[0].fields[0];
  EXPECT_EQ(list.values[1].at, (Position{3, 30}));
}

TEST(Syntax, NestingIsBounded) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "roles {";
  const SyntaxTree tree = ParseSyntax(deep);
  ASSERT_FALSE(tree.problems.empty());
  EXPECT_THAT(tree.problems[0].message, testing::HasSubstr("at most 32 nested messages"));
}

}  // namespace
}  // namespace provost
