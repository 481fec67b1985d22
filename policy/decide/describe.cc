#include "policy/decide/describe.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/matrix/utf8.h"

namespace provost {
namespace {

using Via = RoleDerivation::Via;

std::string Quoted(absl::string_view word) { return absl::StrCat("`", Printable(word), "`"); }

std::string QuotedList(const std::vector<std::string>& words, absl::string_view separator) {
  return absl::StrJoin(words, separator, [](std::string* out, const std::string& word) {
    absl::StrAppend(out, Quoted(word));
  });
}

FactSetTexts AlternativesText(const Matrix& matrix, const CellValue& value) {
  FactSetTexts texts;
  if (value.effect != Effect::kAllow) return texts;
  for (uint8_t i = 0; i < value.count; ++i) texts.push_back(matrix.FactNames(value.sets[i]));
  return texts;
}

absl::string_view RankText(Rank rank) {
  switch (rank) {
    case Rank::kWildcard:
      return "wildcard";
    case Rank::kImplied:
      return "implied";
    case Rank::kExact:
      return "exact";
  }
  return "";
}

CellText DescribeCell(const Matrix& matrix, const CellInfo& cell) {
  CellText text;
  text.effect = std::string(EffectName(cell.effect));
  for (FactSet facts : cell.alternatives) text.alternatives.push_back(matrix.FactNames(facts));
  text.rank = std::string(RankText(cell.rank));
  text.source = cell.source;
  return text;
}

OverrideText DescribeOverride(const WorldState& state, const OverrideTrace& trace) {
  OverrideText text;
  text.scope = std::string(state.ScopeName(trace.scope));
  text.effect = std::string(EffectName(trace.record.effect));
  if (trace.record.facts_set) {
    text.alternatives.push_back(state.matrix().FactNames(trace.record.facts));
  }
  text.locked = trace.record.locked;
  text.implied = trace.implied;
  text.ignored = trace.below_a_lock || trace.outranked;
  return text;
}

HeldRoleText DescribeRole(const WorldState& state, const RoleDerivation& role) {
  const Matrix& matrix = state.matrix();
  HeldRoleText text;
  text.role = matrix.role(role.role).name;
  text.via = role.via;
  text.scope = std::string(state.ScopeName(role.scope));
  for (const GroupStep& step : role.chain) {
    text.groups.emplace_back(state.SubjectName(step.group));
  }
  text.until = TimeText(role.until);
  text.has_cell = role.cell != nullptr;
  if (text.has_cell) text.cell = DescribeCell(matrix, *role.cell);
  for (const OverrideTrace& trace : role.overrides) {
    text.overrides.push_back(DescribeOverride(state, trace));
  }
  if (role.effect.effect != Effect::kNone) {
    text.effect = std::string(EffectName(role.effect.effect));
  }
  text.alternatives = AlternativesText(matrix, role.effect);
  text.missing = matrix.FactNames(role.missing);
  return text;
}

NearestMissText DescribeMiss(const WorldState& state, const Explanation& explanation) {
  const NearestMiss& miss = explanation.nearest_miss;
  NearestMissText text;
  text.kind = miss.kind;
  if (miss.kind == NearestMiss::Kind::kNone) return text;
  const Matrix& matrix = state.matrix();
  text.role = matrix.role(miss.role).name;
  text.facts = matrix.FactNames(miss.missing);
  if (miss.kind == NearestMiss::Kind::kAssignment) {
    text.scope = std::string(state.ScopeName(miss.scope));
  } else if (miss.blocking.has_value()) {
    text.scope = std::string(state.ScopeName(miss.blocking->scope));
  } else if (miss.kind != NearestMiss::Kind::kFact) {
    for (const RoleDerivation& role : explanation.roles) {
      if (role.role == miss.role && role.cell != nullptr) text.source = role.cell->source;
    }
  }
  return text;
}

// --- the tree ---

struct Line {
  std::string text;
  std::vector<Line> below;
};

constexpr absl::string_view kGreen = "\x1b[32m";
constexpr absl::string_view kRed = "\x1b[31m";
constexpr absl::string_view kPlain = "\x1b[0m";

std::string Coloured(absl::string_view text, absl::string_view colour, bool on) {
  return on ? absl::StrCat(colour, text, kPlain) : std::string(text);
}

// "ALLOW if `creator`", "ALLOW if `self` and `published`, or if `creator`".
std::string EffectText(absl::string_view effect, const FactSetTexts& alternatives) {
  std::vector<std::string> ways;
  for (const std::vector<std::string>& facts : alternatives) {
    if (facts.empty()) return std::string(effect);
    ways.push_back(absl::StrCat("if ", QuotedList(facts, " and ")));
  }
  return absl::StrCat(effect, ways.empty() ? "" : " ", absl::StrJoin(ways, ", or "));
}

std::string HeldText(const HeldRoleText& role) {
  std::string text = Quoted(role.role);
  switch (role.via) {
    case Via::kDefault:
      return absl::StrCat(text, ", the default role");
    case Via::kAnonymous:
      return absl::StrCat(text, ", the role of anonymous");
    case Via::kActingAs:
      return absl::StrCat(text, ", acted as at ", Quoted(role.scope));
    case Via::kAssignment:
      absl::StrAppend(&text, " at ", Quoted(role.scope));
      break;
    case Via::kReach:
      absl::StrAppend(&text, " at ", Quoted(role.scope), ", reaching up");
      break;
  }
  if (!role.groups.empty()) {
    absl::StrAppend(&text, ", through ", role.groups.size() == 1 ? "group " : "groups ",
                    QuotedList(role.groups, " in "));
  }
  if (!role.until.empty()) absl::StrAppend(&text, ", until ", role.until);
  return text;
}

Line RoleLine(const HeldRoleText& role, bool colour) {
  Line line{HeldText(role), {}};
  if (role.has_cell) {
    std::string cell = absl::StrCat("cell: ", EffectText(role.cell.effect, role.cell.alternatives),
                                    " (", role.cell.rank);
    if (!role.cell.source.empty()) absl::StrAppend(&cell, ", ", role.cell.source);
    line.below.push_back({absl::StrCat(cell, ")"), {}});
  } else {
    line.below.push_back({"cell: none", {}});
  }
  for (const OverrideText& each : role.overrides) {
    std::string text = absl::StrCat("override at ", Quoted(each.scope), ": ",
                                    EffectText(each.effect, each.alternatives));
    if (each.locked) absl::StrAppend(&text, ", locked");
    if (each.implied) absl::StrAppend(&text, ", by implication");
    if (each.ignored) absl::StrAppend(&text, " (does not count)");
    line.below.push_back({std::move(text), {}});
  }
  const bool denies = role.effect == "PREVENT" || role.effect == "PROHIBIT";
  if (role.effect == "ALLOW" && !role.missing.empty()) {
    line.below.push_back({absl::StrCat("comes to ", EffectText(role.effect, role.alternatives),
                                       "; missing: ", QuotedList(role.missing, ", ")),
                          {}});
  } else if (role.effect == "ALLOW") {
    line.below.push_back(
        {absl::StrCat("comes to ",
                      Coloured(EffectText(role.effect, role.alternatives), kGreen, colour)),
         {}});
  } else if (denies) {
    line.below.push_back({absl::StrCat("comes to ", Coloured(role.effect, kRed, colour)), {}});
  } else if (!role.overrides.empty()) {
    line.below.push_back({"comes to nothing", {}});
  }
  return line;
}

std::string MissText(const NearestMissText& miss) {
  auto blocker = [&](absl::string_view verb) {
    const std::string what =
        miss.scope.empty() ? absl::StrCat("the policy's own cell", miss.source.empty() ? "" : " (",
                                          miss.source, miss.source.empty() ? "" : ")")
                           : absl::StrCat("the override at ", Quoted(miss.scope));
    return absl::StrCat("nearest miss: ", what, " ", verb, " it for ", Quoted(miss.role));
  };
  switch (miss.kind) {
    case NearestMiss::Kind::kNone:
      return "";
    case NearestMiss::Kind::kFact:
      return absl::StrCat("nearest miss: ", Quoted(miss.role), " would allow it, given ",
                          QuotedList(miss.facts, " and "));
    case NearestMiss::Kind::kPrevent:
      return blocker("prevents");
    case NearestMiss::Kind::kProhibit:
      return blocker("prohibits");
    case NearestMiss::Kind::kAssignment:
      return absl::StrCat("nearest miss: ", Quoted(miss.role), " at ", Quoted(miss.scope),
                          " would allow it");
  }
  return "";
}

Line ExplanationLine(const ExplanationText& text, bool colour) {
  Line line;
  line.text = text.allowed ? Coloured("allowed", kGreen, colour)
                           : absl::StrCat(Coloured("denied", kRed, colour), ", ", text.reason);
  if (!text.until.empty()) absl::StrAppend(&line.text, " until ", text.until);
  for (const HeldRoleText& role : text.roles) line.below.push_back(RoleLine(role, colour));
  if (text.roles.empty()) {
    line.below.push_back(
        {text.acting_role.empty() ? "no role is held on the path" : "the role is not acted as here",
         {}});
  }
  if (!text.freezes.empty()) {
    line.below.push_back({absl::StrCat("frozen: ", absl::StrJoin(text.freezes, ", ")), {}});
  }
  const std::string miss = MissText(text.nearest_miss);
  if (!miss.empty()) line.below.push_back({miss, {}});
  if (text.as_self != nullptr) {
    Line self = ExplanationLine(*text.as_self, colour);
    self.text = absl::StrCat("as oneself: ", self.text);
    line.below.push_back(std::move(self));
  }
  return line;
}

void AppendTree(const Line& line, const std::string& first, const std::string& rest,
                std::string* out) {
  absl::StrAppend(out, first, line.text, "\n");
  for (size_t i = 0; i < line.below.size(); ++i) {
    const bool last = i + 1 == line.below.size();
    AppendTree(line.below[i], absl::StrCat(rest, last ? "└─ " : "├─ "),
               absl::StrCat(rest, last ? "   " : "│  "), out);
  }
}

}  // namespace

std::string TimeText(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return "";
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

ExplanationText Describe(const WorldState& state, const Explanation& explanation,
                         absl::string_view subject, absl::string_view scope,
                         absl::string_view acting_scope) {
  const Question& question = explanation.question;
  const Matrix& matrix = state.matrix();
  ExplanationText text;
  text.allowed = explanation.decision.allowed();
  text.reason = std::string(ReasonName(explanation.decision.reason));
  text.subject = std::string(subject);
  text.permission = matrix.permission(question.permission).name;
  text.scope = std::string(scope);
  text.facts = matrix.FactNames(question.facts);
  text.time = TimeText(question.time);
  if (question.acting_as.has_value()) {
    text.acting_role = matrix.role(question.acting_as->role).name;
    text.acting_scope = std::string(acting_scope);
  }
  for (const RoleDerivation& role : explanation.roles) {
    text.roles.push_back(DescribeRole(state, role));
  }
  for (const FrozenScope& frozen : explanation.frozen) {
    const absl::string_view how =
        frozen.archived ? (frozen.held ? "ARCHIVE and HOLD" : "ARCHIVE") : "HOLD";
    text.freezes.push_back(absl::StrCat(Quoted(state.ScopeName(frozen.scope)), " (", how, ")"));
  }
  text.nearest_miss = DescribeMiss(state, explanation);
  if (text.allowed) text.until = TimeText(explanation.allowed_until);
  if (explanation.as_self != nullptr) {
    text.as_self = std::make_shared<const ExplanationText>(
        Describe(state, *explanation.as_self, subject, scope, ""));
  }
  return text;
}

std::string QuestionText(const ExplanationText& text) {
  std::string question =
      absl::StrCat("may ", text.subject.empty() ? "anonymous" : Quoted(text.subject), " use ",
                   Quoted(text.permission), " at ", Quoted(text.scope));
  if (!text.facts.empty()) absl::StrAppend(&question, ", given ", QuotedList(text.facts, ", "));
  if (!text.acting_role.empty()) {
    absl::StrAppend(&question, ", acting as ", Quoted(text.acting_role), " at ",
                    Quoted(text.acting_scope));
  }
  if (!text.time.empty()) absl::StrAppend(&question, ", at ", text.time);
  return absl::StrCat(question, "?");
}

std::string RenderExplanation(const ExplanationText& text, const RenderOptions& options) {
  std::string out;
  AppendTree(ExplanationLine(text, options.colour), options.indent, options.indent, &out);
  return out;
}

}  // namespace provost
