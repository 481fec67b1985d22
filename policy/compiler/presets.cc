#include "policy/compiler/presets.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/compiler/compiler.h"

namespace provost {
namespace {

absl::StatusOr<absl::string_view> FindText(absl::string_view name) {
  std::vector<absl::string_view> names;
  for (size_t i = 0; i < kEmbeddedPresetCount; ++i) {
    const EmbeddedPreset& preset = kEmbeddedPresets[i];
    if (name == preset.name) return absl::string_view(preset.text, preset.size);
    names.push_back(preset.name);
  }
  return absl::NotFoundError(absl::StrCat("unknown preset `", name, "`", DidYouMean(name, names)));
}

// Compiled presets; they stay for the life of the process.
struct Cache {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<const Matrix>, std::less<>> matrices;
};

Cache& TheCache() {
  static Cache* const cache = new Cache;
  return *cache;
}

// `depth` ends a chain of presets that extend each other.
absl::StatusOr<std::shared_ptr<const Matrix>> CompileToDepth(const std::string& name, int depth) {
  {
    Cache& cache = TheCache();
    const std::lock_guard<std::mutex> lock(cache.mutex);
    const auto known = cache.matrices.find(name);
    if (known != cache.matrices.end()) return known->second;
  }
  const absl::StatusOr<absl::string_view> text = FindText(name);
  if (!text.ok()) return text.status();
  if (depth > static_cast<int>(kEmbeddedPresetCount)) {
    return absl::InvalidArgumentError(absl::StrCat("preset `", name, "` extends itself"));
  }
  CompileOptions options;
  options.file_name = absl::StrCat(name, ".textproto");
  options.preset_rules = true;
  options.find_base = [depth](const std::string& base) { return CompileToDepth(base, depth + 1); };
  CompileResult result = CompileText(*text, options);
  if (absl::Status status = result.status(); !status.ok()) return status;
  Cache& cache = TheCache();
  const std::lock_guard<std::mutex> lock(cache.mutex);
  // Whoever was first stays, so that every caller gets the same object.
  return cache.matrices.try_emplace(name, std::move(result.matrix)).first->second;
}

}  // namespace

std::vector<std::string> PresetNames() {
  std::vector<std::string> names;
  for (size_t i = 0; i < kEmbeddedPresetCount; ++i) names.push_back(kEmbeddedPresets[i].name);
  return names;
}

absl::StatusOr<std::string> PresetText(absl::string_view name) {
  const absl::StatusOr<absl::string_view> text = FindText(name);
  if (!text.ok()) return text.status();
  return std::string(*text);
}

absl::StatusOr<std::shared_ptr<const Matrix>> CompilePreset(absl::string_view name) {
  return CompileToDepth(std::string(name), 0);
}

}  // namespace provost
