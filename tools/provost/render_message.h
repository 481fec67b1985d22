// Resources of the contract as tables and fields, whatever their type: by protobuf reflection.
#ifndef PROVOST_TOOLS_PROVOST_RENDER_MESSAGE_H_
#define PROVOST_TOOLS_PROVOST_RENDER_MESSAGE_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>

#include "provost/v1/course.pb.h"
#include "tools/provost/look.h"
#include "tools/provost/names.h"

namespace provost::cli {

// The value of one field: names in short, times in RFC 3339, enums by name, sets of facts joined by
// ", ", booleans as their name when set, hundredths in whole ones. Empty for what is not set and
// for numbers that are 0 where there is none, except an empty set of facts: `none`.
std::string FieldText(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field, const Names& names);

// `courses/fire, courses/first-aid`, or `1 of courses/hoists, courses/cranes`.
std::string PlanStepText(const v1::PlanStep& step, const Names& names);

// Every field that is set, one a line.
std::string RenderMessage(const google::protobuf::Message& message, const Names& names,
                          const Look& look);

// The messages of the one repeated field of `answer`, a row each. Times of creation and change,
// etags and policy sources are left out; the flags that are set share the column `state`, or
// `flags` beside a state. On a terminal an empty list is a sentence.
std::string RenderList(const google::protobuf::Message& answer, const Names& names,
                       const Look& look);

// protobuf's JSON form, indented, unset fields included: what --json prints.
std::string RenderJson(const google::protobuf::Message& message);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_RENDER_MESSAGE_H_
