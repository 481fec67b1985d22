#ifndef PROVOST_PRINT_TRANSCRIPT_H_
#define PROVOST_PRINT_TRANSCRIPT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace provost {

/// One training of a person, as a transcript has it. All are texts for people; what does not apply
/// is empty.
struct TranscriptRow {
  std::string training;
  std::string state;
  std::string enroll_date;
  std::string complete_date;
  std::string expire_date;
  std::string score;
  std::string credits;
};

/// A training elsewhere.
struct ExternalTrainingRow {
  std::string training;
  std::string provider;
  std::string complete_date;
  std::string credits;
};

/// What a transcript says. All texts are UTF-8, of any script; all but the name may be empty.
struct TranscriptPaper {
  std::string issuer;
  std::string name;  ///< Whose it is.
  std::string id;    ///< The same, by their identifier.
  std::string date;  ///< Of what day it is.
  std::string total_credits;
  std::vector<TranscriptRow> rows;
  std::vector<ExternalTrainingRow> external;
  std::string language;  ///< BCP 47, of the person; see PaperInfo.
  absl::Time print_time;
};

/// The transcript as a PDF of as many pages of A4 as it takes, each with the columns' headings and
/// "Page 2 of 5". A cell takes up to twelve lines. Whose it is and the fonts: as PrintCertificate
/// has them, with its errors; threads as there.
absl::StatusOr<std::string> PrintTranscript(const TranscriptPaper& transcript);

}  // namespace provost

#endif  // PROVOST_PRINT_TRANSCRIPT_H_
