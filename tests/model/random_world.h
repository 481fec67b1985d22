// Random scenarios with every feature of the rules switched on, and questions about them.
//
// Everything follows from the generator's state, so a seed reproduces a world and its questions.
// What is made is well formed: a compiler has no reason to refuse it.

#ifndef PROVOST_TESTS_MODEL_RANDOM_WORLD_H_
#define PROVOST_TESTS_MODEL_RANDOM_WORLD_H_

#include <cstdint>
#include <random>
#include <set>
#include <string>

#include "provost/v1/policy.pb.h"
#include "provost/v1/scenario.pb.h"

namespace provost::naive {

using Rng = std::mt19937_64;

// How large a world can get. Each world picks its own sizes below these.
struct WorldLimits {
  int facts = 6;
  int permissions = 14;
  int roles = 8;
  int grants = 6;  // of one role
  int scopes = 16;
  int users = 8;
  int groups = 6;
  int assignments = 24;
  int overrides = 14;
  // Whether anything is frozen, suspended, prohibited.
  bool freezes = true;
  bool suspensions = true;
  bool prohibits = true;
  // Whether there are custom roles, and roles that may assign whatever of them they could do.
  bool customs = true;
};

// A scenario with an inline policy and no expectations. All instants of its windows lie within a
// few seconds of its `now`, so that bounds meet often.
v1::Scenario RandomScenario(Rng& rng, const WorldLimits& limits = WorldLimits());

// The roles of a random policy that stand for those that an extension of it would have added.
std::set<std::string> CustomRolesOf(const v1::PolicySource& policy);

// A question about the scenario, without an answer. Its permission can be asked at its scope; now
// and then the subject or a scope does not exist. `time` is always set.
v1::Scenario::Expectation RandomQuestion(Rng& rng, const v1::Scenario& scenario);

// Who assigns which role to whom and where; the role is one of the policy's.
v1::Scenario::DelegationExpectation RandomDelegation(Rng& rng, const v1::Scenario& scenario);

// An instant at or just before a bound of the scenario's windows.
google::protobuf::Timestamp RandomTime(Rng& rng, const v1::Scenario& scenario);

// An assignment that the rules allow to exist: its role can be held at the kind of its scope. False
// where the policy has no role that can be assigned anywhere in the tree.
bool RandomAssignment(Rng& rng, const v1::Scenario& scenario, v1::Scenario::Assignment* assignment,
                      bool suspensions = true);

// An override, any at all.
v1::Scenario::Override RandomOverride(Rng& rng, const v1::Scenario& scenario, bool prohibits);

// The seed of this run: PROVOST_SEED of the environment, or `otherwise` where it is not set.
uint64_t SeedOf(uint64_t otherwise);

// The generator of one world of a run: worlds of different seeds, streams and numbers have nothing
// in common.
Rng RngFor(uint64_t seed, int stream, int world);

}  // namespace provost::naive

#endif  // PROVOST_TESTS_MODEL_RANDOM_WORLD_H_
