#include "tools/provost/rpc.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/impl/codegen/sync_stream.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "client/channel.h"
#include "google/rpc/status.pb.h"

namespace provost::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageLite;

constexpr int kPageSize = 1000;

absl::Status ToAbslStatus(const grpc::Status& status) {
  absl::Status out(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& detail : details.details()) {
      out.SetPayload(detail.type_url(), absl::Cord(detail.value()));
    }
  }
  return out;
}

size_t CountItems(const Message& message) {
  const auto* const descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->is_repeated()) {
      return static_cast<size_t>(message.GetReflection()->FieldSize(message, descriptor->field(i)));
    }
  }
  return 0;
}

const FieldDescriptor* FieldNamed(const Message& message, const char* name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

std::string PathOf(absl::string_view method) {
  return absl::StrCat("/provost.v1.", absl::StrReplaceAll(method, {{".", "/"}}));
}

// Connects, if it can be. A connection may be lost as it is made, by a server that is just
// starting, say: nothing was asked over it yet, so it is made again, twice. A call would give up at
// once.
void Connect(grpc::Channel& channel, absl::Time deadline) {
  int failures = 0;
  for (;;) {
    const grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY || state == GRPC_CHANNEL_SHUTDOWN) return;
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE && ++failures == 3) return;
    if (!channel.WaitForStateChange(state, absl::ToChronoTime(deadline))) return;
  }
}

}  // namespace

struct Rpc::Connection {
  explicit Connection(std::shared_ptr<grpc::Channel> made)
      : channel(std::move(made)), stub(channel) {}

  std::shared_ptr<grpc::Channel> channel;
  grpc::TemplatedGenericStub<MessageLite, MessageLite> stub;
};

Rpc::Rpc(RpcOptions options) : options_(std::move(options)) {}

Rpc::~Rpc() = default;

absl::Status Rpc::Call(absl::string_view method, const Message& request, Message& response) {
  return CallPath(PathOf(method), request, response);
}

absl::Status Rpc::Ping() {
  // An empty question is about the server as a whole; the answer's one field is read as an unknown
  // one, which saves generating code for grpc.health.v1.
  constexpr int kStatusField = 1;
  constexpr uint64_t kServing = 1;
  google::protobuf::Empty response;
  absl::Status status =
      CallPath("/grpc.health.v1.Health/Check", google::protobuf::Empty(), response);
  if (!status.ok()) return status;
  const auto& fields = google::protobuf::Empty::GetReflection()->GetUnknownFields(response);
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto& field = fields.field(i);
    if (field.number() == kStatusField &&
        field.type() == google::protobuf::UnknownField::TYPE_VARINT && field.varint() == kServing) {
      return absl::OkStatus();
    }
  }
  return absl::UnavailableError(
      absl::StrCat("the server at `", options_.server, "` is there and does not serve"));
}

absl::Status Rpc::CallPath(const std::string& path, const Message& request, Message& response) {
  grpc::ClientContext context;
  Prepare(context);
  context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
  absl::Notification finished;
  grpc::Status status;
  connection_->stub.UnaryCall(&context, path, grpc::StubOptions(), &request, &response,
                              [&](grpc::Status result) {
                                status = std::move(result);
                                finished.Notify();
                              });
  finished.WaitForNotification();
  return StatusOf(context, status);
}

void Rpc::Prepare(grpc::ClientContext& context) {
  if (connection_ == nullptr) {
    connection_ = std::make_unique<Connection>(MakeChannel(options_.server));
    Connect(*connection_->channel, absl::Now() + options_.timeout);
  }
  if (!options_.actor.empty()) context.AddMetadata("provost-actor", options_.actor);
  if (!options_.at_least.empty()) context.AddMetadata("provost-at-least", options_.at_least);
}

absl::Status Rpc::StatusOf(const grpc::ClientContext& context, const grpc::Status& status) {
  token_.clear();
  const auto& trailers = context.GetServerTrailingMetadata();
  if (const auto found = trailers.find("provost-revision"); found != trailers.end()) {
    token_.assign(found->second.data(), found->second.size());
  }
  if (status.ok()) return absl::OkStatus();
  // A server that answers is connected, whatever it says.
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE &&
      connection_->channel->GetState(false) != GRPC_CHANNEL_READY) {
    return absl::UnavailableError(
        absl::StrCat("no server answers at `", options_.server,
                     "`; start one with `provostd --listen=", options_.server,
                     " --data=./provost-data`, or name another with --server (or PROVOST_SERVER)"));
  }
  return ToAbslStatus(status);
}

absl::Status Rpc::SendStream(absl::string_view method, Message& request,
                             absl::FunctionRef<absl::StatusOr<bool>()> next, Message& response) {
  const std::string path = PathOf(method);
  grpc::ClientContext context;
  Prepare(context);
  const std::unique_ptr<grpc::ClientWriter<Message>> writer(
      grpc::internal::ClientWriterFactory<Message>::Create(
          connection_->channel.get(),
          grpc::internal::RpcMethod(path.c_str(), grpc::internal::RpcMethod::CLIENT_STREAMING),
          &context, &response));
  absl::Status broken;
  while (true) {
    const absl::StatusOr<bool> made = next();
    if (!made.ok()) {
      broken = made.status();
      context.TryCancel();
      break;
    }
    // Where the server has ended the call already, its status says why.
    if (!*made || !writer->Write(request)) break;
  }
  writer->WritesDone();
  absl::Status status = StatusOf(context, writer->Finish());
  return broken.ok() ? status : broken;
}

absl::Status Rpc::ReadStream(absl::string_view method, const Message& request, Message& item,
                             absl::FunctionRef<absl::Status()> take) {
  const std::string path = PathOf(method);
  grpc::ClientContext context;
  Prepare(context);
  const std::unique_ptr<grpc::ClientReader<Message>> reader(
      grpc::internal::ClientReaderFactory<Message>::Create(
          connection_->channel.get(),
          grpc::internal::RpcMethod(path.c_str(), grpc::internal::RpcMethod::SERVER_STREAMING),
          &context, request));
  absl::Status broken;
  while (broken.ok() && reader->Read(&item)) broken = take();
  if (!broken.ok()) context.TryCancel();
  absl::Status status = StatusOf(context, reader->Finish());
  return broken.ok() ? status : broken;
}

absl::Status Rpc::CallPages(absl::string_view method, Message& request, Message& response,
                            size_t limit) {
  const FieldDescriptor* const next = FieldNamed(response, "next_page_token");
  const FieldDescriptor* const size = FieldNamed(request, "page_size");
  const FieldDescriptor* const token = FieldNamed(request, "page_token");
  response.Clear();
  const std::unique_ptr<Message> page(response.New());
  while (true) {
    const size_t count = CountItems(response);
    const size_t wanted = limit == 0 ? kPageSize : std::min<size_t>(limit - count, kPageSize);
    request.GetReflection()->SetInt32(&request, size, static_cast<int32_t>(wanted));
    page->Clear();
    if (absl::Status status = Call(method, request, *page); !status.ok()) return status;
    const std::string more = page->GetReflection()->GetString(*page, next);
    response.GetReflection()->ClearField(&response, next);
    response.MergeFrom(*page);
    if (more.empty() || (limit != 0 && CountItems(response) >= limit)) return absl::OkStatus();
    request.GetReflection()->SetString(&request, token, more);
  }
}

}  // namespace provost::cli
