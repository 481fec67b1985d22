#include "tests/verify/verified_store.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "store/read_only.h"
#include "tenant/verify.h"

namespace provost {
namespace {

bool is_damaged = false;

}  // namespace

void LeaveDamaged() { is_damaged = true; }

void ExpectVerified(const std::string& folder) {
  if (std::exchange(is_damaged, false)) return;
  store::DatabaseOptions options;
  options.path = folder;
  options.block_cache_bytes = size_t{8} << 20;
  absl::StatusOr<std::unique_ptr<store::Database>> database = store::OpenReadOnly(options);
  if (!database.ok()) {
    ADD_FAILURE() << "what the test leaves behind cannot be verified: " << database.status();
    return;
  }
  VerifyOptions verify;
  verify.max_problems = 20;
  const absl::StatusOr<VerifyReport> report = VerifyStore(**database, verify);
  if (!report.ok()) {
    ADD_FAILURE() << "what the test leaves behind cannot be read: " << report.status();
    return;
  }
  if (report->ok()) return;
  std::string text;
  for (const VerifyProblem& problem : report->problems) {
    absl::StrAppend(&text, "\n  ", problem.ToString());
  }
  ADD_FAILURE() << "the test leaves " << report->problem_count
                << " problems behind in its database (tenant/verify.h):" << text;
}

}  // namespace provost
