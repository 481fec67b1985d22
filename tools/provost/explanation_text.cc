#include "tools/provost/explanation_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;
using Via = RoleDerivation::Via;

std::vector<std::string> ToVector(const Strings& strings) {
  return std::vector<std::string>(strings.begin(), strings.end());
}

FactSetTexts ToTexts(const google::protobuf::RepeatedPtrField<v1::FactSet>& sets) {
  FactSetTexts texts;
  for (const v1::FactSet& set : sets) texts.push_back(ToVector(set.facts()));
  return texts;
}

std::string EffectText(v1::Effect effect) {
  return effect == v1::EFFECT_UNSPECIFIED ? "" : v1::Effect_Name(effect);
}

std::string RankText(v1::Explanation::MatrixCell::Rank rank) {
  switch (rank) {
    case v1::Explanation::MatrixCell::WILDCARD:
      return "wildcard";
    case v1::Explanation::MatrixCell::IMPLIED:
      return "implied";
    default:
      return "exact";
  }
}

Via ViaOf(v1::Explanation::HeldRole::Through through) {
  switch (through) {
    case v1::Explanation::HeldRole::DEFAULT_ROLE:
      return Via::kDefault;
    case v1::Explanation::HeldRole::ANONYMOUS_ROLE:
      return Via::kAnonymous;
    case v1::Explanation::HeldRole::ACTING_AS:
      return Via::kActingAs;
    case v1::Explanation::HeldRole::REACH:
      return Via::kReach;
    default:
      return Via::kAssignment;
  }
}

NearestMissText MissText(const v1::Explanation::NearestMiss& miss, const NameOf& scope_name) {
  NearestMissText text;
  const auto set_blocker = [&](const v1::Explanation::EffectMiss& blocker) {
    text.role = blocker.role();
    text.source = blocker.source();
    if (!blocker.scope().empty()) text.scope = scope_name(blocker.scope());
  };
  switch (miss.miss_case()) {
    case v1::Explanation::NearestMiss::kFact:
      text.kind = NearestMiss::Kind::kFact;
      text.role = miss.fact().role();
      text.facts = ToVector(miss.fact().facts());
      break;
    case v1::Explanation::NearestMiss::kPrevent:
      text.kind = NearestMiss::Kind::kPrevent;
      set_blocker(miss.prevent());
      break;
    case v1::Explanation::NearestMiss::kProhibit:
      text.kind = NearestMiss::Kind::kProhibit;
      set_blocker(miss.prohibit());
      break;
    case v1::Explanation::NearestMiss::kAssignment:
      text.kind = NearestMiss::Kind::kAssignment;
      text.role = miss.assignment().role();
      text.scope = scope_name(miss.assignment().scope());
      text.facts = ToVector(miss.assignment().facts());
      break;
    case v1::Explanation::NearestMiss::MISS_NOT_SET:
      break;
  }
  return text;
}

}  // namespace

ExplanationText ToText(const v1::Explanation& explanation, const NameOf& scope_name,
                       const NameOf& subject_name) {
  ExplanationText text;
  text.allowed = explanation.allowed();
  text.reason = v1::Decision::Reason_Name(explanation.reason());
  text.subject = explanation.subject().empty() ? "" : subject_name(explanation.subject());
  text.permission = explanation.permission();
  text.scope = scope_name(explanation.scope());
  text.facts = ToVector(explanation.facts());
  if (explanation.has_time()) text.time = FormatTime(explanation.time());
  if (explanation.has_acting_as()) {
    text.acting_role = explanation.acting_as().role();
    text.acting_scope = scope_name(explanation.acting_as().scope());
  }
  for (const auto& role : explanation.roles()) {
    HeldRoleText held;
    held.role = role.role();
    held.via = ViaOf(role.through());
    held.scope = scope_name(role.scope());
    for (const auto& link : role.groups()) held.groups.push_back(subject_name(link.group()));
    if (role.window().has_expires()) held.until = FormatTime(role.window().expires());
    held.has_cell = role.has_cell();
    held.cell.effect = EffectText(role.cell().effect());
    held.cell.rank = RankText(role.cell().rank());
    held.cell.source = role.cell().source();
    for (const auto& applied : role.overrides()) {
      OverrideText override_;
      override_.scope = scope_name(applied.scope());
      override_.effect = EffectText(applied.effect());
      override_.alternatives = ToTexts(applied.alternatives());
      override_.locked = applied.locked();
      override_.ignored = applied.ignored();
      held.overrides.push_back(std::move(override_));
    }
    held.effect = EffectText(role.effect());
    held.alternatives = ToTexts(role.alternatives());
    held.missing = ToVector(role.missing_facts());
    text.roles.push_back(std::move(held));
  }
  for (const auto& frozen : explanation.freezes()) {
    text.freezes.push_back(absl::StrCat("`", scope_name(frozen.scope()), "` (",
                                        v1::Scope::Freeze_Name(frozen.freeze()), ")"));
  }
  text.nearest_miss = MissText(explanation.nearest_miss(), scope_name);
  if (explanation.allowed() && explanation.has_changes_at()) {
    text.until = FormatTime(explanation.changes_at());
  }
  return text;
}

}  // namespace provost::cli
