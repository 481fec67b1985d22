#include "tenant/group_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/decide/exclusive.h"
#include "policy/decide/freeze.h"
#include "policy/world/group_graph.h"
#include "tenant/index_parts.h"
#include "tenant/key_walk.h"
#include "tenant/rule_conditions.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::KeyReader;
using store::KeyWriter;
using store::Table;

std::string RuleFieldKey(uint64_t tenant, absl::string_view field, SubjectId group) {
  return KeyWriter(tenant).U8(kRuleFieldIndex).String(field).U32(group.value).Take();
}
std::string HeldBackOfKey(uint64_t tenant, SubjectId user, SubjectId group) {
  return KeyWriter(tenant).U8(kHeldBackOfIndex).U32(user.value).U32(group.value).Take();
}
store::KeyRange HeldBackOfKeys(uint64_t tenant, SubjectId user) {
  return KeyWriter(tenant).U8(kHeldBackOfIndex).U32(user.value).Range();
}

// The two numbers that end each key in `range` of kIndexes.
absl::StatusOr<std::vector<std::pair<SubjectId, SubjectId>>> PairsIn(const store::Reader& reader,
                                                                     const store::KeyRange& range) {
  std::vector<std::pair<SubjectId, SubjectId>> pairs;
  absl::Status status = ForEachIndex(reader, range, [&](KeyReader& key) {
    const SubjectId first(key.U32());
    pairs.emplace_back(first, SubjectId(key.U32()));
  });
  if (!status.ok()) return status;
  return pairs;
}

bool IsMember(const WorldState& state, SubjectId group, SubjectId user) {
  for (const MembershipRecord& record : state.GroupsOf(user)) {
    if (record.group == group.value) return true;
  }
  return false;
}

class Settling {
 public:
  Settling(TenantDraft& draft, size_t first_op, absl::Time now,
           absl::FunctionRef<absl::Status()> apply)
      : draft_(draft), state_(draft.state()), first_op_(first_op), now_(now), apply_(apply) {}

  absl::Status Run() {
    absl::Status status = LookAtGroups();
    if (status.ok()) status = LookAtUsers();
    if (status.ok()) status = LookAtHomes();
    if (status.ok()) status = LookAtRoles();
    // What is asked anew was kept out by what is gone now.
    for (size_t i = 0; status.ok() && i < again_.size(); ++i) {
      status = EvaluateHeldBack(again_[i].first, again_[i].second);
    }
    if (status.ok() && !refill_.empty()) status = Refill();
    return status;
  }

 private:
  // A group that a rule fills, with what is asked for each person.
  struct Rule {
    rows::GroupRuleRow rule;
    ScopeId home;
    std::vector<Holding> confers;
  };

  // Whether the conditions of a group's rule hold of somebody.
  struct Judged {
    SubjectId group;
    SubjectId user;
    bool holds;
  };

  // Nothing for a group that nobody keeps by its conditions: one of a scenario.
  absl::StatusOr<const Rule*> FindRule(SubjectId group) {
    const auto found = rules_.find(group);
    if (found != rules_.end()) return found->second.has_value() ? &*found->second : nullptr;
    std::optional<Rule>& rule = rules_[group];
    const std::optional<RelativeName> name = SplitRelative(state_.SubjectName(group));
    if (!name.has_value() || name->collection != Collection::kGroups) return nullptr;
    absl::StatusOr<std::optional<rows::GroupRow>> row = draft_.Get<rows::GroupRow>(name->id);
    if (!row.ok()) return row.status();
    if (!row->has_value() || (*row)->rule().conditions().empty()) return nullptr;
    rule.emplace();
    rule->rule = (*row)->rule();
    rule->home = state_.HomeOf(group);
    rule->confers = HoldingsOf(state_, group, now_);
    return &*rule;
  }

  template <typename Row>
  absl::StatusOr<std::optional<Row>> Before(const std::string& id) const {
    constexpr Collection kCollection = RowCollection<Row>::kValue;
    return ReadRow<Row>(draft_.before(), TableOf(kCollection),
                        EntityKey(draft_.number(), kCollection, id));
  }

  // Rules that are new, or others, or gone.
  absl::Status LookAtGroups() {
    for (const std::string& id : draft_.touched_groups()) {
      absl::StatusOr<std::optional<rows::GroupRow>> before = Before<rows::GroupRow>(id);
      if (!before.ok()) return before.status();
      absl::StatusOr<std::optional<rows::GroupRow>> after = draft_.Get<rows::GroupRow>(id);
      if (!after.ok()) return after.status();
      const rows::GroupRow old = before->value_or(rows::GroupRow());
      const rows::GroupRow now = after->value_or(rows::GroupRow());
      const bool is_other = old.rule().SerializeAsString() != now.rule().SerializeAsString() ||
                            old.uid() != now.uid();
      const SubjectId group(now.uid() == 0 ? old.uid() : now.uid());
      group_is_gone_ |= now.uid() == 0;
      if (is_other) {
        for (const std::string& field : RuleFields(old.rule())) {
          draft_.Erase(Table::kIndexes, RuleFieldKey(draft_.number(), field, SubjectId(old.uid())));
        }
        for (const std::string& field : RuleFields(now.rule())) {
          draft_.WriteBytes(Table::kIndexes, RuleFieldKey(draft_.number(), field, group), "1");
        }
      }
      if (now.rule().conditions().empty()) {
        if (old.rule().conditions().empty()) continue;
        absl::Status status = LetGo(HeldBackKeys(draft_.number(), SubjectId(old.uid())));
        if (!status.ok()) return status;
      } else if (is_other || old.home() != now.home()) {
        refill_.insert(group);
      }
    }
    return absl::OkStatus();
  }

  absl::Status LookAtUsers() {
    for (const std::string& id : draft_.touched_users()) {
      absl::StatusOr<std::optional<rows::UserRow>> before = Before<rows::UserRow>(id);
      if (!before.ok()) return before.status();
      absl::StatusOr<std::optional<rows::UserRow>> after = draft_.Get<rows::UserRow>(id);
      if (!after.ok()) return after.status();
      if (before->has_value() && (!after->has_value() || (*before)->uid() != (*after)->uid())) {
        if (absl::Status status = Forget(SubjectId((*before)->uid())); !status.ok()) return status;
        before->reset();
      }
      if (!after->has_value()) continue;
      if (!before->has_value() || (*before)->home() != (*after)->home()) {
        if (absl::Status status = EvaluateAll(**after); !status.ok()) return status;
        continue;
      }
      std::set<SubjectId> groups;
      for (const std::string& field : ChangedRuleFields(**before, **after)) {
        absl::StatusOr<std::vector<SubjectId>> reading =
            GroupsReading(draft_.reader(), draft_.number(), field);
        if (!reading.ok()) return reading.status();
        groups.insert(reading->begin(), reading->end());
      }
      for (SubjectId group : groups) {
        if (absl::Status status = Evaluate(group, **after); !status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  // Scopes that stand elsewhere now, with the people whose home they are.
  absl::Status LookAtHomes() {
    std::vector<SubjectId> users;
    for (ScopeId moved : draft_.moved_scopes()) {
      state_.ForEachInSubtree(moved, [&](ScopeId scope) {
        state_.ForEachAtHome(scope, [&](SubjectId subject) {
          if (state_.KindOf(subject) == SubjectKind::kUser) users.push_back(subject);
          return true;
        });
        return true;
      });
    }
    for (SubjectId user : users) {
      absl::StatusOr<std::optional<rows::UserRow>> row = RowOf(user);
      if (!row.ok()) return row.status();
      if (!row->has_value()) continue;
      if (absl::Status status = EvaluateAll(**row); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // What may have kept people out: of one person, where it is about one, else of all.
  absl::Status LookAtRoles() {
    std::set<SubjectId> subjects;
    bool all = group_is_gone_ || draft_.has_thawed() || !draft_.moved_scopes().empty();
    const std::vector<ChangeOp>& ops = draft_.change().ops;
    for (size_t i = first_op_; i < ops.size(); ++i) {
      const ChangeOp& op = ops[i];
      if (const auto* removed = std::get_if<RemoveAssignment>(&op)) {
        subjects.insert(removed->subject);
      } else if (const auto* put = std::get_if<PutAssignment>(&op)) {
        subjects.insert(put->subject);
      } else if (const auto* left = std::get_if<RemoveMember>(&op)) {
        subjects.insert(left->member);
      } else if (const auto* member = std::get_if<PutMember>(&op)) {
        subjects.insert(member->member);
      } else {
        all |= std::holds_alternative<SetPolicy>(op) || std::holds_alternative<RemoveScope>(op);
      }
    }
    for (SubjectId subject : subjects) {
      all |= state_.HasSubject(subject) && state_.KindOf(subject) == SubjectKind::kGroup;
    }
    if (all) {
      return Collect(KeyWriter(draft_.number()).U8(kHeldBackIndex).Range(), /*user_first=*/false);
    }
    for (SubjectId subject : subjects) {
      absl::Status status = Collect(HeldBackOfKeys(draft_.number(), subject), /*user_first=*/true);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Collect(const store::KeyRange& range, bool user_first) {
    absl::StatusOr<std::vector<std::pair<SubjectId, SubjectId>>> pairs =
        PairsIn(draft_.reader(), range);
    if (!pairs.ok()) return pairs.status();
    for (const auto& [first, second] : *pairs) {
      again_.emplace_back(user_first ? second : first, user_first ? first : second);
    }
    return absl::OkStatus();
  }

  absl::Status EvaluateHeldBack(SubjectId group, SubjectId user) {
    absl::StatusOr<std::optional<rows::UserRow>> row = RowOf(user);
    if (!row.ok()) return row.status();
    if (!row->has_value()) return absl::OkStatus();
    evaluated_.erase({group, user});
    return Evaluate(group, **row);
  }

  absl::StatusOr<std::optional<rows::UserRow>> RowOf(SubjectId user) const {
    const std::optional<RelativeName> name = SplitRelative(state_.SubjectName(user));
    if (!name.has_value()) return std::optional<rows::UserRow>();
    return draft_.Get<rows::UserRow>(name->id);
  }

  absl::Status EvaluateAll(const rows::UserRow& user) {
    std::vector<SubjectId> groups;
    state_.ForEachRuleGroup([&](SubjectId group) {
      groups.push_back(group);
      return true;
    });
    for (SubjectId group : groups) {
      if (absl::Status status = Evaluate(group, user); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Everybody, in one walk over the people of the tenant for all groups whose rule is new.
  absl::Status Refill() {
    for (SubjectId group : refill_) {
      // Those whom the rule covers no longer are not met below.
      absl::StatusOr<const Rule*> rule = FindRule(group);
      if (!rule.ok()) return rule.status();
      if (*rule == nullptr) continue;
      std::vector<SubjectId> outside;
      state_.ForEachMember(group, SubjectId(0), [&](SubjectId member) {
        if (!state_.IsOnPath((*rule)->home, state_.HomeOf(member)) &&
            evaluated_.insert({group, member}).second) {
          outside.push_back(member);
        }
        return true;
      });
      for (SubjectId member : outside) {
        if (absl::Status status = draft_.EraseMember(group, member); !status.ok()) return status;
      }
    }
    // They are judged once the walk is over, for a draft does not change under a cursor: until then
    // is kept what the rules say of each, and not who they are.
    std::vector<Judged> people;
    store::ScanOptions options;
    options.bulk = true;
    store::Cursor cursor =
        draft_.reader().Scan(Table::kUsers, store::KeyRange::Tenant(draft_.number()), options);
    while (cursor.Next()) {
      KeyReader key(Table::kUsers, cursor.key());
      key.U64();
      const std::optional<RelativeName> name = SplitRelative(key.String());
      if (!name.has_value() || name->collection != Collection::kUsers) continue;
      absl::StatusOr<rows::UserRow> user =
          ParseRow<rows::UserRow>(Table::kUsers, cursor.key(), cursor.value());
      if (!user.ok()) return user.status();
      for (SubjectId group : refill_) {
        absl::StatusOr<const Rule*> rule = FindRule(group);
        if (!rule.ok()) return rule.status();
        if (*rule == nullptr) continue;
        people.push_back({group, SubjectId(user->uid()), RuleHolds((*rule)->rule, *user)});
      }
    }
    if (!cursor.status().ok()) return cursor.status();
    for (const Judged& each : people) {
      absl::StatusOr<const Rule*> rule = FindRule(each.group);
      if (!rule.ok()) return rule.status();
      if (absl::Status status = Settle(**rule, each); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Evaluate(SubjectId group, const rows::UserRow& row) {
    absl::StatusOr<const Rule*> rule = FindRule(group);
    if (!rule.ok()) return rule.status();
    if (*rule == nullptr) return absl::OkStatus();
    return Settle(**rule, {group, SubjectId(row.uid()), RuleHolds((*rule)->rule, row)});
  }

  absl::Status Settle(const Rule& rule, const Judged& judged) {
    const SubjectId group = judged.group;
    const SubjectId user = judged.user;
    // The state need not have what was done here already.
    if (!evaluated_.insert({group, user}).second) return absl::OkStatus();
    const bool wanted = judged.holds && state_.IsOnPath(rule.home, state_.HomeOf(user));
    const bool is_in = IsMember(state_, group, user);
    if (wanted && is_in) return absl::OkStatus();
    if (!wanted && is_in) {
      if (absl::Status status = draft_.EraseMember(group, user); !status.ok()) return status;
      return MustFollow() ? apply_() : absl::OkStatus();
    }
    absl::StatusOr<bool> is_held = IsHeldBack(group, user);
    if (!is_held.ok()) return is_held.status();
    const std::string reason = wanted ? WhatKeepsOut(rule, group, user) : "";
    if (!reason.empty()) {
      rows::HeldBackRow held;
      held.set_reason(reason);
      draft_.Write(Table::kIndexes, HeldBackKey(draft_.number(), group, user), held);
      draft_.WriteBytes(Table::kIndexes, HeldBackOfKey(draft_.number(), user, group), "1");
      return absl::OkStatus();
    }
    if (*is_held) EraseHeldBack(group, user);
    if (!wanted) return absl::OkStatus();
    rows::MemberRow member;
    *member.mutable_member()->mutable_create_time() = ToTimestamp(now_);
    if (absl::Status status = draft_.PutMemberRow(group, user, member); !status.ok()) return status;
    if (MustFollow()) return apply_();
    ++added_[user];
    return absl::OkStatus();
  }

  // Where roles exclude each other, the next group is judged with what this one gave or took, be it
  // by a training that is assigned to it.
  bool MustFollow() const { return !state_.matrix().data().exclusive_sets.empty(); }

  absl::StatusOr<bool> IsHeldBack(SubjectId group, SubjectId user) const {
    absl::StatusOr<std::optional<std::string>> row =
        draft_.reader().Get(Table::kIndexes, HeldBackKey(draft_.number(), group, user));
    if (!row.ok()) return row.status();
    return row->has_value();
  }

  // Names no role: whoever reads a group need not be one who reads roles.
  std::string WhatKeepsOut(const Rule& rule, SubjectId group, SubjectId user) const {
    const auto added = added_.find(user);
    if (state_.GroupsOf(user).size() + (added == added_.end() ? 0 : added->second) >=
        kMaxGroupsOfSubject) {
      return absl::StrCat("is directly in ", kMaxGroupsOfSubject, " groups, which is the most");
    }
    for (const Holding& conferred : rule.confers) {
      if (!CheckPathNotFrozen(state_, conferred.scope).ok()) {
        return "the group holds a role where a scope is frozen";
      }
    }
    if (!CheckExclusiveMember(state_, group, user, Window(), now_).ok()) {
      return "holds a role that excludes one of the group's";
    }
    return "";
  }

  // Takes the held back of one group along.
  absl::Status LetGo(const store::KeyRange& range) {
    absl::StatusOr<std::vector<std::pair<SubjectId, SubjectId>>> pairs =
        PairsIn(draft_.reader(), range);
    if (!pairs.ok()) return pairs.status();
    for (const auto& [group, user] : *pairs) EraseHeldBack(group, user);
    return absl::OkStatus();
  }

  void EraseHeldBack(SubjectId group, SubjectId user) {
    draft_.Erase(Table::kIndexes, HeldBackKey(draft_.number(), group, user));
    draft_.Erase(Table::kIndexes, HeldBackOfKey(draft_.number(), user, group));
  }

  // What rules say of somebody who is gone.
  absl::Status Forget(SubjectId user) {
    absl::StatusOr<std::vector<std::pair<SubjectId, SubjectId>>> held =
        PairsIn(draft_.reader(), HeldBackOfKeys(draft_.number(), user));
    if (!held.ok()) return held.status();
    for (const auto& [unused, group] : *held) EraseHeldBack(group, user);
    absl::StatusOr<std::vector<SubjectId>> reading =
        GroupsReading(draft_.reader(), draft_.number(), kManagerField);
    if (!reading.ok()) return reading.status();
    for (SubjectId group : *reading) {
      const std::string id(SplitRelative(state_.SubjectName(group))->id);
      absl::StatusOr<std::optional<rows::GroupRow>> row = draft_.Get<rows::GroupRow>(id);
      if (!row.ok()) return row.status();
      if (!row->has_value()) continue;
      bool named = false;
      for (int i = 0; i < (*row)->rule().conditions_size(); ++i) {
        auto* const values = (*row)->mutable_rule()->mutable_conditions(i)->mutable_values();
        if ((*row)->rule().conditions(i).field() != kManagerField) continue;
        auto* const shown =
            (*row)->mutable_group()->mutable_rule()->mutable_conditions(i)->mutable_values();
        for (int j = values->size() - 1; j >= 0; --j) {
          if (values->Get(j) != absl::StrCat(user.value)) continue;
          values->DeleteSubrange(j, 1);
          shown->DeleteSubrange(j, 1);
          named = true;
        }
      }
      // Nobody has that manager any more, so nobody comes or goes by it.
      if (named) draft_.Put(id, **std::move(row));
    }
    return absl::OkStatus();
  }

  TenantDraft& draft_;
  const WorldState& state_;
  const size_t first_op_;
  const absl::Time now_;
  const absl::FunctionRef<absl::Status()> apply_;
  std::map<SubjectId, std::optional<Rule>> rules_;
  std::set<SubjectId> refill_;
  bool group_is_gone_ = false;
  std::set<std::pair<SubjectId, SubjectId>> evaluated_;  // group, user
  std::vector<std::pair<SubjectId, SubjectId>> again_;   // group, user
  std::map<SubjectId, size_t> added_;  // groups that each user came into and the state has not
};

}  // namespace

bool HasRuleGroups(const WorldState& state) {
  bool any = false;
  state.ForEachRuleGroup([&](SubjectId) {
    any = true;
    return false;
  });
  return any;
}

absl::StatusOr<std::vector<SubjectId>> GroupsReading(const store::Reader& reader, uint64_t tenant,
                                                     absl::string_view field) {
  std::vector<SubjectId> groups;
  absl::Status status = ForEachIndex(
      reader, KeyWriter(tenant).U8(kRuleFieldIndex).String(field).Range(), [&](KeyReader& key) {
        key.String();
        groups.emplace_back(key.U32());
      });
  if (!status.ok()) return status;
  return groups;
}

store::KeyRange HeldBackKeys(uint64_t tenant, SubjectId group) {
  return KeyWriter(tenant).U8(kHeldBackIndex).U32(group.value).Range();
}
std::string HeldBackKey(uint64_t tenant, SubjectId group, SubjectId user) {
  return KeyWriter(tenant).U8(kHeldBackIndex).U32(group.value).U32(user.value).Take();
}

absl::Status SettleGroupRules(TenantDraft& draft, size_t first_op, absl::Time now,
                              absl::FunctionRef<absl::Status()> apply) {
  if (draft.touched_groups().empty() && !HasRuleGroups(draft.state())) return absl::OkStatus();
  return Settling(draft, first_op, now, apply).Run();
}

}  // namespace provost
