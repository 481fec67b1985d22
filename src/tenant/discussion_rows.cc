#include "tenant/discussion_rows.h"

#include <utility>
#include <vector>

#include "tenant/index_parts.h"
#include "tenant/key_walk.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::KeyRange;
using store::KeyWriter;
using store::Table;

// What the second part of a key in kDiscussions says.
constexpr uint8_t kDiscussionPart = 1;
constexpr uint8_t kPostPart = 2;
constexpr uint8_t kPostPlacePart = 3;
constexpr uint8_t kReadMarkPart = 4;

std::string PostPlaceKey(uint64_t tenant, uint64_t post) {
  return KeyWriter(tenant).U8(kPostPlacePart).U64(post).Take();
}
std::string ReadMarkKey(uint64_t tenant, uint64_t discussion, uint32_t person) {
  return KeyWriter(tenant).U8(kReadMarkPart).U64(discussion).U32(person).Take();
}
KeyRange ReadMarksOf(uint64_t tenant, uint64_t discussion) {
  return KeyWriter(tenant).U8(kReadMarkPart).U64(discussion).Range();
}
std::string ReadMarkIndexKey(uint64_t tenant, uint32_t person, uint64_t discussion) {
  return KeyWriter(tenant).U8(kReadMarkIndex).U32(person).U64(discussion).Take();
}
std::string AuthorKey(uint64_t tenant, uint32_t author, PostId post) {
  return KeyWriter(tenant).U8(kAuthorIndex).U32(author).U64(post.discussion).U64(post.uid).Take();
}
std::string OrderKey(uint64_t tenant, uint64_t discussion, const rows::DiscussionRow& row) {
  return KeyWriter(tenant)
      .U8(kDiscussionCourseIndex)
      .U32(row.training())
      .U8(row.pinned() ? 0 : 1)
      .U64(~row.last_post())
      .U64(discussion)
      .Take();
}

uint64_t After(uint64_t uid) { return uid == UINT64_MAX ? uid : uid + 1; }

// The post stays as a place.
absl::Status ForgetPost(TenantDraft& draft, uint32_t author, PostId post) {
  const uint64_t tenant = draft.number();
  draft.Erase(Table::kIndexes, AuthorKey(tenant, author, post));
  absl::StatusOr<std::optional<rows::PostRow>> row = ReadPost(draft.reader(), tenant, post);
  if (!row.ok()) return row.status();
  absl::StatusOr<std::optional<rows::DiscussionRow>> discussion =
      ReadDiscussion(draft.reader(), tenant, post.discussion);
  if (!discussion.ok()) return discussion.status();
  if (!row->has_value() || !discussion->has_value()) return absl::OkStatus();
  (*row)->clear_author();
  (*row)->clear_text();
  (*row)->clear_reason();
  (*row)->set_state(v1::Post::DELETED);
  PutPost(draft, post, **row);
  rows::PostPlaceRow place;
  place.set_discussion(post.discussion);
  place.set_training((*discussion)->training());
  draft.Write(Table::kDiscussions, PostPlaceKey(tenant, post.uid), place);
  if ((*discussion)->first_post() != post.uid) return absl::OkStatus();
  rows::DiscussionRow without = **discussion;
  without.clear_author();
  without.clear_title();
  without.set_first_state(v1::Post::DELETED);
  PutDiscussion(draft, post.discussion, &**discussion, without);
  return absl::OkStatus();
}

absl::Status EraseDiscussion(TenantDraft& draft, uint64_t discussion) {
  const uint64_t tenant = draft.number();
  absl::StatusOr<std::optional<rows::DiscussionRow>> row =
      ReadDiscussion(draft.reader(), tenant, discussion);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return absl::OkStatus();
  std::vector<uint64_t> posts;
  absl::Status status = ForEachKey(draft.reader(), Table::kDiscussions, PostsOf(tenant, discussion),
                                   store::ScanOptions(), [&](store::KeyReader& key) {
                                     key.U8();
                                     key.U64();
                                     posts.push_back(key.U64());
                                   });
  if (!status.ok()) return status;
  for (uint64_t uid : posts) {
    absl::StatusOr<std::optional<rows::PostPlaceRow>> place =
        ReadPostPlace(draft.reader(), tenant, uid);
    if (!place.ok()) return place.status();
    if (place->has_value() && (*place)->author() != 0) {
      draft.Erase(Table::kIndexes, AuthorKey(tenant, (*place)->author(), {discussion, uid}));
    }
    draft.Erase(Table::kDiscussions, PostPlaceKey(tenant, uid));
    draft.Erase(Table::kDiscussions, PostKey(tenant, {discussion, uid}));
  }
  std::vector<uint32_t> readers;
  status = ForEachKey(draft.reader(), Table::kDiscussions, ReadMarksOf(tenant, discussion),
                      store::ScanOptions(), [&](store::KeyReader& key) {
                        key.U8();
                        key.U64();
                        readers.push_back(key.U32());
                      });
  if (!status.ok()) return status;
  for (uint32_t person : readers) {
    draft.Erase(Table::kDiscussions, ReadMarkKey(tenant, discussion, person));
    draft.Erase(Table::kIndexes, ReadMarkIndexKey(tenant, person, discussion));
  }
  draft.Erase(Table::kIndexes, OrderKey(tenant, discussion, **row));
  draft.Erase(Table::kDiscussions, DiscussionKey(tenant, discussion));
  return absl::OkStatus();
}

}  // namespace

std::string DiscussionKey(uint64_t tenant, uint64_t discussion) {
  return KeyWriter(tenant).U8(kDiscussionPart).U64(discussion).Take();
}
std::string PostKey(uint64_t tenant, PostId post) {
  return KeyWriter(tenant).U8(kPostPart).U64(post.discussion).U64(post.uid).Take();
}
KeyRange PostsOf(uint64_t tenant, uint64_t discussion) {
  return KeyWriter(tenant).U8(kPostPart).U64(discussion).Range();
}
absl::StatusOr<uint64_t> PostInKey(absl::string_view key) {
  store::KeyReader reader(Table::kDiscussions, key);
  reader.U64();
  reader.U8();
  reader.U64();
  const uint64_t post = reader.U64();
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  return post;
}
std::string DiscussionOrder(uint64_t tenant, ScopeId training) {
  return KeyWriter(tenant).U8(kDiscussionCourseIndex).U32(training.value).Take();
}

absl::StatusOr<std::optional<rows::DiscussionRow>> ReadDiscussion(const store::Reader& reader,
                                                                  uint64_t tenant,
                                                                  uint64_t discussion) {
  return ReadRow<rows::DiscussionRow>(reader, Table::kDiscussions,
                                      DiscussionKey(tenant, discussion));
}
absl::StatusOr<std::optional<rows::PostPlaceRow>> ReadPostPlace(const store::Reader& reader,
                                                                uint64_t tenant, uint64_t post) {
  return ReadRow<rows::PostPlaceRow>(reader, Table::kDiscussions, PostPlaceKey(tenant, post));
}
absl::StatusOr<std::optional<rows::PostRow>> ReadPost(const store::Reader& reader, uint64_t tenant,
                                                      PostId post) {
  return ReadRow<rows::PostRow>(reader, Table::kDiscussions, PostKey(tenant, post));
}
absl::StatusOr<rows::ReadMarkRow> ReadReadMark(const store::Reader& reader, uint64_t tenant,
                                               uint64_t discussion, SubjectId person) {
  absl::StatusOr<std::optional<rows::ReadMarkRow>> row = ReadRow<rows::ReadMarkRow>(
      reader, Table::kDiscussions, ReadMarkKey(tenant, discussion, person.value));
  if (!row.ok()) return row.status();
  return row->value_or(rows::ReadMarkRow());
}
absl::StatusOr<uint64_t> LastPostAt(const store::Reader& reader, uint64_t tenant,
                                    uint64_t discussion, uint64_t bound) {
  return LastNumber(
      reader, Table::kDiscussions,
      KeyRange{PostsOf(tenant, discussion).begin, PostKey(tenant, {discussion, After(bound)})});
}

void PutDiscussion(TenantDraft& draft, uint64_t discussion, const rows::DiscussionRow* before,
                   const rows::DiscussionRow& row) {
  const uint64_t tenant = draft.number();
  const std::string place = OrderKey(tenant, discussion, row);
  const std::string was = before == nullptr ? "" : OrderKey(tenant, discussion, *before);
  if (was != place) {
    if (before != nullptr) draft.Erase(Table::kIndexes, was);
    draft.WriteBytes(Table::kIndexes, place, store::MakeRecord(""));
  }
  draft.Write(Table::kDiscussions, DiscussionKey(tenant, discussion), row);
}

absl::StatusOr<uint64_t> AddPost(TenantDraft& draft, uint64_t uid, rows::DiscussionRow* discussion,
                                 rows::PostRow row) {
  const uint64_t tenant = draft.number();
  const PostId post{uid, draft.NewItem()};
  row.set_number(discussion->post_count() + 1);
  row.set_state(v1::Post::PUBLISHED);
  *row.mutable_create_time() = ToTimestamp(draft.now());
  discussion->set_post_count(row.number());
  discussion->set_last_post(post.uid);
  *discussion->mutable_last_post_time() = row.create_time();

  rows::PostPlaceRow place;
  place.set_discussion(uid);
  place.set_training(discussion->training());
  place.set_author(row.author());
  draft.Write(Table::kDiscussions, PostPlaceKey(tenant, post.uid), place);
  draft.WriteBytes(Table::kIndexes, AuthorKey(tenant, row.author(), post), store::MakeRecord(""));

  absl::StatusOr<rows::ReadMarkRow> mark =
      ReadReadMark(draft.reader(), tenant, uid, SubjectId(row.author()));
  if (!mark.ok()) return mark.status();
  mark->set_own_after(mark->own_after() + 1);
  if (mark->read() + mark->own_after() == row.number()) {
    // They had read all before it.
    mark->set_read(row.number());
    mark->clear_own_after();
  }
  draft.Write(Table::kDiscussions, ReadMarkKey(tenant, uid, row.author()), *mark);
  draft.WriteBytes(Table::kIndexes, ReadMarkIndexKey(tenant, row.author(), uid),
                   store::MakeRecord(""));
  PutPost(draft, post, std::move(row));
  return post.uid;
}

void PutPost(TenantDraft& draft, PostId post, rows::PostRow row) {
  row.set_revision(draft.revision());
  draft.Write(Table::kDiscussions, PostKey(draft.number(), post), row);
}

absl::Status PutReadMark(TenantDraft& draft, PostId last, int32_t number, SubjectId person) {
  const uint64_t tenant = draft.number();
  absl::StatusOr<rows::ReadMarkRow> mark =
      ReadReadMark(draft.reader(), tenant, last.discussion, person);
  if (!mark.ok()) return mark.status();
  if (number <= mark->read()) return absl::OkStatus();
  mark->set_read(number);
  int32_t own_after = 0;
  const KeyRange own{
      AuthorKey(tenant, person.value, {last.discussion, After(last.uid)}),
      KeyWriter(tenant).U8(kAuthorIndex).U32(person.value).U64(last.discussion).Range().end};
  absl::Status status = ForEachIndex(draft.reader(), own, [&](store::KeyReader& key) {
    key.U32();
    key.U64();
    key.U64();
    ++own_after;
  });
  if (!status.ok()) return status;
  mark->set_own_after(own_after);
  draft.Write(Table::kDiscussions, ReadMarkKey(tenant, last.discussion, person.value), *mark);
  draft.WriteBytes(Table::kIndexes, ReadMarkIndexKey(tenant, person.value, last.discussion),
                   store::MakeRecord(""));
  return absl::OkStatus();
}

absl::Status ErasePostsOf(TenantDraft& draft, SubjectId subject) {
  const uint64_t tenant = draft.number();
  std::vector<PostId> posts;
  absl::Status status =
      ForEachIndex(draft.reader(), KeyWriter(tenant).U8(kAuthorIndex).U32(subject.value).Range(),
                   [&](store::KeyReader& key) {
                     key.U32();
                     const uint64_t discussion = key.U64();
                     posts.push_back(PostId{discussion, key.U64()});
                   });
  if (!status.ok()) return status;
  for (const PostId& post : posts) {
    status = ForgetPost(draft, subject.value, post);
    if (!status.ok()) return status;
  }
  std::vector<uint64_t> read;
  status =
      ForEachIndex(draft.reader(), KeyWriter(tenant).U8(kReadMarkIndex).U32(subject.value).Range(),
                   [&](store::KeyReader& key) {
                     key.U32();
                     read.push_back(key.U64());
                   });
  if (!status.ok()) return status;
  for (uint64_t discussion : read) {
    draft.Erase(Table::kDiscussions, ReadMarkKey(tenant, discussion, subject.value));
    draft.Erase(Table::kIndexes, ReadMarkIndexKey(tenant, subject.value, discussion));
  }
  return absl::OkStatus();
}

absl::Status EraseDiscussionsAt(TenantDraft& draft, ScopeId training) {
  const uint64_t tenant = draft.number();
  std::vector<uint64_t> discussions;
  absl::Status status =
      ForEachIndex(draft.reader(), KeyRange::Prefix(DiscussionOrder(tenant, training)),
                   [&](store::KeyReader& key) {
                     key.U32();
                     key.U8();
                     key.U64();
                     discussions.push_back(key.U64());
                   });
  if (!status.ok()) return status;
  for (uint64_t discussion : discussions) {
    status = EraseDiscussion(draft, discussion);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace provost
