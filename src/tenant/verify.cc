#include "tenant/verify.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "store/key.h"
#include "tenant/meta_keys.h"
#include "tenant/rows.h"
#include "tenant/sealer.h"
#include "tenant/verify_tenant.h"

namespace provost {
namespace {

using store::KeyRange;
using store::KeyReader;
using store::KeyWriter;
using store::Table;
using Kind = VerifyProblem::Kind;

// What the database says of itself, and who has rows in it.
class StoreVerifier {
 public:
  StoreVerifier(const store::Reader& reader, ProblemLog* log) : reader_(reader), log_(log) {}

  absl::Status Run() {
    absl::Status status = Meta();
    if (status.ok()) status = Tenants();
    if (status.ok()) status = Strangers();
    for (const rows::TenantRow& row : tenants_) {
      if (status.ok()) status = TenantVerifier(reader_, row, log_).Run();
    }
    if (status.ok()) status = SystemScopes();
    return status;
  }

 private:
  absl::Status Meta() {
    bool has_format = false;
    // A table without tenants: its keys are names, which end where 0xff begins.
    store::Cursor cursor = reader_.Scan(Table::kMeta, KeyRange::All());
    while (cursor.Next()) {
      ++log_->report().rows[static_cast<size_t>(Table::kMeta)];
      const absl::string_view key = cursor.key();
      uint64_t number = 0;
      int64_t nanos = 0;
      if (key == "format_version") {
        has_format = true;  // Whoever opened the database has read it.
      } else if (key == "tables") {
        // The same.
      } else if (key == kTokenKeyRow) {
        if (cursor.value().size() != Sealer::kKeyBytes) Bad(key, "is no key");
      } else if (key == kCommitTimeRow) {
        if (!absl::SimpleAtoi(cursor.value(), &nanos)) Bad(key, "is no number");
      } else if (key == kLastTenantRow) {
        if (!absl::SimpleAtoi(cursor.value(), &last_tenant_)) Bad(key, "is no number");
      } else if (absl::StartsWith(key, kPurgePrefix)) {
        if (absl::SimpleAtoi(absl::StripPrefix(key, kPurgePrefix), &number)) {
          purged_.insert(number);
        } else {
          Bad(key, "names no tenant");
        }
      } else {
        log_->Add(Kind::kUnknown, Table::kMeta, key, "is a row that this version does not know");
      }
    }
    if (cursor.status().ok() && !has_format) {
      log_->Add(Kind::kMissing, Table::kMeta, "format_version", "is not there");
    }
    return cursor.status();
  }

  void Bad(absl::string_view key, absl::string_view text) {
    log_->Add(Kind::kUnreadable, Table::kMeta, key, text);
  }

  absl::Status Tenants() {
    std::set<std::string> ids;
    store::Cursor cursor = reader_.Scan(Table::kTenants, KeyRange::All());
    while (cursor.Next()) {
      KeyReader key(Table::kTenants, cursor.key());
      const uint64_t number = key.U64();
      if (cursor.key() != TenantRowKey(number) || purged_.count(number) > 0) continue;
      absl::StatusOr<rows::TenantRow> row =
          ParseRow<rows::TenantRow>(Table::kTenants, cursor.key(), cursor.value());
      if (!row.ok()) {
        log_->Add(Kind::kUnreadable, Table::kTenants, cursor.key(), row.status().message());
        continue;
      }
      if (row->number() != number || !IsValidId(row->id())) {
        log_->Add(
            Kind::kFigure, Table::kTenants, cursor.key(),
            absl::StrCat("says that it is tenant `", row->id(), "` with number ", row->number()));
        row->set_number(number);
      }
      if (!ids.insert(row->id()).second) {
        log_->Add(Kind::kFigure, Table::kTenants, cursor.key(),
                  absl::StrCat("has the id `", row->id(), "` of another tenant"));
      }
      if (number > last_tenant_) {
        log_->Add(Kind::kFigure, Table::kTenants, cursor.key(),
                  absl::StrCat("has a number beyond the last one given, ", last_tenant_));
      }
      tenants_.push_back(*std::move(row));
    }
    if (cursor.status().ok() && !tenants_.empty() && ids.count(std::string(kSystemTenantId)) == 0) {
      log_->Add(Kind::kMissing, Table::kTenants, "", "the row of the tenant `system` is not there");
    }
    log_->report().tenants = tenants_.size();
    return cursor.status();
  }

  // Rows of tenants that are not there. Those that are to be purged are no problem.
  absl::Status Strangers() {
    for (Table table : store::AllTables()) {
      if (table == Table::kMeta) continue;
      std::string from = KeyRange::All().begin;
      for (;;) {
        store::ScanOptions one;
        one.limit = 1;
        store::Cursor cursor = reader_.Scan(table, KeyRange{from, KeyRange::All().end}, one);
        if (!cursor.Next()) {
          if (!cursor.status().ok()) return cursor.status();
          break;
        }
        KeyReader key(table, cursor.key());
        const uint64_t number = key.U64();
        if (cursor.key().size() < sizeof(number)) {
          log_->Add(Kind::kUnknown, table, cursor.key(), "begins with no tenant's number");
          from = absl::StrCat(cursor.key(), absl::string_view("\0", 1));
          continue;
        }
        const bool is_known =
            purged_.count(number) > 0 ||
            std::any_of(tenants_.begin(), tenants_.end(),
                        [&](const rows::TenantRow& row) { return row.number() == number; });
        if (!is_known) {
          log_->Add(Kind::kUnknown, table, cursor.key(),
                    absl::StrCat("is of a tenant ", number,
                                 ", which is not there; it may not be the only such row"));
        }
        from = KeyWriter(number + 1).Take();
      }
    }
    return absl::OkStatus();
  }

  // A scope of the system tenant stands for each other tenant.
  absl::Status SystemScopes() {
    for (const rows::TenantRow& row : tenants_) {
      if (row.id() == kSystemTenantId) {
        if (absl::Status status = ScopesOf(row.number()); !status.ok()) return status;
      }
    }
    for (const rows::TenantRow& row : tenants_) {
      if (row.id() == kSystemTenantId) continue;
      ++log_->report().references;
      const auto found = scopes_.find(row.id());
      if (found != scopes_.end() && found->second == row.system_scope()) {
        scopes_.erase(found);
        continue;
      }
      log_->Add(Kind::kDangling, Table::kTenants, TenantRowKey(row.number()),
                absl::StrCat("names scope ", row.system_scope(), " of the tenant `system`, which ",
                             "is not there, or stands for another tenant than `", row.id(), "`"));
    }
    for (const auto& [id, uid] : scopes_) {
      log_->Add(Kind::kLeftOver, Table::kCatalogs, "",
                absl::StrCat("scope ", uid, " of the tenant `system` stands for a tenant `", id,
                             "`, which is not there"));
    }
    return absl::OkStatus();
  }

  absl::Status ScopesOf(uint64_t system) {
    store::Cursor cursor = reader_.Scan(Table::kCatalogs, KeyRange::Tenant(system));
    while (cursor.Next()) {
      KeyReader key(Table::kCatalogs, cursor.key());
      key.U64();
      const std::string id = key.String();
      absl::StatusOr<rows::CatalogRow> row =
          ParseRow<rows::CatalogRow>(Table::kCatalogs, cursor.key(), cursor.value());
      if (row.ok()) scopes_[id] = row->uid();
    }
    return cursor.status();
  }

  const store::Reader& reader_;
  ProblemLog* const log_;
  uint64_t last_tenant_ = 0;
  std::set<uint64_t> purged_;
  std::vector<rows::TenantRow> tenants_;
  std::map<std::string, uint32_t> scopes_;
};

}  // namespace

absl::string_view VerifyKindName(VerifyProblem::Kind kind) {
  switch (kind) {
    case Kind::kUnreadable:
      return "unreadable";
    case Kind::kUnknown:
      return "unknown";
    case Kind::kDangling:
      return "dangling";
    case Kind::kMissing:
      return "missing";
    case Kind::kLeftOver:
      return "left over";
    case Kind::kFigure:
      return "wrong";
  }
  return "";
}

std::string VerifyProblem::ToString() const {
  return absl::StrCat(VerifyKindName(kind), ": ", row, ": ", text);
}

absl::StatusOr<VerifyReport> VerifyStore(const store::Reader& reader,
                                         const VerifyOptions& options) {
  VerifyReport report;
  ProblemLog log(&report, options.max_problems);
  if (absl::Status status = StoreVerifier(reader, &log).Run(); !status.ok()) return status;
  return report;
}

}  // namespace provost
