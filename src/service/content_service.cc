#include "service/content_service.h"

#include "service/content_courses.h"
#include "service/content_items.h"
#include "service/content_quiz.h"
#include "service/content_review.h"
#include "service/content_shares.h"
#include "service/package_download.h"
#include "service/package_upload.h"

namespace provost {

void RegisterContentService(Methods& methods) {
  RegisterContentItems(methods);
  RegisterContentReview(methods);
  RegisterContentShares(methods);
  RegisterContentQuiz(methods);
  RegisterContentCourses(methods);
  RegisterPackageUpload(methods);
  RegisterPackageDownload(methods);
}

}  // namespace provost
