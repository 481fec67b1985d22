#include "service/notification_preferences.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/notification_service.pb.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "tenant/errors.h"
#include "tenant/homed_rows.h"

namespace provost {
namespace {

using v1::NotificationPreferences;

constexpr absl::string_view kUpdatable[] = {"digest", "digest_hour", "quiet_from", "quiet_until"};
constexpr int kMinutesOfDay = 24 * 60;

absl::Status ValidateGet(const v1::GetNotificationPreferencesRequest& request) {
  return ParseNameIn(Collection::kUsers, "name", request.name()).status();
}

void CheckRange(absl::string_view field, int value, int end, absl::Status* status) {
  if (value >= 0 && value < end) return;
  AddBadField(status, absl::StrCat("notification_preferences.", field), absl::StrCat(value),
              absl::StrCat("wanted 0 to ", end - 1));
}

absl::Status ValidateUpdate(const v1::UpdateNotificationPreferencesRequest& request) {
  const NotificationPreferences& wanted = request.notification_preferences();
  absl::Status status =
      ParseNameIn(Collection::kUsers, "notification_preferences.name", wanted.name()).status();
  if (!status.ok()) return status;
  status = FieldsToUpdate(request.update_mask(), wanted, kUpdatable).status();
  if (!status.ok()) return status;
  if (!NotificationPreferences::Digest_IsValid(wanted.digest())) {
    AddBadField(&status, "notification_preferences.digest",
                absl::StrCat(static_cast<int>(wanted.digest())),
                "wanted IMMEDIATE, DAILY or WEEKLY");
  }
  CheckRange("digest_hour", wanted.digest_hour(), 24, &status);
  CheckRange("quiet_from", wanted.quiet_from(), kMinutesOfDay, &status);
  CheckRange("quiet_until", wanted.quiet_until(), kMinutesOfDay, &status);
  return status;
}

void ToMessage(SubjectId user, absl::string_view name, const rows::NotificationPreferencesRow& row,
               NotificationPreferences* message) {
  *message = row.preferences();
  message->set_name(std::string(name));
  if (message->digest() == NotificationPreferences::DIGEST_UNSPECIFIED) {
    message->set_digest(NotificationPreferences::IMMEDIATE);
  }
  message->set_etag(EtagOf(user.value, row.revision()));
}

absl::Status DoGet(ReadCall& call, const v1::GetNotificationPreferencesRequest& request,
                   NotificationPreferences* response) {
  absl::StatusOr<SubjectId> user =
      ResolveSubject(call.state, call.tenant->id(), "name", request.name());
  if (!user.ok()) return user.status();
  absl::StatusOr<rows::NotificationPreferencesRow> row =
      ReadPreferences(call.reader(), call.tenant->number(), *user);
  if (!row.ok()) return row.status();
  ToMessage(*user, request.name(), *row, response);
  return absl::OkStatus();
}

absl::Status DoUpdate(MutateCall& call, const v1::UpdateNotificationPreferencesRequest& request,
                      NotificationPreferences* response) {
  const NotificationPreferences& wanted = request.notification_preferences();
  absl::StatusOr<SubjectId> user =
      ResolveSubject(call.state(), call.draft.id(), "notification_preferences.name", wanted.name());
  if (!user.ok()) return user.status();
  absl::StatusOr<rows::NotificationPreferencesRow> row =
      ReadPreferences(call.draft.reader(), call.draft.number(), *user);
  if (!row.ok()) return row.status();
  absl::Status status =
      CheckEtag(wanted.name(), wanted.etag(), EtagOf(user->value, row->revision()));
  if (!status.ok()) return status;
  status = ApplyMask(request.update_mask(), wanted, kUpdatable, row->mutable_preferences());
  if (!status.ok()) return status;
  row->set_revision(call.draft.revision());
  call.draft.Write(store::Table::kNotifications, PreferencesKey(call.draft.number(), *user), *row);
  ToMessage(*user, wanted.name(), *row, response);
  call.draft.Describe(wanted.name());
  return absl::OkStatus();
}

}  // namespace

void RegisterNotificationPreferences(Methods& methods) {
  Method& get = methods.Read<v1::GetNotificationPreferencesRequest, NotificationPreferences>(DoGet);
  Methods::ValidateBy<v1::GetNotificationPreferencesRequest>(get, ValidateGet);
  methods.Mutate<v1::UpdateNotificationPreferencesRequest, NotificationPreferences>(ValidateUpdate,
                                                                                    DoUpdate);
}

}  // namespace provost
