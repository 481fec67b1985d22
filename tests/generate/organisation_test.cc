#include "tools/generate/organisation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_split.h"

namespace provost::generate {
namespace {

using ::testing::SizeIs;
using ::testing::StartsWith;

OrganisationSize SizeOf(uint32_t users, uint32_t courses, uint64_t enrollments, uint64_t seed = 1) {
  OrganisationSize size;
  size.users = users;
  size.courses = courses;
  size.enrollments = enrollments;
  size.seed = seed;
  return size;
}

std::string TextOf(const Organisation& organisation) {
  std::string text = organisation.UsersCsv() + organisation.MembersCsv();
  for (const AssignmentSpec& assignment : organisation.assignments()) {
    text += organisation.CourseName(assignment.course) + assignment.group +
            std::to_string(assignment.due_days);
  }
  return text;
}

TEST(OrganisationTest, TheSameSeedGivesTheSameOrganisation) {
  const Organisation one(SizeOf(1000, 50, 10000));
  EXPECT_EQ(TextOf(one), TextOf(Organisation(SizeOf(1000, 50, 10000))));
  EXPECT_NE(TextOf(one), TextOf(Organisation(SizeOf(1000, 50, 10000, 2))));
}

TEST(OrganisationTest, EverybodyIsInATeamAndTeamsMakeUpTheRest) {
  const Organisation organisation(SizeOf(1234, 5, 1000));
  EXPECT_THAT(organisation.UsersCsv(), StartsWith("user_id,email,"));
  const std::vector<std::string> users = absl::StrSplit(organisation.UsersCsv(), '\n');
  EXPECT_THAT(users, SizeIs(1234 + 2)) << "the first line, and the end of the last";
  ASSERT_THAT(organisation.levels(), SizeIs(3));
  EXPECT_THAT(organisation.levels()[0], SizeIs(124));
  EXPECT_THAT(organisation.levels()[1], SizeIs(13));
  EXPECT_THAT(organisation.levels()[2], SizeIs(2));
  for (const std::vector<GroupSpec>& level : organisation.levels()) {
    uint32_t next = 0;
    for (const GroupSpec& group : level) {
      EXPECT_EQ(group.begin, next);
      next = group.end;
    }
    EXPECT_EQ(next, 1234u);
  }
  const std::vector<std::string> members = absl::StrSplit(organisation.MembersCsv(), '\n');
  EXPECT_THAT(members, SizeIs(1234 + 124 + 13 + 2));
}

TEST(OrganisationTest, CoursesAreAsLargeAsZipfSays) {
  const Organisation organisation(SizeOf(100000, 5000, 2000000));
  const std::vector<uint32_t>& sizes = organisation.course_sizes();
  ASSERT_THAT(sizes, SizeIs(5000));
  EXPECT_NEAR(static_cast<double>(organisation.enrollments()), 2e6, 2e4);
  EXPECT_EQ(std::accumulate(sizes.begin(), sizes.end(), uint64_t{0}), organisation.enrollments());
  EXPECT_EQ(sizes[0], 50000u) << "half of all people";
  // One has about the 20 000 learners that reports are measured on, and each tenth of its rank.
  const auto near = std::min_element(sizes.begin(), sizes.end(), [](uint32_t a, uint32_t b) {
    return std::abs(int64_t{a} - 20000) < std::abs(int64_t{b} - 20000);
  });
  EXPECT_NEAR(*near, 20000, 2000);
  const size_t rank = static_cast<size_t>(near - sizes.begin()) + 1;
  EXPECT_NEAR(sizes[rank * 10 - 1], *near / 10, 400);
  EXPECT_GE(*std::min_element(sizes.begin(), sizes.end()), 10u);
}

TEST(OrganisationTest, NobodyHasACourseTwice) {
  const Organisation organisation(SizeOf(2000, 100, 20000));
  absl::flat_hash_map<std::string, GroupSpec> groups;
  for (const std::vector<GroupSpec>& level : organisation.levels()) {
    for (const GroupSpec& group : level) groups[group.id] = group;
  }
  std::vector<std::vector<int>> times(100, std::vector<int>(2000));
  for (const AssignmentSpec& assignment : organisation.assignments()) {
    ASSERT_TRUE(groups.contains(assignment.group)) << assignment.group;
    const GroupSpec& group = groups[assignment.group];
    for (uint32_t user = group.begin; user < group.end; ++user) ++times[assignment.course][user];
  }
  for (uint32_t course = 0; course < 100; ++course) {
    EXPECT_LE(*std::max_element(times[course].begin(), times[course].end()), 1) << course;
    EXPECT_EQ(std::accumulate(times[course].begin(), times[course].end(), 0),
              static_cast<int>(organisation.course_sizes()[course]));
  }
}

TEST(OrganisationTest, FatesAreMixed) {
  const Organisation organisation(SizeOf(1000, 5, 1000));
  int counts[3] = {};
  for (uint32_t user = 0; user < 1000; ++user) {
    ++counts[static_cast<int>(organisation.FateOf(3, user))];
  }
  EXPECT_NEAR(counts[static_cast<int>(Fate::kNothing)], 300, 60);
  EXPECT_NEAR(counts[static_cast<int>(Fate::kBegun)], 300, 60);
  EXPECT_NEAR(counts[static_cast<int>(Fate::kDone)], 400, 60);
}

}  // namespace
}  // namespace provost::generate
