// Makes an organisation on a server, by the methods that everybody has.
#ifndef PROVOST_TOOLS_GENERATE_LOAD_H_
#define PROVOST_TOOLS_GENERATE_LOAD_H_

#include <grpcpp/channel.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "provost/v1/content_service.pb.h"
#include "tools/generate/caller.h"
#include "tools/generate/organisation.h"

namespace provost::generate {

struct LoadOptions {
  std::string tenant = "acme";
  // Its administrator, under the preset `lms365`.
  std::string administrator = "ann";
  // So many people of each course, from its first, have done what they have; the others nothing.
  // All of two million takes some ten minutes, for each is a call or two.
  uint32_t active_learners = 100;
  // Calls under way at once.
  int in_flight = 64;
  // Told what was done, as it is done.
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

// The steps, in their order. Each is done once; what fails ends with the error of the method that
// was called. One thread.
class Loader {
 public:
  Loader(const Organisation& organisation, const std::shared_ptr<grpc::Channel>& channel,
         const LoadOptions& options);

  // All of them.
  absl::Status LoadAll();

  // The catalogs, in which the administrator may do everything.
  absl::Status MakeCatalogs();
  // All people, by one import.
  absl::Status ImportUsers();
  // Groups with who is in them.
  absl::Status MakeGroups();
  // Courses with a page that is required and a quiz, published.
  absl::Status MakeCourses();
  // Training assignments: everybody in their groups is enrolled.
  absl::Status AssignCourses();
  // What people have done so far, each by themselves (Organisation::FateOf), and their scores.
  absl::Status ReportProgress();

  std::string Name(absl::string_view relative) const;

 private:
  // For each catalog a page to read and a quiz, published.
  absl::Status MakeItems();
  absl::Status MakeItem(absl::string_view collection, v1::ContentItem item);
  // The page or quiz of a course.
  std::string ItemOf(absl::string_view collection, uint32_t course) const;

  const Organisation& organisation_;
  const std::shared_ptr<grpc::Channel> channel_;
  const LoadOptions options_;
  const std::string administrator_;
  Caller caller_;
};

}  // namespace provost::generate

#endif  // PROVOST_TOOLS_GENERATE_LOAD_H_
