// How far a stream of bytes has come, on standard error while somebody watches.
#ifndef PROVOST_TOOLS_PROVOST_PROGRESS_H_
#define PROVOST_TOOLS_PROVOST_PROGRESS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "tools/provost/context.h"

namespace provost::cli {

// `12.3 MiB`, `512 B`: at most four digits, in powers of 1024.
std::string FormatBytes(int64_t bytes);

// One line that is written over and over, and is gone in the end. Writes nothing where standard
// error is no terminal. Not thread-safe.
class Progress {
 public:
  // `label` says what is done, such as `sending people.csv`. `total` bytes are to come; 0: nobody
  // knows.
  Progress(Context& context, std::string label, int64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // So many further bytes are done. Shown at most ten times a second.
  void Add(int64_t bytes);

 private:
  void Show(std::string text);

  Context& context_;
  const std::string label_;
  const int64_t total_;
  int64_t done_ = 0;
  size_t shown_width_ = 0;
  absl::Time shown_at_ = absl::InfinitePast();
};

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_PROGRESS_H_
