// WorldEdit::Apply: the one function that alters a world.
#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "policy/world/group_graph.h"
#include "policy/world/override_limit.h"
#include "policy/world/world.h"

namespace provost {
namespace {

constexpr size_t kMaxNameBytes = 256;

std::string Quoted(absl::string_view word) { return absl::StrCat("`", word, "`"); }

uint64_t HashOf(absl::string_view name) { return absl::Hash<absl::string_view>{}(name); }

absl::Status CheckName(absl::string_view what, absl::string_view name) {
  if (!name.empty() && name.size() <= kMaxNameBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("name of ", what, ": ", name.size(), " bytes; wanted 1 to ", kMaxNameBytes));
}

// True if a scope of kind `child` may stand directly below one of kind `parent`.
bool MayStandBelow(ScopeKind child, ScopeKind parent) {
  switch (child) {
    case ScopeKind::kTenant:
      return false;
    case ScopeKind::kCatalog:
    case ScopeKind::kCourse:
      return parent == ScopeKind::kTenant || parent == ScopeKind::kCatalog;
    case ScopeKind::kSession:
      return parent == ScopeKind::kCourse;
  }
  return false;
}

// Adds an assignment to the hot record of its subject, which may have no room or use for it.
void AddToLine(const AssignmentRecord& record, SubjectLine* line) {
  if (record.suspended || !record.window.always() || line->count == SubjectLine::kInline) {
    line->flags |= SubjectLine::kMoreAssignments;
    return;
  }
  line->roles[line->count] = record.role;
  line->scopes[line->count] = record.scope;
  ++line->count;
}

// True if what `op` does depends on who is filed as the holder of what.
bool ReadsHolders(const ChangeOp& op) {
  return std::holds_alternative<RemoveSubject>(op) || std::holds_alternative<RemoveScope>(op) ||
         std::holds_alternative<RemoveAssignment>(op) || std::holds_alternative<SetPolicy>(op);
}

}  // namespace

// A subject's detail node taken apart, to be changed and written back.
struct WorldEdit::DetailDraft {
  SubjectKind kind = SubjectKind::kUser;
  uint32_t home = 0;
  std::string name;
  std::vector<AssignmentRecord> assignments;
  std::vector<MembershipRecord> groups;
};

void WorldEdit::LoadDraft(uint32_t subject, DetailDraft* draft) const {
  const SubjectDetail* detail = next_->details_.Get(subject);
  if (detail == nullptr) return;
  draft->kind = detail->kind;
  draft->home = detail->home;
  draft->name = std::string(detail->name());
  draft->assignments.assign(detail->assignments(),
                            detail->assignments() + detail->assignment_count);
  draft->groups.assign(detail->groups(), detail->groups() + detail->group_count);
}

void WorldEdit::StoreDraft(uint32_t subject, const DetailDraft& draft) {
  const size_t size = sizeof(SubjectDetail) + draft.assignments.size() * sizeof(AssignmentRecord) +
                      draft.groups.size() * sizeof(MembershipRecord) + draft.name.size();
  SubjectDetail* node = static_cast<SubjectDetail*>(CowEdit::Allocate(size));
  node->edit = edit_.id();
  node->kind = draft.kind;
  node->home = draft.home;
  node->name_size = static_cast<uint32_t>(draft.name.size());
  node->assignment_count = static_cast<uint32_t>(draft.assignments.size());
  node->group_count = static_cast<uint32_t>(draft.groups.size());
  std::copy(draft.assignments.begin(), draft.assignments.end(),
            const_cast<AssignmentRecord*>(node->assignments()));
  std::copy(draft.groups.begin(), draft.groups.end(),
            const_cast<MembershipRecord*>(node->groups()));
  std::memcpy(const_cast<char*>(node->name().data()), draft.name.data(), draft.name.size());
  SubjectDetail** slot = next_->details_.Mutable(subject, edit_);
  edit_.Drop(*slot);
  *slot = node;
  RefreshLine(subject);
}

void WorldEdit::RefreshLine(uint32_t subject) {
  const SubjectDetail* detail = next_->details_.Get(subject);
  SubjectLine* line = next_->subjects_.Mutable(subject, edit_);
  const uint8_t suspended = line->flags & SubjectLine::kSuspended;
  *line = SubjectLine();
  line->flags = static_cast<uint8_t>(SubjectLine::kExists | suspended);
  if (detail->kind == SubjectKind::kUser) line->flags |= SubjectLine::kUser;
  if (detail->kind == SubjectKind::kGroup) line->flags |= SubjectLine::kGroup;
  if (detail->group_count > 0) line->flags |= SubjectLine::kHasGroups;
  for (uint32_t i = 0; i < detail->assignment_count; ++i) {
    AddToLine(detail->assignments()[i], line);
  }
}

void WorldEdit::AppendAssignment(uint32_t subject, const AssignmentRecord& record) {
  SubjectDetail** slot = next_->details_.Mutable(subject, edit_);
  SubjectDetail* old = *slot;
  const size_t head = sizeof(SubjectDetail) + old->assignment_count * sizeof(AssignmentRecord);
  const size_t tail = old->group_count * sizeof(MembershipRecord) + old->name_size;
  if (old->edit == edit_.id() && old->spare_assignments > 0) {
    char* const end = reinterpret_cast<char*>(old) + head;
    std::memmove(end + sizeof(AssignmentRecord), end, tail);
    std::memcpy(end, &record, sizeof(AssignmentRecord));
    ++old->assignment_count;
    --old->spare_assignments;
    AddToLine(record, next_->subjects_.Mutable(subject, edit_));
    return;
  }
  // Whoever is given a second one in one edit may well be given many.
  const uint32_t spare = old->edit == edit_.id() ? old->assignment_count : 0;
  char* memory =
      static_cast<char*>(CowEdit::Allocate(head + (1 + spare) * sizeof(AssignmentRecord) + tail));
  std::memcpy(memory, old, head);
  std::memcpy(memory + head, &record, sizeof(AssignmentRecord));
  std::memcpy(memory + head + sizeof(AssignmentRecord), reinterpret_cast<const char*>(old) + head,
              tail);
  SubjectDetail* node = reinterpret_cast<SubjectDetail*>(memory);
  node->edit = edit_.id();
  ++node->assignment_count;
  node->spare_assignments = spare;
  edit_.Drop(*slot);
  *slot = node;
  AddToLine(record, next_->subjects_.Mutable(subject, edit_));
}

void WorldEdit::FlushHolders() {
  std::sort(new_holders_.begin(), new_holders_.end());
  for (const HolderKey& key : new_holders_) next_->holders_.Insert(key, edit_);
  new_holders_.clear();
}

absl::Status WorldEdit::Apply(const Change& change) {
  if (spoiled_) return absl::FailedPreconditionError("an earlier change of this edit failed");
  for (const ChangeOp& op : change.ops) {
    if (ReadsHolders(op)) FlushHolders();
    absl::Status status = std::visit([this](const auto& each) { return Do(each); }, op);
    if (!status.ok()) {
      spoiled_ = true;
      return status;
    }
  }
  FlushHolders();
  RefreshClosures();
  return absl::OkStatus();
}

// ------------------------------------------------------------------------------- subjects

absl::Status WorldEdit::Do(const PutSubject& op) {
  if (op.uid == kAnonymous || op.uid == kUnknownSubject) {
    return absl::InvalidArgumentError(absl::StrCat("subject uid ", op.uid.value, ": reserved"));
  }
  if (absl::Status status = CheckName("a subject", op.name); !status.ok()) return status;
  const uint32_t home = op.home == next_->root() ? 0 : op.home.value;
  if (home != 0 && !next_->HasScope(op.home)) {
    return absl::NotFoundError(
        absl::StrCat("home of subject ", Quoted(op.name), ": no scope ", home));
  }
  if (op.by_rule && op.kind != SubjectKind::kGroup) {
    return absl::InvalidArgumentError(
        absl::StrCat("subject ", Quoted(op.name), " is no group, so no rule can fill it"));
  }
  const SubjectId holder = next_->FindSubject(op.name);
  if (holder != kUnknownSubject && holder != op.uid) {
    return absl::AlreadyExistsError(absl::StrCat("a subject named ", Quoted(op.name), " exists"));
  }
  DetailDraft draft;
  const bool is_new = !next_->HasSubject(op.uid);
  if (is_new) {
    draft.kind = op.kind;
    if (op.kind == SubjectKind::kUser) ++next_->user_count_;
  } else {
    LoadDraft(op.uid.value, &draft);
    if (draft.kind != op.kind) {
      return absl::InvalidArgumentError(
          absl::StrCat("subject ", Quoted(op.name), " cannot change its kind"));
    }
    if (draft.name != op.name) {
      next_->subject_names_.Erase({HashOf(draft.name), op.uid.value}, edit_);
    }
    if (draft.home != 0) next_->homes_.Erase({draft.home, op.uid.value}, edit_);
  }
  if (holder != op.uid) next_->subject_names_.Insert({HashOf(op.name), op.uid.value}, edit_);
  if (home != 0) next_->homes_.Insert({home, op.uid.value}, edit_);
  draft.name = op.name;
  draft.home = home;
  SubjectLine* line = next_->subjects_.Mutable(op.uid.value, edit_);
  const bool was_suspended = (line->flags & SubjectLine::kSuspended) != 0;
  line->flags = static_cast<uint8_t>(op.suspended ? line->flags | SubjectLine::kSuspended
                                                  : line->flags & ~SubjectLine::kSuspended);
  StoreDraft(op.uid.value, draft);
  if (op.kind == SubjectKind::kGroup) {
    if (is_new || was_suspended != op.suspended) stale_closures_.insert(op.uid.value);
    if (op.by_rule) {
      next_->rule_groups_.Insert({op.uid.value, 0}, edit_);
    } else {
      next_->rule_groups_.Erase({op.uid.value, 0}, edit_);
    }
  }
  return absl::OkStatus();
}

absl::Status WorldEdit::Do(const RemoveSubject& op) {
  if (!next_->HasSubject(op.uid)) {
    return absl::NotFoundError(absl::StrCat("no subject ", op.uid.value));
  }
  const uint32_t uid = op.uid.value;
  DetailDraft draft;
  LoadDraft(uid, &draft);
  for (const AssignmentRecord& record : draft.assignments) {
    next_->holders_.Erase({record.scope, record.role, uid}, edit_);
    --next_->assignment_count_;
  }
  for (const MembershipRecord& membership : draft.groups) {
    next_->members_.Erase({membership.group, uid}, edit_);
  }
  if (draft.kind == SubjectKind::kGroup) {
    std::vector<SubjectId> members;
    next_->ForEachMember(op.uid, SubjectId(0), [&](SubjectId member) {
      members.push_back(member);
      return true;
    });
    for (SubjectId member : members) {
      if (absl::Status status = Do(RemoveMember{op.uid, member}); !status.ok()) return status;
    }
    GroupClosure** closure = next_->closures_.Mutable(uid, edit_);
    edit_.Drop(*closure);
    *closure = nullptr;
    stale_closures_.erase(uid);
    next_->rule_groups_.Erase({uid, 0}, edit_);
    group_levels_.Forget();
  }
  if (draft.kind == SubjectKind::kUser) --next_->user_count_;
  next_->subject_names_.Erase({HashOf(draft.name), uid}, edit_);
  if (draft.home != 0) next_->homes_.Erase({draft.home, uid}, edit_);
  SubjectDetail** slot = next_->details_.Mutable(uid, edit_);
  edit_.Drop(*slot);
  *slot = nullptr;
  *next_->subjects_.Mutable(uid, edit_) = SubjectLine();
  return absl::OkStatus();
}

absl::Status WorldEdit::Do(const PutMember& op) {
  if (!next_->HasSubject(op.group) || next_->KindOf(op.group) != SubjectKind::kGroup) {
    return absl::NotFoundError(absl::StrCat("no group ", op.group.value));
  }
  if (!next_->HasSubject(op.member)) {
    return absl::NotFoundError(absl::StrCat("no subject ", op.member.value, " to be a member of ",
                                            Quoted(next_->SubjectName(op.group))));
  }
  if (op.window.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("membership of ", Quoted(next_->SubjectName(op.member)), " in ",
                     Quoted(next_->SubjectName(op.group)), " ends before it begins"));
  }
  const bool member_is_group = next_->KindOf(op.member) == SubjectKind::kGroup;
  if (member_is_group) {
    absl::Status status = CheckNesting(*next_, op.group, op.member, &group_levels_);
    if (!status.ok()) return status;
  }
  DetailDraft draft;
  LoadDraft(op.member.value, &draft);
  auto at = std::lower_bound(
      draft.groups.begin(), draft.groups.end(), op.group.value,
      [](const MembershipRecord& record, uint32_t group) { return record.group < group; });
  if (at != draft.groups.end() && at->group == op.group.value) {
    at->window = op.window;
  } else {
    if (draft.groups.size() >= kMaxGroupsOfSubject) {
      return absl::ResourceExhaustedError(absl::StrCat("subject ", Quoted(draft.name), " is in ",
                                                       draft.groups.size(), " groups; at most ",
                                                       kMaxGroupsOfSubject, " are allowed"));
    }
    draft.groups.insert(at, {op.group.value, op.window});
    next_->members_.Insert({op.group.value, op.member.value}, edit_);
  }
  StoreDraft(op.member.value, draft);
  if (member_is_group) {
    group_levels_.Added(*next_, op.group, op.member);
    stale_closures_.insert(op.member.value);
  }
  return absl::OkStatus();
}

absl::Status WorldEdit::Do(const RemoveMember& op) {
  if (!next_->members_.Erase({op.group.value, op.member.value}, edit_)) {
    return absl::NotFoundError(
        absl::StrCat("subject ", op.member.value, " is not a member of group ", op.group.value));
  }
  DetailDraft draft;
  LoadDraft(op.member.value, &draft);
  draft.groups.erase(std::remove_if(draft.groups.begin(), draft.groups.end(),
                                    [&](const MembershipRecord& record) {
                                      return record.group == op.group.value;
                                    }),
                     draft.groups.end());
  StoreDraft(op.member.value, draft);
  if (draft.kind == SubjectKind::kGroup) {
    group_levels_.Forget();
    stale_closures_.insert(op.member.value);
  }
  return absl::OkStatus();
}

// Makes the closures of the stale groups and of every group below them anew, each once and after
// those of the groups above it.
void WorldEdit::RefreshClosures() {
  const std::vector<uint32_t> stale(stale_closures_.begin(), stale_closures_.end());
  stale_closures_.clear();
  for (SubjectId below : GroupsBelowInOrder(*next_, stale)) {
    const std::vector<MembershipRecord> entries = ComputeClosure(*next_, below);
    GroupClosure* node = static_cast<GroupClosure*>(
        CowEdit::Allocate(sizeof(GroupClosure) + entries.size() * sizeof(MembershipRecord)));
    node->edit = edit_.id();
    node->count = entries.size();
    std::copy(entries.begin(), entries.end(), const_cast<MembershipRecord*>(node->entries()));
    GroupClosure** slot = next_->closures_.Mutable(below.value, edit_);
    edit_.Drop(*slot);
    *slot = node;
  }
}

// ------------------------------------------------------------------------------- scopes

absl::Status WorldEdit::Do(const PutScope& op) {
  if (op.uid.value == 0 || op.uid == kUnknownScope) {
    return absl::InvalidArgumentError(absl::StrCat("scope uid ", op.uid.value, ": reserved"));
  }
  if (absl::Status status = CheckName("a scope", op.name); !status.ok()) return status;
  const ScopeId holder = next_->FindScope(op.name);
  if (holder != kUnknownScope && holder != op.uid) {
    return absl::AlreadyExistsError(absl::StrCat("a scope named ", Quoted(op.name), " exists"));
  }
  const bool is_new = !next_->HasScope(op.uid);
  if (op.kind == ScopeKind::kTenant) {
    if (op.parent.value != 0 || (next_->root_ != 0 && next_->root_ != op.uid.value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("scope ", Quoted(op.name),
                       ": a world has one scope of kind TENANT, and it has no parent"));
    }
  } else {
    if (!next_->HasScope(op.parent)) {
      return absl::NotFoundError(
          absl::StrCat("parent of scope ", Quoted(op.name), ": no scope ", op.parent.value));
    }
    const ScopeKind parent_kind = next_->KindOf(op.parent);
    if (!MayStandBelow(op.kind, parent_kind)) {
      return absl::InvalidArgumentError(
          absl::StrCat("scope ", Quoted(op.name), ": a ", ScopeKindName(op.kind),
                       " cannot stand below a ", ScopeKindName(parent_kind)));
    }
  }
  const ScopeId old_parent = next_->ParentOf(op.uid);
  const bool moved = is_new || old_parent != op.parent;
  if (!is_new && next_->KindOf(op.uid) != op.kind) {
    return absl::InvalidArgumentError(
        absl::StrCat("scope ", Quoted(op.name), " cannot change its kind"));
  }
  if (!is_new && moved && next_->IsOnPath(op.uid, op.parent)) {
    return absl::InvalidArgumentError(absl::StrCat("scope ", Quoted(op.name), " cannot move below ",
                                                   Quoted(next_->ScopeName(op.parent)),
                                                   ", which is below it"));
  }
  const uint32_t depth =
      op.parent.value == 0 ? 1 : next_->scopes_.Find(op.parent.value)->depth + 1u;
  uint32_t height = 1;
  if (!is_new && moved) {
    const uint32_t own_depth = next_->scopes_.Find(op.uid.value)->depth;
    next_->ForEachInSubtree(op.uid, [&](ScopeId below) {
      height = std::max(height, next_->scopes_.Find(below.value)->depth - own_depth + 1u);
      return true;
    });
  }
  if (depth + height - 1 > kMaxPathLength) {
    return absl::InvalidArgumentError(
        absl::StrCat("scope ", Quoted(op.name), " would make a path of ", depth + height - 1,
                     " scopes; at most ", kMaxPathLength, " are allowed"));
  }

  if (holder != op.uid) {
    if (!is_new) {
      next_->scope_names_.Erase({HashOf(next_->ScopeName(op.uid)), op.uid.value}, edit_);
    }
    next_->scope_names_.Insert({HashOf(op.name), op.uid.value}, edit_);
  }
  if (moved) {
    if (!is_new && old_parent.value != 0) {
      next_->children_.Erase({old_parent.value, op.uid.value}, edit_);
    }
    if (op.parent.value != 0) next_->children_.Insert({op.parent.value, op.uid.value}, edit_);
  }
  ScopeDetail* node =
      static_cast<ScopeDetail*>(CowEdit::Allocate(sizeof(ScopeDetail) + op.name.size()));
  node->edit = edit_.id();
  node->parent = op.parent.value;
  node->name_size = static_cast<uint32_t>(op.name.size());
  std::memcpy(const_cast<char*>(node->name().data()), op.name.data(), op.name.size());
  ScopeDetail** slot = next_->scope_details_.Mutable(op.uid.value, edit_);
  edit_.Drop(*slot);
  *slot = node;

  ScopeLine* line = next_->scopes_.Mutable(op.uid.value, edit_);
  const uint8_t flags =
      static_cast<uint8_t>(ScopeLine::kExists | (op.archived ? ScopeLine::kArchived : 0) |
                           (op.held ? ScopeLine::kHeld : 0));
  const bool frozen_changed = line->flags != flags;
  line->flags = flags;
  line->kind = op.kind;
  if (is_new) {
    ++next_->scope_count_;
    if (op.kind == ScopeKind::kTenant) next_->root_ = op.uid.value;
  }
  if (moved || frozen_changed) RefreshPaths(op.uid.value);
  return absl::OkStatus();
}

// Writes the path, and the masks that follow from it, of `scope` and of everything below it.
void WorldEdit::RefreshPaths(uint32_t scope) {
  const uint32_t parent = next_->scope_details_.Get(scope)->parent;
  ScopePath above;
  ScopeLine parent_line = ScopeLine();
  if (parent != 0) {
    parent_line = *next_->scopes_.Find(parent);
    next_->PathOf(parent, parent_line, &above);
  }
  ScopeLine* line = next_->scopes_.Mutable(scope, edit_);
  line->depth = static_cast<uint8_t>(above.size + 1);
  std::memset(line->between, 0, sizeof(line->between));
  for (uint32_t i = 1; i < above.size; ++i) line->between[i - 1] = above.ids[i];
  const uint16_t own = static_cast<uint16_t>(1u << above.size);
  const bool frozen = (line->flags & (ScopeLine::kArchived | ScopeLine::kHeld)) != 0;
  line->frozen_mask = static_cast<uint16_t>(parent_line.frozen_mask | (frozen ? own : 0));
  const bool overridden = next_->overrides_.Get(scope) != nullptr;
  line->override_mask = static_cast<uint16_t>(parent_line.override_mask | (overridden ? own : 0));
  std::vector<uint32_t> children;
  next_->ForEachChild(ScopeId(scope), ScopeId(0), [&](ScopeId child) {
    children.push_back(child.value);
    return true;
  });
  for (uint32_t child : children) RefreshPaths(child);
}

absl::Status WorldEdit::Do(const RemoveScope& op) {
  if (!next_->HasScope(op.uid)) {
    return absl::NotFoundError(absl::StrCat("no scope ", op.uid.value));
  }
  const std::string name(next_->ScopeName(op.uid));
  bool has_children = false;
  next_->ForEachChild(op.uid, ScopeId(0), [&](ScopeId) {
    has_children = true;
    return false;
  });
  if (has_children) {
    return absl::FailedPreconditionError(
        absl::StrCat("scope ", Quoted(name), " still has scopes below it"));
  }
  bool is_home = false;
  next_->ForEachAtHome(op.uid, [&](SubjectId) {
    is_home = true;
    return false;
  });
  if (is_home) {
    return absl::FailedPreconditionError(
        absl::StrCat("scope ", Quoted(name), " is still the home of users or groups"));
  }
  std::vector<SubjectId> holders;
  next_->ForEachHolderAt(op.uid, [&](RoleId, SubjectId subject) {
    holders.push_back(subject);
    return true;
  });
  for (SubjectId subject : holders) {
    DetailDraft draft;
    LoadDraft(subject.value, &draft);
    auto end = std::remove_if(
        draft.assignments.begin(), draft.assignments.end(), [&](const AssignmentRecord& record) {
          if (record.scope != op.uid.value) return false;
          next_->holders_.Erase({record.scope, record.role, subject.value}, edit_);
          --next_->assignment_count_;
          return true;
        });
    if (end == draft.assignments.end()) continue;
    draft.assignments.erase(end, draft.assignments.end());
    StoreDraft(subject.value, draft);
  }
  OverrideList** overrides = next_->overrides_.Mutable(op.uid.value, edit_);
  if (*overrides != nullptr) next_->overridden_.Erase({op.uid.value, 0}, edit_);
  edit_.Drop(*overrides);
  *overrides = nullptr;
  const uint32_t parent = next_->ParentOf(op.uid).value;
  if (parent != 0) next_->children_.Erase({parent, op.uid.value}, edit_);
  next_->scope_names_.Erase({HashOf(name), op.uid.value}, edit_);
  ScopeDetail** detail = next_->scope_details_.Mutable(op.uid.value, edit_);
  edit_.Drop(*detail);
  *detail = nullptr;
  *next_->scopes_.Mutable(op.uid.value, edit_) = ScopeLine();
  --next_->scope_count_;
  if (next_->root_ == op.uid.value) next_->root_ = 0;
  return absl::OkStatus();
}

// ------------------------------------------------------------------------------- grants

absl::Status WorldEdit::Do(const PutAssignment& op) {
  if (!next_->HasSubject(op.subject)) {
    return absl::NotFoundError(
        absl::StrCat("no subject ", op.subject.value, " to hold ", Quoted(op.role)));
  }
  if (!next_->HasScope(op.scope)) {
    return absl::NotFoundError(
        absl::StrCat("no scope ", op.scope.value, " to hold ", Quoted(op.role), " at"));
  }
  absl::StatusOr<RoleId> role = next_->matrix().ResolveRole(op.role);
  if (!role.ok()) return role.status();
  const ScopeKind kind = next_->KindOf(op.scope);
  if (!next_->matrix().role(*role).assignable_at.Has(kind)) {
    return absl::InvalidArgumentError(
        absl::StrCat("role ", Quoted(op.role), " cannot be held at a ", ScopeKindName(kind),
                     ", which ", Quoted(next_->ScopeName(op.scope)), " is"));
  }
  if (op.window.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("assignment of ", Quoted(op.role), " to ",
                                                   Quoted(next_->SubjectName(op.subject)),
                                                   " ends before it begins"));
  }
  AssignmentRecord record = AssignmentRecord();
  record.uid = op.uid.value;
  record.scope = op.scope.value;
  record.role = role->value;
  record.suspended = op.suspended;
  record.window = op.window;

  const absl::Span<const AssignmentRecord> old = next_->AssignmentsOf(op.subject);
  const auto at = std::find_if(old.begin(), old.end(), [&](const AssignmentRecord& each) {
    return each.uid == op.uid.value;
  });
  if (at == old.end()) {
    AppendAssignment(op.subject.value, record);
    ++next_->assignment_count_;
    new_holders_.push_back({record.scope, record.role, op.subject.value});
    return absl::OkStatus();
  }
  if (at->scope != record.scope || at->role != record.role) {
    return absl::InvalidArgumentError(absl::StrCat(
        "assignment ", op.uid.value, " cannot change its role or scope; remove it and assign"));
  }
  DetailDraft draft;
  LoadDraft(op.subject.value, &draft);
  draft.assignments[static_cast<size_t>(at - old.begin())] = record;
  StoreDraft(op.subject.value, draft);
  return absl::OkStatus();
}

void WorldEdit::RemoveHolderIfLast(uint32_t subject, uint32_t scope, uint16_t role,
                                   const DetailDraft& draft) {
  for (const AssignmentRecord& record : draft.assignments) {
    if (record.scope == scope && record.role == role) return;
  }
  next_->holders_.Erase({scope, role, subject}, edit_);
}

absl::Status WorldEdit::Do(const RemoveAssignment& op) {
  DetailDraft draft;
  LoadDraft(op.subject.value, &draft);
  auto at = std::find_if(draft.assignments.begin(), draft.assignments.end(),
                         [&](const AssignmentRecord& each) { return each.uid == op.uid.value; });
  if (at == draft.assignments.end()) {
    return absl::NotFoundError(
        absl::StrCat("subject ", op.subject.value, " has no assignment ", op.uid.value));
  }
  const AssignmentRecord removed = *at;
  draft.assignments.erase(at);
  --next_->assignment_count_;
  RemoveHolderIfLast(op.subject.value, removed.scope, removed.role, draft);
  StoreDraft(op.subject.value, draft);
  return absl::OkStatus();
}

void WorldEdit::SetOverrides(uint32_t scope, const std::vector<OverrideRecord>& records) {
  OverrideList* node = nullptr;
  if (!records.empty()) {
    node = static_cast<OverrideList*>(
        CowEdit::Allocate(sizeof(OverrideList) + records.size() * sizeof(OverrideRecord)));
    node->edit = edit_.id();
    node->count = records.size();
    std::copy(records.begin(), records.end(), const_cast<OverrideRecord*>(node->records().data()));
  }
  OverrideList** slot = next_->overrides_.Mutable(scope, edit_);
  const bool had = *slot != nullptr;
  edit_.Drop(*slot);
  *slot = node;
  if (had != !records.empty()) {
    if (had) {
      next_->overridden_.Erase({scope, 0}, edit_);
    } else {
      next_->overridden_.Insert({scope, 0}, edit_);
    }
    RefreshPaths(scope);
  }
}

absl::Status WorldEdit::Do(const PutOverride& op) {
  if (!next_->HasScope(op.scope)) {
    return absl::NotFoundError(absl::StrCat("no scope ", op.scope.value, " to override at"));
  }
  const Matrix& matrix = next_->matrix();
  absl::StatusOr<RoleId> role = matrix.ResolveRole(op.role);
  if (!role.ok()) return role.status();
  absl::StatusOr<PermissionId> permission = matrix.ResolvePermission(op.permission);
  if (!permission.ok()) return permission.status();
  if (op.effect == Effect::kNone) {
    return absl::InvalidArgumentError("an override needs an effect: ALLOW, PREVENT or PROHIBIT");
  }
  OverrideRecord record = OverrideRecord();
  record.role = role->value;
  record.permission = permission->value;
  record.effect = op.effect;
  record.locked = op.locked;
  record.facts_set = op.facts.has_value();
  if (op.facts.has_value()) {
    if (op.effect != Effect::kAllow) {
      return absl::InvalidArgumentError(absl::StrCat("override of ", Quoted(op.permission), " for ",
                                                     Quoted(op.role), ": only ALLOW names facts"));
    }
    for (const std::string& fact : *op.facts) {
      absl::StatusOr<int> bit = matrix.ResolveFact(fact);
      if (!bit.ok()) return bit.status();
      record.facts |= FactSet{1} << *bit;
    }
  }
  const absl::Span<const OverrideRecord> old = next_->OverridesAt(op.scope);
  std::vector<OverrideRecord> records(old.begin(), old.end());
  auto at = std::lower_bound(
      records.begin(), records.end(), record, [](const OverrideRecord& a, const OverrideRecord& b) {
        return std::make_pair(a.role, a.permission) < std::make_pair(b.role, b.permission);
      });
  if (at != records.end() && at->role == record.role && at->permission == record.permission) {
    *at = record;
  } else {
    records.insert(at, record);
  }
  if (absl::Status status =
          CheckOverrideLimit(matrix, *role, records, next_->ScopeName(op.scope), *permission);
      !status.ok()) {
    return status;
  }
  SetOverrides(op.scope.value, records);
  return absl::OkStatus();
}

absl::Status WorldEdit::Do(const RemoveOverride& op) {
  const Matrix& matrix = next_->matrix();
  absl::StatusOr<RoleId> role = matrix.ResolveRole(op.role);
  if (!role.ok()) return role.status();
  absl::StatusOr<PermissionId> permission = matrix.ResolvePermission(op.permission);
  if (!permission.ok()) return permission.status();
  const absl::Span<const OverrideRecord> old = next_->OverridesAt(op.scope);
  std::vector<OverrideRecord> records(old.begin(), old.end());
  auto at = std::find_if(records.begin(), records.end(), [&](const OverrideRecord& record) {
    return record.role == role->value && record.permission == permission->value;
  });
  if (at == records.end()) {
    return absl::NotFoundError(absl::StrCat("no override of ", Quoted(op.permission), " for ",
                                            Quoted(op.role), " at scope ", op.scope.value));
  }
  records.erase(at);
  SetOverrides(op.scope.value, records);
  return absl::OkStatus();
}

// ------------------------------------------------------------------------------- the whole

absl::Status WorldEdit::Do(const SetPolicy& op) {
  if (op.matrix == nullptr) return absl::InvalidArgumentError("no policy given");
  const Matrix& from = next_->matrix();
  const Matrix& to = *op.matrix;

  std::vector<std::optional<RoleId>> role_map;
  bool same_roles = true;
  for (size_t i = 0; i < from.roles().size(); ++i) {
    role_map.push_back(to.FindRole(from.roles()[i].name));
    same_roles = same_roles && role_map[i].has_value() && role_map[i]->value == i;
  }
  auto missing_role = [&](uint16_t role) {
    return absl::FailedPreconditionError(absl::StrCat("policy ", Quoted(to.name()), " has no role ",
                                                      Quoted(from.roles()[role].name),
                                                      ", which is in use"));
  };
  if (!same_roles) {
    std::vector<uint32_t> subjects;
    next_->ForEachSubject(SubjectId(0), [&](SubjectId id, const SubjectLine& line) {
      if (line.count > 0 || (line.flags & SubjectLine::kMoreAssignments) != 0) {
        subjects.push_back(id.value);
      }
      return true;
    });
    for (uint32_t subject : subjects) {
      DetailDraft draft;
      LoadDraft(subject, &draft);
      for (AssignmentRecord& record : draft.assignments) {
        if (!role_map[record.role].has_value()) return missing_role(record.role);
        next_->holders_.Erase({record.scope, record.role, subject}, edit_);
        record.role = role_map[record.role]->value;
      }
      StoreDraft(subject, draft);
    }
    for (uint32_t subject : subjects) {
      for (const AssignmentRecord& record : next_->AssignmentsOf(SubjectId(subject))) {
        next_->holders_.Insert({record.scope, record.role, subject}, edit_);
      }
    }
  }
  std::vector<ScopeId> overridden;
  next_->ForEachOverriddenScope([&](ScopeId scope) {
    overridden.push_back(scope);
    return true;
  });
  for (ScopeId scope : overridden) {
    const absl::Span<const OverrideRecord> old = next_->OverridesAt(scope);
    std::vector<OverrideRecord> records(old.begin(), old.end());
    for (OverrideRecord& record : records) {
      if (!role_map[record.role].has_value()) return missing_role(record.role);
      record.role = role_map[record.role]->value;
      const std::string& name = from.permission(PermissionId(record.permission)).name;
      const std::optional<PermissionId> permission = to.FindPermission(name);
      if (!permission.has_value()) {
        return absl::FailedPreconditionError(
            absl::StrCat("policy ", Quoted(to.name()), " has no permission ", Quoted(name),
                         ", which an override at ", Quoted(next_->ScopeName(scope)), " names"));
      }
      record.permission = permission->value;
      FactSet facts = 0;
      for (const std::string& fact : from.FactNames(record.facts)) {
        const std::optional<int> bit = to.FindFact(fact);
        if (!bit.has_value()) {
          return absl::FailedPreconditionError(
              absl::StrCat("policy ", Quoted(to.name()), " has no fact ", Quoted(fact),
                           ", which an override at ", Quoted(next_->ScopeName(scope)), " names"));
        }
        facts |= FactSet{1} << *bit;
      }
      record.facts = facts;
    }
    std::sort(records.begin(), records.end(), [](const OverrideRecord& a, const OverrideRecord& b) {
      return std::make_pair(a.role, a.permission) < std::make_pair(b.role, b.permission);
    });
    for (size_t i = 0; i < records.size(); ++i) {
      if (i > 0 && records[i].role == records[i - 1].role) continue;
      absl::Status status =
          CheckOverrideLimit(to, RoleId(records[i].role), records, next_->ScopeName(scope));
      if (!status.ok()) return status;
    }
    SetOverrides(scope.value, records);
  }
  next_->matrix_ = op.matrix;
  return absl::OkStatus();
}

absl::Status WorldEdit::Do(const SetTenant& op) {
  next_->suspended_ = op.suspended;
  return absl::OkStatus();
}

}  // namespace provost
