#include "tenant/sealer.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace provost {
namespace {

constexpr size_t kTagBytes = 16;

std::string Tag(absl::string_view key, absl::string_view context, absl::string_view payload) {
  // The length before the context keeps context and payload apart.
  const std::string text = absl::StrCat(context.size(), ":", context, payload);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return std::string(reinterpret_cast<const char*>(digest), kTagBytes);
}

}  // namespace

std::string Sealer::RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    std::abort();  // Without randomness every token could be forged.
  }
  return bytes;
}

std::string Sealer::Seal(absl::string_view context, absl::string_view payload) const {
  return absl::WebSafeBase64Escape(absl::StrCat(Tag(key_, context, payload), payload));
}

std::optional<std::string> Sealer::Open(absl::string_view context, absl::string_view token) const {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() < kTagBytes) return std::nullopt;
  const std::string payload = bytes.substr(kTagBytes);
  const absl::string_view tag = absl::string_view(bytes).substr(0, kTagBytes);
  if (!SameSecret(tag, Tag(key_, context, payload))) return std::nullopt;
  return payload;
}

std::string Sha256(absl::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return std::string(reinterpret_cast<const char*>(digest), sizeof(digest));
}

bool SameSecret(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace provost
