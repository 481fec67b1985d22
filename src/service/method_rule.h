#ifndef PROVOST_SERVICE_METHOD_RULE_H_
#define PROVOST_SERVICE_METHOD_RULE_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/v1/options.pb.h"

namespace provost {

/// A field of a message or of one inside it, as written with dots. A repeated field on the way
/// stands for all its elements.
class FieldPath {
 public:
  FieldPath() = default;
  /// INVALID_ARGUMENT for a field that `type` does not have.
  static absl::StatusOr<FieldPath> Parse(const google::protobuf::Descriptor& type,
                                         absl::string_view path);

  struct Value {
    std::string path;  ///< With indices: `requests[3].scope`.
    std::string value;
    /// Strings as they are, enums by name, bools as `true` and `false`. Unset: no value.
    bool is_set = false;
  };
  /// The values, in order; one at least, unless a repeated field on the way is empty.
  std::vector<Value> Read(const google::protobuf::Message& message) const;

  bool empty() const { return fields_.empty(); }

 private:
  void ReadFrom(const google::protobuf::Message& message, size_t depth, const std::string& prefix,
                std::vector<Value>* values) const;
  std::vector<const google::protobuf::FieldDescriptor*> fields_;
};

/// A method's `authorization` option, checked against the request that it speaks of.
struct MethodRule {
  /// FAILED_PRECONDITION naming the method for an option that is missing or says nothing.
  static absl::StatusOr<MethodRule> Read(const google::protobuf::MethodDescriptor& method);

  struct Case {
    v1::Scope::Kind at;
    std::string collection;
    FieldPath field;
    std::string equals;
    std::string permission;
  };

  v1::Authorization option;
  FieldPath scope;
  FieldPath subject;
  FieldPath parent;  ///< `parent`, where the request has it.
  std::vector<Case> cases;

  /// Whether nobody is asked who they are: the request carries what it takes.
  bool AsksNobody() const {
    return option.judged_in() == v1::Authorization::BOOTSTRAP ||
           option.judged_in() == v1::Authorization::CODE;
  }

  /// The permission to be asked at a scope of `kind`, that a name of `collection` named.
  const std::string& PermissionFor(const google::protobuf::Message& request, v1::Scope::Kind kind,
                                   absl::string_view collection) const;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_METHOD_RULE_H_
