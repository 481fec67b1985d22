#include "service/content_rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/attempt_quiz.h"
#include "service/authorize.h"
#include "store/key.h"
#include "tenant/assessment_rows.h"
#include "tenant/errors.h"
#include "tenant/index_parts.h"
#include "tenant/record_events.h"
#include "tenant/rows.h"
#include "tenant/rule_references.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

// What follows the version in the key of a comment; that of the version itself ends with 0.
constexpr uint8_t kCommentPart = 1;

constexpr ContentKind kKinds[] = {
    {v1::ContentItem::PACKAGE,
     Collection::kPackages,
     v1::ContentBody::kPackage,
     "package",
     "content.read",
     "content_package.manage",
     "a catalog or a course",
     {false, true, true, false},
     true},
    {v1::ContentItem::PAGE,
     Collection::kPages,
     v1::ContentBody::kPage,
     "page",
     "content.read",
     "content.update",
     "a catalog or a course",
     {false, true, true, false},
     true},
    {v1::ContentItem::QUIZ,
     Collection::kQuizzes,
     v1::ContentBody::kQuiz,
     "quiz",
     "quiz.read",
     "quiz.manage",
     "a catalog or a course",
     {false, true, true, false},
     true},
    {v1::ContentItem::QUESTION_POOL,
     Collection::kQuestionPools,
     v1::ContentBody::kQuestionPool,
     "question pool",
     "question_pool.read",
     "question_pool.manage",
     "the tenant or a catalog",
     {true, true, false, false},
     false},
    {v1::ContentItem::TASK,
     Collection::kTasks,
     v1::ContentBody::kTask,
     "task",
     "content.read",
     "assessment.set_up",
     "a course",
     {false, false, true, false},
     true},
    {v1::ContentItem::CERTIFICATE_TEMPLATE,
     Collection::kCertificateTemplates,
     v1::ContentBody::kCertificateTemplate,
     "certificate template",
     "content.read",
     "certificate_template.manage",
     "a catalog",
     {false, true, false, false},
     false},
};

ResourceName NameOf(const TenantDraft& draft, absl::string_view relative) {
  const std::optional<RelativeName> name = SplitRelative(relative);
  return ResourceName{draft.id(), name->collection, std::string(name->id)};
}

// The keys of a range, read before anything of it is changed.
absl::StatusOr<std::vector<std::string>> KeysIn(const store::Reader& reader, Table table,
                                                const store::KeyRange& range) {
  std::vector<std::string> keys;
  store::Cursor cursor = reader.Scan(table, range);
  while (cursor.Next()) keys.emplace_back(cursor.key());
  if (!cursor.status().ok()) return cursor.status();
  return keys;
}

}  // namespace

const ContentKind* FindContentKind(v1::ContentItem::Kind kind) {
  for (const ContentKind& entry : kKinds) {
    if (entry.kind == kind) return &entry;
  }
  return nullptr;
}
const ContentKind* FindContentKind(Collection collection) {
  for (const ContentKind& entry : kKinds) {
    if (entry.collection == collection) return &entry;
  }
  return nullptr;
}

std::string CommentKey(uint64_t tenant, uint64_t item, int32_t version, uint32_t number) {
  return KeyWriter(tenant)
      .U64(item)
      .U32(static_cast<uint32_t>(version))
      .U8(kCommentPart)
      .U32(number)
      .Take();
}
std::string ItemAtKey(uint64_t tenant, ScopeId scope, bool shared, uint64_t item) {
  return KeyWriter(tenant).U8(kItemPlaceIndex).U32(scope.value).U8(shared ? 1 : 0).U64(item).Take();
}
std::string PlacedKey(uint64_t tenant, uint64_t item, ScopeId course) {
  return KeyWriter(tenant).U8(kItemCourseIndex).U64(item).U32(course.value).Take();
}
std::string DrawnKey(uint64_t tenant, uint64_t pool, uint64_t quiz, int32_t version) {
  return KeyWriter(tenant)
      .U8(kPoolQuizIndex)
      .U64(pool)
      .U64(quiz)
      .U32(static_cast<uint32_t>(version))
      .Take();
}
std::string CourseItemsKey(uint64_t tenant, ScopeId course) {
  return KeyWriter(tenant).U8(kCourseItemIndex).U32(course.value).Take();
}
store::KeyRange ItemsAt(uint64_t tenant, ScopeId scope) {
  return KeyWriter(tenant).U8(kItemPlaceIndex).U32(scope.value).Range();
}
store::KeyRange PlacedIn(uint64_t tenant, uint64_t item) {
  return KeyWriter(tenant).U8(kItemCourseIndex).U64(item).Range();
}
store::KeyRange DrawnBy(uint64_t tenant, uint64_t pool) {
  return KeyWriter(tenant).U8(kPoolQuizIndex).U64(pool).Range();
}
store::KeyRange VersionsOf(uint64_t tenant, uint64_t item) {
  return KeyWriter(tenant).U64(item).Range();
}

ItemPlace PlaceOf(const rows::ContentRow& row) {
  ItemPlace place{ScopeId(row.home()), SubjectId(row.creator()), {}};
  for (const rows::ContentRow::Share& share : row.shares()) {
    place.shares.push_back({ScopeId(share.scope()), share.use() == v1::ContentShare::MANAGE});
  }
  return place;
}

bool IsWithin(const WorldState& state, const rows::ContentRow& row, ScopeId course) {
  if (state.IsOnPath(ScopeId(row.home()), course)) return true;
  return std::any_of(row.shares().begin(), row.shares().end(),
                     [&](const rows::ContentRow::Share& share) {
                       return state.IsOnPath(ScopeId(share.scope()), course);
                     });
}

void PutItem(TenantDraft& draft, const ResourceName& name, rows::ContentRow* row) {
  row->set_revision(draft.revision());
  draft.Write(Table::kContent, EntityKey(draft.number(), name.collection, name.id), *row);
}

void PutVersion(TenantDraft& draft, uint64_t item, const rows::ContentVersionRow& row,
                const std::vector<uint64_t>& before) {
  const int32_t version = row.version().number();
  for (uint64_t pool : before) {
    draft.Erase(Table::kIndexes, DrawnKey(draft.number(), pool, item, version));
  }
  for (uint64_t pool : row.pools()) {
    draft.WriteBytes(Table::kIndexes, DrawnKey(draft.number(), pool, item, version),
                     store::MakeRecord(""));
  }
  draft.Write(Table::kContentVersions, VersionKey(draft.number(), item, version), row);
}

absl::StatusOr<std::vector<ScopeId>> CoursesWith(const store::Reader& reader, uint64_t tenant,
                                                 uint64_t item) {
  absl::StatusOr<std::vector<std::string>> keys =
      KeysIn(reader, Table::kIndexes, PlacedIn(tenant, item));
  if (!keys.ok()) return keys.status();
  std::vector<ScopeId> courses;
  for (const std::string& text : *keys) {
    store::KeyReader key(Table::kIndexes, text);
    key.U64();
    key.U8();
    key.U64();
    courses.emplace_back(key.U32());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
  }
  return courses;
}

std::string CourseNames(const WorldState& state, SubjectId reader, absl::Time now,
                        const std::vector<ScopeId>& courses) {
  std::string names;
  size_t named = 0;
  for (ScopeId course : courses) {
    if (named == 3) break;
    if (!IsAllowed(state, reader, "course.read", course, /*about_self=*/false, now)) continue;
    absl::StrAppend(&names, named == 0 ? "" : ", ", Quoted(state.ScopeName(course)));
    ++named;
  }
  const size_t more = courses.size() - named;
  if (named == 0) return absl::StrCat(more, more == 1 ? " course" : " courses");
  if (more > 0) absl::StrAppend(&names, " and ", more, " more");
  return names;
}

rows::ContentVersionRow BeginVersion(absl::Time now, uint32_t actor, rows::ContentRow* row) {
  row->set_last_version(row->last_version() + 1);
  row->mutable_content_item()->set_draft_version(row->last_version());
  rows::ContentVersionRow version;
  version.mutable_version()->set_number(row->last_version());
  version.mutable_version()->set_state(v1::ContentVersion::DRAFT);
  *version.mutable_version()->mutable_create_time() = ToTimestamp(now);
  *version.mutable_version()->mutable_state_time() = version.version().create_time();
  version.set_state_by(actor);
  return version;
}

absl::Status NotADraft(absl::string_view name, const rows::ContentVersionRow& version) {
  return FailedPrecondition(
      "NOT_A_DRAFT", name,
      absl::StrCat("version ", version.version().number(), " is ",
                   v1::ContentVersion::State_Name(version.version().state()),
                   "; it can be changed once it is taken back, or changes are asked for"));
}

absl::Status EraseItem(TenantDraft& draft, const NamedItem& item) {
  const uint64_t tenant = draft.number();
  const uint64_t uid = item.row.uid();
  absl::StatusOr<std::vector<ScopeId>> courses = CoursesWith(draft.reader(), tenant, uid);
  if (!courses.ok()) return courses.status();
  for (ScopeId course : *courses) {
    if (absl::Status status = TakeOutOfCourse(draft, uid, course); !status.ok()) return status;
  }
  if (absl::Status status = DropRuleReferences(draft, uid); !status.ok()) return status;
  if (absl::Status status = EndAttemptsAt(draft, uid); !status.ok()) return status;
  for (int32_t version = 1; version <= item.row.last_version(); ++version) {
    absl::StatusOr<rows::ContentVersionRow> row = ReadVersion(draft.reader(), tenant, uid, version);
    if (!row.ok()) return row.status();
    for (uint64_t pool : row->pools()) {
      draft.Erase(Table::kIndexes, DrawnKey(tenant, pool, uid, version));
    }
    if (row->blob() != 0) EraseChunks(draft, row->blob(), row->body().package().size_bytes());
  }
  absl::StatusOr<std::vector<std::string>> keys =
      KeysIn(draft.reader(), Table::kContentVersions, VersionsOf(tenant, uid));
  if (!keys.ok()) return keys.status();
  for (const std::string& key : *keys) draft.Erase(Table::kContentVersions, key);
  absl::StatusOr<std::vector<std::string>> drawn =
      KeysIn(draft.reader(), Table::kIndexes, DrawnBy(tenant, uid));
  if (!drawn.ok()) return drawn.status();
  for (const std::string& key : *drawn) draft.Erase(Table::kIndexes, key);
  draft.Erase(Table::kIndexes, ItemAtKey(tenant, ScopeId(item.row.home()), false, uid));
  for (const rows::ContentRow::Share& share : item.row.shares()) {
    draft.Erase(Table::kIndexes, ItemAtKey(tenant, ScopeId(share.scope()), true, uid));
  }
  if (absl::Status status = ForgetAssessedItem(draft, uid); !status.ok()) return status;
  draft.Erase(Table::kIndexes, ItemNameKey(tenant, uid));
  const ResourceName name = NameOf(draft, item.relative);
  draft.Erase(Table::kContent, EntityKey(tenant, name.collection, name.id));
  return absl::OkStatus();
}

absl::Status TakeOutOfCourse(TenantDraft& draft, uint64_t item, ScopeId course) {
  const std::string key = CourseItemsKey(draft.number(), course);
  absl::StatusOr<std::optional<rows::CourseItemsRow>> row =
      ReadRow<rows::CourseItemsRow>(draft.reader(), Table::kIndexes, key);
  if (!row.ok()) return row.status();
  draft.Erase(Table::kIndexes, PlacedKey(draft.number(), item, course));
  if (!row->has_value()) return absl::OkStatus();
  rows::CourseItemsRow left;
  for (const rows::CourseItemsRow::Entry& entry : (*row)->items()) {
    if (entry.item() != item) *left.add_items() = entry;
  }
  left.set_revision(draft.revision());
  draft.Write(Table::kIndexes, key, left);
  absl::Status status = DropRuleItem(draft, item, course);
  return status.ok() ? ReevaluateCourseLater(draft, course) : status;
}

absl::StatusOr<size_t> CountItemsAt(const store::Reader& reader, uint64_t tenant, ScopeId scope,
                                    size_t limit) {
  store::ScanOptions options;
  options.limit = limit;
  store::Cursor cursor =
      reader.Scan(Table::kIndexes,
                  KeyWriter(tenant).U8(kItemPlaceIndex).U32(scope.value).U8(0).Range(), options);
  size_t count = 0;
  while (cursor.Next()) ++count;
  if (!cursor.status().ok()) return cursor.status();
  return count;
}

absl::Status EraseContentAt(TenantDraft& draft, ScopeId scope) {
  const uint64_t tenant = draft.number();
  const std::string items_key = CourseItemsKey(tenant, scope);
  absl::StatusOr<std::optional<rows::CourseItemsRow>> placed =
      ReadRow<rows::CourseItemsRow>(draft.reader(), Table::kIndexes, items_key);
  if (!placed.ok()) return placed.status();
  if (placed->has_value()) {
    for (const rows::CourseItemsRow::Entry& entry : (*placed)->items()) {
      draft.Erase(Table::kIndexes, PlacedKey(tenant, entry.item(), scope));
    }
    draft.Erase(Table::kIndexes, items_key);
  }
  absl::StatusOr<std::vector<std::string>> keys =
      KeysIn(draft.reader(), Table::kIndexes, ItemsAt(tenant, scope));
  if (!keys.ok()) return keys.status();
  for (const std::string& text : *keys) {
    store::KeyReader key(Table::kIndexes, text);
    key.U64();
    key.U8();
    key.U32();
    const bool shared = key.U8() != 0;
    const uint64_t uid = key.U64();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<std::optional<NamedItem>> item = ReadItemByUid(draft.reader(), tenant, uid);
    if (!item.ok()) return item.status();
    if (!item->has_value()) continue;
    if (!shared) {
      if (absl::Status status = EraseItem(draft, **item); !status.ok()) return status;
      continue;
    }
    auto* shares = (*item)->row.mutable_shares();
    shares->erase(std::remove_if(shares->begin(), shares->end(),
                                 [&](const rows::ContentRow::Share& share) {
                                   return share.scope() == scope.value;
                                 }),
                  shares->end());
    PutItem(draft, NameOf(draft, (*item)->relative), &(*item)->row);
    draft.Erase(Table::kIndexes, text);
  }
  return absl::OkStatus();
}

}  // namespace provost
