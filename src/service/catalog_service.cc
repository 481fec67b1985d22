#include "service/catalog_service.h"

#include <string>

#include "provost/v1/catalog_service.pb.h"
#include "service/catalog_definition.h"
#include "service/scope_resource.h"

namespace provost {
namespace {

struct CatalogKind {
  using Row = rows::CatalogRow;
  using Resource = v1::Catalog;
  static constexpr Collection kCollection = Collection::kCatalogs;
  static constexpr ScopeKind kKind = ScopeKind::kCatalog;
  static constexpr absl::string_view kNoun = "catalog";
  static constexpr absl::string_view kField = "catalog";
  static constexpr absl::string_view kRead = "catalog.read";
  static constexpr MovePermissions kMove = {"catalog.manage", "catalog.delete", "catalog.create"};
  static constexpr absl::string_view kParents = "the tenant or a catalog";
  static bool MayStandBelow(ScopeKind parent) {
    return parent == ScopeKind::kTenant || parent == ScopeKind::kCatalog;
  }
  static Resource* Of(Row* row) { return row->mutable_catalog(); }
  static const Resource& Of(const Row& row) { return row.catalog(); }
  static const Resource& Of(const v1::CreateCatalogRequest& request) { return request.catalog(); }
  static const Resource& Of(const v1::UpdateCatalogRequest& request) { return request.catalog(); }
  static const std::string& IdOf(const v1::CreateCatalogRequest& request) {
    return request.catalog_id();
  }
  static Resource* Add(v1::ListCatalogsResponse* response) { return response->add_catalogs(); }
  static constexpr absl::string_view kUpdatable[] = {"display_name"};
  static constexpr absl::string_view kDefinition[] = {"description", "categories", "audience"};
  static constexpr absl::string_view kFlows[] = {"enrollment_flows"};
  static constexpr absl::string_view kLater[] = {"description", "categories", "audience",
                                                 "enrollment_flows"};
  static const Resource& Of(const v1::DefineCatalogRequest& request) { return request.catalog(); }
  static const Resource& Of(const v1::ConfigureEnrollmentFlowsRequest& request) {
    return request.catalog();
  }
  static void CheckField(const Resource& wanted, absl::string_view field, absl::Status* status) {
    CheckDefinition(wanted, field, status);
  }
  static absl::Status Store(MutateCall& call, const Resource& wanted, absl::string_view field,
                            Row* row) {
    if (field == "audience") return StoreAudience(call, wanted, row);
    CopyField(wanted, field, Of(row));
    return absl::OkStatus();
  }
  static void Show(const WorldState& state, absl::string_view tenant, const Row& row,
                   Resource* resource) {
    for (uint32_t group : row.audience()) {
      std::string name = SubjectFullName(state, tenant, SubjectId(group));
      if (!name.empty()) resource->add_audience(std::move(name));
    }
  }
  static absl::Status ShowTo(const ReadCall& call, const Row& row, Resource* resource) {
    const absl::StatusOr<bool> offered = IsOffered(call, row);
    if (offered.ok()) resource->set_offered(*offered);
    return offered.status();
  }
  static bool Lists(const v1::ListCatalogsRequest& request, const Resource& resource) {
    return resource.offered() || !request.offered_only();
  }
  static absl::Status Report(MutateCall& call, const std::vector<ScopeId>& scopes,
                             v1::DeleteCatalogResponse* response) {
    return ReportDeletion(call, scopes, response);
  }
};

}  // namespace

void RegisterCatalogService(Methods& methods) {
  using Catalogs = ScopeResource<CatalogKind>;
  Catalogs::Register<v1::CreateCatalogRequest, v1::GetCatalogRequest, v1::ListCatalogsRequest,
                     v1::ListCatalogsResponse, v1::UpdateCatalogRequest, v1::DeleteCatalogRequest,
                     v1::DeleteCatalogResponse, v1::MoveCatalogRequest, v1::ArchiveCatalogRequest,
                     v1::UnarchiveCatalogRequest>(methods);
  Catalogs::RegisterUpdate<v1::DefineCatalogRequest>(methods, CatalogKind::kDefinition);
  Catalogs::RegisterUpdate<v1::ConfigureEnrollmentFlowsRequest>(methods, CatalogKind::kFlows);
}

}  // namespace provost
