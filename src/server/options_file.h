#ifndef PROVOST_SERVER_OPTIONS_FILE_H_
#define PROVOST_SERVER_OPTIONS_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace provost {

/// An entry of provostd's configuration file.
struct OptionEntry {
  int line = 0;  ///< From 1 on.
  std::string name;
  std::string value;
};

/// Reads a configuration file: one `name = value` a line, the value in quotes or not; empty lines
/// and those that begin with `#` are comments. NOT_FOUND where there is no such file;
/// INVALID_ARGUMENT, with file and line, for a line of another form, a name that is none of `names`
/// (with the nearest), one that stands there twice, or a value that is empty.
absl::StatusOr<std::vector<OptionEntry>> ReadOptionsFile(const std::string& path,
                                                         const std::vector<std::string>& names);

/// "; did you mean `x`?" with the name that is nearest to `name`, or nothing where none is near.
std::string NearestOption(const std::string& name, const std::vector<std::string>& names);

}  // namespace provost

#endif  // PROVOST_SERVER_OPTIONS_FILE_H_
