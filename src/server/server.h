#ifndef PROVOST_SERVER_SERVER_H_
#define PROVOST_SERVER_SERVER_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "server/options.h"

namespace provost {

/// A running server: database, tenants, commit lane, services. Everything that provostd does but
/// reading its command line; tests start it on port 0.
class Server {
 public:
  /// Opens the data folder, rebuilds the tenants and begins to serve. On a folder that has not been
  /// set up, the file `bootstrap-secret` in it has the secret for TenantService.SetUp, readable by
  /// its owner alone. INVALID_ARGUMENT for options out of range; FAILED_PRECONDITION where another
  /// server uses the folder; DATA_LOSS for damage; UNAVAILABLE where the port is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options);

  /// Shuts down.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// For tests: it is `time`, and goes on from there; waits until all that is due by then is done.
  /// Where that is before what the clock has shown, the clock stands still.
  void GoTo(absl::Time time);
  /// The same, so much later than what the clock shows.
  void Advance(absl::Duration time);

  /// How many rows were read from its database since it started; see Reader::rows_read.
  uint64_t rows_read() const;
  /// The port that it listens on.
  int port() const;
  /// `127.0.0.1:7480`, with the real port.
  std::string address() const;

  /// Stops taking calls, lets those under way finish for `ServerOptions::drain`, makes every change
  /// that was accepted, and closes the database. More calls do nothing.
  void Shutdown();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace provost

#endif  // PROVOST_SERVER_SERVER_H_
