#include "service/user_service.h"

#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/user_service.pb.h"
#include "service/authorize.h"
#include "service/export_users.h"
#include "service/group_rule.h"
#include "service/import_rows.h"
#include "service/import_users.h"
#include "service/kept_answers.h"
#include "service/lookup.h"
#include "service/manager_chain.h"
#include "service/service_accounts.h"
#include "service/subject_resource.h"
#include "service/user_fields.h"
#include "service/user_profile.h"
#include "tenant/group_rules.h"

namespace provost {
namespace {

constexpr absl::string_view kReadPublic = "user.profile.read";

struct UserKind {
  using Row = rows::UserRow;
  using Resource = v1::User;
  static constexpr Collection kCollection = Collection::kUsers;
  static constexpr absl::string_view kField = "user";
  static constexpr absl::string_view kNoun = "user";
  static constexpr absl::string_view kRead = "user.read";
  static constexpr bool kSelfReads = true;
  static constexpr ScopeKind kLowestHome = ScopeKind::kCatalog;

  static const v1::User& Of(const rows::UserRow& row) { return row.user(); }
  static v1::User* Of(rows::UserRow* row) { return row->mutable_user(); }

  static void AddHome(absl::string_view tenant, const WorldState& state, const rows::UserRow& row,
                      v1::User* user) {
    const ScopeId home = row.home() == 0 ? state.root() : ScopeId(row.home());
    if (state.HasScope(home)) user->set_home_scope(FullName(tenant, state.ScopeName(home)));
    if (row.manager() != 0) {
      user->set_manager(SubjectFullName(state, tenant, SubjectId(row.manager())));
    }
  }

  // Suspending and reactivating leave what the indexes are of as it is.
  static absl::Status BeforePut(MutateCall&, const rows::UserRow*, rows::UserRow*) {
    return absl::OkStatus();
  }
  // Answer() does, which has the tenant's fields.
  static void HidePrivate(const MutateCall&, const rows::UserRow&, v1::User*) {}
};

using Users = SubjectKit<UserKind>;

ScopeId HomeOf(const WorldState& state, const rows::UserRow& row) {
  return row.home() == 0 ? state.root() : ScopeId(row.home());
}

// What everybody in the tenant may see of somebody.
v1::User PublicPart(absl::string_view tenant, absl::string_view id, const UserFields& fields,
                    const rows::UserRow& row) {
  v1::User user;
  user.set_name(NameIn(tenant, Collection::kUsers, id));
  user.set_display_name(row.user().display_name());
  fields.Show(row, /*public_only=*/true, &user);
  return user;
}

void CheckView(v1::User::View view, absl::Status* status) {
  if (!v1::User::View_IsValid(view)) {
    AddBadField(status, "view", absl::StrCat(view), "wanted FULL or PUBLIC");
  }
}

// --- answers to changes ---

// Who may change something about a user need not be one who may read the profile (rule 25).
absl::Status Answer(MutateCall& call, absl::string_view name, const UserFields& fields,
                    const rows::UserRow& row, absl::string_view request_id, v1::User* response) {
  const bool about_self = SubjectId(row.uid()) == call.actor();
  if (IsAllowed(call.state(), call.actor(), UserKind::kRead, HomeOf(call.state(), row), about_self,
                call.now())) {
    *response = Users::ToMessage(call.draft.id(), call.state(), IdOf(name), row);
    fields.Show(row, /*public_only=*/false, response);
  } else {
    const v1::User known = Users::ToMessage(call.draft.id(), call.state(), IdOf(name), row);
    *response = PublicPart(call.draft.id(), IdOf(name), fields, row);
    response->set_home_scope(known.home_scope());
    response->set_suspended(known.suspended());
    response->set_etag(known.etag());
  }
  return RememberAnswer(call.draft, row.uid(), request_id);
}

// --- Create ---

absl::Status ValidateCreate(const v1::CreateUserRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckNewId("user_id", request.user_id(), &status);
  for (absl::string_view field : ProfileFields()) {
    CheckProfileField(field, request.user(), &status);
  }
  CheckHome("user.home_scope", request.user().home_scope(), request.parent(), UserKind::kLowestHome,
            &status);
  return status;
}

absl::Status CreateUser(MutateCall& call, const v1::CreateUserRequest& request,
                        v1::User* response) {
  TenantDraft& draft = call.draft;
  const SubjectId uid = draft.NewSubject();
  absl::StatusOr<std::string> id =
      ChooseId(call.state(), draft.id(), Collection::kUsers, request.user_id(), uid.value);
  if (absl::IsAlreadyExists(id.status())) {
    return Users::TakenId(call, request.user_id(), id.status());
  }
  if (!id.ok()) return id.status();
  absl::StatusOr<ScopeId> home = Users::FindHome(call.state(), request.user().home_scope());
  if (!home.ok()) return home.status();
  absl::StatusOr<UserFields> fields = UserFields::Read(draft.reader(), draft.number());
  if (!fields.ok()) return fields.status();
  absl::StatusOr<rows::UserRow> row = DraftNewUser(
      draft, *fields, ProfileEditor{call.actor(), call.now()}, request.user(), *id, uid, *home);
  if (!row.ok()) return row.status();
  *response = Users::ToMessage(draft.id(), call.state(), *id, *row);
  fields->Show(*row, /*public_only=*/false, response);
  draft.Describe(response->name());
  return RememberAnswer(draft, uid.value, request.request_id());
}

// --- Get, List ---

absl::Status ValidateGet(const v1::GetUserRequest& request) {
  absl::Status status = Users::ValidateGet(request);
  CheckView(request.view(), &status);
  return status;
}

absl::Status GetUser(ReadCall& call, const v1::GetUserRequest& request, v1::User* response) {
  absl::StatusOr<std::optional<rows::UserRow>> row =
      Users::Find(call.reader(), call.tenant->number(), request.name());
  if (!row.ok()) return row.status();
  const std::string id = IdOf(request.name());
  const SubjectId subject = call.state.FindSubject(ParseName(request.name())->Relative());
  // The caller was let in to see this one; the name may be another's since.
  if (!row->has_value() || (*row)->uid() != subject.value) {
    return NotFound(UserKind::kNoun, request.name());
  }
  absl::StatusOr<UserFields> fields = UserFields::Read(call.reader(), call.tenant->number());
  if (!fields.ok()) return fields.status();
  if (request.view() == v1::User::PUBLIC) {
    *response = PublicPart(call.tenant->id(), id, *fields, **row);
  } else {
    *response = Users::ToMessage(call.tenant->id(), call.state, id, **row);
    fields->Show(**row, /*public_only=*/false, response);
  }
  return absl::OkStatus();
}

absl::Status ValidateList(const v1::ListUsersRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckHome("home_scope", request.home_scope(), request.parent(), UserKind::kLowestHome, &status);
  CheckView(request.view(), &status);
  if (!request.manager().empty()) {
    CheckNameIn(Collection::kUsers, "manager", request.manager(), &status);
    if (request.view() == v1::User::PUBLIC) {
      AddBadField(&status, "manager", request.manager(), "wanted none with PUBLIC, which has none");
    }
  }
  return status;
}

absl::Status ListUsers(ReadCall& call, const v1::ListUsersRequest& request,
                       v1::ListUsersResponse* response) {
  absl::StatusOr<Pages::Page> page =
      call.backend.pages->Begin(request, Users::CallerKey(call), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const WorldState& state = *page->snapshot->view;
  const bool is_public = request.view() == v1::User::PUBLIC;
  SubjectQuery query;
  query.collection = Collection::kUsers;
  query.permission = is_public ? kReadPublic : UserKind::kRead;
  query.self_counts = true;
  query.lowest_home = UserKind::kLowestHome;
  // A home or manager that is missing and one that is hidden look alike.
  if (!request.home_scope().empty()) {
    const ScopeId home = state.FindScope(ParseName(request.home_scope())->Relative());
    if (!state.HasScope(home)) return absl::OkStatus();
    query.home = home;
  }
  if (!request.manager().empty()) {
    absl::StatusOr<ResourceName> name = ParseName(request.manager());
    const SubjectId manager = state.FindSubject(name->Relative());
    if (name->tenant != call.tenant->id() || !state.HasSubject(manager)) return absl::OkStatus();
    absl::StatusOr<std::vector<SubjectId>> reports =
        ReportsOf(call.reader(), call.tenant->number(), manager);
    if (!reports.ok()) return reports.status();
    query.among = *std::move(reports);
  }
  absl::StatusOr<SubjectRows> found = ReadSubjectRows(call, *page, query);
  if (!found.ok()) return found.status();
  absl::StatusOr<UserFields> fields = UserFields::Read(call.reader(), call.tenant->number());
  if (!fields.ok()) return fields.status();
  for (const SubjectRowBytes& bytes : found->rows) {
    absl::StatusOr<rows::UserRow> row =
        ParseRow<rows::UserRow>(store::Table::kUsers, bytes.key, bytes.bytes);
    if (!row.ok()) return row.status();
    if (row->uid() != bytes.subject.value) continue;  // The name is another's by now.
    v1::User& user = *response->add_users();
    if (is_public) {
      user = PublicPart(call.tenant->id(), bytes.id, *fields, *row);
    } else {
      user = Users::ToMessage(call.tenant->id(), state, bytes.id, *row);
      fields->Show(*row, /*public_only=*/false, &user);
    }
  }
  if (found->more) {
    response->set_next_page_token(call.backend.pages->TokenAfter(*page, found->last));
  }
  return absl::OkStatus();
}

absl::Status ListUserFields(ReadCall& call, const v1::ListUserFieldsRequest&,
                            v1::ListUserFieldsResponse* response) {
  absl::StatusOr<UserFields> fields = UserFields::Read(call.reader(), call.tenant->number());
  if (!fields.ok()) return fields.status();
  for (const UserFields::Field& field : fields->all()) {
    *response->add_fields() = field.definition;
  }
  return absl::OkStatus();
}

// --- Update ---

absl::Status ValidateUpdate(const v1::UpdateUserRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kUsers, "user.name", request.user().name(), &status);
  absl::StatusOr<std::vector<std::string>> parts =
      ProfileParts(request.update_mask(), request.user());
  if (!parts.ok()) return status.ok() ? parts.status() : status;
  for (const std::string& part : *parts) CheckProfileField(part, request.user(), &status);
  return status;
}

// Rule 13, for the parts of `wanted` that the rules of groups read. `row` is empty for a new user.
absl::Status MayWriteParts(const RuleCall& call, const v1::User& wanted,
                           absl::Span<const std::string> parts, const rows::UserRow& row,
                           ScopeId home, absl::string_view name) {
  absl::StatusOr<UserFields> fields = UserFields::Read(call.reader, call.tenant.number());
  if (!fields.ok()) return fields.status();
  return MayWriteRuleFields(
      call, SubjectId(row.uid()), home,
      RuleFieldsWritten(call.state, *fields, call.tenant.id(), wanted, parts, row), name);
}

absl::Status MayCreate(const RuleCall& call, const v1::CreateUserRequest& request) {
  if (!HasRuleGroups(call.state)) return absl::OkStatus();
  if (absl::Status status = ValidateCreate(request); !status.ok()) return status;
  absl::StatusOr<ScopeId> home = Users::FindHome(call.state, request.user().home_scope());
  if (!home.ok()) return home.status();
  const std::vector<std::string> parts(ProfileFields().begin(), ProfileFields().end());
  return MayWriteParts(call, request.user(), parts, rows::UserRow(), *home, request.parent());
}

// Rule 13, and rule 14 where the address changes that the user signs in with.
absl::Status MayUpdate(const RuleCall& call, const v1::UpdateUserRequest& request) {
  if (absl::Status status = ValidateUpdate(request); !status.ok()) return status;
  const v1::User& wanted = request.user();
  absl::StatusOr<std::vector<std::string>> parts = ProfileParts(request.update_mask(), wanted);
  if (!parts.ok()) return parts.status();
  const bool changes_email = std::find(parts->begin(), parts->end(), "email") != parts->end();
  const bool has_rules = HasRuleGroups(call.state);
  if (!changes_email && !has_rules) return absl::OkStatus();
  absl::StatusOr<std::optional<rows::UserRow>> row =
      Users::Find(call.reader, call.tenant.number(), wanted.name());
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(UserKind::kNoun, wanted.name());
  if (has_rules) {
    absl::Status status =
        MayWriteParts(call, wanted, *parts, **row, HomeOf(call.state, **row), wanted.name());
    if (!status.ok()) return status;
  }
  if (!changes_email || (*row)->user().email() == wanted.email()) return absl::OkStatus();
  return CheckIdentityRule(call, UserKind::kNoun, wanted.name());
}

absl::Status CheckHomeKept(MutateCall& call, const v1::UpdateUserRequest& request,
                           const rows::UserRow& row) {
  const auto& paths = request.update_mask().paths();
  const bool whole = paths.empty() || (paths.size() == 1 && paths.Get(0) == "*");
  const std::string& wanted = request.user().home_scope();
  if (!whole || wanted.empty()) return absl::OkStatus();
  const std::string home = ScopeFullName(call.state(), call.draft.id(), HomeOf(call.state(), row));
  if (wanted == home) return absl::OkStatus();
  return BadField("user.home_scope", wanted,
                  absl::StrCat("cannot be changed; it is ", Quoted(home)));
}

absl::Status UpdateUser(MutateCall& call, const v1::UpdateUserRequest& request,
                        v1::User* response) {
  TenantDraft& draft = call.draft;
  const v1::User& wanted = request.user();
  absl::StatusOr<rows::UserRow> before = Users::FindForChange(call, wanted.name(), wanted.etag());
  if (!before.ok()) return before.status();
  absl::StatusOr<std::vector<std::string>> parts = ProfileParts(request.update_mask(), wanted);
  if (!parts.ok()) return parts.status();
  if (absl::Status status = CheckHomeKept(call, request, *before); !status.ok()) return status;
  absl::StatusOr<UserFields> fields = UserFields::Read(draft.reader(), draft.number());
  if (!fields.ok()) return fields.status();
  if (SubjectId(before->uid()) == call.actor() &&
      !IsAllowed(call.state(), call.actor(), "user.update", HomeOf(call.state(), *before),
                 /*about_self=*/false, call.now())) {
    const std::string part =
        NotForOneself(call.state(), *fields, draft.id(), wanted, *parts, *before);
    if (!part.empty()) {
      return WithErrorInfo(
          absl::PermissionDeniedError(absl::StrCat("not permitted: `user.", part,
                                                   "` is not for oneself to change; it needs "
                                                   "`user.update`")),
          "NOT_PERMITTED", {{"permission", "user.update"}, {"resource", wanted.name()}});
    }
  }
  absl::StatusOr<rows::UserRow> row =
      DraftUserChange(draft, *fields, ProfileEditor{call.actor(), call.now()}, wanted, *parts,
                      IdOf(wanted.name()), *before);
  if (!row.ok()) return row.status();
  draft.Describe(wanted.name());
  return Answer(call, wanted.name(), *fields, *row, request.request_id(), response);
}

// --- Suspend, Reactivate, Delete ---

template <typename Request>
absl::Status SetSuspended(MutateCall& call, const Request& request, bool suspended,
                          v1::User* response) {
  if (absl::Status status = Users::SetSuspended(call, request, suspended, response); !status.ok()) {
    return status;
  }
  absl::StatusOr<std::optional<rows::UserRow>> row =
      Users::Find(call.draft.reader(), call.draft.number(), request.name());
  if (!row.ok()) return row.status();
  absl::StatusOr<UserFields> fields = UserFields::Read(call.draft.reader(), call.draft.number());
  if (!fields.ok()) return fields.status();
  return Answer(call, request.name(), *fields, **row, request.request_id(), response);
}

// Rule 14.
template <typename Request>
absl::Status MayChangeIdentity(const RuleCall& call, const Request& request) {
  return CheckIdentityRule(call, UserKind::kNoun, request.name());
}

absl::Status MayDelete(const RuleCall& call, const v1::DeleteUserRequest& request) {
  absl::Status status = MayChangeIdentity(call, request);
  return absl::IsNotFound(status) && request.allow_missing() ? absl::OkStatus() : status;
}

}  // namespace

void RegisterUserService(Methods& methods) {
  Method& create = methods.Mutate<v1::CreateUserRequest, v1::User>(ValidateCreate, CreateUser);
  Methods::AuthorizeBy<v1::CreateUserRequest>(create, MayCreate);
  Method& get = methods.Read<v1::GetUserRequest, v1::User>(GetUser);
  Methods::ValidateBy<v1::GetUserRequest>(get, ValidateGet);
  Method& list = methods.Scan<v1::ListUsersRequest, v1::ListUsersResponse>(ListUsers);
  Methods::ValidateBy<v1::ListUsersRequest>(list, ValidateList);
  Method& fields =
      methods.Read<v1::ListUserFieldsRequest, v1::ListUserFieldsResponse>(ListUserFields);
  Methods::ValidateBy<v1::ListUserFieldsRequest>(
      fields, [](const v1::ListUserFieldsRequest& request) {
        return ParseNameIn(Collection::kTenant, "tenant", request.tenant()).status();
      });

  Method& update = methods.Mutate<v1::UpdateUserRequest, v1::User>(ValidateUpdate, UpdateUser);
  Methods::AuthorizeBy<v1::UpdateUserRequest>(update, MayUpdate);

  Method& remove = methods.Mutate<v1::DeleteUserRequest, google::protobuf::Empty>(
      Users::ValidateName<v1::DeleteUserRequest>,
      Users::DoDelete<v1::DeleteUserRequest, google::protobuf::Empty>);
  Methods::AuthorizeBy<v1::DeleteUserRequest>(remove, MayDelete);

  Method& suspend = methods.Mutate<v1::SuspendUserRequest, v1::User>(
      Users::ValidateName<v1::SuspendUserRequest>,
      [](MutateCall& call, const v1::SuspendUserRequest& request, v1::User* response) {
        return SetSuspended(call, request, true, response);
      });
  Methods::AuthorizeBy<v1::SuspendUserRequest>(suspend, MayChangeIdentity<v1::SuspendUserRequest>);

  Method& reactivate = methods.Mutate<v1::ReactivateUserRequest, v1::User>(
      Users::ValidateName<v1::ReactivateUserRequest>,
      [](MutateCall& call, const v1::ReactivateUserRequest& request, v1::User* response) {
        return SetSuspended(call, request, false, response);
      });
  Methods::AuthorizeBy<v1::ReactivateUserRequest>(reactivate,
                                                  MayChangeIdentity<v1::ReactivateUserRequest>);

  RegisterServiceAccounts(methods);
  RegisterImportUsers(methods);
  RegisterImportProgress(methods);
  RegisterExportUsers(methods);
}

}  // namespace provost
