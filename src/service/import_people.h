#ifndef PROVOST_SERVICE_IMPORT_PEOPLE_H_
#define PROVOST_SERVICE_IMPORT_PEOPLE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/import_run.h"
#include "service/methods.h"

namespace provost {

/// What imports share whose rows are about somebody who is there, and have windows.

/// The columns that can name somebody: `own`, which takes any subject's name, `user_id`, `email`
/// and `external_id`.
std::vector<std::string> PersonColumns(absl::string_view own);

/// The one of them that a document has; empty where it has none.
std::string PersonColumn(absl::string_view own, const std::vector<std::string>& fields);

/// INVALID_ARGUMENT unless a document has exactly one of them, and every one of `wanted`.
absl::Status CheckPersonColumns(absl::string_view own, const std::vector<std::string>& wanted,
                                const std::vector<std::string>& fields);

/// A name as a cell may write it: in full, or relative to the tenant `parent`; `collection` stands
/// before an id alone.
std::string NameOfCell(absl::string_view parent, absl::string_view collection,
                       absl::string_view cell);

/// The full name of whom a row names; of an id or a name it is not said that there is somebody.
/// INVALID_ARGUMENT for an empty cell, and for an e-mail address or external id of nobody whom the
/// caller may read. Reads one row at most.
absl::StatusOr<std::string> PersonOfRow(const MutateCall& call, absl::string_view parent,
                                        absl::string_view own, const ImportCells& row);

/// Sets `not_before` and `expires` of a message from the columns of that name, as RFC 3339 has
/// them; an empty cell leaves that end open.
template <typename Message>
absl::Status SetWindowOfRow(const ImportCells& row, Message* message);

/// INVALID_ARGUMENT unless the cell `action` is empty, `first` or `remove`; whether it is `remove`.
absl::StatusOr<bool> IsRemoval(const ImportCells& row, absl::string_view first);

// --- implementation ---

/// The time in a cell that is not empty.
absl::StatusOr<google::protobuf::Timestamp> TimeOfCell(absl::string_view field,
                                                       absl::string_view cell);

template <typename Message>
absl::Status SetWindowOfRow(const ImportCells& row, Message* message) {
  if (!row.Get("not_before").empty()) {
    absl::StatusOr<google::protobuf::Timestamp> time =
        TimeOfCell("not_before", row.Get("not_before"));
    if (!time.ok()) return time.status();
    *message->mutable_not_before() = *time;
  }
  if (!row.Get("expires").empty()) {
    absl::StatusOr<google::protobuf::Timestamp> time = TimeOfCell("expires", row.Get("expires"));
    if (!time.ok()) return time.status();
    *message->mutable_expires() = *time;
  }
  return absl::OkStatus();
}

}  // namespace provost

#endif  // PROVOST_SERVICE_IMPORT_PEOPLE_H_
