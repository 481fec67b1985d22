#include "service/tenant_rounds.h"

#include <algorithm>
#include <future>
#include <utility>

#include "absl/time/clock.h"

namespace provost {
namespace {

// So that a clock that was set is noticed.
constexpr absl::Duration kLongestWait = absl::Minutes(1);
// After the database did not take a change.
constexpr absl::Duration kPause = absl::Seconds(1);
// After a tenant's rows could not be read.
constexpr absl::Duration kAfterError = absl::Minutes(1);

// What the writer says when a change may be taken later.
bool MayBeTakenLater(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsDeadlineExceeded(status);
}

}  // namespace

TenantRounds::TenantRounds(TenantRegistry* registry, Hooks hooks)
    : registry_(registry), hooks_(std::move(hooks)) {}

TenantRounds::~TenantRounds() {
  Stop(absl::ZeroDuration());
  Join();
}

void TenantRounds::Start(TenantWriter* writer) {
  writer_ = writer;
  for (const std::shared_ptr<Tenant>& tenant : registry_->All()) {
    Note(tenant, absl::InfinitePast());
  }
  {
    MutexLock lock(&mutex_);
    ended_ = false;
  }
  thread_ = std::thread([this] { Run(); });
}

void TenantRounds::Stop(absl::Duration patience) {
  MutexLock lock(&mutex_);
  stopping_ = true;
  changed_.SignalAll();
  const absl::Time end = absl::Now() + patience;
  while (!ended_ && absl::Now() < end) changed_.WaitFor(&mutex_, end - absl::Now());
}

void TenantRounds::Join() {
  if (thread_.joinable()) thread_.join();
}

void TenantRounds::Note(const std::shared_ptr<Tenant>& tenant, absl::Time time) {
  MutexLock lock(&mutex_);
  const auto [at, is_new] = looks_.try_emplace(tenant->number(), Look{tenant, time});
  if (!is_new) at->second.time = std::min(at->second.time, time);
  changed_.SignalAll();
}

void TenantRounds::Rest(absl::Time time) {
  MutexLock lock(&mutex_);
  not_before_ = time;
}

void TenantRounds::Settle() {
  MutexLock lock(&mutex_);
  changed_.SignalAll();
  while (!ended_ && !stopping_) {
    const auto first = First();
    if (!looking_ && (first == looks_.end() || first->second.time > registry_->clock().Now())) {
      return;
    }
    changed_.WaitFor(&mutex_, kLongestWait);
  }
}

bool TenantRounds::IsStopping() {
  MutexLock lock(&mutex_);
  return stopping_;
}

bool TenantRounds::Pause(absl::Duration time) {
  const absl::Time end = absl::Now() + time;
  MutexLock lock(&mutex_);
  while (!stopping_ && absl::Now() < end) changed_.WaitFor(&mutex_, end - absl::Now());
  return !stopping_;
}

void TenantRounds::Run() {
  while (const std::shared_ptr<Tenant> tenant = NextLook()) {
    absl::Time next = absl::InfiniteFuture();
    if (registry_->Find(tenant->id()) == tenant) {
      absl::StatusOr<absl::Time> again = hooks_.look(tenant);
      if (!again.ok()) {
        if (hooks_.on_error) hooks_.on_error(again.status());
        again = registry_->clock().Now() + kAfterError;
      }
      next = *again;
    } else if (hooks_.forget) {
      hooks_.forget(tenant->number());
    }
    if (next < absl::InfiniteFuture()) Note(tenant, next);
    MutexLock lock(&mutex_);
    looking_ = false;
    changed_.SignalAll();
  }
  MutexLock lock(&mutex_);
  ended_ = true;
  changed_.SignalAll();
}

std::map<uint64_t, TenantRounds::Look>::iterator TenantRounds::First() {
  return std::min_element(looks_.begin(), looks_.end(), [](const auto& a, const auto& b) {
    return a.second.time < b.second.time;
  });
}

std::shared_ptr<Tenant> TenantRounds::NextLook() {
  MutexLock lock(&mutex_);
  while (!stopping_) {
    const auto first = First();
    absl::Duration wait = kLongestWait;
    if (first != looks_.end()) {
      wait = std::max(first->second.time, not_before_) - registry_->clock().Now();
      if (wait <= absl::ZeroDuration()) {
        std::shared_ptr<Tenant> tenant = first->second.tenant.lock();
        if (tenant == nullptr && hooks_.forget) hooks_.forget(first->first);
        looks_.erase(first);
        if (tenant == nullptr) continue;
        looking_ = true;
        return tenant;
      }
    }
    changed_.WaitFor(&mutex_, std::min(wait, kLongestWait));
  }
  return nullptr;
}

absl::Status TenantRounds::Commit(const std::shared_ptr<Tenant>& tenant, const std::string& method,
                                  const std::function<absl::Status(MutationContext&)>& change) {
  for (bool is_first = true;; is_first = false) {
    auto told = std::make_shared<std::promise<absl::Status>>();
    std::future<absl::Status> result = told->get_future();
    TenantMutation mutation;
    mutation.tenant = tenant;
    mutation.actor.name = "server";
    mutation.method = method;
    mutation.prepare = [&change](MutationContext& context) -> absl::StatusOr<std::string> {
      if (absl::Status status = change(context); !status.ok()) return status;
      return std::string();
    };
    mutation.done = [told](const absl::StatusOr<MutationResult>& done) {
      told->set_value(done.status());
    };
    writer_->Submit(std::move(mutation));
    const absl::Status status = result.get();
    // A tenant that was deleted needs nothing more.
    if (status.ok() || absl::IsNotFound(status)) return absl::OkStatus();
    if (!MayBeTakenLater(status)) return status;
    if (is_first && hooks_.on_error) hooks_.on_error(status);
    // What was done outside of the database is not to be done again because this could not be
    // written.
    if (!Pause(kPause)) return status;
  }
}

}  // namespace provost
