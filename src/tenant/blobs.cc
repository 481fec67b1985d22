#include "tenant/blobs.h"

#include "tenant/index_parts.h"

namespace provost {

using store::KeyWriter;

std::string ChunkKey(uint64_t tenant, uint64_t blob, uint32_t number) {
  return KeyWriter(tenant).U64(blob).U32(number).Take();
}
std::string UploadKey(uint64_t tenant, uint64_t blob) {
  return KeyWriter(tenant).U8(kUploadIndex).U64(blob).Take();
}
store::KeyRange UploadsOf(uint64_t tenant) { return KeyWriter(tenant).U8(kUploadIndex).Range(); }

void EraseChunks(TenantDraft& draft, uint64_t blob, int64_t size) {
  const uint32_t chunks = static_cast<uint32_t>((size + kChunkBytes - 1) / kChunkBytes);
  for (uint32_t i = 0; i < chunks; ++i) {
    draft.Erase(store::Table::kContentChunks, ChunkKey(draft.number(), blob, i));
  }
}

}  // namespace provost
