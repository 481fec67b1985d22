#include "service/my_dashboard.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "provost/v1/report_service.pb.h"
#include "service/enrollment_message.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/record_view.h"
#include "service/resource.h"
#include "service/settings_rows.h"
#include "service/subject_resource.h"
#include "service/submission_view.h"
#include "service/work_list.h"
#include "tenant/assessment_rows.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/moments.h"
#include "tenant/session_rows.h"
#include "tenant/settings_row.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using v1::DashboardSettings;
using v1::Enrollment;

constexpr int kMaxEntries = 100;
constexpr int kMaxNext = 5;
constexpr size_t kMaxSessions = 20;
// What is no longer valid within so much is about to expire, if it cannot be done again before.
constexpr absl::Duration kExpiringSoon = absl::Hours(24 * 90);

constexpr std::array kAllTiles = {DashboardSettings::NEXT,        DashboardSettings::DUE,
                                  DashboardSettings::OVERDUE,     DashboardSettings::IN_PROGRESS,
                                  DashboardSettings::COMPLETED,   DashboardSettings::EXPIRING,
                                  DashboardSettings::ANNOUNCEMENT};

// A training of the person, with what its order in the tiles goes by.
struct Entry {
  v1::DashboardEntry message;
  absl::Time due = absl::InfiniteFuture();
  absl::Time expires = absl::InfiniteFuture();
  absl::Time completed = absl::InfinitePast();
  absl::Time updated = absl::InfinitePast();
  bool can_be_done_again = false;

  Enrollment::State state() const { return message.enrollment().state(); }
};

using Order = std::function<bool(const Entry&, const Entry&)>;

bool DueFirst(const Entry& a, const Entry& b) { return a.due < b.due; }

// Whether a tile shows an entry.
bool Shows(DashboardSettings::Tile tile, const Entry& entry, absl::Time now) {
  switch (tile) {
    case DashboardSettings::NEXT:
      return IsOpen(entry.state());
    case DashboardSettings::DUE:
      return IsOpen(entry.state()) && entry.due < absl::InfiniteFuture() && entry.due >= now;
    case DashboardSettings::OVERDUE:
      return IsOpen(entry.state()) && entry.due < now;
    case DashboardSettings::IN_PROGRESS:
      return entry.state() == Enrollment::IN_PROGRESS ||
             (entry.state() == Enrollment::RECERTIFYING &&
              entry.message.enrollment().has_start_time());
    case DashboardSettings::COMPLETED:
      return entry.state() == Enrollment::COMPLETED;
    case DashboardSettings::EXPIRING:
      return entry.state() == Enrollment::EXPIRED ||
             (entry.expires < absl::InfiniteFuture() &&
              (entry.state() == Enrollment::RECERTIFYING ||
               (entry.state() == Enrollment::COMPLETED &&
                (entry.can_be_done_again || entry.expires - now <= kExpiringSoon))));
    default:
      return false;
  }
}

// The most pressing first.
Order OrderOf(DashboardSettings::Tile tile) {
  switch (tile) {
    case DashboardSettings::COMPLETED:
      return [](const Entry& a, const Entry& b) { return a.completed > b.completed; };
    case DashboardSettings::EXPIRING:
      return [](const Entry& a, const Entry& b) { return a.expires < b.expires; };
    case DashboardSettings::IN_PROGRESS:
      return [](const Entry& a, const Entry& b) { return a.updated > b.updated; };
    case DashboardSettings::NEXT:
      // What was begun before what was not, where both are due alike.
      return [](const Entry& a, const Entry& b) {
        if (a.due != b.due) return a.due < b.due;
        return a.message.enrollment().has_start_time() && !b.message.enrollment().has_start_time();
      };
    default:
      return DueFirst;
  }
}

absl::Time TimeOr(bool has, const google::protobuf::Timestamp& time, absl::Time otherwise) {
  return has ? FromTimestamp(time) : otherwise;
}

Entry MakeEntry(const ReadCall& call, EnrollmentId id, const rows::EnrollmentRow& row,
                const Training& training) {
  Entry entry;
  *entry.message.mutable_enrollment() = ToMessage(call.state, call.tenant->id(), id, row);
  entry.message.set_display_name(training.display_name);
  const Enrollment& enrollment = entry.message.enrollment();
  entry.due = TimeOr(enrollment.has_due_time(), enrollment.due_time(), absl::InfiniteFuture());
  entry.expires =
      TimeOr(enrollment.has_expire_time(), enrollment.expire_time(), absl::InfiniteFuture());
  entry.completed =
      TimeOr(enrollment.has_complete_time(), enrollment.complete_time(), absl::InfinitePast());
  entry.updated =
      TimeOr(enrollment.has_update_time(), enrollment.update_time(), absl::InfinitePast());
  entry.can_be_done_again =
      entry.expires < absl::InfiniteFuture() &&
      call.now >= entry.expires - absl::Hours(24) * training.rules.recertification().window_days();
  return entry;
}

void FillTile(const std::vector<Entry>& entries, DashboardSettings::Tile which, absl::Time now,
              v1::DashboardTile* tile) {
  std::vector<const Entry*> shown;
  for (const Entry& entry : entries) {
    if (Shows(which, entry, now)) shown.push_back(&entry);
  }
  const Order order = OrderOf(which);
  std::stable_sort(shown.begin(), shown.end(),
                   [&](const Entry* a, const Entry* b) { return order(*a, *b); });
  tile->set_tile(which);
  tile->set_total_count(static_cast<int32_t>(shown.size()));
  const int most = which == DashboardSettings::NEXT ? kMaxNext : kMaxEntries;
  for (const Entry* entry : shown) {
    if (tile->entries_size() == most) break;
    *tile->add_entries() = entry->message;
  }
}

// The sessions to come of one training, in which the person takes part.
absl::Status AddSessions(const ReadCall& call, const RecordView& view, const Training& training,
                         std::multimap<absl::Time, v1::DashboardSession>* sessions) {
  std::vector<ScopeId> children;
  call.state.ForEachChild(training.uid, ScopeId(0), [&](ScopeId child) {
    children.push_back(child);
    return true;
  });
  for (ScopeId child : children) {
    absl::StatusOr<std::optional<rows::SessionRow>> row =
        ReadSession(view.reader(), call.state, call.tenant->number(), child);
    if (!row.ok()) return row.status();
    if (!row->has_value() || IsCancelled(**row)) continue;
    const std::optional<TimeSpan> time = TimeOfSession(**row);
    if (!time.has_value() || time->end <= view.time()) continue;
    if ((*row)->session().registration()) {
      absl::StatusOr<rows::ParticipationRow> participation =
          ReadParticipation(view.reader(), call.tenant->number(), child, call.self());
      if (!participation.ok()) return participation.status();
      if (participation->seat() != rows::ParticipationRow::REGISTERED) continue;
    }
    v1::DashboardSession session;
    session.set_session(ScopeFullName(call.state, call.tenant->id(), child));
    session.set_display_name((*row)->session().display_name());
    session.set_training_display_name(training.display_name);
    *session.mutable_start_time() = ToTimestamp(time->start);
    *session.mutable_end_time() = ToTimestamp(time->end);
    session.set_place((*row)->session().place());
    session.set_link((*row)->session().link());
    sessions->emplace(time->start, std::move(session));
  }
  return absl::OkStatus();
}

// What the person has still to hand in of one course, this time.
absl::Status AddWork(const RecordView& records, const WorkView& view, EnrollmentId id,
                     int32_t cycle, SubmissionView& submissions,
                     std::multimap<absl::Time, v1::Submission>* work) {
  absl::StatusOr<std::vector<uint64_t>> uids =
      ReadWorkIds(records.reader(), WorkOf(view.tenant, WorkKind::kSubmission, id));
  if (!uids.ok()) return uids.status();
  for (uint64_t uid : *uids) {
    absl::StatusOr<std::optional<rows::SubmissionRow>> row =
        ReadSubmission(records.reader(), view.tenant, uid);
    if (!row.ok()) return row.status();
    if (!row->has_value() || (*row)->cycle() != cycle) continue;
    const v1::Submission::State state = (*row)->state();
    if (state != v1::Submission::ASSIGNED && state != v1::Submission::RETURNED) continue;
    absl::StatusOr<v1::Submission> submission = submissions.Outline(uid, **row);
    if (!submission.ok()) return submission.status();
    const absl::Time due =
        TimeOr(submission->has_due_time(), submission->due_time(), absl::InfiniteFuture());
    work->emplace(due, *std::move(submission));
  }
  return absl::OkStatus();
}

absl::Status Validate(const v1::GetMyDashboardRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckUserName("learner", request.learner(), request.parent(), &status);
  return status;
}

absl::Status DoGet(ReadCall& call, const v1::GetMyDashboardRequest& request,
                   v1::MyDashboard* response) {
  absl::StatusOr<std::shared_ptr<const RecordView>> view = RecordView::Open(call);
  if (!view.ok()) return view.status();
  const uint64_t tenant = call.tenant->number();
  const SubjectId learner = call.state.FindSubject(ParseName(request.learner())->Relative());
  absl::StatusOr<std::vector<EnrollmentId>> ids =
      ReadLearnerIds((*view)->reader(), EnrollmentsOf(tenant, learner));
  if (!ids.ok()) return ids.status();

  std::vector<Entry> entries;
  std::multimap<absl::Time, v1::DashboardSession> sessions;
  std::multimap<absl::Time, v1::Submission> work;
  const WorkView work_view(call);
  SubmissionView submissions(work_view);
  for (const EnrollmentId& id : *ids) {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
        ReadEnrollment((*view)->reader(), tenant, id);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;
    const Enrollment::State state = (*row)->enrollment().state();
    if (state == Enrollment::WITHDRAWN) continue;
    absl::StatusOr<std::optional<Training>> training =
        ReadTraining((*view)->reader(), tenant, call.state, ScopeId(id.training));
    if (!training.ok()) return training.status();
    if (!training->has_value()) continue;
    entries.push_back(MakeEntry(call, id, **row, **training));
    if (!IsAdmitted(state)) {
      *response->add_pending() = entries.back().message;
      continue;
    }
    absl::Status status = AddSessions(call, **view, **training, &sessions);
    if (status.ok() && IsOpen(state) && (*training)->collection == Collection::kCourses) {
      status = AddWork(**view, work_view, id, (*row)->enrollment().cycle(), submissions, &work);
    }
    if (!status.ok()) return status;
  }

  absl::StatusOr<rows::SettingsRow> settings = ReadSettings((*view)->reader(), tenant);
  if (!settings.ok()) return settings.status();
  const DashboardSettings dashboard = SettingsOf(*settings).dashboard();
  std::vector<DashboardSettings::Tile> tiles(kAllTiles.begin(), kAllTiles.end());
  if (dashboard.tiles_size() > 0) {
    tiles.clear();
    for (int tile : dashboard.tiles()) tiles.push_back(static_cast<DashboardSettings::Tile>(tile));
  }
  for (DashboardSettings::Tile tile : tiles) {
    FillTile(entries, tile, (*view)->time(), response->add_tiles());
    if (tile == DashboardSettings::ANNOUNCEMENT) {
      response->set_announcement(dashboard.announcement());
    }
  }
  for (auto& [start, session] : sessions) {
    if (static_cast<size_t>(response->sessions_size()) == kMaxSessions) break;
    *response->add_sessions() = std::move(session);
  }
  for (auto& [due, submission] : work) {
    if (response->work_size() == kMaxEntries) break;
    *response->add_work() = std::move(submission);
  }
  response->set_training_count(static_cast<int32_t>(entries.size()));
  response->set_revision(static_cast<int64_t>((*view)->revision()));
  *response->mutable_read_time() = ToTimestamp((*view)->time());
  return absl::OkStatus();
}

}  // namespace

void RegisterMyDashboard(Methods& methods) {
  Method& get = methods.Scan<v1::GetMyDashboardRequest, v1::MyDashboard>(DoGet);
  Methods::ValidateBy<v1::GetMyDashboardRequest>(get, Validate);
}

}  // namespace provost
