#ifndef PROVOST_SERVICE_CONTENT_COURSES_H_
#define PROVOST_SERVICE_CONTENT_COURSES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/content_message.h"
#include "service/methods.h"

namespace provost {

/// The published version of an item that a course has, for its learners.
struct PlacedItem {
  rows::ContentRow row;
  rows::ContentVersionRow version;
};

/// NOT_FOUND, in the same words, where there is no such item, the course does not have it, it is no
/// longer shared with the course, or nothing of it is published.
absl::StatusOr<PlacedItem> FindPlacedItem(const ContentView& view, absl::string_view course,
                                          absl::string_view item);

/// Bad fields unless `course` and `item` are names of a course and of content of one tenant.
absl::Status CheckPlacedNames(absl::string_view course, absl::string_view item);

/// Registers the handlers of the items of courses, and of what learners read of them.
void RegisterContentCourses(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_CONTENT_COURSES_H_
