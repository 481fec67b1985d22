#include "tenant/world_loader.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "store/key.h"
#include "tenant/rows.h"
#include "tenant/sealer.h"

namespace provost {
namespace {

using store::KeyReader;
using store::Table;

// An op, with the row that it comes from for when it does not fit.
struct SourcedOp {
  ChangeOp op;
  Table table;
  std::string key;
};

// Applies what rows say, in the order in which a World can take it.
class WorldBuilder {
 public:
  WorldBuilder(const store::Reader& reader, Tenant& tenant, uint64_t* rows_read)
      : reader_(reader),
        number_(tenant.number()),
        edit_(tenant.world().Edit()),
        rows_read_(rows_read) {}

  absl::Status Build(const rows::TenantRow& row) {
    if (absl::Status status = Apply({RootOp(row), Table::kTenants, TenantRowKey(number_)});
        !status.ok()) {
      return status;
    }
    for (auto step :
         {&WorldBuilder::Catalogs, &WorldBuilder::BelowCatalogs, &WorldBuilder::Subjects,
          &WorldBuilder::Members, &WorldBuilder::Assignments, &WorldBuilder::Overrides}) {
      if (absl::Status status = (this->*step)(); !status.ok()) return status;
    }
    return Apply({SetTenant{row.tenant().suspended()}, Table::kTenants, TenantRowKey(number_)});
  }

  absl::Status Publish(uint64_t revision) { return edit_.Publish(revision); }

 private:
  absl::Status Apply(const SourcedOp& sourced) {
    Change change;
    change.ops.push_back(sourced.op);
    if (absl::Status status = edit_.Apply(change); !status.ok()) {
      return absl::DataLossError(absl::StrCat("row `",
                                              store::PrintableKey(sourced.table, sourced.key),
                                              "` does not fit the others: ", status.message()));
    }
    return absl::OkStatus();
  }

  // Calls use(rest of key, row) for each row of the tenant in a table.
  template <typename Row, typename Use>
  absl::Status ForEach(Table table, Use use) {
    store::ScanOptions options;
    options.bulk = true;
    store::Cursor cursor = reader_.Scan(table, store::KeyRange::Tenant(number_), options);
    while (cursor.Next()) {
      ++*rows_read_;
      absl::StatusOr<Row> row = ParseRow<Row>(table, cursor.key(), cursor.value());
      if (!row.ok()) return row.status();
      if (absl::Status status = use(cursor.key(), *row); !status.ok()) return status;
    }
    return cursor.status();
  }

  // The id that ends an entity's key.
  absl::Status IdOf(Table table, absl::string_view key, std::string* id) {
    KeyReader reader(table, key);
    reader.U64();
    *id = reader.String();
    return reader.Finish();
  }

  // Catalogs nest, and their rows come in the order of their ids: parents first.
  absl::Status Catalogs() {
    std::vector<SourcedOp> ops;
    absl::Status status =
        ForEach<rows::CatalogRow>(Table::kCatalogs, [&](absl::string_view key, const auto& row) {
          std::string id;
          absl::Status parsed = IdOf(Table::kCatalogs, key, &id);
          if (parsed.ok()) ops.push_back({ToOp(id, row), Table::kCatalogs, std::string(key)});
          return parsed;
        });
    if (!status.ok()) return status;
    absl::flat_hash_map<uint32_t, std::vector<size_t>> children;
    for (size_t i = 0; i < ops.size(); ++i) {
      children[std::get<PutScope>(ops[i].op).parent.value].push_back(i);
    }
    std::vector<uint32_t> open = {kRootScope.value};
    size_t placed = 0;
    while (!open.empty()) {
      const uint32_t parent = open.back();
      open.pop_back();
      auto found = children.find(parent);
      if (found == children.end()) continue;
      const std::vector<size_t> here = std::move(found->second);
      children.erase(found);
      for (size_t i : here) {
        if (absl::Status applied = Apply(ops[i]); !applied.ok()) return applied;
        ++placed;
        open.push_back(std::get<PutScope>(ops[i].op).uid.value);
      }
    }
    if (placed == ops.size()) return absl::OkStatus();
    size_t first = SIZE_MAX;
    for (const auto& [parent, left] : children) first = std::min(first, left.front());
    return absl::DataLossError(
        absl::StrCat("row `", store::PrintableKey(ops[first].table, ops[first].key),
                     "` does not fit the others: its parent is missing or stands below it"));
  }

  template <typename Row>
  absl::Status Entities(Table table) {
    return ForEach<Row>(table, [&](absl::string_view key, const Row& row) {
      std::string id;
      if (absl::Status status = IdOf(table, key, &id); !status.ok()) return status;
      return Apply({ToOp(id, row), table, std::string(key)});
    });
  }

  absl::Status BelowCatalogs() {
    absl::Status status = Entities<rows::CourseRow>(Table::kCourses);
    if (status.ok()) status = Entities<rows::TrainingPlanRow>(Table::kPlans);
    if (status.ok()) status = Entities<rows::SessionRow>(Table::kSessions);
    return status;
  }

  absl::Status Subjects() {
    // Users and service accounts share a table: the key's beginning says which it is.
    store::ScanOptions options;
    options.bulk = true;
    store::Cursor cursor = reader_.Scan(Table::kUsers, store::KeyRange::Tenant(number_), options);
    while (cursor.Next()) {
      ++*rows_read_;
      std::string relative;
      absl::Status status = IdOf(Table::kUsers, cursor.key(), &relative);
      if (!status.ok()) return status;
      const std::optional<RelativeName> name = SplitRelative(relative);
      if (name.has_value() && name->collection == Collection::kUsers) {
        status = Subject<rows::UserRow>(cursor, name->id);
      } else if (name.has_value() && name->collection == Collection::kServiceAccounts) {
        status = Subject<rows::ServiceAccountRow>(cursor, name->id);
      } else {
        status = absl::DataLossError(absl::StrCat("row `",
                                                  store::PrintableKey(Table::kUsers, cursor.key()),
                                                  "` is neither a user's nor a service account's"));
      }
      if (!status.ok()) return status;
    }
    if (!cursor.status().ok()) return cursor.status();
    return Entities<rows::GroupRow>(Table::kGroups);
  }

  template <typename Row>
  absl::Status Subject(const store::Cursor& cursor, absl::string_view id) {
    absl::StatusOr<Row> row = ParseRow<Row>(Table::kUsers, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    return Apply({ToOp(id, *row), Table::kUsers, std::string(cursor.key())});
  }

  absl::Status Members() {
    // All at once: what groups contain is then worked out once and not for each row.
    Change change;
    absl::Status status =
        ForEach<rows::MemberRow>(Table::kMembers, [&](absl::string_view key, const auto& row) {
          KeyReader reader(Table::kMembers, key);
          reader.U64();
          const SubjectId group(reader.U32());
          const SubjectId member(reader.U32());
          if (absl::Status parsed = reader.Finish(); !parsed.ok()) return parsed;
          if (!edit_.state().HasSubject(group) || !edit_.state().HasSubject(member)) {
            return absl::DataLossError(
                absl::StrCat("row `", store::PrintableKey(Table::kMembers, key),
                             "` does not fit the others: there is no such group or member"));
          }
          change.ops.push_back(ToOp(group, member, row));
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
    if (status = edit_.Apply(change); !status.ok()) {
      return absl::DataLossError(absl::StrCat("the rows `members[", number_,
                                              "/...]` do not fit each other: ", status.message()));
    }
    return absl::OkStatus();
  }

  absl::Status Assignments() {
    return ForEach<rows::AssignmentRow>(
        Table::kAssignments, [&](absl::string_view key, const auto& row) {
          KeyReader reader(Table::kAssignments, key);
          reader.U64();
          const AssignmentId uid(reader.U64());
          if (absl::Status status = reader.Finish(); !status.ok()) return status;
          return Apply({ToOp(uid, row), Table::kAssignments, std::string(key)});
        });
  }

  absl::Status Overrides() {
    return ForEach<rows::OverrideRow>(
        Table::kOverrides, [&](absl::string_view key, const auto& row) {
          KeyReader reader(Table::kOverrides, key);
          reader.U64();
          const ScopeId scope(reader.U32());
          const std::string role = reader.String();
          const std::string permission = reader.String();
          if (absl::Status status = reader.Finish(); !status.ok()) return status;
          rows::OverrideRow named = row;
          named.mutable_override()->set_role(role);
          named.mutable_override()->set_permission(permission);
          return Apply({ToOp(scope, named), Table::kOverrides, std::string(key)});
        });
  }

  const store::Reader& reader_;
  const uint64_t number_;
  WorldEdit edit_;
  uint64_t* const rows_read_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Matrix>> WorldLoader::LoadMatrix(uint64_t tenant,
                                                                      uint64_t version) {
  const std::string key = PolicyKey(tenant, version);
  absl::StatusOr<std::optional<rows::PolicyRow>> row =
      ReadRow<rows::PolicyRow>(reader_, Table::kPolicies, key);
  if (!row.ok()) return row.status();
  ++rows_read_;
  if (!row->has_value()) {
    return absl::DataLossError(
        absl::StrCat("row `", store::PrintableKey(Table::kPolicies, key),
                     "` is missing: the tenant's row names this version as the one in force"));
  }
  const std::string digest = Sha256((*row)->matrix());
  auto found = matrices_.find(digest);
  if (found != matrices_.end()) return found->second;
  absl::StatusOr<std::shared_ptr<const Matrix>> matrix = Matrix::Load((*row)->matrix());
  if (!matrix.ok()) {
    return absl::DataLossError(absl::StrCat("row `", store::PrintableKey(Table::kPolicies, key),
                                            "` holds no policy: ", matrix.status().message()));
  }
  matrices_.emplace(digest, *matrix);
  return *std::move(matrix);
}

absl::StatusOr<std::shared_ptr<Tenant>> WorldLoader::Load(rows::TenantRow row) {
  const uint64_t number = row.number();
  const std::string key = CountersKey(number);
  absl::StatusOr<std::optional<rows::TenantCounters>> counters =
      ReadRow<rows::TenantCounters>(reader_, Table::kTenants, key);
  if (!counters.ok()) return counters.status();
  if (!counters->has_value()) {
    return absl::DataLossError(
        absl::StrCat("row `", store::PrintableKey(Table::kTenants, key), "` is missing"));
  }
  absl::StatusOr<std::shared_ptr<const Matrix>> matrix = LoadMatrix(number, row.policy_version());
  if (!matrix.ok()) return matrix.status();
  const uint64_t revision = (*counters)->revision();
  auto tenant = std::make_shared<Tenant>(row, **std::move(counters), *std::move(matrix));
  WorldBuilder builder(reader_, *tenant, &rows_read_);
  if (absl::Status status = builder.Build(row); !status.ok()) return status;
  if (absl::Status status = builder.Publish(revision); !status.ok()) return status;
  return tenant;
}

}  // namespace provost
