// What is to happen when, as it follows from enrollments and assignments.
#include "tenant/moments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tenant/times.h"
#include "world.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::Enrollment;

constexpr absl::Duration kDay = absl::Hours(24);

// A course whose completions are valid for as long as their enrollment says, which can be done
// again 30 days before the end, by itself, and lapse 10 days after it.
class MomentsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    tenants_.MakeAcme();
    Do([&](TenantDraft& draft) {
      const ScopeId course = TenantFixture::PutCourse(draft, "hoists", kRootScope);
      id_.training = course.value;
      id_.learner = TenantFixture::PutUser(draft, "lea").value;
    });
    SetRule(30, 10, true);
  }

  void Do(const std::function<void(TenantDraft&)>& change) {
    const absl::StatusOr<MutationResult> result = tenants_.Change(
        tenants_.acme(), [&](MutationContext& context) -> absl::StatusOr<std::string> {
          change(context.draft());
          return std::string();
        });
    ASSERT_TRUE(result.ok()) << result.status();
  }
  void SetRule(int window, int grace, bool automatic) {
    Do([&](TenantDraft& draft) {
      rows::CourseRow row = **draft.Get<rows::CourseRow>("hoists");
      v1::Recertification& rule = *row.mutable_course()->mutable_rules()->mutable_recertification();
      rule.set_window_days(window);
      rule.set_grace_days(grace);
      rule.set_automatic(automatic);
      draft.Put("hoists", row);
    });
  }
  rows::EnrollmentRow In(Enrollment::State state, double cycle_start = 0) const {
    rows::EnrollmentRow row;
    row.mutable_enrollment()->set_state(state);
    *row.mutable_enrollment()->mutable_due_time() = ToTimestamp(start_ + 50 * kDay);
    *row.mutable_enrollment()->mutable_cycle_start_time() =
        ToTimestamp(start_ + cycle_start * kDay);
    *row.mutable_enrollment()->mutable_expire_time() = ToTimestamp(start_ + 100 * kDay);
    return row;
  }
  void Sync(const rows::EnrollmentRow* before, const rows::EnrollmentRow* after) {
    Do([&](TenantDraft& draft) { SyncMoments(draft, id_, before, after); });
  }
  // As `kind@days`.
  std::vector<std::string> Moments() {
    std::vector<std::string> moments;
    for (int kind = 1; kind <= static_cast<int>(MomentKind::kReevaluate); ++kind) {
      const auto found =
          ReadMoments(tenants_.database(), tenants_.acme()->number(), static_cast<MomentKind>(kind),
                      MomentCursor{absl::InfinitePast()}, absl::InfiniteFuture(), 1000);
      EXPECT_TRUE(found.ok()) << found.status();
      for (const auto& [moment, row] : *found) {
        moments.push_back(absl::StrCat(kind, "@", (moment.time - start_) / kDay));
      }
    }
    return moments;
  }
  size_t Rows() {
    store::Cursor cursor = tenants_.database().Scan(
        store::Table::kTimers, store::KeyRange::Tenant(tenants_.acme()->number()));
    size_t rows = 0;
    while (cursor.Next()) ++rows;
    return rows;
  }

  TenantFixture tenants_;
  EnrollmentId id_;
  const absl::Time start_ = absl::FromUnixSeconds(2000000000);
};

TEST_F(MomentsTest, FollowFromTheState) {
  const rows::EnrollmentRow enrolled = In(Enrollment::ENROLLED);
  const rows::EnrollmentRow completed = In(Enrollment::COMPLETED);
  const rows::EnrollmentRow again = In(Enrollment::RECERTIFYING, 70);
  const rows::EnrollmentRow late = In(Enrollment::RECERTIFYING, 120);
  const rows::EnrollmentRow expired = In(Enrollment::EXPIRED);
  const rows::EnrollmentRow failed = In(Enrollment::FAILED);
  Sync(nullptr, &enrolled);
  EXPECT_THAT(Moments(), ElementsAre("1@50")) << "due";
  Sync(&enrolled, &completed);
  EXPECT_THAT(Moments(), ElementsAre("2@100", "3@70", "4@110")) << "expiry, window, lapse";
  Sync(&completed, &again);
  EXPECT_THAT(Moments(), ElementsAre("1@50", "2@100", "4@110"))
      << "what was completed counts still";
  Sync(&again, &expired);
  EXPECT_THAT(Moments(), IsEmpty());
  Sync(&expired, &late);
  EXPECT_THAT(Moments(), ElementsAre("1@50")) << "it has lapsed before";
  Sync(&late, &failed);
  EXPECT_EQ(Rows(), 0u);
  Sync(&failed, &completed);
  Sync(&completed, nullptr);
  EXPECT_EQ(Rows(), 0u) << "nothing is left of what is gone";
}

TEST_F(MomentsTest, FollowRulesThatChange) {
  const rows::EnrollmentRow completed = In(Enrollment::COMPLETED);
  Sync(nullptr, &completed);
  SetRule(60, 0, true);
  Sync(&completed, &completed);
  EXPECT_THAT(Moments(), ElementsAre("2@100", "3@40", "4@100"));
  SetRule(60, 0, false);
  Sync(&completed, &completed);
  EXPECT_THAT(Moments(), ElementsAre("2@100", "4@100")) << "nobody begins anew by themselves";
}

TEST_F(MomentsTest, OfWhatIsCarriedOutThereIsOneForEachThing) {
  const auto put = [&](double days) {
    Do([&](TenantDraft& draft) {
      PutMoment(draft, Moment{MomentKind::kReevaluate, start_ + days * kDay, id_.training});
    });
  };
  put(3);
  put(5);
  EXPECT_THAT(Moments(), ElementsAre("9@5"));
  Do([&](TenantDraft& draft) {
    EraseMoment(draft, Moment{MomentKind::kReevaluate, absl::UnixEpoch(), id_.training});
  });
  EXPECT_EQ(Rows(), 0u);
}

TEST_F(MomentsTest, AreReadInTheOrderOfTheirTimesFromACursorOn) {
  Do([&](TenantDraft& draft) {
    for (uint32_t i = 0; i < 5; ++i) {
      PutMoment(draft, Moment{MomentKind::kSessionStart, start_ + (i / 2) * kDay, 10 - i});
    }
  });
  const auto read = [&](const MomentCursor& after, double until, size_t limit) {
    const auto found = ReadMoments(tenants_.database(), tenants_.acme()->number(),
                                   MomentKind::kSessionStart, after, start_ + until * kDay, limit);
    std::vector<uint32_t> sessions;
    for (const auto& [moment, row] : *found) sessions.push_back(moment.a);
    return sessions;
  };
  const MomentCursor begin{absl::InfinitePast()};
  EXPECT_THAT(read(begin, 9, 9), ElementsAre(9, 10, 7, 8, 6));
  EXPECT_THAT(read(begin, 1, 9), ElementsAre(9, 10, 7, 8)) << "that time is one of them";
  EXPECT_THAT(read(begin, 9, 2), ElementsAre(9, 10));
  EXPECT_THAT(read(MomentCursor{start_, 9}, 9, 2), ElementsAre(10, 7));
  EXPECT_THAT(read(MomentCursor{start_ + 2 * kDay, 6}, 9, 2), IsEmpty());
}

TEST_F(MomentsTest, LeadsBeginWithWhatComesNowAndGoWithTheirRules) {
  const auto set = [&](const std::vector<Lead>& leads) {
    Do([&](TenantDraft& draft) { EXPECT_TRUE(SetLeads(draft, leads).ok()); });
  };
  const auto leads = [&] {
    std::vector<std::string> found;
    const auto read = ReadLeads(tenants_.database(), tenants_.acme()->number());
    for (const auto& [lead, row] : *read) {
      found.push_back(absl::StrCat(static_cast<int>(lead.kind), "-", lead.days));
    }
    return found;
  };
  set({{MomentKind::kDue, 7}, {MomentKind::kDue, 0}, {MomentKind::kDue, 7}});
  EXPECT_THAT(leads(), ElementsAre("1-0", "1-7"));
  const auto seven = [&] {
    return ReadLead(tenants_.database(), tenants_.acme()->number(), {MomentKind::kDue, 7});
  };
  const absl::Time from = FromTimestamp((**seven()).time());
  EXPECT_GT(from, absl::Now() + 7 * kDay - absl::Minutes(5));
  EXPECT_LE(from, absl::Now() + 7 * kDay);
  set({{MomentKind::kDue, 7}, {MomentKind::kSessionStart, 1}});
  EXPECT_THAT(leads(), ElementsAre("1-7", "5-1"));
  EXPECT_EQ(FromTimestamp((**seven()).time()), from) << "one that stays goes on where it is";
  set({});
  EXPECT_THAT(leads(), IsEmpty());
}

TEST_F(MomentsTest, RolesThatEndAreMomentsWhilePeopleHoldThemByThemselves) {
  SubjectId crew;
  AssignmentId uid;
  Do([&](TenantDraft& draft) { crew = TenantFixture::PutGroup(draft, "crew"); });
  const auto put = [&](TenantDraft& draft, SubjectId subject, absl::Time expires) {
    return TenantFixture::PutAssignment(draft, subject, "teacher", ScopeId(id_.training),
                                        Window{absl::InfinitePast(), expires});
  };
  Do([&](TenantDraft& draft) {
    uid = put(draft, SubjectId(id_.learner), start_);
    put(draft, crew, start_);
    put(draft, SubjectId(id_.learner), absl::InfiniteFuture());
  });
  EXPECT_THAT(Moments(), ElementsAre("7@0")) << "neither the group's, nor what does not end";
  Do([&](TenantDraft& draft) {
    rows::AssignmentRow row = **draft.GetAssignment(uid);
    *row.mutable_assignment()->mutable_expires() = ToTimestamp(start_ + kDay);
    draft.PutAssignmentRow(uid, row);
  });
  EXPECT_THAT(Moments(), ElementsAre("7@1"));
  Do([&](TenantDraft& draft) { EXPECT_TRUE(draft.EraseSubject(SubjectId(id_.learner)).ok()); });
  EXPECT_EQ(Rows(), 0u);
}

}  // namespace
}  // namespace provost
