#include "service/package_upload.h"

#include <memory>
#include <string>
#include <utility>

#include "service/content_message.h"
#include "service/file_upload.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "tenant/blobs.h"
#include "tenant/times.h"

namespace provost {
namespace {

absl::Status ValidateFirst(const v1::UploadPackageRequest& request) {
  absl::StatusOr<ResourceName> name = ParseNameIn(Collection::kPackages, "name", request.name());
  absl::Status status = name.status();
  CheckAnnouncedFile(AnnouncedFile(request), &status);
  return status;
}

// The package and the version that an upload goes into.
struct Target {
  rows::ContentRow row;
  rows::ContentVersionRow version;
};

absl::StatusOr<Target> FindTarget(const ContentView& view, const std::string& name,
                                  const std::string& etag) {
  Target target;
  absl::StatusOr<rows::ContentRow> row = view.Find(name);
  if (!row.ok()) return row.status();
  target.row = *std::move(row);
  absl::Status status = CheckEtag(name, etag, EtagOf(target.row.uid(), target.row.revision()));
  if (!status.ok()) return status;
  if (target.row.content_item().draft_version() == 0) return target;
  absl::StatusOr<rows::ContentVersionRow> version = ReadVersion(
      view.reader(), view.tenant(), target.row.uid(), target.row.content_item().draft_version());
  if (!version.ok()) return version.status();
  target.version = *std::move(version);
  if (target.version.version().state() != v1::ContentVersion::DRAFT) {
    return NotADraft(name, target.version);
  }
  return target;
}

class Upload : public Sink<v1::UploadPackageRequest, v1::ContentVersion> {
 public:
  Upload(const Backend& backend, std::shared_ptr<Tenant> tenant,
         const v1::UploadPackageRequest& first)
      : name_(first.name()),
        etag_(first.etag()),
        file_(backend, std::move(tenant), AnnouncedFile(first), first.name()) {}

  absl::Status Begin(StreamCall& call) {
    absl::Status status = call.Read(
        [&](ReadCall& read) { return FindTarget(ContentView(read), name_, etag_).status(); });
    if (!status.ok()) return status;
    return file_.Begin(call);
  }

  absl::Status Take(StreamCall& call, const v1::UploadPackageRequest& request) override {
    if (const bool is_first = std::exchange(is_first_, false); !is_first) {
      if (absl::Status status = CheckNextPiece(request); !status.ok()) return status;
    }
    return file_.Take(call, request.data());
  }

  absl::Status Finish(StreamCall& call, v1::ContentVersion* response) override {
    if (absl::Status status = file_.CheckComplete(); !status.ok()) return status;
    absl::Status status = call.Commit([&](MutateCall& change) { return Keep(change, response); });
    if (status.ok()) file_.SetKept();
    return status;
  }

 private:
  // Makes what came the file of the package's draft.
  absl::Status Keep(MutateCall& change, v1::ContentVersion* response) {
    const ContentView view(change);
    absl::StatusOr<Target> target = FindTarget(view, name_, etag_);
    if (!target.ok()) return target.status();
    rows::ContentRow& row = target->row;
    if (row.content_item().draft_version() == 0) {
      target->version = BeginVersion(change.now(), change.actor_uid(), &row);
    }
    rows::ContentVersionRow& version = target->version;
    if (version.blob() != 0) {
      EraseChunks(change.draft, version.blob(), version.body().package().size_bytes());
    }
    *version.mutable_body()->mutable_package() = file_.file();
    version.set_blob(file_.blob());
    file_.Keep(change.draft);
    *row.mutable_content_item()->mutable_update_time() = ToTimestamp(change.now());
    PutVersion(change.draft, row.uid(), version, {});
    PutItem(change.draft, *ParseName(name_), &row);
    *response = view.Version(version);
    change.draft.Describe(name_);
    return absl::OkStatus();
  }

  const std::string name_;
  const std::string etag_;
  FileUpload file_;
  bool is_first_ = true;
};

using UploadSink = Sink<v1::UploadPackageRequest, v1::ContentVersion>;

absl::StatusOr<std::unique_ptr<UploadSink>> Open(StreamCall& call,
                                                 const v1::UploadPackageRequest& first) {
  auto upload = std::make_unique<Upload>(call.backend(), call.tenant(), first);
  if (absl::Status status = upload->Begin(call); !status.ok()) return status;
  return std::unique_ptr<UploadSink>(std::move(upload));
}

}  // namespace

void RegisterPackageUpload(Methods& methods) {
  methods.Receive<v1::UploadPackageRequest, v1::ContentVersion>(ValidateFirst, Open);
}

}  // namespace provost
