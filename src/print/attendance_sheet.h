#ifndef PROVOST_PRINT_ATTENDANCE_SHEET_H_
#define PROVOST_PRINT_ATTENDANCE_SHEET_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace provost {

/// One person of a session's roster.
struct AttendanceSheetRow {
  std::string name;
  std::string id;      ///< May be empty.
  std::string status;  ///< Printed unless the sheet is for signatures. May be empty.
};

/// What an attendance sheet says. All texts are UTF-8, of any script; all but `course` and
/// `session` may be empty.
struct AttendanceSheetPaper {
  std::string issuer;
  std::string course;
  std::string session;
  std::string time;   ///< From when to when, as people read it, with the time zone.
  std::string place;  ///< A room or a link.
  std::string instructors;
  std::vector<AttendanceSheetRow> roster;
  /// Whether it is to be signed by hand: then each row has two empty boxes, for the arrival and for
  /// the departure. Otherwise it says what was noted.
  bool for_signatures = false;
  std::string language;  ///< BCP 47; see PaperInfo.
  absl::Time print_time;
};

/// The sheet as a PDF of as many pages of A4 as it takes, each with the columns' headings and
/// "Page 2 of 5"; rows are numbered from 1. Errors and threads as PrintCertificate has them.
absl::StatusOr<std::string> PrintAttendanceSheet(const AttendanceSheetPaper& sheet);

}  // namespace provost

#endif  // PROVOST_PRINT_ATTENDANCE_SHEET_H_
