#ifndef PROVOST_SERVICE_CATALOG_DEFINITION_H_
#define PROVOST_SERVICE_CATALOG_DEFINITION_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/v1/catalog_service.pb.h"
#include "service/methods.h"
#include "tenant/rows.h"

namespace provost {

/// What a catalog is (KA5): its description, categories, audience and enrollment flows.

inline constexpr int kMaxCategories = 200;
inline constexpr int kMaxAudience = 64;
inline constexpr size_t kMaxDescription = 10000;

/// Adds what is wrong with `field` of `catalog` by itself.
void CheckDefinition(const v1::Catalog& catalog, absl::string_view field, absl::Status* status);

/// Puts the groups of `wanted` into the row, and the rows by which a group finds its catalogs.
/// INVALID_ARGUMENT for an added group that is not there, or that the caller may not read.
absl::Status StoreAudience(MutateCall& call, const v1::Catalog& wanted, rows::CatalogRow* row);

/// Whether `person` is in the audience of the catalog: its own, or that of the nearest above that
/// has one. Cost: a row for each catalog above that has none.
absl::StatusOr<bool> IsOfferedTo(const WorldState& state, const store::Reader& reader,
                                 uint64_t tenant, const rows::CatalogRow& row, SubjectId person,
                                 absl::Time now);
/// The same for a caller.
absl::StatusOr<bool> IsOffered(const ReadCall& call, const rows::CatalogRow& row);

/// Says what a deletion of `scopes` takes away: the scopes, and what stands there.
absl::Status ReportDeletion(const MutateCall& call, const std::vector<ScopeId>& scopes,
                            v1::DeleteCatalogResponse* response);

}  // namespace provost

#endif  // PROVOST_SERVICE_CATALOG_DEFINITION_H_
