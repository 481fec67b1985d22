#ifndef PROVOST_TENANT_INDEX_PARTS_H_
#define PROVOST_TENANT_INDEX_PARTS_H_

#include <cstdint>

namespace provost {

/// What the second part of a key in kIndexes says: which way of finding a row this is. Part of the
/// format on disk; a number is never used again for another, so all of them stand here.
enum IndexPart : uint8_t {
  kEmailIndex = 1,              ///< E-mail address: the user.
  kExternalIdIndex = 2,         ///< External id: the user.
  kReportIndex = 3,             ///< Manager, report.
  kRuleFieldIndex = 4,          ///< Field of people, group whose rule reads it.
  kHeldBackIndex = 5,           ///< Group, user whom its rule would take in and who is kept out.
  kPlanIndex = 6,               ///< Course, training plan that has it in a step.
  kAssigneeIndex = 7,           ///< User or group, training assignment.
  kLearnerIndex = 8,            ///< User, course or plan that they are enrolled in.
  kAudienceIndex = 9,           ///< Group, catalog that is for it.
  kItemPlaceIndex = 10,         ///< Scope, how, content item.
  kItemNameIndex = 11,          ///< Content item: its name.
  kItemCourseIndex = 12,        ///< Content item, course that it stands in.
  kPoolQuizIndex = 13,          ///< Question pool, quiz that draws from it.
  kCourseCompetencyIndex = 14,  ///< Course: the competencies that it gives.
  kCompetencyCourseIndex = 15,  ///< Competency, course that gives it.
  kOutboxIndex = 18,            ///< Whom or what a mail is about: the mail.
  kAuditActorIndex = 19,        ///< Name of who made a change, its revision.
  kAuditResourceIndex = 20,     ///< Name of what a change was about, its revision.
  kTemplateRuleIndex = 21,      ///< Notification template, rule that mails it.
  kCourseItemIndex = 22,        ///< Course, position: the content item.
  kAssignedTrainingIndex = 24,  ///< Course or plan, training assignment.
  kUploadIndex = 25,            ///< Upload under way.
  kProfileAnswerIndex = 26,     ///< User, kept answer that shows the profile.
  kHomeIndex = 27,              ///< Scope, name of a competency, rule or template whose home it is.
  kEnrollmentSourceIndex = 28,  ///< Training assignment, enrollment that rests on it.
  kHeldBackOfIndex = 29,        ///< User, group that they are held back from.
  kSeatsIndex = 30,             ///< Course or plan: how many are enrolled, and how many wait.
  kWaitingIndex = 31,           ///< Course or plan, place in the line: who waits.
  kRequestedIndex = 32,         ///< Course or plan: who has applied.
  kCompletionItemIndex = 33,    ///< Item or certificate template, training whose rules name it.
  kSessionRoomIndex = 34,       ///< Room, start: the session in it.
  kSessionInstructorIndex = 35,    ///< User, start: the session that they teach.
  kRegistrationIndex = 36,         ///< Session, person: that they are registered, or wait.
  kRegistrationLineIndex = 37,     ///< Session, place in the line: who waits.
  kRegisteredSessionIndex = 38,    ///< Person, session that they are registered for.
  kCertificateLearnerIndex = 39,   ///< Person, certificate.
  kCertificateTrainingIndex = 40,  ///< Course or plan, person: their certificates.
  kCertificateCodeIndex = 41,      ///< Code by which a certificate is verified.
  kAttemptLearnerIndex = 42,       ///< Course, person, quiz: their attempts.
  kAttemptQuizIndex = 43,          ///< Quiz, course: the attempts at it.
  kSubmissionLearnerIndex = 44,    ///< Course, person, task: what they have handed in.
  kSubmissionTaskIndex = 45,       ///< Task, course: what was handed in.
  kDiscussionCourseIndex = 46,     ///< Course: its discussions.
  kReadMarkIndex = 47,             ///< Person, discussion: how far they have read.
  kMessageIndex = 48,              ///< Person, with whom: their messages.
  kReportGroupIndex = 49,          ///< Group, saved report whose filter names it.
  kReportOwnerIndex = 50,          ///< Person, saved report that is theirs.
  kCertificateNumberIndex = 51,    ///< Year: the number of the last certificate.
  kAuthorIndex = 52,               ///< Person: what they have posted.
  kOpenTrainingIndex = 53,         ///< Course or plan that people can come into by themselves.
};

}  // namespace provost

#endif  // PROVOST_TENANT_INDEX_PARTS_H_
