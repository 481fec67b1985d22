#ifndef PROVOST_SERVICE_USER_FIELDS_H_
#define PROVOST_SERVICE_USER_FIELDS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/internal/v1/rows.pb.h"
#include "provost/v1/settings.pb.h"
#include "provost/v1/user_service.pb.h"
#include "store/reader.h"
#include "tenant/rows.h"

namespace provost {

/// The fields that a tenant defines for its people, as they are at one moment. A plain value: a
/// change of many people reads it once.
class UserFields {
 public:
  /// Reads one row.
  static absl::StatusOr<UserFields> Read(const store::Reader& reader, uint64_t tenant);

  struct Field {
    uint32_t number;  ///< What values are kept under.
    v1::UserField definition;
  };

  /// In the order of the settings.
  const std::vector<Field>& all() const { return fields_; }
  /// Null where the tenant has no such field.
  const Field* Find(absl::string_view id) const;

  /// Adds what `row` has in these fields, in their order, to `user`.
  void Show(const rows::UserRow& row, bool public_only, v1::User* user) const;

  /// Makes `fields` of `row` what they are in `wanted`: all of them, or the one called `only`.
  /// INVALID_ARGUMENT under `user.fields` for a field that the tenant does not have or that is
  /// there twice, and for a value that is not of the field's type.
  absl::Status Fill(const v1::User& wanted, absl::string_view only, rows::UserRow* row) const;

  /// INVALID_ARGUMENT under `user.fields` naming the fields that `row` lacks and must have.
  absl::Status CheckRequired(const rows::UserRow& row) const;

 private:
  std::vector<Field> fields_;
};

/// OK if `value` is written as the field's type writes it; INVALID_ARGUMENT otherwise, whose
/// message goes on from the field. Pure, any thread.
absl::Status CheckFieldValue(const v1::UserField& field, absl::string_view value);

}  // namespace provost

#endif  // PROVOST_SERVICE_USER_FIELDS_H_
