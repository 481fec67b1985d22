// U3: files come in and go out by stream, whole or not at all.
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "store/database.h"
#include "store/key.h"
#include "store/record.h"
#include "store/write_group.h"
#include "tests/service/content.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using Item = v1::ContentItem;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kNotFound = grpc::StatusCode::NOT_FOUND;
constexpr size_t kChunk = size_t{256} << 10;

class PackageTest : public ContentTest {
 protected:
  PackageTest() : ContentTest(kCoreAchieve) {
    MakeCatalog("all");
    MakeCourse("fire", "catalogs/all");
    for (const char* user : {"aron", "mia", "lea", "otto"}) MakeUser(user);
    author_ = Assign("users/aron", "author", "");
    Assign("users/mia", "attendee_manager", "");
    Assign("users/lea", "learner", "courses/fire");
    EXPECT_TRUE(Make("users/aron", Item::PACKAGE, "k", "catalogs/all", "").ok());
  }

  // How many pieces of files and uploads under way the database has. The server is stopped
  // meanwhile.
  size_t RowsLeft() {
    Stop();
    size_t rows = 0;
    {
      store::DatabaseOptions options;
      options.path = folder();
      auto database = store::Database::Open(options);
      EXPECT_TRUE(database.ok()) << database.status();
      for (const store::Table table : {store::Table::kContentChunks, store::Table::kIndexes}) {
        store::Cursor cursor = (*database)->Scan(table, store::KeyRange::All());
        while (cursor.Next()) {
          // In kIndexes, behind the tenant: what kind of index it is.
          rows += table == store::Table::kContentChunks || cursor.key()[8] == 25;
        }
      }
    }
    Start();
    return rows;
  }
  bool HasNoFile() {
    return Get("users/aron", "packages/k").value.body().package().size_bytes() == 0;
  }

  std::string author_;
};

TEST_F(PackageTest, U3_AuthorsBringContentInAndAttendeeManagersDoNot) {
  const std::string bytes = SomeBytes(5 * 1024 * 1024 + 17);
  EXPECT_EQ(Upload("users/mia", First("packages/k", bytes), bytes).code(), kDenied);
  const auto uploaded = Upload("users/aron", First("packages/k", bytes), bytes);
  ASSERT_TRUE(uploaded.ok()) << uploaded.message();
  EXPECT_EQ(uploaded.value.number(), 1);
  EXPECT_EQ(uploaded.value.state(), v1::ContentVersion::DRAFT);
  const auto item = Get("users/aron", "packages/k");
  EXPECT_EQ(item.value.body().package().file_name(), "fire.zip");
  EXPECT_EQ(item.value.body().package().sha256(), Sha256Of(bytes));
  EXPECT_EQ(Download("users/mia", "packages/k").code(), kDenied);
  const auto all = Download("users/aron", "packages/k");
  ASSERT_TRUE(all.ok()) << all.message();
  EXPECT_TRUE(all.value == bytes);
  Restart();
  EXPECT_TRUE(Download("users/aron", "packages/k").value == bytes);
}

TEST_F(PackageTest, RangesAreThoseThatWereAskedFor) {
  const std::string bytes = SomeBytes(2 * kChunk + 100);
  ASSERT_TRUE(Upload("users/aron", First("packages/k", bytes), bytes).ok());
  const size_t kOffsets[] = {0, 1, kChunk - 1, kChunk, kChunk + 1, 2 * kChunk, bytes.size() - 1};
  for (size_t offset : kOffsets) {
    for (size_t length : {size_t{0}, size_t{1}, size_t{2}, kChunk, kChunk + 1, bytes.size()}) {
      const auto part = Download("users/aron", "packages/k", static_cast<int64_t>(offset),
                                 static_cast<int64_t>(length));
      ASSERT_TRUE(part.ok()) << part.message();
      EXPECT_TRUE(part.value == bytes.substr(offset, length == 0 ? std::string::npos : length))
          << offset << " " << length;
    }
  }
  const auto end = Download("users/aron", "packages/k", static_cast<int64_t>(bytes.size()));
  EXPECT_TRUE(end.ok());
  EXPECT_THAT(end.value, IsEmpty());
  EXPECT_EQ(Download("users/aron", "packages/k", static_cast<int64_t>(bytes.size()) + 1).code(),
            grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_TRUE(Download("users/aron", "packages/k", 5, INT64_MAX).value == bytes.substr(5));
  EXPECT_EQ(Download("users/aron", "packages/k", -1).code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(PackageTest, AnotherChecksumLeavesNothingBehind) {
  const std::string bytes = SomeBytes(5 * 1024 * 1024);
  v1::UploadPackageRequest first = First("packages/k", bytes);
  first.set_sha256(Sha256Of("else"));
  const auto refused = Upload("users/aron", first, bytes);
  EXPECT_THAT(refused.bad_fields(), ElementsAre(Key("sha256")));
  EXPECT_TRUE(HasNoFile());
  EXPECT_EQ(RowsLeft(), 0u);
}

TEST_F(PackageTest, AnUploadThatStopsHalfWayLeavesNothingBehind) {
  const std::string bytes = SomeBytes(6 * 1024 * 1024);
  // Ended by the caller before all bytes came.
  const auto ended = Upload("users/aron", First("packages/k", bytes), bytes.substr(0, 5 << 20));
  EXPECT_THAT(ended.bad_fields(), ElementsAre(Key("size_bytes")));
  EXPECT_THAT(ended.message(), HasSubstr("after 5242880 bytes"));
  // Broken off.
  {
    const auto stub = v1::ContentService::NewStub(channel());
    grpc::ClientContext context;
    SetActor("users/aron", &context);
    v1::ContentVersion version;
    const auto writer = stub->UploadPackage(&context, &version);
    ASSERT_TRUE(writer->Write(First("packages/k", bytes)));
    for (size_t at = 0; at < (size_t{5} << 20); at += 1 << 20) {
      v1::UploadPackageRequest request;
      request.set_data(bytes.substr(at, 1 << 20));
      ASSERT_TRUE(writer->Write(request));
    }
    context.TryCancel();
    EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  // Its deadline passes.
  {
    const auto stub = v1::ContentService::NewStub(channel());
    grpc::ClientContext context;
    context.AddMetadata("provost-actor", Full("users/aron"));
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
    v1::ContentVersion version;
    const auto writer = stub->UploadPackage(&context, &version);
    writer->Write(First("packages/k", bytes));
    EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  }
  EXPECT_TRUE(HasNoFile());
  EXPECT_EQ(RowsLeft(), 0u);
}

// What a server that was killed had taken in of an upload is as if its rows stood there alone.
TEST_F(PackageTest, WhatAKilledServerHadTakenInIsRemovedWhenItStartsAgain) {
  const std::string bytes = SomeBytes(kChunk);
  ASSERT_TRUE(Upload("users/aron", First("packages/k", bytes), bytes).ok());
  Stop();
  {
    store::DatabaseOptions options;
    options.path = folder();
    auto database = store::Database::Open(options);
    ASSERT_TRUE(database.ok()) << database.status();
    store::Cursor chunk = (*database)->Scan(store::Table::kContentChunks, store::KeyRange::All());
    ASSERT_TRUE(chunk.Next());
    const std::string tenant(chunk.key().substr(0, 8));
    const std::string value(chunk.value());
    const std::string blob = store::KeyWriter().U64(1000000).Take();
    internal::v1::UploadRow upload;
    upload.set_size_bytes(5 * static_cast<int64_t>(kChunk));  // Two of which had come.
    store::WriteGroup group(database->get());
    group.Put(store::Table::kIndexes, tenant + std::string(1, '\x19') + blob,
              store::MakeRecord(upload.SerializeAsString()));
    for (uint32_t i = 0; i < 2; ++i) {
      group.Put(store::Table::kContentChunks, tenant + blob + store::KeyWriter().U32(i).Take(),
                value);
    }
    ASSERT_TRUE((*database)->Commit(group).ok());
  }
  Start();
  EXPECT_EQ(RowsLeft(), 1u);  // That of the file which is there.
  EXPECT_TRUE(Download("users/aron", "packages/k").value == bytes);
}

TEST_F(PackageTest, MoreOrOtherThanWasAnnouncedIsRefused) {
  const std::string bytes = SomeBytes(1000);
  EXPECT_THAT(Upload("users/aron", First("packages/k", bytes), bytes + "x").bad_fields(),
              ElementsAre(Key("data")));
  v1::UploadPackageRequest first;
  first.set_name(Full("packages/k"));
  first.set_media_type("zip");
  EXPECT_THAT(Upload("users/aron", first, "").bad_fields(),
              ElementsAre(Key("file_name"), Key("media_type"), Key("sha256"), Key("size_bytes")));
  first.set_name(Full("quizzes/k"));
  EXPECT_THAT(Upload("users/aron", first, "").bad_fields(), ::testing::Contains(Key("name")));
  const std::string large = SomeBytes((1 << 20) + 1);
  EXPECT_THAT(Upload("users/aron", First("packages/k", large), large, large.size()).bad_fields(),
              ElementsAre(Key("data")));
  EXPECT_EQ(Upload("users/aron", First("packages/none", bytes), bytes).code(), kNotFound);
  const auto stub = v1::ContentService::NewStub(channel());
  grpc::ClientContext context;
  SetActor("users/aron", &context);
  v1::ContentVersion version;
  const auto writer = stub->UploadPackage(&context, &version);
  writer->WritesDone();
  EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(RowsLeft(), 0u);
}

TEST_F(PackageTest, TheCapIsANamedOption) {
  Restart([](ServerOptions* options) { options->max_package_bytes = 1000; });
  const std::string fits = SomeBytes(1000);
  EXPECT_TRUE(Upload("users/aron", First("packages/k", fits), fits).ok());
  const std::string large = SomeBytes(1001);
  const auto refused = Upload("users/aron", First("packages/k", large), large);
  ASSERT_THAT(refused.bad_fields(), ElementsAre(Key("size_bytes")));
  EXPECT_THAT(refused.message(), HasSubstr("max-package-bytes"));
}

// Rule 23: what is under way ends with the right to it.
TEST_F(PackageTest, Rule23_TheRightThatIsLostOnTheWayEndsBothStreams) {
  const std::string bytes = SomeBytes(12 << 20);
  ASSERT_TRUE(Upload("users/aron", First("packages/k", bytes), bytes).ok());
  const auto stub = v1::ContentService::NewStub(channel());
  grpc::ClientContext down;
  SetActor("users/aron", &down);
  v1::DownloadPackageRequest request;
  request.set_name(Full("packages/k"));
  const auto reader = stub->DownloadPackage(&down, request);
  v1::DownloadPackageResponse piece;
  ASSERT_TRUE(reader->Read(&piece));

  grpc::ClientContext up;
  SetActor("users/aron", &up);
  v1::ContentVersion version;
  const auto writer = stub->UploadPackage(&up, &version);
  const std::string other = SomeBytes(5 << 20);
  ASSERT_TRUE(writer->Write(First("packages/k", other)));
  v1::UploadPackageRequest part;
  part.set_data(other.substr(0, 1 << 20));
  ASSERT_TRUE(writer->Write(part));

  Unassign(author_);
  while (reader->Read(&piece)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), kDenied);
  for (size_t at = 1 << 20; at < other.size(); at += 1 << 20) {
    part.set_data(other.substr(at, 1 << 20));
    if (!writer->Write(part)) break;
  }
  writer->WritesDone();
  EXPECT_EQ(writer->Finish().error_code(), kDenied);
  EXPECT_TRUE(Download("users/ann", "packages/k").value == bytes);
}

TEST_F(PackageTest, ASlowReaderHoldsNobodyUp) {
  const std::string bytes = SomeBytes(8 << 20);
  ASSERT_TRUE(Upload("users/aron", First("packages/k", bytes), bytes).ok());
  const auto stub = v1::ContentService::NewStub(channel());
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::DownloadPackageResponse>>> readers;
  v1::DownloadPackageRequest request;
  request.set_name(Full("packages/k"));
  for (int i = 0; i < 8; ++i) {  // More than the pool has threads.
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    SetActor("users/aron", contexts.back().get());
    readers.push_back(stub->DownloadPackage(contexts.back().get(), request));
  }
  EXPECT_THAT(List("users/aron"), ElementsAre("packages/k"));
  EXPECT_TRUE(Download("users/aron", "packages/k").value == bytes);
  std::string slow;
  v1::DownloadPackageResponse piece;
  while (readers[0]->Read(&piece)) slow += piece.data();
  EXPECT_TRUE(readers[0]->Finish().ok());
  EXPECT_TRUE(slow == bytes);
  for (size_t i = 1; i < readers.size(); ++i) contexts[i]->TryCancel();
  for (size_t i = 1; i < readers.size(); ++i) {
    while (readers[i]->Read(&piece)) {
    }
    EXPECT_EQ(readers[i]->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
}

TEST_F(PackageTest, ANewFileTakesThePlaceOfTheDraftsAndNotOfThePublishedOne) {
  const std::string first = SomeBytes(3 * kChunk);
  const std::string second = SomeBytes(2 * kChunk);
  const std::string third = SomeBytes(kChunk + 1);
  ASSERT_TRUE(Upload("users/aron", First("packages/k", first), first).ok());
  ASSERT_TRUE(Upload("users/aron", First("packages/k", second), second).ok());
  EXPECT_EQ(RowsLeft(), 2u);  // Those of the second alone.
  Publish("users/ann", "packages/k");
  EXPECT_THAT(Submit("users/aron", "packages/k").violations(), ElementsAre("NO_DRAFT"));
  const auto again = Upload("users/aron", First("packages/k", third), third);
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(again.value.number(), 2);
  EXPECT_TRUE(Download("users/aron", "packages/k").value == third);
  EXPECT_TRUE(Download("users/aron", "packages/k", 0, 0, 1).value == second);
  ASSERT_TRUE(Submit("users/aron", "packages/k").ok());
  EXPECT_THAT(Upload("users/aron", First("packages/k", first), first).violations(),
              ElementsAre("NOT_A_DRAFT"));
  EXPECT_TRUE(Delete("users/aron", "packages/k").ok());
  EXPECT_EQ(RowsLeft(), 0u);
}

TEST_F(PackageTest, P2_LearnersDownloadPublishedFilesOfTheirCourse) {
  const std::string bytes = SomeBytes(kChunk + 5);
  ASSERT_TRUE(Upload("users/aron", First("packages/k", bytes), bytes).ok());
  ASSERT_TRUE(Place("users/aron", "courses/fire", {"packages/k"}).ok());
  EXPECT_EQ(DownloadPublished("users/lea", "courses/fire", "packages/k").code(), kNotFound);
  Publish("users/ann", "packages/k");
  const auto read = DownloadPublished("users/lea", "courses/fire", "packages/k");
  ASSERT_TRUE(read.ok()) << read.message();
  EXPECT_TRUE(read.value == bytes);
  EXPECT_EQ(DownloadPublished("users/otto", "courses/fire", "packages/k").code(), kDenied);
  EXPECT_EQ(Download("users/lea", "packages/k").code(), kDenied);
}

}  // namespace
}  // namespace provost
