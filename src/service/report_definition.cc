#include "service/report_definition.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/authorize.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/record_view.h"
#include "tenant/errors.h"

namespace provost {
namespace {

using v1::ReportDefinition;

bool IsLearnerKind(ReportDefinition::Kind kind) {
  return kind == ReportDefinition::COURSE || kind == ReportDefinition::PROGRESS ||
         kind == ReportDefinition::OVERDUE || kind == ReportDefinition::COMPLIANCE;
}

void CheckFilter(const std::string& path, const ReportDefinition& report, absl::Status* status) {
  const v1::ReportFilter& filter = report.filter();
  const bool is_of_learners = filter.states_size() > 0 || filter.has_due_before() ||
                              filter.has_completed_from() || filter.has_completed_before();
  if (is_of_learners && !IsLearnerKind(report.kind())) {
    AddBadField(status, path, "set",
                "states and times are for reports with rows of learners: COURSE, PROGRESS, "
                "OVERDUE, COMPLIANCE");
  }
  if (filter.states_size() >= v1::Enrollment::State_ARRAYSIZE) {
    AddBadField(status, path + ".states", absl::StrCat(filter.states_size(), " of them"),
                "wanted each state once at most");
  }
  for (int i = 0; i < std::min(filter.states_size(), v1::Enrollment::State_ARRAYSIZE); ++i) {
    if (!v1::Enrollment::State_IsValid(filter.states(i)) || filter.states(i) == 0) {
      AddBadField(status, absl::StrCat(path, ".states[", i, "]"), absl::StrCat(filter.states(i)),
                  "wanted a state of enrollments");
    }
  }
  if (filter.has_due_before()) CheckTime(path + ".due_before", filter.due_before(), status);
  if (filter.has_completed_from()) {
    CheckTime(path + ".completed_from", filter.completed_from(), status);
  }
  if (filter.has_completed_before()) {
    CheckTime(path + ".completed_before", filter.completed_before(), status);
  }
  if (filter.missing_only() && report.kind() != ReportDefinition::COMPLIANCE) {
    AddBadField(status, path + ".missing_only", "true", "is for COMPLIANCE alone");
  }
}

// Everybody in a group, through groups in it too.
absl::flat_hash_set<uint32_t> PeopleOf(const ReadCall& call, SubjectId group) {
  absl::flat_hash_set<uint32_t> seen = {group.value};
  std::vector<SubjectId> found = {group};
  for (size_t i = 0; i < found.size(); ++i) {
    call.state.ForEachMember(found[i], SubjectId(0), [&](SubjectId member) {
      for (const MembershipRecord& record : call.state.GroupsOf(member)) {
        if (record.group != found[i].value || call.now < record.window.not_before ||
            call.now >= record.window.expires) {
          continue;
        }
        if (seen.insert(member.value).second && call.state.KindOf(member) == SubjectKind::kGroup) {
          found.push_back(member);
          break;
        }
      }
      return true;
    });
  }
  return seen;
}

// Of that group alone, where it is not 0.
absl::StatusOr<ReportCall> Open(const ReadCall& call, const ReportDefinition& definition,
                                SubjectId group) {
  const ScopeId scope = call.state.FindScope(ParseName(definition.scope())->Relative());
  if (!call.state.HasScope(scope)) return NotFound("scope", definition.scope());
  absl::StatusOr<std::shared_ptr<const RecordView>> view = RecordView::Open(call);
  if (!view.ok()) return view.status();
  ReportCall made{definition, *std::move(view), scope,
                  ReportColumns(ColumnsOf(definition.kind()), definition), std::nullopt};
  if (group.value != 0) made.group = PeopleOf(call, group);
  return made;
}

}  // namespace

void CheckReportDefinition(absl::string_view path, const ReportDefinition& definition,
                           absl::Status* status) {
  const auto field = [path](absl::string_view name) { return absl::StrCat(path, ".", name); };
  if (!ReportDefinition::Kind_IsValid(definition.kind()) ||
      definition.kind() == ReportDefinition::KIND_UNSPECIFIED) {
    AddBadField(status, field("kind"), absl::StrCat(definition.kind()), "wanted what the rows are");
    return;
  }
  const absl::StatusOr<ResourceName> scope = ParseName(definition.scope());
  if (!scope.ok() || !IsReportedAt(definition.kind(), scope->collection)) {
    AddBadField(status, field("scope"), definition.scope(),
                absl::StrCat("a report ", ReportDefinition::Kind_Name(definition.kind()),
                             " is made of ", ScopesOf(definition.kind())));
    return;
  }
  const absl::Span<const absl::string_view> columns = ColumnsOf(definition.kind());
  const int known = static_cast<int>(columns.size());
  if (definition.columns_size() > known) {
    AddBadField(status, field("columns"), absl::StrCat(definition.columns_size(), " of them"),
                absl::StrCat("wanted each of the ", known, " once at most"));
  }
  for (int i = 0; i < std::min(definition.columns_size(), known); ++i) {
    const std::string& column = definition.columns(i);
    const std::string at = absl::StrCat(field("columns"), "[", i, "]");
    const auto end = definition.columns().begin() + i;
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      AddBadField(status, at, column,
                  absl::StrCat("wanted one of `", absl::StrJoin(columns, "`, `"), "`"));
    } else if (std::find(definition.columns().begin(), end, column) != end) {
      AddBadField(status, at, column, "is there twice");
    }
  }
  CheckFilter(field("filter"), definition, status);
  const std::string& group_name = definition.filter().group();
  if (!group_name.empty()) {
    const absl::StatusOr<ResourceName> group = ParseName(group_name);
    if (!group.ok() || group->collection != Collection::kGroups || group->tenant != scope->tenant) {
      AddBadField(status, field("filter.group"), group_name,
                  absl::StrCat("wanted a group of the same tenant, `tenants/", scope->tenant,
                               "/groups/...`"));
    }
  }
}

absl::string_view ReportPermission(Collection collection) {
  switch (collection) {
    case Collection::kTenant:
      return "report.tenant.read";
    case Collection::kCatalogs:
      return "report.catalog.read";
    default:
      return "report.course.read";
  }
}

ReportDefinition DefinitionOf(const WorldState& state, absl::string_view tenant,
                              const rows::ReportRow& row) {
  ReportDefinition definition = row.report().definition();
  definition.set_scope(ScopeFullName(state, tenant, ScopeId(row.home())));
  if (row.group() != 0) {
    const std::string group = SubjectFullName(state, tenant, SubjectId(row.group()));
    // The state may be older or newer than the row by a moment.
    definition.mutable_filter()->set_group(group.empty() ? HiddenGroupName(tenant) : group);
  }
  return definition;
}

ReportDefinition ShownDefinition(const WorldState& state, absl::string_view tenant,
                                 const rows::ReportRow& row, SubjectId reader, absl::Time now) {
  ReportDefinition definition = DefinitionOf(state, tenant, row);
  if (row.group() != 0 && !Knows(state, reader, SubjectId(row.group()), now)) {
    definition.mutable_filter()->set_group(HiddenGroupName(tenant));
  }
  return definition;
}

std::string HiddenGroupName(absl::string_view tenant) {
  return NameIn(tenant, Collection::kGroups, "-");
}

absl::StatusOr<ReportCall> OpenReport(const ReadCall& call, absl::string_view path,
                                      const ReportDefinition& definition) {
  SubjectId group(0);
  if (const std::string& name = definition.filter().group(); !name.empty()) {
    group = call.state.FindSubject(ParseName(name)->Relative());
    // What is hidden and what is missing are refused alike.
    if (!Knows(call.state, call.self(), group, call.now)) {
      return BadField(absl::StrCat(path, ".filter.group"), name,
                      "wanted a group that you may read");
    }
  }
  return Open(call, definition, group);
}

absl::Status CheckSavedGroup(const ReadCall& call, SubjectId group) {
  if (group.value == 0 || Knows(call.state, call.self(), group, call.now)) return absl::OkStatus();
  return WithErrorInfo(
      absl::PermissionDeniedError(
          "not permitted: the report is about the people of a group that you may not read"),
      "HIDDEN_GROUP", {});
}

absl::StatusOr<ReportCall> OpenSavedReport(const ReadCall& call, const rows::ReportRow& row) {
  const SubjectId group(row.group());
  if (absl::Status status = CheckSavedGroup(call, group); !status.ok()) return status;
  return Open(call, DefinitionOf(call.state, call.tenant->id(), row), group);
}

bool MayReadReport(const WorldState& state, SubjectId reader, const rows::ReportRow& row,
                   absl::Time now) {
  const ScopeId home(row.home());
  if (!state.HasScope(home)) return false;
  const std::optional<RelativeName> name = SplitRelative(state.ScopeName(home));
  const Collection collection = name.has_value() ? name->collection : Collection::kTenant;
  return IsAllowed(state, reader, ReportPermission(collection), home, /*about_self=*/false, now);
}

}  // namespace provost
