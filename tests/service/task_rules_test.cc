// What a task says of late work, apart from any server.
#include "service/task_rules.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

namespace provost {
namespace {

v1::TaskBody TaskOf(const std::string& text) {
  v1::TaskBody task;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &task)) << text;
  return task;
}

TEST(TaskRulesTest, CA1_WorkIsDueAtATimeOrSoManyDaysAfterTheEnrollment) {
  const absl::Time enrolled = absl::FromUnixSeconds(1000000);
  EXPECT_EQ(DueTimeOf(TaskOf(""), enrolled), absl::InfiniteFuture());
  EXPECT_EQ(DueTimeOf(TaskOf("due { time { seconds: 5 } }"), enrolled), absl::FromUnixSeconds(5));
  EXPECT_EQ(DueTimeOf(TaskOf("due { days_after_enrollment: 2 }"), enrolled),
            enrolled + absl::Hours(48));
}

TEST(TaskRulesTest, CA1_WithoutAPolicyLateWorkIsTakenForEver) {
  const absl::Time due = absl::FromUnixSeconds(1000000);
  EXPECT_EQ(CloseTimeOf(TaskOf(""), due), absl::InfiniteFuture());
  EXPECT_EQ(CloseTimeOf(TaskOf("late_policy {}"), due), due);
  EXPECT_EQ(CloseTimeOf(TaskOf("late_policy { accept_days: 3 }"), due), due + absl::Hours(72));
  EXPECT_EQ(CloseTimeOf(TaskOf("late_policy { accept_days: 3 }"), absl::InfiniteFuture()),
            absl::InfiniteFuture());
  // The year 10000 cannot be told.
  EXPECT_EQ(
      CloseTimeOf(TaskOf("late_policy { accept_days: 3 }"), absl::FromUnixSeconds(253402300799)),
      absl::InfiniteFuture());
}

TEST(TaskRulesTest, CA1_ADayThatHasBegunCounts) {
  const absl::Time due = absl::FromUnixSeconds(1000000);
  EXPECT_EQ(LateDaysAt(due - absl::Hours(1), due), 0);
  EXPECT_EQ(LateDaysAt(due, due), 0);
  EXPECT_EQ(LateDaysAt(due + absl::Nanoseconds(1), due), 1);
  EXPECT_EQ(LateDaysAt(due + absl::Hours(24), due), 1);
  EXPECT_EQ(LateDaysAt(due + absl::Hours(24) + absl::Nanoseconds(1), due), 2);
  EXPECT_EQ(LateDaysAt(due, absl::InfiniteFuture()), 0);
}

TEST(TaskRulesTest, CA1_WhatLateWorkLosesStopsAtTheFloor) {
  const v1::TaskBody task =
      TaskOf("max_points: 10 late_policy { percent_per_day: 30 floor_percent: 25 }");
  EXPECT_EQ(LateHundredths(task, 1000, 0), 0);
  EXPECT_EQ(LateHundredths(task, 1000, 1), 300);
  EXPECT_EQ(LateHundredths(task, 1000, 2), 600);
  EXPECT_EQ(LateHundredths(task, 1000, 3), 750);
  EXPECT_EQ(LateHundredths(task, 1000, 3660), 750);
  EXPECT_EQ(LateHundredths(task, 251, 2), 1);
  EXPECT_EQ(LateHundredths(task, 250, 2), 0);
  EXPECT_EQ(LateHundredths(task, 0, 2), 0);
  const v1::TaskBody harsh = TaskOf("max_points: 10 late_policy { percent_per_day: 100 }");
  EXPECT_EQ(LateHundredths(harsh, 999, 1), 999);
  EXPECT_EQ(LateHundredths(TaskOf("max_points: 10"), 999, 7), 0);
}

TEST(TaskRulesTest, CC2_TypesOfFilesAreTakenByFamilyToo) {
  const v1::TaskBody task = TaskOf("media_types: ['application/pdf', 'image/*']");
  EXPECT_TRUE(TakesMediaType(task, "application/PDF"));
  EXPECT_TRUE(TakesMediaType(task, "image/png"));
  EXPECT_FALSE(TakesMediaType(task, "imagery/png"));
  EXPECT_FALSE(TakesMediaType(task, "application/pdfx"));
  EXPECT_TRUE(TakesMediaType(TaskOf(""), "text/plain"));
  EXPECT_EQ(MaxFileBytes(TaskOf("")), int64_t{64} << 20);
  EXPECT_EQ(MaxFileBytes(TaskOf("max_file_bytes: 7")), 7);
}

}  // namespace
}  // namespace provost
