// A disk that has no room left: writes are refused, reads go on, nothing that was acknowledged is
// lost, and the process lives.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "store/log_file.h"
#include "tests/store/support.h"

namespace provost::store {
namespace {

using Words = std::vector<std::string>;

// No file grows beyond that from now on. A disk of this process alone that is full: an append says
// EFBIG where a full disk says ENOSPC, and RocksDB makes no difference.
void LimitFiles(rlim_t bytes) {
  signal(SIGXFSZ, SIG_IGN);
  rlimit limit;
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  setrlimit(RLIMIT_FSIZE, &limit);
}

std::string KeyOf(int number) { return absl::StrCat("key", 1000 + number); }

// Returns the exit code: 0, or the number of what went wrong.
int FillTheDisk(const std::string& path) {
  const std::string value(500, 'v');
  int acknowledged = 0;
  {
    auto database = OpenOrDie(path);
    if (database == nullptr) return 10;
    LimitFiles(8192);
    absl::Status status;
    while (acknowledged < 100) {
      status = PutAll(*database, Table::kUsers, {{KeyOf(acknowledged), value}});
      if (!status.ok()) break;
      ++acknowledged;
    }
    if (acknowledged == 0 || !absl::IsUnavailable(status) || database->healthy()) return 11;
    for (int i = 0; i < 5; ++i) {
      status = PutAll(*database, Table::kUsers, {{"later", value}});
      if (!absl::IsUnavailable(status)) return 12;
    }
    if (AllRows(*database, Table::kUsers).size() != static_cast<size_t>(acknowledged)) return 13;
  }
  // Nor can it be opened where nothing at all can be written; but it says so.
  LimitFiles(100);
  const absl::Status refused = Database::Open(OptionsFor(path)).status();
  if (!absl::IsUnavailable(refused)) return 14;
  if (refused.message().find(path) == absl::string_view::npos) return 15;
  LimitFiles(RLIM_INFINITY);
  auto database = OpenOrDie(path);
  if (database == nullptr) return 16;
  for (int i = 0; i < acknowledged; ++i) {
    if (ValueOf(*database, Table::kUsers, KeyOf(i)) != value) return 17;
  }
  return 0;
}

TEST(FullDiskTest, WritesAreRefusedReadsGoOnAndNothingIsLost) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  // Made by the child: the parent's is another one, for the child runs the test from its start.
  EXPECT_EXIT(
      {
        TempFolder folder;
        const int code = FillTheDisk(folder / "data");
        std::error_code error;
        std::filesystem::remove_all(folder.path(), error);
        _exit(code);
      },
      ::testing::ExitedWithCode(0), "");
}

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

TEST(LogFileTest, IsHeldToTwiceItsSize) {
  TempFolder folder;
  const std::string path = folder / "LOG";
  {
    LogFile log(path, 1000);
    for (int i = 0; i < 100; ++i) log.Write(absl::StrCat("line ", i));
    EXPECT_LE(std::filesystem::file_size(path), 1000u);
    EXPECT_LE(std::filesystem::file_size(path + ".old"), 1000u);
    EXPECT_THAT(ContentOf(path), ::testing::HasSubstr("Z line 99\n"));
  }
  LogFile next(path, 1000);
  EXPECT_EQ(ContentOf(path), "");
  EXPECT_THAT(ContentOf(path + ".old"), ::testing::HasSubstr("Z line 99\n"));
}

TEST(LogFileTest, AFolderThatIsGoneIsNoFault) {
  TempFolder folder;
  LogFile log(folder / "nowhere/LOG", 1000);
  log.Write("a line");
  EXPECT_FALSE(std::filesystem::exists(folder / "nowhere"));
}

}  // namespace
}  // namespace provost::store
