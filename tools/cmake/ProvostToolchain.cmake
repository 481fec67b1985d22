# What is the same for every target: the cache, the linker, the sanitizers, and the mode that only
# parses.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# Everything alike, whether it links threads or not: a header is precompiled for one way alone.
add_compile_options(-pthread)

find_program(PROVOST_CCACHE ccache)
if(PROVOST_CCACHE)
  # Paths are hashed relative to the repository, so that build folders and clones share what they
  # compile alike. The sloppiness and the two options are what ccache's manual wants for precompiled
  # headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    ${PROVOST_CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  else()
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()

find_program(PROVOST_MOLD mold)
if(PROVOST_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(PROVOST_SANITIZE)
  # Compile flags are given by provost_library and its kin, so that generated code goes without.
  add_link_options(-fsanitize=${PROVOST_SANITIZE})
endif()

if(PROVOST_ANALYSE_ONLY)
  # Nothing but precompiled headers is made: where an object would be, an empty file says that its
  # source was looked at (provost_use_headers). Nothing is ever linked or archived.
  string(APPEND CMAKE_CXX_COMPILE_OBJECT " && ${CMAKE_COMMAND} -E touch <OBJECT>")
  set(CMAKE_CXX_CREATE_STATIC_LIBRARY "${CMAKE_COMMAND} -E touch <TARGET>")
  set(CMAKE_CXX_ARCHIVE_CREATE "${CMAKE_COMMAND} -E touch <TARGET>")
  set(CMAKE_CXX_ARCHIVE_APPEND "")
  set(CMAKE_CXX_ARCHIVE_FINISH "")
  set(CMAKE_CXX_LINK_EXECUTABLE "${CMAKE_COMMAND} -E touch <TARGET>")
endif()
