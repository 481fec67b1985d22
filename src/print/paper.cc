#include "print/paper.h"

#include <cairo-pdf.h>

#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "print/missing_font.h"

namespace provost {
namespace {

constexpr char kEllipsis[] = "\u2026";
constexpr double kStep = 0.9;  // From one size that is tried to the next.

// The fonts to take, the first first. Fontconfig, which knows `zh-cn` but not `zh-Hans`, is not
// asked which shapes of Han a language has.
std::string FamiliesFor(absl::string_view language) {
  const std::string tag = absl::AsciiStrToLower(language);
  absl::string_view han = "JP";
  if (absl::StartsWith(tag, "ko")) han = "KR";
  if (absl::StartsWith(tag, "zh")) {
    const bool hong_kong = absl::StrContains(tag, "-hk") || absl::StrContains(tag, "-mo");
    const bool traditional = absl::StrContains(tag, "-hant") || absl::StrContains(tag, "-tw");
    han = hong_kong ? "HK" : traditional ? "TC" : "SC";
  }
  return absl::StrCat(
      "Noto Sans, Noto Sans Arabic, Noto Sans Hebrew, Noto Sans Devanagari, Noto Sans CJK ", han,
      ", sans-serif");
}

cairo_status_t Append(void* pdf, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(pdf)->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
}

// Control characters, of which line ends are some, as spaces. With `paragraphs` line ends stay, of
// which CRLF is one.
std::string Printable(absl::string_view text, bool paragraphs) {
  std::string printable;
  for (const char* p = text.data(); p < text.data() + text.size(); p = g_utf8_next_char(p)) {
    const gunichar c = g_utf8_get_char(p);
    if (paragraphs && c == '\n') {
      printable.push_back('\n');
    } else if (g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029) {
      if (!(paragraphs && c == '\r')) printable.push_back(' ');
    } else {
      printable.append(p, g_utf8_next_char(p) - p);
    }
  }
  return printable;
}

// As programs show it that know no isolates.
std::string Metadata(absl::string_view text) {
  return absl::StrReplaceAll(Printable(text, false),
                             {{"\u2066", ""}, {"\u2067", ""}, {"\u2068", ""}, {"\u2069", ""}});
}

double HeightOf(PangoLayout* layout) {
  PangoRectangle logical;
  pango_layout_get_extents(layout, nullptr, &logical);
  return static_cast<double>(logical.height) / PANGO_SCALE;
}

struct FreeIter {
  void operator()(PangoLayoutIter* iter) const { pango_layout_iter_free(iter); }
};

// Where the lines end that are no lower than `max_height`, as an index of the layout's text.
size_t EndOfLinesWithin(PangoLayout* layout, double max_height) {
  const std::unique_ptr<PangoLayoutIter, FreeIter> iter(pango_layout_get_iter(layout));
  size_t end = 0;
  do {
    PangoRectangle line;
    pango_layout_iter_get_line_extents(iter.get(), nullptr, &line);
    if (line.y + line.height > max_height * PANGO_SCALE) break;
    const PangoLayoutLine* set = pango_layout_iter_get_line_readonly(iter.get());
    end = static_cast<size_t>(set->start_index) + static_cast<size_t>(set->length);
  } while (pango_layout_iter_next_line(iter.get()));
  return end;
}

// Ends the layout's text with an ellipsis so that it is no higher than `max_height`.
void CutToHeight(PangoLayout* layout, double max_height) {
  std::string kept(pango_layout_get_text(layout));
  kept.resize(EndOfLinesWithin(layout, max_height));
  do {
    // The ellipsis may need the room of what stands before it.
    const char* last = g_utf8_find_prev_char(kept.data(), kept.data() + kept.size());
    kept.resize(last == nullptr ? 0 : last - kept.data());
    pango_layout_set_text(layout, absl::StrCat(kept, kEllipsis).c_str(), -1);
  } while (!kept.empty() && HeightOf(layout) > max_height);
}

}  // namespace

Paper::Paper(const PaperInfo& info, double width, double height)
    : width_(width),
      height_(height),
      families_(FamiliesFor(info.language)),
      surface_(cairo_pdf_surface_create_for_stream(&Append, &pdf_, width, height)),
      cairo_(cairo_create(surface_)),
      fonts_(pango_cairo_font_map_new()),
      context_(pango_font_map_create_context(fonts_)) {
  const std::string create_time =
      absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", info.create_time, absl::UTCTimeZone());
  for (const std::string* text : {&info.title, &info.author}) {
    if (g_utf8_validate(text->data(), static_cast<gssize>(text->size()), nullptr)) continue;
    Fail(absl::InvalidArgumentError(text == &info.title ? "the title is not UTF-8"
                                                        : "the author's name is not UTF-8"));
    return;
  }
  cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_TITLE, Metadata(info.title).c_str());
  cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_AUTHOR,
                                 Metadata(info.author).c_str());
  cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_CREATE_DATE, create_time.c_str());
  // Sizes are points and stay what they are: nothing is hinted to a screen.
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts_), 72);
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context_, options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(context_, FALSE);
  // Without a language Pango takes that of the process.
  pango_context_set_language(
      context_, pango_language_from_string(info.language.empty() ? "en" : info.language.c_str()));
}

Paper::~Paper() {
  g_object_unref(context_);
  g_object_unref(fonts_);
  cairo_destroy(cairo_);
  cairo_surface_destroy(surface_);
}

TextBlock Paper::Set(absl::string_view text, absl::string_view where, const TextStyle& style,
                     double width, double max_height) {
  TextBlock block;
  block.layout_.reset(pango_layout_new(context_));
  block.grey_ = style.grey;
  PangoLayout* layout = block.layout_.get();
  if (!g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr)) {
    Fail(absl::InvalidArgumentError(absl::StrCat("`", where, "` is not UTF-8")));
    return block;
  }
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family_static(font, families_.c_str());
  pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
  pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  // A hyphen would be another spelling.
  PangoAttrList* attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
  pango_layout_set_attributes(layout, attributes);
  pango_attr_list_unref(attributes);
  pango_layout_set_width(layout, static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment(layout,
                             style.align == Align::kCenter ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
  pango_layout_set_text(layout, Printable(text, style.paragraphs).c_str(), -1);
  FindMissingFonts(layout, where);
  if (HeightOf(layout) > max_height) CutToHeight(layout, max_height);
  block.height_ = HeightOf(layout);
  return block;
}

TextBlock Paper::SetToFit(absl::string_view text, absl::string_view where, TextStyle style,
                          double min_size, double width, double max_height) {
  for (; style.size > min_size; style.size *= kStep) {
    // Without a limit, so that what is too high is not cut but seen to be so.
    TextBlock block = Set(text, where, style, width, std::numeric_limits<double>::max());
    if (!status_.ok()) return block;
    if (block.height() <= max_height) return block;
  }
  style.size = min_size;
  return Set(text, where, style, width, max_height);
}

// A glyph of Pango that stands for a character without a font says so itself. Glyphs come in the
// order in which they are drawn, but it is the first of the text that is told.
void Paper::FindMissingFonts(PangoLayout* layout, absl::string_view where) {
  if (!status_.ok() || pango_layout_get_unknown_glyphs_count(layout) == 0) return;
  int first = std::numeric_limits<int>::max();
  uint32_t missing = 0;
  const std::unique_ptr<PangoLayoutIter, FreeIter> iter(pango_layout_get_iter(layout));
  do {
    const PangoLayoutRun* run = pango_layout_iter_get_run_readonly(iter.get());
    if (run == nullptr) continue;
    for (int i = 0; i < run->glyphs->num_glyphs; ++i) {
      const PangoGlyph glyph = run->glyphs->glyphs[i].glyph;
      const int at = run->item->offset + run->glyphs->log_clusters[i];
      if ((glyph & PANGO_GLYPH_UNKNOWN_FLAG) == 0 || at >= first) continue;
      first = at;
      missing = glyph & ~PANGO_GLYPH_UNKNOWN_FLAG;
    }
  } while (pango_layout_iter_next_run(iter.get()));
  Fail(MissingFont(missing, where));
}

void Paper::Draw(const TextBlock& block, double x, double y) {
  if (!status_.ok()) return;
  cairo_set_source_rgb(cairo_, block.grey_, block.grey_, block.grey_);
  cairo_move_to(cairo_, x, y);
  pango_cairo_show_layout(cairo_, block.layout_.get());
}

void Paper::Fill(double x, double y, double width, double height, double grey) {
  cairo_set_source_rgb(cairo_, grey, grey, grey);
  cairo_rectangle(cairo_, x, y, width, height);
  cairo_fill(cairo_);
}

void Paper::Frame(double x, double y, double width, double height, double line_width, double grey) {
  cairo_set_source_rgb(cairo_, grey, grey, grey);
  cairo_set_line_width(cairo_, line_width);
  cairo_rectangle(cairo_, x, y, width, height);
  cairo_stroke(cairo_);
}

void Paper::NextPage() { cairo_show_page(cairo_); }

absl::StatusOr<std::string> Paper::Finish() {
  if (!status_.ok()) return status_;
  cairo_surface_finish(surface_);
  for (const cairo_status_t status : {cairo_status(cairo_), cairo_surface_status(surface_)}) {
    // That the surface is finished is no failure of what was drawn.
    if (status != CAIRO_STATUS_SUCCESS && status != CAIRO_STATUS_SURFACE_FINISHED) {
      return absl::InternalError(
          absl::StrCat("cairo could not write the PDF: ", cairo_status_to_string(status)));
    }
  }
  return std::move(pdf_);
}

}  // namespace provost

#ifdef __SANITIZE_ADDRESS__
// Debian 12's cairo loses what it made of a CFF font's dictionary, and fontconfig's thread, which
// Pango starts, ends with the process in the middle of its work.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libcairo.so\nleak:libfontconfig.so\n";
}
#endif
