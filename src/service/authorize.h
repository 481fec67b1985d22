#ifndef PROVOST_SERVICE_AUTHORIZE_H_
#define PROVOST_SERVICE_AUTHORIZE_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "policy/world/state.h"
#include "service/method_rule.h"
#include "store/reader.h"
#include "tenant/mutation.h"
#include "tenant/names.h"
#include "tenant/registry.h"

namespace provost {

/// What a call is about, taken from its request and independent of any state: worked out once, at
/// the door, and judged on whatever state is current, there and again in the lane.
struct Subject {
  std::shared_ptr<Tenant> tenant;  ///< Which the request is about; `system` where it names none.
  std::shared_ptr<Tenant> judge;   ///< In which it is judged.
  bool by_system_permission = false;
  bool missing = false;  ///< The tenant that it names is not there; `tenant` is `system` then.

  struct Place {
    std::string path;         ///< The field, for errors.
    ResourceName name;        ///< What it names.
    bool about_self = false;  ///< The person concerned is the caller.
  };
  std::vector<Place> places;
};

/// Reads from the request what it is about. INVALID_ARGUMENT for malformed names;
/// PERMISSION_DENIED, in the same words for what is hidden and what is missing, for a tenant that
/// is not the caller's.
absl::StatusOr<Subject> FindSubject(const MethodRule& rule,
                                    const google::protobuf::Message& request, const Actor& actor,
                                    const TenantRegistry& registry);

/// The one question before a method runs: OK, PERMISSION_DENIED, or NOT_FOUND for what is missing
/// where the caller might have seen it. `judge` and `target` are states of the subject's two
/// tenants, `reader` has the rows that go with them. With `missing_is_fine` nothing is asked about
/// what is not there: for a retry of the request that took it away.
absl::Status Authorize(const MethodRule& rule, const google::protobuf::Message& request,
                       const Actor& actor, const Subject& subject, const WorldState& judge,
                       const WorldState& target, const store::Reader& reader, absl::Time now,
                       bool missing_is_fine = false);

/// What is said of a refusal by the engine's rules: as it is to whoever may read roles where the
/// request is about, and else in the same words as for what is not there.
absl::Status WithoutReason(absl::Status status, const Subject& subject, SubjectId actor,
                           const WorldState& target, const store::Reader& reader, absl::Time now);

/// Rule 6 for an actor, where nothing else is asked: is the actor there, not suspended, and in a
/// tenant that is not?
absl::Status CheckActive(const WorldState& state, const Actor& actor);

/// May `actor` use `permission` at `scope`, by the fact `self` if `about_self`? What lists ask
/// about each item. False for a permission that the policy does not know or that is not asked
/// there.
bool IsAllowed(const WorldState& state, SubjectId actor, absl::string_view permission,
               ScopeId scope, bool about_self, absl::Time now);

/// The kind of scope that names of a collection name; for content, that a home of it may be.
ScopeKind KindOf(Collection collection);

}  // namespace provost

#endif  // PROVOST_SERVICE_AUTHORIZE_H_
