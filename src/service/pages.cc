#include "service/pages.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tenant/errors.h"

namespace provost {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The request without what may differ from page to page.
std::string Fingerprint(const Message& request) {
  std::unique_ptr<Message> copy(request.New());
  copy->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    const FieldDescriptor* field = copy->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) copy->GetReflection()->ClearField(copy.get(), field);
  }
  // None of the list requests has a map, so equal messages have equal bytes.
  return Sha256(copy->SerializeAsString());
}

}  // namespace

absl::StatusOr<Pages::Page> Pages::Begin(const Message& request, absl::string_view caller,
                                         const std::shared_ptr<Tenant>& tenant, absl::Time time,
                                         int default_size) {
  const google::protobuf::Descriptor& type = *request.GetDescriptor();
  const google::protobuf::Reflection& reflection = *request.GetReflection();
  const int size = reflection.GetInt32(request, type.FindFieldByName("page_size"));
  const std::string token = reflection.GetString(request, type.FindFieldByName("page_token"));
  if (size < 0) {
    return BadField("page_size", absl::StrCat(size),
                    absl::StrCat("wanted 0 (for ", default_size, ") to ", kMaxPageSize));
  }
  Page page;
  page.limit = size == 0 ? default_size : std::min(size, kMaxPageSize);
  page.binding = absl::StrCat("page/", tenant->id(), "/", tenant->number(), "/", caller, "/",
                              type.full_name(), "/", Fingerprint(request));
  if (token.empty()) {
    page.snapshot = std::make_shared<const ListSnapshot>(tenant, tenant->world().Hold(), time);
    return page;
  }
  const std::optional<std::string> payload = registry_->sealer().Open(page.binding, token);
  if (!payload.has_value()) {
    return BadField("page_token", token,
                    "was not made for this request and caller; wanted a `next_page_token` of the "
                    "same request");
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(*payload, absl::MaxSplits(' ', 2));
  uint64_t revision = 0;
  int64_t nanos = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &revision) ||
      !absl::SimpleAtoi(parts[1], &nanos)) {
    return BadField("page_token", token, "wanted a `next_page_token` of the same request");
  }
  page.cursor = std::string(parts[2]);
  page.snapshot = Find(*tenant, revision, absl::FromUnixNanos(nanos));
  if (page.snapshot == nullptr) {
    return absl::AbortedError(absl::StrCat(
        "the list cannot be continued: more than ", absl::FormatDuration(options_.hold),
        " have passed, too many lists are open, or the server was restarted; begin "
        "again without a page_token"));
  }
  return page;
}

std::string Pages::TokenAfter(const Page& page, absl::string_view cursor) {
  Hold(page.snapshot);
  return registry_->sealer().Seal(
      page.binding, absl::StrCat(page.snapshot->view->revision(), " ",
                                 absl::ToUnixNanos(page.snapshot->time), " ", cursor));
}

void Pages::Hold(std::shared_ptr<const ListSnapshot> snapshot) {
  const absl::Time now = absl::Now();
  MutexLock lock(&mutex_);
  while (!held_.empty() && held_.front().until <= now) held_.pop_front();
  for (const Held& held : held_) {
    if (held.snapshot == snapshot) return;
  }
  while (held_.size() >= options_.max_held) held_.pop_front();
  held_.push_back({std::move(snapshot), now + options_.hold});
}

std::shared_ptr<const ListSnapshot> Pages::Find(const Tenant& tenant, uint64_t revision,
                                                absl::Time time) {
  const absl::Time now = absl::Now();
  MutexLock lock(&mutex_);
  for (const Held& held : held_) {
    if (held.snapshot->tenant.get() == &tenant && held.snapshot->view->revision() == revision &&
        held.snapshot->time == time && now < held.until) {
      return held.snapshot;
    }
  }
  return nullptr;
}

void Pages::Clear() {
  MutexLock lock(&mutex_);
  held_.clear();
}

}  // namespace provost
