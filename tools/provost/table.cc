#include "tools/provost/table.h"

#include <algorithm>
#include <cassert>

#include "absl/strings/str_cat.h"

namespace provost::cli {
namespace {

constexpr size_t kGap = 2;

void PadTo(std::string& line, size_t width, size_t wanted) {
  if (width < wanted) line.append(wanted - width, ' ');
}

}  // namespace

void Table::AddRow(std::vector<Cell> row) {
  assert(row.size() <= header_.size());
  row.resize(header_.size());
  for (Cell& cell : row) cell.text = Printable(cell.text);
  rows_.push_back(std::move(row));
}

std::string Table::RenderTabs() const {
  std::string out;
  for (size_t i = 0; i < header_.size(); ++i) absl::StrAppend(&out, i == 0 ? "" : "\t", header_[i]);
  out += '\n';
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) absl::StrAppend(&out, i == 0 ? "" : "\t", row[i].text);
    out += '\n';
  }
  return out;
}

std::string Table::Render(const Look& look) const {
  if (!look.aligned) return RenderTabs();
  if (rows_.empty()) return "";
  std::vector<size_t> widths(header_.size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i].text));
    }
  }
  size_t last = 0;
  for (size_t i = 0; i < header_.size(); ++i) {
    if (widths[i] == 0) continue;
    widths[i] = std::max(widths[i], DisplayWidth(header_[i]));
    last = i;
  }
  std::string out;
  const auto append_line = [&](const std::vector<Cell>& row) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      out += Paint(look, row[i].tone, row[i].text);
      if (i != last) PadTo(out, DisplayWidth(row[i].text), widths[i] + kGap);
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  };
  std::vector<Cell> header;
  for (const std::string& name : header_) header.push_back({name, Tone::kStrong});
  append_line(header);
  for (const auto& row : rows_) append_line(row);
  return out;
}

std::string Table::RenderOr(const Look& look, absl::string_view none) const {
  return look.aligned && rows_.empty() ? absl::StrCat(none, "\n") : Render(look);
}

std::string RenderFields(const std::vector<std::pair<std::string, std::string>>& fields,
                         const Look& look) {
  size_t width = 0;
  for (const auto& field : fields) {
    if (!field.second.empty()) width = std::max(width, DisplayWidth(field.first));
  }
  std::string out;
  for (const auto& field : fields) {
    if (field.second.empty()) continue;
    out += Paint(look, Tone::kFaint, field.first);
    if (look.aligned) {
      PadTo(out, DisplayWidth(field.first), width + kGap);
    } else {
      out += '\t';
    }
    absl::StrAppend(&out, Printable(field.second), "\n");
  }
  return out;
}

}  // namespace provost::cli
