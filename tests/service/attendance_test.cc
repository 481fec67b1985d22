// Who was at sessions (IN1, I2, I3, rule 21), under the lms365 preset.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "provost/v1/attendance_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tenant/record_rows.h"
#include "tests/service/sessions.h"
#include "tests/service/stopped_data.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// ian conducts sessions/drill, in a day.
class AttendanceTest : public SessionTest {
 protected:
  AttendanceTest() {
    MustMake("drill", When(1));
    Assign("users/ian", "instructor", "sessions/drill");
  }
  Answer<v1::BulkMarkAttendanceResponse> Bulk(absl::string_view actor,
                                              const std::vector<std::string>& learners,
                                              const std::string& fields = "status: PRESENT") {
    v1::BulkMarkAttendanceRequest request;
    request.set_session(Full("sessions/drill"));
    for (const std::string& learner : learners) {
      *request.add_attendances() = AttendanceOf(learner, fields);
    }
    return Call<v1::BulkMarkAttendanceResponse>(actor, request);
  }
  v1::Enrollment EnrollmentOf(const std::string& learner) {
    v1::ListEnrollmentsRequest request;
    request.set_parent(Full(""));
    request.set_learner(Full(absl::StrCat("users/", learner)));
    request.set_training(Full("courses/fire"));
    const auto list = Call<v1::ListEnrollmentsResponse>("users/ann", request);
    EXPECT_THAT(list.value.enrollments(), SizeIs(1));
    return list.value.enrollments_size() == 1 ? list.value.enrollments(0) : v1::Enrollment();
  }
  // What the log of a record says of sessions: `LATE 30 by ian: overslept`, `not 3 by ian: wrong`.
  std::vector<std::string> Log(const std::string& learner) {
    const std::string name = EnrollmentOf(learner).name();
    const EnrollmentId id = *ParseEnrollmentId(name.substr(name.rfind('/') + 1));
    Stop();
    std::vector<std::string> log;
    {
      StoppedData data(folder());
      const auto events = ReadRecordEvents(data.registry()->database(), data.acme()->number(), id);
      EXPECT_TRUE(events.ok()) << events.status();
      const auto world = data.acme()->world().Read();
      for (const auto& [number, event] : *events) {
        const std::string by = absl::StrCat(" by ", world->SubjectName(SubjectId(event.actor())),
                                            ": ", event.reason());
        if (event.has_attendance()) {
          log.push_back(absl::StrCat(
              number, ". ",
              rows::RecordEventRow::Attendance::Status_Name(event.attendance().status()), " ",
              event.attendance().minutes(), by));
        } else if (event.has_retraction()) {
          log.push_back(absl::StrCat(number, ". not ", event.retraction().event(), by));
        }
      }
    }
    Start();
    return log;
  }
};

TEST_F(AttendanceTest, IN1_AnInstructorMarksAttendanceAtTheirSession) {
  GoTo(1.05);
  const auto marked =
      Mark("users/ian", "lea", "drill", "status: LATE minutes: 150 note: 'missed the bus'");
  ASSERT_TRUE(marked.ok()) << marked.message();
  EXPECT_EQ(marked.value.session(), Full("sessions/drill"));
  EXPECT_EQ(marked.value.learner(), Full("users/lea"));
  EXPECT_EQ(marked.value.status(), v1::Attendance::LATE);
  EXPECT_EQ(marked.value.minutes(), 150);
  EXPECT_EQ(marked.value.note(), "missed the bus");
  EXPECT_EQ(marked.value.marked_by(), Full("users/ian"));
  EXPECT_THAT(marked.value.record_event(), HasSubstr("recordEvents/"));
  EXPECT_THAT(Attended("drill", "users/ian"), ElementsAre("lea: LATE", "leo", "lin"));
  EXPECT_EQ(EnrollmentOf("lea").state(), v1::Enrollment::IN_PROGRESS);
  EXPECT_EQ(EnrollmentOf("leo").state(), v1::Enrollment::ENROLLED);
}

TEST_F(AttendanceTest, IN1_OthersMarkNothing) {
  MustMake("other", When(1));
  GoTo(2);
  EXPECT_EQ(Mark("users/lea", "leo", "drill", "status: PRESENT").code(), kDenied);
  EXPECT_EQ(Mark("users/otto", "leo", "drill", "status: PRESENT").code(), kDenied);
  EXPECT_EQ(Mark("users/olga", "leo", "drill", "status: PRESENT").code(), kDenied);
  EXPECT_EQ(Mark("users/ian", "leo", "other", "status: PRESENT").code(), kDenied)
      << "not their session";
  EXPECT_EQ(Bulk("users/lea", {"leo"}).code(), kDenied);
  EXPECT_EQ(Amend("users/lea", "leo", "drill", "status: PRESENT").code(), kDenied);
  v1::ListAttendanceRequest list;
  list.set_session(Full("sessions/drill"));
  EXPECT_EQ(Call<v1::ListAttendanceResponse>("users/lea", list).code(), kDenied);
  EXPECT_THAT(Attended("drill"), ElementsAre("lea", "leo", "lin"));
}

TEST_F(AttendanceTest, Rule21_NobodyMarksThemselves) {
  Enroll("ian", "fire");
  GoTo(1.1);
  EXPECT_EQ(Mark("users/ian", "ian", "drill", "status: PRESENT").code(), kDenied);
  EXPECT_EQ(Bulk("users/ian", {"lea", "ian"}).code(), kDenied);
  ASSERT_TRUE(Mark("users/dan", "ian", "drill", "status: ABSENT").ok());
  EXPECT_EQ(Amend("users/ian", "ian", "drill", "status: PRESENT").code(), kDenied);
  EXPECT_THAT(Attended("drill"), ElementsAre("lea", "leo", "lin", "ian: ABSENT"));
  // Who may read roles there is told why.
  Enroll("dan", "fire");
  const auto own = Mark("users/dan", "dan", "drill", "status: PRESENT");
  EXPECT_EQ(own.code(), kDenied);
  EXPECT_THAT(own.message(), HasSubstr("their own record"));
}

TEST_F(AttendanceTest, IN1_NotBeforeItBegins) {
  const auto early = Mark("users/ian", "lea", "drill", "status: PRESENT");
  EXPECT_EQ(early.code(), kFailed);
  EXPECT_THAT(early.violations(), ElementsAre("NOT_BEGUN"));
  EXPECT_THAT(Bulk("users/ian", {"lea"}).violations(), ElementsAre("NOT_BEGUN"));
  MustMake("open", "");
  EXPECT_THAT(Mark("users/dan", "lea", "open", "status: PRESENT").violations(),
              ElementsAre("NOT_BEGUN"));
  GoTo(1);
  EXPECT_TRUE(Mark("users/ian", "lea", "drill", "status: PRESENT").ok());
}

TEST_F(AttendanceTest, IN1_NotOfACancelledSession) {
  ASSERT_TRUE(Cancel("users/dan", "drill").ok());
  GoTo(2);
  EXPECT_THAT(Mark("users/ian", "lea", "drill", "status: PRESENT").violations(),
              ElementsAre("CANCELLED"));
}

TEST_F(AttendanceTest, IN1_NotOfWhoIsNotEnrolled) {
  GoTo(2);
  const auto outsider = Mark("users/ian", "otto", "drill", "status: PRESENT");
  EXPECT_EQ(outsider.code(), kFailed);
  EXPECT_THAT(outsider.violations(), ElementsAre("NOT_ENROLLED"));
  v1::DeleteEnrollmentRequest request;
  request.set_name(EnrollmentOf("leo").name());
  ASSERT_TRUE(Call<google::protobuf::Empty>("users/dan", request).ok());
  EXPECT_THAT(Mark("users/ian", "leo", "drill", "status: PRESENT").violations(),
              ElementsAre("NOT_ENROLLED"));
  // Who came in while it went on was there.
  MakeUser("liz", "catalogs/safety");
  Enroll("liz", "fire");
  EXPECT_TRUE(Mark("users/ian", "liz", "drill", "status: PRESENT").ok());
}

TEST_F(AttendanceTest, IN1_WhatIsWrongIsSaidFieldByField) {
  GoTo(2);
  const auto wrong = [&](const std::string& fields) {
    return Mark("users/ian", "lea", "drill", fields).bad_fields();
  };
  EXPECT_THAT(wrong(""), ElementsAre(Key("attendance.status")));
  EXPECT_THAT(wrong("status: PRESENT minutes: 181"),
              ElementsAre(Pair("attendance.minutes", HasSubstr("at most 180"))));
  EXPECT_THAT(wrong("status: PRESENT minutes: -1"), ElementsAre(Key("attendance.minutes")));
  EXPECT_THAT(wrong("status: ABSENT minutes: 5"), ElementsAre(Key("attendance.minutes")));
  EXPECT_THAT(wrong(absl::StrCat("status: PRESENT note: '", std::string(1001, 'x'), "'")),
              ElementsAre(Key("attendance.note")));
  EXPECT_THAT(wrong("status: PRESENT session: 'tenants/acme/sessions/other'"),
              ElementsAre(Key("attendance.session")));
  EXPECT_THAT(Mark("users/ian", "Lea!", "drill", "status: PRESENT").bad_fields(),
              ElementsAre(Key("attendance.learner")));
  EXPECT_THAT(Amend("users/ian", "lea", "drill", "status: PRESENT", "").bad_fields(),
              ElementsAre(Key("reason")));
  EXPECT_THAT(Attended("drill"), ElementsAre("lea", "leo", "lin"));
}

TEST_F(AttendanceTest, IN1_WhatWasSaidIsAmendedWithAReasonAndKept) {
  GoTo(2);
  ASSERT_TRUE(Mark("users/ian", "lea", "drill", "status: ABSENT").ok());
  EXPECT_TRUE(Mark("users/ian", "lea", "drill", "status: ABSENT").ok()) << "the same again";
  const auto other = Mark("users/ian", "lea", "drill", "status: PRESENT");
  EXPECT_EQ(other.code(), kFailed);
  EXPECT_THAT(other.violations(), ElementsAre("MARKED"));
  const auto amended = Amend("users/ian", "lea", "drill",
                             "status: LATE minutes: 30 note: 'overslept'", "sat in the back");
  ASSERT_TRUE(amended.ok()) << amended.message();
  EXPECT_EQ(amended.value.status(), v1::Attendance::LATE);
  EXPECT_THAT(Attended("drill"), ElementsAre("lea: LATE", "leo", "lin"));
  EXPECT_THAT(Amend("users/ian", "leo", "drill", "status: LATE").violations(),
              ElementsAre("NOT_MARKED"));
  const auto taken_back = Amend("users/dan", "lea", "drill", "", "another Lea");
  ASSERT_TRUE(taken_back.ok()) << taken_back.message();
  EXPECT_EQ(taken_back.value.status(), v1::Attendance::STATUS_UNSPECIFIED);
  EXPECT_THAT(Attended("drill"), ElementsAre("lea", "leo", "lin"));
  EXPECT_EQ(EnrollmentOf("lea").state(), v1::Enrollment::ENROLLED);
  const std::vector<std::string> log = Log("lea");
  ASSERT_THAT(log, SizeIs(4));
  EXPECT_THAT(log[0], HasSubstr("ABSENT 0 by users/ian: "));
  EXPECT_THAT(log[1], HasSubstr("by users/ian: sat in the back"));
  EXPECT_EQ(log[1].substr(log[1].find("not ") + 4, 1), log[0].substr(0, 1));
  EXPECT_THAT(log[2], HasSubstr("LATE 30 by users/ian: overslept"));
  EXPECT_THAT(log[3], HasSubstr("by users/dan: another Lea"));
}

TEST_F(AttendanceTest, IN1_ManyAreMarkedAtOnceOrNone) {
  GoTo(2);
  ASSERT_TRUE(Mark("users/ian", "leo", "drill", "status: ABSENT").ok());
  const auto refused = Bulk("users/ian", {"lea", "leo", "otto", "ghost"});
  EXPECT_EQ(refused.code(), kInvalid);
  EXPECT_THAT(
      refused.bad_fields(),
      UnorderedElementsAre(Pair("attendances[1].learner", HasSubstr("marked as ABSENT already")),
                           Pair("attendances[2].learner", HasSubstr("not admitted")),
                           Pair("attendances[3].learner", HasSubstr("not admitted"))));
  EXPECT_THAT(Attended("drill"), ElementsAre("lea", "leo: ABSENT", "lin"));
  EXPECT_THAT(Bulk("users/ian", {"lea", "lea"}).bad_fields(),
              ElementsAre(Key("attendances[1].learner")));
  EXPECT_THAT(Bulk("users/ian", {}).bad_fields(), ElementsAre(Key("attendances")));
  EXPECT_THAT(Bulk("users/ian", std::vector<std::string>(1001, "lea")).bad_fields(),
              ElementsAre(Key("attendances")));
  EXPECT_THAT(Bulk("users/ian", {"lea"}, "status: LATE minutes: 999").bad_fields(),
              ElementsAre(Key("attendances[0].minutes")));
  const auto marked = Bulk("users/ian", {"lin", "lea"});
  ASSERT_TRUE(marked.ok()) << marked.message();
  ASSERT_THAT(marked.value.attendances(), SizeIs(2));
  EXPECT_EQ(marked.value.attendances(0).learner(), Full("users/lin"));
  EXPECT_THAT(Attended("drill"), ElementsAre("lea: PRESENT", "leo: ABSENT", "lin: PRESENT"));
}

TEST_F(AttendanceTest, IN1_AThousandAtOnce) {
  v1::BulkMarkAttendanceRequest request;
  request.set_session(Full("sessions/drill"));
  for (int i = 0; i < 1000; ++i) {
    const std::string id = absl::StrCat("learner-", i);
    MakeUser(id, "catalogs/safety");
    Enroll(id, "fire");
    *request.add_attendances() = AttendanceOf(id, "status: PRESENT");
  }
  GoTo(2);
  const auto marked = Call<v1::BulkMarkAttendanceResponse>("users/ian", request);
  ASSERT_TRUE(marked.ok()) << marked.message();
  EXPECT_THAT(marked.value.attendances(), SizeIs(1000));
  v1::ListAttendanceRequest list;
  list.set_session(Full("sessions/drill"));
  list.set_page_size(300);
  size_t present = 0;
  size_t all = 0;
  do {
    const auto page = Call<v1::ListAttendanceResponse>("users/ian", list);
    ASSERT_TRUE(page.ok()) << page.message();
    for (const v1::Attendance& one : page.value.attendances()) {
      ++all;
      if (one.status() == v1::Attendance::PRESENT) ++present;
    }
    list.set_page_token(page.value.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(all, 1003u);
  EXPECT_EQ(present, 1000u);
}

TEST_F(AttendanceTest, IN1_WhoRegistersIsWhoIsExpected) {
  MustMake("seats", When(1) + "registration: true capacity: 1");
  MustRegister("leo", "seats");
  MustRegister("lin", "seats");
  EXPECT_THAT(Attended("seats"), ElementsAre("leo"));
  GoTo(2);
  // Who came without a seat was there even so.
  ASSERT_TRUE(Mark("users/dan", "lea", "seats", "status: PRESENT").ok());
  EXPECT_THAT(Attended("seats"), ElementsAre("lea: PRESENT", "leo"));
}

TEST_F(AttendanceTest, I3_WhatAttendanceSaysCompletesACourse) {
  v1::UpdateTrainingRulesRequest rules;
  rules.set_training(Full("courses/fire"));
  rules.set_section(v1::TrainingRules::COMPLETION);
  rules.mutable_rules()->mutable_completion()->set_attendance_percent(100);
  const auto set = Call<v1::UpdateTrainingRulesResponse>("users/dan", rules);
  ASSERT_TRUE(set.ok()) << set.message();
  GoTo(2);
  ASSERT_TRUE(Mark("users/ian", "lea", "drill", "status: LATE").ok());
  ASSERT_TRUE(Mark("users/ian", "leo", "drill", "status: ABSENT").ok());
  EXPECT_EQ(EnrollmentOf("lea").state(), v1::Enrollment::COMPLETED);
  EXPECT_EQ(EnrollmentOf("leo").state(), v1::Enrollment::ENROLLED);
  ASSERT_TRUE(Amend("users/ian", "lea", "drill", "status: ABSENT").ok());
  EXPECT_EQ(EnrollmentOf("lea").state(), v1::Enrollment::ENROLLED);
}

TEST_F(AttendanceTest, P2_OneSeesOnesOwnAttendanceAlone) {
  GoTo(2);
  ASSERT_TRUE(Mark("users/ian", "lea", "drill", "status: PRESENT").ok());
  v1::ListAttendanceRequest request;
  request.set_session(Full("sessions/drill"));
  request.set_learner(Full("users/lea"));
  EXPECT_EQ(Call<v1::ListAttendanceResponse>("users/leo", request).code(), kDenied);
  const auto own = Call<v1::ListAttendanceResponse>("users/lea", request);
  ASSERT_TRUE(own.ok()) << own.message();
  ASSERT_THAT(own.value.attendances(), SizeIs(1));
  EXPECT_EQ(own.value.attendances(0).status(), v1::Attendance::PRESENT);
  request.set_learner(Full("users/otto"));
  EXPECT_THAT(Call<v1::ListAttendanceResponse>("users/otto", request).value.attendances(),
              IsEmpty());
}

TEST_F(AttendanceTest, CA4_WhatHasTakenPlaceIsNotCancelledOrPutOff) {
  GoTo(2);
  ASSERT_TRUE(Mark("users/ian", "lea", "drill", "status: PRESENT").ok());
  EXPECT_THAT(Cancel("users/dan", "drill").violations(), ElementsAre("MARKED"));
  EXPECT_THAT(Update("users/dan", "drill", When(5)).violations(), ElementsAre("MARKED"));
  EXPECT_TRUE(Update("users/dan", "drill", When(1.5)).ok()) << "it was later that day";
}

TEST_F(AttendanceTest, IN1_AMarkGoesWithTheSession) {
  GoTo(2);
  ASSERT_TRUE(Bulk("users/ian", {"lea", "leo", "lin"}).ok());
  v1::DeleteSessionRequest request;
  request.set_name(Full("sessions/drill"));
  EXPECT_THAT(Call<google::protobuf::Empty>("users/dan", request).violations(),
              ElementsAre("PARTICIPANTS"));
  request.set_force(true);
  EXPECT_TRUE(Call<google::protobuf::Empty>("users/dan", request).ok());
}

TEST_F(AttendanceTest, Rule19_NothingIsMarkedOfWhatIsArchived) {
  GoTo(2);
  Archive("courses/fire");
  EXPECT_EQ(Mark("users/ian", "lea", "drill", "status: PRESENT").code(), kFailed);
  EXPECT_THAT(Attended("drill"), ElementsAre("lea", "leo", "lin"));
}

}  // namespace
}  // namespace provost
