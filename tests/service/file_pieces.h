// What is kept of files, in the database of a server.
#ifndef PROVOST_TESTS_SERVICE_FILE_PIECES_H_
#define PROVOST_TESTS_SERVICE_FILE_PIECES_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "store/database.h"

namespace provost {

// How many pieces of files there are. The server does not run meanwhile.
inline size_t CountFilePieces(const std::string& folder) {
  store::DatabaseOptions options;
  options.path = folder;
  auto database = store::Database::Open(options);
  EXPECT_TRUE(database.ok()) << database.status();
  size_t pieces = 0;
  store::Cursor cursor = (*database)->Scan(store::Table::kContentChunks, store::KeyRange::All());
  while (cursor.Next()) ++pieces;
  return pieces;
}

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_FILE_PIECES_H_
