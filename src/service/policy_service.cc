#include "service/policy_service.h"

#include "provost/v1/policy_service.pb.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "policy/compiler/compiler.h"
#include "policy/compiler/diff.h"
#include "policy/decide/delegation.h"
#include "service/policies.h"
#include "service/resource.h"
#include "tenant/enrollment_states.h"
#include "tenant/errors.h"
#include "tenant/rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr size_t kMaxSourceText = size_t{1} << 20;
constexpr size_t kMaxComment = 1000;

// What would break, for people, who know the tenant by its full name.
std::vector<std::string> BreaksOf(const WorldState& state, absl::string_view tenant,
                                  const Matrix& next, absl::Time now) {
  std::vector<std::string> breaks = FindPolicyBreaks(state, next, now);
  const std::string root = absl::StrCat(" at `", FullName(tenant, kRootScopeName), "`");
  for (std::string& each : breaks) {
    absl::StrReplaceAll({{absl::StrCat(" at `", kRootScopeName, "`"), root}}, &each);
  }
  return breaks;
}

// A request with a source, as a message or as text.
template <typename Request>
absl::Status CheckOneSource(const Request& request) {
  if (request.has_source() != request.source_text().empty()) {
    return BadField(request.has_source() ? "source_text" : "source", "",
                    "wanted either `source` or `source_text`");
  }
  if (request.source_text().size() > kMaxSourceText) {
    return BadField("source_text", absl::StrCat(request.source_text().size(), " bytes"),
                    absl::StrCat("wanted at most ", kMaxSourceText, " bytes"));
  }
  return absl::OkStatus();
}

// Compiles what the request says; the errors are bad fields.
template <typename Request>
absl::StatusOr<CompiledPolicy> CompileRequest(const Request& request) {
  if (request.has_source()) return CompileSource("source", request.source());
  CompileResult result = CompileText(request.source_text());
  if (result.matrix == nullptr) {
    absl::Status bad;
    for (const Diagnostic& diagnostic : result.diagnostics) {
      if (diagnostic.severity != Diagnostic::Severity::kError) continue;
      AddBadField(&bad, "source_text", OffendingWord(diagnostic),
                  absl::StrCat("line ", diagnostic.line, ", column ", diagnostic.column, ": ",
                               diagnostic.message));
    }
    return bad.ok() ? result.status() : bad;
  }
  CompiledPolicy policy;
  policy.matrix = std::move(result.matrix);
  if (!google::protobuf::TextFormat::ParseFromString(request.source_text(), &policy.source)) {
    return BadField("source_text", "", "wanted the text form of provost.v1.PolicySource");
  }
  return policy;
}

std::string VersionName(absl::string_view tenant, uint64_t version) {
  return FullName(tenant, absl::StrCat(CollectionName(Collection::kPolicyVersions), "/", version));
}

std::string EtagOfVersion(uint64_t version) { return absl::StrCat("v", version); }

// Refuses what is not the name of a version, nor, where `or_tenant`, of a tenant.
absl::Status CheckVersionName(absl::string_view name, bool or_tenant) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) return BadField("name", name, parsed.status().message());
  if (parsed->collection == Collection::kPolicyVersions) return absl::OkStatus();
  if (or_tenant && parsed->collection == Collection::kTenant) return absl::OkStatus();
  return BadField("name", name,
                  or_tenant ? "wanted `tenants/<tenant>` or one of its `policyVersions/<number>`"
                            : "wanted `tenants/<tenant>/policyVersions/<number>`");
}

// The version that a name names; that in force for a tenant's own name.
absl::StatusOr<uint64_t> VersionOf(absl::string_view field, absl::string_view name,
                                   absl::string_view tenant, uint64_t active) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) return BadField(field, name, parsed.status().message());
  if (parsed->tenant != tenant) return BadField(field, name, "wanted a name of the same tenant");
  if (parsed->collection == Collection::kTenant) return active;
  uint64_t version = 0;
  if (parsed->collection != Collection::kPolicyVersions ||
      !absl::SimpleAtoi(parsed->id, &version) || version == 0) {
    return BadField(field, name, "wanted `tenants/<tenant>/policyVersions/<number>`");
  }
  return version;
}

absl::StatusOr<rows::PolicyRow> ReadVersion(const store::Reader& reader, const Tenant& tenant,
                                            uint64_t version) {
  absl::StatusOr<std::optional<rows::PolicyRow>> row = ReadRow<rows::PolicyRow>(
      reader, store::Table::kPolicies, PolicyKey(tenant.number(), version));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound("policy version", VersionName(tenant.id(), version));
  return **std::move(row);
}

// The version that `state` runs. The row of the tenant may be newer by a moment, as all rows may:
// of the versions that have the same digest, which is the same policy, the newest.
absl::StatusOr<uint64_t> ActiveVersion(const ReadCall& call) {
  const std::string& digest = call.state.matrix().digest();
  uint64_t version = call.tenant->row()->policy_version();
  for (; version > 1; --version) {
    absl::StatusOr<rows::PolicyRow> row = ReadVersion(call.reader(), *call.tenant, version);
    if (!row.ok()) return row.status();
    if (row->policy().digest() == digest) break;
  }
  return version;
}

v1::PolicyVersion ToVersion(const rows::PolicyRow& row, const WorldState& state,
                            absl::string_view tenant, uint64_t version, uint64_t active) {
  v1::PolicyVersion result = row.policy();
  result.set_name(VersionName(tenant, version));
  result.set_active(version == active);
  const absl::string_view author = state.SubjectName(SubjectId(row.author()));
  if (!author.empty()) result.set_author(FullName(tenant, author));
  if (row.rolled_back_to() != 0) {
    result.set_rolled_back_to(VersionName(tenant, row.rolled_back_to()));
  }
  result.set_etag(EtagOfVersion(version));
  return result;
}

// --- ValidatePolicy ---

absl::Status Validate(ReadCall& call, const v1::ValidatePolicyRequest& request,
                      v1::ValidatePolicyResponse* response) {
  if (absl::Status status = CheckOneSource(request); !status.ok()) return status;
  const CompileResult result =
      request.has_source() ? Compile(request.source()) : CompileText(request.source_text());
  for (const Diagnostic& diagnostic : result.diagnostics) {
    v1::PolicyDiagnostic* out = response->add_diagnostics();
    out->set_severity(diagnostic.severity == Diagnostic::Severity::kError
                          ? v1::PolicyDiagnostic::ERROR
                          : v1::PolicyDiagnostic::WARNING);
    out->set_message(diagnostic.message);
    out->set_word(OffendingWord(diagnostic));
    out->set_nearest(NearestWord(diagnostic));
    out->set_line(diagnostic.line);
    out->set_column(diagnostic.column);
  }
  if (result.matrix == nullptr) return absl::OkStatus();
  response->set_valid(true);
  response->set_digest(result.matrix->digest());
  for (std::string& each : BreaksOf(call.state, call.tenant->id(), *result.matrix, call.now)) {
    *response->add_breaks() = std::move(each);
  }
  return absl::OkStatus();
}

// --- ApplyPolicy, RollbackPolicy ---

// Puts a policy in force, if that breaks nothing.
absl::Status PutInForce(MutateCall& call, rows::PolicyRow row,
                        const std::shared_ptr<const Matrix>& matrix, absl::string_view etag,
                        absl::string_view comment, v1::PolicyVersion* response) {
  const std::string tenant = call.draft.id();
  const uint64_t active = call.draft.row().policy_version();
  absl::Status status = CheckEtag(VersionName(tenant, active), etag, EtagOfVersion(active));
  if (!status.ok()) return status;
  for (const std::string& each : BreaksOf(call.state(), tenant, *matrix, call.now())) {
    AddFailedPrecondition(&status, "POLICY_BREAKS", FullName(tenant, kRootScopeName), each);
  }
  if (!status.ok()) return status;
  v1::PolicyVersion* policy = row.mutable_policy();
  policy->set_digest(matrix->digest());
  policy->set_comment(std::string(comment));
  *policy->mutable_create_time() = ToTimestamp(call.now());
  row.set_author(call.actor_uid());
  const uint64_t version = call.draft.PutPolicy(row, matrix);
  status = FollowPolicy(call.draft, call.state().matrix(), *matrix);
  if (!status.ok()) return status;
  *response = ToVersion(row, call.state(), tenant, version, version);
  call.draft.Describe(response->name(), comment);
  return absl::OkStatus();
}

absl::Status ValidateApply(const v1::ApplyPolicyRequest& request) {
  absl::Status status = CheckOneSource(request);
  if (!status.ok()) return status;
  CheckText("comment", request.comment(), 0, kMaxComment, &status);
  if (!status.ok()) return status;
  return CompileRequest(request).status();
}

absl::Status MayApply(const RuleCall& call, const v1::ApplyPolicyRequest& request) {
  if (absl::Status status = CheckOneSource(request); !status.ok()) return status;
  absl::StatusOr<CompiledPolicy> policy = CompileRequest(request);
  if (!policy.ok()) return policy.status();
  return CheckPolicyChange(call.state, call.actor, *policy->matrix, call.now);
}

absl::Status Apply(MutateCall& call, const v1::ApplyPolicyRequest& request,
                   v1::PolicyVersion* response) {
  absl::StatusOr<CompiledPolicy> policy = CompileRequest(request);
  if (!policy.ok()) return policy.status();
  rows::PolicyRow row;
  *row.mutable_policy()->mutable_source() = policy->source;
  return PutInForce(call, std::move(row), policy->matrix, request.etag(), request.comment(),
                    response);
}

absl::Status ValidateRollback(const v1::RollbackPolicyRequest& request) {
  absl::Status status = CheckVersionName(request.name(), /*or_tenant=*/false);
  CheckText("comment", request.comment(), 0, kMaxComment, &status);
  return status;
}

// The version to go back to and its matrix.
absl::StatusOr<std::pair<uint64_t, rows::PolicyRow>> ReadTarget(
    const store::Reader& reader, const Tenant& tenant, const v1::RollbackPolicyRequest& request) {
  absl::StatusOr<uint64_t> version = VersionOf("name", request.name(), tenant.id(), 0);
  if (!version.ok()) return version.status();
  absl::StatusOr<rows::PolicyRow> row = ReadVersion(reader, tenant, *version);
  if (!row.ok()) return row.status();
  return std::make_pair(*version, *std::move(row));
}

absl::Status MayRollBack(const RuleCall& call, const v1::RollbackPolicyRequest& request) {
  auto target = ReadTarget(call.reader, call.tenant, request);
  if (!target.ok()) return target.status();
  absl::StatusOr<std::shared_ptr<const Matrix>> matrix = Matrix::Load(target->second.matrix());
  if (!matrix.ok()) return matrix.status();
  return CheckPolicyChange(call.state, call.actor, **matrix, call.now);
}

absl::Status RollBack(MutateCall& call, const v1::RollbackPolicyRequest& request,
                      v1::PolicyVersion* response) {
  auto target = ReadTarget(call.draft.reader(), call.draft.tenant(), request);
  if (!target.ok()) return target.status();
  absl::StatusOr<std::shared_ptr<const Matrix>> matrix = Matrix::Load(target->second.matrix());
  if (!matrix.ok()) return matrix.status();
  rows::PolicyRow row;
  *row.mutable_policy()->mutable_source() = target->second.policy().source();
  row.set_rolled_back_to(target->first);
  return PutInForce(call, std::move(row), *matrix, request.etag(), request.comment(), response);
}

// --- reading ---

absl::Status Get(ReadCall& call, const v1::GetPolicyRequest& request, v1::PolicyVersion* response) {
  absl::StatusOr<uint64_t> active = ActiveVersion(call);
  if (!active.ok()) return active.status();
  absl::StatusOr<uint64_t> version = VersionOf("name", request.name(), call.tenant->id(), *active);
  if (!version.ok()) return version.status();
  absl::StatusOr<rows::PolicyRow> row = ReadVersion(call.reader(), *call.tenant, *version);
  if (!row.ok()) return row.status();
  *response = ToVersion(*row, call.state, call.tenant->id(), *version, *active);
  return absl::OkStatus();
}

absl::Status List(ReadCall& call, const v1::ListPolicyVersionsRequest& request,
                  v1::ListPolicyVersionsResponse* response) {
  absl::StatusOr<Pages::Page> page =
      call.backend.pages->Begin(request, call.actor.name, call.tenant, call.now, 50);
  if (!page.ok()) return page.status();
  absl::StatusOr<uint64_t> active = ActiveVersion(call);
  if (!active.ok()) return active.status();
  // Versions are numbered without gaps: from the newest, or from the one before the cursor.
  uint64_t next = *active;
  if (!page->cursor.empty()) {
    if (!absl::SimpleAtoi(page->cursor, &next)) {
      return BadField("page_token", request.page_token(), "wanted a `next_page_token`");
    }
    --next;
  }
  for (; next > 0; --next) {
    if (response->policy_versions_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(next + 1)));
      break;
    }
    absl::StatusOr<rows::PolicyRow> row = ReadVersion(call.reader(), *call.tenant, next);
    if (!row.ok()) return row.status();
    row->mutable_policy()->clear_source();
    *response->add_policy_versions() =
        ToVersion(*row, call.state, call.tenant->id(), next, *active);
  }
  return absl::OkStatus();
}

// --- DiffPolicies ---

v1::Effect ToEffect(const std::optional<DiffCell>& cell) {
  return cell.has_value() ? static_cast<v1::Effect>(cell->effect) : v1::EFFECT_UNSPECIFIED;
}

// `self | creator+published`: any one of the sets suffices.
std::string FactsOf(const std::optional<DiffCell>& cell) {
  if (!cell.has_value()) return "";
  std::vector<std::string> sets;
  for (const std::vector<std::string>& set : cell->alternatives) {
    sets.push_back(absl::StrJoin(set, "+"));
  }
  return absl::StrJoin(sets, " | ");
}

std::string Describe(const PropertyChange& change) {
  if (change.property.empty()) {
    return absl::StrCat(change.element,
                        change.kind == PropertyChange::Kind::kAdded ? " is new" : " is gone");
  }
  return absl::StrCat(change.element, ": ", change.property, " was `", change.before,
                      "`, becomes `", change.after, "`");
}

absl::StatusOr<std::shared_ptr<const Matrix>> LoadVersion(ReadCall& call, absl::string_view field,
                                                          absl::string_view name) {
  absl::StatusOr<uint64_t> active = ActiveVersion(call);
  if (!active.ok()) return active.status();
  absl::StatusOr<uint64_t> version = VersionOf(field, name, call.tenant->id(), *active);
  if (!version.ok()) return version.status();
  absl::StatusOr<rows::PolicyRow> row = ReadVersion(call.reader(), *call.tenant, *version);
  if (!row.ok()) return row.status();
  return Matrix::Load(row->matrix());
}

absl::Status Diff(ReadCall& call, const v1::DiffPoliciesRequest& request,
                  v1::DiffPoliciesResponse* response) {
  if (request.has_to_source() != request.to().empty()) {
    return BadField("to", request.to(), "wanted either `to` or `to_source`");
  }
  std::shared_ptr<const Matrix> from = call.state.shared_matrix();
  if (!request.from().empty()) {
    absl::StatusOr<std::shared_ptr<const Matrix>> matrix =
        LoadVersion(call, "from", request.from());
    if (!matrix.ok()) return matrix.status();
    from = *std::move(matrix);
  }
  std::shared_ptr<const Matrix> to;
  if (request.has_to_source()) {
    absl::StatusOr<CompiledPolicy> policy = CompileSource("to_source", request.to_source());
    if (!policy.ok()) return policy.status();
    to = std::move(policy->matrix);
  } else {
    absl::StatusOr<std::shared_ptr<const Matrix>> matrix = LoadVersion(call, "to", request.to());
    if (!matrix.ok()) return matrix.status();
    to = *std::move(matrix);
  }
  const MatrixDiff diff = DiffMatrices(*from, *to);
  for (const CellChange& change : diff.cells) {
    v1::CellChange* out = response->add_cells();
    out->set_role(change.role);
    out->set_permission(change.permission);
    out->set_at(static_cast<v1::Scope::Kind>(change.at));
    out->set_reach(change.reach);
    out->set_before(ToEffect(change.before));
    out->set_facts_before(FactsOf(change.before));
    out->set_after(ToEffect(change.after));
    out->set_facts_after(FactsOf(change.after));
  }
  for (const PropertyChange& change : diff.properties) {
    response->add_others()->set_description(Describe(change));
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterPolicyService(Methods& methods) {
  methods.Scan<v1::ValidatePolicyRequest, v1::ValidatePolicyResponse>(Validate);
  Method& apply = methods.Mutate<v1::ApplyPolicyRequest, v1::PolicyVersion>(ValidateApply, Apply);
  Methods::AuthorizeBy<v1::ApplyPolicyRequest>(apply, MayApply);
  Methods::ValidateBy<v1::GetPolicyRequest>(
      methods.Read<v1::GetPolicyRequest, v1::PolicyVersion>(Get),
      [](const v1::GetPolicyRequest& request) { return CheckVersionName(request.name(), true); });
  methods.Read<v1::ListPolicyVersionsRequest, v1::ListPolicyVersionsResponse>(List);
  methods.Scan<v1::DiffPoliciesRequest, v1::DiffPoliciesResponse>(Diff);
  Method& roll_back =
      methods.Mutate<v1::RollbackPolicyRequest, v1::PolicyVersion>(ValidateRollback, RollBack);
  Methods::AuthorizeBy<v1::RollbackPolicyRequest>(roll_back, MayRollBack);
}

}  // namespace provost
