#include "tools/provost/context.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/provost/render_message.h"
#include "tools/provost/times.h"

namespace provost::cli {

Look Context::LookOf(bool is_terminal) const {
  const bool forced = options_.color == "always";
  Look look;
  look.aligned = is_terminal || forced;
  look.color = forced || (is_terminal && options_.color == "auto" && !terminal_.no_color);
  look.unicode = look.aligned && terminal_.is_utf8;
  return look;
}

Names Context::names() const {
  absl::string_view tenant = options_.tenant;
  absl::ConsumePrefix(&tenant, "tenants/");
  return Names(std::string(tenant.empty() ? TenantIdOf(options_.actor) : tenant));
}

absl::StatusOr<std::string> Context::Actor() const {
  if (options_.actor.empty()) {
    return absl::InvalidArgumentError("say who is asking with --as users/ann (or PROVOST_ACTOR)");
  }
  return names().Full(options_.actor, "users");
}

absl::StatusOr<Rpc*> Context::Server() {
  if (rpc_ != nullptr) return rpc_.get();
  RpcOptions rpc;
  rpc.server = options_.server;
  rpc.at_least = options_.at_least;
  const absl::StatusOr<absl::Duration> timeout = ParseSpan(options_.timeout);
  if (!timeout.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--timeout: ", timeout.status().message()));
  }
  rpc.timeout = *timeout;
  if (!options_.actor.empty()) {
    absl::StatusOr<std::string> actor = Actor();
    if (!actor.ok()) return actor.status();
    rpc.actor = *std::move(actor);
  }
  rpc_ = std::make_unique<Rpc>(std::move(rpc));
  return rpc_.get();
}

void Context::PrintToken() {
  if (options_.print_token && !rpc_->token().empty()) err() << "token: " << rpc_->token() << "\n";
}

absl::Status Context::Call(absl::string_view method, const google::protobuf::Message& request,
                           google::protobuf::Message& response) {
  const absl::StatusOr<Rpc*> rpc = Server();
  if (!rpc.ok()) return rpc.status();
  absl::Status status = (*rpc)->Call(method, request, response);
  PrintToken();
  return status;
}

absl::Status Context::CallPages(absl::string_view method, google::protobuf::Message& request,
                                google::protobuf::Message& response, size_t limit) {
  const absl::StatusOr<Rpc*> rpc = Server();
  if (!rpc.ok()) return rpc.status();
  absl::Status status = (*rpc)->CallPages(method, request, response, limit);
  PrintToken();
  return status;
}

absl::Status Context::CallPagesOf(const std::string& learner, absl::string_view method,
                                  google::protobuf::Message& request,
                                  google::protobuf::Message& response, size_t limit) {
  absl::Status status = CallPages(method, request, response, limit);
  const absl::StatusOr<std::string> self = Actor();
  if (!absl::IsPermissionDenied(status) || !learner.empty() || !self.ok()) return status;
  return absl::PermissionDeniedError(
      absl::StrCat(status.message(), "; your own: --learner ", names().Short(*self)));
}

absl::Status Context::SendStream(absl::string_view method, google::protobuf::Message& request,
                                 absl::FunctionRef<absl::StatusOr<bool>()> next,
                                 google::protobuf::Message& response) {
  const absl::StatusOr<Rpc*> rpc = Server();
  if (!rpc.ok()) return rpc.status();
  absl::Status status = (*rpc)->SendStream(method, request, next, response);
  PrintToken();
  return status;
}

absl::Status Context::ReadStream(absl::string_view method, const google::protobuf::Message& request,
                                 google::protobuf::Message& item,
                                 absl::FunctionRef<absl::Status()> take) {
  const absl::StatusOr<Rpc*> rpc = Server();
  if (!rpc.ok()) return rpc.status();
  absl::Status status = (*rpc)->ReadStream(method, request, item, take);
  PrintToken();
  return status;
}

void Context::Answer(const google::protobuf::Message& message, absl::string_view text) {
  if (options_.json) {
    out() << RenderJson(message);
  } else {
    out() << text;
  }
}

absl::StatusOr<std::string> ReadInput(Context& context, const std::string& path, size_t limit) {
  std::ifstream file;
  std::istream* in = &context.in();
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) {
      return absl::NotFoundError(absl::StrCat("cannot read `", path, "`: ", std::strerror(errno)));
    }
    in = &file;
  }
  std::string bytes;
  char block[1 << 16];
  while (in->read(block, sizeof(block)) || in->gcount() > 0) {
    bytes.append(block, static_cast<size_t>(in->gcount()));
    if (bytes.size() > limit) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", path, "` is longer than ", limit, " bytes"));
    }
  }
  if (in->bad()) return absl::NotFoundError(absl::StrCat("cannot read `", path, "`"));
  return bytes;
}

}  // namespace provost::cli
