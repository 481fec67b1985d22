// A small policy and the world that the engine's own tests ask about.
#ifndef PROVOST_TESTS_POLICY_FIXTURE_H_
#define PROVOST_TESTS_POLICY_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/decide/question.h"
#include "policy/matrix/matrix.h"
#include "policy/world/world.h"

namespace provost {

// Roles `admin`, `manager`, `course_admin`, `teacher` and `learner`, default role `member`; facts
// `self`, `creator` and `published`; permissions on courses and sessions, and `role.switch`.
std::shared_ptr<const Matrix> SmallPolicy();

// Compiles a textproto; stops the test program where it is wrong.
std::shared_ptr<const Matrix> PolicyOf(absl::string_view text);

inline constexpr absl::Time kNow = absl::FromUnixSeconds(1700000000);

// acme(1) > safety(2) > fire(3) > morning(4); acme > sales(5) > pitch(6). Users ann(1), bob(2).
class SmallWorld {
 public:
  explicit SmallWorld(std::shared_ptr<const Matrix> matrix = SmallPolicy());

  static constexpr ScopeId kAcme{1};
  static constexpr ScopeId kSafety{2};
  static constexpr ScopeId kFire{3};
  static constexpr ScopeId kMorning{4};
  static constexpr ScopeId kSales{5};
  static constexpr ScopeId kPitch{6};
  static constexpr SubjectId kAnn{1};
  static constexpr SubjectId kBob{2};

  // One change of these ops.
  template <typename... Ops>
  absl::Status Try(Ops... ops) {
    Change change;
    (change.ops.emplace_back(std::move(ops)), ...);
    return world.Apply(change);
  }
  // The same, which must succeed.
  template <typename... Ops>
  void Do(Ops... ops) {
    Expect(Try(std::move(ops)...));
  }

  Question Ask(SubjectId subject, absl::string_view permission, ScopeId scope) const;
  Reason ReasonOf(SubjectId subject, absl::string_view permission, ScopeId scope) const;

  World world;

 private:
  static void Expect(const absl::Status& status);
};

inline PutScope Scope(ScopeId uid, ScopeKind kind, std::string name, ScopeId parent) {
  return PutScope{uid, kind, std::move(name), parent, false, false};
}
inline PutSubject User(SubjectId uid, std::string name) {
  return PutSubject{uid, SubjectKind::kUser, std::move(name), ScopeId(0), false};
}
inline PutSubject Group(SubjectId uid, std::string name) {
  return PutSubject{uid, SubjectKind::kGroup, std::move(name), ScopeId(0), false};
}
inline PutAssignment Assign(uint64_t uid, SubjectId subject, std::string role, ScopeId scope,
                            Window window = Window()) {
  return PutAssignment{AssignmentId(uid), subject, std::move(role), scope, window, false};
}
inline PutOverride Override(ScopeId scope, std::string role, std::string permission,
                            Effect effect) {
  return PutOverride{scope, std::move(role), std::move(permission), effect, false, std::nullopt};
}

}  // namespace provost

#endif  // PROVOST_TESTS_POLICY_FIXTURE_H_
