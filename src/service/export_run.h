#ifndef PROVOST_SERVICE_EXPORT_RUN_H_
#define PROVOST_SERVICE_EXPORT_RUN_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/timestamp.pb.h>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/export_rows.h"
#include "service/methods.h"
#include "store/key.h"
#include "store/table.h"

namespace provost {

/// What the rows of one method's exports are made of.
class ExportKind {
 public:
  virtual ~ExportKind() = default;

  /// The names of the columns.
  virtual std::vector<std::string> Columns() const = 0;
  /// The rows of the store that are looked at: those of a range of `table()`, or those whose keys
  /// KeyOf gives for the ids that List noted at the beginning.
  virtual store::Table table() const = 0;
  virtual std::optional<store::KeyRange> Range(const ReadCall& call) const = 0;
  virtual std::vector<uint64_t> List(const ReadCall& call) const = 0;
  /// Nothing for what is gone since.
  virtual std::optional<std::string> KeyOf(const ReadCall& call, uint64_t id) const = 0;
  /// The cells of a row of the store; nothing for one that the caller may not have. `asked` has
  /// the answers of the state that the call is pinned to.
  class Asked;
  virtual absl::StatusOr<std::optional<std::vector<std::string>>> Cells(
      const ReadCall& call, Asked& asked, absl::string_view key, absl::string_view value) const = 0;
};

/// Whether the caller may use `permission` at a scope, asked once for each in one call.
class ExportKind::Asked {
 public:
  bool May(const ReadCall& call, absl::string_view permission, ScopeId scope);
  /// Whether the caller may still use all that they were found to be able to, on the state and at
  /// the time of `call`.
  bool StillMay(const ReadCall& call) const;
  void Forget() { answers_.clear(); }

 private:
  absl::flat_hash_map<std::pair<std::string, uint32_t>, bool> answers_;
};

/// The users, service accounts or groups whose home is a scope or below it, in order.
std::vector<uint64_t> SubjectsAt(const WorldState& state, ScopeId scope, SubjectKind kind);
/// The key of a subject's row; nothing for one that is gone.
std::optional<std::string> SubjectKeyOf(const ReadCall& call, SubjectId subject);
/// A time as RFC 3339 has it, which is what an import reads back.
std::string TimeCell(const google::protobuf::Timestamp& time);

/// One export: makes the next bytes each time that the reader has taken those before. Keeps nothing
/// of the database in between but the key to go on from. Not thread-safe.
class ExportRun {
 public:
  ExportRun(const ReadCall& call, std::unique_ptr<const ExportKind> kind,
            const v1::ExportOptions& options);

  /// Whole rows, kExportBytes or a row more; false at the end.
  absl::StatusOr<bool> Next(const ReadCall& call, std::string* data);

 private:
  absl::Status Scan(const ReadCall& call, std::string* data);
  absl::Status Pick(const ReadCall& call, std::string* data);
  absl::Status Append(const ReadCall& call, absl::string_view key, absl::string_view value,
                      std::string* data);

  const std::unique_ptr<const ExportKind> kind_;
  const ExportFormat format_;
  std::optional<store::KeyRange> range_;
  std::vector<uint64_t> ids_;
  size_t next_ = 0;
  bool began_ = false;
  bool over_ = false;
  ExportKind::Asked asked_;
};

/// The source of a method whose items have `data`.
template <typename Item>
Source<Item> OpenExport(const ReadCall& call, std::unique_ptr<const ExportKind> kind,
                        const v1::ExportOptions& options) {
  auto run = std::make_shared<ExportRun>(call, std::move(kind), options);
  return [run](ReadCall& at, Item* item) { return run->Next(at, item->mutable_data()); };
}

}  // namespace provost

#endif  // PROVOST_SERVICE_EXPORT_RUN_H_
