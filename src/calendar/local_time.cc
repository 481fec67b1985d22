#include "calendar/local_time.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace provost {
namespace {

// True where `text` is `pattern`, in which `0` stands for any digit.
bool Looks(absl::string_view text, absl::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool fits = pattern[i] == '0' ? absl::ascii_isdigit(static_cast<unsigned char>(text[i]))
                                        : text[i] == pattern[i];
    if (!fits) return false;
  }
  return true;
}

int NumberAt(absl::string_view text, size_t at, size_t digits) {
  int number = 0;
  for (char c : text.substr(at, digits)) number = number * 10 + (c - '0');
  return number;
}

bool IsYear(absl::civil_year_t year) { return year >= kMinLocalYear && year <= kMaxLocalYear; }

std::string Years() { return absl::StrCat("a year from ", kMinLocalYear, " to ", kMaxLocalYear); }

}  // namespace

absl::StatusOr<absl::CivilSecond> ParseLocalTime(absl::string_view text) {
  constexpr absl::string_view kPattern = "0000-00-00T00:00:00";
  if (Looks(text, kPattern) || Looks(text, kPattern.substr(0, 16))) {
    const int second = text.size() > 16 ? NumberAt(text, 17, 2) : 0;
    const absl::CivilSecond local(NumberAt(text, 0, 4), NumberAt(text, 5, 2), NumberAt(text, 8, 2),
                                  NumberAt(text, 11, 2), NumberAt(text, 14, 2), second);
    // What is no time of a day, or no day, was made one: the 30th of February.
    const absl::string_view without_zero =
        text.size() > 16 && second == 0 ? text.substr(0, 16) : text;
    if (FormatLocalTime(local) == without_zero) {
      if (IsYear(local.year())) return local;
      return absl::InvalidArgumentError(absl::StrCat("wanted ", Years()));
    }
  }
  return absl::InvalidArgumentError("wanted a local time like `2026-11-03T09:00`");
}

absl::StatusOr<absl::CivilDay> ParseLocalDate(absl::string_view text) {
  if (Looks(text, "0000-00-00")) {
    const absl::CivilDay day(NumberAt(text, 0, 4), NumberAt(text, 5, 2), NumberAt(text, 8, 2));
    if (absl::FormatCivilTime(day) == text) {
      if (IsYear(day.year())) return day;
      return absl::InvalidArgumentError(absl::StrCat("wanted ", Years()));
    }
  }
  return absl::InvalidArgumentError("wanted a day like `2026-11-03`");
}

std::string FormatLocalTime(absl::CivilSecond local) {
  std::string text = absl::StrFormat("%04d-%02d-%02dT%02d:%02d", local.year(), local.month(),
                                     local.day(), local.hour(), local.minute());
  if (local.second() != 0) absl::StrAppendFormat(&text, ":%02d", local.second());
  return text;
}

absl::StatusOr<absl::Time> TimeOfLocal(absl::CivilSecond local, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo info = zone.At(local);
  if (info.kind != absl::TimeZone::TimeInfo::SKIPPED) return info.pre;
  const absl::CivilSecond before = zone.At(info.trans - absl::Seconds(1)).cs;
  const absl::CivilSecond after = zone.At(info.trans).cs;
  return absl::InvalidArgumentError(absl::StrCat(
      "wanted a time that exists in `", zone.name(), "`, where clocks are put forward from ",
      FormatLocalTime(before + 1), " to ", FormatLocalTime(after), "; the nearest are ",
      FormatLocalTime(before), " and ", FormatLocalTime(after)));
}

TimeSpan SpanOf(const LocalSpan& local, const absl::TimeZone& zone,
                std::vector<TimeProblem>* problems) {
  const size_t problems_before = problems->size();
  const auto time_of = [&](absl::string_view field, absl::CivilSecond at) {
    absl::StatusOr<absl::Time> time = absl::InvalidArgumentError(absl::StrCat("wanted ", Years()));
    if (IsYear(at.year())) time = TimeOfLocal(at, zone);
    if (time.ok()) return *time;
    problems->push_back(
        {std::string(field), FormatLocalTime(at), std::string(time.status().message())});
    return absl::InfinitePast();
  };
  const TimeSpan span = {time_of("start", local.start), time_of("end", local.end)};
  if (problems->size() > problems_before) return span;
  if (span.end <= span.start) {
    problems->push_back(
        {"end", FormatLocalTime(local.end),
         absl::StrCat("wanted a time after the start, ", FormatLocalTime(local.start),
                      local.end > local.start ? ", which clocks show twice" : "")});
  } else if (span.length() > kMaxSpan) {
    problems->push_back({"end", FormatLocalTime(local.end),
                         absl::StrCat("wanted a time at most ", kMaxSpan / absl::Hours(24),
                                      " days after the start, ", FormatLocalTime(local.start))});
  }
  return span;
}

}  // namespace provost
