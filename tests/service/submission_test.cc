// Work that learners hand in, on the real presets: by text and by file, graded, returned, assigned.
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "provost/v1/report_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/assessment.h"
#include "tests/service/file_pieces.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;
using v1::Submission;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;

constexpr char kRubric[] = R"(max_points: 10 pass_percent: 60
  rubric { id: 'facts' display_name: 'Facts' points: 7 }
  rubric { id: 'form' display_name: 'Form' points: 3 })";

v1::GradeSubmissionRequest ByCriteria(const std::string& submission, int version, int facts,
                                      int form, const std::string& reason = "") {
  v1::GradeSubmissionRequest request;
  request.set_name(submission);
  request.set_version(version);
  request.set_reason(reason);
  request.set_feedback("See the notes.");
  const auto add = [&](const char* criterion, int points) {
    v1::CriterionGrade* const grade = request.add_criteria();
    grade->set_criterion(criterion);
    grade->set_point_hundredths(points);
  };
  add("facts", facts);
  add("form", form);
  return request;
}

std::vector<std::string> NamesOf(const v1::ListSubmissionsResponse& response) {
  std::vector<std::string> names;
  for (const Submission& submission : response.submissions()) names.push_back(submission.name());
  return names;
}

class SubmissionTest : public AssessmentTest {
 protected:
  explicit SubmissionTest(absl::string_view policy = kLms365) : AssessmentTest(policy) {}

  Answer<Submission> Grade(absl::string_view actor, const v1::GradeSubmissionRequest& request) {
    return Call<Submission>(actor, request);
  }
  // Pieces of files that are kept.
  size_t Pieces() {
    Stop();
    const size_t pieces = CountFilePieces(folder());
    Start();
    return pieces;
  }
};

TEST_F(SubmissionTest, LE1_LearnersHandInTextAndFiles) {
  AddTask("tasks/t", "max_points: 10");
  const std::string bytes = SomeBytes(5 * 1024 * 1024 + 17);
  EXPECT_EQ(HandIn("users/otto", "tasks/t").code(), kDenied);
  EXPECT_EQ(HandIn("users/cora", "tasks/t").code(), kDenied);
  EXPECT_EQ(HandInFile("users/otto", FirstOf("tasks/t", bytes), bytes).code(), kDenied);
  const auto text = HandIn("users/lea", "tasks/t", "First try.");
  ASSERT_TRUE(text.ok()) << text.message();
  EXPECT_EQ(text.value.state(), Submission::HANDED_IN);
  EXPECT_EQ(text.value.learner(), Full("users/lea"));
  EXPECT_EQ(text.value.task_body().max_points(), 10);
  v1::HandInFileRequest first = FirstOf("tasks/t", bytes);
  first.set_comment("Now complete.");
  const auto file = HandInFile("users/lea", first, bytes);
  ASSERT_TRUE(file.ok()) << file.message();
  EXPECT_EQ(file.value.name(), text.value.name());
  ASSERT_THAT(file.value.hand_ins(), SizeIs(2));
  EXPECT_EQ(file.value.hand_ins(0).text(), "First try.");
  EXPECT_EQ(file.value.hand_ins(1).version(), 2);
  EXPECT_EQ(file.value.hand_ins(1).file().file_name(), "work.pdf");
  EXPECT_EQ(file.value.hand_ins(1).comment(), "Now complete.");
  const std::string name = file.value.name();

  // It is the learner's, and of who reads submissions there.
  for (const char* reader : {"users/lea", "users/cora", "users/kim"}) {
    EXPECT_TRUE(SeeWork(reader, name).ok()) << reader;
    const auto read = DownloadWork(reader, name);
    ASSERT_TRUE(read.ok()) << reader << ": " << read.message();
    EXPECT_TRUE(read.value == bytes);
  }
  for (const char* other : {"users/leo", "users/otto", "users/nob"}) {
    EXPECT_EQ(SeeWork(other, name).code(), kDenied) << other;
    EXPECT_EQ(SeeWork(other, Full("submissions/999999")).code(), kDenied) << other;
    EXPECT_EQ(DownloadWork(other, name).code(), kDenied) << other;
    EXPECT_EQ(Submissions(other).code(), kDenied) << other;
    EXPECT_EQ(Submissions(other, "users/lea").code(), kDenied) << other;
    EXPECT_THAT(NamesOf(Submissions(other, other).value), IsEmpty()) << other;
  }
  EXPECT_TRUE(DownloadWork("users/lea", name, 2, 1000).value == bytes.substr(1000));
  EXPECT_EQ(DownloadWork("users/lea", name, 1).code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(DownloadWork("users/lea", name, 0, static_cast<int64_t>(bytes.size()) + 1).code(),
            grpc::StatusCode::OUT_OF_RANGE);

  const auto leos = HandIn("users/leo", "tasks/t");
  EXPECT_THAT(NamesOf(Submissions("users/cora").value), ElementsAre(name, leos.value.name()));
  EXPECT_THAT(NamesOf(Submissions("users/cora", "users/leo", "tasks/t").value),
              ElementsAre(leos.value.name()));
  EXPECT_THAT(NamesOf(Submissions("users/cora", "", "tasks/t", {Submission::GRADED}).value),
              IsEmpty());
  EXPECT_THAT(NamesOf(Submissions("users/lea", "users/lea").value), ElementsAre(name));
  Restart();
  EXPECT_TRUE(DownloadWork("users/lea", name).value == bytes);
}

TEST_F(SubmissionTest, LE1_AFileThatIsNotWhatWasAnnouncedLeavesNothing) {
  AddTask("tasks/t",
          "max_points: 10 forms: FILE media_types: ['application/pdf', 'image/*'] "
          "max_file_bytes: 6000000");
  const std::string bytes = SomeBytes(5 << 20);
  v1::HandInFileRequest wrong = FirstOf("tasks/t", bytes);
  wrong.set_sha256(Sha256Of("else"));
  EXPECT_THAT(HandInFile("users/lea", wrong, bytes).bad_fields(), ElementsAre(Key("sha256")));
  EXPECT_THAT(HandInFile("users/lea", FirstOf("tasks/t", bytes), bytes.substr(1)).bad_fields(),
              ElementsAre(Key("size_bytes")));
  const std::string large = SomeBytes(6000001);
  v1::HandInFileRequest other = FirstOf("tasks/t", large);
  other.set_media_type("text/html");
  EXPECT_THAT(HandInFile("users/lea", other, large).bad_fields(),
              ElementsAre(Key("media_type"), Key("size_bytes")));
  other.clear_file_name();
  other.set_task(Full("quizzes/q"));
  other.set_comment(std::string(4001, 'x'));
  EXPECT_THAT(HandInFile("users/lea", other, large).bad_fields(),
              ElementsAre(Key("comment"), Key("file_name"), Key("task")));
  EXPECT_THAT(HandIn("users/lea", "tasks/t").violations(), ElementsAre("FORM_NOT_TAKEN"));
  EXPECT_THAT(HandIn("users/lea", "tasks/t", "").bad_fields(), ElementsAre(Key("text")));
  EXPECT_THAT(NamesOf(Submissions("users/lea", "users/lea").value), IsEmpty());
  EXPECT_EQ(Pieces(), 0u);
  v1::HandInFileRequest image = FirstOf("tasks/t", bytes);
  image.set_media_type("image/PNG");
  EXPECT_TRUE(HandInFile("users/lea", image, bytes).ok());
  EXPECT_EQ(HandIn("users/lea", "tasks/none").code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Pieces(), 20u);
}

TEST_F(SubmissionTest, CC2_WhatATaskSaysIsCheckedFieldByField) {
  const auto bad = [&](const std::string& body) {
    return Make("users/kim", v1::ContentItem::TASK, "t", "courses/fire",
                absl::StrCat("task { ", body, " }"))
        .bad_fields();
  };
  const std::string field = "content_item.body.task.";
  EXPECT_THAT(bad("max_points: 10001 pass_percent: 101"),
              ElementsAre(Key(field + "instructions"), Key(field + "max_points"),
                          Key(field + "pass_percent")));
  EXPECT_THAT(bad("instructions: 'x' max_points: 10 rubric { id: 'a' display_name: 'A' points: 5 } "
                  "rubric { id: 'a' points: 0 }"),
              ElementsAre(Key(field + "rubric"), Key(field + "rubric[1].display_name"),
                          Key(field + "rubric[1].id"), Key(field + "rubric[1].points")));
  EXPECT_THAT(
      bad("instructions: 'x' max_points: 10 due { days_after_hire: 3 } forms: FILE "
          "forms: FILE media_types: 'pdf' max_file_bytes: -1 "
          "late_policy { accept_days: -1 percent_per_day: 101 floor_percent: 101 }"),
      ElementsAre(Key(field + "due.days_after_hire"), Key(field + "forms[1]"),
                  Key(field + "late_policy.accept_days"), Key(field + "late_policy.floor_percent"),
                  Key(field + "late_policy.percent_per_day"), Key(field + "max_file_bytes"),
                  Key(field + "media_types[0]")));
}

TEST_F(SubmissionTest, CA1_LateWorkCostsAsTheTaskSays) {
  AddTask("tasks/t",
          "max_points: 10 pass_percent: 70 due { days_after_enrollment: 1 } "
          "late_policy { accept_days: 3 percent_per_day: 20 floor_percent: 30 }");
  const auto early = HandIn("users/lea", "tasks/t");
  ASSERT_TRUE(early.ok()) << early.message();
  EXPECT_EQ(early.value.hand_ins(0).late_days(), 0);
  EXPECT_EQ(FromTimestamp(early.value.close_time()) - FromTimestamp(early.value.due_time()),
            absl::Hours(72));
  server().Advance(absl::Hours(24 + 25));
  // The newest version is what is graded, late as it is.
  const auto late = HandIn("users/lea", "tasks/t", "More.");
  ASSERT_TRUE(late.ok()) << late.message();
  EXPECT_EQ(late.value.hand_ins(1).late_days(), 2);
  const auto graded = Grade("users/cora", GradeOf(late.value.name(), 2, 1000));
  ASSERT_TRUE(graded.ok()) << graded.message();
  EXPECT_EQ(graded.value.grades(0).late_hundredths(), 400);
  EXPECT_FALSE(graded.value.grades(0).passed());
  EXPECT_EQ(Record(lea_).score_hundredths(), 6000);
  // Never below the floor, which is no gift either.
  EXPECT_EQ(Grade("users/cora", GradeOf(late.value.name(), 2, 500, "Wrong"))
                .value.grades(1)
                .late_hundredths(),
            200);
  EXPECT_EQ(Grade("users/cora", GradeOf(late.value.name(), 2, 200, "Wrong"))
                .value.grades(2)
                .late_hundredths(),
            0);
  server().Advance(absl::Hours(48));
  const auto too_late = HandIn("users/leo", "tasks/t");
  EXPECT_THAT(too_late.violations(), ElementsAre("TOO_LATE"));
  const std::string bytes = SomeBytes(10);
  EXPECT_THAT(HandInFile("users/leo", FirstOf("tasks/t", bytes), bytes).violations(),
              ElementsAre("TOO_LATE"));
}

TEST_F(SubmissionTest, I1_GradedWorkIsReturnedForAnotherTry) {
  AddTask("tasks/t", "max_points: 10 pass_percent: 60");
  const std::string name = HandIn("users/lea", "tasks/t").value.name();
  EXPECT_EQ(Return("users/lea", name).code(), kDenied);
  ASSERT_TRUE(Grade("users/cora", GradeOf(name, 1, 500)).ok());
  EXPECT_THAT(HandIn("users/lea", "tasks/t").violations(), ElementsAre("ALREADY_GRADED"));
  v1::ReturnSubmissionRequest bad;
  bad.set_name(name);
  bad.mutable_due_time()->set_seconds(1000);
  EXPECT_THAT(Call<Submission>("users/cora", bad).bad_fields(), ElementsAre(Key("comment")));
  bad.set_comment("x");
  EXPECT_THAT(Call<Submission>("users/cora", bad).bad_fields(), ElementsAre(Key("due_time")));
  const absl::Time due = absl::Now() + absl::Hours(48);
  const auto returned = Return("users/cora", name, due);
  ASSERT_TRUE(returned.ok()) << returned.message();
  EXPECT_EQ(returned.value.state(), Submission::RETURNED);
  EXPECT_EQ(returned.value.return_comment(), "More, please.");
  EXPECT_EQ(returned.value.due_time().seconds(), absl::ToUnixSeconds(due));
  EXPECT_THAT(Grade("users/cora", GradeOf(name, 1, 700, "x")).violations(),
              ElementsAre("NOTHING_TO_GRADE"));
  EXPECT_THAT(Return("users/cora", name).violations(), ElementsAre("NOTHING_TO_RETURN"));

  const auto again = HandIn("users/lea", "tasks/t", "Better.");
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(again.value.name(), name);
  EXPECT_EQ(again.value.state(), Submission::HANDED_IN);
  // Somebody graded what they saw before.
  EXPECT_EQ(Grade("users/cora", GradeOf(name, 1, 700)).code(), grpc::StatusCode::ABORTED);
  EXPECT_THAT(Grade("users/cora", GradeOf(name, 3, 700)).bad_fields(), ElementsAre(Key("version")));
  v1::GradeSubmissionRequest stale = GradeOf(name, 2, 900);
  stale.set_etag(returned.value.etag());
  EXPECT_EQ(Grade("users/cora", stale).code(), grpc::StatusCode::ABORTED);
  ASSERT_TRUE(Grade("users/cora", GradeOf(name, 2, 900)).ok());
  // It is another try, and not a correction: the best one counts.
  EXPECT_EQ(Record(lea_).score_hundredths(), 9000);
  EXPECT_EQ(Record(lea_).state(), v1::Enrollment::COMPLETED);
  ASSERT_TRUE(Return("users/cora", name).ok());
  ASSERT_TRUE(HandIn("users/lea", "tasks/t", "Worse.").ok());
  ASSERT_TRUE(Grade("users/cora", GradeOf(name, 3, 100)).ok());
  EXPECT_EQ(Record(lea_).score_hundredths(), 9000);
}

TEST_F(SubmissionTest, KA3_ATaskWithWorkIsDeletedByForceAndGradesStay) {
  AddTask("tasks/t", "max_points: 10");
  const std::string graded = HandIn("users/lea", "tasks/t").value.name();
  const std::string waiting = HandIn("users/leo", "tasks/t").value.name();
  ASSERT_TRUE(Grade("users/cora", GradeOf(graded, 1, 800)).ok());
  ASSERT_TRUE(Place("users/kim", "courses/fire", {}).ok());
  EXPECT_THAT(Delete("users/kim", "tasks/t").violations(), ElementsAre("IN_USE"));
  // Taken out of the course, it takes no more work.
  EXPECT_EQ(HandIn("users/leo", "tasks/t").code(), grpc::StatusCode::NOT_FOUND);
  ASSERT_TRUE(Delete("users/kim", "tasks/t", /*force=*/true).ok());
  const auto kept = SeeWork("users/lea", graded);
  ASSERT_TRUE(kept.ok()) << kept.message();
  EXPECT_EQ(kept.value.task(), "");
  EXPECT_EQ(kept.value.task_display_name(), "t");
  EXPECT_EQ(kept.value.grades(0).point_hundredths(), 800);
  EXPECT_THAT(Grade("users/cora", GradeOf(waiting, 1, 800)).violations(), ElementsAre("TASK_GONE"));
  EXPECT_THAT(NamesOf(Submissions("users/cora").value), ElementsAre(graded, waiting));
}

TEST_F(SubmissionTest, I1_WorkIsHandedInOnlySoOften) {
  AddTask("tasks/t", "max_points: 10");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(HandIn("users/lea", "tasks/t").ok()) << i;
  EXPECT_THAT(HandIn("users/lea", "tasks/t").violations(), ElementsAre("TOO_MANY_VERSIONS"));
}

class CoreSubmissionTest : public SubmissionTest {
 protected:
  CoreSubmissionTest() : SubmissionTest(kCoreAchieve) {}
};

TEST_F(CoreSubmissionTest, I1_InstructorsGradeByTheRubricAndCorrectThemselves) {
  AddTask("tasks/t", kRubric);
  const std::string name = HandIn("users/lea", "tasks/t").value.name();
  MakeUser("aron");
  Assign("users/aron", "author", "catalogs/safety");
  for (const char* actor : {"users/aron", "users/lea", "users/leo"}) {
    EXPECT_EQ(Grade(actor, ByCriteria(name, 1, 500, 200)).code(), kDenied) << actor;
  }
  // Marks outside the scale.
  EXPECT_THAT(
      Grade("users/ira", ByCriteria(name, 1, 701, -1)).bad_fields(),
      ElementsAre(Key("criteria[0].point_hundredths"), Key("criteria[1].point_hundredths")));
  v1::GradeSubmissionRequest whole = GradeOf(name, 1, 500);
  EXPECT_THAT(Grade("users/ira", whole).bad_fields(),
              ElementsAre(Key("criteria"), Key("point_hundredths")));
  v1::GradeSubmissionRequest odd = ByCriteria(name, 0, 500, 200);
  odd.set_feedback(std::string(20001, 'x'));
  EXPECT_THAT(Grade("users/ira", odd).bad_fields(), ElementsAre(Key("feedback"), Key("version")));
  odd = ByCriteria(name, 1, 500, 200);
  odd.mutable_criteria(1)->set_criterion("facts");
  EXPECT_THAT(Grade("users/ira", odd).bad_fields(),
              ElementsAre(Key("criteria"), Key("criteria[1].criterion")));
  EXPECT_FALSE(Record(lea_).has_score_hundredths());

  const auto graded = Grade("users/ira", ByCriteria(name, 1, 350, 150));
  ASSERT_TRUE(graded.ok()) << graded.message();
  EXPECT_EQ(graded.value.state(), Submission::GRADED);
  EXPECT_EQ(graded.value.grades(0).point_hundredths(), 500);
  EXPECT_EQ(graded.value.grades(0).grader(), Full("users/ira"));
  EXPECT_FALSE(graded.value.grades(0).passed());
  EXPECT_EQ(Record(lea_).score_hundredths(), 5000);
  const auto seen = SeeWork("users/lea", name);
  EXPECT_EQ(seen.value.grades(0).feedback(), "See the notes.");

  EXPECT_THAT(Grade("users/ira", ByCriteria(name, 1, 500, 200)).bad_fields(),
              ElementsAre(Key("reason")));
  const auto regraded = Grade("users/ira", ByCriteria(name, 1, 600, 200, "Overlooked a page."));
  ASSERT_TRUE(regraded.ok()) << regraded.message();
  ASSERT_THAT(regraded.value.grades(), SizeIs(2));
  EXPECT_EQ(regraded.value.grades(0).point_hundredths(), 500);
  EXPECT_EQ(regraded.value.grades(1).reason(), "Overlooked a page.");
  EXPECT_TRUE(regraded.value.grades(1).passed());
  EXPECT_EQ(Record(lea_).score_hundredths(), 8000);
  EXPECT_EQ(Record(lea_).state(), v1::Enrollment::COMPLETED);
  // A correction counts where it is worse, too.
  ASSERT_TRUE(Grade("users/ira", ByCriteria(name, 1, 100, 0, "Copied.")).ok());
  EXPECT_EQ(Record(lea_).score_hundredths(), 1000);
  EXPECT_EQ(Record(lea_).state(), v1::Enrollment::IN_PROGRESS);
}

TEST_F(CoreSubmissionTest, M1_WorkAndFilesGoWithThePerson) {
  AddTask("tasks/t", "max_points: 10");
  const std::string bytes = SomeBytes(1 << 20);
  const auto file = HandInFile("users/lea", FirstOf("tasks/t", bytes), bytes);
  ASSERT_TRUE(file.ok()) << file.message();
  ASSERT_TRUE(Grade("users/ira", GradeOf(file.value.name(), 1, 500)).ok());
  EXPECT_EQ(Pieces(), 4u);
  v1::DeleteUserRequest request;
  request.set_name(Full("users/lea"));
  EXPECT_EQ(Call<google::protobuf::Empty>("users/ira", request).code(), kDenied);
  ASSERT_TRUE(Call<google::protobuf::Empty>("users/ann", request).ok());
  EXPECT_EQ(Pieces(), 0u);
  EXPECT_THAT(NamesOf(Submissions("users/ira").value), IsEmpty());
}

TEST_F(CoreSubmissionTest, Rule21_NobodyGradesTheirOwnWork) {
  AddTask("tasks/t", "max_points: 10");
  Enroll("users/ira", "courses/fire");
  const auto own = HandIn("users/ira", "tasks/t");
  ASSERT_TRUE(own.ok()) << own.message();
  const auto refused = Grade("users/ira", GradeOf(own.value.name(), 1, 1000));
  EXPECT_EQ(refused.code(), kDenied);
  EXPECT_THAT(refused.message(), HasSubstr("their own record"));
  EXPECT_EQ(Return("users/ira", own.value.name()).code(), kDenied);
  EXPECT_EQ(AssignTask("users/ira", "tasks/t", {"users/ira"}).code(), kDenied);
  EXPECT_TRUE(Grade("users/ann", GradeOf(own.value.name(), 1, 1000)).ok());
}

TEST_F(CoreSubmissionTest, LE4_I1_AssignedWorkStandsOnTheDashboardUntilItIsHandedIn) {
  AddTask("tasks/t", "max_points: 10");
  AddTask("tasks/u", "max_points: 10");
  const auto work = [&](const std::string& learner) {
    v1::GetMyDashboardRequest request;
    request.set_parent(Full(""));
    request.set_learner(Full(learner));
    const auto dashboard = Call<v1::MyDashboard>(learner, request);
    EXPECT_TRUE(dashboard.ok()) << dashboard.message();
    std::vector<std::string> tasks;
    for (const Submission& submission : dashboard.value.work()) {
      tasks.push_back(submission.task());
      EXPECT_EQ(submission.learner(), Full(learner));
      EXPECT_EQ(submission.course(), Full("courses/fire"));
    }
    return tasks;
  };
  EXPECT_THAT(work("users/lea"), IsEmpty());
  ASSERT_TRUE(AssignTask("users/ira", "tasks/t", {"users/lea"}).ok());
  const absl::Time due = absl::Now() + absl::Hours(24);
  ASSERT_TRUE(AssignTask("users/ira", "tasks/u", {"users/lea"}, due).ok());
  EXPECT_THAT(work("users/lea"), ElementsAre(Full("tasks/u"), Full("tasks/t")))
      << "what is due before what is not";
  EXPECT_THAT(work("users/leo"), IsEmpty());
  const auto done = HandIn("users/lea", "tasks/u");
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_THAT(work("users/lea"), ElementsAre(Full("tasks/t")));
  ASSERT_TRUE(Return("users/ira", done.value.name(), due).ok());
  EXPECT_THAT(work("users/lea"), ElementsAre(Full("tasks/u"), Full("tasks/t"))) << "once more";
  // Who has left the course has nothing to do there.
  v1::DeleteEnrollmentRequest leave;
  leave.set_name(lea_);
  ASSERT_TRUE(Call<google::protobuf::Empty>("users/ann", leave).ok());
  EXPECT_THAT(work("users/lea"), IsEmpty());
}

TEST_F(CoreSubmissionTest, I1_InstructorsAssignWorkToSomeLearners) {
  // Of the course, but no part of what everybody does there.
  ASSERT_TRUE(Make("users/ann", v1::ContentItem::TASK, "extra", "courses/fire",
                   "task { instructions: 'More' max_points: 10 due { time { seconds: 1000 } } "
                   "late_policy { accept_days: 0 } }")
                  .ok());
  EXPECT_THAT(AssignTask("users/ira", "tasks/extra", {"users/lea"}).violations(),
              ElementsAre("NOT_PUBLISHED"));
  Publish("users/ann", "tasks/extra");
  EXPECT_EQ(HandIn("users/lea", "tasks/extra").code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(AssignTask("users/lea", "tasks/extra", {"users/leo"}).code(), kDenied);
  EXPECT_EQ(AssignTask("users/ira", "tasks/none", {"users/lea"}).code(), kDenied);
  EXPECT_THAT(
      AssignTask("users/ira", "tasks/extra", {"users/lea", "users/otto", "users/zoe"}).bad_fields(),
      ElementsAre(Key("learners[1]"), Key("learners[2]")));
  EXPECT_THAT(AssignTask("users/ira", "tasks/extra", {}).bad_fields(),
              ElementsAre(Key("learners")));
  EXPECT_THAT(
      AssignTask("users/ira", "tasks/extra", {"users/lea", "users/lea", "groups/x"}).bad_fields(),
      ElementsAre(Key("learners[1]"), Key("learners[2]")));
  EXPECT_THAT(AssignTask("users/ira", "tasks/extra", {"users/lea"}, absl::FromUnixSeconds(1000))
                  .bad_fields(),
              ElementsAre(Key("due_time")));
  EXPECT_THAT(NamesOf(Submissions("users/lea", "users/lea").value), IsEmpty());

  const absl::Time due = absl::Now() + absl::Hours(24);
  const auto assigned = AssignTask("users/ira", "tasks/extra", {"users/lea"}, due);
  ASSERT_TRUE(assigned.ok()) << assigned.message();
  const std::string name = assigned.value.submissions(0).name();
  EXPECT_EQ(assigned.value.submissions(0).state(), Submission::ASSIGNED);
  // Who has it sees it; nobody else does.
  EXPECT_THAT(NamesOf(Submissions("users/lea", "users/lea").value), ElementsAre(name));
  const auto seen = SeeWork("users/lea", name);
  EXPECT_EQ(seen.value.task_body().instructions(), "More");
  EXPECT_EQ(seen.value.assigned_by(), Full("users/ira"));
  EXPECT_EQ(seen.value.due_time().seconds(), absl::ToUnixSeconds(due));
  EXPECT_EQ(SeeWork("users/leo", name).code(), kDenied);
  EXPECT_EQ(HandIn("users/leo", "tasks/extra").code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(Grade("users/ira", GradeOf(name, 1, 500)).violations(),
              ElementsAre("NOTHING_TO_GRADE"));
  const auto done = HandIn("users/lea", "tasks/extra");
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(done.value.name(), name);
  // Once more gives another time, and nothing twice.
  const auto later = AssignTask("users/ira", "tasks/extra", {"users/lea"}, due + absl::Hours(1));
  ASSERT_TRUE(later.ok()) << later.message();
  EXPECT_EQ(later.value.submissions(0).name(), name);
  EXPECT_EQ(later.value.submissions(0).state(), Submission::HANDED_IN);
  // The task itself says that it was due long ago.
  EXPECT_THAT(HandIn("users/lea", "tasks/extra").value.hand_ins(1).late_days(), 0);
  ASSERT_TRUE(AssignTask("users/ira", "tasks/extra", {"users/lea"}).ok());
  EXPECT_THAT(HandIn("users/lea", "tasks/extra").violations(), ElementsAre("TOO_LATE"));
}

class PlutoSubmissionTest : public SubmissionTest {
 protected:
  PlutoSubmissionTest() : SubmissionTest(kPlutoLms) {}
};

TEST_F(PlutoSubmissionTest, PI2_InstructorsManageAssessments) {
  const auto made = Make("users/ira", v1::ContentItem::TASK, "t", "courses/fire",
                         "task { instructions: 'x' max_points: 10 }");
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(Make("users/lea", v1::ContentItem::TASK, "u", "courses/fire",
                 "task { instructions: 'x' max_points: 10 }")
                .code(),
            kDenied);
  Publish("users/ann", "tasks/t");
  ASSERT_TRUE(Place("users/ann", "courses/fire", {"tasks/t"}).ok());
  MakeUser("rex");
  Assign("users/rex", "reporter", "");
  const auto work = HandIn("users/lea", "tasks/t");  // PL1
  ASSERT_TRUE(work.ok()) << work.message();
  EXPECT_EQ(Grade("users/rex", GradeOf(work.value.name(), 1, 500)).code(), kDenied);
  EXPECT_THAT(Grade("users/ira", GradeOf(work.value.name(), 1, 1001)).bad_fields(),
              ElementsAre(Key("point_hundredths")));
  EXPECT_THAT(Grade("users/ira", GradeOf(work.value.name(), 1, -1)).bad_fields(),
              ElementsAre(Key("point_hundredths")));
  const auto graded = Grade("users/ira", GradeOf(work.value.name(), 1, 1000));
  ASSERT_TRUE(graded.ok()) << graded.message();
  EXPECT_TRUE(graded.value.grades(0).passed());
  EXPECT_EQ(Record(lea_).state(), v1::Enrollment::COMPLETED);
}

}  // namespace
}  // namespace provost
