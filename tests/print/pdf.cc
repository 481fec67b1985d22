#include "tests/print/pdf.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace provost {
namespace {

[[noreturn]] void Stop(absl::string_view why) {
  std::cerr << "reading a PDF back failed: " << why << "\n";
  std::abort();
}

// What the command writes to its standard output.
std::string Run(const std::string& command) {
  FILE* const output = popen(command.c_str(), "r");
  if (output == nullptr) Stop(command);
  std::string text;
  char buffer[4096];
  for (size_t size; (size = fread(buffer, 1, sizeof(buffer), output)) > 0;) {
    text.append(buffer, size);
  }
  if (pclose(output) != 0) Stop(command);
  return text;
}

// Without the marks of Unicode's bidirectional algorithm: U+200E, U+200F, U+202A to U+202E and
// U+2066 to U+2069.
std::string WithoutMarks(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\u200e", ""},
                                    {"\u200f", ""},
                                    {"\u202a", ""},
                                    {"\u202b", ""},
                                    {"\u202c", ""},
                                    {"\u202d", ""},
                                    {"\u202e", ""},
                                    {"\u2066", ""},
                                    {"\u2067", ""},
                                    {"\u2068", ""},
                                    {"\u2069", ""}});
}

// The value of `name="..."` in a tag.
double Attribute(absl::string_view tag, absl::string_view name) {
  const std::string begin = absl::StrCat(" ", name, "=\"");
  const size_t at = tag.find(begin);
  if (at == absl::string_view::npos) Stop(tag);
  tag.remove_prefix(at + begin.size());
  double value = 0;
  if (!absl::SimpleAtod(tag.substr(0, tag.find('"')), &value)) Stop(tag);
  return value;
}

}  // namespace

Pdf::Pdf(absl::string_view bytes) {
  const char* folder = std::getenv("TMPDIR");
  path_ = absl::StrCat(folder == nullptr ? "/tmp" : folder, "/provost_print_XXXXXX");
  const int file = mkstemp(path_.data());
  if (file < 0 || write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
      close(file) != 0) {
    Stop(path_);
  }
}

Pdf::~Pdf() { unlink(path_.c_str()); }

std::string Pdf::Text() const {
  return WithoutMarks(Run(absl::StrCat(PROVOST_PDFTOTEXT, " -enc UTF-8 ", path_, " -")));
}

std::vector<std::string> Pdf::Lines(int page) const {
  const std::string text = Run(absl::StrCat(PROVOST_PDFTOTEXT, " -enc UTF-8 -layout -f ", page,
                                            " -l ", page, " ", path_, " -"));
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(text, absl::ByAnyChar("\n\f"))) {
    if (!absl::StripAsciiWhitespace(line).empty()) lines.push_back(WithoutMarks(line));
  }
  return lines;
}

std::vector<PdfWord> Pdf::Words() const {
  std::vector<PdfWord> words;
  double width = 0;
  double height = 0;
  const std::string text = Run(absl::StrCat(PROVOST_PDFTOTEXT, " -bbox ", path_, " -"));
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StrContains(line, "<page ")) {
      width = Attribute(line, "width");
      height = Attribute(line, "height");
    } else if (absl::StrContains(line, "<word ")) {
      const size_t begin = line.find('>') + 1;
      words.push_back({std::string(line.substr(begin, line.find("</word>") - begin)),
                       Attribute(line, "xMin"), Attribute(line, "yMin"), Attribute(line, "xMax"),
                       Attribute(line, "yMax"), width, height});
    }
  }
  return words;
}

std::vector<PdfFont> Pdf::Fonts() const {
  std::vector<PdfFont> fonts;
  const std::string text = Run(absl::StrCat(PROVOST_PDFFONTS, " ", path_));
  const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  // Two lines of headings; the columns stand where the first says.
  for (size_t i = 2; i < lines.size(); ++i) {
    const std::string name = lines[i].substr(0, lines[i].find(' '));
    const std::vector<std::string> parts = absl::StrSplit(name, absl::MaxSplits('+', 1));
    fonts.push_back({parts.back(), lines[i].substr(lines[0].find("emb"), 3) == "yes"});
  }
  return fonts;
}

std::string Pdf::Info(absl::string_view key) const {
  const std::string text = Run(absl::StrCat(PROVOST_PDFINFO, " -isodates -enc UTF-8 ", path_));
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, absl::StrCat(key, ":"))) {
      return std::string(absl::StripAsciiWhitespace(line));
    }
  }
  return "";
}

std::string Pdf::QrCode() const {
  Run(absl::StrCat(PROVOST_PDFTOPPM, " -r 150 -gray -f 1 -singlefile ", path_, " ", path_));
  const std::string picture = absl::StrCat(path_, ".pgm");
  // zbarimg speaks of a bus for its own errors where there is none.
  const std::string text = Run(absl::StrCat(PROVOST_ZBARIMG, " -q --raw -Sdisable -Sqrcode.enable ",
                                            picture, " 2>/dev/null"));
  unlink(picture.c_str());
  return std::string(absl::StripTrailingAsciiWhitespace(text));
}

}  // namespace provost
