# provost_proto_library(<target> ROOT <folder> PROTOS <path>... [IMPORTS <folder>...] [DEPS ...])
#
# Generates C++ for the named .proto files (paths relative to ROOT) into build/<preset>/proto and
# builds a library of it: without sanitizers and without warnings, its headers being system headers
# for whoever links it. A field called `requires`, a keyword that this protoc does not know yet, is
# read with requires_(), as newer releases have it; its other accessors are as usual. A file that declares a service gets gRPC stubs as well, unless
# PROVOST_GRPC is off.

find_program(PROVOST_GRPC_CPP_PLUGIN grpc_cpp_plugin)

function(provost_proto_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "ROOT" "PROTOS;IMPORTS;DEPS")
  set(out ${PROJECT_BINARY_DIR}/proto)
  set(imports -I${arg_ROOT})
  foreach(folder IN LISTS arg_IMPORTS)
    list(APPEND imports -I${folder})
  endforeach()
  file(MAKE_DIRECTORY ${out})

  set(sources "")
  foreach(proto IN LISTS arg_PROTOS)
    cmake_path(REMOVE_EXTENSION proto LAST_ONLY OUTPUT_VARIABLE stem)
    set(generated ${out}/${stem}.pb.cc ${out}/${stem}.pb.h)
    set(plugin "")
    file(STRINGS ${arg_ROOT}/${proto} services REGEX "^service ")
    if(services AND PROVOST_GRPC)
      list(APPEND generated ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
      set(plugin --grpc_out=${out} --plugin=protoc-gen-grpc=${PROVOST_GRPC_CPP_PLUGIN})
    endif()
    # Ninja takes a list of dependencies for that of another command, and runs this one every time,
    # unless it begins with the first output. protoc has them in the order of their names.
    set(outputs ${generated})
    list(SORT outputs)
    # A service may be added to a file that had none.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${arg_ROOT}/${proto})
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND protobuf::protoc ${imports} --cpp_out=${out} ${plugin}
              --dependency_out=${out}/${stem}.d ${proto}
      DEPENDS ${arg_ROOT}/${proto}
      DEPFILE ${out}/${stem}.d
      COMMAND sed -i -E "s/\\brequires\\(/requires_(/g" ${generated}
      COMMENT "Generating C++ for ${proto}"
      VERBATIM)
    foreach(file IN LISTS generated)
      if(file MATCHES "\\.cc$")
        list(APPEND sources ${file})
      endif()
    endforeach()
  endforeach()

  add_library(${target} STATIC ${sources})
  target_compile_options(${target} PRIVATE -w)
  target_include_directories(${target} SYSTEM PUBLIC $<BUILD_INTERFACE:${out}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/provost>)
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf ${arg_DEPS})
endfunction()
