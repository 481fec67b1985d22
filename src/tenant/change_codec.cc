#include "tenant/change_codec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tenant/times.h"

namespace provost {
namespace {

struct ToProtoVisitor {
  v1::ChangeOp* out;

  void operator()(const PutSubject& op) const {
    auto* m = out->mutable_put_subject();
    m->set_uid(op.uid.value);
    m->set_kind(static_cast<v1::ChangeOp::PutSubject::Kind>(op.kind));
    m->set_name(op.name);
    m->set_home(op.home.value);
    m->set_suspended(op.suspended);
    m->set_by_rule(op.by_rule);
  }
  void operator()(const RemoveSubject& op) const {
    out->mutable_remove_subject()->set_uid(op.uid.value);
  }
  void operator()(const PutMember& op) const {
    auto* m = out->mutable_put_member();
    m->set_group(op.group.value);
    m->set_member(op.member.value);
    SetWindow(op.window, m->mutable_window());
  }
  void operator()(const RemoveMember& op) const {
    auto* m = out->mutable_remove_member();
    m->set_group(op.group.value);
    m->set_member(op.member.value);
  }
  void operator()(const PutScope& op) const {
    auto* m = out->mutable_put_scope();
    m->set_uid(op.uid.value);
    m->set_kind(static_cast<v1::Scope::Kind>(op.kind));
    m->set_name(op.name);
    m->set_parent(op.parent.value);
    if (op.archived) m->add_frozen(v1::Scope::ARCHIVE);
    if (op.held) m->add_frozen(v1::Scope::HOLD);
  }
  void operator()(const RemoveScope& op) const {
    out->mutable_remove_scope()->set_uid(op.uid.value);
  }
  void operator()(const PutAssignment& op) const {
    auto* m = out->mutable_put_assignment();
    m->set_uid(op.uid.value);
    m->set_subject(op.subject.value);
    m->set_role(op.role);
    m->set_scope(op.scope.value);
    SetWindow(op.window, m->mutable_window());
    m->set_suspended(op.suspended);
  }
  void operator()(const RemoveAssignment& op) const {
    auto* m = out->mutable_remove_assignment();
    m->set_uid(op.uid.value);
    m->set_subject(op.subject.value);
  }
  void operator()(const PutOverride& op) const {
    auto* m = out->mutable_put_override();
    m->set_scope(op.scope.value);
    m->set_role(op.role);
    m->set_permission(op.permission);
    m->set_effect(static_cast<v1::Effect>(op.effect));
    m->set_locked(op.locked);
    if (op.facts.has_value()) {
      auto* facts = m->mutable_facts();
      for (const std::string& fact : *op.facts) facts->add_facts(fact);
    }
  }
  void operator()(const RemoveOverride& op) const {
    auto* m = out->mutable_remove_override();
    m->set_scope(op.scope.value);
    m->set_role(op.role);
    m->set_permission(op.permission);
  }
  void operator()(const SetPolicy& op) const {
    out->mutable_set_policy()->set_matrix(op.matrix->Serialize());
  }
  void operator()(const SetTenant& op) const {
    out->mutable_set_tenant()->set_suspended(op.suspended);
  }
};

absl::StatusOr<ChangeOp> OpFromProto(const v1::ChangeOp& op) {
  switch (op.op_case()) {
    case v1::ChangeOp::kPutSubject: {
      const auto& m = op.put_subject();
      return PutSubject{SubjectId(m.uid()), static_cast<SubjectKind>(m.kind()),
                        m.name(),           ScopeId(m.home()),
                        m.suspended(),      m.by_rule()};
    }
    case v1::ChangeOp::kRemoveSubject:
      return RemoveSubject{SubjectId(op.remove_subject().uid())};
    case v1::ChangeOp::kPutMember: {
      const auto& m = op.put_member();
      return PutMember{SubjectId(m.group()), SubjectId(m.member()), WindowOf(m.window())};
    }
    case v1::ChangeOp::kRemoveMember:
      return RemoveMember{SubjectId(op.remove_member().group()),
                          SubjectId(op.remove_member().member())};
    case v1::ChangeOp::kPutScope: {
      const auto& m = op.put_scope();
      PutScope put{ScopeId(m.uid()), static_cast<ScopeKind>(m.kind()), m.name(),
                   ScopeId(m.parent())};
      for (int freeze : m.frozen()) {
        put.archived |= freeze == v1::Scope::ARCHIVE;
        put.held |= freeze == v1::Scope::HOLD;
      }
      return put;
    }
    case v1::ChangeOp::kRemoveScope:
      return RemoveScope{ScopeId(op.remove_scope().uid())};
    case v1::ChangeOp::kPutAssignment: {
      const auto& m = op.put_assignment();
      return PutAssignment{AssignmentId(m.uid()), SubjectId(m.subject()), m.role(),
                           ScopeId(m.scope()),    WindowOf(m.window()),   m.suspended()};
    }
    case v1::ChangeOp::kRemoveAssignment:
      return RemoveAssignment{AssignmentId(op.remove_assignment().uid()),
                              SubjectId(op.remove_assignment().subject())};
    case v1::ChangeOp::kPutOverride: {
      const auto& m = op.put_override();
      PutOverride put{ScopeId(m.scope()), m.role(),
                      m.permission(),     static_cast<Effect>(m.effect()),
                      m.locked(),         std::nullopt};
      if (m.has_facts()) {
        put.facts.emplace(m.facts().facts().begin(), m.facts().facts().end());
      }
      return put;
    }
    case v1::ChangeOp::kRemoveOverride: {
      const auto& m = op.remove_override();
      return RemoveOverride{ScopeId(m.scope()), m.role(), m.permission()};
    }
    case v1::ChangeOp::kSetPolicy: {
      absl::StatusOr<std::shared_ptr<const Matrix>> matrix = Matrix::Load(op.set_policy().matrix());
      if (!matrix.ok()) return matrix.status();
      return SetPolicy{*std::move(matrix)};
    }
    case v1::ChangeOp::kSetTenant:
      return SetTenant{op.set_tenant().suspended()};
    case v1::ChangeOp::OP_NOT_SET:
      break;
  }
  return absl::DataLossError("a change has an op that this version does not know");
}

}  // namespace

void ToProto(const Change& change, v1::Change* message) {
  for (const ChangeOp& op : change.ops) std::visit(ToProtoVisitor{message->add_ops()}, op);
}

absl::StatusOr<Change> FromProto(const v1::Change& message) {
  Change change;
  change.ops.reserve(message.ops_size());
  for (int i = 0; i < message.ops_size(); ++i) {
    absl::StatusOr<ChangeOp> op = OpFromProto(message.ops(i));
    if (!op.ok()) {
      return absl::Status(op.status().code(),
                          absl::StrCat("op ", i + 1, ": ", op.status().message()));
    }
    change.ops.push_back(*std::move(op));
  }
  return change;
}

}  // namespace provost
