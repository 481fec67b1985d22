#include "service/authorize.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/decide/check.h"
#include "policy/decide/effect.h"
#include "policy/decide/held.h"
#include "service/enrollment_open.h"
#include "service/places.h"
#include "tenant/errors.h"
#include "tenant/rows.h"

namespace provost {
namespace {

using google::protobuf::Message;

// Where what concerns no tenant is judged.
std::string SystemName() { return FullName(kSystemTenantId, kRootScopeName); }

// Only who would be allowed learns of a freeze: it says nothing new to them.
absl::Status Frozen(absl::string_view name) {
  return FailedPrecondition(
      "FROZEN", name, absl::StrCat(Quoted(name), " or a scope above it is archived or on hold"));
}

FactSet SelfFact(const Matrix& matrix, bool about_self) {
  if (!about_self) return 0;
  const std::optional<int> bit = matrix.FindFact("self");
  return bit.has_value() ? FactSet{1} << *bit : 0;
}

// The fact `manages`: `actor` is the line manager of the person that is asked about. Reads one row
// where it is a person.
absl::StatusOr<bool> Manages(const ResourceName& name, SubjectId actor, const store::Reader& reader,
                             uint64_t tenant) {
  if (name.collection != Collection::kUsers || actor.value == 0) return false;
  absl::StatusOr<std::optional<rows::UserRow>> row = ReadRow<rows::UserRow>(
      reader, TableOf(Collection::kUsers), EntityKey(tenant, Collection::kUsers, name.id));
  if (!row.ok()) return row.status();
  return row->has_value() && (*row)->manager() == actor.value;
}

// Would the actor be allowed `permission` at a thing of `kind` that stood right under the tenant?
// Tells who may learn that something is missing.
bool MightRead(const WorldState& state, SubjectId actor, absl::string_view permission,
               ScopeKind kind, absl::Time now) {
  const Matrix& matrix = state.matrix();
  const std::optional<PermissionId> id = matrix.FindPermission(permission);
  if (!id.has_value()) return false;
  if (matrix.permission(*id).asked_at.Has(ScopeKind::kTenant)) {
    Question question;
    question.subject = actor;
    question.permission = *id;
    question.scope = state.root();
    question.time = now;
    if (Check(state, question).allowed()) return true;
  }
  const CellCode* column = matrix.Column(*id, kind);
  if (column == nullptr) return false;
  Place place;
  place.state = &state;
  place.permission = *id;
  place.kind = kind;
  place.path = state.PathOf(state.root());
  place.override_mask = state.OverridesAt(state.root()).empty() ? 0 : 1;
  bool allowed = false;
  for (const HeldRole& held : RolesOnPath(state, actor, state.root(), now)) {
    const CellValue effect = ApplyOverrides(place, held.role, matrix.value(column[held.role.value]),
                                            /*reach=*/false, nullptr);
    if (effect.effect == Effect::kProhibit) return false;
    allowed |= effect.AllowedBy(0);
  }
  return allowed;
}

}  // namespace

ScopeKind KindOf(Collection collection) {
  switch (collection) {
    case Collection::kCatalogs:
      return ScopeKind::kCatalog;
    case Collection::kCourses:
    case Collection::kPlans:
      return ScopeKind::kCourse;
    case Collection::kSessions:
      return ScopeKind::kSession;
    case Collection::kPackages:
    case Collection::kPages:
    case Collection::kQuizzes:
    case Collection::kQuestionPools:
    case Collection::kCertificateTemplates:
    case Collection::kCompetencies:
    case Collection::kNotificationRules:
    case Collection::kNotificationTemplates:
    case Collection::kOutboxMessages:
    case Collection::kExternalTrainings:
      return ScopeKind::kCatalog;
    case Collection::kTasks:
    case Collection::kEnrollments:
    case Collection::kTrainingAssignments:
    case Collection::kRecordEvents:
    case Collection::kCertificates:
    case Collection::kAttempts:
    case Collection::kSubmissions:
    case Collection::kDiscussions:
    case Collection::kPosts:
    case Collection::kReports:
      return ScopeKind::kCourse;
    default:
      return ScopeKind::kTenant;
  }
}

absl::Status CheckActive(const WorldState& state, const Actor& actor) {
  if (!state.HasSubject(actor.subject)) {
    return absl::UnauthenticatedError(absl::StrCat("there is no ", Quoted(actor.name)));
  }
  if (state.suspended() || state.IsSuspended(actor.subject)) {
    // Of a suspended tenant nothing is known but that: it goes for everybody in it.
    const std::string name =
        state.suspended() ? FullName(actor.tenant->id(), kRootScopeName) : actor.name;
    return WithErrorInfo(absl::PermissionDeniedError(absl::StrCat(Quoted(name), " is suspended")),
                         "SUSPENDED", {{"resource", name}});
  }
  return absl::OkStatus();
}

bool IsAllowed(const WorldState& state, SubjectId actor, absl::string_view permission,
               ScopeId scope, bool about_self, absl::Time now) {
  const std::optional<PermissionId> id = state.matrix().FindPermission(permission);
  if (!id.has_value()) return false;
  Question question;
  question.subject = actor;
  question.permission = *id;
  question.scope = scope;
  question.facts = SelfFact(state.matrix(), about_self);
  question.time = now;
  return Check(state, question).allowed();
}

absl::StatusOr<Subject> FindSubject(const MethodRule& rule, const Message& request,
                                    const Actor& actor, const TenantRegistry& registry) {
  const v1::Authorization& option = rule.option;
  Subject subject;
  subject.judge = registry.system();
  if (rule.AsksNobody()) {
    subject.tenant = registry.system();
    return subject;
  }

  absl::Status bad;
  std::optional<ResourceName> parent;
  if (!rule.parent.empty()) {
    const FieldPath::Value value = rule.parent.Read(request)[0];
    if (value.is_set) {
      absl::StatusOr<ResourceName> name = ParseName(value.value);
      if (!name.ok()) {
        AddBadField(&bad, value.path, value.value, name.status().message());
      } else if (name->collection != Collection::kTenant) {
        AddBadField(&bad, value.path, value.value, "wanted the name of a tenant, `tenants/<id>`");
      } else {
        parent = *std::move(name);
      }
    }
  }
  const std::vector<FieldPath::Value> values = rule.scope.Read(request);
  const std::vector<FieldPath::Value> persons = rule.subject.Read(request);
  for (size_t i = 0; i < values.size(); ++i) {
    const FieldPath::Value& value = values[i];
    Subject::Place place;
    place.path = value.path;
    if (!value.is_set) {
      if (!parent.has_value()) {
        if (bad.ok()) AddBadField(&bad, value.path, "", "wanted a name, like `tenants/acme`");
        continue;
      }
      place.name = *parent;
    } else {
      absl::StatusOr<ResourceName> name = ParseName(value.value);
      if (!name.ok()) {
        AddBadField(&bad, value.path, value.value, name.status().message());
        continue;
      }
      if (option.scopes() == v1::Authorization::ONE && !name->IsScope() &&
          name->collection != Collection::kPolicyVersions) {
        AddBadField(&bad, value.path, value.value,
                    "wanted a scope: a tenant, catalog, course, plan or session");
        continue;
      }
      place.name = *std::move(name);
    }
    if (!subject.places.empty() && subject.places[0].name.tenant != place.name.tenant) {
      AddBadField(
          &bad, value.path, value.value,
          absl::StrCat("wanted a name of the same tenant as `", subject.places[0].path, "`"));
      continue;
    }
    if (parent.has_value() && parent->tenant != place.name.tenant) {
      AddBadField(&bad, value.path, value.value, "wanted a name of the tenant in `parent`");
      continue;
    }
    if (!persons.empty()) {
      const FieldPath::Value& person = persons[persons.size() == values.size() ? i : 0];
      // Where the person is left out, it is the caller only for `actor` of TestAssign.
      place.about_self = person.value == actor.name || (!person.is_set && person.path == "actor");
    }
    subject.places.push_back(std::move(place));
  }
  if (!bad.ok()) return bad;
  if (subject.places.empty()) {
    if (!rule.scope.empty()) {
      return BadField(option.scope_field(), "", "wanted at least one name, like `tenants/acme`");
    }
    subject.tenant = registry.system();  // What has no tenant yet, or concerns all.
    if (actor.tenant != registry.system()) return NotPermitted(option.permission(), SystemName());
    return subject;
  }

  const std::string& id = subject.places[0].name.tenant;
  subject.tenant = registry.Find(id);
  const std::string first = subject.places[0].name.ToString();
  if (option.judged_in() == v1::Authorization::SYSTEM) {
    if (actor.tenant != registry.system()) return NotPermitted(option.permission(), first);
    subject.missing = subject.tenant == nullptr;
    if (subject.missing) subject.tenant = registry.system();
    return subject;
  }
  if (subject.tenant != nullptr && actor.tenant == subject.tenant) {
    subject.judge = subject.tenant;
    return subject;
  }
  if (!option.system_permission().empty() && actor.tenant == registry.system()) {
    subject.by_system_permission = true;
    // A tenant that is not for this is as good as none, up to the last word about the call.
    const bool there = subject.tenant != nullptr &&
                       (!option.scratch_only() || subject.tenant->row()->tenant().scratch());
    if (!there) {
      subject.missing = true;
      subject.tenant = registry.system();
    }
    return subject;
  }
  return NotPermitted(option.permission(), first);
}

absl::Status Authorize(const MethodRule& rule, const Message& request, const Actor& actor,
                       const Subject& subject, const WorldState& judge, const WorldState& target,
                       const store::Reader& reader, absl::Time now, bool missing_is_fine) {
  const v1::Authorization& option = rule.option;
  if (rule.AsksNobody()) return absl::OkStatus();
  if (absl::Status status = CheckActive(judge, actor); !status.ok()) return status;

  if (subject.by_system_permission || option.judged_in() == v1::Authorization::SYSTEM) {
    const std::string& permission =
        subject.by_system_permission ? option.system_permission() : option.permission();
    if (option.scopes() == v1::Authorization::EACH) return absl::OkStatus();
    // The same words for every tenant, those included that this is not for.
    const std::string& told = option.scratch_only() ? option.permission() : permission;
    if (subject.missing && option.scratch_only()) {
      return NotPermitted(told, subject.places[0].name.ToString());
    }
    if (subject.missing) {
      // Whoever may do this to every tenant may know that this one is not there.
      const std::string name = subject.places[0].name.ToString();
      if (!MightRead(judge, actor.subject, permission, ScopeKind::kCatalog, now)) {
        return NotPermitted(permission, name);
      }
      return missing_is_fine ? absl::OkStatus() : NotFound("tenant", name);
    }
    ScopeId scope = judge.root();
    const bool at_root = subject.places.empty() || option.scratch_only();
    if (!at_root) scope = ScopeId(subject.tenant->row()->system_scope());
    if (!judge.HasScope(scope)) scope = judge.root();  // The system tenant itself.
    const std::string name =
        subject.places.empty() ? SystemName() : subject.places[0].name.ToString();
    const std::optional<PermissionId> id = judge.matrix().FindPermission(permission);
    if (!id.has_value()) return NotPermitted(told, name);
    Question question;
    question.subject = actor.subject;
    question.permission = *id;
    question.scope = scope;
    question.time = now;
    const Decision decision = Check(judge, question);
    if (decision.allowed()) return absl::OkStatus();
    return decision.reason == Reason::kFrozen ? Frozen(name) : NotPermitted(told, name);
  }

  const uint64_t tenant = subject.tenant->number();
  for (const Subject::Place& place : subject.places) {
    if (option.self_free() && place.about_self) continue;
    if (option.scopes() == v1::Authorization::EACH) continue;
    absl::StatusOr<std::optional<ItemPlace>> found = FindPlace(place.name, target, reader, tenant);
    if (!found.ok()) return found.status();
    const bool about_self = place.about_self || (found->has_value() && actor.subject.value != 0 &&
                                                 (*found)->owner == actor.subject);
    if (option.self_free() && about_self) continue;
    const bool at_root = option.scopes() == v1::Authorization::TENANT_OF;
    const ScopeKind kind = at_root              ? ScopeKind::kTenant
                           : found->has_value() ? target.KindOf((*found)->home)
                                                : KindOf(place.name.collection);
    const std::string& permission = rule.PermissionFor(request, static_cast<v1::Scope::Kind>(kind),
                                                       CollectionName(place.name.collection));
    const std::string name = place.name.ToString();
    if (!found->has_value()) {
      if (missing_is_fine) continue;
      // Asking AccessService about what does not exist is answered; elsewhere it is missing.
      const absl::string_view asked =
          permission.empty() ? absl::string_view("role.read") : absl::string_view(permission);
      if (MightRead(target, actor.subject, asked, kind, now)) {
        if (option.self_free() || option.scratch_only()) continue;
        return NotFound(CollectionNoun(place.name.collection), name);
      }
      return NotPermitted(permission, name);
    }
    if (permission.empty()) continue;  // Judged by the rules that the option names.
    const std::optional<PermissionId> id = target.matrix().FindPermission(permission);
    if (!id.has_value()) return NotPermitted(permission, name);
    Question question;
    question.subject = actor.subject;
    question.permission = *id;
    question.scope = at_root ? target.root() : (*found)->home;
    question.facts = SelfFact(target.matrix(), about_self);
    question.time = now;
    Decision decision = Check(target, question);
    const ItemQuestion item(target, reader, tenant, actor.subject, now);
    if (decision.reason == Reason::kMissingFacts) {
      const std::optional<int> creator = target.matrix().FindFact("creator");
      if (creator.has_value() && item.IsCreator(**found)) {
        question.facts |= FactSet{1} << *creator;
        decision = Check(target, question);
      }
    }
    if (decision.reason == Reason::kMissingFacts) {
      const std::optional<int> manages = target.matrix().FindFact("manages");
      absl::StatusOr<bool> is_manager = Manages(place.name, actor.subject, reader, tenant);
      if (!is_manager.ok()) return is_manager.status();
      if (manages.has_value() && *is_manager) {
        question.facts |= FactSet{1} << *manages;
        decision = Check(target, question);
      }
    }
    if (decision.reason == Reason::kMissingFacts && kind == ScopeKind::kCourse) {
      absl::StatusOr<OpenDecision> open = AskWhetherOpen(target, reader, tenant, question);
      if (!open.ok()) return open.status();
      if (!open->why_not.empty()) {
        const bool told = item.AskAt((*found)->home, SubjectId(0), "course.read").allowed();
        return told ? FailedPrecondition("NOT_OPEN", name, open->why_not)
                    : NotPermitted(permission, name);
      }
      decision = open->decision;
    }
    if (decision.allowed()) continue;
    if (option.scopes() == v1::Authorization::HOME_OR_SHARED) {
      if (item.Ask(**found, permission) != ItemAccess::kNone) continue;
      if (item.IsFrozen(**found, permission)) return Frozen(name);
    }
    if (decision.reason == Reason::kFrozen) return Frozen(name);
    // Where it stands is not for whoever may not know that it is there: the words are those for
    // what is missing.
    const ScopeKind unknown = at_root ? kind : KindOf(place.name.collection);
    return NotPermitted(rule.PermissionFor(request, static_cast<v1::Scope::Kind>(unknown),
                                           CollectionName(place.name.collection)),
                        name);
  }
  return absl::OkStatus();
}

absl::Status WithoutReason(absl::Status status, const Subject& subject, SubjectId actor,
                           const WorldState& target, const store::Reader& reader, absl::Time now) {
  if (!absl::IsPermissionDenied(status)) return status;
  for (const Subject::Place& place : subject.places) {
    absl::StatusOr<std::optional<ItemPlace>> found =
        FindPlace(place.name, target, reader, subject.tenant->number());
    if (!found.ok() || !found->has_value() ||
        !IsAllowed(target, actor, "role.read", (*found)->home, false, now)) {
      return NotPermitted("", place.name.ToString());
    }
  }
  return status;
}

}  // namespace provost
