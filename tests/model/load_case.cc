#include "tests/model/load_case.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include "tests/model/naive.h"

namespace provost::naive {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read `", path, "`"));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

absl::Status ReadMessage(const std::string& path, google::protobuf::Message* message) {
  const auto text = ReadFile(path);
  if (!text.ok()) return text.status();
  if (absl::EndsWith(path, ".json")) {
    const auto status = google::protobuf::util::JsonStringToMessage(*text, message);
    if (!status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("`", path, "`: ", status.ToString()));
    }
    return absl::OkStatus();
  }
  if (!google::protobuf::TextFormat::ParseFromString(*text, message)) {
    return absl::InvalidArgumentError(absl::StrCat("`", path, "` is not a textproto"));
  }
  return absl::OkStatus();
}

// A base with its extension laid over it: removals first, then what is added. A role that the base
// has already is added to; the others are custom.
v1::PolicySource Extend(v1::PolicySource base, const v1::PolicySource& extension,
                        std::set<std::string>* custom_roles) {
  v1::PolicySource all = std::move(base);
  all.set_name(extension.name());
  auto* roles = all.mutable_roles();
  for (const std::string& removed : extension.remove().roles()) {
    roles->erase(std::remove_if(roles->begin(), roles->end(),
                                [&](const v1::Role& role) { return role.name() == removed; }),
                 roles->end());
  }
  all.mutable_facts()->MergeFrom(extension.facts());
  all.mutable_permissions()->MergeFrom(extension.permissions());
  for (const v1::Role& added : extension.roles()) {
    const auto same = std::find_if(roles->begin(), roles->end(), [&](const v1::Role& role) {
      return role.name() == added.name();
    });
    if (same != roles->end()) {
      same->MergeFrom(added);
    } else {
      *roles->Add() = added;
      custom_roles->insert(added.name());
    }
  }
  all.mutable_exclusive_sets()->MergeFrom(extension.exclusive_sets());
  if (!extension.default_role().empty()) all.set_default_role(extension.default_role());
  if (!extension.anonymous_role().empty()) all.set_anonymous_role(extension.anonymous_role());
  if (!extension.top_role().empty()) all.set_top_role(extension.top_role());
  return all;
}

}  // namespace

absl::StatusOr<Case> LoadCase(const std::string& path, const std::string& source_dir,
                              absl::Time default_now) {
  Case loaded;
  loaded.path = path;
  if (absl::Status read = ReadMessage(path, &loaded.scenario); !read.ok()) return read;

  const auto preset_path = [&](const std::string& name) {
    return absl::StrCat(source_dir, "/policy/presets/", name, ".textproto");
  };
  if (loaded.scenario.has_inline_policy()) {
    loaded.policy = loaded.scenario.inline_policy();
  } else {
    std::string policy_path = preset_path(loaded.scenario.policy());
    if (!std::filesystem::exists(policy_path)) {
      policy_path = (std::filesystem::path(path).parent_path() / loaded.scenario.policy()).string();
    }
    if (absl::Status read = ReadMessage(policy_path, &loaded.policy); !read.ok()) return read;
  }
  if (loaded.policy.has_extends()) {
    if (loaded.policy.remove().cells_size() > 0) {
      return absl::UnimplementedError("the twin reads no extension that removes single cells");
    }
    v1::PolicySource base;
    if (absl::Status read = ReadMessage(preset_path(loaded.policy.extends().name()), &base);
        !read.ok()) {
      return read;
    }
    loaded.policy = Extend(std::move(base), loaded.policy, &loaded.custom_roles);
  }
  loaded.now = loaded.scenario.has_now() ? ToTime(loaded.scenario.now()) : default_now;
  return loaded;
}

std::vector<std::string> CaseFilesIn(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().string();
    if (entry.is_regular_file() &&
        (absl::EndsWith(name, ".textproto") || absl::EndsWith(name, ".json"))) {
      files.push_back(name);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace provost::naive
