// Certificates, transcripts and attendance sheets (LE5, IN2, KA2, PL3, rules 6, 21), under the
// lms365 preset. What is printed is read back as a PDF.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "provost/v1/attendance_service.pb.h"
#include "provost/v1/certificate_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/settings.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/print/pdf.h"
#include "tests/service/content.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using v1::Certificate;

constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kMissing = grpc::StatusCode::NOT_FOUND;
constexpr auto kFailed = grpc::StatusCode::FAILED_PRECONDITION;
constexpr auto kInvalid = grpc::StatusCode::INVALID_ARGUMENT;

// kai administers the catalog safety, cora the course fire in it, ina conducts fire's sessions; lea
// and leo learn in fire, eve nowhere. Whoever attends fire's sessions completes it. Under the
// coreachieve preset ann, the administrator, does what kai and ina do.
class CertificateFixture : public ContentTest {
 protected:
  explicit CertificateFixture(absl::string_view policy)
      : ContentTest(policy),
        administrator_(policy == "lms365" ? "users/kai" : "users/ann"),
        instructor_(policy == "lms365" ? "users/ina" : "users/ann") {
    MakeCatalog("safety");
    MakeCatalog("it");
    if (policy == "lms365") Assign("users/ann", "catalog_admin", "catalogs/safety");
    for (const char* course : {"fire", "drill"}) MakeCourse(course, "catalogs/safety");
    for (const char* user : {"kai", "cora", "ina", "lea", "leo", "eve"}) {
      MakeUser(user, "catalogs/safety");
    }
    if (policy == "lms365") {
      Assign("users/kai", "catalog_admin", "catalogs/safety");
      Assign("users/kai", "catalog_admin", "catalogs/it");
      Assign("users/cora", "course_admin", "courses/fire");
    }
    MakeTemplate("plain", "catalogs/safety");
    Publish(administrator_, "certificateTemplates/plain");
    SetCompletion("courses/fire", "certificate_template: '$T/certificateTemplates/plain'");
    SetCompletion("courses/drill", "");
  }

  void MakeTemplate(const std::string& id, const std::string& home) {
    const auto made = Make(administrator_, v1::ContentItem::CERTIFICATE_TEMPLATE, id, home,
                           R"(certificate_template {
                                title: 'Certificate of Completion'
                                text: '{{learner.display_name}} has learned what there is to know.'
                                landscape: true })");
    ASSERT_TRUE(made.ok()) << made.message();
  }

  void SetCompletion(const std::string& course, const std::string& more) {
    v1::UpdateTrainingRulesRequest request;
    request.set_training(Full(course));
    request.set_section(v1::TrainingRules::COMPLETION);
    const std::string rule = absl::StrReplaceAll(
        absl::StrCat("completion { attendance_percent: 100 ", more, " }"), {{"$T", Full("")}});
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(rule, request.mutable_rules()));
    const auto set = Call<v1::UpdateTrainingRulesResponse>(administrator_, request);
    ASSERT_TRUE(set.ok()) << set.message();
  }

  void Rename(const std::string& user, const std::string& name) {
    v1::UpdateUserRequest request;
    request.mutable_user()->set_name(Full(user));
    request.mutable_user()->set_display_name(name);
    request.mutable_update_mask()->add_paths("display_name");
    const auto renamed = Call<v1::User>("users/ann", request);
    ASSERT_TRUE(renamed.ok()) << renamed.message();
  }

  void EnrollIn(const std::string& course, const std::vector<std::string>& learners) {
    for (const std::string& learner : learners) {
      v1::CreateEnrollmentRequest request;
      request.set_parent(Full(""));
      request.mutable_enrollment()->set_learner(Full(learner));
      request.mutable_enrollment()->set_training(Full(course));
      const auto enrolled = Call<v1::Enrollment>(administrator_, request);
      ASSERT_TRUE(enrolled.ok()) << enrolled.message();
    }
  }

  // A session of an hour, which has begun when this returns.
  void Schedule(const std::string& id, const std::string& course, bool registration = false) {
    const absl::Time start = server_now_ + absl::Hours(2);
    v1::CreateSessionRequest request;
    request.set_parent(Full(""));
    request.set_session_id(id);
    v1::Session* const session = request.mutable_session();
    session->set_display_name(absl::StrCat("Session ", id));
    session->set_parent_scope(Full(course));
    session->set_time_zone("UTC");
    session->set_start(absl::FormatTime("%Y-%m-%dT%H:%M", start, absl::UTCTimeZone()));
    session->set_end(
        absl::FormatTime("%Y-%m-%dT%H:%M", start + absl::Hours(1), absl::UTCTimeZone()));
    session->set_place("Fire station");
    session->set_room("Hall 7");
    session->add_instructors(Full("users/ina"));
    session->set_registration(registration);
    const auto made = Call<v1::Session>(administrator_, request);
    ASSERT_TRUE(made.ok()) << made.message();
    if (instructor_ == "users/ina") {
      Assign(instructor_, "instructor", absl::StrCat("sessions/", id));
    }
  }
  void LetPass(absl::Duration time) {
    server().Advance(time);
    server_now_ += time;
  }
  void Mark(const std::string& session, const std::string& learner,
            v1::Attendance::Status status = v1::Attendance::PRESENT) {
    v1::MarkAttendanceRequest request;
    request.set_session(Full(absl::StrCat("sessions/", session)));
    request.mutable_attendance()->set_learner(Full(learner));
    request.mutable_attendance()->set_status(status);
    const auto marked = Call<v1::Attendance>(instructor_, request);
    ASSERT_TRUE(marked.ok()) << marked.message();
  }

  // Those complete the course.
  void Complete(const std::string& course, const std::vector<std::string>& learners) {
    EnrollIn(course, learners);
    const std::string session = absl::StrCat("s-", course.substr(course.find('/') + 1));
    Schedule(session, course);
    LetPass(absl::Hours(4));
    for (const std::string& learner : learners) Mark(session, learner);
  }

  Answer<Certificate> IssueAs(absl::string_view actor, const std::string& learner,
                              const std::string& training, const std::string& by = "") {
    v1::IssueCertificateRequest request;
    request.set_parent(Full(""));
    request.set_learner(Full(learner));
    request.set_training(Full(training));
    if (!by.empty()) request.set_certificate_template(Full(by));
    request.set_reason("The first was lost");
    return Call<Certificate>(actor, request);
  }
  Answer<v1::ListCertificatesResponse> ListAs(absl::string_view actor, const std::string& learner,
                                              const std::string& training, int page_size = 0,
                                              const std::string& token = "") {
    v1::ListCertificatesRequest request;
    request.set_parent(Full(""));
    if (!learner.empty()) request.set_learner(Full(learner));
    if (!training.empty()) request.set_training(Full(training));
    request.set_page_size(page_size);
    request.set_page_token(token);
    return Call<v1::ListCertificatesResponse>(actor, request);
  }
  // The one certificate of somebody at a training.
  Certificate CertificateOf(const std::string& learner, const std::string& training) {
    const auto list = ListAs(administrator_, learner, training);
    EXPECT_TRUE(list.ok()) << list.message();
    EXPECT_EQ(list.value.certificates_size(), 1) << learner;
    return list.value.certificates().empty() ? Certificate() : list.value.certificates(0);
  }
  Answer<Certificate> GetAs(absl::string_view actor, const std::string& name) {
    v1::GetCertificateRequest request;
    request.set_name(name);
    return Call<Certificate>(actor, request);
  }
  Answer<Certificate> RevokeAs(absl::string_view actor, const std::string& name,
                               const std::string& etag = "") {
    v1::RevokeCertificateRequest request;
    request.set_name(name);
    request.set_reason("The answers were copied");
    request.set_etag(etag);
    return Call<Certificate>(actor, request);
  }
  Answer<v1::DownloadCertificateResponse> DownloadAs(absl::string_view actor,
                                                     const std::string& name) {
    v1::DownloadCertificateRequest request;
    request.set_name(name);
    return Call<v1::DownloadCertificateResponse>(actor, request);
  }
  // By nobody.
  Answer<v1::VerifyCertificateResponse> Verify(const std::string& code,
                                               const std::string& tenant = "tenants/acme") {
    v1::VerifyCertificateRequest request;
    request.set_parent(tenant);
    request.set_code(code);
    return Call<v1::VerifyCertificateResponse>("", request);
  }
  Answer<v1::DownloadTranscriptResponse> TranscriptAs(absl::string_view actor,
                                                      const std::string& learner) {
    v1::DownloadTranscriptRequest request;
    request.set_learner(Full(learner));
    return Call<v1::DownloadTranscriptResponse>(actor, request);
  }
  Answer<v1::PrintAttendanceSheetResponse> SheetAs(absl::string_view actor,
                                                   const std::string& session,
                                                   bool for_signatures = false) {
    v1::PrintAttendanceSheetRequest request;
    request.set_session(Full(absl::StrCat("sessions/", session)));
    request.set_for_signatures(for_signatures);
    return Call<v1::PrintAttendanceSheetResponse>(actor, request);
  }

 private:
  const std::string administrator_;
  const std::string instructor_;
  absl::Time server_now_ = absl::Now();
};

class CertificateTest : public CertificateFixture {
 protected:
  CertificateTest() : CertificateFixture("lms365") {}
};

class CertificateOfAdministratorTest : public CertificateFixture {
 protected:
  CertificateOfAdministratorTest() : CertificateFixture("coreachieve") {}
};

TEST_F(CertificateTest, LE5_WhoCompletesATrainingDownloadsTheCertificate) {
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

TEST_F(CertificateTest, LE5_ATranscriptIsForItsOwnerAlone) {
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

TEST_F(CertificateTest, KA2_CertificatesAreIssuedByHandToWhoHasCompleted) {
  Complete("courses/drill", {"users/lea"});
  EnrollIn("courses/drill", {"users/leo"});
  EXPECT_THAT(ListAs("users/kai", "users/lea", "").value.certificates(), IsEmpty())
      << "the rules of drill name no template";

  const auto none = IssueAs("users/kai", "users/lea", "courses/drill");
  EXPECT_EQ(none.code(), kFailed);
  EXPECT_THAT(none.violations(), ElementsAre("NO_TEMPLATE"));
  const std::string plain = "certificateTemplates/plain";
  for (const char* learner : {"users/leo", "users/eve", "users/nobody"}) {
    const auto early = IssueAs("users/kai", learner, "courses/drill", plain);
    EXPECT_EQ(early.code(), kFailed) << learner;
    EXPECT_THAT(early.violations(), ElementsAre("NOT_COMPLETED")) << learner;
  }
  // A template of another catalog, one that is not there, and one that was never published.
  MakeTemplate("other", "catalogs/it");
  Publish("users/kai", "certificateTemplates/other");
  for (const char* missing : {"certificateTemplates/other", "certificateTemplates/no"}) {
    EXPECT_EQ(IssueAs("users/kai", "users/lea", "courses/drill", missing).code(), kMissing);
  }
  MakeTemplate("new", "catalogs/safety");
  EXPECT_THAT(
      IssueAs("users/kai", "users/lea", "courses/drill", "certificateTemplates/new").violations(),
      ElementsAre("NOT_PUBLISHED"));

  // d0: an instructor of the course's sessions, learners, the administrator of another course.
  for (const char* other : {"users/ina", "users/leo", "users/lea", "users/cora", "users/eve"}) {
    EXPECT_EQ(IssueAs(other, "users/lea", "courses/drill", plain).code(), kDenied) << other;
  }
  const auto issued = IssueAs("users/kai", "users/lea", "courses/drill", plain);
  ASSERT_TRUE(issued.ok()) << issued.message();
  EXPECT_EQ(issued.value.issued_by(), Full("users/kai"));
  EXPECT_EQ(issued.value.reason(), "The first was lost");
  EXPECT_EQ(issued.value.training_name(), "drill");
  const auto again = IssueAs("users/kai", "users/lea", "courses/drill", plain);
  EXPECT_EQ(again.code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(again.message(), HasSubstr(issued.value.name()));
}

TEST_F(CertificateTest, CA5_TheCourseAdministratorIssuesAndDoesNotRevoke) {
  SetCompletion("courses/fire", "");
  Complete("courses/fire", {"users/lea"});
  const auto issued =
      IssueAs("users/cora", "users/lea", "courses/fire", "certificateTemplates/plain");
  ASSERT_TRUE(issued.ok()) << issued.message();
  EXPECT_EQ(RevokeAs("users/cora", issued.value.name()).code(), kDenied);
  EXPECT_TRUE(RevokeAs("users/kai", issued.value.name()).ok());
}

TEST_F(CertificateTest, Rule21_NobodyIssuesOrRevokesTheirOwn) {
  Complete("courses/fire", {"users/kai", "users/lea"});
  const std::string own = CertificateOf("users/kai", "courses/fire").name();
  EXPECT_EQ(RevokeAs("users/kai", own).code(), kDenied);
  EXPECT_EQ(IssueAs("users/kai", "users/kai", "courses/fire").code(), kDenied);
  EXPECT_TRUE(RevokeAs("users/kai", CertificateOf("users/lea", "courses/fire").name()).ok());
}

TEST_F(CertificateTest, LE5_AnyoneWithTheCodeVerifies) {
  Rename("users/lea", "Lea Ångström");
  Complete("courses/fire", {"users/lea"});
  const Certificate certificate = CertificateOf("users/lea", "courses/fire");
  const auto verified = Verify(certificate.code());
  ASSERT_TRUE(verified.ok()) << verified.message();
  EXPECT_EQ(verified.value.state(), Certificate::VALID);
  EXPECT_EQ(verified.value.number(), certificate.number());
  EXPECT_EQ(verified.value.title(), "Certificate of Completion");
  EXPECT_EQ(verified.value.learner_name(), "Lea Ångström");
  EXPECT_EQ(verified.value.training_name(), "fire");
  EXPECT_TRUE(verified.value.has_issue_time());
  EXPECT_FALSE(verified.value.has_revoke_time());
  // Who has it knows no account by it.
  EXPECT_THAT(verified.value.DebugString(), Not(HasSubstr("users/")));
  // As people type it.
  const std::string typed = absl::StrReplaceAll(absl::AsciiStrToLower(certificate.code()),
                                                {{"-", " "}, {"0", "o"}, {"1", "l"}});
  EXPECT_TRUE(Verify(typed).ok()) << typed;
  // Whoever says who they are is answered the same.
  v1::VerifyCertificateRequest request;
  request.set_parent(Full(""));
  request.set_code(certificate.code());
  EXPECT_TRUE(Call<v1::VerifyCertificateResponse>("users/eve", request).ok());
}

TEST_F(CertificateTest, P1_EveryWrongCodeIsAnsweredAlike) {
  Complete("courses/fire", {"users/lea"});
  const std::string code = CertificateOf("users/lea", "courses/fire").code();
  const std::string near = code.substr(0, code.size() - 1) + (code.back() == '0' ? "4" : "0");
  const std::string words = "there is no certificate with this code";
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {near, "tenants/acme"}, {"x", "tenants/acme"},    {"\xC3\xA4", "tenants/acme"},
      {code, "tenants/none"}, {code, "tenants/system"},
  };
  for (const auto& [tried, tenant] : wrong) {
    const auto answer = Verify(tried, tenant);
    EXPECT_EQ(answer.code(), kMissing) << tried << " " << tenant;
    EXPECT_EQ(answer.message(), words);
  }
  // And costs the same: what a code that nearly is one reads, one that is none does.
  const auto rows_of = [this](const std::string& tried, const std::string& tenant) {
    const uint64_t before = server().rows_read();
    EXPECT_EQ(Verify(tried, tenant).code(), kMissing);
    return server().rows_read() - before;
  };
  EXPECT_EQ(rows_of(near, "tenants/acme"), rows_of("x", "tenants/none"));

  // Rule 6: of a suspended tenant nobody learns anything.
  v1::SuspendTenantRequest suspend;
  suspend.set_name(Full(""));
  ASSERT_TRUE(Call<v1::Tenant>("tenants/system/users/root", suspend).ok());
  EXPECT_EQ(Verify(code).message(), words);
}

TEST_F(CertificateTest, KA2_ARevokedCertificateSaysSo) {
  Complete("courses/fire", {"users/lea"});
  const Certificate before = CertificateOf("users/lea", "courses/fire");
  EXPECT_EQ(RevokeAs("users/kai", before.name(), "stale").code(), grpc::StatusCode::ABORTED);
  const auto revoked = RevokeAs("users/kai", before.name(), before.etag());
  ASSERT_TRUE(revoked.ok()) << revoked.message();
  EXPECT_EQ(revoked.value.state(), Certificate::REVOKED);
  EXPECT_EQ(revoked.value.revoked_by(), Full("users/kai"));
  EXPECT_EQ(revoked.value.revoke_reason(), "The answers were copied");
  EXPECT_THAT(RevokeAs("users/kai", before.name()).violations(), ElementsAre("REVOKED"));
  EXPECT_THAT(DownloadAs("users/lea", before.name()).violations(), ElementsAre("REVOKED"));

  const auto verified = Verify(before.code());
  ASSERT_TRUE(verified.ok()) << verified.message();
  EXPECT_EQ(verified.value.state(), Certificate::REVOKED);
  EXPECT_TRUE(verified.value.has_revoke_time());
  EXPECT_THAT(verified.value.DebugString(), Not(HasSubstr("copied"))) << "why is not theirs";

  const auto again = IssueAs("users/kai", "users/lea", "courses/fire");
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(Verify(again.value.code()).value.state(), Certificate::VALID);
  EXPECT_EQ(again.value.number().substr(4), "-000002");
}

TEST_F(CertificateTest, CA1_ACertificateEndsWithTheValidityOfTheCompletion) {
  v1::UpdateTrainingRulesRequest request;
  request.set_training(Full("courses/fire"));
  request.set_section(v1::TrainingRules::RECERTIFICATION);
  request.mutable_rules()->mutable_recertification()->set_valid_days(30);
  ASSERT_TRUE(Call<v1::UpdateTrainingRulesResponse>("users/cora", request).ok());
  Complete("courses/fire", {"users/lea"});
  const Certificate certificate = CertificateOf("users/lea", "courses/fire");
  EXPECT_TRUE(certificate.has_expire_time());
  EXPECT_EQ(Verify(certificate.code()).value.state(), Certificate::VALID);
  LetPass(absl::Hours(24 * 31));
  EXPECT_EQ(Verify(certificate.code()).value.state(), Certificate::EXPIRED);
  EXPECT_EQ(GetAs("users/lea", certificate.name()).value.state(), Certificate::EXPIRED);
}

TEST_F(CertificateTest, WhatACertificateSaysStaysAsItWas) {
  Complete("courses/fire", {"users/lea"});
  const std::string name = CertificateOf("users/lea", "courses/fire").name();
  const auto before = GetAs("users/lea", name);
  const std::string pdf = DownloadAs("users/lea", name).value.pdf();
  Rename("users/lea", "Somebody Else");
  v1::UpdateCourseRequest course;
  course.mutable_course()->set_name(Full("courses/fire"));
  course.mutable_course()->set_display_name("Fire and water");
  course.mutable_update_mask()->add_paths("display_name");
  ASSERT_TRUE(Call<v1::Course>("users/cora", course).ok());
  ASSERT_TRUE(Change("users/kai", "certificateTemplates/plain",
                     "certificate_template { title: 'New' text: 'New' }")
                  .ok());
  Publish("users/kai", "certificateTemplates/plain");
  Restart();
  const auto after = GetAs("users/lea", name);
  ASSERT_TRUE(after.ok()) << after.message();
  EXPECT_EQ(after.value.DebugString(), before.value.DebugString());
  EXPECT_TRUE(DownloadAs("users/lea", name).value.pdf() == pdf);
}

TEST_F(CertificateOfAdministratorTest, A1_P1_DeletingThePersonOrTheCourseTakesCertificatesAway) {
  Complete("courses/fire", {"users/lea", "users/leo"});
  const Certificate of_lea = CertificateOf("users/lea", "courses/fire");
  const Certificate of_leo = CertificateOf("users/leo", "courses/fire");
  EXPECT_NE(of_lea.number(), of_leo.number());
  v1::DeleteUserRequest person;
  person.set_name(Full("users/lea"));
  ASSERT_TRUE(Call<Empty>("users/ann", person).ok());
  EXPECT_EQ(Verify(of_lea.code()).code(), kMissing);
  EXPECT_EQ(GetAs("users/ann", of_lea.name()).code(), kMissing);
  EXPECT_THAT(ListAs("users/ann", "", "courses/fire").value.certificates(), SizeIs(1));
  v1::DeleteCourseRequest course;
  course.set_name(Full("courses/fire"));
  course.set_force(true);
  ASSERT_TRUE(Call<Empty>("users/ann", course).ok());
  EXPECT_EQ(Verify(of_leo.code()).code(), kMissing);
  EXPECT_THAT(ListAs("users/leo", "users/leo", "").value.certificates(), IsEmpty());
}

TEST_F(CertificateOfAdministratorTest, A1_P1_AnAnswerThatIsKeptForRetriesGoesWithThePerson) {
  Rename("users/lea", "Lea Secret");
  Complete("courses/drill", {"users/lea"});
  v1::IssueCertificateRequest request;
  request.set_parent(Full(""));
  request.set_learner(Full("users/lea"));
  request.set_training(Full("courses/drill"));
  request.set_certificate_template(Full("certificateTemplates/plain"));
  request.set_reason("Lost");
  request.set_request_id("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f");
  const auto issued = Call<Certificate>("users/ann", request);
  ASSERT_TRUE(issued.ok()) << issued.message();
  EXPECT_EQ(Call<Certificate>("users/ann", request).value.name(), issued.value.name());
  v1::DeleteUserRequest person;
  person.set_name(Full("users/lea"));
  ASSERT_TRUE(Call<Empty>("users/ann", person).ok());
  EXPECT_THAT(Call<Certificate>("users/ann", request).value.DebugString(),
              Not(HasSubstr("Secret")));
}

TEST_F(CertificateTest, KA2_ListsShowWhatTheCallerMayReadPageByPage) {
  Complete("courses/fire", {"users/lea", "users/leo"});
  Complete("courses/drill", {"users/lea"});
  ASSERT_TRUE(
      IssueAs("users/kai", "users/lea", "courses/drill", "certificateTemplates/plain").ok());
  const auto learners = [](const v1::ListCertificatesResponse& list) {
    std::vector<std::string> names;
    for (const Certificate& each : list.certificates()) names.push_back(each.learner());
    return names;
  };
  const auto first = ListAs("users/kai", "", "courses/fire", 1);
  ASSERT_TRUE(first.ok()) << first.message();
  EXPECT_THAT(learners(first.value), ElementsAre(Full("users/lea")));
  const auto second = ListAs("users/kai", "", "courses/fire", 1, first.value.next_page_token());
  EXPECT_THAT(learners(second.value), ElementsAre(Full("users/leo")));
  EXPECT_EQ(second.value.next_page_token(), "");
  const auto of_lea = ListAs("users/lea", "users/lea", "", 1);
  EXPECT_THAT(of_lea.value.certificates(), SizeIs(1));
  const auto rest = ListAs("users/lea", "users/lea", "", 1, of_lea.value.next_page_token());
  EXPECT_THAT(rest.value.certificates(), SizeIs(1));
  EXPECT_EQ(rest.value.certificates(0).training(), Full("courses/drill"));

  // cora reads the records of fire alone, a learner their own alone.
  EXPECT_THAT(ListAs("users/cora", "users/lea", "").value.certificates(), SizeIs(1));
  EXPECT_THAT(learners(ListAs("users/leo", "", "courses/fire").value),
              ElementsAre(Full("users/leo")));
  for (const char* other : {"users/eve", "users/ina"}) {
    EXPECT_THAT(ListAs(other, "", "courses/fire").value.certificates(), IsEmpty()) << other;
    EXPECT_THAT(ListAs(other, "users/lea", "").value.certificates(), IsEmpty()) << other;
    EXPECT_EQ(GetAs(other, of_lea.value.certificates(0).name()).code(), kDenied) << other;
  }
  EXPECT_TRUE(GetAs("users/cora", of_lea.value.certificates(0).name()).ok());
}

TEST_F(CertificateTest, IN2_TheInstructorPrintsTheRoster) {
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

TEST_F(CertificateTest, IN2_WhereLearnersRegisterTheRosterIsWhoHasASeat) {
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

TEST_F(CertificateTest, TA3_TheTenantSaysWhereCertificatesAreVerified) {
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

TEST_F(CertificateTest, AMissingFontIsNamed) {
  Rename("users/eve", "Eve \U0010FFFD");
  const auto refused = TranscriptAs("users/eve", "users/eve");
  EXPECT_EQ(refused.code(), kFailed);
  EXPECT_THAT(refused.violations(), ElementsAre("FONT_MISSING"));
  EXPECT_THAT(refused.message(), AllOf(HasSubstr("U+10FFFD"), HasSubstr("`name`")));
}

TEST_F(CertificateTest, BadRequestsAreExplainedFieldByField) {
  v1::IssueCertificateRequest issue;
  issue.set_parent(Full(""));
  issue.set_learner(Full("groups/crew"));
  issue.set_training(Full("catalogs/safety"));
  issue.set_certificate_template(Full("pages/plain"));
  EXPECT_THAT(Call<Certificate>("users/kai", issue).bad_fields(),
              UnorderedElementsAre(Key("learner"), Key("training"), Key("certificate_template"),
                                   Key("reason")));
  v1::RevokeCertificateRequest revoke;
  revoke.set_name(Full("courses/fire"));
  revoke.set_reason(std::string(1001, 'x'));
  EXPECT_THAT(Call<Certificate>("users/kai", revoke).bad_fields(),
              UnorderedElementsAre(Key("name"), Key("reason")));
  v1::ListCertificatesRequest list;
  list.set_parent(Full(""));
  EXPECT_THAT(Call<v1::ListCertificatesResponse>("users/kai", list).bad_fields(),
              ElementsAre(Key("learner")));
  EXPECT_THAT(Verify("", "courses/fire").bad_fields(),
              UnorderedElementsAre(Key("parent"), Key("code")));
  EXPECT_THAT(Verify(std::string(101, '0')).bad_fields(), ElementsAre(Key("code")));
  v1::DownloadTranscriptRequest transcript;
  transcript.set_learner(Full("groups/crew"));
  EXPECT_THAT(Call<v1::DownloadTranscriptResponse>("users/lea", transcript).bad_fields(),
              ElementsAre(Key("learner")));
  v1::PrintAttendanceSheetRequest sheet;
  sheet.set_session(Full("courses/fire"));
  EXPECT_THAT(Call<v1::PrintAttendanceSheetResponse>("users/ina", sheet).bad_fields(),
              ElementsAre(Key("session")));
}

TEST_F(CertificateTest, P1_NoCallReadsMoreWithTheTenant) {
  Complete("courses/fire", {"users/lea", "users/leo"});
  const Certificate certificate = CertificateOf("users/lea", "courses/fire");
  const auto rows_of = [this](const auto& call) {
    const uint64_t before = server().rows_read();
    EXPECT_TRUE(call().ok());
    return server().rows_read() - before;
  };
  const auto all = [&] {
    return std::vector<uint64_t>{
        rows_of([&] { return Verify(certificate.code()); }),
        rows_of([&] { return GetAs("users/lea", certificate.name()); }),
        rows_of([&] { return DownloadAs("users/lea", certificate.name()); }),
        rows_of([&] { return ListAs("users/lea", "users/lea", ""); }),
        rows_of([&] { return TranscriptAs("users/lea", "users/lea"); }),
    };
  };
  const std::vector<uint64_t> few = all();
  std::vector<std::string> more;
  for (int i = 0; i < 20; ++i) {
    more.push_back(absl::StrCat("users/more", i));
    MakeUser(absl::StrCat("more", i), "catalogs/safety");
  }
  EnrollIn("courses/fire", more);
  for (const std::string& learner : more) Mark("s-fire", learner);
  EXPECT_EQ(all(), few);
}

}  // namespace
}  // namespace provost
