// Settings of a tenant on the real presets: rows TA1, TA3, LA1, LA3 and A4, and what is refused.
#include "provost/v1/settings.pb.h"

#include <google/protobuf/empty.pb.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::UnorderedElementsAre;
using v1::Settings;

constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kInvalid = grpc::StatusCode::INVALID_ARGUMENT;

constexpr char kVienna[] = R"pb(localization {
                                  languages: "de-AT"
                                  languages: "en"
                                  time_zone: "Europe/Vienna"
                                  date_format: DAY_MONTH_YEAR
                                })pb";

Settings Parse(const std::string& text) {
  Settings settings;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &settings)) << text;
  return settings;
}

class SettingsTest : public AcmeTest {
 protected:
  explicit SettingsTest(absl::string_view policy = "lms365") : AcmeTest(policy) {}

  Answer<Settings> Get(absl::string_view actor) {
    v1::GetSettingsRequest request;
    request.set_tenant(Full(""));
    return Call<Settings>(actor, request);
  }
  static v1::UpdateSettingsRequest Change(Settings::Section section, const std::string& text) {
    v1::UpdateSettingsRequest request;
    *request.mutable_settings() = Parse(text);
    request.mutable_settings()->set_tenant(Full(""));
    request.set_section(section);
    return request;
  }
  Answer<Settings> Update(absl::string_view actor, Settings::Section section,
                          const std::string& text) {
    return Call<Settings>(actor, Change(section, text));
  }
  Answer<v1::ListSettingsChangesResponse> History(
      absl::string_view actor, Settings::Section section = Settings::SECTION_UNSPECIFIED,
      int page_size = 0, const std::string& token = "") {
    v1::ListSettingsChangesRequest request;
    request.set_tenant(Full(""));
    request.set_section(section);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return Call<v1::ListSettingsChangesResponse>(actor, request);
  }
};

// --- the rows of the mission ---

TEST_F(SettingsTest, TA1_SetUpTakesSettingsAlong) {
  v1::CreateTenantRequest request;
  request.set_tenant_id("other");
  request.mutable_policy()->set_preset("lms365");
  request.mutable_administrator()->set_user_id("tess");
  *request.mutable_settings() = Parse(R"pb(localization { languages: "xx" time_zone: "UTC" })pb");
  const auto refused = Call<v1::Tenant>("tenants/system/users/root", request);
  EXPECT_THAT(refused.bad_fields(), ElementsAre(Key("settings.localization.languages[0]")));
  *request.mutable_settings() = Parse(kVienna);
  EXPECT_EQ(Call<v1::Tenant>("users/ann", request).code(), kDenied);
  const auto made = Call<v1::Tenant>("tenants/system/users/root", request);
  ASSERT_TRUE(made.ok()) << made.message();

  v1::GetSettingsRequest get;
  get.set_tenant("tenants/other");
  const auto settings = Call<Settings>("tenants/other/users/tess", get);
  ASSERT_TRUE(settings.ok()) << settings.message();
  EXPECT_EQ(settings.value.localization().time_zone(), "Europe/Vienna");
  v1::ListSettingsChangesRequest list;
  list.set_tenant("tenants/other");
  const auto history = Call<v1::ListSettingsChangesResponse>("tenants/other/users/tess", list);
  ASSERT_EQ(history.value.changes_size(), 1);
  EXPECT_EQ(history.value.changes(0).actor(), "tenants/system/users/root");
  // Another tenant's stay its own.
  EXPECT_EQ(Call<Settings>("users/ann", get).code(), kDenied);
  EXPECT_EQ(Get("users/ann").value.localization().time_zone(), "UTC");
}

TEST_F(SettingsTest, TA3_TheTenantAdministratorSetsWhatIsGlobal) {
  Appoint({{"cat", ""}, {"bob", ""}});
  MakeCatalog("safety");
  Assign("users/cat", "catalog_admin", "catalogs/safety");
  const auto general = Update("users/ann", Settings::GENERAL,
                              R"pb(general { support_email: "help@acme.example" })pb");
  ASSERT_TRUE(general.ok()) << general.message();
  EXPECT_TRUE(Update("users/ann", Settings::LOCALIZATION, kVienna).ok());
  EXPECT_TRUE(Update("users/ann", Settings::CROSS_CATALOG, "cross_catalog { plans: true }").ok());
  EXPECT_TRUE(Update("users/ann", Settings::MOBILE, "mobile { offline_days: 30 }").ok());
  Restart();
  const auto read = Get("users/ann");
  ASSERT_TRUE(read.ok()) << read.message();
  EXPECT_EQ(read.value.tenant(), Full(""));
  EXPECT_EQ(read.value.general().support_email(), "help@acme.example");
  EXPECT_THAT(read.value.localization().languages(), ElementsAre("de-AT", "en"));
  EXPECT_TRUE(read.value.cross_catalog().plans());
  EXPECT_EQ(read.value.mobile().offline_days(), 30);
  EXPECT_TRUE(read.value.has_update_time());
  for (const char* other : {"users/cat", "users/bob"}) {
    EXPECT_EQ(Get(other).code(), kDenied) << other;
    EXPECT_EQ(Update(other, Settings::LOCALIZATION, kVienna).code(), kDenied) << other;
    EXPECT_EQ(History(other).code(), kDenied) << other;
  }
}

TEST_F(SettingsTest, LA1_TheLmsAdministratorSetsTheSame) {
  Appoint({{"lou", "lms_admin"}, {"cat", ""}});
  MakeCatalog("safety");
  Assign("users/cat", "catalog_admin", "catalogs/safety");
  EXPECT_TRUE(Update("users/lou", Settings::LOCALIZATION, kVienna).ok());
  EXPECT_TRUE(Update("users/lou", Settings::CROSS_CATALOG, "cross_catalog { plans: true }").ok());
  EXPECT_TRUE(Update("users/lou", Settings::MOBILE, "mobile { enabled: true }").ok());
  EXPECT_EQ(Get("users/lou").value.localization().time_zone(), "Europe/Vienna");
  for (const auto& [section, text] : std::vector<std::pair<Settings::Section, std::string>>{
           {Settings::LOCALIZATION, kVienna},
           {Settings::CROSS_CATALOG, "cross_catalog { sharing: true }"},
           {Settings::MOBILE, "mobile { enabled: false }"}}) {
    EXPECT_EQ(Update("users/cat", section, text).code(), kDenied) << section;
  }
}

TEST_F(SettingsTest, LA3_TheDashboardIsTheLmsAdministrators) {
  Appoint({{"lou", "lms_admin"}});
  const std::string tiles = R"pb(dashboard { tiles: DUE tiles: NEXT announcement: "# Hi\nall" })pb";
  const auto set = Update("users/lou", Settings::DASHBOARD, tiles);
  ASSERT_TRUE(set.ok()) << set.message();
  EXPECT_THAT(set.value.dashboard().tiles(),
              ElementsAre(v1::DashboardSettings::DUE, v1::DashboardSettings::NEXT));
  // Highest though it is, the tenant administrator's text says nothing of it.
  EXPECT_EQ(Update("users/ann", Settings::DASHBOARD, tiles).code(), kDenied);
  EXPECT_TRUE(Update("users/ann", Settings::MOBILE, "mobile { enabled: true }").ok());
}

TEST_F(SettingsTest, LA3_TheDashboardsOfLearnersReadIt) {
  Appoint({{"lou", "lms_admin"}, {"lea", ""}});
  ASSERT_TRUE(Update("users/lou", Settings::DASHBOARD, "dashboard { tiles: DUE }").ok());
  ASSERT_TRUE(Update("users/lou", Settings::MOBILE, "mobile { offline_days: 7 }").ok());
  ASSERT_TRUE(Update("users/lou", Settings::LOCALIZATION, kVienna).ok());
  ASSERT_TRUE(Update("users/lou", Settings::RECORDS,
                     R"pb(records { types { id: "safety" display_name: "Safety" } })pb")
                  .ok());
  v1::GetSettingsRequest request;
  request.set_tenant(Full(""));
  request.set_view(v1::GetSettingsRequest::PUBLIC);
  const auto shown = Call<Settings>("users/lea", request);
  ASSERT_TRUE(shown.ok()) << shown.message();
  EXPECT_THAT(shown.value.dashboard().tiles(), ElementsAre(v1::DashboardSettings::DUE));
  EXPECT_EQ(shown.value.mobile().offline_days(), 7);
  EXPECT_THAT(shown.value.localization().languages(), ElementsAre("de-AT", "en"));
  EXPECT_TRUE(shown.value.has_general());
  EXPECT_FALSE(shown.value.has_records());
  EXPECT_TRUE(shown.value.has_cross_catalog());
  EXPECT_FALSE(shown.value.has_user_fields());
  EXPECT_EQ(shown.value.etag(), "");
  // All of it is for those who may read settings; nothing for whoever is nobody, or suspended.
  request.set_view(v1::GetSettingsRequest::FULL);
  EXPECT_EQ(Call<Settings>("users/lea", request).code(), kDenied);
  request.set_view(v1::GetSettingsRequest::PUBLIC);
  EXPECT_FALSE(Call<Settings>("", request).ok());
  v1::SuspendUserRequest suspend;
  suspend.set_name(Full("users/lea"));
  ASSERT_TRUE(Call<v1::User>("users/ann", suspend).ok());
  EXPECT_EQ(Call<Settings>("users/lea", request).code(), kDenied);
  request.set_view(static_cast<v1::GetSettingsRequest::View>(9));
  EXPECT_THAT(Call<Settings>("users/lou", request).bad_fields(), ElementsAre(Key("view")));
}

class CoreAchieveSettingsTest : public SettingsTest {
 protected:
  CoreAchieveSettingsTest() : SettingsTest("coreachieve") {}
};

TEST_F(CoreAchieveSettingsTest, A4_TheAdministratorSaysWhatIsKept) {
  Appoint({{"uma", "author"}});
  const std::string
      records = R"pb(records {
                       types { id: "safety" display_name: "Safety training" retention_days: 3650 }
                     })pb";
  const auto set = Update("users/ann", Settings::RECORDS, records);
  ASSERT_TRUE(set.ok()) << set.message();
  EXPECT_EQ(Get("users/ann").value.records().types(0).retention_days(), 3650);
  EXPECT_EQ(Update("users/uma", Settings::RECORDS, records).code(), kDenied);
}

// --- history ---

TEST_F(SettingsTest, HistorySaysWhoChangedWhat) {
  Appoint({{"lou", "lms_admin"}});
  ASSERT_TRUE(Update("users/ann", Settings::LOCALIZATION, kVienna).ok());
  ASSERT_TRUE(Update("users/lou", Settings::MOBILE, "mobile { offline_days: 7 }").ok());
  // Nothing changes: nothing to tell.
  ASSERT_TRUE(Update("users/ann", Settings::MOBILE, "mobile { offline_days: 7 }").ok());
  ASSERT_TRUE(Update("users/ann", Settings::MOBILE, "mobile { offline_days: 8 }").ok());
  Restart();
  const auto all = History("users/lou");
  ASSERT_EQ(all.value.changes_size(), 3) << all.message();
  const v1::SettingsChange& newest = all.value.changes(0);
  EXPECT_EQ(newest.actor(), Full("users/ann"));
  EXPECT_EQ(newest.section(), Settings::MOBILE);
  EXPECT_EQ(newest.before().mobile().offline_days(), 7);
  EXPECT_EQ(newest.after().mobile().offline_days(), 8);
  EXPECT_FALSE(newest.after().has_localization());
  EXPECT_GT(newest.revision(), all.value.changes(1).revision());
  EXPECT_EQ(all.value.changes(1).actor(), Full("users/lou"));
  const v1::SettingsChange& oldest = all.value.changes(2);
  EXPECT_THAT(oldest.before().localization().languages(), ElementsAre("en"));
  EXPECT_THAT(oldest.after().localization().languages(), ElementsAre("de-AT", "en"));
  EXPECT_TRUE(oldest.has_time());

  EXPECT_EQ(History("users/lou", Settings::MOBILE).value.changes_size(), 2);
  EXPECT_EQ(History("users/lou", static_cast<Settings::Section>(99)).code(), kInvalid);

  // A list is continued as of its first page.
  auto page = History("users/lou", Settings::SECTION_UNSPECIFIED, 2);
  ASSERT_EQ(page.value.changes_size(), 2);
  ASSERT_TRUE(Update("users/ann", Settings::MOBILE, "mobile { offline_days: 9 }").ok());
  page = History("users/lou", Settings::SECTION_UNSPECIFIED, 2, page.value.next_page_token());
  ASSERT_EQ(page.value.changes_size(), 1);
  EXPECT_EQ(page.value.changes(0).revision(), oldest.revision());
  EXPECT_EQ(page.value.next_page_token(), "");
}

// --- concurrency ---

TEST_F(SettingsTest, AStaleEtagIsRefused) {
  const std::string etag = Get("users/ann").value.etag();
  EXPECT_NE(etag, "");
  v1::UpdateSettingsRequest request = Change(Settings::MOBILE, "mobile { offline_days: 7 }");
  request.mutable_settings()->set_etag(etag);
  const auto set = Call<Settings>("users/ann", request);
  ASSERT_TRUE(set.ok()) << set.message();
  EXPECT_NE(set.value.etag(), etag);
  request.mutable_settings()->mutable_mobile()->set_offline_days(8);
  EXPECT_EQ(Call<Settings>("users/ann", request).code(), grpc::StatusCode::ABORTED);
  request.mutable_settings()->set_etag(set.value.etag());
  request.set_validate_only(true);
  EXPECT_TRUE(Call<Settings>("users/ann", request).ok());
  EXPECT_EQ(Get("users/ann").value.mobile().offline_days(), 7);
}

TEST_F(SettingsTest, OfTwoAtTheSameMomentOneFindsTheOther) {
  const std::string etag = Get("users/ann").value.etag();
  std::vector<grpc::StatusCode> codes(2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      v1::UpdateSettingsRequest request = Change(Settings::MOBILE, "mobile {}");
      request.mutable_settings()->mutable_mobile()->set_offline_days(1 + i);
      request.mutable_settings()->set_etag(etag);
      codes[i] = Call<Settings>("users/ann", request).code();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(codes, UnorderedElementsAre(grpc::StatusCode::OK, grpc::StatusCode::ABORTED));
}

// --- bad input ---

TEST_F(SettingsTest, LanguagesThatDoNotExistAreRefused) {
  for (const char* language : {"", "x", "xx", "de-XX", "de_AT", "de-at", "german", "de-AT-", "-de",
                               "zh-Abcd", "de-1996", "de-u-co-phonebk", "iw", "es-999", "en-840"}) {
    Settings settings = Parse(R"pb(localization { languages: "en" time_zone: "UTC" })pb");
    settings.mutable_localization()->add_languages(language);
    const auto answer = Update("users/ann", Settings::LOCALIZATION, settings.DebugString());
    EXPECT_EQ(answer.code(), kInvalid) << language;
    EXPECT_THAT(answer.bad_fields(), ElementsAre(Key("settings.localization.languages[1]")))
        << language;
  }
  const auto spelling = Update("users/ann", Settings::LOCALIZATION,
                               R"pb(localization { languages: "DE-at" time_zone: "UTC" })pb");
  EXPECT_THAT(spelling.message(), HasSubstr("wanted `de-AT`"));
  for (const char* language : {"de", "de-AT", "zh-Hant-TW", "es-419", "sr-Latn", "gsw"}) {
    Settings settings = Parse(R"pb(localization { time_zone: "UTC" })pb");
    settings.mutable_localization()->add_languages(language);
    const auto answer = Update("users/ann", Settings::LOCALIZATION, settings.DebugString());
    EXPECT_TRUE(answer.ok()) << answer.message();
  }
}

TEST_F(SettingsTest, TimeZonesThatDoNotExistAreRefused) {
  for (const char* zone : {"", "Europe/Wien", "europe/vienna", "Mars/Base",
                           "/usr/share/zoneinfo/UTC", "../UTC", "localtime", "Fixed/UTC+01:00:00",
                           "Fixed/UTC+01", "UTC+1", "Etc/Unknown", "Europe", "UTC "}) {
    Settings settings = Parse(R"pb(localization { languages: "en" })pb");
    settings.mutable_localization()->set_time_zone(zone);
    const auto answer = Update("users/ann", Settings::LOCALIZATION, settings.DebugString());
    EXPECT_EQ(answer.code(), kInvalid) << zone;
    EXPECT_THAT(answer.bad_fields(), ElementsAre(Key("settings.localization.time_zone"))) << zone;
  }
  for (const char* zone : {"UTC", "Europe/Vienna", "America/Argentina/Buenos_Aires", "Etc/GMT+8"}) {
    Settings settings = Parse(R"pb(localization { languages: "en" })pb");
    settings.mutable_localization()->set_time_zone(zone);
    const auto answer = Update("users/ann", Settings::LOCALIZATION, settings.DebugString());
    EXPECT_TRUE(answer.ok()) << answer.message();
  }
}

TEST_F(SettingsTest, EachBadFieldIsNamed) {
  EXPECT_THAT(Update("users/ann", Settings::LOCALIZATION,
                     R"pb(localization { languages: "en" languages: "en" time_zone: "Nowhere" })pb")
                  .bad_fields(),
              UnorderedElementsAre(Key("settings.localization.languages[1]"),
                                   Key("settings.localization.time_zone")));
  EXPECT_THAT(Update("users/ann", Settings::LOCALIZATION, "localization {}").bad_fields(),
              UnorderedElementsAre(Key("settings.localization.languages"),
                                   Key("settings.localization.time_zone")));
  EXPECT_THAT(Update("users/ann", Settings::MOBILE, "mobile { offline_days: 366 }").bad_fields(),
              ElementsAre(Key("settings.mobile.offline_days")));
  EXPECT_THAT(Update("users/ann", Settings::GENERAL, R"pb(general { support_email: "a b@c" })pb")
                  .bad_fields(),
              ElementsAre(Key("settings.general.support_email")));
  EXPECT_THAT(Update("users/ann", Settings::RECORDS,
                     R"pb(records {
                            types { id: "a" display_name: "A" }
                            types { id: "a" display_name: "" retention_days: -1 }
                            types { id: "B" display_name: "B" retention_days: 36601 }
                          })pb")
                  .bad_fields(),
              UnorderedElementsAre(Key("settings.records.types[1].id"),
                                   Key("settings.records.types[1].display_name"),
                                   Key("settings.records.types[1].retention_days"),
                                   Key("settings.records.types[2].id"),
                                   Key("settings.records.types[2].retention_days")));
  EXPECT_THAT(
      Update("users/ann", Settings::USER_FIELDS,
             R"pb(user_fields {
                    fields { id: "a" display_name: "A" }
                    fields { id: "b" display_name: "B" type: CHOICE }
                    fields { id: "c" display_name: "C" type: TEXT choices: "x" }
                    fields { id: "c" display_name: "C" type: CHOICE choices: "x" choices: "x" }
                  })pb")
          .bad_fields(),
      UnorderedElementsAre(
          Key("settings.user_fields.fields[0].type"), Key("settings.user_fields.fields[1].choices"),
          Key("settings.user_fields.fields[2].choices"), Key("settings.user_fields.fields[3].id"),
          Key("settings.user_fields.fields[3].choices[1]")));
  EXPECT_EQ(History("users/ann").value.changes_size(), 0);
}

TEST_F(SettingsTest, OneSectionAloneIsReplaced) {
  EXPECT_THAT(Update("users/ann", Settings::SECTION_UNSPECIFIED, "mobile {}").bad_fields(),
              ElementsAre(Key("section")));
  EXPECT_THAT(Update("users/ann", static_cast<Settings::Section>(99), "").bad_fields(),
              ElementsAre(Key("section")));
  EXPECT_THAT(Update("users/ann", Settings::MOBILE, "").bad_fields(),
              ElementsAre(Key("settings.mobile")));
  EXPECT_THAT(
      Update("users/ann", Settings::MOBILE, "mobile {} cross_catalog { plans: true }").bad_fields(),
      ElementsAre(Key("settings.cross_catalog")));
  EXPECT_FALSE(Get("users/ann").value.cross_catalog().plans());
}

TEST_F(SettingsTest, TheTypeOfAFieldStays) {
  const auto made =
      Update("users/ann", Settings::USER_FIELDS,
             R"pb(user_fields { fields { id: "team" display_name: "Team" type: TEXT } })pb");
  ASSERT_TRUE(made.ok()) << made.message();
  const auto refused =
      Update("users/ann", Settings::USER_FIELDS,
             R"pb(user_fields { fields { id: "team" display_name: "Team" type: INTEGER } })pb");
  EXPECT_THAT(refused.bad_fields(), ElementsAre(Key("settings.user_fields.fields[0].type")));
  EXPECT_THAT(refused.message(), HasSubstr("it is `TEXT`"));
  EXPECT_TRUE(Update("users/ann", Settings::USER_FIELDS, "user_fields {}").ok());
  EXPECT_TRUE(
      Update("users/ann", Settings::USER_FIELDS,
             R"pb(user_fields { fields { id: "team" display_name: "Team" type: INTEGER } })pb")
          .ok());
}

}  // namespace
}  // namespace provost
