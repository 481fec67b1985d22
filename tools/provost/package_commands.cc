// The commands of `provost content` that move the files of packages.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/content_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/content_body.h"
#include "tools/provost/file_transfer.h"
#include "tools/provost/progress.h"

namespace provost::cli {
namespace {

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
  OutgoingFile file;
  absl::Status status = file.Open(context, options.file, options.media_type);
  if (!status.ok()) return status;
  file.Announce(request);
  request.set_etag(options.etag);
  const std::string package = request.name();
  v1::ContentVersion version;
  status = file.Send(context, "ContentService.UploadPackage", request, version);
  if (!status.ok()) return status;
  context.Answer(version,
                 absl::StrCat("uploaded ", Printable(file.file().file_name()), " to ",
                              Printable(names.Short(package)), ", version ", version.number(), ": ",
                              FormatBytes(file.file().size_bytes()), ", SHA-256 ",
                              absl::BytesToHexString(file.file().sha256()), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunDownload(Context& context, const DownloadOptions& options) {
  const Names names = context.names();
  auto name = PackageName(names, options.name);
  if (!name.ok()) return name.status();
  IncomingFile download(context, options.name, options.output, options.offset, options.length);
  const auto take = [&](const auto& response) {
    if (response.has_package()) download.SetFile(response.package());
    return download.Take(response.data());
  };
  absl::Status status;
  if (options.course.empty()) {
    v1::DownloadPackageRequest request;
    request.set_name(*std::move(name));
    request.set_version(options.version);
    request.set_offset(options.offset);
    request.set_length(options.length);
    v1::DownloadPackageResponse response;
    status = context.ReadStream("ContentService.DownloadPackage", request, response,
                                [&] { return take(response); });
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
                                [&] { return take(response); });
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
