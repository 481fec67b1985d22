#ifndef PROVOST_SERVICE_MANAGER_CHAIN_H_
#define PROVOST_SERVICE_MANAGER_CHAIN_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/reader.h"
#include "tenant/draft.h"

namespace provost {

/// How many line managers somebody may have above each other.
inline constexpr int kMaxManagerDepth = 32;

/// Makes the user `after` the line manager of the user `uid` in place of `before`; 0: none.
/// FAILED_PRECONDITION where somebody would be above themselves, or kMaxManagerDepth people are
/// above `after` already. Reads a row for each. Erasing a subject takes it from those who report to
/// it (TenantDraft::EraseSubject). The lane's thread alone.
absl::Status ChangeManager(TenantDraft& draft, uint32_t uid, uint32_t before, uint32_t after);

/// Who reports to a user, by uid. Reads a row for each.
absl::StatusOr<std::vector<SubjectId>> ReportsOf(const store::Reader& reader, uint64_t tenant,
                                                 SubjectId manager);

}  // namespace provost

#endif  // PROVOST_SERVICE_MANAGER_CHAIN_H_
