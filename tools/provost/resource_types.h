// The kinds of resource that the contract has, and what can be done with each.
//
// Everything here is a pure function of its arguments; any thread.
#ifndef PROVOST_TOOLS_PROVOST_RESOURCE_TYPES_H_
#define PROVOST_TOOLS_PROVOST_RESOURCE_TYPES_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace provost::cli {

// One kind of resource.
struct ResourceType {
  const char* command;     // its commands are under this word, after `above`
  const char* noun;        // as methods have it: CreateCourse
  const char* service;     // whose methods they are
  const char* collection;  // in names; empty for tenants, and where there are several
  const char* words;       // for people, after "a" or "the"
  const char* example;     // an id
  const char* parent;      // an example of where one is made; empty: it has no such place
  const google::protobuf::Descriptor* message;
  const char* above = "";  // the word that `command` is under; empty: none

  // `provost notifications rules`
  std::string Path() const;
};

// A method of a resource, as a command.
struct Verb {
  const ResourceType* type = nullptr;
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string word;  // create, list, move...
  // The field of the request that holds the resource, for create and update; else null.
  const google::protobuf::FieldDescriptor* resource_field = nullptr;

  const google::protobuf::Descriptor& request() const { return *method->input_type(); }
};

// All kinds, in the order of the help.
const std::vector<ResourceType>& ResourceTypes();

// The methods of a kind that are commands like those of every kind. `type` has to outlive them.
std::vector<Verb> VerbsOf(const ResourceType& type);

// `training plans`
std::string PluralOf(const ResourceType& type);

// What --help says of a verb, and an example of it.
std::string SummaryOf(const Verb& verb);
std::string ExampleOf(const Verb& verb);

// `created`, `retried`
std::string PastTense(absl::string_view word);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_RESOURCE_TYPES_H_
