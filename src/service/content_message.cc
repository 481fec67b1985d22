#include "service/content_message.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "quiz/check.h"
#include "service/field_text.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "service/task_rules.h"
#include "tenant/errors.h"

namespace provost {
namespace {

constexpr absl::string_view kCertificateFields[] = {
    "certificate.code",    "certificate.expire_date", "certificate.issue_date",
    "course.display_name", "learner.display_name",    "tenant.display_name"};

void AddProblems(const std::vector<QuizProblem>& problems, absl::Status* status) {
  for (const QuizProblem& problem : problems) {
    AddBadField(status, problem.field, problem.value, problem.wanted);
  }
}

void CheckLength(const std::string& field, absl::string_view text, size_t min, size_t max,
                 absl::Status* status) {
  if (text.size() < min || text.size() > max) {
    AddBadField(status, field, text,
                absl::StrCat("wanted ", min, " to ", max, " bytes, got ", text.size()));
  }
}

}  // namespace

ItemAccess ContentView::ReadAccess(const rows::ContentRow& row) const {
  return question().Ask(PlaceOf(row), FindContentKind(row.content_item().kind())->read);
}

absl::StatusOr<rows::ContentRow> ContentView::Find(absl::string_view name) const {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) return parsed.status();
  absl::StatusOr<std::optional<rows::ContentRow>> row = ReadItem(reader_, tenant_, *parsed);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(CollectionNoun(parsed->collection), name);
  return **std::move(row);
}

absl::StatusOr<int32_t> ContentView::ChooseVersion(absl::string_view name,
                                                   const rows::ContentRow& row, ItemAccess access,
                                                   int32_t asked) const {
  const int32_t published = row.content_item().published_version();
  if (access == ItemAccess::kUse) {
    if (published != 0 && (asked == 0 || asked == published)) return published;
  } else if (access != ItemAccess::kNone) {
    if (asked == 0) return row.last_version();
    if (asked > 0 && asked <= row.last_version()) return asked;
  }
  return NotFound("version",
                  asked == 0 ? std::string(name) : absl::StrCat(name, ", version ", asked));
}

v1::ContentItem ContentView::Item(absl::string_view name, const rows::ContentRow& row,
                                  ItemAccess access) const {
  v1::ContentItem item = row.content_item();
  item.set_name(std::string(name));
  item.set_home_scope(ScopeFullName(state_, id_, ScopeId(row.home())));
  item.set_creator(SubjectFullName(state_, id_, SubjectId(row.creator())));
  item.set_etag(EtagOf(row.uid(), row.revision()));
  // With whom else it is shared, and what is not published, is no matter of those who use it.
  if (access == ItemAccess::kUse) item.clear_draft_version();
  if (access != ItemAccess::kHome) return item;
  for (const rows::ContentRow::Share& share : row.shares()) {
    v1::ContentShare* to = item.add_shares();
    to->set_scope(ScopeFullName(state_, id_, ScopeId(share.scope())));
    to->set_use(share.use());
    to->set_shared_by(SubjectFullName(state_, id_, SubjectId(share.shared_by())));
    *to->mutable_share_time() = share.share_time();
  }
  return item;
}

v1::ContentVersion ContentView::Version(const rows::ContentVersionRow& row) const {
  v1::ContentVersion version = row.version();
  version.set_state_by(SubjectFullName(state_, id_, SubjectId(row.state_by())));
  return version;
}

absl::StatusOr<v1::ContentBody> ContentView::Body(const rows::ContentVersionRow& row) const {
  v1::ContentBody body = row.body();
  if (!body.has_quiz()) return body;
  int draw = 0;
  for (v1::QuizPart& part : *body.mutable_quiz()->mutable_parts()) {
    if (!part.has_draw()) continue;
    absl::StatusOr<std::optional<NamedItem>> pool =
        ReadItemByUid(reader_, tenant_, row.pools(draw++));
    if (!pool.ok()) return pool.status();
    if (pool->has_value()) part.mutable_draw()->set_pool(FullName(id_, (*pool)->relative));
  }
  return body;
}

void CheckBody(const ContentKind& kind, const v1::ContentBody& body, absl::string_view field,
               absl::string_view tenant, absl::Status* status) {
  const auto at = [&](absl::string_view rest) { return absl::StrCat(field, ".", rest); };
  if (kind.kind == v1::ContentItem::PACKAGE) {
    AddBadField(status, field, "", "wanted none: a package's file is uploaded");
    return;
  }
  if (body.body_case() != kind.body) {
    AddBadField(status, field, "", absl::StrCat("wanted that of a ", kind.noun));
    return;
  }
  if (const size_t bytes = body.ByteSizeLong(); bytes > kMaxBodyBytes) {
    AddBadField(status, field, "",
                absl::StrCat("has ", bytes, " bytes; wanted at most ", kMaxBodyBytes));
    return;
  }
  switch (kind.kind) {
    case v1::ContentItem::QUIZ: {
      AddProblems(CheckQuiz(body.quiz(), at("quiz.")), status);
      for (int i = 0; i < body.quiz().parts_size(); ++i) {
        const std::string& pool = body.quiz().parts(i).draw().pool();
        if (pool.empty()) continue;
        absl::StatusOr<ResourceName> name = ParseName(pool);
        if (!name.ok() || name->collection != Collection::kQuestionPools ||
            name->tenant != tenant) {
          AddBadField(status, at(absl::StrCat("quiz.parts[", i, "].draw.pool")), pool,
                      absl::StrCat("wanted `tenants/", tenant, "/questionPools/<id>`"));
        }
      }
      break;
    }
    case v1::ContentItem::QUESTION_POOL:
      AddProblems(CheckPool(body.question_pool(), at("question_pool.")), status);
      break;
    case v1::ContentItem::TASK:
      CheckTask(body.task(), at("task"), status);
      break;
    case v1::ContentItem::CERTIFICATE_TEMPLATE: {
      const v1::CertificateTemplateBody& text = body.certificate_template();
      const std::string path = at("certificate_template.");
      CheckText(absl::StrCat(path, "title"), text.title(), 1, kMaxDisplayName, status);
      CheckLength(absl::StrCat(path, "text"), text.text(), 0, 10000, status);
      CheckFieldText(absl::StrCat(path, "title"), text.title(), "a certificate", kCertificateFields,
                     status);
      CheckFieldText(absl::StrCat(path, "text"), text.text(), "a certificate", kCertificateFields,
                     status);
      break;
    }
    default:
      break;  // A page is text of any kind.
  }
}

absl::StatusOr<ResourceName> ParseItemName(absl::string_view field, absl::string_view name) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) return BadField(field, name, parsed.status().message());
  if (FindContentKind(parsed->collection) != nullptr) return parsed;
  return BadField(field, name,
                  "wanted the name of content, like `tenants/<tenant>/quizzes/<id>`: packages, "
                  "pages, quizzes, questionPools, tasks or certificateTemplates");
}

}  // namespace provost
