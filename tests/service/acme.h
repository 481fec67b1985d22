// A server with a tenant `acme`, in the test's own process, and calls of the contract's methods as
// anybody.
#ifndef PROVOST_TESTS_SERVICE_ACME_H_
#define PROVOST_TESTS_SERVICE_ACME_H_

#include <google/protobuf/message.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/server.h"

namespace provost {

// What a call was answered.
template <typename Response>
struct Answer {
  grpc::Status status;
  Response value;

  bool ok() const { return status.ok(); }
  grpc::StatusCode code() const { return status.error_code(); }
  std::string message() const { return status.error_message(); }
  // The fields that a BadRequest names, with what is wrong with each.
  std::map<std::string, std::string> bad_fields() const {
    std::map<std::string, std::string> fields;
    google::rpc::Status details;
    details.ParseFromString(status.error_details());
    for (const auto& any : details.details()) {
      google::rpc::BadRequest bad;
      if (!any.UnpackTo(&bad)) continue;
      for (const auto& violation : bad.field_violations()) {
        fields[violation.field()] = violation.description();
      }
    }
    return fields;
  }
  // The types of the preconditions that failed.
  std::vector<std::string> violations() const {
    std::vector<std::string> types;
    google::rpc::Status details;
    details.ParseFromString(status.error_details());
    for (const auto& any : details.details()) {
      google::rpc::PreconditionFailure failure;
      if (!any.UnpackTo(&failure)) continue;
      for (const auto& violation : failure.violations()) types.push_back(violation.type());
    }
    return types;
  }
};

// Calls the method whose request this is. `actor` is a name within `acme`, such as `users/ann`, or
// a full one of any tenant; empty: nobody.
grpc::Status CallMethod(const std::shared_ptr<grpc::Channel>& channel, absl::string_view actor,
                        const google::protobuf::Message& request,
                        google::protobuf::Message* response);

// The first administrator, `users/ann`, holds the role `owner`, whose holders may do everything and
// assign every role. `acme_policy.textproto` has the roles.
class AcmeTest : public ::testing::Test {
 public:
  // The full name of something within `acme`; the tenant's for the empty one.
  static std::string Full(absl::string_view relative) {
    return relative.empty() ? "tenants/acme" : absl::StrCat("tenants/acme/", relative);
  }

 protected:
  // `policy` is a file of tests/service/data, or a preset's name.
  explicit AcmeTest(absl::string_view policy = "acme_policy.textproto");
  ~AcmeTest() override;

  template <typename Response, typename Request>
  Answer<Response> Call(absl::string_view actor, const Request& request) {
    Answer<Response> answer;
    answer.status = CallMethod(channel(), actor, request, &answer.value);
    return answer;
  }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // Stops the server and starts it again on the same data, with options that `adjust` changes.
  void Restart(const std::function<void(ServerOptions*)>& adjust = nullptr);
  void Stop();
  void Start(const std::function<void(ServerOptions*)>& adjust = nullptr);
  Server& server() { return *server_; }
  const std::string& folder() const { return folder_; }

  // Each is done by `users/ann` and must succeed. Names are within `acme`: `catalogs/safety`.
  void MakeCatalog(absl::string_view id, absl::string_view parent = "");
  void MakeCourse(absl::string_view id, absl::string_view parent = "");
  void MakeUser(absl::string_view id, absl::string_view home = "", absl::string_view email = "");
  void MakeGroup(absl::string_view id, absl::string_view home = "");
  void AddMember(absl::string_view group, absl::string_view member);
  // Returns the assignment's full name. The empty scope is the tenant.
  std::string Assign(absl::string_view subject, absl::string_view role, absl::string_view scope,
                     int64_t expires_seconds = 0);
  void Unassign(const std::string& assignment);
  void Hold(absl::string_view scope);
  // People who hold a role at the tenant, unguarded by the rules on delegation. Does so once,
  // before anything else is made.
  void Appoint(const std::vector<std::pair<std::string, std::string>>& users_and_roles);

 private:
  const std::string policy_;
  std::string folder_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_ACME_H_
