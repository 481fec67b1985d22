// What catalogs, courses, training plans and sessions promise alike.
#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

#include "gmock/gmock.h"
#include "tests/service/scope_kits.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::Pair;

constexpr char kAnn[] = "users/ann";
constexpr char kRequestId[] = "7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f";

// `T` has the methods of ScopesTest for one of the four.
template <typename T>
class ScopeServiceTest : public ScopesTest {
 protected:
  using Kit = T;
  using Resource = typename Kit::Resource;
  using ListResponse = typename Kit::ListResponse;

  static std::string Field(absl::string_view field) {
    return absl::StrCat(Kit::kField, ".", field);
  }
  // What all callers are told of it, as bytes.
  std::string Stored(absl::string_view id) {
    auto got = this->template Get<Kit>(kAnn, id);
    // Not of the catalog but of who asks, and so of Get and List alone.
    if constexpr (std::is_same_v<Kit, CatalogKit>) got.value.clear_offered();
    return got.value.SerializeAsString();
  }
  // A user with a role at a scope.
  std::string With(absl::string_view id, absl::string_view role, absl::string_view scope) {
    MakeUser(id);
    return Assign(absl::StrCat("users/", id), role, scope);
  }
};

using Kits = ::testing::Types<CatalogKit, CourseKit, PlanKit, SessionKit>;

class KitNames {
 public:
  template <typename Kit>
  static std::string GetName(int) {
    return Kit::kCollection;
  }
};

TYPED_TEST_SUITE(ScopeServiceTest, Kits, KitNames);

TYPED_TEST(ScopeServiceTest, StandardMethods) {
  using Kit = TypeParam;
  auto create = this->template New<Kit>("one");
  Kit::In(&create)->set_name("tenants/other/catalogs/two");  // Ignored, as AIP-133 has it.
  Kit::In(&create)->set_archived(true);                      // Output only, like this one.
  const auto made = this->template Call<typename Kit::Resource>(kAnn, create);
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(made.value.name(), this->template NameOf<Kit>("one"));
  EXPECT_EQ(made.value.display_name(), "one");
  EXPECT_EQ(made.value.parent_scope(), this->Full(Kit::kHere));
  EXPECT_FALSE(made.value.archived());
  EXPECT_GT(made.value.create_time().seconds(), 0);
  EXPECT_EQ(made.value.update_time().nanos(), made.value.create_time().nanos());
  EXPECT_NE(made.value.etag(), "");
  EXPECT_EQ(this->Stored("one"), made.value.SerializeAsString());

  const auto renamed = this->template Rename<Kit>(kAnn, "one", "The first");
  ASSERT_TRUE(renamed.ok()) << renamed.message();
  EXPECT_EQ(renamed.value.display_name(), "The first");
  EXPECT_NE(renamed.value.etag(), made.value.etag());
  EXPECT_NE(renamed.value.update_time().SerializeAsString(),
            made.value.update_time().SerializeAsString());
  this->Restart();
  EXPECT_EQ(this->Stored("one"), renamed.value.SerializeAsString());

  ASSERT_TRUE(this->template Delete<Kit>(kAnn, "one").ok());
  EXPECT_EQ(this->template Get<Kit>(kAnn, "one").code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(this->template Delete<Kit>(kAnn, "one").code(), grpc::StatusCode::NOT_FOUND);
  auto missing = this->template Named<Kit, typename Kit::Delete>("one");
  missing.set_allow_missing(true);
  EXPECT_TRUE(this->template Call<Empty>(kAnn, missing).ok());
  // A name can be given again: to another one.
  const auto again = this->template Make<Kit>(kAnn, "one");
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_NE(again.value.etag(), made.value.etag());
}

TYPED_TEST(ScopeServiceTest, IdsAreGivenOrMadeByTheServer) {
  using Kit = TypeParam;
  const auto first = this->template Make<Kit>(kAnn, "x");
  ASSERT_TRUE(first.ok()) << first.message();
  auto create = this->template New<Kit>("");
  Kit::In(&create)->set_display_name("Nameless");
  std::vector<std::string> names;
  for (int i = 0; i < 2; ++i) {
    const auto made = this->template Call<typename Kit::Resource>(kAnn, create);
    ASSERT_TRUE(made.ok()) << made.message();
    EXPECT_THAT(made.value.name(), MatchesRegex(absl::StrCat("tenants/acme/", Kit::kCollection,
                                                             "/[a-z0-9][a-z0-9._-]*")));
    EXPECT_TRUE(
        this->template Get<Kit>(kAnn, made.value.name().substr(made.value.name().rfind('/') + 1))
            .ok());
    names.push_back(made.value.name());
  }
  EXPECT_NE(names[0], names[1]);

  EXPECT_TRUE(this->template Make<Kit>(kAnn, std::string(63, 'a')).ok());
  for (const std::string& bad : {std::string(64, 'a'), std::string("Upper"), std::string("-a"),
                                 std::string("a b"), std::string("\xc3\xa4")}) {
    EXPECT_THAT(this->template Make<Kit>(kAnn, bad).bad_fields(),
                Contains(Key(absl::StrCat(Kit::kField, "_id"))))
        << bad;
  }
  const auto taken = this->template Make<Kit>(kAnn, "x", Kit::kThere);
  EXPECT_EQ(taken.code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(taken.message(), HasSubstr("/x`"));
}

TYPED_TEST(ScopeServiceTest, AnIdThatIsTakenByAHiddenOneIsRefusedWithoutSayingSo) {
  using Kit = TypeParam;
  ASSERT_TRUE(this->template Make<Kit>(kAnn, "hidden", Kit::kHere).ok());
  this->With("mia", "maker", Kit::kThere);
  ASSERT_TRUE(this->template Make<Kit>("users/mia", "own", Kit::kThere).ok());
  EXPECT_EQ(this->template Make<Kit>("users/mia", "own", Kit::kThere).code(),
            grpc::StatusCode::ALREADY_EXISTS);
  const auto refused = this->template Make<Kit>("users/mia", "hidden", Kit::kThere);
  EXPECT_EQ(refused.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(refused.message(), Not(HasSubstr("exists")));
}

TYPED_TEST(ScopeServiceTest, BadInputNamesEachField) {
  using Kit = TypeParam;
  auto create = this->template New<Kit>("-", Kit::kWrongKind);
  Kit::In(&create)->clear_display_name();
  EXPECT_THAT(this->template Call<typename Kit::Resource>(kAnn, create).bad_fields(),
              ElementsAre(Key(this->Field("display_name")), Key(this->Field("parent_scope")),
                          Key(absl::StrCat(Kit::kField, "_id"))));
  for (const std::string& bad : {std::string(201, 'a'), std::string("a\nb"), std::string("\x7f")}) {
    create = this->template New<Kit>("one");
    Kit::In(&create)->set_display_name(bad);
    EXPECT_THAT(this->template Call<typename Kit::Resource>(kAnn, create).bad_fields(),
                ElementsAre(Key(this->Field("display_name"))));
    EXPECT_THAT(this->template Rename<Kit>(kAnn, "one", bad).bad_fields(),
                ElementsAre(Key(this->Field("display_name"))));
  }
  std::string longest;  // Characters count, not bytes.
  for (int i = 0; i < 200; ++i) longest += "\xc3\xa4";
  create = this->template New<Kit>("one");
  Kit::In(&create)->set_display_name(longest);
  EXPECT_TRUE(this->template Call<typename Kit::Resource>(kAnn, create).ok());

  for (const char* place :
       {"tenants/other/catalogs/here", "catalogs/here", "tenants/acme/users/ann",
        "tenants/acme/catalogs", "tenants/acme/catalogs/here/"}) {
    create = this->template New<Kit>("two");
    Kit::In(&create)->set_parent_scope(place);
    EXPECT_THAT(this->template Call<typename Kit::Resource>(kAnn, create).bad_fields(),
                ElementsAre(Key(this->Field("parent_scope"))))
        << place;
    auto move = this->template Named<Kit, typename Kit::Move>("one");
    move.set_parent_scope(place);
    EXPECT_THAT(this->template Call<typename Kit::Resource>(kAnn, move).bad_fields(),
                ElementsAre(Key("parent_scope")))
        << place;
    auto list = this->template ListOf<Kit>();
    list.set_parent_scope(place);
    EXPECT_THAT(this->template Call<typename Kit::ListResponse>(kAnn, list).bad_fields(),
                ElementsAre(Key("parent_scope")))
        << place;
  }
  create = this->template New<Kit>("two");
  create.clear_parent();
  EXPECT_THAT(this->template Call<typename Kit::Resource>(kAnn, create).bad_fields(),
              ElementsAre(Key("parent")));
  EXPECT_THAT(this->template Move<Kit>(kAnn, "one", Kit::kWrongKind).bad_fields(),
              ElementsAre(Key("parent_scope")));
  auto nowhere = this->template Named<Kit, typename Kit::Move>("one");
  EXPECT_THAT(this->template Call<typename Kit::Resource>(kAnn, nowhere).bad_fields(),
              ElementsAre(Key("parent_scope")));
  EXPECT_THAT(
      this->template Call<typename Kit::ListResponse>(kAnn, this->template ListOf<Kit>("", -1))
          .bad_fields(),
      ElementsAre(Key("page_size")));
}

TYPED_TEST(ScopeServiceTest, AMalformedRequestIsRefusedBeforeAnythingIsAsked) {
  using Kit = TypeParam;
  this->MakeUser("bob");  // May nothing at all.
  ASSERT_TRUE(this->template Make<Kit>(kAnn, "one").ok());
  for (const std::string& name : {this->Full(Kit::kWrongKind), this->Full("users/ann"),
                                  this->Full(""), std::string("one"), std::string()}) {
    SCOPED_TRACE(name);
    typename Kit::Get get;
    get.set_name(name);
    EXPECT_THAT(this->template Call<typename Kit::Resource>("users/bob", get).bad_fields(),
                ElementsAre(Key("name")));
    typename Kit::Archive archive;
    archive.set_name(name);
    EXPECT_THAT(this->template Call<typename Kit::Resource>("users/bob", archive).bad_fields(),
                ElementsAre(Key("name")));
    typename Kit::Update update;
    Kit::In(&update)->set_name(name);
    EXPECT_THAT(this->template Call<typename Kit::Resource>("users/bob", update).bad_fields(),
                ElementsAre(Key(this->Field("name"))));
  }
  EXPECT_THAT(this->template Make<Kit>("users/bob", "-").bad_fields(),
              ElementsAre(Key(absl::StrCat(Kit::kField, "_id"))));
}

TYPED_TEST(ScopeServiceTest, Rule25_MissingAndHiddenAnswerAlike) {
  using Kit = TypeParam;
  this->MakeUser("bob");
  ASSERT_TRUE(this->template Make<Kit>(kAnn, "secret").ok());
  std::vector<std::vector<std::string>> said(2);
  for (int i = 0; i < 2; ++i) {
    const std::string id = i == 0 ? "secret" : "nobody";
    auto missing = this->template Named<Kit, typename Kit::Delete>(id);
    missing.set_allow_missing(true);
    const std::vector<grpc::Status> answers = {
        this->template Get<Kit>("users/bob", id).status,
        this->template Rename<Kit>("users/bob", id, "x").status,
        this->template Move<Kit>("users/bob", id, Kit::kThere).status,
        this->template Archive<Kit>("users/bob", id).status,
        this->template Unarchive<Kit>("users/bob", id).status,
        this->template Delete<Kit>("users/bob", id, "etag").status,
        this->template Call<Empty>("users/bob", missing).status,
    };
    for (const grpc::Status& status : answers) {
      EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << status.error_message();
      std::string message = status.error_message();
      if (const size_t at = message.find(id); at != std::string::npos) message.erase(at, 6);
      said[static_cast<size_t>(i)].push_back(message);
    }
  }
  EXPECT_EQ(said[0], said[1]);

  // The same of the place where something is to be put.
  this->With("ben", "builder", Kit::kHere);
  const std::string missing_place =
      absl::StrCat(std::string(Kit::kThere).substr(0, std::string(Kit::kThere).find('/')), "/nope");
  const auto hidden = this->template Move<Kit>("users/ben", "secret", Kit::kThere);
  const auto missing = this->template Move<Kit>("users/ben", "secret", missing_place);
  EXPECT_EQ(hidden.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(missing.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(missing.message(), hidden.message());
  EXPECT_EQ(this->template Make<Kit>("users/ben", "new", Kit::kThere).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(this->template Make<Kit>("users/ben", "new", missing_place).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  // Who may see everything is told.
  EXPECT_EQ(this->template Get<Kit>(kAnn, "nobody").code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(this->template Rename<Kit>(kAnn, "nobody", "x").code(), grpc::StatusCode::NOT_FOUND);
}

TYPED_TEST(ScopeServiceTest, FieldMasks) {
  using Kit = TypeParam;
  ASSERT_TRUE(this->template Make<Kit>(kAnn, "one").ok());
  auto update = this->template Renaming<Kit>("one", "New");
  for (const char* path : {"nothing", "parent_scope", "archived", "name", "etag", "create_time",
                           "display_name.x", ""}) {
    update.mutable_update_mask()->clear_paths();
    update.mutable_update_mask()->add_paths("display_name");
    update.mutable_update_mask()->add_paths(path);
    const auto refused = this->template Call<typename Kit::Resource>(kAnn, update);
    EXPECT_THAT(refused.bad_fields(),
                ElementsAre(Pair("update_mask.paths[1]", HasSubstr("display_name"))))
        << path;
  }
  EXPECT_EQ(this->template Get<Kit>(kAnn, "one").value.display_name(), "one");
  update.mutable_update_mask()->clear_paths();
  update.mutable_update_mask()->add_paths("*");
  EXPECT_EQ(this->template Call<typename Kit::Resource>(kAnn, update).value.display_name(), "New");
  // With `*` what is left out is cleared, and a name cannot be.
  Kit::In(&update)->clear_display_name();
  EXPECT_THAT(this->template Call<typename Kit::Resource>(kAnn, update).bad_fields(),
              ElementsAre(Key(this->Field("display_name"))));
  update.clear_update_mask();
  EXPECT_EQ(this->template Call<typename Kit::Resource>(kAnn, update).value.display_name(), "New");
  // A place is not changed silently, nor silently left.
  Kit::In(&update)->set_parent_scope(this->Full(Kit::kThere));
  EXPECT_THAT(this->template Call<typename Kit::Resource>(kAnn, update).bad_fields(),
              ElementsAre(Key(this->Field("parent_scope"))));
  Kit::In(&update)->set_parent_scope(this->Full(Kit::kHere));
  EXPECT_TRUE(this->template Call<typename Kit::Resource>(kAnn, update).ok());
}

TYPED_TEST(ScopeServiceTest, AStaleEtagIsAborted) {
  using Kit = TypeParam;
  std::string etag = this->template Make<Kit>(kAnn, "one").value.etag();
  const std::string stale = etag;
  const auto step = [&](const Answer<typename Kit::Resource>& answer) {
    ASSERT_TRUE(answer.ok()) << answer.message();
    EXPECT_NE(answer.value.etag(), etag);
    etag = answer.value.etag();
  };
  step(this->template Rename<Kit>(kAnn, "one", "x", etag));
  step(this->template Move<Kit>(kAnn, "one", Kit::kThere, etag));
  step(this->template Archive<Kit>(kAnn, "one", etag));
  EXPECT_EQ(this->template Unarchive<Kit>(kAnn, "one", stale).code(), grpc::StatusCode::ABORTED);
  step(this->template Unarchive<Kit>(kAnn, "one", etag));
  for (const grpc::Status& status :
       {this->template Rename<Kit>(kAnn, "one", "y", stale).status,
        this->template Move<Kit>(kAnn, "one", Kit::kHere, stale).status,
        this->template Archive<Kit>(kAnn, "one", stale).status,
        this->template Delete<Kit>(kAnn, "one", stale).status,
        this->template Delete<Kit>(kAnn, "one", "nonsense").status}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED) << status.error_message();
  }
  EXPECT_EQ(this->template Get<Kit>(kAnn, "one").value.etag(), etag);
  EXPECT_TRUE(this->template Delete<Kit>(kAnn, "one", etag).ok());
}

TYPED_TEST(ScopeServiceTest, Rule6_TheArchivedIsReadAndNotWritten) {
  using Kit = TypeParam;
  ASSERT_TRUE(this->template Make<Kit>(kAnn, "one").ok());
  EXPECT_THAT(this->template Unarchive<Kit>(kAnn, "one").violations(), ElementsAre("NOT_ARCHIVED"));
  const auto archived = this->template Archive<Kit>(kAnn, "one");
  ASSERT_TRUE(archived.ok()) << archived.message();
  EXPECT_TRUE(archived.value.archived());
  this->Restart();
  EXPECT_TRUE(this->template Get<Kit>(kAnn, "one").value.archived());
  EXPECT_THAT(this->template List<Kit>(kAnn, Kit::kHere), Contains("one"));
  auto forced = this->template Named<Kit, typename Kit::Delete>("one");
  forced.set_force(true);
  EXPECT_THAT(this->template Rename<Kit>(kAnn, "one", "x").violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(this->template Move<Kit>(kAnn, "one", Kit::kThere).violations(),
              ElementsAre("FROZEN"));
  EXPECT_THAT(this->template Call<Empty>(kAnn, forced).violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(this->template Archive<Kit>(kAnn, "one").violations(), ElementsAre("ARCHIVED"));
  const auto back = this->template Unarchive<Kit>(kAnn, "one");
  ASSERT_TRUE(back.ok()) << back.message();
  EXPECT_FALSE(back.value.archived());
  EXPECT_TRUE(this->template Rename<Kit>(kAnn, "one", "x").ok());

  // On hold, not even the archive is touched.
  this->Hold(absl::StrCat(Kit::kCollection, "/one"));
  EXPECT_TRUE(this->template Get<Kit>(kAnn, "one").value.held());
  EXPECT_THAT(this->template Archive<Kit>(kAnn, "one").violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(this->template Delete<Kit>(kAnn, "one").violations(), ElementsAre("FROZEN"));
}

TYPED_TEST(ScopeServiceTest, Rule19_NothingComesGoesOrChangesBelowAFreeze) {
  using Kit = TypeParam;
  ASSERT_TRUE(this->template Make<Kit>(kAnn, "in", Kit::kThere).ok());
  ASSERT_TRUE(this->template Make<Kit>(kAnn, "out", Kit::kHere).ok());
  ASSERT_TRUE(this->template Make<Kit>(kAnn, "laid", Kit::kThere).ok());
  ASSERT_TRUE(this->template Archive<Kit>(kAnn, "laid").ok());
  this->Hold("catalogs/there");
  EXPECT_THAT(this->template Make<Kit>(kAnn, "new", Kit::kThere).violations(),
              ElementsAre("FROZEN"));
  EXPECT_THAT(this->template Rename<Kit>(kAnn, "in", "x").violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(this->template Move<Kit>(kAnn, "in", Kit::kHere).violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(this->template Move<Kit>(kAnn, "out", Kit::kThere).violations(),
              ElementsAre("FROZEN"));
  EXPECT_THAT(this->template Delete<Kit>(kAnn, "in").violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(this->template Archive<Kit>(kAnn, "in").violations(), ElementsAre("FROZEN"));
  // What was laid here is not lifted under another freeze.
  EXPECT_THAT(this->template Unarchive<Kit>(kAnn, "laid").violations(), ElementsAre("FROZEN"));
  EXPECT_FALSE(this->template Get<Kit>(kAnn, "in").value.held());  // Its ancestors are left out.
  // Who could not do it anyway learns nothing of the freeze.
  this->With("vic", "viewer", "");
  EXPECT_EQ(this->template Rename<Kit>("users/vic", "in", "x").code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TYPED_TEST(ScopeServiceTest, Rule18_MovingNeedsARightAtEachEnd) {
  using Kit = TypeParam;
  ASSERT_TRUE(this->template Make<Kit>(kAnn, "one").ok());
  this->MakeUser("ben");
  const std::string here = this->Assign("users/ben", "builder", Kit::kHere);
  EXPECT_EQ(this->template Move<Kit>("users/ben", "one", Kit::kThere).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  const std::string there = this->Assign("users/ben", "builder", Kit::kThere);
  const auto moved = this->template Move<Kit>("users/ben", "one", Kit::kThere);
  ASSERT_TRUE(moved.ok()) << moved.message();
  EXPECT_EQ(moved.value.parent_scope(), this->Full(Kit::kThere));
  EXPECT_EQ(moved.value.name(), this->template NameOf<Kit>("one"));  // A move renames nothing.
  this->Unassign(there);
  EXPECT_EQ(this->template Move<Kit>("users/ben", "one", Kit::kHere).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(this->template Get<Kit>("users/ben", "one").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(this->template List<Kit>(kAnn, Kit::kThere), Contains("one"));
  EXPECT_THAT(this->template List<Kit>(kAnn, Kit::kHere), Not(Contains("one")));
  this->Restart();
  EXPECT_EQ(this->template Get<Kit>(kAnn, "one").value.parent_scope(), this->Full(Kit::kThere));
}

TYPED_TEST(ScopeServiceTest, ListsAreInTheOrderOfNamesAndComplete) {
  using Kit = TypeParam;
  for (const char* id : {"z", "m-2", "a", "m", "m.1", "b"}) {
    ASSERT_TRUE(this->template Make<Kit>(kAnn, id, Kit::kHere).ok());
  }
  for (const char* id : {"n", "c"}) {
    ASSERT_TRUE(this->template Make<Kit>(kAnn, id, Kit::kThere).ok());
  }
  std::vector<std::string> all = {"a", "b", "c", "m", "m-2", "m.1", "n", "z"};
  for (const char* made_before : {"here", "there"}) {
    if (this->template Get<Kit>(kAnn, made_before).ok()) all.push_back(made_before);
  }
  std::sort(all.begin(), all.end());
  for (const int page_size : {0, 1, 2, 3, 5, 8, 9, 1000000}) {
    EXPECT_EQ(this->template List<Kit>(kAnn, "", page_size), all) << page_size;
  }
  EXPECT_THAT(this->template List<Kit>(kAnn, Kit::kThere, 1),
              AnyOf(ElementsAre("c", "n"), ElementsAre("c", "n", "there")));

  // Rule 25: others get what they may read, in full pages too.
  this->With("vic", "viewer", absl::StrCat(Kit::kCollection, "/m"));
  this->Assign("users/vic", "viewer", absl::StrCat(Kit::kCollection, "/c"));
  this->Assign("users/vic", "viewer", absl::StrCat(Kit::kCollection, "/z"));
  EXPECT_THAT(this->template List<Kit>("users/vic", "", 2), ElementsAre("c", "m", "z"));
  EXPECT_THAT(this->template List<Kit>("users/vic", Kit::kHere, 1), ElementsAre("m", "z"));
  this->MakeUser("bob");
  EXPECT_THAT(this->template List<Kit>("users/bob"), IsEmpty());
  // A place that is hidden and one that is not there have nothing in them.
  EXPECT_THAT(this->template List<Kit>("users/bob", Kit::kHere), IsEmpty());
  const std::string collection =
      std::string(Kit::kHere).substr(0, std::string(Kit::kHere).find('/'));
  EXPECT_THAT(this->template List<Kit>("users/bob", absl::StrCat(collection, "/nope")), IsEmpty());
}

TYPED_TEST(ScopeServiceTest, WhoMadeItSeesIt) {
  using Kit = TypeParam;
  this->With("mia", "maker", Kit::kHere);
  this->With("max", "maker", Kit::kHere);
  ASSERT_TRUE(this->template Make<Kit>("users/mia", "hers").ok());
  ASSERT_TRUE(this->template Make<Kit>("users/max", "his").ok());
  EXPECT_THAT(this->template List<Kit>("users/mia", Kit::kHere), ElementsAre("hers"));
  EXPECT_THAT(this->template List<Kit>("users/mia", "", 1), ElementsAre("hers"));
  EXPECT_TRUE(this->template Get<Kit>("users/mia", "hers").ok());
  EXPECT_EQ(this->template Get<Kit>("users/mia", "his").code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TYPED_TEST(ScopeServiceTest, PagesGoOnWhereTheFirstBegan) {
  using Kit = TypeParam;
  for (const char* id : {"a", "c", "e", "g", "i"}) {
    ASSERT_TRUE(this->template Make<Kit>(kAnn, id).ok());
  }
  this->MakeUser("vic");
  const std::string right = this->Assign("users/vic", "viewer", Kit::kHere);
  auto request = this->template ListOf<Kit>(Kit::kHere, 1);
  const auto first = this->template Call<typename Kit::ListResponse>("users/vic", request);
  EXPECT_THAT(this->template Ids<Kit>(first.value), ElementsAre("a"));
  ASSERT_TRUE(this->template Make<Kit>(kAnn, "d").ok());    // Made since: not part of the list.
  ASSERT_TRUE(this->template Delete<Kit>(kAnn, "c").ok());  // Gone: shown no more.
  ASSERT_TRUE(this->template Delete<Kit>(kAnn, "e").ok());
  ASSERT_TRUE(this->template Make<Kit>(kAnn, "e").ok());               // Another of that name.
  ASSERT_TRUE(this->template Move<Kit>(kAnn, "g", Kit::kThere).ok());  // Elsewhere now.
  ASSERT_TRUE(this->template Rename<Kit>(kAnn, "i", "Changed").ok());
  request.set_page_token(first.value.next_page_token());
  request.set_page_size(10);  // May differ from page to page.
  const auto second = this->template Call<typename Kit::ListResponse>("users/vic", request);
  ASSERT_TRUE(second.ok()) << second.message();
  std::vector<std::string> ids = this->template Ids<Kit>(second.value);
  if (ids.size() > 1 && ids[0] == "here") ids.erase(ids.begin());  // The course of that name.
  EXPECT_THAT(ids, ElementsAre("i"));
  EXPECT_EQ(Kit::Items(second.value).rbegin()->display_name(), "Changed");
  EXPECT_EQ(second.value.next_page_token(), "");

  // The token is for this request and caller alone.
  EXPECT_THAT(this->template Call<typename Kit::ListResponse>(kAnn, request).bad_fields(),
              ElementsAre(Key("page_token")));
  auto another = request;
  another.clear_parent_scope();
  EXPECT_THAT(this->template Call<typename Kit::ListResponse>("users/vic", another).bad_fields(),
              ElementsAre(Key("page_token")));
  // A right that is lost is lost for the pages to come, and by another of that name never had.
  this->Unassign(right);
  const auto third = this->template Call<typename Kit::ListResponse>("users/vic", request);
  ASSERT_TRUE(third.ok()) << third.message();
  EXPECT_THAT(this->template Ids<Kit>(third.value), IsEmpty());
}

TYPED_TEST(ScopeServiceTest, APageShowsWhatStandsInANewPlace) {
  using Kit = TypeParam;
  for (const char* id : {"a", "b"}) ASSERT_TRUE(this->template Make<Kit>(kAnn, id).ok());
  auto request = this->template ListOf<Kit>("", 1);
  const auto first = this->template Call<typename Kit::ListResponse>(kAnn, request);
  ASSERT_EQ(Kit::Items(first.value).size(), 1);
  // A place that was made since the list began.
  const std::string place =
      absl::StrCat(std::string(Kit::kHere).substr(0, std::string(Kit::kHere).find('/')), "/new");
  if (place == "catalogs/new") {
    this->MakeCatalog("new");
  } else {
    this->MakeCourse("new");
  }
  ASSERT_TRUE(this->template Move<Kit>(kAnn, "b", place).ok());
  request.set_page_token(first.value.next_page_token());
  const auto second = this->template Call<typename Kit::ListResponse>(kAnn, request);
  ASSERT_TRUE(second.ok()) << second.message();
  ASSERT_THAT(this->template Ids<Kit>(second.value), ElementsAre("b"));
  EXPECT_EQ(Kit::Items(second.value)[0].parent_scope(), this->Full(place));
}

TYPED_TEST(ScopeServiceTest, RetriesGetTheFirstAnswer) {
  using Kit = TypeParam;
  this->MakeUser("ben");
  const std::string right = this->Assign("users/ben", "builder", Kit::kHere);
  auto create = this->template New<Kit>("one");
  create.set_request_id(kRequestId);
  const auto first = this->template Call<typename Kit::Resource>("users/ben", create);
  ASSERT_TRUE(first.ok()) << first.message();
  ASSERT_TRUE(this->template Rename<Kit>(kAnn, "one", "Changed").ok());
  const auto again = this->template Call<typename Kit::Resource>("users/ben", create);
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(again.value.SerializeAsString(), first.value.SerializeAsString());
  // Another request, another caller, and the caller without the right.
  auto other = create;
  Kit::In(&other)->set_display_name("Other");
  EXPECT_THAT(this->template Call<typename Kit::Resource>("users/ben", other).bad_fields(),
              ElementsAre(Key("request_id")));
  EXPECT_THAT(this->template Call<typename Kit::Resource>(kAnn, create).bad_fields(),
              ElementsAre(Key("request_id")));
  this->Unassign(right);
  EXPECT_EQ(this->template Call<typename Kit::Resource>("users/ben", create).code(),
            grpc::StatusCode::PERMISSION_DENIED);

  auto remove = this->template Named<Kit, typename Kit::Delete>("one");
  remove.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e60");
  EXPECT_TRUE(this->template Call<Empty>(kAnn, remove).ok());
  EXPECT_TRUE(this->template Call<Empty>(kAnn, remove).ok());
  remove.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e6");
  EXPECT_THAT(this->template Call<Empty>(kAnn, remove).bad_fields(),
              ElementsAre(Key("request_id")));
}

TYPED_TEST(ScopeServiceTest, ValidateOnlyLeavesNoTrace) {
  using Kit = TypeParam;
  const auto made = this->template Make<Kit>(kAnn, "one");
  auto create = this->template New<Kit>("two");
  create.set_validate_only(true);
  create.set_request_id(kRequestId);
  EXPECT_EQ(this->template Call<typename Kit::Resource>(kAnn, create).value.name(),
            this->template NameOf<Kit>("two"));
  EXPECT_FALSE(this->template Get<Kit>(kAnn, "two").ok());
  create.set_validate_only(false);  // The id was not used up either.
  EXPECT_TRUE(this->template Call<typename Kit::Resource>(kAnn, create).ok());
  create.set_request_id("");
  create.set_validate_only(true);
  EXPECT_EQ(this->template Call<typename Kit::Resource>(kAnn, create).code(),
            grpc::StatusCode::ALREADY_EXISTS);

  auto update = this->template Renaming<Kit>("one", "New");
  update.set_validate_only(true);
  EXPECT_EQ(this->template Call<typename Kit::Resource>(kAnn, update).value.display_name(), "New");
  auto move = this->template Moving<Kit>("one", Kit::kThere);
  move.set_validate_only(true);
  EXPECT_EQ(this->template Call<typename Kit::Resource>(kAnn, move).value.parent_scope(),
            this->Full(Kit::kThere));
  auto archive = this->template Named<Kit, typename Kit::Archive>("one");
  archive.set_validate_only(true);
  EXPECT_TRUE(this->template Call<typename Kit::Resource>(kAnn, archive).value.archived());
  auto remove = this->template Named<Kit, typename Kit::Delete>("one");
  remove.set_validate_only(true);
  EXPECT_TRUE(this->template Call<Empty>(kAnn, remove).ok());
  EXPECT_EQ(this->Stored("one"), made.value.SerializeAsString());
}

// --- what is particular to courses, plans and sessions ---

class CourseServiceTest : public ScopesTest {};

TEST_F(CourseServiceTest, CoursesAndPlansAreApart) {
  // One id in two collections names two things, which no method takes for one another.
  EXPECT_TRUE(Make<PlanKit>(kAnn, "here").ok());
  EXPECT_TRUE(Make<CourseKit>(kAnn, "there").ok());
  EXPECT_THAT(List<CourseKit>(kAnn, "", 1), ElementsAre("here", "there"));
  EXPECT_THAT(List<PlanKit>(kAnn, "", 1), ElementsAre("here", "there"));
  ASSERT_TRUE(Delete<PlanKit>(kAnn, "here").ok());
  EXPECT_TRUE(Get<CourseKit>(kAnn, "here").ok());
}

TEST_F(CourseServiceTest, ASessionHasToStandInACourseOrPlan) {
  auto create = New<SessionKit>("one");
  create.mutable_session()->clear_parent_scope();
  EXPECT_THAT(Call<v1::Session>(kAnn, create).bad_fields(),
              ElementsAre(Key("session.parent_scope")));
  create.mutable_session()->set_parent_scope(Full(""));
  EXPECT_THAT(Call<v1::Session>(kAnn, create).bad_fields(),
              ElementsAre(Key("session.parent_scope")));
  auto course = New<CourseKit>("free");
  course.mutable_course()->clear_parent_scope();  // The tenant.
  EXPECT_EQ(Call<v1::Course>(kAnn, course).value.parent_scope(), "tenants/acme");
}

TEST_F(CourseServiceTest, WhatHasSomethingInItIsDeletedOnlyByForce) {
  for (const char* place : {"courses/here", "plans/there"}) {
    ASSERT_TRUE(Make<SessionKit>(kAnn, absl::StrCat(place[0] == 'c' ? "c" : "p", "1"), place).ok());
  }
  EXPECT_THAT(Delete<CourseKit>(kAnn, "here").violations(), ElementsAre("NOT_EMPTY"));
  EXPECT_THAT(Delete<PlanKit>(kAnn, "there").violations(), ElementsAre("NOT_EMPTY"));
  ASSERT_TRUE(Archive<SessionKit>(kAnn, "c1").ok());
  auto course = Named<CourseKit, v1::DeleteCourseRequest>("here");
  course.set_force(true);
  EXPECT_THAT(Call<Empty>(kAnn, course).violations(), ElementsAre("FROZEN"));  // Rule 19.
  EXPECT_THAT(Move<CourseKit>(kAnn, "here", "catalogs/there").violations(), ElementsAre("FROZEN"));
  ASSERT_TRUE(Unarchive<SessionKit>(kAnn, "c1").ok());
  EXPECT_TRUE(Call<Empty>(kAnn, course).ok());
  EXPECT_EQ(Get<SessionKit>(kAnn, "c1").code(), grpc::StatusCode::NOT_FOUND);
  auto plan = Named<PlanKit, v1::DeleteTrainingPlanRequest>("there");
  plan.set_force(true);
  EXPECT_TRUE(Call<Empty>(kAnn, plan).ok());
  EXPECT_THAT(List<SessionKit>(kAnn), IsEmpty());
}

}  // namespace
}  // namespace provost
