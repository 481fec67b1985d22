#include "service/kept_answers.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/rows.h"

namespace provost {

using store::Table;

absl::Status RememberAnswer(TenantDraft& draft, uint32_t person, absl::string_view request_id) {
  if (request_id.empty()) return absl::OkStatus();
  const uint64_t tenant = draft.number();
  const std::string index = ProfileAnswerKey(tenant, person, absl::AsciiStrToLower(request_id));
  // Ids are random: from wherever one begins, all have their turn.
  std::vector<std::string> next;
  {
    store::ScanOptions options;
    options.limit = 2;
    store::Cursor cursor = draft.reader().Scan(
        Table::kIndexes, store::KeyRange{index, ProfileAnswerKeys(tenant, person).end}, options);
    while (cursor.Next()) next.emplace_back(cursor.key());
    if (!cursor.status().ok()) return cursor.status();
  }
  for (const std::string& other : next) {
    store::KeyReader key(Table::kIndexes, other);
    key.U64();
    key.U8();
    key.U32();
    const std::string kept = KeptAnswerKey(tenant, key.String());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<std::optional<std::string>> answer = draft.reader().Get(Table::kRequests, kept);
    if (!answer.ok()) return answer.status();
    if (!answer->has_value()) draft.Erase(Table::kIndexes, other);
  }
  draft.WriteBytes(Table::kIndexes, index, "1");
  return absl::OkStatus();
}

}  // namespace provost
