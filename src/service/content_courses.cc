#include "service/content_courses.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "quiz/draw.h"
#include "service/course_rules.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "tenant/errors.h"
#include "tenant/record_events.h"

namespace provost {
namespace {

using store::Table;

absl::StatusOr<rows::CourseItemsRow> ReadCourseItems(const store::Reader& reader, uint64_t tenant,
                                                     ScopeId course) {
  absl::StatusOr<std::optional<rows::CourseItemsRow>> row =
      ReadRow<rows::CourseItemsRow>(reader, Table::kIndexes, CourseItemsKey(tenant, course));
  if (!row.ok()) return row.status();
  return row->value_or(rows::CourseItemsRow());
}

bool Has(const rows::CourseItemsRow& row, uint64_t item) {
  return std::any_of(
      row.items().begin(), row.items().end(),
      [&](const rows::CourseItemsRow::Entry& entry) { return entry.item() == item; });
}

// --- SetCourseItems ---

absl::Status ValidateSet(const v1::SetCourseItemsRequest& request) {
  absl::StatusOr<ResourceName> course =
      ParseNameIn(Collection::kCourses, "course", request.course());
  if (!course.ok()) return course.status();
  absl::Status status;
  if (request.items_size() > kMaxCourseItems) {
    AddBadField(&status, "items", absl::StrCat(request.items_size()),
                absl::StrCat("wanted at most ", kMaxCourseItems));
  }
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < request.items_size(); ++i) {
    const std::string field = absl::StrCat("items[", i, "].item");
    const std::string& item = request.items(i).item();
    absl::StatusOr<ResourceName> name = ParseItemName(field, item);
    if (!name.ok()) {
      AddBadField(&status, field, item, "wanted the name of a package, page, quiz or task");
    } else if (!FindContentKind(name->collection)->in_courses) {
      AddBadField(&status, field, item,
                  absl::StrCat("is a ", FindContentKind(name->collection)->noun,
                               "; wanted a package, page, quiz or task"));
    } else if (name->tenant != course->tenant) {
      AddBadField(&status, field, item,
                  absl::StrCat("wanted an item of `tenants/", course->tenant, "`"));
    } else if (!seen.insert(item).second) {
      AddBadField(&status, field, item, "wanted each item once");
    }
  }
  return status;
}

// Rule 20: what is placed anew has to be readable by who places it. What is hidden and what is
// missing are refused in the same words.
absl::Status MayPlace(const RuleCall& call, const v1::SetCourseItemsRequest& request) {
  absl::StatusOr<ResourceName> name = ParseName(request.course());
  if (!name.ok()) return name.status();
  const uint64_t tenant = call.tenant.number();
  absl::StatusOr<rows::CourseItemsRow> placed =
      ReadCourseItems(call.reader, tenant, call.state.FindScope(name->Relative()));
  if (!placed.ok()) return placed.status();
  const ItemQuestion question(call.state, call.reader, tenant, call.actor, call.now);
  for (const v1::CourseItem& wanted : request.items()) {
    absl::StatusOr<ResourceName> item = ParseName(wanted.item());
    if (!item.ok()) return item.status();
    absl::StatusOr<std::optional<rows::ContentRow>> row = ReadItem(call.reader, tenant, *item);
    if (!row.ok()) return row.status();
    if (row->has_value() && Has(*placed, (*row)->uid())) continue;
    const ContentKind& kind = *FindContentKind(item->collection);
    if (!row->has_value() || question.Ask(PlaceOf(**row), kind.read) == ItemAccess::kNone) {
      return NotPermitted(kind.read, wanted.item());
    }
  }
  return absl::OkStatus();
}

v1::CourseItem ToMessage(const ContentView& view, const NamedItem& item, bool required) {
  v1::CourseItem message;
  message.set_item(FullName(view.id(), item.relative));
  message.set_required(required);
  message.set_display_name(item.row.content_item().display_name());
  message.set_published_version(item.row.content_item().published_version());
  return message;
}

absl::Status DoSet(MutateCall& call, const v1::SetCourseItemsRequest& request,
                   v1::CourseItems* response) {
  const ContentView view(call);
  absl::StatusOr<ScopeId> course =
      ResolveScope(call.state(), call.draft.id(), "course", request.course());
  if (!course.ok()) return course.status();
  absl::StatusOr<rows::CourseItemsRow> before =
      ReadCourseItems(view.reader(), view.tenant(), *course);
  if (!before.ok()) return before.status();
  absl::Status status =
      CheckEtag(request.course(), request.etag(), EtagOf(course->value, before->revision()));
  if (!status.ok()) return status;
  rows::CourseItemsRow row;
  row.set_revision(call.draft.revision());
  for (int i = 0; i < request.items_size(); ++i) {
    const v1::CourseItem& wanted = request.items(i);
    absl::StatusOr<rows::ContentRow> item = view.Find(wanted.item());
    if (!item.ok()) return item.status();
    if (!Has(*before, item->uid()) && !IsWithin(view.state(), *item, *course)) {
      AddFailedPrecondition(&status, "NOT_SHARED", wanted.item(),
                            absl::StrCat("`items[", i, "].item`: ", Quoted(wanted.item()),
                                         " neither has its home at the course or above it, nor is "
                                         "shared with one of these"));
      continue;
    }
    rows::CourseItemsRow::Entry* entry = row.add_items();
    entry->set_item(item->uid());
    entry->set_required(wanted.required());
    *response->add_items() =
        ToMessage(view, NamedItem{ParseName(wanted.item())->Relative(), *item}, wanted.required());
    call.draft.WriteBytes(Table::kIndexes, PlacedKey(view.tenant(), item->uid(), *course),
                          store::MakeRecord(""));
  }
  if (!status.ok()) return status;
  std::vector<uint64_t> leaving;
  for (const rows::CourseItemsRow::Entry& entry : before->items()) {
    if (!Has(row, entry.item())) leaving.push_back(entry.item());
  }
  if (status = CheckNotInRules(call, *course, leaving); !status.ok()) return status;
  for (const rows::CourseItemsRow::Entry& entry : before->items()) {
    if (Has(row, entry.item())) continue;
    call.draft.Erase(Table::kIndexes, PlacedKey(view.tenant(), entry.item(), *course));
  }
  call.draft.Write(Table::kIndexes, CourseItemsKey(view.tenant(), *course), row);
  response->set_course(request.course());
  response->set_etag(EtagOf(course->value, row.revision()));
  call.draft.Describe(request.course());
  return ReevaluateCourseLater(call.draft, *course);
}

// --- ListCourseItems ---

absl::Status ValidateListItems(const v1::ListCourseItemsRequest& request) {
  return ParseNameIn(Collection::kCourses, "course", request.course()).status();
}

absl::Status DoListItems(ReadCall& call, const v1::ListCourseItemsRequest& request,
                         v1::CourseItems* response) {
  const ContentView view(call);
  absl::StatusOr<ScopeId> course = ResolveScope(call.state, view.id(), "course", request.course());
  if (!course.ok()) return course.status();
  absl::StatusOr<rows::CourseItemsRow> row = ReadCourseItems(view.reader(), view.tenant(), *course);
  if (!row.ok()) return row.status();
  for (const rows::CourseItemsRow::Entry& entry : row->items()) {
    absl::StatusOr<std::optional<NamedItem>> item =
        ReadItemByUid(view.reader(), view.tenant(), entry.item());
    if (!item.ok()) return item.status();
    if (item->has_value()) *response->add_items() = ToMessage(view, **item, entry.required());
  }
  response->set_course(request.course());
  response->set_etag(EtagOf(course->value, row->revision()));
  return absl::OkStatus();
}

// --- GetPublishedItem ---

absl::Status ValidateGetPublished(const v1::GetPublishedItemRequest& request) {
  return CheckPlacedNames(request.course(), request.item());
}

absl::Status DoGetPublished(ReadCall& call, const v1::GetPublishedItemRequest& request,
                            v1::PublishedItem* response) {
  absl::StatusOr<PlacedItem> item =
      FindPlacedItem(ContentView(call), request.course(), request.item());
  if (!item.ok()) return item.status();
  response->set_name(request.item());
  response->set_display_name(item->row.content_item().display_name());
  response->set_version(item->version.version().number());
  const v1::ContentBody& body = item->version.body();
  switch (body.body_case()) {
    case v1::ContentBody::kPackage:
      *response->mutable_package() = body.package();
      break;
    case v1::ContentBody::kPage:
      *response->mutable_page() = body.page();
      break;
    case v1::ContentBody::kQuiz:  // Never the questions: they have their answers in them.
      *response->mutable_quiz() = TermsOf(body.quiz());
      break;
    case v1::ContentBody::kTask:
      *response->mutable_task() = body.task();
      break;
    default:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPlacedNames(absl::string_view course, absl::string_view item) {
  absl::StatusOr<ResourceName> name = ParseNameIn(Collection::kCourses, "course", course);
  if (!name.ok()) return name.status();
  absl::StatusOr<ResourceName> content = ParseItemName("item", item);
  if (!content.ok()) return content.status();
  if (content->tenant == name->tenant) return absl::OkStatus();
  return BadField("item", item, absl::StrCat("wanted an item of `tenants/", name->tenant, "`"));
}

absl::StatusOr<PlacedItem> FindPlacedItem(const ContentView& view, absl::string_view course,
                                          absl::string_view item) {
  absl::StatusOr<ResourceName> name = ParseName(item);
  if (!name.ok()) return name.status();
  absl::StatusOr<ScopeId> scope = ResolveScope(view.state(), view.id(), "course", course);
  if (!scope.ok()) return scope.status();
  const absl::Status missing = NotFound(CollectionNoun(name->collection), item);
  absl::StatusOr<std::optional<rows::ContentRow>> row =
      ReadItem(view.reader(), view.tenant(), *name);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return missing;
  absl::StatusOr<std::optional<std::string>> placed =
      view.reader().Get(Table::kIndexes, PlacedKey(view.tenant(), (*row)->uid(), *scope));
  if (!placed.ok()) return placed.status();
  const int32_t published = (*row)->content_item().published_version();
  // A course that was moved may have left what was shared with where it stood.
  if (!placed->has_value() || published == 0 || !IsWithin(view.state(), **row, *scope)) {
    return missing;
  }
  absl::StatusOr<rows::ContentVersionRow> version =
      ReadVersion(view.reader(), view.tenant(), (*row)->uid(), published);
  if (!version.ok()) return version.status();
  return PlacedItem{**std::move(row), *std::move(version)};
}

void RegisterContentCourses(Methods& methods) {
  Method& set = methods.Mutate<v1::SetCourseItemsRequest, v1::CourseItems>(ValidateSet, DoSet);
  Methods::AuthorizeBy<v1::SetCourseItemsRequest>(set, MayPlace);
  Method& list = methods.Scan<v1::ListCourseItemsRequest, v1::CourseItems>(DoListItems);
  Methods::ValidateBy<v1::ListCourseItemsRequest>(list, ValidateListItems);
  Method& get = methods.Read<v1::GetPublishedItemRequest, v1::PublishedItem>(DoGetPublished);
  Methods::ValidateBy<v1::GetPublishedItemRequest>(get, ValidateGetPublished);
}

}  // namespace provost
