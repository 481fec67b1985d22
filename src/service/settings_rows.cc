#include "service/settings_rows.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/resource.h"
#include "service/settings_check.h"
#include "tenant/errors.h"
#include "tenant/group_rules.h"
#include "tenant/reports.h"
#include "tenant/rows.h"
#include "tenant/rule_conditions.h"
#include "tenant/times.h"

namespace provost {
namespace {

using google::protobuf::FieldDescriptor;
using store::KeyWriter;
using store::Table;
using v1::Settings;

// What the second part of a key in kSettings says, beside that of SettingsKey().
constexpr uint8_t kChangePart = 1;
constexpr size_t kMaxGroupsTold = 10;

std::string ChangeKey(uint64_t tenant, uint64_t revision, Settings::Section section) {
  return KeyWriter(tenant).U8(kChangePart).U64(revision).U8(static_cast<uint8_t>(section)).Take();
}

// Rule 13: what fills groups does not go under them.
absl::Status CheckNotRead(const TenantDraft& draft, absl::string_view id, uint32_t number) {
  absl::StatusOr<std::vector<SubjectId>> groups =
      GroupsReading(draft.reader(), draft.number(), DefinedField(number));
  if (!groups.ok()) return groups.status();
  if (groups->empty()) return absl::OkStatus();
  std::vector<std::string> names;
  for (SubjectId group : *groups) {
    if (names.size() == kMaxGroupsTold) break;
    names.push_back(absl::StrCat("`", FullName(draft.id(), draft.state().SubjectName(group)), "`"));
  }
  const size_t untold = groups->size() - names.size();
  return FailedPrecondition(
      "FIELD_OF_A_RULE", absl::StrCat("settings.user_fields.", id),
      absl::StrCat("the field `", id,
                   "` cannot go: the rules of groups read it: ", absl::StrJoin(names, ", "),
                   untold == 0 ? "" : absl::StrCat(" and ", untold, " more")));
}

// Gives each field of `wanted` the number of the one of its id, or a new one.
absl::Status NumberFields(const TenantDraft& draft, const v1::UserFieldSettings& wanted,
                          rows::SettingsRow* row) {
  std::map<std::string, int> known;
  const v1::UserFieldSettings& before = row->settings().user_fields();
  for (int i = 0; i < before.fields_size(); ++i) known[before.fields(i).id()] = i;
  absl::Status status;
  std::vector<uint32_t> numbers;
  for (int i = 0; i < wanted.fields_size(); ++i) {
    const auto found = known.find(wanted.fields(i).id());
    if (found == known.end()) {
      row->set_last_field_number(row->last_field_number() + 1);
      numbers.push_back(row->last_field_number());
      continue;
    }
    const v1::UserField::Type type = before.fields(found->second).type();
    if (type != wanted.fields(i).type()) {
      AddBadField(&status, absl::StrCat("settings.user_fields.fields[", i, "].type"),
                  v1::UserField::Type_Name(wanted.fields(i).type()),
                  absl::StrCat("cannot be changed; it is `", v1::UserField::Type_Name(type), "`"));
    }
    numbers.push_back(row->field_numbers(found->second));
  }
  if (!status.ok()) return status;
  for (int i = 0; i < before.fields_size(); ++i) {
    const uint32_t number = row->field_numbers(i);
    if (std::find(numbers.begin(), numbers.end(), number) != numbers.end()) continue;
    status = CheckNotRead(draft, before.fields(i).id(), number);
    if (!status.ok()) return status;
  }
  row->mutable_field_numbers()->Assign(numbers.begin(), numbers.end());
  return absl::OkStatus();
}

// `settings` with nothing but one section.
Settings Only(Settings::Section section, const Settings& settings) {
  Settings only;
  CopyField(settings, SectionField(section)->name(), &only);
  return only;
}

}  // namespace

Settings SettingsOf(const rows::SettingsRow& row) {
  Settings settings = row.settings();
  for (int number = Settings::Section_MIN; number <= Settings::Section_MAX; ++number) {
    const FieldDescriptor* field = SectionField(static_cast<Settings::Section>(number));
    if (field != nullptr) settings.GetReflection()->MutableMessage(&settings, field);
  }
  v1::LocalizationSettings& localization = *settings.mutable_localization();
  if (localization.languages().empty()) localization.add_languages(DefaultLanguage(row));
  if (localization.time_zone().empty()) localization.set_time_zone(DefaultTimeZone(row));
  settings.set_etag(EtagOfSettings(row));
  return settings;
}

std::string EtagOfSettings(const rows::SettingsRow& row) {
  return EtagOf(kRootScope.value, row.revision());
}

store::KeyRange SettingsChanges(uint64_t tenant) {
  return KeyWriter(tenant).U8(kChangePart).Range();
}

absl::Status DraftSettings(MutationContext& context, TenantDraft& draft,
                           const std::vector<Settings::Section>& sections, const Settings& wanted,
                           rows::SettingsRow* row) {
  absl::StatusOr<rows::SettingsRow> read = ReadSettings(draft.reader(), draft.number());
  if (!read.ok()) return read.status();
  *row = *std::move(read);
  bool changed = false;
  const Settings known = SettingsOf(*row);
  const std::string time_zone = DefaultTimeZone(*row);
  for (Settings::Section section : sections) {
    const Settings before = Only(section, known);
    const Settings after = Only(section, wanted);
    if (before.SerializeAsString() == after.SerializeAsString()) continue;
    changed = true;
    if (section == Settings::USER_FIELDS) {
      if (absl::Status status = NumberFields(draft, wanted.user_fields(), row); !status.ok()) {
        return status;
      }
    }
    CopyField(wanted, SectionField(section)->name(), row->mutable_settings());
    rows::SettingsChangeRow history;
    history.set_actor(context.ActorUidIn(draft.tenant()));
    v1::SettingsChange& change = *history.mutable_change();
    *change.mutable_time() = ToTimestamp(context.now());
    if (history.actor() == 0) change.set_actor(context.actor().name);
    change.set_section(section);
    *change.mutable_before() = before;
    *change.mutable_after() = after;
    draft.Write(Table::kSettings, ChangeKey(draft.number(), draft.revision(), section), history);
  }
  if (!changed) return absl::OkStatus();
  *row->mutable_settings()->mutable_update_time() = ToTimestamp(context.now());
  row->set_revision(draft.revision());
  draft.Write(Table::kSettings, SettingsKey(draft.number()), *row);
  return DefaultTimeZone(*row) == time_zone ? absl::OkStatus() : RescheduleReports(draft);
}

}  // namespace provost
