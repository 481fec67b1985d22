#include "tools/provost/inline_policy.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "policy/compiler/compiler.h"
#include "tools/provost/policy_source.h"

namespace provost::cli {

absl::StatusOr<v1::Scenario> WithInlinePolicy(Context& context, const ScenarioFile& file) {
  v1::Scenario scenario = file.scenario();
  scenario.clear_checks();
  scenario.clear_lists();
  scenario.clear_delegations();
  const std::vector<std::string> presets = PresetNames();
  const bool is_preset =
      std::find(presets.begin(), presets.end(), scenario.policy()) != presets.end();
  if (scenario.has_inline_policy() || is_preset) return scenario;
  const std::filesystem::path folder = std::filesystem::path(file.path()).parent_path();
  auto source = ReadPolicySource(context, (folder / scenario.policy()).string());
  if (!source.ok()) return source.status();
  scenario.clear_policy();
  *scenario.mutable_inline_policy() = *std::move(source);
  return scenario;
}

}  // namespace provost::cli
