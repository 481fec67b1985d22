#include "csv/columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace provost::csv {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ColumnNames People() {
  ColumnNames names;
  names.fields = {"user_id", "email", "display_name"};
  return names;
}

TEST(ColumnsTest, ByTheirNamesInAnyOrder) {
  const auto fields = MapColumns({"email", "user_id"}, People());
  ASSERT_TRUE(fields.ok()) << fields.status();
  EXPECT_THAT(*fields, ElementsAre("email", "user_id"));
}

TEST(ColumnsTest, RenamedAndLeftOut) {
  ColumnNames names = People();
  names.renamed = {{"Mail", "email"}, {"Kürzel", "user_id"}};
  names.ignored = {"Comment"};
  const auto fields = MapColumns({"Kürzel", "Comment", "Mail", "Comment"}, names);
  ASSERT_TRUE(fields.ok()) << fields.status();
  EXPECT_THAT(*fields, ElementsAre("user_id", "", "email", ""));
}

TEST(ColumnsTest, WhatIsWrongIsNamed) {
  const auto message = [](absl::Span<const std::string> header, const ColumnNames& names) {
    const auto fields = MapColumns(header, names);
    EXPECT_EQ(fields.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(fields.status().message());
  };
  EXPECT_THAT(message({"user_id", "Mail"}, People()),
              HasSubstr("column 2, `Mail` of the first line is no field; wanted one of `user_id`, "
                        "`email`, `display_name`"));
  EXPECT_THAT(message({"email", "email"}, People()), HasSubstr("an earlier column is already"));
  EXPECT_THAT(message({"user_id", ""}, People()), HasSubstr("column 2, ``"));
  EXPECT_THAT(message({"Zo\xEB"}, People()), HasSubstr("Zo\\xeb"));
  ColumnNames names = People();
  names.renamed = {{"Mail", "mail"}};
  EXPECT_THAT(message({"Mail"}, names), HasSubstr("there is no field `mail`"));
  names.renamed = {{"Mail", "email"}};
  EXPECT_THAT(message({"user_id"}, names), HasSubstr("no column `Mail`, which is to be `email`"));
  EXPECT_THAT(message({"Mail", "email"}, names), HasSubstr("an earlier column is already"));
  names = People();
  names.ignored = {"Comment"};
  EXPECT_THAT(message({"user_id"}, names), HasSubstr("no column `Comment`"));
}

}  // namespace
}  // namespace provost::csv
