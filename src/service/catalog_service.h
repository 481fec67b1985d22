#ifndef PROVOST_SERVICE_CATALOG_SERVICE_H_
#define PROVOST_SERVICE_CATALOG_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of CatalogService.
void RegisterCatalogService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_CATALOG_SERVICE_H_
