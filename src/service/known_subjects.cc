#include "service/known_subjects.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "service/authorize.h"
#include "tenant/errors.h"
#include "tenant/names.h"

namespace provost {

bool Knows(const WorldState& state, SubjectId reader, SubjectId subject, absl::Time now) {
  if (!state.HasSubject(subject)) return false;
  const ScopeId home = state.HomeOf(subject);
  const bool self = subject == reader;
  if (state.KindOf(subject) == SubjectKind::kGroup) {
    return IsAllowed(state, reader, "group.read", home, /*about_self=*/false, now);
  }
  return self || IsAllowed(state, reader, "user.profile.read", home, self, now) ||
         IsAllowed(state, reader, "user.read", home, self, now);
}

void CheckUserName(absl::string_view field, absl::string_view name, absl::string_view parent,
                   absl::Status* status) {
  absl::StatusOr<ResourceName> user = ParseName(name);
  absl::StatusOr<ResourceName> tenant = ParseName(parent);
  if (!user.ok() || user->collection != Collection::kUsers) {
    AddBadField(status, field, name, "wanted a user, `tenants/<tenant>/users/<id>`");
  } else if (tenant.ok() && user->tenant != tenant->tenant) {
    AddBadField(status, field, name, absl::StrCat("wanted a user of ", Quoted(parent)));
  }
}

}  // namespace provost
