#ifndef PROVOST_STORE_MIGRATION_H_
#define PROVOST_STORE_MIGRATION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace provost::store {

class Database;

/// The format of the database that this version writes: keys, values and tables. A database says
/// its own in the row `meta[format_version]`.
inline constexpr uint32_t kFormatVersion = 1;

/// One step from a format to the next.
struct Migration {
  /// The format that it begins with; it ends with `from + 1`.
  uint32_t from;
  /// What it does, for errors: "split users by tenant".
  std::string what;
  /// Does it, in as many groups as it likes: nobody else reads or writes meanwhile. It may be cut
  /// off at any moment and is then run again from the start over what it left, so it has to bear
  /// that. The format version is raised by the caller when it has returned OK.
  std::function<absl::Status(Database&)> run;
};

/// The steps that this version knows, by the format that they begin with.
const std::vector<Migration>& Migrations();

}  // namespace provost::store

#endif  // PROVOST_STORE_MIGRATION_H_
