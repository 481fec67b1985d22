#include "service/submission_hand_in.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/time_text.h"
#include "provost/v1/assessment_service.pb.h"
#include "service/file_upload.h"
#include "service/lookup.h"
#include "service/submission_view.h"
#include "service/task_rules.h"
#include "service/work_list.h"
#include "tenant/assessment_rows.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

using v1::Submission;

constexpr size_t kMaxText = 200000;   // Bytes.
constexpr size_t kMaxComment = 4000;  // Bytes.

void CheckComment(absl::string_view comment, absl::Status* status) {
  if (comment.size() <= kMaxComment) return;
  AddBadField(status, "comment", comment,
              absl::StrCat("wanted at most ", kMaxComment, " bytes, got ", comment.size()));
}

// The task that somebody works on, and what there is of their work.
struct Work {
  rows::ContentRow task;
  rows::ContentVersionRow version;
  uint64_t uid = 0;  // 0: there is nothing yet.
  rows::SubmissionRow row;
  WorkTimes times;

  const v1::TaskBody& body() const { return version.body().task(); }
};

// A task that the course does not have, and that was not assigned, is as good as missing.
absl::Status FindTask(const WorkView& view, ScopeId course, absl::string_view task, Work* work) {
  const absl::Status missing = NotFound(CollectionNoun(Collection::kTasks), task);
  absl::StatusOr<std::optional<rows::ContentRow>> row =
      ReadItem(view.reader, view.tenant, *ParseName(task));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return missing;
  work->task = **std::move(row);
  const uint64_t uid = work->task.uid();
  const int32_t published = work->task.content_item().published_version();
  if (published == 0 || !IsWithin(view.state, work->task, course)) return missing;
  const EnrollmentId id{course.value, view.actor.value};
  absl::StatusOr<std::optional<std::pair<uint64_t, rows::SubmissionRow>>> found =
      FindSubmissionOf(view.reader, view.tenant, id, uid, work->row.cycle());
  if (!found.ok()) return found.status();
  if (found->has_value()) {
    work->uid = (*found)->first;
    work->row = (*found)->second;
  }
  if (!work->row.assigned()) {
    absl::StatusOr<std::optional<std::string>> placed =
        view.reader.Get(store::Table::kIndexes, PlacedKey(view.tenant, uid, course));
    if (!placed.ok()) return placed.status();
    if (!placed->has_value()) return missing;
  }
  absl::StatusOr<rows::ContentVersionRow> version =
      ReadVersion(view.reader, view.tenant, uid, published);
  if (!version.ok()) return version.status();
  work->version = *std::move(version);
  return absl::OkStatus();
}

std::string FormsOf(const v1::TaskBody& task) {
  return absl::StrJoin(task.forms(), ", ", [](std::string* out, int form) {
    absl::StrAppend(out, v1::TaskBody::Form_Name(static_cast<v1::TaskBody::Form>(form)));
  });
}

// What the caller may hand in work on now, in that form.
absl::StatusOr<Work> FindWork(const WorkView& view, absl::string_view course_name,
                              absl::string_view task, v1::TaskBody::Form form) {
  absl::StatusOr<ScopeId> course = ResolveScope(view.state, view.id, "course", course_name);
  if (!course.ok()) return course.status();
  absl::StatusOr<rows::EnrollmentRow> enrollment =
      FindAdmitted(view, EnrollmentId{course->value, view.actor.value});
  if (!enrollment.ok()) return enrollment.status();
  Work work;
  work.row.set_course(course->value);
  work.row.set_learner(view.actor.value);
  work.row.set_cycle(enrollment->enrollment().cycle());
  if (absl::Status status = FindTask(view, *course, task, &work); !status.ok()) return status;
  work.times = TimesOf(work.body(), work.row, *enrollment);
  if (work.row.state() == Submission::GRADED) {
    return FailedPrecondition("ALREADY_GRADED", task,
                              "the work is graded; it can be handed in again once it is returned");
  }
  if (!Takes(work.body(), form)) {
    return FailedPrecondition("FORM_NOT_TAKEN", task,
                              absl::StrCat("the task takes ", FormsOf(work.body()), " alone"));
  }
  if (view.now > work.times.close) {
    return FailedPrecondition(
        "TOO_LATE", task,
        absl::StrCat("the work was due at ", TimeText(work.times.due),
                     ", and nothing is taken since ", TimeText(work.times.close)));
  }
  if (work.row.last_hand_in() >= kMaxHandIns) {
    return FailedPrecondition("TOO_MANY_VERSIONS", task,
                              absl::StrCat("work is handed in at most ", kMaxHandIns, " times"));
  }
  return work;
}

// Makes `hand_in` the newest version.
absl::Status AddHandIn(MutateCall& call, const WorkView& view, Work work, rows::HandInRow hand_in,
                       Submission* response) {
  rows::SubmissionRow& row = work.row;
  if (work.uid == 0) {
    work.uid = call.draft.NewItem();
    row.set_task(work.task.uid());
    *row.mutable_create_time() = ToTimestamp(call.now());
  }
  row.set_task_display_name(work.task.content_item().display_name());
  row.set_state(Submission::HANDED_IN);
  row.set_last_hand_in(row.last_hand_in() + 1);
  row.clear_return_comment();
  *row.mutable_update_time() = ToTimestamp(call.now());
  v1::HandIn* const what = hand_in.mutable_hand_in();
  what->set_version(row.last_hand_in());
  what->set_task_version(work.version.version().number());
  *what->mutable_time() = ToTimestamp(call.now());
  what->set_late_days(LateDaysAt(call.now(), work.times.due));
  call.draft.Write(store::Table::kSubmissions,
                   HandInKey(call.draft.number(), work.uid, row.last_hand_in()), hand_in);
  PutSubmission(call.draft, work.uid, row);
  row.set_revision(call.draft.revision());
  absl::StatusOr<Submission> message = SubmissionView(view).Full(work.uid, row);
  if (!message.ok()) return message.status();
  *response = *std::move(message);
  call.draft.Describe(response->name());
  return absl::OkStatus();
}

// --- HandInText ---

absl::Status ValidateText(const v1::HandInTextRequest& request) {
  absl::Status status =
      CheckWorkNames(request.course(), "task", request.task(), Collection::kTasks);
  if (request.text().empty() || request.text().size() > kMaxText) {
    AddBadField(&status, "text", request.text(),
                absl::StrCat("wanted 1 to ", kMaxText, " bytes, got ", request.text().size()));
  }
  CheckComment(request.comment(), &status);
  return status;
}

absl::Status DoText(MutateCall& call, const v1::HandInTextRequest& request, Submission* response) {
  const WorkView view(call);
  absl::StatusOr<Work> work = FindWork(view, request.course(), request.task(), v1::TaskBody::TEXT);
  if (!work.ok()) return work.status();
  rows::HandInRow hand_in;
  hand_in.mutable_hand_in()->set_text(request.text());
  hand_in.mutable_hand_in()->set_comment(request.comment());
  return AddHandIn(call, view, *std::move(work), std::move(hand_in), response);
}

// --- HandInFile ---

absl::Status ValidateFirst(const v1::HandInFileRequest& request) {
  absl::Status status =
      CheckWorkNames(request.course(), "task", request.task(), Collection::kTasks);
  CheckAnnouncedFile(AnnouncedFile(request), &status);
  CheckComment(request.comment(), &status);
  return status;
}

absl::Status CheckFileOf(const v1::TaskBody& task, const v1::PackageBody& file) {
  absl::Status status;
  if (file.size_bytes() > MaxFileBytes(task)) {
    AddBadField(&status, "size_bytes", absl::StrCat(file.size_bytes()),
                absl::StrCat("wanted at most ", MaxFileBytes(task),
                             " bytes, which is what the task takes"));
  }
  if (!TakesMediaType(task, file.media_type())) {
    AddBadField(&status, "media_type", file.media_type(),
                absl::StrCat("wanted ", absl::StrJoin(task.media_types(), ", "),
                             ", which is what the task takes"));
  }
  return status;
}

class HandInFile : public Sink<v1::HandInFileRequest, Submission> {
 public:
  HandInFile(StreamCall& call, const v1::HandInFileRequest& first)
      : course_(first.course()),
        task_(first.task()),
        comment_(first.comment()),
        file_(call.backend(), call.tenant(), AnnouncedFile(first), first.task()) {}

  absl::Status Begin(StreamCall& call) {
    absl::Status status = call.Read([&](ReadCall& read) { return Find(WorkView(read)).status(); });
    if (!status.ok()) return status;
    return file_.Begin(call);
  }

  absl::Status Take(StreamCall& call, const v1::HandInFileRequest& request) override {
    if (const bool is_first = std::exchange(is_first_, false); !is_first) {
      if (absl::Status status = CheckNextPiece(request); !status.ok()) return status;
    }
    return file_.Take(call, request.data());
  }

  absl::Status Finish(StreamCall& call, Submission* response) override {
    if (absl::Status status = file_.CheckComplete(); !status.ok()) return status;
    absl::Status status = call.Commit([&](MutateCall& change) {
      const WorkView view(change);
      absl::StatusOr<Work> work = Find(view);
      if (!work.ok()) return work.status();
      rows::HandInRow hand_in;
      *hand_in.mutable_hand_in()->mutable_file() = file_.file();
      hand_in.mutable_hand_in()->set_comment(comment_);
      hand_in.set_blob(file_.blob());
      file_.Keep(change.draft);
      return AddHandIn(change, view, *std::move(work), std::move(hand_in), response);
    });
    if (status.ok()) file_.SetKept();
    return status;
  }

 private:
  absl::StatusOr<Work> Find(const WorkView& view) const {
    absl::StatusOr<Work> work = FindWork(view, course_, task_, v1::TaskBody::FILE);
    if (!work.ok()) return work;
    absl::Status status = CheckFileOf(work->body(), file_.file());
    if (!status.ok()) return status;
    return work;
  }

  const std::string course_;
  const std::string task_;
  const std::string comment_;
  FileUpload file_;
  bool is_first_ = true;
};

using FileSink = Sink<v1::HandInFileRequest, Submission>;

absl::StatusOr<std::unique_ptr<FileSink>> OpenFile(StreamCall& call,
                                                   const v1::HandInFileRequest& first) {
  auto sink = std::make_unique<HandInFile>(call, first);
  if (absl::Status status = sink->Begin(call); !status.ok()) return status;
  return std::unique_ptr<FileSink>(std::move(sink));
}

}  // namespace

void RegisterHandIns(Methods& methods) {
  methods.Mutate<v1::HandInTextRequest, Submission>(ValidateText, DoText);
  methods.Receive<v1::HandInFileRequest, Submission>(ValidateFirst, OpenFile);
}

}  // namespace provost
