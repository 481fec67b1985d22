// Discussions of courses with how far people have read, and messages.
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "tenant/discussion_rows.h"
#include "tenant/key_walk.h"
#include "tenant/message_rows.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::KeyRange;
using store::KeyReader;
using store::KeyWriter;
using store::Table;

// What the second part of a key says (discussion_rows.cc, message_rows.cc).
constexpr uint8_t kDiscussionPart = 1;
constexpr uint8_t kPostPart = 2;
constexpr uint8_t kPostPlacePart = 3;
constexpr uint8_t kReadMarkPart = 4;
constexpr uint8_t kMessagePart = 5;
constexpr uint8_t kConversationPart = 6;
constexpr uint8_t kConversationOrderPart = 7;
constexpr uint8_t kUnreadPart = 8;
constexpr uint8_t kTrainingMessagePart = 9;

std::string PostsText(int32_t count, uint64_t first, uint64_t last, v1::Post::State state,
                      uint32_t author) {
  return absl::StrCat(count, " posts from ", first, ", which is ", v1::Post::State_Name(state),
                      " and by ", author, ", to ", last);
}

std::string PlaceText(uint64_t discussion, uint32_t training, uint32_t author) {
  return absl::StrCat("in discussion ", discussion, " of ", training, ", by ", author);
}

class DiscussionChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint8_t part = row.rest.U8();
    if (part != kPostPart) EndPosts();
    switch (part) {
      case kDiscussionPart:
        return CheckDiscussion(row);
      case kPostPart:
        return CheckPost(row);
      case kPostPlacePart:
        return CheckPlace(row);
      case kReadMarkPart:
        return CheckReadMark(row);
      case kMessagePart:
        return CheckMessage(row);
      case kConversationPart:
        return CheckConversation(row);
      case kConversationOrderPart:
        row.rest.U32();
        row.rest.U8();
        row.rest.U64();
        row.rest.U64();
        break;
      case kUnreadPart:
        row.rest.U32();
        row.rest.U32();
        row.rest.U64();
        break;
      case kTrainingMessagePart:
        row.rest.U32();
        row.rest.U64();
        break;
      default:
        tenant_.Unknown(absl::StrCat("is of part ", part, " of the discussions"));
        return;
    }
    if (tenant_.IsWhole(row)) tenant_.Has(row.table, row.key);
  }

  void End() override { EndPosts(); }

 private:
  KeyWriter Key(uint8_t part) const { return KeyWriter(tenant_.number()).U8(part); }
  KeyWriter Index(IndexPart part) const { return KeyWriter(tenant_.number()).U8(part); }

  // 0: somebody who was erased.
  void Author(uint32_t uid) {
    if (uid != 0) tenant_.Subject(uid, "author");
  }

  void CheckDiscussion(VerifiedRow& row) {
    const uint64_t uid = row.rest.U64();
    if (!tenant_.IsWhole(row)) return;
    const auto discussion = tenant_.Parse<rows::DiscussionRow>(row);
    if (!discussion.has_value()) return;
    trainings_[uid] = discussion->training();
    post_counts_[uid] = discussion->post_count();
    tenant_.GivenItem(uid, "uid");
    tenant_.ScopeIn(discussion->training(), {Collection::kCourses, Collection::kPlans}, "training");
    Author(discussion->author());
    tenant_.Has(
        row.table, row.key,
        PostsText(discussion->post_count(), discussion->first_post(), discussion->last_post(),
                  discussion->first_state(), discussion->author()));
    tenant_.Wants(Table::kIndexes, Index(kDiscussionCourseIndex)
                                       .U32(discussion->training())
                                       .U8(discussion->pinned() ? 0 : 1)
                                       .U64(~discussion->last_post())
                                       .U64(uid)
                                       .Take());
  }

  // What the posts say of their discussion.
  void EndPosts() {
    if (count_ == 0) return;
    tenant_.Wants(Table::kDiscussions, DiscussionKey(tenant_.number(), discussion_),
                  PostsText(count_, first_, last_, first_state_, first_author_));
    count_ = 0;
  }

  void CheckPost(VerifiedRow& row) {
    const PostId id{row.rest.U64(), row.rest.U64()};
    if (!tenant_.IsWhole(row)) return;
    const auto post = tenant_.Parse<rows::PostRow>(row);
    if (!post.has_value()) return;
    if (id.discussion != discussion_) EndPosts();
    if (count_ == 0) {
      discussion_ = id.discussion;
      first_ = id.uid;
      first_state_ = post->state();
      first_author_ = post->author();
    }
    last_ = id.uid;
    if (post->number() != ++count_) {
      tenant_.Figure(absl::StrCat("is number ", post->number(), "; ", count_, " was wanted"));
    }
    tenant_.Revision(post->revision());
    tenant_.GivenItem(id.uid, "uid");
    Author(post->author());
    if (post->state() == v1::Post::DELETED && !post->text().empty()) {
      tenant_.Figure("is deleted, and has a text");
    }
    tenant_.Wants(Table::kDiscussions, Key(kPostPlacePart).U64(id.uid).Take(),
                  PlaceText(id.discussion, TrainingOf(id.discussion), post->author()));
    if (post->author() != 0) {
      tenant_.Wants(Table::kIndexes,
                    Index(kAuthorIndex).U32(post->author()).U64(id.discussion).U64(id.uid).Take());
    }
    if (post->reply_to() == 0) return;
    tenant_.CountReference();
    const auto answered =
        ReadPost(tenant_.reader(), tenant_.number(), PostId{id.discussion, post->reply_to()});
    if (answered.ok() && !answered->has_value()) {
      tenant_.Dangling(absl::StrCat("answers post ", post->reply_to(), ", which is not there"));
    }
  }

  void CheckPlace(VerifiedRow& row) {
    row.rest.U64();
    if (!tenant_.IsWhole(row)) return;
    const auto place = tenant_.Parse<rows::PostPlaceRow>(row);
    if (!place.has_value()) return;
    tenant_.Has(row.table, row.key,
                PlaceText(place->discussion(), place->training(), place->author()));
  }

  void CheckReadMark(VerifiedRow& row) {
    const uint64_t discussion = row.rest.U64();
    const uint32_t person = row.rest.U32();
    if (!tenant_.IsWhole(row)) return;
    const auto mark = tenant_.Parse<rows::ReadMarkRow>(row);
    if (!mark.has_value()) return;
    tenant_.Subject(person, "person");
    if (TrainingOf(discussion) == 0) {
      tenant_.Dangling(absl::StrCat("names discussion ", discussion, ", which is not there"));
    }
    const auto posts = post_counts_.find(discussion);
    if (posts != post_counts_.end() && mark->read() > posts->second) {
      tenant_.Figure(absl::StrCat("has read ", mark->read(), " posts; there are ", posts->second));
    }
    tenant_.Wants(Table::kIndexes, Index(kReadMarkIndex).U32(person).U64(discussion).Take());
    const std::optional<int32_t> own = OwnAfter(discussion, person, mark->read());
    if (own.has_value() && *own != mark->own_after()) {
      tenant_.Figure(absl::StrCat("says that ", mark->own_after(), " of the posts after number ",
                                  mark->read(), " are their own; there are ", *own));
    }
  }

  // Nothing where that cannot be read.
  std::optional<int32_t> OwnAfter(uint64_t discussion, uint32_t person, int32_t read) const {
    int32_t count = 0;
    bool is_read = true;
    const absl::Status status =
        ForEachIndex(tenant_.reader(), Index(kAuthorIndex).U32(person).U64(discussion).Range(),
                     [&](KeyReader& key) {
                       key.U32();
                       key.U64();
                       const auto post = ReadPost(tenant_.reader(), tenant_.number(),
                                                  PostId{discussion, key.U64()});
                       is_read &= post.ok() && post->has_value();
                       if (is_read && (*post)->number() > read) ++count;
                     });
    if (!status.ok() || !is_read) return std::nullopt;
    return count;
  }

  void CheckMessage(VerifiedRow& row) {
    const uint64_t uid = row.rest.U64();
    if (!tenant_.IsWhole(row)) return;
    const auto message = tenant_.Parse<rows::MessageRow>(row);
    if (!message.has_value()) return;
    const SubjectId sender(message->sender());
    const SubjectId recipient(message->recipient());
    tenant_.GivenItem(uid, "uid");
    tenant_.ScopeIn(message->training(), {Collection::kCourses, Collection::kPlans}, "training");
    tenant_.Subject(sender.value, "sender");
    tenant_.Subject(recipient.value, "recipient");
    tenant_.Wants(Table::kDiscussions,
                  Key(kTrainingMessagePart).U32(message->training()).U64(uid).Take());
    const bool is_sent = HasCopy(MessageCopyKey(tenant_.number(), sender, recipient, uid));
    const bool is_received = HasCopy(MessageCopyKey(tenant_.number(), recipient, sender, uid));
    if (!is_sent && !is_received) {
      tenant_.Problem(VerifyProblem::Kind::kLeftOver, "neither of the two has it");
    }
    if (!is_received || message->read()) return;
    tenant_.Wants(Table::kDiscussions,
                  Key(kUnreadPart).U32(recipient.value).U32(sender.value).U64(uid).Take());
  }

  bool HasCopy(const std::string& key) const {
    const absl::StatusOr<std::optional<std::string>> row =
        tenant_.reader().Get(Table::kIndexes, key);
    return row.ok() && row->has_value();
  }

  void CheckConversation(VerifiedRow& row) {
    const SubjectId person(row.rest.U32());
    const SubjectId other(row.rest.U32());
    if (!tenant_.IsWhole(row)) return;
    const auto conversation = tenant_.Parse<rows::ConversationRow>(row);
    if (!conversation.has_value()) return;
    tenant_.Subject(person.value, "person");
    tenant_.Subject(other.value, "other");
    const absl::StatusOr<uint64_t> last =
        LastMessageAt(tenant_.reader(), tenant_.number(), person, other, UINT64_MAX - 1);
    if (last.ok() && *last != conversation->last_message()) {
      tenant_.Figure(absl::StrCat("says that its newest message is ", conversation->last_message(),
                                  "; it is ", *last));
    }
    int32_t unread = 0;
    const absl::Status status =
        ForEachKey(tenant_.reader(), Table::kDiscussions,
                   Key(kUnreadPart).U32(person.value).U32(other.value).Range(),
                   store::ScanOptions(), [&](KeyReader& key) {
                     key.U8();
                     key.U32();
                     key.U32();
                     key.U64();
                     ++unread;
                   });
    if (status.ok() && unread != conversation->unread()) {
      tenant_.Figure(absl::StrCat("says that ", conversation->unread(),
                                  " messages are unread; there are ", unread));
    }
    if (conversation->last_message() == 0) return;
    tenant_.Wants(Table::kDiscussions, Key(kConversationOrderPart)
                                           .U32(person.value)
                                           .U8(0)
                                           .U64(~conversation->last_message())
                                           .U64(other.value)
                                           .Take());
  }

  // 0: there is no such discussion.
  uint32_t TrainingOf(uint64_t discussion) const {
    const auto found = trainings_.find(discussion);
    return found == trainings_.end() ? 0 : found->second;
  }

  absl::flat_hash_map<uint64_t, uint32_t> trainings_;
  absl::flat_hash_map<uint64_t, int32_t> post_counts_;
  // The discussion whose posts are at hand.
  uint64_t discussion_ = 0;
  int32_t count_ = 0;
  uint64_t first_ = 0;
  uint64_t last_ = 0;
  v1::Post::State first_state_ = v1::Post::STATE_UNSPECIFIED;
  uint32_t first_author_ = 0;
};

// What one of the two has of a message.
void CheckCopy(TenantVerifier& tenant, VerifiedRow& row) {
  const uint32_t person = row.rest.U32();
  const uint32_t other = row.rest.U32();
  const uint64_t uid = row.rest.U64();
  tenant.CountReference();
  const auto message = ReadMessage(tenant.reader(), tenant.number(), uid);
  if (!message.ok()) return;  // Its own checker says what is wrong.
  const bool is_theirs = message->has_value() &&
                         (((*message)->sender() == person && (*message)->recipient() == other) ||
                          ((*message)->sender() == other && (*message)->recipient() == person));
  if (!is_theirs) {
    tenant.Problem(VerifyProblem::Kind::kLeftOver,
                   absl::StrCat("there is no message ", uid, " between the two"));
  }
}

}  // namespace

CheckSet DiscussionChecks() {
  return {
      {{Table::kDiscussions, MakeChecker<DiscussionChecker>}},
      {{kDiscussionCourseIndex, "4188"},
       {kReadMarkIndex, "48"},
       {kMessageIndex, "448", IndexCheck::Value::kNothing, CheckCopy},
       {kAuthorIndex, "488"}},
  };
}

}  // namespace provost
