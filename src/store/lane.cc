#include "store/lane.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "store/database.h"

namespace provost::store {
namespace {

LaneOptions AtLeastOne(LaneOptions options) {
  options.max_waiting = std::max<size_t>(options.max_waiting, 1);
  options.max_group_mutations = std::max<size_t>(options.max_group_mutations, 1);
  options.max_group_bytes = std::max<size_t>(options.max_group_bytes, 1);
  return options;
}

}  // namespace

CommitLane::CommitLane(Database* database, const LaneOptions& options, LaneHooks hooks)
    : database_(database),
      options_(AtLeastOne(options)),
      hooks_(std::move(hooks)),
      group_(database) {
  MutexLock lock(&mutex_);
  thread_ = std::thread([this] { Run(); });
}

CommitLane::~CommitLane() { Stop(); }

void CommitLane::Submit(Mutation mutation) {
  absl::Status refusal;
  {
    MutexLock lock(&mutex_);
    refusal = Refusal();
    if (refusal.ok() && waiting_.size() >= options_.max_waiting) {
      refusal = absl::ResourceExhaustedError(absl::StrCat(
          "too many changes wait to be written: ", waiting_.size(), ", the most that may wait"));
    }
    if (refusal.ok()) {
      waiting_.push_back(std::move(mutation));
      if (idle_) changed_.SignalAll();
      return;
    }
  }
  mutation.prepare = nullptr;
  mutation.done(refusal);
}

void CommitLane::Stop() {
  std::thread thread;
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
    if (thread_.joinable()) {
      thread = std::move(thread_);
    } else {
      while (!joined_) changed_.Wait(&mutex_);
      return;
    }
  }
  thread.join();
  MutexLock lock(&mutex_);
  joined_ = true;
  changed_.SignalAll();
}

absl::Status CommitLane::status() const {
  MutexLock lock(&mutex_);
  return Refusal();
}

LaneStats CommitLane::stats() const {
  MutexLock lock(&mutex_);
  LaneStats stats = stats_;
  stats.waiting = waiting_.size();
  return stats;
}

absl::Status CommitLane::Refusal() const {
  if (stopping_) {
    return absl::UnavailableError("no more changes are taken: the server is shutting down");
  }
  return database_->healthy() ? absl::OkStatus() : database_->health();
}

void CommitLane::Run() {
  std::vector<Mutation> batch;
  while (TakeBatch(&batch)) {
    for (size_t next = 0; next < batch.size();) MakeGroup(batch, &next);
    batch.clear();
  }
}

bool CommitLane::TakeBatch(std::vector<Mutation>* batch) {
  MutexLock lock(&mutex_);
  while (waiting_.empty()) {
    if (stopping_) return false;
    idle_ = true;
    changed_.Wait(&mutex_);
    idle_ = false;
  }
  const size_t size = std::min(waiting_.size(), options_.max_group_mutations);
  batch->reserve(size);
  for (size_t i = 0; i < size; ++i) {
    batch->push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return true;
}

void CommitLane::MakeGroup(std::vector<Mutation>& batch, size_t* next) {
  size_t prepared = 0;
  absl::Status status = database_->healthy() ? absl::OkStatus() : database_->health();
  if (status.ok()) {
    status = Prepare(batch, next, &prepared);
    if (status.ok() && prepared > 0 && hooks_.before_write) status = hooks_.before_write(group_);
    if (status.ok() && prepared > 0) status = database_->Commit(group_);
    if (status.ok() && prepared > 0) {
      {
        MutexLock lock(&mutex_);
        ++stats_.groups;
        stats_.mutations += prepared;
        stats_.rows += group_.count();
      }
      if (hooks_.publish) hooks_.publish();
    } else if (hooks_.drop) {
      hooks_.drop();
    }
  } else {
    for (; *next < batch.size(); ++*next) {
      Mutation& mutation = batch[*next];
      mutation.prepare = nullptr;
      finished_.push_back({std::move(mutation.done), status, /*is_final=*/true});
    }
  }
  group_.Clear();
  Tell(status);
}

absl::Status CommitLane::Prepare(std::vector<Mutation>& batch, size_t* next, size_t* prepared) {
  while (*next < batch.size() && group_.bytes() < options_.max_group_bytes) {
    Mutation& mutation = batch[(*next)++];
    if (mutation.deadline != absl::InfiniteFuture() && absl::Now() > mutation.deadline) {
      mutation.prepare = nullptr;
      finished_.push_back({std::move(mutation.done),
                           absl::DeadlineExceededError(
                               "the deadline passed before the change had its turn to be written"),
                           /*is_final=*/true});
      continue;
    }
    const uint64_t edits_before = group_.edits();
    absl::Status status = mutation.prepare(group_);
    mutation.prepare = nullptr;
    const bool touched = group_.edits() != edits_before;
    const bool failed = !status.ok();
    if (!failed) ++*prepared;
    finished_.push_back({std::move(mutation.done), status, /*is_final=*/false});
    if (!group_.status().ok()) return group_.status();
    if (failed && touched) {
      return absl::InternalError(
          absl::StrCat("a change failed after it had touched its group, which was dropped: ",
                       status.ToString()));
    }
  }
  return absl::OkStatus();
}

void CommitLane::Tell(const absl::Status& group_status) {
  for (Finished& finished : finished_) {
    // Destroyed once called: what it captured may be waited for by whoever it told.
    absl::AnyInvocable<void(const absl::Status&)> done = std::move(finished.done);
    done(group_status.ok() || finished.is_final ? finished.status : group_status);
  }
  finished_.clear();
}

}  // namespace provost::store
