#include "service/group_members.h"

#include <google/protobuf/empty.pb.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/delegation.h"
#include "policy/world/group_graph.h"
#include "provost/v1/group_service.pb.h"
#include "service/enrollment_requests.h"
#include "service/known_subjects.h"
#include "service/pages.h"
#include "service/subject_resource.h"
#include "tenant/group_rules.h"
#include "tenant/times.h"

namespace provost {
namespace {

// `group` and `member` of a request: a group, and something that can be in it.
template <typename Request>
void CheckPair(const Request& request, absl::Status* status) {
  CheckNameIn(Collection::kGroups, "group", request.group(), status);
  absl::StatusOr<ResourceName> member = ParseName(request.member());
  if (!member.ok()) {
    AddBadField(status, "member", request.member(), member.status().message());
    return;
  }
  if (!member->IsSubject()) {
    AddBadField(status, "member", request.member(), "wanted a user, a service account or a group");
    return;
  }
  absl::StatusOr<ResourceName> group = ParseName(request.group());
  if (group.ok() && group->tenant != member->tenant) {
    AddBadField(status, "member", request.member(), "wanted a member of the group's own tenant");
  }
}

// The subjects that a request is about; NOT_FOUND where one is missing.
struct Pair {
  SubjectId group;
  SubjectId member;
};
absl::StatusOr<SubjectId> FindNamed(const WorldState& state, absl::string_view noun,
                                    absl::string_view name) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) return parsed.status();
  const SubjectId subject = state.FindSubject(parsed->Relative());
  if (!state.HasSubject(subject)) return NotFound(noun, name);
  return subject;
}
template <typename Request>
absl::StatusOr<Pair> FindPair(const WorldState& state, const Request& request) {
  absl::StatusOr<SubjectId> group = FindNamed(state, "group", request.group());
  if (!group.ok()) return group.status();
  absl::StatusOr<SubjectId> member = FindNamed(state, "member", request.member());
  if (!member.ok()) return member.status();
  return Pair{*group, *member};
}

bool IsMember(const WorldState& state, const Pair& pair) {
  for (const MembershipRecord& record : state.GroupsOf(pair.member)) {
    if (record.group == pair.group.value) return true;
  }
  return false;
}

v1::Member ToMessage(absl::string_view group, absl::string_view member,
                     const rows::MemberRow& row) {
  v1::Member message = row.member();
  message.set_group(std::string(group));
  message.set_member(std::string(member));
  return message;
}

// Rule 13: who is in such a group is what its rule says.
absl::Status FilledByRule(absl::string_view group) {
  return FailedPrecondition(
      "FILLED_BY_RULE", group,
      absl::StrCat(Quoted(group), " is filled by its rule; wanted a group that is filled by hand"));
}

// --- AddMember ---

absl::Status ValidateAdd(const v1::AddMemberRequest& request) {
  absl::Status status;
  CheckPair(request, &status);
  CheckWindow("", request, &status);
  return status;
}

// Rules 12, 17, 19 and 25.
absl::Status MayAdd(const RuleCall& call, const v1::AddMemberRequest& request) {
  if (absl::Status status = ValidateAdd(request); !status.ok()) return status;
  absl::StatusOr<SubjectId> group = FindNamed(call.state, "group", request.group());
  if (!group.ok()) return group.status();
  absl::StatusOr<SubjectId> member = FindNamed(call.state, "member", request.member());
  if (member.ok() && call.state.KindOf(*member) == SubjectKind::kGroup &&
      !Knows(call.state, call.actor, *member, call.now)) {
    member = NotFound("member", request.member());
  }
  if (!member.ok()) {
    // Who may not add anybody does not learn whether there is such a subject.
    const absl::Status any = CheckRemoveMember(call.state, call.actor, *group, call.now);
    return any.ok() ? member.status() : TellWhereReadable(any, call, {*group}, request.group());
  }
  return TellWhereReadable(
      CheckAddMember(call.state, call.actor, *group, *member, WindowOf(request), call.now), call,
      {*group, *member}, request.group());
}

// A chain of groups from `from` up to `to`, all but the first of which `pass`; empty where there is
// none.
std::vector<SubjectId> ChainUp(const WorldState& state, SubjectId from, SubjectId to,
                               absl::FunctionRef<bool(SubjectId)> pass) {
  absl::flat_hash_map<uint32_t, uint32_t> reached_from = {{from.value, 0}};
  std::vector<SubjectId> reached = {from};
  for (size_t i = 0; i < reached.size(); ++i) {
    if (reached[i] == to) {
      std::vector<SubjectId> chain;
      for (uint32_t at = to.value; at != 0; at = reached_from[at]) chain.emplace_back(at);
      return {chain.rbegin(), chain.rend()};
    }
    for (const MembershipRecord& above : state.GroupsOf(reached[i])) {
      const SubjectId group(above.group);
      if (reached_from.count(group.value) > 0 || !pass(group)) continue;
      reached_from[group.value] = reached[i].value;
      reached.push_back(group);
    }
  }
  return {};
}

// What the caller is told of a nesting that is refused: a cycle is shown by a chain of groups that
// they may read, or by none (rule 25).
std::string WhyNotNested(const MutateCall& call, const Pair& pair, const absl::Status& refused) {
  const WorldState& state = call.state();
  if (ChainUp(state, pair.group, pair.member, [](SubjectId) { return true; }).empty()) {
    return std::string(refused.message());  // Too deep.
  }
  std::string why =
      absl::StrCat("group ", Quoted(state.SubjectName(pair.member)), " cannot be a member of ",
                   Quoted(state.SubjectName(pair.group)), ": that would make a cycle");
  const std::vector<SubjectId> chain =
      ChainUp(state, pair.group, pair.member,
              [&](SubjectId group) { return Knows(state, call.actor(), group, call.now()); });
  for (size_t i = 0; i < chain.size(); ++i) {
    absl::StrAppend(&why, i == 0 ? ", since " : " in ", Quoted(state.SubjectName(chain[i])));
  }
  return why;
}

absl::Status DoAdd(MutateCall& call, const v1::AddMemberRequest& request, v1::Member* response) {
  const WorldState& state = call.state();
  absl::StatusOr<Pair> pair = FindPair(state, request);
  if (!pair.ok()) return pair.status();
  if (state.IsFilledByRule(pair->group)) return FilledByRule(request.group());
  if (state.KindOf(pair->member) == SubjectKind::kGroup) {
    GroupLevels levels;
    if (absl::Status status = CheckNesting(state, pair->group, pair->member, &levels);
        !status.ok()) {
      return BadField("member", request.member(), WhyNotNested(call, *pair, status));
    }
  }
  if (!IsMember(state, *pair) && state.GroupsOf(pair->member).size() >= kMaxGroupsOfSubject) {
    return FailedPrecondition("TOO_MANY_GROUPS", request.member(),
                              absl::StrCat(Quoted(request.member()), " is directly in ",
                                           kMaxGroupsOfSubject, " groups, which is the most"));
  }
  absl::StatusOr<std::optional<rows::MemberRow>> existing =
      call.draft.GetMember(pair->group, pair->member);
  if (!existing.ok()) return existing.status();
  rows::MemberRow row = existing->value_or(rows::MemberRow());
  const Window before = WindowOf(row.member());
  SetWindow(WindowOf(request), row.mutable_member());
  if (!existing->has_value())
    *row.mutable_member()->mutable_create_time() = ToTimestamp(call.now());
  *response = ToMessage(request.group(), request.member(), row);
  if (existing->has_value() && before == WindowOf(request)) return absl::OkStatus();
  call.draft.Describe(request.group());
  absl::StatusOr<std::vector<EnrollmentId>> applications = OwnApplications(call);
  if (!applications.ok()) return applications.status();
  absl::Status put = call.draft.PutMemberRow(pair->group, pair->member, row);
  return put.ok() ? CheckStillApplications(call, *applications) : put;
}

// --- RemoveMember ---

absl::Status ValidateRemove(const v1::RemoveMemberRequest& request) {
  absl::Status status;
  CheckPair(request, &status);
  return status;
}

// Rule 12.
absl::Status MayRemove(const RuleCall& call, const v1::RemoveMemberRequest& request) {
  if (absl::Status status = ValidateRemove(request); !status.ok()) return status;
  absl::StatusOr<SubjectId> group = FindNamed(call.state, "group", request.group());
  if (!group.ok()) {
    return absl::IsNotFound(group.status()) && request.allow_missing() ? absl::OkStatus()
                                                                       : group.status();
  }
  return TellWhereReadable(CheckRemoveMember(call.state, call.actor, *group, call.now), call,
                           {*group}, request.group());
}

absl::Status DoRemove(MutateCall& call, const v1::RemoveMemberRequest& request,
                      google::protobuf::Empty*) {
  absl::StatusOr<Pair> pair = FindPair(call.state(), request);
  if (!pair.ok() && !absl::IsNotFound(pair.status())) return pair.status();
  if (pair.ok() && call.state().IsFilledByRule(pair->group)) return FilledByRule(request.group());
  if (!pair.ok() || !IsMember(call.state(), *pair)) {
    // Whether such a subject is somewhere else is not told.
    return request.allow_missing() ? absl::OkStatus() : NotFound("member", request.member());
  }
  call.draft.Describe(request.group());
  return call.draft.EraseMember(pair->group, pair->member);
}

// --- ListMembers ---

absl::Status ValidateList(const v1::ListMembersRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kGroups, "group", request.group(), &status);
  return status;
}

// Those whom the group's rule would take in, by uid.
absl::Status ListHeldBack(const ReadCall& call, const WorldState& state,
                          const v1::ListMembersRequest& request, SubjectId group, uint32_t after,
                          const Pages::Page& page, v1::ListMembersResponse* response) {
  store::KeyRange range = HeldBackKeys(call.tenant->number(), group);
  range.begin = HeldBackKey(call.tenant->number(), group, SubjectId(after + 1));
  store::ScanOptions options;
  options.limit = static_cast<uint64_t>(page.limit) + 1;
  store::Cursor cursor = call.reader().Scan(store::Table::kIndexes, range, options);
  uint32_t last = 0;
  while (cursor.Next()) {
    if (response->members_size() == page.limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(page, absl::StrCat(last)));
      return absl::OkStatus();
    }
    store::KeyReader key(store::Table::kIndexes, cursor.key());
    key.U64();
    key.U8();
    key.U32();
    last = key.U32();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::HeldBackRow> row =
        ParseRow<rows::HeldBackRow>(store::Table::kIndexes, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    if (!state.HasSubject(SubjectId(last))) continue;  // Made since the list began.
    v1::Member& member = *response->add_members();
    member.set_group(request.group());
    member.set_member(FullName(call.tenant->id(), state.SubjectName(SubjectId(last))));
    member.set_held_back_reason(row->reason());
  }
  return cursor.status();
}

// In the order in which the members were made as subjects: by uid.
absl::Status ListMembers(ReadCall& call, const v1::ListMembersRequest& request,
                         v1::ListMembersResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.actor.subject.value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const WorldState& state = *page->snapshot->view;
  absl::StatusOr<SubjectId> group = FindNamed(state, "group", request.group());
  if (!group.ok()) return group.status();
  uint32_t after = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &after)) {
    return BadField("page_token", request.page_token(), "wanted a `next_page_token`");
  }
  if (request.held_back()) {
    return ListHeldBack(call, state, request, *group, after, *page, response);
  }
  const bool by_rule = state.IsFilledByRule(*group);
  std::vector<SubjectId> members;
  std::vector<std::string> keys;
  bool more = false;
  state.ForEachMember(*group, SubjectId(after + 1), [&](SubjectId member) {
    more = members.size() == static_cast<size_t>(page->limit);
    if (more) return false;
    members.push_back(member);
    keys.push_back(MemberKey(call.tenant->number(), *group, member));
    return true;
  });
  absl::StatusOr<std::vector<std::optional<std::string>>> values =
      call.reader().MultiGet(store::Table::kMembers, keys);
  if (!values.ok()) return values.status();
  for (size_t i = 0; i < members.size(); ++i) {
    if (!(*values)[i].has_value()) continue;  // Removed since the list began.
    absl::StatusOr<rows::MemberRow> row =
        ParseRow<rows::MemberRow>(store::Table::kMembers, keys[i], *(*values)[i]);
    if (!row.ok()) return row.status();
    v1::Member& member = *response->add_members();
    member = ToMessage(request.group(), FullName(call.tenant->id(), state.SubjectName(members[i])),
                       *row);
    member.set_by_rule(by_rule);
  }
  if (more) {
    response->set_next_page_token(
        call.backend.pages->TokenAfter(*page, absl::StrCat(members.back().value)));
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterGroupMembers(Methods& methods) {
  Method& add = methods.Mutate<v1::AddMemberRequest, v1::Member>(ValidateAdd, DoAdd);
  Methods::AuthorizeBy<v1::AddMemberRequest>(add, MayAdd);
  Method& remove =
      methods.Mutate<v1::RemoveMemberRequest, google::protobuf::Empty>(ValidateRemove, DoRemove);
  Methods::AuthorizeBy<v1::RemoveMemberRequest>(remove, MayRemove);
  Method& list = methods.Scan<v1::ListMembersRequest, v1::ListMembersResponse>(ListMembers);
  Methods::ValidateBy<v1::ListMembersRequest>(list, ValidateList);
}

}  // namespace provost
