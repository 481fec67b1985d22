#ifndef PROVOST_SERVICE_PACKAGE_DOWNLOAD_H_
#define PROVOST_SERVICE_PACKAGE_DOWNLOAD_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of DownloadPackage and DownloadPublishedPackage.
void RegisterPackageDownload(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_PACKAGE_DOWNLOAD_H_
