#include "tenant/moments.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "store/key.h"
#include "tenant/key_walk.h"
#include "tenant/rows.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;
using v1::Enrollment;

// What the second part of a key in kTimers says where it is no kind.
constexpr uint8_t kCursorPart = 0;
constexpr uint8_t kPlacePart = 255;

KeyWriter OfKind(uint64_t tenant, MomentKind kind) {
  return KeyWriter(tenant).U8(static_cast<uint8_t>(kind));
}

std::string MomentKey(uint64_t tenant, const Moment& moment) {
  return OfKind(tenant, moment.kind)
      .Time(moment.time)
      .U32(moment.a)
      .U32(moment.b)
      .U64(moment.c)
      .Take();
}

std::string PlaceKey(uint64_t tenant, const Moment& moment) {
  return KeyWriter(tenant)
      .U8(kPlacePart)
      .U8(static_cast<uint8_t>(moment.kind))
      .U32(moment.a)
      .U32(moment.b)
      .U64(moment.c)
      .Take();
}

std::string LeadKey(uint64_t tenant, const Lead& lead) {
  return KeyWriter(tenant)
      .U8(kCursorPart)
      .U8(static_cast<uint8_t>(lead.kind))
      .U32(static_cast<uint32_t>(lead.days))
      .Take();
}

v1::Recertification RecertificationOf(TenantDraft& draft, ScopeId training) {
  absl::StatusOr<std::optional<Training>> found =
      ReadTraining(draft.reader(), draft.number(), draft.state(), training);
  draft.Fail(found.status());
  if (!found.ok() || !found->has_value()) return v1::Recertification();
  return (*found)->rules.recertification();
}

using MaybeTime = std::optional<absl::Time>;

MaybeTime DueOf(const rows::EnrollmentRow* row) {
  if (row == nullptr || !row->enrollment().has_due_time()) return std::nullopt;
  if (!IsOpen(row->enrollment().state())) return std::nullopt;
  return FromTimestamp(row->enrollment().due_time());
}

// `time`, where what was completed still counts until then.
MaybeTime WhileValid(const Enrollment& enrollment, absl::Time time) {
  if (enrollment.state() == Enrollment::COMPLETED) return time;
  if (enrollment.state() != Enrollment::RECERTIFYING) return std::nullopt;
  // Begun later, it is done again after it had lapsed.
  if (FromTimestamp(enrollment.cycle_start_time()) >= time) return std::nullopt;
  return time;
}

MaybeTime ExpiryOf(const rows::EnrollmentRow* row) {
  if (row == nullptr || !row->enrollment().has_expire_time()) return std::nullopt;
  return WhileValid(row->enrollment(), FromTimestamp(row->enrollment().expire_time()));
}

bool MayLapse(const rows::EnrollmentRow* row) {
  return row != nullptr && row->enrollment().has_expire_time();
}

void SyncTold(TenantDraft& draft, Moment moment, MaybeTime before, MaybeTime after) {
  if (before == after) return;
  if (before.has_value()) {
    moment.time = *before;
    EraseMoment(draft, moment);
  }
  if (after.has_value()) {
    moment.time = *after;
    PutMoment(draft, moment);
  }
}

void SyncCarriedOut(TenantDraft& draft, Moment moment, MaybeTime after) {
  if (!after.has_value()) return EraseMoment(draft, moment);
  moment.time = *after;
  if (TimeOfMoment(draft, moment) != after) PutMoment(draft, moment);
}

}  // namespace

bool IsCarriedOut(MomentKind kind) {
  switch (kind) {
    case MomentKind::kDue:
    case MomentKind::kExpire:
    case MomentKind::kSessionStart:
    case MomentKind::kGrantEnd:
      return false;
    case MomentKind::kWindow:
    case MomentKind::kLapse:
    case MomentKind::kAttemptEnd:
    case MomentKind::kReportRun:
    case MomentKind::kReevaluate:
      return true;
  }
  return false;
}

void PutMoment(TenantDraft& draft, const Moment& moment) {
  rows::TimerRow row;
  *row.mutable_put_time() = ToTimestamp(draft.now());
  if (IsCarriedOut(moment.kind)) {
    EraseMoment(draft, moment);
    rows::TimerPlaceRow place;
    *place.mutable_time() = ToTimestamp(moment.time);
    draft.Write(Table::kTimers, PlaceKey(draft.number(), moment), place);
    draft.NoteMoment(moment.time);
  } else {
    draft.NoteMoment(moment.time - absl::Hours(24) * kMaxLeadDays);
  }
  WriteMoment(draft, moment, row);
}

std::optional<absl::Time> TimeOfMoment(TenantDraft& draft, const Moment& moment) {
  absl::StatusOr<std::optional<rows::TimerPlaceRow>> place = ReadRow<rows::TimerPlaceRow>(
      draft.reader(), Table::kTimers, PlaceKey(draft.number(), moment));
  if (!place.ok()) {
    draft.Fail(place.status());
    return std::nullopt;
  }
  if (!place->has_value()) return std::nullopt;
  return FromTimestamp((*place)->time());
}

void EraseMoment(TenantDraft& draft, const Moment& moment) {
  Moment placed = moment;
  if (IsCarriedOut(moment.kind)) {
    const std::optional<absl::Time> time = TimeOfMoment(draft, moment);
    if (!time.has_value()) return;
    placed.time = *time;
    draft.Erase(Table::kTimers, PlaceKey(draft.number(), moment));
  }
  draft.Erase(Table::kTimers, MomentKey(draft.number(), placed));
}

bool IsOpen(Enrollment::State state) {
  return state == Enrollment::ENROLLED || state == Enrollment::IN_PROGRESS ||
         state == Enrollment::RECERTIFYING;
}

void SyncMoments(TenantDraft& draft, EnrollmentId enrollment, const rows::EnrollmentRow* before,
                 const rows::EnrollmentRow* after) {
  const auto moment = [&](MomentKind kind) {
    return Moment{kind, absl::InfiniteFuture(), enrollment.training, enrollment.learner, 0};
  };
  SyncTold(draft, moment(MomentKind::kDue), DueOf(before), DueOf(after));
  SyncTold(draft, moment(MomentKind::kExpire), ExpiryOf(before), ExpiryOf(after));
  if (!MayLapse(before) && !MayLapse(after)) return;
  MaybeTime window;
  MaybeTime lapse;
  if (MayLapse(after)) {
    const v1::Recertification rule = RecertificationOf(draft, ScopeId(enrollment.training));
    const absl::Time expiry = FromTimestamp(after->enrollment().expire_time());
    lapse = WhileValid(after->enrollment(), expiry + absl::Hours(24) * rule.grace_days());
    if (rule.automatic() && after->enrollment().state() == Enrollment::COMPLETED) {
      window = expiry - absl::Hours(24) * rule.window_days();
    }
  }
  SyncCarriedOut(draft, moment(MomentKind::kWindow), window);
  SyncCarriedOut(draft, moment(MomentKind::kLapse), lapse);
}

void SyncGrantEnd(TenantDraft& draft, AssignmentId assignment, const rows::AssignmentRow* before,
                  const rows::AssignmentRow* after) {
  const auto sync = [&](const rows::AssignmentRow* row,
                        void (*change)(TenantDraft&, const Moment&)) {
    if (row == nullptr || row->enrollment() || !row->assignment().has_expires()) return;
    change(draft, Moment{MomentKind::kGrantEnd, FromTimestamp(row->assignment().expires()),
                         row->scope(), row->subject(), assignment.value});
  };
  const bool same =
      before != nullptr && after != nullptr &&
      before->assignment().has_expires() == after->assignment().has_expires() &&
      FromTimestamp(before->assignment().expires()) == FromTimestamp(after->assignment().expires());
  if (same) return;
  sync(before, EraseMoment);
  if (after != nullptr && draft.IsUser(SubjectId(after->subject()))) sync(after, PutMoment);
}

bool operator<(const MomentCursor& x, const MomentCursor& y) {
  return std::tie(x.time, x.a, x.b, x.c) < std::tie(y.time, y.a, y.b, y.c);
}

MomentCursor CursorAt(const Moment& moment) {
  return MomentCursor{moment.time, moment.a, moment.b, moment.c};
}

absl::StatusOr<std::vector<std::pair<Moment, rows::TimerRow>>> ReadMoments(
    const store::Reader& reader, uint64_t tenant, MomentKind kind, const MomentCursor& after,
    absl::Time until, size_t limit) {
  std::vector<std::pair<Moment, rows::TimerRow>> found;
  // No other key begins with that one.
  const store::KeyRange range{
      MomentKey(tenant, Moment{kind, after.time, after.a, after.b, after.c}) + '\0',
      OfKind(tenant, kind).Time(until + absl::Nanoseconds(1)).Take()};
  if (range.begin >= range.end) return found;
  store::ScanOptions options;
  options.limit = limit;
  store::Cursor cursor = reader.Scan(Table::kTimers, range, options);
  while (cursor.Next()) {
    store::KeyReader key(Table::kTimers, cursor.key());
    key.U64();
    key.U8();
    Moment moment{kind, key.Time()};
    moment.a = key.U32();
    moment.b = key.U32();
    moment.c = key.U64();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::TimerRow> row =
        ParseRow<rows::TimerRow>(Table::kTimers, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    found.emplace_back(moment, *std::move(row));
  }
  if (!cursor.status().ok()) return cursor.status();
  return found;
}

void WriteMoment(TenantDraft& draft, const Moment& moment, const rows::TimerRow& row) {
  draft.Write(Table::kTimers, MomentKey(draft.number(), moment), row);
}

absl::StatusOr<std::optional<rows::TimerRow>> ReadMoment(const store::Reader& reader,
                                                         uint64_t tenant, const Moment& moment) {
  return ReadRow<rows::TimerRow>(reader, Table::kTimers, MomentKey(tenant, moment));
}

absl::StatusOr<std::vector<std::pair<Lead, rows::TimerCursorRow>>> ReadLeads(
    const store::Reader& reader, uint64_t tenant) {
  std::vector<std::pair<Lead, rows::TimerCursorRow>> leads;
  store::Cursor cursor = reader.Scan(Table::kTimers, KeyWriter(tenant).U8(kCursorPart).Range());
  while (cursor.Next()) {
    store::KeyReader key(Table::kTimers, cursor.key());
    key.U64();
    key.U8();
    Lead lead{static_cast<MomentKind>(key.U8())};
    lead.days = static_cast<int>(key.U32());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::TimerCursorRow> row =
        ParseRow<rows::TimerCursorRow>(Table::kTimers, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    leads.emplace_back(lead, *std::move(row));
  }
  if (!cursor.status().ok()) return cursor.status();
  return leads;
}

absl::StatusOr<std::optional<rows::TimerCursorRow>> ReadLead(const store::Reader& reader,
                                                             uint64_t tenant, const Lead& lead) {
  return ReadRow<rows::TimerCursorRow>(reader, Table::kTimers, LeadKey(tenant, lead));
}

void PutLead(TenantDraft& draft, const Lead& lead, const rows::TimerCursorRow& row) {
  draft.Write(Table::kTimers, LeadKey(draft.number(), lead), row);
}

absl::Status SetLeads(TenantDraft& draft, const std::vector<Lead>& leads) {
  absl::StatusOr<std::vector<std::pair<Lead, rows::TimerCursorRow>>> known =
      ReadLeads(draft.reader(), draft.number());
  if (!known.ok()) return known.status();
  const auto is = [](const Lead& x) {
    return [&x](const Lead& y) { return x.kind == y.kind && x.days == y.days; };
  };
  for (const auto& [lead, row] : *known) {
    if (std::any_of(leads.begin(), leads.end(), is(lead))) continue;
    draft.Erase(Table::kTimers, LeadKey(draft.number(), lead));
  }
  for (const Lead& lead : leads) {
    if (std::any_of(known->begin(), known->end(),
                    [&](const auto& each) { return is(lead)(each.first); })) {
      continue;
    }
    rows::TimerCursorRow row;
    *row.mutable_time() = ToTimestamp(draft.now() + absl::Hours(24) * lead.days);
    PutLead(draft, lead, row);
    draft.NoteMoment(draft.now());
  }
  return absl::OkStatus();
}

}  // namespace provost
