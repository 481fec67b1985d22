#ifndef PROVOST_SERVICE_CONTENT_REVIEW_H_
#define PROVOST_SERVICE_CONTENT_REVIEW_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers that take versions of content from draft to published and retired, with
/// what is said of them on the way:
///
///     draft --submit--> in review --approve--> approved --publish--> published --retire--> retired
///       ^---withdraw, request changes---'  '---withdraw---> draft
void RegisterContentReview(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_CONTENT_REVIEW_H_
