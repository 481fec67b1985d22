// What roles may do: grants become cells.
#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/compiler/compilation.h"

namespace provost {
namespace {

using v1::Grant;
using v1::Role;

// One set of facts that suffices, and which sources it comes from.
struct Alternative {
  FactSet facts = 0;
  absl::InlinedVector<uint32_t, 2> sources;

  void AddSources(const absl::InlinedVector<uint32_t, 2>& more) {
    sources.insert(sources.end(), more.begin(), more.end());
    std::sort(sources.begin(), sources.end());
    sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  }
};

struct Entry {
  Effect effect = Effect::kAllow;
  Rank rank = Rank::kExact;
  Alternative alternative;
  const Grant* grant = nullptr;  // null: from the base
};

// All entries of one place so far, as rule 3 resolves them. The order of Add() does not matter.
struct Slot {
  // More alternatives than this are not looked at; far more than may remain.
  static constexpr size_t kEnough = 256;

  Effect effect = Effect::kNone;
  Rank rank = Rank::kWildcard;
  // ALLOW: none contains another. Else one, for the sources.
  absl::InlinedVector<Alternative, 1> alternatives;
  const Grant* last = nullptr;

  void Add(const Entry& entry) {
    const bool prohibits = entry.effect == Effect::kProhibit;
    if (effect != Effect::kNone) {
      const bool prohibited = effect == Effect::kProhibit;
      if (prohibited && !prohibits) return;
      if (prohibited == prohibits && entry.rank != rank) {
        if (prohibits) {
          // Every PROHIBIT counts; the strongest rank is what is shown.
          rank = std::max(rank, entry.rank);
        } else if (entry.rank < rank) {
          return;
        } else {
          alternatives.clear();
          effect = Effect::kNone;
        }
      }
      if (effect == Effect::kPrevent && entry.effect == Effect::kAllow) return;
      if (effect != Effect::kNone && effect != entry.effect) {
        alternatives.clear();
        effect = Effect::kNone;
      }
    }
    if (effect == Effect::kNone) {
      effect = entry.effect;
      rank = entry.rank;
    }
    last = entry.grant;
    AddAlternative(entry.alternative);
  }

 private:
  void AddAlternative(const Alternative& added) {
    for (Alternative& known : alternatives) {
      if (known.facts == added.facts) return known.AddSources(added.sources);
      if ((known.facts & ~added.facts) == 0) return;  // asks for less
    }
    alternatives.erase(
        std::remove_if(alternatives.begin(), alternatives.end(),
                       [&](const Alternative& known) { return (added.facts & ~known.facts) == 0; }),
        alternatives.end());
    if (alternatives.size() < kEnough) alternatives.push_back(added);
  }
};

// The slots of one role, by permission and kind; remembers which are in use.
class SlotTable {
 public:
  explicit SlotTable(size_t permissions) : slots_(permissions * kScopeKindCount) {}

  void Add(PermissionId permission, ScopeKind kind, const Entry& entry) {
    const size_t place = permission.value * kScopeKindCount + static_cast<size_t>(IndexOf(kind));
    Slot& slot = slots_[place];
    if (slot.effect == Effect::kNone) used_.push_back(place);
    slot.Add(entry);
  }
  const Slot& At(size_t place) const { return slots_[place]; }
  const Slot& At(PermissionId permission, ScopeKind kind) const {
    return slots_[permission.value * kScopeKindCount + static_cast<size_t>(IndexOf(kind))];
  }
  const std::vector<size_t>& used() const { return used_; }
  void Clear() {
    for (size_t place : used_) slots_[place] = Slot();
    used_.clear();
  }

 private:
  std::vector<Slot> slots_;
  std::vector<size_t> used_;
};

}  // namespace

// Expands the grants of one role after the other; keeps its tables between them.
class RoleExpansion {
 public:
  explicit RoleExpansion(Compilation& owner)
      : owner_(owner),
        ordinary_(owner.data_.permissions.size()),
        reaching_(owner.data_.permissions.size()) {}

  // Appends the cells of `role` to `out`. `base`: the cells that it has already.
  void Expand(RoleId role, const std::vector<CellInfo>& base, std::vector<CellInfo>& out);

 private:
  // A line of the role, with its parts read.
  struct Line {
    const Grant* grant = nullptr;
    Entry entry;
    KindSet at;  // empty: everywhere
    std::optional<ScopeKind> reach;
    PermissionSet exact[kScopeKindCount];    // named, by kind
    PermissionSet matched[kScopeKindCount];  // matched by a wildcard, by kind
    PermissionSet reach_exact;
    PermissionSet reach_matched;
  };
  // An entry where the role is not held. One that takes back is of use if something reaches.
  struct Pending {
    SourceElement place;
    PermissionSet permissions;
    ScopeKind kind = ScopeKind::kTenant;
    std::string message;
  };

  void ReadGrant(const Grant& grant);
  FactSet ReadFacts(const Grant& grant, bool allows);
  std::optional<ScopeKind> ReadReach(const Grant& grant, bool allows);
  void AddNamed(Line& line, int index);
  void AddMatched(Line& line, int index, absl::string_view pattern);
  std::string NearestPattern(const std::string& pattern);
  // Tells of `word` at a kind where the role is not held, unless something reaches what of it is
  // `taken_back`.
  void NeverUsed(const SourceElement& place, ScopeKind kind, PermissionSet taken_back,
                 absl::string_view word);
  void Enter(const Line& line);
  void Emit(std::vector<CellInfo>& out);
  void EmitSlot(size_t place, const Slot& slot, bool reach, std::vector<CellInfo>& out);
  uint32_t SourceIndex(const std::string& source);
  std::string RoleText() const;
  PermissionSet ClosureOf(const PermissionSet& seeds) const;
  PermissionSet Empty() const { return PermissionSet(owner_.data_.permissions.size()); }

  Compilation& owner_;
  SlotTable ordinary_;
  SlotTable reaching_;
  RoleId role_;
  KindSet held_;
  KindSet usable_;
  const Grant* overflow_told_ = nullptr;
  std::vector<Pending> pending_;
  std::vector<std::string> sources_;
  absl::flat_hash_map<std::string, uint32_t> source_index_;
};

void RoleExpansion::Expand(RoleId role, const std::vector<CellInfo>& base,
                           std::vector<CellInfo>& out) {
  role_ = role;
  held_ = owner_.HeldAt(role);
  usable_ = owner_.UsableAt(role);
  ordinary_.Clear();
  reaching_.Clear();
  pending_.clear();
  sources_.clear();
  source_index_.clear();
  overflow_told_ = nullptr;
  for (const CellInfo& cell : base) {
    Entry entry;
    entry.effect = cell.effect;
    entry.rank = cell.rank;
    entry.alternative.sources.push_back(SourceIndex(cell.source));
    SlotTable& table = cell.reach ? reaching_ : ordinary_;
    if (cell.alternatives.empty()) table.Add(cell.permission, cell.at, entry);
    for (FactSet facts : cell.alternatives) {
      entry.alternative.facts = facts;
      table.Add(cell.permission, cell.at, entry);
    }
  }
  for (const Role* part : owner_.role_parts_[role.value]) {
    for (const Grant& grant : part->grants()) ReadGrant(grant);
  }
  for (Pending& pending : pending_) {
    bool used = false;
    pending.permissions.ForEach([&](PermissionId id) {
      used = used || reaching_.At(id, pending.kind).effect != Effect::kNone;
    });
    if (!used) owner_.Unusable(pending.place, std::move(pending.message));
  }
  Emit(out);
}

std::string RoleExpansion::RoleText() const {
  return absl::StrCat("role `", owner_.data_.roles[role_.value].name, "`, held at ",
                      KindNames(held_), ",");
}

uint32_t RoleExpansion::SourceIndex(const std::string& source) {
  const auto [it, added] =
      source_index_.try_emplace(source, static_cast<uint32_t>(sources_.size()));
  if (added) sources_.push_back(source);
  return it->second;
}

PermissionSet RoleExpansion::ClosureOf(const PermissionSet& seeds) const {
  PermissionSet all = Empty();
  seeds.ForEach([&](PermissionId id) { all |= owner_.closure_[id.value]; });
  return all;
}

void RoleExpansion::ReadGrant(const Grant& grant) {
  Line line;
  line.grant = &grant;
  for (PermissionSet& set : line.exact) set = Empty();
  for (PermissionSet& set : line.matched) set = Empty();
  line.reach_exact = Empty();
  line.reach_matched = Empty();

  if (grant.effect() == v1::PREVENT) line.entry.effect = Effect::kPrevent;
  if (grant.effect() == v1::PROHIBIT) line.entry.effect = Effect::kProhibit;
  const bool allows = line.entry.effect == Effect::kAllow;
  line.entry.grant = &grant;
  line.entry.alternative.facts = ReadFacts(grant, allows);
  owner_.CheckText(grant, Grant::kSourceFieldNumber, "source", grant.source(), kMaxSourceBytes);
  line.entry.alternative.sources.push_back(SourceIndex(grant.source()));
  line.at = owner_.ReadKinds(grant, Grant::kAtFieldNumber, "at", grant.at());
  line.reach = ReadReach(grant, allows);

  if (grant.permissions_size() == 0 && owner_.Missing(grant, Grant::kPermissionsFieldNumber)) {
    owner_.report_.Error({&grant, 0, -1},
                         absl::StrCat("a grant of role `", owner_.data_.roles[role_.value].name,
                                      "` names no permission"));
  }
  absl::flat_hash_map<absl::string_view, int> seen;
  for (int i = 0; i < grant.permissions_size(); ++i) {
    const std::string& name = grant.permissions(i);
    if (!seen.try_emplace(name, i).second) {
      owner_.report_.Warning({&grant, Grant::kPermissionsFieldNumber, i},
                             absl::StrCat("the grant names `", name, "` twice"));
      continue;
    }
    if (name == "*" || absl::EndsWith(name, ".*")) {
      AddMatched(line, i, absl::string_view(name).substr(0, name.size() - 1));
    } else {
      AddNamed(line, i);
    }
  }
  Enter(line);
}

FactSet RoleExpansion::ReadFacts(const Grant& grant, bool allows) {
  FactSet facts = 0;
  for (int i = 0; i < grant.requires_size(); ++i) {
    const std::string& name = grant.requires_(i);
    const SourceElement place{&grant, Grant::kRequiresFieldNumber, i};
    if (!allows) {
      owner_.report_.Error(place, absl::StrCat("only ALLOW requires facts: `", name,
                                               "` stands with ", v1::Effect_Name(grant.effect())));
    }
    const std::optional<int> bit = owner_.FindFact(place, name);
    if (!bit.has_value()) continue;
    const FactSet fact = FactSet{1} << *bit;
    if ((facts & fact) != 0) {
      owner_.report_.Warning(place, absl::StrCat("`requires` names `", name, "` twice"));
    }
    facts |= fact;
  }
  return allows ? facts : 0;
}

std::optional<ScopeKind> RoleExpansion::ReadReach(const Grant& grant, bool allows) {
  const int number = grant.reach();
  if (number < 1 || number > kScopeKindCount) return std::nullopt;
  const SourceElement place{&grant, Grant::kReachFieldNumber, -1};
  const ScopeKind kind = static_cast<ScopeKind>(number);
  if (!allows) {
    owner_.report_.Error(place, absl::StrCat("only ALLOW reaches: `", ScopeKindName(kind),
                                             "` stands with ", v1::Effect_Name(grant.effect())));
    return std::nullopt;
  }
  bool held_below = held_.empty();  // reported where the role is checked
  for (ScopeKind held : kAllScopeKinds) {
    if (held_.Has(held) && IndexOf(held) > IndexOf(kind)) held_below = true;
  }
  if (!held_below) {
    owner_.report_.Error(place,
                         absl::StrCat("reach `", ScopeKindName(kind), "` is not above where role `",
                                      owner_.data_.roles[role_.value].name, "` can be held (",
                                      KindNames(held_), ")"));
    return std::nullopt;
  }
  return kind;
}

void RoleExpansion::AddNamed(Line& line, int index) {
  const std::string& name = line.grant->permissions(index);
  const SourceElement place{line.grant, Grant::kPermissionsFieldNumber, index};
  const std::optional<PermissionId> id = owner_.FindPermission(place, name);
  if (!id.has_value()) return;
  const PermissionInfo& info = owner_.data_.permissions[id->value];
  if (info.asked_at.empty()) return;  // reported where it is declared
  const bool allows = line.entry.effect == Effect::kAllow;

  if (line.reach.has_value()) {
    if (info.asked_at.Has(*line.reach)) {
      line.reach_exact.Add(*id);
    } else {
      owner_.report_.Error(
          {line.grant, Grant::kReachFieldNumber, -1},
          absl::StrCat("reach `", ScopeKindName(*line.reach), "`: `", name,
                       "` cannot be asked there, but at ", KindNames(info.asked_at)));
    }
  }
  if (allows && info.access == Access::kWrite && owner_.data_.anonymous_role == role_ &&
      owner_.data_.default_role != role_ && owner_.data_.roles[role_.value].assignable_at.empty()) {
    owner_.Unusable(place, absl::StrCat("the anonymous role can never use `", name, "`, a WRITE"));
  }
  if (line.at.empty()) {
    bool any = false;
    for (ScopeKind kind : kAllScopeKinds) {
      if (!info.asked_at.Has(kind) || !usable_.Has(kind)) continue;
      line.exact[IndexOf(kind)].Add(*id);
      any = true;
    }
    if (!any && !line.reach.has_value() && !held_.empty()) {
      owner_.Unusable(place, absl::StrCat(RoleText(), " can never use `", name,
                                          "`, which is asked at ", KindNames(info.asked_at)));
    }
    return;
  }
  for (ScopeKind kind : kAllScopeKinds) {
    if (!line.at.Has(kind)) continue;
    if (!info.asked_at.Has(kind)) {
      owner_.Unusable(place, absl::StrCat("`", name, "` cannot be asked at ", ScopeKindName(kind),
                                          ", but at ", KindNames(info.asked_at)));
      continue;
    }
    if (!usable_.Has(kind)) {
      if (line.reach == kind) continue;
      PermissionSet taken_back = Empty();
      if (!allows) taken_back.Add(*id);
      NeverUsed(place, kind, std::move(taken_back), name);
    }
    line.exact[IndexOf(kind)].Add(*id);
  }
}

void RoleExpansion::AddMatched(Line& line, int index, absl::string_view prefix) {
  const std::string& pattern = line.grant->permissions(index);
  const SourceElement place{line.grant, Grant::kPermissionsFieldNumber, index};
  const std::vector<PermissionInfo>& permissions = owner_.data_.permissions;
  PermissionSet matched = Empty();
  bool any_name = false;
  for (size_t i = 0; i < permissions.size(); ++i) {
    if (!absl::StartsWith(permissions[i].name, prefix)) continue;
    any_name = true;
    if (!permissions[i].is_explicit) matched.Add(PermissionId(static_cast<uint16_t>(i)));
  }
  if (!any_name) {
    if (!owner_.names_known_ || owner_.report_.full()) return;
    owner_.report_.Error(
        place, absl::StrCat("`", pattern, "` matches no permission", NearestPattern(pattern)));
    return;
  }
  if (matched.empty()) {
    owner_.Unusable(place, absl::StrCat("`", pattern,
                                        "` matches only explicit permissions, which no wildcard "
                                        "gives"));
    return;
  }

  if (line.reach.has_value()) {
    const PermissionSet reached = matched & owner_.asked_at_[IndexOf(*line.reach)];
    if (reached.empty()) {
      owner_.report_.Error({line.grant, Grant::kReachFieldNumber, -1},
                           absl::StrCat("reach `", ScopeKindName(*line.reach), "`: nothing that `",
                                        pattern, "` matches can be asked there"));
    }
    line.reach_matched |= reached;
  }
  bool any = false;
  for (ScopeKind kind : kAllScopeKinds) {
    if (!line.at.empty() && !line.at.Has(kind)) continue;
    const PermissionSet here = matched & owner_.asked_at_[IndexOf(kind)];
    if (!usable_.Has(kind)) {
      if (line.at.empty() || line.reach == kind) continue;
      NeverUsed(place, kind, line.entry.effect == Effect::kAllow ? Empty() : here, pattern);
    } else if (here.empty() && !line.at.empty()) {
      owner_.Unusable(place, absl::StrCat("nothing that `", pattern, "` matches can be asked at ",
                                          ScopeKindName(kind)));
    }
    any = any || !here.empty();
    line.matched[IndexOf(kind)] |= here;
  }
  if (!any && line.at.empty() && !line.reach.has_value() && !held_.empty()) {
    owner_.Unusable(
        place, absl::StrCat(RoleText(), " can never use anything that `", pattern, "` matches"));
  }
}

std::string RoleExpansion::NearestPattern(const std::string& pattern) {
  if (!owner_.report_.suggests()) return "";
  std::vector<absl::string_view> prefixes;  // each with its dot
  for (const PermissionInfo& info : owner_.data_.permissions) {
    const absl::string_view name = info.name;
    for (size_t dot = name.find('.'); dot != name.npos; dot = name.find('.', dot + 1)) {
      prefixes.push_back(name.substr(0, dot + 1));
    }
  }
  std::sort(prefixes.begin(), prefixes.end());
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  std::vector<std::string> patterns;
  for (absl::string_view prefix : prefixes) patterns.push_back(absl::StrCat(prefix, "*"));
  return owner_.report_.DidYouMean(
      pattern, std::vector<absl::string_view>(patterns.begin(), patterns.end()));
}

void RoleExpansion::NeverUsed(const SourceElement& place, ScopeKind kind, PermissionSet taken_back,
                              absl::string_view word) {
  if (held_.empty()) return;  // told where the role is checked
  pending_.push_back(
      {place, std::move(taken_back), kind,
       absl::StrCat(RoleText(), " can never use `", word, "` at ", ScopeKindName(kind))});
}

void RoleExpansion::Enter(const Line& line) {
  Entry entry = line.entry;
  const auto enter = [&](const PermissionSet& set, Rank rank, ScopeKind kind, SlotTable& table) {
    entry.rank = rank;
    set.ForEach([&](PermissionId id) { table.Add(id, kind, entry); });
  };
  for (ScopeKind kind : kAllScopeKinds) {
    const PermissionSet& exact = line.exact[IndexOf(kind)];
    const PermissionSet& asked = owner_.asked_at_[IndexOf(kind)];
    if (!exact.empty()) {
      enter(exact, Rank::kExact, kind, ordinary_);
      enter(ClosureOf(exact) & asked, Rank::kImplied, kind, ordinary_);
    }
    PermissionSet matched = line.matched[IndexOf(kind)];
    if (!matched.empty()) {
      PermissionSet implied = ClosureOf(matched) & asked;
      implied -= owner_.explicit_;
      matched |= implied;
      enter(matched, Rank::kWildcard, kind, ordinary_);
    }
  }
  if (line.reach.has_value()) {
    enter(line.reach_exact, Rank::kExact, *line.reach, reaching_);
    enter(line.reach_matched, Rank::kWildcard, *line.reach, reaching_);
  }
}

void RoleExpansion::Emit(std::vector<CellInfo>& out) {
  std::vector<std::pair<size_t, bool>> places;
  for (size_t place : ordinary_.used()) places.emplace_back(place, false);
  for (size_t place : reaching_.used()) {
    const Slot& under = ordinary_.At(place);
    const bool taken_back =
        under.effect == Effect::kProhibit ||
        (under.effect == Effect::kPrevent && under.rank >= reaching_.At(place).rank);
    if (!taken_back) places.emplace_back(place, true);
  }
  std::sort(places.begin(), places.end());
  for (const auto& [place, reach] : places) {
    EmitSlot(place, reach ? reaching_.At(place) : ordinary_.At(place), reach, out);
  }
}

void RoleExpansion::EmitSlot(size_t place, const Slot& slot, bool reach,
                             std::vector<CellInfo>& out) {
  CellInfo cell;
  cell.role = role_;
  cell.permission = PermissionId(static_cast<uint16_t>(place / kScopeKindCount));
  cell.at = kAllScopeKinds[place % kScopeKindCount];
  cell.reach = reach;
  cell.effect = slot.effect;
  cell.rank = slot.rank;
  Alternative all;
  for (const Alternative& alternative : slot.alternatives) {
    if (slot.effect == Effect::kAllow) cell.alternatives.push_back(alternative.facts);
    all.AddSources(alternative.sources);
  }
  std::sort(cell.alternatives.begin(), cell.alternatives.end());
  if (cell.alternatives.size() > kMaxAlternatives) {
    // One line can do this to many cells.
    if (slot.last != nullptr && slot.last != overflow_told_) {
      overflow_told_ = slot.last;
      owner_.report_.Error(
          {slot.last, Grant::kRequiresFieldNumber, -1},
          absl::StrCat("role `", owner_.data_.roles[role_.value].name, "` has ",
                       cell.alternatives.size(), " alternative sets of facts for `",
                       owner_.data_.permissions[cell.permission.value].name, "` at ",
                       ScopeKindName(cell.at), "; the limit is ", kMaxAlternatives));
    }
    return;
  }
  for (uint32_t source : all.sources) {
    if (sources_[source].empty()) continue;
    absl::StrAppend(&cell.source, cell.source.empty() ? "" : ", ", sources_[source]);
  }
  out.push_back(std::move(cell));
}

void Compilation::ExpandGrants() {
  RemoveCells();
  std::vector<CellInfo> base = std::move(data_.cells);
  data_.cells.clear();
  RoleExpansion expansion(*this);
  std::vector<CellInfo> of_role;
  size_t next = 0;
  for (size_t i = 0; i < data_.roles.size(); ++i) {
    const RoleId role(static_cast<uint16_t>(i));
    of_role.clear();
    while (next < base.size() && base[next].role == role)
      of_role.push_back(std::move(base[next++]));
    if (role_parts_[i].empty()) {
      for (CellInfo& cell : of_role) data_.cells.push_back(std::move(cell));
    } else {
      expansion.Expand(role, of_role, data_.cells);
    }
    if (data_.cells.size() > kMaxCells) {
      report_.Error(role_sources_[i] == nullptr ? SourceElement{&source_, 0, -1}
                                                : SourceElement{role_sources_[i], 0, -1},
                    absl::StrCat("the policy has more than ", kMaxCells, " cells; role `",
                                 data_.roles[i].name, "` passes the limit"));
      return;
    }
  }
}

void Compilation::RemoveCells() {
  if (base_ == nullptr) return;
  for (const v1::Cell& removed : source_.remove().cells()) {
    const std::optional<RoleId> role =
        FindRole({&removed, v1::Cell::kRoleFieldNumber, -1}, removed.role());
    const std::optional<PermissionId> permission =
        FindPermission({&removed, v1::Cell::kPermissionFieldNumber, -1}, removed.permission());
    if (!role.has_value() || !permission.has_value()) continue;
    // Cells are in order of role and permission.
    const auto from =
        std::lower_bound(data_.cells.begin(), data_.cells.end(), std::make_pair(*role, *permission),
                         [](const CellInfo& cell, const std::pair<RoleId, PermissionId>& wanted) {
                           return std::make_pair(cell.role, cell.permission) < wanted;
                         });
    bool any = false;
    for (auto cell = from;
         cell != data_.cells.end() && cell->role == *role && cell->permission == *permission;
         ++cell) {
      if (removed.at() != v1::Scope::KIND_UNSPECIFIED &&
          removed.at() != static_cast<int>(cell->at)) {
        continue;
      }
      any = any || cell->effect != Effect::kNone;
      cell->effect = Effect::kNone;
    }
    if (!any) {
      report_.Error({&removed, 0, -1},
                    absl::StrCat("`", base_->name(), "` has no cell to remove for role `",
                                 removed.role(), "`, permission `", removed.permission(), "`",
                                 removed.at() == v1::Scope::KIND_UNSPECIFIED
                                     ? ""
                                     : absl::StrCat(" at ", v1::Scope::Kind_Name(removed.at()))));
    }
  }
  data_.cells.erase(
      std::remove_if(data_.cells.begin(), data_.cells.end(),
                     [](const CellInfo& cell) { return cell.effect == Effect::kNone; }),
      data_.cells.end());
}

}  // namespace provost
