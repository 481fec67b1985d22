#ifndef PROVOST_SERVICE_PLACES_H_
#define PROVOST_SERVICE_PLACES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/decide/question.h"
#include "policy/world/state.h"
#include "store/reader.h"
#include "tenant/names.h"

namespace provost {

/// Where questions about a thing are asked. Taken from what is stored, never from its name.
struct ItemPlace {
  struct Share {
    ScopeId scope;
    bool manage = false;  ///< Counts for changing the thing too (rule 20).
  };
  ScopeId home;
  SubjectId creator;          ///< Who made it; 0: nobody of the tenant.
  std::vector<Share> shares;  ///< Further scopes.
  SubjectId owner{0};         ///< Whom it is about: the fact `self`; 0: nobody.
};

/// Where `name` is, or nothing where it is not there. `reader` has the rows that go with `state`.
/// Cost: nothing for scopes and subjects, one row for what no World knows.
///
/// A collection that no World knows is added here, with a function that reads its row.
absl::StatusOr<std::optional<ItemPlace>> FindPlace(const ResourceName& name,
                                                   const WorldState& state,
                                                   const store::Reader& reader, uint64_t tenant);

/// Who made a scope, by its row; 0 where it does not say.
SubjectId CreatorOf(const store::Reader& reader, uint64_t tenant, absl::string_view scope_name);

/// How far somebody comes with a thing that can be shared, in growing order.
enum class ItemAccess {
  kNone,
  kUse,     ///< Through a share for USE: published versions alone.
  kManage,  ///< Through a share for MANAGE.
  kHome,    ///< At its home.
};

/// Asks for `permission` at the home of a thing and then at each scope that it is shared with, with
/// the fact `creator` for who made it or the scope asked about. A WRITE counts at home and through
/// shares for MANAGE, and nowhere while the home is frozen (rule 20).
class ItemQuestion {
 public:
  ItemQuestion(const WorldState& state, const store::Reader& reader, uint64_t tenant,
               SubjectId actor, absl::Time now)
      : state_(state), reader_(reader), tenant_(tenant), actor_(actor), now_(now) {}

  ItemAccess Ask(const ItemPlace& place, absl::string_view permission) const;
  /// True if nothing but a freeze is in the way.
  bool IsFrozen(const ItemPlace& place, absl::string_view permission) const;
  /// At one scope, for a thing that `creator` made.
  Decision AskAt(ScopeId scope, SubjectId creator, absl::string_view permission) const;
  /// The fact `creator` at home: who made the thing, or the scope that it belongs to.
  bool IsCreator(const ItemPlace& place) const { return Made(place.creator, place.home); }

 private:
  bool Made(SubjectId creator, ScopeId scope) const;

  const WorldState& state_;
  const store::Reader& reader_;
  const uint64_t tenant_;
  const SubjectId actor_;
  const absl::Time now_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_PLACES_H_
