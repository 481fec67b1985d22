#include "service/access_service.h"

#include <google/rpc/error_details.pb.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/acting.h"
#include "policy/decide/check.h"
#include "policy/decide/explain.h"
#include "policy/decide/held.h"
#include "policy/decide/lists.h"
#include "provost/v1/access_service.pb.h"
#include "service/explain_message.h"
#include "service/lookup.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr int kMaxBatch = 1000;
constexpr int kMaxGridPermissions = 1000;
constexpr int kMaxGridScopes = 10000;
constexpr int64_t kMaxGridCells = 1000000;

// Finds what a request names, and collects what is wrong with it.
class Finder {
 public:
  Finder(const WorldState& state, absl::string_view tenant, std::string prefix = "")
      : state_(state), tenant_(tenant), prefix_(std::move(prefix)) {}

  // Empty: anonymous. A subject that is not there is one that does not exist.
  SubjectId Subject(absl::string_view name) {
    if (name.empty()) return kAnonymous;
    absl::StatusOr<SubjectId> found = ResolveSubject(state_, tenant_, Field("subject"), name);
    if (found.ok()) return *found;
    if (!absl::IsNotFound(found.status())) Merge(found.status());
    return kUnknownSubject;
  }
  ScopeId Scope(absl::string_view name, absl::string_view field = "scope") {
    absl::StatusOr<ScopeId> found = ResolveScope(state_, tenant_, Field(field), name);
    if (found.ok()) return *found;
    if (!absl::IsNotFound(found.status())) Merge(found.status());
    return kUnknownScope;
  }
  PermissionId Permission(absl::string_view name, absl::string_view field = "permission") {
    absl::StatusOr<PermissionId> found = state_.matrix().ResolvePermission(name);
    if (found.ok()) return *found;
    Merge(found.status(), field, name);
    return PermissionId();
  }
  template <typename Names>
  FactSet Facts(const Names& names) {
    FactSet facts = 0;
    for (int i = 0; i < names.size(); ++i) {
      absl::StatusOr<int> bit = state_.matrix().ResolveFact(names.Get(i));
      if (bit.ok()) {
        facts |= FactSet{1} << *bit;
      } else {
        Merge(bit.status(), absl::StrCat("facts[", i, "]"), names.Get(i));
      }
    }
    return facts;
  }
  std::optional<ActingAs> Acting(bool has, const v1::ActingAs& acting) {
    if (!has) return std::nullopt;
    ActingAs result;
    absl::StatusOr<RoleId> role = state_.matrix().ResolveRole(acting.role());
    if (role.ok()) {
      result.role = *role;
    } else {
      Merge(role.status(), "acting_as.role", acting.role());
    }
    result.scope = Scope(acting.scope(), "acting_as.scope");
    return result;
  }
  absl::Time Time(bool has, const google::protobuf::Timestamp& time, absl::Time now) {
    if (!has) return now;
    CheckTime(Field("time"), time, &bad_);
    return IsValidTimestamp(time) ? FromTimestamp(time) : now;
  }

  // A question of CheckRequest or ExplainRequest.
  template <typename Request>
  Question Ask(const Request& request, absl::Time now) {
    Question question;
    question.subject = Subject(request.subject());
    question.permission = Permission(request.permission());
    question.scope = Scope(request.scope());
    question.facts = Facts(request.facts());
    question.time = Time(request.has_time(), request.time(), now);
    question.acting_as = Acting(request.has_acting_as(), request.acting_as());
    return question;
  }
  template <typename Request>
  ListContext Context(const Request& request, absl::Time now) {
    ListContext context;
    context.facts = Facts(request.facts());
    context.time = Time(request.has_time(), request.time(), now);
    return context;
  }

  absl::Status status() const { return bad_; }

 private:
  std::string Field(absl::string_view field) const { return absl::StrCat(prefix_, field); }
  void Merge(const absl::Status& status, absl::string_view field, absl::string_view value) {
    AddBadField(&bad_, Field(field), value, status.message());
  }

  // The same for what came from BadField, and so names its field already.
  void Merge(const absl::Status& status) {
    constexpr absl::string_view kUrl = "type.googleapis.com/google.rpc.BadRequest";
    google::rpc::BadRequest all;
    google::rpc::BadRequest more;
    all.ParseFromString(std::string(bad_.GetPayload(kUrl).value_or(absl::Cord())));
    more.ParseFromString(std::string(status.GetPayload(kUrl).value_or(absl::Cord())));
    all.MergeFrom(more);
    bad_ = absl::InvalidArgumentError("");
    bad_.SetPayload(kUrl, absl::Cord(all.SerializeAsString()));
    bad_ = WithFieldPrefix(bad_, "");  // Its message is made of the fields.
  }

  const WorldState& state_;
  const absl::string_view tenant_;
  const std::string prefix_;
  absl::Status bad_;
};

absl::Status NotAsked(const WorldState& state, const Question& question, absl::string_view field,
                      absl::string_view name) {
  return BadField(
      field, name,
      NotAskedError(state.matrix(), question.permission, state.KindOf(question.scope)).message());
}

// Who asks about themselves is let in wherever they ask (rule 25), so what is refused them must not
// tell a scope that they know nothing of from one that is not there.
class Veil {
 public:
  // `permission` is what asking about others needs.
  Veil(const ReadCall& call, absl::string_view permission) : call_(call), permission_(permission) {}

  // The question in place of `question`: the same where it is about somebody else or allowed.
  Question Over(Question question, absl::string_view subject) const {
    if (subject != call_.actor.name) return question;
    if (question.acting_as.has_value() && Hides(question.acting_as->scope, question.time) &&
        !MayActAs(call_.state, question)) {
      question.acting_as->scope = kUnknownScope;
    }
    if (!Check(call_.state, question).allowed() && Hides(question.scope, question.time)) {
      question.scope = kUnknownScope;
    }
    return question;
  }

 private:
  bool Hides(ScopeId scope, absl::Time asked) const {
    const WorldState& state = call_.state;
    // One's own tenant is no secret.
    if (!state.HasScope(scope) || scope == state.root()) return false;
    if (HoldsARoleAt(scope, call_.now) || HoldsARoleAt(scope, asked)) return false;
    return !IsAllowed(state, call_.self(), permission_, scope, /*about_self=*/false, call_.now);
  }
  bool HoldsARoleAt(ScopeId scope, absl::Time time) const {
    const std::optional<RoleId> given = call_.state.matrix().default_role();
    bool holds = false;
    ForEachRoleOnPath(call_.state, call_.self(), scope, time,
                      [&](RoleId role) { holds |= role != given; });
    return holds;
  }

  const ReadCall& call_;
  const absl::string_view permission_;
};

absl::Status DoCheck(ReadCall& call, const v1::CheckRequest& request, v1::CheckResponse* response) {
  Finder finder(call.state, call.tenant->id());
  Question question = finder.Ask(request, call.now);
  if (!finder.status().ok()) return finder.status();
  question = Veil(call, "access.check").Over(question, request.subject());
  const Decision decision = Check(call.state, question);
  if (decision.reason == Reason::kNotAsked) {
    return NotAsked(call.state, question, "scope", request.scope());
  }
  response->set_allowed(decision.allowed());
  response->set_reason(static_cast<v1::Decision::Reason>(decision.reason));
  return absl::OkStatus();
}

absl::Status ValidateBatchCheck(const v1::BatchCheckRequest& request) {
  if (request.requests_size() > kMaxBatch) {
    return BadField("requests", absl::StrCat(request.requests_size()),
                    absl::StrCat("wanted 1 to ", kMaxBatch, " questions"));
  }
  return absl::OkStatus();
}

absl::Status DoBatchCheck(ReadCall& call, const v1::BatchCheckRequest& request,
                          v1::BatchCheckResponse* response) {
  std::vector<Question> questions;
  questions.reserve(request.requests_size());
  for (int i = 0; i < request.requests_size(); ++i) {
    Finder finder(call.state, call.tenant->id(), absl::StrCat("requests[", i, "]."));
    questions.push_back(finder.Ask(request.requests(i), call.now));
    if (!finder.status().ok()) return finder.status();
    questions.back() =
        Veil(call, "access.check").Over(questions.back(), request.requests(i).subject());
  }
  std::vector<Decision> decisions(questions.size());
  CheckBatch(call.state, questions, absl::MakeSpan(decisions));
  for (size_t i = 0; i < decisions.size(); ++i) {
    if (decisions[i].reason == Reason::kNotAsked) {
      return NotAsked(call.state, questions[i], absl::StrCat("requests[", i, "].scope"),
                      request.requests(static_cast<int>(i)).scope());
    }
    v1::CheckResponse* answer = response->add_responses();
    answer->set_allowed(decisions[i].allowed());
    answer->set_reason(static_cast<v1::Decision::Reason>(decisions[i].reason));
  }
  return absl::OkStatus();
}

absl::Status ValidateCheckGrid(const v1::CheckGridRequest& request) {
  absl::Status bad;
  if (request.permissions_size() < 1 || request.permissions_size() > kMaxGridPermissions) {
    AddBadField(&bad, "permissions", absl::StrCat(request.permissions_size()),
                absl::StrCat("wanted 1 to ", kMaxGridPermissions, " permissions"));
  }
  if (request.scopes_size() > kMaxGridScopes) {
    AddBadField(&bad, "scopes", absl::StrCat(request.scopes_size()),
                absl::StrCat("wanted 1 to ", kMaxGridScopes, " scopes"));
  }
  const int64_t cells = int64_t{request.permissions_size()} * request.scopes_size();
  if (cells > kMaxGridCells) {
    AddBadField(&bad, "scopes", absl::StrCat(cells),
                absl::StrCat("wanted at most ", kMaxGridCells, " permissions times scopes"));
  }
  return bad;
}

absl::Status DoCheckGrid(ReadCall& call, const v1::CheckGridRequest& request,
                         v1::CheckGridResponse* response) {
  const int64_t cells = int64_t{request.permissions_size()} * request.scopes_size();
  Finder finder(call.state, call.tenant->id());
  const SubjectId subject = finder.Subject(request.subject());
  std::vector<PermissionId> permissions;
  for (int i = 0; i < request.permissions_size(); ++i) {
    permissions.push_back(
        finder.Permission(request.permissions(i), absl::StrCat("permissions[", i, "]")));
  }
  std::vector<ScopeId> scopes;
  for (int i = 0; i < request.scopes_size(); ++i) {
    scopes.push_back(finder.Scope(request.scopes(i), absl::StrCat("scopes[", i, "]")));
  }
  const FactSet facts = finder.Facts(request.facts());
  const absl::Time time = finder.Time(request.has_time(), request.time(), call.now);
  const std::optional<ActingAs> acting =
      finder.Acting(request.has_acting_as(), request.acting_as());
  if (!finder.status().ok()) return finder.status();
  std::unique_ptr<bool[]> allowed(new bool[cells]);
  CheckGrid(call.state, subject, permissions, scopes, facts, time, acting,
            absl::MakeSpan(allowed.get(), cells));
  std::string bits((cells + 7) / 8, '\0');
  for (int64_t i = 0; i < cells; ++i) {
    if (allowed[i]) bits[i / 8] = static_cast<char>(bits[i / 8] | (1 << (i % 8)));
  }
  response->set_allowed(std::move(bits));
  return absl::OkStatus();
}

absl::Status DoExplain(ReadCall& call, const v1::ExplainRequest& request,
                       v1::ExplainResponse* response) {
  Finder finder(call.state, call.tenant->id());
  Question question = finder.Ask(request, call.now);
  if (!finder.status().ok()) return finder.status();
  question = Veil(call, "access.explain").Over(question, request.subject());
  const Explanation explanation = Explain(call.state, question);
  if (explanation.decision.reason == Reason::kNotAsked) {
    return NotAsked(call.state, question, "scope", request.scope());
  }
  v1::Explanation* message = response->mutable_explanation();
  message->set_subject(request.subject());
  message->set_permission(request.permission());
  message->set_scope(request.scope());
  const bool about_self = request.subject() == call.actor.name;
  // A scratch tenant hides nothing from who made it.
  const bool sees_all = call.actor.tenant != call.tenant;
  ToProto(
      explanation, call.state, call.tenant->id(), about_self,
      [&](ScopeId scope) {
        return sees_all || IsAllowed(call.state, call.self(), "role.read", scope, false, call.now);
      },
      message);
  return absl::OkStatus();
}

absl::Status DoListPermissions(ReadCall& call, const v1::ListPermissionsRequest& request,
                               v1::ListPermissionsResponse* response) {
  absl::StatusOr<Pages::Page> page =
      call.backend.pages->Begin(request, call.actor.name, call.tenant, call.now);
  if (!page.ok()) return page.status();
  const WorldState& state = *page->snapshot->view;
  Finder finder(state, call.tenant->id());
  const SubjectId subject = finder.Subject(request.subject());
  const ScopeId scope = finder.Scope(request.scope());
  ListContext context = finder.Context(request, page->snapshot->time);
  context.acting_as = finder.Acting(request.has_acting_as(), request.acting_as());
  if (!finder.status().ok()) return finder.status();
  std::vector<absl::string_view> names;
  for (PermissionId id : ListPermissions(state, subject, scope, context)) {
    names.push_back(state.matrix().permission(id).name);
  }
  std::sort(names.begin(), names.end());
  for (auto at = std::upper_bound(names.begin(), names.end(), absl::string_view(page->cursor));
       at != names.end(); ++at) {
    if (response->permissions_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(
          *page, response->permissions(response->permissions_size() - 1)));
      break;
    }
    response->add_permissions(std::string(*at));
  }
  return absl::OkStatus();
}

// The handle that a cursor holds; 0 at first.
uint32_t CursorId(const std::string& cursor) {
  uint32_t id = 0;
  return absl::SimpleAtoi(cursor, &id) ? id : 0;
}

absl::Status DoListSubjects(ReadCall& call, const v1::ListSubjectsRequest& request,
                            v1::ListSubjectsResponse* response) {
  absl::StatusOr<Pages::Page> page =
      call.backend.pages->Begin(request, call.actor.name, call.tenant, call.now);
  if (!page.ok()) return page.status();
  const WorldState& state = *page->snapshot->view;
  Finder finder(state, call.tenant->id());
  const PermissionId permission = finder.Permission(request.permission());
  const ScopeId scope = finder.Scope(request.scope());
  const ListContext context = finder.Context(request, page->snapshot->time);
  if (!finder.status().ok()) return finder.status();
  const SubjectPage found = ListSubjects(state, permission, scope,
                                         SubjectId(CursorId(page->cursor)), page->limit, context);
  for (SubjectId id : found.subjects) {
    response->add_subjects(SubjectFullName(state, call.tenant->id(), id));
  }
  if (found.more) {
    response->set_next_page_token(
        call.backend.pages->TokenAfter(*page, absl::StrCat(found.subjects.back().value)));
  }
  return absl::OkStatus();
}

absl::Status DoListScopes(ReadCall& call, const v1::ListScopesRequest& request,
                          v1::ListScopesResponse* response) {
  absl::StatusOr<Pages::Page> page =
      call.backend.pages->Begin(request, call.actor.name, call.tenant, call.now);
  if (!page.ok()) return page.status();
  const WorldState& state = *page->snapshot->view;
  Finder finder(state, call.tenant->id());
  const SubjectId subject = finder.Subject(request.subject());
  const PermissionId permission = finder.Permission(request.permission());
  ListContext context = finder.Context(request, page->snapshot->time);
  context.acting_as = finder.Acting(request.has_acting_as(), request.acting_as());
  absl::Status bad = finder.status();
  std::optional<ScopeKind> kind;
  if (request.kind() != v1::Scope::KIND_UNSPECIFIED) {
    if (!v1::Scope::Kind_IsValid(request.kind())) {
      AddBadField(&bad, "kind", absl::StrCat(request.kind()),
                  "wanted TENANT, CATALOG, COURSE or SESSION");
    }
    kind = static_cast<ScopeKind>(request.kind());
  }
  if (!bad.ok()) return bad;
  const ScopePage found = ListScopes(state, subject, permission, kind,
                                     ScopeId(CursorId(page->cursor)), page->limit, context);
  for (ScopeId id : found.scopes) {
    response->add_scopes(ScopeFullName(state, call.tenant->id(), id));
  }
  if (found.more) {
    response->set_next_page_token(
        call.backend.pages->TokenAfter(*page, absl::StrCat(found.scopes.back().value)));
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterAccessService(Methods& methods) {
  methods.Read<v1::CheckRequest, v1::CheckResponse>(DoCheck);
  Methods::ValidateBy<v1::BatchCheckRequest>(
      methods.Read<v1::BatchCheckRequest, v1::BatchCheckResponse>(DoBatchCheck),
      ValidateBatchCheck);
  Methods::ValidateBy<v1::CheckGridRequest>(
      methods.Scan<v1::CheckGridRequest, v1::CheckGridResponse>(DoCheckGrid), ValidateCheckGrid);
  methods.Read<v1::ExplainRequest, v1::ExplainResponse>(DoExplain);
  methods.Read<v1::ListPermissionsRequest, v1::ListPermissionsResponse>(DoListPermissions);
  methods.Scan<v1::ListSubjectsRequest, v1::ListSubjectsResponse>(DoListSubjects);
  methods.Scan<v1::ListScopesRequest, v1::ListScopesResponse>(DoListScopes);
}

}  // namespace provost
