#include "policy/world/state.h"

#include <cstdlib>

#include "absl/hash/hash.h"

namespace provost {
namespace {

// Looks `name` up among the ids filed under its hash.
template <typename NameOf>
uint32_t FindByName(const CowSet<NameKey>& index, absl::string_view name, uint32_t missing,
                    NameOf name_of) {
  const uint64_t hash = absl::Hash<absl::string_view>{}(name);
  for (auto at = index.Seek({hash, 0}); at.valid() && at.key().hash == hash; at.Next()) {
    if (name_of(at.key().id) == name) return at.key().id;
  }
  return missing;
}

template <typename Node>
void FreeNode(Node* node, uint64_t id) {
  if (node != nullptr && (id == 0 || node->edit == id)) std::free(node);
}

}  // namespace

SubjectId WorldState::FindSubject(absl::string_view name) const {
  return SubjectId(FindByName(subject_names_, name, kUnknownSubject.value,
                              [this](uint32_t id) { return details_.Get(id)->name(); }));
}

absl::string_view WorldState::SubjectName(SubjectId id) const {
  const SubjectDetail* detail = details_.Get(id.value);
  return detail == nullptr ? absl::string_view() : detail->name();
}

SubjectKind WorldState::KindOf(SubjectId id) const {
  const SubjectDetail* detail = details_.Get(id.value);
  return detail == nullptr ? SubjectKind::kUser : detail->kind;
}

bool WorldState::IsSuspended(SubjectId id) const {
  return (subjects_.Get(id.value).flags & SubjectLine::kSuspended) != 0;
}

ScopeId WorldState::HomeOf(SubjectId id) const {
  const SubjectDetail* detail = details_.Get(id.value);
  if (detail == nullptr) return ScopeId(0);
  return detail->home == 0 ? root() : ScopeId(detail->home);
}

absl::Span<const AssignmentRecord> WorldState::AssignmentsOf(SubjectId id) const {
  const SubjectDetail* detail = details_.Get(id.value);
  if (detail == nullptr) return {};
  return absl::MakeConstSpan(detail->assignments(), detail->assignment_count);
}

absl::Span<const MembershipRecord> WorldState::GroupsOf(SubjectId id) const {
  const SubjectDetail* detail = details_.Get(id.value);
  if (detail == nullptr) return {};
  return absl::MakeConstSpan(detail->groups(), detail->group_count);
}

ScopeId WorldState::FindScope(absl::string_view name) const {
  return ScopeId(FindByName(scope_names_, name, kUnknownScope.value,
                            [this](uint32_t id) { return scope_details_.Get(id)->name(); }));
}

absl::string_view WorldState::ScopeName(ScopeId id) const {
  const ScopeDetail* detail = scope_details_.Get(id.value);
  return detail == nullptr ? absl::string_view() : detail->name();
}

ScopeId WorldState::ParentOf(ScopeId id) const {
  const ScopeDetail* detail = scope_details_.Get(id.value);
  return ScopeId(detail == nullptr ? 0 : detail->parent);
}

ScopeId WorldState::NearestOfKind(ScopeId id, ScopeKind kind) const {
  const ScopePath path = PathOf(id);
  for (uint32_t i = path.size; i-- > 0;) {
    const ScopeKind at = scopes_.Find(path.ids[i])->kind;
    if (at == kind) return ScopeId(path.ids[i]);
    if (at < kind) break;
  }
  return ScopeId(0);
}

size_t WorldState::MemoryBytes() const {
  size_t bytes = sizeof(WorldState);
  bytes += subjects_.MemoryBytes() + details_.MemoryBytes() + closures_.MemoryBytes() +
           scopes_.MemoryBytes() + scope_details_.MemoryBytes() + overrides_.MemoryBytes();
  bytes += children_.MemoryBytes() + holders_.MemoryBytes() + members_.MemoryBytes() +
           homes_.MemoryBytes() + rule_groups_.MemoryBytes() + overridden_.MemoryBytes() +
           subject_names_.MemoryBytes() + scope_names_.MemoryBytes();
  details_.ForEach(0, [&](uint32_t, const SubjectDetail* detail) {
    if (detail != nullptr) {
      bytes += sizeof(SubjectDetail) + detail->name_size +
               (detail->assignment_count + detail->spare_assignments) * sizeof(AssignmentRecord) +
               detail->group_count * sizeof(MembershipRecord);
    }
    return true;
  });
  closures_.ForEach(0, [&](uint32_t, const GroupClosure* closure) {
    if (closure != nullptr) {
      bytes += sizeof(GroupClosure) + closure->count * sizeof(MembershipRecord);
    }
    return true;
  });
  scope_details_.ForEach(0, [&](uint32_t, const ScopeDetail* detail) {
    if (detail != nullptr) bytes += sizeof(ScopeDetail) + detail->name_size;
    return true;
  });
  overrides_.ForEach(0, [&](uint32_t, const OverrideList* list) {
    if (list != nullptr) bytes += sizeof(OverrideList) + list->count * sizeof(OverrideRecord);
    return true;
  });
  return bytes;
}

void WorldState::FreeNodes(uint64_t id) {
  subjects_.Free(id, [](SubjectLine&) {});
  details_.Free(id, [id](SubjectDetail* node) { FreeNode(node, id); });
  closures_.Free(id, [id](GroupClosure* node) { FreeNode(node, id); });
  scopes_.Free(id, [](ScopeLine&) {});
  scope_details_.Free(id, [id](ScopeDetail* node) { FreeNode(node, id); });
  overrides_.Free(id, [id](OverrideList* node) { FreeNode(node, id); });
  children_.Free(id);
  holders_.Free(id);
  members_.Free(id);
  homes_.Free(id);
  rule_groups_.Free(id);
  overridden_.Free(id);
  subject_names_.Free(id);
  scope_names_.Free(id);
}

}  // namespace provost
