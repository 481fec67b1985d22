#include "service/certificate_service.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "provost/v1/certificate_service.pb.h"
#include "service/certificate_documents.h"
#include "service/content_rows.h"
#include "service/kept_answers.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/resource.h"
#include "service/rule21.h"
#include "service/subject_resource.h"
#include "service/training_assignments.h"
#include "service/training_filter.h"
#include "tenant/certificate_text.h"
#include "tenant/certificates.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using v1::Certificate;

constexpr absl::string_view kNoun = "certificate";
constexpr absl::string_view kTemplateNoun = "certificate template";
constexpr size_t kMaxTypedCode = 100;

uint64_t UidIn(absl::string_view name) {
  uint64_t uid = 0;
  return absl::SimpleAtoi(IdOf(name), &uid) ? uid : 0;
}

Certificate::State StateOf(const rows::CertificateRow& row, absl::Time now) {
  if (row.has_revoke_time()) return Certificate::REVOKED;
  const bool expired = row.has_expire_time() && now >= FromTimestamp(row.expire_time());
  return expired ? Certificate::EXPIRED : Certificate::VALID;
}

// What is the same for whoever manages a certificate and for whoever verifies it.
template <typename Message>
void AddWords(const rows::CertificateRow& row, absl::Time now, Message* message) {
  message->set_state(StateOf(row, now));
  message->set_number(row.number());
  message->set_learner_name(row.learner_name());
  message->set_training_name(row.training_name());
  message->set_issuer(row.issuer());
  if (row.has_complete_time()) *message->mutable_complete_time() = row.complete_time();
  if (row.has_issue_time()) *message->mutable_issue_time() = row.issue_time();
  if (row.has_expire_time()) *message->mutable_expire_time() = row.expire_time();
  if (row.has_revoke_time()) *message->mutable_revoke_time() = row.revoke_time();
}

// As it stands in lists.
Certificate ToMessage(const WorldState& state, const std::string& tenant, uint64_t uid,
                      const rows::CertificateRow& row, absl::Time now) {
  Certificate message;
  AddWords(row, now, &message);
  message.set_name(NameIn(tenant, Collection::kCertificates, absl::StrCat(uid)));
  message.set_learner(SubjectFullName(state, tenant, SubjectId(row.learner())));
  message.set_training(ScopeFullName(state, tenant, ScopeId(row.training())));
  message.set_code(GroupedCode(row.code()));
  message.set_template_version(row.template_version());
  message.set_time_zone(row.time_zone());
  message.set_issued_by(SubjectFullName(state, tenant, SubjectId(row.issued_by())));
  message.set_reason(row.reason());
  message.set_revoked_by(SubjectFullName(state, tenant, SubjectId(row.revoked_by())));
  message.set_revoke_reason(row.revoke_reason());
  message.set_etag(EtagOf(uid, row.revision()));
  return message;
}

// With what lists leave out.
absl::Status ShowWhole(const store::Reader& reader, uint64_t tenant_number, const WorldState& state,
                       const std::string& tenant, uint64_t uid, const rows::CertificateRow& row,
                       absl::Time now, Certificate* message) {
  *message = ToMessage(state, tenant, uid, row, now);
  message->set_title(ExpandCertificate(row, row.title(), FieldMarks::kNone));
  message->set_text(ExpandCertificate(row, row.text(), FieldMarks::kNone));
  absl::StatusOr<std::optional<NamedItem>> item =
      ReadItemByUid(reader, tenant_number, row.template_());
  if (!item.ok()) return item.status();
  if (item->has_value()) message->set_certificate_template(FullName(tenant, (*item)->relative));
  return absl::OkStatus();
}

absl::StatusOr<rows::CertificateRow> Find(const store::Reader& reader, uint64_t tenant,
                                          absl::string_view name) {
  absl::StatusOr<std::optional<rows::CertificateRow>> row =
      ReadCertificate(reader, tenant, UidIn(name));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(kNoun, name);
  return **std::move(row);
}

template <typename Request>
absl::Status ValidateName(const Request& request) {
  absl::Status status;
  CheckNameIn(Collection::kCertificates, "name", request.name(), &status);
  return status;
}

// --- IssueCertificate ---

absl::Status ValidateIssue(const v1::IssueCertificateRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckTrainingName("training", request.training(), request.parent(), &status);
  CheckUserName("learner", request.learner(), request.parent(), &status);
  if (!request.certificate_template().empty()) {
    absl::StatusOr<ResourceName> tenant = ParseName(request.parent());
    absl::StatusOr<ResourceName> name = ParseName(request.certificate_template());
    if (!name.ok() || name->collection != Collection::kCertificateTemplates ||
        (tenant.ok() && tenant->tenant != name->tenant)) {
      AddBadField(&status, "certificate_template", request.certificate_template(),
                  absl::StrCat("wanted one of ", Quoted(request.parent()),
                               ", `tenants/<tenant>/certificateTemplates/<id>`"));
    }
  }
  CheckText("reason", request.reason(), 1, kMaxReasonChars, &status);
  return status;
}

absl::Status MayIssue(const RuleCall& call, const v1::IssueCertificateRequest& request) {
  const SubjectId learner = call.state.FindSubject(ParseName(request.learner())->Relative());
  return CheckNotOneself(call.actor, learner, "certify");
}

// The uid of the template to issue by, which has a published version.
absl::StatusOr<uint64_t> TemplateFor(const MutateCall& call,
                                     const v1::IssueCertificateRequest& request, ScopeId training) {
  std::optional<rows::ContentRow> row;
  std::string name = request.certificate_template();
  if (!name.empty()) {
    absl::StatusOr<std::optional<rows::ContentRow>> item =
        ReadItem(call.draft.reader(), call.draft.number(), *ParseName(name));
    if (!item.ok()) return item.status();
    // One that may not be used here is as good as none.
    if (!item->has_value() || !IsWithin(call.state(), **item, training)) {
      return NotFound(kTemplateNoun, name);
    }
    row = **std::move(item);
  } else {
    absl::StatusOr<std::optional<Training>> rules =
        ReadTraining(call.draft.reader(), call.draft.number(), call.state(), training);
    if (!rules.ok()) return rules.status();
    const uint64_t uid = rules->has_value() ? (*rules)->certificate_template : 0;
    absl::StatusOr<std::optional<NamedItem>> item =
        ReadItemByUid(call.draft.reader(), call.draft.number(), uid);
    if (!item.ok()) return item.status();
    if (!item->has_value()) {
      return FailedPrecondition("NO_TEMPLATE", request.training(),
                                absl::StrCat("the rules of ", Quoted(request.training()),
                                             " name no certificate template; wanted one in "
                                             "`certificate_template`"));
    }
    name = FullName(call.draft.id(), (*item)->relative);
    row = std::move((*item)->row);
  }
  if (row->content_item().published_version() == 0) {
    return FailedPrecondition("NOT_PUBLISHED", name,
                              absl::StrCat(Quoted(name), " has no published version"));
  }
  return row->uid();
}

absl::Status DoIssue(MutateCall& call, const v1::IssueCertificateRequest& request,
                     Certificate* response) {
  const store::Reader& reader = call.draft.reader();
  const uint64_t tenant = call.draft.number();
  const ScopeId training = call.state().FindScope(ParseName(request.training())->Relative());
  if (!call.state().HasScope(training)) return NotFound("training", request.training());
  const SubjectId learner = call.state().FindSubject(ParseName(request.learner())->Relative());
  const EnrollmentId id{training.value, learner.value};
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row = ReadEnrollment(reader, tenant, id);
  if (!row.ok()) return row.status();
  // Who is not there is not enrolled, so that nobody learns who is.
  const v1::Enrollment::State state =
      row->has_value() ? (*row)->enrollment().state() : v1::Enrollment::STATE_UNSPECIFIED;
  if (state != v1::Enrollment::COMPLETED) {
    return FailedPrecondition(
        "NOT_COMPLETED", request.learner(),
        absl::StrCat(Quoted(request.learner()), " has not completed ", Quoted(request.training()),
                     row->has_value()
                         ? absl::StrCat(": the enrollment is ", v1::Enrollment::State_Name(state))
                         : ": there is no enrollment",
                     "; wanted COMPLETED"));
  }
  auto existing = FindCertificate(reader, tenant, id, (*row)->enrollment().cycle());
  if (!existing.ok()) return existing.status();
  if (existing->has_value()) {
    return AlreadyExists(kNoun, NameIn(call.draft.id(), Collection::kCertificates,
                                       absl::StrCat((*existing)->first)));
  }
  absl::StatusOr<uint64_t> chosen = TemplateFor(call, request, training);
  if (!chosen.ok()) return chosen.status();
  absl::StatusOr<std::optional<uint64_t>> uid = IssueCertificate(
      call.draft, id, **row, *chosen, CertificateCause{call.actor_uid(), request.reason()});
  if (!uid.ok()) return uid.status();
  if (!uid->has_value()) return NotFound("training", request.training());
  absl::StatusOr<std::optional<rows::CertificateRow>> issued =
      ReadCertificate(reader, tenant, **uid);
  if (!issued.ok()) return issued.status();
  call.draft.Describe(NameIn(call.draft.id(), Collection::kCertificates, absl::StrCat(**uid)),
                      request.reason());
  absl::Status status = RememberAnswer(call.draft, learner.value, request.request_id());
  if (!status.ok()) return status;
  return ShowWhole(reader, tenant, call.state(), call.draft.id(), **uid, **issued, call.now(),
                   response);
}

// --- GetCertificate ---

absl::Status DoGet(ReadCall& call, const v1::GetCertificateRequest& request,
                   Certificate* response) {
  absl::StatusOr<rows::CertificateRow> row =
      Find(call.reader(), call.tenant->number(), request.name());
  if (!row.ok()) return row.status();
  return ShowWhole(call.reader(), call.tenant->number(), call.state, call.tenant->id(),
                   UidIn(request.name()), *row, call.now, response);
}

// --- ListCertificates ---

absl::Status ValidateList(const v1::ListCertificatesRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  if (request.learner().empty() && request.training().empty()) {
    AddBadField(&status, "learner", "", "wanted a learner, or a training");
  }
  if (!request.learner().empty()) {
    CheckUserName("learner", request.learner(), request.parent(), &status);
  }
  if (!request.training().empty()) {
    CheckTrainingName("training", request.training(), request.parent(), &status);
  }
  return status;
}

bool MayRead(const ReadCall& call, ScopeId training, SubjectId learner) {
  return IsAllowed(call.state, call.self(), "record.read", training, learner == call.self(),
                   call.now);
}

// The uids of the certificates that the list may be of, from those after the cursor on; more than a
// page of them only of one person.
absl::StatusOr<std::vector<uint64_t>> Candidates(const ReadCall& call, ScopeId training,
                                                 SubjectId learner, const std::string& cursor,
                                                 int limit) {
  const uint64_t tenant = call.tenant->number();
  uint64_t after = 0;
  EnrollmentId after_of;
  const std::vector<std::string> parts = absl::StrSplit(cursor, '/');
  if (parts.size() == 2) {
    after_of = ParseEnrollmentId(parts[0]).value_or(EnrollmentId());
    if (!absl::SimpleAtoi(parts[1], &after)) after = 0;
  }
  std::vector<uint64_t> uids;
  if (training.value == 0) {
    absl::StatusOr<std::vector<uint64_t>> all =
        ReadLearnerCertificates(call.reader(), CertificatesOf(tenant, learner));
    if (!all.ok()) return all.status();
    for (uint64_t uid : *all) {
      if (uid > after) uids.push_back(uid);
    }
    return uids;
  }
  // Who may not read the training's records sees their own there.
  const bool may_read_all = MayRead(call, training, SubjectId(0));
  const SubjectId person = learner.value != 0 || may_read_all ? learner : call.self();
  store::KeyRange range = person.value == 0
                              ? CertificatesAt(tenant, training)
                              : CertificatesOf(tenant, EnrollmentId{training.value, person.value});
  if (after != 0) range.begin = CertificateTrainingKey(tenant, after_of, after) + '\0';
  store::ScanOptions options;
  options.limit = static_cast<uint64_t>(limit) + 1;
  absl::StatusOr<std::vector<TrainingCertificate>> found =
      ReadTrainingCertificates(call.reader(), range, options);
  if (!found.ok()) return found.status();
  for (const TrainingCertificate& entry : *found) uids.push_back(entry.uid);
  return uids;
}

absl::Status DoList(ReadCall& call, const v1::ListCertificatesRequest& request,
                    v1::ListCertificatesResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const std::optional<TrainingFilter> filter =
      FindTrainingFilter(call.state, request.training(), request.learner());
  if (!filter.has_value()) return absl::OkStatus();
  const auto [training, learner] = *filter;
  absl::StatusOr<std::vector<uint64_t>> uids =
      Candidates(call, training, learner, page->cursor, page->limit);
  if (!uids.ok()) return uids.status();
  std::string last;
  for (uint64_t uid : *uids) {
    absl::StatusOr<std::optional<rows::CertificateRow>> row =
        ReadCertificate(call.reader(), call.tenant->number(), uid);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;
    const EnrollmentId of{(*row)->training(), (*row)->learner()};
    if (!MayRead(call, ScopeId(of.training), SubjectId(of.learner))) continue;
    if (response->certificates_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, last));
      return absl::OkStatus();
    }
    *response->add_certificates() = ToMessage(call.state, call.tenant->id(), uid, **row, call.now);
    last = absl::StrCat(of.ToString(), "/", uid);
  }
  return absl::OkStatus();
}

// --- RevokeCertificate ---

absl::Status ValidateRevoke(const v1::RevokeCertificateRequest& request) {
  absl::Status status = ValidateName(request);
  CheckText("reason", request.reason(), 1, kMaxReasonChars, &status);
  return status;
}

absl::Status MayRevoke(const RuleCall& call, const v1::RevokeCertificateRequest& request) {
  absl::StatusOr<rows::CertificateRow> row =
      Find(call.reader, call.tenant.number(), request.name());
  if (!row.ok()) return row.status();
  return CheckNotOneself(call.actor, SubjectId(row->learner()), "correct");
}

absl::Status DoRevoke(MutateCall& call, const v1::RevokeCertificateRequest& request,
                      Certificate* response) {
  const uint64_t uid = UidIn(request.name());
  absl::StatusOr<rows::CertificateRow> row =
      Find(call.draft.reader(), call.draft.number(), request.name());
  if (!row.ok()) return row.status();
  absl::Status status = CheckEtag(request.name(), request.etag(), EtagOf(uid, row->revision()));
  if (!status.ok()) return status;
  if (row->has_revoke_time()) {
    return FailedPrecondition("REVOKED", request.name(),
                              absl::StrCat(Quoted(request.name()), " was revoked before"));
  }
  RevokeCertificate(call.draft, uid, *row, CertificateCause{call.actor_uid(), request.reason()});
  row = Find(call.draft.reader(), call.draft.number(), request.name());
  if (!row.ok()) return row.status();
  call.draft.Describe(request.name(), request.reason());
  status = RememberAnswer(call.draft, row->learner(), request.request_id());
  if (!status.ok()) return status;
  return ShowWhole(call.draft.reader(), call.draft.number(), call.state(), call.draft.id(), uid,
                   *row, call.now(), response);
}

// --- VerifyCertificate ---

absl::Status ValidateVerify(const v1::VerifyCertificateRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  if (request.code().empty() || request.code().size() > kMaxTypedCode) {
    AddBadField(&status, "code", request.code(),
                absl::StrCat("wanted 1 to ", kMaxTypedCode, " bytes"));
  }
  return status;
}

// Does the same, with the same words, for every code that is none and every tenant that is none.
absl::Status DoVerify(ReadCall& call, const v1::VerifyCertificateRequest& request,
                      v1::VerifyCertificateResponse* response) {
  const std::shared_ptr<Tenant> tenant =
      call.backend.registry->Find(ParseName(request.parent())->tenant);
  const bool is_open = tenant != nullptr && !tenant->world().Read()->suspended();
  const uint64_t number = is_open ? tenant->number() : 0;
  absl::StatusOr<std::optional<rows::CertificateCodeRow>> code = ReadRow<rows::CertificateCodeRow>(
      call.reader(), store::Table::kIndexes, CertificateCodeKey(number, TypedCode(request.code())));
  if (!code.ok()) return code.status();
  const absl::Status unknown = absl::NotFoundError("there is no certificate with this code");
  if (!code->has_value()) return unknown;
  absl::StatusOr<std::optional<rows::CertificateRow>> row =
      ReadCertificate(call.reader(), number, (*code)->certificate());
  if (!row.ok()) return row.status();
  if (!row->has_value()) return unknown;
  AddWords(**row, call.now, response);
  response->set_title(ExpandCertificate(**row, (*row)->title(), FieldMarks::kNone));
  return absl::OkStatus();
}

}  // namespace

void RegisterCertificateService(Methods& methods) {
  Method& issue = methods.Mutate<v1::IssueCertificateRequest, Certificate>(ValidateIssue, DoIssue);
  Methods::AuthorizeBy<v1::IssueCertificateRequest>(issue, MayIssue);
  Method& get = methods.Read<v1::GetCertificateRequest, Certificate>(DoGet);
  Methods::ValidateBy<v1::GetCertificateRequest>(get, ValidateName<v1::GetCertificateRequest>);
  Method& list = methods.Scan<v1::ListCertificatesRequest, v1::ListCertificatesResponse>(DoList);
  Methods::ValidateBy<v1::ListCertificatesRequest>(list, ValidateList);
  Method& revoke =
      methods.Mutate<v1::RevokeCertificateRequest, Certificate>(ValidateRevoke, DoRevoke);
  Methods::AuthorizeBy<v1::RevokeCertificateRequest>(revoke, MayRevoke);
  Method& verify =
      methods.Read<v1::VerifyCertificateRequest, v1::VerifyCertificateResponse>(DoVerify);
  Methods::ValidateBy<v1::VerifyCertificateRequest>(verify, ValidateVerify);
  RegisterCertificateDocuments(methods);
  RegisterTranscript(methods);
  RegisterAttendanceSheet(methods);
}

}  // namespace provost
