#ifndef PROVOST_SERVICE_EMAIL_INDEX_H_
#define PROVOST_SERVICE_EMAIL_INDEX_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tenant/draft.h"

namespace provost {

/// Keeps the e-mail addresses of a tenant unique, letters of either case being the same. Makes
/// `after` the address of the user `uid` in place of `before`; empty: none. ALREADY_EXISTS where
/// another user has it. Whatever writes the address of a user goes through here; erasing a subject
/// gives its address up (TenantDraft::EraseSubject). The lane's thread alone.
absl::Status ChangeEmail(TenantDraft& draft, uint32_t uid, absl::string_view before,
                         absl::string_view after);

}  // namespace provost

#endif  // PROVOST_SERVICE_EMAIL_INDEX_H_
