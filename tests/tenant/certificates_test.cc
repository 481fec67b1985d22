// Certificates: what one says, how they are numbered, and what takes them away.
#include "tenant/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "course_people.h"
#include "tenant/certificate_text.h"
#include "tenant/content_items.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/enrollments.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;
using ::testing::ElementsAre;
using ::testing::MatchesRegex;

// lea has completed the course `hoists` for the first time; the template `plain` is published.
class CertificatesTest : public CoursePeopleTest {
 protected:
  CertificatesTest() : CoursePeopleTest({"lea", "leo"}) {}

  void SetUp() override {
    CoursePeopleTest::SetUp();
    lea_ = people_[0];
    leo_ = people_[1];
    Do([&](TenantDraft& draft) {
      template_ = PutTemplate(draft, "plain", /*published=*/true);
      draft_template_ = PutTemplate(draft, "draft", /*published=*/false);
      return absl::OkStatus();
    });
    Do([&](TenantDraft& draft) {
      rows::CourseRow course = **draft.Get<rows::CourseRow>("hoists");
      course.mutable_course()->set_display_name("Hoists");
      draft.Put("hoists", course);
      return absl::OkStatus();
    });
    for (SubjectId person : {lea_, leo_}) {
      Do([&](TenantDraft& draft) {
        return Enroll(draft, IdOf(person), rows::EnrollmentRow::Source(), Entry::kByHand,
                      MoveCause());
      });
    }
  }

  static uint64_t PutTemplate(TenantDraft& draft, const std::string& id, bool published) {
    rows::ContentRow item;
    item.set_uid(draft.NewItem());
    item.set_home(kRootScope.value);
    item.set_last_version(1);
    item.mutable_content_item()->set_kind(v1::ContentItem::CERTIFICATE_TEMPLATE);
    item.mutable_content_item()->set_published_version(published ? 1 : 0);
    draft.Write(Table::kContent, EntityKey(draft.number(), Collection::kCertificateTemplates, id),
                item);
    rows::ItemNameRow name;
    name.set_name(absl::StrCat("certificateTemplates/", id));
    draft.Write(Table::kIndexes, ItemNameKey(draft.number(), item.uid()), name);
    rows::ContentVersionRow version;
    version.mutable_version()->set_number(1);
    auto* const body = version.mutable_body()->mutable_certificate_template();
    body->set_title("Certificate of {{tenant.display_name}}");
    body->set_text("{{learner.display_name}} did {{course.display_name}} {{{{");
    draft.Write(Table::kContentVersions, VersionKey(draft.number(), item.uid(), 1), version);
    return item.uid();
  }

  // What a completion says of it.
  static rows::EnrollmentRow Completed(int32_t cycle = 1) {
    rows::EnrollmentRow row;
    row.mutable_enrollment()->set_state(v1::Enrollment::COMPLETED);
    row.mutable_enrollment()->set_cycle(cycle);
    *row.mutable_enrollment()->mutable_complete_time() =
        ToTimestamp(absl::FromCivil(absl::CivilDay(2026, 11, 20), absl::UTCTimeZone()));
    *row.mutable_enrollment()->mutable_expire_time() =
        ToTimestamp(absl::FromCivil(absl::CivilDay(2028, 11, 20), absl::UTCTimeZone()));
    return row;
  }

  std::optional<uint64_t> Issue(SubjectId person, int32_t cycle = 1, uint64_t by = 0) {
    std::optional<uint64_t> issued;
    Do([&](TenantDraft& draft) {
      absl::StatusOr<std::optional<uint64_t>> uid = IssueCertificate(
          draft, IdOf(person), Completed(cycle), by == 0 ? template_ : by, CertificateCause());
      if (!uid.ok()) return uid.status();
      issued = *uid;
      return absl::OkStatus();
    });
    return issued;
  }

  rows::CertificateRow Read(uint64_t uid) {
    const auto row = ReadCertificate(tenants_.database(), number(), uid);
    EXPECT_TRUE(row.ok() && row->has_value()) << row.status();
    return row.ok() && row->has_value() ? **row : rows::CertificateRow();
  }

  // How many rows there are of certificates, those by which they are found included; the counters
  // of numbers left out.
  int RowCount() {
    int count = 0;
    for (const Table table : {Table::kCertificates, Table::kIndexes}) {
      store::Cursor cursor =
          tenants_.database().Scan(table, store::KeyWriter(number()).Range(), store::ScanOptions());
      while (cursor.Next()) {
        store::KeyReader key(table, cursor.key());
        key.U64();
        const uint8_t part = key.U8();
        if (table == Table::kCertificates || part == kCertificateLearnerIndex ||
            part == kCertificateTrainingIndex || part == kCertificateCodeIndex) {
          ++count;
        }
      }
      EXPECT_TRUE(cursor.status().ok()) << cursor.status();
    }
    return count;
  }

  SubjectId lea_;
  SubjectId leo_;
  uint64_t template_ = 0;
  uint64_t draft_template_ = 0;
};

TEST_F(CertificatesTest, SaysWhatWasTrueAsItWasIssued) {
  const std::optional<uint64_t> uid = Issue(lea_);
  ASSERT_TRUE(uid.has_value());
  Do([&](TenantDraft& draft) {
    rows::UserRow user = **draft.Get<rows::UserRow>("lea");
    user.mutable_user()->set_display_name("Somebody Else");
    draft.Put("lea", user);
    rows::CourseRow course = **draft.Get<rows::CourseRow>("hoists");
    course.mutable_course()->set_display_name("Cranes");
    draft.Put("hoists", course);
    return absl::OkStatus();
  });
  const rows::CertificateRow row = Read(*uid);
  EXPECT_EQ(row.learner_name(), "lea");
  EXPECT_EQ(row.training_name(), "Hoists");
  EXPECT_EQ(row.template_(), template_);
  EXPECT_EQ(row.template_version(), 1);
  EXPECT_EQ(row.time_zone(), "UTC");
  EXPECT_EQ(row.language(), "en");
  EXPECT_THAT(row.number(), MatchesRegex("20[0-9][0-9]-000001"));
  EXPECT_THAT(row.code(), MatchesRegex("[0-9A-HJKMNP-TV-Z]+"));
  EXPECT_EQ(row.code().size(), 26);
  EXPECT_EQ(ExpandCertificate(row, row.text(), FieldMarks::kNone), "lea did Hoists {{");
  EXPECT_EQ(ExpandCertificate(row, row.text(), FieldMarks::kIsolates),
            "\u2068lea\u2069 did \u2068Hoists\u2069 {{");
  EXPECT_EQ(DatesOf(row).complete, "2026-11-20");
  EXPECT_EQ(DatesOf(row).expire, "2028-11-20");
}

TEST_F(CertificatesTest, NumbersHaveNoGapsAndBeginAnewEachYear) {
  const std::string first = Read(*Issue(lea_)).number();
  EXPECT_FALSE(Try([&](TenantDraft& draft) {
                 absl::Status status =
                     IssueCertificate(draft, IdOf(leo_), Completed(), template_, CertificateCause())
                         .status();
                 EXPECT_TRUE(status.ok()) << status;
                 return absl::AbortedError("what came after it failed");
               }).ok());
  const std::string second = Read(*Issue(leo_)).number();
  const std::string year = first.substr(0, 4);
  EXPECT_EQ(first, year + "-000001");
  EXPECT_EQ(second, year + "-000002");
  tenants_.registry().clock().Advance(absl::Hours(24 * 366));
  const std::string third = Read(*Issue(lea_, 2)).number();
  EXPECT_EQ(third.substr(4), "-000001");
  EXPECT_NE(third.substr(0, 4), year);
}

TEST_F(CertificatesTest, ACompletionHasOne) {
  const std::optional<uint64_t> uid = Issue(lea_);
  EXPECT_EQ(Issue(lea_), uid);
  EXPECT_NE(Issue(lea_, 2), uid);
  Do([&](TenantDraft& draft) {
    return RevokeCertificates(draft, IdOf(lea_), 1, CertificateCause{lea_.value, "wrong"});
  });
  const rows::CertificateRow revoked = Read(*uid);
  EXPECT_TRUE(revoked.has_revoke_time());
  EXPECT_EQ(revoked.revoked_by(), lea_.value);
  EXPECT_EQ(revoked.revoke_reason(), "wrong");
  const std::optional<uint64_t> again = Issue(lea_);
  EXPECT_NE(again, uid);
  EXPECT_FALSE(Read(*again).has_revoke_time());
  EXPECT_NE(Read(*again).code(), revoked.code());
}

TEST_F(CertificatesTest, NothingIsIssuedWithoutAPublishedTemplate) {
  EXPECT_EQ(Issue(lea_, 1, draft_template_), std::nullopt);
  EXPECT_EQ(Issue(lea_, 1, 999999), std::nullopt);
  EXPECT_EQ(RowCount(), 0);
  // No number was lost.
  EXPECT_EQ(Read(*Issue(lea_)).number().substr(4), "-000001");
}

TEST_F(CertificatesTest, GoWithTheRecordThePersonAndTheCourse) {
  Issue(lea_);
  Issue(lea_, 2);
  Issue(leo_);
  EXPECT_EQ(RowCount(), 3 * 4);
  Do([&](TenantDraft& draft) { return EraseEnrollmentRecord(draft, IdOf(leo_)); });
  EXPECT_EQ(RowCount(), 2 * 4);
  Do([&](TenantDraft& draft) { return draft.EraseSubject(lea_); });
  EXPECT_EQ(RowCount(), 0);
  Do([&](TenantDraft& draft) {
    return Enroll(draft, IdOf(leo_), rows::EnrollmentRow::Source(), Entry::kByHand, MoveCause());
  });
  // Numbers of what is gone are not given again.
  EXPECT_EQ(Read(*Issue(leo_)).number().substr(4), "-000004");
  Do([&](TenantDraft& draft) { return draft.EraseSubtree(course_); });
  EXPECT_EQ(RowCount(), 0);
}

TEST(CertificateTextTest, CodesAreRandomAndReadAsPeopleTypeThem) {
  std::set<std::string> codes;
  for (int i = 0; i < 1000; ++i) {
    const std::string code = NewCertificateCode();
    EXPECT_THAT(code, MatchesRegex("[0-9A-HJKMNP-TV-Z]+"));
    EXPECT_EQ(code.size(), 26);
    // 26 digits of 5 bits are two more than 128: the last digit has three.
    EXPECT_EQ(absl::string_view("0123456789ABCDEFGHJKMNPQRSTVWXYZ").find(code.back()) % 4, 0);
    codes.insert(code);
    EXPECT_EQ(TypedCode(GroupedCode(code)), code);
  }
  EXPECT_EQ(codes.size(), 1000);
  EXPECT_EQ(GroupedCode("ABCDEFGHJK"), "ABCD-EFGH-JK");
  EXPECT_EQ(TypedCode(" abcd-EfGh-oOiIlL "), "ABCDEFGH001111");
  EXPECT_EQ(TypedCode("\xC3\xA4!"), "\xC3\xA4!");
}

TEST(CertificateTextTest, DaysAreThoseOfTheZoneAsTheTenantWritesThem) {
  absl::TimeZone vienna;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Vienna", &vienna));
  const absl::Time late =
      absl::FromCivil(absl::CivilSecond(2026, 11, 21, 23, 30, 0), absl::UTCTimeZone());
  using Settings = v1::LocalizationSettings;
  EXPECT_EQ(WrittenDate(late, absl::UTCTimeZone(), Settings::ISO), "2026-11-21");
  EXPECT_EQ(WrittenDate(late, vienna, Settings::DATE_FORMAT_UNSPECIFIED), "2026-11-22");
  EXPECT_EQ(WrittenDate(late, vienna, Settings::DAY_MONTH_YEAR), "22.11.2026");
  EXPECT_EQ(WrittenDate(late, vienna, Settings::MONTH_DAY_YEAR), "11/22/2026");
}

}  // namespace
}  // namespace provost
