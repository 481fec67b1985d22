// Sessions: when, where and by whom (CA4, I2, I3), under the lms365 preset.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "provost/v1/settings.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "tests/calendar/read_calendar.h"
#include "tests/service/sessions.h"

namespace provost {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ScheduleTest : public SessionTest {
 protected:
  static v1::CreateSessionSeriesRequest NewSeries(const std::string& id, const std::string& fields,
                                                  const std::string& rule) {
    const v1::CreateSessionRequest one = NewSession(id, fields);
    v1::CreateSessionSeriesRequest request;
    request.set_parent(one.parent());
    request.set_session_id(id);
    *request.mutable_session() = one.session();
    *request.mutable_rule() = Parse<v1::SessionSeriesRule>(rule);
    return request;
  }
  Answer<v1::CreateSessionSeriesResponse> MakeSeries(absl::string_view actor, const std::string& id,
                                                     const std::string& fields,
                                                     const std::string& rule) {
    return Call<v1::CreateSessionSeriesResponse>(actor, NewSeries(id, fields, rule));
  }
  // The ids of those that are listed.
  std::vector<std::string> Listed(const std::string& rest, absl::string_view actor = "users/dan") {
    auto request = Parse<v1::ListSessionsRequest>(absl::StrCat("parent: 'tenants/acme' ", rest));
    const auto list = Call<v1::ListSessionsResponse>(actor, request);
    EXPECT_TRUE(list.ok()) << list.message();
    std::vector<std::string> ids;
    for (const v1::Session& session : list.value.sessions()) {
      ids.push_back(session.name().substr(Full("sessions/").size()));
    }
    return ids;
  }
  Answer<v1::SessionConflicts> Conflicts(absl::string_view actor, const std::string& id) {
    v1::ListSessionConflictsRequest request;
    request.set_name(Full(absl::StrCat("sessions/", id)));
    return Call<v1::SessionConflicts>(actor, request);
  }
  static std::vector<std::string> Names(const v1::SessionConflicts& conflicts) {
    std::vector<std::string> names;
    for (const v1::SessionConflict& one : conflicts.conflicts()) {
      names.push_back(one.session().substr(Full("sessions/").size()));
    }
    return names;
  }
  // What is in the calendar of a session or a course, as a reader of calendars sees it.
  std::vector<ReadEvent> Events(absl::string_view actor, absl::string_view name) {
    v1::ExportCalendarRequest request;
    request.set_name(Full(name));
    const auto file = Call<v1::CalendarFile>(actor, request);
    EXPECT_TRUE(file.ok()) << file.message();
    EXPECT_EQ(file.value.content_type(), "text/calendar; charset=utf-8");
    // The parser's own database of zones ends in 2037.
    return ReadCalendar(file.value.content(), Zones::kOwn);
  }
  Answer<v1::CalendarFile> Personal(absl::string_view actor, absl::string_view user) {
    v1::ExportPersonalCalendarRequest request;
    request.set_parent(Full(""));
    request.set_user(Full(user));
    return Call<v1::CalendarFile>(actor, request);
  }
  std::vector<std::string> PersonalEvents(absl::string_view user) {
    const auto file = Personal(user, user);
    EXPECT_TRUE(file.ok()) << file.message();
    std::vector<std::string> summaries;
    for (const ReadEvent& event : ReadCalendar(file.value.content())) {
      summaries.push_back(event.summary);
    }
    return summaries;
  }
};

TEST_F(ScheduleTest, CA4_ACourseAdministratorSchedulesASession) {
  const auto made = Make("users/dan", "drill",
                         "start: '2100-03-15T09:00' end: '2100-03-15T17:00' "
                         "time_zone: 'Europe/Vienna' place: 'Main St 1' room: 'Room 7' "
                         "link: 'https://meet.acme.example/fire' "
                         "instructors: 'tenants/acme/users/ian' description: 'Bring:\\n- water' "
                         "registration: true capacity: 12");
  ASSERT_TRUE(made.ok()) << made.message();
  const auto found = Get("users/lea", "drill");
  ASSERT_TRUE(found.ok()) << found.message();
  const v1::Session& session = found.value;
  EXPECT_EQ(session.start(), "2100-03-15T09:00");
  EXPECT_EQ(session.end(), "2100-03-15T17:00");
  EXPECT_EQ(session.time_zone(), "Europe/Vienna");
  EXPECT_EQ(FromTimestamp(session.start_time()),
            absl::FromCivil(absl::CivilHour(2100, 3, 15, 8), absl::UTCTimeZone()));
  EXPECT_EQ(FromTimestamp(session.end_time()),
            absl::FromCivil(absl::CivilHour(2100, 3, 15, 16), absl::UTCTimeZone()));
  EXPECT_EQ(session.place(), "Main St 1");
  EXPECT_EQ(session.room(), "Room 7");
  EXPECT_EQ(session.link(), "https://meet.acme.example/fire");
  EXPECT_THAT(session.instructors(), ElementsAre(Full("users/ian")));
  EXPECT_EQ(session.description(), "Bring:\n- water");
  EXPECT_TRUE(session.registration());
  EXPECT_EQ(session.capacity(), 12);
  EXPECT_EQ(session.state(), v1::Session::SCHEDULED);
  EXPECT_FALSE(session.has_conflicts());
}

TEST_F(ScheduleTest, CA4_OthersScheduleNothingThere) {
  EXPECT_EQ(Make("users/lea", "drill", When(1)).code(), kDenied);
  EXPECT_EQ(Make("users/olga", "drill", When(1)).code(), kDenied);
  EXPECT_EQ(Make("users/otto", "drill", When(1)).code(), kDenied);
  MustMake("drill", When(1));
  EXPECT_EQ(Update("users/lea", "drill", When(2)).code(), kDenied);
  EXPECT_EQ(Cancel("users/lea", "drill").code(), kDenied);
  EXPECT_EQ(MakeSeries("users/lea", "s", When(1), "unit: DAY count: 2").code(), kDenied);
  EXPECT_EQ(Get("users/otto", "drill").code(), kDenied);
  EXPECT_EQ(Conflicts("users/otto", "drill").code(), kDenied);
}

TEST_F(ScheduleTest, I2_BeingNamedAnInstructorGivesNothing) {
  MustMake("drill", When(1) + "instructors: 'tenants/acme/users/ian'");
  EXPECT_EQ(Get("users/ian", "drill").code(), kDenied);
  Assign("users/ian", "instructor", "sessions/drill");
  EXPECT_TRUE(Get("users/ian", "drill").ok());
}

TEST_F(ScheduleTest, CA4_WithoutAZoneItIsTheTenants) {
  v1::UpdateSettingsRequest settings;
  settings.mutable_settings()->set_tenant(Full(""));
  settings.mutable_settings()->mutable_localization()->set_time_zone("Asia/Kolkata");
  settings.set_section(v1::Settings::LOCALIZATION);
  settings.mutable_settings()->mutable_localization()->add_languages("en");
  const auto set = Call<v1::Settings>("users/lara", settings);
  ASSERT_TRUE(set.ok()) << set.message();
  const v1::Session session =
      MustMake("drill", "start: '2100-03-15T09:00' end: '2100-03-15T10:00'");
  EXPECT_EQ(session.time_zone(), "Asia/Kolkata");
  EXPECT_EQ(FromTimestamp(session.start_time()),
            absl::FromCivil(absl::CivilMinute(2100, 3, 15, 3, 30), absl::UTCTimeZone()));
}

TEST_F(ScheduleTest, CA4_ASessionThatEndsBeforeItStartsIsRefused) {
  const auto made = Make("users/dan", "drill",
                         "time_zone: 'Europe/Vienna' start: '2100-03-15T09:00' "
                         "end: '2100-03-15T08:59'");
  EXPECT_EQ(made.code(), kInvalid);
  EXPECT_THAT(made.bad_fields(),
              ElementsAre(Pair("session.end", HasSubstr("after the start, 2100-03-15T09:00"))));
  EXPECT_THAT(Listed(""), IsEmpty());
}

TEST_F(ScheduleTest, CA4_ATimeThatTheClocksLeaveOutIsRefused) {
  const auto made = Make("users/dan", "drill",
                         "time_zone: 'Europe/Vienna' start: '2100-03-28T02:30' "
                         "end: '2100-03-28T05:00'");
  EXPECT_EQ(made.code(), kInvalid);
  EXPECT_THAT(made.bad_fields(),
              ElementsAre(Pair("session.start",
                               AllOf(HasSubstr("from 2100-03-28T02:00 to 2100-03-28T03:00"),
                                     HasSubstr("nearest are 2100-03-28T01:59:59 and "
                                               "2100-03-28T03:00")))));
  // Over that night it is an hour shorter than the clocks say.
  const v1::Session night = MustMake("night",
                                     "time_zone: 'Europe/Vienna' start: '2100-03-27T22:00' "
                                     "end: '2100-03-28T06:00'");
  EXPECT_EQ(night.end_time().seconds() - night.start_time().seconds(), 7 * 3600);
}

TEST_F(ScheduleTest, CA4_WhatIsWrongIsSaidFieldByField) {
  const auto made = Make("users/dan", "drill",
                         "start: '2100-02-30T09:00' end: 'noon' time_zone: 'Mars/Base' "
                         "link: 'http://x' capacity: -1 room: 'a\\nb' "
                         "instructors: 'tenants/acme/groups/crew'");
  EXPECT_EQ(made.code(), kInvalid);
  EXPECT_THAT(made.bad_fields(), UnorderedElementsAre(Key("session.start"), Key("session.end"),
                                                      Key("session.time_zone"), Key("session.link"),
                                                      Key("session.capacity"), Key("session.room"),
                                                      Key("session.instructors[0]")));
  EXPECT_THAT(Make("users/dan", "a", "start: '2100-03-15T09:00'").bad_fields(),
              ElementsAre(Key("session.end")));
  EXPECT_THAT(Make("users/dan", "a", "end: '2100-03-15T09:00'").bad_fields(),
              ElementsAre(Key("session.start")));
  EXPECT_THAT(Make("users/dan", "a",
                   "start: '2100-03-15T09:00' end: '2100-04-15T09:01' time_zone: 'Etc/UTC'")
                  .bad_fields(),
              ElementsAre(Pair("session.end", HasSubstr("at most 31 days"))));
  EXPECT_THAT(Make("users/dan", "a", When(1) + "capacity: 5").bad_fields(),
              ElementsAre(Pair("session.capacity", HasSubstr("nobody registers"))));
  EXPECT_THAT(Make("users/dan", "a", When(1) + "registration: true capacity: 100001").bad_fields(),
              ElementsAre(Key("session.capacity")));
  for (const char* link : {"https://", "https:///x", "https://a b", "https://a\\n", "ftp://a"}) {
    EXPECT_THAT(Make("users/dan", "a", absl::StrCat("link: '", link, "'")).bad_fields(),
                ElementsAre(Key("session.link")))
        << link;
  }
  std::string many = When(1);
  for (int i = 0; i < 21; ++i)
    absl::StrAppend(&many, "instructors: 'tenants/acme/users/u", i, "' ");
  EXPECT_THAT(Make("users/dan", "a", many).bad_fields(), ElementsAre(Key("session.instructors")));
  EXPECT_THAT(Make("users/dan", "a",
                   When(1) + "instructors: 'tenants/acme/users/ian' "
                             "instructors: 'tenants/acme/users/ian'")
                  .bad_fields(),
              ElementsAre(Key("session.instructors[1]")));
  EXPECT_THAT(
      Make("users/dan", "a", When(1) + "instructors: 'tenants/acme/users/ghost'").bad_fields(),
      ElementsAre(Pair("session.instructors[0]", HasSubstr("whose profile you may see"))));
}

TEST_F(ScheduleTest, CA4_AnUpdateIsJudgedWithWhatStays) {
  MustMake("drill", When(1));
  EXPECT_THAT(Update("users/dan", "drill", absl::StrCat("start: '", Wall(2), "'")).bad_fields(),
              ElementsAre(Key("session.end")));
  const auto moved = Update("users/dan", "drill", When(2));
  ASSERT_TRUE(moved.ok()) << moved.message();
  EXPECT_EQ(FromTimestamp(moved.value.start_time()),
            absl::FromUnixSeconds(absl::ToUnixSeconds(At(2)) / 60 * 60));
  v1::UpdateSessionRequest clear;
  clear.mutable_session()->set_name(Full("sessions/drill"));
  for (const char* field : {"start", "end"}) clear.mutable_update_mask()->add_paths(field);
  const auto open = Call<v1::Session>("users/dan", clear);
  ASSERT_TRUE(open.ok()) << open.message();
  EXPECT_FALSE(open.value.has_start_time());
}

// --- series ---

TEST_F(ScheduleTest, CA4_ASeriesIsAtTheSameLocalTimeAcrossAChangeOfClocks) {
  const auto made = MakeSeries("users/dan", "drill",
                               "time_zone: 'Europe/Vienna' start: '2100-03-24T09:00' "
                               "end: '2100-03-24T10:00' room: 'Room 7'",
                               "unit: WEEK weekdays: MONDAY weekdays: WEDNESDAY count: 3");
  ASSERT_TRUE(made.ok()) << made.message();
  ASSERT_THAT(made.value.sessions(), SizeIs(3));
  std::vector<std::string> starts;
  for (const v1::Session& session : made.value.sessions()) {
    starts.push_back(absl::StrCat(
        session.name().substr(Full("sessions/").size()), " ", session.start(), " ",
        absl::FormatTime("%H:%M", FromTimestamp(session.start_time()), absl::UTCTimeZone())));
    EXPECT_EQ(session.series(), made.value.sessions(0).series());
    EXPECT_EQ(Get("users/dan", starts.back().substr(0, 7)).value.etag(), session.etag());
  }
  EXPECT_THAT(starts,
              ElementsAre("drill-1 2100-03-24T09:00 08:00", "drill-2 2100-03-29T09:00 07:00",
                          "drill-3 2100-03-31T09:00 07:00"));
  MustMake("other", When(1));
  EXPECT_THAT(Listed(absl::StrCat("series: '", made.value.sessions(0).series(), "'")),
              ElementsAre("drill-1", "drill-2", "drill-3"));
  EXPECT_THAT(Listed("end_after { seconds: 4109670000 }"), ElementsAre("drill-2", "drill-3"));
  EXPECT_THAT(Listed("start_before { seconds: 4100000000 }"), ElementsAre("other"));
}

TEST_F(ScheduleTest, CA4_ASeriesIsMadeWholeOrNotAtAll) {
  const auto gap = MakeSeries("users/dan", "drill",
                              "time_zone: 'Europe/Vienna' start: '2100-03-26T02:15' "
                              "end: '2100-03-26T04:00'",
                              "unit: DAY count: 5");
  EXPECT_EQ(gap.code(), kInvalid);
  EXPECT_THAT(gap.bad_fields(), ElementsAre(Pair("session.start", HasSubstr("2100-03-28T02:15"))));
  MustMake("drill-2", When(1));
  const auto taken = MakeSeries("users/dan", "drill", When(5), "unit: DAY count: 3");
  EXPECT_EQ(taken.code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(Listed("parent_scope: 'tenants/acme/courses/fire'"), ElementsAre("drill-2"));
  const auto overlap = MakeSeries(
      "users/dan", "long", "time_zone: 'Etc/UTC' start: '2100-03-01T09:00' end: '2100-03-02T10:00'",
      "unit: DAY count: 3");
  EXPECT_THAT(overlap.bad_fields(),
              ElementsAre(Pair("session.end", HasSubstr("before the next of the series begins"))));
}

TEST_F(ScheduleTest, CA4_RulesOfSeriesAreChecked) {
  const std::string when =
      "time_zone: 'Etc/UTC' start: '2100-03-31T09:00' end: '2100-03-31T10:00' ";  // A Wednesday.
  const auto wrong = [&](const std::string& rule) {
    const auto made = MakeSeries("users/dan", "s", when, rule);
    EXPECT_EQ(made.code(), kInvalid) << rule;
    return made.bad_fields();
  };
  EXPECT_THAT(wrong("count: 3"), ElementsAre(Key("rule.unit")));
  EXPECT_THAT(wrong("unit: DAY"), ElementsAre(Key("rule.count")));
  EXPECT_THAT(wrong("unit: DAY count: 367"), ElementsAre(Key("rule.count")));
  EXPECT_THAT(wrong("unit: DAY count: 3 interval: 100"), ElementsAre(Key("rule.interval")));
  EXPECT_THAT(wrong("unit: DAY until: '31 May'"), ElementsAre(Key("rule.until")));
  EXPECT_THAT(wrong("unit: DAY until: '2100-03-30'"), ElementsAre(Key("rule.until")));
  EXPECT_THAT(wrong("unit: WEEK count: 3 weekdays: MONDAY"), ElementsAre(Key("rule.weekdays")));
  EXPECT_THAT(wrong("unit: MONTH count: 3"),
              ElementsAre(Pair("session.start", HasSubstr("2100-04 has no day 31"))));
  v1::CreateSessionSeriesRequest open = NewSeries("s", "", "unit: DAY count: 3");
  EXPECT_THAT(Call<v1::CreateSessionSeriesResponse>("users/dan", open).bad_fields(),
              UnorderedElementsAre(Key("session.start"), Key("session.end")));
  EXPECT_THAT(
      MakeSeries("users/dan", std::string(60, 'x'), when, "unit: DAY count: 3").bad_fields(),
      ElementsAre(Key("session_id")));
}

// --- conflicts ---

TEST_F(ScheduleTest, CA4_ConflictsOfRoomAndInstructorAreReported) {
  MustMake("a", When(1) + "room: 'Room 7' instructors: 'tenants/acme/users/ian'");
  const v1::Session b = MustMake("b", When(1.1) + "room: ' room 7'");
  EXPECT_THAT(Names(b.conflicts()), ElementsAre("a"));
  EXPECT_EQ(b.conflicts().conflicts(0).room(), " room 7");
  EXPECT_THAT(b.conflicts().conflicts(0).instructors(), IsEmpty());
  const v1::Session c =
      MustMake("c", When(1.05) + "room: 'Hall' instructors: 'tenants/acme/users/ian'");
  EXPECT_THAT(Names(c.conflicts()), ElementsAre("a"));
  EXPECT_THAT(c.conflicts().conflicts(0).instructors(), ElementsAre(Full("users/ian")));
  // It begins when `a` ends.
  const v1::Session d = MustMake("d", When(1.125) + "instructors: 'tenants/acme/users/ian'");
  EXPECT_THAT(Names(d.conflicts()), ElementsAre("c"));
  const auto of_a = Conflicts("users/dan", "a");
  ASSERT_TRUE(of_a.ok()) << of_a.message();
  EXPECT_THAT(Names(of_a.value), UnorderedElementsAre("b", "c"));
  EXPECT_EQ(of_a.value.more_count(), 0);
}

TEST_F(ScheduleTest, CA4_AConflictIsRefusedWhereAskedFor) {
  MustMake("a", When(1) + "room: 'Room 7'");
  v1::CreateSessionRequest request = NewSession("b", When(1) + "room: 'Room 7'");
  request.set_refuse_conflicts(true);
  const auto refused = Call<v1::Session>("users/dan", request);
  EXPECT_EQ(refused.code(), kFailed);
  EXPECT_THAT(refused.violations(), ElementsAre("CONFLICT"));
  EXPECT_THAT(refused.message(), HasSubstr("sessions/a"));
  EXPECT_THAT(Listed(""), ElementsAre("a"));
  MustMake("b", When(5) + "room: 'Room 7'");
  v1::UpdateSessionRequest move;
  *move.mutable_session() = Parse<v1::Session>(When(1));
  move.mutable_session()->set_name(Full("sessions/b"));
  move.set_refuse_conflicts(true);
  EXPECT_THAT(Call<v1::Session>("users/dan", move).violations(), ElementsAre("CONFLICT"));
  v1::CreateSessionSeriesRequest series =
      NewSeries("s", When(3) + "room: 'Room 7'", "unit: DAY count: 4");
  series.set_refuse_conflicts(true);
  EXPECT_THAT(Call<v1::CreateSessionSeriesResponse>("users/dan", series).violations(),
              ElementsAre("CONFLICT"));
  EXPECT_THAT(Listed(""), ElementsAre("a", "b"));
}

TEST_F(ScheduleTest, CA4_WhatMayNotBeReadIsCountedAndNotNamed) {
  v1::CreateSessionRequest desk = NewSession("desk", When(1) + "room: 'Room 7'");
  desk.mutable_session()->set_parent_scope(Full("courses/desk"));
  ASSERT_TRUE(Call<v1::Session>("users/olga", desk).ok());
  const v1::Session session = MustMake("drill", When(1) + "room: 'Room 7'");
  EXPECT_THAT(session.conflicts().conflicts(), IsEmpty());
  EXPECT_EQ(session.conflicts().more_count(), 1);
  v1::CreateSessionRequest refuse = NewSession("more", When(1) + "room: 'Room 7'");
  refuse.set_refuse_conflicts(true);
  const auto refused = Call<v1::Session>("users/dan", refuse);
  EXPECT_THAT(refused.message(), AllOf(HasSubstr("sessions/drill"), HasSubstr("1 that you may not"),
                                       Not(HasSubstr("desk"))));
  EXPECT_EQ(Conflicts("users/dan", "desk").code(), kDenied);
}

TEST_F(ScheduleTest, CA4_WhatIsCancelledDeletedOrMovedIsNoConflict) {
  for (const char* id : {"a", "b", "c"}) MustMake(id, When(1) + "room: 'Room 7'");
  ASSERT_TRUE(Cancel("users/dan", "a").ok());
  MustDelete<v1::DeleteSessionRequest>("sessions/b");
  ASSERT_TRUE(Update("users/dan", "c", When(2)).ok());
  EXPECT_FALSE(MustMake("d", When(1) + "room: 'Room 7'").has_conflicts());
  EXPECT_THAT(Names(MustMake("e", When(2) + "room: 'Room 7'").conflicts()), ElementsAre("c"));
}

TEST_F(ScheduleTest, CA4_ConflictsAreFoundInTheNeighbourhood) {
  const std::string fields =
      "room: 'Room 7' instructors: 'tenants/acme/users/ian' time_zone: 'Etc/UTC' ";
  // Most of a year of them, a month and more before.
  ASSERT_TRUE(MakeSeries("users/dan", "past",
                         fields + "start: '2100-01-01T09:00' end: '2100-01-01T10:00'",
                         "unit: DAY count: 200")
                  .ok());
  MustMake("here", fields + "start: '2100-12-01T09:00' end: '2100-12-01T10:00'");
  const auto read = [&] {
    GoTo(0);  // What sessions that come ask for by the way is done.
    const uint64_t before = server().rows_read();
    EXPECT_TRUE(Conflicts("users/dan", "here").ok());
    return server().rows_read() - before;
  };
  const uint64_t few = read();
  EXPECT_LE(few, 10u);
  ASSERT_TRUE(MakeSeries("users/dan", "later",
                         fields + "start: '2101-01-01T09:00' end: '2101-01-01T10:00'",
                         "unit: DAY count: 200")
                  .ok());
  EXPECT_EQ(read(), few);
}

// --- cancel and move ---

TEST_F(ScheduleTest, CA4_WhoTakesPartIsToldOfACancellation) {
  MustAddRule("changed", "SESSION_CHANGED", "recipients: LEARNER");
  MustMake("drill", When(3));
  const auto cancelled = Cancel("users/dan", "drill", "the hall is flooded");
  ASSERT_TRUE(cancelled.ok()) << cancelled.message();
  EXPECT_EQ(cancelled.value.state(), v1::Session::CANCELLED);
  EXPECT_EQ(cancelled.value.cancel_reason(), "the hall is flooded");
  EXPECT_THAT(Told(), UnorderedElementsAre("lea: SESSION_CHANGED fire", "leo: SESSION_CHANGED fire",
                                           "lin: SESSION_CHANGED fire"));
  EXPECT_THAT(Cancel("users/dan", "drill").violations(), ElementsAre("CANCELLED"));
  EXPECT_THAT(Update("users/dan", "drill", When(4)).violations(), ElementsAre("CANCELLED"));
  EXPECT_THAT(Told(), SizeIs(3));
}

TEST_F(ScheduleTest, CA4_AReasonIsNeeded) {
  MustMake("drill", When(3));
  const auto refused = Cancel("users/dan", "drill", "");
  EXPECT_THAT(refused.bad_fields(), ElementsAre(Key("reason")));
  EXPECT_EQ(Get("users/dan", "drill").value.state(), v1::Session::SCHEDULED);
}

TEST_F(ScheduleTest, CA4_WhoHasRegisteredIsToldOfAMove) {
  MustAddRule("changed", "SESSION_CHANGED", "recipients: LEARNER");
  MustMake("drill", When(3) + "registration: true");
  MustRegister("lea", "drill");
  ASSERT_TRUE(Update("users/dan", "drill", When(4)).ok());
  EXPECT_THAT(Told(), ElementsAre("lea: SESSION_CHANGED fire"));
  ASSERT_TRUE(Update("users/dan", "drill", "room: 'Hall'").ok());
  EXPECT_THAT(Told(), SizeIs(2)) << "another place is a move too";
  ASSERT_TRUE(Update("users/dan", "drill", "display_name: 'Drill!' capacity: 9").ok());
  EXPECT_THAT(Told(), SizeIs(2)) << "where and when it is has not changed";
  GoTo(5);
  ASSERT_TRUE(Update("users/dan", "drill", "room: 'Room 7'").ok());
  EXPECT_THAT(Told(), SizeIs(2)) << "it is over";
}

// --- calendars ---

TEST_F(ScheduleTest, CA4_TheCalendarOfACourseIsReadBack) {
  MustMake("a",
           "display_name: 'Fire; drill, \\360\\237\\224\\245' time_zone: 'Europe/Vienna' "
           "start: '2100-03-27T22:00' end: '2100-03-28T06:00' room: 'Room 7' place: 'Main St 1' "
           "link: 'https://meet.acme.example/fire' description: 'Bring:\\nwater'");
  MustMake("b", "time_zone: 'America/New_York' start: '2100-07-01T09:00' end: '2100-07-01T10:00'");
  MustMake("open", "");
  ASSERT_TRUE(Update("users/dan", "b", "room: 'Hall'").ok());
  ASSERT_TRUE(Cancel("users/dan", "b", "ill").ok());
  const std::vector<ReadEvent> events = Events("users/lea", "courses/fire");
  ASSERT_THAT(events, SizeIs(2));
  const v1::Session a = Get("users/dan", "a").value;
  EXPECT_EQ(events[0].summary, "Fire; drill, 🔥");
  EXPECT_EQ(events[0].location, "Room 7, Main St 1");
  EXPECT_EQ(events[0].description, "Bring:\nwater");
  EXPECT_EQ(events[0].url, "https://meet.acme.example/fire");
  EXPECT_EQ(events[0].status, "CONFIRMED");
  EXPECT_EQ(events[0].sequence, "0");
  EXPECT_EQ(events[0].start, FromTimestamp(a.start_time()));
  EXPECT_EQ(events[0].end, FromTimestamp(a.end_time()));
  EXPECT_EQ(events[1].status, "CANCELLED");
  EXPECT_EQ(events[1].sequence, "2");
  EXPECT_EQ(events[1].description, "ill");
  EXPECT_NE(events[0].uid, events[1].uid);
  const std::vector<ReadEvent> one = Events("users/lea", "sessions/a");
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one[0].uid, events[0].uid);
}

TEST_F(ScheduleTest, CA4_CalendarsAreForThoseWhoMayReadTheSessions) {
  MustMake("a", When(1));
  for (const char* name : {"courses/fire", "sessions/a"}) {
    v1::ExportCalendarRequest request;
    request.set_name(Full(name));
    EXPECT_EQ(Call<v1::CalendarFile>("users/otto", request).code(), kDenied) << name;
    EXPECT_EQ(Call<v1::CalendarFile>("users/olga", request).code(), kDenied) << name;
  }
  v1::ExportCalendarRequest catalog;
  catalog.set_name(Full("catalogs/safety"));
  EXPECT_THAT(Call<v1::CalendarFile>("users/dan", catalog).bad_fields(), ElementsAre(Key("name")));
  EXPECT_EQ(Personal("users/dan", "users/lea").code(), kDenied);
  EXPECT_EQ(Personal("users/otto", "users/lea").code(), kDenied);
}

TEST_F(ScheduleTest, CA4_OnesOwnCalendarHasWhatOneTakesPartIn) {
  MustMake("a", When(1));
  MustMake("b", When(2) + "registration: true");
  MustMake("c", When(3) + "registration: true capacity: 1");
  MustRegister("leo", "c");
  MustRegister("lea", "c");
  MustRegister("lea", "b");
  EXPECT_THAT(PersonalEvents("users/lea"), ElementsAre("a", "b"));
  EXPECT_THAT(PersonalEvents("users/leo"), ElementsAre("a", "c"));
  EXPECT_THAT(PersonalEvents("users/otto"), IsEmpty());
  MustMake("d", When(4) + "instructors: 'tenants/acme/users/ian'");
  EXPECT_THAT(PersonalEvents("users/ian"), IsEmpty()) << "may not read it";
  Assign("users/ian", "instructor", "sessions/d");
  EXPECT_THAT(PersonalEvents("users/ian"), ElementsAre("d"));
}

// --- what goes ---

TEST_F(ScheduleTest, CA4_ASessionWithParticipantsIsNeitherDeletedNorMovedByTheWay) {
  MustMake("a", When(1) + "registration: true room: 'Room 7'");
  MustRegister("lea", "a");
  v1::DeleteSessionRequest request;
  request.set_name(Full("sessions/a"));
  EXPECT_THAT(Call<google::protobuf::Empty>("users/dan", request).violations(),
              ElementsAre("PARTICIPANTS"));
  v1::MoveSessionRequest move;
  move.set_name(Full("sessions/a"));
  move.set_parent_scope(Full("courses/drill"));
  EXPECT_THAT(Call<v1::Session>("users/kim", move).violations(), ElementsAre("PARTICIPANTS"));
  MustDelete<v1::DeleteSessionRequest>("sessions/a");
  EXPECT_FALSE(MustMake("a", When(1) + "room: 'Room 7'").has_conflicts());
  EXPECT_THAT(Registered("a"), IsEmpty());
}

TEST_F(ScheduleTest, Rule19_WhatIsArchivedIsNeitherMovedNorCancelled) {
  MustMake("a", When(1));
  Archive("courses/fire");
  EXPECT_EQ(Update("users/dan", "a", When(2)).code(), kFailed);
  EXPECT_EQ(Cancel("users/dan", "a").code(), kFailed);
  EXPECT_EQ(Make("users/dan", "b", When(2)).code(), kFailed);
  EXPECT_THAT(Events("users/dan", "courses/fire"), SizeIs(1));
}

}  // namespace
}  // namespace provost
