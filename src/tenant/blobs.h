#ifndef PROVOST_TENANT_BLOBS_H_
#define PROVOST_TENANT_BLOBS_H_

#include <cstdint>
#include <string>

#include "store/key.h"
#include "tenant/draft.h"

namespace provost {

/// The bytes of uploaded files, each under a uid of its own: in kContentChunks, in pieces of
/// kChunkBytes, the last one shorter. Whoever refers to a file keeps its size.

inline constexpr int64_t kChunkBytes = 256 << 10;

std::string ChunkKey(uint64_t tenant, uint64_t blob, uint32_t number);
/// In kIndexes: an upload that is under way, and all of them.
std::string UploadKey(uint64_t tenant, uint64_t blob);
store::KeyRange UploadsOf(uint64_t tenant);

/// Takes away the bytes of a file of `size` bytes. Cost: a row for each piece.
void EraseChunks(TenantDraft& draft, uint64_t blob, int64_t size);

}  // namespace provost

#endif  // PROVOST_TENANT_BLOBS_H_
