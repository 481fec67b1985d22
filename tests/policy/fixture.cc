#include "tests/policy/fixture.h"

#include <cstdio>
#include <cstdlib>

#include "gtest/gtest.h"
#include "policy/compiler/compiler.h"
#include "policy/decide/check.h"

namespace provost {

std::shared_ptr<const Matrix> PolicyOf(absl::string_view text) {
  CompileResult result = CompileText(text);
  if (result.matrix == nullptr) {
    std::fprintf(stderr, "%s\n", ToString(result.diagnostics).c_str());
    std::abort();
  }
  return result.matrix;
}

std::shared_ptr<const Matrix> SmallPolicy() {
  static const auto* const policy = new std::shared_ptr<const Matrix>(PolicyOf(R"(
    name: "small" version: "1"
    facts { name: "self" } facts { name: "creator" } facts { name: "published" }
    permissions { name: "course.read" asked_at: COURSE access: READ }
    permissions { name: "course.update" asked_at: COURSE access: WRITE implies: "course.read" }
    permissions { name: "course.archive" asked_at: COURSE access: WRITE }
    permissions { name: "session.read" asked_at: SESSION access: READ }
    permissions { name: "catalog.read" asked_at: CATALOG access: READ }
    permissions { name: "role.switch" asked_at: [CATALOG, COURSE] access: WRITE }
    roles {
      name: "admin" assignable_at: TENANT grants { permissions: "*" source: "A" }
      may_assign: ["admin", "manager", "course_admin", "teacher", "learner"]
    }
    roles {
      name: "manager" assignable_at: CATALOG
      grants { permissions: ["catalog.read", "course.*", "session.*"] source: "M" }
      may_assign: ["course_admin", "learner"]
    }
    roles {
      name: "course_admin" assignable_at: COURSE
      grants { permissions: ["course.update", "session.read", "role.switch"] source: "C" }
      may_assign: "learner"
    }
    roles {
      name: "teacher" assignable_at: [COURSE, SESSION]
      grants { permissions: "session.read" source: "T" }
      grants { permissions: "course.read" reach: COURSE source: "T2" }
      grants { permissions: "course.update" requires: ["creator", "published"] source: "T3" }
    }
    roles {
      name: "learner" assignable_at: [CATALOG, COURSE]
      grants { permissions: ["course.read", "session.read"] requires: "published" source: "L" }
    }
    roles { name: "member" grants { permissions: "catalog.read" source: "D" } }
    default_role: "member" top_role: "admin")"));
  return *policy;
}

SmallWorld::SmallWorld(std::shared_ptr<const Matrix> matrix) : world(std::move(matrix)) {
  Do(Scope(kAcme, ScopeKind::kTenant, "acme", ScopeId(0)),
     Scope(kSafety, ScopeKind::kCatalog, "safety", kAcme),
     Scope(kFire, ScopeKind::kCourse, "fire", kSafety),
     Scope(kMorning, ScopeKind::kSession, "morning", kFire),
     Scope(kSales, ScopeKind::kCatalog, "sales", kAcme),
     Scope(kPitch, ScopeKind::kCourse, "pitch", kSales), User(kAnn, "ann"), User(kBob, "bob"));
}

Question SmallWorld::Ask(SubjectId subject, absl::string_view permission, ScopeId scope) const {
  Question question;
  question.subject = subject;
  question.permission = world.Read()->matrix().FindPermission(permission).value();
  question.scope = scope;
  question.time = kNow;
  return question;
}

Reason SmallWorld::ReasonOf(SubjectId subject, absl::string_view permission, ScopeId scope) const {
  return Check(*world.Read(), Ask(subject, permission, scope)).reason;
}

void SmallWorld::Expect(const absl::Status& status) { ASSERT_TRUE(status.ok()) << status; }

}  // namespace provost
