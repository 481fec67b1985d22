#include "service/task_rules.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/file_upload.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "tenant/errors.h"
#include "tenant/names.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr size_t kMaxInstructions = 100000;  // Bytes.
constexpr size_t kMaxDescription = 10000;    // Bytes.
constexpr int kMaxDueDays = 3660;

void CheckInt(const std::string& field, int64_t value, int64_t min, int64_t max,
              absl::Status* status) {
  if (value >= min && value <= max) return;
  AddBadField(status, field, absl::StrCat(value), absl::StrCat("wanted ", min, " to ", max));
}

void CheckRubric(const v1::TaskBody& task, const std::string& prefix, absl::Status* status) {
  if (task.rubric_size() > kMaxCriteria) {
    AddBadField(status, absl::StrCat(prefix, "rubric"), absl::StrCat(task.rubric_size()),
                absl::StrCat("wanted at most ", kMaxCriteria, " criteria"));
    return;
  }
  absl::flat_hash_set<std::string> ids;
  int64_t points = 0;
  for (int i = 0; i < task.rubric_size(); ++i) {
    const v1::RubricCriterion& criterion = task.rubric(i);
    const std::string path = absl::StrCat(prefix, "rubric[", i, "].");
    if (!IsValidId(criterion.id())) {
      AddBadField(status, absl::StrCat(path, "id"), criterion.id(),
                  absl::StrCat("wanted ", kIdForm));
    } else if (!ids.insert(criterion.id()).second) {
      AddBadField(status, absl::StrCat(path, "id"), criterion.id(), "wanted each id once");
    }
    CheckText(absl::StrCat(path, "display_name"), criterion.display_name(), 1, kMaxDisplayName,
              status);
    if (criterion.description().size() > kMaxDescription) {
      AddBadField(status, absl::StrCat(path, "description"), criterion.description(),
                  absl::StrCat("wanted at most ", kMaxDescription, " bytes"));
    }
    CheckInt(absl::StrCat(path, "points"), criterion.points(), 1, kMaxTaskPoints, status);
    points += criterion.points();
  }
  if (task.rubric_size() > 0 && points != task.max_points()) {
    AddBadField(status, absl::StrCat(prefix, "rubric"), absl::StrCat(points),
                absl::StrCat("wanted points that are ", task.max_points(),
                             " in all, which is `max_points`"));
  }
}

void CheckDue(const v1::DueRule& due, const std::string& prefix, absl::Status* status) {
  switch (due.rule_case()) {
    case v1::DueRule::kTime:
      CheckTime(absl::StrCat(prefix, "due.time"), due.time(), status);
      break;
    case v1::DueRule::kDaysAfterEnrollment:
      CheckInt(absl::StrCat(prefix, "due.days_after_enrollment"), due.days_after_enrollment(), 1,
               kMaxDueDays, status);
      break;
    case v1::DueRule::kDaysAfterHire:
      AddBadField(status, absl::StrCat(prefix, "due.days_after_hire"),
                  absl::StrCat(due.days_after_hire()),
                  "wanted `time` or `days_after_enrollment`: work is due by those alone");
      break;
    case v1::DueRule::RULE_NOT_SET:
      AddBadField(status, absl::StrCat(prefix, "due"), "",
                  "wanted `time` or `days_after_enrollment`");
      break;
  }
}

void CheckForms(const v1::TaskBody& task, const std::string& prefix, absl::Status* status) {
  absl::flat_hash_set<int> forms;
  for (int i = 0; i < task.forms_size(); ++i) {
    const v1::TaskBody::Form form = task.forms(i);
    if (form == v1::TaskBody::FORM_UNSPECIFIED || !v1::TaskBody::Form_IsValid(form) ||
        !forms.insert(form).second) {
      AddBadField(status, absl::StrCat(prefix, "forms[", i, "]"),
                  absl::StrCat(static_cast<int>(form)), "wanted TEXT or FILE, each once");
    }
  }
  if (task.media_types_size() > kMaxMediaTypes) {
    AddBadField(status, absl::StrCat(prefix, "media_types"), absl::StrCat(task.media_types_size()),
                absl::StrCat("wanted at most ", kMaxMediaTypes));
  }
  for (int i = 0; i < task.media_types_size() && i < kMaxMediaTypes; ++i) {
    absl::string_view type = task.media_types(i);
    const bool is_any = absl::ConsumeSuffix(&type, "/*");
    if (!IsMediaType(is_any ? absl::StrCat(type, "/x") : std::string(type))) {
      AddBadField(status, absl::StrCat(prefix, "media_types[", i, "]"), task.media_types(i),
                  "wanted a media type like `application/pdf` or `image/*`");
    }
  }
  if (task.max_file_bytes() < 0) {
    AddBadField(status, absl::StrCat(prefix, "max_file_bytes"), absl::StrCat(task.max_file_bytes()),
                "wanted 0 or more");
  }
}

}  // namespace

void CheckTask(const v1::TaskBody& task, absl::string_view field, absl::Status* status) {
  const std::string prefix = absl::StrCat(field, ".");
  const size_t bytes = task.instructions().size();
  if (bytes < 1 || bytes > kMaxInstructions) {
    AddBadField(status, absl::StrCat(prefix, "instructions"), task.instructions(),
                absl::StrCat("wanted 1 to ", kMaxInstructions, " bytes, got ", bytes));
  }
  CheckInt(absl::StrCat(prefix, "max_points"), task.max_points(), 1, kMaxTaskPoints, status);
  CheckInt(absl::StrCat(prefix, "pass_percent"), task.pass_percent(), 0, 100, status);
  CheckRubric(task, prefix, status);
  if (task.has_due()) CheckDue(task.due(), prefix, status);
  const v1::LatePolicy& late = task.late_policy();
  CheckInt(absl::StrCat(prefix, "late_policy.accept_days"), late.accept_days(), 0, kMaxAcceptDays,
           status);
  CheckInt(absl::StrCat(prefix, "late_policy.percent_per_day"), late.percent_per_day(), 0, 100,
           status);
  CheckInt(absl::StrCat(prefix, "late_policy.floor_percent"), late.floor_percent(), 0, 100, status);
  CheckForms(task, prefix, status);
}

absl::Time DueTimeOf(const v1::TaskBody& task, absl::Time enroll_time) {
  switch (task.due().rule_case()) {
    case v1::DueRule::kTime:
      return FromTimestamp(task.due().time());
    case v1::DueRule::kDaysAfterEnrollment:
      return enroll_time + absl::Hours(24) * task.due().days_after_enrollment();
    default:
      return absl::InfiniteFuture();
  }
}

absl::Time CloseTimeOf(const v1::TaskBody& task, absl::Time due) {
  if (!task.has_late_policy() || due == absl::InfiniteFuture()) return absl::InfiniteFuture();
  const absl::Time close = due + absl::Hours(24) * task.late_policy().accept_days();
  // Beyond the times that can be told, nobody hands in.
  return IsValidTimestamp(ToTimestamp(close)) ? close : absl::InfiniteFuture();
}

int32_t LateDaysAt(absl::Time time, absl::Time due) {
  if (time <= due) return 0;
  absl::Duration rest;
  const int64_t whole = absl::IDivDuration(time - due, absl::Hours(24), &rest);
  return static_cast<int32_t>(whole + (rest > absl::ZeroDuration() ? 1 : 0));
}

int32_t LateHundredths(const v1::TaskBody& task, int32_t point_hundredths, int32_t late_days) {
  const v1::LatePolicy& late = task.late_policy();
  const int64_t percent =
      std::min<int64_t>(100, int64_t{late.percent_per_day()} * int64_t{late_days});
  // A hundredth of the points for each per cent is so many hundredths of a point.
  const int64_t off = percent * task.max_points();
  const int64_t floor = int64_t{late.floor_percent()} * task.max_points();
  return static_cast<int32_t>(
      std::min(off, std::max<int64_t>(0, int64_t{point_hundredths} - floor)));
}

bool Takes(const v1::TaskBody& task, v1::TaskBody::Form form) {
  return task.forms().empty() ||
         std::find(task.forms().begin(), task.forms().end(), form) != task.forms().end();
}

bool TakesMediaType(const v1::TaskBody& task, absl::string_view media_type) {
  if (task.media_types().empty()) return true;
  return std::any_of(task.media_types().begin(), task.media_types().end(),
                     [&](absl::string_view taken) {
                       if (!absl::ConsumeSuffix(&taken, "*")) {
                         return absl::EqualsIgnoreCase(taken, media_type);
                       }
                       return absl::StartsWithIgnoreCase(media_type, taken);
                     });
}

int64_t MaxFileBytes(const v1::TaskBody& task) {
  return task.max_file_bytes() == 0 ? kDefaultFileBytes : task.max_file_bytes();
}

}  // namespace provost
