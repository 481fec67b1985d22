#ifndef PROVOST_TENANT_RULE_CONDITIONS_H_
#define PROVOST_TENANT_RULE_CONDITIONS_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "provost/internal/v1/rows.pb.h"
#include "tenant/rows.h"

namespace provost {

/// What the rules of groups say of people. Pure functions, any thread.

/// The fields of people that rules read, as rows and indexes name them; one that the tenant
/// defines is `fields/` and its number.
inline constexpr absl::string_view kEmailDomainField = "email_domain";
inline constexpr absl::string_view kExternalIdField = "external_id";
inline constexpr absl::string_view kLocaleField = "locale";
inline constexpr absl::string_view kTimeZoneField = "time_zone";
inline constexpr absl::string_view kManagerField = "manager";
std::string DefinedField(uint32_t number);

/// What stands after the `@`, in lower case; empty where there is none.
std::string EmailDomain(absl::string_view email);

/// True if all conditions hold of a person.
bool RuleHolds(const rows::GroupRuleRow& rule, const rows::UserRow& user);

/// The fields that a rule reads.
std::set<std::string> RuleFields(const rows::GroupRuleRow& rule);

/// What rules can read of `after` that is not as it was in `before`.
std::set<std::string> ChangedRuleFields(const rows::UserRow& before, const rows::UserRow& after);

}  // namespace provost

#endif  // PROVOST_TENANT_RULE_CONDITIONS_H_
