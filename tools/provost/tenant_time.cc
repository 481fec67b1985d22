#include "tools/provost/tenant_time.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "provost/v1/tenant_service.pb.h"
#include "tools/provost/times.h"

namespace provost::cli {

absl::StatusOr<absl::TimeZone> TenantZone(Context& context) {
  v1::GetSettingsRequest request;
  if (absl::Status status = context.names().SetTenant(*request.mutable_tenant()); !status.ok()) {
    return status;
  }
  request.set_view(v1::GetSettingsRequest::PUBLIC);
  v1::Settings settings;
  absl::Status status = context.Call("TenantService.GetSettings", request, settings);
  if (absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status)) {
    return absl::UTCTimeZone();
  }
  if (!status.ok()) return status;
  const std::string& name = settings.localization().time_zone();
  absl::TimeZone zone = absl::UTCTimeZone();
  if (name.empty() || absl::LoadTimeZone(name, &zone)) return zone;
  return absl::InvalidArgumentError(
      absl::StrCat("the tenant's time zone `", name,
                   "` is not known here; write a time instead of a day: `2026-11-03T21:59:59Z`"));
}

absl::StatusOr<google::protobuf::Timestamp> ReadDueTime(Context& context, absl::string_view option,
                                                        absl::string_view text) {
  absl::CivilDay day;
  if (!ParseDay(text, &day)) return ReadTime(option, text);
  const absl::StatusOr<absl::TimeZone> zone = TenantZone(context);
  if (!zone.ok()) return zone.status();
  return LastSecondOf(day, *zone);
}

}  // namespace provost::cli
