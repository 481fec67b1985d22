#include "service/work_list.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/subject_resource.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/errors.h"

namespace provost {

using store::Table;

absl::StatusOr<const NamedItem*> ItemsByUid::Find(uint64_t uid) {
  const auto [at, is_new] = items_.try_emplace(uid);
  if (is_new) {
    absl::StatusOr<std::optional<NamedItem>> item = ReadItemByUid(view_.reader, view_.tenant, uid);
    if (!item.ok()) return item.status();
    at->second = *std::move(item);
  }
  return at->second.has_value() ? &*at->second : nullptr;
}

absl::StatusOr<std::string> ItemsByUid::NameOf(uint64_t uid) {
  absl::StatusOr<const NamedItem*> item = Find(uid);
  if (!item.ok()) return item.status();
  return *item == nullptr ? std::string() : FullName(view_.id, (*item)->relative);
}

uint64_t WorkUidIn(absl::string_view name) {
  uint64_t uid = 0;
  return absl::SimpleAtoi(IdOf(name), &uid) ? uid : 0;
}

absl::StatusOr<rows::EnrollmentRow> FindAdmitted(const WorkView& view, EnrollmentId enrollment) {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(view.reader, view.tenant, enrollment);
  if (!row.ok()) return row.status();
  if (row->has_value() && IsAdmitted((*row)->enrollment().state())) return **std::move(row);
  const std::string learner = SubjectFullName(view.state, view.id, SubjectId(enrollment.learner));
  return FailedPrecondition(
      "NOT_ENROLLED", learner,
      absl::StrCat(Quoted(learner), " is not enrolled in ",
                   Quoted(ScopeFullName(view.state, view.id, ScopeId(enrollment.training)))));
}

absl::Status CheckWorkNames(absl::string_view course, absl::string_view item_field,
                            absl::string_view item, Collection items) {
  absl::StatusOr<ResourceName> name = ParseNameIn(Collection::kCourses, "course", course);
  if (!name.ok()) return name.status();
  absl::StatusOr<ResourceName> parsed = ParseName(item);
  if (parsed.ok() && parsed->collection == items && parsed->tenant == name->tenant) {
    return absl::OkStatus();
  }
  return BadField(
      item_field, item,
      absl::StrCat("wanted `tenants/", name->tenant, "/", CollectionName(items), "/<id>`"));
}

absl::Status CheckWorkList(absl::string_view course, absl::string_view learner,
                           absl::string_view item_field, absl::string_view item, Collection items) {
  absl::StatusOr<ResourceName> name = ParseNameIn(Collection::kCourses, "course", course);
  if (!name.ok()) return name.status();
  absl::Status status;
  if (!item.empty()) status = CheckWorkNames(course, item_field, item, items);
  if (!learner.empty()) {
    CheckUserName("learner", learner, absl::StrCat("tenants/", name->tenant), &status);
  }
  return status;
}

absl::StatusOr<std::optional<store::KeyRange>> FindWorkRange(const WorkView& view, WorkKind kind,
                                                             absl::string_view course,
                                                             absl::string_view learner,
                                                             absl::string_view item) {
  using Found = std::optional<store::KeyRange>;
  const ScopeId scope = view.state.FindScope(ParseName(course)->Relative());
  if (!view.state.HasScope(scope)) return Found();
  SubjectId person(0);
  if (!learner.empty()) {
    person = view.state.FindSubject(ParseName(learner)->Relative());
    if (!view.state.HasSubject(person)) return Found();
  }
  const EnrollmentId enrollment{scope.value, person.value};
  if (item.empty()) {
    return Found(learner.empty() ? WorkInCourse(view.tenant, kind, scope)
                                 : WorkOf(view.tenant, kind, enrollment));
  }
  absl::StatusOr<std::optional<rows::ContentRow>> row =
      ReadItem(view.reader, view.tenant, *ParseName(item));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return Found();
  return Found(learner.empty() ? WorkAt(view.tenant, kind, (*row)->uid(), scope)
                               : WorkOf(view.tenant, kind, enrollment, (*row)->uid()));
}

absl::Status WalkWork(
    const store::Reader& reader, store::KeyRange range, absl::string_view cursor,
    absl::FunctionRef<absl::StatusOr<bool>(uint64_t uid, const std::string& cursor)> visit) {
  if (!cursor.empty())
    range.begin = absl::StrCat(absl::HexStringToBytes(cursor), absl::string_view("\0", 1));
  store::Cursor rows = reader.Scan(Table::kIndexes, range);
  while (rows.Next()) {
    absl::StatusOr<uint64_t> uid = WorkIdIn(rows.key());
    if (!uid.ok()) return uid.status();
    absl::StatusOr<bool> more = visit(*uid, absl::BytesToHexString(rows.key()));
    if (!more.ok()) return more.status();
    if (!*more) break;
  }
  return rows.status();
}

}  // namespace provost
