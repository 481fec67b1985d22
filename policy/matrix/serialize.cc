// The flat form of a Matrix. All integers of the frame are little-endian.
//
//   offset  bytes  what
//        0      8  magic "PROVOSTM"
//        8      4  format version: 1, or 2 where a role's may_override stays
//       12      8  length n of the body
//       20      n  the body: the sections below
//   20 + n     32  SHA-256 of everything before
//
// The frame is the same in every version, so that damage is told from a newer version. The body is
// a sequence of sections, each a tag byte and what follows from it; integers are base-128 varints,
// strings a length and bytes, lists a count and items, optional ids are id + 1 with 0 for none:
//
//   1 header      name, version, title, base name, base digest, default, anonymous, top role
//   2 facts       list of (name, title)
//   3 permissions list of (name, title, asked_at bits, access, explicit, implies, implies_all)
//   4 roles       list of (name, title, assignable_at bits, flags, may_assign, may_override,
//                 may_switch); flags: 1 may_assign_subset, 2 may_switch is set, 4 custom,
//                 8 may_override stays (version 2)
//   5 exclusive   list of (name, roles)
//   6 sources     list of the strings that cells name as source
//   7 cells       list of (role - role before, permission, bits, index of the source, for ALLOW the
//                 alternatives); bits: kind 0-3, reach << 2, effect << 3, rank << 5
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "policy/matrix/matrix.h"
#include "policy/matrix/sha256.h"

namespace provost {
namespace {

constexpr absl::string_view kMagic = kCompiledPolicyMagic;
constexpr uint32_t kFormatVersion = 2;
constexpr size_t kHeadBytes = 20;

enum Section : uint8_t {
  kHeader = 1,
  kFacts = 2,
  kPermissions = 3,
  kRoles = 4,
  kExclusive = 5,
  kSources = 6,
  kCells = 7,
};

void PutFixed(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t GetFixed(absl::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

void PutInt(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void PutString(std::string& out, absl::string_view text) {
  PutInt(out, text.size());
  out.append(text.data(), text.size());
}

template <typename Id>
void PutIds(std::string& out, const std::vector<Id>& ids) {
  PutInt(out, ids.size());
  for (Id id : ids) PutInt(out, id.value);
}

void PutOptional(std::string& out, const std::optional<RoleId>& id) {
  PutInt(out, id.has_value() ? id->value + 1u : 0u);
}

// Reads a body; after the first thing wrong every read gives zero and ok() is false.
class BodyReader {
 public:
  explicit BodyReader(absl::string_view body) : body_(body) {}

  bool ok() const { return ok_; }
  bool at_end() const { return at_ == body_.size(); }
  size_t offset() const { return kHeadBytes + at_; }

  uint64_t Int(uint64_t limit = std::numeric_limits<uint64_t>::max()) {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (!ok_ || at_ >= body_.size()) return Fail();
      const auto byte = static_cast<unsigned char>(body_[at_++]);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value <= limit ? value : Fail();
    }
    return Fail();
  }

  // A count of items, at most `limit`, that take at least `bytes` each: a wrong one cannot ask for
  // memory.
  size_t Count(size_t limit, size_t bytes = 1) {
    return static_cast<size_t>(Int(std::min(limit, (body_.size() - at_) / bytes)));
  }

  std::string String() {
    const size_t size = Count(body_.size());
    if (!ok_ || size > body_.size() - at_) return std::string(Fail(), '\0');
    std::string text(body_.substr(at_, size));
    at_ += size;
    return text;
  }

  template <typename Id>
  std::vector<Id> Ids(size_t limit) {
    std::vector<Id> ids(Count(limit));
    for (Id& id : ids) id = Id(static_cast<uint16_t>(Int(UINT16_MAX)));
    return ids;
  }

  std::optional<RoleId> Optional() {
    const uint64_t id = Int(UINT16_MAX);
    if (id == 0) return std::nullopt;
    return RoleId(static_cast<uint16_t>(id - 1));
  }

  KindSet Kinds() { return KindSet(static_cast<uint8_t>(Int(UINT8_MAX))); }

  void Tag(Section tag) {
    if (Int() != tag) Fail();
  }

 private:
  uint64_t Fail() {
    ok_ = false;
    return 0;
  }

  absl::string_view body_;
  size_t at_ = 0;
  bool ok_ = true;
};

std::string WriteBody(const MatrixData& data) {
  std::string out;
  PutInt(out, kHeader);
  PutString(out, data.name);
  PutString(out, data.version);
  PutString(out, data.title);
  PutString(out, data.base_name);
  PutString(out, data.base_digest);
  PutOptional(out, data.default_role);
  PutOptional(out, data.anonymous_role);
  PutOptional(out, data.top_role);

  PutInt(out, kFacts);
  PutInt(out, data.facts.size());
  for (const FactInfo& fact : data.facts) {
    PutString(out, fact.name);
    PutString(out, fact.title);
  }

  PutInt(out, kPermissions);
  PutInt(out, data.permissions.size());
  for (const PermissionInfo& permission : data.permissions) {
    PutString(out, permission.name);
    PutString(out, permission.title);
    PutInt(out, permission.asked_at.bits());
    PutInt(out, static_cast<uint8_t>(permission.access));
    PutInt(out, permission.is_explicit ? 1 : 0);
    PutIds(out, permission.implies);
    PutIds(out, permission.implies_all);
  }

  PutInt(out, kRoles);
  PutInt(out, data.roles.size());
  for (const RoleInfo& role : data.roles) {
    PutString(out, role.name);
    PutString(out, role.title);
    PutInt(out, role.assignable_at.bits());
    PutInt(out, (role.may_assign_subset ? 1u : 0u) | (role.may_switch.has_value() ? 2u : 0u) |
                    (role.is_custom ? 4u : 0u) | (role.may_override_stays ? 8u : 0u));
    PutIds(out, role.may_assign);
    PutIds(out, role.may_override);
    if (role.may_switch.has_value()) PutIds(out, *role.may_switch);
  }

  PutInt(out, kExclusive);
  PutInt(out, data.exclusive_sets.size());
  for (const ExclusiveSetInfo& set : data.exclusive_sets) {
    PutString(out, set.name);
    PutIds(out, set.roles);
  }

  absl::flat_hash_map<absl::string_view, size_t> source_index;
  std::vector<absl::string_view> sources;
  for (const CellInfo& cell : data.cells) {
    if (source_index.try_emplace(cell.source, sources.size()).second) {
      sources.push_back(cell.source);
    }
  }
  PutInt(out, kSources);
  PutInt(out, sources.size());
  for (absl::string_view source : sources) PutString(out, source);

  PutInt(out, kCells);
  PutInt(out, data.cells.size());
  uint16_t role = 0;
  for (const CellInfo& cell : data.cells) {
    PutInt(out, cell.role.value - role);
    role = cell.role.value;
    PutInt(out, cell.permission.value);
    PutInt(out, static_cast<unsigned>(IndexOf(cell.at)) | (cell.reach ? 4u : 0u) |
                    static_cast<unsigned>(cell.effect) << 3 |
                    static_cast<unsigned>(cell.rank) << 5);
    PutInt(out, source_index[cell.source]);
    if (cell.effect == Effect::kAllow) {
      PutInt(out, cell.alternatives.size());
      for (FactSet facts : cell.alternatives) PutInt(out, facts);
    }
  }
  return out;
}

void ReadCells(BodyReader& in, const std::vector<std::string>& sources,
               std::vector<CellInfo>& cells) {
  cells.resize(in.Count(kMaxCells, 4));
  uint64_t role = 0;
  for (CellInfo& cell : cells) {
    role += in.Int(UINT16_MAX);
    cell.role = RoleId(static_cast<uint16_t>(role));
    cell.permission = PermissionId(static_cast<uint16_t>(in.Int(UINT16_MAX)));
    const uint64_t bits = in.Int(0x7f);
    cell.at = kAllScopeKinds[bits & 3];
    cell.reach = (bits & 4) != 0;
    cell.effect = static_cast<Effect>((bits >> 3) & 3);
    cell.rank = static_cast<Rank>(bits >> 5);
    const size_t source = sources.empty() ? 0 : static_cast<size_t>(in.Int(sources.size() - 1));
    if (!in.ok() || sources.empty()) return;
    cell.source = sources[source];
    if (cell.effect == Effect::kAllow) {
      const uint64_t count = in.Int(kMaxAlternatives);
      for (uint64_t i = 0; i < count; ++i) {
        cell.alternatives.push_back(static_cast<FactSet>(in.Int(UINT32_MAX)));
      }
    }
  }
}

MatrixData ReadBody(BodyReader& in, uint64_t version) {
  MatrixData data;
  in.Tag(kHeader);
  data.name = in.String();
  data.version = in.String();
  data.title = in.String();
  data.base_name = in.String();
  data.base_digest = in.String();
  data.default_role = in.Optional();
  data.anonymous_role = in.Optional();
  data.top_role = in.Optional();

  in.Tag(kFacts);
  data.facts.resize(in.Count(kMaxFacts, 2));
  for (FactInfo& fact : data.facts) {
    fact.name = in.String();
    fact.title = in.String();
  }

  in.Tag(kPermissions);
  data.permissions.resize(in.Count(kMaxPermissions, 7));
  for (PermissionInfo& permission : data.permissions) {
    permission.name = in.String();
    permission.title = in.String();
    permission.asked_at = in.Kinds();
    permission.access = static_cast<Access>(in.Int(UINT8_MAX));
    permission.is_explicit = in.Int(1) == 1;
    permission.implies = in.Ids<PermissionId>(kMaxPermissions);
    permission.implies_all = in.Ids<PermissionId>(kMaxPermissions);
  }

  in.Tag(kRoles);
  data.roles.resize(in.Count(kMaxRoles, 6));
  for (RoleInfo& role : data.roles) {
    role.name = in.String();
    role.title = in.String();
    role.assignable_at = in.Kinds();
    const uint64_t flags = in.Int(version == 1 ? 7 : 15);
    role.may_assign_subset = (flags & 1) != 0;
    role.is_custom = (flags & 4) != 0;
    role.may_override_stays = (flags & 8) != 0;
    role.may_assign = in.Ids<RoleId>(kMaxRoles);
    role.may_override = in.Ids<RoleId>(kMaxRoles);
    if ((flags & 2) != 0) role.may_switch = in.Ids<RoleId>(kMaxRoles);
  }

  in.Tag(kExclusive);
  data.exclusive_sets.resize(in.Count(kMaxExclusiveSets, 2));
  for (ExclusiveSetInfo& set : data.exclusive_sets) {
    set.name = in.String();
    set.roles = in.Ids<RoleId>(kMaxRoles);
  }

  in.Tag(kSources);
  std::vector<std::string> sources(in.Count(kMaxCells));
  for (std::string& source : sources) source = in.String();

  in.Tag(kCells);
  ReadCells(in, sources, data.cells);
  return data;
}

}  // namespace

std::string Matrix::Serialize() const {
  const std::string body = WriteBody(data_);
  std::string out;
  out.reserve(kHeadBytes + body.size() + kSha256Bytes);
  out.append(kMagic.data(), kMagic.size());
  // Version 1 where it has words for everything: its bytes, and with them digests, stay.
  const bool any_stays = std::any_of(data_.roles.begin(), data_.roles.end(),
                                     [](const RoleInfo& role) { return role.may_override_stays; });
  PutFixed(out, any_stays ? 2 : 1, 4);
  PutFixed(out, body.size(), 8);
  out.append(body);
  out.append(Sha256(out));
  return out;
}

absl::StatusOr<std::shared_ptr<const Matrix>> Matrix::Load(absl::string_view bytes) {
  if (bytes.size() < kHeadBytes + kSha256Bytes) {
    return absl::DataLossError(absl::StrCat("compiled policy ends at offset ", bytes.size(),
                                            "; at least ", kHeadBytes + kSha256Bytes,
                                            " bytes are wanted"));
  }
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    return absl::DataLossError(
        absl::StrCat("not a compiled policy: no `", kMagic, "` at offset 0"));
  }
  const uint64_t body_bytes = GetFixed(bytes.substr(12, 8));
  if (body_bytes != bytes.size() - kHeadBytes - kSha256Bytes) {
    return absl::DataLossError(
        absl::StrCat("compiled policy is damaged at offset 12: it names a body of ", body_bytes,
                     " bytes, and ", bytes.size() - kHeadBytes - kSha256Bytes, " are there"));
  }
  const size_t checksum_at = bytes.size() - kSha256Bytes;
  if (Sha256(bytes.substr(0, checksum_at)) != bytes.substr(checksum_at)) {
    return absl::DataLossError(absl::StrCat("compiled policy is damaged: the checksum at offset ",
                                            checksum_at, " does not match"));
  }
  const uint64_t version = GetFixed(bytes.substr(8, 4));
  if (version > kFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("compiled policy has format version ", version,
                     "; this program reads versions up to ", kFormatVersion));
  }
  if (version == 0) {
    return absl::DataLossError("compiled policy has format version 0 at offset 8; 1 is the first");
  }

  BodyReader in(bytes.substr(kHeadBytes, body_bytes));
  MatrixData data = ReadBody(in, version);
  if (!in.ok() || !in.at_end()) {
    return absl::DataLossError(
        absl::StrCat("compiled policy cannot be read at offset ", in.offset()));
  }
  absl::StatusOr<std::shared_ptr<const Matrix>> matrix = Create(std::move(data));
  if (!matrix.ok()) {
    return absl::DataLossError(
        absl::StrCat("compiled policy contradicts itself: ", matrix.status().message()));
  }
  return matrix;
}

}  // namespace provost
