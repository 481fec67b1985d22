#include "service/user_profile.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "service/email_index.h"
#include "service/external_id_index.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/manager_chain.h"
#include "service/resource.h"
#include "service/settings_check.h"
#include "tenant/errors.h"
#include "tenant/rule_conditions.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr absl::string_view kFields[] = {"display_name", "email",     "given_name",  "family_name",
                                         "locale",       "time_zone", "external_id", "manager",
                                         "hire_date",    "fields"};
constexpr absl::string_view kFieldPrefix = "fields.";
constexpr size_t kMaxExternalIdBytes = 200;

// A day of the years 1 to 9999 as ISO 8601 writes it.
bool IsDate(absl::string_view text) {
  absl::CivilDay day;
  return text.size() == 10 && absl::ParseCivilTime(text, &day) && day.year() >= 1 &&
         absl::FormatCivilTime(day) == text;
}

std::string ManagerName(const WorldState& state, absl::string_view tenant,
                        const rows::UserRow& row) {
  return row.manager() == 0 ? "" : SubjectFullName(state, tenant, SubjectId(row.manager()));
}

// Nobody learns from a manager's name who else there is.
absl::StatusOr<uint32_t> FindManager(const TenantDraft& draft, const ProfileEditor& editor,
                                     const std::string& name) {
  if (name.empty()) return 0;
  const WorldState& state = draft.state();
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (parsed.ok() && parsed->tenant == draft.id()) {
    const SubjectId manager = state.FindSubject(parsed->Relative());
    if (Knows(state, editor.actor, manager, editor.now)) return manager.value;
  }
  return BadField("user.manager", name, "names no user whom you may see");
}

absl::Status KeepIndexes(TenantDraft& draft, const rows::UserRow* before,
                         const rows::UserRow& row) {
  const rows::UserRow& old = before == nullptr ? rows::UserRow::default_instance() : *before;
  absl::Status status = ChangeEmail(draft, row.uid(), old.user().email(), row.user().email());
  if (status.ok()) {
    status = ChangeExternalId(draft, row.uid(), old.user().external_id(), row.user().external_id());
  }
  if (status.ok()) status = ChangeManager(draft, row.uid(), old.manager(), row.manager());
  return status;
}

std::string ValueOf(const rows::UserRow& row, const UserFields::Field& field) {
  const auto value = row.values().find(field.number);
  return value == row.values().end() ? std::string() : value->second;
}

std::string ValueIn(const v1::User& user, const UserFields::Field& field) {
  for (const v1::UserFieldValue& value : user.fields()) {
    if (value.field() == field.definition.id()) return value.value();
  }
  return std::string();
}

}  // namespace

absl::Span<const absl::string_view> ProfileFields() { return kFields; }

void CheckProfileField(absl::string_view field, const v1::User& user, absl::Status* status) {
  const std::string path = absl::StrCat("user.", field);
  if (field == "display_name") {
    CheckText(path, user.display_name(), 1, kMaxDisplayName, status);
  } else if (field == "email") {
    CheckEmail(path, user.email(), status);
  } else if (field == "given_name") {
    CheckText(path, user.given_name(), 0, kMaxDisplayName, status);
  } else if (field == "family_name") {
    CheckText(path, user.family_name(), 0, kMaxDisplayName, status);
  } else if (field == "locale") {
    if (!user.locale().empty()) CheckLanguageField(path, user.locale(), status);
  } else if (field == "time_zone") {
    if (!user.time_zone().empty()) CheckTimeZoneField(path, user.time_zone(), status);
  } else if (field == "external_id") {
    if (user.external_id().size() > kMaxExternalIdBytes) {
      AddBadField(status, path, user.external_id(),
                  absl::StrCat("wanted at most ", kMaxExternalIdBytes, " bytes"));
    } else {
      CheckText(path, user.external_id(), 0, kMaxExternalIdBytes, status);
    }
  } else if (field == "hire_date") {
    if (!user.hire_date().empty() && !IsDate(user.hire_date())) {
      AddBadField(status, path, user.hire_date(), "wanted a day, like `2026-11-22`");
    }
  } else if (field == "manager" && !user.manager().empty()) {
    absl::StatusOr<ResourceName> name = ParseNameIn(Collection::kUsers, path, user.manager());
    if (!name.ok()) AddBadField(status, path, user.manager(), "wanted `tenants/<id>/users/<id>`");
  }
}

absl::StatusOr<std::vector<std::string>> ProfileParts(const google::protobuf::FieldMask& mask,
                                                      const v1::User& user) {
  google::protobuf::FieldMask plain;
  std::vector<std::string> single;
  for (const std::string& path : mask.paths()) {
    if (absl::StartsWith(path, kFieldPrefix) && path.size() > kFieldPrefix.size()) {
      single.push_back(path);
    } else {
      plain.add_paths(path);
    }
  }
  // An empty mask would stand for all that is set.
  if (plain.paths().empty() && !single.empty()) return single;
  absl::StatusOr<std::vector<std::string>> parts = FieldsToUpdate(plain, user, kFields);
  if (!parts.ok()) return parts.status();
  for (std::string& path : single) parts->push_back(std::move(path));
  return parts;
}

absl::Status DraftProfile(TenantDraft& draft, const UserFields& fields, const ProfileEditor& editor,
                          const v1::User& wanted, absl::Span<const std::string> parts,
                          const rows::UserRow* before, rows::UserRow* row) {
  absl::Status status;
  for (const std::string& part : parts) {
    if (part == "manager") {
      // The one that is there can stay, seen or not.
      if (wanted.manager() == ManagerName(draft.state(), draft.id(), *row)) continue;
      absl::StatusOr<uint32_t> manager = FindManager(draft, editor, wanted.manager());
      if (!manager.ok()) return manager.status();
      row->set_manager(*manager);
    } else if (part == "fields") {
      status = fields.Fill(wanted, "", row);
    } else if (absl::StartsWith(part, kFieldPrefix)) {
      status = fields.Fill(wanted, absl::StripPrefix(part, kFieldPrefix), row);
    } else {
      CopyField(wanted, part, row->mutable_user());
    }
    if (!status.ok()) return status;
  }
  const bool values_changed = std::any_of(parts.begin(), parts.end(), [](const std::string& part) {
    return absl::StartsWith(part, "fields");
  });
  // Somebody who was there before the field was need not have it.
  if (values_changed) status = fields.CheckRequired(*row);
  return status.ok() ? KeepIndexes(draft, before, *row) : status;
}

absl::StatusOr<rows::UserRow> DraftNewUser(TenantDraft& draft, const UserFields& fields,
                                           const ProfileEditor& editor, const v1::User& wanted,
                                           absl::string_view id, SubjectId uid, ScopeId home) {
  rows::UserRow row;
  row.set_uid(uid.value);
  row.set_home(home.value);
  const std::vector<std::string> parts(std::begin(kFields), std::end(kFields));
  absl::Status status = DraftProfile(draft, fields, editor, wanted, parts, nullptr, &row);
  if (!status.ok()) return status;
  *row.mutable_user()->mutable_create_time() = ToTimestamp(editor.now);
  *row.mutable_user()->mutable_update_time() = row.user().create_time();
  row.set_revision(draft.revision());
  draft.Put(id, row);
  return row;
}

absl::StatusOr<rows::UserRow> DraftUserChange(TenantDraft& draft, const UserFields& fields,
                                              const ProfileEditor& editor, const v1::User& wanted,
                                              absl::Span<const std::string> parts,
                                              absl::string_view id, const rows::UserRow& before) {
  rows::UserRow row = before;
  absl::Status status = DraftProfile(draft, fields, editor, wanted, parts, &before, &row);
  if (!status.ok()) return status;
  // Maps have no order on the wire.
  const bool same_values =
      row.values_size() == before.values_size() &&
      std::all_of(row.values().begin(), row.values().end(), [&](const auto& value) {
        const auto old = before.values().find(value.first);
        return old != before.values().end() && old->second == value.second;
      });
  if (same_values && row.manager() == before.manager() &&
      row.user().SerializeAsString() == before.user().SerializeAsString()) {
    return before;
  }
  *row.mutable_user()->mutable_update_time() = ToTimestamp(editor.now);
  row.set_revision(draft.revision());
  draft.Put(id, row);
  return row;
}

std::string NotForOneself(const WorldState& state, const UserFields& fields,
                          absl::string_view tenant, const v1::User& wanted,
                          absl::Span<const std::string> parts, const rows::UserRow& row) {
  for (const std::string& part : parts) {
    if (part == "hire_date" && wanted.hire_date() != row.user().hire_date()) return part;
    if (part == "external_id" && wanted.external_id() != row.user().external_id()) return part;
    if (part == "manager" && wanted.manager() != ManagerName(state, tenant, row)) return part;
    if (!absl::StartsWith(part, "fields")) continue;
    for (const UserFields::Field& field : fields.all()) {
      const std::string path = absl::StrCat(kFieldPrefix, field.definition.id());
      if (part != "fields" && part != path) continue;
      if (!field.definition.owner_writable() && ValueIn(wanted, field) != ValueOf(row, field))
        return path;
    }
  }
  return "";
}

std::set<std::string> RuleFieldsWritten(const WorldState& state, const UserFields& fields,
                                        absl::string_view tenant, const v1::User& wanted,
                                        absl::Span<const std::string> parts,
                                        const rows::UserRow& row) {
  std::set<std::string> written;
  const v1::User& old = row.user();
  const auto compare = [&](absl::string_view field, const std::string& a, const std::string& b) {
    if (a != b) written.insert(std::string(field));
  };
  for (const std::string& part : parts) {
    if (part == "email") {
      compare(kEmailDomainField, EmailDomain(wanted.email()), EmailDomain(old.email()));
    } else if (part == "external_id") {
      compare(kExternalIdField, wanted.external_id(), old.external_id());
    } else if (part == "locale") {
      compare(kLocaleField, wanted.locale(), old.locale());
    } else if (part == "time_zone") {
      compare(kTimeZoneField, wanted.time_zone(), old.time_zone());
    } else if (part == "manager") {
      compare(kManagerField, wanted.manager(), ManagerName(state, tenant, row));
    } else if (absl::StartsWith(part, "fields")) {
      for (const UserFields::Field& field : fields.all()) {
        if (part != "fields" && part != absl::StrCat(kFieldPrefix, field.definition.id())) continue;
        compare(DefinedField(field.number), ValueIn(wanted, field), ValueOf(row, field));
      }
    }
  }
  return written;
}

}  // namespace provost
