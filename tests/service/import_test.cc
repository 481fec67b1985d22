// Imports over a real server, under the coreachieve matrix: an attendee manager may, an author may
// not.
#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/settings.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.grpc.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kId[] = "7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f";
constexpr char kOtherId[] = "0d6a2b1c-3a55-4f0e-9d0a-7f3c0f5e4e5f";
constexpr char kMae[] = "users/mae";  // attendee_manager
constexpr char kAut[] = "users/aut";  // author

using Request = v1::ImportUsersRequest;

class ImportTest : public AcmeTest {
 protected:
  ImportTest() : AcmeTest("../../../policy/presets/coreachieve.textproto") {
    MakeUser("mae");
    MakeUser("aut");
    Assign(kMae, "attendee_manager", "");
    Assign(kAut, "author", "");
  }

  static Request Start(absl::string_view id = kId,
                       v1::ImportOptions::Mode mode = v1::ImportOptions::BEST_EFFORT) {
    Request request;
    request.set_parent(Full(""));
    request.mutable_options()->set_import_id(std::string(id));
    request.mutable_options()->set_mode(mode);
    request.set_missing(Request::APPLY);
    request.set_existing(Request::APPLY);
    return request;
  }

  // A stream that the test sends piece by piece.
  struct Stream {
    Stream(ImportTest* test, absl::string_view actor)
        : stub(v1::UserService::NewStub(test->channel())) {
      context.AddMetadata("provost-actor", Full(actor));
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
      writer = stub->ImportUsers(&context, &answer.value);
    }
    bool Send(const Request& request) { return writer->Write(request); }
    bool Send(absl::string_view data) {
      Request request;
      request.set_data(std::string(data));
      return writer->Write(request);
    }
    Answer<v1::Import> End() {
      writer->WritesDone();
      answer.status = writer->Finish();
      return answer;
    }
    void BreakOff() {
      context.TryCancel();
      writer->Finish();
    }

    std::unique_ptr<v1::UserService::Stub> stub;
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientWriter<Request>> writer;
    Answer<v1::Import> answer;
  };

  Answer<v1::Import> Import(absl::string_view actor, const Request& start,
                            absl::string_view document, size_t piece = 700) {
    Stream stream(this, actor);
    stream.Send(start);
    for (size_t at = 0; at < document.size(); at += piece) {
      if (!stream.Send(document.substr(at, piece))) break;
    }
    return stream.End();
  }

  Answer<v1::Import> Get(absl::string_view actor, absl::string_view id = kId) {
    v1::GetImportRequest request;
    request.set_name(Full(absl::StrCat("imports/", id)));
    return Call<v1::Import>(actor, request);
  }
  // Waits until the import has done so many bytes.
  void WaitFor(int64_t offset) {
    for (int i = 0; i < 2000; ++i) {
      if (Get(kMae).value.offset() >= offset) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL() << "the import came to " << Get(kMae).value.offset();
  }
  Answer<v1::User> User(absl::string_view id) {
    v1::GetUserRequest request;
    request.set_name(Full(absl::StrCat("users/", id)));
    return Call<v1::User>("users/ann", request);
  }
  size_t CountUsers() {
    v1::ListUsersRequest request;
    request.set_parent(Full(""));
    request.set_page_size(1000);
    size_t count = 0;
    for (;;) {
      const auto page = Call<v1::ListUsersResponse>("users/ann", request);
      EXPECT_TRUE(page.ok()) << page.message();
      count += static_cast<size_t>(page.value.users_size());
      if (page.value.next_page_token().empty()) return count;
      request.set_page_token(page.value.next_page_token());
    }
  }
  static std::string People(int first, int last) {
    std::string rows;
    for (int i = first; i <= last; ++i) {
      absl::StrAppend(&rows, "p", i, ",p", i, "@acme.example,\"Person, ", i, "\"\r\n");
    }
    return rows;
  }
};

constexpr char kHeader[] = "user_id,email,display_name\r\n";
constexpr size_t kAtFirst = 3;  // ann, mae, aut

TEST_F(ImportTest, M5_AnAttendeeManagerImportsPeople) {
  Request start = Start();
  auto* column = start.mutable_options()->add_columns();
  column->set_header("Name");
  column->set_field("display_name");
  start.mutable_options()->add_ignored_columns("Note");
  const std::string document =
      "\xEF\xBB\xBFuser_id,Name,Note,email\r\n"
      "kim,\"Kim, the \"\"first\"\"\",\"two\r\nlines\",kim@acme.example\r\n"
      "zoe,Zo\xC3\xAB,,\n"
      "bob,Bob,x,bob@acme.example";
  for (size_t piece : {1, 5, 1000}) {
    SCOPED_TRACE(piece);
    // The same import again is given the same answer, and does nothing.
    const auto answer = Import(kMae, start, document, piece);
    ASSERT_TRUE(answer.ok()) << answer.message();
    EXPECT_EQ(answer.value.state(), v1::Import::DONE);
    EXPECT_EQ(answer.value.created(), 3);
    EXPECT_EQ(answer.value.failed(), 0) << answer.value.DebugString();
    EXPECT_EQ(answer.value.name(), Full(absl::StrCat("imports/", kId)));
    EXPECT_EQ(answer.value.method(), "UserService.ImportUsers");
    EXPECT_EQ(answer.value.owner(), Full(kMae));
    EXPECT_EQ(answer.value.offset(), static_cast<int64_t>(document.size()));
    EXPECT_EQ(Get(kMae).value.SerializeAsString(), answer.value.SerializeAsString());
    EXPECT_EQ(CountUsers(), kAtFirst + 3);
  }
  EXPECT_EQ(User("kim").value.display_name(), "Kim, the \"first\"");
  EXPECT_EQ(User("kim").value.email(), "kim@acme.example");
  EXPECT_EQ(User("kim").value.home_scope(), Full(""));
  EXPECT_EQ(User("zoe").value.display_name(), "Zo\xC3\xAB");
  EXPECT_EQ(User("bob").value.email(), "bob@acme.example");
  // Nobody else needs to know; whoever may import does.
  EXPECT_EQ(Get(kAut).code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(Get("users/ann").ok());
  EXPECT_EQ(Get(kMae, kOtherId).code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ImportTest, IsAnsweredWithTheIdOfItsCallAsAnyChangeIs) {
  Stream stream(this, kMae);
  ASSERT_TRUE(stream.Send(Start()));
  ASSERT_TRUE(stream.Send(absl::StrCat(kHeader, People(1, 3))));
  ASSERT_TRUE(stream.End().ok()) << stream.answer.message();
  const auto& trailing = stream.context.GetServerTrailingMetadata();
  EXPECT_EQ(trailing.count("provost-call-id"), 1u);
  EXPECT_EQ(trailing.count("provost-revision"), 1u);
}

TEST_F(ImportTest, M5_AnAuthorMayNot) {
  const auto answer = Import(kAut, Start(), absl::StrCat(kHeader, People(1, 3)));
  EXPECT_EQ(answer.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(CountUsers(), kAtFirst);
  EXPECT_EQ(Get("users/ann").code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ImportTest, P1_ErrorsLeaveOutCellsAndNotPartsOfTheirOwnWords) {
  const auto answer = Import(kMae, Start(),
                             "user_id,email,display_name,locale\n"
                             "one,one@acme.example,One,en\n"
                             "two,one@acme.example,Two,es\n");
  ASSERT_TRUE(answer.ok()) << answer.message();
  ASSERT_EQ(answer.value.errors_size(), 1) << answer.value.DebugString();
  EXPECT_EQ(answer.value.errors(0).message(),
            "there is a user with the e-mail address `...` already");
}

TEST_F(ImportTest, M5_WrongRowsAreToldByLineAndColumn) {
  const std::string document =
      "email,user_id,display_name\n"
      "good@acme.example,good,Good\n"
      "no address,bad1,Bad\n"
      "b2@acme.example,Bad 2,\n"
      "\n"
      "b3@acme.example,bad3\n"
      "GOOD@acme.example,bad4,Taken\n"
      "b5@acme.example,bad5,Zo\xEB\n"
      ",,Nobody\n"
      "fine@acme.example,fine,Fine\n";
  const auto answer = Import(kMae, Start(), document, 11);
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.state(), v1::Import::DONE);
  EXPECT_EQ(answer.value.created(), 2);
  EXPECT_EQ(answer.value.failed(), 6);
  std::vector<std::string> errors;
  for (const auto& error : answer.value.errors()) {
    errors.push_back(absl::StrCat(error.line(), ":", error.column(), " ", error.field()));
  }
  EXPECT_THAT(errors, ElementsAre("3:1 email", "4:2 user_id", "6:0 ", "7:0 ", "8:3 display_name",
                                  "9:2 user_id"))
      << answer.value.DebugString();
  EXPECT_THAT(answer.value.errors(2).message(), HasSubstr("has 2 cells; wanted 3"));
  EXPECT_THAT(answer.value.errors(0).message(), StartsWith("wanted an "));
  EXPECT_THAT(answer.value.errors(3).message(),
              "there is a user with the e-mail address `...` already");
  EXPECT_TRUE(User("good").ok());
  EXPECT_TRUE(User("fine").ok());
  // What a wrong row had begun is gone: its address is nobody's.
  EXPECT_EQ(CountUsers(), kAtFirst + 2);
  EXPECT_EQ(Import(kMae, Start(kOtherId), "user_id,email,display_name\nx1,b2@acme.example,X\n")
                .value.created(),
            1);

  v1::ListImportErrorsRequest list;
  list.set_name(answer.value.name());
  list.set_page_size(4);
  auto page = Call<v1::ListImportErrorsResponse>(kMae, list);
  ASSERT_TRUE(page.ok()) << page.message();
  ASSERT_EQ(page.value.errors_size(), 4);
  EXPECT_EQ(page.value.errors(0).line(), 3);
  list.set_page_token(page.value.next_page_token());
  page = Call<v1::ListImportErrorsResponse>(kMae, list);
  ASSERT_EQ(page.value.errors_size(), 2);
  EXPECT_EQ(page.value.errors(1).line(), 9);
  EXPECT_THAT(page.value.next_page_token(), IsEmpty());
  EXPECT_EQ(Call<v1::ListImportErrorsResponse>(kAut, list).code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ImportTest, M5_CreateUpdateSkipByKey) {
  ASSERT_EQ(Import(kMae, Start(), absl::StrCat(kHeader, People(1, 2))).value.created(), 2);
  // By id: an empty cell leaves what is there.
  auto answer = Import(kMae, Start(kOtherId),
                       absl::StrCat(kHeader, "p1,,One\r\n", People(2, 3), "p3,p3@acme.example,\r\n",
                                    "p3,,Three\r\n"));
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.created(), 1);
  EXPECT_EQ(answer.value.updated(), 2) << "a row of the same batch is seen";
  EXPECT_EQ(answer.value.skipped(), 2) << "what changes nothing";
  EXPECT_EQ(User("p1").value.display_name(), "One");
  EXPECT_EQ(User("p1").value.email(), "p1@acme.example");
  EXPECT_EQ(User("p3").value.display_name(), "Three");
  // By address, in any case; those who are missing are left out.
  Request start = Start("0d6a2b1c-3a55-4f0e-9d0a-000000000001");
  start.set_key(Request::EMAIL);
  start.set_missing(Request::SKIP);
  answer = Import(kMae, start, "email,display_name\nP1@Acme.example,Uno\nx@acme.example,X\n");
  EXPECT_EQ(answer.value.updated(), 1);
  EXPECT_EQ(answer.value.skipped(), 1);
  EXPECT_EQ(User("p1").value.display_name(), "Uno");
  EXPECT_EQ(User("p1").value.email(), "p1@acme.example");
  // Those who are there are left as they are.
  start = Start("0d6a2b1c-3a55-4f0e-9d0a-000000000002");
  start.set_key(Request::EMAIL);
  start.set_existing(Request::SKIP);
  answer = Import(kMae, start, "email,display_name\np1@acme.example,One\nx@acme.example,X\n");
  EXPECT_EQ(answer.value.created(), 1) << "with an id that the server made";
  EXPECT_EQ(answer.value.skipped(), 1);
  EXPECT_EQ(User("p1").value.display_name(), "Uno");
  // Neither is asked for: both are wrong.
  start = Start("0d6a2b1c-3a55-4f0e-9d0a-000000000003");
  start.clear_missing();
  start.clear_existing();
  answer = Import(kMae, start, "user_id,display_name\np1,One\np9,Nine\n");
  EXPECT_EQ(answer.value.failed(), 2);
  EXPECT_THAT(answer.value.errors(0).message(), HasSubstr("is a user already"));
  EXPECT_THAT(answer.value.errors(1).message(), HasSubstr("names nobody"));
  // An id is not changed.
  start = Start("0d6a2b1c-3a55-4f0e-9d0a-000000000004");
  start.set_key(Request::EMAIL);
  answer = Import(kMae, start, "email,user_id\np1@acme.example,p9\n");
  ASSERT_EQ(answer.value.failed(), 1);
  EXPECT_EQ(answer.value.errors(0).column(), 2);
}

TEST_F(ImportTest, M5_WhoHasNoDisplayNameIsCalledByTheirOtherNames) {
  auto answer =
      Import(kMae, Start(), "user_id,given_name,family_name\nkim,Kim,Kay\nbob,,Bee\ncat,,\n");
  ASSERT_EQ(answer.value.created(), 3) << answer.value.DebugString();
  EXPECT_EQ(User("kim").value.display_name(), "Kim Kay");
  EXPECT_EQ(User("bob").value.display_name(), "Bee");
  EXPECT_EQ(User("cat").value.display_name(), "cat");
  // An address is nobody's to show.
  Request start = Start(kOtherId);
  start.set_key(Request::EMAIL);
  answer = Import(kMae, start, "email\ndan@acme.example\n");
  ASSERT_EQ(answer.value.failed(), 1);
  EXPECT_EQ(answer.value.errors(0).field(), "display_name");
  EXPECT_THAT(answer.value.errors(0).message(), HasSubstr("wanted a name for the new user, or "));
  // Who is there keeps their name.
  answer = Import(kMae, Start("0d6a2b1c-3a55-4f0e-9d0a-000000000001"),
                  "user_id,given_name\nkim,Kimberly\n");
  EXPECT_EQ(answer.value.updated(), 1);
  EXPECT_EQ(User("kim").value.display_name(), "Kim Kay");
}

TEST_F(ImportTest, M5_WholeProfiles) {
  const std::string document =
      "user_id,display_name,given_name,family_name,locale,time_zone,external_id,manager,hire_date\n"
      "kim,Kim,Kim,Kay,de-AT,Europe/Vienna,E1,,2026-11-22\n"
      "bob,Bob,Bob,Bee,xx-nowhere,Mars/Olympus,E2,kim,\n"
      "cat,Cat,,,,,E1,,\n"
      "dan,Dan,,,,,,kim,\n"
      "eve,Eve,,,,,,nobody,\n"
      "fay,Fay,,,,,,,22.11.2026\n"
      "kim,,,,,,,dan,\n";
  const auto answer = Import(kMae, Start(), document);
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.created(), 2) << answer.value.DebugString();
  EXPECT_EQ(answer.value.failed(), 5);
  EXPECT_EQ(User("kim").value.locale(), "de-AT");
  EXPECT_EQ(User("kim").value.hire_date(), "2026-11-22");
  EXPECT_EQ(User("kim").value.external_id(), "E1");
  EXPECT_EQ(User("dan").value.manager(), Full("users/kim"));
  std::vector<std::string> errors;
  for (const auto& error : answer.value.errors()) {
    errors.push_back(absl::StrCat(error.line(), ":", error.column()));
  }
  EXPECT_THAT(errors, Contains("3:5"));
  EXPECT_THAT(errors, Contains("3:6"));
  EXPECT_THAT(errors, Contains("6:8"));
  EXPECT_THAT(errors, Contains("7:9"));
  EXPECT_FALSE(User("bob").ok());
  EXPECT_FALSE(User("cat").ok());
}

TEST_F(ImportTest, AllOrNothing) {
  const Request start = Start(kId, v1::ImportOptions::ALL_OR_NOTHING);
  const auto failed =
      Import(kMae, start, absl::StrCat(kHeader, People(1, 600), "p601,p1@acme.example,Taken\r\n"));
  ASSERT_TRUE(failed.ok()) << failed.message();
  EXPECT_EQ(failed.value.state(), v1::Import::FAILED);
  EXPECT_EQ(failed.value.created(), 0);
  EXPECT_EQ(failed.value.failed(), 1);
  ASSERT_EQ(failed.value.errors_size(), 1);
  EXPECT_EQ(failed.value.errors(0).line(), 602);
  EXPECT_EQ(CountUsers(), kAtFirst);
  EXPECT_EQ(Get(kMae).value.SerializeAsString(), failed.value.SerializeAsString());

  const Request again = Start(kOtherId, v1::ImportOptions::ALL_OR_NOTHING);
  for (int i = 0; i < 2; ++i) {
    const auto done = Import(kMae, again, absl::StrCat(kHeader, People(1, 600)));
    ASSERT_TRUE(done.ok()) << done.message();
    EXPECT_EQ(done.value.state(), v1::Import::DONE);
    EXPECT_EQ(done.value.created(), 600);
    EXPECT_EQ(CountUsers(), kAtFirst + 600);
  }
}

TEST_F(ImportTest, ADryRunChangesNothingAndTellsTheSame) {
  ASSERT_EQ(Import(kMae, Start(kOtherId), absl::StrCat(kHeader, People(1, 1))).value.created(), 1);
  const std::string document =
      absl::StrCat(kHeader, People(1, 600), "p600,,Changed\r\np601,p7@acme.example,Taken\r\n");
  Request start = Start();
  start.mutable_options()->set_dry_run(true);
  const auto dry = Import(kMae, start, document);
  ASSERT_TRUE(dry.ok()) << dry.message();
  EXPECT_TRUE(dry.value.dry_run());
  EXPECT_EQ(CountUsers(), kAtFirst + 1);
  EXPECT_EQ(Get(kMae).code(), grpc::StatusCode::NOT_FOUND);
  const auto real = Import(kMae, Start(), document);
  EXPECT_EQ(real.value.created(), 599);
  EXPECT_EQ(real.value.updated(), 1);
  EXPECT_EQ(real.value.skipped(), 1);
  EXPECT_EQ(real.value.failed(), 1);
  EXPECT_EQ(dry.value.created(), real.value.created());
  EXPECT_EQ(dry.value.updated(), real.value.updated());
  EXPECT_EQ(dry.value.skipped(), real.value.skipped());
  EXPECT_EQ(dry.value.failed(), real.value.failed());
  ASSERT_EQ(dry.value.errors_size(), 1);
  EXPECT_EQ(dry.value.errors(0).SerializeAsString(), real.value.errors(0).SerializeAsString());
}

TEST_F(ImportTest, AStrayQuoteIsFoundWhereItIs) {
  const std::string document =
      absl::StrCat(kHeader, People(1, 998), "p999,,Per\"son\r\n", People(1000, 1100));
  for (v1::ImportOptions::Mode mode :
       {v1::ImportOptions::ALL_OR_NOTHING, v1::ImportOptions::BEST_EFFORT}) {
    const bool whole = mode == v1::ImportOptions::ALL_OR_NOTHING;
    const auto answer = Import(kMae, Start(whole ? kOtherId : kId, mode), document);
    ASSERT_TRUE(answer.ok()) << answer.message();
    EXPECT_EQ(answer.value.state(), v1::Import::FAILED);
    EXPECT_EQ(answer.value.created(), whole ? 0 : 998);
    ASSERT_EQ(answer.value.errors_size(), 1);
    EXPECT_EQ(answer.value.errors(0).line(), 1000);
    EXPECT_EQ(answer.value.errors(0).column(), 3);
    EXPECT_EQ(answer.value.errors(0).field(), "display_name");
    EXPECT_THAT(answer.value.errors(0).message(), HasSubstr("a quote within a cell"));
    EXPECT_EQ(CountUsers(), kAtFirst + (whole ? 0 : 998));
  }
}

TEST_F(ImportTest, M5_ADroppedImportGoesOnWithoutDoingARowTwice) {
  // Whoever is there already would be wrong, so a row that is done twice shows.
  Request start = Start();
  start.clear_existing();
  const std::string document = absl::StrCat(kHeader, People(1, 3000));
  const auto end_of = [&](int row) {
    return static_cast<int64_t>(absl::StrCat(kHeader, People(1, row)).size());
  };
  {
    Stream stream(this, kMae);
    ASSERT_TRUE(stream.Send(start));
    ASSERT_TRUE(stream.Send(absl::string_view(document).substr(0, end_of(600) + 9)));
    WaitFor(end_of(512));
    stream.BreakOff();
  }
  v1::Import at = Get(kMae).value;
  EXPECT_EQ(at.state(), v1::Import::OPEN);
  EXPECT_EQ(at.offset(), end_of(512));
  EXPECT_EQ(at.line(), 514);
  EXPECT_EQ(at.created(), 512);

  // From where it is.
  start.mutable_options()->set_offset(at.offset());
  {
    Stream stream(this, kMae);
    ASSERT_TRUE(stream.Send(start));
    ASSERT_TRUE(
        stream.Send(absl::string_view(document).substr(at.offset(), end_of(1200) - at.offset())));
    WaitFor(end_of(1024));
    stream.BreakOff();
  }
  // Over a restart, and from the beginning: what was done is passed over.
  Restart();
  start.mutable_options()->set_offset(0);
  const auto answer = Import(kMae, start, document, 5000);
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.state(), v1::Import::DONE);
  EXPECT_EQ(answer.value.created(), 3000);
  EXPECT_EQ(answer.value.failed(), 0) << answer.value.DebugString();
  EXPECT_EQ(CountUsers(), kAtFirst + 3000);
}

TEST_F(ImportTest, TwoStreamsOfOneImportCannotBothGoOn) {
  Request start = Start();
  start.clear_existing();
  const std::string document = absl::StrCat(kHeader, People(1, 1000));
  Stream first(this, kMae);
  ASSERT_TRUE(first.Send(start));
  ASSERT_TRUE(first.Send(absl::string_view(document).substr(0, 12000)));
  WaitFor(1);
  const auto second = Import(kMae, start, document);
  ASSERT_TRUE(second.ok()) << second.message();
  EXPECT_EQ(second.value.created(), 1000);
  first.Send(absl::string_view(document).substr(12000));
  EXPECT_EQ(first.End().code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(Get(kMae).value.SerializeAsString(), second.value.SerializeAsString());
  EXPECT_EQ(CountUsers(), kAtFirst + 1000);
}

TEST_F(ImportTest, OneImportHasOneOwnerAndOneBeginning) {
  {
    Stream stream(this, kMae);
    ASSERT_TRUE(stream.Send(Start()));
    ASSERT_TRUE(stream.Send(absl::StrCat(kHeader, People(1, 256))));
    WaitFor(1);
    stream.BreakOff();
  }
  EXPECT_THAT(Import("users/ann", Start(), kHeader).bad_fields(),
              ElementsAre(Key("options.import_id")));
  Request other = Start();
  other.set_existing(Request::SKIP);
  EXPECT_THAT(Import(kMae, other, kHeader).bad_fields(), ElementsAre(Key("options.import_id")));
  Request beyond = Start();
  beyond.mutable_options()->set_offset(1 << 20);
  EXPECT_THAT(Import(kMae, beyond, "").bad_fields(), ElementsAre(Key("options.offset")));
  beyond.mutable_options()->set_import_id(kOtherId);
  beyond.mutable_options()->set_offset(1);
  EXPECT_THAT(Import(kMae, beyond, "").bad_fields(), ElementsAre(Key("options.offset")));
}

TEST_F(ImportTest, BadInputNamesEachField) {
  Request start;
  start.set_parent(Full(""));
  start.set_home_scope(Full("courses/fire"));
  start.set_key(static_cast<Request::Key>(9));
  start.mutable_options()->set_import_id("7F3C0F5E-3a55-4f0e-9d0a-0d6a2b1c4e5f");
  start.mutable_options()->set_offset(-1);
  const auto fields = Import(kMae, start, kHeader).bad_fields();
  for (const char* field :
       {"home_scope", "key", "options.import_id", "options.offset", "options.mode"}) {
    EXPECT_THAT(fields, Contains(Key(field)));
  }
  const auto refused = [&](absl::string_view document) {
    const auto answer = Import(kMae, Start(), document);
    EXPECT_EQ(answer.code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(Get(kMae).code(), grpc::StatusCode::NOT_FOUND);
    return answer.message();
  };
  EXPECT_THAT(refused(""), HasSubstr("has no line"));
  EXPECT_THAT(refused("user_id,mail\nx,y\n"), HasSubstr("`mail` of the first line is no field"));
  EXPECT_THAT(refused("email,display_name\nx,y\n"), HasSubstr("no column is `user_id`"));
  EXPECT_THAT(refused("user_id,etag\nx,y\n"), HasSubstr("`etag`"));
  EXPECT_THAT(refused("user_id,\"email\nx,y\n"), HasSubstr("line 1, column 2"));

  Stream none(this, kMae);
  EXPECT_EQ(none.End().code(), grpc::StatusCode::INVALID_ARGUMENT);
  Stream twice(this, kMae);
  twice.Send(Start());
  twice.Send(Start());
  EXPECT_THAT(twice.End().message(), HasSubstr("more than `data`"));
  Stream large(this, kMae);
  large.Send(Start());
  large.Send(std::string((1 << 20) + 1, 'x'));
  EXPECT_THAT(large.End().bad_fields(), ElementsAre(Key("data")));
  EXPECT_EQ(CountUsers(), kAtFirst);
}

TEST_F(ImportTest, WhatIsDoneAtOnceIsBounded) {
  std::string document = "user_id\n";
  for (int i = 0; i <= 100000; ++i) absl::StrAppend(&document, "u", i, "\n");
  const auto answer = Import(kMae, Start(kId, v1::ImportOptions::ALL_OR_NOTHING), document, 500000);
  EXPECT_EQ(answer.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(answer.message(), HasSubstr("more than 100000 rows (`max_atomic_import_rows`)"));
  EXPECT_EQ(CountUsers(), kAtFirst);
}

TEST_F(ImportTest, WhatIsDoneAtOnceIsBoundedByOptions) {
  Restart([](ServerOptions* options) {
    options->max_atomic_import_rows = 5;
    options->max_atomic_import_bytes = 300;
    options->max_waiting_import_bytes = 400;
  });
  const Request start = Start(kId, v1::ImportOptions::ALL_OR_NOTHING);
  const std::string five = absl::StrCat(kHeader, People(1, 5));
  auto answer = Import(kMae, start, absl::StrCat(five, People(6, 6)));
  EXPECT_EQ(answer.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(answer.message(), HasSubstr("more than 5 rows"));
  answer = Import(kMae, start, absl::StrCat(five, std::string(301 - five.size(), '\n')));
  EXPECT_EQ(answer.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(answer.message(), HasSubstr("more than 300 bytes (`max_atomic_import_bytes`)"));
  EXPECT_EQ(CountUsers(), kAtFirst);
  {
    // One that waits leaves less for the others.
    Stream waits(this, kMae);
    ASSERT_TRUE(waits.Send(Start(kOtherId, v1::ImportOptions::ALL_OR_NOTHING)));
    ASSERT_TRUE(waits.Send(five));
    // One that is done would be answered for again.
    Request dry_run = start;
    dry_run.mutable_options()->set_dry_run(true);
    for (int i = 0; i < 500; ++i) {
      answer = Import(kMae, dry_run, absl::StrCat(five, std::string(295 - five.size(), '\n')));
      if (!answer.ok()) break;
    }
    EXPECT_EQ(answer.code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << answer.message();
    waits.BreakOff();
  }
  // What is done as it comes has no such bound.
  EXPECT_EQ(Import(kMae, Start("0d6a2b1c-3a55-4f0e-9d0a-000000000001"),
                   absl::StrCat(kHeader, People(100, 400)))
                .value.created(),
            301);
}

// Errors stay when the people that they are about have been erased.
TEST_F(ImportTest, NoErrorRepeatsWhatStandsInTheRow) {
  const std::string long_name = absl::StrCat("Bartholomew", std::string(300, 'x'));
  const std::string document =
      absl::StrCat("user_id,email,display_name,locale,external_id,manager\n",
                   "kim,kim@acme.example,Kim Katz,,HR-77,\n",  // made
                   "Kim Katz,x@acme.example,Kim Katz,,,\n",    // no id
                   "kit,kim@acme.example,Kit,,,\n",            // an address that is taken
                   "kit,kit at home,Kit,Kitland,,\n",          // no address, no language
                   "kit,,Kit,,HR-77,\n",                       // a number that is taken
                   "kit,,", long_name, ",,,\n",                // too long
                   "kit,,Kit,,,Kim Katz\n",                    // no such manager
                   "kit,,Kit,,,", long_name, "\n",
                   "mae,kim@acme.example,Kim Katz,,,\n");  // taken, on a change
  for (bool dry_run : {true, false}) {
    Request start = Start();
    start.mutable_options()->set_dry_run(dry_run);
    const auto answer = Import(kMae, start, document);
    ASSERT_TRUE(answer.ok()) << answer.message();
    EXPECT_EQ(answer.value.created(), 1) << answer.value.DebugString();
    EXPECT_EQ(answer.value.failed(), 8);
    ASSERT_GE(answer.value.errors_size(), 8);
    for (const auto& error : answer.value.errors()) {
      SCOPED_TRACE(error.DebugString());
      EXPECT_GT(error.message().size(), 10u);
      for (const char* own : {"Kim", "Katz", "kim@", "kit at", "Kitland", "HR-77", "Barthol"}) {
        EXPECT_THAT(error.message(), Not(HasSubstr(own)));
      }
    }
  }
  v1::ListImportErrorsRequest list;
  list.set_name(Full(absl::StrCat("imports/", kId)));
  const auto kept = Call<v1::ListImportErrorsResponse>(kMae, list);
  EXPECT_EQ(kept.value.errors_size(), Get(kMae).value.errors_size());
}

TEST_F(ImportTest, M5_FieldsThatTheTenantDefines) {
  v1::UpdateSettingsRequest settings;
  settings.mutable_settings()->set_tenant(Full(""));
  settings.set_section(v1::Settings::USER_FIELDS);
  auto* grade = settings.mutable_settings()->mutable_user_fields()->add_fields();
  grade->set_id("grade");
  grade->set_display_name("Grade");
  grade->set_type(v1::UserField::INTEGER);
  grade->set_visibility(v1::UserField::PRIVATE);
  auto* team = settings.mutable_settings()->mutable_user_fields()->add_fields();
  team->set_id("team");
  team->set_display_name("Team");
  team->set_type(v1::UserField::TEXT);
  team->set_visibility(v1::UserField::PRIVATE);
  const auto set = Call<v1::Settings>("users/ann", settings);
  ASSERT_TRUE(set.ok()) << set.message();
  auto answer = Import(kMae, Start(),
                       "user_id,fields.team,display_name,fields.grade\n"
                       "kim,Blue,Kim,7\n"
                       "bob,,Bob,eight\n"
                       "dan,Red,Dan,nine\n"
                       "eve,,Eve,\n"
                       "kim,,,8\n");
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.created(), 2) << answer.value.DebugString();
  EXPECT_EQ(answer.value.updated(), 1);
  ASSERT_EQ(answer.value.errors_size(), 2) << answer.value.DebugString();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(answer.value.errors(i).line(), 3 + i);
    EXPECT_EQ(answer.value.errors(i).column(), 4);
    EXPECT_EQ(answer.value.errors(i).field(), "fields.grade");
  }
  const v1::User kim = User("kim").value;
  ASSERT_EQ(kim.fields_size(), 2);
  EXPECT_EQ(kim.fields(0).value(), "8");
  EXPECT_EQ(kim.fields(1).value(), "Blue") << "an empty cell leaves what is there";
  EXPECT_EQ(User("eve").value.fields_size(), 0);
  EXPECT_THAT(Import(kMae, Start(kOtherId), "user_id,fields.shoe\nkim,1\n").message(),
              HasSubstr("`fields.shoe`"));
}

TEST_F(ImportTest, AStreamWhoseCallerSendsNothingEnds) {
  Restart([](ServerOptions* options) { options->stream_idle = absl::Seconds(2); });
  const auto expect_idle = [](const Answer<v1::Import>& answer) {
    EXPECT_EQ(answer.code(), grpc::StatusCode::DEADLINE_EXCEEDED);
    EXPECT_THAT(answer.message(), HasSubstr("sent nothing for more than 2s (`stream_idle`)"));
  };
  // Before the first message, and after some: what was done stays, and can be gone on with.
  Stream silent(this, kMae);
  Stream begun(this, kMae);
  ASSERT_TRUE(begun.Send(Start()));
  ASSERT_TRUE(begun.Send(absl::StrCat(kHeader, People(1, 300))));
  // One that sends now and then goes on for as long as it does, longer than that.
  Stream slow(this, kMae);
  ASSERT_TRUE(slow.Send(Start(kOtherId)));
  ASSERT_TRUE(slow.Send(kHeader));
  for (int i = 0; i < 10; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    ASSERT_TRUE(slow.Send(People(2000 + i, 2000 + i)));
  }
  const auto done = slow.End();
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(done.value.created(), 10);
  silent.answer.status = silent.writer->Finish();
  expect_idle(silent.answer);
  begun.answer.status = begun.writer->Finish();
  expect_idle(begun.answer);
  EXPECT_EQ(Get(kMae).value.created(), 256);
  const auto rest = Import(kMae, Start(), absl::StrCat(kHeader, People(1, 300)));
  EXPECT_EQ(rest.value.created(), 300) << rest.message();
}

TEST_F(ImportTest, Rule14_AnAddressIsChangedByWhoMayAssignItsOwnersRoles) {
  const auto answer = Import(kMae, Start(), absl::StrCat(kHeader, "ann,mine@acme.example,Ann\r\n"));
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.failed(), 1);
  EXPECT_THAT(answer.value.errors(0).message(), HasSubstr("not permitted"));
  EXPECT_EQ(User("ann").value.email(), "ann@acme.example");
  EXPECT_EQ(User("ann").value.display_name(), "ann");
}

TEST_F(ImportTest, M5_AtACatalogForThoseWhoseHomeItIs) {
  MakeCatalog("safety");
  MakeCatalog("fire", "catalogs/safety");
  MakeUser("deep", "catalogs/fire");
  MakeUser("cat");
  Assign("users/cat", "attendee_manager", "catalogs/safety");
  EXPECT_EQ(Import("users/cat", Start(), absl::StrCat(kHeader, People(1, 1))).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  Request start = Start();
  start.set_home_scope(Full("catalogs/safety"));
  const auto answer =
      Import("users/cat", start, absl::StrCat(kHeader, People(1, 1), "deep,,Deep\r\nmae,,M\r\n"));
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer.value.created(), 1);
  EXPECT_EQ(answer.value.updated(), 1);
  EXPECT_EQ(answer.value.failed(), 1);
  EXPECT_EQ(User("p1").value.home_scope(), Full("catalogs/safety"));
  EXPECT_EQ(User("deep").value.display_name(), "Deep");
  EXPECT_EQ(User("mae").value.display_name(), "mae");
  EXPECT_TRUE(Get("users/cat").ok());
  EXPECT_TRUE(Get(kMae).ok());
}

TEST_F(ImportTest, Rule23_ARightThatEndsStopsTheImport) {
  MakeUser("tmp");
  const std::string right = Assign("users/tmp", "attendee_manager", "");
  Stream stream(this, "users/tmp");
  const std::string document = absl::StrCat(kHeader, People(1, 1000));
  ASSERT_TRUE(stream.Send(Start()));
  ASSERT_TRUE(stream.Send(absl::string_view(document).substr(0, 12000)));
  WaitFor(1);
  Unassign(right);
  const size_t before = CountUsers();
  stream.Send(absl::string_view(document).substr(12000));
  EXPECT_EQ(stream.End().code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(CountUsers(), before);
  EXPECT_EQ(Get("users/tmp").value.created(), static_cast<int64_t>(before - kAtFirst - 1));
}

}  // namespace
}  // namespace provost
