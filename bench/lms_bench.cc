// What people of a large organisation wait for: the import of everybody, a restart, their
// dashboards, the lists and reports of their courses. The organisation is made up
// (tools/generate), and every answer is compared with what it has.
//
//   lms_bench [--users=100000] [--courses=5000] [--enrollments=2000000] [--seed=1] [--active=20]
//             [--data=FOLDER] [--calls=2000] [--limits=1]
//
// With `--data` the organisation is kept there, and found there again. `--limits=0` measures
// without judging: the limits are for the sizes above. Client and server share the process and its
// cores, so a call's time has the client's part and gRPC's in it.
#include <grpcpp/client_context.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/channel.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/report_service.grpc.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "server/server.h"
#include "tools/generate/caller.h"
#include "tools/generate/load.h"
#include "tools/generate/organisation.h"

namespace provost {
namespace {

using generate::Caller;
using generate::Loader;
using generate::LoadOptions;
using generate::Organisation;

constexpr char kAnn[] = "tenants/acme/users/ann";

[[noreturn]] void Fail(absl::string_view why) {
  std::fprintf(stderr, "lms_bench: %s\n", std::string(why).c_str());
  std::exit(1);
}
void Must(const absl::Status& status) {
  if (!status.ok()) Fail(status.ToString());
}
template <typename A, typename B>
void MustEqual(const A& is, const B& wanted, absl::string_view what) {
  if (!(is == wanted)) Fail(absl::StrCat(what, ": ", is, "; wanted ", wanted));
}

struct Flags {
  generate::OrganisationSize size;
  uint32_t active = 20;
  std::string data;
  int calls = 2000;
  bool limits = true;
};

template <typename Value>
bool Takes(absl::string_view argument, absl::string_view name, Value* value) {
  return absl::ConsumePrefix(&argument, absl::StrCat("--", name, "=")) &&
         absl::SimpleAtoi(argument, value);
}

Flags ReadFlags(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    const absl::string_view argument = argv[i];
    int limits = 1;
    if (Takes(argument, "limits", &limits)) {
      flags.limits = limits != 0;
    } else if (absl::StartsWith(argument, "--data=")) {
      flags.data = std::string(absl::StripPrefix(argument, "--data="));
    } else if (!Takes(argument, "users", &flags.size.users) &&
               !Takes(argument, "courses", &flags.size.courses) &&
               !Takes(argument, "enrollments", &flags.size.enrollments) &&
               !Takes(argument, "seed", &flags.size.seed) &&
               !Takes(argument, "active", &flags.active) &&
               !Takes(argument, "calls", &flags.calls)) {
      Fail(absl::StrCat("bad flag ", argument));
    }
  }
  return flags;
}

// The most memory that this process has had since ForgetPeak, in MiB.
double PeakMiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    absl::string_view rest = line;
    int64_t kib = 0;
    if (!absl::ConsumePrefix(&rest, "VmHWM:")) continue;
    if (absl::SimpleAtoi(absl::StripSuffix(absl::StripAsciiWhitespace(rest), " kB"), &kib)) {
      return static_cast<double>(kib) / 1024;
    }
  }
  Fail("/proc/self/status does not say how much memory there was");
}
void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

class Bench {
 public:
  explicit Bench(const Flags& flags) : flags_(flags), organisation_(flags.size) {
    if (flags_.data.empty()) {
      temporary_ = std::filesystem::temp_directory_path() / "provost-lms-bench-XXXXXX";
      if (mkdtemp(temporary_.data()) == nullptr) Fail("no temporary folder");
    }
    options_.listen = "127.0.0.1:0";
    options_.data = flags_.data.empty() ? temporary_ + "/data" : flags_.data;
    options_.log_level = "error";
  }
  ~Bench() {
    server_.reset();
    if (!temporary_.empty()) std::filesystem::remove_all(temporary_);
  }

  int Run() {
    const bool is_new = !std::filesystem::exists(options_.data);
    Start();
    if (is_new) {
      SetUp();
      MakeOrganisation();
    }
    Restart();
    ReadOnePerson();
    ReadOneCourse();
    Dashboards();
    CourseReport();
    return has_failed_ ? 1 : 0;
  }

 private:
  void Start() {
    auto server = Server::Start(options_);
    if (!server.ok()) Fail(server.status().message());
    server_ = *std::move(server);
    channel_ = MakeChannel(server_->address());
    caller_ = std::make_unique<Caller>(channel_, 1);
  }

  // Prints a figure, beside the most that it may be; 0: anything.
  void Figure(absl::string_view what, double value, absl::string_view unit, double limit) {
    const bool is_over = flags_.limits && limit > 0 && value > limit;
    std::printf("%-58s %10.2f %-4s", std::string(what).c_str(), value, std::string(unit).c_str());
    if (limit > 0) std::printf("  at most %g%s", limit, is_over ? "  TOO MUCH" : "");
    std::printf("\n");
    std::fflush(stdout);
    has_failed_ |= is_over;
  }

  static double Seconds(const std::function<void()>& work) {
    const absl::Time begin = absl::Now();
    work();
    return absl::ToDoubleSeconds(absl::Now() - begin);
  }

  // The time of one call of many, in milliseconds, the one in the middle.
  double MedianMillis(const std::function<void(int)>& call) const {
    std::vector<double> times;
    for (int i = 0; i < flags_.calls; ++i) times.push_back(1000 * Seconds([&] { call(i); }));
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
  }

  void SetUp() {
    v1::SetUpRequest request;
    std::ifstream secret(options_.data + "/bootstrap-secret");
    secret >> *request.mutable_bootstrap_secret();
    request.set_tenant_id("acme");
    request.mutable_policy()->set_preset("lms365");
    request.mutable_administrator()->set_user_id("ann");
    Must(caller_->Call("", request));
  }

  void MakeOrganisation() {
    LoadOptions options;
    options.active_learners = flags_.active;
    Loader loader(organisation_, channel_, options);
    Must(loader.MakeCatalogs());
    ForgetPeak();
    Figure(absl::StrCat("import of ", flags_.size.users, " people"),
           Seconds([&] { Must(loader.ImportUsers()); }), "s", 60);
    Figure("memory at its peak meanwhile", PeakMiB(), "MiB", 512);
    Figure("groups and who is in them", Seconds([&] { Must(loader.MakeGroups()); }), "s", 0);
    Figure(absl::StrCat(flags_.size.courses, " courses"),
           Seconds([&] { Must(loader.MakeCourses()); }), "s", 0);
    Figure(absl::StrCat(organisation_.enrollments(), " enrollments by ",
                        organisation_.assignments().size(), " training assignments"),
           Seconds([&] { Must(loader.AssignCourses()); }), "s", 0);
    Figure("progress, as people report it", Seconds([&] { Must(loader.ReportProgress()); }), "s",
           0);
  }

  void Restart() {
    caller_.reset();
    channel_.reset();
    server_.reset();
    Figure("restart", Seconds([&] {
             Start();
             v1::GetUserRequest request;
             request.set_name(UserName(flags_.size.users - 1));
             v1::User user;
             Must(caller_->Call(kAnn, request, &user));
             MustEqual(user.name(), request.name(), "the last person");
           }),
           "s", 20);
  }

  static std::string UserName(uint32_t user) {
    return absl::StrCat("tenants/acme/users/", Organisation::UserId(user));
  }
  static std::string CourseName(uint32_t course) {
    return absl::StrCat("tenants/acme/courses/", Organisation::CourseId(course));
  }
  // Somebody, another one each time.
  uint32_t SomeUser(int i) const {
    return static_cast<uint32_t>((uint64_t{7919} * static_cast<uint64_t>(i)) % flags_.size.users);
  }
  // The courses that somebody has to take.
  size_t CoursesOf(uint32_t user) const {
    size_t courses = 0;
    for (const auto& [begin, end] : spans_) courses += user >= begin && user < end ? 1 : 0;
    return courses;
  }
  void FindSpans() {
    if (!spans_.empty()) return;
    absl::flat_hash_map<std::string, const generate::GroupSpec*> groups;
    for (const auto& level : organisation_.levels()) {
      for (const generate::GroupSpec& group : level) groups[group.id] = &group;
    }
    for (const generate::AssignmentSpec& assignment : organisation_.assignments()) {
      const generate::GroupSpec& group = *groups[assignment.group];
      spans_.emplace_back(group.begin, group.end);
    }
  }

  void ReadOnePerson() {
    FindSpans();
    Figure("the enrollments of a person, median", MedianMillis([&](int i) {
             const uint32_t user = SomeUser(i);
             v1::ListEnrollmentsRequest request;
             request.set_parent("tenants/acme");
             request.set_page_size(1000);
             request.set_learner(UserName(user));
             v1::ListEnrollmentsResponse answer;
             Must(caller_->Call(UserName(user), request, &answer));
             MustEqual(static_cast<size_t>(answer.enrollments_size()), CoursesOf(user),
                       absl::StrCat("enrollments of ", UserName(user)));
             if (answer.enrollments_size() > 0) some_enrollment_ = answer.enrollments(0).name();
           }),
           "ms", 0);
    Figure("one enrollment, median", MedianMillis([&](int) {
             v1::GetEnrollmentRequest request;
             request.set_name(some_enrollment_);
             v1::Enrollment answer;
             Must(caller_->Call(kAnn, request, &answer));
             MustEqual(answer.name(), some_enrollment_, "an enrollment");
           }),
           "ms", 0);
  }

  // The course whose size is nearest to 20 000, or to the largest.
  uint32_t LargeCourse() const {
    const std::vector<uint32_t>& sizes = organisation_.course_sizes();
    uint32_t best = 0;
    for (uint32_t course = 0; course < sizes.size(); ++course) {
      const auto distance = [&](uint32_t each) { return std::abs(int64_t{sizes[each]} - 20000); };
      if (distance(course) < distance(best)) best = course;
    }
    return best;
  }

  void ReadOneCourse() {
    const uint32_t course = LargeCourse();
    Figure(absl::StrCat("100 of the ", organisation_.course_sizes()[course],
                        " enrollments of a course, median"),
           MedianMillis([&](int) {
             v1::ListEnrollmentsRequest request;
             request.set_parent("tenants/acme");
             request.set_training(CourseName(course));
             v1::ListEnrollmentsResponse answer;
             Must(caller_->Call(kAnn, request, &answer));
             MustEqual(answer.enrollments_size(),
                       std::min(100, static_cast<int>(organisation_.course_sizes()[course])),
                       "enrollments on a page");
           }),
           "ms", 0);
  }

  void Dashboards() {
    Figure("a person's dashboard, median", MedianMillis([&](int i) {
             const uint32_t user = SomeUser(i);
             v1::GetMyDashboardRequest request;
             request.set_parent("tenants/acme");
             request.set_learner(UserName(user));
             v1::MyDashboard answer;
             Must(caller_->Call(UserName(user), request, &answer));
             MustEqual(static_cast<size_t>(answer.training_count()), CoursesOf(user),
                       absl::StrCat("trainings on the dashboard of ", UserName(user)));
           }),
           "ms", 2);
  }

  void CourseReport() {
    const uint32_t course = LargeCourse();
    const auto service = v1::ReportService::NewStub(channel_);
    std::vector<double> first_rows;
    std::vector<double> all_rows;
    for (int round = 0; round < 11; ++round) {
      v1::RunReportRequest request;
      request.mutable_definition()->set_kind(v1::ReportDefinition::COURSE);
      request.mutable_definition()->set_scope(CourseName(course));
      grpc::ClientContext context;
      context.AddMetadata("provost-actor", kAnn);
      const absl::Time begin = absl::Now();
      const auto reader = service->RunReport(&context, request);
      v1::RunReportResponse answer;
      int64_t rows = 0;
      while (reader->Read(&answer)) {
        if (rows == 0 && answer.rows_size() > 0) {
          first_rows.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
        }
        rows += answer.rows_size();
        if (answer.has_summary()) MustEqual(answer.summary().row_count(), rows, "rows of a report");
      }
      const grpc::Status status = reader->Finish();
      if (!status.ok()) Fail(status.error_message());
      MustEqual(rows, int64_t{organisation_.course_sizes()[course]}, "rows of a report");
      all_rows.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
    }
    std::sort(first_rows.begin(), first_rows.end());
    std::sort(all_rows.begin(), all_rows.end());
    const std::string of =
        absl::StrCat("report on a course of ", organisation_.course_sizes()[course]);
    Figure(absl::StrCat(of, ", its first row"), first_rows[first_rows.size() / 2], "ms", 50);
    Figure(absl::StrCat(of, ", all rows"), all_rows[all_rows.size() / 2], "ms", 0);
  }

  const Flags flags_;
  const Organisation organisation_;
  ServerOptions options_;
  std::string temporary_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Caller> caller_;
  std::vector<std::pair<uint32_t, uint32_t>> spans_;  // People who were assigned something.
  std::string some_enrollment_;
  bool has_failed_ = false;
};

}  // namespace
}  // namespace provost

int main(int argc, char** argv) { return provost::Bench(provost::ReadFlags(argc, argv)).Run(); }
