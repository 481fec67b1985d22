#include "service/role_service.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/role_service.pb.h"
#include "service/export_assignments.h"
#include "service/import_assignments.h"
#include "service/pages.h"
#include "service/role_assignments.h"
#include "service/role_freezes.h"
#include "service/role_overrides.h"

namespace provost {
namespace {

absl::Status ListRoles(ReadCall& call, const v1::ListRolesRequest& request,
                       v1::ListRolesResponse* response) {
  absl::StatusOr<Pages::Page> page =
      call.backend.pages->Begin(request, call.actor.name, call.tenant, call.now);
  if (!page.ok()) return page.status();
  const Matrix& matrix = page->snapshot->view->matrix();
  uint32_t first = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &first)) first = 0;
  for (uint32_t i = first; i < matrix.roles().size(); ++i) {
    if (response->roles_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(i)));
      break;
    }
    const RoleInfo& role = matrix.roles()[i];
    v1::RoleSummary* summary = response->add_roles();
    summary->set_role(role.name);
    summary->set_title(role.title);
    for (ScopeKind kind : kAllScopeKinds) {
      if (role.assignable_at.Has(kind)) {
        summary->add_assignable_at(static_cast<v1::Scope::Kind>(kind));
      }
    }
    for (RoleId assignable : role.may_assign) summary->add_may_assign(matrix.role(assignable).name);
    const RoleId id(static_cast<uint16_t>(i));
    summary->set_custom(role.is_custom);
    summary->set_default_role(matrix.default_role() == id);
    summary->set_top_role(matrix.top_role() == id);
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterRoleService(Methods& methods) {
  RegisterAssignments(methods);
  RegisterImportAssignments(methods);
  RegisterExportAssignments(methods);
  RegisterOverrides(methods);
  RegisterFreezes(methods);
  methods.Read<v1::ListRolesRequest, v1::ListRolesResponse>(ListRoles);
}

}  // namespace provost
