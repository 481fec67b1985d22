#include "service/competency_service.h"

#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/competency_service.pb.h"
#include "service/competency_courses.h"
#include "service/content_rows.h"
#include "service/held_competency_list.h"
#include "service/homed_resource.h"

namespace provost {
namespace {

constexpr size_t kMaxDescription = 10000;
constexpr int kMaxLevels = 20;

// Plain text: it may have more than one line.
void CheckDescription(absl::string_view text, absl::Status* status) {
  std::string line(text);
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  CheckText("competency.description", line, 0, kMaxDescription, status);
}

void CheckLevels(const v1::Competency& competency, absl::Status* status) {
  if (competency.levels_size() < 1 || competency.levels_size() > kMaxLevels) {
    AddBadField(status, "competency.levels", absl::StrCat(competency.levels_size()),
                absl::StrCat("wanted 1 to ", kMaxLevels));
  }
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < competency.levels_size(); ++i) {
    const v1::CompetencyLevel& level = competency.levels(i);
    const std::string path = absl::StrCat("competency.levels[", i, "]");
    if (!IsValidId(level.id())) {
      AddBadField(status, path + ".id", level.id(), absl::StrCat("wanted ", kIdForm));
    } else if (!seen.insert(level.id()).second) {
      AddBadField(status, path + ".id", level.id(), "wanted each level once");
    }
    CheckText(path + ".display_name", level.display_name(), 1, kMaxDisplayName, status);
  }
}

struct CompetencyKind {
  using Row = rows::CompetencyRow;
  using Resource = v1::Competency;
  static constexpr absl::string_view kField = "competency";
  static constexpr absl::string_view kRead = "catalog.read";
  static constexpr bool kAtTenant = false;
  static constexpr absl::string_view kUpdatable[] = {"display_name", "description", "levels"};

  static const v1::Competency& Of(const Row& row) { return row.competency(); }
  static v1::Competency* Of(Row* row) { return row->mutable_competency(); }
  static const v1::Competency& Of(const v1::CreateCompetencyRequest& request) {
    return request.competency();
  }
  static const v1::Competency& Of(const v1::UpdateCompetencyRequest& request) {
    return request.competency();
  }
  static const std::string& IdOf(const v1::CreateCompetencyRequest& request) {
    return request.competency_id();
  }
  static v1::Competency* Add(v1::ListCompetenciesResponse* response) {
    return response->add_competencies();
  }

  static void CheckField(absl::string_view field, const v1::Competency& competency,
                         absl::Status* status) {
    if (field == "display_name") {
      CheckText("competency.display_name", competency.display_name(), 1, kMaxDisplayName, status);
    } else if (field == "description") {
      CheckDescription(competency.description(), status);
    } else {
      CheckLevels(competency, status);
    }
  }

  static void SetFixed(const v1::Competency&, v1::Competency*) {}
  static absl::Status CheckFixed(const v1::Competency&, const v1::Competency&) {
    return absl::OkStatus();
  }
  static absl::Status BeforePut(const MutateCall& call, const std::string& id, const Row* before,
                                Row* row) {
    if (before == nullptr) return absl::OkStatus();
    absl::flat_hash_set<std::string> kept;
    for (const v1::CompetencyLevel& level : row->competency().levels()) kept.insert(level.id());
    absl::flat_hash_set<std::string> gone;
    for (const v1::CompetencyLevel& level : before->competency().levels()) {
      if (kept.count(level.id()) == 0) gone.insert(level.id());
    }
    if (gone.empty()) return absl::OkStatus();
    absl::StatusOr<std::vector<ScopeId>> courses =
        CoursesWithCompetency(call.draft.reader(), call.draft.number(), id);
    if (!courses.ok()) return courses.status();
    std::string level;  // The first that is found in use.
    std::vector<ScopeId> users;
    for (ScopeId course : *courses) {
      absl::StatusOr<rows::CourseCompetenciesRow> given =
          ReadCourseCompetencies(call.draft.reader(), call.draft.number(), course);
      if (!given.ok()) return given.status();
      for (const rows::CourseCompetenciesRow::Entry& entry : given->entries()) {
        if (entry.competency() != id || gone.count(entry.level()) == 0) continue;
        if (level.empty()) level = entry.level();
        if (level == entry.level()) users.push_back(course);
      }
    }
    if (users.empty()) return absl::OkStatus();
    return FailedPrecondition(
        "IN_USE", NameIn(call.draft.id(), Collection::kCompetencies, id),
        absl::StrCat("its level ", Quoted(level), ", which would be gone, is given by ",
                     CourseNames(call.state(), call.actor(), call.now(), users)));
  }

  static void Complete(absl::string_view, const Row&, v1::Competency*) {}

  static absl::Status BeforeDelete(const MutateCall& call,
                                   const v1::DeleteCompetencyRequest& request, const Row&) {
    if (request.force()) return absl::OkStatus();
    absl::StatusOr<std::vector<ScopeId>> courses = CoursesWithCompetency(
        call.draft.reader(), call.draft.number(), provost::IdOf(request.name()));
    if (!courses.ok()) return courses.status();
    if (courses->empty()) return absl::OkStatus();
    return FailedPrecondition(
        "IN_USE", request.name(),
        absl::StrCat("it is given by ",
                     CourseNames(call.state(), call.actor(), call.now(), *courses),
                     "; set `force` to take it from them"));
  }

  static absl::Status Erase(TenantDraft& draft, const std::string& id, const Row& row) {
    return EraseCompetency(draft, id, row);
  }
};

using Competencies = HomedKit<CompetencyKind>;

}  // namespace

void RegisterCompetencyService(Methods& methods) {
  methods.Mutate<v1::CreateCompetencyRequest, v1::Competency>(
      Competencies::ValidateCreate<v1::CreateCompetencyRequest>,
      Competencies::DoCreate<v1::CreateCompetencyRequest>);
  Method& get = methods.Read<v1::GetCompetencyRequest, v1::Competency>(
      Competencies::DoGet<v1::GetCompetencyRequest>);
  Methods::ValidateBy<v1::GetCompetencyRequest>(
      get, Competencies::ValidateName<v1::GetCompetencyRequest>);
  Method& list = methods.Scan<v1::ListCompetenciesRequest, v1::ListCompetenciesResponse>(
      Competencies::DoList<v1::ListCompetenciesRequest, v1::ListCompetenciesResponse>);
  Methods::ValidateBy<v1::ListCompetenciesRequest>(
      list, Competencies::ValidateList<v1::ListCompetenciesRequest>);
  methods.Mutate<v1::UpdateCompetencyRequest, v1::Competency>(
      Competencies::ValidateUpdate<v1::UpdateCompetencyRequest>,
      Competencies::DoUpdate<v1::UpdateCompetencyRequest>);
  methods.Mutate<v1::DeleteCompetencyRequest, google::protobuf::Empty>(
      Competencies::ValidateName<v1::DeleteCompetencyRequest>,
      Competencies::DoDelete<v1::DeleteCompetencyRequest, google::protobuf::Empty>);
  RegisterCompetencyCourses(methods);
  RegisterHeldCompetencyList(methods);
}

}  // namespace provost
