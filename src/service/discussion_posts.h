#ifndef PROVOST_SERVICE_DISCUSSION_POSTS_H_
#define PROVOST_SERVICE_DISCUSSION_POSTS_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of posts. What becomes of one:
///
///     published --delete, by its author--> deleted (the text is gone)
///         '------remove, by a moderator--> removed (the text is kept for both)
void RegisterDiscussionPosts(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_DISCUSSION_POSTS_H_
