#include "tests/presets/exceptions.h"

namespace provost::presets {
namespace {

constexpr ScopeKind kT = ScopeKind::kTenant;
constexpr ScopeKind kK = ScopeKind::kCatalog;
constexpr ScopeKind kC = ScopeKind::kCourse;
constexpr ScopeKind kS = ScopeKind::kSession;

}  // namespace

const std::vector<OwnRow>& OwnRows() {
  static const auto& rows = *new std::vector<OwnRow>{
      {"user.read_own", "user.read", {kT, kK}},  // the user's home scope
      {"user.update_own", "user.update", {kT, kK}},
      {"record.read_own", "record.read", {kC}},
      {"enrollment.withdraw_own", "enrollment.withdraw", {kC}},
      {"certificate.download_own", "certificate.download", {kT}},
      {"transcript.download_own", "transcript.download", {kT}},
      {"dashboard.my.read", "dashboard.my.read", {kT}},
  };
  return rows;
}

const std::vector<NoPermission>& RowsWithoutPermission() {
  static const auto& rows = *new std::vector<NoPermission>{
      {"learner.manage", "its sentences are carried by enrollment.*, user.* and record.*"},
      {"role.assign.lms_admin", "may_assign"},
      {"role.assign.catalog_admin", "may_assign"},
      {"role.assign.course_admin", "may_assign"},
      {"role.assign.instructor", "may_assign"},
      {"role.assign.custom", "may_assign_subset"},
  };
  return rows;
}

const std::vector<DefaultRoleRow>& DefaultRoleRows() {
  static const auto& rows = *new std::vector<DefaultRoleRow>{
      {"user.read_own", {"self"}, "one's own data"},
      {"user.update_own", {"self"}, "one's own data"},
      {"catalog.read", {}, "browsing is for everyone"},
      {"enrollment.self", {"enrollment_open"}, "comes before being enrolled; `available` training"},
      {"enrollment.request", {"enrollment_open"}, "comes before being enrolled; the same"},
      {"enrollment.withdraw_own",
       {"self"},
       "an application can be taken back before it is granted"},
      {"record.read_own", {"self"}, "records outlive enrollments"},
      {"certificate.download_own", {"self"}, "certificates outlive enrollments"},
      {"transcript.download_own", {"self"}, "transcripts outlive enrollments"},
      {"dashboard.my.read", {"self"}, "is about all of one's training"},
  };
  return rows;
}

const std::vector<Drop>& Drops() {
  static const auto& drops = *new std::vector<Drop>{
      {"lms365", "course_admin", "user.read", "the roster comes with enrollment.read"},
      {"lms365", "instructor", "user.read", "the roster comes with enrollment.read"},
      {"lms365", "course_admin", "catalog.read", "stands above a course; everyone has it"},
      {"lms365", "instructor", "catalog.read", "stands above a session; everyone has it"},
      {"plutolms", "instructor", "user.read", "the roster comes with enrollment.read"},
      {"coreachieve", "instructor", "user.read", "the roster comes with enrollment.read"},
  };
  return drops;
}

const std::vector<NotAt>& NotAtKind() {
  static const auto& cells = *new std::vector<NotAt>{
      {"plutolms", "course_creator", "role.switch", kK, "r10 is the preview of one's own course"},
  };
  return cells;
}

const std::vector<MoreReach>& MoreReaches() {
  static const auto& reaches = *new std::vector<MoreReach>{
      {"lms365", "course_admin", "question_pool.manage", kK, "CA3 says all pools"},
  };
  return reaches;
}

const std::vector<NeedsCreator>& NeedCreatorAtCatalogs() {
  static const auto& permissions = *new std::vector<NeedsCreator>{
      {"enrollment.create", "acts on the catalog's courses, made by others too"},
      {"enrollment.remove", "acts on the catalog's courses, made by others too"},
      {"enrollment.approve", "acts on the catalog's courses, made by others too"},
      {"learning_path.assign", "acts on the catalog's plans, made by others too"},
      {"plan.manage", "changes plans, made by others too"},
  };
  return permissions;
}

const std::vector<AlsoAsked>& AlsoAskedAt() {
  static const auto& kinds = *new std::vector<AlsoAsked>{
      {"catalog.create", kK, "catalogs nest; rule 18 asks at the new parent"},
      {"course.create", kT, "a course may stand directly under the tenant"},
      {"plan.create", kT, "a plan may stand directly under the tenant"},
      {"plan.manage", kC, "a plan is a scope, and may itself be frozen"},
      {"session.schedule", kS, "changing or moving a session, which may itself be frozen"},
      {"user.deactivate", kK, "rule 14 asks at the user's home"},
      {"user.delete", kK, "rule 14 asks at the user's home"},
      {"access.explain", kS, "rule 25 asks at the scope in question"},
      {"content_package.share", kC, "an item whose home is a course can be shared"},
      {"notification.manage", kT, "a course may stand directly under the tenant"},
  };
  return kinds;
}

const std::vector<Added>& AddedPermissions() {
  static const auto& added = *new std::vector<Added>{
      {"tenant.archive",
       {kT},
       Access::kWrite,
       true,
       {},
       "lifts an ARCHIVE of the tenant, as course.archive does for a course",
       {{"lms365", "tenant_admin", "r8", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}}}},
      {"change.watch",
       {kT},
       Access::kRead,
       true,
       {},
       "the feed shows everything: d3, and the highest role may hand it to a program",
       {{"lms365", "tenant_admin", "r8", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}}}},
      {"policy.read",
       {kT},
       Access::kRead,
       false,
       {},
       "who defines roles reads the policy",
       {{"lms365", "tenant_admin", "r1", {}, {}},
        {"lms365", "lms_admin", "r1", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}}}},
      {"policy.apply",
       {kT},
       Access::kWrite,
       true,
       {"policy.read"},
       "a new policy may take from any role, the highest too: d1 for everyone below it",
       {{"lms365", "tenant_admin", "r8", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}}}},
      {"scope.hold",
       {kT, kK, kC, kS},
       Access::kWrite,
       true,
       {},
       "a HOLD outranks those who run the scope: d1 for everyone below the highest role",
       {{"lms365", "tenant_admin", "r8", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}}}},
      {"access.check",
       {kT, kK, kC, kS},
       Access::kRead,
       false,
       {},
       "the answer without the derivation: whoever has access.explain (r7)",
       {{"lms365", "tenant_admin", "r7", {}, {}},
        {"lms365", "lms_admin", "r7", {}, {}},
        {"lms365", "catalog_admin", "r7", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}}}},
      {"group.read",
       {kT, kK, kC},
       Access::kRead,
       false,
       {},
       "comes with managing groups or their members",
       {{"lms365", "catalog_admin", "r2", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"plutolms", "course_creator", "r2", {}, {kT, kK}},
        {"plutolms", "course_creator", "r2", {"creator"}, {kC}},
        {"coreachieve", "administrator", "A1", {}, {}},
        {"coreachieve", "attendee_manager", "M2", {}, {}}}},
      {"user.profile.read",
       {kT, kK},
       Access::kRead,
       false,
       {},
       "the public part of profiles is for everybody who can sign in",
       {{"lms365", "member", "r11", {}, {}},
        {"plutolms", "member", "r11", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"coreachieve", "member", "r11", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}}}},
      {"session.archive",
       {kS},
       Access::kWrite,
       false,
       {},
       "whoever may archive the course",
       {{"lms365", "catalog_admin", "r2", {}, {}},
        {"lms365", "course_admin", "r2", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"plutolms", "course_creator", "r2", {"creator"}, {}},
        {"coreachieve", "administrator", "A1", {}, {}},
        {"coreachieve", "author", "r2", {}, {}}}},
      {"content.read",
       {kK, kC},
       Access::kRead,
       false,
       {},
       "reading what one is told to make or review, under a freeze too",
       {{"lms365", "catalog_admin", "r1", {}, {}},
        {"lms365", "course_admin", "r1", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"plutolms", "course_creator", "r1", {}, {kK}},
        {"plutolms", "course_creator", "r1", {"creator"}, {kC}},
        {"plutolms", "instructor", "r1", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}},
        {"coreachieve", "author", "r1", {}, {}},
        {"coreachieve", "instructor", "r1", {}, {}}}},
      {"quiz.read",
       {kK, kC},
       Access::kRead,
       false,
       {},
       "the same for quizzes, which have answers in them",
       {{"lms365", "catalog_admin", "r1", {}, {}},
        {"lms365", "course_admin", "r1", {}, {}, {kK}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"plutolms", "course_creator", "r1", {}, {kK}},
        {"plutolms", "course_creator", "r1", {"creator"}, {kC}},
        {"plutolms", "instructor", "r1", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}},
        {"coreachieve", "author", "r1", {}, {}}}},
      {"question_pool.read",
       {kT, kK},
       Access::kRead,
       false,
       {},
       "the same for question pools",
       {{"lms365", "catalog_admin", "r1", {}, {}, {kT}},
        {"lms365", "course_admin", "r1", {}, {}, {kK, kT}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"plutolms", "course_creator", "r1", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}},
        {"coreachieve", "author", "r1", {}, {}}}},
      {"notification.read",
       {kT, kK},
       Access::kRead,
       false,
       {},
       "comes with configuring notifications, under a freeze too",
       {{"lms365", "catalog_admin", "KA4", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}}}},
      {"discussion.read",
       {kC},
       Access::kRead,
       false,
       {},
       "comes with posting and moderating, under a freeze too",
       {{"lms365", "catalog_admin", "r5", {}, {}},
        {"lms365", "course_admin", "r5", {}, {}},
        {"lms365", "instructor", "r5", {}, {}, {kC}},
        {"lms365", "learner", "r5", {}, {}},
        {"plutolms", "administrator", "AD1", {}, {}},
        {"plutolms", "course_creator", "r5", {"creator"}, {}},
        {"plutolms", "instructor", "r5", {}, {}},
        {"plutolms", "learner", "r5", {}, {}},
        {"coreachieve", "administrator", "A1", {}, {}},
        {"coreachieve", "author", "r5", {}, {}},
        {"coreachieve", "instructor", "r5", {}, {}},
        {"coreachieve", "learner", "r5", {}, {}}}},
  };
  return added;
}

const std::vector<AddedImplication>& AddedImplications() {
  static const auto& implications = *new std::vector<AddedImplication>{
      {"group.manage", "group.read"},
      {"group.members.manage", "group.read"},
      {"content.update", "content.read"},
      {"content.review", "content.read"},
      {"content.review", "quiz.read"},
      {"content_package.manage", "content.read"},
      {"certificate_template.manage", "content.read"},
      {"assessment.set_up", "content.read"},
      {"quiz.manage", "quiz.read"},
      {"question_pool.manage", "question_pool.read"},
      {"notification.manage", "notification.read"},
      {"discussion.post", "discussion.read"},
      {"discussion.moderate", "discussion.read"},
  };
  return implications;
}

const std::vector<AssignRow>& AssignRows() {
  static const auto& rows = *new std::vector<AssignRow>{
      {"lms365", "role.assign.lms_admin", {"lms_admin"}},
      {"lms365", "role.assign.catalog_admin", {"catalog_admin"}},
      {"lms365", "role.assign.course_admin", {"course_admin"}},
      {"lms365", "role.assign.instructor", {"instructor"}},
      {"plutolms", "role.assign.lms_admin", {"administrator"}},
      {"plutolms", "role.assign.course_admin", {"course_creator"}},
      {"plutolms", "role.assign.instructor", {"instructor"}},
      {"coreachieve", "role.assign.lms_admin", {"administrator"}},
      {"coreachieve", "role.assign.course_admin", {"attendee_manager", "author"}},
      {"coreachieve", "role.assign.instructor", {"instructor"}},
  };
  return rows;
}

const std::vector<MoreAssign>& MoreAssigns() {
  static const auto& assigns = *new std::vector<MoreAssign>{
      {"lms365", "tenant_admin", "tenant_admin", "nobody could succeed the top role otherwise"},
      {"plutolms", "administrator", "reporter", "AD1; the rows have no word for reporters"},
  };
  return assigns;
}

}  // namespace provost::presets
