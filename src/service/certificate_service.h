#ifndef PROVOST_SERVICE_CERTIFICATE_SERVICE_H_
#define PROVOST_SERVICE_CERTIFICATE_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// CertificateService (LE5, IN2, KA2).
void RegisterCertificateService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_CERTIFICATE_SERVICE_H_
