#include "service/group_rule.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "policy/decide/delegation.h"
#include "service/authorize.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "service/user_fields.h"
#include "tenant/errors.h"
#include "tenant/group_rules.h"
#include "tenant/names.h"
#include "tenant/rule_conditions.h"

namespace provost {
namespace {

using Condition = v1::GroupRule::Condition;

constexpr absl::string_view kFieldPrefix = "fields.";
constexpr absl::string_view kOwnFields[] = {kEmailDomainField, kExternalIdField, kLocaleField,
                                            kTimeZoneField, kManagerField};

std::string PathOf(int condition, absl::string_view field) {
  return absl::StrCat("group.rule.conditions[", condition, "].", field);
}

std::string Count(absl::string_view wanted, int got) {
  return absl::StrCat("wanted ", wanted, ", got ", got);
}

void CheckValues(int i, const Condition& condition, absl::Status* status) {
  const std::string path = PathOf(i, "values");
  const int count = condition.values_size();
  switch (condition.comparison()) {
    case Condition::ANY_OF:
    case Condition::NONE_OF:
      if (count < 1 || count > kMaxConditionValues) {
        AddBadField(status, path, "", Count(absl::StrCat("1 to ", kMaxConditionValues), count));
      }
      break;
    case Condition::STARTS_WITH:
    case Condition::AT_LEAST:
    case Condition::AT_MOST:
      if (count != 1) AddBadField(status, path, "", Count("one", count));
      break;
    case Condition::IS_SET:
      if (count != 0) AddBadField(status, path, "", Count("none", count));
      break;
    default:
      AddBadField(status, PathOf(i, "comparison"), absl::StrCat(condition.comparison()),
                  "wanted how the field is compared");
  }
  const bool is_own = !absl::StartsWith(condition.field(), kFieldPrefix);
  for (int j = 0; j < count && j < kMaxConditionValues; ++j) {
    const std::string& value = condition.values(j);
    const std::string at = absl::StrCat(path, "[", j, "]");
    if (value.empty()) {
      AddBadField(status, at, "", "wanted a value; NONE_OF and IS_SET tell what is not set");
    } else if (condition.field() == kManagerField) {
      if (!ParseNameIn(Collection::kUsers, at, value).ok()) {
        AddBadField(status, at, value, "wanted `tenants/<id>/users/<id>`");
      }
    } else if (is_own) {
      CheckText(at, value, 1, kMaxConditionBytes, status);
    }
  }
}

// What a condition asks of a field that every user has.
absl::Status OwnCondition(MutateCall& call, int i, const Condition& wanted,
                          rows::GroupRuleRow::Condition* condition) {
  condition->set_field(wanted.field());
  for (int j = 0; j < wanted.values_size(); ++j) {
    std::string value = wanted.values(j);
    if (wanted.field() == kEmailDomainField) value = absl::AsciiStrToLower(value);
    if (wanted.field() == kManagerField) {
      const WorldState& state = call.state();
      absl::StatusOr<ResourceName> name = ParseName(value);
      SubjectId manager = kUnknownSubject;
      if (name.ok() && name->tenant == call.draft.id()) {
        manager = state.FindSubject(name->Relative());
      }
      // Nobody learns from a rule who else there is.
      if (!state.HasSubject(manager) ||
          !IsAllowedNear(state, call.actor(), "user.read", state.HomeOf(manager), call.now())) {
        return BadField(PathOf(i, absl::StrCat("values[", j, "]")), value,
                        "names no user whom you may read");
      }
      value = absl::StrCat(manager.value);
    }
    condition->add_values(std::move(value));
  }
  return absl::OkStatus();
}

// What a condition asks of a field that the tenant defines.
void DefinedCondition(const UserFields& fields, int i, const Condition& wanted,
                      rows::GroupRuleRow::Condition* condition, absl::Status* status) {
  const UserFields::Field* field = fields.Find(absl::StripPrefix(wanted.field(), kFieldPrefix));
  if (field == nullptr) {
    AddBadField(status, PathOf(i, "field"), wanted.field(),
                "is no field of this tenant; `ListUserFields` has them");
    return;
  }
  const v1::UserField::Type type = field->definition.type();
  const bool is_ordered = type == v1::UserField::INTEGER || type == v1::UserField::DATE;
  const bool fits =
      wanted.comparison() == Condition::STARTS_WITH ? type == v1::UserField::TEXT
      : wanted.comparison() == Condition::AT_LEAST || wanted.comparison() == Condition::AT_MOST
          ? is_ordered
          : true;
  if (!fits) {
    AddBadField(
        status, PathOf(i, "comparison"), Condition::Comparison_Name(wanted.comparison()),
        absl::StrCat("does not go with a field of type `", v1::UserField::Type_Name(type), "`"));
  }
  for (int j = 0; j < wanted.values_size(); ++j) {
    const absl::Status value = wanted.comparison() == Condition::STARTS_WITH
                                   ? absl::OkStatus()
                                   : CheckFieldValue(field->definition, wanted.values(j));
    if (!value.ok()) {
      AddBadField(status, PathOf(i, absl::StrCat("values[", j, "]")), wanted.values(j),
                  value.message());
    }
  }
  condition->set_field(DefinedField(field->number));
  condition->set_type(type);
  *condition->mutable_values() = wanted.values();
}

bool HasMembers(const WorldState& state, SubjectId group) {
  bool any = false;
  if (!state.HasSubject(group)) return false;
  state.ForEachMember(group, SubjectId(0), [&](SubjectId) {
    any = true;
    return false;
  });
  return any;
}

}  // namespace

void CheckGroupRule(const v1::GroupRule& rule, absl::Status* status) {
  const int count = rule.conditions_size();
  if (count < 1 || count > kMaxRuleConditions) {
    AddBadField(status, "group.rule.conditions", "",
                Count(absl::StrCat("1 to ", kMaxRuleConditions), count));
    return;
  }
  for (int i = 0; i < count; ++i) {
    const Condition& condition = rule.conditions(i);
    const std::string& field = condition.field();
    const bool is_own =
        std::find(std::begin(kOwnFields), std::end(kOwnFields), field) != std::end(kOwnFields);
    const bool is_defined =
        absl::StartsWith(field, kFieldPrefix) && field.size() > kFieldPrefix.size();
    if (!is_own && !is_defined) {
      AddBadField(status, PathOf(i, "field"), field,
                  "wanted `email_domain`, `external_id`, `locale`, `time_zone`, `manager` or "
                  "`fields.<id>`");
    } else if (is_own &&
               (condition.comparison() == Condition::AT_LEAST ||
                condition.comparison() == Condition::AT_MOST ||
                (condition.comparison() == Condition::STARTS_WITH && field == kManagerField))) {
      AddBadField(status, PathOf(i, "comparison"),
                  Condition::Comparison_Name(condition.comparison()),
                  absl::StrCat("does not go with `", field, "`"));
    }
    CheckValues(i, condition, status);
  }
}

absl::Status DraftGroupRule(MutateCall& call, const rows::GroupRow* before, rows::GroupRow* row) {
  const rows::GroupRow& old = before == nullptr ? rows::GroupRow::default_instance() : *before;
  const v1::GroupRule& wanted = row->group().rule();
  if (wanted.SerializeAsString() == old.group().rule().SerializeAsString() &&
      row->group().has_rule() == old.group().has_rule()) {
    return absl::OkStatus();
  }
  row->clear_rule();
  row->set_by_rule(row->group().has_rule());
  if (!row->by_rule()) return absl::OkStatus();
  if (!old.by_rule()) {
    const WorldState& state = call.state();
    if (HasMembers(state, SubjectId(row->uid()))) {
      return FailedPrecondition("MEMBERS_BY_HAND", "group.rule",
                                "the group has members by hand; wanted none where a rule fills it");
    }
    size_t count = 0;
    state.ForEachRuleGroup([&](SubjectId) { return ++count < kMaxRuleGroups; });
    if (count >= kMaxRuleGroups) {
      return FailedPrecondition(
          "TOO_MANY_RULES", "group.rule",
          absl::StrCat("rules fill ", kMaxRuleGroups, " groups of the tenant, which is the most"));
    }
  }
  absl::StatusOr<UserFields> fields = UserFields::Read(call.draft.reader(), call.draft.number());
  if (!fields.ok()) return fields.status();
  absl::Status status;
  for (int i = 0; i < wanted.conditions_size(); ++i) {
    const Condition& condition = wanted.conditions(i);
    rows::GroupRuleRow::Condition& kept = *row->mutable_rule()->add_conditions();
    kept.set_comparison(condition.comparison());
    if (absl::StartsWith(condition.field(), kFieldPrefix)) {
      DefinedCondition(*fields, i, condition, &kept, &status);
    } else if (absl::Status own = OwnCondition(call, i, condition, &kept); !own.ok()) {
      return own;
    }
  }
  return status;
}

void ShowGroupRule(absl::string_view tenant, const WorldState& state, const rows::GroupRow& row,
                   v1::Group* group) {
  for (int i = 0; i < row.rule().conditions_size(); ++i) {
    const rows::GroupRuleRow::Condition& kept = row.rule().conditions(i);
    if (kept.field() != kManagerField) continue;
    Condition& shown = *group->mutable_rule()->mutable_conditions(i);
    shown.clear_values();
    for (const std::string& uid : kept.values()) {
      uint32_t manager = 0;
      if (absl::SimpleAtoi(uid, &manager)) {
        shown.add_values(SubjectFullName(state, tenant, SubjectId(manager)));
      }
    }
  }
}

absl::Status MayRule(const RuleCall& call, ScopeId home, absl::string_view name) {
  for (absl::string_view permission : {"group.members.manage", "user.read"}) {
    if (!IsAllowedNear(call.state, call.actor, permission, home, call.now)) {
      return NotPermitted(permission, name);
    }
  }
  return absl::OkStatus();
}

absl::Status MayWriteRuleFields(const RuleCall& call, SubjectId user, ScopeId home,
                                const std::set<std::string>& fields, absl::string_view name) {
  const bool is_own = user.value != 0 && call.actor == user;
  for (const std::string& field : fields) {
    absl::StatusOr<std::vector<SubjectId>> groups =
        GroupsReading(call.reader, call.tenant.number(), field);
    if (!groups.ok()) return groups.status();
    for (SubjectId group : *groups) {
      const ScopeId at = call.state.HomeOf(group);
      // Of others the rule reads nothing.
      if (!call.state.IsOnPath(at, home)) continue;
      if (!is_own && IsAllowedNear(call.state, call.actor, "group.members.manage", at, call.now)) {
        continue;
      }
      return WithErrorInfo(
          absl::PermissionDeniedError(
              is_own
                  ? "not permitted: the rule of a group reads what would change, so it is not for "
                    "oneself to change"
                  : "not permitted: the rule of a group reads what would change; it needs "
                    "`group.members.manage` where the group is"),
          "NOT_PERMITTED",
          {{"permission", "group.members.manage"}, {"resource", std::string(name)}});
    }
  }
  return absl::OkStatus();
}

}  // namespace provost
