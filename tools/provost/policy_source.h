// Policies as the commands are given them: a preset's name, a file, or standard input.
#ifndef PROVOST_TOOLS_PROVOST_POLICY_SOURCE_H_
#define PROVOST_TOOLS_PROVOST_POLICY_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "policy/compiler/compiler.h"
#include "provost/v1/policy.pb.h"
#include "tools/provost/context.h"

namespace provost::cli {

// A policy's text and what diagnostics call it.
struct PolicyText {
  std::string name;
  std::string text;
  bool is_preset = false;
  bool is_compiled = false;  // `text` is the flat form of a compiled policy
};

// The text of a file, of standard input (`-`), or of a preset where no file has that name.
// NOT_FOUND names the path, and the presets where it could have been one.
absl::StatusOr<PolicyText> ReadPolicyText(Context& context, const std::string& given);

// INVALID_ARGUMENT, saying what it is, if `policy` is a compiled one.
absl::Status WantText(const PolicyText& policy);

// The policy that `policy`, a compiled one, is the flat form of. DATA_LOSS names what is damaged.
absl::StatusOr<std::shared_ptr<const Matrix>> LoadCompiled(const PolicyText& policy);

// The compiled policy, loaded where the file has its flat form, or INVALID_ARGUMENT with every
// error, one a line.
absl::StatusOr<std::shared_ptr<const Matrix>> ReadMatrix(Context& context,
                                                         const std::string& given);

// The same for a policy that was read before.
absl::StatusOr<std::shared_ptr<const Matrix>> MatrixOf(const PolicyText& policy);

// The policy as a message. INVALID_ARGUMENT with every problem of its form, one a line; what the
// policy says is left to whoever compiles it.
absl::StatusOr<v1::PolicySource> ReadPolicySource(Context& context, const std::string& given);

// A policy's canonical textproto.
std::string PolicySourceText(const v1::PolicySource& source);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_POLICY_SOURCE_H_
