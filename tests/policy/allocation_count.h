// Counts what is allocated, to show that the hot paths allocate nothing.
#ifndef PROVOST_TESTS_POLICY_ALLOCATION_COUNT_H_
#define PROVOST_TESTS_POLICY_ALLOCATION_COUNT_H_

#include <cstdint>

namespace provost {

// How often the calling thread has called operator new so far, whoever called it. The program's
// operator new is replaced by one that counts, wherever this file is linked in.
uint64_t AllocationsOfThisThread();

}  // namespace provost

#endif  // PROVOST_TESTS_POLICY_ALLOCATION_COUNT_H_
