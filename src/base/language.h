#ifndef PROVOST_BASE_LANGUAGE_H_
#define PROVOST_BASE_LANGUAGE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace provost {

/// OK if `tag` is a BCP-47 language tag in its usual spelling whose language, script and region
/// exist: `de`, `de-AT`, `zh-Hant-TW`, `es-419`. INVALID_ARGUMENT otherwise, whose message goes on
/// from the name of a field: "wanted `de-AT`".
///
/// One spelling alone, so that two tags are of one language exactly where they are equal. Variants
/// and extensions (`de-1996`, `de-u-co-phonebk`) are refused. Thread-safe; some microseconds.
absl::Status CheckLanguage(absl::string_view tag);

}  // namespace provost

#endif  // PROVOST_BASE_LANGUAGE_H_
