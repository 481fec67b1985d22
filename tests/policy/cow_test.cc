// The copy-on-write structures against std::map and std::set, by random edits, some of which are
// dropped; old versions stay as they were until their memory is freed. The sanitizers watch that
// nothing is freed twice, too early or never.
#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/world/block_pool.h"
#include "policy/world/cow.h"
#include "policy/world/cow_array.h"
#include "policy/world/cow_set.h"

namespace provost {
namespace {

void FreeAll(std::vector<Garbage> garbage) {
  for (const Garbage& piece : garbage) piece.free(piece.memory);
}

// A record that fills a cache line, as the hot records of a state do.
struct alignas(64) Line {
  uint64_t value;
};

template <typename T>
T Make(uint64_t value);
template <>
uint64_t Make(uint64_t value) {
  return value;
}
template <>
Line Make(uint64_t value) {
  return Line{value};
}
uint64_t ValueOf(uint64_t value) { return value; }
uint64_t ValueOf(const Line& line) { return line.value; }

// A structure and what it must hold.
template <typename Cow, typename Model>
struct Version {
  Cow cow;
  Model model;
};

template <typename T>
class CowArrayTest : public testing::Test {
 public:
  using Array = CowArray<T>;
  using Model = std::map<uint32_t, uint64_t>;  // what is set, zeroes left out

  static void ExpectEqual(const Array& array, const Model& model) {
    Model got;
    array.ForEach(0, [&](uint32_t index, const T& record) {
      if (ValueOf(record) != 0) got[index] = ValueOf(record);
      return true;
    });
    EXPECT_EQ(got, model);
  }
};
using Records = testing::Types<uint64_t, Line>;
TYPED_TEST_SUITE(CowArrayTest, Records);

TYPED_TEST(CowArrayTest, RandomEditsAgainstAMap) {
  using Array = typename TestFixture::Array;
  using Model = typename TestFixture::Model;
  std::mt19937 random(20260101);
  Version<Array, Model> current;
  std::vector<Version<Array, Model>> old;
  std::vector<Garbage> waiting;
  uint64_t id = 0;
  for (int round = 0; round < 300; ++round) {
    CowEdit edit(++id);
    Version<Array, Model> next = current;
    const int ops = 1 + static_cast<int>(random() % 40);
    for (int i = 0; i < ops; ++i) {
      // Mostly near one another, sometimes in another middle block or far beyond the end.
      const uint32_t index = random() % 8 == 0 ? random() % 60000 : random() % 300;
      const uint64_t value = random() % 3 == 0 ? 0 : 1 + random();
      *next.cow.Mutable(index, edit) = Make<TypeParam>(value);
      if (value == 0) {
        next.model.erase(index);
      } else {
        next.model[index] = value;
      }
    }
    TestFixture::ExpectEqual(next.cow, next.model);
    if (random() % 4 == 0) {
      next.cow.Free(edit.id(), [](TypeParam&) {});
      edit.TakeRetired();  // what the edit replaced is still in use
    } else {
      old.push_back(current);
      for (const Garbage& piece : edit.TakeRetired()) waiting.push_back(piece);
      current = next;
    }
    TestFixture::ExpectEqual(current.cow, current.model);
    if (round % 50 == 49) {
      for (const auto& version : old) TestFixture::ExpectEqual(version.cow, version.model);
      old.clear();
      FreeAll(std::move(waiting));
      waiting.clear();
    }
  }
  FreeAll(std::move(waiting));
  current.cow.Free(0, [](TypeParam&) {});
}

TEST(CowArray, ReadsOfWhatWasNeverSet) {
  CowArray<uint64_t> array;
  EXPECT_EQ(array.Find(0), nullptr);
  EXPECT_EQ(array.Get(UINT32_MAX), 0u);
  EXPECT_EQ(array.limit(), 0u);
  CowEdit edit(1);
  *array.Mutable(4096, edit) = 7;
  EXPECT_EQ(array.Find(0), nullptr);
  EXPECT_EQ(array.Find(4096 + 64), nullptr);
  EXPECT_EQ(array.Get(4097), 0u);
  EXPECT_EQ(array.Get(4096), 7u);
  EXPECT_EQ(array.Find(UINT32_MAX), nullptr);
  array.Free(0, [](uint64_t&) {});
  FreeAll(edit.TakeRetired());
}

TEST(CowArray, ForEachBeginsWhereItIsToldAndStopsWhenItIsTold) {
  CowArray<uint64_t> array;
  CowEdit edit(1);
  for (uint32_t i = 0; i < 10000; i += 7) *array.Mutable(i, edit) = i + 1;
  std::vector<uint32_t> seen;
  array.ForEach(4095, [&](uint32_t index, const uint64_t& value) {
    if (value != 0) seen.push_back(index);
    return seen.size() < 3;
  });
  EXPECT_THAT(seen, testing::ElementsAre(4095, 4102, 4109));
  array.Free(0, [](uint64_t&) {});
  FreeAll(edit.TakeRetired());
}

struct Pair {
  uint32_t first;
  uint32_t second;
  friend bool operator<(const Pair& a, const Pair& b) {
    return a.first != b.first ? a.first < b.first : a.second < b.second;
  }
};
struct Triple {
  uint32_t first;
  uint32_t second;
  uint32_t third;
  friend bool operator<(const Triple& a, const Triple& b) {
    if (a.first != b.first) return a.first < b.first;
    return a.second != b.second ? a.second < b.second : a.third < b.third;
  }
};
template <typename Key>
Key KeyOf(uint32_t n);
template <>
Pair KeyOf(uint32_t n) {
  return {n / 64, n % 64};
}
template <>
Triple KeyOf(uint32_t n) {
  return {n / 512, n / 32 % 16, n % 32};
}
uint32_t NumberOf(const Pair& key) { return key.first * 64 + key.second; }
uint32_t NumberOf(const Triple& key) { return key.first * 512 + key.second * 32 + key.third; }

template <typename Key>
class CowSetTest : public testing::Test {
 public:
  using Set = CowSet<Key>;
  using Model = std::set<uint32_t>;

  static std::vector<uint32_t> From(const Set& set, uint32_t first, size_t limit) {
    std::vector<uint32_t> got;
    for (auto at = set.Seek(KeyOf<Key>(first)); at.valid() && got.size() < limit; at.Next()) {
      got.push_back(NumberOf(at.key()));
    }
    return got;
  }
  static void ExpectEqual(const Set& set, const Model& model) {
    EXPECT_EQ(From(set, 0, SIZE_MAX), std::vector<uint32_t>(model.begin(), model.end()));
    EXPECT_EQ(set.empty(), model.empty());
  }
};
using Keys = testing::Types<Pair, Triple>;
TYPED_TEST_SUITE(CowSetTest, Keys);

// Phases that grow, churn and shrink, so that nodes split, empty and vanish at every level.
TYPED_TEST(CowSetTest, RandomEditsAgainstASet) {
  using Set = typename TestFixture::Set;
  using Model = typename TestFixture::Model;
  std::mt19937 random(20260102);
  Version<Set, Model> current;
  std::vector<Version<Set, Model>> old;
  std::vector<Garbage> waiting;
  uint64_t id = 0;
  constexpr uint32_t kRange = 20000;
  for (int round = 0; round < 400; ++round) {
    CowEdit edit(++id);
    Version<Set, Model> next = current;
    const uint32_t inserts_of_ten = round < 150 ? 9 : round < 250 ? 5 : 1;
    const uint32_t ops = random() % 5 == 0 ? 200 : 1 + random() % 30;
    const uint32_t run = random() % kRange;
    for (uint32_t i = 0; i < ops; ++i) {
      const bool insert = random() % 10 < inserts_of_ten;
      uint32_t number = random() % 3 == 0 ? (run + i) % kRange : random() % kRange;
      if (!insert && !next.model.empty() && random() % 4 != 0) {
        auto at = next.model.lower_bound(number);
        number = at == next.model.end() ? *next.model.begin() : *at;
      }
      const TypeParam key = KeyOf<TypeParam>(number);
      EXPECT_EQ(next.cow.Contains(key), next.model.count(number) == 1);
      if (insert) {
        EXPECT_EQ(next.cow.Insert(key, edit), next.model.insert(number).second);
      } else {
        EXPECT_EQ(next.cow.Erase(key, edit), next.model.erase(number) == 1);
      }
    }
    if (random() % 4 == 0) {
      next.cow.Free(edit.id());
      edit.TakeRetired();
    } else {
      old.push_back(current);
      for (const Garbage& piece : edit.TakeRetired()) waiting.push_back(piece);
      current = next;
    }
    const uint32_t first = random() % kRange;
    std::vector<uint32_t> expected;
    for (auto at = current.model.lower_bound(first);
         at != current.model.end() && expected.size() < 100; ++at) {
      expected.push_back(*at);
    }
    EXPECT_EQ(TestFixture::From(current.cow, first, 100), expected);
    if (round % 40 == 39) {
      TestFixture::ExpectEqual(current.cow, current.model);
      for (const auto& version : old) TestFixture::ExpectEqual(version.cow, version.model);
      old.clear();
      FreeAll(std::move(waiting));
      waiting.clear();
    }
  }
  FreeAll(std::move(waiting));
  current.cow.Free(0);
}

TYPED_TEST(CowSetTest, EmptiedInAnyOrder) {
  std::mt19937 random(20260103);
  for (int order = 0; order < 3; ++order) {
    typename TestFixture::Set set;
    CowEdit edit(1);
    std::vector<uint32_t> numbers(5000);
    for (uint32_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
    for (uint32_t number : numbers) EXPECT_TRUE(set.Insert(KeyOf<TypeParam>(number), edit));
    if (order == 1) std::reverse(numbers.begin(), numbers.end());
    if (order == 2) std::shuffle(numbers.begin(), numbers.end(), random);
    for (uint32_t number : numbers) EXPECT_TRUE(set.Erase(KeyOf<TypeParam>(number), edit));
    EXPECT_TRUE(set.empty());
    EXPECT_FALSE(set.Seek(KeyOf<TypeParam>(0)).valid());
    EXPECT_EQ(set.MemoryBytes(), 0u);
    FreeAll(edit.TakeRetired());
  }
}

TEST(BlockPool, GivesZeroedBlocksThatDoNotOverlap) {
  constexpr size_t kBytes = 4160;
  constexpr size_t kBlocks = 3000;  // several slabs
  BlockPool pool(kBytes);
  std::vector<unsigned char*> blocks(kBlocks);
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < kBlocks; ++i) {
      if (blocks[i] != nullptr) continue;
      blocks[i] = static_cast<unsigned char*>(pool.Allocate());
      ASSERT_EQ(reinterpret_cast<uintptr_t>(blocks[i]) % 64, 0u);
      ASSERT_EQ(std::count(blocks[i], blocks[i] + kBytes, 0), static_cast<ptrdiff_t>(kBytes));
      std::fill(blocks[i], blocks[i] + kBytes, static_cast<unsigned char>(i % 251 + 1));
    }
    for (size_t i = 0; i < kBlocks; ++i) {
      const unsigned char mark = static_cast<unsigned char>(i % 251 + 1);
      ASSERT_EQ(std::count(blocks[i], blocks[i] + kBytes, mark), static_cast<ptrdiff_t>(kBytes));
    }
    // Whole slabs and single blocks go back, and come again.
    for (size_t i = 0; i < kBlocks; ++i) {
      if (i / 1000 != 1 && i % 7 != 0) continue;
      pool.Free(blocks[i]);
      blocks[i] = nullptr;
    }
  }
  for (unsigned char* block : blocks) {
    if (block != nullptr) pool.Free(block);
  }
}

}  // namespace
}  // namespace provost
