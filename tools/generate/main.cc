// Makes up an organisation on a running server, in a tenant that has been set up with the preset
// `lms365` and nothing else:
//
//   provost-generate [--server=127.0.0.1:7480] [--tenant=acme] [--administrator=ann]
//                    [--users=100000] [--courses=5000] [--enrollments=2000000] [--seed=1]
//                    [--active=100]
//
// The same sizes and seed give the same organisation. `--active` is how many people of each course
// have done some of it.
#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "client/channel.h"
#include "tools/generate/load.h"
#include "tools/generate/organisation.h"

namespace provost::generate {
namespace {

struct Flags {
  std::string server = "127.0.0.1:7480";
  OrganisationSize size;
  LoadOptions load;
};

bool Read(absl::string_view text, std::string* value) {
  *value = std::string(text);
  return !value->empty();
}
template <typename Number>
bool Read(absl::string_view text, Number* value) {
  return absl::SimpleAtoi(text, value);
}

// Whether `argument` is that flag, with a value that it can have.
template <typename Value>
bool Takes(absl::string_view argument, absl::string_view name, Value* value) {
  return absl::ConsumePrefix(&argument, absl::StrCat("--", name, "=")) && Read(argument, value);
}

bool ReadFlag(absl::string_view argument, Flags* flags) {
  return Takes(argument, "server", &flags->server) ||
         Takes(argument, "tenant", &flags->load.tenant) ||
         Takes(argument, "administrator", &flags->load.administrator) ||
         Takes(argument, "users", &flags->size.users) ||
         Takes(argument, "courses", &flags->size.courses) ||
         Takes(argument, "enrollments", &flags->size.enrollments) ||
         Takes(argument, "seed", &flags->size.seed) ||
         Takes(argument, "active", &flags->load.active_learners);
}

int Run(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    if (ReadFlag(argv[i], &flags)) continue;
    std::fprintf(stderr,
                 "provost-generate: `%s` is no flag with a value that it can have; "
                 "tools/generate/main.cc says which there are\n",
                 argv[i]);
    return 2;
  }
  if (flags.size.users < 20 || flags.size.courses < 1 || flags.size.enrollments < 10) {
    std::fprintf(stderr,
                 "provost-generate: wanted 20 users, 1 course and 10 enrollments at least\n");
    return 2;
  }
  const absl::Time begin = absl::Now();
  flags.load.progress = [&](const std::string& done) {
    std::printf("%7.1f s  %s\n", absl::ToDoubleSeconds(absl::Now() - begin), done.c_str());
    std::fflush(stdout);
  };
  const Organisation organisation(flags.size);
  const absl::Status status = Loader(organisation, MakeChannel(flags.server), flags.load).LoadAll();
  if (status.ok()) return 0;
  std::fprintf(stderr, "provost-generate: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace
}  // namespace provost::generate

int main(int argc, char** argv) { return provost::generate::Run(argc, argv); }
