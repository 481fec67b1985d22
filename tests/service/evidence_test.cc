// Files that show trainings from elsewhere (KA2), on the real presets: they come and go by stream,
// and a correction keeps the one before.
#include <google/protobuf/empty.pb.h>
#include <grpcpp/grpcpp.h>

#include <string>

#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/training_record_service.grpc.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/file_pieces.h"
#include "tests/service/training_records.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using v1::ExternalTraining;

class EvidenceFiles : public RecordTest {
 protected:
  EvidenceFiles(absl::string_view policy, absl::string_view maker) : RecordTest(policy, maker) {}

  // `actor` is within `acme`, or has a full name.
  static void SetCaller(absl::string_view actor, grpc::ClientContext* context) {
    if (actor.substr(0, 8) != "tenants/") return SetActor(actor, context);
    context->AddMetadata("provost-actor", std::string(actor));
  }

  // One of somebody's, which `actor` enters.
  ExternalTraining AddExternal(absl::string_view actor, absl::string_view learner = "users/lea",
                               absl::string_view home = "catalogs/safety") {
    auto request = Parse<v1::CreateExternalTrainingRequest>(
        "parent: '$T' external_training { title: 'First aid' "
        "complete_time { seconds: 1700000000 } }");
    request.mutable_external_training()->set_learner(Full(learner));
    request.mutable_external_training()->set_home_scope(Full(home));
    const auto made = Call<ExternalTraining>(actor, request);
    EXPECT_TRUE(made.ok()) << made.message();
    return made.value;
  }
  static v1::UploadEvidenceRequest FirstOf(const std::string& name, const std::string& bytes,
                                           const std::string& file_name = "aid.pdf",
                                           const std::string& reason = "") {
    v1::UploadEvidenceRequest request;
    request.set_name(name);
    request.set_file_name(file_name);
    request.set_media_type("application/pdf");
    request.set_size_bytes(static_cast<int64_t>(bytes.size()));
    request.set_sha256(Sha256Of(bytes));
    request.set_reason(reason);
    return request;
  }
  Answer<ExternalTraining> Bring(absl::string_view actor, const v1::UploadEvidenceRequest& first,
                                 const std::string& bytes) {
    Answer<ExternalTraining> answer;
    const auto stub = v1::TrainingRecordService::NewStub(channel());
    grpc::ClientContext context;
    SetCaller(actor, &context);
    const auto writer = stub->UploadEvidence(&context, &answer.value);
    bool open = writer->Write(first);
    for (size_t at = 0; open && at < bytes.size(); at += 700000) {
      v1::UploadEvidenceRequest request;
      request.set_data(bytes.substr(at, 700000));
      open = writer->Write(request);
    }
    writer->WritesDone();
    answer.status = writer->Finish();
    return answer;
  }
  Answer<std::string> Fetch(absl::string_view actor, const std::string& name, int before = 0,
                            int64_t offset = 0, int64_t length = 0) {
    v1::DownloadEvidenceRequest request;
    request.set_name(name);
    request.set_before(before);
    request.set_offset(offset);
    request.set_length(length);
    const auto stub = v1::TrainingRecordService::NewStub(channel());
    grpc::ClientContext context;
    SetCaller(actor, &context);
    const auto reader = stub->DownloadEvidence(&context, request);
    Answer<std::string> answer;
    v1::DownloadEvidenceResponse response;
    for (bool is_first = true; reader->Read(&response); is_first = false) {
      EXPECT_EQ(response.has_file(), is_first);
      answer.value += response.data();
    }
    answer.status = reader->Finish();
    return answer;
  }
  // `fields`: `title: 'x'`; `mask`: the paths, where they are not those that are set.
  Answer<ExternalTraining> Change(absl::string_view actor, const std::string& name,
                                  const std::string& fields, const char* mask = nullptr) {
    v1::UpdateExternalTrainingRequest request;
    *request.mutable_external_training() = Parse<ExternalTraining>(fields);
    request.mutable_external_training()->set_name(name);
    if (mask != nullptr) request.mutable_update_mask()->add_paths(mask);
    request.set_reason("a mistake");
    return Call<ExternalTraining>(actor, request);
  }
  // Pieces of files that are kept.
  size_t Pieces() {
    Stop();
    const size_t pieces = CountFilePieces(folder());
    Start();
    return pieces;
  }
};

// Under lms365: kai administers the catalog safety, cora the course fire in it, olga the catalog
// office.
class EvidenceTest : public EvidenceFiles {
 protected:
  EvidenceTest() : EvidenceFiles("lms365", "users/kai") {
    MakePeople({"kai", "cora", "olga"});
    MakeCatalog("office");
    Assign("users/olga", "catalog_admin", "catalogs/office");
    Assign("users/kai", "catalog_admin", "catalogs/safety");
    Assign("users/cora", "course_admin", "courses/fire");
  }
};

TEST_F(EvidenceTest, KA2_AFileShowsATrainingFromElsewhere) {
  const ExternalTraining training = AddExternal("users/kai");
  EXPECT_FALSE(training.has_evidence_file());
  const std::string bytes = SomeBytes(5 * 1024 * 1024 + 17);
  EXPECT_EQ(Fetch("users/lea", training.name()).code(), kMissing) << "there is none yet";
  for (const char* other : {"users/lea", "users/leo", "users/cora", "users/olga"}) {
    EXPECT_EQ(Bring(other, FirstOf(training.name(), bytes), bytes).code(), kDenied) << other;
  }
  auto first = FirstOf(training.name(), bytes);
  first.set_etag(training.etag());
  const auto shown = Bring("users/kai", first, bytes);
  ASSERT_TRUE(shown.ok()) << shown.message();
  EXPECT_EQ(shown.value.evidence_file().file_name(), "aid.pdf");
  EXPECT_EQ(shown.value.evidence_file().media_type(), "application/pdf");
  EXPECT_EQ(shown.value.evidence_file().size_bytes(), static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(shown.value.evidence_file().sha256(), Sha256Of(bytes));
  EXPECT_THAT(shown.value.before(), IsEmpty()) << "the first takes nobody's place";
  EXPECT_NE(shown.value.etag(), training.etag());
  EXPECT_EQ(Bring("users/kai", first, bytes).code(), grpc::StatusCode::ABORTED) << "its etag";

  // It is the learner's, and of who reads records there.
  for (const char* reader : {"users/lea", "users/kai"}) {
    const auto read = Fetch(reader, training.name());
    ASSERT_TRUE(read.ok()) << reader << ": " << read.message();
    EXPECT_TRUE(read.value == bytes) << reader;
  }
  for (const char* other : {"users/leo", "users/olga", "users/eve"}) {
    EXPECT_EQ(Fetch(other, training.name()).code(), kDenied) << other;
    EXPECT_EQ(Fetch(other, Full("externalTrainings/99.99")).code(), kDenied) << other;
  }
  EXPECT_TRUE(Fetch("users/lea", training.name(), 0, 1000, 300000).value ==
              bytes.substr(1000, 300000));
  EXPECT_EQ(Fetch("users/lea", training.name(), 0, static_cast<int64_t>(bytes.size()) + 1).code(),
            grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(Fetch("users/lea", training.name(), 1).code(), kMissing);
  Restart();
  EXPECT_TRUE(Fetch("users/lea", training.name()).value == bytes);
}

TEST_F(EvidenceTest, Rule21_NobodyShowsTheirOwn) {
  Assign("users/ann", "catalog_admin", "catalogs/safety");
  const ExternalTraining own = AddExternal("users/ann", "users/kai");
  const auto refused = Bring("users/kai", FirstOf(own.name(), "paper"), "paper");
  EXPECT_EQ(refused.code(), kDenied);
  EXPECT_TRUE(Bring("users/ann", FirstOf(own.name(), "paper"), "paper").ok());
  EXPECT_EQ(Change("users/kai", own.name(), "", "evidence_file").code(), kDenied);
}

TEST_F(EvidenceTest, KA2_ACorrectionKeepsTheFileBefore) {
  const std::string name = AddExternal("users/kai").name();
  ASSERT_TRUE(Bring("users/kai", FirstOf(name, "first", "1.pdf"), "first").ok());
  EXPECT_THAT(Bring("users/kai", FirstOf(name, "second", "2.pdf"), "second").bad_fields(),
              ElementsAre(Key("reason")));
  EXPECT_EQ(Pieces(), 1u) << "nothing of what was refused";
  auto second = Bring("users/kai", FirstOf(name, "second", "2.pdf", "the wrong scan"), "second");
  ASSERT_TRUE(second.ok()) << second.message();
  EXPECT_EQ(second.value.reason(), "the wrong scan");
  ASSERT_THAT(second.value.before(), SizeIs(1));
  EXPECT_EQ(second.value.before(0).evidence_file().file_name(), "1.pdf");
  EXPECT_EQ(Fetch("users/lea", name).value, "second");
  EXPECT_EQ(Fetch("users/lea", name, 1).value, "first");

  // What changes something else keeps the file, and so does what it was.
  const auto renamed = Change("users/kai", name, "title: 'Second aid'");
  ASSERT_TRUE(renamed.ok()) << renamed.message();
  EXPECT_EQ(renamed.value.evidence_file().file_name(), "2.pdf");
  EXPECT_EQ(renamed.value.before(1).evidence_file().file_name(), "2.pdf");
  EXPECT_EQ(Fetch("users/lea", name, 2).value, "second");
  EXPECT_THAT(Change("users/kai", name, "evidence_file { file_name: '3.pdf' }").bad_fields(),
              ElementsAre(Key("external_training.evidence_file")));
  EXPECT_THAT(Change("users/kai", name, "evidence_file { file_name: '3.pdf' }", "*").bad_fields(),
              ::testing::Contains(Key("external_training.evidence_file")));
  auto made = Parse<v1::CreateExternalTrainingRequest>(
      "parent: '$T' external_training { learner: '$T/users/lea' title: 'x' "
      "home_scope: '$T/catalogs/safety' complete_time { seconds: 1700000000 } "
      "evidence_file { file_name: '3.pdf' } }");
  EXPECT_THAT(Call<ExternalTraining>("users/kai", made).bad_fields(),
              ElementsAre(Key("external_training.evidence_file")));

  // It is taken away, and the one before is still there.
  const auto without = Change("users/kai", name, "", "evidence_file");
  ASSERT_TRUE(without.ok()) << without.message();
  EXPECT_FALSE(without.value.has_evidence_file());
  EXPECT_EQ(without.value.title(), "Second aid");
  ASSERT_THAT(without.value.before(), SizeIs(3));
  EXPECT_EQ(Fetch("users/lea", name).code(), kMissing);
  for (int place : {2, 3}) EXPECT_EQ(Fetch("users/lea", name, place).value, "second") << place;
  EXPECT_EQ(Pieces(), 2u);
  const auto third = Bring("users/kai", FirstOf(name, "third", "3.pdf"), "third");
  ASSERT_TRUE(third.ok()) << third.message();
  EXPECT_THAT(third.value.before(), SizeIs(3));
  EXPECT_EQ(Fetch("users/lea", name, 1).value, "first");
  EXPECT_EQ(Fetch("users/lea", name).value, "third");
}

TEST_F(EvidenceTest, KA2_FilesOfWhatIsNoLongerKeptGo) {
  const std::string name = AddExternal("users/kai").name();
  const auto bring = [&](int number) {
    const std::string bytes = absl::StrCat("file ", number);
    const auto brought = Bring("users/kai", FirstOf(name, bytes, "a.pdf", "again"), bytes);
    ASSERT_TRUE(brought.ok()) << brought.message();
  };
  for (int number = 0; number <= 20; ++number) bring(number);
  EXPECT_EQ(Pieces(), 21u) << "that of now and the last 20";
  EXPECT_EQ(Fetch("users/lea", name, 1).value, "file 0");
  bring(21);
  EXPECT_EQ(Pieces(), 21u);
  EXPECT_EQ(Fetch("users/lea", name, 1).value, "file 1");
  EXPECT_EQ(Fetch("users/lea", name, 20).value, "file 20");
  EXPECT_EQ(Fetch("users/lea", name, 21).code(), kMissing);
  // Twenty that change nothing about the file leave it the only one.
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(Change("users/kai", name, absl::StrCat("title: 'Aid ", i, "'")).ok());
  }
  EXPECT_EQ(Pieces(), 1u);
  for (int place : {0, 1, 20}) EXPECT_EQ(Fetch("users/lea", name, place).value, "file 21") << place;
}

TEST_F(EvidenceTest, BadInput_OfFilesIsToldFieldByFieldAndLeavesNothing) {
  const std::string name = AddExternal("users/kai").name();
  const std::string bytes = SomeBytes(5 << 20);
  v1::UploadEvidenceRequest wrong = FirstOf(name, bytes);
  wrong.set_sha256(Sha256Of("else"));
  EXPECT_THAT(Bring("users/kai", wrong, bytes).bad_fields(), ElementsAre(Key("sha256")));
  EXPECT_THAT(Bring("users/kai", FirstOf(name, bytes), bytes.substr(1)).bad_fields(),
              ElementsAre(Key("size_bytes")));
  EXPECT_THAT(Bring("users/kai", FirstOf(name, bytes), bytes + "x").bad_fields(),
              ElementsAre(Key("data")));
  v1::UploadEvidenceRequest bad =
      FirstOf("tenants/acme/users/lea", bytes, "", std::string(1001, 'x'));
  bad.set_media_type("pdf");
  bad.set_size_bytes(0);
  bad.set_sha256("short");
  EXPECT_THAT(Bring("users/kai", bad, "").bad_fields(),
              UnorderedElementsAre(Key("name"), Key("file_name"), Key("media_type"),
                                   Key("size_bytes"), Key("sha256"), Key("reason")));
  EXPECT_EQ(Bring("users/kai", FirstOf(Full("externalTrainings/1.99999"), "x"), "x").code(),
            kDenied)
      << "hidden and missing alike";
  EXPECT_EQ(Bring("users/kai", FirstOf("tenants/other/externalTrainings/1.1", "x"), "x").code(),
            kDenied);
  EXPECT_EQ(Fetch("users/kai", "tenants/other/externalTrainings/1.1").code(), kDenied);
  EXPECT_THAT(Fetch("users/kai", name, -1, -1, -1).bad_fields(),
              UnorderedElementsAre(Key("before"), Key("offset"), Key("length")));
  EXPECT_EQ(Pieces(), 0u);
  Restart([](ServerOptions* options) { options->max_package_bytes = 1000; });
  EXPECT_THAT(Bring("users/kai", FirstOf(name, std::string(1001, 'x')), std::string(1001, 'x'))
                  .bad_fields(),
              ElementsAre(Key("size_bytes")));
  EXPECT_TRUE(
      Bring("users/kai", FirstOf(name, std::string(1000, 'x')), std::string(1000, 'x')).ok());
}

TEST_F(EvidenceTest, Rule6_NoFileComesOrGoesInASuspendedTenantNorToAnother) {
  const std::string name = AddExternal("users/kai").name();
  ASSERT_TRUE(Bring("users/kai", FirstOf(name, "paper"), "paper").ok());
  EXPECT_EQ(Fetch("tenants/system/users/root", name).code(), kDenied);
  EXPECT_EQ(Bring("tenants/system/users/root", FirstOf(name, "paper"), "paper").code(), kDenied);
  v1::SuspendTenantRequest suspend;
  suspend.set_name(Full(""));
  ASSERT_TRUE(Call<v1::Tenant>("tenants/system/users/root", suspend).ok());
  EXPECT_EQ(Fetch("users/lea", name).code(), kDenied);
  EXPECT_EQ(Bring("users/kai", FirstOf(name, "paper", "2.pdf", "again"), "paper").code(), kDenied);
}

TEST_F(EvidenceTest, Rule19_NoFileComesWhereItIsFrozen) {
  const std::string name = AddExternal("users/kai").name();
  Hold("catalogs/safety");
  EXPECT_THAT(Bring("users/kai", FirstOf(name, "paper"), "paper").violations(),
              ElementsAre("FROZEN"));
}

// Under coreachieve, where the administrator deletes what there is.
class EvidenceDeletionTest : public EvidenceFiles {
 protected:
  EvidenceDeletionTest() : EvidenceFiles("coreachieve", "users/ann") {}

  // One with a file now and one before.
  std::string AddFiles(absl::string_view learner, absl::string_view home = "catalogs/safety") {
    const std::string name = AddExternal("users/ann", learner, home).name();
    EXPECT_TRUE(Bring("users/ann", FirstOf(name, "first"), "first").ok());
    EXPECT_TRUE(Bring("users/ann", FirstOf(name, "second", "2.pdf", "again"), "second").ok());
    return name;
  }
};

TEST_F(EvidenceDeletionTest, A1_FilesGoWithTheTrainingThePersonAndTheScope) {
  MakeCatalog("office");
  const std::string one = AddFiles("users/lea");
  AddFiles("users/leo");
  AddFiles("users/eve", "catalogs/office");
  EXPECT_EQ(Pieces(), 6u);
  v1::DeleteExternalTrainingRequest training;
  training.set_name(one);
  const auto gone = Call<Empty>("users/ann", training);
  ASSERT_TRUE(gone.ok()) << gone.message();
  EXPECT_EQ(Pieces(), 4u);
  v1::DeleteUserRequest user;
  user.set_name(Full("users/leo"));
  const auto erased = Call<Empty>("users/ann", user);
  ASSERT_TRUE(erased.ok()) << erased.message();
  EXPECT_EQ(Pieces(), 2u);
  v1::DeleteCatalogRequest catalog;
  catalog.set_name(Full("catalogs/office"));
  catalog.set_force(true);
  const auto deleted = Call<v1::DeleteCatalogResponse>("users/ann", catalog);
  ASSERT_TRUE(deleted.ok()) << deleted.message();
  EXPECT_EQ(Pieces(), 0u);
}

}  // namespace
}  // namespace provost
