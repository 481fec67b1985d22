#include "service/file_upload.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "service/methods.h"
#include "service/resource.h"
#include "store/key.h"
#include "store/record.h"
#include "tenant/blobs.h"
#include "tenant/rows.h"

namespace provost {
namespace {

using store::Table;

constexpr size_t kMaxMediaTypeBytes = 127;
constexpr size_t kMaxMessageBytes = 1 << 20;
// So much is kept with one commit, and is in memory at most.
constexpr size_t kCommitBytes = 4 << 20;

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

}  // namespace

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

void CheckAnnouncedFile(const v1::PackageBody& file, absl::Status* status) {
  CheckText("file_name", file.file_name(), 1, kMaxDisplayName, status);
  if (!IsMediaType(file.media_type())) {
    AddBadField(status, "media_type", file.media_type(),
                "wanted a media type like `application/zip`");
  }
  if (file.size_bytes() < 1) {
    AddBadField(status, "size_bytes", absl::StrCat(file.size_bytes()),
                "wanted how many bytes come, at least 1");
  }
  if (file.sha256().size() != Sha256Digest::kBytes) {
    AddBadField(status, "sha256", absl::StrCat(file.sha256().size(), " bytes"),
                "wanted the SHA-256 of the file, 32 bytes");
  }
}

FileUpload::FileUpload(const Backend& backend, std::shared_ptr<Tenant> tenant, v1::PackageBody file,
                       std::string about)
    : writer_(*backend.writer),
      max_bytes_(backend.max_package_bytes),
      tenant_(std::move(tenant)),
      file_(std::move(file)),
      about_(std::move(about)) {}

FileUpload::~FileUpload() {
  if (blob_ != 0 && !is_kept_) SubmitRemoval(writer_, tenant_, blob_, file_.size_bytes());
}

absl::Status FileUpload::Begin(StreamCall& call) {
  if (file_.size_bytes() > max_bytes_) {
    return BadField("size_bytes", absl::StrCat(file_.size_bytes()),
                    absl::StrCat("wanted at most ", max_bytes_,
                                 " bytes, which is the server's `max-package-bytes`"));
  }
  uint64_t blob = 0;
  absl::Status status = call.Commit([&](MutateCall& change) {
    blob = change.draft.NewItem();
    rows::UploadRow row;
    row.set_size_bytes(file_.size_bytes());
    change.draft.Write(Table::kIndexes, UploadKey(change.draft.number(), blob), row);
    change.draft.Describe(about_);
    return absl::OkStatus();
  });
  if (status.ok()) blob_ = blob;
  return status;
}

absl::Status FileUpload::Take(StreamCall& call, absl::string_view data) {
  if (data.size() > kMaxMessageBytes) {
    return BadField("data", absl::StrCat(data.size(), " bytes"),
                    absl::StrCat("wanted at most ", kMaxMessageBytes, " bytes in a message"));
  }
  received_ += static_cast<int64_t>(data.size());
  if (received_ > file_.size_bytes()) {
    return BadField("data", absl::StrCat(received_, " bytes"),
                    absl::StrCat("wanted the ", file_.size_bytes(),
                                 " bytes in all that `size_bytes` announced"));
  }
  digest_.Add(data);
  buffer_.append(data.data(), data.size());
  if (buffer_.size() < kCommitBytes) return absl::OkStatus();
  return call.Commit([&](MutateCall& change) {
    change.draft.Describe(about_);
    KeepChunks(change.draft, buffer_.size() / kChunkBytes * kChunkBytes);
    return absl::OkStatus();
  });
}

absl::Status FileUpload::CheckComplete() {
  if (received_ != file_.size_bytes()) {
    return BadField("size_bytes", absl::StrCat(file_.size_bytes()),
                    absl::StrCat("the stream ended after ", received_, " bytes"));
  }
  const std::string digest = digest_.Finish();
  if (digest == file_.sha256()) return absl::OkStatus();
  return BadField(
      "sha256", absl::BytesToHexString(file_.sha256()),
      absl::StrCat("the bytes that came have another one: ", absl::BytesToHexString(digest)));
}

void FileUpload::Keep(TenantDraft& draft) {
  KeepChunks(draft, buffer_.size());
  draft.Erase(Table::kIndexes, UploadKey(draft.number(), blob_));
}

void FileUpload::KeepChunks(TenantDraft& draft, size_t bytes) {
  for (size_t at = 0; at < bytes; at += kChunkBytes) {
    const absl::string_view chunk =
        absl::string_view(buffer_).substr(at, std::min<size_t>(kChunkBytes, bytes - at));
    draft.WriteBytes(Table::kContentChunks, ChunkKey(draft.number(), blob_, chunks_++),
                     store::MakeRecord(chunk));
  }
  buffer_.erase(0, bytes);
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
