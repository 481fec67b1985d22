#include "service/submission_calls.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "provost/v1/assessment_service.pb.h"
#include "service/file_range.h"
#include "service/pages.h"
#include "service/subject_resource.h"
#include "service/submission_view.h"
#include "service/work_list.h"
#include "tenant/assessment_rows.h"
#include "tenant/errors.h"

namespace provost {
namespace {

using v1::Submission;

// --- GetSubmission ---

absl::Status ValidateGet(const v1::GetSubmissionRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSubmissions, "name", request.name(), &status);
  return status;
}

absl::Status DoGet(ReadCall& call, const v1::GetSubmissionRequest& request, Submission* response) {
  const WorkView view(call);
  absl::StatusOr<rows::SubmissionRow> row = FindSubmission(view, request.name());
  if (!row.ok()) return row.status();
  absl::StatusOr<Submission> message = SubmissionView(view).Full(WorkUidIn(request.name()), *row);
  if (!message.ok()) return message.status();
  *response = *std::move(message);
  return absl::OkStatus();
}

// --- ListSubmissions ---

absl::Status ValidateList(const v1::ListSubmissionsRequest& request) {
  absl::Status status = CheckWorkList(request.course(), request.learner(), "task", request.task(),
                                      Collection::kTasks);
  for (int i = 0; i < request.states_size(); ++i) {
    const Submission::State state = request.states(i);
    if (Submission::State_IsValid(state) && state != Submission::STATE_UNSPECIFIED) continue;
    AddBadField(&status, absl::StrCat("states[", i, "]"), absl::StrCat(static_cast<int>(state)),
                "wanted ASSIGNED, HANDED_IN, GRADED or RETURNED");
  }
  return status;
}

absl::Status DoList(ReadCall& call, const v1::ListSubmissionsRequest& request,
                    v1::ListSubmissionsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const WorkView view(call);
  absl::StatusOr<std::optional<store::KeyRange>> range = FindWorkRange(
      view, WorkKind::kSubmission, request.course(), request.learner(), request.task());
  if (!range.ok()) return range.status();
  if (!range->has_value()) return absl::OkStatus();
  SubmissionView shown(view);
  std::string last;
  return WalkWork(view.reader, **range, page->cursor,
                  [&](uint64_t uid, const std::string& cursor) -> absl::StatusOr<bool> {
                    absl::StatusOr<std::optional<rows::SubmissionRow>> row =
                        ReadSubmission(view.reader, view.tenant, uid);
                    if (!row.ok()) return row.status();
                    if (!row->has_value()) return true;
                    const auto& states = request.states();
                    if (!states.empty() &&
                        std::find(states.begin(), states.end(), (*row)->state()) == states.end()) {
                      return true;
                    }
                    if (response->submissions_size() == page->limit) {
                      response->set_next_page_token(call.backend.pages->TokenAfter(*page, last));
                      return false;
                    }
                    absl::StatusOr<Submission> message = shown.Outline(uid, **row);
                    if (!message.ok()) return message.status();
                    *response->add_submissions() = *std::move(message);
                    last = cursor;
                    return true;
                  });
}

// --- DownloadSubmission ---

absl::Status ValidateDownload(const v1::DownloadSubmissionRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSubmissions, "name", request.name(), &status);
  if (request.version() < 0) {
    AddBadField(&status, "version", absl::StrCat(request.version()), "wanted 0 or a version");
  }
  CheckRange(request, &status);
  return status;
}

// What was handed in as a file: the version that is asked for; 0 means the newest.
absl::StatusOr<rows::HandInRow> FindFile(const WorkView& view,
                                         const v1::DownloadSubmissionRequest& request) {
  absl::StatusOr<rows::SubmissionRow> row = FindSubmission(view, request.name());
  if (!row.ok()) return row.status();
  const uint64_t uid = WorkUidIn(request.name());
  const int32_t first = request.version() == 0 ? row->last_hand_in() : request.version();
  for (int32_t version = first; version >= 1 && version <= row->last_hand_in(); --version) {
    absl::StatusOr<rows::HandInRow> hand_in = ReadHandIn(view.reader, view.tenant, uid, version);
    if (!hand_in.ok() || hand_in->blob() != 0) return hand_in;
    if (request.version() != 0) break;
  }
  return NotFound("file", request.version() == 0
                              ? request.name()
                              : absl::StrCat(request.name(), ", version ", request.version()));
}

absl::StatusOr<Source<v1::DownloadSubmissionResponse>> OpenDownload(
    ReadCall&, const v1::DownloadSubmissionRequest& request) {
  return Source<v1::DownloadSubmissionResponse>(
      [request, range = FileRange(request.offset(), request.length())](
          ReadCall& call,
          v1::DownloadSubmissionResponse* response) mutable -> absl::StatusOr<bool> {
        const WorkView view(call);
        absl::StatusOr<rows::HandInRow> row = FindFile(view, request);
        if (!row.ok()) return row.status();
        const v1::PackageBody& file = row->hand_in().file();
        if (range.is_at_start()) *response->mutable_file() = file;
        return range.Next(view.reader, view.tenant, row->blob(), file, request.name(),
                          response->mutable_data());
      });
}

}  // namespace

void RegisterSubmissions(Methods& methods) {
  Method& get = methods.Read<v1::GetSubmissionRequest, Submission>(DoGet);
  Methods::ValidateBy<v1::GetSubmissionRequest>(get, ValidateGet);
  Method& list = methods.Scan<v1::ListSubmissionsRequest, v1::ListSubmissionsResponse>(DoList);
  Methods::ValidateBy<v1::ListSubmissionsRequest>(list, ValidateList);
  Method& download =
      methods.Send<v1::DownloadSubmissionRequest, v1::DownloadSubmissionResponse>(OpenDownload);
  Methods::ValidateBy<v1::DownloadSubmissionRequest>(download, ValidateDownload);
}

}  // namespace provost
