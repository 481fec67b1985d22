#ifndef PROVOST_SERVICE_EXPLAIN_MESSAGE_H_
#define PROVOST_SERVICE_EXPLAIN_MESSAGE_H_

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "policy/decide/explain.h"
#include "policy/world/state.h"
#include "provost/v1/access_service.pb.h"

namespace provost {

/// The contract's form of an explanation. Rule 25: what stands at a scope for which `may_see` is
/// false is left out, and `redacted` says so; what the subject itself holds is kept when it is the
/// one who asks.
void ToProto(const Explanation& explanation, const WorldState& state, absl::string_view tenant,
             bool about_self, absl::FunctionRef<bool(ScopeId)> may_see, v1::Explanation* message);

}  // namespace provost

#endif  // PROVOST_SERVICE_EXPLAIN_MESSAGE_H_
