// What tests of discussions and messages share: a school with the courses `fire` and `pitch`, and
// calls with names within the tenant.
#ifndef PROVOST_TESTS_SERVICE_DISCUSSION_H_
#define PROVOST_TESTS_SERVICE_DISCUSSION_H_

#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/discussion_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"

namespace provost {

class DiscussionTest : public AcmeTest {
 protected:
  static constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
  static constexpr auto kMissing = grpc::StatusCode::NOT_FOUND;

  explicit DiscussionTest(absl::string_view preset) : AcmeTest(preset) {}

  // `users/lea` of `tenants/acme/users/lea`.
  static std::string Short(absl::string_view name) {
    absl::ConsumePrefix(&name, Full("") + "/");
    return std::string(name);
  }

  Answer<v1::Discussion> Open(absl::string_view actor, absl::string_view training,
                              absl::string_view title, absl::string_view text = "What about it?") {
    v1::CreateDiscussionRequest request;
    request.set_parent(Full(""));
    request.mutable_discussion()->set_training(Full(training));
    request.mutable_discussion()->set_title(std::string(title));
    request.set_text(std::string(text));
    return Call<v1::Discussion>(actor, request);
  }
  // One that has to be opened: its name.
  std::string Opened(absl::string_view actor, absl::string_view training, absl::string_view title) {
    const auto answer = Open(actor, training, title);
    EXPECT_TRUE(answer.ok()) << answer.message();
    return answer.value.name();
  }
  Answer<v1::Discussion> Get(absl::string_view actor, const std::string& name) {
    v1::GetDiscussionRequest request;
    request.set_name(name);
    return Call<v1::Discussion>(actor, request);
  }
  Answer<v1::ListDiscussionsResponse> List(absl::string_view actor, absl::string_view training,
                                           int page_size = 0, const std::string& token = "") {
    v1::ListDiscussionsRequest request;
    request.set_training(Full(training));
    request.set_page_size(page_size);
    request.set_page_token(token);
    return Call<v1::ListDiscussionsResponse>(actor, request);
  }
  static std::vector<std::string> Titles(const v1::ListDiscussionsResponse& list) {
    std::vector<std::string> titles;
    for (const v1::Discussion& each : list.discussions()) titles.push_back(each.title());
    return titles;
  }
  Answer<v1::Discussion> Pin(absl::string_view actor, const std::string& name, bool unpin = false) {
    v1::PinDiscussionRequest request;
    request.set_name(name);
    request.set_unpin(unpin);
    return Call<v1::Discussion>(actor, request);
  }
  Answer<v1::Discussion> Lock(absl::string_view actor, const std::string& name,
                              bool unlock = false) {
    v1::LockDiscussionRequest request;
    request.set_name(name);
    request.set_unlock(unlock);
    request.set_reason("It is settled");
    return Call<v1::Discussion>(actor, request);
  }
  Answer<v1::Discussion> Mark(absl::string_view actor, const std::string& discussion,
                              const std::string& post = "") {
    v1::MarkReadRequest request;
    request.set_discussion(discussion);
    request.set_post(post);
    return Call<v1::Discussion>(actor, request);
  }

  Answer<v1::Post> Reply(absl::string_view actor, const std::string& discussion,
                         absl::string_view text, const std::string& reply_to = "",
                         const std::string& request_id = "") {
    v1::CreatePostRequest request;
    request.set_discussion(discussion);
    request.set_text(std::string(text));
    request.set_reply_to(reply_to);
    request.set_request_id(request_id);
    return Call<v1::Post>(actor, request);
  }
  Answer<v1::ListPostsResponse> Posts(absl::string_view actor, const std::string& discussion,
                                      int page_size = 0, const std::string& token = "",
                                      bool newest_first = false) {
    v1::ListPostsRequest request;
    request.set_discussion(discussion);
    request.set_page_size(page_size);
    request.set_page_token(token);
    request.set_newest_first(newest_first);
    return Call<v1::ListPostsResponse>(actor, request);
  }
  static std::vector<std::string> Texts(const v1::ListPostsResponse& list) {
    std::vector<std::string> texts;
    for (const v1::Post& each : list.posts()) texts.push_back(each.text());
    return texts;
  }
  Answer<v1::Post> Edit(absl::string_view actor, const std::string& post, absl::string_view text,
                        absl::string_view title = "", const std::string& etag = "") {
    v1::UpdatePostRequest request;
    request.set_name(post);
    request.set_text(std::string(text));
    request.set_title(std::string(title));
    request.set_etag(etag);
    return Call<v1::Post>(actor, request);
  }
  Answer<v1::Post> Delete(absl::string_view actor, const std::string& post) {
    v1::DeletePostRequest request;
    request.set_name(post);
    return Call<v1::Post>(actor, request);
  }
  Answer<v1::Post> Remove(absl::string_view actor, const std::string& post,
                          absl::string_view reason = "Advertising") {
    v1::RemovePostRequest request;
    request.set_name(post);
    request.set_reason(std::string(reason));
    return Call<v1::Post>(actor, request);
  }

  Answer<v1::Message> Write(absl::string_view actor, absl::string_view recipient,
                            absl::string_view training, absl::string_view text = "Hello") {
    v1::SendMessageRequest request;
    request.set_training(Full(training));
    request.set_recipient(Full(recipient));
    request.set_text(std::string(text));
    return Call<v1::Message>(actor, request);
  }
  Answer<v1::ListConversationsResponse> Conversations(absl::string_view actor, int page_size = 0,
                                                      const std::string& token = "") {
    v1::ListConversationsRequest request;
    request.set_parent(Full(""));
    request.set_page_size(page_size);
    request.set_page_token(token);
    return Call<v1::ListConversationsResponse>(actor, request);
  }
  // `users/lea 2: Hello`, by person, what is unread and the last message.
  std::vector<std::string> ConversationsOf(absl::string_view actor) {
    const auto answer = Conversations(actor);
    EXPECT_TRUE(answer.ok()) << answer.message();
    std::vector<std::string> lines;
    for (const v1::Conversation& each : answer.value.conversations()) {
      lines.push_back(absl::StrCat(Short(each.person()), " ", each.unread_count(), ": ",
                                   each.last_message().text()));
    }
    return lines;
  }
  Answer<v1::ListMessagesResponse> Messages(absl::string_view actor, absl::string_view person,
                                            int page_size = 0, const std::string& token = "") {
    v1::ListMessagesRequest request;
    request.set_parent(Full(""));
    request.set_person(Full(person));
    request.set_page_size(page_size);
    request.set_page_token(token);
    return Call<v1::ListMessagesResponse>(actor, request);
  }
  // Those that were not read have a star.
  std::vector<std::string> MessagesOf(absl::string_view actor, absl::string_view person) {
    const auto answer = Messages(actor, person);
    EXPECT_TRUE(answer.ok()) << answer.message();
    std::vector<std::string> texts;
    for (const v1::Message& each : answer.value.messages()) {
      texts.push_back(absl::StrCat(each.text(), each.unread() ? "*" : ""));
    }
    return texts;
  }
  Answer<v1::Conversation> MarkMessages(absl::string_view actor, absl::string_view person,
                                        const std::string& message = "") {
    v1::MarkMessagesReadRequest request;
    request.set_parent(Full(""));
    request.set_person(Full(person));
    request.set_message(message);
    return Call<v1::Conversation>(actor, request);
  }
  Answer<google::protobuf::Empty> DeleteMessage(absl::string_view actor, const std::string& name) {
    v1::DeleteMessageRequest request;
    request.set_name(name);
    return Call<google::protobuf::Empty>(actor, request);
  }

  void Erase(absl::string_view user) {
    v1::DeleteUserRequest request;
    request.set_name(Full(user));
    const auto answer = Call<google::protobuf::Empty>("users/ann", request);
    ASSERT_TRUE(answer.ok()) << answer.message();
  }
  void EraseCourse(absl::string_view course) {
    v1::DeleteCourseRequest request;
    request.set_name(Full(course));
    request.set_force(true);
    const auto answer = Call<google::protobuf::Empty>("users/ann", request);
    ASSERT_TRUE(answer.ok()) << answer.message();
  }
};

// Under coreachieve: ann is the administrator, ina the instructor of `fire`, lea and leo learn
// there; sam learns in `pitch`, mia manages attendees, aron is an author.
class SchoolTest : public DiscussionTest {
 protected:
  SchoolTest() : DiscussionTest("coreachieve") {
    MakeCatalog("all");
    for (const char* course : {"fire", "pitch"}) MakeCourse(course, "catalogs/all");
    for (const char* user : {"ina", "lea", "leo", "sam", "mia", "aron"}) MakeUser(user);
    Assign("users/ina", "instructor", "courses/fire");
    Assign("users/lea", "learner", "courses/fire");
    Assign("users/leo", "learner", "courses/fire");
    Assign("users/sam", "learner", "courses/pitch");
    Assign("users/mia", "attendee_manager", "");
    Assign("users/aron", "author", "");
  }
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_DISCUSSION_H_
