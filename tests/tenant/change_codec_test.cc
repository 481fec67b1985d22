#include "tenant/change_codec.h"

#include <gtest/gtest.h>

#include <google/protobuf/util/message_differencer.h>

#include "world.h"

namespace provost {
namespace {

// Every op with every field, there and back.
TEST(ChangeCodecTest, KeepsEveryOp) {
  const Window window{absl::FromUnixSeconds(-5) + absl::Nanoseconds(7), absl::FromUnixSeconds(9)};
  Change change;
  change.ops = {
      PutSubject{SubjectId(3), SubjectKind::kGroup, "groups/ops", ScopeId(2), true},
      RemoveSubject{SubjectId(4)},
      PutMember{SubjectId(3), SubjectId(5), window},
      PutMember{SubjectId(3), SubjectId(6), Window()},
      RemoveMember{SubjectId(3), SubjectId(5)},
      PutScope{ScopeId(7), ScopeKind::kCourse, "courses/fire", ScopeId(2), true, true},
      RemoveScope{ScopeId(7)},
      PutAssignment{AssignmentId(1ull << 40), SubjectId(5), "teacher", ScopeId(2), window, true},
      RemoveAssignment{AssignmentId(1ull << 40), SubjectId(5)},
      PutOverride{ScopeId(2), "teacher", "course.read", Effect::kAllow, true,
                  std::vector<std::string>{"open"}},
      PutOverride{ScopeId(2), "teacher", "course.read", Effect::kAllow, false,
                  std::vector<std::string>{}},
      PutOverride{ScopeId(2), "teacher", "course.read", Effect::kProhibit, false, std::nullopt},
      RemoveOverride{ScopeId(2), "teacher", "course.read"},
      SetPolicy{TestPolicy().matrix},
      SetTenant{true},
  };
  v1::Change message;
  ToProto(change, &message);
  ASSERT_EQ(static_cast<size_t>(message.ops_size()), change.ops.size());
  const absl::StatusOr<Change> back = FromProto(message);
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->ops.size(), change.ops.size());
  for (size_t i = 0; i < change.ops.size(); ++i) {
    EXPECT_EQ(back->ops[i].index(), change.ops[i].index()) << i;
  }
  v1::Change again;
  ToProto(*back, &again);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(message, again));
  EXPECT_EQ(std::get<PutMember>(back->ops[2]).window, window);
  EXPECT_TRUE(std::get<PutMember>(back->ops[3]).window.always());
  EXPECT_TRUE(std::get<PutOverride>(back->ops[10]).facts.has_value());
  EXPECT_FALSE(std::get<PutOverride>(back->ops[11]).facts.has_value());
}

TEST(ChangeCodecTest, RefusesAnOpThatSaysNothing) {
  v1::Change message;
  message.add_ops();
  EXPECT_EQ(FromProto(message).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace provost
