// A database in a temporary folder with its tenants, and a small organisation to change.
#ifndef PROVOST_TESTS_TENANT_WORLD_H_
#define PROVOST_TESTS_TENANT_WORLD_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "store/database.h"
#include "tenant/registry.h"
#include "tenant/writer.h"

namespace provost {

// The policy that the tests' tenants run: `owner` (the top role), `teacher`, the facts `self` and
// `open`, and an override or two can be written on `course.update`.
CompiledPolicy TestPolicy();

// A database, opened and closed as a server does.
class TenantFixture {
 public:
  TenantFixture();
  ~TenantFixture();

  void Open();
  // Opens without expecting that it works.
  absl::Status TryOpen();
  void Close();

  TenantRegistry& registry() { return *registry_; }
  store::Database& database() { return *database_; }
  TenantWriter& writer() { return *writer_; }
  std::shared_ptr<Tenant> acme() { return registry_->Find("acme"); }
  const std::string& folder() const { return folder_; }

  // Makes the tenant `acme` with the user `ann`, who owns it.
  void MakeAcme();

  // Submits a mutation of a tenant and waits for what becomes of it.
  absl::StatusOr<MutationResult> Change(
      const std::shared_ptr<Tenant>& tenant,
      std::function<absl::StatusOr<std::string>(MutationContext&)> prepare);
  absl::StatusOr<MutationResult> Run(TenantMutation mutation);

  // Drafts; each returns the new uid.
  static SubjectId PutUser(TenantDraft& draft, const std::string& id, ScopeId home = kRootScope);
  static SubjectId PutGroup(TenantDraft& draft, const std::string& id, ScopeId home = kRootScope);
  static ScopeId PutCatalog(TenantDraft& draft, const std::string& id, ScopeId parent = kRootScope);
  static ScopeId PutCourse(TenantDraft& draft, const std::string& id, ScopeId parent);
  static AssignmentId PutAssignment(TenantDraft& draft, SubjectId subject, const std::string& role,
                                    ScopeId scope, Window window = Window());

 private:
  std::string folder_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<TenantRegistry> registry_;
  std::unique_ptr<TenantWriter> writer_;
};

// Everything that a World says, as text that can be compared.
std::string Dump(const WorldState& state);

}  // namespace provost

#endif  // PROVOST_TESTS_TENANT_WORLD_H_
