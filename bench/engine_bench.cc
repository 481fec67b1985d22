// The engine's answers, timed. Every benchmark asserts what it is answered and that answering
// allocates nothing; at the end the ratios that matter are printed.
//
//   engine_bench [--assignments=N] [google-benchmark's own flags]
//
// N is 400 000 unless given; 40 000 000 (about 5 GB) shows what memory costs: the world is then far
// larger than any cache, and a check is held against a pointer chase over as many bytes as the
// lines of its subjects and scopes take.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bench/engine_world.h"
#include "policy/decide/check.h"
#include "policy/decide/explain.h"
#include "policy/world/world.h"
#include "tests/policy/allocation_count.h"

namespace provost::bench {
namespace {

EngineWorld* big = nullptr;  // made by main

// The allocations of a benchmark's loop, which must be none.
class AllocationCount {
 public:
  explicit AllocationCount(benchmark::State& state)
      : state_(state), before_(AllocationsOfThisThread()) {}
  ~AllocationCount() {
    const uint64_t made = AllocationsOfThisThread() - before_;
    state_.counters["allocations"] = static_cast<double>(made);
    Require(made == 0, "a check allocates");
  }

 private:
  benchmark::State& state_;
  const uint64_t before_;
};

struct Asked {
  Question question;
  bool allowed;
};

// `count` questions of the big world from the n-th on, with their right answers.
std::vector<Asked> SomeQuestions(uint64_t first, size_t count) {
  std::vector<Asked> asked(count);
  for (size_t i = 0; i < count; ++i) {
    uint32_t user = 0;
    uint32_t session = 0;
    asked[i].question = big->QuestionAt(first + i, &user, &session);
    asked[i].allowed = EngineWorld::MayRead(user, session);
  }
  return asked;
}

constexpr size_t kHot = 16;  // questions that stay in the first cache

void HotPinned(benchmark::State& state) {
  const std::vector<Asked> asked = SomeQuestions(0, kHot);
  const PinnedView view = big->world->Read();
  size_t i = 0;
  AllocationCount count(state);
  for (auto _ : state) {
    const Asked& each = asked[i++ % kHot];
    Require(Check(*view, each.question).allowed() == each.allowed, "hot: wrong answer");
  }
}
BENCHMARK(HotPinned);

void HotWithPin(benchmark::State& state) {
  const std::vector<Asked> asked = SomeQuestions(0, kHot);
  { const PinnedView first = big->world->Read(); }
  size_t i = 0;
  AllocationCount count(state);
  for (auto _ : state) {
    const Asked& each = asked[i++ % kHot];
    const PinnedView view = big->world->Read();
    Require(Check(*view, each.question).allowed() == each.allowed, "hot: wrong answer");
  }
}
BENCHMARK(HotWithPin);

void ByName(benchmark::State& state) {
  const std::vector<Asked> asked = SomeQuestions(0, kHot);
  const PinnedView view = big->world->Read();
  std::vector<std::pair<std::string, std::string>> names;
  for (const Asked& each : asked) {
    names.emplace_back(view->SubjectName(each.question.subject),
                       view->ScopeName(each.question.scope));
  }
  NamedQuestion named;
  named.permission = "session.read";
  named.time = big->now;
  size_t i = 0;
  AllocationCount count(state);
  for (auto _ : state) {
    const size_t at = i++ % kHot;
    named.subject = names[at].first;
    named.scope = names[at].second;
    const absl::StatusOr<Decision> decision = CheckNamed(*view, named);
    Require(decision.ok() && decision->allowed() == asked[at].allowed, "by name: wrong answer");
  }
}
BENCHMARK(ByName);

// What a cold question is made of, small enough to be read in order without adding misses.
struct ColdQuestion {
  uint32_t user;
  uint32_t session;
};
constexpr size_t kCold = size_t{1} << 20;

const std::vector<ColdQuestion>& ColdQuestions() {
  static const auto* const questions = [] {
    auto* made = new std::vector<ColdQuestion>(kCold);
    for (size_t i = 0; i < kCold; ++i) {
      ColdQuestion& each = (*made)[i];
      // The top bit keeps the right answer.
      big->QuestionAt(1000 + i, &each.user, &each.session);
      if (EngineWorld::MayRead(each.user, each.session)) each.user |= 1u << 31;
    }
    return made;
  }();
  return *questions;
}

// Each question waits for the answer before it, as a chase waits for the pointer before it: the
// time is that of one check from end to end, not of several under way.
void Cold(benchmark::State& state) {
  const std::vector<ColdQuestion>& questions = ColdQuestions();
  const PinnedView view = big->world->Read();
  Question question;
  question.permission = big->session_read;
  question.time = big->now;
  size_t i = 0;
  uint32_t wait = 0;  // always 0, which only the answer tells
  AllocationCount count(state);
  for (auto _ : state) {
    const ColdQuestion& each = questions[i++ % kCold];
    question.subject = EngineWorld::User((each.user & ~(1u << 31)) + wait);
    question.scope = EngineWorld::Session(each.session + wait);
    const Decision decision = Check(*view, question);
    wait = static_cast<uint32_t>(decision.reason) >> 7;
    Require(decision.allowed() == (each.user >> 31 != 0), "cold: wrong answer");
  }
}
BENCHMARK(Cold);

struct alignas(64) Link {
  Link* next;
};

// A chase over as many bytes as the lines of the big world's subjects and scopes.
void Chase(benchmark::State& state) {
  const size_t links =
      big->users + EngineWorld::kSessions + EngineWorld::kCourses + EngineWorld::kCatalogs;
  Link* const chain = static_cast<Link*>(std::aligned_alloc(64, links * sizeof(Link)));
  Require(chain != nullptr, "no memory for the chase");
  std::vector<uint32_t> order(links);
  std::iota(order.begin(), order.end(), 0u);
  for (size_t i = links - 1; i > 0; --i) std::swap(order[i], order[Mix(i, 5) % (i + 1)]);
  for (size_t i = 0; i < links; ++i) chain[order[i]].next = &chain[order[(i + 1) % links]];
  const Link* at = chain;
  for (auto _ : state) {
    at = at->next;
    benchmark::DoNotOptimize(at);
  }
  state.counters["MB"] = static_cast<double>(links * sizeof(Link)) / 1e6;
  std::free(chain);
}
BENCHMARK(Chase);

// Cold questions that may overlap, since all are known before the first is answered.
void Batch(benchmark::State& state) {
  constexpr size_t kBatch = 1024;
  std::vector<Asked> asked = SomeQuestions(5000, kBatch * 64);
  std::vector<Question> questions(kBatch * 64);
  for (size_t i = 0; i < asked.size(); ++i) questions[i] = asked[i].question;
  std::vector<Decision> decisions(kBatch);
  const PinnedView view = big->world->Read();
  size_t batch = 0;
  {
    AllocationCount count(state);
    for (auto _ : state) {
      const size_t first = (batch++ % 64) * kBatch;
      CheckBatch(*view, absl::MakeConstSpan(questions).subspan(first, kBatch),
                 absl::MakeSpan(decisions));
      for (size_t i = 0; i < kBatch; ++i) {
        Require(decisions[i].allowed() == asked[first + i].allowed, "batch: wrong answer");
      }
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(batch * kBatch));
}
BENCHMARK(Batch);

// One user, 8 permissions x 128 sessions.
void Grid(benchmark::State& state) {
  const char* const names[] = {"session.read",    "session.schedule",      "session.cancel",
                               "session.lead",    "attendance.read",       "attendance.manage",
                               "session.archive", "attendance.sheet.print"};
  std::vector<PermissionId> permissions;
  for (const char* name : names) permissions.push_back(big->Permission(name));
  const uint32_t user = 7 % big->users;
  std::vector<ScopeId> scopes;
  std::vector<bool> expected;
  for (uint32_t i = 0; i < 128; ++i) {
    const uint32_t course = EngineWorld::CourseOfUser(user, i % EngineWorld::kCoursesOfUser);
    const uint32_t session = i % 2 == 0 ? course * 10 + i % 10 : i * 1000;
    scopes.push_back(EngineWorld::Session(session));
    expected.push_back(EngineWorld::MayRead(user, session));
  }
  const size_t cells = permissions.size() * scopes.size();
  const auto allowed = std::make_unique<bool[]>(cells);
  const PinnedView view = big->world->Read();
  size_t grids = 0;
  {
    AllocationCount count(state);
    for (auto _ : state) {
      CheckGrid(*view, EngineWorld::User(user), permissions, scopes, 0, big->now, std::nullopt,
                absl::MakeSpan(allowed.get(), cells));
      for (size_t i = 0; i < scopes.size(); ++i) {
        Require(allowed[i] == expected[i], "grid: wrong answer");
      }
      ++grids;
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(grids * cells));
}
BENCHMARK(Grid);

// A policy of roles x permissions cells, all of them asked in turn.
void Cells(benchmark::State& state) {
  const size_t permissions = static_cast<size_t>(state.range(0));
  const size_t roles = static_cast<size_t>(state.range(1));
  MatrixData data;
  data.name = "cells";
  data.version = "1";
  for (size_t p = 0; p < permissions; ++p) {
    PermissionInfo info;
    info.name = absl::StrCat("thing.p", p);
    info.asked_at.Add(ScopeKind::kCourse);
    data.permissions.push_back(info);
  }
  for (size_t r = 0; r < roles; ++r) {
    RoleInfo info;
    info.name = absl::StrCat("r", r);
    info.assignable_at.Add(ScopeKind::kCourse);
    data.roles.push_back(info);
    for (size_t p = 0; p < permissions; ++p) {
      CellInfo cell;
      cell.role = RoleId(static_cast<uint16_t>(r));
      cell.permission = PermissionId(static_cast<uint16_t>(p));
      cell.at = ScopeKind::kCourse;
      cell.effect = (r + p) % 2 == 0 ? Effect::kAllow : Effect::kPrevent;
      if (cell.effect == Effect::kAllow) cell.alternatives = {0};
      data.cells.push_back(cell);
    }
  }
  absl::StatusOr<std::shared_ptr<const Matrix>> matrix = Matrix::Create(std::move(data));
  Require(matrix.ok(), "the policy of many cells is refused");
  World world(*matrix);
  Change change;
  change.ops.emplace_back(PutScope{ScopeId(1), ScopeKind::kTenant, "t", ScopeId(0), false, false});
  change.ops.emplace_back(PutScope{ScopeId(2), ScopeKind::kCourse, "c", ScopeId(1), false, false});
  for (uint32_t u = 0; u < roles; ++u) {
    const SubjectId user(u + 1);
    change.ops.emplace_back(
        PutSubject{user, SubjectKind::kUser, absl::StrCat("u", u), ScopeId(0), false});
    change.ops.emplace_back(PutAssignment{AssignmentId(u + 1), user, absl::StrCat("r", u),
                                          ScopeId(2), Window(), false});
  }
  Require(world.Apply(change).ok(), "the world of many cells is refused");
  const PinnedView view = world.Read();
  Question question;
  question.scope = ScopeId(2);
  question.time = big->now;
  size_t i = 0;
  AllocationCount count(state);
  for (auto _ : state) {
    const size_t role = i % roles;
    const size_t permission = i * 31 % permissions;
    ++i;
    question.subject = SubjectId(static_cast<uint32_t>(role + 1));
    question.permission = PermissionId(static_cast<uint16_t>(permission));
    Require(Check(*view, question).allowed() == ((role + permission) % 2 == 0),
            "cells: wrong answer");
  }
}
BENCHMARK(Cells)->ArgNames({"permissions", "roles"})->Args({20, 10})->Args({1000, 100});

// A small world with what the fast path leaves out.
class Corner {
 public:
  Corner() : world_(big->matrix) {
    Put(PutScope{ScopeId(1), ScopeKind::kTenant, "acme", ScopeId(0), false, false});
    Put(PutScope{ScopeId(2), ScopeKind::kCatalog, "safety", ScopeId(1), false, false});
    Put(PutScope{ScopeId(3), ScopeKind::kCourse, "fire", ScopeId(2), false, false});
    Put(PutScope{ScopeId(4), ScopeKind::kSession, "morning", ScopeId(3), false, false});
    Put(PutSubject{SubjectId(1), SubjectKind::kUser, "ann", ScopeId(0), false});
  }
  template <typename Op>
  void Put(Op op) {
    Change change;
    change.ops.emplace_back(std::move(op));
    const absl::Status status = world_.Apply(change);
    if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    Require(status.ok(), "a change of the corner world is refused");
  }
  void Run(benchmark::State& state, const Question& question, bool allowed) {
    const PinnedView view = world_.Read();
    AllocationCount count(state);
    for (auto _ : state) {
      Require(Check(*view, question).allowed() == allowed, "corner: wrong answer");
    }
  }
  Question Ask(const char* permission, uint32_t scope) {
    Question question;
    question.subject = SubjectId(1);
    question.permission = big->Permission(permission);
    question.scope = ScopeId(scope);
    question.time = big->now;
    return question;
  }
  RoleId Role(const char* name) { return *big->matrix->FindRole(name); }

 private:
  World world_;
};

// A role held through a chain of four groups, beside four groups that hold nothing here.
void Groups(benchmark::State& state) {
  Corner corner;
  for (uint32_t g = 0; g < 8; ++g) {
    corner.Put(PutSubject{SubjectId(10 + g), SubjectKind::kGroup, absl::StrCat("group-", g),
                          ScopeId(0), false});
  }
  for (uint32_t g = 0; g < 3; ++g) {
    corner.Put(PutMember{SubjectId(11 + g), SubjectId(10 + g), Window()});
  }
  corner.Put(PutMember{SubjectId(10), SubjectId(1), Window()});
  for (uint32_t g = 4; g < 8; ++g) {
    corner.Put(PutMember{SubjectId(10 + g), SubjectId(1), Window()});
  }
  corner.Put(PutAssignment{AssignmentId(1), SubjectId(13), "learner", ScopeId(3), Window(), false});
  corner.Run(state, corner.Ask("session.read", 4), true);
}
BENCHMARK(Groups);

// An override on the path that takes the grant away, and a deeper one that gives it back.
void Overrides(benchmark::State& state) {
  Corner corner;
  corner.Put(PutAssignment{AssignmentId(1), SubjectId(1), "learner", ScopeId(3), Window(), false});
  corner.Put(
      PutOverride{ScopeId(2), "learner", "session.read", Effect::kPrevent, false, std::nullopt});
  corner.Put(
      PutOverride{ScopeId(4), "learner", "session.read", Effect::kAllow, false, std::nullopt});
  corner.Run(state, corner.Ask("session.read", 4), true);
}
BENCHMARK(Overrides);

// Assignments with windows stand in the details.
void Windows(benchmark::State& state) {
  Corner corner;
  const Window window{big->now - absl::Hours(1), big->now + absl::Hours(1)};
  corner.Put(PutAssignment{AssignmentId(1), SubjectId(1), "learner", ScopeId(3), window, false});
  corner.Run(state, corner.Ask("session.read", 4), true);
}
BENCHMARK(Windows);

// A course administrator sees the course as a learner.
void Acting(benchmark::State& state) {
  Corner corner;
  corner.Put(
      PutAssignment{AssignmentId(1), SubjectId(1), "course_admin", ScopeId(3), Window(), false});
  Question question = corner.Ask("session.read", 4);
  question.acting_as = ActingAs{corner.Role("learner"), ScopeId(3)};
  corner.Run(state, question, true);
}
BENCHMARK(Acting);

void ExplainHot(benchmark::State& state) {
  const std::vector<Asked> asked = SomeQuestions(0, kHot);
  const PinnedView view = big->world->Read();
  size_t i = 0;
  for (auto _ : state) {
    const Asked& each = asked[i++ % kHot];
    const Explanation explanation = Explain(*view, each.question);
    Require(explanation.decision.allowed() == each.allowed, "explain: wrong answer");
  }
}
BENCHMARK(ExplainHot);

// One assignment replaced and published: what a commit costs the world.
void Write(benchmark::State& state) {
  uint64_t n = 0;
  Change change;
  change.ops.resize(1);
  for (auto _ : state) {
    const uint32_t user = static_cast<uint32_t>(Mix(++n, 3) % big->users);
    change.ops[0] =
        PutAssignment{AssignmentId(uint64_t{user} * EngineWorld::kAssignmentsOfUser + 1),
                      EngineWorld::User(user),
                      "learner",
                      EngineWorld::Course(EngineWorld::CourseOfUser(user, 0)),
                      Window(),
                      false};
    Require(big->world->Apply(change).ok(), "a write is refused");
  }
}
BENCHMARK(Write);

// Prints as usual, and remembers the times for the ratios.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
      const double each = run.counters.count("items_per_second") > 0
                              ? 1e9 / run.counters.at("items_per_second").value
                              : run.GetAdjustedCPUTime();
      double& least = times_.emplace(run.run_name.function_name, each).first->second;
      least = std::min(least, each);
    }
    ConsoleReporter::ReportRuns(runs);
  }

  void PrintRatios() const {
    std::printf(
        "\n%u users, %.0f assignments: loaded in %.1f s of processor time (%.0f ns each), %.0f "
        "MB\n",
        big->users, 10.0 * big->users, big->load_seconds,
        big->load_seconds * 1e9 / (10.0 * big->users), big->load_resident_mb);
    Print("hot, pinned", "HotPinned");
    Print("hot, pinning each time", "HotWithPin");
    Print("by name", "ByName");
    Print("cold", "Cold");
    Print("pointer chase", "Chase");
    Print("in a batch", "Batch");
    Print("in a grid", "Grid");
    const auto cold = times_.find("Cold");
    const auto chase = times_.find("Chase");
    if (cold != times_.end() && chase != times_.end()) {
      std::printf("%-24s %8.2f   (aim: 1.50 at 40 000 000 assignments)\n", "cold / chase",
                  cold->second / chase->second);
    }
  }

 private:
  void Print(const char* what, const char* name) const {
    const auto found = times_.find(name);
    if (found != times_.end()) std::printf("%-24s %8.1f ns\n", what, found->second);
  }
  std::map<std::string, double> times_;
};

}  // namespace
}  // namespace provost::bench

int main(int argc, char** argv) {
  uint64_t assignments = 400000;
  std::vector<char*> rest;
  for (int i = 0; i < argc; ++i) {
    absl::string_view arg = argv[i];
    if (absl::ConsumePrefix(&arg, "--assignments=")) {
      provost::bench::Require(absl::SimpleAtoi(arg, &assignments) && assignments > 0,
                              "--assignments wants a number above 0");
    } else {
      rest.push_back(argv[i]);
    }
  }
  int count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 1;
  const auto world = provost::bench::EngineWorld::Build(assignments);
  provost::bench::big = world.get();
  provost::bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.PrintRatios();
  return 0;
}
