#include "tenant/writer.h"

#include <utility>

#include "absl/status/statusor.h"

namespace provost {

TenantWriter::TenantWriter(TenantRegistry* registry, TenantWriterOptions options)
    : options_(options), builder_(registry, options.group) {
  store::LaneHooks hooks;
  hooks.before_write = [this](store::WriteGroup& group) { return builder_.BeforeWrite(group); };
  hooks.publish = [this] { builder_.Publish(); };
  hooks.drop = [this] { builder_.Drop(); };
  lane_ =
      std::make_unique<store::CommitLane>(&registry->database(), options.lane, std::move(hooks));
  for (uint64_t tenant : registry->unpurged()) SubmitPurge(tenant);
}

TenantWriter::~TenantWriter() { Stop(); }

void TenantWriter::Submit(TenantMutation mutation) {
  // Shared by prepare and done, which the lane calls one after the other.
  struct Job {
    TenantMutation mutation;
    absl::StatusOr<MutationResult> result = absl::UnknownError("not prepared");
  };
  auto job = std::make_shared<Job>();
  job->mutation = std::move(mutation);
  store::Mutation lane_mutation;
  lane_mutation.deadline = job->mutation.deadline;
  lane_mutation.prepare = [this, job](store::WriteGroup& group) {
    job->result = builder_.Prepare(job->mutation, group);
    return job->result.status();
  };
  lane_mutation.done = [this, job](const absl::Status& status) {
    // A deleted tenant's rows are purged once it is gone for readers.
    if (status.ok() && job->result->deleted_tenant != 0) SubmitPurge(job->result->deleted_tenant);
    job->mutation.done(status.ok() ? std::move(job->result)
                                   : absl::StatusOr<MutationResult>(status));
  };
  lane_->Submit(std::move(lane_mutation));
}

void TenantWriter::SubmitPurge(uint64_t tenant) {
  auto more = std::make_shared<bool>(true);
  store::Mutation mutation;
  mutation.prepare = [this, tenant, more](store::WriteGroup& group) {
    store::WriteGroup own(&group);
    absl::StatusOr<bool> left = PurgeRows(tenant, options_.purge_rows, own);
    if (!left.ok()) return left.status();
    *more = *left;
    own.ForEach([&](store::Table table, absl::string_view key,
                    const std::optional<absl::string_view>&) { group.Delete(table, key); });
    return absl::OkStatus();
  };
  mutation.done = [this, tenant, more](const absl::Status& status) {
    // On an error the rest waits for the next start.
    if (!status.ok()) return;
    if (*more) {
      SubmitPurge(tenant);
    } else {
      builder_.Purged(tenant);
    }
  };
  lane_->Submit(std::move(mutation));
}

}  // namespace provost
