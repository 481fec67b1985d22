#ifndef PROVOST_SERVICE_FILE_UPLOAD_H_
#define PROVOST_SERVICE_FILE_UPLOAD_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/sha256.h"
#include "provost/v1/content_service.pb.h"
#include "service/backend.h"
#include "service/streams.h"
#include "tenant/draft.h"
#include "tenant/errors.h"
#include "tenant/tenant.h"
#include "tenant/writer.h"

namespace provost {

/// How files come by a client's stream, whatever they are for. Bytes are kept as they come, a few
/// MiB in each commit, so that no file is in memory as a whole; they are nobody's until the last
/// commit makes them part of something. An upload that ends in any other way takes them away again.

/// What a request announces of its file.
template <typename Request>
v1::PackageBody AnnouncedFile(const Request& request) {
  v1::PackageBody file;
  file.set_file_name(request.file_name());
  file.set_media_type(request.media_type());
  file.set_size_bytes(request.size_bytes());
  file.set_sha256(request.sha256());
  return file;
}

/// Adds what is wrong with that by itself. Pure.
void CheckAnnouncedFile(const v1::PackageBody& file, absl::Status* status);

/// True for a media type like `application/zip`. Pure.
bool IsMediaType(absl::string_view text);

/// BadField for a message behind the first one that has anything but `data`. Pure.
template <typename Request>
absl::Status CheckNextPiece(const Request& request) {
  Request rest = request;
  rest.clear_data();
  if (rest.ByteSizeLong() == 0) return absl::OkStatus();
  return BadField("data", "", "wanted nothing but `data` behind the first message");
}

/// One file that is coming. Used by one thread at a time.
class FileUpload {
 public:
  /// `about` is what the audit says that its commits are about.
  FileUpload(const Backend& backend, std::shared_ptr<Tenant> tenant, v1::PackageBody file,
             std::string about);
  ~FileUpload();
  FileUpload(const FileUpload&) = delete;
  FileUpload& operator=(const FileUpload&) = delete;

  /// Before all else. BadField where the file is larger than the server takes.
  absl::Status Begin(StreamCall& call);
  /// The next bytes.
  absl::Status Take(StreamCall& call, absl::string_view data);
  /// BadField unless all bytes came, and are those that were announced. Called once.
  absl::Status CheckComplete();
  /// In the last commit: the bytes become part of what refers to blob() and file().
  void Keep(TenantDraft& draft);
  /// That commit is on disk.
  void SetKept() { is_kept_ = true; }

  uint64_t blob() const { return blob_; }
  const v1::PackageBody& file() const { return file_; }

 private:
  // Writes the first `bytes` of the buffer. The buffer is cut only once they are on disk, but a
  // commit that fails ends the upload.
  void KeepChunks(TenantDraft& draft, size_t bytes);

  TenantWriter& writer_;
  const int64_t max_bytes_;
  const std::shared_ptr<Tenant> tenant_;
  const v1::PackageBody file_;
  const std::string about_;
  uint64_t blob_ = 0;
  bool is_kept_ = false;
  std::string buffer_;  // what is not yet in a chunk
  uint32_t chunks_ = 0;
  int64_t received_ = 0;
  Sha256Digest digest_;
};

/// Takes away what uploads left behind that were under way when a server stopped. Called once, when
/// the server starts and before it serves. Cost: one range of an index for each tenant.
absl::Status SweepUploads(const Backend& backend);

}  // namespace provost

#endif  // PROVOST_SERVICE_FILE_UPLOAD_H_
