#include "calendar/icalendar.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace provost {
namespace {

constexpr size_t kMaxLineBytes = 75;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Folds it (section 3.1): what follows begins with a space, which counts.
void AppendLine(absl::string_view line, std::string* out) {
  size_t space = kMaxLineBytes;
  while (line.size() > space) {
    size_t cut = space;
    while (cut > space - 3 && IsContinuation(line[cut])) --cut;
    absl::StrAppend(out, line.substr(0, cut), "\r\n ");
    line.remove_prefix(cut);
    space = kMaxLineBytes - 1;
  }
  absl::StrAppend(out, line, "\r\n");
}

// Section 3.3.11.
std::string EscapeText(absl::string_view text) {
  std::string escaped;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\n' || c == '\r') {
      escaped.append("\\n");
    } else if (c == '\\' || c == ';' || c == ',') {
      escaped.push_back('\\');
      escaped.push_back(c);
    } else {
      escaped.push_back((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F ? ' ' : c);
    }
  }
  return escaped;
}

std::string EscapeUri(absl::string_view uri) {
  std::string escaped;
  for (char c : uri) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F) {
      escaped.push_back(c);
    } else {
      absl::StrAppendFormat(&escaped, "%%%02X", byte);
    }
  }
  return escaped;
}

std::string LocalText(absl::CivilSecond local) {
  return absl::StrFormat("%04d%02d%02dT%02d%02d%02d", local.year(), local.month(), local.day(),
                         local.hour(), local.minute(), local.second());
}

std::string UtcText(absl::Time time) {
  return absl::FormatTime("%E4Y%m%dT%H%M%SZ", time, absl::UTCTimeZone());
}

bool IsUtc(const absl::TimeZone& zone) { return zone == absl::UTCTimeZone(); }

std::string OffsetText(int offset) {
  const int size = std::abs(offset);
  std::string text =
      absl::StrFormat("%c%02d%02d", offset < 0 ? '-' : '+', size / 3600, size / 60 % 60);
  if (size % 60 != 0) absl::StrAppendFormat(&text, "%02d", size % 60);
  return text;
}

absl::Time TimeOf(const absl::TimeZone& zone, const absl::TimeZone::CivilTransition& change) {
  if (change.from < change.to) return zone.At(change.from).trans;
  if (change.from > change.to) return zone.At(change.to).trans;
  return zone.At(change.to).pre;  // Another name for the same time.
}

// What clocks are changed to, the same each time: a STANDARD or a DAYLIGHT of section 3.6.5.
struct Observance {
  bool is_dst;
  int offset_before;
  int offset;
  std::string name;

  bool operator<(const Observance& other) const {
    return std::tie(is_dst, offset_before, offset, name) <
           std::tie(other.is_dst, other.offset_before, other.offset, other.name);
  }
};

// How the zone's clocks are, from the beginning of one year to the end of another.
void AppendZone(const absl::TimeZone& zone, absl::civil_year_t first, absl::civil_year_t last,
                std::string* out) {
  // By when each is changed to, in the time that it ends.
  std::map<Observance, std::vector<absl::CivilSecond>> observances;
  const absl::Time begin = zone.At(absl::CivilSecond(first, 1, 1)).pre;
  const absl::Time end = zone.At(absl::CivilSecond(last + 1, 1, 1)).post;
  absl::TimeZone::CivilTransition change;
  absl::Time at = begin;
  if (zone.PrevTransition(begin, &change)) {
    at = TimeOf(zone, change) - absl::Nanoseconds(1);
  } else {
    const absl::TimeZone::CivilInfo info = zone.At(begin);
    observances[{info.is_dst, info.offset, info.offset, info.zone_abbr}].push_back(
        absl::CivilSecond(kMinLocalYear, 1, 1));
  }
  while (zone.NextTransition(at, &change)) {
    const absl::Time time = TimeOf(zone, change);
    if (time >= end) break;
    const absl::TimeZone::CivilInfo before = zone.At(time - absl::Seconds(1));
    const absl::TimeZone::CivilInfo after = zone.At(time);
    observances[{after.is_dst, before.offset, after.offset, after.zone_abbr}].push_back(
        change.from);
    at = time;
  }
  AppendLine("BEGIN:VTIMEZONE", out);
  AppendLine(absl::StrCat("TZID:", zone.name()), out);
  for (const auto& [observance, onsets] : observances) {
    const absl::string_view kind = observance.is_dst ? "DAYLIGHT" : "STANDARD";
    AppendLine(absl::StrCat("BEGIN:", kind), out);
    AppendLine(absl::StrCat("DTSTART:", LocalText(onsets.front())), out);
    if (onsets.size() > 1) {
      const auto append = [](std::string* text, absl::CivilSecond onset) {
        text->append(LocalText(onset));
      };
      AppendLine(
          absl::StrCat("RDATE:", absl::StrJoin(onsets.begin() + 1, onsets.end(), ",", append)),
          out);
    }
    AppendLine(absl::StrCat("TZOFFSETFROM:", OffsetText(observance.offset_before)), out);
    AppendLine(absl::StrCat("TZOFFSETTO:", OffsetText(observance.offset)), out);
    AppendLine(absl::StrCat("TZNAME:", EscapeText(observance.name)), out);
    AppendLine(absl::StrCat("END:", kind), out);
  }
  AppendLine("END:VTIMEZONE", out);
}

std::string TimeProperty(absl::string_view name, absl::CivilSecond local,
                         const absl::TimeZone& zone) {
  if (IsUtc(zone)) return absl::StrCat(name, ":", LocalText(local), "Z");
  return absl::StrCat(name, ";TZID=", zone.name(), ":", LocalText(local));
}

void AppendText(absl::string_view name, absl::string_view text, std::string* out) {
  if (!text.empty()) AppendLine(absl::StrCat(name, ":", EscapeText(text)), out);
}

void AppendEvent(const CalendarEvent& event, std::string* out) {
  AppendLine("BEGIN:VEVENT", out);
  AppendText("UID", event.uid, out);
  AppendLine(absl::StrCat("DTSTAMP:", UtcText(event.stamp)), out);
  AppendLine(absl::StrCat("SEQUENCE:", event.sequence), out);
  AppendLine(TimeProperty("DTSTART", event.local.start, event.zone), out);
  AppendLine(TimeProperty("DTEND", event.local.end, event.zone), out);
  AppendText("SUMMARY", event.summary, out);
  AppendText("DESCRIPTION", event.description, out);
  AppendText("LOCATION", event.location, out);
  if (!event.url.empty()) AppendLine(absl::StrCat("URL:", EscapeUri(event.url)), out);
  AppendLine(event.cancelled ? "STATUS:CANCELLED" : "STATUS:CONFIRMED", out);
  AppendLine("END:VEVENT", out);
}

}  // namespace

std::string FormatCalendar(absl::Span<const CalendarEvent> events) {
  using Years = std::pair<absl::civil_year_t, absl::civil_year_t>;
  std::map<std::string, std::pair<absl::TimeZone, Years>> zones;
  for (const CalendarEvent& event : events) {
    if (IsUtc(event.zone)) continue;
    const Years years(event.local.start.year(), event.local.end.year());
    auto& [zone, all] = zones.try_emplace(event.zone.name(), event.zone, years).first->second;
    all = {std::min(all.first, years.first), std::max(all.second, years.second)};
  }
  std::string out;
  AppendLine("BEGIN:VCALENDAR", &out);
  AppendLine("VERSION:2.0", &out);
  AppendLine("PRODID:-//Provost//Provost//EN", &out);
  AppendLine("CALSCALE:GREGORIAN", &out);
  for (const auto& [name, zone] : zones) {
    AppendZone(zone.first, zone.second.first, zone.second.second, &out);
  }
  for (const CalendarEvent& event : events) AppendEvent(event, &out);
  AppendLine("END:VCALENDAR", &out);
  return out;
}

}  // namespace provost
