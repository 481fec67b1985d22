#include "tools/provost/explain_tree.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using HeldRole = v1::Explanation::HeldRole;
using Strings = google::protobuf::RepeatedPtrField<std::string>;

struct Node {
  std::string text;
  std::vector<Node> children;
};

void AppendTree(const std::vector<Node>& nodes, const std::string& indent, const Look& look,
                std::string& out) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    const bool is_last = i + 1 == nodes.size();
    const absl::string_view branch =
        look.unicode ? (is_last ? "└─ " : "├─ ") : (is_last ? "`- " : "|- ");
    const absl::string_view trunk = is_last ? "   " : look.unicode ? "│  " : "|  ";
    absl::StrAppend(&out, Paint(look, Tone::kFaint, absl::StrCat(indent, branch)), nodes[i].text,
                    "\n");
    AppendTree(nodes[i].children, absl::StrCat(indent, trunk), look, out);
  }
}

std::string JoinFacts(const Strings& facts, absl::string_view separator) {
  std::vector<std::string> names;
  for (const std::string& fact : facts) names.push_back(Printable(fact));
  return absl::StrJoin(names, separator);
}

// `self and published, or creator`; empty where no fact is needed.
std::string JoinAlternatives(const google::protobuf::RepeatedPtrField<v1::FactSet>& alternatives) {
  std::vector<std::string> sets;
  for (const v1::FactSet& set : alternatives) {
    if (set.facts().empty()) return "";
    sets.push_back(JoinFacts(set.facts(), " and "));
  }
  return absl::StrJoin(sets, ", or ");
}

// Renders one explanation.
class ExplanationTree {
 public:
  ExplanationTree(const v1::Explanation& explanation, const Names& names, const Look& look,
                  bool with_time)
      : explanation_(explanation), names_(names), look_(look), with_time_(with_time) {}

  std::string Render() const {
    std::string out = Heading();
    std::vector<Node> nodes;
    for (const HeldRole& role : explanation_.roles()) nodes.push_back(RoleNode(role));
    for (const auto& frozen : explanation_.freezes()) {
      nodes.push_back(
          {absl::StrCat(Mark(Tone::kBad), " ", Name(frozen.scope()), " is frozen (",
                        v1::Scope::Freeze_Name(frozen.freeze()), "): nothing is written there"),
           {}});
    }
    if (nodes.empty()) nodes.push_back({absl::StrCat(Mark(Tone::kFaint), " no role is held"), {}});
    AppendTree(nodes, "", look_, out);
    AppendMiss(out);
    AppendChange(out);
    if (explanation_.redacted()) {
      absl::StrAppend(
          &out,
          Paint(look_, Tone::kFaint, "parts at scopes where you may not read roles are left out"),
          "\n");
    }
    return out;
  }

 private:
  std::string Name(absl::string_view full) const {
    return full.empty() ? "anonymous" : Printable(names_.Short(full));
  }

  std::string Mark(Tone tone) const {
    switch (tone) {
      case Tone::kGood:
        return Paint(look_, tone, look_.unicode ? "✓" : "+");
      case Tone::kBad:
        return Paint(look_, tone, look_.unicode ? "✗" : "x");
      case Tone::kWarning:
        return Paint(look_, tone, look_.unicode ? "◌" : "?");
      default:
        return Paint(look_, tone, look_.unicode ? "·" : "-");
    }
  }

  std::string Until(const google::protobuf::Timestamp& time) const {
    return absl::StrCat(FormatTime(time), " (", FormatDistance(time, explanation_.time()), ")");
  }

  // From when and until when; the end stands out, with how far it is.
  std::string WindowText(const v1::Window& window) const {
    std::string out;
    if (window.has_not_before()) absl::StrAppend(&out, ", since ", FormatTime(window.not_before()));
    if (window.has_expires()) {
      absl::StrAppend(
          &out, ", ",
          Paint(look_, Tone::kWarning, absl::StrCat("until ", Until(window.expires()))));
    }
    return out;
  }

  // A group on the way from the subject to who holds the assignment.
  std::string GroupText(const v1::Explanation::GroupLink& link) const {
    std::string out = Name(link.group());
    if (link.window().has_expires()) {
      absl::StrAppend(&out, " (until ", FormatTime(link.window().expires()), ")");
    }
    return out;
  }

  // What the role comes to, and how it looks.
  std::pair<Tone, std::string> VerdictOf(const HeldRole& role) const {
    switch (role.effect()) {
      case v1::ALLOW:
        if (role.missing_facts().empty()) return {Tone::kGood, "allows it"};
        return {Tone::kWarning,
                absl::StrCat("would allow it with ", JoinFacts(role.missing_facts(), " and "))};
      case v1::PREVENT:
        return {Tone::kBad, "prevented"};
      case v1::PROHIBIT:
        return {Tone::kBad, "PROHIBITS it, whatever other roles say"};
      default:
        return {Tone::kFaint, "says nothing about it"};
    }
  }

  std::string HowHeld(const HeldRole& role) const {
    switch (role.through()) {
      case HeldRole::DEFAULT_ROLE:
        return "everybody's default role";
      case HeldRole::ANONYMOUS_ROLE:
        return "held by whoever is not signed in";
      case HeldRole::ACTING_AS:
        return absl::StrCat("taken on at ", Name(role.scope()));
      default:
        return absl::StrCat("at ", Name(role.scope()));
    }
  }

  Node RoleNode(const HeldRole& role) const {
    const auto [tone, verdict] = VerdictOf(role);
    Node node{
        absl::StrCat(Mark(tone), " ", Paint(look_, Tone::kStrong, Printable(role.role())), ", ",
                     HowHeld(role), ": ", Paint(look_, tone, verdict), WindowText(role.window())),
        {}};
    if (!role.assignment().empty()) {
      std::string text = absl::StrCat("held by ", Name(role.assignment()));
      std::vector<std::string> chain;
      for (const auto& link : role.groups()) chain.push_back(GroupText(link));
      if (!chain.empty()) absl::StrAppend(&text, ", through ", absl::StrJoin(chain, " > "));
      if (role.through() == HeldRole::REACH) absl::StrAppend(&text, ", reaching up");
      node.children.push_back({std::move(text), {}});
    }
    if (role.has_cell()) node.children.push_back({CellText(role.cell()), {}});
    for (const auto& override_ : role.overrides()) {
      node.children.push_back({OverrideText(override_), {}});
    }
    const std::string facts = JoinAlternatives(role.alternatives());
    if (!facts.empty()) node.children.push_back({absl::StrCat("needs ", facts), {}});
    return node;
  }

  std::string CellText(const v1::Explanation::MatrixCell& cell) const {
    std::string text = absl::StrCat("policy: ", v1::Effect_Name(cell.effect()));
    if (cell.rank() == v1::Explanation::MatrixCell::WILDCARD)
      absl::StrAppend(&text, " by a wildcard");
    if (cell.rank() == v1::Explanation::MatrixCell::IMPLIED) {
      absl::StrAppend(&text, " implied by another permission");
    }
    if (cell.reach()) absl::StrAppend(&text, ", with reach");
    if (!cell.source().empty()) absl::StrAppend(&text, " [", Printable(cell.source()), "]");
    return text;
  }

  std::string OverrideText(const v1::Explanation::AppliedOverride& override_) const {
    std::string text =
        absl::StrCat("override at ", Name(override_.scope()), ": ",
                     v1::Effect_Name(override_.effect()), override_.locked() ? ", locked" : "");
    const std::string facts = JoinAlternatives(override_.alternatives());
    if (!facts.empty()) absl::StrAppend(&text, " with ", facts);
    if (!override_.ignored()) return text;
    return Paint(look_, Tone::kFaint,
                 absl::StrCat(text, " (no effect: a lock or a PROHIBIT stands above)"));
  }

  std::string Heading() const {
    const bool allowed = explanation_.allowed();
    std::string out = absl::StrCat(
        Paint(look_, allowed ? Tone::kGood : Tone::kBad, allowed ? "ALLOWED" : "DENIED"), "  ",
        Paint(look_, Tone::kStrong, Name(explanation_.subject())), allowed ? " may " : " may not ",
        Paint(look_, Tone::kStrong, Printable(explanation_.permission())), " at ",
        Paint(look_, Tone::kStrong, Name(explanation_.scope())), "\n");
    if (!allowed) {
      absl::StrAppend(&out, "because ", DescribeReason(explanation_.reason()), " (",
                      v1::Decision::Reason_Name(explanation_.reason()), ")\n");
    }
    std::vector<std::string> path;
    for (const std::string& scope : explanation_.path()) path.push_back(Name(scope));
    std::vector<std::pair<absl::string_view, std::string>> lines;
    lines.emplace_back("path ", absl::StrJoin(path, " > "));
    lines.emplace_back("facts", JoinFacts(explanation_.facts(), ", "));
    lines.emplace_back("as   ", explanation_.has_acting_as()
                                    ? absl::StrCat(Printable(explanation_.acting_as().role()),
                                                   " at ", Name(explanation_.acting_as().scope()))
                                    : "");
    lines.emplace_back("time ", with_time_ ? FormatTime(explanation_.time()) : "");
    for (const auto& line : lines) {
      if (line.second.empty()) continue;
      absl::StrAppend(&out, Paint(look_, Tone::kFaint, line.first), "  ", line.second, "\n");
    }
    return out;
  }

  std::string EffectMissText(const v1::Explanation::EffectMiss& miss,
                             absl::string_view what) const {
    return absl::StrCat(
        "without the ", what, " of ", Printable(miss.role()), " in ",
        miss.scope().empty() ? "the policy" : absl::StrCat("the override at ", Name(miss.scope())),
        miss.source().empty() ? "" : absl::StrCat(" [", Printable(miss.source()), "]"),
        ", it would be allowed");
  }

  void AppendMiss(std::string& out) const {
    const auto& miss = explanation_.nearest_miss();
    std::string text;
    std::string command;
    switch (miss.miss_case()) {
      case v1::Explanation::NearestMiss::kFact:
        text = absl::StrCat("with ", JoinFacts(miss.fact().facts(), " and "), ", ",
                            Printable(miss.fact().role()), " would allow it");
        command =
            absl::StrCat("provost check ", Name(explanation_.subject()), " ",
                         Printable(explanation_.permission()), " ", Name(explanation_.scope()));
        for (const std::string& fact : explanation_.facts()) {
          absl::StrAppend(&command, " --fact ", Printable(fact));
        }
        for (const std::string& fact : miss.fact().facts()) {
          absl::StrAppend(&command, " --fact ", Printable(fact));
        }
        break;
      case v1::Explanation::NearestMiss::kPrevent:
        text = EffectMissText(miss.prevent(), "PREVENT");
        break;
      case v1::Explanation::NearestMiss::kProhibit:
        text = EffectMissText(miss.prohibit(), "PROHIBIT");
        break;
      case v1::Explanation::NearestMiss::kAssignment:
        text = absl::StrCat("as ", Printable(miss.assignment().role()), " at ",
                            Name(miss.assignment().scope()), ", ", Name(explanation_.subject()),
                            " would be allowed");
        if (!miss.assignment().facts().empty()) {
          absl::StrAppend(&text, " (with ", JoinFacts(miss.assignment().facts(), " and "), ")");
        }
        if (!explanation_.subject().empty()) {
          command = absl::StrCat("provost assign ", Name(explanation_.subject()), " ",
                                 Printable(miss.assignment().role()), " ",
                                 Name(miss.assignment().scope()));
        }
        break;
      case v1::Explanation::NearestMiss::MISS_NOT_SET:
        return;
    }
    absl::StrAppend(&out, Paint(look_, Tone::kWarning, "nearest miss"), "  ", text, "\n");
    if (!command.empty()) absl::StrAppend(&out, "              ", command, "\n");
  }

  void AppendChange(std::string& out) const {
    if (!explanation_.has_changes_at()) return;
    const bool allowed = explanation_.allowed();
    absl::StrAppend(&out, Paint(look_, Tone::kWarning, allowed ? "ends" : "may change"),
                    allowed ? "  " : "    ", Until(explanation_.changes_at()), "\n");
  }

  const v1::Explanation& explanation_;
  const Names& names_;
  const Look look_;
  const bool with_time_;
};

}  // namespace

std::string DescribeReason(v1::Decision::Reason reason) {
  switch (reason) {
    case v1::Decision::ALLOWED:
      return "";
    case v1::Decision::UNKNOWN_SUBJECT:
      return "there is no such subject";
    case v1::Decision::SUSPENDED:
      return "the subject or the tenant is suspended";
    case v1::Decision::UNKNOWN_SCOPE:
      return "there is no such scope, or none that the asker may know of";
    case v1::Decision::PROHIBITED:
      return "a role held prohibits it";
    case v1::Decision::FROZEN:
      return "a scope on the path is frozen";
    case v1::Decision::MISSING_FACTS:
      return "facts that a role asks for were not stated";
    case v1::Decision::PREVENTED:
      return "what would have allowed it is prevented";
    case v1::Decision::NO_ROLE:
      return "no role is held there";
    case v1::Decision::NOT_GRANTED:
      return "no role held there grants it";
    default:
      return "the server gave no reason";
  }
}

std::string RenderExplanation(const v1::Explanation& explanation, const Names& names,
                              const Look& look, bool with_time) {
  return ExplanationTree(explanation, names, look, with_time).Render();
}

}  // namespace provost::cli
