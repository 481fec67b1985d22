#ifndef PROVOST_SERVICE_MOMENT_HANDLERS_H_
#define PROVOST_SERVICE_MOMENT_HANDLERS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tenant/draft.h"
#include "tenant/moments.h"

namespace provost {

/// A moment whose time has come.
struct Firing {
  Moment moment;
  int lead_days = 0;  ///< Of a kind that people are told of: so much ahead; 0: it is then.
  uint64_t from = 0;  ///< What `rest` said the last time; 0: this is the first.
  /// How many more rows' worth of it may be done with this commit; at least 1. The handler counts
  /// down for each beyond the first.
  size_t room = 1;
  /// Said by the handler: it is not done yet, and goes on from here with the next commit. 0: done.
  uint64_t rest = 0;
};

/// What is done as a moment of one kind comes, in the lane, as the server itself.
struct MomentHandler {
  MomentKind kind;
  /// For people, in the audit and the log.
  absl::string_view what;
  /// `moment.a` is a scope, and nothing is done while that, or one above it, is frozen (rule 19).
  bool at_scope;
  /// A moment whose kind is carried out is gone by then, and may be put anew; one whose thing is
  /// gone is to be left alone. An error undoes what was done for this moment, and is told.
  absl::Status (*handle)(TenantDraft& draft, Firing* firing);
};

/// One for each kind. Others are left where they are.
absl::Span<const MomentHandler> MomentHandlers();

}  // namespace provost

#endif  // PROVOST_SERVICE_MOMENT_HANDLERS_H_
