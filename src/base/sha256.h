// SHA-256 of what comes piece by piece.
#ifndef PROVOST_BASE_SHA256_H_
#define PROVOST_BASE_SHA256_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

struct evp_md_ctx_st;

namespace provost {

/// Takes bytes in any pieces and gives the digest of all of them. About 1 ns a byte, by OpenSSL.
/// Not thread-safe.
class Sha256Digest {
 public:
  static constexpr size_t kBytes = 32;

  Sha256Digest();
  ~Sha256Digest();
  Sha256Digest(const Sha256Digest&) = delete;
  Sha256Digest& operator=(const Sha256Digest&) = delete;

  void Add(absl::string_view bytes);

  /// The 32 raw bytes of the digest. Call it once, and nothing after it.
  std::string Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace provost

#endif  // PROVOST_BASE_SHA256_H_
