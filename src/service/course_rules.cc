#include "service/course_rules.h"

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "service/content_rows.h"
#include "service/lookup.h"
#include "service/places.h"
#include "service/resource.h"
#include "service/training_assignments.h"
#include "tenant/content_items.h"
#include "tenant/enrollment_states.h"
#include "tenant/errors.h"
#include "tenant/open_trainings.h"
#include "tenant/record_events.h"
#include "tenant/rule_references.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;
using v1::TrainingRules;

constexpr int kMaxDays = 3660;
constexpr int kMaxValidDays = 36600;
constexpr int kMaxValidMonths = 1200;
constexpr int kMaxCapacity = 1000000;
constexpr int kMaxCredit = 1000000;
// So many days every month has.
constexpr int kLeastDaysOfMonth = 28;

// --- what is wrong with the rules by themselves ---

void CheckRange(absl::string_view field, int value, int min, int max, absl::Status* status) {
  if (value >= min && value <= max) return;
  AddBadField(status, absl::StrCat("rules.", field), absl::StrCat(value),
              absl::StrCat("wanted ", min, " to ", max));
}

void CheckDue(const v1::DueRule& due, absl::Status* status) {
  if (due.has_time()) CheckTime("rules.due.time", due.time(), status);
  if (due.has_days_after_enrollment()) {
    CheckRange("due.days_after_enrollment", due.days_after_enrollment(), 1, kMaxDays, status);
  }
  if (due.has_days_after_hire()) {
    CheckRange("due.days_after_hire", due.days_after_hire(), 1, kMaxDays, status);
  }
}

void CheckItems(const v1::CompletionRule& rule, const std::string& tenant, absl::Status* status) {
  if (rule.items_size() > kMaxCourseItems) {
    AddBadField(status, "rules.completion.items", absl::StrCat(rule.items_size(), " items"),
                absl::StrCat("wanted at most ", kMaxCourseItems));
    return;
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < rule.items_size(); ++i) {
    const std::string field = absl::StrCat("rules.completion.items[", i, "]");
    absl::StatusOr<ResourceName> name = ParseName(rule.items(i));
    const ContentKind* const kind = name.ok() ? FindContentKind(name->collection) : nullptr;
    if (kind == nullptr || !kind->in_courses || name->tenant != tenant) {
      AddBadField(status, field, rule.items(i),
                  absl::StrCat("wanted a package, page, quiz or task of `tenants/", tenant, "`"));
    } else if (!seen.insert(rule.items(i)).second) {
      AddBadField(status, field, rule.items(i), "wanted each item once");
    }
  }
}

void CheckCompletion(const v1::CompletionRule& rule, const ResourceName& training,
                     absl::Status* status) {
  if (training.collection == Collection::kPlans) {
    const auto not_here = [&](bool set, absl::string_view field, absl::string_view value) {
      if (!set) return;
      AddBadField(status, absl::StrCat("rules.completion.", field), value,
                  "is for courses alone: a training plan is completed by its steps");
    };
    not_here(!rule.items().empty(), "items", absl::StrCat(rule.items_size(), " items"));
    not_here(rule.required_count() != 0, "required_count", absl::StrCat(rule.required_count()));
    not_here(rule.pass_percent() != 0, "pass_percent", absl::StrCat(rule.pass_percent()));
    not_here(rule.attendance_percent() != 0, "attendance_percent",
             absl::StrCat(rule.attendance_percent()));
    not_here(rule.sign_off(), "sign_off", "true");
    not_here(rule.fail_without_attempts(), "fail_without_attempts", "true");
  } else {
    CheckItems(rule, training.tenant, status);
    CheckRange("completion.required_count", rule.required_count(), 0,
               rule.items().empty() ? kMaxCourseItems : rule.items_size(), status);
    CheckRange("completion.pass_percent", rule.pass_percent(), 0, 100, status);
    CheckRange("completion.attendance_percent", rule.attendance_percent(), 0, 100, status);
  }
  CheckRange("completion.credit_hundredths", rule.credit_hundredths(), 0, kMaxCredit, status);
  if (rule.certificate_template().empty()) return;
  absl::StatusOr<ResourceName> name = ParseName(rule.certificate_template());
  if (!name.ok() || name->collection != Collection::kCertificateTemplates ||
      name->tenant != training.tenant) {
    AddBadField(status, "rules.completion.certificate_template", rule.certificate_template(),
                absl::StrCat("wanted `tenants/", training.tenant, "/certificateTemplates/<id>`"));
  }
}

void CheckRecertification(const v1::Recertification& rule, absl::Status* status) {
  if (rule.has_valid_days()) {
    CheckRange("recertification.valid_days", rule.valid_days(), 1, kMaxValidDays, status);
  }
  if (rule.has_valid_months()) {
    CheckRange("recertification.valid_months", rule.valid_months(), 1, kMaxValidMonths, status);
  }
  CheckRange("recertification.window_days", rule.window_days(), 0, kMaxDays, status);
  CheckRange("recertification.grace_days", rule.grace_days(), 0, kMaxDays, status);
  if (rule.validity_case() == v1::Recertification::VALIDITY_NOT_SET) {
    const auto needs = [&](bool set, absl::string_view field, absl::string_view value) {
      if (!set) return;
      AddBadField(status, absl::StrCat("rules.recertification.", field), value,
                  "needs `valid_days` or `valid_months`: what is valid for ever is not done again");
    };
    needs(rule.window_days() != 0, "window_days", absl::StrCat(rule.window_days()));
    needs(rule.grace_days() != 0, "grace_days", absl::StrCat(rule.grace_days()));
    needs(rule.automatic(), "automatic", "true");
    return;
  }
  const int least =
      rule.has_valid_days() ? rule.valid_days() : rule.valid_months() * kLeastDaysOfMonth;
  if (rule.window_days() >= least && rule.window_days() > 0) {
    AddBadField(status, "rules.recertification.window_days", absl::StrCat(rule.window_days()),
                absl::StrCat("wanted less than for how many days it is valid: ", least));
  }
}

void CheckEnrollment(const v1::EnrollmentRules& rules, absl::Status* status) {
  if (!v1::EnrollmentRules::Approval_IsValid(rules.approval())) {
    AddBadField(status, "rules.enrollment.approval", absl::StrCat(rules.approval()),
                "wanted ADMINISTRATOR or MANAGER_THEN_ADMINISTRATOR");
  }
  CheckRange("enrollment.capacity", rules.capacity(), 0, kMaxCapacity, status);
  CheckRange("enrollment.withdrawal_days", rules.withdrawal_days(), 0, kMaxDays, status);
  if (rules.no_withdrawal() && rules.withdrawal_days() != 0) {
    AddBadField(status, "rules.enrollment.withdrawal_days", absl::StrCat(rules.withdrawal_days()),
                "wanted none where nobody withdraws");
  }
  if (rules.has_open_time()) CheckTime("rules.enrollment.open_time", rules.open_time(), status);
  if (rules.has_close_time()) CheckTime("rules.enrollment.close_time", rules.close_time(), status);
  if (rules.has_open_time() && rules.has_close_time() && IsValidTimestamp(rules.open_time()) &&
      IsValidTimestamp(rules.close_time()) &&
      FromTimestamp(rules.close_time()) <= FromTimestamp(rules.open_time())) {
    AddBadField(status, "rules.enrollment.close_time", "", "wanted a time after `open_time`");
  }
}

absl::Status Validate(const v1::UpdateTrainingRulesRequest& request) {
  absl::Status status;
  CheckTrainingName("training", request.training(), "", &status);
  if (!status.ok()) return status;
  const TrainingRules& rules = request.rules();
  const auto only = [&](TrainingRules::Section section, bool set, absl::string_view field) {
    if (!set || request.section() == section) return;
    AddBadField(&status, absl::StrCat("rules.", field), "",
                absl::StrCat("is not of the section `",
                             TrainingRules::Section_Name(request.section()), "`"));
  };
  only(TrainingRules::DUE, rules.has_due(), "due");
  only(TrainingRules::COMPLETION, rules.has_completion(), "completion");
  only(TrainingRules::RECERTIFICATION, rules.has_recertification(), "recertification");
  only(TrainingRules::ENROLLMENT, rules.has_enrollment(), "enrollment");
  switch (request.section()) {
    case TrainingRules::DUE:
      CheckDue(rules.due(), &status);
      break;
    case TrainingRules::COMPLETION:
      CheckCompletion(rules.completion(), *ParseName(request.training()), &status);
      break;
    case TrainingRules::RECERTIFICATION:
      CheckRecertification(rules.recertification(), &status);
      break;
    case TrainingRules::ENROLLMENT:
      CheckEnrollment(rules.enrollment(), &status);
      break;
    default:
      AddBadField(&status, "section", absl::StrCat(request.section()),
                  "wanted DUE, COMPLETION, RECERTIFICATION or ENROLLMENT");
  }
  return status;
}

// --- what they refer to ---

absl::StatusOr<rows::CourseItemsRow> ItemsOf(const MutateCall& call, ScopeId course) {
  absl::StatusOr<std::optional<rows::CourseItemsRow>> row = ReadRow<rows::CourseItemsRow>(
      call.draft.reader(), Table::kIndexes, CourseItemsKey(call.draft.number(), course));
  if (!row.ok()) return row.status();
  return row->value_or(rows::CourseItemsRow());
}

// The items that complete a course have to be part of it.
absl::Status StoreItems(const MutateCall& call, const v1::CompletionRule& wanted,
                        rows::CourseRow* row) {
  absl::StatusOr<rows::CourseItemsRow> placed = ItemsOf(call, ScopeId(row->uid()));
  if (!placed.ok()) return placed.status();
  row->clear_completion_items();
  absl::Status status;
  for (int i = 0; i < wanted.items_size(); ++i) {
    absl::StatusOr<std::optional<rows::ContentRow>> item =
        ReadItem(call.draft.reader(), call.draft.number(), *ParseName(wanted.items(i)));
    if (!item.ok()) return item.status();
    const bool there =
        item->has_value() && std::any_of(placed->items().begin(), placed->items().end(),
                                         [&](const rows::CourseItemsRow::Entry& entry) {
                                           return entry.item() == (*item)->uid();
                                         });
    if (!there) {
      AddBadField(&status, absl::StrCat("rules.completion.items[", i, "]"), wanted.items(i),
                  "wanted an item that is part of the course");
      continue;
    }
    row->add_completion_items((*item)->uid());
  }
  if (!status.ok() || !wanted.items().empty()) return status;
  const auto required = static_cast<int>(
      std::count_if(placed->items().begin(), placed->items().end(),
                    [](const rows::CourseItemsRow::Entry& entry) { return entry.required(); }));
  const int count = required == 0 ? placed->items_size() : required;
  CheckRange("completion.required_count", wanted.required_count(), 0, count, &status);
  return status;
}

// The template that a certificate is made from: one that is at the training or above it, or shared
// there. What is hidden and what is missing are refused alike; the one that is there can stay.
absl::StatusOr<uint64_t> FindTemplate(const MutateCall& call, const std::string& name,
                                      ScopeId training, uint64_t before) {
  if (name.empty()) return 0;
  const TenantDraft& draft = call.draft;
  absl::StatusOr<std::optional<rows::ContentRow>> row =
      ReadItem(draft.reader(), draft.number(), *ParseName(name));
  if (!row.ok()) return row.status();
  if (row->has_value() && (*row)->uid() == before) return before;
  const ItemQuestion question(call.state(), draft.reader(), draft.number(), call.actor(),
                              call.now());
  const absl::string_view read = FindContentKind(Collection::kCertificateTemplates)->read;
  if (!row->has_value() || (!IsWithin(call.state(), **row, training) &&
                            question.Ask(PlaceOf(**row), read) == ItemAccess::kNone)) {
    return BadField("rules.completion.certificate_template", name,
                    "wanted a template that you may read, or that the training may use");
  }
  if (!IsWithin(call.state(), **row, training)) {
    return FailedPrecondition(
        "NOT_SHARED", name,
        absl::StrCat(Quoted(name),
                     " neither has its home at the training or above it, nor is "
                     "shared with one of these"));
  }
  return (*row)->uid();
}

// --- UpdateTrainingRules ---

void StoreSection(TrainingRules::Section section, const TrainingRules& wanted,
                  TrainingRules* rules) {
  switch (section) {
    case TrainingRules::DUE:
      rules->clear_due();
      if (wanted.has_due()) *rules->mutable_due() = wanted.due();
      break;
    case TrainingRules::COMPLETION:
      rules->clear_completion();
      if (!wanted.has_completion()) break;
      *rules->mutable_completion() = wanted.completion();
      rules->mutable_completion()->clear_items();
      rules->mutable_completion()->clear_certificate_template();
      break;
    case TrainingRules::RECERTIFICATION:
      rules->clear_recertification();
      if (wanted.has_recertification())
        *rules->mutable_recertification() = wanted.recertification();
      break;
    case TrainingRules::ENROLLMENT:
      rules->clear_enrollment();
      if (wanted.has_enrollment()) *rules->mutable_enrollment() = wanted.enrollment();
      break;
    default:
      break;
  }
}

// `Row` is that of a course or of a plan; `resource` what it is of.
template <typename Row, typename Resource>
absl::Status Change(MutateCall& call, const v1::UpdateTrainingRulesRequest& request,
                    const std::string& id, Resource* (Row::*resource)(),
                    v1::UpdateTrainingRulesResponse* response) {
  TenantDraft& draft = call.draft;
  absl::StatusOr<std::optional<Row>> found = draft.Get<Row>(id);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return NotFound("training", request.training());
  Row row = **std::move(found);
  absl::Status status =
      CheckEtag(request.training(), request.etag(), EtagOf(row.uid(), row.revision()));
  if (!status.ok()) return status;
  const ScopeId training(row.uid());
  const std::vector<uint64_t> before = RuleReferences(row);
  if (request.section() == TrainingRules::COMPLETION) {
    const v1::CompletionRule& wanted = request.rules().completion();
    if constexpr (std::is_same_v<Row, rows::CourseRow>) {
      status = StoreItems(call, wanted, &row);
      if (!status.ok()) return status;
    }
    absl::StatusOr<uint64_t> certificate =
        FindTemplate(call, wanted.certificate_template(), training, row.certificate_template());
    if (!certificate.ok()) return certificate.status();
    row.set_certificate_template(*certificate);
    PutRuleReferences(draft, training, before, RuleReferences(row));
  }
  Resource* const kept = (row.*resource)();
  StoreSection(request.section(), request.rules(), kept->mutable_rules());
  SyncOpenTraining(draft, training, *kept);
  *kept->mutable_update_time() = ToTimestamp(call.now());
  row.set_revision(draft.revision());
  response->set_training(request.training());
  response->set_etag(EtagOf(row.uid(), row.revision()));
  *response->mutable_rules() = kept->rules();
  status = ShowRules(draft.reader(), draft.number(), draft.id(), row, response->mutable_rules());
  if (!status.ok()) return status;
  draft.Describe(request.training());
  draft.Put(id, std::move(row));
  switch (request.section()) {
    case TrainingRules::ENROLLMENT:
      return FillSeats(draft, training);
    case TrainingRules::COMPLETION:
    case TrainingRules::RECERTIFICATION:
      return ReevaluateCourseLater(draft, training);
    default:
      return absl::OkStatus();
  }
}

absl::Status DoUpdate(MutateCall& call, const v1::UpdateTrainingRulesRequest& request,
                      v1::UpdateTrainingRulesResponse* response) {
  const ResourceName name = *ParseName(request.training());
  if (name.collection == Collection::kPlans) {
    return Change<rows::TrainingPlanRow, v1::TrainingPlan>(
        call, request, name.id, &rows::TrainingPlanRow::mutable_training_plan, response);
  }
  return Change<rows::CourseRow, v1::Course>(call, request, name.id,
                                             &rows::CourseRow::mutable_course, response);
}

absl::StatusOr<std::string> ItemName(const store::Reader& reader, uint64_t tenant,
                                     absl::string_view tenant_id, uint64_t item) {
  if (item == 0) return std::string();
  absl::StatusOr<std::optional<NamedItem>> found = ReadItemByUid(reader, tenant, item);
  if (!found.ok()) return found.status();
  return found->has_value() ? FullName(tenant_id, (*found)->relative) : std::string();
}

absl::Status ShowTemplate(const store::Reader& reader, uint64_t tenant, absl::string_view tenant_id,
                          uint64_t item, TrainingRules* rules) {
  absl::StatusOr<std::string> name = ItemName(reader, tenant, tenant_id, item);
  if (!name.ok()) return name.status();
  if (!name->empty()) rules->mutable_completion()->set_certificate_template(*std::move(name));
  return absl::OkStatus();
}

}  // namespace

void RegisterTrainingRules(Methods& methods) {
  methods.Mutate<v1::UpdateTrainingRulesRequest, v1::UpdateTrainingRulesResponse>(Validate,
                                                                                  DoUpdate);
}

absl::Status ShowRules(const store::Reader& reader, uint64_t tenant, absl::string_view tenant_id,
                       const rows::CourseRow& row, TrainingRules* rules) {
  for (uint64_t item : row.completion_items()) {
    absl::StatusOr<std::string> name = ItemName(reader, tenant, tenant_id, item);
    if (!name.ok()) return name.status();
    if (!name->empty()) rules->mutable_completion()->add_items(*std::move(name));
  }
  return ShowTemplate(reader, tenant, tenant_id, row.certificate_template(), rules);
}

absl::Status ShowRules(const store::Reader& reader, uint64_t tenant, absl::string_view tenant_id,
                       const rows::TrainingPlanRow& row, TrainingRules* rules) {
  return ShowTemplate(reader, tenant, tenant_id, row.certificate_template(), rules);
}

absl::Status CheckNotInRules(const MutateCall& call, ScopeId course,
                             const std::vector<uint64_t>& leaving) {
  const TenantDraft& draft = call.draft;
  const std::optional<RelativeName> name = SplitRelative(call.state().ScopeName(course));
  absl::StatusOr<std::optional<rows::CourseRow>> row = draft.Get<rows::CourseRow>(name->id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return absl::OkStatus();
  absl::Status status;
  for (uint64_t item : (*row)->completion_items()) {
    if (std::find(leaving.begin(), leaving.end(), item) == leaving.end()) continue;
    absl::StatusOr<std::string> shown = ItemName(draft.reader(), draft.number(), draft.id(), item);
    if (!shown.ok()) return shown.status();
    AddFailedPrecondition(&status, "IN_RULES", *shown,
                          absl::StrCat("the completion rule of the course names ", Quoted(*shown),
                                       "; take it out of that first"));
  }
  return status;
}

}  // namespace provost
