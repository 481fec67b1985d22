#ifndef PROVOST_SERVICE_EXPORT_ROWS_H_
#define PROVOST_SERVICE_EXPORT_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "provost/v1/export.pb.h"

namespace provost {

/// A message of an export is sent once it has so many bytes, and has no more than a row beyond.
inline constexpr size_t kExportBytes = size_t{64} << 10;

/// Adds bad fields for options that are wrong, and for `fields` that are none of `known` or are
/// there twice.
void CheckExport(const v1::ExportOptions& options, absl::Span<const std::string> known,
                 absl::Span<const std::string> fields, absl::Status* status);

/// Writes the rows of an export, all of whose values are text. Not thread-safe.
class ExportFormat {
 public:
  ExportFormat(const v1::ExportOptions& options, std::vector<std::string> columns)
      : options_(options), columns_(std::move(columns)) {}

  const std::vector<std::string>& columns() const { return columns_; }
  /// The names of the columns, in CSV.
  void AppendHeader(std::string* document) const;
  /// As many cells as there are columns.
  void AppendRow(const std::vector<std::string>& cells, std::string* document) const;

 private:
  v1::ExportOptions options_;
  std::vector<std::string> columns_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_EXPORT_ROWS_H_
