// What Database::Open promises: what it makes, what it takes up, what it refuses and how it says
// so.

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "store/migration.h"
#include "store/record.h"
#include "store/testing/open_hooks.h"
#include "tests/store/support.h"

namespace provost::store {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

const Rows kRows = {{"a", "1"}, {"b", "2"}};

// The newest file of the folder whose name begins and ends so.
std::string FileOf(const std::string& folder, const std::string& begin, const std::string& end) {
  std::string newest;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (absl::StartsWith(name, begin) && absl::EndsWith(name, end) && entry.file_size() > 0) {
      newest = std::max(newest, entry.path().string());
    }
  }
  EXPECT_NE(newest, "") << begin << "*" << end;
  return newest;
}

// Turns bits of the byte at `at`, from the end where that is negative.
void Damage(const std::string& file, int64_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const int64_t size = static_cast<int64_t>(fs::file_size(file));
  const int64_t place = at < 0 ? size + at : at;
  stream.seekg(place);
  const char byte = static_cast<char>(stream.get());
  stream.seekp(place);
  stream.put(static_cast<char>(byte ^ 0x55));
}

uint32_t FormatOf(const Database& database) {
  const std::string value = ValueOf(database, Table::kMeta, "format_version");
  const auto payload = RecordPayload(Table::kMeta, "format_version", value);
  EXPECT_THAT(payload, IsOk());
  return KeyReader(Table::kMeta, *payload).U32();
}

// A raw RocksDB on the folder, with all families that are there.
class RawDatabase {
 public:
  explicit RawDatabase(const std::string& path) {
    std::vector<std::string> names;
    EXPECT_TRUE(rocksdb::DB::ListColumnFamilies({}, path, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) families.push_back({name, {}});
    EXPECT_TRUE(rocksdb::DB::Open({}, path, families, &handles_, &db_).ok());
    // As any other tool, it does not note what it writes.
    fs::remove(path + "/synced-sizes");
  }
  ~RawDatabase() {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
    delete db_;
  }
  rocksdb::DB* operator->() { return db_; }
  // Takes tables away as if the version that wrote the database had not known them.
  void Unknow(const std::vector<std::string>& names) {
    std::vector<std::string> left;
    for (const Table table : AllTables()) {
      const std::string name(TableName(table));
      if (std::find(names.begin(), names.end(), name) == names.end()) left.push_back(name);
    }
    ASSERT_TRUE(db_->Put({}, handle("meta"), "tables", MakeRecord(absl::StrJoin(left, ","))).ok());
    for (const std::string& name : names) {
      ASSERT_TRUE(db_->DropColumnFamily(handle(name)).ok()) << name;
    }
  }
  rocksdb::ColumnFamilyHandle* handle(const std::string& name) {
    for (auto* handle : handles_) {
      if (handle->GetName() == name) return handle;
    }
    return nullptr;
  }

 private:
  rocksdb::DB* db_ = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

class OpenTest : public ::testing::Test {
 protected:
  // A database with kRows in Table::kUsers, closed again; the rows lie in the log.
  void MakeDatabase() { ASSERT_THAT(PutAll(*OpenOrDie(path_), Table::kUsers, kRows), IsOk()); }

  // The same with many rows, which lie in table files.
  void MakeTableFiles() {
    Rows rows;
    for (int i = 0; i < 2000; ++i)
      rows.emplace_back(KeyWriter(7).U32(i).Take(), std::string(50, 'v'));
    ASSERT_THAT(PutAll(*OpenOrDie(path_), Table::kUsers, rows), IsOk());
    // Opening takes the log up into table files.
    ASSERT_NE(OpenOrDie(path_), nullptr);
  }

  absl::Status Open() { return Database::Open(OptionsFor(path_)).status(); }

  TempFolder folder_;
  const std::string path_ = folder_ / "data";
};

TEST_F(OpenTest, MakesFolderAndDatabase) {
  DatabaseOptions options = OptionsFor(folder_ / "several/levels/down");
  auto database = OpenOrDie(options);
  EXPECT_EQ(FormatOf(*database), kFormatVersion);
  EXPECT_TRUE(database->healthy());
  EXPECT_EQ(database->path(), options.path);
  for (const Table table : AllTables()) {
    EXPECT_EQ(AllRows(*database, table).size(), table == Table::kMeta ? 2u : 0u)
        << TableName(table);
  }
}

TEST_F(OpenTest, MakesNothingUnlessItMay) {
  DatabaseOptions options = OptionsFor(path_);
  options.create_if_missing = false;
  EXPECT_THAT(Database::Open(options), IsError(absl::StatusCode::kNotFound, Words{path_}));
  EXPECT_FALSE(fs::exists(path_));
  fs::create_directory(path_);
  EXPECT_THAT(Database::Open(options),
              IsError(absl::StatusCode::kNotFound, Words{"no database", path_}));
  EXPECT_FALSE(fs::exists(path_ + "/CURRENT"));
  MakeDatabase();
  EXPECT_EQ(AllRows(*OpenOrDie(options), Table::kUsers), kRows);
}

TEST_F(OpenTest, OptionsOutOfRangeAreRefused) {
  EXPECT_THAT(Database::Open(OptionsFor("")),
              IsError(absl::StatusCode::kInvalidArgument, Words{"path"}));
  DatabaseOptions options = OptionsFor(path_);
  options.background_jobs = 0;
  EXPECT_THAT(Database::Open(options),
              IsError(absl::StatusCode::kInvalidArgument, Words{"`background_jobs` is 0"}));
  options = OptionsFor(path_);
  options.write_buffer_bytes = (64 << 10) - 1;
  EXPECT_THAT(Database::Open(options),
              IsError(absl::StatusCode::kInvalidArgument, Words{"`write_buffer_bytes` is 65535"}));
  std::ofstream(folder_ / "file") << "x";
  EXPECT_THAT(Database::Open(OptionsFor(folder_ / "file")),
              IsError(absl::StatusCode::kInvalidArgument, Words{"is a file"}));
}

TEST_F(OpenTest, KeepsWhatWasCommitted) {
  MakeDatabase();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(AllRows(*OpenOrDie(path_), Table::kUsers), kRows);
}

TEST_F(OpenTest, OtherFilesMayLieInTheFolder) {
  fs::create_directory(path_);
  std::ofstream(path_ + "/first-start-secret") << "x";
  MakeDatabase();
  EXPECT_EQ(AllRows(*OpenOrDie(path_), Table::kUsers), kRows);
  EXPECT_TRUE(fs::exists(path_ + "/first-start-secret"));
}

TEST_F(OpenTest, TheFolderIsForOneDatabaseAtATime) {
  auto first = OpenOrDie(path_);
  const absl::Status second = Open();
  EXPECT_THAT(second, IsError(absl::StatusCode::kFailedPrecondition,
                              Words{path_, "in use by another server",
                                    absl::StrCat("process ", getpid())}));
  EXPECT_THAT(PutAll(*first, Table::kUsers, kRows), IsOk());
  first.reset();
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(OpenTest, TheFolderIsForOneProcessAtATime) {
  int ready[2];
  int quit[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(quit), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto database = Database::Open(OptionsFor(path_));
    char byte = database.ok() ? 'y' : 'n';
    if (write(ready[1], &byte, 1) != 1 || read(quit[0], &byte, 1) != 1) _exit(2);
    _exit(0);
  }
  char byte = '?';
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kFailedPrecondition,
                              Words{path_, absl::StrCat("process ", child)}));
  ASSERT_EQ(write(quit[1], "q", 1), 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  // The process has ended without closing anything, and holds the folder no more.
  EXPECT_THAT(Open(), IsOk());
  for (const int file : {ready[0], ready[1], quit[0], quit[1]}) close(file);
}

TEST_F(OpenTest, ANewerFormatIsRefusedWithBothVersionsAndLeftAlone) {
  MakeDatabase();
  {
    auto hooks = std::make_shared<OpenHooks>();
    hooks->format_version = 3;
    hooks->migrations = {{1, "one", [](Database&) { return absl::OkStatus(); }},
                         {2, "two", [](Database&) { return absl::OkStatus(); }}};
    DatabaseOptions options = OptionsFor(path_);
    options.hooks = hooks;
    ASSERT_EQ(FormatOf(*OpenOrDie(options)), 3u);
  }
  const auto before = fs::last_write_time(FileOf(path_, "MANIFEST-", ""));
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kFailedPrecondition,
                              Words{path_, "format 3", "up to format 1"}));
  EXPECT_EQ(fs::last_write_time(FileOf(path_, "MANIFEST-", "")), before);
}

TEST_F(OpenTest, TablesThatAnOlderVersionDidNotHaveAreMade) {
  MakeDatabase();
  {
    RawDatabase raw(path_);
    raw.Unknow({"competencies", "content", "jobs", "notifications", "settings"});
  }
  auto database = OpenOrDie(path_);
  EXPECT_EQ(AllRows(*database, Table::kUsers), kRows);
  EXPECT_TRUE(AllRows(*database, Table::kJobs).empty());
}

TEST_F(OpenTest, AnUnknownTableIsRefusedByName) {
  MakeDatabase();
  {
    RawDatabase raw(path_);
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    ASSERT_TRUE(raw->CreateColumnFamily({}, "badges", &handle).ok());
    ASSERT_TRUE(raw->DestroyColumnFamilyHandle(handle).ok());
  }
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kFailedPrecondition,
                              Words{path_, "`badges`", "newer version"}));
}

TEST_F(OpenTest, ANewerFormatIsNamedBeforeItsTables) {
  MakeDatabase();
  {
    RawDatabase raw(path_);
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    ASSERT_TRUE(raw->CreateColumnFamily({}, "badges", &handle).ok());
    ASSERT_TRUE(raw->DestroyColumnFamilyHandle(handle).ok());
    ASSERT_TRUE(
        raw->Put({}, raw.handle("meta"), "format_version", MakeRecord(KeyWriter().U32(2).bytes()))
            .ok());
  }
  EXPECT_THAT(Open(),
              IsError(absl::StatusCode::kFailedPrecondition, Words{"format 2", "up to format 1"}));
}

// An older version knew fewer tables.
TEST_F(OpenTest, MissingTablesAreMade) {
  MakeDatabase();
  {
    RawDatabase raw(path_);
    raw.Unknow({"requests", "audit"});
  }
  auto database = OpenOrDie(path_);
  EXPECT_EQ(AllRows(*database, Table::kUsers), kRows);
  EXPECT_THAT(PutAll(*database, Table::kRequests, kRows), IsOk());
  EXPECT_EQ(AllRows(*database, Table::kRequests), kRows);
}

// What this version made is on the list from then on.
TEST_F(OpenTest, ATableThatIsOnTheListAndGoneIsDamage) {
  MakeDatabase();
  RawDatabase(path_).Unknow({"audit"});
  ASSERT_NE(OpenOrDie(path_), nullptr);
  {
    RawDatabase raw(path_);
    ASSERT_TRUE(raw->DropColumnFamily(raw.handle("audit")).ok());
  }
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss,
                              Words{path_, "`audit`", FileOf(path_, "MANIFEST-", "")}));
}

TEST_F(OpenTest, RowsAndNoTableAboutTheDatabaseAreDamage) {
  MakeDatabase();
  {
    RawDatabase raw(path_);
    ASSERT_TRUE(raw->DropColumnFamily(raw.handle("meta")).ok());
  }
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss,
                              Words{"meta[format_version]", FileOf(path_, "MANIFEST-", "")}));
}

// Databases of before the list are taken as they are.
TEST_F(OpenTest, ADatabaseWithoutAListGetsOne) {
  MakeDatabase();
  {
    RawDatabase raw(path_);
    ASSERT_TRUE(raw->Delete({}, raw.handle("meta"), "tables").ok());
  }
  EXPECT_NE(ValueOf(*OpenOrDie(path_), Table::kMeta, "tables"), "-");
}

TEST_F(OpenTest, ADatabaseThatWasOnlyBegunIsFinished) {
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, path_, &raw).ok());
    delete raw;
  }
  EXPECT_EQ(FormatOf(*OpenOrDie(path_)), kFormatVersion);
}

TEST_F(OpenTest, RowsWithoutAFormatVersionAreRefused) {
  MakeDatabase();
  {
    RawDatabase raw(path_);
    ASSERT_TRUE(raw->Delete({}, raw.handle("meta"), "format_version").ok());
  }
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{path_, "meta[format_version]"}));
}

TEST_F(OpenTest, ADamagedFormatVersionIsRefusedByKey) {
  for (const std::string& value : {std::string(), std::string("\2\0\0\0\1", 5), std::string("\1x"),
                                   MakeRecord(KeyWriter().U32(0).bytes())}) {
    MakeDatabase();
    {
      RawDatabase raw(path_);
      ASSERT_TRUE(raw->Put({}, raw.handle("meta"), "format_version", value).ok());
    }
    EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{"meta[format_version]"}));
    fs::remove_all(path_);
  }
}

class MigrationTest : public OpenTest {
 protected:
  // Opens as version 3, with steps that write what they saw.
  absl::StatusOr<std::unique_ptr<Database>> OpenAsVersion3(int* runs, bool fail_second) {
    auto hooks = std::make_shared<OpenHooks>();
    hooks->format_version = 3;
    const auto step = [runs](const std::string& mark, bool fail) {
      return [runs, mark, fail](Database& database) {
        ++*runs;
        for (const auto& [key, value] : AllRows(database, Table::kUsers)) {
          if (absl::EndsWith(value, mark)) continue;
          absl::Status status = PutAll(database, Table::kUsers, {{key, value + mark}});
          if (!status.ok()) return status;
          if (fail) return absl::UnavailableError("the disk is full");
        }
        return absl::OkStatus();
      };
    };
    // Not in order: the versions say what comes first.
    hooks->migrations = {{2, "mark with y", step("y", fail_second)},
                         {1, "mark with x", step("x", false)}};
    DatabaseOptions options = OptionsFor(path_);
    options.hooks = hooks;
    return Database::Open(options);
  }
};

TEST_F(MigrationTest, AnOlderFormatIsBroughtUpStepByStepAfterACheckpoint) {
  MakeDatabase();
  int runs = 0;
  {
    const auto database = OpenAsVersion3(&runs, false);
    ASSERT_THAT(database, IsOk());
    EXPECT_EQ(AllRows(**database, Table::kUsers), (Rows{{"a", "1xy"}, {"b", "2xy"}}));
    EXPECT_EQ(FormatOf(**database), 3u);
  }
  EXPECT_EQ(runs, 2);
  ASSERT_THAT(OpenAsVersion3(&runs, false), IsOk());
  EXPECT_EQ(runs, 2) << "a database of this version is migrated no more";
  // As it was before, for whoever has to go back.
  auto before = OpenOrDie(path_ + "/before-format-3");
  EXPECT_EQ(AllRows(*before, Table::kUsers), kRows);
  EXPECT_EQ(FormatOf(*before), 1u);
}

TEST_F(MigrationTest, AStepThatFailsIsNamedAndRunAgain) {
  MakeDatabase();
  int runs = 0;
  EXPECT_THAT(OpenAsVersion3(&runs, true), IsError(absl::StatusCode::kUnavailable,
                                                   Words{path_, "from format 2 to 3", "mark with y",
                                                         "before-format-3", "the disk is full"}));
  const auto database = OpenAsVersion3(&runs, false);
  ASSERT_THAT(database, IsOk());
  EXPECT_EQ(runs, 3) << "the first step was done";
  EXPECT_EQ(AllRows(**database, Table::kUsers), (Rows{{"a", "1xy"}, {"b", "2xy"}}));
}

TEST_F(MigrationTest, AMissingStepIsRefusedBeforeAnyIsRun) {
  MakeDatabase();
  int runs = 0;
  auto hooks = std::make_shared<OpenHooks>();
  hooks->format_version = 3;
  hooks->migrations = {{1, "one", [&](Database&) {
                          ++runs;
                          return absl::OkStatus();
                        }}};
  DatabaseOptions options = OptionsFor(path_);
  options.hooks = hooks;
  EXPECT_THAT(Database::Open(options),
              IsError(absl::StatusCode::kFailedPrecondition, Words{"format 1", "format 2 to 3"}));
  EXPECT_EQ(runs, 0);
  EXPECT_THAT(Open(), IsOk());
}

// Every version that this one brings up has its steps, and each step goes on from the one before.
TEST(Migrations, LeadFromTheFirstFormatToThisOne) {
  std::vector<uint32_t> from;
  for (const Migration& migration : Migrations()) from.push_back(migration.from);
  std::sort(from.begin(), from.end());
  std::vector<uint32_t> wanted;
  for (uint32_t version = 1; version < kFormatVersion; ++version) wanted.push_back(version);
  EXPECT_EQ(from, wanted);
}

class DamageTest : public OpenTest {};

TEST_F(DamageTest, TheCurrentFile) {
  MakeTableFiles();
  Damage(path_ + "/CURRENT", 3);
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{path_, "CURRENT"}));
}

TEST_F(DamageTest, AnEmptyCurrentFile) {
  MakeTableFiles();
  fs::resize_file(path_ + "/CURRENT", 0);
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{path_, "CURRENT"}));
}

// Or else a new, empty database would be made over the old one.
TEST_F(DamageTest, NoCurrentFile) {
  MakeTableFiles();
  fs::remove(path_ + "/CURRENT");
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{path_, "`CURRENT`"}));
}

TEST_F(DamageTest, TheManifest) {
  MakeTableFiles();
  const std::string file = FileOf(path_, "MANIFEST-", "");
  Damage(file, 20);
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{file}));
}

TEST_F(DamageTest, NoManifest) {
  MakeTableFiles();
  const std::string file = FileOf(path_, "MANIFEST-", "");
  fs::remove(file);
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{file}));
}

TEST_F(DamageTest, TheMiddleOfTheLog) {
  {
    auto database = OpenOrDie(path_);
    for (int i = 0; i < 20; ++i) {
      ASSERT_THAT(PutAll(*database, Table::kUsers, {{absl::StrCat("key", i), "value"}}), IsOk());
    }
  }
  const std::string file = FileOf(path_, "", ".log");
  // Also in the length of a record, which then seems to be torn off.
  for (int64_t place = 1; place < static_cast<int64_t>(fs::file_size(file)); place += 23) {
    const std::string copy = folder_ / "copy";
    fs::remove_all(copy);
    fs::copy(path_, copy);
    const std::string log = copy + "/" + fs::path(file).filename().string();
    Damage(log, place);
    EXPECT_THAT(Database::Open(OptionsFor(copy)), IsError(absl::StatusCode::kDataLoss, Words{log}))
        << "byte " << place;
  }
}

// That is how a write looks that the machine's end cut off.
TEST_F(DamageTest, TheEndOfTheLogMayBeTorn) {
  MakeDatabase();
  const std::string file = FileOf(path_, "", ".log");
  std::ifstream whole(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(whole)),
                          std::istreambuf_iterator<char>());
  // A record that has its head and the first of its bytes, as the first one in the file.
  std::ofstream(file, std::ios::binary | std::ios::app) << bytes.substr(0, 15);
  EXPECT_EQ(AllRows(*OpenOrDie(path_), Table::kUsers), kRows);
}

// What was acknowledged has been synced, and is more than a torn end.
TEST_F(DamageTest, ALogThatIsShorterThanWhatWasAcknowledged) {
  MakeDatabase();
  const std::string file = FileOf(path_, "", ".log");
  const uint64_t size = fs::file_size(file);
  for (const uint64_t left : {size - 1, size / 2, uint64_t{0}}) {
    fs::resize_file(file, left);
    EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{file, absl::StrCat(size)}));
  }
  fs::remove(file);
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{file, "is missing"}));
}

// The same where the process ended without closing anything.
TEST_F(DamageTest, ALogThatAProcessLeftBehindAndThatIsGone) {
  const pid_t child = fork();
  if (child == 0) {
    const auto database = Database::Open(OptionsFor(path_));
    _exit(database.ok() && PutAll(**database, Table::kUsers, kRows).ok() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  const std::string file = FileOf(path_, "", ".log");
  const std::string aside = folder_ / "aside";
  fs::rename(file, aside);
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{file, "is missing"}));
  fs::rename(aside, file);
  EXPECT_EQ(AllRows(*OpenOrDie(path_), Table::kUsers), kRows);
}

TEST_F(DamageTest, AManifestThatIsCutAnywhere) {
  MakeTableFiles();
  const std::string file = FileOf(path_, "MANIFEST-", "");
  const uint64_t size = fs::file_size(file);
  for (uint64_t left = 0; left < size; left += 97) {
    const std::string copy = folder_ / "copy";
    fs::remove_all(copy);
    fs::copy(path_, copy);
    const std::string name = copy + "/" + fs::path(file).filename().string();
    fs::resize_file(name, left);
    EXPECT_THAT(Database::Open(OptionsFor(copy)), IsError(absl::StatusCode::kDataLoss, Words{name}))
        << left << " of " << size;
  }
}

TEST_F(DamageTest, TheNoteOfTheSizes) {
  MakeDatabase();
  Damage(path_ + "/synced-sizes", 5);
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{path_ + "/synced-sizes"}));
  // A database of before there was one is opened and gets one.
  fs::remove(path_ + "/synced-sizes");
  EXPECT_EQ(AllRows(*OpenOrDie(path_), Table::kUsers), kRows);
  EXPECT_EQ(fs::file_size(path_ + "/synced-sizes"), 512u);
}

TEST_F(DamageTest, NothingIsLeftButTheNote) {
  MakeDatabase();
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    if (entry.path().filename() != "synced-sizes") fs::remove_all(entry.path());
  }
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{path_, "`CURRENT`"}));
}

TEST_F(DamageTest, ATableFileThatIsMissing) {
  MakeTableFiles();
  const std::string file = FileOf(path_, "", ".sst");
  fs::remove(file);
  // RocksDB names the file by the ending that it had long ago.
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss,
                              Words{fs::path(file).stem().string(), "No such file"}));
}

TEST_F(DamageTest, ATableFileThatIsCut) {
  MakeTableFiles();
  const std::string file = FileOf(path_, "", ".sst");
  fs::resize_file(file, fs::file_size(file) - 50);
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kDataLoss, Words{file}));
}

TEST_F(DamageTest, ABlockOfATableFileIsFoundWhenRead) {
  MakeTableFiles();
  std::string largest;
  uint64_t size = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    if (entry.path().extension() == ".sst" && entry.file_size() > size) {
      largest = entry.path().string();
      size = entry.file_size();
    }
  }
  Damage(largest, 100);
  auto database = OpenOrDie(path_);
  const std::string key = KeyWriter(7).U32(0).Take();
  const std::string printed = "users[7/\\000\\000\\000\\000]";
  // The file by its name alone: where the server keeps it is nothing for its callers.
  const std::string name = fs::path(largest).filename().string();
  const absl::Status get = database->Get(Table::kUsers, key).status();
  EXPECT_THAT(get, IsError(absl::StatusCode::kDataLoss, Words{name, printed}));
  EXPECT_EQ(get.message().find(folder_.path()), absl::string_view::npos) << get;
  const absl::Status get_all = database->MultiGet(Table::kUsers, {key}).status();
  EXPECT_THAT(get_all, IsError(absl::StatusCode::kDataLoss, Words{name, printed}));
  EXPECT_EQ(get_all.message().find(folder_.path()), absl::string_view::npos) << get_all;
  Cursor cursor = database->Scan(Table::kUsers, KeyRange::All());
  int rows = 0;
  while (cursor.Next()) ++rows;
  EXPECT_LT(rows, 2000);
  EXPECT_THAT(cursor.status(), IsError(absl::StatusCode::kDataLoss, Words{name, "`users`"}));
  EXPECT_EQ(cursor.status().message().find(folder_.path()), absl::string_view::npos);
  // Seen through a group, the damage ends the scan too.
  WriteGroup group(database.get());
  group.Put(Table::kUsers, "zzz", "pending");
  Cursor merged = group.Scan(Table::kUsers, KeyRange::All());
  while (merged.Next()) {
  }
  EXPECT_THAT(merged.status(), IsError(absl::StatusCode::kDataLoss, Words{name}));
  EXPECT_THAT(database->VerifyChecksums(), IsError(absl::StatusCode::kDataLoss, Words{largest}));
}

TEST_F(OpenTest, VerifyChecksumsOfASoundDatabaseIsOk) {
  MakeTableFiles();
  EXPECT_THAT(OpenOrDie(path_)->VerifyChecksums(), IsOk());
}

TEST_F(OpenTest, ACheckpointIsADatabaseOfItsOwn) {
  MakeDatabase();
  auto database = OpenOrDie(path_);
  const std::string copy = folder_ / "copy";
  ASSERT_THAT(database->Checkpoint(copy), IsOk());
  ASSERT_THAT(PutAll(*database, Table::kUsers, {{"later", "x"}}), IsOk());
  auto other = OpenOrDie(copy);
  EXPECT_EQ(AllRows(*other, Table::kUsers), kRows);
  ASSERT_THAT(PutAll(*other, Table::kUsers, {{"elsewhere", "x"}}), IsOk());
  EXPECT_EQ(ValueOf(*database, Table::kUsers, "elsewhere"), "-");
  EXPECT_FALSE(database->Checkpoint(copy).ok());
}

}  // namespace
}  // namespace provost::store
