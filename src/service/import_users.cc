#include "service/import_users.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "provost/v1/user_service.pb.h"
#include "service/authorize.h"
#include "service/import_run.h"
#include "service/lookup.h"
#include "service/row_method.h"
#include "service/subject_resource.h"
#include "service/user_fields.h"
#include "tenant/errors.h"

namespace provost {
namespace {

using google::protobuf::FieldDescriptor;

constexpr absl::string_view kUserId = "user_id";
constexpr absl::string_view kOwnPrefix = "fields.";

// Who makes and changes users, for all imports.
struct UserMethods {
  RowMethod create;
  RowMethod update;
};

// The field of a user that a column is; null for `user_id`.
const FieldDescriptor* FieldNamed(absl::string_view name) {
  return v1::User::descriptor()->FindFieldByName(std::string(name));
}

class UserRows : public ImportKind {
 public:
  // `own_fields` are those that the tenant defines.
  UserRows(const UserMethods& methods, const v1::ImportUsersRequest& request, ScopeId home,
           std::vector<std::string> own_fields)
      : methods_(methods),
        own_fields_(std::move(own_fields)),
        parent_(request.parent()),
        home_name_(request.home_scope()),
        home_(home),
        key_(request.key()),
        missing_(request.missing()),
        existing_(request.existing()) {}

  std::vector<std::string> Fields() const override {
    std::vector<std::string> fields = UserTextFields();
    for (const std::string& field : own_fields_) {
      fields.push_back(absl::StrCat(kOwnPrefix, field));
    }
    return fields;
  }
  bool IsPersonal(absl::string_view) const override { return true; }
  std::string FieldOf(absl::string_view path, const ImportCells& row) const override {
    // `user.fields[1].value` is what the second of such columns has that says something.
    for (int i = 0; absl::StartsWith(path, "user.fields["); ++i) {
      const std::string field = OwnField(row, i);
      if (field.empty() || absl::StartsWith(path, absl::StrCat("user.fields[", i, "]"))) {
        return field;
      }
    }
    return ImportKind::FieldOf(path, row);
  }

  absl::Status CheckColumns(const std::vector<std::string>& fields) const override {
    if (std::find(fields.begin(), fields.end(), KeyField()) != fields.end()) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(absl::StrCat("no column is ", Quoted(KeyField()),
                                                   ", which users are found by; wanted one"));
  }

  absl::StatusOr<Outcome> Do(const MutateCall& call, const ImportCells& row) const override {
    const absl::string_view key = row.Get(KeyField());
    if (key.empty()) return BadField(KeyField(), "", "wanted what the user is found by");
    absl::StatusOr<std::optional<SubjectId>> user = Find(call, key);
    if (!user.ok()) return user.status();
    return user->has_value() ? Change(call, row, **user) : Make(call, row);
  }

 private:
  absl::string_view KeyField() const {
    return key_ == v1::ImportUsersRequest::EMAIL ? absl::string_view("email") : kUserId;
  }

  // The `number`-th column of a field of the tenant's whose cell is not empty; empty: no more.
  static std::string OwnField(const ImportCells& row, int number) {
    for (const std::string& field : row.fields()) {
      if (!absl::StartsWith(field, kOwnPrefix) || row.Get(field).empty()) continue;
      if (number-- == 0) return field;
    }
    return "";
  }

  absl::StatusOr<std::optional<SubjectId>> Find(const MutateCall& call,
                                                absl::string_view key) const {
    const WorldState& state = call.state();
    if (key_ == v1::ImportUsersRequest::EMAIL) {
      return FindUserByEmail(state, call.draft.reader(), call.draft.number(), key);
    }
    const SubjectId user = state.FindSubject(absl::StrCat("users/", key));
    return state.HasSubject(user) ? std::optional<SubjectId>(user) : std::nullopt;
  }

  absl::StatusOr<Outcome> Make(const MutateCall& call, const ImportCells& row) const {
    if (missing_ == v1::ImportUsersRequest::SKIP) return Outcome::kSkipped;
    if (missing_ != v1::ImportUsersRequest::APPLY) {
      return BadField(KeyField(), row.Get(KeyField()), "names nobody; wanted a user who is there");
    }
    v1::CreateUserRequest request;
    request.set_parent(parent_);
    request.set_user_id(std::string(row.Get(kUserId)));
    request.mutable_user()->set_home_scope(home_name_);
    v1::User& user = *request.mutable_user();
    SetFields(row, "", &user, nullptr);
    // Who has no name for people is called by their other names, or else by their id.
    if (user.display_name().empty()) {
      const std::string names = absl::StrCat(user.given_name(), " ", user.family_name());
      user.set_display_name(std::string(absl::StripAsciiWhitespace(names)));
    }
    if (user.display_name().empty()) user.set_display_name(request.user_id());
    if (user.display_name().empty()) {
      return BadField("display_name", "",
                      "wanted a name for the new user, or a `given_name`, a `family_name` or a "
                      "`user_id` to call them by");
    }
    if (absl::Status status = methods_.create.Run(call, request, /*ask_permission=*/false);
        !status.ok()) {
      return status;
    }
    return Outcome::kCreated;
  }

  absl::StatusOr<Outcome> Change(const MutateCall& call, const ImportCells& row,
                                 SubjectId user) const {
    const WorldState& state = call.state();
    const std::string name = FullName(call.draft.id(), state.SubjectName(user));
    const ScopeId home = state.HomeOf(user);
    // `user.import` stands for `user.update` where it is held.
    if (!state.IsOnPath(home_, home) ||
        !IsAllowed(state, call.actor(), "user.import", home, /*about_self=*/false, call.now())) {
      return absl::PermissionDeniedError(absl::StrCat(
          "not permitted: ", Quoted(row.Get(KeyField())), " is a user of another place"));
    }
    const absl::string_view id = row.Get(kUserId);
    if (!id.empty() && id != IdOf(name)) {
      return BadField(kUserId, id, absl::StrCat("cannot be changed; it is ", Quoted(IdOf(name))));
    }
    if (existing_ == v1::ImportUsersRequest::SKIP) return Outcome::kSkipped;
    if (existing_ != v1::ImportUsersRequest::APPLY) {
      return BadField(KeyField(), row.Get(KeyField()), "is a user already; wanted a new one");
    }
    v1::UpdateUserRequest request;
    request.mutable_user()->set_name(name);
    SetFields(row, KeyField(), request.mutable_user(), request.mutable_update_mask());
    if (request.update_mask().paths().empty()) return Outcome::kSkipped;
    if (absl::Status status = methods_.update.Run(call, request, /*ask_permission=*/false);
        !status.ok()) {
      return status;
    }
    return Outcome::kUpdated;
  }

  // An empty cell says nothing. `but` is left out.
  void SetFields(const ImportCells& row, absl::string_view but, v1::User* user,
                 google::protobuf::FieldMask* mask) const {
    for (const std::string& field : row.fields()) {
      if (field.empty() || field == kUserId || field == but || row.Get(field).empty()) continue;
      std::string value(row.Get(field));
      if (mask != nullptr) mask->add_paths(field);
      if (absl::StartsWith(field, kOwnPrefix)) {
        v1::UserFieldValue& own = *user->add_fields();
        own.set_field(std::string(absl::StripPrefix(field, kOwnPrefix)));
        own.set_value(std::move(value));
        continue;
      }
      // A manager is named by their id, as in the other columns, or by their full name.
      if (field == "manager" && value.find('/') == std::string::npos) {
        value = absl::StrCat(parent_, "/users/", value);
      }
      v1::User::GetReflection()->SetString(user, FieldNamed(field), std::move(value));
    }
  }

  const UserMethods methods_;
  const std::vector<std::string> own_fields_;
  const std::string parent_;
  const std::string home_name_;
  const ScopeId home_;
  const v1::ImportUsersRequest::Key key_;
  const v1::ImportUsersRequest::Action missing_;
  const v1::ImportUsersRequest::Action existing_;
};

absl::Status ValidateImport(const v1::ImportUsersRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckHome("home_scope", request.home_scope(), request.parent(), ScopeKind::kCatalog, &status);
  CheckImportOptions(request.options(), &status);
  const auto check_enum = [&](absl::string_view field, int value, bool known) {
    if (!known) AddBadField(&status, field, absl::StrCat(value), "wanted a value of the contract");
  };
  check_enum("key", request.key(), v1::ImportUsersRequest::Key_IsValid(request.key()));
  check_enum("missing", request.missing(),
             v1::ImportUsersRequest::Action_IsValid(request.missing()));
  check_enum("existing", request.existing(),
             v1::ImportUsersRequest::Action_IsValid(request.existing()));
  return status;
}

}  // namespace

absl::StatusOr<std::optional<SubjectId>> FindUserByEmail(const WorldState& state,
                                                         const store::Reader& reader,
                                                         uint64_t tenant, absl::string_view email) {
  // A row of the index is a user's with nothing but the uid.
  absl::StatusOr<std::optional<rows::UserRow>> row =
      ReadRow<rows::UserRow>(reader, store::Table::kIndexes, EmailIndexKey(tenant, email));
  if (!row.ok()) return row.status();
  if (!row->has_value() || !state.HasSubject(SubjectId((*row)->uid()))) {
    return std::optional<SubjectId>();
  }
  return std::optional<SubjectId>(SubjectId((*row)->uid()));
}

std::vector<std::string> UserTextFields() {
  std::vector<std::string> fields = {std::string(kUserId)};
  const google::protobuf::Descriptor& user = *v1::User::descriptor();
  for (int i = 0; i < user.field_count(); ++i) {
    const FieldDescriptor& field = *user.field(i);
    const bool is_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
                         !field.is_repeated() && field.name() != "name" &&
                         field.name() != "home_scope" && field.name() != "etag";
    if (is_text) fields.push_back(field.name());
  }
  return fields;
}

void RegisterImportUsers(Methods& methods) {
  const UserMethods users{RowMethod(methods, "UserService.CreateUser"),
                          RowMethod(methods, "UserService.UpdateUser")};
  methods.Receive<v1::ImportUsersRequest, v1::Import>(
      ValidateImport,
      [users](StreamCall& call, const v1::ImportUsersRequest& request)
          -> absl::StatusOr<std::unique_ptr<Sink<v1::ImportUsersRequest, v1::Import>>> {
        std::vector<std::string> own_fields;
        absl::Status status = call.Read([&](ReadCall& read) {
          absl::StatusOr<UserFields> fields =
              UserFields::Read(read.reader(), read.tenant->number());
          if (!fields.ok()) return fields.status();
          for (const UserFields::Field& field : fields->all()) {
            own_fields.push_back(field.definition.id());
          }
          return absl::OkStatus();
        });
        if (!status.ok()) return status;
        return OpenImport(call, request, "UserService.ImportUsers", [&](ScopeId home) {
          return std::make_unique<const UserRows>(users, request, home, own_fields);
        });
      });
}

}  // namespace provost
