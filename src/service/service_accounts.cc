#include "service/service_accounts.h"

#include <google/protobuf/empty.pb.h>

#include <string>

#include "provost/v1/user_service.pb.h"
#include "service/subject_resource.h"

namespace provost {
namespace {

struct ServiceAccountKind {
  using Row = rows::ServiceAccountRow;
  using Resource = v1::ServiceAccount;
  static constexpr Collection kCollection = Collection::kServiceAccounts;
  static constexpr absl::string_view kField = "service_account";
  static constexpr absl::string_view kIdField = "service_account_id";
  static constexpr absl::string_view kNoun = "service account";
  static constexpr absl::string_view kRead = "tenant.integration.manage";
  static constexpr bool kSelfReads = false;
  static constexpr ScopeKind kLowestHome = ScopeKind::kTenant;
  static constexpr absl::string_view kUpdatable[] = {"display_name"};

  static const v1::ServiceAccount& Of(const rows::ServiceAccountRow& row) {
    return row.service_account();
  }
  static v1::ServiceAccount* Of(rows::ServiceAccountRow* row) {
    return row->mutable_service_account();
  }
  static const v1::ServiceAccount& Of(const v1::CreateServiceAccountRequest& request) {
    return request.service_account();
  }
  static const v1::ServiceAccount& Of(const v1::UpdateServiceAccountRequest& request) {
    return request.service_account();
  }
  static const std::string& IdOf(const v1::CreateServiceAccountRequest& request) {
    return request.service_account_id();
  }
  static v1::ServiceAccount* Add(v1::ListServiceAccountsResponse* response) {
    return response->add_service_accounts();
  }

  static void CheckField(absl::string_view, const v1::ServiceAccount& account,
                         absl::Status* status) {
    CheckText("service_account.display_name", account.display_name(), 1, kMaxDisplayName, status);
  }

  // The home of all of them is the tenant.
  static std::string HomeNameOf(const v1::ServiceAccount&) { return ""; }
  static void CheckHomeOf(const v1::CreateServiceAccountRequest&, absl::Status*) {}
  static void SetHome(ScopeId, rows::ServiceAccountRow*) {}
  static void AddHome(absl::string_view, const WorldState&, const rows::ServiceAccountRow&,
                      v1::ServiceAccount*) {}

  static absl::Status BeforePut(MutateCall&, const rows::ServiceAccountRow*,
                                rows::ServiceAccountRow*) {
    return absl::OkStatus();
  }
  static void HidePrivate(const MutateCall&, const rows::ServiceAccountRow&, v1::ServiceAccount*) {}
};

using Accounts = SubjectKit<ServiceAccountKind>;

absl::Status MayDelete(const RuleCall& call, const v1::DeleteServiceAccountRequest& request) {
  absl::Status status = CheckIdentityRule(call, ServiceAccountKind::kNoun, request.name());
  return absl::IsNotFound(status) && request.allow_missing() ? absl::OkStatus() : status;
}

}  // namespace

void RegisterServiceAccounts(Methods& methods) {
  methods.Mutate<v1::CreateServiceAccountRequest, v1::ServiceAccount>(
      Accounts::ValidateCreate<v1::CreateServiceAccountRequest>,
      Accounts::DoCreate<v1::CreateServiceAccountRequest>);
  Method& get = methods.Read<v1::GetServiceAccountRequest, v1::ServiceAccount>(
      Accounts::DoGet<v1::GetServiceAccountRequest>);
  Methods::ValidateBy<v1::GetServiceAccountRequest>(
      get, Accounts::ValidateGet<v1::GetServiceAccountRequest>);
  methods.Scan<v1::ListServiceAccountsRequest, v1::ListServiceAccountsResponse>(
      [](ReadCall& call, const v1::ListServiceAccountsRequest& request,
         v1::ListServiceAccountsResponse* response) {
        return Accounts::DoList(call, request, /*home_scope=*/"", response);
      });
  methods.Mutate<v1::UpdateServiceAccountRequest, v1::ServiceAccount>(
      Accounts::ValidateUpdate<v1::UpdateServiceAccountRequest>,
      Accounts::DoUpdate<v1::UpdateServiceAccountRequest>);

  Method& remove = methods.Mutate<v1::DeleteServiceAccountRequest, google::protobuf::Empty>(
      Accounts::ValidateName<v1::DeleteServiceAccountRequest>,
      Accounts::DoDelete<v1::DeleteServiceAccountRequest, google::protobuf::Empty>);
  Methods::AuthorizeBy<v1::DeleteServiceAccountRequest>(remove, MayDelete);

  Method& suspend = methods.Mutate<v1::SuspendServiceAccountRequest, v1::ServiceAccount>(
      Accounts::ValidateName<v1::SuspendServiceAccountRequest>,
      [](MutateCall& call, const v1::SuspendServiceAccountRequest& request,
         v1::ServiceAccount* response) {
        return Accounts::SetSuspended(call, request, true, response);
      });
  Methods::AuthorizeBy<v1::SuspendServiceAccountRequest>(
      suspend, [](const RuleCall& call, const v1::SuspendServiceAccountRequest& request) {
        return CheckIdentityRule(call, ServiceAccountKind::kNoun, request.name());
      });

  Method& reactivate = methods.Mutate<v1::ReactivateServiceAccountRequest, v1::ServiceAccount>(
      Accounts::ValidateName<v1::ReactivateServiceAccountRequest>,
      [](MutateCall& call, const v1::ReactivateServiceAccountRequest& request,
         v1::ServiceAccount* response) {
        return Accounts::SetSuspended(call, request, false, response);
      });
  Methods::AuthorizeBy<v1::ReactivateServiceAccountRequest>(
      reactivate, [](const RuleCall& call, const v1::ReactivateServiceAccountRequest& request) {
        return CheckIdentityRule(call, ServiceAccountKind::kNoun, request.name());
      });
}

}  // namespace provost
