// AccessService.Check beside an empty method of the same server: what the door and the decision add
// to what gRPC costs anyway. The empty method is that of the standard health service.
//
//   rpc_bench [--seconds=2] [--in-flight=16] [--rounds=3]
//
// Client and server share the process and its cores. Every answer is checked.
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/channel.h"
#include "provost/v1/access_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "server/server.h"

namespace provost {
namespace {

constexpr char kAnn[] = "tenants/acme/users/ann";

[[noreturn]] void Fail(absl::string_view why) {
  std::fprintf(stderr, "rpc_bench: %s\n", std::string(why).c_str());
  std::exit(1);
}

grpc::ByteBuffer ToBytes(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

std::string FromBytes(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!bytes.Dump(&slices).ok()) Fail("an answer cannot be read");
  for (const grpc::Slice& part : slices) {
    text.append(reinterpret_cast<const char*>(part.begin()), part.size());
  }
  return text;
}

// A method with its request, and the only right answer.
struct Target {
  std::string method;
  std::string request;
  std::string answer;
};

// One call under way.
struct Call {
  grpc::ClientContext context;
  grpc::ByteBuffer response;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
};

class Client {
 public:
  explicit Client(const std::string& server) : stub_(MakeChannel(server)) {}

  void Start(const Target& target) {
    Call* call = new Call;
    call->context.AddMetadata("provost-actor", kAnn);
    call->reader =
        stub_.PrepareUnaryCall(&call->context, target.method, ToBytes(target.request), &queue_);
    call->reader->StartCall();
    call->reader->Finish(&call->response, &call->status, call);
  }

  // Waits for one, and returns its answer.
  std::string Next() {
    void* tag = nullptr;
    bool ok = false;
    if (!queue_.Next(&tag, &ok)) Fail("the queue has ended");
    const std::unique_ptr<Call> call(static_cast<Call*>(tag));
    if (!call->status.ok()) Fail(call->status.error_message());
    return FromBytes(call->response);
  }

  // Calls a second, with `in_flight` calls under way at any time.
  double Measure(const Target& target, absl::Duration time, int in_flight) {
    for (int i = 0; i < in_flight; ++i) Start(target);
    const absl::Time begin = absl::Now();
    uint64_t calls = 0;
    absl::Time now = begin;
    while (now < begin + time) {
      if (Next() != target.answer) Fail(absl::StrCat("wrong answer of ", target.method));
      ++calls;
      Start(target);
      now = absl::Now();
    }
    for (int i = 0; i < in_flight; ++i) Next();
    return static_cast<double>(calls) / absl::ToDoubleSeconds(now - begin);
  }

 private:
  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
};

template <typename Value>
void ReadFlag(const std::string& argument, absl::string_view name, Value* value) {
  absl::string_view text = argument;
  if (!absl::ConsumePrefix(&text, absl::StrCat("--", name, "="))) return;
  double number = 0;
  if (!absl::SimpleAtod(text, &number) || number <= 0) Fail(absl::StrCat("bad flag ", argument));
  *value = static_cast<Value>(number);
}

int Run(int argc, char** argv) {
  double seconds = 2;
  int in_flight = 16;
  int rounds = 3;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    ReadFlag(argument, "seconds", &seconds);
    ReadFlag(argument, "in-flight", &in_flight);
    ReadFlag(argument, "rounds", &rounds);
  }

  std::string folder = std::filesystem::temp_directory_path() / "provost-rpc-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) Fail("no temporary folder");
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.data = folder + "/data";
  auto server = Server::Start(options);
  if (!server.ok()) Fail(server.status().message());
  Client client((*server)->address());

  v1::SetUpRequest set_up;
  std::ifstream secret(options.data + "/bootstrap-secret");
  secret >> *set_up.mutable_bootstrap_secret();
  set_up.set_tenant_id("acme");
  set_up.mutable_policy()->set_preset("lms365");
  set_up.mutable_administrator()->set_user_id("ann");
  client.Start({"/provost.v1.TenantService/SetUp", set_up.SerializeAsString(), ""});
  client.Next();

  v1::CheckRequest question;
  question.set_subject(kAnn);
  question.set_permission("catalog.create");
  question.set_scope("tenants/acme");
  v1::CheckResponse allowed;
  allowed.set_allowed(true);
  allowed.set_reason(v1::Decision::ALLOWED);
  const Target check = {"/provost.v1.AccessService/Check", question.SerializeAsString(),
                        allowed.SerializeAsString()};
  // HealthCheckResponse{status: SERVING}
  const Target empty = {"/grpc.health.v1.Health/Check", "", std::string("\x08\x01", 2)};

  const absl::Duration time = absl::Seconds(seconds);
  client.Measure(empty, time / 4, in_flight);
  client.Measure(check, time / 4, in_flight);
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const double empties = client.Measure(empty, time, in_flight);
    const double checks = client.Measure(check, time, in_flight);
    ratios.push_back(checks / empties);
    std::printf("empty method %8.0f calls/s   Check %8.0f calls/s   ratio %.2f\n", empties, checks,
                ratios.back());
  }
  std::sort(ratios.begin(), ratios.end());
  std::printf("median ratio %.2f at %d calls in flight\n", ratios[ratios.size() / 2], in_flight);
  (*server)->Shutdown();
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace provost

int main(int argc, char** argv) { return provost::Run(argc, argv); }
