#include "service/training_record_service.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/training_record_service.pb.h"
#include "service/enrollment_message.h"
#include "service/export_records.h"
#include "service/pages.h"
#include "service/subject_resource.h"
#include "service/training_record_corrections.h"
#include "service/training_record_external.h"
#include "service/training_record_facts.h"
#include "service/training_record_message.h"
#include "tenant/record_rows.h"

namespace provost {
namespace {

// --- GetTrainingRecord ---

absl::Status ValidateGet(const v1::GetTrainingRecordRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kEnrollments, "name", request.name(), &status);
  return status;
}

absl::Status DoGet(ReadCall& call, const v1::GetTrainingRecordRequest& request,
                   v1::TrainingRecord* response) {
  absl::StatusOr<rows::EnrollmentRow> row =
      FindEnrollment(call.reader(), call.tenant->number(), request.name());
  if (!row.ok()) return row.status();
  absl::StatusOr<v1::TrainingRecord> record =
      TrainingRecordView(call).Record(EnrollmentIdIn(request.name()), *row);
  if (!record.ok()) return record.status();
  *response = *std::move(record);
  return absl::OkStatus();
}

// --- ListRecordEvents ---

absl::Status ValidateListEvents(const v1::ListRecordEventsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kEnrollments, "training_record", request.training_record(), &status);
  return status;
}

absl::Status DoListEvents(ReadCall& call, const v1::ListRecordEventsRequest& request,
                          v1::ListRecordEventsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  uint64_t after = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &after)) after = 0;
  const EnrollmentId id = EnrollmentIdIn(request.training_record());
  absl::StatusOr<std::vector<NumberedEvent>> events =
      ReadRecordEvents(call.reader(), call.tenant->number(), id);
  if (!events.ok()) return events.status();
  absl::flat_hash_map<uint64_t, uint64_t> retracted_by;
  for (const auto& [number, event] : *events) {
    if (event.has_retraction()) retracted_by[event.retraction().event()] = number;
  }
  const TrainingRecordView view(call);
  uint64_t last = 0;
  for (const auto& [number, event] : *events) {
    if (number <= after) continue;
    if (response->events_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(last)));
      return absl::OkStatus();
    }
    const auto by = retracted_by.find(number);
    absl::StatusOr<v1::RecordEvent> message =
        view.Event({id, number}, event, by == retracted_by.end() ? 0 : by->second);
    if (!message.ok()) return message.status();
    *response->add_events() = *std::move(message);
    last = number;
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterTrainingRecordService(Methods& methods) {
  Method& get = methods.Scan<v1::GetTrainingRecordRequest, v1::TrainingRecord>(DoGet);
  Methods::ValidateBy<v1::GetTrainingRecordRequest>(get, ValidateGet);
  Method& list =
      methods.Scan<v1::ListRecordEventsRequest, v1::ListRecordEventsResponse>(DoListEvents);
  Methods::ValidateBy<v1::ListRecordEventsRequest>(list, ValidateListEvents);
  RegisterTrainingRecordFacts(methods);
  RegisterTrainingRecordCorrections(methods);
  RegisterTrainingRecordExternal(methods);
  RegisterExportRecords(methods);
}

}  // namespace provost
