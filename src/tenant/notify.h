#ifndef PROVOST_TENANT_NOTIFY_H_
#define PROVOST_TENANT_NOTIFY_H_

#include "absl/status/status.h"
#include "tenant/draft.h"

namespace provost {

/// How many bytes the mails that one draft causes may have; beyond, it is refused whole with
/// TOO_MUCH_MAIL. They wait in memory for the commit.
inline constexpr size_t kMaxMailBytesOfChange = 64 << 20;

/// Puts the mails that notification rules ask for on what `draft` has done in the outbox (KA4): for
/// each of its mail causes that still is so, those of the rules at the training and above it, each
/// rendered for whom it is to, and at most one for each person. Of two rules that ask for the same,
/// the one nearer to the training counts, then the one whose id comes first; of what is still to
/// come, it asks at its own lead alone. Nobody is told ahead twice of one thing at one time.
/// `draft.state()` has all that the draft did.
///
/// Cost: nothing without causes; the rules are read once a training; where one asks for a mail,
/// some rows for each cause.
absl::Status WriteMails(TenantDraft& draft);

}  // namespace provost

#endif  // PROVOST_TENANT_NOTIFY_H_
