#include "service/package_upload.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/sha256.h"
#include "service/content_message.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "store/key.h"
#include "store/record.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;

constexpr size_t kMaxMediaTypeBytes = 127;
constexpr size_t kMaxMessageBytes = 1 << 20;
// So much is kept with one commit, and is in memory at most.
constexpr size_t kCommitBytes = 4 << 20;

bool IsMediaType(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('/', 1));
  const auto is_name = [](absl::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
             absl::string_view("!#$&-^_.+").find(c) != absl::string_view::npos;
    });
  };
  return text.size() <= kMaxMediaTypeBytes && is_name(parts.first) && is_name(parts.second);
}

absl::Status ValidateFirst(const v1::UploadPackageRequest& request) {
  absl::StatusOr<ResourceName> name = ParseNameIn(Collection::kPackages, "name", request.name());
  absl::Status status = name.status();
  CheckText("file_name", request.file_name(), 1, kMaxDisplayName, &status);
  if (!IsMediaType(request.media_type())) {
    AddBadField(&status, "media_type", request.media_type(),
                "wanted a media type like `application/zip`");
  }
  if (request.size_bytes() < 1) {
    AddBadField(&status, "size_bytes", absl::StrCat(request.size_bytes()),
                "wanted how many bytes come, at least 1");
  }
  if (request.sha256().size() != Sha256Digest::kBytes) {
    AddBadField(&status, "sha256", absl::StrCat(request.sha256().size(), " bytes"),
                "wanted the SHA-256 of the file, 32 bytes");
  }
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

// A mutation of the server's own that takes away the bytes of an upload.
void SubmitRemoval(TenantWriter& writer, const std::shared_ptr<Tenant>& tenant, uint64_t blob,
                   int64_t size) {
  TenantMutation mutation;
  mutation.tenant = tenant;
  mutation.actor.name = "server";
  mutation.method = "server.RemoveUpload";
  mutation.prepare = [blob, size](MutationContext& context) -> absl::StatusOr<std::string> {
    TenantDraft& draft = context.draft();
    EraseChunks(draft, blob, size);
    draft.Erase(Table::kIndexes, UploadKey(draft.number(), blob));
    return std::string();
  };
  // Where it fails, the next start of the server finds the upload again.
  mutation.done = [](const absl::StatusOr<MutationResult>&) {};
  writer.Submit(std::move(mutation));
}

class Upload : public Sink<v1::UploadPackageRequest, v1::ContentVersion> {
 public:
  Upload(const Backend& backend, std::shared_ptr<Tenant> tenant,
         const v1::UploadPackageRequest& first)
      : writer_(*backend.writer), tenant_(std::move(tenant)), first_(first) {
    first_.clear_data();
  }
  ~Upload() override {
    if (blob_ != 0 && !is_kept_) SubmitRemoval(writer_, tenant_, blob_, first_.size_bytes());
  }

  absl::Status Begin(StreamCall& call) {
    absl::Status status = call.Read([&](ReadCall& read) {
      return FindTarget(ContentView(read), first_.name(), first_.etag()).status();
    });
    if (!status.ok()) return status;
    uint64_t blob = 0;
    status = call.Commit([&](MutateCall& change) {
      blob = change.draft.NewItem();
      rows::UploadRow row;
      row.set_size_bytes(first_.size_bytes());
      change.draft.Write(Table::kIndexes, UploadKey(change.draft.number(), blob), row);
      change.draft.Describe(first_.name());
      return absl::OkStatus();
    });
    if (status.ok()) blob_ = blob;
    return status;
  }

  absl::Status Take(StreamCall& call, const v1::UploadPackageRequest& request) override {
    if (const bool is_first = std::exchange(is_first_, false); !is_first) {
      v1::UploadPackageRequest rest = request;
      rest.clear_data();
      if (rest.ByteSizeLong() != 0) {
        return BadField("data", "", "wanted nothing but `data` behind the first message");
      }
    }
    if (request.data().size() > kMaxMessageBytes) {
      return BadField("data", absl::StrCat(request.data().size(), " bytes"),
                      absl::StrCat("wanted at most ", kMaxMessageBytes, " bytes in a message"));
    }
    received_ += static_cast<int64_t>(request.data().size());
    if (received_ > first_.size_bytes()) {
      return BadField("data", absl::StrCat(received_, " bytes"),
                      absl::StrCat("wanted the ", first_.size_bytes(),
                                   " bytes in all that `size_bytes` announced"));
    }
    digest_.Add(request.data());
    buffer_.append(request.data());
    if (buffer_.size() < kCommitBytes) return absl::OkStatus();
    return call.Commit([&](MutateCall& change) {
      change.draft.Describe(first_.name());
      KeepChunks(change.draft, buffer_.size() / kChunkBytes * kChunkBytes);
      return absl::OkStatus();
    });
  }

  absl::Status Finish(StreamCall& call, v1::ContentVersion* response) override {
    if (received_ != first_.size_bytes()) {
      return BadField("size_bytes", absl::StrCat(first_.size_bytes()),
                      absl::StrCat("the stream ended after ", received_, " bytes"));
    }
    const std::string digest = digest_.Finish();
    if (digest != first_.sha256()) {
      return BadField(
          "sha256", absl::BytesToHexString(first_.sha256()),
          absl::StrCat("the bytes that came have another one: ", absl::BytesToHexString(digest)));
    }
    absl::Status status = call.Commit([&](MutateCall& change) { return Keep(change, response); });
    is_kept_ = status.ok();
    return status;
  }

 private:
  // Writes the first `bytes` of the buffer. The buffer is cut only once they are on disk, but a
  // commit that fails ends the upload.
  void KeepChunks(TenantDraft& draft, size_t bytes) {
    for (size_t at = 0; at < bytes; at += kChunkBytes) {
      const absl::string_view chunk =
          absl::string_view(buffer_).substr(at, std::min<size_t>(kChunkBytes, bytes - at));
      draft.WriteBytes(Table::kContentChunks, ChunkKey(draft.number(), blob_, chunks_++),
                       store::MakeRecord(chunk));
    }
    buffer_.erase(0, bytes);
  }

  // Makes what came the file of the package's draft.
  absl::Status Keep(MutateCall& change, v1::ContentVersion* response) {
    const ContentView view(change);
    absl::StatusOr<Target> target = FindTarget(view, first_.name(), first_.etag());
    if (!target.ok()) return target.status();
    rows::ContentRow& row = target->row;
    if (row.content_item().draft_version() == 0) {
      target->version = BeginVersion(change.now(), change.actor_uid(), &row);
    }
    rows::ContentVersionRow& version = target->version;
    if (version.blob() != 0) {
      EraseChunks(change.draft, version.blob(), version.body().package().size_bytes());
    }
    v1::PackageBody* package = version.mutable_body()->mutable_package();
    package->set_file_name(first_.file_name());
    package->set_media_type(first_.media_type());
    package->set_size_bytes(first_.size_bytes());
    package->set_sha256(first_.sha256());
    version.set_blob(blob_);
    KeepChunks(change.draft, buffer_.size());
    change.draft.Erase(Table::kIndexes, UploadKey(change.draft.number(), blob_));
    *row.mutable_content_item()->mutable_update_time() = ToTimestamp(change.now());
    PutVersion(change.draft, row.uid(), version, {});
    PutItem(change.draft, *ParseName(first_.name()), &row);
    *response = view.Version(version);
    change.draft.Describe(first_.name());
    return absl::OkStatus();
  }

  TenantWriter& writer_;
  const std::shared_ptr<Tenant> tenant_;
  v1::UploadPackageRequest first_;  // without its data
  uint64_t blob_ = 0;
  bool is_kept_ = false;
  bool is_first_ = true;
  std::string buffer_;  // what is not yet in a chunk
  uint32_t chunks_ = 0;
  int64_t received_ = 0;
  Sha256Digest digest_;
};

using UploadSink = Sink<v1::UploadPackageRequest, v1::ContentVersion>;

absl::StatusOr<std::unique_ptr<UploadSink>> Open(StreamCall& call,
                                                 const v1::UploadPackageRequest& first) {
  if (first.size_bytes() > call.backend().max_package_bytes) {
    return BadField("size_bytes", absl::StrCat(first.size_bytes()),
                    absl::StrCat("wanted at most ", call.backend().max_package_bytes,
                                 " bytes, which is the server's `max-package-bytes`"));
  }
  auto upload = std::make_unique<Upload>(call.backend(), call.tenant(), first);
  if (absl::Status status = upload->Begin(call); !status.ok()) return status;
  return std::unique_ptr<UploadSink>(std::move(upload));
}

}  // namespace

void RegisterPackageUpload(Methods& methods) {
  methods.Receive<v1::UploadPackageRequest, v1::ContentVersion>(ValidateFirst, Open);
}

absl::Status SweepUploads(const Backend& backend) {
  for (const std::shared_ptr<Tenant>& tenant : backend.registry->All()) {
    store::Cursor cursor =
        backend.registry->database().Scan(Table::kIndexes, UploadsOf(tenant->number()));
    while (cursor.Next()) {
      store::KeyReader key(Table::kIndexes, cursor.key());
      key.U64();
      key.U8();
      const uint64_t blob = key.U64();
      if (absl::Status status = key.Finish(); !status.ok()) return status;
      absl::StatusOr<rows::UploadRow> row =
          ParseRow<rows::UploadRow>(Table::kIndexes, cursor.key(), cursor.value());
      if (!row.ok()) return row.status();
      SubmitRemoval(*backend.writer, tenant, blob, row->size_bytes());
    }
    if (!cursor.status().ok()) return cursor.status();
  }
  return absl::OkStatus();
}

}  // namespace provost
