// Conditions of groups that fill themselves, as people type them:
// `fields.department any-of Kitchen,"Sales, EMEA"`.
//
// Everything here is a pure function of its arguments; any thread.
#ifndef PROVOST_TOOLS_PROVOST_GROUP_RULE_H_
#define PROVOST_TOOLS_PROVOST_GROUP_RULE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/v1/group_service.pb.h"
#include "tools/provost/names.h"

namespace provost::cli {

// How a condition is written, for help texts.
inline constexpr char kConditionForm[] =
    "FIELD any-of|none-of|starts-with|at-least|at-most|is-set [VALUE,...]";

// Reads one condition. Values are separated by commas, and one with a comma in it stands in double
// quotes, a double quote in it doubled. Names of managers may be short. INVALID_ARGUMENT where it
// is none, with what was wanted; what field and values have to be, the server says.
absl::StatusOr<v1::GroupRule::Condition> ReadCondition(const Names& names, absl::string_view text);

// The conditions as ReadCondition reads them, joined by " and ".
std::string RuleText(const v1::GroupRule& rule, const Names& names);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_GROUP_RULE_H_
