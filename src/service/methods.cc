#include "service/methods.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "provost/v1/access_service.pb.h"
#include "provost/v1/assessment_service.pb.h"
#include "provost/v1/attendance_service.pb.h"
#include "provost/v1/audit_service.pb.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/certificate_service.pb.h"
#include "provost/v1/competency_service.pb.h"
#include "provost/v1/content_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/discussion_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "provost/v1/policy_service.pb.h"
#include "provost/v1/report_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "provost/v1/user_service.pb.h"

namespace provost {

absl::StatusOr<Methods> Methods::OfContract() {
  const google::protobuf::FileDescriptor* files[] = {
      v1::CheckRequest::descriptor()->file(),
      v1::ValidatePolicyRequest::descriptor()->file(),
      v1::Assignment::descriptor()->file(),
      v1::Tenant::descriptor()->file(),
      v1::User::descriptor()->file(),
      v1::Group::descriptor()->file(),
      v1::Catalog::descriptor()->file(),
      v1::CreateCourseRequest::descriptor()->file(),
      v1::ContentItem::descriptor()->file(),
      v1::Competency::descriptor()->file(),
      v1::NotificationRule::descriptor()->file(),
      v1::CreateEnrollmentRequest::descriptor()->file(),
      v1::MarkAttendanceRequest::descriptor()->file(),
      v1::TrainingRecord::descriptor()->file(),
      v1::Discussion::descriptor()->file(),
      v1::Certificate::descriptor()->file(),
      v1::StartAttemptRequest::descriptor()->file(),
      v1::Report::descriptor()->file(),
      v1::AuditEntry::descriptor()->file(),
  };
  Methods methods;
  for (const google::protobuf::FileDescriptor* file : files) {
    for (int s = 0; s < file->service_count(); ++s) {
      const google::protobuf::ServiceDescriptor* service = file->service(s);
      for (int m = 0; m < service->method_count(); ++m) {
        auto method = std::make_unique<Method>();
        method->descriptor = service->method(m);
        absl::StatusOr<MethodRule> rule = MethodRule::Read(*method->descriptor);
        if (!rule.ok()) return rule.status();
        method->rule = *std::move(rule);
        method->path = absl::StrCat("/", service->full_name(), "/", method->descriptor->name());
        method->short_name = absl::StrCat(service->name(), ".", method->descriptor->name());
        methods.methods_.push_back(std::move(method));
      }
    }
  }
  return methods;
}

Method& Methods::FindByRequest(const google::protobuf::Descriptor& request,
                               const google::protobuf::Descriptor& response) {
  for (const std::unique_ptr<Method>& method : methods_) {
    if (method->descriptor->input_type() == &request &&
        method->descriptor->output_type() == &response) {
      return *method;
    }
  }
  std::abort();  // A handler of types that no method has: wrong since it was written.
}

absl::Status Methods::CheckComplete() const {
  std::string missing;
  for (const std::unique_ptr<Method>& method : methods_) {
    const google::protobuf::MethodDescriptor& descriptor = *method->descriptor;
    const bool matches = descriptor.client_streaming() ? !descriptor.server_streaming() &&
                                                             method->kind == Method::Kind::kReceive
                         : descriptor.server_streaming()
                             ? method->kind == Method::Kind::kSend
                             : method->kind != Method::Kind::kMissing &&
                                   method->open_source == nullptr && method->open_sink == nullptr;
    if (!matches) {
      absl::StrAppend(&missing, missing.empty() ? "" : ", ", method->short_name);
    }
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("these methods of the contract have no handler that fits: ", missing));
}

}  // namespace provost
