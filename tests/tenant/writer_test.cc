#include "tenant/writer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "store/key.h"
#include "store/write_group.h"
#include "tenant/rows.h"
#include "tenant/times.h"
#include "world.h"

namespace provost {
namespace {

using store::Table;

TenantMutation AddUser(const std::shared_ptr<Tenant>& tenant, const std::string& id) {
  TenantMutation mutation;
  mutation.tenant = tenant;
  mutation.actor.name = "tenants/acme/users/ann";
  mutation.method = "Test.AddUser";
  mutation.prepare = [id](MutationContext& context) -> absl::StatusOr<std::string> {
    return absl::StrCat("uid ", TenantFixture::PutUser(context.draft(), id).value);
  };
  return mutation;
}

class WriterTest : public ::testing::Test {
 protected:
  void SetUp() override { tenants_.MakeAcme(); }

  TenantMutation Add(const std::string& id) { return AddUser(tenants_.acme(), id); }
  TenantMutation Retryable(const std::string& id) {
    TenantMutation mutation = Add(id);
    mutation.request_id = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";
    mutation.body_digest = id;
    return mutation;
  }
  uint64_t revision() { return tenants_.acme()->world().Read()->revision(); }
  size_t CountRows(uint64_t tenant) {
    size_t count = 0;
    for (Table table : store::AllTables()) {
      if (table == Table::kMeta) continue;
      store::Cursor cursor = tenants_.database().Scan(table, store::KeyRange::Tenant(tenant));
      while (cursor.Next()) ++count;
    }
    return count;
  }

  TenantFixture tenants_;
};

TEST_F(WriterTest, ACommitIsVisibleWhenItIsTold) {
  const uint64_t before = revision();
  const absl::StatusOr<MutationResult> result = tenants_.Run(Add("kim"));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->revision, before + 1);
  auto view = tenants_.acme()->world().Read();
  EXPECT_EQ(view->revision(), before + 1);
  EXPECT_TRUE(view->HasSubject(view->FindSubject("users/kim")));
}

// A commit forgets a few answers that are past their time, so one can be there still when its id is
// used again.
TEST_F(WriterTest, AnAnswerToAnIdThatIsUsedAgainOutlivesTheOneBefore) {
  const uint64_t acme = tenants_.acme()->number();
  const auto id = [](int number) {
    return absl::StrCat("3f2504e0-4f89-11d3-9a0c-0305e82c330", number);
  };
  {
    store::WriteGroup group(&tenants_.database());
    for (int number = 0; number < 8; ++number) {
      const absl::Time expires = absl::FromUnixSeconds(1000 + number);
      rows::RequestRow row;
      *row.mutable_expires() = ToTimestamp(expires);
      group.Put(Table::kRequests, KeptAnswerKey(acme, id(number)), FormatRow(row));
      group.Put(Table::kRequests,
                store::KeyWriter(acme).U8(2).Time(expires).String(id(number)).Take(), "1");
    }
    ASSERT_TRUE(tenants_.database().Commit(group).ok());
  }
  TenantMutation again = Add("kim");
  again.request_id = id(7);
  const absl::StatusOr<MutationResult> first = tenants_.Run(std::move(again));
  ASSERT_TRUE(first.ok()) << first.status();
  for (int number = 8; number < 10; ++number) {  // These forget all that are past their time.
    TenantMutation other = Add(absl::StrCat("user-", number));
    other.request_id = id(number);
    ASSERT_TRUE(tenants_.Run(std::move(other)).ok());
  }
  TenantMutation retry = Add("kim");
  retry.request_id = id(7);
  const absl::StatusOr<MutationResult> second = tenants_.Run(std::move(retry));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->replayed);
  EXPECT_EQ(second->response, first->response);
}

TEST_F(WriterTest, AFailedMutationLeavesNoTraceAndTakesNoRevision) {
  const uint64_t before = revision();
  const size_t rows = CountRows(tenants_.acme()->number());
  const absl::StatusOr<MutationResult> result =
      tenants_.Change(tenants_.acme(), [](MutationContext& context) -> absl::StatusOr<std::string> {
        TenantFixture::PutUser(context.draft(), "kim");
        return absl::FailedPreconditionError("no");
      });
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(revision(), before);
  EXPECT_EQ(CountRows(tenants_.acme()->number()), rows);
  ASSERT_TRUE(tenants_.Run(Add("kim")).ok());
  EXPECT_EQ(revision(), before + 1);
}

// What the World does not take spoils nothing of what came before it in the group.
TEST_F(WriterTest, WhatTheWorldRefusesLeavesItsNeighboursAlone) {
  std::vector<absl::StatusCode> codes(20, absl::StatusCode::kUnknown);
  for (size_t i = 0; i < codes.size(); ++i) {
    TenantMutation mutation = Add(absl::StrCat("user-", i));
    if (i % 3 == 1) {
      mutation.prepare = [i](MutationContext& context) -> absl::StatusOr<std::string> {
        // A role that the policy does not have.
        const SubjectId user = TenantFixture::PutUser(context.draft(), absl::StrCat("user-", i));
        TenantFixture::PutAssignment(context.draft(), user, "no_such_role", kRootScope);
        return std::string();
      };
    }
    mutation.done = [&codes, i](const absl::StatusOr<MutationResult>& result) {
      codes[i] = result.status().code();
    };
    tenants_.writer().Submit(std::move(mutation));
  }
  tenants_.writer().Stop();
  auto view = tenants_.acme()->world().Read();
  for (size_t i = 0; i < codes.size(); ++i) {
    const bool there = view->HasSubject(view->FindSubject(absl::StrCat("users/user-", i)));
    EXPECT_EQ(there, i % 3 != 1) << i;
    EXPECT_EQ(codes[i] == absl::StatusCode::kOk, i % 3 != 1) << i;
  }
}

// Parts of a mutation: each sees those before it, and one that fails takes only itself away.
TEST_F(WriterTest, PartsSeeEachOtherAndFailAlone) {
  const uint64_t before = revision();
  const absl::StatusOr<MutationResult> result =
      tenants_.Change(tenants_.acme(), [](MutationContext& context) -> absl::StatusOr<std::string> {
        const auto add = [&](const std::string& id, absl::Status then) {
          return context.Part([&](TenantDraft& draft) {
            if (draft.state().HasSubject(draft.state().FindSubject("users/" + id))) {
              return absl::AlreadyExistsError(id);
            }
            TenantFixture::PutUser(draft, id);
            return then;
          });
        };
        EXPECT_TRUE(*add("kim", absl::OkStatus()));
        EXPECT_EQ(add("lou", absl::AbortedError("no")).status(), absl::AbortedError("no"));
        EXPECT_EQ(add("kim", absl::OkStatus()).status(), absl::AlreadyExistsError("kim"));
        EXPECT_FALSE(*context.Part([](TenantDraft&) { return absl::OkStatus(); }));
        // What the World refuses leaves the parts before it.
        EXPECT_FALSE(context
                         .Part([](TenantDraft& draft) {
                           TenantFixture::PutAssignment(draft, TenantFixture::PutUser(draft, "max"),
                                                        "no_such_role", kRootScope);
                           return absl::OkStatus();
                         })
                         .ok());
        EXPECT_FALSE(context.state().HasSubject(context.state().FindSubject("users/max")));
        EXPECT_TRUE(context.state().HasSubject(context.state().FindSubject("users/kim")));
        TenantFixture::PutUser(context.draft(), "own");
        EXPECT_TRUE(*add("nat", absl::OkStatus()));
        EXPECT_EQ(add("own", absl::OkStatus()).status(), absl::AlreadyExistsError("own"));
        return std::string();
      });
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->revision, before + 1);
  std::string dump;
  {
    auto view = tenants_.acme()->world().Read();
    dump = Dump(*view);
    for (const char* there : {"users/kim", "users/own", "users/nat"}) {
      EXPECT_TRUE(view->HasSubject(view->FindSubject(there))) << there;
    }
    for (const char* gone : {"users/lou", "users/max"}) {
      EXPECT_FALSE(view->HasSubject(view->FindSubject(gone))) << gone;
    }
  }
  tenants_.Close();
  tenants_.Open();
  EXPECT_EQ(Dump(*tenants_.acme()->world().Read()), dump);
}

// However little one of them writes: all of it is in memory until it is committed.
TEST_F(WriterTest, PartsWriteNoMoreThanFitsIntoOneChange) {
  constexpr int kRowsOfPart = 400000;
  int parts = 0;
  const auto part = [&parts](MutationContext& context) {
    return context.Part([&parts](TenantDraft& draft) {
      for (int i = 0; i < kRowsOfPart; ++i) {
        draft.WriteBytes(store::Table::kJobs,
                         store::KeyWriter(draft.number())
                             .U8(9)
                             .U32(static_cast<uint32_t>(parts * kRowsOfPart + i))
                             .Take(),
                         "1");
      }
      ++parts;
      return absl::OkStatus();
    });
  };
  absl::Status refused;
  const auto result = tenants_.Change(
      tenants_.acme(), [&](MutationContext& context) -> absl::StatusOr<std::string> {
        for (int i = 0; i < 5 && refused.ok(); ++i) refused = part(context).status();
        return refused.ok() ? absl::StatusOr<std::string>("") : refused;
      });
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(refused.message(), "rows would be written at once")) << refused;
  EXPECT_EQ(parts, 3) << "with 1 200 000 rows none is begun";
}

TEST_F(WriterTest, PartsWriteNoMoreBytesThanFitIntoOneChange) {
  const std::string value(16 << 20, 'x');
  uint32_t parts = 0;
  absl::Status refused;
  const auto result = tenants_.Change(
      tenants_.acme(), [&](MutationContext& context) -> absl::StatusOr<std::string> {
        while (parts < 20 && refused.ok()) {
          refused = context
                        .Part([&](TenantDraft& draft) {
                          draft.WriteBytes(
                              store::Table::kJobs,
                              store::KeyWriter(draft.number()).U8(9).U32(++parts).Take(), value);
                          return absl::OkStatus();
                        })
                        .status();
        }
        return refused.ok() ? absl::StatusOr<std::string>("") : refused;
      });
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(refused.message(), "bytes would be written at once")) << refused;
  EXPECT_EQ(parts, 16u) << "with 256 MiB and some none is begun";
}

TEST_F(WriterTest, AMutationThatFailsTakesItsPartsWithIt) {
  const uint64_t before = revision();
  const size_t rows = CountRows(tenants_.acme()->number());
  const std::string dump = Dump(*tenants_.acme()->world().Read());
  const auto parts = [](absl::Status then) {
    return [then](MutationContext& context) -> absl::StatusOr<std::string> {
      for (const char* id : {"kim", "lou"}) {
        EXPECT_TRUE(*context.Part([&](TenantDraft& draft) {
          TenantFixture::PutUser(draft, id);
          return absl::OkStatus();
        }));
      }
      if (!then.ok()) return then;
      return std::string();
    };
  };
  EXPECT_FALSE(tenants_.Change(tenants_.acme(), parts(absl::AbortedError("no"))).ok());
  TenantMutation mutation = Add("kim");
  mutation.prepare = parts(absl::OkStatus());
  mutation.validate_only = true;
  EXPECT_TRUE(tenants_.Run(std::move(mutation)).ok());
  EXPECT_EQ(revision(), before);
  EXPECT_EQ(CountRows(tenants_.acme()->number()), rows);
  EXPECT_EQ(Dump(*tenants_.acme()->world().Read()), dump);
  ASSERT_TRUE(tenants_.Change(tenants_.acme(), parts(absl::OkStatus())).ok());
  EXPECT_EQ(revision(), before + 1);
}

TEST_F(WriterTest, ValidateOnlyAnswersAndChangesNothing) {
  const uint64_t before = revision();
  TenantMutation mutation = Add("kim");
  mutation.validate_only = true;
  const absl::StatusOr<MutationResult> result = tenants_.Run(std::move(mutation));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->response.empty());
  EXPECT_EQ(revision(), before);
  const absl::StatusOr<MutationResult> real = tenants_.Run(Add("kim"));
  ASSERT_TRUE(real.ok());
  EXPECT_EQ(real->response, result->response) << "its uid was not used up";
}

TEST_F(WriterTest, ARetryGetsTheFirstAnswerAlsoAfterARestart) {
  const absl::StatusOr<MutationResult> first = tenants_.Run(Retryable("kim"));
  ASSERT_TRUE(first.ok()) << first.status();
  const uint64_t after = revision();
  for (int round = 0; round < 2; ++round) {
    const absl::StatusOr<MutationResult> again = tenants_.Run(Retryable("kim"));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->response, first->response);
    EXPECT_EQ(revision(), after);
    tenants_.Close();
    tenants_.Open();
  }
}

TEST_F(WriterTest, ARequestIdOfAnotherRequestIsRefused) {
  ASSERT_TRUE(tenants_.Run(Retryable("kim")).ok());
  TenantMutation body = Retryable("kim");
  body.body_digest = "another";
  EXPECT_EQ(tenants_.Run(std::move(body)).status().code(), absl::StatusCode::kInvalidArgument);
  TenantMutation principal = Retryable("kim");
  principal.actor.name = "tenants/acme/users/eve";
  EXPECT_EQ(tenants_.Run(std::move(principal)).status().code(), absl::StatusCode::kInvalidArgument);
  TenantMutation method = Retryable("kim");
  method.method = "Test.Other";
  EXPECT_EQ(tenants_.Run(std::move(method)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(WriterTest, ARetryIsAuthorizedAgain) {
  bool allowed = true;
  auto make = [&] {
    TenantMutation mutation = Retryable("kim");
    mutation.authorize = [&allowed](MutationContext&, bool) {
      return allowed ? absl::OkStatus() : absl::PermissionDeniedError("no longer");
    };
    return mutation;
  };
  ASSERT_TRUE(tenants_.Run(make()).ok());
  allowed = false;
  EXPECT_EQ(tenants_.Run(make()).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(WriterTest, AuthorizationSeesWhatCameBefore) {
  // The second is judged on a state that has the first, whether or not they share a group.
  std::vector<bool> seen(2, false);
  for (int i = 0; i < 2; ++i) {
    TenantMutation mutation = Add(absl::StrCat("user-", i));
    mutation.authorize = [&seen, i](MutationContext& context, bool) {
      seen[i] = context.state().HasSubject(context.state().FindSubject("users/user-0"));
      return absl::OkStatus();
    };
    mutation.done = [](const absl::StatusOr<MutationResult>&) {};
    tenants_.writer().Submit(std::move(mutation));
  }
  tenants_.writer().Stop();
  EXPECT_FALSE(seen[0]);
  EXPECT_TRUE(seen[1]);
}

TEST_F(WriterTest, DeletingSomebodyTakesEveryReferenceAlong) {
  SubjectId kim;
  ASSERT_TRUE(tenants_
                  .Change(tenants_.acme(),
                          [&](MutationContext& context) -> absl::StatusOr<std::string> {
                            TenantDraft& draft = context.draft();
                            const ScopeId catalog = TenantFixture::PutCatalog(draft, "safety");
                            kim = TenantFixture::PutUser(draft, "kim", catalog);
                            const SubjectId ops = TenantFixture::PutGroup(draft, "ops");
                            absl::Status status = draft.PutMemberRow(ops, kim, rows::MemberRow());
                            if (!status.ok()) return status;
                            TenantFixture::PutAssignment(draft, kim, "teacher", catalog);
                            return std::string();
                          })
                  .ok());
  auto count = [&](Table table) {
    size_t rows = 0;
    store::Cursor cursor =
        tenants_.database().Scan(table, store::KeyRange::Tenant(tenants_.acme()->number()));
    while (cursor.Next()) ++rows;
    return rows;
  };
  EXPECT_EQ(count(Table::kMembers), 1u);
  EXPECT_EQ(count(Table::kAssignments), 2u);
  ASSERT_TRUE(tenants_
                  .Change(tenants_.acme(),
                          [&](MutationContext& context) -> absl::StatusOr<std::string> {
                            if (absl::Status status = context.draft().EraseSubject(kim);
                                !status.ok()) {
                              return status;
                            }
                            return std::string();
                          })
                  .ok());
  EXPECT_EQ(count(Table::kMembers), 0u);
  EXPECT_EQ(count(Table::kAssignments), 1u);
  const std::string before = Dump(*tenants_.acme()->world().Read());
  tenants_.Close();
  tenants_.Open();
  EXPECT_EQ(Dump(*tenants_.acme()->world().Read()), before);
}

TEST_F(WriterTest, DeletingASubtreeGivesItsPeopleAHomeAbove) {
  ScopeId outer;
  ScopeId inner;
  ASSERT_TRUE(tenants_
                  .Change(tenants_.acme(),
                          [&](MutationContext& context) -> absl::StatusOr<std::string> {
                            TenantDraft& draft = context.draft();
                            outer = TenantFixture::PutCatalog(draft, "outer");
                            inner = TenantFixture::PutCatalog(draft, "inner", outer);
                            const ScopeId course = TenantFixture::PutCourse(draft, "fire", inner);
                            const SubjectId kim = TenantFixture::PutUser(draft, "kim", inner);
                            TenantFixture::PutAssignment(draft, kim, "teacher", course);
                            return std::string();
                          })
                  .ok());
  ASSERT_TRUE(tenants_
                  .Change(tenants_.acme(),
                          [&](MutationContext& context) -> absl::StatusOr<std::string> {
                            if (absl::Status status = context.draft().EraseSubtree(inner);
                                !status.ok()) {
                              return status;
                            }
                            return std::string();
                          })
                  .ok());
  {
    auto view = tenants_.acme()->world().Read();
    EXPECT_EQ(view->HomeOf(view->FindSubject("users/kim")), outer);
    EXPECT_FALSE(view->HasScope(inner));
    EXPECT_EQ(view->AssignmentsOf(view->FindSubject("users/kim")).size(), 0u);
  }
  const std::string before = Dump(*tenants_.acme()->world().Read());
  tenants_.Close();
  tenants_.Open();
  EXPECT_EQ(Dump(*tenants_.acme()->world().Read()), before);
}

TEST_F(WriterTest, ADeletedTenantIsGoneAtOnceAndItsRowsSoon) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(tenants_.Run(Add(absl::StrCat("user-", i))).ok());
  const uint64_t number = tenants_.acme()->number();
  EXPECT_GT(CountRows(number), 100u);
  ASSERT_TRUE(tenants_
                  .Change(tenants_.acme(),
                          [](MutationContext& context) -> absl::StatusOr<std::string> {
                            context.DeleteTenant(context.draft().shared_tenant());
                            return std::string();
                          })
                  .ok());
  EXPECT_EQ(tenants_.acme(), nullptr);
  tenants_.writer().Stop();
  tenants_.Close();
  // Whatever the purge did not come to is taken up by the next start.
  tenants_.Open();
  tenants_.writer().Stop();
  tenants_.Close();
  tenants_.Open();
  EXPECT_EQ(tenants_.acme(), nullptr);
  EXPECT_EQ(CountRows(number), 0u);
  tenants_.MakeAcme();
  EXPECT_GT(tenants_.acme()->number(), number) << "its number is not given again";
}

TEST_F(WriterTest, TwoTenantsOfOneIdAreRefused) {
  const absl::StatusOr<MutationResult> again = tenants_.Change(
      tenants_.registry().system(), [](MutationContext& context) -> absl::StatusOr<std::string> {
        rows::TenantRow row;
        row.set_id("acme");
        absl::StatusOr<TenantDraft*> draft =
            context.CreateTenant(std::move(row), rows::PolicyRow(), TestPolicy().matrix);
        return draft.ok() ? std::string() : absl::StatusOr<std::string>(draft.status());
      });
  EXPECT_EQ(again.status().code(), absl::StatusCode::kAlreadyExists);
}

TEST(SealerTest, OpensOnlyWhatItSealedForTheSameContext) {
  const Sealer sealer(Sealer::RandomBytes(Sealer::kKeyBytes));
  const std::string token = sealer.Seal("revision/acme/2", "17");
  EXPECT_EQ(sealer.Open("revision/acme/2", token), "17");
  EXPECT_FALSE(sealer.Open("revision/beta/3", token).has_value());
  EXPECT_FALSE(Sealer(Sealer::RandomBytes(Sealer::kKeyBytes)).Open("revision/acme/2", token));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(sealer.Open("revision/acme/2", forged), std::optional<std::string>("18"));
  }
  EXPECT_FALSE(sealer.Open("revision/acme/2", "").has_value());
}

TEST(ClockTest, NeverGoesBack) {
  Clock clock(absl::Now() + absl::Hours(1));
  const absl::Time first = clock.Now();
  EXPECT_GE(clock.Now(), first);
  EXPECT_GT(first, absl::Now());
}

}  // namespace
}  // namespace provost
