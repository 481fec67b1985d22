#include "tests/service/acme.h"

#include <google/protobuf/empty.pb.h>
#include <google/protobuf/text_format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/support/byte_buffer.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "client/channel.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/verify/verified_store.h"

namespace provost {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool IsFile(absl::string_view policy) { return absl::EndsWith(policy, ".textproto"); }

v1::PolicySource ReadPolicy(absl::string_view name) {
  v1::PolicySource source;
  const std::string text = ReadFile(absl::StrCat(PROVOST_TEST_DATA_DIR, "/", name));
  if (!google::protobuf::TextFormat::ParseFromString(text, &source)) std::abort();
  return source;
}

}  // namespace

grpc::Status CallMethod(const std::shared_ptr<grpc::Channel>& channel, absl::string_view actor,
                        const google::protobuf::Message& request,
                        google::protobuf::Message* response) {
  const google::protobuf::FileDescriptor* file = request.GetDescriptor()->file();
  std::string path;
  for (int s = 0; s < file->service_count(); ++s) {
    for (int m = 0; m < file->service(s)->method_count(); ++m) {
      const google::protobuf::MethodDescriptor* method = file->service(s)->method(m);
      if (method->input_type() != request.GetDescriptor()) continue;
      path = absl::StrCat("/", method->service()->full_name(), "/", method->name());
    }
  }
  grpc::ClientContext context;
  if (!actor.empty()) {
    const bool is_full = absl::StartsWith(actor, "tenants/");
    context.AddMetadata("provost-actor", is_full ? std::string(actor) : AcmeTest::Full(actor));
  }
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const grpc::Slice slice(request.SerializeAsString());
  const grpc::ByteBuffer bytes(&slice, 1);
  grpc::ByteBuffer answer;
  const grpc::Status status = grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
      channel.get(), grpc::internal::RpcMethod(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC),
      &context, bytes, &answer);
  if (!status.ok()) return status;
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!answer.Dump(&slices).ok()) std::abort();
  for (const grpc::Slice& part : slices) {
    text.append(reinterpret_cast<const char*>(part.begin()), part.size());
  }
  if (!response->ParseFromString(text)) std::abort();
  return status;
}

AcmeTest::AcmeTest(absl::string_view policy) : policy_(policy) {
  std::string folder = absl::StrCat(::testing::TempDir(), "/provost-XXXXXX");
  if (mkdtemp(folder.data()) == nullptr) std::abort();
  folder_ = folder;
  Start();
  v1::SetUpRequest request;
  request.set_bootstrap_secret(std::string(
      absl::StripAsciiWhitespace(ReadFile(absl::StrCat(folder_, "/bootstrap-secret")))));
  request.set_tenant_id("acme");
  if (IsFile(policy)) {
    *request.mutable_policy()->mutable_source() = ReadPolicy(policy);
  } else {
    request.mutable_policy()->set_preset(policy_);
  }
  request.mutable_administrator()->set_user_id("ann");
  request.mutable_administrator()->set_email("ann@acme.example");
  const auto answer = Call<v1::SetUpResponse>("", request);
  if (!answer.ok()) {
    ADD_FAILURE() << answer.message();
    std::abort();
  }
}

AcmeTest::~AcmeTest() {
  Stop();
  ExpectVerified(folder_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void AcmeTest::Start(const std::function<void(ServerOptions*)>& adjust) {
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.data = folder_;
  options.sync = false;  // Nothing here loses power.
  options.log_level = "off";
  options.block_cache_mib = 8;
  if (adjust != nullptr) adjust(&options);
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(options);
  if (!server.ok()) {
    ADD_FAILURE() << server.status();
    std::abort();
  }
  server_ = *std::move(server);
  channel_ = MakeChannel(server_->address());
}

void AcmeTest::Stop() {
  channel_.reset();
  server_.reset();
}

void AcmeTest::Restart(const std::function<void(ServerOptions*)>& adjust) {
  Stop();
  Start(adjust);
}

void AcmeTest::MakeCatalog(absl::string_view id, absl::string_view parent) {
  v1::CreateCatalogRequest request;
  request.set_parent(Full(""));
  request.set_catalog_id(std::string(id));
  request.mutable_catalog()->set_display_name(std::string(id));
  request.mutable_catalog()->set_parent_scope(Full(parent));
  const auto answer = Call<v1::Catalog>("users/ann", request);
  ASSERT_TRUE(answer.ok()) << answer.message();
}

void AcmeTest::MakeCourse(absl::string_view id, absl::string_view parent) {
  v1::CreateCourseRequest request;
  request.set_parent(Full(""));
  request.set_course_id(std::string(id));
  request.mutable_course()->set_display_name(std::string(id));
  request.mutable_course()->set_parent_scope(Full(parent));
  const auto answer = Call<v1::Course>("users/ann", request);
  ASSERT_TRUE(answer.ok()) << answer.message();
}

void AcmeTest::MakeUser(absl::string_view id, absl::string_view home, absl::string_view email) {
  v1::CreateUserRequest request;
  request.set_parent(Full(""));
  request.set_user_id(std::string(id));
  request.mutable_user()->set_display_name(std::string(id));
  if (!home.empty()) request.mutable_user()->set_home_scope(Full(home));
  request.mutable_user()->set_email(std::string(email));
  const auto answer = Call<v1::User>("users/ann", request);
  ASSERT_TRUE(answer.ok()) << answer.message();
}

void AcmeTest::MakeGroup(absl::string_view id, absl::string_view home) {
  v1::CreateGroupRequest request;
  request.set_parent(Full(""));
  request.set_group_id(std::string(id));
  request.mutable_group()->set_display_name(std::string(id));
  if (!home.empty()) request.mutable_group()->set_home_scope(Full(home));
  const auto answer = Call<v1::Group>("users/ann", request);
  ASSERT_TRUE(answer.ok()) << answer.message();
}

void AcmeTest::AddMember(absl::string_view group, absl::string_view member) {
  v1::AddMemberRequest request;
  request.set_group(Full(group));
  request.set_member(Full(member));
  const auto answer = Call<v1::Member>("users/ann", request);
  ASSERT_TRUE(answer.ok()) << answer.message();
}

std::string AcmeTest::Assign(absl::string_view subject, absl::string_view role,
                             absl::string_view scope, int64_t expires_seconds) {
  v1::CreateAssignmentRequest request;
  request.set_parent(Full(""));
  request.mutable_assignment()->set_subject(Full(subject));
  request.mutable_assignment()->set_role(std::string(role));
  request.mutable_assignment()->set_scope(Full(scope));
  if (expires_seconds != 0) {
    request.mutable_assignment()->mutable_expires()->set_seconds(expires_seconds);
  }
  const auto answer = Call<v1::Assignment>("users/ann", request);
  EXPECT_TRUE(answer.ok()) << answer.message();
  return answer.value.name();
}

void AcmeTest::Unassign(const std::string& assignment) {
  v1::DeleteAssignmentRequest request;
  request.set_name(assignment);
  const auto answer = Call<google::protobuf::Empty>("users/ann", request);
  ASSERT_TRUE(answer.ok()) << answer.message();
}

void AcmeTest::Hold(absl::string_view scope) {
  v1::FreezeScopeRequest request;
  request.set_name(Full(scope));
  request.set_freeze(v1::Scope::HOLD);
  const auto answer = Call<v1::ScopeState>("users/ann", request);
  ASSERT_TRUE(answer.ok()) << answer.message();
}

void AcmeTest::Appoint(const std::vector<std::pair<std::string, std::string>>& users_and_roles) {
  v1::LoadScenarioRequest request;
  request.set_tenant_id("acme");
  v1::Scenario& scenario = *request.mutable_scenario();
  if (IsFile(policy_)) {
    *scenario.mutable_inline_policy() = ReadPolicy(policy_);
  } else {
    scenario.set_policy(policy_);
  }
  v1::Scenario::ScopeNode& tenant = *scenario.add_scopes();
  tenant.set_id("acme");
  tenant.set_kind(v1::Scope::TENANT);
  for (const auto& [user, role] : users_and_roles) {
    scenario.add_users()->set_id(user);
    if (role.empty()) continue;
    v1::Scenario::Assignment& assignment = *scenario.add_assignments();
    assignment.set_subject(user);
    assignment.set_role(role);
    assignment.set_scope("acme");
  }
  const auto answer = Call<v1::LoadScenarioResponse>("tenants/system/users/root", request);
  ASSERT_TRUE(answer.ok()) << answer.message();
}

}  // namespace provost
