#include "tenant/mail_topics.h"

#include <algorithm>

#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/names.h"
#include "tenant/session_rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

using v1::Enrollment;
using v1::NotificationRule;

constexpr absl::string_view kDueTime = "training.due_time";
constexpr absl::string_view kExpireTime = "training.expire_time";

}  // namespace

std::vector<absl::string_view> MailFieldsOf(NotificationRule::Event event) {
  std::vector<absl::string_view> fields = {"learner.display_name",   "learner.family_name",
                                           "learner.given_name",     "manager.display_name",
                                           "manager.family_name",    "manager.given_name",
                                           "recipient.display_name", "recipient.family_name",
                                           "recipient.given_name",   "tenant.display_name"};
  if (event == NotificationRule::GRANT_EXPIRING) {
    fields.insert(fields.end(), {"grant.expire_time", "role.display_name", "scope.display_name"});
  } else {
    fields.insert(fields.end(), {"training.display_name", "training.name"});
  }
  switch (event) {
    case NotificationRule::ENROLLED:
    case NotificationRule::DUE_SOON:
    case NotificationRule::OVERDUE:
      fields.push_back(kDueTime);
      break;
    case NotificationRule::COMPLETED:
    case NotificationRule::EXPIRING:
      fields.push_back(kExpireTime);
      break;
    case NotificationRule::SESSION_SOON:
    case NotificationRule::SESSION_CHANGED:
      fields.insert(fields.end(), {"session.cancel_reason", "session.display_name",
                                   "session.end_time", "session.link", "session.name",
                                   "session.place", "session.start_time", "session.state"});
      break;
    default:
      break;
  }
  std::sort(fields.begin(), fields.end());
  return fields;
}

bool HasLead(NotificationRule::Event event) {
  return event != NotificationRule::OVERDUE && MomentKindOf(event).has_value();
}

std::optional<MomentKind> MomentKindOf(NotificationRule::Event event) {
  switch (event) {
    case NotificationRule::DUE_SOON:
    case NotificationRule::OVERDUE:
      return MomentKind::kDue;
    case NotificationRule::EXPIRING:
      return MomentKind::kExpire;
    case NotificationRule::SESSION_SOON:
      return MomentKind::kSessionStart;
    case NotificationRule::GRANT_EXPIRING:
      return MomentKind::kGrantEnd;
    default:
      return std::nullopt;
  }
}

absl::StatusOr<std::optional<MailTopic>> MailTopics::Read(const MailCause& cause) {
  switch (cause.event) {
    case NotificationRule::SESSION_SOON:
    case NotificationRule::SESSION_CHANGED:
      return OfSession(cause);
    case NotificationRule::GRANT_EXPIRING:
      return OfGrant(cause);
    default:
      return OfEnrollment(cause);
  }
}

absl::StatusOr<std::optional<MailTopic>> MailTopics::OfEnrollment(const MailCause& cause) const {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(draft_.reader(), draft_.number(), cause.enrollment);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::nullopt;
  const Enrollment& enrollment = (*row)->enrollment();
  MailTopic topic;
  Moment moment{MomentKind::kDue, absl::InfiniteFuture(), cause.enrollment.training,
                cause.enrollment.learner};
  if (enrollment.has_due_time()) moment.time = FromTimestamp(enrollment.due_time());
  switch (cause.event) {
    case NotificationRule::ENROLLED: {
      if (!IsAdmitted(enrollment.state())) return std::nullopt;
      absl::StatusOr<std::optional<rows::EnrollmentRow>> before =
          ReadEnrollment(draft_.before(), draft_.number(), cause.enrollment);
      if (!before.ok()) return before.status();
      // Whoever leaves and comes back by one change was there all the time.
      if (before->has_value() && IsAdmitted((*before)->enrollment().state())) return std::nullopt;
      break;
    }
    case NotificationRule::DUE_SOON:
      if (!IsOpen(enrollment.state()) || moment.time <= draft_.now()) return std::nullopt;
      break;
    case NotificationRule::OVERDUE:
      if (!IsOpen(enrollment.state()) || moment.time > draft_.now()) return std::nullopt;
      break;
    case NotificationRule::COMPLETED:
      if (enrollment.state() != Enrollment::COMPLETED) return std::nullopt;
      break;
    case NotificationRule::EXPIRING:
      if (enrollment.state() != Enrollment::COMPLETED &&
          enrollment.state() != Enrollment::RECERTIFYING) {
        return std::nullopt;
      }
      break;
    default:
      return std::nullopt;
  }
  if (cause.event == NotificationRule::COMPLETED || cause.event == NotificationRule::EXPIRING) {
    moment.kind = MomentKind::kExpire;
    moment.time = enrollment.has_expire_time() ? FromTimestamp(enrollment.expire_time())
                                               : absl::InfiniteFuture();
  }
  if (moment.time < absl::InfiniteFuture()) {
    topic.times.emplace_back(moment.kind == MomentKind::kDue ? kDueTime : kExpireTime, moment.time);
  }
  if (HasLead(cause.event)) topic.moment = moment;
  return topic;
}

absl::StatusOr<std::optional<MailTopic>> MailTopics::OfSession(const MailCause& cause) {
  const auto [at, is_new] = sessions_.try_emplace(cause.session);
  if (is_new) {
    absl::StatusOr<std::optional<rows::SessionRow>> row =
        ReadSession(draft_.reader(), draft_.state(), draft_.number(), ScopeId(cause.session));
    if (!row.ok()) return row.status();
    at->second = *std::move(row);
  }
  if (!at->second.has_value()) return std::nullopt;
  const rows::SessionRow& row = *at->second;
  const bool is_soon = cause.event == NotificationRule::SESSION_SOON;
  const std::optional<TimeSpan> time = TimeOfSession(row);
  if (is_soon && (IsCancelled(row) || !time.has_value() || time->start <= draft_.now())) {
    return std::nullopt;
  }
  const v1::Session& session = row.session();
  MailTopic topic;
  topic.texts = {
      {"session.display_name", session.display_name()},
      {"session.name", FullName(draft_.id(), draft_.state().ScopeName(ScopeId(cause.session)))},
      {"session.place", session.place()},
      {"session.link", session.link()},
      {"session.state",
       v1::Session::State_Name(IsCancelled(row) ? v1::Session::CANCELLED : v1::Session::SCHEDULED)},
      {"session.cancel_reason", session.cancel_reason()}};
  if (time.has_value()) {
    topic.times = {{"session.start_time", time->start}, {"session.end_time", time->end}};
  }
  if (is_soon) topic.moment = Moment{MomentKind::kSessionStart, time->start, cause.session};
  return topic;
}

absl::StatusOr<std::optional<MailTopic>> MailTopics::OfGrant(const MailCause& cause) const {
  absl::StatusOr<std::optional<rows::AssignmentRow>> row =
      draft_.GetAssignment(AssignmentId(cause.grant));
  if (!row.ok()) return row.status();
  if (!row->has_value() || (*row)->assignment().suspended() ||
      !(*row)->assignment().has_expires()) {
    return std::nullopt;
  }
  const absl::Time expires = FromTimestamp((*row)->assignment().expires());
  if (expires <= draft_.now()) return std::nullopt;
  const ScopeId scope((*row)->scope());
  absl::StatusOr<std::string> place = DisplayName(scope);
  if (!place.ok()) return place.status();
  const Matrix& matrix = draft_.state().matrix();
  std::string role = (*row)->assignment().role();
  if (const std::optional<RoleId> known = matrix.FindRole(role); known.has_value()) {
    if (!matrix.role(*known).title.empty()) role = matrix.role(*known).title;
  }
  MailTopic topic;
  topic.texts = {{"role.display_name", std::move(role)}, {"scope.display_name", *std::move(place)}};
  topic.times = {{"grant.expire_time", expires}};
  topic.moment =
      Moment{MomentKind::kGrantEnd, expires, (*row)->scope(), (*row)->subject(), cause.grant};
  return topic;
}

absl::StatusOr<std::string> MailTopics::DisplayName(ScopeId scope) const {
  const WorldState& state = draft_.state();
  if (scope == state.root()) return draft_.row().tenant().display_name();
  const std::optional<RelativeName> name =
      state.HasScope(scope) ? SplitRelative(state.ScopeName(scope)) : std::nullopt;
  if (!name.has_value()) return std::string();
  const auto read = [&](auto row, auto display_name) -> absl::StatusOr<std::string> {
    if (!row.ok()) return row.status();
    return row->has_value() ? display_name(**row) : std::string();
  };
  switch (name->collection) {
    case Collection::kCatalogs:
      return read(draft_.Get<rows::CatalogRow>(name->id),
                  [](const auto& row) { return row.catalog().display_name(); });
    case Collection::kCourses:
      return read(draft_.Get<rows::CourseRow>(name->id),
                  [](const auto& row) { return row.course().display_name(); });
    case Collection::kPlans:
      return read(draft_.Get<rows::TrainingPlanRow>(name->id),
                  [](const auto& row) { return row.training_plan().display_name(); });
    default:
      return read(draft_.Get<rows::SessionRow>(name->id),
                  [](const auto& row) { return row.session().display_name(); });
  }
}

}  // namespace provost
