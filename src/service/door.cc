#include "service/door.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>
#include <grpcpp/support/server_callback.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/door_call.h"
#include "service/refusal.h"
#include "service/wire_check.h"
#include "tenant/errors.h"

namespace provost {
namespace {

using google::protobuf::Message;

constexpr size_t kMaxCallIdBytes = 64;
constexpr absl::Duration kRetryWhenBusy = absl::Milliseconds(200);

// The value of a metadata key that comes at most once. INVALID_ARGUMENT where it comes twice.
absl::StatusOr<std::string> Single(const grpc::CallbackServerContext& context, const char* key) {
  const auto range = context.client_metadata().equal_range(key);
  if (range.first == range.second) return std::string();
  if (std::next(range.first) != range.second) {
    return absl::InvalidArgumentError(
        absl::StrCat("metadata `", key, "`: comes more than once; wanted exactly one"));
  }
  return std::string(range.first->second.data(), range.first->second.size());
}

bool IsCallId(absl::string_view id) {
  if (id.empty() || id.size() > kMaxCallIdBytes) return false;
  for (char c : id) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') {
      return false;
    }
  }
  return true;
}

const google::protobuf::FieldDescriptor* FindField(const Message& message, const char* name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

// A request to delete that is content where there is nothing (AIP-135). Only who may learn that it
// is missing gets NOT_FOUND from Authorize, so it tells nobody more.
bool AllowsMissing(const Message& request) {
  const auto* field = FindField(request, "allow_missing");
  return field != nullptr && request.GetReflection()->GetBool(request, field);
}

std::string Dump(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

grpc::Status ToGrpc(const absl::Status& status, absl::string_view call_id) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(status.message()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    auto* detail = details.add_details();
    detail->set_type_url(std::string(url));
    detail->set_value(std::string(payload));
  });
  google::rpc::RequestInfo info;
  info.set_request_id(std::string(call_id));
  details.add_details()->PackFrom(info);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      details.SerializeAsString());
}

}  // namespace

absl::Status PoolIsFull() {
  return RetryAfter(absl::ResourceExhaustedError("too many large calls are waiting; try again"),
                    kRetryWhenBusy);
}

absl::StatusOr<Message*> ParseMessage(const Message& prototype, const grpc::ByteBuffer& bytes,
                                      google::protobuf::Arena* arena) {
  Message* const message = prototype.New(arena);
  // The reader only reads, but takes a buffer that it may write to.
  grpc::ByteBuffer copy(bytes);
  grpc::ProtoBufferReader reader(&copy);
  if (!reader.status().ok() || !message->ParseFromZeroCopyStream(&reader)) {
    return ExplainUnreadable(*prototype.GetDescriptor(), Dump(bytes));
  }
  return message;
}

absl::Status SerializeMessage(const Message& message, grpc::ByteBuffer* bytes) {
  bool own_buffer = false;
  const grpc::Status status =
      grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(message, bytes, &own_buffer);
  return status.ok() ? absl::OkStatus() : absl::InternalError(status.error_message());
}

// One service of the contract, whose methods all lead to the door as bytes: so one place parses,
// which can tell what is wrong with bytes that are no request.
class Door::RawService : public grpc::Service {
 public:
  void Add(Door* door, const Method& method) {
    using Bytes = grpc::ByteBuffer;
    const bool receives = method.descriptor->client_streaming();
    const bool sends = method.descriptor->server_streaming();
    AddMethod(
        new grpc::internal::RpcServiceMethod(method.path.c_str(),
                                             receives ? grpc::internal::RpcMethod::CLIENT_STREAMING
                                             : sends  ? grpc::internal::RpcMethod::SERVER_STREAMING
                                                      : grpc::internal::RpcMethod::NORMAL_RPC,
                                             nullptr));
    grpc::internal::MethodHandler* handler = nullptr;
    if (receives) {
      handler = new grpc::internal::CallbackClientStreamingHandler<Bytes, Bytes>(
          [door, &method](grpc::CallbackServerContext* context, Bytes* response) {
            return door->ServeReceiver(method, context, response);
          });
    } else if (sends) {
      handler = new grpc::internal::CallbackServerStreamingHandler<Bytes, Bytes>(
          [door, &method](grpc::CallbackServerContext* context, const Bytes* request) {
            return door->ServeSender(method, context, *request);
          });
    } else {
      handler = new grpc::internal::CallbackUnaryHandler<Bytes, Bytes>(
          [door, &method](grpc::CallbackServerContext* context, const Bytes* request,
                          Bytes* response) {
            return door->Serve(method, context, *request, response);
          });
    }
    MarkMethodRawCallback(count_++, handler);
  }

 private:
  int count_ = 0;
};

Door::Door(const Backend& backend, Methods methods, DoorOptions options)
    : backend_(backend),
      methods_(std::move(methods)),
      options_(std::move(options)),
      call_prefix_(absl::BytesToHexString(Sealer::RandomBytes(5))) {}

Door::~Door() = default;

absl::Status Door::RegisterWith(grpc::ServerBuilder* builder) {
  if (absl::Status status = methods_.CheckComplete(); !status.ok()) return status;
  const google::protobuf::ServiceDescriptor* last = nullptr;
  for (const std::unique_ptr<Method>& method : methods_.all()) {
    if (method->descriptor->service() != last) {
      services_.push_back(std::make_unique<RawService>());
      last = method->descriptor->service();
    }
    services_.back()->Add(this, *method);
  }
  for (const std::unique_ptr<RawService>& service : services_) {
    builder->RegisterService(service.get());
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* Door::Serve(const Method& method, grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer& request, grpc::ByteBuffer* response) {
  auto call = std::make_shared<CallState>();
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  Arrive(*call, method, context);
  call->finish = [reactor](const grpc::Status& status) { reactor->Finish(status); };
  call->response = response;
  absl::Status status = Begin(*call, request);
  if (!status.ok()) {
    Finish(*call, status);
    return reactor;
  }
  switch (method.kind) {
    case Method::Kind::kRead:
      RunRead(*call);
      break;
    case Method::Kind::kScan:
      if (!backend_.scans->Run([this, call] { RunRead(*call); })) {
        Finish(*call, PoolIsFull());
      }
      break;
    case Method::Kind::kMutate:
      if (!method.validate_on_pool) {
        SubmitChange(std::move(call));
      } else if (!backend_.scans->Run([this, call] { SubmitChange(call); })) {
        Finish(*call, PoolIsFull());
      }
      break;
    case Method::Kind::kMissing:
    case Method::Kind::kSend:
    case Method::Kind::kReceive:  // Methods::CheckComplete lets none of these come here.
      Finish(*call, absl::UnimplementedError(method.short_name));
      break;
  }
  return reactor;
}

void Door::Arrive(CallState& call, const Method& method,
                  grpc::CallbackServerContext* context) const {
  call.method = &method;
  call.context = context;
  call.start = absl::Now();
  call.deadline = absl::FromChrono(context->deadline());
  const bool streams =
      method.descriptor->client_streaming() || method.descriptor->server_streaming();
  if (!streams) call.deadline = std::min(call.deadline, call.start + options_.default_deadline);
}

std::string Door::NewCallId() {
  return absl::StrCat(call_prefix_, "-", next_call_.fetch_add(1, std::memory_order_relaxed));
}

absl::Status Door::CheckOpen() {
  if (!refuses_.load(std::memory_order_relaxed)) return absl::OkStatus();
  refused_.fetch_add(1, std::memory_order_relaxed);
  return RetryAfter(absl::UnavailableError("the server is stopping"), kRetryWhenBusy);
}

absl::Status Door::FindPlaces(CallState& call) const {
  absl::StatusOr<Subject> subject =
      FindSubject(call.method->rule, *call.request, call.actor, *backend_.registry);
  if (!subject.ok()) return subject.status();
  call.subject = *std::move(subject);
  return absl::OkStatus();
}

absl::Status Door::Begin(CallState& call, const grpc::ByteBuffer& request) {
  absl::StatusOr<std::string> call_id = Single(*call.context, kCallIdMetadata);
  call.has_own_id = call_id.ok() && IsCallId(*call_id);
  call.call_id = call.has_own_id ? *call_id : NewCallId();
  if (absl::Status status = CheckOpen(); !status.ok()) return status;
  const Method& method = *call.method;
  absl::StatusOr<Message*> message = ParseMessage(*method.request, request, &call.arena);
  if (!message.ok()) return message.status();
  call.request = *message;
  if (method.rule.AsksNobody()) {
    const bool by_code = method.rule.option.judged_in() == v1::Authorization::CODE;
    call.actor.name = by_code ? "anyone" : "server";
  } else {
    absl::StatusOr<Actor> actor = FindActor(*call.context);
    if (!actor.ok()) return actor.status();
    call.actor = *std::move(actor);
  }
  if (absl::Status status = FindPlaces(call); !status.ok()) return status;
  return CheckFreshness(call);
}

absl::StatusOr<Actor> Door::FindActor(const grpc::CallbackServerContext& context) const {
  absl::StatusOr<std::string> value = Single(context, kActorMetadata);
  if (!value.ok()) return value.status();
  if (value->empty()) {
    return absl::UnauthenticatedError(
        absl::StrCat("metadata `", kActorMetadata,
                     "`: is missing; wanted who calls, like `tenants/acme/users/ann`"));
  }
  absl::StatusOr<ResourceName> name = ParseName(*value);
  if (!name.ok() || (name->collection != Collection::kUsers &&
                     name->collection != Collection::kServiceAccounts)) {
    return absl::UnauthenticatedError(absl::StrCat(
        "metadata `", kActorMetadata, "`: ", Quoted(*value),
        " names no user or service account; wanted one like `tenants/acme/users/ann`"));
  }
  Actor actor;
  actor.tenant = backend_.registry->Find(name->tenant);
  actor.name = *std::move(value);
  if (actor.tenant != nullptr) {
    auto view = actor.tenant->world().Read();
    actor.subject = view->FindSubject(name->Relative());
    if (view->HasSubject(actor.subject)) return actor;
  }
  return absl::UnauthenticatedError(
      absl::StrCat("metadata `", kActorMetadata, "`: there is no ", Quoted(actor.name)));
}

std::string Door::RevisionToken(const Tenant& tenant, uint64_t revision) const {
  if (const auto kept = tenant.revision_token(); kept != nullptr && kept->revision == revision) {
    return kept->token;
  }
  std::string token = backend_.registry->sealer().Seal(
      absl::StrCat("revision/", tenant.id(), "/", tenant.number()), absl::StrCat(revision));
  tenant.KeepRevisionToken({revision, token});
  return token;
}

absl::Status Door::CheckFreshness(CallState& call) const {
  absl::StatusOr<std::string> token = Single(*call.context, kAtLeastMetadata);
  if (!token.ok()) return token.status();
  // What is no longer there cannot be behind; a retried deletion may come with its token.
  if (token->empty() || call.subject.missing) return absl::OkStatus();
  const Tenant& tenant = *call.subject.tenant;
  const std::optional<std::string> payload = backend_.registry->sealer().Open(
      absl::StrCat("revision/", tenant.id(), "/", tenant.number()), *token);
  uint64_t revision = 0;
  if (!payload.has_value() || !absl::SimpleAtoi(*payload, &revision)) {
    return absl::InvalidArgumentError(
        absl::StrCat("metadata `", kAtLeastMetadata, "`: ", Quoted(*token),
                     " is no consistency token of this tenant; wanted the `", kRevisionMetadata,
                     "` of an earlier answer about it"));
  }
  if (tenant.world().Read()->revision() < revision) {
    return RetryAfter(
        absl::UnavailableError("this server has not yet come as far as the consistency token says"),
        kRetryWhenBusy);
  }
  return absl::OkStatus();
}

void Door::RunRead(CallState& call) {
  absl::Time now = backend_.registry->clock().Now();
  if (absl::Now() > call.deadline || call.context->IsCancelled()) {
    Finish(call, absl::DeadlineExceededError("the deadline passed before the call's turn"));
    return;
  }
  const Method& method = *call.method;
  Message* response = method.response->New(&call.arena);
  absl::Status status;
  {
    const Subject& subject = call.subject;
    const auto target = subject.tenant->world().Read();
    const auto judge = subject.judge->world().Read();
    // Judged in one's own tenant, the state that answers is the state that decides.
    const WorldState& judging = subject.judge == subject.tenant ? *target : *judge;
    if (method.validate != nullptr) status = method.validate(*call.request, &call.prepared);
    if (status.ok()) {
      status = Authorize(method.rule, *call.request, call.actor, subject, judging, *target,
                         backend_.registry->database(), now);
    }
    if (status.ok()) {
      ReadCall read{backend_, call.actor, subject.tenant, subject, *target, now};
      status = method.read(read, *call.request, response);
    }
    call.revision = target->revision();
  }
  if (status.ok()) status = SerializeMessage(*response, call.response);
  Finish(call, status);
}

absl::Status Door::AuthorizeAtDoor(CallState& call) const {
  const Subject& subject = call.subject;
  const auto target = subject.tenant->world().Read();
  const auto judge = subject.judge->world().Read();
  // A retry may find that its first attempt took away what it is about: the lane knows.
  const bool missing_is_fine = !call.request_id.empty();
  const absl::Time now = backend_.registry->clock().Now();
  absl::Status status = Ask(call, subject.judge == subject.tenant ? *target : *judge, *target,
                            backend_.registry->database(), now, missing_is_fine);
  return missing_is_fine && absl::IsNotFound(status) ? absl::OkStatus() : status;
}

absl::Status Door::Ask(const CallState& call, const WorldState& judge, const WorldState& target,
                       const store::Reader& reader, absl::Time now, bool missing_is_fine) const {
  const Subject& subject = call.subject;
  absl::Status status = Authorize(call.method->rule, *call.request, call.actor, subject, judge,
                                  target, reader, now, missing_is_fine);
  if (absl::IsNotFound(status) && AllowsMissing(*call.request)) status = absl::OkStatus();
  if (!status.ok() || call.method->authorize == nullptr) return status;
  const SubjectId actor =
      call.actor.tenant == subject.tenant ? call.actor.subject : kUnknownSubject;
  status = call.method->authorize(
      RuleCall{target, reader, *subject.tenant, actor, now, call.prepared}, *call.request);
  return WithoutReason(std::move(status), subject, actor, target, reader, now);
}

TenantMutation Door::MutationOf(const std::shared_ptr<CallState>& call) const {
  TenantMutation mutation;
  mutation.tenant = call->subject.tenant;
  if (call->method->rule.option.judged_in() == v1::Authorization::SYSTEM) {
    mutation.answers = backend_.registry->system();
  }
  mutation.actor = call->actor;
  mutation.method = call->method->short_name;
  mutation.call_id = call->call_id;
  mutation.deadline = call->deadline;
  mutation.validate_only = call->validate_only;
  if (!call->request_id.empty() && !call->validate_only) {
    mutation.request_id = call->request_id;
    mutation.body_digest = Sha256(call->request->SerializeAsString());
  }
  mutation.authorize = [this, call](MutationContext& context, bool replaying) {
    return Ask(*call, context.StateOf(call->subject.judge), context.state(), context.reader(),
               context.now(), replaying);
  };
  return mutation;
}

void Door::SubmitChange(std::shared_ptr<CallState> call) {
  const Method& method = *call->method;
  const Message& request = *call->request;
  if (const auto* field = FindField(request, "request_id"); field != nullptr) {
    call->request_id = request.GetReflection()->GetString(request, field);
    if (!call->request_id.empty() && !IsUuid(call->request_id)) {
      Finish(*call, BadField("request_id", call->request_id,
                             "wanted a UUID, like `7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f`"));
      return;
    }
    // The letters of a UUID are the same in either case, in what a retry is compared by too.
    call->request_id = absl::AsciiStrToLower(call->request_id);
    request.GetReflection()->SetString(call->request, field, call->request_id);
  }
  if (const auto* field = FindField(request, "validate_only"); field != nullptr) {
    call->validate_only = request.GetReflection()->GetBool(request, field);
  }
  absl::Status status = method.validate(request, &call->prepared);
  if (status.ok()) status = AuthorizeAtDoor(*call);
  if (!status.ok()) {
    Finish(*call, status);
    return;
  }

  TenantMutation mutation = MutationOf(call);
  mutation.prepare = [this, call](MutationContext& context) -> absl::StatusOr<std::string> {
    MutateCall change{backend_, context, context.draft(), call->prepared};
    Message* response = call->method->response->New(&call->arena);
    if (absl::Status status = call->method->mutate(change, *call->request, response);
        !status.ok()) {
      return status;
    }
    return response->SerializeAsString();
  };
  mutation.done = [this, call](absl::StatusOr<MutationResult> result) {
    absl::Status status = result.status();
    if (absl::IsResourceExhausted(status) || absl::IsUnavailable(status)) {
      status = RetryAfter(status, kRetryWhenBusy);
    }
    if (result.ok()) {
      call->revision = result->revision;
      call->replayed = result->replayed;
      grpc::Slice slice(result->response);
      *call->response = grpc::ByteBuffer(&slice, 1);
      if (call->method->committed != nullptr && !result->replayed && !call->validate_only) {
        call->method->committed(backend_);
      }
    }
    Finish(*call, status);
  };
  backend_.writer->Submit(std::move(mutation));
}

void Door::Finish(CallState& call, const absl::Status& outcome) {
  const absl::Status status = Tell(call, outcome);
  if (call.revision != 0 && call.subject.tenant != nullptr) {
    call.context->AddTrailingMetadata(kRevisionMetadata,
                                      RevisionToken(*call.subject.tenant, call.revision));
  }
  // A read that went well is not in the log by default, and an id that nobody asked for costs every
  // check a few per cent.
  if (call.has_own_id || !status.ok() || call.is_change()) {
    call.context->AddTrailingMetadata(kCallIdMetadata, call.call_id);
  }
  call.finish(ToGrpc(status, call.call_id));
}

absl::Status Door::Tell(const CallState& call, const absl::Status& outcome) const {
  const Tenant* const tenant = call.subject.tenant.get();
  absl::Status status = ForCaller(outcome, tenant == nullptr ? absl::string_view() : tenant->id());
  if (options_.on_call != nullptr) {
    CallRecord record;
    record.method = call.method->short_name;
    record.actor = call.actor.name;
    if (tenant != nullptr) record.tenant = tenant->id();
    record.call_id = call.call_id;
    record.status = status;
    record.duration = absl::Now() - call.start;
    record.revision = call.revision;
    record.is_change = call.is_change();
    record.replayed = call.replayed;
    options_.on_call(record);
  }
  return status;
}

}  // namespace provost
