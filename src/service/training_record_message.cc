#include "service/training_record_message.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "service/enrollment_message.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "store/key.h"
#include "tenant/content_items.h"
#include "tenant/errors.h"
#include "tenant/index_parts.h"
#include "tenant/learning_state.h"
#include "tenant/record_rows.h"
#include "tenant/rows.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using v1::MissingRequirement;

MissingRequirement::Kind KindOf(Unmet::Kind kind) {
  switch (kind) {
    case Unmet::Kind::kNothingAsked:
      return MissingRequirement::NOTHING_ASKED;
    case Unmet::Kind::kItem:
      return MissingRequirement::ITEM;
    case Unmet::Kind::kItems:
      return MissingRequirement::ITEMS;
    case Unmet::Kind::kScore:
      return MissingRequirement::SCORE;
    case Unmet::Kind::kAttendance:
      return MissingRequirement::ATTENDANCE;
    case Unmet::Kind::kSignOff:
      return MissingRequirement::SIGN_OFF;
    case Unmet::Kind::kStep:
      return MissingRequirement::STEP;
    case Unmet::Kind::kFailedByHand:
      return MissingRequirement::FAILED_BY_HAND;
  }
  return MissingRequirement::KIND_UNSPECIFIED;
}

std::string Percent(int64_t hundredths) { return absl::StrFormat("%.2f %%", hundredths / 100.0); }

std::string TextOf(const MissingRequirement& missing, int step) {
  std::string items;
  for (const std::string& item : missing.items()) {
    absl::StrAppend(&items, items.empty() ? "" : ", ", Quoted(item));
  }
  switch (missing.kind()) {
    case MissingRequirement::NOTHING_ASKED:
      return "it asks for nothing that could be done; somebody has to complete it by hand";
    case MissingRequirement::ITEM:
      if (missing.need() != 0) {
        return absl::StrCat("complete ", items, "; ", missing.have(), " % is done");
      }
      // Who has no score has not tried, or has got nothing.
      return absl::StrCat("pass ", items,
                          missing.have() == 0
                              ? std::string()
                              : absl::StrCat("; the best score is ", Percent(missing.have())));
    case MissingRequirement::ITEMS:
      return absl::StrCat("complete ", missing.need() - missing.have(), " more of ", items);
    case MissingRequirement::SCORE:
      return absl::StrCat("score ", Percent(missing.need()), " on average; it is ",
                          Percent(missing.have()));
    case MissingRequirement::ATTENDANCE:
      return absl::StrCat("attend ", missing.need(), missing.need() == 1 ? " session" : " sessions",
                          "; attended so far: ", missing.have());
    case MissingRequirement::SIGN_OFF:
      return "somebody has to sign it off";
    case MissingRequirement::STEP:
      return absl::StrCat("step ", step + 1, ": complete ", missing.need() - missing.have(),
                          " more of ", items);
    case MissingRequirement::FAILED_BY_HAND:
      return "somebody has said that it is failed";
    default:
      return "";
  }
}

}  // namespace

std::string TrainingRecordView::Scope(uint64_t uid) const {
  return ScopeFullName(state_, tenant_.id(), ScopeId(static_cast<uint32_t>(uid)));
}

std::string TrainingRecordView::Subject(uint32_t uid) const {
  return SubjectFullName(state_, tenant_.id(), SubjectId(uid));
}

absl::StatusOr<std::string> TrainingRecordView::Item(uint64_t uid,
                                                     std::string* display_name) const {
  absl::StatusOr<std::optional<NamedItem>> item = ReadItemByUid(reader_, tenant_.number(), uid);
  if (!item.ok()) return item.status();
  if (!item->has_value()) return std::string();
  if (display_name != nullptr) *display_name = (*item)->row.content_item().display_name();
  return FullName(tenant_.id(), (*item)->relative);
}

absl::StatusOr<LearningState> TrainingRecordView::Learning(EnrollmentId id,
                                                           const rows::EnrollmentRow& row) const {
  return ReadLearningState(reader_, tenant_.number(), state_, id, row);
}

absl::StatusOr<std::vector<MissingRequirement>> TrainingRecordView::Missing(
    const LearningState& learning, bool is_plan) const {
  std::vector<MissingRequirement> all;
  for (const Unmet& unmet : learning.unmet) {
    MissingRequirement missing;
    missing.set_kind(KindOf(unmet.kind));
    missing.set_have(unmet.have);
    missing.set_need(unmet.need);
    for (uint64_t uid : unmet.uids) {
      absl::StatusOr<std::string> name = is_plan ? Scope(uid) : Item(uid);
      if (!name.ok()) return name.status();
      missing.add_items(*std::move(name));
    }
    missing.set_text(TextOf(missing, unmet.step));
    all.push_back(std::move(missing));
  }
  return all;
}

absl::StatusOr<v1::TrainingRecord> TrainingRecordView::Record(
    EnrollmentId id, const rows::EnrollmentRow& row) const {
  v1::TrainingRecord record;
  *record.mutable_enrollment() = ToMessage(state_, tenant_.id(), id, row);
  record.set_name(record.enrollment().name());
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(reader_, tenant_.number(), state_, ScopeId(id.training));
  if (!training.ok()) return training.status();
  if (!training->has_value()) return record;
  record.set_worth_hundredths((*training)->rules.completion().credit_hundredths());
  absl::StatusOr<LearningState> learning = Learning(id, row);
  if (!learning.ok()) return learning.status();
  record.set_signed_off(learning->signed_off);
  record.set_cycle_credit_hundredths(static_cast<int32_t>(learning->cycle_credit_hundredths));
  const bool is_plan = (*training)->collection == Collection::kPlans;
  absl::StatusOr<std::vector<MissingRequirement>> missing = Missing(*learning, is_plan);
  if (!missing.ok()) return missing.status();
  record.mutable_missing()->Add(missing->begin(), missing->end());
  for (const SessionFigures& session : learning->sessions) {
    v1::Attendance* const attendance = record.add_attendance();
    attendance->set_session(Scope(session.uid));
    attendance->set_learner(record.enrollment().learner());
    attendance->set_status(static_cast<v1::Attendance::Status>(session.status));
    attendance->set_minutes(session.minutes);
  }
  if (is_plan) return record;

  absl::StatusOr<std::optional<rows::CourseItemsRow>> items = ReadRow<rows::CourseItemsRow>(
      reader_, store::Table::kIndexes,
      store::KeyWriter(tenant_.number()).U8(kCourseItemIndex).U32(id.training).Take());
  if (!items.ok()) return items.status();
  if (!items->has_value()) return record;
  absl::StatusOr<std::vector<std::pair<uint64_t, rows::ItemRecordRow>>> kept =
      ReadItemRecords(reader_, tenant_.number(), id);
  if (!kept.ok()) return kept.status();
  for (const rows::CourseItemsRow::Entry& entry : (*items)->items()) {
    v1::ItemRecord* const item = record.add_items();
    absl::StatusOr<std::string> name = Item(entry.item(), item->mutable_display_name());
    if (!name.ok()) return name.status();
    item->set_item(*std::move(name));
    const auto at = std::find_if(kept->begin(), kept->end(), [&](const auto& each) {
      return each.first == entry.item() && each.second.cycle() == row.enrollment().cycle();
    });
    if (at == kept->end()) continue;
    const rows::ItemRecordRow& figures = at->second;
    item->set_percent(figures.percent());
    if (figures.has_score_hundredths()) item->set_score_hundredths(figures.score_hundredths());
    item->set_scored_count(figures.scored_count());
    if (figures.has_complete_time()) *item->mutable_complete_time() = figures.complete_time();
    item->set_position(figures.position());
    item->set_seconds(figures.seconds());
  }
  return record;
}

absl::StatusOr<v1::RecordEvent> TrainingRecordView::Event(RecordEventId id,
                                                          const rows::RecordEventRow& row,
                                                          uint64_t retracted_by) const {
  using Row = rows::RecordEventRow;
  const auto name_of = [&](uint64_t number) {
    return NameIn(tenant_.id(), Collection::kRecordEvents,
                  RecordEventId{id.enrollment, number}.ToString());
  };
  v1::RecordEvent event;
  event.set_name(name_of(id.number));
  *event.mutable_time() = row.time();
  *event.mutable_record_time() = row.record_time();
  event.set_actor(Subject(row.actor()));
  event.set_reason(row.reason());
  event.set_cycle(row.cycle());
  if (retracted_by != 0) event.set_retracted_by(name_of(retracted_by));
  switch (row.event_case()) {
    case Row::kTransition:
      event.mutable_transition()->set_from(row.transition().from());
      event.mutable_transition()->set_to(row.transition().to());
      break;
    case Row::kProgress: {
      absl::StatusOr<std::string> item = Item(row.progress().item());
      if (!item.ok()) return item.status();
      event.mutable_progress()->set_item(*std::move(item));
      event.mutable_progress()->set_percent(row.progress().percent());
      break;
    }
    case Row::kScore: {
      absl::StatusOr<std::string> item = Item(row.score().item());
      if (!item.ok()) return item.status();
      v1::RecordEvent::Score& score = *event.mutable_score();
      score.set_score_hundredths(row.score().score_hundredths());
      score.set_passed(row.score().passed());
      score.set_last(row.score().last());
      if (const absl::StatusOr<ResourceName> name = ParseName(*item);
          name.ok() && row.score().work() != 0) {
        score.set_work(NameIn(tenant_.id(),
                              name->collection == Collection::kTasks ? Collection::kSubmissions
                                                                     : Collection::kAttempts,
                              absl::StrCat(row.score().work())));
      }
      score.set_item(*std::move(item));
      break;
    }
    case Row::kAttendance:
      event.mutable_attendance()->set_session(Scope(row.attendance().session()));
      event.mutable_attendance()->set_learner(Subject(id.enrollment.learner));
      event.mutable_attendance()->set_status(
          static_cast<v1::Attendance::Status>(row.attendance().status()));
      event.mutable_attendance()->set_minutes(row.attendance().minutes());
      break;
    case Row::kSignOff:
      event.mutable_sign_off()->set_taken_back(!row.sign_off().signed_());
      break;
    case Row::kOverride:
      event.mutable_override()->set_outcome(
          row.override().outcome() == Row::Override::OUTCOME_UNSPECIFIED
              ? v1::OverrideCompletionRequest::RULE
              : static_cast<v1::OverrideCompletionRequest::Outcome>(row.override().outcome()));
      break;
    case Row::kCredit:
      event.mutable_credit()->set_credit_hundredths(row.credit().credit_hundredths());
      event.mutable_credit()->set_overridden(row.credit().overridden());
      break;
    case Row::kRetraction:
      event.mutable_retraction()->set_event(name_of(row.retraction().event()));
      break;
    case Row::kManagerApproval:
      event.mutable_manager_approval();
      break;
    case Row::EVENT_NOT_SET:
      break;
  }
  return event;
}

v1::ExternalTraining TrainingRecordView::External(const ExternalTrainingId& id,
                                                  const rows::ExternalTrainingRow& row) const {
  v1::ExternalTraining training;
  training.set_name(NameIn(tenant_.id(), Collection::kExternalTrainings, id.ToString()));
  training.set_learner(Subject(id.learner));
  training.set_home_scope(Scope(row.home()));
  training.set_title(row.title());
  training.set_provider(row.provider());
  *training.mutable_complete_time() = row.complete_time();
  if (row.has_expire_time()) *training.mutable_expire_time() = row.expire_time();
  training.set_credit_hundredths(row.credit_hundredths());
  training.set_evidence(row.evidence());
  if (row.has_evidence_file()) *training.mutable_evidence_file() = row.evidence_file();
  training.set_entered_by(Subject(row.entered_by()));
  *training.mutable_create_time() = row.create_time();
  *training.mutable_update_time() = row.update_time();
  training.set_reason(row.reason());
  training.set_etag(EtagOf(static_cast<uint32_t>(id.uid), row.revision()));
  for (const rows::ExternalTrainingRow& before : row.before()) {
    *training.add_before() = External(id, before);
    training.mutable_before(training.before_size() - 1)->clear_etag();
  }
  return training;
}

}  // namespace provost
