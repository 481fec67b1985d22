// What holds for every method alike: who calls, what the metadata says, bytes, deadlines, errors,
// and the server around it.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/stubs/logging.h>
#include <grpcpp/client_context.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/support/byte_buffer.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/channel.h"
#include "gmock/gmock.h"
#include "provost/v1/access_service.pb.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "service/methods.h"
#include "tests/service/scope_kits.h"

namespace provost {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr char kAnn[] = "users/ann";
constexpr char kGetCatalog[] = "/provost.v1.CatalogService/GetCatalog";
constexpr char kCreateCatalog[] = "/provost.v1.CatalogService/CreateCatalog";

using Metadata = std::vector<std::pair<std::string, std::string>>;

// A call as it is on the wire.
struct Raw {
  grpc::Status status;
  std::string bytes;
  std::multimap<std::string, std::string> trailing;

  grpc::StatusCode code() const { return status.error_code(); }
  std::string message() const { return status.error_message(); }
  std::string Trailing(const std::string& key) const {
    return trailing.count(key) == 1 ? trailing.find(key)->second : "";
  }
  template <typename Detail>
  std::vector<Detail> Details() const {
    std::vector<Detail> found;
    google::rpc::Status details;
    EXPECT_TRUE(details.ParseFromString(status.error_details()));
    EXPECT_TRUE(status.ok() || details.code() == static_cast<int>(code()));
    for (const auto& any : details.details()) {
      Detail detail;
      if (any.UnpackTo(&detail)) found.push_back(detail);
    }
    return found;
  }
  // The one field that the BadRequest names.
  std::string BadFieldName() const {
    const auto bad = Details<google::rpc::BadRequest>();
    return bad.size() == 1 && bad[0].field_violations_size() == 1
               ? bad[0].field_violations(0).field()
               : "";
  }
};

Raw CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
            const std::string& bytes, const Metadata& metadata) {
  Raw raw;
  grpc::ClientContext context;
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer answer;
  raw.status = grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
      channel.get(), grpc::internal::RpcMethod(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC),
      &context, request, &answer);
  std::vector<grpc::Slice> slices;
  if (raw.status.ok() && answer.Dump(&slices).ok()) {
    for (const grpc::Slice& part : slices) {
      raw.bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
  }
  for (const auto& [key, value] : context.GetServerTrailingMetadata()) {
    raw.trailing.emplace(std::string(key.data(), key.size()),
                         std::string(value.data(), value.size()));
  }
  return raw;
}

class DoorTest : public ScopesTest {
 protected:
  Raw Send(const std::string& path, const std::string& bytes, const Metadata& metadata) {
    return CallRaw(channel(), path, bytes, metadata);
  }
  static Metadata Ann(Metadata more = {}) {
    more.emplace_back("provost-actor", "tenants/acme/users/ann");
    return more;
  }
  Raw GetHere(const Metadata& metadata) {
    return Send(kGetCatalog, Named<CatalogKit, v1::GetCatalogRequest>("here").SerializeAsString(),
                metadata);
  }
  Raw Create(const std::string& id, const Metadata& metadata) {
    return Send(kCreateCatalog, New<CatalogKit>(id).SerializeAsString(), metadata);
  }
  // A tenant with the administrator `users/ann`, as `acme` has.
  void MakeTenant(const std::string& id) {
    v1::CreateTenantRequest request;
    request.set_tenant_id(id);
    request.mutable_policy()->set_preset("lms365");
    request.mutable_administrator()->set_user_id("ann");
    const Raw made = Send("/provost.v1.TenantService/CreateTenant", request.SerializeAsString(),
                          {{"provost-actor", "tenants/system/users/root"}});
    ASSERT_TRUE(made.status.ok()) << made.message();
  }
};

// --- who calls ---

TEST_F(DoorTest, WhoCallsHasToBeSaidOnceAndExist) {
  MakeGroup("crew");
  EXPECT_TRUE(GetHere(Ann()).status.ok());
  for (const char* actor :
       {"", "ann", "users/ann", "tenants/acme", "tenants/acme/users/", "tenants/acme/users/nobody",
        "tenants/acme/users/ann/", "tenants/acme/users/Ann", "tenants/none/users/ann",
        "tenants/acme/groups/crew", "tenants/acme/catalogs/here", "tenants/acme/users/ann x"}) {
    const Raw raw = GetHere({{"provost-actor", actor}});
    EXPECT_EQ(raw.code(), grpc::StatusCode::UNAUTHENTICATED) << actor;
    EXPECT_THAT(raw.message(), HasSubstr("`provost-actor`")) << actor;
  }
  EXPECT_EQ(GetHere({}).code(), grpc::StatusCode::UNAUTHENTICATED);
  const Raw twice = GetHere(Ann(Ann()));
  EXPECT_EQ(twice.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(twice.message(), HasSubstr("more than once"));
}

TEST_F(DoorTest, WhoWasDeletedCallsNoMoreNorDoesANamesake) {
  MakeUser("vic");
  Assign("users/vic", "viewer", "catalogs/here");
  EXPECT_TRUE(Get<CatalogKit>("users/vic", "here").ok());
  v1::DeleteUserRequest remove;
  remove.set_name(Full("users/vic"));
  ASSERT_TRUE(Call<google::protobuf::Empty>(kAnn, remove).ok());
  EXPECT_EQ(Get<CatalogKit>("users/vic", "here").code(), grpc::StatusCode::UNAUTHENTICATED);
  MakeUser("vic");
  EXPECT_EQ(Get<CatalogKit>("users/vic", "here").code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(DoorTest, AnotherTenantIsAsClosedAsOneThatIsNotThere) {
  MakeTenant("rival");
  const Metadata rival = {{"provost-actor", "tenants/rival/users/ann"}};
  auto get = Named<CatalogKit, v1::GetCatalogRequest>("here");
  const Raw there = Send(kGetCatalog, get.SerializeAsString(), rival);
  EXPECT_EQ(there.code(), grpc::StatusCode::PERMISSION_DENIED);
  for (const char* name : {"tenants/acme/catalogs/none", "tenants/none/catalogs/here"}) {
    get.set_name(name);
    const Raw none = Send(kGetCatalog, get.SerializeAsString(), rival);
    EXPECT_EQ(none.code(), grpc::StatusCode::PERMISSION_DENIED) << name;
    EXPECT_EQ(none.message().substr(0, none.message().find('`', 30)),
              there.message().substr(0, there.message().find('`', 30)));
  }
  EXPECT_EQ(Create("new", rival).code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Send("/provost.v1.CatalogService/ListCatalogs",
                 ListOf<CatalogKit>().SerializeAsString(), rival)
                .code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(DoorTest, Rule6_TheSuspendedGetNothingNotEvenLists) {
  MakeUser("ben");
  Assign("users/ben", "builder", "");
  v1::SuspendUserRequest suspend;
  suspend.set_name(Full("users/ben"));
  ASSERT_TRUE(Call<v1::User>(kAnn, suspend).ok());
  const Metadata ben = {{"provost-actor", "tenants/acme/users/ben"}};
  for (const Raw& raw : {GetHere(ben), Create("new", ben),
                         Send("/provost.v1.CatalogService/ListCatalogs",
                              ListOf<CatalogKit>().SerializeAsString(), ben)}) {
    EXPECT_EQ(raw.code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_THAT(raw.message(), HasSubstr("suspended"));
  }
}

// --- the call's id ---

TEST_F(DoorTest, TheCallersIdComesBackAndABadOneIsReplaced) {
  EXPECT_EQ(GetHere(Ann({{"provost-call-id", "Trace_1.a-2"}})).Trailing("provost-call-id"),
            "Trace_1.a-2");
  EXPECT_EQ(Create("new", Ann({{"provost-call-id", "c"}})).Trailing("provost-call-id"), "c");
  std::set<std::string> given;
  for (const std::string& bad : {std::string(65, 'a'), std::string("a b"), std::string("a/b")}) {
    const Raw raw = Create("-", Ann({{"provost-call-id", bad}}));
    EXPECT_NE(raw.Trailing("provost-call-id"), bad);
    EXPECT_THAT(raw.Trailing("provost-call-id"), MatchesRegex("[0-9a-f]+-[0-9]+"));
    given.insert(raw.Trailing("provost-call-id"));
  }
  EXPECT_EQ(given.size(), 3u);
}

TEST_F(DoorTest, EveryErrorNamesItsCallAndWhatIsWrong) {
  const Metadata metadata = Ann({{"provost-call-id", "trace-7"}});
  const Raw bad = Create("-", metadata);
  EXPECT_EQ(bad.BadFieldName(), "catalog_id");
  const Raw nobody = GetHere({{"provost-call-id", "trace-7"}});
  const Raw unreadable = Send(kGetCatalog, "\x0a\x05x", metadata);
  EXPECT_EQ(unreadable.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(unreadable.message(), HasSubstr("provost.v1.GetCatalogRequest"));
  const Raw taken = Create("here", metadata);
  EXPECT_EQ(taken.code(), grpc::StatusCode::ALREADY_EXISTS);
  for (const Raw& raw : {bad, nobody, unreadable, taken}) {
    const auto info = raw.Details<google::rpc::RequestInfo>();
    ASSERT_EQ(info.size(), 1u) << raw.message();
    EXPECT_EQ(info[0].request_id(), "trace-7");
    EXPECT_EQ(raw.Trailing("provost-call-id"), "trace-7");
  }
}

// --- consistency tokens ---

TEST_F(DoorTest, AnAnswerIsAtLeastAsFreshAsItsToken) {
  const Raw made = Create("new", Ann());
  const std::string token = made.Trailing("provost-revision");
  ASSERT_NE(token, "");
  EXPECT_TRUE(GetHere(Ann({{"provost-at-least", token}})).status.ok());
  EXPECT_TRUE(Create("newer", Ann({{"provost-at-least", token}})).status.ok());
  EXPECT_NE(GetHere(Ann()).Trailing("provost-revision"), "");
  Restart();
  EXPECT_TRUE(GetHere(Ann({{"provost-at-least", token}})).status.ok());
}

TEST_F(DoorTest, ATokenThatIsForgedOrOfAnotherTenantIsRefused) {
  MakeTenant("rival");
  std::string token = Create("new", Ann()).Trailing("provost-revision");
  v1::GetUserRequest get;
  get.set_name("tenants/rival/users/ann");
  const Raw foreign = Send("/provost.v1.UserService/GetUser", get.SerializeAsString(),
                           {{"provost-actor", "tenants/rival/users/ann"}});
  ASSERT_TRUE(foreign.status.ok()) << foreign.message();
  std::vector<std::string> bad = {"nonsense", foreign.Trailing("provost-revision"), token.substr(1),
                                  absl::StrCat(token, "a")};
  for (size_t i = 0; i + 2 < token.size(); i += 7) {
    bad.push_back(token);
    bad.back()[i] = token[i] == 'A' ? 'B' : 'A';
  }
  for (const std::string& text : bad) {
    const Raw raw = GetHere(Ann({{"provost-at-least", text}}));
    EXPECT_EQ(raw.code(), grpc::StatusCode::INVALID_ARGUMENT) << text;
    EXPECT_THAT(raw.message(), HasSubstr("`provost-at-least`"));
  }
  EXPECT_EQ(GetHere(Ann({{"provost-at-least", token}, {"provost-at-least", token}})).code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(DoorTest, AServerThatHasNotComeSoFarSaysSo) {
  Stop();
  const std::string copy = folder() + "-copy";
  std::filesystem::copy(folder(), copy, std::filesystem::copy_options::recursive);
  Start();
  const std::string token = Create("new", Ann()).Trailing("provost-revision");
  ASSERT_NE(token, "");
  Restart([&](ServerOptions* options) { options->data = copy; });  // As it was before.
  const Raw early = GetHere(Ann({{"provost-at-least", token}}));
  EXPECT_EQ(early.code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(early.Details<google::rpc::RetryInfo>().size(), 1u);
  EXPECT_EQ(Create("two", Ann({{"provost-at-least", token}})).code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(Get<CatalogKit>(kAnn, "two").ok());
  Stop();
  std::filesystem::remove_all(copy);
  Start();
}

// --- page tokens ---

TEST_F(DoorTest, APageTokenIsForOneRequestOfOneCallerInOneTenant) {
  MakeTenant("rival");
  MakeUser("vic");
  const std::string right = Assign("users/vic", "viewer", "");
  const auto page = Call<v1::ListCatalogsResponse>("users/vic", ListOf<CatalogKit>("", 1));
  ASSERT_NE(page.value.next_page_token(), "");
  v1::ListCatalogsRequest next = ListOf<CatalogKit>("", 1);
  next.set_page_token(page.value.next_page_token());
  EXPECT_TRUE(Call<v1::ListCatalogsResponse>("users/vic", next).ok());
  // Another method's list with the very same fields, another tenant, bytes that were changed.
  v1::ListCoursesRequest courses;
  courses.ParseFromString(next.SerializeAsString());
  EXPECT_THAT(Call<v1::ListCoursesResponse>("users/vic", courses).bad_fields(),
              ElementsAre(Key("page_token")));
  v1::ListCatalogsRequest rival = next;
  rival.set_parent("tenants/rival");
  const Raw foreign = Send("/provost.v1.CatalogService/ListCatalogs", rival.SerializeAsString(),
                           {{"provost-actor", "tenants/rival/users/ann"}});
  EXPECT_EQ(foreign.BadFieldName(), "page_token");
  v1::ListCatalogsRequest forged = next;
  (*forged.mutable_page_token())[5] ^= 1;
  EXPECT_THAT(Call<v1::ListCatalogsResponse>("users/vic", forged).bad_fields(),
              ElementsAre(Key("page_token")));
  // Somebody else who has got the name.
  v1::DeleteUserRequest remove;
  remove.set_name(Full("users/vic"));
  ASSERT_TRUE(Call<google::protobuf::Empty>(kAnn, remove).ok());
  MakeUser("vic");
  Assign("users/vic", "viewer", "");
  EXPECT_THAT(Call<v1::ListCatalogsResponse>("users/vic", next).bad_fields(),
              ElementsAre(Key("page_token")));
}

TEST_F(DoorTest, AListIsHeldForAWhileOnly) {
  const auto first = Call<v1::ListCatalogsResponse>(kAnn, ListOf<CatalogKit>("", 1));
  v1::ListCatalogsRequest next = ListOf<CatalogKit>("", 1);
  next.set_page_token(first.value.next_page_token());
  Restart();
  const auto late = Call<v1::ListCatalogsResponse>(kAnn, next);
  EXPECT_EQ(late.code(), grpc::StatusCode::ABORTED);
  EXPECT_THAT(late.message(), HasSubstr("begin again"));
}

// --- limits ---

TEST_F(DoorTest, AfterItsDeadlineACallDoesNothing) {
  Restart([](ServerOptions* options) { options->default_deadline = absl::Nanoseconds(1); });
  EXPECT_EQ(GetHere(Ann()).code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(Create("late", Ann()).code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  Restart();
  EXPECT_EQ(Get<CatalogKit>(kAnn, "late").code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(Create("late", Ann()).status.ok());
}

TEST_F(DoorTest, AMessageThatIsTooLargeIsToldTheLimit) {
  Restart([](ServerOptions* options) { options->max_request_bytes = 2000; });
  const Raw large = Send(kGetCatalog, std::string(2001, 'x'), Ann());
  EXPECT_EQ(large.code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(large.message(), HasSubstr("2000"));
  EXPECT_TRUE(GetHere(Ann()).status.ok());
}

TEST_F(DoorTest, TooManyItemsAreToldTheLimit) {
  v1::BatchCheckRequest batch;
  batch.set_parent(Full(""));
  for (int i = 0; i < 1001; ++i) {
    v1::CheckRequest* check = batch.add_requests();
    check->set_subject(Full(kAnn));
    check->set_permission("catalog.read");
    check->set_scope(Full("catalogs/here"));
  }
  const auto refused = Call<v1::BatchCheckResponse>(kAnn, batch);
  ASSERT_THAT(refused.bad_fields(), ElementsAre(Key("requests")));
  EXPECT_THAT(refused.message(), HasSubstr("1000"));
  batch.mutable_requests()->RemoveLast();
  EXPECT_TRUE(Call<v1::BatchCheckResponse>(kAnn, batch).ok());
}

// --- bytes ---

void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}
std::string Wrap(const FieldDescriptor& field, const std::string& content) {
  std::string bytes;
  AppendVarint(static_cast<uint64_t>(field.number()) << 3 | 2, &bytes);
  AppendVarint(content.size(), &bytes);
  return bytes + content;
}

// Calls `visit` with a message's bytes and the path of each string field in it, which is alone set
// and is no UTF-8.
template <typename Visit>
void ForEachBadText(const Descriptor& type, std::vector<const Descriptor*> above,
                    const std::function<std::string(std::string)>& wrap, const std::string& prefix,
                    Visit visit) {
  if (std::count(above.begin(), above.end(), &type) > 0) return;
  above.push_back(&type);
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string path = absl::StrCat(prefix, prefix.empty() ? "" : ".", field.name(),
                                          field.is_repeated() ? "[0]" : "");
    const auto into = [&](std::string content) { return wrap(Wrap(field, content)); };
    if (field.type() == FieldDescriptor::TYPE_STRING) {
      visit(into("a\xff"), path);
      visit(into("\xed\xa0\x80"), path);  // Half of a surrogate pair.
    } else if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
      ForEachBadText(*field.message_type(), above, into, path, visit);
    }
  }
}

TEST_F(DoorTest, TextThatIsNotUtf8IsRefusedByItsFieldInEveryMethod) {
  google::protobuf::LogHandler* const before = google::protobuf::SetLogHandler(nullptr);
  absl::StatusOr<Methods> methods = Methods::OfContract();
  ASSERT_TRUE(methods.ok()) << methods.status();
  int tried = 0;
  for (const std::unique_ptr<Method>& method : methods->all()) {
    ForEachBadText(
        *method->descriptor->input_type(), {}, [](std::string bytes) { return bytes; }, "",
        [&](const std::string& bytes, const std::string& path) {
          const Raw raw = Send(method->path, bytes, Ann());
          EXPECT_EQ(raw.code(), grpc::StatusCode::INVALID_ARGUMENT)
              << method->path << " " << path << ": " << raw.message();
          EXPECT_EQ(raw.BadFieldName(), path) << method->path;
          ++tried;
        });
  }
  google::protobuf::SetLogHandler(before);
  EXPECT_GT(tried, 400);
}

TEST_F(DoorTest, BytesThatAreNoRequestAreRefusedInEveryMethod) {
  absl::StatusOr<Methods> methods = Methods::OfContract();
  ASSERT_TRUE(methods.ok()) << methods.status();
  for (const std::unique_ptr<Method>& method : methods->all()) {
    for (const std::string& bytes : {std::string("\x0a\xff\xff\xff\xff\x0f"), std::string("\xff"),
                                     std::string("\x0f"), std::string(1, '\0')}) {
      const Raw raw = Send(method->path, bytes, Ann());
      EXPECT_EQ(raw.code(), grpc::StatusCode::INVALID_ARGUMENT) << method->path;
      EXPECT_THAT(raw.message(), HasSubstr(method->descriptor->input_type()->full_name()));
    }
  }
  // Deeper than any message may nest; nobody's stack is at stake.
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "\x13";  // The beginning of a group.
  EXPECT_EQ(Send(kGetCatalog, deep, Ann()).code(), grpc::StatusCode::INVALID_ARGUMENT);
}

// --- the server ---

TEST_F(DoorTest, HealthAndReflectionAnswer) {
  const Raw health = Send("/grpc.health.v1.Health/Check", "", {});
  EXPECT_TRUE(health.status.ok()) << health.message();
  EXPECT_EQ(health.bytes, "\x08\x01");  // SERVING
  const std::string reflection = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  const Raw listed = Send(reflection, std::string("\x3a\x00", 2), {});  // list_services
  EXPECT_TRUE(listed.status.ok()) << listed.message();
  for (const char* service : {"AccessService", "CatalogService", "CourseService", "GroupService",
                              "PolicyService", "RoleService", "TenantService", "UserService"}) {
    EXPECT_THAT(listed.bytes, HasSubstr(absl::StrCat("provost.v1.", service)));
  }
  const std::string symbol = "provost.v1.CatalogService";  // file_containing_symbol
  const Raw file =
      Send(reflection,
           absl::StrCat("\x22", std::string(1, static_cast<char>(symbol.size())), symbol), {});
  EXPECT_THAT(file.bytes, HasSubstr("provost/v1/catalog_service.proto"));
}

TEST_F(DoorTest, OnlyLoopbackIsListenedTo) {
  ServerOptions options;
  options.log_level = "off";
  options.data = folder() + "-unused";
  for (const char* listen : {"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:0", "example.org:0", "*:0",
                             "127.0.0.1.example.org:0", "128.0.0.1:0", "127.0.0.1", "127.0.0.1:x",
                             "127.0.0.1:70000", "unix:/tmp/x"}) {
    options.listen = listen;
    const auto server = Server::Start(options);
    ASSERT_FALSE(server.ok()) << listen;
    EXPECT_TRUE(absl::IsInvalidArgument(server.status())) << server.status();
    EXPECT_THAT(std::string(server.status().message()), HasSubstr(listen));
  }
  EXPECT_FALSE(std::filesystem::exists(options.data));  // Nothing was begun.
}

TEST_F(DoorTest, AFolderAndAPortAreForOneServer) {
  ServerOptions options;
  options.log_level = "off";
  options.listen = "127.0.0.1:0";
  options.data = folder();
  options.block_cache_mib = 8;
  const auto same_folder = Server::Start(options);
  ASSERT_FALSE(same_folder.ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(same_folder.status())) << same_folder.status();
  options.listen = server().address();
  options.data = folder() + "-second";
  const auto same_port = Server::Start(options);
  ASSERT_FALSE(same_port.ok());
  EXPECT_TRUE(absl::IsUnavailable(same_port.status())) << same_port.status();
  EXPECT_THAT(std::string(same_port.status().message()), HasSubstr(server().address()));
  std::filesystem::remove_all(options.data);
  EXPECT_TRUE(GetHere(Ann()).status.ok());
}

TEST_F(DoorTest, ShutdownLetsCallsUnderWayFinishAndTakesNoNewOnes) {
  constexpr int kThreads = 8;
  std::vector<std::vector<std::string>> acknowledged(kThreads);
  std::vector<grpc::Status> last(kThreads);
  std::vector<std::thread> threads;
  std::atomic<int> begun{0};
  const auto channel_of_all = channel();
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const auto own = static_cast<size_t>(t);
      for (int i = 0;; ++i) {
        const std::string id = absl::StrCat("t", t, "-", i);
        last[own] =
            CallRaw(channel_of_all, kCreateCatalog, New<CatalogKit>(id).SerializeAsString(), Ann())
                .status;
        ++begun;
        if (!last[own].ok()) return;
        acknowledged[own].push_back(id);
      }
    });
  }
  while (begun < 10 * kThreads) std::this_thread::yield();
  server().Shutdown();
  for (std::thread& thread : threads) thread.join();
  // Each call that had begun was answered; the next was taken by nobody.
  for (const grpc::Status& status : last) {
    EXPECT_THAT(status.error_code(),
                AnyOf(grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::CANCELLED))
        << status.error_message();
  }
  Restart();
  const std::vector<std::string> all = List<CatalogKit>(kAnn, "catalogs/here", 1000);
  size_t count = 0;
  for (const auto& ids : acknowledged) {
    count += ids.size();
    for (const std::string& id : ids) EXPECT_THAT(all, Contains(id));
  }
  EXPECT_EQ(all.size(), count);  // And nothing was made that nobody was told of.
}

}  // namespace
}  // namespace provost
