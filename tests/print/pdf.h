// A PDF as others' programs read it.
#ifndef PROVOST_TESTS_PRINT_PDF_H_
#define PROVOST_TESTS_PRINT_PDF_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace provost {

// A font of a PDF.
struct PdfFont {
  std::string name;  // Without the prefix of a subset: `NotoSans-Regular`.
  bool embedded = false;
};

// A word of a page, with its box and its page's size, in points.
struct PdfWord {
  std::string text;
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
  double page_width = 0;
  double page_height = 0;
};

// A PDF in a file of its own, which goes with this. Aborts the test program where a program that
// reads it fails.
class Pdf {
 public:
  explicit Pdf(absl::string_view bytes);
  ~Pdf();
  Pdf(const Pdf&) = delete;
  Pdf& operator=(const Pdf&) = delete;

  // What pdftotext reads, in logical order and without the marks that it puts around what is
  // written from the right; pages end with a form feed.
  std::string Text() const;
  // The same for one page, from 1 on, line by line as it is laid out.
  std::vector<std::string> Lines(int page) const;
  std::vector<PdfWord> Words() const;
  std::vector<PdfFont> Fonts() const;
  // Of what pdfinfo says, mark by mark: `Title`, `Pages`.
  std::string Info(absl::string_view key) const;
  // What the QR codes of the first page say, as zbarimg reads them from its picture.
  std::string QrCode() const;

 private:
  std::string path_;
};

}  // namespace provost

#endif  // PROVOST_TESTS_PRINT_PDF_H_
