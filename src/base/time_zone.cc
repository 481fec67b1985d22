#include "base/time_zone.h"

#include <unicode/ucal.h>

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace provost {
namespace {

constexpr size_t kMaxNameBytes = 64;

bool IsNameByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '+' || c == '-' ||
         c == '/';
}

// Abseil keeps every name that it was ever asked for, so it is asked only for those of a list that
// ends. ICU's has zones of its own beside those of IANA; Abseil knows those of IANA alone.
bool IsListed(absl::string_view name) {
  UChar wide[kMaxNameBytes];
  std::copy(name.begin(), name.end(), wide);  // ASCII.
  UChar canonical[kMaxNameBytes + 1];
  UBool is_system = 0;
  UErrorCode error = U_ZERO_ERROR;
  ucal_getCanonicalTimeZoneID(wide, static_cast<int32_t>(name.size()), canonical,
                              static_cast<int32_t>(kMaxNameBytes) + 1, &is_system, &error);
  return U_SUCCESS(error) && is_system != 0;
}

}  // namespace

absl::Status CheckTimeZone(absl::string_view name) {
  // A path, and names that are Abseil's own, name no zone of the database.
  const bool fine = !name.empty() && name.size() <= kMaxNameBytes && name.front() != '/' &&
                    std::all_of(name.begin(), name.end(), IsNameByte) && name != "localtime" &&
                    !absl::StartsWith(name, "Fixed/") && IsListed(name);
  absl::TimeZone zone;
  if (fine && absl::LoadTimeZone(name, &zone)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "wanted a time zone of the IANA database, like `Europe/Vienna`");
}

}  // namespace provost
