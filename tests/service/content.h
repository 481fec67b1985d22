// What tests of content share: items are named within the tenant, as `quizzes/fire`.
#ifndef PROVOST_TESTS_SERVICE_CONTENT_H_
#define PROVOST_TESTS_SERVICE_CONTENT_H_

#include <google/protobuf/empty.pb.h>
#include <google/protobuf/text_format.h>
#include <grpcpp/grpcpp.h>
#include <openssl/sha.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "provost/v1/content_service.grpc.pb.h"
#include "provost/v1/content_service.pb.h"
#include "tests/service/acme.h"

namespace provost {

inline constexpr char kLms365[] = "../../../policy/presets/lms365.textproto";
inline constexpr char kCoreAchieve[] = "../../../policy/presets/coreachieve.textproto";
inline constexpr char kPlutoLms[] = "../../../policy/presets/plutolms.textproto";

inline constexpr char kPage[] = "page { markdown: '# Fire' }";
inline constexpr char kQuiz[] = R"(quiz {
  parts { question { id: 'q1' text: 'Is it hot?' points: 2 true_false: true } }
  pass_percent: 50 })";
inline constexpr char kPool[] = R"(question_pool {
  questions { id: 'a' text: 'A?' points: 1 short_text { accepted: 'secret-a' } }
  questions { id: 'b' text: 'B?' points: 1 short_text { accepted: 'secret-b' } }
  questions { id: 'c' text: 'C?' points: 1 short_text { accepted: 'secret-c' } } })";

class ContentTest : public AcmeTest {
 protected:
  using Review = v1::ReviewVersionRequest;

  explicit ContentTest(absl::string_view policy) : AcmeTest(policy) {}

  static v1::ContentBody Body(const std::string& text) {
    v1::ContentBody body;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &body)) << text;
    return body;
  }
  static v1::CreateContentItemRequest New(v1::ContentItem::Kind kind, absl::string_view id,
                                          absl::string_view home, const std::string& body) {
    v1::CreateContentItemRequest request;
    request.set_parent(Full(""));
    request.set_content_item_id(std::string(id));
    v1::ContentItem* item = request.mutable_content_item();
    item->set_kind(kind);
    item->set_display_name(std::string(id));
    item->set_home_scope(Full(home));
    if (!body.empty()) *item->mutable_body() = Body(body);
    return request;
  }
  Answer<v1::ContentItem> Make(absl::string_view actor, v1::ContentItem::Kind kind,
                               absl::string_view id, absl::string_view home,
                               const std::string& body) {
    return Call<v1::ContentItem>(actor, New(kind, id, home, body));
  }
  Answer<v1::ContentItem> Get(absl::string_view actor, absl::string_view name, int version = 0) {
    v1::GetContentItemRequest request;
    request.set_name(Full(name));
    request.set_version(version);
    return Call<v1::ContentItem>(actor, request);
  }
  Answer<v1::ContentItem> Change(absl::string_view actor, absl::string_view name,
                                 const std::string& body, absl::string_view etag = "") {
    v1::UpdateContentItemRequest request;
    request.mutable_content_item()->set_name(Full(name));
    request.mutable_content_item()->set_etag(std::string(etag));
    *request.mutable_content_item()->mutable_body() = Body(body);
    return Call<v1::ContentItem>(actor, request);
  }
  Answer<google::protobuf::Empty> Delete(absl::string_view actor, absl::string_view name,
                                         bool force = false) {
    v1::DeleteContentItemRequest request;
    request.set_name(Full(name));
    request.set_force(force);
    return Call<google::protobuf::Empty>(actor, request);
  }
  std::vector<std::string> List(absl::string_view actor, absl::string_view scope = "",
                                int page_size = 0) {
    std::vector<std::string> names;
    v1::ListContentItemsRequest request;
    request.set_parent(Full(""));
    request.set_page_size(page_size);
    if (!scope.empty()) request.set_scope(Full(scope));
    for (;;) {
      const auto answer = Call<v1::ListContentItemsResponse>(actor, request);
      EXPECT_TRUE(answer.ok()) << answer.message();
      for (const v1::ContentItem& item : answer.value.content_items()) {
        EXPECT_FALSE(item.has_body());
        names.push_back(item.name().substr(Full("").size() + 1));
      }
      if (answer.value.next_page_token().empty()) return names;
      request.set_page_token(answer.value.next_page_token());
    }
  }
  Answer<v1::ContentItem> Share(absl::string_view actor, absl::string_view name,
                                absl::string_view scope, v1::ContentShare::Use use) {
    v1::ShareContentItemRequest request;
    request.set_name(Full(name));
    request.set_scope(Full(scope));
    request.set_use(use);
    return Call<v1::ContentItem>(actor, request);
  }
  Answer<v1::ContentItem> Unshare(absl::string_view actor, absl::string_view name,
                                  absl::string_view scope, bool force = false) {
    v1::UnshareContentItemRequest request;
    request.set_name(Full(name));
    request.set_scope(Full(scope));
    request.set_force(force);
    return Call<v1::ContentItem>(actor, request);
  }
  Answer<v1::ContentVersion> Submit(absl::string_view actor, absl::string_view name,
                                    bool withdraw = false, const std::string& comment = "") {
    v1::SubmitVersionRequest request;
    request.set_name(Full(name));
    request.set_withdraw(withdraw);
    request.set_comment(comment);
    return Call<v1::ContentVersion>(actor, request);
  }
  Answer<v1::ContentVersion> Decide(absl::string_view actor, absl::string_view name, int version,
                                    Review::Decision decision, const std::string& comment = "") {
    Review request;
    request.set_name(Full(name));
    request.set_version(version);
    request.set_decision(decision);
    request.set_comment(comment);
    return Call<v1::ContentVersion>(actor, request);
  }
  // Takes the draft all the way.
  void Publish(absl::string_view actor, absl::string_view name) {
    const auto submitted = Submit(actor, name);
    ASSERT_TRUE(submitted.ok()) << submitted.message();
    const int version = submitted.value.number();
    ASSERT_TRUE(Decide(actor, name, version, Review::APPROVE).ok());
    ASSERT_TRUE(Decide(actor, name, version, Review::PUBLISH).ok());
  }
  Answer<v1::CourseItems> Place(absl::string_view actor, absl::string_view course,
                                const std::vector<std::string>& items) {
    v1::SetCourseItemsRequest request;
    request.set_course(Full(course));
    for (const std::string& item : items) request.add_items()->set_item(Full(item));
    return Call<v1::CourseItems>(actor, request);
  }
  std::vector<std::string> Placed(absl::string_view actor, absl::string_view course) {
    v1::ListCourseItemsRequest request;
    request.set_course(Full(course));
    const auto answer = Call<v1::CourseItems>(actor, request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    std::vector<std::string> names;
    for (const v1::CourseItem& item : answer.value.items()) {
      names.push_back(item.item().substr(Full("").size() + 1));
    }
    return names;
  }
  Answer<v1::PublishedItem> Read(absl::string_view actor, absl::string_view course,
                                 absl::string_view item) {
    v1::GetPublishedItemRequest request;
    request.set_course(Full(course));
    request.set_item(Full(item));
    return Call<v1::PublishedItem>(actor, request);
  }

  // --- packages ---
  static std::string Sha256Of(const std::string& bytes) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
  }
  // Bytes that say where they are.
  static std::string SomeBytes(size_t size) {
    std::string bytes(size, '\0');
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 2654435761u) >> 13);
    return bytes;
  }
  static v1::UploadPackageRequest First(absl::string_view name, const std::string& bytes) {
    v1::UploadPackageRequest request;
    request.set_name(Full(name));
    request.set_file_name("fire.zip");
    request.set_media_type("application/zip");
    request.set_size_bytes(static_cast<int64_t>(bytes.size()));
    request.set_sha256(Sha256Of(bytes));
    return request;
  }
  static void SetActor(absl::string_view actor, grpc::ClientContext* context) {
    context->AddMetadata("provost-actor", Full(actor));
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  }
  // Sends `first` and then `bytes`, so many in a message.
  Answer<v1::ContentVersion> Upload(absl::string_view actor, const v1::UploadPackageRequest& first,
                                    const std::string& bytes, size_t piece = 700000) {
    Answer<v1::ContentVersion> answer;
    const auto stub = v1::ContentService::NewStub(channel());
    grpc::ClientContext context;
    SetActor(actor, &context);
    const auto writer = stub->UploadPackage(&context, &answer.value);
    bool open = writer->Write(first);
    for (size_t at = 0; open && at < bytes.size(); at += piece) {
      v1::UploadPackageRequest request;
      request.set_data(bytes.substr(at, piece));
      open = writer->Write(request);
    }
    writer->WritesDone();
    answer.status = writer->Finish();
    return answer;
  }
  Answer<std::string> Download(absl::string_view actor, absl::string_view name, int64_t offset = 0,
                               int64_t length = 0, int version = 0) {
    v1::DownloadPackageRequest request;
    request.set_name(Full(name));
    request.set_offset(offset);
    request.set_length(length);
    request.set_version(version);
    const auto stub = v1::ContentService::NewStub(channel());
    grpc::ClientContext context;
    SetActor(actor, &context);
    const auto reader = stub->DownloadPackage(&context, request);
    return ReadAll<v1::DownloadPackageResponse>(reader.get());
  }
  Answer<std::string> DownloadPublished(absl::string_view actor, absl::string_view course,
                                        absl::string_view item) {
    v1::DownloadPublishedPackageRequest request;
    request.set_course(Full(course));
    request.set_item(Full(item));
    const auto stub = v1::ContentService::NewStub(channel());
    grpc::ClientContext context;
    SetActor(actor, &context);
    const auto reader = stub->DownloadPublishedPackage(&context, request);
    return ReadAll<v1::DownloadPublishedPackageResponse>(reader.get());
  }

 private:
  template <typename Response>
  static Answer<std::string> ReadAll(grpc::ClientReader<Response>* reader) {
    Answer<std::string> answer;
    Response response;
    for (bool is_first = true; reader->Read(&response); is_first = false) {
      EXPECT_EQ(response.has_package(), is_first);
      EXPECT_LE(response.data().size(), size_t{256} << 10);
      answer.value += response.data();
    }
    answer.status = reader->Finish();
    return answer;
  }
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_CONTENT_H_
