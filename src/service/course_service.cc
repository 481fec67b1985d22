#include "service/course_service.h"

#include <google/protobuf/empty.pb.h>

#include <string>

#include "provost/v1/course_service.pb.h"
#include "service/plan_steps.h"
#include "service/scope_resource.h"

namespace provost {
namespace {

struct CourseKind {
  using Row = rows::CourseRow;
  using Resource = v1::Course;
  static constexpr Collection kCollection = Collection::kCourses;
  static constexpr ScopeKind kKind = ScopeKind::kCourse;
  static constexpr absl::string_view kNoun = "course";
  static constexpr absl::string_view kField = "course";
  static constexpr absl::string_view kRead = "course.read";
  static constexpr MovePermissions kMove = {"course.update", "course.delete", "course.create"};
  static constexpr absl::string_view kParents = "the tenant or a catalog";
  static bool MayStandBelow(ScopeKind parent) {
    return parent == ScopeKind::kTenant || parent == ScopeKind::kCatalog;
  }
  static Resource* Of(Row* row) { return row->mutable_course(); }
  static const Resource& Of(const Row& row) { return row.course(); }
  static const Resource& Of(const v1::CreateCourseRequest& request) { return request.course(); }
  static const Resource& Of(const v1::UpdateCourseRequest& request) { return request.course(); }
  static const std::string& IdOf(const v1::CreateCourseRequest& request) {
    return request.course_id();
  }
  static Resource* Add(v1::ListCoursesResponse* response) { return response->add_courses(); }
  static constexpr absl::string_view kUpdatable[] = {"display_name"};
};

struct TrainingPlanKind {
  using Row = rows::TrainingPlanRow;
  using Resource = v1::TrainingPlan;
  static constexpr Collection kCollection = Collection::kPlans;
  static constexpr ScopeKind kKind = ScopeKind::kCourse;
  static constexpr absl::string_view kNoun = "training plan";
  static constexpr absl::string_view kField = "training_plan";
  static constexpr absl::string_view kRead = "course.read";
  static constexpr MovePermissions kMove = {"plan.manage", "plan.manage", "plan.create"};
  static constexpr absl::string_view kParents = "the tenant or a catalog";
  static bool MayStandBelow(ScopeKind parent) {
    return parent == ScopeKind::kTenant || parent == ScopeKind::kCatalog;
  }
  static Resource* Of(Row* row) { return row->mutable_training_plan(); }
  static const Resource& Of(const Row& row) { return row.training_plan(); }
  static const Resource& Of(const v1::CreateTrainingPlanRequest& request) {
    return request.training_plan();
  }
  static const Resource& Of(const v1::UpdateTrainingPlanRequest& request) {
    return request.training_plan();
  }
  static const std::string& IdOf(const v1::CreateTrainingPlanRequest& request) {
    return request.training_plan_id();
  }
  static Resource* Add(v1::ListTrainingPlansResponse* response) {
    return response->add_training_plans();
  }
  static constexpr absl::string_view kUpdatable[] = {"display_name", "steps"};
  static absl::Status MayUpdate(const RuleCall& call,
                                const v1::UpdateTrainingPlanRequest& request) {
    return MayUpdateSteps(call, request);
  }
  static void CheckField(const Resource& wanted, absl::string_view, absl::Status* status) {
    CheckPlanSteps(wanted, status);
  }
  static absl::Status Store(MutateCall& call, const Resource& wanted, absl::string_view, Row* row) {
    return StorePlanSteps(call, wanted, row);
  }
  static void Show(const WorldState& state, absl::string_view tenant, const Row& row,
                   Resource* resource) {
    ShowPlanSteps(state, tenant, row, resource);
  }
};

struct SessionKind {
  using Row = rows::SessionRow;
  using Resource = v1::Session;
  static constexpr Collection kCollection = Collection::kSessions;
  static constexpr ScopeKind kKind = ScopeKind::kSession;
  static constexpr absl::string_view kNoun = "session";
  static constexpr absl::string_view kField = "session";
  static constexpr absl::string_view kRead = "session.read";
  static constexpr MovePermissions kMove = {"session.schedule", "session.cancel",
                                            "session.schedule"};
  static constexpr absl::string_view kParents = "a course or a training plan";
  static bool MayStandBelow(ScopeKind parent) { return parent == ScopeKind::kCourse; }
  static Resource* Of(Row* row) { return row->mutable_session(); }
  static const Resource& Of(const Row& row) { return row.session(); }
  static const Resource& Of(const v1::CreateSessionRequest& request) { return request.session(); }
  static const Resource& Of(const v1::UpdateSessionRequest& request) { return request.session(); }
  static const std::string& IdOf(const v1::CreateSessionRequest& request) {
    return request.session_id();
  }
  static Resource* Add(v1::ListSessionsResponse* response) { return response->add_sessions(); }
  static constexpr absl::string_view kUpdatable[] = {"display_name"};
};

}  // namespace

void RegisterCourseService(Methods& methods) {
  ScopeResource<CourseKind>::Register<v1::CreateCourseRequest, v1::GetCourseRequest,
                                      v1::ListCoursesRequest, v1::ListCoursesResponse,
                                      v1::UpdateCourseRequest, v1::DeleteCourseRequest,
                                      google::protobuf::Empty, v1::MoveCourseRequest,
                                      v1::ArchiveCourseRequest, v1::UnarchiveCourseRequest>(
      methods);
  ScopeResource<TrainingPlanKind>::Register<
      v1::CreateTrainingPlanRequest, v1::GetTrainingPlanRequest, v1::ListTrainingPlansRequest,
      v1::ListTrainingPlansResponse, v1::UpdateTrainingPlanRequest, v1::DeleteTrainingPlanRequest,
      google::protobuf::Empty, v1::MoveTrainingPlanRequest, v1::ArchiveTrainingPlanRequest,
      v1::UnarchiveTrainingPlanRequest>(methods);
  ScopeResource<SessionKind>::Register<v1::CreateSessionRequest, v1::GetSessionRequest,
                                       v1::ListSessionsRequest, v1::ListSessionsResponse,
                                       v1::UpdateSessionRequest, v1::DeleteSessionRequest,
                                       google::protobuf::Empty, v1::MoveSessionRequest,
                                       v1::ArchiveSessionRequest, v1::UnarchiveSessionRequest>(
      methods);
}

}  // namespace provost
