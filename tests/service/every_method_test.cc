// Every method of the contract (P0): the full administrator of a preset comes as far as its handler
// (A1, AD1), and somebody without any role is refused. A method that has no case here fails the
// test. And no call about one person or one thing reads more as the tenant grows.
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "provost/v1/user_service.grpc.pb.h"
#include "provost/v1/user_service.pb.h"
#include "service/methods.h"
#include "tests/service/acme.h"
#include "tests/service/stream_calls.h"

namespace provost {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::TextFormat;

constexpr char kAdministrator[] = "users/ann";
constexpr char kNobody[] = "users/nob";
constexpr char kOperator[] = "tenants/system/users/root";
constexpr char kImportId[] = "7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f";

// What somebody without a role is answered.
enum class Others {
  kRefused,
  kNothing,    // An empty list: what may not be read is left out.
  kEverybody,  // The default role's, or about nobody else.
};

struct Case {
  const char* method;
  const char* request;  // `$T` is the tenant; see Fixture() for the others.
  Others others = Others::kRefused;
  const char* who = kAdministrator;
  // The handler says so of what the fixture has.
  grpc::StatusCode answer = grpc::StatusCode::OK;
  grpc::StatusCode refusal = grpc::StatusCode::PERMISSION_DENIED;
};

constexpr auto kOk = grpc::StatusCode::OK;
constexpr auto kMissing = grpc::StatusCode::NOT_FOUND;
constexpr auto kFailed = grpc::StatusCode::FAILED_PRECONDITION;

// `validate_only` and a small `page_size` are set where a request has them, so that the cases do
// not hang on each other.
constexpr Case kCases[] = {
    // --- attendance ---
    {"AttendanceService.RegisterForSession",
     "session: '$T/sessions/monday' learner: '$T/users/kim'", Others::kRefused, kAdministrator,
     kFailed},
    {"AttendanceService.UnregisterFromSession",
     "session: '$T/sessions/monday' learner: '$T/users/kim'", Others::kRefused, kAdministrator,
     kFailed},
    {"AttendanceService.ListSessionRegistrations", "session: '$T/sessions/monday'"},
    {"AttendanceService.MoveSessionRegistration",
     "session: '$T/sessions/monday' learner: '$T/users/kim' position: 1", Others::kRefused,
     kAdministrator, kFailed},
    {"AttendanceService.PromoteSessionRegistration",
     "session: '$T/sessions/monday' learner: '$T/users/kim'", Others::kRefused, kAdministrator,
     kFailed},
    {"AttendanceService.MarkAttendance",
     "session: '$T/sessions/monday' attendance { learner: '$T/users/kim' status: PRESENT }",
     Others::kRefused, kAdministrator, kFailed},
    {"AttendanceService.BulkMarkAttendance",
     "session: '$T/sessions/monday' attendances { learner: '$T/users/kim' status: PRESENT }",
     Others::kRefused, kAdministrator, kFailed},
    {"AttendanceService.AmendAttendance",
     "session: '$T/sessions/monday' attendance { learner: '$T/users/kim' status: PRESENT } "
     "reason: 'mistaken'",
     Others::kRefused, kAdministrator, kFailed},
    {"AttendanceService.ListAttendance", "session: '$T/sessions/certified'"},
    // --- asking ---
    {"AccessService.Check",
     "subject: '$T/users/kim' permission: 'course.read' scope: '$T/courses/drill'"},
    {"AccessService.BatchCheck",
     "parent: '$T' requests { subject: '$T/users/kim' permission: 'course.read' "
     "scope: '$T/courses/drill' }"},
    {"AccessService.CheckGrid",
     "subject: '$T/users/kim' permissions: 'course.read' scopes: '$T/courses/drill'"},
    {"AccessService.Explain",
     "subject: '$T/users/kim' permission: 'course.read' scope: '$T/courses/drill'"},
    {"AccessService.ListPermissions", "subject: '$T/users/kim' scope: '$T/courses/drill'"},
    {"AccessService.ListSubjects", "permission: 'course.update' scope: '$T/courses/small'"},
    {"AccessService.ListScopes",
     "parent: '$T' subject: '$T/users/kim' permission: 'course.access'"},
    {"AuditService.ListAuditEntries", "parent: '$T'"},
    // --- attempts, work ---
    {"AssessmentService.StartAttempt", "course: '$T/courses/small' quiz: '$T/quizzes/fire'"},
    {"AssessmentService.GetAttempt", "name: '$attempt'"},
    {"AssessmentService.ListAttempts", "course: '$T/courses/small'"},
    {"AssessmentService.SaveAnswers", "name: '$attempt' answers { position: 0 truth: true }"},
    {"AssessmentService.SubmitAttempt", "name: '$attempt'"},
    {"AssessmentService.HandInText",
     "course: '$T/courses/small' task: '$T/tasks/essay' text: 'Done.'"},
    {"AssessmentService.GetSubmission", "name: '$submission'"},
    {"AssessmentService.ListSubmissions", "course: '$T/courses/small'"},
    {"AssessmentService.GradeSubmission", "name: '$submission' version: 1 point_hundredths: 500"},
    {"AssessmentService.ReturnSubmission", "name: '$submission' comment: 'More, please.'"},
    {"AssessmentService.AssignWork",
     "course: '$T/courses/small' task: '$T/tasks/essay' learners: '$T/users/kim'"},
    // --- catalogs ---
    {"CatalogService.CreateCatalog",
     "parent: '$T' catalog_id: 'new' catalog { display_name: 'New' parent_scope: '$T' }"},
    {"CatalogService.GetCatalog", "name: '$T/catalogs/safety'", Others::kEverybody},
    {"CatalogService.ListCatalogs", "parent: '$T'", Others::kEverybody},
    {"CatalogService.UpdateCatalog",
     "catalog { name: '$T/catalogs/safety' display_name: 'Safety first' }"},
    {"CatalogService.DeleteCatalog", "name: '$T/catalogs/other' force: true"},
    {"CatalogService.MoveCatalog", "name: '$T/catalogs/other' parent_scope: '$T/catalogs/safety'"},
    {"CatalogService.ArchiveCatalog", "name: '$T/catalogs/other'"},
    {"CatalogService.UnarchiveCatalog", "name: '$T/catalogs/old'"},
    {"CatalogService.DefineCatalog",
     "catalog { name: '$T/catalogs/safety' description: 'For all' } "
     "update_mask { paths: 'description' }"},
    {"CatalogService.ConfigureEnrollmentFlows",
     "catalog { name: '$T/catalogs/safety' enrollment_flows: SELF } "
     "update_mask { paths: 'enrollment_flows' }"},
    // --- certificates ---
    {"CertificateService.IssueCertificate",
     "parent: '$T' training: '$T/courses/certified' learner: '$T/users/tom' "
     "certificate_template: '$T/certificateTemplates/plain' reason: 'Lost'"},
    {"CertificateService.GetCertificate", "name: '$certificate'"},
    {"CertificateService.ListCertificates", "parent: '$T' training: '$T/courses/certified'",
     Others::kNothing},
    {"CertificateService.RevokeCertificate", "name: '$certificate' reason: 'Copied'"},
    // One's own alone, the administrator's too.
    {"CertificateService.DownloadCertificate", "name: '$certificate'", Others::kRefused,
     "users/kim"},
    {"CertificateService.DownloadTranscript", "learner: '$T/users/ann'"},
    {"CertificateService.PrintAttendanceSheet", "session: '$T/sessions/certified'"},
    // By anyone: this code is none.
    {"CertificateService.VerifyCertificate", "parent: '$T' code: 'x'", Others::kRefused,
     "users/kim", kMissing, kMissing},
    // --- competencies ---
    {"CompetencyService.CreateCompetency",
     "parent: '$T' competency_id: 'new' competency { display_name: 'New' "
     "home_scope: '$T/catalogs/safety' levels { id: 'one' display_name: 'One' } }"},
    {"CompetencyService.GetCompetency", "name: '$T/competencies/safe'", Others::kEverybody},
    {"CompetencyService.ListCompetencies", "parent: '$T'", Others::kEverybody},
    {"CompetencyService.UpdateCompetency",
     "competency { name: '$T/competencies/safe' display_name: 'Safer' }"},
    {"CompetencyService.DeleteCompetency", "name: '$T/competencies/safe' force: true"},
    {"CompetencyService.SetCourseCompetencies",
     "course: '$T/courses/small' entries { competency: '$T/competencies/safe' level: 'one' }"},
    {"CompetencyService.ListCourseCompetencies", "course: '$T/courses/drill'"},
    {"CompetencyService.ListHeldCompetencies", "parent: '$T' learner: '$T/users/kim'",
     Others::kNothing},
    // --- content ---
    {"ContentService.CreateContentItem",
     "parent: '$T' content_item_id: 'new' content_item { kind: PAGE display_name: 'New' "
     "home_scope: '$T/catalogs/safety' body { page { markdown: 'x' } } }"},
    {"ContentService.GetContentItem", "name: '$T/pages/fire'"},
    {"ContentService.ListContentItems", "parent: '$T'", Others::kNothing},
    {"ContentService.UpdateContentItem",
     "content_item { name: '$T/pages/fire' display_name: 'Fire!' }"},
    {"ContentService.DeleteContentItem", "name: '$T/pages/fire' force: true"},
    {"ContentService.ShareContentItem",
     "name: '$T/pages/fire' scope: '$T/catalogs/other' use: MANAGE"},
    {"ContentService.UnshareContentItem", "name: '$T/pages/shared' scope: '$T/catalogs/other'"},
    {"ContentService.ListContentVersions", "name: '$T/pages/fire'"},
    {"ContentService.SubmitVersion", "name: '$T/pages/shared'"},
    {"ContentService.ReviewVersion", "name: '$T/pages/fire' version: 2 decision: APPROVE"},
    {"ContentService.ListReviewComments", "name: '$T/pages/fire'"},
    {"ContentService.PreviewQuiz", "name: '$T/quizzes/fire'"},
    {"ContentService.SetCourseItems", "course: '$T/courses/small' items { item: '$T/pages/fire' }"},
    {"ContentService.ListCourseItems", "course: '$T/courses/drill'"},
    {"ContentService.GetPublishedItem", "course: '$T/courses/drill' item: '$T/pages/fire'"},
    // --- courses, plans, sessions ---
    {"CourseService.CreateCourse",
     "parent: '$T' course_id: 'new' course { display_name: 'New' "
     "parent_scope: '$T/catalogs/safety' }"},
    {"CourseService.GetCourse", "name: '$T/courses/drill'"},
    {"CourseService.ListCourses", "parent: '$T'", Others::kNothing},
    {"CourseService.UpdateCourse", "course { name: '$T/courses/drill' display_name: 'Drills' }"},
    {"CourseService.DeleteCourse", "name: '$T/courses/small' force: true"},
    {"CourseService.MoveCourse", "name: '$T/courses/small' parent_scope: '$T/catalogs/other'"},
    {"CourseService.ArchiveCourse", "name: '$T/courses/small'"},
    {"CourseService.UnarchiveCourse", "name: '$T/courses/old'"},
    {"CourseService.PublishCourse", "name: '$T/courses/small'"},
    {"CourseService.UnpublishCourse", "name: '$T/courses/open'"},
    {"CourseService.PublishTrainingPlan", "name: '$T/plans/path'"},
    {"CourseService.UnpublishTrainingPlan", "name: '$T/plans/open'"},
    {"CourseService.UpdateTrainingRules",
     "training: '$T/courses/drill' section: DUE rules { due { days_after_enrollment: 30 } }"},
    {"CourseService.CreateTrainingPlan",
     "parent: '$T' training_plan_id: 'new' training_plan { display_name: 'New' "
     "parent_scope: '$T/catalogs/safety' steps { courses: '$T/courses/drill' } }"},
    {"CourseService.GetTrainingPlan", "name: '$T/plans/path'"},
    {"CourseService.ListTrainingPlans", "parent: '$T'", Others::kNothing},
    {"CourseService.UpdateTrainingPlan",
     "training_plan { name: '$T/plans/path' display_name: 'The path' }"},
    {"CourseService.DeleteTrainingPlan", "name: '$T/plans/path' force: true"},
    {"CourseService.MoveTrainingPlan", "name: '$T/plans/path' parent_scope: '$T/catalogs/other'"},
    {"CourseService.ArchiveTrainingPlan", "name: '$T/plans/path'"},
    {"CourseService.UnarchiveTrainingPlan", "name: '$T/plans/old'"},
    {"CourseService.CreateSession",
     "parent: '$T' session_id: 'new' session { display_name: 'New' "
     "parent_scope: '$T/courses/drill' }"},
    {"CourseService.CreateSessionSeries",
     "parent: '$T' session { display_name: 'New' parent_scope: '$T/courses/drill' "
     "start: '2100-01-04T09:00' end: '2100-01-04T10:00' } rule { unit: DAY count: 2 }"},
    {"CourseService.CancelSession", "name: '$T/sessions/talk' reason: 'ill'"},
    {"CourseService.ListSessionConflicts", "name: '$T/sessions/monday'"},
    {"CourseService.ExportCalendar", "name: '$T/courses/drill'"},
    {"CourseService.ExportPersonalCalendar", "parent: '$T' user: '$T/users/ann'"},
    {"CourseService.GetSession", "name: '$T/sessions/monday'"},
    {"CourseService.ListSessions", "parent: '$T'", Others::kNothing},
    {"CourseService.UpdateSession",
     "session { name: '$T/sessions/monday' display_name: 'Mondays' }"},
    {"CourseService.DeleteSession", "name: '$T/sessions/monday'"},
    {"CourseService.MoveSession", "name: '$T/sessions/monday' parent_scope: '$T/courses/small'"},
    {"CourseService.ArchiveSession", "name: '$T/sessions/monday'"},
    {"CourseService.UnarchiveSession", "name: '$T/sessions/old'"},
    // --- discussions and messages ---
    {"DiscussionService.CreateDiscussion",
     "parent: '$T' discussion { training: '$T/courses/drill' title: 'Exits' } text: 'Where?'"},
    {"DiscussionService.GetDiscussion", "name: '$discussion'"},
    {"DiscussionService.ListDiscussions", "training: '$T/courses/drill'"},
    {"DiscussionService.PinDiscussion", "name: '$discussion'"},
    {"DiscussionService.LockDiscussion", "name: '$discussion'"},
    {"DiscussionService.CreatePost", "discussion: '$discussion' text: 'There' reply_to: '$post'"},
    {"DiscussionService.ListPosts", "discussion: '$discussion'"},
    {"DiscussionService.UpdatePost", "name: '$post' text: 'Here'"},
    {"DiscussionService.DeletePost", "name: '$post'"},
    {"DiscussionService.RemovePost", "name: '$post' reason: 'Advertising'"},
    {"DiscussionService.MarkRead", "discussion: '$discussion' post: '$post'"},
    {"DiscussionService.SendMessage",
     "training: '$T/courses/drill' recipient: '$T/users/kim' text: 'Hello'"},
    {"DiscussionService.ListConversations", "parent: '$T'", Others::kNothing},
    {"DiscussionService.ListMessages", "parent: '$T' person: '$T/users/kim'", Others::kNothing},
    {"DiscussionService.MarkMessagesRead", "parent: '$T' person: '$T/users/kim'", Others::kRefused,
     kAdministrator, kOk, kMissing},
    {"DiscussionService.DeleteMessage", "name: '$message'", Others::kRefused, kAdministrator, kOk,
     kMissing},
    // --- enrollments ---
    {"EnrollmentService.CreateEnrollment",
     "parent: '$T' enrollment { learner: '$T/users/kim' training: '$T/courses/small' }"},
    {"EnrollmentService.GetEnrollment", "name: '$enrollment'"},
    {"EnrollmentService.ListEnrollments", "parent: '$T' learner: '$T/users/kim'", Others::kNothing},
    {"EnrollmentService.ListEnrollmentTransitions", "name: '$enrollment'"},
    {"EnrollmentService.EnrollSelf", "training: '$T/courses/open'", Others::kRefused},
    {"EnrollmentService.ListOpenTrainings", "parent: '$T'", Others::kEverybody},
    {"EnrollmentService.RequestEnrollment", "training: '$T/courses/open'", Others::kEverybody},
    {"EnrollmentService.ApproveEnrollment", "name: '$request'"},
    {"EnrollmentService.RejectEnrollment", "name: '$request' reason: 'Full.'"},
    {"EnrollmentService.WithdrawEnrollment", "name: '$own'"},
    {"EnrollmentService.PromoteEnrollment", "name: '$waiting'"},
    {"EnrollmentService.MoveInWaitingList", "name: '$waiting' position: 1"},
    {"EnrollmentService.DeleteEnrollment", "name: '$enrollment'"},
    {"EnrollmentService.CreateTrainingAssignment",
     "parent: '$T' training_assignment { training: '$T/plans/path' assignee: '$T/users/kim' }"},
    {"EnrollmentService.GetTrainingAssignment", "name: '$training'"},
    {"EnrollmentService.ListTrainingAssignments", "parent: '$T' assignee: '$T/groups/tiny'",
     Others::kNothing},
    {"EnrollmentService.DeleteTrainingAssignment", "name: '$training'"},
    // --- groups ---
    {"GroupService.CreateGroup", "parent: '$T' group_id: 'new' group { display_name: 'New' }"},
    {"GroupService.GetGroup", "name: '$T/groups/crew'"},
    {"GroupService.ListGroups", "parent: '$T'", Others::kNothing},
    {"GroupService.UpdateGroup", "group { name: '$T/groups/crew' display_name: 'Crews' }"},
    {"GroupService.DeleteGroup", "name: '$T/groups/tiny'"},
    {"GroupService.SuspendGroup", "name: '$T/groups/crew'"},
    {"GroupService.ReactivateGroup", "name: '$T/groups/idle'"},
    {"GroupService.AddMember", "group: '$T/groups/tiny' member: '$T/users/nob'"},
    {"GroupService.RemoveMember", "group: '$T/groups/tiny' member: '$T/users/kim'"},
    {"GroupService.ListMembers", "group: '$T/groups/crew'"},
    // --- mails ---
    {"NotificationService.CreateNotificationRule",
     "parent: '$T' notification_rule_id: 'new' notification_rule { display_name: 'New' "
     "home_scope: '$T/catalogs/safety' event: ENROLLED "
     "template: '$T/notificationTemplates/welcome' recipients: LEARNER }"},
    {"NotificationService.GetNotificationRule", "name: '$T/notificationRules/enrolled'"},
    {"NotificationService.ListNotificationRules", "parent: '$T'", Others::kNothing},
    {"NotificationService.UpdateNotificationRule",
     "notification_rule { name: '$T/notificationRules/enrolled' display_name: 'Hello' }"},
    {"NotificationService.DeleteNotificationRule", "name: '$T/notificationRules/enrolled'"},
    {"NotificationService.CreateNotificationTemplate",
     "parent: '$T' notification_template_id: 'new' notification_template { display_name: 'New' "
     "home_scope: '$T/catalogs/safety' event: ENROLLED "
     "texts { locale: 'en' subject: 'Hello' text: 'Hello' } }"},
    {"NotificationService.GetNotificationTemplate", "name: '$T/notificationTemplates/welcome'"},
    {"NotificationService.ListNotificationTemplates", "parent: '$T'", Others::kNothing},
    {"NotificationService.UpdateNotificationTemplate",
     "notification_template { name: '$T/notificationTemplates/welcome' display_name: 'Hello' }"},
    {"NotificationService.DeleteNotificationTemplate", "name: '$T/notificationTemplates/unused'"},
    {"NotificationService.GetNotificationPreferences", "name: '$T/users/kim'"},
    {"NotificationService.UpdateNotificationPreferences",
     "notification_preferences { name: '$T/users/kim' digest: DAILY }"},
    {"NotificationService.GetOutboxMessage", "name: '$mail'"},
    {"NotificationService.ListOutboxMessages", "parent: '$T' recipient: '$T/users/kim'",
     Others::kNothing},
    {"NotificationService.RetryOutboxMessage", "name: '$mail'"},
    // --- policies ---
    {"PolicyService.ValidatePolicy", "parent: '$T' source_text: '$policy'"},
    {"PolicyService.ApplyPolicy", "parent: '$T' source_text: '$policy'"},
    {"PolicyService.GetPolicy", "name: '$T/policyVersions/1'"},
    {"PolicyService.ListPolicyVersions", "parent: '$T'"},
    {"PolicyService.DiffPolicies",
     "parent: '$T' from: '$T/policyVersions/1' to: '$T/policyVersions/2'"},
    {"PolicyService.RollbackPolicy", "name: '$T/policyVersions/1'"},
    // --- roles ---
    {"RoleService.CreateAssignment",
     "parent: '$T' assignment { subject: '$T/users/nob' role: 'learner' "
     "scope: '$T/courses/small' }"},
    {"RoleService.GetAssignment", "name: '$assignment'"},
    {"RoleService.ListAssignments", "parent: '$T' subject: '$T/users/kim'", Others::kNothing},
    {"RoleService.UpdateAssignment", "assignment { name: '$assignment' reason: 'as agreed' }"},
    {"RoleService.DeleteAssignment", "name: '$assignment'"},
    {"RoleService.CreateOverride",
     "parent: '$T' override { scope: '$T/courses/small' role: 'instructor' "
     "permission: 'course.read' effect: PREVENT }"},
    {"RoleService.GetOverride", "name: '$override'"},
    {"RoleService.ListOverrides", "parent: '$T' scope: '$T/courses/drill'", Others::kNothing},
    {"RoleService.UpdateOverride", "override { name: '$override' reason: 'as agreed' }"},
    {"RoleService.DeleteOverride", "name: '$override'"},
    {"RoleService.FreezeScope", "name: '$T/courses/small' freeze: HOLD"},
    {"RoleService.UnfreezeScope", "name: '$T/catalogs/held' freeze: HOLD"},
    {"RoleService.TestAssign",
     "actor: '$T/users/kim' role: 'learner' subject: '$T/users/kim' scope: '$T/courses/small'"},
    {"RoleService.ListRoles", "parent: '$T'"},
    // --- the tenant, and those above it ---
    {"TenantService.SetUp",
     "bootstrap_secret: 'no' tenant_id: 'two' policy { preset: 'lms365' } administrator { user_id: "
     "'tess' }",
     Others::kRefused, kOperator, kFailed, kFailed},
    {"TenantService.CreateTenant",
     "tenant_id: 'two' policy { preset: 'lms365' } administrator { user_id: 'tess' }",
     Others::kRefused, kOperator},
    {"TenantService.GetTenant", "name: '$T'"},
    {"TenantService.ListTenants", "", Others::kRefused, kOperator},
    {"TenantService.UpdateTenant", "tenant { name: '$T' display_name: 'Acme' }"},
    {"TenantService.SuspendTenant", "name: '$T'", Others::kRefused, kOperator},
    {"TenantService.ResumeTenant", "name: '$T'", Others::kRefused, kOperator, kFailed},
    {"TenantService.DeleteTenant", "name: 'tenants/none' allow_missing: true", Others::kRefused,
     kOperator},
    {"TenantService.LoadScenario",
     "scenario { policy: 'lms365' scopes { id: 't' kind: TENANT } } ttl { seconds: 60 }",
     Others::kRefused, kOperator},
    {"TenantService.GetSettings", "tenant: '$T'"},
    {"TenantService.UpdateSettings",
     "settings { tenant: '$T' mobile { offline_days: 3 } } section: MOBILE"},
    {"TenantService.ListSettingsChanges", "tenant: '$T'"},
    {"TenantService.GetGrowth", "tenant: '$T'"},
    // --- reports ---
    {"ReportService.GetMyDashboard", "parent: '$T' learner: '$T/users/ann'"},
    {"ReportService.GetDashboard", "scope: '$T/courses/small'"},
    {"ReportService.CreateReport",
     "parent: '$T' report_id: 'new' report { display_name: 'New' definition { kind: COURSE "
     "scope: '$T/courses/small' } }"},
    {"ReportService.GetReport", "name: '$T/reports/small'"},
    {"ReportService.ListReports", "parent: '$T' scope: '$T/courses/small'", Others::kNothing},
    {"ReportService.UpdateReport", "report { name: '$T/reports/small' display_name: 'Small' }"},
    {"ReportService.DeleteReport", "name: '$T/reports/small'"},
    {"ReportService.ListReportRows", "name: '$T/reports/small'"},
    // --- training records ---
    {"TrainingRecordService.GetTrainingRecord", "name: '$small'"},
    {"TrainingRecordService.ListRecordEvents", "training_record: '$small'"},
    {"TrainingRecordService.ReportProgress",
     "name: '$own' item: '$T/quizzes/fire' percent: 50 position: '7'"},
    {"TrainingRecordService.EnterScore",
     "name: '$small' item: '$T/quizzes/fire' score_hundredths: 5000"},
    {"TrainingRecordService.SignOff", "name: '$small'"},
    {"TrainingRecordService.OverrideCompletion",
     "name: '$small' outcome: COMPLETED reason: 'Knows it all'"},
    {"TrainingRecordService.AwardCredit",
     "scope: '$T/courses/small' learner: '$T/users/kim' override: true reason: 'Knows it all'"},
    {"TrainingRecordService.CorrectRecord", "name: '$score' reason: 'Of somebody else'"},
    {"TrainingRecordService.DeleteTrainingRecord", "name: '$small' reason: 'Made twice'"},
    {"TrainingRecordService.CreateExternalTraining",
     "parent: '$T' external_training { learner: '$T/users/kim' home_scope: '$T/catalogs/safety' "
     "title: 'First aid' complete_time { seconds: 1700000000 } }"},
    {"TrainingRecordService.GetExternalTraining", "name: '$external'"},
    {"TrainingRecordService.ListExternalTrainings", "parent: '$T' learner: '$T/users/kim'",
     Others::kNothing},
    {"TrainingRecordService.UpdateExternalTraining",
     "external_training { name: '$external' title: 'Second aid' } reason: 'A typo'"},
    {"TrainingRecordService.DeleteExternalTraining", "name: '$external'"},
    // --- people ---
    {"UserService.CreateUser", "parent: '$T' user_id: 'new' user { display_name: 'New' }"},
    {"UserService.GetUser", "name: '$T/users/kim'"},
    {"UserService.ListUsers", "parent: '$T' manager: '$T/users/kim'", Others::kNothing},
    {"UserService.ListUserFields", "tenant: '$T'", Others::kEverybody},
    {"UserService.UpdateUser", "user { name: '$T/users/kim' given_name: 'Kim' }"},
    {"UserService.DeleteUser", "name: '$T/users/kim'"},
    {"UserService.SuspendUser", "name: '$T/users/kim'"},
    {"UserService.ReactivateUser", "name: '$T/users/sus'"},
    {"UserService.CreateServiceAccount",
     "parent: '$T' service_account_id: 'new' service_account { display_name: 'New' }"},
    {"UserService.GetServiceAccount", "name: '$T/serviceAccounts/crm'"},
    {"UserService.ListServiceAccounts", "parent: '$T'", Others::kNothing},
    {"UserService.UpdateServiceAccount",
     "service_account { name: '$T/serviceAccounts/crm' display_name: 'C' }"},
    {"UserService.DeleteServiceAccount", "name: '$T/serviceAccounts/crm'"},
    {"UserService.SuspendServiceAccount", "name: '$T/serviceAccounts/crm'"},
    {"UserService.ReactivateServiceAccount", "name: '$T/serviceAccounts/off'"},
    {"UserService.GetImport", "name: '$import'", Others::kRefused, kAdministrator, kOk, kMissing},
    {"UserService.ListImportErrors", "name: '$import'", Others::kRefused, kAdministrator, kOk,
     kMissing},
};

// Each is driven by a role that may and one that may not in the test beside it.
const std::set<std::string>& Streams() {
  static const auto& streams = *new std::set<std::string>{
      "AssessmentService.DownloadSubmission",     // SubmissionTest, LE1
      "AssessmentService.HandInFile",             // SubmissionTest, LE1
      "ContentService.DownloadPackage",           // PackageTest, U3
      "ContentService.DownloadPublishedPackage",  // PackageTest, P2
      "ContentService.UploadPackage",             // PackageTest, U3
      "GroupService.ExportGroups",                // GroupStreamTest, M4
      "GroupService.ImportMembers",               // GroupStreamTest, M5
      "ReportService.ExportReport",               // ReportTest, RE2
      "ReportService.RunReport",                  // ReportTest, CA6
      "RoleService.ExportAssignments",            // AssignmentStreamTest, M4
      "RoleService.ImportAssignments",            // AssignmentStreamTest, M5
      "TrainingRecordService.DownloadEvidence",   // EvidenceTest, KA2
      "TrainingRecordService.ExportRecords",      // TrainingRecordTest, M4
      "TrainingRecordService.UploadEvidence",     // EvidenceTest, KA2
      "UserService.ExportUsers",                  // ExportTest, M4
      "UserService.ImportUsers",                  // ImportTest, M5
  };
  return streams;
}

// Grants go under a freeze too, and so do the marks of readers and one's own saved reports. What
// runs service accounts is a WRITE, and reads them as well.
bool IsFrozen(const std::string& method, bool changes) {
  if (method == "DiscussionService.MarkRead" || method == "DiscussionService.MarkMessagesRead" ||
      method == "ReportService.DeleteReport") {
    return false;
  }
  return (changes && method != "RoleService.DeleteAssignment") ||
         method == "UserService.GetServiceAccount";
}

class EveryMethod : public AcmeTest {
 protected:
  explicit EveryMethod(const std::string& preset) : AcmeTest(preset), preset_(preset) {
    absl::StatusOr<Methods> methods = Methods::OfContract();
    if (!methods.ok()) std::abort();
    for (const std::unique_ptr<Method>& method : methods->all()) {
      methods_[method->short_name] = method->descriptor;
    }
  }

  // Carries a case's method out with another request, as the administrator; it has to succeed.
  std::unique_ptr<Message> Do(const std::string& method, const std::string& request) {
    std::unique_ptr<Message> response;
    const grpc::Status status = Send(method, request, kAdministrator, false, &response);
    EXPECT_TRUE(status.ok()) << method << " " << request << ": " << status.error_message();
    return response;
  }

  grpc::Status Send(const std::string& method, const std::string& text, const std::string& actor,
                    bool validate_only, std::unique_ptr<Message>* response) {
    const google::protobuf::MethodDescriptor& descriptor = *methods_.at(method);
    const std::unique_ptr<Message> request = New(*descriptor.input_type());
    std::vector<std::pair<std::string, std::string>> names(names_.begin(), names_.end());
    // `$training` is no `$T`.
    std::sort(names.begin(), names.end(),
              [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
    EXPECT_TRUE(TextFormat::ParseFromString(absl::StrReplaceAll(text, names), request.get()))
        << method << " " << text;
    if (const auto* field = descriptor.input_type()->FindFieldByName("validate_only");
        field != nullptr && validate_only) {
      request->GetReflection()->SetBool(request.get(), field, true);
    }
    if (const auto* field = descriptor.input_type()->FindFieldByName("page_size");
        field != nullptr) {
      request->GetReflection()->SetInt32(request.get(), field, 5);
    }
    *response = New(*descriptor.output_type());
    return CallMethod(channel(), actor, *request, response->get());
  }

  static std::unique_ptr<Message> New(const Descriptor& type) {
    return std::unique_ptr<Message>(
        MessageFactory::generated_factory()->GetPrototype(&type)->New());
  }

  static std::string NameOf(const Message& message) {
    return message.GetReflection()->GetString(message,
                                              message.GetDescriptor()->FindFieldByName("name"));
  }

  // One of everything, for the cases to be about.
  void Fixture() {
    names_["$T"] = Full("");
    names_["$policy"] =
        absl::StrCat(R"(name: \"acme\" version: \"2\" extends { name: \")", preset_, R"(\" })");
    for (const char* catalog : {"safety", "other", "old", "held"}) MakeCatalog(catalog);
    for (const char* course : {"drill", "small", "old"}) MakeCourse(course, "catalogs/safety");
    for (const char* user : {"kim", "nob", "sus"}) MakeUser(user);
    for (const char* group : {"crew", "tiny", "idle"}) MakeGroup(group);
    AddMember("groups/crew", "users/kim");
    AddMember("groups/tiny", "users/kim");
    names_["$assignment"] = Assign("users/kim", "learner", "courses/drill");
    for (const char* plan : {"path", "old"}) {
      Do("CourseService.CreateTrainingPlan",
         absl::StrCat("parent: '$T' training_plan_id: '", plan,
                      "' training_plan { display_name: 'Path' parent_scope: '$T/catalogs/safety' "
                      "steps { courses: '$T/courses/small' } }"));
    }
    for (const char* session : {"monday", "old"}) {
      Do("CourseService.CreateSession",
         absl::StrCat("parent: '$T' session_id: '", session,
                      "' session { display_name: 'Monday' parent_scope: '$T/courses/drill' }"));
    }
    for (const char* account : {"crm", "off"}) {
      Do("UserService.CreateServiceAccount",
         absl::StrCat("parent: '$T' service_account_id: '", account,
                      "' service_account { display_name: 'CRM' }"));
    }
    names_["$override"] = NameOf(*Do("RoleService.CreateOverride",
                                     "parent: '$T' override { scope: '$T/courses/drill' role: "
                                     "'instructor' permission: 'course.read' effect: PREVENT }"));
    MakeContent();
    MakeMail();
    Discuss();
    names_["$enrollment"] = NameOf(*Do("EnrollmentService.CreateEnrollment",
                                       "parent: '$T' enrollment { learner: '$T/users/kim' "
                                       "training: '$T/courses/drill' }"));
    MakeOpenCourse();
    names_["$training"] =
        NameOf(*Do("EnrollmentService.CreateTrainingAssignment",
                   "parent: '$T' training_assignment { training: '$T/courses/small' "
                   "assignee: '$T/groups/tiny' }"));
    Assess();
    Do("ReportService.CreateReport",
       "parent: '$T' report_id: 'small' report { display_name: 'Small' definition { kind: COURSE "
       "scope: '$T/courses/small' } schedule { frequency: DAILY time: '07:30' } }");
    Record();
    Certify();
    const auto mails = Do("NotificationService.ListOutboxMessages", "parent: '$T'");
    const auto& listed = static_cast<const v1::ListOutboxMessagesResponse&>(*mails);
    ASSERT_GT(listed.messages_size(), 0);
    names_["$mail"] = listed.messages(0).name();
    Import("user_id,display_name\nimp,Imp\n,Nobody\n", kImportId);
    names_["$import"] = Full(absl::StrCat("imports/", kImportId));
    Do("PolicyService.ApplyPolicy", "parent: '$T' source_text: '$policy'");
    Do("UserService.SuspendUser", "name: '$T/users/sus'");
    Do("UserService.SuspendServiceAccount", "name: '$T/serviceAccounts/off'");
    Do("GroupService.SuspendGroup", "name: '$T/groups/idle'");
    Do("CatalogService.ArchiveCatalog", "name: '$T/catalogs/old'");
    Do("CourseService.ArchiveCourse", "name: '$T/courses/old'");
    Do("CourseService.ArchiveTrainingPlan", "name: '$T/plans/old'");
    Do("CourseService.ArchiveSession", "name: '$T/sessions/old'");
    Hold("catalogs/held");
  }

  // One seat: sus has it, tom waits, and kim asks for it. ann is enrolled elsewhere.
  void MakeOpenCourse() {
    MakeCourse("open", "catalogs/safety");
    MakeUser("tom");
    Do("CourseService.UpdateTrainingRules",
       "training: '$T/courses/open' section: ENROLLMENT rules { enrollment { self_enrollment: true "
       "applications: true capacity: 1 waiting_list: true } }");
    Do("CourseService.PublishCourse", "name: '$T/courses/open'");
    Do("CourseService.CreateTrainingPlan",
       "parent: '$T' training_plan_id: 'open' training_plan { display_name: 'Open' "
       "parent_scope: '$T/catalogs/safety' }");
    Do("CourseService.PublishTrainingPlan", "name: '$T/plans/open'");
    const auto enroll = [&](const std::string& user, const std::string& course) {
      return NameOf(*Do("EnrollmentService.CreateEnrollment",
                        absl::StrCat("parent: '$T' enrollment { learner: '$T/users/", user,
                                     "' training: '$T/courses/", course, "' }")));
    };
    enroll("sus", "open");
    names_["$waiting"] = enroll("tom", "open");
    names_["$own"] = enroll("ann", "small");
    std::unique_ptr<Message> response;
    const grpc::Status applied = Send("EnrollmentService.RequestEnrollment",
                                      "training: '$T/courses/open'", "users/kim", false, &response);
    ASSERT_TRUE(applied.ok()) << applied.error_message();
    names_["$request"] = NameOf(*response);
  }

  // kim and tom have completed the course certified, and kim has a certificate.
  void Certify() {
    MakeCourse("certified", "catalogs/safety");
    Do("ContentService.CreateContentItem",
       "parent: '$T' content_item_id: 'plain' content_item { kind: CERTIFICATE_TEMPLATE "
       "display_name: 'Plain' home_scope: '$T/catalogs/safety' body { certificate_template { "
       "title: 'Certificate' } } }");
    Do("ContentService.SubmitVersion", "name: '$T/certificateTemplates/plain'");
    for (const char* decision : {"APPROVE", "PUBLISH"}) {
      Do("ContentService.ReviewVersion",
         absl::StrCat("name: '$T/certificateTemplates/plain' version: 1 decision: ", decision));
    }
    Do("CourseService.UpdateTrainingRules",
       "training: '$T/courses/certified' section: COMPLETION "
       "rules { completion { attendance_percent: 100 } }");
    Do("CourseService.CreateSession",
       "parent: '$T' session_id: 'talk' session { display_name: 'Talk' "
       "parent_scope: '$T/courses/small' }");
    Do("CourseService.CreateSession",
       "parent: '$T' session_id: 'certified' session { display_name: 'Monday' "
       "parent_scope: '$T/courses/certified' start: '2026-01-05T09:00' end: '2026-01-05T10:00' }");
    for (const char* user : {"kim", "tom"}) {
      Do("EnrollmentService.CreateEnrollment",
         absl::StrCat("parent: '$T' enrollment { learner: '$T/users/", user,
                      "' training: '$T/courses/certified' }"));
      Do("AttendanceService.MarkAttendance",
         absl::StrCat("session: '$T/sessions/certified' attendance { learner: '$T/users/", user,
                      "' status: PRESENT }"));
    }
    names_["$certificate"] =
        NameOf(*Do("CertificateService.IssueCertificate",
                   "parent: '$T' training: '$T/courses/certified' learner: '$T/users/kim' "
                   "certificate_template: '$T/certificateTemplates/plain' reason: 'Lost'"));
  }

  // ann tries a quiz of the course small, and kim has handed in work there.
  void Assess() {
    const auto publish = [&](const std::string& name) {
      Do("ContentService.SubmitVersion", absl::StrCat("name: '", name, "'"));
      for (const char* decision : {"APPROVE", "PUBLISH"}) {
        Do("ContentService.ReviewVersion",
           absl::StrCat("name: '", name, "' version: 1 decision: ", decision));
      }
    };
    Do("ContentService.CreateContentItem",
       "parent: '$T' content_item_id: 'essay' content_item { kind: TASK display_name: 'Essay' "
       "home_scope: '$T/courses/small' body { task { instructions: 'Write' max_points: 10 } } }");
    for (const char* name : {"$T/quizzes/fire", "$T/tasks/essay"}) publish(name);
    Do("ContentService.SetCourseItems",
       "course: '$T/courses/small' items { item: '$T/quizzes/fire' } "
       "items { item: '$T/tasks/essay' }");
    names_["$attempt"] = NameOf(*Do("AssessmentService.StartAttempt",
                                    "course: '$T/courses/small' quiz: '$T/quizzes/fire'"));
    std::unique_ptr<Message> response;
    const grpc::Status handed_in =
        Send("AssessmentService.HandInText",
             "course: '$T/courses/small' task: '$T/tasks/essay' text: 'Done.'", "users/kim", false,
             &response);
    ASSERT_TRUE(handed_in.ok()) << handed_in.error_message();
    names_["$submission"] = NameOf(*response);
  }

  // What kim has done in the course small, which asks for a signature too, and elsewhere.
  void Record() {
    Do("CourseService.UpdateTrainingRules",
       "training: '$T/courses/small' section: COMPLETION "
       "rules { completion { sign_off: true credit_hundredths: 100 } }");
    const auto list = Do("EnrollmentService.ListEnrollments",
                         "parent: '$T' learner: '$T/users/kim' training: '$T/courses/small'");
    names_["$small"] = static_cast<const v1::ListEnrollmentsResponse&>(*list).enrollments(0).name();
    Do("TrainingRecordService.EnterScore",
       "name: '$small' item: '$T/tasks/essay' score_hundredths: 4000");
    const auto log = Do("TrainingRecordService.ListRecordEvents", "training_record: '$small'");
    for (const auto& event : static_cast<const v1::ListRecordEventsResponse&>(*log).events()) {
      if (event.has_score()) names_["$score"] = event.name();
    }
    names_["$external"] = NameOf(*Do("TrainingRecordService.CreateExternalTraining",
                                     "parent: '$T' external_training { learner: '$T/users/kim' "
                                     "home_scope: '$T/catalogs/safety' title: 'First aid' "
                                     "complete_time { seconds: 1700000000 } }"));
  }

  void MakeContent() {
    const auto make = [&](const std::string& kind, const std::string& id, const std::string& body) {
      Do("ContentService.CreateContentItem",
         absl::StrCat("parent: '$T' content_item_id: '", id, "' content_item { kind: ", kind,
                      " display_name: 'Fire' home_scope: '$T/catalogs/safety' body { ", body,
                      " } }"));
    };
    make("PAGE", "fire", "page { markdown: 'Fire' }");
    make("PAGE", "shared", "page { markdown: 'Fire' }");
    make("QUIZ", "fire",
         "quiz { parts { question { id: 'q' text: 'Hot?' points: 1 true_false: true } } }");
    Do("ContentService.ShareContentItem",
       "name: '$T/pages/shared' scope: '$T/catalogs/other' use: USE");
    Do("ContentService.SubmitVersion", "name: '$T/pages/fire'");
    Do("ContentService.ReviewVersion", "name: '$T/pages/fire' version: 1 decision: APPROVE");
    Do("ContentService.ReviewVersion", "name: '$T/pages/fire' version: 1 decision: PUBLISH");
    Do("ContentService.UpdateContentItem",
       "content_item { name: '$T/pages/fire' body { page { markdown: 'Fire, fire' } } }");
    Do("ContentService.SubmitVersion", "name: '$T/pages/fire'");
    Do("ContentService.SetCourseItems",
       "course: '$T/courses/drill' items { item: '$T/pages/fire' }");
    Do("CompetencyService.CreateCompetency",
       "parent: '$T' competency_id: 'safe' competency { display_name: 'Safe' home_scope: "
       "'$T/catalogs/safety' levels { id: 'one' display_name: 'One' } }");
  }

  void Discuss() {
    names_["$discussion"] = NameOf(*Do(
        "DiscussionService.CreateDiscussion",
        "parent: '$T' discussion { training: '$T/courses/drill' title: 'Exits' } text: 'Where?'"));
    names_["$post"] =
        NameOf(*Do("DiscussionService.CreatePost", "discussion: '$discussion' text: 'There'"));
    names_["$message"] =
        NameOf(*Do("DiscussionService.SendMessage",
                   "training: '$T/courses/drill' recipient: '$T/users/kim' text: 'Hello'"));
  }

  void MakeMail() {
    for (const char* id : {"welcome", "unused"}) {
      Do("NotificationService.CreateNotificationTemplate",
         absl::StrCat("parent: '$T' notification_template_id: '", id,
                      "' notification_template { display_name: 'Welcome' home_scope: "
                      "'$T/catalogs/safety' event: ENROLLED texts { locale: 'en' subject: 'Hi' "
                      "text: 'Hi' } }"));
    }
    Do("NotificationService.CreateNotificationRule",
       "parent: '$T' notification_rule_id: 'enrolled' notification_rule { display_name: 'Hi' "
       "home_scope: '$T/catalogs/safety' event: ENROLLED "
       "template: '$T/notificationTemplates/welcome' recipients: LEARNER }");
  }

  v1::Import Import(const std::string& document, const std::string& id) {
    v1::ImportUsersRequest start;
    start.set_parent(Full(""));
    start.mutable_options()->set_import_id(id);
    start.mutable_options()->set_mode(v1::ImportOptions::BEST_EFFORT);
    start.set_missing(v1::ImportUsersRequest::APPLY);
    const auto stub = v1::UserService::NewStub(channel());
    const auto answer = SendImport(
        kAdministrator, start, document,
        [&](grpc::ClientContext* context, v1::Import* import) {
          return stub->ImportUsers(context, import);
        },
        100000);
    EXPECT_TRUE(answer.ok()) << answer.message();
    return answer.value;
  }

  const std::string preset_;
  std::map<std::string, const google::protobuf::MethodDescriptor*> methods_;
  std::map<std::string, std::string> names_;
};

class EveryMethodTest : public EveryMethod, public ::testing::WithParamInterface<const char*> {
 protected:
  EveryMethodTest() : EveryMethod(GetParam()) {}

  // What the table of the preset withholds from its administrator (d1).
  bool IsWithheld(const std::string& method) const {
    return preset_ == "plutolms" && method == "UserService.DeleteUser";
  }
};

TEST_P(EveryMethodTest, P0_A1_AD1_TheAdministratorReachesEachAndOthersDoNot) {
  Fixture();
  std::set<std::string> cases;
  for (const Case& each : kCases) {
    ASSERT_TRUE(cases.insert(each.method).second) << each.method;
    ASSERT_TRUE(methods_.count(each.method)) << each.method;
    std::unique_ptr<Message> response;
    const grpc::Status refused = Send(each.method, each.request, kNobody, true, &response);
    if (each.others == Others::kRefused) {
      EXPECT_EQ(refused.error_code(), each.refusal)
          << each.method << ": " << refused.error_message();
    } else {
      EXPECT_TRUE(refused.ok()) << each.method << ": " << refused.error_message();
      if (each.others == Others::kNothing) {
        EXPECT_EQ(response->ByteSizeLong(), 0u) << each.method << ": " << response->DebugString();
      }
    }
    const grpc::Status reached = Send(each.method, each.request, each.who, true, &response);
    if (IsWithheld(each.method)) {
      EXPECT_EQ(reached.error_code(), grpc::StatusCode::PERMISSION_DENIED) << each.method;
    } else {
      EXPECT_EQ(reached.error_code(), each.answer)
          << each.method << ": " << reached.error_message();
    }
  }
  for (const auto& [name, descriptor] : methods_) {
    if (descriptor->client_streaming() || descriptor->server_streaming()) {
      EXPECT_TRUE(Streams().count(name)) << name << " is a stream that no test is told for";
    } else {
      EXPECT_TRUE(cases.count(name)) << name << " has no case";
    }
  }
}

// Of the same calls none is answered to the administrator of another tenant.
TEST_P(EveryMethodTest, P0_NothingIsReachedFromAnotherTenant) {
  Fixture();
  std::unique_ptr<Message> response;
  ASSERT_TRUE(Send("TenantService.CreateTenant",
                   absl::StrCat("tenant_id: 'two' policy { preset: '", preset_,
                                "' } administrator { user_id: 'ann' }"),
                   kOperator, false, &response)
                  .ok());
  for (const Case& each : kCases) {
    if (each.who != kAdministrator) continue;
    const grpc::Status status =
        Send(each.method, each.request, "tenants/two/users/ann", true, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED)
        << each.method << ": " << status.error_message();
  }
}

// Nor anything to anybody of a tenant that is suspended.
TEST_P(EveryMethodTest, Rule6_NothingIsReachedInASuspendedTenant) {
  Fixture();
  std::unique_ptr<Message> response;
  ASSERT_TRUE(Send("TenantService.SuspendTenant", "name: '$T'", kOperator, false, &response).ok());
  for (const Case& each : kCases) {
    if (each.who != kAdministrator) continue;
    const grpc::Status status = Send(each.method, each.request, each.who, true, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED)
        << each.method << ": " << status.error_message();
  }
}

// Of an archived tenant everything can be read, and nothing changes but that grants go and the
// archive is lifted.
TEST_P(EveryMethodTest, Rule19_AnArchiveFreezesEverything) {
  Fixture();
  Do("RoleService.FreezeScope", "name: '$T' freeze: ARCHIVE");
  for (const Case& each : kCases) {
    if (each.who != kAdministrator || IsWithheld(each.method)) continue;
    std::unique_ptr<Message> response;
    const grpc::Status status = Send(each.method, each.request, each.who, true, &response);
    const bool changes =
        methods_.at(each.method)->input_type()->FindFieldByName("validate_only") != nullptr;
    EXPECT_EQ(status.error_code(), IsFrozen(each.method, changes) ? kFailed : kOk)
        << each.method << ": " << status.error_message();
  }
  Do("RoleService.UnfreezeScope", "name: '$T' freeze: ARCHIVE");
}

INSTANTIATE_TEST_SUITE_P(Presets, EveryMethodTest, ::testing::Values("coreachieve", "plutolms"),
                         [](const auto& info) { return std::string(info.param); });

class RowsReadTest : public EveryMethod {
 protected:
  RowsReadTest() : EveryMethod("coreachieve") {}

  // Rows that a call reads; what the server does by itself meanwhile is not in it.
  uint64_t RowsOf(const Case& each) {
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 3; ++i) {
      std::unique_ptr<Message> response;
      const uint64_t before = server().rows_read();
      const grpc::Status status = Send(each.method, each.request, each.who, true, &response);
      EXPECT_EQ(status.error_code(), each.answer) << each.method << ": " << status.error_message();
      least = std::min(least, server().rows_read() - before);
    }
    return least;
  }

  // More of everything, around what the cases are about.
  void Fill(int first, int end) {
    std::string people = "user_id,email,display_name\n";
    for (int i = first; i < end; ++i) {
      absl::StrAppend(&people, "u", i, ",u", i, "@acme.example,Somebody\n");
    }
    const std::string id = absl::StrCat("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c", 5000 + first);
    EXPECT_EQ(Import(people, id).created(), end - first);
    for (int i = first; i < end; ++i) {
      const std::string n = absl::StrCat(i);
      MakeCatalog("k" + n);
      MakeCourse("c" + n, "catalogs/safety");
      MakeGroup("g" + n);
      AddMember("groups/crew", "users/u" + n);
      AddMember("groups/g" + n, "users/u" + n);
      Assign("users/u" + n, "learner", "courses/c" + n);
      const auto text = [&](absl::string_view with) {
        return absl::StrReplaceAll(with, {{"#", n}});
      };
      Do("CourseService.CreateTrainingPlan",
         text("parent: '$T' training_plan_id: 'p#' training_plan { display_name: 'P' "
              "parent_scope: '$T/catalogs/safety' steps { courses: '$T/courses/c#' } }"));
      Do("CourseService.CreateSession",
         text("parent: '$T' session_id: 's#' session { display_name: 'S' "
              "parent_scope: '$T/courses/c#' }"));
      Do("EnrollmentService.CreateEnrollment",
         text("parent: '$T' enrollment { learner: '$T/users/u#' "
              "training: '$T/courses/drill' }"));
      Do("EnrollmentService.CreateTrainingAssignment",
         text("parent: '$T' training_assignment { training: '$T/plans/p#' "
              "assignee: '$T/groups/g#' }"));
      Do("ContentService.CreateContentItem",
         text("parent: '$T' content_item_id: 'i#' content_item { kind: PAGE display_name: 'P' "
              "home_scope: '$T/catalogs/safety' body { page { markdown: 'x' } } }"));
      Do("CompetencyService.CreateCompetency",
         text("parent: '$T' competency_id: 'm#' competency { display_name: 'M' home_scope: "
              "'$T/catalogs/safety' levels { id: 'one' display_name: 'One' } }"));
      Do("NotificationService.CreateNotificationTemplate",
         text("parent: '$T' notification_template_id: 't#' notification_template { display_name: "
              "'T' home_scope: '$T/catalogs/safety' event: ENROLLED texts { locale: 'en' "
              "subject: 'Hi' text: 'Hi' } }"));
      Do("ReportService.CreateReport",
         text("parent: '$T' report_id: 'r#' report { display_name: 'R' definition { kind: COURSE "
              "scope: '$T/courses/c#' } }"));
      Do("UserService.CreateServiceAccount",
         text("parent: '$T' service_account_id: 'a#' service_account { display_name: 'A' }"));
      Do("DiscussionService.CreateDiscussion",
         text("parent: '$T' discussion { training: '$T/courses/drill' title: 'D#' } text: 'Hm'"));
      Do("DiscussionService.CreatePost", "discussion: '$discussion' text: 'Hm'");
      Do("DiscussionService.SendMessage",
         text("training: '$T/courses/c#' recipient: '$T/users/u#' text: 'Hm'"));
      Do("RoleService.CreateOverride",
         text("parent: '$T' override { scope: '$T/courses/c#' role: 'instructor' "
              "permission: 'course.read' effect: PREVENT }"));
    }
  }
};

TEST_F(RowsReadTest, NoCallReadsMoreAsTheTenantGrows) {
  Fixture();
  Fill(0, 20);
  std::map<std::string, uint64_t> before;
  for (const Case& each : kCases) before[each.method] = RowsOf(each);
  Fill(20, 320);
  for (const Case& each : kCases) {
    const uint64_t rows = RowsOf(each);
    EXPECT_LE(rows, before[each.method] + 2) << each.method;
    // The most is what goes with a person who has one of everything.
    EXPECT_LE(rows, 80u) << each.method;
  }
}

}  // namespace
}  // namespace provost
