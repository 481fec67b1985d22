#include "service/held_competency_list.h"

#include <optional>
#include <string>
#include <vector>

#include "provost/v1/competency_service.pb.h"
#include "service/authorize.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/subject_resource.h"
#include "tenant/held_competencies.h"
#include "tenant/homed_rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

absl::Status Validate(const v1::ListHeldCompetenciesRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckUserName("learner", request.learner(), request.parent(), &status);
  return status;
}

absl::Status DoList(ReadCall& call, const v1::ListHeldCompetenciesRequest& request,
                    v1::ListHeldCompetenciesResponse* response) {
  const SubjectId learner = call.state.FindSubject(ParseName(request.learner())->Relative());
  if (!call.state.HasSubject(learner)) return absl::OkStatus();
  const uint64_t tenant = call.tenant->number();
  absl::StatusOr<std::vector<HeldCompetency>> all =
      ReadHeldCompetencies(call.reader(), tenant, learner);
  if (!all.ok()) return all.status();
  for (const HeldCompetency& each : *all) {
    if (learner != call.self() &&
        !IsAllowed(call.state, call.self(), "record.read", each.course, false, call.now)) {
      continue;
    }
    // A course that gives it no more is worked out anew soon; what is gone is not told until then.
    absl::StatusOr<std::optional<rows::CompetencyRow>> row = ReadRow<rows::CompetencyRow>(
        call.reader(), TableOf(Collection::kCompetencies),
        EntityKey(tenant, Collection::kCompetencies, each.row.competency()));
    if (!row.ok()) return row.status();
    if (!row->has_value() || (*row)->uid() != each.competency) continue;
    v1::HeldCompetency* const held = response->add_held_competencies();
    held->set_competency(
        NameIn(call.tenant->id(), Collection::kCompetencies, each.row.competency()));
    held->set_display_name((*row)->competency().display_name());
    held->set_level(each.row.level());
    held->set_course(ScopeFullName(call.state, call.tenant->id(), each.course));
    *held->mutable_gain_time() = each.row.gain_time();
    if (!each.row.has_expire_time()) continue;
    *held->mutable_expire_time() = each.row.expire_time();
    held->set_expired(FromTimestamp(each.row.expire_time()) <= call.now);
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterHeldCompetencyList(Methods& methods) {
  Method& list =
      methods.Scan<v1::ListHeldCompetenciesRequest, v1::ListHeldCompetenciesResponse>(DoList);
  Methods::ValidateBy<v1::ListHeldCompetenciesRequest>(list, Validate);
}

}  // namespace provost
