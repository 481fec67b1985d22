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
};

// The text of a file, of standard input (`-`), or of a preset where no file has that name.
// NOT_FOUND names the path, and the presets where it could have been one.
absl::StatusOr<PolicyText> ReadPolicyText(Context& context, const std::string& given);

// The compiled policy, or INVALID_ARGUMENT with every error, one a line.
absl::StatusOr<std::shared_ptr<const Matrix>> ReadMatrix(Context& context,
                                                         const std::string& given);

// The policy as a message. INVALID_ARGUMENT with every problem of its form, one a line; what the
// policy says is left to whoever compiles it.
absl::StatusOr<v1::PolicySource> ReadPolicySource(Context& context, const std::string& given);

// A policy's canonical textproto.
std::string PolicySourceText(const v1::PolicySource& source);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_POLICY_SOURCE_H_
