#include "tests/presets/tables.h"

#include <fstream>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace provost::presets {
namespace {

constexpr absl::string_view kAllowedByDefault = "+ ";
constexpr absl::string_view kDenied = "· ";
constexpr absl::string_view kArrow = "↑";

std::optional<ScopeKind> KindOf(absl::string_view letter) {
  if (letter == "T") return ScopeKind::kTenant;
  if (letter == "K") return ScopeKind::kCatalog;
  if (letter == "C") return ScopeKind::kCourse;
  if (letter == "S") return ScopeKind::kSession;
  return std::nullopt;
}

// The fields of `| a | b |`, trimmed.
std::vector<std::string> FieldsOf(absl::string_view line) {
  absl::ConsumePrefix(&line, "|");
  absl::ConsumeSuffix(&line, "|");
  std::vector<std::string> fields = absl::StrSplit(line, " | ");
  for (std::string& field : fields) absl::StripAsciiWhitespace(&field);
  return fields;
}

std::string Unquoted(absl::string_view name) {
  absl::ConsumePrefix(&name, "`");
  absl::ConsumeSuffix(&name, "`");
  return std::string(name);
}

absl::StatusOr<Row> ParseRow(absl::string_view line) {
  const std::vector<std::string> fields = FieldsOf(line);
  if (fields.size() != 4) return absl::DataLossError(absl::StrCat("not a permission: ", line));
  Row row;
  row.name = Unquoted(fields[0]);
  if (fields[1] != "self") {
    for (const absl::string_view letter : absl::StrSplit(fields[1], ' ')) {
      const auto kind = KindOf(letter);
      if (!kind) return absl::DataLossError(absl::StrCat("not a scope: ", line));
      row.kinds.insert(*kind);
    }
  }
  if (fields[2] != "r" && fields[2] != "w") {
    return absl::DataLossError(absl::StrCat("neither r nor w: ", line));
  }
  row.access = fields[2] == "r" ? Access::kRead : Access::kWrite;
  return row;
}

absl::StatusOr<TableCell> ParseCell(absl::string_view text) {
  TableCell cell;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::StrCat(" ", kArrow));
  for (size_t i = 1; i < parts.size(); ++i) {
    const auto kind = KindOf(parts[i]);
    if (!kind) return absl::DataLossError(absl::StrCat("not an arrow: ", text));
    cell.arrows.insert(*kind);
  }
  absl::string_view what = parts[0];
  if (absl::ConsumePrefix(&what, kDenied)) {
    cell.source = std::string(what);
  } else if (absl::ConsumePrefix(&what, kAllowedByDefault)) {
    cell.allowed = true;
    cell.source = std::string(what);
  } else if (absl::ConsumePrefix(&what, "**") && absl::ConsumeSuffix(&what, "**")) {
    cell.allowed = true;
    cell.source = std::string(what);
  } else {
    return absl::DataLossError(absl::StrCat("not a cell: ", text));
  }
  if (cell.source.empty()) return absl::DataLossError(absl::StrCat("no source: ", text));
  return cell;
}

// "a, b -> c; d -> e."
absl::Status ParseImplies(absl::string_view text, Tables* tables) {
  absl::ConsumeSuffix(&text, ".");
  for (const absl::string_view pair : absl::StrSplit(text, ';')) {
    const std::vector<std::string> sides = absl::StrSplit(pair, "->");
    if (sides.size() != 2) return absl::DataLossError(absl::StrCat("not an implication: ", pair));
    for (const absl::string_view from : absl::StrSplit(sides[0], ',')) {
      tables->implies[std::string(absl::StripAsciiWhitespace(from))].insert(
          std::string(absl::StripAsciiWhitespace(sides[1])));
    }
  }
  return absl::OkStatus();
}

absl::Status ParseTableLine(absl::string_view line, Table* table) {
  std::vector<std::string> fields = FieldsOf(line);
  const std::string name = Unquoted(fields[0]);
  fields.erase(fields.begin());
  if (table->columns.empty()) {
    table->columns = std::move(fields);
    return absl::OkStatus();
  }
  if (fields.size() != table->columns.size()) {
    return absl::DataLossError(absl::StrCat("another number of columns: ", line));
  }
  std::vector<TableCell> cells;
  for (const std::string& field : fields) {
    auto cell = ParseCell(field);
    if (!cell.ok()) return cell.status();
    cells.push_back(*std::move(cell));
  }
  if (!table->cells.emplace(name, std::move(cells)).second) {
    return absl::DataLossError(absl::StrCat("a second row `", name, "`"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Tables> ReadTables(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read `", path, "`"));
  Tables tables;
  std::string section;
  std::string line;
  while (std::getline(file, line)) {
    if (absl::StartsWith(line, "## ")) section = line.substr(3, 2);
    const bool is_row = absl::StartsWith(line, "| ") && !absl::StartsWith(line, "| ---");
    Table* table = section == "4."   ? &tables.lms365
                   : section == "5." ? &tables.plutolms
                   : section == "6." ? &tables.coreachieve
                                     : nullptr;
    if (is_row && table != nullptr) {
      if (absl::Status parsed = ParseTableLine(line, table); !parsed.ok()) return parsed;
    } else if (is_row && section == "1." && absl::StartsWith(line, "| `")) {
      auto row = ParseRow(line);
      if (!row.ok()) return row.status();
      tables.rows.push_back(*std::move(row));
    } else if (section == "1." && absl::StartsWith(line, "What implies what")) {
      const size_t colon = line.find(": ");
      if (colon == std::string::npos) return absl::DataLossError(line);
      absl::Status parsed = ParseImplies(absl::string_view(line).substr(colon + 2), &tables);
      if (!parsed.ok()) return parsed;
    }
  }
  return tables;
}

}  // namespace provost::presets
