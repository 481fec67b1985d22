#include "policy/matrix/types.h"

namespace provost {

absl::string_view ScopeKindName(ScopeKind kind) {
  switch (kind) {
    case ScopeKind::kTenant:
      return "TENANT";
    case ScopeKind::kCatalog:
      return "CATALOG";
    case ScopeKind::kCourse:
      return "COURSE";
    case ScopeKind::kSession:
      return "SESSION";
  }
  return "KIND_UNSPECIFIED";
}

absl::string_view EffectName(Effect effect) {
  switch (effect) {
    case Effect::kNone:
      return "EFFECT_UNSPECIFIED";
    case Effect::kAllow:
      return "ALLOW";
    case Effect::kPrevent:
      return "PREVENT";
    case Effect::kProhibit:
      return "PROHIBIT";
  }
  return "EFFECT_UNSPECIFIED";
}

}  // namespace provost
