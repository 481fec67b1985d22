#include "service/submission_grading.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/time_text.h"
#include "provost/v1/assessment_service.pb.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "service/rule21.h"
#include "service/subject_resource.h"
#include "service/submission_view.h"
#include "service/task_rules.h"
#include "service/work_list.h"
#include "service/work_record.h"
#include "tenant/assessment_rows.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

using v1::Submission;

constexpr size_t kMaxFeedback = 20000;          // Bytes.
constexpr size_t kMaxCriterionComment = 10000;  // Bytes.

void CheckBytes(absl::string_view field, absl::string_view text, size_t min, size_t max,
                absl::Status* status) {
  if (text.size() >= min && text.size() <= max) return;
  AddBadField(status, field, text,
              absl::StrCat("wanted ", min, " to ", max, " bytes, got ", text.size()));
}

// A submission that somebody else than its learner does something with.
absl::StatusOr<rows::SubmissionRow> FindOthers(const MutateCall& call, const WorkView& view,
                                               const std::string& name, const std::string& etag,
                                               absl::string_view what) {
  absl::StatusOr<rows::SubmissionRow> row = FindSubmission(view, name);
  if (!row.ok()) return row;
  absl::Status status = CheckNotOneself(call.actor(), SubjectId(row->learner()), what);
  if (status.ok()) status = CheckEtag(name, etag, EtagOf(WorkUidIn(name), *row));
  if (!status.ok()) return status;
  return row;
}

absl::Status Show(const WorkView& view, uint64_t uid, const rows::SubmissionRow& row,
                  Submission* response) {
  absl::StatusOr<Submission> message = SubmissionView(view).Full(uid, row);
  if (!message.ok()) return message.status();
  *response = *std::move(message);
  return absl::OkStatus();
}

void Put(MutateCall& call, uint64_t uid, rows::SubmissionRow* row) {
  *row->mutable_update_time() = ToTimestamp(call.now());
  PutSubmission(call.draft, uid, *row);
  row->set_revision(call.draft.revision());
}

// --- GradeSubmission ---

absl::Status ValidateGrade(const v1::GradeSubmissionRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSubmissions, "name", request.name(), &status);
  if (request.version() < 1) {
    AddBadField(&status, "version", absl::StrCat(request.version()),
                "wanted the version that is graded");
  }
  CheckBytes("feedback", request.feedback(), 0, kMaxFeedback, &status);
  CheckText("reason", request.reason(), 0, kMaxReasonChars, &status);
  for (int i = 0; i < request.criteria_size(); ++i) {
    CheckBytes(absl::StrCat("criteria[", i, "].comment"), request.criteria(i).comment(), 0,
               kMaxCriterionComment, &status);
  }
  return status;
}

void CheckPoints(const std::string& field, int32_t hundredths, int32_t points,
                 absl::Status* status) {
  if (hundredths >= 0 && hundredths <= 100 * points) return;
  AddBadField(status, field, absl::StrCat(hundredths),
              absl::StrCat("wanted 0 to ", 100 * points, ": ", points,
                           points == 1 ? " point" : " points", ", in hundredths"));
}

// The points that are given, in hundredths.
absl::StatusOr<int32_t> PointsGiven(const v1::TaskBody& task,
                                    const v1::GradeSubmissionRequest& request) {
  absl::Status status;
  if (task.rubric().empty()) {
    if (!request.has_point_hundredths()) {
      AddBadField(&status, "point_hundredths", "", "wanted the points of the work");
    } else {
      CheckPoints("point_hundredths", request.point_hundredths(), task.max_points(), &status);
    }
    if (!request.criteria().empty()) {
      AddBadField(&status, "criteria", absl::StrCat(request.criteria_size()),
                  "wanted none: the task has no rubric");
    }
    if (!status.ok()) return status;
    return request.point_hundredths();
  }
  if (request.has_point_hundredths()) {
    AddBadField(&status, "point_hundredths", absl::StrCat(request.point_hundredths()),
                "wanted none: the points follow from those of the criteria");
  }
  absl::flat_hash_map<std::string, int32_t> left;  // The points of the criteria to come.
  for (const v1::RubricCriterion& criterion : task.rubric()) {
    left[criterion.id()] = criterion.points();
  }
  int32_t sum = 0;
  for (int i = 0; i < request.criteria_size(); ++i) {
    const v1::CriterionGrade& given = request.criteria(i);
    const std::string path = absl::StrCat("criteria[", i, "].");
    const auto criterion = left.find(given.criterion());
    if (criterion == left.end()) {
      AddBadField(&status, path + "criterion", given.criterion(),
                  "wanted a criterion of the rubric, each once");
      continue;
    }
    CheckPoints(path + "point_hundredths", given.point_hundredths(), criterion->second, &status);
    sum += given.point_hundredths();
    left.erase(criterion);
  }
  for (const v1::RubricCriterion& criterion : task.rubric()) {
    if (!left.contains(criterion.id())) continue;
    AddBadField(&status, "criteria", "",
                absl::StrCat("wanted points for ", Quoted(criterion.id()), " too"));
  }
  if (!status.ok()) return status;
  return sum;
}

absl::Status CheckGradable(const v1::GradeSubmissionRequest& request,
                           const rows::SubmissionRow& row) {
  if (row.state() != Submission::HANDED_IN && row.state() != Submission::GRADED) {
    return FailedPrecondition("NOTHING_TO_GRADE", request.name(),
                              absl::StrCat("it is ", Submission::State_Name(row.state()),
                                           "; wanted HANDED_IN or GRADED"));
  }
  if (request.version() > row.last_hand_in()) {
    return BadField("version", absl::StrCat(request.version()),
                    absl::StrCat("wanted ", row.last_hand_in(), ", which is the newest"));
  }
  if (request.version() < row.last_hand_in()) {
    return absl::AbortedError(absl::StrCat("version ", row.last_hand_in(),
                                           " was handed in meanwhile; look at that and grade it"));
  }
  if (row.state() == Submission::GRADED && request.reason().empty()) {
    return BadField("reason", "", "wanted why it is graded again");
  }
  if (row.last_grade() >= kMaxGrades) {
    return FailedPrecondition("TOO_MANY_GRADES", request.name(),
                              absl::StrCat("work is graded at most ", kMaxGrades, " times"));
  }
  return absl::OkStatus();
}

absl::Status DoGrade(MutateCall& call, const v1::GradeSubmissionRequest& request,
                     Submission* response) {
  const WorkView view(call);
  const uint64_t uid = WorkUidIn(request.name());
  absl::StatusOr<rows::SubmissionRow> row =
      FindOthers(call, view, request.name(), request.etag(), "grade");
  if (!row.ok()) return row.status();
  if (absl::Status status = CheckGradable(request, *row); !status.ok()) return status;
  const EnrollmentId id{row->course(), row->learner()};
  absl::StatusOr<rows::EnrollmentRow> enrollment = FindAdmitted(view, id);
  if (!enrollment.ok()) return enrollment.status();
  absl::StatusOr<rows::HandInRow> work =
      ReadHandIn(view.reader, view.tenant, uid, request.version());
  if (!work.ok()) return work.status();
  SubmissionView tasks(view);
  absl::StatusOr<const v1::TaskBody*> task =
      tasks.TaskOf(row->task(), work->hand_in().task_version());
  if (!task.ok()) return task.status();
  if (*task == nullptr) {
    return FailedPrecondition("TASK_GONE", request.name(), "the task was deleted");
  }
  absl::StatusOr<int32_t> points = PointsGiven(**task, request);
  if (!points.ok()) return points.status();

  rows::GradeRow grade;
  v1::Grade* const given = grade.mutable_grade();
  given->set_version(request.version());
  *given->mutable_time() = ToTimestamp(call.now());
  *given->mutable_criteria() = request.criteria();
  given->set_point_hundredths(*points);
  given->set_late_hundredths(LateHundredths(**task, *points, work->hand_in().late_days()));
  given->set_max_points((*task)->max_points());
  const int32_t left = given->point_hundredths() - given->late_hundredths();
  given->set_passed(left >= (*task)->pass_percent() * (*task)->max_points());
  given->set_feedback(request.feedback());
  given->set_reason(request.reason());
  grade.set_grader(call.actor_uid());

  WorkScore score;
  score.score.set_item(row->task());
  score.score.set_work(uid);
  score.score.set_score_hundredths(ScoreHundredths(left, given->max_points()));
  score.score.set_passed(given->passed());
  score.cycle = row->cycle();
  score.time = FromTimestamp(work->hand_in().time());
  score.actor = call.actor_uid();
  score.reason = request.reason().empty()
                     ? absl::StrCat("work on ", Quoted(row->task_display_name()), " was graded")
                     : request.reason();
  if (row->state() == Submission::GRADED) {
    absl::StatusOr<rows::GradeRow> before =
        ReadGrade(view.reader, view.tenant, uid, row->last_grade());
    if (!before.ok()) return before.status();
    score.before = before->event();
  }
  absl::StatusOr<uint64_t> event = RecordWork(call.draft, id, score);
  if (!event.ok()) return event.status();
  grade.set_event(*event);

  row->set_state(Submission::GRADED);
  row->set_last_grade(row->last_grade() + 1);
  call.draft.Write(store::Table::kSubmissions, GradeKey(view.tenant, uid, row->last_grade()),
                   grade);
  Put(call, uid, &*row);
  call.draft.Describe(request.name(), request.reason());
  return Show(view, uid, *row, response);
}

// --- ReturnSubmission ---

absl::Status ValidateReturn(const v1::ReturnSubmissionRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSubmissions, "name", request.name(), &status);
  CheckBytes("comment", request.comment(), 1, kMaxFeedback, &status);
  if (request.has_due_time()) CheckTime("due_time", request.due_time(), &status);
  return status;
}

// Nobody is made late by it.
template <typename Request>
absl::Status CheckDueLater(const MutateCall& call, const Request& request) {
  if (!request.has_due_time() || FromTimestamp(request.due_time()) > call.now()) {
    return absl::OkStatus();
  }
  return BadField("due_time", TimeText(FromTimestamp(request.due_time())),
                  "wanted a time that is still to come");
}

absl::Status DoReturn(MutateCall& call, const v1::ReturnSubmissionRequest& request,
                      Submission* response) {
  const WorkView view(call);
  const uint64_t uid = WorkUidIn(request.name());
  absl::StatusOr<rows::SubmissionRow> row =
      FindOthers(call, view, request.name(), request.etag(), "return");
  if (!row.ok()) return row.status();
  if (absl::Status status = CheckDueLater(call, request); !status.ok()) return status;
  if (row->state() != Submission::HANDED_IN && row->state() != Submission::GRADED) {
    return FailedPrecondition("NOTHING_TO_RETURN", request.name(),
                              absl::StrCat("it is ", Submission::State_Name(row->state()),
                                           "; wanted HANDED_IN or GRADED"));
  }
  row->set_state(Submission::RETURNED);
  row->set_return_comment(request.comment());
  if (request.has_due_time()) *row->mutable_due_time() = request.due_time();
  Put(call, uid, &*row);
  call.draft.Describe(request.name());
  return Show(view, uid, *row, response);
}

// --- AssignWork ---

absl::Status ValidateAssign(const v1::AssignWorkRequest& request) {
  absl::Status status =
      CheckWorkNames(request.course(), "task", request.task(), Collection::kTasks);
  if (!status.ok()) return status;
  const std::string parent = absl::StrCat("tenants/", ParseName(request.course())->tenant);
  if (request.learners().empty() || request.learners_size() > kMaxAssignedLearners) {
    AddBadField(&status, "learners", absl::StrCat(request.learners_size()),
                absl::StrCat("wanted 1 to ", kMaxAssignedLearners));
    return status;
  }
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < request.learners_size(); ++i) {
    const std::string field = absl::StrCat("learners[", i, "]");
    if (!seen.insert(request.learners(i)).second) {
      AddBadField(&status, field, request.learners(i), "wanted each person once");
    } else {
      CheckUserName(field, request.learners(i), parent, &status);
    }
  }
  if (request.has_due_time()) CheckTime("due_time", request.due_time(), &status);
  return status;
}

// As for placing it in the course, it has to be readable by who assigns it. What is hidden and what
// is missing are refused in the same words.
absl::Status MayAssign(const RuleCall& call, const v1::AssignWorkRequest& request) {
  const uint64_t tenant = call.tenant.number();
  const absl::string_view read = FindContentKind(Collection::kTasks)->read;
  absl::StatusOr<std::optional<rows::ContentRow>> row =
      ReadItem(call.reader, tenant, *ParseName(request.task()));
  if (!row.ok()) return row.status();
  const ItemQuestion question(call.state, call.reader, tenant, call.actor, call.now);
  if (row->has_value() && question.Ask(PlaceOf(**row), read) != ItemAccess::kNone) {
    return absl::OkStatus();
  }
  return NotPermitted(read, request.task());
}

absl::Status DoAssign(MutateCall& call, const v1::AssignWorkRequest& request,
                      v1::AssignWorkResponse* response) {
  const WorkView view(call);
  absl::StatusOr<ScopeId> course = ResolveScope(view.state, view.id, "course", request.course());
  if (!course.ok()) return course.status();
  absl::StatusOr<rows::ContentRow> task = view.content.Find(request.task());
  if (!task.ok()) return task.status();
  if (absl::Status status = CheckDueLater(call, request); !status.ok()) return status;
  if (task->content_item().published_version() == 0) {
    return FailedPrecondition("NOT_PUBLISHED", request.task(), "the task has no published version");
  }
  if (!IsWithin(view.state, *task, *course)) {
    return FailedPrecondition("NOT_SHARED", request.task(),
                              absl::StrCat(Quoted(request.task()),
                                           " neither has its home at the course or above it, nor "
                                           "is shared with one of these"));
  }
  absl::Status bad;
  SubmissionView shown(view);
  for (int i = 0; i < request.learners_size(); ++i) {
    const std::string field = absl::StrCat("learners[", i, "]");
    const SubjectId learner = view.state.FindSubject(ParseName(request.learners(i))->Relative());
    if (absl::Status status = CheckNotOneself(call.actor(), learner, "assign work in");
        !status.ok()) {
      return status;
    }
    const EnrollmentId id{course->value, learner.value};
    absl::StatusOr<rows::EnrollmentRow> enrollment = FindAdmitted(view, id);
    if (!enrollment.ok() && !absl::IsFailedPrecondition(enrollment.status())) {
      return enrollment.status();
    }
    if (!enrollment.ok()) {  // In the same words for whoever is not there.
      AddBadField(&bad, field, request.learners(i),
                  "wanted somebody who is enrolled in the course");
      continue;
    }
    const int32_t cycle = enrollment->enrollment().cycle();
    absl::StatusOr<std::optional<std::pair<uint64_t, rows::SubmissionRow>>> found =
        FindSubmissionOf(view.reader, view.tenant, id, task->uid(), cycle);
    if (!found.ok()) return found.status();
    uint64_t uid = 0;
    rows::SubmissionRow row;
    if (found->has_value()) {
      uid = (*found)->first;
      row = (*found)->second;
    } else {
      uid = call.draft.NewItem();
      row.set_course(course->value);
      row.set_learner(learner.value);
      row.set_task(task->uid());
      row.set_task_display_name(task->content_item().display_name());
      row.set_cycle(cycle);
      row.set_state(Submission::ASSIGNED);
      *row.mutable_create_time() = ToTimestamp(call.now());
    }
    row.set_assigned(true);
    row.set_assigned_by(call.actor_uid());
    if (request.has_due_time()) {
      *row.mutable_due_time() = request.due_time();
    } else {
      row.clear_due_time();
    }
    Put(call, uid, &row);
    absl::StatusOr<Submission> message = shown.Outline(uid, row);
    if (!message.ok()) return message.status();
    *response->add_submissions() = *std::move(message);
  }
  if (!bad.ok()) return bad;
  call.draft.Describe(request.task());
  return absl::OkStatus();
}

}  // namespace

void RegisterGrading(Methods& methods) {
  methods.Mutate<v1::GradeSubmissionRequest, Submission>(ValidateGrade, DoGrade);
  methods.Mutate<v1::ReturnSubmissionRequest, Submission>(ValidateReturn, DoReturn);
  Method& assign =
      methods.Mutate<v1::AssignWorkRequest, v1::AssignWorkResponse>(ValidateAssign, DoAssign);
  Methods::AuthorizeBy<v1::AssignWorkRequest>(assign, MayAssign);
}

}  // namespace provost
