#ifndef PROVOST_SERVICE_EXTERNAL_ID_INDEX_H_
#define PROVOST_SERVICE_EXTERNAL_ID_INDEX_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tenant/draft.h"

namespace provost {

/// Keeps what other systems call the people of a tenant unique, byte by byte. Makes `after` the
/// external id of the user `uid` in place of `before`; empty: none. ALREADY_EXISTS where another
/// user has it. Erasing a subject gives its id up (TenantDraft::EraseSubject). The lane's thread
/// alone.
absl::Status ChangeExternalId(TenantDraft& draft, uint32_t uid, absl::string_view before,
                              absl::string_view after);

}  // namespace provost

#endif  // PROVOST_SERVICE_EXTERNAL_ID_INDEX_H_
