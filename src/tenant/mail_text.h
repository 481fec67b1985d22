#ifndef PROVOST_TENANT_MAIL_TEXT_H_
#define PROVOST_TENANT_MAIL_TEXT_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "provost/v1/notification_service.pb.h"

namespace provost {

/// What fields of a template stand for: `learner.display_name`, say. What is not there is empty.
using MailFields = absl::flat_hash_map<absl::string_view, std::string>;

/// `text` with what its fields stand for. It was checked when it was put in a template. A pure
/// function.
std::string RenderMailText(absl::string_view text, const MailFields& fields);

/// Which text of a template somebody gets who reads `locale` in a tenant whose default language is
/// `fallback`: the nearest to the one, then to the other, then the first. `locale` may be empty.
/// A pure function; it takes some ten microseconds a text.
const v1::NotificationText& ChooseMailText(const v1::NotificationTemplate& from,
                                           absl::string_view locale, absl::string_view fallback);

}  // namespace provost

#endif  // PROVOST_TENANT_MAIL_TEXT_H_
