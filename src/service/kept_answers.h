#ifndef PROVOST_SERVICE_KEPT_ANSWERS_H_
#define PROVOST_SERVICE_KEPT_ANSWERS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tenant/draft.h"

namespace provost {

/// Notes that the answer to a request id, which is kept for retries, has in it what is a person's
/// own: their profile, what they wrote. Erasing the person empties the answer. Nothing is noted
/// without a request id. Two that were noted before make room where their answers are forgotten.
/// The lane's thread alone; costs up to four rows.
absl::Status RememberAnswer(TenantDraft& draft, uint32_t person, absl::string_view request_id);

}  // namespace provost

#endif  // PROVOST_SERVICE_KEPT_ANSWERS_H_
