// The `system` preset, and that presets have what the contract's methods ask for.

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/compiler/compiler.h"
#include "policy/matrix/matrix.h"

namespace provost::presets {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::shared_ptr<const Matrix> Compile(const std::string& name) {
  auto matrix = CompilePreset(name);
  EXPECT_TRUE(matrix.ok()) << matrix.status();
  return matrix.ok() ? *std::move(matrix) : nullptr;
}

TEST(SystemPresetTest, OperatorMayDoAllOfIt) {
  const auto system = Compile("system");
  ASSERT_NE(system, nullptr);
  ASSERT_TRUE(system->top_role().has_value());
  const RoleId top = *system->top_role();
  EXPECT_EQ(system->role(top).name, "operator");
  EXPECT_THAT(system->role(top).may_assign, ElementsAre(top));
  EXPECT_TRUE(system->role(top).may_assign_subset);
  for (size_t i = 0; i < system->permissions().size(); ++i) {
    const PermissionId permission(static_cast<uint16_t>(i));
    for (ScopeKind kind : kAllScopeKinds) {
      if (!system->permission(permission).asked_at.Has(kind)) continue;
      const CellInfo* cell = system->FindCell(top, permission, kind, false);
      ASSERT_NE(cell, nullptr) << system->permission(permission).name;
      EXPECT_EQ(cell->effect, Effect::kAllow);
      EXPECT_THAT(cell->alternatives, ElementsAre(FactSet{0}));
      EXPECT_EQ(cell->source, "r8");
    }
  }
}

TEST(SystemPresetTest, EveryoneElseHasTheirOwnAccountAlone) {
  const auto system = Compile("system");
  ASSERT_NE(system, nullptr);
  ASSERT_TRUE(system->default_role().has_value());
  const FactSet self = FactSet{1} << *system->FindFact("self");
  std::set<std::string> permissions;
  for (const CellInfo& cell : system->cells()) {
    if (cell.role == *system->top_role()) continue;
    EXPECT_EQ(cell.role, *system->default_role());
    permissions.insert(system->permission(cell.permission).name);
    EXPECT_THAT(cell.alternatives, ElementsAre(self));
  }
  EXPECT_THAT(permissions, UnorderedElementsAre("user.read", "user.update"));
  EXPECT_FALSE(system->anonymous_role().has_value());
}

// Below the system tenant a catalog stands for each hosted tenant.
TEST(SystemPresetTest, HostedTenantsAreAskedAboutWhereTheyStand) {
  const auto system = Compile("system");
  ASSERT_NE(system, nullptr);
  for (const char* name : {"tenant.read", "tenant.update", "tenant.suspend", "tenant.delete"}) {
    const auto id = system->FindPermission(name);
    ASSERT_TRUE(id.has_value()) << name;
    EXPECT_TRUE(system->permission(*id).asked_at.Has(ScopeKind::kCatalog)) << name;
  }
  const auto create = system->FindPermission("tenant.create");
  ASSERT_TRUE(create.has_value());
  EXPECT_FALSE(system->permission(*create).asked_at.Has(ScopeKind::kCatalog));
}

// What the options of the contract's methods ask, read from the .proto files.
struct Asked {
  std::string method;  // `catalog_service.proto: CreateCatalog`
  std::string file;
  bool in_tenant = false;  // judged in the tenant's own policy
  std::set<std::string> permissions;
  std::string system_permission;
};

std::string Quoted(const std::string& text, size_t from) {
  const size_t begin = text.find('"', from) + 1;
  return text.substr(begin, text.find('"', begin) - begin);
}

std::vector<Asked> AskedByTheContract() {
  std::vector<Asked> all;
  const std::string folder = absl::StrCat(PROVOST_SOURCE_DIR, "/proto/provost/v1");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    if (!absl::EndsWith(file, "_service.proto")) continue;
    std::ifstream stream(entry.path());
    std::ostringstream buffer;
    buffer << stream.rdbuf();
    const std::string text = buffer.str();
    for (size_t at = text.find("\n  rpc "); at != std::string::npos;
         at = text.find("\n  rpc ", at + 1)) {
      const size_t end = text.find("\n  }", at);
      const std::string body = text.substr(at, end - at);
      Asked asked;
      asked.file = file;
      asked.method = absl::StrCat(file, ": ", body.substr(7, body.find('(') - 7));
      asked.in_tenant = absl::StrContains(body, "judged_in: TENANT");
      for (size_t p = body.find("permission: "); p != std::string::npos;
           p = body.find("permission: ", p + 1)) {
        if (body.compare(p - 7, 7, "system_") == 0) {
          asked.system_permission = Quoted(body, p);
        } else {
          asked.permissions.insert(Quoted(body, p));
        }
      }
      all.push_back(std::move(asked));
    }
  }
  return all;
}

TEST(ContractTest, PresetsKnowWhatTheMethodsAsk) {
  const auto system = Compile("system");
  ASSERT_NE(system, nullptr);
  const std::vector<Asked> all = AskedByTheContract();
  ASSERT_GT(all.size(), 50u);
  for (const char* name : {"lms365", "plutolms", "coreachieve"}) {
    const auto preset = Compile(name);
    ASSERT_NE(preset, nullptr);
    for (const Asked& asked : all) {
      if (!asked.in_tenant) continue;
      for (const std::string& permission : asked.permissions) {
        EXPECT_TRUE(preset->FindPermission(permission).has_value())
            << name << ", " << asked.method << ": " << permission;
      }
    }
  }
  for (const Asked& asked : all) {
    if (!asked.in_tenant) {
      for (const std::string& permission : asked.permissions) {
        EXPECT_TRUE(system->FindPermission(permission).has_value())
            << asked.method << ": " << permission;
      }
    }
    if (!asked.system_permission.empty()) {
      EXPECT_TRUE(system->FindPermission(asked.system_permission).has_value())
          << asked.method << ": " << asked.system_permission;
    }
  }
}

// The system tenant's own accounts, roles and policy are run through the same services.
TEST(ContractTest, SystemPresetKnowsWhatItsOwnAccountsNeed) {
  const auto system = Compile("system");
  ASSERT_NE(system, nullptr);
  const std::set<std::string> services = {"access_service.proto", "group_service.proto",
                                          "policy_service.proto", "role_service.proto",
                                          "tenant_service.proto", "user_service.proto"};
  // Archiving is for what an LMS keeps; a hosted tenant is suspended or put on hold. Nobody learns
  // there, or looks others up, and its few accounts are made one by one.
  const std::set<std::string> not_there = {"tenant.archive",
                                           "catalog.manage",
                                           "course.archive",
                                           "session.archive",
                                           "report.tenant.read",
                                           "tenant.localization.manage",
                                           "tenant.crosscatalog.manage",
                                           "tenant.mobile.manage",
                                           "tenant.dashboard.manage",
                                           "user.profile.read",
                                           "user.import",
                                           "user.export"};
  std::set<std::string> missing;
  for (const Asked& asked : AskedByTheContract()) {
    if (services.count(asked.file) == 0 || !asked.in_tenant) continue;
    for (const std::string& permission : asked.permissions) {
      if (!system->FindPermission(permission).has_value()) missing.insert(permission);
    }
  }
  EXPECT_EQ(missing, not_there);
}

}  // namespace
}  // namespace provost::presets
