// Sessions, by what they are found, and who takes part in them.
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "provost/internal/v1/session_rows.pb.h"
#include "store/record.h"
#include "tenant/session_rows.h"
#include "tenant/times.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using rows::ParticipationRow;
using store::Table;

class SessionChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Note(VerifiedRow& row) override {
    const auto session = ParseRow<rows::SessionRow>(row.table, row.key, row.value);
    if (session.ok()) {
      tenant_.NoteScope(session->uid(), Collection::kSessions, session->parent());
    }
  }

  void Check(VerifiedRow& row) override {
    std::string id;
    const auto session = tenant_.ParseNamed<rows::SessionRow>(row, &id);
    if (!session.has_value()) return;
    tenant_.Revision(session->revision());
    tenant_.Doer(session->creator(), "creator");
    tenant_.ScopeIn(session->parent(), {Collection::kCourses, Collection::kPlans}, "parent");
    for (uint32_t instructor : session->instructors()) tenant_.User(instructor, "instructors");
    CheckFound(*session);
  }

 private:
  void CheckFound(const rows::SessionRow& row) {
    const uint64_t number = tenant_.number();
    const ScopeId uid(row.uid());
    const std::optional<TimeSpan> time = TimeOfSession(row);
    const bool takes_place = time.has_value() && !IsCancelled(row);
    rows::SessionTimeRow entry;
    if (takes_place) *entry.mutable_end_time() = row.session().end_time();
    const absl::Time start = takes_place ? time->start : absl::InfinitePast();
    for (uint32_t instructor : row.instructors()) {
      tenant_.Wants(Table::kIndexes,
                    SessionInstructorKey(number, SubjectId(instructor), start, uid),
                    FormatRow(entry));
    }
    if (!takes_place) return;
    if (time->end <= time->start) tenant_.Figure("ends before it begins");
    WantsMoment(tenant_, Moment{MomentKind::kSessionStart, start, row.uid()});
    if (row.session().room().empty()) return;
    tenant_.Wants(Table::kIndexes, SessionRoomKey(number, row.session().room(), start, uid),
                  FormatRow(entry));
  }
};

void CheckParticipation(TenantVerifier& tenant, VerifiedRow& row) {
  const ScopeId session(row.rest.U32());
  const SubjectId person(row.rest.U32());
  const auto participation = tenant.Parse<ParticipationRow>(row);
  if (!participation.has_value()) return;
  tenant.User(person.value, "person");
  tenant.Doer(participation->registered_by(), "registered_by");
  tenant.Doer(participation->marked_by(), "marked_by");
  if (tenant.ScopeIn(session.value, {Collection::kSessions}, "session")) {
    tenant.Enrollment(EnrollmentId{tenant.ParentOf(session.value), person.value}, "enrollment");
  }
  const bool waits = participation->seat() == ParticipationRow::WAITING;
  const bool is_in = participation->seat() == ParticipationRow::REGISTERED;
  if (!waits && !is_in &&
      participation->status() == rows::RecordEventRow::Attendance::STATUS_UNSPECIFIED) {
    tenant.Figure("says nothing");
  }
  tenant.Wants(Table::kIndexes, ParticipantKey(tenant.number(), person, session));
  if (waits) {
    tenant.Wants(Table::kIndexes,
                 SessionLineKey(tenant.number(), session, participation->place(), person));
  }
  tenant.CountSeat(session.value, is_in ? 1 : 0, waits ? 1 : 0);
}

}  // namespace

CheckSet SessionChecks() {
  return {
      {{Table::kSessions, MakeChecker<SessionChecker>, /*has_notes=*/true}},
      {{kSessionRoomIndex, "st4", IndexCheck::Value::kBytes},
       {kSessionInstructorIndex, "4t4", IndexCheck::Value::kBytes},
       {kRegistrationIndex, "44", IndexCheck::Value::kBytes, CheckParticipation},
       {kRegistrationLineIndex, "484"},
       {kRegisteredSessionIndex, "44"}},
  };
}

}  // namespace provost
