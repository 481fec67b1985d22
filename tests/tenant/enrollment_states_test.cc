// Which states an enrollment may go through, and what goes with that: seats, the line, the role of
// learners, also where a policy comes to have it.
#include "tenant/enrollment_states.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "course_people.h"
#include "policy/compiler/compiler.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollments.h"
#include "tenant/record_rows.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using v1::Enrollment;
using State = v1::Enrollment::State;

TEST(EnrollmentStatesTest, TheLegalTransitionsAreTheseAndNoOthers) {
  const std::map<State, std::vector<State>> legal = {
      {Enrollment::STATE_UNSPECIFIED,
       {Enrollment::REQUESTED, Enrollment::WAITING, Enrollment::ENROLLED}},
      {Enrollment::REQUESTED, {Enrollment::WAITING, Enrollment::ENROLLED, Enrollment::WITHDRAWN}},
      {Enrollment::WAITING, {Enrollment::ENROLLED, Enrollment::WITHDRAWN}},
      {Enrollment::ENROLLED,
       {Enrollment::IN_PROGRESS, Enrollment::COMPLETED, Enrollment::FAILED, Enrollment::WITHDRAWN,
        Enrollment::RECERTIFYING}},
      {Enrollment::IN_PROGRESS,
       {Enrollment::ENROLLED, Enrollment::COMPLETED, Enrollment::FAILED, Enrollment::WITHDRAWN,
        Enrollment::RECERTIFYING}},
      {Enrollment::COMPLETED,
       {Enrollment::IN_PROGRESS, Enrollment::WITHDRAWN, Enrollment::EXPIRED,
        Enrollment::RECERTIFYING}},
      {Enrollment::FAILED,
       {Enrollment::IN_PROGRESS, Enrollment::COMPLETED, Enrollment::WITHDRAWN,
        Enrollment::RECERTIFYING}},
      {Enrollment::WITHDRAWN, {Enrollment::REQUESTED, Enrollment::WAITING, Enrollment::ENROLLED}},
      {Enrollment::EXPIRED,
       {Enrollment::COMPLETED, Enrollment::WITHDRAWN, Enrollment::RECERTIFYING}},
      {Enrollment::RECERTIFYING,
       {Enrollment::COMPLETED, Enrollment::FAILED, Enrollment::WITHDRAWN, Enrollment::EXPIRED}},
  };
  ASSERT_EQ(legal.size(), static_cast<size_t>(Enrollment::State_ARRAYSIZE));
  for (const auto& [state, next] : legal) {
    EXPECT_EQ(LegalNext(state), next) << Enrollment::State_Name(state);
  }
  EXPECT_THAT(LegalNext(static_cast<State>(99)), IsEmpty());
}

// A course with two seats, for five people.
class EnrollmentMovesTest : public CoursePeopleTest {
 protected:
  EnrollmentMovesTest() : CoursePeopleTest({"a", "b", "c", "d", "e"}) {}

  void SetUp() override {
    CoursePeopleTest::SetUp();
    SetCapacity(2);
  }

  void SetCapacity(int capacity) {
    Do([&](TenantDraft& draft) {
      absl::StatusOr<std::optional<rows::CourseRow>> row = draft.Get<rows::CourseRow>("hoists");
      v1::EnrollmentRules& rules = *(*row)->mutable_course()->mutable_rules()->mutable_enrollment();
      rules.set_capacity(capacity);
      rules.set_waiting_list(true);
      draft.Put("hoists", **row);
      return FillSeats(draft, course_);
    });
  }
  EnrollmentId IdOf(size_t person) const { return CoursePeopleTest::IdOf(people_[person]); }
  absl::Status Enroll(TenantDraft& draft, size_t person) const {
    return provost::Enroll(draft, IdOf(person), {}, Entry::kByHand, {});
  }
  void EnrollAll() {
    for (size_t i = 0; i < people_.size(); ++i) {
      Do([&](TenantDraft& draft) { return Enroll(draft, i); });
    }
  }
  // By person; those who have no record are left out.
  std::vector<State> States() {
    std::vector<State> states;
    for (size_t i = 0; i < people_.size(); ++i) {
      const auto row = ReadEnrollment(tenants_.database(), number(), IdOf(i));
      EXPECT_TRUE(row.ok()) << row.status();
      if (row->has_value()) states.push_back((*row)->enrollment().state());
    }
    return states;
  }
  std::vector<size_t> Line() {
    const auto ids = ReadWaitingIds(tenants_.database(), WaitingAt(number(), course_));
    EXPECT_TRUE(ids.ok()) << ids.status();
    std::vector<size_t> line;
    for (const EnrollmentId& id : *ids) {
      for (size_t i = 0; i < people_.size(); ++i) {
        if (people_[i].value == id.learner) line.push_back(i);
      }
    }
    return line;
  }
  rows::SeatsRow Seats() { return *ReadSeats(tenants_.database(), number(), course_); }
  size_t Learners() {
    size_t count = 0;
    const auto view = tenants_.acme()->world().Hold();
    for (SubjectId person : people_) {
      if (view->HasSubject(person)) count += view->AssignmentsOf(person).size();
    }
    return count;
  }
};

TEST_F(EnrollmentMovesTest, SeatsAreTakenInTheOrderOfTheLine) {
  EnrollAll();
  EXPECT_EQ(Seats().admitted(), 2);
  EXPECT_EQ(Seats().waiting(), 3);
  EXPECT_THAT(Line(), ElementsAre(2, 3, 4));
  SetCapacity(3);
  EXPECT_THAT(Line(), ElementsAre(3, 4));
  Do([&](TenantDraft& draft) { return Withdraw(draft, IdOf(0), {}); });
  EXPECT_THAT(Line(), ElementsAre(4));
  Do([&](TenantDraft& draft) { return EraseEnrollmentRecord(draft, IdOf(1)); });
  EXPECT_THAT(Line(), IsEmpty());
  EXPECT_THAT(States(), ElementsAre(Enrollment::WITHDRAWN, Enrollment::ENROLLED,
                                    Enrollment::ENROLLED, Enrollment::ENROLLED));
  EXPECT_EQ(Seats().admitted(), 3);
  EXPECT_EQ(Seats().waiting(), 0);
}

TEST_F(EnrollmentMovesTest, OfATrainingThatGoesNothingIsLeft) {
  EnrollAll();
  Do([&](TenantDraft& draft) { return EraseEnrollmentsAt(draft, course_); });
  EXPECT_THAT(States(), IsEmpty());
  EXPECT_THAT(Line(), IsEmpty());
  EXPECT_EQ(Seats().admitted() + Seats().waiting(), 0);
  store::Cursor left =
      tenants_.database().Scan(store::Table::kRecords, RecordsAt(number(), course_));
  EXPECT_FALSE(left.Next());
}

TEST_F(EnrollmentMovesTest, AnIllegalMoveNamesTheLegalOnes) {
  Do([&](TenantDraft& draft) { return Enroll(draft, 0); });
  const absl::Status status = Try([&](TenantDraft& draft) {
    rows::EnrollmentRow row = **ReadEnrollment(draft.reader(), draft.number(), IdOf(0));
    return MoveEnrollment(draft, IdOf(0), &row, Enrollment::EXPIRED, {});
  });
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("it is `ENROLLED` and does not become `EXPIRED`; wanted `IN_PROGRESS`, "
                        "`COMPLETED`, `FAILED`, `WITHDRAWN`"));
  const absl::Status begin = Try([&](TenantDraft& draft) {
    rows::EnrollmentRow row;
    return MoveEnrollment(draft, IdOf(1), &row, Enrollment::COMPLETED, {});
  });
  EXPECT_THAT(std::string(begin.message()), HasSubstr("does not begin as `COMPLETED`"));
}

TEST_F(EnrollmentMovesTest, APolicyThatBringsTheRoleGivesItToWhoIsAdmitted) {
  EnrollAll();
  EXPECT_EQ(Learners(), 0u) << "the policy has no such role";
  CompileResult with = CompileText(
      "name: 'test' version: '2' top_role: 'owner' permissions { name: 'course.update' asked_at: "
      "[TENANT, CATALOG, COURSE] access: WRITE } roles { name: 'owner' title: 'O' assignable_at: "
      "TENANT grants { permissions: '*' source: 't' } may_assign: ['owner', 'learner'] } roles { "
      "name: 'learner' title: 'L' assignable_at: COURSE grants { permissions: 'course.update' "
      "source: 't' } }");
  ASSERT_NE(with.matrix, nullptr);
  const auto apply = [&](const std::shared_ptr<const Matrix>& matrix) {
    return Try([&](TenantDraft& draft) {
      draft.PutPolicy(rows::PolicyRow(), matrix);
      return FollowPolicy(draft, draft.state().matrix(), *matrix);
    });
  };
  const absl::Status applied = apply(with.matrix);
  ASSERT_TRUE(applied.ok()) << applied;
  EXPECT_EQ(Learners(), 2u);
  Do([&](TenantDraft& draft) { return Withdraw(draft, IdOf(0), {}); });
  EXPECT_EQ(Learners(), 2u) << "who moved up has it";
  EXPECT_FALSE(apply(TestPolicy().matrix).ok()) << "the role is in use";
  for (size_t i = 1; i < people_.size(); ++i) {
    Do([&](TenantDraft& draft) { return Withdraw(draft, IdOf(i), {}); });
  }
  EXPECT_EQ(Learners(), 0u);
  const absl::Status without = apply(TestPolicy().matrix);
  EXPECT_TRUE(without.ok()) << without;
}

}  // namespace
}  // namespace provost
