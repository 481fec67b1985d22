// What mails say, and in which language (KA4).
#include "tenant/mail_text.h"

#include <string>
#include <vector>

#include "base/language.h"
#include "gtest/gtest.h"

namespace provost {
namespace {

TEST(MailTextTest, FieldsAreWhatTheyStandFor) {
  const MailFields fields = {{"learner.given_name", "Lea"},
                             {"training.display_name", "Fire {{safety}}"}};
  EXPECT_EQ(RenderMailText("Dear {{learner.given_name}},\nsee {{training.display_name}}.", fields),
            "Dear Lea,\nsee Fire {{safety}}.")
      << "what a field stands for names no fields";
  EXPECT_EQ(RenderMailText("{{manager.given_name}}!", fields), "!") << "there is none";
  EXPECT_EQ(RenderMailText("{{{{ and }} and {{{{learner.given_name}}", fields),
            "{{ and }} and {{learner.given_name}}");
  EXPECT_EQ(RenderMailText("", fields), "");
  EXPECT_EQ(RenderMailText("no fields", fields), "no fields");
}

std::string Chosen(const std::vector<std::string>& texts, const std::string& locale,
                   const std::string& fallback = "en") {
  v1::NotificationTemplate from;
  for (const std::string& each : texts) from.add_texts()->set_locale(each);
  return ChooseMailText(from, locale, fallback).locale();
}

TEST(MailTextTest, PeopleGetTheNearestLanguage) {
  EXPECT_EQ(Chosen({"en", "de", "fr"}, "fr"), "fr");
  EXPECT_EQ(Chosen({"en", "de", "fr"}, "de-AT"), "de");
  EXPECT_EQ(Chosen({"en", "de-CH", "fr"}, "de-AT"), "de-CH");
  EXPECT_EQ(Chosen({"es", "es-419"}, "es-MX"), "es-419");
  EXPECT_EQ(Chosen({"zh", "zh-Hant"}, "zh-TW"), "zh-Hant");
  EXPECT_EQ(Chosen({"en", "no"}, "nb"), "no") << "two tags for one language";
}

TEST(MailTextTest, ThenTheTenantsDefaultThenTheFirst) {
  EXPECT_EQ(Chosen({"fr", "en", "de"}, "ja", "de"), "de");
  EXPECT_EQ(Chosen({"fr", "en", "de"}, "", "de-AT"), "de");
  EXPECT_EQ(Chosen({"fr", "de"}, "ja", "en"), "fr");
  EXPECT_EQ(Chosen({"ru", "en"}, "uk", "en"), "en") << "one that some understand is not theirs";
  EXPECT_EQ(Chosen({"zh-Hans", "en"}, "zh-TW", "en"), "en") << "another script is not near";
}

TEST(LanguageTest, NothingIsNearWhereNothingIsOffered) {
  EXPECT_EQ(NearestLanguage("de", {}), std::nullopt);
}

}  // namespace
}  // namespace provost
