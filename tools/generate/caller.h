// Many calls of a server at once.
#ifndef PROVOST_TOOLS_GENERATE_CALLER_H_
#define PROVOST_TOOLS_GENERATE_CALLER_H_

#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace provost::generate {

// Keeps so many calls under way, and remembers the first that failed. One thread.
class Caller {
 public:
  Caller(const std::shared_ptr<grpc::Channel>& channel, int in_flight);
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // Starts the call whose request this is, as `actor`; first waits for another to end where enough
  // are under way. Its answer goes to `take`, on this thread, in Start or Finish.
  void Start(absl::string_view actor, const google::protobuf::Message& request,
             std::function<void(const std::string& answer)> take = nullptr);

  // Waits for all. The error of the first call that failed since the last time.
  absl::Status Finish();

  // Makes one call and waits for it.
  absl::Status Call(absl::string_view actor, const google::protobuf::Message& request,
                    google::protobuf::Message* answer = nullptr);

  uint64_t calls() const { return calls_; }

 private:
  void TakeOne();

  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  const int in_flight_;
  int under_way_ = 0;
  uint64_t calls_ = 0;
  absl::Status status_;
};

// `/provost.v1.UserService/GetUser` for a GetUserRequest.
std::string MethodOf(const google::protobuf::Message& request);

}  // namespace provost::generate

#endif  // PROVOST_TOOLS_GENERATE_CALLER_H_
