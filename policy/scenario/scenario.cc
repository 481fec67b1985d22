#include "policy/scenario/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "policy/compiler/compiler.h"
#include "policy/compiler/diagnostic.h"
#include "policy/compiler/read_source.h"
#include "policy/compiler/syntax.h"
#include "policy/scenario/json.h"
#include "policy/scenario/validate.h"

namespace provost {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::StatusOr<std::string> ReadText(const std::string& path, absl::string_view what,
                                     size_t limit) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat(what, " `", path, "` is a folder; wanted a file"));
  }
  // A device may have no end, and a pipe no writer.
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " `", path, "` is a device or a pipe; wanted a file"));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", what, " `", path, "`"));
  std::string content;
  char block[1 << 16];
  while (file.read(block, sizeof(block)) || file.gcount() > 0) {
    content.append(block, static_cast<size_t>(file.gcount()));
    if (content.size() > limit) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, " `", path, "` has more than ", limit, " bytes, which is the limit"));
    }
  }
  if (file.bad()) return absl::NotFoundError(absl::StrCat("cannot read ", what, " `", path, "`"));
  return content;
}

// Where the byte at `offset` stands.
Position PositionOf(absl::string_view text, size_t offset) {
  Position at{1, 1};
  for (char c : text.substr(0, offset)) {
    if (c == '\n') {
      at = {at.line + 1, 1};
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++at.column;
    }
  }
  return at;
}

// The element that a Diagnostic's field path, e.g. "roles[3].grants[0].permissions[1]", names; as
// far as it can be followed.
SourceElement FindElement(const Message& root, absl::string_view path) {
  SourceElement element{&root, 0, -1};
  for (absl::string_view part : absl::StrSplit(path, '.', absl::SkipEmpty())) {
    const Message& message = *element.message;
    const std::vector<std::string> pieces = absl::StrSplit(part, absl::ByAnyChar("[]"));
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(pieces[0]);
    if (field == nullptr) return element;
    int index = -1;
    if (pieces.size() > 1 && !absl::SimpleAtoi(pieces[1], &index)) index = -1;
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    if (field->is_repeated() && (index < 0 || index >= reflection.FieldSize(message, field))) {
      return {&message, field->number(), -1};
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return {&message, field->number(), index};
    }
    if (!field->is_repeated() && !reflection.HasField(message, field)) {
      return {&message, field->number(), -1};
    }
    element.message = field->is_repeated() ? &reflection.GetRepeatedMessage(message, field, index)
                                           : &reflection.GetMessage(message, field);
  }
  return element;
}

// The policy that the scenario names or carries; null after an error was reported.
std::shared_ptr<const Matrix> FindPolicy(const v1::Scenario& scenario, const std::string& path,
                                         Report& report) {
  const SourceElement policy{&scenario, v1::Scenario::kPolicyFieldNumber, -1};
  if (scenario.has_inline_policy()) {
    const v1::PolicySource& source = scenario.inline_policy();
    if (!scenario.policy().empty()) {
      report.Error(policy, "both `policy` and `inline_policy` are set; wanted one");
      return nullptr;
    }
    CompileOptions options;
    options.file_name = path;
    const CompileResult result = Compile(source, options);
    for (const Diagnostic& diagnostic : result.diagnostics) {
      if (diagnostic.severity != Diagnostic::Severity::kError) continue;
      report.Error(FindElement(source, diagnostic.field), diagnostic.message);
    }
    return result.matrix;
  }
  if (scenario.policy().empty()) {
    report.Error({&scenario, 0, -1}, "no policy; wanted `policy` or `inline_policy`");
    return nullptr;
  }
  const std::vector<std::string> presets = PresetNames();
  if (std::find(presets.begin(), presets.end(), scenario.policy()) != presets.end()) {
    const absl::StatusOr<std::shared_ptr<const Matrix>> preset = CompilePreset(scenario.policy());
    if (preset.ok()) return *preset;
    report.Error(policy, std::string(preset.status().message()));
    return nullptr;
  }
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const std::string file = (folder / scenario.policy()).string();
  const absl::StatusOr<std::string> text = ReadText(file, "policy", kMaxPolicyBytes);
  if (!text.ok()) {
    const std::vector<absl::string_view> names(presets.begin(), presets.end());
    report.Error(policy, absl::StrCat("`", scenario.policy(),
                                      "` is no preset, and: ", text.status().message(),
                                      DidYouMean(scenario.policy(), names)));
    return nullptr;
  }
  if (absl::StartsWith(*text, kCompiledPolicyMagic)) {
    report.Error(policy, absl::StrCat("`", scenario.policy(),
                                      "` is a compiled policy; wanted the text it is made from"));
    return nullptr;
  }
  CompileOptions options;
  options.file_name = file;
  const CompileResult result = CompileText(*text, options);
  for (const Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.severity != Diagnostic::Severity::kError) continue;
    report.Error(policy, absl::StrCat("in the policy: ", diagnostic.ToString()));
  }
  return result.matrix;
}

}  // namespace

absl::StatusOr<ScenarioFile> ScenarioFile::Load(const std::string& path) {
  absl::StatusOr<std::string> text = ReadText(path, "scenario", kMaxScenarioBytes);
  if (!text.ok()) return text.status();
  return Parse(*text, path);
}

absl::StatusOr<ScenarioFile> ScenarioFile::Parse(absl::string_view text, const std::string& path) {
  ScenarioFile file;
  file.path_ = path;
  file.scenario_ = std::make_unique<v1::Scenario>();
  Report report(path, *file.scenario_, file.positions_);
  const size_t bad = FirstBadUtf8(text);
  if (bad != absl::string_view::npos) {
    report.ErrorAt(PositionOf(text, bad), "the text is not UTF-8 here");
    return StatusOf(report.Take());
  }
  const bool is_json = absl::EndsWith(absl::AsciiStrToLower(path), ".json");
  const SyntaxTree tree =
      is_json ? ParseJson(text, *v1::Scenario::descriptor()) : ParseSyntax(text);
  for (const SyntaxProblem& problem : tree.problems) report.ErrorAt(problem.at, problem.message);
  ReadSource(tree, *file.scenario_, file.positions_, report);
  // What could not be read would be missed below, in complaints that are none.
  if (report.has_errors()) return StatusOf(report.Take());
  if (CheckTimestamps(*file.scenario_, report)) {
    file.matrix_ = FindPolicy(*file.scenario_, path, report);
    CheckScenario(*file.scenario_, file.matrix_.get(), report);
  }
  if (report.has_errors()) return StatusOf(report.Take());
  return file;
}

std::string ScenarioFile::PlaceOf(const Message& message) const {
  const Position at = positions_.Of({&message, 0, -1});
  return at.line == 0 ? path_ : absl::StrCat(path_, ":", at.line, ":", at.column);
}

std::vector<ScenarioSubject> SubjectsOf(const v1::Scenario& scenario) {
  std::vector<ScenarioSubject> subjects;
  absl::flat_hash_set<absl::string_view> seen;
  for (const v1::Scenario::User& user : scenario.users()) {
    if (!seen.insert(user.id()).second) continue;
    subjects.push_back({user.id(), SubjectKind::kUser, user.suspended(), ""});
  }
  for (const v1::Scenario::Group& group : scenario.groups()) {
    if (!seen.insert(group.id()).second) continue;
    subjects.push_back(
        {group.id(), SubjectKind::kGroup, group.suspended(), group.home(), group.by_rule()});
  }
  auto name = [&](const std::string& id) {
    if (seen.insert(id).second) subjects.push_back({id, SubjectKind::kUser, false, ""});
  };
  for (const v1::Scenario::Group& group : scenario.groups()) {
    for (const v1::Scenario::Member& member : group.members()) name(member.id());
  }
  for (const v1::Scenario::Assignment& assignment : scenario.assignments()) {
    name(assignment.subject());
  }
  return subjects;
}

std::vector<const v1::Scenario::ScopeNode*> ScopesInOrder(const v1::Scenario& scenario) {
  using ScopeNode = v1::Scenario::ScopeNode;
  absl::flat_hash_map<absl::string_view, const ScopeNode*> nodes;
  for (const ScopeNode& node : scenario.scopes()) nodes.emplace(node.id(), &node);
  std::vector<const ScopeNode*> order;
  absl::flat_hash_set<const ScopeNode*> placed;
  for (const ScopeNode& node : scenario.scopes()) {
    // Those above that have no place yet, from the node up.
    std::vector<const ScopeNode*> above;
    for (const ScopeNode* at = &node; at != nullptr && placed.insert(at).second;) {
      above.push_back(at);
      const auto parent = nodes.find(at->parent());
      at = parent == nodes.end() ? nullptr : parent->second;
    }
    order.insert(order.end(), above.rbegin(), above.rend());
  }
  return order;
}

absl::Time InstantOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace provost
