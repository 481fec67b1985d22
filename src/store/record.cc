#include "store/record.h"

#include "absl/strings/str_cat.h"
#include "store/key.h"

namespace provost::store {

std::string MakeRecord(absl::string_view payload) {
  std::string record;
  record.reserve(payload.size() + 1);
  record.push_back(static_cast<char>(RecordFormat::kProto));
  record.append(payload.data(), payload.size());
  return record;
}

absl::StatusOr<absl::string_view> RecordPayload(Table table, absl::string_view key,
                                                absl::string_view value) {
  if (value.empty()) {
    return absl::DataLossError(absl::StrCat("damaged row `", PrintableKey(table, key),
                                            "`: its value is empty, and a format byte was wanted"));
  }
  const uint8_t format = static_cast<uint8_t>(value.front());
  if (format != static_cast<uint8_t>(RecordFormat::kProto)) {
    return absl::DataLossError(absl::StrCat("damaged row `", PrintableKey(table, key),
                                            "`: its value has the unknown format byte ", format,
                                            ", and 1 was wanted"));
  }
  return value.substr(1);
}

}  // namespace provost::store
