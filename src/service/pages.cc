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

// `tenants/acme` of `tenants/acme/users/ann`: whose quota a caller uses.
std::string TenantOf(absl::string_view caller) {
  const size_t id = caller.find('/');
  return std::string(id == absl::string_view::npos ? caller
                                                   : caller.substr(0, caller.find('/', id + 1)));
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
  // Behind a `#` may stand which bearer of the name it is.
  page.caller = std::string(caller.substr(0, caller.find('#')));
  page.binding = absl::StrCat("page/", tenant->id(), "/", tenant->number(), "/", caller, "/",
                              type.full_name(), "/", Fingerprint(request));
  if (token.empty()) {
    {
      // What lists hold may keep much alive, and whoever began one need not ask again.
      MutexLock lock(&mutex_);
      DropExpired(absl::Now());
    }
    page.snapshot = std::make_shared<const ListSnapshot>(
        tenant, tenant->world().Hold(), time,
        last_number_.fetch_add(1, std::memory_order_relaxed) + 1);
    return page;
  }
  const std::optional<std::string> payload = registry_->sealer().Open(page.binding, token);
  if (!payload.has_value()) {
    return BadField("page_token", token,
                    "was not made for this request and caller; wanted a `next_page_token` of the "
                    "same request");
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(*payload, absl::MaxSplits(' ', 3));
  uint64_t revision = 0;
  int64_t nanos = 0;
  uint64_t number = 0;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[0], &revision) ||
      !absl::SimpleAtoi(parts[1], &nanos) || !absl::SimpleAtoi(parts[2], &number)) {
    return BadField("page_token", token, "wanted a `next_page_token` of the same request");
  }
  page.cursor = std::string(parts[3]);
  // Numbers begin anew with the server, and tokens may be older.
  if (!Find(*tenant, revision, absl::FromUnixNanos(nanos), number, &page)) {
    return WithErrorInfo(
        absl::AbortedError(absl::StrCat(
            "the list cannot be continued: more than ", absl::FormatDuration(options_.hold),
            " have passed, too many lists are open, or the server was restarted; begin "
            "again without a page_token")),
        "LIST_ENDED");
  }
  return page;
}

std::string Pages::TokenAfter(const Page& page, absl::string_view cursor) {
  Hold(page);
  return registry_->sealer().Seal(
      page.binding,
      absl::StrCat(page.snapshot->view->revision(), " ", absl::ToUnixNanos(page.snapshot->time),
                   " ", page.snapshot->number, " ", cursor));
}

void Pages::Hold(const Page& page) {
  const absl::Time now = absl::Now();
  MutexLock lock(&mutex_);
  DropExpired(now);
  std::deque<Entry>& account = by_tenant_[TenantOf(page.caller)];
  for (Entry held : account) {
    if (held->snapshot == page.snapshot) return;
  }
  MakeRoom(page.caller, account);
  account.push_back(
      held_.insert(held_.end(), {page.snapshot, page.held, page.caller, now + options_.hold}));
}

void Pages::DropExpired(absl::Time now) {
  while (!held_.empty() && held_.front().until <= now) {
    // The oldest of all is the oldest of its tenant's.
    const auto account = by_tenant_.find(TenantOf(held_.front().caller));
    account->second.pop_front();
    if (account->second.empty()) by_tenant_.erase(account);
    held_.pop_front();
  }
}

void Pages::MakeRoom(const std::string& caller, std::deque<Entry>& account) {
  std::map<absl::string_view, size_t> counts;
  for (Entry held : account) ++counts[held->caller];
  const size_t own = counts[caller];
  absl::string_view loser;
  if (own >= options_.max_held_per_caller) {
    loser = caller;
  } else if (account.size() >= options_.max_held_per_tenant) {
    loser = caller;
    size_t most = own;
    for (const auto& [name, count] : counts) {
      if (count > most) {
        loser = name;
        most = count;
      }
    }
  }
  if (loser.empty()) return;
  const auto oldest = std::find_if(account.begin(), account.end(),
                                   [&](Entry held) { return held->caller == loser; });
  const Entry held = *oldest;  // The loser's name lives in it or in `caller`.
  account.erase(oldest);
  held_.erase(held);
}

bool Pages::Find(const Tenant& tenant, uint64_t revision, absl::Time time, uint64_t number,
                 Page* page) {
  MutexLock lock(&mutex_);
  DropExpired(absl::Now());
  const auto account = by_tenant_.find(TenantOf(page->caller));
  if (account == by_tenant_.end()) return false;
  for (Entry held : account->second) {
    const ListSnapshot& snapshot = *held->snapshot;
    if (snapshot.number == number && snapshot.tenant.get() == &tenant &&
        snapshot.view->revision() == revision && snapshot.time == time) {
      page->snapshot = held->snapshot;
      page->held = held->own;
      return true;
    }
  }
  return false;
}

void Pages::EndExpired() {
  MutexLock lock(&mutex_);
  DropExpired(absl::Now());
}

void Pages::Clear() {
  MutexLock lock(&mutex_);
  by_tenant_.clear();
  held_.clear();
}

}  // namespace provost
