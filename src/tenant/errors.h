#ifndef PROVOST_TENANT_ERRORS_H_
#define PROVOST_TENANT_ERRORS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace provost {

/// Errors with `google.rpc` details. A detail is a payload of the status, under its type's URL; the
/// door puts every such payload into the answer's `grpc-status-details-bin`.

/// INVALID_ARGUMENT with a BadRequest that names the field. `wanted` goes on from the field:
/// "wanted 1 to 200 characters". Long texts are cut, and control characters escaped, here and in
/// all that follow.
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

/// NOT_FOUND, ALREADY_EXISTS with a ResourceInfo. `type` is a noun: "course".
absl::Status NotFound(absl::string_view type, absl::string_view name);
absl::Status AlreadyExists(absl::string_view type, absl::string_view name);

/// ABORTED for an etag that is no longer current.
absl::Status StaleEtag(absl::string_view name, absl::string_view seen, absl::string_view current);

/// PERMISSION_DENIED for lack of `permission`, which may be left out, at what `name` names. The
/// words are the same whether that is hidden or missing.
absl::Status NotPermitted(absl::string_view permission, absl::string_view name);

/// Whose reasons those of ErrorInfo are.
inline constexpr absl::string_view kErrorDomain = "provost";
/// Under which it is a payload.
inline constexpr absl::string_view kErrorInfoUrl = "type.googleapis.com/google.rpc.ErrorInfo";

/// `status` with an ErrorInfo (AIP-193): a reason such as `NOT_PERMITTED`, and what it is about.
absl::Status WithErrorInfo(absl::Status status, absl::string_view reason,
                           const std::map<std::string, std::string>& metadata = {});

/// `status` with a RetryInfo.
absl::Status RetryAfter(absl::Status status, absl::Duration delay);

/// A user's text in backticks, cut where it is long, with control characters and bytes that are not
/// UTF-8 escaped.
std::string Quoted(absl::string_view text);

/// A text that may have others' words in it, for a message: its control characters, line ends
/// excepted, are escaped, and what goes beyond `max` bytes is cut.
std::string ForPeople(absl::string_view text, size_t max);

/// The first `max` bytes of `text`, or fewer where a character of UTF-8 would be cut in two.
std::string Cut(absl::string_view text, size_t max);

}  // namespace provost

#endif  // PROVOST_TENANT_ERRORS_H_
