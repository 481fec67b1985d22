// The commands of `provost content` about versions: from draft to published, and what was said of
// them on the way.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "provost/v1/content_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/content_body.h"
#include "tools/provost/render_message.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using Review = v1::ReviewVersionRequest;

struct VersionsOptions {
  std::string name;
  int32_t version = 0;
  size_t limit = 0;
};

struct StepOptions : ChangeOptions {
  std::string name;
  int32_t version = 0;
  std::string comment;
};

// `in review`.
std::string StateText(v1::ContentVersion::State state) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(v1::ContentVersion::State_Name(state)),
                             {{"_", " "}});
}

absl::StatusOr<std::string> FullItem(const Names& names, const std::string& given) {
  absl::StatusOr<ItemName> item = ReadItemName(names, given);
  if (!item.ok()) return item.status();
  return item->full.empty() ? given : item->full;
}

absl::StatusOr<int> AnswerStep(Context& context, const StepOptions& options,
                               const v1::ContentVersion& version) {
  const char* const would = options.dry_run ? " would be " : " is ";
  context.Answer(version, absl::StrCat(Printable(options.name), " version ", version.number(),
                                       would, StateText(version.state()), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunSubmit(Context& context, const StepOptions& options, bool withdraw) {
  v1::SubmitVersionRequest request;
  auto name = FullItem(context.names(), options.name);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  request.set_withdraw(withdraw);
  request.set_comment(options.comment);
  options.FillChange(request);
  v1::ContentVersion version;
  absl::Status status = context.Call("ContentService.SubmitVersion", request, version);
  if (!status.ok()) return status;
  return AnswerStep(context, options, version);
}

// The version that a decision is about where the command line names none: the one on its way, or to
// retire the one that is published.
absl::StatusOr<int32_t> VersionFor(Context& context, const std::string& name,
                                   Review::Decision decision) {
  v1::GetContentItemRequest request;
  request.set_name(name);
  v1::ContentItem item;
  absl::Status status = context.Call("ContentService.GetContentItem", request, item);
  if (!status.ok()) return status;
  if (decision == Review::COMMENT) return item.version().number();
  const int32_t version =
      decision == Review::RETIRE ? item.published_version() : item.draft_version();
  if (version > 0) return version;
  return absl::FailedPreconditionError(
      absl::StrCat("`", context.names().Short(name), "` has no version that ",
                   decision == Review::RETIRE ? "is published" : "is on its way"));
}

absl::StatusOr<int> RunReview(Context& context, const StepOptions& options,
                              Review::Decision decision) {
  Review request;
  auto name = FullItem(context.names(), options.name);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  request.set_version(options.version);
  if (options.version == 0) {
    const auto version = VersionFor(context, request.name(), decision);
    if (!version.ok()) return version.status();
    request.set_version(*version);
  }
  request.set_decision(decision);
  request.set_comment(options.comment);
  options.FillChange(request);
  v1::ContentVersion version;
  absl::Status status = context.Call("ContentService.ReviewVersion", request, version);
  if (!status.ok()) return status;
  return AnswerStep(context, options, version);
}

absl::StatusOr<int> RunVersions(Context& context, const VersionsOptions& options) {
  v1::ListContentVersionsRequest request;
  auto name = FullItem(context.names(), options.name);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  v1::ListContentVersionsResponse response;
  absl::Status status =
      context.CallPages("ContentService.ListContentVersions", request, response, options.limit);
  if (!status.ok()) return status;
  context.Answer(response, RenderList(response, context.names(), context.look()));
  return kExitOk;
}

absl::StatusOr<int> RunComments(Context& context, const VersionsOptions& options) {
  const Names names = context.names();
  v1::ListReviewCommentsRequest request;
  auto name = FullItem(names, options.name);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  request.set_version(options.version);
  v1::ListReviewCommentsResponse response;
  absl::Status status =
      context.CallPages("ContentService.ListReviewComments", request, response, options.limit);
  if (!status.ok()) return status;
  std::string text;
  for (const v1::ReviewComment& comment : response.comments()) {
    absl::StrAppend(&text, FormatTime(comment.create_time()), "  ",
                    comment.author().empty() ? "erased" : Printable(names.Short(comment.author())),
                    "  version ", comment.version());
    if (comment.moved_to() != v1::ContentVersion::STATE_UNSPECIFIED) {
      absl::StrAppend(&text, ", now ", StateText(comment.moved_to()));
    }
    absl::StrAppend(&text, ": ", Printable(comment.text()), "\n");
  }
  context.Answer(response, text);
  return kExitOk;
}

std::shared_ptr<StepOptions> AddStepOptions(CLI::App* command) {
  auto options = std::make_shared<StepOptions>();
  command->add_option("name", options->name, "Which one, such as pages/fire-rules")->required();
  options->AddChangeOptions(command);
  return options;
}

void AddReview(Tool& tool, CLI::App& content, const char* word, const char* summary,
               const char* example, Review::Decision decision) {
  const bool needs_text = decision == Review::COMMENT || decision == Review::REQUEST_CHANGES;
  CLI::App* const command = AddCommand(content, word, summary, example);
  auto options = AddStepOptions(command);
  command
      ->add_option("--version", options->version,
                   decision == Review::RETIRE ? "Which version of it (the published one)"
                                              : "Which version of it (the one on its way)")
      ->type_name("N");
  command->add_option("--comment", options->comment, "What to say of it")
      ->type_name("TEXT")
      ->required(needs_text);
  OnRun(tool, command, options, [decision](Context& context, const StepOptions& given) {
    return RunReview(context, given, decision);
  });
}

}  // namespace

void AddContentReviewCommands(Tool& tool, CLI::App& content) {
  CLI::App* command = AddCommand(content, "submit", "Hands an item's draft in for review.",
                                 "provost content submit pages/fire-rules --comment \"New exits\"");
  auto submitted = AddStepOptions(command);
  command->add_option("--comment", submitted->comment, "What to say to the reviewers")
      ->type_name("TEXT");
  OnRun(tool, command, submitted, [](Context& context, const StepOptions& given) {
    return RunSubmit(context, given, /*withdraw=*/false);
  });
  command = AddCommand(content, "withdraw", "Takes what was handed in back, to be a draft.",
                       "provost content withdraw pages/fire-rules");
  auto withdrawn = AddStepOptions(command);
  command->add_option("--comment", withdrawn->comment, "Why")->type_name("TEXT");
  OnRun(tool, command, withdrawn, [](Context& context, const StepOptions& given) {
    return RunSubmit(context, given, /*withdraw=*/true);
  });

  AddReview(tool, content, "comment", "Says something of a version.",
            "provost content comment pages/fire-rules --comment \"Which door?\"", Review::COMMENT);
  AddReview(tool, content, "request-changes", "Sends a version in review back.",
            "provost content request-changes pages/fire-rules --comment \"Which door?\"",
            Review::REQUEST_CHANGES);
  AddReview(tool, content, "approve", "Approves a version in review.",
            "provost content approve pages/fire-rules", Review::APPROVE);
  AddReview(tool, content, "publish", "Gives an approved version to learners.",
            "provost content publish pages/fire-rules", Review::PUBLISH);
  AddReview(tool, content, "retire", "Takes the published version from learners.",
            "provost content retire pages/fire-rules", Review::RETIRE);

  auto versions = std::make_shared<VersionsOptions>();
  command = AddCommand(content, "versions", "Lists the versions of an item, newest first.",
                       "provost content versions pages/fire-rules");
  command->add_option("name", versions->name, "Which one, such as pages/fire-rules")->required();
  command->add_option("--limit", versions->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, versions, RunVersions);

  auto comments = std::make_shared<VersionsOptions>();
  command = AddCommand(content, "comments", "Lists what was said of an item's versions.",
                       "provost content comments pages/fire-rules --version 2");
  command->add_option("name", comments->name, "Which one, such as pages/fire-rules")->required();
  command->add_option("--version", comments->version, "Only of this version")->type_name("N");
  command->add_option("--limit", comments->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, comments, RunComments);
}

}  // namespace provost::cli
