#ifndef PROVOST_SERVICE_FILE_RANGE_H_
#define PROVOST_SERVICE_FILE_RANGE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "provost/v1/content_service.pb.h"
#include "store/reader.h"
#include "tenant/errors.h"

namespace provost {

/// A range of the bytes of one file, piece by piece. Between two pieces it keeps nothing but where
/// it stands.
class FileRange {
 public:
  FileRange(int64_t offset, int64_t length) : at_(offset), length_(length) {}

  /// The next piece of the file with the bytes `blob`, both looked up anew for each. False: no
  /// more. OUT_OF_RANGE beyond the end, ABORTED where `name` has another file than before.
  absl::StatusOr<bool> Next(const store::Reader& reader, uint64_t tenant, uint64_t blob,
                            const v1::PackageBody& file, absl::string_view name, std::string* data);
  /// Nothing was read yet.
  bool is_at_start() const { return blob_ == 0; }

 private:
  int64_t at_;
  int64_t length_;
  int64_t end_ = 0;
  uint64_t blob_ = 0;
};

/// Adds what is wrong with `offset` and `length` of a request. Pure.
template <typename Request>
void CheckRange(const Request& request, absl::Status* status) {
  if (request.offset() < 0) {
    AddBadField(status, "offset", absl::StrCat(request.offset()), "wanted 0 or more");
  }
  if (request.length() < 0) {
    AddBadField(status, "length", absl::StrCat(request.length()), "wanted 0 (to the end) or more");
  }
}

}  // namespace provost

#endif  // PROVOST_SERVICE_FILE_RANGE_H_
