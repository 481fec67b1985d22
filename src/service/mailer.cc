#include "service/mailer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mail/message.h"
#include "tenant/homed_rows.h"
#include "tenant/mail_time.h"
#include "tenant/reports.h"
#include "tenant/settings_row.h"
#include "tenant/times.h"

namespace provost {
namespace {

using v1::OutboxMessage;

// After the SMTP server could not be reached.
constexpr absl::Duration kFirstPause = absl::Seconds(1);
// After a tenant's rows could not be read.
constexpr absl::Duration kAfterError = absl::Minutes(1);
// What one digest may hold.
constexpr size_t kMaxDigestMails = 100;
constexpr size_t kMaxDigestBytes = 1 << 20;
// How many mails that ended are taken away with one change.
constexpr size_t kTakeAwayAtOnce = 500;
constexpr absl::string_view kBetweenMails = "\n\n----------------------------------------\n\n";

absl::Duration Doubled(absl::Duration first, int times, absl::Duration longest) {
  absl::Duration time = first;
  for (int i = 0; i < times && time < longest; ++i) time *= 2;
  return std::min(time, longest);
}

absl::Status Damage(const Tenant& tenant, uint64_t uid) {
  return absl::DataLossError(
      absl::StrCat("the outbox of `tenants/", tenant.id(), "` lists mail ", uid,
                   " where it is not, or is in another state; the database is damaged"));
}

// As it begins, and how many more there are, in every language.
std::string SubjectOf(const std::vector<rows::OutboxRow>& mails) {
  const std::string& first = mails.front().subject();
  return mails.size() == 1 ? first : absl::StrCat(first, " (+", mails.size() - 1, ")");
}

std::string TextOf(const std::vector<rows::OutboxRow>& mails) {
  if (mails.size() == 1) return mails.front().text();
  std::string text;
  for (const rows::OutboxRow& mail : mails) {
    absl::StrAppend(&text, text.empty() ? "" : kBetweenMails, mail.subject(), "\n\n", mail.text());
  }
  return text;
}

void End(OutboxMessage::State state, absl::Time now, rows::OutboxRow* row) {
  row->mutable_message()->set_state(state);
  row->mutable_message()->clear_next_time();
  *row->mutable_end_time() = ToTimestamp(now);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Mailer>> Mailer::Make(TenantRegistry* registry,
                                                     MailerOptions options) {
  absl::StatusOr<std::unique_ptr<SmtpClient>> smtp = SmtpClient::Make(options.smtp);
  if (!smtp.ok()) return smtp.status();
  return std::unique_ptr<Mailer>(new Mailer(registry, std::move(options), *std::move(smtp)));
}

Mailer::Mailer(TenantRegistry* registry, MailerOptions options, std::unique_ptr<SmtpClient> smtp)
    : registry_(registry),
      options_(std::move(options)),
      domain_(options_.from.substr(options_.from.rfind('@') + 1)),
      smtp_(std::move(smtp)),
      rounds_(registry, {[this](const std::shared_ptr<Tenant>& tenant) { return LookAt(tenant); },
                         [this](uint64_t tenant) { progress_.erase(tenant); }, options_.on_error}) {
}

Mailer::~Mailer() { Stop(absl::ZeroDuration()); }

void Mailer::Start(TenantWriter* writer) { rounds_.Start(writer); }

void Mailer::Note(const std::shared_ptr<Tenant>& tenant, absl::Time time) {
  rounds_.Note(tenant, time);
}

void Mailer::Stop(absl::Duration patience) {
  rounds_.Stop(patience);
  smtp_->Stop();
  rounds_.Join();
}

absl::StatusOr<absl::Time> Mailer::LookAt(const std::shared_ptr<Tenant>& tenant) {
  Progress& progress = progress_[tenant->number()];
  if (progress.take_away <= registry_->clock().Now()) {
    absl::StatusOr<absl::Time> next = TakeAwayEnded(tenant);
    // What waits goes out all the same.
    if (!next.ok() && options_.on_error) options_.on_error(next.status());
    progress.take_away = next.ok() ? *next : registry_->clock().Now() + kAfterError;
  }
  // Noted again when it no longer is.
  if (tenant->row()->tenant().suspended()) return progress.take_away;
  absl::StatusOr<absl::Time> next = SendNext(tenant, progress);
  if (!next.ok()) return next.status();
  return std::min(*next, progress.take_away);
}

absl::StatusOr<absl::Time> Mailer::TakeAwayEnded(const std::shared_ptr<Tenant>& tenant) {
  const absl::Time now = registry_->clock().Now();
  absl::StatusOr<std::vector<OutboxTime>> ended = ReadOutboxTimes(
      registry_->database(), OutboxEnded(tenant->number(), absl::InfiniteFuture()), 1);
  if (!ended.ok()) return ended.status();
  if (ended->empty()) return now + options_.keep;
  const absl::Time before = now - options_.keep;
  if (ended->front().time >= before) return ended->front().time + options_.keep;
  absl::Status status =
      Commit(tenant, "server.RemoveMail", [&](TenantDraft& draft) -> absl::Status {
        // Some may have gone, with a person, since it was looked.
        absl::StatusOr<std::vector<OutboxTime>> mails =
            ReadOutboxTimes(draft.reader(), OutboxEnded(draft.number(), before), kTakeAwayAtOnce);
        if (!mails.ok()) return mails.status();
        for (const OutboxTime& mail : *mails) {
          absl::StatusOr<std::optional<rows::OutboxRow>> row =
              ReadOutbox(draft.reader(), draft.number(), mail.uid);
          if (!row.ok()) return row.status();
          if (!row->has_value() || (*row)->message().state() == OutboxMessage::WAITING) {
            return Damage(*tenant, mail.uid);
          }
          EraseOutbox(draft, mail.uid, **row);
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return now;  // There may be more.
}

absl::StatusOr<absl::Time> Mailer::SendNext(const std::shared_ptr<Tenant>& tenant,
                                            Progress& progress) {
  const absl::Time now = registry_->clock().Now();
  absl::StatusOr<std::optional<OutboxTime>> first = FindDue(*tenant, progress, now);
  if (!first.ok()) return first.status();
  if (!first->has_value()) {
    absl::StatusOr<std::vector<OutboxTime>> later = ReadOutboxTimes(
        registry_->database(), OutboxWaiting(tenant->number(), absl::InfiniteFuture()), 1);
    if (!later.ok()) return later.status();
    return later->empty() ? absl::InfiniteFuture() : later->front().time;
  }
  progress.last = **first;  // Whatever is wrong with it, others are next.
  const uint64_t uid = (*first)->uid;
  if (const auto left = progress.unrecorded.find(uid); left != progress.unrecorded.end()) {
    progress.last->uid = left->second.uids.back();
    if (absl::Status status = Record(tenant, left->second); !status.ok()) return status;
    progress.unrecorded.erase(left);
    return now;
  }
  absl::StatusOr<Batch> batch = ReadBatch(*tenant, **first);
  if (!batch.ok()) return batch.status();
  if (batch->uids.empty()) return CheckGone(*tenant, **first);
  progress.last->uid = batch->uids.back();
  if (absl::Status status = Address(*tenant, &*batch); !status.ok()) return status;
  if (!Postpone(&*batch)) {
    absl::Status status = Compose(tenant, &*batch);
    if (absl::IsUnavailable(status)) {
      rounds_.Rest(now + kFirstPause);
      return now;
    }
    if (!status.ok()) return status;
    if (!Send(*tenant, &*batch)) return now;
  }
  if (absl::Status status = Record(tenant, *batch); !status.ok()) {
    batch->data.clear();
    progress.unrecorded[uid] = *std::move(batch);
    return status;
  }
  return now;
}

absl::StatusOr<absl::Time> Mailer::CheckGone(const Tenant& tenant, const OutboxTime& mail) const {
  const OutboxTime before = {mail.time, mail.recipient, mail.uid - 1};
  absl::StatusOr<std::vector<OutboxTime>> listed = ReadOutboxTimes(
      registry_->database(), OutboxWaitingAfter(tenant.number(), before, mail.time), 1);
  if (!listed.ok()) return listed.status();
  if (!listed->empty() && listed->front().uid == mail.uid) return Damage(tenant, mail.uid);
  return registry_->clock().Now();  // It was taken away meanwhile.
}

absl::StatusOr<std::optional<OutboxTime>> Mailer::FindDue(const Tenant& tenant,
                                                          const Progress& progress,
                                                          absl::Time now) const {
  std::vector<store::KeyRange> ranges = {OutboxWaiting(tenant.number(), now)};
  if (progress.last.has_value()) {
    ranges.insert(ranges.begin(), OutboxWaitingAfter(tenant.number(), *progress.last, now));
  }
  for (const store::KeyRange& range : ranges) {
    if (range.begin >= range.end) continue;
    absl::StatusOr<std::vector<OutboxTime>> found =
        ReadOutboxTimes(registry_->database(), range, 1);
    if (!found.ok()) return found.status();
    if (!found->empty()) return found->front();
  }
  return std::optional<OutboxTime>();
}

absl::StatusOr<Mailer::Batch> Mailer::ReadBatch(const Tenant& tenant,
                                                const OutboxTime& first) const {
  const store::Database& database = registry_->database();
  Batch batch;
  size_t bytes = 0;
  // Whether it goes with those that are there.
  const auto take = [&](uint64_t uid) -> absl::StatusOr<bool> {
    absl::StatusOr<std::optional<rows::OutboxRow>> row = ReadOutbox(database, tenant.number(), uid);
    if (!row.ok()) return row.status();
    if (!row->has_value() || (*row)->message().state() != OutboxMessage::WAITING) return false;
    if (!batch.uids.empty() && !(*row)->digest()) return false;
    batch.uids.push_back(uid);
    bytes += (*row)->text().size();
    batch.rows.push_back(**std::move(row));
    return batch.rows.front().digest() && bytes < kMaxDigestBytes;
  };
  absl::StatusOr<bool> more = take(first.uid);
  if (!more.ok()) return more.status();
  if (!*more) return batch;
  absl::StatusOr<std::vector<OutboxTime>> others = ReadOutboxTimes(
      database, OutboxWaitingAfter(tenant.number(), first, first.time), kMaxDigestMails - 1);
  if (!others.ok()) return others.status();
  for (const OutboxTime& other : *others) {
    if (other.time != first.time || other.recipient != first.recipient) break;
    more = take(other.uid);
    if (!more.ok()) return more.status();
    if (!*more) break;
  }
  return batch;
}

absl::Status Mailer::Address(const Tenant& tenant, Batch* batch) const {
  const SubjectId recipient(batch->rows.front().recipient());
  std::string id;
  {
    auto state = tenant.world().Read();
    if (state->HasSubject(recipient)) {
      id = std::string(SplitRelative(state->SubjectName(recipient))->id);
    }
  }
  absl::StatusOr<std::optional<rows::UserRow>> user =
      ReadRow<rows::UserRow>(registry_->database(), TableOf(Collection::kUsers),
                             EntityKey(tenant.number(), Collection::kUsers, id));
  if (!user.ok()) return user.status();
  if (!user->has_value()) {
    batch->undeliverable = "the person is no longer there";
  } else if ((*user)->user().suspended()) {
    batch->undeliverable = "the person is suspended";
  } else if ((*user)->user().email().empty()) {
    batch->undeliverable = "the person has no e-mail address";
  } else if (!IsMailAddress((*user)->user().email())) {
    batch->undeliverable = "the person's e-mail address cannot be written to over SMTP";
  }
  if (!batch->undeliverable.empty()) return absl::OkStatus();
  batch->to = (*user)->user().email();
  batch->to_name = (*user)->user().display_name();
  return ReadQuiet(tenant, (*user)->user(), batch);
}

absl::Status Mailer::Compose(const std::shared_ptr<Tenant>& tenant, Batch* batch) const {
  if (!batch->undeliverable.empty()) return absl::OkStatus();
  MailMessage message;
  message.from = options_.from;
  message.to = batch->to;
  message.to_name = batch->to_name;
  // A tenant's number, unlike its id, is never given to another.
  message.message_id = absl::StrCat(batch->uids.front(), ".", tenant->number(), "@", domain_);
  if (batch->rows.front().report() == 0) {
    message.subject = SubjectOf(batch->rows);
    message.text = TextOf(batch->rows);
  } else {
    absl::StatusOr<ReportMail> report = options_.make_report(tenant, batch->rows.front());
    if (absl::IsNotFound(report.status())) {
      batch->undeliverable = std::string(report.status().message());
      return absl::OkStatus();
    }
    if (!report.ok()) return report.status();
    message.subject = std::move(report->subject);
    message.text = std::move(report->text);
    message.attachments = std::move(report->files);
    batch->report_error = std::move(report->error);
  }
  message.date = registry_->clock().Now();
  absl::StatusOr<std::string> data = FormatMail(message);
  if (!data.ok()) return data.status();
  batch->data = *std::move(data);
  return absl::OkStatus();
}

absl::Status Mailer::ReadQuiet(const Tenant& tenant, const v1::User& user, Batch* batch) const {
  const store::Database& database = registry_->database();
  absl::StatusOr<rows::NotificationPreferencesRow> preferences =
      ReadPreferences(database, tenant.number(), SubjectId(batch->rows.front().recipient()));
  if (!preferences.ok()) return preferences.status();
  batch->quiet = preferences->preferences();
  batch->quiet.clear_digest();
  const std::string& zone = user.time_zone();
  if (!zone.empty() && absl::LoadTimeZone(zone, &batch->zone)) return absl::OkStatus();
  absl::StatusOr<rows::SettingsRow> settings = ReadSettings(database, tenant.number());
  if (!settings.ok()) return settings.status();
  if (!absl::LoadTimeZone(DefaultTimeZone(*settings), &batch->zone)) {
    batch->zone = absl::UTCTimeZone();
  }
  return absl::OkStatus();
}

bool Mailer::Postpone(Batch* batch) const {
  // One that was given up and waits again is wanted at once: RetryOutboxMessage.
  if (!batch->undeliverable.empty() || batch->rows.front().has_end_time()) return false;
  const absl::Time now = registry_->clock().Now();
  const absl::Time next = NextMailTime(now, batch->quiet, batch->zone);
  if (next <= now) return false;
  for (rows::OutboxRow& row : batch->rows) {
    *row.mutable_message()->mutable_next_time() = ToTimestamp(next);
  }
  return true;
}

absl::Duration Mailer::BackoffAfter(int attempts) const {
  return Doubled(options_.backoff, attempts - 1, options_.backoff_max);
}

bool Mailer::Send(const Tenant& tenant, Batch* batch) {
  SmtpOutcome outcome;
  if (batch->undeliverable.empty()) {
    outcome = smtp_->Send(options_.from, batch->to, batch->data);
    const bool is_suspect =
        suspect_.tenant == tenant.number() && suspect_.uid == batch->uids.front();
    if (outcome.kind != SmtpOutcome::Kind::kNoServer) {
      if (unreached_ > 0 && options_.on_server) options_.on_server(true, outcome.text);
      unreached_ = 0;
      suspect_.reached_since |= !is_suspect;
    } else if (is_suspect && suspect_.reached_since) {
      // Others got through since it was tried before: it is this mail.
      outcome.kind = SmtpOutcome::Kind::kLater;
    } else {
      if (rounds_.IsStopping()) return false;
      if (unreached_ == 0 && options_.on_server) options_.on_server(false, outcome.text);
      suspect_ = {tenant.number(), batch->uids.front(), false};
      const absl::Duration pause =
          Doubled(kFirstPause, std::min(unreached_++, 30), options_.backoff);
      rounds_.Rest(registry_->clock().Now() + pause);
      return false;
    }
  }
  const absl::Time now = registry_->clock().Now();
  for (rows::OutboxRow& row : batch->rows) {
    OutboxMessage& message = *row.mutable_message();
    if (!batch->undeliverable.empty()) {
      message.set_last_error(batch->undeliverable);
      End(OutboxMessage::UNDELIVERABLE, now, &row);
      continue;
    }
    message.set_attempts(message.attempts() + 1);
    if (outcome.kind == SmtpOutcome::Kind::kTaken) {
      message.clear_last_error();
      *message.mutable_send_time() = ToTimestamp(now);
      row.clear_subject();
      row.clear_text();
      End(OutboxMessage::SENT, now, &row);
      continue;
    }
    message.set_last_error(outcome.text);
    if (outcome.kind == SmtpOutcome::Kind::kRefused || message.attempts() >= options_.attempts) {
      End(OutboxMessage::FAILED, now, &row);
    } else {
      row.clear_end_time();
      *message.mutable_next_time() = ToTimestamp(
          NextMailTime(now + BackoffAfter(message.attempts()), batch->quiet, batch->zone));
    }
  }
  return true;
}

absl::Status Mailer::Record(const std::shared_ptr<Tenant>& tenant, const Batch& batch) {
  return Commit(tenant, "server.SendMail", [&](TenantDraft& draft) -> absl::Status {
    draft.Describe(
        ResourceName{draft.id(), Collection::kOutboxMessages, absl::StrCat(batch.uids.front())}
            .ToString());
    for (size_t i = 0; i < batch.uids.size(); ++i) {
      absl::StatusOr<std::optional<rows::OutboxRow>> before =
          ReadOutbox(draft.reader(), draft.number(), batch.uids[i]);
      if (!before.ok()) return before.status();
      // It went with the person or the training that it is about.
      if (!before->has_value()) continue;
      PutOutbox(draft, batch.uids[i], &**before, batch.rows[i]);
      absl::Status status = RecordReport(draft, batch.uids[i], batch.rows[i], batch.report_error);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  });
}

absl::Status Mailer::RecordReport(TenantDraft& draft, uint64_t uid, const rows::OutboxRow& row,
                                  const std::string& report_error) {
  const OutboxMessage& message = row.message();
  // While it waits, nothing has come of it yet.
  if (row.report() == 0 || message.state() == OutboxMessage::WAITING) return absl::OkStatus();
  absl::StatusOr<std::optional<NamedReport>> report =
      ReadReportOf(draft.reader(), draft.number(), SubjectId(row.recipient()), row.report());
  if (!report.ok()) return report.status();
  // It is about the last run.
  if (!report->has_value() || (*report)->row.last_message() != uid) return absl::OkStatus();
  rows::ReportRow after = (*report)->row;
  after.mutable_report()->set_last_error(
      message.state() == OutboxMessage::SENT ? report_error : message.last_error());
  PutReport(draft, (*report)->id, &(*report)->row, after);
  return absl::OkStatus();
}

absl::Status Mailer::Commit(const std::shared_ptr<Tenant>& tenant, const std::string& method,
                            const std::function<absl::Status(TenantDraft&)>& change) {
  return rounds_.Commit(tenant, method,
                        [&](MutationContext& context) { return change(context.draft()); });
}

}  // namespace provost
