#include "service/timekeeper.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/decide/freeze.h"
#include "tenant/times.h"

namespace provost {
namespace {

// Moments that are looked at, or rows' worth of them that are done, with one commit.
constexpr size_t kAtOnce = 256;
// When what was left where it is is looked at again.
constexpr absl::Duration kLookAgain = absl::Hours(1);

using Moments = std::vector<std::pair<Moment, rows::TimerRow>>;

absl::Duration Ahead(const Lead& lead) { return absl::Hours(24) * lead.days; }

MomentCursor CursorOf(const rows::TimerCursorRow& row) {
  return MomentCursor{FromTimestamp(row.time()), row.a(), row.b(), row.c()};
}

// The scope at which nothing is done for now; empty: none.
std::string FrozenScope(MutationContext& context, const MomentHandler& handler,
                        const Moment& moment) {
  const ScopeId scope(moment.a);
  const WorldState& state = context.state();
  if (!handler.at_scope || !state.HasScope(scope) || CheckPathNotFrozen(state, scope).ok()) {
    return "";
  }
  return FullName(context.draft().id(), state.ScopeName(scope));
}

void CountDown(const Firing& firing, size_t* room) {
  const size_t used = *room - std::min(*room, firing.room);
  *room -= std::max<size_t>(used, 1);
}

absl::Status About(const MomentHandler& handler, const Tenant& tenant, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("`tenants/", tenant.id(), "`, ", handler.what,
                                                  ": ", status.message()));
}

void Describe(const MomentHandler& handler, size_t done, MutationContext& context) {
  context.draft().Describe(FullName(context.draft().id(), kRootScopeName),
                           absl::StrCat(handler.what, ": ", done));
}

}  // namespace

Timekeeper::Timekeeper(TenantRegistry* registry, TimekeeperOptions options)
    : registry_(registry),
      options_(std::move(options)),
      rounds_(registry, {[this](const std::shared_ptr<Tenant>& tenant) { return LookAt(tenant); },
                         [this](uint64_t tenant) { progress_.erase(tenant); }, options_.on_error}) {
}

Timekeeper::~Timekeeper() { Stop(); }

void Timekeeper::Start(TenantWriter* writer) { rounds_.Start(writer); }

void Timekeeper::Note(const std::shared_ptr<Tenant>& tenant, absl::Time time) {
  {
    MutexLock lock(&mutex_);
    const auto [at, is_new] = noted_.try_emplace(tenant->number(), time);
    if (!is_new) at->second = std::min(at->second, time);
  }
  rounds_.Note(tenant, time);
}

void Timekeeper::Stop() {
  rounds_.Stop(absl::ZeroDuration());
  rounds_.Join();
}

void Timekeeper::TakeNotes(uint64_t tenant, Progress* progress) {
  absl::Time noted;
  {
    MutexLock lock(&mutex_);
    const auto found = noted_.find(tenant);
    if (found == noted_.end()) return;
    noted = found->second;
    noted_.erase(found);
  }
  for (auto left = progress->begin(); left != progress->end();) {
    left = noted <= left->second.until.time ? progress->erase(left) : std::next(left);
  }
}

absl::StatusOr<absl::Time> Timekeeper::LookAt(const std::shared_ptr<Tenant>& tenant) {
  Progress& progress = progress_[tenant->number()];
  TakeNotes(tenant->number(), &progress);
  // Noted again when it no longer is.
  if (tenant->row()->tenant().suspended()) return absl::InfiniteFuture();
  const store::Database& database = registry_->database();
  const absl::Time now = registry_->clock().Now();
  absl::Time next = absl::InfiniteFuture();
  absl::StatusOr<std::vector<std::pair<Lead, rows::TimerCursorRow>>> leads =
      ReadLeads(database, tenant->number());
  if (!leads.ok()) return leads.status();
  for (const MomentHandler& handler : MomentHandlers()) {
    if (!IsCarriedOut(handler.kind)) {
      for (const auto& [lead, cursor] : *leads) {
        if (lead.kind != handler.kind) continue;
        absl::StatusOr<Moments> first = ReadMoments(database, tenant->number(), lead.kind,
                                                    CursorOf(cursor), absl::InfiniteFuture(), 1);
        if (!first.ok()) return first.status();
        if (first->empty()) continue;
        const absl::Time time = first->front().first.time - Ahead(lead);
        if (time <= now) {
          if (absl::Status status = Tell(tenant, handler, lead); !status.ok()) return status;
          return now;
        }
        next = std::min(next, time);
      }
      continue;
    }
    MomentCursor after{absl::InfinitePast()};
    if (const auto left = progress.find(handler.kind); left != progress.end()) {
      if (left->second.again <= now) {
        progress.erase(left);
      } else {
        after = left->second.until;
        next = std::min(next, left->second.again);
      }
    }
    absl::StatusOr<Moments> first =
        ReadMoments(database, tenant->number(), handler.kind, after, absl::InfiniteFuture(), 1);
    if (!first.ok()) return first.status();
    if (first->empty()) continue;
    if (first->front().first.time <= now) {
      absl::Status status = CarryOut(tenant, handler, &progress);
      if (!status.ok()) return status;
      return now;
    }
    next = std::min(next, first->front().first.time);
  }
  return next;
}

absl::Status Timekeeper::CarryOut(const std::shared_ptr<Tenant>& tenant,
                                  const MomentHandler& handler, Progress* progress) {
  MomentCursor after{absl::InfinitePast()};
  const auto before = progress->find(handler.kind);
  if (before != progress->end()) after = before->second.until;
  Batch batch;
  absl::Status status =
      rounds_.Commit(tenant, "server.CarryOut", [&](MutationContext& context) -> absl::Status {
        batch = Batch();
        batch.last = after;
        if (context.draft().row().tenant().suspended()) return absl::OkStatus();
        absl::StatusOr<Moments> moments = ReadMoments(context.reader(), tenant->number(),
                                                      handler.kind, after, context.now(), kAtOnce);
        if (!moments.ok()) return moments.status();
        size_t room = kAtOnce;
        for (auto& [moment, row] : *moments) {
          if (room == 0) break;
          if (std::string scope = FrozenScope(context, handler, moment); !scope.empty()) {
            ++batch.frozen[std::move(scope)];
            batch.left = true;
            batch.last = CursorAt(moment);
            continue;
          }
          Firing firing{moment, 0, row.from(), room, 0};
          const auto fire = [&, &moment = moment, &row = row](TenantDraft& draft) {
            // Before: it may be put anew.
            EraseMoment(draft, moment);
            absl::Status done = handler.handle(draft, &firing);
            if (!done.ok() || firing.rest == 0) return done;
            PutMoment(draft, moment);
            row.set_from(firing.rest);
            WriteMoment(draft, moment, row);
            return done;
          };
          absl::StatusOr<bool> done = context.Part(fire);
          if (absl::IsUnavailable(done.status())) return done.status();
          if (!done.ok()) {
            batch.errors.push_back(About(handler, *tenant, done.status()));
            batch.left = true;
          }
          CountDown(firing, &room);
          if (done.ok() && firing.rest != 0) break;
          batch.last = CursorAt(moment);
          batch.done += done.ok() ? 1 : 0;
        }
        Describe(handler, batch.done, context);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  if (batch.left) {
    const auto [at, is_new] = progress->try_emplace(handler.kind);
    at->second.until = batch.last;
    if (is_new) at->second.again = registry_->clock().Now() + kLookAgain;
  }
  Report(handler, batch);
  return absl::OkStatus();
}

absl::Status Timekeeper::Tell(const std::shared_ptr<Tenant>& tenant, const MomentHandler& handler,
                              const Lead& lead) {
  Batch batch;
  absl::Status status =
      rounds_.Commit(tenant, "server.Tell", [&](MutationContext& context) -> absl::Status {
        batch = Batch();
        if (context.draft().row().tenant().suspended()) return absl::OkStatus();
        absl::StatusOr<std::optional<rows::TimerCursorRow>> cursor =
            ReadLead(context.reader(), tenant->number(), lead);
        if (!cursor.ok()) return cursor.status();
        if (!cursor->has_value()) return absl::OkStatus();  // No rule asks for it any more.
        rows::TimerCursorRow& at = **cursor;
        absl::StatusOr<Moments> moments =
            ReadMoments(context.reader(), tenant->number(), lead.kind, CursorOf(at),
                        context.now() + Ahead(lead), kAtOnce);
        if (!moments.ok()) return moments.status();
        size_t room = kAtOnce;
        for (const auto& [moment, row] : *moments) {
          if (room == 0) break;
          Firing firing{moment, lead.days, at.from(), room, 0};
          const bool is_past = lead.days > 0 && moment.time <= context.now();
          const bool came_later = FromTimestamp(row.put_time()) > moment.time - Ahead(lead);
          if (!is_past && !came_later) {
            if (std::string scope = FrozenScope(context, handler, moment); !scope.empty()) {
              ++batch.frozen[std::move(scope)];
            } else {
              absl::StatusOr<bool> done =
                  context.Part([&](TenantDraft& draft) { return handler.handle(draft, &firing); });
              if (absl::IsUnavailable(done.status())) return done.status();
              if (!done.ok()) batch.errors.push_back(About(handler, *tenant, done.status()));
              if (!done.ok()) firing.rest = 0;
              CountDown(firing, &room);
              batch.done += done.ok() ? 1 : 0;
            }
          }
          at.set_from(firing.rest);
          if (firing.rest != 0) break;
          *at.mutable_time() = ToTimestamp(moment.time);
          at.set_a(moment.a);
          at.set_b(moment.b);
          at.set_c(moment.c);
        }
        PutLead(context.draft(), lead, at);
        Describe(handler, batch.done, context);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  Report(handler, batch);
  return absl::OkStatus();
}

void Timekeeper::Report(const MomentHandler& handler, const Batch& batch) const {
  for (const auto& [scope, count] : batch.frozen) {
    if (options_.on_frozen) options_.on_frozen({scope, std::string(handler.what), count});
  }
  for (const absl::Status& error : batch.errors) {
    if (options_.on_error) options_.on_error(error);
  }
}

}  // namespace provost
