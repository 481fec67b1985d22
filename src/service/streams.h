#ifndef PROVOST_SERVICE_STREAMS_H_
#define PROVOST_SERVICE_STREAMS_H_

#include <google/protobuf/message.h>

#include <any>
#include <functional>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/authorize.h"
#include "service/backend.h"
#include "tenant/mutation.h"

namespace provost {

struct ReadCall;
struct MutateCall;

/// How methods that stream are written; services know nothing of gRPC here either.
///
/// A server stream is a function that makes the next message. It is called on the pool, once for
/// each message and only after the one before is on its way, each time on a state that is pinned
/// for that one call and on which the caller was authorized anew. Nothing of the database may be
/// kept between two calls but a key to go on from, so that a slow reader holds nothing up.
///
///     absl::StatusOr<bool> next(ReadCall& call, Item* item);   // false: that was all
template <typename Item>
using Source = std::function<absl::StatusOr<bool>(ReadCall&, Item*)>;

/// What a sink works with.
class StreamCall {
 public:
  virtual ~StreamCall() = default;

  virtual const Backend& backend() const = 0;
  virtual const Actor& actor() const = 0;
  virtual const Subject& subject() const = 0;
  const std::shared_ptr<Tenant>& tenant() const { return subject().tenant; }
  /// What validate made of the first message.
  virtual const std::any& prepared() const = 0;

  /// Calls `read` with a pinned state of the tenant. Nobody is asked.
  virtual absl::Status Read(absl::FunctionRef<absl::Status(ReadCall&)> read) = 0;

  /// Makes a change through the lane, where the caller is authorized by the method's option and
  /// rules, and waits until it is on disk. On an error nothing was changed.
  virtual absl::Status Commit(absl::FunctionRef<absl::Status(MutateCall&)> change) = 0;
};

/// What takes the messages of a client's stream, on the pool, one after the other: the next is read
/// when Take() has returned, so one message of a stream is in memory at a time. A stream that
/// breaks off destroys it without Finish(); what was committed stays. Never used by two threads at
/// once.
template <typename Request, typename Response>
class Sink {
 public:
  virtual ~Sink() = default;
  /// The next message; the first is among them.
  virtual absl::Status Take(StreamCall& call, const Request& request) = 0;
  /// The client has said that this was all.
  virtual absl::Status Finish(StreamCall& call, Response* response) = 0;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_STREAMS_H_
