#include "service/resource.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tenant/errors.h"

namespace provost {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsSet(const Message& message, const FieldDescriptor& field) {
  return field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) > 0
                             : message.GetReflection()->HasField(message, &field);
}

}  // namespace

std::string EtagOf(uint64_t uid, uint64_t revision) {
  return absl::StrCat(absl::Hex(uid), "-", absl::Hex(revision));
}

absl::Status CheckEtag(absl::string_view name, absl::string_view seen, absl::string_view current) {
  if (seen.empty() || seen == current) return absl::OkStatus();
  return StaleEtag(name, seen, current);
}

absl::StatusOr<std::vector<std::string>> FieldsToUpdate(
    const google::protobuf::FieldMask& mask, const Message& resource,
    absl::Span<const absl::string_view> allowed) {
  std::vector<std::string> fields;
  if (mask.paths().empty() || (mask.paths_size() == 1 && mask.paths(0) == "*")) {
    for (absl::string_view name : allowed) {
      const FieldDescriptor* field = resource.GetDescriptor()->FindFieldByName(std::string(name));
      if (!mask.paths().empty() || IsSet(resource, *field)) fields.emplace_back(name);
    }
    return fields;
  }
  absl::Status status;
  for (int i = 0; i < mask.paths_size(); ++i) {
    if (std::find(allowed.begin(), allowed.end(), mask.paths(i)) == allowed.end()) {
      AddBadField(&status, absl::StrCat("update_mask.paths[", i, "]"), mask.paths(i),
                  absl::StrCat("wanted one of: ", absl::StrJoin(allowed, ", ")));
    } else if (std::find(fields.begin(), fields.end(), mask.paths(i)) == fields.end()) {
      fields.push_back(mask.paths(i));
    }
  }
  if (!status.ok()) return status;
  return fields;
}

void CopyField(const Message& from, absl::string_view field, Message* to) {
  const FieldDescriptor* descriptor = to->GetDescriptor()->FindFieldByName(std::string(field));
  const google::protobuf::Reflection* reflection = to->GetReflection();
  // Message has no copy of one field; merging a message that holds nothing else is one.
  std::vector<const FieldDescriptor*> others;
  Message* only = from.New(to->GetArena());
  only->CopyFrom(from);
  reflection->ListFields(*only, &others);
  for (const FieldDescriptor* other : others) {
    if (other != descriptor) reflection->ClearField(only, other);
  }
  reflection->ClearField(to, descriptor);
  to->MergeFrom(*only);
  if (to->GetArena() == nullptr) delete only;
}

void CheckText(absl::string_view field, absl::string_view value, size_t min, size_t max,
               absl::Status* status) {
  size_t characters = 0;
  bool control = false;
  char before = 0;
  for (char c : value) {
    // Bytes that go on with a character begin with the bits 10.
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++characters;
    control |= static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    // U+0080 to U+009F, which terminals obey too.
    control |= before == '\xC2' && static_cast<unsigned char>(c) < 0xA0;
    before = c;
  }
  if (characters < min || characters > max) {
    AddBadField(status, field, value,
                absl::StrCat("wanted ", min, " to ", max, " characters, got ", characters));
  } else if (control) {
    AddBadField(status, field, value, "wanted no control characters");
  }
}

void CheckNewId(absl::string_view field, absl::string_view id, absl::Status* status) {
  if (!id.empty() && !IsValidId(id)) {
    AddBadField(status, field, id, absl::StrCat("wanted ", kIdForm));
  }
}

absl::StatusOr<std::string> ChooseId(const WorldState& state, absl::string_view tenant,
                                     Collection collection, absl::string_view wanted,
                                     uint32_t uid) {
  ResourceName name;
  name.tenant = std::string(tenant);
  name.collection = collection;
  const auto taken = [&] {
    return name.IsSubject() ? state.HasSubject(state.FindSubject(name.Relative()))
                            : state.HasScope(state.FindScope(name.Relative()));
  };
  if (!wanted.empty()) {
    name.id = std::string(wanted);
    if (taken()) return AlreadyExists(CollectionNoun(collection), name.ToString());
    return name.id;
  }
  // Somebody may have chosen by hand what would be made.
  name.id = absl::StrCat(CollectionName(collection).substr(0, 1), uid);
  while (taken()) absl::StrAppend(&name.id, "x");
  return name.id;
}

}  // namespace provost
