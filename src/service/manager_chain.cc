#include "service/manager_chain.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "store/key.h"
#include "tenant/errors.h"
#include "tenant/rows.h"

namespace provost {

using store::Table;

absl::Status ChangeManager(TenantDraft& draft, uint32_t uid, uint32_t before, uint32_t after) {
  if (before == after) return absl::OkStatus();
  const WorldState& state = draft.state();
  // Whatever was there before has no cycle, so one that is made now has this user in it.
  uint32_t above = after;
  for (int depth = 0; above != 0; ++depth) {
    if (above == uid || depth == kMaxManagerDepth) {
      const std::string name = FullName(draft.id(), state.SubjectName(SubjectId(after)));
      return FailedPrecondition("MANAGER", name,
                                above == uid
                                    ? absl::StrCat(Quoted(name),
                                                   " cannot be the manager of somebody who is "
                                                   "above them, or of themselves")
                                    : absl::StrCat(Quoted(name), " has ", kMaxManagerDepth,
                                                   " managers above; wanted fewer"));
    }
    const std::optional<RelativeName> name = SplitRelative(state.SubjectName(SubjectId(above)));
    if (!name.has_value()) break;
    absl::StatusOr<std::optional<rows::UserRow>> row = draft.Get<rows::UserRow>(name->id);
    if (!row.ok()) return row.status();
    above = row->has_value() ? (*row)->manager() : 0;
  }
  if (before != 0) draft.Erase(Table::kIndexes, ReportKey(draft.number(), before, uid));
  if (after != 0) draft.WriteBytes(Table::kIndexes, ReportKey(draft.number(), after, uid), "1");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SubjectId>> ReportsOf(const store::Reader& reader, uint64_t tenant,
                                                 SubjectId manager) {
  std::vector<SubjectId> reports;
  store::Cursor cursor = reader.Scan(Table::kIndexes, ReportKeys(tenant, manager.value));
  while (cursor.Next()) {
    store::KeyReader key(Table::kIndexes, cursor.key());
    key.U64();
    key.U8();
    key.U32();
    reports.emplace_back(key.U32());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
  }
  if (!cursor.status().ok()) return cursor.status();
  return reports;
}

}  // namespace provost
