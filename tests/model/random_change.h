// Changes of every kind, made on both sides of a Pair.

#ifndef PROVOST_TESTS_MODEL_RANDOM_CHANGE_H_
#define PROVOST_TESTS_MODEL_RANDOM_CHANGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/model/compare.h"
#include "tests/model/random_world.h"

namespace provost::model {

// Alters one Pair, its scenario and its engine alike. The twin is left for the caller to rebuild.
class ChangeMaker {
 public:
  // `pair` has been built and outlives this.
  explicit ChangeMaker(Pair* pair);

  // Makes one change at random, and says in `what` which. An error is the engine's.
  absl::Status Make(naive::Rng& rng, std::string* what);

  // Moves a scope below another, `to` being one that may stand above it.
  absl::Status Move(int scope, int to);
  // A scope that has somewhere else to go, and where; false if there is none.
  bool PickMove(naive::Rng& rng, int* scope, int* to) const;

 private:
  absl::Status AddAssignment(naive::Rng& rng);
  absl::Status ReplaceAssignment(naive::Rng& rng);
  absl::Status RemoveAssignment(naive::Rng& rng);
  absl::Status PutOrRemoveMember(naive::Rng& rng);
  absl::Status PutOrRemoveOverride(naive::Rng& rng);
  absl::Status SuspendOrResume(naive::Rng& rng);
  absl::Status RemoveSubject(naive::Rng& rng);
  absl::Status AddScope(naive::Rng& rng);
  absl::Status RemoveScope(naive::Rng& rng);
  absl::Status FreezeOrThaw(naive::Rng& rng);
  absl::Status ChangePolicy(naive::Rng& rng);

  int IndexOf(const std::string& scope) const;
  int DepthOf(int scope) const;
  bool IsAtOrBelow(int scope, int ancestor) const;

  Pair* pair_;
  std::vector<uint64_t> uids_;  // of scenario.assignments(i)
  uint64_t next_uid_ = 1;
  int next_scope_ = 1000;
};

}  // namespace provost::model

#endif  // PROVOST_TESTS_MODEL_RANDOM_CHANGE_H_
