// The commands of `provost groups` about members.
#include <google/protobuf/empty.pb.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "provost/v1/group_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/render_message.h"
#include "tools/provost/table.h"
#include "tools/provost/window_options.h"

namespace provost::cli {
namespace {

struct Membership : ChangeOptions {
  std::string group;
  std::string member;
  std::string from;
  std::string until;
  bool allow_missing = false;
  bool held_back = false;
  size_t limit = 0;
};

template <typename Request>
absl::Status FillMembership(const Names& names, const Membership& options, Request& request) {
  auto group = names.Full(options.group, "groups");
  if (!group.ok()) return group.status();
  auto member = names.Full(options.member, "", "users");
  if (!member.ok()) return member.status();
  request.set_group(*std::move(group));
  request.set_member(*std::move(member));
  options.FillChange(request);
  return absl::OkStatus();
}

absl::StatusOr<int> RunAddMember(Context& context, const Membership& options) {
  v1::AddMemberRequest request;
  absl::Status status = FillMembership(context.names(), options, request);
  status.Update(FillWindow(options.from, options.until, request));
  v1::Member response;
  if (status.ok()) status = context.Call("GroupService.AddMember", request, response);
  if (!status.ok()) return status;
  context.Answer(response,
                 absl::StrCat(options.Would(), "added ", Printable(options.member), " to ",
                              Printable(context.names().Short(request.group())), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunRemoveMember(Context& context, const Membership& options) {
  v1::RemoveMemberRequest request;
  absl::Status status = FillMembership(context.names(), options, request);
  request.set_allow_missing(options.allow_missing);
  google::protobuf::Empty response;
  if (status.ok()) status = context.Call("GroupService.RemoveMember", request, response);
  if (!status.ok()) return status;
  context.Answer(response,
                 absl::StrCat(options.Would(), "removed ", Printable(options.member), " from ",
                              Printable(context.names().Short(request.group())), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunMembers(Context& context, const Membership& options) {
  v1::ListMembersRequest request;
  auto group = context.names().Full(options.group, "groups");
  if (!group.ok()) return group.status();
  request.set_group(*std::move(group));
  request.set_held_back(options.held_back);
  v1::ListMembersResponse response;
  absl::Status status =
      context.CallPages("GroupService.ListMembers", request, response, options.limit);
  if (!status.ok()) return status;
  if (options.held_back) {
    Table table({"member", "why"});
    for (const v1::Member& member : response.members()) {
      table.AddRow({{context.names().Short(member.member())}, {member.held_back_reason()}});
    }
    const bool is_none = table.size() == 0 && context.look().aligned;
    context.Answer(response, is_none ? "nobody is held back\n" : table.Render(context.look()));
    return kExitOk;
  }
  context.Answer(response, RenderList(response, context.names(), context.look()));
  return kExitOk;
}

}  // namespace

void AddGroupMemberCommands(Tool& tool, CLI::App& groups) {
  auto added = std::make_shared<Membership>();
  CLI::App* command = AddCommand(groups, "add", "Adds a member to a group, or changes its window.",
                                 "provost groups add ops users/bob --until +30d");
  command->add_option("group", added->group, "The group")->required();
  command->add_option("member", added->member, "A user, a service account or a group")->required();
  AddWindowOptions(command, added->from, added->until);
  added->AddChangeOptions(command);
  OnRun(tool, command, added, RunAddMember);

  auto removed = std::make_shared<Membership>();
  command = AddCommand(groups, "remove", "Removes a member from a group.",
                       "provost groups remove ops users/bob");
  command->add_option("group", removed->group, "The group")->required();
  command->add_option("member", removed->member, "Who is removed")->required();
  command->add_flag("--allow-missing", removed->allow_missing, "Succeed where it is no member");
  removed->AddChangeOptions(command);
  OnRun(tool, command, removed, RunRemoveMember);

  auto listed = std::make_shared<Membership>();
  command = AddCommand(groups, "members", "Lists who is directly in a group.",
                       "provost groups members ops");
  command->add_option("group", listed->group, "The group")->required();
  command->add_flag("--held-back", listed->held_back,
                    "Instead, whom its rule would take in and something keeps out, and why");
  command->add_option("--limit", listed->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, listed, RunMembers);
}

}  // namespace provost::cli
