#include "service/content_shares.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/content_message.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

template <typename Request>
absl::Status CheckPair(const Request& request) {
  absl::StatusOr<ResourceName> name = ParseItemName("name", request.name());
  absl::Status status = name.status();
  absl::StatusOr<ResourceName> scope = ParseName(request.scope());
  if (!scope.ok() ||
      (scope->collection != Collection::kCatalogs && scope->collection != Collection::kCourses)) {
    AddBadField(&status, "scope", request.scope(), "wanted a catalog or a course");
  } else if (name.ok() && scope->tenant != name->tenant) {
    AddBadField(&status, "scope", request.scope(),
                absl::StrCat("wanted a scope of `tenants/", name->tenant, "`"));
  }
  return status;
}

// Where in the row the share with `scope` is; past the end where it is not shared with it.
int FindShare(const rows::ContentRow& row, ScopeId scope) {
  const auto& shares = row.shares();
  return static_cast<int>(std::find_if(shares.begin(), shares.end(),
                                       [&](const rows::ContentRow::Share& share) {
                                         return share.scope() == scope.value;
                                       }) -
                          shares.begin());
}

void Commit(const MutateCall& call, const std::string& name, rows::ContentRow row,
            v1::ContentItem* response) {
  *row.mutable_content_item()->mutable_update_time() = ToTimestamp(call.now());
  PutItem(call.draft, *ParseName(name), &row);
  *response = ContentView(call).Item(name, row, ItemAccess::kHome);
  call.draft.Describe(name);
}

// --- ShareContentItem ---

absl::Status ValidateShare(const v1::ShareContentItemRequest& request) {
  absl::Status status = CheckPair(request);
  if (request.use() != v1::ContentShare::USE && request.use() != v1::ContentShare::MANAGE) {
    AddBadField(&status, "use", v1::ContentShare::Use_Name(request.use()), "wanted USE or MANAGE");
  }
  return status;
}

// Rule 20: the manage permission of the item's kind at the target, beside sharing at home.
absl::Status MayShare(const RuleCall& call, const v1::ShareContentItemRequest& request) {
  absl::StatusOr<ResourceName> name = ParseName(request.name());
  absl::StatusOr<ResourceName> target = ParseName(request.scope());
  if (!name.ok() || !target.ok()) return name.ok() ? target.status() : name.status();
  const ContentKind& kind = *FindContentKind(name->collection);
  const ScopeId scope = call.state.FindScope(target->Relative());
  const ItemQuestion question(call.state, call.reader, call.tenant.number(), call.actor, call.now);
  // The fact `creator` is about the target here: it is what is managed.
  const Decision decision = question.AskAt(scope, SubjectId(0), kind.manage);
  if (decision.allowed()) return absl::OkStatus();
  if (decision.reason == Reason::kFrozen) {
    return FailedPrecondition(
        "FROZEN", request.scope(),
        absl::StrCat(Quoted(request.scope()), " or a scope above it is archived or on hold"));
  }
  return NotPermitted(kind.manage, request.scope());
}

absl::Status DoShare(MutateCall& call, const v1::ShareContentItemRequest& request,
                     v1::ContentItem* response) {
  absl::StatusOr<rows::ContentRow> row = ContentView(call).Find(request.name());
  if (!row.ok()) return row.status();
  absl::StatusOr<ScopeId> scope =
      ResolveScope(call.state(), call.draft.id(), "scope", request.scope());
  if (!scope.ok()) return scope.status();
  if (scope->value == row->home()) {
    return BadField("scope", request.scope(), "wanted another scope than the item's home");
  }
  const int at = FindShare(*row, *scope);
  if (at == row->shares_size()) {
    if (at >= kMaxShares) {
      return FailedPrecondition(
          "TOO_MANY_SHARES", request.name(),
          absl::StrCat("it is shared with ", kMaxShares, " scopes, which is the most"));
    }
    row->add_shares()->set_scope(scope->value);
    rows::ItemNameRow index;
    index.set_name(ParseName(request.name())->Relative());
    call.draft.Write(store::Table::kIndexes,
                     ItemAtKey(call.draft.number(), *scope, true, row->uid()), index);
  }
  rows::ContentRow::Share* share = row->mutable_shares(at);
  share->set_use(request.use());
  share->set_shared_by(call.actor_uid());
  *share->mutable_share_time() = ToTimestamp(call.now());
  Commit(call, request.name(), *std::move(row), response);
  return absl::OkStatus();
}

// --- UnshareContentItem ---

absl::Status DoUnshare(MutateCall& call, const v1::UnshareContentItemRequest& request,
                       v1::ContentItem* response) {
  absl::StatusOr<rows::ContentRow> row = ContentView(call).Find(request.name());
  if (!row.ok()) return row.status();
  absl::StatusOr<ScopeId> scope =
      ResolveScope(call.state(), call.draft.id(), "scope", request.scope());
  if (!scope.ok()) return scope.status();
  const int at = FindShare(*row, *scope);
  if (at == row->shares_size()) return NotFound("share", request.scope());
  row->mutable_shares()->DeleteSubrange(at, 1);
  call.draft.Erase(store::Table::kIndexes,
                   ItemAtKey(call.draft.number(), *scope, true, row->uid()));
  absl::StatusOr<std::vector<ScopeId>> courses =
      CoursesWith(call.draft.reader(), call.draft.number(), row->uid());
  if (!courses.ok()) return courses.status();
  std::vector<ScopeId> by_this_alone;
  for (ScopeId course : *courses) {
    if (!IsWithin(call.state(), *row, course)) by_this_alone.push_back(course);
  }
  if (!by_this_alone.empty() && !request.force()) {
    return FailedPrecondition(
        "IN_USE", request.name(),
        absl::StrCat("through this share it is part of ",
                     CourseNames(call.state(), call.actor(), call.now(), by_this_alone),
                     "; set `force` to take it out"));
  }
  for (ScopeId course : by_this_alone) {
    if (absl::Status status = TakeOutOfCourse(call.draft, row->uid(), course); !status.ok()) {
      return status;
    }
  }
  Commit(call, request.name(), *std::move(row), response);
  return absl::OkStatus();
}

}  // namespace

void RegisterContentShares(Methods& methods) {
  Method& share =
      methods.Mutate<v1::ShareContentItemRequest, v1::ContentItem>(ValidateShare, DoShare);
  Methods::AuthorizeBy<v1::ShareContentItemRequest>(share, MayShare);
  methods.Mutate<v1::UnshareContentItemRequest, v1::ContentItem>(
      CheckPair<v1::UnshareContentItemRequest>, DoUnshare);
}

}  // namespace provost
