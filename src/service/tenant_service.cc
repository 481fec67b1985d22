#include "service/tenant_service.h"

#include <google/protobuf/empty.pb.h>

#include <any>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/freeze.h"
#include "provost/v1/tenant_service.pb.h"
#include "service/email_index.h"
#include "service/growth.h"
#include "service/lookup.h"
#include "service/policies.h"
#include "service/scenario_loader.h"
#include "service/settings_check.h"
#include "service/settings_rows.h"
#include "service/settings_service.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr absl::Duration kMaxScratchTtl = absl::Hours(24);

// Revisions begin anew where a name is given again: when the tenant was made tells the two apart.
// Its number, which would too, stays inside: it would tell how many others there are.
std::string EtagOfTenant(const rows::TenantRow& row) {
  const int64_t made = absl::ToUnixNanos(FromTimestamp(row.tenant().create_time()));
  return absl::StrCat(absl::Hex(made), "-", absl::Hex(row.revision()));
}

v1::Tenant ToMessage(const rows::TenantRow& row) {
  v1::Tenant message = row.tenant();
  message.set_name(FullName(row.id(), kRootScopeName));
  message.set_etag(EtagOfTenant(row));
  return message;
}

void CheckTenantId(absl::string_view id, absl::Status* bad) {
  CheckNewId("tenant_id", id, bad);
  if (id == kSystemTenantId) AddBadField(bad, "tenant_id", id, "is taken by the server itself");
}

void CheckAdministrator(const v1::InitialAdministrator& administrator, absl::Status* bad) {
  if (!IsValidId(administrator.user_id())) {
    AddBadField(bad, "administrator.user_id", administrator.user_id(),
                absl::StrCat("wanted an id of the form ", kIdForm));
  }
  CheckText("administrator.display_name", administrator.display_name(), 0, kMaxDisplayName, bad);
  CheckEmail("administrator.email", administrator.email(), bad);
}

// Compiles once, at the door, and hands the policy on to the lane.
absl::Status PreparePolicy(const v1::InitialPolicy& policy, std::any* prepared) {
  absl::StatusOr<CompiledPolicy> compiled = CompileInitial("policy", policy);
  if (!compiled.ok()) return compiled.status();
  *prepared = *std::move(compiled);
  return absl::OkStatus();
}

// --- what making a tenant consists of ---

// A user of a draft with an unending assignment of a role at its tenant.
absl::Status DraftHolder(TenantDraft& draft, absl::string_view id, absl::string_view display_name,
                         absl::string_view email, absl::string_view role, absl::Time now) {
  rows::UserRow user;
  user.set_uid(draft.NewSubject().value);
  user.set_home(kRootScope.value);
  user.mutable_user()->set_display_name(std::string(display_name.empty() ? id : display_name));
  user.mutable_user()->set_email(std::string(email));
  *user.mutable_user()->mutable_create_time() = ToTimestamp(now);
  *user.mutable_user()->mutable_update_time() = user.user().create_time();
  if (absl::Status status = ChangeEmail(draft, user.uid(), "", email); !status.ok()) return status;
  rows::AssignmentRow assignment;
  assignment.set_subject(user.uid());
  assignment.set_scope(kRootScope.value);
  assignment.mutable_assignment()->set_role(std::string(role));
  *assignment.mutable_assignment()->mutable_create_time() = ToTimestamp(now);
  *assignment.mutable_assignment()->mutable_update_time() = ToTimestamp(now);
  draft.Put(id, std::move(user));
  draft.PutAssignmentRow(draft.NewAssignment(), std::move(assignment));
  return absl::OkStatus();
}

// A counted id would tell how many tenants there are.
std::string MakeTenantId() {
  return absl::StrCat("t-", absl::BytesToHexString(Sealer::RandomBytes(8)));
}

struct NewTenant {
  NewTenant() = default;
  NewTenant(std::string new_id, std::string new_display_name)
      : id(std::move(new_id)), display_name(std::move(new_display_name)) {}

  std::string id;
  std::string display_name;
  std::optional<absl::Time> expires = std::nullopt;  // a scratch tenant
  bool archived = false;
  bool held = false;
};

// Drafts a tenant, and the scope that stands for it in the system tenant.
absl::StatusOr<TenantDraft*> DraftTenant(MutateCall& call, NewTenant wanted,
                                         const CompiledPolicy& policy) {
  TenantDraft& system = call.context.In(call.backend.registry->system());
  if (wanted.id.empty()) wanted.id = MakeTenantId();
  absl::StatusOr<std::string> id =
      ChooseId(system.state(), kSystemTenantId, Collection::kCatalogs, wanted.id, 0);
  if (!id.ok()) {
    return absl::IsAlreadyExists(id.status())
               ? AlreadyExists("tenant", absl::StrCat("tenants/", wanted.id))
               : id.status();
  }
  const google::protobuf::Timestamp now = ToTimestamp(call.now());
  rows::CatalogRow scope;
  scope.set_uid(system.NewScope().value);
  scope.set_parent(kRootScope.value);
  scope.mutable_catalog()->set_display_name(*id);
  *scope.mutable_catalog()->mutable_create_time() = now;
  *scope.mutable_catalog()->mutable_update_time() = now;

  rows::TenantRow row;
  row.set_id(*id);
  row.set_system_scope(scope.uid());
  row.set_archived(wanted.archived);
  row.set_held(wanted.held);
  v1::Tenant& tenant = *row.mutable_tenant();
  tenant.set_display_name(wanted.display_name.empty() ? *id : wanted.display_name);
  *tenant.mutable_create_time() = now;
  *tenant.mutable_update_time() = now;
  if (wanted.expires.has_value()) {
    tenant.set_scratch(true);
    *tenant.mutable_expire_time() = ToTimestamp(*wanted.expires);
  }
  rows::PolicyRow policy_row;
  *policy_row.mutable_policy()->mutable_source() = policy.source;
  policy_row.mutable_policy()->set_digest(policy.matrix->digest());
  *policy_row.mutable_policy()->mutable_create_time() = now;
  absl::StatusOr<TenantDraft*> draft =
      call.context.CreateTenant(std::move(row), std::move(policy_row), policy.matrix);
  if (!draft.ok()) return draft.status();
  system.Put(*id, std::move(scope));
  system.Describe(FullName(*id, kRootScopeName));
  (*draft)->Describe(FullName(*id, kRootScopeName));
  return draft;
}

void CheckInitialSettings(const v1::Settings& settings, absl::Status* bad) {
  for (v1::Settings::Section section : SectionsOf(settings)) {
    CheckSection("settings", section, settings, bad);
  }
}

absl::Status DraftInitialSettings(MutateCall& call, const v1::Settings& settings,
                                  TenantDraft& draft) {
  rows::SettingsRow row;
  return DraftSettings(call.context, draft, SectionsOf(settings), settings, &row);
}

std::string TopRole(const CompiledPolicy& policy) {
  return policy.matrix->role(*policy.matrix->top_role()).name;
}

// --- SetUp ---

absl::Status ValidateSetUp(const v1::SetUpRequest& request, std::any* prepared) {
  absl::Status bad;
  if (request.bootstrap_secret().empty()) {
    AddBadField(&bad, "bootstrap_secret", "",
                "wanted what the file `bootstrap-secret` in the server's data folder says");
  }
  if (request.tenant_id().empty()) {
    AddBadField(&bad, "tenant_id", "", absl::StrCat("wanted an id of the form ", kIdForm));
  }
  CheckTenantId(request.tenant_id(), &bad);
  CheckText("display_name", request.display_name(), 0, kMaxDisplayName, &bad);
  CheckAdministrator(request.administrator(), &bad);
  CheckNewId("system_user_id", request.system_user_id(), &bad);
  CheckInitialSettings(request.settings(), &bad);
  if (!bad.ok()) return bad;
  return PreparePolicy(request.policy(), prepared);
}

absl::Status SetUp(MutateCall& call, const v1::SetUpRequest& request, v1::SetUpResponse* response) {
  TenantRegistry& registry = *call.backend.registry;
  TenantDraft& system = call.draft;
  if (system.state().user_count() != 0) {
    return FailedPrecondition("SET_UP", "server",
                              "the server has been set up; it can be done only once");
  }
  if (!call.backend.bootstrap->Matches(request.bootstrap_secret())) {
    return absl::PermissionDeniedError(
        "not permitted: the bootstrap secret is not the one in the file `bootstrap-secret` of the "
        "server's data folder");
  }
  const std::string root =
      request.system_user_id().empty() ? std::string("root") : request.system_user_id();
  const Matrix& system_matrix = system.state().matrix();
  absl::Status status = DraftHolder(system, root, "", "",
                                    system_matrix.role(*system_matrix.top_role()).name, call.now());
  if (!status.ok()) return status;
  const CompiledPolicy& policy = std::any_cast<const CompiledPolicy&>(call.prepared);
  absl::StatusOr<TenantDraft*> tenant =
      DraftTenant(call, NewTenant(request.tenant_id(), request.display_name()), policy);
  if (!tenant.ok()) return tenant.status();
  const v1::InitialAdministrator& administrator = request.administrator();
  status = DraftHolder(**tenant, administrator.user_id(), administrator.display_name(),
                       administrator.email(), TopRole(policy), call.now());
  if (status.ok()) status = DraftInitialSettings(call, request.settings(), **tenant);
  if (!status.ok()) return status;
  *response->mutable_tenant() = ToMessage((*tenant)->row());
  response->set_administrator(
      NameIn(request.tenant_id(), Collection::kUsers, administrator.user_id()));
  response->set_system_administrator(NameIn(registry.system()->id(), Collection::kUsers, root));
  return absl::OkStatus();
}

// --- CreateTenant ---

absl::Status ValidateCreateTenant(const v1::CreateTenantRequest& request, std::any* prepared) {
  absl::Status bad;
  CheckTenantId(request.tenant_id(), &bad);
  CheckText("tenant.display_name", request.tenant().display_name(), 0, kMaxDisplayName, &bad);
  CheckAdministrator(request.administrator(), &bad);
  CheckInitialSettings(request.settings(), &bad);
  if (!bad.ok()) return bad;
  return PreparePolicy(request.policy(), prepared);
}

absl::Status CreateTenant(MutateCall& call, const v1::CreateTenantRequest& request,
                          v1::Tenant* response) {
  const CompiledPolicy& policy = std::any_cast<const CompiledPolicy&>(call.prepared);
  absl::StatusOr<TenantDraft*> tenant =
      DraftTenant(call, NewTenant(request.tenant_id(), request.tenant().display_name()), policy);
  if (!tenant.ok()) return tenant.status();
  const v1::InitialAdministrator& administrator = request.administrator();
  absl::Status status = DraftHolder(**tenant, administrator.user_id(), administrator.display_name(),
                                    administrator.email(), TopRole(policy), call.now());
  if (status.ok()) status = DraftInitialSettings(call, request.settings(), **tenant);
  if (!status.ok()) return status;
  *response = ToMessage((*tenant)->row());
  return absl::OkStatus();
}

// --- reading ---

absl::Status GetTenant(ReadCall& call, const v1::GetTenantRequest&, v1::Tenant* response) {
  *response = ToMessage(*call.tenant->row());
  return absl::OkStatus();
}

absl::Status ListTenants(ReadCall& call, const v1::ListTenantsRequest& request,
                         v1::ListTenantsResponse* response) {
  absl::StatusOr<Pages::Page> page =
      call.backend.pages->Begin(request, call.actor.name, call.tenant, call.now);
  if (!page.ok()) return page.status();
  const WorldState& state = *page->snapshot->view;
  for (const std::shared_ptr<Tenant>& tenant : call.backend.registry->All()) {
    if (tenant->id() <= page->cursor || tenant == call.backend.registry->system()) continue;
    const std::shared_ptr<const rows::TenantRow> row = tenant->row();
    if (!IsAllowed(state, call.self(), "tenant.read", ScopeId(row->system_scope()), false,
                   page->snapshot->time)) {
      continue;
    }
    if (response->tenants_size() == page->limit) {
      const std::string& last = response->tenants(response->tenants_size() - 1).name();
      response->set_next_page_token(
          call.backend.pages->TokenAfter(*page, last.substr(last.rfind('/') + 1)));
      break;
    }
    *response->add_tenants() = ToMessage(*row);
  }
  return absl::OkStatus();
}

// --- changing ---

absl::Status CheckNotSystem(const TenantDraft& draft, absl::string_view what) {
  if (draft.id() != kSystemTenantId) return absl::OkStatus();
  return FailedPrecondition("SYSTEM_TENANT", "tenants/system",
                            absl::StrCat("the system tenant cannot be ", what));
}

template <typename Change>
absl::Status ChangeTenant(MutateCall& call, absl::string_view name, absl::string_view etag,
                          v1::Tenant* response, Change change) {
  TenantDraft& draft = call.draft;
  rows::TenantRow row = draft.row();
  if (absl::Status status = CheckEtag(name, etag, EtagOfTenant(row)); !status.ok()) {
    return status;
  }
  if (absl::Status status = change(*row.mutable_tenant()); !status.ok()) return status;
  *row.mutable_tenant()->mutable_update_time() = ToTimestamp(call.now());
  draft.PutTenant(std::move(row));
  draft.Describe(name);
  *response = ToMessage(draft.row());
  return absl::OkStatus();
}

constexpr absl::string_view kMutableTenantFields[] = {"display_name"};

absl::Status ValidateUpdateTenant(const v1::UpdateTenantRequest& request) {
  absl::Status name =
      ParseNameIn(Collection::kTenant, "tenant.name", request.tenant().name()).status();
  if (!name.ok()) return name;
  absl::StatusOr<std::vector<std::string>> fields =
      FieldsToUpdate(request.update_mask(), request.tenant(), kMutableTenantFields);
  if (!fields.ok()) return fields.status();
  absl::Status bad;
  if (!fields->empty()) {
    CheckText("tenant.display_name", request.tenant().display_name(), 1, kMaxDisplayName, &bad);
  }
  return bad;
}

absl::Status UpdateTenant(MutateCall& call, const v1::UpdateTenantRequest& request,
                          v1::Tenant* response) {
  return ChangeTenant(
      call, request.tenant().name(), request.tenant().etag(), response, [&](v1::Tenant& tenant) {
        return ApplyMask(request.update_mask(), request.tenant(), kMutableTenantFields, &tenant);
      });
}

template <typename Request>
absl::Status ValidateName(const Request& request) {
  return ParseNameIn(Collection::kTenant, "name", request.name()).status();
}

template <typename Request>
absl::Status SetSuspended(MutateCall& call, const Request& request, bool suspended,
                          v1::Tenant* response) {
  if (absl::Status status = CheckNotSystem(call.draft, suspended ? "suspended" : "resumed");
      !status.ok()) {
    return status;
  }
  return ChangeTenant(call, request.name(), request.etag(), response, [&](v1::Tenant& tenant) {
    if (tenant.suspended() == suspended) {
      return FailedPrecondition(
          suspended ? "SUSPENDED" : "NOT_SUSPENDED", request.name(),
          absl::StrCat(Quoted(request.name()),
                       suspended ? " is suspended already" : " is not suspended"));
    }
    tenant.set_suspended(suspended);
    return absl::OkStatus();
  });
}

absl::Status SuspendTenant(MutateCall& call, const v1::SuspendTenantRequest& request,
                           v1::Tenant* response) {
  return SetSuspended(call, request, true, response);
}
absl::Status ResumeTenant(MutateCall& call, const v1::ResumeTenantRequest& request,
                          v1::Tenant* response) {
  return SetSuspended(call, request, false, response);
}

// Refused while anything is on hold; whatever is archived goes. The freezes of a scratch tenant are
// part of the world that it was made for, and guard nothing.
absl::Status CheckNothingHeld(const TenantDraft& draft) {
  if (draft.row().tenant().scratch()) return absl::OkStatus();
  const WorldState& state = draft.state();
  absl::Status status;
  state.ForEachInSubtree(state.root(), [&](ScopeId scope) {
    if ((state.scope_line(scope.value)->flags & ScopeLine::kHeld) == 0) return true;
    const std::string name = ScopeFullName(state, draft.id(), scope);
    status = FailedPrecondition("HELD", name, absl::StrCat("`", name, "` is on hold"));
    return false;
  });
  return status;
}

absl::Status DraftDeletion(MutationContext& context, const Backend& backend) {
  TenantDraft& draft = context.draft();
  TenantDraft& system = context.In(backend.registry->system());
  const std::string name = FullName(draft.id(), kRootScopeName);
  const ScopeId stands_for(draft.row().system_scope());
  if (system.state().HasScope(stands_for)) {
    if (absl::Status status = system.EraseSubtree(stands_for); !status.ok()) return status;
  }
  system.Describe(name);
  context.DeleteTenant(draft.shared_tenant());
  return absl::OkStatus();
}

absl::Status DeleteTenant(MutateCall& call, const v1::DeleteTenantRequest& request,
                          google::protobuf::Empty*) {
  TenantDraft& draft = call.draft;
  absl::StatusOr<ResourceName> name = ParseNameIn(Collection::kTenant, "name", request.name());
  if (!name.ok()) return name.status();
  // Judged as missing, and let through for `allow_missing`.
  if (name->tenant != draft.id()) return absl::OkStatus();
  absl::Status status = CheckNotSystem(draft, "deleted");
  if (status.ok()) {
    status = CheckEtag(request.name(), request.etag(), EtagOfTenant(draft.row()));
  }
  if (status.ok()) status = CheckNothingHeld(draft);
  return status.ok() ? DraftDeletion(call.context, call.backend) : status;
}

// --- LoadScenario ---

absl::Status ValidateLoadScenario(const v1::LoadScenarioRequest& request, std::any* prepared) {
  absl::Status bad;
  CheckTenantId(request.tenant_id(), &bad);
  if (request.has_ttl()) {
    const absl::Duration ttl =
        absl::Seconds(request.ttl().seconds()) + absl::Nanoseconds(request.ttl().nanos());
    if (ttl <= absl::ZeroDuration() || ttl > kMaxScratchTtl) {
      AddBadField(
          &bad, "ttl", absl::FormatDuration(ttl),
          absl::StrCat("wanted a time above 0 and up to ", absl::FormatDuration(kMaxScratchTtl)));
    }
  }
  if (absl::Status world = CheckScenarioWorld("scenario", request.scenario()); !world.ok()) {
    return bad.ok() ? world : bad;
  }
  if (!bad.ok()) return bad;
  absl::StatusOr<CompiledPolicy> policy;
  if (request.scenario().has_inline_policy()) {
    policy = CompileSource("scenario.inline_policy", request.scenario().inline_policy());
  } else {
    policy = LoadPreset(request.scenario().policy());
    if (absl::IsNotFound(policy.status())) {
      return BadField("scenario.policy", request.scenario().policy(),
                      absl::StrCat(policy.status().message(),
                                   "; the server reads no files: send them as `inline_policy`"));
    }
  }
  if (!policy.ok()) return policy.status();
  if (absl::Status fits = CheckScenarioPolicy("scenario", request.scenario(), *policy->matrix);
      !fits.ok()) {
    return fits;
  }
  if (!policy->matrix->top_role().has_value() && !request.administrator().empty()) {
    return BadField("administrator", request.administrator(),
                    "the policy has no top role that an administrator could get");
  }
  *prepared = *std::move(policy);
  return absl::OkStatus();
}

// A tenant that has just been made can be filled: nobody has built anything in it yet.
absl::StatusOr<TenantDraft*> DraftFilling(MutateCall& call, const std::shared_ptr<Tenant>& tenant,
                                          const CompiledPolicy& policy, const NewTenant& wanted) {
  TenantDraft& draft = call.context.In(tenant);
  const std::string name = FullName(draft.id(), kRootScopeName);
  const bool overridden = !draft.state().OverridesAt(draft.state().root()).empty();
  if (draft.state().scope_count() > 1 || overridden) {
    return FailedPrecondition(
        "NOT_EMPTY", name,
        absl::StrCat("`", name,
                     "` is in use: a scenario is loaded into a new tenant, or "
                     "into one that has nothing but its administrators"));
  }
  if (draft.state().matrix().digest() != policy.matrix->digest()) {
    return FailedPrecondition(
        "POLICY", name,
        absl::StrCat("`", name, "` runs `", draft.state().matrix().name(),
                     "` and the scenario is written for `", policy.matrix->name(), "`"));
  }
  if (wanted.expires.has_value()) {
    return BadField("ttl", "set", "wanted none, for a tenant that is there already");
  }
  rows::TenantRow row = draft.row();
  row.set_archived(wanted.archived);
  row.set_held(wanted.held);
  *row.mutable_tenant()->mutable_update_time() = ToTimestamp(call.now());
  draft.PutTenant(std::move(row));
  draft.Describe(name);
  return &draft;
}

absl::Status LoadScenario(MutateCall& call, const v1::LoadScenarioRequest& request,
                          v1::LoadScenarioResponse* response) {
  const CompiledPolicy& policy = std::any_cast<const CompiledPolicy&>(call.prepared);
  NewTenant wanted;
  wanted.id = request.tenant_id();
  wanted.display_name = request.scenario().name().substr(0, kMaxDisplayName);
  if (request.has_ttl()) {
    wanted.expires = call.now() + absl::Seconds(request.ttl().seconds()) +
                     absl::Nanoseconds(request.ttl().nanos());
  }
  rows::TenantRow freezes;
  FreezesOfTenant(request.scenario(), &freezes);
  wanted.archived = freezes.archived();
  wanted.held = freezes.held();
  const std::shared_ptr<Tenant> existing =
      wanted.id.empty() ? nullptr : call.backend.registry->Find(wanted.id);
  absl::StatusOr<TenantDraft*> tenant = existing == nullptr
                                            ? DraftTenant(call, wanted, policy)
                                            : DraftFilling(call, existing, policy, wanted);
  if (!tenant.ok()) return tenant.status();
  *response->mutable_tenant() = ToMessage((*tenant)->row());
  return DraftScenario(request.scenario(), request.administrator(), *policy.matrix, call.now(),
                       **tenant, response);
}

}  // namespace

void RegisterTenantService(Methods& methods) {
  RegisterGrowth(methods);
  RegisterSettings(methods);
  Method& set_up = methods.Mutate<v1::SetUpRequest, v1::SetUpResponse>(ValidateSetUp, SetUp);
  set_up.validate_on_pool = true;
  set_up.committed = [](const Backend& backend) { backend.bootstrap->Use(); };
  methods.Mutate<v1::CreateTenantRequest, v1::Tenant>(ValidateCreateTenant, CreateTenant)
      .validate_on_pool = true;
  Methods::ValidateBy<v1::GetTenantRequest>(
      methods.Read<v1::GetTenantRequest, v1::Tenant>(GetTenant),
      ValidateName<v1::GetTenantRequest>);
  methods.Scan<v1::ListTenantsRequest, v1::ListTenantsResponse>(ListTenants);
  methods.Mutate<v1::UpdateTenantRequest, v1::Tenant>(ValidateUpdateTenant, UpdateTenant);
  methods.Mutate<v1::SuspendTenantRequest, v1::Tenant>(ValidateName<v1::SuspendTenantRequest>,
                                                       SuspendTenant);
  methods.Mutate<v1::ResumeTenantRequest, v1::Tenant>(ValidateName<v1::ResumeTenantRequest>,
                                                      ResumeTenant);
  methods.Mutate<v1::DeleteTenantRequest, google::protobuf::Empty>(
      ValidateName<v1::DeleteTenantRequest>, DeleteTenant);
  methods
      .Mutate<v1::LoadScenarioRequest, v1::LoadScenarioResponse>(ValidateLoadScenario, LoadScenario)
      .validate_on_pool = true;
}

void DeleteExpiredTenants(const Backend& backend) {
  const absl::Time now = backend.registry->clock().Now();
  for (const std::shared_ptr<Tenant>& tenant : backend.registry->All()) {
    const std::shared_ptr<const rows::TenantRow> row = tenant->row();
    if (!row->tenant().scratch() || FromTimestamp(row->tenant().expire_time()) > now) continue;
    TenantMutation mutation;
    mutation.tenant = tenant;
    mutation.actor.name = "server";
    mutation.method = "server.DeleteExpiredTenant";
    mutation.prepare = [backend](MutationContext& context) -> absl::StatusOr<std::string> {
      // Timers skip what is frozen (rule 19): here, the scope that stands for the tenant above it.
      absl::Status status = CheckPathNotFrozen(context.StateOf(backend.registry->system()),
                                               ScopeId(context.draft().row().system_scope()));
      if (status.ok()) status = DraftDeletion(context, backend);
      if (!status.ok()) return status;
      return std::string();
    };
    // Whatever hinders it now, the next round finds the tenant again.
    mutation.done = [](const absl::StatusOr<MutationResult>&) {};
    backend.writer->Submit(std::move(mutation));
  }
}

}  // namespace provost
