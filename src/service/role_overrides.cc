#include "service/role_overrides.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/delegation.h"
#include "provost/v1/role_service.pb.h"
#include "service/authorize.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

struct OverridePlace {
  ScopeId scope;
  RoleId role;
  PermissionId permission;
};

v1::Override ToMessage(const WorldState& state, absl::string_view tenant, ScopeId scope,
                       const rows::OverrideRow& row) {
  v1::Override message = row.override();
  message.set_name(
      NameIn(tenant, Collection::kOverrides,
             OverrideId{scope.value, message.role(), message.permission()}.ToString()));
  message.set_scope(ScopeFullName(state, tenant, scope));
  message.set_author(SubjectFullName(state, tenant, SubjectId(row.author())));
  message.set_etag(EtagOf(scope.value, row.revision()));
  return message;
}

absl::StatusOr<OverridePlace> PlaceOf(const WorldState& state, absl::string_view tenant,
                                      const v1::Override& override) {
  absl::Status bad;
  OverridePlace place;
  absl::StatusOr<RoleId> role = state.matrix().ResolveRole(override.role());
  if (role.ok()) {
    place.role = *role;
  } else {
    AddBadField(&bad, "override.role", override.role(), role.status().message());
  }
  absl::StatusOr<PermissionId> permission = state.matrix().ResolvePermission(override.permission());
  if (permission.ok()) {
    place.permission = *permission;
  } else {
    AddBadField(&bad, "override.permission", override.permission(), permission.status().message());
  }
  if (!bad.ok()) return bad;
  absl::StatusOr<ScopeId> scope = ResolveScope(state, tenant, "override.scope", override.scope());
  if (!scope.ok()) return scope.status();
  place.scope = *scope;
  return place;
}

absl::StatusOr<OverrideRecord> RecordOf(const Matrix& matrix, const OverridePlace& place,
                                        const v1::Override& override) {
  OverrideRecord record{};
  record.role = place.role.value;
  record.permission = place.permission.value;
  record.effect = static_cast<Effect>(override.effect());
  record.locked = override.locked();
  record.facts_set = override.has_facts();
  absl::Status bad;
  for (int i = 0; i < override.facts().facts_size(); ++i) {
    absl::StatusOr<int> bit = matrix.ResolveFact(override.facts().facts(i));
    if (bit.ok()) {
      record.facts |= FactSet{1} << *bit;
    } else {
      AddBadField(&bad, absl::StrCat("override.facts.facts[", i, "]"), override.facts().facts(i),
                  bit.status().message());
    }
  }
  if (record.facts_set && record.effect != Effect::kAllow) {
    AddBadField(&bad, "override.facts", "set", "only an ALLOW names facts");
  }
  if (!bad.ok()) return bad;
  return record;
}

absl::Status ValidateEffect(const v1::Override& override, bool wanted) {
  absl::Status bad;
  if (override.effect() == v1::EFFECT_UNSPECIFIED ? wanted
                                                  : !v1::Effect_IsValid(override.effect())) {
    AddBadField(&bad, "override.effect", v1::Effect_Name(override.effect()),
                "wanted ALLOW, PREVENT or PROHIBIT");
  }
  CheckText("override.reason", override.reason(), 0, kMaxReasonChars, &bad);
  return bad;
}

absl::Status ValidateCreateOverride(const v1::CreateOverrideRequest& request) {
  return ValidateEffect(request.override(), true);
}

// Rule 16, with the details of a refusal that depends on what else stands there.
absl::Status JudgeOverride(const RuleCall& call, const OverridePlace& place,
                           const std::optional<OverrideRecord>& after, absl::string_view subject) {
  const absl::Status status = CheckOverride(call.state, call.actor, place.scope, place.role,
                                            place.permission, after, call.now);
  if (!absl::IsFailedPrecondition(status)) return status;
  return FailedPrecondition("TOO_MANY_FACT_SETS", subject, status.message());
}

absl::Status MayCreateOverride(const RuleCall& call, const v1::CreateOverrideRequest& request) {
  absl::StatusOr<OverridePlace> place = PlaceOf(call.state, call.tenant.id(), request.override());
  if (!place.ok()) return place.status();
  absl::StatusOr<OverrideRecord> record = RecordOf(call.state.matrix(), *place, request.override());
  if (!record.ok()) return record.status();
  return JudgeOverride(call, *place, *record, request.override().scope());
}

absl::Status CreateOverride(MutateCall& call, const v1::CreateOverrideRequest& request,
                            v1::Override* response) {
  TenantDraft& draft = call.draft;
  absl::StatusOr<OverridePlace> place = PlaceOf(draft.state(), draft.id(), request.override());
  if (!place.ok()) return place.status();
  rows::OverrideRow row;
  v1::Override& kept = *row.mutable_override();
  kept = request.override();
  for (auto clear : {&v1::Override::clear_name, &v1::Override::clear_scope,
                     &v1::Override::clear_author, &v1::Override::clear_etag}) {
    (kept.*clear)();
  }
  *kept.mutable_create_time() = ToTimestamp(call.now());
  *kept.mutable_update_time() = kept.create_time();
  row.set_author(call.actor_uid());
  row.set_revision(draft.revision());
  *response = ToMessage(draft.state(), draft.id(), place->scope, row);
  absl::StatusOr<std::optional<rows::OverrideRow>> existing =
      draft.GetOverride(place->scope, kept.role(), kept.permission());
  if (!existing.ok()) return existing.status();
  if (existing->has_value()) return AlreadyExists("override", response->name());
  draft.Describe(response->name(), kept.reason());
  draft.PutOverrideRow(place->scope, std::move(row));
  return absl::OkStatus();
}

absl::StatusOr<rows::OverrideRow> FindOverride(const store::Reader& reader, uint64_t tenant,
                                               const WorldState& state, absl::string_view name,
                                               OverridePlace* place) {
  absl::StatusOr<ResourceName> parsed = ParseNameIn(Collection::kOverrides, "name", name);
  if (!parsed.ok()) return parsed.status();
  const std::optional<OverrideId> id = ParseOverrideId(parsed->id);
  const std::optional<RoleId> role = state.matrix().FindRole(id->role);
  const std::optional<PermissionId> permission = state.matrix().FindPermission(id->permission);
  absl::StatusOr<std::optional<rows::OverrideRow>> row =
      ReadRow<rows::OverrideRow>(reader, store::Table::kOverrides,
                                 OverrideKey(tenant, ScopeId(id->scope), id->role, id->permission));
  if (!row.ok()) return row.status();
  if (!row->has_value() || !role.has_value() || !permission.has_value()) {
    return NotFound("override", name);
  }
  *place = OverridePlace{ScopeId(id->scope), *role, *permission};
  return **std::move(row);
}

absl::Status GetOverride(ReadCall& call, const v1::GetOverrideRequest& request,
                         v1::Override* response) {
  OverridePlace place;
  absl::StatusOr<rows::OverrideRow> row =
      FindOverride(call.reader(), call.tenant->number(), call.state, request.name(), &place);
  if (!row.ok()) return row.status();
  *response = ToMessage(call.state, call.tenant->id(), place.scope, *row);
  return absl::OkStatus();
}

absl::Status ListOverrides(ReadCall& call, const v1::ListOverridesRequest& request,
                           v1::ListOverridesResponse* response) {
  absl::StatusOr<Pages::Page> page =
      call.backend.pages->Begin(request, call.actor.name, call.tenant, call.now);
  if (!page.ok()) return page.status();
  const WorldState& state = *page->snapshot->view;
  const Matrix& matrix = state.matrix();
  std::vector<ScopeId> scopes;
  if (request.scope().empty()) {
    state.ForEachOverriddenScope([&](ScopeId scope) {
      scopes.push_back(scope);
      return true;
    });
  } else {
    absl::StatusOr<ScopeId> found =
        ResolveScope(state, call.tenant->id(), "scope", request.scope());
    if (absl::IsNotFound(found.status())) return absl::OkStatus();
    if (!found.ok()) return found.status();
    scopes.push_back(*found);
  }
  std::optional<RoleId> role;
  if (!request.role().empty()) {
    absl::StatusOr<RoleId> found = ResolveRole(state, "role", request.role());
    if (!found.ok()) return found.status();
    role = *found;
  }
  // By scope, role and permission; the cursor is how many came before.
  uint64_t before = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &before)) before = 0;
  uint64_t at = 0;
  for (ScopeId scope : scopes) {
    if (!IsAllowed(state, call.self(), "role.read", scope, false, page->snapshot->time)) continue;
    for (const OverrideRecord& record : state.OverridesAt(scope)) {
      if (role.has_value() && record.role != role->value) continue;
      if (at++ < before) continue;
      if (response->overrides_size() == page->limit) {
        response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(at - 1)));
        return absl::OkStatus();
      }
      absl::StatusOr<std::optional<rows::OverrideRow>> row = ReadRow<rows::OverrideRow>(
          call.reader(), store::Table::kOverrides,
          OverrideKey(call.tenant->number(), scope, matrix.role(RoleId(record.role)).name,
                      matrix.permission(PermissionId(record.permission)).name));
      if (!row.ok()) return row.status();
      if (row->has_value()) {
        *response->add_overrides() = ToMessage(state, call.tenant->id(), scope, **row);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateUpdateOverride(const v1::UpdateOverrideRequest& request) {
  absl::Status bad =
      ParseNameIn(Collection::kOverrides, "override.name", request.override().name()).status();
  if (!bad.ok()) return bad;
  // One set to nothing by the mask is found once that has been applied.
  return ValidateEffect(request.override(), false);
}

absl::StatusOr<rows::OverrideRow> Updated(const rows::OverrideRow& row,
                                          const v1::UpdateOverrideRequest& request) {
  rows::OverrideRow next = row;
  if (absl::Status status =
          ApplyMask(request.update_mask(), request.override(),
                    {"effect", "locked", "facts", "reason"}, next.mutable_override());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = ValidateEffect(next.override(), true); !status.ok()) return status;
  return next;
}

absl::Status MayUpdateOverride(const RuleCall& call, const v1::UpdateOverrideRequest& request) {
  OverridePlace place;
  absl::StatusOr<rows::OverrideRow> row = FindOverride(
      call.reader, call.tenant.number(), call.state, request.override().name(), &place);
  if (!row.ok()) return row.status();
  absl::StatusOr<rows::OverrideRow> next = Updated(*row, request);
  if (!next.ok()) return next.status();
  absl::StatusOr<OverrideRecord> record = RecordOf(call.state.matrix(), place, next->override());
  if (!record.ok()) return record.status();
  return JudgeOverride(call, place, *record, request.override().name());
}

absl::Status UpdateOverride(MutateCall& call, const v1::UpdateOverrideRequest& request,
                            v1::Override* response) {
  TenantDraft& draft = call.draft;
  OverridePlace place;
  absl::StatusOr<rows::OverrideRow> row = FindOverride(
      draft.reader(), draft.number(), draft.state(), request.override().name(), &place);
  if (!row.ok()) return row.status();
  if (absl::Status status = CheckEtag(request.override().name(), request.override().etag(),
                                      EtagOf(place.scope.value, row->revision()));
      !status.ok()) {
    return status;
  }
  absl::StatusOr<rows::OverrideRow> next = Updated(*row, request);
  if (!next.ok()) return next.status();
  *next->mutable_override()->mutable_update_time() = ToTimestamp(call.now());
  next->set_author(call.actor_uid());
  next->set_revision(draft.revision());
  *response = ToMessage(draft.state(), draft.id(), place.scope, *next);
  draft.Describe(response->name(), response->reason());
  draft.PutOverrideRow(place.scope, *std::move(next));
  return absl::OkStatus();
}

absl::Status MayDeleteOverride(const RuleCall& call, const v1::DeleteOverrideRequest& request) {
  OverridePlace place;
  absl::StatusOr<rows::OverrideRow> row =
      FindOverride(call.reader, call.tenant.number(), call.state, request.name(), &place);
  if (!row.ok()) {
    return absl::IsNotFound(row.status()) && request.allow_missing() ? absl::OkStatus()
                                                                     : row.status();
  }
  return JudgeOverride(call, place, std::nullopt, request.name());
}

absl::Status DeleteOverride(MutateCall& call, const v1::DeleteOverrideRequest& request,
                            google::protobuf::Empty*) {
  TenantDraft& draft = call.draft;
  OverridePlace place;
  absl::StatusOr<rows::OverrideRow> row =
      FindOverride(draft.reader(), draft.number(), draft.state(), request.name(), &place);
  if (!row.ok()) {
    return absl::IsNotFound(row.status()) && request.allow_missing() ? absl::OkStatus()
                                                                     : row.status();
  }
  if (absl::Status status =
          CheckEtag(request.name(), request.etag(), EtagOf(place.scope.value, row->revision()));
      !status.ok()) {
    return status;
  }
  draft.EraseOverride(place.scope, row->override().role(), row->override().permission());
  draft.Describe(request.name());
  return absl::OkStatus();
}

template <typename Request>
absl::Status NothingToValidate(const Request&) {
  return absl::OkStatus();
}

}  // namespace

void RegisterOverrides(Methods& methods) {
  Methods::AuthorizeBy<v1::CreateOverrideRequest>(
      methods.Mutate<v1::CreateOverrideRequest, v1::Override>(ValidateCreateOverride,
                                                              CreateOverride),
      MayCreateOverride);
  methods.Read<v1::GetOverrideRequest, v1::Override>(GetOverride);
  methods.Scan<v1::ListOverridesRequest, v1::ListOverridesResponse>(ListOverrides);
  Methods::AuthorizeBy<v1::UpdateOverrideRequest>(
      methods.Mutate<v1::UpdateOverrideRequest, v1::Override>(ValidateUpdateOverride,
                                                              UpdateOverride),
      MayUpdateOverride);
  Methods::AuthorizeBy<v1::DeleteOverrideRequest>(
      methods.Mutate<v1::DeleteOverrideRequest, google::protobuf::Empty>(
          NothingToValidate<v1::DeleteOverrideRequest>, DeleteOverride),
      MayDeleteOverride);
}

}  // namespace provost
