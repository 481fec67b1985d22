#ifndef PROVOST_SERVICE_RECORD_DELETION_H_
#define PROVOST_SERVICE_RECORD_DELETION_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "service/methods.h"
#include "service/places.h"
#include "tenant/errors.h"
#include "tenant/names.h"

namespace provost {

/// May the caller delete what `name` of the request names: `record.delete`, asked at the nearest
/// scope above its home at which that can be asked, a catalog or the tenant (rule 18)? Who may not
/// is told the same of what is missing.
template <typename Request>
absl::Status MayDeleteRecord(const RuleCall& call, const Request& request) {
  constexpr absl::string_view kPermission = "record.delete";
  absl::StatusOr<ResourceName> name = ParseName(request.name());
  if (!name.ok()) return name.status();
  absl::StatusOr<std::optional<ItemPlace>> place =
      FindPlace(*name, call.state, call.reader, call.tenant.number());
  if (!place.ok()) return place.status();
  ScopeId at = place->has_value() ? (*place)->home : call.state.root();
  while (call.state.KindOf(at) == ScopeKind::kCourse) at = call.state.ParentOf(at);
  const Decision decision =
      ItemQuestion(call.state, call.reader, call.tenant.number(), call.actor, call.now)
          .AskAt(at, SubjectId(0), kPermission);
  if (decision.reason == Reason::kFrozen) {
    return FailedPrecondition(
        "FROZEN", request.name(),
        absl::StrCat(Quoted(request.name()), " stands where it is archived or on hold"));
  }
  if (!decision.allowed()) return NotPermitted(kPermission, request.name());
  if (place->has_value()) return absl::OkStatus();
  return NotFound(CollectionNoun(name->collection), request.name());
}

}  // namespace provost

#endif  // PROVOST_SERVICE_RECORD_DELETION_H_
