#ifndef PROVOST_TENANT_DISCUSSION_ROWS_H_
#define PROVOST_TENANT_DISCUSSION_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "provost/internal/v1/discussion_rows.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/rows.h"

namespace provost {

/// How discussions, posts and read marks are kept: in kDiscussions, and in kIndexes what they are
/// found by. What is written here keeps rows and indexes together; functions that take a draft are
/// for the lane's thread alone.

/// A post, and where it is.
struct PostId {
  uint64_t discussion = 0;
  uint64_t uid = 0;
};

std::string DiscussionKey(uint64_t tenant, uint64_t discussion);
std::string PostKey(uint64_t tenant, PostId post);
/// In the order in which they were made.
store::KeyRange PostsOf(uint64_t tenant, uint64_t discussion);
/// The uid that ends the key of a post.
absl::StatusOr<uint64_t> PostInKey(absl::string_view key);
/// The beginning of the keys, in kIndexes, by which the discussions of a training are found: those
/// that are pinned (a byte 0) before those that are not (1), each by the last post, newest first.
/// See service/latest_first.h.
std::string DiscussionOrder(uint64_t tenant, ScopeId training);

/// The rows; nothing where there is none. Each reads one row.
absl::StatusOr<std::optional<rows::DiscussionRow>> ReadDiscussion(const store::Reader& reader,
                                                                  uint64_t tenant,
                                                                  uint64_t discussion);
absl::StatusOr<std::optional<rows::PostPlaceRow>> ReadPostPlace(const store::Reader& reader,
                                                                uint64_t tenant, uint64_t post);
absl::StatusOr<std::optional<rows::PostRow>> ReadPost(const store::Reader& reader, uint64_t tenant,
                                                      PostId post);
/// How far somebody has read; an empty row where they have not begun.
absl::StatusOr<rows::ReadMarkRow> ReadReadMark(const store::Reader& reader, uint64_t tenant,
                                               uint64_t discussion, SubjectId person);
/// The uid of the last post of a discussion that is at most `bound`; 0: there is none. Reads one
/// row.
absl::StatusOr<uint64_t> LastPostAt(const store::Reader& reader, uint64_t tenant,
                                    uint64_t discussion, uint64_t bound);

/// Writes a discussion, and its place in the order, instead of `before`; null for a new one.
void PutDiscussion(TenantDraft& draft, uint64_t discussion, const rows::DiscussionRow* before,
                   const rows::DiscussionRow& row);
/// Adds a post to a discussion, numbers it and sets its times and revision; `discussion` is the row
/// as it is to be written with it. Who made it has not read more for that. Returns its uid.
absl::StatusOr<uint64_t> AddPost(TenantDraft& draft, uint64_t uid, rows::DiscussionRow* discussion,
                                 rows::PostRow row);
/// Writes a post that is there.
void PutPost(TenantDraft& draft, PostId post, rows::PostRow row);
/// A person has read the posts up to the one of that uid and number, if not more already.
absl::Status PutReadMark(TenantDraft& draft, PostId last, int32_t number, SubjectId person);

/// Before a person or service account goes: what they posted stays as a place without author and
/// text, what they opened loses its title too, and their marks go. Cost: some rows for each.
absl::Status ErasePostsOf(TenantDraft& draft, SubjectId subject);
/// Before a course or plan goes: its discussions go.
absl::Status EraseDiscussionsAt(TenantDraft& draft, ScopeId training);

}  // namespace provost

#endif  // PROVOST_TENANT_DISCUSSION_ROWS_H_
