#include "service/saved_reports.h"

#include <google/protobuf/empty.pb.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/report_service.pb.h"
#include "service/authorize.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/report_definition.h"
#include "service/resource.h"
#include "service/saved_report_rows.h"
#include "service/subject_resource.h"
#include "tenant/errors.h"
#include "tenant/homed_rows.h"
#include "tenant/report_schedule.h"
#include "tenant/reports.h"
#include "tenant/times.h"

namespace provost {
namespace {

using Row = rows::ReportRow;

constexpr Collection kCollection = Collection::kReports;
constexpr absl::string_view kUpdatable[] = {"display_name", "definition", "schedule"};
constexpr absl::string_view kExport = "report.export";

// Whoever reads the mail's `last_error` in the outbox may know why it was not mailed: it says what
// its owner may not do, or what an SMTP server has to say about their address.
bool IsToldWhy(const WorldState& state, const Row& row, SubjectId reader, absl::Time now) {
  if (SubjectId(row.owner()) == reader) return true;
  ScopeId home(row.home());
  if (!state.HasScope(home)) return false;
  while (state.KindOf(home) > ScopeKind::kCatalog) home = state.ParentOf(home);
  return IsAllowed(state, reader, "notification.read", home, /*about_self=*/false, now);
}

v1::Report ToMessage(absl::string_view tenant, const WorldState& state, absl::string_view id,
                     const Row& row, SubjectId reader, absl::Time now) {
  v1::Report message = row.report();
  message.set_name(NameIn(tenant, kCollection, id));
  *message.mutable_definition() = ShownDefinition(state, tenant, row, reader, now);
  message.set_owner(SubjectFullName(state, tenant, SubjectId(row.owner())));
  message.set_etag(EtagOf(row.uid(), row.revision()));
  if (!message.last_error().empty() && !IsToldWhy(state, row, reader, now)) {
    message.set_last_error("could not be mailed; its owner can see why");
  }
  return message;
}

void CheckField(absl::string_view field, const v1::Report& report, bool is_new,
                absl::Status* status) {
  if (field == "display_name") {
    CheckText("report.display_name", report.display_name(), 1, kMaxDisplayName, status);
    return;
  }
  if (field == "schedule") {
    if (report.has_schedule()) CheckReportSchedule("report.schedule", report.schedule(), status);
    return;
  }
  v1::ReportDefinition definition = report.definition();
  const absl::StatusOr<ResourceName> scope = ParseName(definition.scope());
  if (scope.ok() && scope->collection == Collection::kSessions) {
    AddBadField(status, "report.definition.scope", definition.scope(),
                "a saved report is of a course or a training plan, a catalog or the tenant");
    return;
  }
  // What stands for a group that is hidden says that it stays.
  if (!is_new && scope.ok() && definition.filter().group() == HiddenGroupName(scope->tenant)) {
    definition.mutable_filter()->clear_group();
  }
  CheckReportDefinition("report.definition", definition, status);
}

// --- what is asked beside the method's own permission ---

// A report with a schedule is mailed, which is an export.
absl::Status CheckMayMail(const RuleCall& call, ScopeId scope, absl::string_view name) {
  if (IsAllowed(call.state, call.actor, kExport, scope, /*about_self=*/false, call.now)) {
    return absl::OkStatus();
  }
  return NotPermitted(kExport, name);
}

absl::Status MayCreate(const RuleCall& call, const v1::CreateReportRequest& request) {
  if (!request.report().has_schedule()) return absl::OkStatus();
  const std::string& scope = request.report().definition().scope();
  return CheckMayMail(call, call.state.FindScope(ParseName(scope)->Relative()), scope);
}

absl::Status MayUpdate(const RuleCall& call, const v1::UpdateReportRequest& request) {
  const v1::Report& wanted = request.report();
  absl::StatusOr<std::optional<Row>> row =
      ReadReport(call.reader, call.tenant.number(), IdOf(wanted.name()));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(CollectionNoun(kCollection), wanted.name());
  if ((*row)->owner() != call.actor.value) {
    return FailedPrecondition(
        "NOT_OWNER", wanted.name(),
        absl::StrCat(
            "it is ",
            Quoted(SubjectFullName(call.state, call.tenant.id(), SubjectId((*row)->owner()))),
            "'s, who alone can change it, for it is made and mailed as theirs; create one "
            "of your own with the same definition"));
  }
  absl::StatusOr<std::vector<std::string>> fields =
      FieldsToUpdate(request.update_mask(), wanted, kUpdatable);
  if (!fields.ok()) return fields.status();
  bool has_schedule = (*row)->report().has_schedule();
  for (const std::string& field : *fields) {
    if (field == "schedule") has_schedule = wanted.has_schedule();
  }
  if (!has_schedule) return absl::OkStatus();
  const ScopeId home((*row)->home());
  return CheckMayMail(call, home, ScopeFullName(call.state, call.tenant.id(), home));
}

// --- what is kept of it ---

// Takes out what the row keeps in another form; a group by uid.
absl::Status SetGroup(const MutateCall& call, Row* row) {
  v1::ReportDefinition* const definition = row->mutable_report()->mutable_definition();
  definition->clear_scope();
  const std::string name = definition->filter().group();
  if (!name.empty()) definition->mutable_filter()->clear_group();
  // What stands for a group that is hidden says that it stays.
  if (row->group() != 0 && name == HiddenGroupName(call.draft.id())) return absl::OkStatus();
  if (name.empty()) {
    row->set_group(0);
    return absl::OkStatus();
  }
  const absl::StatusOr<ResourceName> parsed = ParseName(name);
  const SubjectId group =
      parsed.ok() ? call.state().FindSubject(parsed->Relative()) : kUnknownSubject;
  // What is hidden and what is missing are refused alike.
  if (!Knows(call.state(), call.actor(), group, call.now())) {
    return BadField("report.definition.filter.group", name, "wanted a group that you may read");
  }
  row->set_group(group.value);
  return absl::OkStatus();
}

// A schedule that was set or changed counts from now on.
absl::Status SetNextRun(const MutateCall& call, Row* row) {
  v1::Report* const report = row->mutable_report();
  report->clear_next_run_time();
  if (!report->has_schedule()) return absl::OkStatus();
  absl::StatusOr<absl::TimeZone> zone =
      ReportZone(call.draft.reader(), call.draft.number(), report->schedule());
  if (!zone.ok()) return zone.status();
  const absl::Time next = NextReportRun(report->schedule(), *zone, call.now());
  if (next != absl::InfiniteFuture()) *report->mutable_next_run_time() = ToTimestamp(next);
  return absl::OkStatus();
}

absl::Status Put(MutateCall& call, const std::string& id, const Row* before, Row row,
                 v1::Report* response) {
  *row.mutable_report()->mutable_update_time() = ToTimestamp(call.now());
  row.set_revision(call.draft.revision());
  PutReport(call.draft, id, before, row);
  *response = ToMessage(call.draft.id(), call.state(), id, row, call.actor(), call.now());
  call.draft.Describe(response->name());
  return absl::OkStatus();
}

// --- Create ---

absl::Status ValidateCreate(const v1::CreateReportRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckNewId("report_id", request.report_id(), &status);
  for (absl::string_view field : kUpdatable) {
    CheckField(field, request.report(), /*is_new=*/true, &status);
  }
  return status;
}

// What is said of an id that is taken: that it is to whoever may read the other (AIP-133).
absl::StatusOr<std::string> ChooseFreeId(const MutateCall& call, absl::string_view wanted,
                                         uint64_t uid) {
  std::string id(wanted);
  if (id.empty()) id = absl::StrCat("r", uid);
  for (;;) {
    absl::StatusOr<std::optional<Row>> taken =
        ReadReport(call.draft.reader(), call.draft.number(), id);
    if (!taken.ok()) return taken.status();
    if (!taken->has_value()) return id;
    if (!wanted.empty()) {
      const std::string name = NameIn(call.draft.id(), kCollection, id);
      return MayReadReport(call.state(), call.actor(), **taken, call.now())
                 ? AlreadyExists(CollectionNoun(kCollection), name)
                 : NotPermitted("", name);
    }
    id.push_back('x');  // Somebody chose by hand what would be made.
  }
}

absl::Status DoCreate(MutateCall& call, const v1::CreateReportRequest& request,
                      v1::Report* response) {
  const v1::Report& wanted = request.report();
  absl::StatusOr<ScopeId> home = ResolveScope(
      call.state(), call.draft.id(), "report.definition.scope", wanted.definition().scope());
  if (!home.ok()) return home.status();
  Row row;
  row.set_uid(call.draft.NewItem());
  row.set_home(home->value);
  row.set_owner(call.actor_uid());
  absl::StatusOr<std::string> id = ChooseFreeId(call, request.report_id(), row.uid());
  if (!id.ok()) return id.status();
  for (absl::string_view field : kUpdatable) CopyField(wanted, field, row.mutable_report());
  *row.mutable_report()->mutable_create_time() = ToTimestamp(call.now());
  if (absl::Status status = SetGroup(call, &row); !status.ok()) return status;
  if (absl::Status status = SetNextRun(call, &row); !status.ok()) return status;
  return Put(call, *id, nullptr, std::move(row), response);
}

// --- Get ---

template <typename Request>
absl::Status ValidateName(const Request& request) {
  absl::Status status;
  CheckNameIn(kCollection, "name", request.name(), &status);
  return status;
}

absl::Status DoGet(ReadCall& call, const v1::GetReportRequest& request, v1::Report* response) {
  const std::string id = IdOf(request.name());
  absl::StatusOr<std::optional<Row>> row = ReadReport(call.reader(), call.tenant->number(), id);
  if (!row.ok()) return row.status();
  // The caller was let in to see this one; the name may be another's since.
  if (!row->has_value() || !MayReadReport(call.state, call.self(), **row, call.now)) {
    return NotFound(CollectionNoun(kCollection), request.name());
  }
  *response = ToMessage(call.tenant->id(), call.state, id, **row, call.self(), call.now);
  return absl::OkStatus();
}

// --- List ---

absl::Status ValidateList(const v1::ListReportsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckHome("scope", request.scope(), request.parent(), ScopeKind::kCourse, &status);
  return status;
}

// Cost: the tenant's reports from the cursor to the end of the page; with `scope` those of that
// scope.
absl::Status DoList(ReadCall& call, const v1::ListReportsRequest& request,
                    v1::ListReportsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const uint64_t tenant = call.tenant->number();
  std::string last;
  // False where the page is full.
  const auto add = [&](const std::string& id, const Row& row) {
    if (!MayReadReport(call.state, call.self(), row, call.now)) return true;
    if (response->reports_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, last));
      return false;
    }
    *response->add_reports() =
        ToMessage(call.tenant->id(), call.state, id, row, call.self(), call.now);
    last = id;
    return true;
  };
  if (!request.scope().empty()) {
    // A scope that is missing and one that is hidden look alike.
    const ScopeId home = call.state.FindScope(ParseName(request.scope())->Relative());
    if (!call.state.HasScope(home)) return absl::OkStatus();
    absl::StatusOr<std::vector<std::string>> ids =
        IdsHomedAt(call.reader(), tenant, home, kCollection);
    if (!ids.ok()) return ids.status();
    for (const std::string& id : *ids) {
      if (id <= page->cursor) continue;
      absl::StatusOr<std::optional<Row>> row = ReadReport(call.reader(), tenant, id);
      if (!row.ok()) return row.status();
      // The id may be another's since.
      if (row->has_value() && (*row)->home() == home.value && !add(id, **row)) break;
    }
    return absl::OkStatus();
  }
  store::KeyRange range = store::KeyRange::Tenant(tenant);
  if (!page->cursor.empty()) {
    range.begin = EntityKey(tenant, kCollection, page->cursor);
    range.begin.push_back('\0');  // The next key that there can be.
  }
  store::Cursor cursor = call.reader().Scan(TableOf(kCollection), range);
  while (cursor.Next()) {
    store::KeyReader key(TableOf(kCollection), cursor.key());
    key.U64();
    const std::string id = key.String();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<Row> row = ParseRow<Row>(TableOf(kCollection), cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    if (!add(id, *row)) break;
  }
  return cursor.status();
}

// --- Update ---

absl::Status ValidateUpdate(const v1::UpdateReportRequest& request) {
  const v1::Report& wanted = request.report();
  absl::Status status;
  CheckNameIn(kCollection, "report.name", wanted.name(), &status);
  absl::StatusOr<std::vector<std::string>> fields =
      FieldsToUpdate(request.update_mask(), wanted, kUpdatable);
  if (!fields.ok()) return status.ok() ? fields.status() : status;
  for (const std::string& field : *fields) CheckField(field, wanted, /*is_new=*/false, &status);
  return status;
}

// The row of `name`, whose etag is still `etag`.
absl::StatusOr<Row> FindForChange(const MutateCall& call, absl::string_view name,
                                  absl::string_view etag) {
  absl::StatusOr<std::optional<Row>> row =
      ReadReport(call.draft.reader(), call.draft.number(), IdOf(name));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(CollectionNoun(kCollection), name);
  if (absl::Status status = CheckEtag(name, etag, EtagOf((*row)->uid(), (*row)->revision()));
      !status.ok()) {
    return status;
  }
  return **std::move(row);
}

absl::Status DoUpdate(MutateCall& call, const v1::UpdateReportRequest& request,
                      v1::Report* response) {
  const v1::Report& wanted = request.report();
  absl::StatusOr<Row> row = FindForChange(call, wanted.name(), wanted.etag());
  if (!row.ok()) return row.status();
  absl::StatusOr<std::vector<std::string>> fields =
      FieldsToUpdate(request.update_mask(), wanted, kUpdatable);
  if (!fields.ok()) return fields.status();
  const Row before = *row;
  for (const std::string& field : *fields) {
    if (field == "definition") {
      const std::string scope =
          ScopeFullName(call.state(), call.draft.id(), ScopeId(before.home()));
      if (wanted.definition().scope() != scope) {
        return BadField("report.definition.scope", wanted.definition().scope(),
                        absl::StrCat("cannot be changed; it is ", Quoted(scope)));
      }
      *row->mutable_report()->mutable_definition() = wanted.definition();
      if (absl::Status status = SetGroup(call, &*row); !status.ok()) return status;
      continue;
    }
    CopyField(wanted, field, row->mutable_report());
  }
  const v1::Report& was = before.report();
  const bool same_schedule =
      was.has_schedule() == row->report().has_schedule() &&
      was.schedule().SerializeAsString() == row->report().schedule().SerializeAsString();
  if (!same_schedule) {
    if (absl::Status status = SetNextRun(call, &*row); !status.ok()) return status;
  }
  return Put(call, IdOf(wanted.name()), &before, *std::move(row), response);
}

// --- Delete ---

absl::Status DoDelete(MutateCall& call, const v1::DeleteReportRequest& request,
                      google::protobuf::Empty*) {
  absl::StatusOr<Row> row = FindForChange(call, request.name(), request.etag());
  if (absl::IsNotFound(row.status()) && request.allow_missing()) return absl::OkStatus();
  if (!row.ok()) return row.status();
  call.draft.Describe(request.name());
  return EraseReport(call.draft, IdOf(request.name()), *row);
}

}  // namespace

void RegisterSavedReports(Methods& methods) {
  Method& create = methods.Mutate<v1::CreateReportRequest, v1::Report>(ValidateCreate, DoCreate);
  Methods::AuthorizeBy<v1::CreateReportRequest>(create, MayCreate);
  Method& get = methods.Read<v1::GetReportRequest, v1::Report>(DoGet);
  Methods::ValidateBy<v1::GetReportRequest>(get, ValidateName<v1::GetReportRequest>);
  Method& list = methods.Scan<v1::ListReportsRequest, v1::ListReportsResponse>(DoList);
  Methods::ValidateBy<v1::ListReportsRequest>(list, ValidateList);
  Method& update = methods.Mutate<v1::UpdateReportRequest, v1::Report>(ValidateUpdate, DoUpdate);
  Methods::AuthorizeBy<v1::UpdateReportRequest>(update, MayUpdate);
  methods.Mutate<v1::DeleteReportRequest, google::protobuf::Empty>(
      ValidateName<v1::DeleteReportRequest>, DoDelete);
  RegisterSavedReportRows(methods);
}

}  // namespace provost
