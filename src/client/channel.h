// How a program connects to a Provost server.
#ifndef PROVOST_CLIENT_CHANNEL_H_
#define PROVOST_CLIENT_CHANNEL_H_

#include <memory>
#include <string>

#include <grpcpp/channel.h>

namespace provost {

// A channel to `server` (`host:port`), for the stubs of provost/v1 and for generic ones. It
// connects when it is first used, and again whenever the connection is lost, a tenth of a second
// after it could not; answers of any size are accepted. The connection is in clear text: a server
// without an authenticator listens on loopback only. Thread-safe to use; never null.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& server);

}  // namespace provost

#endif  // PROVOST_CLIENT_CHANNEL_H_
