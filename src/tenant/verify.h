#ifndef PROVOST_TENANT_VERIFY_H_
#define PROVOST_TENANT_VERIFY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/reader.h"
#include "store/table.h"

namespace provost {

/// How a database is verified.
struct VerifyOptions {
  /// So many problems are kept in the report, from the first on; all are counted.
  size_t max_problems = 100;
};

/// Something in a database that does not fit the rest of it.
struct VerifyProblem {
  /// What is wrong with a row.
  enum class Kind : uint8_t {
    kUnreadable,  ///< It cannot be read.
    kUnknown,     ///< Nobody knows what kind of row it is, or whose.
    kDangling,    ///< It names something that is not there.
    kMissing,     ///< It is not there, though others say so: an entry of an index, say.
    kLeftOver,    ///< It is there, and nothing that it follows from is.
    kFigure,      ///< What it says is not what follows from the other rows.
  };

  Kind kind;
  store::Table table;
  std::string row;   ///< As people can read it: `users[7/fire]`.
  std::string text;  ///< What is wrong, and what was wanted.

  /// `dangling: row users[2/users/bob] names ...`.
  std::string ToString() const;
};

/// The word for it: `dangling`.
absl::string_view VerifyKindName(VerifyProblem::Kind kind);

/// What was walked, and what was found.
struct VerifyReport {
  uint64_t tenants = 0;
  std::array<uint64_t, store::kTableCount> rows{};  ///< By table.
  uint64_t references = 0;  ///< Names of other things in rows, each looked up.
  uint64_t derived = 0;     ///< Entries of indexes and figures, each worked out anew.
  uint64_t problem_count = 0;
  std::vector<VerifyProblem> problems;  ///< The first of them, at most `max_problems`.

  bool ok() const { return problem_count == 0; }
};

/// Walks over all rows of a database: each of them can be read and is of a known kind; whatever it
/// names is there; what follows from rows (entries of indexes, counts, states, growth) is what
/// follows from them, no more and no less; and each tenant's World can be built.
///
/// `reader` has to stay as it is meanwhile: a Snapshot, or a database that nobody writes to. An
/// error is one of reading alone, such as DATA_LOSS for a damaged file; all else is in the report.
///
/// Cost: reads everything once, the rows of people, scopes and content twice, and everything again
/// where something derived is wrong. Memory: some bytes for each subject, scope and item, and the
/// World of one tenant at a time.
absl::StatusOr<VerifyReport> VerifyStore(const store::Reader& reader,
                                         const VerifyOptions& options = VerifyOptions());

}  // namespace provost

#endif  // PROVOST_TENANT_VERIFY_H_
