#include "policy/world/world.h"

#include <atomic>
#include <utility>

#include "absl/base/internal/raw_logging.h"
#include "absl/status/status.h"

namespace provost {
namespace {

// Numbers for edits: unique in the process, so that a node can tell whose it is. 0 is no edit.
std::atomic<uint64_t> next_edit_id{1};

}  // namespace

HeldView::HeldView(HeldView&& other) noexcept
    : epoch_(std::exchange(other.epoch_, 0)), state_(std::exchange(other.state_, nullptr)) {}

HeldView& HeldView::operator=(HeldView&& other) noexcept {
  std::swap(epoch_, other.epoch_);
  std::swap(state_, other.state_);
  return *this;
}

HeldView::~HeldView() {
  if (state_ != nullptr) EpochDomain::Get().Release(epoch_);
}

World::World(std::shared_ptr<const Matrix> matrix) : current_(new WorldState(std::move(matrix))) {}

World::~World() {
  WorldState* state = const_cast<WorldState*>(current_.load(std::memory_order_acquire));
  state->FreeNodes(0);
  delete state;
}

HeldView World::Hold() const {
  // The hold comes first: whatever is current afterwards cannot be freed while it lasts.
  const uint64_t epoch = EpochDomain::Get().Hold();
  return HeldView(epoch, current_.load(std::memory_order_seq_cst));
}

absl::Status World::Apply(const Change& change) {
  WorldEdit edit = Edit();
  absl::Status status = edit.Apply(change);
  if (!status.ok()) return status;
  return edit.Publish(edit.state().revision() + 1);
}

WorldEdit::WorldEdit(World* world)
    : world_(world),
      next_(new WorldState(*world->current_.load(std::memory_order_acquire))),
      edit_(next_edit_id.fetch_add(1, std::memory_order_relaxed)) {
  if (world->editing_.exchange(true)) {
    ABSL_RAW_LOG(FATAL, "a World has two writers at once");
  }
}

WorldEdit::~WorldEdit() {
  if (!published_) {
    next_->FreeNodes(edit_.id());
    delete next_;
    // What the edit replaced is still in use.
    edit_.TakeRetired();
  }
  world_->editing_.store(false);
}

absl::Status WorldEdit::Publish(uint64_t revision) {
  if (spoiled_) {
    return absl::FailedPreconditionError(
        "cannot publish an edit in which a change failed; drop it and edit anew");
  }
  if (published_) return absl::FailedPreconditionError("this edit is published already");
  next_->revision_ = revision;
  const WorldState* old = world_->current_.exchange(next_, std::memory_order_seq_cst);
  published_ = true;
  edit_.Retire(const_cast<WorldState*>(old), [](void* p) { delete static_cast<WorldState*>(p); });
  EpochDomain::Get().Retire(edit_.TakeRetired());
  return absl::OkStatus();
}

}  // namespace provost
