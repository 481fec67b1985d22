// What a catalog is (KA5), and what a training plan is made of (KA1), under the lms365 preset.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/competency_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::UnorderedElementsAre;

class DefinitionTest : public AcmeTest {
 protected:
  // carl administers catalogs/safety, with courses/fire and courses/first-aid, plans/basics and
  // groups/crew; lena is LMS administrator; lee learns courses/fire. ann administers
  // both catalogs.
  DefinitionTest() : AcmeTest("lms365") {
    for (const char* catalog : {"safety", "other"}) {
      MakeCatalog(catalog);
      // Under lms365 who makes catalogs makes neither people nor courses.
      Assign("users/ann", "catalog_admin", absl::StrCat("catalogs/", catalog));
    }
    for (const char* user : {"carl", "lena", "lee"}) MakeUser(user, "catalogs/safety");
    Assign("users/carl", "catalog_admin", "catalogs/safety");
    Assign("users/lena", "lms_admin", "");
    for (const char* course : {"fire", "first-aid"}) {
      v1::CreateCourseRequest request;
      request.set_parent(Full(""));
      request.set_course_id(course);
      request.mutable_course()->set_display_name(course);
      request.mutable_course()->set_parent_scope(Full("catalogs/safety"));
      EXPECT_TRUE(Call<v1::Course>("users/carl", request).ok());
    }
    v1::CreateGroupRequest group;
    group.set_parent(Full(""));
    group.set_group_id("crew");
    group.mutable_group()->set_display_name("Crew");
    group.mutable_group()->set_home_scope(Full("catalogs/safety"));
    EXPECT_TRUE(Call<v1::Group>("users/carl", group).ok());
  }

  Answer<v1::Catalog> Define(absl::string_view actor, const v1::Catalog& catalog) {
    v1::DefineCatalogRequest request;
    *request.mutable_catalog() = catalog;
    request.mutable_catalog()->set_name(Full("catalogs/safety"));
    return Call<v1::Catalog>(actor, request);
  }
  Answer<v1::Catalog> SetFlows(absl::string_view actor,
                               const std::vector<v1::Catalog::EnrollmentFlow>& flows) {
    v1::ConfigureEnrollmentFlowsRequest request;
    request.mutable_catalog()->set_name(Full("catalogs/safety"));
    for (const auto flow : flows) request.mutable_catalog()->add_enrollment_flows(flow);
    return Call<v1::Catalog>(actor, request);
  }
  v1::Catalog GetCatalog(absl::string_view actor, absl::string_view id = "safety") {
    v1::GetCatalogRequest request;
    request.set_name(Full(absl::StrCat("catalogs/", id)));
    const auto answer = Call<v1::Catalog>(actor, request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    return answer.value;
  }
  static v1::Catalog ForCrew() {
    v1::Catalog catalog;
    catalog.add_audience(Full("groups/crew"));
    return catalog;
  }

  Answer<v1::TrainingPlan> MakePlan(absl::string_view actor, const v1::TrainingPlan& plan) {
    v1::CreateTrainingPlanRequest request;
    request.set_parent(Full(""));
    request.set_training_plan_id("basics");
    *request.mutable_training_plan() = plan;
    request.mutable_training_plan()->set_display_name("Basics");
    request.mutable_training_plan()->set_parent_scope(Full("catalogs/safety"));
    return Call<v1::TrainingPlan>(actor, request);
  }
  Answer<v1::TrainingPlan> SetSteps(absl::string_view actor, const v1::TrainingPlan& plan) {
    v1::UpdateTrainingPlanRequest request;
    *request.mutable_training_plan() = plan;
    request.mutable_training_plan()->set_name(Full("plans/basics"));
    request.mutable_update_mask()->add_paths("steps");
    return Call<v1::TrainingPlan>(actor, request);
  }
  v1::TrainingPlan GetPlan() {
    v1::GetTrainingPlanRequest request;
    request.set_name(Full("plans/basics"));
    const auto answer = Call<v1::TrainingPlan>("users/carl", request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    return answer.value;
  }
  // One step for each list of courses.
  static v1::TrainingPlan PlanOf(const std::vector<std::vector<std::string>>& steps) {
    v1::TrainingPlan plan;
    for (const std::vector<std::string>& courses : steps) {
      v1::PlanStep* const step = plan.add_steps();
      for (const std::string& course : courses) {
        step->add_courses(Full(absl::StrCat("courses/", course)));
      }
    }
    return plan;
  }
  // With an audience that is empty.
  Answer<v1::Catalog> DefineForAll(absl::string_view actor) {
    v1::DefineCatalogRequest request;
    request.mutable_catalog()->set_name(Full("catalogs/safety"));
    request.mutable_update_mask()->add_paths("audience");
    return Call<v1::Catalog>(actor, request);
  }
  // To groups/crew, which nobody is in.
  void AssignPlan() {
    v1::CreateTrainingAssignmentRequest request;
    request.set_parent(Full(""));
    request.mutable_training_assignment()->set_training(Full("plans/basics"));
    request.mutable_training_assignment()->set_assignee(Full("groups/crew"));
    const auto answer = Call<v1::TrainingAssignment>("users/carl", request);
    EXPECT_TRUE(answer.ok()) << answer.message();
  }
  void DeleteCourse(absl::string_view id) {
    v1::DeleteCourseRequest request;
    request.set_name(Full(absl::StrCat("courses/", id)));
    const auto answer = Call<Empty>("users/carl", request);
    EXPECT_TRUE(answer.ok()) << answer.message();
  }
};

TEST_F(DefinitionTest, KA5_CatalogAdministratorsDefineTheirCatalogs) {
  v1::Catalog catalog;
  catalog.set_description("# Safety\n\nAt work.");
  v1::Category* const category = catalog.add_categories();
  category->set_id("fire");
  category->set_display_name("Fire");
  catalog.add_audience(Full("groups/crew"));
  const auto defined = Define("users/carl", catalog);
  ASSERT_TRUE(defined.ok()) << defined.message();
  Restart();
  const v1::Catalog read = GetCatalog("users/carl");
  EXPECT_EQ(read.description(), catalog.description());
  ASSERT_EQ(read.categories_size(), 1);
  EXPECT_EQ(read.categories(0).id(), "fire");
  EXPECT_THAT(read.audience(), ElementsAre(Full("groups/crew")));

  EXPECT_EQ(Define("users/lena", catalog).code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Define("users/lee", catalog).code(), grpc::StatusCode::PERMISSION_DENIED);
  v1::DefineCatalogRequest other;
  other.mutable_catalog()->set_name(Full("catalogs/other"));
  other.mutable_catalog()->set_description("mine?");
  EXPECT_EQ(Call<v1::Catalog>("users/carl", other).code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(DefinitionTest, KA5_CatalogAdministratorsConfigureEnrollmentFlows) {
  const auto set = SetFlows("users/carl", {v1::Catalog::SELF, v1::Catalog::APPROVAL});
  ASSERT_TRUE(set.ok()) << set.message();
  EXPECT_EQ(GetCatalog("users/carl").enrollment_flows_size(), 2);
  EXPECT_EQ(SetFlows("users/lena", {v1::Catalog::SELF}).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(SetFlows("users/carl", {v1::Catalog::SELF, v1::Catalog::SELF}).bad_fields(),
              ElementsAre(Key("catalog.enrollment_flows[1]")));
  EXPECT_THAT(SetFlows("users/carl", {v1::Catalog::ENROLLMENT_FLOW_UNSPECIFIED}).bad_fields(),
              ElementsAre(Key("catalog.enrollment_flows[0]")));
  // Neither of the two methods changes what the other does.
  EXPECT_TRUE(Define("users/carl", ForCrew()).ok());
  EXPECT_EQ(GetCatalog("users/carl").enrollment_flows_size(), 2);
}

TEST_F(DefinitionTest, BadDefinitionsAreRefusedWhole) {
  v1::Catalog catalog = ForCrew();
  catalog.add_audience(Full("groups/crew"));
  catalog.add_audience(Full("courses/fire"));
  for (const char* id : {"fire", "fire", "No id"}) {
    catalog.add_categories()->set_id(id);
    catalog.mutable_categories()->rbegin()->set_display_name("x");
  }
  catalog.set_description(std::string(10001, 'x'));
  EXPECT_THAT(Define("users/carl", catalog).bad_fields(),
              UnorderedElementsAre(Key("catalog.audience[1]"), Key("catalog.audience[2]"),
                                   Key("catalog.categories[1].id"), Key("catalog.categories[2].id"),
                                   Key("catalog.description")));
  EXPECT_THAT(GetCatalog("users/carl").audience(), IsEmpty());
  EXPECT_EQ(GetCatalog("users/carl").etag(), GetCatalog("users/lena").etag());
}

TEST_F(DefinitionTest, HiddenAndMissingGroupsAreRefusedInTheSameWords) {
  MakeGroup("secret", "catalogs/other");
  v1::Catalog hidden;
  hidden.add_audience(Full("groups/secret"));
  v1::Catalog missing;
  missing.add_audience(Full("groups/nothing"));
  const auto a = Define("users/carl", hidden);
  const auto b = Define("users/carl", missing);
  EXPECT_EQ(a.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(absl::StrReplaceAll(a.message(), {{"secret", "nothing"}}), b.message());
}

TEST_F(DefinitionTest, P2_TheAudienceIsWhomACatalogIsOfferedTo) {
  Assign("users/lee", "lms_admin", "");  // Who reads all catalogs, and is in no group.
  EXPECT_TRUE(GetCatalog("users/lee").offered()) << "without an audience, it is for everybody";
  MakeCatalog("drills", "catalogs/safety");
  ASSERT_TRUE(Define("users/carl", ForCrew()).ok());
  EXPECT_FALSE(GetCatalog("users/lee").offered());
  EXPECT_FALSE(GetCatalog("users/lee", "drills").offered()) << "as the one above";
  v1::ListCatalogsRequest list;
  list.set_parent(Full(""));
  list.set_offered_only(true);
  const auto others = Call<v1::ListCatalogsResponse>("users/lee", list);
  ASSERT_EQ(others.value.catalogs_size(), 1);
  EXPECT_EQ(others.value.catalogs(0).name(), Full("catalogs/other"));

  AddMember("groups/crew", "users/lee");
  EXPECT_TRUE(GetCatalog("users/lee").offered());
  EXPECT_TRUE(GetCatalog("users/lee", "drills").offered());
  EXPECT_EQ(Call<v1::ListCatalogsResponse>("users/lee", list).value.catalogs_size(), 3);
}

TEST_F(DefinitionTest, AGroupThatIsDeletedLeavesTheAudience) {
  ASSERT_TRUE(Define("users/carl", ForCrew()).ok());
  const std::string etag = GetCatalog("users/carl").etag();
  v1::DeleteGroupRequest request;
  request.set_name(Full("groups/crew"));
  const auto deleted = Call<Empty>("users/carl", request);
  ASSERT_TRUE(deleted.ok()) << deleted.message();
  EXPECT_THAT(GetCatalog("users/carl").audience(), IsEmpty());
  EXPECT_NE(GetCatalog("users/carl").etag(), etag);
  // It was not for everybody, and is not by that.
  EXPECT_FALSE(GetCatalog("users/lena").offered());
  Restart();
  EXPECT_FALSE(GetCatalog("users/lena").offered());
  ASSERT_TRUE(DefineForAll("users/carl").ok());
  EXPECT_TRUE(GetCatalog("users/lena").offered());
}

TEST_F(DefinitionTest, AHomeGoesOnlyByForceAndARuleDoesNotGoBeyondIt) {
  v1::CreateGroupRequest group;
  group.set_parent(Full(""));
  group.set_group_id("all");
  group.mutable_group()->set_display_name("All");
  group.mutable_group()->set_home_scope(Full("catalogs/other"));
  v1::GroupRule::Condition* const condition =
      group.mutable_group()->mutable_rule()->add_conditions();
  condition->set_field("email_domain");
  condition->set_comparison(v1::GroupRule::Condition::NONE_OF);
  condition->add_values("nowhere.example");
  const auto made = Call<v1::Group>("users/ann", group);
  ASSERT_TRUE(made.ok()) << made.message();
  v1::Catalog for_all;
  for_all.add_audience(Full("groups/all"));
  ASSERT_TRUE(Define("users/ann", for_all).ok());
  EXPECT_FALSE(GetCatalog("users/lena").offered());

  v1::DeleteCatalogRequest remove;
  remove.set_name(Full("catalogs/other"));
  EXPECT_THAT(Call<v1::DeleteCatalogResponse>("users/lena", remove).violations(),
              ElementsAre("NOT_EMPTY"));
  remove.set_force(true);
  ASSERT_TRUE(Call<v1::DeleteCatalogResponse>("users/lena", remove).ok());
  // lena's home is beside it.
  EXPECT_FALSE(GetCatalog("users/lena").offered());
}

TEST_F(DefinitionTest, TA2_LA2_ADeletionSaysWhatWent) {
  v1::DeleteCatalogRequest request;
  request.set_name(Full("catalogs/safety"));
  ASSERT_TRUE(MakePlan("users/carl", PlanOf({{"fire"}})).ok());
  AssignPlan();
  v1::DeleteTrainingPlanRequest plan;
  plan.set_name(Full("plans/basics"));
  EXPECT_THAT(Call<Empty>("users/carl", plan).violations(), ElementsAre("NOT_EMPTY"));
  v1::CreateCompetencyRequest competency;
  competency.set_parent(Full(""));
  competency.set_competency_id("knots");
  competency.mutable_competency()->set_display_name("Knots");
  competency.mutable_competency()->set_home_scope(Full("catalogs/safety"));
  v1::CompetencyLevel* const level = competency.mutable_competency()->add_levels();
  level->set_id("ties");
  level->set_display_name("Ties them");
  const auto made = Call<v1::Competency>("users/carl", competency);
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_THAT(Call<v1::DeleteCatalogResponse>("users/ann", request).violations(),
              ElementsAre("NOT_EMPTY"));
  request.set_force(true);
  EXPECT_EQ(Call<v1::DeleteCatalogResponse>("users/carl", request).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  const auto deleted = Call<v1::DeleteCatalogResponse>("users/lena", request);
  ASSERT_TRUE(deleted.ok()) << deleted.message();
  std::map<std::string, int64_t> counts;
  for (const auto& count : deleted.value.deleted()) counts[count.collection()] = count.count();
  EXPECT_THAT(counts,
              UnorderedElementsAre(std::make_pair("catalogs", 1), std::make_pair("courses", 2),
                                   std::make_pair("assignments", 2), std::make_pair("plans", 1),
                                   std::make_pair("trainingAssignments", 1),
                                   std::make_pair("competencies", 1)));
  EXPECT_THAT(deleted.value.names(),
              UnorderedElementsAre(Full("catalogs/safety"), Full("courses/fire"),
                                   Full("courses/first-aid"), Full("plans/basics")));
}

TEST_F(DefinitionTest, KA1_APlanIsMadeOfStepsWithRequiredAndElectiveCourses) {
  v1::TrainingPlan plan = PlanOf({{"fire"}, {"first-aid"}});
  plan.mutable_steps(0)->set_display_name("First");
  EXPECT_EQ(MakePlan("users/lena", plan).code(), grpc::StatusCode::PERMISSION_DENIED);
  const auto made = MakePlan("users/carl", plan);
  ASSERT_TRUE(made.ok()) << made.message();

  plan = PlanOf({{"first-aid", "fire"}});
  plan.mutable_steps(0)->set_required_count(1);
  EXPECT_EQ(SetSteps("users/lee", plan).code(), grpc::StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(SetSteps("users/carl", plan).ok());
  Restart();
  const v1::TrainingPlan read = GetPlan();
  ASSERT_EQ(read.steps_size(), 1);
  EXPECT_EQ(read.steps(0).required_count(), 1);
  EXPECT_THAT(read.steps(0).courses(),
              ElementsAre(Full("courses/first-aid"), Full("courses/fire")));
}

TEST_F(DefinitionTest, BadStepsAreRefusedWhole) {
  ASSERT_TRUE(MakePlan("users/carl", PlanOf({{"fire"}})).ok());
  v1::TrainingPlan plan = PlanOf({{"fire", "fire"}, {}, {"first-aid"}});
  plan.mutable_steps(2)->set_required_count(2);
  plan.add_steps()->add_courses(Full("plans/basics"));
  EXPECT_THAT(SetSteps("users/carl", plan).bad_fields(),
              UnorderedElementsAre(Key("training_plan.steps[0].courses[1]"),
                                   Key("training_plan.steps[1].courses"),
                                   Key("training_plan.steps[2].required_count"),
                                   Key("training_plan.steps[3].courses[0]")));
  EXPECT_THAT(GetPlan().steps(0).courses(), ElementsAre(Full("courses/fire")));

  MakeCourse("hidden", "catalogs/other");
  const auto hidden = SetSteps("users/carl", PlanOf({{"hidden"}}));
  const auto missing = SetSteps("users/carl", PlanOf({{"nothing"}}));
  EXPECT_THAT(hidden.bad_fields(), ElementsAre(Key("training_plan.steps[0].courses[0]")));
  EXPECT_EQ(absl::StrReplaceAll(hidden.message(), {{"hidden", "nothing"}}), missing.message());

  // In an assigned plan too, where people would be enrolled.
  AssignPlan();
  const auto hidden_too = SetSteps("users/carl", PlanOf({{"hidden"}}));
  EXPECT_THAT(hidden_too.bad_fields(), ElementsAre(Key("training_plan.steps[0].courses[0]")));
  EXPECT_EQ(absl::StrReplaceAll(hidden_too.message(), {{"hidden", "nothing"}}),
            SetSteps("users/carl", PlanOf({{"nothing"}})).message());
}

TEST_F(DefinitionTest, ACourseThatIsDeletedLeavesItsPlans) {
  v1::TrainingPlan plan = PlanOf({{"fire", "first-aid"}, {}});
  plan.mutable_steps()->RemoveLast();
  plan.mutable_steps(0)->set_required_count(2);
  ASSERT_TRUE(MakePlan("users/carl", plan).ok());
  DeleteCourse("fire");
  v1::TrainingPlan read = GetPlan();
  ASSERT_EQ(read.steps_size(), 1);
  EXPECT_THAT(read.steps(0).courses(), ElementsAre(Full("courses/first-aid")));
  EXPECT_EQ(read.steps(0).required_count(), 1);
  DeleteCourse("first-aid");
  EXPECT_THAT(GetPlan().steps(), IsEmpty());
}

}  // namespace
}  // namespace provost
