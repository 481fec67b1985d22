#include "service/content_items.h"

#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/content_message.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/resource.h"
#include "store/key.h"
#include "tenant/assessment_rows.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;

// The uids of the pools that a quiz draws from, in the order of the draws. Each has to be there and
// readable by `actor`; what is missing and what is hidden are refused in the same words.
absl::StatusOr<std::vector<uint64_t>> FindPools(const WorldState& state,
                                                const store::Reader& reader, uint64_t tenant,
                                                SubjectId actor, absl::Time now,
                                                const v1::QuizBody& quiz) {
  const ContentKind& kind = *FindContentKind(v1::ContentItem::QUESTION_POOL);
  const ItemQuestion question(state, reader, tenant, actor, now);
  std::vector<uint64_t> pools;
  for (const v1::QuizPart& part : quiz.parts()) {
    if (!part.has_draw()) continue;
    absl::StatusOr<ResourceName> name = ParseName(part.draw().pool());
    if (!name.ok()) return name.status();
    absl::StatusOr<std::optional<rows::ContentRow>> row = ReadItem(reader, tenant, *name);
    if (!row.ok()) return row.status();
    if (!row->has_value() || question.Ask(PlaceOf(**row), kind.read) == ItemAccess::kNone) {
      return NotPermitted(kind.read, part.draw().pool());
    }
    pools.push_back((*row)->uid());
  }
  return pools;
}

// A quiz draws from pools that its author may read.
template <typename Request>
absl::Status MayDraw(const RuleCall& call, const Request& request) {
  return FindPools(call.state, call.reader, call.tenant.number(), call.actor, call.now,
                   request.content_item().body().quiz())
      .status();
}

// Pools are kept by uid alone.
absl::Status SetBody(const MutateCall& call, const v1::ContentBody& body,
                     rows::ContentVersionRow* version) {
  *version->mutable_body() = body;
  version->clear_pools();
  if (!body.has_quiz()) return absl::OkStatus();
  absl::StatusOr<std::vector<uint64_t>> pools =
      FindPools(call.state(), call.draft.reader(), call.draft.number(), call.actor(), call.now(),
                body.quiz());
  if (!pools.ok()) return pools.status();
  for (uint64_t pool : *pools) version->add_pools(pool);
  for (v1::QuizPart& part : *version->mutable_body()->mutable_quiz()->mutable_parts()) {
    if (!part.has_draw()) continue;
    part.mutable_draw()->clear_pool();
    part.mutable_draw()->clear_pool_version();
  }
  return absl::OkStatus();
}

// --- CreateContentItem ---

absl::Status ValidateCreate(const v1::CreateContentItemRequest& request) {
  absl::StatusOr<ResourceName> tenant =
      ParseNameIn(Collection::kTenant, "parent", request.parent());
  if (!tenant.ok()) return tenant.status();
  const v1::ContentItem& item = request.content_item();
  absl::Status status;
  const ContentKind* kind = FindContentKind(item.kind());
  if (kind == nullptr) {
    return BadField("content_item.kind", v1::ContentItem::Kind_Name(item.kind()),
                    "wanted PACKAGE, PAGE, QUIZ, QUESTION_POOL, TASK or CERTIFICATE_TEMPLATE");
  }
  absl::StatusOr<ResourceName> home = ParseName(item.home_scope());
  if (item.home_scope().empty() || !home.ok() || !home->IsScope() ||
      home->collection == Collection::kPlans || home->collection == Collection::kSessions ||
      !kind->home_at[IndexOf(KindOf(home->collection))]) {
    AddBadField(&status, "content_item.home_scope", item.home_scope(),
                absl::StrCat("wanted ", kind->homes));
  }
  CheckNewId("content_item_id", request.content_item_id(), &status);
  CheckText("content_item.display_name", item.display_name(), 1, kMaxDisplayName, &status);
  if (kind->kind != v1::ContentItem::PACKAGE || item.has_body()) {
    CheckBody(*kind, item.body(), "content_item.body", tenant->tenant, &status);
  }
  return status;
}

// What is said of an id that is taken: that it is to whoever may read the other (AIP-133).
absl::StatusOr<std::string> ChooseItemId(const MutateCall& call, const ContentKind& kind,
                                         absl::string_view wanted, uint64_t uid) {
  ResourceName name{call.draft.id(), kind.collection, std::string(wanted)};
  if (wanted.empty()) {
    name.id = absl::StrCat(CollectionName(kind.collection).substr(0, 1), uid);
  }
  for (;;) {
    absl::StatusOr<std::optional<rows::ContentRow>> taken =
        ReadItem(call.draft.reader(), call.draft.number(), name);
    if (!taken.ok()) return taken.status();
    if (!taken->has_value()) return name.id;
    if (!wanted.empty()) {
      return ContentView(call).ReadAccess(**taken) == ItemAccess::kNone
                 ? NotPermitted("", name.ToString())
                 : AlreadyExists(kind.noun, name.ToString());
    }
    name.id.push_back('x');  // Somebody chose by hand what would be made.
  }
}

absl::Status DoCreate(MutateCall& call, const v1::CreateContentItemRequest& request,
                      v1::ContentItem* response) {
  const v1::ContentItem& wanted = request.content_item();
  const ContentKind& kind = *FindContentKind(wanted.kind());
  absl::StatusOr<ScopeId> home =
      ResolveScope(call.state(), call.draft.id(), "content_item.home_scope", wanted.home_scope());
  if (!home.ok()) return home.status();
  rows::ContentRow row;
  row.set_uid(call.draft.NewItem());
  absl::StatusOr<std::string> id = ChooseItemId(call, kind, request.content_item_id(), row.uid());
  if (!id.ok()) return id.status();
  const ResourceName name{call.draft.id(), kind.collection, *id};
  row.set_home(home->value);
  row.set_creator(call.actor_uid());
  v1::ContentItem* item = row.mutable_content_item();
  item->set_kind(kind.kind);
  item->set_display_name(wanted.display_name());
  *item->mutable_create_time() = ToTimestamp(call.now());
  *item->mutable_update_time() = item->create_time();
  rows::ContentVersionRow version = BeginVersion(call.now(), call.actor_uid(), &row);
  if (absl::Status status = SetBody(call, wanted.body(), &version); !status.ok()) return status;
  PutVersion(call.draft, row.uid(), version, {});

  rows::ItemNameRow index;
  index.set_name(name.Relative());
  call.draft.Write(Table::kIndexes, ItemNameKey(call.draft.number(), row.uid()), index);
  call.draft.Write(Table::kIndexes, ItemAtKey(call.draft.number(), *home, false, row.uid()), index);
  PutItem(call.draft, name, &row);

  const ContentView view(call);
  *response = view.Item(name.ToString(), row, ItemAccess::kHome);
  *response->mutable_version() = view.Version(version);
  absl::StatusOr<v1::ContentBody> body = view.Body(version);
  if (!body.ok()) return body.status();
  *response->mutable_body() = *std::move(body);
  call.draft.Describe(response->name());
  return absl::OkStatus();
}

// --- GetContentItem ---

absl::Status ValidateGet(const v1::GetContentItemRequest& request) {
  absl::Status status = ParseItemName("name", request.name()).status();
  if (request.version() < 0) {
    AddBadField(&status, "version", absl::StrCat(request.version()), "wanted 0 or a version");
  }
  return status;
}

absl::Status DoGet(ReadCall& call, const v1::GetContentItemRequest& request,
                   v1::ContentItem* response) {
  const ContentView view(call);
  absl::StatusOr<rows::ContentRow> row = view.Find(request.name());
  if (!row.ok()) return row.status();
  const ItemAccess access = view.ReadAccess(*row);
  absl::StatusOr<int32_t> number =
      view.ChooseVersion(request.name(), *row, access, request.version());
  if (!number.ok()) return number.status();
  absl::StatusOr<rows::ContentVersionRow> version =
      ReadVersion(view.reader(), view.tenant(), row->uid(), *number);
  if (!version.ok()) return version.status();
  *response = view.Item(request.name(), *row, access);
  *response->mutable_version() = view.Version(*version);
  absl::StatusOr<v1::ContentBody> body = view.Body(*version);
  if (!body.ok()) return body.status();
  *response->mutable_body() = *std::move(body);
  return absl::OkStatus();
}

// --- ListContentItems ---

absl::Status ValidateList(const v1::ListContentItemsRequest& request) {
  absl::StatusOr<ResourceName> tenant =
      ParseNameIn(Collection::kTenant, "parent", request.parent());
  if (!tenant.ok()) return tenant.status();
  absl::Status status;
  if (!request.scope().empty()) {
    absl::StatusOr<ResourceName> scope = ParseName(request.scope());
    if (!scope.ok() || !scope->IsScope() || scope->tenant != tenant->tenant) {
      AddBadField(&status, "scope", request.scope(),
                  absl::StrCat("wanted a scope of `", request.parent(), "`"));
    }
  }
  if (!v1::ContentItem::Kind_IsValid(request.kind())) {
    AddBadField(&status, "kind", absl::StrCat(static_cast<int>(request.kind())),
                "wanted a kind of content");
  }
  return status;
}

// The names, within the tenant, of what has its home at a scope or is shared with it, in order.
absl::StatusOr<std::vector<std::string>> NamesAt(const ContentView& view, ScopeId scope,
                                                 const std::string& after) {
  std::vector<std::string> names;
  store::Cursor cursor = view.reader().Scan(Table::kIndexes, ItemsAt(view.tenant(), scope));
  while (cursor.Next()) {
    absl::StatusOr<rows::ItemNameRow> row =
        ParseRow<rows::ItemNameRow>(Table::kIndexes, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    if (row->name() > after) names.push_back(row->name());
  }
  if (!cursor.status().ok()) return cursor.status();
  std::sort(names.begin(), names.end());
  return names;
}

// In the order of the names within the tenant.
absl::Status DoList(ReadCall& call, const v1::ListContentItemsRequest& request,
                    v1::ListContentItemsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const ContentView view(call);
  std::string last;
  // False where the page is full.
  const auto add = [&](const std::string& relative, const rows::ContentRow& row) {
    if (request.kind() != v1::ContentItem::KIND_UNSPECIFIED &&
        row.content_item().kind() != request.kind()) {
      return true;
    }
    const ItemAccess access = view.ReadAccess(row);
    if (access == ItemAccess::kNone ||
        (access == ItemAccess::kUse && row.content_item().published_version() == 0)) {
      return true;
    }
    if (response->content_items_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, last));
      return false;
    }
    *response->add_content_items() = view.Item(FullName(view.id(), relative), row, access);
    last = relative;
    return true;
  };
  if (!request.scope().empty()) {
    const ScopeId scope = call.state.FindScope(ParseName(request.scope())->Relative());
    // An unknown scope and one where there is nothing to see look alike.
    if (!call.state.HasScope(scope)) return absl::OkStatus();
    absl::StatusOr<std::vector<std::string>> names = NamesAt(view, scope, page->cursor);
    if (!names.ok()) return names.status();
    for (const std::string& relative : *names) {
      const std::optional<RelativeName> name = SplitRelative(relative);
      absl::StatusOr<std::optional<rows::ContentRow>> row =
          ReadItem(view.reader(), view.tenant(),
                   ResourceName{view.id(), name->collection, std::string(name->id)});
      if (!row.ok()) return row.status();
      if (row->has_value() && !add(relative, **row)) break;
    }
    return absl::OkStatus();
  }
  store::KeyRange range = store::KeyRange::Tenant(view.tenant());
  if (!page->cursor.empty()) {
    range.begin = store::KeyWriter(view.tenant()).String(page->cursor).Take();
    range.begin.push_back('\0');  // The next key that there can be.
  }
  store::Cursor cursor = view.reader().Scan(Table::kContent, range);
  while (cursor.Next()) {
    store::KeyReader key(Table::kContent, cursor.key());
    key.U64();
    const std::string relative = key.String();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::ContentRow> row =
        ParseRow<rows::ContentRow>(Table::kContent, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    if (!add(relative, *row)) break;
  }
  return cursor.status();
}

// --- UpdateContentItem ---

std::vector<absl::string_view> UpdatableFields(const ContentKind& kind) {
  if (kind.kind == v1::ContentItem::PACKAGE) return {"display_name"};
  return {"display_name", "body"};
}

absl::Status ValidateUpdate(const v1::UpdateContentItemRequest& request) {
  const v1::ContentItem& item = request.content_item();
  absl::StatusOr<ResourceName> name = ParseItemName("content_item.name", item.name());
  if (!name.ok()) return name.status();
  const ContentKind& kind = *FindContentKind(name->collection);
  absl::Status status;
  absl::StatusOr<std::vector<std::string>> fields =
      FieldsToUpdate(request.update_mask(), item, UpdatableFields(kind));
  if (!fields.ok()) return fields.status();
  if (kind.kind == v1::ContentItem::PACKAGE && item.has_body()) {
    CheckBody(kind, item.body(), "content_item.body", name->tenant, &status);
  }
  for (const std::string& field : *fields) {
    if (field == "body") {
      CheckBody(kind, item.body(), "content_item.body", name->tenant, &status);
    } else {
      CheckText("content_item.display_name", item.display_name(), 1, kMaxDisplayName, &status);
    }
  }
  return status;
}

absl::Status DoUpdate(MutateCall& call, const v1::UpdateContentItemRequest& request,
                      v1::ContentItem* response) {
  const v1::ContentItem& wanted = request.content_item();
  const ContentView view(call);
  absl::StatusOr<rows::ContentRow> row = view.Find(wanted.name());
  if (!row.ok()) return row.status();
  absl::Status status =
      CheckEtag(wanted.name(), wanted.etag(), EtagOf(row->uid(), row->revision()));
  if (!status.ok()) return status;
  const ContentKind& kind = *FindContentKind(row->content_item().kind());
  absl::StatusOr<std::vector<std::string>> fields =
      FieldsToUpdate(request.update_mask(), wanted, UpdatableFields(kind));
  if (!fields.ok()) return fields.status();
  v1::ContentItem* item = row->mutable_content_item();
  *item->mutable_update_time() = ToTimestamp(call.now());
  if (std::find(fields->begin(), fields->end(), "display_name") != fields->end()) {
    item->set_display_name(wanted.display_name());
  }
  absl::StatusOr<rows::ContentVersionRow> version =
      ReadVersion(view.reader(), view.tenant(), row->uid(), row->last_version());
  if (!version.ok()) return version.status();
  if (std::find(fields->begin(), fields->end(), "body") != fields->end()) {
    std::vector<uint64_t> before(version->pools().begin(), version->pools().end());
    if (item->draft_version() == 0) {
      before.clear();
      *version = BeginVersion(call.now(), call.actor_uid(), &*row);
    } else if (version->version().state() != v1::ContentVersion::DRAFT) {
      return NotADraft(wanted.name(), *version);
    }
    status = SetBody(call, wanted.body(), &*version);
    if (!status.ok()) return status;
    PutVersion(call.draft, row->uid(), *version, before);
  }
  absl::StatusOr<ResourceName> name = ParseName(wanted.name());
  PutItem(call.draft, *name, &*row);
  *response = view.Item(wanted.name(), *row, view.ReadAccess(*row));
  *response->mutable_version() = view.Version(*version);
  absl::StatusOr<v1::ContentBody> body = view.Body(*version);
  if (!body.ok()) return body.status();
  *response->mutable_body() = *std::move(body);
  call.draft.Describe(wanted.name());
  return absl::OkStatus();
}

// --- DeleteContentItem ---

absl::Status ValidateDelete(const v1::DeleteContentItemRequest& request) {
  absl::Status status = ParseItemName("name", request.name()).status();
  return status;
}

// Up to three quizzes that draw from a pool, for people.
absl::StatusOr<std::string> QuizzesWith(const ContentView& view, uint64_t pool) {
  std::string names;
  uint64_t last = 0;
  int count = 0;
  store::Cursor cursor = view.reader().Scan(Table::kIndexes, DrawnBy(view.tenant(), pool));
  while (count < 3 && cursor.Next()) {
    store::KeyReader key(Table::kIndexes, cursor.key());
    key.U64();
    key.U8();
    key.U64();
    const uint64_t quiz = key.U64();
    if (quiz == last) continue;
    last = quiz;
    absl::StatusOr<std::optional<NamedItem>> item =
        ReadItemByUid(view.reader(), view.tenant(), quiz);
    if (!item.ok()) return item.status();
    if (!item->has_value()) continue;
    absl::StrAppend(&names, count++ == 0 ? "" : ", ", Quoted((*item)->relative));
  }
  if (!cursor.status().ok()) return cursor.status();
  return names;
}

absl::Status DoDelete(MutateCall& call, const v1::DeleteContentItemRequest& request,
                      google::protobuf::Empty*) {
  const ContentView view(call);
  absl::StatusOr<rows::ContentRow> row = view.Find(request.name());
  if (absl::IsNotFound(row.status()) && request.allow_missing()) return absl::OkStatus();
  if (!row.ok()) return row.status();
  absl::Status status =
      CheckEtag(request.name(), request.etag(), EtagOf(row->uid(), row->revision()));
  if (!status.ok()) return status;
  absl::StatusOr<std::string> quizzes = QuizzesWith(view, row->uid());
  if (!quizzes.ok()) return quizzes.status();
  if (!quizzes->empty()) {
    return FailedPrecondition(
        "IN_USE", request.name(),
        absl::StrCat("versions of quizzes draw from it: ", *quizzes, "; delete those first"));
  }
  if (!request.force()) {
    absl::StatusOr<std::vector<ScopeId>> courses =
        CoursesWith(view.reader(), view.tenant(), row->uid());
    if (!courses.ok()) return courses.status();
    if (!courses->empty()) {
      return FailedPrecondition(
          "IN_USE", request.name(),
          absl::StrCat("it is part of ",
                       CourseNames(view.state(), call.actor(), call.now(), *courses),
                       "; set `force` to take it out"));
    }
    absl::StatusOr<bool> is_assessed = IsAssessed(view.reader(), view.tenant(), row->uid());
    if (!is_assessed.ok()) return is_assessed.status();
    if (*is_assessed) {
      return FailedPrecondition(
          "IN_USE", request.name(),
          "learners have tried it or worked on it; set `force` to delete it, and they keep what "
          "they reached");
    }
  }
  call.draft.Describe(request.name());
  return EraseItem(call.draft, NamedItem{ParseName(request.name())->Relative(), *row});
}

}  // namespace

void RegisterContentItems(Methods& methods) {
  Method& create =
      methods.Mutate<v1::CreateContentItemRequest, v1::ContentItem>(ValidateCreate, DoCreate);
  Methods::AuthorizeBy<v1::CreateContentItemRequest>(create, MayDraw<v1::CreateContentItemRequest>);
  Method& get = methods.Read<v1::GetContentItemRequest, v1::ContentItem>(DoGet);
  Methods::ValidateBy<v1::GetContentItemRequest>(get, ValidateGet);
  Method& list = methods.Scan<v1::ListContentItemsRequest, v1::ListContentItemsResponse>(DoList);
  Methods::ValidateBy<v1::ListContentItemsRequest>(list, ValidateList);
  Method& update =
      methods.Mutate<v1::UpdateContentItemRequest, v1::ContentItem>(ValidateUpdate, DoUpdate);
  Methods::AuthorizeBy<v1::UpdateContentItemRequest>(update, MayDraw<v1::UpdateContentItemRequest>);
  methods.Mutate<v1::DeleteContentItemRequest, google::protobuf::Empty>(ValidateDelete, DoDelete);
}

}  // namespace provost
