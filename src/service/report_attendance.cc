// Who was at which session.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/lookup.h"
#include "service/report_source.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/session_rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

using Attendance = rows::RecordEventRow::Attendance;

constexpr std::array<absl::string_view, 8> kColumns = {
    "session", "session_display_name", "start_time", "learner", "seat", "status", "minutes", "note",
};

class AttendanceReport : public ReportSource {
 public:
  AttendanceReport(const ReadCall& call, ReportCall report) : report_(std::move(report)) {
    call.state.ForEachInSubtree(report_.scope, [&](ScopeId each) {
      if (call.state.KindOf(each) == ScopeKind::kSession) sessions_.push_back(each);
      return true;
    });
  }

  // One session at a time.
  absl::StatusOr<bool> Next(ReadCall& call, std::vector<ReportRow>* rows) override {
    asked_.Forget();
    if (next_ == sessions_.size()) return false;
    const ScopeId session = sessions_[next_++];
    absl::StatusOr<std::optional<rows::SessionRow>> row =
        ReadSession(view(), call.state, call.tenant->number(), session);
    if (!row.ok()) return row.status();
    if (!row->has_value() || IsCancelled(**row)) return true;
    absl::Status status = (*row)->session().registration()
                              ? AddRegistered(call, session, **row, rows)
                              : AddAdmitted(call, session, **row, rows);
    if (!status.ok()) return status;
    return true;
  }

  bool StillMay(const ReadCall& call) const override { return asked_.StillMay(call); }

 private:
  const store::Reader& view() const { return report_.view->reader(); }

  // Those who have registered, wait or were marked.
  absl::Status AddRegistered(const ReadCall& call, ScopeId session, const rows::SessionRow& row,
                             std::vector<ReportRow>* rows) {
    absl::StatusOr<std::vector<std::pair<SubjectId, rows::ParticipationRow>>> all =
        ReadParticipations(view(), call.tenant->number(), session);
    if (!all.ok()) return all.status();
    for (const auto& [learner, participation] : *all) {
      Add(call, session, row, learner, participation, rows);
    }
    return absl::OkStatus();
  }

  // Everybody who is in the training.
  absl::Status AddAdmitted(const ReadCall& call, ScopeId session, const rows::SessionRow& row,
                           std::vector<ReportRow>* rows) {
    return ForEachEnrollment(
        *report_.view, call.tenant->number(), ScopeId(row.parent()),
        [&](SubjectId learner, const rows::EnrollmentRow& enrollment) -> absl::Status {
          absl::StatusOr<rows::ParticipationRow> participation =
              ReadParticipation(view(), call.tenant->number(), session, learner);
          if (!participation.ok()) return participation.status();
          // Who has left since, and was there, stays in.
          if (IsAdmitted(enrollment.enrollment().state()) ||
              participation->status() != Attendance::STATUS_UNSPECIFIED) {
            Add(call, session, row, learner, *participation, rows);
          }
          return absl::OkStatus();
        });
  }

  // A note may be personal: whoever may not see who was there sees but their own.
  bool ShowsNote(const ReadCall& call, ScopeId session, SubjectId learner) {
    return learner == call.self() || asked_.May(call, "attendance.read", session);
  }

  void Add(const ReadCall& call, ScopeId session, const rows::SessionRow& row, SubjectId learner,
           const rows::ParticipationRow& participation, std::vector<ReportRow>* rows) {
    if (!call.state.HasSubject(learner)) return;
    if (report_.group.has_value() && !report_.group->contains(learner.value)) return;
    Count(learner.value);
    const bool has_seat = participation.seat() != rows::ParticipationRow::SEAT_UNSPECIFIED;
    const bool is_marked = participation.status() != Attendance::STATUS_UNSPECIFIED;
    rows->push_back(
        {ScopeFullName(call.state, call.tenant->id(), session), row.session().display_name(),
         row.session().has_start_time() ? TimeCell(row.session().start_time()) : std::string(),
         SubjectFullName(call.state, call.tenant->id(), learner),
         has_seat ? rows::ParticipationRow::Seat_Name(participation.seat()) : std::string(),
         is_marked ? Attendance::Status_Name(participation.status()) : std::string(),
         participation.minutes() > 0 ? absl::StrCat(participation.minutes()) : std::string(),
         participation.note().empty() || !ShowsNote(call, session, learner)
             ? std::string()
             : participation.note()});
  }

  const ReportCall report_;
  std::vector<ScopeId> sessions_;
  size_t next_ = 0;
  ExportKind::Asked asked_;
};

}  // namespace

absl::Span<const absl::string_view> AttendanceColumns() { return kColumns; }

std::unique_ptr<ReportSource> MakeAttendanceReport(const ReadCall& call, ReportCall report) {
  return std::make_unique<AttendanceReport>(call, std::move(report));
}

}  // namespace provost
