// Saved reports: what goes with what, and what a verification finds where something is missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "provost/v1/notification_service.pb.h"
#include "store/record.h"
#include "store/write_group.h"
#include "tenant/homed_rows.h"
#include "tenant/outbox.h"
#include "tenant/reports.h"
#include "tenant/times.h"
#include "tenant/verify.h"
#include "world.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint64_t kAcme = 2;  // the first tenant after `system`

// bob's report `late` is about the course `fire` and the people of the group `crew`, and is mailed:
// one mail waits. ann has one about the tenant, `all`, that is not.
class VerifyReportsTest : public ::testing::Test {
 protected:
  VerifyReportsTest() {
    fixture_.MakeAcme();
    Must([&](TenantDraft& draft) {
      bob_ = TenantFixture::PutUser(draft, "bob");
      crew_ = TenantFixture::PutGroup(draft, "crew");
      fire_ = TenantFixture::PutCourse(draft, "fire", kRootScope);
      return absl::OkStatus();
    });
    Must([&](TenantDraft& draft) {
      rows::ReportRow row;
      uid_ = draft.NewItem();
      row.set_uid(uid_);
      row.set_home(fire_.value);
      row.set_owner(bob_.value);
      row.set_group(crew_.value);
      row.set_revision(draft.revision());
      row.mutable_report()->mutable_definition()->set_kind(v1::ReportDefinition::OVERDUE);
      row.mutable_report()->mutable_schedule()->set_time("07:30");
      *row.mutable_report()->mutable_next_run_time() = ToTimestamp(next_);
      rows::OutboxRow mail;
      mail_ = draft.NewItem();
      mail.set_recipient(bob_.value);
      mail.set_home(fire_.value);
      mail.set_report(uid_);
      mail.set_report_id("late");
      mail.mutable_message()->set_state(v1::OutboxMessage::WAITING);
      *mail.mutable_message()->mutable_next_time() = ToTimestamp(next_);
      row.set_last_message(mail_);
      PutReport(draft, "late", nullptr, row);
      PutOutbox(draft, mail_, nullptr, mail);
      return absl::OkStatus();
    });
    Must([&](TenantDraft& draft) {
      rows::ReportRow row;
      row.set_uid(draft.NewItem());
      row.set_home(kRootScope.value);
      row.set_owner(1);
      row.set_revision(draft.revision());
      PutReport(draft, "all", nullptr, row);
      return absl::OkStatus();
    });
  }

  void Must(const std::function<absl::Status(TenantDraft&)>& prepare) {
    const absl::StatusOr<MutationResult> done = fixture_.Change(
        fixture_.acme(), [&](MutationContext& context) -> absl::StatusOr<std::string> {
          if (absl::Status status = prepare(context.draft()); !status.ok()) return status;
          return std::string();
        });
    ASSERT_TRUE(done.ok()) << done.status();
  }

  std::string Problems() {
    const absl::StatusOr<VerifyReport> report = VerifyStore(fixture_.database());
    EXPECT_TRUE(report.ok()) << report.status();
    std::string text;
    for (const VerifyProblem& problem : report->problems) {
      if (problem.table == Table::kTenants) continue;  // This one stands for no scope of `system`.
      absl::StrAppend(&text, problem.ToString(), "\n");
    }
    return text;
  }

  // Puts a row, or takes it away where there is no value; tells what is found then, and puts it
  // back.
  std::string With(Table table, const std::string& key, const std::optional<std::string>& value) {
    const auto before = *fixture_.database().Get(table, key);
    Set(table, key, value);
    const std::string found = Problems();
    Set(table, key, before);
    return found;
  }
  std::string Edited(const std::function<void(rows::ReportRow&)>& edit) {
    rows::ReportRow row = **ReadReport(fixture_.database(), kAcme, "late");
    edit(row);
    return With(Table::kReports, RowKey(), FormatRow(row));
  }
  void Set(Table table, const std::string& key, const std::optional<std::string>& value) {
    store::WriteGroup group(&fixture_.database());
    if (value.has_value()) {
      group.Put(table, key, *value);
    } else {
      group.Delete(table, key);
    }
    ASSERT_TRUE(fixture_.database().Commit(group).ok());
  }

  bool Has(Table table, const std::string& key) {
    return (*fixture_.database().Get(table, key)).has_value();
  }
  static std::string RowKey() { return EntityKey(kAcme, Collection::kReports, "late"); }
  // Where it is found by.
  std::vector<std::string> IndexKeys() const {
    return {HomedAtKey(kAcme, fire_, "reports/late"), ReportOwnerKey(kAcme, bob_, uid_),
            ReportGroupKey(kAcme, crew_, "late")};
  }
  std::string MomentKey() const {
    return KeyWriter(kAcme)
        .U8(static_cast<uint8_t>(MomentKind::kReportRun))
        .Time(next_)
        .U32(fire_.value)
        .U32(bob_.value)
        .U64(uid_)
        .Take();
  }
  // Of `late` there is nothing left, and nothing else is wrong.
  void ExpectGone(bool mail_too) {
    EXPECT_THAT(Problems(), IsEmpty());
    EXPECT_FALSE(Has(Table::kReports, RowKey()));
    for (const std::string& key : IndexKeys()) EXPECT_FALSE(Has(Table::kIndexes, key));
    EXPECT_FALSE(Has(Table::kTimers, MomentKey()));
    EXPECT_NE(Has(Table::kOutbox, OutboxKey(kAcme, mail_)), mail_too);
    EXPECT_TRUE(Has(Table::kReports, EntityKey(kAcme, Collection::kReports, "all")));
  }

  const absl::Time next_ = absl::FromUnixSeconds(4000000000);  // In the year 2096.
  TenantFixture fixture_;
  SubjectId bob_;
  SubjectId crew_;
  ScopeId fire_;
  uint64_t uid_ = 0;
  uint64_t mail_ = 0;
};

TEST_F(VerifyReportsTest, NothingIsWrongWithWhatIsWhole) {
  EXPECT_THAT(Problems(), IsEmpty());
  const auto found = ReadReportOf(fixture_.database(), kAcme, bob_, uid_);
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->id, "late");
  EXPECT_FALSE((*ReadReportOf(fixture_.database(), kAcme, SubjectId(1), uid_)).has_value());
  EXPECT_FALSE((*ReadReportOf(fixture_.database(), kAcme, bob_, uid_ + 1)).has_value());
}

TEST_F(VerifyReportsTest, RowsThatAreMissing) {
  const std::string row = RowKey();
  ASSERT_TRUE(Has(Table::kReports, row));
  const std::string found = With(Table::kReports, row, std::nullopt);
  EXPECT_THAT(found, HasSubstr("is of a report that is not there"));
  EXPECT_THAT(found, HasSubstr("nothing wants it"));
  for (const std::string& key : IndexKeys()) {
    ASSERT_TRUE(Has(Table::kIndexes, key)) << store::PrintableKey(Table::kIndexes, key);
    EXPECT_THAT(With(Table::kIndexes, key, std::nullopt), HasSubstr("reports["))
        << store::PrintableKey(Table::kIndexes, key);
  }
  ASSERT_TRUE(Has(Table::kTimers, MomentKey()));
  EXPECT_THAT(With(Table::kTimers, MomentKey(), std::nullopt), HasSubstr("reports["));
}

TEST_F(VerifyReportsTest, RowsThatSaySomethingElse) {
  using Row = rows::ReportRow;
  EXPECT_THAT(Edited([](Row& row) { row.set_home(99); }), HasSubstr("99 as `home`"));
  EXPECT_THAT(Edited([](Row& row) { row.set_owner(99); }), HasSubstr("99 as `owner`"));
  EXPECT_THAT(Edited([](Row& row) { row.set_group(99); }), HasSubstr("99 as `group`"));
  EXPECT_THAT(Edited([](Row& row) { row.set_uid(999); }), HasSubstr("has 999 as `uid`"));
  EXPECT_THAT(Edited([](Row& row) { row.set_last_message(999); }),
              HasSubstr("has 999 as `last_message`"));
  EXPECT_THAT(Edited([](Row& row) { row.set_revision(999); }), HasSubstr("999"));
  EXPECT_THAT(Edited([](Row& row) {
                row.mutable_report()->mutable_definition()->set_scope("tenants/acme");
              }),
              HasSubstr("keeps names of its scope or group"));
  EXPECT_THAT(Edited([](Row& row) { row.mutable_report()->clear_schedule(); }),
              HasSubstr("is to run, and has no schedule"));
  EXPECT_THAT(Edited([](Row& row) { row.mutable_report()->clear_next_run_time(); }),
              HasSubstr("does not say when it is to run"));
  EXPECT_THAT(With(Table::kReports, RowKey(), "1"), HasSubstr("reports["));
  // An owner's index that leads to another report.
  rows::OwnedReportRow other;
  other.set_id("all");
  EXPECT_THAT(With(Table::kIndexes, ReportOwnerKey(kAcme, bob_, uid_), FormatRow(other)),
              HasSubstr("indexes["));
}

TEST_F(VerifyReportsTest, MailsThatSaySomethingElse) {
  using Row = rows::OutboxRow;
  const auto with_mail = [&](const std::function<void(Row&)>& edit) {
    Row row = **ReadOutbox(fixture_.database(), kAcme, mail_);
    edit(row);
    return With(Table::kOutbox, OutboxKey(kAcme, mail_), FormatRow(row));
  };
  EXPECT_THAT(with_mail([](Row& row) { row.set_text("All are late."); }),
              HasSubstr("brings a report, and says something else too"));
  EXPECT_THAT(with_mail([](Row& row) { row.set_report_id("all"); }),
              HasSubstr("brings a report that has another id"));
  EXPECT_THAT(with_mail([](Row& row) { row.set_report(row.report() + 9); }),
              HasSubstr("waits to bring a report that is not there"));
  EXPECT_THAT(with_mail([](Row& row) { row.set_recipient(1); }),
              HasSubstr("waits to bring a report that is not there, or another's"));
  EXPECT_THAT(Edited([](rows::ReportRow& row) { row.set_last_message(0); }),
              HasSubstr("waits, and is not the last mail of its report"));
}

TEST_F(VerifyReportsTest, AReportGoesWithItsOwner) {
  Must([&](TenantDraft& draft) { return draft.EraseSubject(bob_); });
  ExpectGone(/*mail_too=*/true);
}

TEST_F(VerifyReportsTest, AReportGoesWithTheGroupOfItsFilter) {
  Must([&](TenantDraft& draft) { return draft.EraseSubject(crew_); });
  ExpectGone(/*mail_too=*/true);
}

TEST_F(VerifyReportsTest, AReportGoesWithItsScope) {
  Must([&](TenantDraft& draft) -> absl::Status {
    if (absl::Status status = EraseHomedAt(draft, fire_); !status.ok()) return status;
    return draft.EraseSubtree(fire_);
  });
  ExpectGone(/*mail_too=*/true);
}

TEST_F(VerifyReportsTest, AMailThatWasSentStaysBehind) {
  Must([&](TenantDraft& draft) {
    const rows::OutboxRow before = **ReadOutbox(draft.reader(), kAcme, mail_);
    rows::OutboxRow sent = before;
    sent.mutable_message()->set_state(v1::OutboxMessage::SENT);
    sent.mutable_message()->clear_next_time();
    *sent.mutable_end_time() = ToTimestamp(draft.now());
    PutOutbox(draft, mail_, &before, sent);
    return absl::OkStatus();
  });
  Must([&](TenantDraft& draft) {
    return EraseReport(draft, "late", **ReadReport(draft.reader(), kAcme, "late"));
  });
  ExpectGone(/*mail_too=*/false);
}

TEST_F(VerifyReportsTest, WhatChangesMovesWhatItIsFoundBy) {
  Must([&](TenantDraft& draft) {
    const rows::ReportRow before = **ReadReport(draft.reader(), kAcme, "late");
    rows::ReportRow row = before;
    row.set_group(0);
    row.mutable_report()->clear_schedule();
    row.mutable_report()->clear_next_run_time();
    PutReport(draft, "late", &before, row);
    return absl::OkStatus();
  });
  EXPECT_THAT(Problems(), IsEmpty());
  EXPECT_FALSE(Has(Table::kIndexes, ReportGroupKey(kAcme, crew_, "late")));
  EXPECT_FALSE(Has(Table::kTimers, MomentKey()));
  Must([&](TenantDraft& draft) { return draft.EraseSubject(crew_); });
  EXPECT_TRUE(Has(Table::kReports, RowKey()));
}

}  // namespace
}  // namespace provost
