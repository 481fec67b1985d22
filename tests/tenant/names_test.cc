#include "tenant/names.h"

#include <gtest/gtest.h>

#include <string>

namespace provost {
namespace {

TEST(NamesTest, FormatsWhatItParses) {
  for (const char* text :
       {"tenants/acme", "tenants/acme/users/ann", "tenants/acme/serviceAccounts/crm",
        "tenants/acme/groups/ops", "tenants/acme/catalogs/safety", "tenants/acme/courses/fire",
        "tenants/acme/plans/onboarding", "tenants/acme/sessions/2026-11-03",
        "tenants/acme/assignments/17", "tenants/acme/overrides/2.learner.course.read",
        "tenants/acme/policyVersions/3"}) {
    const absl::StatusOr<ResourceName> name = ParseName(text);
    ASSERT_TRUE(name.ok()) << text << ": " << name.status();
    EXPECT_EQ(name->ToString(), text);
    if (!name->id.empty() && (name->IsScope() || name->IsSubject())) {
      EXPECT_EQ(FullName(name->tenant, name->Relative()), text);
    }
  }
}

TEST(NamesTest, RefusesWhatIsNoName) {
  for (const char* text :
       {"", "tenants", "tenants/", "tenants/Acme", "tenants/acme/", "tenants/acme/users",
        "tenants/acme/users/", "tenants/acme/users/a b", "tenants/acme/people/ann",
        "tenants/acme/users/ann/x", "users/ann", "/tenants/acme", "tenants/acme/assignments/0",
        "tenants/acme/assignments/017", "tenants/acme/assignments/x",
        "tenants/acme/overrides/2.learner", "tenants/acme/overrides/x.learner.course.read",
        "tenants/-acme", "tenants/acme/users/.ann"}) {
    EXPECT_FALSE(ParseName(text).ok()) << text;
  }
  const std::string longest(kMaxIdBytes, 'a');
  EXPECT_TRUE(ParseName("tenants/" + longest).ok());
  EXPECT_FALSE(ParseName("tenants/" + longest + "a").ok());
}

TEST(NamesTest, OverrideIdsKeepTheirParts) {
  const std::optional<OverrideId> id = ParseOverrideId("12.course_admin.course.due_date.manage");
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->scope, 12u);
  EXPECT_EQ(id->role, "course_admin");
  EXPECT_EQ(id->permission, "course.due_date.manage");
  EXPECT_EQ(id->ToString(), "12.course_admin.course.due_date.manage");
}

}  // namespace
}  // namespace provost
