// From a PolicySource to a Matrix.
//
// Every problem of a policy is found in one pass and told with its place, the word that is wrong
// and the nearest right one. The rules that the compiler carries out are rule 3 of
// docs/semantics.md and the comments of provost/v1/policy.proto:
//
// - A grant expands to a cell for each of its permissions at each of its kinds. Without `at` these
//   are the kinds where the permission can be asked, at and below where the role can be held; the
//   default and the anonymous role are held at the tenant.
// - `implies` is expanded for entries of every effect, transitively, to what can be asked at the
// same
//   kind. What a named permission implies has the rank "implied"; what a permission matched by a
//   wildcard implies stays at the rank "wildcard". Neither a wildcard nor what it implies ever
//   gives an `explicit` permission.
// - Several entries of one cell: PROHIBIT wins at any rank; else only the highest rank present
//   counts, PREVENT beats ALLOW there, and the ALLOWs are alternatives, supersets left out.
// - A grant with reach gives, besides its ordinary cells, a reach cell at that kind for what it
// names
//   or matches, not for what that implies. Where the role cannot be held at or above that kind,
//   listing it in `at` adds nothing. A reach cell is dropped where the ordinary entries of the same
//   place come to PROHIBIT, or to PREVENT at the same or a higher rank.
// - An extension keeps the facts, permissions and roles of its base with their order and, unless it
//   removes roles, their ids; its own come after and are marked custom. A role that the base has
//   already is added to: its lists grow, and what may_assign gives by default stays. It changes no
//   permission of its base, and wildcards of the base do not match permissions of the extension.
#ifndef PROVOST_POLICY_COMPILER_COMPILER_H_
#define PROVOST_POLICY_COMPILER_COMPILER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/compiler/diagnostic.h"
#include "policy/matrix/matrix.h"
#include "provost/v1/policy.pb.h"

namespace provost {

// Caps beside those of types.h. Lengths in bytes.
inline constexpr size_t kMaxPolicyBytes = size_t{16} << 20;  // text of one policy
inline constexpr size_t kMaxNameBytes = 63;                  // policies, facts, roles, sets
inline constexpr size_t kMaxPermissionNameBytes = 127;
inline constexpr size_t kMaxTitleBytes = 256;
inline constexpr size_t kMaxVersionBytes = 128;
inline constexpr size_t kMaxSourceBytes = 128;  // Grant.source

struct CompileOptions {
  // What diagnostics name.
  std::string file_name = "policy";
  // The rules for a preset: cells that cannot be asked or used, and roles that nobody can ever
  // assign, are errors instead of warnings.
  bool preset_rules = false;
  // Finds the compiled base of an extension. Unset: the presets.
  std::function<absl::StatusOr<std::shared_ptr<const Matrix>>(const std::string& name)> find_base;
};

struct CompileResult {
  std::shared_ptr<const Matrix> matrix;  // null if there is an error
  std::vector<Diagnostic> diagnostics;   // in order of position

  // INVALID_ARGUMENT with all errors, one a line, if there is no matrix.
  absl::Status status() const { return StatusOf(diagnostics); }
};

// Compiles a textproto. Never fails on any bytes: what is wrong is in the diagnostics, at most
// kMaxDiagnostics errors and as many warnings. Pure; any thread. A preset takes 1 to 3 ms.
CompileResult CompileText(absl::string_view text, const CompileOptions& options = {});

// The same for a message. Diagnostics have a field path and no line.
CompileResult Compile(const v1::PolicySource& source, const CompileOptions& options = {});

// The presets that are built in, sorted by name.
std::vector<std::string> PresetNames();

// A preset's textproto, or NOT_FOUND with the nearest name.
absl::StatusOr<std::string> PresetText(absl::string_view name);

// A preset's matrix, compiled when it is first asked for; always the same object. Any thread.
absl::StatusOr<std::shared_ptr<const Matrix>> CompilePreset(absl::string_view name);

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_COMPILER_H_
