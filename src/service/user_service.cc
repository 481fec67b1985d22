#include "service/user_service.h"

#include <google/protobuf/empty.pb.h>

#include <string>

#include "provost/v1/user_service.pb.h"
#include "service/authorize.h"
#include "service/email_index.h"
#include "service/lookup.h"
#include "service/service_accounts.h"
#include "service/subject_resource.h"

namespace provost {
namespace {

struct UserKind {
  using Row = rows::UserRow;
  using Resource = v1::User;
  static constexpr Collection kCollection = Collection::kUsers;
  static constexpr absl::string_view kField = "user";
  static constexpr absl::string_view kIdField = "user_id";
  static constexpr absl::string_view kNoun = "user";
  static constexpr absl::string_view kRead = "user.read";
  static constexpr bool kSelfReads = true;
  static constexpr ScopeKind kLowestHome = ScopeKind::kCatalog;
  static constexpr absl::string_view kUpdatable[] = {"display_name", "email"};

  static const v1::User& Of(const rows::UserRow& row) { return row.user(); }
  static v1::User* Of(rows::UserRow* row) { return row->mutable_user(); }
  static const v1::User& Of(const v1::CreateUserRequest& request) { return request.user(); }
  static const v1::User& Of(const v1::UpdateUserRequest& request) { return request.user(); }
  static const std::string& IdOf(const v1::CreateUserRequest& request) { return request.user_id(); }
  static v1::User* Add(v1::ListUsersResponse* response) { return response->add_users(); }
  static const std::string& HomeNameOf(const v1::User& user) { return user.home_scope(); }

  static void CheckField(absl::string_view field, const v1::User& user, absl::Status* status) {
    if (field == "display_name") {
      CheckText("user.display_name", user.display_name(), 1, kMaxDisplayName, status);
    } else {
      CheckEmail("user.email", user.email(), status);
    }
  }
  static void CheckHomeOf(const v1::CreateUserRequest& request, absl::Status* status) {
    CheckHome("user.home_scope", request.user().home_scope(), request.parent(), kLowestHome,
              status);
  }

  static void SetHome(ScopeId home, rows::UserRow* row) { row->set_home(home.value); }
  static void AddHome(absl::string_view tenant, const WorldState& state, const rows::UserRow& row,
                      v1::User* user) {
    const ScopeId home = row.home() == 0 ? state.root() : ScopeId(row.home());
    if (state.HasScope(home)) user->set_home_scope(FullName(tenant, state.ScopeName(home)));
  }

  static absl::Status BeforePut(TenantDraft& draft, const rows::UserRow* before,
                                const rows::UserRow& row) {
    return ChangeEmail(draft, row.uid(), before == nullptr ? "" : before->user().email(),
                       row.user().email());
  }

  // Who may change something about a user need not be one who may read the profile (rule 25).
  static void HidePrivate(const MutateCall& call, const rows::UserRow& row, v1::User* user) {
    const ScopeId home = row.home() == 0 ? call.state().root() : ScopeId(row.home());
    const bool about_self = SubjectId(row.uid()) == call.actor();
    if (!IsAllowed(call.state(), call.actor(), kRead, home, about_self, call.now())) {
      user->clear_email();
    }
  }
};

using Users = SubjectKit<UserKind>;

// Rule 14, where the address changes that the user signs in with.
absl::Status MayUpdate(const RuleCall& call, const v1::UpdateUserRequest& request) {
  if (absl::Status status = Users::ValidateUpdate(request); !status.ok()) return status;
  absl::StatusOr<std::vector<std::string>> fields =
      FieldsToUpdate(request.update_mask(), request.user(), UserKind::kUpdatable);
  if (!fields.ok()) return fields.status();
  bool changes_email = false;
  for (const std::string& field : *fields) changes_email |= field == "email";
  if (!changes_email) return absl::OkStatus();
  absl::StatusOr<std::optional<rows::UserRow>> row =
      Users::Find(call.reader, call.tenant.number(), request.user().name());
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(UserKind::kNoun, request.user().name());
  if ((*row)->user().email() == request.user().email()) return absl::OkStatus();
  return CheckIdentityRule(call, UserKind::kNoun, request.user().name());
}

absl::Status MayDelete(const RuleCall& call, const v1::DeleteUserRequest& request) {
  absl::Status status = CheckIdentityRule(call, UserKind::kNoun, request.name());
  return absl::IsNotFound(status) && request.allow_missing() ? absl::OkStatus() : status;
}

}  // namespace

void RegisterUserService(Methods& methods) {
  methods.Mutate<v1::CreateUserRequest, v1::User>(Users::ValidateCreate<v1::CreateUserRequest>,
                                                  Users::DoCreate<v1::CreateUserRequest>);
  Method& get = methods.Read<v1::GetUserRequest, v1::User>(Users::DoGet<v1::GetUserRequest>);
  Methods::ValidateBy<v1::GetUserRequest>(get, Users::ValidateGet<v1::GetUserRequest>);
  methods.Scan<v1::ListUsersRequest, v1::ListUsersResponse>(
      [](ReadCall& call, const v1::ListUsersRequest& request, v1::ListUsersResponse* response) {
        return Users::DoList(call, request, request.home_scope(), response);
      });

  Method& update = methods.Mutate<v1::UpdateUserRequest, v1::User>(
      Users::ValidateUpdate<v1::UpdateUserRequest>, Users::DoUpdate<v1::UpdateUserRequest>);
  Methods::AuthorizeBy<v1::UpdateUserRequest>(update, MayUpdate);

  Method& remove = methods.Mutate<v1::DeleteUserRequest, google::protobuf::Empty>(
      Users::ValidateName<v1::DeleteUserRequest>,
      Users::DoDelete<v1::DeleteUserRequest, google::protobuf::Empty>);
  Methods::AuthorizeBy<v1::DeleteUserRequest>(remove, MayDelete);

  Method& suspend = methods.Mutate<v1::SuspendUserRequest, v1::User>(
      Users::ValidateName<v1::SuspendUserRequest>,
      [](MutateCall& call, const v1::SuspendUserRequest& request, v1::User* response) {
        return Users::SetSuspended(call, request, true, response);
      });
  Methods::AuthorizeBy<v1::SuspendUserRequest>(
      suspend, [](const RuleCall& call, const v1::SuspendUserRequest& request) {
        return CheckIdentityRule(call, UserKind::kNoun, request.name());
      });

  Method& reactivate = methods.Mutate<v1::ReactivateUserRequest, v1::User>(
      Users::ValidateName<v1::ReactivateUserRequest>,
      [](MutateCall& call, const v1::ReactivateUserRequest& request, v1::User* response) {
        return Users::SetSuspended(call, request, false, response);
      });
  Methods::AuthorizeBy<v1::ReactivateUserRequest>(
      reactivate, [](const RuleCall& call, const v1::ReactivateUserRequest& request) {
        return CheckIdentityRule(call, UserKind::kNoun, request.name());
      });

  RegisterServiceAccounts(methods);
}

}  // namespace provost
