#include "tenant/content_items.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "store/key.h"
#include "store/record.h"
#include "tenant/index_parts.h"
#include "tenant/rows.h"

namespace provost {

using store::KeyWriter;
using store::Table;

namespace {

// What follows the version in the key of what it says; comments on it have 1.
constexpr uint8_t kBodyPart = 0;

}  // namespace

std::string VersionKey(uint64_t tenant, uint64_t item, int32_t version) {
  return KeyWriter(tenant).U64(item).U32(static_cast<uint32_t>(version)).U8(kBodyPart).Take();
}
std::string ItemNameKey(uint64_t tenant, uint64_t item) {
  return KeyWriter(tenant).U8(kItemNameIndex).U64(item).Take();
}

absl::StatusOr<std::optional<rows::ContentRow>> ReadItem(const store::Reader& reader,
                                                         uint64_t tenant,
                                                         const ResourceName& name) {
  return ReadRow<rows::ContentRow>(reader, Table::kContent,
                                   EntityKey(tenant, name.collection, name.id));
}

absl::StatusOr<std::optional<NamedItem>> ReadItemByUid(const store::Reader& reader, uint64_t tenant,
                                                       uint64_t item) {
  absl::StatusOr<std::optional<rows::ItemNameRow>> name =
      ReadRow<rows::ItemNameRow>(reader, Table::kIndexes, ItemNameKey(tenant, item));
  if (!name.ok()) return name.status();
  if (!name->has_value()) return std::optional<NamedItem>();
  const std::optional<RelativeName> relative = SplitRelative((*name)->name());
  absl::StatusOr<std::optional<rows::ContentRow>> row = ReadRow<rows::ContentRow>(
      reader, Table::kContent, EntityKey(tenant, relative->collection, relative->id));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::optional<NamedItem>();
  return std::optional<NamedItem>({(*name)->name(), **std::move(row)});
}

absl::StatusOr<rows::ContentVersionRow> ReadVersion(const store::Reader& reader, uint64_t tenant,
                                                    uint64_t item, int32_t version) {
  const std::string key = VersionKey(tenant, item, version);
  absl::StatusOr<std::optional<rows::ContentVersionRow>> row =
      ReadRow<rows::ContentVersionRow>(reader, Table::kContentVersions, key);
  if (!row.ok()) return row.status();
  if (!row->has_value()) {
    return absl::DataLossError(
        absl::StrCat("there is no row `", store::PrintableKey(Table::kContentVersions, key), "`"));
  }
  return **std::move(row);
}

}  // namespace provost
