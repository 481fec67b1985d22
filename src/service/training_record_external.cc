#include "service/training_record_external.h"

#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/time_text.h"
#include "provost/v1/training_record_service.pb.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/record_deletion.h"
#include "service/rule21.h"
#include "service/subject_resource.h"
#include "service/training_record_evidence.h"
#include "service/training_record_message.h"
#include "tenant/errors.h"
#include "tenant/external_trainings.h"
#include "tenant/times.h"

namespace provost {
namespace {

using v1::ExternalTraining;

constexpr absl::string_view kNoun = "external training";
constexpr absl::string_view kPrefix = "external_training.";
constexpr int kMaxCreditHundredths = 1000000;
constexpr size_t kMaxProviderChars = 200;
constexpr size_t kMaxEvidenceChars = 4000;

// What clients set.
constexpr absl::string_view kFields[] = {"title",        "provider",          "complete_time",
                                         "expire_time",  "credit_hundredths", "evidence",
                                         "evidence_file"};

std::string FieldName(absl::string_view field) { return absl::StrCat(kPrefix, field); }

void CheckFields(const ExternalTraining& training, absl::Status* status) {
  CheckText(FieldName("title"), training.title(), 1, kMaxDisplayName, status);
  CheckText(FieldName("provider"), training.provider(), 0, kMaxProviderChars, status);
  if (!training.has_complete_time()) {
    AddBadField(status, FieldName("complete_time"), "", "wanted when it was completed");
  } else {
    CheckTime(FieldName("complete_time"), training.complete_time(), status);
  }
  if (training.has_expire_time()) {
    CheckTime(FieldName("expire_time"), training.expire_time(), status);
    if (FromTimestamp(training.expire_time()) <= FromTimestamp(training.complete_time())) {
      AddBadField(status, FieldName("expire_time"), TimeText(FromTimestamp(training.expire_time())),
                  "wanted a time after `complete_time`");
    }
  }
  if (training.credit_hundredths() < 0 || training.credit_hundredths() > kMaxCreditHundredths) {
    AddBadField(status, FieldName("credit_hundredths"), absl::StrCat(training.credit_hundredths()),
                absl::StrCat("wanted 0 to ", kMaxCreditHundredths));
  }
  // It may have several lines.
  std::string evidence = training.evidence();
  for (char& c : evidence) {
    if (c == '\n') c = ' ';
  }
  CheckText(FieldName("evidence"), evidence, 0, kMaxEvidenceChars, status);
}

absl::Status CheckNotFuture(const MutateCall& call, const ExternalTraining& training) {
  const absl::Time complete = FromTimestamp(training.complete_time());
  if (complete <= call.now()) return absl::OkStatus();
  return BadField(FieldName("complete_time"), TimeText(complete),
                  "wanted a time that is not in the future");
}

void SetRow(const ExternalTraining& training, rows::ExternalTrainingRow* row) {
  row->set_title(training.title());
  row->set_provider(training.provider());
  *row->mutable_complete_time() = training.complete_time();
  row->clear_expire_time();
  if (training.has_expire_time()) *row->mutable_expire_time() = training.expire_time();
  row->set_credit_hundredths(training.credit_hundredths());
  row->set_evidence(training.evidence());
}

// A file is no field that is set.
void CheckNoFile(const ExternalTraining& training, absl::Status* status) {
  if (!training.has_evidence_file()) return;
  AddBadField(status, FieldName("evidence_file"), training.evidence_file().file_name(),
              "wanted none: a file comes by UploadEvidence");
}

// --- CreateExternalTraining ---

absl::Status ValidateCreate(const v1::CreateExternalTrainingRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  const ExternalTraining& wanted = request.external_training();
  CheckUserName(FieldName("learner"), wanted.learner(), request.parent(), &status);
  absl::StatusOr<ResourceName> home = ParseName(wanted.home_scope());
  if (!home.ok() ||
      (home->collection != Collection::kCatalogs && home->collection != Collection::kCourses &&
       home->collection != Collection::kPlans)) {
    AddBadField(&status, FieldName("home_scope"), wanted.home_scope(),
                "wanted the name of a catalog, course or plan");
  }
  CheckFields(wanted, &status);
  CheckNoFile(wanted, &status);
  return status;
}

absl::Status DoCreate(MutateCall& call, const v1::CreateExternalTrainingRequest& request,
                      ExternalTraining* response) {
  const ExternalTraining& wanted = request.external_training();
  const SubjectId learner = call.state().FindSubject(ParseName(wanted.learner())->Relative());
  // What is hidden and what is missing are refused alike.
  if (!Knows(call.state(), call.actor(), learner, call.now())) {
    return BadField(FieldName("learner"), wanted.learner(),
                    "wanted a user whose profile you may see");
  }
  absl::Status status = CheckNotOneself(call.actor(), learner, "enter");
  if (status.ok()) status = CheckNotFuture(call, wanted);
  if (!status.ok()) return status;
  absl::StatusOr<ScopeId> home =
      ResolveScope(call.state(), call.draft.id(), FieldName("home_scope"), wanted.home_scope());
  if (!home.ok()) return home.status();
  rows::ExternalTrainingRow row;
  SetRow(wanted, &row);
  row.set_home(home->value);
  row.set_entered_by(call.actor_uid());
  *row.mutable_create_time() = ToTimestamp(call.now());
  const ExternalTrainingId id{learner.value, call.draft.NewItem()};
  PutExternalTraining(call.draft, id, std::move(row));
  return AnswerExternalTraining(call, id, "", response);
}

// --- GetExternalTraining ---

template <typename Request>
absl::Status ValidateName(const Request& request) {
  absl::Status status;
  CheckNameIn(Collection::kExternalTrainings, "name", request.name(), &status);
  return status;
}

absl::Status DoGet(ReadCall& call, const v1::GetExternalTrainingRequest& request,
                   ExternalTraining* response) {
  absl::StatusOr<FoundExternalTraining> found =
      FindExternalTraining(call.reader(), call.tenant->number(), request.name());
  if (!found.ok()) return found.status();
  *response = TrainingRecordView(call).External(found->id, found->row);
  return absl::OkStatus();
}

// --- ListExternalTrainings ---

absl::Status ValidateList(const v1::ListExternalTrainingsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckUserName("learner", request.learner(), request.parent(), &status);
  return status;
}

absl::Status DoList(ReadCall& call, const v1::ListExternalTrainingsRequest& request,
                    v1::ListExternalTrainingsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const SubjectId learner = call.state.FindSubject(ParseName(request.learner())->Relative());
  if (!call.state.HasSubject(learner)) return absl::OkStatus();
  uint64_t after = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &after)) after = 0;
  absl::StatusOr<std::vector<std::pair<uint64_t, rows::ExternalTrainingRow>>> all =
      ReadExternalTrainings(call.reader(), call.tenant->number(), learner);
  if (!all.ok()) return all.status();
  uint64_t last = 0;
  for (const auto& [uid, row] : *all) {
    if (uid <= after) continue;
    if (learner != call.self() &&
        !IsAllowed(call.state, call.self(), "record.read", ScopeId(row.home()), false, call.now)) {
      continue;
    }
    if (response->external_trainings_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(last)));
      return absl::OkStatus();
    }
    *response->add_external_trainings() =
        TrainingRecordView(call).External({learner.value, uid}, row);
    last = uid;
  }
  return absl::OkStatus();
}

// --- UpdateExternalTraining ---

absl::Status ValidateUpdate(const v1::UpdateExternalTrainingRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kExternalTrainings, FieldName("name"), request.external_training().name(),
              &status);
  CheckText("reason", request.reason(), 1, kMaxReasonChars, &status);
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<std::string>> fields =
      FieldsToUpdate(request.update_mask(), request.external_training(), kFields);
  if (!fields.ok()) return fields.status();
  if (std::find(fields->begin(), fields->end(), "evidence_file") != fields->end()) {
    CheckNoFile(request.external_training(), &status);
  }
  return status;
}

absl::Status DoUpdate(MutateCall& call, const v1::UpdateExternalTrainingRequest& request,
                      ExternalTraining* response) {
  const ExternalTraining& update = request.external_training();
  absl::StatusOr<FoundExternalTraining> found =
      FindExternalTraining(call.draft.reader(), call.draft.number(), update.name(), update.etag());
  if (!found.ok()) return found.status();
  absl::Status status = CheckNotOneself(call.actor(), SubjectId(found->id.learner), "correct");
  if (!status.ok()) return status;
  ExternalTraining training = TrainingRecordView(call).External(found->id, found->row);
  status = ApplyMask(request.update_mask(), update, kFields, &training);
  if (!status.ok()) return status;
  CheckFields(training, &status);
  if (status.ok()) status = CheckNotFuture(call, training);
  if (!status.ok()) return status;
  rows::ExternalTrainingRow row = found->row;
  SetRow(training, &row);
  if (!training.has_evidence_file()) {
    row.clear_evidence_file();
    row.clear_evidence_blob();
  }
  KeepExternalTraining(call.draft, std::move(found->row), &row);
  row.set_reason(request.reason());
  PutExternalTraining(call.draft, found->id, std::move(row));
  return AnswerExternalTraining(call, found->id, request.reason(), response);
}

// --- DeleteExternalTraining ---

absl::Status DoDelete(MutateCall& call, const v1::DeleteExternalTrainingRequest& request,
                      google::protobuf::Empty*) {
  absl::StatusOr<FoundExternalTraining> found = FindExternalTraining(
      call.draft.reader(), call.draft.number(), request.name(), request.etag());
  if (!found.ok()) return found.status();
  absl::Status status = CheckNotOneself(call.actor(), SubjectId(found->id.learner), "delete");
  if (!status.ok()) return status;
  EraseExternalTraining(call.draft, found->id, found->row);
  call.draft.Describe(request.name());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FoundExternalTraining> FindExternalTraining(const store::Reader& reader,
                                                           uint64_t tenant, const std::string& name,
                                                           absl::string_view etag) {
  const std::optional<ExternalTrainingId> id = ParseExternalTrainingId(IdOf(name));
  if (!id.has_value()) return NotFound(kNoun, name);
  absl::StatusOr<std::optional<rows::ExternalTrainingRow>> row =
      ReadExternalTraining(reader, tenant, *id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(kNoun, name);
  absl::Status status =
      CheckEtag(name, etag, EtagOf(static_cast<uint32_t>(id->uid), (*row)->revision()));
  if (!status.ok()) return status;
  return FoundExternalTraining{*id, **std::move(row)};
}

absl::Status AnswerExternalTraining(MutateCall& call, const ExternalTrainingId& id,
                                    absl::string_view reason, ExternalTraining* response) {
  absl::StatusOr<std::optional<rows::ExternalTrainingRow>> row =
      ReadExternalTraining(call.draft.reader(), call.draft.number(), id);
  if (!row.ok()) return row.status();
  *response = TrainingRecordView(call).External(id, **row);
  call.draft.Describe(response->name(), reason);
  return absl::OkStatus();
}

void RegisterTrainingRecordExternal(Methods& methods) {
  methods.Mutate<v1::CreateExternalTrainingRequest, ExternalTraining>(ValidateCreate, DoCreate);
  Method& get = methods.Read<v1::GetExternalTrainingRequest, ExternalTraining>(DoGet);
  Methods::ValidateBy<v1::GetExternalTrainingRequest>(get,
                                                      ValidateName<v1::GetExternalTrainingRequest>);
  Method& list =
      methods.Scan<v1::ListExternalTrainingsRequest, v1::ListExternalTrainingsResponse>(DoList);
  Methods::ValidateBy<v1::ListExternalTrainingsRequest>(list, ValidateList);
  methods.Mutate<v1::UpdateExternalTrainingRequest, ExternalTraining>(ValidateUpdate, DoUpdate);
  Method& del = methods.Mutate<v1::DeleteExternalTrainingRequest, google::protobuf::Empty>(
      ValidateName<v1::DeleteExternalTrainingRequest>, DoDelete);
  Methods::AuthorizeBy<v1::DeleteExternalTrainingRequest>(
      del, MayDeleteRecord<v1::DeleteExternalTrainingRequest>);
  RegisterTrainingRecordEvidence(methods);
}

}  // namespace provost
