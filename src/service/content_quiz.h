#ifndef PROVOST_SERVICE_CONTENT_QUIZ_H_
#define PROVOST_SERVICE_CONTENT_QUIZ_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/content_message.h"
#include "service/methods.h"

namespace provost {

/// The question pools that a version of a quiz draws from, each in one version.
struct QuizPools {
  std::map<std::pair<uint64_t, int32_t>, v1::QuestionPoolBody> bodies;
  std::vector<const v1::QuestionPoolBody*> of_draws;  ///< Into `bodies`, in the order of the draws.
  std::vector<int32_t> versions;                      ///< In the order of the draws.
};

/// With `pin`, the published version of each pool, which has to have one. Otherwise the versions
/// that were fixed when the quiz was handed in; before that the published ones, or else the newest.
/// FAILED_PRECONDITION for pools that are gone or have no version to draw from.
absl::StatusOr<QuizPools> ReadQuizPools(const store::Reader& reader, uint64_t tenant,
                                        absl::string_view quiz_name,
                                        const rows::ContentVersionRow& version, bool pin);

/// Registers the handler of PreviewQuiz.
void RegisterContentQuiz(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_CONTENT_QUIZ_H_
