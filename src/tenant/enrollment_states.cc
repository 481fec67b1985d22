#include "tenant/enrollment_states.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/decide/freeze.h"
#include "provost/v1/notification_service.pb.h"
#include "tenant/assessment_rows.h"
#include "tenant/certificates.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/exclusive_learner.h"
#include "tenant/held_competencies.h"
#include "tenant/index_parts.h"
#include "tenant/key_walk.h"
#include "tenant/moments.h"
#include "tenant/record_log.h"
#include "tenant/record_rows.h"
#include "tenant/sessions.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::KeyReader;
using store::KeyWriter;
using store::Table;
using v1::Enrollment;
using State = v1::Enrollment::State;

// What each state may become, by its number.
constexpr auto Bit(State state) { return 1u << static_cast<unsigned>(state); }
constexpr std::array<unsigned, Enrollment::State_ARRAYSIZE> kNext = {
    // STATE_UNSPECIFIED
    Bit(Enrollment::REQUESTED) | Bit(Enrollment::WAITING) | Bit(Enrollment::ENROLLED),
    // REQUESTED
    Bit(Enrollment::ENROLLED) | Bit(Enrollment::WAITING) | Bit(Enrollment::WITHDRAWN),
    // WAITING
    Bit(Enrollment::ENROLLED) | Bit(Enrollment::WITHDRAWN),
    // ENROLLED: RECERTIFYING where somebody comes back who left while doing it again.
    Bit(Enrollment::IN_PROGRESS) | Bit(Enrollment::COMPLETED) | Bit(Enrollment::FAILED) |
        Bit(Enrollment::WITHDRAWN) | Bit(Enrollment::RECERTIFYING),
    // IN_PROGRESS: back to ENROLLED where a correction took all that was done.
    Bit(Enrollment::ENROLLED) | Bit(Enrollment::COMPLETED) | Bit(Enrollment::FAILED) |
        Bit(Enrollment::WITHDRAWN) | Bit(Enrollment::RECERTIFYING),
    // COMPLETED: back to IN_PROGRESS by a correction.
    Bit(Enrollment::IN_PROGRESS) | Bit(Enrollment::RECERTIFYING) | Bit(Enrollment::EXPIRED) |
        Bit(Enrollment::WITHDRAWN),
    // FAILED: on again by a correction.
    Bit(Enrollment::IN_PROGRESS) | Bit(Enrollment::COMPLETED) | Bit(Enrollment::WITHDRAWN) |
        Bit(Enrollment::RECERTIFYING),
    // WITHDRAWN
    Bit(Enrollment::REQUESTED) | Bit(Enrollment::WAITING) | Bit(Enrollment::ENROLLED),
    // EXPIRED
    Bit(Enrollment::RECERTIFYING) | Bit(Enrollment::COMPLETED) | Bit(Enrollment::WITHDRAWN),
    // RECERTIFYING
    Bit(Enrollment::COMPLETED) | Bit(Enrollment::FAILED) | Bit(Enrollment::EXPIRED) |
        Bit(Enrollment::WITHDRAWN),
};

std::string NameOf(const TenantDraft& draft, EnrollmentId id) {
  return FullName(draft.id(),
                  absl::StrCat(CollectionName(Collection::kEnrollments), "/", id.ToString()));
}

absl::Status CheckLegal(const TenantDraft& draft, EnrollmentId id, State from, State to) {
  const std::vector<State> legal = LegalNext(from);
  if (std::find(legal.begin(), legal.end(), to) != legal.end()) return absl::OkStatus();
  const auto name = [](std::string* out, State state) {
    absl::StrAppend(out, "`", Enrollment::State_Name(state), "`");
  };
  return FailedPrecondition(
      "ILLEGAL_TRANSITION", NameOf(draft, id),
      from == Enrollment::STATE_UNSPECIFIED
          ? absl::StrCat("an enrollment does not begin as `", Enrollment::State_Name(to),
                         "`; wanted ", absl::StrJoin(legal, ", ", name))
          : absl::StrCat("it is `", Enrollment::State_Name(from), "` and does not become `",
                         Enrollment::State_Name(to), "`; wanted ",
                         absl::StrJoin(legal, ", ", name)));
}

// --- the lines of those who wait and of those who have applied ---

std::string WaitingKey(uint64_t tenant, EnrollmentId id, int32_t place) {
  return KeyWriter(tenant)
      .U8(kWaitingIndex)
      .U32(id.training)
      .U32(static_cast<uint32_t>(place))
      .U32(id.learner)
      .Take();
}
std::string RequestedKey(uint64_t tenant, EnrollmentId id) {
  return KeyWriter(tenant).U8(kRequestedIndex).U32(id.training).U32(id.learner).Take();
}

// Somebody in the line of a training. A place is a number that grows along the
// line; the row of who waits has it as `waiting_position`.
struct InLine {
  int32_t place = 0;
  EnrollmentId id;
};

absl::StatusOr<std::vector<InLine>> ReadLine(const store::Reader& reader,
                                             const store::KeyRange& range,
                                             const store::ScanOptions& options) {
  std::vector<InLine> line;
  absl::Status status = ForEachKey(reader, Table::kIndexes, range, options, [&](KeyReader& key) {
    key.U8();
    const uint32_t training = key.U32();
    const auto place = static_cast<int32_t>(key.U32());
    line.push_back({place, EnrollmentId{training, key.U32()}});
  });
  if (!status.ok()) return status;
  return line;
}

absl::Status JoinLine(TenantDraft& draft, EnrollmentId id, Enrollment* enrollment) {
  store::ScanOptions last;
  last.reverse = true;
  last.limit = 1;
  absl::StatusOr<std::vector<InLine>> line =
      ReadLine(draft.reader(), WaitingAt(draft.number(), ScopeId(id.training)), last);
  if (!line.ok()) return line.status();
  const int32_t place = line->empty() ? 1 : line->front().place + 1;
  enrollment->set_waiting_position(place);
  draft.WriteBytes(Table::kIndexes, WaitingKey(draft.number(), id, place), "1");
  return absl::OkStatus();
}

void LeaveLine(TenantDraft& draft, EnrollmentId id, Enrollment* enrollment) {
  draft.Erase(Table::kIndexes, WaitingKey(draft.number(), id, enrollment->waiting_position()));
  enrollment->clear_waiting_position();
}

// --- seats ---

absl::Status CountSeats(TenantDraft& draft, EnrollmentId id, State from, State to) {
  const int admitted = int{IsAdmitted(to)} - int{IsAdmitted(from)};
  const int waiting = int{to == Enrollment::WAITING} - int{from == Enrollment::WAITING};
  if (admitted == 0 && waiting == 0) return absl::OkStatus();
  const ScopeId training(id.training);
  absl::StatusOr<rows::SeatsRow> seats = ReadSeats(draft.reader(), draft.number(), training);
  if (!seats.ok()) return seats.status();
  seats->set_admitted(seats->admitted() + admitted);
  seats->set_waiting(seats->waiting() + waiting);
  const std::string key = SeatsKey(draft.number(), training);
  if (seats->admitted() == 0 && seats->waiting() == 0) {
    draft.Erase(Table::kIndexes, key);
  } else {
    draft.Write(Table::kIndexes, key, *seats);
  }
  return absl::OkStatus();
}

// --- the role ---

void GiveRole(TenantDraft& draft, EnrollmentId id, uint32_t actor, rows::EnrollmentRow* row) {
  rows::AssignmentRow role;
  role.set_subject(id.learner);
  role.set_scope(id.training);
  role.set_granted_by(actor);
  role.set_enrollment(true);
  role.mutable_assignment()->set_role(std::string(kLearnerRole));
  *role.mutable_assignment()->mutable_create_time() = ToTimestamp(draft.now());
  *role.mutable_assignment()->mutable_update_time() = role.assignment().create_time();
  const AssignmentId uid = draft.NewAssignment();
  row->set_assignment(uid.value);
  draft.PutAssignmentRow(uid, std::move(role));
}

absl::Status TakeRole(TenantDraft& draft, rows::EnrollmentRow* row) {
  if (row->assignment() == 0) return absl::OkStatus();
  const AssignmentId uid(row->assignment());
  row->clear_assignment();
  absl::StatusOr<std::optional<rows::AssignmentRow>> role = draft.GetAssignment(uid);
  if (!role.ok()) return role.status();
  if (role->has_value()) draft.EraseAssignment(uid, **role);
  return absl::OkStatus();
}

// Rule 17 for somebody who would hold `role` of `matrix` at a training. Who is where is asked of
// the draft, for a membership may be of this very change.
absl::Status CheckRole(const TenantDraft& draft, EnrollmentId id, const Matrix& matrix,
                       RoleId role) {
  const auto groups_of = [&](SubjectId subject) { return draft.GroupsOf(subject); };
  if (!HoldsExcluding(draft.state(), id, matrix, role, groups_of, draft.now())) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      "EXCLUSIVE_ROLES", NameOf(draft, id),
      absl::StrCat("somebody would hold `", kLearnerRole, "` and a role that excludes it"));
}

absl::Status TooMany(const TenantDraft& draft) {
  return FailedPrecondition("TOO_MANY_ENROLLMENTS", FullName(draft.id(), kRootScopeName),
                            absl::StrCat("more than ", kMaxEnrollmentsOfChange,
                                         " enrollments would be made at once, "
                                         "which is the most; assign to smaller "
                                         "groups, or fewer courses"));
}

// --- coming and going ---

absl::Status Admit(TenantDraft& draft, EnrollmentId id, const Training* training,
                   const MoveCause& cause, absl::Time time, rows::EnrollmentRow* row) {
  Enrollment& enrollment = *row->mutable_enrollment();
  // Who comes back goes on where they left.
  if (!enrollment.has_cycle_start_time())
    *enrollment.mutable_cycle_start_time() = ToTimestamp(time);
  if (LearnerRole(draft.state().matrix()).has_value()) GiveRole(draft, id, cause.actor, row);
  std::optional<Training> read;
  if (training == nullptr) {
    absl::StatusOr<std::optional<Training>> found =
        ReadTraining(draft.reader(), draft.number(), draft.state(), ScopeId(id.training));
    if (!found.ok()) return found.status();
    read = *std::move(found);
    // A course of this very change has no rules yet.
    if (!read.has_value()) read.emplace();
    training = &*read;
  }
  for (rows::EnrollmentRow::Source& source : *row->mutable_sources()) {
    absl::Status status = SetDueTime(draft, id, *training, time, &source);
    if (!status.ok()) return status;
  }
  draft.AddMailCause({v1::NotificationRule::ENROLLED, id});
  return absl::OkStatus();
}

void EraseSources(TenantDraft& draft, EnrollmentId id, const rows::EnrollmentRow& row) {
  for (const rows::EnrollmentRow::Source& source : row.sources()) {
    if (source.training_assignment() == 0) continue;
    draft.Erase(Table::kIndexes, SourceKey(draft.number(), source.training_assignment(), id));
  }
}

// Doing it again is due when what was done before is no longer valid.
void SetDueAnew(rows::EnrollmentRow* row) {
  for (rows::EnrollmentRow::Source& source : *row->mutable_sources()) {
    source.clear_due_time();
    if (row->enrollment().has_expire_time()) {
      *source.mutable_due_time() = row->enrollment().expire_time();
    }
  }
}

}  // namespace

std::optional<RoleId> LearnerRole(const Matrix& matrix) {
  const std::optional<RoleId> role = matrix.FindRole(kLearnerRole);
  // Enrolling is no delegation: a role whose holders give roles is none of it.
  if (!role.has_value() || !matrix.role(*role).assignable_at.Has(ScopeKind::kCourse) ||
      matrix.GivesDelegation(*role)) {
    return std::nullopt;
  }
  return role;
}

bool IsAdmitted(State state) {
  switch (state) {
    case Enrollment::ENROLLED:
    case Enrollment::IN_PROGRESS:
    case Enrollment::COMPLETED:
    case Enrollment::FAILED:
    case Enrollment::EXPIRED:
    case Enrollment::RECERTIFYING:
      return true;
    default:
      return false;
  }
}

std::vector<State> LegalNext(State state) {
  std::vector<State> next;
  if (!Enrollment::State_IsValid(state)) return next;
  for (int to = 0; to < Enrollment::State_ARRAYSIZE; ++to) {
    const auto candidate = static_cast<State>(to);
    if ((kNext[static_cast<size_t>(state)] & Bit(candidate)) != 0) next.push_back(candidate);
  }
  return next;
}

absl::Status CheckLearnerRole(const TenantDraft& draft, EnrollmentId enrollment) {
  const Matrix& matrix = draft.state().matrix();
  const std::optional<RoleId> role = LearnerRole(matrix);
  return role.has_value() ? CheckRole(draft, enrollment, matrix, *role) : absl::OkStatus();
}

bool IsFull(const Training& training, const rows::SeatsRow& seats) {
  const int capacity = training.rules.enrollment().capacity();
  return capacity > 0 && seats.admitted() >= capacity;
}

absl::Status SetDueTime(const TenantDraft& draft, EnrollmentId enrollment, const Training& training,
                        absl::Time enrolled, rows::EnrollmentRow::Source* source) {
  const SubjectId learner(enrollment.learner);
  absl::Time due =
      source->has_due_time() ? FromTimestamp(source->due_time()) : absl::InfiniteFuture();
  const auto by = [&](const v1::DueRule& rule) -> absl::Status {
    absl::StatusOr<absl::Time> time =
        DueTime(rule, draft.reader(), draft.number(), draft.state(), learner, enrolled);
    if (!time.ok()) return time.status();
    due = std::min(due, *time);
    return absl::OkStatus();
  };
  if (absl::Status status = by(training.rules.due()); !status.ok()) return status;
  if (source->training_assignment() != 0) {
    absl::StatusOr<std::optional<rows::TrainingAssignmentRow>> row =
        ReadTrainingAssignment(draft.reader(), draft.number(), source->training_assignment());
    if (!row.ok()) return row.status();
    if (row->has_value()) {
      absl::Status status = by((*row)->training_assignment().due());
      if (!status.ok()) return status;
    }
  }
  if (due < absl::InfiniteFuture()) *source->mutable_due_time() = ToTimestamp(due);
  return absl::OkStatus();
}

absl::Status MoveEnrollment(TenantDraft& draft, EnrollmentId enrollment, rows::EnrollmentRow* row,
                            State to, const MoveCause& cause, const Training* training) {
  Enrollment& kept = *row->mutable_enrollment();
  const State from = kept.state();
  if (absl::Status status = CheckLegal(draft, enrollment, from, to); !status.ok()) return status;
  const absl::Time time = cause.time == absl::InfinitePast() ? draft.now() : cause.time;
  const bool comes = IsAdmitted(to) && !IsAdmitted(from);
  const bool goes = IsAdmitted(from) && !IsAdmitted(to);
  if (comes) {
    if (absl::Status status = CheckLearnerRole(draft, enrollment); !status.ok()) return status;
    if (draft.AddEnrolled(enrollment) > kMaxEnrollmentsOfChange) return TooMany(draft);
  }
  if (from == Enrollment::STATE_UNSPECIFIED) {
    *kept.mutable_create_time() = ToTimestamp(draft.now());
    kept.set_cycle(1);
    draft.WriteBytes(Table::kIndexes, LearnerKey(draft.number(), enrollment), "1");
  }
  if (from == Enrollment::WAITING) LeaveLine(draft, enrollment, &kept);
  if (from == Enrollment::REQUESTED) {
    draft.Erase(Table::kIndexes, RequestedKey(draft.number(), enrollment));
    kept.clear_manager_approved();
  }
  if (absl::Status status = CountSeats(draft, enrollment, from, to); !status.ok()) return status;
  kept.set_state(to);
  if (to == Enrollment::WAITING) {
    if (absl::Status status = JoinLine(draft, enrollment, &kept); !status.ok()) return status;
  }
  if (to == Enrollment::REQUESTED) {
    draft.WriteBytes(Table::kIndexes, RequestedKey(draft.number(), enrollment), "1");
  }
  if (comes) {
    absl::Status status = Admit(draft, enrollment, training, cause, time, row);
    if (!status.ok()) return status;
  }
  if (goes) {
    if (absl::Status status = TakeRole(draft, row); !status.ok()) return status;
    if (absl::Status status = LeaveSessions(draft, enrollment); !status.ok()) return status;
  }
  // Who failed, or left, and goes on with it keeps what was due.
  if (to == Enrollment::RECERTIFYING &&
      (from == Enrollment::COMPLETED || from == Enrollment::EXPIRED)) {
    SetDueAnew(row);
  }
  if (to == Enrollment::WITHDRAWN) {
    EraseSources(draft, enrollment, *row);
    row->clear_sources();
    row->clear_enrolled_by();
  }
  if (to == Enrollment::COMPLETED) {
    draft.AddMailCause({v1::NotificationRule::COMPLETED, enrollment});
  }

  rows::RecordEventRow event;
  *event.mutable_time() = ToTimestamp(time);
  event.set_actor(cause.actor);
  event.set_reason(cause.reason);
  event.mutable_transition()->set_from(from);
  event.mutable_transition()->set_to(to);
  AppendRecordEvent(draft, enrollment, row, std::move(event));
  return goes ? FillSeats(draft, ScopeId(enrollment.training)) : absl::OkStatus();
}

void PutEnrollment(TenantDraft& draft, EnrollmentId enrollment, const rows::EnrollmentRow* before,
                   rows::EnrollmentRow row) {
  Enrollment& kept = *row.mutable_enrollment();
  kept.clear_due_time();
  for (const rows::EnrollmentRow::Source& source : row.sources()) {
    if (source.has_due_time() && (!kept.has_due_time() || FromTimestamp(source.due_time()) <
                                                              FromTimestamp(kept.due_time()))) {
      *kept.mutable_due_time() = source.due_time();
    }
  }
  row.set_revision(draft.revision());
  *kept.mutable_update_time() = ToTimestamp(draft.now());
  SyncMoments(draft, enrollment, before, &row);
  draft.Write(Table::kEnrollments, EnrollmentKey(draft.number(), enrollment), row);
}

absl::Status EraseEnrollmentRecord(TenantDraft& draft, EnrollmentId enrollment) {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> found =
      ReadEnrollment(draft.reader(), draft.number(), enrollment);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return absl::OkStatus();
  rows::EnrollmentRow row = **std::move(found);
  SyncMoments(draft, enrollment, &row, nullptr);
  const State from = row.enrollment().state();
  if (from == Enrollment::WAITING) LeaveLine(draft, enrollment, row.mutable_enrollment());
  if (from == Enrollment::REQUESTED) {
    draft.Erase(Table::kIndexes, RequestedKey(draft.number(), enrollment));
  }
  absl::Status status = CountSeats(draft, enrollment, from, Enrollment::STATE_UNSPECIFIED);
  if (status.ok()) status = TakeRole(draft, &row);
  if (status.ok()) status = EraseParticipations(draft, enrollment);
  if (!status.ok()) return status;
  EraseSources(draft, enrollment, row);
  if (status = EraseHeldFrom(draft, enrollment); !status.ok()) return status;
  if (status = EraseAssessmentsOf(draft, enrollment); !status.ok()) return status;
  if (status = EraseCertificates(draft, enrollment); !status.ok()) return status;
  std::vector<std::string> keys;
  {
    store::Cursor cursor =
        draft.reader().Scan(Table::kRecords, RecordsOf(draft.number(), enrollment));
    while (cursor.Next()) keys.emplace_back(cursor.key());
    if (!cursor.status().ok()) return cursor.status();
  }
  for (const std::string& key : keys) draft.Erase(Table::kRecords, key);
  draft.Erase(Table::kIndexes, LearnerKey(draft.number(), enrollment));
  draft.Erase(Table::kEnrollments, EnrollmentKey(draft.number(), enrollment));
  return IsAdmitted(from) ? FillSeats(draft, ScopeId(enrollment.training)) : absl::OkStatus();
}

absl::Status FillSeats(TenantDraft& draft, ScopeId training) {
  absl::StatusOr<rows::SeatsRow> seats = ReadSeats(draft.reader(), draft.number(), training);
  if (!seats.ok()) return seats.status();
  if (seats->waiting() == 0 || !CheckPathNotFrozen(draft.state(), training).ok()) {
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<Training>> read =
      ReadTraining(draft.reader(), draft.number(), draft.state(), training);
  if (!read.ok()) return read.status();
  if (!read->has_value()) return absl::OkStatus();
  store::KeyRange line = WaitingAt(draft.number(), training);
  while (!IsFull(**read, *seats)) {
    store::ScanOptions options;
    const int capacity = (*read)->rules.enrollment().capacity();
    if (capacity > 0) options.limit = static_cast<uint64_t>(capacity - seats->admitted());
    absl::StatusOr<std::vector<InLine>> next = ReadLine(draft.reader(), line, options);
    if (!next.ok()) return next.status();
    if (next->empty()) break;
    for (const InLine& each : *next) {
      if (!CheckLearnerRole(draft, each.id).ok()) continue;
      absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
          ReadEnrollment(draft.reader(), draft.number(), each.id);
      if (!row.ok()) return row.status();
      if (!row->has_value()) continue;
      const rows::EnrollmentRow before = **row;
      MoveCause cause;
      cause.reason = "a seat became free";
      absl::Status status =
          MoveEnrollment(draft, each.id, &**row, Enrollment::ENROLLED, cause, &**read);
      if (!status.ok()) return status;
      PutEnrollment(draft, each.id, &before, **std::move(row));
    }
    line.begin = WaitingKey(draft.number(), next->back().id, next->back().place) + '\0';
    seats = ReadSeats(draft.reader(), draft.number(), training);
    if (!seats.ok()) return seats.status();
  }
  return absl::OkStatus();
}

store::KeyRange WaitingAt(uint64_t tenant, ScopeId training) {
  return KeyWriter(tenant).U8(kWaitingIndex).U32(training.value).Range();
}
store::KeyRange RequestedAt(uint64_t tenant, ScopeId training) {
  return KeyWriter(tenant).U8(kRequestedIndex).U32(training.value).Range();
}

absl::StatusOr<std::vector<EnrollmentId>> ReadWaitingIds(const store::Reader& reader,
                                                         const store::KeyRange& range,
                                                         const store::ScanOptions& options) {
  absl::StatusOr<std::vector<InLine>> line = ReadLine(reader, range, options);
  if (!line.ok()) return line.status();
  std::vector<EnrollmentId> ids;
  for (const InLine& each : *line) ids.push_back(each.id);
  return ids;
}

absl::StatusOr<std::vector<EnrollmentId>> ReadRequestedIds(const store::Reader& reader,
                                                           const store::KeyRange& range,
                                                           const store::ScanOptions& options) {
  std::vector<EnrollmentId> ids;
  absl::Status status = ForEachKey(reader, Table::kIndexes, range, options, [&](KeyReader& key) {
    key.U8();
    const uint32_t training = key.U32();
    ids.push_back(EnrollmentId{training, key.U32()});
  });
  if (!status.ok()) return status;
  return ids;
}

absl::Status MoveInLine(TenantDraft& draft, EnrollmentId enrollment, int position,
                        rows::EnrollmentRow* row) {
  absl::StatusOr<std::vector<InLine>> line =
      ReadLine(draft.reader(), WaitingAt(draft.number(), ScopeId(enrollment.training)),
               store::ScanOptions());
  if (!line.ok()) return line.status();
  const auto at = std::find_if(line->begin(), line->end(), [&](const InLine& each) {
    return each.id.learner == enrollment.learner;
  });
  if (at == line->end()) {
    return absl::DataLossError(
        absl::StrCat(NameOf(draft, enrollment), " waits and does not stand in the line"));
  }
  const auto from = static_cast<size_t>(at - line->begin());
  const size_t to = std::min(static_cast<size_t>(std::max(position, 1)), line->size()) - 1;
  // The places stay, and those between move by one.
  std::vector<InLine> moved = *line;
  if (to < from) {
    std::rotate(moved.begin() + to, moved.begin() + from, moved.begin() + from + 1);
  } else {
    std::rotate(moved.begin() + from, moved.begin() + from + 1, moved.begin() + to + 1);
  }
  const size_t first = std::min(from, to);
  const size_t last = std::max(from, to);
  for (size_t i = first; i <= last && from != to; ++i) {
    draft.Erase(Table::kIndexes, WaitingKey(draft.number(), (*line)[i].id, (*line)[i].place));
  }
  for (size_t i = first; i <= last && from != to; ++i) {
    const EnrollmentId id = moved[i].id;
    const int32_t place = (*line)[i].place;
    draft.WriteBytes(Table::kIndexes, WaitingKey(draft.number(), id, place), "1");
    if (id.learner == enrollment.learner) {
      row->mutable_enrollment()->set_waiting_position(place);
      continue;
    }
    absl::StatusOr<std::optional<rows::EnrollmentRow>> other =
        ReadEnrollment(draft.reader(), draft.number(), id);
    if (!other.ok()) return other.status();
    if (!other->has_value()) continue;
    const rows::EnrollmentRow before = **other;
    (*other)->mutable_enrollment()->set_waiting_position(place);
    PutEnrollment(draft, id, &before, **std::move(other));
  }
  return absl::OkStatus();
}

absl::Status FollowPolicy(TenantDraft& draft, const Matrix& before, const Matrix& after) {
  const std::optional<RoleId> role = LearnerRole(after);
  if (role.has_value() == LearnerRole(before).has_value()) return absl::OkStatus();
  absl::StatusOr<std::vector<EnrollmentId>> ids =
      ReadEnrollmentIds(draft.reader(), store::KeyRange::Tenant(draft.number()));
  if (!ids.ok()) return ids.status();
  size_t given = 0;
  for (const EnrollmentId& id : *ids) {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
        ReadEnrollment(draft.reader(), draft.number(), id);
    if (!row.ok()) return row.status();
    if (!row->has_value() || !IsAdmitted((*row)->enrollment().state())) continue;
    if (++given > kMaxEnrollmentsOfChange) return TooMany(draft);
    const rows::EnrollmentRow was = **row;
    if (role.has_value()) {
      if (absl::Status status = CheckRole(draft, id, after, *role); !status.ok()) return status;
      GiveRole(draft, id, /*actor=*/0, &**row);
    } else if (absl::Status status = TakeRole(draft, &**row); !status.ok()) {
      return status;
    }
    PutEnrollment(draft, id, &was, **std::move(row));
  }
  return absl::OkStatus();
}

}  // namespace provost
