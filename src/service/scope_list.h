#ifndef PROVOST_SERVICE_SCOPE_LIST_H_
#define PROVOST_SERVICE_SCOPE_LIST_H_

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/world/state.h"
#include "service/methods.h"
#include "service/pages.h"
#include "store/reader.h"
#include "tenant/names.h"

namespace provost {

/// Which scopes a list is about: those of one collection.
struct ScopeQuery {
  Collection collection = Collection::kCatalogs;
  ScopeKind kind = ScopeKind::kCatalog;
  /// Asked at each scope.
  absl::string_view permission;
  /// Only those directly under this one.
  std::optional<ScopeId> parent;
};

/// The scopes of a list in the order of their names, as of the list's first page. Some that the
/// caller may not read are left out beforehand, where that saves work: the reader judges each.
///
/// Cost: once, the scopes that the caller may read or the children of `parent`; for a caller who
/// may read more than kMaxGathered, a scan of the collection's rows instead, as far as it is read.
/// One thread; the call and the page outlive it.
class ScopeWalk {
 public:
  static constexpr size_t kMaxGathered = 10000;

  ScopeWalk(const ReadCall& call, const Pages::Page& page, const ScopeQuery& query);

  /// The next scope; none at the end. DATA_LOSS and UNAVAILABLE as reading rows gives them.
  absl::StatusOr<std::optional<ScopeId>> Next();

 private:
  void Add(ScopeId scope);
  bool GatherReadable(const ReadCall& call, const Pages::Page& page, const ScopeQuery& query);

  const WorldState& state_;
  const store::Table table_;
  const std::string prefix_;  ///< `catalogs/`
  const std::string after_;   ///< `catalogs/<cursor>`
  /// A heap with the first name on top.
  std::vector<std::pair<absl::string_view, ScopeId>> gathered_;
  std::optional<store::Cursor> rows_;
};

/// May the caller use `permission` at `scope`, which `creator` made: at the revision and time that
/// a list began at, and still now? What a list shows was there then and may be read even so.
bool MayList(const ReadCall& call, const ListSnapshot& first, absl::string_view permission,
             ScopeId scope, SubjectId creator);

/// May `actor` use `permission` at `scope`, which `creator` made?
bool MayReadScope(const WorldState& state, SubjectId actor, absl::string_view permission,
                  ScopeId scope, SubjectId creator, absl::Time now);

/// Why `actor` may not use `permission` at the nearest scope, from `scope` upwards, of a kind at
/// which it can be asked: PERMISSION_DENIED that names `name`, or FAILED_PRECONDITION where nothing
/// but a freeze is in the way.
absl::Status CheckAllowedNear(const WorldState& state, SubjectId actor,
                              absl::string_view permission, ScopeId scope, absl::string_view name,
                              absl::Time now);

}  // namespace provost

#endif  // PROVOST_SERVICE_SCOPE_LIST_H_
