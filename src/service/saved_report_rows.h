#ifndef PROVOST_SERVICE_SAVED_REPORT_ROWS_H_
#define PROVOST_SERVICE_SAVED_REPORT_ROWS_H_

#include "service/methods.h"

namespace provost {

/// Registers ListReportRows: the rows of a saved report, page by page. The run waits between two
/// pages, with the records that it is made of, for as long as the list can be continued; a page
/// that lies behind it begins it anew, of the same records.
void RegisterSavedReportRows(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_SAVED_REPORT_ROWS_H_
