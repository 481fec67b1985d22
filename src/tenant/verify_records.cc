// What happened in trainings, person by person, and what is to happen when.
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/time_text.h"
#include "tenant/enrollment_rows.h"
#include "tenant/external_trainings.h"
#include "tenant/homed_rows.h"
#include "tenant/moments.h"
#include "tenant/record_rows.h"
#include "tenant/reports.h"
#include "tenant/times.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;
using v1::Enrollment;

// What the fourth part of a key says (record_rows.cc).
constexpr uint8_t kEventPart = 1;
constexpr uint8_t kItemPart = 2;
constexpr uint8_t kCompetencyPart = 3;
constexpr uint8_t kExternalPart = 4;

class RecordChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    EnrollmentId id;
    id.training = row.rest.U32();
    id.learner = row.rest.U32();
    const uint8_t part = row.rest.U8();
    const uint64_t number = row.rest.U64();
    const uint32_t course = part == kCompetencyPart ? row.rest.U32() : 0;
    if (!tenant_.IsWhole(row)) return;
    if (id.training != id_.training || id.learner != id_.learner || part != kEventPart) EndLog();
    id_ = id;
    const bool is_personal = part == kCompetencyPart || part == kExternalPart;
    if ((part != kEventPart && part != kItemPart && !is_personal) ||
        is_personal != (id.training == 0)) {
      tenant_.Unknown(absl::StrCat("is of part ", part, " of a record"));
    } else if (part == kEventPart) {
      if (const auto event = tenant_.Parse<rows::RecordEventRow>(row)) CheckEvent(number, *event);
    } else if (part == kItemPart) {
      CheckItem(row, number);
    } else if (part == kCompetencyPart) {
      CheckCompetency(row, number, course);
    } else if (const auto training = tenant_.Parse<rows::ExternalTrainingRow>(row)) {
      CheckExternal(ExternalTrainingId{id.learner, number}, *training);
    }
  }

  void End() override { EndLog(); }

 private:
  // What the log says of the enrollment.
  void EndLog() {
    if (last_event_ == 0) return;
    tenant_.Wants(Table::kEnrollments, EnrollmentKey(tenant_.number(), id_),
                  LogOutcome(last_event_, cycle_, state_));
    last_event_ = 0;
    state_ = Enrollment::STATE_UNSPECIFIED;
    cycle_ = 0;
  }

  void CheckEvent(uint64_t number, const rows::RecordEventRow& row) {
    if (number != last_event_ + 1) {
      tenant_.Figure(
          absl::StrCat("comes after event ", last_event_, "; ", last_event_ + 1, " was wanted"));
    }
    last_event_ = number;
    if (row.cycle() < cycle_) {
      tenant_.Figure(absl::StrCat("is of cycle ", row.cycle(), " after one of ", cycle_));
    }
    cycle_ = row.cycle();
    tenant_.Doer(row.actor(), "actor");
    if (!row.has_time() || !row.has_record_time()) tenant_.Figure("does not say when it was");
    switch (row.event_case()) {
      case rows::RecordEventRow::kTransition:
        if (row.transition().from() != state_) {
          tenant_.Figure(absl::StrCat("goes from ", Enrollment::State_Name(row.transition().from()),
                                      " where ", Enrollment::State_Name(state_), " was reached"));
        }
        state_ = row.transition().to();
        break;
      case rows::RecordEventRow::kProgress:
        tenant_.GivenItem(row.progress().item(), "progress.item");
        break;
      case rows::RecordEventRow::kScore:
        tenant_.GivenItem(row.score().item(), "score.item");
        if (row.score().work() != 0) tenant_.GivenItem(row.score().work(), "score.work");
        break;
      case rows::RecordEventRow::kAttendance:
        // The session may be gone.
        if (row.attendance().session() > tenant_.counters().last_scope()) {
          tenant_.Dangling(absl::StrCat("names session ", row.attendance().session(),
                                        ", which there never was"));
        }
        break;
      case rows::RecordEventRow::kRetraction:
        if (row.retraction().event() == 0 || row.retraction().event() >= number) {
          tenant_.Dangling(absl::StrCat("takes back event ", row.retraction().event(),
                                        ", which does not come before it"));
        }
        break;
      case rows::RecordEventRow::kSignOff:
      case rows::RecordEventRow::kOverride:
      case rows::RecordEventRow::kCredit:
      case rows::RecordEventRow::kManagerApproval:
        break;
      case rows::RecordEventRow::EVENT_NOT_SET:
        tenant_.Unknown("says nothing that this version knows");
        break;
    }
  }

  // They stand behind the log of their enrollment.
  void CheckItem(const VerifiedRow& row, uint64_t item) {
    if (!tenant_.Parse<rows::ItemRecordRow>(row).has_value()) return;
    tenant_.GivenItem(item, "item");
    tenant_.Enrollment(id_, "enrollment");
  }

  void CheckCompetency(const VerifiedRow& row, uint64_t competency, uint32_t course) {
    if (!tenant_.Parse<rows::HeldCompetencyRow>(row).has_value()) return;
    tenant_.User(id_.learner, "learner");
    tenant_.Item(competency, {Collection::kCompetencies}, "competency");
    if (tenant_.ScopeIn(course, {Collection::kCourses}, "course") &&
        !tenant_.IsReevaluated(course)) {
      tenant_.Has(row.table, row.key, row.value);
    }
  }

  void CheckExternal(const ExternalTrainingId& id, const rows::ExternalTrainingRow& row) {
    tenant_.Revision(row.revision());
    tenant_.GivenItem(id.uid, "uid");
    tenant_.User(id.learner, "learner");
    tenant_.Scope(row.home(), "home");
    tenant_.Doer(row.entered_by(), "entered_by");
    tenant_.Wants(Table::kIndexes,
                  HomedAtKey(tenant_.number(), ScopeId(row.home()),
                             absl::StrCat(CollectionName(Collection::kExternalTrainings), "/",
                                          id.ToString())));
    CheckFile(row, "the training");
    for (const rows::ExternalTrainingRow& before : row.before()) {
      CheckFile(before, "what it was before");
    }
    for (int before = 0; before <= row.before_size(); ++before) {
      const std::optional<Evidence> evidence = EvidenceOf(row, before);
      if (evidence.has_value() && evidence->blob == 0) {
        tenant_.Figure("names a file and not where its bytes are");
      }
    }
  }

  // Bytes belong to one alone.
  void CheckFile(const rows::ExternalTrainingRow& row, absl::string_view of) {
    if (row.evidence_blob() == 0) return;
    if (!row.has_evidence_file()) {
      tenant_.Figure(absl::StrCat("does not say what the file of ", of, " is"));
    }
    WantsFile(tenant_, row.evidence_blob(), row.evidence_file().size_bytes());
  }

  // The enrollment at hand, and how far its log has been read.
  EnrollmentId id_;
  uint64_t last_event_ = 0;
  int32_t cycle_ = 0;
  Enrollment::State state_ = Enrollment::STATE_UNSPECIFIED;
};

// What the second part of a key says where it is no kind of moment (moments.cc).
constexpr uint8_t kCursorPart = 0;
constexpr uint8_t kPlacePart = 255;

bool IsKind(uint8_t part) {
  return part >= static_cast<uint8_t>(MomentKind::kDue) &&
         part <= static_cast<uint8_t>(MomentKind::kReevaluate);
}

std::string PlaceKey(const TenantVerifier& tenant, const Moment& moment) {
  return KeyWriter(tenant.number())
      .U8(kPlacePart)
      .U8(static_cast<uint8_t>(moment.kind))
      .U32(moment.a)
      .U32(moment.b)
      .U64(moment.c)
      .Take();
}

// One that is past may have been carried out.
bool IsSure(const TenantVerifier& tenant, const Moment& moment) {
  return !IsCarriedOut(moment.kind) || moment.time > FromTimestamp(tenant.counters().commit_time());
}

class MomentChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Note(VerifiedRow& row) override {
    const uint8_t part = row.rest.U8();
    if (part != static_cast<uint8_t>(MomentKind::kReevaluate)) return;
    row.rest.Time();
    tenant_.NoteReevaluated(row.rest.U32());
  }

  void Check(VerifiedRow& row) override {
    const uint8_t part = row.rest.U8();
    if (part == kCursorPart) {
      row.rest.U8();
      row.rest.U32();
      if (tenant_.IsWhole(row)) tenant_.Parse<rows::TimerCursorRow>(row);
    } else if (part == kPlacePart) {
      row.rest.U8();
      row.rest.U32();
      row.rest.U32();
      row.rest.U64();
      if (!tenant_.IsWhole(row)) return;
      const auto place = tenant_.Parse<rows::TimerPlaceRow>(row);
      if (place.has_value())
        tenant_.Has(row.table, row.key, TimeText(FromTimestamp(place->time())));
    } else if (IsKind(part)) {
      Moment moment{static_cast<MomentKind>(part), row.rest.Time()};
      moment.a = row.rest.U32();
      moment.b = row.rest.U32();
      moment.c = row.rest.U64();
      if (tenant_.IsWhole(row) && tenant_.Parse<rows::TimerRow>(row).has_value()) {
        CheckMoment(row, moment);
      }
    } else {
      tenant_.Unknown(absl::StrCat("is of part ", part, " of the timers"));
    }
  }

 private:
  void CheckMoment(const VerifiedRow& row, const Moment& moment) {
    if (IsCarriedOut(moment.kind)) {
      tenant_.Wants(row.table, PlaceKey(tenant_, moment), TimeText(moment.time));
    }
    switch (moment.kind) {
      case MomentKind::kReevaluate:
        tenant_.ScopeIn(moment.a, {Collection::kCourses, Collection::kPlans}, "training");
        return;
      case MomentKind::kDue:
      case MomentKind::kExpire:
      case MomentKind::kWindow:
      case MomentKind::kLapse:
        if (!tenant_.Enrollment(EnrollmentId{moment.a, moment.b}, "enrollment")) return;
        // Once its records are worked out again, they are right again.
        if (tenant_.IsReevaluated(moment.a)) return;
        break;
      case MomentKind::kSessionStart:
      case MomentKind::kAttemptEnd:
      case MomentKind::kGrantEnd:
        break;
      case MomentKind::kReportRun:
        CheckReport(moment);
        break;
    }
    if (IsSure(tenant_, moment)) tenant_.Has(row.table, row.key);
  }

  // Where it is past, nothing wants it.
  void CheckReport(const Moment& moment) {
    tenant_.CountReference();
    const auto report =
        ReadReportOf(tenant_.reader(), tenant_.number(), SubjectId(moment.b), moment.c);
    if (!report.ok()) return;  // Its own checker says what is wrong.
    if (!report->has_value() || (*report)->row.home() != moment.a) {
      tenant_.Dangling("is of a report that is not there");
    }
  }
};

}  // namespace

void WantsMoment(TenantVerifier& tenant, const Moment& moment) {
  if (!IsSure(tenant, moment)) return;
  tenant.Wants(Table::kTimers, KeyWriter(tenant.number())
                                   .U8(static_cast<uint8_t>(moment.kind))
                                   .Time(moment.time)
                                   .U32(moment.a)
                                   .U32(moment.b)
                                   .U64(moment.c)
                                   .Take());
}

CheckSet RecordChecks() {
  return {
      {{Table::kRecords, MakeChecker<RecordChecker>},
       {Table::kTimers, MakeChecker<MomentChecker>, /*has_notes=*/true}},
      {},
  };
}

}  // namespace provost
