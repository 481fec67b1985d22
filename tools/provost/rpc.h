// The one place that calls a server: any method, with deadline and metadata.
#ifndef PROVOST_TOOLS_PROVOST_RPC_H_
#define PROVOST_TOOLS_PROVOST_RPC_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace grpc {
class ClientContext;
class Status;
}  // namespace grpc

namespace provost::cli {

struct RpcOptions {
  std::string server = "127.0.0.1:7480";  // host:port
  std::string actor;                      // full name of who calls; empty: nobody says
  std::string at_least;  // consistency token that each answer must be as fresh as; empty: none
  absl::Duration timeout = absl::Seconds(30);  // for one call, connecting included
};

// Connects when it is first called. Not thread-safe.
class Rpc {
 public:
  explicit Rpc(RpcOptions options);
  ~Rpc();
  Rpc(const Rpc&) = delete;
  Rpc& operator=(const Rpc&) = delete;

  const RpcOptions& options() const { return options_; }

  // Calls `method`, e.g. "AccessService.Check", of the package provost.v1. An error has the
  // server's message, and each of its google.rpc details as a payload under the detail's type URL.
  absl::Status Call(absl::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message& response);

  // Calls a method with pages until the last of them, or until there are `limit` items (0: all),
  // and joins the pages in `response`. `request` must have the fields page_size and page_token,
  // which it sets; its next_page_token is kept where the limit ended it.
  absl::Status CallPages(absl::string_view method, google::protobuf::Message& request,
                         google::protobuf::Message& response, size_t limit);

  // Calls a method with a client's stream. `next` puts the next message into `request`, which holds
  // the one before it, and gives false after the last. No deadline: it takes as long as it takes.
  // An error of `next` breaks the stream off, and is returned.
  absl::Status SendStream(absl::string_view method, google::protobuf::Message& request,
                          absl::FunctionRef<absl::StatusOr<bool>()> next,
                          google::protobuf::Message& response);

  // Calls a method with a server's stream: `take` is told when the next message is in `item`. No
  // deadline. An error of `take` breaks the stream off, and is returned.
  absl::Status ReadStream(absl::string_view method, const google::protobuf::Message& request,
                          google::protobuf::Message& item, absl::FunctionRef<absl::Status()> take);

  // Asks the server's health service. UNAVAILABLE where it does not serve.
  absl::Status Ping();

  // The consistency token of the last answer, for another's `at_least`; empty if it had none.
  const std::string& token() const { return token_; }

 private:
  struct Connection;

  // Connects, and says who calls and what the answer must be as fresh as.
  void Prepare(grpc::ClientContext& context);
  // What a call that has ended says, its token kept.
  absl::Status StatusOf(const grpc::ClientContext& context, const grpc::Status& status);
  absl::Status CallPath(const std::string& path, const google::protobuf::Message& request,
                        google::protobuf::Message& response);

  RpcOptions options_;
  std::unique_ptr<Connection> connection_;
  std::string token_;
};

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_RPC_H_
