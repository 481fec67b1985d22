#include "server/options_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "policy/matrix/matrix.h"

namespace provost {
std::string NearestOption(const std::string& name, const std::vector<std::string>& names) {
  const std::string nearest =
      NearestName(name, std::vector<absl::string_view>(names.begin(), names.end()));
  return nearest.empty() ? std::string() : absl::StrCat("; did you mean `", nearest, "`?");
}

absl::StatusOr<std::vector<OptionEntry>> ReadOptionsFile(const std::string& path,
                                                         const std::vector<std::string>& names) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat("`", path, "` is a folder; a file was wanted"));
  }
  std::ifstream file(path);
  if (!file) {
    return absl::NotFoundError(absl::StrCat("the file `", path, "` cannot be read"));
  }
  std::vector<OptionEntry> entries;
  std::set<std::string> seen;
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(text);
    if (stripped.empty() || stripped.front() == '#') continue;
    const auto wrong = [&](absl::string_view what) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", line, ": ", what));
    };
    const std::vector<absl::string_view> parts = absl::StrSplit(stripped, absl::MaxSplits('=', 1));
    if (parts.size() != 2) {
      return wrong(absl::StrCat("`", stripped, "` is no option; wanted `name = value`"));
    }
    OptionEntry entry;
    entry.line = line;
    entry.name = std::string(absl::StripAsciiWhitespace(parts[0]));
    absl::string_view value = absl::StripAsciiWhitespace(parts[1]);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front()) {
      value = value.substr(1, value.size() - 2);
    }
    entry.value = std::string(value);
    if (std::find(names.begin(), names.end(), entry.name) == names.end()) {
      return wrong(
          absl::StrCat("there is no option `", entry.name, "`", NearestOption(entry.name, names)));
    }
    if (!seen.insert(entry.name).second) {
      return wrong(absl::StrCat("`", entry.name, "` stands here twice"));
    }
    if (entry.value.empty()) return wrong(absl::StrCat("`", entry.name, "` has no value"));
    entries.push_back(std::move(entry));
  }
  if (file.bad()) return absl::UnavailableError(absl::StrCat("`", path, "` cannot be read"));
  return entries;
}

}  // namespace provost
