// What tests of certificates and of what is printed share.
#ifndef PROVOST_TESTS_SERVICE_CERTIFICATES_H_
#define PROVOST_TESTS_SERVICE_CERTIFICATES_H_

#include <google/protobuf/text_format.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "provost/v1/attendance_service.pb.h"
#include "provost/v1/certificate_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/content.h"

namespace provost {

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

  Answer<v1::Certificate> IssueAs(absl::string_view actor, const std::string& learner,
                                  const std::string& training, const std::string& by = "") {
    v1::IssueCertificateRequest request;
    request.set_parent(Full(""));
    request.set_learner(Full(learner));
    request.set_training(Full(training));
    if (!by.empty()) request.set_certificate_template(Full(by));
    request.set_reason("The first was lost");
    return Call<v1::Certificate>(actor, request);
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
  v1::Certificate CertificateOf(const std::string& learner, const std::string& training) {
    const auto list = ListAs(administrator_, learner, training);
    EXPECT_TRUE(list.ok()) << list.message();
    EXPECT_EQ(list.value.certificates_size(), 1) << learner;
    return list.value.certificates().empty() ? v1::Certificate() : list.value.certificates(0);
  }
  Answer<v1::Certificate> GetAs(absl::string_view actor, const std::string& name) {
    v1::GetCertificateRequest request;
    request.set_name(name);
    return Call<v1::Certificate>(actor, request);
  }
  Answer<v1::Certificate> RevokeAs(absl::string_view actor, const std::string& name,
                                   const std::string& etag = "") {
    v1::RevokeCertificateRequest request;
    request.set_name(name);
    request.set_reason("The answers were copied");
    request.set_etag(etag);
    return Call<v1::Certificate>(actor, request);
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

class CertificateDocumentsTest : public CertificateTest {};

class CertificateOfAdministratorTest : public CertificateFixture {
 protected:
  CertificateOfAdministratorTest() : CertificateFixture("coreachieve") {}
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_CERTIFICATES_H_
