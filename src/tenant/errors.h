#ifndef PROVOST_TENANT_ERRORS_H_
#define PROVOST_TENANT_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace provost {

/// Errors with `google.rpc` details. A detail is a payload of the status, under its type's URL; the
/// door puts every such payload into the answer's `grpc-status-details-bin`.

/// INVALID_ARGUMENT with a BadRequest that names the field. `wanted` goes on from the field:
/// "wanted 1 to 200 characters". A long value is cut.
absl::Status BadField(absl::string_view field, absl::string_view value, absl::string_view wanted);

/// One more bad field to `status`, which is OK or came from BadField.
void AddBadField(absl::Status* status, absl::string_view field, absl::string_view value,
                 absl::string_view wanted);

/// `status` with its BadRequest, if it has one, or its message under `prefix`: "requests[3].".
absl::Status WithFieldPrefix(const absl::Status& status, absl::string_view prefix);

/// FAILED_PRECONDITION with a PreconditionFailure.
absl::Status FailedPrecondition(absl::string_view type, absl::string_view subject,
                                absl::string_view description);

/// One more violation to `status`, which is OK or came from FailedPrecondition.
void AddFailedPrecondition(absl::Status* status, absl::string_view type, absl::string_view subject,
                           absl::string_view description);

/// NOT_FOUND, ALREADY_EXISTS with a ResourceInfo.
absl::Status NotFound(absl::string_view type, absl::string_view name);
absl::Status AlreadyExists(absl::string_view type, absl::string_view name);

/// ABORTED for an etag that is no longer current.
absl::Status StaleEtag(absl::string_view name, absl::string_view seen, absl::string_view current);

/// `status` with a RetryInfo.
absl::Status RetryAfter(absl::Status status, absl::Duration delay);

/// A user's text in backticks, cut where it is long.
std::string Quoted(absl::string_view text);

}  // namespace provost

#endif  // PROVOST_TENANT_ERRORS_H_
