#include "tenant/verify_tenant.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/escaping.h"
#include "tenant/enrollment_rows.h"
#include "tenant/record_rows.h"
#include "tenant/verify_checks.h"
#include "tenant/world_loader.h"

namespace provost {
namespace {

using store::Table;
using Kind = VerifyProblem::Kind;

// Few enough to cost nothing, and enough that a single difference leads to few rows.
constexpr size_t kBuckets = 1 << 16;
// How much is kept at once of what is said where the sums differ.
constexpr uint64_t kToldAtOnce = 1 << 20;
constexpr size_t kMaxShownValue = 200;
// No longer chain of scopes can be built.
constexpr int kMaxDepth = 1000;

size_t BucketOf(Table table, absl::string_view key) {
  return absl::HashOf(static_cast<uint8_t>(table), key) % kBuckets;
}

// What is derived, for people.
std::string Shown(absl::string_view value) {
  std::string shown = absl::Utf8SafeCEscape(value.substr(0, kMaxShownValue));
  if (value.size() > kMaxShownValue) shown += "...";
  return absl::StrCat("`", shown, "`");
}

}  // namespace

void ProblemLog::Add(VerifyProblem::Kind kind, Table table, absl::string_view key,
                     absl::string_view text) {
  ++report_->problem_count;
  if (report_->problems.size() >= max_problems_) return;
  report_->problems.push_back({kind, table, store::PrintableKey(table, key), std::string(text)});
}

TenantVerifier::TenantVerifier(const store::Reader& reader, const rows::TenantRow& row,
                               ProblemLog* log)
    : reader_(reader), row_(row), log_(log), sums_(kBuckets), told_buckets_(kBuckets) {}

absl::Status TenantVerifier::Run() {
  absl::Status status = ReadCounters();
  if (status.ok()) status = NoteAll();
  if (status.ok()) status = CheckAll();
  if (!status.ok()) return status;
  CompareFigures();
  if (status = TellDifferences(); !status.ok()) return status;
  return VerifyWorld();
}

absl::Status TenantVerifier::ReadCounters() {
  table_ = Table::kTenants;
  key_ = CountersKey(number());
  absl::StatusOr<std::optional<std::string>> value = reader_.Get(table_, key_);
  if (!value.ok()) return value.status();
  if (!value->has_value()) {
    Problem(Kind::kMissing, "is not there");
    return absl::OkStatus();
  }
  const VerifiedRow row(table_, key_, **value);
  counters_ = Parse<rows::TenantCounters>(row).value_or(rows::TenantCounters());
  return absl::OkStatus();
}

absl::Status TenantVerifier::ForEach(const TableCheck& check, TableChecker& checker,
                                     void (TableChecker::*visit)(VerifiedRow&), bool count) {
  store::ScanOptions options;
  options.bulk = true;
  store::Cursor cursor = reader_.Scan(check.table, store::KeyRange::Tenant(number()), options);
  while (cursor.Next()) {
    if (count) ++log_->report().rows[static_cast<size_t>(check.table)];
    StandAt(check.table, cursor.key());
    VerifiedRow row(check.table, key_, cursor.value());
    (checker.*visit)(row);
  }
  return cursor.status();
}

absl::Status TenantVerifier::NoteAll() {
  scopes_[kRootScope.value] = ScopeNote();
  for (const TableCheck& check : AllTableChecks()) {
    if (!check.has_notes) continue;
    const std::unique_ptr<TableChecker> checker = check.make(*this);
    absl::Status status = ForEach(check, *checker, &TableChecker::Note, /*count=*/false);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status TenantVerifier::CheckAll() {
  for (const TableCheck& check : AllTableChecks()) {
    const std::unique_ptr<TableChecker> checker = check.make(*this);
    absl::Status status = ForEach(check, *checker, &TableChecker::Check, /*count=*/!is_telling_);
    if (!status.ok()) return status;
    checker->End();
  }
  return absl::OkStatus();
}

void TenantVerifier::Problem(VerifyProblem::Kind kind, absl::string_view text) {
  if (!is_telling_) log_->Add(kind, table_, key_, text);
}

void TenantVerifier::Revision(uint64_t revision) {
  if (revision <= counters_.revision()) return;
  Figure(absl::StrCat("is of revision ", revision, "; the last one that was committed is ",
                      counters_.revision()));
}

void TenantVerifier::NoteSubject(uint32_t uid, Collection collection) {
  if (uid == 0 || uid > counters_.last_subject()) {
    Figure(absl::StrCat("has uid ", uid, "; the last one given to a subject is ",
                        counters_.last_subject()));
  }
  if (!subjects_.try_emplace(uid, SubjectNote{collection, 0}).second) {
    Figure(absl::StrCat("has uid ", uid, ", which another subject has"));
  }
}

void TenantVerifier::NoteScope(uint32_t uid, Collection collection, uint32_t parent) {
  if (uid == 0 || uid > counters_.last_scope()) {
    Figure(absl::StrCat("has uid ", uid, "; the last one given to a scope is ",
                        counters_.last_scope()));
  }
  if (!scopes_.try_emplace(uid, ScopeNote{collection, parent}).second) {
    Figure(absl::StrCat("has uid ", uid, ", which another scope has"));
  }
}

void TenantVerifier::NoteItem(uint64_t uid, Collection collection) {
  GivenItem(uid, "uid");
  if (!items_.try_emplace(uid, collection).second) {
    Figure(absl::StrCat("has uid ", uid, ", which something else has"));
  }
}

void TenantVerifier::NoteRule(uint32_t group, uint32_t home, rows::GroupRuleRow rule) {
  rule_groups_[group] = rules_.size();
  rules_.push_back({group, home, std::move(rule)});
}

void TenantVerifier::NoteValidity(uint32_t training, const v1::Recertification& rule) {
  if (rule.validity_case() == v1::Recertification::VALIDITY_NOT_SET) return;
  validities_[training] = {rule.automatic(), rule.window_days(), rule.grace_days()};
}

TenantVerifier::ValidityNote TenantVerifier::ValidityOf(uint32_t training) const {
  const auto found = validities_.find(training);
  return found == validities_.end() ? ValidityNote() : found->second;
}

bool TenantVerifier::IsUser(uint32_t uid) const {
  const auto found = subjects_.find(uid);
  return found != subjects_.end() && found->second.collection == Collection::kUsers;
}

void TenantVerifier::NoteManager(uint32_t user, uint32_t manager) {
  subjects_[user].manager = manager;
}

uint32_t TenantVerifier::ManagerOf(uint32_t user) const {
  const auto found = subjects_.find(user);
  return found == subjects_.end() ? 0 : found->second.manager;
}

bool TenantVerifier::IsOnPath(uint32_t top, uint32_t scope) const {
  for (int depth = 0; scope != 0 && depth < kMaxDepth; ++depth) {
    if (scope == top) return true;
    const auto found = scopes_.find(scope);
    if (found == scopes_.end()) return false;
    scope = found->second.parent;
  }
  return false;
}

uint32_t TenantVerifier::ParentOf(uint32_t scope) const {
  const auto found = scopes_.find(scope);
  return found == scopes_.end() ? 0 : found->second.parent;
}

std::optional<Collection> TenantVerifier::FindItem(uint64_t uid) const {
  const auto found = items_.find(uid);
  if (found == items_.end()) return std::nullopt;
  return found->second;
}

bool TenantVerifier::Refers(bool found, absl::string_view noun, uint64_t uid,
                            absl::string_view what) {
  if (!is_telling_) CountReference();
  if (!found) {
    Problem(Kind::kDangling,
            absl::StrCat("names ", noun, " ", uid, " as `", what, "`, which is not there"));
  }
  return found;
}

bool TenantVerifier::User(uint32_t uid, absl::string_view what) {
  return Refers(IsUser(uid), "user", uid, what);
}

bool TenantVerifier::Group(uint32_t uid, absl::string_view what) {
  const auto found = subjects_.find(uid);
  return Refers(found != subjects_.end() && found->second.collection == Collection::kGroups,
                "group", uid, what);
}

bool TenantVerifier::Subject(uint32_t uid, absl::string_view what) {
  return Refers(HasSubject(uid), "subject", uid, what);
}

bool TenantVerifier::Scope(uint32_t uid, absl::string_view what) {
  return Refers(HasScope(uid), "scope", uid, what);
}

bool TenantVerifier::ScopeIn(uint32_t uid, std::initializer_list<Collection> wanted,
                             absl::string_view what) {
  const auto found = scopes_.find(uid);
  const bool is_there =
      found != scopes_.end() &&
      std::find(wanted.begin(), wanted.end(), found->second.collection) != wanted.end();
  return Refers(is_there, CollectionNoun(*wanted.begin()), uid, what);
}

bool TenantVerifier::Item(uint64_t uid, std::initializer_list<Collection> wanted,
                          absl::string_view what) {
  const auto found = items_.find(uid);
  const bool is_there = found != items_.end() &&
                        (wanted.size() == 0 ||
                         std::find(wanted.begin(), wanted.end(), found->second) != wanted.end());
  return Refers(is_there, wanted.size() == 0 ? "item" : CollectionNoun(*wanted.begin()), uid, what);
}

bool TenantVerifier::Enrollment(EnrollmentId id, absl::string_view what) {
  const absl::StatusOr<std::optional<std::string>> row =
      reader_.Get(Table::kEnrollments, EnrollmentKey(number(), id));
  if (!is_telling_) CountReference();
  const bool is_there = row.ok() && row->has_value();
  if (!is_there) {
    Dangling(
        absl::StrCat("names enrollment ", id.ToString(), " as `", what, "`, which is not there"));
  }
  return is_there;
}

void TenantVerifier::Doer(uint32_t uid, absl::string_view what) {
  Refers(uid <= counters_.last_subject(), "subject", uid, what);
}

void TenantVerifier::GivenItem(uint64_t uid, absl::string_view what) {
  if (uid != 0 && uid <= counters_.last_item()) return;
  Figure(absl::StrCat("has ", uid, " as `", what, "`; the last one that was given is ",
                      counters_.last_item()));
}

void TenantVerifier::Wants(Table table, absl::string_view key, absl::string_view value) {
  Say(/*wanted=*/true, table, key, value);
}

void TenantVerifier::Has(Table table, absl::string_view key, absl::string_view value) {
  Say(/*wanted=*/false, table, key, value);
}

void TenantVerifier::Say(bool wanted, Table table, absl::string_view key, absl::string_view value) {
  const size_t bucket = BucketOf(table, key);
  if (!is_telling_) {
    const uint64_t hash = absl::HashOf(static_cast<uint8_t>(table), key, value);
    Sum& sum = sums_[bucket];
    (wanted ? sum.wanted : sum.had) += hash;
    ++sum.count;
    if (wanted) ++log_->report().derived;
    return;
  }
  if (!told_buckets_[bucket]) return;
  Said& said = said_[{table, std::string(key)}];
  (wanted ? said.wanted : said.had).emplace_back(std::string(value), RowName());
}

void TenantVerifier::CountSeat(uint32_t session, int admitted, int waiting) {
  auto& [sum_admitted, sum_waiting] = session_seats_[session];
  sum_admitted += admitted;
  sum_waiting += waiting;
}

void TenantVerifier::WantsSessionSeats() {
  for (const auto& [session, seats] : session_seats_) {
    if (seats.first == 0 && seats.second == 0) continue;
    Wants(Table::kIndexes, SeatsKey(number(), ScopeId(session)),
          SeatsText(seats.first, seats.second));
  }
  session_seats_.clear();
}

void TenantVerifier::Says(absl::string_view figure, int64_t count) {
  Tally& tally = figures_[std::string(figure)];
  tally.said += count;
  tally.table = table_;
  tally.key = key_;
}

void TenantVerifier::CompareFigures() {
  for (const auto& [figure, tally] : figures_) {
    ++log_->report().derived;
    if (tally.wanted == tally.said) continue;
    log_->Add(Kind::kFigure, tally.table,
              tally.key.empty() ? store::KeyWriter(number()).bytes() : tally.key,
              absl::StrCat(figure, ": ", tally.said, " are said, and there are ", tally.wanted));
  }
}

absl::Status TenantVerifier::TellDifferences() {
  is_telling_ = true;
  for (size_t bucket = 0; bucket < kBuckets;) {
    uint64_t count = 0;
    std::fill(told_buckets_.begin(), told_buckets_.end(), false);
    for (; bucket < kBuckets && count < kToldAtOnce; ++bucket) {
      const Sum& sum = sums_[bucket];
      if (sum.wanted == sum.had) continue;
      told_buckets_[bucket] = true;
      count += sum.count;
    }
    if (count == 0) continue;
    if (absl::Status status = CheckAll(); !status.ok()) return status;
    for (const auto& [where, said] : said_) Tell(where.first, where.second, said);
    said_.clear();
  }
  is_telling_ = false;
  return absl::OkStatus();
}

void TenantVerifier::Tell(Table table, const std::string& key, const Said& said) {
  if (said.had.empty()) {
    log_->Add(Kind::kMissing, table, key,
              absl::StrCat("is not there; it is wanted by ", said.wanted.front().second));
    return;
  }
  const auto& [had, by] = said.had.front();
  if (said.wanted.empty()) {
    log_->Add(
        Kind::kLeftOver, table, key,
        absl::StrCat("nothing wants it", had.empty() ? "" : absl::StrCat("; it says ", Shown(had)),
                     by == store::PrintableKey(table, key) ? "" : absl::StrCat(", by ", by)));
    return;
  }
  const auto& [wanted, wanted_by] = said.wanted.front();
  if (wanted != had) {
    log_->Add(
        Kind::kFigure, table, key,
        absl::StrCat("says ", Shown(had), "; ", Shown(wanted), " was wanted, by ", wanted_by));
  } else if (said.wanted.size() != said.had.size()) {
    log_->Add(Kind::kFigure, table, key,
              absl::StrCat("is there ", said.had.size(), " times, and wanted ", said.wanted.size(),
                           " times, by ", said.wanted.front().second, " and ",
                           said.wanted.back().second));
  }
}

absl::Status TenantVerifier::VerifyWorld() {
  StandAt(Table::kTenants, TenantRowKey(number()));
  const absl::StatusOr<std::shared_ptr<Tenant>> tenant = WorldLoader(reader_).Load(row_);
  if (!tenant.ok()) {
    Problem(Kind::kUnreadable,
            absl::StrCat("its World cannot be built: ", tenant.status().message()));
    return absl::OkStatus();
  }
  const auto state = (*tenant)->world().Read();
  const absl::Status status = VerifyLearning(*this, *state);
  if (!absl::IsDataLoss(status)) return status;
  Problem(Kind::kUnreadable, status.message());
  return absl::OkStatus();
}

}  // namespace provost
