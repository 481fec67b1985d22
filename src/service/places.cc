#include "service/places.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "policy/decide/check.h"
#include "policy/decide/freeze.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "service/content_rows.h"
#include "tenant/assessment_rows.h"
#include "tenant/certificates.h"
#include "tenant/discussion_rows.h"
#include "tenant/enrollment_rows.h"
#include "tenant/external_trainings.h"
#include "tenant/outbox.h"
#include "tenant/record_rows.h"
#include "tenant/reports.h"
#include "tenant/rows.h"

namespace provost {
namespace {

absl::StatusOr<std::optional<ItemPlace>> AssignmentPlace(const ResourceName& name,
                                                         const store::Reader& reader,
                                                         uint64_t tenant) {
  uint64_t uid = 0;
  if (!absl::SimpleAtoi(name.id, &uid)) return std::optional<ItemPlace>();
  absl::StatusOr<std::optional<rows::AssignmentRow>> row = ReadRow<rows::AssignmentRow>(
      reader, store::Table::kAssignments, AssignmentKey(tenant, AssignmentId(uid)));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::optional<ItemPlace>();
  return std::optional<ItemPlace>({ScopeId((*row)->scope()), SubjectId(0), {}});
}

absl::StatusOr<std::optional<ItemPlace>> EnrollmentPlace(const ResourceName& name,
                                                         const store::Reader& reader,
                                                         uint64_t tenant) {
  const std::optional<EnrollmentId> id = ParseEnrollmentId(name.id);
  if (!id.has_value()) return std::optional<ItemPlace>();
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row = ReadEnrollment(reader, tenant, *id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::optional<ItemPlace>();
  return std::optional<ItemPlace>(
      {ScopeId(id->training), SubjectId(0), {}, SubjectId(id->learner)});
}

absl::StatusOr<std::optional<ItemPlace>> RecordEventPlace(const ResourceName& name,
                                                          const WorldState& state,
                                                          const store::Reader& reader,
                                                          uint64_t tenant) {
  const std::optional<RecordEventId> id = ParseRecordEventId(name.id);
  if (!id.has_value()) return std::optional<ItemPlace>();
  absl::StatusOr<std::optional<std::string>> row =
      reader.Get(store::Table::kRecords, RecordEventKey(tenant, *id));
  if (!row.ok()) return row.status();
  const EnrollmentId& enrollment = id->enrollment;
  if (!row->has_value() || !state.HasScope(ScopeId(enrollment.training))) {
    return std::optional<ItemPlace>();
  }
  return std::optional<ItemPlace>(
      {ScopeId(enrollment.training), SubjectId(0), {}, SubjectId(enrollment.learner)});
}

absl::StatusOr<std::optional<ItemPlace>> ExternalTrainingPlace(const ResourceName& name,
                                                               const WorldState& state,
                                                               const store::Reader& reader,
                                                               uint64_t tenant) {
  const std::optional<ExternalTrainingId> id = ParseExternalTrainingId(name.id);
  if (!id.has_value()) return std::optional<ItemPlace>();
  absl::StatusOr<std::optional<rows::ExternalTrainingRow>> row =
      ReadExternalTraining(reader, tenant, *id);
  if (!row.ok()) return row.status();
  if (!row->has_value() || !state.HasScope(ScopeId((*row)->home()))) {
    return std::optional<ItemPlace>();
  }
  return std::optional<ItemPlace>(
      {ScopeId((*row)->home()), SubjectId(0), {}, SubjectId(id->learner)});
}

absl::StatusOr<std::optional<ItemPlace>> TrainingAssignmentPlace(const ResourceName& name,
                                                                 const store::Reader& reader,
                                                                 uint64_t tenant) {
  uint64_t uid = 0;
  if (!absl::SimpleAtoi(name.id, &uid)) return std::optional<ItemPlace>();
  absl::StatusOr<std::optional<rows::TrainingAssignmentRow>> row =
      ReadTrainingAssignment(reader, tenant, uid);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::optional<ItemPlace>();
  return std::optional<ItemPlace>({ScopeId((*row)->training()), SubjectId(0), {}});
}

absl::StatusOr<std::optional<ItemPlace>> CertificatePlace(const ResourceName& name,
                                                          const WorldState& state,
                                                          const store::Reader& reader,
                                                          uint64_t tenant) {
  uint64_t uid = 0;
  if (!absl::SimpleAtoi(name.id, &uid)) return std::optional<ItemPlace>();
  absl::StatusOr<std::optional<rows::CertificateRow>> row = ReadCertificate(reader, tenant, uid);
  if (!row.ok()) return row.status();
  if (!row->has_value() || !state.HasScope(ScopeId((*row)->training()))) {
    return std::optional<ItemPlace>();
  }
  return std::optional<ItemPlace>(
      {ScopeId((*row)->training()), SubjectId(0), {}, SubjectId((*row)->learner())});
}

// The author of a post is who the question is about; what a role says of makers is about courses.
absl::StatusOr<std::optional<ItemPlace>> DiscussionPlace(const ResourceName& name,
                                                         const WorldState& state,
                                                         const store::Reader& reader,
                                                         uint64_t tenant) {
  uint64_t uid = 0;
  if (!absl::SimpleAtoi(name.id, &uid)) return std::optional<ItemPlace>();
  ScopeId training;
  SubjectId author(0);
  if (name.collection == Collection::kPosts) {
    absl::StatusOr<std::optional<rows::PostPlaceRow>> row = ReadPostPlace(reader, tenant, uid);
    if (!row.ok()) return row.status();
    if (!row->has_value()) return std::optional<ItemPlace>();
    training = ScopeId((*row)->training());
    author = SubjectId((*row)->author());
  } else {
    absl::StatusOr<std::optional<rows::DiscussionRow>> row = ReadDiscussion(reader, tenant, uid);
    if (!row.ok()) return row.status();
    if (!row->has_value()) return std::optional<ItemPlace>();
    training = ScopeId((*row)->training());
  }
  if (!state.HasScope(training)) return std::optional<ItemPlace>();
  return std::optional<ItemPlace>({training, SubjectId(0), {}, author});
}

absl::StatusOr<std::optional<ItemPlace>> WorkPlace(const ResourceName& name,
                                                   const WorldState& state,
                                                   const store::Reader& reader, uint64_t tenant) {
  uint64_t uid = 0;
  if (!absl::SimpleAtoi(name.id, &uid)) return std::optional<ItemPlace>();
  const auto place_of = [&](auto row) -> absl::StatusOr<std::optional<ItemPlace>> {
    if (!row.ok()) return row.status();
    if (!row->has_value() || !state.HasScope(ScopeId((*row)->course()))) {
      return std::optional<ItemPlace>();
    }
    return std::optional<ItemPlace>(
        {ScopeId((*row)->course()), SubjectId(0), {}, SubjectId((*row)->learner())});
  };
  return name.collection == Collection::kAttempts ? place_of(ReadAttempt(reader, tenant, uid))
                                                  : place_of(ReadSubmission(reader, tenant, uid));
}

// Whose it is, is who the question is about: one's own can always be deleted.
absl::StatusOr<std::optional<ItemPlace>> ReportPlace(const ResourceName& name,
                                                     const WorldState& state,
                                                     const store::Reader& reader, uint64_t tenant) {
  absl::StatusOr<std::optional<rows::ReportRow>> row = ReadReport(reader, tenant, name.id);
  if (!row.ok()) return row.status();
  if (!row->has_value() || !state.HasScope(ScopeId((*row)->home()))) {
    return std::optional<ItemPlace>();
  }
  return std::optional<ItemPlace>(
      {ScopeId((*row)->home()), SubjectId(0), {}, SubjectId((*row)->owner())});
}

absl::StatusOr<std::optional<ItemPlace>> OutboxPlace(const ResourceName& name,
                                                     const WorldState& state,
                                                     const store::Reader& reader, uint64_t tenant) {
  uint64_t uid = 0;
  if (!absl::SimpleAtoi(name.id, &uid)) return std::optional<ItemPlace>();
  absl::StatusOr<std::optional<rows::OutboxRow>> row = ReadOutbox(reader, tenant, uid);
  if (!row.ok()) return row.status();
  if (!row->has_value() || !state.HasScope(ScopeId((*row)->home()))) {
    return std::optional<ItemPlace>();
  }
  return std::optional<ItemPlace>({ScopeId((*row)->home()), SubjectId(0), {}});
}

std::optional<ItemPlace> OverridePlace(const ResourceName& name, const WorldState& state) {
  const std::optional<OverrideId> id = ParseOverrideId(name.id);
  const ScopeId scope(id->scope);
  const std::optional<RoleId> role = state.matrix().FindRole(id->role);
  const std::optional<PermissionId> permission = state.matrix().FindPermission(id->permission);
  if (!role.has_value() || !permission.has_value() || !state.HasScope(scope)) return std::nullopt;
  for (const OverrideRecord& record : state.OverridesAt(scope)) {
    if (record.role == role->value && record.permission == permission->value) {
      return ItemPlace{scope, SubjectId(0), {}};
    }
  }
  return std::nullopt;
}

// Of what has a home and nothing else.
template <typename Row>
absl::StatusOr<std::optional<ItemPlace>> HomePlace(const ResourceName& name,
                                                   const WorldState& state,
                                                   const store::Reader& reader, uint64_t tenant) {
  absl::StatusOr<std::optional<Row>> row =
      ReadRow<Row>(reader, TableOf(name.collection), EntityKey(tenant, name.collection, name.id));
  if (!row.ok()) return row.status();
  if (!row->has_value() || !state.HasScope(ScopeId((*row)->home()))) {
    return std::optional<ItemPlace>();
  }
  return std::optional<ItemPlace>({ScopeId((*row)->home()), SubjectId(0), {}});
}

}  // namespace

absl::StatusOr<std::optional<ItemPlace>> FindPlace(const ResourceName& name,
                                                   const WorldState& state,
                                                   const store::Reader& reader, uint64_t tenant) {
  if (name.IsScope()) {
    const ScopeId scope = state.FindScope(name.Relative());
    if (!state.HasScope(scope)) return std::optional<ItemPlace>();
    return std::optional<ItemPlace>({scope, SubjectId(0), {}});
  }
  if (name.IsSubject()) {
    const SubjectId subject = state.FindSubject(name.Relative());
    if (!state.HasSubject(subject)) return std::optional<ItemPlace>();
    return std::optional<ItemPlace>({state.HomeOf(subject), SubjectId(0), {}});
  }
  switch (name.collection) {
    case Collection::kAssignments:
      return AssignmentPlace(name, reader, tenant);
    case Collection::kOverrides:
      return OverridePlace(name, state);
    case Collection::kEnrollments:
    case Collection::kTrainingAssignments: {
      absl::StatusOr<std::optional<ItemPlace>> place =
          name.collection == Collection::kEnrollments
              ? EnrollmentPlace(name, reader, tenant)
              : TrainingAssignmentPlace(name, reader, tenant);
      if (!place.ok() || !place->has_value()) return place;
      // The rows may be newer than the state by a moment.
      if (!state.HasScope((*place)->home)) return std::optional<ItemPlace>();
      return place;
    }
    case Collection::kRecordEvents:
      return RecordEventPlace(name, state, reader, tenant);
    case Collection::kExternalTrainings:
      return ExternalTrainingPlace(name, state, reader, tenant);
    case Collection::kPolicyVersions:  // Belongs to the tenant.
      return std::optional<ItemPlace>({state.root(), SubjectId(0), {}});
    case Collection::kPackages:
    case Collection::kPages:
    case Collection::kQuizzes:
    case Collection::kQuestionPools:
    case Collection::kTasks:
    case Collection::kCertificateTemplates: {
      absl::StatusOr<std::optional<rows::ContentRow>> row = ReadItem(reader, tenant, name);
      if (!row.ok()) return row.status();
      if (!row->has_value() || !state.HasScope(ScopeId((*row)->home()))) {
        return std::optional<ItemPlace>();
      }
      return std::optional<ItemPlace>(PlaceOf(**row));
    }
    case Collection::kAttempts:
    case Collection::kSubmissions:
      return WorkPlace(name, state, reader, tenant);
    case Collection::kCertificates:
      return CertificatePlace(name, state, reader, tenant);
    case Collection::kDiscussions:
    case Collection::kPosts:
      return DiscussionPlace(name, state, reader, tenant);
    case Collection::kCompetencies:
      return HomePlace<rows::CompetencyRow>(name, state, reader, tenant);
    case Collection::kNotificationRules:
      return HomePlace<rows::NotificationRuleRow>(name, state, reader, tenant);
    case Collection::kNotificationTemplates:
      return HomePlace<rows::NotificationTemplateRow>(name, state, reader, tenant);
    case Collection::kReports:
      return ReportPlace(name, state, reader, tenant);
    case Collection::kOutboxMessages:
      return OutboxPlace(name, state, reader, tenant);
    default:
      return std::optional<ItemPlace>();
  }
}

SubjectId CreatorOf(const store::Reader& reader, uint64_t tenant, absl::string_view scope_name) {
  const std::optional<RelativeName> name = SplitRelative(scope_name);
  if (!name.has_value()) return SubjectId(0);
  const std::string key = EntityKey(tenant, name->collection, name->id);
  const store::Table table = TableOf(name->collection);
  const auto creator = [](auto row) {
    return row.ok() && row->has_value() ? SubjectId((*row)->creator()) : SubjectId(0);
  };
  switch (name->collection) {
    case Collection::kCatalogs:
      return creator(ReadRow<rows::CatalogRow>(reader, table, key));
    case Collection::kCourses:
      return creator(ReadRow<rows::CourseRow>(reader, table, key));
    case Collection::kPlans:
      return creator(ReadRow<rows::TrainingPlanRow>(reader, table, key));
    case Collection::kSessions:
      return creator(ReadRow<rows::SessionRow>(reader, table, key));
    default:
      return SubjectId(0);
  }
}

bool ItemQuestion::Made(SubjectId creator, ScopeId scope) const {
  if (actor_.value == 0) return false;
  return creator == actor_ || CreatorOf(reader_, tenant_, state_.ScopeName(scope)) == actor_;
}

Decision ItemQuestion::AskAt(ScopeId scope, SubjectId creator, absl::string_view permission) const {
  const Matrix& matrix = state_.matrix();
  const std::optional<PermissionId> id = matrix.FindPermission(permission);
  if (!id.has_value() || !state_.HasScope(scope)) return Decision{Reason::kNotGranted};
  Question question;
  question.subject = actor_;
  question.permission = *id;
  question.scope = scope;
  question.time = now_;
  const Decision decision = Check(state_, question);
  if (decision.reason != Reason::kMissingFacts) return decision;
  const std::optional<int> bit = matrix.FindFact("creator");
  if (!bit.has_value() || !Made(creator, scope)) return decision;
  question.facts = FactSet{1} << *bit;
  return Check(state_, question);
}

ItemAccess ItemQuestion::Ask(const ItemPlace& place, absl::string_view permission) const {
  const std::optional<PermissionId> id = state_.matrix().FindPermission(permission);
  if (!id.has_value()) return ItemAccess::kNone;
  if (AskAt(place.home, place.creator, permission).allowed()) return ItemAccess::kHome;
  const bool is_write = state_.matrix().permission(*id).access == Access::kWrite;
  if (is_write && !CheckPathNotFrozen(state_, place.home).ok()) return ItemAccess::kNone;
  ItemAccess access = ItemAccess::kNone;
  for (const ItemPlace::Share& share : place.shares) {
    const ItemAccess gives = share.manage ? ItemAccess::kManage : ItemAccess::kUse;
    if (gives <= access || (is_write && !share.manage)) continue;
    if (AskAt(share.scope, place.creator, permission).allowed()) access = gives;
  }
  return access;
}

bool ItemQuestion::IsFrozen(const ItemPlace& place, absl::string_view permission) const {
  if (AskAt(place.home, place.creator, permission).reason == Reason::kFrozen) return true;
  const bool home_frozen = !CheckPathNotFrozen(state_, place.home).ok();
  for (const ItemPlace::Share& share : place.shares) {
    if (!share.manage) continue;
    const Decision decision = AskAt(share.scope, place.creator, permission);
    if (decision.reason == Reason::kFrozen || (home_frozen && decision.allowed())) return true;
  }
  return false;
}

}  // namespace provost
