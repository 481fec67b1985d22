#ifndef PROVOST_TESTS_SERVICE_SAFETY_AND_OFFICE_H_
#define PROVOST_TESTS_SERVICE_SAFETY_AND_OFFICE_H_

#include <google/protobuf/text_format.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/service/acme.h"

namespace provost {

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// kim runs catalogs/safety, olga catalogs/office, dan courses/fire in safety; lara is lms_admin;
// otto holds nothing.
class SafetyAndOfficeTest : public AcmeTest {
 protected:
  SafetyAndOfficeTest() : AcmeTest("lms365") {
    Appoint({{"lara", "lms_admin"}});
    for (const char* catalog : {"safety", "office"}) {
      MakeCatalog(catalog);
      Assign("users/ann", "catalog_admin", absl::StrCat("catalogs/", catalog));
    }
    MakeCourse("fire", "catalogs/safety");
    for (const char* user : {"kim", "olga", "dan", "otto"}) MakeUser(user, "catalogs/safety");
    Assign("users/kim", "catalog_admin", "catalogs/safety");
    Assign("users/olga", "catalog_admin", "catalogs/office");
    Assign("users/dan", "course_admin", "courses/fire");
  }
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_SAFETY_AND_OFFICE_H_
