// An explanation from a server as the plain words that policy/decide/describe.h renders.
#ifndef PROVOST_TOOLS_PROVOST_EXPLANATION_TEXT_H_
#define PROVOST_TOOLS_PROVOST_EXPLANATION_TEXT_H_

#include <functional>
#include <string>

#include "policy/decide/describe.h"
#include "provost/v1/access_service.pb.h"

namespace provost::cli {

// Gives what a resource's full name is called instead, a scope's or a subject's.
using NameOf = std::function<std::string(const std::string& full_name)>;

// Everything that `explanation` says and ExplanationText has a place for. Pure.
ExplanationText ToText(const v1::Explanation& explanation, const NameOf& scope_name,
                       const NameOf& subject_name);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_EXPLANATION_TEXT_H_
