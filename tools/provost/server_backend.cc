#include "tools/provost/server_backend.h"

#include <google/protobuf/empty.pb.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/access_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "tools/provost/explanation_text.h"
#include "tools/provost/inline_policy.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

// Long enough for a large file, short enough that what a killed run left is soon gone.
constexpr absl::Duration kTimeToLive = absl::Minutes(30);

// What the scenario and the server call the same things: scopes, or subjects.
class NameMap {
 public:
  // `collection`: of a name for an id that the server has not.
  NameMap(std::string tenant, absl::string_view collection)
      : missing_(absl::StrCat(std::move(tenant), "/", collection, "/missing-")) {}

  void Add(const v1::LoadScenarioResponse::Name& name) {
    names_.emplace(name.id(), name.name());
    ids_.emplace(name.name(), name.id());
  }

  // The name of an id. One that the scenario has not gets a name that the server has not either.
  const std::string& NameOf(const std::string& id) {
    if (const auto found = names_.find(id); found != names_.end()) return found->second;
    std::string name;
    do {
      name = absl::StrCat(missing_, ++missing_count_);
    } while (ids_.contains(name));
    ids_.emplace(name, id);
    return names_.emplace(id, std::move(name)).first->second;
  }

  std::string IdOf(const std::string& name) const {
    const auto found = ids_.find(name);
    return found == ids_.end() ? name : found->second;
  }

 private:
  const std::string missing_;
  size_t missing_count_ = 0;
  absl::flat_hash_map<std::string, std::string> names_;
  absl::flat_hash_map<std::string, std::string> ids_;
};

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  timestamp.set_nanos(static_cast<int32_t>((time - absl::FromUnixSeconds(timestamp.seconds())) /
                                           absl::Nanoseconds(1)));
  return timestamp;
}

class ServerBackend : public ScenarioBackend {
 public:
  ServerBackend(Context& context, const v1::LoadScenarioResponse& loaded)
      : context_(context),
        tenant_(loaded.tenant().name()),
        scopes_(tenant_, "courses"),
        subjects_(tenant_, "users") {
    for (const auto& name : loaded.scopes()) scopes_.Add(name);
    for (const auto& name : loaded.subjects()) subjects_.Add(name);
  }

  ~ServerBackend() override {
    v1::DeleteTenantRequest request;
    request.set_name(tenant_);
    google::protobuf::Empty response;
    // Where this fails it goes by itself when its time is over.
    static_cast<void>(context_.Call("TenantService.DeleteTenant", request, response));
  }

  absl::StatusOr<ScenarioDecision> Check(const ScenarioQuestion& question) override {
    v1::CheckResponse response;
    absl::Status status =
        context_.Call("AccessService.Check", MakeQuestion<v1::CheckRequest>(question), response);
    if (!status.ok()) return status;
    return ScenarioDecision{response.allowed(), response.reason()};
  }

  absl::StatusOr<ExplanationText> Explain(const ScenarioQuestion& question) override {
    v1::ExplainResponse response;
    absl::Status status = context_.Call("AccessService.Explain",
                                        MakeQuestion<v1::ExplainRequest>(question), response);
    if (!status.ok()) return status;
    return ToText(
        response.explanation(), [this](const std::string& name) { return scopes_.IdOf(name); },
        [this](const std::string& name) { return subjects_.IdOf(name); });
  }

  absl::StatusOr<std::vector<std::string>> List(const v1::Scenario::ListExpectation& list,
                                                absl::Time time) override {
    using ListExpectation = v1::Scenario::ListExpectation;
    switch (list.question_case()) {
      case ListExpectation::kPermissionsOf: {
        v1::ListPermissionsRequest request;
        request.set_subject(SubjectName(list.permissions_of().subject()));
        request.set_scope(scopes_.NameOf(list.permissions_of().scope()));
        v1::ListPermissionsResponse response;
        absl::Status status = Ask("AccessService.ListPermissions", list, time, request, response);
        if (!status.ok()) return status;
        return std::vector<std::string>(response.permissions().begin(),
                                        response.permissions().end());
      }
      case ListExpectation::kSubjectsThatMay: {
        v1::ListSubjectsRequest request;
        request.set_permission(list.subjects_that_may().permission());
        request.set_scope(scopes_.NameOf(list.subjects_that_may().scope()));
        v1::ListSubjectsResponse response;
        absl::Status status = Ask("AccessService.ListSubjects", list, time, request, response);
        if (!status.ok()) return status;
        return Ids(subjects_, response.subjects());
      }
      case ListExpectation::kScopesWhere: {
        v1::ListScopesRequest request;
        request.set_parent(tenant_);
        request.set_subject(SubjectName(list.scopes_where().subject()));
        request.set_permission(list.scopes_where().permission());
        request.set_kind(list.scopes_where().kind());
        v1::ListScopesResponse response;
        absl::Status status = Ask("AccessService.ListScopes", list, time, request, response);
        if (!status.ok()) return status;
        return Ids(scopes_, response.scopes());
      }
      case ListExpectation::QUESTION_NOT_SET:
        break;
    }
    return absl::InvalidArgumentError("a list without a question");
  }

  absl::StatusOr<ScenarioDelegation> MayAssign(
      const v1::Scenario::DelegationExpectation& delegation, absl::Time time) override {
    v1::TestAssignRequest request;
    request.set_actor(subjects_.NameOf(delegation.actor()));
    request.set_role(delegation.role());
    request.set_subject(subjects_.NameOf(delegation.subject()));
    request.set_scope(scopes_.NameOf(delegation.scope()));
    *request.mutable_time() = ToTimestamp(time);
    v1::TestAssignResponse response;
    absl::Status status = context_.Call("RoleService.TestAssign", request, response);
    if (!status.ok()) return status;
    return ScenarioDelegation{response.allowed(), response.why()};
  }

 private:
  std::string SubjectName(const std::string& id) { return id.empty() ? "" : subjects_.NameOf(id); }

  template <typename Request>
  Request MakeQuestion(const ScenarioQuestion& question) {
    Request request;
    request.set_subject(SubjectName(question.subject));
    request.set_permission(question.permission);
    request.set_scope(scopes_.NameOf(question.scope));
    for (const std::string& fact : question.facts) request.add_facts(fact);
    *request.mutable_time() = ToTimestamp(question.time);
    if (question.acting) {
      request.mutable_acting_as()->set_role(question.acting_role);
      request.mutable_acting_as()->set_scope(scopes_.NameOf(question.acting_scope));
    }
    return request;
  }

  // Asks for a whole list under the facts and at the time of its expectation.
  template <typename Request, typename Response>
  absl::Status Ask(absl::string_view method, const v1::Scenario::ListExpectation& list,
                   absl::Time time, Request& request, Response& response) {
    for (const std::string& fact : list.facts()) request.add_facts(fact);
    *request.mutable_time() = ToTimestamp(time);
    return context_.CallPages(method, request, response, 0);
  }

  static std::vector<std::string> Ids(
      const NameMap& map, const google::protobuf::RepeatedPtrField<std::string>& names) {
    std::vector<std::string> ids;
    for (const std::string& name : names) ids.push_back(map.IdOf(name));
    return ids;
  }

  Context& context_;
  const std::string tenant_;
  NameMap scopes_;
  NameMap subjects_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ScenarioBackend>> OpenOnServer(Context& context,
                                                              const ScenarioFile& file) {
  auto scenario = WithInlinePolicy(context, file);
  if (!scenario.ok()) return scenario.status();
  v1::LoadScenarioRequest request;
  *request.mutable_scenario() = *std::move(scenario);
  *request.mutable_ttl() = ToProtoDuration(kTimeToLive);
  v1::LoadScenarioResponse response;
  absl::Status status = context.Call("TenantService.LoadScenario", request, response);
  if (!status.ok()) {
    return absl::Status(status.code(), absl::StrCat(file.path(), ": ", status.message()));
  }
  return std::make_unique<ServerBackend>(context, response);
}

}  // namespace provost::cli
