#include "service/export_run.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/time_text.h"
#include "service/authorize.h"
#include "tenant/names.h"
#include "tenant/rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

// Rows that one look at the store has at most.
constexpr size_t kRowsAtOnce = 500;

}  // namespace

bool ExportKind::Asked::May(const ReadCall& call, absl::string_view permission, ScopeId scope) {
  const auto [at, is_new] =
      answers_.try_emplace(std::make_pair(std::string(permission), scope.value), false);
  if (is_new) {
    at->second =
        IsAllowed(call.state, call.self(), permission, scope, /*about_self=*/false, call.now);
  }
  return at->second;
}

bool ExportKind::Asked::StillMay(const ReadCall& call) const {
  return std::all_of(answers_.begin(), answers_.end(), [&](const auto& answer) {
    const auto& [permission, scope] = answer.first;
    return !answer.second || IsAllowed(call.state, call.self(), permission, ScopeId(scope),
                                       /*about_self=*/false, call.now);
  });
}

std::vector<uint64_t> SubjectsAt(const WorldState& state, ScopeId scope, SubjectKind kind) {
  std::vector<uint64_t> uids;
  const auto add = [&](SubjectId subject) {
    if (state.KindOf(subject) == kind) uids.push_back(subject.value);
    return true;
  };
  if (scope == state.root()) {
    state.ForEachSubject(SubjectId(0),
                         [&](SubjectId subject, const SubjectLine&) { return add(subject); });
    return uids;
  }
  state.ForEachInSubtree(scope, [&](ScopeId below) {
    state.ForEachAtHome(below, add);
    return true;
  });
  std::sort(uids.begin(), uids.end());
  return uids;
}

std::optional<std::string> SubjectKeyOf(const ReadCall& call, SubjectId subject) {
  if (!call.state.HasSubject(subject)) return std::nullopt;
  const std::string relative(call.state.SubjectName(subject));
  const std::optional<RelativeName> name = SplitRelative(relative);
  return EntityKey(call.tenant->number(), name->collection, name->id);
}

std::string TimeCell(const google::protobuf::Timestamp& time) {
  return TimeText(FromTimestamp(time));
}

ExportRun::ExportRun(const ReadCall& call, std::unique_ptr<const ExportKind> kind,
                     const v1::ExportOptions& options)
    : kind_(std::move(kind)), format_(options, kind_->Columns()), range_(kind_->Range(call)) {
  if (!range_.has_value()) ids_ = kind_->List(call);
}

absl::StatusOr<bool> ExportRun::Next(const ReadCall& call, std::string* data) {
  if (!std::exchange(began_, true)) format_.AppendHeader(data);
  asked_.Forget();
  while (!over_ && data->size() < kExportBytes) {
    absl::Status status = range_.has_value() ? Scan(call, data) : Pick(call, data);
    if (!status.ok()) return status;
  }
  return !data->empty();
}

absl::Status ExportRun::Scan(const ReadCall& call, std::string* data) {
  store::ScanOptions options;
  options.limit = kRowsAtOnce;
  store::Cursor cursor = call.reader().Scan(kind_->table(), *range_, options);
  size_t count = 0;
  while (data->size() < kExportBytes) {
    if (!cursor.Next()) {
      over_ = count < kRowsAtOnce;
      break;
    }
    ++count;
    range_->begin = absl::StrCat(cursor.key(), absl::string_view("\0", 1));
    if (absl::Status status = Append(call, cursor.key(), cursor.value(), data); !status.ok()) {
      return status;
    }
  }
  return cursor.status();
}

absl::Status ExportRun::Pick(const ReadCall& call, std::string* data) {
  const size_t end = std::min(next_ + kRowsAtOnce, ids_.size());
  while (next_ < end && data->size() < kExportBytes) {
    const std::optional<std::string> key = kind_->KeyOf(call, ids_[next_++]);
    if (!key.has_value()) continue;
    absl::StatusOr<std::optional<std::string>> value = call.reader().Get(kind_->table(), *key);
    if (!value.ok()) return value.status();
    if (!value->has_value()) continue;
    if (absl::Status status = Append(call, *key, **value, data); !status.ok()) return status;
  }
  over_ = next_ == ids_.size();
  return absl::OkStatus();
}

absl::Status ExportRun::Append(const ReadCall& call, absl::string_view key, absl::string_view value,
                               std::string* data) {
  absl::StatusOr<std::optional<std::vector<std::string>>> cells =
      kind_->Cells(call, asked_, key, value);
  if (!cells.ok()) return cells.status();
  if (cells->has_value()) format_.AppendRow(**cells, data);
  return absl::OkStatus();
}

}  // namespace provost
