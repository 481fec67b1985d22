#include "service/catalog_service.h"

#include <google/protobuf/empty.pb.h>

#include <string>

#include "provost/v1/catalog_service.pb.h"
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
};

}  // namespace

void RegisterCatalogService(Methods& methods) {
  ScopeResource<CatalogKind>::Register<v1::CreateCatalogRequest, v1::GetCatalogRequest,
                                       v1::ListCatalogsRequest, v1::ListCatalogsResponse,
                                       v1::UpdateCatalogRequest, v1::DeleteCatalogRequest,
                                       google::protobuf::Empty, v1::MoveCatalogRequest,
                                       v1::ArchiveCatalogRequest, v1::UnarchiveCatalogRequest>(
      methods);
}

}  // namespace provost
