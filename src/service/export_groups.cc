#include "service/export_groups.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "provost/v1/group_service.pb.h"
#include "service/export_run.h"
#include "service/lookup.h"
#include "service/subject_resource.h"

namespace provost {
namespace {

using store::Table;
using MaybeCells = std::optional<std::vector<std::string>>;

// What of the groups of a scope the caller may have.
class OfGroups : public ExportKind {
 public:
  explicit OfGroups(const ReadCall& call)
      : scope_(call.state.FindScope(call.subject.places[0].name.Relative())) {}

 protected:
  ScopeId scope() const { return scope_; }
  // The home of a group whose row may be shown; nothing otherwise.
  std::optional<ScopeId> ReadableHome(const ReadCall& call, Asked& asked, SubjectId group) const {
    const WorldState& state = call.state;
    // Rows are a moment newer than the state.
    if (!state.HasSubject(group) || state.KindOf(group) != SubjectKind::kGroup) return std::nullopt;
    const ScopeId home = state.HomeOf(group);
    if (!state.IsOnPath(scope_, home) || !asked.May(call, "group.read", home)) return std::nullopt;
    return home;
  }

 private:
  const ScopeId scope_;
};

class GroupExport : public OfGroups {
 public:
  using OfGroups::OfGroups;

  std::vector<std::string> Columns() const override {
    return {"group", "display_name", "home_scope", "suspended"};
  }
  Table table() const override { return Table::kGroups; }
  std::optional<store::KeyRange> Range(const ReadCall& call) const override {
    if (scope() != call.state.root()) return std::nullopt;
    return store::KeyRange::Tenant(call.tenant->number());
  }
  std::vector<uint64_t> List(const ReadCall& call) const override {
    return SubjectsAt(call.state, scope(), SubjectKind::kGroup);
  }
  std::optional<std::string> KeyOf(const ReadCall& call, uint64_t id) const override {
    return SubjectKeyOf(call, SubjectId(static_cast<uint32_t>(id)));
  }
  absl::StatusOr<MaybeCells> Cells(const ReadCall& call, Asked& asked, absl::string_view key,
                                   absl::string_view value) const override {
    absl::StatusOr<rows::GroupRow> row = ParseRow<rows::GroupRow>(table(), key, value);
    if (!row.ok()) return row.status();
    const SubjectId group(row->uid());
    const std::optional<ScopeId> home = ReadableHome(call, asked, group);
    if (!home.has_value()) return MaybeCells();
    return MaybeCells({std::string(SplitRelative(call.state.SubjectName(group))->id),
                       row->group().display_name(),
                       ScopeFullName(call.state, call.tenant->id(), *home),
                       row->group().suspended() ? "true" : "false"});
  }
};

// A row for each direct member, as ImportMembers reads them.
class MemberExport : public OfGroups {
 public:
  using OfGroups::OfGroups;

  std::vector<std::string> Columns() const override {
    return {"group", "member", "not_before", "expires"};
  }
  Table table() const override { return Table::kMembers; }
  std::optional<store::KeyRange> Range(const ReadCall& call) const override {
    if (scope() != call.state.root()) return std::nullopt;
    return store::KeyRange::Tenant(call.tenant->number());
  }
  std::vector<uint64_t> List(const ReadCall& call) const override {
    std::vector<uint64_t> pairs;
    for (uint64_t group : SubjectsAt(call.state, scope(), SubjectKind::kGroup)) {
      call.state.ForEachMember(SubjectId(static_cast<uint32_t>(group)), SubjectId(0),
                               [&](SubjectId member) {
                                 pairs.push_back(group << 32 | member.value);
                                 return true;
                               });
    }
    return pairs;
  }
  std::optional<std::string> KeyOf(const ReadCall& call, uint64_t id) const override {
    return MemberKey(call.tenant->number(), SubjectId(static_cast<uint32_t>(id >> 32)),
                     SubjectId(static_cast<uint32_t>(id)));
  }
  absl::StatusOr<MaybeCells> Cells(const ReadCall& call, Asked& asked, absl::string_view key,
                                   absl::string_view value) const override {
    store::KeyReader reader(table(), key);
    reader.U64();
    const SubjectId group(reader.U32());
    const SubjectId member(reader.U32());
    if (absl::Status status = reader.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::MemberRow> row = ParseRow<rows::MemberRow>(table(), key, value);
    if (!row.ok()) return row.status();
    if (!ReadableHome(call, asked, group).has_value() || !call.state.HasSubject(member)) {
      return MaybeCells();
    }
    const v1::Member& kept = row->member();
    return MaybeCells({std::string(SplitRelative(call.state.SubjectName(group))->id),
                       std::string(call.state.SubjectName(member)),
                       kept.has_not_before() ? TimeCell(kept.not_before()) : "",
                       kept.has_expires() ? TimeCell(kept.expires()) : ""});
  }
};

absl::Status Validate(const v1::ExportGroupsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckHome("home_scope", request.home_scope(), request.parent(), ScopeKind::kCatalog, &status);
  CheckExport(request.options(), {}, {}, &status);
  return status;
}

}  // namespace

void RegisterExportGroups(Methods& methods) {
  Method& method = methods.Send<v1::ExportGroupsRequest, v1::ExportGroupsResponse>(
      [](ReadCall& call, const v1::ExportGroupsRequest& request)
          -> absl::StatusOr<Source<v1::ExportGroupsResponse>> {
        std::unique_ptr<const ExportKind> kind;
        if (request.members()) {
          kind = std::make_unique<const MemberExport>(call);
        } else {
          kind = std::make_unique<const GroupExport>(call);
        }
        return OpenExport<v1::ExportGroupsResponse>(call, std::move(kind), request.options());
      });
  Methods::ValidateBy<v1::ExportGroupsRequest>(method, Validate);
}

}  // namespace provost
