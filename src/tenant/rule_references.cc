#include "tenant/rule_references.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "store/key.h"
#include "tenant/index_parts.h"
#include "tenant/key_walk.h"
#include "tenant/names.h"
#include "tenant/record_events.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

std::string ReferenceKey(uint64_t tenant, uint64_t item, ScopeId training) {
  return KeyWriter(tenant).U8(kCompletionItemIndex).U64(item).U32(training.value).Take();
}

absl::Status DropFromPlan(TenantDraft& draft, uint64_t item, absl::string_view id) {
  absl::StatusOr<std::optional<rows::TrainingPlanRow>> row = draft.Get<rows::TrainingPlanRow>(id);
  if (!row.ok()) return row.status();
  if (!row->has_value() || (*row)->certificate_template() != item) return absl::OkStatus();
  (*row)->clear_certificate_template();
  draft.Put(id, **std::move(row));
  return absl::OkStatus();
}

absl::Status DropFromCourse(TenantDraft& draft, uint64_t item, absl::string_view id) {
  absl::StatusOr<std::optional<rows::CourseRow>> row = draft.Get<rows::CourseRow>(id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return absl::OkStatus();
  if ((*row)->certificate_template() == item) (*row)->clear_certificate_template();
  auto* const items = (*row)->mutable_completion_items();
  items->erase(std::remove(items->begin(), items->end(), item), items->end());
  if ((*row)->course().rules().completion().required_count() > items->size()) {
    (*row)->mutable_course()->mutable_rules()->mutable_completion()->set_required_count(
        items->size());
  }
  const ScopeId course((*row)->uid());
  draft.Put(id, **std::move(row));
  return ReevaluateCourseLater(draft, course);
}

absl::Status Drop(TenantDraft& draft, uint64_t item, ScopeId training) {
  draft.Erase(Table::kIndexes, ReferenceKey(draft.number(), item, training));
  if (!draft.state().HasScope(training)) return absl::OkStatus();
  const std::optional<RelativeName> name = SplitRelative(draft.state().ScopeName(training));
  if (!name.has_value()) return absl::OkStatus();
  return name->collection == Collection::kPlans ? DropFromPlan(draft, item, name->id)
                                                : DropFromCourse(draft, item, name->id);
}

}  // namespace

std::vector<uint64_t> RuleReferences(const rows::CourseRow& row) {
  std::vector<uint64_t> items(row.completion_items().begin(), row.completion_items().end());
  if (row.certificate_template() != 0) items.push_back(row.certificate_template());
  return items;
}

std::vector<uint64_t> RuleReferences(const rows::TrainingPlanRow& row) {
  if (row.certificate_template() == 0) return {};
  return {row.certificate_template()};
}

void PutRuleReferences(TenantDraft& draft, ScopeId training, const std::vector<uint64_t>& before,
                       const std::vector<uint64_t>& after) {
  for (uint64_t item : before) {
    draft.Erase(Table::kIndexes, ReferenceKey(draft.number(), item, training));
  }
  for (uint64_t item : after) {
    draft.WriteBytes(Table::kIndexes, ReferenceKey(draft.number(), item, training), "1");
  }
}

absl::Status DropRuleReferences(TenantDraft& draft, uint64_t item) {
  std::vector<ScopeId> trainings;
  absl::Status status = ForEachIndex(
      draft.reader(), KeyWriter(draft.number()).U8(kCompletionItemIndex).U64(item).Range(),
      [&](store::KeyReader& key) {
        key.U64();
        trainings.push_back(ScopeId(key.U32()));
      });
  for (size_t i = 0; status.ok() && i < trainings.size(); ++i) {
    status = Drop(draft, item, trainings[i]);
  }
  return status;
}

absl::Status DropRuleItem(TenantDraft& draft, uint64_t item, ScopeId course) {
  absl::StatusOr<std::optional<std::string>> named =
      draft.reader().Get(Table::kIndexes, ReferenceKey(draft.number(), item, course));
  if (!named.ok()) return named.status();
  return named->has_value() ? Drop(draft, item, course) : absl::OkStatus();
}

}  // namespace provost
