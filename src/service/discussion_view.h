#ifndef PROVOST_SERVICE_DISCUSSION_VIEW_H_
#define PROVOST_SERVICE_DISCUSSION_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/v1/discussion_service.pb.h"
#include "service/methods.h"
#include "service/pages.h"
#include "tenant/discussion_rows.h"

namespace provost {

inline constexpr size_t kMaxSaidChars = 10000;

/// Adds a bad field to `status` unless `text` is something that people say to each other: 1 to
/// kMaxSaidChars characters, in lines, not all of them white space. Pure.
void CheckSaid(absl::string_view field, absl::string_view text, absl::Status* status);

/// The same for the title of a discussion: 1 to kMaxDisplayName characters in one line. Pure.
void CheckTitle(absl::string_view field, absl::string_view title, absl::Status* status);

/// Adds a bad field to `status` unless `name` names a course or a training plan. Pure.
void CheckTrainingName(absl::string_view field, absl::string_view name, absl::Status* status);

/// The number in a name of `collection`, whose ids are numbers. INVALID_ARGUMENT under `field` for
/// any other name. Pure.
absl::StatusOr<uint64_t> NumberIn(Collection collection, absl::string_view field,
                                  absl::string_view name);

/// Where a list of the caller's goes on: Pages::Begin.
absl::StatusOr<Pages::Page> BeginPage(const ReadCall& call,
                                      const google::protobuf::Message& request);

/// What clients see of discussions: rows turned into messages, for somebody. One thread; the call
/// outlives it.
class DiscussionView {
 public:
  explicit DiscussionView(const ReadCall& call)
      : state_(call.state),
        reader_(call.reader()),
        tenant_(call.tenant->number()),
        id_(call.tenant->id()),
        actor_(call.self()),
        now_(call.now) {}
  explicit DiscussionView(const MutateCall& call)
      : state_(call.state()),
        reader_(call.draft.reader()),
        tenant_(call.draft.number()),
        id_(call.draft.id()),
        actor_(call.actor()),
        now_(call.now()) {}

  const store::Reader& reader() const { return reader_; }
  uint64_t tenant() const { return tenant_; }
  const std::string& id() const { return id_; }

  /// Does the caller moderate the discussions of a training? Under a freeze too: what moderators
  /// see is theirs to read then.
  bool Moderates(ScopeId training) const;

  /// NOT_FOUND where there is none.
  absl::StatusOr<rows::DiscussionRow> FindDiscussion(uint64_t uid) const;
  absl::StatusOr<PostId> FindPost(uint64_t uid) const;
  /// The post of that name in a discussion. INVALID_ARGUMENT under `field`, in the same words for
  /// one that is missing and one that is elsewhere.
  absl::StatusOr<PostId> FindPostOf(uint64_t discussion, absl::string_view field,
                                    absl::string_view name) const;
  /// Of a post that was found.
  absl::StatusOr<rows::PostRow> ReadPostRow(PostId post) const;

  /// Reads one row: how far the caller has read.
  absl::StatusOr<v1::Discussion> Discussion(uint64_t uid, const rows::DiscussionRow& row,
                                            bool moderates) const;
  v1::Post Post(PostId id, const rows::PostRow& row, const rows::ReadMarkRow& mark,
                bool moderates) const;
  absl::StatusOr<rows::ReadMarkRow> Mark(uint64_t discussion) const {
    return ReadReadMark(reader_, tenant_, discussion, actor_);
  }

 private:
  // Whether the caller sees the text of what `author` posted.
  bool Sees(v1::Post::State state, uint32_t author, bool moderates) const;
  std::string Person(uint32_t uid) const;

  const WorldState& state_;
  const store::Reader& reader_;
  const uint64_t tenant_;
  const std::string& id_;
  const SubjectId actor_;
  const absl::Time now_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_DISCUSSION_VIEW_H_
