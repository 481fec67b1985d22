// The option that every method carries: a method that does not say who may call it is refused when
// the server starts.
#include "service/method_rule.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "provost/v1/options.pb.h"

namespace provost {
namespace {

using ::testing::HasSubstr;

// A method `Do` of a request with the fields name, parent and inner.name, whose option is `option`.
class MethodRuleTest : public ::testing::Test {
 protected:
  MethodRuleTest() : pool_(google::protobuf::DescriptorPool::generated_pool()) {}

  absl::StatusOr<MethodRule> Read(const v1::Authorization* option) {
    google::protobuf::FileDescriptorProto file;
    file.set_name(absl::StrCat("test", ++count_, ".proto"));
    file.set_package(absl::StrCat("test", count_));
    file.set_syntax("proto3");
    file.add_dependency("provost/v1/options.proto");
    auto* request = file.add_message_type();
    request->set_name("Request");
    for (const char* name : {"name", "parent"}) {
      auto* field = request->add_field();
      field->set_name(name);
      field->set_number(request->field_size());
      field->set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
      field->set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
    }
    auto* service = file.add_service();
    service->set_name("Service");
    auto* method = service->add_method();
    method->set_name("Do");
    method->set_input_type("Request");
    method->set_output_type("Request");
    if (option != nullptr) {
      method->mutable_options()->MutableExtension(v1::authorization)->CopyFrom(*option);
    }
    const google::protobuf::FileDescriptor* built = pool_.BuildFile(file);
    if (built == nullptr) return absl::InternalError("the file could not be built");
    return MethodRule::Read(*built->service(0)->method(0));
  }
  static v1::Authorization Good() {
    v1::Authorization option;
    option.set_permission("catalog.read");
    option.set_scope_field("name");
    option.set_scopes(v1::Authorization::ONE);
    option.set_judged_in(v1::Authorization::TENANT);
    return option;
  }
  void ExpectRefused(const v1::Authorization* option, absl::string_view why) {
    const auto rule = Read(option);
    ASSERT_FALSE(rule.ok()) << why;
    EXPECT_TRUE(absl::IsFailedPrecondition(rule.status())) << rule.status();
    EXPECT_THAT(std::string(rule.status().message()), HasSubstr(".Service.Do`"));
    EXPECT_THAT(std::string(rule.status().message()), HasSubstr(std::string(why)));
  }

 private:
  google::protobuf::DescriptorPool pool_;
  int count_ = 0;
};

TEST_F(MethodRuleTest, AMethodWithoutAnOptionIsRefusedByName) {
  ExpectRefused(nullptr, "no `authorization` option");
}

TEST_F(MethodRuleTest, AnOptionThatLeavesAnythingOpenIsRefused) {
  v1::Authorization option = Good();
  const auto rule = Read(&option);
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_FALSE(rule->parent.empty());

  option = Good();
  option.clear_judged_in();
  ExpectRefused(&option, "judged_in");
  option = Good();
  option.clear_scopes();
  ExpectRefused(&option, "scopes");
  option = Good();
  option.clear_permission();
  ExpectRefused(&option, "neither a permission nor a rule");
  option.add_rules(11);
  EXPECT_TRUE(Read(&option).ok());
  option = Good();
  option.clear_scope_field();
  ExpectRefused(&option, "scope_field");
  for (const char* field : {"nothing", "name.x", "name.", ".name", "parent..name"}) {
    option = Good();
    option.set_scope_field(field);
    ExpectRefused(&option, field);
    option = Good();
    option.set_subject_field(field);
    ExpectRefused(&option, field);
    option = Good();
    option.add_cases()->set_permission("x.y");
    option.mutable_cases(0)->set_field(field);
    ExpectRefused(&option, field);
  }
  option = Good();
  option.add_cases()->set_field("name");
  ExpectRefused(&option, "a case names no permission");
}

}  // namespace
}  // namespace provost
