// The door's streams. One message of a stream is in memory at a time: it is made or taken on the
// pool, and gRPC is asked for the next only then.
#include <atomic>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/door_call.h"
#include "tenant/errors.h"

namespace provost {
namespace {

using google::protobuf::Arena;
using google::protobuf::Message;

absl::Status Gone() { return absl::CancelledError("the caller has gone"); }
absl::Status Stopping() { return absl::UnavailableError("the server is stopping"); }

absl::Status CheckTime(absl::Time deadline) {
  return absl::Now() > deadline ? absl::DeadlineExceededError("the deadline passed")
                                : absl::OkStatus();
}

}  // namespace

// A stream, for as long as it is open, and whether it waits for its caller.
class Door::OpenStream {
 public:
  explicit OpenStream(Door* door) : door_(door) {
    MutexLock lock(&door_->streams_mutex_);
    door_->streams_.insert(this);
  }
  virtual ~OpenStream() {
    MutexLock lock(&door_->streams_mutex_);
    door_->streams_.erase(this);
  }
  OpenStream(const OpenStream&) = delete;
  OpenStream& operator=(const OpenStream&) = delete;

  // Gives up a stream that has waited since before `then`.
  void EndIfWaitingSince(absl::Time then) {
    int64_t since = since_;
    if (since != 0 && since < absl::ToUnixNanos(then) && since_.compare_exchange_strong(since, 0)) {
      GiveUp();
    }
  }

 protected:
  void Wait() { since_ = absl::ToUnixNanos(absl::Now()); }
  // The caller did its part. False where that came too late: GiveUp() was called, or is.
  bool WaitIsOver() { return since_.exchange(0) != 0; }
  virtual void GiveUp() = 0;

  absl::Status TooIdle(absl::string_view what) const {
    return absl::DeadlineExceededError(
        absl::StrCat("the caller has ", what, " for more than ",
                     absl::FormatDuration(door_->options_.stream_idle), " (`stream_idle`)"));
  }

  Door* const door_;

 private:
  std::atomic<int64_t> since_{0};  // In nanoseconds; 0: it does not wait.
};

// Makes the messages of a stream, each for whom the caller is by then.
class Door::Messages {
 public:
  Messages(Door* door, CallState* call) : door_(door), call_(call) {}

  // To be asked before the first: what is wrong with the request by itself.
  absl::Status Validate() {
    const Method& method = *call_->method;
    return method.validate == nullptr ? absl::OkStatus()
                                      : method.validate(*call_->request, &call_->prepared);
  }

  // The next; false: that was all. `open` makes the source, the first time.
  absl::StatusOr<bool> Next(absl::FunctionRef<absl::StatusOr<Source<Message>>(ReadCall&)> open,
                            Message* item) {
    const Backend& backend = door_->backend_;
    const Subject& subject = call_->subject;
    const absl::Time now = backend.registry->clock().Now();
    const auto target = subject.tenant->world().Read();
    const auto judge = subject.judge->world().Read();
    call_->revision = target->revision();
    if (absl::Status status =
            door_->Ask(*call_, subject.judge == subject.tenant ? *target : *judge, *target,
                       backend.registry->database(), now, /*missing_is_fine=*/false);
        !status.ok()) {
      return status;
    }
    ReadCall read{backend, call_->actor, subject.tenant, subject, *target, now};
    if (source_ == nullptr) {
      absl::StatusOr<Source<Message>> source = open(read);
      if (!source.ok()) return source.status();
      source_ = *std::move(source);
    }
    return source_(read, item);
  }

 private:
  Door* const door_;
  CallState* const call_;
  Source<Message> source_;
};

// Sends what a source makes, and ends with it.
class Door::Sender : public grpc::ServerWriteReactor<grpc::ByteBuffer>, private OpenStream {
 public:
  Sender(Door* door, const Method& method, grpc::CallbackServerContext* context,
         const grpc::ByteBuffer& request)
      : OpenStream(door), messages_(door, &call_) {
    door_->Arrive(call_, method, context);
    call_.finish = [this](const grpc::Status& status) { Finish(status); };
    absl::Status status = door_->Begin(call_, request);
    if (status.ok()) status = messages_.Validate();
    if (!status.ok()) {
      door_->Finish(call_, status);
    } else if (!door_->backend_.scans->Run([this] { Step(); })) {
      door_->Finish(call_, PoolIsFull());
    }
  }

 private:
  void Step() {
    Arena arena;
    Message* const item = call_.method->response->New(&arena);
    absl::Status status = cancelled_ ? Gone() : CheckTime(call_.deadline);
    bool more = false;
    if (status.ok()) {
      absl::StatusOr<bool> made = messages_.Next(
          [this](ReadCall& read) { return call_.method->open_source(read, *call_.request); }, item);
      status = made.status();
      more = made.ok() && *made;
    }
    if (more) {
      bytes_.Clear();
      status = SerializeMessage(*item, &bytes_);
      if (status.ok()) {
        Wait();
        StartWrite(&bytes_);
        return;  // Another thread may be at the next step already.
      }
    }
    door_->Finish(call_, status);
  }

  void OnWriteDone(bool ok) override {
    const bool in_time = WaitIsOver();
    if (!ok) {
      door_->Finish(call_, in_time ? Gone() : TooIdle("read nothing"));
    } else if (!door_->backend_.scans->Resume([this] { Step(); })) {
      door_->Finish(call_, Stopping());
    }
  }
  // Whatever is under way finds it.
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override { delete this; }
  // No status gets past what the caller does not read.
  void GiveUp() override { call_.context->TryCancel(); }

  CallState call_;
  Messages messages_;
  grpc::ByteBuffer bytes_;
  std::atomic<bool> cancelled_{false};
};

// Hands what comes in to a sink.
class Door::Receiver : public grpc::ServerReadReactor<grpc::ByteBuffer>, private OpenStream {
 public:
  Receiver(Door* door, const Method& method, grpc::CallbackServerContext* context,
           grpc::ByteBuffer* response)
      : OpenStream(door), call_(std::make_shared<CallState>()) {
    door_->Arrive(*call_, method, context);
    call_->finish = [this](const grpc::Status& status) { Finish(status); };
    call_->response = response;
    Wait();
    StartRead(&bytes_);
  }

 private:
  // The sink's side of the call.
  class Stream : public StreamCall {
   public:
    Stream(Door* door, const std::shared_ptr<CallState>& call) : door_(door), call_(call) {}

    const Backend& backend() const override { return door_->backend_; }
    const Actor& actor() const override { return call_->actor; }
    const Subject& subject() const override { return call_->subject; }
    const std::any& prepared() const override { return call_->prepared; }

    absl::Status Read(absl::FunctionRef<absl::Status(ReadCall&)> read) override {
      const auto state = call_->subject.tenant->world().Read();
      ReadCall read_call{door_->backend_, call_->actor, call_->subject.tenant,
                         call_->subject,  *state,       door_->backend_.registry->clock().Now()};
      return read(read_call);
    }

    absl::Status Commit(absl::FunctionRef<absl::Status(MutateCall&)> change) override {
      TenantMutation mutation = door_->MutationOf(call_);
      mutation.prepare = [this, change](MutationContext& context) -> absl::StatusOr<std::string> {
        MutateCall mutate{door_->backend_, context, context.draft(), call_->prepared};
        if (absl::Status status = change(mutate); !status.ok()) return status;
        return std::string();
      };
      Mutex mutex;
      CondVar done;
      std::optional<absl::StatusOr<MutationResult>> result;
      mutation.done = [&](absl::StatusOr<MutationResult> outcome) {
        MutexLock lock(&mutex);
        result = std::move(outcome);
        done.Signal();
      };
      door_->backend_.writer->Submit(std::move(mutation));
      MutexLock lock(&mutex);
      while (!result.has_value()) done.Wait(&mutex);
      if (!result->ok()) return result->status();
      call_->revision = (*result)->revision;
      return absl::OkStatus();
    }

   private:
    Door* const door_;
    const std::shared_ptr<CallState> call_;
  };

  void OnReadDone(bool ok) override {
    if (!WaitIsOver()) return;  // It was answered.
    if (!ok && (cancelled_ || call_->context->IsCancelled())) {
      door_->Finish(*call_, Gone());  // Broken off; no end of the stream.
      return;
    }
    auto job = [this, ok] { ok ? Take() : End(); };
    ScanPool& pool = *door_->backend_.scans;
    const bool is_first = stream_ == nullptr;
    if (!(is_first ? pool.Run(job) : pool.Resume(job))) {
      door_->Finish(*call_, is_first ? PoolIsFull() : Stopping());
    }
  }

  void Take() {
    absl::Status status = cancelled_ ? Gone() : CheckTime(call_->deadline);
    Arena arena;
    const Message* message = nullptr;
    if (status.ok() && stream_ == nullptr) {
      status = Open();
      message = call_->request;
    } else if (status.ok()) {
      absl::StatusOr<Message*> parsed = ParseMessage(*call_->method->request, bytes_, &arena);
      status = parsed.status();
      if (parsed.ok()) message = *parsed;
    }
    if (status.ok()) status = sink_->Take(*stream_, *message);
    if (!status.ok()) {
      door_->Finish(*call_, status);
      return;
    }
    bytes_.Clear();
    Wait();
    StartRead(&bytes_);
  }

  absl::Status Open() {
    if (absl::Status status = door_->Begin(*call_, bytes_); !status.ok()) return status;
    const Method& method = *call_->method;
    if (absl::Status status = method.validate(*call_->request, &call_->prepared); !status.ok()) {
      return status;
    }
    if (absl::Status status = door_->AuthorizeAtDoor(*call_); !status.ok()) return status;
    stream_ = std::make_unique<Stream>(door_, call_);
    absl::StatusOr<std::unique_ptr<Method::AnySink>> sink =
        method.open_sink(*stream_, *call_->request);
    if (!sink.ok()) return sink.status();
    sink_ = *std::move(sink);
    return absl::OkStatus();
  }

  void End() {
    absl::Status status;
    if (stream_ == nullptr) {
      status =
          absl::InvalidArgumentError("the stream ended without a message; wanted at least one");
    } else {
      Arena arena;
      Message* const response = call_->method->response->New(&arena);
      status = sink_->Finish(*stream_, response);
      if (status.ok()) status = SerializeMessage(*response, call_->response);
    }
    door_->Finish(*call_, status);
  }

  void OnCancel() override { cancelled_ = true; }
  void OnDone() override { delete this; }
  // The read under way ends with the call.
  void GiveUp() override { door_->Finish(*call_, TooIdle("sent nothing")); }

  const std::shared_ptr<CallState> call_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Method::AnySink> sink_;
  grpc::ByteBuffer bytes_;
  std::atomic<bool> cancelled_{false};
};

absl::Status Door::CarryOut(const StoredWork& work,
                            absl::FunctionRef<absl::Status(const Message&)> take) {
  CallState call;
  for (const std::unique_ptr<Method>& method : methods_.all()) {
    if (method->short_name == work.method) call.method = method.get();
  }
  if (call.method == nullptr || call.method->kind != Method::Kind::kSend) {
    return absl::InternalError(absl::StrCat(work.method, " is no method that sends"));
  }
  call.start = absl::Now();
  call.deadline = call.start + work.at_most;
  call.call_id = NewCallId();
  call.request = work.request->New(&call.arena);
  call.request->CopyFrom(*work.request);
  call.actor = work.actor;
  Messages messages(this, &call);
  absl::Status status = FindPlaces(call);
  if (status.ok()) status = messages.Validate();
  for (bool more = true; status.ok() && more;) {
    status = CheckOpen();
    if (status.ok()) status = CheckTime(call.deadline);
    if (!status.ok()) break;
    Arena arena;
    Message* const item = call.method->response->New(&arena);
    absl::StatusOr<bool> made = messages.Next(work.open, item);
    status = made.status();
    more = made.ok() && *made;
    if (more) status = take(*item);
  }
  return Tell(call, status);
}

void Door::EndIdleStreams() {
  const absl::Time then = absl::Now() - options_.stream_idle;
  // No stream goes away meanwhile; gRPC tells those that end in a thread of its own.
  MutexLock lock(&streams_mutex_);
  for (OpenStream* stream : streams_) stream->EndIfWaitingSince(then);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* Door::ServeSender(const Method& method,
                                                              grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer& request) {
  return new Sender(this, method, context, request);
}

grpc::ServerReadReactor<grpc::ByteBuffer>* Door::ServeReceiver(const Method& method,
                                                               grpc::CallbackServerContext* context,
                                                               grpc::ByteBuffer* response) {
  return new Receiver(this, method, context, response);
}

}  // namespace provost
