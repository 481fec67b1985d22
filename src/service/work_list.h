#ifndef PROVOST_SERVICE_WORK_LIST_H_
#define PROVOST_SERVICE_WORK_LIST_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/content_message.h"
#include "service/methods.h"
#include "tenant/assessment_rows.h"

namespace provost {

/// What handlers of attempts and of submissions have in common.

/// What they work with: of a call that reads, or of one that changes.
struct WorkView {
  explicit WorkView(const ReadCall& call)
      : state(call.state),
        reader(call.reader()),
        tenant(call.tenant->number()),
        id(call.tenant->id()),
        actor(call.self()),
        now(call.now),
        content(call) {}
  explicit WorkView(const MutateCall& call)
      : state(call.state()),
        reader(call.draft.reader()),
        tenant(call.draft.number()),
        id(call.draft.id()),
        actor(call.actor()),
        now(call.now()),
        content(call) {}

  const WorldState& state;
  const store::Reader& reader;
  const uint64_t tenant;
  const std::string& id;
  const SubjectId actor;
  const absl::Time now;
  const ContentView content;
};

/// Items by their uids; each is read once. Not thread-safe.
class ItemsByUid {
 public:
  explicit ItemsByUid(const WorkView& view) : view_(view) {}
  /// Null where it was deleted.
  absl::StatusOr<const NamedItem*> Find(uint64_t uid);
  /// The full name; empty where it was deleted.
  absl::StatusOr<std::string> NameOf(uint64_t uid);

 private:
  const WorkView& view_;
  std::map<uint64_t, std::optional<NamedItem>> items_;
};

/// The number in the name of an attempt or a submission; 0: it has none.
uint64_t WorkUidIn(absl::string_view name);

/// The enrollment of somebody who is admitted to a course; FAILED_PRECONDITION with NOT_ENROLLED
/// for anybody else.
absl::StatusOr<rows::EnrollmentRow> FindAdmitted(const WorkView& view, EnrollmentId enrollment);

/// BadFields unless `course` names a course, and `item` an item of `items` of the same tenant.
absl::Status CheckWorkNames(absl::string_view course, absl::string_view item_field,
                            absl::string_view item, Collection items);

/// Adds what is wrong with the names in a request for a list: of a course, and of a person and an
/// item of `items` of the same tenant, which may be empty.
absl::Status CheckWorkList(absl::string_view course, absl::string_view learner,
                           absl::string_view item_field, absl::string_view item, Collection items);

/// Where such a list is read; nothing where something that it names is not there.
absl::StatusOr<std::optional<store::KeyRange>> FindWorkRange(const WorkView& view, WorkKind kind,
                                                             absl::string_view course,
                                                             absl::string_view learner,
                                                             absl::string_view item);

/// Calls `visit` with the work of a range after `cursor`, which is empty or what was passed with
/// the one before, until it says false. Cost: a row each.
absl::Status WalkWork(
    const store::Reader& reader, store::KeyRange range, absl::string_view cursor,
    absl::FunctionRef<absl::StatusOr<bool>(uint64_t uid, const std::string& cursor)> visit);

}  // namespace provost

#endif  // PROVOST_SERVICE_WORK_LIST_H_
