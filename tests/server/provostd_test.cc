// provostd as a process: its options, what it makes, how it ends.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/channel.h"
#include "provost/v1/catalog_service.grpc.pb.h"
#include "provost/v1/tenant_service.grpc.pb.h"

namespace provost {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kAdmin[] = "tenants/acme/users/ann";

class ProvostdTest : public ::testing::Test {
 protected:
  ProvostdTest() {
    std::string pattern = (fs::path(::testing::TempDir()) / "provostd-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~ProvostdTest() override {
    if (pid_ != 0) {
      kill(pid_, SIGKILL);
      WaitFor(absl::Seconds(60));
    }
    if (err_ >= 0) close(err_);
    fs::remove_all(folder_);
  }

  // Starts it; what it says on standard error is read with ReadUntil, or not at all.
  void Start(std::vector<std::string> arguments,
             const std::map<std::string, std::string>& environment = {}) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
      std::vector<char*> argv = {const_cast<char*>("provostd")};
      for (std::string& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      umask(022);
      if (chdir(folder_.c_str()) != 0) _exit(126);
      execv(PROVOST_BIN_DIR "/provostd", argv.data());
      _exit(127);
    }
    close(ends[1]);
    err_ = ends[0];
    said_.clear();
  }

  // What it has said when `word` was in it, or when it ended.
  std::string ReadUntil(const std::string& word) {
    const absl::Time end = absl::Now() + absl::Seconds(60);
    while (word.empty() || said_.find(word) == std::string::npos) {
      pollfd ready = {err_, POLLIN, 0};
      if (absl::Now() > end) break;
      if (poll(&ready, 1, 100) <= 0) continue;
      char bytes[4096];
      const ssize_t size = read(err_, bytes, sizeof(bytes));
      if (size <= 0) break;
      said_.append(bytes, static_cast<size_t>(size));
    }
    return said_;
  }

  // The exit code, -1 where a signal ended it, -2 where it still runs.
  int WaitFor(absl::Duration timeout) {
    const absl::Time end = absl::Now() + timeout;
    for (;;) {
      int status = 0;
      if (waitpid(pid_, &status, WNOHANG) == pid_) {
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      }
      if (absl::Now() > end) return -2;
      absl::SleepFor(absl::Milliseconds(10));
    }
  }

  // Runs it with options that it has to refuse; gives what it said.
  std::string Refused(const std::vector<std::string>& arguments,
                      const std::map<std::string, std::string>& environment = {}) {
    Start(arguments, environment);
    const std::string said = ReadUntil("");
    EXPECT_EQ(WaitFor(absl::Seconds(60)), 2) << said;
    EXPECT_THAT(said, StartsWith("provostd: "));
    EXPECT_THAT(said, EndsWith("\n"));
    close(err_);
    err_ = -1;
    return said;
  }

  std::string Write(const std::string& text) {
    const std::string path = folder_ + "/provostd.conf";
    std::ofstream(path) << text;
    return path;
  }

  // The address that it serves on.
  std::string Address() {
    const std::string said = ReadUntil("\"serving\"");
    ReadUntil("no authenticator");
    const std::string key = "\"address\":\"";
    const size_t begin = said_.find(key);
    EXPECT_NE(begin, std::string::npos) << said;
    if (begin == std::string::npos) return "";
    return said_.substr(begin + key.size(),
                        said_.find('"', begin + key.size()) - begin - key.size());
  }

  std::string folder_;
  std::string said_;
  pid_t pid_ = 0;
  int err_ = -1;
};

TEST_F(ProvostdTest, TellsItsVersion) {
  Start({"--version"});
  EXPECT_THAT(ReadUntil(""), StartsWith("provostd "));
  EXPECT_EQ(WaitFor(absl::Seconds(60)), 0);
}

TEST_F(ProvostdTest, WrongOptionsAreSentences) {
  EXPECT_EQ(Refused({"--data=", "--listen=127.0.0.1:0"}), "provostd: --data=: has no value\n");
  EXPECT_FALSE(fs::exists(folder_ + "/--listen=127.0.0.1:0"));
  EXPECT_EQ(Refused({"--block-cache-mib=-1"}),
            "provostd: --block-cache-mib=-1: wanted a whole number from 1 on\n");
  EXPECT_EQ(Refused({"--sync=maybe"}), "provostd: --sync=maybe: wanted true or false\n");
  EXPECT_EQ(Refused({"--drain=soon"}),
            "provostd: --drain=soon: wanted a duration like 30s or 24h\n");
  EXPECT_EQ(Refused({"--log-level=loud"}),
            "provostd: --log-level=loud: wanted trace, debug, info, warn, error or off\n");
  EXPECT_EQ(Refused({"--lisen=127.0.0.1:0"}),
            "provostd: there is no option `--lisen`; did you mean `listen`?\n");
  EXPECT_THAT(Refused({}, {{"PROVOST_SYNC", "maybe"}}), HasSubstr("wanted true or false"));
}

TEST_F(ProvostdTest, WrongMailOptionsAreSentences) {
  EXPECT_EQ(Refused({"--smtp-server=mail.example"}),
            "provostd: --smtp-server=mail.example: wanted host:port, like mail.example:587\n");
  EXPECT_THAT(Refused({"--smtp-server=mail.example:25"}),
              HasSubstr("--mail-from=: wanted with --smtp-server"));
  EXPECT_THAT(Refused({"--mail-from=nobody"}), HasSubstr("wanted an address"));
  EXPECT_EQ(Refused({"--smtp-tls=maybe"}),
            "provostd: --smtp-tls=maybe: wanted required, opportunistic or off\n");
  EXPECT_THAT(Refused({"--smtp-user=lms"}),
              HasSubstr("--smtp-password-file=: wanted with --smtp-user"));
  EXPECT_THAT(Refused({"--smtp-password-file=secret"}), HasSubstr("--smtp-user=: wanted with"));
  EXPECT_THAT(Refused({"--mail-backoff=2h", "--mail-backoff-max=1h"}),
              HasSubstr("--mail-backoff-max=1h: wanted at least --mail-backoff, which is 2h"));
  EXPECT_THAT(Refused({"--mail-attempts=2000"}), HasSubstr("wanted 1 to 1000"));
  EXPECT_THAT(Refused({"--outbox-keep=0s"}), HasSubstr("wanted more than 0"));
  EXPECT_THAT(Refused({"--mailed-report-time=0s"}), HasSubstr("wanted more than 0"));
  EXPECT_THAT(Refused({"--max-mailed-report-bytes=67108865"}), HasSubstr("wanted 1 to 67108864"));
  const std::vector<std::string> fine = {"--listen=127.0.0.1:0", "--data=data",
                                         "--smtp-server=mail.example:25",
                                         "--mail-from=lms@acme.example"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), fine.begin(), fine.end());
    return more;
  };
  EXPECT_THAT(Refused(with({"--smtp-user=lms", "--smtp-password-file=nowhere"})),
              HasSubstr("--smtp-password-file=nowhere: cannot be read or is empty"));
  EXPECT_THAT(Refused(with({"--smtp-ca-file=nowhere.pem"})),
              HasSubstr("--smtp-ca-file=nowhere.pem: cannot be read"));
}

TEST_F(ProvostdTest, WrongFilesAreRefusedWithTheLine) {
  EXPECT_THAT(Refused({"--config=nowhere.conf"}), HasSubstr("`nowhere.conf`"));
  EXPECT_EQ(Refused({"--config=" + Write("# mine\n\nlisten = 127.0.0.1:0\nblock-cahe-mib = 3\n")}),
            absl::StrCat("provostd: ", folder_, "/provostd.conf:4: there is no option ",
                         "`block-cahe-mib`; did you mean `block-cache-mib`?\n"));
  EXPECT_THAT(Refused({"--config=" + Write("[server]\n")}), HasSubstr("provostd.conf:1: "));
  EXPECT_THAT(Refused({"--config=" + Write("junk\n")}), HasSubstr("`junk` is no option"));
  EXPECT_THAT(Refused({"--config=" + Write("data =\n")}), HasSubstr("`data` has no value"));
  EXPECT_THAT(Refused({"--config=" + Write("sync = maybe\n")}),
              HasSubstr("provostd.conf:1: --sync=maybe: wanted true or false"));
  EXPECT_THAT(Refused({"--config=" + Write("drain = 1s\ndrain = 2s\n")}),
              HasSubstr(":2: `drain` stands here twice"));
}

TEST_F(ProvostdTest, AFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile) {
  const std::string config = Write("drain = 3h\nlist-hold = \"99999h\"\nlisten = 127.0.0.1:0\n");
  // Each value is refused by name, and so shows which of them was taken.
  EXPECT_THAT(Refused({"--config=" + config, "--drain=4h"},
                      {{"PROVOST_DRAIN", "5h"}, {"PROVOST_LIST_HOLD", "1m"}}),
              HasSubstr("--drain=4h: "));
  EXPECT_THAT(
      Refused({"--config=" + config}, {{"PROVOST_DRAIN", "5h"}, {"PROVOST_LIST_HOLD", "1m"}}),
      HasSubstr("--drain=5h: "));
  EXPECT_THAT(Refused({"--config=" + config}, {{"PROVOST_LIST_HOLD", "1m"}}),
              HasSubstr("--drain=3h: "));
}

TEST_F(ProvostdTest, WhatItMakesIsForItsAccountAlone) {
  Start({"--listen=127.0.0.1:0", "--data=data"});
  ASSERT_NE(Address(), "");
  EXPECT_EQ(fs::status(folder_ + "/data").permissions(), fs::perms::owner_all);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_ + "/data")) {
    EXPECT_EQ(entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all),
              fs::perms::none)
        << entry.path();
  }
}

TEST_F(ProvostdTest, APortThatIsTakenIsOneSentenceAndLeavesNothingBehind) {
  const int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  ASSERT_EQ(getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string listen = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  Start({"--listen=" + listen, "--data=data"});
  EXPECT_EQ(ReadUntil(""), absl::StrCat("provostd: cannot listen on ", listen,
                                        ": Address already in use; wanted a port that is free\n"));
  EXPECT_EQ(WaitFor(absl::Seconds(60)), 1);
  EXPECT_FALSE(fs::exists(folder_ + "/data"));
  close(taken);
}

struct Caller {
  explicit Caller(const std::string& address) : channel(MakeChannel(address)) {}

  void SetUp(const std::string& data) {
    std::ifstream file(data + "/bootstrap-secret");
    std::string secret;
    file >> secret;
    v1::SetUpRequest request;
    request.set_bootstrap_secret(secret);
    request.set_tenant_id("acme");
    request.mutable_policy()->set_preset("lms365");
    request.mutable_administrator()->set_user_id("ann");
    grpc::ClientContext context;
    v1::SetUpResponse response;
    const grpc::Status status =
        v1::TenantService::NewStub(channel)->SetUp(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  grpc::Status MakeCatalog(const std::string& id) {
    v1::CreateCatalogRequest request;
    request.set_parent("tenants/acme");
    request.set_catalog_id(id);
    request.mutable_catalog()->set_display_name(std::string(200, 'd'));
    grpc::ClientContext context;
    context.AddMetadata("provost-actor", kAdmin);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    v1::Catalog catalog;
    return v1::CatalogService::NewStub(channel)->CreateCatalog(&context, request, &catalog);
  }

  std::shared_ptr<grpc::Channel> channel;
};

TEST_F(ProvostdTest, StoppingUnderLoadAnswersOnlyWhatIsTriedAgain) {
  Start({"--listen=127.0.0.1:0", "--data=data", "--log-level=info"});
  const std::string address = Address();
  Caller(address).SetUp(folder_ + "/data");
  std::atomic<bool> draining{true};
  std::thread reader([&] {
    char bytes[4096];
    while (draining && read(err_, bytes, sizeof(bytes)) > 0) {
    }
  });
  std::mutex mutex;
  std::map<grpc::StatusCode, int> codes;
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&, i] {
      Caller caller(address);
      for (int n = 0;; ++n) {
        const grpc::Status status = caller.MakeCatalog(absl::StrCat("c", i, "-", n));
        const std::lock_guard<std::mutex> lock(mutex);
        ++codes[status.error_code()];
        if (!status.ok()) return;
      }
    });
  }
  absl::SleepFor(absl::Milliseconds(300));
  kill(pid_, SIGTERM);
  EXPECT_EQ(WaitFor(absl::Seconds(30)), 0);
  for (std::thread& writer : writers) writer.join();
  draining = false;
  reader.join();
  EXPECT_GT(codes[grpc::StatusCode::OK], 8);
  EXPECT_EQ(codes[grpc::StatusCode::UNAVAILABLE], 8);
  EXPECT_EQ(codes.size(), 2u);
}

TEST_F(ProvostdTest, ALogThatNobodyReadsKeepsNothingFromEnding) {
  Start({"--listen=127.0.0.1:0", "--data=data", "--drain=1s"});
  const std::string address = Address();
  Caller caller(address);
  caller.SetUp(folder_ + "/data");
  // More lines than the pipe takes; refused calls are logged as well.
  for (int i = 0; i < 1000; ++i) {
    const grpc::Status status = caller.MakeCatalog(i == 0 ? "c" : "Bad Id");
    ASSERT_EQ(status.ok(), i == 0) << status.error_message();
  }
  kill(pid_, SIGTERM);
  EXPECT_EQ(WaitFor(absl::Seconds(15)), 0);
}

}  // namespace
}  // namespace provost
