// What every test does with the database that it leaves behind.
#ifndef PROVOST_TESTS_VERIFY_VERIFIED_STORE_H_
#define PROVOST_TESTS_VERIFY_VERIFIED_STORE_H_

#include <string>

namespace provost {

// Verifies the database of a folder, which no server has open, and adds a failure that names what
// is wrong with it. Once for a test, at its end: `folder` may go then.
void ExpectVerified(const std::string& folder);

// This test has damaged rows by hand: the next ExpectVerified looks at nothing.
void LeaveDamaged();

}  // namespace provost

#endif  // PROVOST_TESTS_VERIFY_VERIFIED_STORE_H_
