#ifndef PROVOST_SERVICE_RESOURCE_H_
#define PROVOST_SERVICE_RESOURCE_H_

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tenant/draft.h"
#include "tenant/names.h"

namespace provost {

/// What the AIP standard methods of all resources have in common. Pure functions, any thread.

/// The etag of a row: it changes with every change of the row (AIP-154). Only comparing it with
/// another of the same resource means anything.
std::string EtagOf(uint64_t uid, uint64_t revision);

/// ABORTED if `seen` is set and is not `current`.
absl::Status CheckEtag(absl::string_view name, absl::string_view seen, absl::string_view current);

/// Which of `allowed` fields of `resource` an update changes (AIP-134): those of the mask; with an
/// empty mask those that are set; with `*` all. INVALID_ARGUMENT under `update_mask` for a field
/// that is not there or that clients do not set, naming those that they do.
absl::StatusOr<std::vector<std::string>> FieldsToUpdate(
    const google::protobuf::FieldMask& mask, const google::protobuf::Message& resource,
    absl::Span<const absl::string_view> allowed);

/// Makes `field` of `to` what it is in `from`. Both are of one type that has the field.
void CopyField(const google::protobuf::Message& from, absl::string_view field,
               google::protobuf::Message* to);

/// Adds a bad field to `status` unless `value` has `min` to `max` characters (code points), none of
/// them a control character.
void CheckText(absl::string_view field, absl::string_view value, size_t min, size_t max,
               absl::Status* status);
inline constexpr size_t kMaxDisplayName = 200;

/// Adds a bad field to `status` unless `id` is empty or a valid id (AIP-122).
void CheckNewId(absl::string_view field, absl::string_view id, absl::Status* status);

/// The id for something new: `wanted`, or one made from `uid` that is not taken. ALREADY_EXISTS
/// with the name if `wanted` is taken in `state`, whether as a subject or as a scope.
absl::StatusOr<std::string> ChooseId(const WorldState& state, absl::string_view tenant,
                                     Collection collection, absl::string_view wanted, uint32_t uid);

}  // namespace provost

#endif  // PROVOST_SERVICE_RESOURCE_H_
