// What some kinds of resource have beside fields that an option each sets: the fields of a user,
// the levels of a competency, the rule of a group.
#ifndef PROVOST_TOOLS_PROVOST_RESOURCE_PARTS_H_
#define PROVOST_TOOLS_PROVOST_RESOURCE_PARTS_H_

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/provost/context.h"
#include "tools/provost/report_options.h"

namespace provost::cli {

// Not thread-safe.
class ResourceParts {
 public:
  // Adds the options of such a resource; `is_new`: of one that is made. `command` may not outlive
  // this.
  void AddOptions(CLI::App* command, const google::protobuf::Descriptor& resource, bool is_new);

  // Sets in `resource` what the options say, and names it in `mask` if there is one.
  // INVALID_ARGUMENT names the option.
  absl::Status Fill(Context& context, google::protobuf::Message& resource,
                    google::protobuf::FieldMask* mask) const;

 private:
  std::vector<std::string> user_fields_;  // id=value
  std::string due_;                       // of a training that is assigned
  int due_days_ = 0;
  bool withdraw_ = false;
  std::vector<std::string> levels_;      // of a competency: id=name
  std::vector<std::string> recipients_;  // of a rule for mails
  std::optional<int> lead_days_;         // the same
  std::vector<std::string> subjects_;    // of a template of mails: locale=text
  std::vector<std::string> texts_;
  std::string texts_file_;
  std::vector<std::string> instructors_;  // of a session
  std::optional<bool> registration_;      // the same
  std::optional<int> capacity_;           // the same
  std::vector<std::string> conditions_;   // of a group
  bool by_hand_ = false;
  SavedReportOptions report_;
};

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_RESOURCE_PARTS_H_
