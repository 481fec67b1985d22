#include "provost/v1/tenant_service.pb.h"

#include <google/protobuf/empty.pb.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "client/channel.h"
#include "gmock/gmock.h"
#include "provost/v1/access_service.pb.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"
#include "tests/verify/verified_store.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::StartsWith;

constexpr auto kAborted = grpc::StatusCode::ABORTED;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kMissing = grpc::StatusCode::NOT_FOUND;
constexpr auto kTaken = grpc::StatusCode::ALREADY_EXISTS;
constexpr auto kUnknownCaller = grpc::StatusCode::UNAUTHENTICATED;
constexpr char kRoot[] = "tenants/system/users/root";

// A server that has not been set up.
class TenantServiceSetUpTest : public ::testing::Test {
 protected:
  TenantServiceSetUpTest() {
    folder_ = absl::StrCat(::testing::TempDir(), "/provost-XXXXXX");
    if (mkdtemp(folder_.data()) == nullptr) std::abort();
    Start();
  }
  ~TenantServiceSetUpTest() override {
    server_.reset();
    ExpectVerified(folder_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void Start() {
    server_.reset();
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.data = folder_;
    options.sync = false;
    options.log_level = "off";
    options.block_cache_mib = 8;
    absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = MakeChannel(server_->address());
  }
  template <typename Response, typename Request>
  Answer<Response> Call(absl::string_view actor, const Request& request) {
    Answer<Response> answer;
    answer.status = CallMethod(channel_, actor, request, &answer.value);
    return answer;
  }
  // Empty where there is no such file.
  std::string Secret() const {
    std::ifstream file(folder_ + "/bootstrap-secret");
    std::string secret;
    file >> secret;
    return secret;
  }
  static v1::SetUpRequest SettingUp(const std::string& secret, const std::string& tenant) {
    v1::SetUpRequest request;
    request.set_bootstrap_secret(secret);
    request.set_tenant_id(tenant);
    request.mutable_policy()->set_preset("lms365");
    request.mutable_administrator()->set_user_id("ann");
    return request;
  }

  std::string folder_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(TenantServiceSetUpTest, TA1_TheSecretSetsUpTheServerOnce) {
  const std::string secret = Secret();
  ASSERT_THAT(secret, testing::SizeIs(64));
  const auto wrong = Call<v1::SetUpResponse>("", SettingUp(std::string(64, '0'), "acme"));
  EXPECT_EQ(wrong.code(), kDenied);
  EXPECT_EQ(wrong.message().find(secret), std::string::npos);
  Start();
  EXPECT_EQ(Secret(), secret);

  const auto done = Call<v1::SetUpResponse>("", SettingUp(secret, "acme"));
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(done.value.tenant().name(), "tenants/acme");
  EXPECT_EQ(done.value.tenant().display_name(), "acme");
  EXPECT_EQ(done.value.tenant().policy(), "lms365");
  EXPECT_EQ(done.value.administrator(), "tenants/acme/users/ann");
  EXPECT_EQ(done.value.system_administrator(), kRoot);
  EXPECT_EQ(Secret(), "");
  for (const std::string& tried : {secret, std::string("0")}) {
    EXPECT_THAT(Call<v1::SetUpResponse>("", SettingUp(tried, "other")).violations(),
                ElementsAre("SET_UP"));
  }
  Start();
  EXPECT_EQ(Secret(), "");
  EXPECT_THAT(Call<v1::SetUpResponse>("", SettingUp(secret, "other")).violations(),
              ElementsAre("SET_UP"));
  v1::GetTenantRequest get;
  get.set_name("tenants/acme");
  EXPECT_TRUE(Call<v1::Tenant>("tenants/acme/users/ann", get).ok());
  EXPECT_TRUE(Call<v1::Tenant>(kRoot, get).ok());
}

TEST_F(TenantServiceSetUpTest, NobodyIsThereBeforehand) {
  EXPECT_EQ(Call<v1::ListTenantsResponse>(kRoot, v1::ListTenantsRequest()).code(), kUnknownCaller);
  EXPECT_EQ(Call<v1::ListTenantsResponse>("", v1::ListTenantsRequest()).code(), kUnknownCaller);
}

TEST_F(TenantServiceSetUpTest, BadInputNamesEachFieldAndUsesNothingUp) {
  v1::SetUpRequest request;
  request.mutable_administrator()->set_email("ann");
  EXPECT_THAT(Call<v1::SetUpResponse>("", request).bad_fields(),
              ElementsAre(Key("administrator.email"), Key("administrator.user_id"),
                          Key("bootstrap_secret"), Key("tenant_id")));
  request = SettingUp(Secret(), "system");
  EXPECT_THAT(Call<v1::SetUpResponse>("", request).bad_fields(), ElementsAre(Key("tenant_id")));
  request = SettingUp(Secret(), "acme");
  request.mutable_policy()->set_preset("lms356");
  const auto typo = Call<v1::SetUpResponse>("", request);
  EXPECT_THAT(typo.bad_fields(), ElementsAre(Key("policy.preset")));
  EXPECT_THAT(typo.message(), HasSubstr("`lms365`"));
  request.clear_policy();
  EXPECT_THAT(Call<v1::SetUpResponse>("", request).bad_fields(), ElementsAre(Key("policy")));
  // Without a top role nobody could hold the tenant.
  request.mutable_policy()->mutable_source()->set_name("empty");
  EXPECT_EQ(Call<v1::SetUpResponse>("", request).code(), grpc::StatusCode::INVALID_ARGUMENT);
  request = SettingUp(Secret(), "acme");
  request.set_system_user_id("boss");
  request.set_display_name("Acme Ltd");
  const auto done = Call<v1::SetUpResponse>("", request);
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(done.value.system_administrator(), "tenants/system/users/boss");
  EXPECT_EQ(done.value.tenant().display_name(), "Acme Ltd");
}

// `acme` with `users/ann`, and the system tenant's operator.
class TenantServiceTest : public AcmeTest {
 protected:
  TenantServiceTest() : AcmeTest("roles_policy.textproto") {}

  template <typename Request>
  static Request Named(absl::string_view name) {
    Request request;
    request.set_name(std::string(name));
    return request;
  }
  static v1::CreateTenantRequest Creating(absl::string_view id) {
    v1::CreateTenantRequest request;
    request.set_tenant_id(std::string(id));
    request.mutable_policy()->set_preset("lms365");
    request.mutable_administrator()->set_user_id("oda");
    return request;
  }
  void MakeTenant(absl::string_view id) {
    const auto answer = Call<v1::Tenant>(kRoot, Creating(id));
    ASSERT_TRUE(answer.ok()) << answer.message();
  }
  Answer<v1::Tenant> Get(absl::string_view actor, absl::string_view name) {
    return Call<v1::Tenant>(actor, Named<v1::GetTenantRequest>(name));
  }
  Answer<Empty> Delete(absl::string_view actor, absl::string_view name) {
    return Call<Empty>(actor, Named<v1::DeleteTenantRequest>(name));
  }
  Answer<v1::Tenant> Suspend(absl::string_view actor, absl::string_view name) {
    return Call<v1::Tenant>(actor, Named<v1::SuspendTenantRequest>(name));
  }
  Answer<v1::Tenant> Resume(absl::string_view actor, absl::string_view name) {
    return Call<v1::Tenant>(actor, Named<v1::ResumeTenantRequest>(name));
  }
  std::vector<std::string> Tenants(absl::string_view actor, int page_size = 0) {
    std::vector<std::string> names;
    v1::ListTenantsRequest request;
    request.set_page_size(page_size);
    for (;;) {
      const auto answer = Call<v1::ListTenantsResponse>(actor, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      for (const v1::Tenant& tenant : answer.value.tenants()) names.push_back(tenant.name());
      if (answer.value.next_page_token().empty()) return names;
      request.set_page_token(answer.value.next_page_token());
    }
  }
  // A tenant from a scenario; a scratch one where `ttl` is set. One catalog of it is frozen.
  Answer<v1::LoadScenarioResponse> Load(absl::string_view id, int ttl_seconds,
                                        v1::Scope::Freeze freeze) {
    v1::LoadScenarioRequest request;
    request.set_tenant_id(std::string(id));
    request.mutable_scenario()->set_policy("lms365");
    auto* tenant = request.mutable_scenario()->add_scopes();
    tenant->set_id("t");
    tenant->set_kind(v1::Scope::TENANT);
    auto* catalog = request.mutable_scenario()->add_scopes();
    catalog->set_id("safety");
    catalog->set_kind(v1::Scope::CATALOG);
    catalog->set_parent("t");
    catalog->set_frozen(freeze);
    request.mutable_scenario()->add_users()->set_id("oda");
    request.set_administrator("oda");
    if (ttl_seconds != 0) request.mutable_ttl()->set_seconds(ttl_seconds);
    return Call<v1::LoadScenarioResponse>(kRoot, request);
  }
  Answer<v1::ScopeState> HoldAbove(absl::string_view tenant) {
    auto request = Named<v1::FreezeScopeRequest>(absl::StrCat("tenants/system/catalogs/", tenant));
    request.set_freeze(v1::Scope::HOLD);
    return Call<v1::ScopeState>(kRoot, request);
  }
  bool ReadsSelf(absl::string_view user) {
    return Call<v1::User>(user, Named<v1::GetUserRequest>(user)).ok();
  }
};

TEST_F(TenantServiceTest, CreateMakesATenantWithItsAdministrator) {
  auto create = Creating("globex");
  create.mutable_tenant()->set_display_name("Globex");
  create.mutable_tenant()->set_suspended(true);  // not for clients to set
  create.set_validate_only(true);
  EXPECT_TRUE(Call<v1::Tenant>(kRoot, create).ok());
  EXPECT_THAT(Tenants(kRoot), ElementsAre("tenants/acme"));
  create.set_validate_only(false);
  create.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f");
  const auto created = Call<v1::Tenant>(kRoot, create);
  ASSERT_TRUE(created.ok()) << created.message();
  EXPECT_EQ(created.value.name(), "tenants/globex");
  EXPECT_EQ(created.value.display_name(), "Globex");
  EXPECT_EQ(created.value.policy(), "lms365");
  EXPECT_FALSE(created.value.suspended());
  EXPECT_FALSE(created.value.scratch());
  EXPECT_EQ(Get(kRoot, "tenants/globex").value.SerializeAsString(),
            created.value.SerializeAsString());
  EXPECT_TRUE(Get("tenants/globex/users/oda", "tenants/globex").ok());
  EXPECT_EQ(Call<v1::Tenant>(kRoot, create).value.SerializeAsString(),
            created.value.SerializeAsString());
  create.clear_request_id();
  EXPECT_EQ(Call<v1::Tenant>(kRoot, create).code(), kTaken);
  Restart();
  EXPECT_TRUE(Get("tenants/globex/users/oda", "tenants/globex").ok());

  const auto unnamed = Call<v1::Tenant>(kRoot, Creating(""));
  ASSERT_TRUE(unnamed.ok()) << unnamed.message();
  EXPECT_THAT(unnamed.value.name(), StartsWith("tenants/t-"));
  EXPECT_THAT(Call<v1::Tenant>(kRoot, Creating("system")).bad_fields(),
              ElementsAre(Key("tenant_id")));
  create = Creating("Globex");
  create.mutable_administrator()->clear_user_id();
  create.mutable_tenant()->set_display_name(std::string(201, 'x'));
  EXPECT_THAT(
      Call<v1::Tenant>(kRoot, create).bad_fields(),
      ElementsAre(Key("administrator.user_id"), Key("tenant.display_name"), Key("tenant_id")));
  for (const char* caller : {"users/ann", "tenants/globex/users/oda"}) {
    EXPECT_EQ(Call<v1::Tenant>(caller, Creating("acme")).code(), kDenied);
    EXPECT_EQ(Call<v1::Tenant>(caller, Creating("none")).code(), kDenied);
  }
}

TEST_F(TenantServiceTest, GetIsForTheTenantsOwnAndForTheSystem) {
  MakeTenant("globex");
  MakeUser("bob");
  EXPECT_TRUE(Get("users/ann", "tenants/acme").ok());
  EXPECT_EQ(Get("users/bob", "tenants/acme").code(), kDenied);
  const auto hidden = Get("users/ann", "tenants/globex");
  const auto missing = Get("users/ann", "tenants/nobody");
  EXPECT_EQ(hidden.code(), kDenied);
  EXPECT_EQ(hidden.message(), absl::StrReplaceAll(missing.message(), {{"nobody", "globex"}}));
  EXPECT_EQ(Get("users/ann", "tenants/system").code(), kDenied);
  EXPECT_EQ(Get(kRoot, "tenants/nobody").code(), kMissing);
  EXPECT_TRUE(Get(kRoot, "tenants/system").ok());
  EXPECT_THAT(Get(kRoot, "tenants/acme/users/ann").bad_fields(), ElementsAre(Key("name")));
  EXPECT_THAT(Get(kRoot, "acme").bad_fields(), ElementsAre(Key("name")));
}

TEST_F(TenantServiceTest, ListShowsTheTenantsThatTheCallerMayRead) {
  for (const char* id : {"zulu", "globex", "initech"}) MakeTenant(id);
  const std::vector<std::string> all = {"tenants/acme", "tenants/globex", "tenants/initech",
                                        "tenants/zulu"};
  EXPECT_EQ(Tenants(kRoot), all);
  EXPECT_EQ(Tenants(kRoot, 1), all);
  EXPECT_EQ(Tenants(kRoot, 4), all);
  EXPECT_EQ(Call<v1::ListTenantsResponse>("users/ann", v1::ListTenantsRequest()).code(), kDenied);
  v1::CreateUserRequest user;
  user.set_parent("tenants/system");
  user.set_user_id("guest");
  user.mutable_user()->set_display_name("Guest");
  ASSERT_TRUE(Call<v1::User>(kRoot, user).ok());
  const char guest[] = "tenants/system/users/guest";
  EXPECT_THAT(Tenants(guest), IsEmpty());
  EXPECT_EQ(Get(guest, "tenants/acme").message(),
            absl::StrReplaceAll(Get(guest, "tenants/none").message(), {{"none", "acme"}}));
  EXPECT_EQ(Delete(guest, "tenants/acme").message(),
            absl::StrReplaceAll(Delete(guest, "tenants/none").message(), {{"none", "acme"}}));
}

TEST_F(TenantServiceTest, UpdateChangesTheDisplayName) {
  const auto before = Get("users/ann", "tenants/acme");
  v1::UpdateTenantRequest update;
  update.mutable_tenant()->set_name("tenants/acme");
  update.mutable_tenant()->set_display_name("Acme Ltd");
  update.mutable_tenant()->set_etag(before.value.etag());
  update.set_validate_only(true);
  EXPECT_EQ(Call<v1::Tenant>("users/ann", update).value.display_name(), "Acme Ltd");
  EXPECT_EQ(Get(kRoot, "tenants/acme").value.display_name(), "acme");
  update.set_validate_only(false);
  const auto updated = Call<v1::Tenant>("users/ann", update);
  ASSERT_TRUE(updated.ok()) << updated.message();
  EXPECT_EQ(Call<v1::Tenant>("users/ann", update).code(), kAborted);
  Restart();
  EXPECT_EQ(Get("users/ann", "tenants/acme").value.SerializeAsString(),
            updated.value.SerializeAsString());
  update.mutable_tenant()->clear_etag();
  EXPECT_TRUE(Call<v1::Tenant>(kRoot, update).ok());
  update.mutable_update_mask()->add_paths("suspended");
  EXPECT_THAT(Call<v1::Tenant>(kRoot, update).bad_fields(),
              ElementsAre(Key("update_mask.paths[0]")));
  update.mutable_update_mask()->set_paths(0, "display_name");
  update.mutable_tenant()->clear_display_name();
  EXPECT_THAT(Call<v1::Tenant>(kRoot, update).bad_fields(),
              ElementsAre(Key("tenant.display_name")));
  update.mutable_tenant()->set_name("tenants/acme/users/ann");
  EXPECT_THAT(Call<v1::Tenant>(kRoot, update).bad_fields(), ElementsAre(Key("tenant.name")));
  update.mutable_tenant()->set_name("tenants/none");
  update.mutable_tenant()->set_display_name("None");
  EXPECT_EQ(Call<v1::Tenant>(kRoot, update).code(), kMissing);
  EXPECT_EQ(Call<v1::Tenant>("users/ann", update).code(), kDenied);
}

TEST_F(TenantServiceTest, Rule6_InASuspendedTenantEverythingIsDeniedToEverybody) {
  EXPECT_EQ(Suspend("users/ann", "tenants/acme").code(), kDenied);
  const auto before = Get(kRoot, "tenants/acme");
  auto suspend = Named<v1::SuspendTenantRequest>("tenants/acme");
  suspend.set_etag("stale");
  EXPECT_EQ(Call<v1::Tenant>(kRoot, suspend).code(), kAborted);
  suspend.set_etag(before.value.etag());
  const auto suspended = Call<v1::Tenant>(kRoot, suspend);
  ASSERT_TRUE(suspended.ok()) << suspended.message();
  EXPECT_TRUE(suspended.value.suspended());
  EXPECT_THAT(Suspend(kRoot, "tenants/acme").violations(), ElementsAre("SUSPENDED"));
  Restart();
  EXPECT_EQ(Get("users/ann", "tenants/acme").code(), kDenied);
  EXPECT_FALSE(ReadsSelf("tenants/acme/users/ann"));
  v1::CheckRequest check;
  check.set_subject(Full("users/ann"));
  check.set_permission("tenant.settings.read");
  check.set_scope(Full(""));
  EXPECT_EQ(Call<v1::CheckResponse>("users/ann", check).code(), kDenied);
  v1::CreateCatalogRequest write;
  write.set_parent(Full(""));
  write.mutable_catalog()->set_display_name("Safety");
  EXPECT_EQ(Call<v1::Catalog>("users/ann", write).code(), kDenied);
  // Those above go on, and the tenant cannot resume itself.
  EXPECT_TRUE(Get(kRoot, "tenants/acme").value.suspended());
  EXPECT_EQ(Resume("users/ann", "tenants/acme").code(), kDenied);
  const auto resumed = Resume(kRoot, "tenants/acme");
  ASSERT_TRUE(resumed.ok()) << resumed.message();
  EXPECT_FALSE(resumed.value.suspended());
  EXPECT_THAT(Resume(kRoot, "tenants/acme").violations(), ElementsAre("NOT_SUSPENDED"));
  EXPECT_TRUE(Get("users/ann", "tenants/acme").ok());
  EXPECT_THAT(Suspend(kRoot, "tenants/system").violations(), ElementsAre("SYSTEM_TENANT"));
  EXPECT_EQ(Suspend(kRoot, "tenants/none").code(), kMissing);
}

TEST_F(TenantServiceTest, ADeletedTenantIsGoneWithEverythingInIt) {
  MakeTenant("globex");
  const std::string oda = "tenants/globex/users/oda";
  v1::CreateCatalogRequest create;
  create.set_parent("tenants/globex");
  create.set_catalog_id("safety");
  create.mutable_catalog()->set_display_name("Safety");
  ASSERT_TRUE(Call<v1::Catalog>(oda, create).ok());
  EXPECT_EQ(Delete(oda, "tenants/globex").code(), kDenied);
  EXPECT_EQ(
      Delete("users/ann", "tenants/globex").message(),
      absl::StrReplaceAll(Delete("users/ann", "tenants/none").message(), {{"none", "globex"}}));
  auto remove = Named<v1::DeleteTenantRequest>("tenants/globex");
  remove.set_etag("stale");
  EXPECT_EQ(Call<Empty>(kRoot, remove).code(), kAborted);
  remove.set_etag(Get(kRoot, "tenants/globex").value.etag());
  remove.set_validate_only(true);
  EXPECT_TRUE(Call<Empty>(kRoot, remove).ok());
  EXPECT_TRUE(ReadsSelf(oda));
  remove.set_validate_only(false);
  const auto removed = Call<Empty>(kRoot, remove);
  ASSERT_TRUE(removed.ok()) << removed.message();
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Get(kRoot, "tenants/globex").code(), kMissing);
    EXPECT_EQ(Delete(kRoot, "tenants/globex").code(), kMissing);
    EXPECT_EQ(Get(oda, "tenants/globex").code(), kUnknownCaller);
    EXPECT_THAT(Tenants(kRoot), ElementsAre("tenants/acme"));
    Restart();
  }
  remove.set_allow_missing(true);
  EXPECT_TRUE(Call<Empty>(kRoot, remove).ok());
  EXPECT_EQ(Call<Empty>("users/ann", remove).code(), kDenied);
  EXPECT_THAT(Delete(kRoot, "tenants/system").violations(), ElementsAre("SYSTEM_TENANT"));

  // The id can be given again, to one that has nothing of the first.
  MakeTenant("globex");
  EXPECT_EQ(
      Call<v1::Catalog>(oda, Named<v1::GetCatalogRequest>("tenants/globex/catalogs/safety")).code(),
      kMissing);
  Restart();
  EXPECT_TRUE(ReadsSelf(oda));
}

TEST_F(TenantServiceTest, ARetriedDeletionGetsTheFirstAnswer) {
  MakeTenant("globex");
  auto remove = Named<v1::DeleteTenantRequest>("tenants/globex");
  remove.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f");
  ASSERT_TRUE(Call<Empty>(kRoot, remove).ok());
  const auto again = Call<Empty>(kRoot, remove);
  EXPECT_TRUE(again.ok()) << again.message();
  Restart();
  EXPECT_TRUE(Call<Empty>(kRoot, remove).ok());
  EXPECT_EQ(Call<Empty>("users/ann", remove).code(), kDenied);
  // It is the first that it was about, and not another of the name.
  MakeTenant("globex");
  EXPECT_TRUE(Call<Empty>(kRoot, remove).ok());
  EXPECT_TRUE(ReadsSelf("tenants/globex/users/oda"));
  remove.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e60");
  remove.set_name("tenants/none");
  EXPECT_EQ(Call<Empty>(kRoot, remove).code(), kMissing);
}

TEST_F(TenantServiceTest, Rule19_AHoldKeepsATenantFromBeingDeleted) {
  MakeCatalog("safety");
  auto archive = Named<v1::FreezeScopeRequest>(Full(""));
  archive.set_freeze(v1::Scope::ARCHIVE);
  Hold("catalogs/safety");
  const auto held = Delete(kRoot, "tenants/acme");
  EXPECT_THAT(held.violations(), ElementsAre("HELD"));
  EXPECT_THAT(held.message(), HasSubstr("`tenants/acme/catalogs/safety`"));
  auto lift = Named<v1::UnfreezeScopeRequest>(Full("catalogs/safety"));
  lift.set_freeze(v1::Scope::HOLD);
  ASSERT_TRUE(Call<v1::ScopeState>("users/ann", lift).ok());
  // One above it, in the system tenant, likewise.
  ASSERT_TRUE(HoldAbove("acme").ok());
  EXPECT_THAT(Delete(kRoot, "tenants/acme").violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Suspend(kRoot, "tenants/acme").violations(), ElementsAre("FROZEN"));
  lift.set_name("tenants/system/catalogs/acme");
  ASSERT_TRUE(Call<v1::ScopeState>(kRoot, lift).ok());
  // What is archived goes with its tenant.
  ASSERT_TRUE(Call<v1::ScopeState>("users/ann", archive).ok());
  const auto deleted = Delete(kRoot, "tenants/acme");
  EXPECT_TRUE(deleted.ok()) << deleted.message();
}

TEST_F(TenantServiceTest, Rule19_TheHoldsOfAScratchTenantGuardNothing) {
  const auto lasting = Load("lasting", 0, v1::Scope::HOLD);
  ASSERT_TRUE(lasting.ok()) << lasting.message();
  EXPECT_FALSE(lasting.value.tenant().scratch());
  EXPECT_THAT(Delete(kRoot, "tenants/lasting").violations(), ElementsAre("HELD"));
  const auto scratch = Load("scratch", 3600, v1::Scope::HOLD);
  ASSERT_TRUE(scratch.ok()) << scratch.message();
  EXPECT_TRUE(scratch.value.tenant().scratch());
  EXPECT_GT(scratch.value.tenant().expire_time().seconds(),
            scratch.value.tenant().create_time().seconds());
  const auto deleted = Delete(kRoot, "tenants/scratch");
  EXPECT_TRUE(deleted.ok()) << deleted.message();
}

TEST_F(TenantServiceTest, Rule19_TheTimerDeletesScratchTenantsUnlessTheyAreHeldFromAbove) {
  ASSERT_TRUE(Load("passing", 1, v1::Scope::HOLD).ok());
  ASSERT_TRUE(Load("held", 1, v1::Scope::NOT_FROZEN).ok());
  ASSERT_TRUE(HoldAbove("held").ok());
  // The timer comes to `held` first, so it has been judged once `passing` is gone.
  const absl::Time start = absl::Now();
  while (Get(kRoot, "tenants/passing").ok() && absl::Now() - start < absl::Seconds(30)) {
    absl::SleepFor(absl::Milliseconds(50));
  }
  EXPECT_EQ(Get(kRoot, "tenants/passing").code(), kMissing);
  EXPECT_TRUE(Get(kRoot, "tenants/held").ok());
}

TEST_F(TenantServiceTest, LoadScenarioFillsWhatIsEmpty) {
  const auto loaded = Load("globex", 0, v1::Scope::NOT_FROZEN);
  ASSERT_TRUE(loaded.ok()) << loaded.message();
  EXPECT_EQ(loaded.value.tenant().name(), "tenants/globex");
  ASSERT_EQ(loaded.value.scopes_size(), 2);
  EXPECT_EQ(loaded.value.scopes(1).name(), "tenants/globex/catalogs/safety");
  ASSERT_EQ(loaded.value.subjects_size(), 1);
  EXPECT_EQ(loaded.value.subjects(0).name(), "tenants/globex/users/oda");
  EXPECT_TRUE(Get("tenants/globex/users/oda", "tenants/globex").ok());
  EXPECT_THAT(Load("globex", 0, v1::Scope::NOT_FROZEN).violations(), ElementsAre("NOT_EMPTY"));
  EXPECT_THAT(Load("acme", 0, v1::Scope::NOT_FROZEN).violations(), ElementsAre("POLICY"));
  MakeTenant("initech");
  EXPECT_TRUE(Load("initech", 0, v1::Scope::NOT_FROZEN).ok());
  EXPECT_THAT(Load("late", 24 * 3600 + 1, v1::Scope::NOT_FROZEN).bad_fields(),
              ElementsAre(Key("ttl")));
  EXPECT_THAT(Load("system", 0, v1::Scope::NOT_FROZEN).bad_fields(), ElementsAre(Key("tenant_id")));
  v1::LoadScenarioRequest request;
  request.mutable_scenario()->set_policy("lms365");
  auto* tenant = request.mutable_scenario()->add_scopes();
  tenant->set_id("t");
  tenant->set_kind(v1::Scope::TENANT);
  EXPECT_EQ(Call<v1::LoadScenarioResponse>("users/ann", request).code(), kDenied);
  request.set_administrator("oda");
  EXPECT_THAT(Call<v1::LoadScenarioResponse>(kRoot, request).bad_fields(),
              ElementsAre(Key("administrator")));
  EXPECT_THAT(Tenants(kRoot), ElementsAre("tenants/acme", "tenants/globex", "tenants/initech"));
}

TEST_F(TenantServiceTest, NothingOfOneTenantIsReachedFromAnother) {
  const auto loaded = Load("globex", 0, v1::Scope::NOT_FROZEN);
  ASSERT_TRUE(loaded.ok()) << loaded.message();
  MakeCatalog("safety");
  // To acme's owner each answer about globex is that about a tenant that is not there. The
  // operator has no rights inside a tenant either.
  const auto same = [&](auto request, auto set, auto response) {
    using Response = decltype(response);
    for (const char* caller : {"users/ann", kRoot}) {
      set(request, "tenants/globex");
      const auto there = Call<Response>(caller, request);
      set(request, "tenants/nobody");
      const auto missing = Call<Response>(caller, request);
      EXPECT_EQ(there.code(), kDenied) << request.GetTypeName() << " " << there.message();
      EXPECT_EQ(there.code(), missing.code());
      EXPECT_EQ(there.message(), absl::StrReplaceAll(missing.message(), {{"nobody", "globex"}}));
    }
  };
  const auto name = [](const char* suffix) {
    return [suffix](auto& request, const std::string& tenant) {
      request.set_name(absl::StrCat(tenant, suffix));
    };
  };
  const auto parent = [](auto& request, const std::string& tenant) { request.set_parent(tenant); };
  same(v1::GetUserRequest(), name("/users/oda"), v1::User());
  same(v1::DeleteUserRequest(), name("/users/oda"), Empty());
  same(v1::GetCatalogRequest(), name("/catalogs/safety"), v1::Catalog());
  same(v1::DeleteCatalogRequest(), name("/catalogs/safety"), Empty());
  same(v1::GetAssignmentRequest(), name("/assignments/1"), v1::Assignment());
  same(v1::DeleteAssignmentRequest(), name("/assignments/1"), Empty());
  same(v1::ListUsersRequest(), parent, v1::ListUsersResponse());
  same(v1::ListAssignmentsRequest(), parent, v1::ListAssignmentsResponse());
  same(v1::ListRolesRequest(), parent, v1::ListRolesResponse());
  same(
      v1::CreateAssignmentRequest(),
      [](v1::CreateAssignmentRequest& request, const std::string& tenant) {
        request.set_parent(tenant);
        request.mutable_assignment()->set_scope(tenant);
        request.mutable_assignment()->set_subject(absl::StrCat(tenant, "/users/oda"));
        request.mutable_assignment()->set_role("tenant_admin");
      },
      v1::Assignment());
  same(
      v1::CheckRequest(),
      [](v1::CheckRequest& request, const std::string& tenant) {
        request.set_scope(tenant);
        request.set_subject(absl::StrCat(tenant, "/users/oda"));
        request.set_permission("course.read");
      },
      v1::CheckResponse());
  EXPECT_EQ(Delete("users/ann", "tenants/globex").code(), kDenied);
  EXPECT_EQ(Call<v1::Catalog>("tenants/globex/users/oda",
                              Named<v1::GetCatalogRequest>("tenants/acme/catalogs/safety"))
                .code(),
            kDenied);
  EXPECT_TRUE(ReadsSelf("tenants/globex/users/oda"));
}

}  // namespace
}  // namespace provost
