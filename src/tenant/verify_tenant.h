#ifndef PROVOST_TENANT_VERIFY_TENANT_H_
#define PROVOST_TENANT_VERIFY_TENANT_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "provost/internal/v1/rows.pb.h"
#include "provost/v1/course.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "store/table.h"
#include "tenant/names.h"
#include "tenant/rows.h"
#include "tenant/verify.h"

namespace provost {

/// Keeps problems, as many as are wanted, and counts all of them.
class ProblemLog {
 public:
  ProblemLog(VerifyReport* report, size_t max_problems)
      : report_(report), max_problems_(max_problems) {}

  void Add(VerifyProblem::Kind kind, store::Table table, absl::string_view key,
           absl::string_view text);
  VerifyReport& report() { return *report_; }

 private:
  VerifyReport* const report_;
  const size_t max_problems_;
};

/// A row as it is checked. The views are good until the next one.
struct VerifiedRow {
  VerifiedRow(store::Table the_table, absl::string_view the_key, absl::string_view the_value)
      : table(the_table), key(the_key), value(the_value), rest(the_table, the_key) {
    rest.U64();
  }

  const store::Table table;
  const absl::string_view key;
  const absl::string_view value;
  store::KeyReader rest;  ///< Behind the tenant's number.
};

class TenantVerifier;

/// Checks the rows of one table of one tenant, in the order of their keys. A new one is made for
/// each walk over them.
class TableChecker {
 public:
  explicit TableChecker(TenantVerifier& tenant) : tenant_(tenant) {}
  virtual ~TableChecker() = default;
  TableChecker(const TableChecker&) = delete;
  TableChecker& operator=(const TableChecker&) = delete;

  /// Before all tables are checked: notes what others may name by uid. Says nothing of rows that
  /// cannot be read.
  virtual void Note(VerifiedRow& /*row*/) {}
  virtual void Check(VerifiedRow& row) = 0;
  /// Behind the last row.
  virtual void End() {}

 protected:
  TenantVerifier& tenant_;
};

/// Who checks which table: the one list to which a new table is added (verify_checks.cc).
struct TableCheck {
  store::Table table;
  std::unique_ptr<TableChecker> (*make)(TenantVerifier&);
  bool has_notes = false;  ///< `Note` does something.
};
const std::vector<TableCheck>& AllTableChecks();

/// Verifies the rows of one tenant, and is what its checkers say what they find to.
///
/// What follows from rows is compared from both sides without looking anything up: checkers say of
/// each row what it `Wants` there to be, an entry of an index, say, and of each such entry that the
/// database `Has` it. Both sides are summed up, by hashes and in buckets; only where the sums of a
/// bucket differ the rows are walked again to tell what is missing there and what is left over.
class TenantVerifier {
 public:
  TenantVerifier(const store::Reader& reader, const rows::TenantRow& row, ProblemLog* log);

  absl::Status Run();

  const store::Reader& reader() const { return reader_; }
  uint64_t number() const { return row_.number(); }
  const rows::TenantRow& row() const { return row_; }
  const rows::TenantCounters& counters() const { return counters_; }

  // --- what is wrong with the row at hand ---
  void StandAt(store::Table table, absl::string_view key) {
    table_ = table;
    key_.assign(key.data(), key.size());
  }
  void Problem(VerifyProblem::Kind kind, absl::string_view text);
  void Unknown(absl::string_view text) { Problem(VerifyProblem::Kind::kUnknown, text); }
  void Figure(absl::string_view text) { Problem(VerifyProblem::Kind::kFigure, text); }
  /// The row as people can read it.
  std::string RowName() const { return store::PrintableKey(table_, key_); }

  /// The row, or nothing and a problem.
  template <typename Row>
  std::optional<Row> Parse(const VerifiedRow& row) {
    absl::StatusOr<Row> parsed = ParseRow<Row>(row.table, row.key, row.value);
    if (parsed.ok()) return *std::move(parsed);
    Problem(VerifyProblem::Kind::kUnreadable, parsed.status().message());
    return std::nullopt;
  }
  /// Whether the key has been read to its end, and had all that was read of it.
  bool IsWhole(const VerifiedRow& row) {
    const absl::Status status = row.rest.Finish();
    if (!status.ok()) Problem(VerifyProblem::Kind::kUnreadable, status.message());
    return status.ok();
  }
  /// The row of a table whose keys are ids alone, with the id; nothing and a problem otherwise.
  template <typename Row>
  std::optional<Row> ParseNamed(VerifiedRow& row, std::string* id) {
    *id = row.rest.String();
    if (!IsWhole(row)) return std::nullopt;
    if (!IsValidId(*id)) Unknown(absl::StrCat("`", *id, "` is no id"));
    return Parse<Row>(row);
  }
  /// Rows are written by changes that have been committed.
  void Revision(uint64_t revision);

  // --- what there is, by uid: noted before anything is checked ---
  struct ScopeNote {
    Collection collection = Collection::kTenant;
    uint32_t parent = 0;
  };
  void NoteSubject(uint32_t uid, Collection collection);
  void NoteManager(uint32_t user, uint32_t manager);
  void NoteScope(uint32_t uid, Collection collection, uint32_t parent);
  /// Anything whose uid is an item's: content, competencies, training assignments...
  void NoteItem(uint64_t uid, Collection collection);
  /// A group that is filled by what `rule` says.
  void NoteRule(uint32_t group, uint32_t home, rows::GroupRuleRow rule);
  /// A training, and how long its completions are valid.
  struct ValidityNote {
    bool automatic = false;
    int window_days = 0;
    int grace_days = 0;
  };
  void NoteValidity(uint32_t training, const v1::Recertification& rule);
  /// A training whose records are to be worked out anew: until then they need not be right.
  void NoteReevaluated(uint32_t training) { reevaluated_.insert(training); }
  struct RuleNote {
    uint32_t group;
    uint32_t home;
    rows::GroupRuleRow rule;
  };
  const std::vector<RuleNote>& rules() const { return rules_; }
  bool IsRuleGroup(uint32_t group) const { return rule_groups_.contains(group); }

  bool HasSubject(uint32_t uid) const { return uid != 0 && subjects_.contains(uid); }
  bool IsUser(uint32_t uid) const;
  /// 0: none.
  uint32_t ManagerOf(uint32_t user) const;
  uint32_t ParentOf(uint32_t scope) const;
  ValidityNote ValidityOf(uint32_t training) const;
  bool IsReevaluated(uint32_t training) const { return reevaluated_.contains(training); }
  bool HasScope(uint32_t uid) const { return uid != 0 && scopes_.contains(uid); }
  /// Whether `scope` is `top` or stands below it.
  bool IsOnPath(uint32_t top, uint32_t scope) const;
  /// What an item is; nothing where there is none.
  std::optional<Collection> FindItem(uint64_t uid) const;

  // --- what the row at hand names; `what` is the field, for people ---
  bool User(uint32_t uid, absl::string_view what);
  bool Group(uint32_t uid, absl::string_view what);
  bool Subject(uint32_t uid, absl::string_view what);
  bool Scope(uint32_t uid, absl::string_view what);
  bool ScopeIn(uint32_t uid, std::initializer_list<Collection> wanted, absl::string_view what);
  bool Item(uint64_t uid, std::initializer_list<Collection> wanted, absl::string_view what);
  bool Enrollment(EnrollmentId id, absl::string_view what);
  /// A subject that did something once and may be gone: 0, or one that there was.
  void Doer(uint32_t uid, absl::string_view what);
  /// A uid that was given: not more.
  void GivenItem(uint64_t uid, absl::string_view what);
  /// Something else that a row names and that was looked up: not there.
  void Dangling(absl::string_view text) { Problem(VerifyProblem::Kind::kDangling, text); }
  void CountReference() { ++log_->report().references; }
  void CountFigure() { ++log_->report().derived; }

  // --- what follows from rows, from both sides ---
  void Wants(store::Table table, absl::string_view key, absl::string_view value = "");
  void Has(store::Table table, absl::string_view key, absl::string_view value = "");
  /// Somebody has a seat in a session, or waits for one; and, at the end, what is kept of that.
  void CountSeat(uint32_t session, int admitted, int waiting);
  void WantsSessionSeats();
  /// A sum that is kept: what the rows add up to, and what is kept.
  void Adds(absl::string_view figure, int64_t count) {
    figures_[std::string(figure)].wanted += count;
  }
  void Says(absl::string_view figure, int64_t count);

 private:
  struct SubjectNote {
    Collection collection;
    uint32_t manager = 0;
  };
  struct Sum {
    uint64_t wanted = 0;
    uint64_t had = 0;
    uint64_t count = 0;
  };
  struct Tally {
    int64_t wanted = 0;
    int64_t said = 0;
    store::Table table = store::Table::kStatistics;
    std::string key;
  };
  // What is said of one thing that is derived, where the sums differ.
  struct Said {
    std::vector<std::pair<std::string, std::string>> wanted;  // value, by which row
    std::vector<std::pair<std::string, std::string>> had;
  };

  absl::Status ReadCounters();
  absl::Status NoteAll();
  absl::Status CheckAll();
  absl::Status ForEach(const TableCheck& check, TableChecker& checker,
                       void (TableChecker::*visit)(VerifiedRow&), bool count);
  void CompareFigures();
  absl::Status TellDifferences();
  void Tell(store::Table table, const std::string& key, const Said& said);
  void Say(bool wanted, store::Table table, absl::string_view key, absl::string_view value);
  absl::Status VerifyWorld();
  bool Refers(bool found, absl::string_view noun, uint64_t uid, absl::string_view what);

  const store::Reader& reader_;
  const rows::TenantRow row_;
  ProblemLog* const log_;
  rows::TenantCounters counters_;

  // The row at hand.
  store::Table table_ = store::Table::kTenants;
  std::string key_;

  absl::flat_hash_map<uint32_t, SubjectNote> subjects_;
  absl::flat_hash_map<uint32_t, ScopeNote> scopes_;
  absl::flat_hash_map<uint64_t, Collection> items_;
  absl::flat_hash_map<uint32_t, ValidityNote> validities_;
  absl::flat_hash_set<uint32_t> reevaluated_;
  std::vector<RuleNote> rules_;
  absl::flat_hash_map<uint32_t, size_t> rule_groups_;

  absl::btree_map<std::string, Tally> figures_;
  absl::btree_map<uint32_t, std::pair<int64_t, int64_t>> session_seats_;  // admitted, waiting
  std::vector<Sum> sums_;
  // While rows are walked again: the buckets that are looked at, and what is said in them.
  bool is_telling_ = false;
  std::vector<bool> told_buckets_;
  absl::btree_map<std::pair<store::Table, std::string>, Said> said_;
};

}  // namespace provost

#endif  // PROVOST_TENANT_VERIFY_TENANT_H_
