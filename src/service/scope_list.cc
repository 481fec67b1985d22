#include "service/scope_list.h"

#include <algorithm>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "policy/decide/check.h"
#include "policy/decide/delegation.h"
#include "policy/decide/lists.h"
#include "service/authorize.h"
#include "store/key.h"
#include "tenant/errors.h"
#include "tenant/rows.h"

namespace provost {
namespace {

FactSet CreatorFact(const Matrix& matrix) {
  const std::optional<int> creator = matrix.FindFact("creator");
  return creator.has_value() ? FactSet{1} << *creator : 0;
}

}  // namespace

ScopeWalk::ScopeWalk(const ReadCall& call, const Pages::Page& page, const ScopeQuery& query)
    : state_(*page.snapshot->view),
      table_(TableOf(query.collection)),
      prefix_(absl::StrCat(CollectionName(query.collection), "/")),
      after_(absl::StrCat(prefix_, page.cursor)) {
  if (query.parent.has_value()) {
    state_.ForEachChild(*query.parent, ScopeId(0), [&](ScopeId scope) {
      Add(scope);
      return true;
    });
  } else if (!GatherReadable(call, page, query)) {
    gathered_.clear();
    const uint64_t tenant = call.tenant->number();
    store::KeyRange range = store::KeyRange::Tenant(tenant);
    if (!page.cursor.empty()) {
      range.begin = EntityKey(tenant, query.collection, page.cursor);
      range.begin.push_back('\0');  // The next key that there can be.
    }
    rows_.emplace(call.reader().Scan(table_, range));
  }
  std::make_heap(gathered_.begin(), gathered_.end(), std::greater<>());
}

void ScopeWalk::Add(ScopeId scope) {
  const absl::string_view name = state_.ScopeName(scope);
  if (name.size() > prefix_.size() && name.substr(0, prefix_.size()) == prefix_ && name > after_) {
    gathered_.emplace_back(name, scope);
  }
}

// False where there are too many.
bool ScopeWalk::GatherReadable(const ReadCall& call, const Pages::Page& page,
                               const ScopeQuery& query) {
  const std::optional<PermissionId> permission = state_.matrix().FindPermission(query.permission);
  if (!permission.has_value()) return true;
  ListContext context;
  context.time = page.snapshot->time;
  // More than the caller may see: what they made is told apart one by one.
  context.facts = CreatorFact(state_.matrix());
  const ScopePage scopes =
      ListScopes(state_, call.self(), *permission, query.kind, ScopeId(0), kMaxGathered, context);
  for (ScopeId scope : scopes.scopes) Add(scope);
  return !scopes.more;
}

absl::StatusOr<std::optional<ScopeId>> ScopeWalk::Next() {
  if (!rows_.has_value()) {
    if (gathered_.empty()) return std::optional<ScopeId>();
    std::pop_heap(gathered_.begin(), gathered_.end(), std::greater<>());
    const ScopeId scope = gathered_.back().second;
    gathered_.pop_back();
    return std::optional<ScopeId>(scope);
  }
  while (rows_->Next()) {
    store::KeyReader key(table_, rows_->key());
    key.U64();
    const std::string id = key.String();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    const ScopeId scope = state_.FindScope(absl::StrCat(prefix_, id));
    if (state_.HasScope(scope)) return std::optional<ScopeId>(scope);
  }
  if (!rows_->status().ok()) return rows_->status();
  return std::optional<ScopeId>();
}

bool MayReadScope(const WorldState& state, SubjectId actor, absl::string_view permission,
                  ScopeId scope, SubjectId creator, absl::Time now) {
  if (IsAllowed(state, actor, permission, scope, /*about_self=*/false, now)) return true;
  const FactSet facts = CreatorFact(state.matrix());
  return facts != 0 && creator.value != 0 && creator == actor &&
         IsAllowedNear(state, actor, permission, scope, now, facts);
}

bool MayList(const ReadCall& call, const ListSnapshot& first, absl::string_view permission,
             ScopeId scope, SubjectId creator) {
  if (!MayReadScope(*first.view, call.self(), permission, scope, creator, first.time)) return false;
  // A right that was taken away since the first page is gone for the next ones as well.
  return call.state.revision() <= first.view->revision() ||
         (call.state.HasScope(scope) &&
          MayReadScope(call.state, call.self(), permission, scope, creator, call.now));
}

absl::Status CheckAllowedNear(const WorldState& state, SubjectId actor,
                              absl::string_view permission, ScopeId scope, absl::string_view name,
                              absl::Time now) {
  if (IsAllowedNear(state, actor, permission, scope, now)) return absl::OkStatus();
  const std::optional<PermissionId> id = state.matrix().FindPermission(permission);
  ScopeId at = scope;
  while (id.has_value() && at != state.root() &&
         !state.matrix().permission(*id).asked_at.Has(state.KindOf(at))) {
    at = state.ParentOf(at);
  }
  Question question;
  question.subject = actor;
  question.permission = id.value_or(PermissionId());
  question.scope = at;
  question.time = now;
  if (id.has_value() && Check(state, question).reason == Reason::kFrozen) {
    return FailedPrecondition(
        "FROZEN", name, absl::StrCat(Quoted(name), " or a scope above it is archived or on hold"));
  }
  return NotPermitted(permission, name);
}

}  // namespace provost
