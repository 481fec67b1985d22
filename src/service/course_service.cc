#include "service/course_service.h"

#include <google/protobuf/empty.pb.h>

#include <string>
#include <utility>

#include "absl/strings/str_replace.h"
#include "provost/v1/course_service.pb.h"
#include "service/catalog_definition.h"
#include "service/course_rules.h"
#include "service/plan_steps.h"
#include "service/scope_resource.h"
#include "service/session_service.h"
#include "service/settings_check.h"
#include "tenant/open_trainings.h"

namespace provost {
namespace {

// Markdown, which has lines.
void CheckDescription(absl::string_view field, absl::string_view text, absl::Status* status) {
  CheckText(field, absl::StrReplaceAll(text, {{"\n", " "}, {"\t", " "}}), 0, kMaxDescription,
            status);
}

// The names of what the rules refer to.
template <typename Row, typename Resource>
absl::Status ShowRulesOf(const store::Reader& reader, uint64_t tenant, absl::string_view tenant_id,
                         const Row& row, Resource* resource) {
  if (!resource->has_rules()) return absl::OkStatus();
  return ShowRules(reader, tenant, tenant_id, row, resource->mutable_rules());
}

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
  static constexpr absl::string_view kUpdatable[] = {"display_name", "description", "language"};
  static void CheckField(const Resource& wanted, absl::string_view field, absl::Status* status) {
    if (field == "description") {
      CheckDescription("course.description", wanted.description(), status);
    } else if (!wanted.language().empty()) {
      CheckLanguageField("course.language", wanted.language(), status);
    }
  }
  static absl::Status ShowTo(const ReadCall& call, const Row& row, Resource* resource) {
    return ShowRulesOf(call.reader(), call.tenant->number(), call.tenant->id(), row, resource);
  }
  static absl::Status ShowChanged(MutateCall& call, const Row& row, Resource* resource) {
    return ShowRulesOf(call.draft.reader(), call.draft.number(), call.draft.id(), row, resource);
  }
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
  static constexpr absl::string_view kUpdatable[] = {"display_name", "description", "steps"};
  static absl::Status MayUpdate(const RuleCall& call,
                                const v1::UpdateTrainingPlanRequest& request) {
    return MayUpdateSteps(call, request);
  }
  static void CheckField(const Resource& wanted, absl::string_view field, absl::Status* status) {
    if (field == "description") {
      CheckDescription("training_plan.description", wanted.description(), status);
    } else {
      CheckPlanSteps(wanted, status);
    }
  }
  static absl::Status Store(MutateCall& call, const Resource& wanted, absl::string_view field,
                            Row* row) {
    if (field == "steps") return StorePlanSteps(call, wanted, row);
    CopyField(wanted, field, Of(row));
    return absl::OkStatus();
  }
  static void Show(const WorldState& state, absl::string_view tenant, const Row& row,
                   Resource* resource) {
    ShowPlanSteps(state, tenant, row, resource);
  }
  static absl::Status ShowTo(const ReadCall& call, const Row& row, Resource* resource) {
    return ShowRulesOf(call.reader(), call.tenant->number(), call.tenant->id(), row, resource);
  }
  static absl::Status ShowChanged(MutateCall& call, const Row& row, Resource* resource) {
    return ShowRulesOf(call.draft.reader(), call.draft.number(), call.draft.id(), row, resource);
  }
};

// --- Publish, Unpublish ---

template <typename Kind, typename Request>
void RegisterPublished(Methods& methods, bool published) {
  using Resource = typename Kind::Resource;
  methods.Mutate<Request, Resource>(
      [](const Request& request) {
        return ParseNameIn(Kind::kCollection, "name", request.name()).status();
      },
      [published](MutateCall& call, const Request& request, Resource* response) -> absl::Status {
        absl::StatusOr<typename Kind::Row> row =
            ScopeResource<Kind>::Find(call, request.name(), request.etag());
        if (!row.ok()) return row.status();
        if (Kind::Of(*row).published() == published) {
          return FailedPrecondition(published ? "PUBLISHED" : "NOT_PUBLISHED", request.name(),
                                    published ? "it is published already" : "it is not published");
        }
        Kind::Of(&*row)->set_published(published);
        SyncOpenTraining(call.draft, ScopeId(row->uid()), *Kind::Of(&*row));
        return ScopeResource<Kind>::Save(call, request.name(), *std::move(row), response);
      });
}

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
  RegisterPublished<CourseKind, v1::PublishCourseRequest>(methods, true);
  RegisterPublished<CourseKind, v1::UnpublishCourseRequest>(methods, false);
  RegisterPublished<TrainingPlanKind, v1::PublishTrainingPlanRequest>(methods, true);
  RegisterPublished<TrainingPlanKind, v1::UnpublishTrainingPlanRequest>(methods, false);
  RegisterTrainingRules(methods);
  RegisterSessions(methods);
}

}  // namespace provost
