#ifndef PROVOST_SERVICE_ROW_METHOD_H_
#define PROVOST_SERVICE_ROW_METHOD_H_

#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/methods.h"

namespace provost {

/// A changing method of the contract, done for one of many rows: a row of an import is checked,
/// judged and done as the method's own request is, by the same code. The lane's thread alone.
class RowMethod {
 public:
  /// `short_name` is one of the contract, `UserService.CreateUser`, whose handler is registered by
  /// the time of the first row. `methods` may be moved meanwhile.
  RowMethod(const Methods& methods, absl::string_view short_name);

  /// Does it in `call`, whose draft is the row's own. The method's permission is asked only with
  /// `ask_permission`: there may be another that stands for it. The rules are asked in any case.
  absl::Status Run(const MutateCall& call, const google::protobuf::Message& request,
                   bool ask_permission) const;

 private:
  const Method* method_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_ROW_METHOD_H_
