// A tenant's world: the one thing that questions are asked of and that changes are applied to.
//
// Readers pin a state with Read() and ask it as many questions as they like; all are answered at
// one revision. They take no lock and never wait for a writer. One writer at a time builds a
// successor aside with Edit() and publishes it with one pointer swap.
//
//   provost::World world(matrix);
//   CHECK_OK(world.Apply(change));
//   auto view = world.Read();
//   provost::Decision d = provost::Check(*view, question);
#ifndef PROVOST_POLICY_WORLD_WORLD_H_
#define PROVOST_POLICY_WORLD_WORLD_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "policy/matrix/matrix.h"
#include "policy/world/change.h"
#include "policy/world/cow.h"
#include "policy/world/epoch.h"
#include "policy/world/group_graph.h"
#include "policy/world/state.h"

namespace provost {

class World;

// A pinned state. It lives on one thread's stack, for as long as a question takes: memory that
// writers replace is not freed before all pins taken earlier are gone. Costs a few nanoseconds.
class PinnedView {
 public:
  const WorldState& operator*() const { return *state_; }
  const WorldState* operator->() const { return state_; }
  PinnedView(const PinnedView&) = delete;
  PinnedView& operator=(const PinnedView&) = delete;

 private:
  friend class World;
  explicit PinnedView(const std::atomic<const WorldState*>& current)
      : state_(current.load(std::memory_order_seq_cst)) {}

  EpochPin pin_;  // before state_: what is read after the pin stays
  const WorldState* state_;
};

// A state held for longer: for lists that are continued page by page. May move between threads.
// Takes a mutex; while it lives, replaced memory of the whole process waits to be freed.
class HeldView {
 public:
  HeldView(HeldView&& other) noexcept;
  HeldView& operator=(HeldView&& other) noexcept;
  ~HeldView();
  const WorldState& operator*() const { return *state_; }
  const WorldState* operator->() const { return state_; }

 private:
  friend class World;
  HeldView(uint64_t epoch, const WorldState* state) : epoch_(epoch), state_(state) {}
  uint64_t epoch_;
  const WorldState* state_;
};

// The successor of a World's state, being built. One thread; at most one at a time for a World.
class WorldEdit {
 public:
  // Discards what was not published.
  ~WorldEdit();
  WorldEdit(const WorldEdit&) = delete;
  WorldEdit& operator=(const WorldEdit&) = delete;

  // Applies all ops of `change`, in order. On an error (INVALID_ARGUMENT, NOT_FOUND,
  // ALREADY_EXISTS, FAILED_PRECONDITION, RESOURCE_EXHAUSTED: what is wrong, with names) the edit
  // is spoiled: it can only be dropped. Cost: what the ops touch; moving a scope or changing a
  // group's groups touches all that is below.
  absl::Status Apply(const Change& change);

  // The successor as it stands: questions asked of it see every change applied so far.
  const WorldState& state() const { return *next_; }

  // Makes the successor what readers see, as `revision`. FAILED_PRECONDITION if it is spoiled.
  absl::Status Publish(uint64_t revision);

 private:
  friend class World;
  explicit WorldEdit(World* world);

  // What each op does (apply.cc).
  absl::Status Do(const PutSubject& op);
  absl::Status Do(const RemoveSubject& op);
  absl::Status Do(const PutMember& op);
  absl::Status Do(const RemoveMember& op);
  absl::Status Do(const PutScope& op);
  absl::Status Do(const RemoveScope& op);
  absl::Status Do(const PutAssignment& op);
  absl::Status Do(const RemoveAssignment& op);
  absl::Status Do(const PutOverride& op);
  absl::Status Do(const RemoveOverride& op);
  absl::Status Do(const SetPolicy& op);
  absl::Status Do(const SetTenant& op);

  struct DetailDraft;
  void LoadDraft(uint32_t subject, DetailDraft* draft) const;
  // Writes the draft back: the detail node, and the hot line made from it.
  void StoreDraft(uint32_t subject, const DetailDraft& draft);
  void RefreshLine(uint32_t subject);
  // Adds one assignment without taking the detail node apart.
  void AppendAssignment(uint32_t subject, const AssignmentRecord& record);
  // Files the assignments of `new_holders_` in the state's index.
  void FlushHolders();
  void RefreshClosures();
  void RefreshPaths(uint32_t scope);
  void SetOverrides(uint32_t scope, const std::vector<OverrideRecord>& records);
  void RemoveHolderIfLast(uint32_t subject, uint32_t scope, uint16_t role,
                          const DetailDraft& draft);

  World* world_;
  WorldState* next_;
  CowEdit edit_;
  bool spoiled_ = false;
  bool published_ = false;
  // Index entries of assignments put by this Apply. They are filed together, in order: one at a
  // time a bulk load would spend most of its time walking down a tree that no cache holds.
  std::vector<HolderKey> new_holders_;
  // Groups whose closures are stale; made fresh at the end of Apply, once each.
  absl::flat_hash_set<uint32_t> stale_closures_;
  // How deep the groups nest, as far as this edit has asked.
  GroupLevels group_levels_;
};

class World {
 public:
  // An empty world under `matrix` (never null), at revision 0.
  explicit World(std::shared_ptr<const Matrix> matrix);
  // No reader may be left.
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Pins the current state. Any thread, wait-free.
  PinnedView Read() const { return PinnedView(current_); }
  // Holds the current state. Any thread.
  HeldView Hold() const;

  // Begins a successor of the current state. The caller is the only writer until it is dropped.
  WorldEdit Edit() { return WorldEdit(this); }

  // Edit, apply, publish as the next revision; nothing at all on an error.
  absl::Status Apply(const Change& change);

 private:
  friend class WorldEdit;
  std::atomic<const WorldState*> current_;
  std::atomic<bool> editing_{false};
};

}  // namespace provost

#endif  // PROVOST_POLICY_WORLD_WORLD_H_
