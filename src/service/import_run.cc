#include "service/import_run.h"

#include <google/rpc/error_details.pb.h>

#include <algorithm>
#include <atomic>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "csv/columns.h"
#include "policy/matrix/utf8.h"
#include "service/lookup.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

// Of all imports that wait for the end of their documents, in this process.
std::atomic<size_t> waiting_bytes{0};

// Faults that have nothing to do with what the row says.
bool IsOurs(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDataLoss(status) || absl::IsInternal(status) ||
         absl::IsUnknown(status) || absl::IsDeadlineExceeded(status) || absl::IsCancelled(status);
}

v1::ImportError ErrorAt(int64_t line, int column, absl::string_view field,
                        absl::string_view message) {
  v1::ImportError error;
  error.set_line(line);
  error.set_column(column);
  error.set_field(std::string(field));
  error.set_message(std::string(message));
  return error;
}

// `text` with what `words` say in the place of each of them, the longest that fits; but not of what
// is only part of a longer word.
std::string ReplaceWords(absl::string_view text, const std::map<std::string, std::string>& words) {
  const auto is_inside = [](char c) { return absl::ascii_isalnum(c) || (c & 0x80) != 0; };
  std::string clean;
  for (size_t at = 0; at < text.size();) {
    const std::pair<const std::string, std::string>* longest = nullptr;
    for (const auto& word : words) {
      const absl::string_view rest = text.substr(at);
      if (!absl::StartsWith(rest, word.first)) continue;
      if (longest != nullptr && longest->first.size() > word.first.size()) continue;
      const size_t end = at + word.first.size();
      const bool begins_inside = at > 0 && is_inside(text[at - 1]) && is_inside(text[at]);
      const bool ends_inside =
          end < text.size() && is_inside(text[end - 1]) && is_inside(text[end]);
      if (!begins_inside && !ends_inside) longest = &word;
    }
    clean.append(longest != nullptr ? longest->second : std::string(1, text[at]));
    at += longest != nullptr ? longest->first.size() : 1;
  }
  return clean;
}

}  // namespace

absl::string_view ImportCells::Get(absl::string_view field) const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i] == field) return cells_[i];
  }
  return "";
}

std::string ImportKind::FieldOf(absl::string_view path, const ImportCells&) const {
  const size_t dot = path.find('.');
  return std::string(dot == absl::string_view::npos ? path : path.substr(dot + 1));
}

void CheckImportOptions(const v1::ImportOptions& options, absl::Status* status) {
  if (!ParseName(NameIn("any", Collection::kImports, options.import_id())).ok()) {
    AddBadField(status, "options.import_id", options.import_id(),
                "wanted a UUID in lower case, like `7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f`");
  }
  const std::string offset = absl::StrCat(options.offset());
  if (options.offset() < 0) {
    AddBadField(status, "options.offset", offset, "wanted a number of bytes");
  } else if (options.offset() > 0 && options.dry_run()) {
    AddBadField(status, "options.offset", offset, "wanted 0: a dry run begins at the beginning");
  }
  if (options.mode() != v1::ImportOptions::BEST_EFFORT &&
      options.mode() != v1::ImportOptions::ALL_OR_NOTHING) {
    AddBadField(status, "options.mode", absl::StrCat(options.mode()),
                "wanted BEST_EFFORT or ALL_OR_NOTHING");
  }
}

absl::Status CheckLaterMessage(const google::protobuf::Message& rest) {
  if (rest.ByteSizeLong() > 0) {
    return absl::InvalidArgumentError(
        "a message after the first has more than `data`; wanted everything else in the first");
  }
  return absl::OkStatus();
}

ImportRun::ImportRun(std::unique_ptr<const ImportKind> kind, absl::string_view method,
                     const v1::ImportOptions& options, absl::string_view parent, ScopeId scope,
                     std::string start)
    : kind_(std::move(kind)),
      method_(method),
      options_(options),
      id_(options.import_id()),
      name_(NameIn(ParseName(parent)->tenant, Collection::kImports, id_)),
      scope_(scope),
      start_(std::move(start)) {}

ImportRun::~ImportRun() { waiting_bytes -= waiting_.size(); }

absl::Status ImportRun::Open(StreamCall& call) {
  csv::ReaderOptions begin;
  if (!options_.dry_run()) {
    std::optional<rows::ImportRow> kept;
    absl::Status status = call.Read([&](ReadCall& read) -> absl::Status {
      absl::StatusOr<std::optional<rows::ImportRow>> row =
          FindImport(read.reader(), read.tenant->number(), id_);
      if (row.ok()) kept = *std::move(row);
      return row.status();
    });
    if (!status.ok()) return status;
    const int64_t done = kept.has_value() ? kept->progress().offset() : 0;
    if (kept.has_value()) {
      if (SubjectId(kept->owner()) != call.actor().subject || kept->start() != start_) {
        return BadField("options.import_id", id_,
                        "was used for another import; one that goes on has the same first "
                        "message, and a new one takes a new UUID");
      }
      row_ = *std::move(kept);
      if (row_.progress().state() != v1::Import::OPEN) {
        over_ = true;  // The answer was lost, perhaps: it is given again.
        return absl::OkStatus();
      }
      fields_.assign(row_.fields().begin(), row_.fields().end());
      begin.offset = done;
      begin.line = row_.progress().line();
    }
    if (options_.offset() > done) {
      return BadField("options.offset", absl::StrCat(options_.offset()),
                      absl::StrCat("wanted at most ", done, ", which is how far the import is"));
    }
    to_skip_ = done - options_.offset();
  }
  last_end_ = begin.offset;
  last_line_ = begin.line;
  reader_ =
      std::make_unique<csv::Reader>(begin, [this](csv::Row row) { return OnRow(std::move(row)); });
  return absl::OkStatus();
}

absl::Status ImportRun::Take(StreamCall& call, absl::string_view data) {
  call_ = &call;
  if (data.size() > kMaxImportData) {
    return BadField("data", absl::StrCat(data.size(), " bytes"),
                    absl::StrCat("wanted at most ", kMaxImportData, " bytes in a message"));
  }
  if (over_) return absl::OkStatus();
  const int64_t skipped = std::min(to_skip_, static_cast<int64_t>(data.size()));
  to_skip_ -= skipped;
  data.remove_prefix(static_cast<size_t>(skipped));
  if (waits()) {
    if (absl::Status status = Keep(data); !status.ok()) return status;
  }
  return Settle(reader_->Feed(data));
}

absl::Status ImportRun::Keep(absl::string_view data) {
  const ImportLimits& limits = call_->backend().imports;
  if (waiting_.size() + data.size() > static_cast<size_t>(limits.max_atomic_bytes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the document has more than ", limits.max_atomic_bytes,
                     " bytes (`max_atomic_import_bytes`); a dry run and ALL_OR_NOTHING take no "
                     "more"));
  }
  if (waiting_bytes.fetch_add(data.size()) + data.size() >
      static_cast<size_t>(limits.max_waiting_bytes)) {
    waiting_bytes -= data.size();
    return absl::ResourceExhaustedError(
        "too many imports wait for the end of their documents; try again");
  }
  waiting_.append(data.data(), data.size());
  return absl::OkStatus();
}

// What becomes of the import where the document is no CSV.
absl::Status ImportRun::Settle(absl::Status status) {
  // Without columns nothing has begun.
  if (!reader_->fault().has_value() || fields_.empty()) return status;
  const csv::Fault fault = *reader_->fault();
  const bool is_column = fault.column <= static_cast<int>(fields_.size());
  Tally tally;
  tally.errors.push_back(ErrorAt(fault.line, fault.column,
                                 is_column ? fields_[static_cast<size_t>(fault.column) - 1] : "",
                                 fault.what));
  over_ = true;
  if (options_.dry_run()) {
    Advance(v1::Import::FAILED, tally, absl::Now(), &row_);
    return absl::OkStatus();
  }
  return Commit(v1::Import::FAILED, std::move(tally));
}

absl::Status ImportRun::OnRow(csv::Row row) {
  last_end_ = row.end;
  last_line_ = reader_->line();
  if (fields_.empty()) return MapHeader(row);
  if (waits()) {
    const int64_t most = call_->backend().imports.max_atomic_rows;
    if (++waiting_rows_ <= most) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("the document has more than ", most,
                     " rows (`max_atomic_import_rows`); a dry run and ALL_OR_NOTHING take no "
                     "more"));
  }
  for (const std::string& cell : row.cells) batch_bytes_ += cell.size();
  batch_.push_back(std::move(row));
  if (batch_.size() < kImportBatchRows && batch_bytes_ < kImportBatchBytes) {
    return absl::OkStatus();
  }
  return Commit(v1::Import::OPEN, Tally());
}

absl::Status ImportRun::MapHeader(const csv::Row& row) {
  csv::ColumnNames names;
  names.fields = kind_->Fields();
  for (const v1::ImportOptions::Column& column : options_.columns()) {
    names.renamed.push_back({column.header(), column.field()});
  }
  names.ignored.assign(options_.ignored_columns().begin(), options_.ignored_columns().end());
  absl::StatusOr<std::vector<std::string>> fields = csv::MapColumns(row.cells, names);
  if (!fields.ok()) return fields.status();
  if (absl::Status status = kind_->CheckColumns(*fields); !status.ok()) return status;
  fields_ = *std::move(fields);
  return absl::OkStatus();
}

absl::Status ImportRun::CheckCurrent(const MutateCall& call) const {
  absl::StatusOr<std::optional<rows::ImportRow>> kept =
      FindImport(call.draft.reader(), call.draft.number(), id_);
  if (!kept.ok()) return kept.status();
  const bool began = !row_.progress().name().empty();
  if (kept->has_value() == began &&
      (!began || ((*kept)->progress().offset() == row_.progress().offset() &&
                  (*kept)->progress().state() == v1::Import::OPEN))) {
    return absl::OkStatus();
  }
  return absl::AbortedError(absl::StrCat("another stream goes on with ", Quoted(name_)));
}

absl::Status ImportRun::Commit(v1::Import::State state, Tally then) {
  rows::ImportRow next;
  absl::Status status = call_->Commit([&](MutateCall& call) -> absl::Status {
    if (absl::Status current = CheckCurrent(call); !current.ok()) return current;
    Tally tally;
    for (const csv::Row& row : batch_) {
      if (absl::Status done = DoRow(call, row, &tally); !done.ok()) return done;
    }
    for (const v1::ImportError& error : then.errors) tally.errors.push_back(error);
    tally.failed += then.failed;
    Write(call, state, tally, &next);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  row_ = std::move(next);
  batch_.clear();
  batch_bytes_ = 0;
  return absl::OkStatus();
}

absl::Status ImportRun::CommitAll() {
  Tally tally;
  rows::ImportRow next;
  bool judged = false;
  const bool is_whole = options_.mode() == v1::ImportOptions::ALL_OR_NOTHING;
  absl::Status status = call_->Commit([&](MutateCall& call) -> absl::Status {
    if (!options_.dry_run()) {
      if (absl::Status current = CheckCurrent(call); !current.ok()) return current;
    }
    bool is_header = true;
    csv::Reader reader(csv::ReaderOptions(), [&](const csv::Row& row) {
      if (!is_header) return DoRow(call, row, &tally);
      is_header = false;
      return absl::OkStatus();
    });
    absl::Status done = reader.Feed(waiting_);
    if (done.ok()) done = reader.Finish();
    if (!done.ok()) return done;
    judged = true;
    // An error, which leaves everything as it was.
    if (options_.dry_run() || (is_whole && tally.failed > 0)) return absl::AbortedError("not kept");
    Write(call, v1::Import::DONE, tally, &next);
    return absl::OkStatus();
  });
  if (status.ok()) {
    row_ = std::move(next);
    return status;
  }
  if (!judged) return status;
  const bool failed = is_whole && tally.failed > 0;
  if (options_.dry_run()) {
    Advance(failed ? v1::Import::FAILED : v1::Import::DONE, tally, absl::Now(), &row_);
    return absl::OkStatus();
  }
  if (!failed) return status;
  Tally nothing;
  nothing.failed = tally.failed;
  nothing.errors = std::move(tally.errors);
  return Commit(v1::Import::FAILED, std::move(nothing));
}

absl::Status ImportRun::Finish(StreamCall& call, v1::Import* response) {
  call_ = &call;
  if (!over_) {
    absl::Status status = Settle(reader_->Finish());
    if (!status.ok()) return status;
  }
  if (!over_) {
    if (fields_.empty()) {
      return absl::InvalidArgumentError(
          "the document has no line; wanted a first one with the names of the columns");
    }
    absl::Status status = waits() ? CommitAll() : Commit(v1::Import::DONE, Tally());
    if (!status.ok()) return status;
    over_ = true;
  }
  *response = row_.progress();
  return absl::OkStatus();
}

absl::Status ImportRun::DoRow(MutateCall& call, const csv::Row& row, Tally* tally) const {
  const auto wrong = [&](int column, absl::string_view field, absl::string_view message) {
    ++tally->failed;
    AddError(ErrorAt(row.line, column, field, message), tally);
    return absl::OkStatus();
  };
  if (row.cells.size() != fields_.size()) {
    return wrong(0, "",
                 absl::StrCat("has ", row.cells.size(), " cells; wanted ", fields_.size(),
                              ", as the first line has"));
  }
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (!fields_[i].empty() && !csv::IsUtf8(row.cells[i])) {
      return wrong(static_cast<int>(i) + 1, fields_[i], "is not UTF-8");
    }
  }
  ImportKind::Outcome outcome = ImportKind::Outcome::kSkipped;
  const ImportCells cells(fields_, row.cells);
  const absl::StatusOr<bool> changed = call.context.Part([&](TenantDraft& draft) -> absl::Status {
    const MutateCall part{call.backend, call.context, draft, call.prepared};
    absl::StatusOr<ImportKind::Outcome> done = kind_->Do(part, cells);
    if (done.ok()) outcome = *done;
    return done.status();
  });
  if (!changed.ok()) {
    if (IsOurs(changed.status())) return changed.status();
    AddErrors(changed.status(), row, tally);
    return absl::OkStatus();
  }
  if (!*changed || outcome == ImportKind::Outcome::kSkipped) {
    ++tally->skipped;
  } else if (outcome == ImportKind::Outcome::kCreated) {
    ++tally->created;
  } else {
    ++tally->updated;
  }
  return absl::OkStatus();
}

void ImportRun::AddError(v1::ImportError error, Tally* tally) {
  if (tally->errors.size() < kErrorsKept) tally->errors.push_back(std::move(error));
}

std::string ImportRun::WithoutCells(absl::string_view text, const csv::Row& row) const {
  // One letter says nothing of anybody, and would be in every text.
  constexpr size_t kLeast = 2;
  // Texts cut what is long.
  constexpr size_t kBeginning = 20;
  std::map<std::string, std::string> without;
  for (size_t i = 0; i < fields_.size(); ++i) {
    const std::string& cell = row.cells[i];
    if (fields_[i].empty() || cell.size() < kLeast || !kind_->IsPersonal(fields_[i])) continue;
    without[Quoted(cell)] = "`...`";
    without[Printable(cell)] = "...";
  }
  const std::string clean = ReplaceWords(text, without);
  for (const auto& [cell, replacement] : without) {
    if (cell.size() > kBeginning && absl::StrContains(clean, Cut(cell, kBeginning))) {
      return "cannot be taken as it is";
    }
  }
  return std::string(absl::StripPrefix(clean, "`...`: "));
}

void ImportRun::AddErrors(const absl::Status& status, const csv::Row& row, Tally* tally) const {
  ++tally->failed;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest bad;
  if (!payload.has_value() || !bad.ParseFromString(std::string(*payload)) ||
      bad.field_violations().empty()) {
    AddError(ErrorAt(row.line, 0, "", WithoutCells(status.message(), row)), tally);
    return;
  }
  for (const auto& violation : bad.field_violations()) {
    const std::string field = kind_->FieldOf(violation.field(), ImportCells(fields_, row.cells));
    AddError(ErrorAt(row.line, ColumnOf(field), field, WithoutCells(violation.description(), row)),
             tally);
  }
}

int ImportRun::ColumnOf(absl::string_view field) const {
  const auto found = std::find(fields_.begin(), fields_.end(), field);
  return found == fields_.end() ? 0 : static_cast<int>(found - fields_.begin()) + 1;
}

void ImportRun::Advance(v1::Import::State state, const Tally& tally, absl::Time now,
                        rows::ImportRow* row) const {
  v1::Import& progress = *row->mutable_progress();
  progress.set_name(name_);
  progress.set_method(method_);
  progress.set_owner(call_->actor().name);
  progress.set_state(state);
  progress.set_mode(options_.mode());
  progress.set_dry_run(options_.dry_run());
  progress.set_offset(last_end_);
  progress.set_line(last_line_);
  progress.set_created(progress.created() + tally.created);
  progress.set_updated(progress.updated() + tally.updated);
  progress.set_skipped(progress.skipped() + tally.skipped);
  progress.set_failed(progress.failed() + tally.failed);
  for (const v1::ImportError& error : tally.errors) {
    if (progress.errors_size() < kErrorsInAnswer) *progress.add_errors() = error;
  }
  *progress.mutable_update_time() = ToTimestamp(now);
  if (!progress.has_create_time()) *progress.mutable_create_time() = progress.update_time();
}

void ImportRun::Write(MutateCall& call, v1::Import::State state, const Tally& tally,
                      rows::ImportRow* row) const {
  *row = row_;
  Advance(state, tally, call.now(), row);
  row->set_owner(call.actor_uid());
  row->set_scope(scope_.value);
  row->set_start(start_);
  row->clear_fields();
  for (const std::string& field : fields_) row->add_fields(field);
  for (const v1::ImportError& error : tally.errors) {
    if (row->errors() == kErrorsKept) break;
    rows::ImportErrorRow kept;
    *kept.mutable_error() = error;
    call.draft.Write(store::Table::kJobs, ImportErrorKey(call.draft.number(), id_, row->errors()),
                     kept);
    row->set_errors(row->errors() + 1);
  }
  call.draft.Write(store::Table::kJobs, ImportKey(call.draft.number(), id_), *row);
  call.draft.Describe(name_);
}

}  // namespace provost
