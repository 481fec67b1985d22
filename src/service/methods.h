#ifndef PROVOST_SERVICE_METHODS_H_
#define PROVOST_SERVICE_METHODS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <any>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "policy/world/state.h"
#include "service/authorize.h"
#include "service/backend.h"
#include "service/method_rule.h"
#include "service/streams.h"
#include "tenant/errors.h"
#include "tenant/mutation.h"

namespace provost {

/// How a service is written. Services know nothing of gRPC: each has a function that registers a
/// handler for every one of its methods,
///
///     void RegisterCatalogService(Methods& methods) {
///       methods.Read<v1::GetCatalogRequest, v1::Catalog>(GetCatalog);
///       methods.Scan<v1::ListCatalogsRequest, v1::ListCatalogsResponse>(ListCatalogs);
///       methods.Mutate<v1::CreateCatalogRequest, v1::Catalog>(ValidateCreate, CreateCatalog);
///     }
///
/// and the door (door.h) does the rest: it finds the caller, asks the question of the method's
/// `authorization` option, calls the handler, and turns its status into the answer.

/// What a reading handler works with. `state` is pinned for the length of the call, and the caller
/// was authorized on it.
struct ReadCall {
  const Backend& backend;
  const Actor& actor;
  const std::shared_ptr<Tenant>& tenant;  ///< Which the request is about.
  const Subject& subject;
  const WorldState& state;  ///< Of `tenant`.
  absl::Time now;

  const store::Reader& reader() const { return backend.registry->database(); }
  /// The caller's subject in `tenant`; one that does not exist for callers of another tenant.
  SubjectId self() const { return actor.tenant == tenant ? actor.subject : kUnknownSubject; }
};

/// What a changing handler works with, in the lane: the caller was authorized on `state()`.
struct MutateCall {
  const Backend& backend;
  MutationContext& context;
  TenantDraft& draft;        ///< Of the tenant that the request is about.
  const std::any& prepared;  ///< What validate made of the request.

  const WorldState& state() const { return draft.state(); }
  absl::Time now() const { return context.now(); }
  /// The caller's subject; one that does not exist for callers of another tenant.
  SubjectId actor() const {
    return context.actor().tenant.get() == &draft.tenant() ? context.actor().subject
                                                           : kUnknownSubject;
  }
  uint32_t actor_uid() const { return context.ActorUidIn(draft.tenant()); }
};

/// What the rules that the engine judges beside the method's permission are asked with: at the
/// door, and again in the lane.
struct RuleCall {
  const WorldState& state;      ///< Of the tenant that the request is about.
  const store::Reader& reader;  ///< The rows that go with it.
  const Tenant& tenant;
  SubjectId actor;  ///< One that does not exist for callers of another tenant.
  absl::Time now;
  const std::any& prepared;  ///< What validate made.
};

/// A method with its handler, free of types.
struct Method {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  std::string path;        ///< `/provost.v1.AccessService/Check`
  std::string short_name;  ///< `AccessService.Check`
  MethodRule rule;
  const google::protobuf::Message* request = nullptr;   ///< Prototype.
  const google::protobuf::Message* response = nullptr;  ///< Prototype.

  enum class Kind { kMissing, kRead, kScan, kMutate, kSend, kReceive };
  Kind kind = Kind::kMissing;
  using Message = google::protobuf::Message;
  using AnySink = Sink<Message, Message>;
  std::function<absl::Status(ReadCall&, const Message&, Message*)> read;
  /// At the door, before anything else: refuses what is wrong with the request by itself, and may
  /// leave what it made of it, a compiled policy, say.
  std::function<absl::Status(const Message&, std::any*)> validate;
  bool validate_on_pool = false;  ///< It takes long.
  std::function<absl::Status(const RuleCall&, const Message&)> authorize;
  std::function<absl::Status(MutateCall&, const Message&, Message*)> mutate;
  /// After the answer is decided, on the lane's thread.
  std::function<void(const Backend&)> committed;
  std::function<absl::StatusOr<Source<Message>>(ReadCall&, const Message&)> open_source;
  std::function<absl::StatusOr<std::unique_ptr<AnySink>>(StreamCall&, const Message&)> open_sink;
};

/// All methods of the contract.
class Methods {
 public:
  /// FAILED_PRECONDITION for a method whose option does not say who may call it.
  static absl::StatusOr<Methods> OfContract();

  /// A handler that answers from the state and a few rows, on the thread that the call came in on.
  template <typename Request, typename Response, typename Handler>
  Method& Read(Handler handler) {
    return SetRead<Request, Response>(Method::Kind::kRead, std::move(handler));
  }

  /// A handler that may read much, on the bounded pool.
  template <typename Request, typename Response, typename Handler>
  Method& Scan(Handler handler) {
    return SetRead<Request, Response>(Method::Kind::kScan, std::move(handler));
  }

  /// What can be wrong with the request by itself, a pure function, which may leave what it made of
  /// it: asked before anything else, so that nothing about it depends on what is there.
  template <typename Request, typename Validate>
  static void ValidateBy(Method& method, Validate validate) {
    method.validate = [validate](const google::protobuf::Message& request,
                                 std::any* prepared) -> absl::Status {
      if constexpr (std::is_invocable_v<Validate, const Request&, std::any*>) {
        return validate(static_cast<const Request&>(request), prepared);
      } else {
        return validate(static_cast<const Request&>(request));
      }
    };
  }

  /// A handler that makes a change. `validate` is a pure function of the request, called at the
  /// door; `handler` is called in the lane with the validated request. It may fail at any point and
  /// leaves no trace then.
  template <typename Request, typename Response, typename Validate, typename Handler>
  Method& Mutate(Validate validate, Handler handler) {
    Method& method = Find<Request, Response>();
    method.kind = Method::Kind::kMutate;
    ValidateBy<Request>(method, validate);
    method.mutate = [handler](MutateCall& call, const google::protobuf::Message& request,
                              google::protobuf::Message* response) -> absl::Status {
      return handler(call, static_cast<const Request&>(request), static_cast<Response*>(response));
    };
    return method;
  }

  /// A server stream. `open(ReadCall&, const Request&)` gives a StatusOr<Source<Item>>, on the
  /// pool.
  template <typename Request, typename Item, typename Open>
  Method& Send(Open open) {
    Method& method = Find<Request, Item>();
    method.kind = Method::Kind::kSend;
    method.open_source = [open](ReadCall& call, const google::protobuf::Message& request)
        -> absl::StatusOr<Source<google::protobuf::Message>> {
      absl::StatusOr<Source<Item>> source = open(call, static_cast<const Request&>(request));
      if (!source.ok()) return source.status();
      return [next = *std::move(source)](ReadCall& at, google::protobuf::Message* item) {
        return next(at, static_cast<Item*>(item));
      };
    };
    return method;
  }

  /// A client stream. Its first message says what it is about: `validate` is a pure function of
  /// that, and the caller is authorized by it. `open(StreamCall&, const Request&)` gives a
  /// StatusOr<std::unique_ptr<Sink<Request, Response>>>, on the pool.
  template <typename Request, typename Response, typename Validate, typename Open>
  Method& Receive(Validate validate, Open open) {
    Method& method = Find<Request, Response>();
    method.kind = Method::Kind::kReceive;
    ValidateBy<Request>(method, validate);
    method.open_sink = [open](StreamCall& call, const google::protobuf::Message& request)
        -> absl::StatusOr<std::unique_ptr<Method::AnySink>> {
      absl::StatusOr<std::unique_ptr<Sink<Request, Response>>> sink =
          open(call, static_cast<const Request&>(request));
      if (!sink.ok()) return sink.status();
      return std::unique_ptr<Method::AnySink>(new TypedSink<Request, Response>(*std::move(sink)));
    };
    return method;
  }

  /// Rules that the engine judges beside the method's own permission: asked at the door, in the
  /// lane before the handler, and again when a kept answer is given once more. Rules that cannot
  /// find what the request is about answer NOT_FOUND.
  template <typename Request, typename Rules>
  static void AuthorizeBy(Method& method, Rules rules) {
    method.authorize = [rules](const RuleCall& call, const google::protobuf::Message& request) {
      return rules(call, static_cast<const Request&>(request));
    };
  }

  /// FAILED_PRECONDITION naming the methods without a handler.
  absl::Status CheckComplete() const;

  const std::vector<std::unique_ptr<Method>>& all() const { return methods_; }

 private:
  template <typename Request, typename Response>
  class TypedSink : public Method::AnySink {
   public:
    explicit TypedSink(std::unique_ptr<Sink<Request, Response>> sink) : sink_(std::move(sink)) {}
    absl::Status Take(StreamCall& call, const google::protobuf::Message& request) override {
      return sink_->Take(call, static_cast<const Request&>(request));
    }
    absl::Status Finish(StreamCall& call, google::protobuf::Message* response) override {
      return sink_->Finish(call, static_cast<Response*>(response));
    }

   private:
    const std::unique_ptr<Sink<Request, Response>> sink_;
  };

  Method& FindByRequest(const google::protobuf::Descriptor& request,
                        const google::protobuf::Descriptor& response);

  template <typename Request, typename Response>
  Method& Find() {
    Method& method = FindByRequest(*Request::descriptor(), *Response::descriptor());
    method.request = &Request::default_instance();
    method.response = &Response::default_instance();
    return method;
  }

  template <typename Request, typename Response, typename Handler>
  Method& SetRead(Method::Kind kind, Handler handler) {
    Method& method = Find<Request, Response>();
    method.kind = kind;
    method.read = [handler](ReadCall& call, const google::protobuf::Message& request,
                            google::protobuf::Message* response) -> absl::Status {
      return handler(call, static_cast<const Request&>(request), static_cast<Response*>(response));
    };
    return method;
  }

  std::vector<std::unique_ptr<Method>> methods_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_METHODS_H_
