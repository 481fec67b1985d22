#include "policy/compiler/print.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "policy/compiler/describe.h"

namespace provost {
namespace {

using Row = std::vector<std::string>;

size_t WidthOf(absl::string_view text) {
  size_t width = 0;
  for (char c : text) width += (c & 0xC0) != 0x80 ? 1 : 0;
  return width;
}

// The first row is the heading.
std::string RenderTable(const std::vector<Row>& rows, PrintFormat format) {
  std::string out;
  if (format == PrintFormat::kMarkdown) {
    for (size_t i = 0; i < rows.size(); ++i) {
      out += "|";
      for (const std::string& cell : rows[i]) {
        absl::StrAppend(&out, " ", absl::StrReplaceAll(cell, {{"|", "\\|"}}), " |");
      }
      out += "\n";
      if (i > 0) continue;
      out += "|";
      for (size_t column = 0; column < rows[0].size(); ++column) out += " --- |";
      out += "\n";
    }
    return out;
  }
  std::vector<size_t> widths(rows[0].size());
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], WidthOf(row[i]));
  }
  const auto line = [&](const Row& row) {
    std::string text;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&text, row[i], std::string(widths[i] - WidthOf(row[i]) + 2, ' '));
    }
    text.erase(text.find_last_not_of(' ') + 1);
    absl::StrAppend(&out, text, "\n");
  };
  line(rows[0]);
  Row rule;
  for (size_t width : widths) rule.push_back(std::string(width, '-'));
  line(rule);
  for (size_t i = 1; i < rows.size(); ++i) line(rows[i]);
  return out;
}

std::string Heading(absl::string_view text, PrintFormat format) {
  return format == PrintFormat::kMarkdown ? absl::StrCat("## ", text, "\n\n")
                                          : absl::StrCat(text, "\n\n");
}

std::string CellText(const Matrix& matrix, const CellInfo& cell) {
  absl::string_view sign = cell.reach ? "^" : "+";
  if (cell.effect == Effect::kPrevent) sign = "-";
  if (cell.effect == Effect::kProhibit) sign = "!";
  const absl::string_view rank = cell.rank == Rank::kImplied    ? "~"
                                 : cell.rank == Rank::kWildcard ? "*"
                                                                : "";
  const std::string facts = DescribeFacts(matrix, cell.alternatives);
  std::string text = absl::StrCat(sign, rank);
  if (!cell.source.empty()) absl::StrAppend(&text, " ", cell.source);
  if (!facts.empty()) absl::StrAppend(&text, " [", facts, "]");
  return text;
}

std::string RolesTable(const Matrix& matrix, PrintFormat format) {
  std::vector<Row> rows = {{"role", "title", "assignable at", "may assign", ""}};
  for (size_t i = 0; i < matrix.roles().size(); ++i) {
    const RoleId id(static_cast<uint16_t>(i));
    const RoleInfo& role = matrix.role(id);
    std::string may_assign = DescribeRoles(matrix, role.may_assign);
    if (role.may_assign_subset) {
      absl::StrAppend(&may_assign, may_assign.empty() ? "" : ", ", "custom roles within its own");
    }
    std::string remark;
    const auto note = [&](bool is, absl::string_view what) {
      if (is) absl::StrAppend(&remark, remark.empty() ? "" : ", ", what);
    };
    note(matrix.top_role() == id, "top");
    note(matrix.default_role() == id, "default");
    note(matrix.anonymous_role() == id, "anonymous");
    note(role.is_custom, "custom");
    rows.push_back({role.name, role.title, DescribeKinds(role.assignable_at), may_assign, remark});
  }
  return RenderTable(rows, format);
}

std::string KindTable(const Matrix& matrix, ScopeKind kind, PrintFormat format) {
  const size_t role_count = matrix.roles().size();
  // Roles without a cell at this kind would be empty columns.
  std::vector<bool> shown(role_count);
  for (const CellInfo& cell : matrix.cells()) {
    if (cell.at == kind) shown[cell.role.value] = true;
  }
  Row head = {"permission", ""};
  for (size_t r = 0; r < role_count; ++r) {
    if (shown[r]) head.push_back(matrix.roles()[r].name);
  }
  std::vector<Row> rows = {head};
  for (size_t p = 0; p < matrix.permissions().size(); ++p) {
    const PermissionId permission(static_cast<uint16_t>(p));
    const PermissionInfo& info = matrix.permission(permission);
    if (!info.asked_at.Has(kind)) continue;
    Row row = {info.name, info.access == Access::kRead ? "r" : "w"};
    for (size_t r = 0; r < role_count; ++r) {
      if (!shown[r]) continue;
      const RoleId role(static_cast<uint16_t>(r));
      std::string text;
      for (bool reach : {false, true}) {
        const CellInfo* cell = matrix.FindCell(role, permission, kind, reach);
        if (cell == nullptr) continue;
        absl::StrAppend(&text, text.empty() ? "" : "; ", CellText(matrix, *cell));
      }
      row.push_back(std::move(text));
    }
    rows.push_back(std::move(row));
  }
  return rows.size() == 1 ? "" : RenderTable(rows, format);
}

}  // namespace

std::string PrintMatrix(const Matrix& matrix, const PrintOptions& options) {
  const bool markdown = options.format == PrintFormat::kMarkdown;
  std::string out = absl::StrCat(markdown ? "# " : "", matrix.name());
  if (!matrix.version().empty()) absl::StrAppend(&out, " ", matrix.version());
  if (!matrix.title().empty()) absl::StrAppend(&out, ": ", matrix.title());
  absl::StrAppend(&out, "\n\n", Heading("Roles", options.format),
                  RolesTable(matrix, options.format), "\n");
  for (ScopeKind kind : kAllScopeKinds) {
    if (!options.kinds.Has(kind)) continue;
    const std::string table = KindTable(matrix, kind, options.format);
    if (table.empty()) continue;
    absl::StrAppend(&out, Heading(absl::StrCat("Asked at ", ScopeKindName(kind)), options.format),
                    table, "\n");
  }
  const absl::string_view item = markdown ? "- " : "  ";
  absl::StrAppend(&out, Heading("Legend", options.format));
  for (absl::string_view line :
       {"`+` allowed, `-` prevented, `!` prohibited, with the source of the cell",
        "`^` allowed to who holds the role below, at the nearest scope of this kind (reach)",
        "`~` implied by another permission, `*` matched by a wildcard",
        "`[self]` only if these facts hold; `&` all of them, `|` either",
        "`r` reads, `w` writes"}) {
    absl::StrAppend(&out, item, line, "\n");
  }
  return out;
}

}  // namespace provost
