#include "service/lookup.h"

#include "absl/strings/str_cat.h"
#include "base/time_text.h"
#include "mail/message.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {

std::string ScopeFullName(const WorldState& state, absl::string_view tenant, ScopeId scope) {
  return state.HasScope(scope) ? FullName(tenant, state.ScopeName(scope)) : "";
}

std::string SubjectFullName(const WorldState& state, absl::string_view tenant, SubjectId subject) {
  return state.HasSubject(subject) ? FullName(tenant, state.SubjectName(subject)) : "";
}

std::string NameIn(absl::string_view tenant, Collection collection, absl::string_view id) {
  return ResourceName{std::string(tenant), collection, std::string(id)}.ToString();
}

absl::StatusOr<ScopeId> ResolveScope(const WorldState& state, absl::string_view tenant,
                                     absl::string_view field, absl::string_view name) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) return BadField(field, name, parsed.status().message());
  if (!parsed->IsScope()) {
    return BadField(field, name, "wanted a scope: a tenant, catalog, course, plan or session");
  }
  if (parsed->tenant != tenant) {
    return BadField(field, name, absl::StrCat("wanted a scope of `tenants/", tenant, "`"));
  }
  const ScopeId scope = state.FindScope(parsed->Relative());
  if (!state.HasScope(scope)) return NotFound("scope", name);
  return scope;
}

absl::StatusOr<SubjectId> ResolveSubject(const WorldState& state, absl::string_view tenant,
                                         absl::string_view field, absl::string_view name) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) return BadField(field, name, parsed.status().message());
  if (!parsed->IsSubject()) {
    return BadField(field, name, "wanted a user, a service account or a group");
  }
  if (parsed->tenant != tenant) {
    return BadField(field, name, absl::StrCat("wanted a subject of `tenants/", tenant, "`"));
  }
  const SubjectId subject = state.FindSubject(parsed->Relative());
  if (!state.HasSubject(subject)) return NotFound("subject", name);
  return subject;
}

absl::StatusOr<RoleId> ResolveRole(const WorldState& state, absl::string_view field,
                                   absl::string_view role) {
  absl::StatusOr<RoleId> id = state.matrix().ResolveRole(role);
  if (!id.ok()) return BadField(field, role, id.status().message());
  return id;
}

absl::StatusOr<ResourceName> ParseNameIn(Collection collection, absl::string_view field,
                                         absl::string_view name) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) return BadField(field, name, parsed.status().message());
  if (parsed->collection == collection) return parsed;
  return BadField(
      field, name,
      collection == Collection::kTenant
          ? std::string("wanted `tenants/<id>`")
          : absl::StrCat("wanted `tenants/<id>/", CollectionName(collection), "/<id>`"));
}

absl::Status ApplyMask(const google::protobuf::FieldMask& mask,
                       const google::protobuf::Message& update,
                       absl::Span<const absl::string_view> allowed,
                       google::protobuf::Message* resource) {
  absl::StatusOr<std::vector<std::string>> fields = FieldsToUpdate(mask, update, allowed);
  if (!fields.ok()) return fields.status();
  for (const std::string& field : *fields) CopyField(update, field, resource);
  return absl::OkStatus();
}

void CheckEmail(absl::string_view field, absl::string_view email, absl::Status* status) {
  // One that no mail gets to is nobody's, and cases are told alike in ASCII alone.
  if (email.empty() || IsMailAddress(email)) return;
  AddBadField(status, field, email,
              "wanted an address like `ann@example.org`: at most 254 letters, digits and signs of "
              "ASCII, a domain of other letters as `xn--...`");
}

void CheckTime(absl::string_view field, const google::protobuf::Timestamp& time,
               absl::Status* status) {
  if (IsValidTimestamp(time)) return;
  AddBadField(status, field, absl::StrCat(time.seconds(), "s ", time.nanos(), "ns"),
              "wanted a time in the years 1 to 9999, with 0 to 999999999 nanoseconds");
}

void CheckWindow(absl::string_view prefix, const google::protobuf::Timestamp* not_before,
                 const google::protobuf::Timestamp* expires, absl::Status* status) {
  if (not_before != nullptr) CheckTime(absl::StrCat(prefix, "not_before"), *not_before, status);
  if (expires != nullptr) CheckTime(absl::StrCat(prefix, "expires"), *expires, status);
  if (not_before == nullptr || expires == nullptr || !IsValidTimestamp(*not_before) ||
      !IsValidTimestamp(*expires) || FromTimestamp(*not_before) < FromTimestamp(*expires)) {
    return;
  }
  AddBadField(
      status, absl::StrCat(prefix, "expires"), TimeText(FromTimestamp(*expires)),
      absl::StrCat("wanted a time after not_before, ", TimeText(FromTimestamp(*not_before))));
}

}  // namespace provost
