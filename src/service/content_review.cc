#include "service/content_review.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "quiz/draw.h"
#include "service/content_message.h"
#include "service/content_quiz.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/resource.h"
#include "store/key.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

using State = v1::ContentVersion;

constexpr size_t kMaxCommentBytes = 10000;

void CheckComment(absl::string_view comment, bool needed, absl::Status* status) {
  if (comment.size() <= kMaxCommentBytes && !(needed && comment.empty())) return;
  AddBadField(status, "comment", comment,
              absl::StrCat("wanted ", needed ? 1 : 0, " to ", kMaxCommentBytes, " bytes, got ",
                           comment.size()));
}

// A version on its way, with the item that it is of.
class Step {
 public:
  static absl::StatusOr<Step> Of(const MutateCall& call, absl::string_view name,
                                 absl::StatusOr<rows::ContentRow> item, int32_t number) {
    if (!item.ok()) return item.status();
    if (number < 1 || number > item->last_version()) {
      return NotFound("version", absl::StrCat(name, ", version ", number));
    }
    absl::StatusOr<rows::ContentVersionRow> version =
        ReadVersion(call.draft.reader(), call.draft.number(), item->uid(), number);
    if (!version.ok()) return version.status();
    return Step(call, name, *std::move(item), *std::move(version));
  }

  rows::ContentVersionRow& version() { return version_; }
  v1::ContentItem* item() { return item_.mutable_content_item(); }
  State::State state() const { return version_.version().state(); }

  // FAILED_PRECONDITION unless the version is where a step begins.
  absl::Status Expect(State::State wanted) const {
    if (state() == wanted) return absl::OkStatus();
    return FailedPrecondition(
        "STATE", name_,
        absl::StrCat("version ", version_.version().number(), " is ", State::State_Name(state()),
                     "; wanted ", State::State_Name(wanted)));
  }

  void MoveTo(State::State state) { Move(state, &version_); }

  // Ends what learners got until now.
  absl::Status RetirePublished() {
    const int32_t number = item_.content_item().published_version();
    if (number == 0) return absl::OkStatus();
    absl::StatusOr<rows::ContentVersionRow> old =
        ReadVersion(call_.draft.reader(), call_.draft.number(), item_.uid(), number);
    if (!old.ok()) return old.status();
    Move(State::RETIRED, &*old);
    Put(*old);
    return absl::OkStatus();
  }

  void Say(const std::string& text, State::State moved_to) {
    if (text.empty()) return;
    rows::ReviewCommentRow row;
    row.set_author(call_.actor_uid());
    row.mutable_comment()->set_version(version_.version().number());
    row.mutable_comment()->set_text(text);
    row.mutable_comment()->set_moved_to(moved_to);
    *row.mutable_comment()->mutable_create_time() = ToTimestamp(call_.now());
    call_.draft.Write(store::Table::kContentVersions,
                      CommentKey(call_.draft.number(), item_.uid(), version_.version().number(),
                                 version_.comments()),
                      row);
    version_.set_comments(version_.comments() + 1);
  }

  void Commit(v1::ContentVersion* response) {
    *item()->mutable_update_time() = ToTimestamp(call_.now());
    Put(version_);
    PutItem(call_.draft, *ParseName(name_), &item_);
    *response = ContentView(call_).Version(version_);
    call_.draft.Describe(name_);
  }

 private:
  Step(const MutateCall& call, absl::string_view name, rows::ContentRow item,
       rows::ContentVersionRow version)
      : call_(call), name_(name), item_(std::move(item)), version_(std::move(version)) {}

  void Move(State::State state, rows::ContentVersionRow* version) {
    version->mutable_version()->set_state(state);
    *version->mutable_version()->mutable_state_time() = ToTimestamp(call_.now());
    version->set_state_by(call_.actor_uid());
  }
  void Put(const rows::ContentVersionRow& version) {
    PutVersion(call_.draft, item_.uid(), version, {});
  }

  const MutateCall& call_;
  const std::string name_;
  rows::ContentRow item_;
  rows::ContentVersionRow version_;
};

// --- SubmitVersion ---

absl::Status ValidateSubmit(const v1::SubmitVersionRequest& request) {
  absl::Status status = ParseItemName("name", request.name()).status();
  CheckComment(request.comment(), /*needed=*/false, &status);
  return status;
}

// What is handed in has to be fit for learners, and stays as it is: the versions of the pools that
// a quiz draws from are fixed.
absl::Status Complete(const ContentView& view, const std::string& name,
                      rows::ContentVersionRow* version) {
  v1::ContentBody* body = version->mutable_body();
  switch (FindContentKind(ParseName(name)->collection)->kind) {
    case v1::ContentItem::PACKAGE:
      if (version->blob() == 0) {
        return FailedPrecondition("NO_FILE", name, "no file was uploaded yet");
      }
      break;
    case v1::ContentItem::QUESTION_POOL:
      if (body->question_pool().questions().empty()) {
        return FailedPrecondition("NO_QUESTIONS", name, "it has no questions yet");
      }
      break;
    case v1::ContentItem::QUIZ: {
      v1::QuizBody* quiz = body->mutable_quiz();
      if (quiz->parts().empty()) {
        return FailedPrecondition("NO_QUESTIONS", name, "it has no questions yet");
      }
      absl::StatusOr<QuizPools> pools =
          ReadQuizPools(view.reader(), view.tenant(), name, *version, /*pin=*/true);
      if (!pools.ok()) return pools.status();
      absl::Status status;
      for (const QuizProblem& problem : CheckDraws(*quiz, pools->of_draws, "body.quiz.")) {
        AddFailedPrecondition(
            &status, "TOO_FEW_QUESTIONS", name,
            absl::StrCat("`", problem.field, "` is ", problem.value, "; ", problem.wanted));
      }
      if (!status.ok()) return status;
      size_t draw = 0;
      for (v1::QuizPart& part : *quiz->mutable_parts()) {
        if (part.has_draw()) part.mutable_draw()->set_pool_version(pools->versions[draw++]);
      }
      break;
    }
    default:
      break;
  }
  return absl::OkStatus();
}

absl::Status DoSubmit(MutateCall& call, const v1::SubmitVersionRequest& request,
                      v1::ContentVersion* response) {
  const ContentView view(call);
  absl::StatusOr<rows::ContentRow> row = view.Find(request.name());
  if (row.ok() && row->content_item().draft_version() == 0) {
    return FailedPrecondition("NO_DRAFT", request.name(),
                              "all of its versions are published or retired; change it first");
  }
  absl::StatusOr<Step> step =
      Step::Of(call, request.name(), row, row.ok() ? row->content_item().draft_version() : 0);
  if (!step.ok()) return step.status();
  State::State to = State::IN_REVIEW;
  if (request.withdraw()) {
    to = State::DRAFT;
    if (step->state() != State::APPROVED) {
      if (absl::Status status = step->Expect(State::IN_REVIEW); !status.ok()) return status;
    }
  } else {
    absl::Status status = step->Expect(State::DRAFT);
    if (status.ok()) status = Complete(view, request.name(), &step->version());
    if (!status.ok()) return status;
  }
  step->MoveTo(to);
  step->Say(request.comment(), to);
  step->Commit(response);
  return absl::OkStatus();
}

// --- ReviewVersion ---

absl::Status ValidateReview(const v1::ReviewVersionRequest& request) {
  using Request = v1::ReviewVersionRequest;
  absl::Status status = ParseItemName("name", request.name()).status();
  if (request.version() < 1) {
    AddBadField(&status, "version", absl::StrCat(request.version()), "wanted a version, from 1");
  }
  if (request.decision() < Request::COMMENT || request.decision() > Request::RETIRE) {
    AddBadField(&status, "decision", absl::StrCat(static_cast<int>(request.decision())),
                "wanted COMMENT, REQUEST_CHANGES, APPROVE, PUBLISH or RETIRE");
  }
  CheckComment(
      request.comment(),
      request.decision() == Request::COMMENT || request.decision() == Request::REQUEST_CHANGES,
      &status);
  return status;
}

absl::Status DoReview(MutateCall& call, const v1::ReviewVersionRequest& request,
                      v1::ContentVersion* response) {
  using Request = v1::ReviewVersionRequest;
  absl::StatusOr<Step> step =
      Step::Of(call, request.name(), ContentView(call).Find(request.name()), request.version());
  if (!step.ok()) return step.status();
  State::State from = State::STATE_UNSPECIFIED;
  State::State to = State::STATE_UNSPECIFIED;
  switch (request.decision()) {
    case Request::REQUEST_CHANGES:
      from = State::IN_REVIEW;
      to = State::DRAFT;
      break;
    case Request::APPROVE:
      from = State::IN_REVIEW;
      to = State::APPROVED;
      break;
    case Request::PUBLISH:
      from = State::APPROVED;
      to = State::PUBLISHED;
      break;
    case Request::RETIRE:
      from = State::PUBLISHED;
      to = State::RETIRED;
      break;
    default:
      break;
  }
  if (to != State::STATE_UNSPECIFIED) {
    if (absl::Status status = step->Expect(from); !status.ok()) return status;
    if (to == State::PUBLISHED) {
      if (absl::Status status = step->RetirePublished(); !status.ok()) return status;
      step->item()->set_published_version(request.version());
      step->item()->clear_draft_version();
    } else if (to == State::RETIRED) {
      step->item()->clear_published_version();
    }
    step->MoveTo(to);
  }
  step->Say(request.comment(), to);
  step->Commit(response);
  return absl::OkStatus();
}

// --- ListContentVersions ---

template <typename Request>
absl::Status ValidateNamed(const Request& request) {
  return ParseItemName("name", request.name()).status();
}

absl::StatusOr<Pages::Page> BeginPage(const ReadCall& call,
                                      const google::protobuf::Message& request) {
  return call.backend.pages->Begin(request, absl::StrCat(call.actor.name, "#", call.self().value),
                                   call.tenant, call.now);
}

absl::Status DoListVersions(ReadCall& call, const v1::ListContentVersionsRequest& request,
                            v1::ListContentVersionsResponse* response) {
  absl::StatusOr<Pages::Page> page = BeginPage(call, request);
  if (!page.ok()) return page.status();
  const ContentView view(call);
  absl::StatusOr<rows::ContentRow> row = view.Find(request.name());
  if (!row.ok()) return row.status();
  const bool published_only = view.ReadAccess(*row) == ItemAccess::kUse;
  int32_t from = row->last_version();
  if (int32_t last = 0; absl::SimpleAtoi(page->cursor, &last)) from = std::min(from, last - 1);
  for (int32_t number = from; number > 0; --number) {
    if (published_only && number != row->content_item().published_version()) continue;
    if (response->versions_size() == page->limit) {
      response->set_next_page_token(
          call.backend.pages->TokenAfter(*page, absl::StrCat(number + 1)));
      break;
    }
    absl::StatusOr<rows::ContentVersionRow> version =
        ReadVersion(view.reader(), view.tenant(), row->uid(), number);
    if (!version.ok()) return version.status();
    *response->add_versions() = view.Version(*version);
  }
  return absl::OkStatus();
}

// --- ListReviewComments ---

// By version, and within one in the order in which they were made.
absl::Status DoListComments(ReadCall& call, const v1::ListReviewCommentsRequest& request,
                            v1::ListReviewCommentsResponse* response) {
  absl::StatusOr<Pages::Page> page = BeginPage(call, request);
  if (!page.ok()) return page.status();
  const ContentView view(call);
  absl::StatusOr<rows::ContentRow> row = view.Find(request.name());
  if (!row.ok()) return row.status();
  // What is said on the way to a version is for those who make and review it.
  if (view.ReadAccess(*row) == ItemAccess::kUse) return absl::OkStatus();
  int32_t version = std::max(1, request.version());
  const int32_t last = request.version() == 0 ? row->last_version() : request.version();
  uint32_t number = 0;
  const std::pair<absl::string_view, absl::string_view> cursor =
      absl::StrSplit(page->cursor, absl::MaxSplits(' ', 1));
  if (!page->cursor.empty() &&
      (!absl::SimpleAtoi(cursor.first, &version) || !absl::SimpleAtoi(cursor.second, &number))) {
    return BadField("page_token", request.page_token(), "wanted a `next_page_token`");
  }
  for (; version <= last; ++version, number = 0) {
    store::KeyRange range{CommentKey(view.tenant(), row->uid(), version, number),
                          CommentKey(view.tenant(), row->uid(), version, UINT32_MAX)};
    store::Cursor comments = view.reader().Scan(store::Table::kContentVersions, range);
    while (comments.Next()) {
      if (response->comments_size() == page->limit) {
        response->set_next_page_token(
            call.backend.pages->TokenAfter(*page, absl::StrCat(version, " ", number)));
        return absl::OkStatus();
      }
      absl::StatusOr<rows::ReviewCommentRow> comment = ParseRow<rows::ReviewCommentRow>(
          store::Table::kContentVersions, comments.key(), comments.value());
      if (!comment.ok()) return comment.status();
      v1::ReviewComment* shown = response->add_comments();
      *shown = comment->comment();
      shown->set_author(SubjectFullName(view.state(), view.id(), SubjectId(comment->author())));
      ++number;
    }
    if (!comments.status().ok()) return comments.status();
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterContentReview(Methods& methods) {
  methods.Mutate<v1::SubmitVersionRequest, v1::ContentVersion>(ValidateSubmit, DoSubmit);
  methods.Mutate<v1::ReviewVersionRequest, v1::ContentVersion>(ValidateReview, DoReview);
  Method& versions =
      methods.Scan<v1::ListContentVersionsRequest, v1::ListContentVersionsResponse>(DoListVersions);
  Methods::ValidateBy<v1::ListContentVersionsRequest>(
      versions, ValidateNamed<v1::ListContentVersionsRequest>);
  Method& comments =
      methods.Scan<v1::ListReviewCommentsRequest, v1::ListReviewCommentsResponse>(DoListComments);
  Methods::ValidateBy<v1::ListReviewCommentsRequest>(comments,
                                                     ValidateNamed<v1::ListReviewCommentsRequest>);
}

}  // namespace provost
