// A table of text: aligned columns on a terminal, tab-separated fields elsewhere.
#ifndef PROVOST_TOOLS_PROVOST_TABLE_H_
#define PROVOST_TOOLS_PROVOST_TABLE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/provost/look.h"

namespace provost::cli {

// Not thread-safe.
class Table {
 public:
  struct Cell {
    std::string text;
    Tone tone = Tone::kPlain;
  };

  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}

  // Appends a row. Cells that are left out are empty; one more than the header has is a bug.
  void AddRow(std::vector<Cell> row);

  size_t size() const { return rows_.size(); }

  // The lines, each with its end. On a terminal a column that is empty throughout is left out;
  // elsewhere every column is there, so that a script can count on its place. A table without rows
  // is only its header, and nothing at all on a terminal.
  std::string Render(const Look& look) const;
  // The same, but `none` on a terminal where there are no rows: whoever asks is told something.
  std::string RenderOr(const Look& look, absl::string_view none) const;

 private:
  std::string RenderTabs() const;

  std::vector<std::string> header_;
  std::vector<std::vector<Cell>> rows_;
};

// Lines of `label  text`, with the labels padded to one width where the look is aligned. Pairs with
// an empty text are left out.
std::string RenderFields(const std::vector<std::pair<std::string, std::string>>& fields,
                         const Look& look);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_TABLE_H_
