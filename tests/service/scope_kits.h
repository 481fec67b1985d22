// What tests of catalogs, courses, training plans and sessions share: the four have the same
// methods.
#ifndef PROVOST_TESTS_SERVICE_SCOPE_KITS_H_
#define PROVOST_TESTS_SERVICE_SCOPE_KITS_H_

#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "tests/service/acme.h"

namespace provost {

struct CatalogKit {
  using Resource = v1::Catalog;
  using Create = v1::CreateCatalogRequest;
  using Get = v1::GetCatalogRequest;
  using List = v1::ListCatalogsRequest;
  using ListResponse = v1::ListCatalogsResponse;
  using Update = v1::UpdateCatalogRequest;
  using Delete = v1::DeleteCatalogRequest;
  using Move = v1::MoveCatalogRequest;
  using Archive = v1::ArchiveCatalogRequest;
  using Unarchive = v1::UnarchiveCatalogRequest;
  static constexpr char kCollection[] = "catalogs";
  static constexpr char kField[] = "catalog";
  // Two places for it that every test has, and one that is of a wrong kind.
  static constexpr char kHere[] = "catalogs/here";
  static constexpr char kThere[] = "catalogs/there";
  static constexpr char kWrongKind[] = "courses/here";
  static void SetId(absl::string_view id, Create* to) { to->set_catalog_id(std::string(id)); }
  static Resource* In(Create* request) { return request->mutable_catalog(); }
  static Resource* In(Update* request) { return request->mutable_catalog(); }
  static const auto& Items(const ListResponse& response) { return response.catalogs(); }
};

struct CourseKit {
  using Resource = v1::Course;
  using Create = v1::CreateCourseRequest;
  using Get = v1::GetCourseRequest;
  using List = v1::ListCoursesRequest;
  using ListResponse = v1::ListCoursesResponse;
  using Update = v1::UpdateCourseRequest;
  using Delete = v1::DeleteCourseRequest;
  using Move = v1::MoveCourseRequest;
  using Archive = v1::ArchiveCourseRequest;
  using Unarchive = v1::UnarchiveCourseRequest;
  static constexpr char kCollection[] = "courses";
  static constexpr char kField[] = "course";
  static constexpr char kHere[] = "catalogs/here";
  static constexpr char kThere[] = "catalogs/there";
  static constexpr char kWrongKind[] = "plans/there";
  static void SetId(absl::string_view id, Create* to) { to->set_course_id(std::string(id)); }
  static Resource* In(Create* request) { return request->mutable_course(); }
  static Resource* In(Update* request) { return request->mutable_course(); }
  static const auto& Items(const ListResponse& response) { return response.courses(); }
};

struct PlanKit {
  using Resource = v1::TrainingPlan;
  using Create = v1::CreateTrainingPlanRequest;
  using Get = v1::GetTrainingPlanRequest;
  using List = v1::ListTrainingPlansRequest;
  using ListResponse = v1::ListTrainingPlansResponse;
  using Update = v1::UpdateTrainingPlanRequest;
  using Delete = v1::DeleteTrainingPlanRequest;
  using Move = v1::MoveTrainingPlanRequest;
  using Archive = v1::ArchiveTrainingPlanRequest;
  using Unarchive = v1::UnarchiveTrainingPlanRequest;
  static constexpr char kCollection[] = "plans";
  static constexpr char kField[] = "training_plan";
  static constexpr char kHere[] = "catalogs/here";
  static constexpr char kThere[] = "catalogs/there";
  static constexpr char kWrongKind[] = "courses/here";
  static void SetId(absl::string_view id, Create* to) { to->set_training_plan_id(std::string(id)); }
  static Resource* In(Create* request) { return request->mutable_training_plan(); }
  static Resource* In(Update* request) { return request->mutable_training_plan(); }
  static const auto& Items(const ListResponse& response) { return response.training_plans(); }
};

struct SessionKit {
  using Resource = v1::Session;
  using Create = v1::CreateSessionRequest;
  using Get = v1::GetSessionRequest;
  using List = v1::ListSessionsRequest;
  using ListResponse = v1::ListSessionsResponse;
  using Update = v1::UpdateSessionRequest;
  using Delete = v1::DeleteSessionRequest;
  using Move = v1::MoveSessionRequest;
  using Archive = v1::ArchiveSessionRequest;
  using Unarchive = v1::UnarchiveSessionRequest;
  static constexpr char kCollection[] = "sessions";
  static constexpr char kField[] = "session";
  static constexpr char kHere[] = "courses/here";
  static constexpr char kThere[] = "plans/there";
  static constexpr char kWrongKind[] = "catalogs/here";
  static void SetId(absl::string_view id, Create* to) { to->set_session_id(std::string(id)); }
  static Resource* In(Create* request) { return request->mutable_session(); }
  static Resource* In(Update* request) { return request->mutable_session(); }
  static const auto& Items(const ListResponse& response) { return response.sessions(); }
};

// Calls of one of the four, which are named by their ids alone. Roles: see scopes_policy.textproto.
class ScopesTest : public AcmeTest {
 protected:
  // catalogs/here, catalogs/there, courses/here and plans/there.
  ScopesTest() : AcmeTest("scopes_policy.textproto") {
    MakeCatalog("here");
    MakeCatalog("there");
    MakeCourse("here", "catalogs/here");
    EXPECT_TRUE(Make<PlanKit>("users/ann", "there", "catalogs/there").ok());
  }

  template <typename Kit>
  static std::string NameOf(absl::string_view id) {
    return Full(absl::StrCat(Kit::kCollection, "/", id));
  }
  template <typename Kit>
  static typename Kit::Create New(absl::string_view id, absl::string_view place = Kit::kHere) {
    typename Kit::Create request;
    request.set_parent(Full(""));
    Kit::SetId(id, &request);
    Kit::In(&request)->set_display_name(std::string(id));
    Kit::In(&request)->set_parent_scope(Full(place));
    return request;
  }
  template <typename Kit, typename Request>
  static Request Named(absl::string_view id, absl::string_view etag = "") {
    Request request;
    request.set_name(NameOf<Kit>(id));
    if constexpr (!std::is_same_v<Request, typename Kit::Get>) {
      request.set_etag(std::string(etag));
    }
    return request;
  }
  template <typename Kit>
  static typename Kit::Update Renaming(absl::string_view id, absl::string_view display_name,
                                       absl::string_view etag = "") {
    typename Kit::Update request;
    Kit::In(&request)->set_name(NameOf<Kit>(id));
    Kit::In(&request)->set_display_name(std::string(display_name));
    Kit::In(&request)->set_etag(std::string(etag));
    return request;
  }
  template <typename Kit>
  static typename Kit::Move Moving(absl::string_view id, absl::string_view place,
                                   absl::string_view etag = "") {
    auto request = Named<Kit, typename Kit::Move>(id, etag);
    request.set_parent_scope(Full(place));
    return request;
  }
  template <typename Kit>
  static typename Kit::List ListOf(absl::string_view place = "", int page_size = 0) {
    typename Kit::List request;
    request.set_parent(Full(""));
    request.set_page_size(page_size);
    if (!place.empty()) request.set_parent_scope(Full(place));
    return request;
  }

  template <typename Kit>
  Answer<typename Kit::Resource> Make(absl::string_view actor, absl::string_view id,
                                      absl::string_view place = Kit::kHere) {
    return Call<typename Kit::Resource>(actor, New<Kit>(id, place));
  }
  template <typename Kit>
  Answer<typename Kit::Resource> Get(absl::string_view actor, absl::string_view id) {
    return Call<typename Kit::Resource>(actor, Named<Kit, typename Kit::Get>(id));
  }
  template <typename Kit>
  Answer<typename Kit::Resource> Rename(absl::string_view actor, absl::string_view id,
                                        absl::string_view display_name,
                                        absl::string_view etag = "") {
    return Call<typename Kit::Resource>(actor, Renaming<Kit>(id, display_name, etag));
  }
  template <typename Kit>
  Answer<typename Kit::Resource> Move(absl::string_view actor, absl::string_view id,
                                      absl::string_view place, absl::string_view etag = "") {
    return Call<typename Kit::Resource>(actor, Moving<Kit>(id, place, etag));
  }
  template <typename Kit>
  Answer<typename Kit::Resource> Archive(absl::string_view actor, absl::string_view id,
                                         absl::string_view etag = "") {
    return Call<typename Kit::Resource>(actor, Named<Kit, typename Kit::Archive>(id, etag));
  }
  template <typename Kit>
  Answer<typename Kit::Resource> Unarchive(absl::string_view actor, absl::string_view id,
                                           absl::string_view etag = "") {
    return Call<typename Kit::Resource>(actor, Named<Kit, typename Kit::Unarchive>(id, etag));
  }
  template <typename Kit>
  Answer<google::protobuf::Empty> Delete(absl::string_view actor, absl::string_view id,
                                         absl::string_view etag = "") {
    return Call<google::protobuf::Empty>(actor, Named<Kit, typename Kit::Delete>(id, etag));
  }

  template <typename Kit>
  static std::vector<std::string> Ids(const typename Kit::ListResponse& response) {
    std::vector<std::string> ids;
    for (const auto& item : Kit::Items(response)) {
      ids.push_back(item.name().substr(item.name().rfind('/') + 1));
    }
    return ids;
  }
  // The ids of all pages.
  template <typename Kit>
  std::vector<std::string> List(absl::string_view actor, absl::string_view place = "",
                                int page_size = 0) {
    std::vector<std::string> ids;
    typename Kit::List request = ListOf<Kit>(place, page_size);
    for (;;) {
      const auto answer = Call<typename Kit::ListResponse>(actor, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      const std::vector<std::string> page = Ids<Kit>(answer.value);
      // Only the last page may be short of what was asked for.
      if (page_size > 0 && !answer.value.next_page_token().empty()) {
        EXPECT_EQ(page.size(), static_cast<size_t>(page_size));
      }
      ids.insert(ids.end(), page.begin(), page.end());
      if (answer.value.next_page_token().empty()) return ids;
      request.set_page_token(answer.value.next_page_token());
    }
  }
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_SCOPE_KITS_H_
