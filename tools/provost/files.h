// Files that come and go piece by piece: what does not belong into memory as a whole.
#ifndef PROVOST_TOOLS_PROVOST_FILES_H_
#define PROVOST_TOOLS_PROVOST_FILES_H_

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iosfwd>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/provost/context.h"

namespace provost::cli {

// A file that is read from its beginning; `-` is standard input. Not thread-safe.
class InputFile {
 public:
  // Before Open() there is nothing to read.
  InputFile() = default;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // NOT_FOUND says why it cannot be read.
  absl::Status Open(Context& context, const std::string& path);

  // How many bytes there are from here on; 0 where nobody knows, as of standard input.
  int64_t size() const { return size_; }

  // Leaves out `bytes`, where the file has as many; else INVALID_ARGUMENT.
  absl::Status Skip(int64_t bytes);

  // Goes back to the beginning; never of standard input.
  void Rewind();

  // The next bytes, at most `limit`: none at the end. DATA_LOSS where they cannot be read.
  absl::StatusOr<absl::string_view> Read(size_t limit);

 private:
  std::string path_;
  std::ifstream file_;
  std::istream* in_ = nullptr;
  int64_t size_ = 0;
  std::string block_;
};

// A file that appears as a whole, with Keep(): a reader sees the old bytes or the new. An empty
// path or `-` is standard output, which gets each piece at once. Not thread-safe.
class OutputFile {
 public:
  OutputFile(Context& context, std::string path);
  // Without Keep() there was no such file.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  bool is_standard() const { return out_ != &file_; }

  // UNAVAILABLE says why it cannot be written.
  absl::Status Write(absl::string_view bytes);
  absl::Status Keep();
  // The same, and says so on standard output where that is not the file, for people:
  // `wrote 1.2 KiB to people.csv`.
  absl::Status KeepAndSay();

 private:
  absl::Status Failed(int error) const;

  Context& context_;
  const std::string path_;
  const std::string beside_;
  int64_t size_ = 0;
  int open_error_ = 0;  // Why it could not be opened: errno is another's by the time of a write.
  std::ofstream file_;
  std::ostream* out_;
  bool is_kept_ = false;
};

// Writes a whole file that way, and says nothing.
absl::Status WriteOutput(Context& context, const std::string& path, absl::string_view bytes);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_FILES_H_
