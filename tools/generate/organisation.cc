#include "tools/generate/organisation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace provost::generate {
namespace {

// People of a team, and how many groups make up one of the level above.
constexpr uint32_t kTeam = 10;
constexpr uint32_t kFanout = 10;
// Groups of the highest level, at most.
constexpr size_t kTop = 10;

// Some of all that names look like.
constexpr absl::string_view kGivenNames[] = {
    "Ada",   "Ben",    "Chloé", "Dmitri", "Elif",   "Fatima", "Grace", "Hugo",   "Ines",  "Jonas",
    "Kwame", "Lotte",  "Mei",   "Noor",   "Olga",   "Pavel",  "Quinn", "Rosa",   "Søren", "Tomás",
    "Umar",  "Violet", "Wanda", "Xavier", "Yasmin", "Zoë",    "阿明",  "さくら", "Анна",  "ليلى"};
constexpr absl::string_view kFamilyNames[] = {
    "Adeyemi", "Bauer",   "Costa",   "Dubois",   "Eriksen",   "Fischer",   "García",
    "Haddad",  "Ivanova", "Jansen",  "Kowalski", "Lindqvist", "Müller",    "Nakamura",
    "O'Brien", "Petrov",  "Qureshi", "Rossi",    "Silva",     "Takahashi", "Usman",
    "Vargas",  "Weber",   "Xu",      "Yılmaz",   "Zhang"};
constexpr absl::string_view kLocales[] = {"en", "en", "en", "de", "fr", "es", "ja"};
constexpr absl::string_view kZones[] = {"Europe/London", "Europe/Berlin", "America/New_York",
                                        "Asia/Tokyo"};
constexpr absl::string_view kSubjects[] = {
    "Fire safety",  "First aid", "Data protection", "Ladders",      "Customer care",
    "Book-keeping", "Welding",   "Leadership",      "Food hygiene", "Negotiation"};
constexpr absl::string_view kKinds[] = {"for beginners", "refresher", "in practice", "advanced",
                                        "at night"};

// A number that looks random and is the same on every machine (SplitMix64).
uint64_t Mix(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}
uint64_t Mix(uint64_t a, uint64_t b, uint64_t c) { return Mix(Mix(Mix(a) ^ b) ^ c); }

template <size_t kCount>
absl::string_view Pick(const absl::string_view (&from)[kCount], uint64_t random) {
  return from[random % kCount];
}

}  // namespace

Organisation::Organisation(const OrganisationSize& size) : size_(size) {
  MakeGroups();
  MakeCourseSizes();
  MakeAssignments();
}

std::string Organisation::UserId(uint32_t user) { return absl::StrFormat("u%07d", user); }
std::string Organisation::CourseId(uint32_t course) { return absl::StrFormat("c%04d", course); }
std::string Organisation::CatalogId(uint32_t catalog) { return absl::StrFormat("k%02d", catalog); }

std::string Organisation::UsersCsv() const {
  std::string csv = "user_id,email,external_id,given_name,family_name,locale,time_zone,hire_date\n";
  for (uint32_t user = 0; user < size_.users; ++user) {
    const uint64_t random = Mix(size_.seed, 1, user);
    const std::string id = UserId(user);
    absl::StrAppend(&csv, id, ",", id, "@acme.example,E-", user, ",", Pick(kGivenNames, random),
                    ",", Pick(kFamilyNames, random >> 8), ",", Pick(kLocales, random >> 16), ",",
                    Pick(kZones, random >> 24), ",",
                    absl::StrFormat("%04d-%02d-%02d", 2000 + (random >> 32) % 25,
                                    1 + (random >> 40) % 12, 1 + (random >> 48) % 28),
                    "\n");
  }
  return csv;
}

void Organisation::MakeGroups() {
  std::vector<GroupSpec> level;
  for (uint32_t begin = 0; begin < size_.users; begin += kTeam) {
    level.push_back(
        {absl::StrFormat("team-%05d", begin / kTeam), begin, std::min(begin + kTeam, size_.users)});
  }
  constexpr absl::string_view kNames[] = {"department", "division", "area", "region", "company"};
  while (level.size() > kTop) {
    std::vector<GroupSpec> above;
    const absl::string_view name = kNames[std::min(levels_.size(), std::size(kNames) - 1)];
    for (size_t i = 0; i < level.size(); i += kFanout) {
      const size_t last = std::min(i + kFanout, level.size()) - 1;
      above.push_back(
          {absl::StrFormat("%s-%04d", name, i / kFanout), level[i].begin, level[last].end});
    }
    levels_.push_back(std::move(level));
    level = std::move(above);
  }
  levels_.push_back(std::move(level));
}

std::string Organisation::MembersCsv() const {
  std::string csv = "group,member\n";
  for (const GroupSpec& team : levels_.front()) {
    for (uint32_t user = team.begin; user < team.end; ++user) {
      absl::StrAppend(&csv, team.id, ",users/", UserId(user), "\n");
    }
  }
  for (size_t level = 1; level < levels_.size(); ++level) {
    for (const GroupSpec& group : levels_[level]) {
      for (const GroupSpec& member : levels_[level - 1]) {
        if (member.begin < group.begin || member.end > group.end) continue;
        absl::StrAppend(&csv, group.id, ",groups/", member.id, "\n");
      }
    }
  }
  return csv;
}

std::string Organisation::CourseName(uint32_t course) const {
  const uint64_t random = Mix(size_.seed, 2, course);
  return absl::StrCat(Pick(kSubjects, random), " ", Pick(kKinds, random >> 8), " ", course);
}

void Organisation::MakeCourseSizes() {
  // The largest is bounded, so the others share what it leaves: found by halving.
  const double most = std::max<double>(kTeam, size_.users / 2);
  const auto sum = [&](double first) {
    double total = 0;
    for (uint32_t n = 1; n <= size_.courses; ++n) total += std::min(most, first / n);
    return total;
  };
  double low = 0;
  double high = most * size_.courses;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (sum(middle) < static_cast<double>(size_.enrollments) ? low : high) = middle;
  }
  // Whole teams; what one course has too little the next has more.
  double rest = 0;
  for (uint32_t n = 1; n <= size_.courses; ++n) {
    rest += std::min(most, high / n);
    const auto teams = static_cast<uint32_t>(std::max(1.0, std::round(rest / kTeam)));
    const uint32_t size = std::min(teams * kTeam, size_.users);
    course_sizes_.push_back(size);
    rest -= size;
  }
}

void Organisation::MakeAssignments() {
  for (uint32_t course = 0; course < size_.courses; ++course) {
    uint64_t random = Mix(size_.seed, 3, course);
    uint32_t wanted = course_sizes_[course];
    course_sizes_[course] = 0;
    std::vector<const GroupSpec*> chosen;
    const int due_days = static_cast<int>((random >> 32) % 3) * 45;
    for (size_t level = levels_.size(); level-- > 0;) {
      const std::vector<GroupSpec>& groups = levels_[level];
      // From somewhere on, whatever fits and is not there yet.
      random = Mix(random);
      const size_t start = random % groups.size();
      for (size_t i = 0; i < groups.size() && wanted > 0; ++i) {
        const GroupSpec& group = groups[(start + i) % groups.size()];
        if (groups.front().size() > wanted) break;
        if (group.size() > wanted) continue;
        const bool is_there =
            std::any_of(chosen.begin(), chosen.end(), [&](const GroupSpec* other) {
              return group.begin < other->end && other->begin < group.end;
            });
        if (is_there) continue;
        chosen.push_back(&group);
        wanted -= group.size();
        course_sizes_[course] += group.size();
        assignments_.push_back({course, group.id, due_days});
      }
    }
    enrollments_ += course_sizes_[course];
  }
}

Fate Organisation::FateOf(uint32_t course, uint32_t user) const {
  const uint64_t dice = Mix(size_.seed ^ 4, course, user) % 10;
  return dice < 3 ? Fate::kNothing : dice < 6 ? Fate::kBegun : Fate::kDone;
}

int Organisation::ScoreOf(uint32_t course, uint32_t user) const {
  return 5000 + static_cast<int>(Mix(size_.seed ^ 5, course, user) % 5001);
}

}  // namespace provost::generate
