#ifndef PROVOST_SERVICE_POLICIES_H_
#define PROVOST_SERVICE_POLICIES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/compiler/diagnostic.h"
#include "provost/v1/policy.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "tenant/registry.h"

namespace provost {

/// A preset with its source. NOT_FOUND with the nearest name.
absl::StatusOr<CompiledPolicy> LoadPreset(absl::string_view name);

/// The word that a problem of a policy is about, and the nearest right one; empty where there is
/// none.
std::string OffendingWord(const Diagnostic& diagnostic);
std::string NearestWord(const Diagnostic& diagnostic);

/// A source, compiled. INVALID_ARGUMENT with a bad field for each error found.
absl::StatusOr<CompiledPolicy> CompileSource(absl::string_view field,
                                             const v1::PolicySource& source);

/// What a tenant begins with. INVALID_ARGUMENT with bad fields under `field`; a policy without a
/// top role cannot begin, for nobody could hold its tenant.
absl::StatusOr<CompiledPolicy> CompileInitial(absl::string_view field,
                                              const v1::InitialPolicy& policy);

}  // namespace provost

#endif  // PROVOST_SERVICE_POLICIES_H_
