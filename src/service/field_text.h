#ifndef PROVOST_SERVICE_FIELD_TEXT_H_
#define PROVOST_SERVICE_FIELD_TEXT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace provost {

/// For texts that name fields, as `Dear {{learner.display_name}}`, where `{{{{` stands for two
/// braces and `}}` by itself is text. Adds a bad field for each field that `text` names and that is
/// not in `fields`, and for a `{{` that does not end. `noun` is what the text is for, in errors,
/// like `a certificate`. A pure function.
void CheckFieldText(absl::string_view path, absl::string_view text, absl::string_view noun,
                    absl::Span<const absl::string_view> fields, absl::Status* status);

}  // namespace provost

#endif  // PROVOST_SERVICE_FIELD_TEXT_H_
