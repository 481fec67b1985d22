#include "policy/compiler/diff.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/compiler/describe.h"

namespace provost {
namespace {

using Kind = PropertyChange::Kind;
// A property's name and its value in words.
using Properties = std::vector<std::pair<std::string, std::string>>;

DiffCell InWords(const Matrix& matrix, const CellInfo& cell) {
  DiffCell words;
  words.effect = cell.effect;
  words.rank = cell.rank;
  words.source = cell.source;
  for (FactSet facts : cell.alternatives) {
    words.alternatives.push_back(matrix.FactNames(facts));
    std::sort(words.alternatives.back().begin(), words.alternatives.back().end());
  }
  std::sort(words.alternatives.begin(), words.alternatives.end());
  return words;
}

// Sorted names, so that order alone is no difference.
std::string SortedNames(std::string names) {
  std::vector<std::string> parts;
  size_t at = 0;
  while (at < names.size()) {
    const size_t end = std::min(names.find(", ", at), names.size());
    parts.push_back(names.substr(at, end - at));
    at = end + 2;
  }
  std::sort(parts.begin(), parts.end());
  return absl::StrJoin(parts, ", ");
}

Properties OfPolicy(const Matrix& matrix) {
  const MatrixData& data = matrix.data();
  const auto name = [&](const std::optional<RoleId>& role) {
    return role.has_value() ? matrix.role(*role).name : std::string();
  };
  return {{"name", data.name},
          {"version", data.version},
          {"title", data.title},
          {"extends", data.base_name},
          {"digest of the base", data.base_digest},
          {"default role", name(data.default_role)},
          {"anonymous role", name(data.anonymous_role)},
          {"top role", name(data.top_role)}};
}

Properties Of(const Matrix&, const FactInfo& fact) { return {{"title", fact.title}}; }

Properties Of(const Matrix& matrix, const PermissionInfo& permission) {
  return {{"title", permission.title},
          {"asked at", DescribeKinds(permission.asked_at)},
          {"access", std::string(AccessName(permission.access))},
          {"implies", SortedNames(DescribePermissions(matrix, permission.implies))},
          {"explicit", permission.is_explicit ? "true" : ""}};
}

Properties Of(const Matrix& matrix, const RoleInfo& role) {
  return {{"title", role.title},
          {"assignable at", DescribeKinds(role.assignable_at)},
          {"may assign", SortedNames(DescribeRoles(matrix, role.may_assign))},
          {"may assign subset", role.may_assign_subset ? "true" : ""},
          {"may override", SortedNames(DescribeRoles(matrix, role.may_override))},
          {"may switch", role.may_switch.has_value()
                             ? SortedNames(DescribeRoles(matrix, *role.may_switch))
                             : "what its holder holds or may assign"},
          {"custom", role.is_custom ? "true" : ""}};
}

Properties Of(const Matrix& matrix, const ExclusiveSetInfo& set) {
  return {{"roles", SortedNames(DescribeRoles(matrix, set.roles))}};
}

void Compare(const std::string& element, const Properties& before, const Properties& after,
             std::vector<PropertyChange>& out) {
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i].second == after[i].second) continue;
    out.push_back({element, before[i].first, before[i].second, after[i].second, Kind::kChanged});
  }
}

template <typename Item>
void CompareLists(absl::string_view what, const Matrix& before, const std::vector<Item>& old_items,
                  const Matrix& after, const std::vector<Item>& new_items,
                  std::vector<PropertyChange>& out) {
  absl::flat_hash_map<absl::string_view, const Item*> old_by_name;
  for (const Item& item : old_items) old_by_name[item.name] = &item;
  const auto element = [&](const Item& item) { return absl::StrCat(what, " `", item.name, "`"); };
  const auto describe = [](const Properties& properties) {
    std::string text;
    for (const auto& [name, value] : properties) {
      if (value.empty()) continue;
      absl::StrAppend(&text, text.empty() ? "" : "; ", name, " ", value);
    }
    return text;
  };
  for (const Item& item : new_items) {
    const auto old = old_by_name.find(item.name);
    if (old == old_by_name.end()) {
      out.push_back({element(item), "", "", describe(Of(after, item)), Kind::kAdded});
      continue;
    }
    Compare(element(item), Of(before, *old->second), Of(after, item), out);
    old_by_name.erase(old);
  }
  for (const Item& item : old_items) {
    if (!old_by_name.contains(item.name)) continue;
    out.push_back({element(item), "", describe(Of(before, item)), "", Kind::kRemoved});
  }
}

// Where `name` of the other matrix comes in an order of both: the new matrix's first.
class JointOrder {
 public:
  template <typename Item>
  JointOrder(const std::vector<Item>& first, const std::vector<Item>& second) {
    for (const Item& item : first) index_.try_emplace(item.name, index_.size());
    for (const Item& item : second) index_.try_emplace(item.name, index_.size());
  }
  size_t Of(const std::string& name) const { return index_.find(name)->second; }

 private:
  absl::flat_hash_map<std::string, size_t> index_;
};

std::string CellText(const DiffCell& cell, bool with_rank) {
  std::string facts = absl::StrJoin(cell.alternatives, " | ",
                                    [](std::string* out, const std::vector<std::string>& names) {
                                      absl::StrAppend(out, absl::StrJoin(names, " & "));
                                    });
  return absl::StrCat(EffectName(cell.effect), facts.empty() ? "" : " if ", facts,
                      with_rank ? absl::StrCat(" ", RankName(cell.rank)) : "",
                      cell.source.empty() ? "" : absl::StrCat(" (", cell.source, ")"));
}

std::string Count(size_t n, absl::string_view what) {
  return absl::StrCat(n, " ", what, n == 1 ? "" : "s");
}

}  // namespace

bool CellChange::ChangesAccess() const {
  return !before.has_value() || !after.has_value() || before->effect != after->effect ||
         before->alternatives != after->alternatives;
}

MatrixDiff DiffMatrices(const Matrix& before, const Matrix& after) {
  MatrixDiff diff;
  Compare("policy", OfPolicy(before), OfPolicy(after), diff.properties);
  CompareLists("fact", before, before.facts(), after, after.facts(), diff.properties);
  CompareLists("permission", before, before.permissions(), after, after.permissions(),
               diff.properties);
  CompareLists("role", before, before.roles(), after, after.roles(), diff.properties);
  CompareLists("exclusive set", before, before.data().exclusive_sets, after,
               after.data().exclusive_sets, diff.properties);

  const JointOrder roles(after.roles(), before.roles());
  const JointOrder permissions(after.permissions(), before.permissions());
  using Place = std::tuple<size_t, size_t, int, bool>;
  std::map<Place, CellChange> places;
  const auto collect = [&](const Matrix& matrix, std::optional<DiffCell> CellChange::*side) {
    for (const CellInfo& cell : matrix.cells()) {
      const std::string& role = matrix.role(cell.role).name;
      const std::string& permission = matrix.permission(cell.permission).name;
      CellChange& change =
          places[Place(roles.Of(role), permissions.Of(permission), IndexOf(cell.at), cell.reach)];
      change.role = role;
      change.permission = permission;
      change.at = cell.at;
      change.reach = cell.reach;
      change.*side = InWords(matrix, cell);
    }
  };
  collect(before, &CellChange::before);
  collect(after, &CellChange::after);
  for (auto& [place, change] : places) {
    if (change.before.has_value() && change.after.has_value() && *change.before == *change.after) {
      continue;
    }
    diff.cells.push_back(std::move(change));
  }
  return diff;
}

std::string DiffText(const MatrixDiff& diff) {
  if (diff.empty()) return "no difference\n";
  std::string out;
  for (const PropertyChange& change : diff.properties) {
    if (change.kind == Kind::kAdded) {
      absl::StrAppend(&out, "+ ", change.element, change.after.empty() ? "" : ": ", change.after,
                      "\n");
    } else if (change.kind == Kind::kRemoved) {
      absl::StrAppend(&out, "- ", change.element, change.before.empty() ? "" : ": ", change.before,
                      "\n");
    } else {
      const auto shown = [](const std::string& text) {
        return text.empty() ? std::string("nothing") : absl::StrCat("`", text, "`");
      };
      absl::StrAppend(&out, "~ ", change.element, " ", change.property, ": ", shown(change.before),
                      " -> ", shown(change.after), "\n");
    }
  }
  size_t gained = 0, lost = 0, changed = 0, width = 0;
  for (const CellChange& change : diff.cells) {
    width = std::max(width, change.permission.size());
  }
  const std::string* role = nullptr;
  for (const CellChange& change : diff.cells) {
    if (role == nullptr || *role != change.role) {
      role = &change.role;
      absl::StrAppend(&out, "role `", *role, "`\n");
    }
    std::string text;
    char sign = '~';
    if (!change.before.has_value()) {
      sign = '+';
      ++gained;
      text = CellText(*change.after, false);
    } else if (!change.after.has_value()) {
      sign = '-';
      ++lost;
      text = CellText(*change.before, false);
    } else {
      ++changed;
      const bool ranks = change.before->rank != change.after->rank;
      text = absl::StrCat(CellText(*change.before, ranks), " -> ", CellText(*change.after, ranks));
    }
    const std::string at = absl::StrCat(change.reach ? "reach " : "", ScopeKindName(change.at));
    absl::StrAppend(&out, "  ", absl::string_view(&sign, 1), " ", change.permission,
                    std::string(width - change.permission.size() + 2, ' '), at,
                    std::string(at.size() < 15 ? 15 - at.size() : 1, ' '), text, "\n");
  }
  absl::StrAppend(&out, Count(gained, "cell"), " gained, ", lost, " lost, ", changed, " changed; ",
                  Count(diff.properties.size(), "other change"), "\n");
  return out;
}

}  // namespace provost
