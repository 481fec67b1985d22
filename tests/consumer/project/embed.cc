#include <iostream>

#include "absl/time/clock.h"
#include "policy/compiler/compiler.h"
#include "policy/decide/check.h"
#include "policy/world/world.h"

int main() {
  auto matrix = provost::CompilePreset("lms365");
  if (!matrix.ok()) return std::cerr << matrix.status() << "\n", 2;
  provost::World world(*matrix);
  const provost::ScopeId acme(1), fire(2);
  const provost::SubjectId ann(1);
  absl::Status applied = world.Apply({{
      provost::PutScope{.uid = acme, .kind = provost::ScopeKind::kTenant, .name = "acme"},
      provost::PutScope{fire, provost::ScopeKind::kCourse, "fire", acme},
      provost::PutSubject{.uid = ann, .name = "ann"},
      provost::PutAssignment{provost::AssignmentId(1), ann, "course_admin", fire},
  }});
  if (!applied.ok()) return std::cerr << applied << "\n", 2;
  for (const char* permission : {"course.update", "course.delete", "course.updat"}) {
    auto decision =
        provost::CheckNamed(*world.Read(), {"ann", permission, "fire", {}, absl::Now(), "", ""});
    std::cout << permission << ": "
              << (decision.ok() ? provost::ReasonName(decision->reason)
                                : decision.status().message())
              << "\n";
  }
}
