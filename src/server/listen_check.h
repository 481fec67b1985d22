#ifndef PROVOST_SERVER_LISTEN_CHECK_H_
#define PROVOST_SERVER_LISTEN_CHECK_H_

#include <string>

#include "absl/status/status.h"

namespace provost {

/// Whether the address `host:port` can be listened on now: UNAVAILABLE, with the system's reason,
/// where it cannot. Asked before a data folder is made, which a server that never served need not
/// leave behind; who takes the port in between is found out later.
absl::Status CheckListen(const std::string& listen);

}  // namespace provost

#endif  // PROVOST_SERVER_LISTEN_CHECK_H_
