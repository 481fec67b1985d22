#include "tenant/registry.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "policy/world/world.h"
#include "provost/v1/change.pb.h"
#include "store/key.h"
#include "store/write_group.h"
#include "tenant/change_codec.h"
#include "tenant/rows.h"
#include "world.h"

namespace provost {
namespace {

using store::Table;

// One of everything, then some of it changed and removed.
void Build(TenantFixture& tenants) {
  ASSERT_TRUE(tenants
                  .Change(tenants.acme(),
                          [](MutationContext& context) -> absl::StatusOr<std::string> {
                            TenantDraft& draft = context.draft();
                            const ScopeId safety = TenantFixture::PutCatalog(draft, "zz-safety");
                            const ScopeId inner =
                                TenantFixture::PutCatalog(draft, "aa-inner", safety);
                            const ScopeId fire = TenantFixture::PutCourse(draft, "fire", inner);
                            const SubjectId kim = TenantFixture::PutUser(draft, "kim", safety);
                            const SubjectId ops = TenantFixture::PutGroup(draft, "ops", safety);
                            rows::MemberRow member;
                            absl::Status status = draft.PutMemberRow(ops, kim, member);
                            if (!status.ok()) return status;
                            Window window;
                            window.expires = absl::FromUnixSeconds(4102444800);
                            TenantFixture::PutAssignment(draft, ops, "teacher", fire, window);
                            TenantFixture::PutAssignment(draft, kim, "teacher", safety);
                            rows::OverrideRow override;
                            override.mutable_override()->set_role("teacher");
                            override.mutable_override()->set_permission("course.update");
                            override.mutable_override()->set_effect(v1::ALLOW);
                            override.mutable_override()->mutable_facts();
                            draft.PutOverrideRow(fire, override);
                            return std::string();
                          })
                  .ok());
}

TEST(RegistryTest, AnEmptyDatabaseGetsTheSystemTenant) {
  TenantFixture tenants;
  EXPECT_TRUE(tenants.registry().empty());
  ASSERT_NE(tenants.registry().system(), nullptr);
  auto view = tenants.registry().system()->world().Read();
  EXPECT_EQ(view->root(), kRootScope);
  EXPECT_EQ(view->revision(), 1u);
}

TEST(RegistryTest, AWorldRebuiltFromRowsIsTheWorldBefore) {
  TenantFixture tenants;
  tenants.MakeAcme();
  Build(tenants);
  const std::string before = Dump(*tenants.acme()->world().Read());
  const std::string system = Dump(*tenants.registry().system()->world().Read());
  tenants.Close();
  tenants.Open();
  EXPECT_EQ(Dump(*tenants.acme()->world().Read()), before);
  EXPECT_EQ(Dump(*tenants.registry().system()->world().Read()), system);
}

TEST(RegistryTest, TheFeedGivesTheSameWorld) {
  TenantFixture tenants;
  tenants.MakeAcme();
  Build(tenants);
  World replica(TestPolicy().matrix);
  store::Cursor feed =
      tenants.database().Scan(Table::kChanges, store::KeyRange::Tenant(tenants.acme()->number()));
  uint64_t revision = 0;
  while (feed.Next()) {
    absl::StatusOr<v1::Change> row =
        ParseRow<v1::Change>(Table::kChanges, feed.key(), feed.value());
    ASSERT_TRUE(row.ok()) << row.status();
    EXPECT_EQ(row->revision(), ++revision) << "revisions have no gaps";
    absl::StatusOr<Change> change = FromProto(*row);
    ASSERT_TRUE(change.ok()) << change.status();
    const absl::Status applied = replica.Apply(*change);
    ASSERT_TRUE(applied.ok()) << applied;
  }
  EXPECT_EQ(Dump(*replica.Read()), Dump(*tenants.acme()->world().Read()));
}

TEST(RegistryTest, UidsAreNotGivenAgainAfterARestart) {
  TenantFixture tenants;
  tenants.MakeAcme();
  SubjectId first;
  auto add = [&](SubjectId* uid) {
    return tenants
        .Change(tenants.acme(),
                [uid](MutationContext& context) -> absl::StatusOr<std::string> {
                  *uid = TenantFixture::PutUser(context.draft(), "kim");
                  return std::string();
                })
        .status();
  };
  ASSERT_TRUE(add(&first).ok());
  ASSERT_TRUE(tenants
                  .Change(tenants.acme(),
                          [&](MutationContext& context) -> absl::StatusOr<std::string> {
                            return context.draft().EraseSubject(first).ok() ? std::string() : "";
                          })
                  .ok());
  tenants.Close();
  tenants.Open();
  SubjectId second;
  ASSERT_TRUE(add(&second).ok());
  EXPECT_GT(second.value, first.value);
}

TEST(RegistryTest, TimeDoesNotGoBackAcrossARestart) {
  TenantFixture tenants;
  tenants.MakeAcme();
  // As if the machine's clock had been an hour ahead at the last commit.
  const absl::Time ahead = absl::Now() + absl::Hours(1);
  store::WriteGroup group(&tenants.database());
  group.Put(Table::kMeta, "commit_time", std::to_string(absl::ToUnixNanos(ahead)));
  ASSERT_TRUE(tenants.database().Commit(group).ok());
  tenants.Close();
  tenants.Open();
  EXPECT_GE(tenants.registry().clock().Now(), absl::FromUnixNanos(absl::ToUnixNanos(ahead)));
}

// Each kind of damage is refused with the table and the key, and nothing is skipped.
TEST(RegistryTest, DamagedRowsAreRefusedByName) {
  struct Damage {
    Table table;
    std::string key;
    std::string value;
    std::string named;
  };
  TenantFixture tenants;
  tenants.MakeAcme();
  Build(tenants);
  const uint64_t acme = tenants.acme()->number();
  rows::CatalogRow orphan;
  orphan.set_uid(900);
  orphan.set_parent(899);
  rows::AssignmentRow stranger;
  stranger.set_subject(777);
  stranger.set_scope(1);
  stranger.mutable_assignment()->set_role("owner");
  const Damage damages[] = {
      {Table::kUsers, EntityKey(acme, Collection::kUsers, "kim"), "\x01\xff\xff", "users["},
      {Table::kUsers, EntityKey(acme, Collection::kUsers, "kim"), "\x09", "users["},
      {Table::kCatalogs, EntityKey(acme, Collection::kCatalogs, "orphan"), FormatRow(orphan),
       "catalogs["},
      {Table::kAssignments, AssignmentKey(acme, AssignmentId(50)), FormatRow(stranger),
       "assignments["},
      {Table::kTenants, CountersKey(acme), "", "tenants["},
  };
  for (const Damage& damage : damages) {
    absl::StatusOr<std::optional<std::string>> good =
        tenants.database().Get(damage.table, damage.key);
    ASSERT_TRUE(good.ok());
    store::WriteGroup bad(&tenants.database());
    bad.Put(damage.table, damage.key, damage.value);
    ASSERT_TRUE(tenants.database().Commit(bad).ok());
    tenants.Close();
    const absl::Status status = tenants.TryOpen();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << damage.named;
    EXPECT_TRUE(absl::StrContains(status.message(), damage.named)) << status;
    // Mended, it opens again.
    store::DatabaseOptions options;
    options.path = tenants.folder();
    {
      absl::StatusOr<std::unique_ptr<store::Database>> database = store::Database::Open(options);
      ASSERT_TRUE(database.ok()) << database.status();
      store::WriteGroup mend(database->get());
      if (good->has_value()) {
        mend.Put(damage.table, damage.key, **good);
      } else {
        mend.Delete(damage.table, damage.key);
      }
      ASSERT_TRUE((*database)->Commit(mend).ok());
    }
    tenants.Open();
  }
}

}  // namespace
}  // namespace provost
