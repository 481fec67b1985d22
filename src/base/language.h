#ifndef PROVOST_BASE_LANGUAGE_H_
#define PROVOST_BASE_LANGUAGE_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace provost {

/// OK if `tag` is a BCP-47 language tag in its usual spelling whose language, script and region
/// exist: `de`, `de-AT`, `zh-Hant-TW`, `es-419`. INVALID_ARGUMENT otherwise, whose message goes on
/// from the name of a field: "wanted `de-AT`".
///
/// One spelling alone, so that two tags are of one language exactly where they are equal. Variants
/// and extensions (`de-1996`, `de-u-co-phonebk`) are refused. Thread-safe; some microseconds.
absl::Status CheckLanguage(absl::string_view tag);

/// Which of `offered` languages is the nearest to `wanted` for whoever reads it, by what Unicode's
/// CLDR says of languages: `de` for `de-AT`, and for `es-MX` `es-419` before `es`. None where
/// nothing is near enough. All are BCP-47 tags. Thread-safe; some ten microseconds for each.
std::optional<size_t> NearestLanguage(absl::string_view wanted,
                                      absl::Span<const std::string> offered);

}  // namespace provost

#endif  // PROVOST_BASE_LANGUAGE_H_
