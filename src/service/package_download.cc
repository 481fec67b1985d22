#include "service/package_download.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/content_courses.h"
#include "service/content_message.h"
#include "service/file_range.h"
#include "service/lookup.h"
#include "tenant/errors.h"

namespace provost {
namespace {

// The next piece of the file of `version`. False: no more.
template <typename Response>
absl::StatusOr<bool> NextPiece(const ContentView& view, const rows::ContentVersionRow& version,
                               absl::string_view name, FileRange* range, Response* response) {
  if (range->is_at_start()) *response->mutable_package() = version.body().package();
  return range->Next(view.reader(), view.tenant(), version.blob(), version.body().package(), name,
                     response->mutable_data());
}

// --- DownloadPackage ---

absl::Status ValidateDownload(const v1::DownloadPackageRequest& request) {
  absl::Status status = ParseNameIn(Collection::kPackages, "name", request.name()).status();
  if (request.version() < 0) {
    AddBadField(&status, "version", absl::StrCat(request.version()), "wanted 0 or a version");
  }
  CheckRange(request, &status);
  return status;
}

// The version whose file is asked for: 0 means the newest that has one.
absl::StatusOr<rows::ContentVersionRow> FindFile(const ContentView& view,
                                                 const v1::DownloadPackageRequest& request) {
  absl::StatusOr<rows::ContentRow> row = view.Find(request.name());
  if (!row.ok()) return row.status();
  absl::StatusOr<int32_t> number =
      view.ChooseVersion(request.name(), *row, view.ReadAccess(*row), request.version());
  if (!number.ok()) return number.status();
  // A version without a file is a draft, and only the last one can be that.
  for (int32_t candidate : {*number, *number - 1}) {
    if (candidate < 1) break;
    absl::StatusOr<rows::ContentVersionRow> version =
        ReadVersion(view.reader(), view.tenant(), row->uid(), candidate);
    if (!version.ok() || version->blob() != 0) return version;
    if (request.version() != 0) break;
  }
  return NotFound("file", request.name());
}

absl::StatusOr<Source<v1::DownloadPackageResponse>> OpenDownload(
    ReadCall&, const v1::DownloadPackageRequest& request) {
  return Source<v1::DownloadPackageResponse>(
      [request, range = FileRange(request.offset(), request.length())](
          ReadCall& call, v1::DownloadPackageResponse* response) mutable -> absl::StatusOr<bool> {
        const ContentView view(call);
        absl::StatusOr<rows::ContentVersionRow> version = FindFile(view, request);
        if (!version.ok()) return version.status();
        return NextPiece(view, *version, request.name(), &range, response);
      });
}

// --- DownloadPublishedPackage ---

absl::Status ValidatePublished(const v1::DownloadPublishedPackageRequest& request) {
  absl::Status status = CheckPlacedNames(request.course(), request.item());
  if (!status.ok()) return status;
  status = ParseNameIn(Collection::kPackages, "item", request.item()).status();
  CheckRange(request, &status);
  return status;
}

absl::StatusOr<Source<v1::DownloadPublishedPackageResponse>> OpenPublished(
    ReadCall&, const v1::DownloadPublishedPackageRequest& request) {
  return Source<v1::DownloadPublishedPackageResponse>(
      [request, range = FileRange(request.offset(), request.length())](
          ReadCall& call,
          v1::DownloadPublishedPackageResponse* response) mutable -> absl::StatusOr<bool> {
        const ContentView view(call);
        absl::StatusOr<PlacedItem> item = FindPlacedItem(view, request.course(), request.item());
        if (!item.ok()) return item.status();
        return NextPiece(view, item->version, request.item(), &range, response);
      });
}

}  // namespace

void RegisterPackageDownload(Methods& methods) {
  Method& download =
      methods.Send<v1::DownloadPackageRequest, v1::DownloadPackageResponse>(OpenDownload);
  Methods::ValidateBy<v1::DownloadPackageRequest>(download, ValidateDownload);
  Method& published =
      methods.Send<v1::DownloadPublishedPackageRequest, v1::DownloadPublishedPackageResponse>(
          OpenPublished);
  Methods::ValidateBy<v1::DownloadPublishedPackageRequest>(published, ValidatePublished);
}

}  // namespace provost
