#include "tenant/verify_checks.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "store/record.h"

namespace provost {
namespace {

using store::Table;

// The one list of them.
constexpr CheckSet (*kCheckSets[])() = {
    HistoryChecks,     PeopleChecks,     ScopeChecks,      SessionChecks,
    ContentChecks,     HomedChecks,      EnrollmentChecks, RecordChecks,
    CertificateChecks, AssessmentChecks, DiscussionChecks, ReportChecks,
};

// All indexes share a table.
class IndexChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint8_t part = row.rest.U8();
    for (const IndexCheck& check : AllIndexChecks()) {
      if (check.part != part) continue;
      CheckForm(check, row);
      return;
    }
    tenant_.Unknown(absl::StrCat("is of index ", part, ", which this version does not know"));
  }

  // By now all who take part in sessions have been counted.
  void End() override { tenant_.WantsSessionSeats(); }

 private:
  void CheckForm(const IndexCheck& check, VerifiedRow& row) {
    VerifiedRow walked(row.table, row.key, row.value);
    walked.rest.U8();
    for (char part : check.form) {
      switch (part) {
        case '1':
          walked.rest.U8();
          break;
        case '4':
          walked.rest.U32();
          break;
        case '8':
          walked.rest.U64();
          break;
        case 's':
          walked.rest.String();
          break;
        case 't':
          walked.rest.Time();
          break;
      }
    }
    if (!tenant_.IsWhole(walked)) return;
    if (check.check != nullptr) {
      check.check(tenant_, row);
      return;
    }
    if (check.value == IndexCheck::Value::kBytes) {
      tenant_.Has(row.table, row.key, row.value);
      return;
    }
    tenant_.Has(row.table, row.key);
    if (row.value == "1" || row.value == store::MakeRecord("")) return;
    tenant_.Problem(VerifyProblem::Kind::kUnreadable, "has a value, where none was wanted");
  }
};

}  // namespace

const std::vector<TableCheck>& AllTableChecks() {
  static const auto* const kChecks = [] {
    auto* checks = new std::vector<TableCheck>;
    for (const auto& make : kCheckSets) {
      for (const TableCheck& check : make().tables) checks->push_back(check);
    }
    checks->push_back({Table::kIndexes, MakeChecker<IndexChecker>});
    return checks;
  }();
  return *kChecks;
}

const std::vector<IndexCheck>& AllIndexChecks() {
  static const auto* const kChecks = [] {
    auto* checks = new std::vector<IndexCheck>;
    for (const auto& make : kCheckSets) {
      for (const IndexCheck& check : make().indexes) checks->push_back(check);
    }
    return checks;
  }();
  return *kChecks;
}

}  // namespace provost
