#ifndef PROVOST_SERVICE_SUBJECT_RESOURCE_H_
#define PROVOST_SERVICE_SUBJECT_RESOURCE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "policy/world/state.h"
#include "service/lookup.h"
#include "service/methods.h"
#include "service/pages.h"
#include "service/resource.h"
#include "service/subject_list.h"
#include "tenant/draft.h"
#include "tenant/errors.h"
#include "tenant/names.h"
#include "tenant/rows.h"
#include "tenant/times.h"

namespace provost {

/// What users, service accounts and groups have in common.

/// The id in a name that was found to be well formed; empty for one that is not.
std::string IdOf(absl::string_view name);

/// Adds a bad field to `status` unless `name` is the name of something in `collection`; for
/// kTenant, of a tenant.
void CheckNameIn(Collection collection, absl::string_view field, absl::string_view name,
                 absl::Status* status);

/// Adds a bad field to `status` unless `name` is empty or names a scope of a kind no lower than
/// `lowest`, in the tenant that `parent` names.
void CheckHome(absl::string_view field, absl::string_view name, absl::string_view parent,
               ScopeKind lowest, absl::Status* status);

/// What `actor` is told of a refusal by the rules on delegation: the engine's reason names roles of
/// the subjects in `about` and where they are held, so it is only for who may read roles there.
/// FAILED_PRECONDITION gets its details.
absl::Status TellWhereReadable(const absl::Status& status, const RuleCall& call,
                               absl::Span<const SubjectId> about, absl::string_view name);

/// Rule 14: may the caller suspend, reactivate, erase or rename the login of what `name` names?
/// NOT_FOUND where there is no such `noun`.
absl::Status CheckIdentityRule(const RuleCall& call, absl::string_view noun,
                               absl::string_view name);

/// Rule 22: FAILED_PRECONDITION where nobody would be left who holds the tenant's top role, once
/// `subject` no longer counts.
absl::Status CheckTopRoleKept(const WorldState& state, SubjectId subject, absl::string_view name,
                              absl::Time now);

/// The standard methods of one collection of subjects. `Kind` says what differs:
///
///     using Row, Resource;
///     kCollection, kSubjectKind, kField (`user`), kNoun (`user`);
///     kRead (asked for lists), kSelfReads, kLowestHome, kUpdatable;
///     Of(row), Of(request), IdOf(create request), Add(list response);
///     CheckField(field, resource, status)        one field that clients set
///     SetHome(home, row), AddHome(tenant, state, row, resource)
///     BeforePut(call, before, row)               what else a row says; `before` is null for a
///                                                new one
///     HidePrivate(call, row, resource)           what the caller may not read
template <typename Kind>
struct SubjectKit {
  using Row = typename Kind::Row;
  using Resource = typename Kind::Resource;

  static std::string FieldName(absl::string_view field) {
    return absl::StrCat(Kind::kField, ".", field);
  }

  static absl::StatusOr<std::optional<Row>> Find(const store::Reader& reader, uint64_t tenant,
                                                 absl::string_view name) {
    return ReadRow<Row>(reader, TableOf(Kind::kCollection),
                        EntityKey(tenant, Kind::kCollection, IdOf(name)));
  }

  static Resource ToMessage(absl::string_view tenant, const WorldState& state, absl::string_view id,
                            const Row& row) {
    Resource message = Kind::Of(row);
    message.set_name(NameIn(tenant, Kind::kCollection, id));
    message.set_etag(EtagOf(row.uid(), row.revision()));
    Kind::AddHome(tenant, state, row, &message);
    return message;
  }

  // --- Create ---
  template <typename Create>
  static absl::Status ValidateCreate(const Create& request) {
    absl::Status status;
    CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
    CheckNewId(absl::StrCat(Kind::kIdField), Kind::IdOf(request), &status);
    for (absl::string_view field : Kind::kUpdatable) {
      Kind::CheckField(field, Kind::Of(request), &status);
    }
    Kind::CheckHomeOf(request, &status);
    return status;
  }

  template <typename Create>
  static absl::Status DoCreate(MutateCall& call, const Create& request, Resource* response) {
    const Resource& wanted = Kind::Of(request);
    const SubjectId uid = call.draft.NewSubject();
    absl::StatusOr<std::string> id =
        ChooseId(call.state(), call.draft.id(), Kind::kCollection, Kind::IdOf(request), uid.value);
    if (absl::IsAlreadyExists(id.status())) return TakenId(call, Kind::IdOf(request), id.status());
    if (!id.ok()) return id.status();
    Row row;
    row.set_uid(uid.value);
    absl::StatusOr<ScopeId> home = FindHome(call.state(), Kind::HomeNameOf(wanted));
    if (!home.ok()) return home.status();
    Kind::SetHome(*home, &row);
    Resource* kept = Kind::Of(&row);
    for (absl::string_view field : Kind::kUpdatable) CopyField(wanted, field, kept);
    *kept->mutable_create_time() = ToTimestamp(call.now());
    *kept->mutable_update_time() = kept->create_time();
    row.set_revision(call.draft.revision());
    if (absl::Status status = Kind::BeforePut(call, nullptr, &row); !status.ok()) {
      return status;
    }
    *response = ToMessage(call.draft.id(), call.state(), *id, row);
    call.draft.Describe(response->name());
    call.draft.Put(*id, std::move(row));
    return absl::OkStatus();
  }

  // What is said of an id that is taken: that it is to whoever may read the other (AIP-133).
  static absl::Status TakenId(const MutateCall& call, absl::string_view id, absl::Status taken) {
    const WorldState& state = call.state();
    const SubjectId other =
        state.FindSubject(absl::StrCat(CollectionName(Kind::kCollection), "/", id));
    const ScopeId home = state.HomeOf(other);
    const bool about_self = Kind::kSelfReads && other == call.actor();
    if (IsAllowed(state, call.actor(), Kind::kRead, home.value == 0 ? state.root() : home,
                  about_self, call.now())) {
      return taken;
    }
    return NotPermitted("", NameIn(call.draft.id(), Kind::kCollection, id));
  }

  static absl::StatusOr<ScopeId> FindHome(const WorldState& state, absl::string_view name) {
    if (name.empty()) return state.root();
    absl::StatusOr<ResourceName> parsed = ParseName(name);
    if (!parsed.ok()) return BadField(FieldName("home_scope"), name, parsed.status().message());
    const ScopeId home = state.FindScope(parsed->Relative());
    if (!state.HasScope(home)) return NotFound("scope", name);
    return home;
  }

  // --- Get ---
  template <typename Get>
  static absl::Status ValidateGet(const Get& request) {
    absl::Status status;
    CheckNameIn(Kind::kCollection, "name", request.name(), &status);
    return status;
  }

  template <typename Get>
  static absl::Status DoGet(ReadCall& call, const Get& request, Resource* response) {
    absl::StatusOr<std::optional<Row>> row =
        Find(call.reader(), call.tenant->number(), request.name());
    if (!row.ok()) return row.status();
    const std::string id = IdOf(request.name());
    const SubjectId subject =
        call.state.FindSubject(absl::StrCat(CollectionName(Kind::kCollection), "/", id));
    // The caller was let in to see this one; the name may be another's since.
    if (!row->has_value() || (*row)->uid() != subject.value) {
      return NotFound(Kind::kNoun, request.name());
    }
    *response = ToMessage(call.tenant->id(), call.state, id, **row);
    return absl::OkStatus();
  }

  // --- List ---
  template <typename List, typename ListResponse>
  static absl::Status DoList(ReadCall& call, const List& request, absl::string_view home_scope,
                             ListResponse* response) {
    absl::Status status;
    CheckHome("home_scope", home_scope, request.parent(), Kind::kLowestHome, &status);
    if (!status.ok()) return status;
    absl::StatusOr<Pages::Page> page =
        call.backend.pages->Begin(request, CallerKey(call), call.tenant, call.now);
    if (!page.ok()) return page.status();
    const WorldState& state = *page->snapshot->view;
    SubjectQuery query;
    query.collection = Kind::kCollection;
    query.permission = Kind::kRead;
    query.self_counts = Kind::kSelfReads;
    query.lowest_home = Kind::kLowestHome;
    if (!home_scope.empty()) {
      // A home that is missing and one that is hidden look alike.
      const ScopeId home = state.FindScope(ParseName(home_scope)->Relative());
      if (!state.HasScope(home)) return absl::OkStatus();
      query.home = home;
    }
    absl::StatusOr<SubjectRows> found = ReadSubjectRows(call, *page, query);
    if (!found.ok()) return found.status();
    for (const SubjectRowBytes& bytes : found->rows) {
      absl::StatusOr<Row> row = ParseRow<Row>(TableOf(Kind::kCollection), bytes.key, bytes.bytes);
      if (!row.ok()) return row.status();
      if (row->uid() != bytes.subject.value) continue;  // The name is another's by now.
      *Kind::Add(response) = ToMessage(call.tenant->id(), state, bytes.id, *row);
    }
    if (found->more) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, found->last));
    }
    return absl::OkStatus();
  }

  // --- Update ---
  template <typename Update>
  static absl::Status ValidateUpdate(const Update& request) {
    const Resource& wanted = Kind::Of(request);
    absl::Status status;
    CheckNameIn(Kind::kCollection, FieldName("name"), wanted.name(), &status);
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
    const bool whole =
        request.update_mask().paths().empty() ||
        (request.update_mask().paths_size() == 1 && request.update_mask().paths(0) == "*");
    if (whole) {
      const std::string home =
          Kind::HomeNameOf(ToMessage(call.draft.id(), call.state(), IdOf(wanted.name()), before));
      const std::string wanted_home = Kind::HomeNameOf(wanted);
      if (!wanted_home.empty() && wanted_home != home) {
        return BadField(FieldName("home_scope"), wanted_home,
                        absl::StrCat("cannot be changed; it is ", Quoted(home)));
      }
    }
    for (const std::string& field : *fields) CopyField(wanted, field, Kind::Of(&*row));
    return Commit(call, wanted.name(), before, *std::move(row), response);
  }

  // --- Delete ---
  template <typename Request>
  static absl::Status ValidateName(const Request& request) {
    absl::Status status;
    CheckNameIn(Kind::kCollection, "name", request.name(), &status);
    return status;
  }

  template <typename Delete, typename Empty>
  static absl::Status DoDelete(MutateCall& call, const Delete& request, Empty*) {
    absl::StatusOr<Row> row = FindForChange(call, request.name(), request.etag());
    if (absl::IsNotFound(row.status()) && request.allow_missing()) return absl::OkStatus();
    if (!row.ok()) return row.status();
    const SubjectId subject(row->uid());
    if (absl::Status status = CheckTopRoleKept(call.state(), subject, request.name(), call.now());
        !status.ok()) {
      return status;
    }
    call.draft.Describe(request.name());
    return call.draft.EraseSubject(subject);
  }

  // --- Suspend, Reactivate ---
  template <typename Request>
  static absl::Status SetSuspended(MutateCall& call, const Request& request, bool suspended,
                                   Resource* response) {
    absl::StatusOr<Row> row = FindForChange(call, request.name(), request.etag());
    if (!row.ok()) return row.status();
    if (Kind::Of(*row).suspended() == suspended) {
      return FailedPrecondition(
          suspended ? "SUSPENDED" : "NOT_SUSPENDED", request.name(),
          absl::StrCat(Quoted(request.name()),
                       suspended ? " is suspended already" : " is not suspended"));
    }
    if (suspended) {
      if (absl::Status status =
              CheckTopRoleKept(call.state(), SubjectId(row->uid()), request.name(), call.now());
          !status.ok()) {
        return status;
      }
    }
    const Row before = *row;
    Kind::Of(&*row)->set_suspended(suspended);
    return Commit(call, request.name(), before, *std::move(row), response);
  }

  // The row of `name`, whose etag is still `etag`.
  static absl::StatusOr<Row> FindForChange(MutateCall& call, absl::string_view name,
                                           absl::string_view etag) {
    absl::StatusOr<std::optional<Row>> row = call.draft.Get<Row>(IdOf(name));
    if (!row.ok()) return row.status();
    if (!row->has_value()) return NotFound(Kind::kNoun, name);
    if (absl::Status status = CheckEtag(name, etag, EtagOf((*row)->uid(), (*row)->revision()));
        !status.ok()) {
      return status;
    }
    return **std::move(row);
  }

  // Writes a row where it differs from `before`, and answers with it.
  static absl::Status Commit(MutateCall& call, absl::string_view name, const Row& before, Row row,
                             Resource* response) {
    const std::string id = IdOf(name);
    const bool changed = before.SerializeAsString() != row.SerializeAsString();
    if (changed) {
      if (absl::Status status = Kind::BeforePut(call, &before, &row); !status.ok()) {
        return status;
      }
      *Kind::Of(&row)->mutable_update_time() = ToTimestamp(call.now());
      row.set_revision(call.draft.revision());
    }
    *response = ToMessage(call.draft.id(), call.state(), id, row);
    Kind::HidePrivate(call, row, response);
    if (changed) {
      call.draft.Describe(name);
      call.draft.Put(id, std::move(row));
    }
    return absl::OkStatus();
  }

  // Whom a list's tokens are for: a name can be given to another.
  static std::string CallerKey(const ReadCall& call) {
    return absl::StrCat(call.actor.name, "#", call.actor.subject.value);
  }
};

}  // namespace provost

#endif  // PROVOST_SERVICE_SUBJECT_RESOURCE_H_
