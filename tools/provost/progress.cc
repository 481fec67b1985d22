#include "tools/provost/progress.h"

#include <algorithm>
#include <iterator>
#include <ostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tools/provost/look.h"

namespace provost::cli {
namespace {

constexpr absl::Duration kShortest = absl::Milliseconds(100);

}  // namespace

std::string FormatBytes(int64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  double amount = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  // 1023.95 would be written as 1024.0.
  while (amount >= 1023.95 && unit + 1 < std::size(kUnits)) {
    amount /= 1024;
    ++unit;
  }
  return absl::StrFormat("%.1f %s", amount, kUnits[unit]);
}

Progress::Progress(Context& context, std::string label, int64_t total)
    : context_(context), label_(std::move(label)), total_(total) {}

Progress::~Progress() {
  if (shown_width_ == 0) return;
  context_.err() << '\r' << std::string(shown_width_, ' ') << '\r' << std::flush;
}

void Progress::Add(int64_t bytes) {
  done_ += bytes;
  if (!context_.err_is_terminal()) return;
  const absl::Time now = absl::Now();
  if (now - shown_at_ < kShortest) return;
  shown_at_ = now;
  std::string text = absl::StrCat(Printable(label_), ": ", FormatBytes(done_));
  if (total_ > 0) {
    absl::StrAppend(&text, " of ", FormatBytes(total_), ", ",
                    static_cast<int>(100.0 * static_cast<double>(std::min(done_, total_)) /
                                     static_cast<double>(total_)),
                    " %");
  }
  Show(std::move(text));
}

void Progress::Show(std::string text) {
  const size_t width = DisplayWidth(text);
  // What the line before was longer by is blanked.
  if (width < shown_width_) text.append(shown_width_ - width, ' ');
  shown_width_ = width;
  context_.err() << '\r' << text << std::flush;
}

}  // namespace provost::cli
