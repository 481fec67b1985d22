#ifndef PROVOST_SERVICE_SCOPE_RESOURCE_H_
#define PROVOST_SERVICE_SCOPE_RESOURCE_H_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/delegation.h"
#include "policy/decide/freeze.h"
#include "service/content_rows.h"
#include "service/lookup.h"
#include "service/methods.h"
#include "service/pages.h"
#include "service/resource.h"
#include "service/scope_list.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/homed_rows.h"
#include "tenant/rows.h"
#include "tenant/times.h"

namespace provost {

/// The methods that catalogs, courses, training plans and sessions have in common: the AIP standard
/// methods, Move, Archive and Unarchive. `Kind` says what is particular to one:
///
///     struct CatalogKind {
///       using Row = rows::CatalogRow;
///       using Resource = v1::Catalog;
///       static constexpr Collection kCollection = Collection::kCatalogs;
///       static constexpr absl::string_view kNoun = "catalog";
///       static constexpr absl::string_view kRead = "catalog.read";
///       static constexpr MovePermissions kMove = {...};
///       static constexpr absl::string_view kParents = "the tenant or a catalog";
///       static bool MayStandBelow(ScopeKind parent);
///       static Resource* Of(Row* row);
///       static const Resource& Of(const Row& row);
///       static const Resource& Of(const v1::CreateCatalogRequest& request);  // and of Update
///       static const std::string& IdOf(const v1::CreateCatalogRequest& request);
///       static Resource* Add(v1::ListCatalogsResponse* response);
///       /// What Update changes.
///       static constexpr absl::string_view kUpdatable[] = {"display_name"};
///     };
///
/// and, where it has fields of its own beside the display name,
///
///       /// Adds what is wrong with `field` by itself.
///       static void CheckField(const Resource& wanted, absl::string_view field, absl::Status*);
///       /// Makes `field` of the row what it is in `wanted`, references as uids.
///       static absl::Status Store(MutateCall& call, const Resource& wanted,
///                                 absl::string_view field, Row* row);
///       /// The other way round.
///       static void Show(const WorldState& state, absl::string_view tenant, const Row& row,
///                        Resource* resource);
///       /// Fields that depend on who looks.
///       static absl::Status ShowTo(const ReadCall& call, const Row& row, Resource* resource);
///       /// Whether a list has it.
///       static bool Lists(const v1::ListCatalogsRequest& request, const Resource& resource);
///       /// Fields that cannot be set on creation.
///       static constexpr absl::string_view kLater[] = {"description"};
///       /// What an update needs beside the method's permission.
///       static absl::Status MayUpdate(const RuleCall& call, const v1::UpdateCatalogRequest&);
///       /// What follows from the fields of a row that is new (`before` is null) or changed: the
///       last
///       /// word on whether they fit together. Not for what Move and Archive do.
///       static absl::Status Settle(MutateCall& call, const Request& request,
///                                  absl::string_view name, const Row* before, Row* row);
///       /// Fields of the answer to a change.
///       static absl::Status ShowChanged(MutateCall& call, const Row& row, Resource* resource);
///       /// The same for Move, and for what it makes of a row.
///       static absl::Status Moved(MutateCall& call, absl::string_view name, const Row& before,
///                                 const Row& row);
///       /// What keeps one from going that is not deleted by `force`.
///       static absl::Status CheckEmpty(MutateCall& call, absl::string_view name, ScopeId scope);
///       /// Says what a deletion of `scopes` takes away, before it does.
///       static absl::Status Report(MutateCall& call, const std::vector<ScopeId>& scopes,
///                                  v1::DeleteCatalogResponse* response);
template <typename Kind>
class ScopeResource {
 public:
  using Row = typename Kind::Row;
  using Resource = typename Kind::Resource;

  template <typename Create, typename Get, typename List, typename ListResponse, typename Update,
            typename Delete, typename Empty, typename Move, typename Archive, typename Unarchive>
  static void Register(Methods& methods) {
    methods.Mutate<Create, Resource>(ValidateCreate<Create>, DoCreate<Create>);
    Method& get = methods.Read<Get, Resource>(DoGet<Get>);
    methods.ValidateBy<Get>(
        get, [](const Get& request) { return CheckCollection("name", request.name()); });
    Method& list = methods.Scan<List, ListResponse>(DoList<List, ListResponse>);
    methods.ValidateBy<List>(list, ValidateList<List>);
    RegisterUpdate<Update>(methods, Kind::kUpdatable);
    methods.Mutate<Delete, Empty>(ValidateId<Delete>, DoDelete<Delete, Empty>);
    Method& move = methods.Mutate<Move, Resource>(ValidateMove<Move>, DoMove<Move>);
    methods.AuthorizeBy<Move>(move, MayMove<Move>);
    methods.Mutate<Archive, Resource>(
        ValidateId<Archive>, [](MutateCall& call, const Archive& request, Resource* response) {
          return SetArchived(call, request, true, response);
        });
    methods.Mutate<Unarchive, Resource>(
        ValidateId<Unarchive>, [](MutateCall& call, const Unarchive& request, Resource* response) {
          return SetArchived(call, request, false, response);
        });
  }

  /// A method that changes `fields`, which last as long as the program. Its request has the form of
  /// an Update's.
  template <typename Update>
  static void RegisterUpdate(Methods& methods, absl::Span<const absl::string_view> fields) {
    Method& update = methods.Mutate<Update, Resource>(
        [fields](const Update& request) { return ValidateUpdate(request, fields); },
        [fields](MutateCall& call, const Update& request, Resource* response) {
          return DoUpdate(call, request, fields, response);
        });
    if constexpr (requires(const RuleCall& call, const Update& request) {
                    Kind::MayUpdate(call, request);
                  }) {
      Methods::AuthorizeBy<Update>(update, [](const RuleCall& call, const Update& request) {
        return Kind::MayUpdate(call, request);
      });
    }
  }

  /// For methods of one kind alone: what CreateX does, and the last step of every change, which
  /// writes the row and answers with it.
  template <typename Create>
  static absl::Status CheckNew(const Create& request) {
    return ValidateCreate(request);
  }
  template <typename Create>
  static absl::Status Make(MutateCall& call, const Create& request, Resource* response) {
    return DoCreate(call, request, response);
  }
  static absl::StatusOr<Row> Find(const MutateCall& call, absl::string_view name,
                                  absl::string_view etag) {
    return FindRow(call, name, etag);
  }
  static absl::Status Save(MutateCall& call, absl::string_view name, Row row, Resource* response) {
    return Commit(call, name, std::move(row), response);
  }

 private:
  static absl::string_view CollectionId(absl::string_view name) {
    return name.substr(name.rfind('/') + 1);
  }
  static bool IsOfCollection(const ResourceName& name) {
    return name.collection == Kind::kCollection;
  }

  // What clients see of a row.
  static Resource ToResource(const WorldState& state, const Row& row, absl::string_view tenant,
                             absl::string_view id, absl::string_view parent) {
    Resource resource = Kind::Of(row);
    if constexpr (requires { &Kind::Show; }) Kind::Show(state, tenant, row, &resource);
    resource.set_name(FullName(tenant, absl::StrCat(CollectionName(Kind::kCollection), "/", id)));
    resource.set_parent_scope(FullName(tenant, parent));
    resource.set_etag(EtagOf(row.uid(), row.revision()));
    return resource;
  }
  // The same, of a row that the call is about to write.
  static Resource ToResource(const MutateCall& call, Row row, absl::string_view id) {
    row.set_revision(call.draft.revision());
    return ToResource(call.state(), row, call.draft.id(), id,
                      call.state().ScopeName(ScopeId(row.parent())));
  }
  // The same, of a row that was read beside `state` and may be newer by a moment, as may its place.
  static absl::StatusOr<Resource> ToResource(const ReadCall& call, const WorldState& state,
                                             const Row& row, absl::string_view id) {
    const ScopeId parent(row.parent());
    Resource resource = ToResource(
        call.state, row, call.tenant->id(), id,
        state.ScopeName(state.HasScope(parent) ? parent : state.ParentOf(ScopeId(row.uid()))));
    if constexpr (requires { &Kind::ShowTo; }) {
      if (absl::Status status = Kind::ShowTo(call, row, &resource); !status.ok()) return status;
    }
    return resource;
  }

  // The row of `name`, whose etag has to be `etag` where that is set.
  static absl::StatusOr<Row> FindRow(const MutateCall& call, absl::string_view name,
                                     absl::string_view etag) {
    const absl::string_view id = CollectionId(name);
    absl::StatusOr<std::optional<Row>> row = call.draft.template Get<Row>(id);
    if (!row.ok()) return row.status();
    if (!row->has_value()) return NotFound(Kind::kNoun, name);
    absl::Status status = CheckEtag(name, etag, EtagOf((*row)->uid(), (*row)->revision()));
    if (!status.ok()) return status;
    return **std::move(row);
  }

  static absl::Status CheckCollection(absl::string_view field, absl::string_view name) {
    absl::StatusOr<ResourceName> parsed = ParseName(name);
    if (parsed.ok() && IsOfCollection(*parsed)) return absl::OkStatus();
    return BadField(
        field, name,
        absl::StrCat("wanted `tenants/<tenant>/", CollectionName(Kind::kCollection), "/<id>`"));
  }

  // Whether a name can by itself be that of a scope to stand below.
  static void CheckParentName(absl::string_view field, absl::string_view value,
                              absl::string_view tenant, absl::Status* status) {
    absl::StatusOr<ResourceName> name = ParseName(value);
    if (!name.ok()) {
      AddBadField(status, field, value,
                  absl::StrCat(name.status().message(), "; wanted ", Kind::kParents));
    } else if (!name->IsScope() || !Kind::MayStandBelow(KindOf(name->collection))) {
      AddBadField(status, field, value, absl::StrCat("wanted ", Kind::kParents));
    } else if (name->tenant != tenant) {
      AddBadField(status, field, value, absl::StrCat("wanted a scope of `tenants/", tenant, "`"));
    }
  }

  // The scope to stand below: what `parent_scope` names, or the tenant.
  static absl::StatusOr<ScopeId> FindParent(const WorldState& state, absl::string_view tenant,
                                            absl::string_view field,
                                            absl::string_view parent_scope) {
    ScopeId parent = state.root();
    if (!parent_scope.empty()) {
      absl::StatusOr<ResourceName> name = ParseName(parent_scope);
      if (!name.ok()) return BadField(field, parent_scope, name.status().message());
      if (name->tenant != tenant || !name->IsScope()) {
        return BadField(field, parent_scope, "wanted a scope of the same tenant");
      }
      parent = state.FindScope(name->Relative());
      if (!state.HasScope(parent)) return NotFound("scope", parent_scope);
    }
    if (!Kind::MayStandBelow(state.KindOf(parent))) {
      return BadField(field, parent_scope, absl::StrCat("wanted ", Kind::kParents));
    }
    return parent;
  }

  // --- Create ---
  template <typename Create>
  static absl::Status ValidateCreate(const Create& request) {
    absl::StatusOr<ResourceName> tenant =
        ParseNameIn(Collection::kTenant, "parent", request.parent());
    if (!tenant.ok()) return tenant.status();
    absl::Status status;
    const Resource& resource = Kind::Of(request);
    const std::string parent_field = absl::StrCat(Kind::kField, ".parent_scope");
    if (!resource.parent_scope().empty()) {
      CheckParentName(parent_field, resource.parent_scope(), tenant->tenant, &status);
    } else if (!Kind::MayStandBelow(ScopeKind::kTenant)) {
      AddBadField(&status, parent_field, "", absl::StrCat("wanted ", Kind::kParents));
    }
    CheckNewId(absl::StrCat(Kind::kField, "_id"), Kind::IdOf(request), &status);
    for (absl::string_view field : Kind::kUpdatable) CheckField(resource, field, &status);
    if constexpr (requires { Kind::kLater; }) {
      const auto later = FieldsToUpdate({}, resource, Kind::kLater);
      for (const std::string& field : *later) {
        AddBadField(&status, absl::StrCat(Kind::kField, ".", field), "",
                    "cannot be set on creation; there is a method for it");
      }
    }
    return status;
  }

  static void CheckField(const Resource& resource, absl::string_view field, absl::Status* status) {
    if (field == "display_name") {
      CheckText(absl::StrCat(Kind::kField, ".", field), resource.display_name(), 1, kMaxDisplayName,
                status);
    } else if constexpr (requires { &Kind::CheckField; }) {
      Kind::CheckField(resource, field, status);
    }
  }

  static absl::Status StoreField(MutateCall& call, const Resource& wanted, absl::string_view field,
                                 Row* row) {
    if constexpr (requires { &Kind::Store; }) {
      if (field != "display_name") return Kind::Store(call, wanted, field, row);
    }
    CopyField(wanted, field, Kind::Of(row));
    return absl::OkStatus();
  }

  template <typename Create>
  static absl::Status DoCreate(MutateCall& call, const Create& request, Resource* response) {
    const Resource& wanted = Kind::Of(request);
    absl::StatusOr<ScopeId> parent =
        FindParent(call.state(), call.draft.id(), absl::StrCat(Kind::kField, ".parent_scope"),
                   wanted.parent_scope());
    if (!parent.ok()) return parent.status();
    if (call.state().PathOf(*parent).size >= kMaxPathLength) {
      return BadField(
          absl::StrCat(Kind::kField, ".parent_scope"), wanted.parent_scope(),
          absl::StrCat("wanted a scope with less than ", kMaxPathLength, " scopes on its path"));
    }
    const ScopeId uid = call.draft.NewScope();
    absl::StatusOr<std::string> id =
        ChooseId(call.state(), call.draft.id(), Kind::kCollection, Kind::IdOf(request), uid.value);
    if (absl::IsAlreadyExists(id.status())) return TakenId(call, Kind::IdOf(request), id.status());
    if (!id.ok()) return id.status();
    Row row;
    row.set_uid(uid.value);
    row.set_parent(parent->value);
    row.set_creator(call.actor_uid());
    Resource* resource = Kind::Of(&row);
    for (absl::string_view field : Kind::kUpdatable) {
      if (absl::Status status = StoreField(call, wanted, field, &row); !status.ok()) return status;
    }
    *resource->mutable_create_time() = ToTimestamp(call.now());
    *resource->mutable_update_time() = resource->create_time();
    if constexpr (requires { &Kind::template Settle<Create>; }) {
      absl::Status status = Kind::Settle(
          call, request, NameIn(call.draft.id(), Kind::kCollection, *id), nullptr, &row);
      if (!status.ok()) return status;
    }
    *response = ToResource(call, row, *id);
    if constexpr (requires { &Kind::ShowChanged; }) {
      if (absl::Status status = Kind::ShowChanged(call, row, response); !status.ok()) return status;
    }
    call.draft.Describe(response->name());
    call.draft.Put(*id, std::move(row));
    return absl::OkStatus();
  }

  // What is said of an id that is taken: that it is to whoever may read the other (AIP-133).
  static absl::Status TakenId(const MutateCall& call, absl::string_view id, absl::Status taken) {
    absl::StatusOr<std::optional<Row>> row = call.draft.template Get<Row>(id);
    if (!row.ok()) return row.status();
    if (row->has_value() &&
        MayReadScope(call.state(), call.actor(), Kind::kRead, ScopeId((*row)->uid()),
                     SubjectId((*row)->creator()), call.now())) {
      return taken;
    }
    return NotPermitted("", NameIn(call.draft.id(), Kind::kCollection, id));
  }

  // --- Get ---
  template <typename Get>
  static absl::Status DoGet(ReadCall& call, const Get& request, Resource* response) {
    const absl::string_view id = CollectionId(request.name());
    absl::StatusOr<std::optional<Row>> row =
        ReadRow<Row>(call.reader(), TableOf(Kind::kCollection),
                     EntityKey(call.tenant->number(), Kind::kCollection, id));
    if (!row.ok()) return row.status();
    const ScopeId scope =
        call.state.FindScope(absl::StrCat(CollectionName(Kind::kCollection), "/", id));
    // The caller was let in to see this one; the name may be another's since.
    if (!row->has_value() || (*row)->uid() != scope.value) {
      return NotFound(Kind::kNoun, request.name());
    }
    absl::StatusOr<Resource> resource = ToResource(call, call.state, **row, id);
    if (!resource.ok()) return resource.status();
    *response = *std::move(resource);
    return absl::OkStatus();
  }

  // --- List ---
  template <typename List>
  static absl::Status ValidateList(const List& request) {
    absl::StatusOr<ResourceName> tenant =
        ParseNameIn(Collection::kTenant, "parent", request.parent());
    if (!tenant.ok()) return tenant.status();
    absl::Status status;
    if (!request.parent_scope().empty()) {
      CheckParentName("parent_scope", request.parent_scope(), tenant->tenant, &status);
    }
    return status;
  }

  // In the order of the names, which is that of the ids.
  template <typename List, typename ListResponse>
  static absl::Status DoList(ReadCall& call, const List& request, ListResponse* response) {
    // A name can be given to another: the token is for this caller.
    absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
        request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
    if (!page.ok()) return page.status();
    const WorldState& state = *page->snapshot->view;
    ScopeQuery query{Kind::kCollection, Kind::kKind, Kind::kRead, std::nullopt};
    if (!request.parent_scope().empty()) {
      const ScopeId parent = state.FindScope(ParseName(request.parent_scope())->Relative());
      // An unknown parent and one with nothing to see below it look alike.
      if (!state.HasScope(parent)) return absl::OkStatus();
      query.parent = parent;
    }
    ScopeWalk walk(call, *page, query);
    std::string last;
    for (int count = 0;; ++count) {
      std::optional<ScopeId> scope;
      std::optional<Resource> resource;
      while (!resource.has_value()) {
        absl::StatusOr<std::optional<ScopeId>> next = walk.Next();
        if (!next.ok()) return next.status();
        if (!next->has_value()) return absl::OkStatus();
        scope = *next;
        absl::StatusOr<std::optional<Row>> visible =
            VisibleRow(call, *page->snapshot, *scope, query);
        if (!visible.ok()) return visible.status();
        if (!visible->has_value()) continue;
        absl::StatusOr<Resource> shown =
            ToResource(call, call.state, **visible, CollectionId(state.ScopeName(*scope)));
        if (!shown.ok()) return shown.status();
        if constexpr (requires { Kind::Lists(request, *shown); }) {
          if (!Kind::Lists(request, *shown)) continue;
        }
        resource = *std::move(shown);
      }
      if (count == page->limit) {
        response->set_next_page_token(call.backend.pages->TokenAfter(*page, last));
        return absl::OkStatus();
      }
      last = std::string(CollectionId(state.ScopeName(*scope)));
      *Kind::Add(response) = *std::move(resource);
    }
  }

  // The row of `scope` if it is still there, and still what the list is of, and the caller may read
  // it.
  static absl::StatusOr<std::optional<Row>> VisibleRow(const ReadCall& call,
                                                       const ListSnapshot& first, ScopeId scope,
                                                       const ScopeQuery& query) {
    const absl::string_view id = CollectionId(first.view->ScopeName(scope));
    absl::StatusOr<std::optional<Row>> row =
        ReadRow<Row>(call.reader(), TableOf(Kind::kCollection),
                     EntityKey(call.tenant->number(), Kind::kCollection, id));
    if (!row.ok() || !row->has_value()) return row;
    // The name may be another's by now.
    if ((*row)->uid() != scope.value || !call.state.HasScope(scope)) return std::optional<Row>();
    if (query.parent.has_value() && (*row)->parent() != query.parent->value) {
      return std::optional<Row>();
    }
    if (!MayList(call, first, Kind::kRead, scope, SubjectId((*row)->creator()))) {
      return std::optional<Row>();
    }
    return row;
  }

  // --- Update ---
  template <typename Update>
  static absl::Status ValidateUpdate(const Update& request,
                                     absl::Span<const absl::string_view> updatable) {
    const Resource& resource = Kind::Of(request);
    absl::Status status = CheckCollection(absl::StrCat(Kind::kField, ".name"), resource.name());
    if (!status.ok()) return status;
    absl::StatusOr<std::vector<std::string>> fields =
        FieldsToUpdate(request.update_mask(), resource, updatable);
    if (!fields.ok()) return fields.status();
    for (const std::string& field : *fields) CheckField(resource, field, &status);
    return status;
  }

  template <typename Update>
  static absl::Status DoUpdate(MutateCall& call, const Update& request,
                               absl::Span<const absl::string_view> updatable, Resource* response) {
    const Resource& wanted = Kind::Of(request);
    absl::StatusOr<Row> row = FindRow(call, wanted.name(), wanted.etag());
    if (!row.ok()) return row.status();
    absl::StatusOr<std::vector<std::string>> fields =
        FieldsToUpdate(request.update_mask(), wanted, updatable);
    if (!fields.ok()) return fields.status();
    // What lifts an archive may be the permission that changing needs, and changes nothing else.
    if (!CheckPathNotFrozen(call.state(), ScopeId(row->uid())).ok()) {
      return FailedPrecondition(
          "FROZEN", wanted.name(),
          absl::StrCat(Quoted(wanted.name()), " or a scope above it is archived or on hold"));
    }
    const bool whole =
        request.update_mask().paths().empty() ||
        (request.update_mask().paths_size() == 1 && request.update_mask().paths(0) == "*");
    const std::string parent = ToResource(call, *row, CollectionId(wanted.name())).parent_scope();
    if (whole && !wanted.parent_scope().empty() && wanted.parent_scope() != parent) {
      return BadField(
          absl::StrCat(Kind::kField, ".parent_scope"), wanted.parent_scope(),
          absl::StrCat("is changed by moving the ", Kind::kNoun, "; it is ", Quoted(parent)));
    }
    const Row before = *row;
    for (const std::string& field : *fields) {
      if (absl::Status status = StoreField(call, wanted, field, &*row); !status.ok()) return status;
    }
    if constexpr (requires { &Kind::template Settle<Update>; }) {
      absl::Status status = Kind::Settle(call, request, wanted.name(), &before, &*row);
      if (!status.ok()) return status;
    }
    return Commit(call, wanted.name(), *std::move(row), response);
  }

  // Writes a changed row and answers with it.
  static absl::Status Commit(MutateCall& call, absl::string_view name, Row row,
                             Resource* response) {
    *Kind::Of(&row)->mutable_update_time() = ToTimestamp(call.now());
    const std::string id(CollectionId(name));
    *response = ToResource(call, row, id);
    if constexpr (requires { &Kind::ShowChanged; }) {
      if (absl::Status status = Kind::ShowChanged(call, row, response); !status.ok()) return status;
    }
    call.draft.Describe(name);
    call.draft.Put(id, std::move(row));
    return absl::OkStatus();
  }

  // --- Delete ---
  template <typename Request>
  static absl::Status ValidateId(const Request& request) {
    absl::Status status = CheckCollection("name", request.name());
    return status;
  }

  template <typename Delete, typename Response>
  static absl::Status DoDelete(MutateCall& call, const Delete& request, Response* response) {
    absl::StatusOr<Row> row = FindRow(call, request.name(), request.etag());
    if (absl::IsNotFound(row.status()) && request.allow_missing()) return absl::OkStatus();
    if (!row.ok()) return row.status();
    const ScopeId scope(row->uid());
    if (absl::Status frozen = CheckSubtreeNotFrozen(call.state(), scope); !frozen.ok()) {
      return FailedPrecondition("FROZEN", request.name(), frozen.message());
    }
    if (!request.force()) {
      size_t inside = 0;
      call.state().ForEachInSubtree(scope, [&](ScopeId) { return ++inside < 1000; });
      if (inside > 1) {
        return FailedPrecondition(
            "NOT_EMPTY", request.name(),
            absl::StrCat(inside - 1, inside == 1000 ? " or more" : "",
                         " catalogs, courses, plans or sessions stand in it; move them, or set "
                         "`force` to delete them too"));
      }
    }
    std::vector<ScopeId> scopes;
    call.state().ForEachInSubtree(scope, [&](ScopeId below) {
      scopes.push_back(below);
      return true;
    });
    if constexpr (requires { &Kind::Report; }) {
      if (absl::Status status = Kind::Report(call, scopes, response); !status.ok()) return status;
    }
    if constexpr (requires { &Kind::CheckEmpty; }) {
      if (!request.force()) {
        absl::Status status = Kind::CheckEmpty(call, request.name(), scope);
        if (!status.ok()) return status;
      }
    }
    for (ScopeId below : scopes) {
      if (!request.force()) {
        absl::StatusOr<size_t> items =
            CountItemsAt(call.draft.reader(), call.draft.number(), below, 1000);
        if (!items.ok()) return items.status();
        if (*items > 0) {
          return FailedPrecondition(
              "NOT_EMPTY", request.name(),
              absl::StrCat(*items, *items == 1000 ? " or more" : "",
                           " items of content have their home there; set `force` to delete them "
                           "too"));
        }
        absl::StatusOr<bool> homed = HasHomedAt(call.draft.reader(), call.draft.number(), below);
        if (!homed.ok()) return homed.status();
        if (*homed) {
          return FailedPrecondition(
              "NOT_EMPTY", request.name(),
              "competencies, notification rules or templates, saved reports or trainings from "
              "elsewhere have their home there; set `force` to delete them too");
        }
        bool is_home = false;
        call.state().ForEachAtHome(below, [&](SubjectId) {
          is_home = true;
          return false;
        });
        if (is_home) {
          return FailedPrecondition(
              "NOT_EMPTY", request.name(),
              "it is the home of people or groups; set `force` to have them at home above it");
        }
        store::ScanOptions one;
        one.limit = 1;
        absl::StatusOr<std::vector<EnrollmentId>> enrolled =
            ReadEnrollmentIds(call.draft.reader(), EnrollmentsAt(call.draft.number(), below), one);
        if (!enrolled.ok()) return enrolled.status();
        absl::StatusOr<std::vector<uint64_t>> assigned =
            ReadAssignedIds(call.draft.reader(), AssignedAt(call.draft.number(), below));
        if (!assigned.ok()) return assigned.status();
        if (!enrolled->empty() || !assigned->empty()) {
          return FailedPrecondition(
              "NOT_EMPTY", request.name(),
              "people are enrolled there, or it is assigned; set `force` to end that too");
        }
      }
      if (absl::Status status = EraseContentAt(call.draft, below); !status.ok()) return status;
      if (absl::Status status = EraseHomedAt(call.draft, below); !status.ok()) return status;
    }
    call.draft.Describe(request.name());
    return call.draft.EraseSubtree(scope);
  }

  // --- Move (rules 17 to 19) ---
  template <typename Move>
  static absl::Status ValidateMove(const Move& request) {
    absl::Status status = ValidateId(request);
    if (request.parent_scope().empty()) {
      AddBadField(&status, "parent_scope", "", absl::StrCat("wanted ", Kind::kParents));
    } else if (absl::StatusOr<ResourceName> name = ParseName(request.name()); name.ok()) {
      CheckParentName("parent_scope", request.parent_scope(), name->tenant, &status);
    }
    return status;
  }

  template <typename Move>
  static absl::Status MayMove(const RuleCall& call, const Move& request) {
    absl::StatusOr<std::optional<Row>> row = ReadRow<Row>(
        call.reader, TableOf(Kind::kCollection),
        EntityKey(call.tenant.number(), Kind::kCollection, CollectionId(request.name())));
    if (!row.ok()) return row.status();
    if (!row->has_value()) return NotFound(Kind::kNoun, request.name());
    absl::StatusOr<ScopeId> parent =
        FindParent(call.state, call.tenant.id(), "parent_scope", request.parent_scope());
    // A place that is not there and one that is hidden are refused in the same words.
    if (absl::IsNotFound(parent.status())) {
      return NotPermitted(Kind::kMove.create, request.parent_scope());
    }
    if (!parent.ok()) return parent.status();
    absl::Status status = CheckAllowedNear(call.state, call.actor, Kind::kMove.create, *parent,
                                           request.parent_scope(), call.now);
    if (!status.ok()) return status;
    MovePermissions permissions = Kind::kMove;
    const std::optional<int> creator = call.state.matrix().FindFact("creator");
    if (creator.has_value() && (*row)->creator() != 0 && (*row)->creator() == call.actor.value) {
      permissions.facts = FactSet{1} << *creator;
    }
    const ScopeId scope((*row)->uid());
    status = CheckMove(call.state, call.actor, scope, *parent, permissions, call.now);
    if (!absl::IsFailedPrecondition(status)) return status;
    const bool frozen = !CheckSubtreeNotFrozen(call.state, scope).ok();
    return FailedPrecondition(frozen ? "FROZEN" : "ROLES", request.name(), status.message());
  }

  template <typename Move>
  static absl::Status DoMove(MutateCall& call, const Move& request, Resource* response) {
    absl::StatusOr<Row> row = FindRow(call, request.name(), request.etag());
    if (!row.ok()) return row.status();
    absl::StatusOr<ScopeId> parent =
        FindParent(call.state(), call.draft.id(), "parent_scope", request.parent_scope());
    if (!parent.ok()) return parent.status();
    const WorldState& state = call.state();
    const ScopeId scope(row->uid());
    if (state.IsOnPath(scope, *parent)) {
      return BadField("parent_scope", request.parent_scope(),
                      absl::StrCat("wanted a scope that is not the ", Kind::kNoun,
                                   " itself or below it: that would make a cycle"));
    }
    size_t height = 0;
    state.ForEachInSubtree(scope, [&](ScopeId below) {
      height = std::max<size_t>(height, state.PathOf(below).size - state.PathOf(scope).size + 1);
      return true;
    });
    if (state.PathOf(*parent).size + height > kMaxPathLength) {
      return BadField("parent_scope", request.parent_scope(),
                      absl::StrCat("wanted a scope with less than ", kMaxPathLength + 1 - height,
                                   " scopes on its path, for at most ", kMaxPathLength,
                                   " stand one below the other"));
    }
    const Row before = *row;
    row->set_parent(parent->value);
    if constexpr (requires { &Kind::Moved; }) {
      absl::Status status = Kind::Moved(call, request.name(), before, *row);
      if (!status.ok()) return status;
    }
    return Commit(call, request.name(), *std::move(row), response);
  }

  // --- Archive, Unarchive (rules 6 and 19: the door asks what lifts it at this scope) ---
  template <typename Request>
  static absl::Status SetArchived(MutateCall& call, const Request& request, bool archived,
                                  Resource* response) {
    absl::StatusOr<Row> row = FindRow(call, request.name(), request.etag());
    if (!row.ok()) return row.status();
    if (Kind::Of(*row).archived() == archived) {
      return FailedPrecondition(archived ? "ARCHIVED" : "NOT_ARCHIVED", request.name(),
                                archived ? "it is archived already" : "it is not archived");
    }
    Kind::Of(&*row)->set_archived(archived);
    return Commit(call, request.name(), *std::move(row), response);
  }
};

}  // namespace provost

#endif  // PROVOST_SERVICE_SCOPE_RESOURCE_H_
