// The tenant `acme` with a course and people, and changes to it.
#ifndef PROVOST_TESTS_TENANT_COURSE_PEOPLE_H_
#define PROVOST_TESTS_TENANT_COURSE_PEOPLE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "world.h"

namespace provost {

// The course is `hoists`, right under the tenant; the people have the ids that are given.
class CoursePeopleTest : public ::testing::Test {
 protected:
  explicit CoursePeopleTest(std::vector<std::string> ids) : ids_(std::move(ids)) {}

  void SetUp() override {
    tenants_.MakeAcme();
    Do([&](TenantDraft& draft) {
      course_ = TenantFixture::PutCourse(draft, "hoists", kRootScope);
      for (const std::string& id : ids_) people_.push_back(TenantFixture::PutUser(draft, id));
      return absl::OkStatus();
    });
  }

  absl::Status Try(const std::function<absl::Status(TenantDraft&)>& change) {
    return tenants_
        .Change(tenants_.acme(),
                [&](MutationContext& context) -> absl::StatusOr<std::string> {
                  if (absl::Status status = change(context.draft()); !status.ok()) return status;
                  return std::string();
                })
        .status();
  }
  void Do(const std::function<absl::Status(TenantDraft&)>& change) {
    const absl::Status status = Try(change);
    ASSERT_TRUE(status.ok()) << status;
  }
  EnrollmentId IdOf(SubjectId person) const { return {course_.value, person.value}; }
  uint64_t number() { return tenants_.acme()->number(); }

  TenantFixture tenants_;
  ScopeId course_;
  std::vector<SubjectId> people_;  // In the order of their ids above.

 private:
  const std::vector<std::string> ids_;
};

}  // namespace provost

#endif  // PROVOST_TESTS_TENANT_COURSE_PEOPLE_H_
