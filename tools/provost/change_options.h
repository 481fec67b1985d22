// The options of whatever changes something: --dry-run and --request-id.
#ifndef PROVOST_TOOLS_PROVOST_CHANGE_OPTIONS_H_
#define PROVOST_TOOLS_PROVOST_CHANGE_OPTIONS_H_

#include <CLI/CLI.hpp>
#include <string>

namespace provost::cli {

// For the options of a command to be made of.
struct ChangeOptions {
  std::string request_id;
  bool dry_run = false;

  void AddChangeOptions(CLI::App* command) {
    command->add_flag("--dry-run", dry_run, "Do everything but the change");
    command->add_option("--request-id", request_id, "A UUID that makes a retry harmless")
        ->type_name("UUID");
  }

  template <typename Request>
  void FillChange(Request& request) const {
    request.set_validate_only(dry_run);
    request.set_request_id(request_id);
  }

  // What a message about it begins with.
  const char* Would() const { return dry_run ? "would be " : ""; }
};

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_CHANGE_OPTIONS_H_
