// Catalogs, courses and plans, and who holds which role there.
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tenant/open_trainings.h"
#include "tenant/times.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

// What goes for scopes of every kind below the tenant.
template <typename Row, Collection kCollection>
class ScopeChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Note(VerifiedRow& row) override {
    const auto scope = ParseRow<Row>(row.table, row.key, row.value);
    if (!scope.ok()) return;
    tenant_.NoteScope(scope->uid(), kCollection, scope->parent());
    if constexpr (kCollection == Collection::kCourses) {
      tenant_.NoteValidity(scope->uid(), scope->course().rules().recertification());
    } else if constexpr (kCollection == Collection::kPlans) {
      tenant_.NoteValidity(scope->uid(), scope->training_plan().rules().recertification());
    }
  }

  void Check(VerifiedRow& row) override {
    std::string id;
    const std::optional<Row> scope = tenant_.ParseNamed<Row>(row, &id);
    if (!scope.has_value()) return;
    tenant_.Revision(scope->revision());
    tenant_.Doer(scope->creator(), "creator");
    CheckScope(*scope);
  }

 protected:
  virtual void CheckScope(const Row& row) = 0;
};

class CatalogChecker : public ScopeChecker<rows::CatalogRow, Collection::kCatalogs> {
 public:
  using ScopeChecker::ScopeChecker;

 private:
  void CheckScope(const rows::CatalogRow& row) override {
    tenant_.ScopeIn(row.parent(), {Collection::kCatalogs, Collection::kTenant}, "parent");
    const std::set<uint32_t> audience(row.audience().begin(), row.audience().end());
    for (uint32_t group : audience) {
      if (group == 0) continue;  // A catalog that is for nobody any more.
      tenant_.Group(group, "audience");
      tenant_.Wants(Table::kIndexes,
                    AudienceIndexKey(tenant_.number(), SubjectId(group), ScopeId(row.uid())));
    }
  }
};

// What the rules of a course or a plan name.
void WantsCertificateTemplate(TenantVerifier& tenant, uint64_t item, uint32_t training) {
  if (item == 0) return;
  tenant.Item(item, {Collection::kCertificateTemplates}, "certificate_template");
  tenant.Wants(Table::kIndexes,
               KeyWriter(tenant.number()).U8(kCompletionItemIndex).U64(item).U32(training).Take());
}

template <typename Resource>
void WantsOpenTraining(TenantVerifier& tenant, uint32_t uid, const Resource& training) {
  if (!IsOpenTraining(training)) return;
  tenant.Wants(Table::kIndexes, OpenTrainingKey(tenant.number(), ScopeId(uid)));
}

class CourseChecker : public ScopeChecker<rows::CourseRow, Collection::kCourses> {
 public:
  using ScopeChecker::ScopeChecker;

 private:
  void CheckScope(const rows::CourseRow& row) override {
    tenant_.ScopeIn(row.parent(), {Collection::kCatalogs, Collection::kTenant}, "parent");
    for (uint64_t item : row.completion_items()) {
      tenant_.Item(item, {}, "completion_items");
      tenant_.Wants(
          Table::kIndexes,
          KeyWriter(tenant_.number()).U8(kCompletionItemIndex).U64(item).U32(row.uid()).Take());
    }
    WantsCertificateTemplate(tenant_, row.certificate_template(), row.uid());
    WantsOpenTraining(tenant_, row.uid(), row.course());
  }
};

class PlanChecker : public ScopeChecker<rows::TrainingPlanRow, Collection::kPlans> {
 public:
  using ScopeChecker::ScopeChecker;

 private:
  void CheckScope(const rows::TrainingPlanRow& row) override {
    tenant_.ScopeIn(row.parent(), {Collection::kCatalogs, Collection::kTenant}, "parent");
    std::set<uint32_t> courses;
    for (const rows::PlanStepRow& step : row.steps()) {
      if (step.required_count() < 0 || step.required_count() > step.courses_size()) {
        tenant_.Figure(absl::StrCat("has a step that requires ", step.required_count(), " of ",
                                    step.courses_size(), " courses"));
      }
      courses.insert(step.courses().begin(), step.courses().end());
    }
    for (uint32_t course : courses) {
      tenant_.ScopeIn(course, {Collection::kCourses}, "steps.courses");
      tenant_.Wants(Table::kIndexes,
                    PlanIndexKey(tenant_.number(), ScopeId(course), ScopeId(row.uid())));
    }
    WantsCertificateTemplate(tenant_, row.certificate_template(), row.uid());
    WantsOpenTraining(tenant_, row.uid(), row.training_plan());
  }
};

// Role, scope and window are judged where the World is built.
class AssignmentChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint64_t uid = row.rest.U64();
    if (!tenant_.IsWhole(row)) return;
    const auto assignment = tenant_.Parse<rows::AssignmentRow>(row);
    if (!assignment.has_value()) return;
    tenant_.Revision(assignment->revision());
    if (uid == 0 || uid > tenant_.counters().last_assignment()) {
      tenant_.Figure(absl::StrCat("has a uid beyond the last one that was given, ",
                                  tenant_.counters().last_assignment()));
    }
    tenant_.Subject(assignment->subject(), "subject");
    tenant_.Scope(assignment->scope(), "scope");
    tenant_.Doer(assignment->granted_by(), "granted_by");
    const v1::Assignment& kept = assignment->assignment();
    if (assignment->enrollment()) {
      tenant_.Has(row.table, row.key,
                  RoleOfEnrollment(assignment->subject(), assignment->scope(), kept.role()));
    } else if (kept.has_expires() && tenant_.IsUser(assignment->subject())) {
      WantsMoment(tenant_, Moment{MomentKind::kGrantEnd, FromTimestamp(kept.expires()),
                                  assignment->scope(), assignment->subject(), uid});
    }
    tenant_.Adds(absl::StrCat("assignments of the role `", assignment->assignment().role(), "`"),
                 1);
  }
};

class OverrideChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint32_t scope = row.rest.U32();
    const std::string role = row.rest.String();
    const std::string permission = row.rest.String();
    if (!tenant_.IsWhole(row)) return;
    const auto override = tenant_.Parse<rows::OverrideRow>(row);
    if (!override.has_value()) return;
    tenant_.Revision(override->revision());
    tenant_.Scope(scope, "scope");
    tenant_.Doer(override->author(), "author");
    if (override->override().role() != role || override->override().permission() != permission) {
      tenant_.Figure(absl::StrCat("is about role `", override->override().role(),
                                  "` and permission `", override->override().permission(), "`"));
    }
  }
};

}  // namespace

CheckSet ScopeChecks() {
  return {
      {{Table::kCatalogs, MakeChecker<CatalogChecker>, /*has_notes=*/true},
       {Table::kCourses, MakeChecker<CourseChecker>, /*has_notes=*/true},
       {Table::kPlans, MakeChecker<PlanChecker>, /*has_notes=*/true},
       {Table::kAssignments, MakeChecker<AssignmentChecker>},
       {Table::kOverrides, MakeChecker<OverrideChecker>}},
      {{kPlanIndex, "44"},
       {kAudienceIndex, "44"},
       {kCompletionItemIndex, "84"},
       {kOpenTrainingIndex, "4"}},
  };
}

}  // namespace provost
