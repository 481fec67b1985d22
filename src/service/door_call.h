// Inside the door: a call between its arrival and its answer. For door.cc and door_streams.cc.
#ifndef PROVOST_SERVICE_DOOR_CALL_H_
#define PROVOST_SERVICE_DOOR_CALL_H_

#include <google/protobuf/arena.h>
#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <any>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/door.h"

namespace provost {

/// Whoever holds it last has finished it.
struct Door::CallState {
  const Method* method = nullptr;
  grpc::CallbackServerContext* context = nullptr;  ///< Null for stored work.
  /// Ends the call; small enough to be kept without an allocation.
  std::function<void(const grpc::Status&)> finish;
  grpc::ByteBuffer* response = nullptr;  ///< Null where the answer is a stream.
  absl::Time start;
  absl::Time deadline;
  std::string call_id;
  bool has_own_id = false;  ///< The caller gave it.
  google::protobuf::Arena arena;
  google::protobuf::Message* request = nullptr;  ///< On the arena; the first of a stream.
  Actor actor;
  Subject subject;
  std::string request_id;
  bool validate_only = false;
  std::any prepared;
  uint64_t revision = 0;
  bool replayed = false;

  bool is_change() const {
    return method->kind == Method::Kind::kMutate || method->kind == Method::Kind::kReceive;
  }
};

/// Reads `bytes` as a message of the prototype's type, on the arena. INVALID_ARGUMENT says what is
/// wrong with them.
absl::StatusOr<google::protobuf::Message*> ParseMessage(const google::protobuf::Message& prototype,
                                                        const grpc::ByteBuffer& bytes,
                                                        google::protobuf::Arena* arena);
/// INTERNAL where it is too large for gRPC.
absl::Status SerializeMessage(const google::protobuf::Message& message, grpc::ByteBuffer* bytes);

/// What a call is answered that finds the pool full.
absl::Status PoolIsFull();

}  // namespace provost

#endif  // PROVOST_SERVICE_DOOR_CALL_H_
