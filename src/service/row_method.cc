#include "service/row_method.h"

#include <any>
#include <cstdlib>
#include <memory>
#include <utility>

namespace provost {
namespace {

const Method* FindMethod(const Methods& methods, absl::string_view short_name) {
  for (const std::unique_ptr<Method>& method : methods.all()) {
    if (method->short_name == short_name) return method.get();
  }
  std::abort();  // No method of the contract: wrong since it was written.
}

}  // namespace

RowMethod::RowMethod(const Methods& methods, absl::string_view short_name)
    : method_(FindMethod(methods, short_name)) {}

absl::Status RowMethod::Run(const MutateCall& call, const google::protobuf::Message& request,
                            bool ask_permission) const {
  std::any prepared;
  const Actor& actor = call.context.actor();
  absl::StatusOr<Subject> subject =
      FindSubject(method_->rule, request, actor, *call.backend.registry);
  if (!subject.ok()) return subject.status();
  if (absl::Status status = method_->validate(request, &prepared); !status.ok()) return status;
  const store::Reader& reader = call.draft.reader();
  if (ask_permission) {
    if (absl::Status status = Authorize(method_->rule, request, actor, *subject, call.state(),
                                        call.state(), reader, call.now());
        !status.ok()) {
      return status;
    }
  }
  if (method_->authorize != nullptr) {
    absl::Status status = method_->authorize(
        RuleCall{call.state(), reader, call.draft.tenant(), call.actor(), call.now(), prepared},
        request);
    status =
        WithoutReason(std::move(status), *subject, call.actor(), call.state(), reader, call.now());
    if (!status.ok()) return status;
  }
  MutateCall own{call.backend, call.context, call.draft, prepared};
  const std::unique_ptr<google::protobuf::Message> response(method_->response->New());
  return method_->mutate(own, request, response.get());
}

}  // namespace provost
