// `provost content`: items of content, what is in them, and with whom they are shared.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "provost/v1/content_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/content_body.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/progress.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

constexpr size_t kMaxBodyBytes = 2 << 20;  // of a file; the server says what an item may have

struct EditOptions {
  std::string name;
  std::string display_name;
  std::string home;
  std::string body;
  std::string file;
  std::string etag;
  ChangeOptions change;
};

struct GetOptions {
  std::string name;
  int32_t version = 0;
  bool body_alone = false;
};

struct ListOptions {
  std::string kind;
  std::string scope;
  size_t limit = 0;
};

struct ShareOptions {
  std::string name;
  std::string scope;
  bool manage = false;
  bool force = false;
  ChangeOptions change;
};

// The name of an item that is there.
absl::StatusOr<ItemName> NameOf(const Names& names, const std::string& given) {
  absl::StatusOr<ItemName> item = ReadItemName(names, given);
  if (item.ok() && item->id.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", given, "` names a collection; wanted an item of it"));
  }
  return item;
}

// `1 published, 2 on its way`.
std::string VersionsText(const v1::ContentItem& item) {
  std::vector<std::string> parts;
  if (item.published_version() > 0) {
    parts.push_back(absl::StrCat(item.published_version(), " published"));
  }
  if (item.draft_version() > 0) {
    parts.push_back(absl::StrCat(item.draft_version(), " on its way"));
  }
  return absl::StrJoin(parts, ", ");
}

std::string SharesText(const v1::ContentItem& item, const Names& names) {
  std::vector<std::string> parts;
  for (const v1::ContentShare& share : item.shares()) {
    parts.push_back(absl::StrCat(names.Short(share.scope()),
                                 share.use() == v1::ContentShare::MANAGE ? " (to manage)" : ""));
  }
  return absl::StrJoin(parts, ", ");
}

// --- create, update ---

absl::Status FillBody(Context& context, const EditOptions& options, v1::ContentItem& item) {
  if (!options.body.empty()) return ReadBody(context.names(), "--body", options.body, item);
  if (options.file.empty()) return absl::OkStatus();
  const auto text = ReadInput(context, options.file, kMaxBodyBytes);
  if (!text.ok()) return text.status();
  return ReadBody(context.names(), options.file, *text, item);
}

absl::StatusOr<int> RunCreate(Context& context, const EditOptions& options) {
  const Names names = context.names();
  v1::CreateContentItemRequest request;
  if (absl::Status status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  const auto name = ReadItemName(names, options.name);
  if (!name.ok()) return name.status();
  request.set_content_item_id(name->id);
  v1::ContentItem& item = *request.mutable_content_item();
  item.set_kind(name->kind);
  // What has no name for people is called by its id.
  item.set_display_name(options.display_name.empty() ? name->id : options.display_name);
  auto home = names.Full(options.home);
  if (!home.ok()) return home.status();
  item.set_home_scope(*std::move(home));
  if (absl::Status status = FillBody(context, options, item); !status.ok()) return status;
  options.change.FillChange(request);
  v1::ContentItem response;
  absl::Status status = context.Call("ContentService.CreateContentItem", request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(options.change.Would(), "created ",
                                        Printable(names.Short(response.name())), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunUpdate(Context& context, const EditOptions& options) {
  const Names names = context.names();
  const auto name = NameOf(names, options.name);
  if (!name.ok()) return name.status();
  v1::UpdateContentItemRequest request;
  v1::ContentItem& item = *request.mutable_content_item();
  item.set_name(name->full);
  item.set_kind(name->kind);
  item.set_etag(options.etag);
  if (!options.display_name.empty()) {
    item.set_display_name(options.display_name);
    request.mutable_update_mask()->add_paths("display_name");
  }
  if (absl::Status status = FillBody(context, options, item); !status.ok()) return status;
  if (item.has_body()) request.mutable_update_mask()->add_paths("body");
  if (request.update_mask().paths().empty()) {
    return absl::InvalidArgumentError(
        "nothing to change is given; `provost content update --help` lists what can be");
  }
  options.change.FillChange(request);
  v1::ContentItem response;
  absl::Status status = context.Call("ContentService.UpdateContentItem", request, response);
  if (!status.ok()) return status;
  std::string text =
      absl::StrCat(options.change.Would(), "updated ", Printable(names.Short(response.name())));
  if (item.has_body()) absl::StrAppend(&text, ", version ", response.draft_version());
  context.Answer(response, absl::StrCat(text, "\n"));
  return kExitOk;
}

// --- get, list ---

absl::StatusOr<int> RunGet(Context& context, const GetOptions& options) {
  const Names names = context.names();
  const auto name = NameOf(names, options.name);
  if (!name.ok()) return name.status();
  v1::GetContentItemRequest request;
  request.set_name(name->full);
  request.set_version(options.version);
  v1::ContentItem item;
  absl::Status status = context.Call("ContentService.GetContentItem", request, item);
  if (!status.ok()) return status;
  if (options.body_alone) {
    context.Answer(item, BodyText(names, item.body()));
    return kExitOk;
  }
  const v1::ContentVersion& version = item.version();
  std::vector<std::pair<std::string, std::string>> fields = {
      {"name", names.Short(item.name())},
      {"display name", item.display_name()},
      {"home scope", names.Short(item.home_scope())},
      {"shared with", SharesText(item, names)},
      {"versions", VersionsText(item)},
      {"shown", absl::StrCat("version ", version.number(), ", ",
                             v1::ContentVersion::State_Name(version.state()), " by ",
                             version.state_by().empty() ? "somebody who has been erased"
                                                        : names.Short(version.state_by()),
                             ", ", FormatTime(version.state_time()))},
      {"creator", names.Short(item.creator())},
      {"update time", FormatTime(item.update_time())},
      {"etag", item.etag()},
  };
  std::string text = RenderFields(fields, context.look());
  if (item.body().has_package()) {
    const v1::PackageBody& file = item.body().package();
    absl::StrAppend(&text, "\n", Printable(file.file_name()), ", ", Printable(file.media_type()),
                    ", ", FormatBytes(file.size_bytes()), "\n");
  } else if (item.has_body()) {
    absl::StrAppend(&text, "\n", BodyText(names, item.body()));
  }
  context.Answer(item, text);
  return kExitOk;
}

absl::StatusOr<int> RunList(Context& context, const ListOptions& options) {
  const Names names = context.names();
  v1::ListContentItemsRequest request;
  if (absl::Status status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  request.set_kind(static_cast<v1::ContentItem::Kind>(
      EnumNumber(*v1::ContentItem::Kind_descriptor(), options.kind)));
  if (!options.scope.empty()) {
    auto scope = names.Full(options.scope);
    if (!scope.ok()) return scope.status();
    request.set_scope(*std::move(scope));
  }
  v1::ListContentItemsResponse response;
  absl::Status status =
      context.CallPages("ContentService.ListContentItems", request, response, options.limit);
  if (!status.ok()) return status;
  Table table({"name", "display name", "home scope", "versions", "shared with"});
  for (const v1::ContentItem& item : response.content_items()) {
    table.AddRow({{names.Short(item.name())},
                  {item.display_name()},
                  {names.Short(item.home_scope())},
                  {VersionsText(item)},
                  {SharesText(item, names)}});
  }
  const bool is_none = table.size() == 0 && context.look().aligned;
  context.Answer(response, is_none ? "none that you may read\n" : table.Render(context.look()));
  return kExitOk;
}

// --- share, unshare ---

absl::StatusOr<int> RunShare(Context& context, const ShareOptions& options) {
  const Names names = context.names();
  const auto name = NameOf(names, options.name);
  if (!name.ok()) return name.status();
  auto scope = names.Full(options.scope);
  if (!scope.ok()) return scope.status();
  v1::ShareContentItemRequest request;
  request.set_name(name->full);
  request.set_scope(*std::move(scope));
  request.set_use(options.manage ? v1::ContentShare::MANAGE : v1::ContentShare::USE);
  options.change.FillChange(request);
  v1::ContentItem response;
  absl::Status status = context.Call("ContentService.ShareContentItem", request, response);
  if (!status.ok()) return status;
  context.Answer(response,
                 absl::StrCat(options.change.Would(), "shared ", Printable(names.Short(name->full)),
                              " with ", Printable(names.Short(request.scope())),
                              options.manage ? ", to manage" : ", to use", "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunUnshare(Context& context, const ShareOptions& options) {
  const Names names = context.names();
  const auto name = NameOf(names, options.name);
  if (!name.ok()) return name.status();
  auto scope = names.Full(options.scope);
  if (!scope.ok()) return scope.status();
  v1::UnshareContentItemRequest request;
  request.set_name(name->full);
  request.set_scope(*std::move(scope));
  request.set_force(options.force);
  options.change.FillChange(request);
  v1::ContentItem response;
  absl::Status status = context.Call("ContentService.UnshareContentItem", request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(options.change.Would(),
                                        "no longer shared: ", Printable(names.Short(name->full)),
                                        " with ", Printable(names.Short(request.scope())), "\n"));
  return kExitOk;
}

void AddBodyOptions(CLI::App* command, EditOptions& options) {
  command->add_option("--display-name", options.display_name, "Its name for people");
  auto* const body = command->add_option("--body", options.body, "What is in it, as textproto");
  command
      ->add_option(
          "--file", options.file,
          "A file with what is in it, textproto or JSON; of a page, an .md file too; - for "
          "standard input")
      ->type_name("FILE")
      ->excludes(body);
  options.change.AddChangeOptions(command);
}

}  // namespace

void AddContentCommands(Tool& tool, CLI::App& content) {
  auto made = std::make_shared<EditOptions>();
  CLI::App* command = AddCommand(content, "create", "Makes a content item, with a first draft.",
                                 "provost content create pages/fire-rules --home catalogs/safety "
                                 "--file fire-rules.md");
  command
      ->add_option("name", made->name,
                   "Its name; a collection alone, such as pages, has the server make the id")
      ->required();
  command->add_option("--home", made->home, "The scope at which questions about it are asked")
      ->type_name("SCOPE")
      ->required();
  AddBodyOptions(command, *made);
  OnRun(tool, command, made, RunCreate);

  auto updated = std::make_shared<EditOptions>();
  command = AddCommand(content, "update", "Changes an item's name, or its draft.",
                       "provost content update quizzes/fire-basics --file quiz.textproto");
  command->add_option("name", updated->name, "Which one, such as pages/fire-rules")->required();
  AddBodyOptions(command, *updated);
  command->add_option("--etag", updated->etag, "Refuse if it has changed since this etag was read");
  OnRun(tool, command, updated, RunUpdate);

  auto got = std::make_shared<GetOptions>();
  command = AddCommand(content, "get", "Shows an item and what is in it, answers and all.",
                       "provost content get quizzes/fire-basics --version 2");
  command->add_option("name", got->name, "Which one, such as pages/fire-rules")->required();
  command->add_option("--version", got->version, "Which version of it (the newest)")
      ->type_name("N");
  command->add_flag("--body", got->body_alone, "Print what `content update --file` reads");
  OnRun(tool, command, got, RunGet);

  auto listed = std::make_shared<ListOptions>();
  command = AddCommand(content, "list", "Lists the content items that you may read.",
                       "provost content list --kind quiz --at catalogs/safety");
  command->add_option("--kind", listed->kind, "Only those of this kind")
      ->check(CLI::IsMember(EnumWords(*v1::ContentItem::Kind_descriptor())))
      ->type_name("KIND");
  command->add_option("--at", listed->scope, "Only those that are at home or shared there")
      ->type_name("SCOPE");
  command->add_option("--limit", listed->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, listed, RunList);

  auto shared = std::make_shared<ShareOptions>();
  command = AddCommand(content, "share", "Shares an item with another catalog or course.",
                       "provost content share pages/fire-rules catalogs/it");
  command->add_option("name", shared->name, "Which one, such as pages/fire-rules")->required();
  command->add_option("scope", shared->scope, "A catalog or a course")->required();
  command->add_flag("--manage", shared->manage, "To manage there, not only to use");
  shared->change.AddChangeOptions(command);
  OnRun(tool, command, shared, RunShare);

  auto unshared = std::make_shared<ShareOptions>();
  command = AddCommand(content, "unshare", "Ends a share.",
                       "provost content unshare pages/fire-rules catalogs/it");
  command->add_option("name", unshared->name, "Which one, such as pages/fire-rules")->required();
  command->add_option("scope", unshared->scope, "The scope to end it for")->required();
  command->add_flag("--force", unshared->force, "Take it out of courses that have it thereby");
  unshared->change.AddChangeOptions(command);
  OnRun(tool, command, unshared, RunUnshare);
}

}  // namespace provost::cli
