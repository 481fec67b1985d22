#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "print/transcript.h"
#include "provost/v1/certificate_service.pb.h"
#include "service/certificate_documents.h"
#include "service/subject_resource.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/errors.h"
#include "tenant/record_rows.h"
#include "tenant/settings_row.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

// A transcript in the making: adds up the credits.
class Transcript {
 public:
  Transcript(const ReadCall& call, SubjectId learner, PrintedDays days)
      : call_(call), learner_(learner), days_(std::move(days)) {}

  // The trainings that the person is or was admitted to, in the order in which they enrolled.
  absl::Status AddTrainings() {
    absl::StatusOr<std::vector<EnrollmentId>> ids =
        ReadLearnerIds(call_.reader(), EnrollmentsOf(tenant(), learner_));
    if (!ids.ok()) return ids.status();
    std::vector<std::pair<absl::Time, TranscriptRow>> found;
    for (const EnrollmentId& id : *ids) {
      absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
          ReadEnrollment(call_.reader(), tenant(), id);
      if (!row.ok()) return row.status();
      if (!row->has_value()) continue;
      const v1::Enrollment& enrollment = (*row)->enrollment();
      if (!IsAdmitted(enrollment.state()) && !enrollment.has_complete_time()) continue;
      absl::StatusOr<std::optional<Training>> training =
          ReadTraining(call_.reader(), tenant(), call_.state, ScopeId(id.training));
      if (!training.ok()) return training.status();
      if (!training->has_value()) continue;
      found.push_back(
          {FromTimestamp(enrollment.create_time()), RowOf((*training)->display_name, enrollment)});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [time, row] : found) paper_.rows.push_back(std::move(row));
    return absl::OkStatus();
  }

  absl::Status AddExternal() {
    store::Cursor cursor = call_.reader().Scan(
        store::Table::kRecords, ExternalTrainingsOf(tenant(), learner_), store::ScanOptions());
    while (cursor.Next()) {
      absl::StatusOr<rows::ExternalTrainingRow> row =
          ParseRow<rows::ExternalTrainingRow>(store::Table::kRecords, cursor.key(), cursor.value());
      if (!row.ok()) return row.status();
      paper_.external.push_back({row->title(), row->provider(),
                                 DayOf(row->has_complete_time(), row->complete_time()),
                                 Credits(row->credit_hundredths())});
    }
    return cursor.status();
  }

  absl::StatusOr<std::string> Print(const rows::UserRow& user, absl::string_view id) {
    paper_.issuer = call_.tenant->row()->tenant().display_name();
    paper_.name = user.user().display_name();
    paper_.id = absl::StrCat("users/", id);
    paper_.date = days_.Day(call_.now);
    paper_.total_credits = Hundredths(credits_);
    paper_.language = user.user().locale().empty() ? days_.language : user.user().locale();
    paper_.print_time = call_.now;
    return PrintTranscript(paper_);
  }

 private:
  uint64_t tenant() const { return call_.tenant->number(); }

  std::string DayOf(bool is_set, const google::protobuf::Timestamp& time) const {
    return is_set ? days_.Day(FromTimestamp(time)) : "";
  }

  std::string Credits(int64_t hundredths) {
    credits_ += hundredths;
    return hundredths == 0 ? "" : Hundredths(hundredths);
  }

  TranscriptRow RowOf(const std::string& training, const v1::Enrollment& enrollment) {
    TranscriptRow row;
    row.training = training;
    row.state = absl::StrReplaceAll(
        absl::AsciiStrToLower(v1::Enrollment::State_Name(enrollment.state())), {{"_", " "}});
    row.enroll_date = DayOf(enrollment.has_create_time(), enrollment.create_time());
    row.complete_date = DayOf(enrollment.has_complete_time(), enrollment.complete_time());
    row.expire_date = DayOf(enrollment.has_expire_time(), enrollment.expire_time());
    if (enrollment.has_score_hundredths()) {
      row.score = absl::StrCat(Hundredths(enrollment.score_hundredths()), " %");
    }
    row.credits = Credits(enrollment.credit_hundredths());
    return row;
  }

  const ReadCall& call_;
  const SubjectId learner_;
  const PrintedDays days_;
  int64_t credits_ = 0;  // In hundredths.
  TranscriptPaper paper_;
};

absl::Status ValidateDownload(const v1::DownloadTranscriptRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kUsers, "learner", request.learner(), &status);
  return status;
}

absl::Status DoDownload(ReadCall& call, const v1::DownloadTranscriptRequest& request,
                        v1::DownloadTranscriptResponse* response) {
  const std::string id = IdOf(request.learner());
  const SubjectId learner = call.state.FindSubject(ParseName(request.learner())->Relative());
  absl::StatusOr<std::optional<rows::UserRow>> user =
      ReadRow<rows::UserRow>(call.reader(), TableOf(Collection::kUsers),
                             EntityKey(call.tenant->number(), Collection::kUsers, id));
  if (!user.ok()) return user.status();
  // The caller was let in to see this one; the name may be another's since.
  if (!user->has_value() || (*user)->uid() != learner.value) {
    return NotFound("user", request.learner());
  }
  absl::StatusOr<rows::SettingsRow> settings = ReadSettings(call.reader(), call.tenant->number());
  if (!settings.ok()) return settings.status();
  Transcript transcript(call, learner, DaysOf(*settings));
  if (absl::Status status = transcript.AddTrainings(); !status.ok()) return status;
  if (absl::Status status = transcript.AddExternal(); !status.ok()) return status;
  absl::StatusOr<std::string> pdf = transcript.Print(**user, id);
  if (!pdf.ok()) return PrintFailure(pdf.status(), request.learner());
  response->set_file_name(absl::StrCat("transcript-", id, ".pdf"));
  response->set_pdf(*std::move(pdf));
  return absl::OkStatus();
}

}  // namespace

void RegisterTranscript(Methods& methods) {
  Method& download =
      methods.Scan<v1::DownloadTranscriptRequest, v1::DownloadTranscriptResponse>(DoDownload);
  Methods::ValidateBy<v1::DownloadTranscriptRequest>(download, ValidateDownload);
}

}  // namespace provost
