#ifndef PROVOST_SERVICE_IMPORT_RUN_H_
#define PROVOST_SERVICE_IMPORT_RUN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "csv/reader.h"
#include "provost/v1/import.pb.h"
#include "service/import_rows.h"
#include "service/methods.h"

namespace provost {

/// One row of a document, by the fields of its columns.
class ImportCells {
 public:
  ImportCells(const std::vector<std::string>& fields, const std::vector<std::string>& cells)
      : fields_(fields), cells_(cells) {}
  /// Empty where there is no such column.
  absl::string_view Get(absl::string_view field) const;
  const std::vector<std::string>& fields() const { return fields_; }

 private:
  const std::vector<std::string>& fields_;
  const std::vector<std::string>& cells_;
};

/// What the rows of one method's documents become.
class ImportKind {
 public:
  enum class Outcome { kCreated, kUpdated, kSkipped };

  virtual ~ImportKind() = default;
  /// What a column can be.
  virtual std::vector<std::string> Fields() const = 0;
  /// INVALID_ARGUMENT for columns that cannot do.
  virtual absl::Status CheckColumns(const std::vector<std::string>& fields) const = 0;
  /// Does a row in a draft of its own, in the lane. What makes no difference was skipped,
  /// whatever is returned.
  virtual absl::StatusOr<Outcome> Do(const MutateCall& call, const ImportCells& row) const = 0;
  /// The field of the column of `row` that a bad field of a request stands in: `email` for
  /// `user.email`.
  virtual std::string FieldOf(absl::string_view path, const ImportCells& row) const;
  /// What a column of this field has is somebody's own: no error repeats it, for errors are there
  /// when the person has been erased.
  virtual bool IsPersonal(absl::string_view field) const = 0;
};

/// Rows that one commit does at most, where each counts by itself; and what their cells may have.
inline constexpr size_t kImportBatchRows = 256;
inline constexpr size_t kImportBatchBytes = size_t{1} << 20;
/// Of one message. What is done in one commit has limits of the server's (ImportLimits).
inline constexpr size_t kMaxImportData = size_t{1} << 20;

/// Adds bad fields for options that are wrong by themselves.
void CheckImportOptions(const v1::ImportOptions& options, absl::Status* status);
/// INVALID_ARGUMENT for a message that cannot follow the first: `rest` is all of it but its data.
absl::Status CheckLaterMessage(const google::protobuf::Message& rest);

/// One stream of an import, from wherever the last one came to.
///
/// BEST_EFFORT: every kImportBatchRows rows are one commit, which also moves the import's own row
/// on; so whatever breaks off, no row is done twice, and two streams with one id cannot both go on.
/// ALL_OR_NOTHING, and a dry run, keep the document's bytes until its end: what they do is one
/// mutation.
class ImportRun {
 public:
  /// `start` is the first message as bytes, without data and offset; `scope` is where the import is
  /// asked about, and `parent` names the tenant.
  ImportRun(std::unique_ptr<const ImportKind> kind, absl::string_view method,
            const v1::ImportOptions& options, absl::string_view parent, ScopeId scope,
            std::string start);
  ~ImportRun();

  /// Finds out where the document goes on.
  absl::Status Open(StreamCall& call);
  absl::Status Take(StreamCall& call, absl::string_view data);
  absl::Status Finish(StreamCall& call, v1::Import* response);

 private:
  // What was counted since the last commit.
  struct Tally {
    int64_t created = 0;
    int64_t updated = 0;
    int64_t skipped = 0;
    int64_t failed = 0;
    std::vector<v1::ImportError> errors;
  };

  bool waits() const {
    return options_.dry_run() || options_.mode() == v1::ImportOptions::ALL_OR_NOTHING;
  }
  absl::Status OnRow(csv::Row row);
  absl::Status MapHeader(const csv::Row& row);
  absl::Status Keep(absl::string_view data);
  absl::Status Settle(absl::Status status);
  // ABORTED where the import has come further than this stream knows.
  absl::Status CheckCurrent(const MutateCall& call) const;
  // Does the rows of the batch and writes how far the import has come, with what is added to it.
  absl::Status Commit(v1::Import::State state, Tally then);
  // Does all rows of the document that waits.
  absl::Status CommitAll();
  absl::Status DoRow(MutateCall& call, const csv::Row& row, Tally* tally) const;
  static void AddError(v1::ImportError error, Tally* tally);
  // `text` without what the personal cells of `row` have.
  std::string WithoutCells(absl::string_view text, const csv::Row& row) const;
  void AddErrors(const absl::Status& status, const csv::Row& row, Tally* tally) const;
  // From 1; 0 where no column is that field.
  int ColumnOf(absl::string_view field) const;
  void Advance(v1::Import::State state, const Tally& tally, absl::Time now,
               rows::ImportRow* row) const;
  // Writes the import's own rows, in the lane; `row` is what it is now.
  void Write(MutateCall& call, v1::Import::State state, const Tally& tally,
             rows::ImportRow* row) const;

  const std::unique_ptr<const ImportKind> kind_;
  const std::string method_;
  const v1::ImportOptions options_;
  const std::string id_;
  const std::string name_;
  const ScopeId scope_;
  const std::string start_;

  rows::ImportRow row_;  // As committed last, or about to be for the first time.
  bool over_ = false;    // Whatever comes is passed over.
  int64_t to_skip_ = 0;  // Bytes that an earlier stream brought.
  std::unique_ptr<csv::Reader> reader_;
  std::vector<std::string> fields_;  // Of the columns, once the first row was read.
  int64_t last_end_ = 0;             // Of the rows that were read.
  int64_t last_line_ = 1;            // After them.
  std::vector<csv::Row> batch_;
  size_t batch_bytes_ = 0;
  std::string waiting_;  // The document so far, for what is done at its end.
  int64_t waiting_rows_ = 0;
  StreamCall* call_ = nullptr;  // While one of the public methods runs.
};

/// The sink of a method whose first message says what is imported.
template <typename Request>
class ImportSink : public Sink<Request, v1::Import> {
 public:
  explicit ImportSink(std::unique_ptr<ImportRun> run) : run_(std::move(run)) {}

  absl::Status Take(StreamCall& call, const Request& request) override {
    if (!is_first_) {
      Request rest = request;
      rest.clear_data();
      if (absl::Status status = CheckLaterMessage(rest); !status.ok()) return status;
    }
    is_first_ = false;
    return run_->Take(call, request.data());
  }
  absl::Status Finish(StreamCall& call, v1::Import* response) override {
    return run_->Finish(call, response);
  }

 private:
  const std::unique_ptr<ImportRun> run_;
  bool is_first_ = true;
};

/// Opens the sink for a first message, which was validated. `make_kind(scope)` is told where the
/// import is asked about.
template <typename Request, typename MakeKind>
absl::StatusOr<std::unique_ptr<Sink<Request, v1::Import>>> OpenImport(StreamCall& call,
                                                                      const Request& request,
                                                                      absl::string_view method,
                                                                      MakeKind make_kind) {
  Request start = request;
  start.clear_data();
  start.mutable_options()->clear_offset();
  ScopeId scope;
  absl::Status status = call.Read([&](ReadCall& read) {
    scope = read.state.FindScope(call.subject().places[0].name.Relative());
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  auto run = std::make_unique<ImportRun>(make_kind(scope), method, request.options(),
                                         request.parent(), scope, start.SerializeAsString());
  if (absl::Status opened = run->Open(call); !opened.ok()) return opened;
  return std::unique_ptr<Sink<Request, v1::Import>>(new ImportSink<Request>(std::move(run)));
}

}  // namespace provost

#endif  // PROVOST_SERVICE_IMPORT_RUN_H_
