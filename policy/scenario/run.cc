#include "policy/scenario/run.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace provost {
namespace {

using v1::Scenario;

constexpr absl::string_view kIndent = "  ";
// Of a list with many wrong entries, so many are explained.
constexpr size_t kMaxExplained = 3;

std::string Quoted(absl::string_view word) {
  return absl::StrCat("`", absl::Utf8SafeCEscape(word), "`");
}

std::string QuotedList(const std::vector<std::string>& words) {
  if (words.empty()) return "nothing";
  return absl::StrJoin(words, ", ", [](std::string* out, const std::string& word) {
    absl::StrAppend(out, Quoted(word));
  });
}

std::string VerdictText(bool allowed, v1::Decision::Reason reason) {
  std::string text = allowed ? "allowed" : "denied";
  const bool is_said =
      allowed ? reason == v1::Decision::ALLOWED : reason == v1::Decision::REASON_UNSPECIFIED;
  if (!is_said && reason != v1::Decision::REASON_UNSPECIFIED) {
    absl::StrAppend(&text, ", ", v1::Decision::Reason_Name(reason));
  }
  return text;
}

class ScenarioRun {
 public:
  ScenarioRun(const ScenarioFile& file, ScenarioBackend& backend, absl::Time now)
      : file_(file),
        scenario_(file.scenario()),
        backend_(backend),
        now_(scenario_.has_now() ? InstantOf(scenario_.now()) : now) {}

  ScenarioResult Run() {
    for (int i = 0; i < scenario_.checks_size(); ++i) RunCheck(i);
    for (int i = 0; i < scenario_.lists_size(); ++i) RunList(i);
    for (int i = 0; i < scenario_.delegations_size(); ++i) RunDelegation(i);
    return std::move(result_);
  }

 private:
  template <typename Expectation>
  absl::Time TimeOf(const Expectation& expectation) const {
    return expectation.has_time() ? InstantOf(expectation.time()) : now_;
  }

  template <typename Expectation>
  void Fail(const Expectation& expectation, absl::string_view field, int index,
            std::string details) {
    result_.failures.push_back({file_.PlaceOf(expectation), absl::StrCat(field, "[", index, "]"),
                                expectation.why(), std::move(details)});
  }

  static std::string Row(absl::string_view name, absl::string_view text) {
    return absl::StrCat(kIndent, name, text, "\n");
  }

  // The derivation, or what kept it from being had.
  std::string ExplanationOf(const ScenarioQuestion& question, const std::string& indent) {
    const absl::StatusOr<ExplanationText> text = backend_.Explain(question);
    if (!text.ok()) return absl::StrCat(indent, text.status().message(), "\n");
    RenderOptions options;
    options.indent = indent;
    return RenderExplanation(*text, options);
  }

  static std::string QuestionOf(const ScenarioQuestion& question) {
    ExplanationText text;
    text.subject = question.subject;
    text.permission = question.permission;
    text.scope = question.scope;
    text.facts = question.facts;
    text.time = TimeText(question.time);
    text.acting_role = question.acting_role;
    text.acting_scope = question.acting_scope;
    return QuestionText(text);
  }

  void RunCheck(int index) {
    const Scenario::Expectation& check = scenario_.checks(index);
    ScenarioQuestion question;
    question.subject = check.subject();
    question.permission = check.permission();
    question.scope = check.scope();
    question.facts.assign(check.facts().begin(), check.facts().end());
    question.time = TimeOf(check);
    question.acting = check.has_acting_as();
    question.acting_role = check.acting_as().role();
    question.acting_scope = check.acting_as().scope();
    const absl::StatusOr<ScenarioDecision> answer = backend_.Check(question);
    const bool any_reason = check.reason() == v1::Decision::REASON_UNSPECIFIED;
    if (answer.ok() && answer->allowed == check.allowed() &&
        (any_reason || answer->reason == check.reason())) {
      ++result_.passed;
      return;
    }
    std::string details = Row("asked:    ", QuestionOf(question));
    absl::StrAppend(&details, Row("expected: ", VerdictText(check.allowed(), check.reason())));
    if (!answer.ok()) {
      absl::StrAppend(&details, Row("got:      error: ", answer.status().message()));
    } else {
      absl::StrAppend(&details, Row("got:      ", VerdictText(answer->allowed, answer->reason)));
      absl::StrAppend(&details, ExplanationOf(question, std::string(kIndent)));
    }
    Fail(check, "checks", index, std::move(details));
  }

  // What a list asks, in words.
  static std::string ListText(const Scenario::ListExpectation& list) {
    auto subject = [](const std::string& id) { return id.empty() ? "anonymous" : Quoted(id); };
    switch (list.question_case()) {
      case Scenario::ListExpectation::kPermissionsOf:
        return absl::StrCat("permissions of ", subject(list.permissions_of().subject()), " at ",
                            Quoted(list.permissions_of().scope()));
      case Scenario::ListExpectation::kSubjectsThatMay:
        return absl::StrCat("subjects that may use ", Quoted(list.subjects_that_may().permission()),
                            " at ", Quoted(list.subjects_that_may().scope()));
      case Scenario::ListExpectation::kScopesWhere: {
        const Scenario::ScopesWhere& where = list.scopes_where();
        return absl::StrCat(
            where.kind() == v1::Scope::KIND_UNSPECIFIED ? "scope"
                                                        : v1::Scope::Kind_Name(where.kind()),
            "s where ", subject(where.subject()), " may use ", Quoted(where.permission()));
      }
      case Scenario::ListExpectation::QUESTION_NOT_SET:
        break;
    }
    return "nothing";
  }

  // The check that decides whether `name` is in the list.
  ScenarioQuestion QuestionFor(const Scenario::ListExpectation& list,
                               const std::string& name) const {
    ScenarioQuestion question;
    question.subject = list.has_permissions_of() ? list.permissions_of().subject()
                       : list.has_scopes_where() ? list.scopes_where().subject()
                                                 : name;
    question.permission = list.has_subjects_that_may() ? list.subjects_that_may().permission()
                          : list.has_scopes_where()    ? list.scopes_where().permission()
                                                       : name;
    question.scope = list.has_permissions_of()      ? list.permissions_of().scope()
                     : list.has_subjects_that_may() ? list.subjects_that_may().scope()
                                                    : name;
    question.facts.assign(list.facts().begin(), list.facts().end());
    question.time = TimeOf(list);
    return question;
  }

  void RunList(int index) {
    const Scenario::ListExpectation& list = scenario_.lists(index);
    const absl::Time time = TimeOf(list);
    std::string details =
        Row("asked:      ", absl::StrCat(ListText(list), ", at ", TimeText(time)));
    const absl::StatusOr<std::vector<std::string>> answer = backend_.List(list, time);
    if (!answer.ok()) {
      absl::StrAppend(&details, Row("got:        error: ", answer.status().message()));
      return Fail(list, "lists", index, std::move(details));
    }
    const std::set<std::string> within(list.within().begin(), list.within().end());
    const std::set<std::string> expected(list.expect().begin(), list.expect().end());
    std::set<std::string> listed;
    std::vector<std::string> wrong;
    std::vector<std::string> twice;
    std::vector<std::string> unexpected;
    for (const std::string& name : *answer) {
      if (!within.empty() && within.count(name) == 0) continue;
      if (!listed.insert(name).second) twice.push_back(name);
      if (expected.count(name) == 0) unexpected.push_back(name);
    }
    std::vector<std::string> missing;
    for (const std::string& name : expected) {
      if (listed.count(name) == 0) missing.push_back(name);
    }
    if (missing.empty() && unexpected.empty() && twice.empty()) {
      ++result_.passed;
      return;
    }
    absl::StrAppend(&details, Row("expected:   ", QuotedList({expected.begin(), expected.end()})));
    absl::StrAppend(&details, Row("got:        ", QuotedList({listed.begin(), listed.end()})));
    if (!missing.empty()) absl::StrAppend(&details, Row("missing:    ", QuotedList(missing)));
    if (!unexpected.empty()) absl::StrAppend(&details, Row("unexpected: ", QuotedList(unexpected)));
    if (!twice.empty()) absl::StrAppend(&details, Row("twice:      ", QuotedList(twice)));
    size_t explained = 0;
    for (const std::vector<std::string>* names : {&missing, &unexpected}) {
      for (const std::string& name : *names) {
        if (explained++ == kMaxExplained) break;
        const ScenarioQuestion question = QuestionFor(list, name);
        absl::StrAppend(&details, Row("", QuestionOf(question)),
                        ExplanationOf(question, absl::StrCat(kIndent, kIndent)));
      }
    }
    Fail(list, "lists", index, std::move(details));
  }

  void RunDelegation(int index) {
    const Scenario::DelegationExpectation& delegation = scenario_.delegations(index);
    const absl::StatusOr<ScenarioDelegation> answer = backend_.MayAssign(delegation, now_);
    if (answer.ok() && answer->allowed == delegation.allowed()) {
      ++result_.passed;
      return;
    }
    std::string details =
        Row("asked:    ",
            absl::StrCat("may ", Quoted(delegation.actor()), " assign ", Quoted(delegation.role()),
                         " to ", Quoted(delegation.subject()), " at ", Quoted(delegation.scope()),
                         ", at ", TimeText(now_), "?"));
    absl::StrAppend(&details, Row("expected: ", delegation.allowed() ? "allowed" : "refused"));
    if (!answer.ok()) {
      absl::StrAppend(&details, Row("got:      error: ", answer.status().message()));
    } else if (answer->allowed) {
      absl::StrAppend(&details, Row("got:      ", "allowed"));
    } else {
      absl::StrAppend(&details, Row("got:      refused: ", answer->reason));
    }
    Fail(delegation, "delegations", index, std::move(details));
  }

  const ScenarioFile& file_;
  const Scenario& scenario_;
  ScenarioBackend& backend_;
  const absl::Time now_;
  ScenarioResult result_;
};

}  // namespace

std::string ScenarioFailure::ToString() const {
  return absl::StrCat(place, ": ", what, " failed", why.empty() ? "" : ": ", why, "\n", details);
}

ScenarioResult RunScenario(const ScenarioFile& file, ScenarioBackend& backend, absl::Time now) {
  return ScenarioRun(file, backend, now).Run();
}

int RunScenarioFiles(absl::Span<const std::string> paths, const OpenScenario& open, absl::Time now,
                     std::ostream& out, std::ostream& errors) {
  size_t passed = 0;
  size_t failed = 0;
  bool unread = false;
  for (const std::string& path : paths) {
    const absl::StatusOr<ScenarioFile> file = ScenarioFile::Load(path);
    if (!file.ok()) {
      errors << file.status().message() << "\n";
      unread = true;
      continue;
    }
    const absl::StatusOr<std::unique_ptr<ScenarioBackend>> backend = open(*file);
    if (!backend.ok()) {
      errors << backend.status().message() << "\n";
      unread = true;
      continue;
    }
    const ScenarioResult result = RunScenario(*file, **backend, now);
    for (const ScenarioFailure& failure : result.failures) out << failure.ToString() << "\n";
    passed += result.passed;
    failed += result.failures.size();
  }
  out << passed << " passed, " << failed << " failed\n";
  if (unread) return 2;
  return failed > 0 ? 1 : 0;
}

}  // namespace provost
