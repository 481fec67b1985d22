#include "service/training_record_evidence.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "provost/v1/training_record_service.pb.h"
#include "service/file_range.h"
#include "service/file_upload.h"
#include "service/resource.h"
#include "service/rule21.h"
#include "service/subject_resource.h"
#include "service/training_record_external.h"
#include "tenant/errors.h"
#include "tenant/external_trainings.h"

namespace provost {
namespace {

using v1::ExternalTraining;

// --- UploadEvidence ---

absl::Status ValidateFirst(const v1::UploadEvidenceRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kExternalTrainings, "name", request.name(), &status);
  CheckAnnouncedFile(AnnouncedFile(request), &status);
  CheckText("reason", request.reason(), 0, kMaxReasonChars, &status);
  return status;
}

class UploadEvidence : public Sink<v1::UploadEvidenceRequest, ExternalTraining> {
 public:
  UploadEvidence(StreamCall& call, const v1::UploadEvidenceRequest& first)
      : name_(first.name()),
        reason_(first.reason()),
        etag_(first.etag()),
        file_(call.backend(), call.tenant(), AnnouncedFile(first), first.name()) {}

  absl::Status Begin(StreamCall& call) {
    absl::Status status = call.Read([&](ReadCall& read) {
      return Find(read.reader(), read.tenant->number(), read.self()).status();
    });
    if (!status.ok()) return status;
    return file_.Begin(call);
  }

  absl::Status Take(StreamCall& call, const v1::UploadEvidenceRequest& request) override {
    if (const bool is_first = std::exchange(is_first_, false); !is_first) {
      if (absl::Status status = CheckNextPiece(request); !status.ok()) return status;
    }
    return file_.Take(call, request.data());
  }

  absl::Status Finish(StreamCall& call, ExternalTraining* response) override {
    if (absl::Status status = file_.CheckComplete(); !status.ok()) return status;
    absl::Status status = call.Commit([&](MutateCall& change) {
      absl::StatusOr<FoundExternalTraining> found =
          Find(change.draft.reader(), change.draft.number(), change.actor());
      if (!found.ok()) return found.status();
      rows::ExternalTrainingRow row = found->row;
      row.set_evidence_blob(file_.blob());
      *row.mutable_evidence_file() = file_.file();
      if (found->row.has_evidence_file()) {
        row.set_reason(reason_);
        KeepExternalTraining(change.draft, std::move(found->row), &row);
      }
      file_.Keep(change.draft);
      PutExternalTraining(change.draft, found->id, std::move(row));
      return AnswerExternalTraining(change, found->id, reason_, response);
    });
    if (status.ok()) file_.SetKept();
    return status;
  }

 private:
  absl::StatusOr<FoundExternalTraining> Find(const store::Reader& reader, uint64_t tenant,
                                             SubjectId actor) const {
    absl::StatusOr<FoundExternalTraining> found =
        FindExternalTraining(reader, tenant, name_, etag_);
    if (!found.ok()) return found;
    absl::Status status = CheckNotOneself(actor, SubjectId(found->id.learner), "correct");
    if (!status.ok()) return status;
    if (found->row.has_evidence_file() && reason_.empty()) {
      return BadField("reason", "",
                      absl::StrCat("wanted why the file takes the place of ",
                                   Quoted(found->row.evidence_file().file_name())));
    }
    return found;
  }

  const std::string name_;
  const std::string reason_;
  const std::string etag_;
  FileUpload file_;
  bool is_first_ = true;
};

using EvidenceSink = Sink<v1::UploadEvidenceRequest, ExternalTraining>;

absl::StatusOr<std::unique_ptr<EvidenceSink>> OpenUpload(StreamCall& call,
                                                         const v1::UploadEvidenceRequest& first) {
  auto sink = std::make_unique<UploadEvidence>(call, first);
  if (absl::Status status = sink->Begin(call); !status.ok()) return status;
  return std::unique_ptr<EvidenceSink>(std::move(sink));
}

// --- DownloadEvidence ---

absl::Status ValidateDownload(const v1::DownloadEvidenceRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kExternalTrainings, "name", request.name(), &status);
  if (request.before() < 0) {
    AddBadField(&status, "before", absl::StrCat(request.before()),
                "wanted 0, or a place in `before`, from 1 on");
  }
  CheckRange(request, &status);
  return status;
}

absl::StatusOr<Source<v1::DownloadEvidenceResponse>> OpenDownload(
    ReadCall&, const v1::DownloadEvidenceRequest& request) {
  return Source<v1::DownloadEvidenceResponse>(
      [request, range = FileRange(request.offset(), request.length())](
          ReadCall& call, v1::DownloadEvidenceResponse* response) mutable -> absl::StatusOr<bool> {
        const uint64_t tenant = call.tenant->number();
        absl::StatusOr<FoundExternalTraining> found =
            FindExternalTraining(call.reader(), tenant, request.name());
        if (!found.ok()) return found.status();
        const std::optional<Evidence> evidence = EvidenceOf(found->row, request.before());
        if (!evidence.has_value()) {
          return NotFound("file", request.before() == 0 ? request.name()
                                                        : absl::StrCat(request.name(), ", before ",
                                                                       request.before()));
        }
        if (range.is_at_start()) *response->mutable_file() = evidence->file;
        return range.Next(call.reader(), tenant, evidence->blob, evidence->file, request.name(),
                          response->mutable_data());
      });
}

}  // namespace

void RegisterTrainingRecordEvidence(Methods& methods) {
  methods.Receive<v1::UploadEvidenceRequest, ExternalTraining>(ValidateFirst, OpenUpload);
  Method& download =
      methods.Send<v1::DownloadEvidenceRequest, v1::DownloadEvidenceResponse>(OpenDownload);
  Methods::ValidateBy<v1::DownloadEvidenceRequest>(download, ValidateDownload);
}

}  // namespace provost
