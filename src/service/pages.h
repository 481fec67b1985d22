#ifndef PROVOST_SERVICE_PAGES_H_
#define PROVOST_SERVICE_PAGES_H_

#include <google/protobuf/message.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "policy/world/world.h"
#include "tenant/registry.h"

namespace provost {

/// A state that the pages of one list are answered from.
struct ListSnapshot {
  ListSnapshot(std::shared_ptr<Tenant> of, HeldView held, absl::Time at, uint64_t which)
      : tenant(std::move(of)), view(std::move(held)), time(at), number(which) {}
  std::shared_ptr<Tenant> tenant;  // before the view: a World outlives what is held of it
  HeldView view;
  absl::Time time;        ///< The time that the list is answered for.
  const uint64_t number;  ///< Its own.
};

/// What a list holds beside the state for as long as it can be continued: see Pages::Page. Its
/// pages may be asked for at the same time.
class HeldByList {
 public:
  virtual ~HeldByList() = default;
};

/// Page tokens, and the states that lists are continued on. A token is bound to the request (all of
/// it but page_size and page_token), the caller, the revision and the time of the first page.
/// Thread-safe.
class Pages {
 public:
  struct Options {
    /// How long a list can be continued.
    absl::Duration hold = absl::Minutes(5);
    /// How many states are held at most for the callers of one tenant, and for one caller of them.
    /// Whoever goes beyond the second loses their own oldest; beyond the first, whoever has the
    /// most does. Nobody takes anything from callers of another tenant.
    size_t max_held_per_tenant = 128;
    size_t max_held_per_caller = 16;
  };

  Pages(const TenantRegistry* registry, Options options) : registry_(registry), options_(options) {}

  /// Where a list goes on.
  struct Page {
    std::shared_ptr<const ListSnapshot> snapshot;
    /// Set by whoever answers the first page, where the list has such a thing; found again for the
    /// pages after it.
    std::shared_ptr<HeldByList> held;
    std::string cursor;  ///< What the page before ended with; empty for the first.
    int limit = 0;
    std::string caller;  ///< To whose account the state is held.
    std::string binding;
    std::string token_prefix;
  };

  static constexpr int kMaxPageSize = 1000;

  /// Reads `page_size` and `page_token` of `request`. INVALID_ARGUMENT for a negative size and for
  /// a token that was not made for this request and caller; ABORTED where the list was held too
  /// long.
  absl::StatusOr<Page> Begin(const google::protobuf::Message& request, absl::string_view caller,
                             const std::shared_ptr<Tenant>& tenant, absl::Time time,
                             int default_size = 100);

  /// The token for what comes after `cursor`.
  std::string TokenAfter(const Page& page, absl::string_view cursor);

  /// Lets go of what can be continued no longer, where nobody lists anything either. To be called
  /// every now and then.
  void EndExpired() ABSL_LOCKS_EXCLUDED(mutex_);
  /// Lets go of all that is held.
  void Clear() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Held {
    std::shared_ptr<const ListSnapshot> snapshot;
    std::shared_ptr<HeldByList> own;
    std::string caller;
    absl::Time until;
  };
  using Entry = std::list<Held>::iterator;

  void Hold(const Page& page) ABSL_LOCKS_EXCLUDED(mutex_);
  // False where it is not held any more.
  bool Find(const Tenant& tenant, uint64_t revision, absl::Time time, uint64_t number, Page* page)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void DropExpired(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeRoom(const std::string& caller, std::deque<Entry>& account)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const TenantRegistry* const registry_;
  const Options options_;
  std::atomic<uint64_t> last_number_{0};  // Of the snapshots.
  Mutex mutex_;
  std::list<Held> held_ ABSL_GUARDED_BY(mutex_);  // oldest first
  // What is held for the callers of each tenant, by its id, oldest first.
  std::map<std::string, std::deque<Entry>> by_tenant_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace provost

#endif  // PROVOST_SERVICE_PAGES_H_
