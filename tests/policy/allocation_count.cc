#include "tests/policy/allocation_count.h"

#include <cstdlib>
#include <new>

namespace provost {
namespace {

thread_local uint64_t allocations = 0;

void* Allocate(size_t size, size_t alignment) {
  ++allocations;
  if (size == 0) size = 1;
  void* memory = alignment == 0 ? std::malloc(size)
                                : std::aligned_alloc(
                                      alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

uint64_t AllocationsOfThisThread() { return allocations; }

}  // namespace provost

// The array forms call these; the nothrow ones, which std::stable_sort uses, do not.
void* operator new(size_t size) { return provost::Allocate(size, 0); }
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return provost::Allocate(size, 0);
}
void* operator new(size_t size, std::align_val_t alignment) {
  return provost::Allocate(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void* operator new(size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return provost::Allocate(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
