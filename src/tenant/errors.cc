#include "tenant/errors.h"

#include <google/rpc/error_details.pb.h>

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace provost {
namespace {

constexpr size_t kMaxQuotedBytes = 80;
// An error travels in the trailers of its call, its text three times over and partly in base64, and
// clients take 8 KiB of those. What goes beyond this is not named.
constexpr size_t kMaxDetailBytes = 1200;
constexpr absl::string_view kMore = "and more than fits into one answer";

template <typename Detail>
std::string UrlOf() {
  return absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name());
}

template <typename Detail>
void SetDetail(absl::Status* status, const Detail& detail) {
  status->SetPayload(UrlOf<Detail>(), absl::Cord(detail.SerializeAsString()));
}

template <typename Detail>
std::optional<Detail> GetDetail(const absl::Status& status) {
  const auto payload = status.GetPayload(UrlOf<Detail>());
  if (!payload.has_value()) return std::nullopt;
  Detail detail;
  if (!detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

std::string Describe(const google::rpc::BadRequest& bad) {
  std::string text;
  for (const auto& violation : bad.field_violations()) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", violation.field(), ": ",
                    violation.description());
  }
  return text;
}

absl::Status FromBadRequest(const google::rpc::BadRequest& bad) {
  absl::Status status = absl::InvalidArgumentError(Describe(bad));
  SetDetail(&status, bad);
  return status;
}

}  // namespace

std::string Quoted(absl::string_view text) {
  if (text.size() <= kMaxQuotedBytes) return absl::StrCat("`", absl::Utf8SafeCHexEscape(text), "`");
  return absl::StrCat("`", absl::Utf8SafeCHexEscape(text.substr(0, kMaxQuotedBytes)), "...` (",
                      text.size(), " bytes)");
}

absl::Status BadField(absl::string_view field, absl::string_view value, absl::string_view wanted) {
  absl::Status status;
  AddBadField(&status, field, value, wanted);
  return status;
}

void AddBadField(absl::Status* status, absl::string_view field, absl::string_view value,
                 absl::string_view wanted) {
  google::rpc::BadRequest bad =
      GetDetail<google::rpc::BadRequest>(*status).value_or(google::rpc::BadRequest());
  if (bad.ByteSizeLong() > kMaxDetailBytes) {
    if (bad.field_violations().rbegin()->description() == kMore) return;
    auto* more = bad.add_field_violations();
    more->set_field(std::string(field));
    more->set_description(std::string(kMore));
    *status = FromBadRequest(bad);
    return;
  }
  auto* violation = bad.add_field_violations();
  violation->set_field(std::string(field));
  violation->set_description(value.empty() ? absl::StrCat("is empty; ", wanted)
                                           : absl::StrCat(Quoted(value), ": ", wanted));
  *status = FromBadRequest(bad);
}

absl::Status WithFieldPrefix(const absl::Status& status, absl::string_view prefix) {
  std::optional<google::rpc::BadRequest> bad = GetDetail<google::rpc::BadRequest>(status);
  if (!bad.has_value()) {
    absl::Status result(status.code(), absl::StrCat(prefix, " ", status.message()));
    status.ForEachPayload(
        [&](absl::string_view url, const absl::Cord& payload) { result.SetPayload(url, payload); });
    return result;
  }
  for (auto& violation : *bad->mutable_field_violations()) {
    violation.set_field(absl::StrCat(prefix, violation.field()));
  }
  return FromBadRequest(*bad);
}

absl::Status FailedPrecondition(absl::string_view type, absl::string_view subject,
                                absl::string_view description) {
  absl::Status status;
  AddFailedPrecondition(&status, type, subject, description);
  return status;
}

void AddFailedPrecondition(absl::Status* status, absl::string_view type, absl::string_view subject,
                           absl::string_view description) {
  google::rpc::PreconditionFailure failure =
      GetDetail<google::rpc::PreconditionFailure>(*status).value_or(
          google::rpc::PreconditionFailure());
  if (failure.ByteSizeLong() > kMaxDetailBytes) {
    if (failure.violations().rbegin()->description() == kMore) return;
    description = kMore;
  }
  auto* violation = failure.add_violations();
  violation->set_type(std::string(type));
  violation->set_subject(std::string(subject));
  violation->set_description(std::string(description));
  *status = absl::FailedPreconditionError(
      status->ok() ? std::string(description) : absl::StrCat(status->message(), "; ", description));
  SetDetail(status, failure);
}

absl::Status NotFound(absl::string_view type, absl::string_view name) {
  google::rpc::ResourceInfo info;
  info.set_resource_type(std::string(type));
  info.set_resource_name(std::string(name));
  absl::Status status = absl::NotFoundError(absl::StrCat("there is no ", type, " ", Quoted(name)));
  info.set_description(std::string(status.message()));
  SetDetail(&status, info);
  return status;
}

absl::Status AlreadyExists(absl::string_view type, absl::string_view name) {
  google::rpc::ResourceInfo info;
  info.set_resource_type(std::string(type));
  info.set_resource_name(std::string(name));
  absl::Status status =
      absl::AlreadyExistsError(absl::StrCat("there is a ", type, " ", Quoted(name), " already"));
  info.set_description(std::string(status.message()));
  SetDetail(&status, info);
  return status;
}

absl::Status StaleEtag(absl::string_view name, absl::string_view seen, absl::string_view current) {
  google::rpc::PreconditionFailure failure;
  auto* violation = failure.add_violations();
  violation->set_type("ETAG");
  violation->set_subject(std::string(name));
  absl::Status status =
      absl::AbortedError(absl::StrCat(Quoted(name), " has changed: its etag is ", Quoted(current),
                                      " and no longer ", Quoted(seen), "; read it again"));
  violation->set_description(std::string(status.message()));
  SetDetail(&status, failure);
  return status;
}

absl::Status RetryAfter(absl::Status status, absl::Duration delay) {
  google::rpc::RetryInfo info;
  const int64_t seconds = absl::ToInt64Seconds(delay);
  info.mutable_retry_delay()->set_seconds(seconds);
  info.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay - absl::Seconds(seconds))));
  SetDetail(&status, info);
  return status;
}

}  // namespace provost
