// The rules of courses and training plans, and when they are open (CA1, KA1, CC1), under the
// lms365, coreachieve and plutolms presets.
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "provost/v1/content_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::UnorderedElementsAre;
using v1::TrainingRules;

constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr TrainingRules::Section kSections[] = {TrainingRules::DUE, TrainingRules::COMPLETION,
                                                TrainingRules::RECERTIFICATION,
                                                TrainingRules::ENROLLMENT};

class CourseRules : public AcmeTest {
 protected:
  explicit CourseRules(absl::string_view policy = "lms365") : AcmeTest(policy) {
    MakeCatalog("safety");
    if (policy == "lms365") Assign("users/ann", "catalog_admin", "catalogs/safety");
    for (const char* course : {"fire", "drill"}) MakeCourse(course, "catalogs/safety");
    for (const char* user : {"kai", "cora", "lea"}) MakeUser(user, "catalogs/safety");
  }

  Answer<v1::UpdateTrainingRulesResponse> Set(absl::string_view actor, absl::string_view training,
                                              TrainingRules::Section section,
                                              const std::string& rules = "",
                                              const std::string& etag = "") {
    v1::UpdateTrainingRulesRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(rules, request.mutable_rules()))
        << rules;
    request.set_training(Full(training));
    request.set_section(section);
    request.set_etag(etag);
    return Call<v1::UpdateTrainingRulesResponse>(actor, request);
  }
  v1::Course Get(absl::string_view course) {
    v1::GetCourseRequest request;
    request.set_name(Full(course));
    const auto found = Call<v1::Course>("users/ann", request);
    EXPECT_TRUE(found.ok()) << found.message();
    return found.value;
  }
  // Content in safety, called `tenants/acme/pages/<id>`, or a template of certificates.
  void MakeItem(const std::string& id, const std::string& kind, const std::string& body) {
    v1::CreateContentItemRequest request;
    request.set_parent(Full(""));
    request.set_content_item_id(id);
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        absl::StrCat("display_name: 'I' kind: ", kind,
                     " home_scope: 'tenants/acme/catalogs/safety' ", "body { ", body, " }"),
        request.mutable_content_item()));
    const auto made = Call<v1::ContentItem>("users/ann", request);
    ASSERT_TRUE(made.ok()) << made.message();
  }
  void MakePage(const std::string& id) { MakeItem(id, "PAGE", "page { markdown: 'x' }"); }
  Answer<v1::CourseItems> SetItems(const std::vector<std::string>& items) {
    v1::SetCourseItemsRequest request;
    request.set_course(Full("courses/fire"));
    for (const std::string& item : items) request.add_items()->set_item(Full(item));
    return Call<v1::CourseItems>("users/ann", request);
  }
  Answer<Empty> DeleteItem(absl::string_view name) {
    v1::DeleteContentItemRequest request;
    request.set_name(Full(name));
    request.set_force(true);
    return Call<Empty>("users/ann", request);
  }
};

class CourseRulesTest : public CourseRules {
 protected:
  CourseRulesTest() {
    Assign("users/kai", "catalog_admin", "catalogs/safety");
    Assign("users/cora", "course_admin", "courses/fire");
  }
};

TEST_F(CourseRulesTest, CA1_CourseAdministratorsSetTheRulesOfTheirOwnCourses) {
  const auto due =
      Set("users/cora", "courses/fire", TrainingRules::DUE, "due { days_after_enrollment: 30 }");
  ASSERT_TRUE(due.ok()) << due.message();
  ASSERT_TRUE(Set("users/cora", "courses/fire", TrainingRules::RECERTIFICATION,
                  "recertification { valid_months: 12 window_days: 30 grace_days: 7 automatic: "
                  "true }")
                  .ok());
  ASSERT_TRUE(Set("users/cora", "courses/fire", TrainingRules::COMPLETION,
                  "completion { pass_percent: 80 attendance_percent: 50 sign_off: true "
                  "credit_hundredths: 150 }")
                  .ok());
  const auto all = Set("users/cora", "courses/fire", TrainingRules::ENROLLMENT,
                       "enrollment { applications: true capacity: 12 waiting_list: true }");
  ASSERT_TRUE(all.ok()) << all.message();
  EXPECT_EQ(all.value.rules().due().days_after_enrollment(), 30) << "each section by itself";
  const v1::Course course = Get("courses/fire");
  EXPECT_EQ(course.rules().SerializeAsString(), all.value.rules().SerializeAsString());
  EXPECT_EQ(course.etag(), all.value.etag());
  EXPECT_EQ(course.rules().completion().credit_hundredths(), 150);
  for (TrainingRules::Section section : kSections) {
    EXPECT_EQ(Set("users/cora", "courses/drill", section).code(), kDenied);
    EXPECT_EQ(Set("users/lea", "courses/fire", section).code(), kDenied);
    EXPECT_TRUE(Set("users/kai", "courses/drill", section).ok()) << "KA1";
  }
  EXPECT_EQ(Set("users/cora", "courses/fire", TrainingRules::DUE, "", due.value.etag()).code(),
            grpc::StatusCode::ABORTED);
  ASSERT_TRUE(Set("users/cora", "courses/fire", TrainingRules::DUE, "", all.value.etag()).ok());
  EXPECT_FALSE(Get("courses/fire").rules().has_due());
  Restart();
  EXPECT_EQ(Get("courses/fire").rules().recertification().valid_months(), 12);
  Hold("courses/fire");
  EXPECT_THAT(Set("users/cora", "courses/fire", TrainingRules::DUE).violations(),
              ElementsAre("FROZEN"));
}

TEST_F(CourseRulesTest, CA1_BadRulesAreRefusedFieldByField) {
  const auto bad = [&](TrainingRules::Section section, const std::string& rules) {
    return Set("users/ann", "courses/fire", section, rules).bad_fields();
  };
  EXPECT_THAT(bad(TrainingRules::SECTION_UNSPECIFIED, ""), ElementsAre(Key("section")));
  EXPECT_THAT(bad(TrainingRules::DUE, "due { days_after_enrollment: 0 }"),
              ElementsAre(Key("rules.due.days_after_enrollment")));
  EXPECT_THAT(bad(TrainingRules::DUE, "due { days_after_hire: 3661 }"),
              ElementsAre(Key("rules.due.days_after_hire")));
  EXPECT_THAT(bad(TrainingRules::DUE, "due { time { nanos: -1 } }"),
              ElementsAre(Key("rules.due.time")));
  EXPECT_THAT(bad(TrainingRules::DUE, "enrollment { capacity: 3 }"),
              ElementsAre(Key("rules.enrollment")))
      << "one section at a time";
  EXPECT_THAT(
      bad(TrainingRules::COMPLETION,
          "completion { items: 'tenants/acme/questionPools/p' items: 'tenants/acme/pages/p' "
          "items: 'tenants/acme/pages/p' required_count: 4 pass_percent: 101 attendance_percent: "
          "-1 "
          "credit_hundredths: 1000001 certificate_template: 'tenants/acme/pages/p' }"),
      UnorderedElementsAre(
          Key("rules.completion.items[0]"), Key("rules.completion.items[2]"),
          Key("rules.completion.required_count"), Key("rules.completion.pass_percent"),
          Key("rules.completion.attendance_percent"), Key("rules.completion.credit_hundredths"),
          Key("rules.completion.certificate_template")));
  EXPECT_THAT(bad(TrainingRules::COMPLETION, "completion { items: 'tenants/acme/pages/none' }"),
              ElementsAre(Key("rules.completion.items[0]")));
  EXPECT_THAT(bad(TrainingRules::COMPLETION, "completion { required_count: 1 }"),
              ElementsAre(Key("rules.completion.required_count")))
      << "the course has no items";
  EXPECT_THAT(bad(TrainingRules::COMPLETION,
                  "completion { certificate_template: 'tenants/acme/certificateTemplates/x' }"),
              ElementsAre(Key("rules.completion.certificate_template")));
  EXPECT_THAT(
      bad(TrainingRules::RECERTIFICATION, "recertification { window_days: 3 automatic: true }"),
      UnorderedElementsAre(Key("rules.recertification.window_days"),
                           Key("rules.recertification.automatic")));
  EXPECT_THAT(bad(TrainingRules::RECERTIFICATION,
                  "recertification { valid_days: 30 window_days: 30 grace_days: 3661 }"),
              UnorderedElementsAre(Key("rules.recertification.window_days"),
                                   Key("rules.recertification.grace_days")));
  EXPECT_THAT(bad(TrainingRules::RECERTIFICATION, "recertification { valid_months: 1201 }"),
              ElementsAre(Key("rules.recertification.valid_months")));
  EXPECT_THAT(bad(TrainingRules::ENROLLMENT,
                  "enrollment { capacity: -1 no_withdrawal: true withdrawal_days: 2 "
                  "open_time { seconds: 10 } close_time { seconds: 10 } }"),
              UnorderedElementsAre(Key("rules.enrollment.capacity"),
                                   Key("rules.enrollment.withdrawal_days"),
                                   Key("rules.enrollment.close_time")));
  EXPECT_THAT(Set("users/ann", "catalogs/safety", TrainingRules::DUE).bad_fields(),
              ElementsAre(Key("training")));
  EXPECT_FALSE(Get("courses/fire").has_rules());
}

TEST_F(CourseRulesTest, CA1_RulesNameItemsOfTheCourseAndTemplatesInReach) {
  for (const char* id : {"one", "two"}) MakePage(id);
  MakeItem("gold", "CERTIFICATE_TEMPLATE", "certificate_template { title: 'T' text: 'B' }");
  ASSERT_TRUE(SetItems({"pages/one", "pages/two"}).ok());
  const std::string rule =
      "completion { items: 'tenants/acme/pages/one' items: 'tenants/acme/pages/two' "
      "required_count: 2 certificate_template: 'tenants/acme/certificateTemplates/gold' }";
  const auto set = Set("users/ann", "courses/fire", TrainingRules::COMPLETION, rule);
  ASSERT_TRUE(set.ok()) << set.message();
  const auto items = [&] {
    const v1::Course course = Get("courses/fire");
    const auto& named = course.rules().completion().items();
    return std::vector<std::string>(named.begin(), named.end());
  };
  EXPECT_THAT(items(), ElementsAre(Full("pages/one"), Full("pages/two")));
  EXPECT_EQ(Get("courses/fire").rules().completion().certificate_template(),
            Full("certificateTemplates/gold"));
  // The items stay while the rule names them.
  EXPECT_THAT(SetItems({"pages/one"}).violations(), ElementsAre("IN_RULES"));
  // What is deleted is named no more.
  ASSERT_TRUE(DeleteItem("pages/two").ok());
  EXPECT_THAT(items(), ElementsAre(Full("pages/one")));
  EXPECT_EQ(Get("courses/fire").rules().completion().required_count(), 1);
  ASSERT_TRUE(DeleteItem("certificateTemplates/gold").ok());
  EXPECT_EQ(Get("courses/fire").rules().completion().certificate_template(), "");
  ASSERT_TRUE(DeleteItem("pages/one").ok());
  EXPECT_THAT(items(), IsEmpty());
  EXPECT_EQ(Get("courses/fire").rules().completion().required_count(), 0);
}

TEST_F(CourseRulesTest, CA1_PlansHaveRulesAndAreCompletedByTheirSteps) {
  v1::CreateTrainingPlanRequest make;
  make.set_parent(Full(""));
  make.set_training_plan_id("path");
  make.mutable_training_plan()->set_display_name("Path");
  make.mutable_training_plan()->set_parent_scope(Full("catalogs/safety"));
  make.mutable_training_plan()->set_description("# What\nit is");
  const auto made = Call<v1::TrainingPlan>("users/kai", make);
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(made.value.description(), "# What\nit is");
  EXPECT_THAT(Set("users/kai", "plans/path", TrainingRules::COMPLETION,
                  "completion { required_count: 1 pass_percent: 1 attendance_percent: 1 "
                  "sign_off: true fail_without_attempts: true }")
                  .bad_fields(),
              UnorderedElementsAre(
                  Key("rules.completion.required_count"), Key("rules.completion.pass_percent"),
                  Key("rules.completion.attendance_percent"), Key("rules.completion.sign_off"),
                  Key("rules.completion.fail_without_attempts")));
  MakeItem("gold", "CERTIFICATE_TEMPLATE", "certificate_template { title: 'T' text: 'B' }");
  ASSERT_TRUE(Set("users/kai", "plans/path", TrainingRules::COMPLETION,
                  "completion { credit_hundredths: 100 certificate_template: "
                  "'tenants/acme/certificateTemplates/gold' }")
                  .ok());
  EXPECT_TRUE(
      Set("users/kai", "plans/path", TrainingRules::DUE, "due { days_after_hire: 30 }").ok());
  EXPECT_EQ(Set("users/lea", "plans/path", TrainingRules::DUE).code(), kDenied);
  v1::GetTrainingPlanRequest get;
  get.set_name(Full("plans/path"));
  const auto plan = Call<v1::TrainingPlan>("users/kai", get);
  EXPECT_EQ(plan.value.rules().completion().certificate_template(),
            Full("certificateTemplates/gold"));
  EXPECT_FALSE(plan.value.published());
  v1::PublishTrainingPlanRequest publish;
  publish.set_name(Full("plans/path"));
  EXPECT_EQ(Call<v1::TrainingPlan>("users/lea", publish).code(), kDenied);
  EXPECT_TRUE(Call<v1::TrainingPlan>("users/kai", publish).value.published());
  EXPECT_THAT(Call<v1::TrainingPlan>("users/kai", publish).violations(), ElementsAre("PUBLISHED"));
  v1::UnpublishTrainingPlanRequest unpublish;
  unpublish.set_name(Full("plans/path"));
  EXPECT_EQ(Call<v1::TrainingPlan>("users/lea", unpublish).code(), kDenied);
  EXPECT_FALSE(Call<v1::TrainingPlan>("users/kai", unpublish).value.published());
  v1::DeleteTrainingPlanRequest gone;
  gone.set_name(Full("plans/path"));
  ASSERT_TRUE(Call<Empty>("users/ann", gone).ok());
  EXPECT_TRUE(DeleteItem("certificateTemplates/gold").ok()) << "nothing refers to it";
}

TEST_F(CourseRulesTest, CA1_CoursesArePublishedAndSayWhatTheyAre) {
  v1::PublishCourseRequest publish;
  publish.set_name(Full("courses/fire"));
  EXPECT_EQ(Call<v1::Course>("users/lea", publish).code(), kDenied);
  publish.set_etag("stale");
  EXPECT_EQ(Call<v1::Course>("users/cora", publish).code(), grpc::StatusCode::ABORTED);
  publish.clear_etag();
  EXPECT_TRUE(Call<v1::Course>("users/cora", publish).value.published());
  EXPECT_THAT(Call<v1::Course>("users/cora", publish).violations(), ElementsAre("PUBLISHED"));
  v1::UnpublishCourseRequest unpublish;
  unpublish.set_name(Full("courses/fire"));
  EXPECT_EQ(Call<v1::Course>("users/lea", unpublish).code(), kDenied);
  EXPECT_FALSE(Call<v1::Course>("users/cora", unpublish).value.published());
  EXPECT_THAT(Call<v1::Course>("users/cora", unpublish).violations(), ElementsAre("NOT_PUBLISHED"));

  v1::UpdateCourseRequest update;
  update.mutable_course()->set_name(Full("courses/fire"));
  update.mutable_course()->set_description("# Fire\n\nHow to *leave*.");
  update.mutable_course()->set_language("de-AT");
  EXPECT_EQ(Call<v1::Course>("users/lea", update).code(), kDenied);
  const auto updated = Call<v1::Course>("users/cora", update);
  ASSERT_TRUE(updated.ok()) << updated.message();
  EXPECT_EQ(updated.value.language(), "de-AT");
  EXPECT_EQ(Get("courses/fire").description(), "# Fire\n\nHow to *leave*.");
  update.mutable_course()->set_description(std::string(10001, 'x'));
  update.mutable_course()->set_language("klingon!");
  EXPECT_THAT(Call<v1::Course>("users/cora", update).bad_fields(),
              UnorderedElementsAre(Key("course.description"), Key("course.language")));
  update.mutable_update_mask()->add_paths("published");
  EXPECT_THAT(Call<v1::Course>("users/cora", update).bad_fields(),
              ElementsAre(Key("update_mask.paths[0]")));
}

// CoreAchieve parts the rules between those who manage attendees and those who write.
class CoreAchieveRulesTest : public CourseRules {
 protected:
  CoreAchieveRulesTest() : CourseRules("coreachieve") {
    Assign("users/kai", "attendee_manager", "");
    Assign("users/cora", "author", "");
  }
};

TEST_F(CoreAchieveRulesTest, M3_U2_EachSetsTheSectionsThatAreTheirs) {
  for (TrainingRules::Section section : kSections) {
    const bool manager = section == TrainingRules::DUE || section == TrainingRules::ENROLLMENT;
    EXPECT_EQ(Set("users/kai", "courses/fire", section).ok(), manager) << section;
    EXPECT_EQ(Set("users/cora", "courses/fire", section).ok(), section == TrainingRules::COMPLETION)
        << section;
    EXPECT_TRUE(Set("users/ann", "courses/fire", section).ok()) << section;
  }
}

// PlutoLMS's course creators set them where they made the course.
class PlutoRulesTest : public CourseRules {
 protected:
  PlutoRulesTest() : CourseRules("plutolms") {
    for (const char* user : {"users/kai", "users/cora"}) Assign(user, "course_creator", "");
  }
};

TEST_F(PlutoRulesTest, CC1_CC3_CreatorsSetTheRulesOfTheirOwnCourses) {
  v1::CreateCourseRequest make;
  make.set_parent(Full(""));
  make.set_course_id("mine");
  make.mutable_course()->set_display_name("Mine");
  ASSERT_TRUE(Call<v1::Course>("users/cora", make).ok());
  for (TrainingRules::Section section : kSections) {
    const auto own = Set("users/cora", "courses/mine", section);
    EXPECT_TRUE(own.ok()) << own.message();
    EXPECT_EQ(Set("users/kai", "courses/mine", section).code(), kDenied);
  }
  v1::PublishCourseRequest publish;
  publish.set_name(Full("courses/mine"));
  EXPECT_EQ(Call<v1::Course>("users/kai", publish).code(), kDenied);
  EXPECT_TRUE(Call<v1::Course>("users/cora", publish).ok());
}

}  // namespace
}  // namespace provost
