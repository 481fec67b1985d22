#ifndef PROVOST_TENANT_CHANGE_CODEC_H_
#define PROVOST_TENANT_CHANGE_CODEC_H_

#include "absl/status/statusor.h"
#include "policy/world/change.h"
#include "provost/v1/change.pb.h"

namespace provost {

/// The one way between a Change and its protobuf form. Revision, time and method of the message are
/// the caller's.
void ToProto(const Change& change, v1::Change* message);

/// DATA_LOSS for an op that says nothing or a matrix that cannot be read.
absl::StatusOr<Change> FromProto(const v1::Change& message);

}  // namespace provost

#endif  // PROVOST_TENANT_CHANGE_CODEC_H_
