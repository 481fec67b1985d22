#include "tools/provost/file_transfer.h"

#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace provost::cli {

std::string MediaTypeOf(const std::string& path) {
  constexpr struct {
    const char* ending;
    const char* media_type;
  } kTypes[] = {
      {".zip", "application/zip"}, {".pdf", "application/pdf"}, {".mp4", "video/mp4"},
      {".webm", "video/webm"},     {".html", "text/html"},      {".txt", "text/plain"},
      {".md", "text/markdown"},    {".png", "image/png"},       {".jpg", "image/jpeg"},
  };
  const std::string ending =
      absl::AsciiStrToLower(std::filesystem::path(path).extension().string());
  for (const auto& type : kTypes) {
    if (ending == type.ending) return type.media_type;
  }
  return "application/octet-stream";
}

absl::Status OutgoingFile::Open(Context& context, const std::string& path,
                                const std::string& media_type) {
  if (path == "-") {
    return absl::InvalidArgumentError(
        "an upload begins with the checksum of the whole: wanted a file, not standard input");
  }
  if (absl::Status status = input_.Open(context, path); !status.ok()) return status;
  // Read twice: the first message says what comes.
  Sha256Digest digest;
  int64_t size = 0;
  for (;;) {
    const auto block = input_.Read(kBlockBytes);
    if (!block.ok()) return block.status();
    if (block->empty()) break;
    digest.Add(*block);
    size += static_cast<int64_t>(block->size());
  }
  input_.Rewind();
  file_.set_file_name(std::filesystem::path(path).filename().string());
  file_.set_media_type(media_type.empty() ? MediaTypeOf(path) : media_type);
  file_.set_size_bytes(size);
  file_.set_sha256(digest.Finish());
  return absl::OkStatus();
}

absl::Status IncomingFile::Take(absl::string_view data) {
  digest_.Add(data);
  // A line that is written over would stand between what is printed.
  if (!output_.is_standard()) progress_->Add(static_cast<int64_t>(data.size()));
  return output_.Write(data);
}

absl::Status IncomingFile::Finish() {
  const bool is_whole = offset_ == 0 && (length_ == 0 || length_ >= file_.size_bytes());
  if (is_whole) {
    const std::string digest = digest_.Finish();
    if (digest != file_.sha256()) {
      return absl::DataLossError(
          absl::StrCat("what came has the SHA-256 ", absl::BytesToHexString(digest), "; wanted ",
                       absl::BytesToHexString(file_.sha256()), "; try again"));
    }
  }
  progress_.reset();
  return output_.KeepAndSay();
}

}  // namespace provost::cli
