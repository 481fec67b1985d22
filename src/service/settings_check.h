#ifndef PROVOST_SERVICE_SETTINGS_CHECK_H_
#define PROVOST_SERVICE_SETTINGS_CHECK_H_

#include <google/protobuf/descriptor.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "provost/v1/settings.pb.h"

namespace provost {

/// What can be wrong with a tenant's settings by themselves. Pure functions, any thread.

/// The field of Settings that holds a section; null for one that does not exist.
const google::protobuf::FieldDescriptor* SectionField(v1::Settings::Section section);

/// The sections that are set, in their order.
std::vector<v1::Settings::Section> SectionsOf(const v1::Settings& settings);

/// Adds a bad field to `status` for everything that is wrong with one section. `prefix` is the path
/// of `settings`: "settings".
void CheckSection(absl::string_view prefix, v1::Settings::Section section,
                  const v1::Settings& settings, absl::Status* status);

/// CheckSection for a language or time zone alone, wherever it stands.
void CheckLanguageField(absl::string_view field, absl::string_view tag, absl::Status* status);
void CheckTimeZoneField(absl::string_view field, absl::string_view name, absl::Status* status);

}  // namespace provost

#endif  // PROVOST_SERVICE_SETTINGS_CHECK_H_
