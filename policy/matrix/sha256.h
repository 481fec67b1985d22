// SHA-256 (FIPS 180-4), so that digests and checksums need nothing but this library.
#ifndef PROVOST_POLICY_MATRIX_SHA256_H_
#define PROVOST_POLICY_MATRIX_SHA256_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace provost {

inline constexpr size_t kSha256Bytes = 32;

// The 32 raw bytes of the digest of `bytes`. Pure; any thread. About 4 ns a byte.
std::string Sha256(absl::string_view bytes);

}  // namespace provost

#endif  // PROVOST_POLICY_MATRIX_SHA256_H_
