// Exports over a real server, under the coreachieve matrix: an attendee manager may, an instructor
// may not.
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "provost/v1/catalog_service.pb.h"
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
using ::testing::Key;
using ::testing::Not;

constexpr char kId[] = "7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f";
constexpr char kMae[] = "users/mae";  // attendee_manager

class ExportTest : public AcmeTest {
 protected:
  ExportTest() : AcmeTest("../../../policy/presets/coreachieve.textproto") {
    MakeUser("mae");
    right_ = Assign(kMae, "attendee_manager", "");
  }

  static v1::ExportUsersRequest All(std::vector<std::string> fields = {}) {
    v1::ExportUsersRequest request;
    request.set_parent(Full(""));
    for (const std::string& field : fields) request.add_fields(field);
    return request;
  }

  struct Stream {
    Stream(ExportTest* test, absl::string_view actor, const v1::ExportUsersRequest& request)
        : stub(v1::UserService::NewStub(test->channel())) {
      context.AddMetadata("provost-actor", Full(actor));
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
      reader = stub->ExportUsers(&context, request);
    }
    // The next message; empty at the end.
    std::string Next() {
      v1::ExportUsersResponse item;
      return reader->Read(&item) ? item.data() : "";
    }
    grpc::Status End() { return reader->Finish(); }

    std::unique_ptr<v1::UserService::Stub> stub;
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::ExportUsersResponse>> reader;
  };

  Answer<std::string> Export(absl::string_view actor, const v1::ExportUsersRequest& request) {
    Answer<std::string> answer;
    Stream stream(this, actor, request);
    for (std::string data = stream.Next(); !data.empty(); data = stream.Next()) {
      answer.value += data;
    }
    answer.status = stream.End();
    return answer;
  }

  v1::Import Import(const std::string& document, bool dry_run = false) {
    const auto stub = v1::UserService::NewStub(channel());
    grpc::ClientContext context;
    context.AddMetadata("provost-actor", Full(kMae));
    v1::Import answer;
    auto writer = stub->ImportUsers(&context, &answer);
    v1::ImportUsersRequest request;
    request.set_parent(Full(""));
    request.mutable_options()->set_import_id(kId);
    request.mutable_options()->set_mode(v1::ImportOptions::BEST_EFFORT);
    request.mutable_options()->set_dry_run(dry_run);
    request.set_missing(v1::ImportUsersRequest::APPLY);
    request.set_existing(v1::ImportUsersRequest::APPLY);
    writer->Write(request);
    for (size_t at = 0; at < document.size(); at += 500000) {
      request.Clear();
      request.set_data(document.substr(at, 500000));
      writer->Write(request);
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answer;
  }

  // `team`, which everybody sees, and `grade`.
  void Define() {
    v1::UpdateSettingsRequest request;
    request.mutable_settings()->set_tenant(Full(""));
    request.set_section(v1::Settings::USER_FIELDS);
    v1::UserFieldSettings& fields = *request.mutable_settings()->mutable_user_fields();
    for (const char* id : {"team", "grade"}) {
      v1::UserField& field = *fields.add_fields();
      field.set_id(id);
      field.set_display_name(id);
      field.set_type(v1::UserField::TEXT);
    }
    fields.mutable_fields(0)->set_visibility(v1::UserField::PUBLIC);
    const auto answer = Call<v1::Settings>("users/ann", request);
    ASSERT_TRUE(answer.ok()) << answer.message();
  }

  void Delete(absl::string_view id) {
    v1::DeleteUserRequest request;
    request.set_name(Full(absl::StrCat("users/", id)));
    const auto answer = Call<google::protobuf::Empty>("users/ann", request);
    ASSERT_TRUE(answer.ok()) << answer.message();
  }

  std::string right_;
};

TEST_F(ExportTest, M4_AnAttendeeManagerExportsPeople) {
  Import("user_id,email,display_name\nkim,kim@acme.example,\"Kim, \"\"K\"\"\"\nzoe,,Zo\xC3\xAB\n");
  v1::SuspendUserRequest suspend;
  suspend.set_name(Full("users/zoe"));
  ASSERT_TRUE(Call<v1::User>("users/ann", suspend).ok());
  auto answer = Export(kMae, All({"user_id", "display_name", "email", "home_scope", "suspended"}));
  ASSERT_TRUE(answer.ok()) << answer.message();
  const std::vector<std::string> lines = absl::StrSplit(answer.value, "\r\n");
  ASSERT_EQ(lines.size(), 6u) << answer.value;
  EXPECT_EQ(lines[0], "user_id,display_name,email,home_scope,suspended");
  EXPECT_THAT(lines[1], testing::StartsWith("ann,"));
  EXPECT_EQ(lines[2], "kim,\"Kim, \"\"K\"\"\",kim@acme.example,tenants/acme,false");
  EXPECT_EQ(lines[3], "mae,mae,,tenants/acme,false");
  EXPECT_EQ(lines[4], "zoe,Zo\xC3\xAB,,tenants/acme,true");

  v1::ExportUsersRequest request = All();
  request.mutable_options()->set_format(v1::ExportOptions::JSON_LINES);
  answer = Export(kMae, request);
  const std::vector<std::string> objects = absl::StrSplit(answer.value, '\n');
  ASSERT_EQ(objects.size(), 5u);
  google::protobuf::Struct object;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(objects[1], &object).ok()) << objects[1];
  EXPECT_EQ(object.fields().at("user_id").string_value(), "kim");
  EXPECT_EQ(object.fields().at("display_name").string_value(), "Kim, \"K\"");
  EXPECT_EQ(object.fields().at("suspended").string_value(), "false");
}

TEST_F(ExportTest, M4_AnInstructorMayNot) {
  MakeCatalog("safety");
  MakeUser("ina");
  MakeCourse("drill", "catalogs/safety");
  Assign("users/ina", "instructor", "courses/drill");
  const auto answer = Export("users/ina", All());
  EXPECT_EQ(answer.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(answer.value, "");
}

TEST_F(ExportTest, WhatIsExportedIsImported) {
  Import("user_id,email,display_name\nkim,kim@acme.example,\" Kim \"\"K\"\", \"\n");
  const auto answer = Export(kMae, All({"user_id", "email", "display_name"}));
  const v1::Import again = Import(answer.value, /*dry_run=*/true);
  EXPECT_EQ(again.skipped(), 3) << again.DebugString();
  EXPECT_EQ(again.updated() + again.created() + again.failed(), 0) << again.DebugString();
}

TEST_F(ExportTest, M4_FieldsThatTheTenantDefinesGoAlong) {
  Define();
  Import("user_id,display_name,fields.team,fields.grade\nkim,Kim,red,7\nzoe,Zoe,,\n");
  EXPECT_EQ(Export(kMae, All({"user_id", "fields.grade", "fields.team"})).value,
            "user_id,fields.grade,fields.team\r\nann,,\r\nkim,7,red\r\nmae,,\r\nzoe,,\r\n");
  // Without being asked for, too, after those that all tenants have.
  const auto all = Export(kMae, All());
  EXPECT_THAT(all.value, HasSubstr(",home_scope,suspended,fields.team,fields.grade\r\n"));
  EXPECT_THAT(all.value, HasSubstr("tenants/acme,false,red,7\r\n"));
  const v1::Import again =
      Import(Export(kMae, All({"user_id", "display_name", "fields.team", "fields.grade"})).value,
             /*dry_run=*/true);
  EXPECT_EQ(again.skipped(), 4) << again.DebugString();
  EXPECT_EQ(again.failed(), 0) << again.DebugString();

  const auto unknown = Export(kMae, All({"user_id", "fields.salary"}));
  EXPECT_EQ(unknown.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(unknown.bad_fields(), ElementsAre(Key("fields[1]")));
  EXPECT_EQ(unknown.value, "");
}

TEST_F(ExportTest, P1_WhoMayNotReadProfilesExportsWhatIsPublic) {
  Define();
  MakeCatalog("safety");
  MakeUser("sue", "catalogs/safety", "sue@acme.example");
  Import(
      "user_id,display_name,email,given_name,external_id,locale,manager,fields.team,fields.grade\n"
      "kim,Kim,kim@acme.example,Kimberly,HR-1,de,mae,red,7\n");
  // Of the people of the tenant, not of those of the catalog.
  v1::CreateOverrideRequest prevent;
  prevent.set_parent(Full(""));
  prevent.mutable_override()->set_scope(Full(""));
  prevent.mutable_override()->set_role("attendee_manager");
  prevent.mutable_override()->set_permission("user.read");
  prevent.mutable_override()->set_effect(v1::PREVENT);
  ASSERT_TRUE(Call<v1::Override>("users/ann", prevent).ok());
  prevent.mutable_override()->set_scope(Full("catalogs/safety"));
  prevent.mutable_override()->set_effect(v1::ALLOW);
  ASSERT_TRUE(Call<v1::Override>("users/ann", prevent).ok());

  const auto all = Export(kMae, All());
  ASSERT_TRUE(all.ok()) << all.message();
  for (const char* hidden : {"kim@acme.example", "Kimberly", "HR-1", ",7", "ann@acme.example"}) {
    EXPECT_THAT(all.value, Not(HasSubstr(hidden)));
  }
  const auto some = Export(kMae, All({"user_id", "display_name", "email", "home_scope", "suspended",
                                      "manager", "fields.team", "fields.grade"}));
  EXPECT_THAT(some.value, HasSubstr("\r\nkim,Kim,,,,,red,\r\n"));
  EXPECT_THAT(some.value, HasSubstr("\r\nmae,mae,,tenants/acme,false,,,\r\n")) << "oneself";
  EXPECT_THAT(some.value,
              HasSubstr("\r\nsue,sue,sue@acme.example,tenants/acme/catalogs/safety,false,,,\r\n"));
}

TEST_F(ExportTest, OfAScopeAndBelow) {
  MakeCatalog("safety");
  MakeCatalog("fire", "catalogs/safety");
  MakeCatalog("other");
  MakeUser("deep", "catalogs/fire");
  MakeUser("here", "catalogs/safety");
  MakeUser("else", "catalogs/other");
  MakeGroup("crew", "catalogs/safety");
  v1::ExportUsersRequest request = All({"user_id"});
  request.set_home_scope(Full("catalogs/safety"));
  EXPECT_EQ(Export(kMae, request).value, "user_id\r\ndeep\r\nhere\r\n");
  // Whose right is at the catalog alone gets no more.
  MakeUser("cat");
  Assign("users/cat", "attendee_manager", "catalogs/safety");
  EXPECT_EQ(Export("users/cat", request).value, "user_id\r\ndeep\r\nhere\r\n");
  EXPECT_EQ(Export("users/cat", All()).code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(ExportTest, ForSpreadsheetsNoFormulas) {
  Import("user_id,display_name\nkim,=HYPERLINK(1)\n");
  v1::ExportUsersRequest request = All({"user_id", "display_name"});
  EXPECT_THAT(Export(kMae, request).value, HasSubstr("\r\nkim,=HYPERLINK(1)\r\n"));
  request.mutable_options()->set_spreadsheet(true);
  EXPECT_THAT(Export(kMae, request).value, HasSubstr("\r\nkim,'=HYPERLINK(1)\r\n"));
}

TEST_F(ExportTest, BadInputNamesEachField) {
  v1::ExportUsersRequest request = All({"user_id", "password", "user_id"});
  request.set_home_scope(Full("courses/fire"));
  request.mutable_options()->set_format(static_cast<v1::ExportOptions::Format>(7));
  const auto fields = Export(kMae, request).bad_fields();
  for (const char* field : {"home_scope", "options.format", "fields[1]", "fields[2]"}) {
    EXPECT_THAT(fields, Contains(Key(field)));
  }
}

// People with long names, so that an export is many times what the network takes in on the way.
std::string LongPeople(int count) {
  std::string rows = "user_id,display_name\n";
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&rows, "p", 100000 + i, ",", std::string(190, 'x'), i, "\n");
  }
  return rows;
}

TEST_F(ExportTest, ASlowReaderHoldsNothingUp) {
  constexpr int kPeople = 6000;
  ASSERT_EQ(Import(LongPeople(kPeople)).created(), kPeople);
  Stream stream(this, kMae, All({"user_id", "display_name"}));
  std::string document = stream.Next();
  EXPECT_LT(document.size(), size_t{80} << 10);
  // What comes late is not made before it is wanted: it knows what happened meanwhile.
  Delete("p105999");
  MakeUser("p105998x");
  Delete("p100000");  // Was sent already.
  int messages = 1;
  for (std::string data = stream.Next(); !data.empty(); data = stream.Next()) {
    if (messages < 5) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_LT(data.size(), size_t{80} << 10);
    document += data;
    ++messages;
  }
  ASSERT_TRUE(stream.End().ok());
  EXPECT_GT(messages, 15);
  EXPECT_THAT(document, HasSubstr("\r\np105998x,"));
  EXPECT_THAT(document, Not(HasSubstr("\r\np105999,")));
  // Everybody who was there throughout is there once.
  std::multiset<std::string> ids;
  for (absl::string_view line : absl::StrSplit(document, "\r\n")) {
    ids.insert(std::string(line.substr(0, line.find(','))));
  }
  for (int i = 0; i < kPeople - 1; ++i) {
    ASSERT_EQ(ids.count(absl::StrCat("p", 100000 + i)), 1u) << i;
  }
}

TEST_F(ExportTest, Rule23_ARightThatEndsEndsTheStream) {
  ASSERT_EQ(Import(LongPeople(6000)).created(), 6000);
  Stream stream(this, kMae, All({"user_id", "display_name"}));
  ASSERT_FALSE(stream.Next().empty());
  Unassign(right_);
  size_t rest = 0;
  for (std::string data = stream.Next(); !data.empty(); data = stream.Next()) rest += data.size();
  EXPECT_EQ(stream.End().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_LT(rest, size_t{600} << 10) << "what was on its way";
}

TEST_F(ExportTest, AReaderThatGoesAwayIsForgotten) {
  ASSERT_EQ(Import(LongPeople(3000)).created(), 3000);
  for (int i = 0; i < 20; ++i) {
    Stream stream(this, kMae, All());
    ASSERT_FALSE(stream.Next().empty());
    stream.context.TryCancel();
    EXPECT_EQ(stream.End().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_TRUE(Export(kMae, All({"user_id"})).ok());
}

TEST_F(ExportTest, AStreamWhoseCallerReadsNothingEnds) {
  std::string document = "user_id,display_name\n";
  for (int i = 0; i < 100000; ++i) {
    absl::StrAppend(&document, "p", i, ",", std::string(150, 'x'), "\n");
  }
  Import(document);
  Restart([](ServerOptions* options) { options->stream_idle = absl::Seconds(1); });
  {
    Stream stream(this, kMae, All());
    ASSERT_NE(stream.Next(), "");
    std::this_thread::sleep_for(std::chrono::seconds(3));
    size_t more = 0;
    while (!stream.Next().empty()) ++more;
    EXPECT_LT(more * (size_t{64} << 10), document.size() / 2) << "it was not read to its end";
    EXPECT_FALSE(stream.End().ok());
  }
  // Who reads on gets all of it, with as much time as a loaded machine needs.
  Restart();
  EXPECT_TRUE(Export(kMae, All({"user_id"})).ok());
}

}  // namespace
}  // namespace provost
