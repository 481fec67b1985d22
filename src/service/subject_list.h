#ifndef PROVOST_SERVICE_SUBJECT_LIST_H_
#define PROVOST_SERVICE_SUBJECT_LIST_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "service/methods.h"
#include "service/pages.h"
#include "tenant/names.h"

namespace provost {

/// Which subjects a list shows: those of one collection whose home is one where the caller may use
/// `permission`.
struct SubjectQuery {
  Collection collection = Collection::kUsers;
  /// Asked at each subject's home.
  absl::string_view permission;
  /// The caller sees themselves by the fact `self`, and those who report to them by `manages`.
  bool self_counts = false;
  /// The lowest kind of scope that can be a home in this collection.
  ScopeKind lowest_home = ScopeKind::kTenant;
  /// Only those whose home this is.
  std::optional<ScopeId> home;
  /// Only these, in any order.
  std::optional<std::vector<SubjectId>> among;
};

struct SubjectRowBytes {
  SubjectId subject;  ///< As of the list's state; the row may be of another one by now.
  std::string id;     ///< The id in its name.
  std::string key;
  std::string bytes;  ///< The row, to be read with ParseRow.
};

struct SubjectRows {
  std::vector<SubjectRowBytes> rows;  ///< In the order of the ids; at most the page's limit.
  std::string last;                   ///< The cursor for the page after this one.
  bool more = false;
};

/// The rows of one page. What was made since the list began is left out, and so is what is gone. A
/// list is answered as of its first page, but shows nothing that the caller may no longer read.
///
/// Cost: a scan of the collection's rows from the cursor to the end of the page where the caller
/// may read those whose home is the tenant; else the subjects at the homes that the caller may
/// read, and the scopes that can be homes. Where `self_counts`, an index row for each report too.
absl::StatusOr<SubjectRows> ReadSubjectRows(const ReadCall& call, const Pages::Page& page,
                                            const SubjectQuery& query);

}  // namespace provost

#endif  // PROVOST_SERVICE_SUBJECT_LIST_H_
