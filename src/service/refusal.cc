#include "service/refusal.h"

#include <google/rpc/error_details.pb.h>

#include <map>
#include <optional>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tenant/errors.h"
#include "tenant/names.h"

namespace provost {
namespace {

// As it travels: percent signs in front of what is not printable ASCII.
constexpr size_t kMaxMessageOnTheWire = 1700;
// Of all details together, before they are written in base64 beside the message.
constexpr size_t kMaxDetails = 1900;

template <typename Detail>
std::string UrlOf() {
  return absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name());
}

template <typename Detail>
std::optional<Detail> GetDetail(const absl::Status& status) {
  const auto payload = status.GetPayload(UrlOf<Detail>());
  Detail detail;
  if (!payload.has_value() || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

bool IsRefusal(const absl::Status& status) {
  return absl::IsPermissionDenied(status) || absl::IsFailedPrecondition(status) ||
         absl::IsAborted(status);
}

size_t SizeOnTheWire(absl::string_view message) {
  size_t size = 0;
  for (char c : message) size += c < 0x20 || c > 0x7E || c == '%' ? 3 : 1;
  return size;
}

std::string CutMessage(absl::string_view message) {
  std::string cut = ForPeople(message, kMaxMessageOnTheWire);
  while (SizeOnTheWire(cut) > kMaxMessageOnTheWire) cut = ForPeople(cut, cut.size() * 3 / 4);
  return cut;
}

// The engine knows the root scope by a name of its own.
std::string WithTenantName(absl::string_view text, absl::string_view tenant) {
  if (tenant.empty()) return std::string(text);
  const std::string root = absl::StrCat("`", kRootScopeName, "`");
  const std::string full = absl::StrCat("`", FullName(tenant, kRootScopeName), "`");
  std::string result(text);
  for (absl::string_view before : {" at ", " of ", "scope ", "moving ", " and "}) {
    absl::StrReplaceAll({{absl::StrCat(before, root), absl::StrCat(before, full)}}, &result);
  }
  return result;
}

std::string DefaultReason(const absl::Status& status,
                          const std::optional<google::rpc::PreconditionFailure>& failure) {
  if (failure.has_value() && failure->violations_size() > 0) return failure->violations(0).type();
  if (absl::IsPermissionDenied(status)) return "NOT_PERMITTED";
  return absl::StatusCodeToString(status.code());
}

}  // namespace

absl::Status ForCaller(const absl::Status& status, absl::string_view tenant) {
  if (status.ok()) return status;
  const bool refusal = IsRefusal(status);
  absl::Status result(status.code(), CutMessage(refusal ? WithTenantName(status.message(), tenant)
                                                        : status.message()));
  std::map<std::string, std::string> details;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    details[std::string(url)] = std::string(payload);
  });
  if (refusal) {
    std::optional<google::rpc::PreconditionFailure> failure =
        GetDetail<google::rpc::PreconditionFailure>(status);
    if (failure.has_value()) {
      for (auto& violation : *failure->mutable_violations()) {
        violation.set_description(WithTenantName(violation.description(), tenant));
      }
      details[UrlOf<google::rpc::PreconditionFailure>()] = failure->SerializeAsString();
    }
    if (details.count(std::string(kErrorInfoUrl)) == 0) {
      std::map<std::string, std::string> metadata;
      if (failure.has_value() && failure->violations_size() > 0 &&
          !failure->violations(0).subject().empty()) {
        metadata["resource"] = failure->violations(0).subject();
      }
      const absl::Status informed = WithErrorInfo(result, DefaultReason(status, failure), metadata);
      details[std::string(kErrorInfoUrl)] =
          std::string(informed.GetPayload(kErrorInfoUrl).value_or(absl::Cord()));
    }
  }
  size_t left = kMaxDetails;
  for (auto& [url, bytes] : details) {
    const size_t size = url.size() + bytes.size();
    if (size > left) continue;
    left -= size;
    result.SetPayload(url, absl::Cord(std::move(bytes)));
  }
  return result;
}

}  // namespace provost
