#ifndef PROVOST_SERVER_BOOTSTRAP_FILE_H_
#define PROVOST_SERVER_BOOTSTRAP_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace provost {

/// The file in the data folder that holds the secret of the first-time set-up.
std::string BootstrapPath(const std::string& data);

/// The secret in the file; where there is none, one is made and written, readable by its owner
/// alone. UNAVAILABLE where the file cannot be written.
absl::StatusOr<std::string> ReadOrMakeBootstrapSecret(const std::string& data);

/// Takes the file away: the secret has been used.
void RemoveBootstrapSecret(const std::string& data);

}  // namespace provost

#endif  // PROVOST_SERVER_BOOTSTRAP_FILE_H_
