// What differs between two compiled policies.
#ifndef PROVOST_POLICY_COMPILER_DIFF_H_
#define PROVOST_POLICY_COMPILER_DIFF_H_

#include <optional>
#include <string>
#include <vector>

#include "policy/matrix/matrix.h"

namespace provost {

// A cell in words, so that cells of two matrices can be compared: ids mean nothing across them.
struct DiffCell {
  Effect effect = Effect::kNone;
  // Fact names of each alternative, sorted; ALLOW only.
  std::vector<std::vector<std::string>> alternatives;
  Rank rank = Rank::kExact;
  std::string source;

  friend bool operator==(const DiffCell& a, const DiffCell& b) {
    return a.effect == b.effect && a.alternatives == b.alternatives && a.rank == b.rank &&
           a.source == b.source;
  }
  friend bool operator!=(const DiffCell& a, const DiffCell& b) { return !(a == b); }
};

// One place whose cell differs. Gained: no `before`; lost: no `after`; changed: both.
struct CellChange {
  std::string role;
  std::string permission;
  ScopeKind at = ScopeKind::kTenant;
  bool reach = false;
  std::optional<DiffCell> before;
  std::optional<DiffCell> after;

  // True if a question can get another answer by it: not where rank or source alone differ.
  bool ChangesAccess() const;
};

// Anything else that differs.
struct PropertyChange {
  std::string
      element;  // "policy", "fact `self`", "permission `course.read`", "role `learner`", ...
  std::string property;  // "may assign", "asked at", ...; empty: the element itself came or went
  std::string before;
  std::string after;
  enum class Kind { kAdded, kRemoved, kChanged } kind = Kind::kChanged;
};

struct MatrixDiff {
  std::vector<PropertyChange> properties;
  // By role and permission, in the order of the new matrix, then of the old one.
  std::vector<CellChange> cells;

  bool empty() const { return properties.empty() && cells.empty(); }
};

// Everything that differs from `before` to `after`: matched by name, whatever the order. Empty if
// and only if the two say the same. Pure; cost: linear in the cells of both.
MatrixDiff DiffMatrices(const Matrix& before, const Matrix& after);

// The same as text: a line for each change, "+" gained, "-" lost, "~" changed, with a heading for
// each role and a last line that counts them. "no difference\n" for an empty one.
std::string DiffText(const MatrixDiff& diff);

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_DIFF_H_
