#ifndef PROVOST_SERVER_BOOTSTRAP_H_
#define PROVOST_SERVER_BOOTSTRAP_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace provost {

/// The file with the one-time secret of the first-time set-up: `bootstrap-secret` in the data
/// folder, readable by its owner alone.
std::string BootstrapFile(absl::string_view data);

/// The secret of a server that has not been set up: the one in the file, or a new one that is
/// written there. UNAVAILABLE where the file cannot be read or written.
absl::StatusOr<std::string> TakeBootstrapSecret(absl::string_view data);

/// Removes the file, if it is there.
void RemoveBootstrapSecret(absl::string_view data);

}  // namespace provost

#endif  // PROVOST_SERVER_BOOTSTRAP_H_
