#ifndef PROVOST_TENANT_META_KEYS_H_
#define PROVOST_TENANT_META_KEYS_H_

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace provost {

/// The rows of `Table::kMeta` that tenants need. Their values are plain bytes.
inline constexpr absl::string_view kTokenKeyRow = "token_key";      ///< Sealer::kKeyBytes bytes.
inline constexpr absl::string_view kCommitTimeRow = "commit_time";  ///< Unix nanoseconds, decimal.
inline constexpr absl::string_view kLastTenantRow = "last_tenant";  ///< A number, decimal.
inline constexpr absl::string_view kPurgePrefix = "purge/";         ///< Then a tenant's number.

inline std::string PurgeKey(uint64_t tenant) { return absl::StrCat(kPurgePrefix, tenant); }

}  // namespace provost

#endif  // PROVOST_TENANT_META_KEYS_H_
