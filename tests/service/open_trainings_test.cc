// What people can come into by themselves (LE2), on the real presets: what the list says is what
// trying to would say.
#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/policy_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/enrollment_life.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;
using v1::Enrollment;
using v1::OpenTraining;

constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;

class OpenTrainingLists : public EnrollmentLife {
 protected:
  explicit OpenTrainingLists(absl::string_view policy) : EnrollmentLife(policy) {}

  std::vector<OpenTraining> ListOf(absl::string_view actor, absl::string_view scope = "",
                                   int page_size = 0) {
    v1::ListOpenTrainingsRequest request;
    request.set_parent(Full(""));
    if (!scope.empty()) request.set_scope(Full(scope));
    request.set_page_size(page_size);
    std::vector<OpenTraining> all;
    do {
      const auto list = Call<v1::ListOpenTrainingsResponse>(actor, request);
      EXPECT_TRUE(list.ok()) << list.message();
      EXPECT_LE(list.value.open_trainings_size(), page_size == 0 ? 100 : page_size);
      all.insert(all.end(), list.value.open_trainings().begin(), list.value.open_trainings().end());
      request.set_page_token(list.value.next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  // `courses/fire: enroll apply`, each for a way in that is open.
  static std::string Said(const OpenTraining& open) {
    return absl::StrCat(absl::StrReplaceAll(open.training(), {{Full("") + "/", ""}}), ":",
                        open.self_enrollment() ? " enroll" : "",
                        open.applications() ? " apply" : "");
  }
  std::vector<std::string> OpenTo(absl::string_view actor, absl::string_view scope = "",
                                  int page_size = 0) {
    std::vector<std::string> said;
    for (const OpenTraining& open : ListOf(actor, scope, page_size)) said.push_back(Said(open));
    return said;
  }
  // The same by trying each.
  std::vector<std::string> MayComeInto(absl::string_view actor,
                                       const std::vector<std::string>& trainings) {
    std::vector<std::string> said;
    for (const std::string& training : trainings) {
      v1::EnrollSelfRequest enroll;
      enroll.set_training(Full(training));
      enroll.set_validate_only(true);
      v1::RequestEnrollmentRequest apply;
      apply.set_training(Full(training));
      apply.set_validate_only(true);
      OpenTraining open;
      open.set_training(Full(training));
      open.set_self_enrollment(Call<Enrollment>(actor, enroll).ok());
      open.set_applications(Call<Enrollment>(actor, apply).ok());
      if (open.self_enrollment() || open.applications()) said.push_back(Said(open));
    }
    return said;
  }
  // `fields` of safety, or another catalog, as `what` says.
  void DefineCatalog(absl::string_view actor, const v1::Catalog& catalog, const char* field) {
    v1::DefineCatalogRequest request;
    *request.mutable_catalog() = catalog;
    request.mutable_update_mask()->add_paths(field);
    const auto defined = Call<v1::Catalog>(actor, request);
    ASSERT_TRUE(defined.ok()) << defined.message();
  }
  void SetFlows(absl::string_view actor, absl::string_view catalog,
                const std::vector<v1::Catalog::EnrollmentFlow>& flows) {
    v1::ConfigureEnrollmentFlowsRequest request;
    request.mutable_catalog()->set_name(Full(catalog));
    for (v1::Catalog::EnrollmentFlow flow : flows) {
      request.mutable_catalog()->add_enrollment_flows(flow);
    }
    const auto set = Call<v1::Catalog>(actor, request);
    ASSERT_TRUE(set.ok()) << set.message();
  }
  void SetPublished(absl::string_view actor, absl::string_view course, bool published) {
    v1::PublishCourseRequest publish;
    publish.set_name(Full(course));
    v1::UnpublishCourseRequest unpublish;
    unpublish.set_name(Full(course));
    const auto set =
        published ? Call<v1::Course>(actor, publish) : Call<v1::Course>(actor, unpublish);
    ASSERT_TRUE(set.ok()) << set.message();
  }
  // What a call reads.
  uint64_t RowsRead(absl::string_view actor) {
    ListOf(actor);  // Once it is known who calls.
    const uint64_t before = server().rows_read();
    ListOf(actor);
    return server().rows_read() - before;
  }
};

class OpenTrainingsTest : public OpenTrainingLists {
 protected:
  OpenTrainingsTest() : OpenTrainingLists("lms365") {}
};

TEST_F(OpenTrainingsTest, LE2_MembersSeeWhatIsOpenToThem) {
  EXPECT_THAT(OpenTo("users/lea"), IsEmpty());
  Open("applications: true", "courses/drill");
  Open("self_enrollment: true capacity: 3 close_time { seconds: 4102444800 }");
  EXPECT_FALSE(MayRead("users/lea")) << "that is not needed";
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("courses/fire: enroll", "courses/drill: apply"))
      << "in the order in which they were made";
  const std::vector<OpenTraining> shown = ListOf("users/lea");
  EXPECT_EQ(shown[0].catalog(), Full("catalogs/safety"));
  EXPECT_FALSE(shown[0].display_name().empty());
  EXPECT_EQ(shown[0].capacity(), 3);
  EXPECT_EQ(shown[0].free_seat_count(), 3);
  EXPECT_EQ(shown[0].close_time().seconds(), 4102444800);
  EXPECT_EQ(shown[1].capacity(), 0);
  EXPECT_FALSE(shown[1].has_close_time());

  // What they are in, have applied for or wait for is no news to them.
  const std::string in = EnrollSelf("users/lea").value.name();
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("courses/drill: apply"));
  EXPECT_EQ(ListOf("users/leo")[0].free_seat_count(), 2);
  v1::RequestEnrollmentRequest apply;
  apply.set_training(Full("courses/drill"));
  ASSERT_TRUE(Call<Enrollment>("users/lea", apply).ok());
  EXPECT_THAT(OpenTo("users/lea"), IsEmpty());
  ASSERT_TRUE(Move<v1::WithdrawEnrollmentRequest>("users/lea", in).ok());
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("courses/fire: enroll")) << "who left may come back";
  Restart();
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("courses/fire: enroll"));

  SetPublished("users/kai", "courses/fire", false);
  EXPECT_THAT(OpenTo("users/lea"), IsEmpty());
  SetPublished("users/kai", "courses/fire", true);
  ASSERT_TRUE(SetRules("users/kai", "courses/drill", "enrollment { capacity: 3 }").ok());
  EXPECT_THAT(OpenTo("users/leo"), ElementsAre("courses/fire: enroll"));
  v1::SuspendUserRequest suspend;
  suspend.set_name(Full("users/leo"));
  ASSERT_TRUE(Call<v1::User>("users/ann", suspend).ok());
  v1::ListOpenTrainingsRequest request;
  request.set_parent(Full(""));
  EXPECT_EQ(Call<v1::ListOpenTrainingsResponse>("users/leo", request).code(), kDenied);
}

TEST_F(OpenTrainingsTest, LE2_PlansAreOpenAndGoLikeCourses) {
  v1::CreateTrainingPlanRequest create;
  create.set_parent(Full(""));
  create.set_training_plan_id("path");
  create.mutable_training_plan()->set_display_name("Path");
  create.mutable_training_plan()->set_description("All of it");
  create.mutable_training_plan()->set_parent_scope(Full("catalogs/safety"));
  ASSERT_TRUE(Call<v1::TrainingPlan>("users/kai", create).ok());
  ASSERT_TRUE(SetRules("users/kai", "plans/path", "enrollment { self_enrollment: true }").ok());
  EXPECT_THAT(OpenTo("users/lea"), IsEmpty());
  v1::PublishTrainingPlanRequest publish;
  publish.set_name(Full("plans/path"));
  ASSERT_TRUE(Call<v1::TrainingPlan>("users/kai", publish).ok());
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("plans/path: enroll"));
  EXPECT_EQ(ListOf("users/lea")[0].description(), "All of it");
  Open("self_enrollment: true");
  v1::DeleteTrainingPlanRequest gone;
  gone.set_name(Full("plans/path"));
  ASSERT_TRUE(Call<Empty>("users/kai", gone).ok());
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("courses/fire: enroll"));
  v1::DeleteCatalogRequest all;
  all.set_name(Full("catalogs/safety"));
  all.set_force(true);
  const auto deleted = Call<v1::DeleteCatalogResponse>("users/ann", all);
  ASSERT_TRUE(deleted.ok()) << deleted.message();
  EXPECT_THAT(OpenTo("users/lea"), IsEmpty());
}

TEST_F(OpenTrainingsTest, LE2_NobodySeesWhatACatalogKeepsForOthers) {
  Open("self_enrollment: true applications: true");
  MakeGroup("crew", "catalogs/safety");
  AddMember("groups/crew", "users/lea");
  v1::Catalog catalog;
  catalog.set_name(Full("catalogs/safety"));
  catalog.add_audience(Full("groups/crew"));
  DefineCatalog("users/ann", catalog, "audience");
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("courses/fire: enroll apply"));
  for (const char* other : {"users/leo", "users/kai", "users/cora"}) {
    EXPECT_THAT(OpenTo(other), IsEmpty()) << other;
  }
  SetFlows("users/ann", "catalogs/safety", {v1::Catalog::APPROVAL});
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("courses/fire: apply"));
}

TEST_F(OpenTrainingsTest, Rule19_WhatIsFrozenIsNotOpen) {
  Open("self_enrollment: true");
  Open("self_enrollment: true", "courses/drill");
  v1::ArchiveCourseRequest archive;
  archive.set_name(Full("courses/drill"));
  ASSERT_TRUE(Call<v1::Course>("users/kai", archive).ok());
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("courses/fire: enroll"));
  Hold("catalogs/safety");
  EXPECT_THAT(OpenTo("users/lea"), IsEmpty());
}

TEST_F(OpenTrainingsTest, LE2_AFullTrainingIsOpenWhereOneMayWait) {
  Open("self_enrollment: true capacity: 1");
  ASSERT_TRUE(Enroll("users/cora", "users/mo").ok());
  EXPECT_THAT(OpenTo("users/lea"), IsEmpty());
  ASSERT_TRUE(SetRules("users/kai", "courses/fire",
                       "enrollment { self_enrollment: true capacity: 1 waiting_list: true }")
                  .ok());
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("courses/fire: enroll"));
  EXPECT_EQ(ListOf("users/lea")[0].free_seat_count(), 0);
  EXPECT_EQ(EnrollSelf("users/leo").value.state(), Enrollment::WAITING);
  EXPECT_THAT(OpenTo("users/leo"), IsEmpty());
}

TEST_F(OpenTrainingsTest, Rule17_WhoHoldsARoleThatExcludesLearnersMayApplyAlone) {
  Open("self_enrollment: true applications: true");
  v1::ApplyPolicyRequest policy;
  policy.set_parent(Full(""));
  policy.set_source_text(
      "name: \"acme\" version: \"1\" extends { name: \"lms365\" } exclusive_sets { name: \"apart\" "
      "roles: [\"course_admin\", \"learner\"] }");
  const auto applied = Call<v1::PolicyVersion>("users/ann", policy);
  ASSERT_TRUE(applied.ok()) << applied.message();
  EXPECT_THAT(OpenTo("users/cora"), ElementsAre("courses/fire: apply"));
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("courses/fire: enroll apply"));
  MakeGroup("chiefs", "catalogs/safety");
  Assign("groups/chiefs", "course_admin", "courses/fire");
  AddMember("groups/chiefs", "users/lea");
  EXPECT_THAT(OpenTo("users/lea"), ElementsAre("courses/fire: apply")) << "through a group";
  for (const char* actor : {"users/cora", "users/lea"}) {
    EXPECT_EQ(OpenTo(actor), MayComeInto(actor, {"courses/fire"})) << actor;
  }
}

TEST_F(OpenTrainingsTest, LE2_ByScopeAndPageByPage) {
  MakeCatalog("deep", "catalogs/safety");
  MakeCatalog("office");
  Assign("users/ann", "catalog_admin", "catalogs/office");
  Assign("users/kai", "catalog_admin", "catalogs/office");
  MakeCourse("well", "catalogs/deep");
  MakeCourse("desk", "catalogs/office");
  for (const char* course : {"courses/desk", "courses/well", "courses/drill", "courses/fire"}) {
    Open("self_enrollment: true", course);
  }
  const std::vector<std::string> all = {"courses/fire: enroll", "courses/drill: enroll",
                                        "courses/well: enroll", "courses/desk: enroll"};
  EXPECT_EQ(OpenTo("users/lea"), all);
  for (int page_size : {1, 2, 3}) EXPECT_EQ(OpenTo("users/lea", "", page_size), all);
  EXPECT_THAT(OpenTo("users/lea", "catalogs/safety", 2),
              ElementsAre("courses/fire: enroll", "courses/drill: enroll", "courses/well: enroll"));
  EXPECT_THAT(OpenTo("users/lea", "catalogs/deep"), ElementsAre("courses/well: enroll"));
  EXPECT_THAT(OpenTo("users/lea", "catalogs/none"), IsEmpty()) << "like one that is hidden";

  v1::ListOpenTrainingsRequest wrong;
  wrong.set_parent(Full(""));
  for (const char* scope :
       {"tenants/other/catalogs/safety", "tenants/acme/courses/fire", "safety"}) {
    wrong.set_scope(scope);
    EXPECT_THAT(Call<v1::ListOpenTrainingsResponse>("users/lea", wrong).bad_fields(),
                ElementsAre(Key("scope")))
        << scope;
  }
  wrong.clear_scope();
  wrong.set_page_size(-1);
  EXPECT_THAT(Call<v1::ListOpenTrainingsResponse>("users/lea", wrong).bad_fields(),
              ElementsAre(Key("page_size")));
  wrong.set_page_size(1);
  wrong.set_page_token(
      Call<v1::ListOpenTrainingsResponse>("users/lea", wrong).value.next_page_token());
  EXPECT_THAT(Call<v1::ListOpenTrainingsResponse>("users/leo", wrong).bad_fields(),
              ElementsAre(Key("page_token")));
  wrong.Clear();
  wrong.set_parent("tenants/system");
  EXPECT_EQ(Call<v1::ListOpenTrainingsResponse>("users/lea", wrong).code(), kDenied);
}

TEST_F(OpenTrainingsTest, LE2_OnlyRowsOfOpenTrainingsAreRead) {
  Open("self_enrollment: true");
  Open("self_enrollment: true", "courses/drill");
  const uint64_t before = RowsRead("users/lea");
  EXPECT_LE(before, 18u) << "two are open";
  for (int i = 0; i < 20; ++i) {
    const std::string id = absl::StrCat("closed", i);
    MakeCourse(id, "catalogs/safety");
    ASSERT_TRUE(Enroll("users/kai", "users/lea", absl::StrCat("courses/", id)).ok());
    ASSERT_TRUE(Enroll("users/kai", "users/leo", absl::StrCat("courses/", id)).ok());
    SetPublished("users/kai", absl::StrCat("courses/", id), true);
  }
  EXPECT_EQ(RowsRead("users/lea"), before);
}

// Under coreachieve, where ann erases people, and may enroll herself anywhere.
class OpenSeatsTest : public OpenTrainingLists {
 protected:
  OpenSeatsTest() : OpenTrainingLists("coreachieve") {}
};

TEST_F(OpenSeatsTest, Rule19_ASeatThatBecameFreeUnderAFreezeIsForWhoWaits) {
  ASSERT_TRUE(SetRules("users/ann", "courses/fire",
                       "enrollment { applications: true capacity: 1 waiting_list: true }")
                  .ok());
  SetPublished("users/ann", "courses/fire", true);
  EXPECT_EQ(ListOf("users/ann")[0].free_seat_count(), 1);
  for (const char* user : {"users/mo", "users/leo"}) {
    ASSERT_TRUE(Enroll("users/ann", user).ok());
  }
  Hold("courses/fire");
  v1::DeleteUserRequest gone;
  gone.set_name(Full("users/mo"));
  const auto deleted = Call<Empty>("users/ann", gone);
  ASSERT_TRUE(deleted.ok()) << deleted.message();
  v1::UnfreezeScopeRequest thaw;
  thaw.set_name(Full("courses/fire"));
  thaw.set_freeze(v1::Scope::HOLD);
  ASSERT_TRUE(Call<v1::ScopeState>("users/ann", thaw).ok());
  EXPECT_THAT(Listed({Enrollment::WAITING}), ElementsAre("users/leo"));
  EXPECT_THAT(OpenTo("users/ann"), ElementsAre("courses/fire: enroll apply"));
  EXPECT_EQ(ListOf("users/ann")[0].free_seat_count(), 0);
  EXPECT_EQ(EnrollSelf("users/ann").value.state(), Enrollment::WAITING);
  EXPECT_THAT(Listed({Enrollment::ENROLLED}), ElementsAre("users/leo"));
}

// Random rules, on each preset: what the list says is what trying says.
class OpenTrainingsOnPreset : public OpenTrainingLists,
                              public ::testing::WithParamInterface<const char*> {
 protected:
  OpenTrainingsOnPreset()
      : OpenTrainingLists(GetParam()),
        maker_(absl::string_view(GetParam()) == "lms365" ? "users/kai" : "users/ann") {
    MakeCatalog("deep", "catalogs/safety");
    MakeGroup("crew", "catalogs/safety");
    for (const char* user : {"lea", "eve"}) AddMember("groups/crew", absl::StrCat("users/", user));
    for (const char* catalog : {"", "catalogs/safety", "catalogs/deep"}) {
      // Under lms365 nobody makes courses right under the tenant.
      if (*catalog == 0 && maker_ == "users/kai") continue;
      for (int i = 0; i < 4; ++i) {
        const std::string id = absl::StrCat("c", courses_.size());
        MakeCourse(id, catalog);
        courses_.push_back(absl::StrCat("courses/", id));
      }
    }
    is_published_.resize(courses_.size());
  }

  int Random(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::string RandomRules() {
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    std::string rules;
    if (Random(3) > 0) absl::StrAppend(&rules, " self_enrollment: true");
    if (Random(3) > 0) absl::StrAppend(&rules, " applications: true");
    if (Random(4) == 0) absl::StrAppend(&rules, " capacity: ", 1 + Random(2));
    if (Random(2) == 0) absl::StrAppend(&rules, " waiting_list: true");
    const bool opens_later = Random(4) == 0;
    if (opens_later) absl::StrAppend(&rules, " open_time { seconds: ", now + 3600, " }");
    if (Random(4) == 0) {
      const int64_t close = opens_later || Random(2) == 0 ? now + 7200 : now - 60;
      absl::StrAppend(&rules, " close_time { seconds: ", close, " }");
    }
    return absl::StrCat("enrollment {", rules, " }");
  }
  void ChangeSomething() {
    const size_t at = static_cast<size_t>(Random(static_cast<int>(courses_.size())));
    const std::string& course = courses_[at];
    const std::string user =
        std::vector<std::string>{"users/lea", "users/leo", "users/eve"}[Random(3)];
    switch (Random(6)) {
      case 0:
      case 1:
        ASSERT_TRUE(SetRules(maker_, course, RandomRules()).ok());
        break;
      case 2:
        is_published_[at] = !is_published_[at];
        SetPublished(maker_, course, is_published_[at]);
        break;
      case 3:
        Enroll(maker_, user, course);  // Some are full, some are in.
        break;
      case 4: {
        v1::Catalog catalog;
        catalog.set_name(Full(Random(2) == 0 ? "catalogs/safety" : "catalogs/deep"));
        if (Random(2) == 0) catalog.add_audience(Full("groups/crew"));
        DefineCatalog(maker_, catalog, "audience");
        break;
      }
      default: {
        std::vector<v1::Catalog::EnrollmentFlow> flows;
        if (Random(2) == 0) flows.push_back(v1::Catalog::SELF);
        if (Random(2) == 0) flows.push_back(v1::Catalog::APPROVAL);
        SetFlows(maker_, Random(2) == 0 ? "catalogs/safety" : "catalogs/deep", flows);
      }
    }
  }

  const std::string maker_;
  std::mt19937 random_{20261122};
  std::vector<std::string> courses_;
  std::vector<bool> is_published_;
};

TEST_P(OpenTrainingsOnPreset, LE2_TheListSaysWhatTryingSays) {
  size_t open = 0;
  for (size_t i = 0; i < courses_.size(); ++i) {
    ASSERT_TRUE(SetRules(maker_, courses_[i], RandomRules()).ok());
    is_published_[i] = true;
    SetPublished(maker_, courses_[i], true);
  }
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 5; ++i) ASSERT_NO_FATAL_FAILURE(ChangeSomething());
    for (const char* user : {"users/lea", "users/leo", "users/eve"}) {
      SCOPED_TRACE(absl::StrCat("round ", round, ", ", user));
      v1::ListEnrollmentsRequest own;
      own.set_parent(Full(""));
      own.set_learner(Full(user));
      const auto enrolled = Call<v1::ListEnrollmentsResponse>(user, own);
      ASSERT_TRUE(enrolled.ok()) << enrolled.message();
      std::vector<std::string> others = courses_;
      for (const Enrollment& enrollment : enrolled.value.enrollments()) {
        others.erase(
            std::remove(others.begin(), others.end(),
                        absl::StrReplaceAll(enrollment.training(), {{Full("") + "/", ""}})),
            others.end());
      }
      const std::vector<std::string> list = OpenTo(user, "", 1 + Random(5));
      EXPECT_EQ(list, MayComeInto(user, others));
      open += list.size();
    }
  }
  EXPECT_GT(open, 20u) << "otherwise nothing was tried";
}

TEST_P(OpenTrainingsOnPreset, LE2_EachSeesTheWaysThatThePolicyGivesThem) {
  ASSERT_TRUE(
      SetRules(maker_, courses_[0], "enrollment { self_enrollment: true applications: true }")
          .ok());
  SetPublished(maker_, courses_[0], true);
  const bool may_enroll = maker_ == "users/kai";
  EXPECT_THAT(OpenTo("users/lea"),
              ElementsAre(absl::StrCat(courses_[0], ":", may_enroll ? " enroll" : "", " apply")));
  EXPECT_EQ(OpenTo(maker_), MayComeInto(maker_, {courses_[0]}));
  EXPECT_THAT(OpenTo(maker_), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(Presets, OpenTrainingsOnPreset,
                         ::testing::Values("lms365", "plutolms", "coreachieve"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace provost
