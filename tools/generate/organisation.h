// An organisation that is made up: who works there, in which teams, and what everybody has to
// learn.
#ifndef PROVOST_TOOLS_GENERATE_ORGANISATION_H_
#define PROVOST_TOOLS_GENERATE_ORGANISATION_H_

#include <cstdint>
#include <string>
#include <vector>

namespace provost::generate {

// How large it is. The same size and seed give the same organisation.
struct OrganisationSize {
  uint32_t users = 100000;
  uint32_t courses = 5000;
  // As near to this as whole teams come.
  uint64_t enrollments = 2000000;
  // Courses are as large as Zipf says: the n-th has 1/n of the learners of the first, which has
  // half of all people at most.
  uint64_t seed = 1;
};

// A group: people who follow each other, from `begin` on and before `end`. Its members are those
// people in a team, and the groups of the level below otherwise.
struct GroupSpec {
  std::string id;
  uint32_t begin = 0;
  uint32_t end = 0;

  uint32_t size() const { return end - begin; }
};

// A course that a group is to take.
struct AssignmentSpec {
  uint32_t course = 0;  // Its number, from 0.
  std::string group;
  int due_days = 0;  // 0: never.
};

// What somebody has done of a course so far.
enum class Fate { kNothing, kBegun, kDone };

// Pure: it only knows what there is to be. A value; thread-safe.
class Organisation {
 public:
  explicit Organisation(const OrganisationSize& size);

  const OrganisationSize& size() const { return size_; }

  // `u0000123`, `c0042`, `k07`: users, courses and the catalogs that these are in.
  static std::string UserId(uint32_t user);
  static std::string CourseId(uint32_t course);
  static std::string CatalogId(uint32_t catalog);
  static constexpr uint32_t kCatalogs = 50;

  // Everybody, as ImportUsers reads them, with a first line of names.
  std::string UsersCsv() const;

  // Teams first, then what they make up, and so on. Within a level in the order of their people.
  const std::vector<std::vector<GroupSpec>>& levels() const { return levels_; }
  // Who is in which, as ImportMembers reads it.
  std::string MembersCsv() const;

  std::string CourseName(uint32_t course) const;
  uint32_t CatalogOf(uint32_t course) const { return course % kCatalogs; }
  // How many take each course.
  const std::vector<uint32_t>& course_sizes() const { return course_sizes_; }
  // By which groups. Nobody is in two groups of one course.
  const std::vector<AssignmentSpec>& assignments() const { return assignments_; }
  // How many enrollments follow from them.
  uint64_t enrollments() const { return enrollments_; }

  // Whoever is in a group of a course has it: three of ten have done nothing, three have begun, and
  // four are done.
  Fate FateOf(uint32_t course, uint32_t user) const;
  // What whoever is done has reached, in hundredths of a per cent: from 5000 to 10000.
  int ScoreOf(uint32_t course, uint32_t user) const;

 private:
  void MakeGroups();
  void MakeCourseSizes();
  void MakeAssignments();

  const OrganisationSize size_;
  std::vector<std::vector<GroupSpec>> levels_;
  std::vector<uint32_t> course_sizes_;
  std::vector<AssignmentSpec> assignments_;
  uint64_t enrollments_ = 0;
};

}  // namespace provost::generate

#endif  // PROVOST_TOOLS_GENERATE_ORGANISATION_H_
