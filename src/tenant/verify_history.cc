// The tenant's own rows, its policies and settings, what was changed, and what was counted.
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "provost/internal/v1/import_rows.pb.h"
#include "provost/internal/v1/people_rows.pb.h"
#include "provost/v1/change.pb.h"
#include "tenant/times.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

// The rows themselves were read before.
class TenantRowChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    if (row.key == CountersKey(tenant_.number())) return;
    if (row.key != TenantRowKey(tenant_.number())) {
      tenant_.Unknown("is neither a tenant's row nor its counters");
      return;
    }
    tenant_.Revision(tenant_.row().revision());
    const std::string policy = PolicyKey(tenant_.number(), tenant_.row().policy_version());
    tenant_.CountReference();
    const auto found = tenant_.reader().Get(Table::kPolicies, policy);
    if (found.ok() && !found->has_value()) {
      tenant_.Dangling(absl::StrCat("names version ", tenant_.row().policy_version(),
                                    " of the policy, which is not there"));
    }
  }
};

class PolicyChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint64_t version = row.rest.U64();
    if (!tenant_.IsWhole(row)) return;
    const auto policy = tenant_.Parse<rows::PolicyRow>(row);
    if (!policy.has_value()) return;
    tenant_.Doer(policy->author(), "author");
    if (version != ++last_) tenant_.Figure(absl::StrCat("wanted version ", last_, " to come here"));
    if (version > tenant_.counters().last_policy_version()) {
      tenant_.Figure(
          absl::StrCat("is beyond the last version, ", tenant_.counters().last_policy_version()));
    }
    if (policy->rolled_back_to() >= version) {
      tenant_.Dangling(absl::StrCat("goes back to version ", policy->rolled_back_to()));
    }
    last_ = version;
  }

 private:
  uint64_t last_ = 0;
};

// One row for each revision, without gaps.
class RevisionChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint64_t revision = row.rest.U64();
    if (!tenant_.IsWhole(row)) return;
    if (revision != last_ + 1) {
      tenant_.Figure(absl::StrCat("comes after revision ", last_, "; ", last_ + 1, " was wanted"));
    }
    tenant_.Revision(revision);
    last_ = revision;
    CheckRow(row, revision);
  }

  void End() override {
    if (last_ >= tenant_.counters().revision()) return;
    tenant_.Figure(
        absl::StrCat("is the last one; there are ", tenant_.counters().revision(), " revisions"));
  }

 protected:
  virtual void CheckRow(const VerifiedRow& row, uint64_t revision) = 0;

  void CheckTime(const google::protobuf::Timestamp& time) {
    if (FromTimestamp(time) < time_) tenant_.Figure("is of a time before the one before");
    time_ = FromTimestamp(time);
  }

 private:
  uint64_t last_ = 0;
  absl::Time time_ = absl::InfinitePast();
};

class ChangeChecker : public RevisionChecker {
 public:
  using RevisionChecker::RevisionChecker;

 private:
  void CheckRow(const VerifiedRow& row, uint64_t revision) override {
    const auto change = tenant_.Parse<v1::Change>(row);
    if (!change.has_value()) return;
    if (change->revision() != revision) {
      tenant_.Figure(absl::StrCat("says that it is revision ", change->revision()));
    }
    CheckTime(change->commit_time());
  }
};

class AuditChecker : public RevisionChecker {
 public:
  using RevisionChecker::RevisionChecker;

 private:
  void CheckRow(const VerifiedRow& row, uint64_t revision) override {
    const auto audit = tenant_.Parse<rows::AuditRow>(row);
    if (!audit.has_value()) return;
    CheckTime(audit->time());
    for (const auto& [part, name] : {std::pair(kAuditActorIndex, audit->actor()),
                                     std::pair(kAuditResourceIndex, audit->resource())}) {
      if (name.empty()) continue;
      tenant_.Wants(Table::kIndexes, AuditIndexKey(tenant_.number(), part, name, revision));
    }
  }
};

// Each answer that is kept is forgotten at its time.
class RequestChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint8_t part = row.rest.U8();
    if (part == kAnswerPart) {
      const std::string id = row.rest.String();
      if (!tenant_.IsWhole(row)) return;
      const auto answer = tenant_.Parse<rows::RequestRow>(row);
      if (!answer.has_value()) return;
      tenant_.Wants(row.table, KeyWriter(tenant_.number())
                                   .U8(kExpiryPart)
                                   .Time(FromTimestamp(answer->expires()))
                                   .String(id)
                                   .Take());
    } else if (part == kExpiryPart) {
      row.rest.Time();
      row.rest.String();
      if (tenant_.IsWhole(row)) tenant_.Has(row.table, row.key);
    } else {
      tenant_.Unknown(absl::StrCat("is of part ", part, " of the requests"));
    }
  }

 private:
  static constexpr uint8_t kAnswerPart = 1;
  static constexpr uint8_t kExpiryPart = 2;
};

class SettingsChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint8_t part = row.rest.U8();
    if (part == kCurrentPart) {
      if (!tenant_.IsWhole(row)) return;
      const auto settings = tenant_.Parse<rows::SettingsRow>(row);
      if (settings.has_value()) CheckSettings(*settings);
    } else if (part == kChangePart) {
      tenant_.Revision(row.rest.U64());
      row.rest.U8();
      if (!tenant_.IsWhole(row)) return;
      const auto change = tenant_.Parse<rows::SettingsChangeRow>(row);
      if (change.has_value()) tenant_.Doer(change->actor(), "actor");
    } else {
      tenant_.Unknown(absl::StrCat("is of part ", part, " of the settings"));
    }
  }

 private:
  static constexpr uint8_t kCurrentPart = 0;
  static constexpr uint8_t kChangePart = 1;

  void CheckSettings(const rows::SettingsRow& row) {
    tenant_.Revision(row.revision());
    if (row.field_numbers_size() != row.settings().user_fields().fields_size()) {
      tenant_.Figure(absl::StrCat("has ", row.field_numbers_size(), " numbers for ",
                                  row.settings().user_fields().fields_size(), " fields"));
    }
    for (uint32_t field : row.field_numbers()) {
      if (field > 0 && field <= row.last_field_number()) continue;
      tenant_.Figure(absl::StrCat("has field ", field, "; the last number that was given is ",
                                  row.last_field_number()));
    }
  }
};

class ImportChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint8_t part = row.rest.U8();
    const std::string id = row.rest.String();
    if (part == kErrorPart) row.rest.U32();
    if (!tenant_.IsWhole(row)) return;
    if (part == kImportPart) {
      const auto import = tenant_.Parse<rows::ImportRow>(row);
      if (!import.has_value()) return;
      tenant_.Doer(import->owner(), "owner");
      for (uint32_t error = 0; error < import->errors(); ++error) {
        tenant_.Wants(row.table,
                      KeyWriter(tenant_.number()).U8(kErrorPart).String(id).U32(error).Take());
      }
    } else if (part == kErrorPart) {
      if (tenant_.Parse<rows::ImportErrorRow>(row).has_value()) tenant_.Has(row.table, row.key);
    } else {
      tenant_.Unknown(absl::StrCat("is of part ", part, " of the imports"));
    }
  }

 private:
  static constexpr uint8_t kImportPart = 0;
  static constexpr uint8_t kErrorPart = 1;
};

// Whoever came and did not leave is there.
class GrowthChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    row.rest.U32();
    const std::string role = row.rest.String();
    if (!tenant_.IsWhole(row)) return;
    const auto growth = tenant_.Parse<rows::GrowthRow>(row);
    if (!growth.has_value()) return;
    tenant_.Says(role.empty() ? "people" : absl::StrCat("assignments of the role `", role, "`"),
                 growth->joined() - growth->left());
  }
};

}  // namespace

CheckSet HistoryChecks() {
  return {
      {{Table::kTenants, MakeChecker<TenantRowChecker>},
       {Table::kPolicies, MakeChecker<PolicyChecker>},
       {Table::kChanges, MakeChecker<ChangeChecker>},
       {Table::kAudit, MakeChecker<AuditChecker>},
       {Table::kRequests, MakeChecker<RequestChecker>},
       {Table::kSettings, MakeChecker<SettingsChecker>},
       {Table::kJobs, MakeChecker<ImportChecker>},
       {Table::kStatistics, MakeChecker<GrowthChecker>}},
      {{kAuditActorIndex, "s8"}, {kAuditResourceIndex, "s8"}},
  };
}

}  // namespace provost
