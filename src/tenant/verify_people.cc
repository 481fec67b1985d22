// People, groups, who is in which, and by what they are found.
#include <optional>
#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "provost/internal/v1/people_rows.pb.h"
#include "tenant/group_rules.h"
#include "tenant/rule_conditions.h"
#include "tenant/settings_row.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

// Managers above somebody, at most: as many as there may be, and some.
constexpr int kMaxManagers = 64;

// The last number that was given to a field of people.
uint32_t LastField(const TenantVerifier& tenant) {
  const absl::StatusOr<rows::SettingsRow> row = ReadSettings(tenant.reader(), tenant.number());
  return row.ok() ? row->last_field_number() : 0;  // The checker of settings says what is wrong.
}

class UserChecker : public TableChecker {
 public:
  explicit UserChecker(TenantVerifier& tenant) : TableChecker(tenant), fields_(LastField(tenant)) {}

  void Note(VerifiedRow& row) override {
    const std::string relative = row.rest.String();
    const std::optional<RelativeName> name = SplitRelative(relative);
    if (!name.has_value()) return;
    if (name->collection == Collection::kUsers) {
      const auto user = ParseRow<rows::UserRow>(row.table, row.key, row.value);
      if (!user.ok()) return;
      tenant_.NoteSubject(user->uid(), Collection::kUsers);
      tenant_.NoteManager(user->uid(), user->manager());
    } else if (name->collection == Collection::kServiceAccounts) {
      const auto account = ParseRow<rows::ServiceAccountRow>(row.table, row.key, row.value);
      if (!account.ok()) return;
      tenant_.NoteSubject(account->uid(), Collection::kServiceAccounts);
    }
  }

  void Check(VerifiedRow& row) override {
    const std::string relative = row.rest.String();
    if (!tenant_.IsWhole(row)) return;
    const std::optional<RelativeName> name = SplitRelative(relative);
    if (!name.has_value() || !IsValidId(name->id)) {
      tenant_.Unknown(absl::StrCat("`", relative, "` is no name of a user or service account"));
    } else if (name->collection == Collection::kUsers) {
      if (const auto user = tenant_.Parse<rows::UserRow>(row)) CheckUser(*user);
    } else if (name->collection == Collection::kServiceAccounts) {
      const auto account = tenant_.Parse<rows::ServiceAccountRow>(row);
      if (account.has_value()) tenant_.Revision(account->revision());
    } else {
      tenant_.Unknown(absl::StrCat("`", relative, "` is no name of a user or service account"));
    }
  }

 private:
  void CheckUser(const rows::UserRow& row) {
    const uint64_t number = tenant_.number();
    tenant_.Revision(row.revision());
    tenant_.Scope(row.home(), "home");
    tenant_.Adds("people", 1);
    const v1::User& user = row.user();
    if (!user.email().empty()) {
      rows::UserRow entry;
      entry.set_uid(row.uid());
      tenant_.Wants(Table::kIndexes, EmailIndexKey(number, user.email()), FormatRow(entry));
    }
    if (!user.external_id().empty()) {
      rows::ExternalIdRow entry;
      entry.set_uid(row.uid());
      tenant_.Wants(Table::kIndexes, ExternalIdKey(number, user.external_id()), FormatRow(entry));
    }
    for (const auto& [field, unused] : row.values()) {
      if (field == 0 || field > fields_) {
        tenant_.Figure(absl::StrCat("has a value of field ", field, "; the last one is ", fields_));
      }
    }
    if (row.manager() != 0 && tenant_.User(row.manager(), "manager")) CheckManagers(row);
    for (const TenantVerifier::RuleNote& rule : tenant_.rules()) {
      if (!RuleHolds(rule.rule, row) || !tenant_.IsOnPath(rule.home, row.home())) continue;
      tenant_.Wants(Table::kMembers,
                    MemberKey(number, SubjectId(rule.group), SubjectId(row.uid())));
    }
  }

  void CheckManagers(const rows::UserRow& row) {
    tenant_.Wants(Table::kIndexes, ReportKey(tenant_.number(), row.manager(), row.uid()));
    uint32_t above = row.manager();
    for (int depth = 0; above != 0; ++depth) {
      if (above == row.uid() || depth == kMaxManagers) {
        tenant_.Figure(absl::StrCat("has manager ", row.manager(),
                                    ", whom managers go around in a circle above"));
        return;
      }
      above = tenant_.ManagerOf(above);
    }
  }

  const uint32_t fields_;
};

class GroupChecker : public TableChecker {
 public:
  explicit GroupChecker(TenantVerifier& tenant)
      : TableChecker(tenant), fields_(LastField(tenant)) {}

  void Note(VerifiedRow& row) override {
    const auto group = ParseRow<rows::GroupRow>(row.table, row.key, row.value);
    if (!group.ok()) return;
    tenant_.NoteSubject(group->uid(), Collection::kGroups);
    if (!group->rule().conditions().empty()) {
      tenant_.NoteRule(group->uid(), group->home(), group->rule());
    }
  }

  void Check(VerifiedRow& row) override {
    std::string id;
    const auto group = tenant_.ParseNamed<rows::GroupRow>(row, &id);
    if (!group.has_value()) return;
    tenant_.Revision(group->revision());
    tenant_.Scope(group->home(), "home");
    if (!group->rule().conditions().empty() && !group->by_rule()) {
      tenant_.Figure("has a rule, and says that none fills it");
    }
    for (const std::string& field : RuleFields(group->rule())) {
      tenant_.Wants(
          Table::kIndexes,
          KeyWriter(tenant_.number()).U8(kRuleFieldIndex).String(field).U32(group->uid()).Take());
    }
    for (const rows::GroupRuleRow::Condition& condition : group->rule().conditions()) {
      absl::string_view field = condition.field();
      uint32_t number = 0;
      if (absl::ConsumePrefix(&field, "fields/") &&
          (!absl::SimpleAtoi(field, &number) || number == 0 || number > fields_)) {
        tenant_.Dangling(
            absl::StrCat("has a rule about field `", field, "`; the last one is ", fields_));
      }
      if (condition.field() != kManagerField) continue;
      for (const std::string& value : condition.values()) {
        if (absl::SimpleAtoi(value, &number)) {
          tenant_.User(number, "rule.conditions.values");
        } else {
          tenant_.Dangling(absl::StrCat("has a rule about manager `", value, "`, which is no uid"));
        }
      }
    }
  }

 private:
  const uint32_t fields_;
};

class MemberChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint32_t group = row.rest.U32();
    const uint32_t member = row.rest.U32();
    if (!tenant_.IsWhole(row) || !tenant_.Parse<rows::MemberRow>(row).has_value()) return;
    tenant_.Group(group, "group");
    tenant_.Subject(member, "member");
    if (tenant_.IsRuleGroup(group)) tenant_.Has(row.table, row.key);
  }
};

// Whoever a rule takes in is in the group or held back from it.
void CheckHeldBack(TenantVerifier& tenant, VerifiedRow& row) {
  const uint32_t group = row.rest.U32();
  const uint32_t user = row.rest.U32();
  if (!tenant.Parse<rows::HeldBackRow>(row).has_value()) return;
  tenant.Has(Table::kMembers, MemberKey(tenant.number(), SubjectId(group), SubjectId(user)));
  tenant.Wants(Table::kIndexes,
               KeyWriter(tenant.number()).U8(kHeldBackOfIndex).U32(user).U32(group).Take());
}

// The answer itself may have been forgotten.
void CheckProfileAnswer(TenantVerifier& tenant, VerifiedRow& row) {
  tenant.User(row.rest.U32(), "user");
}

}  // namespace

CheckSet PeopleChecks() {
  return {
      {{Table::kUsers, MakeChecker<UserChecker>, /*has_notes=*/true},
       {Table::kGroups, MakeChecker<GroupChecker>, /*has_notes=*/true},
       {Table::kMembers, MakeChecker<MemberChecker>}},
      {{kEmailIndex, "s", IndexCheck::Value::kBytes},
       {kExternalIdIndex, "s", IndexCheck::Value::kBytes},
       {kReportIndex, "44"},
       {kRuleFieldIndex, "s4"},
       {kHeldBackIndex, "44", IndexCheck::Value::kBytes, CheckHeldBack},
       {kHeldBackOfIndex, "44"},
       {kProfileAnswerIndex, "4s", IndexCheck::Value::kNothing, CheckProfileAnswer}},
  };
}

}  // namespace provost
