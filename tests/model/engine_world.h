// The engine's side of a scenario: the compiled policy, a World, and names for its handles. It is
// built by Changes of its own, so that a mistake in the scenario loader cannot hide one elsewhere.

#ifndef PROVOST_TESTS_MODEL_ENGINE_WORLD_H_
#define PROVOST_TESTS_MODEL_ENGINE_WORLD_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "policy/decide/question.h"
#include "policy/matrix/matrix.h"
#include "policy/world/world.h"
#include "provost/v1/scenario.pb.h"

namespace provost::model {

class EngineWorld {
 public:
  // Compiles the scenario's inline policy.
  static absl::StatusOr<std::unique_ptr<EngineWorld>> Create(const v1::Scenario& scenario);
  // The same under a matrix that is at hand.
  static absl::StatusOr<std::unique_ptr<EngineWorld>> Create(const v1::Scenario& scenario,
                                                             std::shared_ptr<const Matrix> matrix);

  World& world() { return world_; }
  const Matrix& matrix() const { return *matrix_; }

  // Handles; those of what does not exist for names that were never put.
  SubjectId Subject(const std::string& name) const;
  ScopeId Scope(const std::string& name) const;
  const std::string& NameOf(SubjectId id) const { return subject_names_.at(id.value); }
  const std::string& NameOf(ScopeId id) const { return scope_names_.at(id.value); }
  RoleId Role(const std::string& name) const { return *matrix_->FindRole(name); }
  PermissionId Permission(const std::string& name) const { return *matrix_->FindPermission(name); }
  template <typename Names>
  FactSet Facts(const Names& names) const {
    FactSet facts = 0;
    for (const auto& name : names) facts |= FactSet{1} << *matrix_->FindFact(name);
    return facts;
  }

  Question QuestionOf(const v1::Scenario::Expectation& expectation) const;

  // Ops for the parts of a scenario. Names that are new get handles.
  PutSubject OpFor(const v1::Scenario::User& user);
  PutSubject OpFor(const v1::Scenario::Group& group);
  PutScope OpFor(const v1::Scenario::ScopeNode& node);
  PutMember OpFor(const v1::Scenario::Group& group, const v1::Scenario::Member& member);
  PutAssignment OpFor(const v1::Scenario::Assignment& assignment, AssignmentId uid);
  PutOverride OpFor(const v1::Scenario::Override& override);

  absl::Status Apply(ChangeOp op);
  // Compiles another policy, which must name all that the world uses, and puts it in force.
  absl::Status SetPolicyTo(const v1::PolicySource& policy);

 private:
  explicit EngineWorld(std::shared_ptr<const Matrix> matrix)
      : matrix_(matrix), world_(std::move(matrix)) {}
  absl::Status Build(const v1::Scenario& scenario);

  std::shared_ptr<const Matrix> matrix_;
  World world_;
  std::map<std::string, uint32_t> subjects_;
  std::map<std::string, uint32_t> scopes_;
  std::map<uint32_t, std::string> subject_names_;
  std::map<uint32_t, std::string> scope_names_;
};

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp);

}  // namespace provost::model

#endif  // PROVOST_TESTS_MODEL_ENGINE_WORLD_H_
