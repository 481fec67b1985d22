// Content, its versions and files, and where it stands.
#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "store/record.h"
#include "tenant/key_walk.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;
using v1::ContentVersion;

constexpr uint8_t kBodyPart = 0;
constexpr uint8_t kCommentPart = 1;
constexpr int64_t kChunkBytes = 256 << 10;

KeyWriter VersionOf(const TenantVerifier& tenant, uint64_t item, int32_t version) {
  return KeyWriter(tenant.number()).U64(item).U32(static_cast<uint32_t>(version));
}

std::string PlaceKey(const TenantVerifier& tenant, uint32_t scope, bool shared, uint64_t item) {
  return KeyWriter(tenant.number())
      .U8(kItemPlaceIndex)
      .U32(scope)
      .U8(shared ? 1 : 0)
      .U64(item)
      .Take();
}

class ItemChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Note(VerifiedRow& row) override {
    const std::string relative = row.rest.String();
    const std::optional<RelativeName> name = SplitRelative(relative);
    const auto item = ParseRow<rows::ContentRow>(row.table, row.key, row.value);
    if (name.has_value() && item.ok()) tenant_.NoteItem(item->uid(), name->collection);
  }

  void Check(VerifiedRow& row) override {
    const std::string relative = row.rest.String();
    if (!tenant_.IsWhole(row)) return;
    const std::optional<RelativeName> name = SplitRelative(relative);
    if (!name.has_value() || TableOf(name->collection) != Table::kContent || !IsValidId(name->id)) {
      tenant_.Unknown(absl::StrCat("`", relative, "` is no name of content"));
      return;
    }
    const auto item = tenant_.Parse<rows::ContentRow>(row);
    if (item.has_value()) CheckItem(relative, *item);
  }

 private:
  void CheckItem(const std::string& relative, const rows::ContentRow& row) {
    tenant_.Revision(row.revision());
    tenant_.Scope(row.home(), "home");
    tenant_.Doer(row.creator(), "creator");
    rows::ItemNameRow entry;
    entry.set_name(relative);
    const std::string named = FormatRow(entry);
    tenant_.Wants(Table::kIndexes,
                  KeyWriter(tenant_.number()).U8(kItemNameIndex).U64(row.uid()).Take(), named);
    tenant_.Wants(Table::kIndexes, PlaceKey(tenant_, row.home(), false, row.uid()), named);
    for (const rows::ContentRow::Share& share : row.shares()) {
      tenant_.Scope(share.scope(), "shares.scope");
      tenant_.Doer(share.shared_by(), "shares.shared_by");
      tenant_.Wants(Table::kIndexes, PlaceKey(tenant_, share.scope(), true, row.uid()), named);
    }
    const int32_t published = row.content_item().published_version();
    for (int32_t version = 1; version <= row.last_version(); ++version) {
      tenant_.Wants(Table::kContentVersions,
                    VersionOf(tenant_, row.uid(), version).U8(kBodyPart).Take(),
                    version == published ? "published" : "");
    }
    for (int32_t version : {published, row.content_item().draft_version()}) {
      if (version >= 0 && version <= row.last_version()) continue;
      tenant_.Dangling(absl::StrCat("names version ", version, " of ", row.last_version()));
    }
  }
};

class VersionChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint64_t item = row.rest.U64();
    const auto version = static_cast<int32_t>(row.rest.U32());
    const uint8_t part = row.rest.U8();
    if (part == kCommentPart) row.rest.U32();
    if (!tenant_.IsWhole(row)) return;
    if (part == kBodyPart) {
      if (const auto body = tenant_.Parse<rows::ContentVersionRow>(row)) {
        CheckVersion(row, item, version, *body);
      }
    } else if (part == kCommentPart) {
      const auto comment = tenant_.Parse<rows::ReviewCommentRow>(row);
      if (!comment.has_value()) return;
      tenant_.Doer(comment->author(), "author");
      tenant_.Has(row.table, row.key);
    } else {
      tenant_.Unknown(absl::StrCat("is of part ", part, " of a version"));
    }
  }

 private:
  void CheckVersion(const VerifiedRow& row, uint64_t item, int32_t number,
                    const rows::ContentVersionRow& version) {
    const bool is_published = version.version().state() == ContentVersion::PUBLISHED;
    tenant_.Has(row.table, row.key, is_published ? "published" : "");
    if (version.version().number() != number) {
      tenant_.Figure(absl::StrCat("says that it is version ", version.version().number()));
    }
    tenant_.Doer(version.state_by(), "state_by");
    for (uint64_t pool : std::set<uint64_t>(version.pools().begin(), version.pools().end())) {
      tenant_.Item(pool, {Collection::kQuestionPools}, "pools");
      tenant_.Wants(Table::kIndexes, KeyWriter(tenant_.number())
                                         .U8(kPoolQuizIndex)
                                         .U64(pool)
                                         .U64(item)
                                         .U32(static_cast<uint32_t>(number))
                                         .Take());
    }
    for (uint32_t comment = 0; comment < version.comments(); ++comment) {
      tenant_.Wants(Table::kContentVersions,
                    VersionOf(tenant_, item, number).U8(kCommentPart).U32(comment).Take());
    }
    if (version.blob() != 0) {
      WantsFile(tenant_, version.blob(), version.body().package().size_bytes());
    }
  }
};

class ChunkChecker : public TableChecker {
 public:
  explicit ChunkChecker(TenantVerifier& tenant) : TableChecker(tenant) {
    // How much has come of an upload under way is not said anywhere.
    const absl::Status ignored =
        ForEachIndex(tenant.reader(), KeyWriter(tenant.number()).U8(kUploadIndex).Range(),
                     [&](store::KeyReader& key) { coming_.insert(key.U64()); });
    ignored.IgnoreError();  // The checker of indexes says what is wrong.
  }

  void Check(VerifiedRow& row) override {
    const uint64_t blob = row.rest.U64();
    row.rest.U32();
    if (!tenant_.IsWhole(row) || coming_.contains(blob)) return;
    const absl::StatusOr<absl::string_view> bytes =
        store::RecordPayload(row.table, row.key, row.value);
    if (!bytes.ok()) {
      tenant_.Problem(VerifyProblem::Kind::kUnreadable, bytes.status().message());
      return;
    }
    tenant_.Has(row.table, row.key, absl::StrCat(bytes->size(), " bytes"));
  }

 private:
  absl::flat_hash_set<uint64_t> coming_;
};

void CheckUpload(TenantVerifier& tenant, VerifiedRow& row) {
  tenant.GivenItem(row.rest.U64(), "uid");
  tenant.Parse<rows::UploadRow>(row);
}

void CheckCourseItems(TenantVerifier& tenant, VerifiedRow& row) {
  const uint32_t course = row.rest.U32();
  const auto items = tenant.Parse<rows::CourseItemsRow>(row);
  if (!items.has_value()) return;
  tenant.Revision(items->revision());
  tenant.ScopeIn(course, {Collection::kCourses}, "course");
  for (const rows::CourseItemsRow::Entry& entry : items->items()) {
    tenant.Item(
        entry.item(),
        {Collection::kPackages, Collection::kPages, Collection::kQuizzes, Collection::kTasks},
        "items.item");
    tenant.Wants(
        Table::kIndexes,
        KeyWriter(tenant.number()).U8(kItemCourseIndex).U64(entry.item()).U32(course).Take());
  }
}

}  // namespace

void WantsFile(TenantVerifier& tenant, uint64_t blob, int64_t size) {
  tenant.GivenItem(blob, "blob");
  uint32_t number = 0;
  for (int64_t at = 0; at < size; at += kChunkBytes) {
    tenant.Wants(Table::kContentChunks, KeyWriter(tenant.number()).U64(blob).U32(number++).Take(),
                 absl::StrCat(std::min(kChunkBytes, size - at), " bytes"));
  }
}

CheckSet ContentChecks() {
  return {
      {{Table::kContent, MakeChecker<ItemChecker>, /*has_notes=*/true},
       {Table::kContentVersions, MakeChecker<VersionChecker>},
       {Table::kContentChunks, MakeChecker<ChunkChecker>}},
      {{kItemPlaceIndex, "418", IndexCheck::Value::kBytes},
       {kItemNameIndex, "8", IndexCheck::Value::kBytes},
       {kItemCourseIndex, "84"},
       {kPoolQuizIndex, "884"},
       {kCourseItemIndex, "4", IndexCheck::Value::kBytes, CheckCourseItems},
       {kUploadIndex, "8", IndexCheck::Value::kBytes, CheckUpload}},
  };
}

}  // namespace provost
