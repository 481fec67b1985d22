// Resource names as people type them: `courses/fire` for `tenants/acme/courses/fire`.
#ifndef PROVOST_TOOLS_PROVOST_NAMES_H_
#define PROVOST_TOOLS_PROVOST_NAMES_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace provost::cli {

// The names of one tenant. A value; any thread.
class Names {
 public:
  // `tenant` is an id; it may be empty, and then only full names are understood.
  explicit Names(std::string tenant) : tenant_(std::move(tenant)) {}

  const std::string& tenant() const { return tenant_; }

  // `tenants/acme`, or INVALID_ARGUMENT that says how to name the tenant.
  absl::StatusOr<std::string> Tenant() const;

  // Sets a request's `parent` to Tenant(), or says why it cannot be told.
  absl::Status SetTenant(std::string& parent) const;

  // The full name of what `given` stands for: `.` is the tenant, `tenants/...` stands for itself,
  // `courses/fire` is in the tenant, and `fire` alone is in `collection` if that is not empty.
  // INVALID_ARGUMENT where it cannot be told, with the nearest collection, or with `example`, one
  // that it may be in.
  absl::StatusOr<std::string> Full(absl::string_view given, absl::string_view collection = "",
                                   absl::string_view example = "courses") const;

  // Sets `field` to Full(), or says why it cannot be told.
  absl::Status SetFull(absl::string_view given, absl::string_view collection,
                       std::string* field) const;
  // As Full, for who asks or is asked about: `anonymous` is the empty name.
  absl::StatusOr<std::string> Subject(absl::string_view given) const;

  // A text of the server's, with names in it in their short forms.
  std::string ShortIn(absl::string_view text) const;

  // The shortest form that Full understands: the tenant's own prefix is left out, and the tenant
  // itself is `tenants/acme`. The empty name is the empty string.
  std::string Short(absl::string_view full) const;

 private:
  std::string tenant_;
};

// The tenant's id in `tenants/acme/users/ann`, or empty.
absl::string_view TenantIdOf(absl::string_view full_name);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_NAMES_H_
