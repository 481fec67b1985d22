#include "service/field_text.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tenant/errors.h"

namespace provost {

void CheckFieldText(absl::string_view path, absl::string_view text, absl::string_view noun,
                    absl::Span<const absl::string_view> fields, absl::Status* status) {
  for (size_t open = text.find("{{"); open != absl::string_view::npos;
       open = text.find("{{", open)) {
    if (absl::StartsWith(text.substr(open), "{{{{")) {
      open += 4;
      continue;
    }
    const size_t close = text.find("}}", open);
    if (close == absl::string_view::npos) {
      AddBadField(status, path, text.substr(open), "wanted `}}` behind `{{` and a field");
      return;
    }
    const absl::string_view field = text.substr(open + 2, close - open - 2);
    if (std::find(fields.begin(), fields.end(), field) == fields.end()) {
      AddBadField(
          status, path, field,
          absl::StrCat("is no field of ", noun, "; wanted one of ", absl::StrJoin(fields, ", ")));
    }
    open = close + 2;
  }
}

}  // namespace provost
