#ifndef PROVOST_SERVICE_DOOR_H_
#define PROVOST_SERVICE_DOOR_H_

#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "service/methods.h"

namespace provost {

/// Metadata that the door reads and writes.
inline constexpr char kActorMetadata[] = "provost-actor";        ///< Who calls, a resource name.
inline constexpr char kAtLeastMetadata[] = "provost-at-least";   ///< A consistency token.
inline constexpr char kRevisionMetadata[] = "provost-revision";  ///< Trailing: such a token.
/// Both ways: the id in the log. A read that succeeds answers with it only if the caller gave one.
inline constexpr char kCallIdMetadata[] = "provost-call-id";

/// What is known of a call when it is over: for the log and for statistics.
struct CallRecord {
  absl::string_view method;
  absl::string_view actor;
  absl::string_view tenant;
  absl::string_view call_id;
  absl::Status status;
  absl::Duration duration;
  uint64_t revision = 0;
  bool is_change = false;
  bool replayed = false;
};

struct DoorOptions {
  /// For callers that set no deadline.
  absl::Duration default_deadline = absl::Seconds(60);
  /// How long a stream may wait for its caller to send the next message, or to take one.
  absl::Duration stream_idle = absl::Seconds(60);
  /// Told of each call; must be quick, and is called by several threads.
  std::function<void(const CallRecord&)> on_call;
};

/// Work that was stored for later, and whose time has come: a call of a method that sends, of which
/// somebody is told without calling.
struct StoredWork {
  absl::string_view method;  ///< `ReportService.ExportReport`
  Actor actor;               ///< As whom.
  const google::protobuf::Message* request = nullptr;
  absl::Duration at_most;  ///< How long it may take.
  /// What makes the messages, in the place of the method's own, so that more can be known of them
  /// than they say.
  std::function<absl::StatusOr<Source<google::protobuf::Message>>(ReadCall&)> open;
};

/// The one way into the server. Every method of every service comes through here: find the caller
/// and what the call is about, ask the one question of the method's option, read and validate, run
/// the handler (at once, on the pool, or in the lane, where the question is asked again), and
/// answer with a status that carries google.rpc details, a consistency token and the call's id.
///
/// Thread-safe. Outlives the server that it is registered with.
class Door {
 public:
  Door(const Backend& backend, Methods methods, DoorOptions options);
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// Registers all services. FAILED_PRECONDITION where a method has no handler.
  absl::Status RegisterWith(grpc::ServerBuilder* builder);

  /// From now on every call that arrives is answered UNAVAILABLE, which clients try again
  /// elsewhere; those under way go on. For a server that is about to stop.
  void Refuse() { refuses_.store(true, std::memory_order_relaxed); }
  /// How many calls were answered so.
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

  /// Carries out stored work, on the calling thread: validated, authorized anew before each
  /// message, logged and, where it is refused, refused in the same words as a call of the actor
  /// (rule 23). `take` is given each message; what it returns but OK ends the work.
  /// DEADLINE_EXCEEDED after `at_most`; UNAVAILABLE once Refuse() was called, where it is to be
  /// tried again.
  absl::Status CarryOut(const StoredWork& work,
                        absl::FunctionRef<absl::Status(const google::protobuf::Message&)> take);

  /// Ends the streams whose callers have kept them waiting for longer than they may. To be called
  /// every now and then. Cost: a look at each stream.
  void EndIdleStreams() ABSL_LOCKS_EXCLUDED(streams_mutex_);

 private:
  class RawService;
  struct CallState;
  class OpenStream;
  class Messages;
  class Sender;
  class Receiver;

  grpc::ServerUnaryReactor* Serve(const Method& method, grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer& request, grpc::ByteBuffer* response);
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ServeSender(const Method& method,
                                                          grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer& request);
  grpc::ServerReadReactor<grpc::ByteBuffer>* ServeReceiver(const Method& method,
                                                           grpc::CallbackServerContext* context,
                                                           grpc::ByteBuffer* response);
  void Arrive(CallState& call, const Method& method, grpc::CallbackServerContext* context) const;
  absl::Status Begin(CallState& call, const grpc::ByteBuffer& request);
  // Once the caller is known: what the call is about.
  absl::Status FindPlaces(CallState& call) const;
  std::string NewCallId();
  // Counts what it refuses.
  absl::Status CheckOpen();
  absl::StatusOr<Actor> FindActor(const grpc::CallbackServerContext& context) const;
  absl::Status CheckFreshness(CallState& call) const;
  absl::Status AuthorizeAtDoor(CallState& call) const;
  // Asks the question of the method's option, and its rules, on states of the subject's tenants and
  // the rows that go with them.
  absl::Status Ask(const CallState& call, const WorldState& judge, const WorldState& target,
                   const store::Reader& reader, absl::Time now, bool missing_is_fine) const;
  void RunRead(CallState& call);
  void SubmitChange(std::shared_ptr<CallState> call);
  // The mutation that `call` asks for, without what it changes.
  TenantMutation MutationOf(const std::shared_ptr<CallState>& call) const;
  void Finish(CallState& call, const absl::Status& outcome);
  // What reaches the caller of an outcome, which is logged.
  absl::Status Tell(const CallState& call, const absl::Status& outcome) const;
  std::string RevisionToken(const Tenant& tenant, uint64_t revision) const;

  const Backend backend_;
  const Methods methods_;
  const DoorOptions options_;
  std::vector<std::unique_ptr<RawService>> services_;
  std::atomic<uint64_t> next_call_{1};
  std::atomic<bool> refuses_{false};
  std::atomic<uint64_t> refused_{0};
  const std::string call_prefix_;
  Mutex streams_mutex_;
  std::set<OpenStream*> streams_ ABSL_GUARDED_BY(streams_mutex_);
};

}  // namespace provost

#endif  // PROVOST_SERVICE_DOOR_H_
