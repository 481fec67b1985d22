#ifndef PROVOST_TENANT_TIMES_H_
#define PROVOST_TENANT_TIMES_H_

#include <google/protobuf/timestamp.pb.h>

#include "absl/time/time.h"
#include "policy/world/change.h"

namespace provost {

/// Between the contract's times and the engine's. A Timestamp that is out of range (years 1 to
/// 9999, nanoseconds below a second) is not valid; what clients send is checked before it gets
/// here.
inline bool IsValidTimestamp(const google::protobuf::Timestamp& time) {
  constexpr int64_t kYear1 = -62135596800;
  constexpr int64_t kYear10000 = 253402300800;
  return time.seconds() >= kYear1 && time.seconds() < kYear10000 && time.nanos() >= 0 &&
         time.nanos() < 1000000000;
}

inline absl::Time FromTimestamp(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

/// Rounds down to the nanosecond. `time` is finite.
inline google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp result;
  const int64_t seconds = absl::ToUnixSeconds(time);
  result.set_seconds(seconds);
  result.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return result;
}

/// The window between two fields of a message, whose open ends are unset.
template <typename Message>
Window WindowOf(const Message& message) {
  Window window;
  if (message.has_not_before()) window.not_before = FromTimestamp(message.not_before());
  if (message.has_expires()) window.expires = FromTimestamp(message.expires());
  return window;
}

template <typename Message>
void SetWindow(const Window& window, Message* message) {
  message->clear_not_before();
  message->clear_expires();
  if (window.not_before != absl::InfinitePast()) {
    *message->mutable_not_before() = ToTimestamp(window.not_before);
  }
  if (window.expires != absl::InfiniteFuture()) {
    *message->mutable_expires() = ToTimestamp(window.expires);
  }
}

}  // namespace provost

#endif  // PROVOST_TENANT_TIMES_H_
