#include "world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <utility>
#include <vector>

#include <google/protobuf/text_format.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/compiler/compiler.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr char kPolicy[] = R"pb(
  name: "tests"
  top_role: "owner"
  facts { name: "self" }
  facts { name: "open" }
  permissions {
    name: "course.update"
    asked_at: [ COURSE ]
    access: WRITE
  }
  permissions {
    name: "course.read"
    asked_at: [ COURSE ]
    access: READ
  }
  roles {
    name: "owner"
    assignable_at: [ TENANT ]
    grants { permissions: "*" }
    may_assign: [ "owner", "teacher" ]
  }
  roles {
    name: "teacher"
    assignable_at: [ CATALOG, COURSE ]
    grants { permissions: "course.read" }
    grants { permissions: "course.update" requires: "open" }
  }
)pb";

template <typename Resource>
void Stamp(absl::Time now, Resource* resource) {
  *resource->mutable_create_time() = ToTimestamp(now);
  *resource->mutable_update_time() = ToTimestamp(now);
}

}  // namespace

CompiledPolicy TestPolicy() {
  CompiledPolicy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kPolicy, &policy.source));
  CompileResult result = CompileText(kPolicy);
  EXPECT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
  policy.matrix = result.matrix;
  return policy;
}

TenantFixture::TenantFixture() {
  std::string pattern = absl::StrCat(::testing::TempDir(), "tenant-XXXXXX");
  folder_ = mkdtemp(pattern.data());
  Open();
}

TenantFixture::~TenantFixture() {
  Close();
  std::filesystem::remove_all(folder_);
}

absl::Status TenantFixture::TryOpen() {
  store::DatabaseOptions options;
  options.path = folder_;
  options.sync = false;
  absl::StatusOr<std::unique_ptr<store::Database>> database = store::Database::Open(options);
  if (!database.ok()) return database.status();
  database_ = *std::move(database);
  RegistryOptions registry_options;
  registry_options.system_policy = TestPolicy();
  absl::StatusOr<std::unique_ptr<TenantRegistry>> registry =
      TenantRegistry::Open(database_.get(), std::move(registry_options));
  if (!registry.ok()) {
    database_.reset();
    return registry.status();
  }
  registry_ = *std::move(registry);
  writer_ = std::make_unique<TenantWriter>(registry_.get(), TenantWriterOptions());
  return absl::OkStatus();
}

void TenantFixture::Open() {
  const absl::Status status = TryOpen();
  ASSERT_TRUE(status.ok()) << status;
}

void TenantFixture::Close() {
  writer_.reset();
  registry_.reset();
  database_.reset();
}

absl::StatusOr<MutationResult> TenantFixture::Run(TenantMutation mutation) {
  std::promise<absl::StatusOr<MutationResult>> promise;
  mutation.done = [&](absl::StatusOr<MutationResult> result) {
    promise.set_value(std::move(result));
  };
  writer_->Submit(std::move(mutation));
  return promise.get_future().get();
}

absl::StatusOr<MutationResult> TenantFixture::Change(
    const std::shared_ptr<Tenant>& tenant,
    std::function<absl::StatusOr<std::string>(MutationContext&)> prepare) {
  TenantMutation mutation;
  mutation.tenant = tenant;
  mutation.actor.name = "server";
  mutation.method = "Test.Change";
  mutation.prepare = std::move(prepare);
  return Run(std::move(mutation));
}

void TenantFixture::MakeAcme() {
  const absl::StatusOr<MutationResult> made =
      Change(registry_->system(), [](MutationContext& context) -> absl::StatusOr<std::string> {
        const CompiledPolicy policy = TestPolicy();
        rows::TenantRow row;
        row.set_id("acme");
        rows::PolicyRow policy_row;
        *policy_row.mutable_policy()->mutable_source() = policy.source;
        absl::StatusOr<TenantDraft*> draft =
            context.CreateTenant(std::move(row), std::move(policy_row), policy.matrix);
        if (!draft.ok()) return draft.status();
        PutAssignment(**draft, PutUser(**draft, "ann"), "owner", kRootScope);
        return std::string();
      });
  ASSERT_TRUE(made.ok()) << made.status();
}

SubjectId TenantFixture::PutUser(TenantDraft& draft, const std::string& id, ScopeId home) {
  rows::UserRow row;
  row.set_uid(draft.NewSubject().value);
  row.set_home(home.value);
  row.mutable_user()->set_display_name(id);
  Stamp(absl::UnixEpoch(), row.mutable_user());
  const SubjectId uid(row.uid());
  draft.Put(id, std::move(row));
  return uid;
}

SubjectId TenantFixture::PutGroup(TenantDraft& draft, const std::string& id, ScopeId home) {
  rows::GroupRow row;
  row.set_uid(draft.NewSubject().value);
  row.set_home(home.value);
  const SubjectId uid(row.uid());
  draft.Put(id, std::move(row));
  return uid;
}

ScopeId TenantFixture::PutCatalog(TenantDraft& draft, const std::string& id, ScopeId parent) {
  rows::CatalogRow row;
  row.set_uid(draft.NewScope().value);
  row.set_parent(parent.value);
  const ScopeId uid(row.uid());
  draft.Put(id, std::move(row));
  return uid;
}

ScopeId TenantFixture::PutCourse(TenantDraft& draft, const std::string& id, ScopeId parent) {
  rows::CourseRow row;
  row.set_uid(draft.NewScope().value);
  row.set_parent(parent.value);
  const ScopeId uid(row.uid());
  draft.Put(id, std::move(row));
  return uid;
}

AssignmentId TenantFixture::PutAssignment(TenantDraft& draft, SubjectId subject,
                                          const std::string& role, ScopeId scope, Window window) {
  rows::AssignmentRow row;
  row.set_subject(subject.value);
  row.set_scope(scope.value);
  row.mutable_assignment()->set_role(role);
  SetWindow(window, row.mutable_assignment());
  const AssignmentId uid = draft.NewAssignment();
  draft.PutAssignmentRow(uid, std::move(row));
  return uid;
}

std::string Dump(const WorldState& state) {
  const Matrix& matrix = state.matrix();
  std::vector<std::string> lines;
  lines.push_back(absl::StrCat("revision ", state.revision(), " policy ", matrix.digest(),
                               state.suspended() ? " suspended" : ""));
  auto window = [](const Window& w) {
    return absl::StrCat(absl::FormatTime(w.not_before, absl::UTCTimeZone()), "..",
                        absl::FormatTime(w.expires, absl::UTCTimeZone()));
  };
  state.ForEachInSubtree(state.root(), [&](ScopeId scope) {
    lines.push_back(absl::StrCat("scope ", scope.value, " ", state.ScopeName(scope), " below ",
                                 state.ParentOf(scope).value, " flags ",
                                 state.scope_line(scope.value)->flags));
    for (const OverrideRecord& record : state.OverridesAt(scope)) {
      lines.push_back(absl::StrCat(
          "override ", scope.value, " ", matrix.role(RoleId(record.role)).name, " ",
          matrix.permission(PermissionId(record.permission)).name, " ", EffectName(record.effect),
          " ", record.locked, " ", record.facts_set, " ", record.facts));
    }
    return true;
  });
  state.ForEachSubject(SubjectId(0), [&](SubjectId subject, const SubjectLine&) {
    lines.push_back(absl::StrCat("subject ", subject.value, " ", state.SubjectName(subject),
                                 " home ", state.HomeOf(subject).value, " kind ",
                                 static_cast<int>(state.KindOf(subject)),
                                 state.IsSuspended(subject) ? " suspended" : ""));
    for (const AssignmentRecord& record : state.AssignmentsOf(subject)) {
      lines.push_back(absl::StrCat("assignment ", record.uid, " of ", subject.value, " ",
                                   matrix.role(RoleId(record.role)).name, " at ", record.scope, " ",
                                   window(record.window), record.suspended ? " suspended" : ""));
    }
    for (const MembershipRecord& record : state.GroupsOf(subject)) {
      lines.push_back(
          absl::StrCat("member ", subject.value, " of ", record.group, " ", window(record.window)));
    }
    return true;
  });
  std::sort(lines.begin(), lines.end());
  return absl::StrJoin(lines, "\n");
}

}  // namespace provost
