// Courses with quizzes and tasks, and people who learn there.
#ifndef PROVOST_TESTS_SERVICE_ASSESSMENT_H_
#define PROVOST_TESTS_SERVICE_ASSESSMENT_H_

#include <google/protobuf/empty.pb.h>
#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "provost/v1/assessment_service.grpc.pb.h"
#include "provost/v1/assessment_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "tenant/times.h"
#include "tests/service/content.h"

namespace provost {

// lea and leo are enrolled in courses/fire, which is in the catalog safety, and otto in
// courses/desk, which is in office. In the preset lms365, kim runs the catalog safety and cora the
// course fire; in the others ann makes what there is, and ira teaches fire.
class AssessmentTest : public ContentTest {
 protected:
  explicit AssessmentTest(absl::string_view policy)
      : ContentTest(policy), author_(policy == kLms365 ? "users/kim" : "users/ann") {
    for (const char* catalog : {"safety", "office"}) MakeCatalog(catalog);
    if (policy == kLms365) Assign("users/ann", "catalog_admin", "catalogs/safety");
    if (policy == kLms365) Assign("users/ann", "catalog_admin", "catalogs/office");
    MakeCourse("fire", "catalogs/safety");
    MakeCourse("desk", "catalogs/office");
    for (const char* user : {"kim", "cora", "ira", "lea", "leo", "otto", "nob"}) {
      MakeUser(user, policy == kLms365 ? "catalogs/safety" : "");
    }
    if (policy == kLms365) {
      Assign("users/kim", "catalog_admin", "catalogs/safety");
      Assign("users/cora", "course_admin", "courses/fire");
    } else {
      Assign("users/ira", "instructor", "courses/fire");
    }
    lea_ = Enroll("users/lea", "courses/fire");
    Enroll("users/leo", "courses/fire");
    Enroll("users/otto", "courses/desk");
  }

  std::string Enroll(absl::string_view learner, absl::string_view course) {
    v1::CreateEnrollmentRequest request;
    request.set_parent(Full(""));
    request.mutable_enrollment()->set_learner(Full(learner));
    request.mutable_enrollment()->set_training(Full(course));
    const auto made = Call<v1::Enrollment>("users/ann", request);
    EXPECT_TRUE(made.ok()) << made.message();
    return made.value.name();
  }
  // What the record of an enrollment says.
  v1::Enrollment Record(const std::string& enrollment) {
    v1::GetEnrollmentRequest request;
    request.set_name(enrollment);
    const auto found = Call<v1::Enrollment>("users/ann", request);
    EXPECT_TRUE(found.ok()) << found.message();
    return found.value;
  }

  // An item of fire, published; `items_` of the course are those that were made so.
  void AddItem(v1::ContentItem::Kind kind, absl::string_view name, const std::string& body) {
    const std::string id(name.substr(name.find('/') + 1));
    const auto made = Make(author_, kind, id, "courses/fire", body);
    ASSERT_TRUE(made.ok()) << made.message();
    Publish(author_, name);
    items_.emplace_back(name);
    const auto placed = Place(author_, "courses/fire", items_);
    ASSERT_TRUE(placed.ok()) << placed.message();
  }
  void AddQuiz(absl::string_view name, const std::string& body) {
    AddItem(v1::ContentItem::QUIZ, name, absl::StrCat("quiz { ", body, " }"));
  }
  void AddTask(absl::string_view name, const std::string& body) {
    AddItem(v1::ContentItem::TASK, name, absl::StrCat("task { instructions: 'Do it' ", body, " }"));
  }

  // --- attempts ---
  Answer<v1::Attempt> StartQuiz(absl::string_view actor, absl::string_view quiz,
                                absl::string_view course = "courses/fire",
                                bool validate_only = false) {
    v1::StartAttemptRequest request;
    request.set_course(Full(course));
    request.set_quiz(Full(quiz));
    request.set_validate_only(validate_only);
    return Call<v1::Attempt>(actor, request);
  }
  // It has to succeed.
  v1::Attempt Begin(absl::string_view actor, absl::string_view quiz) {
    const auto begun = StartQuiz(actor, quiz);
    EXPECT_TRUE(begun.ok()) << begun.message();
    return begun.value;
  }
  Answer<v1::Attempt> See(absl::string_view actor, const std::string& attempt) {
    v1::GetAttemptRequest request;
    request.set_name(attempt);
    return Call<v1::Attempt>(actor, request);
  }
  Answer<v1::Attempt> Save(absl::string_view actor, const std::string& attempt,
                           const std::vector<v1::Answer>& answers, absl::string_view quiz = "") {
    v1::SaveAnswersRequest request;
    request.set_name(attempt);
    for (const v1::Answer& answer : answers) *request.add_answers() = answer;
    if (!quiz.empty()) request.set_quiz(Full(quiz));
    return Call<v1::Attempt>(actor, request);
  }
  Answer<v1::Attempt> SubmitQuiz(absl::string_view actor, const std::string& attempt,
                                 bool validate_only = false) {
    v1::SubmitAttemptRequest request;
    request.set_name(attempt);
    request.set_validate_only(validate_only);
    return Call<v1::Attempt>(actor, request);
  }
  static v1::Answer Truth(int position, bool truth) {
    v1::Answer answer;
    answer.set_position(position);
    answer.set_truth(truth);
    return answer;
  }
  // A whole attempt of questions that are true or false, which succeeds.
  v1::Attempt Take(absl::string_view actor, absl::string_view quiz, bool truth) {
    const v1::Attempt begun = Begin(actor, quiz);
    std::vector<v1::Answer> answers;
    for (int i = 0; i < begun.questions_size(); ++i) answers.push_back(Truth(i, truth));
    const auto saved = Save(actor, begun.name(), answers);
    EXPECT_TRUE(saved.ok()) << saved.message();
    const auto ended = SubmitQuiz(actor, begun.name());
    EXPECT_TRUE(ended.ok()) << ended.message();
    return ended.value;
  }
  Answer<v1::ListAttemptsResponse> Attempts(absl::string_view actor, absl::string_view learner = "",
                                            absl::string_view quiz = "",
                                            absl::string_view course = "courses/fire") {
    v1::ListAttemptsRequest request;
    request.set_course(Full(course));
    if (!learner.empty()) request.set_learner(Full(learner));
    if (!quiz.empty()) request.set_quiz(Full(quiz));
    return Call<v1::ListAttemptsResponse>(actor, request);
  }

  // --- work ---
  Answer<v1::Submission> HandIn(absl::string_view actor, absl::string_view task,
                                const std::string& text = "My work.",
                                absl::string_view course = "courses/fire") {
    v1::HandInTextRequest request;
    request.set_course(Full(course));
    request.set_task(Full(task));
    request.set_text(text);
    return Call<v1::Submission>(actor, request);
  }
  static v1::HandInFileRequest FirstOf(absl::string_view task, const std::string& bytes) {
    v1::HandInFileRequest request;
    request.set_course(Full("courses/fire"));
    request.set_task(Full(task));
    request.set_file_name("work.pdf");
    request.set_media_type("application/pdf");
    request.set_size_bytes(static_cast<int64_t>(bytes.size()));
    request.set_sha256(Sha256Of(bytes));
    return request;
  }
  Answer<v1::Submission> HandInFile(absl::string_view actor, const v1::HandInFileRequest& first,
                                    const std::string& bytes) {
    Answer<v1::Submission> answer;
    const auto stub = v1::AssessmentService::NewStub(channel());
    grpc::ClientContext context;
    SetActor(actor, &context);
    const auto writer = stub->HandInFile(&context, &answer.value);
    bool open = writer->Write(first);
    for (size_t at = 0; open && at < bytes.size(); at += 700000) {
      v1::HandInFileRequest request;
      request.set_data(bytes.substr(at, 700000));
      open = writer->Write(request);
    }
    writer->WritesDone();
    answer.status = writer->Finish();
    return answer;
  }
  Answer<std::string> DownloadWork(absl::string_view actor, const std::string& submission,
                                   int version = 0, int64_t offset = 0) {
    v1::DownloadSubmissionRequest request;
    request.set_name(submission);
    request.set_version(version);
    request.set_offset(offset);
    const auto stub = v1::AssessmentService::NewStub(channel());
    grpc::ClientContext context;
    SetActor(actor, &context);
    const auto reader = stub->DownloadSubmission(&context, request);
    Answer<std::string> answer;
    v1::DownloadSubmissionResponse response;
    for (bool is_first = true; reader->Read(&response); is_first = false) {
      EXPECT_EQ(response.has_file(), is_first);
      answer.value += response.data();
    }
    answer.status = reader->Finish();
    return answer;
  }
  Answer<v1::Submission> SeeWork(absl::string_view actor, const std::string& submission) {
    v1::GetSubmissionRequest request;
    request.set_name(submission);
    return Call<v1::Submission>(actor, request);
  }
  static v1::GradeSubmissionRequest GradeOf(const std::string& submission, int version,
                                            int point_hundredths, const std::string& reason = "") {
    v1::GradeSubmissionRequest request;
    request.set_name(submission);
    request.set_version(version);
    request.set_point_hundredths(point_hundredths);
    request.set_feedback("Well.");
    request.set_reason(reason);
    return request;
  }
  Answer<v1::Submission> Return(absl::string_view actor, const std::string& submission,
                                absl::Time due = absl::InfiniteFuture()) {
    v1::ReturnSubmissionRequest request;
    request.set_name(submission);
    request.set_comment("More, please.");
    if (due != absl::InfiniteFuture()) *request.mutable_due_time() = ToTimestamp(due);
    return Call<v1::Submission>(actor, request);
  }
  Answer<v1::AssignWorkResponse> AssignTask(absl::string_view actor, absl::string_view task,
                                            const std::vector<std::string>& learners,
                                            absl::Time due = absl::InfiniteFuture()) {
    v1::AssignWorkRequest request;
    request.set_course(Full("courses/fire"));
    request.set_task(Full(task));
    for (const std::string& learner : learners) request.add_learners(Full(learner));
    if (due != absl::InfiniteFuture()) *request.mutable_due_time() = ToTimestamp(due);
    return Call<v1::AssignWorkResponse>(actor, request);
  }
  Answer<v1::ListSubmissionsResponse> Submissions(
      absl::string_view actor, absl::string_view learner = "", absl::string_view task = "",
      const std::vector<v1::Submission::State>& states = {}) {
    v1::ListSubmissionsRequest request;
    request.set_course(Full("courses/fire"));
    if (!learner.empty()) request.set_learner(Full(learner));
    if (!task.empty()) request.set_task(Full(task));
    for (v1::Submission::State state : states) request.add_states(state);
    return Call<v1::ListSubmissionsResponse>(actor, request);
  }

  const std::string author_;
  std::string lea_;  // Her enrollment in fire.
  std::vector<std::string> items_;
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_ASSESSMENT_H_
