#ifndef PROVOST_SERVICE_CONTENT_ROWS_H_
#define PROVOST_SERVICE_CONTENT_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/matrix/types.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "service/places.h"
#include "tenant/blobs.h"
#include "tenant/content_items.h"
#include "tenant/draft.h"
#include "tenant/names.h"

namespace provost {

/// The rows of content items beside those of content_items.h, and what goes for items of each kind.

struct ContentKind {
  v1::ContentItem::Kind kind;
  Collection collection;
  v1::ContentBody::BodyCase body;
  absl::string_view noun;    ///< For people: "question pool".
  absl::string_view read;    ///< The permission to see all of it.
  absl::string_view manage;  ///< The permission to change it.
  absl::string_view homes;   ///< For people: where its home may be.
  bool home_at[4];           ///< By kind of scope, from the tenant down.
  bool in_courses;           ///< Courses can have it.
};
/// Null where there is no such kind, or the collection has no content.
const ContentKind* FindContentKind(v1::ContentItem::Kind kind);
const ContentKind* FindContentKind(Collection collection);

inline constexpr int kMaxShares = 256;
inline constexpr int kMaxCourseItems = 500;
inline constexpr size_t kMaxBodyBytes = 1 << 20;

std::string CommentKey(uint64_t tenant, uint64_t item, int32_t version, uint32_t number);
std::string ItemAtKey(uint64_t tenant, ScopeId scope, bool shared,
                      uint64_t item);                                   ///< In kIndexes.
std::string PlacedKey(uint64_t tenant, uint64_t item, ScopeId course);  ///< The same.
std::string DrawnKey(uint64_t tenant, uint64_t pool, uint64_t quiz, int32_t version);
std::string CourseItemsKey(uint64_t tenant, ScopeId course);  ///< The same.
/// All rows of the same kind that begin with the first uid.
store::KeyRange ItemsAt(uint64_t tenant, ScopeId scope);
store::KeyRange PlacedIn(uint64_t tenant, uint64_t item);
store::KeyRange DrawnBy(uint64_t tenant, uint64_t pool);
store::KeyRange VersionsOf(uint64_t tenant, uint64_t item);

ItemPlace PlaceOf(const rows::ContentRow& row);
/// Does the item have its home or a share at `course` or above it (rule 20)?
bool IsWithin(const WorldState& state, const rows::ContentRow& row, ScopeId course);

/// Writes the row of an item with its revision.
void PutItem(TenantDraft& draft, const ResourceName& name, rows::ContentRow* row);
/// Writes a version; `before` are the pools that it drew from until now.
void PutVersion(TenantDraft& draft, uint64_t item, const rows::ContentVersionRow& row,
                const std::vector<uint64_t>& before);
/// A new version of an item, a draft without a body, which becomes its last.
rows::ContentVersionRow BeginVersion(absl::Time now, uint32_t actor, rows::ContentRow* row);
/// FAILED_PRECONDITION for a version that has to be a draft and is none.
absl::Status NotADraft(absl::string_view name, const rows::ContentVersionRow& version);
/// The courses that have an item.
absl::StatusOr<std::vector<ScopeId>> CoursesWith(const store::Reader& reader, uint64_t tenant,
                                                 uint64_t item);
/// Up to three of them that `reader` may read by name, and how many more there are, for people.
std::string CourseNames(const WorldState& state, SubjectId reader, absl::Time now,
                        const std::vector<ScopeId>& courses);
/// Takes away an item with its versions, comments, files and shares, and out of the courses that
/// have it.
absl::Status EraseItem(TenantDraft& draft, const NamedItem& item);
/// Takes `item` out of `course`.
absl::Status TakeOutOfCourse(TenantDraft& draft, uint64_t item, ScopeId course);

/// How many items have their home at `scope`; at most `limit` are counted.
absl::StatusOr<size_t> CountItemsAt(const store::Reader& reader, uint64_t tenant, ScopeId scope,
                                    size_t limit);
/// Takes away what of content stands at a scope that goes: the items whose home it is, shares with
/// it, and what it has of items as a course.
absl::Status EraseContentAt(TenantDraft& draft, ScopeId scope);

}  // namespace provost

#endif  // PROVOST_SERVICE_CONTENT_ROWS_H_
