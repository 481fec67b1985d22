#include "tools/provost/content_body.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/provost/message_text.h"

namespace provost::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using v1::ContentItem;

struct KindOfCollection {
  const char* collection;
  ContentItem::Kind kind;
};

constexpr KindOfCollection kKinds[] = {
    {"packages", ContentItem::PACKAGE}, {"pages", ContentItem::PAGE},
    {"quizzes", ContentItem::QUIZ},     {"questionPools", ContentItem::QUESTION_POOL},
    {"tasks", ContentItem::TASK},       {"certificateTemplates", ContentItem::CERTIFICATE_TEMPLATE},
};

// The field of a body that is for a kind: they are called alike.
const FieldDescriptor* FieldOf(ContentItem::Kind kind) {
  return v1::ContentBody::descriptor()->FindFieldByName(
      absl::AsciiStrToLower(ContentItem::Kind_Name(kind)));
}

// Makes names of pools full, or short.
template <typename Rename>
absl::Status RenamePools(v1::ContentBody& body, const Rename& rename) {
  if (!body.has_quiz()) return absl::OkStatus();
  for (v1::QuizPart& part : *body.mutable_quiz()->mutable_parts()) {
    if (!part.has_draw()) continue;
    absl::StatusOr<std::string> name = rename(part.draw().pool());
    if (!name.ok()) return name.status();
    part.mutable_draw()->set_pool(*std::move(name));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ItemName> ReadItemName(const Names& names, absl::string_view given) {
  absl::string_view rest = given;
  if (const absl::string_view tenant = TenantIdOf(given); !tenant.empty()) {
    absl::ConsumePrefix(&rest, absl::StrCat("tenants/", tenant, "/"));
  }
  const absl::string_view collection = rest.substr(0, rest.find('/'));
  for (const KindOfCollection& entry : kKinds) {
    if (collection != entry.collection) continue;
    ItemName item;
    item.kind = entry.kind;
    item.id = std::string(rest.substr(std::min(rest.size(), collection.size() + 1)));
    if (item.id.empty()) return item;
    absl::StatusOr<std::string> full = names.Full(given);
    if (!full.ok()) return full.status();
    item.full = *std::move(full);
    return item;
  }
  std::string wanted;
  for (const KindOfCollection& entry : kKinds) {
    absl::StrAppend(&wanted, wanted.empty() ? "" : ", ", entry.collection);
  }
  return absl::InvalidArgumentError(absl::StrCat("`", given,
                                                 "` is no content item; wanted a name "
                                                 "like `pages/fire-rules`, in one of ",
                                                 wanted));
}

absl::Status ReadBody(const Names& names, const std::string& path, absl::string_view text,
                      ContentItem& item) {
  v1::ContentBody& body = *item.mutable_body();
  if (item.kind() == ContentItem::PAGE && absl::EndsWith(path, ".md")) {
    body.mutable_page()->set_markdown(std::string(text));
    return absl::OkStatus();
  }
  Message& message = *body.GetReflection()->MutableMessage(&body, FieldOf(item.kind()));
  if (absl::Status status = ReadMessageText(path, text, message); !status.ok()) return status;
  return RenamePools(body,
                     [&](const std::string& pool) { return names.Full(pool, "questionPools"); });
}

std::string BodyText(const Names& names, const v1::ContentBody& body) {
  v1::ContentBody shown = body;
  // Shortening a name does not fail.
  static_cast<void>(RenamePools(shown, [&](const std::string& pool) {
    return absl::StatusOr<std::string>(names.Short(pool));
  }));
  const auto* const oneof = v1::ContentBody::descriptor()->oneof_decl(0);
  const FieldDescriptor* const field = shown.GetReflection()->GetOneofFieldDescriptor(shown, oneof);
  return field == nullptr ? "" : MessageText(shown.GetReflection()->GetMessage(shown, field));
}

}  // namespace provost::cli
