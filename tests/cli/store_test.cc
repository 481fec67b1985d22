// `provost store verify` on the database of a server that does not run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/database.h"
#include "store/key.h"
#include "store/write_group.h"
#include "tests/cli/acme.h"
#include "tests/verify/verified_store.h"

namespace provost::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class StoreTest : public AcmeTest {
 protected:
  StoreTest() : AcmeTest("coreachieve") { Do("users/ann", {"users", "create", "bob"}); }

  CliRun Verify(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"store", "verify", Path("data")});
    return RunCli(more);
  }
  void Put(store::Table table, const std::string& key, const std::string& value) {
    store::DatabaseOptions options;
    options.path = Path("data");
    auto database = store::Database::Open(options);
    ASSERT_TRUE(database.ok()) << database.status();
    store::WriteGroup group(database->get());
    group.Put(table, key, value);
    ASSERT_TRUE((*database)->Commit(group).ok());
  }
};

TEST_F(StoreTest, VerifyTellsWhatItWalked) {
  server_.reset();
  const CliRun run = Verify();
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out,
              AllOf(StartsWith("table\trows\n"), HasSubstr("users\t3\n"), HasSubstr("2 tenants, "),
                    HasSubstr(" entries of indexes and figures\n"), HasSubstr("no problems\n")));
}

TEST_F(StoreTest, VerifyIsRefusedWhileAServerRuns) {
  const CliRun run = Verify();
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, AllOf(HasSubstr(Path("data")), HasSubstr("in use by another server"),
                             HasSubstr("(process ")));
}

TEST_F(StoreTest, VerifyNamesWhatIsWrong) {
  server_.reset();
  LeaveDamaged();
  Put(store::Table::kGroups, store::KeyWriter(77).String("lost").Take(), "?");
  Put(store::Table::kIndexes, store::KeyWriter(2).U8(200).Take(), "?");
  const CliRun run = Verify();
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, AllOf(HasSubstr("2 problems:\n"), HasSubstr("unknown: groups[77/lost"),
                             HasSubstr("unknown: indexes[2/")));
  const CliRun first = Verify({"--problems", "1"});
  EXPECT_EQ(first.code, 1);
  EXPECT_THAT(first.out, HasSubstr("2 problems, the first 1:\n"));
  const CliRun json = Verify({"--json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_THAT(json.out, AllOf(HasSubstr("\"problemCount\": 2"), HasSubstr("\"table\": \"groups\""),
                              HasSubstr("\"kind\": \"unknown\"")));
}

TEST_F(StoreTest, VerifyOfNothing) {
  const CliRun run = RunCli({"store", "verify", Path("nowhere")});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("there is no folder"));
}

}  // namespace
}  // namespace provost::cli
