#include "service/catalog_definition.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/content_rows.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/homed_rows.h"

namespace provost {
namespace {

constexpr int kMaxReportedNames = 1000;

std::string At(absl::string_view list, int i) {
  return absl::StrCat("catalog.", list, "[", i, "]");
}

void CheckCategories(const v1::Catalog& catalog, absl::Status* status) {
  if (catalog.categories_size() > kMaxCategories) {
    AddBadField(status, "catalog.categories",
                absl::StrCat(catalog.categories_size(), " categories"),
                absl::StrCat("wanted at most ", kMaxCategories));
    return;
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < catalog.categories_size(); ++i) {
    const v1::Category& category = catalog.categories(i);
    const std::string field = At("categories", i);
    if (!IsValidId(category.id())) {
      AddBadField(status, absl::StrCat(field, ".id"), category.id(),
                  absl::StrCat("wanted ", kIdForm));
    } else if (!seen.insert(category.id()).second) {
      AddBadField(status, absl::StrCat(field, ".id"), category.id(), "wanted each id once");
    }
    CheckText(absl::StrCat(field, ".display_name"), category.display_name(), 1, kMaxDisplayName,
              status);
  }
}

void CheckAudience(const v1::Catalog& catalog, absl::Status* status) {
  if (catalog.audience_size() > kMaxAudience) {
    AddBadField(status, "catalog.audience", absl::StrCat(catalog.audience_size(), " groups"),
                absl::StrCat("wanted at most ", kMaxAudience));
    return;
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < catalog.audience_size(); ++i) {
    const std::string& group = catalog.audience(i);
    if (!ParseNameIn(Collection::kGroups, At("audience", i), group).ok()) {
      AddBadField(status, At("audience", i), group,
                  "wanted a group, `tenants/<tenant>/groups/<id>`");
    } else if (!seen.insert(group).second) {
      AddBadField(status, At("audience", i), group, "wanted each group once");
    }
  }
}

void CheckFlows(const v1::Catalog& catalog, absl::Status* status) {
  std::array<bool, v1::Catalog::EnrollmentFlow_ARRAYSIZE> seen{};
  for (int i = 0; i < catalog.enrollment_flows_size(); ++i) {
    const int flow = catalog.enrollment_flows(i);
    const bool known = v1::Catalog::EnrollmentFlow_IsValid(flow) && flow != 0;
    if (!known || seen[flow]) {
      AddBadField(status, At("enrollment_flows", i),
                  known ? v1::Catalog::EnrollmentFlow_Name(flow) : absl::StrCat(flow),
                  known ? "wanted each flow once" : "wanted SELF, APPROVAL or AUTOMATIC");
      continue;
    }
    seen[flow] = true;
  }
}

bool IsInAny(const WorldState& state, SubjectId subject,
             const google::protobuf::RepeatedField<uint32_t>& groups, absl::Time now) {
  for (const MembershipRecord& direct : state.GroupsOf(subject)) {
    const GroupClosure* const closure = state.closure(direct.group);
    if (closure == nullptr || !direct.window.Contains(now)) continue;
    for (uint64_t i = 0; i < closure->count; ++i) {
      const MembershipRecord& above = closure->entries()[i];
      if (above.window.Contains(now) &&
          std::find(groups.begin(), groups.end(), above.group) != groups.end()) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

void CheckDefinition(const v1::Catalog& catalog, absl::string_view field, absl::Status* status) {
  if (field == "description") {
    // Markdown has lines, which other texts for people have not.
    CheckText("catalog.description",
              absl::StrReplaceAll(catalog.description(), {{"\n", " "}, {"\t", " "}}), 0,
              kMaxDescription, status);
  } else if (field == "categories") {
    CheckCategories(catalog, status);
  } else if (field == "audience") {
    CheckAudience(catalog, status);
  } else if (field == "enrollment_flows") {
    CheckFlows(catalog, status);
  }
}

absl::Status StoreAudience(MutateCall& call, const v1::Catalog& wanted, rows::CatalogRow* row) {
  const WorldState& state = call.state();
  const google::protobuf::RepeatedField<uint32_t> before = row->audience();
  const auto was_there = [&](SubjectId group) {
    return std::find(before.begin(), before.end(), group.value) != before.end();
  };
  row->clear_audience();
  absl::Status status;
  for (int i = 0; i < wanted.audience_size(); ++i) {
    const absl::StatusOr<ResourceName> name = ParseName(wanted.audience(i));
    const SubjectId group =
        name->tenant == call.draft.id() ? state.FindSubject(name->Relative()) : kUnknownSubject;
    // What is hidden and what is missing are refused in the same words.
    if (!state.HasSubject(group) ||
        (!was_there(group) && !Knows(state, call.actor(), group, call.now()))) {
      AddBadField(&status, At("audience", i), wanted.audience(i),
                  "wanted a group that you may read");
      continue;
    }
    row->add_audience(group.value);
  }
  if (!status.ok()) return status;
  for (uint32_t group : before) {
    call.draft.Erase(store::Table::kIndexes,
                     AudienceIndexKey(call.draft.number(), SubjectId(group), ScopeId(row->uid())));
  }
  for (uint32_t group : row->audience()) {
    call.draft.WriteBytes(
        store::Table::kIndexes,
        AudienceIndexKey(call.draft.number(), SubjectId(group), ScopeId(row->uid())), "1");
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> IsOfferedTo(const WorldState& state, const store::Reader& reader,
                                 uint64_t tenant, const rows::CatalogRow& row, SubjectId person,
                                 absl::Time now) {
  rows::CatalogRow at = row;
  // As deep as a path can be.
  for (size_t depth = 0; at.audience().empty() && depth < kMaxPathLength; ++depth) {
    const ScopeId parent(at.parent());
    if (!state.HasScope(parent) || state.KindOf(parent) != ScopeKind::kCatalog) {
      return true;
    }
    const std::optional<RelativeName> name = SplitRelative(state.ScopeName(parent));
    absl::StatusOr<std::optional<rows::CatalogRow>> above = ReadRow<rows::CatalogRow>(
        reader, store::Table::kCatalogs, EntityKey(tenant, Collection::kCatalogs, name->id));
    if (!above.ok()) return above.status();
    if (!above->has_value()) return true;
    at = **std::move(above);
  }
  return at.audience().empty() || IsInAny(state, person, at.audience(), now);
}

absl::StatusOr<bool> IsOffered(const ReadCall& call, const rows::CatalogRow& row) {
  return IsOfferedTo(call.state, call.reader(), call.tenant->number(), row, call.self(), call.now);
}

absl::Status ReportDeletion(const MutateCall& call, const std::vector<ScopeId>& scopes,
                            v1::DeleteCatalogResponse* response) {
  const WorldState& state = call.state();
  std::map<std::string, int64_t> counts;
  for (ScopeId scope : scopes) {
    const absl::string_view name = state.ScopeName(scope);
    ++counts[std::string(name.substr(0, name.find('/')))];
    if (response->names_size() < kMaxReportedNames) {
      response->add_names(FullName(call.draft.id(), name));
    }
    counts["overrides"] += static_cast<int64_t>(state.OverridesAt(scope).size());
    state.ForEachHolderAt(scope, [&](RoleId role, SubjectId subject) {
      for (const AssignmentRecord& record : state.AssignmentsOf(subject)) {
        if (record.scope == scope.value && record.role == role.value) ++counts["assignments"];
      }
      return true;
    });
    absl::StatusOr<size_t> items = CountItemsAt(call.draft.reader(), call.draft.number(), scope,
                                                std::numeric_limits<size_t>::max());
    if (!items.ok()) return items.status();
    counts["contentItems"] += static_cast<int64_t>(*items);
    absl::StatusOr<std::vector<EnrollmentId>> enrolled =
        ReadEnrollmentIds(call.draft.reader(), EnrollmentsAt(call.draft.number(), scope));
    if (!enrolled.ok()) return enrolled.status();
    counts["enrollments"] += static_cast<int64_t>(enrolled->size());
    absl::StatusOr<std::vector<uint64_t>> assigned =
        ReadAssignedIds(call.draft.reader(), AssignedAt(call.draft.number(), scope));
    if (!assigned.ok()) return assigned.status();
    counts["trainingAssignments"] += static_cast<int64_t>(assigned->size());
    for (const Collection collection : {Collection::kCompetencies, Collection::kNotificationRules,
                                        Collection::kNotificationTemplates}) {
      absl::StatusOr<std::vector<std::string>> homed =
          IdsHomedAt(call.draft.reader(), call.draft.number(), scope, collection);
      if (!homed.ok()) return homed.status();
      counts[std::string(CollectionName(collection))] += static_cast<int64_t>(homed->size());
    }
  }
  for (const auto& [collection, count] : counts) {
    if (count == 0) continue;
    v1::DeleteCatalogResponse::Count* const each = response->add_deleted();
    each->set_collection(collection);
    each->set_count(count);
  }
  return absl::OkStatus();
}

}  // namespace provost
