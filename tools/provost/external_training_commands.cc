// `provost record external`: trainings from elsewhere, entered by hand.
#include <google/protobuf/empty.pb.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "provost/v1/training_record_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/file_transfer.h"
#include "tools/provost/look.h"
#include "tools/provost/render_message.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

struct ExternalOptions {
  std::string name;
  std::string learner;
  std::string home;
  std::string title;
  std::string provider;
  std::string complete_time;
  std::string expire_time;
  int credit_hundredths = 0;
  std::string evidence;
  std::string reason;
  bool no_file = false;
};

absl::Status SetTimeOf(const char* option, const std::string& given,
                       google::protobuf::Timestamp* time) {
  absl::StatusOr<google::protobuf::Timestamp> parsed = ReadTime(option, given);
  if (!parsed.ok()) return parsed.status();
  *time = *parsed;
  return absl::OkStatus();
}

absl::StatusOr<int> RunExternalAdd(Context& context, const ExternalOptions& options) {
  const Names names = context.names();
  v1::CreateExternalTrainingRequest request;
  if (absl::Status status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  v1::ExternalTraining& training = *request.mutable_external_training();
  auto learner = names.Full(options.learner, "users");
  if (!learner.ok()) return learner.status();
  training.set_learner(*std::move(learner));
  auto home = names.Full(options.home);
  if (!home.ok()) return home.status();
  training.set_home_scope(*std::move(home));
  training.set_title(options.title);
  training.set_provider(options.provider);
  training.set_credit_hundredths(options.credit_hundredths);
  training.set_evidence(options.evidence);
  absl::Status status =
      SetTimeOf("--completed", options.complete_time, training.mutable_complete_time());
  if (status.ok() && !options.expire_time.empty()) {
    status = SetTimeOf("--expires", options.expire_time, training.mutable_expire_time());
  }
  if (!status.ok()) return status;
  v1::ExternalTraining made;
  status = context.Call("TrainingRecordService.CreateExternalTraining", request, made);
  if (!status.ok()) return status;
  context.Answer(made, absl::StrCat("entered ", names.Short(made.name()), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunExternalList(Context& context, const ExternalOptions& options) {
  const Names names = context.names();
  v1::ListExternalTrainingsRequest request;
  if (absl::Status status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  auto learner = options.learner.empty() ? context.Actor() : names.Full(options.learner, "users");
  if (!learner.ok()) return learner.status();
  request.set_learner(*std::move(learner));
  v1::ListExternalTrainingsResponse response;
  absl::Status status =
      context.CallPages("TrainingRecordService.ListExternalTrainings", request, response, 0);
  if (!status.ok()) return status;
  context.Answer(response, RenderList(response, names, context.look()));
  return kExitOk;
}

absl::StatusOr<int> RunExternalChange(Context& context, const ExternalOptions& options) {
  v1::UpdateExternalTrainingRequest request;
  auto name = context.names().Full(options.name, "externalTrainings");
  if (!name.ok()) return name.status();
  v1::ExternalTraining& training = *request.mutable_external_training();
  training.set_name(*std::move(name));
  training.set_title(options.title);
  training.set_provider(options.provider);
  training.set_credit_hundredths(options.credit_hundredths);
  training.set_evidence(options.evidence);
  absl::Status status;
  if (!options.complete_time.empty()) {
    status = SetTimeOf("--completed", options.complete_time, training.mutable_complete_time());
  }
  if (status.ok() && !options.expire_time.empty()) {
    status = SetTimeOf("--expires", options.expire_time, training.mutable_expire_time());
  }
  if (!status.ok()) return status;
  request.set_reason(options.reason);
  if (options.no_file) {
    // What is set, and the file, which is not.
    const auto changes = [&](const char* field, bool is_set) {
      if (is_set) request.mutable_update_mask()->add_paths(field);
    };
    changes("title", !options.title.empty());
    changes("provider", !options.provider.empty());
    changes("complete_time", training.has_complete_time());
    changes("expire_time", training.has_expire_time());
    changes("credit_hundredths", options.credit_hundredths != 0);
    changes("evidence", !options.evidence.empty());
    changes("evidence_file", true);
  }
  v1::ExternalTraining changed;
  status = context.Call("TrainingRecordService.UpdateExternalTraining", request, changed);
  if (!status.ok()) return status;
  context.Answer(changed, RenderMessage(changed, context.names(), context.look()));
  return kExitOk;
}

struct EvidenceOptions {
  std::string name;
  std::string file;
  std::string media_type;
  std::string reason;
  std::string etag;
  std::string output;
  int before = 0;
  int64_t offset = 0;
  int64_t length = 0;
};

absl::StatusOr<int> RunExternalUpload(Context& context, const EvidenceOptions& options) {
  v1::UploadEvidenceRequest request;
  absl::Status status =
      context.names().SetFull(options.name, "externalTrainings", request.mutable_name());
  OutgoingFile file;
  if (status.ok()) status = file.Open(context, options.file, options.media_type);
  if (!status.ok()) return status;
  file.Announce(request);
  request.set_reason(options.reason);
  request.set_etag(options.etag);
  v1::ExternalTraining training;
  status = file.Send(context, "TrainingRecordService.UploadEvidence", request, training);
  if (!status.ok()) return status;
  context.Answer(training, absl::StrCat("uploaded ", Printable(file.file().file_name()), " to ",
                                        Printable(context.names().Short(training.name())), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunExternalDownload(Context& context, const EvidenceOptions& options) {
  v1::DownloadEvidenceRequest request;
  absl::Status status =
      context.names().SetFull(options.name, "externalTrainings", request.mutable_name());
  if (!status.ok()) return status;
  request.set_before(options.before);
  request.set_offset(options.offset);
  request.set_length(options.length);
  IncomingFile file(context, options.name, options.output, options.offset, options.length);
  v1::DownloadEvidenceResponse response;
  status = context.ReadStream("TrainingRecordService.DownloadEvidence", request, response, [&] {
    if (response.has_file()) file.SetFile(response.file());
    return file.Take(response.data());
  });
  if (status.ok()) status = file.Finish();
  if (!status.ok()) return status;
  return kExitOk;
}

absl::StatusOr<int> RunExternalDelete(Context& context, const ExternalOptions& options) {
  v1::DeleteExternalTrainingRequest request;
  auto name = context.names().Full(options.name, "externalTrainings");
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  google::protobuf::Empty empty;
  absl::Status status =
      context.Call("TrainingRecordService.DeleteExternalTraining", request, empty);
  if (!status.ok()) return status;
  context.Answer(empty, "deleted\n");
  return kExitOk;
}

}  // namespace

void AddExternalTrainingCommands(Tool& tool, CLI::App& record) {
  CLI::App* const external =
      AddGroup(record, "external", "Trainings from elsewhere, entered by hand.",
               "provost record external list users/lea");
  const auto add_fields = [](CLI::App* command, ExternalOptions& options, bool is_new) {
    command->add_option("--title", options.title, "What it was")
        ->type_name("TEXT")
        ->required(is_new);
    command->add_option("--provider", options.provider, "Who gave it")->type_name("TEXT");
    command->add_option("--completed", options.complete_time, "When it was completed")
        ->type_name("TIME")
        ->required(is_new);
    command->add_option("--expires", options.expire_time, "Until when that is valid")
        ->type_name("TIME");
    command
        ->add_option("--credit", options.credit_hundredths, "Its worth, in hundredths of a credit")
        ->type_name("N");
    command->add_option("--evidence", options.evidence, "What shows it: a link, a note")
        ->type_name("TEXT");
  };

  auto added = std::make_shared<ExternalOptions>();
  CLI::App* const add =
      AddCommand(*external, "add", "Enters a training from elsewhere.",
                 "provost record external add users/lea --home catalogs/safety --title \"First "
                 "aid\" --completed 2026-03-01");
  add->add_option("learner", added->learner, "Whose, such as users/lea")->required();
  add->add_option("--home", added->home, "The catalog, course or plan that it is entered at")
      ->type_name("SCOPE")
      ->required();
  add_fields(add, *added, true);
  OnRun(tool, add, added, RunExternalAdd);

  auto listed = std::make_shared<ExternalOptions>();
  CLI::App* const list =
      AddCommand(*external, "list", "Those of a person.", "provost record external list users/lea");
  list->add_option("learner", listed->learner, "Whose; your own if left out");
  OnRun(tool, list, listed, RunExternalList);

  auto changed = std::make_shared<ExternalOptions>();
  CLI::App* const change =
      AddCommand(*external, "change", "Corrects one; what it was is kept.",
                 "provost record external change 7.33 --title \"First aid II\" --reason Typo");
  change->add_option("name", changed->name, "Which one, such as 7.33")->required();
  add_fields(change, *changed, false);
  change->add_flag("--no-file", changed->no_file, "Take away the file that shows it");
  change->add_option("--reason", changed->reason, "Why, for the records")
      ->type_name("TEXT")
      ->required();
  OnRun(tool, change, changed, RunExternalChange);

  auto uploaded = std::make_shared<EvidenceOptions>();
  CLI::App* const upload = AddCommand(
      *external, "upload", "Brings a file that shows one; another is kept with the past.",
      "provost record external upload 7.33 aid.pdf");
  upload->add_option("name", uploaded->name, "Which one, such as 7.33")->required();
  upload->add_option("file", uploaded->file, "The file")->required();
  upload->add_option("--media-type", uploaded->media_type, "What it is (by its name's ending)")
      ->type_name("TYPE");
  upload->add_option("--reason", uploaded->reason, "Why it takes the place of another")
      ->type_name("TEXT");
  upload->add_option("--etag", uploaded->etag, "Refuse if it has changed since this etag was read");
  OnRun(tool, upload, uploaded, RunExternalUpload);

  auto downloaded = std::make_shared<EvidenceOptions>();
  CLI::App* const download =
      AddCommand(*external, "download", "Writes the file that shows one, or a part of it.",
                 "provost record external download 7.33 --output aid.pdf");
  download->add_option("name", downloaded->name, "Which one, such as 7.33")->required();
  download->add_option("--output", downloaded->output, "The file to write (standard output)")
      ->type_name("FILE");
  download
      ->add_option("--before", downloaded->before,
                   "That of before a correction; 1: the oldest kept")
      ->type_name("N");
  download->add_option("--offset", downloaded->offset, "From this byte on")->type_name("BYTES");
  download->add_option("--length", downloaded->length, "At most this many (to the end)")
      ->type_name("BYTES");
  OnRun(tool, download, downloaded, RunExternalDownload);

  auto deleted = std::make_shared<ExternalOptions>();
  CLI::App* const del =
      AddCommand(*external, "delete", "Takes one away.", "provost record external delete 7.33");
  del->add_option("name", deleted->name, "Which one, such as 7.33")->required();
  OnRun(tool, del, deleted, RunExternalDelete);
}

}  // namespace provost::cli
