#include "service/content_quiz.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "quiz/draw.h"
#include "quiz/score.h"
#include "service/lookup.h"
#include "tenant/errors.h"

namespace provost {
namespace {

absl::Status ValidatePreview(const v1::PreviewQuizRequest& request) {
  absl::Status status = ParseNameIn(Collection::kQuizzes, "name", request.name()).status();
  if (request.version() < 0) {
    AddBadField(&status, "version", absl::StrCat(request.version()), "wanted 0 or a version");
  }
  return status;
}

absl::Status DoPreview(ReadCall& call, const v1::PreviewQuizRequest& request,
                       v1::PreviewQuizResponse* response) {
  const ContentView view(call);
  absl::StatusOr<rows::ContentRow> row = view.Find(request.name());
  if (!row.ok()) return row.status();
  absl::StatusOr<int32_t> number =
      view.ChooseVersion(request.name(), *row, view.ReadAccess(*row), request.version());
  if (!number.ok()) return number.status();
  absl::StatusOr<rows::ContentVersionRow> version =
      ReadVersion(view.reader(), view.tenant(), row->uid(), *number);
  if (!version.ok()) return version.status();
  absl::StatusOr<QuizPools> pools =
      ReadQuizPools(view.reader(), view.tenant(), request.name(), *version, /*pin=*/false);
  if (!pools.ok()) return pools.status();
  const v1::QuizBody& quiz = version->body().quiz();
  absl::StatusOr<QuizDrawing> drawing = DrawQuiz(quiz, pools->of_draws, request.seed());
  if (!drawing.ok()) {
    return FailedPrecondition("TOO_FEW_QUESTIONS", request.name(), drawing.status().message());
  }
  for (size_t i = 0; i < drawing->size(); ++i) {
    *response->add_questions() = PoseQuestion((*drawing)[i], static_cast<int>(i));
  }
  if (request.answers().empty()) return absl::OkStatus();
  absl::Status status;
  for (const QuizProblem& problem : CheckAnswers(*drawing, request.answers(), "")) {
    AddBadField(&status, problem.field, problem.value, problem.wanted);
  }
  if (!status.ok()) return status;
  *response->mutable_score() = ScoreQuiz(*drawing, request.answers(), quiz.pass_percent());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<QuizPools> ReadQuizPools(const store::Reader& reader, uint64_t tenant,
                                        absl::string_view quiz_name,
                                        const rows::ContentVersionRow& version, bool pin) {
  QuizPools pools;
  int draw = 0;
  for (int i = 0; i < version.body().quiz().parts_size(); ++i) {
    const v1::QuizPart& part = version.body().quiz().parts(i);
    if (!part.has_draw()) continue;
    const uint64_t uid = version.pools(draw++);
    absl::StatusOr<std::optional<NamedItem>> pool = ReadItemByUid(reader, tenant, uid);
    if (!pool.ok()) return pool.status();
    if (!pool->has_value()) {
      return FailedPrecondition("NO_POOL", quiz_name,
                                absl::StrCat("the pool that part ", i, " draws from is gone"));
    }
    const v1::ContentItem& item = (*pool)->row.content_item();
    int32_t number = pin ? 0 : part.draw().pool_version();
    if (number == 0) number = item.published_version();
    if (number == 0 && pin) {
      return FailedPrecondition("POOL_NOT_PUBLISHED", quiz_name,
                                absl::StrCat(Quoted((*pool)->relative), ", which part ", i,
                                             " draws from, has no published version"));
    }
    if (number == 0) number = (*pool)->row.last_version();
    const auto [at, is_new] = pools.bodies.try_emplace({uid, number});
    if (is_new) {
      absl::StatusOr<rows::ContentVersionRow> row = ReadVersion(reader, tenant, uid, number);
      if (!row.ok()) return row.status();
      at->second = row->body().question_pool();
    }
    pools.of_draws.push_back(&at->second);
    pools.versions.push_back(number);
  }
  return pools;
}

void RegisterContentQuiz(Methods& methods) {
  Method& preview = methods.Scan<v1::PreviewQuizRequest, v1::PreviewQuizResponse>(DoPreview);
  Methods::ValidateBy<v1::PreviewQuizRequest>(preview, ValidatePreview);
}

}  // namespace provost
