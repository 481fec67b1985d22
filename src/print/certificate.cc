#include "print/certificate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/string_view.h"
#include "print/paper.h"

namespace provost {
namespace {

constexpr double kFrame = 28;  // From the edge to the outer line of the frame.
constexpr double kMarginX = 62;
constexpr double kMarginY = 58;
constexpr double kFootHeight = 130;  // Of dates, codes and the QR code.
constexpr double kQrSize = 130;
constexpr double kMinGap = 8;
constexpr double kMinTextSize = 5;

class CertificatePrinter {
 public:
  explicit CertificatePrinter(const CertificatePaper& certificate)
      : certificate_(certificate),
        paper_({.title = certificate.title,
                .author = certificate.issuer,
                .language = certificate.language,
                .create_time = certificate.issue_time},
               certificate.landscape ? kA4Height : kA4Width,
               certificate.landscape ? kA4Width : kA4Height) {}

  absl::StatusOr<std::string> Print() {
    paper_.Frame(kFrame, kFrame, paper_.width() - 2 * kFrame, paper_.height() - 2 * kFrame, 2, 0.3);
    paper_.Frame(kFrame + 5, kFrame + 5, paper_.width() - 2 * kFrame - 10,
                 paper_.height() - 2 * kFrame - 10, 0.5, 0.3);
    DrawBody();
    DrawFoot();
    return paper_.Finish();
  }

 private:
  // A line of the body, as large as its part of the page's height lets it be.
  TextBlock Line(absl::string_view text, absl::string_view where, double size, bool bold,
                 double part_of_height) {
    const TextStyle style = {.size = size, .bold = bold, .align = Align::kCenter};
    return paper_.SetToFit(text, where, style, kMinTextSize, width(), part_of_height);
  }

  // What stands above the foot, in the middle of its lines, with equal gaps.
  void DrawBody() {
    const double height = paper_.height() - 2 * kMarginY - kFootHeight;
    std::array<TextBlock, 5> blocks;
    TextBlock& text = blocks[3];
    blocks[0] = Line(certificate_.issuer, "issuer", 13, false, 0.07 * height);
    blocks[1] = Line(certificate_.title, "title", 34, true, 0.18 * height);
    blocks[2] = Line(certificate_.name, "name", 38, false, 0.2 * height);
    if (!certificate_.course.empty()) {
      blocks[4] = Line(certificate_.course, "course", 20, true, 0.15 * height);
    }
    const auto taken = [&blocks] {
      double sum = 0;
      for (const TextBlock& block : blocks) sum += block.height();
      return sum;
    };
    if (!certificate_.text.empty()) {
      const TextStyle style = {.size = 13, .align = Align::kCenter, .paragraphs = true};
      text = paper_.SetToFit(certificate_.text, "text", style, kMinTextSize, width(),
                             height - taken() - (blocks.size() + 1) * kMinGap);
    }
    const double gap = (height - taken()) / (blocks.size() + 1);
    double y = kMarginY + gap;
    for (const TextBlock& block : blocks) {
      if (block.height() == 0) continue;
      paper_.Draw(block, kMarginX, y);
      y += block.height() + gap;
    }
  }

  // A word and below it what it stands for, which takes at most `max_height`.
  void DrawFact(absl::string_view label, absl::string_view where, absl::string_view value, double x,
                double y, double width, double max_height) {
    if (value.empty()) return;
    paper_.Draw(paper_.Set(label, "label", {.size = 7, .grey = 0.35}, width, 12), x, y);
    paper_.Draw(paper_.SetToFit(value, where, {.size = 10}, 4, width, max_height), x, y + 11);
  }

  void DrawFoot() {
    const double y = paper_.height() - kMarginY - kFootHeight;
    const double facts_width = width() - kQrSize - 12;
    const double column = facts_width / 3;
    const double row = 36;
    DrawFact("Completed", "complete_date", certificate_.complete_date, kMarginX, y, column - 8, 20);
    DrawFact("Issued", "issue_date", certificate_.issue_date, kMarginX + column, y, column - 8, 20);
    DrawFact("Valid until", "expire_date", certificate_.expire_date, kMarginX + 2 * column, y,
             column - 8, 20);
    DrawFact("Number", "number", certificate_.number, kMarginX, y + row, column - 8, 20);
    DrawFact("Code", "code", certificate_.code, kMarginX + column, y + row, 2 * column - 8, 20);
    DrawFact("To be verified at", "verification_url", certificate_.verification_url, kMarginX,
             y + 2 * row, facts_width, kFootHeight - 2 * row - 11);
    const bool by_url = !certificate_.verification_url.empty();
    paper_.QrCode(by_url ? certificate_.verification_url : certificate_.code,
                  by_url ? "verification_url" : "code", paper_.width() - kMarginX - kQrSize, y,
                  kQrSize);
  }

  double width() const { return paper_.width() - 2 * kMarginX; }

  const CertificatePaper& certificate_;
  Paper paper_;
};

}  // namespace

absl::StatusOr<std::string> PrintCertificate(const CertificatePaper& certificate) {
  return CertificatePrinter(certificate).Print();
}

}  // namespace provost
