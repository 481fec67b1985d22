# The functions that every room's CMakeLists.txt is written with:
#
#   provost_library(<target> [ALIAS <provost::x>] SRCS ... [DEPS ...])
#   provost_executable(<target> SRCS ... [DEPS ...])
#   provost_test(<target> SRCS ... [DEPS ...] [NEEDS <executable>...] [DATA_DIR <folder>]
#                [LABELS ...] [TIMEOUT <seconds>])
#   provost_benchmark(<target> SRCS ... [DEPS ...])
#
# In a build without gRPC (PROVOST_GRPC=OFF) what needs gRPC is left out: the rooms named below, and
# each target that has one of theirs among its DEPS or NEEDS.

include(GoogleTest)

set(provost_warnings -Wall -Wextra -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 is wrong about three things when it optimises: overlaps, lengths and bounds in
  # std::string's own copying (GCC bugs 105651 and 105329), and what moves of absl::InlinedVector, std::optional and
  # std::variant have initialised (GCC bugs 105562 and 80635). clang checks initialisation too, in
  # the tsa preset.
  list(APPEND provost_warnings -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds
    -Wno-maybe-uninitialized -Wno-uninitialized)
  list(APPEND provost_warnings -Wunused-const-variable)  # which clang has in -Wall
else()
  list(APPEND provost_warnings -Wthread-safety)
endif()

set(provost_sanitize_flags "")
if(PROVOST_SANITIZE)
  set(provost_sanitize_flags -fsanitize=${PROVOST_SANITIZE} -fno-omit-frame-pointer)
  if(PROVOST_SANITIZE MATCHES "undefined")
    list(APPEND provost_sanitize_flags -fno-sanitize-recover=undefined)
    if(PROVOST_GRPC)
      # These four checks double the time that gRPC's headers take, and find nothing in them. The
      # interface flags come after a target's own, so this takes back what is set above.
      set_property(TARGET gRPC::grpc++ APPEND PROPERTY
        INTERFACE_COMPILE_OPTIONS -fno-sanitize=null,alignment,object-size,vptr)
    endif()
  endif()
endif()

# GCC 12's TSan cannot start where the kernel randomises addresses by more bits than it expects;
# such a test is run without randomisation.
set(provost_test_launcher "")
set(provost_random_bits_file /proc/sys/vm/mmap_rnd_bits)
if(PROVOST_SANITIZE MATCHES "thread" AND EXISTS ${provost_random_bits_file})
  file(STRINGS ${provost_random_bits_file} provost_random_bits LIMIT_COUNT 1)
  if(provost_random_bits GREATER 28)
    find_program(PROVOST_SETARCH setarch REQUIRED)
    set(provost_test_launcher ${PROVOST_SETARCH} --addr-no-randomize)
  endif()
endif()

set(provost_grpc_rooms src/client src/server src/service)
set(provost_api_rooms "^(src/(client|server|service)|tools/provost|tests/(cli|crash|server|service))$")
set(provost_grpc_targets "^(gRPC::.*|provost(_|::)(cli|client|server|service)|provostd?)$")

# What most sources of ours begin with is parsed once for all of them. GCC takes such headers only
# where code is as position-independent as they are, so libraries and tests have their own.
set(provost_std_headers <algorithm> <atomic> <cstdint> <filesystem> <fstream> <functional> <map>
  <memory> <optional> <set> <string> <utility> <vector>)
set(provost_absl_headers <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h>
  <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_join.h>
  <absl/strings/str_split.h> <absl/time/clock.h> <absl/types/span.h>)

# The tool waits for its server, and so do the tests that drive one: their own code need not be fast,
# and is compiled in half the time.
function(provost_optimise_little target kind api)
  if(kind STREQUAL "tool" OR (kind STREQUAL "test" AND api))
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# Makes the target that compiles the headers of a kind of targets: `library`, `tool` or `test`; `api`
# says whether the messages of the contract are among them.
function(provost_add_headers target kind api)
  set(headers ${provost_std_headers} ${provost_absl_headers})
  set(deps absl::flat_hash_map absl::flat_hash_set absl::statusor absl::strings absl::span absl::time)
  if(api)
    file(GLOB protos CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/proto
      ${PROJECT_SOURCE_DIR}/proto/provost/v1/*.proto
      ${PROJECT_SOURCE_DIR}/proto/provost/internal/v1/*.proto)
    list(TRANSFORM protos REPLACE "^(.*)[.]proto$" "<\\1.pb.h>")
    list(APPEND headers ${protos})
    list(APPEND deps provost_api_proto)
  endif()
  if(kind STREQUAL "test")
    list(APPEND headers <gmock/gmock.h> <gtest/gtest.h>)
    list(APPEND deps GTest::gmock GTest::gtest)
  elseif(kind STREQUAL "tool")
    list(APPEND headers <CLI/CLI.hpp>)
    list(APPEND deps CLI11::CLI11)
  endif()
  set(source ${PROJECT_BINARY_DIR}/${target}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "")
  add_library(${target} STATIC ${source})
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(${target} PRIVATE ${provost_warnings} ${provost_sanitize_flags})
  provost_optimise_little(${target} ${kind} ${api})
  target_link_libraries(${target} PRIVATE ${deps})
  target_precompile_headers(${target} PRIVATE ${headers})
  if(kind STREQUAL "test")
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIE)
  endif()
endfunction()

# Lets a target begin with the headers of its kind, which are made when they are first wanted.
function(provost_use_headers target kind)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE room)
  if(room MATCHES "^tools/")
    set(kind tool)
  endif()
  set(headers provost_${kind}_headers)
  set(api FALSE)
  if(room MATCHES "${provost_api_rooms}")
    set(headers provost_api_${kind}_headers)
    set(api TRUE)
  endif()
  if(NOT TARGET ${headers})
    provost_add_headers(${headers} ${kind} ${api})
  endif()
  provost_optimise_little(${target} ${kind} ${api})
  target_precompile_headers(${target} REUSE_FROM ${headers})
  if(PROVOST_ANALYSE_ONLY)
    target_compile_options(${target} PRIVATE -fsyntax-only)
  endif()
endfunction()

# Adds a folder of the repository if it has a CMakeLists.txt, now or at a later run.
macro(provost_add_room room)
  file(GLOB provost_room_file CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${room}/CMakeLists.txt)
  if(provost_room_file AND (PROVOST_GRPC OR NOT "${room}" IN_LIST provost_grpc_rooms))
    add_subdirectory(${PROJECT_SOURCE_DIR}/${room} ${PROJECT_BINARY_DIR}/${room})
  endif()
endmacro()

# Adds each folder in `parent` that has a CMakeLists.txt.
macro(provost_add_rooms parent)
  file(GLOB provost_room_files CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
    ${PROJECT_SOURCE_DIR}/${parent}/*/CMakeLists.txt)
  foreach(room IN LISTS provost_room_files)
    cmake_path(GET room PARENT_PATH room)
    provost_add_room(${room})
  endforeach()
endmacro()

# Sets `out` to whether the target `name`, which needs the targets that follow, is part of this build.
function(provost_is_built out name)
  get_property(left_out GLOBAL PROPERTY PROVOST_LEFT_OUT)
  set(${out} TRUE PARENT_SCOPE)
  foreach(dep IN LISTS ARGN)
    if(NOT PROVOST_GRPC AND (dep MATCHES "${provost_grpc_targets}" OR dep IN_LIST left_out))
      set_property(GLOBAL APPEND PROPERTY PROVOST_LEFT_OUT ${name})
      set(${out} FALSE PARENT_SCOPE)
      return()
    endif()
  endforeach()
  foreach(dep IN LISTS ARGN)
    set_property(GLOBAL APPEND PROPERTY PROVOST_NEEDED "${name}|${dep}")
  endforeach()
endfunction()

# Stops the configuration where a target of ours needs one that no room makes: CMake itself would
# take a misspelt one for a system library.
function(provost_verify_deps)
  get_property(needed GLOBAL PROPERTY PROVOST_NEEDED)
  foreach(pair IN LISTS needed)
    if(pair MATCHES "^(.*)[|](provost.*|.*::.*)$")
      set(name ${CMAKE_MATCH_1})
      set(dep ${CMAKE_MATCH_2})
      if(NOT TARGET ${dep})
        message(FATAL_ERROR "${name}: there is no target `${dep}`")
      endif()
    endif()
  endforeach()
endfunction()

# Our flags and include folders, for one target of ours.
function(provost_target_setup target)
  target_compile_options(${target} PRIVATE ${provost_warnings} ${provost_sanitize_flags})
  set(scope PUBLIC)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    set(scope PRIVATE)
  endif()
  target_compile_features(${target} ${scope} cxx_std_20)
  target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/provost>)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE room)
  if(NOT room MATCHES "^policy")
    target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
  endif()
  if(PROVOST_CLANG_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "${PROVOST_CLANG_TIDY}")
  endif()
endfunction()

function(provost_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "ALIAS" "SRCS;DEPS")
  provost_is_built(complete ${target} ${arg_DEPS})
  if(NOT complete)
    return()
  endif()
  add_library(${target} STATIC ${arg_SRCS})
  provost_target_setup(${target})
  provost_use_headers(${target} library)
  target_link_libraries(${target} PUBLIC ${arg_DEPS})
  if(arg_ALIAS)
    add_library(${arg_ALIAS} ALIAS ${target})
  endif()
endfunction()

function(provost_executable target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SRCS;DEPS")
  provost_is_built(complete ${target} ${arg_DEPS})
  if(NOT complete)
    return()
  endif()
  add_executable(${target} ${arg_SRCS})
  provost_target_setup(${target})
  target_link_libraries(${target} PRIVATE ${arg_DEPS})
endfunction()

# A GoogleTest program; each of its tests is a test of CTest.
#   DEPS      libraries; GoogleTest and its main function come with it
#   NEEDS     executables that the test starts; they are found in PROVOST_BIN_DIR
#   DATA_DIR  folder of fixtures, relative to the CMakeLists.txt; known as PROVOST_TEST_DATA_DIR
#   LABELS    `tsan`: runs in the tsan build as well; `release_only`: too slow for sanitizers
#   TIMEOUT   seconds for one TEST(), 120 if left out
# The code may use PROVOST_SOURCE_DIR (the repository's root) and PROVOST_BIN_DIR.
function(provost_test target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DATA_DIR;TIMEOUT" "SRCS;DEPS;NEEDS;LABELS")
  provost_is_built(complete ${target} ${arg_DEPS} ${arg_NEEDS})
  if(NOT complete)
    return()
  endif()
  add_executable(${target} ${arg_SRCS})
  provost_target_setup(${target})
  provost_use_headers(${target} test)
  target_link_libraries(${target} PRIVATE ${arg_DEPS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE
    PROVOST_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    PROVOST_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  if(arg_DATA_DIR)
    target_compile_definitions(${target} PRIVATE
      PROVOST_TEST_DATA_DIR="${CMAKE_CURRENT_SOURCE_DIR}/${arg_DATA_DIR}")
  endif()
  if(arg_NEEDS)
    add_dependencies(${target} ${arg_NEEDS})
  endif()
  foreach(label IN LISTS arg_LABELS)
    if(NOT TARGET provost_tests_${label})
      add_custom_target(provost_tests_${label})
    endif()
    add_dependencies(provost_tests_${label} ${target})
  endforeach()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(provost_test_launcher)
    set_target_properties(${target} PROPERTIES CROSSCOMPILING_EMULATOR "${provost_test_launcher}")
  endif()
  # A parameter's printed value may be an address, and a test's name has to stay the same.
  gtest_discover_tests(${target}
    TEST_PREFIX ${target}.
    NO_PRETTY_VALUES
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${arg_TIMEOUT})
  if(arg_LABELS)
    # CMake 3.25's gtest_discover_tests takes a list of labels apart.
    set(file ${CMAKE_CURRENT_BINARY_DIR}/${target}_labels.cmake)
    file(WRITE ${file}
      "foreach(test IN LISTS ${target}_TESTS)\n"
      "  set_tests_properties(\"\${test}\" PROPERTIES LABELS \"${arg_LABELS}\")\n"
      "endforeach()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${file})
  endif()
endfunction()

# A google-benchmark program. It comes with a main function; a program that has its own links
# benchmark::benchmark through provost_executable instead.
function(provost_benchmark target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SRCS;DEPS")
  provost_is_built(complete ${target} ${arg_DEPS})
  if(NOT complete)
    return()
  endif()
  add_executable(${target} ${arg_SRCS})
  provost_target_setup(${target})
  target_link_libraries(${target} PRIVATE ${arg_DEPS} benchmark::benchmark
    benchmark::benchmark_main)
endfunction()
