// Certificates: issued, listed, verified, revoked (LE5, KA2, CA1, CA5, PL3, rules 6 and 21), under
// the lms365 preset.
#include "tests/service/certificates.h"

#include <google/protobuf/empty.pb.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "provost/v1/tenant_service.pb.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using v1::Certificate;

constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
constexpr auto kMissing = grpc::StatusCode::NOT_FOUND;
constexpr auto kFailed = grpc::StatusCode::FAILED_PRECONDITION;

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
