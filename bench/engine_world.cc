#include "bench/engine_world.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/compiler/compiler.h"

namespace provost::bench {
namespace {

// Ops that are applied at once: large enough to be cheap, small enough not to fill the memory.
constexpr size_t kOpsAtOnce = 100000;

double ResidentMb() {
  std::ifstream file("/proc/self/statm");
  double size = 0;
  double resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

// Gathers ops and applies them in portions.
class Loader {
 public:
  explicit Loader(World& world) : edit_(world.Edit()) { change_.ops.reserve(kOpsAtOnce); }
  template <typename Op>
  void Add(Op op) {
    change_.ops.emplace_back(std::move(op));
    if (change_.ops.size() == kOpsAtOnce) Flush();
  }
  void Publish() {
    Flush();
    Require(edit_.Publish(1).ok(), "the world cannot be published");
  }

 private:
  void Flush() {
    const absl::Status status = edit_.Apply(change_);
    if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    Require(status.ok(), "the world cannot be built");
    change_.ops.clear();
  }

  WorldEdit edit_;
  Change change_;
};

}  // namespace

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "engine_bench: %s\n", what);
  std::exit(1);
}

uint64_t Mix(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9E3779B97F4A7C15u + b * 0xD1B54A32D192ED03u + 0x2545F4914F6CDD1Du;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

bool EngineWorld::MayRead(uint32_t u, uint32_t session) {
  if (SessionOfUser(u) == session) return true;
  for (uint32_t i = 0; i < kCoursesOfUser; ++i) {
    if (CourseOfUser(u, i) == CourseOfSession(session)) return true;
  }
  return false;
}

Question EngineWorld::QuestionAt(uint64_t n, uint32_t* user, uint32_t* session) const {
  const uint64_t random = Mix(n, 77);
  *user = static_cast<uint32_t>(random % users);
  *session = static_cast<uint32_t>(Mix(n, 78) % kSessions);
  if ((random >> 60) % 2 == 0) {
    const uint32_t which = static_cast<uint32_t>((random >> 40) % kCoursesOfUser);
    *session = CourseOfUser(*user, which) * 10 + *session % 10;
  }
  Question question;
  question.subject = User(*user);
  question.permission = session_read;
  question.scope = Session(*session);
  question.time = now;
  return question;
}

PermissionId EngineWorld::Permission(const char* name) const {
  const std::optional<PermissionId> found = matrix->FindPermission(name);
  Require(found.has_value(), name);
  return *found;
}

std::unique_ptr<EngineWorld> EngineWorld::Build(uint64_t assignments) {
  auto built = std::make_unique<EngineWorld>();
  absl::StatusOr<std::shared_ptr<const Matrix>> preset = CompilePreset("lms365");
  Require(preset.ok(), "the preset lms365 does not compile");
  built->matrix = *preset;
  built->world = std::make_unique<World>(built->matrix);
  built->users = static_cast<uint32_t>(std::max<uint64_t>(1, assignments / kAssignmentsOfUser));
  built->session_read = built->Permission("session.read");
  built->now = absl::FromUnixSeconds(1800000000);

  const double before = ResidentMb();
  const std::clock_t start = std::clock();
  Loader loader(*built->world);
  loader.Add(PutScope{Tenant(), ScopeKind::kTenant, "acme", ScopeId(0), false, false});
  for (uint32_t i = 0; i < kCatalogs; ++i) {
    const ScopeId parent = i < kTopCatalogs ? Tenant() : Catalog(i % kTopCatalogs);
    loader.Add(PutScope{Catalog(i), ScopeKind::kCatalog, absl::StrCat("catalog-", i), parent, false,
                        false});
  }
  for (uint32_t i = 0; i < kCourses; ++i) {
    loader.Add(PutScope{Course(i), ScopeKind::kCourse, absl::StrCat("course-", i),
                        Catalog(i % kCatalogs), false, false});
  }
  for (uint32_t i = 0; i < kSessions; ++i) {
    loader.Add(PutScope{Session(i), ScopeKind::kSession, absl::StrCat("session-", i),
                        Course(CourseOfSession(i)), false, false});
  }
  uint64_t uid = 0;
  for (uint32_t u = 0; u < built->users; ++u) {
    loader.Add(
        PutSubject{User(u), SubjectKind::kUser, absl::StrCat("user-", u), ScopeId(0), false});
    for (uint32_t i = 0; i < kCoursesOfUser; ++i) {
      loader.Add(PutAssignment{AssignmentId(++uid), User(u), "learner", Course(CourseOfUser(u, i)),
                               Window(), false});
    }
    loader.Add(PutAssignment{AssignmentId(++uid), User(u), "instructor", Session(SessionOfUser(u)),
                             Window(), false});
  }
  loader.Publish();
  built->load_seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  built->load_resident_mb = ResidentMb() - before;
  return built;
}

}  // namespace provost::bench
