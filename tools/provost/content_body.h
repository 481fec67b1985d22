// Content items on the command line: what an item's name says of its kind, and what is in it as
// text in a file.
#ifndef PROVOST_TOOLS_PROVOST_CONTENT_BODY_H_
#define PROVOST_TOOLS_PROVOST_CONTENT_BODY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/v1/content_service.pb.h"
#include "tools/provost/context.h"
#include "tools/provost/names.h"

namespace provost::cli {

// A content item that the command line names.
struct ItemName {
  std::string full;  // `tenants/acme/quizzes/fire-basics`
  std::string id;    // `fire-basics`; empty for `quizzes` alone
  v1::ContentItem::Kind kind = v1::ContentItem::KIND_UNSPECIFIED;
};

// Reads `quizzes/fire-basics`, or the full name; `quizzes` alone has no id. INVALID_ARGUMENT where
// it is in no collection of content, with what there is.
absl::StatusOr<ItemName> ReadItemName(const Names& names, absl::string_view given);

// Sets `item`'s body, of the kind that it says, from what a file named `path` holds: textproto;
// JSON where it begins with a brace; of a page, the text of an .md file as it is. Names of pools in
// it may be short. INVALID_ARGUMENT has the place of the first error, `file:line:column: text`.
absl::Status ReadBody(const Names& names, const std::string& path, absl::string_view text,
                      v1::ContentItem& item);

// The body as ReadBody reads it, an empty string where there is none.
std::string BodyText(const Names& names, const v1::ContentBody& body);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_CONTENT_BODY_H_
