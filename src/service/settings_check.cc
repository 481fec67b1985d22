#include "service/settings_check.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/language.h"
#include "base/time_zone.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "tenant/errors.h"
#include "tenant/names.h"

namespace provost {
namespace {

using v1::Settings;

constexpr int kMaxLanguages = 100;
constexpr int kMaxOfflineDays = 365;
constexpr size_t kMaxAnnouncement = 4000;
constexpr int kMaxRecordTypes = 100;
constexpr int kMaxRetentionDays = 36600;
constexpr int kMaxUserFields = 64;
constexpr int kMaxChoices = 1000;
constexpr size_t kMaxVerificationUrl = 250;
constexpr absl::string_view kCodeField = "{code}";

// `wanted` is what the status of a check says, which goes on from the field.
void AddIfBad(absl::string_view field, absl::string_view value, const absl::Status& wanted,
              absl::Status* status) {
  if (!wanted.ok()) AddBadField(status, field, value, wanted.message());
}

void CheckRange(absl::string_view field, int64_t value, int64_t max, absl::Status* status) {
  if (value < 0 || value > max) {
    AddBadField(status, field, absl::StrCat(value), absl::StrCat("wanted 0 to ", max));
  }
}

void CheckCount(absl::string_view field, int count, int max, absl::Status* status) {
  if (count > max) {
    AddBadField(status, field, absl::StrCat(count, " of them"),
                absl::StrCat("wanted at most ", max));
  }
}

// Values of a repeated field that are all different.
class Distinct {
 public:
  void Check(absl::string_view field, absl::string_view value, absl::Status* status) {
    if (!seen_.insert(std::string(value)).second) {
      AddBadField(status, field, value, "is there already; wanted each once");
    }
  }

 private:
  std::set<std::string> seen_;
};

void CheckId(absl::string_view field, absl::string_view id, absl::Status* status) {
  if (!IsValidId(id)) AddBadField(status, field, id, absl::StrCat("wanted ", kIdForm));
}

void CheckVerificationUrl(absl::string_view field, absl::string_view url, absl::Status* status) {
  if (url.empty()) return;
  const size_t code = url.find(kCodeField);
  const bool is_printable =
      std::all_of(url.begin(), url.end(), [](unsigned char c) { return absl::ascii_isgraph(c); });
  if (!absl::StartsWith(url, "https://") || url.size() > kMaxVerificationUrl || !is_printable ||
      code == absl::string_view::npos ||
      url.find(kCodeField, code + 1) != absl::string_view::npos) {
    AddBadField(
        status, field, url,
        absl::StrCat("wanted an https URL of at most ", kMaxVerificationUrl, " bytes with `",
                     kCodeField, "` once, like `https://lms.acme.example/verify?code={code}`"));
  }
}

void CheckLocalization(absl::string_view at, const v1::LocalizationSettings& section,
                       absl::Status* status) {
  const std::string languages = absl::StrCat(at, ".languages");
  if (section.languages().empty()) {
    AddBadField(status, languages, "", "wanted at least one language, the default");
  }
  CheckCount(languages, section.languages_size(), kMaxLanguages, status);
  Distinct distinct;
  for (int i = 0; i < section.languages_size(); ++i) {
    const std::string field = absl::StrCat(languages, "[", i, "]");
    CheckLanguageField(field, section.languages(i), status);
    distinct.Check(field, section.languages(i), status);
  }
  CheckTimeZoneField(absl::StrCat(at, ".time_zone"), section.time_zone(), status);
  if (!v1::LocalizationSettings::DateFormat_IsValid(section.date_format())) {
    AddBadField(status, absl::StrCat(at, ".date_format"), absl::StrCat(section.date_format()),
                "wanted ISO, DAY_MONTH_YEAR or MONTH_DAY_YEAR");
  }
  if (!v1::LocalizationSettings::Weekday_IsValid(section.first_weekday())) {
    AddBadField(status, absl::StrCat(at, ".first_weekday"), absl::StrCat(section.first_weekday()),
                "wanted MONDAY, SATURDAY or SUNDAY");
  }
}

// Text of several lines.
void CheckMarkdown(absl::string_view field, absl::string_view text, size_t max,
                   absl::Status* status) {
  size_t characters = 0;
  bool control = false;
  for (char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++characters;
    control |= absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\n' && c != '\t';
  }
  if (characters > max) {
    AddBadField(status, field, text,
                absl::StrCat("wanted at most ", max, " characters, got ", characters));
  } else if (control) {
    AddBadField(status, field, text, "wanted no control characters but ends of lines and tabs");
  }
}

void CheckDashboard(absl::string_view at, const v1::DashboardSettings& section,
                    absl::Status* status) {
  Distinct distinct;
  for (int i = 0; i < section.tiles_size(); ++i) {
    const std::string field = absl::StrCat(at, ".tiles[", i, "]");
    if (!v1::DashboardSettings::Tile_IsValid(section.tiles(i)) || section.tiles(i) == 0) {
      AddBadField(status, field, absl::StrCat(section.tiles(i)), "wanted a tile by its name");
      continue;
    }
    distinct.Check(field, v1::DashboardSettings::Tile_Name(section.tiles(i)), status);
  }
  CheckMarkdown(absl::StrCat(at, ".announcement"), section.announcement(), kMaxAnnouncement,
                status);
}

void CheckRecords(absl::string_view at, const v1::RecordSettings& section, absl::Status* status) {
  CheckCount(absl::StrCat(at, ".types"), section.types_size(), kMaxRecordTypes, status);
  Distinct distinct;
  for (int i = 0; i < section.types_size(); ++i) {
    const v1::RecordSettings::RecordType& type = section.types(i);
    const std::string field = absl::StrCat(at, ".types[", i, "]");
    CheckId(absl::StrCat(field, ".id"), type.id(), status);
    distinct.Check(absl::StrCat(field, ".id"), type.id(), status);
    CheckText(absl::StrCat(field, ".display_name"), type.display_name(), 1, kMaxDisplayName,
              status);
    CheckRange(absl::StrCat(field, ".retention_days"), type.retention_days(), kMaxRetentionDays,
               status);
  }
}

void CheckChoices(absl::string_view at, const v1::UserField& field, absl::Status* status) {
  const std::string choices = absl::StrCat(at, ".choices");
  if ((field.type() == v1::UserField::CHOICE) == field.choices().empty()) {
    AddBadField(status, choices, absl::StrCat(field.choices_size(), " of them"),
                field.choices().empty() ? "wanted at least one, for the type CHOICE"
                                        : "wanted none, for a type other than CHOICE");
  }
  CheckCount(choices, field.choices_size(), kMaxChoices, status);
  Distinct distinct;
  for (int i = 0; i < field.choices_size(); ++i) {
    const std::string choice = absl::StrCat(choices, "[", i, "]");
    CheckText(choice, field.choices(i), 1, kMaxDisplayName, status);
    distinct.Check(choice, field.choices(i), status);
  }
}

void CheckUserFields(absl::string_view at, const v1::UserFieldSettings& section,
                     absl::Status* status) {
  CheckCount(absl::StrCat(at, ".fields"), section.fields_size(), kMaxUserFields, status);
  Distinct distinct;
  for (int i = 0; i < section.fields_size(); ++i) {
    const v1::UserField& field = section.fields(i);
    const std::string path = absl::StrCat(at, ".fields[", i, "]");
    CheckId(absl::StrCat(path, ".id"), field.id(), status);
    distinct.Check(absl::StrCat(path, ".id"), field.id(), status);
    CheckText(absl::StrCat(path, ".display_name"), field.display_name(), 1, kMaxDisplayName,
              status);
    if (!v1::UserField::Type_IsValid(field.type()) ||
        field.type() == v1::UserField::TYPE_UNSPECIFIED) {
      AddBadField(status, absl::StrCat(path, ".type"), absl::StrCat(field.type()),
                  "wanted TEXT, INTEGER, BOOLEAN, DATE or CHOICE");
    }
    if (!v1::UserField::Visibility_IsValid(field.visibility())) {
      AddBadField(status, absl::StrCat(path, ".visibility"), absl::StrCat(field.visibility()),
                  "wanted PRIVATE or PUBLIC");
    }
    CheckChoices(path, field, status);
  }
}

}  // namespace

const google::protobuf::FieldDescriptor* SectionField(Settings::Section section) {
  if (!Settings::Section_IsValid(section)) return nullptr;
  return Settings::descriptor()->FindFieldByName(
      absl::AsciiStrToLower(Settings::Section_Name(section)));
}

std::vector<Settings::Section> SectionsOf(const Settings& settings) {
  std::vector<Settings::Section> sections;
  for (int number = Settings::Section_MIN; number <= Settings::Section_MAX; ++number) {
    const auto section = static_cast<Settings::Section>(number);
    const google::protobuf::FieldDescriptor* field = SectionField(section);
    if (field != nullptr && settings.GetReflection()->HasField(settings, field)) {
      sections.push_back(section);
    }
  }
  return sections;
}

void CheckSection(absl::string_view prefix, Settings::Section section, const Settings& settings,
                  absl::Status* status) {
  const google::protobuf::FieldDescriptor* field = SectionField(section);
  const std::string at = field == nullptr ? "" : absl::StrCat(prefix, ".", field->name());
  switch (section) {
    case Settings::GENERAL:
      CheckEmail(absl::StrCat(at, ".support_email"), settings.general().support_email(), status);
      CheckVerificationUrl(absl::StrCat(at, ".verification_url"),
                           settings.general().verification_url(), status);
      return;
    case Settings::LOCALIZATION:
      return CheckLocalization(at, settings.localization(), status);
    case Settings::MOBILE:
      return CheckRange(absl::StrCat(at, ".offline_days"), settings.mobile().offline_days(),
                        kMaxOfflineDays, status);
    case Settings::DASHBOARD:
      return CheckDashboard(at, settings.dashboard(), status);
    case Settings::RECORDS:
      return CheckRecords(at, settings.records(), status);
    case Settings::USER_FIELDS:
      return CheckUserFields(at, settings.user_fields(), status);
    case Settings::CROSS_CATALOG:  // Two switches: nothing can be wrong.
    default:
      return;
  }
}

void CheckLanguageField(absl::string_view field, absl::string_view tag, absl::Status* status) {
  AddIfBad(field, tag, CheckLanguage(tag), status);
}

void CheckTimeZoneField(absl::string_view field, absl::string_view name, absl::Status* status) {
  AddIfBad(field, name, CheckTimeZone(name), status);
}

}  // namespace provost
