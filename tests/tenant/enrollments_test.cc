// Who is withdrawn where memberships have ended by themselves before anybody took them away.
#include "tenant/enrollments.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tenant/enrollment_rows.h"
#include "tenant/record_rows.h"
#include "tenant/times.h"
#include "world.h"

namespace provost {
namespace {

// lea is in the team, which is in the crew, to which a course is assigned that leaving ends.
class EnrollmentsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    tenants_.MakeAcme();
    Do([&](TenantDraft& draft) {
      course_ = TenantFixture::PutCourse(draft, "hoists", kRootScope);
      lea_ = TenantFixture::PutUser(draft, "lea");
      team_ = TenantFixture::PutGroup(draft, "team");
      crew_ = TenantFixture::PutGroup(draft, "crew");
      return absl::OkStatus();
    });
    Do([&](TenantDraft& draft) {
      rows::TrainingAssignmentRow row;
      row.set_training(course_.value);
      row.set_assignee(crew_.value);
      row.mutable_training_assignment()->set_on_leave(v1::TrainingAssignment::WITHDRAW);
      return AddTrainingAssignment(draft, row).status();
    });
  }

  void Do(const std::function<absl::Status(TenantDraft&)>& change) {
    const absl::StatusOr<MutationResult> result = tenants_.Change(
        tenants_.acme(), [&](MutationContext& context) -> absl::StatusOr<std::string> {
          if (absl::Status status = change(context.draft()); !status.ok()) return status;
          return std::string();
        });
    ASSERT_TRUE(result.ok()) << result.status();
  }
  void Put(SubjectId group, SubjectId member, Window window = Window()) {
    Do([&](TenantDraft& draft) {
      rows::MemberRow row;
      SetWindow(window, row.mutable_member());
      return draft.PutMemberRow(group, member, row);
    });
  }
  // A membership that counts while it is made, and has ended when anything else is done.
  void PutBriefly(SubjectId group, SubjectId member) {
    Do([&](TenantDraft& draft) {
      rows::MemberRow row;
      Window window;
      window.expires = draft.now() + absl::Nanoseconds(1);
      SetWindow(window, row.mutable_member());
      return draft.PutMemberRow(group, member, row);
    });
  }
  void Remove(SubjectId group, SubjectId member) {
    Do([&](TenantDraft& draft) { return draft.EraseMember(group, member); });
  }
  // How many are in the course; the records of those who were stay.
  int64_t Enrolled() {
    const absl::StatusOr<rows::SeatsRow> seats =
        ReadSeats(tenants_.database(), tenants_.acme()->number(), course_);
    EXPECT_TRUE(seats.ok()) << seats.status();
    const absl::StatusOr<std::vector<EnrollmentId>> found =
        ReadEnrollmentIds(tenants_.database(), EnrollmentsAt(tenants_.acme()->number(), course_));
    EXPECT_TRUE(found.ok()) << found.status();
    int64_t admitted = 0;
    for (const EnrollmentId& id : *found) {
      const auto row = ReadEnrollment(tenants_.database(), tenants_.acme()->number(), id);
      EXPECT_TRUE(row.ok() && row->has_value()) << row.status();
      if (IsAdmitted((*row)->enrollment().state())) ++admitted;
    }
    EXPECT_EQ(seats->admitted(), admitted);
    return admitted;
  }

  TenantFixture tenants_;
  ScopeId course_;
  SubjectId lea_;
  SubjectId team_;
  SubjectId crew_;
};

TEST_F(EnrollmentsTest, WhoWasInTheGroupThatLeavesIsWithdrawn) {
  Put(crew_, team_);
  PutBriefly(team_, lea_);
  ASSERT_EQ(Enrolled(), 1) << "nothing happens at the instant at which it ends";
  Remove(crew_, team_);
  EXPECT_EQ(Enrolled(), 0);
}

TEST_F(EnrollmentsTest, WhoLeavesAGroupThatWasInAnotherIsWithdrawn) {
  Put(team_, lea_);
  PutBriefly(crew_, team_);
  ASSERT_EQ(Enrolled(), 1);
  Remove(team_, lea_);
  EXPECT_EQ(Enrolled(), 0);
}

TEST_F(EnrollmentsTest, AMembershipThatHasEndedCountsNoMoreOnceItChanges) {
  PutBriefly(crew_, lea_);
  ASSERT_EQ(Enrolled(), 1);
  Window ended;
  ended.expires = absl::FromUnixSeconds(1000);
  Put(crew_, lea_, ended);
  EXPECT_EQ(Enrolled(), 0);
}

TEST_F(EnrollmentsTest, AGroupThatIsDeletedWithdrawsWhoWasInIt) {
  Put(crew_, team_);
  PutBriefly(team_, lea_);
  ASSERT_EQ(Enrolled(), 1);
  Do([&](TenantDraft& draft) { return draft.EraseSubject(team_); });
  EXPECT_EQ(Enrolled(), 0);
}

TEST_F(EnrollmentsTest, WhoIsStillInByAnotherChainStays) {
  Put(crew_, team_);
  PutBriefly(team_, lea_);
  Put(crew_, lea_);
  Remove(crew_, team_);
  EXPECT_EQ(Enrolled(), 1);
  Remove(crew_, lea_);
  EXPECT_EQ(Enrolled(), 0);
}

TEST_F(EnrollmentsTest, WhatHasEndedBringsNobodyIn) {
  Window ended;
  ended.expires = absl::FromUnixSeconds(1000);
  Put(team_, lea_, ended);
  Put(crew_, team_);
  EXPECT_EQ(Enrolled(), 0);
  Put(crew_, team_, ended);
  Put(team_, lea_);
  EXPECT_EQ(Enrolled(), 0);
}

}  // namespace
}  // namespace provost
