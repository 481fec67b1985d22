#ifndef PROVOST_SERVICE_USER_PROFILE_H_
#define PROVOST_SERVICE_USER_PROFILE_H_

#include <google/protobuf/field_mask.pb.h>

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "policy/world/state.h"
#include "provost/v1/user_service.pb.h"
#include "service/user_fields.h"
#include "tenant/draft.h"

namespace provost {

/// What makes and changes the profiles of people: for the methods that are about one person, and
/// for those that are about many at once.

/// The fields that clients set: display_name, email, given_name, family_name, locale, time_zone,
/// external_id, manager, hire_date, fields.
absl::Span<const absl::string_view> ProfileFields();

/// Adds a bad field under `user.` to `status` unless the field is right by itself. What the tenant
/// has to say about it comes with the change. Pure, any thread.
void CheckProfileField(absl::string_view field, const v1::User& user, absl::Status* status);

/// Which parts of `user` an update changes: FieldsToUpdate, where `fields.<id>` is a part as well.
absl::StatusOr<std::vector<std::string>> ProfileParts(const google::protobuf::FieldMask& mask,
                                                      const v1::User& user);

/// Who changes profiles. A manager is somebody whom they may see: another one is refused like one
/// that is not there.
struct ProfileEditor {
  SubjectId actor;
  absl::Time now;
};

/// Makes the parts of `row` what they are in `wanted`, with the indexes. `before` is the row as it
/// is; null for a new user. The parts were checked before. INVALID_ARGUMENT under `user.`;
/// ALREADY_EXISTS for an e-mail address or external id of another; FAILED_PRECONDITION for a cycle
/// of managers. The draft is to be dropped then.
absl::Status DraftProfile(TenantDraft& draft, const UserFields& fields, const ProfileEditor& editor,
                          const v1::User& wanted, absl::Span<const std::string> parts,
                          const rows::UserRow* before, rows::UserRow* row);

/// Drafts a new user of an id that is free, with all parts of `wanted`, and puts it.
absl::StatusOr<rows::UserRow> DraftNewUser(TenantDraft& draft, const UserFields& fields,
                                           const ProfileEditor& editor, const v1::User& wanted,
                                           absl::string_view id, SubjectId uid, ScopeId home);

/// Drafts a change of the user `id`, whose row is `before`, and puts it where it differs.
absl::StatusOr<rows::UserRow> DraftUserChange(TenantDraft& draft, const UserFields& fields,
                                              const ProfileEditor& editor, const v1::User& wanted,
                                              absl::Span<const std::string> parts,
                                              absl::string_view id, const rows::UserRow& before);

/// Names the first of `parts` that differs from `row` and that nobody changes in their own profile;
/// empty where all may be: names, locale, time zone, the address that they sign in with, and what
/// the tenant lets its owner write.
std::string NotForOneself(const WorldState& state, const UserFields& fields,
                          absl::string_view tenant, const v1::User& wanted,
                          absl::Span<const std::string> parts, const rows::UserRow& row);

/// What rules of groups can read (tenant/rule_conditions.h) of those of `parts` that differ from
/// `row`: the fields that rule 13 guards.
std::set<std::string> RuleFieldsWritten(const WorldState& state, const UserFields& fields,
                                        absl::string_view tenant, const v1::User& wanted,
                                        absl::Span<const std::string> parts,
                                        const rows::UserRow& row);

}  // namespace provost

#endif  // PROVOST_SERVICE_USER_PROFILE_H_
