// One writer and several readers of one World: every view is one revision, whole, and nothing that
// a reader sees is freed under it. Runs under TSan as well.
#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "policy/decide/check.h"
#include "policy/decide/lists.h"
#include "policy/world/world.h"
#include "tests/policy/fixture.h"

namespace provost {
namespace {

constexpr ScopeId kFire = SmallWorld::kFire;
constexpr ScopeId kPitch = SmallWorld::kPitch;
constexpr SubjectId kAnn = SmallWorld::kAnn;
constexpr SubjectId kTeam{10};

// In each revision ann is a course admin at exactly one of two courses, and a user `extra-N` exists
// for the N of that revision alone.
TEST(WorldThreads, ReadersSeeWholeRevisions) {
  constexpr int kReaders = 3;
  constexpr uint32_t kRevisions = 2000;
  SmallWorld small;
  small.Do(Group(kTeam, "team"), PutMember{kTeam, kAnn, Window()},
           Assign(1, kTeam, "course_admin", kFire), User(SubjectId(100), "extra-0"));
  const uint64_t first = small.world.Read()->revision();
  const Question at_fire = small.Ask(kAnn, "course.update", kFire);
  const Question at_pitch = small.Ask(kAnn, "course.update", kPitch);
  std::atomic<bool> done{false};
  std::atomic<uint64_t> reads{0};
  std::atomic<uint64_t> wrong{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&, i] {
      uint64_t last = 0;
      while (!done.load() || last == 0) {
        const PinnedView view = small.world.Read();
        const uint64_t revision = view->revision();
        bool right = revision >= last;
        last = revision;
        const uint64_t n = revision - first;
        const bool fire = Check(*view, at_fire).allowed();
        right = right && fire == (n % 2 == 0) && Check(*view, at_pitch).allowed() != fire;
        right = right && view->FindSubject(absl::StrCat("extra-", n)) ==
                             SubjectId(static_cast<uint32_t>(100 + n));
        right = right && view->user_count() == 3;
        if (i == 0) {
          // A held view outlives the pin and moves about.
          HeldView held = small.world.Hold();
          HeldView moved = std::move(held);
          ListContext context;
          context.time = kNow;
          right = right && ListSubjects(*moved, at_fire.permission, kFire, kAnonymous, 10, context)
                                   .subjects.size() <= 1;
        }
        if (!right) wrong.fetch_add(1);
        reads.fetch_add(1);
      }
    });
  }
  for (uint32_t n = 1; n <= kRevisions; ++n) {
    const bool to_pitch = n % 2 == 1;
    if (n % 10 == 0) {
      // A change that fails on its way leaves nothing to be seen.
      EXPECT_FALSE(small.Try(User(SubjectId(99), "never"), RemoveSubject{SubjectId(98)}).ok());
    }
    small.Do(RemoveAssignment{AssignmentId(n), kTeam},
             Assign(n + 1, kTeam, "course_admin", to_pitch ? kPitch : kFire),
             RemoveSubject{SubjectId(100 + n - 1)},
             User(SubjectId(100 + n), absl::StrCat("extra-", n)));
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_GE(reads, static_cast<uint64_t>(kReaders));
  EXPECT_EQ(EpochDomain::Get().Reclaim(), 0u);
}

// Worlds share the epochs of the process: a reader of one does not keep another from being changed.
TEST(WorldThreads, ReadersOfOneWorldDoNotDisturbAnother) {
  SmallWorld read;
  SmallWorld written;
  read.Do(Assign(1, kAnn, "course_admin", kFire));
  std::atomic<bool> done{false};
  std::thread reader([&] {
    const Question question = read.Ask(kAnn, "course.update", kFire);
    while (!done.load()) {
      const PinnedView view = read.world.Read();
      EXPECT_TRUE(Check(*view, question).allowed());
    }
  });
  for (uint64_t n = 1; n <= 500; ++n) {
    written.Do(Assign(n, kAnn, "learner", kFire));
    if (n > 5) written.Do(RemoveAssignment{AssignmentId(n - 5), kAnn});
  }
  done = true;
  reader.join();
  EXPECT_EQ(written.world.Read()->assignment_count(), 5u);
  EXPECT_EQ(EpochDomain::Get().Reclaim(), 0u);
}

}  // namespace
}  // namespace provost
