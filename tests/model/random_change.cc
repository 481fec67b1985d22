#include "tests/model/random_change.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace provost::model {
namespace {

using naive::Rng;
using v1::Scenario;
using v1::Scope;

constexpr int kDeepest = 16;

int Below(Rng& rng, int bound) { return static_cast<int>(rng() % static_cast<uint64_t>(bound)); }

bool MayStandBelow(Scope::Kind child, Scope::Kind parent) {
  switch (child) {
    case Scope::CATALOG:
    case Scope::COURSE:
      return parent == Scope::TENANT || parent == Scope::CATALOG;
    case Scope::SESSION:
      return parent == Scope::COURSE;
    default:
      return false;
  }
}

}  // namespace

ChangeMaker::ChangeMaker(Pair* pair) : pair_(pair) {
  for (int i = 0; i < pair->scenario.assignments_size(); ++i) uids_.push_back(next_uid_++);
}

int ChangeMaker::IndexOf(const std::string& scope) const {
  for (int i = 0; i < pair_->scenario.scopes_size(); ++i) {
    if (pair_->scenario.scopes(i).id() == scope) return i;
  }
  return -1;
}

int ChangeMaker::DepthOf(int scope) const {
  int depth = 0;
  for (int at = scope; at >= 0; at = IndexOf(pair_->scenario.scopes(at).parent())) ++depth;
  return depth;
}

bool ChangeMaker::IsAtOrBelow(int scope, int ancestor) const {
  for (int at = scope; at >= 0; at = IndexOf(pair_->scenario.scopes(at).parent())) {
    if (at == ancestor) return true;
  }
  return false;
}

absl::Status ChangeMaker::Make(Rng& rng, std::string* what) {
  switch (Below(rng, 12)) {
    case 0:
    case 1:
      *what = "an assignment is added";
      return AddAssignment(rng);
    case 2:
      *what = "an assignment is changed";
      return ReplaceAssignment(rng);
    case 3:
      *what = "an assignment is removed";
      return RemoveAssignment(rng);
    case 4:
      *what = "a membership is put or removed";
      return PutOrRemoveMember(rng);
    case 5:
      *what = "an override is put or removed";
      return PutOrRemoveOverride(rng);
    case 6:
      *what = "a subject is suspended or resumed";
      return SuspendOrResume(rng);
    case 7: {
      *what = "a scope moves";
      int scope = 0;
      int to = 0;
      return PickMove(rng, &scope, &to) ? Move(scope, to) : absl::OkStatus();
    }
    case 8:
      *what = "a scope is added";
      return AddScope(rng);
    case 9:
      *what = "a scope is frozen or thawed";
      return FreezeOrThaw(rng);
    case 10:
      *what = "the policy changes";
      return ChangePolicy(rng);
    default:
      if (Below(rng, 2) == 0) {
        *what = "a subject is removed";
        return RemoveSubject(rng);
      }
      *what = "a scope is removed";
      return RemoveScope(rng);
  }
}

absl::Status ChangeMaker::AddAssignment(Rng& rng) {
  Scenario::Assignment added;
  if (pair_->scenario.users().empty() || !naive::RandomAssignment(rng, pair_->scenario, &added)) {
    return absl::OkStatus();
  }
  const absl::Status status =
      pair_->engine->Apply(pair_->engine->OpFor(added, AssignmentId(next_uid_)));
  *pair_->scenario.add_assignments() = std::move(added);
  uids_.push_back(next_uid_++);
  return status;
}

absl::Status ChangeMaker::ReplaceAssignment(Rng& rng) {
  Scenario::Assignment like;
  if (uids_.empty() || pair_->scenario.users().empty() ||
      !naive::RandomAssignment(rng, pair_->scenario, &like)) {
    return absl::OkStatus();
  }
  const int i = Below(rng, static_cast<int>(uids_.size()));
  Scenario::Assignment* changed = pair_->scenario.mutable_assignments(i);
  // Only the window and the suspension of an assignment can change.
  like.set_subject(changed->subject());
  like.set_role(changed->role());
  like.set_scope(changed->scope());
  *changed = std::move(like);
  return pair_->engine->Apply(pair_->engine->OpFor(*changed, AssignmentId(uids_[i])));
}

absl::Status ChangeMaker::RemoveAssignment(Rng& rng) {
  if (uids_.empty()) return absl::OkStatus();
  const int i = Below(rng, static_cast<int>(uids_.size()));
  const absl::Status status = pair_->engine->Apply(provost::RemoveAssignment{
      AssignmentId(uids_[i]), pair_->engine->Subject(pair_->scenario.assignments(i).subject())});
  pair_->scenario.mutable_assignments()->DeleteSubrange(i, 1);
  uids_.erase(uids_.begin() + i);
  return status;
}

absl::Status ChangeMaker::PutOrRemoveMember(Rng& rng) {
  Scenario& scenario = pair_->scenario;
  if (scenario.groups().empty() || scenario.users().empty()) return absl::OkStatus();
  const int g = Below(rng, scenario.groups_size());
  Scenario::Group* group = scenario.mutable_groups(g);
  // A user, or a group that was made later, so that there are no cycles.
  const int choice = Below(rng, scenario.users_size() + scenario.groups_size() - g - 1);
  const std::string member = choice < scenario.users_size()
                                 ? scenario.users(choice).id()
                                 : scenario.groups(g + 1 + choice - scenario.users_size()).id();
  const auto found =
      std::find_if(group->members().begin(), group->members().end(),
                   [&](const Scenario::Member& each) { return each.id() == member; });
  if (found != group->members().end() && Below(rng, 2) == 0) {
    group->mutable_members()->erase(found);
    return pair_->engine->Apply(
        RemoveMember{pair_->engine->Subject(group->id()), pair_->engine->Subject(member)});
  }
  Scenario::Member* put =
      found != group->members().end()
          ? group->mutable_members(static_cast<int>(found - group->members().begin()))
          : group->add_members();
  put->Clear();
  put->set_id(member);
  if (Below(rng, 2) == 0) *put->mutable_expires() = naive::RandomTime(rng, scenario);
  if (put->has_expires() && naive::ToTime(put->expires()) <= absl::FromUnixSeconds(0)) {
    put->clear_expires();
  }
  return pair_->engine->Apply(pair_->engine->OpFor(*group, *put));
}

absl::Status ChangeMaker::PutOrRemoveOverride(Rng& rng) {
  Scenario& scenario = pair_->scenario;
  if (scenario.overrides_size() > 0 && Below(rng, 2) == 0) {
    const int i = Below(rng, scenario.overrides_size());
    const Scenario::Override gone = scenario.overrides(i);
    scenario.mutable_overrides()->DeleteSubrange(i, 1);
    return pair_->engine->Apply(
        RemoveOverride{pair_->engine->Scope(gone.scope()), gone.role(), gone.permission()});
  }
  const Scenario::Override put = naive::RandomOverride(rng, scenario, /*prohibits=*/true);
  auto* overrides = scenario.mutable_overrides();
  overrides->erase(std::remove_if(overrides->begin(), overrides->end(),
                                  [&](const Scenario::Override& each) {
                                    return each.scope() == put.scope() &&
                                           each.role() == put.role() &&
                                           each.permission() == put.permission();
                                  }),
                   overrides->end());
  *scenario.add_overrides() = put;
  return pair_->engine->Apply(pair_->engine->OpFor(put));
}

absl::Status ChangeMaker::SuspendOrResume(Rng& rng) {
  Scenario& scenario = pair_->scenario;
  if (scenario.groups_size() > 0 && Below(rng, 2) == 0) {
    Scenario::Group* group = scenario.mutable_groups(Below(rng, scenario.groups_size()));
    group->set_suspended(!group->suspended());
    return pair_->engine->Apply(pair_->engine->OpFor(*group));
  }
  if (scenario.users().empty()) return absl::OkStatus();
  Scenario::User* user = scenario.mutable_users(Below(rng, scenario.users_size()));
  user->set_suspended(!user->suspended());
  return pair_->engine->Apply(pair_->engine->OpFor(*user));
}

absl::Status ChangeMaker::RemoveSubject(Rng& rng) {
  Scenario& scenario = pair_->scenario;
  std::string gone;
  if (scenario.groups_size() > 0 && Below(rng, 2) == 0) {
    const int i = Below(rng, scenario.groups_size());
    gone = scenario.groups(i).id();
    scenario.mutable_groups()->DeleteSubrange(i, 1);
  } else if (scenario.users_size() > 1) {
    const int i = Below(rng, scenario.users_size());
    gone = scenario.users(i).id();
    scenario.mutable_users()->DeleteSubrange(i, 1);
  } else {
    return absl::OkStatus();
  }
  // What is deleted takes every reference to it along.
  for (Scenario::Group& group : *scenario.mutable_groups()) {
    auto* members = group.mutable_members();
    members->erase(std::remove_if(members->begin(), members->end(),
                                  [&](const Scenario::Member& each) { return each.id() == gone; }),
                   members->end());
  }
  for (int i = scenario.assignments_size() - 1; i >= 0; --i) {
    if (scenario.assignments(i).subject() != gone) continue;
    scenario.mutable_assignments()->DeleteSubrange(i, 1);
    uids_.erase(uids_.begin() + i);
  }
  return pair_->engine->Apply(provost::RemoveSubject{pair_->engine->Subject(gone)});
}

absl::Status ChangeMaker::AddScope(Rng& rng) {
  Scenario& scenario = pair_->scenario;
  const int parent = Below(rng, scenario.scopes_size());
  const Scope::Kind above = scenario.scopes(parent).kind();
  if (above == Scope::SESSION || DepthOf(parent) >= kDeepest) return absl::OkStatus();
  Scenario::ScopeNode node;
  node.set_id(absl::StrCat("scope", next_scope_++));
  node.set_parent(scenario.scopes(parent).id());
  node.set_kind(above == Scope::COURSE ? Scope::SESSION
                : Below(rng, 2) == 0   ? Scope::CATALOG
                                       : Scope::COURSE);
  *scenario.add_scopes() = node;
  return pair_->engine->Apply(pair_->engine->OpFor(node));
}

absl::Status ChangeMaker::RemoveScope(Rng& rng) {
  Scenario& scenario = pair_->scenario;
  const int i = Below(rng, scenario.scopes_size());
  const std::string gone = scenario.scopes(i).id();
  if (scenario.scopes(i).parent().empty()) return absl::OkStatus();
  for (const Scenario::ScopeNode& node : scenario.scopes()) {
    if (node.parent() == gone) return absl::OkStatus();
  }
  // Whose home it was comes to the tenant first.
  for (Scenario::Group& group : *scenario.mutable_groups()) {
    if (group.home() != gone) continue;
    group.clear_home();
    absl::Status moved = pair_->engine->Apply(pair_->engine->OpFor(group));
    if (!moved.ok()) return moved;
  }
  scenario.mutable_scopes()->DeleteSubrange(i, 1);
  for (int a = scenario.assignments_size() - 1; a >= 0; --a) {
    if (scenario.assignments(a).scope() != gone) continue;
    scenario.mutable_assignments()->DeleteSubrange(a, 1);
    uids_.erase(uids_.begin() + a);
  }
  auto* overrides = scenario.mutable_overrides();
  overrides->erase(
      std::remove_if(overrides->begin(), overrides->end(),
                     [&](const Scenario::Override& each) { return each.scope() == gone; }),
      overrides->end());
  return pair_->engine->Apply(provost::RemoveScope{pair_->engine->Scope(gone)});
}

absl::Status ChangeMaker::FreezeOrThaw(Rng& rng) {
  Scenario::ScopeNode* node =
      pair_->scenario.mutable_scopes(Below(rng, pair_->scenario.scopes_size()));
  constexpr Scope::Freeze kFreezes[] = {Scope::NOT_FROZEN, Scope::NOT_FROZEN, Scope::ARCHIVE,
                                        Scope::HOLD};
  node->set_frozen(kFreezes[Below(rng, 4)]);
  return pair_->engine->Apply(pair_->engine->OpFor(*node));
}

absl::Status ChangeMaker::ChangePolicy(Rng& rng) {
  v1::PolicySource* policy = pair_->scenario.mutable_inline_policy();
  v1::Role* role = policy->mutable_roles(Below(rng, policy->roles_size()));
  if (role->grants_size() > 0) {
    role->mutable_grants()->DeleteSubrange(Below(rng, role->grants_size()), 1);
  }
  return pair_->engine->SetPolicyTo(*policy);
}

bool ChangeMaker::PickMove(Rng& rng, int* scope, int* to) const {
  const Scenario& scenario = pair_->scenario;
  for (int attempt = 0; attempt < 20; ++attempt) {
    *scope = Below(rng, scenario.scopes_size());
    *to = Below(rng, scenario.scopes_size());
    if (!MayStandBelow(scenario.scopes(*scope).kind(), scenario.scopes(*to).kind())) continue;
    if (IsAtOrBelow(*to, *scope)) continue;
    int below = 1;  // how deep the subtree is
    for (int i = 0; i < scenario.scopes_size(); ++i) {
      if (IsAtOrBelow(i, *scope)) below = std::max(below, DepthOf(i) - DepthOf(*scope) + 1);
    }
    if (DepthOf(*to) + below <= kDeepest) return true;
  }
  return false;
}

absl::Status ChangeMaker::Move(int scope, int to) {
  Scenario::ScopeNode* node = pair_->scenario.mutable_scopes(scope);
  node->set_parent(pair_->scenario.scopes(to).id());
  return pair_->engine->Apply(pair_->engine->OpFor(*node));
}

}  // namespace provost::model
