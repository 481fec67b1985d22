#include "service/package_download.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/content_courses.h"
#include "service/content_message.h"
#include "service/lookup.h"
#include "store/record.h"
#include "tenant/errors.h"

namespace provost {
namespace {

using store::Table;

// A range of the bytes of one file, piece by piece. Between two pieces it keeps nothing but where
// it stands.
class Range {
 public:
  Range(int64_t offset, int64_t length) : at_(offset), length_(length) {}

  // The next piece of the file of `version`, which is looked up anew for each. False: no more.
  template <typename Response>
  absl::StatusOr<bool> Next(const ContentView& view, const rows::ContentVersionRow& version,
                            absl::string_view name, Response* response) {
    const v1::PackageBody& package = version.body().package();
    const bool is_first = blob_ == 0;
    if (is_first) {
      if (at_ > package.size_bytes()) {
        return absl::OutOfRangeError(absl::StrCat("`offset` is ", at_, ", and the file has ",
                                                  package.size_bytes(), " bytes"));
      }
      blob_ = version.blob();
      end_ =
          length_ == 0 ? package.size_bytes() : at_ + std::min(length_, package.size_bytes() - at_);
      *response->mutable_package() = package;
    } else if (version.blob() != blob_) {
      return absl::AbortedError(
          absl::StrCat("the file of ", Quoted(name), " was replaced meanwhile; begin again"));
    }
    if (at_ == end_) return is_first;
    const int64_t number = at_ / kChunkBytes;
    const std::string key = ChunkKey(view.tenant(), blob_, static_cast<uint32_t>(number));
    absl::StatusOr<std::optional<std::string>> value =
        view.reader().Get(Table::kContentChunks, key);
    if (!value.ok()) return value.status();
    if (!value->has_value()) {
      return absl::DataLossError(
          absl::StrCat("there is no row `", store::PrintableKey(Table::kContentChunks, key), "`"));
    }
    absl::StatusOr<absl::string_view> chunk =
        store::RecordPayload(Table::kContentChunks, key, **value);
    if (!chunk.ok()) return chunk.status();
    const int64_t begin = number * kChunkBytes;
    const absl::string_view piece =
        chunk->substr(static_cast<size_t>(at_ - begin),
                      static_cast<size_t>(std::min(end_, begin + kChunkBytes) - at_));
    response->set_data(std::string(piece));
    at_ += static_cast<int64_t>(piece.size());
    return true;
  }

 private:
  int64_t at_;
  int64_t length_;
  int64_t end_ = 0;
  uint64_t blob_ = 0;
};

template <typename Request>
void CheckRange(const Request& request, absl::Status* status) {
  if (request.offset() < 0) {
    AddBadField(status, "offset", absl::StrCat(request.offset()), "wanted 0 or more");
  }
  if (request.length() < 0) {
    AddBadField(status, "length", absl::StrCat(request.length()), "wanted 0 (to the end) or more");
  }
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
      [request, range = Range(request.offset(), request.length())](
          ReadCall& call, v1::DownloadPackageResponse* response) mutable -> absl::StatusOr<bool> {
        const ContentView view(call);
        absl::StatusOr<rows::ContentVersionRow> version = FindFile(view, request);
        if (!version.ok()) return version.status();
        return range.Next(view, *version, request.name(), response);
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
      [request, range = Range(request.offset(), request.length())](
          ReadCall& call,
          v1::DownloadPublishedPackageResponse* response) mutable -> absl::StatusOr<bool> {
        const ContentView view(call);
        absl::StatusOr<PlacedItem> item = FindPlacedItem(view, request.course(), request.item());
        if (!item.ok()) return item.status();
        return range.Next(view, item->version, request.item(), response);
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
