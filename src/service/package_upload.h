#ifndef PROVOST_SERVICE_PACKAGE_UPLOAD_H_
#define PROVOST_SERVICE_PACKAGE_UPLOAD_H_

#include "absl/status/status.h"
#include "service/backend.h"
#include "service/methods.h"

namespace provost {

/// Registers the handler of UploadPackage. Bytes are kept as they come, a few MiB in each commit,
/// so that no upload is in memory as a whole; they are nobody's until the last commit makes them
/// the file of a version. An upload that ends in any other way takes them away again.
void RegisterPackageUpload(Methods& methods);

/// Takes away what uploads left behind that were under way when a server stopped. Called once, when
/// the server starts and before it serves. Cost: one range of an index for each tenant.
absl::Status SweepUploads(const Backend& backend);

}  // namespace provost

#endif  // PROVOST_SERVICE_PACKAGE_UPLOAD_H_
