#include "service/file_range.h"

#include <algorithm>
#include <optional>

#include "store/key.h"
#include "store/record.h"
#include "tenant/blobs.h"

namespace provost {

using store::Table;

absl::StatusOr<bool> FileRange::Next(const store::Reader& reader, uint64_t tenant, uint64_t blob,
                                     const v1::PackageBody& file, absl::string_view name,
                                     std::string* data) {
  const bool is_first = is_at_start();
  if (is_first) {
    if (at_ > file.size_bytes()) {
      return absl::OutOfRangeError(
          absl::StrCat("`offset` is ", at_, ", and the file has ", file.size_bytes(), " bytes"));
    }
    blob_ = blob;
    end_ = length_ == 0 ? file.size_bytes() : at_ + std::min(length_, file.size_bytes() - at_);
  } else if (blob != blob_) {
    return absl::AbortedError(
        absl::StrCat("the file of ", Quoted(name), " was replaced meanwhile; begin again"));
  }
  if (at_ == end_) return is_first;
  const int64_t number = at_ / kChunkBytes;
  const std::string key = ChunkKey(tenant, blob_, static_cast<uint32_t>(number));
  absl::StatusOr<std::optional<std::string>> value = reader.Get(Table::kContentChunks, key);
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
  *data = std::string(piece);
  at_ += static_cast<int64_t>(piece.size());
  return true;
}

}  // namespace provost
