#ifndef PROVOST_SERVICE_GROUP_MEMBERS_H_
#define PROVOST_SERVICE_GROUP_MEMBERS_H_

#include "service/methods.h"

namespace provost {

/// The part of GroupService that is about who is in a group.
void RegisterGroupMembers(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_GROUP_MEMBERS_H_
