// What `provost store verify` finds: a database in which one row is damaged by hand is told from
// one that is whole, and the row is named.
#include "tenant/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "provost/internal/v1/people_rows.pb.h"
#include "store/read_only.h"
#include "store/record.h"
#include "store/write_group.h"
#include "tenant/blobs.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollments.h"
#include "tenant/external_trainings.h"
#include "tenant/homed_rows.h"
#include "tenant/index_parts.h"
#include "tenant/open_trainings.h"
#include "tenant/outbox.h"
#include "tenant/record_rows.h"
#include "tenant/rule_conditions.h"
#include "tenant/sessions.h"
#include "tenant/times.h"
#include "tenant/verify_checks.h"
#include "world.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = VerifyProblem::Kind;

constexpr uint64_t kAcme = 2;  // the first tenant after `system`
constexpr int64_t kChunk = 256 << 10;

// `acme` with some of all that there is.
class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    fixture_.MakeAcme();
    PutSystemScope();
    Must([this](MutationContext& context) { return PutPeople(context.draft()); });
    Must([this](MutationContext& context) { return PutPlaces(context.draft()); });
    Must([this](MutationContext& context) { return PutContent(context.draft()); });
    Must([this](MutationContext& context) { return PutMails(context.draft()); });
    Must([this](MutationContext& context) { return EnrollCrew(context.draft()); });
    Must([this](MutationContext& context) {
      // Done by the timekeeper, on a server.
      EraseMoment(context.draft(), Moment{MomentKind::kReevaluate, absl::Now(), fire_.value});
      return PutSettings(context.draft());
    });
  }

  // What stands for `acme` in the tenant `system`.
  void PutSystemScope() {
    ScopeId scope;
    const auto made = fixture_.Change(fixture_.registry().system(),
                                      [&](MutationContext& context) -> absl::StatusOr<std::string> {
                                        scope = TenantFixture::PutCatalog(context.draft(), "acme");
                                        return std::string();
                                      });
    ASSERT_TRUE(made.ok()) << made.status();
    Must([&](MutationContext& context) {
      rows::TenantRow row = context.draft().row();
      row.set_system_scope(scope.value);
      context.draft().PutTenant(row);
      return absl::OkStatus();
    });
  }

  static absl::Status PutSettings(TenantDraft& draft) {
    rows::SettingsRow row;
    row.set_revision(draft.revision());
    draft.Write(Table::kSettings, KeyWriter(kAcme).U8(0).Take(), row);
    return absl::OkStatus();
  }

  absl::Status PutPeople(TenantDraft& draft) {
    crew_ = TenantFixture::PutGroup(draft, "crew");
    rows::GroupRow french;
    french.set_uid(draft.NewSubject().value);
    french.set_home(kRootScope.value);
    french.set_by_rule(true);
    rows::GroupRuleRow::Condition& condition = *french.mutable_rule()->add_conditions();
    condition.set_field(std::string(kLocaleField));
    condition.set_comparison(v1::GroupRule::Condition::ANY_OF);
    condition.add_values("fr");
    french_ = SubjectId(french.uid());
    draft.Put("french", french);
    rows::UserRow bob;
    bob_ = draft.NewSubject();
    bob.set_uid(bob_.value);
    bob.set_home(kRootScope.value);
    bob.set_manager(kAnn);
    bob.mutable_user()->set_email("Bob@acme.example");
    bob.mutable_user()->set_external_id("B-1");
    bob.mutable_user()->set_locale("fr");
    draft.Put("bob", bob);
    rows::UserRow by_email;
    by_email.set_uid(bob_.value);
    draft.Write(Table::kIndexes, EmailIndexKey(kAcme, "bob@acme.example"), by_email);
    rows::ExternalIdRow by_id;
    by_id.set_uid(bob_.value);
    draft.Write(Table::kIndexes, ExternalIdKey(kAcme, "B-1"), by_id);
    draft.WriteBytes(Table::kIndexes, ReportKey(kAcme, kAnn, bob_.value), "1");
    return draft.PutMemberRow(crew_, bob_, rows::MemberRow());
  }

  absl::Status PutPlaces(TenantDraft& draft) {
    rows::CatalogRow catalog;
    safety_ = draft.NewScope();
    catalog.set_uid(safety_.value);
    catalog.set_parent(kRootScope.value);
    catalog.add_audience(crew_.value);
    draft.Put("safety", catalog);
    draft.WriteBytes(Table::kIndexes, AudienceIndexKey(kAcme, crew_, safety_), "1");
    fire_ = TenantFixture::PutCourse(draft, "fire", safety_);
    rows::TrainingPlanRow plan;
    basics_ = draft.NewScope();
    plan.set_uid(basics_.value);
    plan.set_parent(safety_.value);
    plan.add_steps()->add_courses(fire_.value);
    plan.mutable_training_plan()->set_published(true);
    plan.mutable_training_plan()->mutable_rules()->mutable_enrollment()->set_applications(true);
    draft.Put("basics", plan);
    SyncOpenTraining(draft, basics_, plan.training_plan());
    draft.WriteBytes(Table::kIndexes, PlanIndexKey(kAcme, fire_, basics_), "1");
    rows::SessionRow session;
    session.set_uid(draft.NewScope().value);
    session.set_parent(fire_.value);
    session.add_instructors(kAnn);
    session.mutable_session()->set_room("R 1");
    *session.mutable_session()->mutable_start_time() = ToTimestamp(absl::FromUnixSeconds(4e9));
    *session.mutable_session()->mutable_end_time() = ToTimestamp(absl::FromUnixSeconds(4e9 + 60));
    draft.Put("drill", session);
    FollowSession(draft, nullptr, &session);
    TenantFixture::PutAssignment(draft, bob_, "teacher", safety_);
    return absl::OkStatus();
  }

  absl::Status PutContent(TenantDraft& draft) {
    const std::string name = "packages/video";
    rows::ContentRow item;
    video_ = draft.NewItem();
    item.set_uid(video_);
    item.set_home(safety_.value);
    item.set_last_version(1);
    item.set_revision(draft.revision());
    item.mutable_content_item()->set_published_version(1);
    draft.Write(Table::kContent, EntityKey(kAcme, Collection::kPackages, "video"), item);
    rows::ItemNameRow entry;
    entry.set_name(name);
    draft.Write(Table::kIndexes, KeyWriter(kAcme).U8(kItemNameIndex).U64(video_).Take(), entry);
    draft.Write(Table::kIndexes,
                KeyWriter(kAcme).U8(kItemPlaceIndex).U32(safety_.value).U8(0).U64(video_).Take(),
                entry);
    rows::ContentVersionRow version;
    version.mutable_version()->set_number(1);
    version.mutable_version()->set_state(v1::ContentVersion::PUBLISHED);
    version.mutable_body()->mutable_package()->set_size_bytes(kChunk + 100);
    blob_ = draft.NewItem();
    version.set_blob(blob_);
    draft.Write(Table::kContentVersions, VersionKey(), version);
    draft.WriteBytes(Table::kContentChunks, ChunkKey(0),
                     store::MakeRecord(std::string(kChunk, 'x')));
    draft.WriteBytes(Table::kContentChunks, ChunkKey(1), store::MakeRecord(std::string(100, 'x')));
    rows::CourseItemsRow items;
    items.add_items()->set_item(video_);
    draft.Write(Table::kIndexes, CourseItemsKey(), items);
    draft.WriteBytes(Table::kIndexes,
                     KeyWriter(kAcme).U8(kItemCourseIndex).U64(video_).U32(fire_.value).Take(),
                     store::MakeRecord(""));
    return absl::OkStatus();
  }

  absl::Status PutMails(TenantDraft& draft) {
    rows::CompetencyRow competency;
    competency.set_uid(draft.NewItem());
    competency.set_home(safety_.value);
    competency.mutable_competency()->add_levels()->set_id("one");
    draft.Write(Table::kCompetencies, EntityKey(kAcme, Collection::kCompetencies, "warden"),
                competency);
    Home(draft, "competencies/warden");
    rows::CourseCompetenciesRow given;
    given.add_entries()->set_competency("warden");
    given.mutable_entries(0)->set_level("one");
    draft.Write(Table::kIndexes, CourseCompetenciesKey(kAcme, fire_), given);
    draft.WriteBytes(Table::kIndexes, CompetencyCourseKey(kAcme, "warden", fire_),
                     store::MakeRecord(""));
    rows::NotificationTemplateRow words;
    words.set_uid(draft.NewItem());
    words.set_home(safety_.value);
    draft.Write(Table::kNotifications,
                EntityKey(kAcme, Collection::kNotificationTemplates, "welcome"), words);
    Home(draft, "notificationTemplates/welcome");
    rows::NotificationRuleRow rule;
    rule.set_uid(draft.NewItem());
    rule.set_home(safety_.value);
    rule.set_template_("welcome");
    draft.Write(Table::kNotifications, EntityKey(kAcme, Collection::kNotificationRules, "hello"),
                rule);
    Home(draft, "notificationRules/hello");
    draft.WriteBytes(Table::kIndexes, TemplateRuleKey(kAcme, "welcome", "hello"),
                     store::MakeRecord(""));
    rows::OutboxRow mail;
    mail.set_recipient(bob_.value);
    mail.set_learner(bob_.value);
    mail.set_training(fire_.value);
    mail.set_home(safety_.value);
    mail.mutable_message()->set_state(v1::OutboxMessage::WAITING);
    *mail.mutable_message()->mutable_next_time() = ToTimestamp(draft.now());
    mail_ = draft.NewItem();
    PutOutbox(draft, mail_, nullptr, mail);
    return absl::OkStatus();
  }

  void Home(TenantDraft& draft, const std::string& relative) {
    draft.WriteBytes(Table::kIndexes, HomedAtKey(kAcme, safety_, relative), store::MakeRecord(""));
  }

  absl::Status EnrollCrew(TenantDraft& draft) {
    rows::TrainingAssignmentRow row;
    row.set_training(fire_.value);
    row.set_assignee(crew_.value);
    row.mutable_training_assignment()->mutable_due()->set_days_after_enrollment(30);
    absl::StatusOr<uint64_t> uid = AddTrainingAssignment(draft, row);
    if (!uid.ok()) return uid.status();
    training_assignment_ = *uid;
    return absl::OkStatus();
  }

  void Must(std::function<absl::Status(MutationContext&)> prepare) {
    const absl::StatusOr<MutationResult> done = fixture_.Change(
        fixture_.acme(), [&](MutationContext& context) -> absl::StatusOr<std::string> {
          if (absl::Status status = prepare(context); !status.ok()) return status;
          return std::string();
        });
    ASSERT_TRUE(done.ok()) << done.status();
  }

  // --- rows, as somebody with a tool for databases would change them ---
  void Put(Table table, const std::string& key, const std::string& value) {
    store::WriteGroup group(&fixture_.database());
    group.Put(table, key, value);
    ASSERT_TRUE(fixture_.database().Commit(group).ok());
  }
  void Delete(Table table, const std::string& key) {
    ASSERT_TRUE(fixture_.database().Get(table, key)->has_value());
    store::WriteGroup group(&fixture_.database());
    group.Delete(table, key);
    ASSERT_TRUE(fixture_.database().Commit(group).ok());
  }
  template <typename Row>
  void Edit(Table table, const std::string& key, const std::function<void(Row&)>& edit) {
    auto row = ReadRow<Row>(fixture_.database(), table, key);
    ASSERT_TRUE(row.ok() && row->has_value());
    edit(**row);
    Put(table, key, FormatRow(**row));
  }

  VerifyReport Verify(size_t max_problems = 100) {
    VerifyOptions options;
    options.max_problems = max_problems;
    absl::StatusOr<VerifyReport> report = VerifyStore(fixture_.database(), options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : VerifyReport();
  }
  static std::string Text(const VerifyReport& report) {
    std::string text;
    for (const VerifyProblem& problem : report.problems) {
      absl::StrAppend(&text, problem.ToString(), "\n");
    }
    return text;
  }
  // One of the problems is of this kind, at this row, and says this.
  void ExpectFound(Kind kind, Table table, const std::string& key, const std::string& words) {
    const VerifyReport report = Verify();
    const std::string row = store::PrintableKey(table, key);
    for (const VerifyProblem& problem : report.problems) {
      if (problem.kind == kind && problem.table == table && problem.row == row &&
          absl::StrContains(problem.text, words)) {
        return;
      }
    }
    ADD_FAILURE() << "wanted " << VerifyKindName(kind) << ": " << row << ": ..." << words
                  << "..., and there is\n"
                  << Text(report);
  }

  std::string VersionKey() const { return KeyWriter(kAcme).U64(video_).U32(1).U8(0).Take(); }
  std::string ChunkKey(uint32_t number) const {
    return KeyWriter(kAcme).U64(blob_).U32(number).Take();
  }
  std::string CourseItemsKey() const {
    return KeyWriter(kAcme).U8(kCourseItemIndex).U32(fire_.value).Take();
  }
  std::string UserKey(absl::string_view id) const {
    return EntityKey(kAcme, Collection::kUsers, id);
  }
  EnrollmentId enrollment() const { return {fire_.value, bob_.value}; }

  static constexpr uint32_t kAnn = 1;
  TenantFixture fixture_;
  SubjectId bob_;
  SubjectId crew_;
  SubjectId french_;
  ScopeId safety_;
  ScopeId fire_;
  ScopeId basics_;
  uint64_t video_ = 0;
  uint64_t blob_ = 0;
  uint64_t mail_ = 0;
  uint64_t training_assignment_ = 0;
};

TEST_F(VerifyTest, NothingIsWrongWithWhatIsWhole) {
  const VerifyReport report = Verify();
  EXPECT_TRUE(report.ok()) << Text(report);
  EXPECT_EQ(report.tenants, 2);
  EXPECT_EQ(report.rows[static_cast<size_t>(Table::kUsers)], 2);
  EXPECT_EQ(report.rows[static_cast<size_t>(Table::kContentChunks)], 2);
  EXPECT_GT(report.references, 30);
  EXPECT_GT(report.derived, 30);
}

TEST_F(VerifyTest, EveryTableIsCheckedOnce) {
  std::vector<Table> tables = {Table::kMeta};
  for (const TableCheck& check : AllTableChecks()) tables.push_back(check.table);
  EXPECT_THAT(tables, ::testing::UnorderedElementsAreArray(store::AllTables()));
}

TEST_F(VerifyTest, EveryIndexIsCheckedOnce) {
  std::vector<int> parts;
  for (const IndexCheck& check : AllIndexChecks()) parts.push_back(check.part);
  const size_t count = parts.size();
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  EXPECT_EQ(parts.size(), count);
}

TEST_F(VerifyTest, RowsThatCannotBeRead) {
  Put(Table::kCourses, EntityKey(kAcme, Collection::kCourses, "fire"), "\x01\xff\xff");
  ExpectFound(Kind::kUnreadable, Table::kCourses, EntityKey(kAcme, Collection::kCourses, "fire"),
              "is no CourseRow");
  // Whoever names it finds nothing there.
  ExpectFound(Kind::kDangling, Table::kPlans, EntityKey(kAcme, Collection::kPlans, "basics"),
              absl::StrCat("names course ", fire_.value, " as `steps.courses`"));
}

TEST_F(VerifyTest, ValuesOfAnUnknownFormat) {
  Put(Table::kMembers, MemberKey(kAcme, crew_, bob_), "\x09");
  ExpectFound(Kind::kUnreadable, Table::kMembers, MemberKey(kAcme, crew_, bob_), "");
}

TEST_F(VerifyTest, KeysThatNobodyKnows) {
  const std::string index = KeyWriter(kAcme).U8(200).U32(1).Take();
  Put(Table::kIndexes, index, "1");
  ExpectFound(Kind::kUnknown, Table::kIndexes, index, "is of index 200");
  const std::string outbox = KeyWriter(kAcme).U8(9).U32(1).Take();
  Put(Table::kOutbox, outbox, "1");
  ExpectFound(Kind::kUnknown, Table::kOutbox, outbox, "is of part 9");
  const std::string user = KeyWriter(kAcme).String("robots/r2").Take();
  Put(Table::kUsers, user, FormatRow(rows::UserRow()));
  ExpectFound(Kind::kUnknown, Table::kUsers, user, "`robots/r2` is no name of a user");
  const std::string longer = UserKey("bob") + "x";
  Put(Table::kUsers, longer, FormatRow(rows::UserRow()));
  ExpectFound(Kind::kUnreadable, Table::kUsers, longer, "");
  Put(Table::kMeta, "weather", "fine");
  ExpectFound(Kind::kUnknown, Table::kMeta, "weather", "does not know");
}

TEST_F(VerifyTest, RowsOfNoTenant) {
  const std::string key = EntityKey(77, Collection::kGroups, "lost");
  Put(Table::kGroups, key, FormatRow(rows::GroupRow()));
  ExpectFound(Kind::kUnknown, Table::kGroups, key, "of a tenant 77, which is not there");
}

TEST_F(VerifyTest, NamesOfWhatIsNotThere) {
  Edit<rows::UserRow>(Table::kUsers, UserKey("bob"), [](rows::UserRow& row) { row.set_home(99); });
  ExpectFound(Kind::kDangling, Table::kUsers, UserKey("bob"), "names scope 99 as `home`");
  Edit<rows::TrainingAssignmentRow>(
      Table::kTrainingAssignments, TrainingAssignmentKey(kAcme, training_assignment_),
      [](rows::TrainingAssignmentRow& row) { row.set_assigned_by(999); });
  ExpectFound(Kind::kDangling, Table::kTrainingAssignments,
              TrainingAssignmentKey(kAcme, training_assignment_),
              "names subject 999 as `assigned_by`");
  Edit<rows::OutboxRow>(Table::kOutbox, OutboxKey(kAcme, mail_),
                        [&](rows::OutboxRow& row) { row.set_learner(crew_.value); });
  ExpectFound(Kind::kDangling, Table::kOutbox, OutboxKey(kAcme, mail_),
              absl::StrCat("names user ", crew_.value, " as `learner`"));
  Edit<rows::CourseItemsRow>(Table::kIndexes, CourseItemsKey(), [](rows::CourseItemsRow& row) {
    row.mutable_items(0)->set_item(12345);
  });
  ExpectFound(Kind::kDangling, Table::kIndexes, CourseItemsKey(), "12345 as `items.item`");
}

TEST_F(VerifyTest, AScopeThatIsGoneIsMissedByAll) {
  Delete(Table::kCourses, EntityKey(kAcme, Collection::kCourses, "fire"));
  ExpectFound(Kind::kDangling, Table::kEnrollments, EnrollmentKey(kAcme, enrollment()),
              "as `training`, which is not there");
  ExpectFound(Kind::kDangling, Table::kSessions, EntityKey(kAcme, Collection::kSessions, "drill"),
              "as `parent`, which is not there");
  ExpectFound(Kind::kUnreadable, Table::kTenants, TenantRowKey(kAcme), "World cannot be built");
}

TEST_F(VerifyTest, EntriesOfIndexesThatAreMissing) {
  const std::vector<std::string> keys = {
      EmailIndexKey(kAcme, "bob@acme.example"),
      ExternalIdKey(kAcme, "B-1"),
      ReportKey(kAcme, kAnn, bob_.value),
      AudienceIndexKey(kAcme, crew_, safety_),
      PlanIndexKey(kAcme, fire_, basics_),
      OpenTrainingKey(kAcme, basics_),
      LearnerKey(kAcme, enrollment()),
      SourceKey(kAcme, training_assignment_, enrollment()),
      AssigneeKey(kAcme, crew_, training_assignment_),
      SeatsKey(kAcme, fire_),
      HomedAtKey(kAcme, safety_, "competencies/warden"),
      TemplateRuleKey(kAcme, "welcome", "hello"),
      CompetencyCourseKey(kAcme, "warden", fire_),
      KeyWriter(kAcme).U8(kItemNameIndex).U64(video_).Take(),
      KeyWriter(kAcme).U8(kOutboxIndex).U8(1).U32(bob_.value).U64(mail_).Take(),
      KeyWriter(kAcme).U8(kRuleFieldIndex).String("locale").U32(french_.value).Take(),
  };
  for (const std::string& key : keys) Delete(Table::kIndexes, key);
  for (const std::string& key : keys) {
    ExpectFound(Kind::kMissing, Table::kIndexes, key, "is not there; it is wanted by");
  }
  EXPECT_EQ(Verify().problem_count, keys.size());
}

TEST_F(VerifyTest, EntriesOfIndexesThatAreLeftOver) {
  const std::vector<std::string> keys = {
      EmailIndexKey(kAcme, "carl@acme.example"),
      LearnerKey(kAcme, EnrollmentId{basics_.value, bob_.value}),
      AuditIndexKey(kAcme, kAuditActorIndex, "tenants/acme/users/ann", 999),
      PlanIndexKey(kAcme, fire_, fire_),
      OpenTrainingKey(kAcme, fire_),
  };
  for (const std::string& key : keys) Put(Table::kIndexes, key, "1");
  for (const std::string& key : keys) {
    ExpectFound(Kind::kLeftOver, Table::kIndexes, key, "nothing wants it");
  }
  EXPECT_EQ(Verify().problem_count, keys.size());
}

TEST_F(VerifyTest, FilesOfTrainingsFromElsewhereHaveOneOwner) {
  ExternalTrainingId id{bob_.value, 0};
  uint64_t blob = 0;
  Must([&](MutationContext& context) {
    TenantDraft& draft = context.draft();
    id.uid = draft.NewItem();
    blob = draft.NewItem();
    rows::ExternalTrainingRow row;
    row.set_home(safety_.value);
    row.set_evidence_blob(blob);
    row.mutable_evidence_file()->set_size_bytes(4);
    draft.WriteBytes(Table::kContentChunks, provost::ChunkKey(kAcme, blob, 0),
                     store::MakeRecord("Seen"));
    rows::ExternalTrainingRow was = row;
    KeepExternalTraining(draft, was, &row);
    PutExternalTraining(draft, id, row);
    return absl::OkStatus();
  });
  EXPECT_EQ(Verify().problem_count, 0u) << Text(Verify());
  const std::string key = ExternalTrainingKey(kAcme, id);
  const std::string chunk = provost::ChunkKey(kAcme, blob, 0);
  using Row = rows::ExternalTrainingRow;
  Edit<Row>(Table::kRecords, key,
            [&](Row& row) { row.mutable_before(0)->set_evidence_blob(blob); });
  ExpectFound(Kind::kFigure, Table::kContentChunks, chunk, "is there 1 times, and wanted 2 times");
  Edit<Row>(Table::kRecords, key, [&](Row& row) { row.clear_evidence_blob(); });
  ExpectFound(Kind::kFigure, Table::kRecords, key, "names a file and not where its bytes are");
  Edit<Row>(Table::kRecords, key, [&](Row& row) {
    row.clear_evidence_file();
    row.mutable_before(0)->clear_evidence_file();
  });
  ExpectFound(Kind::kFigure, Table::kRecords, key,
              "does not say what the file of what it was before is");
  Edit<Row>(Table::kRecords, key, [&](Row& row) { row.clear_before(); });
  ExpectFound(Kind::kLeftOver, Table::kContentChunks, chunk, "nothing wants it");
}

TEST_F(VerifyTest, EntriesThatSaySomethingElse) {
  rows::UserRow somebody_else;
  somebody_else.set_uid(kAnn);
  Put(Table::kIndexes, EmailIndexKey(kAcme, "bob@acme.example"), FormatRow(somebody_else));
  ExpectFound(Kind::kFigure, Table::kIndexes, EmailIndexKey(kAcme, "bob@acme.example"),
              "was wanted, by users[2/users/bob");
}

TEST_F(VerifyTest, Figures) {
  Edit<rows::SeatsRow>(Table::kIndexes, SeatsKey(kAcme, fire_),
                       [](rows::SeatsRow& row) { row.set_admitted(7); });
  ExpectFound(Kind::kFigure, Table::kIndexes, SeatsKey(kAcme, fire_),
              "says `admitted 7, waiting 0`; `admitted 1, waiting 0` was wanted");
  Edit<rows::EnrollmentRow>(Table::kEnrollments, EnrollmentKey(kAcme, enrollment()),
                            [](rows::EnrollmentRow& row) {
                              row.mutable_enrollment()->set_state(v1::Enrollment::FAILED);
                            });
  ExpectFound(Kind::kFigure, Table::kEnrollments, EnrollmentKey(kAcme, enrollment()),
              "says `FAILED in cycle 1 after event 1`; `ENROLLED in cycle 1 after event 1`");
  Delete(Table::kUsers, UserKey("ann"));
  const VerifyReport report = Verify();
  EXPECT_THAT(Text(report), HasSubstr("people: 2 are said, and there are 1"));
}

TEST_F(VerifyTest, Moments) {
  const auto enrollment_row = ReadEnrollment(fixture_.database(), kAcme, enrollment());
  ASSERT_TRUE(enrollment_row.ok() && (*enrollment_row)->enrollment().has_due_time());
  const absl::Time due = FromTimestamp((*enrollment_row)->enrollment().due_time());
  const auto key = [&](absl::Time time) {
    return KeyWriter(kAcme).U8(1).Time(time).U32(fire_.value).U32(bob_.value).U64(0).Take();
  };
  Delete(Table::kTimers, key(due));
  ExpectFound(Kind::kMissing, Table::kTimers, key(due), "wanted by enrollments[");
  Put(Table::kTimers, key(due + absl::Hours(1)), FormatRow(rows::TimerRow()));
  ExpectFound(Kind::kLeftOver, Table::kTimers, key(due + absl::Hours(1)), "nothing wants it");
}

TEST_F(VerifyTest, ALogWithAGap) {
  const std::string key = RecordEventKey(kAcme, RecordEventId{enrollment(), 3});
  const auto first = fixture_.database().Get(Table::kRecords,
                                             RecordEventKey(kAcme, RecordEventId{enrollment(), 1}));
  Put(Table::kRecords, key, **first);
  ExpectFound(Kind::kFigure, Table::kRecords, key, "comes after event 1; 2 was wanted");
  ExpectFound(Kind::kFigure, Table::kRecords, key, "goes from STATE_UNSPECIFIED where ENROLLED");
}

TEST_F(VerifyTest, CountersBelowWhatWasGiven) {
  Edit<rows::TenantCounters>(Table::kTenants, CountersKey(kAcme), [](rows::TenantCounters& row) {
    row.set_last_subject(1);
    row.set_last_scope(2);
    row.set_last_item(1);
    row.set_last_assignment(0);
  });
  ExpectFound(Kind::kFigure, Table::kUsers, UserKey("bob"), "the last one given to a subject is 1");
  ExpectFound(Kind::kFigure, Table::kCourses, EntityKey(kAcme, Collection::kCourses, "fire"),
              "the last one given to a scope is 2");
  ExpectFound(Kind::kFigure, Table::kOutbox, OutboxKey(kAcme, mail_), "last one that was given");
  ExpectFound(Kind::kFigure, Table::kAssignments, AssignmentKey(kAcme, AssignmentId(1)),
              "beyond the last one that was given");
}

TEST_F(VerifyTest, RevisionsWithAGap) {
  Delete(Table::kChanges, RevisionKey(kAcme, 3));
  ExpectFound(Kind::kFigure, Table::kChanges, RevisionKey(kAcme, 4),
              "comes after revision 2; 3 was wanted");
}

TEST_F(VerifyTest, FilesThatAreNotWhole) {
  Delete(Table::kContentChunks, ChunkKey(1));
  ExpectFound(Kind::kMissing, Table::kContentChunks, ChunkKey(1), "content_versions[");
  Put(Table::kContentChunks, ChunkKey(0), store::MakeRecord("short"));
  ExpectFound(Kind::kFigure, Table::kContentChunks, ChunkKey(0), "says `5 bytes`");
  const std::string nobodys = KeyWriter(kAcme).U64(4711).U32(0).Take();
  Put(Table::kContentChunks, nobodys, store::MakeRecord("x"));
  ExpectFound(Kind::kLeftOver, Table::kContentChunks, nobodys, "nothing wants it");
}

TEST_F(VerifyTest, VersionsOfContent) {
  Edit<rows::ContentVersionRow>(Table::kContentVersions, VersionKey(),
                                [](rows::ContentVersionRow& row) {
                                  row.mutable_version()->set_state(v1::ContentVersion::RETIRED);
                                });
  ExpectFound(Kind::kFigure, Table::kContentVersions, VersionKey(), "`published` was wanted");
}

TEST_F(VerifyTest, WhoIsInAGroupByItsRule) {
  Delete(Table::kMembers, MemberKey(kAcme, french_, bob_));
  ExpectFound(Kind::kMissing, Table::kMembers, MemberKey(kAcme, french_, bob_), "users/bob");
  Put(Table::kMembers, MemberKey(kAcme, french_, SubjectId(kAnn)), FormatRow(rows::MemberRow()));
  ExpectFound(Kind::kLeftOver, Table::kMembers, MemberKey(kAcme, french_, SubjectId(kAnn)), "");
}

TEST_F(VerifyTest, ManagersInACircle) {
  Edit<rows::UserRow>(Table::kUsers, UserKey("ann"),
                      [&](rows::UserRow& row) { row.set_manager(bob_.value); });
  ExpectFound(Kind::kFigure, Table::kUsers, UserKey("bob"), "go around in a circle");
}

TEST_F(VerifyTest, WorldsThatCannotBeBuilt) {
  Edit<rows::AssignmentRow>(
      Table::kAssignments, AssignmentKey(kAcme, AssignmentId(1)),
      [](rows::AssignmentRow& row) { row.mutable_assignment()->set_role("wizard"); });
  ExpectFound(Kind::kUnreadable, Table::kTenants, TenantRowKey(kAcme), "World cannot be built");
}

TEST_F(VerifyTest, ProblemsBeyondTheLimitAreCounted) {
  for (uint32_t uid = 1000; uid < 1050; ++uid) {
    Put(Table::kIndexes, ReportKey(kAcme, uid, uid), "1");
  }
  const VerifyReport report = Verify(/*max_problems=*/3);
  EXPECT_EQ(report.problem_count, 50);
  EXPECT_EQ(report.problems.size(), 3);
}

TEST_F(VerifyTest, ADatabaseIsReadWithoutChangingIt) {
  const std::string folder = fixture_.folder();
  store::DatabaseOptions options;
  options.path = folder;
  const auto used = store::OpenReadOnly(options);
  EXPECT_EQ(used.status().code(), absl::StatusCode::kFailedPrecondition) << used.status();
  EXPECT_THAT(std::string(used.status().message()), HasSubstr("in use by another server"));
  EXPECT_THAT(std::string(used.status().message()), HasSubstr(folder));
  fixture_.Close();
  const auto files = [&] {
    std::vector<std::pair<std::string, uintmax_t>> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      // What RocksDB says of itself, and who holds the folder.
      if (absl::StartsWith(name, "LOG") || name == "provostd.lock") continue;
      files.emplace_back(name, entry.is_regular_file() ? entry.file_size() : 0);
    }
    std::sort(files.begin(), files.end());
    return files;
  };
  const auto before = files();
  {
    auto database = store::OpenReadOnly(options);
    ASSERT_TRUE(database.ok()) << database.status();
    const auto report = VerifyStore(**database);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->ok()) << Text(*report);
    EXPECT_EQ(report->rows[static_cast<size_t>(Table::kUsers)], 2);
    store::WriteGroup group(database->get());
    group.Put(Table::kMeta, "weather", "fine");
    EXPECT_FALSE((*database)->Commit(group).ok());
  }
  EXPECT_EQ(files(), before);
  options.path = folder + "/nowhere";
  EXPECT_EQ(store::OpenReadOnly(options).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(options.path));
  fixture_.Open();
  EXPECT_TRUE(Verify().ok());
}

}  // namespace
}  // namespace provost
