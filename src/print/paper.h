#ifndef PROVOST_PRINT_PAPER_H_
#define PROVOST_PRINT_PAPER_H_

#include <cairo.h>
#include <pango/pangocairo.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace provost {

/// Of paper as of the rest of this room: lengths are in points, 1/72 inch, from the left and from
/// the top. A4 upright.
inline constexpr double kA4Width = 595.28;
inline constexpr double kA4Height = 841.89;

/// What a PDF says of itself.
struct PaperInfo {
  std::string title;
  std::string author;
  /// BCP 47, or empty. Chooses between the shapes that languages give the same character: `zh-Hans`
  /// or `ja` for Han.
  std::string language;
  absl::Time create_time;
};

/// Where lines begin. A line of a script that is written from the right has its start there.
enum class Align { kStart, kCenter, kEnd };

/// How a text is set.
struct TextStyle {
  double size = 9;  ///< Of the font, in points.
  bool bold = false;
  double grey = 0;  ///< 0 is black and 1 white.
  Align align = Align::kStart;
  bool paragraphs = false;  ///< Whether its line ends stay; if not, they become spaces.
};

/// A text that is set and can be drawn on the paper that made it.
class TextBlock {
 public:
  double height() const { return height_; }

 private:
  friend class Paper;
  struct Unref {
    void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  };

  std::unique_ptr<PangoLayout, Unref> layout_;
  double height_ = 0;
  double grey_ = 0;
};

/// A PDF in the making, of pages that are all of one size.
///
/// The base direction of each paragraph is that of its first letter that has one. Letters come from
/// Noto Sans where that has them, and from what fontconfig finds where not. What goes wrong is
/// kept, and Finish says it.
///
/// Each has its own font map, so that papers may be made by many threads at once, each by one. What
/// the same calls make is the same, byte by byte, as long as the machine's fonts are. cairo 1.16
/// loses some 400 bytes of memory for each CFF font that it embeds, of which those of Noto CJK are.
class Paper {
 public:
  Paper(const PaperInfo& info, double width, double height);
  ~Paper();
  Paper(const Paper&) = delete;
  Paper& operator=(const Paper&) = delete;

  double width() const { return width_; }
  double height() const { return height_; }

  /// Sets `text` in lines of `width`, which break between words, or within one that is wider. What
  /// would go below `max_height`, which is at least a line, is cut, with an ellipsis at the end.
  /// Control characters become spaces. `where` is what the text is called in errors.
  TextBlock Set(absl::string_view text, absl::string_view where, const TextStyle& style,
                double width, double max_height);

  /// As Set, in the largest size from `style.size` down to `min_size` in which it is not cut; in
  /// `min_size` where there is none. Some twenty sizes are tried at the most.
  TextBlock SetToFit(absl::string_view text, absl::string_view where, TextStyle style,
                     double min_size, double width, double max_height);

  void Draw(const TextBlock& block, double x, double y);
  /// A filled rectangle. `grey` as in TextStyle.
  void Fill(double x, double y, double width, double height, double grey);
  /// The outline of a rectangle.
  void Frame(double x, double y, double width, double height, double line_width, double grey);
  /// A QR code of `text` (at most 300 bytes) with its quiet zone, in a white square; the error
  /// correction is M.
  void QrCode(absl::string_view text, absl::string_view where, double x, double y, double size);

  /// What follows is drawn on a new page.
  void NextPage();

  /// The PDF. Errors, of which the first is told: INVALID_ARGUMENT for a text that is not UTF-8 or
  /// too long for its QR code, FAILED_PRECONDITION, always that of MissingFont, for a character
  /// that no font has, and INTERNAL where cairo fails. Nothing can be done with the paper
  /// afterwards.
  absl::StatusOr<std::string> Finish();

 private:
  void Fail(absl::Status status) { status_.Update(status); }
  void FindMissingFonts(PangoLayout* layout, absl::string_view where);

  const double width_;
  const double height_;
  absl::Status status_;
  const std::string families_;
  std::string pdf_;
  cairo_surface_t* surface_;
  cairo_t* cairo_;
  PangoFontMap* fonts_;
  PangoContext* context_;
};

}  // namespace provost

#endif  // PROVOST_PRINT_PAPER_H_
