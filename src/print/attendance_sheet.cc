#include "print/attendance_sheet.h"

#include "absl/strings/str_cat.h"
#include "print/table.h"

namespace provost {
namespace {

constexpr double kSignatureHeight = 30;

}  // namespace

absl::StatusOr<std::string> PrintAttendanceSheet(const AttendanceSheetPaper& sheet) {
  Table roster = {
      .heading = "Attendance",
      .field = "roster",
      .columns = {{"No.", "number", 1}, {"Name", "name", 6}, {"Identifier", "id", 4}},
      .min_row_height = sheet.for_signatures ? kSignatureHeight : 0,
      .boxes = true,
  };
  if (sheet.for_signatures) {
    roster.columns.push_back({"Signature on arrival", "arrival", 5});
    roster.columns.push_back({"Signature on departure", "departure", 5});
  } else {
    roster.columns.push_back({"Status", "status", 4});
  }
  for (const AttendanceSheetRow& row : sheet.roster) {
    std::vector<std::string> cells = {absl::StrCat(roster.rows.size() + 1), row.name, row.id};
    if (sheet.for_signatures) {
      cells.resize(cells.size() + 2);
    } else {
      cells.push_back(row.status);
    }
    roster.rows.push_back(cells);
  }
  return PrintTables({
      .info = {.title = absl::StrCat("Attendance sheet: ", sheet.course, ", ", sheet.session),
               .author = sheet.issuer,
               .language = sheet.language,
               .create_time = sheet.print_time},
      .title = "Attendance sheet",
      .field = "course",
      .subject = sheet.course,
      .facts = {{"Session", "session", sheet.session},
                {"Time", "time", sheet.time},
                {"Place", "place", sheet.place},
                {"Instructors", "instructors", sheet.instructors}},
      .tables = {roster},
      .issuer = sheet.issuer,
  });
}

}  // namespace provost
