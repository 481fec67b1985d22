# What is the same for every target: the cache, the linker, the sanitizers, and the mode that only
# parses.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(PROVOST_CCACHE ccache)
if(PROVOST_CCACHE AND NOT PROVOST_SYNTAX_ONLY)
  # Paths are hashed relative to the repository, so that build folders and clones share what they
  # compile alike.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${PROVOST_CCACHE})
endif()

find_program(PROVOST_MOLD mold)
if(PROVOST_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(PROVOST_SANITIZE)
  # Compile flags are given by provost_library and its kin, so that generated code goes without.
  add_link_options(-fsanitize=${PROVOST_SANITIZE})
endif()

if(PROVOST_SYNTAX_ONLY)
  # Each object file is an empty stamp left by a successful parse, so that the build is parallel and
  # incremental, and nothing is ever linked or archived.
  set(CMAKE_EXPORT_COMPILE_COMMANDS OFF)  # they would not be commands that other tools can use
  set(CMAKE_CXX_COMPILE_OBJECT
    "<CMAKE_CXX_COMPILER> <DEFINES> <INCLUDES> <FLAGS> -fsyntax-only <SOURCE>"
    "${CMAKE_COMMAND} -E touch <OBJECT>")
  set(CMAKE_CXX_CREATE_STATIC_LIBRARY "${CMAKE_COMMAND} -E touch <TARGET>")
  set(CMAKE_CXX_ARCHIVE_CREATE "${CMAKE_COMMAND} -E touch <TARGET>")
  set(CMAKE_CXX_ARCHIVE_APPEND "")
  set(CMAKE_CXX_ARCHIVE_FINISH "")
  set(CMAKE_CXX_LINK_EXECUTABLE "${CMAKE_COMMAND} -E touch <TARGET>")
endif()
