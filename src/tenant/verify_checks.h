#ifndef PROVOST_TENANT_VERIFY_CHECKS_H_
#define PROVOST_TENANT_VERIFY_CHECKS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "provost/v1/enrollment.pb.h"
#include "tenant/index_parts.h"
#include "tenant/moments.h"
#include "tenant/verify_tenant.h"

namespace provost {

/// One kind of row of kIndexes (index_parts.h), and how its rows are verified.
struct IndexCheck {
  IndexPart part;
  /// What stands in its keys behind the part, in order: `1`, `4`, `8` for numbers of so many bytes,
  /// `s` for a string, `t` for a time.
  absl::string_view form;
  /// What its values say where they follow from other rows: nothing, or these very bytes.
  enum class Value { kNothing, kBytes } value = Value::kNothing;
  /// Null: each of its rows follows from another one, which wants it. Otherwise called for each,
  /// with `rest` behind the part.
  void (*check)(TenantVerifier& tenant, VerifiedRow& row) = nullptr;
};

/// Each file of checks says what it checks; verify_checks.cc has the list of them.
struct CheckSet {
  std::vector<TableCheck> tables;
  std::vector<IndexCheck> indexes;
};
CheckSet PeopleChecks();
CheckSet ScopeChecks();
CheckSet ContentChecks();
CheckSet HomedChecks();
CheckSet EnrollmentChecks();
CheckSet RecordChecks();
CheckSet SessionChecks();
CheckSet CertificateChecks();
CheckSet AssessmentChecks();
CheckSet DiscussionChecks();
CheckSet HistoryChecks();
CheckSet ReportChecks();

/// All indexes that are known.
const std::vector<IndexCheck>& AllIndexChecks();

template <typename Checker>
std::unique_ptr<TableChecker> MakeChecker(TenantVerifier& tenant) {
  return std::make_unique<Checker>(tenant);
}

/// A row of content wants the pieces of a file that it keeps: `size` bytes under `blob`.
void WantsFile(TenantVerifier& tenant, uint64_t blob, int64_t size);
/// What enrollments and items say of how far people are is what follows from their logs. `state` is
/// the tenant's World. DATA_LOSS for rows without which that cannot be worked out.
absl::Status VerifyLearning(TenantVerifier& tenant, const WorldState& state);

/// A row wants that something is to happen. What is carried out once it is past may have been.
void WantsMoment(TenantVerifier& tenant, const Moment& moment);

/// What two rows say alike: how many are where; what an enrollment says of the role that it gives,
/// and that role's row; what an enrollment says of its log, and the log.
std::string SeatsText(int64_t admitted, int64_t waiting);
std::string RoleOfEnrollment(uint32_t learner, uint32_t training, absl::string_view role);
std::string LogOutcome(uint64_t event, int32_t cycle, v1::Enrollment::State state);

}  // namespace provost

#endif  // PROVOST_TENANT_VERIFY_CHECKS_H_
