#ifndef PROVOST_TENANT_WORLD_LOADER_H_
#define PROVOST_TENANT_WORLD_LOADER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "policy/matrix/matrix.h"
#include "store/reader.h"
#include "tenant/tenant.h"

namespace provost {

/// Rebuilds tenants from their rows. Compiled policies that several tenants run are kept once.
/// Not thread-safe.
class WorldLoader {
 public:
  explicit WorldLoader(const store::Reader& reader) : reader_(reader) {}

  /// A tenant with its World as of its last committed change. DATA_LOSS names table and key of a
  /// row that cannot be read or that does not fit the others.
  absl::StatusOr<std::shared_ptr<Tenant>> Load(rows::TenantRow row);

  /// How many rows were read.
  uint64_t rows_read() const { return rows_read_; }

 private:
  absl::StatusOr<std::shared_ptr<const Matrix>> LoadMatrix(uint64_t tenant, uint64_t version);

  const store::Reader& reader_;
  absl::flat_hash_map<std::string, std::shared_ptr<const Matrix>> matrices_;  // by bytes' digest
  uint64_t rows_read_ = 0;
};

}  // namespace provost

#endif  // PROVOST_TENANT_WORLD_LOADER_H_
