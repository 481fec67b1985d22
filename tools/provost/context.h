// What every command is run with: the flags that hold for all, the terminal, the server.
#ifndef PROVOST_TOOLS_PROVOST_CONTEXT_H_
#define PROVOST_TOOLS_PROVOST_CONTEXT_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tools/provost/look.h"
#include "tools/provost/names.h"
#include "tools/provost/rpc.h"

namespace provost::cli {

// What the process exits with.
inline constexpr int kExitOk = 0;      // done, or allowed
inline constexpr int kExitDenied = 1;  // denied, differs, or an expectation failed
inline constexpr int kExitError = 2;   // the command could not be carried out

// Where a command reads and writes. The streams must outlive it.
struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool is_utf8 = false;   // whether the locale can show box drawing
  bool no_color = false;  // NO_COLOR is set
};

struct GlobalOptions {
  std::string server = "127.0.0.1:7480";
  std::string actor;
  std::string tenant;
  std::string color = "auto";
  std::string at_least;
  std::string timeout = "30s";
  bool json = false;
  bool print_token = false;
};

// Not thread-safe.
class Context {
 public:
  explicit Context(Terminal terminal) : terminal_(terminal) {}

  GlobalOptions& options() { return options_; }
  const GlobalOptions& options() const { return options_; }
  std::istream& in() { return terminal_.in; }
  std::ostream& out() { return terminal_.out; }
  std::ostream& err() { return terminal_.err; }

  bool err_is_terminal() const { return terminal_.err_is_terminal; }

  // How standard output and standard error look.
  Look look() const { return LookOf(terminal_.out_is_terminal); }
  Look error_look() const { return LookOf(terminal_.err_is_terminal); }

  // The tenant of --tenant; else that of --as.
  Names names() const;

  // The full name of who calls, or INVALID_ARGUMENT that says how to give it.
  absl::StatusOr<std::string> Actor() const;

  // The connection to the server, made when it is first asked for. INVALID_ARGUMENT where a global
  // flag is malformed.
  absl::StatusOr<Rpc*> Server();

  // Calls a method, or every page of one.
  absl::Status Call(absl::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message& response);
  absl::Status CallPages(absl::string_view method, google::protobuf::Message& request,
                         google::protobuf::Message& response, size_t limit);

  // CallPages for what is of all people where --learner is not given: who may not see all of it is
  // told how to list their own.
  absl::Status CallPagesOf(const std::string& learner, absl::string_view method,
                           google::protobuf::Message& request, google::protobuf::Message& response,
                           size_t limit);

  // Sends or reads a stream: see Rpc.
  absl::Status SendStream(absl::string_view method, google::protobuf::Message& request,
                          absl::FunctionRef<absl::StatusOr<bool>()> next,
                          google::protobuf::Message& response);
  absl::Status ReadStream(absl::string_view method, const google::protobuf::Message& request,
                          google::protobuf::Message& item, absl::FunctionRef<absl::Status()> take);

  // Prints `message` as JSON if --json is set, else `text`.
  void Answer(const google::protobuf::Message& message, absl::string_view text);

 private:
  Look LookOf(bool is_terminal) const;
  void PrintToken();

  Terminal terminal_;
  GlobalOptions options_;
  std::unique_ptr<Rpc> rpc_;
};

// Reads a file, or standard input where `path` is `-`. NOT_FOUND and the like name the path; more
// than `limit` bytes are refused.
absl::StatusOr<std::string> ReadInput(Context& context, const std::string& path,
                                      size_t limit = size_t{64} << 20);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_CONTEXT_H_
