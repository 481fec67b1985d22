// A tenant of any size for engine_bench: the lms365 preset, a thousand catalogs, thirty thousand
// courses with ten sessions each, and users who learn at nine courses and lead one session each.
//
// Everything follows from numbers, so that the right answer to a question is known without the
// engine.
#ifndef PROVOST_BENCH_ENGINE_WORLD_H_
#define PROVOST_BENCH_ENGINE_WORLD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "policy/decide/question.h"
#include "policy/world/world.h"

namespace provost::bench {

// Stops the program with `what` if `condition` does not hold: a benchmark of wrong answers says
// nothing.
void Require(bool condition, const char* what);

// A number that follows from two others and looks random.
uint64_t Mix(uint64_t a, uint64_t b);

struct EngineWorld {
  static constexpr uint32_t kTopCatalogs = 100;
  static constexpr uint32_t kCatalogs = 1000;  // nine below each of those on top
  static constexpr uint32_t kCourses = 30000;
  static constexpr uint32_t kSessions = 300000;
  static constexpr uint32_t kCoursesOfUser = 9;
  static constexpr uint32_t kAssignmentsOfUser = kCoursesOfUser + 1;

  // Builds it, in one edit. `assignments` is rounded down to whole users, at least one.
  static std::unique_ptr<EngineWorld> Build(uint64_t assignments);

  // Handles, counting from 0.
  static ScopeId Tenant() { return ScopeId(1); }
  static ScopeId Catalog(uint32_t i) { return ScopeId(2 + i); }
  static ScopeId Course(uint32_t i) { return ScopeId(2 + kCatalogs + i); }
  static ScopeId Session(uint32_t i) { return ScopeId(2 + kCatalogs + kCourses + i); }
  static SubjectId User(uint32_t i) { return SubjectId(1 + i); }
  static uint32_t CourseOfSession(uint32_t session) { return session / 10; }

  // What user `u` holds: learner at these courses, instructor at this session.
  static uint32_t CourseOfUser(uint32_t u, uint32_t i) {
    return static_cast<uint32_t>(Mix(u, i) % kCourses);
  }
  static uint32_t SessionOfUser(uint32_t u) {
    return static_cast<uint32_t>(Mix(u, kCoursesOfUser) % kSessions);
  }
  // May user `u` use `session.read` at the session?
  static bool MayRead(uint32_t u, uint32_t session);

  // The n-th of a row of questions for `session.read`: any user, every other time at a session of a
  // course of the user's own. `session` is that asked about.
  Question QuestionAt(uint64_t n, uint32_t* user, uint32_t* session) const;

  PermissionId Permission(const char* name) const;

  std::shared_ptr<const Matrix> matrix;
  std::unique_ptr<World> world;
  uint32_t users = 0;
  PermissionId session_read;
  absl::Time now;
  double load_seconds = 0;      // of processor time
  double load_resident_mb = 0;  // what the process grew by while loading
};

}  // namespace provost::bench

#endif  // PROVOST_BENCH_ENGINE_WORLD_H_
