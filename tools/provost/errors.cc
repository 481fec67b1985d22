#include "tools/provost/errors.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"

namespace provost::cli {
namespace {

template <typename Detail>
std::optional<Detail> DetailOf(const absl::Status& status) {
  const auto payload =
      status.GetPayload(absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()));
  Detail detail;
  if (!payload.has_value() || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

std::string NextStep(const absl::Status& status) {
  if (const auto retry = DetailOf<google::rpc::RetryInfo>(status); retry.has_value()) {
    const absl::Duration delay = absl::Seconds(retry->retry_delay().seconds()) +
                                 absl::Nanoseconds(retry->retry_delay().nanos());
    return absl::StrCat("try again in ", absl::FormatDuration(delay));
  }
  switch (status.code()) {
    case absl::StatusCode::kDeadlineExceeded:
      return "the server did not answer in time; --timeout gives it longer";
    case absl::StatusCode::kUnauthenticated:
      return "say who is asking with --as users/ann (or PROVOST_ACTOR)";
    case absl::StatusCode::kAborted:
      return "it has changed since you read it; read it again and repeat";
    case absl::StatusCode::kPermissionDenied:
      return "`provost explain YOU PERMISSION SCOPE` says why; `provost can SCOPE` lists what you "
             "may";
    case absl::StatusCode::kUnimplemented:
      return "the server is of another version; `provost --version` shows this tool's";
    default:
      return "";
  }
}

}  // namespace

std::string RenderError(const absl::Status& status, const Look& look) {
  std::string out =
      absl::StrCat(Paint(look, Tone::kBad, "error:"), " ",
                   status.message().empty()
                       ? absl::StatusCodeToString(status.code())
                       : absl::StrReplaceAll(PrintableLines(status.message()), {{"\n", "\n  "}}),
                   "\n");
  // A violation that the message says already is not said twice; of several it may say one.
  const auto append = [&](absl::string_view where, absl::string_view what, bool is_only = false) {
    if (absl::StrContains(status.message(), what) &&
        (is_only || where.empty() || absl::StrContains(status.message(), where))) {
      return;
    }
    absl::StrAppend(&out, "  ", where.empty() ? "" : absl::StrCat(Printable(where), ": "),
                    Printable(what), "\n");
  };
  if (const auto bad = DetailOf<google::rpc::BadRequest>(status); bad.has_value()) {
    for (const auto& violation : bad->field_violations()) {
      append(violation.field(), violation.description());
    }
  }
  if (const auto failed = DetailOf<google::rpc::PreconditionFailure>(status); failed.has_value()) {
    for (const auto& violation : failed->violations()) {
      append(violation.subject(), violation.description(), failed->violations_size() == 1);
    }
  }
  if (const auto quota = DetailOf<google::rpc::QuotaFailure>(status); quota.has_value()) {
    for (const auto& violation : quota->violations()) {
      append(violation.subject(), violation.description());
    }
  }
  if (const std::string next = NextStep(status); !next.empty()) {
    absl::StrAppend(&out, "  ", next, "\n");
  }
  return out;
}

}  // namespace provost::cli
