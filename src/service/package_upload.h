#ifndef PROVOST_SERVICE_PACKAGE_UPLOAD_H_
#define PROVOST_SERVICE_PACKAGE_UPLOAD_H_

#include "service/methods.h"

namespace provost {

/// Registers the handler of UploadPackage (see file_upload.h).
void RegisterPackageUpload(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_PACKAGE_UPLOAD_H_
