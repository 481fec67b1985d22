// Decides by a compiled matrix read from a file, with Abseil alone.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "absl/time/clock.h"
#include "policy/decide/check.h"
#include "policy/world/world.h"

int main(int, char** argv) {
  std::ifstream file(argv[1], std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  auto matrix = provost::Matrix::Load(bytes);
  if (!matrix.ok()) {
    std::cerr << matrix.status() << "\n";
    return 2;
  }
  provost::World world(*matrix);
  const provost::ScopeId acme(1);
  const provost::SubjectId ann(1);
  absl::Status applied = world.Apply({{
      provost::PutScope{.uid = acme, .kind = provost::ScopeKind::kTenant, .name = "acme"},
      provost::PutSubject{.uid = ann, .name = "ann"},
  }});
  if (!applied.ok()) {
    std::cerr << applied << "\n";
    return 2;
  }
  auto decision = provost::CheckNamed(
      *world.Read(), {"ann", "tenant.settings.manage", "acme", {}, absl::Now(), "", ""});
  std::cout << (*matrix)->name() << ": " << provost::ReasonName(decision->reason) << "\n";
}
