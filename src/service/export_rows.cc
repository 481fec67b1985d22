#include "service/export_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "csv/writer.h"
#include "tenant/errors.h"

namespace provost {
namespace {

// RFC 8259; `text` is UTF-8.
void AppendJson(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') {
      out->push_back('\\');
      out->push_back(byte);
    } else if (static_cast<unsigned char>(byte) < 0x20) {
      absl::StrAppendFormat(out, "\\u%04x", static_cast<unsigned char>(byte));
    } else {
      out->push_back(byte);
    }
  }
  out->push_back('"');
}

}  // namespace

void CheckExport(const v1::ExportOptions& options, absl::Span<const std::string> known,
                 absl::Span<const std::string> fields, absl::Status* status) {
  if (!v1::ExportOptions::Format_IsValid(options.format())) {
    AddBadField(status, "options.format", absl::StrCat(options.format()),
                "wanted CSV or JSON_LINES");
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string path = absl::StrCat("fields[", i, "]");
    if (std::find(known.begin(), known.end(), fields[i]) == known.end()) {
      AddBadField(status, path, fields[i],
                  absl::StrCat("wanted one of `", absl::StrJoin(known, "`, `"), "`"));
    } else if (std::find(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(i),
                         fields[i]) != fields.begin() + static_cast<std::ptrdiff_t>(i)) {
      AddBadField(status, path, fields[i], "is there twice");
    }
  }
}

void ExportFormat::AppendHeader(std::string* document) const {
  if (options_.format() != v1::ExportOptions::JSON_LINES) csv::AppendRow(columns_, document);
}

void ExportFormat::AppendRow(const std::vector<std::string>& cells, std::string* document) const {
  if (options_.format() == v1::ExportOptions::JSON_LINES) {
    for (size_t i = 0; i < cells.size(); ++i) {
      document->push_back(i == 0 ? '{' : ',');
      AppendJson(columns_[i], document);
      document->push_back(':');
      AppendJson(cells[i], document);
    }
    document->append("}\n");
    return;
  }
  if (!options_.spreadsheet()) {
    csv::AppendRow(cells, document);
    return;
  }
  std::vector<std::string> shown;
  for (const std::string& cell : cells) shown.push_back(csv::WithoutFormula(cell));
  csv::AppendRow(shown, document);
}

}  // namespace provost
