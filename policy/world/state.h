// One published state of a World: who holds what where, at one revision. Immutable to readers.
//
// The questions in policy/decide are pure functions of a WorldState. The records below are laid
// out for them: a subject's plain assignments and a scope's path each fill one cache line.
#ifndef PROVOST_POLICY_WORLD_STATE_H_
#define PROVOST_POLICY_WORLD_STATE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "policy/matrix/matrix.h"
#include "policy/matrix/types.h"
#include "policy/world/change.h"
#include "policy/world/cow_array.h"
#include "policy/world/cow_set.h"

namespace provost {

// The hot record of a subject. Assignments that always count stand here, ten at most; whatever has
// a window, is suspended or found no room stands in the details alone.
struct alignas(64) SubjectLine {
  static constexpr int kInline = 10;
  enum Flag : uint8_t {
    kExists = 1,
    kSuspended = 2,
    kUser = 4,
    kGroup = 8,
    kMoreAssignments = 16,  // the details hold assignments that are not inline
    kHasGroups = 32,        // is a direct member of some group
  };
  uint8_t flags;
  uint8_t count;  // inline assignments
  uint16_t roles[kInline];
  uint32_t scopes[kInline];
};
static_assert(sizeof(SubjectLine) == 64);

// One assignment, whole.
struct AssignmentRecord {
  uint64_t uid;
  uint32_t scope;
  uint16_t role;
  bool suspended;
  Window window;

  bool LiveAt(absl::Time t) const { return !suspended && window.Contains(t); }
};
// A direct membership, or one group of a closure for one interval.
struct MembershipRecord {
  uint32_t group;
  Window window;
};

// Variable-sized node: the records follow in memory, then the name.
struct SubjectDetail {
  uint64_t edit;
  uint32_t home;
  uint32_t name_size;
  uint32_t assignment_count;
  uint32_t group_count;
  uint32_t spare_assignments;  // room for more, behind the name: for the edit that made the node
  SubjectKind kind;

  const AssignmentRecord* assignments() const {
    return reinterpret_cast<const AssignmentRecord*>(this + 1);
  }
  const MembershipRecord* groups() const {
    return reinterpret_cast<const MembershipRecord*>(assignments() + assignment_count);
  }
  absl::string_view name() const {
    return absl::string_view(reinterpret_cast<const char*>(groups() + group_count), name_size);
  }
};
static_assert(sizeof(SubjectDetail) % alignof(AssignmentRecord) == 0);

// Every group that contains the members of one group, itself included, with disjoint intervals;
// empty while the group is suspended (rule 2). Variable-sized node.
struct GroupClosure {
  uint64_t edit;
  uint64_t count;
  const MembershipRecord* entries() const {
    return reinterpret_cast<const MembershipRecord*>(this + 1);
  }
};

// The hot record of a scope: its whole path. The tenant (always scope 1's place in the path) and
// the scope itself are left out, so that 16 levels fit in a line.
struct alignas(64) ScopeLine {
  enum Flag : uint8_t { kExists = 1, kArchived = 2, kHeld = 4 };
  uint8_t flags;
  ScopeKind kind;
  uint8_t depth;  // scopes on the path, both ends included: 1 for the tenant
  uint8_t padding;
  uint16_t override_mask;  // bit i: the i-th scope of the path has overrides
  uint16_t frozen_mask;    // bit i: the i-th scope of the path is archived or held
  uint32_t between[kMaxPathLength - 2];
};
static_assert(sizeof(ScopeLine) == 64);

struct ScopeDetail {
  uint64_t edit;
  uint32_t parent;
  uint32_t name_size;
  absl::string_view name() const {
    return absl::string_view(reinterpret_cast<const char*>(this + 1), name_size);
  }
};

struct OverrideRecord {
  uint16_t role;
  uint16_t permission;
  Effect effect;
  bool locked;
  bool facts_set;
  FactSet facts;
};
// The overrides at one scope, sorted by role, then permission. Variable-sized node.
struct OverrideList {
  uint64_t edit;
  uint64_t count;
  absl::Span<const OverrideRecord> records() const {
    return absl::MakeConstSpan(reinterpret_cast<const OverrideRecord*>(this + 1), count);
  }
};

// Keys of the ordered indexes.
struct IdPair {
  uint32_t first;
  uint32_t second;
  friend bool operator<(const IdPair& a, const IdPair& b) {
    return a.first != b.first ? a.first < b.first : a.second < b.second;
  }
};
struct HolderKey {
  uint32_t scope;
  uint32_t role;
  uint32_t subject;
  friend bool operator<(const HolderKey& a, const HolderKey& b) {
    if (a.scope != b.scope) return a.scope < b.scope;
    if (a.role != b.role) return a.role < b.role;
    return a.subject < b.subject;
  }
};
struct NameKey {
  uint64_t hash;
  uint32_t id;
  friend bool operator<(const NameKey& a, const NameKey& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.id < b.id;
  }
};

// The scopes from the tenant down to one scope, both included.
struct ScopePath {
  uint32_t size = 0;
  uint32_t ids[kMaxPathLength];

  bool Contains(uint32_t scope) const {
    for (uint32_t i = 0; i < size; ++i) {
      if (ids[i] == scope) return true;
    }
    return false;
  }
};

class WorldState {
 public:
  const Matrix& matrix() const { return *matrix_; }
  const std::shared_ptr<const Matrix>& shared_matrix() const { return matrix_; }
  // The revision at which this state was published.
  uint64_t revision() const { return revision_; }
  bool suspended() const { return suspended_; }
  // The tenant's own scope; 0 while there is none.
  ScopeId root() const { return ScopeId(root_); }
  uint32_t user_count() const { return user_count_; }
  uint32_t scope_count() const { return scope_count_; }
  uint64_t assignment_count() const { return assignment_count_; }

  // --- subjects. Lookups of what does not exist answer null, empty or zero. ---
  // By name: kUnknownSubject if there is none. O(log n).
  SubjectId FindSubject(absl::string_view name) const;
  bool HasSubject(SubjectId id) const {
    const SubjectLine* line = subjects_.Find(id.value);
    return line != nullptr && (line->flags & SubjectLine::kExists) != 0;
  }
  // Null where nothing was ever put; else check kExists.
  const SubjectLine* subject_line(uint32_t id) const { return subjects_.Find(id); }
  const SubjectDetail* subject_detail(uint32_t id) const { return details_.Get(id); }
  const GroupClosure* closure(uint32_t group) const { return closures_.Get(group); }
  absl::string_view SubjectName(SubjectId id) const;
  SubjectKind KindOf(SubjectId id) const;
  bool IsSuspended(SubjectId id) const;
  ScopeId HomeOf(SubjectId id) const;
  absl::Span<const AssignmentRecord> AssignmentsOf(SubjectId id) const;
  // The groups that `id` is a direct member of, by group.
  absl::Span<const MembershipRecord> GroupsOf(SubjectId id) const;
  // Direct members of a group, in order, from `first` on: visit(SubjectId) returns false to stop.
  template <typename Visit>
  void ForEachMember(SubjectId group, SubjectId first, Visit visit) const {
    for (auto at = members_.Seek({group.value, first.value});
         at.valid() && at.key().first == group.value; at.Next()) {
      if (!visit(SubjectId(at.key().second))) return;
    }
  }
  // Subjects of every kind, in order, from `first` on.
  template <typename Visit>
  void ForEachSubject(SubjectId first, Visit visit) const {
    subjects_.ForEach(first.value, [&](uint32_t id, const SubjectLine& line) {
      return (line.flags & SubjectLine::kExists) == 0 || visit(SubjectId(id), line);
    });
  }
  // Who holds `role` by an assignment at exactly `scope`, live or not, in order from `first` on.
  template <typename Visit>
  void ForEachHolder(ScopeId scope, RoleId role, SubjectId first, Visit visit) const {
    for (auto at = holders_.Seek({scope.value, role.value, first.value});
         at.valid() && at.key().scope == scope.value && at.key().role == role.value; at.Next()) {
      if (!visit(SubjectId(at.key().subject))) return;
    }
  }
  // Every (role, subject) with an assignment at exactly `scope`.
  template <typename Visit>
  void ForEachHolderAt(ScopeId scope, Visit visit) const {
    for (auto at = holders_.Seek({scope.value, 0, 0}); at.valid() && at.key().scope == scope.value;
         at.Next()) {
      if (!visit(RoleId(static_cast<uint16_t>(at.key().role)), SubjectId(at.key().subject))) return;
    }
  }
  // True if a rule fills the group (rule 13).
  bool IsFilledByRule(SubjectId group) const {
    const auto at = rule_groups_.Seek({group.value, 0});
    return at.valid() && at.key().first == group.value;
  }
  // The groups that rules fill, in order.
  template <typename Visit>
  void ForEachRuleGroup(Visit visit) const {
    for (auto at = rule_groups_.Seek({0, 0}); at.valid(); at.Next()) {
      if (!visit(SubjectId(at.key().first))) return;
    }
  }
  // Subjects whose home is `scope` (never asked of the tenant), in order.
  template <typename Visit>
  void ForEachAtHome(ScopeId scope, Visit visit) const {
    for (auto at = homes_.Seek({scope.value, 0}); at.valid() && at.key().first == scope.value;
         at.Next()) {
      if (!visit(SubjectId(at.key().second))) return;
    }
  }

  // --- scopes ---
  ScopeId FindScope(absl::string_view name) const;
  bool HasScope(ScopeId id) const {
    const ScopeLine* line = scopes_.Find(id.value);
    return line != nullptr && (line->flags & ScopeLine::kExists) != 0;
  }
  const ScopeLine* scope_line(uint32_t id) const { return scopes_.Find(id); }
  absl::string_view ScopeName(ScopeId id) const;
  // Only for scopes that exist.
  ScopeKind KindOf(ScopeId id) const { return scopes_.Find(id.value)->kind; }
  ScopeId ParentOf(ScopeId id) const;
  ScopePath PathOf(ScopeId id) const {
    ScopePath path;
    const ScopeLine* line = scopes_.Find(id.value);
    if (line == nullptr || (line->flags & ScopeLine::kExists) == 0) return path;
    PathOf(id.value, *line, &path);
    return path;
  }
  void PathOf(uint32_t id, const ScopeLine& line, ScopePath* path) const {
    path->size = line.depth;
    path->ids[0] = root_;
    for (uint32_t i = 1; i + 1 < line.depth; ++i) path->ids[i] = line.between[i - 1];
    path->ids[line.depth - 1] = id;
  }
  // The nearest scope of `kind` on path(id), `id` included; 0 if there is none.
  ScopeId NearestOfKind(ScopeId id, ScopeKind kind) const;
  // True if `ancestor` is on path(id).
  bool IsOnPath(ScopeId ancestor, ScopeId id) const { return PathOf(id).Contains(ancestor.value); }
  template <typename Visit>
  void ForEachChild(ScopeId parent, ScopeId first, Visit visit) const {
    for (auto at = children_.Seek({parent.value, first.value});
         at.valid() && at.key().first == parent.value; at.Next()) {
      if (!visit(ScopeId(at.key().second))) return;
    }
  }
  // `top` and all that stands below it, parents first. visit(ScopeId) returns false to stop.
  template <typename Visit>
  bool ForEachInSubtree(ScopeId top, Visit visit) const {
    if (!visit(top)) return false;
    bool go_on = true;
    ForEachChild(top, ScopeId(0),
                 [&](ScopeId child) { return go_on = ForEachInSubtree(child, visit); });
    return go_on;
  }

  // --- overrides ---
  absl::Span<const OverrideRecord> OverridesAt(ScopeId scope) const {
    const OverrideList* list = overrides_.Get(scope.value);
    return list == nullptr ? absl::Span<const OverrideRecord>() : list->records();
  }
  // Scopes that have overrides, in order. They are few next to the scopes.
  template <typename Visit>
  void ForEachOverriddenScope(Visit visit) const {
    for (auto at = overridden_.Seek({0, 0}); at.valid(); at.Next()) {
      if (!visit(ScopeId(at.key().first))) return;
    }
  }

  // Bytes of this state's own records, shared ones included. O(n): for tests and statistics.
  size_t MemoryBytes() const;

  WorldState& operator=(const WorldState&) = delete;

 private:
  friend class World;
  friend class WorldEdit;

  explicit WorldState(std::shared_ptr<const Matrix> matrix) : matrix_(std::move(matrix)) {}
  WorldState(const WorldState&) = default;
  // Frees all nodes made by edit `id` (0: all).
  void FreeNodes(uint64_t id);

  std::shared_ptr<const Matrix> matrix_;
  uint64_t revision_ = 0;
  uint32_t root_ = 0;
  bool suspended_ = false;
  uint32_t user_count_ = 0;
  uint32_t scope_count_ = 0;
  uint64_t assignment_count_ = 0;

  CowArray<SubjectLine> subjects_;
  CowArray<SubjectDetail*> details_;
  CowArray<GroupClosure*> closures_;
  CowArray<ScopeLine> scopes_;
  CowArray<ScopeDetail*> scope_details_;
  CowArray<OverrideList*> overrides_;
  CowSet<IdPair> children_;     // parent, child
  CowSet<HolderKey> holders_;   // scope, role, subject
  CowSet<IdPair> members_;      // group, member
  CowSet<IdPair> homes_;        // home, subject; homes other than the tenant
  CowSet<IdPair> rule_groups_;  // group, 0; those that rules fill
  CowSet<IdPair> overridden_;   // scope, 0
  CowSet<NameKey> subject_names_;
  CowSet<NameKey> scope_names_;
};

}  // namespace provost

#endif  // PROVOST_POLICY_WORLD_STATE_H_
