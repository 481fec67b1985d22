#ifndef PROVOST_SERVICE_SCENARIO_LOADER_H_
#define PROVOST_SERVICE_SCENARIO_LOADER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "provost/v1/scenario.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "tenant/draft.h"

namespace provost {

/// What is wrong with the world of a scenario by itself: empty or doubled ids, scopes without a
/// path to the tenant, kinds that do not fit, times out of range. Bad fields under `field`.
absl::Status CheckScenarioWorld(absl::string_view field, const v1::Scenario& scenario);

/// What its assignments and overrides name that the policy does not, and roles where they cannot be
/// held. Of a scenario that CheckScenarioWorld found nothing wrong with.
absl::Status CheckScenarioPolicy(absl::string_view field, const v1::Scenario& scenario,
                                 const Matrix& matrix);

/// The freezes of the scenario's own tenant node.
void FreezesOfTenant(const v1::Scenario& scenario, rows::TenantRow* row);

/// Builds the world of a checked scenario in the draft of a tenant that is being made, unguarded.
/// Ids that are valid names here are kept; others get names made by the server. `response` gets
/// the mapping and the counts. `administrator`, where not empty, gets the top role at the tenant;
/// INVALID_ARGUMENT where the scenario has no such user.
absl::Status DraftScenario(const v1::Scenario& scenario, const std::string& administrator,
                           const Matrix& matrix, absl::Time now, TenantDraft& draft,
                           v1::LoadScenarioResponse* response);

}  // namespace provost

#endif  // PROVOST_SERVICE_SCENARIO_LOADER_H_
