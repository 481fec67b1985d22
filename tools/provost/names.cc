#include "tools/provost/names.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "policy/matrix/matrix.h"

namespace provost::cli {
namespace {

constexpr absl::string_view kTenants = "tenants/";

constexpr absl::string_view kCollections[] = {
    "users",
    "serviceAccounts",
    "groups",
    "catalogs",
    "courses",
    "plans",
    "sessions",
    "assignments",
    "overrides",
    "policyVersions",
    "imports",
    "packages",
    "pages",
    "quizzes",
    "questionPools",
    "tasks",
    "certificateTemplates",
    "enrollments",
    "recordEvents",
    "externalTrainings",
    "certificates",
    "attempts",
    "submissions",
    "discussions",
    "posts",
    "messages",
    "trainingAssignments",
    "competencies",
    "notificationRules",
    "notificationTemplates",
    "outboxMessages",
    "reports",
};

}  // namespace

absl::string_view TenantIdOf(absl::string_view full_name) {
  if (!absl::ConsumePrefix(&full_name, kTenants)) return "";
  return full_name.substr(0, full_name.find('/'));
}

absl::StatusOr<std::string> Names::Tenant() const {
  if (tenant_.empty()) {
    return absl::InvalidArgumentError(
        "no tenant is named: give --tenant acme (or PROVOST_TENANT), or write names in full, such "
        "as `tenants/acme/courses/fire`");
  }
  return absl::StrCat(kTenants, tenant_);
}

absl::Status Names::SetTenant(std::string& parent) const {
  absl::StatusOr<std::string> tenant = Tenant();
  if (!tenant.ok()) return tenant.status();
  parent = *std::move(tenant);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Names::Full(absl::string_view given, absl::string_view collection,
                                        absl::string_view example) const {
  if (absl::StartsWith(given, kTenants)) return std::string(given);
  absl::StatusOr<std::string> tenant = Tenant();
  if (given == ".") return tenant;
  if (given.empty()) return absl::InvalidArgumentError("a name is empty");
  const size_t slash = given.find('/');
  if (slash == absl::string_view::npos) {
    if (collection.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", given, "` could be anything: write what it is too, such as `", example,
                       "/", given, "`", example == "courses" ? " (or `.` for the tenant)" : ""));
    }
    if (!tenant.ok()) return tenant;
    return absl::StrCat(*tenant, "/", collection, "/", given);
  }
  const absl::string_view named = given.substr(0, slash);
  const std::vector<absl::string_view> collections(std::begin(kCollections),
                                                   std::end(kCollections));
  if (std::find(collections.begin(), collections.end(), named) == collections.end()) {
    const std::string nearest = NearestName(named, collections);
    return absl::InvalidArgumentError(absl::StrCat(
        "`", given, "` is not a name: there is no collection `", named, "`",
        nearest.empty() ? absl::StrCat("; wanted one of `", absl::StrJoin(collections, "`, `"), "`")
                        : absl::StrCat("; did you mean `", nearest, given.substr(slash), "`?")));
  }
  if (!tenant.ok()) return tenant;
  return absl::StrCat(*tenant, "/", given);
}

absl::Status Names::SetFull(absl::string_view given, absl::string_view collection,
                            std::string* field) const {
  absl::StatusOr<std::string> full = Full(given, collection);
  if (!full.ok()) return full.status();
  *field = *std::move(full);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Names::Subject(absl::string_view given) const {
  if (given == "anonymous") return std::string();
  return Full(given, "", "users");
}

std::string Names::ShortIn(absl::string_view text) const {
  if (tenant_.empty()) return std::string(text);
  return absl::StrReplaceAll(text, {{absl::StrCat(kTenants, tenant_, "/"), ""}});
}

std::string Names::Short(absl::string_view full) const {
  absl::string_view rest = full;
  if (!tenant_.empty() && absl::ConsumePrefix(&rest, absl::StrCat(kTenants, tenant_, "/"))) {
    return std::string(rest);
  }
  return std::string(full);
}

}  // namespace provost::cli
