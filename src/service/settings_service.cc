#include "service/settings_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "provost/v1/tenant_service.pb.h"
#include "service/authorize.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/settings_check.h"
#include "service/settings_rows.h"
#include "tenant/errors.h"
#include "tenant/rows.h"

namespace provost {
namespace {

using store::Table;
using v1::Settings;

template <typename Request>
absl::Status ValidateTenant(const Request& request) {
  return ParseNameIn(Collection::kTenant, "tenant", request.tenant()).status();
}

absl::Status ValidateGet(const v1::GetSettingsRequest& request) {
  absl::Status status = ValidateTenant(request);
  if (!v1::GetSettingsRequest::View_IsValid(request.view())) {
    AddBadField(&status, "view", absl::StrCat(request.view()), "wanted FULL or PUBLIC");
  }
  return status;
}

absl::Status GetSettings(ReadCall& call, const v1::GetSettingsRequest& request,
                         Settings* response) {
  absl::StatusOr<rows::SettingsRow> row = ReadSettings(call.reader(), call.tenant->number());
  if (!row.ok()) return row.status();
  const Settings settings = SettingsOf(*row);
  if (request.view() == v1::GetSettingsRequest::PUBLIC) {
    *response->mutable_general() = settings.general();
    *response->mutable_localization() = settings.localization();
    *response->mutable_cross_catalog() = settings.cross_catalog();
    *response->mutable_mobile() = settings.mobile();
    *response->mutable_dashboard() = settings.dashboard();
  } else {
    *response = settings;
  }
  response->set_tenant(request.tenant());
  return absl::OkStatus();
}

// --- UpdateSettings ---

absl::Status ValidateUpdate(const v1::UpdateSettingsRequest& request) {
  const Settings& settings = request.settings();
  absl::Status status =
      ParseNameIn(Collection::kTenant, "settings.tenant", settings.tenant()).status();
  if (!status.ok()) return status;
  const google::protobuf::FieldDescriptor* field = SectionField(request.section());
  if (field == nullptr) {
    return BadField("section", absl::StrCat(request.section()), "wanted which section to replace");
  }
  if (!settings.GetReflection()->HasField(settings, field)) {
    AddBadField(&status, absl::StrCat("settings.", field->name()), "",
                "wanted the section that is to be replaced");
  }
  for (Settings::Section section : SectionsOf(settings)) {
    if (section == request.section()) {
      CheckSection("settings", section, settings, &status);
    } else {
      AddBadField(&status, absl::StrCat("settings.", SectionField(section)->name()), "set",
                  absl::StrCat("wanted the section `", field->name(), "` alone"));
    }
  }
  return status;
}

absl::Status UpdateSettings(MutateCall& call, const v1::UpdateSettingsRequest& request,
                            Settings* response) {
  const Settings& wanted = request.settings();
  absl::StatusOr<rows::SettingsRow> row = ReadSettings(call.draft.reader(), call.draft.number());
  if (!row.ok()) return row.status();
  absl::Status status = CheckEtag(wanted.tenant(), wanted.etag(), EtagOfSettings(*row));
  if (!status.ok()) return status;
  status = DraftSettings(call.context, call.draft, {request.section()}, wanted, &*row);
  if (!status.ok()) return status;
  call.draft.Describe(wanted.tenant());
  *response = SettingsOf(*row);
  // Who may change a section need not be one who may read the others (rule 25).
  if (!IsAllowed(call.state(), call.actor(), "tenant.settings.read", call.state().root(),
                 /*about_self=*/false, call.now())) {
    for (Settings::Section section : SectionsOf(*response)) {
      if (section == request.section()) continue;
      response->GetReflection()->ClearField(response, SectionField(section));
    }
  }
  response->set_tenant(wanted.tenant());
  return absl::OkStatus();
}

// --- ListSettingsChanges ---

absl::Status ListSettingsChanges(ReadCall& call, const v1::ListSettingsChangesRequest& request,
                                 v1::ListSettingsChangesResponse* response) {
  if (request.section() != Settings::SECTION_UNSPECIFIED &&
      SectionField(request.section()) == nullptr) {
    return BadField("section", absl::StrCat(request.section()), "wanted a section, or none");
  }
  // Bound to who the caller is: a name can be given to another.
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.actor.subject.value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const uint64_t tenant = call.tenant->number();
  store::KeyRange range = SettingsChanges(tenant);
  if (!page->cursor.empty()) range.end = page->cursor;
  store::ScanOptions newest_first;
  newest_first.reverse = true;
  store::Cursor cursor = call.reader().Scan(Table::kSettings, range, newest_first);
  std::string last;
  while (cursor.Next()) {
    store::KeyReader key(Table::kSettings, cursor.key());
    key.U64();
    key.U8();
    const uint64_t revision = key.U64();
    key.U8();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    // What came after the list's first page.
    if (revision > page->snapshot->view->revision()) continue;
    absl::StatusOr<rows::SettingsChangeRow> row =
        ParseRow<rows::SettingsChangeRow>(Table::kSettings, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    if (request.section() != 0 && row->change().section() != request.section()) continue;
    if (response->changes_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, last));
      return absl::OkStatus();
    }
    v1::SettingsChange& change = *response->add_changes();
    change = row->change();
    change.set_revision(revision);
    if (row->actor() != 0) {
      change.set_actor(SubjectFullName(call.state, call.tenant->id(), SubjectId(row->actor())));
    }
    last = std::string(cursor.key());
  }
  return cursor.status();
}

}  // namespace

void RegisterSettings(Methods& methods) {
  Methods::ValidateBy<v1::GetSettingsRequest>(
      methods.Read<v1::GetSettingsRequest, Settings>(GetSettings), ValidateGet);
  methods.Mutate<v1::UpdateSettingsRequest, Settings>(ValidateUpdate, UpdateSettings);
  Methods::ValidateBy<v1::ListSettingsChangesRequest>(
      methods.Scan<v1::ListSettingsChangesRequest, v1::ListSettingsChangesResponse>(
          ListSettingsChanges),
      ValidateTenant<v1::ListSettingsChangesRequest>);
}

}  // namespace provost
