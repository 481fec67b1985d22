// The commit lane beside RocksDB as it is, on the same disk in the same run. What counts is the
// ratio: absolute figures say more about the disk than about us.
//
//     store_bench [--seconds=0.3] [--rows=2,5] [--value-bytes=100] [--folder=/some/disk]
//
// Each case writes mutations of so many rows for so many seconds, each mutation synced before it is
// acknowledged, and is then read back: every acknowledged row has to be there with its value.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "store/database.h"
#include "store/key.h"
#include "store/lane.h"
#include "store/testing/raw_rocksdb.h"

namespace provost::store {
namespace {

struct Settings {
  double seconds = 0.3;
  std::vector<int> rows = {2, 5};
  size_t value_bytes = 100;
  std::string folder = std::filesystem::temp_directory_path().string();
};

struct Result {
  double mutations_a_second = 0;
  double mutations_a_group = 1;
};

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "store_bench: %s\n", what.c_str());
  std::exit(1);
}

void DieUnlessOk(const absl::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

// A folder of its own for a case, gone with it.
class Folder {
 public:
  explicit Folder(const Settings& settings) {
    std::string pattern = settings.folder + "/provost-store-bench-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) Die("cannot make a folder in " + settings.folder);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Rows of mutation `number` of writer `writer`: scattered over the tenants, as users' actions are.
std::string KeyOf(int writer, uint64_t number, int row) {
  return KeyWriter(number % 101).U32(writer).U64(number).U32(row).Take();
}

std::string ValueOf(const Settings& settings, uint64_t number) {
  std::string value = absl::StrCat(number);
  value.resize(settings.value_bytes, 'v');
  return value;
}

// Runs `write(writer, number)` on so many threads for the time of a case; returns how many times
// each ran.
template <typename Write>
std::vector<uint64_t> RunWriters(const Settings& settings, int writers, const Write& write,
                                 double* seconds) {
  std::vector<uint64_t> counts(writers);
  std::vector<std::thread> threads;
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + std::chrono::duration<double>(settings.seconds);
  for (int writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] {
      uint64_t number = 0;
      while (std::chrono::steady_clock::now() < end) write(writer, number++);
      counts[writer] = number;
    });
  }
  for (std::thread& thread : threads) thread.join();
  *seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return counts;
}

uint64_t Sum(const std::vector<uint64_t>& counts) {
  uint64_t sum = 0;
  for (const uint64_t count : counts) sum += count;
  return sum;
}

Result MeasureRaw(const Settings& settings, int rows, int writers) {
  const Folder folder(settings);
  auto raw = RawRocksDb::Open(folder.path());
  DieUnlessOk(raw.status());
  double seconds = 0;
  const std::vector<uint64_t> counts = RunWriters(
      settings, writers,
      [&](int writer, uint64_t number) {
        std::vector<std::pair<std::string, std::string>> batch;
        batch.reserve(rows);
        const std::string value = ValueOf(settings, number);
        for (int row = 0; row < rows; ++row) batch.emplace_back(KeyOf(writer, number, row), value);
        DieUnlessOk((*raw)->Write(batch));
      },
      &seconds);
  const absl::StatusOr<uint64_t> found = (*raw)->CountRows();
  DieUnlessOk(found.status());
  if (*found != Sum(counts) * rows) {
    Die(absl::StrCat(*found, " rows of ", Sum(counts) * rows, " are there"));
  }
  return {static_cast<double>(Sum(counts)) / seconds, 1};
}

// Each writer has at most `in_flight` mutations submitted and not yet acknowledged.
Result MeasureLane(const Settings& settings, int rows, int writers, int in_flight) {
  const Folder folder(settings);
  DatabaseOptions options;
  options.path = folder.path();
  auto database = Database::Open(options);
  DieUnlessOk(database.status());
  CommitLane lane(database->get(), LaneOptions(), LaneHooks());
  std::vector<std::unique_ptr<std::counting_semaphore<>>> free;
  for (int writer = 0; writer < writers; ++writer) {
    free.push_back(std::make_unique<std::counting_semaphore<>>(in_flight));
  }
  double seconds = 0;
  const std::vector<uint64_t> counts = RunWriters(
      settings, writers,
      [&](int writer, uint64_t number) {
        std::counting_semaphore<>* const place = free[writer].get();
        place->acquire();
        lane.Submit({[&settings, rows, writer, number](WriteGroup& group) {
                       const std::string value = ValueOf(settings, number);
                       for (int row = 0; row < rows; ++row) {
                         group.Put(Table::kUsers, KeyOf(writer, number, row), value);
                       }
                       return absl::OkStatus();
                     },
                     [place](const absl::Status& status) {
                       DieUnlessOk(status);
                       place->release();
                     }});
        // One in flight means that the writer waits for its answer.
        if (in_flight == 1) {
          place->acquire();
          place->release();
        }
      },
      &seconds);
  const auto draining = std::chrono::steady_clock::now();
  lane.Stop();
  seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - draining).count();

  uint64_t found = 0;
  Cursor cursor = (*database)->Scan(Table::kUsers, KeyRange::All());
  while (cursor.Next()) {
    ++found;
    KeyReader key(Table::kUsers, cursor.key());
    key.U64();
    key.U32();
    if (cursor.value() != ValueOf(settings, key.U64())) Die("a row has the value of another");
  }
  DieUnlessOk(cursor.status());
  if (found != Sum(counts) * rows) {
    Die(absl::StrCat(found, " rows of ", Sum(counts) * rows, " are there"));
  }
  const LaneStats stats = lane.stats();
  return {static_cast<double>(Sum(counts)) / seconds,
          static_cast<double>(stats.mutations) / static_cast<double>(stats.groups)};
}

void Print(const std::string& name, int rows, const Result& result, double beside) {
  std::printf("%-36s %5d %14.0f %12.1f %10.2f\n", name.c_str(), rows, result.mutations_a_second,
              result.mutations_a_group, result.mutations_a_second / beside);
  std::fflush(stdout);
}

Settings Parse(int count, char** arguments) {
  Settings settings;
  for (int i = 1; i < count; ++i) {
    absl::string_view argument = arguments[i];
    if (absl::ConsumePrefix(&argument, "--seconds=")) {
      if (!absl::SimpleAtod(argument, &settings.seconds) || settings.seconds <= 0) {
        Die("--seconds wants a number above 0");
      }
    } else if (absl::ConsumePrefix(&argument, "--rows=")) {
      settings.rows.clear();
      for (const absl::string_view number : absl::StrSplit(argument, ',')) {
        int rows = 0;
        if (!absl::SimpleAtoi(number, &rows) || rows < 1) Die("--rows wants numbers above 0");
        settings.rows.push_back(rows);
      }
    } else if (absl::ConsumePrefix(&argument, "--value-bytes=")) {
      if (!absl::SimpleAtoi(argument, &settings.value_bytes) || settings.value_bytes < 20) {
        Die("--value-bytes wants a number of at least 20");
      }
    } else if (absl::ConsumePrefix(&argument, "--folder=")) {
      settings.folder = std::string(argument);
    } else {
      Die(absl::StrCat("unknown argument `", argument,
                       "`; there are --seconds, --rows, --value-bytes and --folder"));
    }
  }
  return settings;
}

void Run(const Settings& settings) {
  std::printf("%-36s %5s %14s %12s %10s\n", "case", "rows", "mutations/s", "a group", "ratio");
  for (const int rows : settings.rows) {
    const Result raw1 = MeasureRaw(settings, rows, 1);
    Print("rocksdb, 1 thread", rows, raw1, raw1.mutations_a_second);
    Print("lane, 1 submitter (to 1 thread)", rows, MeasureLane(settings, rows, 1, 1),
          raw1.mutations_a_second);
    Print("lane, 8 submitters (to 1 thread)", rows, MeasureLane(settings, rows, 8, 1),
          raw1.mutations_a_second);
    const Result raw64 = MeasureRaw(settings, rows, 64);
    Print("rocksdb, 64 threads", rows, raw64, raw64.mutations_a_second);
    Print("lane, 64 submitters (to 64 threads)", rows, MeasureLane(settings, rows, 64, 1),
          raw64.mutations_a_second);
    Print("lane, 256 in flight (to 64 threads)", rows, MeasureLane(settings, rows, 2, 128),
          raw64.mutations_a_second);
  }
}

}  // namespace
}  // namespace provost::store

int main(int count, char** arguments) {
  provost::store::Run(provost::store::Parse(count, arguments));
  return 0;
}
