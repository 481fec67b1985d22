#ifndef PROVOST_SERVICE_HOMED_RESOURCE_H_
#define PROVOST_SERVICE_HOMED_RESOURCE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/authorize.h"
#include "service/lookup.h"
#include "service/methods.h"
#include "service/pages.h"
#include "service/resource.h"
#include "service/subject_resource.h"
#include "tenant/errors.h"
#include "tenant/homed_rows.h"
#include "tenant/times.h"

namespace provost {

/// The standard methods of one collection of what has a home scope and stands in no World. `Kind`
/// says what differs:
///
///     using Row, Resource;
///     kField (`competency`), kRead (asked for lists), kAtTenant (the tenant may be a home),
///     kUpdatable;
///     Of(row), Of(request), IdOf(create request), Add(list response);
///     CheckField(field, resource, status)    one field that clients set
///     SetFixed(wanted, resource)             what is set on creation alone
///     CheckFixed(wanted, resource)           refuses other values of it
///     BeforePut(call, id, before, row)       indexes, and what only the state tells; `before` is
///                                            null for a new one
///     Complete(tenant, row, resource)        what the row keeps in another form
///     BeforeDelete(call, request, row)       what keeps it from going
///     Erase(draft, id, row)
template <typename Kind>
struct HomedKit {
  using Row = typename Kind::Row;
  using Resource = typename Kind::Resource;
  static constexpr Collection kCollection = RowCollection<Row>::kValue;

  static std::string FieldName(absl::string_view field) {
    return absl::StrCat(Kind::kField, ".", field);
  }

  static Resource ToMessage(absl::string_view tenant, const WorldState& state, absl::string_view id,
                            const Row& row) {
    Resource message = Kind::Of(row);
    message.set_name(NameIn(tenant, kCollection, id));
    message.set_home_scope(ScopeFullName(state, tenant, ScopeId(row.home())));
    message.set_etag(EtagOf(row.uid(), row.revision()));
    Kind::Complete(tenant, row, &message);
    return message;
  }

  // --- Create ---
  template <typename Create>
  static absl::Status ValidateCreate(const Create& request) {
    absl::Status status;
    CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
    CheckNewId(absl::StrCat(Kind::kField, "_id"), Kind::IdOf(request), &status);
    for (absl::string_view field : Kind::kUpdatable) {
      Kind::CheckField(field, Kind::Of(request), &status);
    }
    const std::string& home = Kind::Of(request).home_scope();
    CheckHome(FieldName("home_scope"), home, request.parent(), ScopeKind::kCatalog, &status);
    if (!Kind::kAtTenant && (home.empty() || home == request.parent())) {
      AddBadField(&status, FieldName("home_scope"), home, "wanted a catalog");
    }
    return status;
  }

  template <typename Create>
  static absl::Status DoCreate(MutateCall& call, const Create& request, Resource* response) {
    const Resource& wanted = Kind::Of(request);
    ScopeId home = call.state().root();
    if (!wanted.home_scope().empty()) {
      absl::StatusOr<ScopeId> found =
          ResolveScope(call.state(), call.draft.id(), FieldName("home_scope"), wanted.home_scope());
      if (!found.ok()) return found.status();
      home = *found;
    }
    Row row;
    row.set_uid(call.draft.NewItem());
    row.set_home(home.value);
    absl::StatusOr<std::string> id = ChooseFreeId(call, Kind::IdOf(request), row.uid());
    if (!id.ok()) return id.status();
    Resource* kept = Kind::Of(&row);
    for (absl::string_view field : Kind::kUpdatable) CopyField(wanted, field, kept);
    Kind::SetFixed(wanted, kept);
    *kept->mutable_create_time() = ToTimestamp(call.now());
    call.draft.WriteBytes(
        store::Table::kIndexes,
        HomedAtKey(call.draft.number(), home, absl::StrCat(CollectionName(kCollection), "/", *id)),
        store::MakeRecord(""));
    return Put(call, *id, nullptr, std::move(row), response);
  }

  // What is said of an id that is taken: that it is to whoever may read the other (AIP-133).
  static absl::StatusOr<std::string> ChooseFreeId(const MutateCall& call, absl::string_view wanted,
                                                  uint64_t uid) {
    std::string id(wanted);
    if (id.empty()) id = absl::StrCat(CollectionName(kCollection).substr(0, 1), uid);
    for (;;) {
      absl::StatusOr<std::optional<Row>> taken = call.draft.Get<Row>(id);
      if (!taken.ok()) return taken.status();
      if (!taken->has_value()) return id;
      const std::string name = NameIn(call.draft.id(), kCollection, id);
      if (!wanted.empty()) {
        return IsAllowed(call.state(), call.actor(), Kind::kRead, ScopeId((*taken)->home()),
                         /*about_self=*/false, call.now())
                   ? AlreadyExists(CollectionNoun(kCollection), name)
                   : NotPermitted("", name);
      }
      id.push_back('x');  // Somebody chose by hand what would be made.
    }
  }

  static absl::Status Put(MutateCall& call, const std::string& id, const Row* before, Row row,
                          Resource* response) {
    if (absl::Status status = Kind::BeforePut(call, id, before, &row); !status.ok()) return status;
    *Kind::Of(&row)->mutable_update_time() = ToTimestamp(call.now());
    row.set_revision(call.draft.revision());
    call.draft.Write(TableOf(kCollection), EntityKey(call.draft.number(), kCollection, id), row);
    *response = ToMessage(call.draft.id(), call.state(), id, row);
    call.draft.Describe(response->name());
    return absl::OkStatus();
  }

  // --- Get ---
  template <typename Request>
  static absl::Status ValidateName(const Request& request) {
    absl::Status status;
    CheckNameIn(kCollection, "name", request.name(), &status);
    return status;
  }

  template <typename Get>
  static absl::Status DoGet(ReadCall& call, const Get& request, Resource* response) {
    const std::string id = IdOf(request.name());
    absl::StatusOr<std::optional<Row>> row = ReadRow<Row>(
        call.reader(), TableOf(kCollection), EntityKey(call.tenant->number(), kCollection, id));
    if (!row.ok()) return row.status();
    if (!row->has_value()) return NotFound(CollectionNoun(kCollection), request.name());
    *response = ToMessage(call.tenant->id(), call.state, id, **row);
    return absl::OkStatus();
  }

  // --- List ---
  template <typename List>
  static absl::Status ValidateList(const List& request) {
    absl::Status status;
    CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
    CheckHome("home_scope", request.home_scope(), request.parent(), ScopeKind::kCatalog, &status);
    return status;
  }

  // Cost: the collection's rows from the cursor to the end of the page; with `home_scope` those of
  // that home.
  template <typename List, typename ListResponse>
  static absl::Status DoList(ReadCall& call, const List& request, ListResponse* response) {
    absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
        request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
    if (!page.ok()) return page.status();
    const uint64_t tenant = call.tenant->number();
    int count = 0;
    std::string last;
    // False where the page is full.
    const auto add = [&](const std::string& id, const Row& row) {
      if (!IsAllowed(call.state, call.self(), Kind::kRead, ScopeId(row.home()),
                     /*about_self=*/false, call.now)) {
        return true;
      }
      if (count == page->limit) {
        response->set_next_page_token(call.backend.pages->TokenAfter(*page, last));
        return false;
      }
      *Kind::Add(response) = ToMessage(call.tenant->id(), call.state, id, row);
      ++count;
      last = id;
      return true;
    };
    if (!request.home_scope().empty()) {
      // A home that is missing and one that is hidden look alike.
      const ScopeId home = call.state.FindScope(ParseName(request.home_scope())->Relative());
      if (!call.state.HasScope(home)) return absl::OkStatus();
      absl::StatusOr<std::vector<std::string>> ids =
          IdsHomedAt(call.reader(), tenant, home, kCollection);
      if (!ids.ok()) return ids.status();
      for (const std::string& id : *ids) {
        if (id <= page->cursor) continue;
        absl::StatusOr<std::optional<Row>> row =
            ReadRow<Row>(call.reader(), TableOf(kCollection), EntityKey(tenant, kCollection, id));
        if (!row.ok()) return row.status();
        if (row->has_value() && !add(id, **row)) break;
      }
      return absl::OkStatus();
    }
    // Where several collections share a table, their names are in the keys.
    store::KeyRange range = store::KeyRange::Tenant(tenant);
    if (TableOf(kCollection) == store::Table::kNotifications) {
      range = store::KeyWriter(tenant)
                  .StringPrefix(absl::StrCat(CollectionName(kCollection), "/"))
                  .Range();
    }
    if (!page->cursor.empty()) {
      range.begin = EntityKey(tenant, kCollection, page->cursor);
      range.begin.push_back('\0');  // The next key that there can be.
    }
    store::Cursor cursor = call.reader().Scan(TableOf(kCollection), range);
    while (cursor.Next()) {
      store::KeyReader key(TableOf(kCollection), cursor.key());
      key.U64();
      const std::string text = key.String();
      if (absl::Status status = key.Finish(); !status.ok()) return status;
      absl::StatusOr<Row> row = ParseRow<Row>(TableOf(kCollection), cursor.key(), cursor.value());
      if (!row.ok()) return row.status();
      if (!add(text.substr(text.find('/') + 1), *row)) break;
    }
    return cursor.status();
  }

  // --- Update ---
  template <typename Update>
  static absl::Status ValidateUpdate(const Update& request) {
    const Resource& wanted = Kind::Of(request);
    absl::Status status;
    CheckNameIn(kCollection, FieldName("name"), wanted.name(), &status);
    absl::StatusOr<std::vector<std::string>> fields =
        FieldsToUpdate(request.update_mask(), wanted, Kind::kUpdatable);
    if (!fields.ok()) return status.ok() ? fields.status() : status;
    for (const std::string& field : *fields) Kind::CheckField(field, wanted, &status);
    return status;
  }

  template <typename Update>
  static absl::Status DoUpdate(MutateCall& call, const Update& request, Resource* response) {
    const Resource& wanted = Kind::Of(request);
    absl::StatusOr<Row> row = FindForChange(call, wanted.name(), wanted.etag());
    if (!row.ok()) return row.status();
    absl::StatusOr<std::vector<std::string>> fields =
        FieldsToUpdate(request.update_mask(), wanted, Kind::kUpdatable);
    if (!fields.ok()) return fields.status();
    const Row before = *row;
    const std::string home = ScopeFullName(call.state(), call.draft.id(), ScopeId(before.home()));
    if (!wanted.home_scope().empty() && wanted.home_scope() != home) {
      return BadField(FieldName("home_scope"), wanted.home_scope(),
                      absl::StrCat("cannot be changed; it is ", Quoted(home)));
    }
    if (absl::Status status = Kind::CheckFixed(wanted, Kind::Of(before)); !status.ok()) {
      return status;
    }
    for (const std::string& field : *fields) CopyField(wanted, field, Kind::Of(&*row));
    return Put(call, IdOf(wanted.name()), &before, *std::move(row), response);
  }

  // --- Delete ---
  template <typename Delete, typename Empty>
  static absl::Status DoDelete(MutateCall& call, const Delete& request, Empty*) {
    absl::StatusOr<Row> row = FindForChange(call, request.name(), request.etag());
    if (absl::IsNotFound(row.status()) && request.allow_missing()) return absl::OkStatus();
    if (!row.ok()) return row.status();
    if (absl::Status status = Kind::BeforeDelete(call, request, *row); !status.ok()) return status;
    call.draft.Describe(request.name());
    return Kind::Erase(call.draft, IdOf(request.name()), *row);
  }

  // The row of `name`, whose etag is still `etag`.
  static absl::StatusOr<Row> FindForChange(MutateCall& call, absl::string_view name,
                                           absl::string_view etag) {
    absl::StatusOr<std::optional<Row>> row = call.draft.Get<Row>(IdOf(name));
    if (!row.ok()) return row.status();
    if (!row->has_value()) return NotFound(CollectionNoun(kCollection), name);
    if (absl::Status status = CheckEtag(name, etag, EtagOf((*row)->uid(), (*row)->revision()));
        !status.ok()) {
      return status;
    }
    return **std::move(row);
  }
};

}  // namespace provost

#endif  // PROVOST_SERVICE_HOMED_RESOURCE_H_
