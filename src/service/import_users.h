#ifndef PROVOST_SERVICE_IMPORT_USERS_H_
#define PROVOST_SERVICE_IMPORT_USERS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "service/methods.h"

namespace provost {

/// UserService.ImportUsers (M5).
void RegisterImportUsers(Methods& methods);

/// The user of a tenant who has this e-mail address; nothing where nobody has. One row read.
/// `state` goes with `reader`.
absl::StatusOr<std::optional<SubjectId>> FindUserByEmail(const WorldState& state,
                                                         const store::Reader& reader,
                                                         uint64_t tenant, absl::string_view email);

/// What a column of an import of users can be, and one of an export is: the user's own text fields,
/// as they are called in the contract, with `user_id` first.
std::vector<std::string> UserTextFields();

}  // namespace provost

#endif  // PROVOST_SERVICE_IMPORT_USERS_H_
