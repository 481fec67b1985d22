// What `provost explain` draws, held by golden files: a pure function of the answer.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "provost/v1/access_service.pb.h"
#include "tests/cli/golden.h"
#include "tools/provost/explain_tree.h"

namespace provost::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Look kPlainLook;
const Look kTerminalLook{true, false, true};
const Look kColorLook{true, true, true};

v1::Explanation Parse(const std::string& text) {
  v1::Explanation explanation;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &explanation));
  return explanation;
}

// Bob may update the course, as a trainer for a while, and what else he holds does not matter.
v1::Explanation Allowed() {
  return Parse(R"pb(
    allowed: true
    reason: ALLOWED
    subject: "tenants/acme/users/bob"
    permission: "course.update"
    scope: "tenants/acme/courses/fire"
    time { seconds: 1793696400 }
    facts: "creator"
    path: "tenants/acme"
    path: "tenants/acme/catalogs/safety"
    path: "tenants/acme/courses/fire"
    roles { role: "member" through: DEFAULT_ROLE scope: "tenants/acme" }
    roles {
      role: "catalog_admin"
      through: ASSIGNMENT
      assignment: "tenants/acme/assignments/17"
      scope: "tenants/acme/catalogs/safety"
      groups {
        group: "tenants/acme/groups/trainers"
        window { expires { seconds: 1794996400 } }
      }
      groups { group: "tenants/acme/groups/ops" }
      window { expires { seconds: 1794996400 } }
      cell { effect: ALLOW rank: WILDCARD source: "KA1" at: COURSE }
      effect: ALLOW
      alternatives {}
    }
    roles {
      role: "course_admin"
      through: ASSIGNMENT
      assignment: "tenants/acme/assignments/18"
      scope: "tenants/acme/courses/fire"
      window {}
      cell { effect: ALLOW rank: EXACT source: "CA1" at: COURSE }
      overrides { scope: "tenants/acme/catalogs/safety" effect: PREVENT locked: true }
      overrides {
        scope: "tenants/acme/courses/fire"
        effect: ALLOW
        ignored: true
        alternatives { facts: "creator" facts: "published" }
        alternatives { facts: "self" }
      }
      effect: PREVENT
    }
    changes_at { seconds: 1794996400 }
  )pb");
}

v1::Explanation Denied(const std::string& miss, const std::string& reason) {
  return Parse(R"pb(
                 subject: "tenants/acme/users/eve"
                 permission: "enrollment.create"
                 scope: "tenants/acme/courses/fire"
                 time { seconds: 1793696400 }
                 path: "tenants/acme"
                 path: "tenants/acme/courses/fire"
                 roles {
                   role: "learner"
                   through: ASSIGNMENT
                   assignment: "tenants/acme/assignments/3"
                   scope: "tenants/acme/courses/fire"
                   window { not_before { seconds: 1793600000 } }
                   cell { effect: ALLOW rank: IMPLIED source: "LE2" at: COURSE }
                   effect: ALLOW
                   alternatives { facts: "self" }
                   missing_facts: "self"
                 }
               )pb" +
               reason + miss);
}

TEST(ExplainTreeTest, Rule9_AnAllowWithItsDerivation) {
  ExpectGolden("explain_allowed.txt",
               RenderExplanation(Allowed(), Names("acme"), kTerminalLook, true));
  ExpectGolden("explain_allowed_plain.txt",
               RenderExplanation(Allowed(), Names("acme"), kPlainLook, true));
  ExpectGolden("explain_allowed_color.txt",
               RenderExplanation(Allowed(), Names("acme"), kColorLook, true));
}

TEST(ExplainTreeTest, Rule9_TheNearestMissIsAFact) {
  ExpectGolden(
      "explain_missing_fact.txt",
      RenderExplanation(Denied(R"(nearest_miss { fact { role: "learner" facts: "self" } })",
                               R"(reason: MISSING_FACTS missing_facts: "self" )"),
                        Names("acme"), kTerminalLook, true));
}

TEST(ExplainTreeTest, Rule9_TheNearestMissIsAnEffect) {
  const std::string text = RenderExplanation(
      Denied(
          R"(nearest_miss { prevent { role: "course_admin" scope: "tenants/acme/catalogs/safety" } })",
          "reason: PREVENTED "),
      Names("acme"), kTerminalLook, true);
  EXPECT_THAT(text, HasSubstr("without the PREVENT of course_admin in the override at "
                              "catalogs/safety, it would be allowed"));
  const std::string prohibit =
      RenderExplanation(Denied(R"(nearest_miss { prohibit { role: "auditor" source: "P3" } })",
                               "reason: PROHIBITED "),
                        Names("acme"), kTerminalLook, true);
  EXPECT_THAT(prohibit, HasSubstr("without the PROHIBIT of auditor in the policy [P3]"));
}

TEST(ExplainTreeTest, Rule9_TheNearestMissIsAnAssignment) {
  ExpectGolden(
      "explain_not_granted.txt",
      RenderExplanation(
          Denied(
              R"(nearest_miss { assignment { role: "course_admin" scope: "tenants/acme/courses/fire" } }
                    freezes { scope: "tenants/acme/courses/fire" freeze: ARCHIVE }
                    redacted: true)",
              "reason: NOT_GRANTED "),
          Names("acme"), kTerminalLook, true));
}

TEST(ExplainTreeTest, NobodySignedInHasNoCommandThatWouldHelp) {
  v1::Explanation explanation = Denied(
      R"(nearest_miss { assignment { role: "learner" scope: "tenants/acme/courses/fire" } })",
      "reason: NO_ROLE ");
  explanation.clear_subject();
  explanation.clear_roles();
  const std::string text = RenderExplanation(explanation, Names("acme"), kTerminalLook, true);
  EXPECT_THAT(text, HasSubstr("anonymous may not enrollment.create at courses/fire"));
  EXPECT_THAT(text, HasSubstr("no role is held\n"));
  EXPECT_THAT(text, Not(HasSubstr("provost assign")));
}

TEST(ExplainTreeTest, WhatOthersNamedIsPrintable) {
  v1::Explanation explanation = Allowed();
  explanation.set_subject("tenants/acme/users/\x1b[2J");
  EXPECT_THAT(RenderExplanation(explanation, Names("acme"), kTerminalLook, true),
              Not(HasSubstr("\x1b")));
}

TEST(ExplainTreeTest, TheTimeIsToldWhereItWasAskedFor) {
  EXPECT_THAT(RenderExplanation(Allowed(), Names("acme"), kPlainLook, true),
              HasSubstr("time   2026-11-03T09:00:00Z\n"));
  EXPECT_THAT(RenderExplanation(Allowed(), Names("acme"), kPlainLook, false),
              Not(HasSubstr("2026-11-03")));
}

TEST(ExplainTreeTest, Rule8_EveryReasonHasItsWords) {
  for (int reason = v1::Decision::UNKNOWN_SUBJECT; reason <= v1::Decision::Reason_MAX; ++reason) {
    EXPECT_NE(DescribeReason(static_cast<v1::Decision::Reason>(reason)),
              "the server gave no reason")
        << v1::Decision::Reason_Name(static_cast<v1::Decision::Reason>(reason));
  }
}

}  // namespace
}  // namespace provost::cli
