#ifndef PROVOST_SERVICE_LOOKUP_H_
#define PROVOST_SERVICE_LOOKUP_H_

#include <google/protobuf/timestamp.pb.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "service/resource.h"
#include "tenant/names.h"

namespace provost {

/// Names to handles and back, and the checks of what many requests share. Pure functions, any
/// thread.

inline constexpr size_t kMaxReasonChars = 1000;

/// The full name of a scope or subject of a tenant; empty where there is none.
std::string ScopeFullName(const WorldState& state, absl::string_view tenant, ScopeId scope);
std::string SubjectFullName(const WorldState& state, absl::string_view tenant, SubjectId subject);

/// The full name of something that no World knows, an assignment, say.
std::string NameIn(absl::string_view tenant, Collection collection, absl::string_view id);

/// The scope or subject that `name` names in this tenant. INVALID_ARGUMENT for what is no such
/// name, NOT_FOUND where there is none.
absl::StatusOr<ScopeId> ResolveScope(const WorldState& state, absl::string_view tenant,
                                     absl::string_view field, absl::string_view name);
absl::StatusOr<SubjectId> ResolveSubject(const WorldState& state, absl::string_view tenant,
                                         absl::string_view field, absl::string_view name);
/// A role of the policy. INVALID_ARGUMENT with the nearest name.
absl::StatusOr<RoleId> ResolveRole(const WorldState& state, absl::string_view field,
                                   absl::string_view role);

/// The parsed name of a resource in `collection`, which `field` holds. INVALID_ARGUMENT otherwise.
absl::StatusOr<ResourceName> ParseNameIn(Collection collection, absl::string_view field,
                                         absl::string_view name);

/// Makes the fields of `resource` that an update changes what they are in `update` (AIP-134).
absl::Status ApplyMask(const google::protobuf::FieldMask& mask,
                       const google::protobuf::Message& update,
                       absl::Span<const absl::string_view> allowed,
                       google::protobuf::Message* resource);

/// Adds a bad field unless `email` is empty or an address that mail can be sent to
/// (IsMailAddress()).
void CheckEmail(absl::string_view field, absl::string_view email, absl::Status* status);

/// Adds a bad field unless `time` is in the years 1 to 9999.
void CheckTime(absl::string_view field, const google::protobuf::Timestamp& time,
               absl::Status* status);

/// Adds bad fields unless both ends of a window are times, in order. Null: open.
void CheckWindow(absl::string_view prefix, const google::protobuf::Timestamp* not_before,
                 const google::protobuf::Timestamp* expires, absl::Status* status);
template <typename Message>
void CheckWindow(absl::string_view prefix, const Message& message, absl::Status* status) {
  CheckWindow(prefix, message.has_not_before() ? &message.not_before() : nullptr,
              message.has_expires() ? &message.expires() : nullptr, status);
}

}  // namespace provost

#endif  // PROVOST_SERVICE_LOOKUP_H_
