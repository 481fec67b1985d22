#ifndef PROVOST_TENANT_SEALER_H_
#define PROVOST_TENANT_SEALER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace provost {

/// Makes tokens that only this database can have made: a payload with a keyed digest (HMAC-SHA-256,
/// cut to 16 bytes), in base64url. What a token is for and about is in the digest and not in the
/// payload, so a token of one tenant or one request is nothing to another. Thread-safe; about two
/// microseconds each.
class Sealer {
 public:
  static constexpr size_t kKeyBytes = 32;

  /// `key` has kKeyBytes random bytes.
  explicit Sealer(std::string key) : key_(std::move(key)) {}

  /// Bytes for a new key or secret, from the operating system's source.
  static std::string RandomBytes(size_t count);

  /// `context` says what the token is for, down to the tenant, caller and request.
  std::string Seal(absl::string_view context, absl::string_view payload) const;

  /// The payload; nothing for a token that was not made for this context or was changed.
  std::optional<std::string> Open(absl::string_view context, absl::string_view token) const;

 private:
  const std::string key_;
};

/// SHA-256, 32 bytes.
std::string Sha256(absl::string_view bytes);

/// Compares in a time that depends on the lengths alone.
bool SameSecret(absl::string_view a, absl::string_view b);

}  // namespace provost

#endif  // PROVOST_TENANT_SEALER_H_
