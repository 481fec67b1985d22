#include "tenant/errors.h"

#include <google/rpc/error_details.pb.h>

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "policy/matrix/utf8.h"
#include "provost/internal/v1/error_info.pb.h"

namespace provost {
namespace {

constexpr size_t kMaxQuotedBytes = 80;
// An error travels in the trailers of its call, its text three times over and partly in base64, and
// clients take 8 KiB of those. What goes beyond this is not named.
constexpr size_t kMaxDetailBytes = 1200;
// Of one of the texts in it.
constexpr size_t kMaxTextBytes = 600;
constexpr size_t kMaxNameBytes = 200;
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

absl::string_view Article(absl::string_view noun) {
  return !noun.empty() && absl::string_view("aeio").find(noun[0]) != absl::string_view::npos ? "an "
                                                                                             : "a ";
}

absl::Status FromBadRequest(const google::rpc::BadRequest& bad) {
  absl::Status status = absl::InvalidArgumentError(Describe(bad));
  SetDetail(&status, bad);
  return status;
}

}  // namespace

std::string Cut(absl::string_view text, size_t max) {
  if (text.size() <= max) return std::string(text);
  size_t end = max;
  // Bytes that go on with a character begin with the bits 10; four make the longest.
  while (end > 0 && max - end < 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

std::string ForPeople(absl::string_view text, size_t max) {
  const bool whole = text.size() <= max;
  std::string clean;
  for (const absl::string_view line : absl::StrSplit(Cut(text, max), '\n')) {
    absl::StrAppend(&clean, Printable(line), "\n");
  }
  clean.pop_back();
  // What is escaped is longer than it was.
  if (!whole || clean.size() > max) clean = absl::StrCat(Cut(clean, max), "...");
  return clean;
}

std::string Quoted(absl::string_view text) {
  if (text.size() <= kMaxQuotedBytes) return absl::StrCat("`", Printable(text), "`");
  return absl::StrCat("`", Printable(Cut(text, kMaxQuotedBytes)), "...` (", text.size(), " bytes)");
}

absl::Status BadField(absl::string_view field, absl::string_view value, absl::string_view wanted) {
  absl::Status status;
  AddBadField(&status, field, value, wanted);
  return status;
}

void AddBadField(absl::Status* status, absl::string_view field, absl::string_view value,
                 absl::string_view wanted) {
  // A request may be wrong in millions of places: what is no longer named costs next to nothing.
  if (absl::EndsWith(status->message(), kMore)) return;
  google::rpc::BadRequest bad =
      GetDetail<google::rpc::BadRequest>(*status).value_or(google::rpc::BadRequest());
  auto* violation = bad.add_field_violations();
  violation->set_field(ForPeople(field, kMaxNameBytes));
  const std::string text = ForPeople(wanted, kMaxTextBytes);
  violation->set_description(value.empty() ? absl::StrCat("is empty; ", text)
                                           : absl::StrCat(Quoted(value), ": ", text));
  if (bad.field_violations_size() > 1 && bad.ByteSizeLong() > kMaxDetailBytes) {
    violation->set_description(std::string(kMore));
  }
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
  if (failure.violations_size() > 0 && failure.violations().rbegin()->description() == kMore)
    return;
  auto* violation = failure.add_violations();
  violation->set_type(std::string(type));
  violation->set_subject(ForPeople(subject, kMaxNameBytes));
  violation->set_description(ForPeople(description, kMaxTextBytes));
  if (failure.violations_size() > 1 && failure.ByteSizeLong() > kMaxDetailBytes) {
    violation->set_description(std::string(kMore));
  }
  *status = absl::FailedPreconditionError(
      status->ok() ? violation->description()
                   : absl::StrCat(status->message(), "; ", violation->description()));
  SetDetail(status, failure);
}

absl::Status NotFound(absl::string_view type, absl::string_view name) {
  google::rpc::ResourceInfo info;
  info.set_resource_type(std::string(type));
  info.set_resource_name(ForPeople(name, kMaxNameBytes));
  absl::Status status = absl::NotFoundError(absl::StrCat("there is no ", type, " ", Quoted(name)));
  info.set_description(std::string(status.message()));
  SetDetail(&status, info);
  return status;
}

absl::Status AlreadyExists(absl::string_view type, absl::string_view name) {
  google::rpc::ResourceInfo info;
  info.set_resource_type(std::string(type));
  info.set_resource_name(ForPeople(name, kMaxNameBytes));
  absl::Status status = absl::AlreadyExistsError(
      absl::StrCat("there is ", Article(type), type, " ", Quoted(name), " already"));
  info.set_description(std::string(status.message()));
  SetDetail(&status, info);
  return status;
}

absl::Status StaleEtag(absl::string_view name, absl::string_view seen, absl::string_view current) {
  google::rpc::PreconditionFailure failure;
  auto* violation = failure.add_violations();
  violation->set_type("ETAG");
  violation->set_subject(ForPeople(name, kMaxNameBytes));
  absl::Status status =
      absl::AbortedError(absl::StrCat(Quoted(name), " has changed: its etag is ", Quoted(current),
                                      " and no longer ", Quoted(seen), "; read it again"));
  violation->set_description(std::string(status.message()));
  SetDetail(&status, failure);
  return status;
}

absl::Status WithErrorInfo(absl::Status status, absl::string_view reason,
                           const std::map<std::string, std::string>& metadata) {
  internal::v1::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kErrorDomain));
  for (const auto& [key, value] : metadata) {
    (*info.mutable_metadata())[key] = ForPeople(value, kMaxNameBytes);
  }
  status.SetPayload(kErrorInfoUrl, absl::Cord(info.SerializeAsString()));
  return status;
}

absl::Status NotPermitted(absl::string_view permission, absl::string_view name) {
  if (permission.empty()) {
    return WithErrorInfo(
        absl::PermissionDeniedError(absl::StrCat("not permitted on ", Quoted(name))),
        "NOT_PERMITTED", {{"resource", std::string(name)}});
  }
  return WithErrorInfo(absl::PermissionDeniedError(absl::StrCat(
                           "not permitted: needs ", Quoted(permission), " for ", Quoted(name))),
                       "NOT_PERMITTED",
                       {{"permission", std::string(permission)}, {"resource", std::string(name)}});
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
