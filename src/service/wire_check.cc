#include "service/wire_check.h"

#include <google/protobuf/unknown_field_set.h>

#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "tenant/errors.h"

namespace provost {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

constexpr int kMaxDepth = 100;  // As protobuf's own.

struct Found {
  std::string path;
  std::string bytes;
};

std::optional<Found> FindBadText(const Descriptor& type, absl::string_view bytes,
                                 const std::string& prefix, int depth) {
  UnknownFieldSet fields;
  if (depth > kMaxDepth || !fields.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::nullopt;
  }
  std::map<int, int> seen;
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    const FieldDescriptor* known = type.FindFieldByNumber(field.number());
    if (known == nullptr || field.type() != UnknownField::TYPE_LENGTH_DELIMITED) continue;
    std::string path = absl::StrCat(prefix, prefix.empty() ? "" : ".", known->name());
    if (known->is_repeated()) absl::StrAppend(&path, "[", seen[field.number()]++, "]");
    if (known->type() == FieldDescriptor::TYPE_STRING && !IsUtf8(field.length_delimited())) {
      return Found{path, field.length_delimited()};
    }
    if (known->type() == FieldDescriptor::TYPE_MESSAGE) {
      std::optional<Found> found =
          FindBadText(*known->message_type(), field.length_delimited(), path, depth + 1);
      if (found.has_value()) return found;
    }
  }
  return std::nullopt;
}

}  // namespace

bool IsUtf8(absl::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const unsigned char lead = static_cast<unsigned char>(text[i]);
    size_t more = 0;
    uint32_t code = 0;
    if (lead < 0x80) {
      ++i;
      continue;
    } else if (lead >= 0xc2 && lead <= 0xdf) {
      more = 1;
      code = lead & 0x1f;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      more = 2;
      code = lead & 0x0f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      more = 3;
      code = lead & 0x07;
    } else {
      return false;
    }
    if (i + more >= text.size()) return false;
    for (size_t j = 1; j <= more; ++j) {
      const unsigned char next = static_cast<unsigned char>(text[i + j]);
      if ((next & 0xc0) != 0x80) return false;
      code = (code << 6) | (next & 0x3f);
    }
    if ((more == 2 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) ||
        (more == 3 && (code < 0x10000 || code > 0x10ffff))) {
      return false;
    }
    i += more + 1;
  }
  return true;
}

absl::Status ExplainUnreadable(const Descriptor& type, absl::string_view bytes) {
  const std::optional<Found> found = FindBadText(type, bytes, "", 0);
  if (found.has_value()) {
    return BadField(found->path, found->bytes, "wanted text in UTF-8");
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the ", bytes.size(), " bytes of the request are no ", type.full_name()));
}

}  // namespace provost
