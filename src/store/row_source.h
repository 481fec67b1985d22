#ifndef PROVOST_STORE_ROW_SOURCE_H_
#define PROVOST_STORE_ROW_SOURCE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace provost::store {

/// Where a `Cursor` gets its rows: a stream of them in the order asked for, already bounded. For
/// the store's own use; everybody else holds a `Cursor`.
class RowSource {
 public:
  virtual ~RowSource() = default;

  /// Steps to the next row, at first to the first. False at the end and on an error; it is not
  /// called again after that.
  virtual bool Next() = 0;

  /// The row stood on; valid until Next() is called again.
  virtual absl::string_view key() const = 0;
  virtual absl::string_view value() const = 0;

  /// Why Next() returned false: OK at the end.
  virtual absl::Status status() const = 0;
};

}  // namespace provost::store

#endif  // PROVOST_STORE_ROW_SOURCE_H_
