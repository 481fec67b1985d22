// Imports and exports of any service, from the first byte to the last.
#ifndef PROVOST_TESTS_SERVICE_STREAM_CALLS_H_
#define PROVOST_TESTS_SERVICE_STREAM_CALLS_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "provost/v1/import.pb.h"
#include "tests/service/acme.h"

namespace provost {

inline void SetCaller(absl::string_view actor, grpc::ClientContext* context) {
  context->AddMetadata("provost-actor", AcmeTest::Full(actor));
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
}

// `begin(context, answer)` gives the writer of a stub.
template <typename Request, typename Begin>
Answer<v1::Import> SendImport(absl::string_view actor, const Request& start,
                              absl::string_view document, Begin begin, size_t piece = 700) {
  grpc::ClientContext context;
  SetCaller(actor, &context);
  Answer<v1::Import> answer;
  auto writer = begin(&context, &answer.value);
  writer->Write(start);
  for (size_t at = 0; at < document.size(); at += piece) {
    Request next;
    next.set_data(std::string(document.substr(at, piece)));
    if (!writer->Write(next)) break;
  }
  writer->WritesDone();
  answer.status = writer->Finish();
  return answer;
}

// The first message of the `number`-th import of a test, below 90.
template <typename Request>
Request StartImport(int number, v1::ImportOptions::Mode mode, bool dry_run) {
  Request start;
  start.set_parent(AcmeTest::Full(""));
  start.mutable_options()->set_import_id(
      absl::StrCat("7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e", 10 + number));
  start.mutable_options()->set_mode(mode);
  start.mutable_options()->set_dry_run(dry_run);
  return start;
}

// Where the rows were wrong: `3:2 role` for line, column and field.
inline std::vector<std::string> ErrorPlaces(const v1::Import& import) {
  std::vector<std::string> places;
  for (const v1::ImportError& error : import.errors()) {
    places.push_back(absl::StrCat(error.line(), ":", error.column(), " ", error.field()));
  }
  return places;
}

// `begin(context)` gives the reader of a stub.
template <typename Item, typename Begin>
Answer<std::string> ReadExport(absl::string_view actor, Begin begin) {
  grpc::ClientContext context;
  SetCaller(actor, &context);
  auto reader = begin(&context);
  Answer<std::string> answer;
  Item item;
  while (reader->Read(&item)) answer.value += item.data();
  answer.status = reader->Finish();
  return answer;
}

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_STREAM_CALLS_H_
