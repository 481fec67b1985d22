// Files that go to the server and come from it, by their checksums.
#ifndef PROVOST_TOOLS_PROVOST_FILE_TRANSFER_H_
#define PROVOST_TOOLS_PROVOST_FILE_TRANSFER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/sha256.h"
#include "provost/v1/content_service.pb.h"
#include "tools/provost/context.h"
#include "tools/provost/files.h"
#include "tools/provost/progress.h"

namespace provost::cli {

// What a file is by its name's ending.
std::string MediaTypeOf(const std::string& path);

// A file that is sent. Not thread-safe.
class OutgoingFile {
 public:
  // Reads it once, for its checksum: standard input is no such file. An empty `media_type` is that
  // of the name's ending.
  absl::Status Open(Context& context, const std::string& path, const std::string& media_type);

  // What is announced of it.
  const v1::PackageBody& file() const { return file_; }
  template <typename Request>
  void Announce(Request& request) const {
    request.set_file_name(file_.file_name());
    request.set_media_type(file_.media_type());
    request.set_size_bytes(file_.size_bytes());
    request.set_sha256(file_.sha256());
  }

  // Sends it by a method with a client's stream; `request` is the first message.
  template <typename Request, typename Response>
  absl::Status Send(Context& context, absl::string_view method, Request& request,
                    Response& response) {
    Progress progress(context, absl::StrCat("sending ", file_.file_name()), file_.size_bytes());
    bool is_first = true;
    const auto next = [&]() -> absl::StatusOr<bool> {
      if (is_first) {
        is_first = false;
        return true;
      }
      const auto block = input_.Read(kBlockBytes);
      if (!block.ok()) return block.status();
      request.Clear();
      request.set_data(block->data(), block->size());
      progress.Add(static_cast<int64_t>(block->size()));
      return !block->empty();
    };
    return context.SendStream(method, request, next, response);
  }

 private:
  static constexpr size_t kBlockBytes = 512 << 10;

  InputFile input_;
  v1::PackageBody file_;
};

// What the server sends of a file, which is written as it comes. Not thread-safe.
class IncomingFile {
 public:
  // `output` as for OutputFile; `length` bytes from `offset` on are asked for, 0: to the end.
  IncomingFile(Context& context, const std::string& name, const std::string& output,
               int64_t offset = 0, int64_t length = 0)
      : output_(context, output),
        progress_(std::in_place, context, absl::StrCat("receiving ", name), 0),
        offset_(offset),
        length_(length) {}

  void SetFile(const v1::PackageBody& file) { file_ = file; }
  absl::Status Take(absl::string_view data);
  // Says what was written where. DATA_LOSS where all of it came, and is not what the server has.
  absl::Status Finish();

 private:
  OutputFile output_;
  std::optional<Progress> progress_;  // Until all of it came.
  const int64_t offset_;
  const int64_t length_;
  Sha256Digest digest_;
  v1::PackageBody file_;
};

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_FILE_TRANSFER_H_
