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
};

}  // namespace provost

#endif  // PROVOST_TENANT_INDEX_PARTS_H_
