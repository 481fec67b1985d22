#ifndef PROVOST_SERVICE_CONTENT_MESSAGE_H_
#define PROVOST_SERVICE_CONTENT_MESSAGE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/content_rows.h"
#include "service/methods.h"
#include "service/places.h"

namespace provost {

/// What clients see of content: rows turned into messages, for somebody.
class ContentView {
 public:
  explicit ContentView(const ReadCall& call)
      : state_(call.state),
        reader_(call.reader()),
        tenant_(call.tenant->number()),
        id_(call.tenant->id()),
        actor_(call.self()),
        now_(call.now) {}
  explicit ContentView(const MutateCall& call)
      : state_(call.state()),
        reader_(call.draft.reader()),
        tenant_(call.draft.number()),
        id_(call.draft.id()),
        actor_(call.actor()),
        now_(call.now()) {}

  const WorldState& state() const { return state_; }
  const store::Reader& reader() const { return reader_; }
  uint64_t tenant() const { return tenant_; }
  const std::string& id() const { return id_; }
  ItemQuestion question() const { return {state_, reader_, tenant_, actor_, now_}; }

  /// How far the caller comes with reading an item.
  ItemAccess ReadAccess(const rows::ContentRow& row) const;

  /// The row of `name`. NOT_FOUND where there is none, or nothing of it that the caller may read.
  absl::StatusOr<rows::ContentRow> Find(absl::string_view name) const;

  /// The version of an item that `asked` means to who comes as far as `access`: 0 is the newest.
  /// NOT_FOUND for one that is not there; through a share for USE, for all but the published one.
  absl::StatusOr<int32_t> ChooseVersion(absl::string_view name, const rows::ContentRow& row,
                                        ItemAccess access, int32_t asked) const;

  /// An item without version and body.
  v1::ContentItem Item(absl::string_view name, const rows::ContentRow& row,
                       ItemAccess access) const;
  v1::ContentVersion Version(const rows::ContentVersionRow& row) const;
  /// With the names of the pools that a quiz draws from; a pool that is gone has none.
  absl::StatusOr<v1::ContentBody> Body(const rows::ContentVersionRow& row) const;

 private:
  const WorldState& state_;
  const store::Reader& reader_;
  const uint64_t tenant_;
  const std::string& id_;
  const SubjectId actor_;
  const absl::Time now_;
};

/// Adds what is wrong with a body by itself, for an item of `kind`. Pure.
void CheckBody(const ContentKind& kind, const v1::ContentBody& body, absl::string_view field,
               absl::string_view tenant, absl::Status* status);

/// Adds bad fields unless `name` is that of a content item, of one collection where that is given.
absl::StatusOr<ResourceName> ParseItemName(absl::string_view field, absl::string_view name);

}  // namespace provost

#endif  // PROVOST_SERVICE_CONTENT_MESSAGE_H_
