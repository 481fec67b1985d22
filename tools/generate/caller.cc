#include "tools/generate/caller.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace provost::generate {
namespace {

struct CallUnderWay {
  grpc::ClientContext context;
  std::string method;
  grpc::ByteBuffer response;
  grpc::Status status;
  std::function<void(const std::string&)> take;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
};

std::string FromBytes(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!bytes.Dump(&slices).ok()) return text;
  for (const grpc::Slice& part : slices) {
    text.append(reinterpret_cast<const char*>(part.begin()), part.size());
  }
  return text;
}

}  // namespace

std::string MethodOf(const google::protobuf::Message& request) {
  const google::protobuf::FileDescriptor* const file = request.GetDescriptor()->file();
  for (int s = 0; s < file->service_count(); ++s) {
    for (int m = 0; m < file->service(s)->method_count(); ++m) {
      const google::protobuf::MethodDescriptor* const method = file->service(s)->method(m);
      if (method->input_type() != request.GetDescriptor()) continue;
      return absl::StrCat("/", method->service()->full_name(), "/", method->name());
    }
  }
  return absl::StrCat("/", request.GetTypeName());  // No method has it: the server says so.
}

Caller::Caller(const std::shared_ptr<grpc::Channel>& channel, int in_flight)
    : stub_(channel), in_flight_(in_flight) {}

Caller::~Caller() {
  while (under_way_ > 0) TakeOne();
}

void Caller::Start(absl::string_view actor, const google::protobuf::Message& request,
                   std::function<void(const std::string&)> take) {
  while (under_way_ >= in_flight_) TakeOne();
  auto* const call = new CallUnderWay;
  call->method = MethodOf(request);
  call->take = std::move(take);
  call->context.AddMetadata("provost-actor", std::string(actor));
  call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(5));
  const grpc::Slice slice(request.SerializeAsString());
  call->reader =
      stub_.PrepareUnaryCall(&call->context, call->method, grpc::ByteBuffer(&slice, 1), &queue_);
  call->reader->StartCall();
  call->reader->Finish(&call->response, &call->status, call);
  ++under_way_;
  ++calls_;
}

void Caller::TakeOne() {
  void* tag = nullptr;
  bool ok = false;
  if (!queue_.Next(&tag, &ok)) return;
  --under_way_;
  const std::unique_ptr<CallUnderWay> call(static_cast<CallUnderWay*>(tag));
  if (!call->status.ok()) {
    if (!status_.ok()) return;
    status_ = absl::Status(static_cast<absl::StatusCode>(call->status.error_code()),
                           absl::StrCat(call->method, ": ", call->status.error_message()));
  } else if (call->take != nullptr) {
    call->take(FromBytes(call->response));
  }
}

absl::Status Caller::Finish() {
  while (under_way_ > 0) TakeOne();
  return std::exchange(status_, absl::OkStatus());
}

absl::Status Caller::Call(absl::string_view actor, const google::protobuf::Message& request,
                          google::protobuf::Message* answer) {
  std::string bytes;
  Start(actor, request, [&bytes](const std::string& text) { bytes = text; });
  if (absl::Status status = Finish(); !status.ok()) return status;
  if (answer != nullptr && !answer->ParseFromString(bytes)) {
    return absl::DataLossError(absl::StrCat(MethodOf(request), ": its answer cannot be read"));
  }
  return absl::OkStatus();
}

}  // namespace provost::generate
