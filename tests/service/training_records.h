// Trainings that people take, and what their records say.
#ifndef PROVOST_TESTS_SERVICE_TRAINING_RECORDS_H_
#define PROVOST_TESTS_SERVICE_TRAINING_RECORDS_H_

#include <google/protobuf/empty.pb.h>
#include <google/protobuf/text_format.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "provost/v1/competency_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "tenant/times.h"
#include "tests/service/content.h"

namespace provost {

inline constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
inline constexpr auto kInvalid = grpc::StatusCode::INVALID_ARGUMENT;
inline constexpr auto kFailed = grpc::StatusCode::FAILED_PRECONDITION;
inline constexpr auto kMissing = grpc::StatusCode::NOT_FOUND;

// The course fire has the pages doors and exits and the quiz heat, drill the page run. `maker`
// makes them, in the catalog safety, and enrolls lea and leo into fire. eve learns nothing.
class RecordTest : public ContentTest {
 protected:
  RecordTest(absl::string_view policy, absl::string_view maker)
      : ContentTest(policy), maker_(maker) {
    MakeCatalog("safety");
    // Under lms365 nobody makes courses and people but who administers the catalog.
    if (policy == "lms365") Assign("users/ann", "catalog_admin", "catalogs/safety");
    for (const char* course : {"fire", "drill"}) MakeCourse(course, "catalogs/safety");
    MakePeople({"lea", "leo", "eve"});
  }
  void MakePeople(const std::vector<std::string>& people) {
    for (const std::string& person : people) MakeUser(person, "catalogs/safety");
  }
  // Once the maker has a role.
  void MakeCourses() {
    MakeItem(v1::ContentItem::PAGE, "pages/doors", kPage);
    MakeItem(v1::ContentItem::PAGE, "pages/exits", kPage);
    MakeItem(v1::ContentItem::PAGE, "pages/run", kPage);
    MakeItem(v1::ContentItem::QUIZ, "quizzes/heat", kQuiz);
    ASSERT_TRUE(Place(maker_, "courses/fire", {"pages/doors", "pages/exits", "quizzes/heat"}).ok());
    ASSERT_TRUE(Place(maker_, "courses/drill", {"pages/run"}).ok());
    lea_ = Enroll("users/lea", "courses/fire");
    leo_ = Enroll("users/leo", "courses/fire");
  }
  void MakeItem(v1::ContentItem::Kind kind, const std::string& name, const std::string& body) {
    const auto made = Call<v1::ContentItem>(
        maker_, New(kind, name.substr(name.find('/') + 1), "catalogs/safety", body));
    ASSERT_TRUE(made.ok()) << made.message();
    Publish(maker_, name);
  }

  template <typename Message>
  static Message Parse(const std::string& text) {
    Message message;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        absl::StrReplaceAll(text, {{"$T", Full("")}}), &message))
        << text;
    return message;
  }

  std::string Enroll(const std::string& learner, const std::string& training) {
    v1::CreateEnrollmentRequest request;
    request.set_parent(Full(""));
    request.mutable_enrollment()->set_learner(Full(learner));
    request.mutable_enrollment()->set_training(Full(training));
    const auto made = Call<v1::Enrollment>(maker_, request);
    EXPECT_TRUE(made.ok()) << made.message();
    return made.value.name();
  }
  void SetRules(const std::string& training, v1::TrainingRules::Section section,
                const std::string& rules) {
    v1::UpdateTrainingRulesRequest request;
    request.set_training(Full(training));
    request.set_section(section);
    *request.mutable_rules() = Parse<v1::TrainingRules>(rules);
    const auto set = Call<v1::UpdateTrainingRulesResponse>(maker_, request);
    ASSERT_TRUE(set.ok()) << set.message();
    // Those who are enrolled are worked out anew by the server itself.
    server().Advance(absl::ZeroDuration());
  }
  void SetCompletion(const std::string& training, const std::string& rule) {
    SetRules(training, v1::TrainingRules::COMPLETION, absl::StrCat("completion { ", rule, " }"));
  }

  Answer<v1::TrainingRecord> Read(absl::string_view actor, const std::string& name) {
    v1::GetTrainingRecordRequest request;
    request.set_name(name);
    return Call<v1::TrainingRecord>(actor, request);
  }
  v1::TrainingRecord RecordOf(const std::string& name) {
    const auto read = Read(maker_, name);
    EXPECT_TRUE(read.ok()) << read.message();
    return read.value;
  }
  v1::Enrollment::State StateOf(const std::string& name) {
    return RecordOf(name).enrollment().state();
  }
  Answer<v1::TrainingRecord> Progress(absl::string_view actor, const std::string& name,
                                      absl::string_view item, int percent,
                                      const std::string& rest = "") {
    auto request = Parse<v1::ReportProgressRequest>(rest);
    request.set_name(name);
    request.set_item(Full(item));
    request.set_percent(percent);
    return Call<v1::TrainingRecord>(actor, request);
  }
  void See(const std::string& learner, const std::string& name,
           const std::vector<std::string>& items) {
    for (const std::string& item : items) {
      const auto seen = Progress(learner, name, item, 100);
      ASSERT_TRUE(seen.ok()) << item << ": " << seen.message();
    }
  }
  // `rest`: `score_hundredths: 8000 passed: true`.
  Answer<v1::TrainingRecord> Score(absl::string_view actor, const std::string& name,
                                   const std::string& rest,
                                   absl::string_view item = "quizzes/heat") {
    auto request = Parse<v1::EnterScoreRequest>(rest);
    request.set_name(name);
    request.set_item(Full(item));
    return Call<v1::TrainingRecord>(actor, request);
  }
  Answer<v1::TrainingRecord> Sign(absl::string_view actor, const std::string& name,
                                  bool take_back = false) {
    v1::SignOffRequest request;
    request.set_name(name);
    request.set_take_back(take_back);
    return Call<v1::TrainingRecord>(actor, request);
  }
  Answer<v1::TrainingRecord> Override(absl::string_view actor, const std::string& name,
                                      v1::OverrideCompletionRequest::Outcome outcome,
                                      const std::string& reason = "knows it") {
    v1::OverrideCompletionRequest request;
    request.set_name(name);
    request.set_outcome(outcome);
    request.set_reason(reason);
    return Call<v1::TrainingRecord>(actor, request);
  }
  // `rest`: `credit_hundredths: 50 override: true reason: 'x'`.
  Answer<v1::TrainingRecord> Award(absl::string_view actor, absl::string_view learner,
                                   const std::string& rest = "",
                                   absl::string_view scope = "courses/fire") {
    auto request = Parse<v1::AwardCreditRequest>(rest);
    request.set_scope(Full(scope));
    request.set_learner(Full(learner));
    return Call<v1::TrainingRecord>(actor, request);
  }
  // `with`: `score { score_hundredths: 9000 passed: true }`; empty: nothing.
  Answer<v1::TrainingRecord> Correct(absl::string_view actor, const std::string& event,
                                     const std::string& with = "",
                                     const std::string& reason = "a mistake") {
    v1::CorrectRecordRequest request;
    request.set_name(event);
    request.set_reason(reason);
    if (!with.empty()) *request.mutable_replacement() = Parse<v1::RecordEvent>(with);
    return Call<v1::TrainingRecord>(actor, request);
  }
  std::vector<v1::RecordEvent> Log(const std::string& name, int page_size = 0) {
    v1::ListRecordEventsRequest request;
    request.set_training_record(name);
    request.set_page_size(page_size);
    std::vector<v1::RecordEvent> events;
    do {
      const auto list = Call<v1::ListRecordEventsResponse>(maker_, request);
      EXPECT_TRUE(list.ok()) << list.message();
      for (const v1::RecordEvent& event : list.value.events()) events.push_back(event);
      request.set_page_token(list.value.next_page_token());
    } while (!request.page_token().empty());
    return events;
  }
  // The last entry of the log that is of that kind.
  v1::RecordEvent LastOf(const std::string& name, v1::RecordEvent::EventCase kind) {
    v1::RecordEvent last;
    for (const v1::RecordEvent& event : Log(name)) {
      if (event.event_case() == kind) last = event;
    }
    EXPECT_FALSE(last.name().empty());
    return last;
  }

  void MakeCompetency(const std::string& course) {
    auto competency = Parse<v1::CreateCompetencyRequest>(
        "parent: '$T' competency_id: 'warden' competency { display_name: 'Fire warden' "
        "home_scope: '$T/catalogs/safety' levels { id: 'one' display_name: 'One' } }");
    Call<v1::Competency>(maker_, competency);  // Made already by the second course.
    auto given = Parse<v1::SetCourseCompetenciesRequest>(
        "entries { competency: '$T/competencies/warden' level: 'one' }");
    given.set_course(Full(course));
    const auto set = Call<v1::CourseCompetencies>(maker_, given);
    ASSERT_TRUE(set.ok()) << set.message();
  }
  std::vector<v1::HeldCompetency> Held(absl::string_view actor, absl::string_view learner) {
    v1::ListHeldCompetenciesRequest request;
    request.set_parent(Full(""));
    request.set_learner(Full(learner));
    const auto list = Call<v1::ListHeldCompetenciesResponse>(actor, request);
    EXPECT_TRUE(list.ok()) << list.message();
    return {list.value.held_competencies().begin(), list.value.held_competencies().end()};
  }

  const std::string maker_;
  std::string lea_;  // The names of their enrollments in fire.
  std::string leo_;
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_TRAINING_RECORDS_H_
