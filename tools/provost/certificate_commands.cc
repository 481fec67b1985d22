// What `provost certificates` has beside the commands that every resource has, and what else is
// printed: `provost transcript` and `provost sessions sheet`.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/certificate_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/files.h"
#include "tools/provost/render_message.h"

namespace provost::cli {
namespace {

struct IssueOptions : ChangeOptions {
  std::string learner;
  std::string training;
  std::string certificate_template;
  std::string reason;
};

struct PrintOptions {
  std::string name;
  std::string output;
  bool sign = false;
};

struct VerifyOptions {
  std::string code;
};

absl::StatusOr<int> RunIssue(Context& context, const IssueOptions& options) {
  const Names names = context.names();
  v1::IssueCertificateRequest request;
  if (absl::Status status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  auto learner = names.Full(options.learner, "users");
  if (!learner.ok()) return learner.status();
  request.set_learner(*std::move(learner));
  auto training = names.Full(options.training, "courses");
  if (!training.ok()) return training.status();
  request.set_training(*std::move(training));
  if (!options.certificate_template.empty()) {
    auto name = names.Full(options.certificate_template, "certificateTemplates");
    if (!name.ok()) return name.status();
    request.set_certificate_template(*std::move(name));
  }
  request.set_reason(options.reason);
  options.FillChange(request);
  v1::Certificate certificate;
  absl::Status status = context.Call("CertificateService.IssueCertificate", request, certificate);
  if (!status.ok()) return status;
  context.Answer(certificate, options.dry_run
                                  ? absl::StrCat("would be issued to ",
                                                 Printable(names.Short(request.learner())), "\n")
                                  : absl::StrCat("issued ", names.Short(certificate.name()),
                                                 ", number ", certificate.number(), "\n"));
  return kExitOk;
}

// Writes what the server printed to the file that was asked for, or to one of its own name here,
// and says where it is.
template <typename Response>
absl::StatusOr<int> Keep(Context& context, const PrintOptions& options, const Response& response) {
  const std::string path = options.output.empty() ? response.file_name() : options.output;
  if (absl::Status status = WriteOutput(context, path, response.pdf()); !status.ok()) return status;
  if (path != "-") context.out() << path << "\n";
  return kExitOk;
}

absl::StatusOr<int> RunDownload(Context& context, const PrintOptions& options) {
  v1::DownloadCertificateRequest request;
  auto name = context.names().Full(options.name, "certificates");
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  v1::DownloadCertificateResponse response;
  absl::Status status = context.Call("CertificateService.DownloadCertificate", request, response);
  if (!status.ok()) return status;
  return Keep(context, options, response);
}

absl::StatusOr<int> RunTranscript(Context& context, const PrintOptions& options) {
  v1::DownloadTranscriptRequest request;
  auto learner =
      options.name.empty() ? context.Actor() : context.names().Full(options.name, "users");
  if (!learner.ok()) return learner.status();
  request.set_learner(*std::move(learner));
  v1::DownloadTranscriptResponse response;
  absl::Status status = context.Call("CertificateService.DownloadTranscript", request, response);
  if (!status.ok()) return status;
  return Keep(context, options, response);
}

absl::StatusOr<int> RunSheet(Context& context, const PrintOptions& options) {
  v1::PrintAttendanceSheetRequest request;
  auto session = context.names().Full(options.name, "sessions");
  if (!session.ok()) return session.status();
  request.set_session(*std::move(session));
  request.set_for_signatures(options.sign);
  v1::PrintAttendanceSheetResponse response;
  absl::Status status = context.Call("CertificateService.PrintAttendanceSheet", request, response);
  if (!status.ok()) return status;
  return Keep(context, options, response);
}

absl::StatusOr<int> RunVerify(Context& context, const VerifyOptions& options) {
  const Names names = context.names();
  v1::VerifyCertificateRequest request;
  if (absl::Status status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  request.set_code(options.code);
  v1::VerifyCertificateResponse response;
  absl::Status status = context.Call("CertificateService.VerifyCertificate", request, response);
  if (!status.ok()) return status;
  context.Answer(response, RenderMessage(response, names, context.look()));
  return response.state() == v1::Certificate::VALID ? kExitOk : kExitDenied;
}

void AddOutputOption(CLI::App* command, PrintOptions& options) {
  command
      ->add_option("--output", options.output,
                   "File to write; - is standard output. Left out: one here, named by the server")
      ->type_name("FILE");
}

}  // namespace

void AddCertificateCommands(Tool& tool, CLI::App& certificates) {
  auto issued = std::make_shared<IssueOptions>();
  CLI::App* const issue = AddCommand(
      certificates, "issue", "Issues a certificate by hand to who has completed a training.",
      "provost certificates issue users/lea --in courses/fire --reason \"Lost in the move\"");
  issue->add_option("learner", issued->learner, "Who has completed it, such as users/lea")
      ->required();
  issue->add_option("--in", issued->training, "The course or the training plan: courses/fire")
      ->type_name("SCOPE")
      ->required();
  issue
      ->add_option("--template", issued->certificate_template,
                   "What it looks like; that of the training's rules if left out")
      ->type_name("TEMPLATE");
  issue->add_option("--reason", issued->reason, "Why by hand, for the records")
      ->type_name("TEXT")
      ->required();
  issued->AddChangeOptions(issue);
  OnRun(tool, issue, issued, RunIssue);

  auto downloaded = std::make_shared<PrintOptions>();
  CLI::App* const download =
      AddCommand(certificates, "download", "Writes a certificate as a PDF, and prints its path.",
                 "provost certificates download 17 --output certificate.pdf");
  download->add_option("name", downloaded->name, "Which one, such as 17")->required();
  AddOutputOption(download, *downloaded);
  OnRun(tool, download, downloaded, RunDownload);

  auto verified = std::make_shared<VerifyOptions>();
  CLI::App* const verify = AddCommand(
      certificates, "verify",
      "Says what the certificate with a code says, to anyone; exits with 1 unless it is valid.",
      "provost --tenant acme certificates verify 7K3M-9QZ2-4TRB-X1DD-08WE-5CVN-JH");
  verify->add_option("code", verified->code, "The code on the certificate")->required();
  OnRun(tool, verify, verified, RunVerify);
}

void AddTranscriptCommand(Tool& tool) {
  auto options = std::make_shared<PrintOptions>();
  CLI::App* const command = AddCommand(
      tool.app, "transcript", "Writes the trainings of a person as a PDF, and prints its path.",
      "provost --as users/lea transcript --output transcript.pdf");
  command->group("Resources");
  command->add_option("learner", options->name, "Whose, such as users/lea; your own if left out");
  AddOutputOption(command, *options);
  OnRun(tool, command, options, RunTranscript);
}

void AddSessionSheetCommand(Tool& tool, CLI::App& sessions) {
  auto options = std::make_shared<PrintOptions>();
  CLI::App* const command =
      AddCommand(sessions, "sheet", "Writes a session's roster as a PDF, and prints its path.",
                 "provost sessions sheet 2026-11-03 --sign --output sheet.pdf");
  command->add_option("name", options->name, "Which one, such as 2026-11-03")->required();
  command->add_flag("--sign", options->sign,
                    "With boxes to sign in; otherwise with what was noted");
  AddOutputOption(command, *options);
  OnRun(tool, command, options, RunSheet);
}

}  // namespace provost::cli
