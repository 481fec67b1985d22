// The commands of `provost policy` that need no server.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "policy/compiler/compiler.h"
#include "policy/compiler/diagnostic.h"
#include "policy/compiler/diff.h"
#include "policy/compiler/dump.h"
#include "policy/compiler/format.h"
#include "policy/compiler/print.h"
#include "policy/compiler/read_source.h"
#include "policy/compiler/source_map.h"
#include "policy/compiler/syntax.h"
#include "tools/provost/command.h"
#include "tools/provost/files.h"
#include "tools/provost/policy_diff.h"
#include "tools/provost/policy_source.h"
#include "tools/provost/table.h"

namespace provost::cli {
namespace {

struct FileOptions {
  std::vector<std::string> files;
  std::string file;
  std::string output;
  std::string format = "table";
  std::string kind;
  bool preset_rules = false;
  bool check = false;
  bool in_place = false;
};

// The diagnostics of a policy, in the colours of their severity.
std::string RenderDiagnostics(const std::vector<Diagnostic>& diagnostics, const Look& look) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) {
    const bool is_error = diagnostic.severity == Diagnostic::Severity::kError;
    absl::StrAppend(
        &out, Paint(look, is_error ? Tone::kBad : Tone::kWarning, Printable(diagnostic.ToString())),
        "\n");
  }
  return out;
}

std::string Counted(size_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

void TellRight(Context& context, const PolicyText& policy, const Matrix& matrix) {
  context.out() << policy.name << ": " << Paint(context.look(), Tone::kGood, "ok")
                << (policy.is_compiled ? ", a compiled policy, " : ", ")
                << Counted(matrix.roles().size(), "role") << ", "
                << Counted(matrix.permissions().size(), "permission") << ", "
                << Counted(matrix.cells().size(), "cell") << "\n";
}

absl::StatusOr<int> RunCheck(Context& context, const FileOptions& options) {
  bool is_right = true;
  for (const std::string& file : options.files) {
    const auto policy = ReadPolicyText(context, file);
    if (!policy.ok()) return policy.status();
    if (policy->is_compiled) {
      const auto loaded = LoadCompiled(*policy);
      if (!loaded.ok()) return loaded.status();
      TellRight(context, *policy, **loaded);
      continue;
    }
    CompileOptions compile;
    compile.file_name = policy->name;
    compile.preset_rules = options.preset_rules || policy->is_preset;
    const CompileResult result = CompileText(policy->text, compile);
    context.out() << RenderDiagnostics(result.diagnostics, context.look());
    if (result.matrix == nullptr) {
      is_right = false;
      continue;
    }
    TellRight(context, *policy, *result.matrix);
  }
  return is_right ? kExitOk : kExitDenied;
}

absl::StatusOr<int> RunFormat(Context& context, const FileOptions& options) {
  bool is_formatted = true;
  for (const std::string& file : options.files) {
    const auto policy = ReadPolicyText(context, file);
    if (!policy.ok()) return policy.status();
    if (absl::Status status = WantText(*policy); !status.ok()) return status;
    const auto text = FormatPolicy(policy->text, policy->name);
    if (!text.ok()) return text.status();
    if (options.check) {
      if (*text == policy->text) continue;
      context.out() << policy->name << ": not formatted\n";
      is_formatted = false;
    } else if (options.in_place && file != "-" && !policy->is_preset) {
      if (*text == policy->text) continue;
      if (absl::Status status = WriteOutput(context, file, *text); !status.ok()) return status;
      context.out() << file << ": formatted\n";
    } else {
      context.out() << *text;
    }
  }
  return is_formatted ? kExitOk : kExitDenied;
}

absl::StatusOr<int> RunPrint(Context& context, const FileOptions& options) {
  const auto matrix = ReadMatrix(context, options.file);
  if (!matrix.ok()) return matrix.status();
  if (options.format == "dump") {
    context.out() << DumpMatrix(**matrix);
    return kExitOk;
  }
  PrintOptions print;
  print.format = options.format == "markdown" ? PrintFormat::kMarkdown : PrintFormat::kTable;
  if (!options.kind.empty()) {
    print.kinds = KindSet();
    for (ScopeKind kind : kAllScopeKinds) {
      if (ScopeKindName(kind) == options.kind) print.kinds.Add(kind);
    }
  }
  context.out() << PrintMatrix(**matrix, print);
  return kExitOk;
}

// Whether the policy says which digest its base has. False where it cannot be read.
bool PinsBase(const PolicyText& policy) {
  v1::PolicySource source;
  SourceMap map;
  Report report(policy.name, source, map);
  ReadSource(ParseSyntax(policy.text), source, map, report);
  return !source.extends().digest().empty();
}

absl::StatusOr<int> RunCompile(Context& context, const FileOptions& options) {
  const auto policy = ReadPolicyText(context, options.file);
  if (!policy.ok()) return policy.status();
  const auto matrix = MatrixOf(*policy);
  if (!matrix.ok()) return matrix.status();
  const std::string bytes = (*matrix)->Serialize();
  if (!options.output.empty()) {
    if (absl::Status status = WriteOutput(context, options.output, bytes); !status.ok()) {
      return status;
    }
  }
  const MatrixData& data = (*matrix)->data();
  std::string pin;
  if (!data.base_name.empty() && !policy->is_compiled && !PinsBase(*policy)) {
    pin = absl::StrCat("extends { name: \"", data.base_name, "\" digest: \"", data.base_digest,
                       "\" }");
  }
  context.out() << RenderFields(
      {{"name", data.name},
       {"version", data.version},
       {"extends",
        data.base_name.empty() ? "" : absl::StrCat(data.base_name, " ", data.base_digest)},
       {"digest", (*matrix)->digest()},
       {"bytes", absl::StrCat(bytes.size())},
       {"written to", options.output},
       {"to pin the base, write", pin}},
      context.look());
  return kExitOk;
}

struct DiffOptions {
  std::string before;
  std::string after;
  bool exit_code = false;
};

absl::StatusOr<int> RunDiff(Context& context, const DiffOptions& options) {
  if (IsServerVersion(options.before) || IsServerVersion(options.after)) {
    const auto differs = DiffOnServer(context, options.before, options.after);
    if (!differs.ok()) return differs.status();
    return options.exit_code && *differs ? kExitDenied : kExitOk;
  }
  const auto before = ReadMatrix(context, options.before);
  if (!before.ok()) return before.status();
  const auto after = ReadMatrix(context, options.after);
  if (!after.ok()) return after.status();
  const MatrixDiff diff = DiffMatrices(**before, **after);
  context.out() << PaintDiff(DiffText(diff), context.look());
  return options.exit_code && !diff.empty() ? kExitDenied : kExitOk;
}

void AddPolicyFile(CLI::App* command, std::string& file) {
  command->add_option("file", file, "A file, a preset's name, or - for standard input")->required();
}

}  // namespace

std::string PaintDiff(const std::string& text, const Look& look) {
  if (!look.color) return text;
  std::string out;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view trimmed =
        line.substr(std::min(line.find_first_not_of(' '), line.size()));
    const char mark = trimmed.empty() ? '\0' : trimmed[0];
    const Tone tone = mark == '+'   ? Tone::kGood
                      : mark == '-' ? Tone::kBad
                      : mark == '~' ? Tone::kWarning
                                    : Tone::kPlain;
    absl::StrAppend(&out, out.empty() ? "" : "\n", Paint(look, tone, line));
  }
  return out;
}

void AddPolicyCommands(Tool& tool) {
  CLI::App* const policy =
      AddGroup(tool.app, "policy", "Checks, prints, compares, applies policies.",
               "provost policy print lms365");
  policy->group("Policies");

  auto check = std::make_shared<FileOptions>();
  CLI::App* command =
      AddCommand(*policy, "check", "Says all that is wrong with policies. Exits with 0 or 1.",
                 "provost policy check policy.textproto");
  command->add_option("files", check->files, "Files, presets' names, or - for standard input")
      ->required();
  command->add_flag("--preset-rules", check->preset_rules,
                    "Cells that cannot be asked or used are errors instead of warnings");
  OnRun(tool, command, check, RunCheck);

  auto format = std::make_shared<FileOptions>();
  command = AddCommand(*policy, "fmt", "Prints policies in the canonical form.",
                       "provost policy fmt -i policy.textproto");
  command->add_option("files", format->files, "Files, or - for standard input")->required();
  auto* const in_place =
      command->add_flag("-i,--in-place", format->in_place, "Rewrite the files instead of printing");
  command->add_flag("--check", format->check, "Only say which are not formatted; exits with 0 or 1")
      ->excludes(in_place);
  OnRun(tool, command, format, RunFormat);

  auto print = std::make_shared<FileOptions>();
  command = AddCommand(*policy, "print", "Prints the matrix, each cell with where it comes from.",
                       "provost policy print lms365 --format markdown");
  AddPolicyFile(command, print->file);
  command->add_option("--format", print->format, "table, markdown, or dump (a line for each cell)")
      ->check(CLI::IsMember({"table", "markdown", "dump"}))
      ->type_name("FORM")
      ->capture_default_str();
  command->add_option("--kind", print->kind, "Only the table for scopes of this kind")
      ->transform(CLI::IsMember({"TENANT", "CATALOG", "COURSE", "SESSION"}, CLI::ignore_case))
      ->type_name("KIND");
  OnRun(tool, command, print, RunPrint);

  auto diff = std::make_shared<DiffOptions>();
  command = AddCommand(*policy, "diff",
                       "Lists every cell gained and lost from one policy to another. Where one is "
                       "a version of the tenant's (policyVersions/3, active), a server is asked.",
                       "provost policy diff lms365 policy.textproto");
  command->add_option("before", diff->before, "A file, a preset's name, or a version")->required();
  command->add_option("after", diff->after, "A file, a preset's name, or a version")->required();
  command->add_flag("--exit-code", diff->exit_code, "Exit with 1 where they differ");
  OnRun(tool, command, diff, RunDiff);

  auto compile = std::make_shared<FileOptions>();
  command =
      AddCommand(*policy, "compile", "Compiles a policy into the flat form that engines load.",
                 "provost policy compile policy.textproto -o policy.matrix");
  AddPolicyFile(command, compile->file);
  command->add_option("-o,--output", compile->output, "Where to write it; else only its digest")
      ->type_name("FILE");
  OnRun(tool, command, compile, RunCompile);

  AddPolicyVersionCommands(tool, *policy);
}

}  // namespace provost::cli
