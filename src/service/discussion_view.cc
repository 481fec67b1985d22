#include "service/discussion_view.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/lookup.h"
#include "service/places.h"
#include "service/resource.h"
#include "tenant/errors.h"

namespace provost {

void CheckSaid(absl::string_view field, absl::string_view text, absl::Status* status) {
  if (!text.empty() && absl::StripAsciiWhitespace(text).empty()) {
    AddBadField(status, field, text, "wanted more than white space");
    return;
  }
  // It has lines, which other texts for people have not.
  CheckText(field, absl::StrReplaceAll(text, {{"\r\n", " "}, {"\n", " "}, {"\t", " "}}), 1,
            kMaxSaidChars, status);
}

void CheckTitle(absl::string_view field, absl::string_view title, absl::Status* status) {
  if (!title.empty() && absl::StripAsciiWhitespace(title).empty()) {
    AddBadField(status, field, title, "wanted more than white space");
  } else {
    CheckText(field, title, 1, kMaxDisplayName, status);
  }
}

void CheckTrainingName(absl::string_view field, absl::string_view name, absl::Status* status) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) {
    AddBadField(status, field, name, parsed.status().message());
  } else if (parsed->collection != Collection::kCourses &&
             parsed->collection != Collection::kPlans) {
    AddBadField(status, field, name,
                "wanted a course or a training plan, like `tenants/acme/courses/fire`");
  }
}

absl::StatusOr<uint64_t> NumberIn(Collection collection, absl::string_view field,
                                  absl::string_view name) {
  absl::StatusOr<ResourceName> parsed = ParseNameIn(collection, field, name);
  if (!parsed.ok()) return parsed.status();
  uint64_t number = 0;
  if (!absl::SimpleAtoi(parsed->id, &number)) return BadField(field, name, "wanted a number");
  return number;
}

absl::StatusOr<Pages::Page> BeginPage(const ReadCall& call,
                                      const google::protobuf::Message& request) {
  return call.backend.pages->Begin(request, absl::StrCat(call.actor.name, "#", call.self().value),
                                   call.tenant, call.now);
}

bool DiscussionView::Moderates(ScopeId training) const {
  const ItemQuestion question(state_, reader_, tenant_, actor_, now_);
  const Decision decision = question.AskAt(training, SubjectId(0), "discussion.moderate");
  return decision.allowed() || decision.reason == Reason::kFrozen;
}

absl::StatusOr<rows::DiscussionRow> DiscussionView::FindDiscussion(uint64_t uid) const {
  absl::StatusOr<std::optional<rows::DiscussionRow>> row = ReadDiscussion(reader_, tenant_, uid);
  if (!row.ok()) return row.status();
  if (!row->has_value()) {
    return NotFound("discussion", NameIn(id_, Collection::kDiscussions, absl::StrCat(uid)));
  }
  return **std::move(row);
}

absl::StatusOr<PostId> DiscussionView::FindPost(uint64_t uid) const {
  absl::StatusOr<std::optional<rows::PostPlaceRow>> place = ReadPostPlace(reader_, tenant_, uid);
  if (!place.ok()) return place.status();
  if (!place->has_value()) {
    return NotFound("post", NameIn(id_, Collection::kPosts, absl::StrCat(uid)));
  }
  return PostId{(*place)->discussion(), uid};
}

absl::StatusOr<PostId> DiscussionView::FindPostOf(uint64_t discussion, absl::string_view field,
                                                  absl::string_view name) const {
  absl::StatusOr<ResourceName> parsed = ParseNameIn(Collection::kPosts, field, name);
  if (!parsed.ok()) return parsed.status();
  absl::StatusOr<uint64_t> uid = NumberIn(Collection::kPosts, field, name);
  if (!uid.ok()) return uid.status();
  absl::StatusOr<std::optional<rows::PostPlaceRow>> place = ReadPostPlace(reader_, tenant_, *uid);
  if (!place.ok()) return place.status();
  if (parsed->tenant == id_ && place->has_value() && (*place)->discussion() == discussion) {
    return PostId{discussion, *uid};
  }
  return BadField(field, name,
                  absl::StrCat("wanted a post of ", Quoted(NameIn(id_, Collection::kDiscussions,
                                                                  absl::StrCat(discussion)))));
}

absl::StatusOr<rows::PostRow> DiscussionView::ReadPostRow(PostId post) const {
  absl::StatusOr<std::optional<rows::PostRow>> row = ReadPost(reader_, tenant_, post);
  if (!row.ok()) return row.status();
  if (row->has_value()) return **std::move(row);
  return absl::DataLossError(absl::StrCat("post ", post.uid, " has a place and no row"));
}

bool DiscussionView::Sees(v1::Post::State state, uint32_t author, bool moderates) const {
  if (state == v1::Post::PUBLISHED) return true;
  return state == v1::Post::REMOVED && (moderates || (author != 0 && SubjectId(author) == actor_));
}

std::string DiscussionView::Person(uint32_t uid) const {
  return uid == 0 ? "" : SubjectFullName(state_, id_, SubjectId(uid));
}

absl::StatusOr<v1::Discussion> DiscussionView::Discussion(uint64_t uid,
                                                          const rows::DiscussionRow& row,
                                                          bool moderates) const {
  absl::StatusOr<rows::ReadMarkRow> mark = Mark(uid);
  if (!mark.ok()) return mark.status();
  v1::Discussion message;
  message.set_name(NameIn(id_, Collection::kDiscussions, absl::StrCat(uid)));
  message.set_training(ScopeFullName(state_, id_, ScopeId(row.training())));
  if (Sees(row.first_state(), row.author(), moderates)) message.set_title(row.title());
  message.set_author(Person(row.author()));
  message.set_pinned(row.pinned());
  message.set_locked(row.locked());
  message.set_post_count(row.post_count());
  // The mark may be newer than the row by a moment.
  message.set_unread_count(std::max(0, row.post_count() - mark->read() - mark->own_after()));
  *message.mutable_create_time() = row.create_time();
  *message.mutable_last_post_time() = row.last_post_time();
  return message;
}

v1::Post DiscussionView::Post(PostId id, const rows::PostRow& row, const rows::ReadMarkRow& mark,
                              bool moderates) const {
  v1::Post message;
  message.set_name(NameIn(id_, Collection::kPosts, absl::StrCat(id.uid)));
  message.set_discussion(NameIn(id_, Collection::kDiscussions, absl::StrCat(id.discussion)));
  if (row.reply_to() != 0) {
    message.set_reply_to(NameIn(id_, Collection::kPosts, absl::StrCat(row.reply_to())));
  }
  message.set_author(Person(row.author()));
  if (Sees(row.state(), row.author(), moderates)) {
    message.set_text(row.text());
    message.set_reason(row.reason());
  }
  message.set_state(row.state());
  *message.mutable_create_time() = row.create_time();
  if (row.has_edit_time()) *message.mutable_edit_time() = row.edit_time();
  message.set_etag(EtagOf(id.uid, row.revision()));
  message.set_unread(row.number() > mark.read() && SubjectId(row.author()) != actor_);
  return message;
}

}  // namespace provost
