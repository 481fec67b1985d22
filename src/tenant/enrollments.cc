#include "tenant/enrollments.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "policy/decide/freeze.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/external_trainings.h"
#include "tenant/moments.h"
#include "tenant/record_events.h"
#include "tenant/record_rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;
using v1::TrainingAssignment;
using State = v1::Enrollment::State;

bool IsFrozen(const TenantDraft& draft, ScopeId scope) {
  return !CheckPathNotFrozen(draft.state(), scope).ok();
}

rows::EnrollmentRow::Source SourceOf(uint64_t assignment) {
  rows::EnrollmentRow::Source source;
  source.set_training_assignment(assignment);
  return source;
}

// That an assignment, made by `actor` just now or by anybody earlier, moves
// somebody.
MoveCause CauseOf(const TenantDraft& draft, uint64_t assignment, uint32_t actor = 0) {
  MoveCause cause;
  cause.actor = actor;
  cause.reason = FullName(
      draft.id(), absl::StrCat(CollectionName(Collection::kTrainingAssignments), "/", assignment));
  return cause;
}

// The training that is assigned and, of a plan, the courses that everybody
// takes.
absl::StatusOr<std::vector<ScopeId>> TrainingsOf(const TenantDraft& draft,
                                                 const rows::TrainingAssignmentRow& row) {
  std::vector<ScopeId> trainings = {ScopeId(row.training())};
  const std::optional<RelativeName> name =
      SplitRelative(draft.state().ScopeName(ScopeId(row.training())));
  if (!name.has_value() || name->collection != Collection::kPlans) return trainings;
  absl::StatusOr<std::optional<rows::TrainingPlanRow>> plan =
      draft.Get<rows::TrainingPlanRow>(name->id);
  if (!plan.ok()) return plan.status();
  if (!plan->has_value()) return trainings;
  for (ScopeId course : RequiredCourses(**plan)) trainings.push_back(course);
  return trainings;
}

// `subject` and all groups that it is in, or all groups and people in it.
template <typename Next>
std::vector<SubjectId> Reachable(SubjectId subject, Next next) {
  std::vector<SubjectId> found = {subject};
  absl::flat_hash_set<uint32_t> seen = {subject.value};
  for (size_t i = 0; i < found.size(); ++i) {
    for (SubjectId each : next(found[i])) {
      if (seen.insert(each.value).second) found.push_back(each);
    }
  }
  return found;
}

// Which memberships count. Whoever comes in comes by those that have not ended;
// whoever is to be withdrawn may have been enrolled by ones that have ended
// since, at which nothing happened.
enum class Memberships { kLive, kAll };

bool IsLive(const TenantDraft& draft, const MembershipRecord& record) {
  return record.window.expires > draft.now();
}

std::vector<SubjectId> GroupsAbove(const TenantDraft& draft, SubjectId subject,
                                   Memberships memberships) {
  return Reachable(subject, [&](SubjectId at) {
    std::vector<SubjectId> groups;
    for (const MembershipRecord& record : draft.GroupsOf(at)) {
      if (memberships == Memberships::kAll || IsLive(draft, record)) {
        groups.push_back(SubjectId(record.group));
      }
    }
    return groups;
  });
}

bool IsLiveMember(const TenantDraft& draft, SubjectId group, SubjectId member) {
  const std::vector<MembershipRecord> groups = draft.GroupsOf(member);
  return std::any_of(groups.begin(), groups.end(), [&](const MembershipRecord& record) {
    return record.group == group.value && IsLive(draft, record);
  });
}

std::vector<SubjectId> PeopleIn(const TenantDraft& draft, SubjectId subject,
                                Memberships memberships) {
  // Nobody is in a person: to look for them costs a walk over all that the
  // draft has changed.
  if (draft.IsUser(subject)) return {subject};
  std::vector<SubjectId> people = Reachable(subject, [&](SubjectId at) {
    std::vector<SubjectId> members;
    if (draft.IsUser(at)) return members;
    members = draft.MembersOf(at);
    if (memberships == Memberships::kLive) {
      members.erase(
          std::remove_if(members.begin(), members.end(),
                         [&](SubjectId member) { return !IsLiveMember(draft, at, member); }),
          members.end());
    }
    return members;
  });
  people.erase(std::remove_if(people.begin(), people.end(),
                              [&](SubjectId each) { return !draft.IsUser(each); }),
               people.end());
  return people;
}

// The assignments to `group` and to all groups above it.
struct Assigned {
  SubjectId to;
  uint64_t uid;
};
absl::StatusOr<std::vector<Assigned>> AssignedAbove(const TenantDraft& draft, SubjectId group,
                                                    Memberships memberships) {
  std::vector<Assigned> found;
  for (SubjectId above : GroupsAbove(draft, group, memberships)) {
    absl::StatusOr<std::vector<uint64_t>> uids =
        ReadAssignedIds(draft.reader(), AssignedTo(draft.number(), above));
    if (!uids.ok()) return uids.status();
    for (uint64_t uid : *uids) found.push_back({above, uid});
  }
  return found;
}

absl::StatusOr<rows::TrainingAssignmentRow> FindAssignment(const TenantDraft& draft, uint64_t uid) {
  absl::StatusOr<std::optional<rows::TrainingAssignmentRow>> row =
      ReadTrainingAssignment(draft.reader(), draft.number(), uid);
  if (!row.ok()) return row.status();
  if (row->has_value()) return **std::move(row);
  return absl::DataLossError(
      absl::StrCat("an index names training assignment ", uid, ", which is not there"));
}

absl::Status EnrollAt(TenantDraft& draft, uint64_t assignment, ScopeId at,
                      const std::vector<SubjectId>& people, const MoveCause& cause) {
  if (people.empty() || IsFrozen(draft, at)) return absl::OkStatus();
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(draft.reader(), draft.number(), draft.state(), at);
  if (!training.ok()) return training.status();
  for (SubjectId person : people) {
    absl::Status status =
        Enroll(draft, EnrollmentId{at.value, person.value}, SourceOf(assignment), Entry::kFollows,
               cause, training->has_value() ? &**training : nullptr);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status EnrollAll(TenantDraft& draft, uint64_t uid, const rows::TrainingAssignmentRow& row,
                       const std::vector<SubjectId>& people, const MoveCause& cause) {
  absl::StatusOr<std::vector<ScopeId>> trainings = TrainingsOf(draft, row);
  if (!trainings.ok()) return trainings.status();
  for (ScopeId training : *trainings) {
    absl::Status status = EnrollAt(draft, uid, training, people, cause);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

bool IsEarlier(const google::protobuf::Timestamp& a, const google::protobuf::Timestamp& b) {
  return FromTimestamp(a) < FromTimestamp(b);
}

// The enrollment no longer rests on an assignment: with its last source it
// ends, unless it is to stay, by itself.
absl::Status EndSource(TenantDraft& draft, EnrollmentId id, uint64_t assignment, bool keep) {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(draft.reader(), draft.number(), id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return absl::OkStatus();
  auto* const sources = (*row)->mutable_sources();
  const auto find = [&](uint64_t uid) {
    return std::find_if(sources->begin(), sources->end(),
                        [uid](const auto& source) { return source.training_assignment() == uid; });
  };
  const auto ending = find(assignment);
  if (ending == sources->end()) return absl::OkStatus();
  if (!keep && sources->size() == 1) return Withdraw(draft, id, CauseOf(draft, assignment));
  const rows::EnrollmentRow before = **row;
  draft.Erase(Table::kIndexes, SourceKey(draft.number(), assignment, id));
  if (const auto itself = find(0); !keep || itself != sources->end()) {
    // Two reasons become one: the earlier due time holds.
    if (keep && ending->has_due_time() &&
        (!itself->has_due_time() || IsEarlier(ending->due_time(), itself->due_time()))) {
      *itself->mutable_due_time() = ending->due_time();
    }
    sources->erase(ending);
  } else {
    ending->set_training_assignment(0);
  }
  PutEnrollment(draft, id, &before, **std::move(row));
  return absl::OkStatus();
}

// Whether what rests on an assignment alone stays where it no longer applies.
bool Stays(const TenantDraft& draft, const rows::TrainingAssignmentRow& row, ScopeId training) {
  return row.training_assignment().on_leave() != TrainingAssignment::WITHDRAW ||
         IsFrozen(draft, training);
}

}  // namespace

absl::Status Enroll(TenantDraft& draft, EnrollmentId enrollment,
                    const rows::EnrollmentRow::Source& source, Entry entry, const MoveCause& cause,
                    const Training* training) {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> existing =
      ReadEnrollment(draft.reader(), draft.number(), enrollment);
  if (!existing.ok()) return existing.status();
  const rows::EnrollmentRow* const before = existing->has_value() ? &**existing : nullptr;
  rows::EnrollmentRow row = existing->value_or(rows::EnrollmentRow());
  const State state = row.enrollment().state();
  // What somebody has applied for is no reason to be there until it is granted.
  if (state == v1::Enrollment::REQUESTED && entry != Entry::kApplies) row.clear_sources();
  for (const rows::EnrollmentRow::Source& known : row.sources()) {
    if (known.training_assignment() == source.training_assignment()) return absl::OkStatus();
  }
  std::optional<Training> read;
  if (training == nullptr) {
    absl::StatusOr<std::optional<Training>> found =
        ReadTraining(draft.reader(), draft.number(), draft.state(), ScopeId(enrollment.training));
    if (!found.ok()) return found.status();
    read = found->value_or(Training());
    training = &*read;
  }
  const bool stands = IsAdmitted(state) || state == v1::Enrollment::WAITING;
  State to = entry == Entry::kApplies ? v1::Enrollment::REQUESTED : v1::Enrollment::ENROLLED;
  if (!stands && entry != Entry::kApplies) {
    absl::Status excluded = CheckLearnerRole(draft, enrollment);
    if (!excluded.ok()) return entry == Entry::kFollows ? absl::OkStatus() : excluded;
    absl::StatusOr<rows::SeatsRow> seats =
        ReadSeats(draft.reader(), draft.number(), ScopeId(enrollment.training));
    if (!seats.ok()) return seats.status();
    if (seats->waiting() > 0 && !IsFull(*training, *seats)) {
      // What became free while it was frozen: nobody passes those who wait.
      absl::Status filled = FillSeats(draft, ScopeId(enrollment.training));
      if (!filled.ok()) return filled;
      seats = ReadSeats(draft.reader(), draft.number(), ScopeId(enrollment.training));
      if (!seats.ok()) return seats.status();
    }
    if (IsFull(*training, *seats)) {
      const v1::EnrollmentRules& rules = training->rules.enrollment();
      if (entry == Entry::kByHand && !rules.waiting_list()) {
        return FailedPrecondition(
            "COURSE_FULL",
            FullName(draft.id(), draft.state().ScopeName(ScopeId(enrollment.training))),
            absl::StrCat("all ", rules.capacity(), " seats are taken, and nobody waits for one"));
      }
      to = v1::Enrollment::WAITING;
    }
  }
  if (entry == Entry::kByHand) row.set_enrolled_by(cause.actor);
  rows::EnrollmentRow::Source* const added = row.add_sources();
  *added = source;
  if (source.training_assignment() != 0) {
    draft.WriteBytes(Table::kIndexes,
                     SourceKey(draft.number(), source.training_assignment(), enrollment), "1");
  }
  absl::Status status;
  if (!stands) {
    status = MoveEnrollment(draft, enrollment, &row, to, cause, training);
  } else if (IsAdmitted(state)) {
    status = SetDueTime(draft, enrollment, *training, draft.now(), added);
  }
  if (!status.ok()) return status;
  PutEnrollment(draft, enrollment, before, std::move(row));
  return absl::OkStatus();
}

absl::Status Withdraw(TenantDraft& draft, EnrollmentId enrollment, const MoveCause& cause) {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(draft.reader(), draft.number(), enrollment);
  if (!row.ok()) return row.status();
  if (!row->has_value() || (*row)->enrollment().state() == v1::Enrollment::WITHDRAWN) {
    return absl::OkStatus();
  }
  const rows::EnrollmentRow before = **row;
  absl::Status status = MoveEnrollment(draft, enrollment, &**row, v1::Enrollment::WITHDRAWN, cause);
  if (!status.ok()) return status;
  PutEnrollment(draft, enrollment, &before, **std::move(row));
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> AddTrainingAssignment(TenantDraft& draft,
                                               rows::TrainingAssignmentRow row) {
  const uint64_t uid = draft.NewItem();
  row.set_revision(draft.revision());
  *row.mutable_training_assignment()->mutable_create_time() = ToTimestamp(draft.now());
  draft.Write(Table::kTrainingAssignments, TrainingAssignmentKey(draft.number(), uid), row);
  const SubjectId assignee(row.assignee());
  draft.WriteBytes(Table::kIndexes, AssigneeKey(draft.number(), assignee, uid), "1");
  draft.WriteBytes(Table::kIndexes,
                   AssignedTrainingKey(draft.number(), ScopeId(row.training()), uid), "1");
  absl::Status status = EnrollAll(draft, uid, row, PeopleIn(draft, assignee, Memberships::kLive),
                                  CauseOf(draft, uid, row.assigned_by()));
  if (!status.ok()) return status;
  return uid;
}

absl::Status EraseTrainingAssignment(TenantDraft& draft, uint64_t uid) {
  absl::StatusOr<rows::TrainingAssignmentRow> row = FindAssignment(draft, uid);
  if (!row.ok()) return row.status();
  absl::StatusOr<std::vector<EnrollmentId>> resting =
      ReadSourceIds(draft.reader(), SourcesOf(draft.number(), uid));
  if (!resting.ok()) return resting.status();
  for (const EnrollmentId& id : *resting) {
    absl::Status status = EndSource(draft, id, uid, Stays(draft, *row, ScopeId(id.training)));
    if (!status.ok()) return status;
  }
  draft.Erase(Table::kIndexes, AssigneeKey(draft.number(), SubjectId(row->assignee()), uid));
  draft.Erase(Table::kIndexes, AssignedTrainingKey(draft.number(), ScopeId(row->training()), uid));
  draft.Erase(Table::kTrainingAssignments, TrainingAssignmentKey(draft.number(), uid));
  return absl::OkStatus();
}

absl::Status EnrollMember(TenantDraft& draft, SubjectId group, SubjectId member) {
  absl::StatusOr<std::vector<Assigned>> assigned = AssignedAbove(draft, group, Memberships::kLive);
  if (!assigned.ok()) return assigned.status();
  if (assigned->empty()) return absl::OkStatus();
  const std::vector<SubjectId> people = PeopleIn(draft, member, Memberships::kLive);
  for (const Assigned& each : *assigned) {
    absl::StatusOr<rows::TrainingAssignmentRow> row = FindAssignment(draft, each.uid);
    if (!row.ok()) return row.status();
    absl::Status status = EnrollAll(draft, each.uid, *row, people, CauseOf(draft, each.uid));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status WithdrawMember(TenantDraft& draft, SubjectId group, SubjectId member) {
  absl::StatusOr<std::vector<Assigned>> assigned = AssignedAbove(draft, group, Memberships::kAll);
  if (!assigned.ok()) return assigned.status();
  if (assigned->empty()) return absl::OkStatus();
  for (SubjectId person : PeopleIn(draft, member, Memberships::kAll)) {
    // Another chain may still contain the person.
    const std::vector<SubjectId> still = GroupsAbove(draft, person, Memberships::kLive);
    for (const Assigned& each : *assigned) {
      if (std::find(still.begin(), still.end(), each.to) != still.end()) continue;
      absl::StatusOr<rows::TrainingAssignmentRow> row = FindAssignment(draft, each.uid);
      if (!row.ok()) return row.status();
      absl::StatusOr<std::vector<ScopeId>> trainings = TrainingsOf(draft, *row);
      if (!trainings.ok()) return trainings.status();
      for (ScopeId training : *trainings) {
        absl::Status status = EndSource(draft, EnrollmentId{training.value, person.value}, each.uid,
                                        Stays(draft, *row, training));
        if (!status.ok()) return status;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status FollowSteps(TenantDraft& draft, const rows::TrainingPlanRow& before,
                         const rows::TrainingPlanRow& after) {
  const auto is_same_step = [](const rows::PlanStepRow& a, const rows::PlanStepRow& b) {
    return a.required_count() == b.required_count() &&
           std::equal(a.courses().begin(), a.courses().end(), b.courses().begin(),
                      b.courses().end());
  };
  if (!std::equal(before.steps().begin(), before.steps().end(), after.steps().begin(),
                  after.steps().end(), is_same_step)) {
    absl::Status status = ReevaluateCourseLater(draft, ScopeId(after.uid()));
    if (!status.ok()) return status;
  }
  const std::vector<ScopeId> was = RequiredCourses(before);
  const std::vector<ScopeId> is = RequiredCourses(after);
  const auto has = [](const std::vector<ScopeId>& courses, ScopeId course) {
    return std::find(courses.begin(), courses.end(), course) != courses.end();
  };
  absl::StatusOr<std::vector<uint64_t>> uids =
      ReadAssignedIds(draft.reader(), AssignedAt(draft.number(), ScopeId(after.uid())));
  if (!uids.ok()) return uids.status();
  // A plan that is frozen changes only by a course of it that is deleted.
  if (uids->empty() || IsFrozen(draft, ScopeId(after.uid()))) return absl::OkStatus();
  for (uint64_t uid : *uids) {
    absl::StatusOr<std::vector<EnrollmentId>> enrolled =
        ReadSourceIds(draft.reader(), SourcesAt(draft.number(), uid, ScopeId(after.uid())));
    if (!enrolled.ok()) return enrolled.status();
    std::vector<SubjectId> people;
    for (const EnrollmentId& id : *enrolled) people.push_back(SubjectId(id.learner));
    for (ScopeId course : is) {
      if (has(was, course)) continue;
      absl::Status status = EnrollAt(draft, uid, course, people, CauseOf(draft, uid));
      if (!status.ok()) return status;
    }
    for (ScopeId course : was) {
      if (has(is, course)) continue;
      absl::StatusOr<std::vector<EnrollmentId>> resting =
          ReadSourceIds(draft.reader(), SourcesAt(draft.number(), uid, course));
      if (!resting.ok()) return resting.status();
      for (const EnrollmentId& id : *resting) {
        if (absl::Status status = EndSource(draft, id, uid, /*keep=*/true); !status.ok()) {
          return status;
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::Status EraseEnrollmentsOf(TenantDraft& draft, SubjectId subject) {
  absl::StatusOr<std::vector<EnrollmentId>> enrollments =
      ReadLearnerIds(draft.reader(), EnrollmentsOf(draft.number(), subject));
  if (!enrollments.ok()) return enrollments.status();
  for (const EnrollmentId& id : *enrollments) {
    if (absl::Status status = EraseEnrollmentRecord(draft, id); !status.ok()) return status;
  }
  if (absl::Status status = EraseExternalTrainingsOf(draft, subject); !status.ok()) return status;
  absl::StatusOr<std::vector<uint64_t>> uids =
      ReadAssignedIds(draft.reader(), AssignedTo(draft.number(), subject));
  if (!uids.ok()) return uids.status();
  for (uint64_t uid : *uids) {
    if (absl::Status status = EraseTrainingAssignment(draft, uid); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status EraseEnrollmentsAt(TenantDraft& draft, ScopeId training) {
  absl::StatusOr<std::vector<EnrollmentId>> enrollments =
      ReadEnrollmentIds(draft.reader(), EnrollmentsAt(draft.number(), training));
  if (!enrollments.ok()) return enrollments.status();
  // Those who wait first, so that nobody moves up where all go.
  std::vector<EnrollmentId> admitted;
  for (const EnrollmentId& id : *enrollments) {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
        ReadEnrollment(draft.reader(), draft.number(), id);
    if (!row.ok()) return row.status();
    if (row->has_value() && IsAdmitted((*row)->enrollment().state())) {
      admitted.push_back(id);
      continue;
    }
    if (absl::Status status = EraseEnrollmentRecord(draft, id); !status.ok()) return status;
  }
  for (const EnrollmentId& id : admitted) {
    if (absl::Status status = EraseEnrollmentRecord(draft, id); !status.ok()) return status;
  }
  EraseMoment(draft, Moment{MomentKind::kReevaluate, draft.now(), training.value, 0, 0});
  absl::StatusOr<std::vector<uint64_t>> uids =
      ReadAssignedIds(draft.reader(), AssignedAt(draft.number(), training));
  if (!uids.ok()) return uids.status();
  for (uint64_t uid : *uids) {
    if (absl::Status status = EraseTrainingAssignment(draft, uid); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace provost
