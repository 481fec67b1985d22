#include "tools/provost/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <istream>
#include <ostream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/provost/look.h"
#include "tools/provost/progress.h"

namespace provost::cli {

absl::Status InputFile::Open(Context& context, const std::string& path) {
  path_ = path;
  if (path == "-") {
    in_ = &context.in();
    return absl::OkStatus();
  }
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat("cannot read `", path, "`: it is a folder"));
  }
  file_.open(path, std::ios::binary);
  if (!file_) {
    return absl::NotFoundError(absl::StrCat("cannot read `", path, "`: ", std::strerror(errno)));
  }
  in_ = &file_;
  const auto size = std::filesystem::file_size(path, error);
  if (!error) size_ = static_cast<int64_t>(size);
  return absl::OkStatus();
}

absl::Status InputFile::Skip(int64_t bytes) {
  for (int64_t left = bytes; left > 0;) {
    const auto piece = Read(static_cast<size_t>(std::min<int64_t>(left, 1 << 20)));
    if (!piece.ok()) return piece.status();
    if (piece->empty()) {
      return absl::InvalidArgumentError(absl::StrCat("`", path_, "` has ", bytes - left,
                                                     " bytes; wanted at least ", bytes,
                                                     ", which have been read of it before"));
    }
    left -= static_cast<int64_t>(piece->size());
  }
  size_ = std::max<int64_t>(0, size_ - bytes);
  return absl::OkStatus();
}

void InputFile::Rewind() {
  file_.clear();
  file_.seekg(0);
}

absl::StatusOr<absl::string_view> InputFile::Read(size_t limit) {
  block_.resize(limit);
  in_->read(block_.data(), static_cast<std::streamsize>(limit));
  if (in_->bad()) {
    return absl::DataLossError(
        absl::StrCat("cannot read `", path_, "` to its end: ", std::strerror(errno)));
  }
  return absl::string_view(block_.data(), static_cast<size_t>(in_->gcount()));
}

OutputFile::OutputFile(Context& context, std::string path)
    : context_(context),
      path_(std::move(path)),
      beside_(absl::StrCat(path_, ".new")),
      out_(&file_) {
  if (path_.empty() || path_ == "-") {
    out_ = &context.out();
  } else {
    file_.open(beside_, std::ios::binary | std::ios::trunc);
    if (!file_.is_open()) open_error_ = errno;
  }
}

OutputFile::~OutputFile() {
  if (is_standard() || is_kept_) return;
  file_.close();
  std::remove(beside_.c_str());
}

absl::Status OutputFile::Failed(int error) const {
  return absl::UnavailableError(absl::StrCat(
      "cannot write ", is_standard() ? "to standard output" : absl::StrCat("`", path_, "`"), ": ",
      std::strerror(error)));
}

absl::Status OutputFile::Write(absl::string_view bytes) {
  if (open_error_ != 0) return Failed(open_error_);
  out_->write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  size_ += static_cast<int64_t>(bytes.size());
  return out_->good() ? absl::OkStatus() : Failed(errno);
}

absl::Status OutputFile::Keep() {
  if (is_standard()) return absl::OkStatus();
  if (open_error_ != 0) return Failed(open_error_);
  file_.close();
  if (!file_ || std::rename(beside_.c_str(), path_.c_str()) != 0) return Failed(errno);
  is_kept_ = true;
  return absl::OkStatus();
}

absl::Status OutputFile::KeepAndSay() {
  if (absl::Status status = Keep(); !status.ok()) return status;
  if (!is_standard() && !context_.options().json) {
    context_.out() << "wrote " << FormatBytes(size_) << " to " << Printable(path_) << "\n";
  }
  return absl::OkStatus();
}

absl::Status WriteOutput(Context& context, const std::string& path, absl::string_view bytes) {
  OutputFile file(context, path);
  absl::Status status = file.Write(bytes);
  return status.ok() ? file.Keep() : status;
}

}  // namespace provost::cli
