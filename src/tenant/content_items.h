#ifndef PROVOST_TENANT_CONTENT_ITEMS_H_
#define PROVOST_TENANT_CONTENT_ITEMS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "store/reader.h"
#include "tenant/names.h"

namespace provost {

namespace rows = internal::v1;

/// How content items and their versions are found.

/// In kContentVersions.
std::string VersionKey(uint64_t tenant, uint64_t item, int32_t version);
/// In kIndexes.
std::string ItemNameKey(uint64_t tenant, uint64_t item);

/// The row of an item; nothing where there is none.
absl::StatusOr<std::optional<rows::ContentRow>> ReadItem(const store::Reader& reader,
                                                         uint64_t tenant, const ResourceName& name);
/// The same by its uid, with its name within the tenant.
struct NamedItem {
  std::string relative;
  rows::ContentRow row;
};
absl::StatusOr<std::optional<NamedItem>> ReadItemByUid(const store::Reader& reader, uint64_t tenant,
                                                       uint64_t item);
/// A version of it, which has to be there.
absl::StatusOr<rows::ContentVersionRow> ReadVersion(const store::Reader& reader, uint64_t tenant,
                                                    uint64_t item, int32_t version);

}  // namespace provost

#endif  // PROVOST_TENANT_CONTENT_ITEMS_H_
