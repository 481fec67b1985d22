// The preset policies, embedded when the library is built.
#ifndef PROVOST_POLICY_COMPILER_PRESETS_H_
#define PROVOST_POLICY_COMPILER_PRESETS_H_

#include <cstddef>

namespace provost {

struct EmbeddedPreset {
  const char* name;
  const char* text;
  size_t size;
};

// Sorted by name. Generated from policy/presets by EmbedPresets.cmake.
extern const EmbeddedPreset kEmbeddedPresets[];
extern const size_t kEmbeddedPresetCount;

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_PRESETS_H_
