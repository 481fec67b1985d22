// Days as a tenant means them: in its time zone.
#ifndef PROVOST_TOOLS_PROVOST_TENANT_TIME_H_
#define PROVOST_TOOLS_PROVOST_TENANT_TIME_H_

#include <google/protobuf/timestamp.pb.h>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tools/provost/context.h"

namespace provost::cli {

// What the help of an option for a due time says.
inline constexpr char kDueHelp[] =
    "When it is due: a day, 2026-11-03, up to its end in the tenant's time zone; a time; +30d";

// The zone that the tenant's settings name; UTC where they name none, or the caller may not read
// what everybody in the tenant may. INVALID_ARGUMENT where this machine does not know it. One call.
absl::StatusOr<absl::TimeZone> TenantZone(Context& context);

// As ReadTime, but that a day means its last second in the tenant's zone.
absl::StatusOr<google::protobuf::Timestamp> ReadDueTime(Context& context, absl::string_view option,
                                                        absl::string_view text);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_TENANT_TIME_H_
