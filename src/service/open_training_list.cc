#include "service/open_training_list.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/check.h"
#include "provost/v1/enrollment_service.pb.h"
#include "service/enrollment_open.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/places.h"
#include "service/subject_resource.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/exclusive_learner.h"
#include "tenant/open_trainings.h"
#include "tenant/record_rows.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using v1::Enrollment;
using v1::OpenTraining;

absl::Status Validate(const v1::ListOpenTrainingsRequest& request) {
  absl::StatusOr<ResourceName> tenant =
      ParseNameIn(Collection::kTenant, "parent", request.parent());
  if (!tenant.ok()) return tenant.status();
  if (request.scope().empty()) return absl::OkStatus();
  absl::Status status;
  CheckNameIn(Collection::kCatalogs, "scope", request.scope(), &status);
  if (status.ok() && ParseName(request.scope())->tenant != tenant->tenant) {
    AddBadField(&status, "scope", request.scope(),
                absl::StrCat("wanted a catalog of ", Quoted(request.parent())));
  }
  return status;
}

// Whether, and how, the caller can come into trainings. For the length of a call.
class Doors {
 public:
  explicit Doors(const ReadCall& call)
      : call_(call),
        question_(call.state, call.reader(), call.tenant->number(), call.self(), call.now) {}

  // What there is to say of one; nothing where EnrollSelf and RequestEnrollment would both refuse,
  // and where the caller is in it, has applied or waits.
  absl::StatusOr<std::optional<OpenTraining>> Find(ScopeId uid) const {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> enrollment =
        ReadEnrollment(call_.reader(), tenant(), EnrollmentId{uid.value, call_.self().value});
    if (!enrollment.ok()) return enrollment.status();
    if (enrollment->has_value() && (*enrollment)->enrollment().state() != Enrollment::WITHDRAWN) {
      return std::optional<OpenTraining>();
    }
    absl::StatusOr<std::optional<Training>> training =
        ReadTraining(call_.reader(), tenant(), call_.state, uid);
    if (!training.ok()) return training.status();
    if (!training->has_value()) return std::optional<OpenTraining>();
    absl::StatusOr<bool> enrolls = May("enrollment.self", **training);
    if (!enrolls.ok()) return enrolls.status();
    absl::StatusOr<bool> applies = May("enrollment.request", **training);
    if (!applies.ok()) return applies.status();
    if (!*enrolls && !*applies) return std::optional<OpenTraining>();
    absl::StatusOr<int64_t> free = FreeSeats(**training);
    if (!free.ok()) return free.status();
    const v1::EnrollmentRules& rules = (*training)->rules.enrollment();
    const bool has_place = rules.capacity() == 0 || *free > 0 || rules.waiting_list();
    *enrolls = *enrolls && has_place && !IsExcluded(uid, call_.self());
    if (!*enrolls && !*applies) return std::optional<OpenTraining>();

    OpenTraining open;
    const std::string& id = call_.tenant->id();
    open.set_training(ScopeFullName(call_.state, id, uid));
    open.set_display_name((*training)->display_name);
    open.set_description((*training)->description);
    const ScopeId parent = call_.state.ParentOf(uid);
    if (call_.state.KindOf(parent) == ScopeKind::kCatalog) {
      open.set_catalog(ScopeFullName(call_.state, id, parent));
    }
    open.set_self_enrollment(*enrolls);
    open.set_applications(*applies);
    open.set_capacity(rules.capacity());
    open.set_free_seat_count(static_cast<int32_t>(*free));
    if (rules.has_close_time()) *open.mutable_close_time() = rules.close_time();
    return std::optional<OpenTraining>(std::move(open));
  }

 private:
  uint64_t tenant() const { return call_.tenant->number(); }

  bool IsExcluded(ScopeId training, SubjectId learner) const {
    return IsExcludedLearner(call_.state, EnrollmentId{training.value, learner.value}, call_.now);
  }

  // What the door asks of who calls the method that has that permission.
  absl::StatusOr<bool> May(absl::string_view permission, const Training& training) const {
    const Matrix& matrix = call_.state.matrix();
    const std::optional<PermissionId> id = matrix.FindPermission(permission);
    if (!id.has_value()) return false;
    Question question;
    question.subject = call_.self();
    question.permission = *id;
    question.scope = training.uid;
    question.time = call_.now;
    Decision decision = Check(call_.state, question);
    if (decision.reason != Reason::kMissingFacts) return decision.allowed();
    const std::optional<int> creator = matrix.FindFact("creator");
    if (creator.has_value() &&
        question_.IsCreator(ItemPlace{training.uid, SubjectId(0), {}, SubjectId(0)})) {
      question.facts |= FactSet{1} << *creator;
      decision = Check(call_.state, question);
      if (decision.reason != Reason::kMissingFacts) return decision.allowed();
    }
    absl::StatusOr<OpenDecision> open =
        AskWhetherOpen(call_.state, call_.reader(), tenant(), question, &training);
    if (!open.ok()) return open.status();
    return open->allowed();
  }

  // How many are free for whoever comes next; 0 too where there are as many as are wanted.
  absl::StatusOr<int64_t> FreeSeats(const Training& training) const {
    const int64_t capacity = training.rules.enrollment().capacity();
    if (capacity == 0) return int64_t{0};
    absl::StatusOr<rows::SeatsRow> seats = ReadSeats(call_.reader(), tenant(), training.uid);
    if (!seats.ok()) return seats.status();
    const int64_t free = std::max<int64_t>(0, capacity - seats->admitted());
    if (free == 0 || seats->waiting() == 0) return free;
    // What became free under a freeze goes to those who wait as soon as somebody comes.
    absl::StatusOr<std::vector<EnrollmentId>> line =
        ReadWaitingIds(call_.reader(), WaitingAt(tenant(), training.uid));
    if (!line.ok()) return line.status();
    const auto comes_in = [&](const EnrollmentId& id) {
      return !IsExcluded(training.uid, SubjectId(id.learner));
    };
    return std::max<int64_t>(0, free - std::count_if(line->begin(), line->end(), comes_in));
  }

  const ReadCall& call_;
  const ItemQuestion question_;
};

absl::Status DoList(ReadCall& call, const v1::ListOpenTrainingsRequest& request,
                    v1::ListOpenTrainingsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  // A program learns nothing.
  if (!call.state.HasSubject(call.self()) || call.state.KindOf(call.self()) != SubjectKind::kUser) {
    return absl::OkStatus();
  }
  ScopeId below = call.state.root();
  if (!request.scope().empty()) {
    below = call.state.FindScope(ParseName(request.scope())->Relative());
    // What is missing and what is hidden look alike: nothing is listed.
    if (!call.state.HasScope(below)) return absl::OkStatus();
  }
  const uint64_t tenant = call.tenant->number();
  const Doors doors(call);
  store::KeyRange range = OpenTrainings(tenant);
  uint32_t last = 0;
  if (absl::SimpleAtoi(page->cursor, &last)) {
    range.begin = OpenTrainingKey(tenant, ScopeId(last)) + '\0';
  }
  store::Cursor cursor = call.reader().Scan(store::Table::kIndexes, range);
  while (cursor.Next()) {
    store::KeyReader key(store::Table::kIndexes, cursor.key());
    key.U64();
    key.U8();
    const ScopeId training(key.U32());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    // The rows may be newer than the state by a moment.
    if (!call.state.HasScope(training) || !call.state.IsOnPath(below, training)) continue;
    absl::StatusOr<std::optional<OpenTraining>> open = doors.Find(training);
    if (!open.ok()) return open.status();
    if (!open->has_value()) continue;
    if (response->open_trainings_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(last)));
      return absl::OkStatus();
    }
    *response->add_open_trainings() = **std::move(open);
    last = training.value;
  }
  return cursor.status();
}

}  // namespace

void RegisterOpenTrainingList(Methods& methods) {
  Method& list = methods.Scan<v1::ListOpenTrainingsRequest, v1::ListOpenTrainingsResponse>(DoList);
  Methods::ValidateBy<v1::ListOpenTrainingsRequest>(list, Validate);
}

}  // namespace provost
