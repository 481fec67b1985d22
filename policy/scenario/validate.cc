#include "policy/scenario/validate.h"

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "policy/compiler/diagnostic.h"
#include "policy/matrix/utf8.h"
#include "policy/scenario/scenario.h"

namespace provost {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;
using v1::Scenario;

constexpr int64_t kFirstSecond = -62135596800;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z
constexpr int64_t kNanosPerSecond = 1000000000;

std::string Quoted(absl::string_view word) {
  return absl::StrCat("`", absl::Utf8SafeCEscape(word), "`");
}

SourceElement At(const Message& message, int field, int index = -1) {
  return {&message, field, index};
}

class ScenarioChecker {
 public:
  ScenarioChecker(const Scenario& scenario, const Matrix* matrix, Report& report)
      : scenario_(scenario), matrix_(matrix), report_(report) {}

  void Run() {
    CheckScopes();
    CheckSubjects();
    CheckMembers();
    CheckAssignments();
    CheckOverrides();
    CheckLists();
  }

 private:
  using ScopeNode = Scenario::ScopeNode;

  // True if `id` is one.
  bool CheckId(const SourceElement& place, absl::string_view what, const std::string& id) {
    if (!id.empty() && id.size() <= kMaxScenarioIdBytes) return true;
    report_.Error(place, absl::StrCat(what, " has an id of ", id.size(), " bytes; wanted 1 to ",
                                      kMaxScenarioIdBytes));
    return false;
  }

  void CheckScopes() {
    const ScopeNode* tenant = nullptr;
    for (const ScopeNode& node : scenario_.scopes()) {
      if (CheckId(At(node, ScopeNode::kIdFieldNumber), "a scope", node.id()) &&
          !scopes_.emplace(node.id(), &node).second) {
        report_.Error(At(node, ScopeNode::kIdFieldNumber),
                      absl::StrCat("there are two scopes ", Quoted(node.id())));
      }
      if (node.kind() == v1::Scope::KIND_UNSPECIFIED) {
        report_.Error(At(node, ScopeNode::kKindFieldNumber),
                      absl::StrCat("scope ", Quoted(node.id()), " has no `kind`"));
      }
      if (node.kind() != v1::Scope::TENANT) continue;
      if (tenant != nullptr) {
        report_.Error(At(node, ScopeNode::kKindFieldNumber),
                      absl::StrCat("scope ", Quoted(node.id()), " is a second TENANT besides ",
                                   Quoted(tenant->id()), "; a world has one"));
      }
      tenant = &node;
    }
    if (tenant == nullptr) {
      report_.Error(At(scenario_, Scenario::kScopesFieldNumber),
                    "there is no scope of kind TENANT; a world has one");
    }
    for (const ScopeNode& node : scenario_.scopes()) CheckParent(node);
    for (const ScopeNode& node : scenario_.scopes()) CheckAbove(node);
  }

  void CheckParent(const ScopeNode& node) {
    const SourceElement place = At(node, ScopeNode::kParentFieldNumber);
    if (node.kind() == v1::Scope::TENANT) {
      if (!node.parent().empty()) {
        report_.Error(
            place, absl::StrCat("scope ", Quoted(node.id()), " is the TENANT and has the parent ",
                                Quoted(node.parent()), "; wanted none"));
      }
      return;
    }
    if (node.parent().empty()) {
      report_.Error(place, absl::StrCat("scope ", Quoted(node.id()),
                                        " has no parent; only the TENANT has none"));
      return;
    }
    const ScopeNode* parent = FindScope(place, node.parent());
    if (parent == nullptr || node.kind() == v1::Scope::KIND_UNSPECIFIED ||
        parent->kind() == v1::Scope::KIND_UNSPECIFIED) {
      return;
    }
    const bool above_courses =
        parent->kind() == v1::Scope::TENANT || parent->kind() == v1::Scope::CATALOG;
    const bool fits =
        node.kind() == v1::Scope::SESSION ? parent->kind() == v1::Scope::COURSE : above_courses;
    if (!fits) {
      report_.Error(
          place, absl::StrCat("scope ", Quoted(node.id()), ": a ",
                              v1::Scope::Kind_Name(node.kind()), " cannot stand below ",
                              Quoted(parent->id()), ", a ", v1::Scope::Kind_Name(parent->kind())));
    }
  }

  // No cycle above, and not too deep. What is known of those above is used again.
  void CheckAbove(const ScopeNode& node) {
    std::vector<const ScopeNode*> path;
    const ScopeNode* at = &node;
    while (at != nullptr && depths_.try_emplace(at, kNotYet).second) {
      path.push_back(at);
      const auto parent = scopes_.find(at->parent());
      at = parent == scopes_.end() ? nullptr : parent->second;
    }
    int depth = at == nullptr ? 0 : depths_[at];
    if (depth == kNotYet) {
      depth = kEndless;
      for (auto each = std::find(path.begin(), path.end(), at); each != path.end(); ++each) {
        report_.Error(At(**each, ScopeNode::kParentFieldNumber),
                      absl::StrCat("scope ", Quoted((*each)->id()), " is below itself"));
      }
    }
    for (; !path.empty(); path.pop_back()) {
      const ScopeNode& each = *path.back();
      if (depth != kEndless) ++depth;
      depths_[&each] = depth;
      if (depth > static_cast<int>(kMaxPathLength)) {
        report_.Error(At(each, ScopeNode::kParentFieldNumber),
                      absl::StrCat("scope ", Quoted(each.id()), " is ", depth, " deep; at most ",
                                   kMaxPathLength, " are allowed"));
      }
    }
  }

  const ScopeNode* FindScope(const SourceElement& place, const std::string& id) {
    const auto found = scopes_.find(id);
    if (found != scopes_.end()) return found->second;
    std::vector<absl::string_view> names;
    if (report_.suggests()) {
      for (const auto& [name, node] : scopes_) names.push_back(name);
      // Where not all can be looked at, the same are whatever order the table has.
      std::sort(names.begin(), names.end());
    }
    report_.Error(place,
                  absl::StrCat("there is no scope ", Quoted(id), report_.DidYouMean(id, names)));
    return nullptr;
  }

  void CheckSubjects() {
    for (const Scenario::User& user : scenario_.users()) {
      DeclareSubject(At(user, Scenario::User::kIdFieldNumber), "a user", user.id());
    }
    for (const Scenario::Group& group : scenario_.groups()) {
      DeclareSubject(At(group, Scenario::Group::kIdFieldNumber), "a group", group.id());
      if (!group.home().empty()) {
        FindScope(At(group, Scenario::Group::kHomeFieldNumber), group.home());
      }
      groups_.emplace(group.id(), &group);
    }
  }

  void DeclareSubject(const SourceElement& place, absl::string_view what, const std::string& id) {
    if (!CheckId(place, what, id)) return;
    if (!subjects_.insert(id).second) {
      report_.Error(place, absl::StrCat("there are two users or groups ", Quoted(id)));
    }
  }

  void CheckMembers() {
    for (const Scenario::Group& group : scenario_.groups()) {
      std::set<absl::string_view> seen;
      for (const Scenario::Member& member : group.members()) {
        const SourceElement place = At(member, Scenario::Member::kIdFieldNumber);
        if (!CheckId(place, absl::StrCat("a member of ", Quoted(group.id())), member.id())) {
          continue;
        }
        if (!seen.insert(member.id()).second) {
          report_.Error(
              place, absl::StrCat(Quoted(member.id()), " is twice a member of ", Quoted(group.id()),
                                  "; a membership has one window, and a second one "
                                  "needs a group of its own in between"));
        }
        CheckWindow(member, absl::StrCat("membership of ", Quoted(member.id()), " in ",
                                         Quoted(group.id())));
      }
      CheckNesting(group);
    }
  }

  // No group may be below itself. Each group of a cycle would say so: the first one found does.
  void CheckNesting(const Scenario::Group& group) {
    using Step = std::pair<const Scenario::Group*, int>;  // and the member that is next
    std::vector<Step> path;
    const auto enter = [&](const Scenario::Group& at) {
      if (!nesting_.emplace(&at, true).second) return;
      path.emplace_back(&at, 0);
    };
    enter(group);
    while (!path.empty() && !nesting_refused_) {
      const Scenario::Group& at = *path.back().first;
      if (path.back().second == at.members_size()) {
        nesting_[&at] = false;
        path.pop_back();
        continue;
      }
      const Scenario::Member& member = at.members(path.back().second++);
      const auto below = groups_.find(member.id());
      if (below == groups_.end()) continue;
      const auto known = nesting_.find(below->second);
      if (known != nesting_.end() && known->second) {
        report_.Error(At(member, Scenario::Member::kIdFieldNumber),
                      absl::StrCat("group ", Quoted(member.id()), " is below itself"));
        nesting_refused_ = true;
      }
      enter(*below->second);
    }
  }

  template <typename Windowed>
  void CheckWindow(const Windowed& message, absl::string_view what) {
    if (WindowOf(message).empty()) {
      report_.Error(At(message, Windowed::kExpiresFieldNumber),
                    absl::StrCat(what, " ends before it begins"));
    }
  }

  // The id that was found for `name`, or nothing with the problem reported.
  template <typename Id, typename Item>
  std::optional<Id> Resolve(const SourceElement& place, absl::string_view what,
                            const std::string& name, std::optional<Id> found,
                            const std::vector<Item>& items) {
    if (found.has_value()) return found;
    std::vector<absl::string_view> names;
    if (report_.suggests()) {
      for (const Item& item : items) names.push_back(item.name);
    }
    report_.Error(place, absl::StrCat("unknown ", what, " `", Printable(name), "`",
                                      report_.DidYouMean(name, names)));
    return std::nullopt;
  }
  std::optional<RoleId> ResolveRole(const SourceElement& place, const std::string& name) {
    return Resolve(place, "role", name, matrix_->FindRole(name), matrix_->roles());
  }

  void CheckAssignments() {
    using Assignment = Scenario::Assignment;
    for (const Assignment& assignment : scenario_.assignments()) {
      CheckId(At(assignment, Assignment::kSubjectFieldNumber), "the subject of an assignment",
              assignment.subject());
      const ScopeNode* scope =
          FindScope(At(assignment, Assignment::kScopeFieldNumber), assignment.scope());
      CheckWindow(assignment, absl::StrCat("assignment of ", Quoted(assignment.role()), " to ",
                                           Quoted(assignment.subject())));
      if (matrix_ == nullptr) continue;
      const SourceElement place = At(assignment, Assignment::kRoleFieldNumber);
      const auto role = ResolveRole(place, assignment.role());
      if (!role.has_value() || scope == nullptr || scope->kind() == v1::Scope::KIND_UNSPECIFIED) {
        continue;
      }
      if (!matrix_->role(*role).assignable_at.Has(static_cast<ScopeKind>(scope->kind()))) {
        report_.Error(place,
                      absl::StrCat("role ", Quoted(assignment.role()), " cannot be held at a ",
                                   v1::Scope::Kind_Name(scope->kind()), ", which ",
                                   Quoted(scope->id()), " is"));
      }
    }
  }

  void CheckOverrides() {
    using Override = Scenario::Override;
    std::set<std::vector<absl::string_view>> seen;
    for (const Override& each : scenario_.overrides()) {
      FindScope(At(each, Override::kScopeFieldNumber), each.scope());
      if (!seen.insert({each.scope(), each.role(), each.permission()}).second) {
        report_.Error(At(each, Override::kPermissionFieldNumber),
                      absl::StrCat("there are two overrides of ", Quoted(each.permission()),
                                   " for ", Quoted(each.role()), " at ", Quoted(each.scope())));
      }
      if (each.effect() == v1::EFFECT_UNSPECIFIED) {
        report_.Error(At(each, Override::kEffectFieldNumber),
                      "an override needs an `effect`: ALLOW, PREVENT or PROHIBIT");
      } else if (each.effect() != v1::ALLOW && each.has_facts()) {
        report_.Error(
            At(each, Override::kFactsFieldNumber),
            absl::StrCat("a ", v1::Effect_Name(each.effect()), " names no facts; only ALLOW does"));
      }
      if (matrix_ == nullptr) continue;
      ResolveRole(At(each, Override::kRoleFieldNumber), each.role());
      Resolve(At(each, Override::kPermissionFieldNumber), "permission", each.permission(),
              matrix_->FindPermission(each.permission()), matrix_->permissions());
      for (int i = 0; i < each.facts().facts_size(); ++i) {
        const std::string& fact = each.facts().facts(i);
        Resolve(At(each.facts(), Scenario::FactSet::kFactsFieldNumber, i), "fact", fact,
                matrix_->FindFact(fact), matrix_->facts());
      }
    }
  }

  void CheckLists() {
    for (const Scenario::ListExpectation& list : scenario_.lists()) {
      if (list.question_case() == Scenario::ListExpectation::QUESTION_NOT_SET) {
        report_.Error(At(list, 0),
                      "a list without a question; wanted `permissions_of`, `subjects_that_may` or "
                      "`scopes_where`");
      }
    }
  }

  const Scenario& scenario_;
  const Matrix* const matrix_;
  Report& report_;
  absl::flat_hash_map<absl::string_view, const ScopeNode*> scopes_;
  absl::flat_hash_set<absl::string_view> subjects_;
  absl::flat_hash_map<absl::string_view, const Scenario::Group*> groups_;
  // Scopes from the tenant down to each, both ends included; or what is below.
  static constexpr int kNotYet = -1;
  static constexpr int kEndless = -2;  // a cycle is above
  absl::flat_hash_map<const ScopeNode*, int> depths_;
  // Groups looked at; true: what is below them is being looked at.
  absl::flat_hash_map<const Scenario::Group*, bool> nesting_;
  bool nesting_refused_ = false;
};

}  // namespace

bool CheckTimestamps(const Message& message, Report& report) {
  bool good = true;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      const Message& child = field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                                  : reflection.GetMessage(message, field);
      if (field->message_type() != Timestamp::descriptor()) {
        good = CheckTimestamps(child, report) && good;
        continue;
      }
      const Timestamp& time = static_cast<const Timestamp&>(child);
      if (time.seconds() < kFirstSecond || time.seconds() > kLastSecond) {
        report.Error({&time, Timestamp::kSecondsFieldNumber, -1},
                     absl::StrCat("`", field->name(), "`: ", time.seconds(),
                                  " seconds are outside of the years 1 to 9999"));
        good = false;
      }
      if (time.nanos() < 0 || time.nanos() >= kNanosPerSecond) {
        report.Error({&time, Timestamp::kNanosFieldNumber, -1},
                     absl::StrCat("`", field->name(), "`: ", time.nanos(),
                                  " nanoseconds; wanted 0 to 999999999"));
        good = false;
      }
    }
  }
  return good;
}

void CheckScenario(const Scenario& scenario, const Matrix* matrix, Report& report) {
  ScenarioChecker(scenario, matrix, report).Run();
}

}  // namespace provost
