// The pure parts: names, times, tables, errors.
#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "provost/v1/course.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tenant/names.h"
#include "tools/provost/errors.h"
#include "tools/provost/look.h"
#include "tools/provost/message_text.h"
#include "tools/provost/names.h"
#include "tools/provost/render_message.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const Look kPlainLook;
const Look kTerminalLook{true, false, true};
const Look kColorLook{true, true, true};

TEST(NamesTest, ShortNamesAreInTheTenant) {
  const Names names("acme");
  EXPECT_EQ(*names.Full("courses/fire"), "tenants/acme/courses/fire");
  EXPECT_EQ(*names.Full("fire", "courses"), "tenants/acme/courses/fire");
  EXPECT_EQ(*names.Full("."), "tenants/acme");
  EXPECT_EQ(*names.Full("tenants/other/users/bob"), "tenants/other/users/bob");
  EXPECT_EQ(*names.Subject("anonymous"), "");
  EXPECT_EQ(names.Short("tenants/acme/courses/fire"), "courses/fire");
  EXPECT_EQ(names.Short("tenants/acme"), "tenants/acme");
  EXPECT_EQ(names.ShortIn("pass `tenants/acme/quizzes/a`, `tenants/acme/quizzes/b`"),
            "pass `quizzes/a`, `quizzes/b`");
  EXPECT_THAT(std::string(names.Subject("bob").status().message()), HasSubstr("`users/bob`"));
  EXPECT_EQ(names.Short("tenants/acme2/courses/fire"), "tenants/acme2/courses/fire");
}

TEST(NamesTest, AWrongNameSaysWhatItCouldBe) {
  const Names names("acme");
  EXPECT_THAT(std::string(names.Full("fire").status().message()), HasSubstr("`courses/fire`"));
  EXPECT_THAT(std::string(names.Full("course/fire").status().message()),
              HasSubstr("did you mean `courses/fire`?"));
  EXPECT_THAT(
      std::string(names.Full("quiz/fire").status().message()),
      AllOf(HasSubstr("no collection `quiz`; wanted one of `users`, "), HasSubstr("`quizzes`")));
  EXPECT_FALSE(names.Full("").ok());
  EXPECT_THAT(std::string(Names("").Full("courses/fire").status().message()),
              HasSubstr("--tenant"));
  EXPECT_EQ(*Names("").Full("tenants/acme/courses/fire"), "tenants/acme/courses/fire");
}

// What a command prints can be given to the next one.
TEST(NamesTest, EveryCollectionIsKnown) {
  const Names names("acme");
  int count = 0;
  for (uint8_t i = 1; !CollectionName(static_cast<Collection>(i)).empty(); ++i, ++count) {
    const std::string name = absl::StrCat(CollectionName(static_cast<Collection>(i)), "/17");
    EXPECT_EQ(names.Full(name).value_or("unknown"), absl::StrCat("tenants/acme/", name));
  }
  EXPECT_GE(count, 30);
}

TEST(NamesTest, TheTenantOfAName) {
  EXPECT_EQ(TenantIdOf("tenants/acme/users/ann"), "acme");
  EXPECT_EQ(TenantIdOf("tenants/acme"), "acme");
  EXPECT_EQ(TenantIdOf("users/ann"), "");
}

TEST(TimesTest, FormsOfATime) {
  const absl::Time now = absl::FromUnixSeconds(1700000000);
  const auto read = [&](absl::string_view text) { return FormatTime(*ParseTime(text, now)); };
  EXPECT_EQ(read("2026-11-03T09:00:00Z"), "2026-11-03T09:00:00Z");
  EXPECT_EQ(read("2026-11-03T09:00:00+02:00"), "2026-11-03T07:00:00Z");
  // Whole seconds are for people, who see the one that it is in.
  EXPECT_EQ(read("2026-11-03T09:00:00.999999999Z"), "2026-11-03T09:00:00Z");
  EXPECT_EQ(ParseTime("2026-11-03T09:00:00.000000001Z", now)->nanos(), 1);
  EXPECT_EQ(read("1969-12-31T23:59:59.5Z"), "1969-12-31T23:59:59Z");
  EXPECT_EQ(read("2026-11-03"), "2026-11-03T00:00:00Z");
  EXPECT_EQ(read("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
  EXPECT_EQ(read("now"), "2023-11-14T22:13:20Z");
  EXPECT_EQ(read("+2d"), "2023-11-16T22:13:20Z");
  EXPECT_EQ(read("-90m"), "2023-11-14T20:43:20Z");
  EXPECT_EQ(ReadTime("--due", "2026-11-03")->seconds(), 1793664000);
  EXPECT_THAT(std::string(ReadTime("--due", "soon").status().message()),
              HasSubstr("--due: `soon` is not a time"));
  for (const char* wrong :
       {"", "tomorrow", "+", "+d", "+0d", "+-3d", "-", "-+3d", "2026-13-01", "+3y",
        "10000-01-01T00:00:00Z", "infinite-future", "+4294967295w", "-4294967295w"}) {
    EXPECT_FALSE(ParseTime(wrong, now).ok()) << wrong;
  }
}

TEST(TimesTest, DistancesAreInTheLargestUnit) {
  const auto at = [](int64_t seconds) {
    google::protobuf::Timestamp time;
    time.set_seconds(seconds);
    return time;
  };
  EXPECT_EQ(FormatDistance(at(59 * 86400), at(0)), "in 59 days");
  EXPECT_EQ(FormatDistance(at(3600), at(0)), "in 1 hour");
  EXPECT_EQ(FormatDistance(at(0), at(125)), "2 minutes ago");
  EXPECT_EQ(FormatDistance(at(5), at(5)), "now");
}

TEST(LookTest, WhatOthersNamedCannotMoveTheCursor) {
  EXPECT_EQ(Printable("a\x1b[31mb\nc"), "a\\x1b[31mb\\x0ac");
  EXPECT_EQ(Printable("\xe2\x80\xaegnp"), "\\u202egnp");
  EXPECT_EQ(Printable("\xff"), "\\xff");
  EXPECT_EQ(Printable("Zo\xc3\xab \xe6\x97\xa5"), "Zo\xc3\xab \xe6\x97\xa5");
}

TEST(LookTest, WidthsAreThoseOfATerminal) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("Zo\xc3\xab"), 3u);
  EXPECT_EQ(DisplayWidth("\xe6\x97\xa5\xe6\x9c\xac"), 4u);
  EXPECT_EQ(DisplayWidth("e\xcc\x81"), 1u);
}

Table SampleTable() {
  Table table({"name", "home", "state"});
  table.AddRow({{"users/zo\xc3\xab"}, {""}, {"suspended", Tone::kWarning}});
  table.AddRow({{"users/ann"}, {""}, {""}});
  return table;
}

TEST(TableTest, AlignedOnATerminalWithoutEmptyColumns) {
  EXPECT_EQ(SampleTable().Render(kTerminalLook),
            "name       state\n"
            "users/zo\xc3\xab  suspended\n"
            "users/ann\n");
  EXPECT_EQ(Table({"name"}).Render(kTerminalLook), "");
}

TEST(TableTest, TabsInAPipeWithEveryColumn) {
  EXPECT_EQ(SampleTable().Render(kPlainLook),
            "name\thome\tstate\n"
            "users/zo\xc3\xab\t\tsuspended\n"
            "users/ann\t\t\n");
  EXPECT_EQ(Table({"name"}).Render(kPlainLook), "name\n");
}

TEST(TableTest, WhoeverAsksForWhatThereIsNotIsToldSo) {
  Table table({"learner", "status"});
  EXPECT_EQ(table.RenderOr(kTerminalLook, "nobody"), "nobody\n");
  EXPECT_EQ(table.RenderOr(kPlainLook, "nobody"), "learner\tstatus\n");
  table.AddRow({{"users/lea"}, {"present"}});
  EXPECT_EQ(table.RenderOr(kTerminalLook, "nobody"), table.Render(kTerminalLook));
}

TEST(TableTest, ColoursDoNotDisturbTheColumns) {
  EXPECT_EQ(SampleTable().Render(kColorLook),
            "\x1b[1mname\x1b[0m       \x1b[1mstate\x1b[0m\n"
            "users/zo\xc3\xab  \x1b[33msuspended\x1b[0m\n"
            "users/ann\n");
}

template <typename Detail>
void AddDetail(const Detail& detail, absl::Status& status) {
  status.SetPayload(absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()),
                    absl::Cord(detail.SerializeAsString()));
}

// Each column has a name of its own.
TEST(RenderTest, FlagsOfWhatHasAStateStandBesideIt) {
  const Names names("acme");
  v1::ListEnrollmentsResponse enrollments;
  v1::Enrollment& enrollment = *enrollments.add_enrollments();
  enrollment.set_name("tenants/acme/enrollments/12.7");
  enrollment.set_state(v1::Enrollment::ENROLLED);
  const std::vector<std::string> lines =
      absl::StrSplit(RenderList(enrollments, names, kPlainLook), '\n');
  const std::vector<std::string> header = absl::StrSplit(lines[0], '\t');
  EXPECT_EQ(std::set<std::string>(header.begin(), header.end()).size(), header.size());
  EXPECT_THAT(header, AllOf(Contains("state"), Contains("flags")));
  v1::ListUsersResponse users;
  users.add_users()->set_suspended(true);
  EXPECT_THAT(RenderList(users, names, kPlainLook), HasSubstr("\tstate\n"));
}

TEST(RenderTest, ANumberThatSaysNothingIsNotShown) {
  const Names names("acme");
  v1::NotificationRule rule;
  EXPECT_THAT(RenderMessage(rule, names, kPlainLook), Not(HasSubstr("lead")));
  rule.set_lead_days(7);
  EXPECT_THAT(RenderMessage(rule, names, kPlainLook), HasSubstr("lead days\t7\n"));
  v1::Enrollment enrollment;
  EXPECT_THAT(RenderMessage(enrollment, names, kPlainLook),
              AllOf(HasSubstr("progress percent\t0\n"), Not(HasSubstr("score"))));
  enrollment.set_score_hundredths(0);
  EXPECT_THAT(RenderMessage(enrollment, names, kPlainLook), HasSubstr("score\t0\n"));
  enrollment.set_score_hundredths(8750);
  enrollment.set_credit_hundredths(150);
  EXPECT_THAT(RenderMessage(enrollment, names, kPlainLook),
              AllOf(HasSubstr("score\t87.50\n"), HasSubstr("credit\t1.50\n")));
}

TEST(RenderTest, BytesAreShownAsHexadecimalDigits) {
  const Names names("acme");
  v1::ExternalTraining training;
  training.mutable_evidence_file()->set_sha256("\x01\xff");
  EXPECT_THAT(RenderMessage(training, names, kPlainLook), HasSubstr("01ff"));
}

TEST(MessageTextTest, AFieldThatThereIsNotIsToldWithThoseThatThereAre) {
  v1::DueRule rule;
  EXPECT_EQ(ReadMessageText("text", "days_after_enrolment: 3", rule).message(),
            "text:1:21: there is no field `days_after_enrolment`; wanted one of `time`, "
            "`days_after_enrollment`, `days_after_hire`");
  EXPECT_THAT(std::string(ReadMessageText("text", "days_after_hire: soon", rule).message()),
              HasSubstr("text:1:18: "));
}

TEST(MessageTextTest, AValueThatThereIsNotIsToldWithThoseThatThereAre) {
  v1::EnrollmentRules rules;
  EXPECT_EQ(ReadMessageText("text", "approval: BOSS", rules).message(),
            "text:1:15: approval: `BOSS`: wanted one of `ADMINISTRATOR`, "
            "`MANAGER_THEN_ADMINISTRATOR`");
}

// CA1: a time in a text is written as anywhere else.
TEST(MessageTextTest, TimesAreStrings) {
  absl::TimeZone vienna;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Vienna", &vienna));
  int asked = 0;
  const ZoneSource zone = [&]() -> absl::StatusOr<absl::TimeZone> {
    ++asked;
    return vienna;
  };
  v1::TrainingRules rules;
  ASSERT_TRUE(ReadMessageText("text",
                              "# When.\ndue { time: \"2026-12-31T12:00:00.5+01:00\" }\n"
                              "enrollment < open_time : '2026-07-01T08:00:00Z' capacity: 5 >",
                              rules, zone)
                  .ok());
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(MessageText(rules.due()), "time: \"2026-12-31T11:00:00.500Z\"\n");
  EXPECT_EQ(MessageText(rules.enrollment(), /*is_one_line=*/true),
            "capacity: 5 open_time: \"2026-07-01T08:00:00Z\"");
  // A day is its beginning, and as a due time its end.
  v1::TrainingRules days;
  ASSERT_TRUE(ReadMessageText("text",
                              "due { time: '2026-12-31' } enrollment { close_time: '2026-07-01' }",
                              days, zone)
                  .ok());
  EXPECT_EQ(FormatTime(days.due().time()), "2026-12-31T22:59:59Z");
  EXPECT_EQ(FormatTime(days.enrollment().close_time()), "2026-06-30T22:00:00Z");
  // What is printed is read, and so is the form of protobuf.
  v1::TrainingRules again;
  ASSERT_TRUE(ReadMessageText("text", MessageText(rules), again).ok());
  EXPECT_EQ(again.SerializeAsString(), rules.SerializeAsString());
  v1::DueRule plain;
  ASSERT_TRUE(ReadMessageText("text", "time { seconds: 7 }", plain).ok());
  EXPECT_EQ(plain.time().seconds(), 7);

  v1::DueRule rule;
  EXPECT_THAT(std::string(ReadMessageText("text", "# x\n time: \"soon\"", rule).message()),
              AllOf(HasSubstr("text:2:8: "), HasSubstr("`soon` is not a time")));
  EXPECT_THAT(std::string(ReadMessageText("text", "time: '2026-12-31' days: 3", rule).message()),
              HasSubstr("text:1:24: there is no field `days`"));
  // What is no text of a message is refused by its parser, and read to its end.
  for (const char* wrong : {"time: \"", "time: \"2026-12-31", "time: '2026-12-311", "}}}",
                            "time:", "time: { \"2026-12-31\" }", "\"2026-12-31\"", "time: '\\"}) {
    v1::DueRule broken;
    EXPECT_FALSE(ReadMessageText("text", wrong, broken).ok()) << wrong;
  }
  // In a text that is not a time nothing is changed.
  v1::Course course;
  ASSERT_TRUE(ReadMessageText("text", "display_name: 'time: \"2026\"'", course).ok());
  EXPECT_EQ(course.display_name(), "time: \"2026\"");
}

TEST(MessageTextTest, WhatSectionsCanSay) {
  EXPECT_THAT(FieldsHelp(*v1::TrainingRules::descriptor()),
              AllOf(HasSubstr("  due\n    time: \"TIME\" or days_after_enrollment: N or "
                              "days_after_hire: N\n  completion\n    items: \"TEXT\" ... "),
                    HasSubstr("sign_off: true|false"),
                    HasSubstr("approval: ADMINISTRATOR|MANAGER_THEN_ADMINISTRATOR")));
}

TEST(RenderMessageTest, StepsAndDueTimesAreReadable) {
  const Names names("acme");
  v1::TrainingPlan plan;
  for (const char* course : {"fire", "aid"}) {
    plan.add_steps()->add_courses(absl::StrCat("tenants/acme/courses/", course));
  }
  plan.mutable_steps(0)->add_courses("tenants/acme/courses/ropes");
  plan.mutable_steps(0)->set_required_count(1);
  EXPECT_THAT(RenderMessage(plan, names, kPlainLook),
              HasSubstr("steps\t1 of courses/fire, courses/ropes; courses/aid\n"));
  v1::TrainingAssignment assignment;
  assignment.mutable_due()->set_days_after_enrollment(30);
  EXPECT_THAT(RenderMessage(assignment, names, kPlainLook),
              HasSubstr("due\t30 days after the enrollment\n"));
  assignment.mutable_due()->set_days_after_hire(1);
  EXPECT_THAT(RenderMessage(assignment, names, kPlainLook),
              HasSubstr("due\t1 day after the hiring\n"));
}

TEST(ErrorsTest, FieldViolationsAreListedOnce) {
  absl::Status status = absl::InvalidArgumentError("2 fields are wrong");
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field("user_id");
  violation->set_description("`Ann` has an upper-case letter");
  violation = bad.add_field_violations();
  violation->set_field("user.email");
  violation->set_description("`ann` is no address");
  AddDetail(bad, status);
  EXPECT_EQ(RenderError(status, kPlainLook),
            "error: 2 fields are wrong\n"
            "  user_id: `Ann` has an upper-case letter\n"
            "  user.email: `ann` is no address\n");

  absl::Status single = absl::InvalidArgumentError("user_id: `Ann` has an upper-case letter");
  bad.mutable_field_violations()->RemoveLast();
  AddDetail(bad, single);
  EXPECT_EQ(RenderError(single, kPlainLook), "error: user_id: `Ann` has an upper-case letter\n");
}

TEST(ErrorsTest, AnUnmetConditionThatTheMessageSaysIsNotSaidAgain) {
  absl::Status status = absl::FailedPreconditionError("it is given by `courses/fire`");
  google::rpc::PreconditionFailure failed;
  auto* violation = failed.add_violations();
  violation->set_subject("tenants/acme/competencies/fire-warden");
  violation->set_description("it is given by `courses/fire`");
  AddDetail(failed, status);
  EXPECT_EQ(RenderError(status, kPlainLook), "error: it is given by `courses/fire`\n");
  // Of several it says which.
  *failed.add_violations() = failed.violations(0);
  AddDetail(failed, status);
  EXPECT_THAT(RenderError(status, kPlainLook),
              HasSubstr("\n  tenants/acme/competencies/fire-warden: it is given by"));
}

TEST(ErrorsTest, WhatToDoNext) {
  absl::Status busy = absl::ResourceExhaustedError("too many scans at once");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(2);
  AddDetail(retry, busy);
  EXPECT_EQ(RenderError(busy, kPlainLook), "error: too many scans at once\n  try again in 2s\n");
  EXPECT_THAT(RenderError(absl::UnauthenticatedError("no actor"), kPlainLook), HasSubstr("--as"));
  EXPECT_THAT(RenderError(absl::DeadlineExceededError(""), kPlainLook), HasSubstr("--timeout"));
  EXPECT_THAT(RenderError(absl::AbortedError("stale etag"), kPlainLook),
              HasSubstr("read it again"));
}

TEST(ErrorsTest, ATextFromElsewhereIsPrintable) {
  const std::string text = RenderError(absl::NotFoundError("no \x1b[2J here\nsecond"), kPlainLook);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_EQ(text, "error: no \\x1b[2J here\n  second\n");
}

}  // namespace
}  // namespace provost::cli
