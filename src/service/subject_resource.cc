#include "service/subject_resource.h"

#include "policy/decide/delegation.h"
#include "policy/decide/exclusive.h"
#include "service/authorize.h"

namespace provost {
namespace {

// May the actor read roles wherever one of `about` holds any?
bool MayReadRolesOf(const RuleCall& call, absl::Span<const SubjectId> about) {
  for (SubjectId subject : about) {
    for (const Holding& held : HoldingsOf(call.state, subject, call.now)) {
      if (!IsAllowed(call.state, call.actor, "role.read", held.scope, /*about_self=*/false,
                     call.now)) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

std::string IdOf(absl::string_view name) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  return parsed.ok() ? parsed->id : std::string();
}

void CheckNameIn(Collection collection, absl::string_view field, absl::string_view name,
                 absl::Status* status) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) {
    AddBadField(status, field, name, parsed.status().message());
  } else if (parsed->collection != collection) {
    AddBadField(status, field, name,
                collection == Collection::kTenant
                    ? std::string("wanted `tenants/<id>`")
                    : absl::StrCat("wanted `tenants/<id>/", CollectionName(collection), "/<id>`"));
  }
}

void CheckHome(absl::string_view field, absl::string_view name, absl::string_view parent,
               ScopeKind lowest, absl::Status* status) {
  if (name.empty()) return;
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) {
    AddBadField(status, field, name, parsed.status().message());
    return;
  }
  if (!parsed->IsScope() || KindOf(parsed->collection) > lowest) {
    AddBadField(status, field, name,
                lowest == ScopeKind::kCatalog ? "wanted the tenant or a catalog"
                                              : "wanted the tenant, a catalog, a course or a plan");
    return;
  }
  absl::StatusOr<ResourceName> tenant = ParseName(parent);
  if (tenant.ok() && tenant->tenant != parsed->tenant) {
    AddBadField(status, field, name, "wanted a scope of the tenant in `parent`");
  }
}

absl::Status TellWhereReadable(const absl::Status& status, const RuleCall& call,
                               absl::Span<const SubjectId> about, absl::string_view name) {
  if (absl::IsPermissionDenied(status)) {
    if (MayReadRolesOf(call, about)) return status;
    return absl::PermissionDeniedError(absl::StrCat(
        "not permitted: ", Quoted(name), " has or gives a role that you may not hand out there"));
  }
  if (absl::IsFailedPrecondition(status)) {
    return FailedPrecondition(
        "ROLES", name,
        MayReadRolesOf(call, about)
            ? status.message()
            : absl::string_view("the roles that come with it cannot be given now: a scope is "
                                "frozen, or two of the roles exclude each other"));
  }
  return status;
}

absl::Status CheckIdentityRule(const RuleCall& call, absl::string_view noun,
                               absl::string_view name) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) return NotFound(noun, name);
  const SubjectId subject = call.state.FindSubject(parsed->Relative());
  if (!call.state.HasSubject(subject)) return NotFound(noun, name);
  return TellWhereReadable(CheckIdentityChange(call.state, call.actor, subject, call.now), call,
                           {subject}, name);
}

absl::Status CheckTopRoleKept(const WorldState& state, SubjectId subject, absl::string_view name,
                              absl::Time now) {
  // Where nobody holds it as it is, this subject is not what is missing.
  if (HasTopRoleHolder(state, now, subject) || !HasTopRoleHolder(state, now)) {
    return absl::OkStatus();
  }
  const std::string& top = state.matrix().role(*state.matrix().top_role()).name;
  return FailedPrecondition(
      "TOP_ROLE", name,
      absl::StrCat(Quoted(name), " is the last active holder of ", Quoted(top),
                   " by a direct, unending assignment; give it to somebody else before"));
}

}  // namespace provost
