#ifndef PROVOST_TENANT_RECORD_EVALUATION_H_
#define PROVOST_TENANT_RECORD_EVALUATION_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "learning/facts.h"
#include "policy/world/state.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "provost/v1/enrollment.pb.h"
#include "tenant/draft.h"
#include "tenant/enrollment_states.h"
#include "tenant/names.h"
#include "tenant/training_rules.h"

namespace provost {

/// Whether the timekeeper has not come to all of a training's records since its terms changed.
/// Cost: a row.
bool AreTermsNew(TenantDraft& draft, ScopeId training);

/// One time that an enrollment is worked out, for record_events.h. The lane's thread alone.
class RecordEvaluation {
 public:
  /// `training` outlives it.
  RecordEvaluation(TenantDraft& draft, EnrollmentId id, const Training& training,
                   rows::EnrollmentRow row)
      : draft_(draft), id_(id), training_(training), before_(row), row_(std::move(row)) {}

  rows::EnrollmentRow& row() { return row_; }
  /// What is worked out follows from facts, after KeepPlans.
  void SetFactsAdded() { facts_added_ = true; }

  /// What the training asks for may have changed since the enrollment was last worked out, and
  /// nobody loses a completion by that, nor is it at another time: the log says that it stays.
  /// Before facts are added, which may undo it. Cost: nothing unless there is a completion, else a
  /// row; where that says so, as for Run().
  absl::Status KeepCompletion(bool terms_changed);
  /// Before facts are added: where they take back what a completion that was kept rests on, the
  /// rule of now decides. Cost: nothing where they take nothing back, else a row for each event.
  absl::Status FollowTakenBack(const std::vector<rows::RecordEventRow>& added);
  /// Of a plan: a course of it was completed at `time`, and is no longer.
  absl::Status FollowLost(absl::Time time);
  /// Works it out and writes the row.
  absl::Status Run(const MoveCause& cause);

 private:
  using State = v1::Enrollment::State;

  void Retract(uint64_t number, absl::string_view why);
  // Where it stands by its log, which is put into `events`.
  absl::StatusOr<LearningState> Fold(std::vector<NumberedEvent>* events) const;
  void SetFigures(const LearningState& learning);
  absl::Status SetCompletion(const LearningState& learning,
                             const std::vector<NumberedEvent>& events);
  bool HasLapsed() const;
  // Where the enrollment is to stand by what follows from its facts.
  State Target(State by_facts) const;
  absl::Status Move(State by_facts, const MoveCause& cause);
  // The next state on the way to `target`: where that is no legal one, what comes between.
  static State Next(State from, State target);
  static std::string WhyOf(State from, State to);
  // What is kept of each item, but for what only the learner's client knows.
  absl::Status SetItems(const LearningState& learning);
  // What else follows from what has changed.
  absl::Status Follow(const MoveCause& cause);
  // What was issued for a completion that is taken back, or that was at another time, is revoked.
  absl::Status FollowCertificate(const MoveCause& cause);

  TenantDraft& draft_;
  const EnrollmentId id_;
  const Training& training_;
  const rows::EnrollmentRow before_;
  rows::EnrollmentRow row_;
  bool facts_added_ = false;
};

}  // namespace provost

#endif  // PROVOST_TENANT_RECORD_EVALUATION_H_
