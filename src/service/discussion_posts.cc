#include "service/discussion_posts.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/discussion_view.h"
#include "service/kept_answers.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "service/subject_resource.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

using v1::Post;

// A post that somebody is about to change, with its discussion.
struct Found {
  PostId id;
  rows::PostRow row;
  rows::DiscussionRow discussion;
  bool moderates = false;

  bool IsFirst() const { return discussion.first_post() == id.uid; }
};

absl::StatusOr<Found> FindPost(const DiscussionView& view, const std::string& name) {
  absl::StatusOr<uint64_t> uid = NumberIn(Collection::kPosts, "name", name);
  if (!uid.ok()) return uid.status();
  absl::StatusOr<PostId> id = view.FindPost(*uid);
  if (!id.ok()) return id.status();
  absl::StatusOr<rows::PostRow> row = view.ReadPostRow(*id);
  if (!row.ok()) return row.status();
  absl::StatusOr<rows::DiscussionRow> discussion = view.FindDiscussion(id->discussion);
  if (!discussion.ok()) return discussion.status();
  const bool moderates = view.Moderates(ScopeId(discussion->training()));
  return Found{*id, *std::move(row), *std::move(discussion), moderates};
}

absl::Status CheckPublished(const std::string& name, const rows::PostRow& row) {
  if (row.state() == Post::PUBLISHED) return absl::OkStatus();
  return FailedPrecondition(
      "STATE", name,
      absl::StrCat(Quoted(name), " is ", Post::State_Name(row.state()), "; wanted PUBLISHED"));
}

absl::Status CheckUnlocked(const DiscussionView& view, uint64_t uid,
                           const rows::DiscussionRow& discussion, bool moderates) {
  if (!discussion.locked() || moderates) return absl::OkStatus();
  const std::string name = NameIn(view.id(), Collection::kDiscussions, absl::StrCat(uid));
  return FailedPrecondition(
      "LOCKED", name, absl::StrCat(Quoted(name), " is locked; only its moderators post in it"));
}

absl::Status Answer(MutateCall& call, PostId id, const rows::PostRow& row, bool moderates,
                    const std::string& request_id, Post* response) {
  const DiscussionView view(call);
  absl::StatusOr<rows::ReadMarkRow> mark = view.Mark(id.discussion);
  if (!mark.ok()) return mark.status();
  *response = view.Post(id, row, *mark, moderates);
  if (row.author() == 0) return absl::OkStatus();
  return RememberAnswer(call.draft, row.author(), request_id);
}

// Puts what somebody made of a post.
absl::Status Commit(MutateCall& call, const Found& found, absl::string_view reason,
                    const std::string& request_id, Post* response) {
  PutPost(call.draft, found.id, found.row);
  rows::PostRow shown = found.row;
  shown.set_revision(call.draft.revision());
  call.draft.Describe(NameIn(call.draft.id(), Collection::kPosts, absl::StrCat(found.id.uid)),
                      reason);
  return Answer(call, found.id, shown, found.moderates, request_id, response);
}

// What is said of the first post holds for the title.
void PutFirstState(MutateCall& call, const Found& found) {
  if (!found.IsFirst()) return;
  rows::DiscussionRow row = found.discussion;
  row.set_first_state(found.row.state());
  if (row.first_state() == Post::DELETED) row.clear_title();
  PutDiscussion(call.draft, found.id.discussion, &found.discussion, row);
}

// One's own posts, beside `discussion.post` at the course.
template <typename Request>
absl::Status MayChangeOwn(const RuleCall& call, const Request& request) {
  absl::StatusOr<uint64_t> uid = NumberIn(Collection::kPosts, "name", request.name());
  if (!uid.ok()) return uid.status();
  absl::StatusOr<std::optional<rows::PostPlaceRow>> place =
      ReadPostPlace(call.reader, call.tenant.number(), *uid);
  if (!place.ok()) return place.status();
  if (!place->has_value()) return NotFound("post", request.name());
  if ((*place)->author() != 0 && SubjectId((*place)->author()) == call.actor) {
    return absl::OkStatus();
  }
  return NotPermitted("", request.name());
}

// --- CreatePost ---

absl::Status ValidateCreate(const v1::CreatePostRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kDiscussions, "discussion", request.discussion(), &status);
  if (!request.reply_to().empty()) {
    CheckNameIn(Collection::kPosts, "reply_to", request.reply_to(), &status);
  }
  CheckSaid("text", request.text(), &status);
  return status;
}

absl::Status DoCreate(MutateCall& call, const v1::CreatePostRequest& request, Post* response) {
  const DiscussionView view(call);
  absl::StatusOr<uint64_t> uid =
      NumberIn(Collection::kDiscussions, "discussion", request.discussion());
  if (!uid.ok()) return uid.status();
  absl::StatusOr<rows::DiscussionRow> before = view.FindDiscussion(*uid);
  if (!before.ok()) return before.status();
  const bool moderates = view.Moderates(ScopeId(before->training()));
  absl::Status status = CheckUnlocked(view, *uid, *before, moderates);
  if (!status.ok()) return status;
  rows::PostRow row;
  row.set_author(call.actor_uid());
  row.set_text(request.text());
  if (!request.reply_to().empty()) {
    absl::StatusOr<PostId> answered = view.FindPostOf(*uid, "reply_to", request.reply_to());
    if (!answered.ok()) return answered.status();
    row.set_reply_to(answered->uid);
  }
  rows::DiscussionRow discussion = *before;
  absl::StatusOr<uint64_t> post = AddPost(call.draft, *uid, &discussion, std::move(row));
  if (!post.ok()) return post.status();
  PutDiscussion(call.draft, *uid, &*before, discussion);
  const PostId id{*uid, *post};
  absl::StatusOr<rows::PostRow> made = view.ReadPostRow(id);
  if (!made.ok()) return made.status();
  call.draft.Describe(NameIn(view.id(), Collection::kPosts, absl::StrCat(*post)));
  return Answer(call, id, *made, moderates, request.request_id(), response);
}

// --- ListPosts ---

absl::Status ValidateList(const v1::ListPostsRequest& request) {
  return NumberIn(Collection::kDiscussions, "discussion", request.discussion()).status();
}

absl::Status DoList(ReadCall& call, const v1::ListPostsRequest& request,
                    v1::ListPostsResponse* response) {
  absl::StatusOr<Pages::Page> page = BeginPage(call, request);
  if (!page.ok()) return page.status();
  const DiscussionView view(call);
  absl::StatusOr<uint64_t> uid =
      NumberIn(Collection::kDiscussions, "discussion", request.discussion());
  if (!uid.ok()) return uid.status();
  absl::StatusOr<rows::DiscussionRow> discussion = view.FindDiscussion(*uid);
  if (!discussion.ok()) return discussion.status();
  const bool moderates = view.Moderates(ScopeId(discussion->training()));
  absl::StatusOr<rows::ReadMarkRow> mark = view.Mark(*uid);
  if (!mark.ok()) return mark.status();

  store::KeyRange range = PostsOf(view.tenant(), *uid);
  if (uint64_t last = 0; absl::SimpleAtoi(page->cursor, &last)) {
    if (request.newest_first()) {
      range.end = PostKey(view.tenant(), {*uid, last});
    } else {
      range.begin = PostKey(view.tenant(), {*uid, last + 1});
    }
  }
  store::ScanOptions options;
  options.reverse = request.newest_first();
  store::Cursor posts = view.reader().Scan(store::Table::kDiscussions, range, options);
  uint64_t last = 0;
  while (posts.Next()) {
    if (response->posts_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(last)));
      return absl::OkStatus();
    }
    absl::StatusOr<uint64_t> post = PostInKey(posts.key());
    if (!post.ok()) return post.status();
    last = *post;
    absl::StatusOr<rows::PostRow> row =
        ParseRow<rows::PostRow>(store::Table::kDiscussions, posts.key(), posts.value());
    if (!row.ok()) return row.status();
    *response->add_posts() = view.Post({*uid, last}, *row, *mark, moderates);
  }
  return posts.status();
}

// --- UpdatePost ---

absl::Status ValidateUpdate(const v1::UpdatePostRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kPosts, "name", request.name(), &status);
  if (request.text().empty() && request.title().empty()) {
    AddBadField(&status, "text", "", "wanted a new text or a new title");
  }
  if (!request.text().empty()) CheckSaid("text", request.text(), &status);
  if (!request.title().empty()) CheckTitle("title", request.title(), &status);
  return status;
}

absl::Status DoUpdate(MutateCall& call, const v1::UpdatePostRequest& request, Post* response) {
  const DiscussionView view(call);
  absl::StatusOr<Found> found = FindPost(view, request.name());
  if (!found.ok()) return found.status();
  absl::Status status =
      CheckEtag(request.name(), request.etag(), EtagOf(found->id.uid, found->row.revision()));
  if (status.ok()) status = CheckPublished(request.name(), found->row);
  if (status.ok()) {
    status = CheckUnlocked(view, found->id.discussion, found->discussion, found->moderates);
  }
  if (!status.ok()) return status;
  if (!request.title().empty()) {
    if (!found->IsFirst()) {
      return BadField("title", request.title(),
                      "wanted none: only with the first post of a discussion goes its title");
    }
    rows::DiscussionRow row = found->discussion;
    row.set_title(request.title());
    PutDiscussion(call.draft, found->id.discussion, &found->discussion, row);
  }
  if (!request.text().empty()) found->row.set_text(request.text());
  *found->row.mutable_edit_time() = ToTimestamp(call.now());
  return Commit(call, *found, "", request.request_id(), response);
}

// --- DeletePost, RemovePost ---

absl::Status ValidateDelete(const v1::DeletePostRequest& request) {
  return NumberIn(Collection::kPosts, "name", request.name()).status();
}

absl::Status DoDelete(MutateCall& call, const v1::DeletePostRequest& request, Post* response) {
  absl::StatusOr<Found> found = FindPost(DiscussionView(call), request.name());
  if (!found.ok()) return found.status();
  absl::Status status =
      CheckEtag(request.name(), request.etag(), EtagOf(found->id.uid, found->row.revision()));
  if (status.ok()) status = CheckPublished(request.name(), found->row);
  if (!status.ok()) return status;
  found->row.set_state(Post::DELETED);
  found->row.clear_text();
  PutFirstState(call, *found);
  return Commit(call, *found, "", request.request_id(), response);
}

absl::Status ValidateRemove(const v1::RemovePostRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kPosts, "name", request.name(), &status);
  CheckText("reason", request.reason(), 1, kMaxReasonChars, &status);
  return status;
}

absl::Status DoRemove(MutateCall& call, const v1::RemovePostRequest& request, Post* response) {
  absl::StatusOr<Found> found = FindPost(DiscussionView(call), request.name());
  if (!found.ok()) return found.status();
  if (absl::Status status = CheckPublished(request.name(), found->row); !status.ok()) return status;
  found->row.set_state(Post::REMOVED);
  found->row.set_reason(request.reason());
  PutFirstState(call, *found);
  return Commit(call, *found, request.reason(), request.request_id(), response);
}

}  // namespace

void RegisterDiscussionPosts(Methods& methods) {
  methods.Mutate<v1::CreatePostRequest, Post>(ValidateCreate, DoCreate);
  Method& list = methods.Scan<v1::ListPostsRequest, v1::ListPostsResponse>(DoList);
  Methods::ValidateBy<v1::ListPostsRequest>(list, ValidateList);
  Method& update = methods.Mutate<v1::UpdatePostRequest, Post>(ValidateUpdate, DoUpdate);
  Methods::AuthorizeBy<v1::UpdatePostRequest>(update, MayChangeOwn<v1::UpdatePostRequest>);
  Method& remove_own = methods.Mutate<v1::DeletePostRequest, Post>(ValidateDelete, DoDelete);
  Methods::AuthorizeBy<v1::DeletePostRequest>(remove_own, MayChangeOwn<v1::DeletePostRequest>);
  methods.Mutate<v1::RemovePostRequest, Post>(ValidateRemove, DoRemove);
}

}  // namespace provost
