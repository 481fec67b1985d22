# cmake -DBUILD=<build folder> -DPROJECT=<consumer project> -DWORK=<scratch folder> -P run.cmake
#
# Installs BUILD, then configures, builds and runs the consumer project against that alone.

# run(<words that the output must hold> COMMAND ...)
function(run want)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "`${ARGN}` ended with ${result}:\n${out}")
  endif()
  if(NOT out MATCHES "${want}")
    message(FATAL_ERROR "`${ARGN}` was to print `${want}`, and printed:\n${out}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
set(prefix ${WORK}/prefix)
run("" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})

set(configure ${CMAKE_COMMAND} -S ${PROJECT} -G Ninja -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_PREFIX_PATH=${prefix})
run("" ${configure} -B ${WORK}/both)
run("" ${CMAKE_COMMAND} --build ${WORK}/both)
run("course.update: ALLOWED\ncourse.delete: N[A-Z_]+\n.*did you mean .course.update."
  ${WORK}/both/embed)
run("" ${WORK}/both/save lms365 ${WORK}/lms365.matrix)

run("" ${configure} -B ${WORK}/alone -DPOLICY_ALONE=ON)
run("" ${CMAKE_COMMAND} --build ${WORK}/alone)
run("lms365: N[A-Z_]+\n" ${WORK}/alone/load ${WORK}/lms365.matrix)
execute_process(COMMAND ldd ${WORK}/alone/load OUTPUT_VARIABLE libraries COMMAND_ERROR_IS_FATAL ANY)
if(libraries MATCHES "protobuf|grpc|rocksdb")
  message(FATAL_ERROR "provost::policy is to carry Abseil alone, and carries:\n${libraries}")
endif()

file(READ ${PROJECT}/embed.cc text)
string(REGEX MATCHALL "\n" newlines "${text}")
list(LENGTH newlines count)
if(count GREATER_EQUAL 30)
  message(FATAL_ERROR "embedding the engine is to take less than 30 lines, and takes ${count}")
endif()
