// A server that acknowledges writes is killed at random moments, again and again. After each
// restart every acknowledged mutation is there, none is half there, revisions have no gap and time
// has not gone back.
//
// PROVOST_KILL_ROUNDS and PROVOST_SEED set the number of rounds and the seed.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "provost/v1/catalog_service.grpc.pb.h"
#include "provost/v1/role_service.grpc.pb.h"
#include "provost/v1/tenant_service.grpc.pb.h"
#include "provost/v1/user_service.grpc.pb.h"
#include "store/database.h"
#include "tenant/rows.h"
#include "tenant/times.h"
#include "tests/crash/server_process.h"
#include "tests/verify/verified_store.h"

namespace provost {
namespace {

constexpr int kWriters = 4;
constexpr char kTenant[] = "tenants/acme";
constexpr char kAdmin[] = "tenants/acme/users/ann";

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  uint64_t value = otherwise;
  if (text != nullptr && !absl::SimpleAtoi(text, &value)) ADD_FAILURE() << name << "=" << text;
  return value;
}

struct Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& channel)
      : users(v1::UserService::NewStub(channel)),
        roles(v1::RoleService::NewStub(channel)),
        catalogs(v1::CatalogService::NewStub(channel)),
        tenants(v1::TenantService::NewStub(channel)) {}
  std::unique_ptr<v1::UserService::Stub> users;
  std::unique_ptr<v1::RoleService::Stub> roles;
  std::unique_ptr<v1::CatalogService::Stub> catalogs;
  std::unique_ptr<v1::TenantService::Stub> tenants;
};

void Prepare(grpc::ClientContext& context) {
  context.AddMetadata("provost-actor", kAdmin);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
}

// One write, whole enough to be sent again with the same request id.
struct Write {
  enum class Kind { kCreateUser, kAssign, kCreateCatalog, kDeleteUser };
  Kind kind;
  std::string id;  // of the user or catalog
  std::string request_id;
};

struct Outcome {
  grpc::Status status;
  std::string name;
  std::string etag;
};

Outcome Send(const Stubs& stubs, const Write& write) {
  grpc::ClientContext context;
  Prepare(context);
  Outcome outcome;
  const auto keep = [&](const auto& resource) {
    outcome.name = resource.name();
    outcome.etag = resource.etag();
  };
  switch (write.kind) {
    case Write::Kind::kCreateUser: {
      v1::CreateUserRequest request;
      request.set_parent(kTenant);
      request.set_user_id(write.id);
      request.mutable_user()->set_display_name(write.id);
      request.mutable_user()->set_email(write.id + "@example.org");
      request.set_request_id(write.request_id);
      v1::User user;
      outcome.status = stubs.users->CreateUser(&context, request, &user);
      keep(user);
      break;
    }
    case Write::Kind::kAssign: {
      v1::CreateAssignmentRequest request;
      request.set_parent(kTenant);
      request.mutable_assignment()->set_subject(absl::StrCat(kTenant, "/users/", write.id));
      request.mutable_assignment()->set_role("author");
      request.mutable_assignment()->set_scope(kTenant);
      request.set_request_id(write.request_id);
      v1::Assignment assignment;
      outcome.status = stubs.roles->CreateAssignment(&context, request, &assignment);
      keep(assignment);
      break;
    }
    case Write::Kind::kCreateCatalog: {
      v1::CreateCatalogRequest request;
      request.set_parent(kTenant);
      request.set_catalog_id(write.id);
      request.mutable_catalog()->set_display_name(write.id);
      request.set_request_id(write.request_id);
      v1::Catalog catalog;
      outcome.status = stubs.catalogs->CreateCatalog(&context, request, &catalog);
      keep(catalog);
      break;
    }
    case Write::Kind::kDeleteUser: {
      v1::DeleteUserRequest request;
      request.set_name(absl::StrCat(kTenant, "/users/", write.id));
      request.set_request_id(write.request_id);
      google::protobuf::Empty empty;
      outcome.status = stubs.users->DeleteUser(&context, request, &empty);
      outcome.name = request.name();
      break;
    }
  }
  return outcome;
}

// What one writer knows: each touches its own users and catalogs.
struct Writer {
  int number = 0;
  uint64_t made = 0;
  std::map<std::string, std::string> present;        // name -> etag, acknowledged
  std::map<std::string, std::string> assignment_of;  // user id -> name of its assignment
  std::vector<std::string> users;                    // ids, oldest first
  std::vector<std::string> gone;                     // names, acknowledged
  std::vector<std::string> touched;                  // names of this round
  std::optional<Write> in_doubt;                     // sent, not answered
};

Write NextWrite(Writer& writer, std::mt19937_64& random) {
  Write write;
  write.request_id =
      absl::StrFormat("%08x-%04x-4%03x-8%03x-%012x", random() & 0xffffffff, random() & 0xffff,
                      random() & 0xfff, random() & 0xfff, random() & 0xffffffffffff);
  const uint64_t dice = random() % 10;
  if (dice < 3 && !writer.users.empty() && writer.assignment_of.count(writer.users.back()) == 0) {
    write.kind = Write::Kind::kAssign;
    write.id = writer.users.back();
  } else if (dice == 3 && writer.users.size() > 4) {
    write.kind = Write::Kind::kDeleteUser;
    write.id = writer.users.front();
  } else if (dice == 4) {
    write.kind = Write::Kind::kCreateCatalog;
    write.id = absl::StrCat("c", writer.number, "-", ++writer.made);
  } else {
    write.kind = Write::Kind::kCreateUser;
    write.id = absl::StrCat("u", writer.number, "-", ++writer.made);
  }
  return write;
}

// The write has been acknowledged.
void Record(Writer& writer, const Write& write, const Outcome& outcome) {
  if (write.kind == Write::Kind::kDeleteUser) {
    writer.present.erase(outcome.name);
    writer.gone.push_back(outcome.name);
    writer.users.erase(writer.users.begin());
    auto assignment = writer.assignment_of.find(write.id);
    if (assignment != writer.assignment_of.end()) {
      // Deleting takes every reference with it, in the same commit.
      writer.present.erase(assignment->second);
      writer.gone.push_back(assignment->second);
      writer.touched.push_back(assignment->second);
      writer.assignment_of.erase(assignment);
    }
  } else {
    writer.present[outcome.name] = outcome.etag;
    if (write.kind == Write::Kind::kCreateUser) writer.users.push_back(write.id);
    if (write.kind == Write::Kind::kAssign) writer.assignment_of[write.id] = outcome.name;
  }
  writer.touched.push_back(outcome.name);
}

void WriteUntilKilled(const Stubs& stubs, Writer& writer, uint64_t seed) {
  std::mt19937_64 random(seed);
  for (;;) {
    const Write write = NextWrite(writer, random);
    const Outcome outcome = Send(stubs, write);
    if (outcome.status.error_code() == grpc::StatusCode::UNAVAILABLE ||
        outcome.status.error_code() == grpc::StatusCode::CANCELLED) {
      writer.in_doubt = write;
      return;
    }
    ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
    Record(writer, write, outcome);
  }
}

// The etag of what the server has under `name`; nothing where it has none.
std::optional<std::string> Find(const Stubs& stubs, const std::string& name) {
  grpc::ClientContext context;
  Prepare(context);
  grpc::Status status;
  std::string etag;
  if (name.find("/users/") != std::string::npos) {
    v1::GetUserRequest request;
    request.set_name(name);
    v1::User user;
    status = stubs.users->GetUser(&context, request, &user);
    etag = user.etag();
  } else if (name.find("/catalogs/") != std::string::npos) {
    v1::GetCatalogRequest request;
    request.set_name(name);
    v1::Catalog catalog;
    status = stubs.catalogs->GetCatalog(&context, request, &catalog);
    etag = catalog.etag();
  } else {
    v1::GetAssignmentRequest request;
    request.set_name(name);
    v1::Assignment assignment;
    status = stubs.roles->GetAssignment(&context, request, &assignment);
    etag = assignment.etag();
  }
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) return std::nullopt;
  EXPECT_TRUE(status.ok()) << name << ": " << status.error_message();
  return etag;
}

// Whether a deletion that was not answered may have taken `name` away.
bool MayBeGone(const Writer& writer, const std::string& name) {
  if (!writer.in_doubt.has_value() || writer.in_doubt->kind != Write::Kind::kDeleteUser) {
    return false;
  }
  const std::string& id = writer.in_doubt->id;
  auto assignment = writer.assignment_of.find(id);
  return name == absl::StrCat(kTenant, "/users/", id) ||
         (assignment != writer.assignment_of.end() && name == assignment->second);
}

void CheckAcknowledged(const Stubs& stubs, Writer& writer, bool all) {
  const auto check = [&](const std::string& name) {
    if (MayBeGone(writer, name)) return;
    auto expected = writer.present.find(name);
    const std::optional<std::string> found = Find(stubs, name);
    if (expected == writer.present.end()) {
      EXPECT_FALSE(found.has_value()) << name << " was deleted and is back";
    } else {
      ASSERT_TRUE(found.has_value()) << name << " was acknowledged and is lost";
      EXPECT_EQ(*found, expected->second) << name;
    }
  };
  if (all) {
    for (const auto& [name, etag] : writer.present) check(name);
    for (const std::string& name : writer.gone) check(name);
  } else {
    for (const std::string& name : writer.touched) check(name);
  }
  writer.touched.clear();
}

// How far the rows on disk have been looked at.
struct Progress {
  uint64_t revision = 0;
  absl::Time time = absl::InfinitePast();
};

// Between two lives of the server: revisions without gaps, each with its audit row, times that do
// not go back, and counters that agree.
void CheckRows(const std::string& data, Progress& progress) {
  store::DatabaseOptions options;
  options.path = data;
  options.create_if_missing = false;
  auto database = store::Database::Open(options);
  ASSERT_TRUE(database.ok()) << database.status();
  constexpr uint64_t kAcme = 2;  // the first tenant after `system`
  auto counters =
      ReadRow<rows::TenantCounters>(**database, store::Table::kTenants, CountersKey(kAcme));
  ASSERT_TRUE(counters.ok()) << counters.status();
  ASSERT_TRUE(counters->has_value());
  const uint64_t last = (*counters)->revision();
  ASSERT_GE(last, progress.revision) << "revisions went back";
  for (uint64_t revision = progress.revision + 1; revision <= last; ++revision) {
    auto change = (*database)->Get(store::Table::kChanges, RevisionKey(kAcme, revision));
    ASSERT_TRUE(change.ok()) << change.status();
    ASSERT_TRUE(change->has_value()) << "no change at revision " << revision << " of " << last;
    auto audit =
        ReadRow<rows::AuditRow>(**database, store::Table::kAudit, RevisionKey(kAcme, revision));
    ASSERT_TRUE(audit.ok()) << audit.status();
    ASSERT_TRUE(audit->has_value()) << "no audit row at revision " << revision;
    const absl::Time time = FromTimestamp((*audit)->time());
    ASSERT_GE(time, progress.time) << "time went back at revision " << revision;
    progress.time = time;
  }
  auto beyond = (*database)->Get(store::Table::kChanges, RevisionKey(kAcme, last + 1));
  ASSERT_TRUE(beyond.ok()) << beyond.status();
  EXPECT_FALSE(beyond->has_value()) << "a change beyond the last revision " << last;
  progress.revision = last;
}

void SetUpServer(const Stubs& stubs, const std::string& data) {
  std::ifstream file(data + "/bootstrap-secret");
  std::string secret;
  file >> secret;
  v1::SetUpRequest request;
  request.set_bootstrap_secret(secret);
  request.set_tenant_id("acme");
  request.mutable_policy()->set_preset("coreachieve");
  request.mutable_administrator()->set_user_id("ann");
  grpc::ClientContext context;
  v1::SetUpResponse response;
  const grpc::Status status = stubs.tenants->SetUp(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

TEST(KillTest, EveryAcknowledgedMutationOutlivesTheServer) {
  const uint64_t rounds = FromEnvironment("PROVOST_KILL_ROUNDS", 200);
  const uint64_t seed = FromEnvironment("PROVOST_SEED", std::random_device()());
  RecordProperty("seed", std::to_string(seed));
  std::cout << "seed " << seed << ", " << rounds << " rounds" << std::endl;
  std::mt19937_64 random(seed);

  const std::string folder = absl::StrCat(::testing::TempDir(), "/provost-kill-", getpid());
  std::filesystem::create_directories(folder);
  const std::string data = folder + "/data";
  const std::string log = folder + "/provostd.log";
  {
    ServerProcess server(data, log);
    SetUpServer(Stubs(server.channel()), data);
    EXPECT_EQ(server.Terminate(), 0) << "SIGTERM ends it in order";
  }

  std::vector<Writer> writers(kWriters);
  for (int i = 0; i < kWriters; ++i) writers[i].number = i;
  Progress progress;
  uint64_t acknowledged = 0;
  for (uint64_t round = 0; round < rounds && !HasFailure(); ++round) {
    ServerProcess server(data, log);
    const Stubs stubs(server.channel());
    for (Writer& writer : writers) {
      CheckAcknowledged(stubs, writer, round % 50 == 49);
      if (!writer.in_doubt.has_value()) continue;
      // Whether it had happened or not, sending it again makes it so, once.
      const Outcome outcome = Send(stubs, *writer.in_doubt);
      ASSERT_TRUE(outcome.status.ok())
          << "round " << round << ": " << outcome.status.error_message();
      Record(writer, *writer.in_doubt, outcome);
      writer.in_doubt.reset();
    }
    std::vector<std::thread> threads;
    for (Writer& writer : writers) {
      threads.emplace_back(WriteUntilKilled, std::cref(stubs), std::ref(writer), random());
    }
    std::this_thread::sleep_for(std::chrono::microseconds(2000 + random() % 100000));
    server.Kill();
    for (std::thread& thread : threads) thread.join();
    if (HasFailure()) break;
    CheckRows(data, progress);
  }
  {
    ServerProcess server(data, log);
    const Stubs stubs(server.channel());
    for (Writer& writer : writers) {
      CheckAcknowledged(stubs, writer, true);
      acknowledged += writer.present.size() + writer.gone.size();
    }
  }
  // The last one was killed too.
  ExpectVerified(data);
  EXPECT_GT(acknowledged, rounds) << "the server was killed before it did anything";
  std::cout << acknowledged << " acknowledged, " << progress.revision << " revisions" << std::endl;
  if (!HasFailure()) std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace provost
