#include <qrencode.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "print/paper.h"

namespace provost {
namespace {

constexpr int kQuietModules = 4;       // What the standard wants around a code.
constexpr size_t kMaxBytes = 300;      // More is too fine for a telephone's eye at this size.
constexpr unsigned char kIsBlack = 1;  // Of a module, as libqrencode has it.

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

void Paper::QrCode(absl::string_view text, absl::string_view where, double x, double y,
                   double size) {
  if (text.empty() || text.size() > kMaxBytes) {
    Fail(absl::InvalidArgumentError(absl::StrCat(
        "`", where, "` has ", text.size(), " bytes; wanted 1 to ", kMaxBytes, " for a QR code")));
    return;
  }
  const std::unique_ptr<QRcode, FreeCode> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
  if (code == nullptr) {
    Fail(absl::InternalError(absl::StrCat("libqrencode made no code of `", where, "`")));
    return;
  }
  Fill(x, y, size, size, 1);
  const double module = size / (code->width + 2 * kQuietModules);
  const auto black = [&code](int row, int column) {
    return (code->data[row * code->width + column] & kIsBlack) != 0;
  };
  for (int row = 0; row < code->width; ++row) {
    for (int begin = 0, end = 0; begin < code->width; begin = end + 1) {
      for (end = begin; end < code->width && black(row, end); ++end) {
      }
      if (end == begin) continue;
      cairo_rectangle(cairo_, x + (begin + kQuietModules) * module,
                      y + (row + kQuietModules) * module, (end - begin) * module, module);
    }
  }
  // As one shape, or else fine lines would show between the rows.
  cairo_set_source_rgb(cairo_, 0, 0, 0);
  cairo_fill(cairo_);
}

}  // namespace provost
