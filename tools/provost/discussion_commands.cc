// `provost discussions` and `provost messages`: what people of a course say to each other.
#include <google/protobuf/empty.pb.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "provost/v1/discussion_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/render_message.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

// What all of these may have.
struct Options : ChangeOptions {
  std::string name;      // what it is about
  std::string training;  // a course or a plan
  std::string title;
  std::string text;
  std::string file;
  std::string to;  // the post that is answered, or the last that was read
  std::string reason;
  std::string etag;
  size_t limit = 0;
  bool newest_first = false;

  std::string Done(absl::string_view what, absl::string_view short_name) const {
    return absl::StrCat(Would(), what, " ", Printable(short_name), "\n");
  }
};

// What is to be said: --text, or a file's without its last line end.
absl::StatusOr<std::string> Said(Context& context, const Options& options) {
  if (options.file.empty()) return options.text;
  absl::StatusOr<std::string> text = ReadInput(context, options.file);
  if (!text.ok()) return text.status();
  return std::string(absl::StripSuffix(*text, "\n"));
}

std::string Who(const Names& names, const std::string& person) {
  return person.empty() ? "somebody" : Printable(names.Short(person));
}

// Each line of it under what it belongs to.
std::string Indented(absl::string_view text) {
  return absl::StrCat("    ", absl::StrReplaceAll(PrintableLines(text), {{"\n", "\n    "}}), "\n");
}

// --- discussions ---

absl::StatusOr<int> RunList(Context& context, const Options& options) {
  v1::ListDiscussionsRequest request;
  absl::Status status =
      context.names().SetFull(options.training, "courses", request.mutable_training());
  if (!status.ok()) return status;
  v1::ListDiscussionsResponse response;
  status = context.CallPages("DiscussionService.ListDiscussions", request, response, options.limit);
  if (!status.ok()) return status;
  context.Answer(response, RenderList(response, context.names(), context.look()));
  return kExitOk;
}

absl::StatusOr<int> RunOpen(Context& context, const Options& options) {
  const Names names = context.names();
  v1::CreateDiscussionRequest request;
  absl::Status status = names.SetTenant(*request.mutable_parent());
  if (status.ok()) {
    status = names.SetFull(options.training, "courses",
                           request.mutable_discussion()->mutable_training());
  }
  if (!status.ok()) return status;
  request.mutable_discussion()->set_title(options.title);
  absl::StatusOr<std::string> text = Said(context, options);
  if (!text.ok()) return text.status();
  request.set_text(*text);
  options.FillChange(request);
  v1::Discussion discussion;
  status = context.Call("DiscussionService.CreateDiscussion", request, discussion);
  if (!status.ok()) return status;
  context.Answer(discussion, options.Done("opened", names.Short(discussion.name())));
  return kExitOk;
}

// Any method about one discussion that answers with it; `what` was done then.
template <typename Request>
absl::StatusOr<int> Moderate(Context& context, const Options& options, const char* method,
                             const char* what, Request& request) {
  const Names names = context.names();
  absl::Status status = names.SetFull(options.name, "discussions", request.mutable_name());
  if (!status.ok()) return status;
  options.FillChange(request);
  v1::Discussion discussion;
  status = context.Call(method, request, discussion);
  if (!status.ok()) return status;
  context.Answer(discussion, options.Done(what, names.Short(discussion.name())));
  return kExitOk;
}

absl::StatusOr<int> RunPin(Context& context, const Options& options, bool unpin) {
  v1::PinDiscussionRequest request;
  request.set_unpin(unpin);
  return Moderate(context, options, "DiscussionService.PinDiscussion",
                  unpin ? "unpinned" : "pinned", request);
}

absl::StatusOr<int> RunLock(Context& context, const Options& options, bool unlock) {
  v1::LockDiscussionRequest request;
  request.set_unlock(unlock);
  request.set_reason(options.reason);
  return Moderate(context, options, "DiscussionService.LockDiscussion",
                  unlock ? "unlocked" : "locked", request);
}

absl::StatusOr<int> RunMarkRead(Context& context, const Options& options) {
  const Names names = context.names();
  v1::MarkReadRequest request;
  absl::Status status = names.SetFull(options.name, "discussions", request.mutable_discussion());
  if (status.ok() && !options.to.empty()) {
    status = names.SetFull(options.to, "posts", request.mutable_post());
  }
  if (!status.ok()) return status;
  options.FillChange(request);
  v1::Discussion discussion;
  status = context.Call("DiscussionService.MarkRead", request, discussion);
  if (!status.ok()) return status;
  context.Answer(discussion, absl::StrCat(Printable(names.Short(discussion.name())), ": ",
                                          discussion.unread_count(), " unread\n"));
  return kExitOk;
}

absl::StatusOr<int> RunPosts(Context& context, const Options& options) {
  const Names names = context.names();
  v1::ListPostsRequest request;
  absl::Status status = names.SetFull(options.name, "discussions", request.mutable_discussion());
  if (!status.ok()) return status;
  request.set_newest_first(options.newest_first);
  v1::ListPostsResponse response;
  status = context.CallPages("DiscussionService.ListPosts", request, response, options.limit);
  if (!status.ok()) return status;
  std::string text;
  for (const v1::Post& post : response.posts()) {
    absl::StrAppend(&text, names.Short(post.name()), "  ", FormatTime(post.create_time()), "  ",
                    Who(names, post.author()));
    if (!post.reply_to().empty()) {
      absl::StrAppend(&text, ", answers ", names.Short(post.reply_to()));
    }
    if (post.has_edit_time()) absl::StrAppend(&text, ", edited");
    if (post.state() == v1::Post::DELETED) absl::StrAppend(&text, ", deleted");
    if (post.state() == v1::Post::REMOVED) absl::StrAppend(&text, ", removed");
    if (!post.reason().empty()) absl::StrAppend(&text, " (", Printable(post.reason()), ")");
    if (post.unread()) absl::StrAppend(&text, ", new");
    absl::StrAppend(&text, "\n", post.text().empty() ? "" : Indented(post.text()));
  }
  context.Answer(response, text);
  return kExitOk;
}

absl::StatusOr<int> RunReply(Context& context, const Options& options) {
  const Names names = context.names();
  v1::CreatePostRequest request;
  absl::Status status = names.SetFull(options.name, "discussions", request.mutable_discussion());
  if (status.ok() && !options.to.empty()) {
    status = names.SetFull(options.to, "posts", request.mutable_reply_to());
  }
  if (!status.ok()) return status;
  absl::StatusOr<std::string> text = Said(context, options);
  if (!text.ok()) return text.status();
  request.set_text(*text);
  options.FillChange(request);
  v1::Post post;
  status = context.Call("DiscussionService.CreatePost", request, post);
  if (!status.ok()) return status;
  context.Answer(post, options.Done("posted", names.Short(post.name())));
  return kExitOk;
}

// Any method about one post; `what` was done then.
template <typename Request>
absl::StatusOr<int> ChangePost(Context& context, const Options& options, const char* method,
                               const char* what, Request& request) {
  const Names names = context.names();
  absl::Status status = names.SetFull(options.name, "posts", request.mutable_name());
  if (!status.ok()) return status;
  options.FillChange(request);
  v1::Post post;
  status = context.Call(method, request, post);
  if (!status.ok()) return status;
  context.Answer(post, options.Done(what, names.Short(post.name())));
  return kExitOk;
}

absl::StatusOr<int> RunEdit(Context& context, const Options& options) {
  v1::UpdatePostRequest request;
  absl::StatusOr<std::string> text = Said(context, options);
  if (!text.ok()) return text.status();
  request.set_text(*text);
  request.set_title(options.title);
  request.set_etag(options.etag);
  return ChangePost(context, options, "DiscussionService.UpdatePost", "edited", request);
}

absl::StatusOr<int> RunDelete(Context& context, const Options& options) {
  v1::DeletePostRequest request;
  request.set_etag(options.etag);
  return ChangePost(context, options, "DiscussionService.DeletePost", "deleted", request);
}

absl::StatusOr<int> RunRemove(Context& context, const Options& options) {
  v1::RemovePostRequest request;
  request.set_reason(options.reason);
  return ChangePost(context, options, "DiscussionService.RemovePost", "removed", request);
}

// --- messages ---

absl::StatusOr<int> RunSend(Context& context, const Options& options) {
  const Names names = context.names();
  v1::SendMessageRequest request;
  absl::Status status = names.SetFull(options.name, "users", request.mutable_recipient());
  if (status.ok()) {
    status = names.SetFull(options.training, "courses", request.mutable_training());
  }
  if (!status.ok()) return status;
  absl::StatusOr<std::string> text = Said(context, options);
  if (!text.ok()) return text.status();
  request.set_text(*text);
  options.FillChange(request);
  v1::Message message;
  status = context.Call("DiscussionService.SendMessage", request, message);
  if (!status.ok()) return status;
  context.Answer(message, options.Done("sent", names.Short(message.name())));
  return kExitOk;
}

absl::StatusOr<int> RunConversations(Context& context, const Options& options) {
  const Names names = context.names();
  v1::ListConversationsRequest request;
  absl::Status status = names.SetTenant(*request.mutable_parent());
  if (!status.ok()) return status;
  v1::ListConversationsResponse response;
  status =
      context.CallPages("DiscussionService.ListConversations", request, response, options.limit);
  if (!status.ok()) return status;
  std::string text;
  for (const v1::Conversation& each : response.conversations()) {
    absl::StrAppend(&text, Who(names, each.person()), "  ",
                    FormatTime(each.last_message().create_time()), "  ", each.unread_count(),
                    " unread\n");
  }
  context.Answer(response, text);
  return kExitOk;
}

absl::StatusOr<int> RunWith(Context& context, const Options& options) {
  const Names names = context.names();
  v1::ListMessagesRequest request;
  absl::Status status = names.SetTenant(*request.mutable_parent());
  if (status.ok()) status = names.SetFull(options.name, "users", request.mutable_person());
  if (!status.ok()) return status;
  v1::ListMessagesResponse response;
  status = context.CallPages("DiscussionService.ListMessages", request, response, options.limit);
  if (!status.ok()) return status;
  std::string text;
  for (const v1::Message& message : response.messages()) {
    absl::StrAppend(&text, names.Short(message.name()), "  ", FormatTime(message.create_time()),
                    "  ", Who(names, message.sender()), ", ",
                    Printable(names.Short(message.training())), message.unread() ? ", new" : "",
                    "\n", Indented(message.text()));
  }
  context.Answer(response, text);
  return kExitOk;
}

absl::StatusOr<int> RunMarkMessages(Context& context, const Options& options) {
  const Names names = context.names();
  v1::MarkMessagesReadRequest request;
  absl::Status status = names.SetTenant(*request.mutable_parent());
  if (status.ok()) status = names.SetFull(options.name, "users", request.mutable_person());
  if (status.ok() && !options.to.empty()) {
    status = names.SetFull(options.to, "messages", request.mutable_message());
  }
  if (!status.ok()) return status;
  options.FillChange(request);
  v1::Conversation conversation;
  status = context.Call("DiscussionService.MarkMessagesRead", request, conversation);
  if (!status.ok()) return status;
  context.Answer(conversation, absl::StrCat(Who(names, conversation.person()), ": ",
                                            conversation.unread_count(), " unread\n"));
  return kExitOk;
}

absl::StatusOr<int> RunDeleteMessage(Context& context, const Options& options) {
  v1::DeleteMessageRequest request;
  absl::Status status = context.names().SetFull(options.name, "messages", request.mutable_name());
  if (!status.ok()) return status;
  options.FillChange(request);
  google::protobuf::Empty response;
  status = context.Call("DiscussionService.DeleteMessage", request, response);
  if (!status.ok()) return status;
  context.Answer(response, options.Done("deleted", context.names().Short(request.name())));
  return kExitOk;
}

// --- what they are called with ---

using Given = std::shared_ptr<Options>;

Given AddChange(CLI::App* command) {
  auto options = std::make_shared<Options>();
  options->AddChangeOptions(command);
  return options;
}

void AddSaid(CLI::App* command, const Given& options) {
  auto* const text = command->add_option("--text", options->text, "What to say")->type_name("TEXT");
  command->add_option("--file", options->file, "A file that says it; - is standard input")
      ->type_name("FILE")
      ->excludes(text);
}

void AddTraining(CLI::App* command, const char* option, const Given& options) {
  command->add_option(option, options->training, "The course, or a plan as plans/onboarding")
      ->required();
}

void AddDiscussion(CLI::App* command, const Given& options) {
  command->add_option("discussion", options->name, "Its number, such as 12")->required();
}

void AddPost(CLI::App* command, const Given& options) {
  command->add_option("post", options->name, "Its number, such as 15")->required();
}

void AddLimit(CLI::App* command, const Given& options) {
  command->add_option("--limit", options->limit, "Stop after this many (default: all)")
      ->type_name("N");
}

void AddModeration(Tool& tool, CLI::App& group) {
  for (const bool undo : {false, true}) {
    CLI::App* command =
        AddCommand(group, undo ? "unpin" : "pin",
                   undo ? "Puts a discussion back among the others." : "Puts a discussion on top.",
                   undo ? "provost discussions unpin 12" : "provost discussions pin 12");
    Given pinned = AddChange(command);
    AddDiscussion(command, pinned);
    OnRun(tool, command, pinned,
          [undo](Context& context, const Options& given) { return RunPin(context, given, undo); });
    command = AddCommand(group, undo ? "unlock" : "lock",
                         undo ? "Lets everybody post in a discussion again."
                              : "Lets only moderators post in a discussion.",
                         undo ? "provost discussions unlock 12"
                              : "provost discussions lock 12 --reason \"It is settled\"");
    Given locked = AddChange(command);
    AddDiscussion(command, locked);
    command->add_option("--reason", locked->reason, "Why, for the audit")->type_name("TEXT");
    OnRun(tool, command, locked,
          [undo](Context& context, const Options& given) { return RunLock(context, given, undo); });
  }
  CLI::App* const command = AddCommand(group, "remove", "Takes anybody's post from the others.",
                                       "provost discussions remove 15 --reason Advertising");
  Given removed = AddChange(command);
  AddPost(command, removed);
  command->add_option("--reason", removed->reason, "Why; its author sees it")
      ->type_name("TEXT")
      ->required();
  OnRun(tool, command, removed, RunRemove);
}

void AddPosts(Tool& tool, CLI::App& group) {
  CLI::App* command = AddCommand(group, "posts", "Shows the posts of a discussion.",
                                 "provost discussions posts 12 --newest-first --limit 10");
  auto listed = std::make_shared<Options>();
  AddDiscussion(command, listed);
  command->add_flag("--newest-first", listed->newest_first, "The last post first");
  AddLimit(command, listed);
  OnRun(tool, command, listed, RunPosts);

  command = AddCommand(group, "reply", "Posts in a discussion.",
                       "provost discussions reply 12 --to 15 --text \"Behind the stage\"");
  Given replied = AddChange(command);
  AddDiscussion(command, replied);
  AddSaid(command, replied);
  command->add_option("--to", replied->to, "The post that it answers")->type_name("POST");
  OnRun(tool, command, replied, RunReply);

  command = AddCommand(group, "edit", "Changes a post of one's own.",
                       "provost discussions edit 15 --text \"Behind the curtain\"");
  Given edited = AddChange(command);
  AddPost(command, edited);
  AddSaid(command, edited);
  command->add_option("--title", edited->title, "Of the first post: the discussion's new title");
  command->add_option("--etag", edited->etag, "Refuse if it has changed since this etag was read");
  OnRun(tool, command, edited, RunEdit);

  command = AddCommand(group, "delete", "Deletes a post of one's own; its place stays.",
                       "provost discussions delete 15");
  Given deleted = AddChange(command);
  AddPost(command, deleted);
  command->add_option("--etag", deleted->etag, "Refuse if it has changed since this etag was read");
  OnRun(tool, command, deleted, RunDelete);
}

}  // namespace

void AddDiscussionCommands(Tool& tool) {
  CLI::App* const group =
      AddGroup(tool.app, "discussions", "Discussions of courses.", "provost discussions list fire");
  group->group("Resources");
  CLI::App* command = AddCommand(*group, "list", "Lists the discussions of a course, latest first.",
                                 "provost discussions list fire");
  auto listed = std::make_shared<Options>();
  AddTraining(command, "course", listed);
  AddLimit(command, listed);
  OnRun(tool, command, listed, RunList);

  command = AddCommand(*group, "open", "Opens a discussion with its first post.",
                       "provost discussions open fire --title Exits --text \"Where are they?\"");
  Given opened = AddChange(command);
  AddTraining(command, "course", opened);
  command->add_option("--title", opened->title, "What it is about")->required();
  AddSaid(command, opened);
  OnRun(tool, command, opened, RunOpen);

  AddPosts(tool, *group);
  command = AddCommand(*group, "mark-read", "Says how far one has read a discussion.",
                       "provost discussions mark-read 12");
  Given marked = AddChange(command);
  AddDiscussion(command, marked);
  command->add_option("--through", marked->to, "The last post that was read (default: all)")
      ->type_name("POST");
  OnRun(tool, command, marked, RunMarkRead);
  AddModeration(tool, *group);
}

void AddMessageCommands(Tool& tool) {
  CLI::App* const group =
      AddGroup(tool.app, "messages", "Messages between two people; nobody else reads them.",
               "provost messages list");
  group->group("Resources");
  CLI::App* command = AddCommand(*group, "send", "Writes to somebody of a course.",
                                 "provost messages send bob --in fire --text \"Well done\"");
  Given sent = AddChange(command);
  command->add_option("person", sent->name, "To whom, such as bob")->required();
  AddTraining(command, "--in", sent);
  AddSaid(command, sent);
  OnRun(tool, command, sent, RunSend);

  command = AddCommand(*group, "list", "Lists with whom one has messages, latest first.",
                       "provost messages list");
  auto listed = std::make_shared<Options>();
  AddLimit(command, listed);
  OnRun(tool, command, listed, RunConversations);

  command = AddCommand(*group, "with", "Shows one's messages to and from somebody, newest first.",
                       "provost messages with bob --limit 10");
  auto shown = std::make_shared<Options>();
  command->add_option("person", shown->name, "Who, such as bob")->required();
  AddLimit(command, shown);
  OnRun(tool, command, shown, RunWith);

  command = AddCommand(*group, "mark-read", "Says how far one has read somebody's messages.",
                       "provost messages mark-read bob");
  Given marked = AddChange(command);
  command->add_option("person", marked->name, "Whose, such as bob")->required();
  command->add_option("--through", marked->to, "The last message that was read (default: all)")
      ->type_name("MESSAGE");
  OnRun(tool, command, marked, RunMarkMessages);

  command = AddCommand(*group, "delete", "Deletes one's own copy of a message.",
                       "provost messages delete 31");
  Given deleted = AddChange(command);
  command->add_option("message", deleted->name, "Its number, such as 31")->required();
  OnRun(tool, command, deleted, RunDeleteMessage);
}

}  // namespace provost::cli
