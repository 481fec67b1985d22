#include "tenant/registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "store/write_group.h"
#include "tenant/group_builder.h"
#include "tenant/meta_keys.h"
#include "tenant/rows.h"
#include "tenant/times.h"
#include "tenant/world_loader.h"

namespace provost {
namespace {

using store::Table;

// A number that a meta row holds in decimal; 0 where there is no such row.
template <typename Int>
absl::Status ReadNumber(const store::Reader& reader, absl::string_view key, Int* number) {
  absl::StatusOr<std::optional<std::string>> value = reader.Get(Table::kMeta, key);
  if (!value.ok()) return value.status();
  *number = 0;
  if (value->has_value() && !absl::SimpleAtoi(**value, number)) {
    return absl::DataLossError(absl::StrCat("row `", store::PrintableKey(Table::kMeta, key),
                                            "` is no number: `", **value, "`"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TenantRegistry>> TenantRegistry::Open(store::Database* database,
                                                                     RegistryOptions options) {
  std::unique_ptr<TenantRegistry> registry(new TenantRegistry(database));
  absl::Status status = registry->LoadMeta();
  if (status.ok()) status = registry->LoadTenants(options);
  if (status.ok()) status = registry->MakeSystem(options);
  if (!status.ok()) return status;
  return registry;
}

absl::Status TenantRegistry::LoadMeta() {
  absl::StatusOr<std::optional<std::string>> key = database_->Get(Table::kMeta, kTokenKeyRow);
  if (!key.ok()) return key.status();
  if (!key->has_value()) {
    *key = Sealer::RandomBytes(Sealer::kKeyBytes);
    store::WriteGroup group(database_);
    group.Put(Table::kMeta, kTokenKeyRow, **key);
    if (absl::Status status = database_->Commit(group); !status.ok()) return status;
  }
  if ((*key)->size() != Sealer::kKeyBytes) {
    return absl::DataLossError(
        absl::StrCat("row `", store::PrintableKey(Table::kMeta, kTokenKeyRow), "` has ",
                     (*key)->size(), " bytes; wanted ", Sealer::kKeyBytes));
  }
  sealer_ = std::make_unique<Sealer>(**std::move(key));

  int64_t nanos = 0;
  if (absl::Status status = ReadNumber(*database_, kCommitTimeRow, &nanos); !status.ok()) {
    return status;
  }
  clock_ = std::make_unique<Clock>(absl::FromUnixNanos(nanos));
  if (absl::Status status = ReadNumber(*database_, kLastTenantRow, &last_tenant_number_);
      !status.ok()) {
    return status;
  }

  store::Cursor purges = database_->Scan(Table::kMeta, store::KeyRange::Prefix(kPurgePrefix));
  MutexLock lock(&mutex_);
  while (purges.Next()) {
    uint64_t number = 0;
    if (!absl::SimpleAtoi(absl::StripPrefix(purges.key(), kPurgePrefix), &number)) {
      return absl::DataLossError(absl::StrCat(
          "row `", store::PrintableKey(Table::kMeta, purges.key()), "` names no tenant"));
    }
    unpurged_.push_back(number);
  }
  return purges.status();
}

absl::Status TenantRegistry::LoadTenants(const RegistryOptions& options) {
  std::vector<rows::TenantRow> rows;
  const std::vector<uint64_t> purged = unpurged();
  store::Cursor cursor = database_->Scan(Table::kTenants, store::KeyRange::All());
  while (cursor.Next()) {
    store::KeyReader reader(Table::kTenants, cursor.key());
    const uint64_t number = reader.U64();
    reader.U8();
    if (absl::Status status = reader.Finish(); !status.ok()) return status;
    if (cursor.key() != TenantRowKey(number)) continue;
    if (std::find(purged.begin(), purged.end(), number) != purged.end()) continue;
    absl::StatusOr<rows::TenantRow> row =
        ParseRow<rows::TenantRow>(Table::kTenants, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    if (row->number() != number || !IsValidId(row->id())) {
      return absl::DataLossError(
          absl::StrCat("row `", store::PrintableKey(Table::kTenants, cursor.key()),
                       "` names tenant `", row->id(), "` with number ", row->number()));
    }
    rows.push_back(*std::move(row));
  }
  if (!cursor.status().ok()) return cursor.status();

  WorldLoader loader(*database_);
  for (size_t i = 0; i < rows.size(); ++i) {
    absl::StatusOr<std::shared_ptr<Tenant>> tenant = loader.Load(rows[i]);
    if (!tenant.ok()) {
      return absl::Status(tenant.status().code(),
                          absl::StrCat("tenant `", rows[i].id(), "`: ", tenant.status().message()));
    }
    if ((*tenant)->id() == kSystemTenantId) system_ = *tenant;
    Add(*std::move(tenant));
    if (options.progress != nullptr) options.progress(i + 1, rows.size(), loader.rows_read());
  }
  if (system_ == nullptr && !rows.empty()) {
    return absl::DataLossError("the row of the tenant `system` is missing");
  }
  return absl::OkStatus();
}

absl::Status TenantRegistry::MakeSystem(const RegistryOptions& options) {
  const CompiledPolicy& policy = options.system_policy;
  GroupBuilder builder(this, GroupBuilder::Options());
  store::WriteGroup group(database_);
  TenantMutation mutation;
  mutation.actor.name = "server";
  rows::PolicyRow row;
  *row.mutable_policy()->mutable_source() = policy.source;
  row.mutable_policy()->set_digest(policy.matrix->digest());

  if (system_ == nullptr) {
    // The tenant that the mutation is about does not exist yet, so it stands for itself.
    rows::TenantRow tenant;
    tenant.set_number(++last_tenant_number_);
    tenant.set_id(std::string(kSystemTenantId));
    system_ = std::make_shared<Tenant>(tenant, rows::TenantCounters(), policy.matrix);
    Add(system_);
    mutation.method = "server.FirstStart";
    mutation.prepare = [&row, &policy,
                        tenant](MutationContext& context) mutable -> absl::StatusOr<std::string> {
      tenant.mutable_tenant()->set_display_name("System");
      *tenant.mutable_tenant()->mutable_create_time() = ToTimestamp(context.now());
      *tenant.mutable_tenant()->mutable_update_time() = ToTimestamp(context.now());
      context.draft().NewScope();
      context.draft().PutTenant(tenant);
      *row.mutable_policy()->mutable_create_time() = ToTimestamp(context.now());
      context.draft().PutPolicy(row, policy.matrix);
      return std::string();
    };
    group.Put(Table::kMeta, kLastTenantRow, absl::StrCat(last_tenant_number_));
  } else if (system_->world().Read()->matrix().digest() != policy.matrix->digest()) {
    mutation.method = "server.Upgrade";
    mutation.prepare = [&](MutationContext& context) -> absl::StatusOr<std::string> {
      *row.mutable_policy()->mutable_create_time() = ToTimestamp(context.now());
      context.draft().PutPolicy(row, policy.matrix);
      return std::string();
    };
  } else {
    return absl::OkStatus();
  }

  mutation.tenant = system_;
  absl::StatusOr<MutationResult> result = builder.Prepare(mutation, group);
  absl::Status status = result.status();
  if (status.ok()) status = builder.BeforeWrite(group);
  if (status.ok()) status = database_->Commit(group);
  if (!status.ok()) {
    builder.Drop();
    return status;
  }
  builder.Publish();
  return absl::OkStatus();
}

std::shared_ptr<Tenant> TenantRegistry::Find(absl::string_view id) const {
  MutexLock lock(&mutex_);
  auto found = tenants_.find(id);
  return found == tenants_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Tenant>> TenantRegistry::All() const {
  std::vector<std::shared_ptr<Tenant>> all;
  {
    MutexLock lock(&mutex_);
    for (const auto& [id, tenant] : tenants_) all.push_back(tenant);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->id() < b->id(); });
  return all;
}

std::vector<uint64_t> TenantRegistry::unpurged() const {
  MutexLock lock(&mutex_);
  return unpurged_;
}

void TenantRegistry::Add(std::shared_ptr<Tenant> tenant) {
  MutexLock lock(&mutex_);
  tenants_[tenant->id()] = std::move(tenant);
}

void TenantRegistry::Remove(const Tenant& tenant) {
  MutexLock lock(&mutex_);
  auto found = tenants_.find(tenant.id());
  // The id may have been given again, in the same group.
  if (found != tenants_.end() && found->second.get() == &tenant) tenants_.erase(found);
  unpurged_.push_back(tenant.number());
}

void TenantRegistry::Purged(uint64_t number) {
  MutexLock lock(&mutex_);
  unpurged_.erase(std::remove(unpurged_.begin(), unpurged_.end(), number), unpurged_.end());
}

}  // namespace provost
