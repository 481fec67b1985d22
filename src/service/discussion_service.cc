#include "service/discussion_service.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/discussion_posts.h"
#include "service/discussion_view.h"
#include "service/kept_answers.h"
#include "service/latest_first.h"
#include "service/lookup.h"
#include "service/message_service.h"
#include "service/resource.h"
#include "service/subject_resource.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;

// --- CreateDiscussion ---

absl::Status ValidateCreate(const v1::CreateDiscussionRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckTrainingName("discussion.training", request.discussion().training(), &status);
  CheckTitle("discussion.title", request.discussion().title(), &status);
  CheckSaid("text", request.text(), &status);
  return status;
}

absl::Status DoCreate(MutateCall& call, const v1::CreateDiscussionRequest& request,
                      v1::Discussion* response) {
  const DiscussionView view(call);
  absl::StatusOr<ScopeId> training =
      ResolveScope(call.state(), view.id(), "discussion.training", request.discussion().training());
  if (!training.ok()) return training.status();
  const uint64_t uid = call.draft.NewItem();
  rows::DiscussionRow row;
  row.set_training(training->value);
  row.set_title(request.discussion().title());
  row.set_author(call.actor_uid());
  row.set_first_state(v1::Post::PUBLISHED);
  *row.mutable_create_time() = ToTimestamp(call.now());
  rows::PostRow first;
  first.set_author(call.actor_uid());
  first.set_text(request.text());
  absl::StatusOr<uint64_t> post = AddPost(call.draft, uid, &row, std::move(first));
  if (!post.ok()) return post.status();
  row.set_first_post(*post);
  PutDiscussion(call.draft, uid, nullptr, row);
  absl::StatusOr<v1::Discussion> shown = view.Discussion(uid, row, /*moderates=*/false);
  if (!shown.ok()) return shown.status();
  *response = *std::move(shown);
  call.draft.Describe(response->name());
  return RememberAnswer(call.draft, call.actor_uid(), request.request_id());
}

// --- GetDiscussion ---

template <typename Request>
absl::Status ValidateNamed(const Request& request) {
  return NumberIn(Collection::kDiscussions, "name", request.name()).status();
}

absl::Status DoGet(ReadCall& call, const v1::GetDiscussionRequest& request,
                   v1::Discussion* response) {
  const DiscussionView view(call);
  absl::StatusOr<uint64_t> uid = NumberIn(Collection::kDiscussions, "name", request.name());
  if (!uid.ok()) return uid.status();
  absl::StatusOr<rows::DiscussionRow> row = view.FindDiscussion(*uid);
  if (!row.ok()) return row.status();
  absl::StatusOr<v1::Discussion> shown =
      view.Discussion(*uid, *row, view.Moderates(ScopeId(row->training())));
  if (!shown.ok()) return shown.status();
  *response = *std::move(shown);
  return absl::OkStatus();
}

// --- ListDiscussions ---

absl::Status ValidateList(const v1::ListDiscussionsRequest& request) {
  absl::Status status;
  CheckTrainingName("training", request.training(), &status);
  return status;
}

absl::Status DoList(ReadCall& call, const v1::ListDiscussionsRequest& request,
                    v1::ListDiscussionsResponse* response) {
  absl::StatusOr<Pages::Page> page = BeginPage(call, request);
  if (!page.ok()) return page.status();
  const DiscussionView view(call);
  absl::StatusOr<ScopeId> training =
      ResolveScope(call.state, view.id(), "training", request.training());
  if (!training.ok()) return training.status();
  const bool moderates = view.Moderates(*training);
  LatestFirst::List list{Table::kIndexes, DiscussionOrder(view.tenant(), *training),
                         [&](uint64_t discussion, uint64_t bound) {
                           return LastPostAt(view.reader(), view.tenant(), discussion, bound);
                         }};
  LatestFirst walk(view.reader(), std::move(list), page->cursor);
  std::optional<LatestEntry> last;
  for (;;) {
    absl::StatusOr<std::optional<LatestEntry>> entry = walk.Next();
    if (!entry.ok()) return entry.status();
    if (!entry->has_value()) return absl::OkStatus();
    if (response->discussions_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, walk.Cursor(*last)));
      return absl::OkStatus();
    }
    last = **entry;
    absl::StatusOr<std::optional<rows::DiscussionRow>> row =
        ReadDiscussion(view.reader(), view.tenant(), last->id);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;  // It went a moment ago.
    absl::StatusOr<v1::Discussion> shown = view.Discussion(last->id, **row, moderates);
    if (!shown.ok()) return shown.status();
    *response->add_discussions() = *std::move(shown);
  }
}

// --- PinDiscussion, LockDiscussion, MarkRead ---

// The title is in the answer; it goes with the person whose it is.
absl::Status Answer(MutateCall& call, uint64_t uid, const rows::DiscussionRow& row, bool moderates,
                    const std::string& request_id, v1::Discussion* response) {
  absl::StatusOr<v1::Discussion> shown = DiscussionView(call).Discussion(uid, row, moderates);
  if (!shown.ok()) return shown.status();
  *response = *std::move(shown);
  if (row.author() == 0) return absl::OkStatus();
  return RememberAnswer(call.draft, row.author(), request_id);
}

// Makes of a discussion what `change` makes of its row.
template <typename Request, typename Change>
absl::Status Moderate(MutateCall& call, const Request& request, absl::string_view reason,
                      Change change, v1::Discussion* response) {
  absl::StatusOr<uint64_t> uid = NumberIn(Collection::kDiscussions, "name", request.name());
  if (!uid.ok()) return uid.status();
  absl::StatusOr<rows::DiscussionRow> before = DiscussionView(call).FindDiscussion(*uid);
  if (!before.ok()) return before.status();
  rows::DiscussionRow row = *before;
  change(&row);
  PutDiscussion(call.draft, *uid, &*before, row);
  call.draft.Describe(request.name(), reason);
  return Answer(call, *uid, row, /*moderates=*/true, request.request_id(), response);
}

absl::Status DoPin(MutateCall& call, const v1::PinDiscussionRequest& request,
                   v1::Discussion* response) {
  const auto pin = [&](rows::DiscussionRow* row) { row->set_pinned(!request.unpin()); };
  return Moderate(call, request, "", pin, response);
}

absl::Status ValidateLock(const v1::LockDiscussionRequest& request) {
  absl::Status status = ValidateNamed(request);
  CheckText("reason", request.reason(), 0, kMaxReasonChars, &status);
  return status;
}

absl::Status DoLock(MutateCall& call, const v1::LockDiscussionRequest& request,
                    v1::Discussion* response) {
  const auto lock = [&](rows::DiscussionRow* row) { row->set_locked(!request.unlock()); };
  return Moderate(call, request, request.reason(), lock, response);
}

absl::Status ValidateMark(const v1::MarkReadRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kDiscussions, "discussion", request.discussion(), &status);
  if (!request.post().empty()) CheckNameIn(Collection::kPosts, "post", request.post(), &status);
  return status;
}

absl::Status DoMark(MutateCall& call, const v1::MarkReadRequest& request,
                    v1::Discussion* response) {
  const DiscussionView view(call);
  absl::StatusOr<uint64_t> uid =
      NumberIn(Collection::kDiscussions, "discussion", request.discussion());
  if (!uid.ok()) return uid.status();
  absl::StatusOr<rows::DiscussionRow> row = view.FindDiscussion(*uid);
  if (!row.ok()) return row.status();
  PostId last{*uid, row->last_post()};
  int32_t number = row->post_count();
  if (!request.post().empty()) {
    absl::StatusOr<PostId> post = view.FindPostOf(*uid, "post", request.post());
    if (!post.ok()) return post.status();
    absl::StatusOr<rows::PostRow> read = view.ReadPostRow(*post);
    if (!read.ok()) return read.status();
    last = *post;
    number = read->number();
  }
  absl::Status status = PutReadMark(call.draft, last, number, call.actor());
  if (!status.ok()) return status;
  call.draft.Describe(request.discussion());
  return Answer(call, *uid, *row, view.Moderates(ScopeId(row->training())), request.request_id(),
                response);
}

}  // namespace

void RegisterDiscussionService(Methods& methods) {
  methods.Mutate<v1::CreateDiscussionRequest, v1::Discussion>(ValidateCreate, DoCreate);
  Method& get = methods.Read<v1::GetDiscussionRequest, v1::Discussion>(DoGet);
  Methods::ValidateBy<v1::GetDiscussionRequest>(get, ValidateNamed<v1::GetDiscussionRequest>);
  Method& list = methods.Scan<v1::ListDiscussionsRequest, v1::ListDiscussionsResponse>(DoList);
  Methods::ValidateBy<v1::ListDiscussionsRequest>(list, ValidateList);
  methods.Mutate<v1::PinDiscussionRequest, v1::Discussion>(ValidateNamed<v1::PinDiscussionRequest>,
                                                           DoPin);
  methods.Mutate<v1::LockDiscussionRequest, v1::Discussion>(ValidateLock, DoLock);
  methods.Mutate<v1::MarkReadRequest, v1::Discussion>(ValidateMark, DoMark);
  RegisterDiscussionPosts(methods);
  RegisterMessages(methods);
}

}  // namespace provost
