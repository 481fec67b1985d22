#include "service/subject_list.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/check.h"
#include "service/manager_chain.h"
#include "store/key.h"
#include "tenant/rows.h"

namespace provost {
namespace {

// Where the caller may use the query's permission, each home asked about once.
class ReadableHomes {
 public:
  ReadableHomes(const ReadCall& call, const ListSnapshot& snapshot, const SubjectQuery& query)
      : call_(call), snapshot_(snapshot), query_(query) {}

  bool Has(ScopeId home) {
    const auto [at, is_new] = known_.try_emplace(home.value, false);
    if (is_new) at->second = Ask(home, "");
    return at->second;
  }
  bool Shows(SubjectId subject, ScopeId home) {
    if (Has(home)) return true;
    if (!query_.self_counts) return false;
    return (subject == call_.self() && Ask(home, "self")) ||
           (reports_.contains(subject.value) && Ask(home, "manages"));
  }
  // Whom the caller is the line manager of.
  void SetReports(const std::vector<SubjectId>& reports) {
    for (SubjectId report : reports) reports_.insert(report.value);
  }

 private:
  // With one fact, or with none.
  bool Ask(ScopeId home, absl::string_view fact) const {
    const WorldState& first = *snapshot_.view;
    if (!IsAllowedAt(first, home, fact, snapshot_.time)) return false;
    // A right that was taken away since the first page is gone for the next ones as well. The home
    // may be gone too: what lived there has moved up.
    if (call_.state.revision() <= first.revision()) return true;
    ScopeId at = home;
    while (!call_.state.HasScope(at) && at != first.root()) at = first.ParentOf(at);
    return IsAllowedAt(call_.state, at, fact, call_.now);
  }

  bool IsAllowedAt(const WorldState& state, ScopeId home, absl::string_view fact,
                   absl::Time now) const {
    const std::optional<PermissionId> id = state.matrix().FindPermission(query_.permission);
    if (!id.has_value()) return false;
    const std::optional<int> bit = state.matrix().FindFact(fact);
    if (!fact.empty() && !bit.has_value()) return false;
    Question question;
    question.subject = call_.self();
    question.permission = *id;
    question.scope = home;
    if (bit.has_value()) question.facts = FactSet{1} << *bit;
    question.time = now;
    return Check(state, question).allowed();
  }

  const ReadCall& call_;
  const ListSnapshot& snapshot_;
  const SubjectQuery& query_;
  absl::flat_hash_map<uint32_t, bool> known_;
  absl::flat_hash_set<uint32_t> reports_;
};

// `top` and the scopes below it that can be homes.
template <typename Visit>
void ForEachHome(const WorldState& state, ScopeId top, ScopeKind lowest, Visit visit) {
  visit(top);
  state.ForEachChild(top, ScopeId(0), [&](ScopeId child) {
    if (state.KindOf(child) <= lowest) ForEachHome(state, child, lowest, visit);
    return true;
  });
}

class Listing {
 public:
  Listing(const ReadCall& call, const Pages::Page& page, const SubjectQuery& query)
      : call_(call),
        page_(page),
        query_(query),
        state_(*page.snapshot->view),
        prefix_(absl::StrCat(CollectionName(query.collection), "/")),
        table_(TableOf(query.collection)),
        homes_(call, *page.snapshot, query) {}

  absl::StatusOr<SubjectRows> Read() {
    const ScopeId root = state_.root();
    std::vector<SubjectId> reports;
    if (query_.self_counts && state_.HasSubject(call_.self())) {
      absl::StatusOr<std::vector<SubjectId>> read =
          ReportsOf(call_.reader(), call_.tenant->number(), call_.self());
      if (!read.ok()) return read.status();
      reports = *std::move(read);
      homes_.SetReports(reports);
    }
    if (query_.among.has_value()) return Pick(Shown(*query_.among));
    if (query_.home.value_or(root) == root && homes_.Has(root)) return Scan();
    std::vector<SubjectId> subjects;
    auto add_home = [&](ScopeId home) {
      if (home == root) return;
      state_.ForEachAtHome(home, [&](SubjectId subject) {
        if (!homes_.Has(home)) return false;
        subjects.push_back(subject);
        return true;
      });
    };
    if (query_.home.has_value()) {
      add_home(*query_.home);
    } else {
      ForEachHome(state_, root, query_.lowest_home, add_home);
    }
    reports.push_back(call_.self());
    for (SubjectId subject : Shown(reports)) {
      // The others are there with their home.
      if (!homes_.Has(state_.HomeOf(subject))) subjects.push_back(subject);
    }
    return Pick(std::move(subjects));
  }

 private:
  // Walks over the collection's rows, which are in the order of the ids.
  absl::StatusOr<SubjectRows> Scan() {
    const uint64_t tenant = call_.tenant->number();
    const bool shared_table = table_ == store::Table::kUsers;
    store::KeyRange range = shared_table ? store::KeyWriter(tenant).StringPrefix(prefix_).Range()
                                         : store::KeyRange::Tenant(tenant);
    if (!page_.cursor.empty()) {
      range.begin = EntityKey(tenant, query_.collection, page_.cursor);
      range.begin.push_back('\0');  // The next key that there can be.
    }
    SubjectRows result;
    store::Cursor cursor = call_.reader().Scan(table_, range);
    while (cursor.Next()) {
      store::KeyReader key(table_, cursor.key());
      key.U64();
      std::string relative = key.String();
      if (absl::Status status = key.Finish(); !status.ok()) return status;
      if (!shared_table) relative.insert(0, prefix_);
      const SubjectId subject = state_.FindSubject(relative);
      if (!state_.HasSubject(subject)) continue;
      const ScopeId home = state_.HomeOf(subject);
      if (query_.home.has_value() && *query_.home != home) continue;
      if (!homes_.Shows(subject, home)) continue;
      if (IsFull(result)) {
        result.more = true;
        return result;
      }
      result.last = relative.substr(prefix_.size());
      result.rows.push_back(
          {subject, result.last, std::string(cursor.key()), std::string(cursor.value())});
    }
    if (!cursor.status().ok()) return cursor.status();
    return result;
  }

  // The rows of the page among `subjects`, which are in any order and of any kind.
  absl::StatusOr<SubjectRows> Pick(std::vector<SubjectId> subjects) {
    const std::string after = absl::StrCat(prefix_, page_.cursor);
    std::vector<std::pair<absl::string_view, SubjectId>> named;
    for (SubjectId subject : subjects) {
      const absl::string_view name = state_.SubjectName(subject);
      if (name.size() > prefix_.size() && name.substr(0, prefix_.size()) == prefix_ &&
          name > after) {
        named.emplace_back(name, subject);
      }
    }
    SubjectRows result;
    const size_t limit = static_cast<size_t>(page_.limit);
    const size_t shown = std::min(named.size(), limit);
    result.more = named.size() > limit;
    std::partial_sort(named.begin(), named.begin() + static_cast<std::ptrdiff_t>(shown),
                      named.end());
    named.resize(shown);
    std::vector<std::string> keys;
    for (const auto& [name, subject] : named) {
      result.last = std::string(name.substr(prefix_.size()));
      keys.push_back(EntityKey(call_.tenant->number(), query_.collection, result.last));
      result.rows.push_back({subject, result.last, keys.back(), ""});
    }
    absl::StatusOr<std::vector<std::optional<std::string>>> values =
        call_.reader().MultiGet(table_, keys);
    if (!values.ok()) return values.status();
    size_t kept = 0;
    for (size_t i = 0; i < result.rows.size(); ++i) {
      if (!(*values)[i].has_value()) continue;  // Deleted since the list began.
      result.rows[i].bytes = *std::move((*values)[i]);
      if (kept != i) result.rows[kept] = std::move(result.rows[i]);
      ++kept;
    }
    result.rows.resize(kept);
    return result;
  }

  std::vector<SubjectId> Shown(const std::vector<SubjectId>& subjects) {
    std::vector<SubjectId> shown;
    for (SubjectId subject : subjects) {
      if (!state_.HasSubject(subject)) continue;
      const ScopeId home = state_.HomeOf(subject);
      if (query_.home.has_value() && *query_.home != home) continue;
      if (homes_.Shows(subject, home)) shown.push_back(subject);
    }
    return shown;
  }

  bool IsFull(const SubjectRows& result) const {
    return result.rows.size() == static_cast<size_t>(page_.limit);
  }

  const ReadCall& call_;
  const Pages::Page& page_;
  const SubjectQuery& query_;
  const WorldState& state_;
  const std::string prefix_;
  const store::Table table_;
  ReadableHomes homes_;
};

}  // namespace

absl::StatusOr<SubjectRows> ReadSubjectRows(const ReadCall& call, const Pages::Page& page,
                                            const SubjectQuery& query) {
  return Listing(call, page, query).Read();
}

}  // namespace provost
