// The data of a server while that does not run.
#ifndef PROVOST_TESTS_SERVICE_STOPPED_DATA_H_
#define PROVOST_TESTS_SERVICE_STOPPED_DATA_H_

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "service/policies.h"
#include "store/database.h"
#include "tenant/outbox.h"
#include "tenant/registry.h"
#include "tenant/writer.h"

namespace provost {

// The data of a server that is stopped, for what no call does.
class StoppedData {
 public:
  explicit StoppedData(const std::string& folder) {
    store::DatabaseOptions database_options;
    database_options.path = folder;
    auto database = store::Database::Open(database_options);
    absl::StatusOr<CompiledPolicy> system = LoadPreset("system");
    if (!database.ok() || !system.ok()) std::abort();
    database_ = *std::move(database);
    RegistryOptions registry_options;
    registry_options.system_policy = *std::move(system);
    auto registry = TenantRegistry::Open(database_.get(), std::move(registry_options));
    if (!registry.ok()) std::abort();
    registry_ = *std::move(registry);
    writer_ = std::make_unique<TenantWriter>(registry_.get(), TenantWriterOptions());
  }
  TenantRegistry* registry() { return registry_.get(); }
  TenantWriter* writer() { return writer_.get(); }
  std::shared_ptr<Tenant> acme() { return registry_->Find("acme"); }
  absl::StatusOr<std::optional<rows::OutboxRow>> Read(uint64_t uid) {
    return ReadOutbox(*database_, acme()->number(), uid);
  }
  absl::Status Change(const std::function<absl::Status(TenantDraft&)>& change) {
    std::promise<absl::Status> told;
    TenantMutation mutation;
    mutation.tenant = acme();
    mutation.actor.name = "server";
    mutation.method = "test.Change";
    mutation.prepare = [&](MutationContext& context) -> absl::StatusOr<std::string> {
      if (absl::Status status = change(context.draft()); !status.ok()) return status;
      return std::string();
    };
    mutation.done = [&](const absl::StatusOr<MutationResult>& done) {
      told.set_value(done.status());
    };
    writer_->Submit(std::move(mutation));
    return told.get_future().get();
  }
  absl::Status Damage(uint64_t uid) {
    return Change([uid](TenantDraft& draft) {
      draft.WriteBytes(store::Table::kOutbox, OutboxKey(draft.number(), uid), "?");
      return absl::OkStatus();
    });
  }

 private:
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<TenantRegistry> registry_;
  std::unique_ptr<TenantWriter> writer_;
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_STOPPED_DATA_H_
