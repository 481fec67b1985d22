#ifndef PROVOST_STORE_LANE_H_
#define PROVOST_STORE_LANE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "store/write_group.h"

namespace provost::store {

class Database;

/// One change to be made by the lane.
struct Mutation {
  /// Checks the change against what the group and the rows beneath it hold, and puts its rows into
  /// the group. It sees the mutations before it, committed or in the same group. It must either put
  /// all its rows or return an error having put none; so everything that can fail comes first.
  /// Called at most once, on the lane's thread: it must not block, for other mutations wait for it.
  /// It is destroyed, with what it captured, before `done` is called.
  absl::AnyInvocable<absl::Status(WriteGroup& group)> prepare;

  /// Called exactly once with what became of the mutation; on the lane's thread, or within Submit
  /// where the mutation was refused there. It must be quick. It may call Submit, but neither Stop
  /// nor the lane's destructor.
  absl::AnyInvocable<void(const absl::Status& status)> done;

  /// After this moment the mutation is no longer begun.
  absl::Time deadline = absl::InfiniteFuture();
};

/// What the lane calls around each group, always on its own thread. Any of them may be left empty.
///
/// Each group in which a mutation was prepared with success ends with exactly one of `publish` and
/// `drop`, before any of its mutations is told; a group without one ends with `drop`.
struct LaneHooks {
  /// After the last mutation of a group, before it is written: may add rows. An error drops the
  /// group, whose mutations all get it; the lane goes on.
  absl::AnyInvocable<absl::Status(WriteGroup& group)> before_write;
  /// The group is on disk: show it to readers.
  absl::AnyInvocable<void()> publish;
  /// Nothing of the group has happened: forget it.
  absl::AnyInvocable<void()> drop;
};

/// The lane's bounds. All are at least 1.
struct LaneOptions {
  /// Mutations that may wait, those of the group under way not counted. One more is
  /// RESOURCE_EXHAUSTED.
  size_t max_waiting = 8192;
  /// Mutations in one group.
  size_t max_group_mutations = 512;
  /// Bytes of keys and values after which a group takes no further mutation.
  size_t max_group_bytes = size_t{1} << 20;
};

/// What a lane has done so far.
struct LaneStats {
  uint64_t groups = 0;     ///< Groups written.
  uint64_t mutations = 0;  ///< Mutations in them.
  uint64_t rows = 0;       ///< Rows in them.
  size_t waiting = 0;      ///< Mutations waiting now.
};

/// The one thread that writes. Mutations are made in the order in which they were submitted, each
/// on top of those before it; so there is one order of all changes, and no two can conflict.
///
/// What waits while a group is written makes up the next group: an idle lane begins at once, a busy
/// one spreads the cost of a synced write over up to `max_group_mutations`. For each group:
///
///     prepare each mutation -> before_write -> one synced write -> publish -> done of each
///
/// The answers come in the order of submission and after the publication, those of mutations that
/// failed as well: they have seen the group, so no answer comes before what it speaks of.
///
/// | what happens                                  | the mutation gets | |
/// --------------------------------------------- | ---------------------------------------------- |
/// | committed                                     | OK | | its prepare fails, having touched
/// nothing     | that error; the others are not concerned       | | its prepare fails, having
/// touched the group   | INTERNAL, and so do those before it in the     | | | group, which is
/// dropped; those after it go on  | | a row that cannot be written (WriteGroup)     | INTERNAL, as
/// above                             | | its deadline passes before its turn           |
/// DEADLINE_EXCEEDED; it is never prepared        | | too many wait | RESOURCE_EXHAUSTED | | the
/// write fails                               | UNAVAILABLE, all of the group, those whose     | |
/// | prepare failed too: what they saw is no more   | | any time after that, or after Stop |
/// UNAVAILABLE                                    |
///
/// A mutation that got UNAVAILABLE from a failed write may turn out to be committed when the
/// database is opened next; it is whole then, and so is its group. Reads of the database go on.
///
/// Thread-safe but for the destructor.
class CommitLane {
 public:
  /// Starts the thread. `database` outlives the lane; no other lane writes to it.
  CommitLane(Database* database, const LaneOptions& options, LaneHooks hooks);

  /// Stops.
  ~CommitLane();
  CommitLane(const CommitLane&) = delete;
  CommitLane& operator=(const CommitLane&) = delete;

  /// Queues a mutation. Does not block; costs a short lock, and a wake-up where the lane was idle.
  void Submit(Mutation mutation) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Takes no more mutations, makes all that were accepted, and returns when the last is told. May
  /// be called more than once and by several threads, but by no callback of the lane.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  /// OK while mutations are accepted; otherwise what Submit answers them with.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

  LaneStats stats() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Finished {
    absl::AnyInvocable<void(const absl::Status&)> done;
    absl::Status status;
    // Told even where the group is dropped: it is not about the group.
    bool is_final;
  };

  void Run();
  // Waits for mutations and takes up to a group of them; false when there are none and the lane has
  // been stopped.
  bool TakeBatch(std::vector<Mutation>* batch) ABSL_LOCKS_EXCLUDED(mutex_);
  // Makes one group of the mutations from `*next` on, and moves `*next` behind the last one taken.
  void MakeGroup(std::vector<Mutation>& batch, size_t* next);
  // Prepares mutations until the group is full, and counts those that succeeded. An error where the
  // group has to be dropped.
  absl::Status Prepare(std::vector<Mutation>& batch, size_t* next, size_t* prepared);
  // Calls the `done` of all finished mutations, in their order.
  void Tell(const absl::Status& group_status);
  // What Submit answers, or OK.
  absl::Status Refusal() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Constant after construction.
  Database* const database_;
  const LaneOptions options_;

  // The lane's thread alone.
  LaneHooks hooks_;
  WriteGroup group_;
  std::vector<Finished> finished_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Mutation> waiting_ ABSL_GUARDED_BY(mutex_);
  bool idle_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool joined_ ABSL_GUARDED_BY(mutex_) = false;
  LaneStats stats_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace provost::store

#endif  // PROVOST_STORE_LANE_H_
