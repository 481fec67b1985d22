#include "service/enrollment_open.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/time_text.h"
#include "policy/decide/check.h"
#include "service/catalog_definition.h"
#include "tenant/rows.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using v1::Catalog;

std::string At(const google::protobuf::Timestamp& time) { return TimeText(FromTimestamp(time)); }

bool Offers(const google::protobuf::RepeatedField<int>& flows, EnrollmentWay way) {
  const auto has = [&](Catalog::EnrollmentFlow flow) {
    return std::find(flows.begin(), flows.end(), static_cast<int>(flow)) != flows.end();
  };
  return (way != EnrollmentWay::kApply && has(Catalog::SELF)) ||
         (way != EnrollmentWay::kEnroll && has(Catalog::APPROVAL));
}

absl::StatusOr<std::optional<rows::CatalogRow>> CatalogAt(const WorldState& state,
                                                          const store::Reader& reader,
                                                          uint64_t tenant, ScopeId scope) {
  if (!state.HasScope(scope) || state.KindOf(scope) != ScopeKind::kCatalog) return std::nullopt;
  const std::optional<RelativeName> name = SplitRelative(state.ScopeName(scope));
  return ReadRow<rows::CatalogRow>(reader, store::Table::kCatalogs,
                                   EntityKey(tenant, Collection::kCatalogs, name->id));
}

// By which way in a permission that needs the fact `enrollment_open` lets people come in.
EnrollmentWay WayOf(absl::string_view permission) {
  if (permission == "enrollment.self") return EnrollmentWay::kEnroll;
  if (permission == "enrollment.request") return EnrollmentWay::kApply;
  return EnrollmentWay::kAny;
}

}  // namespace

absl::StatusOr<std::string> WhyNotOpen(const WorldState& state, const store::Reader& reader,
                                       uint64_t tenant, ScopeId training, SubjectId person,
                                       EnrollmentWay way, absl::Time now) {
  absl::StatusOr<std::optional<Training>> found = ReadTraining(reader, tenant, state, training);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return std::string("it is neither a course nor a training plan");
  return WhyNotOpen(state, reader, tenant, **found, person, way, now);
}

absl::StatusOr<std::string> WhyNotOpen(const WorldState& state, const store::Reader& reader,
                                       uint64_t tenant, const Training& training, SubjectId person,
                                       EnrollmentWay way, absl::Time now) {
  if (!training.published) return std::string("it is not published");
  const v1::EnrollmentRules& rules = training.rules.enrollment();
  if (!(way != EnrollmentWay::kApply && rules.self_enrollment()) &&
      !(way != EnrollmentWay::kEnroll && rules.applications())) {
    return std::string(way == EnrollmentWay::kApply ? "its rules let nobody apply"
                                                    : "its rules let nobody enroll themselves");
  }
  if (rules.has_open_time() && now < FromTimestamp(rules.open_time())) {
    return absl::StrCat("it opens at ", At(rules.open_time()));
  }
  if (rules.has_close_time() && now >= FromTimestamp(rules.close_time())) {
    return absl::StrCat("it has been closed since ", At(rules.close_time()));
  }
  const ScopeId parent = state.ParentOf(training.uid);
  absl::StatusOr<std::optional<rows::CatalogRow>> catalog =
      CatalogAt(state, reader, tenant, parent);
  if (!catalog.ok()) return catalog.status();
  if (!catalog->has_value()) return std::string();
  absl::StatusOr<bool> offered = IsOfferedTo(state, reader, tenant, **catalog, person, now);
  if (!offered.ok()) return offered.status();
  if (!*offered) return std::string("its catalog is for others");
  // As deep as a path can be.
  for (size_t depth = 0; catalog->has_value() && depth < kMaxPathLength; ++depth) {
    const auto& flows = (*catalog)->catalog().enrollment_flows();
    if (!flows.empty()) {
      return std::string(Offers(flows, way) ? "" : "its catalog does not offer that");
    }
    catalog = CatalogAt(state, reader, tenant, ScopeId((*catalog)->parent()));
    if (!catalog.ok()) return catalog.status();
  }
  return std::string();
}

absl::StatusOr<OpenDecision> AskWhetherOpen(const WorldState& state, const store::Reader& reader,
                                            uint64_t tenant, Question question,
                                            const Training* training) {
  OpenDecision open;
  const std::optional<int> bit = state.matrix().FindFact("enrollment_open");
  if (bit.has_value()) question.facts |= FactSet{1} << *bit;
  open.decision = Check(state, question);
  if (!open.decision.allowed() && open.decision.reason != Reason::kFrozen) return open;
  const EnrollmentWay way = WayOf(state.matrix().permission(question.permission).name);
  absl::StatusOr<std::string> why =
      training == nullptr
          ? WhyNotOpen(state, reader, tenant, question.scope, question.subject, way, question.time)
          : WhyNotOpen(state, reader, tenant, *training, question.subject, way, question.time);
  if (!why.ok()) return why.status();
  open.why_not = *std::move(why);
  return open;
}

}  // namespace provost
