// From a command line to the request of a method of a resource.
#ifndef PROVOST_TOOLS_PROVOST_RESOURCE_REQUEST_H_
#define PROVOST_TOOLS_PROVOST_RESOURCE_REQUEST_H_

#include <google/protobuf/message.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tools/provost/context.h"
#include "tools/provost/initial_tenant.h"
#include "tools/provost/resource_parts.h"
#include "tools/provost/resource_types.h"

namespace provost::cli {

// The values that a command line gives, by field. Addresses of what is in it stay.
struct ResourceValues {
  std::string id;       // create: the id; else the name
  std::string learner;  // of an enrollment that its training names
  std::string target;   // move: where to
  std::map<std::string, std::string> texts;
  std::map<std::string, bool> flags;
  InitialTenant initial;
  ResourceParts parts;
  bool is_public = false;
  size_t limit = 0;

  bool IsDryRun() const;
};

// Adds the options of `verb`: an option for each field that people set.
void AddResourceOptions(CLI::App* command, const Verb& verb, ResourceValues& values);

// The request that `values` make. INVALID_ARGUMENT names what is wrong in the user's words.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> MakeResourceRequest(
    Context& context, const Verb& verb, const ResourceValues& values);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_RESOURCE_REQUEST_H_
