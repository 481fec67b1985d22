#include "store/migration.h"

namespace provost::store {

const std::vector<Migration>& Migrations() {
  static const std::vector<Migration>* const kMigrations = new std::vector<Migration>();
  return *kMigrations;
}

}  // namespace provost::store
