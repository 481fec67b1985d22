#ifndef PROVOST_SERVICE_IMPORT_ROWS_H_
#define PROVOST_SERVICE_IMPORT_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/internal/v1/import_rows.pb.h"
#include "service/methods.h"
#include "tenant/rows.h"

namespace provost {

/// What is kept of imports, and the two methods that read it.

inline constexpr int kErrorsInAnswer = 100;
inline constexpr int kErrorsKept = 1000;

/// In kJobs. `id` is a UUID in lower case.
std::string ImportKey(uint64_t tenant, absl::string_view id);
/// The `number`-th thing, from 0, that was wrong with the rows of an import.
std::string ImportErrorKey(uint64_t tenant, absl::string_view id, uint32_t number);

absl::StatusOr<std::optional<rows::ImportRow>> FindImport(const store::Reader& reader,
                                                          uint64_t tenant, absl::string_view id);

/// GetImport and ListImportErrors: for whoever began the import, and, but for one of assignments,
/// who may do all of it where it is.
void RegisterImportProgress(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_IMPORT_ROWS_H_
