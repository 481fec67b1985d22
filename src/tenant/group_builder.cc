#include "tenant/group_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "provost/v1/change.pb.h"
#include "store/key.h"
#include "tenant/change_codec.h"
#include "tenant/errors.h"
#include "tenant/group_rules.h"
#include "tenant/growth.h"
#include "tenant/meta_keys.h"
#include "tenant/notify.h"
#include "tenant/record_events.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::KeyReader;
using store::KeyWriter;
using store::Table;
using store::WriteGroup;

// What the second part of a key in kRequests says, beside that of KeptAnswerKey().
constexpr uint8_t kExpiryPart = 2;
// What a change that is made of parts writes at most: with so many rows, or bytes of them, no
// further part is begun.
constexpr size_t kMaxRowsOfParts = 1000000;
constexpr size_t kMaxBytesOfParts = size_t{256} << 20;
// Each kept answer makes room by forgetting up to so many that are past their time.
constexpr uint64_t kForgetAtOnce = 4;

std::string ExpiryKey(uint64_t tenant, absl::Time expires, absl::string_view request_id) {
  return KeyWriter(tenant).U8(kExpiryPart).Time(expires).String(request_id).Take();
}

void Append(const WriteGroup& from, WriteGroup& to) {
  from.ForEach(
      [&](Table table, absl::string_view key, const std::optional<absl::string_view>& value) {
        if (value.has_value()) {
          to.Put(table, key, *value);
        } else {
          to.Delete(table, key);
        }
      });
}

}  // namespace

const WorldState& MutationContext::StateOf(const std::shared_ptr<Tenant>& tenant) const {
  return builder_->StateOf(tenant);
}

absl::StatusOr<bool> MutationContext::Part(absl::FunctionRef<absl::Status(TenantDraft&)> part) {
  return builder_->PreparePart(draft(), now_, part);
}

TenantDraft& MutationContext::In(const std::shared_ptr<Tenant>& tenant) {
  for (const std::unique_ptr<TenantDraft>& draft : drafts_) {
    if (draft->shared_tenant() == tenant) return *draft;
  }
  GroupBuilder::Successor& successor = builder_->SuccessorOf(tenant);
  drafts_.push_back(std::make_unique<TenantDraft>(tenant, successor.edit->state(), *group_,
                                                  successor.counters, successor.row, now_));
  return *drafts_.back();
}

absl::StatusOr<TenantDraft*> MutationContext::CreateTenant(rows::TenantRow row,
                                                           rows::PolicyRow policy,
                                                           std::shared_ptr<const Matrix> matrix) {
  if (builder_->IsTaken(row.id())) {
    return absl::AlreadyExistsError(absl::StrCat("there is a tenant `", row.id(), "` already"));
  }
  row.set_number(builder_->NewTenantNumber());
  auto tenant = std::make_shared<Tenant>(row, rows::TenantCounters(), matrix);
  TenantDraft& draft = In(tenant);
  draft.created_ = true;
  // Scope 1 everywhere: RootOp counts on it.
  draft.NewScope();
  draft.PutTenant(std::move(row));
  draft.PutPolicy(std::move(policy), std::move(matrix));
  return &draft;
}

void MutationContext::DeleteTenant(const std::shared_ptr<Tenant>& tenant) {
  TenantDraft& draft = In(tenant);
  draft.deleted_ = true;
  draft.dirty_ = true;
  draft.Erase(Table::kTenants, TenantRowKey(tenant->number()));
  // The rest may be large; it is taken away piece by piece, over restarts if need be.
  draft.WriteBytes(Table::kMeta, PurgeKey(tenant->number()), "1");
}

uint64_t GroupBuilder::NewTenantNumber() {
  if (last_tenant_number_ == 0) last_tenant_number_ = registry_->last_tenant_number_;
  return ++last_tenant_number_;
}

GroupBuilder::Successor& GroupBuilder::SuccessorOf(const std::shared_ptr<Tenant>& tenant) {
  Successor& successor = successors_[tenant->number()];
  if (successor.edit == nullptr) {
    successor.tenant = tenant;
    successor.edit = std::unique_ptr<WorldEdit>(new WorldEdit(tenant->world().Edit()));
    successor.counters = tenant->counters_;
    successor.row = *tenant->row();
  }
  return successor;
}

const WorldState& GroupBuilder::StateOf(const std::shared_ptr<Tenant>& tenant) {
  return SuccessorOf(tenant).edit->state();
}

bool GroupBuilder::IsTaken(absl::string_view id) const {
  for (const auto& [number, successor] : successors_) {
    if (successor.tenant->id() != id) continue;
    if (successor.created && !successor.deleted) return true;
    if (successor.deleted) return false;
  }
  return registry_->Find(id) != nullptr;
}

absl::StatusOr<MutationResult> GroupBuilder::Prepare(TenantMutation& mutation,
                                                     store::WriteGroup& group) {
  const absl::Time now = registry_->clock().Now();
  if (mutation.answers == nullptr) mutation.answers = mutation.tenant;
  const bool gone = registry_->Find(mutation.tenant->id()) != mutation.tenant ||
                    SuccessorOf(mutation.tenant).deleted;
  // Answers that are kept elsewhere can be given again all the same.
  if (gone && (mutation.answers == mutation.tenant || mutation.request_id.empty())) {
    return absl::NotFoundError("the tenant is no longer there");
  }
  // What the mutation writes goes here first, so that a failure leaves the group as it was.
  WriteGroup own(&group);
  MutationContext context(this, &own, &mutation.actor, now);
  context.In(mutation.tenant);
  const uint64_t tenant_number_before = last_tenant_number_;

  MutationResult result;
  if (!mutation.request_id.empty()) {
    absl::StatusOr<std::optional<std::string>> answer = FindAnswer(mutation, own, now);
    if (!answer.ok()) return answer.status();
    if (answer->has_value()) {
      if (mutation.authorize != nullptr) {
        const absl::Status status = mutation.authorize(context, /*replaying=*/true);
        // What the request was about may be gone, by this very request.
        if (!status.ok() && !absl::IsNotFound(status)) return status;
      }
      result.response = **std::move(answer);
      result.revision = SuccessorOf(mutation.tenant).counters.revision();
      result.replayed = true;
      return result;
    }
  }
  if (gone) return absl::NotFoundError("the tenant is no longer there");

  absl::StatusOr<std::string> response = PrepareFresh(mutation, context);
  absl::Status status = response.ok() ? own.status() : response.status();
  for (size_t i = 0; status.ok() && i < context.drafts_.size(); ++i) {
    TenantDraft& draft = *context.drafts_[i];
    status = Finish(draft, now);
    if (status.ok() && draft.dirty_ && !draft.deleted_) {
      status = WriteGrowth(draft.number(), now, draft.growth_, own);
    }
  }
  if (!status.ok() || mutation.validate_only) {
    last_tenant_number_ = tenant_number_before;
    for (const std::unique_ptr<TenantDraft>& draft : context.drafts_) {
      if (draft->created_) {
        successors_.erase(draft->number());
      } else if (draft->applied_) {
        Rebuild(SuccessorOf(draft->shared_tenant()));
      }
    }
    if (!status.ok()) return status;
    result.response = *std::move(response);
    result.revision = SuccessorOf(mutation.tenant).counters.revision();
    return result;
  }

  for (const std::unique_ptr<TenantDraft>& draft : context.drafts_) {
    if (!draft->dirty_) continue;
    Successor& successor = SuccessorOf(draft->shared_tenant());
    draft->counters_.mutable_commit_time()->CopyFrom(ToTimestamp(now));
    if (!draft->deleted_) WriteFeed(mutation, *draft, now, own);
    successor.applied.push_back(std::move(draft->change_));
    successor.counters = draft->counters_;
    if (draft->row_changed_) {
      successor.row = draft->row_;
      successor.row_changed = true;
    }
    successor.next_mail = std::min(successor.next_mail, draft->next_mail_);
    // What waits under a freeze or while a tenant is suspended is done once it no longer is.
    if (draft->has_thawed_ || draft->row_changed_) draft->NoteMoment(absl::InfinitePast());
    successor.next_moment = std::min(successor.next_moment, draft->next_moment_);
    successor.created |= draft->created_;
    successor.deleted |= draft->deleted_;
    if (draft->deleted_) result.deleted_tenant = draft->number();
  }
  if (!mutation.request_id.empty()) KeepAnswer(mutation, *response, now, own);
  Append(own, group);
  result.response = *std::move(response);
  result.revision = SuccessorOf(mutation.tenant).counters.revision();
  return result;
}

absl::StatusOr<std::string> GroupBuilder::PrepareFresh(TenantMutation& mutation,
                                                       MutationContext& context) {
  if (mutation.authorize != nullptr) {
    if (absl::Status status = mutation.authorize(context, /*replaying=*/false); !status.ok())
      return status;
  }
  return mutation.prepare(context);
}

absl::Status GroupBuilder::Apply(TenantDraft& draft) {
  const std::vector<ChangeOp>& ops = draft.change_.ops;
  if (draft.applied_ops_ == ops.size()) return absl::OkStatus();
  draft.applied_ = true;
  WorldEdit& edit = *SuccessorOf(draft.shared_tenant()).edit;
  absl::Status status;
  if (draft.applied_ops_ == 0) {
    status = edit.Apply(draft.change_);
  } else {
    Change rest;
    rest.ops.assign(ops.begin() + static_cast<std::ptrdiff_t>(draft.applied_ops_), ops.end());
    status = edit.Apply(rest);
  }
  if (status.ok()) draft.applied_ops_ = ops.size();
  return status;
}

absl::Status GroupBuilder::Finish(TenantDraft& draft, absl::Time now) {
  const size_t first = draft.applied_ops_;  // What its parts did has been followed.
  absl::Status status = Apply(draft);
  const bool does_nothing = !draft.dirty_ && draft.mail_causes_.empty();
  if (does_nothing || draft.created_ || draft.deleted_) {
    status.Update(draft.failure_);
    return status;
  }
  if (status.ok()) status = SettleGroupRules(draft, first, now, [&] { return Apply(draft); });
  if (status.ok()) status = Apply(draft);
  if (status.ok()) status = FollowEnrolled(draft);
  if (status.ok()) status = WriteMails(draft);
  status.Update(draft.failure_);
  return status;
}

absl::StatusOr<bool> GroupBuilder::PreparePart(TenantDraft& whole, absl::Time now,
                                               absl::FunctionRef<absl::Status(TenantDraft&)> part) {
  const bool has_many_rows = whole.group_.count() > kMaxRowsOfParts;
  if (has_many_rows || whole.group_.bytes() > kMaxBytesOfParts) {
    return FailedPrecondition(
        "TOO_MUCH_AT_ONCE", FullName(whole.id(), kRootScopeName),
        absl::StrCat("more than ", has_many_rows ? kMaxRowsOfParts : kMaxBytesOfParts,
                     has_many_rows ? " rows" : " bytes",
                     " would be written at once, with the enrollments and mails that follow; "
                     "wanted less in one change"));
  }
  if (absl::Status status = Apply(whole); !status.ok()) return status;
  Successor& successor = SuccessorOf(whole.shared_tenant());
  WriteGroup own(&whole.group_);
  rows::TenantCounters counters = whole.counters_;
  counters.set_revision(counters.revision() - 1);  // A draft begins with the next one.
  TenantDraft draft(whole.shared_tenant(), *whole.state_, own, std::move(counters), whole.row_,
                    whole.now_);
  if (absl::Status status = part(draft); !status.ok()) return status;
  if (!own.status().ok()) return own.status();
  if (absl::Status status = Finish(draft, now); !status.ok()) {
    Rebuild(successor);
    // It applied before, to the same state.
    if (!successor.edit->Apply(whole.change_).ok()) std::abort();
    whole.state_ = &successor.edit->state();
    return status;
  }
  Append(own, whole.group_);
  whole.counters_ = std::move(draft.counters_);
  if (draft.row_changed_) {
    whole.row_ = std::move(draft.row_);
    whole.row_changed_ = true;
  }
  whole.NoteMail(draft.next_mail_);
  whole.NoteMoment(draft.next_moment_);
  if (draft.has_thawed_) whole.NoteMoment(absl::InfinitePast());
  for (const auto& [role, more] : draft.growth_) AddGrowth(more, &whole.growth_[role]);
  whole.known_subjects_ = whole.counters_.last_subject();
  whole.known_assignments_ = whole.counters_.last_assignment();
  whole.dirty_ |= draft.dirty_;
  whole.applied_ |= draft.applied_;
  for (ChangeOp& op : draft.change_.ops) whole.change_.ops.push_back(std::move(op));
  whole.applied_ops_ = whole.change_.ops.size();
  return draft.dirty_;
}

void GroupBuilder::Rebuild(Successor& successor) {
  successor.edit.reset();
  successor.edit = std::unique_ptr<WorldEdit>(new WorldEdit(successor.tenant->world().Edit()));
  for (const Change& change : successor.applied) {
    // It applied before, to the same state.
    const absl::Status status = successor.edit->Apply(change);
    if (!status.ok()) std::abort();
  }
}

absl::StatusOr<std::optional<std::string>> GroupBuilder::FindAnswer(const TenantMutation& mutation,
                                                                    const WriteGroup& group,
                                                                    absl::Time now) const {
  absl::StatusOr<std::optional<rows::RequestRow>> row = ReadRow<rows::RequestRow>(
      group, Table::kRequests, KeptAnswerKey(mutation.answers->number(), mutation.request_id));
  if (!row.ok()) return row.status();
  if (!row->has_value() || FromTimestamp((*row)->expires()) <= now) {
    return std::optional<std::string>();
  }
  if ((*row)->principal() != mutation.actor.name || (*row)->method() != mutation.method ||
      (*row)->body_digest() != mutation.body_digest) {
    return BadField(
        "request_id", mutation.request_id,
        "was used for another request; a retry repeats its request as it was, and a new "
        "request takes a new UUID");
  }
  return std::optional<std::string>((*row)->response());
}

void GroupBuilder::KeepAnswer(const TenantMutation& mutation, absl::string_view response,
                              absl::Time now, WriteGroup& group) const {
  const uint64_t tenant = mutation.answers->number();
  // Those past their time, from the oldest on.
  store::ScanOptions scan;
  scan.limit = kForgetAtOnce;
  std::vector<std::pair<std::string, std::string>> old;
  {
    store::Cursor cursor =
        group.Scan(Table::kRequests,
                   store::KeyRange{KeyWriter(tenant).U8(kExpiryPart).Take(),
                                   KeyWriter(tenant).U8(kExpiryPart).Time(now).Take()},
                   scan);
    while (cursor.Next()) {
      KeyReader reader(Table::kRequests, cursor.key());
      reader.U64();
      reader.U8();
      reader.Time();
      old.emplace_back(std::string(cursor.key()), reader.String());
    }
  }
  for (const auto& [key, request_id] : old) {
    group.Delete(Table::kRequests, key);
    group.Delete(Table::kRequests, KeptAnswerKey(tenant, request_id));
  }
  rows::RequestRow row;
  row.set_principal(mutation.actor.name);
  row.set_method(mutation.method);
  row.set_body_digest(mutation.body_digest);
  row.set_response(std::string(response));
  const absl::Time expires = now + options_.request_ttl;
  *row.mutable_expires() = ToTimestamp(expires);
  const std::string key = KeptAnswerKey(tenant, mutation.request_id);
  // One that is past its time and still there would take this one along when it is forgotten.
  const absl::StatusOr<std::optional<rows::RequestRow>> past =
      ReadRow<rows::RequestRow>(group, Table::kRequests, key);
  if (past.ok() && past->has_value()) {
    group.Delete(Table::kRequests,
                 ExpiryKey(tenant, FromTimestamp((*past)->expires()), mutation.request_id));
  }
  group.Put(Table::kRequests, key, FormatRow(row));
  group.Put(Table::kRequests, ExpiryKey(tenant, expires, mutation.request_id), "1");
}

void GroupBuilder::WriteFeed(const TenantMutation& mutation, TenantDraft& draft, absl::Time now,
                             WriteGroup& group) const {
  v1::Change change;
  change.set_revision(draft.revision());
  *change.mutable_commit_time() = ToTimestamp(now);
  change.set_method(mutation.method);
  ToProto(draft.change_, &change);
  group.Put(Table::kChanges, RevisionKey(draft.number(), draft.revision()), FormatRow(change));

  rows::AuditRow audit;
  audit.set_actor(mutation.actor.name);
  audit.set_actor_uid(mutation.actor.subject.value);
  audit.set_method(mutation.method);
  audit.set_resource(draft.resource_);
  audit.set_reason(draft.reason_);
  *audit.mutable_time() = ToTimestamp(now);
  audit.set_call_id(mutation.call_id);
  group.Put(Table::kAudit, RevisionKey(draft.number(), draft.revision()), FormatRow(audit));
  const auto index = [&](IndexPart part, absl::string_view name) {
    if (name.empty()) return;
    group.Put(Table::kIndexes, AuditIndexKey(draft.number(), part, name, draft.revision()), "1");
  };
  index(kAuditActorIndex, audit.actor());
  index(kAuditResourceIndex, audit.resource());

  group.Put(Table::kTenants, CountersKey(draft.number()), FormatRow(draft.counters_));
}

absl::Status GroupBuilder::BeforeWrite(WriteGroup& group) {
  if (group.count() == 0) return absl::OkStatus();
  group.Put(Table::kMeta, kCommitTimeRow,
            absl::StrCat(absl::ToUnixNanos(registry_->clock().Now())));
  if (last_tenant_number_ != 0) {
    group.Put(Table::kMeta, kLastTenantRow, absl::StrCat(last_tenant_number_));
  }
  return absl::OkStatus();
}

void GroupBuilder::Publish() {
  for (auto& [number, successor] : successors_) {
    if (successor.applied.empty() && !successor.created && !successor.deleted) continue;
    Tenant& tenant = *successor.tenant;
    // Only a spoiled edit cannot be published, and a spoiled one was rebuilt.
    if (!successor.edit->Publish(successor.counters.revision()).ok()) std::abort();
    tenant.counters_ = successor.counters;
    if (successor.row_changed) tenant.SetRow(successor.row);
    if (successor.deleted) {
      registry_->Remove(tenant);
    } else if (successor.created) {
      registry_->Add(successor.tenant);
    }
    if (successor.deleted) continue;
    // What waits while a tenant is suspended goes out once it no longer is.
    const absl::Time mail = successor.row_changed ? absl::InfinitePast() : successor.next_mail;
    if (options_.on_mail != nullptr && mail < absl::InfiniteFuture()) {
      options_.on_mail(successor.tenant, mail);
    }
    if (options_.on_moment != nullptr && successor.next_moment < absl::InfiniteFuture()) {
      options_.on_moment(successor.tenant, successor.next_moment);
    }
  }
  if (last_tenant_number_ != 0) registry_->last_tenant_number_ = last_tenant_number_;
  Drop();
}

void GroupBuilder::Drop() {
  successors_.clear();
  last_tenant_number_ = 0;
}

absl::StatusOr<bool> PurgeRows(uint64_t tenant, size_t limit, WriteGroup& group) {
  size_t left = limit;
  for (Table table : store::AllTables()) {
    if (table == Table::kMeta) continue;
    store::ScanOptions options;
    options.limit = left;
    std::vector<std::string> keys;
    {
      store::Cursor cursor = group.Scan(table, store::KeyRange::Tenant(tenant), options);
      while (cursor.Next()) keys.emplace_back(cursor.key());
      if (!cursor.status().ok()) return cursor.status();
    }
    for (const std::string& key : keys) group.Delete(table, key);
    left -= keys.size();
    if (left == 0) return true;
  }
  group.Delete(Table::kMeta, PurgeKey(tenant));
  return false;
}

}  // namespace provost
