// The commands of `provost content` that move the files of packages.
#include <google/protobuf/message.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/sha256.h"
#include "provost/v1/content_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/content_body.h"
#include "tools/provost/files.h"
#include "tools/provost/progress.h"

namespace provost::cli {
namespace {

constexpr size_t kBlockBytes = 512 << 10;

struct UploadOptions {
  std::string name;
  std::string file;
  std::string media_type;
  std::string etag;
};

struct DownloadOptions {
  std::string name;
  std::string output;
  std::string course;
  int32_t version = 0;
  int64_t offset = 0;
  int64_t length = 0;
};

// What a file is by its name's ending.
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

absl::StatusOr<std::string> PackageName(const Names& names, const std::string& given) {
  absl::StatusOr<std::string> full = names.Full(given, "packages");
  if (!full.ok()) return full;
  const auto item = ReadItemName(names, *full);
  if (item.ok() && item->kind == v1::ContentItem::PACKAGE) return full;
  return absl::InvalidArgumentError(
      absl::StrCat("`", given, "` is no package; wanted a name like `packages/fire-video`"));
}

absl::StatusOr<int> RunUpload(Context& context, const UploadOptions& options) {
  const Names names = context.names();
  v1::UploadPackageRequest request;
  auto name = PackageName(names, options.name);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  if (options.file == "-") {
    return absl::InvalidArgumentError(
        "an upload begins with the checksum of the whole: wanted a file, not standard input");
  }
  InputFile file;
  if (absl::Status status = file.Open(context, options.file); !status.ok()) return status;
  // Read twice: the first message says what comes.
  Sha256Digest digest;
  int64_t size = 0;
  for (;;) {
    const auto block = file.Read(kBlockBytes);
    if (!block.ok()) return block.status();
    if (block->empty()) break;
    digest.Add(*block);
    size += static_cast<int64_t>(block->size());
  }
  file.Rewind();
  const std::string sha256 = digest.Finish();
  request.set_file_name(std::filesystem::path(options.file).filename().string());
  request.set_media_type(options.media_type.empty() ? MediaTypeOf(options.file)
                                                    : options.media_type);
  request.set_size_bytes(size);
  request.set_sha256(sha256);
  request.set_etag(options.etag);
  const std::string file_name = request.file_name();
  const std::string package = request.name();
  v1::ContentVersion version;
  absl::Status status;
  {
    Progress progress(context, absl::StrCat("sending ", file_name), size);
    bool is_first = true;
    const auto next = [&]() -> absl::StatusOr<bool> {
      if (std::exchange(is_first, false)) return true;
      const auto block = file.Read(kBlockBytes);
      if (!block.ok()) return block.status();
      request.Clear();
      request.set_data(block->data(), block->size());
      progress.Add(static_cast<int64_t>(block->size()));
      return !block->empty();
    };
    status = context.SendStream("ContentService.UploadPackage", request, next, version);
  }
  if (!status.ok()) return status;
  context.Answer(
      version, absl::StrCat("uploaded ", Printable(file_name), " to ",
                            Printable(names.Short(package)), ", version ", version.number(), ": ",
                            FormatBytes(size), ", SHA-256 ", absl::BytesToHexString(sha256), "\n"));
  return kExitOk;
}

// What the server sends of a file, which is written as it comes.
class Download {
 public:
  Download(Context& context, const DownloadOptions& options)
      : options_(options),
        file_(context, options.output),
        progress_(context, absl::StrCat("receiving ", options.name), 0) {}

  template <typename Response>
  absl::Status Take(const Response& response) {
    if (response.has_package()) package_ = response.package();
    digest_.Add(response.data());
    // A line that is written over would stand between what is printed.
    if (!file_.is_standard()) progress_.Add(static_cast<int64_t>(response.data().size()));
    return file_.Write(response.data());
  }

  absl::Status Finish() {
    const bool is_whole =
        options_.offset == 0 && (options_.length == 0 || options_.length >= package_.size_bytes());
    if (is_whole) {
      const std::string digest = digest_.Finish();
      if (digest != package_.sha256()) {
        return absl::DataLossError(
            absl::StrCat("what came has the SHA-256 ", absl::BytesToHexString(digest), "; wanted ",
                         absl::BytesToHexString(package_.sha256()), "; try again"));
      }
    }
    return file_.Keep();
  }

 private:
  const DownloadOptions& options_;
  OutputFile file_;
  Progress progress_;
  Sha256Digest digest_;
  v1::PackageBody package_;
};

absl::StatusOr<int> RunDownload(Context& context, const DownloadOptions& options) {
  const Names names = context.names();
  auto name = PackageName(names, options.name);
  if (!name.ok()) return name.status();
  Download download(context, options);
  absl::Status status;
  if (options.course.empty()) {
    v1::DownloadPackageRequest request;
    request.set_name(*std::move(name));
    request.set_version(options.version);
    request.set_offset(options.offset);
    request.set_length(options.length);
    v1::DownloadPackageResponse response;
    status = context.ReadStream("ContentService.DownloadPackage", request, response,
                                [&] { return download.Take(response); });
  } else {
    v1::DownloadPublishedPackageRequest request;
    auto course = names.Full(options.course, "courses");
    if (!course.ok()) return course.status();
    request.set_course(*std::move(course));
    request.set_item(*std::move(name));
    request.set_offset(options.offset);
    request.set_length(options.length);
    v1::DownloadPublishedPackageResponse response;
    status = context.ReadStream("ContentService.DownloadPublishedPackage", request, response,
                                [&] { return download.Take(response); });
  }
  if (status.ok()) status = download.Finish();
  if (!status.ok()) return status;
  return kExitOk;
}

}  // namespace

void AddPackageCommands(Tool& tool, CLI::App& content) {
  auto sent = std::make_shared<UploadOptions>();
  CLI::App* command =
      AddCommand(content, "upload", "Makes a file the draft of a package, by its checksum.",
                 "provost content upload packages/fire-video fire.mp4");
  command->add_option("name", sent->name, "The package, such as packages/fire-video")->required();
  command->add_option("file", sent->file, "The file")->required();
  command->add_option("--media-type", sent->media_type, "What it is (by its name's ending)")
      ->type_name("TYPE");
  command->add_option("--etag", sent->etag, "Refuse if it has changed since this etag was read");
  OnRun(tool, command, sent, RunUpload);

  auto got = std::make_shared<DownloadOptions>();
  command = AddCommand(content, "download", "Writes the file of a package, or a part of it.",
                       "provost content download packages/fire-video --output fire.mp4");
  command->add_option("name", got->name, "The package, such as packages/fire-video")->required();
  command->add_option("--output", got->output, "The file to write (standard output)")
      ->type_name("FILE");
  auto* const version =
      command->add_option("--version", got->version, "Which version (the newest with a file)")
          ->type_name("N");
  command->add_option("--course", got->course, "As a learner of this course: what is published")
      ->type_name("COURSE")
      ->excludes(version);
  command->add_option("--offset", got->offset, "From this byte on")->type_name("BYTES");
  command->add_option("--length", got->length, "At most this many (to the end)")
      ->type_name("BYTES");
  OnRun(tool, command, got, RunDownload);
}

}  // namespace provost::cli
