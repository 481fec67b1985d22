// Courses with sessions, in which time passes.
#ifndef PROVOST_TESTS_SERVICE_SESSIONS_H_
#define PROVOST_TESTS_SERVICE_SESSIONS_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "provost/v1/attendance_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "tests/service/timers.h"

namespace provost {

inline constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
inline constexpr auto kInvalid = grpc::StatusCode::INVALID_ARGUMENT;
inline constexpr auto kFailed = grpc::StatusCode::FAILED_PRECONDITION;
inline constexpr auto kMissing = grpc::StatusCode::NOT_FOUND;

// The tenant of TimerTest, under lms365: dan administers courses/fire, olga catalogs/office with
// courses/desk, otto nothing; lea, leo and lin learn in fire. ian is somebody to conduct a session.
class SessionTest : public TimerTest {
 protected:
  SessionTest() {
    MakeUser("lin", "catalogs/safety", "lin@acme.example");
    MakeUser("ian", "catalogs/safety");
    for (const char* learner : {"lea", "leo", "lin"}) Enroll(learner, "fire");
  }

  // A time on the walls of Etc/UTC, so many days after the start of the test.
  std::string Wall(double days) const {
    return absl::FormatTime("%Y-%m-%dT%H:%M", At(days), absl::UTCTimeZone());
  }
  // From `days` on, for three hours.
  std::string When(double days) const {
    return absl::StrCat("time_zone: 'Etc/UTC' start: '", Wall(days), "' end: '", Wall(days + 0.125),
                        "' ");
  }

  static v1::CreateSessionRequest NewSession(const std::string& id, const std::string& fields) {
    v1::CreateSessionRequest request;
    request.set_parent(Full(""));
    request.set_session_id(id);
    request.mutable_session()->set_display_name(id);
    request.mutable_session()->set_parent_scope(Full("courses/fire"));
    request.mutable_session()->MergeFrom(Parse<v1::Session>(fields));
    return request;
  }
  Answer<v1::Session> Make(absl::string_view actor, const std::string& id,
                           const std::string& fields) {
    return Call<v1::Session>(actor, NewSession(id, fields));
  }
  v1::Session MustMake(const std::string& id, const std::string& fields) {
    auto made = Make("users/dan", id, fields);
    EXPECT_TRUE(made.ok()) << made.message();
    return made.value;
  }
  Answer<v1::Session> Update(absl::string_view actor, const std::string& id,
                             const std::string& fields) {
    v1::UpdateSessionRequest request;
    *request.mutable_session() = Parse<v1::Session>(fields);
    request.mutable_session()->set_name(Full(absl::StrCat("sessions/", id)));
    return Call<v1::Session>(actor, request);
  }
  Answer<v1::Session> Get(absl::string_view actor, const std::string& id) {
    v1::GetSessionRequest request;
    request.set_name(Full(absl::StrCat("sessions/", id)));
    return Call<v1::Session>(actor, request);
  }
  Answer<v1::Session> Cancel(absl::string_view actor, const std::string& id,
                             const std::string& reason = "ill") {
    v1::CancelSessionRequest request;
    request.set_name(Full(absl::StrCat("sessions/", id)));
    request.set_reason(reason);
    return Call<v1::Session>(actor, request);
  }

  Answer<v1::SessionRegistration> Register(absl::string_view actor, const std::string& learner,
                                           const std::string& session) {
    v1::RegisterForSessionRequest request;
    request.set_session(Full(absl::StrCat("sessions/", session)));
    request.set_learner(Full(absl::StrCat("users/", learner)));
    return Call<v1::SessionRegistration>(actor, request);
  }
  // By the learner.
  v1::SessionRegistration MustRegister(const std::string& learner, const std::string& session) {
    auto made = Register(absl::StrCat("users/", learner), learner, session);
    EXPECT_TRUE(made.ok()) << made.message();
    return made.value;
  }
  Answer<google::protobuf::Empty> Unregister(absl::string_view actor, const std::string& learner,
                                             const std::string& session) {
    v1::UnregisterFromSessionRequest request;
    request.set_session(Full(absl::StrCat("sessions/", session)));
    request.set_learner(Full(absl::StrCat("users/", learner)));
    return Call<google::protobuf::Empty>(actor, request);
  }
  // Who has a seat, then who waits: `lea`, `1. leo`.
  std::vector<std::string> Registered(const std::string& session) {
    v1::ListSessionRegistrationsRequest request;
    request.set_session(Full(absl::StrCat("sessions/", session)));
    const auto list = Call<v1::ListSessionRegistrationsResponse>("users/dan", request);
    EXPECT_TRUE(list.ok()) << list.message();
    std::vector<std::string> found;
    for (const v1::SessionRegistration& one : list.value.registrations()) {
      const bool waits = one.state() == v1::SessionRegistration::WAITING;
      found.push_back(absl::StrCat(waits ? absl::StrCat(one.waiting_position(), ". ") : "",
                                   one.learner().substr(Full("users/").size())));
    }
    return found;
  }

  static v1::Attendance AttendanceOf(const std::string& learner, const std::string& fields) {
    auto mark = Parse<v1::Attendance>(fields);
    mark.set_learner(Full(absl::StrCat("users/", learner)));
    return mark;
  }
  Answer<v1::Attendance> Mark(absl::string_view actor, const std::string& learner,
                              const std::string& session, const std::string& fields) {
    v1::MarkAttendanceRequest request;
    request.set_session(Full(absl::StrCat("sessions/", session)));
    *request.mutable_attendance() = AttendanceOf(learner, fields);
    return Call<v1::Attendance>(actor, request);
  }
  Answer<v1::Attendance> Amend(absl::string_view actor, const std::string& learner,
                               const std::string& session, const std::string& fields,
                               const std::string& reason = "was mistaken") {
    v1::AmendAttendanceRequest request;
    request.set_session(Full(absl::StrCat("sessions/", session)));
    *request.mutable_attendance() = AttendanceOf(learner, fields);
    request.set_reason(reason);
    return Call<v1::Attendance>(actor, request);
  }
  // `lea: PRESENT`, those too of whom nothing was said: `leo`.
  std::vector<std::string> Attended(const std::string& session,
                                    absl::string_view actor = "users/dan") {
    v1::ListAttendanceRequest request;
    request.set_session(Full(absl::StrCat("sessions/", session)));
    const auto list = Call<v1::ListAttendanceResponse>(actor, request);
    EXPECT_TRUE(list.ok()) << list.message();
    std::vector<std::string> found;
    for (const v1::Attendance& one : list.value.attendances()) {
      const bool marked = one.status() != v1::Attendance::STATUS_UNSPECIFIED;
      found.push_back(absl::StrCat(
          one.learner().substr(Full("users/").size()),
          marked ? absl::StrCat(": ", v1::Attendance::Status_Name(one.status())) : ""));
    }
    return found;
  }

  template <typename Request>
  void MustDelete(absl::string_view name) {
    Request request;
    request.set_name(Full(name));
    if constexpr (requires { request.set_force(true); }) request.set_force(true);
    const auto gone = Call<google::protobuf::Empty>("users/ann", request);
    ASSERT_TRUE(gone.ok()) << gone.message();
  }
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_SESSIONS_H_
