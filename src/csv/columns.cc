#include "csv/columns.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "csv/reader.h"

namespace provost::csv {
namespace {

std::string Quote(absl::string_view text) {
  return absl::StrCat("`", IsUtf8(text) ? absl::Utf8SafeCHexEscape(text) : absl::CHexEscape(text),
                      "`");
}

template <typename List>
bool Has(const List& list, absl::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> MapColumns(absl::Span<const std::string> header,
                                                    const ColumnNames& names) {
  const std::string known = absl::StrCat("`", absl::StrJoin(names.fields, "`, `"), "`");
  for (const ColumnNames::Renamed& column : names.renamed) {
    if (!Has(names.fields, column.field)) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no field ", Quote(column.field), "; wanted one of ", known));
    }
    if (!Has(header, column.header)) {
      return absl::InvalidArgumentError(absl::StrCat("the first line has no column ",
                                                     Quote(column.header), ", which is to be ",
                                                     Quote(column.field)));
    }
  }
  for (const std::string& column : names.ignored) {
    if (!Has(header, column)) {
      return absl::InvalidArgumentError(absl::StrCat("the first line has no column ", Quote(column),
                                                     ", which is to be left out"));
    }
  }
  std::vector<std::string> fields;
  for (size_t i = 0; i < header.size(); ++i) {
    const auto wrong = [&](absl::string_view what) {
      return absl::InvalidArgumentError(
          absl::StrCat("column ", i + 1, ", ", Quote(header[i]), what));
    };
    if (Has(names.ignored, header[i])) {
      fields.emplace_back();
      continue;
    }
    std::string field = header[i];
    for (const ColumnNames::Renamed& column : names.renamed) {
      if (column.header == header[i]) field = column.field;
    }
    if (!Has(names.fields, field)) {
      return wrong(absl::StrCat(" of the first line is no field; wanted one of ", known,
                                ", or that the column is mapped or left out"));
    }
    if (Has(fields, field)) {
      return wrong(absl::StrCat(" is ", Quote(field), ", which an earlier column is already"));
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace provost::csv
