// What a new tenant begins with, for the commands that make one.
#ifndef PROVOST_TOOLS_PROVOST_INITIAL_TENANT_H_
#define PROVOST_TOOLS_PROVOST_INITIAL_TENANT_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "tools/provost/context.h"

namespace CLI {
class App;
}

namespace provost::cli {

// The options --preset or --policy, and those of the first administrator.
struct InitialTenant {
  std::string preset = "lms365";
  std::string policy_file;
  std::string admin_id;
  std::string admin_name;
  std::string admin_email;

  // Whether a request has the fields `policy` and `administrator` that these options fill.
  static bool IsWantedBy(const google::protobuf::Descriptor& request);

  // Binds the options; this must stay where it is for as long as `command` is used.
  void AddOptions(CLI::App* command);

  // Fills those fields. Errors: the policy file cannot be read, or is no textproto.
  absl::Status Fill(Context& context, google::protobuf::Message& request) const;
};

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_INITIAL_TENANT_H_
