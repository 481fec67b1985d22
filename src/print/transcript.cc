#include "print/transcript.h"

#include "absl/strings/str_cat.h"
#include "print/table.h"

namespace provost {

absl::StatusOr<std::string> PrintTranscript(const TranscriptPaper& transcript) {
  Table trainings = {
      .heading = "Training",
      .field = "rows",
      .columns = {{"Training", "training", 5},
                  {"State", "state", 2.3},
                  {"Enrolled", "enroll_date", 2.2},
                  {"Completed", "complete_date", 2.2},
                  {"Valid until", "expire_date", 2.2},
                  {"Score", "score", 1.4},
                  {"Credits", "credits", 1.5}},
  };
  for (const TranscriptRow& row : transcript.rows) {
    trainings.rows.push_back({row.training, row.state, row.enroll_date, row.complete_date,
                              row.expire_date, row.score, row.credits});
  }
  Table external = {
      .heading = "Training elsewhere",
      .field = "external",
      .columns = {{"Training", "training", 6},
                  {"Provider", "provider", 5},
                  {"Completed", "complete_date", 2.2},
                  {"Credits", "credits", 1.5}},
  };
  for (const ExternalTrainingRow& row : transcript.external) {
    external.rows.push_back({row.training, row.provider, row.complete_date, row.credits});
  }
  return PrintTables({
      .info = {.title = absl::StrCat("Transcript: ", transcript.name),
               .author = transcript.issuer,
               .language = transcript.language,
               .create_time = transcript.print_time},
      .title = "Transcript",
      .field = "name",
      .subject = transcript.name,
      .facts = {{"Person", "id", transcript.id},
                {"As of", "date", transcript.date},
                {"Credits in all", "total_credits", transcript.total_credits}},
      .tables = {trainings, external},
      .issuer = transcript.issuer,
  });
}

}  // namespace provost
