// What is printed, read back as PDFs (LE5, IN2), under the lms365 preset.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "provost/v1/settings.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "tests/print/pdf.h"
#include "tests/service/certificates.h"

namespace provost {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;
using v1::Certificate;

constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kFailed = grpc::StatusCode::FAILED_PRECONDITION;
constexpr auto kInvalid = grpc::StatusCode::INVALID_ARGUMENT;

TEST_F(CertificateDocumentsTest, LE5_WhoCompletesATrainingDownloadsTheCertificate) {
  Rename("users/lea", "Lea Ångström");
  Complete("courses/fire", {"users/lea"});
  const auto own = ListAs("users/lea", "users/lea", "");
  ASSERT_TRUE(own.ok()) << own.message();
  ASSERT_THAT(own.value.certificates(), SizeIs(1));
  const Certificate& listed = own.value.certificates(0);
  EXPECT_EQ(listed.learner(), Full("users/lea"));
  EXPECT_EQ(listed.training(), Full("courses/fire"));
  EXPECT_EQ(listed.state(), Certificate::VALID);
  EXPECT_THAT(listed.number(), MatchesRegex("20[0-9][0-9]-000001"));
  EXPECT_THAT(listed.code(), MatchesRegex("[0-9A-Z-]+"));
  EXPECT_EQ(listed.issued_by(), "") << "the completion itself issued it";
  EXPECT_EQ(listed.title(), "") << "lists leave it out";

  const auto got = GetAs("users/lea", listed.name());
  ASSERT_TRUE(got.ok()) << got.message();
  EXPECT_EQ(got.value.title(), "Certificate of Completion");
  EXPECT_EQ(got.value.text(), "Lea Ångström has learned what there is to know.");
  EXPECT_EQ(got.value.certificate_template(), Full("certificateTemplates/plain"));
  EXPECT_EQ(got.value.template_version(), 1);

  const auto file = DownloadAs("users/lea", listed.name());
  ASSERT_TRUE(file.ok()) << file.message();
  EXPECT_EQ(file.value.file_name(), absl::StrCat("certificate-", listed.number(), ".pdf"));
  const Pdf pdf(file.value.pdf());
  EXPECT_THAT(pdf.Text(), AllOf(HasSubstr("Lea Ångström\n"), HasSubstr("Certificate of Completion"),
                                HasSubstr(listed.number()), HasSubstr(listed.code())));
  EXPECT_EQ(pdf.QrCode(), listed.code());
  for (const PdfFont& font : pdf.Fonts()) EXPECT_TRUE(font.embedded) << font.name;
  EXPECT_EQ(pdf.Info("Page size"), "841.89 x 595.28 pts (A4)") << "the template says wide";
  EXPECT_TRUE(DownloadAs("users/lea", listed.name()).value.pdf() == file.value.pdf());

  // d0: nobody else, those included who may read the record.
  for (const char* other : {"users/leo", "users/eve", "users/cora", "users/kai", "users/ann"}) {
    EXPECT_EQ(DownloadAs(other, listed.name()).code(), kDenied) << other;
  }
  EXPECT_EQ(DownloadAs("users/lea", Full("certificates/999")).code(), kDenied)
      << "what is missing and what is another's look alike";
}

TEST_F(CertificateDocumentsTest, LE5_ATranscriptIsForItsOwnerAlone) {
  Rename("users/lea", "ליאה כהן");
  Complete("courses/fire", {"users/lea"});
  EnrollIn("courses/drill", {"users/lea"});
  const auto file = TranscriptAs("users/lea", "users/lea");
  ASSERT_TRUE(file.ok()) << file.message();
  EXPECT_EQ(file.value.file_name(), "transcript-lea.pdf");
  const Pdf pdf(file.value.pdf());
  EXPECT_THAT(pdf.Text(), HasSubstr("ליאה כהן"));
  const std::vector<std::string> lines = pdf.Lines(1);
  const std::string day = "[0-9]+-[0-9]+-[0-9]+";
  EXPECT_THAT(
      lines,
      testing::Contains(testing::ContainsRegex(absl::StrCat("fire +completed +", day, " +", day))));
  EXPECT_THAT(lines,
              testing::Contains(testing::ContainsRegex(absl::StrCat("drill +enrolled +", day))));
  EXPECT_EQ(pdf.Info("Pages"), "1");

  for (const char* other : {"users/leo", "users/cora", "users/kai", "users/ann"}) {
    EXPECT_EQ(TranscriptAs(other, "users/lea").code(), kDenied) << other;
  }
  EXPECT_EQ(TranscriptAs("users/leo", "users/nobody").code(), kDenied)
      << "who is missing and who is another look alike";
  // Of whoever has learned nothing it says so.
  const auto empty = TranscriptAs("users/eve", "users/eve");
  ASSERT_TRUE(empty.ok()) << empty.message();
  EXPECT_THAT(Pdf(empty.value.pdf()).Text(), Not(HasSubstr("Enrolled")));
}

TEST_F(CertificateDocumentsTest, IN2_TheInstructorPrintsTheRoster) {
  Rename("users/lea", "Лея Иванова");
  Rename("users/leo", "Leo Long");
  EnrollIn("courses/fire", {"users/lea", "users/leo"});
  Schedule("one", "courses/fire");
  Schedule("two", "courses/fire");
  Assign("users/eve", "instructor", "sessions/two");
  LetPass(absl::Hours(4));
  Mark("one", "users/lea");
  Mark("one", "users/leo", v1::Attendance::ABSENT);

  const auto noted = SheetAs("users/ina", "one");
  ASSERT_TRUE(noted.ok()) << noted.message();
  EXPECT_EQ(noted.value.file_name(), "attendance-one.pdf");
  const std::vector<std::string> lines = Pdf(noted.value.pdf()).Lines(1);
  for (const char* line : {"^ *fire$", "Session +Session one", "Time +20.* to [0-9]+:[0-9]+, UTC",
                           "Place +Fire station, Hall 7", "Instructors +ina",
                           "1 +Leo Long +leo +absent", "2 +Лея Иванова +lea +present"}) {
    EXPECT_THAT(lines, testing::Contains(testing::ContainsRegex(line)));
  }
  const auto to_sign = SheetAs("users/ina", "one", true);
  ASSERT_TRUE(to_sign.ok()) << to_sign.message();
  const std::string text = Pdf(to_sign.value.pdf()).Text();
  EXPECT_THAT(text, AllOf(HasSubstr("Signature on arrival"), Not(HasSubstr("absent"))));

  for (const char* other : {"users/eve", "users/cora", "users/kai"}) {
    EXPECT_TRUE(SheetAs(other, "two").ok()) << other;
  }
  for (const char* other : {"users/eve", "users/lea", "users/leo"}) {
    EXPECT_EQ(SheetAs(other, "one").code(), kDenied) << other;
  }
}

TEST_F(CertificateDocumentsTest, IN2_WhereLearnersRegisterTheRosterIsWhoHasASeat) {
  EnrollIn("courses/fire", {"users/lea", "users/leo"});
  Schedule("one", "courses/fire", /*registration=*/true);
  v1::RegisterForSessionRequest request;
  request.set_session(Full("sessions/one"));
  request.set_learner(Full("users/leo"));
  const auto registered = Call<v1::SessionRegistration>("users/leo", request);
  ASSERT_TRUE(registered.ok()) << registered.message();
  const auto sheet = SheetAs("users/ina", "one", true);
  ASSERT_TRUE(sheet.ok()) << sheet.message();
  const std::string text = Pdf(sheet.value.pdf()).Text();
  EXPECT_THAT(text, AllOf(HasSubstr("leo"), Not(HasSubstr("lea"))));
}

TEST_F(CertificateDocumentsTest, TA3_TheTenantSaysWhereCertificatesAreVerified) {
  const auto set = [this](const std::string& url) {
    v1::UpdateSettingsRequest request;
    request.mutable_settings()->set_tenant(Full(""));
    request.mutable_settings()->mutable_general()->set_verification_url(url);
    request.set_section(v1::Settings::GENERAL);
    return Call<v1::Settings>("users/ann", request);
  };
  for (const char* wrong :
       {"https://lms.acme.example/verify", "http://lms.acme.example/{code}", "{code}",
        "https://lms.acme.example/{code}/{code}", "https://lms.acme.example/ {code}"}) {
    const auto refused = set(wrong);
    EXPECT_EQ(refused.code(), kInvalid) << wrong;
    EXPECT_THAT(refused.bad_fields(), ElementsAre(Key("settings.general.verification_url")));
  }
  const std::string stem = "https://lms.acme.example/";
  EXPECT_FALSE(set(stem + "{code}" + std::string(251 - stem.size() - 6, 'x')).ok());
  EXPECT_TRUE(set(stem + "{code}" + std::string(250 - stem.size() - 6, 'x')).ok());
  ASSERT_TRUE(set(stem + "verify?code={code}").ok());
  Complete("courses/fire", {"users/lea"});
  const Certificate certificate = CertificateOf("users/lea", "courses/fire");
  const auto file = DownloadAs("users/lea", certificate.name());
  ASSERT_TRUE(file.ok()) << file.message();
  const std::string code = absl::StrReplaceAll(certificate.code(), {{"-", ""}});
  EXPECT_EQ(Pdf(file.value.pdf()).QrCode(), absl::StrCat(stem, "verify?code=", code));
}

TEST_F(CertificateDocumentsTest, AMissingFontIsNamed) {
  Rename("users/eve", "Eve \U0010FFFD");
  const auto refused = TranscriptAs("users/eve", "users/eve");
  EXPECT_EQ(refused.code(), kFailed);
  EXPECT_THAT(refused.violations(), ElementsAre("FONT_MISSING"));
  EXPECT_THAT(refused.message(), AllOf(HasSubstr("U+10FFFD"), HasSubstr("`name`")));
}

}  // namespace
}  // namespace provost
