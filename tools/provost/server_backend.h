// A server as what answers a scenario.
#ifndef PROVOST_TOOLS_PROVOST_SERVER_BACKEND_H_
#define PROVOST_TOOLS_PROVOST_SERVER_BACKEND_H_

#include <memory>

#include "absl/status/statusor.h"
#include "policy/scenario/run.h"
#include "policy/scenario/scenario.h"
#include "tools/provost/context.h"

namespace provost::cli {

// Makes a scratch tenant with the world of `file` and asks it over gRPC; the scenario's ids are
// mapped to the names that the server made, and back. The tenant is deleted with the backend, or by
// the server after half an hour. Needs a caller who may create tenants. `context` must outlive it.
absl::StatusOr<std::unique_ptr<ScenarioBackend>> OpenOnServer(Context& context,
                                                              const ScenarioFile& file);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_SERVER_BACKEND_H_
