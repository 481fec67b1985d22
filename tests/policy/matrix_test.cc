#include "policy/matrix/matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "policy/matrix/sha256.h"
#include "policy/matrix/utf8.h"

namespace provost {
namespace {

using testing::HasSubstr;

KindSet Kinds(std::initializer_list<ScopeKind> kinds) {
  KindSet set;
  for (ScopeKind kind : kinds) set.Add(kind);
  return set;
}

CellInfo Cell(uint16_t role, uint16_t permission, ScopeKind at, Effect effect,
              Alternatives alternatives = {}, bool reach = false) {
  CellInfo cell;
  cell.role = RoleId(role);
  cell.permission = PermissionId(permission);
  cell.at = at;
  cell.reach = reach;
  cell.effect = effect;
  cell.alternatives = std::move(alternatives);
  cell.source = "S1";
  return cell;
}

// Two permissions, three roles, one cell of each effect.
MatrixData Data() {
  MatrixData data;
  data.name = "small";
  data.version = "1";
  data.title = "A small one";
  data.facts = {{"self", "One's own"}, {"creator", ""}};
  PermissionInfo update;
  update.name = "course.archive";
  update.asked_at = Kinds({ScopeKind::kCatalog, ScopeKind::kCourse});
  update.access = Access::kWrite;
  update.implies = {PermissionId(1)};
  update.implies_all = {PermissionId(1)};
  PermissionInfo read;
  read.name = "role.switch";
  read.asked_at = Kinds({ScopeKind::kCourse});
  read.is_explicit = true;
  data.permissions = {update, read};
  RoleInfo admin;
  admin.name = "admin";
  admin.assignable_at = Kinds({ScopeKind::kTenant});
  admin.may_assign = {RoleId(0), RoleId(1)};
  admin.may_override = admin.may_assign;
  RoleInfo editor;
  editor.name = "editor";
  editor.assignable_at = Kinds({ScopeKind::kCourse});
  editor.may_assign = {RoleId(2)};
  editor.may_switch.emplace();
  RoleInfo guest;
  guest.name = "guest";
  guest.is_custom = true;
  guest.may_assign_subset = true;
  data.roles = {admin, editor, guest};
  data.cells = {
      Cell(0, 0, ScopeKind::kCatalog, Effect::kAllow, {0}),
      Cell(0, 0, ScopeKind::kCourse, Effect::kProhibit),
      Cell(1, 0, ScopeKind::kCatalog, Effect::kAllow, {3}, true),
      Cell(1, 1, ScopeKind::kCourse, Effect::kAllow, {1, 2}),
      Cell(2, 1, ScopeKind::kCourse, Effect::kPrevent),
  };
  data.default_role = RoleId(2);
  data.top_role = RoleId(0);
  data.exclusive_sets = {{"apart", {RoleId(0), RoleId(1)}}};
  return data;
}

std::shared_ptr<const Matrix> Small() {
  auto matrix = Matrix::Create(Data());
  EXPECT_TRUE(matrix.ok()) << matrix.status();
  return *matrix;
}

TEST(Matrix, AnswersFromItsColumns) {
  const auto matrix = Small();
  const CellCode* column = matrix->Column(PermissionId(0), ScopeKind::kCourse);
  ASSERT_NE(column, nullptr);
  EXPECT_EQ(column[0], kCodeProhibit);
  EXPECT_EQ(column[1], kCodeNone);
  column = matrix->Column(PermissionId(0), ScopeKind::kCatalog);
  EXPECT_EQ(column[0], kCodeAllow);
  EXPECT_EQ(column[1], kCodeNone) << "a reach cell is no ordinary cell";
  EXPECT_EQ(matrix->Column(PermissionId(0), ScopeKind::kTenant), nullptr);
  const CellCode* reach = matrix->ReachColumn(PermissionId(0), ScopeKind::kCatalog);
  ASSERT_NE(reach, nullptr);
  EXPECT_TRUE(matrix->value(reach[1]).AllowedBy(3));
  EXPECT_FALSE(matrix->value(reach[1]).AllowedBy(1));
  EXPECT_EQ(matrix->ReachColumn(PermissionId(0), ScopeKind::kCourse), nullptr);
  column = matrix->Column(PermissionId(1), ScopeKind::kCourse);
  EXPECT_EQ(column[2], kCodePrevent);
  EXPECT_TRUE(matrix->value(column[1]).AllowedBy(1));
  EXPECT_TRUE(matrix->value(column[1]).AllowedBy(2));
  EXPECT_FALSE(matrix->value(column[1]).AllowedBy(0));
  EXPECT_FALSE(matrix->value(kCodePrevent).AllowedBy(3));
}

TEST(Matrix, FindsNamesAndSaysWhichIsNearest) {
  const auto matrix = Small();
  EXPECT_EQ(matrix->FindPermission("role.switch"), PermissionId(1));
  EXPECT_EQ(matrix->FindRole("guest"), RoleId(2));
  EXPECT_EQ(matrix->FindFact("creator"), 1);
  EXPECT_EQ(matrix->FindRole("Guest"), std::nullopt);
  EXPECT_EQ(matrix->ResolvePermission("role.swich").status().message(),
            "unknown permission `role.swich`; did you mean `role.switch`?");
  EXPECT_EQ(matrix->ResolveRole("gest").status().message(),
            "unknown role `gest`; did you mean `guest`?");
  EXPECT_EQ(matrix->ResolveFact("entirely_else").status().message(),
            "unknown fact `entirely_else`");
  EXPECT_EQ(matrix->ResolveFact("bad\xff").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(matrix->FactNames(3), testing::ElementsAre("self", "creator"));
}

TEST(Matrix, KnowsWhatFollowsFromIt) {
  const auto matrix = Small();
  EXPECT_TRUE(matrix->Implies(PermissionId(0), PermissionId(1), ScopeKind::kCourse));
  EXPECT_FALSE(matrix->Implies(PermissionId(0), PermissionId(1), ScopeKind::kCatalog));
  EXPECT_FALSE(matrix->Implies(PermissionId(1), PermissionId(0), ScopeKind::kCourse));
  EXPECT_THAT(matrix->AssignableFrom(RoleId(0)),
              testing::ElementsAre(RoleId(0), RoleId(1), RoleId(2)));
  EXPECT_THAT(matrix->AssignableFrom(RoleId(2)), testing::ElementsAre(RoleId(2)));
  EXPECT_TRUE(matrix->GivesDelegation(RoleId(2)));
  EXPECT_THAT(matrix->ExclusiveSetsOf(RoleId(1)), testing::ElementsAre(0));
  EXPECT_THAT(matrix->ExclusiveSetsOf(RoleId(2)), testing::IsEmpty());
  EXPECT_TRUE(matrix->Lifts(PermissionId(0), ScopeKind::kCourse, Freeze::kArchive));
  EXPECT_FALSE(matrix->Lifts(PermissionId(0), ScopeKind::kCourse, Freeze::kHold));
  EXPECT_FALSE(matrix->Lifts(PermissionId(0), ScopeKind::kCatalog, Freeze::kArchive));
  EXPECT_EQ(matrix->switch_permission(), PermissionId(1));
  EXPECT_EQ(matrix->FindCell(RoleId(1), PermissionId(0), ScopeKind::kCatalog, false), nullptr);
  ASSERT_NE(matrix->FindCell(RoleId(1), PermissionId(0), ScopeKind::kCatalog, true), nullptr);
}

TEST(Matrix, Rule19LiftsByKind) {
  MatrixData data;
  data.name = "freezes";
  for (const char* name : {"tenant.archive", "catalog.archive", "catalog.manage", "course.archive",
                           "session.archive", "scope.hold"}) {
    PermissionInfo info;
    info.name = name;
    info.asked_at = KindSet(0x0F);
    info.access = Access::kWrite;
    data.permissions.push_back(info);
  }
  const auto matrix = *Matrix::Create(data);
  const auto lifts = [&](const char* name, Freeze freeze) {
    std::vector<std::string> kinds;
    for (ScopeKind kind : kAllScopeKinds) {
      if (matrix->Lifts(*matrix->FindPermission(name), kind, freeze)) {
        kinds.push_back(std::string(ScopeKindName(kind)));
      }
    }
    return kinds;
  };
  EXPECT_THAT(lifts("tenant.archive", Freeze::kArchive), testing::ElementsAre("TENANT"));
  EXPECT_THAT(lifts("catalog.archive", Freeze::kArchive), testing::ElementsAre("CATALOG"));
  EXPECT_THAT(lifts("catalog.manage", Freeze::kArchive), testing::IsEmpty())
      << "the policy has a permission of its own for it";
  EXPECT_THAT(lifts("course.archive", Freeze::kArchive), testing::ElementsAre("COURSE"));
  EXPECT_THAT(lifts("session.archive", Freeze::kArchive), testing::ElementsAre("SESSION"));
  EXPECT_THAT(lifts("scope.hold", Freeze::kArchive), testing::IsEmpty());
  EXPECT_THAT(lifts("scope.hold", Freeze::kHold), testing::SizeIs(4));
  EXPECT_THAT(lifts("course.archive", Freeze::kHold), testing::IsEmpty());
  EXPECT_THAT(lifts("course.archive", Freeze::kNone), testing::IsEmpty());
}

TEST(Matrix, CreateRefusesDataThatContradictsItself) {
  const auto refusal = [](const std::function<void(MatrixData&)>& change) {
    MatrixData data = Data();
    change(data);
    const auto matrix = Matrix::Create(std::move(data));
    return matrix.ok() ? std::string("accepted") : std::string(matrix.status().message());
  };
  EXPECT_EQ(refusal([](MatrixData&) {}), "accepted");
  EXPECT_THAT(refusal([](MatrixData& d) { d.name.clear(); }), HasSubstr("no name"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.roles[1].name = "admin"; }), HasSubstr("twice"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.permissions[1].asked_at = KindSet(); }),
              HasSubstr("asked at"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.permissions[0].asked_at = KindSet(0x1F); }),
              HasSubstr("asked at"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.permissions[0].implies = {PermissionId(2)}; }),
              HasSubstr("implies"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.permissions[0].implies_all = {PermissionId(7)}; }),
              HasSubstr("implies"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.permissions[0].access = static_cast<Access>(0); }),
              HasSubstr("READ nor WRITE"));
  EXPECT_THAT(refusal([](MatrixData& d) {
                d.roles[0].may_assign = {RoleId(1), RoleId(0)};
              }),
              HasSubstr("not sorted"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.roles[0].may_switch = {RoleId(9)}; }),
              HasSubstr("range"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.top_role = RoleId(3); }), HasSubstr("range"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.exclusive_sets[0].roles = {RoleId(3)}; }),
              HasSubstr("apart"));
  EXPECT_THAT(refusal([](MatrixData& d) { std::swap(d.cells[0], d.cells[1]); }),
              HasSubstr("out of order"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.cells[1] = d.cells[0]; }), HasSubstr("out of order"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.cells[0].role = RoleId(3); }), HasSubstr("range"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.cells[0].at = ScopeKind::kTenant; }),
              HasSubstr("cannot be asked there"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.cells[0].effect = Effect::kNone; }),
              HasSubstr("no effect"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.cells[0].alternatives = {4}; }),
              HasSubstr("fact that does not exist"));
  EXPECT_THAT(refusal([](MatrixData& d) {
                d.cells[0].alternatives = {1, 3};
              }),
              HasSubstr("contains another"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.cells[0].alternatives.clear(); }),
              HasSubstr("0 alternatives"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.cells[1].alternatives = {0}; }),
              HasSubstr("only ALLOW names facts"));
  EXPECT_THAT(refusal([](MatrixData& d) { d.cells[4].reach = true; }),
              HasSubstr("only ALLOW reaches"));
  EXPECT_THAT(refusal([](MatrixData& d) {
                d.facts.resize(33, {"f", ""});
              }),
              HasSubstr("limit of 32"));
}

// 32 facts use the whole width of a FactSet.
TEST(Matrix, TheLastFactIsAFactLikeAnyOther) {
  MatrixData data = Data();
  for (int i = 2; i < 32; ++i) data.facts.push_back({"f" + std::to_string(i), ""});
  data.cells[0].alternatives = {FactSet{1} << 31};
  const auto matrix = Matrix::Create(data);
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  const CellCode code = (*matrix)->Column(PermissionId(0), ScopeKind::kCatalog)[0];
  EXPECT_TRUE((*matrix)->value(code).AllowedBy(FactSet{1} << 31));
  EXPECT_FALSE((*matrix)->value(code).AllowedBy(~(FactSet{1} << 31)));
}

TEST(Matrix, OrderOfAlternativesSaysNothing) {
  MatrixData data = Data();
  std::swap(data.cells[3].alternatives[0], data.cells[3].alternatives[1]);
  EXPECT_EQ((*Matrix::Create(data))->digest(), Small()->digest());
}

TEST(MatrixFormat, LoadsWhatWasSaved) {
  const auto matrix = Small();
  const std::string bytes = matrix->Serialize();
  const auto loaded = Matrix::Load(bytes);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ((*loaded)->Serialize(), bytes);
  EXPECT_EQ((*loaded)->digest(), matrix->digest());
  EXPECT_EQ(matrix->digest(), absl::BytesToHexString(Sha256(bytes)));
  const MatrixData& data = (*loaded)->data();
  EXPECT_EQ(data.title, "A small one");
  EXPECT_EQ(data.facts[0].title, "One's own");
  EXPECT_TRUE(data.permissions[1].is_explicit);
  EXPECT_EQ(data.permissions[0].implies_all, Data().permissions[0].implies_all);
  EXPECT_TRUE(data.roles[1].may_switch.has_value());
  EXPECT_TRUE(data.roles[1].may_switch->empty());
  EXPECT_FALSE(data.roles[0].may_switch.has_value());
  EXPECT_TRUE(data.roles[2].is_custom);
  EXPECT_TRUE(data.roles[2].may_assign_subset);
  EXPECT_EQ(data.default_role, RoleId(2));
  EXPECT_EQ(data.anonymous_role, std::nullopt);
  EXPECT_EQ(data.cells[3].alternatives, (Alternatives{1, 2}));
  EXPECT_EQ(data.cells[2].reach, true);
  EXPECT_EQ(data.cells[0].source, "S1");
  EXPECT_EQ(data.exclusive_sets[0].name, "apart");
}

TEST(MatrixFormat, LoadsOneWithoutAnything) {
  MatrixData data;
  data.name = "empty";
  const auto matrix = Matrix::Create(data);
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  EXPECT_TRUE(Matrix::Load((*matrix)->Serialize()).ok());
}

TEST(MatrixFormat, EveryDamagedByteIsRefused) {
  const std::string bytes = Small()->Serialize();
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      std::string damaged = bytes;
      if (damaged[i] == static_cast<char>(value)) continue;
      damaged[i] = static_cast<char>(value);
      ASSERT_EQ(Matrix::Load(damaged).status().code(), absl::StatusCode::kDataLoss)
          << "byte " << i << " = " << value;
    }
  }
}

TEST(MatrixFormat, EveryCutAndEveryAdditionIsRefused) {
  const std::string bytes = Small()->Serialize();
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(Matrix::Load(bytes.substr(0, size)).status().code(), absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_EQ(Matrix::Load(bytes + '\0').status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Matrix::Load(bytes + bytes).status().code(), absl::StatusCode::kDataLoss);
}

// `body` as a file of `version`, its checksum right.
std::string Framed(uint32_t version, absl::string_view body) {
  std::string out = "PROVOSTM";
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(version >> (8 * i)));
  for (int i = 0; i < 8; ++i) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(body.size()) >> (8 * i)));
  }
  out.append(body.data(), body.size());
  return out + Sha256(out);
}

TEST(MatrixFormat, ANewerVersionIsToldFromDamage) {
  const auto newer = Matrix::Load(Framed(3, "anything at all"));
  EXPECT_EQ(newer.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(newer.status().message(),
            "compiled policy has format version 3; this program reads versions up to 2");
  EXPECT_EQ(Matrix::Load(Framed(0, "anything")).status().code(), absl::StatusCode::kDataLoss);
}

// Bodies that a checksum covers and that are wrong all the same never crash the reader.
TEST(MatrixFormat, WrongBodiesWithARightChecksumAreRefusedOrRead) {
  const std::string bytes = Small()->Serialize();
  const std::string body = bytes.substr(20, bytes.size() - 20 - kSha256Bytes);
  ASSERT_EQ(Framed(1, body), bytes);
  size_t refused = 0;
  for (size_t i = 0; i < body.size(); ++i) {
    for (int value : {0, 1, 2, 7, 0x7F, 0x80, 0xFF}) {
      std::string other = body;
      other[i] = static_cast<char>(value);
      const auto loaded = Matrix::Load(Framed(1, other));
      if (loaded.ok()) continue;
      ++refused;
      ASSERT_EQ(loaded.status().code(), absl::StatusCode::kDataLoss) << i << " " << value;
    }
    ASSERT_FALSE(Matrix::Load(Framed(1, body.substr(0, i))).ok());
  }
  EXPECT_GT(refused, body.size());
}

// The body up to the section of facts, in which `count` empty ones are.
std::string ManyFacts(size_t count) {
  std::string body("\1\1x\0\0\0\0\0\0\0\2", 11);
  for (size_t rest = count; rest > 0; rest >>= 7) {
    body.push_back(static_cast<char>((rest & 0x7F) | (rest >= 0x80 ? 0x80 : 0)));
  }
  return body + std::string(2 * count, '\0');
}

// Each item takes more in memory than in the file, so a count is refused before there is room made.
TEST(MatrixFormat, CountsOverTheCapsAreRefusedWhereTheyStand) {
  EXPECT_EQ(Matrix::Load(Framed(1, ManyFacts(33))).status().message(),
            "compiled policy cannot be read at offset 32");
  EXPECT_EQ(Matrix::Load(Framed(1, ManyFacts(1000000))).status().message(),
            "compiled policy cannot be read at offset 34");
  EXPECT_EQ(Matrix::Load(Framed(1, ManyFacts(32))).status().message(),
            "compiled policy cannot be read at offset 96")
      << "at the cap, it is the end that is missing";
}

TEST(MatrixFormat, Version2KnowsAMayOverrideThatStays) {
  MatrixData data = Data();
  data.roles[0].may_override_stays = true;
  const auto matrix = Matrix::Create(data);
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  EXPECT_NE((*matrix)->digest(), Small()->digest());
  std::string bytes = (*matrix)->Serialize();
  EXPECT_EQ(bytes[8], 2);
  const auto loaded = Matrix::Load(bytes);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE((*loaded)->data().roles[0].may_override_stays);
  EXPECT_FALSE((*loaded)->data().roles[1].may_override_stays);
  EXPECT_EQ((*loaded)->digest(), (*matrix)->digest());
  const std::string body = bytes.substr(20, bytes.size() - 20 - kSha256Bytes);
  EXPECT_EQ(Matrix::Load(Framed(1, body)).status().code(), absl::StatusCode::kDataLoss);
}

// The bytes of format 1, written when it was made: they must stay readable.
TEST(MatrixFormat, Version1IsReadableForever) {
  std::string bytes;
  ASSERT_TRUE(absl::Base64Unescape(
      "UFJPVk9TVE0BAAAAtgAAAAAAAAABBXNtYWxsATELQSBzbWFsbCBvbmUAAAMAAQICBHNlbGYJT25lJ3Mg"
      "b3duB2NyZWF0b3IAAwIOY291cnNlLmFyY2hpdmUABgIAAQEBAQtyb2xlLnN3aXRjaAAEAQEAAAQDBWFk"
      "bWluAAEAAgABAgABBmVkaXRvcgAEAgECAAAFZ3Vlc3QAAAUAAAUBBWFwYXJ0AgABBgECUzEHBQAASQAB"
      "AAAAWgABAE0AAQMAAUoAAgECAQFSAMbmw2bBqK+bFinjgWix5PKc03SCfBaLbFHTffjIpMhQ",
      &bytes));
  const auto loaded = Matrix::Load(bytes);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ((*loaded)->digest(), Small()->digest());
}

TEST(Sha256, IsThatOfTheStandard) {
  const auto hex = [](absl::string_view text) { return absl::BytesToHexString(Sha256(text)); };
  EXPECT_EQ(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  // Every length around the block's end, against each other: no two may agree.
  std::vector<std::string> seen;
  for (size_t size = 50; size < 140; ++size) seen.push_back(hex(std::string(size, 'x')));
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
}

TEST(NearestName, IsWithinAThirdOfTheWord) {
  const std::vector<absl::string_view> names = {"course.read", "course.update", "user.read",
                                                "self"};
  EXPECT_EQ(NearestName("course.raed", names), "course.read") << "a swap is one slip";
  EXPECT_EQ(NearestName("corse.update", names), "course.update");
  EXPECT_EQ(NearestName("COURSE.READ", names), "course.read");
  EXPECT_EQ(NearestName("sef", names), "self");
  EXPECT_EQ(NearestName("se", names), "");
  EXPECT_EQ(NearestName("unrelated", names), "");
  EXPECT_EQ(NearestName("", names), "");
  EXPECT_EQ(NearestName(std::string(100000, 'a'), names), "");
  EXPECT_EQ(NearestName("read", {}), "");
  EXPECT_EQ(NearestName("abd", {"abc", "abb"}), "abb") << "of equally near ones the first by name";
}

// Edits as they are counted without any limit, to hold the quick way against.
size_t PlainDistance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> rows(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        rows[i][j] = i + j;
        continue;
      }
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1,
                             rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[a.size()][b.size()];
}

TEST(NearestName, FindsWhatCountingEveryEditFinds) {
  std::mt19937 random(17);
  const auto word = [&] {
    std::string text;
    for (size_t size = 1 + random() % 14; size > 0; --size) text += "abc"[random() % 3];
    return text;
  };
  int found = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string wrong = word();
    std::vector<std::string> names;
    for (int n = 0; n < 6; ++n) names.push_back(word());
    std::string nearest;
    size_t least = wrong.size() / 3 + 1;
    for (const std::string& name : names) {
      const size_t distance = PlainDistance(wrong, name);
      if (distance < least || (distance == least && !nearest.empty() && name < nearest)) {
        least = distance;
        nearest = name;
      }
    }
    EXPECT_EQ(NearestName(wrong, {names.begin(), names.end()}), nearest) << wrong;
    if (!nearest.empty()) ++found;
  }
  EXPECT_GT(found, 300);
}

// Names that differ at their ends alone are the dearest to compare.
TEST(NearestName, TakesLittleWhateverTheNamesAre) {
  const std::string same(200, 'q');
  std::vector<std::string> names;
  for (int i = 0; i < 200000; ++i) names.push_back(same + std::to_string(i % 10000 + 10000));
  const std::vector<absl::string_view> candidates(names.begin(), names.end());
  const absl::Time start = absl::Now();
  NearestName("x" + same + "xxxxx", candidates);
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  EXPECT_EQ(NearestName(same + "1000x", candidates), same + "10000");
  EXPECT_EQ(NearestName(same, {same + "12345678"}), same + "12345678") << "eight edits";
  EXPECT_EQ(NearestName(same, {same + "123456789"}), "") << "nine are too many";
}

TEST(Utf8, FindsTheFirstBadByte) {
  EXPECT_EQ(FirstBadUtf8("plain"), absl::string_view::npos);
  EXPECT_EQ(FirstBadUtf8("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), absl::string_view::npos);
  for (const char* bad :
       {"ab\xff", "ab\xc0\xaf", "ab\xc3", "ab\xe0\x80\x80", "ab\xed\xa0\x80", "ab\xf5\x80\x80\x80",
        "ab\xf4\x90\x80\x80", "ab\x80", "ab\xf0\x80\x80\x80"}) {
    EXPECT_EQ(FirstBadUtf8(bad), 2u) << bad;
  }
}

TEST(Utf8, PrintableShowsEveryByteThatATerminalWouldObey) {
  EXPECT_EQ(Printable("Z\xc3\xbcrich `\"\\\xe2\x82\xac"), "Z\xc3\xbcrich `\"\\\xe2\x82\xac");
  EXPECT_EQ(Printable(absl::string_view("a\0\n\x1b[1m\x7f", 8)), "a\\x00\\x0a\\x1b[1m\\x7f");
  EXPECT_EQ(Printable("\xff\xc3(\xc2\x9b"), "\\xff\\xc3(\\xc2\\x9b");
}

}  // namespace
}  // namespace provost
